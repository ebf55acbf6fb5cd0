"""A search that starts from plans at hand: for questions that are asked after a plan was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from network.tables import Network
from optimizer.joint.search import search_joint
from optimizer.plan import Certificate, Plan, no_markdowns
from optimizer.plan_lines import no_lines
from optimizer.request import FormerPlan, Parameters, Request
from optimizer.search.progress import PROVED_GAP, Progress
from optimizer.search.strategies import search
from optimizer.transfer import build
from optimizer.worth.choices import choices_of, may_be_marked_down
from optimizer.worth.price_paths import repriced


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
    """Search for the best lines, knowing some plans; prices stay those of the first plan.

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
    markdowns = plans[0].markdowns if plans else no_markdowns()
    built = build(repriced(network, markdowns), request)
    parameters = Parameters(time_limit_seconds=seconds, gap=gap)
    progress = Progress(network, request, built, parameters, started=started, on_incumbent=None)
    progress.enter(built, lambda plan: replace(plan, markdowns=markdowns))
    for plan in (*plans, replace(no_lines(), markdowns=markdowns)):
        progress.offer_plan(plan, "known")
    _search_lines(progress)
    return _found(progress)


def search_with_prices(network: Network, request: Request, plans: Sequence[Plan], *, seconds: float) -> Found:
    """Search for the best lines and markdowns together, knowing some plans.

    Parameters
    ----------
    network : Network
    request : Request
    plans : sequence of Plan
        Each counts where its certificate is valid.
    seconds : float
        For building and searching together.

    Returns
    -------
    Found
    """
    started = time.monotonic()
    choices = choices_of(network)
    free = may_be_marked_down(network, request, choices)
    if not free.any():
        return search_from(network, request, plans, seconds=seconds)
    built = build(repriced(network, no_markdowns()), request)
    parameters = Parameters(time_limit_seconds=seconds)
    progress = Progress(network, request, built, parameters, started=started, on_incumbent=None)
    for plan in (*plans, no_lines()):
        progress.offer_plan(plan, "known")
    search_joint(progress, choices, free)
    return _found(progress)


def _search_lines(progress: Progress) -> None:
    """Search in the world of the progress; without flows what is known is the best."""
    if len(progress.built.model.flows) or progress.certificate is None:
        search(progress)
    else:
        progress.prove(progress.certificate.objective, "nothing can move")


def _found(progress: Progress) -> Found:
    return Found(
        plan=progress.plan,
        certificate=progress.certificate,
        bound=progress.bound,
        infeasible=progress.infeasible,
        proved=progress.gap <= PROVED_GAP,
    )
