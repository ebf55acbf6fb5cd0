"""What the server keeps: plain frozen records that a store can hold in memory or on disk."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pandas as pd

from optimizer.award import AwardIncumbent, AwardResult
from optimizer.plan import Certificate, Incumbent, Plan, Result
from optimizer.plan_parts import NO_SIZE, PlanSize
from optimizer.repair import Repair
from optimizer.request import Parameters, Request
from server.faults import FieldProblem


@enum.unique
class PlanState(enum.Enum):
    """Where a plan or an award stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Nothing about it will change any more."""
        return self not in {PlanState.QUEUED, PlanState.RUNNING}


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes a retry recognisable: the caller's id and a digest of all that was asked."""

    method: str
    request_id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class NetworkRecord:
    """A snapshot, without its content."""

    name: str
    display_name: str
    created: datetime
    currency: str
    as_of: str
    horizon_days: int
    money_decimals: int
    normal_demand: bool
    periods: int
    row_counts: Mapping[str, int]
    warnings: tuple[FieldProblem, ...]
    sequence: int = 0
    """Order of creation, given by the store."""


@dataclass(frozen=True, slots=True)
class AlertBatchRecord:
    """Alerts that arrived together."""

    name: str
    parent: str
    """Name of the network."""
    created: datetime
    alerts: pd.DataFrame
    """Columns of the alerts table."""
    warnings: tuple[FieldProblem, ...]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class IncumbentRecord:
    """What is told of an incumbent; the lines themselves are told of the final plan only."""

    index: int
    benefit: int | None
    """Money units, like `objective` and `bound`."""
    objective: int | None
    bound: int | None
    gap: float | None
    elapsed_seconds: float
    found_by: str
    line_count: int


@dataclass(frozen=True, slots=True)
class PlanFailure:
    """Why a plan or an award failed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RepairRecord:
    """What is known of a plan that is to be repaired."""

    proposed: Plan
    """What was handed in, as far as it means something, as rows of the plan's snapshot."""
    left_out: tuple[FieldProblem, ...]
    """What means nothing."""
    certificate: Certificate | None = None
    """Of what was handed in; None until the repair is done, like what follows."""
    changed_units: int | None = None
    """None also without a repaired plan."""
    least_changed_units: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What waits for a worker, runs on one, or did: what plans and awards have in common."""

    name: str
    display_name: str
    created: datetime
    snapshot: str
    """Where the store holds what it is made of: a network with its alerts, an event with its bids."""
    parameters: Parameters
    request_id: str
    currency: str
    money_decimals: int
    warnings: tuple[FieldProblem, ...]
    finish_by: datetime | None = None
    """A waiting caller's deadline, which limits the search."""
    state: PlanState = PlanState.QUEUED
    started: datetime | None = None
    ended: datetime | None = None
    cancel_requested: bool = False
    incumbents: tuple[IncumbentRecord, ...] = ()
    failure: PlanFailure | None = None
    sequence: int = 0
    version: int = 0
    """Counts the changes, so that a waiting call can tell that something is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord(RunRecord):
    """A request to plan and all that became of it."""

    network_name: str
    """The network the caller named; empty when it came inline."""
    alert_batch_names: tuple[str, ...]
    request: Request
    alert_count: int
    event_name: str = ""
    """The event whose bids may be bought; empty: none."""
    former_plan_name: str = ""
    """The plan that the request names as its former one; empty when there is none or its lines came inline."""
    result: Result | None = None
    size: PlanSize = NO_SIZE
    """How much the plan of the result does."""
    repair: RepairRecord | None = None
    """Set when the plan is a repair of one made by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardRecord(RunRecord):
    """A request for an award and all that became of it."""

    event_name: str
    """The event the caller named; empty when it came inline."""
    result: AwardResult | None = None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A sourcing event, without its content."""

    name: str
    display_name: str
    created: datetime
    warnings: tuple[FieldProblem, ...]
    network_name: str = ""
    plan_name: str = ""
    sequence: int = 0
    version: int = 0
    """Counts the times that bids were added."""


_Run = TypeVar("_Run", bound=RunRecord)


def now() -> datetime:
    """Return the time of day, with its zone."""
    return datetime.now(UTC)


def with_incumbent(record: _Run, incumbent: Incumbent | AwardIncumbent) -> _Run:
    """Return the record with one more incumbent at the end."""
    if isinstance(incumbent, Incumbent):
        benefit, lines = incumbent.benefit, 0 if incumbent.plan is None else incumbent.plan.n_lines
    else:
        benefit, lines = None, 0 if incumbent.award is None else len(incumbent.award)
    told = IncumbentRecord(
        index=len(record.incumbents),
        benefit=benefit,
        objective=incumbent.objective,
        bound=incumbent.bound,
        gap=incumbent.gap,
        elapsed_seconds=incumbent.elapsed_seconds,
        found_by=incumbent.found_by,
        line_count=lines,
    )
    return replace(record, incumbents=(*record.incumbents, told))


def ended(record: _Run, state: PlanState, **result: Any) -> _Run:
    """Return the record in a final state, with what came of it."""
    return replace(record, state=state, ended=now(), **result)


def repaired(record: RepairRecord, repair: Repair) -> RepairRecord:
    """Return what is known of a repair once it is done."""
    difference = repair.difference
    return replace(
        record,
        left_out=(*record.left_out, *(FieldProblem("plan.lines", "left_out", words) for words in repair.left_out)),
        certificate=repair.certificate,
        changed_units=None if difference is None else difference.lines.changed_units,
        least_changed_units=repair.least_changed_units,
    )
