"""Leaving out lanes of a plan, those first that bring least for what they use: cheap at any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.alternatives.rates import Rates
from optimizer.certificate import certify
from optimizer.economics import lane_fixed_cost
from optimizer.plan import Certificate, Plan
from optimizer.request import Request


def trimmed(
    network: Network, request: Request, rates: Rates, plan: Plan, certificate: Certificate, *, floor: int
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

    Returns
    -------
    Plan
        Valid, of an objective of at least `floor`; the plan itself where no lane can go.
    """
    lanes = _in_order(network, rates, plan, certificate)
    kept, beyond, best = 0, len(lanes) + 1, plan
    # Bisection: what is lost grows with every lane, for the most part; the certificate judges each try.
    while beyond - kept > 1:
        tried = (kept + beyond) // 2
        shorter = without_lanes(plan, lanes[:tried])
        judged = certify(network, request, shorter)
        if judged.valid and judged.objective >= floor:
            kept, best = tried, shorter
        else:
            beyond = tried
    return best


def without_lanes(plan: Plan, lanes: NDArray[np.integer]) -> Plan:
    """Return a plan less the lines and dispatches of some lanes."""
    line, run = ~np.isin(plan.lane, lanes), ~np.isin(plan.dispatch_lane, lanes)
    return Plan(
        lane=plan.lane[line],
        sku=plan.sku[line],
        units=plan.units[line],
        arrives_day=plan.arrives_day[line],
        expiry_day=plan.expiry_day[line],
        dispatch_lane=plan.dispatch_lane[run],
        dispatches=plan.dispatches[run],
    )


def _in_order(network: Network, rates: Rates, plan: Plan, certificate: Certificate) -> NDArray[np.int32]:
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
    candidates = np.flatnonzero((lines > 0) & (uses > 0) & ~feeds)
    order = np.argsort(brings[candidates] / uses[candidates], kind="stable")
    return candidates[order].astype(np.int32)
