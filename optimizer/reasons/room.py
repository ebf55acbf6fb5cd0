"""What lanes and nodes can still take after a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.plan import Plan
from optimizer.plan_lines import lane_load
from optimizer.request import Request
from optimizer.worth.economics import (
    NO_WEIGHT_LIMIT,
    lane_capacity,
    lane_fixed_cost,
    lane_least_load,
    money,
)

Ints = NDArray[np.int64]

ANY_LOAD: Final = 2**61
"""Weight that no plan carries: a lane without limit."""


@dataclass(frozen=True, slots=True)
class Room:
    """Every lane after the plan, shape ``(n_lanes + 1,)``; weights in ``10 ** -6`` kg, money in money units.

    The last one is a lane that does not exist: it costs nothing, takes no time and holds everything.
    """

    load: Ints
    runs: Ints
    capacity: Ints
    """Of one dispatch; `NO_WEIGHT_LIMIT` when it carries anything."""
    most_runs: Ints
    most_load: Ints
    """What all dispatches that may run can carry; `ANY_LOAD` without limit."""
    least_load: Ints
    """Of each dispatch."""
    fixed_cost: Ints
    """Money per dispatch."""
    cost_per_unit: Ints
    """Money per unit, without what is paid per kilogram."""
    lead_days: Ints
    min_line_units: Ints
    pick_left: Ints
    """Units that may still leave each node, shape ``(n_nodes,)``; so for the three below."""
    receive_left: Ints
    out_left: Ints
    """Lanes out of each node that may still be opened."""
    in_left: Ints
    line_hurdle: int
    """What a line must earn."""
    dispatch_hurdle: int
    """What a dispatch must earn."""

    @property
    def new_lane(self) -> int:
        """Row of the lane that does not exist."""
        return len(self.load) - 1

    @property
    def has_minima(self) -> bool:
        """Whether any lane has a smallest line or a least load."""
        return bool(np.any(self.min_line_units > 1) or np.any(self.least_load > 0))

    @property
    def free_load(self) -> Ints:
        """What the dispatches that run can still carry."""
        carries_any = (self.capacity >= NO_WEIGHT_LIMIT) & (self.runs > 0)
        held = np.minimum(self.capacity, ANY_LOAD // np.maximum(self.runs, 1)) * self.runs
        return np.where(carries_any, ANY_LOAD, np.maximum(held - self.load, 0))


def room_of(network: Network, request: Request, plan: Plan) -> Room:
    """Add up load and dispatches of every lane and node, and see what more they can take.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.

    Returns
    -------
    Room
    """
    lanes, n_lanes = network.lanes, len(network.lanes)
    load, runs = lane_load(network, plan), np.zeros(n_lanes, dtype=np.int64)
    runs[plan.dispatch_lane] = plan.dispatches
    capacity, most_runs = lane_capacity(network), lanes.max_dispatches.astype(np.int64)
    most_load = np.minimum(most_runs, ANY_LOAD // np.maximum(capacity, 1)) * np.minimum(capacity, ANY_LOAD)
    unlimited = (capacity >= NO_WEIGHT_LIMIT) | (most_runs > ANY_LOAD // np.maximum(capacity, 1))
    hurdles = money(np.array([request.min_line_benefit, request.min_dispatch_benefit]), network.money_decimals)
    nodes, used = network.nodes, np.unique(plan.lane)
    return Room(
        load=np.append(load, 0),
        runs=np.append(runs, 0),
        capacity=np.append(capacity, NO_WEIGHT_LIMIT),
        most_runs=np.append(most_runs, NO_LIMIT),
        most_load=np.append(np.where(unlimited & (most_runs > 0), ANY_LOAD, most_load), ANY_LOAD),
        least_load=np.append(lane_least_load(network), 0),
        fixed_cost=np.append(lane_fixed_cost(network), 0),
        cost_per_unit=np.append(money(lanes.cost_per_unit, network.money_decimals), 0),
        lead_days=np.append(lanes.lead_time_days.astype(np.int64), 0),
        min_line_units=np.append(lanes.min_line_units.astype(np.int64), 0),
        pick_left=_left(nodes.pick_capacity_units, lanes.origin[plan.lane], plan.units),
        receive_left=_left(nodes.receive_capacity_units, lanes.destination[plan.lane], plan.units),
        out_left=_left(nodes.max_outbound_lanes, lanes.origin[used], np.ones(len(used), dtype=np.int64)),
        in_left=_left(nodes.max_inbound_lanes, lanes.destination[used], np.ones(len(used), dtype=np.int64)),
        line_hurdle=int(hurdles[0]),
        dispatch_hurdle=int(hurdles[1]),
    )


def _left(limit: Ints, node: NDArray[np.int32], amount: Ints) -> Ints:
    """Limits of nodes less what uses them up; `ANY_LOAD` without limit."""
    used = np.zeros(len(limit), dtype=np.int64)
    np.add.at(used, node, amount)
    return np.where(limit == NO_LIMIT, ANY_LOAD, limit - used)
