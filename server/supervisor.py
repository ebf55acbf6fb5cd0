"""Takes queued plans and awards, has each solved in a process of its own, and writes down what comes of it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from optimizer.plan import StopReason
from server.child import Finished, Job, Message, Raised, Reported
from server.faults import BusyError
from server.fork_server import start_fork_server
from server.process import WorkerLostError, WorkerProcess
from server.records import PlanFailure, PlanState, RequestKey, RunRecord, ended, now, with_incumbent
from server.settings import Settings
from server.store import Store
from server.work import Solver, Work, works

_Run = TypeVar("_Run", bound=RunRecord)
_logger = logging.getLogger(__name__)
_GLANCE_SECONDS = 0.05
"""How often a running solve is checked for cancellation; bounds how late a cancellation is seen."""
_LONGEST_RETRY_SECONDS = 30.0
_SEARCH_SHARE = 0.75
"""Share of the time until a waiting caller's deadline that the search may take."""


class _StoppedError(Exception):
    """The solve has to end before it is done."""

    def __init__(self, reason: StopReason) -> None:
        self.reason = reason


class _ShutdownError(Exception):
    """The server ends."""


class _SolveFailedError(Exception):
    """The solve raised an exception; the plan fails with its words."""

    def __init__(self, raised: Raised) -> None:
        self.raised = raised
        super().__init__(raised.message)


class Supervisor:
    """Runs queued plans, ``settings.workers`` at a time."""

    def __init__(self, store: Store, settings: Settings, solver: Solver) -> None:
        self._store = store
        self._settings = settings
        self.solver = solver
        self._work_of = works(solver, settings)
        self._draining = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"supervisor-{number}", daemon=True)
            for number in range(settings.workers)
        ]
        self._worker_pids: dict[str, int | None] = {}
        self._typical_seconds = 1.0
        start_fork_server()

    def start(self) -> None:
        """Begin to take plans from the queue."""
        for thread in self._threads:
            thread.start()

    def worker_pid(self, run_name: str) -> int | None:
        """Process id of the worker that has the plan in hand, None when there is none."""
        return self._worker_pids.get(run_name)

    @property
    def draining(self) -> bool:
        """No new work is taken."""
        return self._draining.is_set()

    def refuse_when_full(self) -> None:
        """Spare the work of reading a request that could not be queued.

        Raises
        ------
        BusyError
            When the queue is full.
        """
        queued = self._store.queue_length()
        if queued >= self._settings.queue_size:
            raise BusyError(f"{queued} plans wait, and at most {self._settings.queue_size} may", self._retry_seconds())

    def submit(self, record: _Run, content: Any, key: RequestKey | None) -> _Run:
        """Queue a plan or an award.

        Raises
        ------
        BusyError
            When the queue is full.
        """
        size = self._settings.queue_size
        return self._store.add_run(record, content, key, queue_size=size, retry_seconds=self._retry_seconds())

    def _retry_seconds(self) -> float:
        """When a place in the queue is likely to be free: plans take about as long as the last ones did."""
        return min(max(self._typical_seconds / self._settings.workers, 0.1), _LONGEST_RETRY_SECONDS)

    def stop(self, grace_seconds: float) -> None:
        """Let running plans go on for the grace, then kill their workers; queued plans fail at once."""
        self._draining.set()
        self._fail_queued()
        until = time.monotonic() + grace_seconds
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._fail_queued()

    def _fail_queued(self) -> None:
        while (record := self._store.claim_run(0.0)) is not None:
            self._store.update_run(record.name, partial(ended, state=PlanState.FAILED, failure=_SHUTDOWN))

    def cancel(self, name: str) -> Any:
        """Ask to stop a plan: a queued one ends now, a running one at the next glance."""
        return self._store.update_run(name, _cancelled)

    def _work(self) -> None:
        while not self._draining.is_set():
            record = self._store.claim_run(timeout_seconds=0.2)
            if record is not None:
                self._take(record)

    def _take(self, record: RunRecord) -> None:
        started = time.monotonic()
        try:
            end = self._outcome(record)
        except Exception:  # a thread that dies would silently stop the queue
            _logger.exception("%s failed inside the server", record.name)
            failure = PlanFailure("INTERNAL", "the server failed; its log says more")
            end = partial(ended, state=PlanState.FAILED, failure=failure)
        finally:
            self._worker_pids.pop(record.name, None)
        self._typical_seconds += (time.monotonic() - started - self._typical_seconds) / 4
        self._store.update_run(record.name, end)

    def _outcome(self, record: RunRecord) -> partial[RunRecord]:
        """How the plan ends."""
        try:
            answer = self._answer(record)
        except _ShutdownError:
            return partial(ended, state=PlanState.FAILED, failure=_SHUTDOWN)
        except WorkerLostError as error:
            return partial(ended, state=PlanState.FAILED, failure=PlanFailure("WORKER_CRASHED", str(error)))
        except _SolveFailedError as error:
            _logger.error("%s failed: %s\n%s", record.name, error, error.raised.traceback)
            failure = PlanFailure(error.raised.code, error.raised.message)
            return partial(ended, state=PlanState.FAILED, failure=failure)
        state, kept = self._work_of[type(record)].end(record, self._store.snapshot(record.snapshot), answer)
        return partial(ended, state=state, **kept)

    def _answer(self, record: RunRecord) -> Any:
        content, work = self._store.snapshot(record.snapshot), self._work_of[type(record)]
        search = _Search(record, work, self._settings, time.monotonic())
        try:
            with WorkerProcess(work.job(record, content, search.seconds)) as worker:
                self._worker_pids[record.name] = worker.pid
                return self._follow(worker, search)
        except _StoppedError as stop:
            best = search.best
            if best is None or not work.found(best):
                return work.empty(content, stop.reason, None if best is None else best.bound)
            return self._finished(record, work, work.finishing(record, content, best, stop.reason))

    def _follow(self, worker: WorkerProcess, search: _Search) -> Any:
        """Pass incumbents on until the answer is there, or there is a reason not to wait for it."""
        while True:
            message = worker.receive(_GLANCE_SECONDS)
            if isinstance(message, Reported):
                search.keep(message.incumbent)
                self._store.update_run(search.record.name, partial(with_incumbent, incumbent=message.incumbent))
            elif message is not None:
                return _value(message, search.work)
            if self._stopping.is_set():
                raise _ShutdownError
            if self._store.run(search.record.name).cancel_requested:
                raise _StoppedError(StopReason.CANCELLED)
            if time.monotonic() > search.kill_at:
                raise _StoppedError(StopReason.TIME_LIMIT)

    def _finished(self, record: RunRecord, work: Work, job: Job) -> Any:
        """Certify and explain the best of a search that was stopped, in a process of its own too."""
        seconds = self._settings.finish_seconds
        until = time.monotonic() + seconds
        with WorkerProcess(job) as worker:
            self._worker_pids[record.name] = worker.pid
            while time.monotonic() < until:
                if self._stopping.is_set():
                    raise _ShutdownError
                message = worker.receive(_GLANCE_SECONDS)
                if message is not None:
                    return _value(message, work)
        raise _SolveFailedError(Raised("FINISH_TIMEOUT", f"checking the best found took more than {seconds:g} s", ""))


