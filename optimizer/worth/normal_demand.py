"""Normal demand on whole numbers: ``D = max(0, round(N))``, probabilities and expectations in double precision.

``P(D >= n) = P(N >= n - 1/2)`` for n >= 1, and ``E[max(D - y, 0)]`` is the sum of P(D >= n) over all n > y. Where the
deviation is large that sum is the integral of a smooth function plus the end corrections of the midpoint rule (the
formula of Euler and Maclaurin, DLMF 2.10.1, at halves); else its terms are added up, as many as are neither 0 nor 1.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.worth import special

Floats = NDArray[np.float64]

_SMOOTH: Final = 2.0
"""From this deviation on the end corrections reach 1e-13."""

_TAIL: Final = 7.25
"""Deviations from the mean behind which the terms add up to less than 1e-13."""

_EVEN: Final = 2.0 * np.arange(1.0, 12.0)

_DEVIATIONS: Final = (0.0, 0.25, 0.5, 1.0, 1.5, _SMOOTH)
"""Smaller deviations are added up by classes, so that a position has as many terms whoever is asked about with it."""

_AT_ONCE: Final = 1 << 13
"""Rows whose terms are added up in one array."""


@cache
def _midpoint() -> Floats:
    """1/24, -7/5760, 31/967680 ...: factors of the odd derivatives at the end.

    Bernoulli numbers at 1/2, DLMF 24.8.1.
    """
    scale = -2.0 * np.cos(0.5 * np.pi * _EVEN) * (1.0 - 2.0 ** (1.0 - _EVEN))
    return np.asarray(scale * special.zeta(_EVEN) / (2 * np.pi) ** _EVEN)


def at_least(units: Floats, mean: Floats, deviation: Floats) -> Floats:
    """P(D >= n), 1 for n <= 0.

    Parameters
    ----------
    units : ndarray of float64, shape (n,)
        Whole numbers.
    mean, deviation : ndarray of float64, shape (n,)
        Of N; the deviation above 0.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    return np.where(units <= 0.0, 1.0, special.ndtr((mean - units + 0.5) / deviation))


def expected_sold_and_lost(units: Floats, mean: Floats, deviation: Floats) -> tuple[Floats, Floats]:
    """E[min(D, y)] and E[max(D - y, 0)], also for y <= 0; arguments as for `at_least`."""
    at = np.maximum(units, 0.0)
    sold, lost = np.empty_like(mean), np.empty_like(mean)
    smooth = np.flatnonzero(deviation >= _SMOOTH)
    beyond = _sum_by_integral(at[smooth], mean[smooth], deviation[smooth])
    sold[smooth] = _sum_by_integral(np.zeros(len(smooth)), mean[smooth], deviation[smooth]) - beyond
    lost[smooth] = beyond
    for narrowest, widest in pairwise(_DEVIATIONS):
        some = np.flatnonzero((deviation >= narrowest) & (deviation < widest))
        for first in range(0, len(some), _AT_ONCE):
            rows = some[first : first + _AT_ONCE]
            sold[rows], lost[rows] = _sums(at[rows], mean[rows], deviation[rows], widest)
    owed = np.minimum(units, 0.0)
    return sold + owed, lost - owed


def _sum_by_integral(at: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Sum of P(N >= n - 1/2) over n > y, for large deviations."""
    z = (mean - at) / deviation
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    total = deviation * (z * special.ndtr(z) + density)
    # The k-th derivative of the probability by n is -density * He_(k-1)(z) / deviation ** k, He of Hermite; k is odd.
    even, odd, scale = np.ones_like(z), z, density / deviation
    for k, factor in enumerate(_midpoint().tolist()):
        total -= factor * scale * even
        even = z * odd - (2 * k + 1) * even
        odd = z * even - (2 * k + 2) * odd
        scale = scale / (deviation * deviation)
    return np.asarray(np.maximum(total, 0.0))


def _sums(at: Floats, mean: Floats, deviation: Floats, widest: float) -> tuple[Floats, Floats]:
    """Add up P(N >= n - 1/2) over 1 <= n <= y and over n > y, for deviations below `widest`."""
    first = np.maximum(np.floor(mean - _TAIL * deviation), 0.0)
    unit = first[:, None] + np.arange(1.0, 2.0 * _TAIL * widest + 3.0)
    chance = special.ndtr((mean[:, None] + 0.5 - unit) / deviation[:, None])
    beyond = unit > at[:, None]
    sold = np.minimum(first, at) + np.sum(chance, axis=1, where=~beyond)
    return np.asarray(sold), np.asarray(np.maximum(first - at, 0.0) + np.sum(chance, axis=1, where=beyond))
