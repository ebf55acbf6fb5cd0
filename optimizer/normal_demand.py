"""Normal demand on whole numbers: ``D = max(0, round(N))``, probabilities and expectations in double precision.

``P(D >= n) = P(N >= n - 1/2)`` for n >= 1, and ``E[max(D - y, 0)]`` is the sum of P(D >= n) over all n > y. Where the
deviation is large that sum is the integral of a smooth function plus the end corrections of the midpoint rule
(Euler-Maclaurin, DLMF 2.10.1 with halves); else its terms are added up, as many as are neither 0 nor 1.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

_SMOOTH: Final = 3.0
"""From this deviation on the end corrections reach double precision."""

_TAIL: Final = 8.0
"""Deviations from the mean behind which nothing is left: less than 1e-15."""

_MIDPOINT: Final = (
    1 / 24,
    -7 / 5760,
    31 / 967680,
    -127 / 154828800,
    73 / 3503554560,
    -1414477 / 2678117105664000,
    8191 / 612141052723200,
    -16931177 / 49950709902213120000,
)
"""Coefficients of the odd derivatives 1, 3, 5 ... at the lower end in the midpoint rule."""

_DEVIATIONS: Final = (0.0, 0.5, 1.0, 2.0, _SMOOTH)
"""Smaller deviations are added up by classes, so that a position has as many terms whoever is asked about with it."""

_AT_ONCE: Final = 1 << 14
"""Rows whose terms are added up in one array."""


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
    return np.where(units <= 0.0, 1.0, ndtr((mean - units + 0.5) / deviation))


def expected_lost(units: Floats, mean: Floats, deviation: Floats) -> Floats:
    """E[max(D - y, 0)], also for y <= 0; arguments as for `at_least`."""
    at = np.maximum(units, 0.0)
    lost = np.empty_like(mean)
    smooth = deviation >= _SMOOTH
    lost[smooth] = _by_integral(at[smooth], mean[smooth], deviation[smooth])
    for narrowest, widest in pairwise(_DEVIATIONS):
        some = np.flatnonzero((deviation >= narrowest) & (deviation < widest))
        for first in range(0, len(some), _AT_ONCE):
            rows = some[first : first + _AT_ONCE]
            lost[rows] = _by_sum(at[rows], mean[rows], deviation[rows], widest)
    return lost + np.maximum(-units, 0.0)


def _by_integral(at: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Sum of P(N >= n - 1/2) over n > y, for large deviations."""
    z = (mean - at) / deviation
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    total = deviation * (z * ndtr(z) + density)
    # Derivatives by n of the probability: -density * He_k(z) / deviation ** (k + 1), of which the even k enter.
    even, odd, scale = np.ones_like(z), z, density / deviation
    for k, coefficient in enumerate(_MIDPOINT):
        total -= coefficient * scale * even
        even = z * odd - (2 * k + 1) * even
        odd = z * even - (2 * k + 2) * odd
        scale = scale / (deviation * deviation)
    return np.asarray(np.maximum(total, 0.0))


def _by_sum(at: Floats, mean: Floats, deviation: Floats, widest: float) -> Floats:
    """Sum of P(N >= n - 1/2) over n > y, for deviations below `widest`."""
    first = np.maximum(at, np.floor(mean - _TAIL * deviation))
    terms = np.arange(1.0, 2.0 * _TAIL * widest + 3.0)
    chances = ndtr((mean[:, None] + 0.5 - first[:, None] - terms) / deviation[:, None])
    return np.asarray(first - at + np.sum(chances, axis=1))
