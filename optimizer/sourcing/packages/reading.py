"""Reads an event as a covering problem, where it is one.

Every package that can be bought brings all units that an item needs, or none of them. A plain bid beside them is the
column that buys exactly what the item needs: where prices are linear and units are not counted, no other number of
units of it is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event, Measure, RiskMeasure, RuleKind, Sense
from optimizer.bidding.limits import MANDATORY, NO_SHARE, AwardLimits, limits_of
from optimizer.bidding.offers import Offers, Usable, offers_of
from optimizer.sourcing.packages.covering import MUST, Covering, Lots, Rows
from optimizer.worth.economics import money

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def covering_of(event: Event) -> Covering | None:
    """Read an event as a covering problem, None where it is none."""
    risk, kinds = event.risk, event.rules.kind
    if risk.measure != RiskMeasure.NONE or risk.survive_share is not None or np.any(kinds == RuleKind.CONSISTENT):
        return None
    offers = offers_of(event)
    lines = _lines(event, offers)
    if lines is None or not len(lines.bid):
        return None
    limits = _readable_limits(event, offers)
    if limits is None:
        return None
    return _covering(event, offers, lines, limits)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Bids that columns consist of, sorted by column, then item."""

    column: Ints
    bid: Ints
    units: Ints
    has_plain: bool


def _lines(event: Event, offers: Offers) -> _Lines | None:
    """Make a column of every package and of every plain bid that can be one; None where some bid can be neither."""
    usable = offers.usable == Usable.YES
    segments = np.diff(offers.first_segment)
    need = event.items.units[event.bids.item]
    plain = np.flatnonzero(usable & (offers.package < 0))
    one = offers.first_segment[plain]
    is_column = (segments[plain] == 1) & (offers.pack_units[plain] == 1)
    if not np.all(is_column):
        return None
    whole = (offers.from_units[one] <= need[plain]) & (need[plain] <= offers.most_units[plain])
    whole &= (offers.base[one] == 0) & (offers.adjustment_base[one] == 0)
    whole &= offers.price[one] + offers.adjustment[one] + offers.freight[plain] >= 0
    if not np.all(whole | (need[plain] == 0)):
        return None
    plain = plain[need[plain] > 0]
    packed = np.flatnonzero(usable & (offers.package >= 0))
    bid = np.concatenate([packed, plain])
    key = np.concatenate([offers.package[packed], offers.package.max(initial=-1) + 1 + np.arange(len(plain))])
    units = np.concatenate([offers.most_units[packed], need[plain]])
    order = np.lexsort((event.bids.item[bid], key))
    column = np.unique(key[order], return_inverse=True)[1].reshape(-1)
    return _Lines(column, bid[order], units[order], has_plain=bool(len(plain)))


def _readable_limits(event: Event, offers: Offers) -> AwardLimits | None:
    """Limits that all keep something down, for all items where they count winners; None where others are among them."""
    limits = limits_of(event, offers)
    known = (limits.sense == Sense.AT_MOST) & (limits.share == NO_SHARE) & (limits.price == MANDATORY)
    known &= (limits.item < 0) & (limits.amount >= 0)
    winners = limits.measure == Measure.WINNERS
    partial = (event.rules.item[limits.rule] >= 0) | (event.rules.item_group[limits.rule] != "")
    return limits if np.all(known & ~(winners & partial)) else None


def _covering(event: Event, offers: Offers, lines: _Lines, limits: AwardLimits) -> Covering | None:
    bids, items = event.bids, event.items
    n_columns = int(lines.column[-1]) + 1
    spend, rest = _money(offers, lines)
    cost = np.zeros(n_columns, dtype=np.int64)
    np.add.at(cost, lines.column, spend + rest)
    counted = np.isin(limits.measure, (Measure.SPEND, Measure.VOLUME))
    capped = event.suppliers.capacity_units < NO_LIMIT
    if np.any(cost < 0) or (lines.has_plain and (np.any(counted) or np.any(capped))):
        return None
    bought = _by_pair(lines.column * len(items) + bids.item[lines.bid], lines.units)
    column, item, units = bought[0] // len(items), bought[0] % len(items), bought[1]
    dropped = np.zeros(n_columns, dtype=np.bool_)
    dropped[column[units > items.max_units[item]]] = True
    kept = np.flatnonzero(~dropped[column])
    column, item, units = column[kept], item[kept], units[kept]
    least = np.full(len(items), NO_LIMIT, dtype=np.int64)
    np.minimum.at(least, item, units)
    many = items.max_units[item] >= 2 * least[item]
    limited = many & (items.max_units[item] < NO_LIMIT) & (units != least[item])
    if np.any(units < items.units[item]) or np.any(limited):
        return None
    if np.any((items.units[item] == 0) & (items.max_units[item] < NO_LIMIT)):
        return None  # what nobody needs is limited all the same
    if np.any(items.units[item] == 0) and np.any(limits.measure == Measure.LOTS):
        return None
    found = _Columns(lines, spend, cost, ~dropped, column, item)
    return _numbered(event, offers, limits, found, least)


def _money(offers: Offers, lines: _Lines) -> tuple[Ints, Ints]:
    """Spend, and freight with adjustments, of every line."""
    segment = offers.first_segment[lines.bid]
    spend = offers.base[segment] + offers.price[segment] * lines.units
    rest = offers.freight[lines.bid] + offers.adjustment[segment]
    return spend, rest * lines.units + offers.adjustment_base[segment]


