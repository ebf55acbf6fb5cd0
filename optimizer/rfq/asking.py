"""Whom to ask for what: suppliers that can deliver an item in time, ranked by points whose terms are shown."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Items
from network.events.freight import lane_freight
from network.reach import earliest_days
from network.tables import Network

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


Counting = Callable[[Ints, Ints], Ints]


@enum.unique
class Eligibility(enum.IntEnum):
    """Whether a supplier can be asked for an item, and if not, why."""

    ELIGIBLE = 0
    NOT_SUPPLIED = 1
    """No row of `supplies` matches the product."""
    BLOCKED = 2
    NO_WAY = 3
    """No way of lanes that may carry the product leads to the node."""
    LATE = 4
    """Its own lead time and the fastest way take it past the day on which the item is needed."""


PRICE_POINTS: Final = 40.0
FREIGHT_POINTS: Final = 20.0
ON_TIME_POINTS: Final = 25.0
LEAD_TIME_POINTS: Final = 15.0
"""Most points of each term; together 100 (docs/rfq.md)."""

UNKNOWN_SHARE: Final = 0.5
"""Share of a term's points where nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Rfq:
    """Items, and every pair of an item and a supplier; pairs have the shape ``(n_items * n_suppliers,)``."""

    items: Items
    supplier: NDArray[np.int64]
    """Rows of ``network.nodes`` with a row in `supplies`, ascending, shape ``(n_suppliers,)``."""
    pair_item: Ints
    """Row of `items`, ascending."""
    pair_supplier: Ints
    """Place in `supplier`."""
    status: NDArray[np.int8]
    """`Eligibility` values."""
    arrives_day: Floats
    """Earliest day of arrival, by answers, own lead time and fastest way; infinity where there is none."""
    freight: Floats
    """Currency per unit over the cheapest way; infinity where there is none."""
    unit_price: Floats
    """The last one known, NaN: not known."""
    points: Floats
    """Of price, freight, on-time share and lead time, shape ``(n_pairs, 4)``; NaN where not eligible."""
    invited: Flags
    answer_by_days: int = 0
    """Day on which the answers are in."""

    @property
    def score(self) -> Floats:
        """Sum of the points of every pair, NaN where it is not eligible."""
        return np.asarray(self.points.sum(axis=1))


def rfq_of(
    network: Network,
    items: Items,
    *,
    most_suppliers: int = 5,
    answer_by_days: int = 0,
    counting: Counting | None = None,
) -> Rfq:
    """Find whom to ask for every item.

    Parameters
    ----------
    network : Network
        With `supplies`.
    items : Items
        With known products and nodes, such as `items_of_plan` gives.
    most_suppliers : int
        Suppliers that are asked for an item, those with the highest score.
    answer_by_days : int
        Day by which they have to answer, and on which they are ordered from.
    counting : callable, optional
        Units that count of items (rows of `items`) when they arrive on some days, such as `units_that_count` says. Who
        can only deliver when none does is late; so many units of an item are asked for as count of the slowest who is.

    Returns
    -------
    Rfq
    """
    supplier = np.unique(network.supplies.node).astype(np.int64)
    node, sku = rows_of_items(network, items)
    pair_item = np.repeat(np.arange(len(items)), len(supplier))
    pair_supplier = np.tile(np.arange(len(supplier)), len(items))
    row = _supply_rows(network, supplier[pair_supplier], sku[pair_item])
    days, freight = _ways(network, supplier, node, sku)
    supplies, known = network.supplies, row >= 0
    arrives = answer_by_days + days + np.where(known, np.append(supplies.lead_time_days, 0)[row], np.inf)
    needed = items.needed_by_days[pair_item]
    status = _status(known, np.append(supplies.blocked, False)[row], np.isinf(days), arrives > needed)
    counted = items.units[pair_item]
    if counting is not None:
        soon = np.flatnonzero(status == Eligibility.ELIGIBLE)
        counted[soon] = np.minimum(counted[soon], counting(pair_item[soon], arrives[soon].astype(np.int64)))
        status[soon[counted[soon] <= 0]] = Eligibility.LATE
    eligible, price = status == Eligibility.ELIGIBLE, np.append(supplies.unit_price, np.nan)[row]
    last_day = np.where(needed == NO_LIMIT, network.horizon_days, needed)
    points = np.column_stack(
        [
            _price_points(pair_item, eligible, price + freight),
            _freight_points(freight, network.products.list_price[sku[pair_item]]),
            _on_time_points(np.append(supplies.on_time_share, np.nan)[row]),
            _lead_time_points(arrives, last_day),
        ]
    )
    points[~eligible] = np.nan
    invited = _best(pair_item, points.sum(axis=1), most_suppliers)
    columns = (pair_item, pair_supplier, status, arrives, freight, price, points, invited)
    return Rfq(_least_counted(items, pair_item[invited], counted[invited]), supplier, *columns, answer_by_days)


