"""The rules of docs/sourcing.md that awards keep: those of bids, suppliers, items and of the table `rules`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event, Measure, Sense
from network.words import counted
from optimizer.bidding.limits import MANDATORY, NO_SHARE
from optimizer.bidding.offers import Usable
from optimizer.certificate.event_reading import EventReading
from optimizer.certificate.violations import ViolationLog

Ints = NDArray[np.int64]

RULES: Final = (
    "suppliers.blocked",
    "bids.valid_until",
    "bids.lead_time_days",
    "bids.min_units",
    "bids.max_units",
    "bids.pack_units",
    "bids.package_id",
    "bids.alternate_id",
    "suppliers.capacity_units",
    "items.max_units",
    "items.units",
    "rules.amount",
    "rules.share",
    "rules.consistent",
)

_SENSES: Final = {Sense.AT_LEAST: "at least", Sense.AT_MOST: "at most", Sense.EXACTLY: "exactly"}
_MEASURES: Final = {
    Measure.LOTS: "lots",
    Measure.SPEND: "spend in currency units",
    Measure.VOLUME: "units",
    Measure.WINNERS: "winners",
}


def check_bids(event: Event, reading: EventReading, units: Ints, log: ViolationLog) -> None:
    """Check what each bid may sell: that it can be used, and how many units."""
    bids, offers, taken = event.bids, reading.offers, units > 0
    in_package = offers.package >= 0
    for rule, reason, message in (
        ("suppliers.blocked", Usable.BLOCKED, "its supplier, or one of its package's, is blocked"),
        ("bids.valid_until", Usable.EXPIRED, "it, or a bid of its package, is no longer valid"),
        ("bids.lead_time_days", Usable.LATE, "it, or a bid of its package, cannot deliver its fewest units in time"),
    ):

        def describe(bid: int, message: str = message) -> tuple[str, str]:
            return bid_place(event, bid), f"{counted(units[bid], 'unit is', 'units are')} bought, but {message}"

        log.add(rule, taken & (offers.usable == reason), units, describe)
    least = np.maximum(bids.min_units, reading.prices.from_units[reading.prices.first[:-1]])
    stated = _most_stated(event, reading)
    missing, beyond = least - units, units - stated
    by_days = (offers.usable == Usable.YES) & (offers.most_units < stated)
    late = np.where(by_days, units - offers.most_units, 0)
    over_pack = np.where(in_package, 0, units % bids.pack_units)
    log.add(
        "bids.min_units",
        taken & (missing > 0),
        missing,
        lambda i: (bid_place(event, i), f"{counted(units[i], 'unit')}, sells at least {least[i]}"),
    )
    log.add(
        "bids.max_units",
        taken & (beyond > 0),
        beyond,
        lambda i: (bid_place(event, i), f"{counted(units[i], 'unit')}, sells at most {stated[i]}"),
    )
    log.add(
        "bids.lead_time_days",
        taken & (late > 0),
        late,
        lambda i: (bid_place(event, i), f"{counted(units[i], 'unit')}, can deliver {offers.most_units[i]:,} in time"),
    )
    log.add(
        "bids.pack_units",
        taken & (over_pack > 0),
        over_pack,
        lambda i: (bid_place(event, i), f"{counted(units[i], 'unit')}, sells packs of {bids.pack_units[i]}"),
    )


def check_groups(event: Event, reading: EventReading, units: Ints, log: ViolationLog) -> None:
    """Check packages, which are bought whole, and alternates, of which one may win."""
    bids, package, alternate = event.bids, reading.offers.package, reading.offers.alternate
    taken = units > 0
    n_packages = int(package.max(initial=-1)) + 1
    inside = package >= 0
    opened = np.zeros(n_packages, dtype=np.bool_)
    opened[package[inside & taken]] = True
    wanted = np.where(inside, bids.max_units, 0)
    partly = inside & (units != wanted)
    partly[inside] &= opened[package[inside]]
    log.add(
        "bids.package_id",
        partly,
        np.abs(wanted - units),
        lambda i: (
            bid_place(event, i),
            f"{counted(units[i], 'unit')}, package {bids.package_id[i]} is bought whole: {wanted[i]:,} of this bid",
        ),
    )
    # A package is one bid: the first of its bids stands for it.
    chosen = np.flatnonzero(taken & (alternate >= 0))
    one = np.where(inside, package, n_packages + np.arange(len(bids)))[chosen]
    chosen = chosen[np.unique(one, return_index=True)[1]]
    winning = np.bincount(alternate[chosen], minlength=int(alternate.max(initial=-1)) + 1)
    first = np.zeros(len(winning), dtype=np.int64)
    first[alternate[chosen[::-1]]] = chosen[::-1]
    log.add(
        "bids.alternate_id",
        winning > 1,
        winning - 1,
        lambda i: (
            f"{supplier_place(event, int(bids.supplier[first[i]]))}, alternates {bids.alternate_id[first[i]]}",
            f"{winning[i]} of them win, at most one may",
        ),
    )


def check_capacities(event: Event, units: Ints, log: ViolationLog) -> None:
    """Check what suppliers can deliver, and what items are bought of."""
    bids, capacity, most = event.bids, event.suppliers.capacity_units, event.items.max_units
    used, bought = np.zeros(len(capacity), dtype=np.int64), bought_units(event, units)
    np.add.at(used, bids.supplier, units * bids.capacity_per_unit)
    log.add(
        "suppliers.capacity_units",
        (capacity < NO_LIMIT) & (used > capacity),
        used - capacity,
        lambda i: (supplier_place(event, i), f"{counted(used[i], 'unit')} of capacity used, has {capacity[i]:,}"),
    )
    log.add(
        "items.max_units",
        (most < NO_LIMIT) & (bought > most),
        bought - most,
        lambda i: (
            item_place(event, i),
            f"{counted(bought[i], 'unit is', 'units are')} bought, at most {most[i]:,} may be",
        ),
    )


def check_covered(event: Event, reading: EventReading, uncovered: Ints, log: ViolationLog) -> None:
    """Check that what has no penalty is bought whole."""
    wanted = event.items.units
    log.add(
        "items.units",
        reading.must_cover & (uncovered > 0),
        uncovered,
        lambda i: (
            item_place(event, i),
            f"{wanted[i] - uncovered[i]:,} of {counted(wanted[i], 'unit')} bought, needs all: no uncovered_penalty",
        ),
    )


def check_limits(event: Event, reading: EventReading, broken: Ints, log: ViolationLog) -> None:
    """Check limits that have no price.

    Parameters
    ----------
    broken : ndarray of int64, shape (n_limits,)
        By how much each is.
    """
    limits = reading.limits
    mandatory = (limits.price == MANDATORY) & (broken > 0)

    def describe(index: int) -> tuple[str, str]:
        place = _rule_place(event, int(limits.rule[index]), int(limits.supplier[index]), int(limits.item[index]))
        sense, measure = (int(column[index]) for column in (limits.sense, limits.measure))
        bound = f"{limits.share[index] / 1e6:g} of all"
        if limits.share[index] == NO_SHARE:
            scale = 10**event.money_decimals if measure == Measure.SPEND else 1
            bound = f"{limits.amount[index] / scale:.15g}"
        what = f"{_MEASURES[Measure(measure)]}: {_SENSES[Sense(sense)]} {bound}"
        return place, f"asks for {what}, the award is {broken[index]} off"

    log.add("rules.amount", mandatory & (limits.share == NO_SHARE), broken, describe)
    log.add("rules.share", mandatory & (limits.share != NO_SHARE), broken, describe)


def check_consistencies(event: Event, reading: EventReading, broken: Ints, log: ViolationLog) -> None:
    """Check consistencies that have no price.

    Parameters
    ----------
    broken : ndarray of int64, shape (n_consistencies,)
        By how many units of its item each is.
    """
    pairs = reading.consistencies
    log.add(
        "rules.consistent",
        (pairs.price == MANDATORY) & (broken > 0),
        broken,
        lambda i: (
            _rule_place(event, int(pairs.rule[i]), int(pairs.supplier[i]), int(pairs.item[i])),
            f"its share is {counted(broken[i], 'unit')} off that of {item_place(event, int(pairs.first_item[i]))}",
        ),
    )


def bought_units(event: Event, units: Ints) -> Ints:
    """Units bought of every item, shape ``(n_items,)``."""
    bought = np.zeros(len(event.items), dtype=np.int64)
    np.add.at(bought, event.bids.item, units)
    return bought


def bid_place(event: Event, bid: int) -> str:
    """Name a bid for people."""
    bids = event.bids
    of = f"{supplier_place(event, int(bids.supplier[bid]))}, {item_place(event, int(bids.item[bid]))}"
    return f"bid {bids.bid_id[bid]} ({of})"


def supplier_place(event: Event, supplier: int) -> str:
    """Name a supplier for people."""
    return f"supplier {event.suppliers.supplier_id[supplier]}"


def item_place(event: Event, item: int) -> str:
    """Name an item for people."""
    return f"item {event.items.item_id[item]}"


def _rule_place(event: Event, rule: int, supplier: int, item: int) -> str:
    parts = [f"rule {event.rules.rule_id[rule]}"]
    parts += [supplier_place(event, supplier)] if supplier >= 0 else []
    parts += [item_place(event, item)] if item >= 0 else []
    return ", ".join(parts)


def _most_stated(event: Event, reading: EventReading) -> Ints:
    """Most units of bids whatever the day; `NO_LIMIT` where only what can be delivered limits them."""
    bids, offers = event.bids, reading.offers
    stated = np.where(offers.package >= 0, bids.max_units, bids.max_units // bids.pack_units * bids.pack_units)
    scheduled = np.bincount(event.deliveries.bid, minlength=len(bids)) > 0
    largest_order = np.where(scheduled, NO_LIMIT, offers.most_units)
    open_ended = bids.max_units >= NO_LIMIT
    return np.where(open_ended, np.where(offers.usable == Usable.YES, largest_order, NO_LIMIT), stated)
