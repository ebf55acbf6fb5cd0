"""Makes awards of packages better, neighbourhood by neighbourhood.

Some packages are dropped and what they brought is bought anew at the least cost, everything else held. Items may
always be left out here, at a price above everything that an award could cost: so the search begins with whatever
keeps all limits and covers what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from network.joins import runs
from optimizer.backends import BACKENDS, Search
from optimizer.program import Program, with_entries, with_rows
from optimizer.sourcing.packages.covering import MUST, Covering, Lots
from optimizer.sourcing.packages.partial import Held, held, partial_program
from optimizer.sourcing.packages.program import CoveringProgram, covering_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_DROPPED: Final = (10.0, 60.0)
"""Packages that a neighbourhood drops at first, and at most."""
_GROWTH: Final = 1.06
_SHRINKING: Final = 0.9
_QUICK_SECONDS: Final = 0.25
"""Neighbourhoods that are searched whole in less time become larger."""
_LONG_SECONDS: Final = 1.5
_SETTLED_SHARE: Final = 0.5
"""Of the neighbourhoods, where few may win: in these nobody else does."""
_REPORT_SECONDS: Final = 0.3
"""At most so often what was found is reported: each award takes a certificate."""
_LEFT_OUT_FACTOR: Final = 4


@dataclass(slots=True)
class Neighbourhoods:
    """A covering problem in which everything can be left out, ready to be searched in parts."""

    covering: Covering
    must: Flags
    """Items that may not be left out."""
    written: CoveringProgram
    whole: Held
    has_item: csr_array
    """Shape ``(n_columns, n_items)``."""
    supplier_first: int
    """Program column of the first supplier that can win."""
    winner_of: Ints
    """Program column by supplier, -1."""


def neighbourhoods_of(covering: Covering, money_decimals: int) -> Neighbourhoods:
    """Prepare a covering problem."""
    must = covering.skip_cost == MUST
    dear = left_out_cost(covering)
    none = np.empty(0, dtype=np.int64)
    uncounted = Lots(covering.lots.supplier[:0], covering.lots.item[:0], none)
    elastic = replace(covering, skip_cost=np.where(must, dear, covering.skip_cost))
    written = covering_program(replace(elastic, lots=uncounted), money_decimals)
    supplier_first = covering.n_columns + covering.n_items
    winner_of = np.full(len(covering.fixed_cost), -1, dtype=np.int64)
    winner_of[written.winners] = supplier_first + np.arange(len(written.winners))
    shape = (covering.n_columns, covering.n_items)
    return Neighbourhoods(
        covering=elastic,
        must=must,
        written=written,
        whole=held(written.program),
        has_item=csr_array((np.ones(len(covering.item)), covering.item, covering.first), shape=shape),
        supplier_first=supplier_first,
        winner_of=winner_of,
    )


def left_out_cost(covering: Covering) -> int:
    """Price of leaving out an item that must be covered: more than any column costs."""
    return _LEFT_OUT_FACTOR * int(covering.cost.max(initial=1) + covering.fixed_cost.max(initial=0))


def total_cost(covering: Covering, chosen: Flags) -> int:
    """Cost of columns, of suppliers that win and of items that are left out, exact."""
    covered = np.zeros(covering.n_items, dtype=np.bool_)
    covered[covering.item[chosen[covering.column_of]]] = True
    wins = np.unique(covering.supplier[chosen])
    return int(covering.cost[chosen].sum() + covering.fixed_cost[wins].sum() + covering.skip_cost[~covered].sum())


def improve(
    near: Neighbourhoods,
    chosen: Flags,
    until: float,
    seed: int,
    report: Callable[[Flags], None],
) -> Flags:
    """Search neighbourhoods until the time is over; every better choice that leaves nothing out is reported.

    Parameters
    ----------
    chosen : ndarray of bool, shape (n_columns,)
        Keeps all limits but the cover of items.
    until : float
        On the clock of `time.monotonic`.
    """
    random, covering = np.random.default_rng(seed), near.covering
    dropped = _DROPPED[0]
    cost = reported = total_cost(covering, chosen)
    said = -np.inf
    while (left := until - time.monotonic()) > 0:
        began = time.monotonic()
        settled = len(near.written.winners) > 0 and random.random() < _SETTLED_SHARE
        drawn = _drawn(near, chosen, round(dropped), random, by_supplier=not settled)
        answer = _searched(near, chosen, drawn, min(_LONG_SECONDS, left), settled=settled)
        took = time.monotonic() - began
        if answer is None or took > _LONG_SECONDS:
            dropped = max(dropped * _SHRINKING, 2.0)
        elif took < _QUICK_SECONDS:
            dropped = min(dropped * _GROWTH, _DROPPED[1])
        if answer is None:
            continue
        new = total_cost(covering, answer)
        if new <= cost:
            chosen, cost = answer, new
        if cost < reported and time.monotonic() - said >= _REPORT_SECONDS and is_whole(near, chosen):
            report(chosen)
            reported, said = cost, time.monotonic()
    if cost < reported and is_whole(near, chosen):
        report(chosen)
    return chosen


def is_whole(near: Neighbourhoods, chosen: Flags) -> bool:
    """Whether every item that must be covered is."""
    covered = np.zeros(near.covering.n_items, dtype=np.bool_)
    covered[near.covering.item[chosen[near.covering.column_of]]] = True
    return bool(np.all(covered[near.must]))


def _drawn(
    near: Neighbourhoods, chosen: Flags, count: int, random: np.random.Generator, *, by_supplier: bool
) -> tuple[Flags, Ints]:
    """Draw chosen columns to drop and items that are left out to buy: those with most offers near a place."""
    covering, has_item = near.covering, near.has_item
    covered = has_item.T @ chosen.astype(np.float64)
    out = np.flatnonzero(covered == 0)
    seed = np.zeros(covering.n_items)
    if len(out) and random.random() < 0.5:
        seed[random.choice(out)] = 1
    else:
        seed[random.integers(covering.n_items)] = 1
    offers = has_item @ seed
    items = has_item.T @ offers
    items = has_item.T @ (has_item @ items) * (1e-3 / max(items.max(), 1.0)) + items
    closeness = (has_item @ items) / np.maximum(np.diff(covering.first), 1)
    drop = np.zeros(covering.n_columns, dtype=np.bool_)
    at = np.flatnonzero(chosen)
    if len(near.written.winners) and len(at) and by_supplier:
        supplier = covering.supplier[at[np.argmax(closeness[at] * random.random(len(at)))]]
        drop[at[covering.supplier[at] == supplier]] = True
    order = at[np.argsort(-closeness[at] * random.uniform(0.5, 1.0, len(at)))]
    drop[order[: max(count - int(drop.sum()), 1)]] = True
    near_out = out[np.argsort(-items[out])][: 4 * count]
    return drop, near_out


def _searched(
    near: Neighbourhoods, chosen: Flags, drawn: tuple[Flags, Ints], seconds: float, *, settled: bool
) -> Flags | None:
    """Buy anew what the dropped columns brought, None where no solution was found; settled: of those that win now."""
    covering, (drop, out) = near.covering, drawn
    kept = chosen & ~drop
    covered = near.has_item.T @ kept.astype(np.float64) > 0
    wanted = np.zeros(covering.n_items, dtype=np.bool_)
    wanted[covering.item[drop[covering.column_of]]] = True
    wanted[out] = True
    wanted &= ~covered
    useful = (near.has_item @ wanted.astype(np.float64) > 0) & ~kept
    if settled:
        wins = np.zeros(len(covering.fixed_cost), dtype=np.bool_)
        wins[covering.supplier[chosen]] = True
        useful &= wins[covering.supplier]
    values = np.zeros(near.written.program.n_columns)
    values[: covering.n_columns] = kept
    values[covering.n_columns : near.supplier_first] = ~covered
    free = np.zeros(len(values), dtype=np.bool_)
    free[: covering.n_columns] = useful
    free[covering.n_columns : near.supplier_first] = wanted
    if len(near.written.winners):
        used = near.winner_of[covering.supplier[kept]]
        values[used[used >= 0]] = 1
        may = near.winner_of[covering.supplier[useful]]
        free[may[may >= 0]] = True
        free[used[used >= 0]] = False
    columns = np.flatnonzero(free)
    program = _with_lots(near, kept, partial_program(near.whole, values, columns), columns)
    answer = BACKENDS["highs"](program, Search(seconds=seconds, gap=0.0))
    if answer.columns is None:
        return None
    values[columns] = answer.columns
    return np.asarray(values[: covering.n_columns] > 0.5)


def _with_lots(near: Neighbourhoods, kept: Flags, program: Program, columns: Ints) -> Program:
    """Add the limits of lots: what is held counts once, what two new columns of a supplier bring counts twice."""
    covering, lots = near.covering, near.covering.lots
    if not len(lots.most):
        return program
    n, column_of = covering.n_items, covering.column_of
    pair = covering.supplier[column_of] * n + covering.item
    had = np.unique(pair[kept[column_of]])
    free = columns[columns < covering.n_columns]
    entry, owner = _entries(covering.first, free)
    new = ~np.isin(pair[entry], had)
    entry, owner = entry[new], owner[new]
    supplier, item = covering.supplier[column_of[entry]], covering.item[entry]
    row, column, weight = [], [], []
    most: list[float] = []
    for limit in range(len(lots.most)):
        counted = lots.supplier[limit, supplier] & lots.item[limit, item]
        number = np.bincount(owner[counted], minlength=len(free))
        room = lots.most[limit] - int((lots.supplier[limit, had // n] & lots.item[limit, had % n]).sum())
        if number.sum() <= room:
            continue
        at = np.flatnonzero(number)
        row.append(np.full(len(at), len(most)))
        column.append(at)
        weight.append(number[at].astype(np.float64))
        most.append(float(room))
    if not most:
        return program
    rows = np.concatenate(row) + program.n_rows
    taller = with_rows(program, np.full(len(most), -np.inf), np.array(most), np.ones(len(most)))
    return with_entries(taller, rows, np.concatenate(column), np.concatenate(weight))


def _entries(first: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Entries of some columns, and which of these each is of."""
    owner, entry = runs(first[chosen], first[chosen + 1] - first[chosen])
    return entry, owner
