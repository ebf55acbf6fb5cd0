"""Clearance without lines as a multiple-choice knapsack: one path per choice, budgets and groups as rows.

The rows are given as plain numbers, for any solver. Cross effects within groups have no place in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pulp

from tests.oracle.choices import Cell, PriceChoice, Prices, groups_in_zone, rung_number
from tests.oracle.joint import ChoiceBook, Market, at_list
from tests.oracle.repricing import budget, counted_cells

Option = tuple[Cell, Prices]


@dataclass(frozen=True)
class Knapsack:
    """Take options so that every row ``low <= sum of coefficients <= high`` holds and the gain is greatest."""

    gain: dict[Option, int]
    rows: list[tuple[int, dict[Option, int], int]]
    constant: int
    """Objective of the plan that gains nothing."""


def knapsack(market: Market) -> Knapsack:
    """Write the choices that may be marked down as a knapsack; paths that miss a hard target are left out."""
    book = ChoiceBook(market)
    unmarked = market.shortfalls(market.at_list, ())
    gain, forgone = {}, {}
    for cell, paths in market.free.items():
        for path in paths:
            terms = book.terms(cell, {} if path == paths[0] else {cell: path}, ())
            if not terms.misses_target:
                gain[cell, path], forgone[cell, path] = terms.gain, terms.forgone
    fixed = sum(book.terms(cell, {}, ()).gain for cell in market.choices if cell not in market.free)
    rows = [(1, {option: 1 for option in gain if option[0] == cell}, 1) for cell in market.free]
    for name in sorted({row.name for row in market.directory.prices.budgets}):
        cells = counted_cells(market.directory, market.choices, name)
        spent = {option: amount for option, amount in forgone.items() if option[0] in cells}
        rows.append((0, spent, budget(market.directory, name)))
    rows += _group_rows(market, list(gain))
    return Knapsack(gain, rows, unmarked + fixed)


def _group_rows(market: Market, options: list[Option]) -> Iterator[tuple[int, dict[Option, int], int]]:
    for group, cells in groups_in_zone(market.directory, market.choices):
        members = [market.choices[cell] for cell in cells if cell in market.free]
        marked = [_marked(market, choice, options) for choice in members]
        if group.kind == "at_most_one":
            yield 0, {option: 1 for some in marked for option in some}, 1
        elif group.kind == "all_or_none":
            for one, other in itertools.pairwise(marked):
                yield 0, dict.fromkeys(one, 1) | dict.fromkeys(other, -1), 0
        else:
            rungs = [
                {option: _rungs(choice, option[1]) for option in options if option[0] == choice.cell}
                for choice in members
            ]
            for one, other in itertools.pairwise(rungs):
                for numbers in sorted({*one.values(), *other.values()}):
                    same = {option: 1 for option, row in one.items() if row == numbers}
                    yield 0, same | {option: -1 for option, row in other.items() if row == numbers}, 0


def _marked(market: Market, choice: PriceChoice, options: list[Option]) -> list[Option]:
    unmarked = at_list(choice, market.directory)
    return [option for option in options if option[0] == choice.cell and option[1] != unmarked]


def _rungs(choice: PriceChoice, path: Prices) -> tuple[int, ...]:
    return tuple(rung_number(choice, price) for price in path)


def solve_by_pulp(model: Knapsack) -> int | None:
    """Greatest objective by PuLP and CBC; None when nothing can be taken."""
    problem = pulp.LpProblem("knapsack", pulp.LpMaximize)
    take = {option: problem.add_variable(f"z{i}", cat=pulp.LpBinary) for i, option in enumerate(model.gain)}
    nothing = problem.add_variable("nothing", 0, 0)
    problem.setObjective(pulp.lpSum(gain * take[option] for option, gain in model.gain.items()) + nothing)
    for low, coefficients, high in model.rows:
        row = pulp.lpSum(number * take[option] for option, number in coefficients.items()) + nothing
        problem += row >= low
        problem += row <= high
    problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, gapAbs=0.5))
    if problem.sol_status != pulp.LpSolutionOptimal:
        return None
    return model.constant + sum(gain for option, gain in model.gain.items() if round(take[option].value() or 0))
