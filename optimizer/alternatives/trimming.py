"""Leaving out lanes of a plan, those first that bring least for what they use: cheap at any size."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.alternatives.rates import Rates
from optimizer.certificate import certify
from optimizer.plan import Certificate, Plan
from optimizer.plan_lines import taken, with_fewest_dispatches
from optimizer.request import Request
from optimizer.scope import hard_alerts
from optimizer.search.pruning import pruned
from optimizer.worth.economics import lane_fixed_cost

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_EARNINGS: Final = frozenset({"min_line_benefit", "min_dispatch_benefit"})
_MOST_HUBS: Final = 8
"""Hubs in a row that units are called back through."""


def trimmed(
    network: Network,
    request: Request,
    rates: Rates,
    plan: Plan,
    certificate: Certificate,
    *,
    floor: int,
    until: float,
) -> Plan:
    """Leave out as many lanes as the floor allows.

    Parameters
    ----------
    network : Network
    request : Request
    rates : Rates
        What is kept low.
    plan : Plan
    certificate : Certificate
        That of the plan.
    floor : int
        Least objective in money units.
    until : float
        On the clock of `time.monotonic`; what was found by then counts.

    Returns
    -------
    Plan
        Valid, of an objective of at least `floor`; the plan itself where no lane can go.
    """
    lanes = _in_order(network, request, rates, plan, certificate)
    kept, beyond, best = 0, len(lanes) + 1, plan
    # Bisection: what is lost grows with every lane, for the most part; the certificate judges each try.
    try_seconds = 0.0
    while beyond - kept > 1 and time.monotonic() + try_seconds < until:
        began, tried = time.monotonic(), (kept + beyond) // 2
        shorter = without_lanes(network, plan, lanes[:tried])
        shorter, judged = _judged(network, request, shorter)
        if judged.valid and judged.objective >= floor:
            kept, best = tried, shorter
        else:
            beyond = tried
        try_seconds = time.monotonic() - began
    return best


def _judged(network: Network, request: Request, plan: Plan) -> tuple[Plan, Certificate]:
    """Certify a plan; where only lines are left that no longer earn what they must, it is that without them."""

    def certified(tried: Plan) -> Certificate:
        return certify(network, request, tried)

    certificate = certified(plan)
    if {found.rule for found in certificate.violations} <= _EARNINGS:
        return pruned(network, request, plan, certificate, certified) if not certificate.valid else (plan, certificate)
    return plan, certificate


def without_lanes(network: Network, plan: Plan, lanes: NDArray[np.integer]) -> Plan:
    """Return a plan less the lines of some lanes, and less the units that hubs received for them.

    Parameters
    ----------
    network : Network
    plan : Plan
    lanes : ndarray of int
        Rows of ``network.lanes``.

    Returns
    -------
    Plan
        With the fewest dispatches that hold its lines. Of the units that a hub received, those that arrived last are
        called back.
    """
    units = plan.units.copy()
    cut = np.where(np.isin(plan.lane, lanes), units, 0)
    origin, destination = network.lanes.origin[plan.lane], network.lanes.destination[plan.lane]
    n_nodes, n_skus = len(network.nodes), len(network.products)
    _, expiry = np.unique(plan.expiry_day, return_inverse=True)
    of_units = (expiry * n_skus + plan.sku.astype(np.int64)) * n_nodes
    leaves, arrives = of_units + origin, of_units + destination
    passes, least = network.nodes.transit[origin], network.lanes.min_line_units[plan.lane]
    order = np.lexsort((-plan.arrives_day, arrives))
    for _ in range(_MOST_HUBS):
        units -= cut
        called_back = np.flatnonzero(passes & (cut > 0))
        if not len(called_back):
            break
        cut = _from_last(arrives[order], units[order], leaves[called_back], cut[called_back])[np.argsort(order)]
        # A line that would fall below its least stays as it is: its units end at the hub.
        cut = np.where((units - cut > 0) & (units - cut < least), 0, cut)
    return with_fewest_dispatches(network, taken(replace(plan, units=units), units > 0))


def _from_last(keys: Ints, units: Ints, cut_keys: Ints, cut_units: Ints) -> Ints:
    """Spread units to cut over lines in order, by key: as much of each line as there is, before the next.

    Parameters
    ----------
    keys, units : ndarray of int64, shape (n_lines,)
        In ascending order of keys.
    cut_keys, cut_units : ndarray of int64, shape (n_cuts,)

    Returns
    -------
    ndarray of int64, shape (n_lines,)
    """
    distinct, number = np.unique(cut_keys, return_inverse=True)
    total = np.zeros(len(distinct) + 1, dtype=np.int64)
    np.add.at(total, number, cut_units)
    at = np.searchsorted(distinct, keys)
    due = np.where(np.append(distinct, -1)[at] == keys, total[at], 0)
    before = np.cumsum(units) - units
    before = before - before[np.searchsorted(keys, keys)]
    return np.asarray(np.clip(due - before, 0, units), dtype=np.int64)


def _in_order(
    network: Network, request: Request, rates: Rates, plan: Plan, certificate: Certificate
) -> NDArray[np.int32]:
    """Lanes that end where nothing goes on, by what they bring for what they use, the least first."""
    n_lanes = len(network.lanes)
    lines = np.bincount(plan.lane, minlength=n_lanes)
    brings = np.bincount(plan.lane, weights=certificate.line_objective.astype(np.float64), minlength=n_lanes)
    runs = np.zeros(n_lanes)
    runs[plan.dispatch_lane] = plan.dispatches
    # A line alone on its lane has paid for the dispatches already; several lines have not.
    brings -= np.where(lines > 1, runs * lane_fixed_cost(network), 0)
    weight_kg = np.nan_to_num(network.products.unit_weight_kg, nan=0.0)[plan.sku]
    of_lines = plan.units * (rates.per_unit[plan.lane] + rates.per_kg[plan.lane] * weight_kg)
    uses = np.bincount(plan.lane, weights=of_lines, minlength=n_lanes) + runs * rates.per_dispatch
    sends = np.zeros(len(network.nodes), dtype=np.bool_)
    sends[network.lanes.origin[plan.lane]] = True
    feeds = (network.nodes.transit & sends)[network.lanes.destination]
    candidates = np.flatnonzero((lines > 0) & (uses > 0) & ~feeds & ~_demanded(network, request, plan))
    order = np.argsort(brings[candidates] / uses[candidates], kind="stable")
    return candidates[order].astype(np.int32)


def _demanded(network: Network, request: Request, plan: Plan) -> Flags:
    """Lanes with a line from or to the position of a hard demand, shape (n_lanes,)."""
    alerts, n_nodes = network.alerts, len(network.nodes)
    hard = hard_alerts(network, request)
    keys = alerts.sku[hard].astype(np.int64) * n_nodes + alerts.node[hard]
    found = np.zeros(len(network.lanes), dtype=np.bool_)
    for ends in (network.lanes.origin, network.lanes.destination):
        touched = np.isin(plan.sku.astype(np.int64) * n_nodes + ends[plan.lane], keys)
        found[plan.lane[touched]] = True
    return found
