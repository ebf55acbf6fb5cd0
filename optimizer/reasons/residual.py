"""What a plan leaves: units that may still go, demand still unserved, room on the lanes, and by when a unit counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.outside import outside_nodes
from network.tables import AlertKind, Network
from optimizer.certificate.alert_service import alert_service
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.display_state import DisplayState, display_state
from optimizer.certificate.positions import Lines, lines_of, positions_at
from optimizer.certificate.settlement import Settlement, settle
from optimizer.outcomes import unmet_positions
from optimizer.plan import Plan
from optimizer.reasons.counting import Counter
from optimizer.reasons.line_book import LineBook, line_book, matters
from optimizer.reasons.room import ANY_LOAD, Room
from optimizer.reasons.standing import Moved, Stacks, Staying, kept_parts, stacks_and_staying
from optimizer.request import Request
from optimizer.scope import (
    PURCHASES,
    TRANSFERS,
    Bits,
    hard_alerts,
    open_responses,
    penalty_weights,
    skus_in_scope,
)
from optimizer.worth.economics import UnitWorth, alert_units, opening_units, product_weight, unit_worth, value_change
from optimizer.worth.lots import expires

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """(SKU, node) pairs in scope, sorted by SKU, then node, shape ``(n_cells,)`` each."""

    sku: Ints
    node: Ints
    row: Ints
    """Row of ``network.stock``, -1 where units may only pass through."""
    transit: Flags
    open_to: Bits
    """What lines that start or end here may be: in the request's scope, not closed by its policy."""
    is_open: Flags
    """Units may start on lines between nodes here, or be bought here."""
    worth: UnitWorth
    """In the objective; nothing where there is no row."""

    def __len__(self) -> int:
        return len(self.sku)


@dataclass(frozen=True, slots=True)
class MustSend:
    """Over-stock alerts that must be served, shape ``(n,)`` each."""

    alert: Ints
    """Row of ``network.alerts``."""
    cell: Ints
    slack: Ints
    """Units that may come without breaking the demand."""


@dataclass(frozen=True, slots=True)
class Residual:
    """The state after a plan; shape ``(n_cells,)`` unless said otherwise."""

    network: Network
    request: Request
    cells: Cells
    lines: Lines
    gets_late: Flags
    """Some unit arrives after day 0."""
    settled: Settlement
    settled_cell: Ints
    """Cell of each settled position."""
    units: Ints
    """Units that count as stock."""
    stacks: Stacks
    """Units that may still leave, multiples of the case pack."""
    idle: Ints
    """Units of each stack that may leave without lowering what counts, shape ``(n_stacks,)``."""
    staying: Staying
    """Units that stay where they are after the plan; of own stock what may be given."""
    first_stack: Ints
    """First stack of each cell, and the number of stacks at the end, shape ``(n_cells + 1,)``."""
    unmet_row: Ints
    """Row of ``network.stock``, ascending, shape ``(n_unmet,)``."""
    unmet_units: Ints
    """Shape ``(n_unmet,)``."""
    unmet_cell: Ints
    """Shape ``(n_unmet,)``."""
    may_come: Ints
    """Units that no hard demand to send keeps away, shape ``(n_unmet,)``."""
    must_send: MustSend
    counting: tuple[Counter, Counter]
    """Of the unmet positions where nothing expires, and of the others."""
    counting_index: Ints
    """Place of each unmet position in its `counting`, shape ``(n_unmet,)``."""
    room: Room
    book: LineBook
    shown: DisplayState
    is_shown: Flags
    """Cells that belong to a display."""
    weight: Ints
    """Of one unit in ``10 ** -6`` kg, shape ``(n_products,)``."""
    expires: Flags
    """Shape ``(n_products,)``."""

    def gain(self, index: Ints) -> Ints:
        """Worth of the first unmet unit of some unmet positions, in money."""
        cell = self.unmet_cell[index]
        return self.worth_between(cell, self.units[cell], self.units[cell] + 1)

    def worth_between(self, cell: Ints, units_from: Ints, units_to: Ints) -> Ints:
        """Value of cells with some units that count less that with others, in money."""
        return value_change(self.cells.worth.take(cell), units_from, units_to)

    def loss(self, stack: Ints, units: Ints) -> Ints:
        """Worth that leaves with so many units of stacks, in money: those first that do not count."""
        cell = self.stacks.cell[stack]
        unused = np.minimum(units, self.idle[stack])
        counted = self.units[cell]
        kept = self.worth_between(cell, counted - (units - unused), counted)
        return np.asarray(kept + unused * self.cells.worth.left_over_worth[cell])

    def last_worth(self, stack: Ints) -> Ints:
        """Worth of the unit of stacks that leaves first, in money."""
        return self.loss(stack, np.ones(len(stack), dtype=np.int64))

    def units_in_time(self, index: Ints, arrives_day: Ints, expiry_day: Ints, *, keeping: bool = False) -> Ints:
        """Unmet units that would count when they arrive and expire on some days; `keeping`: as if they kept."""
        more, last = np.zeros(len(index), dtype=np.int64), int(arrives_day.max(initial=0))
        for counter, some, at in self._counters(index):
            counting = counter.until(last)
            more[some] = counting.more(at, arrives_day[some], expiry_day[some], keeping=keeping)
        return more

    def last_day(self, index: Ints) -> Ints:
        """Last day on which one more unit would count at unmet positions; -1: none would."""
        last = np.zeros(len(index), dtype=np.int64)
        for counter, some, at in self._counters(index):
            last[some] = counter.last_day(at)
        return last

    def _counters(self, index: Ints) -> Iterator[tuple[Counter, Ints, Ints]]:
        """For SKUs that do not expire, and for the others: counter, which of the positions, and their places in it."""
        at, expiring = self.counting_index[index], self.expires[self.cells.sku[self.unmet_cell[index]]]
        for counter, mask in zip(self.counting, (~expiring, expiring), strict=True):
            some = np.flatnonzero(mask)
            if len(some):
                yield counter, some, at[some]


