"""What lines may carry, and the switches they load: dispatches of lanes, lines, and lanes in use."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, Potentials
from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.model import UNLIMITED, Members, Switches, Table
from optimizer.request import Request
from optimizer.transfer.cells import Scope, units_worth_more
from optimizer.transfer.grid import Grid, places
from optimizer.transfer.growing import Growing
from optimizer.transfer.legs import Legs
from optimizer.worth.economics import (
    NO_WEIGHT_LIMIT,
    lane_capacity,
    lane_fixed_cost,
    lane_least_load,
    money,
    product_weight,
)
from optimizer.worth.exit_shares import exit_share_units

Int64 = NDArray[np.int64]


def most_units(network: Network, scope: Scope, found: Potentials, legs: Legs, grid: Grid) -> Int64:
    """Most units that each line could usefully carry: what makes the strong rows strong."""
    pack = scope.pack[legs.origin]
    everything = _everything(scope, legs, grid)
    from_own = np.where(scope.transit[legs.origin], everything, _own_units(grid, legs))
    least_loss = np.maximum(found.loss_out, _kept_on_the_way(scope))
    useful = units_worth_more(scope, legs.destination, least_loss[legs.origin] + legs.unit_cost)
    # What the destination sends of its own stock can be replaced.
    useful = np.minimum(useful, everything) + grid.cell_supply[legs.destination]
    unlimited = scope.transit[legs.destination] | legs.forced | (scope.must_receive[legs.destination] > 0)
    useful = np.where(unlimited, everything, -(-useful // pack) * pack)
    most = np.minimum(np.minimum(from_own, useful), np.minimum(_carried(network, legs, everything), everything))
    most = np.minimum(most, exit_share_units(network, legs.lane, legs.sku))
    return np.asarray(most // pack * pack)


def _kept_on_the_way(scope: Scope) -> Int64:
    """Worth of any unit that stays at a transit node instead of going on, however many do; ``(n_cells,)``."""
    stays = scope.transit & (scope.stock_row >= 0) & (scope.must_send == 0) & (scope.wishes.price == 0)
    return np.where(stays, scope.worth.left_over_worth, -NEVER)


def _own_units(grid: Grid, legs: Legs) -> Int64:
    """Own stock of the origin that may leave and expires on the leg's day."""
    supply = np.zeros(len(grid.cell_supply) * len(grid.expiries), dtype=np.int64)
    supply[grid.own_place] = grid.own_supply
    return supply[grid.place(legs.origin, legs.expiry_day)]


