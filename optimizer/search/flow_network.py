"""The model without its switches and limits: a min-cost flow, at any prices on flows and increments.

At given prices its optimum is exact and integral. With prices that pay for the switches in full it is a proven bound on
the benefit (`optimizer.search.pricing`); with prices learnt from the last flow it is a plan in the making
(`optimizer.search.slope_scaling`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.backends.min_cost_flow import min_cost_flow
from optimizer.model import Model
from optimizer.search.limits import flow_bounds

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FlowNetwork:
    """Arcs: the model's flows, then its increments, then arcs that reward meeting a hard demand.

    Blocks have nothing to do with each other, and many small flows are solved faster than a large one: neighbouring
    blocks form groups of some size, and each group is a flow of its own.
    """

    n_flows: int
    capacity: Int64
    worth: Int64
    """Money per unit of every arc, before prices."""
    reward_due: int
    """Reward when every hard demand is met; what a flow earns is counted from here, so that its value stays a bound."""
    scale: Int64
    """Units per unit of flow on every flow, then every increment (the case pack of its block, or 1)."""
    least: Int64
    """Flow that there must be on every flow of the model: already taken out of `capacity` and `supply`."""
    divisors: tuple[int, ...]
    """Money units per unit of the solver's costs, tried in turn: coarser costs are solved faster."""
    groups: Groups


@dataclass(frozen=True, slots=True)
class Groups:
    """Arcs and nodes sorted by group; nodes are positions, one sink per block, and one per position with a demand."""

    arc: Int64
    """Arcs in order of their groups, shape ``(n_arcs,)``."""
    of_arc: Int64
    """Group of every arc, in the network's order."""
    first_arc: Int64
    """Where each group begins in `arc`, shape ``(n_groups + 1,)``."""
    tail: NDArray[np.int32]
    """Row of the group's nodes, in the order of `arc`."""
    head: NDArray[np.int32]
    supply: Int64
    """Units that start at every node, in order of the groups."""
    first_node: Int64

    def __len__(self) -> int:
        return len(self.first_arc) - 1


_GROUP_ARCS = 500
"""Blocks are put together until they have about so many arcs."""

_MANY_INCREMENTS = 20
"""Increments of a position that a plan tells apart: a twentieth of the range of their worth is near enough."""

_PLAN_DECIMALS = 3
_BOUND_DECIMALS = 4
"""Decimals of a currency unit that a plan, and the bound of a model with many arcs, can tell apart."""

_MANY_ARCS = 500_000


