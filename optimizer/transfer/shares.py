"""Shares of a position that may go to one exit, as limits where several lines could take them."""

from __future__ import annotations

import numpy as np

from network.tables import Network
from optimizer.model import UNLIMITED
from optimizer.transfer.legs import Legs
from optimizer.transfer.rules import Rows, rows
from optimizer.worth.economics import ALL_UNITS
from optimizer.worth.exit_shares import exit_share_units

MAX_SHARE = "exits.max_share"
"""`Rows.rule` of these limits."""


def share_rows(network: Network, lines: Legs) -> Rows:
    """Limit the lines of a SKU on the way to an exit, of all days and expiry days together.

    Parameters
    ----------
    network : Network
    lines : Legs
        The leg of every flow; a single one carries no more than its share anyway.

    Returns
    -------
    Rows
    """
    cap = exit_share_units(network, lines.lane, lines.sku)
    flow = np.flatnonzero(cap < ALL_UNITS)
    key = lines.lane[flow].astype(np.int64) * len(network.products) + lines.sku[flow]
    _, first, number, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    several = np.flatnonzero(count > 1)
    limit = np.full(len(count), -1, dtype=np.int64)
    limit[several] = np.arange(len(several))
    here = limit[number] >= 0
    example = flow[first[several]]
    return rows(
        MAX_SHARE,
        np.full(len(several), -UNLIMITED),
        cap[example],
        (limit[number][here], flow[here], -1, 1),
        node=network.lanes.origin[lines.lane[example]].astype(np.int64),
        sku=lines.sku[example].astype(np.int64),
    )
