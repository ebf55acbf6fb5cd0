"""Rules of an event as rows: limits with their shares and prices, and consistencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event, Measure, Sense
from network.joins import runs
from optimizer.bidding.limits import MANDATORY, MILLIONTHS, NO_SHARE, AwardLimits, Consistencies
from optimizer.model import UNLIMITED
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.award_rows import AwardRows, RowKind
from optimizer.sourcing.winners import Asked, Indicators, supplier_columns

Ints = NDArray[np.int64]

_NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Parts:
    """What rules are written in."""

    event: Event
    flows: AwardFlows
    switch_column: Ints
    """Column of each flow's switch (of a single unit its own), -1: none."""
    limits: AwardLimits
    consistencies: Consistencies
    asked: Asked
    indicators: Indicators


def in_play(limits: AwardLimits, asked: Asked) -> Ints:
    """Limits that can change an award: with a price above 0, and not above all there is to count."""
    owner = np.repeat(np.arange(len(limits)), np.diff(limits.first))
    pairs = np.unique(np.stack([owner, asked.value]), axis=1)[0]
    counted = np.bincount(pairs, minlength=len(limits))
    counts = np.isin(limits.measure, [Measure.LOTS, Measure.WINNERS]) & (limits.share == NO_SHARE)
    loose = counts & (limits.sense == Sense.AT_MOST) & (limits.amount >= counted)
    return np.flatnonzero((limits.price != 0) & ~loose)


