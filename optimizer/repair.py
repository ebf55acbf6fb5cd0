"""The certified plan that is nearest to one made by hand: the fewest units differ, and of those the most objective.

Two searches. The first counts changed units and nothing else, on the network with everything worth nothing: its bound
proves how near a plan can be. The second looks for the best plan at that distance, at a price per changed unit beyond
what any unit is worth.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import Exits
from network.columns import no_rows
from network.tables import DisplayRules, Network
from optimizer.certificate import certify
from optimizer.difference import Difference, line_changes, plan_difference
from optimizer.plan import Certificate, Incumbent, Markdowns, Plan, Result, StopReason, no_markdowns
from optimizer.plan_lines import joined, merged_lines, no_lines, taken
from optimizer.request import FormerPlan, Parameters, Request
from optimizer.search.pruning import pruned
from optimizer.search.warm_search import Found, search_from
from optimizer.solve import finish, solve
from optimizer.transfer.former import departure_days
from optimizer.worth.outside import worth_outside

_NEAREST_SHARE: Final = 0.5
"""Of the time, for finding out how near a plan can be."""

_EXPLAIN_SHARE: Final = 0.15
"""Of the time, for certifying and explaining the answer."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What was wrong with a plan, and what became of it."""

    proposed: Plan
    """The lines that mean something, each once."""
    certificate: Certificate
    """Of what was proposed."""
    left_out: tuple[str, ...]
    """Lines that mean nothing or were put together, and why, for people."""
    result: Result
    """The repaired plan, explained; without one where the request allows none or none was found in time."""
    difference: Difference | None
    """From what was proposed to the repaired plan; None without one."""
    least_changed_units: int
    """Proved: no plan that is allowed differs by fewer units."""


def repair(
    network: Network,
    request: Request,
    plan: Plan,
    parameters: Parameters = Parameters(),  # noqa: B008 (frozen)
    *,
    on_incumbent: Callable[[Incumbent], None] | None = None,
) -> Repair:
    """Find the allowed plan nearest to one that may break any rule.

    Parameters
    ----------
    network : Network
    request : Request
        Its own former plan stays frozen where it is; other lines that leave before that day are free.
    plan : Plan
        Integer columns of equal lengths; lanes and products that do not exist, and units below 1, are left out.
    parameters : Parameters
        The time limit covers everything.
    on_incumbent : callable, optional
        Called with better plans while conflicts are looked for.

    Returns
    -------
    Repair
    """
    until = time.monotonic() + (1 - _EXPLAIN_SHARE) * parameters.time_limit_seconds
    proposed, left_out = _meaningful(network, plan)
    certificate = certify(network, request, proposed)
    if certificate.valid:
        result = _explained(network, request, proposed, "the plan breaks no rule", proved=True)
        unchanged = plan_difference(network, request, proposed, proposed)
        return Repair(proposed, certificate, left_out, result, unchanged, 0)
    nearest = _nearest(network, request, proposed, _NEAREST_SHARE * (until - time.monotonic()))
    if nearest.plan is None and nearest.infeasible:
        left = replace(parameters, time_limit_seconds=max(until - time.monotonic(), 1.0))
        result = solve(network, request, left, on_incumbent=on_incumbent)
        return Repair(proposed, certificate, left_out, result, None, 0)
    least = _least_changes(network, request, nearest)
    found = _best_as_near(network, request, proposed, nearest.plan, until)
    words, proved = "no plan near the proposed one was found in the time", False
    if found is not None:
        changed = _changed(network, proposed, found)
        proved = changed <= least
        none = "none that is allowed differs by fewer" if proved else f"proved is that at least {least} have to"
        words = f"{changed} units differ from the proposed plan; {none}"
    result = _explained(network, request, found, words, proved=proved)
    after = result.plan
    difference = None if after is None else plan_difference(network, request, proposed, after)
    return Repair(proposed, certificate, left_out, result, difference, least)


def _nearest(network: Network, request: Request, proposed: Plan, seconds: float) -> Found:
    """Find the plan that differs by the fewest units, where nothing else counts: minus one per unit."""
    n_lanes, n_products, n_stock = len(network.lanes), len(network.products), len(network.stock)
    worthless = replace(
        network,
        products=replace(network.products, list_price=np.zeros(n_products), salvage_value=np.zeros(n_products)),
        stock=replace(network.stock, holding_cost=np.zeros(n_stock), shortage_penalty=np.zeros(n_stock)),
        lanes=replace(
            network.lanes,
            fixed_cost=np.zeros(n_lanes),
            cost_per_unit=np.zeros(n_lanes),
            cost_per_kg=np.zeros(n_lanes),
        ),
        exits=_worthless_exits(network),
        display_rules=no_rows(DisplayRules),
    )
    asked = replace(_changing(network, request, proposed, 1.0), min_line_benefit=0.0, min_dispatch_benefit=0.0)
    return search_from(worthless, asked, (), seconds=seconds)


def _worthless_exits(network: Network) -> Exits:
    """Let exits take units for nothing."""
    nothing = np.zeros(len(network.exits))
    return replace(network.exits, unit_proceeds=nothing, proceeds_share_of_cost=nothing, unit_fee=nothing)


