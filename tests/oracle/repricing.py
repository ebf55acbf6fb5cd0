"""What prices do to a plan: positions under their paths, their worth before any line moves, budgets and targets."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from tests.oracle.asked import Line
from tests.oracle.choices import Cell, Markdowns, PriceChoice, demand_shares, may_be_marked_down, period_of
from tests.oracle.directory import Directory, Key, PricePath
from tests.oracle.lots import Batch, units_counted
from tests.oracle.scope import penalty_weight
from tests.oracle.valuation import batches_held, settled
from tests.oracle.worth import (
    expected_sold,
    left_over_value,
    list_path,
    money,
    price_falls,
    to_money,
    total_share,
)

NO_SHORTFALL = Fraction(1, 10**9)
"""A target is met that is missed by so few units."""


def repriced(directory: Directory, choices: Mapping[Cell, PriceChoice], markdowns: Markdowns) -> Directory:
    """The same directory with every position under the path of its choice."""
    stock = dict(directory.stock)
    for cell, choice in choices.items():
        prices = markdowns.get(cell, (choice.list_price,) * directory.periods)
        path = PricePath(prices, demand_shares(directory, choices, cell, markdowns))
        for key in choice.keys:
            stock[key] = replace(stock[key], path=None if path == list_path(directory, key) else path)
    return replace(directory, stock=stock)


def value_before(world: Directory, key: Key, weight: Fraction) -> int:
    """Money that a position is worth without lines, late stock in transit at what it can still sell."""
    position = world.stock[key]
    counted, left_over = settled(world, key, ())
    there = [*units_by_period(world, key, ())[:-1], counted]
    sold = sum(
        fall * (counted if counted < 0 else expected_sold(world, position, there[t], share))
        for t, (fall, share) in enumerate(price_falls(world, key, weight))
    )
    missed = _exact(world, weight * position.shortage_penalty * total_share(position) * position.demand)
    return (counted + left_over) * left_over_value(world, key) + to_money(sold - missed)


def _exact(world: Directory, amount: Fraction) -> Fraction:
    return amount * 10**world.money_decimals


def units_by_period(world: Directory, key: Key, lines: Sequence[Line]) -> list[int]:
    """Most units that would count of those that are there by the end of each period: Y_t."""
    held = batches_held(world, key, lines)
    position = world.stock[key]
    owed = max(0, position.reserved - position.on_hand)
    there = []
    for t in range(1, world.periods + 1):
        early: Counter[Batch] = Counter(
            {batch: n for batch, n in held.items() if batch[0] <= 0 or period_of(world, batch[0]) <= t}
        )
        there.append(units_counted(world, key, early) - owed)
    return there


def sold_by_period(world: Directory, key: Key, lines: Sequence[Line]) -> list[Fraction]:
    """Units that a position is expected to sell up to the end of each period."""
    position = world.stock[key]
    path = position.path or list_path(world, key)
    there = units_by_period(world, key, lines)
    return [expected_sold(world, position, units, share) for units, share in zip(there, path.shares, strict=True)]


def forgone_at(world: Directory, key: Key, lines: Sequence[Line]) -> int:
    """Margin that the path of a position forgoes, in money."""
    path = world.stock[key].path
    if path is None:
        return 0
    list_price = world.products[key[1]].list_price
    sold = [Fraction(0), *sold_by_period(world, key, lines)]
    units = [after - before for before, after in itertools.pairwise(sold)]
    return to_money(_exact(world, sum((list_price - price) * n for price, n in zip(path.prices, units, strict=True))))


def budgets_broken(world: Directory, choices: Mapping[Cell, PriceChoice], lines: Sequence[Line]) -> list[str]:
    """Budgets that the plan exceeds."""
    names = sorted({row.name for row in world.prices.budgets})
    forgone = {cell: sum(forgone_at(world, key, lines) for key in choice.keys) for cell, choice in choices.items()}
    return [
        name
        for name in names
        if sum(forgone[cell] for cell in counted_cells(world, choices, name)) > budget(world, name)
    ]


def budget(world: Directory, name: str) -> int:
    """Money that the choices of a budget may forgo."""
    return next(money(world, row.cells["amount"]) for row in world.prices.budgets if row.name == name)


def counted_cells(world: Directory, choices: Mapping[Cell, PriceChoice], name: str) -> list[Cell]:
    """Choices of a budget."""
    rows = [row for row in world.prices.budgets if row.name == name]
    return [
        (sku, zone)
        for sku, zone in choices
        if any(row.matches(sku, world.products[sku].category, zone) for row in rows)
    ]


def shortfall(world: Directory, choice: PriceChoice, lines: Sequence[Line]) -> Fraction:
    """Units that a choice sells too few of, by the period of its target."""
    share = choice.rules.get("sell_through_share")
    if share is None:
        return Fraction(0)
    until = min(int(choice.rule("sell_through_by_period", world.periods)), world.periods)
    there = sum(max(units_by_period(world, key, lines)[until - 1], 0) for key in choice.keys)
    sold = sum(sold_by_period(world, key, lines)[until - 1] for key in choice.keys)
    missing = share * there - sold
    return missing if missing > NO_SHORTFALL else Fraction(0)


def targets_missed(world: Directory, choices: Iterable[PriceChoice], lines: Sequence[Line]) -> list[Cell]:
    """Choices with a hard target that they miss, of those that may be marked down."""
    return [
        choice.cell
        for choice in choices
        if is_hard(choice) and may_be_marked_down(world, choice) and shortfall(world, choice, lines) > 0
    ]


def is_hard(choice: PriceChoice) -> bool:
    """Whether a choice has a target that it must meet."""
    return "sell_through_share" in choice.rules and "sell_through_price" not in choice.rules


def shortfall_price(world: Directory, choice: PriceChoice, lines: Sequence[Line]) -> int:
    """Money that the objective loses for what a choice sells too few of."""
    price = choice.rules.get("sell_through_price")
    if price is None or "sell_through_share" not in choice.rules:
        return 0
    return to_money(_exact(world, price * shortfall(world, choice, lines)))


def repricing(world: Directory, at_list: Directory, keys: Iterable[Key], *, weighted: bool) -> int:
    """What paths change of the worth of positions before any line moves, in money."""
    total = 0
    for key in keys:
        if world.stock[key].path != at_list.stock[key].path:
            weight = penalty_weight(world, key) if weighted else Fraction(1)
            total += value_before(world, key, weight) - value_before(at_list, key, weight)
    return total
