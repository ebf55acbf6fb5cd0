"""Recomputes a plan's benefit and checks every rule from the network, the request and the plan alone.

An independent reading of docs/model.md in exact integers, without a solver, the canonical model or the builder. A plan
that breaks rules, or is no proper plan at all, gets violations and never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.tables import NO_LIMIT, AlertKind, Network
from optimizer.alert_service import alert_service
from optimizer.economics import (
    WEIGHT_DECIMALS,
    alert_units,
    give_units,
    lane_capacity,
    lane_fixed_cost,
    lane_least_load,
    lane_unit_cost,
    least_dispatches,
    product_weight,
)
from optimizer.feeding import unfed_lines
from optimizer.ledger import ROUNDING, TERMS, ledger, rounding_allowance
from optimizer.plan import Certificate, Plan
from optimizer.plan_columns import Ints, UsablePlan, check_columns, usable_plan
from optimizer.request import Request
from optimizer.scope import skus_in_scope
from optimizer.settlement import Settlement, lines_of, settle
from optimizer.violations import ViolationLog, lane_place, line_place, position_place

RULES: Final[tuple[str, ...]] = (
    "columns",
    "known_lane",
    "known_sku",
    "positive_units",
    "magnitude",
    "in_scope",
    "duplicate_line",
    "case_pack",
    "min_line_units",
    "units_exist",
    "arrives_day",
    "own_stock",
    "pass_through",
    "position_exists",
    "fed",
    "duplicate_dispatch",
    "dispatch_count",
    "max_dispatches",
    "capacity_kg",
    "min_dispatch_kg",
    "must_serve",
    "ledger",
    "claimed_benefit",
)
"""Every rule that is checked; the last one, and the claimed ledger, by `check_claim`."""


def certify(network: Network, request: Request, plan: Plan) -> Certificate:
    """Recompute a plan's benefit and find every rule it breaks.

    Parameters
    ----------
    network : Network
        A valid one.
    request : Request
    plan : Plan
        Any columns at all.

    Returns
    -------
    Certificate
        Benefit, ledger and line benefits are those of the lines that make sense (known lane and SKU, positive units);
        other lines count as absent and are worth 0. They are meaningful as benefits only when the plan is valid.
    """
    log = ViolationLog()
    check_columns(plan, log)
    if log.count:
        return Certificate(False, tuple(log.violations), log.count, 0, dict.fromkeys(TERMS, 0), _no_lines(plan))
    usable = usable_plan(network, plan, log)
    settlement = settle(network, lines_of(network, usable.lane, usable.sku, usable.units, usable.arrives_day))
    _check_lines(network, request, usable, settlement, log)
    _check_positions(network, settlement, log)
    _check_dispatches(network, usable, log)
    _check_loads(network, usable, log)
    _check_demands(network, request, settlement, log)

    fixed_cost = int(np.sum(usable.dispatches_on_lane * lane_fixed_cost(network)))
    unit_cost = lane_unit_cost(network, usable.lane, usable.sku)
    benefit = int(np.sum(settlement.value_change())) - int(np.sum(unit_cost * usable.units)) - fixed_cost
    terms = ledger(network, settlement, usable.lane, fixed_cost, benefit)
    _check_ledger(settlement, terms, int(usable.dispatches_on_lane.sum()), log)
    line_benefit = np.zeros(plan.n_lines, dtype=np.int64)
    saved = _dispatches_saved(network, usable) * lane_fixed_cost(network)[usable.lane]
    line_benefit[usable.line] = settlement.value_of_lines() - unit_cost * usable.units - saved
    line_benefit.setflags(write=False)
    return Certificate(not log.count, tuple(log.violations), log.count, benefit, terms, line_benefit)


def check_claim(
    certificate: Certificate, claimed_benefit: int | None, claimed_ledger: Mapping[str, int] | None = None
) -> Certificate:
    """Compare what a plan's author claims with what was recomputed.

    Parameters
    ----------
    certificate : Certificate
    claimed_benefit : int or None
        In money units; None: nothing was claimed.
    claimed_ledger : mapping of str to int, optional
        Amounts by ledger term, in money units.

    Returns
    -------
    Certificate
        The same one, with a violation for each claim that does not hold.
    """
    log = ViolationLog()
    if claimed_benefit is not None and not _agree(claimed_benefit, certificate.benefit):
        message = f"the plan claims a benefit of {claimed_benefit} money units, it is {certificate.benefit}"
        log.add_one("claimed_benefit", "plan", message, abs(claimed_benefit - certificate.benefit))
    for term in sorted({*certificate.ledger, *claimed_ledger} if claimed_ledger is not None else ()):
        claimed, found = (claimed_ledger or {}).get(term, 0), certificate.ledger.get(term, 0)
        if not _agree(claimed, found):
            message = f"the ledger claims {claimed} money units, it is {found}"
            log.add_one("ledger", f"ledger term {term}", message, abs(claimed - found))
    return replace(
        certificate,
        valid=certificate.valid and not log.count,
        violations=certificate.violations + tuple(log.violations),
        violation_count=certificate.violation_count + log.count,
    )


def _agree(claimed: int, found: int) -> bool:
    """Compare exactly, as far as a float in a file is exact: 15 digits."""
    return abs(claimed - found) <= 1e-15 * abs(found)


def _no_lines(plan: Plan) -> Ints:
    """Line benefits of a plan whose columns cannot be read."""
    return np.zeros(np.size(plan.lane), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _LineRule:
    """A rule that each line keeps or breaks by itself."""

    rule: str
    broken: NDArray[np.bool_]
    amount: NDArray[Any]
    message: str
    """With ``{units}``, ``{day}`` and ``{limit}``."""
    limit: NDArray[Any]


def _check_lines(
    network: Network, request: Request, plan: UsablePlan, settlement: Settlement, log: ViolationLog
) -> None:
    """Check what can be said of each line."""
    for check in _line_rules(network, request, plan, settlement):

        def describe(index: int, check: _LineRule = check) -> tuple[str, str]:
            place = line_place(network, int(plan.lane[index]), int(plan.sku[index]))
            words = {"units": plan.units[index], "day": plan.arrives_day[index], "limit": check.limit[index]}
            return place, check.message.format(**words)

        log.add(check.rule, check.broken, check.amount, describe)


def _line_rules(network: Network, request: Request, plan: UsablePlan, settlement: Settlement) -> list[_LineRule]:
    lines, units, day = settlement.lines, plan.units, plan.arrives_day
    pack, least = network.products.case_pack[plan.sku], network.lanes.min_line_units[plan.lane]
    lead, transit = lines.lead_days, network.nodes.transit[lines.origin]
    out_of_scope = ~skus_in_scope(network, request)[plan.sku]
    repeated = _repeated(plan.lane, plan.sku, day)
    too_early = day < lead
    own = ~transit & (day > lead)
    exist = np.zeros(len(network.products), dtype=np.int64)
    np.add.at(exist, network.stock.sku, give_units(network))
    exist = exist[plan.sku]
    one = np.ones(len(units), dtype=np.int64)
    return [
        _LineRule("in_scope", out_of_scope, units, "moves {units} units of a SKU outside the request's scope", one),
        _LineRule("duplicate_line", repeated, units, "a second line with the same lane, SKU and day {day}", one),
        _LineRule("case_pack", units % pack != 0, units % pack, "{units} units are no multiple of {limit}", pack),
        _LineRule("min_line_units", units < least, least - units, "{units} units, a line needs {limit}", least),
        _LineRule("units_exist", units > exist, units - exist, "{units} units, all nodes may give {limit}", exist),
        _LineRule("arrives_day", too_early, lead - day, "arrives on day {day}, the lane takes {limit} days", lead),
        _LineRule("arrives_day", own, day - lead, "arrives on day {day}, own stock leaves on day 0: day {limit}", lead),
        _LineRule("fed", unfed_lines(network, settlement), units, "{units} units that no own stock reaches", one),
    ]


def _repeated(*columns: Ints) -> NDArray[np.bool_]:
    """Mark rows that repeat an earlier one."""
    order = np.lexsort(columns)
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for column in columns:
        same &= column[order][1:] == column[order][:-1]
    repeated = np.zeros(len(order), dtype=np.bool_)
    # lexsort is stable, so of equal rows the first in the plan stays unmarked.
    repeated[order[1:][same]] = True
    return repeated


def _check_positions(network: Network, settlement: Settlement, log: ViolationLog) -> None:
    """Check that nothing leaves that is not there, and nothing stays where no position is."""
    at = settlement.positions
    short, transit = settlement.shortfall, network.nodes.transit[at.node]
    # What a node without transit sends is never what it received, so all it received stays.
    stays = settlement.staying + np.where(transit, 0, short)
    stranded = np.where(at.row < 0, np.maximum(stays, 0), 0)

    def describe_own(index: int) -> tuple[str, str]:
        return _place(index), f"sends {at.give[index] + short[index]} units, may give {at.give[index]} of its own"

    def describe_through(index: int) -> tuple[str, str]:
        return _place(index), f"sends {short[index]} units more than it may give and has received by that day"

    def describe_stranded(index: int) -> tuple[str, str]:
        return _place(index), f"{stranded[index]} units would stay where the SKU is not stocked"

    def _place(index: int) -> str:
        return position_place(network, int(at.node[index]), int(at.sku[index]))

    log.add("own_stock", (short > 0) & ~transit, short, describe_own)
    log.add("pass_through", (short > 0) & transit, short, describe_through)
    log.add("position_exists", stranded > 0, stranded, describe_stranded)


def _check_dispatches(network: Network, plan: UsablePlan, log: ViolationLog) -> None:
    """Check that lanes with lines, and no others, run dispatches, and not too many."""
    runs, carries, listed = plan.dispatches_on_lane, plan.lines_on_lane > 0, plan.dispatch_rows_on_lane
    most = network.lanes.max_dispatches
    nothing_runs = carries & (runs < 1)
    idle = ~carries & (listed > 0)
    too_many = (most != NO_LIMIT) & (runs > most)

    def place(lane: int) -> str:
        return lane_place(network, lane)

    log.add(
        "duplicate_dispatch", listed > 1, listed, lambda i: (place(i), f"{listed[i]} rows of dispatches, needs one")
    )
    log.add("dispatch_count", nothing_runs, 1 - runs, lambda i: (place(i), "carries lines but runs no dispatch"))
    log.add("dispatch_count", idle, runs, lambda i: (place(i), "has dispatches but carries no line"))
    log.add(
        "max_dispatches",
        too_many,
        runs - most,
        lambda i: (place(i), f"{runs[i]} dispatches, at most {most[i]} may run"),
    )


def _check_loads(network: Network, plan: UsablePlan, log: ViolationLog) -> None:
    """Check the kilograms of every lane that runs dispatches."""
    load, runs = plan.load_on_lane, plan.dispatches_on_lane
    used = (plan.lines_on_lane > 0) & (runs > 0)
    capacity, least = network.lanes.capacity_kg, network.lanes.min_dispatch_kg
    needed = least_dispatches(load, lane_capacity(network))
    filled = load // np.maximum(lane_least_load(network), 1)
    kg = load / 10.0**WEIGHT_DECIMALS
    overloaded = used & (needed > runs)
    underloaded = used & (lane_least_load(network) > 0) & (filled < runs)

    def describe_over(lane: int) -> tuple[str, str]:
        return lane_place(network, lane), f"{kg[lane]:g} kg on {runs[lane]} dispatches of {capacity[lane]:g} kg"

    def describe_under(lane: int) -> tuple[str, str]:
        return lane_place(network, lane), f"{kg[lane]:g} kg on {runs[lane]} dispatches, each needs {least[lane]:g} kg"

    # Only an overloaded lane has a finite capacity for certain.
    carried = np.where(overloaded, capacity, 0.0) * runs
    log.add("capacity_kg", overloaded, kg - carried, describe_over)
    log.add("min_dispatch_kg", underloaded, least * runs - kg, describe_under)


def _check_demands(network: Network, request: Request, settlement: Settlement, log: ViolationLog) -> None:
    """Check the alerts that must be served."""
    alerts = network.alerts
    asked = alert_units(network)
    hard = alerts.must_serve & skus_in_scope(network, request)[alerts.sku] & (asked > 0)
    if not hard.any():
        return
    served = alert_service(network, settlement.lines).net_units
    missing = asked - served

    def describe(alert: int) -> tuple[str, str]:
        node, sku = int(alerts.node[alert]), int(alerts.sku[alert])
        verb = "receives net" if alerts.kind[alert] == AlertKind.SHORTAGE else "sends net"
        place = f"alert {alerts.alert_id[alert]} ({position_place(network, node, sku)})"
        return place, f"{verb} {served[alert]} units in time, must be {asked[alert]}"

    log.add("must_serve", hard & (missing > 0), missing, describe)


def _check_ledger(settlement: Settlement, terms: dict[str, int], n_dispatches: int, log: ViolationLog) -> None:
    """Check that the ledger, computed apart from the benefit, explains it up to rounding."""
    allowed = rounding_allowance(settlement, terms, n_dispatches)
    if abs(terms[ROUNDING]) > allowed:
        message = f"{terms[ROUNDING]} money units are not explained by any input field, rounding explains {allowed:g}"
        log.add_one("ledger", f"ledger term {ROUNDING}", message, abs(terms[ROUNDING]))


def _dispatches_saved(network: Network, plan: UsablePlan) -> Ints:
    """How many dispatches the lane of each line no longer needs without it; all of them when it is the last."""
    lane = plan.lane
    capacity, load = lane_capacity(network)[lane], plan.load_on_lane[lane]
    runs = plan.dispatches_on_lane[lane]
    used = np.minimum(runs, np.maximum(least_dispatches(load, capacity), 1))
    rest = np.maximum(least_dispatches(load - plan.units * product_weight(network)[plan.sku], capacity), 1)
    return np.where(plan.lines_on_lane[lane] == 1, runs, np.maximum(used - rest, 0))
