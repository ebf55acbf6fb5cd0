"""What the limits of a model say about a given flow, and how to make one keep them.

A flow does not see limits: a node's capacity, a largest number of lanes, a display that wants to be complete. What is
here reads them row by row: which are broken, which of the flows and switches in a broken row are worth least and have
to go (`cut_to_limits`), and which switches that only earn something can still be turned on (`with_free_switches`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.model import UNLIMITED, Model, Solution, Switches, Terms, increment_units, kept_units

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_HOPS = 4
"""Flows in a row along which the worth of a unit is passed on."""


@dataclass(frozen=True, slots=True)
class FlowBounds:
    """Limits on one flow alone, which a flow can keep by itself."""

    least: Int64
    """Least units, shape ``(n_flows,)``."""
    most: Int64
    """Most units, shape ``(n_flows,)``."""
    rows: Flags
    """Limits that say no more than that, shape ``(n_limits,)``."""


def flow_bounds(model: Model) -> FlowBounds:
    """Read the limits with a single term, on a flow, as bounds of that flow."""
    terms, limits = model.terms, model.limits
    alone = np.bincount(terms.limit, minlength=len(limits))[terms.limit] == 1
    at = np.flatnonzero(alone & (terms.column < len(model.flows)) & (terms.coefficient > 0))
    flow, limit, coefficient = terms.column[at], terms.limit[at], terms.coefficient[at]
    least, most = np.zeros(len(model.flows), dtype=np.int64), model.flows.most_units.copy()
    np.maximum.at(least, flow, np.where(limits.low[limit] > -UNLIMITED, -(-limits.low[limit] // coefficient), 0))
    np.minimum.at(most, flow, np.where(limits.high[limit] < UNLIMITED, limits.high[limit] // coefficient, UNLIMITED))
    rows = np.zeros(len(limits), dtype=bool)
    rows[limit] = True
    return FlowBounds(least, np.maximum(most, 0), rows)


def activity(model: Model, flow_units: NDArray[np.generic], switch_count: NDArray[np.generic]) -> NDArray[np.float64]:
    """Sum every limit's terms for a flow and counts of switches (fractions allowed), shape ``(n_limits,)``."""
    terms, n_flows, n_increments = model.terms, len(model.flows), len(model.increments)
    if np.any((terms.column >= n_flows) & (terms.column < n_flows + n_increments)):
        units = increment_units(model, kept_units(model, np.asarray(flow_units, dtype=np.int64)))
    else:
        units = np.zeros(n_increments, dtype=np.int64)
    columns = np.concatenate([flow_units, units, switch_count]).astype(np.float64)
    load = columns[terms.column] * terms.coefficient
    return np.bincount(terms.limit, weights=load, minlength=len(model.limits)).astype(np.float64)


def free_switches(model: Model) -> Flags:
    """Switches that no flow loads and that earn something, shape ``(n_switches,)``."""
    free = model.switches.fixed_cost < 0
    free[model.members.switch] = False
    return free


def with_free_switches(model: Model, solution: Solution) -> Solution:
    """Turn on every switch that only earns something, as far as the limits allow; the best first where they share."""
    free = free_switches(model)
    if not np.any(free):
        return solution
    terms, limits = model.terms, model.limits
    first = model.n_columns - len(model.switches)
    at = np.flatnonzero(terms.column >= first)
    at = at[free[terms.column[at] - first]]
    switch, limit, coefficient = terms.column[at] - first, terms.limit[at], terms.coefficient[at]
    count = np.where(free, 0, solution.switch_count)
    load = activity(model, solution.flow_units, count)
    rank = np.empty(len(model.switches), dtype=np.int64)
    rank[np.argsort(model.switches.fixed_cost, kind="stable")] = np.arange(len(model.switches))
    waiting = free & (model.switches.most > 0)
    while np.any(waiting):
        fits = (load[limit] + coefficient <= limits.high[limit]) & (load[limit] + coefficient >= limits.low[limit])
        waiting[switch[~fits]] = False
        waits = waiting[switch]
        best = np.full(len(limits), len(rank))
        np.minimum.at(best, limit[waits], rank[switch[waits]])
        beaten = np.zeros(len(waiting), dtype=bool)
        beaten[switch[waits & (best[limit] < rank[switch])]] = True
        taken = waiting & ~beaten
        count[taken] += 1
        load += np.bincount(limit, weights=coefficient * taken[switch], minlength=len(limits))
        waiting &= count < model.switches.most
    return Solution(solution.flow_units, count)


def cut_to_limits(model: Model, flow_units: Int64, count: Int64, price: Int64, most: Int64) -> Int64 | None:
    """Tighten the bounds of flows until every limit that the flow breaks holds, whatever flows within them.

    Parameters
    ----------
    model : Model
    flow_units : ndarray of int64, shape (n_flows,)
    count : ndarray of int64, shape (n_switches,)
    price : ndarray of int64, shape (n_flows,)
        Money per unit that the flow paid; what is worth least after it goes first.
    most : ndarray of int64, shape (n_flows,)
        Bounds so far.

    Returns
    -------
    ndarray of int64, shape (n_flows,), or None
        None when nothing is broken that closing could mend: limits over flows only or over switches with members
        only, with a `high` and coefficients above 0.
    """
    terms = model.terms
    load = activity(model, flow_units, count)
    over = load > model.limits.high
    mendable = over & _all_terms(model, terms.coefficient > 0)
    if not np.any(mendable):
        return None
    flow_rows = mendable & _all_terms(model, terms.column < len(model.flows))
    held = np.zeros(model.n_columns, dtype=bool)
    first_switch = model.n_columns - len(model.switches)
    held[first_switch + model.members.switch] = True
    switch_rows = mendable & _all_terms(model, held[terms.column])
    if not np.any(flow_rows | switch_rows):
        return None
    value = unit_values(model, flow_units, price)
    tighter = most.copy()
    _cut_flows(model, flow_rows, flow_units, value, tighter)
    tighter[_of_closed_switches(model, switch_rows, count, value * flow_units)] = 0
    return tighter


