"""Values of paths by the readings that the certificate uses: for stock that expires, and normal demand.

Units that expire count as far as demand under the path allows, together with late ones; and normal demand has no
tables. Every path of a choice gets positions of its own in a copy of the network.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.tables import Network, PricePaths
from optimizer.worth.choices import Choices
from optimizer.worth.demand import share_until_period
from optimizer.worth.lots import expires
from optimizer.worth.path_worth import price_falls
from optimizer.worth.price_paths import expected_sales, units_before_by_period, value_before

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def depends_on_path(network: Network, row: Ints) -> Flags:
    """Which stock rows cannot be valued by sums of expected sales of known units, shape ``(n,)``."""
    stock = network.stock
    uncertain = (stock.demand_std[row] > 0.0) & network.normal_demand
    return np.asarray(expires(network)[stock.sku[row]] | uncertain)


def values_by_worth(
    network: Network,
    choices: Choices,
    choice: int,
    share: Floats,
    price: Floats,
    *,
    penalty_weight: Floats,
    units: Ints | None,
    target: tuple[int, float],
) -> tuple[Floats, Floats, Floats]:
    """Value paths of one choice.

    Parameters
    ----------
    network : Network
    choices : Choices
    choice : int
        Row of it.
    share, price : ndarray of float64, shape (n_paths, T)
        x_t, and currency per unit.
    penalty_weight : ndarray of float64, shape (n_stock,)
    units : ndarray of int64, shape (n_stock,), or None
        Units that count after transfers.
    target : tuple of int and float
        Period from 0 of a sell-through target, -1: none, and its share.

    Returns
    -------
    value, forgone, short : ndarray of float64, shape (n_paths,)
        Money, and units short of the target.
    """
    rows = choices.rows[choices.first_row[choice] : choices.first_row[choice + 1]]
    n_paths, n_rows = len(share), len(rows)
    copy = _copies(network, rows, share, price)
    at = np.arange(n_paths * n_rows)
    weight = np.tile(penalty_weight[rows], n_paths)
    by_period = units_before_by_period(copy, at)
    if units is None:
        value = value_before(copy, at, weight).astype(np.float64)
    else:
        by_period = by_period + (np.tile(units[rows], n_paths) - by_period[:, -1])[:, None]
        value = _value_of(copy, at, weight, by_period)
    sales = expected_sales(copy, at, by_period)
    scale = 10.0**network.money_decimals
    lost = (choices.list_price[choice] - np.repeat(price, n_rows, axis=0)) * sales * scale
    forgone = np.rint(lost.sum(axis=1)).reshape(n_paths, n_rows).sum(axis=1)
    period, asked = target
    there = np.maximum(by_period[:, period], 0).reshape(n_paths, n_rows).sum(axis=1)
    sold = sales[:, : period + 1].sum(axis=1).reshape(n_paths, n_rows).sum(axis=1)
    short = asked * there - sold if period >= 0 else np.zeros(n_paths)
    return value.reshape(n_paths, n_rows).sum(axis=1), np.maximum(forgone, 0.0), short


def _value_of(network: Network, rows: Ints, penalty_weight: Floats, units: Ints) -> Floats:
    """Value positions up to what is the same under every path, for units that are there in every period."""
    falls, _ = price_falls(network, rows, penalty_weight)
    sold = np.cumsum(expected_sales(network, rows, units), axis=1)
    owed = np.minimum(units[:, -1], 0)
    missed = network.stock.shortage_penalty[rows] * penalty_weight * network.stock.demand_mean[rows]
    lost = missed * share_until_period(network, rows)[:, -1] * 10.0**network.money_decimals
    return np.asarray((falls * (sold + owed[:, None])).sum(axis=1) - lost)


def _copies(network: Network, rows: Ints, share: Floats, price: Floats) -> Network:
    """Return a network with copies of some stock rows of one SKU, path after path, each at a node of its own."""
    n_paths, n_rows = len(share), len(rows)
    stock, lots = network.stock, network.lots
    node = stock.node[rows]
    place = np.full(len(network.nodes), -1, dtype=np.int64)
    place[node] = np.arange(n_rows)
    lot = np.flatnonzero((lots.sku == stock.sku[rows[0]]) & (place[lots.node] >= 0))
    apart = np.arange(n_paths)[:, None] * n_rows
    copied = _taken(stock, np.tile(rows, n_paths), node=np.arange(n_paths * n_rows, dtype=np.int32))
    return replace(
        network,
        nodes=_taken(network.nodes, np.tile(node, n_paths)),
        stock=copied,
        lots=_taken(lots, np.tile(lot, n_paths), node=(apart + place[lots.node[lot]]).ravel().astype(np.int32)),
        paths=PricePaths(np.repeat(np.arange(n_paths, dtype=np.int32), n_rows), price, share),
    )


def _taken(table: Any, index: NDArray[np.integer[Any]], **columns: Any) -> Any:
    """Rows of a table, with some columns replaced."""
    named = [item.name for item in fields(table) if item.name != "extra"]
    return type(table)(**{name: columns.get(name, getattr(table, name)[index]) for name in named})
