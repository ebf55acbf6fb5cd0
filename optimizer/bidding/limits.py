"""Limits and consistencies of an event written out: each as the bids that it counts, with what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event, Measure, Per, RuleKind, Sense
from network.joins import runs
from optimizer.bidding.matching import matched_items, matched_suppliers
from optimizer.bidding.offers import Offers, Usable
from optimizer.worth.economics import money

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MILLIONTHS: Final = 1_000_000
"""Shares and probabilities are whole millionths."""

NO_SHARE: Final = -1

_SHORT: Final = 2**41
"""Below it, millionths of numbers and their differences fit 64 bits."""

MANDATORY: Final = -1
"""As a price of violations: none, the limit must hold."""


@dataclass(frozen=True, slots=True)
class AwardLimits:
    """One row per limit and per supplier, item or pair that it holds for by itself; shape ``(n_limits,)`` each."""

    rule: Ints
    """Row of ``event.rules``."""
    supplier: Ints
    """Row of ``event.suppliers`` that it holds for by itself, -1: all of the rule's."""
    item: Ints
    """Row of ``event.items`` that it holds for by itself, -1: all of the rule's."""
    sense: NDArray[np.int8]
    measure: NDArray[np.int8]
    amount: Ints
    """Bound: units, lots, winners or money; 0 with a share."""
    share: Ints
    """Millionths of what all suppliers have, `NO_SHARE`."""
    if_winning: Flags
    price: Ints
    """Money per whole unit of violation, `MANDATORY`."""
    first: Ints
    """Where the bids that count begin in `bid`, shape ``(n_limits + 1,)``."""
    bid: Ints
    """Usable bids."""
    first_base: Ints
    """Where the bids that a share is of begin in `base_bid`, shape ``(n_limits + 1,)``; none without a share."""
    base_bid: Ints

    def __len__(self) -> int:
        return len(self.rule)

    def take(self, kept: Ints) -> AwardLimits:
        """Return the limits of the given rows."""
        runs_ = [runs(first[kept], np.diff(first)[kept])[1] for first in (self.first, self.first_base)]
        return AwardLimits(
            **{name: getattr(self, name)[kept] for name in _COLUMNS},
            first=_begins([np.diff(self.first)[kept]]),
            bid=self.bid[runs_[0]],
            first_base=_begins([np.diff(self.first_base)[kept]]),
            base_bid=self.base_bid[runs_[1]],
        )


_COLUMNS: Final = ("rule", "supplier", "item", "sense", "measure", "amount", "share", "if_winning", "price")


@dataclass(frozen=True, slots=True)
class Consistencies:
    """Pairs of shares that have to agree: of a supplier in an item and in the rule's first item."""

    rule: Ints
    supplier: Ints
    item: Ints
    first_item: Ints
    tolerance: Ints
    """Millionths."""
    price: Ints
    """Money per whole unit of the item, `MANDATORY`."""

    def __len__(self) -> int:
        return len(self.rule)


def limits_of(event: Event, offers: Offers) -> AwardLimits:
    """Write out the limits of an event."""
    rules = event.rules
    parts = [_of_rule(event, offers, rule) for rule in np.flatnonzero(rules.kind == RuleKind.LIMIT).tolist()]
    rule = np.concatenate([_none(), *(np.full(len(part.supplier), part.rule) for part in parts)])
    share = np.where(np.isnan(rules.share), NO_SHARE, millionths(rules.share))
    decimals = event.money_decimals
    amount = np.rint(np.nan_to_num(rules.amount)).astype(np.int64)
    spend = rules.measure == Measure.SPEND
    amount[spend] = money(np.nan_to_num(rules.amount[spend]), decimals)
    return AwardLimits(
        rule=rule,
        supplier=np.concatenate([_none(), *(part.supplier for part in parts)]),
        item=np.concatenate([_none(), *(part.item for part in parts)]),
        sense=rules.sense[rule],
        measure=rules.measure[rule],
        amount=amount[rule],
        share=share[rule],
        if_winning=rules.if_winning[rule],
        price=_prices(event)[rule],
        first=_begins([part.count for part in parts]),
        bid=np.concatenate([_none(), *(part.bid for part in parts)]),
        first_base=_begins([part.base_count for part in parts]),
        base_bid=np.concatenate([_none(), *(part.base_bid for part in parts)]),
    )


