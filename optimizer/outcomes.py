"""What a plan does for each alert, and which demand it leaves unserved."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import AlertKind, Network
from optimizer.certificate.alert_service import alert_service
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.positions import lines_of, positions_at
from optimizer.certificate.settlement import settle
from optimizer.plan import AlertOutcomes, Plan
from optimizer.request import TRANSFER, Request
from optimizer.scope import is_closed, nodes_in_scope, selecting_alerts, skus_in_scope
from optimizer.worth.economics import alert_units, opening_units
from optimizer.worth.lots import expires

Ints = NDArray[np.int64]
Words = NDArray[np.object_]

RESOLVED: Final = "resolved"
PARTLY: Final = "partly"
UNRESOLVED: Final = "unresolved"

NO_HELP: Final = "no transfer helps this position"
"""Reason of an alert of which nobody has said more."""


def alert_outcomes(network: Network, request: Request, plan: Plan) -> AlertOutcomes:
    """Say for every alert how far the plan resolves it.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.

    Returns
    -------
    AlertOutcomes
    """
    asked = alert_units(network)
    service = alert_service(network, lines_of(network, plan))
    moved = np.clip(service.net_units, 0, asked)
    outcome = np.full(len(asked), UNRESOLVED, dtype=np.object_)
    outcome[moved > 0] = PARTLY
    outcome[moved >= asked] = RESOLVED
    return AlertOutcomes(
        alert=np.arange(len(asked), dtype=np.int32),
        outcome=outcome,
        units_asked=asked,
        units_by_transfer=moved,
        day=service.day_of(moved).astype(np.int32),
        reason=_reasons(network, request, asked, moved, service.net_units),
    )


def unmet_positions(network: Network, request: Request, plan: Plan) -> tuple[Ints, Ints]:
    """Demand of the positions in scope that the plan leaves unserved: ``max(0, floor(D - y))``.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.

    Returns
    -------
    stock_row : ndarray of int64, shape (n_unmet,)
        Ascending rows of ``network.stock``.
    units : ndarray of int64, shape (n_unmet,)
        At least 1 each.
    """
    stock = network.stock
    rows = np.flatnonzero(skus_in_scope(network, request)[stock.sku])
    # Where nothing is late and nothing expires, all counts that is there or on its way.
    counted = opening_units(network) + stock.in_transit
    late = (stock.in_transit > 0) & (stock.in_transit_arrival_day > 0)
    some = rows[(late | expires(network)[stock.sku])[rows]]
    positions = positions_at(network, stock.node[some].astype(np.int64), stock.sku[some].astype(np.int64))
    counted[some] = counted_without_plan(network, positions)
    settled = settle(network, lines_of(network, plan))
    known = settled.positions.row >= 0
    counted[settled.positions.row[known]] = settled.counted_after[known]
    missing = np.floor(stock.demand_mean[rows]).astype(np.int64) - counted[rows]
    return rows[missing > 0], missing[missing > 0]


def _reasons(network: Network, request: Request, asked: Ints, moved: Ints, net: Ints) -> Words:
    """Say what is behind each outcome; the reasons of unmet demand say more."""
    alerts = network.alerts
    shortage = alerts.kind == AlertKind.SHORTAGE
    row = network.stock_row(alerts.node, alerts.sku)
    demand = np.zeros(len(alerts))
    demand[row >= 0] = network.stock.demand_mean[row[row >= 0]]
    words = np.full(len(alerts), NO_HELP, dtype=np.object_)
    words[net < 0] = "the plan moves units the other way"
    words[moved > 0] = "transfers move fewer units than asked"
    words[(moved > 0) & (moved >= asked)] = "transfers move all units asked"
    words[(asked == 0) & shortage] = "nothing is short here"
    words[(asked == 0) & ~shortage] = "nothing is too many here"
    words[shortage & (asked > np.ceil(demand)) & (moved < asked)] = "asks for more units than the position's demand"
    unhelped = moved < asked
    still = unhelped & (moved <= 0)
    words[still & is_closed(network, request, alerts.node, alerts.sku)] = "the response policy closes this position"
    words[unhelped & ~nodes_in_scope(network, request)[alerts.node]] = "the node is outside the request's scope"
    words[~skus_in_scope(network, request)[alerts.sku]] = "the SKU is outside the request's scope"
    named = selecting_alerts(network, replace(request, response_policy={}))
    words[unhelped & ~named] = "the request's scope leaves this alert out"
    immobile = [level for level, allowed in request.response_policy.items() if TRANSFER not in allowed]
    words[still & np.isin(alerts.severity, immobile)] = "the response policy allows no transfer for this severity"
    return words
