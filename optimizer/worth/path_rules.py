"""Whether price paths are allowed: the rules of single paths in "Which paths are allowed" of docs/clearance.md."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from optimizer.worth.choices import Choices

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]

PATH_RULES: Final = (
    "rises",
    "max_markdowns",
    "min_step_share",
    "max_step_share",
    "min_periods_between",
    "may_begin",
)
"""Rules that `path_is_allowed` names, of paths whose prices are all on the ladder."""

OFF_LADDER: Final = -1


def levels_of(choices: Choices, which: Rows, price: Floats, money_decimals: int) -> Ints:
    """Find prices among the list price and the rungs of their choices.

    Parameters
    ----------
    choices : Choices
    which : ndarray of int, shape (k,)
        Rows of the choices.
    price : ndarray of float64, shape (k, T)
        Any numbers at all.
    money_decimals : int

    Returns
    -------
    ndarray of int64, shape (k, T)
        0 for the list price, n for the n-th allowed rung, `OFF_LADDER` for any other price.
    """
    scale, first = 10.0**money_decimals, choices.first_rung[which]
    count = choices.first_rung[which + 1] - first
    level = np.where(np.abs(price - choices.list_price[which, None]) * scale < 0.5, 0, OFF_LADDER)
    prices = np.append(choices.rung_price, np.nan)
    for n in range(int(count.max(initial=0))):
        rung = prices[np.where(n < count, first + n, len(prices) - 1)]
        level = np.where(np.abs(price - rung[:, None]) * scale < 0.5, n + 1, level)
    return level.astype(np.int64)


def prices_at(choices: Choices, which: Rows, level: Ints) -> Floats:
    """Prices at known levels, shape ``(k, T)``."""
    rung = np.append(choices.rung_price, np.nan)[choices.first_rung[which, None] + level - 1]
    return np.where(level == 0, choices.list_price[which, None], rung)


def path_is_allowed(choices: Choices, which: Rows, level: Ints) -> dict[str, Ints]:
    """By how much paths break each rule.

    Parameters
    ----------
    choices : Choices
    which : ndarray of int, shape (k,)
        Rows of the choices.
    level : ndarray of int64, shape (k, T)
        Prices as `levels_of` says them, none off the ladder.

    Returns
    -------
    dict of ndarray of int64, shape (k,)
        `PATH_RULES`; 0: kept. Steps in money units, the others in markdowns and periods.
    """
    which = np.asarray(which, dtype=np.int64)
    rung = np.append(choices.rung_money, 0)[choices.first_rung[which, None] + level - 1]
    listed = choices.list_money[which, None]
    amount = np.where(level == 0, listed, rung)
    fall = -np.diff(np.column_stack([listed, amount]), axis=1)
    begins = fall > 0
    # Periods from one markdown to the next, far above any rule before the first.
    period = np.arange(1, level.shape[1] + 1)
    latest = np.maximum.accumulate(np.where(begins, period, 0), axis=1)
    before = np.column_stack([np.zeros(len(which), dtype=np.int64), latest[:, :-1]])
    apart = np.where(begins & (before > 0), period - before, np.iinfo(np.int32).max)
    closest = apart.min(axis=1)
    return {
        "rises": np.maximum(-fall, 0).sum(axis=1),
        "max_markdowns": np.maximum(begins.sum(axis=1) - choices.max_markdowns[which], 0),
        "min_step_share": _most(choices.min_step[which, None] - fall, begins),
        "max_step_share": _most(fall - choices.max_step[which, None], begins),
        "min_periods_between": np.maximum(choices.min_periods_between[which] - closest, 0),
        "may_begin": (begins & ~choices.may_begin[which]).sum(axis=1),
    }


def _most(excess: Ints, where: NDArray[np.bool_]) -> Ints:
    return np.asarray(np.where(where, np.maximum(excess, 0), 0).max(axis=1, initial=0))
