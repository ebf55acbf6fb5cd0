"""The units that count as stock before a plan's lines: "Lead time" and "Lots and expiry" of docs/model.md."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.worth.economics import ALL_UNITS, arrival_cap_units, opening_units
from optimizer.worth.lots import expires, expiry_cap_units, in_transit_expiry, own_lots

Ints = NDArray[np.int64]
Rows = NDArray[np.integer[Any]]


def counted_before(network: Network, rows: Rows, *, arrived: bool = True) -> Ints:
    """Count the units of positions that nothing is moved from or to.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Distinct rows of ``network.stock``.
    arrived : bool
        False: without stock in transit that arrives after day 0.

    Returns
    -------
    ndarray of int64, shape (n,)
        Below 0 where more is reserved than there is.
    """
    stock = network.stock
    opening, in_transit = opening_units(network)[rows], stock.in_transit[rows]
    is_late = stock.in_transit_arrival_day[rows] > 0
    late = np.where(is_late & arrived, in_transit, 0)
    on_day_0 = np.where(is_late, 0, in_transit)
    cap = np.zeros(len(rows), dtype=np.int64)
    waits = np.flatnonzero(late > 0)
    cap[waits] = arrival_cap_units(network, rows[waits], stock.in_transit_arrival_day[rows[waits]])
    counted = opening + on_day_0 + np.minimum(late, cap)
    expiring = np.flatnonzero(expires(network)[stock.sku[rows]])
    if len(expiring):
        at = rows[expiring].astype(np.int64)
        owed = np.maximum(-opening[expiring], 0)
        counted[expiring] = _least(network, at, on_day_0[expiring], late[expiring], cap[expiring]) - owed
    return counted


def _least(network: Network, rows: Ints, on_day_0: Ints, late: Ints, cap: Ints) -> Ints:
    """N(l, e) + U(l) + C(e), the least over the day of late units, or none, and over the expiry days, or none."""
    lots = own_lots(network, rows)
    index = np.concatenate([lots.index, np.arange(len(rows))])
    day = np.concatenate([lots.expiry_day, in_transit_expiry(network, rows)])
    order = np.lexsort((day, index))
    index, day = index[order], day[order]
    in_time = np.concatenate([lots.units, on_day_0])[order]
    late_units = np.concatenate([np.zeros(len(lots), dtype=np.int64), late])[order]
    most = np.where(late > 0, cap, 0)
    least = np.full(len(rows), ALL_UNITS)
    expiry_cap = expiry_cap_units(network, rows[index], day)
    # In the end all late units are there; before their day none, and at most the cap of them counts.
    for units, beyond in ((in_time + late_units, np.zeros_like(most)), (in_time, most)):
        total = np.bincount(index, weights=units, minlength=len(rows)).astype(np.int64)
        so_far = np.cumsum(units)
        first = np.searchsorted(index, np.arange(len(rows)))
        expire_later = total[index] - (so_far - (so_far - units)[first][index])
        np.minimum.at(least, index, np.minimum(expire_later + expiry_cap, ALL_UNITS) + beyond[index])
        least = np.minimum(least, total + beyond)
    return least
