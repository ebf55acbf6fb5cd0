"""The worths between full and left over: of the units that uncertain demand may or may not sell, in whole money.

The n-th unit is worth ``left over + round((full - left over) * P(D >= n))``. Only the units whose worth differs from
both ends are listed: the *steps* of a position. Where they lie is guessed from the distribution and then checked, and
widened where the guess was too narrow; so the steps depend on the position alone. For Poisson and negative binomial
demand the probabilities come in blocks: one incomplete gamma or beta function at the upper end of each, and from there
downwards ``P(D >= n) = P(D >= n + 1) + P(D = n)`` by the recurrence of P(D = n): sums of positive terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from optimizer.worth import counts, special
from optimizer.worth.demand import Demand, DemandKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BLOCK: Final = 32
"""Units whose probabilities follow from one incomplete gamma or beta function."""

_AT_ONCE: Final = 1 << 17
"""Probabilities computed in one go: what fits the cache."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Runs of falling worths, one for each position, laid end to end."""

    full_units: Ints
    """Units before the run, each worth the full amount, shape ``(n,)``."""
    count: Ints
    """Units in the run, shape ``(n,)``."""
    worth: Ints
    """Money of each unit in all runs, position after position, shape ``(count.sum(),)``."""


def steps_of(demand: Demand, full: Ints, left_over: Ints, most_units: Ints) -> Steps:
    """List the steps of positions with uncertain demand.

    Parameters
    ----------
    demand : Demand of length n
        None of it certain.
    full, left_over : ndarray of int64, shape (n,)
        Money of a unit that is surely sold, and of one that is surely left over.
    most_units : ndarray of int64, shape (n,)
        Units that are told apart; a heavy tail could ask for any number of them.

    Returns
    -------
    Steps
    """
    if not len(demand):
        return Steps(*(np.empty(0, dtype=np.int64) for _ in range(3)))
    low, high = _uncertain_bounds(demand, full, left_over, most_units.astype(np.float64))
    ends = np.cumsum(high - low + _BLOCK)
    parts = []
    first = 0
    while first < len(demand):
        done = ends[first - 1] if first else 0
        last = max(int(np.searchsorted(ends, done + _AT_ONCE, side="right")), first + 1)
        at = slice(first, last)
        parts.append(_between(demand.take(at), full[at], left_over[at], low[at], high[at]))
        first = last
    columns = ([part.full_units, part.count, part.worth] for part in parts)
    return Steps(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def bounds_of(demand: Demand, full: Ints, left_over: Ints, most_units: Ints) -> tuple[Ints, Ints]:
    """Numbers of units up to which each is worth the full amount, and beyond which each is worth what is left over.

    Parameters
    ----------
    demand : Demand of length n
    full, left_over, most_units : ndarray of int64, shape (n,)
        As for `steps_of`; where demand is certain any number of units is told apart.
    """
    low, high = np.floor(demand.mean).astype(np.int64), np.ceil(demand.mean).astype(np.int64)
    uncertain = np.flatnonzero(~demand.is_certain)
    if len(uncertain):
        most = most_units[uncertain].astype(np.float64)
        low[uncertain], high[uncertain] = _uncertain_bounds(
            demand.take(uncertain), full[uncertain], left_over[uncertain], most
        )
    return low, high


def _uncertain_bounds(demand: Demand, full: Ints, left_over: Ints, most: Floats) -> tuple[Ints, Ints]:
    """Bounds where demand is uncertain, of at most `most` units; beyond those nobody asks."""
    z = -special.ndtri(0.25 / np.maximum(full - left_over, 1).astype(np.float64))
    counted = demand.kind == DemandKind.COUNTS
    deviation = np.where(counted, np.sqrt(demand.mean * (1.0 + demand.spread)), demand.spread)
    # Cornish and Fisher's first correction for a skewed distribution.
    skew = np.where(counted, (1.0 + 2.0 * demand.spread) * (z * z - 1.0) / 6.0, 0.0)
    low = np.clip(np.floor(demand.mean + skew - z * deviation) - 1.0, 0.0, most)
    high = np.clip(np.ceil(demand.mean + skew + z * deviation) + 1.0, low, most)
    wrong = np.flatnonzero(low > 0.0)
    while len(wrong):
        worth = _worth(demand.take(wrong).at_least(low[wrong]), full[wrong], left_over[wrong])
        wrong = wrong[worth < full[wrong]]
        low[wrong] = np.maximum(np.floor(low[wrong] - 0.5 * deviation[wrong]) - 1.0, 0.0)
        wrong = wrong[low[wrong] > 0.0]
    wrong = np.flatnonzero((full > left_over) & (high < most))
    while len(wrong):
        worth = _worth(demand.take(wrong).at_least(high[wrong] + 1.0), full[wrong], left_over[wrong])
        wrong = wrong[worth > left_over[wrong]]
        high[wrong] = np.minimum(np.ceil(1.5 * high[wrong]) + 1.0, most[wrong])
        wrong = wrong[high[wrong] < most[wrong]]
    high = np.where(full > left_over, high, low)
    return low.astype(np.int64), high.astype(np.int64)


def _between(demand: Demand, full: Ints, left_over: Ints, low: Ints, high: Ints) -> Steps:
    """Worths of the units above `low` and up to `high`, and which of them are steps."""
    position = np.repeat(np.arange(len(low)), high - low)
    chance = chances_between(demand, low, high)
    worth = falling(_worth(chance, full[position], left_over[position]), position)
    step = (worth < full[position]) & (worth > left_over[position])
    return Steps(
        full_units=low + np.bincount(position[worth == full[position]], minlength=len(low)),
        count=np.bincount(position[step], minlength=len(low)),
        worth=worth[step],
    )


def chances_between(demand: Demand, low: Ints, high: Ints) -> Floats:
    """P(D >= n) of the units above `low` and up to `high`, position after position; for any demand."""
    position, unit = runs(low + 1, high - low)
    counted = demand.kind == DemandKind.COUNTS
    chance = np.empty(len(unit))
    by_blocks = counted[position]
    chance[by_blocks] = _counted_chances(demand.take(counted), low[counted], high[counted])
    others = np.flatnonzero(~by_blocks)
    chance[others] = demand.take(position[others]).at_least(unit[others])
    return chance


def _counted_chances(demand: Demand, low: Ints, high: Ints) -> Floats:
    """P(D >= n) of the units above `low` and up to `high`, position after position, for `COUNTS`."""
    n_blocks = -(-(high - low) // _BLOCK)
    position, block = runs(np.zeros_like(low), n_blocks)
    end = high[position] - (n_blocks[position] - 1 - block) * _BLOCK
    mean, beta, top = demand.mean[position], demand.spread[position], end.astype(np.float64)
    below = np.arange(1.0, _BLOCK)
    unit = top[:, None] - below + 1.0
    # P(D = n - 1) / P(D = n); units up to 0, which fill up the lowest blocks, have no probability.
    ratio = np.maximum(unit, 0.0) * (1.0 + beta)[:, None]
    ratio /= np.maximum(mean[:, None] + beta[:, None] * (unit - 1.0), mean[:, None])
    exact = np.empty((len(end), _BLOCK))
    exact[:, 0] = counts.exactly(top, mean, beta)
    exact[:, 1:] = ratio
    np.cumprod(exact, axis=1, out=exact)
    exact[:, 0] += counts.at_least(top + 1.0, mean, beta)
    chance = np.minimum(np.cumsum(exact, axis=1), 1.0)[:, ::-1]
    inside = end[:, None] - np.arange(_BLOCK - 1, -1, -1) > low[position][:, None]
    return np.asarray(chance[inside])


def _worth(chance: Floats, full: Ints, left_over: Ints) -> Ints:
    """Money of units that are sold with a chance, rounded half to even."""
    range_ = full - left_over
    return left_over + np.clip(np.rint(range_ * chance), 0, range_).astype(np.int64)


def falling(worth: Ints, position: NDArray[Any]) -> Ints:
    """Take back where the last digits let a unit seem worth more than the one before it at its position."""
    while True:
        rises = 1 + np.flatnonzero((worth[1:] > worth[:-1]) & (position[1:] == position[:-1]))
        if not len(rises):
            return worth
        worth[rises] = worth[rises - 1]
