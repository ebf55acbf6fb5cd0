"""Which positions a transfer plan may touch, what their units are worth, and which flows between them could pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, Cells, Edges, Potentials, join_lanes, paying_edges, potentials
from network.joins import codes_of
from network.lane_rules import may_carry
from network.tables import AlertKind, Network
from optimizer.request import Request
from optimizer.scope import (
    Bits,
    hard_alerts,
    open_responses,
    penalty_weights,
    responses_asked,
    responses_of_lanes,
    skus_in_scope,
)
from optimizer.transfer.displays import Wishes, wishes_of
from optimizer.transfer.shelves import counted_before
from optimizer.worth.economics import (
    UnitWorth,
    alert_units,
    arrival_cap_units,
    lane_unit_cost,
    opening_units,
    unit_worth,
)
from optimizer.worth.lots import expires, own_lots

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

WorthOf = Callable[[Network, Int64, NDArray[np.float64]], UnitWorth]
"""What units are worth at stock rows, given factors of the shortage penalty: `unit_worth`, or a bound on it."""


@dataclass(frozen=True, slots=True)
class OwnStacks:
    """Own stock by cell and expiry day, sorted by both, shape ``(n_stacks,)`` each; `NO_LIMIT`: never expires."""

    cell: Int64
    expiry_day: Int64
    units: Int64
    give: Int64
    """Units that may leave, a multiple of the case pack."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The cells in scope with what is there before the plan, shape ``(n_cells,)`` each."""

    cells: Cells
    stock_row: Int64
    """Row of ``network.stock``, -1 where the node does not stock the SKU and units may only pass through."""
    transit: Flags
    open_to: Bits
    """What lines that start or end here may be: in the request's scope, not closed by its policy."""
    expires: Flags
    """Units are told apart by the day on which they expire."""
    own: OwnStacks
    worth: UnitWorth
    """In the objective; zeros where there is no stock row."""
    units_before: Int64
    """Units that count as stock when nothing is done: y0, stock in transit for day 0, and late arrivals that count."""
    held_before: Int64
    """All units that belong to the position: y0 and stock in transit."""
    late_units: Int64
    """Stock in transit that arrives after day 0."""
    late_counted: Int64
    """How many of `late_units` count as stock, where nothing expires."""
    give: Int64
    """Most units of own stock that may leave, a multiple of the case pack."""
    release_day: Int64
    """First day on which own stock may leave."""
    pack: Int64
    """Case pack of the SKU."""
    must_receive: Int64
    """Hard demand: least net units received, 0 when none; the largest one where several alerts ask."""
    must_send: Int64
    """Hard demand of over-stock alerts: least net units sent."""
    wishes: Wishes
    """What displays make of units beyond their own worth."""

    def cell_of(self, sku: NDArray[np.int32], node: NDArray[np.int32], n_nodes: int) -> Int64:
        """Cells of (SKU, node) pairs that have one."""
        return _cell_rows(self.cells.sku, self.cells.node, sku, node, n_nodes)

    def node_and_sku(self, cell: Int64) -> NDArray[np.int32]:
        """(node, SKU) of cells, shape ``(n, 2)``."""
        return np.stack([self.cells.node[cell], self.cells.sku[cell]], axis=1).astype(np.int32)


def scope_of(network: Network, request: Request, worth_of: WorthOf = unit_worth) -> Scope:
    """Collect the positions of every alerted SKU, and the transit nodes that such SKUs may pass through."""
    in_scope = skus_in_scope(network, request) & _may_act(network, request)
    rows = np.flatnonzero(in_scope[network.stock.sku])
    sku, node, stock_row = _with_transit_nodes(network, in_scope, rows)
    has_row = stock_row >= 0
    at = stock_row[has_row]
    open_to = open_responses(network, request, node, sku)
    is_open = open_to != 0
    own = _own_stacks(network, stock_row, network.products.case_pack[sku], is_open)
    give = np.bincount(own.cell, weights=own.give, minlength=len(sku)).astype(np.int64)
    late, late_counted, before = _counted_rows(network, at)
    transit = network.nodes.transit[node]
    must_receive, must_send = _hard_demands(network, request, sku, node)
    return Scope(
        cells=Cells(
            sku=sku, node=node, sends=is_open & (transit | (give > 0)), passes_on=is_open & (transit | (give > 0))
        ),
        stock_row=stock_row,
        transit=transit,
        open_to=open_to,
        expires=expires(network)[sku],
        own=own,
        worth=_spread_worth(worth_of(network, at, penalty_weights(network, request)[at]), has_row),
        units_before=_spread(before, has_row),
        held_before=_spread((opening_units(network) + network.stock.in_transit)[at], has_row),
        late_units=_spread(late, has_row),
        late_counted=_spread(late_counted, has_row),
        give=give,
        release_day=_spread(network.stock.no_send_before_day[at].astype(np.int64), has_row),
        pack=network.products.case_pack[sku],
        must_receive=must_receive,
        must_send=must_send,
        wishes=wishes_of(network, stock_row),
    )


