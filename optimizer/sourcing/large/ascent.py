"""Compiled steps of prices: suppliers decide at prices, and prices move along what rows miss.

What is found is a proposal; what it proves is counted again, with the errors of floats, by `prices`.
"""
# Types are those that numba finds; `prices` makes the columns.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit

_MEMORY = 0.95
"""Share of the former direction that is kept."""
_SHORTER = 0.7
"""Times their length, when steps have not found a better bound for a while."""
_BETTER = 1e-4
"""Share by which a bound has to be better to count as such."""
_RECENT = 0.95
"""Share of what was decided before, when decisions are averaged."""

USED, SHUT = 1, -1


class Market(NamedTuple):
    """Segments by supplier, in groups of which it sells one, and the rows that are priced, by row and by column.

    Columns: packs of segments, whether each is chosen, then all others.
    """

    cost: np.ndarray
    high: np.ndarray
    """Most of every column."""
    least: np.ndarray
    most: np.ndarray
    """Packs of segments."""
    first_of_supplier: np.ndarray
    """Groups."""
    first_of_group: np.ndarray
    """Segments."""
    used: np.ndarray
    """Column of every supplier."""
    other: np.ndarray
    """Columns that are neither of segments nor of suppliers."""
    row_low: np.ndarray
    row_high: np.ndarray
    scale: np.ndarray
    first_of_row: np.ndarray
    column: np.ndarray
    by_row: np.ndarray
    first_of_column: np.ndarray
    row: np.ndarray
    by_column: np.ndarray


class Round(NamedTuple):
    """What is decided at prices, written anew in every step."""

    reduced: np.ndarray
    on: np.ndarray
    """Whether suppliers are used."""
    activity: np.ndarray


@njit(cache=True)
def _add_column(market, now, c, amount):
    for e in range(market.first_of_column[c], market.first_of_column[c + 1]):
        now.activity[market.row[e]] += amount * market.by_column[e]


@njit(cache=True)
def _reduce(market, prices, now):
    """Take what rows pay from what columns cost; return what rows pay for their bounds."""
    now.reduced[:] = market.cost
    paid = 0.0
    for r in range(len(prices)):
        price = prices[r]
        if price != 0.0:
            paid += price * (market.row_low[r] if price > 0 else market.row_high[r])
            for e in range(market.first_of_row[r], market.first_of_row[r + 1]):
                now.reduced[market.column[e]] -= price * market.by_row[e]
    return paid


@njit(cache=True)
def _worth(market, reduced, f):
    """Return what choosing a segment adds, at its least or most packs."""
    return reduced[len(market.least) + f] + min(reduced[f] * market.least[f], reduced[f] * market.most[f])


@njit(cache=True)
def _best_of(market, reduced, s):
    """Return what using a supplier adds, with the best segment of each of its groups where that pays."""
    total = reduced[market.used[s]]
    for g in range(market.first_of_supplier[s], market.first_of_supplier[s + 1]):
        best = 0.0
        for f in range(market.first_of_group[g], market.first_of_group[g + 1]):
            worth = _worth(market, reduced, f)
            best = min(best, worth)
        total += best
    return total


@njit(cache=True)
def _sell(market, now, s):
    """Let a supplier sell the best segment of each of its groups."""
    n, reduced = len(market.least), now.reduced
    _add_column(market, now, market.used[s], 1.0)
    for g in range(market.first_of_supplier[s], market.first_of_supplier[s + 1]):
        best, at = 0.0, -1
        for f in range(market.first_of_group[g], market.first_of_group[g + 1]):
            worth = _worth(market, reduced, f)
            if worth < best:
                best, at = worth, f
        if at >= 0:
            _add_column(market, now, n + at, 1.0)
            _add_column(market, now, at, market.least[at] if reduced[at] > 0 else market.most[at])


@njit(cache=True)
def _decide(market, prices, decided, now):
    """Let everybody decide; return the bound."""
    value = _reduce(market, prices, now)
    now.activity[:] = 0.0
    for s in range(len(market.used)):
        now.on[s] = False
        if decided[s] != SHUT:
            worth = _best_of(market, now.reduced, s)
            now.on[s] = decided[s] == USED or worth < 0
            if now.on[s]:
                value += worth
                _sell(market, now, s)
    for c in market.other:
        if now.reduced[c] < 0:
            value += now.reduced[c] * market.high[c]
            _add_column(market, now, c, market.high[c])
    return value


@njit(cache=True)
def _turn(market, prices, now, direction):
    """Turn the direction towards what rows miss; return its length, squared and scaled."""
    size = 0.0
    for r in range(len(prices)):
        activity, low, high = now.activity[r], market.row_low[r], market.row_high[r]
        # A row that is kept with room and has a price is paid too much.
        if prices[r] > 0:
            missing = low - activity
        elif prices[r] < 0:
            missing = high - activity
        else:
            missing = max(low - activity, 0.0) + min(high - activity, 0.0)
        direction[r] = missing + _MEMORY * direction[r]
        size += market.scale[r] * direction[r] * direction[r]
    return size


@njit(cache=True)
def ascend(market, first, decided, steps, length, above, patience):
    """Improve prices by steps along what rows miss.

    Parameters
    ----------
    market : Market
    first : ndarray of float64, shape (n_rows,)
        Prices with the signs that rows allow.
    decided : ndarray of int8, shape (n_suppliers,)
        `USED`, `SHUT`, or 0.
    steps : int
    length : float
        Of the first steps, as a share of what leads to the target.
    above : float
        The target is a bound that is so much better than the best one, as a share of it.
    patience : int
        Steps without a better bound until steps become shorter.

    Returns
    -------
    prices : ndarray of float64, shape (n_rows,)
        The best found.
    use : ndarray of float64, shape (n_suppliers,)
        How often each supplier was used of late.
    length : float
        Of the last steps.
    """
    n_suppliers = len(market.used)
    now = Round(
        np.empty(len(market.cost)),
        np.zeros(n_suppliers, np.bool_),
        np.empty(len(first)),
    )
    prices, best_prices, direction = first.copy(), first.copy(), np.zeros(len(first))
    use, best, failures = np.zeros(n_suppliers), -np.inf, 0
    for step in range(steps):
        value = _decide(market, prices, decided, now)
        recent = min(_RECENT, step / (step + 1.0))
        for s in range(n_suppliers):
            use[s] = recent * use[s] + (1 - recent) * now.on[s]
        failures += 1
        if value > best:
            if value > best + _BETTER * abs(best):
                failures = 0
            best = value
            best_prices[:] = prices
        if failures > patience:
            length, failures = length * _SHORTER, 0
            prices[:] = best_prices
            direction[:] = 0.0
            continue
        size = _turn(market, prices, now, direction)
        ahead = length * max(best + above * abs(best) - value, 1e-6) / max(size, 1e-12)
        for r in range(len(prices)):
            price = prices[r] + ahead * market.scale[r] * direction[r]
            if (price > 0 and market.row_low[r] == -np.inf) or (price < 0 and market.row_high[r] == np.inf):
                price = 0.0
            prices[r] = price
    return best_prices, use, length