def _by_pair(key: Ints, units: Ints) -> tuple[Ints, Ints]:
    """Add up the units of bids of one column for the same item."""
    pair, code = np.unique(key, return_inverse=True)
    total = np.zeros(len(pair), dtype=np.int64)
    np.add.at(total, code.reshape(-1), units)
    return pair, total


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns as lines and as pairs with items, with what they cost."""

    lines: _Lines
    spend: Ints
    """Of every line."""
    cost: Ints
    """Of every column."""
    kept: Flags
    column: Ints
    """Of every pair."""
    item: Ints


def _numbered(event: Event, offers: Offers, limits: AwardLimits, found: _Columns, least: Ints) -> Covering:
    """Give numbers to the columns and items that are left."""
    items, lines, number = event.items, found.lines, np.cumsum(found.kept) - 1
    needed = np.flatnonzero(items.units > 0)
    item_number = np.full(len(items), -1, dtype=np.int64)
    item_number[needed] = np.arange(len(needed))
    line = np.flatnonzero(found.kept[lines.column])
    left = _Lines(number[lines.column[line]], lines.bid[line], lines.units[line], lines.has_plain)
    n_columns = int(found.kept.sum())
    supplier = np.zeros(n_columns, dtype=np.int64)
    supplier[left.column] = event.bids.supplier[left.bid]
    wanted = np.flatnonzero(item_number[found.item] >= 0)
    # Of what no column brings, `least` is above every limit.
    often = np.maximum(items.max_units // np.maximum(least, 1), 1)
    times = np.where(items.max_units < NO_LIMIT, often, NO_LIMIT)
    penalty, decimals = items.uncovered_penalty[needed], event.money_decimals
    skip = money(np.nan_to_num(penalty), decimals) * items.units[needed]
    winners = limits.measure == Measure.WINNERS
    return Covering(
        cost=found.cost[found.kept],
        supplier=supplier,
        first=_begins(np.bincount(number[found.column[wanted]], minlength=n_columns)),
        item=item_number[found.item[wanted]],
        skip_cost=np.where(np.isnan(penalty), MUST, skip),
        most_times=times[needed],
        fixed_cost=money(event.suppliers.fixed_cost, decimals),
        winner_group=_members(limits, winners, event.bids.supplier, len(event.suppliers)),
        most_winners=limits.amount[winners],
        lots=_lots(event, limits),
        rows=_rows(event, offers, limits, left, found.spend[line]),
        line_first=_begins(np.bincount(left.column, minlength=n_columns)),
        line_bid=left.bid,
        line_units=left.units,
        n_bids=len(event.bids),
    )


def _members(limits: AwardLimits, which: Flags, of_bid: NDArray[np.int32], size: int) -> NDArray[np.bool_]:
    """Say which suppliers, or items, have bids that some limits count; shape ``(n_limits, size)``."""
    chosen = np.flatnonzero(which)
    member = np.zeros((len(chosen), size), dtype=np.bool_)
    for row, limit in enumerate(chosen.tolist()):
        member[row, of_bid[limits.bid[limits.first[limit] : limits.first[limit + 1]]]] = True
    return member


def _lots(event: Event, limits: AwardLimits) -> Lots:
    of_lots = limits.measure == Measure.LOTS
    suppliers = _members(limits, of_lots, event.bids.supplier, len(event.suppliers))
    items = _members(limits, of_lots, event.bids.item, len(event.items))
    return Lots(suppliers, items[:, event.items.units > 0], limits.amount[of_lots])


def _rows(event: Event, offers: Offers, limits: AwardLimits, lines: _Lines, spend: Ints) -> Rows:
    """Write limits of units and spend, capacities and alternates as weights of columns."""
    bid, capacity = lines.bid, event.suppliers.capacity_units
    names, columns, weights = [], [], []
    most: list[int] = []
    for limit in np.flatnonzero(np.isin(limits.measure, (Measure.SPEND, Measure.VOLUME))).tolist():
        at = np.flatnonzero(np.isin(bid, limits.bid[limits.first[limit] : limits.first[limit + 1]]))
        names.append(np.full(len(at), len(most)))
        columns.append(lines.column[at])
        weights.append((spend if limits.measure[limit] == Measure.SPEND else lines.units)[at])
        most.append(int(limits.amount[limit]))
    capped = np.flatnonzero(capacity < NO_LIMIT)
    at = np.flatnonzero(capacity[event.bids.supplier[bid]] < NO_LIMIT)
    names.append(len(most) + np.searchsorted(capped, event.bids.supplier[bid[at]]))
    columns.append(lines.column[at])
    weights.append(lines.units[at] * event.bids.capacity_per_unit[bid[at]])
    most += capacity[capped].tolist()
    at = np.flatnonzero(offers.alternate[bid] >= 0)
    _, one = np.unique(lines.column[at], return_index=True)
    sets, code = np.unique(offers.alternate[bid[at[one]]], return_inverse=True)
    names.append(len(most) + code.reshape(-1))
    columns.append(lines.column[at[one]])
    weights.append(np.ones(len(one), dtype=np.int64))
    most += [1] * len(sets)
    n_columns = int(lines.column.max(initial=-1)) + 1
    pair, weight = _by_pair(np.concatenate(names) * n_columns + np.concatenate(columns), np.concatenate(weights))
    return Rows(
        _begins(np.bincount(pair // max(n_columns, 1), minlength=len(most))),
        pair % max(n_columns, 1),
        weight,
        np.array(most, dtype=np.int64),
    )


def _begins(count: Ints) -> Ints:
    return np.append(0, np.cumsum(count)).astype(np.int64)
