"""Takes queued plans one by one, has each solved in a process of its own, and writes down what comes of it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from functools import partial

from network.tables import Network
from optimizer.backends import backend_named
from optimizer.plan import Incumbent, Result, Status, StopReason
from optimizer.plan_parts import plan_size
from optimizer.repair import Repair
from server.child import Finished, Job, Message, Raised, Reported
from server.faults import BusyError
from server.fork_server import start_fork_server
from server.process import WorkerLostError, WorkerProcess
from server.records import PlanFailure, PlanRecord, PlanState, RequestKey, ended, now, with_incumbent
from server.settings import Settings
from server.store import Store

_logger = logging.getLogger(__name__)
_GLANCE_SECONDS = 0.05
"""How often a running solve is checked for cancellation; bounds how late a cancellation is seen."""
_LONGEST_RETRY_SECONDS = 30.0
_SEARCH_SHARE = 0.75
"""Share of the time until a waiting caller's deadline that the search may take."""

_STATE_OF = {
    Status.OPTIMAL: PlanState.SUCCEEDED,
    Status.FEASIBLE: PlanState.SUCCEEDED,
    Status.INFEASIBLE: PlanState.INFEASIBLE,
    Status.NO_PLAN: PlanState.NO_PLAN,
}


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


@dataclass(frozen=True, slots=True)
class Solver:
    """What is called inside a worker, as ``module:name``; tests put their own here."""

    solve: str = "optimizer:solve"
    """``(network, request, parameters, *, on_incumbent) -> Result``"""
    finish: str = "optimizer:finish"
    """``(network, request, plan, *, bound, stopped_by, backend, backend_reason) -> Result``, without any search."""
    repair: str = "optimizer.repair:repair"
    """``(network, request, plan, parameters, *, on_incumbent) -> Repair``"""
    alternatives: str = "optimizer.alternatives:alternatives"
    """``(network, request, plan, *, seconds, alerts, most_alerts, whole_plan, keep_share) -> Alternatives``"""
    difference: str = "optimizer.difference:plan_difference"
    """``(network, request, before, after) -> Difference``"""
    rule_prices: str = "optimizer.rule_prices:rule_prices"
    """``(network, request, plan, *, bound, seconds, most_places) -> RulePrices``"""
    backends: frozenset[str] | None = None
    """Names of backends that a request may ask for; None: those of the optimizer."""

    def check_backend(self, name: str) -> None:
        """Refuse a name that no backend has.

        Raises
        ------
        ValueError
            Saying which names there are.
        """
        if self.backends is None:
            backend_named(name)
        elif name not in self.backends:
            raise ValueError(f"backend {name!r} is unknown; use one of {', '.join(sorted(self.backends))}")


class Supervisor:
    """Runs queued plans, ``settings.workers`` at a time."""

    def __init__(self, store: Store, settings: Settings, solver: Solver) -> None:
        self._store = store
        self._settings = settings
        self.solver = solver
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

    def worker_pid(self, plan_name: str) -> int | None:
        """Process id of the worker that has the plan in hand, None when there is none."""
        return self._worker_pids.get(plan_name)

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

    def submit(self, record: PlanRecord, network: Network, key: RequestKey | None) -> PlanRecord:
        """Queue a plan.

        Raises
        ------
        BusyError
            When the queue is full.
        """
        size = self._settings.queue_size
        return self._store.add_plan(record, network, key, queue_size=size, retry_seconds=self._retry_seconds())

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
        while (record := self._store.claim_plan(0.0)) is not None:
            self._store.update_plan(record.name, partial(ended, state=PlanState.FAILED, failure=_SHUTDOWN))

    def cancel(self, name: str) -> PlanRecord:
        """Ask to stop a plan: a queued one ends now, a running one at the next glance."""
        return self._store.update_plan(name, _cancelled)

    def _work(self) -> None:
        while not self._draining.is_set():
            record = self._store.claim_plan(timeout_seconds=0.2)
            if record is not None:
                self._take(record)

    def _take(self, record: PlanRecord) -> None:
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
        self._store.update_plan(record.name, end)

    def _outcome(self, record: PlanRecord) -> partial[PlanRecord]:
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
        repair = answer if isinstance(answer, Repair) else None
        result = answer.result if isinstance(answer, Repair) else answer
        if result.plan is not None and not (result.certificate is not None and result.certificate.valid):
            return partial(ended, state=PlanState.FAILED, failure=_NOT_CERTIFIED)
        state = PlanState.CANCELLED if result.stopped_by is StopReason.CANCELLED else _STATE_OF[result.status]
        size = plan_size(self._store.snapshot(record.snapshot), result.plan)
        return partial(ended, state=state, result=result, size=size, repair=repair)

    def _answer(self, record: PlanRecord) -> Result | Repair:
        network = self._store.snapshot(record.snapshot)
        search = _Search(record, network, self._settings, time.monotonic())
        try:
            with WorkerProcess(search.job(self.solver)) as worker:
                self._worker_pids[record.name] = worker.pid
                return self._follow(worker, search)
        except _StoppedError as stop:
            best = search.best
            if best is None or best.plan is None:
                return _without_plan(network, stop.reason, bound=None if best is None else best.bound)
            return self._finished(record, network, best, stop.reason)

    def _follow(self, worker: WorkerProcess, search: _Search) -> Result | Repair:
        """Pass incumbents on until the result is there, or there is a reason not to wait for it."""
        while True:
            message = worker.receive(_GLANCE_SECONDS)
            if isinstance(message, Reported):
                search.keep(message.incumbent)
                self._store.update_plan(search.record.name, partial(with_incumbent, incumbent=message.incumbent))
            elif message is not None:
                return _value(message)
            if self._stopping.is_set():
                raise _ShutdownError
            if self._store.plan(search.record.name).cancel_requested:
                raise _StoppedError(StopReason.CANCELLED)
            if time.monotonic() > search.kill_at:
                raise _StoppedError(StopReason.TIME_LIMIT)

    def _finished(self, record: PlanRecord, network: Network, best: Incumbent, reason: StopReason) -> Result | Repair:
        """Certify and explain the best plan of a search that was stopped, in a process of its own too."""
        job = Job(
            self.solver.finish,
            (network, record.request, best.plan),
            {
                "bound": best.bound,
                "stopped_by": reason,
                "backend": best.found_by,
                "backend_reason": f"the search was stopped ({reason.value}); this is the best plan it had found",
            },
            seconds=self._settings.finish_seconds,
            memory_bytes=self._settings.worker_memory_bytes,
        )
        until = time.monotonic() + self._settings.finish_seconds
        with WorkerProcess(job) as worker:
            self._worker_pids[record.name] = worker.pid
            while time.monotonic() < until:
                if self._stopping.is_set():
                    raise _ShutdownError
                message = worker.receive(_GLANCE_SECONDS)
                if message is not None:
                    return _value(message)
        seconds = self._settings.finish_seconds
        raise _SolveFailedError(Raised("FINISH_TIMEOUT", f"checking the best plan took more than {seconds:g} s", ""))


