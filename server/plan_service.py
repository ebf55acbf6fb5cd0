"""PlanService: asks for plans, follows them, checks them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

import grpc

from counterpoise.v1 import plan_pb2, plan_service_pb2, plan_service_pb2_grpc
from network.tables import Network
from optimizer.plan import Plan
from server.admission import Places, page, page_token, request_key
from server.analyses import Analyses, Question
from server.analysis_messages import alternatives_to_proto, difference_to_proto, rule_prices_to_proto
from server.checking import check_plan
from server.convert import STATE_OF, incumbent_to_proto, plan_to_proto
from server.faults import FieldProblem, PreconditionError, ShuttingDownError, invalid_field
from server.following import awaited, deadline_of, followed
from server.parameters import (
    alternatives_asked,
    analysis_seconds,
    both,
    parameters_of,
    prices_asked,
    request_of,
    timeout_of,
)
from server.proposed import former_plan, other_plan, plan_of_record, readable_plan, record_with_plan
from server.records import PlanRecord, RepairRecord, now
from server.result_tables import ALL_TABLES, chunks
from server.settings import Settings
from server.sources import Source, resolve
from server.store import Store
from server.supervisor import Supervisor

_STATE_BY_NUMBER: Final = {number: state for state, number in STATE_OF.items()}
_Asking = plan_service_pb2.CreatePlanRequest | plan_service_pb2.RepairPlanRequest
"""What makes a plan."""


class PlanService(plan_service_pb2_grpc.PlanServiceServicer):
    """Queues plans for the supervisor and tells what becomes of them."""

    def __init__(self, store: Store, supervisor: Supervisor, settings: Settings) -> None:
        self._store = store
        self._supervisor = supervisor
        self._settings = settings
        self._waiting = Places("waiting calls", settings.waiting_calls)
        self._analyses = Analyses(settings)

    def CreatePlan(
        self, request: plan_service_pb2.CreatePlanRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.CreatePlanResponse:
        """Check a request and queue it."""
        return plan_service_pb2.CreatePlanResponse(plan=self._made("CreatePlan", request, context))

    def RepairPlan(
        self, request: plan_service_pb2.RepairPlanRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.RepairPlanResponse:
        """Check a plan made by hand and queue its repair."""
        return plan_service_pb2.RepairPlanResponse(plan=self._made("RepairPlan", request, context))

    def _made(self, method: str, request: _Asking, context: grpc.ServicerContext) -> plan_pb2.Plan:
        """Queue a plan and, if the caller wants to, wait for it."""
        deadline = deadline_of(context)
        if request.validate_only:
            return _unnamed(self._new_plan(request, resolve(request, self._store, self._settings.limits), None))
        if not request.wait_for_result:
            return plan_to_proto(self._queued(method, request, None))
        with self._waiting.one():
            record = self._queued(method, request, deadline)
            return plan_to_proto(awaited(self._store, record.name, deadline, context))

    def _queued(self, method: str, request: _Asking, deadline: float | None) -> PlanRecord:
        key = request_key(method, request, ignored=("wait_for_result",))
        before = self._store.find_request(key)
        if before is not None:
            return self._store.plan(before)
        if self._supervisor.draining:
            raise ShuttingDownError("the server is shutting down and takes no new plans")
        self._supervisor.refuse_when_full()  # before the work of reading the request
        source = resolve(request, self._store, self._settings.limits)
        return self._supervisor.submit(self._new_plan(request, source, deadline), source.network, key)

    def _new_plan(self, request: _Asking, source: Source, deadline: float | None) -> PlanRecord:
        former, former_name, repair = None, "", None
        if isinstance(request, plan_service_pb2.RepairPlanRequest):
            repair = RepairRecord(*_handed_in(request, source.network))
        else:
            former, former_name = former_plan(request, self._store, source.network), request.former_plan.name
        asked, parameters = both(
            lambda: request_of(request, source.network, former),
            lambda: parameters_of(request.parameters, self._settings, self._supervisor.solver.check_backend),
        )
        name = f"plans/{uuid.uuid4().hex}"
        remaining = None if deadline is None else timedelta(seconds=deadline - time.monotonic())
        return PlanRecord(
            name=name,
            display_name=request.display_name,
            created=now(),
            snapshot=f"{name}/network" if source.changed else source.name,
            network_name=source.name,
            event_name=source.event_name,
            alert_batch_names=source.alert_batch_names,
            request=asked,
            parameters=parameters,
            request_id=request.request_id,
            alert_count=len(source.network.alerts),
            currency=source.network.currency,
            money_decimals=source.network.money_decimals,
            warnings=source.warnings,
            former_plan_name=former_name,
            repair=repair,
            finish_by=None if remaining is None else now() + remaining,
        )

    def GetPlan(
        self, request: plan_service_pb2.GetPlanRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.GetPlanResponse:
        """Tell where a plan stands."""
        return plan_service_pb2.GetPlanResponse(plan=plan_to_proto(self._store.plan(request.name)))

    def ListPlans(
        self, request: plan_service_pb2.ListPlansRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.ListPlansResponse:
        """Tell where the plans of a page stand."""
        after, size = page(request.page_size, request.page_token)
        if request.state and request.state not in _STATE_BY_NUMBER:
            raise invalid_field("state", "unknown_state", f"{request.state} is no PlanState")
        records = self._store.runs(PlanRecord, after, size + 1, _STATE_BY_NUMBER.get(request.state))
        plans = [plan_to_proto(record, full=False) for record in records[:size]]
        token = page_token(records[size - 1].sequence) if len(records) > size else ""
        return plan_service_pb2.ListPlansResponse(plans=plans, next_page_token=token)

    def WaitPlan(
        self, request: plan_service_pb2.WaitPlanRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.WaitPlanResponse:
        """Answer when the plan is done or the time is over."""
        deadline, timeout = deadline_of(context), timeout_of(request)
        if timeout is not None:
            deadline = min(deadline or float("inf"), time.monotonic() + timeout)
        with self._waiting.one():
            record = awaited(self._store, self._store.plan(request.name).name, deadline, context)
        return plan_service_pb2.WaitPlanResponse(plan=plan_to_proto(record))

    def WatchPlan(
        self, request: plan_service_pb2.WatchPlanRequest, context: grpc.ServicerContext
    ) -> Iterator[plan_service_pb2.WatchPlanResponse]:
        """Stream incumbents until the plan is done."""
        name = self._store.plan(request.name).name
        with self._waiting.one():
            for news in followed(self._store, name, request.from_index, context):
                record, found = news.record, news.incumbent
                yield plan_service_pb2.WatchPlanResponse(
                    incumbent=None if found is None else incumbent_to_proto(found, record.money_decimals),
                    next_index=news.next_index,
                    state=STATE_OF[record.state],  # type: ignore[arg-type]
                    done=news.done,
                    plan=plan_to_proto(record) if news.done else None,
                )

    def CancelPlan(
        self, request: plan_service_pb2.CancelPlanRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.CancelPlanResponse:
        """Ask to stop a plan."""
        record = self._supervisor.cancel(self._store.plan(request.name).name)
        return plan_service_pb2.CancelPlanResponse(plan=plan_to_proto(record))

    def DeletePlan(
        self, request: plan_service_pb2.DeletePlanRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.DeletePlanResponse:
        """Forget a plan that is done."""
        self._store.delete_run(self._store.plan(request.name).name)
        return plan_service_pb2.DeletePlanResponse()

    def ReadPlan(
        self, request: plan_service_pb2.ReadPlanRequest, context: grpc.ServicerContext
    ) -> Iterator[plan_service_pb2.ReadPlanResponse]:
        """Stream the tables of a result."""
        record = self._store.plan(request.name)
        if record.result is None:
            message = f"{record.name} is {record.state.value} and has no result"
            raise PreconditionError(record.name, "NO_RESULT", message)
        network = self._store.snapshot(record.snapshot)
        for position, table in enumerate(request.tables):
            if table not in ALL_TABLES:
                raise invalid_field(f"tables[{position}]", "unknown_table", f"{table} is no PlanTable")
        tables: Sequence[int] = request.tables or ALL_TABLES
        for number in tables:
            yield from chunks(network, record.result, number)

    def CheckPlan(
        self, request: plan_service_pb2.CheckPlanRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.CheckPlanResponse:
        """Certify a plan made by hand."""
        source = resolve(request, self._store, self._settings.limits)
        return check_plan(request, source, self._store)

    def ListPlanAlternatives(
        self, request: plan_service_pb2.ListPlanAlternativesRequest, context: grpc.ServicerContext
    ) -> Iterator[plan_service_pb2.ListPlanAlternativesResponse]:
        """Stream other choices than a plan."""
        record = record_with_plan(self._store, request.name)
        network = self._store.snapshot(record.snapshot)
        question = Question(
            self._supervisor.solver.alternatives,
            (network, record.request, plan_of_record(record, self._store, network, "name")),
            analysis_seconds(request, self._settings),
            alternatives_asked(request, network),
            told_seconds=True,
        )
        yield from alternatives_to_proto(network, self._analyses.answer(question, context))

    def PriceRules(
        self, request: plan_service_pb2.PriceRulesRequest, context: grpc.ServicerContext
    ) -> plan_service_pb2.PriceRulesResponse:
        """Tell what the rules cost that bind a plan."""
        record = record_with_plan(self._store, request.name)
        network = self._store.snapshot(record.snapshot)
        question = Question(
            self._supervisor.solver.rule_prices,
            (network, record.request, plan_of_record(record, self._store, network, "name")),
            analysis_seconds(request, self._settings),
            {"bound": None if record.result is None else record.result.bound, **prices_asked(request)},
            told_seconds=True,
        )
        return rule_prices_to_proto(network, self._analyses.answer(question, context))

    def ComparePlans(
        self, request: plan_service_pb2.ComparePlansRequest, context: grpc.ServicerContext
    ) -> Iterator[plan_service_pb2.ComparePlansResponse]:
        """Stream how another plan differs from one."""
        record = record_with_plan(self._store, request.name)
        network = self._store.snapshot(record.snapshot)
        plans = (plan_of_record(record, self._store, network, "name"), other_plan(request, self._store, network))
        question = Question(
            self._supervisor.solver.difference, (network, record.request, *plans), self._settings.analysis_seconds
        )
        yield from difference_to_proto(network, self._analyses.answer(question, context))


def _handed_in(request: plan_service_pb2.RepairPlanRequest, network: Network) -> tuple[Plan, tuple[FieldProblem, ...]]:
    """Return the plan to repair, as far as it means something, and what does not."""
    if not request.HasField("plan"):
        raise invalid_field("plan", "empty", "there is no plan to repair", "Send one; it may have no lines")
    return readable_plan(request.plan, network, "plan")


def _unnamed(record: PlanRecord) -> plan_pb2.Plan:
    plan = plan_to_proto(record)
    plan.ClearField("name")
    plan.ClearField("state")
    plan.ClearField("create_time")
    return plan
