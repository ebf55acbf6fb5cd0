"""What the objective adds to the benefit of a plan: the section "What is maximised" of docs/model.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.certificate.display_state import DisplayState, display_state
from optimizer.certificate.expected_sales import Shortfalls, charge_without_lines, shortfalls, targets_of
from optimizer.certificate.former_plan import Changes, changes_of
from optimizer.certificate.positions import worth_at
from optimizer.certificate.settled_plan import SettledPlan
from optimizer.scope import penalty_weights
from optimizer.worth.economics import money

SEVERITY_WEIGHTS: Final = "request.severity_weights"
MIN_LINE_BENEFIT: Final = "request.min_line_benefit"
MIN_DISPATCH_BENEFIT: Final = "request.min_dispatch_benefit"
FORMER_PLAN: Final = "request.former_plan"
BROKEN_PRICE: Final = "display_rules.broken_price"
SELL_THROUGH_PRICE: Final = "clearance_rules.sell_through_price"

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What the objective adds to the benefit, in money units."""

    terms: dict[str, int]
    """By the input that asks for it; only those that are asked for."""
    of_line: Ints
    """What leaving out each line alone would take from their sum, shape ``(n_lines,)``."""
    line_charge: int
    """What every line pays."""
    dispatch_charge: int
    """What every dispatch pays."""
    changes: Changes | None
    """Against the former plan, where there is one."""
    displays: DisplayState
    shortfalls: Shortfalls
    """Of sell-through targets, after the plan."""


def adjustments(settled: SettledPlan) -> Adjustments:
    """Compute every adjustment that a request and the network's displays ask for."""
    network, request, plan = settled.network, settled.request, settled.columns
    settlement, left_out = settled.settlement, settled.left_out
    line_charge, dispatch_charge = (
        int(charge)
        for charge in money(
            np.array([request.min_line_benefit, request.min_dispatch_benefit], dtype=np.float64), network.money_decimals
        )
    )
    terms: dict[str, int] = {}
    of_line = np.zeros(len(plan.units), dtype=np.int64)
    if request.severity_weights:
        at = settlement.positions
        weights = penalty_weights(network, request)
        worth = worth_at(network, at.row, at.sku, weights)
        terms[SEVERITY_WEIGHTS] = int(np.sum(settlement.value_change(worth) - settlement.value_change()))
        terms[SEVERITY_WEIGHTS] += settled.priced.value(weights) - settled.priced.value()
        of_line += settlement.value_of_lines(left_out, worth) - settlement.value_of_lines(left_out)
    if line_charge:
        terms[MIN_LINE_BENEFIT] = -line_charge * len(plan.units)
        of_line -= line_charge
    if dispatch_charge:
        terms[MIN_DISPATCH_BENEFIT] = -dispatch_charge * int(plan.dispatches_on_lane.sum())
        of_line -= dispatch_charge * settled.dispatches_saved
    former = request.former_plan
    changes = None if former is None else changes_of(network, former, plan)
    if changes is not None and former is not None and former.change_prices:
        terms[FORMER_PLAN] = -changes.charge()
        of_line -= changes.charge_of_lines(plan.units)
    displays = display_state(network, settlement)
    if len(network.display_rules):
        terms[BROKEN_PRICE] = displays.charge_before - displays.charge()
        row = settlement.positions.row[left_out.position]
        units = np.concatenate([plan.units, -plan.units])
        origin, destination = np.split(displays.charge_of_changes(row, units), 2)
        of_line -= origin + destination
    missed = _price_targets(settled, terms, of_line)
    return Adjustments(terms, of_line, line_charge, dispatch_charge, changes, displays, missed)


def _price_targets(settled: SettledPlan, terms: dict[str, int], of_line: Ints) -> Shortfalls:
    """Add what missed sell-through targets with a price cost to the terms, and to what leaving out lines would take."""
    priced, settlement, decimals = settled.priced, settled.settlement, settled.network.money_decimals
    targets = targets_of(settled.network, priced.choices)
    after = shortfalls(priced.world, priced.choices, targets, settlement)
    if not np.all(np.isnan(targets.price)):
        before = shortfalls(priced.listed, priced.choices, targets, None)
        terms[SELL_THROUGH_PRICE] = before.charge(decimals) - after.charge(decimals)
        of_line += charge_without_lines(priced, settlement, after)
    return after
