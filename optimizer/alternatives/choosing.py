"""Which choices there are: for the whole plan what it could keep low, for an alert what else could be done about it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.alternatives.choices import MOST_BENEFIT, WHOLE_PLAN, Alternatives, Choice, Planned, ranked
from optimizer.alternatives.describing import WORDS, described, kept_words
from optimizer.alternatives.for_alerts import sku_choices
from optimizer.alternatives.rates import rates_of
from optimizer.alternatives.trading import least_use
from optimizer.certificate import certify
from optimizer.outcomes import RESOLVED, alert_outcomes
from optimizer.plan import AlertOutcomes, Certificate, Plan
from optimizer.plan_lines import same_plan
from optimizer.request import Request
from optimizer.scope import selecting_alerts

KEEP_SHARE: Final = 0.9
"""Share of the best objective that an alternative keeps."""

_WHOLE_PLAN_SHARE: Final = 0.5
"""Of the time, where alerts are looked at as well."""

_STEP_CERTIFICATES: Final = 20
"""A search of the whole network takes at least so many times as long as a certificate to be of use: building its model
alone takes three or four."""

_SKU_CERTIFICATES: Final = 5
"""The choices of a SKU take about so many certificates, and as long again to find."""


def alternatives(
    network: Network,
    request: Request,
    plan: Plan,
    *,
    seconds: float = 20.0,
    alerts: Sequence[int] | None = None,
    most_alerts: int = 10,
    whole_plan: bool = True,
    keep_share: float = KEEP_SHARE,
) -> Alternatives:
    """Find genuinely different plans, for the whole and for single alerts, each certified.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        The plan to find alternatives to; a valid one.
    seconds : float
        Most time to spend.
    alerts : sequence of int, optional
        Rows of ``network.alerts``; None: the `most_alerts` worth most, those first that the plan does not resolve.
    most_alerts : int
        Alerts to look at when none are named.
    whole_plan : bool
        Whether to look at the plan as a whole.
    keep_share : float
        Share of the best objective that alternatives keep at least.

    Returns
    -------
    Alternatives
        At least the plan itself; `notes` says what is not offered and why.

    Raises
    ------
    ValueError
        The plan breaks rules.
    """
    began = time.monotonic()
    until = began + seconds
    certificate = certify(network, request, plan)
    certify_seconds = time.monotonic() - began
    if not certificate.valid:
        raise ValueError(f"the plan breaks rules: {certificate.violations[0].message}; repair it first")
    outcomes = alert_outcomes(network, request, plan)
    rows = _worth_most(network, request, outcomes, most_alerts) if alerts is None else list(alerts)
    planned = Planned(network, request, plan, certificate, keep_share, [], certify_seconds)
    choices: list[Choice] = []
    if whole_plan:
        share = _WHOLE_PLAN_SHARE if rows else 1.0
        whole_until = time.monotonic() + share * (until - time.monotonic())
        choices += _whole_plan(planned, outcomes, whole_until)
    choices += _for_alerts(planned, rows, until)
    return ranked(choices, tuple(planned.notes))


def _for_alerts(planned: Planned, rows: list[int], until: float) -> list[Choice]:
    """Choices for alerts, those of one SKU together."""
    choices: list[Choice] = []
    by_sku: dict[int, list[int]] = {}
    for row in rows:
        by_sku.setdefault(int(planned.network.alerts.sku[row]), []).append(row)
    for number, together in enumerate(by_sku.values()):
        if time.monotonic() >= until - _SKU_CERTIFICATES * planned.certify_seconds:
            planned.notes.append(f"time was over before {len(by_sku) - number} of {len(by_sku)} SKUs were looked at")
            break
        share = (until - time.monotonic()) / (len(by_sku) - number)
        # Few SKUs looked at well rather than many in too little time.
        sku_until = min(time.monotonic() + max(share, 2 * _SKU_CERTIFICATES * planned.certify_seconds), until)
        choices += sku_choices(planned, together, sku_until)
    return choices


def _worth_most(network: Network, request: Request, outcomes: AlertOutcomes, most: int) -> list[int]:
    """Rows of selecting alerts: those not resolved first, by what their units sell for, the two kinds in turn."""
    alerts, stock = network.alerts, network.stock
    row = network.stock_row(alerts.node, alerts.sku)
    penalty = np.where(row >= 0, stock.shortage_penalty[row], 0.0) if len(stock) else np.zeros(len(alerts))
    worth = outcomes.units_asked * (network.products.list_price[alerts.sku] + penalty)
    candidates = np.flatnonzero(selecting_alerts(network, request) & (outcomes.units_asked > 0))
    resolved, kind = outcomes.outcome[candidates] == RESOLVED, alerts.kind[candidates]
    order = np.lexsort((-worth[candidates], kind, resolved))
    starts = np.searchsorted(resolved[order] * 256 + kind[order], resolved[order] * 256 + kind[order])
    place = np.arange(len(order)) - starts
    in_turn = np.lexsort((place, resolved[order]))
    return [int(alert) for alert in candidates[order][in_turn][: max(most, 0)]]


def _whole_plan(planned: Planned, outcomes: AlertOutcomes, until: float) -> list[Choice]:
    """Choices for the plan as a whole, the plan itself first."""
    network, request, plan, notes = planned.network, planned.request, planned.plan, planned.notes
    selects = selecting_alerts(network, request)
    best = planned.certificate.objective

    def choice(name: str, words: str, chosen: Plan, judged: Certificate, served: AlertOutcomes) -> Choice:
        risk = _share(served.units[selects], served.units_asked[selects])
        return described(network, WHOLE_PLAN, chosen, judged, choice=name, summary=words, risk_resolved=risk)

    choices = [choice(MOST_BENEFIT, "most benefit: the plan", plan, planned.certificate, outcomes)]
    if best <= 0:
        notes.append("the plan earns nothing that could be given up for anything else")
        return choices
    floor = best - int((1 - planned.keep_share) * best)
    losing = f"without losing more than {1 - planned.keep_share:.0%}"
    left = rates_of(network)
    for number, (name, rates) in enumerate(left.items()):
        share_until = time.monotonic() + (until - time.monotonic()) / (len(left) - number)
        found = least_use(
            network,
            request,
            rates,
            plan,
            planned.certificate,
            floor=floor,
            until=share_until,
            least_seconds=_STEP_CERTIFICATES * planned.certify_seconds,
        )
        used = rates.total(network, plan)
        if found.used >= used or any(same_plan(found.plan, other.plan) for other in choices):
            notes.append(f"{WORDS[name].name}: {WORDS[name].none} {losing}")
            continue
        words = WORDS[name].said(found.used, used)
        words += kept_words(found.certificate.objective, best, "the best objective")
        served = alert_outcomes(network, request, found.plan)
        choices.append(choice(name, words, found.plan, found.certificate, served))
    return choices


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> float:
    """Share of a whole; all of it when there is nothing to share."""
    total = int(whole.sum())
    return 1.0 if total == 0 else float(part.sum() / total)
