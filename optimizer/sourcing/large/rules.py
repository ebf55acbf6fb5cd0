"""Rules of an event as rows of an award program: limits with what breaks them, indicators of winners, consistencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.events import Event, Measure, Sense
from network.joins import runs
from optimizer.bidding.limits import MANDATORY, MILLIONTHS, NO_SHARE, AwardLimits, Consistencies
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.large.collecting import Collected, RowKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MARGIN = 1e-3
"""Units or currency units: by how much rows whose terms are not whole are kept better than they have to be."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """What limits count: entries (limit, column, coefficient)."""

    limit: Ints
    column: Ints
    value: Floats

    def times(self, factor: Floats) -> _Terms:
        """Return them multiplied by a factor of each limit."""
        return _Terms(self.limit, self.column, self.value * factor[self.limit])


class _Writer:
    """Writes rules of one event on one program."""

    def __init__(self, parts: Collected, event: Event, flows: AwardFlows, used: Ints) -> None:
        self.parts, self.event, self.flows, self.used = parts, event, flows, used
        self.scale = 10.0**event.money_decimals
        bids = np.arange(len(event.bids))
        self.first_flow = np.searchsorted(flows.bid, bids)
        self.n_flows_of = np.searchsorted(flows.bid, bids, side="right") - self.first_flow
        self.honest = np.zeros(len(flows), dtype=np.bool_)
        """Segments that may be chosen only with units."""
        self.n_flows_of_supplier = np.bincount(flows.supplier, minlength=len(used))
        self.counted = np.zeros(len(used), dtype=np.bool_)
        """Suppliers that are used only when any of their bids wins."""

    def flows_of(self, owner: Ints, bid: Ints) -> tuple[Ints, Ints]:
        """Write the flows of bids: (owner, flow)."""
        at, flow = runs(self.first_flow[bid], self.n_flows_of[bid])
        return owner[at], flow

    def indicators(self, owner: Ints, bid: Ints, key: Ints, exact: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """Return what says whether sets of bids win: (owner, column), to be added up.

        Bids of one owner and one key are a set; for a supplier's whole offer its column says it, for one group of
        segments the sum of its choices. Where `exact` of the owner is false it may also be 1 for nothing.
        """
        owner_of, flow = self.flows_of(owner, bid)
        set_key = np.repeat(key, self.n_flows_of[bid])
        span = int(set_key.max(initial=0)) + 1
        sets, code = np.unique(owner_of * span + set_key, return_inverse=True)
        owners, n_groups = sets // span, int(self.flows.group.max(initial=0)) + 1
        groups = np.unique(code * n_groups + self.flows.group[flow]) // n_groups
        single = np.bincount(groups, minlength=len(owners)) == 1
        supplier = np.zeros(len(owners), dtype=np.int64)
        supplier[code] = self.flows.supplier[flow]
        alone = np.ones(len(owners), dtype=np.bool_)
        alone[code[supplier[code] != self.flows.supplier[flow]]] = False
        whole = alone & ~single & (np.bincount(code, minlength=len(owners)) == self.n_flows_of_supplier[supplier])
        self._count_users(np.unique(supplier[whole & exact[owners]]))
        self.honest[flow[exact[owner_of]]] = True
        plain = single[code]
        own = np.flatnonzero(~single & ~whole)
        wins = self._own(own, code, flow, exact[owners])
        of_one = alone[own] & exact[owners[own]]
        self._with_supplier(wins[of_one], supplier[own[of_one]])
        return (
            np.concatenate([owner_of[plain], owners[whole], owners[own]]),
            np.concatenate([len(self.flows) + flow[plain], self.used[supplier[whole]], wins]),
        )

    def _own(self, own: Ints, code: Ints, flow: Ints, exact: NDArray[np.bool_]) -> Ints:
        """Add a column for each of some sets; it is 1 when any flow of the set is chosen."""
        n = len(self.flows)
        wins = self.parts.add_columns(len(own))
        place = np.full(len(exact), -1)
        place[own] = np.arange(len(own))
        at = np.flatnonzero(place[code] >= 0)
        row, column = np.arange(len(at)), wins[place[code[at]]]
        self.parts.add_rows(RowKind.INDICATOR, len(at), -np.inf, 0.0, (row, n + flow[at], 1.0), (row, column, -1.0))
        strict = np.flatnonzero(exact[own])
        index = np.full(len(own), -1)
        index[strict] = np.arange(len(strict))
        at = at[index[place[code[at]]] >= 0]
        entry = (index[place[code[at]]], n + flow[at], -1.0)
        counted = (np.arange(len(strict)), wins[strict], 1.0)
        self.parts.add_rows(RowKind.INDICATOR, len(strict), -np.inf, 0.0, entry, counted)
        return wins

    def _with_supplier(self, wins: Ints, supplier: Ints) -> None:
        """Let sets of one supplier's bids win only where it is used: fractions of several segments are no whole use."""
        row = np.arange(len(wins))
        self.parts.add_rows(RowKind.TOTAL, len(wins), -np.inf, 0.0, (row, wins, 1.0), (row, self.used[supplier], -1.0))

    def _count_users(self, supplier: Ints) -> None:
        """Let these suppliers be used only where any of their bids wins."""
        supplier = supplier[~self.counted[supplier]]
        self.counted[supplier] = True
        place = np.full(len(self.used), -1)
        place[supplier] = np.arange(len(supplier))
        at = np.flatnonzero(place[self.flows.supplier] >= 0)
        entry = (place[self.flows.supplier[at]], len(self.flows) + at, -1.0)
        used = (np.arange(len(supplier)), self.used[supplier], 1.0)
        self.parts.add_rows(RowKind.INDICATOR, len(supplier), -np.inf, 0.0, entry, used)


