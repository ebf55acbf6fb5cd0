"""The model without its switches and limits: a min-cost flow, at any prices on flows and increments.

At given prices its optimum is exact and integral. With prices that pay for the switches in full it is a proven bound on
the benefit (`optimizer.search.pricing`); with prices learnt from the last flow it is a plan in the making
(`optimizer.search.slope_scaling`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.backends.min_cost_flow import min_cost_flow
from optimizer.model import Model
from optimizer.search.limits import flow_bounds

if TYPE_CHECKING:
    from optimizer.search.network_simplex import SmallFlows

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FlowNetwork:
    """Arcs: the model's flows, then its increments, then arcs that reward meeting a hard demand.

    Blocks have nothing to do with each other, and many small flows are solved faster than a large one: every block is a
    flow of its own in the compiled solver, which starts each round from the last one's trees; for few arcs, where
    loading that solver would take longer than the flows, neighbouring blocks form groups for OR-Tools' solver.
    """

    n_flows: int
    reward_due: int
    """Reward when every hard demand is met; what a flow earns is counted from here, so that its value stays a bound."""
    scale: Int32 | Int64
    """Units per unit of flow on every flow, then every increment (the case pack of its block, or 1)."""
    least: Int32 | Int64
    """Flow that there must be on every flow of the model: already taken out of `capacity` and `supply`."""
    divisors: tuple[int, ...]
    """Money units per unit of OR-Tools' costs, tried in turn: coarser costs are solved faster."""
    groups: Groups
    capacity: Int32 | Int64
    """Flow that every arc can carry, in order of the groups."""
    worth: Int64
    """Money per unit of flow on every arc, before prices, in order of the groups."""
    bounds: bool
    """Whether nothing was rounded to packs, so that its value bounds the model's."""
    trees: SmallFlows | None
    """What the compiled solver knows from its last round; None: OR-Tools solves."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Arcs and nodes sorted by group; nodes are positions, one per position with a demand, and one sink per block."""

    arc: Int32
    """Arcs in order of their groups, shape ``(n_arcs,)``."""
    first_arc: Int64
    """Where each group begins in `arc`, shape ``(n_groups + 1,)``."""
    tail: Int32
    """Row of the group's nodes, in the order of `arc`."""
    head: Int32
    supply: Int64
    """Units that start at every node, in order of the groups."""
    first_node: Int64

    def __len__(self) -> int:
        return len(self.first_arc) - 1


_COMPILED_ARCS = 100_000
"""From here on the compiled solver does it; to load it takes as long as a round of OR-Tools' solver."""

_GROUP_ARCS = 500
"""For OR-Tools, blocks are put together until they have about so many arcs."""

_MANY_INCREMENTS = 20
"""Increments of a position that a plan tells apart: a twentieth of the range of their worth is near enough."""

_PLAN_DECIMALS = 3
"""Decimals of a currency unit that a plan found by OR-Tools can tell apart."""


