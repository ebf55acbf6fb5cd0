"""The joins that everything here is made of: rows with runs of rows of another table, and rows found by a code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


def runs(
    first: NDArray[np.integer[Any]], count: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write out runs of consecutive rows.

    Parameters
    ----------
    first, count : ndarray of int, shape (n,)
        Each row's run starts at row ``first`` of the other table and has ``count`` rows.

    Returns
    -------
    owner, row : ndarray of int64, shape (count.sum(),)
        Pairs of a row (0 to n - 1) and a row of the other table, in order.

    Examples
    --------
    >>> owner, row = runs(np.array([5, 0]), np.array([2, 1]))
    >>> owner.tolist(), row.tolist()
    ([0, 0, 1], [5, 6, 0])
    """
    owner = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return owner, np.arange(len(owner)) + np.repeat(first - before, count)


_ENTRIES_PER_CODE: Final = 16
"""A lookup table of up to so many entries per code costs less than sorting the codes and searching among them."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Distinct whole numbers, ascending, and the row of each; made by `codes_of`."""

    values: NDArray[np.int64]
    _table: NDArray[np.int64] | None
    """Row of every number below the span; None where that would be long."""

    def __len__(self) -> int:
        return len(self.values)

    def row(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of numbers that are among them; of others, any row or -1."""
        return np.searchsorted(self.values, wanted) if self._table is None else self._table[wanted]

    def find(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of numbers, -1 where a number is not among them."""
        if self._table is not None:
            return self._table[wanted]
        row = np.searchsorted(self.values, wanted)
        return np.where(np.append(self.values, -1)[row] == wanted, row, -1)


def codes_of(parts: Sequence[NDArray[np.int64]], span: int) -> Codes:
    """Collect the distinct ones among whole numbers.

    Parameters
    ----------
    parts : sequence of ndarray of int64
        From 0 to ``span - 1``.
    span : int
    """
    if span > _ENTRIES_PER_CODE * sum(len(part) for part in parts):
        return Codes(np.unique(np.concatenate(parts)) if len(parts) else np.empty(0, dtype=np.int64), None)
    listed = np.zeros(span, dtype=np.bool_)
    for part in parts:
        listed[part] = True
    values = np.flatnonzero(listed)
    table = np.full(span, -1, dtype=np.int64)
    table[values] = np.arange(len(values))
    return Codes(values, table)
