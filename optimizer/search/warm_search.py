"""A search that starts from plans at hand: for questions that are asked after a plan was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from network.tables import Network
from optimizer.plan import Certificate, Plan
from optimizer.plan_lines import no_lines
from optimizer.request import FormerPlan, Parameters, Request
from optimizer.search.progress import PROVED_GAP, Progress
from optimizer.search.strategies import search
from optimizer.transfer import build


@dataclass(frozen=True, slots=True)
class Found:
    """The best certified plan of a search, and what it proved; money in money units."""

    plan: Plan | None
    certificate: Certificate | None
    bound: int | None
    """Of the objective."""
    infeasible: bool
    proved: bool
    """Whether the plan is the best there is, up to what counts as proved."""


def search_from(
    network: Network, request: Request, plans: Sequence[Plan], *, seconds: float, gap: float = PROVED_GAP
) -> Found:
    """Search for the best plan, knowing some.

    Parameters
    ----------
    network : Network
    request : Request
    plans : sequence of Plan
        The first is a hint where the request names no former plan; each counts where its certificate is valid.
    seconds : float
        For building and searching together.
    gap : float
        Content with a plan that is proved to be so near the best.

    Returns
    -------
    Found
    """
    started = time.monotonic()
    if request.former_plan is None and plans:
        request = replace(request, former_plan=FormerPlan(plans[0]))
    built = build(network, request)
    parameters = Parameters(time_limit_seconds=seconds, gap=gap)
    progress = Progress(network, request, built, parameters, started=started, on_incumbent=None)
    for plan in (*plans, no_lines()):
        progress.offer_plan(plan, "known")
    if len(built.model.flows) or progress.certificate is None:
        search(progress)
    else:
        progress.prove(progress.certificate.objective, "nothing can move")
    return Found(
        plan=progress.plan,
        certificate=progress.certificate,
        bound=progress.bound,
        infeasible=progress.infeasible,
        proved=progress.gap <= PROVED_GAP,
    )
