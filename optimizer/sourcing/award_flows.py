"""Flows of an award model: one per segment of a usable bid, as short as no best award can need it longer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event, Measure, RiskMeasure, Sense
from optimizer.bidding.limits import NO_SHARE, AwardLimits, Consistencies
from optimizer.bidding.offers import Offers
from optimizer.model import Table

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AwardFlows(Table):
    """Segments in play, sorted by bid, then units; shape ``(n_flows,)`` each, money in ``10 ** -money_decimals``."""

    bid: Ints
    item: Ints
    supplier: Ints
    from_units: Ints
    to_units: Ints
    pack: Ints
    price: Ints
    """Spend per unit."""
    base: Ints
    """Spend beside that, once the segment is used."""
    unit_objective: Ints
    """What a unit adds to the objective: price, freight, adjustments."""
    fixed_objective: Ints
    """What using the segment adds beside that."""
    package: Ints
    """-1: none."""
    group: Ints
    """Of the flows of a group one has units (in a package: all of one package); numbers without holes."""
    single: Flags
    """One unit or none: the flow is its own switch."""
    switched: Flags
    """False: any whole number of packs up to `to_units`, at the same price, nothing excluded by it."""

    @property
    def fixed(self) -> Flags:
        """Whether the flow is all or nothing, by a switch beside it."""
        return np.asarray(self.switched & ~self.single & (self.from_units == self.to_units))


def award_flows(event: Event, offers: Offers, limits: AwardLimits, consistencies: Consistencies) -> AwardFlows:
    """Write out the segments that a best award can use."""
    bid = offers.segment_bid
    unit = offers.price + offers.freight[bid] + offers.adjustment
    to_units = _longest(event, offers, unit, excess_can_help(event, limits, consistencies))
    kept = np.flatnonzero(offers.from_units <= to_units)
    bid = bid[kept]
    segments = np.bincount(bid, minlength=len(event.bids))
    pack, package = offers.pack_units[bid], offers.package[bid]
    from_units, to_units = offers.from_units[kept], to_units[kept]
    single = (from_units == 1) & (to_units == 1) & (package < 0)
    # Of a single unit all that it costs is its price.
    fixed = offers.base[kept] + offers.adjustment_base[kept]
    unit, price, base = unit[kept] + single * fixed, offers.price[kept] + single * offers.base[kept], offers.base[kept]
    fixed, base = np.where(single, 0, fixed), np.where(single, 0, base)
    plain = (segments[bid] == 1) & (fixed == 0) & (from_units <= pack) & (offers.alternate[bid] < 0)
    return AwardFlows(
        bid=bid,
        item=event.bids.item[bid].astype(np.int64),
        supplier=event.bids.supplier[bid].astype(np.int64),
        from_units=from_units,
        to_units=to_units,
        pack=pack,
        price=price,
        base=base,
        unit_objective=unit,
        fixed_objective=fixed,
        package=package,
        group=_groups(offers, bid),
        single=single,
        switched=~plain | single | (package >= 0),
    )


def _groups(offers: Offers, bid: Ints) -> Ints:
    """Give numbers to what excludes each other: sets of alternates, packages and single bids."""
    n = len(offers.usable)
    alternate, package = offers.alternate[bid], offers.package[bid]
    key = np.where(package >= 0, n + package, bid)
    return np.unique(np.where(alternate >= 0, 2 * n + alternate, key), return_inverse=True)[1].reshape(-1)


def excess_can_help(event: Event, limits: AwardLimits, consistencies: Consistencies) -> Flags:
    """Say of which items more units than needed can be worth something: for a rule or against failures."""
    helps = np.full(len(event.items), event.risk.measure != RiskMeasure.NONE)
    counts = np.isin(limits.measure, [Measure.VOLUME, Measure.SPEND])
    pushes = counts & ((limits.sense != Sense.AT_MOST) | (limits.share != NO_SHARE)) & (limits.price != 0)
    for first, bid in ((limits.first, limits.bid), (limits.first_base, limits.base_bid)):
        helps[event.bids.item[bid[np.repeat(pushes, np.diff(first))]]] = True
    helps[consistencies.item] = True
    helps[consistencies.first_item] = True
    return helps


def _longest(event: Event, offers: Offers, unit_objective: Ints, excess: Flags) -> Ints:
    """Most units of every segment that capacity, item and need leave, in whole packs."""
    bid = offers.segment_bid
    item, pack = event.bids.item[bid], offers.pack_units[bid]
    capacity = event.suppliers.capacity_units[event.bids.supplier[bid]]
    by_capacity = np.where(capacity < NO_LIMIT, capacity // np.maximum(event.bids.capacity_per_unit[bid], 1), NO_LIMIT)
    by_capacity[event.bids.capacity_per_unit[bid] == 0] = NO_LIMIT
    longest = np.minimum(by_capacity, event.items.max_units[item]) // pack * pack
    needed = np.maximum(-(-event.items.units[item] // pack) * pack, offers.from_units)
    longest = np.where(excess[item] | (unit_objective < 0), longest, np.minimum(longest, needed))
    return np.where(offers.package[bid] >= 0, offers.to_units, np.minimum(offers.to_units, longest))
