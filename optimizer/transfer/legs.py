"""Edges in time: on which day units can leave over each lane, as the sum of lead times along their path.

A **leg** is an edge with a day of departure and, where units expire, the day on which the units it carries do. Without
lead times, rests and expiry every edge has one leg, on day 0. With them, a node has as many days of departure as there
are different days on which units can reach it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, paying_edges, potentials
from network.columns import NO_LIMIT
from network.joins import runs
from network.outside import exit_of_lane, open_days
from network.tables import Network
from optimizer.request import Request
from optimizer.transfer.cells import Candidates, Scope, worth_of_last
from optimizer.transfer.former import FormerLines

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Legs:
    """Edges with days, shape ``(n_legs,)`` each: the lines that a plan can have."""

    lane: NDArray[np.int32]
    sku: NDArray[np.int32]
    origin: Int64
    """Cell of the scope."""
    destination: Int64
    """Cell of the scope."""
    departs_day: Int64
    arrives_day: Int64
    expiry_day: Int64
    """`NO_LIMIT`: never."""
    unit_cost: Int64
    """Money per unit."""
    forced: NDArray[np.bool_]
    """See `Candidates.forced`."""

    def __len__(self) -> int:
        return len(self.lane)

    def take(self, index: Int64) -> Legs:
        """Return some of the legs, in the order of `index`."""
        return Legs(*(getattr(self, item.name)[index] for item in fields(self)))


def legs_of(network: Network, request: Request, scope: Scope, candidates: Candidates, former: FormerLines) -> Legs:
    """List every day on which each candidate edge can be used, for units of every expiry day that can be there.

    Own stock leaves when it has rested; units received at a transit node leave on the day they arrived (waiting is a
    flow of its own). Paths visit a node at most once, so there are at most as many rounds as transit nodes plus one.
    """
    lead = network.lanes.lead_time_days[candidates.edges.lane]
    timed = _timed(network, request, scope, candidates, former)
    if not timed.any():
        return _legs(scope, candidates, lead, _at_once(np.arange(len(lead))))
    walk = _Walk(network, request, scope, candidates, former, timed=timed)
    parts = [_at_once(np.flatnonzero(~timed[scope.cells.sku[candidates.edges.origin]]))]
    for _ in range(int(network.nodes.transit.sum()) + 1):
        parts.append(walk.step())
        if walk.ended:
            break
    edge, departs_day, expiry_day = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(edge, kind="stable")
    if walk.opens.any():
        order = _distinct(edge, departs_day, expiry_day)
    return _legs(scope, candidates, lead, (edge[order], departs_day[order], expiry_day[order]))


def _distinct(*columns: Int64) -> Int64:
    """Rows in order, each once: units that came on several days leave together when an exit opens."""
    order = np.lexsort(columns[::-1])
    differs = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    return np.asarray(order[np.append(True, differs)[: len(order)]])


def _at_once(edge: Int64) -> tuple[Int64, Int64, Int64]:
    """Edges used on day 0 for units that never expire."""
    return edge, np.zeros(len(edge), dtype=np.int64), np.full(len(edge), NO_LIMIT)


def _timed(
    network: Network, request: Request, scope: Scope, candidates: Candidates, former: FormerLines
) -> NDArray[np.bool_]:
    """Products whose units can leave on days after 0, or are told apart by expiry; shape ``(n_products,)``."""
    timed = np.full(len(network.products), len(_later_days(request, former)) > 0)
    edges, sku = candidates.edges, scope.cells.sku
    later = (network.lanes.lead_time_days > 0) | (open_days(network)[0] > 0)
    timed[sku[edges.origin[later[edges.lane]]]] = True
    timed[sku[scope.expires | ((scope.release_day > 0) & (scope.give > 0))]] = True
    timed[former.sku] = True
    return timed


class _Walk:
    """Where units of each expiry day can be on which day, found round by round from own stock."""

    def __init__(
        self,
        network: Network,
        request: Request,
        scope: Scope,
        candidates: Candidates,
        former: FormerLines,
        *,
        timed: NDArray[np.bool_],
    ) -> None:
        edges = candidates.edges
        self.network, self.scope, self.edges = network, scope, edges
        self.lead = network.lanes.lead_time_days[edges.lane].astype(np.int64)
        self.opens, self.closes = (days[edges.lane] for days in open_days(network))
        self.pays_late = _pays_after_horizon(scope, candidates)
        least_left = network.products.min_remaining_shelf_life_days[scope.cells.sku[edges.destination]]
        self.least_left = np.where(exit_of_lane(network)[edges.lane] >= 0, -NO_LIMIT, least_left)
        own = np.flatnonzero((scope.own.give > 0) & timed[scope.cells.sku[scope.own.cell]])
        # A former line may leave later than its units could.
        cell = np.concatenate([scope.own.cell[own], former.origin])
        expiry = np.concatenate([scope.own.expiry_day[own], former.expiry_day])
        day = np.concatenate([scope.release_day[scope.own.cell[own]], former.departs_day])
        self.expiries = np.unique(np.append(expiry, NO_LIMIT))
        rounds = int(network.nodes.transit.sum()) + 1
        self.days = int(day.max(initial=0)) + int(self.lead.max(initial=0)) * rounds + 1
        self.later = _later_days(request, former)
        self.days = max(self.days, int(self.later.max(initial=0)) + int(self.lead.max(initial=0)) * rounds + 1)
        self.first = np.searchsorted(edges.origin, np.arange(len(scope.cells) + 1))
        self.frontier = np.unique(self._with_waits(cell, np.searchsorted(self.expiries, expiry), day))
        self.known = self.frontier

    @property
    def ended(self) -> bool:
        """Nothing new can be reached."""
        return not len(self.frontier)

    def step(self) -> tuple[Int64, Int64, Int64]:
        """Edges that leave where units are now, with the day they leave and the day their units expire."""
        day, place = self.frontier % self.days, self.frontier // self.days
        kind, cell = place % len(self.expiries), place // len(self.expiries)
        at, edge = runs(self.first[cell], self.first[cell + 1] - self.first[cell])
        leaves, expiry = np.maximum(day[at], self.opens[edge]), self.expiries[kind[at]]
        arrives = leaves + self.lead[edge]
        destination = self.edges.destination[edge].astype(np.int64)
        useful = (leaves <= self.closes[edge]) & ((arrives < self.network.horizon_days) | self.pays_late[edge])
        useful &= (expiry == NO_LIMIT) | (expiry - arrives >= self.least_left[edge])
        goes_on = useful & self.scope.transit[destination]
        reached = self._with_waits(destination[goes_on], kind[at][goes_on], arrives[goes_on])
        self.frontier = np.setdiff1d(reached, self.known)
        self.known = np.union1d(self.known, self.frontier)
        return edge[useful], leaves[useful], expiry[useful]

    def _with_waits(self, cell: Int64, kind: Int64, day: Int64) -> Int64:
        """Places with a day, and at transit nodes the later days on which leaving can be better."""
        at, later = np.nonzero(self.scope.transit[cell][:, None] & (self.later[None, :] > day[:, None]))
        waited = self._code(cell[at], kind[at], self.later[later])
        return np.concatenate([self._code(cell, kind, day), waited])

    def _code(self, cell: Int64, kind: Int64, day: Int64) -> Int64:
        return np.asarray((cell * len(self.expiries) + kind) * self.days + day)


def _later_days(request: Request, former: FormerLines) -> Int64:
    """Days for which it can pay to wait: when a change has another price, or the day after a frozen line left.

    A frozen line takes no more units, but the same lane can carry more on another day.
    """
    if request.former_plan is None:
        return np.empty(0, dtype=np.int64)
    steps = np.array([day for day, _ in request.former_plan.change_prices], dtype=np.int64)
    return np.union1d(steps, former.departs_day[former.frozen] + 1)


def _legs(scope: Scope, candidates: Candidates, lead: Int64, days: tuple[Int64, Int64, Int64]) -> Legs:
    edges, (edge, departs_day, expiry_day) = candidates.edges, days
    origin = edges.origin[edge].astype(np.int64)
    return Legs(
        lane=edges.lane[edge],
        sku=scope.cells.sku[origin],
        origin=origin,
        destination=edges.destination[edge].astype(np.int64),
        departs_day=departs_day,
        arrives_day=departs_day + lead[edge],
        expiry_day=expiry_day,
        unit_cost=candidates.unit_cost[edge],
        forced=candidates.forced[edge],
    )


def _pays_after_horizon(scope: Scope, candidates: Candidates) -> NDArray[np.bool_]:
    """Which edges could pay for units that come too late to count anywhere: only left-over worth, or hard demands."""
    gain = np.where(scope.stock_row >= 0, scope.worth.left_over_worth + scope.wishes.price, -NEVER)
    gain[scope.must_receive > 0] = NEVER
    gain[candidates.edges.destination[candidates.forced]] = NEVER
    loss = worth_of_last(scope)
    loss[candidates.edges.destination[candidates.forced]] = -NEVER
    late = potentials(scope.cells, candidates.edges, candidates.unit_cost, gain, loss)
    return paying_edges(candidates.edges, candidates.unit_cost, late)
