"""Questions about plans that take a while: each is answered in a process of its own, which ends with the call."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import grpc

from server.admission import Places
from server.child import Finished, Job, Raised
from server.faults import AnalysisFailedError, AnalysisTimeoutError
from server.process import WorkerLostError, WorkerProcess
from server.settings import Settings

_logger = logging.getLogger(__name__)
_GLANCE_SECONDS: Final = 0.05
"""How often a running analysis is checked for a caller who has gone."""
_SEARCH_SHARE: Final = 0.75
"""Share of the time until the caller's deadline that the analysis may take; the rest is for answering."""


@dataclass(frozen=True, slots=True)
class Question:
    """A function to call in a worker, and what to call it with."""

    function: str
    """``module:name``."""
    arguments: tuple[Any, ...]
    seconds: float
    """How long it may take."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    told_seconds: bool = False
    """Call it with ``seconds``, so that it ends by itself."""


class Analyses:
    """Answers questions, ``settings.analyses`` at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = Places("analyses", settings.analyses)

    def answer(self, question: Question, context: grpc.ServicerContext) -> Any:
        """Return what the function of a question returns.

        Raises
        ------
        BusyError
            When too many questions are being answered.
        AnalysisTimeoutError
            When the function does not return in time.
        AnalysisFailedError
            When it raises an exception, or its process ends.
        """
        with self._places.one():
            started = time.monotonic()
            seconds, until = question.seconds, started + question.seconds + self._settings.analysis_overrun_seconds
            remaining = context.time_remaining()
            if remaining is not None:
                seconds, until = time_for_answer(seconds, context), min(until, started + remaining)
            job = Job(
                question.function,
                question.arguments,
                {**question.keywords, **({"seconds": seconds} if question.told_seconds else {})},
                seconds=seconds,
                memory_bytes=self._settings.worker_memory_bytes,
            )
            with WorkerProcess(job) as worker:
                return _answer(worker, until, context)


def time_for_answer(seconds: float, context: grpc.ServicerContext) -> float:
    """Return how long an analysis may take so that its answer comes before the caller's deadline."""
    remaining = context.time_remaining()
    return seconds if remaining is None else min(seconds, _SEARCH_SHARE * remaining)


def _answer(worker: WorkerProcess, until: float, context: grpc.ServicerContext) -> Any:
    """Wait for the answer, as long as someone waits for it."""
    while context.is_active() and time.monotonic() < until:
        try:
            message = worker.receive(_GLANCE_SECONDS)
        except WorkerLostError as error:
            raise AnalysisFailedError("WORKER_CRASHED", str(error)) from error
        if isinstance(message, Finished):
            return message.value
        if isinstance(message, Raised):
            _logger.error("an analysis failed: %s\n%s", message.message, message.traceback)
            raise AnalysisFailedError(message.code, message.message)
    raise AnalysisTimeoutError("the answer was not there in time; ask for less, or with a longer time limit")