def flow_network(model: Model, *, in_packs: bool) -> FlowNetwork:
    """Prepare the min-cost flow of a model.

    Parameters
    ----------
    model : Model
    in_packs : bool
        True: count every block in its case packs, so that flows are feasible (worth is then approximate where a
        pack straddles two increments, and where a position has many). False: drop multiples, which keeps the optimum
        an upper bound.

    Returns
    -------
    FlowNetwork
    """
    positions, increments, flows = model.positions, model.increments, model.flows
    n_blocks = int(positions.block.max(initial=-1)) + 1
    pack = np.ones(n_blocks, dtype=np.int64)
    if in_packs:
        np.maximum.at(pack, positions.block[flows.origin], flows.multiple)
    position_pack = pack[positions.block]
    flow_pack, increment_pack = position_pack[flows.origin], position_pack[increments.position]
    supply = positions.supply_units // position_pack
    gate = _gates(model)
    n_positions, n_gates = len(positions), len(gate)
    gated = np.full(n_positions, -1, dtype=np.int64)
    gated[gate] = n_positions + n_blocks + np.arange(n_gates)
    increment_tail = np.where(gated[increments.position] >= 0, gated[increments.position], increments.position)
    total = np.bincount(positions.block, weights=supply, minlength=n_blocks).astype(np.int64)
    reward = _reward(model)
    gate_pack, gate_block = position_pack[gate], positions.block[gate]
    bounds = flow_bounds(model)
    least = np.minimum(bounds.least // flow_pack, bounds.most // flow_pack)
    np.subtract.at(supply, flows.origin, least)
    np.add.at(supply, flows.destination, least)
    tail = np.concatenate([flows.origin, increment_tail, gate, gate])
    head = np.concatenate(
        [flows.destination, n_positions + positions.block[increments.position], gated[gate], gated[gate]]
    )
    node_block = np.concatenate([positions.block, np.arange(n_blocks), gate_block])
    gate_worth = np.repeat([reward, 0], n_gates)
    return FlowNetwork(
        n_flows=len(flows),
        capacity=np.concatenate(
            [
                bounds.most // flow_pack - least,
                _merged(model, _whole_packs(model, increment_pack)) if in_packs else increments.most_units,
                -(-positions.least_units[gate] // gate_pack),
                total[gate_block],
            ]
        ),
        worth=np.concatenate([flows.profit * flow_pack, increments.worth * increment_pack, gate_worth]),
        reward_due=reward * int((-(-positions.least_units[gate] // gate_pack)).sum()),
        scale=np.concatenate([flow_pack, increment_pack]),
        least=least,
        divisors=_divisors(model, in_packs=in_packs),
        groups=_groups(tail, head, np.concatenate([supply, -total, np.zeros(n_gates, dtype=np.int64)]), node_block),
    )


def _groups(tail: Int64, head: Int64, supply: Int64, node_block: NDArray[np.integer]) -> Groups:
    """Sort arcs and nodes by group."""
    n_blocks = int(node_block.max(initial=-1)) + 1
    arcs_before = np.cumsum(np.bincount(node_block[tail], minlength=n_blocks))
    group = np.unique(arcs_before // _GROUP_ARCS, return_inverse=True)[1]
    node_group = group[node_block]
    node, of_arc = np.argsort(node_group, kind="stable"), node_group[tail]
    arc = np.argsort(of_arc, kind="stable")
    n_groups = int(group.max(initial=-1)) + 1
    first_node = np.searchsorted(node_group[node], np.arange(n_groups + 1))
    local = np.empty(len(node), dtype=np.int32)
    local[node] = np.arange(len(node)) - first_node[node_group[node]]
    return Groups(
        arc=arc,
        of_arc=of_arc,
        first_arc=np.searchsorted(of_arc[arc], np.arange(n_groups + 1)),
        tail=local[tail[arc]],
        head=local[head[arc]],
        supply=supply[node],
        first_node=first_node,
    )


def _divisors(model: Model, *, in_packs: bool) -> tuple[int, ...]:
    """Choose how fine the solver's costs are, finest first."""
    many = len(model.flows) + len(model.increments) > _MANY_ARCS
    decimals = _PLAN_DECIMALS if in_packs else _BOUND_DECIMALS if many else model.money_decimals
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


def best_flow(network: FlowNetwork, price: Int64, most: Int64 | None = None) -> tuple[Int64, int] | None:
    """Most valuable flow at prices.

    Parameters
    ----------
    network : FlowNetwork
    price : ndarray of int64, shape (n_flows,) or (n_flows + n_increments,)
        Money per unit, deducted from each flow's profit, and from each increment's worth.
    most : ndarray of int64, shape (n_flows,), optional
        Tighter upper limits of the flows, in units.

    Returns
    -------
    (flow_units, value) or None
        Units on the model's flows, and the value of the flow in money: far below zero where hard demands are not met.
        None when the supplies have nowhere to end.
    """
    worth, capacity, groups = _priced(network, price), _capacity(network, most), network.groups
    arcs, value = np.zeros(len(worth), dtype=np.int64), -network.reward_due
    for group in range(len(groups)):
        found = _group_flow(network, group, worth, capacity)
        if found is None:
            return None
        arcs[groups.arc[groups.first_arc[group] : groups.first_arc[group + 1]]] = found[0]
        value += found[1]
    n = network.n_flows
    value += int((network.least * worth[:n]).sum())
    return (arcs[:n] + network.least) * network.scale[:n], value


def _group_flow(network: FlowNetwork, group: int, worth: Int64, capacity: Int64) -> tuple[Int64, int] | None:
    """Best flow of one group: on its arcs, in the order of the group, and what it is worth at most."""
    groups = network.groups
    at = slice(groups.first_arc[group], groups.first_arc[group + 1])
    arc = groups.arc[at]
    used = np.flatnonzero(capacity[arc] > 0)
    supply = groups.supply[groups.first_node[group] : groups.first_node[group + 1]]
    for divisor in network.divisors:
        # Rounded up, so that the value stays an upper bound where money is too large for the solver's arithmetic.
        counted = -(-worth[arc[used]] // divisor)
        try:
            found = min_cost_flow(groups.tail[at][used], groups.head[at][used], capacity[arc[used]], -counted, supply)
        except OverflowError:
            continue
        if found is None:
            return None
        flow = np.zeros(len(arc), dtype=np.int64)
        flow[used] = found
        return flow, int(found @ counted) * divisor
    raise OverflowError("amounts of money are too large for a min-cost flow; use fewer money_decimals in network.json")


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
    worth, capacity, groups, n = _priced(network, price), _capacity(network, most), network.groups, network.n_flows
    again = flow_units.copy()
    for group in np.unique(groups.of_arc[:n][flow_units > most]).tolist():
        found = _group_flow(network, group, worth, capacity)
        if found is None:
            return None
        arc = groups.arc[groups.first_arc[group] : groups.first_arc[group + 1]]
        own = arc < n
        again[arc[own]] = (found[0][own] + network.least[arc[own]]) * network.scale[arc[own]]
    return again


def _priced(network: FlowNetwork, price: Int64) -> Int64:
    """Worth of every arc less its price."""
    worth = network.worth.copy()
    worth[: len(price)] -= price * network.scale[: len(price)]
    return worth


def _capacity(network: FlowNetwork, most: Int64 | None) -> Int64:
    """Capacity of every arc under tighter limits; what must flow does in any case."""
    if most is None:
        return network.capacity
    capacity, n = network.capacity.copy(), network.n_flows
    allowed = np.maximum(most // network.scale[:n] - network.least, 0)
    capacity[:n] = np.minimum(capacity[:n], allowed)
    return capacity
