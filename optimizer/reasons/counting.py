"""How many further units would count as stock at a position, by the day they arrive and the day they expire.

The units that count are the least, over days of arrival l and days of expiry e, of N(l, e) + U(l) + C(e)
(docs/model.md, "Lots and expiry"). A unit that arrives on day d and expires on day x is in N(l, e) if d < l and x > e.
The other sums do not grow with it, so the least of those says how many more units can count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.reasons.standing import Staying
from optimizer.worth.economics import arrival_cap_units
from optimizer.worth.lots import expiry_cap_units

Ints = NDArray[np.int64]

NO_END: Final = 2**61
"""Above every number of units."""

_SUMS_AT_ONCE: Final = 8_000_000
"""Sums that are written out at once."""


@dataclass(frozen=True, slots=True)
class Counting:
    """What limits the units that count, per position asked for; shape ``(n, days)``."""

    counted: Ints
    """Units that count now, shape ``(n,)``."""
    by_arrival: Ints
    """Most units that count when further ones arrive on a day (column; the last one: that day or later)."""
    by_expiry: Ints
    """Most units that count when further ones expire on a day (column; the last one: at the horizon or later)."""
    own: Ints
    """Least of the sums that contain own units which expire on a day (column)."""

    def more(self, index: Ints, arrives_day: Ints, expiry_day: Ints, *, keeping: bool = False) -> Ints:
        """Units that would count in addition when they arrive and expire on some days; `keeping`: as if they kept."""
        last = self.by_arrival.shape[1] - 1
        most = self.by_arrival[index, np.minimum(arrives_day, last)]
        if not keeping:
            most = np.minimum(most, self.by_expiry[index, np.minimum(expiry_day, self.by_expiry.shape[1] - 1)])
        return np.asarray(np.maximum(most - self.counted[index], 0))

    def idle(self, index: Ints, expiry_day: Ints) -> Ints:
        """Units of an expiry day that may leave positions without lowering what counts."""
        column = np.minimum(expiry_day, self.own.shape[1] - 1)
        return np.asarray(np.maximum(self.own[index, column] - self.counted[index], 0))


class Counter:
    """Counts further units at some positions, up to the last day of arrival that was ever asked for."""

    def __init__(
        self, network: Network, row: Ints, position: Ints, parts: Staying, *, last_event: int, expiring: bool
    ) -> None:
        """Take what is at positions after a plan.

        Parameters
        ----------
        network : Network
        row : ndarray of int64, shape (n,)
            Rows of ``network.stock``.
        position : ndarray of int64, shape (n_parts,)
            Which of the n positions each part is at.
        parts : Staying
            All units at the positions.
        last_event : int
            Last day on which any of them arrives.
        expiring : bool
            Their SKUs expire; otherwise expiry days mean nothing.
        """
        self._network, self._row, self._position, self._parts = network, row, position, parts
        self._last_event, self._expiring = last_event, expiring
        self._known: Counting | None = None

    def until(self, last_day: int) -> Counting:
        """Count the units that arrive up to a day, at all positions."""
        last_day = min(max(last_day, self._last_event), self._network.horizon_days)
        if self._known is None or self._known.by_arrival.shape[1] <= last_day:
            self._known = counting_of(
                self._network, self._row, self._position, self._parts, last_day, expiring=self._expiring
            )
        return self._known

    def last_day(self, index: Ints) -> Ints:
        """Last day on which one more unit would count at some of the positions; -1: none would."""
        place = np.full(len(self._row), -1, dtype=np.int64)
        place[index] = np.arange(len(index))
        some = np.flatnonzero(place[self._position] >= 0)
        parts, horizon = self._parts.take(some), self._network.horizon_days
        found = counting_of(
            self._network, self._row[index], place[self._position[some]], parts, horizon, expiring=self._expiring
        )
        return np.asarray((found.by_arrival > found.counted[:, None]).sum(axis=1) - 1)


def counting_of(
    network: Network, row: Ints, position: Ints, parts: Staying, last_day: int, *, expiring: bool
) -> Counting:
    """Add up what is at positions by arrival and expiry.

    Parameters
    ----------
    network : Network
    row : ndarray of int64, shape (n,)
        Rows of ``network.stock``.
    position : ndarray of int64, shape (n_parts,)
        Which of the n positions each part is at.
    parts : Staying
        All units at the positions after the plan.
    last_day : int
        Last day of arrival asked for.
    expiring : bool
        Their SKUs expire; otherwise expiry days mean nothing.

    Returns
    -------
    Counting
    """
    order = np.argsort(position, kind="stable")
    at_once = max(_SUMS_AT_ONCE // ((last_day + 2) * (network.horizon_days + 1 if expiring else 1)), 1)
    done = []
    for first in range(0, len(row), at_once):
        start, stop = np.searchsorted(position[order], (first, first + at_once)).tolist()
        chosen = order[start:stop]
        rows, some = row[first : first + at_once], parts.take(chosen)
        done.append(_block(network, rows, position[chosen] - first, some, last_day, expiring=expiring))
    if not done:
        empty = np.zeros((0, 1), dtype=np.int64)
        return Counting(np.zeros(0, dtype=np.int64), empty, empty, empty)
    columns = zip(*((b.counted, b.by_arrival, b.by_expiry, b.own) for b in done), strict=True)
    return Counting(*(np.concatenate(column) for column in columns))


def _block(network: Network, row: Ints, position: Ints, parts: Staying, last_day: int, *, expiring: bool) -> Counting:
    """Write out all sums of some positions: axes position, day of arrival (1 to `last_day`, never), expiry day."""
    horizon = network.horizon_days
    days, expiries = last_day + 2, horizon + 1 if expiring else 1
    # Column l holds what arrives before day l + 1; the last one everything. Column e what expires on day e or later.
    held = np.zeros((len(row), days, expiries), dtype=np.int64)
    arrives = np.clip(parts.arrives_day, 0, last_day + 1)
    expires_on = np.minimum(parts.expiry_day, horizon) if expiring else np.zeros_like(parts.expiry_day)
    np.add.at(held, (position, arrives, expires_on), parts.units)
    sums = np.cumsum(np.cumsum(held, axis=1)[:, :, ::-1], axis=2)[:, :, ::-1]
    for day in range(1, last_day + 1):
        sums[:, day - 1] += arrival_cap_units(network, row, np.full(len(row), day))[:, None]
    # Axis 2 of the sums: e = column - 1, so column 0 is "no expiry day", with no cap.
    if expiring:
        for day in range(horizon):
            sums[:, :, day + 1] += expiry_cap_units(network, row, np.full(len(row), day))[:, None]
    # Day `last_day + 1` is no day to ask for: only "never" follows the last one.
    sums = np.delete(sums, last_day, axis=1)
    owed = np.maximum(network.stock.reserved - network.stock.on_hand, 0)[row]
    sums -= owed[:, None, None]
    by_day = sums.min(axis=2)
    by_expiry = sums.min(axis=1)
    no_end = np.full((len(row), 1), NO_END, dtype=np.int64)
    return Counting(
        counted=sums.min(axis=(1, 2)),
        # A unit that arrives on day d is not in the sums of l <= d, columns 0 to d - 1; it is in that of "never".
        by_arrival=np.minimum.accumulate(np.concatenate([no_end, by_day[:, :-1]], axis=1), axis=1),
        # A unit that expires on day x is not in the sums of e >= x, columns x + 1 and up.
        by_expiry=np.concatenate([np.minimum.accumulate(by_expiry[:, ::-1], axis=1)[:, ::-1], no_end], axis=1)[:, 1:],
        own=np.minimum.accumulate(by_expiry, axis=1),
    )
