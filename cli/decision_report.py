"""Markdowns, exits and purchases of a plan as people want to read them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cli.wording import wrapped
from network.words import counted

MOST_SHOWN = 10
"""Of each kind."""


def markdown_lines(markdowns: pd.DataFrame, currency: str) -> Iterator[str]:
    """Say what is marked down, the choices of the greatest expected revenue first.

    Parameters
    ----------
    markdowns : DataFrame
        The table of a plan directory, not empty.
    """
    choices = [group for _, group in markdowns.groupby(["sku_id", "zone"], sort=False)]
    choices.sort(key=lambda group: -group["expected_revenue"].sum())
    head = f"Marked down: {counted(len(choices), 'zone price')}"
    yield head + (f", of which {MOST_SHOWN} with the greatest revenue" if len(choices) > MOST_SHOWN else "")
    for choice in choices[:MOST_SHOWN]:
        first = choice.iloc[0]
        yield f"  {first['sku_id']} in {first['zone']}: {first['list_price']:,.2f} -> {price_steps(choice)}"
        units, revenue = choice["expected_units"].sum(), choice["expected_revenue"].sum()
        yield f"      sells {units:,.1f} units for {revenue:,.2f} {currency} in expectation"
        if first["reason"]:
            yield from wrapped(first["reason"], 6)


def price_steps(choice: pd.DataFrame) -> str:
    """Prices and the periods from which they hold."""
    before = choice["price"].shift(fill_value=choice["list_price"].iloc[0])
    falls = choice[choice["price"] != before]
    return ", ".join(
        f"{price:,.2f} from period {period}" for price, period in zip(falls["price"], falls["period"], strict=True)
    )


def exit_lines(exits: pd.DataFrame, currency: str) -> Iterator[str]:
    """Say what leaves the network, the most valuable lines first.

    Parameters
    ----------
    exits : DataFrame
        The table of a plan directory, not empty.
    """
    yield _head("Leaving the network", exits, currency)
    for line in exits.nlargest(MOST_SHOWN, "benefit").to_dict("records"):
        what = f"{line['units']:,} x {line['sku_id']}, {line['node_id']} to {line['exit_id']}"
        yield f"  {line['benefit']:>12,.2f}  {what}{_day(line['day'])}, {line['unit_proceeds']:,.2f} each"
        if line["reason"]:
            yield from wrapped(line["reason"], 16)


def purchase_lines(purchases: pd.DataFrame, currency: str) -> Iterator[str]:
    """Say what is bought, the most valuable lines first.

    Parameters
    ----------
    purchases : DataFrame
        The table of a plan directory, not empty.
    """
    yield _head("Bought", purchases, currency)
    for line in purchases.nlargest(MOST_SHOWN, "benefit").to_dict("records"):
        seller = f" from {line['supplier']}" if line["supplier"] else ""
        what = f"{line['units']:,} x {line['sku_id']} for {line['node_id']}{seller} ({line['quote_id']})"
        yield f"  {line['benefit']:>12,.2f}  {what}{_day(line['day'])}, {line['unit_price']:,.2f} each"
        if line["reason"]:
            yield from wrapped(line["reason"], 16)


def _head(title: str, table: pd.DataFrame, currency: str) -> str:
    most = f"; the {MOST_SHOWN} most valuable" if len(table) > MOST_SHOWN else ""
    units = counted(int(table["units"].sum()), "unit")
    return f"{title}: {units} in {counted(len(table), 'line')}{most} (what is lost without the line, {currency})"


def _day(day: int) -> str:
    return f", day {day}" if day else ""
