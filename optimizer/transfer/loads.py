"""What lines may carry, and the switches they load: dispatches of lanes, and smallest lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import Potentials
from network.tables import NO_LIMIT, Network
from optimizer.economics import (
    NO_WEIGHT_LIMIT,
    give_units,
    lane_capacity,
    lane_fixed_cost,
    lane_least_load,
    product_weight,
)
from optimizer.model import UNLIMITED, Members, Switches
from optimizer.transfer.cells import Scope, units_worth_more
from optimizer.transfer.grid import Grid
from optimizer.transfer.legs import Legs

Int64 = NDArray[np.int64]


def most_units(network: Network, scope: Scope, found: Potentials, legs: Legs, grid: Grid) -> Int64:
    """Most units that each line could usefully carry: what makes the strong rows strong."""
    pack = scope.pack[legs.origin]
    everything = _everything(network, legs, grid)
    from_own = np.where(scope.transit[legs.origin], everything, grid.cell_supply[legs.origin])
    useful = units_worth_more(scope, legs.destination.astype(np.int32), found.loss_out[legs.origin] + legs.unit_cost)
    # What the destination sends of its own stock can be replaced.
    useful = np.minimum(useful, everything) + grid.cell_supply[legs.destination]
    unlimited = scope.transit[legs.destination] | legs.forced | (scope.must_receive[legs.destination] > 0)
    useful = np.where(unlimited, everything, -(-useful // pack) * pack)
    most = np.minimum(np.minimum(from_own, useful), np.minimum(_carried(network, legs, everything), everything))
    return np.asarray(most // pack * pack)


def _everything(network: Network, legs: Legs, grid: Grid) -> Int64:
    """Most units on any line: what may leave, or all there is where smallest loads may send units in circles."""
    filled = np.zeros(len(network.products), dtype=bool)
    filled[legs.sku[legs.forced]] = True
    there_is = np.zeros(len(network.products), dtype=np.int64)
    np.add.at(there_is, network.stock.sku, give_units(network))
    return np.where(filled[legs.sku], there_is[legs.sku], grid.sku_supply[legs.sku])


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
    """The switches of a transfer model and what loads them."""

    switches: Switches
    """Dispatches first, then smallest lines."""
    members: Members
    dispatch_lane: Int64
    """Lane of every dispatch switch."""


def loads_of(network: Network, scope: Scope, legs: Legs, most: Int64) -> Loads:
    """Write dispatches of the lanes that need them, and smallest lines, as switches."""
    capacity, least, fixed = lane_capacity(network), lane_least_load(network), lane_fixed_cost(network)
    needs = (fixed > 0) | (capacity < NO_WEIGHT_LIMIT) | (least > 0)
    lane = np.unique(legs.lane[needs[legs.lane]]).astype(np.int64)
    on_dispatch = np.flatnonzero(needs[legs.lane])
    lines = np.flatnonzero(network.lanes.min_line_units[legs.lane] > scope.pack[legs.origin])
    weight = product_weight(network)[legs.sku[on_dispatch]]
    none, one = np.zeros(len(lines), dtype=np.int64), np.ones(len(lines), dtype=np.int64)
    unlimited = np.full(len(lines), UNLIMITED)
    switches = Switches(
        fixed_cost=np.concatenate([fixed[lane], none]),
        most=np.concatenate([_most_dispatches(network, legs, lane, most), one]),
        least_fill=np.concatenate([least[lane], network.lanes.min_line_units[legs.lane[lines]]]),
        most_fill=np.concatenate([np.minimum(capacity[lane], UNLIMITED), unlimited]),
    )
    members = Members(
        flow=np.concatenate([on_dispatch, lines]).astype(np.int32),
        switch=np.concatenate(
            [np.searchsorted(lane, legs.lane[on_dispatch]), len(lane) + np.arange(len(lines))]
        ).astype(np.int32),
        weight=np.concatenate([weight, one]),
        bound_units=np.concatenate(
            [np.minimum(most[on_dispatch], _per_dispatch(capacity[legs.lane[on_dispatch]], weight)), most[lines]]
        ),
    )
    return Loads(switches=switches, members=members, dispatch_lane=lane)


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
