"""Units by the day they expire: the section "Lots and expiry" of docs/model.md, shared by builder and certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import Network
from optimizer.worth.demand import share_until_day
from optimizer.worth.economics import ALL_UNITS, floor_share, opening_units
from optimizer.worth.rounding import floor_of_expected

Ints = NDArray[np.int64]
Rows = NDArray[np.integer[Any]]


def expires(network: Network) -> NDArray[np.bool_]:
    """Whether each product expires, shape (n_products,): it has a shelf life, or some lot of it an expiry day."""
    found = network.products.shelf_life_days != NO_LIMIT
    found[network.lots.sku[network.lots.expiry_days != NO_LIMIT]] = True
    return np.asarray(found)


@dataclass(frozen=True, slots=True)
class OwnLots:
    """Units on hand that are not reserved, by position and expiry day, in that order; shape ``(n_lots,)`` each.

    Where the SKU expires only days with units are listed, so that a position without units has none. Where it does not
    there is one entry per position, `NO_LIMIT`, whatever its units.
    """

    index: Ints
    """Position among the rows that were asked for."""
    row: Ints
    """Row of ``network.stock``."""
    expiry_day: Ints
    """`NO_LIMIT`: never."""
    units: Ints
    give: Ints
    """How many of the units the position may give."""

    def __len__(self) -> int:
        return len(self.units)


def own_lots(network: Network, rows: Rows) -> OwnLots:
    """Split what positions have on day 0 by expiry day.

    What lots hold beyond `on_hand` was sold, first expired first, and reserved units are taken the same way;
    `safety_stock` keeps the units that expire last.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Distinct rows of ``network.stock``.

    Returns
    -------
    OwnLots
    """
    at: Ints = np.asarray(rows, dtype=np.int64)
    index, expiry_day, units = _on_hand(network, at)
    order = np.lexsort((expiry_day, index))
    index, expiry_day, units = index[order], expiry_day[order], units[order]
    starts = np.append(True, (index[1:] != index[:-1]) | (expiry_day[1:] != expiry_day[:-1]))[: len(index)]
    first = np.flatnonzero(starts)
    index, expiry_day = index[first], expiry_day[first]
    units = np.add.reduceat(units, first) if len(first) else units
    # Beginning and end of each expiry day among the units of its position, first expired first.
    of_position = np.searchsorted(index, np.arange(len(at) + 1))
    total = np.append(0, np.cumsum(units))
    end = total[1:] - total[of_position[index]]
    begin = end - units
    held = total[of_position[1:]] - total[of_position[:-1]]
    gone = held - np.maximum(opening_units(network)[at], 0)
    left = np.maximum(end - np.maximum(begin, gone[index]), 0)
    keeps = held - network.stock.safety_stock[at]
    give = np.maximum(np.minimum(end, keeps[index]) - np.maximum(begin, gone[index]), 0)
    listed = (left > 0) | ~expires(network)[network.stock.sku[at]][index]
    index = index[listed]
    return OwnLots(index, at[index], expiry_day[listed], left[listed], give[listed])


def _on_hand(network: Network, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Position, expiry day and units of the lots at positions, and of what is on hand beyond them."""
    lots, stock, n_nodes = network.lots, network.stock, max(len(network.nodes), 1)
    asked = np.zeros(len(network.products), dtype=np.bool_)
    asked[stock.sku[rows]] = True
    listed = np.flatnonzero(asked[lots.sku])
    order = listed[np.lexsort((lots.node[listed], lots.sku[listed]))]
    keys = lots.sku[order].astype(np.int64) * n_nodes + lots.node[order]
    wanted = stock.sku[rows].astype(np.int64) * n_nodes + stock.node[rows]
    first = np.searchsorted(keys, wanted)
    count = np.searchsorted(keys, wanted, side="right") - first
    # Lots mean nothing where nothing of the SKU expires.
    count = np.where(expires(network)[stock.sku[rows]], count, 0)
    owner, place = runs(first, count)
    lot = order[place]
    held = np.zeros(len(rows), dtype=np.int64)
    np.add.at(held, owner, lots.units[lot])
    fresh = np.maximum(stock.on_hand[rows] - held, 0)
    index = np.concatenate([owner, np.arange(len(rows))])
    expiry_day = np.concatenate([lots.expiry_days[lot], network.products.shelf_life_days[stock.sku[rows]]])
    return index, expiry_day, np.concatenate([lots.units[lot], fresh])


def in_transit_expiry(network: Network, rows: Rows) -> Ints:
    """Day on which units in transit to positions expire, shape (n,): as fresh as can be; `NO_LIMIT`: never."""
    return np.asarray(network.products.shelf_life_days[network.stock.sku[rows]], dtype=np.int64)


def expiry_cap_units(network: Network, rows: Rows, expiry_day: Rows) -> Ints:
    """C(e): how many of the units that expire on a day or before count as stock.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Rows of ``network.stock``.
    expiry_day : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        ``floor(demand_mean * e / H)``, under a path ``floor(demand_mean * x(e))``; `ALL_UNITS` from the horizon on.
    """
    day, horizon = np.asarray(expiry_day, dtype=np.int64), network.horizon_days
    within = np.clip(day, 0, horizon)
    share = floor_share(network.stock.demand_mean[rows], within, horizon)
    if network.paths is not None:
        own = np.flatnonzero(network.paths.of_stock[rows] >= 0)
        expected = network.stock.demand_mean[rows[own]] * share_until_day(network, rows[own], within[own])
        share[own] = floor_of_expected(expected)
    return np.where(day >= horizon, ALL_UNITS, share)
