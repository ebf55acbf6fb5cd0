"""Rows of the canonical model that stand for the cells of a transfer problem, in time where time matters.

Most cells are one row: what is there, what may come in, what may leave and what the units that stay are worth. More is
needed in four cases:

* a node without transit that may both send and receive a SKU has a sending row (own stock) and a receiving row, so that
  what it receives cannot leave again;
* where units can arrive on days after 0, each day has rows of its own (the cell is *chained*). From a day's receiving
  row, units either count as stock, through a cap that nests over the days (U(l) of docs/model.md), or are left over;
* own stock that has to rest starts in a row of its own, from which it is kept, or leaves on its day;
* where units expire, each expiry day has rows of its own, and what counts is up to `optimizer.transfer.shelves`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import Potentials
from network.columns import NO_LIMIT
from network.joins import Codes, codes_of
from network.tables import Network
from optimizer.transfer.cells import Scope, units_worth_less
from optimizer.transfer.legs import Legs
from optimizer.worth.economics import arrival_cap_units
from optimizer.worth.lots import in_transit_expiry

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """Sending rows first, then receiving rows, then rows of resting stock.

    A **place** is a (cell, expiry day) pair, coded as ``cell * len(expiries) + kind``; a row is a (place, day) pair,
    coded as ``place * days + day``.
    """

    days: int
    expiries: Int64
    """The different expiry days, ascending; the last one is `NO_LIMIT`."""
    sending: Codes
    receiving: Codes
    resting: Int64
    """Sorted places of the rows of own stock that rests before it may leave."""
    row_cell: Int64
    """Cell of every row."""
    own_place: Int64
    """Sorted places with own stock that may leave, shape ``(n_own,)``."""
    own_supply: Int64
    """How many units of it, shape ``(n_own,)``."""
    cell_supply: Int64
    """Units of own stock that may leave, per cell."""
    sku_supply: Int64
    """The same summed per SKU: more than that never moves."""
    sends: Flags
    """Cells that some leg leaves."""
    receives: Flags
    """Cells that some leg reaches."""
    chained: Flags
    """Cells with rows for several days, or several expiry days."""
    keeps: Flags
    """Cells where units can stay: touched by a leg, with a stock row."""
    base_units: Int64
    """Units that count as stock when all own stock that may leave has left, per cell; unit values start there."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.sending) + len(self.receiving) + len(self.resting)

    def place(self, cell: Int64, expiry_day: Int64) -> Int64:
        """Code (cell, expiry day) pairs."""
        return places(self.expiries, cell, expiry_day)

    def sending_row(self, place: Int64, day: Int64) -> Int64:
        """Rows of (place, day) pairs that have a sending row."""
        return self.sending.row(place * self.days + day)

    def receiving_row(self, place: Int64, day: Int64) -> Int64:
        """Rows of (place, day) pairs that have a receiving row."""
        return len(self.sending) + self.receiving.row(place * self.days + day)

    def resting_row(self, place: Int64) -> Int64:
        """Rows of places whose own stock rests."""
        return len(self.sending) + len(self.receiving) + np.searchsorted(self.resting, place)


def kinds_of(expiries: Int64, expiry_day: Int64) -> Int64:
    """Rows of expiry days among the different ones."""
    return np.searchsorted(expiries, expiry_day) if len(expiries) > 1 else np.zeros_like(expiry_day)


def places(expiries: Int64, cell: Int64, expiry_day: Int64) -> Int64:
    """Code (cell, expiry day) pairs."""
    return cell * len(expiries) + kinds_of(expiries, expiry_day) if len(expiries) > 1 else cell


