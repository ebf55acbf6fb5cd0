"""Bids as quantities and prices: which can be used, how many units they offer, and what those cost in money units."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Bids, Event, FreightKind, RuleKind, TierKind
from network.joins import runs
from optimizer.bidding.matching import matched_bids
from optimizer.worth.economics import money
from optimizer.worth.rounding import rounded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KEY: Final = 2**32
"""Above every number of units: rows of bids and units as one number."""


@enum.unique
class Usable(enum.IntEnum):
    """Whether a bid can be used, and if not, why."""

    YES = 0
    BLOCKED = 1
    EXPIRED = 2
    LATE = 3


@dataclass(frozen=True, slots=True)
class Offers:
    """What every bid offers; columns of bids have the shape ``(n_bids,)``, money is in ``10 ** -money_decimals``.

    Units of a bid lie in one of its segments, at both ends multiples of its pack; x units in segment k have the spend
    ``base[k] + price[k] * x`` and the adjustment ``adjustment_base[k] + adjustment[k] * x``.
    """

    usable: NDArray[np.int8]
    """`Usable` values."""
    most_units: Ints
    """0 where not usable."""
    pack_units: Ints
    """1 in a package."""
    package: Ints
    """Number of the bid's package, -1: none."""
    alternate: Ints
    """Number of its set of alternates, -1: none."""
    freight: Ints
    """Money per unit."""
    first_segment: Ints
    """Where the segments of each bid begin, shape ``(n_bids + 1,)``; none where not usable."""
    from_units: Ints
    """Shape ``(n_segments,)``, like below; rising within a bid."""
    to_units: Ints
    """Inclusive."""
    price: Ints
    """Money per unit."""
    base: Ints
    adjustment: Ints
    """Money per unit that the objective has to bear more; negative: a bonus."""
    adjustment_base: Ints

    @property
    def segment_bid(self) -> Ints:
        """Bid of every segment, shape ``(n_segments,)``."""
        return np.repeat(np.arange(len(self.usable)), np.diff(self.first_segment))


@dataclass(frozen=True, slots=True)
class PriceList:
    """Tiers of every bid as stated, whatever can be delivered: sorted by bid, then units."""

    first: Ints
    """Shape ``(n_bids + 1,)``: every bid has at least one tier."""
    from_units: Ints
    """Shape ``(n_tiers,)``, like below; 1 where the price is no tier's."""
    price: Ints
    """Money per unit, rates included."""
    base: Ints
    """Money: the spend of x units is ``base + price * x``."""
    adjustment: Ints
    adjustment_base: Ints

    def tier(self, bid: Ints, units: Ints) -> Ints:
        """Row of the tier that units of bids are in; the first one below all tiers."""
        key = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first)) * _KEY + self.from_units
        row = np.searchsorted(key, bid * _KEY + units, side="right") - 1
        return np.maximum(row, self.first[bid])


def price_list(event: Event) -> PriceList:
    """Read unit prices, tiers, rates and adjustments of every bid.

    Raises
    ------
    ValueError
        A price does not fit 64 bits.
    """
    bids, tiers = event.bids, event.tiers
    by_tier = np.bincount(tiers.bid, minlength=len(bids)) > 0
    plain = np.flatnonzero(~by_tier)
    bid = np.concatenate([plain, tiers.bid.astype(np.int64)])
    from_units = np.concatenate([np.ones(len(plain), dtype=np.int64), tiers.from_units])
    stated = np.concatenate([bids.unit_price[plain], tiers.unit_price])
    order = np.lexsort((from_units, bid))
    bid, from_units, stated = bid[order], from_units[order], stated[order]
    first = np.append(0, np.cumsum(np.bincount(bid, minlength=len(bids)))).astype(np.int64)
    rate = _rates(event)[bid]
    price = rounded((stated, rate), lambda p, r: p * r, stated * rate, event.money_decimals)
    adjustment = _adjustments(event, bid, stated, rate)
    incremental = (bids.tier_kind == TierKind.INCREMENTAL)[bid]
    return PriceList(
        first=first,
        from_units=from_units,
        price=price,
        base=_bases(first, bid, from_units, price, incremental),
        adjustment=adjustment,
        adjustment_base=_bases(first, bid, from_units, adjustment, incremental),
    )


def _rates(event: Event) -> Floats:
    """Units of the event's currency for one of each bid's."""
    known = {event.currency: 1.0, "": 1.0}
    known |= dict(zip(event.rates.currency.tolist(), event.rates.rate.tolist(), strict=True))
    names, code = np.unique(event.bids.currency.astype(str), return_inverse=True)
    return np.array([known[name] for name in names.tolist()], dtype=np.float64)[code.reshape(-1)]


def _adjustments(event: Event, bid: Ints, stated: Floats, rate: Floats) -> Ints:
    """Money per unit that rules add to the objective, by tier."""
    added = np.zeros(len(bid), dtype=np.int64)
    rules, decimals = event.rules, event.money_decimals
    for rule in np.flatnonzero(rules.kind == RuleKind.ADJUST).tolist():
        at = np.flatnonzero(matched_bids(event, rule)[bid])
        amount = np.full(len(at), np.nan_to_num(rules.amount[rule]))
        share = np.full(len(at), np.nan_to_num(rules.share[rule]))
        product = np.abs(share) * stated[at] * rate[at]
        added[at] += money(amount, decimals)
        added[at] += rounded((share, stated[at], rate[at]), lambda s, p, r: s * p * r, product, decimals)
    return added


