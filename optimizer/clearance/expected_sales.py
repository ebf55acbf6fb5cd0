"""Compiled: expected sales E[min(C, y)] as a function of the mean of C, exactly and by tables with a proven error.

Poisson and negative binomial demand are compound Poisson: of mean ``M`` and extra spread ``beta`` (as in
`optimizer.worth.counts`) there are Poisson many clusters, ``rate * M`` in the mean with ``rate = ln(1 + beta) / beta``
(1 for Poisson), each of a logarithmic number of units J. So for any f

    d/dM E[f(C)] = rate * E[f(C + J) - f(C)]

With ``f = min(., y)`` the derivative is ``G'(M) = sum over c < y of P(C = c) a(y - c)`` with
``a(k) = rate * E[min(J, k)]``, between 0 and 1 and 0 for k <= 0. Three more derivatives take three more differences,
``G'''' = rate ** 3 * E[(S - 1)^3 a(y - C)]`` with S the step by a J. C is a sum of a Poisson number N of such steps, of
mean ``t = rate * M``, so this is a sum of numbers between 0 and 1 with the third differences of the chances of N as
weights, which add up to 0. Hence

    |G''''(M)| <= rate ** 3 * B(t),    B(t) = sum over n of |third difference of P(N = n)| / 2

and the cubic that meets G and G' at both ends of an interval of length h misses G by at most ``h ** 4 / 384`` of that.
B falls (mixing over more steps averages), from 4 at 0. It is also at most ``(6 / (e t)) ** (3 / 2) / 2``: each
difference with a third of the steps adds up to ``2 * (the largest chance) <= sqrt(2 / (e s))`` at most, with
``s = t / 3``. Where demand is all but surely above y another bound is smaller: a is 0 there, so
``|G''''(M)| <= rate ** 3 * 4 * P(C < y)``, which falls with M, too.
"""
# Types are those that numba finds.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import math

import numpy as np

from optimizer.compiled import njit

_NO_SPREAD = 1e-13
"""As in `optimizer.worth.counts`."""

_FAR = 600.0
"""From this exponent on the chance of no demand leaves the range of a float, and the sums start further up."""

_DEVIATIONS = 12.0
"""So far below the mean nothing is left that a float would show."""

_WORTH_SKIPPING = 200.0
"""From so many chances on it is quicker to find the first one that counts."""

_NO_CHANCE, _LOOK_EVERY = 1e-19, 16
"""Chances that no sum shows, and after how many units they are looked for."""

_POWER = 0.625
"""Places to look at are even in x ** (5 / 8): error of a cubic in proportion to the bend x ** (- 3 / 2) for large x."""

_HALVINGS = 20

_FINER = 2
"""So many nodes for each place where the bend is guessed."""

_NARROWEST = 1e-9
"""Share by which the highest place is above the lowest at least: rounding does not tell nearer nodes apart."""

_PER_DOUBLING = 4
_LEAST_STEPS = 2.0**-6
_N_STEPS = 14 * _PER_DOUBLING + 1
"""B is listed for mean numbers of steps from 2 ** -6 to 2 ** 8."""


def _third_differences(steps: float) -> float:
    """B(t), from the chances of a Poisson variable."""
    most = int(steps + 40.0 * math.sqrt(steps) + 40.0)
    logs = np.append(0.0, np.cumsum(math.log(steps) - np.log(np.arange(1.0, most)))) - steps
    return float(0.5 * np.abs(np.diff(np.pad(np.exp(logs), 3), 3)).sum())


_ROUGHNESS = np.array([_third_differences(_LEAST_STEPS * 2.0 ** (i / _PER_DOUBLING)) for i in range(_N_STEPS)])


@njit(cache=True, nogil=True)
def rate_of(spread):
    """Clusters of demand per unit of its mean."""
    return 1.0 if spread < _NO_SPREAD else math.log1p(spread) / spread


@njit(cache=True, nogil=True)
def fill_slopes(spread, units, slope, inverse):
    """Write a(0) .. a(units), and what a chance is divided by on the way to the next."""
    rate = rate_of(spread)
    slope[0] = 0.0
    if spread < _NO_SPREAD:
        for k in range(1, units + 1):
            slope[k] = 1.0
            inverse[k - 1] = 1.0 / k
        return
    ratio = spread / (1.0 + spread)
    tail, power = rate, 1.0
    for k in range(1, units + 1):
        slope[k] = slope[k - 1] + tail
        power *= ratio
        tail = max(tail - power / (k * spread), 0.0)
        inverse[k - 1] = 1.0 / (k * (1.0 + spread))


