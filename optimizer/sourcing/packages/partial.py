"""A covering program with most of its columns held: what a neighbourhood of an award is searched with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from optimizer.program import Program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Held:
    """A program with its matrix by rows and by columns."""

    program: Program
    by_row: csr_array
    by_column: csc_array


def held(program: Program) -> Held:
    """Prepare a program for holding columns."""
    shape = (program.n_rows, program.n_columns)
    by_row = csr_array((program.coefficient, (program.row, program.column)), shape=shape)
    return Held(program, by_row, csc_array(by_row))


def partial_program(whole: Held, values: Floats, free: Ints) -> Program:
    """Leave only some columns free.

    Parameters
    ----------
    values : ndarray of float64, shape (n_columns,)
        Of all columns; those of the free ones do not count.
    free : ndarray of int64
        Columns, ascending.

    Returns
    -------
    Program
        Of the free columns, with the rows that they are in and that are not kept anyhow.
    """
    program = whole.program
    rest = values.copy()
    rest[free] = 0
    part = whole.by_column[:, free].tocoo()
    rows, row = np.unique(part.row, return_inverse=True)
    done = whole.by_row[rows] @ rest
    low, high = program.row_low[rows] - done, program.row_high[rows] - done
    least, most = np.zeros(len(rows)), np.zeros(len(rows))
    np.add.at(least, row, np.minimum(part.data, 0.0))
    np.add.at(most, row, np.maximum(part.data, 0.0))
    needed = (least < low) | (most > high)
    number = np.cumsum(needed) - 1
    entry = np.flatnonzero(needed[row])
    order = entry[np.lexsort((part.col[entry], row[entry]))]
    return replace(
        program,
        objective=program.objective[free],
        low=program.low[free],
        high=program.high[free],
        integer=program.integer[free],
        row=number[row[order]],
        column=part.col[order].astype(np.int64),
        coefficient=part.data[order],
        row_low=low[needed],
        row_high=high[needed],
        row_unit=np.ones(int(needed.sum())),
        offset=0.0,
    )
