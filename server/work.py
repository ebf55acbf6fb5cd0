"""What a worker does for plans and for awards: the job, how it ends, and what to do when it is stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from network.events import Event
from network.tables import Network
from optimizer.award import AwardIncumbent, AwardResult
from optimizer.backends import backend_named
from optimizer.plan import Incumbent, Result, Status, StopReason
from optimizer.plan_parts import plan_size
from optimizer.repair import Repair
from server.child import Job
from server.records import AwardRecord, PlanFailure, PlanRecord, PlanState, RunRecord, repaired
from server.settings import Settings

_STATE_OF: Final = {
    Status.OPTIMAL: PlanState.SUCCEEDED,
    Status.FEASIBLE: PlanState.SUCCEEDED,
    Status.INFEASIBLE: PlanState.INFEASIBLE,
    Status.NO_PLAN: PlanState.NO_PLAN,
}

_WITHHELD: Final = "what was found failed its certificate and is withheld"


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
    award: str = "optimizer.sourcing.solve:award"
    """``(event, parameters, *, on_incumbent) -> AwardResult``"""
    finish_award: str = "optimizer.sourcing.finishing:finish_award"
    """``(event, award, *, bound, stopped_by, backend, backend_reason) -> AwardResult``, without any search."""
    why_award: str = "optimizer.sourcing.why:answers"
    """``(event, result, questions, *, until, gap, supplier_id) -> Answers``"""
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


class Work(Protocol):
    """One kind of run. Records, contents, incumbents and answers are of that kind."""

    @property
    def answers(self) -> tuple[type, ...]:
        """What its jobs return."""

    def job(self, record: Any, content: Any, seconds: float) -> Job:
        """Return the search as a worker gets it."""

    def finishing(self, record: Any, content: Any, best: Any, reason: StopReason) -> Job:
        """Return the job that certifies and explains the best of a search that was stopped."""

    def better(self, old: Any, new: Any) -> Any:
        """Return the best found and proved so far; both need not come together."""

    def found(self, incumbent: Any) -> bool:
        """Whether an incumbent is more than a bound."""

    def empty(self, content: Any, reason: StopReason, bound: int | None) -> Any:
        """Return the answer of a search that was stopped before it found anything."""

    def end(self, record: Any, content: Any, answer: Any) -> tuple[PlanState, Mapping[str, Any]]:
        """Return the final state, and what the record keeps of an answer."""


@dataclass(frozen=True, slots=True)
class PlanWork:
    """Plans, and repairs of plans."""

    solver: Solver
    settings: Settings
    answers: tuple[type, ...] = (Result, Repair)

    def job(self, record: PlanRecord, content: Network, seconds: float) -> Job:
        """Return the solve as a worker gets it."""
        parameters = replace(record.parameters, time_limit_seconds=seconds)
        proposed = () if record.repair is None else (record.repair.proposed,)
        return Job(
            self.solver.solve if record.repair is None else self.solver.repair,
            (content, record.request, *proposed, parameters),
            reports_incumbents=True,
            seconds=seconds,
            memory_bytes=self.settings.worker_memory_bytes,
        )

    def finishing(self, record: PlanRecord, content: Network, best: Incumbent, reason: StopReason) -> Job:
        """Return the job that certifies and explains the best plan."""
        return _finishing(self.solver.finish, (content, record.request, best.plan), best, reason, self.settings)

    def better(self, old: Incumbent, new: Incumbent) -> Incumbent:
        """Return the best plan with the best bound."""
        worse = old.objective is not None and new.objective is not None and new.objective < old.objective
        if new.plan is None or worse:
            old, new = new, old
        bounds = [bound for bound in (old.bound, new.bound) if bound is not None]
        return replace(new, bound=min(bounds, default=None))

    def found(self, incumbent: Incumbent) -> bool:
        """Whether there is a plan."""
        return incumbent.plan is not None

    def empty(self, content: Network, reason: StopReason, bound: int | None) -> Result:
        """Return the result of a search that was stopped before it found a plan."""
        return Result(
            status=Status.NO_PLAN,
            stopped_by=reason,
            plan=None,
            benefit=None,
            objective=None,
            bound=bound,
            money_decimals=content.money_decimals,
            certificate=None,
            unmet=None,
            outcomes=None,
            line_reason=None,
            conflicts=(),
            backend="",
            backend_reason="stopped before any plan was found",
            sizes={},
        )

    def end(self, record: PlanRecord, content: Network, answer: Result | Repair) -> tuple[PlanState, Mapping[str, Any]]:
        """Return the final state, the result, its size and what a repair has found."""
        result = answer.result if isinstance(answer, Repair) else answer
        if result.plan is not None and not (result.certificate is not None and result.certificate.valid):
            return PlanState.FAILED, {"failure": PlanFailure("CERTIFICATE_FAILED", f"the plan: {_WITHHELD}")}
        kept: dict[str, Any] = {"result": result, "size": plan_size(content, result.plan)}
        if record.repair is not None and isinstance(answer, Repair):
            kept["repair"] = repaired(record.repair, answer)
        return _state(result), kept


@dataclass(frozen=True, slots=True)
class AwardWork:
    """Awards."""

    solver: Solver
    settings: Settings
    answers: tuple[type, ...] = (AwardResult,)

    def job(self, record: AwardRecord, content: Event, seconds: float) -> Job:
        """Return the search as a worker gets it."""
        return Job(
            self.solver.award,
            (content, replace(record.parameters, time_limit_seconds=seconds)),
            reports_incumbents=True,
            seconds=seconds,
            memory_bytes=self.settings.worker_memory_bytes,
        )

    def finishing(self, record: AwardRecord, content: Event, best: AwardIncumbent, reason: StopReason) -> Job:
        """Return the job that certifies the best award."""
        return _finishing(self.solver.finish_award, (content, best.award), best, reason, self.settings)

    def better(self, old: AwardIncumbent, new: AwardIncumbent) -> AwardIncumbent:
        """Return the best award with the best bound; objectives are minimised."""
        worse = old.objective is not None and new.objective is not None and new.objective > old.objective
        if new.award is None or worse:
            old, new = new, old
        bounds = [bound for bound in (old.bound, new.bound) if bound is not None]
        return replace(new, bound=max(bounds, default=None))

    def found(self, incumbent: AwardIncumbent) -> bool:
        """Whether there is an award."""
        return incumbent.award is not None

    def empty(self, content: Event, reason: StopReason, bound: int | None) -> AwardResult:
        """Return the result of a search that was stopped before it found an award."""
        return AwardResult(
            status=Status.NO_PLAN,
            stopped_by=reason,
            award=None,
            certificate=None,
            bound=bound,
            money_decimals=content.money_decimals,
            conflicts=(),
            backend="",
            backend_reason="stopped before any award was found",
            sizes={},
        )

    def end(self, record: AwardRecord, content: Event, answer: AwardResult) -> tuple[PlanState, Mapping[str, Any]]:
        """Return the final state and the result."""
        if answer.award is not None and not (answer.certificate is not None and answer.certificate.valid):
            return PlanState.FAILED, {"failure": PlanFailure("CERTIFICATE_FAILED", f"the award: {_WITHHELD}")}
        return _state(answer), {"result": answer}


def _state(result: Result | AwardResult) -> PlanState:
    return PlanState.CANCELLED if result.stopped_by is StopReason.CANCELLED else _STATE_OF[result.status]


def _finishing(
    function: str,
    arguments: tuple[Any, ...],
    best: Incumbent | AwardIncumbent,
    reason: StopReason,
    settings: Settings,
) -> Job:
    return Job(
        function,
        arguments,
        {
            "bound": best.bound,
            "stopped_by": reason,
            "backend": best.found_by,
            "backend_reason": f"the search was stopped ({reason.value}); this is the best it had found",
        },
        seconds=settings.finish_seconds,
        memory_bytes=settings.worker_memory_bytes,
    )


def works(solver: Solver, settings: Settings) -> Mapping[type[RunRecord], Work]:
    """Return what is done for each kind of record."""
    return {PlanRecord: PlanWork(solver, settings), AwardRecord: AwardWork(solver, settings)}
