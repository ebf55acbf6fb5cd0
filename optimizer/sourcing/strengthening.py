"""Rows that every award keeps already and that make bounds better: solvers find no such sums by themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event
from optimizer.model import UNLIMITED
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.award_rows import AwardRows, RowKind

Ints = NDArray[np.int64]


def add_total_capacity(rows: AwardRows, event: Event, flows: AwardFlows, winning: Ints) -> None:
    """Winners together have the capacity for all that must be covered.

    Which numbers of winners can do it at all is a knapsack, of which solvers cut off fractions.

    Parameters
    ----------
    winning : ndarray of int64, shape (n_suppliers,)
        Column of every supplier's indicator, -1: none.
    """
    must = np.isnan(event.items.uncovered_penalty) & (event.items.units > 0)
    weight = event.bids.capacity_per_unit[flows.bid]
    lightest = np.full(len(must), NO_LIMIT, dtype=np.int64)
    np.minimum.at(lightest, flows.item, weight)
    needed = int((lightest * event.items.units)[must & (lightest < NO_LIMIT)].sum())
    offered = np.zeros(len(winning), dtype=np.int64)
    counted = must[flows.item]
    np.add.at(offered, flows.supplier[counted], (weight * flows.to_units)[counted])
    most = np.minimum(
        offered, np.where(event.suppliers.capacity_units < NO_LIMIT, event.suppliers.capacity_units, offered)
    )
    needed -= int(most[winning < 0].sum())
    asked = np.flatnonzero((winning >= 0) & (most > 0))
    if needed <= 0 or not len(asked):
        return
    one = np.zeros(1, dtype=np.int64)
    share = np.minimum(most[asked], needed)
    rows.add_limits(RowKind.TOTAL, one, needed, UNLIMITED, (np.repeat(one, len(asked)), winning[asked], share))
