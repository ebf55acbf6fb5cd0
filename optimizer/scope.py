"""What a plan may touch, as the request says it: "Scope" in docs/model.md, "Responses" in docs/clearance.md."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import ExitKind
from network.outside import exit_of_lane, has_outside, outside_lanes, outside_nodes
from network.tables import AlertKind, Network, Severity
from optimizer.request import KEEP, LIQUIDATION, PURCHASE, RETURN, TRANSFER, Request

Flags = NDArray[np.bool_]
Bits = NDArray[np.uint8]
"""Sets of `LINE_RESPONSES`, one bit each."""

LINE_RESPONSES: Final = (TRANSFER, LIQUIDATION, RETURN, PURCHASE)
"""What a line can be: each lane is a way of one of them."""

TRANSFERS: Final = np.uint8(1)
"""Bit of `TRANSFER`."""

PURCHASES: Final = np.uint8(8)
"""Bit of `PURCHASE`."""


def selecting_alerts(network: Network, request: Request) -> Flags:
    """Which alerts select their SKU, shape (n_alerts,): named by the scope, of a severity that allows anything."""
    alerts = network.alerts
    idle = [int(level) for level, allowed in request.response_policy.items() if not set(allowed) - {KEEP}]
    return _named(alerts.alert_id, request.scope_alert_ids) & ~np.isin(alerts.severity, idle)


def skus_in_scope(network: Network, request: Request) -> Flags:
    """Which products a plan may touch, shape (n_products,)."""
    selected = np.zeros(len(network.products), dtype=np.bool_)
    selected[network.alerts.sku[selecting_alerts(network, request)]] = True
    named = _named(network.products.sku_id, request.scope_sku_ids)
    return selected & named & _named(network.products.category, request.scope_categories)


def nodes_in_scope(network: Network, request: Request) -> Flags:
    """Which nodes lines may start and end at, shape (n_nodes,): those of the request, and all places outside."""
    return _named(network.nodes.node_id, request.scope_node_ids) | outside_nodes(network)


def hard_alerts(network: Network, request: Request) -> NDArray[np.intp]:
    """Rows of the alerts whose units are a hard demand (0 units demand nothing)."""
    alerts = network.alerts
    hard = alerts.must_serve & selecting_alerts(network, request) & skus_in_scope(network, request)[alerts.sku]
    return np.flatnonzero(hard)


def is_closed(
    network: Network,
    request: Request,
    node: NDArray[np.integer[Any]],
    sku: NDArray[np.integer[Any]],
    response: str = TRANSFER,
) -> Flags:
    """Whether the response policy closes positions to a response.

    Parameters
    ----------
    network : Network
    request : Request
    node, sku : ndarray of int, shape (n,)
    response : str
        One of `optimizer.request.RESPONSES`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not _closing(request, response):
        return np.zeros(len(node), dtype=np.bool_)
    keys, severity = _highest_severity(network, np.ones(len(network.alerts), dtype=np.bool_))
    closed = keys[np.isin(severity, _closing(request, response))]
    return np.isin(_keys(network, node, sku), closed)


def responses_of_lanes(network: Network) -> Bits:
    """Return what lines on each lane are, one bit of `LINE_RESPONSES`, shape (n_lanes,)."""
    bits = np.full(len(network.lanes), response_bit(TRANSFER), dtype=np.uint8)
    if has_outside(network):
        exit_row = exit_of_lane(network)
        returns = np.append(network.exits.kind == ExitKind.RETURN, False)[exit_row]
        bits[exit_row >= 0] = response_bit(LIQUIDATION)
        bits[returns] = response_bit(RETURN)
        bits[outside_lanes(network) & (exit_row < 0)] = response_bit(PURCHASE)
    return bits


def responses_asked(request: Request) -> int:
    """Return the lines that the request lets a plan use, as bits of `LINE_RESPONSES`."""
    return sum(response_bit(name) for name in LINE_RESPONSES if request.responses is None or name in request.responses)


def open_responses(
    network: Network, request: Request, node: NDArray[np.integer[Any]], sku: NDArray[np.integer[Any]]
) -> Bits:
    """Find what the request and its policy allow at positions; a line needs its response at both ends.

    Parameters
    ----------
    network : Network
    request : Request
    node, sku : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of uint8, shape (n,)
        0 outside the scope of nodes.
    """
    bits = np.where(nodes_in_scope(network, request)[node], responses_asked(request), 0).astype(np.uint8)
    for name in LINE_RESPONSES:
        if _closing(request, name):
            bits[is_closed(network, request, node, sku, name)] &= np.uint8(255 - response_bit(name))
    return bits


def response_bit(response: str) -> int:
    """Bit of one of `LINE_RESPONSES`."""
    return 1 << LINE_RESPONSES.index(response)


def penalty_weights(network: Network, request: Request) -> NDArray[np.float64]:
    """Factor of every stock row's shortage penalty in the objective, shape (n_positions,)."""
    weight = np.ones(len(network.stock))
    if not request.severity_weights:
        return weight
    asks = selecting_alerts(network, request) & (network.alerts.kind == AlertKind.SHORTAGE)
    keys, severity = _highest_severity(network, asks)
    table = np.ones(max(Severity) + 1)
    for level, factor in request.severity_weights.items():
        table[level] = factor
    n_nodes = max(len(network.nodes), 1)
    row = network.stock_row((keys % n_nodes).astype(np.int32), (keys // n_nodes).astype(np.int32))
    weight[row[row >= 0]] = table[severity[row >= 0]]
    return weight


def _named(ids: NDArray[np.object_], wanted: tuple[str, ...] | None) -> Flags:
    if wanted is None:
        return np.ones(len(ids), dtype=np.bool_)
    return np.asarray(np.isin(ids.astype(str), list(wanted)), dtype=np.bool_)


def _closing(request: Request, response: str = TRANSFER) -> list[int]:
    """Severities whose alerts do not allow a response."""
    return [int(level) for level, allowed in request.response_policy.items() if response not in allowed]


def _keys(network: Network, node: NDArray[Any], sku: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(sku.astype(np.int64) * max(len(network.nodes), 1) + node)


def _highest_severity(network: Network, which: Flags) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions with an alert among `which`, as ascending keys, and the highest severity at each."""
    alerts = network.alerts
    keys, at = np.unique(_keys(network, alerts.node[which], alerts.sku[which]), return_inverse=True)
    severity = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(severity, at, alerts.severity[which].astype(np.int64))
    return keys, severity
