"""The tables of a result as columns in chunks that stay well below the message limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from counterpoise.v1 import plan_pb2, plan_service_pb2
from network.tables import Network
from optimizer.difference import LineChanges
from optimizer.plan import Plan, Result
from optimizer.plan_files.expiry_days import lot_names
from server.columns import CHUNK_BYTES

Columns = Mapping[str, NDArray[Any]]
_Message = TypeVar("_Message", bound=Message)


def _transfers(network: Network, result: Result) -> Columns:
    plan = result.plan
    if plan is None:
        return {}
    certificate = result.certificate
    return {
        **line_columns(network, plan),
        "lot_id": lot_names(network, plan),
        "benefit_money_units": np.zeros(0, np.int64) if certificate is None else certificate.line_benefit,
        "reason": np.full(plan.n_lines, "", object) if result.line_reason is None else result.line_reason,
    }


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
    return {
        **lane_columns(network, plan.dispatch_lane),
        "dispatches": plan.dispatches,
        "load_kg": load[plan.dispatch_lane],
        "capacity_kg": network.lanes.capacity_kg[plan.dispatch_lane],
        "fixed_cost": network.lanes.fixed_cost[plan.dispatch_lane] * plan.dispatches,
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
        "day": outcomes.day,
        "reason": outcomes.reason,
    }


_TABLES: Final[dict[int, tuple[str, type[Message], Callable[[Network, Result], Columns]]]] = {
    plan_pb2.PLAN_TABLE_TRANSFERS: ("transfers", plan_pb2.TransferColumns, _transfers),
    plan_pb2.PLAN_TABLE_DISPATCHES: ("dispatches", plan_pb2.DispatchColumns, _dispatches),
    plan_pb2.PLAN_TABLE_UNMET: ("unmet", plan_pb2.UnmetColumns, _unmet),
    plan_pb2.PLAN_TABLE_ALERT_OUTCOMES: ("alert_outcomes", plan_pb2.AlertOutcomeColumns, _alert_outcomes),
    plan_pb2.PLAN_TABLE_FIXES: ("fixes", plan_pb2.FixColumns, _fixes),
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