def residual_of(network: Network, request: Request, plan: Plan, room: Room) -> Residual:
    """Settle a plan and see what is left.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.
    room : Room
        What lanes and nodes can still take, after the lines of other networks too.

    Returns
    -------
    Residual
    """
    cells = _cells_of(network, request)
    moved = _moved(network, plan)
    ends = (cell_of(network, cells, moved.origin, moved.sku), cell_of(network, cells, moved.destination, moved.sku))
    lines = lines_of(network, plan)
    settled = settle(network, lines)
    settled_cell = cell_of(network, cells, settled.positions.node, settled.positions.sku)
    stacks, staying = stacks_and_staying(network, cells.row, cells.node, moved, ends)
    unmet_row, unmet_units = unmet_positions(network, request, plan)
    unmet_cell = cell_of(network, cells, network.stock.node[unmet_row], network.stock.sku[unmet_row])
    leave, must_send = _hard_slack(network, request, cells, lines)
    come = np.full(len(cells), ANY_LOAD, dtype=np.int64)
    np.minimum.at(come, must_send.cell, must_send.slack)
    stacks = _cases_left(network, cells, stacks, leave)
    units, idle = _counted(network, cells, moved, staying, stacks)
    units[settled_cell] = settled.counted_after
    shown = display_state(network, settled)
    counting, counting_index = _counting(network, cells, staying, unmet_cell, _last_event(network, moved))
    return Residual(
        network=network,
        request=request,
        cells=cells,
        lines=lines,
        gets_late=_gets_late(network, cells, ends[1][moved.arrives_day > 0]),
        settled=settled,
        settled_cell=settled_cell,
        units=units,
        stacks=stacks,
        idle=np.minimum(idle, stacks.may_leave),
        staying=staying,
        first_stack=np.searchsorted(stacks.cell, np.arange(len(cells) + 1)),
        unmet_row=unmet_row,
        unmet_units=unmet_units,
        unmet_cell=unmet_cell,
        may_come=come[unmet_cell],
        must_send=must_send,
        counting=counting,
        counting_index=counting_index,
        room=room,
        book=line_book(network, request, moved, _former(network, request)),
        shown=shown,
        is_shown=shown.has_display(cells.row) & (cells.row >= 0),
        weight=product_weight(network),
        expires=expires(network),
    )


