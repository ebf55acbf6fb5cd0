"""Mixed-integer rounding of base rows: what a row says of whole dispatches, and its linear relaxation does not.

A flow is replaced by what its switch opens less what stays unused, ``units = opened * count - unused``. With the other
columns at least 0 the row then reads ``sum(a * count) - sum(continuous) <= b``. For any whole number `d` above 0, with
``r = b mod d``, every solution with whole counts keeps (Nemhauser and Wolsey 1990; times ``d - r`` here, which makes
all of it whole numbers)

    sum(F(a) * count) - sum(continuous) <= (b // d) * (d - r)      F(a) = (a // d) * (d - r) + max(a mod d - r, 0)

Flow covers, and the least counts that a demand needs, are special cases. Which flows to replace, which counts to write
as the largest count less a rest, and the number `d` are free; Marchand and Wolsey (2001) say which choices cut deep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Model
from optimizer.search.cuts.cut_rows import CutRows, slices, summed
from optimizer.search.cuts.switched_flows import LARGE, Point, SwitchedFlows

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]

WAYS = 3
"""Ways to choose the flows that are replaced."""

_FRACTION = 1e-6
_LEAST_REST, _LARGEST_FACTOR = 0.01, 50.0
"""Of `d`: rests below cut nothing; factors of the continuous part above are as good as no cut."""

_LEAST_VIOLATION = 0.02
"""In units."""


@dataclass(frozen=True, slots=True)
class _Replaced:
    """Base rows after the replacement, by entry of the base rows."""

    bases: CutRows
    switched: SwitchedFlows
    flow: Int64
    """Flow of every entry; any where the entry is of an increment."""
    most_units: Int64
    """Upper bound of the column."""
    from_above: NDArray[np.bool_]
    """The column is written as its upper bound less a rest."""
    by_switch: NDArray[np.bool_]
    """That bound is what its switch opens."""
    pull: Int64
    """Coefficient of the column, or of the rest, where it is below 0; else 0: the row holds without it."""
    flipped: NDArray[np.bool_]
    """The count is written as its largest value less a rest."""
    step: Int64
    """Coefficient of the count, or of that rest."""
    turn: Floats
    """Value of the count, or of that rest."""
    high: Int64
    """Right side of every row."""
    pulled: Floats
    """Sum of the continuous part of every row."""


def rounded(
    model: Model, bases: CutRows, switched: SwitchedFlows, point: Point, way: int
) -> tuple[CutRows, Int64, Floats]:
    """Round base rows where that cuts the point off.

    Parameters
    ----------
    model : Model
    bases : CutRows
        Over flows and increments.
    switched : SwitchedFlows
    point : Point
    way : int
        Below `WAYS`: which flows are replaced.

    Returns
    -------
    (cuts, base, depth)
        Rows over all columns, the base row of each, and how far it cuts the point off; ``(n_cuts,)``.
    """
    replaced = _replaced(model, bases, switched, point, way)
    rows, divisor, depth = _best_divisors(replaced)
    if not len(rows):
        nothing = np.zeros(0, dtype=np.int64)
        return CutRows(nothing, nothing, nothing, nothing), nothing, np.zeros(0)
    cuts, sound = _written(model, replaced, rows, divisor)
    kept = np.flatnonzero(sound)
    return cuts.taken(kept), rows[kept], depth[kept]


def _replaced(model: Model, bases: CutRows, switched: SwitchedFlows, point: Point, way: int) -> _Replaced:
    column, coefficient, n = bases.column, bases.coefficient, len(model.flows)
    flow = np.minimum(column, n - 1)
    has = (column < n) & (switched.switch[flow] >= 0)
    near = point.room[column] < point.units[column]
    wanted = near | ((coefficient > 0) & (point.units[column] + point.room[column] <= _FRACTION)), coefficient > 0
    by_switch = has & (wanted[0], wanted[1], near | wanted[1])[way]
    by_most = ~has & near & (point.most_units[column] < LARGE)
    from_above = by_switch | by_most
    pull = np.minimum(np.where(from_above, -coefficient, coefficient), 0)
    high = bases.high.copy()
    np.subtract.at(high, bases.row[by_most], (coefficient * point.most_units[column])[by_most])
    count, most = point.count[flow], switched.most[flow]
    flipped = by_switch & (count > 0.5 * most)
    step = np.where(by_switch, coefficient * switched.opened[flow], 0)
    np.subtract.at(high, bases.row[flipped], (step * most)[flipped])
    rest = np.where(from_above, point.room[column], point.units[column])
    return _Replaced(
        bases=bases,
        switched=switched,
        flow=flow,
        most_units=point.most_units[column],
        from_above=from_above,
        by_switch=by_switch,
        pull=pull,
        flipped=flipped,
        step=np.where(flipped, -step, step),
        turn=np.where(flipped, most - count, count),
        high=high,
        pulled=np.bincount(bases.row, weights=pull * rest, minlength=len(bases)).astype(np.float64),
    )


def _best_divisors(replaced: _Replaced) -> tuple[Int64, Int64, Floats]:
    """For every base row that can be rounded: its row, the divisor that cuts deepest, and how deep."""
    bases = replaced.bases
    entry = np.flatnonzero(replaced.by_switch)
    row, step, turn = bases.row[entry], replaced.step[entry], replaced.turn[entry]
    most = replaced.switched.most[replaced.flow[entry]]
    partly = (turn > _FRACTION) & (turn < most - _FRACTION)
    candidates = np.unique(np.stack([row[partly], np.abs(step[partly])]), axis=1)
    of, divisor = candidates[0], candidates[1]
    rest = replaced.high[of] % divisor
    useful = (rest >= _LEAST_REST * divisor) & (rest > 0) & (divisor <= _LARGEST_FACTOR * (divisor - rest))
    of, divisor, rest = of[useful], divisor[useful], rest[useful]
    first = np.searchsorted(row, np.arange(len(bases) + 1))
    at = slices(first[of], first[of + 1])
    which = np.repeat(np.arange(len(of)), first[of + 1] - first[of])
    factor = _rounded_step(step[at], divisor[which], rest[which])
    left = np.bincount(which, weights=factor * turn[at], minlength=len(of)) + replaced.pulled[of]
    violation = left - (replaced.high[of] // divisor) * (divisor - rest)
    depth = violation / np.sqrt(1.0 + np.bincount(which, weights=factor.astype(float) ** 2, minlength=len(of)))
    order = np.lexsort((-depth, of))
    order = order[violation[order] > _LEAST_VIOLATION]
    best = order[np.flatnonzero(np.append(True, np.diff(of[order]) > 0)[: len(order)])]
    return of[best], divisor[best], depth[best]


def _rounded_step(step: Int64, divisor: Int64, rest: Int64) -> Int64:
    """F of the module's description."""
    return np.asarray((step // divisor) * (divisor - rest) + np.maximum(step % divisor - rest, 0))


def _written(model: Model, replaced: _Replaced, rows: Int64, divisor: Int64) -> tuple[CutRows, NDArray[np.bool_]]:
    """Write the rounded rows in the program's columns, and say which of them hold."""
    bases, switched = replaced.bases, replaced.switched
    first = np.searchsorted(bases.row, np.arange(len(bases) + 1))
    at = slices(first[rows], first[rows + 1])
    cut = np.repeat(np.arange(len(rows)), first[rows + 1] - first[rows])
    rest = replaced.high[rows] % divisor
    high = (replaced.high[rows] // divisor) * (divisor - rest)
    column, pull, flow = bases.column[at], replaced.pull[at], replaced.flow[at]
    by_switch, from_above = replaced.by_switch[at], replaced.from_above[at]
    factor = np.where(by_switch, _rounded_step(replaced.step[at], divisor[cut], rest[cut]), 0)
    flipped = replaced.flipped[at]
    np.subtract.at(high, cut[flipped], (factor * switched.most[flow])[flipped])
    by_most = from_above & ~by_switch
    np.subtract.at(high, cut[by_most], (pull * replaced.most_units[at])[by_most])
    on_count = np.where(flipped, -factor, factor) + np.where(by_switch, pull * switched.opened[flow], 0)
    # A count above what matters to the flow may only relax the row.
    broken = by_switch & switched.clipped[flow] & (on_count > 0)
    first_switch = len(model.flows) + len(model.increments)
    cuts = summed(
        np.concatenate([cut, cut[by_switch]]),
        np.concatenate([column, first_switch + switched.switch[flow[by_switch]]]),
        np.concatenate([np.where(from_above, -pull, pull), on_count[by_switch]]),
        high,
    )
    return cuts, np.bincount(cut[broken], minlength=len(rows)) == 0
