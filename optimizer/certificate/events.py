"""Units of one expiry day at a position, and what is there of them after each day on which something happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate.positions import Lines, Positions
from optimizer.worth.economics import ALL_UNITS
from optimizer.worth.lots import own_lots

Ints = NDArray[np.int64]

OWN_STOCK_DAY: Final = -1
"""The event before day 0: own stock, and what a node without transit sends of it."""

NEVER: Final = 2**32 - 2
"""As a day: after every other."""

_DAYS: Final = 2**32
"""In keys: above every day."""


@dataclass(frozen=True, slots=True)
class Batches:
    """Units of one expiry day at a position, by (position, expiry day), shape ``(n_batches,)`` each.

    Every position has one at least; where the SKU does not expire exactly one.
    """

    position: Ints
    expiry_day: Ints
    """`NO_LIMIT`: never."""
    give: Ints
    kept: Ints
    """Own units that may not be given away, never negative: what a position owes is in no batch."""
    in_transit: Ints

    def __len__(self) -> int:
        return len(self.position)


def batches_at(network: Network, positions: Positions, position: Ints, expiry_day: Ints) -> tuple[Batches, Ints]:
    """List the batches at positions.

    Parameters
    ----------
    network : Network
    positions : Positions
    position, expiry_day : ndarray of int64, shape (n,)
        Batches that lines name, whether anything of them is there before or not.

    Returns
    -------
    Batches
    ndarray of int64, shape (n,)
        The batch of each one named.
    """
    every, stocked = np.arange(len(positions)), np.flatnonzero(positions.row >= 0)
    own = own_lots(network, positions.row[stocked])
    fresh_day = network.products.shelf_life_days[positions.sku]
    at = np.concatenate([position, every, stocked[own.index]])
    keys, batch = np.unique(at * _DAYS + np.concatenate([expiry_day, fresh_day, own.expiry_day]), return_inverse=True)
    of_named, of_fresh, of_own = np.split(batch.astype(np.int64), [len(position), len(position) + len(every)])
    give, kept, in_transit = (np.zeros(len(keys), dtype=np.int64) for _ in range(3))
    give[of_own] = own.give
    kept[of_own] = own.units - own.give
    in_transit[of_fresh] = positions.in_transit
    return Batches(keys // _DAYS, keys % _DAYS, give, kept, in_transit), of_named


@dataclass(frozen=True, slots=True)
class Events:
    """What happens to batches, by (batch, day), shape ``(n_events,)``; `of_*` shape ``(n_lines,)``.

    The first event of every batch is its own stock.
    """

    batch: Ints
    position: Ints
    day: Ints
    """`OWN_STOCK_DAY`: own stock."""
    starts_batch: NDArray[np.bool_]
    present: Ints
    """S: own stock that may be given, plus received, less sent, so far."""
    withheld: Ints
    """Of this, own stock of a transit node that may not leave yet."""
    of_departure: Ints
    of_arrival: Ints

    @property
    def first(self) -> Ints:
        """First event of every batch, shape ``(n_batches,)``."""
        return np.flatnonzero(self.starts_batch)

    @property
    def last(self) -> Ints:
        """Last event of every batch, shape ``(n_batches,)``."""
        return np.append(self.first, len(self.batch))[1:] - 1

    def present_before(self) -> Ints:
        """S of the event before each event; 0 before the first, which is own stock itself."""
        return np.where(self.starts_batch, 0, np.roll(self.present, 1))

    def least_from(self) -> Ints:
        """min(S) over each event and the later ones of its batch: the units there after it that stay."""
        return running_min(self.present[::-1], self.batch[::-1])[::-1]

    def before_day(self, batch: Ints, day: Ints) -> Ints:
        """Last event of batches before a day above 0."""
        return np.searchsorted(self.batch * _DAYS + self.day, batch * _DAYS + np.minimum(day, NEVER)) - 1


def events_of(network: Network, positions: Positions, batches: Batches, lines: Lines, end_batch: Ints) -> Events:
    """Add up own stock, departures and arrivals by batch and day; the arrival of stock in transit is an event too.

    `end_batch` are the batches of all origins, then all destinations of the lines, shape ``(2 * n_lines,)``.
    """
    every = np.arange(len(batches))
    transit_day = positions.in_transit_day[batches.position]
    late = np.flatnonzero((batches.in_transit > 0) & (transit_day > 0))
    # What a node without transit sends is its own stock, which leaves before anything else happens there.
    departs = np.where(network.nodes.transit[lines.origin], lines.departs_day, OWN_STOCK_DAY)
    days = np.concatenate([np.full(len(every), OWN_STOCK_DAY), departs, lines.arrives_day, transit_day[late]])
    where = np.concatenate([every, end_batch, late])
    change = np.concatenate([batches.give, -lines.units, lines.units, np.zeros(len(late), dtype=np.int64)])
    codes, event = np.unique(where * _DAYS + (days - OWN_STOCK_DAY), return_inverse=True)
    total = np.zeros(len(codes), dtype=np.int64)
    np.add.at(total, event, change)
    batch, day = codes // _DAYS, codes % _DAYS + OWN_STOCK_DAY
    starts, position = day == OWN_STOCK_DAY, batches.position[codes // _DAYS]
    rests = network.nodes.transit[positions.node[position]] & (np.maximum(day, 0) < positions.release_day[position])
    n_lines = len(lines)
    return Events(
        batch=batch,
        position=position,
        day=day,
        starts_batch=starts,
        present=_running_sum(total, batch, np.flatnonzero(starts)),
        withheld=np.where(rests, batches.give[batch], 0),
        of_departure=event[len(every) : len(every) + n_lines],
        of_arrival=event[len(every) + n_lines : len(every) + 2 * n_lines],
    )


def running_min(values: Ints, segment: NDArray[np.integer[Any]]) -> Ints:
    """Least value so far in the same segment, for segment numbers that only rise or only fall."""
    if not len(values) or values.min() >= ALL_UNITS:
        return values.copy()
    # Ranks instead of values, each segment below the one before it, so that one pass over all serves every segment.
    ordered, rank = np.unique(values, return_inverse=True)
    offset = np.abs(segment - segment[0]) * len(ordered)
    return np.asarray(ordered[np.minimum.accumulate(rank - offset) + offset])


def range_min(values: Ints, first: Ints, end: Ints) -> Ints:
    """Least of the values from `first` to before `end`, each range holding one at least; shape of `first`."""
    if not len(first):
        return np.empty(0, dtype=np.int64)
    level = np.frexp((end - first).astype(np.float64))[1] - 1
    # Entry i of the k-th table is the least of 2 ** k values from i on; two of them cover any range.
    tables = [values]
    for k in range(int(level.max())):
        wider = tables[-1].copy()
        np.minimum(wider[: -(2**k)], tables[-1][2**k :], out=wider[: -(2**k)])
        tables.append(wider)
    least = np.stack(tables)
    return np.asarray(np.minimum(least[level, first], least[level, end - 2**level]))


def _running_sum(values: Ints, segment: Ints, first: Ints) -> Ints:
    """Sum of the values so far in the same segment."""
    total = np.cumsum(values)
    before = total[first] - values[first]
    return np.asarray(total - before[segment])
