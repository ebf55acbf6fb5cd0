"""Where networks, alerts, events, plans and awards are kept: the interface.

Everything that has to happen at once is one method, so that a store on a database can make it one transaction:
taking a request id and adding what was asked for, checking the queue and adding a plan, choosing a queued plan and
starting it. Records are values; a change is a function from the old record to the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from network.events import Event
from network.tables import Network
from server.records import (
    AlertBatchRecord,
    AwardRecord,
    EventRecord,
    NetworkRecord,
    PlanRecord,
    PlanState,
    RequestKey,
    RunRecord,
)

_Run = TypeVar("_Run", bound=RunRecord)


class Store(Protocol):
    """What the services and the supervisor ask of a store. All methods may be called from any thread.

    Methods that take the name of a resource raise `NotFoundError`; methods that take a `RequestKey` return what was
    made for the same key before, and raise `RequestIdConflictError` when the id was used with another digest.
    """

    def find_request(self, key: RequestKey | None) -> str | None:
        """Return the name of what was made for this key before, None when nothing was."""

    def add_network(self, record: NetworkRecord, network: Network, key: RequestKey | None) -> NetworkRecord:
        """Keep a snapshot; `LimitExceededError` when there are too many."""

    def network(self, name: str) -> NetworkRecord:
        """Describe an uploaded network."""

    def networks(self, after: int, limit: int) -> Sequence[NetworkRecord]:
        """Return uploaded networks with a sequence above ``after``, in order."""

    def delete_network(self, name: str) -> None:
        """Forget a network and its alert batches; plans made for it keep their snapshot."""

    def snapshot(self, name: str) -> Any:
        """Return the content of an uploaded network, or what a plan or an award is made of."""

    def add_alert_batch(self, record: AlertBatchRecord, key: RequestKey | None) -> AlertBatchRecord:
        """Keep a batch of alerts."""

    def alert_batch(self, name: str) -> AlertBatchRecord:
        """Return a batch of alerts."""

    def alert_batches(self, parent: str, after: int, limit: int) -> Sequence[AlertBatchRecord]:
        """Return batches of a network with a sequence above ``after``, in order."""

    def add_event(self, record: EventRecord, event: Event, key: RequestKey | None) -> EventRecord:
        """Keep an event; `LimitExceededError` when there are too many."""

    def event(self, name: str) -> EventRecord:
        """Describe an event."""

    def events(self, after: int, limit: int) -> Sequence[EventRecord]:
        """Return events with a sequence above ``after``, in order."""

    def event_content(self, name: str) -> Event:
        """Return the content of an event as it is now."""

    def add_bids(self, name: str, seen_version: int, event: Event, key: RequestKey | None) -> EventRecord | None:
        """Replace the content of an event that nobody changed since; None when somebody did."""

    def delete_event(self, name: str) -> None:
        """Forget an event; awards that were asked for keep their snapshot."""

    def add_run(
        self, record: _Run, content: Network | Event, key: RequestKey | None, *, queue_size: int, retry_seconds: float
    ) -> _Run:
        """Queue a plan or an award; `BusyError` when ``queue_size`` of them are queued."""

    def queue_length(self) -> int:
        """Count the plans and awards that wait for a worker."""

    def run(self, name: str) -> RunRecord:
        """Return a plan or an award as it is now."""

    def plan(self, name: str) -> PlanRecord:
        """Return a plan as it is now."""

    def award(self, name: str) -> AwardRecord:
        """Return an award as it is now."""

    def runs(self, kind: type[_Run], after: int, limit: int, state: PlanState | None) -> Sequence[_Run]:
        """Return plans or awards with a sequence above ``after``, in order."""

    def claim_run(self, timeout_seconds: float) -> RunRecord | None:
        """Start the oldest that is queued; None when none was within the timeout."""

    def update_run(self, name: str, change: Callable[[Any], RunRecord]) -> RunRecord:
        """Change a plan or an award; one in a final state stays as it is."""

    def wait_run(self, name: str, seen_version: int, timeout_seconds: float) -> RunRecord:
        """Return a plan or an award as soon as its version differs, or as it is when the timeout is over."""

    def delete_run(self, name: str) -> None:
        """Forget a plan or an award in a final state; `PreconditionError` otherwise."""
