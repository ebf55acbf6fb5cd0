"""Rows that every award keeps already and that make bounds better: solvers find no such sums by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event, Measure, Per, Sense
from optimizer.bidding.limits import MANDATORY, MILLIONTHS, NO_SHARE, AwardLimits
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


@dataclass(frozen=True, slots=True)
class FewestWinners:
    """Suppliers of whom several win as soon as any of some items is bought."""

    supplier: Ints
    item: Ints
    fewest: int


def fewest_winners(event: Event, limits: AwardLimits) -> list[FewestWinners]:
    """Find where nobody may have more than a share of what is bought: several win once anything is.

    Shares of fractions of winners are no such thing to a relaxation: a quarter of four winners has all of it.
    """
    counts = np.isin(limits.measure, [Measure.VOLUME, Measure.LOTS]) & (limits.sense != Sense.AT_LEAST)
    capped = counts & (limits.share != NO_SHARE) & (limits.price == MANDATORY) & (limits.share > 0)
    capped &= np.isin(event.rules.per[limits.rule], [Per.SUPPLIER, Per.SUPPLIER_ITEM])
    asked = np.flatnonzero(capped)
    key = limits.rule[asked] * (len(event.items) + 1) + limits.item[asked] + 1
    found = []
    for at, held in zip(*np.unique(key, return_index=True, return_counts=True)[1:], strict=True):
        limit = int(asked[at])
        base = limits.base_bid[limits.first_base[limit] : limits.first_base[limit + 1]]
        bidding = np.unique(event.bids.supplier[base]).astype(np.int64)
        fewest = -(-MILLIONTHS // int(limits.share[limit]))
        if len(bidding) == held and fewest > 1:  # everybody is held to the share
            found.append(FewestWinners(bidding, np.unique(event.bids.item[base]).astype(np.int64), fewest))
    return found


def worthiest_items(event: Event, item: Ints) -> Ints:
    """Items whose cover counts most: one that must be covered, else a few by what leaving them out costs."""
    units, penalty = event.items.units[item], event.items.uncovered_penalty[item]
    must = np.flatnonzero(np.isnan(penalty) & (units > 0))
    if len(must):
        return item[must[:1]]
    worth = units * np.nan_to_num(penalty)
    first = np.argsort(-worth, kind="stable")[:_ITEMS_OF_SHARE]
    return item[first[worth[first] > 0]]


def add_share_winners(rows: AwardRows, parts: Parts, increments: Increments, winning: Ints) -> None:
    """Write `fewest_winners`: so many winners where an item is covered, in proportion for fractions of it.

    Parameters
    ----------
    increments : Increments
        Of the model: the first of an item is what is covered of it.
    winning : ndarray of int64, shape (n_suppliers,)
        Column of every supplier's indicator, -1: none.
    """
    event, one = parts.event, np.zeros(1, dtype=np.int64)
    for each in fewest_winners(event, parts.limits):
        column = winning[each.supplier]
        # Those of whom no column says whether they win may be among the winners.
        fewest, column = each.fewest - int(np.count_nonzero(column < 0)), column[column >= 0]
        offered = each.item[np.isin(each.item, increments.position)]
        for item in worthiest_items(event, offered).tolist() if fewest > 1 else []:
            must, need = bool(np.isnan(event.items.uncovered_penalty[item])), int(event.items.units[item])
            winners = (np.repeat(one, len(column)), column, 1 if must else need)
            covered = np.searchsorted(increments.position, [item]) + rows.n_flows
            entries = (winners,) if must else (winners, (one, covered, -fewest))
            rows.add_limits(RowKind.TOTAL, one, fewest if must else 0, UNLIMITED, *entries)
