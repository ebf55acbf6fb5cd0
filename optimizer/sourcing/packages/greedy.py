"""A first choice of packages: the one that brings most for its cost, again and again, as far as limits allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.sourcing.packages.covering import Covering

Flags = NDArray[np.bool_]


def greedy_choice(covering: Covering, winners: Flags | None = None) -> Flags:
    """Choose columns until every item is covered or nothing more is allowed.

    Parameters
    ----------
    winners : ndarray of bool, shape (n_suppliers,), optional
        Nobody else wins.

    Returns
    -------
    ndarray of bool, shape (n_columns,)
        Keeps all limits; items may be left out.
    """
    chosen = np.zeros(covering.n_columns, dtype=np.bool_)
    times = np.zeros(covering.n_items, dtype=np.int64)
    worth = _worth(covering)
    column_of = covering.column_of
    wins = np.zeros(len(covering.fixed_cost), dtype=np.bool_)
    allowed = np.ones(covering.n_columns, dtype=np.bool_) if winners is None else winners[covering.supplier]
    used = np.zeros(len(covering.rows.most), dtype=np.int64)
    lots = np.zeros((len(covering.fixed_cost), covering.n_items), dtype=np.bool_)
    row_of = np.repeat(np.arange(len(covering.rows.most)), np.diff(covering.rows.first))
    while True:
        brings = np.bincount(column_of, (worth * (times == 0))[covering.item], covering.n_columns)
        price = covering.cost + np.where(wins, 0, covering.fixed_cost)[covering.supplier]
        rank = np.where(allowed & ~chosen, brings / np.maximum(price, 1), 0.0)
        best = int(rank.argmax())
        if rank[best] <= 0:
            return chosen
        items, supplier = covering.item[covering.first[best] : covering.first[best + 1]], covering.supplier[best]
        if not _keeps_lots(covering, lots, int(supplier), items):
            allowed[best] = False
            continue
        chosen[best] = True
        times[items] += 1
        wins[supplier] = True
        lots[supplier, items] = True
        np.add.at(used, row_of, np.where(covering.rows.column == best, covering.rows.weight, 0))
        allowed &= ~_without_room(covering, wins, times, used)


def _worth(covering: Covering) -> NDArray[np.float64]:
    """Estimate what covering each item is worth: the least mean cost of an item in any column that has it."""
    worth = np.full(covering.n_items, np.inf)
    each = covering.cost / np.maximum(np.diff(covering.first), 1)
    np.minimum.at(worth, covering.item, each[covering.column_of])
    return np.where(np.isfinite(worth), np.maximum(worth, 1.0), 0.0)


def _keeps_lots(covering: Covering, lots: Flags, supplier: int, items: NDArray[np.int64]) -> bool:
    """Whether a supplier may also have these items."""
    limits = covering.lots
    new = np.zeros(covering.n_items, dtype=np.bool_)
    new[items] = True
    new &= ~lots[supplier]
    for row in np.flatnonzero(limits.supplier[:, supplier]).tolist():
        had = (lots[limits.supplier[row]] & limits.item[row]).sum()
        if had + (new & limits.item[row]).sum() > limits.most[row]:
            return False
    return True


def _without_room(covering: Covering, wins: Flags, times: NDArray[np.int64], used: NDArray[np.int64]) -> Flags:
    """Columns that no limit of winners, of times that an item is bought, or of weights has room for."""
    full = covering.winner_group @ wins.astype(np.int64) >= covering.most_winners
    closed = covering.winner_group[full].any(axis=0) & ~wins
    item_full = times >= covering.most_times
    barred = closed[covering.supplier] | (
        np.bincount(covering.column_of, item_full[covering.item], covering.n_columns) > 0
    )
    rows = covering.rows
    owner = np.repeat(np.arange(len(rows.most)), np.diff(rows.first))
    over = used[owner] + rows.weight > rows.most[owner]
    barred[rows.column[over]] = True
    return np.asarray(barred)
