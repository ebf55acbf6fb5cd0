"""Reads any award, proper or not, into units by bid that exact arithmetic can be done with."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event
from network.words import counted
from optimizer.award import Award
from optimizer.certificate.event_reading import EventReading
from optimizer.certificate.violations import ViolationLog

Ints = NDArray[np.int64]

RULES: Final = ("columns", "known_bid", "repeated_bid", "positive_units", "magnitude")

_SAFE: Final = 2.0**61
"""Sums of units times money below this are exact in 64 bits, with room for penalties and fixed costs."""


def usable_units(event: Event, reading: EventReading, award: Award, log: ViolationLog) -> Ints:
    """Add up the lines that make sense, and log the others.

    Returns
    -------
    ndarray of int64, shape (n_bids,)
        Units of every bid; lines of no known bid, without positive units or beyond exact arithmetic count as absent.
    """
    total = np.zeros(len(event.bids), dtype=np.int64)
    if not _proper_columns(award, log):
        return total
    bid, units = np.asarray(award.bid, dtype=np.int64), np.asarray(award.units, dtype=np.int64)
    known, positive = (bid >= 0) & (bid < len(total)), units > 0
    log.add(
        "known_bid",
        ~known,
        np.ones(len(bid)),
        lambda i: (f"line {i}", f"bid row {bid[i]} does not exist, there are {len(total)}"),
    )
    log.add(
        "positive_units",
        ~positive,
        1.0 - units,
        lambda i: (f"line {i}", f"{counted(units[i], 'unit')}, needs at least 1"),
    )
    kept = np.flatnonzero(known & positive)
    too_many = _overflowing(event, reading, bid[kept], units[kept])
    log.add(
        "magnitude",
        too_many,
        units[kept],
        lambda i: (f"line {kept[i]}", f"{units[kept][i]} units are more than exact arithmetic can hold"),
    )
    kept = kept[~too_many]
    times = np.bincount(bid[kept], minlength=len(total))
    log.add(
        "repeated_bid",
        times > 1,
        times - 1,
        lambda i: (f"bid {event.bids.bid_id[i]}", f"has {times[i]} lines, needs one"),
    )
    np.add.at(total, bid[kept], units[kept])
    return total


def _proper_columns(award: Award, log: ViolationLog) -> bool:
    """Check that the columns are integers, one-dimensional and of equal length."""
    columns: dict[str, NDArray[Any]] = {"bid": np.asarray(award.bid), "units": np.asarray(award.units)}
    before = log.count
    for name, column in columns.items():
        if column.dtype.kind not in "iu" or not np.can_cast(column.dtype, np.int64):
            log.add_one("columns", f"column {name}", f"holds {column.dtype}, needs integers of at most 64 bits")
        if column.ndim != 1:
            log.add_one("columns", f"column {name}", f"has {column.ndim} dimensions, needs 1")
    if columns["bid"].size != columns["units"].size:
        sizes = [column.size for column in columns.values()]
        log.add_one("columns", "columns bid, units", f"have different lengths {sizes}")
    return log.count == before


def _overflowing(event: Event, reading: EventReading, bid: Ints, units: Ints) -> NDArray[np.bool_]:
    """Mark lines to leave out so that all sums stay exact; none when they do."""
    prices = reading.prices
    owner = np.repeat(np.arange(len(event.bids)), np.diff(prices.first))
    per_unit = np.zeros(len(event.bids))
    np.maximum.at(per_unit, owner, np.abs(prices.price.astype(np.float64)) + np.abs(prices.adjustment))
    per_unit += np.abs(reading.offers.freight) + event.bids.capacity_per_unit
    once = np.zeros(len(event.bids))
    np.maximum.at(once, owner, np.abs(prices.base.astype(np.float64)) + np.abs(prices.adjustment_base))
    amounts = units.astype(np.float64) * np.maximum(per_unit[bid], 1.0) + once[bid]
    if amounts.sum() < _SAFE:
        return np.zeros(len(bid), dtype=np.bool_)
    return np.asarray(amounts >= _SAFE / (len(bid) + 1))
