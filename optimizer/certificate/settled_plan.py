"""A plan beside all that its certificate works with: usable columns, settled positions, each line left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate.plan_columns import UsablePlan, usable_plan
from optimizer.certificate.positions import lines_of
from optimizer.certificate.priced_plan import PricedPlan, priced_plan
from optimizer.certificate.settlement import LeftOut, Settlement, settle
from optimizer.certificate.violations import ViolationLog
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.worth.economics import lane_capacity, least_dispatches, product_weight

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SettledPlan:
    """The lines of a plan that make sense, and what they do at its prices."""

    network: Network
    """With the paths of the plan's markdowns."""
    request: Request
    priced: PricedPlan
    columns: UsablePlan
    settlement: Settlement
    left_out: LeftOut
    dispatches_saved: Ints
    """How many dispatches the lane of each line no longer needs without it, shape ``(n_lines,)``."""


def settled_plan(network: Network, request: Request, plan: Plan, log: ViolationLog) -> SettledPlan:
    """Settle what of a plan can be used, and log what cannot.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        One that passed `check_columns` and `check_markdown_columns`.
    log : ViolationLog

    Returns
    -------
    SettledPlan
    """
    priced = priced_plan(network, request, plan, log)
    world = priced.world
    columns = usable_plan(world, request, plan, log)
    settlement = settle(world, lines_of(world, columns))
    saved = _dispatches_saved(world, columns)
    return SettledPlan(world, request, priced, columns, settlement, settlement.left_out(), saved)


def _dispatches_saved(network: Network, plan: UsablePlan) -> Ints:
    """How many dispatches the lane of each line no longer needs without it; all of them when it is the last."""
    lane = plan.lane
    capacity, load = lane_capacity(network)[lane], plan.load_on_lane[lane]
    runs = plan.dispatches_on_lane[lane]
    used = np.minimum(runs, np.maximum(least_dispatches(load, capacity), 1))
    rest = np.maximum(least_dispatches(load - plan.units * product_weight(network)[plan.sku], capacity), 1)
    return np.where(plan.lines_on_lane[lane] == 1, runs, np.maximum(used - rest, 0))
