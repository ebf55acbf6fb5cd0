"""Which price paths a choice may follow, as trees that choices with the same rules share.

The section "Which paths are allowed" of docs/clearance.md. A path is written in levels: 0 is the list price, n the n-th
allowed rung. Of the rules only comparisons of money matter, so choices with other prices but the same ladder, steps and
periods have the same tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from optimizer.worth.choices import Choices

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]

MOST_PATHS: Final = 1_000_000
"""More paths of one choice are refused."""


@dataclass(frozen=True, slots=True)
class PathTree:
    """All allowed paths: a node for each beginning of a path, period after period; shape ``(n_nodes,)`` each."""

    parent: NDArray[np.int32]
    """Node of the period before, -1 in the first period."""
    level: NDArray[np.int32]
    first_node: Ints
    """Where the nodes of each period begin, shape ``(T + 1,)``; those of the last one are the paths."""

    @property
    def n_paths(self) -> int:
        """Number of paths; the first one is the list price all along."""
        return int(self.first_node[-1] - self.first_node[-2])

    def levels(self) -> NDArray[np.int32]:
        """Level of every path in every period, shape ``(n_paths, T)``."""
        n_periods = len(self.first_node) - 1
        result = np.empty((self.n_paths, n_periods), dtype=np.int32)
        node = np.arange(self.first_node[-2], self.first_node[-1])
        for period in range(n_periods - 1, -1, -1):
            result[:, period] = self.level[node]
            node = self.parent[node]
        return result


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of some choices."""

    tree: tuple[PathTree, ...]
    of_choice: Ints
    """Number of the tree of each choice that was asked about, shape ``(k,)``."""
    price: Floats
    """Currency by choice and level, shape ``(k, most levels)``; the list price first, NaN behind the last rung."""


def trees_of(choices: Choices, which: Rows) -> Trees:
    """Enumerate the allowed paths of some choices.

    Parameters
    ----------
    choices : Choices
    which : ndarray of int, shape (k,)

    Returns
    -------
    Trees

    Raises
    ------
    ValueError
        A choice has more than `MOST_PATHS` paths.
    """
    which = np.asarray(which, dtype=np.int64)
    count = np.diff(choices.first_rung)[which]
    owner, rung = runs(choices.first_rung[which], count)
    place = 1 + np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    n_levels = 1 + int(count.max(initial=0))
    price, amount = np.full((len(which), n_levels), np.nan), np.full((len(which), n_levels), -1, dtype=np.int64)
    price[:, 0], amount[:, 0] = choices.list_price[which], choices.list_money[which]
    price[owner, place], amount[owner, place] = choices.rung_price[rung], choices.rung_money[rung]
    step = amount[:, :, None] - amount[:, None, :]
    exists = (amount >= 0)[:, None, :] & (amount >= 0)[:, :, None]
    may_step = (
        exists
        & (step > 0)
        & (step >= choices.min_step[which, None, None])
        & (step <= choices.max_step[which, None, None])
    )
    n_periods = choices.n_periods
    most = np.minimum(choices.max_markdowns[which], n_periods)
    between = np.minimum(choices.min_periods_between[which], n_periods)
    rules = np.column_stack([may_step.reshape(len(which), -1), choices.may_begin[which], most, between])
    rules, of_choice = _distinct(rules.astype(np.int32))
    size = n_levels * n_levels
    trees = []
    for number, row in enumerate(rules):
        try:
            tree = _tree(row[:size].reshape(n_levels, n_levels) > 0, row[size:-2] > 0, int(row[-2]), int(row[-1]))
        except _TooManyError:
            at = which[np.flatnonzero(of_choice == number)[0]]
            raise ValueError(
                f"zone {choices.zone[at]} and list price {choices.list_price[at]} have more than {MOST_PATHS} price "
                "paths; use fewer rungs, or a smaller max_markdowns in clearance_rules"
            ) from None
        trees.append(tree)
    return Trees(tuple(trees), of_choice.astype(np.int64), price)


def _distinct(rows: NDArray[np.int32]) -> tuple[NDArray[np.int32], Ints]:
    """Return the distinct rows of a table, and which of them each row is."""
    # Rows are told apart by one number each, which sorts many times as fast; equal numbers of other rows are noticed.
    factor = np.random.default_rng(0).integers(1, 2**62, rows.shape[1])
    _, first, of = np.unique(rows @ factor, return_index=True, return_inverse=True)
    if np.array_equal(rows[first][of], rows):
        return rows[first], of
    rows, of = np.unique(rows, axis=0, return_inverse=True)
    return rows, of.reshape(-1)


def allowed_paths(choices: Choices, which: Rows) -> list[Floats]:
    """List the prices of all allowed paths of some choices, shape ``(n_paths, T)`` each; the list price first."""
    trees = trees_of(choices, which)
    levels = [tree.levels() for tree in trees.tree]
    return [price[levels[tree]] for tree, price in zip(trees.of_choice.tolist(), trees.price, strict=True)]


class _TooManyError(Exception):
    pass


def _tree(may_step: NDArray[np.bool_], may_begin: NDArray[np.bool_], most: int, between: int) -> PathTree:
    """Enumerate the beginnings of paths period by period."""
    n_levels = len(may_step)
    level, used, last = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.full(1, -len(may_begin))
    node, parents, levels = np.full(1, -1), [], []
    for period, begins in enumerate(may_begin.tolist()):
        may = begins & (used < most) & (period - last >= between)
        child = (may_step[level] & may[:, None]) | (np.arange(n_levels) == level[:, None])
        of, to = np.nonzero(child)
        if len(of) > MOST_PATHS:
            raise _TooManyError
        fell = to != level[of]
        used, last, level = used[of] + fell, np.where(fell, period, last[of]), to
        parents.append(node[of])
        levels.append(to)
        node = sum(map(len, levels[:-1])) + np.arange(len(to))
    first = np.append(0, np.cumsum([len(part) for part in levels]))
    return PathTree(
        np.concatenate(parents).astype(np.int32), np.concatenate(levels).astype(np.int32), first.astype(np.int64)
    )