def _cases_left(network: Network, cells: Cells, stacks: Stacks, leave: Ints) -> Stacks:
    """Keep of what may leave the whole cases that no hard demand holds back."""
    pack = network.products.case_pack[cells.sku[stacks.cell]]
    may_leave = np.minimum(stacks.may_leave, leave[stacks.cell]) // pack * pack
    some = np.flatnonzero(may_leave > 0)
    return Stacks(stacks.cell[some], stacks.expiry_day[some], may_leave[some], stacks.release_day[some])


def _gets_late(network: Network, cells: Cells, reached: Ints) -> Flags:
    """Mark cells that a line reaches after day 0, or to which stock is in transit then."""
    stock, has_row = network.stock, cells.row >= 0
    late = np.zeros(len(cells), dtype=np.bool_)
    late[reached] = True
    late[has_row] |= ((stock.in_transit_arrival_day > 0) & (stock.in_transit > 0))[cells.row[has_row]]
    return late


def _cells_of(network: Network, request: Request) -> Cells:
    """Stock rows of the SKUs in scope, and transit nodes that they may pass through."""
    n_nodes, in_scope = max(len(network.nodes), 1), skus_in_scope(network, request)
    rows = np.flatnonzero(in_scope[network.stock.sku])
    stocked = network.stock.sku[rows].astype(np.int64) * n_nodes + network.stock.node[rows]
    passing = np.flatnonzero(in_scope)[:, None] * n_nodes + np.flatnonzero(network.nodes.transit)[None, :]
    keys = np.union1d(stocked, passing.ravel()).astype(np.int64)
    at = np.searchsorted(keys, stocked)
    row = np.full(len(keys), -1, dtype=np.int64)
    row[at] = rows
    sku, node = keys // n_nodes, keys % n_nodes
    worth = unit_worth(network, rows, penalty_weights(network, request)[rows])
    open_to = open_responses(network, request, node, sku)
    return Cells(
        sku=sku,
        node=node,
        row=row,
        transit=network.nodes.transit[node],
        open_to=open_to,
        is_open=(open_to & np.where(outside_nodes(network)[node], PURCHASES, TRANSFERS)) != 0,
        worth=worth.spread(row >= 0, 0, 0),
    )


def cell_of(network: Network, cells: Cells, node: NDArray[np.integer[Any]], sku: NDArray[np.integer[Any]]) -> Ints:
    """Cell of (node, SKU) pairs, -1 where there is none."""
    n_nodes = max(len(network.nodes), 1)
    keys = cells.sku * n_nodes + cells.node
    wanted = np.asarray(sku, dtype=np.int64) * n_nodes + node
    at = np.searchsorted(keys, wanted)
    return np.where(np.append(keys, -1)[at] == wanted, at, -1)


def _moved(network: Network, plan: Plan) -> Moved:
    """Lines of a plan with their lanes."""
    lines = lines_of(network, plan)
    return Moved(
        lane=plan.lane.astype(np.int64),
        sku=lines.sku,
        origin=lines.origin,
        destination=lines.destination,
        units=lines.units,
        departs_day=lines.departs_day,
        arrives_day=lines.arrives_day,
        expiry_day=lines.expiry_day,
    )


def _former(network: Network, request: Request) -> Moved:
    """Lines of the former plan, where they are more than a hint."""
    former = request.former_plan
    if former is None or not matters(former):
        none = np.empty(0, dtype=np.int64)
        return Moved(none, none, none, none, none, none, none, none)
    return _moved(network, former.plan)


