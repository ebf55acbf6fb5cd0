"""The rows of the model for one block of SKUs, numbered within the block: what no other SKU has a say in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.model import UNLIMITED, Flows, Increments, Members, Positions, Table
from optimizer.request import Request
from optimizer.transfer.cells import Scope, WorthOf, candidates_of, scope_of
from optimizer.transfer.demands import demand_rows, least_units
from optimizer.transfer.former import FormerLines, Segments, former_lines, leg_of_lines, segments_of
from optimizer.transfer.grid import Grid, grid_of, inner_flows, main_rows, supplies, units_to_send
from optimizer.transfer.increments import do_nothing_worth, increments_of
from optimizer.transfer.legs import Legs, legs_of
from optimizer.transfer.loads import (
    LaneTotals,
    Lines,
    Smallest,
    dispatched_lines,
    lane_totals,
    most_units,
    smallest_lines,
)
from optimizer.transfer.rules import Rows, frozen_rows, pairs, rows
from optimizer.transfer.shares import share_rows
from optimizer.transfer.shelves import Shelves, shelves_of
from optimizer.worth.change_price import change_prices
from optimizer.worth.economics import unit_worth

Int64 = NDArray[np.int64]

NO_BASE: Final = -UNLIMITED


@dataclass(frozen=True, slots=True)
class Places(Table):
    """What the positions of the model stand for, shape ``(n_positions,)`` each."""

    node_and_sku: NDArray[np.int32]
    """Shape ``(n_positions, 2)``."""
    demand: Int64
    """Units that the position must receive, 0 where its own row does not say so."""
    send: Int64
    """Units that the position must send, 0 where its own row does not say so."""
    base: Int64
    """Units that count as stock before the position's first increment; `NO_BASE`: none count here by themselves."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of the model for some SKUs."""

    positions: Positions
    places: Places
    increments: Increments
    lines: Lines
    line_flows: Flows
    dispatched: Members
    """Of `dispatched_lines`."""
    inner: Flows
    """Flows within nodes, those of shelves last."""
    limits: list[Rows]
    """On lines."""
    caps: Rows
    """Caps of arrival at shelves, on inner flows."""
    totals: LaneTotals
    in_use: NDArray[np.bool_]
    """Lanes with a candidate that pays, shape ``(n_lanes,)``."""
    smallest: Smallest
    do_nothing: int
    must_act: bool


def block_of(
    part: tuple[range, Network],
    request: Request,
    in_use: NDArray[np.bool_],
    worth_of: WorthOf = unit_worth,
    *,
    every_line: bool = False,
) -> Block:
    """Build the rows of one block.

    Parameters
    ----------
    part : (range, Network)
        One of `network.blocks.sku_blocks`.
    request : Request
    in_use : ndarray of bool, shape (n_lanes,)
        Lanes that other blocks use.
    worth_of : callable
        What units are worth.
    every_line : bool
        Keep lines that cannot pay at these worths too.
    """
    skus, network = part
    scope = scope_of(network, request, worth_of)
    former = former_lines(network, request, scope.cells.sku.astype(np.int64) * len(network.nodes) + scope.cells.node)
    if len(skus) < len(network.products):
        former = former.take((former.sku >= skus.start) & (former.sku < skus.stop))
    kept = np.unique(former.lane * len(network.products) + former.sku)
    if every_line:
        kept = np.arange(len(network.lanes) * len(network.products))
    candidates = candidates_of(network, request, scope, kept, in_use)
    legs = legs_of(network, request, scope, candidates, former.take(former.possible))
    grid = grid_of(network, scope, candidates.potentials, legs)
    shelves = _shelves(network, scope, grid)
    most = most_units(network, scope, candidates.potentials, legs, grid)
    segments, frozen = _segments(network, request, scope.pack, legs, most=most, former=former)
    of_line = legs if len(segments.leg) == len(legs) else legs.take(segments.leg)
    positions, places = _positions(network, scope, grid, shelves)
    inner = _inner(network, scope, grid, shelves)
    lines = Lines(of_line.lane, of_line.sku, of_line.arrives_day.astype(np.int32), of_line.expiry_day.astype(np.int32))
    return Block(
        positions=positions,
        places=places,
        increments=increments_of(network, scope, grid, shelves, candidates),
        lines=lines,
        line_flows=_line_flows(scope, grid, of_line, segments),
        dispatched=dispatched_lines(network, request, lines, segments.most_units),
        inner=inner,
        limits=[*demand_rows(network, request, scope, of_line, grid), frozen, share_rows(network, of_line)],
        caps=_caps(scope, shelves, len(inner) - len(shelves.from_row) - int(np.count_nonzero(~shelves.last))),
        totals=lane_totals(network, legs, most),
        in_use=candidates.in_use,
        smallest=smallest_lines(network, request, scope.pack[legs.origin], legs.lane, segments.leg),
        do_nothing=do_nothing_worth(network, scope, grid) + int(former.price @ former.units),
        must_act=bool(np.any(scope.must_send) or np.any(scope.must_receive) or np.any(former.frozen)),
    )


