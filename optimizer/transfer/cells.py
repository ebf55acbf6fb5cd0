"""Which positions a transfer plan may touch, what their units are worth, and which flows between them could pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, Cells, Edges, Potentials, join_lanes, paying_edges, potentials
from network.tables import AlertKind, Network
from optimizer.economics import (
    UnitWorth,
    alert_units,
    arrival_cap_units,
    give_units,
    lane_unit_cost,
    opening_units,
    unit_worth,
)
from optimizer.request import Request
from optimizer.scope import skus_in_scope


@dataclass(frozen=True, slots=True)
class Scope:
    """The cells in scope with what is there before the plan, shape ``(n_cells,)`` each."""

    cells: Cells
    stock_row: NDArray[np.int64]
    """Row of ``network.stock``, -1 where the node does not stock the SKU and units may only pass through."""
    transit: NDArray[np.bool_]
    worth: UnitWorth
    """Zeros where there is no stock row."""
    units_before: NDArray[np.int64]
    """Units that count as stock when nothing is done: y0, stock in transit for day 0, and late arrivals that count."""
    late_units: NDArray[np.int64]
    """Stock in transit that arrives after day 0."""
    late_counted: NDArray[np.int64]
    """How many of `late_units` count as stock."""
    give: NDArray[np.int64]
    """Most units of own stock that may leave, a multiple of the case pack."""
    pack: NDArray[np.int64]
    """Case pack of the SKU."""
    must_receive: NDArray[np.int64]
    """Hard demand: least net units received, 0 when none; the largest one where several alerts ask."""
    must_send: NDArray[np.int64]
    """Hard demand of over-stock alerts: least net units sent."""

    def cell_of(self, sku: NDArray[np.int32], node: NDArray[np.int32], n_nodes: int) -> NDArray[np.int64]:
        """Cells of (SKU, node) pairs that have one."""
        return _cell_rows(self.cells.sku, self.cells.node, sku, node, n_nodes)

    def node_and_sku(self, cell: NDArray[np.int64]) -> NDArray[np.int32]:
        """(node, SKU) of cells, shape ``(n, 2)``."""
        return np.stack([self.cells.node[cell], self.cells.sku[cell]], axis=1).astype(np.int32)


def scope_of(network: Network, request: Request) -> Scope:
    """Collect the positions of every alerted SKU, and the transit nodes that such SKUs may pass through."""
    in_scope = skus_in_scope(network, request)
    rows = np.flatnonzero(in_scope[network.stock.sku])
    sku, node, stock_row = _with_transit_nodes(network, in_scope, rows)
    has_row = stock_row >= 0
    at = stock_row[has_row]
    late = np.where(network.stock.in_transit_arrival_day > 0, network.stock.in_transit, 0)
    counted = np.zeros(len(late), dtype=np.int64)
    late_rows = np.flatnonzero(late > 0)
    counted[late_rows] = np.minimum(
        late[late_rows], arrival_cap_units(network, late_rows, network.stock.in_transit_arrival_day[late_rows])
    )
    before = opening_units(network) + network.stock.in_transit - late + counted
    pack = network.products.case_pack[sku]
    give = _spread(give_units(network)[at], has_row) // pack * pack
    transit = network.nodes.transit[node]
    must_receive, must_send = _hard_demands(network, in_scope, sku, node)
    return Scope(
        cells=Cells(sku=sku, node=node, sends=transit | (give > 0), passes_on=transit | (give > 0)),
        stock_row=stock_row,
        transit=transit,
        worth=_spread_worth(unit_worth(network, at), has_row),
        units_before=_spread(before[at], has_row),
        late_units=_spread(late[at], has_row),
        late_counted=_spread(counted[at], has_row),
        give=give,
        pack=pack,
        must_receive=must_receive,
        must_send=must_send,
    )


def _with_transit_nodes(
    network: Network, in_scope: NDArray[np.bool_], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Sorted (sku, node, stock row) of all cells: stock rows, and transit nodes without one."""
    n_nodes = max(len(network.nodes), 1)
    stocked = network.stock.sku[rows].astype(np.int64) * n_nodes + network.stock.node[rows]
    hubs = np.flatnonzero(network.nodes.transit)
    passing = (np.flatnonzero(in_scope).astype(np.int64)[:, None] * n_nodes + hubs[None, :]).ravel()
    keys = np.union1d(stocked, passing)
    stock_row = np.full(len(keys), -1, dtype=np.int64)
    stock_row[np.searchsorted(keys, stocked)] = rows
    return (keys // n_nodes).astype(np.int32), (keys % n_nodes).astype(np.int32), stock_row


def _spread(values: NDArray[np.int64], has_row: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Values of the cells that have a stock row, 0 elsewhere."""
    spread = np.zeros(len(has_row), dtype=np.int64)
    spread[has_row] = values
    return spread


def _spread_worth(worth: UnitWorth, has_row: NDArray[np.bool_]) -> UnitWorth:
    return UnitWorth(
        _spread(worth.full_units, has_row),
        _spread(worth.full_worth, has_row),
        _spread(worth.partial_worth, has_row),
        _spread(worth.left_over_worth, has_row),
    )


def _hard_demands(
    network: Network, in_scope: NDArray[np.bool_], sku: NDArray[np.int32], node: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Largest hard demand of every cell: net units to receive, net units to send."""
    alerts = network.alerts
    receive, send = np.zeros(len(sku), dtype=np.int64), np.zeros(len(sku), dtype=np.int64)
    hard = np.flatnonzero(alerts.must_serve & in_scope[alerts.sku])
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
    unit_cost: NDArray[np.int64]
    """Money per unit, shape ``(n_edges,)``."""
    potentials: Potentials
    forced: NDArray[np.bool_]
    """Edges on which a smallest line or dispatch may make units worth moving that would not pay alone."""


def candidates_of(network: Network, scope: Scope) -> Candidates:
    """Join cells with lanes and drop every flow that no plan better than another could use."""
    edges = join_lanes(network.lanes, scope.cells, len(network.nodes))
    unit_cost = lane_unit_cost(network, edges.lane, scope.cells.sku[edges.origin])
    gain_here, loss_here = worth_of_next(scope), worth_of_last(scope)
    forced = np.zeros(len(edges), dtype=bool)
    while True:
        found = potentials(scope.cells, edges, unit_cost, gain_here, loss_here)
        pays = paying_edges(edges, unit_cost, found)
        now_forced = _forced_edges(network, scope, edges, pays)
        if np.array_equal(now_forced, forced):
            break
        forced = now_forced
        # Filling up a smallest line may need any unit from anywhere, and may send it on to anywhere.
        gain_here[edges.destination[forced]] = NEVER
        loss_here[edges.destination[forced]] = -NEVER
    return Candidates(edges.take(pays), unit_cost[pays], found, forced[pays])


def _forced_edges(network: Network, scope: Scope, edges: Edges, pays: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Edges whose lane has a smallest line above one case, or a smallest dispatch and anything that pays."""
    smallest_line = network.lanes.min_line_units[edges.lane] > scope.pack[edges.origin]
    in_use = np.zeros(len(network.lanes), dtype=bool)
    in_use[edges.lane[pays]] = True
    smallest_dispatch = (network.lanes.min_dispatch_kg > 0) & in_use
    return (pays & smallest_line) | smallest_dispatch[edges.lane]


def worth_of_next(scope: Scope) -> NDArray[np.int64]:
    """Worth of the first unit that arrives at every cell and stays, optimistic about its day."""
    worth, units = scope.worth, scope.units_before
    value = np.where(
        units < worth.full_units,
        worth.full_worth,
        np.where(units == worth.full_units, worth.partial_worth, worth.left_over_worth),
    )
    value = np.where(scope.stock_row >= 0, value, -NEVER)
    return np.where(scope.must_receive > 0, NEVER, value)


def worth_of_last(scope: Scope) -> NDArray[np.int64]:
    """Worth of the unit that own stock loses first at every cell, `NEVER` where nothing may leave."""
    worth, units = scope.worth, scope.units_before
    value = np.where(
        units <= worth.full_units,
        worth.full_worth,
        np.where(units == worth.full_units + 1, worth.partial_worth, worth.left_over_worth),
    )
    value = np.where(scope.give > 0, value, NEVER)
    return np.where(scope.must_send > 0, -NEVER, value)


def units_worth_more(scope: Scope, cell: NDArray[np.int32], threshold: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many units beyond `units_before` are worth more than a threshold at their cell; `NEVER` for no end."""
    worth, units = scope.worth.take(cell), scope.units_before[cell]
    by_full = np.maximum(worth.full_units - units, 0)
    by_partial = np.maximum(worth.full_units + 1 - units, 0)
    count = np.where(worth.partial_worth > threshold, by_partial, np.where(worth.full_worth > threshold, by_full, 0))
    return np.where(worth.left_over_worth > threshold, NEVER, count)


def units_worth_less(scope: Scope, cell: NDArray[np.int32], threshold: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many units of `units_before`, counted from the top, are worth less than a threshold at their cell."""
    worth, units = scope.worth.take(cell), scope.units_before[cell]
    by_left_over = np.maximum(units - worth.full_units - 1, 0)
    by_partial = np.maximum(units - worth.full_units, 0)
    count = np.where(
        worth.partial_worth < threshold, by_partial, np.where(worth.left_over_worth < threshold, by_left_over, 0)
    )
    return np.where(worth.full_worth < threshold, NEVER, count)
