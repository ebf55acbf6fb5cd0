"""(SKU, zone) pairs and the rows of the tables about prices that speak of them, as whole numbers to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.joins import codes_of

Ints = NDArray[np.int64]
Rows = NDArray[np.integer[Any]]
Words = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Matching:
    """Numbers of categories and zones; made by `matching_of`."""

    categories: pd.Index[Any]
    zones: pd.Index[Any]
    category: Ints
    """Of every product, -1: none, shape ``(n_products,)``."""
    zone: Ints
    """Of every node, -1: none, shape ``(n_nodes,)``."""

    def pairs(self, node: Rows, sku: Rows) -> tuple[Ints, Ints]:
        """Each SKU and zone with stock once, by SKU, then zone.

        Parameters
        ----------
        node, sku : ndarray of int, shape (n_positions,)
            Rows of nodes and products; -1 where unknown.

        Returns
        -------
        sku, zone : ndarray of int64, shape (n_pairs,)
            Rows of products, numbers of zones.
        """
        zone = np.append(self.zone, -1)[node]
        known = (zone >= 0) & (sku >= 0)
        n_zones = max(len(self.zones), 1)
        keys = codes_of([sku[known] * n_zones + zone[known]], len(self.category) * n_zones).values
        return keys // n_zones, keys % n_zones

    def keys(self, sku: Rows, category: Words, zone: Words) -> Ints:
        """Give rows about the same SKUs and zones the same number, and -1 where nothing has the category or zone.

        Returns
        -------
        ndarray of int64, shape (n_rows,)
        """
        category_number, zone_number = _numbers(self.categories, category), _numbers(self.zones, zone)
        keys = self._key(np.asarray(sku, dtype=np.int64), category_number, zone_number)
        return np.where((category_number < -1) | (zone_number < -1), -1, keys)

    def deciding(self, keys: Ints, sku: Ints, zone: Ints) -> Ints:
        """Key of the most specific rows that match each pair, -1 where none does, shape ``(n_pairs,)``.

        Parameters
        ----------
        keys : ndarray of int64, shape (n_rows,)
            Of the rows of a table.
        sku, zone : ndarray of int64, shape (n_pairs,)
        """
        listed = np.unique(keys[keys >= 0])
        found = np.full(len(sku), -1, dtype=np.int64)
        for wanted in self._levels(sku, zone):
            found = np.where((found < 0) & np.isin(wanted, listed), wanted, found)
        return found

    def matched(self, keys: Ints, sku: Ints, zone: Ints) -> NDArray[np.bool_]:
        """Whether any pair is what a row is about, shape ``(n_rows,)``."""
        found = np.zeros(len(keys), dtype=np.bool_)
        for asked in self._levels(sku, zone):
            found |= np.isin(keys, asked)
        return found

    def _levels(self, sku: Ints, zone: Ints) -> Iterator[Ints]:
        """Keys of the rows that may match pairs: SKU before category before neither, with a zone before without."""
        none = np.full(len(sku), -1, dtype=np.int64)
        for product, category in ((sku, none), (none, self.category[sku]), (none, none)):
            yield self._key(product, category, zone)
            yield self._key(product, category, none)

    def _key(self, sku: Ints, category: Ints, zone: Ints) -> Ints:
        keys = (sku + 1) * (len(self.categories) + 1) + category + 1
        return np.asarray(keys * (len(self.zones) + 1) + zone + 1)


def matching_of(category: Words, zone: Words) -> Matching:
    """Give the categories of products and the zones of nodes numbers; the empty text is none."""
    categories, zones = (pd.Index(pd.unique(words[words != ""]), dtype=object) for words in (category, zone))
    return Matching(categories, zones, categories.get_indexer(category), zones.get_indexer(zone))


def _numbers(known: pd.Index[Any], words: Words) -> Ints:
    """Place of each text, -1 where it is empty, -2 where it is unknown."""
    place = known.get_indexer(pd.Index(words, dtype=object)).astype(np.int64)
    return np.where((place < 0) & (words != ""), -2, place)
