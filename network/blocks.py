"""A network cut into blocks of SKUs: each a network of its own, with the nodes, lanes and products of all."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from network.tables import Alerts, Lots, Network, PricePaths, Stock

_OfSku = TypeVar("_OfSku", Stock, Lots, Alerts)


def sku_blocks(network: Network, rows_per_block: int) -> list[tuple[range, Network]]:
    """Cut a network into blocks of whole SKUs.

    Parameters
    ----------
    network : Network
    rows_per_block : int
        About so many rows of stock each.

    Returns
    -------
    list of (range, Network)
        At least one: the SKUs of each, which are all products together, and a network whose `stock`, `lots` and
        `alerts` are those of these SKUs; columns that the format does not know stay behind.
    """
    if len(network.stock) <= rows_per_block:
        return [(range(len(network.products)), network)]
    n_blocks = -(-len(network.stock) // rows_per_block)
    cuts = network.stock.sku[np.arange(1, n_blocks) * len(network.stock) // n_blocks]
    # The last block takes SKUs without stock behind all others.
    first = np.concatenate([[0], np.unique(cuts[cuts > 0]), [len(network.products)]]).astype(np.int32)
    stocks, lots, alerts = _cut(network.stock, first), _cut(network.lots, first), _cut(network.alerts, first)
    skus = [range(start, stop) for start, stop in pairwise(first.tolist())]
    paths = _cut_paths(network, first)
    return [
        (sku, replace(network, stock=stock, lots=of_lots, alerts=of_alerts, paths=of_paths))
        for sku, stock, of_lots, of_alerts, of_paths in zip(skus, stocks, lots, alerts, paths, strict=True)
    ]


def _cut_paths(network: Network, first: NDArray[np.int32]) -> list[PricePaths | None]:
    """Paths of the stock rows of each range of SKUs; the prices are those of all."""
    paths, ends = network.paths, np.searchsorted(network.stock.sku, first)
    if paths is None:
        return [None] * (len(first) - 1)
    return [replace(paths, of_stock=paths.of_stock[start:stop]) for start, stop in pairwise(ends.tolist())]


def _cut(table: _OfSku, first: NDArray[np.int32]) -> list[_OfSku]:
    """Rows of each range of SKUs; views where the table is sorted by SKU."""
    sku = table.sku
    if np.all(sku[1:] >= sku[:-1]):
        ends = np.searchsorted(sku, first)
        return [_rows(table, slice(start, stop)) for start, stop in pairwise(ends.tolist())]
    order = np.argsort(sku, kind="stable")
    ends = np.searchsorted(sku[order], first)
    return [_rows(table, order[start:stop]) for start, stop in pairwise(ends.tolist())]


def _rows(table: _OfSku, rows: slice | NDArray[np.int64]) -> _OfSku:
    columns = {item.name: getattr(table, item.name)[rows] for item in fields(table) if item.name != "extra"}
    return type(table)(**columns)
