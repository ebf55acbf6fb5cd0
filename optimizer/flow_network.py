"""The model without its switches and limits: a min-cost flow, at any prices on the flows.

At given prices its optimum is exact and integral. With prices that pay for the switches in full it is a proven bound on
the benefit (`optimizer.pricing`); with prices learnt from the last flow it is a plan in the making
(`optimizer.slope_scaling`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.backends.min_cost_flow import min_cost_flow
from optimizer.model import Model

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FlowNetwork:
    """Arcs: the model's flows, then its increments, then arcs that reward meeting a hard demand."""

    n_flows: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    capacity: Int64
    worth: Int64
    """Money per unit of every arc, before prices."""
    supply: Int64
    """Per node: positions, then one sink per block, then one node per position with a hard demand."""
    reward_due: int
    """Reward when every hard demand is met; what a flow earns is counted from here, so that its value stays a bound."""
    scale: Int64
    """Units per unit of flow on every flow (the case pack of its block, or 1), shape (n_flows,)."""


_DIVISORS = (1, 1_000, 1_000_000)
"""Money units per unit of the solver's costs, tried in turn."""


def flow_network(model: Model, *, in_packs: bool) -> FlowNetwork:
    """Prepare the min-cost flow of a model.

    Parameters
    ----------
    model : Model
    in_packs : bool
        True: count every block in its case packs, so that flows are feasible (worth is then approximate where a
        pack straddles two increments). False: drop multiples, which keeps the optimum an upper bound.

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
    return FlowNetwork(
        n_flows=len(flows),
        tail=np.concatenate([flows.origin, increment_tail, gate, gate]).astype(np.int32),
        head=np.concatenate(
            [flows.destination, n_positions + positions.block[increments.position], gated[gate], gated[gate]]
        ).astype(np.int32),
        capacity=np.concatenate(
            [
                flows.most_units // flow_pack,
                _whole_packs(model, increment_pack),
                -(-positions.least_units[gate] // gate_pack),
                total[gate_block],
            ]
        ),
        worth=np.concatenate(
            [
                flows.profit * flow_pack,
                increments.worth * increment_pack,
                np.full(n_gates, reward),
                np.zeros(n_gates, dtype=np.int64),
            ]
        ),
        supply=np.concatenate([supply, -total, np.zeros(n_gates, dtype=np.int64)]),
        reward_due=reward * int((-(-positions.least_units[gate] // gate_pack)).sum()),
        scale=flow_pack,
    )


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


def best_flow(network: FlowNetwork, price: Int64, most: Int64 | None = None) -> tuple[Int64, int] | None:
    """Most valuable flow at prices.

    Parameters
    ----------
    network : FlowNetwork
    price : ndarray of int64, shape (n_flows,)
        Money per unit, deducted from each flow's profit.
    most : ndarray of int64, shape (n_flows,), optional
        Tighter upper limits of the flows, in units.

    Returns
    -------
    (flow_units, value) or None
        Units on the model's flows, and the value of the flow in money: far below zero where hard demands are not met.
        None when the supplies have nowhere to end.
    """
    n = network.n_flows
    worth = network.worth.copy()
    worth[:n] -= price * network.scale
    capacity = network.capacity
    if most is not None:
        capacity = capacity.copy()
        capacity[:n] = np.minimum(capacity[:n], most // network.scale)
    for divisor in _DIVISORS:
        # Rounded up, so that the value stays an upper bound where money is too large for the solver's arithmetic.
        counted = -(-worth // divisor)
        try:
            flow = min_cost_flow(network.tail, network.head, capacity, -counted, network.supply)
        except OverflowError:
            continue
        if flow is None:
            return None
        return flow[:n] * network.scale, int(flow @ counted) * divisor - network.reward_due
    raise OverflowError("amounts of money are too large for a min-cost flow; use fewer money_decimals in network.json")
