"""Compiled: what units at positions are worth under many price paths, for fixed prices of units and as envelopes.

Everything is in float money units: bounds made from it are rounded up, plans made from it are certified.
"""
# Types are those that numba finds; `envelopes` says what the columns are.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import math
from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit

_CERTAIN, _COUNTS = 0, 1
_NOTHING = 1e-13
"""A chance below it is none."""
_LARGEST_EXPONENT = 650.0
"""exp of more than this, below zero, leaves the range of a float."""


class Rows(NamedTuple):
    """Positions, shape ``(n,)`` each."""

    member: np.ndarray
    """Member (a SKU and zone) of the position."""
    kind: np.ndarray
    """`DemandKind` values."""
    mean: np.ndarray
    """Demand over the horizon at list price, units."""
    spread: np.ndarray
    penalty: np.ndarray
    """b, in the objective."""
    left_over: np.ndarray
    """L."""
    low: np.ndarray
    """Units that count whatever the plan does."""
    high: np.ndarray
    """Units that count at most."""
    price: np.ndarray
    """Price of a unit there: what it is worth elsewhere."""
    share: np.ndarray
    """Share of the family's worth that the position's envelope stands for."""


class Members(NamedTuple):
    """SKUs and zones with a choice, shape ``(n_members,)`` each."""

    list_price: np.ndarray
    """Money per unit."""
    forgone_price: np.ndarray
    """Price of a unit of money that markdowns forgo: of the budgets that hold the member."""
    target_period: np.ndarray
    """Period of a sell-through target, counted from 0."""
    target_share: np.ndarray
    first_path: np.ndarray
    """Where the paths of each member begin, shape ``(n_members + 1,)``."""


class Paths(NamedTuple):
    """Paths of the members, one for each option of a family, shape ``(n_paths, T)`` each."""

    price: np.ndarray
    """Money per unit."""
    demand_share: np.ndarray
    """x_t."""
    target_price: np.ndarray
    """Money per unit by which a sell-through target is missed, shape ``(n_paths,)``."""


@njit(cache=True, nogil=True, error_model="numpy")
def tails(kind, mean, spread, first, chance):
    """P(C >= n) for n = first + 1, first + 2, ...; where demand is certain, the share of the n-th unit that is sold."""
    count = len(chance)
    if kind == _CERTAIN or mean <= 0.0:
        for k in range(count):
            chance[k] = min(max(mean - (first + k), 0.0), 1.0) if first + k >= 0 else 1.0
        return
    if kind == _COUNTS:
        _count_tails(mean, spread, first, chance)
        return
    for k in range(count):
        n = first + k + 1
        chance[k] = 0.5 * math.erfc((n - 0.5 - mean) / (spread * math.sqrt(2.0))) if n > 0 else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def _count_tails(mean, beta, first, chance):
    """Poisson, and negative binomial with variance ``mean * (1 + beta)``: pmf by its recurrence from zero on."""
    log_zero = -mean if beta <= 0.0 else -mean * math.log1p(beta) / beta
    start = 0
    if log_zero < -_LARGEST_EXPONENT:  # begin where the pmf is a float: what is below has no chance worth the name
        start = max(int(mean - 40.0 * math.sqrt(mean * (1.0 + beta))), 0)
    log_pmf = _log_pmf(start, mean, beta)
    pmf = math.exp(log_pmf) if log_pmf > -_LARGEST_EXPONENT else 0.0
    below = 0.0  # P(C <= n - 1)
    at = start
    last = first + len(chance)
    for n in range(min(first + 1, 1), last + 1):
        if n > 0:
            while at < n:
                below += pmf
                pmf *= (mean + beta * at) / ((at + 1) * (1.0 + beta))
                at += 1
                if pmf == 0.0 and at <= mean:
                    log_pmf = _log_pmf(at, mean, beta)
                    pmf = math.exp(log_pmf) if log_pmf > -_LARGEST_EXPONENT else 0.0
        if n > first:
            chance[n - first - 1] = max(1.0 - below, 0.0) if n > 0 else 1.0
            if n > mean and chance[n - first - 1] < _NOTHING:
                chance[n - first :] = 0.0
                return


