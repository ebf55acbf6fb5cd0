"""The tables of a result as columns in chunks that stay well below the message limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from counterpoise.v1 import plan_pb2, plan_service_pb2
from network.outside import exit_of_lane, quote_of_lane
from network.tables import Network
from optimizer.difference import LineChanges
from optimizer.markdown_figures import markdown_figures
from optimizer.plan import Plan, Result
from optimizer.plan_files.decision_tables import line_proceeds, markdown_table
from optimizer.plan_files.expiry_days import lot_names
from optimizer.plan_parts import parts_of
from optimizer.worth.economics import lane_unit_cost
from server.columns import CHUNK_BYTES

Columns = Mapping[str, NDArray[Any]]
_Message = TypeVar("_Message", bound=Message)


def _transfers(network: Network, result: Result) -> Columns:
    plan = result.plan
    if plan is None:
        return {}
    at = parts_of(network, plan).transfers
    return {**line_columns(network, plan, at), **_lot_column(network, plan, at), **_earnings(result, plan, at)}


def _lot_column(network: Network, plan: Plan, at: NDArray[np.intp]) -> Columns:
    return {"lot_id": lot_names(network, plan)[at]}


def _earnings(result: Result, plan: Plan, at: NDArray[np.intp]) -> Columns:
    """Say what lines earn, and why they are there; nothing where that is not known."""
    certificate, reason = result.certificate, result.line_reason
    return {
        "benefit_money_units": np.zeros(0, np.int64) if certificate is None else certificate.line_benefit[at],
        "reason": np.full(len(at), "", object) if reason is None else reason[at],
    }


def _markdowns(network: Network, result: Result) -> Columns:
    plan = result.plan
    return {} if plan is None else markdown_columns(network, plan)


def markdown_columns(network: Network, plan: Plan) -> Columns:
    """Say the prices of a plan."""
    table = markdown_table(network, markdown_figures(network, plan))
    return {str(name): column.to_numpy() for name, column in table.items()}


def _exits(network: Network, result: Result) -> Columns:
    plan = result.plan
    if plan is None:
        return {}
    at = parts_of(network, plan).exits
    return {
        **exit_columns(network, plan, at),
        **_lot_column(network, plan, at),
        "unit_proceeds_money_units": line_proceeds(network, plan, at),
        **_earnings(result, plan, at),
    }


def exit_columns(network: Network, plan: Plan | LineChanges, at: NDArray[np.intp]) -> Columns:
    """Return what makes lines to exits what they are, and their units where they have one number of them."""
    columns = {
        "node_id": network.nodes.node_id[network.lanes.origin[plan.lane[at]]],
        "exit_id": network.exits.exit_id[exit_of_lane(network)[plan.lane[at]]],
        "sku_id": network.products.sku_id[plan.sku[at]],
        "day": plan.arrives_day[at],
        "expiry_day": plan.expiry_day[at],
    }
    return columns | ({"units": plan.units[at]} if isinstance(plan, Plan) else {})


def _purchases(network: Network, result: Result) -> Columns:
    plan = result.plan
    if plan is None:
        return {}
    at = parts_of(network, plan).purchases
    return {
        **purchase_columns(network, plan, at),
        "supplier": network.quotes.supplier[quote_of_lane(network)[plan.lane[at]]],
        "unit_price_money_units": lane_unit_cost(network, plan.lane[at], plan.sku[at]),
        **_earnings(result, plan, at),
    }


def purchase_columns(network: Network, plan: Plan | LineChanges, at: NDArray[np.intp]) -> Columns:
    """Return what makes lines from quotes what they are, and their units where they have one number of them."""
    columns = {
        "quote_id": network.quotes.quote_id[quote_of_lane(network)[plan.lane[at]]],
        "node_id": network.nodes.node_id[network.lanes.destination[plan.lane[at]]],
        "sku_id": network.products.sku_id[plan.sku[at]],
        "day": plan.arrives_day[at],
    }
    return columns | ({"units": plan.units[at]} if isinstance(plan, Plan) else {})


def line_columns(network: Network, plan: Plan | LineChanges, lines: NDArray[np.intp] | None = None) -> Columns:
    """Return what makes lines the lines they are, and their units where they have one number of them.

    Parameters
    ----------
    lines : ndarray of int, optional
        The lines that are told of; all of them when not given.
    """
    told = slice(None) if lines is None else lines
    columns = {
        **lane_columns(network, plan.lane[told]),
        "sku_id": network.products.sku_id[plan.sku[told]],
        "arrives_day": plan.arrives_day[told],
        "expiry_day": plan.expiry_day[told],
    }
    return columns | ({"units": plan.units[told]} if isinstance(plan, Plan) else {})


def _dispatches(network: Network, result: Result) -> Columns:
    plan = result.plan
    if plan is None:
        return {}
    weight = np.nan_to_num(network.products.unit_weight_kg)[plan.sku] * plan.units
    load = np.bincount(plan.lane, weights=weight, minlength=len(network.lanes))
    between = parts_of(network, plan).dispatches
    lane, runs = plan.dispatch_lane[between], plan.dispatches[between]
    return {
        **lane_columns(network, lane),
        "dispatches": runs,
        "load_kg": load[lane],
        "capacity_kg": network.lanes.capacity_kg[lane],
        "fixed_cost": network.lanes.fixed_cost[lane] * runs,
    }


def lane_columns(network: Network, lane: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """Say lanes by their ids and those of their ends."""
    lanes, nodes = network.lanes, network.nodes
    return {
        "lane_id": lanes.lane_id[lane],
        "origin": nodes.node_id[lanes.origin[lane]],
        "destination": nodes.node_id[lanes.destination[lane]],
    }


def _unmet(network: Network, result: Result) -> Columns:
    unmet = result.unmet
    if unmet is None:
        return {}
    return {
        "node_id": network.nodes.node_id[unmet.node],
        "sku_id": network.products.sku_id[unmet.sku],
        "units": unmet.units,
        "code": unmet.code,
        "reason": unmet.reason,
        "cheapest_fix": unmet.cheapest_fix,
        "fix_cost_money_units": unmet.fix_cost,
        "fix_worth_money_units": unmet.fix_worth,
    }


def _fixes(network: Network, result: Result) -> Columns:
    unmet = result.unmet
    if unmet is None:
        return {}
    changes = unmet.changes
    return {
        "node_id": network.nodes.node_id[unmet.node[changes.unmet]],
        "sku_id": network.products.sku_id[unmet.sku[changes.unmet]],
        "field": changes.field,
        "place": changes.place,
        "amount": changes.amount,
    }


def _alert_outcomes(network: Network, result: Result) -> Columns:
    outcomes = result.outcomes
    if outcomes is None:
        return {}
    return {
        "alert_id": network.alerts.alert_id[outcomes.alert],
        "outcome": outcomes.outcome,
        "units_asked": outcomes.units_asked,
        "units_by_transfer": outcomes.units_by_transfer,
        "units_by_markdown": outcomes.units_by_markdown,
        "units_by_exit": outcomes.units_by_exit,
        "units_by_purchase": outcomes.units_by_purchase,
        "day": outcomes.day,
        "reason": outcomes.reason,
    }


_TABLES: Final[dict[int, tuple[str, type[Message], Callable[[Network, Result], Columns]]]] = {
    plan_pb2.PLAN_TABLE_TRANSFERS: ("transfers", plan_pb2.TransferColumns, _transfers),
    plan_pb2.PLAN_TABLE_DISPATCHES: ("dispatches", plan_pb2.DispatchColumns, _dispatches),
    plan_pb2.PLAN_TABLE_UNMET: ("unmet", plan_pb2.UnmetColumns, _unmet),
    plan_pb2.PLAN_TABLE_ALERT_OUTCOMES: ("alert_outcomes", plan_pb2.AlertOutcomeColumns, _alert_outcomes),
    plan_pb2.PLAN_TABLE_FIXES: ("fixes", plan_pb2.FixColumns, _fixes),
    plan_pb2.PLAN_TABLE_MARKDOWNS: ("markdowns", plan_pb2.MarkdownColumns, _markdowns),
    plan_pb2.PLAN_TABLE_EXITS: ("exits", plan_pb2.ExitColumns, _exits),
    plan_pb2.PLAN_TABLE_PURCHASES: ("purchases", plan_pb2.PurchaseColumns, _purchases),
}
ALL_TABLES: Final = tuple(_TABLES)


def chunks(network: Network, result: Result, table: int) -> Iterator[plan_service_pb2.ReadPlanResponse]:
    """Cut one table of a result into messages.

    Parameters
    ----------
    table : int
        A `PlanTable` value.

    Yields
    ------
    ReadPlanResponse
        Consecutive rows, at most about `CHUNK_BYTES`; nothing for a table without rows.
    """
    name, kind, columns_of = _TABLES[table]
    for rows in messages_of_columns(kind, columns_of(network, result)):
        yield plan_service_pb2.ReadPlanResponse(**{name: rows})  # type: ignore[arg-type]


def messages_of_columns(kind: type[_Message], columns: Columns) -> Iterator[_Message]:
    """Cut columns of one length into messages of at most about `CHUNK_BYTES`; none for columns without rows."""
    for start, end in _cuts(columns):
        yield kind(**{column: values[start:end].tolist() for column, values in columns.items()})


def _cuts(columns: Columns) -> Iterator[tuple[int, int]]:
    """Ranges of rows that take at most about `CHUNK_BYTES`, or hold one row that takes more."""
    if not columns:
        return
    sizes = np.zeros(len(next(iter(columns.values()))), dtype=np.int64)
    for values in columns.values():
        # at most 4 bytes per character and 5 for tag and length; at most 10 for a number
        text = values.dtype == np.object_
        sizes += 5 + 4 * np.fromiter(map(len, values), np.int64, len(values)) if text else 10
    ends = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        room = CHUNK_BYTES + (ends[start - 1] if start else 0)
        end = max(int(np.searchsorted(ends, room, side="right")), start + 1)
        yield start, end
        start = end