class _Search:
    """One running solve as the supervisor sees it."""

    def __init__(self, record: RunRecord, work: Work, settings: Settings, started: float) -> None:
        self.record = record
        self.work = work
        self.best: Any = None
        seconds, overrun = record.parameters.time_limit_seconds, settings.overrun_seconds
        if record.finish_by is not None:
            # part of the caller's time is needed for certifying, explaining and answering
            seconds = min(seconds, _SEARCH_SHARE * max((record.finish_by - now()).total_seconds(), 0.0))
            overrun = min(overrun, 0.1 * seconds)
        self.seconds = seconds
        self.kill_at = started + seconds + overrun

    def keep(self, incumbent: Any) -> None:
        """Remember the best found and the best bound, which need not come together."""
        self.best = incumbent if self.best is None else self.work.better(self.best, incumbent)


_SHUTDOWN = PlanFailure("SHUTDOWN", "the server was shut down before it was done; ask for it again")


def _cancelled(record: RunRecord) -> RunRecord:
    record = replace(record, cancel_requested=True)
    return ended(record, PlanState.CANCELLED) if record.state is PlanState.QUEUED else record


def _value(message: Message, work: Work) -> Any:
    if isinstance(message, Raised):
        raise _SolveFailedError(message)
    if not isinstance(message, Finished) or not isinstance(message.value, work.answers):
        raise TypeError(f"a worker sent {type(message).__name__} where its answer was due")
    return message.value
