"""What opens a flow: the switch that bounds it, and a point of the linear relaxation seen from there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Model

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]

LARGE = 2**40
"""Bounds in units from here on count as none: the products of two others stay far within int64."""


@dataclass(frozen=True, slots=True)
class SwitchedFlows:
    """``units <= opened * count`` of every flow's first switch, shape ``(n_flows,)`` each."""

    switch: Int64
    """-1: no switch bounds the flow."""
    opened: Int64
    """Units per count."""
    most: Int64
    """Counts that matter to the flow: 1 where one count opens all it can carry, else the switch's largest."""
    clipped: NDArray[np.bool_]
    """Whether the switch can count further than that."""


def switched_flows(model: Model) -> SwitchedFlows:
    """Read the first member of every flow."""
    members, flows = model.members, model.flows
    first = np.full(len(flows), -1, dtype=np.int64)
    usable = np.flatnonzero((members.bound_units > 0) & (members.bound_units < LARGE))
    first[members.flow[usable[::-1]]] = usable[::-1]
    has = first >= 0
    opened = np.where(has, np.append(members.bound_units, 0)[first], 0)
    switch = np.where(has, np.append(members.switch, -1)[first], -1).astype(np.int64)
    limit = np.where(has, np.append(model.switches.most, 1)[switch], 1)
    most = np.where(opened >= flows.most_units, np.minimum(limit, 1), np.minimum(limit, LARGE))
    return SwitchedFlows(switch=switch, opened=opened, most=most, clipped=has & (limit > most))


@dataclass(frozen=True, slots=True)
class Point:
    """Values of flows and increments, and how far each is from what holds it."""

    units: Floats
    """Of flows, then increments, shape ``(n_flows + n_increments,)``."""
    room: Floats
    """Units up to what the switch opens, or up to the most units of the column; the same shape."""
    count: Floats
    """Of the switch of every flow, at most what matters to it; 0 without one; shape ``(n_flows,)``."""
    most_units: Int64
    """Largest values of flows and increments."""


def point_of(model: Model, switched: SwitchedFlows, columns: Floats) -> Point:
    """Read the columns of a linear relaxation."""
    n = len(model.flows)
    most = np.concatenate([model.flows.most_units, model.increments.most_units])
    units = np.maximum(columns[: len(most)], 0.0)
    switch_count = np.append(columns[len(most) : model.n_columns], 0.0)
    count = np.clip(switch_count[switched.switch], 0.0, switched.most)
    room = most - units
    has = switched.switch >= 0
    room[:n][has] = (switched.opened * count - units[:n])[has]
    return Point(units=units, room=np.maximum(room, 0.0), count=count, most_units=most)


def all_open(model: Model, switched: SwitchedFlows) -> Point:
    """Imagine every flow at what one count opens, and nothing kept: a point that breaks every row of one flow."""
    most = np.concatenate([model.flows.most_units, model.increments.most_units])
    units = np.zeros(len(most))
    units[: len(model.flows)] = np.minimum(switched.opened, model.flows.most_units)
    return Point(units=units, room=most - units, count=(switched.switch >= 0).astype(np.float64), most_units=most)
