"""Leaves out the lines and lanes of a plan that only cost.

Flows at prices charge a dispatch by shares, and solvers stop at a gap, so what they find may carry lines that bring
less than they cost, and a request with a least benefit of a line or dispatch does not allow that. The certificate says
what each line brings; those that bring less than nothing go, a few at a time: each one less makes others worth more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.plan import Certificate, Plan
from optimizer.request import Request
from optimizer.worth.economics import lane_capacity, lane_fixed_cost, least_dispatches, money, product_weight

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
Certify = Callable[[Plan], Certificate]

_MOST_ROUNDS = 12


def pruned(
    network: Network,
    request: Request,
    plan: Plan,
    certificate: Certificate,
    certify: Certify,
    *,
    hurried: Callable[[], bool] = lambda: False,
) -> tuple[Plan, Certificate]:
    """Leave out what only costs, while that makes the plan better or valid.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
    certificate : Certificate
        Of the plan, for this request; valid or not.
    certify : callable
        Certifies a plan for this request.
    hurried : callable, optional
        Whether a valid plan is enough by now.

    Returns
    -------
    (Plan, Certificate)
        The best plan on the way, which may be the one given.
    """
    best, proof = plan, certificate
    for _ in range(_MOST_ROUNDS):
        if proof.valid and hurried():
            break
        if len(certificate.line_objective) != plan.n_lines:
            break
        dropped = losing_lines(network, request, plan, certificate.line_objective)
        if not np.any(dropped):
            break
        plan = without_lines(network, plan, dropped)
        certificate = certify(plan)
        if (certificate.valid, certificate.objective) > (proof.valid, proof.objective):
            best, proof = plan, certificate
    return best, proof


def losing_lines(network: Network, request: Request, plan: Plan, line_objective: Int64) -> Flags:
    """Find lines that bring less than they cost, alone or with all others of their lane.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
    line_objective : ndarray of int64, shape (n_lines,)
        What leaving out each line alone takes from the objective, money units.

    Returns
    -------
    ndarray of bool, shape (n_lines,)
        All lines of lanes that cost as a whole; of others at most one per lane and per position that it starts or ends
        at, the one that costs most. Only lines whose units go nowhere from there.
    """
    lanes, n_skus = network.lanes, max(len(network.products), 1)
    starts_at = lanes.origin[plan.lane].astype(np.int64) * n_skus + plan.sku
    ends_at = lanes.destination[plan.lane].astype(np.int64) * n_skus + plan.sku
    days = np.unique(plan.expiry_day, return_inverse=True)[1]
    final = ~np.isin(ends_at * (len(days) + 1) + days, starts_at * (len(days) + 1) + days)
    losing = _on_losing_lanes(network, request, plan, final, line_objective)
    alone = np.flatnonzero(final & (line_objective < 0) & ~losing)
    for key in (plan.lane, ends_at, starts_at):
        order = np.lexsort((line_objective[alone], key[alone]))
        alone, keys = alone[order], key[alone][order]
        alone = alone[np.append(True, keys[1:] != keys[:-1])[: len(alone)]]
    losing[alone] = True
    return losing


def _on_losing_lanes(network: Network, request: Request, plan: Plan, final: Flags, line_objective: Int64) -> Flags:
    """Find lines of the lanes that cost more than all their lines bring."""
    n_lanes, n_skus = len(network.lanes), max(len(network.products), 1)
    charge = money(np.array([request.min_dispatch_benefit]), network.money_decimals)[0]
    per_dispatch = lane_fixed_cost(network) + charge
    runs = np.zeros(n_lanes, dtype=np.int64)
    runs[plan.dispatch_lane] = plan.dispatches
    n_lines = np.bincount(plan.lane, minlength=n_lanes)
    brings = -runs * per_dispatch
    saved = _dispatches_saved(network, plan, runs, n_lines)
    np.add.at(brings, plan.lane, line_objective + saved * per_dispatch[plan.lane])
    # Two lines of one SKU share a position: what each brings alone says nothing of both together.
    pairs = np.unique(plan.lane.astype(np.int64) * n_skus + plan.sku) // n_skus
    simple = np.bincount(pairs, minlength=n_lanes) == n_lines
    simple &= np.bincount(plan.lane[final], minlength=n_lanes) == n_lines
    return np.asarray((simple & (brings < 0))[plan.lane])


def _dispatches_saved(network: Network, plan: Plan, runs: Int64, n_lines: Int64) -> Int64:
    """Count the dispatches that the rest of a lane's load would not need without each line."""
    weight, capacity = product_weight(network)[plan.sku] * plan.units, lane_capacity(network)
    load = np.zeros(len(runs), dtype=np.int64)
    np.add.at(load, plan.lane, weight)
    others = n_lines[plan.lane] > 1
    needed = np.maximum(least_dispatches(load[plan.lane] - weight, capacity[plan.lane]), others)
    return np.asarray(np.maximum(runs[plan.lane] - needed, 0))


def without_lines(network: Network, plan: Plan, dropped: Flags) -> Plan:
    """Leave lines out, and the dispatches that the rest does not need.

    Parameters
    ----------
    network : Network
    plan : Plan
    dropped : ndarray of bool, shape (n_lines,)

    Returns
    -------
    Plan
        On lanes that lost a line, the fewest dispatches for what is left.
    """
    kept = ~dropped
    load = np.zeros(len(network.lanes), dtype=np.int64)
    np.add.at(load, plan.lane[kept], (product_weight(network)[plan.sku] * plan.units)[kept])
    needed = np.maximum(least_dispatches(load, lane_capacity(network)), 1)[plan.dispatch_lane]
    touched = np.isin(plan.dispatch_lane, plan.lane[dropped])
    runs = np.where(touched, np.minimum(needed, plan.dispatches), plan.dispatches)
    stays = np.isin(plan.dispatch_lane, plan.lane[kept])
    return replace(
        plan,
        lane=plan.lane[kept],
        sku=plan.sku[kept],
        units=plan.units[kept],
        arrives_day=plan.arrives_day[kept],
        expiry_day=plan.expiry_day[kept],
        dispatch_lane=plan.dispatch_lane[stays],
        dispatches=runs[stays],
    )
