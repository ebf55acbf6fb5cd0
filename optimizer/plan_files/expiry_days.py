"""Between the expiry days that lines of a plan carry and what people write of them: lots by name, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT, NOT_GIVEN
from network.tables import Network
from optimizer.plan import Plan
from optimizer.worth.lots import expires, own_lots

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MOST_STOPS: Final = 64
"""A path with more stops than this is given up: its expiry days must be written."""


@dataclass(frozen=True, slots=True)
class ExpiryDays:
    """Expiry days of lines, shape ``(n_lines,)`` each."""

    day: Ints
    """`NO_LIMIT`: never; `NOT_GIVEN` where it could not be derived."""
    ambiguous: Flags
    """Units of more than one expiry day could be meant."""


def derive_expiry_days(network: Network, lane: Ints, sku: Ints, given: Ints) -> ExpiryDays:
    """Fill the expiry days that are not given, where only one can be meant.

    Units that never expire are meant by an empty day wherever the origin has any; else the only expiry day of what it
    may give and of what passes through it. The units of a node that has nothing to give are taken to be fresh.

    Parameters
    ----------
    network : Network
    lane, sku : ndarray of int64, shape (n,)
        Lines with known lane and SKU.
    given : ndarray of int64, shape (n,)
        Expiry days, `NOT_GIVEN` where empty.

    Returns
    -------
    ExpiryDays
        Not derived are also the lines of nodes that pass units on to each other in a circle.
    """
    day, ambiguous = given.copy(), np.zeros(len(given), dtype=np.bool_)
    day[(day == NOT_GIVEN) & ~expires(network)[sku]] = NO_LIMIT
    if np.all(day != NOT_GIVEN):
        return ExpiryDays(day, ambiguous)
    n_nodes = max(len(network.nodes), 1)
    origin, destination = network.lanes.origin[lane], network.lanes.destination[lane]
    keys, number = np.unique(
        np.concatenate([sku * n_nodes + end for end in (origin, destination)]), return_inverse=True
    )
    tail, head = np.split(number.astype(np.int64), 2)
    passes = network.nodes.transit[destination]
    own_first, own_last = _own_days(network, keys)
    fresh = network.products.shelf_life_days[keys // n_nodes]
    for _ in range(_MOST_STOPS):
        known = (day != NOT_GIVEN) & passes
        first, last = own_first.copy(), own_last.copy()
        np.minimum.at(first, head[known], day[known])
        np.maximum.at(last, head[known], day[known])
        waits = np.zeros(len(keys), dtype=np.bool_)
        waits[head[(day == NOT_GIVEN) & passes]] = True
        found = np.where(last == NO_LIMIT, NO_LIMIT, np.where(last == NOT_GIVEN, fresh, last))
        certain = (last == NO_LIMIT) | (~waits & ((first == last) | (last == NOT_GIVEN)))
        ready = (day == NOT_GIVEN) & certain[tail]
        if not ready.any():
            break
        day[ready] = found[tail[ready]]
    ambiguous = (day == NOT_GIVEN) & ~waits[tail]
    return ExpiryDays(day, ambiguous)


def _own_days(network: Network, keys: Ints) -> tuple[Ints, Ints]:
    """First and last expiry day of what (SKU, node) cells may give, else of what they have; `NOT_GIVEN`: nothing."""
    n_nodes = max(len(network.nodes), 1)
    row = network.stock_row((keys % n_nodes).astype(np.int32), (keys // n_nodes).astype(np.int32))
    cell = np.flatnonzero(row >= 0)
    lots = own_lots(network, row[cell])
    gives = np.zeros(len(keys), dtype=np.bool_)
    gives[cell[lots.index[lots.give > 0]]] = True
    counts = np.where(gives[cell[lots.index]], lots.give, lots.units) > 0
    first, last = np.full(len(keys), NO_LIMIT, dtype=np.int64), np.full(len(keys), NOT_GIVEN, dtype=np.int64)
    np.minimum.at(first, cell[lots.index[counts]], lots.expiry_day[counts])
    np.maximum.at(last, cell[lots.index[counts]], lots.expiry_day[counts])
    return first, last


def days_of_lots(network: Network, node: Ints, sku: Ints, lot_id: NDArray[np.object_]) -> Ints:
    """Expiry day of lots by name, shape (n,); `NOT_GIVEN` where the position has no such lot.

    Parameters
    ----------
    network : Network
    node, sku : ndarray of int64, shape (n,)
        The position.
    lot_id : ndarray of str, shape (n,)
    """
    lots = network.lots
    names = pd.DataFrame({"node": lots.node, "sku": lots.sku, "lot_id": lots.lot_id, "day": lots.expiry_days})
    wanted = pd.DataFrame({"node": node, "sku": sku, "lot_id": lot_id})
    day = wanted.merge(names, how="left", on=["node", "sku", "lot_id"])["day"]
    return day.fillna(NOT_GIVEN).to_numpy(dtype=np.int64)


def lot_names(network: Network, plan: Plan) -> NDArray[np.object_]:
    """Name of the lot that each line's units are of, shape (n_lines,); empty where it is none or could be several.

    Parameters
    ----------
    network : Network
    plan : Plan
        Of known lanes and SKUs.
    """
    names = np.full(plan.n_lines, "", dtype=np.object_)
    lots, products = network.lots, network.products
    if not len(lots):
        return names
    columns = ["node", "sku", "day"]
    sends = {"node": network.lanes.origin[plan.lane], "sku": plan.sku, "day": plan.expiry_day}
    here, there = (_at_positions(network, sends, table.node, table.sku) for table in (lots, network.stock))
    lot = pd.DataFrame({"node": lots.node, "sku": lots.sku, "day": lots.expiry_days, "name": lots.lot_id})[here]
    node, sku = network.stock.node[there], network.stock.sku[there]
    fresh = pd.DataFrame({"node": node, "sku": sku, "day": products.shelf_life_days[sku]})
    # Units without a lot, and units that only pass through, have no name there.
    destination = network.lanes.destination[plan.lane]
    passing = pd.DataFrame({**sends, "node": destination})[network.nodes.transit[destination]]
    nameless = pd.concat([fresh, passing])
    lot = pd.concat([lot, nameless.assign(name="")]).astype(dict.fromkeys(columns, np.int64))
    found = lot.drop_duplicates().groupby(columns)["name"].agg(["size", "first"]).reset_index()
    only = found[found["size"] == 1]
    line = pd.DataFrame(sends).astype(np.int64).merge(only, how="left", on=columns)["first"]
    expiring = expires(network)[plan.sku]
    names[expiring] = line.fillna("").to_numpy(dtype=np.object_)[expiring]
    return names


def _at_positions(network: Network, sends: dict[str, NDArray[Any]], node: NDArray[Any], sku: NDArray[Any]) -> Flags:
    """Mark rows of a table that are of positions lines leave from."""
    n_nodes = max(len(network.nodes), 1)
    wanted = np.unique(sends["sku"].astype(np.int64) * n_nodes + sends["node"])
    return np.asarray(np.isin(sku.astype(np.int64) * n_nodes + node, wanted))
