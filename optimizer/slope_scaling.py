"""Plans without a mixed-integer solver: flows at prices that learn from the last flow.

Dynamic slope scaling (Kim and Pardalos 1999): a switch's fixed cost is charged to its flows per unit of load, at the
load it carried in the last round; a switch that was not used keeps its last price. Each round is one min-cost flow,
so every flow is integral; what a round's flow pays in whole dispatches is then counted exactly. `mended` makes a flow
keep the rules that a flow cannot see (capacities, smallest lines and dispatches) by closing what breaks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.circles import without_circles
from optimizer.flow_network import FlowNetwork, best_flow
from optimizer.model import UNLIMITED, Model, Solution, fewest_switches, switch_fill

Int64 = NDArray[np.int64]

_MENDING_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Loads:
    """How members load their switch: by weight where the switch has weights, else by units."""

    measure: NDArray[np.float64]
    """Load of one unit, per member."""
    cost: NDArray[np.float64]
    """Fixed cost per switch, money."""
    most_load: NDArray[np.float64]
    """Most load per count of each switch; infinity where unlimited."""


def loads_of(model: Model) -> Loads:
    """Measure of every member and capacity of every switch."""
    members, switches = model.members, model.switches
    weighed = np.zeros(len(switches), dtype=bool)
    weighed[members.switch[members.weight > 0]] = True
    return Loads(
        measure=np.where(weighed[members.switch], members.weight, 1).astype(np.float64),
        cost=switches.fixed_cost.astype(np.float64),
        most_load=np.where((switches.most_fill < UNLIMITED) & weighed, switches.most_fill, np.inf).astype(np.float64),
    )


def sum_by_switch(model: Model, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum member values per switch."""
    return np.bincount(model.members.switch, weights=values, minlength=len(model.switches)).astype(np.float64)


def flow_prices(model: Model, member_price: NDArray[np.float64]) -> Int64:
    """Sum member prices per flow and round down to money units."""
    price = np.bincount(model.members.flow, weights=member_price, minlength=len(model.flows))
    return np.floor(price).astype(np.int64)


def slope_scaling(model: Model, network: FlowNetwork) -> Iterator[tuple[Solution, Int64]]:
    """Yield one mended solution per round, with the prices that led to it; stop when prices repeat.

    Parameters
    ----------
    model : Model
    network : FlowNetwork
        ``flow_network(model, in_packs=True)``.

    Yields
    ------
    (Solution, ndarray of int64)
        A solution that keeps every switch's rules (hard demands and limits are the certificate's to check), and the
        flow prices of the round.
    """
    loads = loads_of(model)
    members = model.members
    potential = sum_by_switch(model, loads.measure * members.bound_units)
    slope = loads.cost / np.maximum(np.minimum(potential, loads.most_load), 1.0)
    seen: set[bytes] = set()
    while True:
        price = flow_prices(model, slope[members.switch] * loads.measure)
        if price.tobytes() in seen:
            return
        seen.add(price.tobytes())
        found = best_flow(network, price)
        if found is None:
            return
        load = sum_by_switch(model, loads.measure * found[0][members.flow])
        solution = mended(model, network, found[0], price)
        if solution is not None:
            yield solution, price
        count = np.maximum(np.ceil(load / loads.most_load), 1.0)
        slope = np.where(load > 0, loads.cost * count / np.maximum(load, 1.0), slope)


def mended(model: Model, network: FlowNetwork, flow_units: Int64, price: Int64) -> Solution | None:
    """Make a flow keep the rules of the switches, by closing what breaks them and flowing again.

    Returns
    -------
    Solution or None
        None when mending did not end within its rounds or supplies have nowhere to go.
    """
    most = model.flows.most_units.copy()
    flow_units = without_circles(model, flow_units)
    for attempt in range(_MENDING_ROUNDS):
        count = fewest_switches(model, flow_units)
        tighter = _tightened(model, flow_units, count, most, close=attempt > _MENDING_ROUNDS // 2)
        if tighter is None:
            return Solution(flow_units=flow_units, switch_count=count)
        most = tighter
        found = best_flow(network, price, most)
        if found is None:
            return None
        flow_units = without_circles(model, found[0])
    return None


def _tightened(model: Model, flow_units: Int64, count: Int64, most: Int64, *, close: bool) -> Int64 | None:
    """Tighter flow limits where a switch is overfull or underfull; None when nothing is broken."""
    members, switches = model.members, model.switches
    fill = switch_fill(model, flow_units)
    over = count > switches.most
    under = (count > 0) & (fill < switches.least_fill * count) & ~over
    if not np.any(over | under):
        return None
    tighter = most.copy()
    broken = (over if not close else over | under)[members.switch] & (flow_units[members.flow] > 0)
    share = 0.0 if close else 1.0
    ratio = share * switches.most[members.switch[broken]] / np.maximum(count[members.switch[broken]], 1)
    kept = np.floor(flow_units[members.flow[broken]] * ratio).astype(np.int64)
    np.minimum.at(tighter, members.flow[broken], kept)
    closed = under[members.switch]
    tighter[members.flow[closed]] = 0
    return tighter
