"""What every position holds after a plan, by the day its units arrived and expire, and what of it may still leave.

A closed reading of the sections "Transit and days" and "Lots and expiry" of docs/model.md: units that arrived last
leave first, so what stays of each class (position and expiry day) is the running minimum, seen from the end, of what is
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.worth.lots import in_transit_expiry, own_lots

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BEFORE: Final = -1
"""The day of own stock, before anything arrives."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Lines of a plan, shape ``(n_lines,)`` each."""

    lane: Ints
    sku: Ints
    origin: Ints
    destination: Ints
    units: Ints
    departs_day: Ints
    arrives_day: Ints
    expiry_day: Ints
    """`NO_LIMIT`: never; also where the SKU does not expire."""

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True, slots=True)
class Stacks:
    """Units that may still leave, sorted by cell, then expiry day, shape ``(n_stacks,)`` each."""

    cell: Ints
    expiry_day: Ints
    may_leave: Ints
    release_day: Ints
    """Day from which they may."""

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True, slots=True)
class Staying:
    """Units that stay, by class and day of arrival, shape ``(n_parts,)`` each."""

    cell: Ints
    expiry_day: Ints
    arrives_day: Ints
    """-1: own stock."""
    units: Ints

    def take(self, index: NDArray[np.intp]) -> Staying:
        """Return some of the parts."""
        return Staying(self.cell[index], self.expiry_day[index], self.arrives_day[index], self.units[index])


@dataclass(frozen=True, slots=True)
class _Classes:
    """Own stock and movements as events at (cell, expiry day), in order of class and day; shape ``(n_events,)``."""

    cell: Ints
    """Of each class, shape ``(n_classes,)``, like `expiry_day`."""
    expiry_day: Ints
    of_event: Ints
    day: Ints
    present: Ints
    """Units there after each event."""
    least_from: Ints
    """Least of `present` from each event of the class on."""
    first: Ints
    """First event of each class, shape ``(n_classes,)``."""


def stacks_and_staying(
    network: Network, cell_row: Ints, cell_node: Ints, lines: Moved, line_cells: tuple[Ints, Ints]
) -> tuple[Stacks, Staying]:
    """Settle the classes of all cells.

    Parameters
    ----------
    network : Network
    cell_row : ndarray of int64, shape (n_cells,)
        Row of ``network.stock``, -1 where there is none.
    cell_node : ndarray of int, shape (n_cells,)
    lines : Moved
    line_cells : pair of ndarray of int64, shape (n_lines,) each
        Cells that the lines leave and reach.

    Returns
    -------
    Stacks
    Staying
        Of own stock only what may be given away; what a position keeps for itself is not in it.
    """
    with_row = np.flatnonzero(cell_row >= 0)
    lots = own_lots(network, cell_row[with_row])
    own_cell = with_row[lots.index]
    released = network.stock.no_send_before_day[lots.row].astype(np.int64)
    origin, destination = line_cells
    passes = network.nodes.transit[cell_node]
    gone = np.where(passes[origin], lines.departs_day, _BEFORE)
    own = (own_cell, lots.expiry_day.astype(np.int64), lots.give)
    going = (origin, lines.expiry_day, gone, -lines.units)
    coming = (destination, lines.expiry_day, lines.arrives_day, lines.units)
    kept = _classes(np.full(len(own_cell), _BEFORE), own, (going, coming))
    through = np.flatnonzero(passes[destination])
    rest = np.where(passes[origin], lines.departs_day, 0)
    here = tuple(column[through] for column in coming)
    may_go = _classes(released, own, ((origin, lines.expiry_day, rest, -lines.units), here))
    before = np.where(np.arange(len(kept.day)) == kept.first[kept.of_event], 0, np.roll(kept.least_from, 1))
    staying = Staying(kept.cell[kept.of_event], kept.expiry_day[kept.of_event], kept.day, kept.least_from - before)
    return _stacks(may_go), staying


def _classes(own_day: Ints, own: tuple[Ints, Ints, Ints], moves: tuple[tuple[Ints, ...], ...]) -> _Classes:
    """Sort events by class and day and add them up."""
    parts = [(own[0], own[1], own_day, own[2]), *moves]
    cell, expiry, day, change = (np.concatenate([part[i] for part in parts]).astype(np.int64) for i in range(4))
    order = np.lexsort((day, expiry, cell))
    cell, expiry, day, change = cell[order], expiry[order], day[order], change[order]
    new_class = np.append(True, (cell[1:] != cell[:-1]) | (expiry[1:] != expiry[:-1]))[: len(cell)]
    new_event = new_class | np.append(True, day[1:] != day[:-1])[: len(day)]
    at = np.flatnonzero(new_event)
    if not len(at):
        return _Classes(cell, expiry, cell, day, change, change, cell)
    change = np.add.reduceat(change, at)
    first = np.flatnonzero(new_class[at])
    of_event = np.cumsum(new_class[at]) - 1
    total = np.cumsum(change)
    present = total - (total[first] - change[first])[of_event]
    return _Classes(
        cell=cell[at][first],
        expiry_day=expiry[at][first],
        of_event=of_event,
        day=day[at],
        present=present,
        least_from=least_from(present, of_event),
        first=first,
    )


def least_from(values: Ints, group: Ints) -> Ints:
    """Least value from each place of its group on; groups ascend.

    Parameters
    ----------
    values, group : ndarray of int64, shape (n,)
        At least one.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    ordered, rank = np.unique(values, return_inverse=True)
    # Ranks, each group below the one after it, so that one pass from the end serves all of them.
    shifted = rank.astype(np.int64) - (group[-1] - group) * len(ordered)
    return np.asarray(ordered[np.minimum.accumulate(shifted[::-1])[::-1] + (group[-1] - group) * len(ordered)])


def _stacks(classes: _Classes) -> Stacks:
    """From the first day on which some units are left until the end, so many may leave."""
    open_events = np.flatnonzero((classes.least_from > 0) & (classes.day >= 0))
    of_class = classes.of_event[open_events]
    _, first = np.unique(of_class, return_index=True)
    event = open_events[first]
    at = classes.of_event[event]
    return Stacks(classes.cell[at], classes.expiry_day[at], classes.least_from[event], classes.day[event])


def kept_parts(network: Network, cell: Ints, row: Ints) -> Staying:
    """Units that positions keep whatever a plan does: own units that may not be given, and stock in transit.

    Parameters
    ----------
    network : Network
    cell, row : ndarray of int64, shape (n,)
        Cells and their rows of ``network.stock``.

    Returns
    -------
    Staying
    """
    lots, stock = own_lots(network, row), network.stock
    coming = np.flatnonzero(stock.in_transit[row] > 0)
    return Staying(
        np.concatenate([cell[lots.index], cell[coming]]),
        np.concatenate([lots.expiry_day, in_transit_expiry(network, row[coming])]).astype(np.int64),
        np.concatenate([np.full(len(lots), _BEFORE), stock.in_transit_arrival_day[row[coming]]]),
        np.concatenate([lots.units - lots.give, stock.in_transit[row[coming]]]),
    )
