"""Searches for an award in a process of its own, so that Ctrl-C and the time limit hold whatever a solver does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from cli.in_worker import done_by_worker, killed_at, search_seconds
from cli.progress import Progress
from network.events import Event
from optimizer.award import AwardIncumbent, AwardResult
from optimizer.plan import StopReason
from optimizer.request import Parameters
from optimizer.sourcing.finishing import finish_award
from optimizer.sourcing.solve import award
from server.child import Job

_AWARD: Final = "cli.awarding:award_until"
_OVERRUN_SECONDS: Final = 3.0
"""How far a search may overrun its time before it is killed; finding out why no award is valid takes its own."""


def award_until(
    event: Event,
    parameters: Parameters,
    until: float,
    on_incumbent: Callable[[AwardIncumbent], None] | None = None,
) -> AwardResult:
    """Search in the time that is left. This runs in the worker, so that its own start counts too.

    Parameters
    ----------
    until : float
        On the clock of `time.monotonic`, which all processes of a machine share.
    """
    timed = replace(parameters, time_limit_seconds=search_seconds(until))
    return award(event, timed, on_incumbent=on_incumbent)


def award_in_worker(event: Event, parameters: Parameters, until: float, progress: Progress) -> AwardResult:
    """Search, saying every better award and bound on the way.

    Ctrl-C ends the search, not the command: the best award so far is the answer.

    Parameters
    ----------
    until : float
        When the search has to end, on the clock of `time.monotonic`. A solver that overruns it is killed, and the best
        award so far is the answer.

    Raises
    ------
    CommandError
        When the worker fails or dies.
    """
    kill_at = killed_at(until, _OVERRUN_SECONDS, parameters.time_limit_seconds)
    job = Job(_AWARD, (event, parameters, until), reports_incumbents=True, seconds=kill_at - time.monotonic())
    best: AwardIncumbent | None = None
    stopped_by = StopReason.TIME_LIMIT

    def tell(found: AwardIncumbent) -> None:
        nonlocal best
        best = found
        progress.say_sometimes(_line(found, event.money_decimals))

    try:
        with progress.phase("worker", "searching"):
            result: AwardResult | None = done_by_worker(job, "the search", kill_at=kill_at, tell=tell)
        if result is not None:
            return result
    except KeyboardInterrupt:
        stopped_by = StopReason.CANCELLED
    result = finish_award(
        event,
        None if best is None else best.award,
        bound=None if best is None else best.bound,
        stopped_by=stopped_by,
        backend="none" if best is None else f"the last that was found came from {best.found_by}",
        backend_reason="the search was ended; this is the best it had found",
    )
    return replace(result, seconds={**result.seconds, "solve": progress.seconds["worker"]})


def _line(incumbent: AwardIncumbent, money_decimals: int) -> str:
    """One line about an award or bound that was found on the way."""
    words = [
        f"{name} {'-' if amount is None else format(amount / 10**money_decimals, ',.2f'):>14}"
        for name, amount in (("objective", incumbent.objective), ("bound", incumbent.bound))
    ]
    gap = "-" if incumbent.gap is None else format(incumbent.gap, ".3%")
    return f"{'  '.join(words)}  gap {gap:>8}  {incumbent.found_by}"
