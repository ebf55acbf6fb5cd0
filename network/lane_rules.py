"""Which lane may carry which SKU: the reading of `lane_rules` that all share."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.outside import is_offered, outside_lanes
from network.tables import LaneRules, Network

Ints = NDArray[np.int64]
Rows = NDArray[np.integer[Any]]

_LANE_LEVELS: Final = 4
"""A rule names no end, one end, both ends, or the lane itself."""


def may_carry(network: Network, lane: Rows, sku: Rows) -> NDArray[np.bool_]:
    """Whether lanes may carry SKUs: as the most specific rule says that matches, else yes.

    Parameters
    ----------
    network : Network
    lane, sku : ndarray of int, shape (n,)
        Rows of ``network.lanes`` and ``network.products``.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    rules, n_rules = network.lane_rules, len(network.lane_rules)
    decided_by = deciding_rules(network, lane, sku)
    allowed = np.append(rules.allowed, True)[np.where(decided_by < 0, n_rules, decided_by)]
    return np.asarray(allowed & is_offered(network, lane, sku))


def deciding_rules(network: Network, lane: Rows, sku: Rows) -> Ints:
    """Row of ``network.lane_rules`` that decides on each pair, -1 where none matches, shape (n,)."""
    rules, n_rules = network.lane_rules, len(network.lane_rules)
    best = np.full(len(lane), -1, dtype=np.int64)
    if not n_rules or not len(best):
        return best
    category, rule_category = _categories(network)
    lanes = network.lanes
    asked = [np.asarray(c, dtype=np.int64) for c in (lane, lanes.origin[lane], lanes.destination[lane], sku)]
    asked.append(category[sku])
    cells = [column.astype(np.int64) for column in (rules.lane, rules.origin, rules.destination, rules.sku)]
    cells.append(rule_category)
    specific = _specificity(rules)
    names = np.column_stack(cells) >= 0
    for pattern in np.unique(names, axis=0):
        used = np.flatnonzero(pattern)
        row = np.flatnonzero(np.all(names == pattern, axis=1))
        found = _last_match([cells[c][row] for c in used], [asked[c] for c in used], len(row), len(best))
        match = np.where(found < 0, -1, row[found])
        # More specific first; among equals the last row of the table.
        rank = np.where(match < 0, -1, specific[match] * n_rules + match)
        best = np.maximum(best, rank)
    # What ways out and in carry is said by exits and quotes.
    best[outside_lanes(network)[lane]] = -1
    return np.where(best < 0, -1, best % n_rules)


def _categories(network: Network) -> tuple[Ints, Ints]:
    """Category of every product and of every rule as codes; -1: none, or none that a rule names."""
    products, rules = network.products, network.lane_rules
    known, codes = np.unique(np.append(rules.category.astype(str), ""), return_inverse=True)
    if len(known) == 1:
        return np.full(len(products), -1, dtype=np.int64), np.full(len(rules), -1, dtype=np.int64)
    of_product = products.category.astype(str)
    place = np.minimum(np.searchsorted(known, of_product), len(known) - 1)
    # The empty text comes first of all, so it is code 0.
    return np.where(known[place] == of_product, place, 0).astype(np.int64) - 1, codes[:-1].astype(np.int64) - 1


def _specificity(rules: LaneRules) -> Ints:
    """Rank of every rule: what it says of the product counts first, then what it says of the lane."""
    product = np.where(rules.sku >= 0, 2, (rules.category != "").astype(np.int64))
    ends = (rules.origin >= 0).astype(np.int64) + (rules.destination >= 0)
    return np.asarray(product * _LANE_LEVELS + np.where(rules.lane >= 0, _LANE_LEVELS - 1, ends), dtype=np.int64)


def _last_match(columns: list[Ints], wanted: list[Ints], n_rows: int, n_wanted: int) -> Ints:
    """Last of some rows in which all columns are as wanted, -1 where there is none, shape ``(n_wanted,)``."""
    key, asked = np.zeros(n_rows, dtype=np.int64), np.zeros(n_wanted, dtype=np.int64)
    for column, want in zip(columns, wanted, strict=True):
        span = int(max(column.max(initial=0), want.max(initial=0))) + 2
        key, asked = key * span + column + 1, asked * span + want + 1
    # np.unique keeps the first of equal keys, so the rows are turned round.
    keys, first = np.unique(key[::-1], return_index=True)
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, n_rows - 1 - first[place], -1)
