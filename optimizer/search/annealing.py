"""Better plans by opening and closing switches: simulated annealing with exact flows.

A state is the set of switches that may be used. A move opens or closes one; every block that it touches flows again to
its optimum over the open switches, from its last tree, in microseconds (`optimizer.search.tree_pivots`), and the move
is kept by the rule of Metropolis (Kirkpatrick, Gelatt and Vecchi 1983) for what it earns, which is exact: units at
their worth, switches at the counts that the new flow needs. A move that breaks a limit or a rule of a switch is not
made.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import (
    UNLIMITED,
    Flows,
    Increments,
    Limits,
    Members,
    Model,
    Positions,
    Solution,
    Switches,
    Terms,
    benefit,
    fewest_switches,
    switch_fill,
)
from optimizer.search import switch_moves as compiled
from optimizer.search.circles import without_circles
from optimizer.search.flow_network import FlowNetwork, flow_network
from optimizer.search.limits import activity, free_switches, with_free_switches
from optimizer.search.network_simplex import solve_small_flows

Int64 = NDArray[np.int64]

_HOTTEST, _COLDEST = 0.5, 0.05
"""First temperature, as a share of the median fixed cost of a switch in use, and the last one as a share of the first;
with less time per switch than for so many moves the first is lower in proportion:"""
_MOVES_PER_SWITCH = 100

_ROUND_SECONDS = 0.4
"""Moves between two looks at the clock take about so long."""

_FIRST_MOVES = 200

_FIRST_ROUNDS = 6
"""Times that a first state is brought within rules."""

_SEED = 20220311


class _State(NamedTuple):
    """What the compiled moves work on."""

    blocks: compiled.Blocks
    arcs: compiled.Arcs
    switches: compiled.Switching
    limits: compiled.Limiting
    worth: compiled.Worth
    far: int
    """Money per unit on a closed arc: more than any unit earns."""


def anneal(
    model: Model,
    network: FlowNetwork,
    solution: Solution,
    *,
    seconds: float,
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[Solution]:
    """Improve a solution; yield every better one, about two a second at most.

    Parameters
    ----------
    model : Model
    network : FlowNetwork
        ``flow_network(model, in_packs=True)``, with trees; they are used up.
    solution : Solution
        Keeps all rules; switches are opened and closed from here.
    seconds : float
        Over this time the temperature falls.
    enough : callable
        Asked about twice a second whether to stop.

    Yields
    ------
    Solution
    """
    state = _first_state(model, network, solution) if seconds > 0 and len(network.groups.arc) else None
    if state is None or not len(state.switches.toggled):
        return
    if state.worth.best[0] > benefit(model, solution):
        yield _solution_of(model, network, state.worth.best_units)
    counts, costs = state.switches.counts, state.switches.fixed_cost
    used = state.switches.toggled[counts[state.switches.toggled] > 0]
    usual = float(np.median(costs[used if len(used) else state.switches.toggled]))
    known, began, n_moves, first = float(state.worth.best[0]), time.monotonic(), _FIRST_MOVES, 0.0
    for seed in itertools.count(_SEED):
        passed, started = time.monotonic() - began, time.monotonic()
        if passed >= seconds or enough():
            return
        share = passed / seconds
        hot = (first or usual * _COLDEST * _HOTTEST) * _COLDEST**share
        compiled.moves(*state[:5], UNLIMITED, state.far, n_moves, hot, seed)
        took = time.monotonic() - started
        if not first and took >= _ROUND_SECONDS / 4:
            per_switch = n_moves / took * seconds / len(state.switches.toggled)
            first = usual * _HOTTEST * min(per_switch / _MOVES_PER_SWITCH, 1.0)
        n_moves = _next_number(n_moves, took)
        if state.worth.best[0] > known:
            known = state.worth.best[0]
            yield _solution_of(model, network, state.worth.best_units)


def compile_moves() -> None:
    """Have the moves compiled and kept on disk: some seconds, once after an installation."""
    one, none = np.ones(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    model = Model(
        positions=Positions(np.array([1, 0]), np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int32)),
        increments=Increments(np.array([0, 1], dtype=np.int32), np.array([1, 1]), np.array([1, 9])),
        flows=Flows(np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32), -one, one.copy(), one.copy()),
        switches=Switches(one.copy(), one.copy(), np.zeros(1, dtype=np.int64), one.copy()),
        members=Members(np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int32), one.copy(), one.copy()),
        limits=Limits(none, none.copy()),
        terms=Terms(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), none.copy()),
        do_nothing=1,
        money_decimals=0,
    )
    network = flow_network(model, in_packs=True, compiled=True)
    for _ in anneal(model, network, Solution(one, one), seconds=1e-3):
        pass


def _next_number(n_moves: int, seconds: float) -> int:
    """Say how many moves fill the next round."""
    return int(np.clip(n_moves * _ROUND_SECONDS / max(seconds, 1e-3), n_moves / 4, n_moves * 8)) + 1


def _first_state(model: Model, network: FlowNetwork, solution: Solution) -> _State | None:
    """Flow over the switches that a solution uses, within what it uses of the rules that this would break.

    Flows of limits and switches that would be overfilled carry what the solution carries at most; switches that would
    not be filled to their least are closed. None where a few rounds of that lead to no state that keeps all rules.
    """
    capacity, shut = network.capacity, np.zeros(len(model.switches), dtype=bool)
    for _ in range(_FIRST_ROUNDS):
        state = _state_of(model, network, solution, capacity, shut)
        if state is None or _keeps_rules(state.switches, state.limits):
            return state
        switches, limits = state.switches, state.limits
        underfilled = switches.fill < switches.least_fill * switches.counts
        shut |= underfilled & _toggled(model, network)
        broken = (limits.activity < limits.low) | (limits.activity > limits.high)
        tight = np.zeros(len(model.flows), dtype=bool)
        columns = model.terms.column[broken[model.terms.limit]]
        tight[columns[columns < len(model.flows)]] = True
        tight[model.members.flow[(switches.counts > switches.most)[model.members.switch]]] = True
        flows, place = np.flatnonzero(tight), _places(network)
        capacity = capacity.copy()
        carried = solution.flow_units[flows] // network.scale[flows] - network.least[flows]
        capacity[place[flows]] = np.minimum(capacity[place[flows]], np.maximum(carried, 0))
    return None


def _places(network: FlowNetwork) -> Int64:
    """Place of every arc in the order of the groups."""
    place = np.empty(len(network.groups.arc), dtype=np.int64)
    place[network.groups.arc] = np.arange(len(place))
    return place


def _state_of(
    model: Model,
    network: FlowNetwork,
    solution: Solution,
    capacity: NDArray[np.int64] | NDArray[np.int32],
    shut: NDArray[np.bool_],
) -> _State | None:
    """Flow within capacities over the switches that a solution uses, without those that are shut; None: not at all."""
    trees, groups = network.trees, network.groups
    if trees is None or np.any(
        free_switches(model)
    ):  # what only earns something (a display) is worth nothing to a move
        return None
    n_arcs = len(groups.arc)
    place = _places(network)
    base = -network.worth
    far = 4 * (int(np.abs(base).max(initial=0)) + 1)
    closed_switch = _toggled(model, network) & ((solution.switch_count == 0) | shut)
    off = closed_switch[model.members.switch]
    closed = np.bincount(place[model.members.flow[off]], minlength=n_arcs).astype(np.int32)
    arcs = compiled.Arcs(
        block=np.repeat(np.arange(len(groups), dtype=np.int32), np.diff(groups.first_arc)),
        capacity=capacity,
        base=base,
        cost=np.where(closed > 0, base + far, base),
        units=trees.units,
        state=trees.state,
        closed=closed,
    )
    try:
        fits = solve_small_flows(trees, capacity, arcs.cost, afresh=capacity is not network.capacity)
    except OverflowError:
        return None
    flowing = _solution_of(model, network, trees.units)
    circles = not np.array_equal(flowing.flow_units, _flow_units(network, trees.units))
    if circles or not np.all(fits):
        return None
    blocks = compiled.Blocks(
        groups.first_arc,
        groups.first_node,
        groups.tail,
        groups.head,
        groups.supply,
        trees.parent_arc,
        np.zeros(len(groups.supply), dtype=np.int64),
    )
    compiled.find_potentials(blocks, arcs.cost)
    switches = _switching(model, network, flowing, place, closed_switch)
    limits = _limiting(model, network, flowing, place)
    started = benefit(model, flowing)
    worth = compiled.Worth(
        now=np.array([float(started)]),
        best=np.array([float(max(started, benefit(model, solution)))]),
        best_units=trees.units.copy(),
    )
    return _State(blocks, arcs, switches, limits, worth, far)


def _toggled(model: Model, network: FlowNetwork) -> NDArray[np.bool_]:
    """Switches that moves open and close: those that cost something and hold no flow that there must be.

    Where a flow has several of them, those that it alone uses stay open: its others are what a move opens.
    """
    members, switches = model.members, model.switches
    fixed = np.bincount(members.switch[network.least[members.flow] > 0], minlength=len(switches)) > 0
    priced = (switches.fixed_cost > 0) & (switches.most > 0) & ~fixed
    alone = np.bincount(members.switch, minlength=len(switches)) == 1
    shared = np.bincount(members.flow[(priced & ~alone)[members.switch]], minlength=len(model.flows)) > 0
    beside = np.bincount(members.switch[shared[members.flow]], minlength=len(switches)) > 0
    held = np.bincount(members.switch, minlength=len(switches)) > 0
    return np.asarray(priced & held & ~(alone & beside))


def _rows(row: NDArray[np.integer], entry: NDArray[np.integer], weight: Int64, n_rows: int) -> compiled.Rows:
    """Sort entries by row."""
    order = np.argsort(row, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_rows))]).astype(np.int64)
    return compiled.Rows(first, entry[order].astype(np.int32), weight[order].astype(np.int64))


def _switching(
    model: Model, network: FlowNetwork, flowing: Solution, place: Int64, closed: NDArray[np.bool_]
) -> compiled.Switching:
    """Write switches by member and by arc, with what is on them in a flow."""
    members, switches = model.members, model.switches
    scale = network.scale[members.flow].astype(np.int64)
    weight, arc = members.weight * scale, place[members.flow]
    order = np.argsort(members.switch, kind="stable")
    toggled = _toggled(model, network)
    return compiled.Switching(
        members=_rows(members.switch, arc, weight, len(switches)),
        bound=np.maximum(members.bound_units[order], 1).astype(np.int64),
        scale=scale[order],
        least=network.least[members.flow[order]].astype(np.int64),
        by_arc=_rows(arc, members.switch, weight, len(place)),
        fixed_cost=np.array(switches.fixed_cost, dtype=np.int64),
        most=np.array(switches.most, dtype=np.int64),
        least_fill=np.array(switches.least_fill, dtype=np.int64),
        most_fill=np.array(switches.most_fill, dtype=np.int64),
        fill=switch_fill(model, flowing.flow_units),
        counts=fewest_switches(model, flowing.flow_units),
        closed=closed.copy(),
        toggled=np.flatnonzero(toggled),
        is_toggled=toggled,
    )


def _limiting(model: Model, network: FlowNetwork, flowing: Solution, place: Int64) -> compiled.Limiting:
    """Write limits by arc and by switch, with their activity in a flow."""
    terms, n_arcs = model.terms, len(model.flows) + len(model.increments)
    on_arc = terms.column < n_arcs
    arc, switch = terms.column[on_arc], terms.column[~on_arc] - n_arcs
    scale = network.scale[arc].astype(np.int64)
    count = fewest_switches(model, flowing.flow_units)
    return compiled.Limiting(
        by_arc=_rows(place[arc], terms.limit[on_arc], terms.coefficient[on_arc] * scale, len(place)),
        by_switch=_rows(switch, terms.limit[~on_arc], terms.coefficient[~on_arc], len(model.switches)),
        low=np.array(model.limits.low, dtype=np.int64),
        high=np.array(model.limits.high, dtype=np.int64),
        activity=np.rint(activity(model, flowing.flow_units, count)).astype(np.int64),
    )


def _keeps_rules(switches: compiled.Switching, limits: compiled.Limiting) -> bool:
    """Whether a state is one that moves may start from."""
    return bool(
        np.all((switches.counts <= switches.most) & (switches.fill >= switches.least_fill * switches.counts))
        and np.all((limits.low <= limits.activity) & (limits.activity <= limits.high))
    )


def _flow_units(network: FlowNetwork, units: NDArray[np.integer]) -> Int64:
    """Read units on arcs as units on the model's flows."""
    arcs, n = np.empty(len(units), dtype=np.int64), network.n_flows
    arcs[network.groups.arc] = units
    return np.asarray((arcs[:n] + network.least) * network.scale[:n], dtype=np.int64)


def _solution_of(model: Model, network: FlowNetwork, units: NDArray[np.integer]) -> Solution:
    """Read units on arcs as a solution."""
    flow_units = without_circles(model, _flow_units(network, units))
    return with_free_switches(model, Solution(flow_units, fewest_switches(model, flow_units)))
