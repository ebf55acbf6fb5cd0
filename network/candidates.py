"""Candidate flows: which SKU could usefully move on which lane, found by joins over columns, never row by row.

A **cell** is one (SKU, node) pair that can hold, give or pass on units. An **edge** is one (lane, SKU) pair between two
cells. `join_lanes` lists every edge; `paying_edges` keeps those that lie on some path on which a unit could still pay:
the cheapest way to bring a unit to the edge, plus the edge, plus the best use of the unit behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Lanes

NEVER: Final = int(np.iinfo(np.int64).max // 8)
"""A loss that nobody would pay; ``-NEVER`` is a gain that nobody has."""

_LOOKUP_CELLS: Final = 8_000_000
"""Largest dense (SKU, node) lookup built at once: 32 MB of int32."""


@dataclass(frozen=True, slots=True)
class Cells:
    """(SKU, node) pairs sorted by SKU, then node, shape ``(n_cells,)`` each."""

    sku: NDArray[np.int32]
    node: NDArray[np.int32]
    sends: NDArray[np.bool_]
    """Something may leave: own stock, or units that arrived where the node has transit."""
    passes_on: NDArray[np.bool_]
    """A unit that arrives may let another one leave: transit, or own stock that the arrival replaces."""

    def __len__(self) -> int:
        return len(self.sku)


@dataclass(frozen=True, slots=True)
class Edges:
    """(lane, SKU) pairs sorted by origin cell, shape ``(n_edges,)`` each."""

    lane: NDArray[np.int32]
    origin: NDArray[np.int32]
    """Row of `Cells`."""
    destination: NDArray[np.int32]
    """Row of `Cells`."""

    def __len__(self) -> int:
        return len(self.lane)

    def take(self, keep: NDArray[np.bool_]) -> Edges:
        """Keep some edges, in order."""
        return Edges(self.lane[keep], self.origin[keep], self.destination[keep])


def join_lanes(lanes: Lanes, cells: Cells, n_nodes: int, may_run: NDArray[np.bool_] | None = None) -> Edges:
    """List every (lane, SKU) pair whose two ends are cells and whose origin can send.

    Parameters
    ----------
    lanes : Lanes
        Lanes that allow no dispatch are left out.
    cells : Cells
        Sorted by SKU, then node.
    n_nodes : int
        Number of nodes.
    may_run : ndarray of bool, shape (n_lanes,), optional
        Leave out all other lanes.

    Returns
    -------
    Edges
        Sorted by origin cell.
    """
    runs_at_all = lanes.max_dispatches > 0
    usable = np.flatnonzero(runs_at_all if may_run is None else runs_at_all & may_run)
    by_origin = usable[np.argsort(lanes.origin[usable], kind="stable")].astype(np.int32)
    parts = [
        _join_block(lanes, cells, n_nodes, by_origin, slice(start, stop))
        for start, stop in _sku_blocks(cells.sku, max(1, _LOOKUP_CELLS // max(n_nodes, 1)))
    ]
    if not parts:
        empty = np.empty(0, dtype=np.int32)
        return Edges(empty, empty, empty)
    return Edges(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _sku_blocks(sku: NDArray[np.int32], skus_per_block: int) -> list[tuple[int, int]]:
    """Cut cells into ranges of whole SKUs."""
    if not len(sku):
        return []
    starts = np.flatnonzero(np.r_[True, sku[1:] != sku[:-1]])[::skus_per_block]
    return list(zip(starts.tolist(), [*starts[1:].tolist(), len(sku)], strict=True))


def _join_block(
    lanes: Lanes,
    cells: Cells,
    n_nodes: int,
    by_origin: NDArray[np.int32],
    block: slice,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Join a block of whole SKUs: (lane, origin cell, destination cell); `by_origin` sorts the lanes by origin."""
    sku, node = cells.sku[block], cells.node[block].astype(np.int64)
    # Rank of the SKU in the block, times the number of nodes.
    place = np.cumsum(np.append(False, sku[1:] != sku[:-1])) * n_nodes
    lookup = np.full(int(place[-1]) + n_nodes, -1, dtype=np.int32)
    lookup[place + node] = np.arange(block.start, block.stop, dtype=np.int32)
    sender = np.flatnonzero(cells.sends[block])
    first = np.searchsorted(lanes.origin[by_origin], np.arange(n_nodes + 1))
    count = (first[1:] - first[:-1])[node[sender]]
    owner, row = runs(first[node[sender]], count)
    destination = lookup[place[sender][owner] + lanes.destination[by_origin][row]]
    found = np.flatnonzero(destination >= 0)
    return by_origin[row[found]], (block.start + sender[owner[found]]).astype(np.int32), destination[found]


