"""Rows that every award keeps already and that make bounds better: solvers find no such sums by themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event, Measure, Per, Sense
from optimizer.bidding.limits import MANDATORY, MILLIONTHS, NO_SHARE
from optimizer.model import UNLIMITED, Increments
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.award_rows import AwardRows, RowKind
from optimizer.sourcing.rule_rows import Parts

Ints = NDArray[np.int64]

_ITEMS_OF_SHARE = 3
"""Of the items that a share is of, those that so many rows are written for: one that is bought is enough."""


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


def add_share_winners(rows: AwardRows, parts: Parts, increments: Increments, winning: Ints) -> None:
    """Where nobody may have more than a share of what is bought, several win once anything is.

    Shares of fractions of winners are no such thing to a relaxation: a quarter of four winners has all of it.

    Parameters
    ----------
    increments : Increments
        Of the model: the first of an item is what is covered of it.
    winning : ndarray of int64, shape (n_suppliers,)
        Column of every supplier's indicator, -1: none.
    """
    limits, event = parts.limits, parts.event
    counts = np.isin(limits.measure, [Measure.VOLUME, Measure.LOTS]) & (limits.sense != Sense.AT_LEAST)
    capped = counts & (limits.share != NO_SHARE) & (limits.price == MANDATORY) & (limits.share > 0)
    capped &= np.isin(event.rules.per[limits.rule], [Per.SUPPLIER, Per.SUPPLIER_ITEM])
    asked = np.flatnonzero(capped)
    key = limits.rule[asked] * (len(event.items) + 1) + limits.item[asked] + 1
    for at in np.unique(key, return_index=True)[1].tolist():
        limit = int(asked[at])
        base = limits.base_bid[limits.first_base[limit] : limits.first_base[limit + 1]]
        bidding = np.unique(event.bids.supplier[base])
        if len(bidding) > np.count_nonzero(key == key[at]):  # somebody is not held to the share
            continue
        # Those of whom no column says whether they win may be among the winners.
        free = int(np.count_nonzero(winning[bidding] < 0))
        fewest = -(-MILLIONTHS // int(limits.share[limit])) - free
        if fewest > 1:
            items = np.unique(event.bids.item[base])
            _add_fewest(rows, event, increments, items=items, winning=winning[bidding], fewest=fewest)


def _add_fewest(
    rows: AwardRows, event: Event, increments: Increments, *, items: Ints, winning: Ints, fewest: int
) -> None:
    """Winners are so many as soon as some of these items is covered, in proportion for fractions of it."""
    column = winning[winning >= 0]
    need, must = event.items.units[items], np.isnan(event.items.uncovered_penalty[items])
    one = np.zeros(1, dtype=np.int64)
    if np.any(must & (need > 0)):
        rows.add_limits(RowKind.TOTAL, one, fewest, UNLIMITED, (np.repeat(one, len(column)), column, 1))
        return
    worth = np.where(np.isin(items, increments.position), need * np.nan_to_num(event.items.uncovered_penalty[items]), 0)
    for row in np.argsort(-worth, kind="stable")[:_ITEMS_OF_SHARE].tolist():
        if worth[row] > 0:
            covered = np.searchsorted(increments.position, items[row : row + 1]) + rows.n_flows
            entries = (np.repeat(one, len(column)), column, int(need[row])), (one, covered, -fewest)
            rows.add_limits(RowKind.TOTAL, one, 0, UNLIMITED, *entries)
