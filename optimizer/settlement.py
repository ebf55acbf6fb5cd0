"""What every touched position holds and counts after a plan's lines, and what one line fewer would change.

An independent reading of the sections "Lead time" and "Transit and days" of docs/model.md, in closed form. At one
position let the events be the days on which something happens, in order, after a first event for its own stock, and

    S[i]    what is there after event i: own stock that may be given, plus received, less sent, so far
    cap[j]  U(day of j) plus the stock in transit that arrives between day 0 and that day; only for days above 0
    W[i]    least cap[j] over the events j <= i + 1
    G[i]    S[i] + W[i]

Units that arrived last leave first, so min(S[i:]) of the units there after event i stay. The nested caps then let

    min(S[-1] + late stock in transit, min(G))

units count, beyond what may not be given away. Leaving out a line adds a constant to S from one event on, so its effect
on both minima is known from running minima of G, for all lines at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.economics import (
    UnitWorth,
    arrival_cap_units,
    give_units,
    money,
    opening_units,
    unit_worth,
    value_change,
)

Ints = NDArray[np.int64]

UNLIMITED: Final = 2**61
"""Above every sum of units; twice it still fits 64 bits."""

_OWN_STOCK_DAY: Final = -1
"""The event before day 0: own stock, and what a node without transit sends of it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a plan with known lanes and products, shape ``(n_lines,)`` each."""

    origin: Ints
    destination: Ints
    sku: Ints
    units: Ints
    departs_day: Ints
    """Never below 0."""
    arrives_day: Ints
    lead_days: Ints

    def __len__(self) -> int:
        return len(self.units)


def lines_of(network: Network, lane: Ints, sku: Ints, units: Ints, arrives_day: Ints) -> Lines:
    """Look up where and when the lines of a plan leave and arrive."""
    lead = network.lanes.lead_time_days[lane]
    return Lines(
        origin=network.lanes.origin[lane].astype(np.int64),
        destination=network.lanes.destination[lane].astype(np.int64),
        sku=sku,
        units=units,
        departs_day=np.maximum(arrives_day - lead, 0),
        arrives_day=np.maximum(arrives_day, 0),
        lead_days=lead,
    )


@dataclass(frozen=True, slots=True)
class Positions:
    """(node, SKU) cells in order of (sku, node), shape ``(n_positions,)`` each; all zeros without a stock row."""

    node: Ints
    sku: Ints
    row: Ints
    """Row of ``network.stock``, -1 where there is none."""
    give: Ints
    kept: Ints
    """y0 - give: what may not be given away; may be negative."""
    in_transit: Ints
    in_transit_day: Ints
    worth: UnitWorth

    @property
    def late(self) -> Ints:
        """Units in transit that arrive after day 0."""
        return np.where(self.in_transit_day > 0, self.in_transit, 0)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Positions before and after a set of lines, shape ``(n_positions,)`` or ``(n_lines,)`` or ``(n_events,)``."""

    lines: Lines
    positions: Positions
    counted_before: Ints
    counted_after: Ints
    """y: the units that count as stock."""
    left_before: Ints
    left_after: Ints
    """Units that arrive too late to count."""
    staying: Ints
    """Own stock that may be given, plus received, less sent."""
    shortfall: Ints
    """How many units more than were there the position sends, on its worst day; 0 when none."""
    from_position: Ints
    to_position: Ints
    from_event: Ints
    to_event: Ints
    present: Ints
    """S of every event."""
    starts_position: NDArray[np.bool_]
    """Whether an event is the first of its position."""
    least_before: Ints
    """min(G) over the earlier events of the position."""
    least_from: Ints
    """min(G) over this event and the later ones of the position."""

    def present_before(self) -> Ints:
        """S of the event before each event; 0 before the first, which is own stock itself."""
        return np.where(self.starts_position, 0, np.roll(self.present, 1))

    def value_change(self) -> Ints:
        """Value after less value before of every position, in money units."""
        worth = self.positions.worth
        late = (self.left_after - self.left_before) * worth.left_over_worth
        return value_change(worth, self.counted_before, self.counted_after) + late

    def value_of_lines(self) -> Ints:
        """Return what leaving out each line alone takes from the value of its two positions, in money units."""
        back = self._loss_if_changed(self.from_position, self.from_event, self.lines.units)
        missing = self._loss_if_changed(self.to_position, self.to_event, -self.lines.units)
        return back + missing

    def _loss_if_changed(self, position: Ints, event: Ints, units: Ints) -> Ints:
        """Value of positions less their value when `units` more are there from an event on."""
        at = self.positions
        staying = self.staying[position] + units
        least = np.minimum(self.least_before[event], self.least_from[event] + units)
        counted = _counted(at, position, staying, least)
        on_day_0 = at.kept[position] + at.in_transit[position]
        left = on_day_0 + staying - counted
        worth = at.worth.take(position)
        late = (self.left_after[position] - left) * worth.left_over_worth
        return value_change(worth, counted, self.counted_after[position]) + late


