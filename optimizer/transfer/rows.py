"""Transfers as rows of the canonical model, and back."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.model import UNLIMITED, Flows, Limits, Members, Model, Positions, Switches, Terms
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.transfer.cells import Candidates, Scope, candidates_of, scope_of
from optimizer.transfer.demands import RECEIVES, SENDS, demand_rows, least_units
from optimizer.transfer.former import FormerLines, Segments, former_lines, leg_of_lines, segments_of
from optimizer.transfer.grid import Grid, grid_of, inner_flows, supplies, units_to_send
from optimizer.transfer.increments import do_nothing_worth, increments_of
from optimizer.transfer.legs import Legs, legs_of
from optimizer.transfer.loads import Loads, loads_of, most_units
from optimizer.transfer.rules import FROZEN, Rows, display_rows, frozen_rows, joined, node_rows, pairs
from optimizer.transfer.shelves import Shelves, shelves_of
from optimizer.worth.change_price import change_prices

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TransferModel:
    """The canonical model of a request, and how to read its first flows and switches as transfers."""

    model: Model
    flow_lane: NDArray[np.int32]
    """Lane of the first ``n_lines`` flows; the flows after them stay within a node. Several flows can be one line."""
    flow_sku: NDArray[np.int32]
    flow_arrives_day: NDArray[np.int32]
    flow_expiry_day: NDArray[np.int32]
    switch_lane: Int64
    """Lane of the first switches (its dispatches); the switches after them are lines, lanes in use, and displays."""
    must_act: bool
    """Doing nothing is no plan: a hard demand, or a line that is frozen."""
    position_cell: NDArray[np.int32]
    """(node, SKU) of every position of the model, shape ``(n_positions, 2)``."""
    position_demand: Int64
    """Units that every position must receive, 0 where its own row does not say so."""
    position_send: Int64
    """Units that every position must send, 0 where its own row does not say so."""
    limit_rule: NDArray[np.object_]
    """Input field that every limit comes from, shape ``(n_limits,)``."""
    limit_place: NDArray[np.int32]
    """(node, SKU) that every limit is about, -1 where it names none, shape ``(n_limits, 2)``."""
    limit_line: Int64
    """Line of the former plan that a limit freezes, -1 elsewhere, shape ``(n_limits,)``."""


def build(network: Network, request: Request) -> TransferModel:
    """Build the transfer problem of a request.

    Parameters
    ----------
    network : Network
        A validated network.
    request : Request
        What may be planned.

    Returns
    -------
    TransferModel
        With every flow that a best plan could need, and no other.
    """
    parts = _parts_of(network, request)
    network, scope, legs, grid, shelves = parts.network, parts.scope, parts.legs, parts.grid, parts.shelves
    loads = loads_of(network, request, scope, legs, parts.most)
    display = display_rows(network, scope, legs, parts.most, len(loads.switches))
    limits = joined(
        [
            *demand_rows(network, request, scope, legs, grid),
            *node_rows(network, legs, parts.most, loads),
            frozen_rows(parts.former, parts.former_leg),
            display.rows,
        ]
    )
    row_cell, on_shelf = np.concatenate([grid.row_cell, shelves.cell]), np.zeros(len(shelves), dtype=np.int64)
    supply = np.concatenate([supplies(network, scope, grid), on_shelf])
    least = np.concatenate([least_units(scope, grid), on_shelf])
    former = parts.former
    flows, increments = _flows(parts), increments_of(network, scope, grid, shelves, parts.candidates)
    limits_, terms = _limits(limits, parts, first_switch=len(flows) + len(increments), n_flows=len(flows))
    model = Model(
        positions=Positions(supply_units=supply, least_units=least, block=scope.cells.sku[row_cell]),
        increments=increments,
        flows=flows,
        switches=_stacked(loads.switches, display.switches),
        members=_members(loads, parts.segments, len(legs)),
        limits=limits_,
        terms=terms,
        do_nothing=do_nothing_worth(network, scope, grid) + display.do_nothing + int(former.price @ former.units),
        money_decimals=network.money_decimals,
    )
    leg, n_caps = parts.segments.leg, len(shelves.arrival_cap)
    return TransferModel(
        model=model,
        flow_lane=legs.lane[leg],
        flow_sku=legs.sku[leg],
        flow_arrives_day=legs.arrives_day[leg].astype(np.int32),
        flow_expiry_day=legs.expiry_day[leg].astype(np.int32),
        switch_lane=loads.dispatch_lane,
        must_act=bool(np.any(scope.must_send) or np.any(scope.must_receive) or np.any(former.frozen)),
        position_cell=scope.node_and_sku(row_cell),
        position_demand=np.where(least > 0, least - supply, 0),
        position_send=np.concatenate([units_to_send(scope, grid), on_shelf]),
        limit_rule=np.concatenate([limits.rule, np.full(n_caps, "stock.demand_mean", dtype=np.object_)]),
        limit_place=np.concatenate([_places(scope, limits), scope.node_and_sku(shelves.limit_cell)]),
        limit_line=np.concatenate([np.where(limits.rule == FROZEN, limits.place, -1), np.full(n_caps, -1)]),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What all rows of the model are written from."""

    network: Network
    scope: Scope
    former: FormerLines
    former_leg: Int64
    """Leg of every former line, -1 where none is like it."""
    candidates: Candidates
    legs: Legs
    grid: Grid
    most: Int64
    """Most units on every leg."""
    segments: Segments
    shelves: Shelves