def _positions(network: Network, scope: Scope, grid: Grid, shelves: Shelves) -> tuple[Positions, Places]:
    """Rows of the grid, then those of shelves, and what they stand for."""
    supply, least = supplies(network, scope, grid), least_units(scope, grid)
    row_cell, on_shelf = np.concatenate([grid.row_cell, shelves.cell]), np.zeros(len(shelves), dtype=np.int64)
    positions = Positions(
        supply_units=np.concatenate([supply, on_shelf]),
        least_units=np.concatenate([least, on_shelf]),
        block=scope.cells.sku[row_cell],
    )
    places = Places(
        node_and_sku=scope.node_and_sku(row_cell),
        demand=np.concatenate([np.where(least > 0, least - supply, 0), on_shelf]),
        send=np.concatenate([units_to_send(scope, grid), on_shelf]),
        base=_base_units(scope, grid, len(row_cell)),
    )
    return positions, places


def _segments(
    network: Network, request: Request, pack: Int64, legs: Legs, *, most: Int64, former: FormerLines
) -> tuple[Segments, Rows]:
    """Flows of all legs, and which of them are frozen; `pack` is by cell, `most` by leg."""
    keys = (legs.lane.astype(np.int64), legs.sku.astype(np.int64), legs.arrives_day, legs.expiry_day)
    former_leg = leg_of_lines(former, keys, len(network.products))
    found, units = former_leg >= 0, np.zeros(len(legs), dtype=np.int64)
    np.add.at(units, former_leg[found], former.units[found])
    price = change_prices(network, request.former_plan).on(legs.lane.astype(np.int64), legs.departs_day)
    segments = segments_of(most, pack[legs.origin], units, price)
    return segments, frozen_rows(former, *pairs(former_leg, segments.leg))


def _base_units(scope: Scope, grid: Grid, n_positions: int) -> Int64:
    """Write base units of the rows where they count."""
    base = np.full(n_positions, NO_BASE)
    main = main_rows(scope, grid)
    base[main] = grid.base_units[grid.row_cell[main]]
    return base


def _shelves(network: Network, scope: Scope, grid: Grid) -> Shelves:
    """Shelves for the receiving rows of expiring cells."""
    place, day = grid.receiving.values // grid.days, grid.receiving.values % grid.days
    cell = place // len(grid.expiries)
    here = np.flatnonzero(scope.expires[cell])
    expiry_day = grid.expiries[place % len(grid.expiries)]
    return shelves_of(
        network,
        scope.stock_row,
        cell=cell[here],
        expiry_day=expiry_day[here],
        day=day[here],
        row=len(grid.sending) + here,
    )


def _line_flows(scope: Scope, grid: Grid, legs: Legs, segments: Segments) -> Flows:
    """Flows over lanes: to where units may go on, else to where they stay."""
    arrives_at = grid.place(legs.destination, legs.expiry_day)
    destination = np.where(
        scope.transit[legs.destination],
        grid.sending_row(arrives_at, legs.arrives_day),
        grid.receiving_row(arrives_at, legs.arrives_day),
    )
    origin = grid.sending_row(grid.place(legs.origin, legs.expiry_day), legs.departs_day)
    return Flows(
        origin=origin.astype(np.int32),
        destination=destination.astype(np.int32),
        profit=segments.bonus - legs.unit_cost,
        most_units=segments.most_units,
        multiple=scope.pack[legs.origin],
    )


def _inner(network: Network, scope: Scope, grid: Grid, shelves: Shelves) -> Flows:
    """Flows within nodes, free of charge, last those to shelves and between them."""
    inner, goes_on, n = inner_flows(network, scope, grid), np.flatnonzero(~shelves.last), grid.n_rows
    everything = np.maximum(scope.held_before, 0) + grid.sku_supply[scope.cells.sku]
    most = [inner.most_units, everything[shelves.flow_cell], shelves.cap_units[goes_on]]
    free = np.zeros(sum(map(len, most)), dtype=np.int64)
    return Flows(
        origin=np.concatenate([inner.origin, shelves.from_row, n + goes_on]).astype(np.int32),
        destination=np.concatenate([inner.destination, n + shelves.to_shelf, n + goes_on + 1]).astype(np.int32),
        profit=free,
        most_units=np.concatenate(most),
        multiple=free + 1,
    )


def _caps(scope: Scope, shelves: Shelves, first_flow: int) -> Rows:
    """At most U(l) of the units that arrive on a day or later go to the shelves of a cell."""
    node_and_sku = scope.node_and_sku(shelves.limit_cell).astype(np.int64)
    return rows(
        "stock.demand_mean",
        np.full(len(shelves.arrival_cap), -UNLIMITED),
        shelves.arrival_cap,
        (shelves.cap_limit, first_flow + shelves.cap_flow, -1, 1),
        node=node_and_sku[:, 0],
        sku=node_and_sku[:, 1],
    )
