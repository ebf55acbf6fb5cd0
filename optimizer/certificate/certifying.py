"""Recomputes a plan's benefit and checks every rule from the network, the request and the plan alone.

An independent reading of docs/model.md in exact integers, without a solver, the canonical model or the builder. A plan
that breaks rules, or is no proper plan at all, gets violations and never an exception.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from network.tables import Network
from optimizer.certificate.checks import lanes, lines, nodes, outside, prices, promises
from optimizer.certificate.ledger import ROUNDING, TERMS, ledger, rounding_allowance
from optimizer.certificate.objective import Adjustments, adjustments
from optimizer.certificate.plan_columns import Ints, UsablePlan, check_columns
from optimizer.certificate.priced_plan import check_markdown_columns
from optimizer.certificate.settled_plan import SettledPlan, settled_plan
from optimizer.certificate.violations import ViolationLog
from optimizer.plan import Certificate, Plan
from optimizer.request import Request
from optimizer.worth.economics import lane_fixed_cost, lane_unit_cost

RULES: Final[tuple[str, ...]] = (
    "columns",
    "known_lane",
    "known_sku",
    "positive_units",
    "magnitude",
    *lines.RULES,
    *outside.RULES,
    *nodes.RULES,
    *lanes.RULES,
    *promises.RULES,
    *prices.RULES,
    "ledger",
    "claimed_benefit",
    "claimed_objective",
)
"""Every rule that is checked; the last two, and the claimed ledger, by `check_claims`."""


def certify(network: Network, request: Request, plan: Plan) -> Certificate:
    """Recompute a plan's benefit and objective, and find every rule it breaks.

    Parameters
    ----------
    network : Network
        A valid one; its own `paths` are left aside.
    request : Request
    plan : Plan
        Any columns at all.

    Returns
    -------
    Certificate
        Benefit, ledger, adjustments and what lines bring are those of the lines that make sense (known lane and SKU,
        positive units) and of the markdowns that do (known choices, prices of their ladders); others count as absent.
        They are meaningful only when the plan is valid.
    """
    log = ViolationLog()
    check_columns(plan, log)
    check_markdown_columns(network, plan, log)
    if log.count:
        nothing = np.zeros(np.size(plan.lane), dtype=np.int64)
        ledger_terms = dict.fromkeys(TERMS, 0)
        return Certificate(False, tuple(log.violations), log.count, 0, ledger_terms, nothing, {}, nothing)
    settled = settled_plan(network, request, plan, log)
    network = settled.network
    columns, settlement, added = settled.columns, settled.settlement, adjustments(settled)
    unit_cost, fixed_cost = lane_unit_cost(network, columns.lane, columns.sku), lane_fixed_cost(network)
    saved_cost = settled.dispatches_saved * fixed_cost[columns.lane]
    line_benefit = settlement.value_of_lines(settled.left_out) - unit_cost * columns.units - saved_cost
    line_objective = line_benefit + added.of_line

    _check_rules(settled, added, line_objective, log)
    runs_cost = columns.dispatches_on_lane * fixed_cost
    benefit = int(np.sum(settlement.value_change())) - int(np.sum(unit_cost * columns.units)) - int(np.sum(runs_cost))
    benefit += settled.priced.value()
    terms = ledger(settled, runs_cost, benefit)
    _check_ledger(settled, terms, log)
    of_lines = [_of_plan(plan, columns, values) for values in (line_benefit, line_objective)]
    return Certificate(
        valid=not log.count,
        violations=tuple(log.violations),
        violation_count=log.count,
        benefit=benefit,
        ledger=terms,
        line_benefit=of_lines[0],
        adjustments=added.terms,
        line_objective=of_lines[1],
    )


def _check_rules(settled: SettledPlan, added: Adjustments, line_objective: Ints, log: ViolationLog) -> None:
    """Check every rule but those of columns, ledger and claims."""
    lines.check_lines(settled, log)
    outside.check_outside(settled, log)
    nodes.check_stock(settled, log)
    nodes.check_capacities(settled, log)
    lanes.check_dispatches(settled, log)
    lanes.check_loads(settled, log)
    promises.check_demands(settled, log)
    promises.check_frozen(settled.network, added.changes, log)
    promises.check_earnings(settled, added, line_objective, log)
    prices.check_prices(settled.priced, log)
    prices.check_budgets(settled.priced, settled.settlement, log)
    prices.check_targets(settled.priced, added.shortfalls, log)


def _of_plan(plan: Plan, usable: UsablePlan, values: Ints) -> Ints:
    """Values of the plan's lines, read-only; 0 for those that make no sense."""
    result = np.zeros(plan.n_lines, dtype=np.int64)
    result[usable.line] = values
    result.setflags(write=False)
    return result


def _check_ledger(settled: SettledPlan, terms: dict[str, int], log: ViolationLog) -> None:
    """Check that the ledger, computed apart from the benefit, explains it up to rounding."""
    n_dispatches = int(settled.columns.dispatches_on_lane.sum())
    allowed = rounding_allowance(settled.settlement, terms, n_dispatches, settled.network.periods)
    if abs(terms[ROUNDING]) > allowed:
        message = f"{terms[ROUNDING]} money units are not explained by any input field, rounding explains {allowed:g}"
        log.add_one("ledger", f"ledger term {ROUNDING}", message, abs(terms[ROUNDING]))
