"""The rule that tools for store transfers document: the largest excess goes to the largest need.

Product by product, the node with the most units over its demand is served first. It gives to the nodes that direct
lanes lead to, the most missing units first, the cheaper lane first among equals, until it has no excess left; whole
cases only, and no more than the lane's dispatches hold. What dispatches cost decides nothing, but is counted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.clock import Clock, Found
from network import Network
from network.candidates import Cells, Edges, join_lanes
from optimizer.plan import Plan
from optimizer.plan_lines import with_fewest_dispatches
from optimizer.request import Request
from optimizer.worth.economics import give_units, lane_capacity, lane_unit_cost, opening_units, product_weight

Int64 = NDArray[np.int64]


def plan(network: Network, request: Request, clock: Clock) -> Found:
    """Move by the rule."""
    clock.enter("build")
    stock = network.stock
    held = opening_units(network) + stock.in_transit
    demand = np.round(stock.demand_mean).astype(np.int64)
    excess = np.minimum(give_units(network), np.maximum(held - demand, 0))
    need = np.maximum(demand - held, 0)
    pairs = _pairs(network, excess, need)
    clock.enter("solve")
    units = _moved(network, pairs, excess, need)
    used = np.flatnonzero(units)
    lane, sku = pairs.lane[used], stock.sku[pairs.origin[used]]
    nothing = np.empty(0, dtype=np.int64)
    moves = Plan(
        lane=lane,
        sku=sku,
        units=units[used],
        arrives_day=network.lanes.lead_time_days[lane].astype(np.int32),
        dispatch_lane=nothing.astype(np.int32),
        dispatches=nothing,
    )
    return Found(with_fewest_dispatches(network, moves))


def _pairs(network: Network, excess: Int64, need: Int64) -> Edges:
    """List the direct lanes from an excess to a need of the same product, in the order of the rule.

    Parameters
    ----------
    excess, need : ndarray of int64, shape (n_positions,)
        Units.
    """
    stock, nowhere = network.stock, np.zeros(len(network.stock), dtype=np.bool_)
    edges = join_lanes(network.lanes, Cells(stock.sku, stock.node, excess > 0, nowhere), len(network.nodes))
    edges = edges.take(need[edges.destination] > 0)
    giver, taker = edges.origin, edges.destination
    cost = lane_unit_cost(network, edges.lane, stock.sku[giver])
    order = np.lexsort((cost, -need[taker], giver, -excess[giver], stock.sku[giver]))
    return Edges(edges.lane[order], giver[order], taker[order])


def _moved(network: Network, pairs: Edges, excess: Int64, need: Int64) -> Int64:
    """Units on every pair, taken in order, shape (n_pairs,): each takes what those before it left."""
    sku = network.stock.sku[pairs.origin]
    weight = product_weight(network)[sku].tolist()
    pack = network.products.case_pack[sku].tolist()
    dispatches = network.lanes.max_dispatches.tolist()
    room = [load * most for load, most in zip(lane_capacity(network).tolist(), dispatches, strict=True)]
    over, short, moved = excess.tolist(), need.tolist(), []
    columns = (pairs.lane, pairs.origin, pairs.destination)
    for at, (lane, giver, taker) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        units = min(over[giver], short[taker])
        if weight[at]:
            units = min(units, room[lane] // weight[at])
        units -= units % pack[at]
        over[giver] -= units
        short[taker] -= units
        room[lane] -= units * weight[at]
        moved.append(units)
    return np.array(moved, dtype=np.int64)