@dataclass(frozen=True, slots=True)
class Potentials:
    """Best use and cheapest source of a unit, in money, shape ``(n_cells,)`` each."""

    gain_in: NDArray[np.int64]
    """Most that a unit arriving at the cell can earn, here or further on."""
    gain_out: NDArray[np.int64]
    """Most that a unit leaving the cell can earn, lane costs deducted."""
    loss_in: NDArray[np.int64]
    """Least that a unit arriving at the cell has cost, worth lost at its source and lane costs."""
    loss_out: NDArray[np.int64]
    """Least that a unit leaving the cell has cost."""


def potentials(
    cells: Cells, edges: Edges, unit_cost: NDArray[np.int64], gain_here: NDArray[np.int64], loss_here: NDArray[np.int64]
) -> Potentials:
    """Longest-path potentials over the edges (Bellman-Ford in whole columns; costs are not negative, so it ends).

    Parameters
    ----------
    cells, edges
        What may move.
    unit_cost : ndarray of int64, shape (n_edges,)
        Money per unit, at least 0.
    gain_here : ndarray of int64, shape (n_cells,)
        Worth of the first unit that arrives and stays: ``-NEVER`` where nothing can, `NEVER` where units must come.
    loss_here : ndarray of int64, shape (n_cells,)
        Worth of the unit that own stock loses first: `NEVER` where nothing may leave, ``-NEVER`` where units must.

    Returns
    -------
    Potentials
        Optimistic: fixed costs, capacities and days are not counted, so pruning with them loses no better plan.
    """
    step = -unit_cost
    gain_out = _relax(edges.origin, edges.destination, step, gain_here, cells.passes_on)
    # The cheapest source is the same recursion with the edges turned round and the sign changed.
    source = np.where(cells.sends, loss_here, NEVER)
    loss_in = -_relax(edges.destination, edges.origin, step, -source, cells.passes_on)
    return Potentials(
        gain_in=np.where(cells.passes_on, np.maximum(gain_here, gain_out), gain_here),
        gain_out=gain_out,
        loss_in=loss_in,
        loss_out=np.where(cells.passes_on, np.minimum(source, loss_in), source),
    )


def _relax(
    owner: NDArray[np.int32],
    other: NDArray[np.int32],
    step: NDArray[np.int64],
    here: NDArray[np.int64],
    passes_on: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Find the fixed point of ``best[c] = max over edges of c of (step + value of the other end)``.

    The value of the other end is ``here`` and, where it passes on, its own ``best``. Values only rise, so after the
    first round only edges count whose other end has risen in the round before.
    """
    best = np.full(len(here), -NEVER, dtype=np.int64)
    value = np.clip(here, -NEVER, NEVER)
    _raise_to(best, owner, value[other], step)
    onward = np.flatnonzero(passes_on[other])
    owner, other, step = owner[onward], other[onward], step[onward]
    while True:
        raised = np.where(passes_on, np.maximum(value, best), value)
        rises = np.flatnonzero((raised > value)[other])
        if not len(rises):
            return best
        value = raised
        _raise_to(best, owner[rises], value[other[rises]], step[rises])


def _raise_to(
    best: NDArray[np.int64], owner: NDArray[np.int32], through: NDArray[np.int64], step: NDArray[np.int64]
) -> None:
    """Raise ``best`` to what some edges offer; `NEVER` stays what it is, whatever the way there costs."""
    np.maximum.at(best, owner, np.where(through >= NEVER, NEVER, through + step))


def paying_edges(edges: Edges, unit_cost: NDArray[np.int64], found: Potentials) -> NDArray[np.bool_]:
    """Which edges can still pay: best use behind, less cost of the edge, less cheapest source before, above zero."""
    gain, loss = found.gain_in[edges.destination], found.loss_out[edges.origin]
    possible = (gain > -NEVER) & (loss < NEVER)
    certain = (gain >= NEVER) | (loss <= -NEVER)
    # Both are within int64 where finite: `NEVER` is an eighth of the range.
    return possible & (certain | (gain - unit_cost - loss > 0))