def _hard_slack(network: Network, request: Request, cells: Cells, lines: Lines) -> tuple[Ints, MustSend]:
    """Units that may leave every cell without breaking a hard demand, and the demands to send."""
    leave = np.full(len(cells), ANY_LOAD, dtype=np.int64)
    alerts, hard = network.alerts, hard_alerts(network, request).astype(np.int64)
    units = alert_units(network)[hard]
    hard, units = hard[units > 0], units[units > 0]
    slack = np.maximum(alert_service(network, lines).net_units[hard] - units, 0)
    cell = cell_of(network, cells, alerts.node[hard], alerts.sku[hard])
    shortage = (alerts.kind[hard] == AlertKind.SHORTAGE) & (cell >= 0)
    surplus = (alerts.kind[hard] != AlertKind.SHORTAGE) & (cell >= 0)
    np.minimum.at(leave, cell[shortage], slack[shortage])
    return leave, MustSend(hard[surplus], cell[surplus], slack[surplus])


def _last_event(network: Network, moved: Moved) -> int:
    """Last day on which something arrives."""
    stock = network.stock
    coming = stock.in_transit_arrival_day[stock.in_transit > 0].max(initial=0)
    return min(int(max(coming, moved.arrives_day.max(initial=0))), network.horizon_days)


def _counting(
    network: Network, cells: Cells, staying: Staying, unmet_cell: Ints, last_event: int
) -> tuple[tuple[Counter, Counter], Ints]:
    """Get ready to count further units at unmet positions, where nothing expires and elsewhere."""
    expiring = expires(network)[cells.sku[unmet_cell]]
    index = np.empty(len(unmet_cell), dtype=np.int64)
    found = []
    for flag, some in ((False, np.flatnonzero(~expiring)), (True, np.flatnonzero(expiring))):
        index[some] = np.arange(len(some))
        found.append(_counter(network, cells, staying, unmet_cell[some], last_event, expiring=flag))
    return (found[0], found[1]), index


def _counter(
    network: Network, cells: Cells, staying: Staying, cell: Ints, last_event: int, *, expiring: bool
) -> Counter:
    """Get ready to count further units at some cells with stock rows."""
    place = np.full(len(cells), -1, dtype=np.int64)
    place[cell] = np.arange(len(cell))
    kept = kept_parts(network, cell, cells.row[cell])
    some = np.flatnonzero(place[staying.cell] >= 0)
    parts = Staying(
        np.concatenate([kept.cell, staying.cell[some]]),
        np.concatenate([kept.expiry_day, staying.expiry_day[some]]),
        np.concatenate([kept.arrives_day, staying.arrives_day[some]]),
        np.concatenate([kept.units, staying.units[some]]),
    )
    return Counter(network, cells.row[cell], place[parts.cell], parts, last_event=last_event, expiring=expiring)


def _counted(network: Network, cells: Cells, moved: Moved, staying: Staying, stacks: Stacks) -> tuple[Ints, Ints]:
    """Units that count at cells that no line touches, and idle units of all stacks."""
    stock, has_row = network.stock, np.flatnonzero(cells.row >= 0)
    row = cells.row[has_row]
    units = np.zeros(len(cells), dtype=np.int64)
    units[has_row] = (opening_units(network) + stock.in_transit)[row]
    # All that is there on day 0 counts where nothing expires.
    late = (stock.in_transit[row] > 0) & (stock.in_transit_arrival_day[row] > 0)
    some = has_row[late | expires(network)[stock.sku[row]]]
    units[some] = counted_without_plan(network, positions_at(network, cells.node[some], cells.sku[some]))
    idle = np.zeros(len(stacks), dtype=np.int64)
    # Where all that may leave keeps until the horizon, each unit that leaves is missed.
    perishes = np.zeros(len(cells), dtype=np.bool_)
    perishes[stacks.cell[stacks.expiry_day < network.horizon_days]] = True
    perishing = np.flatnonzero(perishes & (cells.row >= 0))
    counting = _counter(network, cells, staying, perishing, _last_event(network, moved), expiring=True).until(0)
    place = np.full(len(cells), -1, dtype=np.int64)
    place[perishing] = np.arange(len(perishing))
    some = np.flatnonzero(place[stacks.cell] >= 0)
    idle[some] = counting.idle(place[stacks.cell[some]], stacks.expiry_day[some])
    return units, idle
