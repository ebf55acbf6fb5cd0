"""What units are worth outside the network: their proceeds at an exit, nothing where they are only offered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.outside import exit_of_node, has_outside, outside_nodes
from network.tables import Network
from optimizer.worth.rounding import rounded


def is_outside(network: Network, rows: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Which stock rows are at exits or quotes.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Rows of ``network.stock``.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not has_outside(network):
        return np.zeros(len(rows), dtype=np.bool_)
    return np.asarray(outside_nodes(network)[network.stock.node[rows]])


def worth_outside(network: Network, rows: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Worth of every unit at stock rows outside, however many there are and whenever they come.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Rows of ``network.stock``.

    Returns
    -------
    ndarray of int64, shape (n,)
        At an exit ``unit_proceeds + proceeds_share_of_cost * unit_cost - unit_fee`` in money units, rounded once; a
        product without a cost has none to share. 0 at all other rows.
    """
    worth = np.zeros(len(rows), dtype=np.int64)
    exits = network.exits
    exit_row = exit_of_node(network)[network.stock.node[rows]]
    sold = np.flatnonzero(exit_row >= 0)
    at = exit_row[sold]
    unit_cost = np.nan_to_num(network.products.unit_cost[network.stock.sku[rows[sold]]], nan=0.0)
    columns = (exits.unit_proceeds[at], exits.proceeds_share_of_cost[at], unit_cost, exits.unit_fee[at])
    size = np.abs(columns[0]) + np.abs(columns[1] * columns[2]) + np.abs(columns[3])
    worth[sold] = rounded(
        columns, lambda paid, share, cost, fee: paid + share * cost - fee, size, network.money_decimals
    )
    return worth
