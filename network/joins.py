"""The one join that everything here is made of: each row with a run of rows of another table."""

from __future__ import annotations

from typing import Any

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
    return owner, first[owner] + np.arange(len(owner)) - before[owner]
