"""How many units count as stock: the sections "Lead time" and "Lots and expiry" of docs/model.md, in closed form.

Where nothing expires, let the events of a position be those of its one batch (`optimizer.certificate.events`), and

    S[i]    what is there after event i: own stock that may be given, plus received, less sent, so far
    cap[j]  U(day of j) plus the stock in transit that arrives between day 0 and that day; only for days above 0
    W[i]    least cap[j] over the events j <= i + 1
    G[i]    S[i] + W[i]

Units that arrived last leave first, so min(S[i:]) of the units there after event i stay. The nested caps then let

    min(S[-1] + late stock in transit, min(G))

units count, beyond what may not be given away. Leaving out a line adds a constant to S from one event on, so its effect
on both minima is known from running minima of G, for all lines at once.

Where units expire, the two families of caps meet: N(l, e) + U(l) + C(e) is computed for every day of arrival l and
expiry day e of a position. Leaving out a line changes N(l, e) by the same number for all e before its own expiry day,
so the least over e before and from that day on, known for every l, gives the new minimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network
from optimizer.certificate.events import NEVER, Batches, Events, batches_at, events_of, range_min, running_min
from optimizer.certificate.positions import Lines, Positions
from optimizer.worth.economics import ALL_UNITS, arrival_cap_units
from optimizer.worth.lots import expiry_cap_units

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counting:
    """The units that count at positions after a set of lines."""

    units: Ints
    """y, shape ``(n_positions,)``."""
    positions: Positions
    events: Events
    by_arrival: _ByArrival
    by_expiry: _ByExpiry

    def if_changed(self, event: Ints, units: Ints) -> Ints:
        """Units that would count when so many more were there from an event on.

        Parameters
        ----------
        event : ndarray of int64, shape (n,)
            Rows of the events.
        units : ndarray of int64, shape (n,)
            May be negative.

        Returns
        -------
        ndarray of int64, shape (n,)
        """
        counted = self.by_arrival.if_changed(self.positions, self.events, event, units)
        expiring = np.flatnonzero(self.positions.expires[self.events.position[event]])
        counted[expiring] = self.by_expiry.if_changed(self.events, event[expiring], units[expiring])
        return counted


def count_units(
    network: Network, positions: Positions, batches: Batches, events: Events, last_day: Ints | None = None
) -> Counting:
    """Count what is at positions after a set of lines.

    Parameters
    ----------
    network : Network
    positions : Positions
    batches : Batches
    events : Events
        With those of the lines.
    last_day : ndarray of int64, shape (n_positions,), optional
        Units that arrive after it do not count.

    Returns
    -------
    Counting
    """
    last_day = np.full(len(positions), NEVER) if last_day is None else last_day
    by_arrival = _count_by_arrival(network, positions, events, last_day)
    first = np.searchsorted(events.position, np.arange(len(positions)))
    units = by_arrival.counted(
        positions, np.arange(len(positions)), _last_present(events), by_arrival.least_from[first]
    )
    by_expiry = _count_by_expiry(network, positions, batches, events, last_day)
    units[by_expiry.position] = by_expiry.units
    return Counting(units, positions, events, by_arrival, by_expiry)


def counted_without_plan(network: Network, positions: Positions) -> Ints:
    """Units that count at positions when nothing is moved, shape (n_positions,)."""
    late = positions.late
    known = np.flatnonzero((late > 0) & (positions.row >= 0))
    in_time = np.zeros_like(late)
    caps = arrival_cap_units(network, positions.row[known], positions.in_transit_day[known])
    in_time[known] = np.minimum(late[known], caps)
    counted = positions.kept + positions.give + positions.in_transit - late + in_time
    expiring = np.flatnonzero(positions.expires)
    if len(expiring):
        nothing = np.empty(0, dtype=np.int64)
        none = Lines(*[nothing] * 8)
        there = positions.take(expiring)
        batches, _ = batches_at(network, there, nothing, nothing)
        events = events_of(network, there, batches, none, nothing)
        every_day = np.full(len(there), NEVER)
        counted[expiring] = _count_by_expiry(network, there, batches, events, every_day).units
    return counted


@dataclass(frozen=True, slots=True)
class _ByArrival:
    """Positions where nothing expires, shape ``(n_events,)`` each."""

    least_before: Ints
    """min(G) over the earlier events of the position."""
    least_from: Ints
    """min(G) over this event and the later ones of the position."""

    def counted(self, positions: Positions, at: Ints, staying: Ints, least: Ints) -> Ints:
        """Units that count at positions, given what stays there and min(G)."""
        late = positions.late[at]
        on_day_0 = positions.kept[at] + positions.in_transit[at] - late
        return np.asarray(on_day_0 + np.minimum(staying + late, least))

    def if_changed(self, positions: Positions, events: Events, event: Ints, units: Ints) -> Ints:
        """Units that would count when so many more were there from an event on."""
        at = events.position[event]
        least = np.minimum(self.least_before[event], self.least_from[event] + units)
        return self.counted(positions, at, _last_present(events)[at] + units, least)


def _last_present(events: Events) -> Ints:
    """S after the last event of every position: what stays of its last batch, the only one where nothing expires."""
    ends = np.flatnonzero(np.append(events.position[1:] != events.position[:-1], True)[: len(events.position)])
    return events.present[ends]


def _count_by_arrival(network: Network, positions: Positions, events: Events, last_day: Ints) -> _ByArrival:
    """Find the minima of G by event; they mean nothing where units expire."""
    caps = np.full(len(events.day), ALL_UNITS, dtype=np.int64)
    later = np.flatnonzero((events.day > 0) & ~positions.expires[events.position])
    at, day = events.position[later], events.day[later]
    arrived = (positions.in_transit_day[at] > 0) & (positions.in_transit_day[at] < day)
    in_time = np.where(day <= last_day[at], _arrival_caps(network, positions, at, day), 0)
    caps[later] = in_time + np.where(arrived, positions.in_transit[at], 0)
    least_cap = running_min(np.append(caps[1:], ALL_UNITS), events.position)
    reach = np.where(least_cap >= ALL_UNITS, ALL_UNITS, events.present + least_cap)
    least_from = running_min(reach[::-1], events.position[::-1])[::-1]
    starts = np.append(True, events.position[1:] != events.position[:-1])[: len(reach)]
    least_before = np.where(starts, ALL_UNITS, np.roll(running_min(reach, events.position), 1))
    return _ByArrival(least_before, least_from)


def _arrival_caps(network: Network, positions: Positions, at: Ints, day: Ints) -> Ints:
    """U(day) of positions, 0 where nothing is stocked."""
    row = positions.row[at]
    most = np.zeros(len(at), dtype=np.int64)
    most[row >= 0] = arrival_cap_units(network, row[row >= 0], day[row >= 0])
    return most


@dataclass(frozen=True, slots=True)
class _ByExpiry:
    """Positions whose units expire: a column per day of arrival, and in each a cell per batch of the position."""

    position: Ints
    """The positions, ascending, shape ``(n_expiring,)``, like the next three."""
    units: Ints
    """Units that count."""
    owed: Ints
    first_column: Ints
    n_columns: Ints
    first_cell: Ints
    """Of every column, shape ``(n_columns.sum(),)``."""
    event: Ints
    """Last event of the cell's batch before the column's day, shape ``(n_cells,)``, like the next two."""
    least_before: Ints
    """min(N + U + C) over the earlier expiry days, and none."""
    least_from: Ints
    """min(N + U + C) over this expiry day and the later ones."""
    staying: Ints
    """min(S) from each event on, shape ``(n_events,)``."""
    first_batch: Ints
    """Of every position, shape ``(n_expiring,)``."""

    def if_changed(self, events: Events, event: Ints, units: Ints) -> Ints:
        """Units that would count when so many more were there from an event on."""
        if not len(event):
            return np.empty(0, dtype=np.int64)
        at = np.searchsorted(self.position, events.position[event])
        owner, column = runs(self.first_column[at], self.n_columns[at])
        cell = self.first_cell[column] + (events.batch[event] - self.first_batch[at])[owner]
        before, changed, more = self.event[cell], event[owner], units[owner]
        stays = self.staying[before] + more
        # Of the units there before the change as many stay as before it, if not fewer go on later.
        earlier = np.flatnonzero(before < changed)
        stays[earlier] = np.minimum(
            range_min(events.present, before[earlier], changed[earlier]),
            self.staying[changed[earlier]] + more[earlier],
        )
        least = np.minimum(self.least_from[cell], self.least_before[cell] + stays - self.staying[before])
        first = np.cumsum(self.n_columns[at]) - self.n_columns[at]
        return np.asarray(np.minimum.reduceat(least, first) - self.owed[at])


def _count_by_expiry(
    network: Network, positions: Positions, batches: Batches, events: Events, last_day: Ints
) -> _ByExpiry:
    """Compute N(l, e) + U(l) + C(e) at every position whose units expire."""
    expiring = np.flatnonzero(positions.expires)
    column_position, day = _columns(positions, events)
    first_batch = np.searchsorted(batches.position, expiring)
    n_batches = np.searchsorted(batches.position, expiring, side="right") - first_batch
    of_expiring = np.searchsorted(expiring, column_position)
    column, batch = runs(first_batch[of_expiring], n_batches[of_expiring])
    event, staying = events.before_day(batch, day[column]), events.least_from()
    in_transit = np.where(positions.in_transit_day[column_position][column] < day[column], batches.in_transit[batch], 0)
    stays = batches.kept[batch] + staying[event] + in_transit

    too_late = (day == NEVER) | (day > last_day[column_position])
    late_cap = np.where(too_late, 0, _arrival_caps(network, positions, column_position, day))
    cap = _expiry_caps(network, positions, batches)[batch]
    total = np.append(0, np.cumsum(stays))
    last = np.cumsum(n_batches[of_expiring])
    first = last - n_batches[of_expiring]
    later = total[last][column] - total[1:]
    sums = np.where(cap >= ALL_UNITS, ALL_UNITS, later + cap + late_cap[column])
    none = total[last] - total[first] + late_cap
    least_from = running_min(sums[::-1], column[::-1])[::-1]
    earlier = np.roll(running_min(sums, column), 1)
    earlier[first] = ALL_UNITS
    least_before = np.minimum(earlier, none[column])

    first_column = np.searchsorted(column_position, expiring)
    least = np.minimum(none, least_from[first])
    owed = positions.owed[expiring]
    return _ByExpiry(
        position=expiring,
        units=(np.minimum.reduceat(least, first_column) if len(expiring) else least) - owed,
        owed=owed,
        first_column=first_column,
        n_columns=np.searchsorted(column_position, expiring, side="right") - first_column,
        first_cell=first,
        event=event,
        least_before=least_before,
        least_from=least_from,
        staying=staying,
        first_batch=first_batch,
    )


def _columns(positions: Positions, events: Events) -> tuple[Ints, Ints]:
    """Positions whose units expire, each with every day above 0 on which something happens, and with `NEVER`."""
    expiring = np.flatnonzero(positions.expires)
    later = np.flatnonzero((events.day > 0) & positions.expires[events.position])
    at = np.concatenate([expiring, events.position[later]])
    keys = np.unique(at * 2**32 + np.concatenate([np.full(len(expiring), NEVER), events.day[later]]))
    return keys // 2**32, keys % 2**32


def _expiry_caps(network: Network, positions: Positions, batches: Batches) -> Ints:
    """C(e) of every batch; where nothing is stocked nothing is sold, so 0 up to the horizon."""
    row = positions.row[batches.position]
    cap = np.where(batches.expiry_day >= network.horizon_days, ALL_UNITS, 0)
    stocked = np.flatnonzero((row >= 0) & (cap == 0))
    cap[stocked] = expiry_cap_units(network, row[stocked], batches.expiry_day[stocked])
    return cap
