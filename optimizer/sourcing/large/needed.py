"""Which suppliers rules ask for: those that every award uses, and how many of the others are used at least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TOLERANCE = 1e-6
"""Share of what a row asks for by which sums of floats may be off."""


def owners_of(matrix: Any, owner: Ints, indicating: Ints) -> Ints:
    """Return the supplier that columns belong to, also of those that are 1 only where bids of one supplier win.

    Parameters
    ----------
    matrix : sparse array
        Rows of the program.
    owner : ndarray of int64, shape (n_columns,)
        Supplier of segments, their choices, and suppliers; -1: none, or not known.
    indicating : ndarray of int64
        Rows, of which those with one column of no owner and a positive entry say that it needs any of the others.
    """
    block = matrix[indicating].tocoo()
    wins = (block.data > 0) & (owner[block.col] < 0)
    column = np.full(len(indicating), -1)
    column[block.row[wins]] = block.col[wins]
    chosen = (block.data < 0) & (owner[block.col] >= 0) & (column[block.row] >= 0)
    of, supplier = column[block.row[chosen]], owner[block.col[chosen]]
    lowest, highest = np.full(len(owner), np.iinfo(np.int64).max), np.full(len(owner), -1)
    np.minimum.at(lowest, of, supplier)
    np.maximum.at(highest, of, supplier)
    return np.where((owner < 0) & (lowest == highest), highest, owner)


@dataclass(frozen=True, slots=True)
class Reach:
    """How much suppliers can add to rows that ask for something: pairs of a row and a supplier."""

    row: Ints
    supplier: Ints
    reach: Floats
    others: tuple[Ints, Ints, Floats]
    """What adds to rows without any supplier: (row, column, coefficient)."""
    everybody: Floats
    """Most that all columns together can add, by row."""


def reach_of(matrix: Any, most: Floats, low: Floats, owner: Ints) -> Reach:
    """Count what suppliers can add to rows.

    Parameters
    ----------
    matrix : sparse array, shape (n_rows, n_columns)
    most : ndarray of float64, shape (n_columns,)
        Columns are at least 0.
    low : ndarray of float64, shape (n_rows,)
        What rows ask for; of those that ask for nothing nothing is counted.
    owner : ndarray of int64, shape (n_columns,)
        Supplier without whom a column is 0, -1: none.
    """
    block = matrix.tocoo()
    helps = (block.data > 0) & (low[block.row] > 0)
    row, column, value = block.row[helps].astype(np.int64), block.col[helps], block.data[helps]
    most_of = value * most[column]
    owned, span = owner[column] >= 0, int(owner.max(initial=0)) + 1
    pair, number = np.unique(row[owned] * span + owner[column[owned]], return_inverse=True)
    own: Floats = np.bincount(number, most_of[owned], minlength=len(pair)).astype(np.float64)
    everybody: Floats = np.bincount(row, most_of, minlength=len(low)).astype(np.float64)
    return Reach(pair // span, pair % span, own, (row[~owned], column[~owned], value[~owned]), everybody)


def needed_suppliers(reach: Reach, low: Floats, n_suppliers: int) -> Flags:
    """Find suppliers without whom some row cannot be kept, shape ``(n_suppliers,)``."""
    asked = low[reach.row]
    short = reach.everybody[reach.row] - reach.reach < asked * (1 - _TOLERANCE) - _TOLERANCE
    needed = np.zeros(n_suppliers, dtype=np.bool_)
    needed[reach.supplier[short]] = True
    return needed
