"""Edges in time: on which day units can leave over each lane, as the sum of lead times along their path.

A **leg** is an edge with a day of departure. Without lead times every edge has one leg, on day 0. With them, a transit
node has as many days of departure as there are different days on which units can reach it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, paying_edges, potentials
from network.joins import runs
from network.tables import Network
from optimizer.transfer.cells import Candidates, Scope, worth_of_last


@dataclass(frozen=True, slots=True)
class Legs:
    """Edges with days, shape ``(n_legs,)`` each: the lines that a plan can have."""

    lane: NDArray[np.int32]
    sku: NDArray[np.int32]
    origin: NDArray[np.int64]
    """Cell of the scope."""
    destination: NDArray[np.int64]
    """Cell of the scope."""
    departs_day: NDArray[np.int64]
    arrives_day: NDArray[np.int64]
    unit_cost: NDArray[np.int64]
    """Money per unit."""
    forced: NDArray[np.bool_]
    """See `Candidates.forced`."""

    def __len__(self) -> int:
        return len(self.lane)


def legs_of(network: Network, scope: Scope, candidates: Candidates) -> Legs:
    """List every day on which each candidate edge can be used.

    Own stock leaves on day 0; units received at a transit node leave on the day they arrived (waiting is a flow of its
    own). Paths visit a node at most once, so there are at most as many rounds as transit nodes plus one.
    """
    edges = candidates.edges
    lead = network.lanes.lead_time_days[edges.lane]
    if not np.any(lead):
        return _legs(scope, candidates, np.arange(len(edges)), np.zeros(len(edges), dtype=np.int64), lead)
    pays_late = _pays_after_horizon(scope, candidates)
    most_days = int(lead.max()) * (int(network.nodes.transit.sum()) + 1) + 1
    first = np.searchsorted(edges.origin, np.arange(len(scope.cells) + 1))
    frontier = np.flatnonzero(scope.give > 0).astype(np.int64) * most_days
    known = frontier
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for _ in range(int(network.nodes.transit.sum()) + 1):
        cell, day = frontier // most_days, frontier % most_days
        at, edge = runs(first[cell], first[cell + 1] - first[cell])
        arrives = day[at] + lead[edge]
        useful = (arrives < network.horizon_days) | pays_late[edge]
        edge, departs, arrives = edge[useful], day[at][useful], arrives[useful]
        parts.append((edge, departs))
        goes_on = scope.transit[edges.destination[edge]]
        reached = edges.destination[edge[goes_on]].astype(np.int64) * most_days + arrives[goes_on]
        frontier = np.setdiff1d(reached, known)
        known = np.union1d(known, frontier)
        if not len(frontier):
            break
    used, departs_day = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _legs(scope, candidates, used, departs_day, lead)


def _legs(
    scope: Scope,
    candidates: Candidates,
    edge: NDArray[np.int64],
    departs_day: NDArray[np.int64],
    lead: NDArray[np.int64],
) -> Legs:
    edges = candidates.edges
    origin = edges.origin[edge].astype(np.int64)
    return Legs(
        lane=edges.lane[edge],
        sku=scope.cells.sku[origin],
        origin=origin,
        destination=edges.destination[edge].astype(np.int64),
        departs_day=departs_day,
        arrives_day=departs_day + lead[edge],
        unit_cost=candidates.unit_cost[edge],
        forced=candidates.forced[edge],
    )


def _pays_after_horizon(scope: Scope, candidates: Candidates) -> NDArray[np.bool_]:
    """Which edges could pay for units that come too late to count anywhere: only left-over worth, or hard demands."""
    gain = np.where(scope.stock_row >= 0, scope.worth.left_over_worth, -NEVER)
    gain[scope.must_receive > 0] = NEVER
    gain[candidates.edges.destination[candidates.forced]] = NEVER
    loss = worth_of_last(scope)
    loss[candidates.edges.destination[candidates.forced]] = -NEVER
    late = potentials(scope.cells, candidates.edges, candidates.unit_cost, gain, loss)
    return paying_edges(candidates.edges, candidates.unit_cost, late)
