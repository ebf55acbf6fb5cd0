"""Solves in a process of its own, so that Ctrl-C and the time limit hold whatever a solver does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from cli.in_worker import done_by_worker, killed_at, search_seconds
from cli.progress import Progress
from network import Network
from optimizer import solve
from optimizer.plan import Incumbent, Plan, Result, StopReason
from optimizer.request import Parameters, Request
from server.child import Job

_SOLVE: Final = "cli.solving:solve_until"
_FINISH: Final = "optimizer:finish"
_WHAT: Final = "the solve"
_OVERRUN_SECONDS: Final = 0.5
"""How far a search may overrun its time before it is killed."""


def solve_until(
    network: Network,
    request: Request,
    parameters: Parameters,
    until: float,
    *,
    known: Sequence[Plan] = (),
    on_incumbent: Callable[[Incumbent], None] | None = None,
) -> Result:
    """Solve in the time that is left. This runs in the worker, so that its own start counts too.

    Parameters
    ----------
    until : float
        On the clock of `time.monotonic`, which all processes of a machine share.
    known : sequence of Plan
        Plans to start from.
    """
    timed = replace(parameters, time_limit_seconds=search_seconds(until))
    return solve(network, request, timed, known=known, on_incumbent=on_incumbent)


def solve_in_worker(
    network: Network,
    request: Request,
    parameters: Parameters,
    until: float,
    progress: Progress,
    *,
    known: Sequence[Plan] = (),
) -> Result:
    """Solve, saying every better plan and bound on the way.

    Parameters
    ----------
    until : float
        When the search has to end, on the clock of `time.monotonic`. A solver that overruns it is killed, and the best
        plan so far is the answer.
    known : sequence of Plan
        Plans to start from.

    Raises
    ------
    CommandError
        When the worker fails or dies.
    """
    kill_at = killed_at(until, _OVERRUN_SECONDS, parameters.time_limit_seconds)
    job = Job(
        _SOLVE,
        (network, request, parameters, until),
        {"known": tuple(known)} if known else {},
        reports_incumbents=True,
        seconds=kill_at - time.monotonic(),
    )
    best: Incumbent | None = None

    def tell(found: Incumbent) -> None:
        nonlocal best
        best = found
        progress.say_sometimes(incumbent_line(found, network.money_decimals))

    with progress.phase("worker", "solving"):
        answer: Result | None = done_by_worker(job, _WHAT, kill_at=kill_at, tell=tell)
    if answer is not None:
        return answer
    searched = progress.seconds["worker"]
    result = _finish(network, request, best, progress)
    return replace(result, seconds={**result.seconds, "solve": searched})


def incumbent_line(incumbent: Incumbent, money_decimals: int) -> str:
    """One line about a plan or bound that was found on the way."""
    scale = 10**money_decimals
    amounts = {
        name: None if amount is None else amount / scale
        for name, amount in (
            ("benefit", incumbent.benefit),
            ("objective", incumbent.objective),
            ("bound", incumbent.bound),
        )
    }
    return found_line(amounts, incumbent.gap, incumbent.found_by)


def found_line(amounts: Mapping[str, float | None], gap: float | None, found_by: str) -> str:
    """One line about what was found.

    Parameters
    ----------
    amounts : dict of str to float or None
        benefit, objective and bound in the currency, None where nothing is known yet.
    """
    same = amounts["objective"] == amounts["benefit"]
    words = [
        f"{name} {'-' if amount is None else format(amount, ',.2f'):>14}"
        for name, amount in amounts.items()
        if name != "objective" or not same
    ]
    return f"{'  '.join(words)}  gap {'-' if gap is None else format(gap, '.3%'):>8}  {found_by}"


def _finish(network: Network, request: Request, best: Incumbent | None, progress: Progress) -> Result:
    """Certify and explain the best plan of a search that was killed."""
    how = {
        "bound": None if best is None else best.bound,
        "stopped_by": StopReason.TIME_LIMIT,
        "backend": "none" if best is None else best.found_by,
        "backend_reason": "the solver did not stop at the time limit; this is the best it had found",
    }
    job = Job(_FINISH, (network, request, None if best is None else best.plan), how)
    with progress.phase("worker", "certifying the best plan"):
        result: Result = done_by_worker(job, _WHAT)
    return result