def grid_of(network: Network, scope: Scope, found: Potentials, legs: Legs) -> Grid:
    """Give rows to every cell that a leg touches."""
    n = len(scope.cells)
    sends, receives = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    sends[legs.origin] = True
    receives[legs.destination] = True
    keeps = (sends | receives) & (scope.stock_row >= 0)
    chained = scope.expires & (sends | receives)
    chained[legs.destination[legs.arrives_day > 0]] = True
    transit_expiry = in_transit_expiry(network, scope.stock_row[scope.expires & (scope.stock_row >= 0)])
    expiries = _distinct_days([scope.own.expiry_day, legs.expiry_day, transit_expiry])
    late = transit_day(network, scope)
    rests = sends & (scope.release_day > 0) & (scope.give > 0)
    days = int(max(legs.arrives_day.max(initial=0), scope.release_day[rests].max(initial=0)) + late.max(initial=0)) + 1
    arrives_later = np.zeros(len(network.products), dtype=bool)
    arrives_later[legs.sku[legs.arrives_day > 0]] = True
    whole = arrives_later[scope.cells.sku]
    own_place, own_supply = _own(scope, found, expiries, sends, receives, whole=whole)
    cell_supply = np.zeros(n, dtype=np.int64)
    own_cell = own_place // len(expiries) if len(expiries) > 1 else own_place
    np.add.at(cell_supply, own_cell, own_supply)
    sku_supply = np.zeros(len(network.products), dtype=np.int64)
    np.add.at(sku_supply, scope.cells.sku[own_cell], own_supply)
    codes = _Codes(expiries, days, n)
    sending = codes.sending(scope, legs, sends, rests)
    receiving = codes.receiving(network, scope, legs, sends=sends, receives=receives, chained=chained, rests=rests)
    resting = own_place[rests[own_cell]]
    by_day, kinds = np.concatenate([sending.values, receiving.values]), len(expiries)
    return Grid(
        days=days,
        expiries=expiries,
        sending=sending,
        receiving=receiving,
        resting=resting,
        row_cell=np.concatenate([by_day // (days * kinds) if days * kinds > 1 else by_day, resting // kinds]),
        own_place=own_place,
        own_supply=own_supply,
        cell_supply=cell_supply,
        sku_supply=sku_supply,
        sends=sends,
        receives=receives,
        chained=chained,
        keeps=keeps,
        base_units=scope.units_before - np.where(chained, scope.late_counted, 0) - cell_supply,
    )


@dataclass(frozen=True, slots=True)
class _Codes:
    """Writes the codes of rows."""

    expiries: Int64
    days: int
    n_cells: int

    def rows(self, parts: list[Int64]) -> Codes:
        """Rows for codes."""
        return codes_of(parts, self.n_cells * len(self.expiries) * self.days)

    def of(self, cell: Int64, expiry_day: Int64, day: Int64) -> Int64:
        place = places(self.expiries, cell, expiry_day)
        return place * self.days + day if self.days > 1 else place

    def lasting(self, cell: Int64, day: Int64) -> Int64:
        """Rows of units that never expire."""
        return self.of(cell, np.full(len(cell), NO_LIMIT), day)

    def sending(self, scope: Scope, legs: Legs, sends: Flags, rests: Flags) -> Codes:
        """Where legs start, where units that may go on arrive, and where own stock starts."""
        onward = scope.transit[legs.destination]
        first = np.flatnonzero(sends & ~scope.expires & ~rests)
        own = np.flatnonzero(sends[scope.own.cell] & (scope.own.give > 0))
        cell = scope.own.cell[own]
        return self.rows(
            [
                self.of(legs.origin, legs.expiry_day, legs.departs_day),
                self.of(legs.destination, legs.expiry_day, legs.arrives_day)[onward],
                self.lasting(first, np.zeros(len(first), dtype=np.int64)),
                self.of(cell, scope.own.expiry_day[own], np.where(rests[cell], scope.release_day[cell], 0)),
            ]
        )

    def receiving(
        self, network: Network, scope: Scope, legs: Legs, *, sends: Flags, receives: Flags, chained: Flags, rests: Flags
    ) -> Codes:
        """Where units stay, apart from where they leave."""
        has_row = scope.stock_row >= 0
        own_row = (sends & receives & ~scope.transit) | chained | ~(sends | (receives & scope.transit)) | rests
        first = np.flatnonzero((sends | receives) & has_row & own_row & ~scope.expires)
        late = np.flatnonzero(chained & has_row & ~scope.expires)
        arrives = chained[legs.destination] & has_row[legs.destination]
        stays = np.flatnonzero(chained & has_row & scope.expires)
        on_shelf = np.flatnonzero((chained & has_row & scope.expires)[scope.own.cell])
        row = scope.stock_row[stays]
        zeros = np.zeros(len(first) + len(on_shelf), dtype=np.int64)
        return self.rows(
            [
                self.lasting(first, zeros[: len(first)]),
                self.lasting(late, transit_day(network, scope)[late]),
                self.of(legs.destination[arrives], legs.expiry_day[arrives], legs.arrives_day[arrives]),
                self.of(scope.own.cell[on_shelf], scope.own.expiry_day[on_shelf], zeros[len(first) :]),
                self.of(stays, in_transit_expiry(network, row), transit_day(network, scope)[stays]),
            ]
        )


def _distinct_days(parts: list[Int64]) -> Int64:
    """Different expiry days, ascending; the last one is `NO_LIMIT`."""
    some = [np.unique(part[part < NO_LIMIT]) for part in parts]
    return np.unique(np.concatenate([*some, [NO_LIMIT]])).astype(np.int64)


def transit_day(network: Network, scope: Scope) -> Int64:
    """Day of arrival of late stock in transit per cell, 0 when there is none."""
    row = np.maximum(scope.stock_row, 0)
    return np.where(scope.late_units > 0, network.stock.in_transit_arrival_day[row], 0).astype(np.int64)


def _own(
    scope: Scope, found: Potentials, expiries: Int64, sends: Flags, receives: Flags, *, whole: Flags
) -> tuple[Int64, Int64]:
    """Places with own stock that may leave, and how much: only units that something else could be worth more than.

    All of it where the rule does not hold, because what the node receives replaces what it sends: at nodes without
    transit that may also receive, and, for SKUs where days matter (`whole`), at all nodes that may receive.
    """
    paying = units_worth_less(scope, np.arange(len(sends)), found.gain_out)
    paying = np.minimum(np.maximum(paying, scope.must_send), scope.give)
    paying = np.minimum(-(-paying // scope.pack) * scope.pack, scope.give)
    relays = receives & (whole | ~scope.transit)
    by_cell = np.where(sends, np.where(relays, scope.give, paying), 0)
    cell = scope.own.cell
    supply = np.where(scope.expires[cell], np.where(sends[cell], scope.own.give, 0), by_cell[cell])
    place, some = places(expiries, cell, scope.own.expiry_day), supply > 0
    return place[some], supply[some]


def supplies(network: Network, scope: Scope, grid: Grid) -> Int64:
    """Units that start in every row: own stock, late stock in transit where days have rows, and what expires."""
    supply = np.zeros(grid.n_rows, dtype=np.int64)
    rests = np.isin(grid.own_place, grid.resting) if len(grid.resting) else np.zeros(len(grid.own_place), dtype=bool)
    start = ~rests
    zero = np.zeros(int(start.sum()), dtype=np.int64)
    supply[grid.sending_row(grid.own_place[start], zero)] = grid.own_supply[start]
    supply[grid.resting_row(grid.own_place[rests])] = grid.own_supply[rests]
    regular = grid.chained & ~scope.expires & (scope.stock_row >= 0)
    late = np.flatnonzero(regular & (scope.late_units > 0))
    never = np.full(len(late), NO_LIMIT)
    supply[grid.receiving_row(grid.place(late, never), transit_day(network, scope)[late])] = scope.late_units[late]
    _add_shelved(network, scope, grid, supply)
    return supply


def _add_shelved(network: Network, scope: Scope, grid: Grid, supply: Int64) -> None:
    """Add what stays of expiring own stock, and stock in transit, to the rows where it is received."""
    stays = np.flatnonzero(grid.keeps & scope.expires)
    if not len(stays):
        return
    own = np.flatnonzero((grid.keeps & scope.expires)[scope.own.cell])
    place = grid.place(scope.own.cell[own], scope.own.expiry_day[own])
    leaves = np.append(grid.own_supply, 0)[_row_of(grid.own_place, place)]
    np.add.at(supply, grid.receiving_row(place, np.zeros(len(own), dtype=np.int64)), scope.own.units[own] - leaves)
    row = scope.stock_row[stays]
    at = grid.receiving_row(grid.place(stays, in_transit_expiry(network, row)), transit_day(network, scope)[stays])
    np.add.at(supply, at, network.stock.in_transit[row])


def _row_of(keys: Int64, wanted: Int64) -> Int64:
    """Rows of wanted keys among ascending ones, -1 where there is none."""
    row = np.searchsorted(keys, wanted)
    return np.where(np.append(keys, -1)[row] == wanted, row, -1)


@dataclass(frozen=True, slots=True)
class InnerFlows:
    """Flows within a node, free of charge: keeping, waiting for a later day, and counting as stock."""

    origin: Int64
    destination: Int64
    most_units: Int64


def inner_flows(network: Network, scope: Scope, grid: Grid) -> InnerFlows:
    """Tie the rows of each cell together."""
    sending, days, kinds = grid.sending.values, grid.days, len(grid.expiries)
    receiving, received = grid.receiving.values, grid.receiving.find(sending)
    keep = np.flatnonzero(received >= 0)
    wait = np.flatnonzero(sending[1:] // days == sending[:-1] // days)
    n = len(sending)
    count = _counting(scope, grid)
    cell = receiving[count] // (days * kinds)
    caps = arrival_cap_units(network, scope.stock_row[cell], receiving[count] % days)
    rest, everything = grid.resting // kinds, grid.sku_supply[scope.cells.sku]
    stay = np.flatnonzero(grid.keeps[rest])
    sender = sending // (days * kinds)
    return InnerFlows(
        origin=np.concatenate(
            [keep, wait, n + count, grid.resting_row(grid.resting[stay]), grid.resting_row(grid.resting)]
        ),
        destination=np.concatenate(
            [
                n + received[keep],
                wait + 1,
                n + count - 1,
                grid.receiving_row(grid.resting[stay], np.zeros(len(stay), dtype=np.int64)),
                grid.sending_row(grid.resting, scope.release_day[rest]),
            ]
        ),
        most_units=np.concatenate(
            [everything[sender[keep]], everything[sender[wait]], caps, everything[rest[stay]], everything[rest]]
        ),
    )


def _counting(scope: Scope, grid: Grid) -> Int64:
    """Receiving rows of later days whose units count through the row before; where units expire, shelves do it."""
    receiving, place = grid.receiving.values, grid.receiving.values // grid.days
    later = np.flatnonzero(place[1:] == place[:-1]) + 1
    return later[~scope.expires[receiving[later] // (grid.days * len(grid.expiries))]]


def main_rows(scope: Scope, grid: Grid) -> Int64:
    """Rows where units of a cell count as stock: its receiving row of day 0, else its sending row of day 0.

    Cells whose units expire have none here.
    """
    lasts = ~scope.expires[grid.row_cell]
    n, m = len(grid.sending), len(grid.sending) + len(grid.receiving)
    sending = grid.sending.values
    first_day = (sending % grid.days == 0) & (scope.stock_row[grid.row_cell[:n]] >= 0) & lasts[:n]
    own = first_day & (grid.receiving.find(sending) < 0)
    received = (grid.receiving.values % grid.days == 0) & lasts[n:m]
    return np.concatenate([np.flatnonzero(own), n + np.flatnonzero(received)])


def sends_by_row(scope: Scope, grid: Grid, cell: Int64) -> Flags:
    """Cells whose own row says that over-stock must leave: unchained, not resting, with enough stock that may."""
    must_send = scope.must_send[cell]
    simple = ~grid.chained[cell] & (scope.release_day[cell] == 0)
    return np.asarray((must_send > 0) & simple & (grid.cell_supply[cell] >= must_send))


def units_to_send(scope: Scope, grid: Grid) -> Int64:
    """Units that each row's position must send, where its increments are shortened for it."""
    units = np.zeros(grid.n_rows, dtype=np.int64)
    rows = main_rows(scope, grid)
    cell = grid.row_cell[rows]
    units[rows] = np.where(sends_by_row(scope, grid, cell), scope.must_send[cell], 0)
    return units
