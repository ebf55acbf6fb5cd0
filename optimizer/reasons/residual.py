"""What a plan leaves: units that may still go, demand still unserved, room on the lanes, and by when a unit counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.tables import AlertKind, Network
from optimizer.alert_service import alert_service
from optimizer.economics import (
    NO_WEIGHT_LIMIT,
    UnitWorth,
    alert_units,
    arrival_cap_units,
    lane_capacity,
    lane_fixed_cost,
    lane_least_load,
    product_weight,
    value_change,
)
from optimizer.outcomes import unmet_positions
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.scope import skus_in_scope
from optimizer.settlement import Lines, Settlement, lines_of, settle
from optimizer.transfer.cells import Scope, scope_of

Ints = NDArray[np.int64]

ANY_LOAD: Final = 2**61
"""Weight that no plan carries: a lane without limit."""


@dataclass(frozen=True, slots=True)
class LaneRoom:
    """Every lane after the plan, shape ``(n_lanes,)``; weights in ``10 ** -6`` kg."""

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
    line_key: Ints
    """Sorted keys lane * n_products + sku of the lanes and SKUs that have a line."""

    @property
    def free_load(self) -> Ints:
        """What the dispatches that run can still carry."""
        carries_any = (self.capacity >= NO_WEIGHT_LIMIT) & (self.runs > 0)
        held = np.minimum(self.capacity, ANY_LOAD // np.maximum(self.runs, 1)) * self.runs
        return np.where(carries_any, ANY_LOAD, np.maximum(held - self.load, 0))


@dataclass(frozen=True, slots=True)
class Residual:
    """The state after a plan; cells are those of `scope`, shape ``(n_cells,)`` unless said otherwise."""

    network: Network
    scope: Scope
    lines: Lines
    settled: Settlement
    settled_cell: Ints
    """Cell of each settled position, -1 outside the scope."""
    units: Ints
    """Units that count as stock."""
    may_leave: Ints
    """Units that may still leave, a multiple of the case pack."""
    release_day: Ints
    """Day from which they may."""
    unmet_row: Ints
    """Row of ``network.stock``, ascending, shape ``(n_unmet,)``."""
    unmet_units: Ints
    """Shape ``(n_unmet,)``."""
    unmet_cell: Ints
    """Shape ``(n_unmet,)``."""
    may_come: Ints
    """Of the unmet units, those that no hard demand to send keeps away, shape ``(n_unmet,)``."""
    room: LaneRoom
    weight: Ints
    """Of one unit in ``10 ** -6`` kg, shape ``(n_products,)``."""

    @property
    def worth(self) -> UnitWorth:
        """What units are worth at every cell."""
        return self.scope.worth

    def loss(self, cell: Ints, units: Ints) -> Ints:
        """Worth that leaves with so many units, in money."""
        return value_change(self.worth.take(cell), self.units[cell] - units, self.units[cell])

    def last_unit_worth(self, cell: Ints) -> Ints:
        """Worth of the last unit that counts at cells, in money."""
        return self.loss(cell, np.ones(len(cell), dtype=np.int64))

    def spare_units(self, cell: Ints) -> Ints:
        """Units at cells beyond their demand, each worth what is left over."""
        return np.asarray(np.maximum(self.units[cell] - self.worth.full_units[cell] - 1, 0))

    def gain(self, index: Ints) -> Ints:
        """Worth of each unmet unit of some unmet positions, in money."""
        return self.worth.full_worth[self.unmet_cell[index]]


def residual_of(network: Network, request: Request, plan: Plan) -> Residual:
    """Settle a plan and see what is left.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.

    Returns
    -------
    Residual
    """
    scope = scope_of(network, request)
    lane, sku, day = (column.astype(np.int64) for column in (plan.lane, plan.sku, plan.arrives_day))
    lines = lines_of(network, lane, sku, plan.units.astype(np.int64), day)
    settled = settle(network, lines)
    settled_cell = cell_of(network, scope, settled.positions.node, settled.positions.sku)
    touched = settled_cell >= 0
    units, left = scope.units_before.copy(), scope.give.copy()
    release_day = np.zeros(len(left), dtype=np.int64)
    units[settled_cell[touched]] = settled.counted_after[touched]
    now, then = _units_to_go(network, settled)
    left[settled_cell[touched]] = now[touched]
    release_day[settled_cell[touched]] = then[touched]
    unmet_row, unmet_units = unmet_positions(network, request, plan)
    unmet_cell = cell_of(network, scope, network.stock.node[unmet_row], network.stock.sku[unmet_row])
    stays, comes = _hard_slack(network, request, scope, lines)
    return Residual(
        network=network,
        scope=scope,
        lines=lines,
        settled=settled,
        settled_cell=settled_cell,
        units=units,
        may_leave=np.minimum(left, stays) // scope.pack * scope.pack,
        release_day=release_day,
        unmet_row=unmet_row,
        unmet_units=unmet_units,
        unmet_cell=unmet_cell,
        may_come=np.minimum(unmet_units, comes[unmet_cell]),
        room=_lane_room(network, plan),
        weight=product_weight(network),
    )


def cell_of(network: Network, scope: Scope, node: NDArray[np.integer[Any]], sku: NDArray[np.integer[Any]]) -> Ints:
    """Cell of (node, SKU) pairs, -1 where there is none."""
    n_nodes = max(len(network.nodes), 1)
    keys = scope.cells.sku.astype(np.int64) * n_nodes + scope.cells.node
    wanted = np.asarray(sku, dtype=np.int64) * n_nodes + node
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


def event_position(settled: Settlement) -> Ints:
    """Position of every event of a settlement."""
    return np.asarray(np.cumsum(settled.starts_position) - 1)


def event_day(network: Network, settled: Settlement) -> Ints:
    """Day of every event of a settlement; -1 for own stock before anything moves."""
    lines, at = settled.lines, event_position(settled)
    day = settled.positions.in_transit_day[at]
    own = ~network.nodes.transit[lines.origin]
    day[settled.from_event[~own]] = lines.departs_day[~own]
    day[settled.to_event] = lines.arrives_day
    day[settled.starts_position] = -1
    return day


def _units_to_go(network: Network, settled: Settlement) -> tuple[Ints, Ints]:
    """Units that may still leave every settled position, and from which day on."""
    first = np.flatnonzero(settled.starts_position)
    if not len(first):
        return settled.staying, settled.staying
    last = np.append(first, len(settled.present))[1:] - 1
    day = event_day(network, settled)
    # Units that arrive on day 0 may leave on day 0, so at a transit node own stock alone is no limit when some do.
    some_on_day_0 = np.append(day[1:] == 0, False)
    waits = (
        settled.starts_position & some_on_day_0 & network.nodes.transit[settled.positions.node][event_position(settled)]
    )
    least = np.minimum.reduceat(np.where(waits, ANY_LOAD, settled.present), first)
    passes = network.nodes.transit[settled.positions.node]
    later = passes & (least <= 0)
    return np.where(later, settled.present[last], least), np.where(later, np.maximum(day[last], 0), 0)


def _hard_slack(network: Network, request: Request, scope: Scope, lines: Lines) -> tuple[Ints, Ints]:
    """Units that may leave and units that may come per cell without breaking a hard demand."""
    leave = np.full(len(scope.cells), ANY_LOAD, dtype=np.int64)
    come = leave.copy()
    alerts = network.alerts
    hard = np.flatnonzero(alerts.must_serve & skus_in_scope(network, request)[alerts.sku])
    if len(hard):
        slack = np.maximum(alert_service(network, lines).net_units[hard] - alert_units(network)[hard], 0)
        cell = cell_of(network, scope, alerts.node[hard], alerts.sku[hard])
        shortage = alerts.kind[hard] == AlertKind.SHORTAGE
        np.minimum.at(leave, cell[shortage], slack[shortage])
        np.minimum.at(come, cell[~shortage], slack[~shortage])
    return leave, come


def _lane_room(network: Network, plan: Plan) -> LaneRoom:
    """Load and dispatches of every lane, and what more it can take."""
    n_lanes = len(network.lanes)
    load, runs = np.zeros(n_lanes, dtype=np.int64), np.zeros(n_lanes, dtype=np.int64)
    np.add.at(load, plan.lane, plan.units * product_weight(network)[plan.sku])
    runs[plan.dispatch_lane] = plan.dispatches
    capacity, most_runs = lane_capacity(network), network.lanes.max_dispatches.astype(np.int64)
    most_load = np.minimum(most_runs, ANY_LOAD // np.maximum(capacity, 1)) * np.minimum(capacity, ANY_LOAD)
    unlimited = (capacity >= NO_WEIGHT_LIMIT) | (most_runs > ANY_LOAD // np.maximum(capacity, 1))
    return LaneRoom(
        load=load,
        runs=runs,
        capacity=capacity,
        most_runs=most_runs,
        most_load=np.where(unlimited & (most_runs > 0), ANY_LOAD, most_load),
        least_load=lane_least_load(network),
        fixed_cost=lane_fixed_cost(network),
        line_key=np.unique(plan.lane.astype(np.int64) * len(network.products) + plan.sku),
    )


def counting_units(residual: Residual, last_day: int) -> Ints:
    """How many unmet units would count, by day of arrival.

    Of the units that arrive on a day or later only U(day) count; what the plan already brings uses up some of it.

    Parameters
    ----------
    residual : Residual
    last_day : int
        Last day of arrival asked for.

    Returns
    -------
    ndarray of int64, shape (n_unmet, last_day + 1)
        Never rising with the day.
    """
    counts = np.empty((len(residual.unmet_row), last_day + 1), dtype=np.int64)
    counts[:, 0] = residual.may_come
    if last_day == 0 or not len(counts):
        return counts
    network, row = residual.network, residual.unmet_row
    scope, cell = residual.scope, residual.unmet_cell
    late, late_day = scope.late_units[cell], network.stock.in_transit_arrival_day[row]
    opening = network.stock.on_hand[row] - network.stock.reserved[row]
    on_day_0 = opening + network.stock.in_transit[row] - late
    for day in range(1, last_day + 1):
        arrived = np.where(late_day < day, late, 0) + _staying_from_before(residual, day)
        most = on_day_0 + arrived + arrival_cap_units(network, row, np.full(len(row), day))
        counts[:, day] = np.clip(most - residual.units[cell], 0, counts[:, day - 1])
    return counts


def _staying_from_before(residual: Residual, day: int) -> Ints:
    """Units received less sent that stay at each unmet position and were there before a day, net of its own stock.

    What arrived last leaves first, so it is the least that is present from the last event before that day on.
    """
    settled, network = residual.settled, residual.network
    net = np.zeros(len(residual.scope.cells), dtype=np.int64)
    first = np.flatnonzero(settled.starts_position)
    if not len(first):
        return net[residual.unmet_cell]
    days = event_day(network, settled)
    goes_before = np.flatnonzero((days < day) & np.append((days[1:] >= day) | settled.starts_position[1:], True))
    from_there_on = settled.present.copy()
    earlier = days < day
    earlier[goes_before] = False
    from_there_on[earlier] = ANY_LOAD
    least = np.minimum.reduceat(from_there_on, first)
    known = residual.settled_cell >= 0
    net[residual.settled_cell[known]] = (least - settled.positions.give)[known]
    return net[residual.unmet_cell]
