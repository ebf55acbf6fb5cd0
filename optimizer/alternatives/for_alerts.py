"""What else could be done about alerts: their SKU planned again in several ways, the rest of the plan held still."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from network.clearance_tables import ExitKind
from network.outside import exit_of_node, outside_lanes
from network.tables import NodeKind
from optimizer.alternatives.choices import (
    AS_PLANNED,
    DO_NOTHING,
    MOST_BENEFIT,
    ONLY,
    RESOLVED_IN_FULL,
    Choice,
    Planned,
)
from optimizer.alternatives.describing import WORDS, described, kept_words, runs_between, spent
from optimizer.alternatives.one_sku import OneSku, complete_plan, one_sku, small_plan
from optimizer.alternatives.rates import rates_of
from optimizer.alternatives.trading import least_use
from optimizer.certificate import certify
from optimizer.outcomes import alert_outcomes
from optimizer.plan import Certificate, Plan
from optimizer.plan_lines import no_lines, only_sku, same_plan
from optimizer.request import LIQUIDATION, MARKDOWN, PURCHASE, RETURN, TRANSFER
from optimizer.search.warm_search import search_from, search_with_prices
from optimizer.worth.choices import choices_of
from optimizer.worth.economics import product_weight

_SINGLE_SHARE: Final = 0.3
"""Of the time for a SKU, for what each response alone can do."""

_BEST_SHARE: Final = 0.4
"""Of the time that is left then, for its best plan."""

_IN_FULL_SHARE: Final = 0.4
"""Of the time that is left then, for resolving its alerts in full."""

_LEAST_SECONDS: Final = 0.1
_LEAST_STEP_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A way to plan a SKU again."""

    choice: str
    words: str
    plan: Plan
    """Complete."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One SKU, and all that the choices of its alerts are measured against."""

    planned: Planned
    one: OneSku
    rest: Certificate
    """Of the plan without the SKU; its rules may be broken, where the SKU must move."""

    def served(self, alert: int, plan: Plan) -> tuple[int, int]:
        """Units that an alert asks for, and those of them that a complete plan moves."""
        # Lanes of the full network come first in the small one, in the same order.
        own = only_sku(plan, self.one.sku)
        outcomes = alert_outcomes(self.one.network, self.one.request, own)
        row = self.row(alert)
        return int(outcomes.units_asked[row]), int(outcomes.units[row])

    def row(self, alert: int) -> int:
        """Row of an alert in the small network."""
        return int(np.searchsorted(self.one.alert, alert))

    def choice(self, alert: int, candidate: _Candidate, certificate: Certificate) -> Choice:
        """Describe a complete plan as a choice for an alert."""
        asked, moved = self.served(alert, candidate.plan)
        return described(
            self.planned.network,
            alert,
            candidate.plan,
            certificate,
            choice=candidate.choice,
            summary=candidate.words,
            risk_resolved=1.0 if asked == 0 else moved / asked,
            sku=self.one.sku,
            beside=(spent(self.rest), runs_between(self.planned.network, self.one.rest)),
        )


def sku_choices(planned: Planned, alerts: Sequence[int], until: float) -> list[Choice]:
    """Find the choices for alerts of one SKU, for each as it is planned first.

    Parameters
    ----------
    planned : Planned
    alerts : sequence of int
        Rows of ``network.alerts``, all of one SKU.
    until : float
        On the clock of `time.monotonic`.

    Returns
    -------
    list of Choice
        What keeps a share of the best keeps it of what the SKU adds to the objective.
    """
    network, request = planned.network, planned.request
    one = one_sku(network, request, planned.plan, int(network.alerts.sku[alerts[0]]))
    case = _Case(planned, one, certify(network, request, one.rest))
    judged = [(_Candidate(AS_PLANNED, "as planned", planned.plan), planned.certificate)]
    for candidate in _candidates(case, until):
        _judge(case, candidate, judged)
    choices = [case.choice(alert, *found) for alert in alerts for found in judged]
    for number, alert in enumerate(alerts):
        share_until = time.monotonic() + (until - time.monotonic()) / (len(alerts) - number)
        before = len(judged)
        for candidate in _in_full(case, alert, share_until):
            _judge(case, candidate, judged)
        choices += [case.choice(alert, *found) for found in judged[before:]]
        del judged[before:]
    return choices


def _judge(case: _Case, candidate: _Candidate, judged: list[tuple[_Candidate, Certificate]]) -> None:
    """Keep a candidate that is allowed and not the same as one before."""
    name = f"{_sku_name(case)}, {candidate.choice.replace('_', ' ')}"
    same = [other.choice for other, _ in judged if same_plan(candidate.plan, other.plan)]
    if same:
        case.planned.notes.append(f"{name}: the same as {same[0].replace('_', ' ')}")
        return
    certificate = certify(case.planned.network, case.planned.request, candidate.plan)
    if not certificate.valid:
        first = certificate.violations[0]
        case.planned.notes.append(f"{name}: not allowed, {first.place} {first.message}")
    else:
        judged.append((candidate, certificate))


def _sku_name(case: _Case) -> str:
    return f"SKU {case.planned.network.products.sku_id[case.one.sku]}"


