"""Columns and rows of an award program, collected block by block."""

from __future__ import annotations

import enum
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Entry = tuple[Ints, Ints, Any]
"""Row within its block, column, coefficient."""


@enum.unique
class RowKind(enum.IntEnum):
    """What a row of an award program says."""

    WITHIN = 1
    """Units are in their segment: at most so many, at least so many when it is chosen."""
    CHOICE = 2
    """A supplier that sells is used, and of segments or alternates that exclude each other one is chosen."""
    DEMAND = 3
    CAPACITY = 4
    MOST_OF_ITEM = 5
    LIMIT = 6
    CONSISTENT = 7
    INDICATOR = 8
    """A set of bids wins, or does not."""
    TOTAL = 9
    """Implied by whole winners, for a better bound: nothing to look after for awards."""


class Collected:
    """What an award program is put together from: ``low <= A x <= high``, ``0 <= x <= most``."""

    def __init__(self) -> None:
        self.n_columns = self.n_rows = 0
        self._columns: list[tuple[Floats, Floats, NDArray[np.bool_]]] = []
        self._rows: list[tuple[Floats, Floats, NDArray[np.int8], Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []

    def add_columns(self, n: int, cost: Any = 0.0, most: Any = 1.0, *, integer: bool = True) -> Ints:
        """Add columns and return their numbers."""
        self._columns.append((_filled(cost, n), _filled(most, n), np.full(n, integer)))
        self.n_columns += n
        return np.arange(self.n_columns - n, self.n_columns)

    def add_rows(self, kind: int, n: int, low: Any, high: Any, *entries: Entry, margin: Any = 0.0) -> Ints:
        """Add rows and return their numbers; entries of the same row and column add up.

        `margin` is by how much a solver has to keep a row better, so that rounding cannot break it.
        """
        for row, column, coefficient in entries:
            self._entries.append((row + self.n_rows, column, _filled(coefficient, len(row))))
        self._rows.append((_filled(low, n), _filled(high, n), np.full(n, kind, dtype=np.int8), _filled(margin, n)))
        self.n_rows += n
        return np.arange(self.n_rows - n, self.n_rows)

    def columns(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Return cost, most and integrality of the columns."""
        cost, most, integer = (np.concatenate(each) for each in zip(*self._columns, strict=True))
        return cost, most, integer

    def rows(self) -> tuple[Floats, Floats, NDArray[np.int8], Floats]:
        """Return least, most, kind and margin of the rows."""
        low, high, kind, margin = (np.concatenate(each) for each in zip(*self._rows, strict=True))
        return low, high, kind, margin

    def matrix(self) -> Any:
        """Return A."""
        row, column, value = (np.concatenate(each) for each in zip(*self._entries, strict=True))
        shape = (self.n_rows, self.n_columns)
        return sparse.csc_array(sparse.coo_array((value, (row, column)), shape=shape))


def _filled(value: Any, n: int) -> Floats:
    return cast("Floats", np.broadcast_to(np.asarray(value, dtype=np.float64), (n,)))


def by_row(matrix: Any) -> Any:
    """Return a sparse matrix with its entries by row, then column."""
    sorted_ = sparse.csr_array(matrix)
    sorted_.sort_indices()
    return sorted_


def by_column(matrix: Any) -> Any:
    """Return a sparse matrix with its entries by column, then row."""
    sorted_ = sparse.csc_array(matrix)
    sorted_.sort_indices()
    return sorted_


def where_any(matrix: Any) -> Any:
    """Return 1 where a sparse matrix has an entry."""
    ones = sparse.csr_array(matrix, copy=True)
    ones.data = np.ones(len(ones.data))
    return ones
