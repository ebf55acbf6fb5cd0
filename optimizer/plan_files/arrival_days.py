"""Derives the days of arrival that a hand-made plan leaves out, where only one day can be meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT, NOT_GIVEN
from network.tables import Network
from optimizer.worth.lots import own_lots

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_EXPIRY_DAYS: Final = NO_LIMIT + 1
"""Above every expiry day."""

_MOST_STOPS: Final = 64
"""A path with more stops than this is given up: its days must be written."""


@dataclass(frozen=True, slots=True)
class ArrivalDays:
    """Days of arrival, shape ``(n_lines,)`` each."""

    day: Ints
    """`NOT_GIVEN` where it could not be derived."""
    ambiguous: Flags
    """More than one day could be meant: some units could leave the origin before others."""


def derive_arrival_days(
    network: Network, lane: Ints, sku: Ints, units: Ints, given: Ints, *, expiry_day: Ints
) -> ArrivalDays:
    """Fill the days of arrival that are not given with the earliest ones.

    Own stock leaves on the first day on which it may. What a transit node sends on leaves as soon as own stock and
    arrivals cover all that it sends of the SKU and expiry day; where they cover a part of it on an earlier day, it is
    not said which lines leave then.

    Parameters
    ----------
    network : Network
    lane, sku, units : ndarray of int64, shape (n,)
        Lines with known lane and SKU.
    given : ndarray of int64, shape (n,)
        Days of arrival, `NOT_GIVEN` where empty.
    expiry_day : ndarray of int64, shape (n,)
        `NO_LIMIT` where the units do not expire.

    Returns
    -------
    ArrivalDays
        Not derived are also the lines of nodes that pass units on to each other in a circle.
    """
    day = given.copy()
    ambiguous = np.zeros(len(day), dtype=np.bool_)
    lead = network.lanes.lead_time_days[lane]
    origin = network.lanes.origin[lane]
    cells = _Cells.of(network, lane, sku, expiry_day)
    own = (day == NOT_GIVEN) & ~network.nodes.transit[origin]
    day[own] = (lead + cells.release_day[cells.tail])[own]
    if not lead.any() and np.all(day <= 0) and not cells.release_day.any():
        day[day == NOT_GIVEN] = 0
        return ArrivalDays(day, ambiguous)
    for _ in range(_MOST_STOPS):
        ready = (day == NOT_GIVEN) & ~ambiguous & ~cells.waiting(day)[cells.tail]
        if not ready.any():
            break
        first, last = cells.departures(units, day, ready)
        day[ready] = np.where(first == last, last + lead[ready], NOT_GIVEN)
        ambiguous[ready] = first != last
    return ArrivalDays(day, ambiguous)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The (SKU, node, expiry day) cells that lines touch; `tail` and `head` are their numbers, shape ``(n_lines,)``."""

    tail: Ints
    head: Ints
    give: Ints
    """Shape ``(n_cells,)``, like the next."""
    release_day: Ints
    """First day on which own stock may leave."""

    @classmethod
    def of(cls, network: Network, lane: Ints, sku: Ints, expiry_day: Ints) -> _Cells:
        n_nodes = max(len(network.nodes), 1)
        places = [sku * n_nodes + end[lane] for end in (network.lanes.origin, network.lanes.destination)]
        place, at = np.unique(np.concatenate(places), return_inverse=True)
        keys, number = np.unique(_batch(at, np.tile(expiry_day, 2)), return_inverse=True)
        row = network.stock_row((place % n_nodes).astype(np.int32), (place // n_nodes).astype(np.int32))
        stocked = np.flatnonzero(row >= 0)
        own = own_lots(network, row[stocked])
        lot = np.searchsorted(keys, _batch(stocked[own.index], own.expiry_day))
        used = np.append(keys, -1)[lot] == _batch(stocked[own.index], own.expiry_day)
        give = np.zeros(len(keys), dtype=np.int64)
        give[lot[used]] = own.give[used]
        release = np.append(network.stock.no_send_before_day, 0)[row]
        tail, head = np.split(number.reshape(-1).astype(np.int64), 2)
        return cls(tail, head, give, release[keys // _EXPIRY_DAYS])

    def waiting(self, day: Ints) -> Flags:
        """Mark cells that lines without a day arrive at."""
        waits = np.zeros(len(self.give), dtype=np.bool_)
        waits[self.head[day == NOT_GIVEN]] = True
        return waits

    def departures(self, units: Ints, day: Ints, ready: Flags) -> tuple[Ints, Ints]:
        """First day on which any of the ready lines could leave, and the first on which all can."""
        least = np.full(len(self.give), np.iinfo(np.int64).max)
        np.minimum.at(least, self.tail[ready], units[ready])
        total = np.zeros(len(self.give), dtype=np.int64)
        np.add.at(total, self.tail, units)
        others = np.zeros(len(self.give), dtype=np.int64)
        # Lines out of the cell whose day is given go first: they have been promised.
        np.add.at(others, self.tail[~ready], units[~ready])
        cells = np.unique(self.tail[ready])
        every = np.arange(len(self.give))
        # Own stock is there from the day on which it may leave, as if it arrived then.
        arrivals = _Arrivals.of(
            np.append(self.head, every), np.append(day, self.release_day), np.append(units, self.give), cells
        )
        first = arrivals.day_covering(np.minimum(others + least, total)[cells])
        last = arrivals.day_covering(total[cells])
        where = np.searchsorted(cells, self.tail[ready])
        return first[where], last[where]


@dataclass(frozen=True, slots=True)
class _Arrivals:
    """Units received at some cells, by day."""

    starts: Ints
    """Where each cell begins, with the end of the last one, shape ``(n_cells + 1,)``."""
    day: Ints
    total: Ints
    """Units of all rows before, shape ``(n_rows + 1,)``."""

    @classmethod
    def of(cls, head: Ints, day: Ints, units: Ints, cells: Ints) -> _Arrivals:
        number = np.searchsorted(cells, head)
        here = np.append(cells, -1)[number] == head
        order = np.lexsort((day[here], number[here]))
        total = np.concatenate([[0], np.cumsum(np.maximum(units[here][order], 0))])
        starts = np.searchsorted(number[here][order], np.arange(len(cells) + 1))
        return cls(starts.astype(np.int64), day[here][order], total)

    def day_covering(self, needed: Ints) -> Ints:
        """First day by which so many units have arrived: 0 when none are needed, the last day when never."""
        begin, end = self.starts[:-1], self.starts[1:]
        row = np.searchsorted(self.total, self.total[begin] + needed) - 1
        day = np.append(self.day, 0)[np.clip(row, begin, np.maximum(end - 1, begin))]
        return np.where((needed <= 0) | (begin == end), 0, day)


def _batch(place: Ints, expiry_day: Ints) -> Ints:
    """One number per place and expiry day."""
    return place * _EXPIRY_DAYS + expiry_day
