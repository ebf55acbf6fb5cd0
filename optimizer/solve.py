"""The verb: a network and a request in, a proven plan out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from network.tables import Network
from optimizer.conflicts import conflicts_of
from optimizer.joint.search import choices_in_play, search_joint
from optimizer.plan import Conflict, Incumbent, Plan, Result, Status, StopReason, no_markdowns
from optimizer.plan_lines import no_lines
from optimizer.reasons import explain
from optimizer.request import Parameters, Request
from optimizer.search.known_plans import solution_of_plan
from optimizer.search.progress import PROVED_GAP, Progress
from optimizer.search.strategies import search
from optimizer.transfer import build
from optimizer.worth.price_paths import repriced

_EXPLAINING_SHARE = 0.6
"""Of the time that is left, for the reasons of a large plan: the last block takes longer, and so does the way back."""

_KNOWN = "a known plan"

_READ_FLOWS = 100_000
"""Flows up to which a known plan is read as a solution."""

_READING_SHARE = 0.1
"""Of the time, for that at most."""

_LATE_SECONDS = 10.0
"""For explaining a large plan whose search was stopped from outside: its time is over already."""


def solve(
    network: Network,
    request: Request = Request(),  # noqa: B008 (frozen)
    parameters: Parameters = Parameters(),  # noqa: B008 (frozen)
    *,
    known: Sequence[Plan] = (),
    on_incumbent: Callable[[Incumbent], None] | None = None,
) -> Result:
    """Find the plan that makes the most money, and prove how good it is.

    Parameters
    ----------
    network : Network
        A validated snapshot.
    request : Request
        What may be planned.
    parameters : Parameters
        Time limit (build, solve and certify together) and gap.
    known : sequence of Plan
        Plans to start from: each counts as far as its certificate is valid.
    on_incumbent : callable, optional
        Called with every better certified plan and every better bound.

    Returns
    -------
    Result
        Infeasible is a result, with the rules that conflict.

    Raises
    ------
    ValueError
        An unknown backend.
    """
    started = time.monotonic()
    built = build(repriced(network, no_markdowns()), request)
    progress = Progress(network, request, built, parameters, started=started, on_incumbent=on_incumbent)
    choices, free = choices_in_play(progress)
    built_at = time.monotonic()
    if not len(built.model.flows) and not built.must_act and not free.any():
        return _nothing_to_do(progress, built_at - started)
    _offer_known_plans(progress)
    for plan in known:
        progress.offer_plan(plan, _KNOWN, as_it_is=True)
    if free.any():
        search_joint(progress, choices, free)
    else:
        _start_from_known(progress)
        search(progress)
    seconds = {"build": built_at - started, "solve": time.monotonic() - built_at}
    conflicts = progress.conflicts if progress.infeasible else ()
    if progress.infeasible and not conflicts:
        conflicts = conflicts_of(network, request, max(progress.left / 4, 1.0))
    return _result(progress, seconds, conflicts, _stopped_by(progress), progress.chosen_because)


def finish(
    network: Network,
    request: Request,
    plan: Plan | None,
    *,
    bound: int | None,
    stopped_by: StopReason,
    backend: str,
    backend_reason: str,
) -> Result:
    """Certify and explain a plan whose search was stopped from outside (cancelled, killed at a deadline)."""
    began = time.monotonic()
    built = build(repriced(network, no_markdowns()), request)
    parameters = Parameters(time_limit_seconds=_LATE_SECONDS)
    progress = Progress(network, request, built, parameters, started=began, on_incumbent=None)
    if plan is not None:
        progress.offer_plan(plan, backend, as_it_is=True)
    else:
        _offer_known_plans(progress)
    if bound is not None:
        progress.prove(bound, "the search")
    return _result(progress, {"build": time.monotonic() - began, "solve": 0.0}, (), stopped_by, backend_reason)


def _offer_known_plans(progress: Progress) -> None:
    """Offer the plan that does nothing, and the one made before; their certificates say whether they still count."""
    progress.offer_plan(no_lines(), "do nothing")
    if progress.request.former_plan is not None:
        progress.offer_plan(progress.request.former_plan.plan, "the former plan")


def _start_from_known(progress: Progress) -> None:
    """Let the search begin with the best known plan, where reading it as a solution takes little time."""
    if progress.plan is not None and progress.plan_by == _KNOWN and len(progress.built.model.flows) <= _READ_FLOWS:
        progress.solution = solution_of_plan(progress.built, progress.plan, _READING_SHARE * progress.left)


def _nothing_to_do(progress: Progress, build_seconds: float) -> Result:
    progress.offer_plan(no_lines(), "none")
    progress.prove(progress.certificate.objective if progress.certificate else 0, "none")
    reason = "no flow between two positions of an alerted SKU could pay, and nothing must be served"
    return _result(progress, {"build": build_seconds, "solve": 0.0}, (), StopReason.NOTHING_TO_DO, reason)


def _stopped_by(progress: Progress) -> StopReason:
    if progress.infeasible or progress.gap <= PROVED_GAP:
        return StopReason.PROVED
    if progress.gap <= progress.parameters.gap:
        return StopReason.GAP_LIMIT
    little = 0.5 + 0.05 * progress.parameters.time_limit_seconds  # solvers are asked to stop a little early
    return StopReason.TIME_LIMIT if progress.left <= little else StopReason.SEARCH_ENDED


def _status(progress: Progress) -> Status:
    if progress.infeasible:
        return Status.INFEASIBLE
    if progress.certificate is None:
        return Status.NO_PLAN
    return Status.OPTIMAL if progress.gap <= PROVED_GAP else Status.FEASIBLE


def _result(
    progress: Progress,
    seconds: dict[str, float],
    conflicts: tuple[Conflict, ...],
    stopped_by: StopReason,
    backend_reason: str,
) -> Result:
    """Explain the best certified plan, and put the answer together."""
    began = time.monotonic()
    network, request, plan = progress.network, progress.request, progress.plan
    certificate = progress.certificate
    proved = progress.gap <= PROVED_GAP
    unmet = outcomes = line_reason = None
    if plan is not None and certificate is not None:
        unmet, outcomes, line_reason = explain(
            repriced(network, plan.markdowns),
            request,
            plan,
            proved=proved,
            line_benefit=certificate.line_benefit,
            seconds=_EXPLAINING_SHARE * (progress.parameters.time_limit_seconds - progress.elapsed),
        )
    model = progress.built.model
    return Result(
        status=_status(progress),
        stopped_by=stopped_by,
        plan=plan,
        benefit=None if certificate is None else certificate.benefit,
        objective=None if certificate is None else certificate.objective,
        bound=progress.bound,
        money_decimals=network.money_decimals,
        certificate=certificate,
        unmet=unmet,
        outcomes=outcomes,
        line_reason=line_reason,
        conflicts=conflicts,
        backend=f"plan: {progress.plan_by or 'none'}, bound: {progress.bound_by or 'none'}",
        backend_reason=backend_reason,
        sizes={
            "positions": len(model.positions),
            "flows": len(progress.built.flow_lane),
            "switches": len(model.switches),
            "limits": len(model.limits),
        },
        seconds={**seconds, "certify": time.monotonic() - began},
    )
