"""Choices of docs/clearance.md: SKUs in zones whose price may change, how demand answers, and the paths allowed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from tests.oracle.directory import Directory, Key
from tests.oracle.price_tables import Group, deciding
from tests.oracle.scope import closed, skus_in_scope
from tests.oracle.worth import money

Cell = tuple[str, str]
"""(SKU id, zone): names a choice."""
MOST_DEMAND: Final = Fraction(10**6)
"""No price multiplies demand by more."""
Prices = tuple[Fraction, ...]
"""A price for every period."""
Markdowns = Mapping[Cell, Prices]
"""Paths of the choices whose price is not the list price all along."""


@dataclass(frozen=True)
class PriceChoice:
    """A SKU in a zone with a price ladder and a position."""

    cell: Cell
    keys: tuple[Key, ...]
    list_price: Fraction
    rungs: Mapping[int, Fraction]
    """Allowed prices below the list price, by their number on the ladder."""
    rules: Mapping[str, Fraction]
    """Cells of the row of `clearance_rules` that decides."""
    season: tuple[Fraction, ...]
    """Share of demand of each period at list price."""
    exit_period: int
    """Last period in which units are sold."""

    def rule(self, name: str, empty: int) -> Fraction:
        """A cell of the rules."""
        return self.rules.get(name, Fraction(empty))


def price_choices(directory: Directory) -> dict[Cell, PriceChoice]:
    """All choices of a directory."""
    cells: dict[Cell, list[Key]] = {}
    for node, sku in directory.stock:
        zone = directory.zones.get(node, "")
        if zone and deciding(directory.prices.ladders, sku, directory.products[sku].category, zone):
            cells.setdefault((sku, zone), []).append((node, sku))
    return {cell: _choice(directory, cell, tuple(keys)) for cell, keys in sorted(cells.items())}


def _choice(directory: Directory, cell: Cell, keys: tuple[Key, ...]) -> PriceChoice:
    sku, zone = cell
    product = directory.products[sku]
    rows = deciding(directory.prices.rules, sku, product.category, zone)
    rules = rows[-1].cells if rows else {}
    periods = directory.periods
    return PriceChoice(
        cell,
        keys,
        product.list_price,
        _rungs(directory, cell, keys, rules),
        rules,
        _season(directory, cell),
        min(int(rules.get("exit_period", periods)), periods),
    )


def _rungs(
    directory: Directory, cell: Cell, keys: tuple[Key, ...], rules: Mapping[str, Fraction]
) -> dict[int, Fraction]:
    sku, zone = cell
    product = directory.products[sku]
    floors = [
        product.salvage_value,
        rules.get("min_price", Fraction(0)),
        rules.get("min_share_of_cost", Fraction(0)) * product.unit_cost,
        rules.get("min_share_of_list", Fraction(0)) * product.list_price,
    ]
    stock = [directory.stock[key] for key in keys]
    floors += [product.salvage_value - position.holding_cost - position.shortage_penalty for position in stock]
    floor = max(1, *(money(directory, amount) for amount in floors))
    rungs = {}
    for row in deciding(directory.prices.ladders, sku, product.category, zone):
        by_share = Fraction(
            money(directory, row.cells.get("price_share", Fraction(0)) * product.list_price),
            10**directory.money_decimals,
        )
        price = row.cells.get("price", by_share)
        if floor <= money(directory, price) < money(directory, product.list_price):
            rungs[int(row.cells["rung"])] = price
    return rungs


def _season(directory: Directory, cell: Cell) -> tuple[Fraction, ...]:
    sku, zone = cell
    category = directory.products[sku].category
    rows = deciding(directory.prices.response, sku, category, zone)
    ageing = rows[-1].cells.get("ageing_factor", Fraction(1)) if rows else Fraction(1)
    factors = {
        int(row.cells["period"]): row.cells["factor"] for row in deciding(directory.prices.factors, sku, category, zone)
    }
    parts = [factors.get(t + 1, Fraction(1)) * ageing**t for t in range(directory.periods)]
    return tuple(part / sum(parts) for part in parts)


def groups_in_zone(directory: Directory, choices: Mapping[Cell, PriceChoice]) -> list[tuple[Group, list[Cell]]]:
    """Each group in each zone with the choices that it has there."""
    zones = sorted({zone for _, zone in choices})
    here = [
        (group, [(sku, zone) for sku in group.skus if (sku, zone) in choices])
        for group in directory.prices.groups
        for zone in zones
    ]
    return [(group, cells) for group, cells in here if cells]


def demand_shares(
    directory: Directory, choices: Mapping[Cell, PriceChoice], cell: Cell, paths: Mapping[Cell, Prices]
) -> tuple[Fraction, ...]:
    """Demand up to the end of each period as a share of that over the horizon at list price: x_1, ..., x_T.

    `paths` has the prices of the choice and of those in its group; without any it is the list price.
    """
    choice = choices[cell]
    total, shares = Fraction(0), []
    for t, season in enumerate(choice.season):
        if t < choice.exit_period:
            factor = _multiplier(directory, choice, _price(choice, paths, t))
            total += season * factor * _cross_factor(directory, choices, cell, paths, t)
        shares.append(total)
    return tuple(shares)


def _price(choice: PriceChoice, paths: Mapping[Cell, Prices], period: int) -> Fraction:
    return paths[choice.cell][period] if choice.cell in paths else choice.list_price


def _multiplier(directory: Directory, choice: PriceChoice, price: Fraction) -> Fraction:
    """m(p): by points where a table has some, else by elasticity."""
    if price == choice.list_price:
        return Fraction(1)
    sku, zone = choice.cell
    category = directory.products[sku].category
    share = price / choice.list_price
    points = {
        row.cells["price_share"]: row.cells["multiplier"]
        for row in deciding(directory.prices.multipliers, sku, category, zone)
    }
    if points:
        return _between(sorted((points | {Fraction(1): Fraction(1)}).items()), share)
    rows = deciding(directory.prices.response, sku, category, zone)
    factor = power(share, rows[-1].cells.get("elasticity", Fraction(0)) if rows else Fraction(0))
    return min(factor, MOST_DEMAND)


def _between(points: Sequence[tuple[Fraction, Fraction]], at: Fraction) -> Fraction:
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in itertools.pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]


def _cross_factor(
    directory: Directory, choices: Mapping[Cell, PriceChoice], cell: Cell, paths: Mapping[Cell, Prices], period: int
) -> Fraction:
    factor = Fraction(1)
    for group, cells in groups_in_zone(directory, choices):
        if cell in cells and len(cells) > 1 and group.cross_elasticity:
            for other in (choices[name] for name in cells if name != cell):
                share = _price(other, paths, period) / other.list_price
                factor *= power(share, group.cross_elasticity / (len(cells) - 1))
    return factor


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """A power with 40 digits."""
    if base == 1 or exponent == 0:
        return Fraction(1)
    with localcontext() as context:
        context.prec = 40
        digits = [Decimal(number.numerator) / Decimal(number.denominator) for number in (base, exponent)]
        return Fraction(digits[0] ** digits[1])


def may_be_marked_down(directory: Directory, choice: PriceChoice) -> bool:
    """Whether scope, responses and policy let the plan change the price of a choice."""
    asked = directory.asked
    return (
        choice.cell[0] in skus_in_scope(directory)
        and (asked.node_ids is None or all(node in asked.node_ids for node, _ in choice.keys))
        and (asked.responses is None or "markdown" in asked.responses)
        and not any(closed(directory, key, "markdown") for key in choice.keys)
    )


def allowed_paths(directory: Directory, choice: PriceChoice) -> list[Prices]:
    """Every sequence of prices that breaks no rule, the list price all along first."""
    prices = sorted({choice.list_price, *choice.rungs.values()}, reverse=True)
    return [
        path
        for path in itertools.product(prices, repeat=directory.periods)
        if not list(broken_path_rules(directory, choice, path))
    ]


def broken_path_rules(directory: Directory, choice: PriceChoice, path: Prices) -> Iterator[str]:
    """Rules that a price path breaks by itself."""
    before = (choice.list_price, *path[:-1])
    steps = {t + 1: old - new for t, (old, new) in enumerate(zip(before, path, strict=True)) if old != new}
    begins = [t for t, step in steps.items() if step > 0]
    if any(price not in (choice.list_price, *choice.rungs.values()) for price in path):
        yield "rung"
    if any(step < 0 for step in steps.values()):
        yield "rises"
    if len(begins) > choice.rule("max_markdowns", len(path)):
        yield "max_markdowns"
    least, most = (
        money(directory, choice.rule(name, empty) * choice.list_price)
        for name, empty in (("min_step_share", 0), ("max_step_share", 1))
    )
    falls = [money(directory, before[t - 1]) - money(directory, path[t - 1]) for t in begins]
    if any(fall < least for fall in falls):
        yield "min_step_share"
    if any(fall > most for fall in falls):
        yield "max_step_share"
    if any(later - earlier < choice.rule("min_periods_between", 1) for earlier, later in itertools.pairwise(begins)):
        yield "min_periods_between"
    if any(t not in _periods_to_begin(directory, choice) for t in begins):
        yield "may_begin"


def _periods_to_begin(directory: Directory, choice: PriceChoice) -> set[int]:
    """Periods, from 1, in which a markdown may begin."""
    first, last = int(choice.rule("earliest_period", 1)), choice.exit_period
    last -= int(choice.rule("no_touch_before_exit_periods", 0))
    periods = set(range(first, last + 1))
    quiet = int(choice.rule("no_touch_after_arrival_periods", 0))
    for position in (directory.stock[key] for key in choice.keys):
        if position.in_transit:
            arrives = period_of(directory, position.in_transit_arrival_day)
            periods -= set(range(arrives, arrives + quiet))
    return periods


def period_of(directory: Directory, day: int) -> int:
    """Period, from 1, in which a day lies; one after the last for days after the horizon."""
    return min(day * directory.periods // directory.horizon_days, directory.periods) + 1


def breaks_group(group: Group, members: Sequence[tuple[PriceChoice, Prices]]) -> bool:
    """Whether the paths of a group's choices that may be marked down do not go together."""
    marked = [any(price != choice.list_price for price in path) for choice, path in members]
    if group.kind == "at_most_one":
        return sum(marked) > 1
    if group.kind == "all_or_none":
        return any(marked) and not all(marked)
    numbers = [[rung_number(choice, price) for price in path] for choice, path in members]
    return any(row != numbers[0] for row in numbers)


def rung_number(choice: PriceChoice, price: Fraction) -> int:
    """Number of a price on the ladder, 0 for the list price, -1 for one that is not there."""
    if price == choice.list_price:
        return 0
    return next((number for number, rung in choice.rungs.items() if rung == price), -1)