def _parts_of(network: Network, request: Request) -> _Parts:
    """Find what may move, and give rows to where it is."""
    scope = scope_of(network, request)
    former = former_lines(network, request, scope.cells.sku.astype(np.int64) * len(network.nodes) + scope.cells.node)
    candidates = candidates_of(network, scope, np.unique(former.lane * len(network.products) + former.sku))
    legs = legs_of(network, request, scope, candidates, former.take(former.possible))
    grid = grid_of(network, scope, candidates.potentials, legs)
    most = most_units(network, scope, candidates.potentials, legs, grid)
    keys = (legs.lane.astype(np.int64), legs.sku.astype(np.int64), legs.arrives_day, legs.expiry_day)
    former_leg = leg_of_lines(former, keys, len(network.products))
    found = former_leg >= 0
    units = np.zeros(len(legs), dtype=np.int64)
    np.add.at(units, former_leg[found], former.units[found])
    price = change_prices(network, request.former_plan).on(legs.departs_day)
    return _Parts(
        network=network,
        scope=scope,
        former=former,
        former_leg=former_leg,
        candidates=candidates,
        legs=legs,
        grid=grid,
        most=most,
        segments=segments_of(most, scope.pack[legs.origin], units, price),
        shelves=_shelves(network, scope, grid),
    )


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


def _flows(parts: _Parts) -> Flows:
    """Lines over lanes first, then the flows within nodes, last those of shelves."""
    scope, legs, grid, segments, shelves = parts.scope, parts.legs, parts.grid, parts.segments, parts.shelves
    inner = inner_flows(parts.network, scope, grid)
    onward = scope.transit[legs.destination]
    arrives_at = grid.place(legs.destination, legs.expiry_day)
    destination = np.where(
        onward,
        grid.sending_row(arrives_at, legs.arrives_day),
        grid.receiving_row(arrives_at, legs.arrives_day),
    )
    origin = grid.sending_row(grid.place(legs.origin, legs.expiry_day), legs.departs_day)
    goes_on = np.flatnonzero(~shelves.last)
    n, leg = grid.n_rows, segments.leg
    everything = np.maximum(scope.held_before, 0) + grid.sku_supply[scope.cells.sku]
    free = np.zeros(len(inner.origin) + len(shelves.from_row) + len(goes_on), dtype=np.int64)
    return Flows(
        origin=np.concatenate([origin[leg], inner.origin, shelves.from_row, n + goes_on]).astype(np.int32),
        destination=np.concatenate([destination[leg], inner.destination, n + shelves.to_shelf, n + goes_on + 1]).astype(
            np.int32
        ),
        profit=np.concatenate([segments.bonus - legs.unit_cost[leg], free]),
        most_units=np.concatenate(
            [segments.most_units, inner.most_units, everything[shelves.flow_cell], shelves.cap_units[goes_on]]
        ),
        multiple=np.concatenate([scope.pack[legs.origin][leg], free + 1]),
    )