def _everything(scope: Scope, legs: Legs, grid: Grid) -> Int64:
    """Most units on any line: what may leave, or all there is where smallest loads may send units in circles."""
    sku, kinds = scope.cells.sku.astype(np.int64), len(grid.expiries)
    total = np.zeros(len(grid.sku_supply) * kinds, dtype=np.int64)
    np.add.at(total, sku[grid.own_place // kinds] * kinds + grid.own_place % kinds, grid.own_supply)
    forced = np.zeros(len(grid.sku_supply), dtype=bool)
    forced[legs.sku[legs.forced]] = True
    if forced.any():
        every = np.zeros_like(total)
        np.add.at(every, places(grid.expiries, sku[scope.own.cell], scope.own.expiry_day), scope.own.give)
        total = np.where(np.repeat(forced, kinds), every, total)
    return total[places(grid.expiries, legs.sku.astype(np.int64), legs.expiry_day)]


def _carried(network: Network, legs: Legs, everything: Int64) -> Int64:
    """Units of the SKU that all dispatches of the lane can carry."""
    weight = product_weight(network)[legs.sku]
    capacity, dispatches = lane_capacity(network)[legs.lane], network.lanes.max_dispatches[legs.lane]
    limited = (capacity < NO_WEIGHT_LIMIT) & (dispatches < NO_LIMIT) & (weight > 0)
    # A product beyond int64 carries anything that there is.
    limited &= capacity.astype(np.float64) * dispatches < UNLIMITED
    load = np.where(limited, capacity, 0) * np.where(limited, dispatches, 0)
    return np.where(limited, load // np.maximum(weight, 1), everything)


@dataclass(frozen=True, slots=True)
class Lines(Table):
    """Flows over lanes, shape ``(n_lines,)`` each: every leg, and parallel flows of some of them."""

    lane: NDArray[np.int32]
    sku: NDArray[np.int32]
    arrives_day: NDArray[np.int32]
    expiry_day: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Smallest:
    """Lines that have a switch of their own, because they carry a least number of units or earn a least benefit."""

    flow: Int64
    """Flows of such lines, shape ``(n_flows,)``."""
    line: Int64
    """Which of them the flow is, shape ``(n_flows,)``."""
    least_units: Int64
    """Shape ``(n_smallest,)``."""

    def followed_by(self, other: Smallest, first_flow: int) -> Smallest:
        """Put others behind these, whose flows begin with `first_flow`."""
        return Smallest(
            np.append(self.flow, first_flow + other.flow),
            np.append(self.line, len(self.least_units) + other.line),
            np.append(self.least_units, other.least_units),
        )


def no_smallest_lines() -> Smallest:
    """Return none."""
    none = np.empty(0, dtype=np.int64)
    return Smallest(none, none, none)


def smallest_lines(network: Network, request: Request, pack: Int64, lane: NDArray[np.int32], leg: Int64) -> Smallest:
    """Find the lines with a least size or benefit.

    Parameters
    ----------
    network : Network
    request : Request
    pack : ndarray of int64, shape (n_legs,)
    lane : ndarray of int32, shape (n_legs,)
    leg : ndarray of int64, shape (n_lines,)
        Leg of every line.
    """
    smallest = network.lanes.min_line_units
    switched = smallest[lane] > pack if np.any(smallest > 1) else np.zeros(len(lane), dtype=bool)
    if hurdle(network, request.min_line_benefit) > 0:
        switched = np.ones(len(lane), dtype=bool)
    flow = np.flatnonzero(switched[leg])
    return Smallest(flow, (np.cumsum(switched) - 1)[leg[flow]], smallest[lane[switched]])


def hurdle(network: Network, currency: float) -> int:
    """Least benefit in money."""
    return int(money(np.array([currency]), network.money_decimals)[0])


@dataclass(frozen=True, slots=True)
class InUse:
    """Lanes with lines, shape ``(n_used,)`` each."""

    lane: Int64
    """Ascending."""
    switch: Int64
    """The switch that is set when the lane carries anything, -1 where nobody asks."""
    counted: Int64
    """Lanes, ascending, that have a switch for nothing else; the last ones of `Loads.switches`."""


@dataclass(frozen=True, slots=True)
class Loads:
    """The switches of a transfer model and which lines load them."""

    switches: Switches
    """Dispatches first, then lines, then lanes in use."""
    members: Members
    dispatch_lane: Int64
    """Lane of every dispatch switch."""
    in_use: InUse


@dataclass(frozen=True, slots=True)
class LaneTotals:
    """Sums over the legs of every lane, shape ``(n_lanes,)`` each."""

    used: NDArray[np.bool_]
    units: NDArray[np.float64]
    """Units that they could carry together."""
    weight: NDArray[np.float64]
    """The weight of these in ``10 ** -6`` kg."""

    def __add__(self, other: LaneTotals) -> LaneTotals:
        return LaneTotals(self.used | other.used, self.units + other.units, self.weight + other.weight)


def no_totals(network: Network) -> LaneTotals:
    """Return the sums over no legs."""
    n_lanes = len(network.lanes)
    return LaneTotals(np.zeros(n_lanes, dtype=bool), np.zeros(n_lanes), np.zeros(n_lanes))


def lane_totals(network: Network, legs: Legs, most: Int64) -> LaneTotals:
    """Add up what the legs of every lane could carry."""
    n_lanes, units = len(network.lanes), most.astype(np.float64)
    return LaneTotals(
        used=np.bincount(legs.lane, minlength=n_lanes) > 0,
        units=_float_sums(legs.lane, units, n_lanes),
        weight=_float_sums(legs.lane, units * product_weight(network)[legs.sku], n_lanes),
    )


def _float_sums(at: NDArray[np.int32], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return np.bincount(at, weights=values, minlength=n).astype(np.float64)


def dispatched_lines(network: Network, request: Request, lines: Lines, most: Int64) -> Members:
    """Write what lines load on the dispatches of their lanes; `switch` is the lane yet."""
    needed = _needs_dispatches(network, request)[lines.lane]
    flow = np.arange(len(needed), dtype=np.int32)
    lane, sku, bound = lines.lane, lines.sku, most
    if not needed.all():
        flow, lane, sku, bound = flow[needed], lane[needed], sku[needed], bound[needed]
    weight = product_weight(network)[sku]
    return Members(flow, lane, weight, np.minimum(bound, _per_dispatch(lane_capacity(network)[lane], weight)))


def _needs_dispatches(network: Network, request: Request) -> NDArray[np.bool_]:
    """Lanes whose dispatches cost something, or hold so much and no more, or no less; shape ``(n_lanes,)``."""
    capacity, least = lane_capacity(network), lane_least_load(network)
    return (_dispatch_cost(network, request) > 0) | (capacity < NO_WEIGHT_LIMIT) | (least > 0)


def _dispatch_cost(network: Network, request: Request) -> Int64:
    """Money per dispatch, its least benefit included, shape ``(n_lanes,)``."""
    return lane_fixed_cost(network) + hurdle(network, request.min_dispatch_benefit)


def loads_of(
    network: Network,
    request: Request,
    lane_of_line: NDArray[np.int32],
    most: Int64,
    *,
    dispatched: Members,
    totals: LaneTotals,
    smallest: Smallest,
) -> Loads:
    """Write dispatches of the lanes that need them, lines with a least size or benefit, and lanes that are counted.

    Parameters
    ----------
    network : Network
    request : Request
    lane_of_line : ndarray of int32, shape (n_lines,)
    most : ndarray of int64, shape (n_lines,)
        Most units of every line.
    dispatched : Members
        Of `dispatched_lines`: `switch` is the lane.
    totals : LaneTotals
    smallest : Smallest
    """
    capacity, least, fixed = lane_capacity(network), lane_least_load(network), _dispatch_cost(network, request)
    lane = np.flatnonzero(totals.used & _needs_dispatches(network, request))
    most_runs = _most_dispatches(network, lane, totals.weight)
    n = len(smallest.least_units)
    in_use = _lanes_in_use(network, totals.used, lane, most_runs, len(lane) + n)
    m = len(in_use.counted)
    one, unlimited = np.ones(n + m, dtype=np.int64), np.full(n + m, UNLIMITED)
    per_line = hurdle(network, request.min_line_benefit)
    switches = Switches(
        fixed_cost=np.concatenate([fixed[lane], np.full(n, per_line), np.zeros(m, dtype=np.int64)]),
        most=np.concatenate([most_runs, one]),
        least_fill=np.concatenate([least[lane], smallest.least_units, np.zeros(m, dtype=np.int64)]),
        most_fill=np.concatenate([np.minimum(capacity[lane], UNLIMITED), unlimited]),
    )
    number = np.full(len(network.lanes), -1, dtype=np.int32)
    number[lane] = np.arange(len(lane), dtype=np.int32)
    members = replace(dispatched, switch=number[dispatched.switch])
    if n or m:
        flow = np.flatnonzero(np.isin(lane_of_line, in_use.counted))
        counted = len(lane) + n + np.searchsorted(in_use.counted, lane_of_line[flow])
        grown = Growing(Members)
        grown.add(members)
        grown.add(_of_units(smallest.flow, len(lane) + smallest.line, most))
        grown.add(_of_units(flow, counted, most))
        members = grown.table()
    return Loads(switches, members, lane, in_use)


def _of_units(flow: Int64, switch: Int64, most: Int64) -> Members:
    """Flows as members of switches that count their units, or only whether there are any."""
    ones = np.ones(len(flow), dtype=np.int64)
    return Members(flow.astype(np.int32), switch.astype(np.int32), ones, most[flow])


def _lanes_in_use(
    network: Network, used: NDArray[np.bool_], dispatched: Int64, most_runs: Int64, n_switches: int
) -> InUse:
    """Find the switch of every used lane; one whose dispatches count to 1 has it already."""
    nodes, lanes, lane = network.nodes, network.lanes, np.flatnonzero(used)
    asked = (nodes.max_outbound_lanes[lanes.origin[lane]] < NO_LIMIT) | (
        nodes.max_inbound_lanes[lanes.destination[lane]] < NO_LIMIT
    )
    single = np.full(len(network.lanes), -1, dtype=np.int64)
    single[dispatched[most_runs == 1]] = np.flatnonzero(most_runs == 1)
    switch = single[lane]
    own = asked & (switch < 0)
    switch[own] = n_switches + np.arange(int(own.sum()))
    return InUse(lane, switch, lane[own])


def _most_dispatches(network: Network, lane: Int64, weight: NDArray[np.float64]) -> Int64:
    """Dispatches that the load could need, at most those allowed; more never pay."""
    capacity = lane_capacity(network)[lane]
    needed = np.where(capacity < NO_WEIGHT_LIMIT, np.ceil(weight[lane] / np.maximum(capacity, 1)), 1)
    return np.minimum(network.lanes.max_dispatches[lane], np.clip(needed, 1, NO_LIMIT).astype(np.int64))


def _per_dispatch(capacity: Int64, weight: Int64) -> Int64:
    """Units per dispatch, rounded up: two dispatches may share the kilograms that neither can use alone."""
    limited = (capacity < NO_WEIGHT_LIMIT) & (weight > 0)
    return np.where(limited, -(-capacity // np.maximum(weight, 1)), UNLIMITED)