class _Search:
    """One running solve as the supervisor sees it."""

    def __init__(self, record: PlanRecord, network: Network, settings: Settings, started: float) -> None:
        self.record = record
        self.best: Incumbent | None = None
        self._network = network
        self._settings = settings
        seconds, overrun = record.parameters.time_limit_seconds, settings.overrun_seconds
        if record.finish_by is not None:
            # part of the caller's time is needed for certifying, explaining and answering
            seconds = min(seconds, _SEARCH_SHARE * max((record.finish_by - now()).total_seconds(), 0.0))
            overrun = min(overrun, 0.1 * seconds)
        self._seconds = seconds
        self.kill_at = started + seconds + overrun

    def job(self, solver: Solver) -> Job:
        """Return the solve as a worker gets it."""
        parameters = replace(self.record.parameters, time_limit_seconds=self._seconds)
        repair = self.record.repair
        return Job(
            solver.solve if repair is None else solver.repair,
            (self._network, self.record.request, *(() if repair is None else (repair.proposed,)), parameters),
            reports_incumbents=True,
            seconds=self._seconds,
            memory_bytes=self._settings.worker_memory_bytes,
        )

    def keep(self, incumbent: Incumbent) -> None:
        """Remember the best plan and the best bound, which need not come together."""
        if self.best is None:
            self.best = incumbent
            return
        old, new = self.best, incumbent
        worse = old.objective is not None and new.objective is not None and new.objective < old.objective
        if new.plan is None or worse:
            old, new = new, old
        bounds = [bound for bound in (old.bound, new.bound) if bound is not None]
        self.best = replace(new, bound=min(bounds, default=None))


_NOT_CERTIFIED = PlanFailure("CERTIFICATE_FAILED", "the plan that was found failed its certificate and is withheld")
_SHUTDOWN = PlanFailure("SHUTDOWN", "the server was shut down before the plan was done; ask for it again")


def _cancelled(record: PlanRecord) -> PlanRecord:
    record = replace(record, cancel_requested=True)
    return ended(record, PlanState.CANCELLED) if record.state is PlanState.QUEUED else record


def _value(message: Message) -> Result | Repair:
    if isinstance(message, Raised):
        raise _SolveFailedError(message)
    if not isinstance(message, Finished) or not isinstance(message.value, Result | Repair):
        raise TypeError(f"a worker sent {type(message).__name__} where its result was due")
    return message.value


def _without_plan(network: Network, reason: StopReason, bound: int | None) -> Result:
    """Return the result of a search that was stopped before it found anything."""
    return Result(
        status=Status.NO_PLAN,
        stopped_by=reason,
        plan=None,
        benefit=None,
        objective=None,
        bound=bound,
        money_decimals=network.money_decimals,
        certificate=None,
        unmet=None,
        outcomes=None,
        line_reason=None,
        conflicts=(),
        backend="",
        backend_reason="stopped before any plan was found",
        sizes={},
    )
