"""AwardService: asks for awards, follows them, checks and explains them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import grpc
import numpy as np
import pandas as pd

from counterpoise.v1 import award_pb2, award_service_pb2, award_service_pb2_grpc
from network.events import Event
from network.problems import NetworkError
from optimizer.award import Award
from optimizer.award_files.award_reading import award_from_frames
from optimizer.award_files.award_tables import award_tables
from optimizer.certificate.awards import certify_award
from server.admission import Places, page, page_token, request_key
from server.analyses import Analyses, Question, time_for_answer
from server.award_messages import (
    TABLE_NUMBER,
    award_certificate_to_proto,
    award_chunks,
    award_incumbent_to_proto,
    award_to_proto,
)
from server.convert import STATE_OF, warnings_to_proto
from server.event_sources import checked_event, event_field, event_frames, settings_content
from server.faults import FieldProblem, InvalidRequestError, PreconditionError, ShuttingDownError, invalid_field
from server.following import awaited, deadline_of, followed
from server.parameters import analysis_seconds, parameters_of, timeout_of
from server.records import AwardRecord, now
from server.settings import Settings
from server.sources import field_problems
from server.store import Store
from server.supervisor import Supervisor

_STATE_BY_NUMBER: Final = {number: state for state, number in STATE_OF.items()}
_READ: Final = ("awards", "winners", "uncovered", "bid_outcomes", "ledger")
"""Tables of a result; the others answer questions."""
_ANSWERS: Final = {"prices": "prices_to_win", "rules": "rule_costs"}
"""Tables of answers by question."""


@dataclass(frozen=True, slots=True)
class _Source:
    """An event to award."""

    event: Event
    name: str
    """Empty when it came inline."""
    version: int
    warnings: tuple[FieldProblem, ...]


class AwardService(award_service_pb2_grpc.AwardServiceServicer):
    """Queues awards for the supervisor and tells what becomes of them."""

    def __init__(self, store: Store, supervisor: Supervisor, settings: Settings) -> None:
        self._store = store
        self._supervisor = supervisor
        self._settings = settings
        self._waiting = Places("waiting calls", settings.waiting_calls)
        self._analyses = Analyses(settings)

    def CreateAward(
        self, request: award_service_pb2.CreateAwardRequest, context: grpc.ServicerContext
    ) -> award_service_pb2.CreateAwardResponse:
        """Queue an award and, if the caller wants to, wait for it."""
        deadline = deadline_of(context)
        if request.validate_only:
            source = self._source(request)
            award = self._said(self._new_award(request, source, None))
            for field in ("name", "state", "create_time"):
                award.ClearField(field)
            return award_service_pb2.CreateAwardResponse(award=award)
        if not request.wait_for_result:
            return award_service_pb2.CreateAwardResponse(award=self._said(self._queued(request, None)))
        with self._waiting.one():
            record = self._queued(request, deadline)
            done = awaited(self._store, record.name, deadline, context)
            return award_service_pb2.CreateAwardResponse(award=self._said(done))

    def _queued(self, request: award_service_pb2.CreateAwardRequest, deadline: float | None) -> AwardRecord:
        key = request_key("CreateAward", request, ignored=("wait_for_result",))
        before = self._store.find_request(key)
        if before is not None:
            return self._store.award(before)
        if self._supervisor.draining:
            raise ShuttingDownError("the server is shutting down and takes no new awards")
        self._supervisor.refuse_when_full()  # before the work of reading the request
        source = self._source(request)
        return self._supervisor.submit(self._new_award(request, source, deadline), source.event, key)

    def _source(self, request: award_service_pb2.CreateAwardRequest | award_service_pb2.CheckAwardRequest) -> _Source:
        """Return the event that a request is about, as it is now."""
        kind = request.WhichOneof("source")
        if kind is None:
            fix = "Send event (inline) or event_name (one that the server holds)"
            raise invalid_field("event", "missing_source", "there is no event", fix)
        if kind == "event_name":
            record = self._store.event(request.event_name)
            return _Source(self._store.event_content(record.name), record.name, record.version, ())
        frames, settings = event_frames(request.event), settings_content(request.event.settings)
        event, warnings = checked_event(frames, settings, self._settings.event_limits, event_field("event."))
        return _Source(event, "", 0, warnings)

    def _new_award(
        self, request: award_service_pb2.CreateAwardRequest, source: _Source, deadline: float | None
    ) -> AwardRecord:
        name = f"awards/{uuid.uuid4().hex}"
        remaining = None if deadline is None else timedelta(seconds=deadline - time.monotonic())
        parameters = parameters_of(request.parameters, self._settings, self._supervisor.solver.check_backend)
        asked = source.event.parameters  # of event.json; what the caller says wins
        if not request.parameters.HasField("time_limit") and "time_limit_seconds" in asked:
            seconds = min(asked["time_limit_seconds"], self._settings.time_limit_seconds)
            parameters = replace(parameters, time_limit_seconds=seconds)
        if not request.parameters.HasField("gap") and "gap" in asked:
            parameters = replace(parameters, gap=asked["gap"])
        return AwardRecord(
            name=name,
            display_name=request.display_name,
            created=now(),
            # bids that come later make another event: an award keeps the one it was asked for
            snapshot=f"{name}/event",
            event_name=source.name,
            parameters=parameters,
            request_id=request.request_id,
            currency=source.event.currency,
            money_decimals=source.event.money_decimals,
            warnings=source.warnings,
            finish_by=None if remaining is None else now() + remaining,
        )

    def _said(self, record: AwardRecord, *, full: bool = True) -> award_pb2.Award:
        event = None if record.result is None else self._store.snapshot(record.snapshot)
        return award_to_proto(record, event, full=full)

    def GetAward(
        self, request: award_service_pb2.GetAwardRequest, context: grpc.ServicerContext
    ) -> award_service_pb2.GetAwardResponse:
        """Tell where an award stands."""
        return award_service_pb2.GetAwardResponse(award=self._said(self._store.award(request.name)))

    def ListAwards(
        self, request: award_service_pb2.ListAwardsRequest, context: grpc.ServicerContext
    ) -> award_service_pb2.ListAwardsResponse:
        """Tell where the awards of a page stand."""
        after, size = page(request.page_size, request.page_token)
        if request.state and request.state not in _STATE_BY_NUMBER:
            raise invalid_field("state", "unknown_state", f"{request.state} is no PlanState")
        records = self._store.runs(AwardRecord, after, size + 1, _STATE_BY_NUMBER.get(request.state))
        awards = [self._said(record, full=False) for record in records[:size]]
        token = page_token(records[size - 1].sequence) if len(records) > size else ""
        return award_service_pb2.ListAwardsResponse(awards=awards, next_page_token=token)

    def WaitAward(
        self, request: award_service_pb2.WaitAwardRequest, context: grpc.ServicerContext
    ) -> award_service_pb2.WaitAwardResponse:
        """Answer when the award is done or the time is over."""
        deadline, timeout = deadline_of(context), timeout_of(request)
        if timeout is not None:
            deadline = min(deadline or float("inf"), time.monotonic() + timeout)
        with self._waiting.one():
            record = awaited(self._store, self._store.award(request.name).name, deadline, context)
        return award_service_pb2.WaitAwardResponse(award=self._said(record))

    def WatchAward(
        self, request: award_service_pb2.WatchAwardRequest, context: grpc.ServicerContext
    ) -> Iterator[award_service_pb2.WatchAwardResponse]:
        """Stream incumbents until the award is done."""
        name = self._store.award(request.name).name
        with self._waiting.one():
            for news in followed(self._store, name, request.from_index, context):
                record, found = news.record, news.incumbent
                yield award_service_pb2.WatchAwardResponse(
                    incumbent=None if found is None else award_incumbent_to_proto(found, record.money_decimals),
                    next_index=news.next_index,
                    state=STATE_OF[record.state],  # type: ignore[arg-type]
                    done=news.done,
                    award=self._said(record) if news.done else None,
                )

    def CancelAward(
        self, request: award_service_pb2.CancelAwardRequest, context: grpc.ServicerContext
    ) -> award_service_pb2.CancelAwardResponse:
        """Ask to stop an award."""
        record = self._supervisor.cancel(self._store.award(request.name).name)
        return award_service_pb2.CancelAwardResponse(award=self._said(record))

    def DeleteAward(
        self, request: award_service_pb2.DeleteAwardRequest, context: grpc.ServicerContext
    ) -> award_service_pb2.DeleteAwardResponse:
        """Forget an award that is done."""
        self._store.delete_run(self._store.award(request.name).name)
        return award_service_pb2.DeleteAwardResponse()

    def ReadAward(
        self, request: award_service_pb2.ReadAwardRequest, context: grpc.ServicerContext
    ) -> Iterator[award_service_pb2.ReadAwardResponse]:
        """Stream the tables of a result."""
        record, event, award = self._found(request.name)
        known = {TABLE_NUMBER[name]: name for name in _READ}
        for position, table in enumerate(request.tables):
            if table not in known:
                fix = f"A result has {', '.join(_READ)}"
                raise invalid_field(f"tables[{position}]", "unknown_table", f"{table} is no table of a result", fix)
        certificate = record.result.certificate if record.result is not None else None
        tables = award_tables(event, award, certificate or certify_award(event, award))
        asked = [known[table] for table in request.tables] or list(_READ)
        for chunk in award_chunks({name: tables[name] for name in asked}):
            yield award_service_pb2.ReadAwardResponse(chunk=chunk)

    def _found(self, name: str) -> tuple[AwardRecord, Event, Award]:
        """Return an award that was found, with its event."""
        record = self._store.award(name)
        if record.result is None or record.result.award is None:
            message = f"{record.name} is {record.state.value} and has no award"
            raise PreconditionError(record.name, "NO_RESULT", message)
        return record, self._store.snapshot(record.snapshot), record.result.award

    def CheckAward(
        self, request: award_service_pb2.CheckAwardRequest, context: grpc.ServicerContext
    ) -> award_service_pb2.CheckAwardResponse:
        """Certify an award made by hand."""
        source = self._source(request)
        lines = pd.DataFrame(
            {
                "bid_id": np.array([line.bid_id for line in request.lines], dtype=object),
                "units": np.array([line.units for line in request.lines], dtype=np.int64),
            }
        )
        try:
            award = award_from_frames({"awards": lines}, source.event).award
        except NetworkError as error:
            places = {problem: _line_field(problem.row, problem.column) for problem in error.problems}
            problems = field_problems(error.problems, places.__getitem__)
            raise InvalidRequestError(problems, sum(error.totals.values())) from error
        certificate = certify_award(source.event, award)
        return award_service_pb2.CheckAwardResponse(
            certificate=award_certificate_to_proto(certificate), warnings=warnings_to_proto(source.warnings)
        )

    def ExplainAward(
        self, request: award_service_pb2.ExplainAwardRequest, context: grpc.ServicerContext
    ) -> Iterator[award_service_pb2.ExplainAwardResponse]:
        """Tell what losing bids would have had to ask, and what rules cost."""
        record, event, _ = self._found(request.name)
        if request.supplier_id and request.supplier_id not in event.suppliers.supplier_id:
            message = f"the event has no supplier {request.supplier_id!r}"
            raise invalid_field("supplier_id", "unknown_id", message, "Name one of its suppliers, or none")
        asked = ("prices",) if request.supplier_id else ("prices", "rules")
        seconds = time_for_answer(analysis_seconds(request, self._settings), context)
        question = Question(
            self._supervisor.solver.why_award,
            (event, record.result, asked),
            seconds,
            {
                "until": time.monotonic() + seconds,
                "gap": record.parameters.gap,
                "supplier_id": request.supplier_id or None,
            },
        )
        found = self._analyses.answer(question, context).tables
        names = {"prices": "bid_feedback"} if request.supplier_id else _ANSWERS
        for chunk in award_chunks({names[name]: table for name, table in found.items()}):
            yield award_service_pb2.ExplainAwardResponse(chunk=chunk)


def _line_field(row: int | None, column: str | None) -> str:
    return "lines" if row is None else f"lines[{row - 1}]" + ("" if column is None else f".{column}")
