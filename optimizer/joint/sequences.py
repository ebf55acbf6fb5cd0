"""Less than a joint plan: one after the other, clearance after transfers or the other way round, for comparison."""

from __future__ import annotations

import time
from dataclasses import replace

from network.tables import Network
from optimizer.certificate import certify
from optimizer.clearance.clearing import clearance
from optimizer.joint.worlds import counted_after
from optimizer.plan import Certificate, Markdowns, Plan, no_markdowns
from optimizer.plan_lines import no_lines
from optimizer.request import Parameters, Request
from optimizer.search.progress import Progress
from optimizer.search.pruning import pruned
from optimizer.search.strategies import search
from optimizer.transfer import build
from optimizer.worth.price_paths import repriced


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
    listed, until = repriced(network, no_markdowns()), time.monotonic() + seconds

    def certified(plan: Plan) -> Certificate:
        return certify(network, request, plan)

    def marked(plan: Plan) -> Plan:
        left = counted_after(listed, replace(plan, markdowns=no_markdowns()))
        found = clearance(network, request, counted_units=left, seconds=max(until - time.monotonic(), 0.5))
        return replace(plan, markdowns=found.markdowns)

    plan = marked(lines)
    plan, certificate = pruned(network, request, plan, certified(plan), certified)
    if not certificate.valid and time.monotonic() < until:
        # Lines that went leave more to sell, which may be more than a budget allows: once more for what is left.
        plan = marked(plan)
        plan, _ = pruned(network, request, plan, certified(plan), certified)
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
