"""Rows of the canonical model that stand for the cells of a transfer problem, in time where time matters.

Most cells are one row: what is there, what may come in, what may leave and what the units that stay are worth. Two
cases need more:

* a node without transit that may both send and receive a SKU has a sending row (own stock) and a receiving row, so that
  what it receives cannot leave again;
* where units can arrive on days after 0, each day has rows of its own (the cell is *chained*). From a day's receiving
  row, units either count as stock, through a cap that nests over the days (U(l) of docs/model.md), or are left over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import Potentials
from network.tables import Network
from optimizer.economics import arrival_cap_units
from optimizer.model import Increments
from optimizer.transfer.cells import Scope, units_worth_less
from optimizer.transfer.legs import Legs

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """Sending rows first, then receiving rows; a row is a (cell, day) pair, coded as ``cell * days + day``."""

    days: int
    sending: Int64
    """Sorted codes of the sending rows."""
    receiving: Int64
    """Sorted codes of the receiving rows."""
    cell_supply: Int64
    """Units of own stock that may leave, per cell."""
    sku_supply: Int64
    """The same summed per SKU: more than that never moves."""
    sends: Flags
    """Cells that some leg leaves."""
    receives: Flags
    """Cells that some leg reaches."""
    chained: Flags
    """Cells with rows for several days."""
    keeps: Flags
    """Cells where units can stay: touched by a leg, with a stock row."""
    base_units: Int64
    """Units that count as stock when all own stock that may leave has left, per cell; unit values start there."""

    @property
    def row_cell(self) -> Int64:
        """Cell of every row."""
        return np.concatenate([self.sending, self.receiving]) // self.days

    def sending_row(self, cell: Int64, day: Int64) -> Int64:
        """Rows of (cell, day) pairs that have a sending row."""
        return np.searchsorted(self.sending, cell * self.days + day)

    def receiving_row(self, cell: Int64, day: Int64) -> Int64:
        """Rows of (cell, day) pairs that have a receiving row."""
        return len(self.sending) + np.searchsorted(self.receiving, cell * self.days + day)


def grid_of(network: Network, scope: Scope, found: Potentials, legs: Legs) -> Grid:
    """Give rows to every cell that a leg touches."""
    n = len(scope.cells)
    sends, receives, chained = (np.zeros(n, dtype=bool) for _ in range(3))
    sends[legs.origin] = True
    receives[legs.destination] = True
    chained[legs.destination[legs.arrives_day > 0]] = True
    has_row = scope.stock_row >= 0
    late = late_day(network, scope)
    days = int(legs.arrives_day.max(initial=0)) + int(late.max(initial=0)) + 1
    cell_supply = _supply(scope, found, sends, receives, whole=bool(np.any(legs.arrives_day)))
    onward = scope.transit[legs.destination]
    sending = [
        legs.origin * days + legs.departs_day,
        (legs.destination * days + legs.arrives_day)[onward],
        np.flatnonzero(sends) * days,
    ]
    own_row = (sends & receives & ~scope.transit) | chained | ~(sends | (receives & scope.transit))
    with_chain = np.flatnonzero(chained & has_row)
    counted = chained[legs.destination] & has_row[legs.destination]
    receiving = [
        np.flatnonzero((sends | receives) & has_row & own_row) * days,
        with_chain * days + late[with_chain],
        (legs.destination * days + legs.arrives_day)[counted],
    ]
    sku_supply = np.zeros(len(network.products), dtype=np.int64)
    np.add.at(sku_supply, scope.cells.sku, cell_supply)
    return Grid(
        days=days,
        sending=np.unique(np.concatenate(sending)),
        receiving=np.unique(np.concatenate(receiving)),
        cell_supply=cell_supply,
        sku_supply=sku_supply,
        sends=sends,
        receives=receives,
        chained=chained,
        keeps=(sends | receives) & has_row,
        base_units=scope.units_before - np.where(chained, scope.late_counted, 0) - cell_supply,
    )


def late_day(network: Network, scope: Scope) -> Int64:
    """Day of arrival of late stock in transit per cell, 0 when there is none."""
    row = np.maximum(scope.stock_row, 0)
    return np.where(scope.late_units > 0, network.stock.in_transit_arrival_day[row], 0)


def _supply(scope: Scope, found: Potentials, sends: Flags, receives: Flags, *, whole: bool) -> Int64:
    """Own stock that may leave: only units that something else could be worth more than.

    All of it where the rule does not hold: where days matter (`whole`), and at nodes without transit that may also
    receive, because what they receive replaces what they send.
    """
    paying = units_worth_less(scope, np.arange(len(sends), dtype=np.int32), found.gain_out)
    paying = np.minimum(np.maximum(paying, scope.must_send), scope.give)
    paying = np.minimum(-(-paying // scope.pack) * scope.pack, scope.give)
    relays = receives & ~scope.transit
    return np.where(sends, np.where(relays | whole, scope.give, paying), 0)


def supplies(network: Network, scope: Scope, grid: Grid) -> Int64:
    """Units that start in every row: own stock on day 0, late stock in transit where days have rows."""
    supply = np.zeros(len(grid.sending) + len(grid.receiving), dtype=np.int64)
    first_day = np.flatnonzero(grid.sending % grid.days == 0)
    supply[first_day] = grid.cell_supply[grid.sending[first_day] // grid.days]
    late = np.flatnonzero(grid.chained & (scope.late_units > 0) & (scope.stock_row >= 0))
    supply[grid.receiving_row(late, late_day(network, scope)[late])] = scope.late_units[late]
    return supply


@dataclass(frozen=True, slots=True)
class InnerFlows:
    """Flows within a node, free of charge: keeping, waiting for a later day, and counting as stock."""

    origin: Int64
    destination: Int64
    most_units: Int64


def inner_flows(network: Network, scope: Scope, grid: Grid) -> InnerFlows:
    """Tie the rows of each cell together."""
    sending, receiving, days = grid.sending, grid.receiving, grid.days
    keep = np.flatnonzero(np.isin(sending, receiving))
    wait = np.flatnonzero(sending[1:] // days == sending[:-1] // days)
    count = np.flatnonzero(receiving[1:] // days == receiving[:-1] // days) + 1
    caps = arrival_cap_units(network, scope.stock_row[receiving[count] // days], receiving[count] % days)
    n = len(sending)
    all_units = grid.sku_supply[scope.cells.sku[sending // days]]
    return InnerFlows(
        origin=np.concatenate([keep, wait, n + count]),
        destination=np.concatenate([n + np.searchsorted(receiving, sending[keep]), wait + 1, n + count - 1]),
        most_units=np.concatenate([all_units[keep], all_units[wait], caps]),
    )


def main_rows(scope: Scope, grid: Grid) -> Int64:
    """Rows where units of a cell count as stock: its receiving row of day 0, else its sending row of day 0."""
    first_day = (grid.sending % grid.days == 0) & (scope.stock_row[grid.sending // grid.days] >= 0)
    own = first_day & ~np.isin(grid.sending, grid.receiving)
    return np.concatenate([np.flatnonzero(own), len(grid.sending) + np.flatnonzero(grid.receiving % grid.days == 0)])


def increments_of(scope: Scope, grid: Grid) -> Increments:
    """Worth of what stays: full, mixed and left-over units in main rows; left-over units only in rows of later days."""
    main = main_rows(scope, grid)
    later = len(grid.sending) + np.flatnonzero(grid.receiving % grid.days > 0)
    main_cell, later_cell = grid.row_cell[main], grid.row_cell[later]
    worth, base, most_kept = scope.worth.take(main_cell), grid.base_units[main_cell], _most_kept(scope, grid, main_cell)
    full = np.minimum(np.maximum(worth.full_units - base, 0), most_kept)
    partial = np.minimum((base <= worth.full_units).astype(np.int64), most_kept - full)
    position = np.concatenate([main, main, main, later])
    most = np.concatenate([full, partial, most_kept - full - partial, _everything(scope, grid, later_cell)])
    late_worth = scope.worth.left_over_worth[later_cell]
    value = np.concatenate([worth.full_worth, worth.partial_worth, worth.left_over_worth, late_worth])
    step = np.repeat([0, 1, 2, 3], [len(main)] * 3 + [len(later)])
    order = np.lexsort((step, position))
    order = order[most[order] > 0]
    return Increments(position=position[order].astype(np.int32), most_units=most[order], worth=value[order])


def _everything(scope: Scope, grid: Grid, cell: Int64) -> Int64:
    """Units that could end at a cell at most."""
    return grid.sku_supply[scope.cells.sku[cell]] + scope.must_receive[cell] + scope.late_units[cell]


def _sends_by_row(scope: Scope, grid: Grid, cell: Int64) -> Flags:
    """Cells whose own row says that over-stock must leave: unchained, with enough stock that may."""
    must_send = scope.must_send[cell]
    return (must_send > 0) & ~grid.chained[cell] & (grid.cell_supply[cell] >= must_send)


def _most_kept(scope: Scope, grid: Grid, cell: Int64) -> Int64:
    """Most units that may stay: over-stock that must leave shortens the increments."""
    left = grid.cell_supply[cell] - scope.must_send[cell]
    return np.where(_sends_by_row(scope, grid, cell), left, _everything(scope, grid, cell))


def units_to_send(scope: Scope, grid: Grid) -> Int64:
    """Units that each row's position must send, where its increments are shortened for it."""
    units = np.zeros(len(grid.sending) + len(grid.receiving), dtype=np.int64)
    rows = main_rows(scope, grid)
    cell = grid.row_cell[rows]
    units[rows] = np.where(_sends_by_row(scope, grid, cell), scope.must_send[cell], 0)
    return units
