"""Values of paths by the readings that the certificate uses: for stock that expires, and normal demand.

Units that expire count as far as demand under the path allows, together with late ones; and normal demand has no
tables. Every path of a choice gets positions of its own in a copy of the network.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network, PricePaths
from optimizer.worth.choices import Choices
from optimizer.worth.demand import share_until_period
from optimizer.worth.lots import expires
from optimizer.worth.path_worth import price_falls
from optimizer.worth.price_paths import expected_sales, units_before_by_period, value_before

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_ROWS_AT_ONCE: Final = 100_000
"""Positions times paths whose columns fit the memory well."""


def depends_on_path(network: Network, row: Ints) -> Flags:
    """Which stock rows cannot be valued by sums of expected sales of known units, shape ``(n,)``."""
    stock = network.stock
    uncertain = (stock.demand_std[row] > 0.0) & network.normal_demand
    return np.asarray(expires(network)[stock.sku[row]] | uncertain)


def values_by_worth(
    network: Network,
    choices: Choices,
    choice: Ints,
    share: Floats,
    price: Floats,
    *,
    penalty_weight: Floats,
    units: Ints | None,
    target: tuple[Ints, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Value paths of choices.

    Parameters
    ----------
    network : Network
    choices : Choices
    choice : ndarray of int64, shape (n_paths,)
        Row of it that each path is of.
    share, price : ndarray of float64, shape (n_paths, T)
        x_t, and currency per unit.
    penalty_weight : ndarray of float64, shape (n_stock,)
    units : ndarray of int64, shape (n_stock,), or None
        Units that count after transfers.
    target : tuple of ndarray, shape (n_paths,) each
        Period from 0 of a sell-through target, -1: none, and its share.

    Returns
    -------
    value, forgone, short : ndarray of float64, shape (n_paths,)
        Money, and units short of the target.
    """
    n_rows = np.diff(choices.first_row)[choice]
    load = np.cumsum(n_rows) // _ROWS_AT_ONCE
    parts = []
    for some in np.split(np.arange(len(choice)), 1 + np.flatnonzero(np.diff(load))):
        asked = (target[0][some], target[1][some])
        parts.append(
            _values(network, choices, choice[some], (share[some], price[some]), (penalty_weight, units), target=asked)
        )
    value, forgone, short = (np.concatenate(column) for column in zip(*parts, strict=True))
    return value, forgone, short


def _values(
    network: Network,
    choices: Choices,
    choice: Ints,
    path: tuple[Floats, Floats],
    stock: tuple[Floats, Ints | None],
    *,
    target: tuple[Ints, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Value as many paths as fit the memory well."""
    (share, price), (penalty_weight, units) = path, stock
    owner, at = runs(choices.first_row[choice], np.diff(choices.first_row)[choice])
    rows, first = choices.rows[at], np.flatnonzero(np.diff(owner, prepend=-1))
    copy = _copies(network, rows, owner, share, price)
    every, weight = np.arange(len(rows)), penalty_weight[rows]
    by_period = units_before_by_period(copy, every)
    if units is None:
        value = value_before(copy, every, weight).astype(np.float64)
    else:
        by_period = by_period + (units[rows] - by_period[:, -1])[:, None]
        value = _value_of(copy, every, weight, by_period)
    sales = expected_sales(copy, every, by_period)
    lost = (choices.list_price[choice][:, None] - price)[owner] * sales * 10.0**network.money_decimals
    forgone = np.add.reduceat(np.rint(lost.sum(axis=1)), first)
    period, asked = target
    until = np.arange(sales.shape[1]) <= period[owner][:, None]
    there = np.add.reduceat(np.maximum(by_period[every, period[owner]], 0), first)
    sold = np.add.reduceat(np.where(until, sales, 0.0).sum(axis=1), first)
    short = np.where(period >= 0, asked * there - sold, 0.0)
    return np.add.reduceat(value, first), np.maximum(forgone, 0.0), short


def _value_of(network: Network, rows: Ints, penalty_weight: Floats, units: Ints) -> Floats:
    """Value positions up to what is the same under every path, for units that are there in every period."""
    falls, _ = price_falls(network, rows, penalty_weight)
    sold = np.cumsum(expected_sales(network, rows, units), axis=1)
    owed = np.minimum(units[:, -1], 0)
    missed = network.stock.shortage_penalty[rows] * penalty_weight * network.stock.demand_mean[rows]
    lost = missed * share_until_period(network, rows)[:, -1] * 10.0**network.money_decimals
    return np.asarray((falls * (sold + owed[:, None])).sum(axis=1) - lost)


def _copies(network: Network, rows: Ints, owner: Ints, share: Floats, price: Floats) -> Network:
    """Return a network with copies of stock rows, each at a node of its own and with the path of its owner."""
    stock, lots, n_nodes = network.stock, network.lots, max(len(network.nodes), 1)
    order = np.lexsort((lots.node, lots.sku))
    keys = lots.sku[order].astype(np.int64) * n_nodes + lots.node[order]
    wanted = stock.sku[rows].astype(np.int64) * n_nodes + stock.node[rows]
    first = np.searchsorted(keys, wanted)
    copy, at = runs(first, np.searchsorted(keys, wanted, side="right") - first)
    return replace(
        network,
        nodes=_taken(network.nodes, stock.node[rows]),
        stock=_taken(stock, rows, node=np.arange(len(rows), dtype=np.int32)),
        lots=_taken(lots, order[at], node=copy.astype(np.int32)),
        paths=PricePaths(owner.astype(np.int32), price, share),
    )


def _taken(table: Any, index: NDArray[np.integer[Any]], **columns: Any) -> Any:
    """Rows of a table, with some columns replaced."""
    named = [item.name for item in fields(table) if item.name != "extra"]
    return type(table)(**{name: columns.get(name, getattr(table, name)[index]) for name in named})
