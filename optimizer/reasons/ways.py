"""Cheapest ways of a unit over the lanes between many senders and many receivers, for all of them at once.

Bellman-Ford in whole columns: each round takes every edge once. A cell's way is replaced only by a strictly better one,
so that following last edges ends even where lanes cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, Edges

Ints = NDArray[np.int64]

NO_LANE_ROW = -1
"""In a row of lanes: the path has ended."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges between cells, sorted by their `head`, shape ``(n_edges,)``; units may go on at cells that pass them on."""

    tail: Ints
    head: Ints
    lane: Ints
    """Row of ``network.lanes``."""
    passes_on: NDArray[np.bool_]
    """Shape ``(n_cells,)``."""
    backward: bool
    """Ways lead from receivers to senders: every edge is turned round."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The best way to every cell, shape ``(n_cells,)`` each."""

    cost: Ints
    """Of the way and its source together; `NEVER` where none leads there."""
    last_edge: Ints
    """Edge of the graph that the way ends with, -1 where none does."""
    ends_here: NDArray[np.bool_]
    """A way over an edge that leaves the cell starts with the cell's own unit."""


@dataclass(frozen=True, slots=True)
class Paths:
    """One path of lanes per pair of cells, shape ``(n_paths,)``."""

    lanes: Ints
    """Rows of ``network.lanes`` in order of travel, then `NO_LANE_ROW`; shape ``(n_paths, most_lanes)``."""
    sender: Ints
    """Cell."""
    receiver: Ints
    """Cell."""

    def __len__(self) -> int:
        return len(self.sender)

    @property
    def leads(self) -> NDArray[np.bool_]:
        """Whether the path leads from one cell to another."""
        return np.asarray(self.sender != self.receiver)

    def take(self, index: NDArray[np.intp]) -> Paths:
        """Return some of the paths, in the order of `index`."""
        return Paths(self.lanes[index], self.sender[index], self.receiver[index])

    def widened(self, most_lanes: int) -> Paths:
        """Return the same paths in rows of more lanes."""
        missing = most_lanes - self.lanes.shape[1]
        lanes = np.pad(self.lanes, ((0, 0), (0, missing)), constant_values=NO_LANE_ROW)
        return Paths(lanes, self.sender, self.receiver)

    def with_rows(self, at: NDArray[np.intp], others: Paths) -> Paths:
        """Replace some rows by other paths with as many lanes."""
        lanes, sender, receiver = self.lanes.copy(), self.sender.copy(), self.receiver.copy()
        lanes[at], sender[at], receiver[at] = others.lanes, others.sender, others.receiver
        return Paths(lanes, sender, receiver)

    def same_as(self, other: Paths) -> NDArray[np.bool_]:
        """Whether each path is the other one's."""
        most_lanes = max(self.lanes.shape[1], other.lanes.shape[1])
        lanes = self.widened(most_lanes).lanes == other.widened(most_lanes).lanes
        return np.asarray(lanes.all(axis=1) & (self.sender == other.sender))

    def replaced(self, where: NDArray[np.bool_], other: Paths) -> Paths:
        """Take some rows from other paths."""
        most_lanes = max(self.lanes.shape[1], other.lanes.shape[1])
        return Paths(
            np.where(where[:, None], other.widened(most_lanes).lanes, self.widened(most_lanes).lanes),
            np.where(where, other.sender, self.sender),
            np.where(where, other.receiver, self.receiver),
        )


def graph_of(edges: Edges, passes_on: NDArray[np.bool_], *, backward: bool = False) -> Graph:
    """Sort edges for `best_ways`."""
    tail, head = edges.origin.astype(np.int64), edges.destination.astype(np.int64)
    if backward:
        tail, head = head, tail
    order = np.argsort(head, kind="stable")
    return Graph(tail[order], head[order], edges.lane[order].astype(np.int64), passes_on, backward)


def direct_paths(sender: Ints, receiver: Ints, lane: int) -> Paths:
    """Paths over one lane, the same for all."""
    return Paths(np.full((len(sender), 1), lane, dtype=np.int64), sender, receiver)


def best_ways(graph: Graph, step: Ints, source: Ints) -> Ways:
    """Cheapest way over at least one edge to every cell.

    Parameters
    ----------
    graph : Graph
    step : ndarray of int64, shape (n_edges,)
        Cost of each edge, at least 0; `NEVER` closes it.
    source : ndarray of int64, shape (n_cells,)
        Cost of the cell's own unit, possibly negative; `NEVER` where it has none.

    Returns
    -------
    Ways
    """
    cost = np.full(len(source), NEVER, dtype=np.int64)
    last_edge = np.full(len(source), -1, dtype=np.int64)
    if not len(graph.head):
        return Ways(cost, last_edge, np.ones(len(source), dtype=bool))
    starts = np.flatnonzero(np.r_[True, graph.head[1:] != graph.head[:-1]])
    heads = graph.head[starts]
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(graph.head))))
    while True:
        here = np.where(graph.passes_on, np.minimum(source, cost), source)[graph.tail]
        through = np.where((here >= NEVER) | (step >= NEVER), NEVER, here + np.minimum(step, NEVER))
        best = np.minimum.reduceat(through, starts)
        better = best < cost[heads]
        if not better.any():
            return Ways(cost, last_edge, ~graph.passes_on | (source <= cost))
        hit = np.flatnonzero((through == best[group]) & better[group])
        winner, first = np.unique(group[hit], return_index=True)
        last_edge[heads[winner]] = hit[first]
        cost[heads[better]] = best[better]


def trace(graph: Graph, ways: Ways, targets: Ints) -> Paths:
    """Follow the best ways to some cells back to where they start.

    Parameters
    ----------
    graph : Graph
    ways : Ways
        Of this graph.
    targets : ndarray of int64, shape (n_paths,)
        Cells; one that no way reaches gets a path without lanes from itself.

    Returns
    -------
    Paths
    """
    at = targets.copy()
    walking = ways.last_edge[at] >= 0
    columns = []
    while walking.any():
        edge = ways.last_edge[at]
        columns.append(np.where(walking, graph.lane[edge], NO_LANE_ROW))
        at = np.where(walking, graph.tail[edge], at)
        walking = walking & ~ways.ends_here[at] & (ways.last_edge[at] >= 0)
    lanes = np.stack(columns, axis=1) if columns else np.empty((len(targets), 0), dtype=np.int64)
    if graph.backward:
        return Paths(lanes, sender=targets, receiver=at)
    return Paths(_turned(lanes), sender=at, receiver=targets)


def _turned(lanes: Ints) -> Ints:
    """Turn round the lanes of every path, leaving what pads it at its end."""
    length = (lanes != NO_LANE_ROW).sum(axis=1)[:, None]
    place = np.arange(lanes.shape[1])[None, :]
    return np.take_along_axis(lanes, np.where(place < length, length - 1 - place, place), axis=1)