@njit(cache=True, nogil=True, error_model="numpy")
def _log_pmf(n, mean, beta):
    if beta <= 0.0:
        return n * math.log(mean) - mean - math.lgamma(n + 1.0)
    size = mean / beta
    return (
        math.lgamma(size + n)
        - math.lgamma(size)
        - math.lgamma(n + 1.0)
        - size * math.log1p(beta)
        + n * (math.log(beta) - math.log1p(beta))
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _period_worth(rows, members, paths, row, at, period):
    """Money for each expected unit sold up to the end of a period: Q_t, changed by prices of budgets and targets."""
    member = rows.member[row]
    paid, forgone = paths.price[at, period], members.forgone_price[member]
    if period < paths.price.shape[1] - 1:
        worth = (1.0 + forgone) * (paid - paths.price[at, period + 1])
    else:
        worth = paid - forgone * (members.list_price[member] - paid) + rows.penalty[row] - rows.left_over[row]
    return worth + (paths.target_price[at] if period == members.target_period[member] else 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def unit_worths(rows, members, paths, row, chance, unit):
    """Fill `unit[path, k]` with the worth of unit low + k + 1, and return that of an empty position and `low` units."""
    member = rows.member[row]
    n_periods, low, count = paths.demand_share.shape[1], rows.low[row], unit.shape[1]
    base, start = np.zeros(len(unit)), min(low, 0)
    for path in range(len(unit)):
        at = members.first_path[member] + path
        left = rows.left_over[row] - members.target_share[member] * paths.target_price[at]
        base[path] = left * low
        unit[path, :] = left
        for period in range(n_periods):
            x = paths.demand_share[at, period]
            if path == 0 or x != paths.demand_share[at - 1, period]:
                spread = rows.spread[row] * math.sqrt(x) if rows.kind[row] > _COUNTS else rows.spread[row]
                tails(rows.kind[row], rows.mean[row] * x, spread, start, chance[period])
            worth = _period_worth(rows, members, paths, row, at, period)
            if worth == 0.0:
                continue
            base[path] += worth * min(low, 0)
            for n in range(max(low, 0)):
                base[path] += worth * chance[period, n]
            for k in range(count):
                more = chance[period, low - start + k]
                if more == 0.0:  # none of the units that follow is sold either
                    break
                unit[path, k] += worth * more
        base[path] -= rows.penalty[row] * rows.mean[row] * paths.demand_share[at, n_periods - 1]
    return base


@njit(cache=True, nogil=True, error_model="numpy")
def _room(rows, members, paths, row):
    low, high, member = rows.low[row], rows.high[row], rows.member[row]
    chance = np.empty((paths.demand_share.shape[1], max(high, 0) - min(low, 0)))
    return chance, np.empty((members.first_path[member + 1] - members.first_path[member], high - low))


@njit(cache=True, nogil=True, error_model="numpy")
def _at_prices(rows, row, base, unit):
    """Best worth of every path when units cost the position's price."""
    price = rows.price[row]
    best = np.empty(len(base))
    for path in range(len(base)):
        now = base[path] - price * rows.low[row]
        best[path] = now
        for k in range(unit.shape[1]):
            now += unit[path, k] - price
            best[path] = max(best[path], now)
    return best


@njit(cache=True, nogil=True, error_model="numpy")
def worths_at_prices(rows, members, paths, first_row, worth, start, stop):
    """Add to `worth` that of every path of some members, each position at its best when units cost its price.

    The positions of a member begin at `first_row`.
    """
    for member in range(start, stop):
        for row in range(first_row[member], first_row[member + 1]):
            chance, unit = _room(rows, members, paths, row)
            base = unit_worths(rows, members, paths, row, chance, unit)
            best = _at_prices(rows, row, base, unit)
            for path in range(len(best)):
                worth[members.first_path[member] + path] += best[path]


@njit(cache=True, nogil=True, error_model="numpy")
def envelopes(rows, members, paths, option_worth, first_unit, units, base, start, stop):
    """Fill `units` with what each unit adds to the envelope of some positions, falling, and `base` with it at `low`.

    The envelope is the least concave function above ``V_path(y) + shift`` of all paths, where the shift gives every
    position of the family its share of `option_worth` (by path of each member) at the prices of units.
    """
    for row in range(start, stop):
        member = rows.member[row]
        chance, unit = _room(rows, members, paths, row)
        first = unit_worths(rows, members, paths, row, chance, unit)
        best = _at_prices(rows, row, first, unit)
        top = np.full(unit.shape[1] + 1, -np.inf)
        for path in range(len(first)):
            now = first[path] + rows.share[row] * option_worth[members.first_path[member] + path] - best[path]
            top[0] = max(top[0], now)
            for k in range(unit.shape[1]):
                now += unit[path, k]
                top[k + 1] = max(top[k + 1], now)
        _fill_hull(top, units[first_unit[row] : first_unit[row + 1]])
        base[row] = top[0]


@njit(cache=True, nogil=True, error_model="numpy")
def worths_at_units(rows, members, paths, worth, start, stop):
    """Fill `worth[row]` with the worth of ``rows.low`` units of some positions under the first path of their member."""
    for row in range(start, stop):
        chance, unit = _room(rows, members, paths, row)
        worth[row] = unit_worths(rows, members, paths, row, chance, unit)[0]


@njit(cache=True, nogil=True, error_model="numpy")
def chances(rows, members, paths, row, count):
    """P(C_t >= n) of units 1, 2, ... `count` of a position, shape ``(paths of its member, T, count)``."""
    member = rows.member[row]
    first, last = members.first_path[member], members.first_path[member + 1]
    found = np.empty((last - first, paths.demand_share.shape[1], count))
    for at in range(first, last):
        for period in range(found.shape[1]):
            x = paths.demand_share[at, period]
            spread = rows.spread[row] * math.sqrt(x) if rows.kind[row] > _COUNTS else rows.spread[row]
            tails(rows.kind[row], rows.mean[row] * x, spread, 0, found[at - first, period])
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _fill_hull(top, slopes):
    """Slopes of the least concave function above points at 0, 1, ..., unit by unit."""
    corner = np.empty(len(top), np.int64)
    n = 0
    for point in range(len(top)):
        while n >= 2 and (top[corner[n - 1]] - top[corner[n - 2]]) * (point - corner[n - 1]) <= (
            top[point] - top[corner[n - 1]]
        ) * (corner[n - 1] - corner[n - 2]):
            n -= 1
        corner[n] = point
        n += 1
    for k in range(n - 1):
        first, last = corner[k], corner[k + 1]
        for unit in range(first, last):
            slopes[unit] = (top[last] - top[first]) / (last - first)
