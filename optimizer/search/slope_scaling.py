"""Plans without a mixed-integer solver: flows at prices that learn from the last flow.

Dynamic slope scaling (Kim and Pardalos 1999): a switch's fixed cost is charged to its flows per unit of load, at the
load it carried in the last round; a switch that was not used keeps its last price. Limits are priced beside, by how
far the last flow broke them (`optimizer.search.limit_prices`). Each round is one min-cost flow, so every flow is
integral; what a round's flow pays in whole dispatches is then counted exactly. `mended` makes a flow keep the rules
that a flow cannot see (capacities, smallest lines and dispatches, limits) by closing what breaks them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import UNLIMITED, Model, Solution, fewest_switches, switch_fill
from optimizer.search.circles import without_circles
from optimizer.search.flow_network import FlowNetwork, best_flow, flow_again
from optimizer.search.limit_prices import Charges, LimitPrices
from optimizer.search.limits import cut_to_limits, with_free_switches

Int64 = NDArray[np.int64]

_MENDING_ROUNDS = 12
_MOVING_ROUNDS = 3
"""Rounds of mending in which what is closed may go elsewhere; then nothing grows any more, so that mending ends."""

_BETTER, _LONGEST_WAIT = 0.2, 4
"""A round is mended when its flow breaks limits by this share of what the last mended one did, or after some rounds.
Prices learn as much from rounds that are not, and mending takes longer than they do while prices are far off."""

_OFFER_SHARE = 0.5
"""What certifying a mended round takes, as a share of mending it."""

_FAILED_ROUNDS = 6
"""Rounds in a row that could not be mended, after which slope scaling ends."""


class Slopes(NamedTuple):
    """What slope scaling has learned, to go on from in a model that is much the same."""

    dearer: NDArray[np.float64]
    """By how much more a unit of load pays than on a full switch, a factor, shape ``(n_switches,)``; NaN: unknown."""
    limit_price: NDArray[np.float64]
    """Money per unit, shape ``(n_limits,)``."""


class Scaled(NamedTuple):
    """One mended round of slope scaling."""

    solution: Solution
    price: Int64
    """That led to it, of every flow, then every increment, money per unit."""
    slopes: Slopes


@dataclass(frozen=True, slots=True)
class Loads:
    """How members load their switch: by weight where the switch has weights, else by units."""

    measure: NDArray[np.float64]
    """Load of one unit, per member."""
    most_load: NDArray[np.float64]
    """Most load per count of each switch; infinity where unlimited."""


def loads_of(model: Model) -> Loads:
    """Measure of every member and capacity of every switch."""
    members, switches = model.members, model.switches
    weighed = np.zeros(len(switches), dtype=bool)
    weighed[members.switch[members.weight > 0]] = True
    return Loads(
        measure=np.where(weighed[members.switch], members.weight, 1).astype(np.float64),
        most_load=np.where((switches.most_fill < UNLIMITED) & weighed, switches.most_fill, np.inf).astype(np.float64),
    )


def sum_by_switch(model: Model, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum member values per switch."""
    return np.bincount(model.members.switch, weights=values, minlength=len(model.switches)).astype(np.float64)


def flow_prices(model: Model, member_price: NDArray[np.float64]) -> Int64:
    """Sum member prices per flow and round down to money units."""
    price = np.bincount(model.members.flow, weights=member_price, minlength=len(model.flows))
    return np.floor(price).astype(np.int64)


