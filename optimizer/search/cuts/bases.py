"""Sets of positions whose flows in and out may say more together than one by one.

What enters a set and starts there leaves it or ends there. Written as an inequality, either way round, that is the
base row from which `optimizer.search.cuts.rounding` makes cuts. A set grows from one position along flows that are
least at their bounds, as solvers aggregate rows (Marchand and Wolsey 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Model
from optimizer.search.cuts.cut_rows import CutRows, slices, summed
from optimizer.search.cuts.switched_flows import Point, SwitchedFlows

Int64 = NDArray[np.int64]

_MOST_POSITIONS = 7
"""Positions in a set."""

_APART = 1e-5
"""Units by which a flow has to be off its bounds for a set to grow along it."""

_FRACTION = 1e-6


@dataclass(frozen=True, slots=True)
class _Sets:
    """Pairs of a set and one of its positions."""

    of: Int64
    position: Int64
    count: int


def base_rows(model: Model, switched: SwitchedFlows, point: Point) -> CutRows:
    """List the base rows around switches that are on in part.

    Returns
    -------
    CutRows
        Over flows and increments with coefficients 1 and -1; all of them equations, each listed both ways round.
    """
    ends = _ends(model)
    sets = _starts(model, switched, point)
    found = []
    for size in range(1, _MOST_POSITIONS + 1):
        crossing = _crossing(model, ends, sets)
        found.append(_rows(model, sets, crossing))
        if size == _MOST_POSITIONS:
            break
        sets = _grown(model, sets, crossing, point)
        if not sets.count:
            break
    return _both_ways(found)


def _both_ways(parts: list[CutRows]) -> CutRows:
    """Put the rows one after the other, and all of them once more the other way round."""
    signed = [(sign, part) for sign in (1, -1) for part in parts]
    before = np.cumsum([0, *(len(part) for _, part in signed)])
    return CutRows(
        row=np.concatenate([part.row + first for (_, part), first in zip(signed, before[:-1], strict=True)]),
        column=np.concatenate([part.column for _, part in signed]),
        coefficient=np.concatenate([sign * part.coefficient for sign, part in signed]),
        high=np.concatenate([sign * part.high for sign, part in signed]),
    )


@dataclass(frozen=True, slots=True)
class _Ends:
    """Flows at every position, sorted by position: 1 where the flow enters, -1 where it leaves."""

    first: Int64
    flow: Int64
    sign: Int64


def _ends(model: Model) -> _Ends:
    flows, n = model.flows, len(model.flows)
    position = np.concatenate([flows.destination, flows.origin])
    order = np.argsort(position, kind="stable")
    return _Ends(
        first=np.searchsorted(position[order], np.arange(len(model.positions) + 1)),
        flow=np.tile(np.arange(n), 2)[order],
        sign=np.repeat([1, -1], n)[order],
    )


def _starts(model: Model, switched: SwitchedFlows, point: Point) -> _Sets:
    """Begin with each position that a flow of a switch on in part enters or leaves."""
    fraction = point.count - np.floor(point.count)
    n = len(model.flows)
    partly = (fraction > _FRACTION) & (fraction < 1 - _FRACTION) & (point.units[:n] > _APART)
    at = np.unique(np.concatenate([model.flows.origin[partly], model.flows.destination[partly]])).astype(np.int64)
    return _Sets(of=np.arange(len(at)), position=at, count=len(at))


def _crossing(model: Model, ends: _Ends, sets: _Sets) -> CutRows:
    """List the flows that enter (1) and leave (-1) every set."""
    start, end = ends.first[sets.position], ends.first[sets.position + 1]
    at = slices(start, end)
    of = np.repeat(sets.of, end - start)
    return summed(of, ends.flow[at], ends.sign[at], np.zeros(sets.count, dtype=np.int64))


def _rows(model: Model, sets: _Sets, crossing: CutRows) -> CutRows:
    """Write what enters, less what leaves, less what ends there, as at most minus what starts there."""
    increments = model.increments
    start = np.searchsorted(increments.position, sets.position)
    end = np.searchsorted(increments.position, sets.position, side="right")
    ending = slices(start, end)
    supply = np.zeros(sets.count, dtype=np.int64)
    np.add.at(supply, sets.of, model.positions.supply_units[sets.position])
    return summed(
        np.concatenate([crossing.row, np.repeat(sets.of, end - start)]),
        np.concatenate([crossing.column, len(model.flows) + ending]),
        np.concatenate([crossing.coefficient, np.full(len(ending), -1)]),
        -supply,
    )


def _grown(model: Model, sets: _Sets, crossing: CutRows, point: Point) -> _Sets:
    """Add to every set the other end of the crossing flow that is farthest from its bounds; sets without one end."""
    apart = np.minimum(point.units, point.room)[crossing.column]
    order = np.lexsort((-apart, crossing.row))
    best = order[np.flatnonzero(np.append(True, np.diff(crossing.row[order]) > 0)[: len(order)])]
    best = best[apart[best] > _APART]
    flow, entering = crossing.column[best], crossing.coefficient[best] > 0
    added = np.where(entering, model.flows.origin[flow], model.flows.destination[flow]).astype(np.int64)
    growing = crossing.row[best]
    number = np.full(sets.count, -1, dtype=np.int64)
    number[growing] = np.arange(len(growing))
    kept = number[sets.of] >= 0
    of = np.concatenate([number[sets.of[kept]], np.arange(len(growing))])
    position = np.concatenate([sets.position[kept], added])
    return _distinct(_Sets(of, position, len(growing)), len(model.positions))


def _distinct(sets: _Sets, n_positions: int) -> _Sets:
    """Keep one of the sets with the same positions."""
    weight = np.random.default_rng(0).integers(-(2**62), 2**62, n_positions)
    name = np.zeros(sets.count, dtype=np.int64)
    np.add.at(name, sets.of, weight[sets.position])
    first = np.unique(name, return_index=True)[1]
    number = np.full(sets.count, -1, dtype=np.int64)
    number[first] = np.arange(len(first))
    kept = number[sets.of] >= 0
    return _Sets(number[sets.of[kept]], sets.position[kept], len(first))
