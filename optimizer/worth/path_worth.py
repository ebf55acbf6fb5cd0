"""What units are worth where prices fall: the section "What stock is worth under a path" of docs/clearance.md.

The n-th unit is worth ``L + round(sum over t of Q_t * P(C_t >= n))``: each fall of the price, Q_t, is lost on the units
that are still there after period t. Only periods after which the price falls count, so a path has few terms.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network
from optimizer.worth.demand import Demand, list_demand, share_until_period
from optimizer.worth.rounding import rounded
from optimizer.worth.unit_steps import Steps, bounds_of, chances_between, falling

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.integer[Any]]

_AT_ONCE: Final = 1 << 12
"""Positions whose units are valued in one go."""

_DECIMALS: Final = 6
"""Of a money unit: sums of floats are rounded to so many first, so that a half is a half."""


def whole_money(amounts: Floats) -> Ints:
    """Round sums of floats, in money units, to whole ones: to six decimals first, then half to even."""
    return np.asarray(np.rint(np.round(amounts, _DECIMALS)), dtype=np.int64)


def has_own_prices(network: Network, rows: Rows) -> NDArray[np.bool_]:
    """Whether stock rows have a path that is worth something else than the list price all along, shape ``(n,)``."""
    if network.paths is None:
        return np.zeros(len(rows), dtype=np.bool_)
    paths = network.paths
    path = paths.of_stock[rows]
    listed = network.products.list_price[network.stock.sku[rows]]
    moved = np.any(paths.price[path] != listed[:, None], axis=1) | (paths.demand_share[path, -1] != 1.0)
    return np.asarray((path >= 0) & moved)


def price_falls(network: Network, rows: Rows, penalty_weight: Floats) -> tuple[Ints, Ints]:
    """Q_t and L of stock rows with a path, in money units.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
    penalty_weight : ndarray of float64, shape (n,)
        Factors of the shortage penalty.

    Returns
    -------
    falls : ndarray of int64, shape (n, T)
        Never below 0.
    left_over : ndarray of int64, shape (n,)
    """
    stock, decimals = network.stock, network.money_decimals
    last, penalty, holding = last_prices(network, rows), stock.shortage_penalty[rows], stock.holding_cost[rows]
    salvage = network.products.salvage_value[stock.sku[rows]]
    size = np.abs(last) + np.abs(penalty * penalty_weight) + np.abs(salvage) + np.abs(holding)
    sold_last = rounded((last, penalty, penalty_weight), lambda p, b, w: p + b * w, size, decimals)
    left_over = rounded((salvage, holding), lambda s, h: s - h, size, decimals)
    falls = np.zeros((len(rows), network.periods), dtype=np.int64)
    falls[:, -1] = sold_last - left_over
    if network.paths is not None:
        price, path = network.paths.price, network.paths.of_stock[rows]
        in_money = rounded((price.ravel(),), lambda p: p, np.abs(price).ravel(), decimals).reshape(price.shape)
        falls[:, :-1] = np.where((path < 0)[:, None], 0, (in_money[:, :-1] - in_money[:, 1:])[path])
    return np.maximum(falls, 0), left_over


def last_prices(network: Network, rows: Rows) -> Floats:
    """Prices of stock rows in the last period, shape ``(n,)``."""
    listed = network.products.list_price[network.stock.sku[rows]]
    if network.paths is None:
        return listed
    path = network.paths.of_stock[rows]
    return np.where(path < 0, listed, network.paths.price[path, -1])


def prices_of(network: Network, rows: Rows) -> Floats:
    """Prices of stock rows in every period, shape ``(n, T)``: the list price where there is no path."""
    listed = network.products.list_price[network.stock.sku[rows]]
    prices = np.tile(listed[:, None], (1, network.periods))
    if network.paths is None:
        return prices
    path = network.paths.of_stock[rows]
    return np.where((path < 0)[:, None], prices, network.paths.price[path])


def path_steps(network: Network, rows: Rows, penalty_weight: Floats, most_units: Ints) -> tuple[Steps, Ints, Ints]:
    """List the worths between full and left over of stock rows with a path.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
    penalty_weight : ndarray of float64, shape (n,)
    most_units : ndarray of int64, shape (n,)
        Units that are told apart.

    Returns
    -------
    steps : Steps
    full, left_over : ndarray of int64, shape (n,)
        Money of a unit that is surely sold at once, and of one that is surely left over.
    """
    falls, left_over = price_falls(network, rows, penalty_weight)
    demand, share = list_demand(network, rows), share_until_period(network, rows)

    def part(first: int) -> Steps:
        at = slice(first, first + _AT_ONCE)
        return _steps(demand.take(at), share[at], falls[at], left_over[at], most_units[at])

    # The work leaves the interpreter alone, so that threads help.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = list(pool.map(part, range(0, len(rows), _AT_ONCE)))
    none = np.empty(0, dtype=np.int64)
    columns = ([each.full_units, each.count, each.worth] for each in (*parts, Steps(none, none, none)))
    steps = Steps(*(np.concatenate(column) for column in zip(*columns, strict=True)))
    return steps, left_over + falls.sum(axis=1), left_over


def _steps(demand: Demand, share: Floats, falls: Ints, left_over: Ints, most: Ints) -> Steps:
    """List the steps of some positions: bounds of every term first, then its chances between the widest of them."""
    n = len(demand)
    position, period = np.nonzero(falls)
    n_terms = np.bincount(position, minlength=n)
    first_term = np.cumsum(n_terms) - n_terms
    terms, fall = demand.take(position).over(share[position, period]), falls[position, period]
    # What all terms together lose or gain beyond their bounds is less than half a money unit.
    term_low, term_high = bounds_of(terms, fall * n_terms[position], np.zeros_like(fall), most[position])
    low, high = np.full(n, np.iinfo(np.int64).max), np.zeros(n, dtype=np.int64)
    np.minimum.at(low, position, term_low)
    np.maximum.at(high, position, term_high)
    low = np.minimum(low, high)
    high = np.clip(high, low, np.maximum(most, low))
    owner, unit = runs(low + 1, high - low)
    begins = np.append(0, np.cumsum(high - low))
    total = np.zeros(len(unit))
    for k in range(int(n_terms.max(initial=0))):
        some = np.flatnonzero(n_terms > k)
        term = first_term[some] + k
        chance = chances_between(terms.take(term), low[some], high[some])
        of_term, at = runs(begins[some], (high - low)[some])
        total[at] += fall[term][of_term] * chance
    full = left_over + falls.sum(axis=1)
    worth = falling(np.minimum(left_over[owner] + whole_money(total), full[owner]), owner)
    step = (worth < full[owner]) & (worth > left_over[owner])
    return Steps(
        full_units=low + np.bincount(owner[worth == full[owner]], minlength=n),
        count=np.bincount(owner[step], minlength=n),
        worth=worth[step],
    )
