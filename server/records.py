"""What the server keeps: plain frozen records that a store can hold in memory or on disk."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pandas as pd

from optimizer.plan import Incumbent, Result
from optimizer.request import Parameters, Request
from server.faults import FieldProblem


@enum.unique
class PlanState(enum.Enum):
    """Where a plan stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Nothing about the plan will change any more."""
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
    """Why a plan failed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A request to plan and all that became of it."""

    name: str
    display_name: str
    created: datetime
    snapshot: str
    """Where the store holds the network that is planned for, alerts included."""
    network_name: str
    """The network the caller named; empty when it came inline."""
    alert_batch_names: tuple[str, ...]
    request: Request
    parameters: Parameters
    request_id: str
    alert_count: int
    currency: str
    money_decimals: int
    warnings: tuple[FieldProblem, ...]
    former_plan_name: str = ""
    """The plan that the request names as its former one; empty when there is none or its lines came inline."""
    finish_by: datetime | None = None
    """A waiting caller's deadline, which limits the search."""
    state: PlanState = PlanState.QUEUED
    started: datetime | None = None
    ended: datetime | None = None
    cancel_requested: bool = False
    incumbents: tuple[IncumbentRecord, ...] = ()
    result: Result | None = None
    failure: PlanFailure | None = None
    sequence: int = 0
    version: int = 0
    """Counts the changes, so that a waiting call can tell that something is new."""


def now() -> datetime:
    """Return the time of day, with its zone."""
    return datetime.now(UTC)


def with_incumbent(record: PlanRecord, incumbent: Incumbent) -> PlanRecord:
    """Return the record with one more incumbent at the end."""
    told = IncumbentRecord(
        index=len(record.incumbents),
        benefit=incumbent.benefit,
        objective=incumbent.objective,
        bound=incumbent.bound,
        gap=incumbent.gap,
        elapsed_seconds=incumbent.elapsed_seconds,
        found_by=incumbent.found_by,
        line_count=0 if incumbent.plan is None else incumbent.plan.n_lines,
    )
    return replace(record, incumbents=(*record.incumbents, told))


def ended(
    record: PlanRecord, state: PlanState, *, result: Result | None = None, failure: PlanFailure | None = None
) -> PlanRecord:
    """Return the record in a final state."""
    return replace(record, state=state, ended=now(), result=result, failure=failure)
