"""Suppliers that every award uses, because some rule asks for more than all others have together."""

from __future__ import annotations

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


def needed_suppliers(matrix: Any, most: Floats, low: Floats, owner: Ints, n_suppliers: int) -> Flags:
    """Find suppliers without whom some row cannot be kept.

    Parameters
    ----------
    matrix : sparse array, shape (n_rows, n_columns)
    most : ndarray of float64, shape (n_columns,)
        Columns are at least 0.
    low : ndarray of float64, shape (n_rows,)
    owner : ndarray of int64, shape (n_columns,)
        Supplier without whom a column is 0, -1: none.
    n_suppliers : int

    Returns
    -------
    ndarray of bool, shape (n_suppliers,)
    """
    block = matrix.tocoo()
    helps = (block.data > 0) & (low[block.row] > 0)
    row, column = block.row[helps].astype(np.int64), block.col[helps]
    reach = block.data[helps] * most[column]
    everybody = np.bincount(row, reach, minlength=len(low))
    owned = owner[column] >= 0
    pair, number = np.unique(row[owned] * n_suppliers + owner[column[owned]], return_inverse=True)
    own = np.bincount(number, reach[owned], minlength=len(pair))
    asking = pair // n_suppliers
    short = everybody[asking] - own < low[asking] * (1 - _TOLERANCE) - _TOLERANCE
    needed = np.zeros(n_suppliers, dtype=np.bool_)
    needed[pair[short] % n_suppliers] = True
    return needed