def consistencies_of(event: Event, offers: Offers) -> Consistencies:
    """Write out the consistencies of an event: suppliers with a usable bid for any of a rule's items."""
    bids, usable = event.bids, offers.usable == Usable.YES
    rows: list[tuple[Ints, ...]] = []
    for number in np.flatnonzero(event.rules.kind == RuleKind.CONSISTENT).tolist():
        items = np.flatnonzero(matched_items(event, number) & (event.items.units > 0))
        bidding = np.unique(bids.supplier[usable & np.isin(bids.item, items)])
        who = bidding[matched_suppliers(event, number)[bidding]].astype(np.int64)
        if len(items) > 1:
            supplier, item = np.repeat(who, len(items) - 1), np.tile(items[1:], len(who))
            rows.append((np.full(len(item), number), supplier, item, np.full(len(item), items[0])))
    rule, supplier, item, first_item = (np.concatenate([_none(), *column]) for column in _columns(rows, 4))
    tolerance = millionths(np.nan_to_num(event.rules.amount))
    return Consistencies(rule, supplier, item, first_item, tolerance[rule], _prices(event)[rule])


def millionths(shares: NDArray[np.float64]) -> Ints:
    """Shares as whole millionths, rounded once, half to even; NaN: 0."""
    return money(np.nan_to_num(shares), 6)


