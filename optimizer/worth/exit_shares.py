"""How much of a position may go to one exit: one reading for builder, certificate and reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.outside import exit_of_lane
from network.tables import Network
from optimizer.worth.economics import ALL_UNITS, floor_share

Rows = NDArray[np.integer[Any]]


def exit_share_units(network: Network, lane: Rows, sku: Rows) -> NDArray[np.int64]:
    """Most units of a SKU that a lane may carry because it leads to an exit.

    Parameters
    ----------
    network : Network
    lane, sku : ndarray of int, shape (n,)
        Rows of ``network.lanes`` and ``network.products``.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``floor(max_share * on_hand)`` of the position that the units leave; `ALL_UNITS` where `max_share` is 1, and on
        all other lanes.
    """
    most = np.full(len(lane), ALL_UNITS, dtype=np.int64)
    if not np.any(network.exits.max_share < 1.0):
        return most
    share = np.append(network.exits.max_share, 1.0)[exit_of_lane(network)[lane]]
    shared = np.flatnonzero(share < 1.0)
    row = network.stock_row(network.lanes.origin[lane[shared]], np.asarray(sku[shared], dtype=np.int32))
    on_hand = np.append(network.stock.on_hand, 0)[row]
    most[shared] = floor_share(share[shared], on_hand, 1)
    return most
