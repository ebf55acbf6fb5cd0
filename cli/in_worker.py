"""Jobs in a process of their own, so that Ctrl-C and the time limit hold whatever a solver does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Final

from cli.failures import CommandError
from server.child import Finished, Job, Message, Raised, Reported
from server.process import WorkerLostError, WorkerProcess

LEAST_SEARCH_SECONDS: Final = 0.5
"""A limit that start-up has used up already still leaves time for a first answer."""

_OVERRUN_SHARE: Final = 0.02
_GLANCE_SECONDS: Final = 0.5


def search_seconds(until: float) -> float:
    """Seconds left for a search that has to end at `until`, on the clock of `time.monotonic`."""
    return max(until - time.monotonic(), LEAST_SEARCH_SECONDS)


def killed_at(until: float, overrun_seconds: float, time_limit_seconds: float) -> float:
    """When a search that has to end at `until` has overrun it so far that it is killed."""
    return time.monotonic() + search_seconds(until) + overrun_seconds + _OVERRUN_SHARE * time_limit_seconds


def done_by_worker(
    job: Job, what: str, *, kill_at: float = math.inf, tell: Callable[[Any], object] | None = None
) -> Any:
    """Do a job in a process that ends with this one.

    Parameters
    ----------
    job : Job
    what : str
        What failed, when it does.
    kill_at : float
        On the clock of `time.monotonic`.
    tell : callable, optional
        Hears what the job finds on the way.

    Returns
    -------
    object or None
        What the job returns; None when it was killed.

    Raises
    ------
    CommandError
        When the job fails or its process dies.
    """
    with WorkerProcess(job) as worker:
        while time.monotonic() < kill_at:
            message = _received(worker, what)
            if isinstance(message, Reported) and tell is not None:
                tell(message.incumbent)
            elif message is not None:
                return _value(message, what)
    return None


def _received(worker: WorkerProcess, what: str) -> Message | None:
    try:
        return worker.receive(_GLANCE_SECONDS)
    except WorkerLostError as error:
        raise CommandError(f"{what} died: {error}; a machine short of memory does that") from error


def _value(message: Message, what: str) -> Any:
    if isinstance(message, Raised):
        raise CommandError(f"{what} failed: {message.message}")
    if not isinstance(message, Finished):
        raise AssertionError(f"the worker sent {message!r} instead of an answer")
    return message.value
