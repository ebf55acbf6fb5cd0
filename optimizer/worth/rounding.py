"""Rounds sums and products of a network's numbers half to even, exactly as their decimal texts would be.

A float of the network stands for the shortest decimal text that reads back to it: ``0.285`` is 285/1000, not its binary
neighbour. Where a float formula is far enough from a tie, its rounding is certain. The rest is computed again exactly:
in decimal fixed point where the digits fit 64 bits, else with fractions, once per distinct set of arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

NOISE: Final = 2.0**-49
"""Relative error that a float formula of a few terms stays within, read text and arithmetic together (16 half-ulps)."""

_MOST_PLACES: Final = 9
_MOST_DIGITS: Final = 10.0**15
"""A decimal number of at most 15 digits is the shortest text of its float."""

_ROOM: Final = 2.0**62

_NEARLY_WHOLE: Final = 1e-9
"""Expected units that are so close to a whole number are that number."""


def rounded(
    columns: tuple[NDArray[np.float64], ...],
    formula: Callable[..., Any],
    size: NDArray[np.float64],
    decimals: int,
) -> NDArray[np.int64]:
    """Round ``formula(*columns) * 10 ** decimals`` half to even.

    Parameters
    ----------
    columns : tuple of ndarray of float64, one shape ``(n,)``
        Arguments of the formula.
    formula : callable
        Sums, differences and products of its arguments and integers; called with exact numbers too.
    size : ndarray of float64, shape (n,)
        Sum of the absolute terms of the formula: what its rounding errors are relative to.
    decimals : int
        Decimals kept.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    ValueError
        A result is not finite or does not fit 64 bits.
    """
    scale = float(10**decimals)
    approximate = formula(*columns) * scale
    fits = np.abs(approximate) < 2.0**63
    if not np.all(fits):
        worst = approximate[~fits][0] / scale
        raise ValueError(f"{worst} with {decimals} decimals does not fit a 64-bit integer; use fewer money_decimals")
    result: NDArray[np.int64] = np.rint(approximate).astype(np.int64)
    from_tie = np.abs(approximate - np.floor(approximate) - 0.5)
    # Where the noise exceeds half a unit this sends every number on, as it must.
    doubtful = np.flatnonzero(from_tie <= NOISE * size * scale)
    if len(doubtful):
        short = np.logical_and.reduce([_is_short(column[doubtful]) for column in columns])
        for rows, exactly in ((doubtful[short], _by_decimals), (doubtful[~short], _by_fractions)):
            result[rows] = exactly(tuple(column[rows] for column in columns), formula, decimals)
    return result


def decimal_fraction(value: float) -> Fraction:
    """Exact value of the shortest decimal text that reads back to a float."""
    return Fraction(repr(value))


def floor_of_expected(units: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole units of expected ones, at least 0; what is within 1e-9 of a whole number is that number."""
    whole = np.rint(units)
    floor = np.where(np.abs(units - whole) <= _NEARLY_WHOLE, whole, np.floor(units))
    return np.maximum(floor, 0.0).astype(np.int64)


def _by_decimals(
    columns: tuple[NDArray[np.float64], ...], formula: Callable[..., Any], decimals: int
) -> NDArray[np.int64]:
    """Round exactly what `_is_short`, in fixed point where the result fits."""
    try:
        exact: NDArray[np.int64] = formula(*map(_Decimals.of, columns)).rounded(decimals)
    except OverflowError:
        return _by_fractions(columns, formula, decimals)
    return exact


def _by_fractions(
    columns: tuple[NDArray[np.float64], ...], formula: Callable[..., Any], decimals: int
) -> NDArray[np.int64]:
    """Round exactly, whatever the numbers, at the price of a loop over the distinct ones."""
    if not len(columns[0]):
        return np.empty(0, dtype=np.int64)
    distinct, inverse = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    exact = [round(formula(*map(decimal_fraction, row)) * 10**decimals) for row in distinct.tolist()]
    return np.array(exact, dtype=np.int64)[inverse.reshape(-1)]


def _is_short(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark floats whose decimal text has at most `_MOST_PLACES` places and 15 digits."""
    scale = 10.0**_MOST_PLACES
    digits = np.rint(values * scale)
    # Division rounds correctly, so equality says that the float is the one nearest to this decimal number.
    return np.asarray((digits / scale == values) & (np.abs(digits) < _MOST_DIGITS))


class _Decimals:
    """Exact decimal numbers ``digits / 10 ** places``; an operation whose digits may not fit raises OverflowError."""

    __slots__ = ("digits", "places")

    def __init__(self, digits: NDArray[np.int64], places: int) -> None:
        self.digits = digits
        self.places = places

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Self:
        """Read floats, of which each `_is_short`, with as few places as serve all of them."""
        for places in range(_MOST_PLACES):
            digits = np.rint(values * 10.0**places)
            if np.array_equal(digits / 10.0**places, values):
                return cls(digits.astype(np.int64), places)
        return cls(np.rint(values * 10.0**_MOST_PLACES).astype(np.int64), _MOST_PLACES)

    def rounded(self, decimals: int) -> NDArray[np.int64]:
        """Round to so many decimals, half to even."""
        if self.places <= decimals:
            return self._at(decimals)
        unit = 10 ** (self.places - decimals)
        if unit >= _ROOM:
            raise OverflowError("too many places")
        quotient, rest = np.divmod(self.digits, unit)
        up = (2 * rest > unit) | ((2 * rest == unit) & (quotient % 2 == 1))
        return np.asarray(quotient + up)

    def _at(self, places: int) -> NDArray[np.int64]:
        """Digits with so many places, at least as many as now."""
        factor = 10 ** (places - self.places)
        _check_room(float(factor) * _largest(self.digits))
        return np.asarray(self.digits * factor)

    def __add__(self, other: Self | int) -> Self:
        return self._sum(other, 1)

    def __sub__(self, other: Self | int) -> Self:
        return self._sum(other, -1)

    def __rsub__(self, other: int) -> Self:
        return (self - other) * -1

    def __mul__(self, other: Self | int) -> Self:
        second = self._like(other)
        _check_room(_largest(self.digits) * _largest(second.digits))
        return type(self)(self.digits * second.digits, self.places + second.places)

    def _sum(self, other: Self | int, sign: int) -> Self:
        second = self._like(other)
        places = max(self.places, second.places)
        mine, theirs = self._at(places), second._at(places)
        _check_room(_largest(mine) + _largest(theirs))
        return type(self)(mine + sign * theirs, places)

    def _like(self, other: Self | int) -> Self:
        return type(self)(np.array([other], dtype=np.int64), 0) if isinstance(other, int) else other


def _largest(digits: NDArray[np.int64]) -> float:
    return float(np.abs(digits).max(initial=0))


def _check_room(size: float) -> None:
    if size >= _ROOM:
        raise OverflowError("the digits of an exact decimal number do not fit 64 bits")
