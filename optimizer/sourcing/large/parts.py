"""Parts of a large award decided anew by a solver: some items are bought afresh, all else stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.backends import BACKENDS, Search
from optimizer.program import Program
from optimizer.sourcing.large import moves
from optimizer.sourcing.large.collecting import by_row
from optimizer.sourcing.large.local_search import Neighbourhood

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SEGMENTS_PER_ITEM = 10
"""The best at present prices are open to the solver."""

_STIFFNESS = 10.0
"""Times its weight in the search is what a solver pays for breaking a mandatory row."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some items, and the program that buys them anew."""

    items: Ints
    columns: Ints
    """Columns of the whole program that those of the part are, as far as they are."""
    program: Program
    start: Floats
    """What is bought now."""
    mended: int = -1
    """Weighed row that is to be kept whatever that costs, -1: none."""


def part_of(near: Neighbourhood, state: moves.State, items: Ints, worth: Floats, mended: int = -1) -> Part:
    """Write the program of some items.

    Parameters
    ----------
    near : Neighbourhood
    state : State
    items : ndarray of int64
    worth : ndarray of float64, shape (n_flows,)
        What being chosen costs at prices: of every item the segments with the least are open.
    mended : int
        Weighed row that is broken now and is to be kept, -1: none.
    """
    whole, n = near.program, near.program.n_flows
    columns = near.columns_of(state)
    flows = _open_flows(near, state, items, worth)
    inside = np.zeros(len(whole.uncovered), dtype=np.bool_)
    inside[items] = True
    free = np.zeros(len(whole.cost), dtype=np.bool_)
    free[flows] = free[n + flows] = free[whole.uncovered[items]] = True
    rows = _rows_of(whole.matrix, free)
    tied = near.derived & _columns_of(near.by_row, rows)
    emptied = columns.copy()
    gone = np.flatnonzero(inside[whole.flows.item])
    emptied[gone] = emptied[n + gone] = 0.0
    emptied[whole.uncovered[items]] = 0.0
    held = near.held_without(state, gone)
    emptied[tied] = 0.0
    free |= tied
    index = np.flatnonzero(free)
    low, high = whole.row_low[rows] + whole.row_margin[rows], whole.row_high[rows] - whole.row_margin[rows]
    fixed = near.by_row[rows] @ emptied
    block = by_row(near.by_row[rows][:, index])
    least = np.where(held[index], 1.0, 0.0)
    program, start = _elastic(near, rows, block, (low - fixed, high - fixed), (index, least, columns[index], mended))
    return Part(items, index, program, start, mended)


def _open_flows(near: Neighbourhood, state: moves.State, items: Ints, worth: Floats) -> Ints:
    """Return segments that a solver may use: of every item the best at prices, and what is bought now."""
    segments = near.segments
    begin, end = segments.first_of_item[items], segments.first_of_item[items + 1]
    owner = np.repeat(np.arange(len(items)), end - begin)
    flow = segments.of_item[np.concatenate([np.arange(a, b) for a, b in zip(begin, end, strict=True)])]
    order = np.lexsort((worth[flow], owner))
    rank = np.empty(len(flow), dtype=np.int64)
    rank[order] = np.arange(len(flow)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
    return np.unique(flow[(rank < _SEGMENTS_PER_ITEM) | (state.packs[flow] > 0)])


def _rows_of(matrix: Any, columns: Flags) -> Ints:
    """Rows in which any of the columns has an entry."""
    return np.unique(matrix[:, np.flatnonzero(columns)].indices)


def _columns_of(matrix: Any, rows: Ints) -> Flags:
    """Columns with an entry in any of the rows."""
    found = np.zeros(matrix.shape[1], dtype=np.bool_)
    found[matrix[rows].indices] = True
    return found


def _elastic(
    near: Neighbourhood,
    rows: Ints,
    block: Any,
    bounds: tuple[Floats, Floats],
    columns: tuple[Ints, Floats, Floats, int],
) -> tuple[Program, Floats]:
    """Write the program of a block of rows and columns; mandatory rules may be broken, at a price."""
    whole, (low, high), (index, least, now, mended) = near.program, bounds, columns
    place = np.full(len(whole.row_low), -1)
    place[near.rows] = np.arange(len(near.rows))
    limited = np.flatnonzero(place[rows] >= 0)
    soft = limited[near.price[place[rows[limited]]] == 0]
    weight = _STIFFNESS * near.limits.weight[place[rows[soft]]]
    weight[place[rows[soft]] == mended] = near.heaviest
    shapes = [(np.isfinite(low[soft]), 1.0), (np.isfinite(high[soft]), -1.0)]
    row, value = (
        np.concatenate(each)
        for each in zip(*((soft[at], np.full(int(at.sum()), sign)) for at, sign in shapes), strict=True)
    )
    price = np.concatenate([weight[at] for at, _ in shapes])
    extra = len(row)
    slack = sparse.csr_array((value, (row, np.arange(extra))), shape=(len(rows), extra))
    matrix = by_row(sparse.hstack([block, slack]))
    activity = block @ now
    off = np.maximum(np.where(value > 0, low[row] - activity[row], activity[row] - high[row]), 0.0)
    program = Program(
        objective=-np.concatenate([whole.cost[index], price]),
        low=np.concatenate([least, np.zeros(extra)]),
        high=np.concatenate([whole.most[index], np.full(extra, np.inf)]),
        integer=np.concatenate([whole.integer[index], np.zeros(extra, dtype=np.bool_)]),
        row=np.repeat(np.arange(len(rows)), np.diff(matrix.indptr)),
        column=matrix.indices.astype(np.int64),
        coefficient=matrix.data,
        row_low=low,
        row_high=high,
        row_unit=np.ones(len(rows)),
        offset=0.0,
        first_member_row=0,
        first_limit_row=0,
    )
    return program, np.concatenate([now, off])


def solved(part: Part, seconds: float, gap: float, report: object = None) -> tuple[Ints, Floats] | None:
    """Let a solver buy the items of a part; return segments and packs, or None."""
    del report
    answer = BACKENDS["scip"](part.program, Search(seconds=seconds, gap=gap, hint=part.start))
    if answer.columns is None:
        return None
    return part.columns, answer.columns[: len(part.columns)]


def applied(near: Neighbourhood, state: moves.State, part: Part, found: tuple[Ints, Floats]) -> bool:
    """Buy what was found, and keep it when it is better, or keeps a rule more."""
    parts, n = (near.segments, near.indicators, near.limits, near.needs, state), near.program.n_flows
    index, values = found
    flow = index[index < n]
    packs = np.rint(values[: len(flow)]).astype(np.int64)
    own = np.flatnonzero(np.isin(near.program.flows.item, part.items) & (state.packs > 0))
    before, broken = state.packs[own].copy(), near.broken(state)
    added = sum(moves.give_back(*parts, f) for f in own.tolist())
    bought = np.flatnonzero(packs > 0)
    for f, amount in zip(flow[bought].tolist(), packs[bought].tolist(), strict=True):
        if not state.taken[near.segments.group[f]]:
            added += moves.take(*parts, f, amount)
    now = near.broken(state) if part.mended in broken else broken
    if added < -1e-6 or (len(now) < len(broken) and part.mended not in now):
        state.cost[0] += added
        return True
    for f in flow[bought].tolist():
        if state.packs[f] > 0:
            moves.give_back(*parts, f)
    for f, amount in zip(own.tolist(), before.tolist(), strict=True):
        moves.take(*parts, f, amount)
    return False