def _least_changes(network: Network, request: Request, nearest: Found) -> int:
    """Return the fewest units that any allowed plan differs by, as far as that is proved."""
    frozen = request.former_plan is not None and request.former_plan.frozen_before_day
    # Lines that leave before that day are not counted as the proposed plan has them.
    return 0 if frozen or nearest.bound is None else max(-(nearest.bound // 10**network.money_decimals), 0)


def _best_as_near(
    network: Network, request: Request, proposed: Plan, nearest: Plan | None, until: float
) -> Plan | None:
    """Find the best allowed plan that differs by no more units than one that differs by few."""
    asked = _changing(network, request, proposed, _dear(network, request))
    tried = []
    worlds = _price_worlds(proposed)
    for number, markdowns in enumerate(worlds):
        seconds = max((until - time.monotonic()) / (len(worlds) - number), 0.1)
        known = replace(nearest or no_lines(), markdowns=markdowns)
        found = search_from(network, asked, (known,), seconds=seconds)
        tried += [_allowed(network, request, plan) for plan in (known, found.plan) if plan is not None]
        if any(certificate.valid for _, certificate in tried):
            break
    allowed = [(plan, certificate) for plan, certificate in tried if certificate.valid]

    def far(one: tuple[Plan, Certificate]) -> tuple[int, int]:
        return _changed(network, proposed, one[0]), -one[1].objective

    return min(allowed, key=far, default=(None, None))[0]


def _price_worlds(proposed: Plan) -> list[Markdowns]:
    """Prices to repair a plan at: its own, and where no plan keeps the rules with them, the list prices."""
    return [proposed.markdowns, no_markdowns()] if len(proposed.markdowns) else [no_markdowns()]


def _allowed(network: Network, request: Request, plan: Plan) -> tuple[Plan, Certificate]:
    """Leave out lines that only cost where the request does not allow them."""
    certificate = certify(network, request, plan)
    if certificate.valid:
        return plan, certificate
    return pruned(network, request, plan, certificate, lambda tried: certify(network, request, tried))


def _changing(network: Network, request: Request, proposed: Plan, price: float) -> Request:
    """Ask for few changes of a plan, at a price per unit, beside what a request freezes."""
    former, frozen_before = request.former_plan, 0
    if former is not None and former.frozen_before_day:
        frozen_before = former.frozen_before_day
        then, now = (_departs(network, plan) < frozen_before for plan in (former.plan, proposed))
        proposed = joined(taken(former.plan, then), taken(proposed, ~now))
    former = FormerPlan(proposed, frozen_before_day=frozen_before, change_prices=((0, price),))
    return replace(request, former_plan=former)


def _departs(network: Network, plan: Plan) -> NDArray[np.int64]:
    return departure_days(network, *(column.astype(np.int64) for column in (plan.lane, plan.sku, plan.arrives_day)))


def _dear(network: Network, request: Request) -> float:
    """Return a price beyond what a unit can be worth, in currency."""
    products, stock, lanes = network.products, network.stock, network.lanes
    weights = max((*request.severity_weights.values(), 1.0))
    parts = (
        np.abs(products.list_price),
        np.abs(products.salvage_value),
        weights * np.abs(stock.shortage_penalty),
        np.abs(stock.holding_cost),
        lanes.fixed_cost,
        lanes.cost_per_unit,
        lanes.cost_per_kg * float(np.nan_to_num(products.unit_weight_kg, nan=0.0).max(initial=0.0)),
        network.display_rules.broken_price,
        np.abs(worth_outside(network, np.arange(len(stock)))) / 10.0**network.money_decimals,
    )
    most = sum(float(part.max(initial=0.0)) for part in parts)
    return 10.0 * (most + request.min_line_benefit + request.min_dispatch_benefit) + 1.0


def _changed(network: Network, before: Plan, after: Plan) -> int:
    return line_changes(network, before, after).changed_units


def _meaningful(network: Network, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
    """Return the lines with known lane, known SKU and units, each once, and what was done to the others."""
    lane = (plan.lane >= 0) & (plan.lane < len(network.lanes))
    sku = (plan.sku >= 0) & (plan.sku < len(network.products))
    kept = lane & sku & (plan.units > 0)
    run = (plan.dispatch_lane >= 0) & (plan.dispatch_lane < len(network.lanes)) & (plan.dispatches > 0)
    usable = replace(taken(plan, kept), dispatch_lane=plan.dispatch_lane[run], dispatches=plan.dispatches[run])
    once = merged_lines(usable)
    reasons = (
        (np.count_nonzero(~lane), "on lanes that do not exist"),
        (np.count_nonzero(lane & ~sku), "of products that do not exist"),
        (np.count_nonzero(lane & sku & (plan.units <= 0)), "without units"),
    )
    said = [f"{count} lines {why} left out" for count, why in reasons if count]
    if once.n_lines < usable.n_lines:
        said.append(f"{usable.n_lines - once.n_lines} lines put together with others of the same lane, SKU and days")
    return once, tuple(said)


def _explained(network: Network, request: Request, plan: Plan | None, words: str, *, proved: bool) -> Result:
    """Certify and explain the repaired plan."""
    stopped_by = StopReason.PROVED if proved else StopReason.TIME_LIMIT
    return finish(network, request, plan, bound=None, stopped_by=stopped_by, backend="repair", backend_reason=words)
