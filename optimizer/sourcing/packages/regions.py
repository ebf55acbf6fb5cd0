"""Cuts the items of a covering problem into regions that few packages lie across."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from optimizer.sourcing.packages.covering import Covering

Ints = NDArray[np.int64]


def regions_of(covering: Covering, largest: int) -> tuple[Ints, int]:
    """Halve the items again and again until no region has more than so many.

    Returns
    -------
    region : ndarray of int64, shape (n_items,)
        Regions whose numbers differ in the last bit only are halves of one.
    depth : int
        How often all were halved.
    """
    shape = (covering.n_columns, covering.n_items)
    has_item = csr_array((np.ones(len(covering.item)), covering.item, covering.first), shape=shape)
    shared = np.asarray((has_item.T @ has_item).toarray(), dtype=np.float64)
    np.fill_diagonal(shared, 0)
    region, depth = np.zeros(covering.n_items, dtype=np.int64), 0
    while np.bincount(region).max(initial=0) > largest:
        halves = region * 2
        for each in range(2**depth):
            inside = np.flatnonzero(region == each)
            halves[inside] += _half(shared[np.ix_(inside, inside)])
        region, depth = halves, depth + 1
    return region, depth


def _half(shared: NDArray[np.float64]) -> Ints:
    """Tell the halves of some items apart: along the second eigenvector of their normalised Laplacian."""
    n = len(shared)
    if n < 2:
        return np.zeros(n, dtype=np.int64)
    degree = np.maximum(shared.sum(axis=1), 1e-9)
    scale = 1 / np.sqrt(degree)
    _, vectors = np.linalg.eigh(np.eye(n) - scale[:, None] * shared * scale)
    half = np.zeros(n, dtype=np.int64)
    half[np.argsort(vectors[:, 1] * scale, kind="stable")[n // 2 :]] = 1
    return half