def add_limits(rows: AwardRows, parts: Parts) -> Ints:
    """Add the limits of an event; returns the column that counts by how much each is broken, -1: none."""
    limits = parts.limits
    n, number = len(limits), np.arange(len(limits))
    common = np.gcd(MILLIONTHS, np.maximum(limits.share, 0))
    has_share = limits.share != NO_SHARE
    factor = np.where(has_share, MILLIONTHS // common, 1)
    share = np.where(has_share, limits.share // common, 0)
    base, base_unit, base_most = _bases(rows, parts)
    row, column, coefficient = _value_terms(parts, (limits.first, limits.bid), parts.asked.value, number)
    value = (row, column, coefficient * factor[row])
    shared = np.flatnonzero(has_share)
    of_base = (shared, base[shared], -share[shared] * base_unit[shared])
    unit = factor * np.where(limits.measure == Measure.SPEND, 10**parts.event.money_decimals, 1)
    highest = np.bincount(row, value[2].astype(np.float64) * _most(parts.flows, column), minlength=n)
    target = np.where(has_share, _products(share, base_most), limits.amount)
    slack = np.full(n, _NONE, dtype=np.int64)
    priced = np.flatnonzero(limits.price != MANDATORY)
    worst = np.ceil(np.maximum(highest, target)[priced] / unit[priced] * (1 + 1e-9))
    slack[priced] = rows.add_switches(limits.price[priced], most=np.maximum(worst, 1).astype(np.int64))

    def side(at: Ints, sign: int) -> tuple[tuple[Ints, Ints, Ints], ...]:
        place = np.full(n, -1, dtype=np.int64)
        place[at] = np.arange(len(at))
        loose = at[slack[at] >= 0]
        every = (value, of_base, (loose, slack[loose], -sign * unit[loose]))
        kept = [np.flatnonzero(place[entry[0]] >= 0) for entry in every]
        return tuple(
            (place[entry[0][keep]], entry[1][keep], entry[2][keep]) for entry, keep in zip(every, kept, strict=True)
        )

    most = np.flatnonzero(limits.sense != Sense.AT_LEAST)
    holder = np.where(has_share, _NONE, _holders(parts))[most]
    held = np.flatnonzero(holder >= 0)
    of_holder = (held, holder[held], -limits.amount[most[held]])
    high = np.where(has_share[most] | (holder >= 0), 0, limits.amount[most])
    rows.add_limits(RowKind.LIMIT, most, -UNLIMITED, high, *side(most, 1), of_holder)
    least = np.flatnonzero(limits.sense != Sense.AT_MOST)
    asked = parts.asked.winning[least] >= 0
    on = np.flatnonzero(asked)
    on_row, on_column = parts.indicators.terms(on, parts.asked.winning[least[on]])
    low = np.where(
        asked, np.where(has_share, -share * base_most, 0)[least], np.where(has_share, 0, limits.amount)[least]
    )
    rows.add_limits(RowKind.LIMIT, least, low, UNLIMITED, *side(least, -1), (on_row, on_column, -target[least[on_row]]))
    return slack


def _holders(parts: Parts) -> Ints:
    """Column of the supplier that a limit is about, -1 where it is about several or none says whether it wins.

    What is at most an amount is at most that amount times whether the supplier wins: the same for whole winners, and
    less for fractions of them.
    """
    limits, event = parts.limits, parts.event
    owner = np.repeat(np.arange(len(limits)), np.diff(limits.first))
    supplier = event.bids.supplier[limits.bid].astype(np.int64)
    lowest, highest = np.full(len(limits), len(event.suppliers)), np.full(len(limits), -1)
    np.minimum.at(lowest, owner, supplier)
    np.maximum.at(highest, owner, supplier)
    one = lowest == highest
    column = supplier_columns(event, parts.indicators)
    return np.where(one, column[np.where(one, lowest, 0)], _NONE) if len(column) else np.full(len(limits), _NONE)


def _products(factor: Ints, amount: Ints) -> Ints:
    """Multiply, beyond 64 bits never silently.

    Raises
    ------
    ValueError
        A product does not fit.
    """
    if np.any(factor.astype(np.float64) * amount > UNLIMITED):
        raise ValueError("shares of spend do not fit 64 bits; use fewer money_decimals in event.json")
    return factor * amount


def _most(flows: AwardFlows, column: Ints) -> Ints:
    """Upper bound of columns that limits count: flows, and switches of 0 or 1."""
    if not len(flows):
        return np.ones(len(column), dtype=np.int64)
    return np.where(column < len(flows), flows.to_units[np.minimum(column, len(flows) - 1)], 1)


def _value_terms(parts: Parts, counted: tuple[Ints, Ints], key: Ints, number: Ints) -> tuple[Ints, Ints, Ints]:
    """Write what limits count of bids as terms: rows as in `number`, columns, coefficients."""
    limits, flows = parts.limits, parts.flows
    first, bid = counted
    limit = np.repeat(np.arange(len(limits)), np.diff(first))
    begin, end = (np.searchsorted(flows.bid, bid, side=side) for side in ("left", "right"))
    owner, flow = runs(begin, end - begin)
    limit_of_flow = limit[owner]
    measure = limits.measure[limit_of_flow]
    units = np.flatnonzero(np.isin(measure, [Measure.VOLUME, Measure.SPEND]))
    spent = measure[units] == Measure.SPEND
    price = np.where(spent, flows.price[flow[units]], 1)
    bases = units[spent & (flows.base[flow[units]] != 0)]
    wins = np.flatnonzero(key >= 0)
    pairs = np.unique(np.stack([limit[wins], key[wins]]), axis=1)
    win_row, win_column = parts.indicators.terms(pairs[0], pairs[1])
    row = np.concatenate([limit_of_flow[units], limit_of_flow[bases], win_row])
    column = np.concatenate([flow[units], parts.switch_column[flow[bases]], win_column])
    coefficient = np.concatenate([price, flows.base[flow[bases]], np.ones(len(win_row), dtype=np.int64)])
    kept = np.flatnonzero(number[row] >= 0)
    return number[row[kept]], column[kept], coefficient[kept]


def _bases(rows: AwardRows, parts: Parts) -> tuple[Ints, Ints, Ints]:
    """Add one column for each sum that shares are of: column, its unit and the largest sum, by limit."""
    limits = parts.limits
    n = len(limits)
    column, unit, most = np.full(n, _NONE, dtype=np.int64), np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    shared = np.flatnonzero(limits.share != NO_SHARE)
    key = limits.rule[shared] * (len(parts.event.items) + 1) + limits.item[shared] + 1
    first, code = np.unique(key, return_index=True, return_inverse=True)[1:]
    number = np.full(n, -1, dtype=np.int64)
    number[shared[first]] = np.arange(len(first))
    counted = (limits.first_base, limits.base_bid)
    row, terms, coefficient = _value_terms(parts, counted, parts.asked.base, number)
    common = np.zeros(len(first), dtype=np.int64)
    np.gcd.at(common, row, coefficient)
    common = np.maximum(common, 1)
    largest = np.zeros(len(first), dtype=np.int64)
    np.add.at(largest, row, coefficient * _most(parts.flows, terms))
    sums = rows.add_switches(np.zeros(len(first), dtype=np.int64), most=largest // common, continuous=True)
    at = np.arange(len(first))
    rows.add_limits(RowKind.SUM, shared[first], 0, 0, (row, terms, coefficient), (at, sums, -common))
    column[shared], unit[shared], most[shared] = sums[code], common[code], largest[code]
    return column, unit, most


def add_consistencies(rows: AwardRows, parts: Parts) -> Ints:
    """Add the consistencies of an event; returns the slack of each."""
    asked, flows, items = parts.consistencies, parts.flows, parts.event.items
    n, n_items = len(asked), len(parts.event.items)
    units, first_units = items.units[asked.item], items.units[asked.first_item]
    common = np.gcd(units, first_units)
    here, first = first_units // np.maximum(common, 1), units // np.maximum(common, 1)
    # Whole numbers: what may be between the shares, times both items' units, in what they have in common.
    bound = (asked.tolerance.astype(object) * units * first_units // (MILLIONTHS * common.astype(object))).astype(
        np.int64
    )
    order = np.argsort(flows.supplier * n_items + flows.item, kind="stable")
    pair = (flows.supplier * n_items + flows.item)[order]
    entries = []
    for item, factor in ((asked.item, here), (asked.first_item, -first)):
        key = asked.supplier * n_items + item
        begin, end = (np.searchsorted(pair, key, side=side) for side in ("left", "right"))
        owner, at = runs(begin, end - begin)
        entries.append((owner, order[at], factor[owner]))
    slack = np.full(n, _NONE, dtype=np.int64)
    priced = np.flatnonzero(asked.price != MANDATORY)
    worst = np.zeros(n, dtype=np.int64)
    for owner, column, factor in entries:
        np.add.at(worst, owner, np.abs(factor) * flows.to_units[column])
    slack[priced] = rows.add_switches(asked.price[priced], most=-(-worst // np.maximum(here, 1))[priced] + 1)
    for sign in (1, -1):
        signed = [(owner, column, sign * factor) for owner, column, factor in entries]
        rows.add_limits(
            RowKind.CONSISTENT, np.arange(n), -UNLIMITED, bound, *signed, (priced, slack[priced], -here[priced])
        )
    return slack
