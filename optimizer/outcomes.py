"""What a plan does for each alert, and which demand it leaves unserved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.outside import exit_of_lane, quote_of_lane
from network.tables import AlertKind, Network
from optimizer.certificate.alert_service import alert_service
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.positions import Lines, lines_of, positions_at
from optimizer.certificate.settlement import settle
from optimizer.plan import AlertOutcomes, Plan
from optimizer.request import TRANSFER, Request
from optimizer.scope import is_closed, nodes_in_scope, selecting_alerts, skus_in_scope
from optimizer.worth.demand import demand_of
from optimizer.worth.economics import alert_units, opening_units
from optimizer.worth.lots import expires
from optimizer.worth.price_paths import changed_rows, list_paths, repriced
from optimizer.worth.rounding import floor_of_expected

Ints = NDArray[np.int64]
Words = NDArray[np.object_]

RESOLVED: Final = "resolved"
PARTLY: Final = "partly"
UNRESOLVED: Final = "unresolved"

_TRANSFER, _EXIT, _PURCHASE, _MARKDOWN = range(4)

NO_HELP: Final = "no transfer helps this position"
"""Reason of an alert of which nobody has said more."""


def alert_outcomes(network: Network, request: Request, plan: Plan) -> AlertOutcomes:
    """Say for every alert how far the plan resolves it.

    Parameters
    ----------
    network : Network
        With `paths`: repriced by the plan's markdowns already.
    request : Request
    plan : Plan
        A valid one.

    Returns
    -------
    AlertOutcomes
    """
    world = network if network.paths is not None else repriced(network, plan.markdowns)
    asked, lines = alert_units(network), lines_of(network, plan)
    service = alert_service(network, lines)
    moved = np.clip(service.net_units, 0, asked)
    units = _by_response(world, plan, lines, service.net_units, asked)
    done = units.sum(axis=0)
    outcome = np.full(len(asked), UNRESOLVED, dtype=np.object_)
    outcome[done > 0] = PARTLY
    outcome[done >= asked] = RESOLVED
    return AlertOutcomes(
        alert=np.arange(len(asked), dtype=np.int32),
        outcome=outcome,
        units_asked=asked,
        units_by_transfer=units[_TRANSFER],
        day=service.day_of(moved).astype(np.int32),
        reason=_reasons(network, request, asked, done, service.net_units, only_transfers=units[_TRANSFER] == done),
        units_by_markdown=units[_MARKDOWN],
        units_by_exit=units[_EXIT],
        units_by_purchase=units[_PURCHASE],
    )


def _by_response(world: Network, plan: Plan, lines: Lines, net: Ints, asked: Ints) -> Ints:
    """Units of every alert by response, together at most those asked, shape ``(4, n_alerts)``."""
    is_shortage = world.alerts.kind == AlertKind.SHORTAGE
    every = np.maximum(net, 0)
    bought = _net_of(world, lines, quote_of_lane(world)[plan.lane] >= 0)
    left = _net_of(world, lines, exit_of_lane(world)[plan.lane] >= 0)
    outside = np.minimum(np.where(is_shortage, bought, left), every)
    sold = np.where(is_shortage, 0, _sold_because_of_markdowns(world, plan))
    parts = np.stack([every - outside, np.where(is_shortage, 0, outside), np.where(is_shortage, outside, 0), sold])
    # What is asked is filled in this order.
    filled = np.minimum(np.cumsum(parts, axis=0), asked)
    return np.asarray(np.diff(filled, axis=0, prepend=0))


def _net_of(network: Network, lines: Lines, some: NDArray[np.bool_]) -> Ints:
    """Net units of every alert by some of the lines alone."""
    if not some.any():
        return np.zeros(len(network.alerts), dtype=np.int64)
    return np.maximum(alert_service(network, lines.take(np.flatnonzero(some))).net_units, 0)


def _sold_because_of_markdowns(world: Network, plan: Plan) -> Ints:
    """Units that the position of every alert sells more under its path than at list price, of those that count."""
    more = np.zeros(len(world.alerts), dtype=np.int64)
    if not len(plan.markdowns):
        return more
    row = world.stock_row(world.alerts.node, world.alerts.sku)
    listed = replace(world, paths=list_paths(world))
    changed = np.zeros(len(world.stock) + 1, dtype=np.bool_)
    changed[changed_rows(listed, world)] = True
    at = np.flatnonzero(changed[row])
    rows, of = np.unique(row[at], return_inverse=True)
    counted = np.maximum(_counted_after(world, plan, rows), 0)
    sold = demand_of(world, rows).expected_sold(counted) - demand_of(listed, rows).expected_sold(counted)
    more[at] = floor_of_expected(sold)[of.reshape(-1)]
    return more


def unmet_positions(network: Network, request: Request, plan: Plan) -> tuple[Ints, Ints]:
    """Demand of the positions in scope that the plan leaves unserved: ``max(0, floor(D - y))``.

    Parameters
    ----------
    network : Network
        With `paths`: repriced by the plan's markdowns already.
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
    world = network if network.paths is not None else repriced(network, plan.markdowns)
    missing = floor_demand(world, rows) - _counted_after(world, plan, rows)
    return rows[missing > 0], missing[missing > 0]


def floor_demand(network: Network, rows: NDArray[np.integer[Any]]) -> Ints:
    """Whole units of expected demand at stock rows, under the paths of a repriced network."""
    mean = demand_of(network, rows).mean
    if network.paths is None:
        return np.floor(mean).astype(np.int64)
    return np.where(network.paths.of_stock[rows] < 0, np.floor(mean).astype(np.int64), floor_of_expected(mean))


def _counted_after(network: Network, plan: Plan, rows: NDArray[np.integer[Any]]) -> Ints:
    """Units that count at stock rows after a plan's lines."""
    stock = network.stock
    # Where nothing is late and nothing expires, all counts that is there or on its way.
    counted = opening_units(network) + stock.in_transit
    late = (stock.in_transit > 0) & (stock.in_transit_arrival_day > 0)
    some = rows[(late | expires(network)[stock.sku])[rows]]
    positions = positions_at(network, stock.node[some].astype(np.int64), stock.sku[some].astype(np.int64))
    counted[some] = counted_without_plan(network, positions)
    settled = settle(network, lines_of(network, plan))
    known = settled.positions.row >= 0
    counted[settled.positions.row[known]] = settled.counted_after[known]
    return np.asarray(counted[rows])


def _reasons(
    network: Network, request: Request, asked: Ints, moved: Ints, net: Ints, *, only_transfers: NDArray[np.bool_]
) -> Words:
    """Say what is behind each outcome; the reasons of unmet demand say more."""
    alerts = network.alerts
    shortage = alerts.kind == AlertKind.SHORTAGE
    row = network.stock_row(alerts.node, alerts.sku)
    demand = np.zeros(len(alerts))
    demand[row >= 0] = network.stock.demand_mean[row[row >= 0]]
    words = np.full(len(alerts), NO_HELP, dtype=np.object_)
    words[net < 0] = "the plan moves units the other way"
    words[moved > 0] = "the plan covers fewer units than asked"
    words[(moved > 0) & (moved >= asked)] = "the plan covers all units asked"
    words[(moved > 0) & only_transfers] = "transfers move fewer units than asked"
    words[(moved > 0) & (moved >= asked) & only_transfers] = "transfers move all units asked"
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
