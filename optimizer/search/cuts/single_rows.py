"""Rows of one flow each: what it carries is what its destination can use, or goes on, or is worth less there.

A flow may carry more than its destination's first increments take, so ``units <= opened * count`` is weak. For every
number of first increments, which take b units together,

    units <= b * count + units in later increments + units that leave the destination
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Model
from optimizer.search.cuts.cut_rows import CutRows, slices, summed
from optimizer.search.cuts.switched_flows import LARGE, Point, SwitchedFlows

_LEAST_VIOLATION = 1e-3


def single_rows(model: Model, switched: SwitchedFlows, point: Point) -> CutRows:
    """For every flow the row that the point breaks most, if it breaks one."""
    flows, increments, n = model.flows, model.increments, len(model.flows)
    through = np.cumsum(increments.most_units)
    from_first = through - (through - increments.most_units)[np.searchsorted(increments.position, increments.position)]
    kept_through = np.cumsum(point.units[n:])
    leaving = np.bincount(flows.origin, weights=point.units[:n], minlength=len(model.positions))
    flow = np.flatnonzero((switched.switch >= 0) & (point.count > 0))
    position = flows.destination[flow]
    first = np.searchsorted(increments.position, position)
    end = np.searchsorted(increments.position, position, side="right")
    at, which = slices(first, end), np.repeat(np.arange(len(flow)), end - first)
    taken = np.minimum(from_first[at], LARGE) - model.positions.supply_units[position[which]]
    later = np.append(kept_through, 0.0)[end - 1][which] - kept_through[at]
    broken = point.units[flow[which]] - taken * point.count[flow[which]] - later - leaving[position[which]]
    broken[(taken <= 0) | (taken >= switched.opened[flow[which]])] = 0.0
    order = np.lexsort((-broken, which))
    order = order[broken[order] > _LEAST_VIOLATION]
    best = order[np.flatnonzero(np.append(True, np.diff(which[order]) > 0)[: len(order)])]
    return _written(model, switched, flow[which[best]], taken[best], (at[best] + 1, end[which[best]]))


def _written(
    model: Model,
    switched: SwitchedFlows,
    flow: NDArray[np.int64],
    taken: NDArray[np.int64],
    later: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> CutRows:
    """Write a row for every given flow; its later increments are from the first to before the second of `later`."""
    flows, n, rows = model.flows, len(model.flows), np.arange(len(flow))
    by_origin = np.argsort(flows.origin, kind="stable")
    origins = flows.origin[by_origin]
    destination = flows.destination[flow]
    first_out = np.searchsorted(origins, destination)
    end_out = np.searchsorted(origins, destination, side="right")
    out = by_origin[slices(first_out, end_out)]
    kept = n + slices(*later)
    return summed(
        np.concatenate([rows, rows, np.repeat(rows, end_out - first_out), np.repeat(rows, later[1] - later[0])]),
        np.concatenate([flow, n + len(model.increments) + switched.switch[flow], out, kept]),
        np.concatenate([np.ones(len(flow), dtype=np.int64), -taken, np.full(len(out) + len(kept), -1)]),
        np.zeros(len(flow), dtype=np.int64),
    )
