"""What every touched position holds and counts after a plan's lines, and what one line fewer would change.

An independent reading of the sections "Lead time", "Lots and expiry" and "Transit and days" of docs/model.md:
`optimizer.certificate.events` adds up what is there day by day, `optimizer.certificate.counting` how much of it counts
as stock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate.counting import Counting, count_units, counted_without_plan
from optimizer.certificate.events import Batches, Events, batches_at, events_of
from optimizer.certificate.positions import Lines, Positions, positions_at
from optimizer.worth.economics import UnitWorth, value_change

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Ends of lines when each line alone is left out, shape ``(2 * n_lines,)``: all origins, then all destinations."""

    position: Ints
    counted: Ints
    left: Ints


@dataclass(frozen=True, slots=True)
class Settlement:
    """Positions before and after a set of lines, shape ``(n_positions,)`` or ``(n_lines,)``."""

    lines: Lines
    positions: Positions
    batches: Batches
    events: Events
    counting: Counting
    counted_before: Ints
    counted_after: Ints
    """y: the units that count as stock."""
    left_before: Ints
    left_after: Ints
    """Units that arrive too late, or expire too early, to count."""
    staying: Ints
    """Own stock that may be given, plus received, less sent."""
    from_position: Ints
    to_position: Ints
    from_batch: Ints
    to_batch: Ints

    @property
    def from_event(self) -> Ints:
        """Event of every line's departure."""
        return self.events.of_departure

    @property
    def to_event(self) -> Ints:
        """Event of every line's arrival."""
        return self.events.of_arrival

    @property
    def batch_staying(self) -> Ints:
        """Own stock that may be given, plus received, less sent, of every batch."""
        return self.events.present[self.events.last]

    def shortfall(self) -> tuple[Ints, Ints]:
        """How many units more are sent than are there, on the worst day of every batch; 0 when none.

        Returns
        -------
        ever : ndarray of int64, shape (n_batches,)
            Even if own stock could leave at once.
        by_day : ndarray of int64, shape (n_batches,)
            With own stock that may not leave yet withheld; at least `ever`.
        """
        events = self.events
        least = _least_of(events.present, events.first), _least_of(events.present - events.withheld, events.first)
        return np.maximum(-least[0], 0), np.maximum(-least[1], 0)

    def value_change(self, worth: UnitWorth | None = None) -> Ints:
        """Value after less value before of every position, in money units; of the positions' own worth if not given."""
        worth = self.positions.worth if worth is None else worth
        late = (self.left_after - self.left_before) * worth.left_over_worth
        return value_change(worth, self.counted_before, self.counted_after) + late

    def left_out(self) -> LeftOut:
        """Settle both ends of every line as if this line alone were left out."""
        at, units = self.positions, self.lines.units
        position = np.concatenate([self.from_position, self.to_position])
        more = np.concatenate([units, -units])
        counted = self.counted_without_line(self.counting)
        held = (at.kept + at.in_transit + self.staying)[position] + more
        return LeftOut(position, counted, held - counted)

    def counting_by(self, network: Network, last_day: Ints) -> Counting:
        """Count only what arrives by a day of every position, shape ``(n_positions,)``."""
        return count_units(network, self.positions, self.batches, self.events, last_day)

    def counted_without_line(self, counting: Counting) -> Ints:
        """Units that count at both ends of every line without it, shape ``(2 * n_lines,)``: origins first."""
        more = np.concatenate([self.lines.units, -self.lines.units])
        return counting.if_changed(np.concatenate([self.from_event, self.to_event]), more)

    def value_of_lines(self, left_out: LeftOut, worth: UnitWorth | None = None) -> Ints:
        """Return what leaving out each line alone takes from the value of its two positions, in money units."""
        position = left_out.position
        worth = (self.positions.worth if worth is None else worth).take(position)
        late = (self.left_after[position] - left_out.left) * worth.left_over_worth
        loss = value_change(worth, left_out.counted, self.counted_after[position]) + late
        origin, destination = np.split(loss, 2)
        return np.asarray(origin + destination)


def settle(network: Network, lines: Lines) -> Settlement:
    """Settle every position that a set of lines touches.

    Parameters
    ----------
    network : Network
    lines : Lines
        Positive units; they need not be feasible: a batch that owes units has them below zero.

    Returns
    -------
    Settlement
    """
    n_nodes = max(len(network.nodes), 1)
    keys = np.concatenate([lines.sku * n_nodes + lines.origin, lines.sku * n_nodes + lines.destination])
    touched, inverse = np.unique(keys, return_inverse=True)
    end = inverse.astype(np.int64)
    positions = positions_at(network, touched % n_nodes, touched // n_nodes)
    batches, end_batch = batches_at(network, positions, end, np.tile(lines.expiry_day, 2))
    from_position, to_position = np.split(end, 2)
    from_batch, to_batch = np.split(end_batch, 2)
    events = events_of(network, positions, batches, lines, end_batch)
    counting = count_units(network, positions, batches, events)
    counted_before = counted_without_plan(network, positions)
    staying = positions.give.copy()
    np.add.at(staying, to_position, lines.units)
    np.subtract.at(staying, from_position, lines.units)
    held = positions.kept + positions.in_transit
    return Settlement(
        lines=lines,
        positions=positions,
        batches=batches,
        events=events,
        counting=counting,
        counted_before=counted_before,
        counted_after=counting.units,
        left_before=held + positions.give - counted_before,
        left_after=held + staying - counting.units,
        staying=staying,
        from_position=from_position,
        to_position=to_position,
        from_batch=from_batch,
        to_batch=to_batch,
    )


def _least_of(values: Ints, first: Ints) -> Ints:
    """Least value of every segment."""
    return np.minimum.reduceat(values, first) if len(first) else values