def _bases(first: Ints, bid: Ints, from_units: Ints, price: Ints, incremental: Flags) -> Ints:
    """Say what units in a tier cost beside their number times its price, because lower ones have their own."""
    step = np.zeros(len(price), dtype=np.int64)
    inner = np.flatnonzero(incremental & (np.arange(len(price)) > first[bid]))
    step[inner] = (price[inner - 1] - price[inner]) * (from_units[inner] - 1)
    summed = np.cumsum(step)
    return np.asarray(summed - summed[first[bid]])


def offers_of(event: Event) -> Offers:
    """Read what every bid offers.

    Raises
    ------
    ValueError
        Freight of a bid is still to be found on lanes.
    """
    bids = event.bids
    if np.any(bids.freight == FreightKind.LANES):
        raise ValueError("bids have freight by lanes: give the network that the lanes are of")
    package, alternate = _groups(bids, bids.package_id), _groups(bids, bids.alternate_id)
    prices = price_list(event)
    pack = np.where(package >= 0, 1, bids.pack_units)
    least = np.maximum(bids.min_units, prices.from_units[prices.first[:-1]])
    least = _up(np.where(package >= 0, bids.max_units, np.maximum(least, 1)), pack)
    in_time = _in_time(event)
    most = np.minimum(bids.max_units, in_time)
    most = np.where(most == NO_LIMIT, _largest_order(event, prices, least, pack), most) // pack * pack
    usable = np.zeros(len(bids), dtype=np.int8)
    usable[most < least] = Usable.LATE
    usable[~np.isnat(bids.valid_until) & (bids.valid_until < event.as_of)] = Usable.EXPIRED
    usable[event.suppliers.blocked[bids.supplier]] = Usable.BLOCKED
    usable = _whole_packages(usable, package)
    least, most = (np.where(usable == Usable.YES, each, 0) for each in (least, most))
    tier, begin, end = _segments(prices, least, most, pack)
    owner = np.repeat(np.arange(len(bids)), np.diff(prices.first))[tier]
    return Offers(
        usable=usable,
        most_units=most,
        pack_units=pack,
        package=package,
        alternate=alternate,
        freight=money(bids.freight_per_unit, event.money_decimals),
        first_segment=np.append(0, np.cumsum(np.bincount(owner, minlength=len(bids)))).astype(np.int64),
        from_units=begin,
        to_units=end,
        price=prices.price[tier],
        base=prices.base[tier],
        adjustment=prices.adjustment[tier],
        adjustment_base=prices.adjustment_base[tier],
    )


def _groups(bids: Bids, name: NDArray[np.object_]) -> Ints:
    """Numbers of the groups that a supplier's bids name, -1 where they name none."""
    group = np.full(len(bids), -1, dtype=np.int64)
    named = np.flatnonzero(name != "")
    code = np.unique(name[named].astype(str), return_inverse=True)[1].reshape(-1)
    key = bids.supplier[named].astype(np.int64) * max(len(named), 1) + code
    group[named] = np.unique(key, return_inverse=True)[1].reshape(-1)
    return group


def _in_time(event: Event) -> Ints:
    """Units that each bid can deliver by the day on which they are needed, `NO_LIMIT`: any number."""
    bids, deliveries = event.bids, event.deliveries
    needed = event.items.needed_by_days[bids.item]
    scheduled = np.bincount(deliveries.bid, minlength=len(bids)) > 0
    arrives = deliveries.day + bids.lead_time_days[deliveries.bid]
    by_then = np.zeros(len(bids), dtype=np.int64)
    np.add.at(by_then, deliveries.bid, np.where(arrives <= needed[deliveries.bid], deliveries.units, 0))
    return np.where(scheduled, by_then, np.where(bids.lead_time_days <= needed, NO_LIMIT, 0))


def _largest_order(event: Event, prices: PriceList, least: Ints, pack: Ints) -> Ints:
    """Most units of a bid that states no limit."""
    items = event.items
    wanted = np.maximum(_up(items.units[event.bids.item], pack), _up(prices.from_units[prices.first[1:] - 1], pack))
    allowed = items.max_units[event.bids.item]
    return np.where(allowed < NO_LIMIT, allowed, np.maximum(wanted, least))


def _up(units: Ints, pack: Ints) -> Ints:
    """Round up to whole packs."""
    return np.asarray(-(-units // pack) * pack)


def _whole_packages(usable: NDArray[np.int8], package: Ints) -> NDArray[np.int8]:
    """Close packages with a bid that cannot be used."""
    inside = np.flatnonzero(package >= 0)
    worst = np.zeros(len(package) + 1, dtype=np.int8)
    np.maximum.at(worst, package[inside], usable[inside])
    return np.where(package >= 0, worst[package], usable).astype(np.int8)


def _segments(prices: PriceList, least: Ints, most: Ints, pack: Ints) -> tuple[Ints, Ints, Ints]:
    """Tiers that units of each bid can be in: row of the tier, first and last multiple of the pack."""
    owner, tier = runs(prices.first[:-1], np.diff(prices.first))
    last = np.full(len(tier), _KEY - 1, dtype=np.int64)
    inner = np.flatnonzero(owner[1:] == owner[:-1])
    last[inner] = prices.from_units[inner + 1] - 1
    begin = _up(np.maximum(prices.from_units, least[owner]), pack[owner])
    end = np.minimum(last, most[owner]) // pack[owner] * pack[owner]
    kept = np.flatnonzero((begin <= end) & (most[owner] > 0))
    return tier[kept], begin[kept], end[kept]
