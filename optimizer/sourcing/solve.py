"""The verb: an event in, a proven award out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from network.events import Event
from optimizer.award import Award, AwardIncumbent, AwardResult, award_of
from optimizer.backends import backend_named
from optimizer.plan import Conflict, Status, StopReason
from optimizer.request import Parameters
from optimizer.sourcing.conflicts import conflicts_of
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.strategies import search

_LEAST_SECONDS = 2.0
"""To find out why no award is valid."""


def award(
    event: Event,
    parameters: Parameters = Parameters(),  # noqa: B008 (frozen)
    *,
    known: Sequence[Award] = (),
    on_incumbent: Callable[[AwardIncumbent], None] | None = None,
) -> AwardResult:
    """Find the award of the least objective, and prove how good it is.

    Parameters
    ----------
    event : Event
        A validated event.
    parameters : Parameters
        Time limit (build, solve and certify together), gap and backend.
    known : sequence of Award
        Awards to start from: each counts as far as its certificate is valid.
    on_incumbent : callable, optional
        Called with every better certified award and every better bound.

    Returns
    -------
    AwardResult
        Infeasible is a result, with the rules that conflict.

    Raises
    ------
    ValueError
        An unknown backend, or freight by lanes that nobody has looked up.
    """
    started = time.monotonic()
    if parameters.backend is not None:
        backend_named(parameters.backend)
    progress = AwardProgress(event, parameters, started=started, on_incumbent=on_incumbent)
    if not len(progress.offers.from_units):
        return _nothing_to_buy(progress)
    for each in known:
        progress.offer(each, "a known award")
    began = progress.elapsed
    search(progress)
    seconds = {"build": began, "solve": progress.elapsed - began}
    stopped_by = _stopped_by(progress)
    conflicts = conflicts_of(event, max(progress.left, _LEAST_SECONDS)) if progress.infeasible else ()
    return _result(progress, seconds, conflicts, stopped_by)


def _nothing_to_buy(progress: AwardProgress) -> AwardResult:
    """No bid can be used: buying nothing is the only award."""
    progress.offer(award_of(np.zeros(len(progress.event.bids), dtype=np.int64)), "buying nothing")
    progress.chosen_because = "no bid can be used"
    if progress.objective is not None:
        progress.prove(progress.objective, "buying nothing")
        return _result(progress, {"solve": progress.elapsed}, (), StopReason.NOTHING_TO_DO)
    progress.infeasible = True
    conflicts = conflicts_of(progress.event, max(progress.left, _LEAST_SECONDS))
    return _result(progress, {"solve": progress.elapsed}, conflicts, StopReason.PROVED)


def _stopped_by(progress: AwardProgress) -> StopReason:
    if progress.infeasible or progress.proved:
        return StopReason.PROVED
    if progress.gap <= progress.parameters.gap:
        return StopReason.GAP_LIMIT
    little = 0.5 + 0.05 * progress.parameters.time_limit_seconds  # solvers are asked to stop a little early
    return StopReason.TIME_LIMIT if progress.left <= little else StopReason.SEARCH_ENDED


def _status(progress: AwardProgress) -> Status:
    if progress.infeasible:
        return Status.INFEASIBLE
    if progress.certificate is None:
        return Status.NO_PLAN
    return Status.OPTIMAL if progress.proved else Status.FEASIBLE


def _result(
    progress: AwardProgress, seconds: dict[str, float], conflicts: tuple[Conflict, ...], stopped_by: StopReason
) -> AwardResult:
    """Put the answer together."""
    event = progress.event
    return AwardResult(
        status=_status(progress),
        stopped_by=stopped_by,
        award=progress.award,
        certificate=progress.certificate,
        bound=progress.bound,
        money_decimals=event.money_decimals,
        conflicts=conflicts,
        backend=f"award: {progress.award_by or 'none'}, bound: {progress.bound_by or 'none'}",
        backend_reason=progress.chosen_because,
        sizes={
            "items": len(event.items),
            "suppliers": len(event.suppliers),
            "bids": len(event.bids),
            "rules": len(event.rules),
        },
        seconds=seconds,
    )