def add_limits(parts: Collected, event: Event, flows: AwardFlows, limits: AwardLimits, used: Ints) -> Ints:
    """Write limits; what breaks one that has a price is a column.

    Returns
    -------
    ndarray of int64
        Segments without a least quantity of their own that may be chosen only with units.
    """
    if not len(limits):
        return np.empty(0, dtype=np.int64)
    writer = _Writer(parts, event, flows, used)
    value = _values(writer, limits, limits.first, limits.bid)
    base = _values(writer, limits, limits.first_base, limits.base_bid)
    has_share = limits.share != NO_SHARE
    share = np.where(has_share, limits.share / MILLIONTHS, 0.0)
    money = np.where(limits.measure == Measure.SPEND, writer.scale, 1.0)
    amount = np.where(has_share, 0.0, limits.amount / money)
    wins = _winning(writer, limits)
    for sense, low_side in ((Sense.AT_LEAST, True), (Sense.AT_MOST, False)):
        holds = (limits.sense == sense) | (limits.sense == Sense.EXACTLY)
        holds &= limits.price != 0
        _add_side(writer, limits, np.flatnonzero(holds), (value, base.times(-share)), (amount, wins), low_side=low_side)
    return np.flatnonzero(writer.honest & (flows.from_units <= flows.pack))


def _add_side(
    writer: _Writer,
    limits: AwardLimits,
    row_limit: Ints,
    counted: tuple[_Terms, _Terms],
    bound: tuple[Floats, _Terms],
    *,
    low_side: bool,
) -> None:
    """Write ``value - share x base >= amount`` or ``<= amount`` with what is missing, when winning where asked."""
    parts, (amount, wins) = writer.parts, bound
    n, place = len(row_limit), np.full(len(limits), -1)
    place[row_limit] = np.arange(n)
    entries = []
    for terms in counted:
        at = np.flatnonzero(place[terms.limit] >= 0)
        entries.append((place[terms.limit[at]], terms.column[at], terms.value[at]))
    priced = np.flatnonzero(limits.price[row_limit] > 0)
    price = limits.price[row_limit[priced]] / writer.scale
    broken = parts.add_columns(len(priced), price, _reach(entries, n, amount[row_limit], parts)[priced], integer=False)
    entries.append((priced, broken, np.full(len(priced), 1.0 if low_side else -1.0)))
    asked = amount[row_limit].copy()
    if low_side:
        when = np.flatnonzero(limits.if_winning[row_limit])
        slack = _reach(entries[1:2], n, amount[row_limit], parts)[when]
        at = np.flatnonzero(np.isin(wins.limit, row_limit[when]))
        worth = np.zeros(n)
        worth[when] = slack
        entries.append((place[wins.limit[at]], wins.column[at], -worth[place[wins.limit[at]]]))
        asked[when] -= slack
    low, high = (asked, np.inf) if low_side else (-np.inf, asked)
    rough = (limits.measure[row_limit] == Measure.SPEND) & (limits.share[row_limit] == NO_SHARE)
    rough &= limits.sense[row_limit] != Sense.EXACTLY
    parts.add_rows(RowKind.LIMIT, n, low, high, *entries, margin=np.where(rough, _MARGIN, 0.0))


