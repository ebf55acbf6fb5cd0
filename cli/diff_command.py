"""``counterpoise diff DIR PLAN_A PLAN_B``: what the second plan does otherwise, and what that is worth."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from cli.analysing import plan_at, read_all, rows_for_json
from cli.exit_codes import ExitCode
from cli.progress import Progress
from network import Network
from network.words import counted
from optimizer.difference import Difference, plan_difference
from optimizer.difference_tables import difference_tables

_MOST_SHOWN: Final = 20


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read both plans, compare them, print what differs."""
    network, request, _ = read_all(arguments, progress)
    before, after = (plan_at(path, network, progress) for path in (arguments.plan_a, arguments.plan_b))
    with progress.phase("compare", "comparing"):
        difference = plan_difference(network, request, before, after)
        summary = difference_summary(network, difference)
    if arguments.json:
        tables = {name: rows_for_json(table) for name, table in difference_tables(network, difference).items()}
        print(json.dumps(summary | tables, allow_nan=False))
    else:
        print("\n".join(difference_page(network, difference, summary)))
    return ExitCode.DONE


def difference_summary(network: Network, difference: Difference) -> dict[str, Any]:
    """Say in numbers how two plans differ; amounts in the currency."""
    scale, lines = 10**network.money_decimals, difference.lines
    added, removed = lines.units_before == 0, lines.units_after == 0
    return {
        "valid": {"before": difference.before.valid, "after": difference.after.valid},
        "benefit": _both(difference.before.benefit, difference.after.benefit, scale),
        "objective": _both(difference.before.objective, difference.after.objective, scale),
        "ledger": {term: amount / scale for term, amount in difference.ledger.items()},
        "adjustments": {term: amount / scale for term, amount in difference.adjustments.items()},
        "lines_added": int(added.sum()),
        "lines_removed": int(removed.sum()),
        "lines_changed": int((~added & ~removed).sum()),
        "units_changed": lines.changed_units,
        "prices_changed": difference.prices.n_choices,
        "dispatches_changed": int(difference.dispatches.after.sum() - difference.dispatches.before.sum()),
        "alerts_changed": len(difference.outcomes),
    }


def _both(before: int, after: int, scale: int) -> dict[str, float]:
    return {"before": before / scale, "after": after / scale, "change": (after - before) / scale}


def difference_page(network: Network, difference: Difference, summary: Mapping[str, Any]) -> Iterator[str]:
    """Write for people how two plans differ."""
    currency = network.currency
    for name in ("benefit", "objective") if difference.adjustments else ("benefit",):
        both = summary[name]
        yield f"{name:<10} {both['before']:>16,.2f} -> {both['after']:,.2f} {currency} ({both['change']:+,.2f})"
    for which, valid in summary["valid"].items():
        if not valid:
            yield f"the plan {which} breaks rules: run `counterpoise check`"
    terms = {**summary["ledger"], **summary["adjustments"]}
    yield from (f"  {term:<28} {amount:>+16,.2f}" for term, amount in terms.items() if amount)
    yield ""
    tables = difference_tables(network, difference)
    changes = [counted(summary[f"lines_{word}"], "line") + f" {word}" for word in ("added", "removed", "changed")]
    yield f"{', '.join(changes)}: {counted(summary['units_changed'], 'unit')} differ"
    yield from _changed_lines(tables["lines"], lambda line: f"{line['origin']} to {line['destination']}", "arrives_day")
    yield from _changed_lines(tables["exits"], lambda line: f"{line['node_id']} to {line['exit_id']}", "day")
    yield from _changed_lines(tables["purchases"], lambda line: f"{line['node_id']}, {line['quote_id']}", "day")
    yield from _changed_prices(tables["markdowns"])
    yield ""
    otherwise = f"{counted(len(difference.outcomes), 'alert')} with another outcome"
    yield f"{summary['dispatches_changed']:+,} dispatches, {otherwise}"
    for alert in tables["outcomes"].head(_MOST_SHOWN).to_dict("records"):
        units = f"{alert['units_before']:,} -> {alert['units_after']:,} units"
        yield f"  {alert['alert_id']}: {alert['outcome_before']} -> {alert['outcome_after']}, {units}"


def _changed_lines(table: pd.DataFrame, where: Callable[[dict[Any, Any]], str], day: str) -> Iterator[str]:
    """Say lines of one kind, those first that differ by most units."""
    moved = (table["units_after"] - table["units_before"]).abs()
    for line in table.loc[moved.sort_values(ascending=False, kind="stable").index[:_MOST_SHOWN]].to_dict("records"):
        what = f"{line['units_before']:,} -> {line['units_after']:,} x {line['sku_id']}"
        yield f"  {line['change']:<8} {what}, {where(line)}, day {line[day]}"
    if len(table) > _MOST_SHOWN:
        yield f"  ... and {len(table) - _MOST_SHOWN:,} more"


def _changed_prices(table: pd.DataFrame) -> Iterator[str]:
    """Say prices that differ, a line for every product and zone."""
    choices = list(table.groupby(["sku_id", "zone"], sort=False))
    for (sku_id, zone), periods in choices[:_MOST_SHOWN]:
        steps = ", ".join(
            f"{row['price_before']:,.2f} -> {row['price_after']:,.2f} in period {row['period']}"
            for row in periods.to_dict("records")
        )
        yield f"  price    {sku_id} in {zone}: {steps}"
    if len(choices) > _MOST_SHOWN:
        yield f"  ... and {len(choices) - _MOST_SHOWN:,} more"
