"""Poisson and negative binomial demand: probabilities and expectations in double precision, for whole columns.

Both are one family here, by mean ``m`` and *extra spread* ``beta = variance / mean - 1``: negative binomial for
``beta > 0``, with ``r = m / beta`` and ``q = beta / (1 + beta)``, and its limit, Poisson, for ``beta = 0``:

* ``P(D >= n)`` is the regularised incomplete gamma ``P(n, m)`` (DLMF 8.4.10) or beta ``I_q(n, r)`` (DLMF 8.17.24);
* one probability by the saddle point expansion of C. Loader, *Fast and accurate computation of binomial probabilities*
  (2000), which loses no digits where logarithms of factorials cancel;
* ``E[max(D - y, 0)] = (m - y) P(D > y) + (m + beta y) P(D = y)``. It follows from
  ``(k + 1) P(D = k + 1) = q (k + r) P(D = k)``, summed over all ``k >= y``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.worth import special

Floats = NDArray[np.float64]

_NO_SPREAD: Final = 1e-13
"""Extra spread up to here moves no probability by as much: Poisson."""

_LITTLE_SPREAD: Final = 2e-4
"""Up to here the incomplete beta function loses digits, and a few terms beyond Poisson are exact."""

_FAR_SPREAD: Final = 1e3
"""From here on the incomplete beta function is taken from its other end."""

_FEW_UNITS: Final = 64.0
"""Up to so many units, adding up probabilities is faster than the incomplete beta function."""

_AT_ONCE: Final = 1 << 13
"""Rows whose probabilities are added up in one go: what fits the cache."""

_LARGE_MEAN: Final = 1e5
"""From here on the library's incomplete gamma function stops its series too early in the tails."""

_HALF_LOG_TWO_PI: Final = 0.5 * np.log(2.0 * np.pi)


