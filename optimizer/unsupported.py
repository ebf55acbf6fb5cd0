"""Refuses what the format can say and this version does not plan with yet, instead of silently ignoring it.

Each check is one entry of a list, so that the issue that adds a rule deletes one entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.problems import Problem, ProblemLog
from network.tables import NO_LIMIT, Network

CODE: Final = "not_planned_yet"
"""`Problem.code` of everything found here."""

REQUEST_KEYS: Final = ("gap", "scope", "time_limit_seconds")
"""Keys of request.json that are planned with; of ``scope``, only ``sku_ids``."""


def unsupported(network: Network) -> tuple[Problem, ...]:
    """Find every input that would change the plan and is not planned with yet.

    Parameters
    ----------
    network : Network
        A valid one.

    Returns
    -------
    tuple of Problem
        Errors, one for each column, table or key; empty when the network can be planned.
    """
    log = ProblemLog()
    for table, column, present, meaning, fix in _columns(network):
        found = np.flatnonzero(present)
        if len(found):
            first = str(getattr(getattr(network, table), column)[found[0]])
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            place = f"at {_name(network, table, int(found[0]))}{more}"
            message = f"{column} is {first} {place}, and {meaning} is not planned with yet"
            log.add(Problem(table, None, column, first, CODE, message, fix))
    for table, rows, meaning, fix in _tables(network):
        if len(rows):
            message = f"{table} has {len(rows)} rows, and {meaning} are not planned with yet"
            log.add(Problem(table, None, None, None, CODE, message, fix))
    for key, value in _unknown_request_keys(network.request).items():
        message = f"{key} is not planned with yet"
        fix = f"Remove {key}; request.json may hold {', '.join(REQUEST_KEYS)} (scope: sku_ids)"
        log.add(Problem("request.json", None, key, str(value)[:80], CODE, message, fix))
    return log.errors()


def _columns(network: Network) -> list[tuple[str, str, NDArray[np.bool_], str, str]]:
    """Columns that are refused where they hold a value: table, column, offending rows, meaning, fix."""
    nodes, stock = network.nodes, network.stock
    limits = [
        ("nodes", name, getattr(nodes, name) != NO_LIMIT, meaning, f"Leave {name} empty")
        for name, meaning in (
            ("pick_capacity_units", "a limit on units sent"),
            ("receive_capacity_units", "a limit on units received"),
            ("max_outbound_lanes", "a limit on the lanes out of a node"),
            ("max_inbound_lanes", "a limit on the lanes into a node"),
        )
    ]
    return [
        *limits,
        ("stock", "demand_std", stock.demand_std > 0, "uncertain demand", "Leave demand_std empty or set it to 0"),
        (
            "stock",
            "no_send_before_day",
            stock.no_send_before_day > 0,
            "stock that may leave only later",
            "Leave no_send_before_day empty, or reserve the units (reserved) when they must stay",
        ),
    ]


def _name(network: Network, table: str, row: int) -> str:
    """Name a row of `nodes` or `stock` by its ids: stock is sorted, so its row numbers are not those of the file."""
    if table == "nodes":
        return f"node {network.nodes.node_id[row]}"
    node, sku = network.stock.node[row], network.stock.sku[row]
    return f"node {network.nodes.node_id[node]}, SKU {network.products.sku_id[sku]}"


def _tables(network: Network) -> list[tuple[str, Sized, str, str]]:
    """Tables that are refused when they have rows: table, rows, meaning, fix."""
    return [
        ("lane_rules", network.lane_rules, "rules of what a lane may carry", "Remove the table lane_rules"),
        ("lots", network.lots, "expiry dates", "Remove the table lots; units are then planned as if they kept"),
    ]


def _unknown_request_keys(request: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of request.json that are not planned with, ``scope.`` before those inside the scope."""
    unknown = {key: value for key, value in request.items() if key not in REQUEST_KEYS}
    scope = request.get("scope")
    if isinstance(scope, Mapping):
        unknown |= {f"scope.{key}": value for key, value in scope.items() if key != "sku_ids"}
    return unknown