@njit(cache=True, nogil=True)
def _first_chance(mean, spread, units):
    """Find the smallest demand whose chance is added up, at most `units`, and the chance."""
    if mean <= 0.0:
        return 0, 1.0
    lowest = mean - _DEVIATIONS * math.sqrt(mean * (1.0 + spread))
    if lowest >= units:
        return units, 0.0
    rate = rate_of(spread)
    if lowest < _WORTH_SKIPPING and rate * mean < _FAR:
        return 0, math.exp(-rate * mean)
    first = int(max(lowest, 0.0))
    if spread < _NO_SPREAD:
        return first, math.exp(first * math.log(mean) - mean - math.lgamma(first + 1.0))
    size = mean / spread
    exponent = math.lgamma(first + size) - math.lgamma(size) - math.lgamma(first + 1.0)
    return first, math.exp(exponent + first * math.log(spread / (1.0 + spread)) - size * math.log1p(spread))


@njit(cache=True, nogil=True)
def sold(mean, spread, units, inverse):
    """E[min(C, y)] for y >= 0; `inverse` as `fill_slopes` writes it."""
    if mean <= 0.0 or units <= 0:
        return 0.0
    first, chance = _first_chance(mean, spread, units)
    left = 0.0
    for c in range(first, units):
        left += chance * (units - c)
        chance *= (mean + spread * c) * inverse[c]
        if chance < 1e-19 and c > mean:
            break
    return max(units - left, 0.0)


@njit(cache=True, nogil=True)
def sold_and_slope(mean, spread, units, slope, inverse):
    """E[min(C, y)] for y >= 0, its derivative by the mean, and P(C < y)."""
    if units <= 0:
        return 0.0, 0.0, 0.0
    first, chance = _first_chance(mean, spread, units)
    left, derivative, below = 0.0, 0.0, 0.0
    for c in range(first, units):
        left += chance * (units - c)
        derivative += chance * slope[units - c]
        below += chance
        chance *= (mean + spread * c) * inverse[c]
        if chance < 1e-19 and c >= mean:
            break
    return max(units - left, 0.0), derivative, below


@njit(cache=True, nogil=True)
def sold_and_slopes(means, spread, units, slope, inverse, found):
    """Write what `sold_and_slope` says for several means, rising ones, to the first rows of `found`, shape ``(4, n)``.

    All of them go from unit to unit together, which processors do several times as fast as one after the other.
    """
    n, rate = len(means), rate_of(spread)
    if units <= 0 or rate * means[n - 1] >= _FAR:
        for k in range(n):
            found[0, k], found[1, k], found[2, k] = sold_and_slope(means[k], spread, units, slope, inverse)
        return
    left, derivative, below, chance = found[0], found[1], found[2], found[3]
    for k in range(n):
        left[k], derivative[k], below[k], chance[k] = 0.0, 0.0, 0.0, math.exp(-rate * means[k])
    for c in range(units):
        value, tilt, added, shrunk = float(units - c), slope[units - c], spread * c, inverse[c]
        for k in range(n):
            left[k] += chance[k] * value
            derivative[k] += chance[k] * tilt
            below[k] += chance[k]
            chance[k] *= (means[k] + added) * shrunk
        if c % _LOOK_EVERY == 0 and c >= means[n - 1] and chance.max() < _NO_CHANCE:
            break
    for k in range(n):
        left[k] = max(units - left[k], 0.0)


@njit(cache=True, nogil=True)
def sold_at(means, spread, units, inverse, chance, found):
    """Write E[min(C, y)] for several means, in any order; `chance` is room for as many numbers."""
    n, rate, highest = len(means), rate_of(spread), means.max()
    if units <= 0 or rate * highest >= _FAR:
        for k in range(n):
            found[k] = sold(means[k], spread, units, inverse)
        return
    for k in range(n):
        found[k], chance[k] = 0.0, math.exp(-rate * means[k])
    for c in range(units):
        value, added, shrunk = float(units - c), spread * c, inverse[c]
        for k in range(n):
            found[k] += chance[k] * value
            chance[k] *= (means[k] + added) * shrunk
        if c % _LOOK_EVERY == 0 and c >= highest and chance.max() < _NO_CHANCE:
            break
    for k in range(n):
        found[k] = max(units - found[k], 0.0)