def slope_scaling(
    model: Model,
    network: FlowNetwork,
    *,
    seconds_left: Callable[[], float] | None = None,
    threads: int = 1,
    begin: Slopes | None = None,
) -> Iterator[Scaled]:
    """Yield one mended solution per round, with the prices that led to it; stop when prices repeat.

    Parameters
    ----------
    model : Model
    network : FlowNetwork
        ``flow_network(model, in_packs=True)``.
    seconds_left : callable, optional
        Asked after every flow: a round is mended too when there may be no time for another.
    threads : int
        For the first round's flow; later ones share the machine with a search for bounds.
    begin : Slopes, optional
        Of a model that is much the same.

    Yields
    ------
    Scaled
        Its solution keeps every switch's rules and every limit on what there may be at most (what there must be at
        least is the certificate's to check).
    """
    loads, limits = loads_of(model), LimitPrices(model, price=None if begin is None else begin.limit_price)
    full = _full_counts(model, loads)
    counts_per_load = full if begin is None else full * np.where(np.isnan(begin.dearer), 1.0, begin.dearer)
    unit_gain, failed, waited, mended_at = 0.0, 0, 0, np.inf
    seen: set[bytes] = set()
    began, mending_seconds = time.monotonic(), 0.0
    while failed < _FAILED_ROUNDS:
        charged = limits.charges()
        price = _prices(model, loads, charged, counts_per_load)
        if price.tobytes() in seen:
            return
        seen.add(price.tobytes())
        found = best_flow(network, price, threads=threads)
        threads = 1
        if found is None:
            return
        unit_gain = unit_gain or max(found[1] - model.do_nothing, 1) / max(int(found[0].sum()), 1)
        if limits.any:
            used = fewest_switches(model, found[0]).astype(np.float64)
            limits.learn(found[0], limits.counts_at(charged, used), unit_gain)
        counts_per_load = _learned_counts(model, loads, found[0], counts_per_load)
        waited, flowed = waited + 1, time.monotonic()
        needed = 2 * (flowed - began) + (1 + _OFFER_SHARE) * mending_seconds
        last = seconds_left is not None and seconds_left() < needed
        if limits.broken <= _BETTER * mended_at or waited > _LONGEST_WAIT or last:
            waited, mended_at = 0, limits.broken
            solution = mended(model, network, found[0], price)
            mending_seconds = time.monotonic() - flowed
            failed = 0 if solution is not None else failed + 1
            if solution is not None:
                yield Scaled(solution, price, Slopes(counts_per_load / np.where(full > 0, full, 1.0), limits.price))
        began = time.monotonic()


def _full_counts(model: Model, loads: Loads) -> NDArray[np.float64]:
    """Share of a count that a unit of load pays where switches are as full as they can be."""
    potential = sum_by_switch(model, loads.measure * model.members.bound_units)
    # What nothing can load costs nothing: per gram its price would leave the range of the compiled solver.
    return np.where(potential > 0, 1.0 / np.maximum(np.minimum(potential, loads.most_load), 1.0), 0.0)


def _prices(model: Model, loads: Loads, charged: Charges, counts_per_load: NDArray[np.float64]) -> Int64:
    """Prices of flows, then increments: what limits charge, and what switches cost at the load of the last round."""
    slope = np.maximum(charged.switch_cost, 0) * counts_per_load
    price = charged.arcs
    price[: len(model.flows)] += flow_prices(model, slope[model.members.switch] * loads.measure)
    return price


def _learned_counts(
    model: Model, loads: Loads, flow_units: Int64, counts_per_load: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of a count that a unit of load pays, at the load of a flow; switches without any keep theirs."""
    load = sum_by_switch(model, loads.measure * flow_units[model.members.flow])
    latest = np.maximum(np.ceil(load / loads.most_load), 1.0) / np.maximum(load, 1.0)
    return np.where(load > 0, latest, counts_per_load)


def mended(
    model: Model, network: FlowNetwork, flow_units: Int64, price: Int64, most: Int64 | None = None
) -> Solution | None:
    """Make a flow keep the rules of the switches and limits, by closing what breaks them and flowing again.

    Parameters
    ----------
    model : Model
    network : FlowNetwork
    flow_units : ndarray of int64, shape (n_flows,)
        A best flow at the prices.
    price : ndarray of int64
    most : ndarray of int64, shape (n_flows,), optional
        Most units on every flow, where that is less than in the model.

    Returns
    -------
    Solution or None
        None when mending did not end within its rounds or supplies have nowhere to go.
    """
    most = (model.flows.most_units if most is None else most).copy()
    best, held = flow_units, np.zeros(len(most), dtype=bool)
    held[model.members.flow] = True
    for attempt in range(_MENDING_ROUNDS):
        flow_units = without_circles(model, best)
        count = fewest_switches(model, flow_units)
        tighter = _tightened(model, flow_units, count, most, close=attempt > _MENDING_ROUNDS // 2)
        cut = cut_to_limits(model, flow_units, count, price, most if tighter is None else tighter)
        if tighter is None and cut is None:
            return with_free_switches(model, Solution(flow_units=flow_units, switch_count=count))
        if cut is not None:
            most = cut
        elif tighter is not None:
            most = tighter
        if attempt >= _MOVING_ROUNDS:
            most = np.where(held, np.minimum(most, flow_units), most)
        again = flow_again(network, price, most, best)
        if again is None:
            return None
        best = again
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
