"""Transfers as rows of the canonical model, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.economics import value_change
from optimizer.model import Flows, Model, Positions
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.transfer.cells import Scope, candidates_of, scope_of
from optimizer.transfer.demands import demands_of, least_units
from optimizer.transfer.grid import (
    Grid,
    InnerFlows,
    grid_of,
    increments_of,
    inner_flows,
    supplies,
    units_to_send,
)
from optimizer.transfer.legs import Legs, legs_of
from optimizer.transfer.loads import loads_of, most_units

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TransferModel:
    """The canonical model of a request, and how to read its first flows and switches as transfers."""

    model: Model
    flow_lane: NDArray[np.int32]
    """Lane of the first ``n_lines`` flows; the flows after them stay within a node."""
    flow_sku: NDArray[np.int32]
    flow_arrives_day: NDArray[np.int32]
    switch_lane: Int64
    """Lane of the first switches (its dispatches); the switches after them are smallest lines."""
    must_send: bool
    """Some over-stock must leave, so doing nothing is no plan."""
    position_cell: NDArray[np.int32]
    """(node, SKU) of every position of the model, shape ``(n_positions, 2)``."""
    position_demand: Int64
    """Units that every position must receive, 0 where its own row does not say so."""
    position_send: Int64
    """Units that every position must send, 0 where its own row does not say so."""
    limit_cell: NDArray[np.int32]
    """(node, SKU) of every limit of the model, shape ``(n_limits, 2)``."""
    limit_receives: NDArray[np.bool_]
    """Limits on units received; the others are on units sent."""


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
    scope = scope_of(network, request)
    candidates = candidates_of(network, scope)
    legs = legs_of(network, scope, candidates)
    grid = grid_of(network, scope, candidates.potentials, legs)
    most = most_units(network, scope, candidates.potentials, legs, grid)
    loads = loads_of(network, scope, legs, most)
    demands = demands_of(network, request, scope, legs, grid)
    supply, least = supplies(network, scope, grid), least_units(scope, grid)
    model = Model(
        positions=Positions(supply_units=supply, least_units=least, block=scope.cells.sku[grid.row_cell]),
        increments=increments_of(scope, grid),
        flows=_flows(scope, legs, grid, most, inner_flows(network, scope, grid)),
        switches=loads.switches,
        members=loads.members,
        limits=demands.limits,
        terms=demands.terms,
        do_nothing=_do_nothing(scope, grid),
        money_decimals=network.money_decimals,
    )
    return TransferModel(
        model=model,
        flow_lane=legs.lane,
        flow_sku=legs.sku,
        flow_arrives_day=legs.arrives_day.astype(np.int32),
        switch_lane=loads.dispatch_lane,
        must_send=bool(np.any(scope.must_send)),
        position_cell=scope.node_and_sku(grid.row_cell),
        position_demand=np.where(least > 0, least - supply, 0),
        position_send=units_to_send(scope, grid),
        limit_cell=scope.node_and_sku(demands.cell),
        limit_receives=demands.receives,
    )


def _flows(scope: Scope, legs: Legs, grid: Grid, most: Int64, inner: InnerFlows) -> Flows:
    """Lines over lanes first, then the flows within nodes."""
    onward = scope.transit[legs.destination]
    destination = np.where(
        onward,
        grid.sending_row(legs.destination, legs.arrives_day),
        grid.receiving_row(legs.destination, legs.arrives_day),
    )
    free = np.zeros(len(inner.origin), dtype=np.int64)
    return Flows(
        origin=np.concatenate([grid.sending_row(legs.origin, legs.departs_day), inner.origin]).astype(np.int32),
        destination=np.concatenate([destination, inner.destination]).astype(np.int32),
        profit=np.concatenate([-legs.unit_cost, free]),
        most_units=np.concatenate([most, inner.most_units]),
        multiple=np.concatenate([scope.pack[legs.origin], free + 1]),
    )


def _do_nothing(scope: Scope, grid: Grid) -> int:
    """Worth of what the rows hold when nothing moves: the units beyond each cell's base, and late left-overs."""
    kept = value_change(scope.worth, grid.base_units, scope.units_before)
    left_over = (scope.late_units - scope.late_counted) * scope.worth.left_over_worth * grid.chained
    return int((kept + left_over)[grid.keeps].sum())


def plan_of(built: TransferModel, flow_units: Int64, switch_count: Int64) -> Plan:
    """Read a solution of the model as a plan: lines with units, and the dispatches of their lanes."""
    n_lines = len(built.flow_lane)
    used = np.flatnonzero(flow_units[:n_lines] > 0)
    lanes_used = np.unique(built.flow_lane[used])
    count = np.ones(len(lanes_used), dtype=np.int64)
    switched = np.isin(built.switch_lane, lanes_used)
    at = np.searchsorted(lanes_used, built.switch_lane[switched])
    count[at] = switch_count[: len(built.switch_lane)][switched]
    order = used[np.lexsort((built.flow_arrives_day[used], built.flow_sku[used], built.flow_lane[used]))]
    return Plan(
        lane=built.flow_lane[order],
        sku=built.flow_sku[order],
        units=flow_units[order],
        arrives_day=built.flow_arrives_day[order],
        dispatch_lane=lanes_used.astype(np.int32),
        dispatches=count,
    )
