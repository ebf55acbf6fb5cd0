"""A first store, in memory."""

# ruff: noqa: D102 (the methods are described by `Store`)

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from network.events import Event
from network.events.schema import EVENT_TABLES
from network.schema import TABLES
from network.tables import Network
from server.faults import BusyError, LimitExceededError, NotFoundError, PreconditionError, RequestIdConflictError
from server.records import (
    AlertBatchRecord,
    AwardRecord,
    EventRecord,
    NetworkRecord,
    PlanRecord,
    PlanState,
    RequestKey,
    RunRecord,
    now,
)
from server.store import Store

_Run = TypeVar("_Run", bound=RunRecord)
_Record = TypeVar("_Record", bound=NetworkRecord | AlertBatchRecord | EventRecord | RunRecord)


def _page(records: Iterable[_Record], after: int, limit: int) -> list[_Record]:
    return list(itertools.islice((record for record in records if record.sequence > after), limit))


class MemoryStore(Store):
    """A `Store` that lasts as long as its process."""

    def __init__(self, *, networks: int, retained_plans: int, retained_rows: int) -> None:
        self._changed = threading.Condition()
        self._max_networks = networks
        self._retained_plans = retained_plans
        self._retained_rows = retained_rows
        self._sequence = itertools.count(1)
        self._requests: dict[tuple[str, str], tuple[bytes, str]] = {}
        self._networks: dict[str, NetworkRecord] = {}
        self._alert_batches: dict[str, AlertBatchRecord] = {}
        self._runs: dict[str, RunRecord] = {}
        self._events: dict[str, EventRecord] = {}
        self._event_contents: dict[str, Event] = {}
        self._snapshots: dict[str, Network | Event] = {}
        self._queue: list[str] = []

    def find_request(self, key: RequestKey | None) -> str | None:
        with self._changed:
            return self._made_before(key)

    def _made_before(self, key: RequestKey | None) -> str | None:
        if key is None:
            return None
        digest, name = self._requests.get((key.method, key.request_id), (key.digest, None))
        if name is not None and digest != key.digest:
            raise RequestIdConflictError(key.request_id, name)
        return name

    def _remember(self, key: RequestKey | None, name: str) -> None:
        if key is not None:
            self._requests[key.method, key.request_id] = (key.digest, name)

    def _forget_requests(self, names: set[str]) -> None:
        self._requests = {key: made for key, made in self._requests.items() if made[1] not in names}

    # Networks and alerts

    def add_network(self, record: NetworkRecord, network: Network, key: RequestKey | None) -> NetworkRecord:
        with self._changed:
            before = self._made_before(key)
            if before is not None:
                return self._networks[before]
            if len(self._networks) >= self._max_networks:
                raise LimitExceededError(
                    "networks", f"this server holds at most {self._max_networks} networks; delete one that is done with"
                )
            kept = replace(record, sequence=next(self._sequence))
            self._networks[kept.name] = kept
            self._snapshots[kept.name] = network
            self._remember(key, kept.name)
            return kept

    def network(self, name: str) -> NetworkRecord:
        with self._changed:
            return _existing(self._networks, name)

    def networks(self, after: int, limit: int) -> Sequence[NetworkRecord]:
        with self._changed:
            return _page(self._networks.values(), after, limit)

    def delete_network(self, name: str) -> None:
        with self._changed:
            _existing(self._networks, name)
            batches = {batch.name for batch in self._alert_batches.values() if batch.parent == name}
            self._forget_requests({name, *batches})
            del self._networks[name]
            self._alert_batches = {key: batch for key, batch in self._alert_batches.items() if key not in batches}
            self._drop_snapshot(name)

    def snapshot(self, name: str) -> Any:
        with self._changed:
            return _existing(self._snapshots, name)

    def _drop_snapshot(self, name: str) -> None:
        """Forget a network's content once no network and no plan needs it."""
        if name not in self._networks and all(run.snapshot != name for run in self._runs.values()):
            self._snapshots.pop(name, None)

    def add_alert_batch(self, record: AlertBatchRecord, key: RequestKey | None) -> AlertBatchRecord:
        with self._changed:
            before = self._made_before(key)
            if before is not None:
                return self._alert_batches[before]
            _existing(self._networks, record.parent)
            kept = replace(record, sequence=next(self._sequence))
            self._alert_batches[kept.name] = kept
            self._remember(key, kept.name)
            return kept

    def alert_batch(self, name: str) -> AlertBatchRecord:
        with self._changed:
            return _existing(self._alert_batches, name)

    def alert_batches(self, parent: str, after: int, limit: int) -> Sequence[AlertBatchRecord]:
        with self._changed:
            _existing(self._networks, parent)
            return _page((batch for batch in self._alert_batches.values() if batch.parent == parent), after, limit)

    # Events and bids

    def add_event(self, record: EventRecord, event: Event, key: RequestKey | None) -> EventRecord:
        with self._changed:
            before = self._made_before(key)
            if before is not None:
                return self._events[before]
            if len(self._events) >= self._max_networks:
                raise LimitExceededError(
                    "events", f"this server holds at most {self._max_networks} events; delete one that is done with"
                )
            kept = replace(record, sequence=next(self._sequence))
            self._events[kept.name] = kept
            self._event_contents[kept.name] = event
            self._remember(key, kept.name)
            return kept

    def event(self, name: str) -> EventRecord:
        with self._changed:
            return _existing(self._events, name)

    def events(self, after: int, limit: int) -> Sequence[EventRecord]:
        with self._changed:
            return _page(self._events.values(), after, limit)

    def event_content(self, name: str) -> Event:
        with self._changed:
            return _existing(self._event_contents, name)

    def add_bids(self, name: str, seen_version: int, event: Event, key: RequestKey | None) -> EventRecord | None:
        with self._changed:
            record = _existing(self._events, name)
            if record.version != seen_version:
                return None
            self._events[name] = replace(record, version=record.version + 1)
            self._event_contents[name] = event
            self._remember(key, name)
            return self._events[name]

    def delete_event(self, name: str) -> None:
        with self._changed:
            _existing(self._events, name)
            self._forget_requests({name})
            del self._events[name], self._event_contents[name]

    # Plans and awards

    def add_run(
        self, record: _Run, content: Network | Event, key: RequestKey | None, *, queue_size: int, retry_seconds: float
    ) -> _Run:
        with self._changed:
            before = self._made_before(key)
            if before is not None:
                return self._runs[before]  # type: ignore[return-value]
            if len(self._queue) >= queue_size:
                raise BusyError(f"{len(self._queue)} plans wait, and at most {queue_size} may", retry_seconds)
            kept = replace(record, sequence=next(self._sequence))
            self._runs[kept.name] = kept
            self._snapshots[kept.snapshot] = content
            self._queue.append(kept.name)
            self._remember(key, kept.name)
            self._changed.notify_all()
            return kept

    def queue_length(self) -> int:
        with self._changed:
            return len(self._queue)

    def run(self, name: str) -> RunRecord:
        with self._changed:
            return _existing(self._runs, name)

    def plan(self, name: str) -> PlanRecord:
        record = self.run(name)
        if not isinstance(record, PlanRecord):
            raise NotFoundError(name)
        return record

    def award(self, name: str) -> AwardRecord:
        record = self.run(name)
        if not isinstance(record, AwardRecord):
            raise NotFoundError(name)
        return record

    def runs(self, kind: type[_Run], after: int, limit: int, state: PlanState | None) -> Sequence[_Run]:
        with self._changed:
            of_kind = (run for run in self._runs.values() if isinstance(run, kind) and state in {None, run.state})
            return _page(of_kind, after, limit)

    def claim_run(self, timeout_seconds: float) -> RunRecord | None:
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._queue), timeout_seconds):
                return None
            name = self._queue[0]
            return self._change(name, lambda run: replace(run, state=PlanState.RUNNING, started=now()))

    def update_run(self, name: str, change: Callable[[Any], RunRecord]) -> RunRecord:
        with self._changed:
            record = _existing(self._runs, name)
            return record if record.state.final else self._change(name, change)

    def _change(self, name: str, change: Callable[[Any], RunRecord]) -> RunRecord:
        old = self._runs[name]
        record = replace(change(old), version=old.version + 1)
        self._runs[name] = record
        if old.state is PlanState.QUEUED and record.state is not PlanState.QUEUED:
            self._queue.remove(name)
        if record.state.final:
            self._forget_old_runs()
        self._changed.notify_all()
        return record

    def wait_run(self, name: str, seen_version: int, timeout_seconds: float) -> RunRecord:
        def news() -> bool:
            return _existing(self._runs, name).version != seen_version

        with self._changed:
            self._changed.wait_for(news, timeout_seconds)
            return _existing(self._runs, name)

    def delete_run(self, name: str) -> None:
        with self._changed:
            record = _existing(self._runs, name)
            if not record.state.final:
                raise PreconditionError(name, "PLAN_NOT_DONE", f"{name} is {record.state.value}; cancel it first")
            self._forget_run(record)
            self._changed.notify_all()

    def _forget_run(self, record: RunRecord) -> None:
        del self._runs[record.name]
        self._drop_snapshot(record.snapshot)
        self._forget_requests({record.name})

    def _forget_old_runs(self) -> None:
        """Keep the last finished one always, and the others as long as they are few and small enough."""
        done = [run for run in self._runs.values() if run.state.final]
        rows = sum(self._own_rows(run) for run in done)
        for run in done[:-1]:
            if len(done) <= self._retained_plans and rows <= self._retained_rows:
                return
            rows -= self._own_rows(run)
            done = done[1:]
            self._forget_run(run)

    def _own_rows(self, run: RunRecord) -> int:
        """Rows that are kept for this plan or award alone."""
        if run.snapshot in self._networks:
            return 0
        content = self._snapshots[run.snapshot]
        if isinstance(content, Event):
            return sum(len(getattr(content, table)) for table in EVENT_TABLES)
        return sum(len(getattr(content, table)) for table in TABLES)


_Value = TypeVar("_Value")


def _existing(resources: dict[str, _Value], name: str) -> _Value:
    try:
        return resources[name]
    except KeyError:
        raise NotFoundError(name) from None