def _stacked(first: Switches, second: Switches) -> Switches:
    columns = [[getattr(part, item.name) for part in (first, second)] for item in fields(Switches)]
    return Switches(*(np.concatenate(column) for column in columns))


def _extra(leg: Int64, segments: Segments, n_legs: int) -> tuple[Int64, Int64]:
    """Entries of a column of legs, and the further flows that their line consists of."""
    entry, segment = pairs(leg, segments.leg[n_legs:])
    return entry, n_legs + segment


def _members(loads: Loads, segments: Segments, n_legs: int) -> Members:
    """Members by flow: every flow of a line loads what the line loads."""
    members = loads.members
    entry, flow = _extra(members.flow.astype(np.int64), segments, n_legs)
    every = np.concatenate([np.arange(len(members)), entry])
    copied = Members(*(getattr(members, item.name)[every] for item in fields(Members)))
    return replace(copied, flow=np.concatenate([members.flow, flow.astype(np.int32)]))


def _limits(limits: Rows, parts: _Parts, *, first_switch: int, n_flows: int) -> tuple[Limits, Terms]:
    """Limits and their terms by column of the model; last the caps of arrival at shelves."""
    shelves = parts.shelves
    on_leg = limits.leg >= 0
    entry, flow = _extra(np.where(on_leg, limits.leg, -1), parts.segments, len(parts.legs))
    column = np.where(on_leg, limits.leg, first_switch + limits.switch)
    first_shelf_flow = n_flows - len(shelves.from_row) - int(np.count_nonzero(~shelves.last))
    ones = np.ones(len(shelves.cap_flow), dtype=np.int64)
    return (
        Limits(
            low=np.concatenate([limits.low, np.full(len(shelves.arrival_cap), -UNLIMITED)]),
            high=np.concatenate([limits.high, shelves.arrival_cap]),
        ),
        Terms(
            limit=np.concatenate([limits.limit, limits.limit[entry], len(limits.place) + shelves.cap_limit]).astype(
                np.int32
            ),
            column=np.concatenate([column, flow, first_shelf_flow + shelves.cap_flow]).astype(np.int32),
            coefficient=np.concatenate([limits.coefficient, limits.coefficient[entry], ones]),
        ),
    )


def _places(scope: Scope, limits: Rows) -> NDArray[np.int32]:
    """(node, SKU) of limits, -1 where a limit names none."""
    places = np.full((len(limits.place), 2), -1, dtype=np.int32)
    of_node = np.char.startswith(limits.rule.astype(str), "nodes.") if len(limits.rule) else np.zeros(0, dtype=bool)
    places[of_node, 0] = limits.place[of_node]
    of_cell = np.isin(limits.rule, [RECEIVES, SENDS])
    places[of_cell] = scope.node_and_sku(limits.place[of_cell])
    return places


def plan_of(built: TransferModel, flow_units: Int64, switch_count: Int64) -> Plan:
    """Read a solution of the model as a plan: lines with units, and the dispatches of their lanes."""
    n_lines = len(built.flow_lane)
    used = np.flatnonzero(flow_units[:n_lines] > 0)
    lanes_used = np.unique(built.flow_lane[used])
    count = np.ones(len(lanes_used), dtype=np.int64)
    switched = np.isin(built.switch_lane, lanes_used)
    at = np.searchsorted(lanes_used, built.switch_lane[switched])
    count[at] = switch_count[: len(built.switch_lane)][switched]
    columns = (built.flow_lane, built.flow_sku, built.flow_arrives_day, built.flow_expiry_day)
    order = used[np.lexsort(tuple(column[used] for column in reversed(columns)))]
    # Several flows can be one line.
    starts = np.append(True, np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0))
    first = np.flatnonzero(starts[: len(order)])
    line = order[first]
    return Plan(
        lane=built.flow_lane[line],
        sku=built.flow_sku[line],
        units=np.add.reduceat(flow_units[order], first) if len(first) else flow_units[:0],
        arrives_day=built.flow_arrives_day[line],
        dispatch_lane=lanes_used.astype(np.int32),
        dispatches=count,
        expiry_day=built.flow_expiry_day[line],
    )