def _status(known: Flags, blocked: Flags, no_way: Flags, late: Flags) -> NDArray[np.int8]:
    """Say of every pair what stands against it, the first of these."""
    reasons = [Eligibility.NOT_SUPPLIED, Eligibility.BLOCKED, Eligibility.NO_WAY, Eligibility.LATE]
    return np.select([~known, blocked, no_way, late], reasons, Eligibility.ELIGIBLE).astype(np.int8)


def _least_counted(items: Items, item: Ints, counted: Ints) -> Items:
    """Ask for no more units of items than count, whoever delivers them."""
    units = items.units.copy()
    np.minimum.at(units, item, counted)
    return replace(items, units=units)


def rows_of_items(network: Network, items: Items) -> tuple[Ints, Ints]:
    """Rows of ``network.nodes`` and ``network.products`` that items name, shape ``(n_items,)`` each."""
    node = pd.Index(network.nodes.node_id).get_indexer(pd.Index(items.node_id)).astype(np.int64)
    return node, pd.Index(network.products.sku_id).get_indexer(pd.Index(items.sku_id)).astype(np.int64)


def _supply_rows(network: Network, supplier: Ints, sku: Ints) -> Ints:
    """Row of `supplies` for pairs of a supplier and a SKU: by SKU, else by category, else for all; -1: none."""
    supplies = network.supplies
    names, of_product = np.unique(network.products.category.astype(str), return_inverse=True)
    by_sku, by_category = supplies.sku >= 0, (supplies.sku < 0) & (supplies.category != "")
    n_sku, n_category = len(network.products), len(names)
    category = np.searchsorted(names, supplies.category.astype(str))
    node = supplies.node.astype(np.int64)
    levels = (
        (by_sku, node * n_sku + supplies.sku, supplier * n_sku + sku),
        (by_category, node * n_category + category, supplier * n_category + of_product.reshape(-1)[sku]),
        (~by_sku & ~by_category, node, supplier),
    )
    found = np.full(len(sku), -1, dtype=np.int64)
    for some, keys, wanted in levels:
        rows = np.flatnonzero(some)
        if len(rows):
            order = rows[np.argsort(keys[rows], kind="stable")]
            place = np.minimum(np.searchsorted(keys[order], wanted), len(order) - 1)
            match = (keys[order][place] == wanted) & (found < 0)
            found = np.where(match, order[place], found)
    return found


def _ways(network: Network, supplier: Ints, node: Ints, sku: Ints) -> tuple[Floats, Floats]:
    """Days of the fastest and freight of the cheapest way for every pair of an item and a supplier.

    Parameters
    ----------
    supplier : ndarray of int64, shape (n_suppliers,)
    node, sku : ndarray of int64, shape (n_items,)

    Returns
    -------
    days, freight : ndarray of float64, shape (n_items * n_suppliers,)
    """
    days = np.full((len(node), len(supplier)), np.inf)
    for product in np.unique(sku).tolist():
        here = np.flatnonzero(sku == product)
        ends, place = np.unique(node[here], return_inverse=True)
        days[here] = earliest_days(network, ends, product)[np.ix_(place.reshape(-1), supplier)]
    freight = np.full(days.size, np.inf)
    way = np.flatnonzero(np.isfinite(days.reshape(-1)))
    item, origin = way // max(len(supplier), 1), supplier[way % max(len(supplier), 1)]
    freight[way] = lane_freight(network, origin, node[item], sku[item]).cost
    return days.reshape(-1), freight


