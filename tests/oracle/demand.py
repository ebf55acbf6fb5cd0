"""Uncertain demand in 50-digit decimals: chances summed one number of units at a time, without special functions.

Poisson and negative binomial chances follow from the one before by their ratio; normal ones from the standard library's
error function. Each list of chances ends where nothing that a double could hold is left.
"""

from __future__ import annotations

import itertools
import math
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Final

from tests.oracle.directory import Directory, Position

NEGLIGIBLE: Final = Decimal("1e-25")


def exceeding(directory: Directory, position: Position, share: Fraction = Fraction(1)) -> tuple[Fraction, ...]:
    """``P(D(l) >= n)`` for n = 1, 2, ... of the demand of a share of the horizon; beyond the tuple it is 0."""
    return _exceeding(position.demand * share, position.demand_std**2 * share, directory.normal_demand)


def expected_least(directory: Directory, position: Position, share: Fraction, units: int) -> Fraction:
    """``E[min(D(l), units)]`` of the demand of a share of the horizon, for units of 0 or more."""
    chances = exceeding(directory, position, share)
    return _sums(position.demand * share, position.demand_std**2 * share, directory.normal_demand)[
        min(units, len(chances))
    ]


@lru_cache(maxsize=4096)
def _sums(mean: Fraction, variance: Fraction, normal: bool) -> tuple[Fraction, ...]:
    """Sums of the first chances, from none to all."""
    return (Fraction(0), *itertools.accumulate(_exceeding(mean, variance, normal)))


@lru_cache(maxsize=4096)
def _exceeding(mean: Fraction, variance: Fraction, normal: bool) -> tuple[Fraction, ...]:
    if normal and variance > 0:
        return _normal(float(mean), math.sqrt(variance))
    if mean == 0:
        return ()
    with localcontext() as context:
        context.prec = 50
        return _summed_from_the_end(_poisson(mean) if variance <= mean else _negative_binomial(mean, variance))


def point_chances(mean: Fraction, variance: Fraction) -> list[Decimal]:
    """``P(D = n)`` for n = 0, 1, ... of Poisson (variance up to the mean) or negative binomial demand."""
    with localcontext() as context:
        context.prec = 50
        return _poisson(mean) if variance <= mean else _negative_binomial(mean, variance)


def _poisson(mean: Fraction) -> list[Decimal]:
    rate = _decimal(mean)
    chances = [(-rate).exp()]
    while len(chances) <= mean or chances[-1] > NEGLIGIBLE:
        chances.append(chances[-1] * rate / len(chances))
    return chances


def _negative_binomial(mean: Fraction, variance: Fraction) -> list[Decimal]:
    """Failures before the r-th success, r any positive number: chance of success mean / variance."""
    size, success = _decimal(mean**2 / (variance - mean)), _decimal(mean / variance)
    chances = [success**size]
    while len(chances) <= mean or chances[-1] > NEGLIGIBLE:
        n = len(chances)
        chances.append(chances[-1] * (size + n - 1) / n * (1 - success))
    return chances


def _summed_from_the_end(chances: list[Decimal]) -> tuple[Fraction, ...]:
    tail, tails = Decimal(0), []
    for chance in reversed(chances[1:]):
        tail += chance
        tails.append(Fraction(tail))
    return tuple(reversed(tails))


def _normal(mean: float, deviation: float) -> tuple[Fraction, ...]:
    """The integer nearest to a normal number, everything below 0 put at 0."""
    tails: list[Fraction] = []
    while not tails or tails[-1] > Fraction(NEGLIGIBLE):
        tails.append(Fraction(math.erfc((len(tails) + 0.5 - mean) / (deviation * math.sqrt(2))) / 2))
    return tuple(tails)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
