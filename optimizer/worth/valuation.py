"""V(y) of docs/model.md itself, expected and not rounded: what stock is worth, under its prices, in currency."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.worth.demand import demand_of, list_demand, share_until_period
from optimizer.worth.path_worth import prices_of

Floats = NDArray[np.float64]

_AT_ONCE: Final = 1 << 15
"""Rows valued in one go: what fits the cache."""


def value_of_stock(network: Network, rows: NDArray[np.integer[Any]], units: NDArray[np.integer[Any]]) -> Floats:
    """Value positions; many of them on all processors, because what takes the time leaves the interpreter alone.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Rows of ``network.stock``.
    units : ndarray of int, shape (n,)
        Units that count as stock, y.

    Returns
    -------
    ndarray of float64, shape (n,)
        Currency units.
    """
    value = np.empty(len(rows))

    def fill(first: int) -> None:
        part = slice(first, first + _AT_ONCE)
        value[part] = _value(network, rows[part], units[part])

    if len(rows) <= _AT_ONCE:
        return _value(network, rows, units)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(fill, range(0, len(rows), _AT_ONCE)):
            pass
    return value


def _value(network: Network, rows: NDArray[np.integer[Any]], units: NDArray[np.integer[Any]]) -> Floats:
    stock, sku = network.stock, network.stock.sku[rows]
    demand = demand_of(network, rows)
    sold, lost = demand.expected_sold_and_lost(units)
    left_over = network.products.salvage_value[sku] - stock.holding_cost[rows]
    earned = _revenue(network, rows, units, sold) + left_over * (units - sold)
    return np.asarray(earned - stock.shortage_penalty[rows] * lost)


def _revenue(network: Network, rows: NDArray[np.integer[Any]], units: NDArray[np.integer[Any]], sold: Floats) -> Floats:
    """Price sold units: all at the last price, and more for those sold before a price fell."""
    if network.paths is None:
        return np.asarray(network.products.list_price[network.stock.sku[rows]] * sold)
    prices, share, demand = prices_of(network, rows), share_until_period(network, rows), list_demand(network, rows)
    revenue = prices[:, -1] * sold
    for t in range(network.periods - 1):
        falls = np.flatnonzero(prices[:, t] != prices[:, t + 1])
        so_far = demand.take(falls).over(share[falls, t]).expected_sold(units[falls])
        revenue[falls] += (prices[falls, t] - prices[falls, t + 1]) * so_far
    return np.asarray(revenue)
