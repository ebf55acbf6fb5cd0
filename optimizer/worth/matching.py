"""Which rows of a table about SKUs and zones a (SKU, zone) goes by: those that name the most."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network

Ints = NDArray[np.int64]
Rows = NDArray[np.integer[Any]]
Words = NDArray[np.object_]


class AboutSkusAndZones(Protocol):
    """Columns that say which SKUs and zones a row is about; -1 and the empty text: all."""

    @property
    def sku(self) -> NDArray[np.int32]:
        """Row of ``network.products``."""

    @property
    def category(self) -> Words:
        """Of products."""

    @property
    def zone(self) -> Words:
        """Of nodes."""


def deciding_rows(network: Network, table: AboutSkusAndZones, sku: Rows, zone: Words) -> tuple[Ints, Ints]:
    """Find the most specific rows: SKU before category before neither; among these with a zone before without.

    Parameters
    ----------
    network : Network
    table : AboutSkusAndZones
    sku : ndarray of int, shape (n,)
        Rows of ``network.products``.
    zone : ndarray of object, shape (n,)

    Returns
    -------
    first : ndarray of int64, shape (n + 1,)
        Where the rows of each pair begin in `rows`.
    rows : ndarray of int64
        Rows of the table, ascending within each pair; all of one rank.
    """
    count = np.zeros(len(sku), dtype=np.int64)
    start = np.zeros(len(sku), dtype=np.int64)
    found: list[Ints] = []
    n_found = 0
    for rows, place, matches in _by_rank(network, table, sku, zone):
        new = (count == 0) & (matches > 0)
        count[new], start[new] = matches[new], n_found + place[new]
        found.append(rows)
        n_found += len(rows)
    _, at = runs(start, count)
    listed = np.concatenate([*found, np.empty(0, dtype=np.int64)]).astype(np.int64)
    return np.append(0, np.cumsum(count)), listed[at]


def last_deciding_row(network: Network, table: AboutSkusAndZones, sku: Rows, zone: Words) -> Ints:
    """Return the last of the most specific rows of every pair, -1 where none matches, shape (n,)."""
    first, rows = deciding_rows(network, table, sku, zone)
    return np.where(first[1:] > first[:-1], np.append(rows, -1)[np.maximum(first[1:] - 1, 0)], -1)


def matching_rows(network: Network, table: AboutSkusAndZones, sku: Rows, zone: Words) -> tuple[Ints, Ints]:
    """Pairs of a (SKU, zone) and a row of the table that matches it, whatever its rank; shape (n_pairs,) each."""
    pairs = [(*runs(place, matches), rows) for rows, place, matches in _by_rank(network, table, sku, zone)]
    owner = np.concatenate([owner for owner, _, _ in pairs] + [np.empty(0, dtype=np.int64)])
    row = np.concatenate([rows[at] for _, at, rows in pairs] + [np.empty(0, dtype=np.int64)])
    return owner.astype(np.int64), row.astype(np.int64)


def _by_rank(network: Network, table: AboutSkusAndZones, sku: Rows, zone: Words) -> list[tuple[Ints, Ints, Ints]]:
    """Find the rows of each rank, the most specific one first: sorted rows, and each pair's first one and number."""
    category, row_category = _codes(network.products.category, table.category)
    asked_zone, row_zone = _codes(zone, table.zone)
    row_sku = table.sku.astype(np.int64)
    # A row that names both a product and a category means the product where it is of that category.
    other = (row_sku >= 0) & (table.category != "")
    other[other] = category[row_sku[other]] != row_category[other]
    n_zones = int(max(asked_zone.max(initial=0), row_zone.max(initial=0))) + 1
    asked_products = (np.asarray(sku, dtype=np.int64), category[sku], np.zeros(len(sku), dtype=np.int64))
    row_products = (row_sku, row_category, np.zeros(len(row_sku), dtype=np.int64))
    rank = np.where(row_sku >= 0, 0, np.where(table.category != "", 1, 2))
    found = []
    for level, (asked, named) in enumerate(zip(asked_products, row_products, strict=True)):
        for zoned in (True, False):
            rows = np.flatnonzero((rank == level) & ((table.zone != "") == zoned) & ~other)
            key = named[rows] * n_zones + (row_zone[rows] if zoned else 0)
            order = np.argsort(key, kind="stable")
            wanted = asked * n_zones + (asked_zone if zoned else 0)
            place = np.searchsorted(key[order], wanted)
            found.append((rows[order], place, np.searchsorted(key[order], wanted, side="right") - place))
    return found


def _codes(asked: Words, named: Words) -> tuple[Ints, Ints]:
    """Give equal texts equal numbers."""
    codes = np.unique(np.concatenate([asked, named]).astype(str), return_inverse=True)[1].reshape(-1)
    return codes[: len(asked)].astype(np.int64), codes[len(asked) :].astype(np.int64)