def _price_points(item: Ints, eligible: Flags, landed: Floats) -> Floats:
    """Points of prices with freight, in proportion to the lowest known one of the item."""
    lowest = np.full(int(item.max(initial=-1)) + 1, np.inf)
    known = eligible & np.isfinite(landed)
    np.minimum.at(lowest, item[known], landed[known])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(landed > 0, lowest[item] / landed, 1.0)
    return np.where(known, PRICE_POINTS * share, PRICE_POINTS * UNKNOWN_SHARE)


def _freight_points(freight: Floats, list_price: Floats) -> Floats:
    """Points of freight, by the share of the list price that it leaves."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(list_price > 0, freight / list_price, np.where(freight > 0, 1.0, 0.0))
    return np.asarray(FREIGHT_POINTS * np.clip(1.0 - share, 0.0, 1.0))


def _on_time_points(share: Floats) -> Floats:
    return np.asarray(ON_TIME_POINTS * np.where(np.isnan(share), UNKNOWN_SHARE, share))


def _lead_time_points(arrives: Floats, last_day: Ints) -> Floats:
    return np.asarray(LEAD_TIME_POINTS * np.clip(1.0 - arrives / np.maximum(last_day + 1.0, 1.0), 0.0, 1.0))


def _best(item: Ints, score: Floats, most: int) -> Flags:
    """Pairs with the highest scores of every item, the first of equals."""
    order = np.lexsort((np.arange(len(score)), -np.nan_to_num(score, nan=-1.0), item))
    first = np.searchsorted(item[order], item[order])
    best = np.zeros(len(score), dtype=np.bool_)
    best[order] = np.arange(len(order)) - first < most
    return best & ~np.isnan(score)


def invitations(network: Network, rfq: Rfq) -> pd.DataFrame:
    """Write down every pair of an item and a supplier: why it is asked or not, and its score term by term.

    Returns
    -------
    DataFrame, n_pairs rows
        By item, those that are invited first, then by score.
    """
    words = np.array([kind.name.lower() for kind in Eligibility], dtype=np.object_)
    ready = rfq.status == Eligibility.ELIGIBLE
    known: dict[str, Any] = {
        "arrives_day": pd.arrays.IntegerArray(_whole(rfq.arrives_day), ~np.isfinite(rfq.arrives_day)),
        "freight_per_unit": np.where(np.isfinite(rfq.freight), np.round(rfq.freight, 6), np.nan),
        "known_price": rfq.unit_price,
    }
    terms = ("price_points", "freight_points", "on_time_points", "lead_time_points")
    points = {name: np.round(rfq.points[:, place], 3) for place, name in enumerate(terms)}
    reasons = np.where(ready & ~rfq.invited, "others score more", words[rfq.status])
    frame = pd.DataFrame(
        {
            "item_id": rfq.items.item_id[rfq.pair_item],
            "supplier_id": network.nodes.node_id[rfq.supplier[rfq.pair_supplier]],
            "invited": rfq.invited,
            "why": np.where(rfq.invited, "invited", reasons),
            **known,
            **points,
            "score": np.round(rfq.score, 3),
        }
    )
    order = np.lexsort((-np.nan_to_num(rfq.score, nan=-1.0), ~rfq.invited, rfq.pair_item))
    return frame.iloc[order].reset_index(drop=True)


def _whole(days: Floats) -> Ints:
    return np.where(np.isfinite(days), days, 0.0).astype(np.int64)
