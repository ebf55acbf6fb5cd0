"""Which suppliers to begin with where few may win: those whose cheapest offers cover most for least."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.sourcing.packages.covering import MUST, Covering

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MOST_SWAPS: Final = 200


def first_winners(covering: Covering, dear: float) -> Flags | None:
    """Choose suppliers by the cheapest share of a package's cost that each asks for each item.

    Parameters
    ----------
    dear : float
        Cost of an item that nobody of them offers and that must be covered, money.

    Returns
    -------
    ndarray of bool, shape (n_suppliers,), or None
        Those that may win; None where there is not exactly one limit of winners.
    """
    if len(covering.most_winners) != 1:
        return None
    group, most = covering.winner_group[0], int(covering.most_winners[0])
    offer = _offers(covering)
    outside = offer[~group].min(axis=0, initial=np.inf)
    missing = np.minimum(outside, np.where(covering.skip_cost == MUST, dear, covering.skip_cost))
    candidates = np.flatnonzero(group)
    offer = offer[candidates]
    fixed = covering.fixed_cost[candidates].astype(np.float64)
    open_ = np.zeros(len(candidates), dtype=np.bool_)
    for _ in range(min(most, len(candidates))):
        now = np.minimum(missing, offer[open_].min(axis=0, initial=np.inf))
        gain = np.maximum(now - offer, 0).sum(axis=1) - fixed
        gain[open_] = -np.inf
        open_[gain.argmax()] = True
    for _ in range(_MOST_SWAPS):
        if not _swapped(offer, missing, fixed, open_):
            break
    winners: Flags = ~group
    winners[candidates[open_]] = True
    return winners


def _offers(covering: Covering) -> Floats:
    """Least share of a column's cost by supplier and item, infinity without an offer; shape (n_suppliers, n_items)."""
    typical = np.full(covering.n_items, np.inf)
    size = np.diff(covering.first)
    each = (covering.cost / np.maximum(size, 1))[covering.column_of]
    np.minimum.at(typical, covering.item, each)
    for _ in range(3):  # an item's part in a package is as its least part in any
        whole = np.bincount(covering.column_of, typical[covering.item], covering.n_columns)
        each = typical[covering.item] * (covering.cost / np.maximum(whole, 1e-9))[covering.column_of]
        typical = np.full(covering.n_items, np.inf)
        np.minimum.at(typical, covering.item, each)
    offer = np.full((len(covering.fixed_cost), covering.n_items), np.inf)
    np.minimum.at(offer, (covering.supplier[covering.column_of], covering.item), each)
    return offer


def _swapped(offer: Floats, missing: Floats, fixed: Floats, open_: Flags) -> bool:
    """Exchange an open supplier for a closed one where that is cheapest; False where nothing is cheaper."""
    inside = np.flatnonzero(open_)
    now = np.sort(np.vstack([offer[inside], missing, missing]), axis=0)
    best, second = now[0], now[1]
    cost = best.sum() + fixed[inside].sum()
    least, change = -1e-6 * max(cost, 1.0), None
    for out in inside.tolist():
        without = np.where(offer[out] <= best, second, best)
        after = np.minimum(without, offer).sum(axis=1) + fixed + fixed[inside].sum() - fixed[out] - cost
        after[open_] = np.inf
        into = int(after.argmin())
        if after[into] < least:
            least, change = after[into], (out, into)
    if change is None:
        return False
    open_[change[0]], open_[change[1]] = False, True
    return True
