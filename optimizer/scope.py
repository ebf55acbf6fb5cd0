"""What a plan may touch, as the request says it: the section "Scope" of docs/model.md."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.tables import AlertKind, Network, Severity
from optimizer.request import TRANSFER, Request

Flags = NDArray[np.bool_]


def selecting_alerts(network: Network, request: Request) -> Flags:
    """Which alerts select their SKU, shape (n_alerts,): named by the scope, of a severity that may transfer."""
    alerts = network.alerts
    selects = _named(alerts.alert_id, request.scope_alert_ids)
    return selects & ~np.isin(alerts.severity, _closing(request))


def skus_in_scope(network: Network, request: Request) -> Flags:
    """Which products a plan may touch, shape (n_products,)."""
    selected = np.zeros(len(network.products), dtype=np.bool_)
    selected[network.alerts.sku[selecting_alerts(network, request)]] = True
    named = _named(network.products.sku_id, request.scope_sku_ids)
    return selected & named & _named(network.products.category, request.scope_categories)


def nodes_in_scope(network: Network, request: Request) -> Flags:
    """Which nodes lines may start and end at, shape (n_nodes,)."""
    return _named(network.nodes.node_id, request.scope_node_ids)


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