@njit(cache=True, nogil=True)
def roughness(steps, below):
    """Bound of the fourth derivative from a mean number of steps on, with P(C < y) there; in units of rate ** 3."""
    bound = 4.0 * min(below + 1e-15, 1.0)
    if steps < _LEAST_STEPS:
        return bound
    # The entry before it, since B falls; taking away the last digits makes sure of it.
    listed = int(math.log2(steps / _LEAST_STEPS) * _PER_DOUBLING - 1e-9)
    return min(bound, _ROUGHNESS[listed] if listed < _N_STEPS else 0.5 * (6.0 / (math.e * steps)) ** 1.5)


@njit(cache=True, nogil=True)
def table_error(mean, width, rate, below):
    """Most units by which the cubic of an interval misses expected sales; mean and P(C < y) of its beginning."""
    return (rate * width) ** 3 * width * roughness(rate * mean, below) / 384.0


@njit(cache=True, nogil=True)
def cubics(nodes, value, slope):
    """Coefficients of the cubics between nodes that meet values and slopes, by powers of the distance from the left."""
    result = np.zeros((len(nodes), 4))
    for k in range(len(nodes) - 1):
        width = nodes[k + 1] - nodes[k]
        result[k, 0], result[k, 1] = value[k], slope[k]
        if width > 0.0:
            rise = (value[k + 1] - value[k]) / width
            result[k, 2] = (3.0 * rise - 2.0 * slope[k] - slope[k + 1]) / width
            result[k, 3] = (slope[k] + slope[k + 1] - 2.0 * rise) / (width * width)
    return result


@njit(cache=True, nogil=True)
def at_cubic(cubic, distance):
    """Value of a cubic."""
    return cubic[0] + distance * (cubic[1] + distance * (cubic[2] + distance * cubic[3]))


@njit(cache=True, nogil=True)
def grid(lowest, highest, mean, spread, units, n_nodes):
    """Places of the nodes of a table for the sum of some positions: each interval with about the same error.

    How much expected sales bend is guessed here, with a normal chance of P(C < y); the error is not.
    """
    n_coarse, highest = max(n_nodes // _FINER, 1), max(highest, lowest * (1.0 + _NARROWEST))
    coarse, bend = np.empty(n_coarse + 1), np.empty(n_coarse + 1)
    low, high = lowest**_POWER, highest**_POWER
    for k in range(n_coarse + 1):
        x = (low + (high - low) * k / n_coarse) ** (1.0 / _POWER)
        total = 0.0
        for i in range(len(mean)):
            if units[i] <= 0:
                continue
            rate, expected = rate_of(spread[i]), mean[i] * x
            z = (expected - units[i]) / math.sqrt(2.0 * (expected + 1.0) * (1.0 + spread[i]))
            total += (mean[i] * rate) ** 3 * mean[i] * roughness(rate * expected, 0.5 * math.erfc(z))
        coarse[k], bend[k] = x, total**0.25
    nodes = np.empty(n_nodes)
    # Steps in inverse proportion to the bend, in such a proportion that the last one ends at the highest place.
    small, large = 0.0, (highest - lowest) * (bend.max() + 1e-12)
    for _ in range(_HALVINGS):
        middle = 0.5 * (small + large)
        if _march(nodes, coarse, bend, middle):
            large = middle
        else:
            small = middle
    _march(nodes, coarse, bend, large)
    nodes[n_nodes - 1] = highest
    return nodes


@njit(cache=True, nogil=True)
def _march(nodes, coarse, bend, step):
    """Write nodes from the lowest place on; whether they reach the highest."""
    x, k, highest = coarse[0], 0, coarse[len(coarse) - 1]
    for node in range(len(nodes)):
        nodes[node] = min(x, highest)
        if x >= highest:
            continue
        while coarse[k + 1] < x:
            k += 1
        part = (x - coarse[k]) / (coarse[k + 1] - coarse[k])
        x += step / (bend[k] + part * (bend[k + 1] - bend[k]) + 1e-12)
    return nodes[len(nodes) - 1] >= highest
