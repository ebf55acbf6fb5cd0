"""Where networks, alerts and plans are kept: the interface.

Everything that has to happen at once is one method, so that a store on a database can make it one transaction:
taking a request id and adding what was asked for, checking the queue and adding a plan, choosing a queued plan and
starting it. Records are values; a change is a function from the old record to the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from network.tables import Network
from server.records import AlertBatchRecord, NetworkRecord, PlanRecord, PlanState, RequestKey


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

    def snapshot(self, name: str) -> Network:
        """Return the content of an uploaded network or of a plan's own one."""

    def add_alert_batch(self, record: AlertBatchRecord, key: RequestKey | None) -> AlertBatchRecord:
        """Keep a batch of alerts."""

    def alert_batch(self, name: str) -> AlertBatchRecord:
        """Return a batch of alerts."""

    def alert_batches(self, parent: str, after: int, limit: int) -> Sequence[AlertBatchRecord]:
        """Return batches of a network with a sequence above ``after``, in order."""

    def add_plan(
        self, record: PlanRecord, network: Network, key: RequestKey | None, *, queue_size: int, retry_seconds: float
    ) -> PlanRecord:
        """Queue a plan for a network; `BusyError` when ``queue_size`` plans are queued."""

    def queue_length(self) -> int:
        """Count the plans that wait for a worker."""

    def plan(self, name: str) -> PlanRecord:
        """Return a plan as it is now."""

    def plans(self, after: int, limit: int, state: PlanState | None) -> Sequence[PlanRecord]:
        """Return plans with a sequence above ``after``, in order."""

    def claim_plan(self, timeout_seconds: float) -> PlanRecord | None:
        """Start the oldest queued plan; None when none was queued within the timeout."""

    def update_plan(self, name: str, change: Callable[[PlanRecord], PlanRecord]) -> PlanRecord:
        """Change a plan; one in a final state stays as it is."""

    def wait_plan(self, name: str, seen_version: int, timeout_seconds: float) -> PlanRecord:
        """Return the plan as soon as its version differs, or as it is when the timeout is over."""

    def delete_plan(self, name: str) -> None:
        """Forget a plan in a final state; `PreconditionError` otherwise."""
