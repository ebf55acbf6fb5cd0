"""What lines may carry, and the switches they load: dispatches of lanes, lines, and lanes in use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import Potentials
from network.tables import NO_LIMIT, Network
from optimizer.model import UNLIMITED, Members, Switches
from optimizer.request import Request
from optimizer.transfer.cells import Scope, units_worth_more
from optimizer.transfer.grid import Grid, places
from optimizer.transfer.legs import Legs
from optimizer.worth.economics import (
    NO_WEIGHT_LIMIT,
    lane_capacity,
    lane_fixed_cost,
    lane_least_load,
    money,
    product_weight,
)

Int64 = NDArray[np.int64]


def most_units(network: Network, scope: Scope, found: Potentials, legs: Legs, grid: Grid) -> Int64:
    """Most units that each line could usefully carry: what makes the strong rows strong."""
    pack = scope.pack[legs.origin]
    everything = _everything(scope, legs, grid)
    from_own = np.where(scope.transit[legs.origin], everything, _own_units(grid, legs))
    useful = units_worth_more(scope, legs.destination, found.loss_out[legs.origin] + legs.unit_cost)
    # What the destination sends of its own stock can be replaced.
    useful = np.minimum(useful, everything) + grid.cell_supply[legs.destination]
    unlimited = scope.transit[legs.destination] | legs.forced | (scope.must_receive[legs.destination] > 0)
    useful = np.where(unlimited, everything, -(-useful // pack) * pack)
    most = np.minimum(np.minimum(from_own, useful), np.minimum(_carried(network, legs, everything), everything))
    return np.asarray(most // pack * pack)


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
class Loads:
    """The switches of a transfer model and which legs load them."""

    switches: Switches
    """Dispatches first, then lines, then lanes in use."""
    members: Members
    """Their `flow` is a leg."""
    dispatch_lane: Int64
    """Lane of every dispatch switch."""
    in_use: Int64
    """For every lane with a leg, ascending (`used_lane`): the switch that is set when the lane carries anything."""
    used_lane: Int64


def loads_of(network: Network, request: Request, scope: Scope, legs: Legs, most: Int64) -> Loads:
    """Write dispatches of the lanes that need them, lines with a least size or benefit, and lanes that are counted."""
    capacity, least = lane_capacity(network), lane_least_load(network)
    fixed = lane_fixed_cost(network) + _hurdle(network, request.min_dispatch_benefit)
    needs = (fixed > 0) | (capacity < NO_WEIGHT_LIMIT) | (least > 0)
    used = np.zeros(len(network.lanes), dtype=bool)
    used[legs.lane] = True
    lane = np.flatnonzero(used & needs)
    on_dispatch = np.flatnonzero(needs[legs.lane])
    dispatch = np.full(len(network.lanes), -1, dtype=np.int32)
    dispatch[lane] = np.arange(len(lane), dtype=np.int32)
    per_line = _hurdle(network, request.min_line_benefit)
    smallest = network.lanes.min_line_units[legs.lane]
    lines = np.flatnonzero((smallest > scope.pack[legs.origin]) | (per_line > 0))
    weight = product_weight(network)[legs.sku[on_dispatch]]
    most_runs = _most_dispatches(network, legs, lane, most)
    used_lane, in_use, counted = _lanes_in_use(network, legs, lane[most_runs == 1], lane, len(lane) + len(lines))
    on_counted = np.flatnonzero(np.isin(legs.lane, counted))
    n, m = len(lines), len(counted)
    one, unlimited = np.ones(n + m, dtype=np.int64), np.full(n + m, UNLIMITED)
    switches = Switches(
        fixed_cost=np.concatenate([fixed[lane], np.full(n, per_line), np.zeros(m, dtype=np.int64)]),
        most=np.concatenate([most_runs, one]),
        least_fill=np.concatenate([least[lane], smallest[lines], np.zeros(m, dtype=np.int64)]),
        most_fill=np.concatenate([np.minimum(capacity[lane], UNLIMITED), unlimited]),
    )
    members = Members(
        flow=np.concatenate([on_dispatch, lines, on_counted]).astype(np.int32),
        switch=np.concatenate(
            [
                dispatch[legs.lane[on_dispatch]],
                len(lane) + np.arange(n),
                len(lane) + n + np.searchsorted(counted, legs.lane[on_counted]),
            ]
        ).astype(np.int32),
        weight=np.concatenate([weight, np.ones(n + len(on_counted), dtype=np.int64)]),
        bound_units=np.concatenate(
            [
                np.minimum(most[on_dispatch], _per_dispatch(capacity[legs.lane[on_dispatch]], weight)),
                most[lines],
                most[on_counted],
            ]
        ),
    )
    return Loads(switches=switches, members=members, dispatch_lane=lane, in_use=in_use, used_lane=used_lane)


def _hurdle(network: Network, currency: float) -> int:
    return int(money(np.array([currency]), network.money_decimals)[0])


def _lanes_in_use(
    network: Network, legs: Legs, single: Int64, dispatched: Int64, n_switches: int
) -> tuple[Int64, Int64, Int64]:
    """Lanes with legs, the switch that says each is in use (-1: nobody asks), and the lanes that need one of their own.

    A lane whose dispatch switch counts to 1 (`single`) has it already.
    """
    nodes, lanes = network.nodes, network.lanes
    used = np.unique(legs.lane).astype(np.int64)
    asked = (nodes.max_outbound_lanes[lanes.origin[used]] < NO_LIMIT) | (
        nodes.max_inbound_lanes[lanes.destination[used]] < NO_LIMIT
    )
    has_switch = np.isin(used, single)
    counted = used[asked & ~has_switch]
    switch = np.full(len(used), -1, dtype=np.int64)
    switch[has_switch] = np.searchsorted(dispatched, used[has_switch])
    switch[asked & ~has_switch] = n_switches + np.arange(len(counted))
    return used, switch, counted


def _most_dispatches(network: Network, legs: Legs, lane: Int64, most: Int64) -> Int64:
    """Dispatches that the load could need, at most those allowed; more never pay."""
    capacity = lane_capacity(network)[lane]
    load = np.zeros(len(network.lanes), dtype=np.float64)
    np.add.at(load, legs.lane, most.astype(np.float64) * product_weight(network)[legs.sku])
    needed = np.where(capacity < NO_WEIGHT_LIMIT, np.ceil(load[lane] / np.maximum(capacity, 1)), 1)
    return np.minimum(network.lanes.max_dispatches[lane], np.clip(needed, 1, NO_LIMIT).astype(np.int64))


def _per_dispatch(capacity: Int64, weight: Int64) -> Int64:
    """Units per dispatch, rounded up: two dispatches may share the kilograms that neither can use alone."""
    limited = (capacity < NO_WEIGHT_LIMIT) & (weight > 0)
    return np.where(limited, -(-capacity // np.maximum(weight, 1)), UNLIMITED)