def _may_act(network: Network, request: Request) -> bool:
    """Whether anything may move, or must: where only prices may change there is nothing to look at."""
    asked = responses_of_lanes(network) & responses_asked(request)
    return bool(np.any(asked)) or request.former_plan is not None or bool(len(hard_alerts(network, request)))


def _own_stacks(network: Network, stock_row: Int64, pack: Int64, is_open: Flags) -> OwnStacks:
    """Own stock of the cells, by expiry day where units expire."""
    with_row = np.flatnonzero(stock_row >= 0)
    lots = own_lots(network, stock_row[with_row])
    # Stock rows of the cells ascend: both are sorted by SKU, then node.
    cell = with_row[np.searchsorted(stock_row[with_row], lots.row)]
    give = np.where(is_open[cell], lots.give // pack[cell] * pack[cell], 0)
    return OwnStacks(cell.astype(np.int64), lots.expiry_day.astype(np.int64), lots.units, give)


def _counted_rows(network: Network, rows: Int64) -> tuple[Int64, Int64, Int64]:
    """Late stock in transit, how much of it counts where nothing expires, and all units that count, per stock row."""
    stock = network.stock
    day = stock.in_transit_arrival_day[rows]
    late = np.where(day > 0, stock.in_transit[rows], 0)
    counted = np.zeros(len(rows), dtype=np.int64)
    some = np.flatnonzero(late > 0)
    counted[some] = np.minimum(late[some], arrival_cap_units(network, rows[some], day[some]))
    before = (opening_units(network) + stock.in_transit)[rows] - late + counted
    expiring = np.flatnonzero(expires(network)[stock.sku[rows]])
    before[expiring] = counted_before(network, rows[expiring])
    return late, counted, before


def _with_transit_nodes(
    network: Network, in_scope: NDArray[np.bool_], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Sorted (sku, node, stock row) of all cells: stock rows, and transit nodes without one."""
    n_nodes = max(len(network.nodes), 1)
    listed = np.flatnonzero(in_scope)
    place = (np.cumsum(in_scope) - 1)[network.stock.sku[rows]] * n_nodes + network.stock.node[rows]
    hubs = np.flatnonzero(network.nodes.transit)
    passing = (np.arange(len(listed))[:, None] * n_nodes + hubs[None, :]).ravel()
    found = codes_of([place, passing], len(listed) * n_nodes)
    stock_row = np.full(len(found), -1, dtype=np.int64)
    stock_row[found.row(place)] = rows
    sku, node = found.values // n_nodes, found.values % n_nodes
    return listed[sku].astype(np.int32), node.astype(np.int32), stock_row


def _spread(values: NDArray[np.int64], has_row: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Values of the cells that have a stock row, 0 elsewhere."""
    spread = np.zeros(len(has_row), dtype=np.int64)
    spread[has_row] = values
    return spread


def _spread_worth(worth: UnitWorth, has_row: Flags) -> UnitWorth:
    """Worth at the cells that have a stock row; the others are worth nothing and are never asked."""
    row = np.zeros(len(has_row), dtype=np.int64)
    row[has_row] = np.arange(int(has_row.sum()))
    return worth.take(row) if len(worth) else worth


def _hard_demands(
    network: Network, request: Request, sku: NDArray[np.int32], node: NDArray[np.int32]
) -> tuple[Int64, Int64]:
    """Largest hard demand of every cell: net units to receive, net units to send."""
    alerts = network.alerts
    receive, send = np.zeros(len(sku), dtype=np.int64), np.zeros(len(sku), dtype=np.int64)
    hard = hard_alerts(network, request)
    if not len(hard):
        return receive, send
    cell = _cell_rows(sku, node, alerts.sku[hard], alerts.node[hard], len(network.nodes))
    units = alert_units(network)[hard]
    shortage = alerts.kind[hard] == AlertKind.SHORTAGE
    np.maximum.at(receive, cell[shortage], units[shortage])
    np.maximum.at(send, cell[~shortage], units[~shortage])
    return receive, send


def _cell_rows(
    cell_sku: NDArray[np.int32],
    cell_node: NDArray[np.int32],
    sku: NDArray[np.int32],
    node: NDArray[np.int32],
    n_nodes: int,
) -> NDArray[np.int64]:
    """Rows of (SKU, node) pairs among cells sorted by SKU, then node."""
    keys = cell_sku.astype(np.int64) * n_nodes + cell_node
    return np.searchsorted(keys, sku.astype(np.int64) * n_nodes + node)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The edges that can pay, and what their units can earn."""

    edges: Edges
    unit_cost: Int64
    """Money per unit, shape ``(n_edges,)``."""
    potentials: Potentials
    forced: Flags
    """Edges on which a smallest line or dispatch, or a former plan, may make units worth moving that would not pay
    alone."""
    in_use: Flags
    """Lanes with an edge that pays, here or elsewhere, shape ``(n_lanes,)``."""


def candidates_of(network: Network, request: Request, scope: Scope, former: Int64, in_use: Flags) -> Candidates:
    """Join cells with lanes and drop every flow that no plan better than another could use.

    Parameters
    ----------
    network : Network
    request : Request
    scope : Scope
    former : ndarray of int64
        Keys ``lane * n_products + sku`` of the lines that a former plan makes worth keeping, or keeps.
    in_use : ndarray of bool, shape (n_lanes,)
        Lanes that SKUs of other networks use: a smallest dispatch can be filled up together.
    """
    response = responses_of_lanes(network) & np.uint8(responses_asked(request))
    edges = join_lanes(network.lanes, scope.cells, len(network.nodes), response != 0)
    edges = _allowed(network, scope, edges, response)
    unit_cost = lane_unit_cost(network, edges.lane, scope.cells.sku[edges.origin])
    gain_here, loss_here = worth_of_next(scope), worth_of_last(scope)
    kept = _kept(network, scope, edges, former)
    forced = np.zeros(len(edges), dtype=bool)
    while True:
        found = potentials(scope.cells, edges, unit_cost, gain_here, loss_here)
        pays = paying_edges(edges, unit_cost, found) | kept
        used = in_use.copy()
        used[edges.lane[pays]] = True
        now_forced = _forced_edges(network, scope, edges, pays, used) | kept
        if np.array_equal(now_forced, forced):
            break
        forced = now_forced
        # Filling up a smallest line may need any unit from anywhere, and may send it on to anywhere.
        gain_here[edges.destination[forced]] = NEVER
        loss_here[edges.destination[forced]] = -NEVER
    if pays.all():
        return Candidates(edges, unit_cost, found, forced, used)
    return Candidates(edges.take(pays), unit_cost[pays], found, forced[pays], used)


def _allowed(network: Network, scope: Scope, edges: Edges, response: Bits) -> Edges:
    """Edges between cells that are open to what lines on the lane are, and that lane rules let carry the SKU."""
    keep = (scope.open_to[edges.origin] & scope.open_to[edges.destination] & response[edges.lane]) != 0
    if len(network.lane_rules) or len(network.quotes):
        keep &= may_carry(network, edges.lane.astype(np.int64), scope.cells.sku[edges.origin].astype(np.int64))
    return edges.take(keep)


def _kept(network: Network, scope: Scope, edges: Edges, former: Int64) -> Flags:
    """Edges of a former plan's lines."""
    if not len(former):
        return np.zeros(len(edges), dtype=bool)
    key = edges.lane.astype(np.int64) * len(network.products) + scope.cells.sku[edges.origin]
    return np.isin(key, former)


def _forced_edges(network: Network, scope: Scope, edges: Edges, pays: Flags, in_use: Flags) -> Flags:
    """Edges whose lane has a smallest line above one case, or a smallest dispatch and anything that pays."""
    if not (np.any(network.lanes.min_line_units > 1) or np.any(network.lanes.min_dispatch_kg > 0)):
        return np.zeros(len(edges), dtype=bool)
    smallest_line = network.lanes.min_line_units[edges.lane] > scope.pack[edges.origin]
    smallest_dispatch = (network.lanes.min_dispatch_kg > 0) & in_use
    return (pays & smallest_line) | smallest_dispatch[edges.lane]


def worth_of_next(scope: Scope) -> Int64:
    """Worth of the first unit that arrives at every cell and stays, optimistic about its day and its expiry."""
    value = scope.worth.worth_of(scope.units_before + 1) + scope.wishes.price
    value = np.where(scope.stock_row >= 0, value, -NEVER)
    return np.where(scope.must_receive > 0, NEVER, value)


def worth_of_last(scope: Scope) -> Int64:
    """Worth of the unit that own stock loses first at every cell, `NEVER` where nothing may leave."""
    all_count = ~scope.expires | (scope.units_before == scope.held_before)
    # Where some units do not count, one of them may be the first to leave.
    value = np.where(all_count, scope.worth.worth_of(scope.units_before), scope.worth.left_over_worth)
    value = np.where(scope.give > 0, value - scope.wishes.price, NEVER)
    return np.where(scope.must_send > 0, -NEVER, value)


def units_worth_more(scope: Scope, cell: NDArray[np.integer], threshold: Int64) -> Int64:
    """How many units beyond `units_before` are worth more than a threshold at their cell; very many for no end."""
    before, wished = scope.units_before[cell], scope.wishes.min_units[cell]
    by_worth = np.maximum(scope.worth.take(cell).units_above(threshold) - before, 0)
    # Where more is promised than is there, a display is full only once that is made up for.
    return np.asarray(np.maximum(by_worth, np.where(wished > 0, wished - np.minimum(before, 0), 0)))


def units_worth_less(scope: Scope, cell: NDArray[np.integer], threshold: Int64) -> Int64:
    """How many units of `units_before`, counted from the top, are worth less than a threshold at their cell."""
    by_worth = scope.units_before[cell] - scope.worth.take(cell).units_at_least(threshold)
    whole = scope.expires[cell] | (scope.wishes.min_units[cell] > 0)
    return np.where(whole, NEVER, np.maximum(by_worth, 0))