def _all_terms(model: Model, holds: Flags) -> Flags:
    """Limits all of whose terms are so, shape ``(n_limits,)``."""
    every = np.ones(len(model.limits), dtype=bool)
    every[model.terms.limit[~holds]] = False
    return every


def _cut_flows(model: Model, rows: Flags, flow_units: Int64, value: NDArray[np.float64], tighter: Int64) -> None:
    """Keep the most valuable units of every marked limit that it has room for; no other flow of it may grow."""
    at = np.flatnonzero(rows[model.terms.limit])
    flow, limit, coefficient = model.terms.column[at], model.terms.limit[at], model.terms.coefficient[at]
    order = np.lexsort((-(value[flow] / coefficient), limit))
    flow, limit, coefficient = flow[order], limit[order], coefficient[order]
    load = flow_units[flow] * coefficient
    before = _sums_before(load, limit)
    room = np.clip(model.limits.high[limit] - before, 0, load)
    multiple = model.flows.multiple[flow]
    np.minimum.at(tighter, flow, room // coefficient // multiple * multiple)


def _of_closed_switches(model: Model, rows: Flags, count: Int64, flow_value: NDArray[np.float64]) -> NDArray[np.int32]:
    """Keep the most valuable switches that every marked limit has room for; the flows of all its others."""
    first_switch = model.n_columns - len(model.switches)
    at = np.flatnonzero(rows[model.terms.limit])
    switch, limit = model.terms.column[at] - first_switch, model.terms.limit[at]
    coefficient, members = model.terms.coefficient[at], model.members
    brings = np.bincount(members.switch, weights=flow_value[members.flow], minlength=len(model.switches))
    each = brings / np.maximum(count, 1)
    order = np.lexsort((-(each[switch] / coefficient), count[switch] == 0, limit))
    switch, limit, coefficient = switch[order], limit[order], coefficient[order]
    load = np.maximum(count[switch], 1) * coefficient
    closed = np.zeros(len(model.switches), dtype=bool)
    closed[switch[_sums_before(load, limit) + load > model.limits.high[limit]]] = True
    return members.flow[closed[members.switch]]


def _sums_before(values: Int64, group: NDArray[np.int32]) -> Int64:
    """Sum of the values before each one in its group; groups lie together."""
    total = np.cumsum(values) - values
    start = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, dtype=bool)
    return total - total[np.maximum.accumulate(np.where(start, np.arange(len(group)), 0))]


def unit_values(model: Model, flow_units: Int64, price: Int64) -> NDArray[np.float64]:
    """Value the last unit on every flow: its worth at its end beyond that at its start, money, shape ``(n_flows,)``.

    Units that go on are worth what they earn where they end; units that need not come, what that saves.
    """
    flows, used = model.flows, flow_units > 0
    origin, destination = flows.origin[used], flows.destination[used]
    profit = (flows.profit - price[: len(flows)])[used].astype(np.float64)
    kept = kept_units(model, flow_units)
    last, following = _marginal_worth(model, kept)
    own = np.where(kept > 0, last, np.inf)
    gain = own
    for _ in range(_HOPS):
        passed = own.copy()
        np.minimum.at(passed, origin, gain[destination] + profit)
        gain = passed
    saved = following.copy()
    for _ in range(_HOPS):
        np.maximum.at(saved, destination, saved[origin] - profit)
    worth = gain[flows.destination] + flows.profit - price[: len(flows)] - saved[flows.origin]
    return np.nan_to_num(worth, nan=0.0, posinf=0.0, neginf=0.0)


def _marginal_worth(model: Model, kept: Int64) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Worth of the last unit kept at every position, and of one more (-infinity: none fits)."""
    increments = model.increments
    units = increment_units(model, kept)
    last, following = np.full(len(kept), np.inf), np.full(len(kept), -np.inf)
    np.minimum.at(last, increments.position[units > 0], increments.worth[units > 0].astype(np.float64))
    room = units < increments.most_units
    np.maximum.at(following, increments.position[room], increments.worth[room].astype(np.float64))
    return last, following


def without_idle_switches(model: Model) -> Model:
    """Leave out the switches that no flow loads any more and that nothing but a flow would turn on.

    Parameters
    ----------
    model : Model
        Some of whose flows were left out (`optimizer.model.with_flows`).

    Returns
    -------
    Model
        The same flows and increments, fewer switches; a best solution stays one.
    """
    terms, first_switch = model.terms, model.n_columns - len(model.switches)
    idle = model.switches.fixed_cost >= 0
    idle[model.members.switch] = False
    of_switch = terms.column >= first_switch
    could_help = (terms.coefficient > 0) & (model.limits.low[terms.limit] > -UNLIMITED)
    could_help |= (terms.coefficient < 0) & (model.limits.high[terms.limit] < UNLIMITED)
    idle[terms.column[of_switch & could_help] - first_switch] = False
    new_row = np.cumsum(~idle) - 1
    column = np.concatenate([np.arange(first_switch), first_switch + new_row])[terms.column]
    kept = ~of_switch
    kept[of_switch] = ~idle[terms.column[of_switch] - first_switch]
    return replace(
        model,
        switches=Switches(*(getattr(model.switches, item.name)[~idle] for item in fields(Switches))),
        members=replace(model.members, switch=new_row[model.members.switch].astype(np.int32)),
        terms=Terms(terms.limit[kept], column[kept].astype(np.int32), terms.coefficient[kept]),
    )
