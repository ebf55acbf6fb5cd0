"""Why units of items are not bought: who offers them, what buying more would cost, and which rule it would break."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event
from network.joins import runs
from optimizer.award import award_of
from optimizer.award_files.bid_reasons import UNUSABLE
from optimizer.bidding.offers import Usable
from optimizer.certificate.awards import AwardValue, certify_award
from optimizer.certificate.event_reading import EventReading

Ints = NDArray[np.int64]
Words = NDArray[np.object_]

TRIAL_SECONDS: Final = 1.0
"""What trying purchases may take together; what was not tried is said to be unknown."""


@dataclass(frozen=True, slots=True)
class _Offers:
    """What each uncovered item could still be bought of, shape ``(n,)`` each: one more purchase of a bid."""

    item: Ints
    bid: Ints
    change: Ints
    """What the objective would rise by without rules and risk, money; below 0: the purchase would pay."""
    covers: Ints
    """Units of the item."""
    fits: NDArray[np.bool_]
    """Whether the supplier has the capacity."""


def uncovered_reasons(event: Event, reading: EventReading, value: AwardValue, item: Ints) -> tuple[Words, Words]:
    """Say why each item is not bought whole.

    Parameters
    ----------
    item : ndarray of int64, shape (n,)
        Items with uncovered units.

    Returns
    -------
    code, reason : ndarray of str, shape (n,)
        The code is ``no_bid``, ``blocked``, ``expired``, ``late``, ``capacity``, ``uneconomic``, ``rule``, ``search``
        (a better award is in sight, and the search had ended) or ``unknown``.
    """
    offers = _still_offered(event, reading, value)
    order = np.lexsort((offers.change, ~offers.fits, offers.item))
    first = np.searchsorted(offers.item[order], item)
    ends = np.searchsorted(offers.item[order], item, side="right")
    trial = _Trial(event, reading, value)
    said = [
        trial.said(offers, int(order[begin])) if begin < end else _unusable(event, reading, int(row))
        for row, begin, end in zip(item.tolist(), first.tolist(), ends.tolist(), strict=True)
    ]
    return np.array([code for code, _ in said], np.object_), np.array([reason for _, reason in said], np.object_)


def _unusable(event: Event, reading: EventReading, item: int) -> tuple[str, str]:
    """Say why nothing more of an item is offered."""
    usable = reading.offers.usable[event.bids.item == item]
    if not len(usable):
        return "no_bid", "nobody offers it"
    if np.any(usable == Usable.YES):
        return "capacity", "its usable bids sell all that they can"
    counts = {reason: int(np.count_nonzero(usable == reason)) for reason in UNUSABLE}
    words = ", ".join(f"{count} {UNUSABLE[reason][0]}" for reason, count in counts.items() if count)
    return UNUSABLE[max(counts, key=lambda reason: counts[reason])][0], f"none of its bids can be used: {words}"


class _Trial:
    """Tries purchases on an award while there is time."""

    def __init__(self, event: Event, reading: EventReading, value: AwardValue) -> None:
        self.event, self.reading, self.value = event, reading, value
        self.until = time.monotonic() + TRIAL_SECONDS
        self.objective = certify_award(event, award_of(value.units), reading).objective

    def said(self, offers: _Offers, row: int) -> tuple[str, str]:
        """Code and reason of the purchase that would cost least."""
        scale = 10**self.event.money_decimals
        bid, covers, change = (int(column[row]) for column in (offers.bid, offers.covers, offers.change))
        what = f"{covers} more by bid {self.event.bids.bid_id[bid]}"
        if not offers.fits[row]:
            return "capacity", f"suppliers of its other bids lack the capacity, for example for {what}"
        must = self.reading.must_cover[offers.item[row]]
        if change >= 0 and not must:
            return "uneconomic", f"{what} would cost {change / scale:,.2f} more than leaving them"
        if time.monotonic() > self.until:
            return "unknown", f"{what} was not tried: too many units are left to try all"
        units, together = self.value.units.copy(), _bought_together(self.reading, bid)
        units[together] = _next_units(self.event, self.reading, self.value, together)
        found = certify_award(self.event, award_of(units), self.reading)
        broken = [one for one in found.violations if not (must and one.rule == "items.units")]
        if broken:
            return "rule", f"{what} would break {broken[0].rule} ({broken[0].place}: {broken[0].message})"
        gain = (self.objective - found.objective) / scale
        if must:
            return "search", f"{what} can be had for {-gain:,.2f}: the search had ended before it bought them"
        if gain > 0:
            return "search", f"{what} would make the award {gain:,.2f} better: the search had ended before it saw that"
        return "uneconomic", f"{what} would cost {-gain:,.2f} more than leaving them, rules and risk counted"


def _still_offered(event: Event, reading: EventReading, value: AwardValue) -> _Offers:
    """Find one purchase of each usable bid for uncovered items that sells more than is bought."""
    bids, offers = event.bids, reading.offers
    bid = np.flatnonzero((value.uncovered[bids.item] > 0) & (value.units < offers.most_units))
    own = [_bought_together(reading, each) for each in bid[offers.package[bid] >= 0].tolist()]
    plain = bid[offers.package[bid] < 0]
    bid = np.concatenate([plain, bid[offers.package[bid] >= 0]])
    count = np.concatenate([np.ones(len(plain), dtype=np.int64), np.array([len(each) for each in own], np.int64)])
    owner = runs(np.zeros(len(bid), dtype=np.int64), count)[0]
    part = np.concatenate([plain, *own]) if len(bid) else bid
    after = _next_units(event, reading, value, part)
    before = value.units[part]
    cost = _paid(reading, part, after) - _paid(reading, part, before)
    saved = reading.uncovered_penalty[bids.item[part]] * np.minimum(after - before, value.uncovered[bids.item[part]])
    change, load = np.zeros(len(bid), dtype=np.int64), np.zeros(len(bid), dtype=np.int64)
    np.add.at(change, owner, cost - saved)
    np.add.at(load, owner, (after - before) * bids.capacity_per_unit[part])
    supplier = bids.supplier[bid]
    change += np.where(value.wins[supplier], 0, reading.fixed_cost[supplier])
    used = np.zeros(len(event.suppliers), dtype=np.int64)
    np.add.at(used, bids.supplier, value.units * bids.capacity_per_unit)
    capacity = event.suppliers.capacity_units
    covers = np.minimum(_next_units(event, reading, value, bid) - value.units[bid], value.uncovered[bids.item[bid]])
    return _Offers(
        item=bids.item[bid].astype(np.int64),
        bid=bid,
        change=change,
        covers=covers,
        fits=(capacity[supplier] >= NO_LIMIT) | (used[supplier] + load <= capacity[supplier]),
    )


def _bought_together(reading: EventReading, bid: int) -> Ints:
    """Bids of a bid's package, or the bid alone."""
    package = reading.offers.package
    return np.flatnonzero(package == package[bid]) if package[bid] >= 0 else np.array([bid])


def _next_units(event: Event, reading: EventReading, value: AwardValue, bid: Ints) -> Ints:
    """Units of bids after the next purchase: as many as cover their items, within what they sell."""
    offers = reading.offers
    pack = offers.pack_units[bid]
    least = offers.from_units[offers.first_segment[bid]]
    wanted = value.units[bid] + value.uncovered[event.bids.item[bid]]
    down = wanted // pack * pack
    units = np.where((down > value.units[bid]) & (down >= least), down, -(-wanted // pack) * pack)
    units = np.clip(units, least, offers.most_units[bid])
    return np.where(offers.package[bid] >= 0, offers.most_units[bid], units)


def _paid(reading: EventReading, bid: Ints, units: Ints) -> Ints:
    """Spend, freight and adjustments of units of bids, money."""
    prices = reading.prices
    tier = prices.tier(bid, units)
    base = prices.base[tier] + prices.adjustment_base[tier]
    each = prices.price[tier] + prices.adjustment[tier] + reading.offers.freight[bid]
    return np.where(units > 0, base + each * units, 0)