def breaches(event: Event, limits: AwardLimits, units: Ints, spend: Ints) -> Ints:
    """By how much an award breaks each limit, in whole lots, units, winners and currency units, rounded up.

    Parameters
    ----------
    units, spend : ndarray of int64, shape (n_bids,)
        What is bought of each bid, and what that costs without freight, money.

    Returns
    -------
    ndarray of int64, shape (n_limits,)
    """
    value = _values(event, limits, (limits.first, limits.bid), units, spend)
    base = _values(event, limits, (limits.first_base, limits.base_bid), units, spend)
    unit = np.where(limits.measure == Measure.SPEND, 10**event.money_decimals, 1) * MILLIONTHS

    def excess_and_deficit(row: Ints, kind: type[Any]) -> Ints:
        share, amount, found = (_as(kind, column[row]) for column in (limits.share, limits.amount, value))
        over = found * MILLIONTHS - np.where(share == NO_SHARE, amount * MILLIONTHS, share * base[row])
        return np.stack([-(-over // unit[row]), -(over // unit[row])]).astype(np.int64)

    sizes = np.maximum(np.maximum(np.abs(value), np.abs(base)), np.abs(limits.amount))
    excess, deficit = _exactly(sizes < _SHORT, excess_and_deficit)
    broken = np.where(limits.sense == Sense.AT_MOST, excess, np.where(limits.sense == Sense.AT_LEAST, deficit, 0))
    broken = np.where(limits.sense == Sense.EXACTLY, np.maximum(excess, deficit), broken)
    wins = _sums(limits.first, units[limits.bid]) > 0
    return np.where(limits.if_winning & ~wins, 0, np.maximum(broken, 0))


def consistency_breaches(event: Event, consistencies: Consistencies, units: Ints) -> Ints:
    """By how many whole units of its item an award breaks each consistency, shape ``(n,)``."""
    bids, items = event.bids, event.items
    by_pair = np.zeros((len(event.suppliers), len(items)), dtype=np.int64)
    np.add.at(by_pair, (bids.supplier, bids.item), units)
    here = by_pair[consistencies.supplier, consistencies.item]
    first = by_pair[consistencies.supplier, consistencies.first_item]
    some = np.flatnonzero((here > 0) | (first > 0))
    asked, asked_first = (items.units[column[some]] for column in (consistencies.item, consistencies.first_item))

    def missing(row: Ints, kind: type[Any]) -> Ints:
        u, u_first, x, x_first = (_as(kind, column[row]) for column in (asked, asked_first, here[some], first[some]))
        over = np.abs(x * u_first - x_first * u) * MILLIONTHS - consistencies.tolerance[some[row]] * u * u_first
        return np.asarray(np.maximum(-(-over // (u_first * MILLIONTHS)), 0).astype(np.int64))[np.newaxis]

    sizes = np.maximum(here[some], asked).astype(np.float64) * np.maximum(first[some], asked_first)
    broken = np.zeros(len(consistencies), dtype=np.int64)
    broken[some] = _exactly(sizes < _SHORT, missing)[0]
    return broken


def _as(kind: type[Any], column: Ints) -> NDArray[Any]:
    """Turn integers into those of another type."""
    return column.astype(kind)


def _exactly(short: Flags, formula: Callable[[Ints, type[Any]], Ints]) -> Ints:
    """Evaluate a formula of columns: in 64 bits where that is enough, else in Python's integers.

    Parameters
    ----------
    short : ndarray of bool, shape (n,)
        Where millionths of what the formula is about fit 64 bits.
    formula : callable
        From rows and the type to reckon with to results of the shape ``(n_results, len(rows))``.
    """
    parts = [formula(np.flatnonzero(short), np.int64), formula(np.flatnonzero(~short), object)]
    result = np.empty((len(parts[0]), len(short)), dtype=np.int64)
    result[:, short], result[:, ~short] = parts
    return result


def _values(event: Event, limits: AwardLimits, counted: tuple[Ints, Ints], units: Ints, spend: Ints) -> Ints:
    """Count what each limit is about over runs of bids."""
    first, bid = counted
    owner = np.repeat(np.arange(len(limits)), np.diff(first))
    measure, won = limits.measure[owner], units[bid] > 0
    value = _sums(first, np.where(measure == Measure.SPEND, spend[bid], units[bid]))
    pair = event.bids.supplier.astype(np.int64) * len(event.items) + event.bids.item
    for asked, key in ((Measure.WINNERS, event.bids.supplier.astype(np.int64)), (Measure.LOTS, pair)):
        at = np.flatnonzero(won & (measure == asked))
        span = int(key.max(initial=0)) + 1
        distinct = np.unique(owner[at] * span + key[bid[at]])
        value = np.where(limits.measure == asked, np.bincount(distinct // span, minlength=len(limits)), value)
    return value


def _sums(first: Ints, values: Ints) -> Ints:
    """Add up runs, shape ``(n,)``."""
    summed = np.append(0, np.cumsum(values))
    return np.asarray(summed[first[1:]] - summed[first[:-1]])


@dataclass(frozen=True, slots=True)
class _Part:
    """One rule's rows of `AwardLimits`."""

    rule: int
    supplier: Ints
    item: Ints
    count: Ints
    bid: Ints
    base_count: Ints
    base_bid: Ints


def _of_rule(event: Event, offers: Offers, rule: int) -> _Part:
    rules, bids = event.rules, event.bids
    per = rules.per[rule]
    of_item = matched_items(event, rule)[bids.item] & (offers.usable == Usable.YES)
    counted = np.flatnonzero(of_item & matched_suppliers(event, rule)[bids.supplier])
    key = _split(event, per, counted)
    if per == Per.ALL:
        keys = np.zeros(1, dtype=np.int64)
    elif per == Per.ITEM:  # an item without a usable bid keeps its limit: that no award can meet it has to be said
        keys = np.flatnonzero(matched_items(event, rule)).astype(np.int64)
    else:
        keys = np.unique(key)
    order = np.argsort(key, kind="stable")
    count = np.diff(np.searchsorted(key[order], np.append(keys, np.iinfo(np.int64).max)))
    n_items = len(event.items)
    by_supplier, by_item = per in {Per.SUPPLIER, Per.SUPPLIER_ITEM}, per in {Per.ITEM, Per.SUPPLIER_ITEM}
    absent = np.full(len(keys), -1, dtype=np.int64)
    item = keys % n_items if by_item else absent
    base_count, base_bid = np.zeros(len(keys), dtype=np.int64), _none()
    if not np.isnan(rules.share[rule]):
        everyone = np.flatnonzero(of_item)
        if by_item:
            everyone = everyone[np.argsort(bids.item[everyone], kind="stable")]
            begin = np.searchsorted(bids.item[everyone], item)
            base_count = np.searchsorted(bids.item[everyone], item, side="right") - begin
            at = np.arange(base_count.sum()) + np.repeat(begin - (np.cumsum(base_count) - base_count), base_count)
            base_bid = everyone[at]
        else:
            base_count[:] = len(everyone)
            base_bid = np.tile(everyone, len(keys))
    supplier = keys // n_items if by_supplier else absent
    return _Part(rule, supplier, item, count, counted[order], base_count, base_bid)


def _split(event: Event, per: int, bid: Ints) -> Ints:
    """Tell bids apart by supplier, item or pair."""
    supplier, item = event.bids.supplier[bid].astype(np.int64), event.bids.item[bid].astype(np.int64)
    if per == Per.ALL:
        return np.zeros(len(bid), dtype=np.int64)
    if per == Per.ITEM:
        return item
    return supplier * len(event.items) + (item if per == Per.SUPPLIER_ITEM else 0)


def _prices(event: Event) -> Ints:
    """Money per whole unit by which each rule is broken, `MANDATORY` where none is given."""
    price = event.rules.violation_price
    return np.where(np.isnan(price), MANDATORY, money(np.nan_to_num(price), event.money_decimals))


def _begins(counts: list[Ints]) -> Ints:
    return np.append(0, np.cumsum(np.concatenate([_none(), *counts]))).astype(np.int64)


def _columns(rows: list[tuple[Ints, ...]], width: int) -> list[list[Ints]]:
    return [[row[column] for row in rows] for column in range(width)]


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)
