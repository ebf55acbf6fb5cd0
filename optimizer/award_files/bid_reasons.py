"""Why bids do not win, as far as the award itself says; what they would need to win takes a search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event
from optimizer.bidding.offers import Usable
from optimizer.certificate.award_risk import ANY_NUMBER
from optimizer.certificate.awards import AwardValue
from optimizer.certificate.event_reading import EventReading

Words = NDArray[np.object_]

UNUSABLE = {
    Usable.BLOCKED: ("blocked", "its supplier is blocked"),
    Usable.EXPIRED: ("expired", "it is no longer valid"),
    Usable.LATE: ("late", "it cannot deliver its fewest units in time"),
}
"""Code and reason; of a package, one bid of it is so."""

_LOST = (
    ("alternate", "another of its alternates wins"),
    ("capacity", "what wins leaves its supplier too little capacity for its fewest units"),
    ("max_units", "what wins leaves less to its item's max_units than its fewest units"),
)
_NOT_CHOSEN = ("not_chosen", "the award is at least as good without it, as far as it was searched")


def bid_reasons(event: Event, reading: EventReading, value: AwardValue) -> tuple[Words, Words]:
    """Say of every bid why it does not win.

    Returns
    -------
    code, reason : ndarray of str, shape (n_bids,)
        Empty for bids that win.
    """
    offers, bids = reading.offers, event.bids
    taken = value.units > 0
    alternates = np.zeros(int(offers.alternate.max(initial=-1)) + 1, dtype=np.bool_)
    alternates[offers.alternate[taken & (offers.alternate >= 0)]] = True
    least = _least_units(reading)
    capacity = event.suppliers.capacity_units.astype(np.int64)
    used, bought = np.zeros(len(capacity), dtype=np.int64), np.zeros(len(event.items), dtype=np.int64)
    np.add.at(used, bids.supplier, value.units * bids.capacity_per_unit)
    np.add.at(bought, bids.item, value.units)
    left = np.where(capacity < NO_LIMIT, capacity - used, ANY_NUMBER)[bids.supplier]
    room = np.where(event.items.max_units < NO_LIMIT, event.items.max_units - bought, ANY_NUMBER)[bids.item]
    conditions = [taken, *(offers.usable == reason for reason in UNUSABLE)]
    conditions += [(offers.alternate >= 0) & np.append(alternates, False)[offers.alternate]]
    conditions += [left < least * bids.capacity_per_unit, room < least]
    words = [("", ""), *UNUSABLE.values(), *_LOST]
    return (
        np.select(conditions, [code for code, _ in words], _NOT_CHOSEN[0]).astype(np.object_),
        np.select(conditions, [reason for _, reason in words], _NOT_CHOSEN[1]).astype(np.object_),
    )


def _least_units(reading: EventReading) -> NDArray[np.int64]:
    """Fewest units that each bid sells, 0 where it is not usable; shape ``(n_bids,)``."""
    offers = reading.offers
    least = np.zeros(len(offers.usable), dtype=np.int64)
    has = np.diff(offers.first_segment) > 0
    least[has] = offers.from_units[offers.first_segment[:-1][has]]
    return least