def _reach(entries: list[tuple[Ints, Ints, Floats]], n: int, amount: Floats, parts: Collected) -> Floats:
    """Most by which rows can be off, whatever is bought."""
    most, reach = parts.columns()[1], np.abs(amount)
    for row, column, value in entries:
        reach = reach + np.bincount(row, np.abs(value) * most[column], minlength=n)
    return np.asarray(reach)


def _values(writer: _Writer, limits: AwardLimits, first: Ints, bid: Ints) -> _Terms:
    """Write what limits count over runs of bids."""
    flows, event = writer.flows, writer.event
    owner = np.repeat(np.arange(len(limits)), np.diff(first))
    measure = limits.measure[owner]
    found: list[tuple[Ints, Ints, Floats]] = []
    at = np.isin(measure, [Measure.VOLUME, Measure.SPEND])
    limit, flow = writer.flows_of(owner[at], bid[at])
    pack, spend = flows.pack[flow].astype(np.float64), limits.measure[limit] == Measure.SPEND
    found.append((limit, flow, pack * np.where(spend, flows.price[flow] / writer.scale, 1.0)))
    based = np.flatnonzero(spend & (flows.base[flow] != 0))
    found.append((limit[based], len(flows) + flow[based], flows.base[flow[based]] / writer.scale))
    needs_exact = (limits.sense != Sense.AT_MOST) | (limits.share != NO_SHARE)
    at = measure == Measure.LOTS
    pair = event.bids.supplier[bid].astype(np.int64) * len(event.items) + event.bids.item[bid]
    limit, column = writer.indicators(owner[at], bid[at], pair[at], needs_exact)
    found.append((limit, column, np.ones(len(limit))))
    at = measure == Measure.WINNERS
    limit, column = writer.indicators(owner[at], bid[at], event.bids.supplier[bid[at]].astype(np.int64), needs_exact)
    found.append((limit, column, np.ones(len(limit))))
    return _Terms(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _winning(writer: _Writer, limits: AwardLimits) -> _Terms:
    """Say whether any bid of a limit wins, where that is asked."""
    owner = np.repeat(np.arange(len(limits)), np.diff(limits.first))
    at = limits.if_winning[owner] & (limits.sense[owner] != Sense.AT_MOST)
    inexact = np.zeros(len(limits), dtype=np.bool_)
    limit, column = writer.indicators(owner[at], limits.bid[at], np.zeros(int(at.sum()), dtype=np.int64), inexact)
    return _Terms(limit, column, np.ones(len(limit)))


def add_consistencies(parts: Collected, event: Event, flows: AwardFlows, consistencies: Consistencies) -> None:
    """Write that shares of two items are alike, up to a tolerance: in units of the second item, both ways."""
    rows = consistencies
    kept = np.flatnonzero(rows.price != 0)
    n, units = len(kept), event.items.units.astype(np.float64)
    if n == 0:
        return
    n_items = len(event.items)
    key = flows.supplier * n_items + flows.item
    order = np.argsort(key, kind="stable")
    entries: list[tuple[Ints, Ints, Floats]] = []
    ratio = units[rows.item[kept]] / units[rows.first_item[kept]]
    for item, factor in ((rows.item[kept], np.ones(n)), (rows.first_item[kept], -ratio)):
        asked = rows.supplier[kept] * n_items + item
        begin = np.searchsorted(key[order], asked)
        at, place = runs(begin, np.searchsorted(key[order], asked, side="right") - begin)
        flow = order[place]
        entries.append((at, flow, factor[at] * flows.pack[flow]))
    allowed = rows.tolerance[kept] / MILLIONTHS * units[rows.item[kept]]
    priced = np.flatnonzero(rows.price[kept] != MANDATORY)
    price = rows.price[kept[priced]] / 10.0**event.money_decimals
    broken = parts.add_columns(len(priced), price, _reach(entries, n, allowed, parts)[priced], integer=False)
    for sign, low, high in ((-1.0, -np.inf, allowed), (1.0, -allowed, np.inf)):
        parts.add_rows(
            RowKind.CONSISTENT,
            n,
            low,
            high,
            *entries,
            (priced, broken, sign),
            margin=np.minimum(_MARGIN, allowed / 2),
        )
