"""Fixes columns whose other value no good solution has, as prices of rows tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.program import Program

_TOLERANCE: Final = 1e-6
"""Share of the target by which a column has to miss it: solvers are as exact."""


def fixed(program: Program, row_duals: NDArray[np.float64], target: float) -> Program:
    """Fix integer columns at one of their bounds where no solution with the other one reaches a target.

    Parameters
    ----------
    row_duals : ndarray of float64, shape (n_rows,)
        Of the linear relaxation; whatever they are, no solution that reaches the target is lost.
    target : float
        Benefit.

    Returns
    -------
    Program
        The same columns and rows.
    """
    limit = np.where(row_duals > 0, program.row_high, program.row_low)
    price = np.where(np.isfinite(limit), row_duals, 0.0)
    paid = np.bincount(program.column, price[program.row] * program.coefficient, program.n_columns)
    reduced = program.objective - paid
    most = np.maximum(reduced * program.low, reduced * program.high).sum() + price[price != 0] @ limit[price != 0]
    loss = np.abs(reduced) * (program.high - program.low)
    sure = program.integer & (program.offset + most - loss < target - _TOLERANCE * max(abs(target), 1.0)) & (loss > 0)
    low = np.where(sure & (reduced > 0), program.high, program.low)
    high = np.where(sure & (reduced < 0), program.low, program.high)
    return replace(program, low=low, high=high)