def _candidates(case: _Case, until: float) -> Iterator[_Candidate]:
    """Yield what could be done with the SKU, each by a small search."""
    one, network, notes = case.one, case.planned.network, case.planned.notes
    lost = 1 - case.planned.keep_share
    yield _Candidate(DO_NOTHING, "nothing of the SKU moves, its prices stay", one.rest)
    weight, pack = int(product_weight(network)[one.sku]), int(network.products.case_pack[one.sku])
    known = small_plan(one, case.planned.plan, weight, pack)
    singles = _single_responses(case, time.monotonic() + _SINGLE_SHARE * (until - time.monotonic()))
    seconds = max(_BEST_SHARE * (until - time.monotonic()), _LEAST_SECONDS)
    # The mix begins with the best of each response alone, so that it is never below any of them.
    best = search_with_prices(one.network, one.request, (known, *singles.values()), seconds=seconds)
    if best.plan is None or best.certificate is None:
        notes.append(f"{_sku_name(case)}: no other plan was found in the time")
        return
    if best.certificate.objective > _worth_as_planned(one, known):
        yield _Candidate(MOST_BENEFIT, "most benefit: its SKU planned again", complete_plan(network, one, best.plan))
    for name, plan in singles.items():
        yield _Candidate(ONLY[name], _DONE[name], complete_plan(network, one, plan))
    worth = best.certificate.objective
    floor = worth - int(lost * abs(worth))
    measures_until = until - _IN_FULL_SHARE * max(until - time.monotonic(), 0.0)
    left = rates_of(one.network)
    for number, (name, general) in enumerate(left.items()):
        rates, words = one.rates(general), WORDS[name]
        share_until = time.monotonic() + (measures_until - time.monotonic()) / (len(left) - number)
        found = least_use(
            one.network,
            one.request,
            rates,
            best.plan,
            best.certificate,
            floor=floor,
            until=share_until,
            least_seconds=_LEAST_STEP_SECONDS,
        )
        used = rates.total(one.network, best.plan)
        if found.used >= used:
            notes.append(f"{_sku_name(case)}, {words.name}: {words.none} without losing more than {lost:.0%}")
            continue
        kept = kept_words(found.certificate.objective, worth, "what its SKU can add")
        yield _Candidate(name, words.said(found.used, used) + kept, complete_plan(network, one, found.plan))


_DONE: Final = {
    TRANSFER: "only transfers",
    MARKDOWN: "only markdowns",
    LIQUIDATION: "only liquidation",
    RETURN: "only returns",
    PURCHASE: "only purchases",
}


def _single_responses(case: _Case, until: float) -> dict[str, Plan]:
    """Find the best that each response alone does for the SKU, where it has several: plans of the small network."""
    one, plans = case.one, dict[str, Plan]()
    names = [name for name in _possible(one) if one.request.responses is None or name in one.request.responses]
    if names == [TRANSFER]:
        return plans
    for number, name in enumerate(names):
        seconds = (until - time.monotonic()) / (len(names) - number)
        asked = replace(one.request, responses=(name,))
        found = search_with_prices(one.network, asked, (no_lines(),), seconds=max(seconds, _LEAST_SECONDS))
        if found.plan is None:
            why = "is not allowed" if found.infeasible else "found no plan in the time"
            case.planned.notes.append(f"{_sku_name(case)}, {_DONE[name]}: {why}")
        else:
            plans[name] = found.plan
    return plans


def _possible(one: OneSku) -> list[str]:
    """Responses that the network has for the SKU."""
    network = one.network
    here = network.stock.node[network.stock.sku == one.sku]
    exits, sold = exit_of_node(network)[here], network.nodes.kind[here] > NodeKind.EXIT
    returns = network.exits.kind[exits[exits >= 0]] == ExitKind.RETURN
    choices = choices_of(network)
    has = {
        TRANSFER: bool(np.any(~outside_lanes(network))),
        MARKDOWN: bool(np.any((choices.sku == one.sku) & (np.diff(choices.first_rung) > 0))),
        LIQUIDATION: bool(np.any(~returns)),
        RETURN: bool(np.any(returns)),
        PURCHASE: bool(np.any(sold)),
    }
    return [name for name, possible in has.items() if possible]


def _worth_as_planned(one: OneSku, known: Plan) -> int:
    """Objective of the SKU's lines as they are, in the small network; less than any where they cannot be written."""
    certificate = certify(one.network, one.request, known)
    return certificate.objective if certificate.valid else -(2**62)


def _in_full(case: _Case, alert: int, until: float) -> Iterator[_Candidate]:
    """Yield the best plan that moves all units of an alert, where the plan does not; prices stay as they are."""
    one, notes = case.one, case.planned.notes
    asked, moved = case.served(alert, case.planned.plan)
    if moved >= asked:
        return
    alerts, row = one.network.alerts, case.row(alert)
    must_serve, units = alerts.must_serve.copy(), alerts.units.copy()
    must_serve[row], units[row] = True, asked
    asking = replace(one.network, alerts=replace(alerts, must_serve=must_serve, units=units))
    own = replace(no_lines(), markdowns=only_sku(case.planned.plan, one.sku).markdowns)
    found = search_from(asking, one.request, (own,), seconds=max(until - time.monotonic(), _LEAST_SECONDS))
    name = f"alert {case.planned.network.alerts.alert_id[alert]}"
    if found.plan is not None:
        plan = complete_plan(case.planned.network, one, found.plan)
        yield _Candidate(RESOLVED_IN_FULL, f"all {asked} units of the alert moved", plan)
    elif found.infeasible:
        notes.append(f"{name}: no lines bring or take all of its {asked} units beside the rest of the plan")
    else:
        notes.append(f"{name}: no plan that resolves it in full was found in the time")
