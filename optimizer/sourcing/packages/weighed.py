"""Searches awards of packages by weights of items: quick, and good where packages overlap anyhow."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.sourcing.packages.covering import MUST, Covering
from optimizer.sourcing.packages.improving import Neighbourhoods, improve, total_cost
from optimizer.sourcing.packages.weighting import Problem, State, begun, flip, seeded, weighed

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_STEPS: Final = 2_000
"""Between looks at the clock."""
_PATIENCE: Final = 100_000
"""Steps without a better choice after which the search begins anew at the best one."""
_TURN_SECONDS: Final = 2.0
_REPORT_SECONDS: Final = 0.2
"""At most so often what was found is reported: each award takes a certificate."""


def search_by_weights(covering: Covering, start: Flags, until: float, report: Callable[[Flags], None]) -> Flags:
    """Search until the time is over, some steps at least; report better choices that cover all that must be covered.

    Lots are counted as if no supplier brought an item twice: nothing that is found breaks their limits. Fixed costs of
    suppliers are not seen.

    Parameters
    ----------
    start : ndarray of bool, shape (n_columns,)
        Keeps all limits but the cover of items.
    until : float
        On the clock of `time.monotonic`.

    Returns
    -------
    ndarray of bool, shape (n_columns,)
        The cheapest of these, or the start.
    """
    problem = _problem(covering)
    best = np.append(start, np.zeros(len(problem.cost) - len(start), dtype=np.bool_))
    least, reported, said = np.inf, np.inf, -np.inf
    state, steps, fruitless = _at(problem, best), 0, 0
    over = False
    while not over:
        before, least = least, weighed(problem, state, best, least, _STEPS, steps)
        steps += _STEPS
        fruitless = 0 if least < before else fruitless + _STEPS
        if fruitless >= _PATIENCE:
            state, fruitless = _at(problem, best), 0
        if least < reported and time.monotonic() - said >= _REPORT_SECONDS:
            report(best[: covering.n_columns].copy())
            reported, said = least, time.monotonic()
        over = time.monotonic() >= until
    if least < reported:
        report(best[: covering.n_columns].copy())
    return best[: covering.n_columns]


def search_by_turns(
    near: Neighbourhoods, start: Flags, until: float, seed: int, report: Callable[[Flags], None]
) -> None:
    """Search by weights and by neighbourhoods in turns; what finds something goes on."""
    by_weights = not np.any(near.covering.fixed_cost)
    seeded(seed)
    chosen, cost, turn = start, total_cost(near.covering, start), 0
    covering = replace(near.covering, skip_cost=np.where(near.must, MUST, near.covering.skip_cost))
    while time.monotonic() < until:
        ends = min(until, time.monotonic() + _TURN_SECONDS)
        if by_weights:
            chosen = search_by_weights(covering, chosen, ends, report)
        else:
            chosen = improve(near, chosen, ends, seed + turn, report)
        turn, before, cost = turn + 1, cost, total_cost(near.covering, chosen)
        if cost >= before:
            by_weights = not by_weights and not np.any(covering.fixed_cost)


def _at(problem: Problem, chosen: Flags) -> State:
    """Begin at a choice, all weights alike."""
    state: State = begun(problem)
    for column in np.flatnonzero(chosen).tolist():
        flip(problem, state, column, 0)
    return state


def _problem(covering: Covering) -> Problem:
    skipped = np.flatnonzero(covering.skip_cost != MUST)
    n = covering.n_columns + len(skipped)
    first = np.append(covering.first, covering.first[-1] + 1 + np.arange(len(skipped)))
    item = np.append(covering.item, skipped)
    by_item = np.argsort(item, kind="stable")
    owner = np.repeat(np.arange(n), np.diff(first))
    row, column, weight, most = _rows(covering)
    order = np.lexsort((row, column))
    member = np.argwhere(covering.winner_group.T)
    return Problem(
        cost=np.append(covering.cost, covering.skip_cost[skipped]).astype(np.float64),
        first=first,
        item=item,
        first_of_item=_begins(item, covering.n_items),
        of_item=owner[by_item],
        most_times=covering.most_times,
        supplier=np.append(covering.supplier, np.full(len(skipped), -1)),
        first_row=_begins(column, n),
        row=row[order],
        row_weight=weight[order],
        most=most,
        first_group=_begins(member[:, 0], len(covering.fixed_cost)),
        group=member[:, 1].copy(),
        most_winners=covering.most_winners,
    )


def _rows(covering: Covering) -> tuple[Ints, Ints, Ints, Ints]:
    """Limits of weights, then those of lots: row, column and weight of every entry, and the most of every row."""
    own, lots, column_of = covering.rows, covering.lots, covering.column_of
    row = [np.repeat(np.arange(len(own.most)), np.diff(own.first))]
    column, weight = [own.column], [own.weight]
    for limit in range(len(lots.most)):
        counted = lots.supplier[limit, covering.supplier[column_of]] & lots.item[limit, covering.item]
        number = np.bincount(column_of[counted], minlength=covering.n_columns)
        column.append(np.flatnonzero(number))
        weight.append(number[column[-1]])
        row.append(np.full(len(column[-1]), len(own.most) + limit))
    most = np.append(own.most, lots.most)
    return np.concatenate(row).astype(np.int64), np.concatenate(column), np.concatenate(weight), most


def _begins(number: Ints, n: int) -> Ints:
    return np.append(0, np.cumsum(np.bincount(number, minlength=n))).astype(np.int64)
