"""Less than a joint plan: one after the other, clearance after transfers or the other way round, for comparison."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

import numpy as np

from network.tables import Network
from optimizer.certificate import certify
from optimizer.clearance.clearing import clearance
from optimizer.joint.worlds import counted_after
from optimizer.plan import Certificate, Markdowns, Plan
from optimizer.plan_lines import no_lines
from optimizer.request import Parameters, Request
from optimizer.search.progress import Progress
from optimizer.search.pruning import pruned
from optimizer.search.strategies import search
from optimizer.transfer import build
from optimizer.worth.choices import choices_of
from optimizer.worth.price_paths import repriced

_ROOM: Final = (0.0, 0.0, 0.002, 0.01, 0.05)
"""Share of budgets that is left, try after try: how many units count depends on prices, which are chosen for those that
count at the prices before; and lines that go leave more to sell."""

_CLEARING_GAP: Final = 5e-4
"""Markdowns that are proved to be so near the best are good enough."""


def markdowns_after(network: Network, request: Request, lines: Plan, seconds: float) -> Plan:
    """Mark down what the lines of a plan leave.

    Parameters
    ----------
    network : Network
    request : Request
    lines : Plan
        Without markdowns.
    seconds : float

    Returns
    -------
    Plan
        Its lines, with the best markdowns for the stock that they leave; without lines that these make too dear.
    """
    choices, until = choices_of(network), time.monotonic() + seconds

    def certified(plan: Plan) -> Certificate:
        return certify(network, request, plan)

    def marked(plan: Plan, room: float) -> Plan | None:
        left = counted_after(repriced(network, plan.markdowns), plan)
        amount = (choices.budget_amount * (1.0 - room)).astype(np.int64)
        limited = replace(choices, budget_amount=amount)
        found = clearance(
            network,
            request,
            choices=limited,
            counted_units=left,
            seconds=max(until - time.monotonic(), 0.5),
            gap=_CLEARING_GAP,
        )
        return replace(plan, markdowns=found.markdowns) if found.is_feasible else None

    plan = lines
    for room in _ROOM:
        found = marked(plan, room)
        if found is None:
            break
        plan, certificate = pruned(network, request, found, certified(found), certified)
        if certificate.valid or time.monotonic() >= until:
            break
    return plan


def lines_after(network: Network, request: Request, markdowns: Markdowns, parameters: Parameters) -> Plan:
    """Plan lines where prices are settled already.

    Parameters
    ----------
    network : Network
    request : Request
    markdowns : Markdowns
        They stay as they are: lines with which they break a budget are no plan.
    parameters : Parameters

    Returns
    -------
    Plan
        The best that was found, with the markdowns; without lines where none were.
    """
    built = build(repriced(network, markdowns), request)
    progress = Progress(network, request, built, parameters, started=time.monotonic(), on_incumbent=None)
    progress.enter(built, lambda lines: replace(lines, markdowns=markdowns))
    nothing = replace(no_lines(), markdowns=markdowns)
    progress.offer_plan(nothing, "clearance", as_it_is=True)
    if len(built.model.flows):
        search(progress)
    return progress.plan or nothing