def at_least(units: Floats, mean: Floats, beta: Floats) -> Floats:
    """P(D >= n), 1 for n <= 0.

    Parameters
    ----------
    units : ndarray of float64, shape (n,)
        Whole numbers.
    mean : ndarray of float64, shape (n,)
        Above 0.
    beta : ndarray of float64, shape (n,)
        Variance / mean - 1, at least 0.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    known = np.maximum(units, 1.0)
    result = np.empty_like(mean)
    wide = beta > _LITTLE_SPREAD
    narrow = ~wide
    result[narrow] = _poisson_at_least(known[narrow], mean[narrow])
    spread = beta[wide]
    result[wide] = special.betainc(known[wide], mean[wide] / spread, spread / (1.0 + spread))
    far = beta > _FAR_SPREAD
    # The same from the other end: b / (1 + b) has no digits left here.
    result[far] = special.betaincc(mean[far] / beta[far], known[far], 1.0 / (1.0 + beta[far]))
    little = np.flatnonzero(narrow & (beta > _NO_SPREAD))
    if len(little):
        result[little] += _spread_correction(known[little], mean[little], beta[little])
    return np.where(units <= 0.0, 1.0, result)


def exactly(units: Floats, mean: Floats, beta: Floats) -> Floats:
    """P(D = n) for n >= 0; arguments as for `at_least`."""
    at = np.maximum(units, 1.0)
    spread = np.where(beta > _NO_SPREAD, beta, 0.0)
    # With r = mean / beta successes among n = r + y trials: the parts of the expansion that stay finite as r grows.
    above, weight = (at - mean) / (1.0 + spread), mean + spread * at
    exponent = -_stirling_rest(at) - _deviance(at, weight / (1.0 + spread), above)
    wide = np.flatnonzero(spread > 0.0)
    if len(wide):
        size, trials, gap = mean[wide] / spread[wide], at[wide], above[wide]
        exponent[wide] += _stirling_rest(size + trials) - _stirling_rest(size) - _deviance(size, size + gap, -gap)
    positive = np.sqrt(mean / (weight * (2.0 * np.pi) * at)) * np.exp(exponent)
    none = np.exp(-np.where(spread > 0.0, mean * np.log1p(spread) / np.where(spread > 0.0, spread, 1.0), mean))
    return np.where(units <= 0.0, none, positive)


def expected_sold_and_lost(units: Floats, mean: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """E[min(D, y)] and E[max(D - y, 0)], also for y <= 0; arguments as for `at_least`."""
    sold, lost = np.empty_like(mean), np.empty_like(mean)
    few = units <= _FEW_UNITS
    at = np.maximum(units[few], 0.0)
    left_over = _left_over(at, mean[few], beta[few])
    sold[few], lost[few] = at - left_over, np.maximum(mean[few] - at + left_over, 0.0)
    many = np.flatnonzero(~few)
    if len(many):
        sold[many], lost[many] = _sold_and_lost_of_many(units[many], mean[many], beta[many])
    return np.where(units <= 0.0, units, sold), np.where(units <= 0.0, mean - units, lost)


def _sold_and_lost_of_many(units: Floats, mean: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """E[min(D, y)] and E[max(D - y, 0)] by the chances of more than y units, for y > 0."""
    exact, above = exactly(units, mean, beta), at_least(units + 1.0, mean, beta)
    upper = units >= mean
    # What is left over, below the mean, and what is lost, above it, are the smaller ones; their difference is y - m.
    tail = np.where(upper, above, 1.0 - above)
    smaller = np.maximum((mean + beta * units) * exact - np.abs(units - mean) * tail, 0.0)
    lost = np.where(upper, smaller, mean - units + smaller)
    return np.where(upper, mean - smaller, units - smaller), lost


def _left_over(units: Floats, mean: Floats, beta: Floats) -> Floats:
    """E[max(y - D, 0)] for y of a few units: P(D <= 0) + ... + P(D <= y - 1), chance after chance from none on.

    Where the chance of none is below the least float, so is all that could be left over.
    """
    result = np.empty_like(mean)
    for first in range(0, len(mean), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        # The most units first, so that those that still add up are one slice.
        order = np.argsort((_FEW_UNITS - units[part]).astype(np.uint8), kind="stable")
        m, spread = mean[part][order], beta[part][order]
        is_wide = spread > _NO_SPREAD
        spread = np.where(is_wide, spread, 0.0)
        chance = np.exp(-m * np.where(is_wide, np.log1p(spread) / np.where(is_wide, spread, 1.0), 1.0))
        start, growth = m / (1.0 + spread), spread / (1.0 + spread)
        total, left_over, ratio = (np.zeros_like(m) for _ in range(3))
        n_above = np.cumsum(np.bincount(units[part].astype(np.int64))[::-1])[::-1][1:]
        for unit, n in enumerate(n_above.tolist()):
            total[:n] += chance[:n]
            left_over[:n] += total[:n]
            np.multiply(growth[:n], unit, out=ratio[:n])
            ratio[:n] += start[:n]
            chance[:n] *= ratio[:n]
            chance[:n] /= unit + 1.0
        result[part][order] = left_over
    return result


def _poisson_at_least(units: Floats, mean: Floats) -> Floats:
    """P(D >= n) of Poisson demand, for n >= 1."""
    result: Floats = np.asarray(special.gammainc(units, mean))
    large = np.flatnonzero(mean > _LARGE_MEAN)
    if len(large):
        # Temme's uniform expansion (DLMF 8.12.3 and 8.12.7): more than half of the digits are those of the normal law.
        n, m = units[large], mean[large]
        half_square = _deviance(n, m, n - m)
        eta = np.copysign(np.sqrt(2.0 * half_square / n), m - n)
        first = -1 / 3 + eta * (1 / 12 - eta * (2 / 135 - eta * (1 / 864 + eta * (1 / 2835 - eta * 139 / 777600))))
        second = -1 / 540 - eta * (1 / 288 - eta / 378)
        rest = np.exp(-half_square) / np.sqrt(2.0 * np.pi * n) * (first + second / n)
        result[large] = np.clip(special.ndtr(np.copysign(np.sqrt(2.0 * half_square), eta)) - rest, 0.0, 1.0)
    return result


def _spread_correction(units: Floats, mean: Floats, beta: Floats) -> Floats:
    """P(D >= n) less the same of Poisson demand, for little extra spread, up to terms of ``beta ** 4``.

    Negative binomial demand is Poisson demand whose mean is gamma distributed around `mean`. This is the Taylor series
    over the central moments of that mean; a derivative of P(D >= n) by the mean is a difference of probabilities.
    """
    none = np.zeros_like(mean)
    below = [units - k for k in range(1, 7)]
    slope = np.array([np.where(at >= 0.0, exactly(at, mean, none), 0.0) for at in below])
    second, third, fourth, fifth, sixth = (np.diff(slope, order, axis=0)[0] for order in range(1, 6))
    first_order = mean * beta / 2 * second
    second_order = mean * beta**2 / 3 * third + (mean * beta) ** 2 / 8 * fourth
    last_order = mean * beta**3 / 4 * fourth + mean**2 * beta**3 / 6 * fifth + (mean * beta) ** 3 / 48 * sixth
    return np.asarray(first_order + second_order + last_order)


def _deviance(x: Floats, expected: Floats, above: Floats) -> Floats:
    """``x log(x / expected) - above`` with ``above = x - expected``: Loader's D0, by a series where they are close."""
    ratio = above / (x + expected)
    square = ratio * ratio
    near = square < 0.01
    square = np.where(near, square, 0.0)
    series = np.full_like(square, 1.0 / 19.0)
    for odd in range(17, 1, -2):
        series = series * square + 1.0 / odd
    close = above * ratio + 2.0 * x * ratio * square * series
    far = np.flatnonzero(~near)
    close[far] = x[far] * np.log(x[far] / expected[far]) - above[far]
    return close


def _stirling_rest(x: Floats) -> Floats:
    """``log(gamma(x + 1)) - (x + 1/2) log(x) + x - log(2 pi) / 2`` for x > 0 (DLMF 5.11.1 where x is large)."""
    inverse = 1.0 / np.maximum(x, 16.0)
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
    small = np.flatnonzero(x < 16.0)
    at = x[small]
    series[small] = special.gammaln(at + 1.0) - (at + 0.5) * np.log(at) + at - _HALF_LOG_TWO_PI
    return series