def flow_network(model: Model, *, in_packs: bool, compiled: bool = False) -> FlowNetwork:
    """Prepare the min-cost flow of a model.

    Parameters
    ----------
    model : Model
    in_packs : bool
        True: count every block in its case packs, so that flows are feasible (worth is then approximate where a
        pack straddles two increments, and where a position has many). False: drop multiples, which keeps the optimum
        an upper bound.
    compiled : bool
        Use the compiled solver for few arcs too.

    Returns
    -------
    FlowNetwork
    """
    positions, increments, flows = model.positions, model.increments, model.flows
    position_pack = _position_packs(model, in_packs=in_packs)
    flow_pack, increment_pack = position_pack[flows.origin], position_pack[increments.position]
    supply = _in_packs(positions.supply_units, position_pack)
    total = np.bincount(positions.block, weights=supply).astype(np.int64)
    bounds = flow_bounds(model)
    least = _in_packs(np.minimum(bounds.least, bounds.most), flow_pack)
    lifted = np.flatnonzero(least)
    np.subtract.at(supply, flows.origin[lifted], least[lifted])
    np.add.at(supply, flows.destination[lifted], least[lifted])
    gate = _gates(model)
    groups, compiled = _groups_of(model, supply, total, gate, compiled=compiled)
    kept = _merged(model, _whole_packs(model, increment_pack)) if in_packs else increments.most_units
    due = -(-positions.least_units[gate] // position_pack[gate])
    ending = np.concatenate([kept, due, total[positions.block[gate]]])
    np.minimum(ending, int(total.max(initial=0)), out=ending)
    capacity = _narrow(np.concatenate([_in_packs(bounds.most, flow_pack) - least, ending]))[groups.arc]
    reward = _reward(model)
    worth = [flows.profit * flow_pack, increments.worth * increment_pack, np.repeat([reward, 0], len(gate))]
    return FlowNetwork(
        n_flows=len(flows),
        reward_due=reward * int(due.sum()),
        scale=_narrow(np.concatenate([flow_pack, increment_pack])),
        least=_narrow(least),
        divisors=_divisors(model, in_packs=in_packs),
        groups=groups,
        capacity=capacity,
        worth=np.concatenate(worth)[groups.arc],
        bounds=not np.any(position_pack > 1) and np.array_equal(kept, increments.most_units),
        trees=_trees(groups, capacity) if compiled else None,
    )


def _position_packs(model: Model, *, in_packs: bool) -> Int64:
    """Units per unit of flow at every position: the case pack of its block, where flows are counted so."""
    positions, flows = model.positions, model.flows
    pack = np.ones(int(positions.block.max(initial=-1)) + 1, dtype=np.int64)
    packed = np.flatnonzero(flows.multiple > 1) if in_packs else np.zeros(0, dtype=np.int64)
    np.maximum.at(pack, positions.block[flows.origin[packed]], flows.multiple[packed])
    return pack[positions.block]


def _in_packs(units: Int64, pack: Int64) -> Int64:
    """Whole packs in units; a copy."""
    return units // pack if int(pack.max(initial=1)) > 1 else units.astype(np.int64)


def _groups_of(model: Model, supply: Int64, total: Int64, gate: Int64, *, compiled: bool) -> tuple[Groups, bool]:
    """Lay out arcs and nodes, and say whether the compiled solver is to have them."""
    positions, increments, flows = model.positions, model.increments, model.flows
    n_positions, n_gates = len(positions), len(gate)
    gated = np.full(n_positions, -1, dtype=np.int32)
    gated[gate] = n_positions + np.arange(n_gates)
    first_sink = n_positions + n_gates
    increment_tail = np.where(gated[increments.position] >= 0, gated[increments.position], increments.position)
    sink = first_sink + positions.block[increments.position]
    tail = np.concatenate([flows.origin, increment_tail, gate, gate], dtype=np.int32, casting="unsafe")
    head = np.concatenate([flows.destination, sink, gated[gate], gated[gate]], dtype=np.int32, casting="unsafe")
    compiled = compiled or len(tail) > _COMPILED_ARCS
    groups = _groups(
        tail,
        head,
        np.concatenate([supply, np.zeros(n_gates, dtype=np.int64), -total]),
        np.concatenate([positions.block, positions.block[gate], np.arange(len(total), dtype=np.int32)]),
        least_arcs=1 if compiled else _GROUP_ARCS,
    )
    return groups, compiled


def _trees(groups: Groups, capacity: Int32 | Int64) -> SmallFlows:
    """Give the groups to the compiled solver."""
    from optimizer.search.network_simplex import small_flows  # noqa: PLC0415 (loads a compiler)

    return small_flows(
        groups.first_arc, groups.first_node, groups.tail, groups.head, groups.supply, units=capacity.dtype
    )


def _narrow(units: Int64) -> Int32 | Int64:
    """Keep a column in four bytes where its values fit."""
    fits = int(units.max(initial=0)) < np.iinfo(np.int32).max and int(units.min(initial=0)) > np.iinfo(np.int32).min
    return units.astype(np.int32) if fits else units


def _groups(tail: Int32, head: Int32, supply: Int64, node_block: Int32, *, least_arcs: int) -> Groups:
    """Sort arcs and nodes by group."""
    n_blocks = int(node_block.max(initial=-1)) + 1
    if least_arcs > 1:
        arcs_before = np.cumsum(np.bincount(node_block[tail], minlength=n_blocks))
        group = np.unique(arcs_before // least_arcs, return_inverse=True)[1].astype(np.int32)
        node_group, n_groups = group[node_block], int(group.max(initial=-1)) + 1
    else:
        node_group, n_groups = node_block, n_blocks
    node, of_arc = np.argsort(node_group, kind="stable"), node_group[tail]
    arc = np.argsort(of_arc, kind="stable").astype(np.int32)
    first_node = np.searchsorted(node_group[node], np.arange(n_groups + 1))
    local = np.empty(len(node), dtype=np.int32)
    local[node] = np.arange(len(node)) - first_node[node_group[node]]
    return Groups(
        arc=arc,
        first_arc=np.concatenate([[0], np.cumsum(np.bincount(of_arc, minlength=n_groups))]),
        tail=local[tail[arc]],
        head=local[head[arc]],
        supply=supply[node],
        first_node=first_node,
    )


def _divisors(model: Model, *, in_packs: bool) -> tuple[int, ...]:
    """Choose how fine the costs of OR-Tools' solver are, finest first."""
    decimals = _PLAN_DECIMALS if in_packs else model.money_decimals
    finest = int(10 ** max(model.money_decimals - decimals, 0))
    return finest, finest * 1_000, finest * 1_000_000


def _gates(model: Model) -> Int64:
    """Positions where a least number of units must stay."""
    return np.flatnonzero(model.positions.least_units > 0)


def _reward(model: Model) -> int:
    """Reward per unit of hard demand: more than any unit could otherwise earn or cost on its way."""
    worth = int(np.abs(model.increments.worth).max(initial=0))
    cost = int(np.abs(model.flows.profit).max(initial=0))
    return int(2 * worth + 1000 * cost + 1000 * 10**model.money_decimals)


def _whole_packs(model: Model, pack: Int64) -> Int64:
    """Increment lengths in packs: cumulative lengths rounded to the nearest pack, the last one up."""
    increments = model.increments
    if not len(increments):
        return increments.most_units.copy()
    end = np.cumsum(increments.most_units)
    first = np.searchsorted(increments.position, increments.position)
    start_of_position = (end - increments.most_units)[first]
    upper = end - start_of_position
    last = np.r_[increments.position[1:] != increments.position[:-1], True]
    rounded = np.where(last, -(-upper // pack), (2 * upper + pack) // (2 * pack))
    before = np.where(np.arange(len(end)) == first, 0, np.r_[0, rounded[:-1]])
    return np.asarray(np.maximum(rounded - before, 0))


def _merged(model: Model, most: Int64) -> Int64:
    """Give neighbouring increments of nearly the same worth to the middle one of them, where positions have many."""
    position, worth = model.increments.position, model.increments.worth
    first = np.searchsorted(position, position)
    last = np.searchsorted(position, position, side="right") - 1
    step = np.maximum((worth[first] - worth[last]) // _MANY_INCREMENTS, 1)
    level = np.where(last - first >= _MANY_INCREMENTS, (worth[first] - worth) // step, np.arange(len(worth)))
    start = np.flatnonzero(np.append(True, (position[1:] != position[:-1]) | (level[1:] != level[:-1]))[: len(worth)])
    length = np.diff(np.append(start, len(worth)))
    merged = np.zeros(len(worth), dtype=np.int64)
    np.add.at(merged, np.repeat(start + (length - 1) // 2, length), most)
    return merged


def best_flow(
    network: FlowNetwork, price: Int64, most: Int64 | None = None, *, threads: int = 1
) -> tuple[Int64, int] | None:
    """Most valuable flow at prices.

    Parameters
    ----------
    network : FlowNetwork
        Its trees, if it has any, are those of the last call with the network's own capacities.
    price : ndarray of int64, shape (n_flows,) or (n_flows + n_increments,)
        Money per unit, deducted from each flow's profit, and from each increment's worth.
    most : ndarray of int64, shape (n_flows,), optional
        Tighter upper limits of the flows, in units.
    threads : int
        For the compiled solver.

    Returns
    -------
    (flow_units, value) or None
        Units on the model's flows, and the value of the flow in money: far below zero where hard demands are not met.
        None when the supplies have nowhere to end.
    """
    found = _solved(network, arc_costs(network, price), most, np.arange(len(network.groups)), threads=threads)
    if found is None:
        return None
    (units, value), n = found, network.n_flows
    arcs = np.empty(len(units), dtype=units.dtype)
    arcs[network.groups.arc] = units
    lifted = np.flatnonzero(network.least)
    if len(lifted):
        value += _worth_of_least(network, price, lifted)
    return (arcs[:n].astype(np.int64) + network.least) * network.scale[:n], value - network.reward_due


def _worth_of_least(network: FlowNetwork, price: Int64, lifted: Int64) -> int:
    """Worth, at prices, of the flow that there must be on the given flows."""
    worth = np.empty(len(network.worth), dtype=np.int64)
    worth[network.groups.arc] = network.worth
    return int((network.least[lifted] * (worth[lifted] - price[lifted] * network.scale[lifted])).sum())


def flow_again(network: FlowNetwork, price: Int64, most: Int64, flow_units: Int64) -> Int64 | None:
    """Flow again in the blocks where a best flow is above tighter limits; elsewhere it is still the best.

    Parameters
    ----------
    network : FlowNetwork
    price : ndarray of int64
        The prices at which `flow_units` is a best flow.
    most : ndarray of int64, shape (n_flows,)
    flow_units : ndarray of int64, shape (n_flows,)

    Returns
    -------
    ndarray of int64, shape (n_flows,), or None
        None when the supplies have nowhere to end within the limits.
    """
    groups, n = network.groups, network.n_flows
    above = np.zeros(len(groups.arc), dtype=bool)
    above[:n] = flow_units > most
    chosen = np.flatnonzero(np.logical_or.reduceat(np.append(above[groups.arc], False), groups.first_arc[:-1]))
    chosen = chosen[np.diff(groups.first_arc)[chosen] > 0]
    found = _solved(network, arc_costs(network, price), most, chosen)
    if found is None:
        return None
    again, at = flow_units.copy(), _arcs_of(groups, chosen)
    own = groups.arc[at] < n
    arc = groups.arc[at][own]
    again[arc] = (found[0][at][own].astype(np.int64) + network.least[arc]) * network.scale[arc]
    return again


def _arcs_of(groups: Groups, chosen: Int64) -> Int64:
    """Places of the arcs of some groups, in order of the groups."""
    first, n = groups.first_arc[chosen], np.diff(groups.first_arc)[chosen]
    return np.repeat(first - np.cumsum(n) + n, n) + np.arange(int(n.sum()))


def arc_costs(network: FlowNetwork, price: Int64) -> Int64:
    """Money that a unit of flow costs on every arc at prices (negative: it earns), in order of the groups."""
    cost = np.zeros(len(network.worth), dtype=np.int64)
    np.multiply(price, network.scale[: len(price)], out=cost[: len(price)])
    cost = cost[network.groups.arc]
    cost -= network.worth
    return cost


def _capacity(network: FlowNetwork, most: Int64) -> Int32 | Int64:
    """Capacity of every arc under tighter limits; what must flow does in any case."""
    n, capacity = network.n_flows, network.capacity
    allowed = np.full(len(capacity), np.iinfo(capacity.dtype).max, dtype=np.int64)
    allowed[:n] = np.maximum(most // network.scale[:n] - network.least, 0)
    tighter: Int64 = np.minimum(capacity, allowed[network.groups.arc])
    return tighter.astype(np.int32) if capacity.dtype == np.int32 else tighter


def _solved(
    network: FlowNetwork, cost: Int64, most: Int64 | None, chosen: Int64, *, threads: int = 1
) -> tuple[Int32 | Int64, int] | None:
    """Solve some groups: units on all arcs, in order of the groups, and an upper bound on what those groups earn."""
    capacity = network.capacity if most is None else _capacity(network, most)
    if network.trees is None:
        return _solved_by_ortools(network, cost, capacity, chosen)
    from optimizer.search.network_simplex import solve_small_flows  # noqa: PLC0415 (loads a compiler)

    trees = network.trees
    try:
        fits = solve_small_flows(trees, capacity, cost, chosen, afresh=most is not None, threads=threads)
    except OverflowError:  # OR-Tools can count in coarser money
        return _solved_by_ortools(network, cost, capacity, chosen)
    if most is not None:
        trees.started[chosen] = False
    if not np.all(fits):
        return None
    return trees.units, -_product(trees.units, cost, network.groups)


def _product(units: Int32 | Int64, cost: Int64, groups: Groups) -> int:
    """Exact sum of units times cost, group by group where it may leave 64 bits."""
    if float(np.abs(cost).astype(np.float64) @ units) < 2.0**62:
        return int(units @ cost)
    first = groups.first_arc[:-1][np.diff(groups.first_arc) > 0]
    return sum(np.add.reduceat(units * cost, first).tolist())


def _solved_by_ortools(
    network: FlowNetwork, cost: Int64, capacity: Int32 | Int64, chosen: Int64
) -> tuple[Int64, int] | None:
    units, value = np.zeros(len(cost), dtype=np.int64), 0
    for group in chosen.tolist():
        at = slice(network.groups.first_arc[group], network.groups.first_arc[group + 1])
        found = _group_flow(network, group, cost[at], capacity[at])
        if found is None:
            return None
        units[at] = found[0]
        value += found[1]
    return units, value


def _group_flow(network: FlowNetwork, group: int, cost: Int64, capacity: Int32 | Int64) -> tuple[Int64, int] | None:
    """Best flow of one group: on its arcs, in the order of the group, and what it is worth at most."""
    groups = network.groups
    at = slice(groups.first_arc[group], groups.first_arc[group + 1])
    used = np.flatnonzero(capacity > 0)
    supply = groups.supply[groups.first_node[group] : groups.first_node[group + 1]]
    for divisor in network.divisors:
        # Rounded up in what it earns, so that the value stays an upper bound where money is too large for the solver.
        counted = cost[used] // divisor
        tail, head = groups.tail[at][used], groups.head[at][used]
        try:
            found = min_cost_flow(tail, head, capacity[used].astype(np.int64), counted, supply)
        except OverflowError:
            continue
        if found is None:
            return None
        flow = np.zeros(len(cost), dtype=np.int64)
        flow[used] = found
        return flow, -int(found @ counted) * divisor
    raise OverflowError("amounts of money are too large for a min-cost flow; use fewer money_decimals in network.json")