def settle(network: Network, lines: Lines) -> Settlement:
    """Settle every position that a set of lines touches.

    Parameters
    ----------
    network : Network
    lines : Lines
        Positive units; they need not be feasible: a position that owes units has them below zero.

    Returns
    -------
    Settlement
    """
    n_nodes = max(len(network.nodes), 1)
    keys = np.concatenate([lines.sku * n_nodes + lines.origin, lines.sku * n_nodes + lines.destination])
    touched, inverse = np.unique(keys, return_inverse=True)
    positions = positions_at(network, touched % n_nodes, touched // n_nodes)
    from_position, to_position = np.split(inverse.astype(np.int64), 2)

    events = _events(network, positions, lines, from_position, to_position)
    caps = _caps(network, positions, events)
    first = np.flatnonzero(events.starts_position)
    present = _running_sum(events.change, events.position, first)
    least_cap = _running_min(np.append(caps[1:], UNLIMITED), events.position)
    reach = np.where(least_cap >= UNLIMITED, UNLIMITED, present + least_cap)
    last = np.append(first, len(present))[1:] - 1
    staying = present[last]
    every = np.arange(len(touched))
    least_from = _running_min(reach[::-1], events.position[::-1])[::-1]
    least_before = np.where(events.starts_position, UNLIMITED, np.roll(_running_min(reach, events.position), 1))
    counted_after = _counted(positions, every, staying, least_from[first])
    counted_before = counted_without_plan(network, positions)
    stock_before = positions.kept + positions.in_transit + positions.give
    return Settlement(
        lines=lines,
        positions=positions,
        counted_before=counted_before,
        counted_after=counted_after,
        left_before=stock_before - counted_before,
        left_after=stock_before - positions.give + staying - counted_after,
        staying=staying,
        shortfall=np.maximum(-_least_of(present, first), 0),
        from_position=from_position,
        to_position=to_position,
        from_event=events.of_departure,
        to_event=events.of_arrival,
        present=present,
        starts_position=events.starts_position,
        least_before=least_before,
        least_from=least_from,
    )


def positions_at(network: Network, node: Ints, sku: Ints) -> Positions:
    """Read (node, SKU) cells; a cell without a stock row has zeros everywhere, and is worth what its product is."""
    row = network.stock_row(node.astype(np.int32), sku.astype(np.int32))
    found = row >= 0
    at = row[found]

    def column(values: Ints) -> Ints:
        filled = np.zeros(len(row), dtype=np.int64)
        filled[found] = values[at]
        return filled

    give = column(give_units(network))
    price = money(network.products.list_price[sku], network.money_decimals)
    salvage = money(network.products.salvage_value[sku], network.money_decimals)
    levels = unit_worth(network, at)
    nothing = np.zeros(len(row), dtype=np.int64)
    worth = UnitWorth(
        full_units=_filled(nothing, found, levels.full_units),
        full_worth=_filled(price, found, levels.full_worth),
        partial_worth=_filled(salvage, found, levels.partial_worth),
        left_over_worth=_filled(salvage, found, levels.left_over_worth),
    )
    return Positions(
        node=node,
        sku=sku,
        row=row,
        give=give,
        kept=column(opening_units(network)) - give,
        in_transit=column(network.stock.in_transit),
        in_transit_day=column(network.stock.in_transit_arrival_day),
        worth=worth,
    )


def counted_without_plan(network: Network, positions: Positions) -> Ints:
    """Units that count at positions when nothing is moved: own stock and what of the stock in transit is in time."""
    late = positions.late
    known = np.flatnonzero((late > 0) & (positions.row >= 0))
    in_time = np.zeros_like(late)
    caps = arrival_cap_units(network, positions.row[known], positions.in_transit_day[known])
    in_time[known] = np.minimum(late[known], caps)
    return positions.kept + positions.give + positions.in_transit - late + in_time


@dataclass(frozen=True, slots=True)
class _Events:
    """What happens at positions, by (position, day), shape ``(n_events,)``; `of_*` shape ``(n_lines,)``."""

    position: Ints
    day: Ints
    change: Ints
    starts_position: NDArray[np.bool_]
    of_departure: Ints
    of_arrival: Ints


def _events(network: Network, positions: Positions, lines: Lines, from_position: Ints, to_position: Ints) -> _Events:
    """Add up own stock, departures and arrivals by position and day."""
    every = np.arange(len(positions.node))
    late = np.flatnonzero(positions.late)
    # What a node without transit sends is its own stock, which leaves on day 0, before anything arrives.
    departs = np.where(network.nodes.transit[lines.origin], lines.departs_day, _OWN_STOCK_DAY)
    days = np.concatenate(
        [np.full(len(every), _OWN_STOCK_DAY), departs, lines.arrives_day, positions.in_transit_day[late]]
    )
    where = np.concatenate([every, from_position, to_position, late])
    change = np.concatenate([positions.give, -lines.units, lines.units, np.zeros(len(late), dtype=np.int64)])
    span = int(days.max(initial=0)) + 2
    codes, event = np.unique(where * span + (days + 1), return_inverse=True)
    total = np.zeros(len(codes), dtype=np.int64)
    np.add.at(total, event, change)
    position = codes // span
    n_lines = len(lines)
    return _Events(
        position=position,
        day=codes % span - 1,
        change=total,
        starts_position=codes % span == 0,
        of_departure=event[len(every) : len(every) + n_lines],
        of_arrival=event[len(every) + n_lines : len(every) + 2 * n_lines],
    )


def _caps(network: Network, positions: Positions, events: _Events) -> Ints:
    """cap[j] of every event, `UNLIMITED` up to day 0."""
    caps = np.full(len(events.day), UNLIMITED, dtype=np.int64)
    later = np.flatnonzero(events.day > 0)
    at, day = events.position[later], events.day[later]
    row = positions.row[at]
    most = np.zeros(len(later), dtype=np.int64)
    most[row >= 0] = arrival_cap_units(network, row[row >= 0], day[row >= 0])
    arrived = (positions.in_transit_day[at] > 0) & (positions.in_transit_day[at] < day)
    caps[later] = most + np.where(arrived, positions.in_transit[at], 0)
    return caps


def _counted(positions: Positions, at: Ints, staying: Ints, least: Ints) -> Ints:
    """Units that count at positions, given what stays there and min(G)."""
    late = positions.late[at]
    on_day_0 = positions.kept[at] + positions.in_transit[at] - late
    return np.asarray(on_day_0 + np.minimum(staying + late, least))


def _filled(default: Ints, found: NDArray[np.bool_], values: Ints) -> Ints:
    filled = default.copy()
    filled[found] = values
    return filled


def _least_of(values: Ints, first: Ints) -> Ints:
    """Least value of every segment."""
    return np.minimum.reduceat(values, first) if len(first) else values


def _running_sum(values: Ints, segment: Ints, first: Ints) -> Ints:
    """Sum of the values so far in the same segment."""
    total = np.cumsum(values)
    before = total[first] - values[first]
    return np.asarray(total - before[segment])


def _running_min(values: Ints, segment: NDArray[np.integer[Any]]) -> Ints:
    """Least value so far in the same segment, for segment numbers that only rise or only fall."""
    if not len(values) or values.min() >= UNLIMITED:
        return values.copy()
    # Ranks instead of values, each segment below the one before it, so that one pass over all serves every segment.
    ordered, rank = np.unique(values, return_inverse=True)
    offset = np.abs(segment - segment[0]) * len(ordered)
    return np.asarray(ordered[np.minimum.accumulate(rank - offset) + offset])
