"""From records and results to messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import numpy as np
from google.protobuf import duration_pb2, timestamp_pb2

from counterpoise.v1 import alert_service_pb2, network_pb2, plan_pb2
from network.columns import NO_LIMIT
from network.outside import without_outside
from network.schema import TABLES
from network.tables import Network, Severity
from optimizer.plan import AlertOutcomes, Certificate, Conflict, Result, Status, StopReason, Violation
from optimizer.plan_parts import USED, PlanSize
from optimizer.request import MARKDOWN, Request
from server.faults import FieldProblem
from server.records import AlertBatchRecord, IncumbentRecord, NetworkRecord, PlanRecord, PlanState, RepairRecord
from server.rows import rows_of_frame

STATE_OF: Final = {state: plan_pb2.PlanState.Value(f"PLAN_STATE_{state.name}") for state in PlanState}
PROOF_OF: Final = {status: plan_pb2.ProofStatus.Value(f"PROOF_STATUS_{status.name}") for status in Status}
STOP_OF: Final = {reason: plan_pb2.StopReason.Value(f"STOP_REASON_{reason.name}") for reason in StopReason}
_MAX_CONFLICTS: Final = 1000


def timestamp(moment: datetime | None) -> timestamp_pb2.Timestamp | None:
    """Say a moment; None stays None."""
    if moment is None:
        return None
    message = timestamp_pb2.Timestamp()
    message.FromDatetime(moment)
    return message


def duration(seconds: float) -> duration_pb2.Duration:
    """Say a length of time."""
    message = duration_pb2.Duration()
    message.FromNanoseconds(round(seconds * 1e9))
    return message


def warnings_to_proto(warnings: Iterable[FieldProblem]) -> list[network_pb2.Warning]:
    """Say warnings."""
    return [
        network_pb2.Warning(field=warning.field, code=warning.code, message=warning.message, fix=warning.fix)
        for warning in warnings
    ]


def network_to_proto(record: NetworkRecord, *, full: bool = True) -> network_pb2.Network:
    """Say what a snapshot is; not full: without its warnings."""
    return network_pb2.Network(
        name=record.name,
        display_name=record.display_name,
        create_time=timestamp(record.created),
        settings=network_pb2.NetworkSettings(
            currency=record.currency,
            as_of=record.as_of,
            horizon_days=record.horizon_days,
            money_decimals=record.money_decimals,
            normal_demand=record.normal_demand,
            periods=record.periods,
        ),
        row_counts=record.row_counts,
        warnings=warnings_to_proto(record.warnings) if full else [],
    )


def alert_batch_to_proto(record: AlertBatchRecord, *, alerts: bool, warnings: bool) -> alert_service_pb2.AlertBatch:
    """Say what a batch of alerts is, with or without what can be long."""
    return alert_service_pb2.AlertBatch(
        name=record.name,
        create_time=timestamp(record.created),
        alert_count=len(record.alerts),
        alerts=rows_of_frame("alerts", record.alerts) if alerts else [],  # type: ignore[arg-type]
        warnings=warnings_to_proto(record.warnings) if warnings else [],
    )


def incumbent_to_proto(incumbent: IncumbentRecord, money_decimals: int) -> plan_pb2.Incumbent:
    """Say what was found on the way."""
    return plan_pb2.Incumbent(
        index=incumbent.index,
        benefit=currency_of(incumbent.benefit, money_decimals),
        objective=currency_of(incumbent.objective, money_decimals),
        bound=currency_of(incumbent.bound, money_decimals),
        gap=incumbent.gap,
        elapsed=duration(incumbent.elapsed_seconds),
        found_by=incumbent.found_by,
        line_count=incumbent.line_count,
    )


def plan_to_proto(record: PlanRecord, *, full: bool = True) -> plan_pb2.Plan:
    """Say where a plan stands; not full: without what can be long and most of the request."""
    best = record.incumbents[-1] if record.incumbents else None
    return plan_pb2.Plan(
        name=record.name,
        display_name=record.display_name,
        state=STATE_OF[record.state],  # type: ignore[arg-type]
        create_time=timestamp(record.created),
        start_time=timestamp(record.started),
        end_time=timestamp(record.ended),
        network_name=record.network_name,
        event_name=record.event_name,
        alert_batch_names=record.alert_batch_names,
        parameters=plan_pb2.SolveParameters(
            time_limit=duration(record.parameters.time_limit_seconds),
            gap=record.parameters.gap,
            backend=record.parameters.backend or "",
        ),
        request_id=record.request_id,
        alert_count=record.alert_count,
        warnings=warnings_to_proto(record.warnings) if full else [],
        incumbent_count=len(record.incumbents),
        best=None if best is None else incumbent_to_proto(best, record.money_decimals),
        cancel_requested=record.cancel_requested,
        result=None
        if record.result is None
        else result_to_proto(record.result, record.size, record.currency, full=full),
        error=None
        if record.failure is None
        else plan_pb2.PlanError(code=record.failure.code, message=record.failure.message),
        repair=None if record.repair is None else _repair(record.repair, full=full),
        **(_asked(record) if full else {}),
    )


def _repair(repair: RepairRecord, *, full: bool) -> plan_pb2.Repair:
    certificate = repair.certificate
    return plan_pb2.Repair(
        certificate=None if certificate is None else certificate_to_proto(certificate, full=full),
        left_out=warnings_to_proto(repair.left_out) if full else [],
        changed_units=repair.changed_units,
        least_changed_units=repair.least_changed_units,
    )


def _asked(record: PlanRecord) -> dict[str, Any]:
    """Say what was asked for; a former plan that came as lines without them."""
    asked = request_to_proto(record.request)
    if record.former_plan_name:
        asked["former_plan"].name = record.former_plan_name
    return asked


def request_to_proto(request: Request) -> dict[str, Any]:
    """Say a request in the fields of a `CreatePlanRequest`; the former plan without name and lines."""
    former = request.former_plan
    asked: dict[str, Any] = {
        "scope_sku_ids": request.scope_sku_ids or (),
        "scope_categories": request.scope_categories or (),
        "scope_node_ids": request.scope_node_ids or (),
        "scope_alert_ids": request.scope_alert_ids or (),
        "severity_weights": [
            plan_pb2.SeverityWeight(severity=_severity(level), weight=weight)  # type: ignore[arg-type]
            for level, weight in request.severity_weights.items()
        ],
        "response_policy": [
            plan_pb2.SeverityResponses(severity=_severity(level), responses=map(_response, allowed))  # type: ignore[arg-type]
            for level, allowed in request.response_policy.items()
        ],
        "responses": [_response(word) for word in request.responses or ()],
        "min_line_benefit": request.min_line_benefit,
        "min_dispatch_benefit": request.min_dispatch_benefit,
    }
    if former is not None:
        all_frozen = former.frozen_before_day == NO_LIMIT
        asked["former_plan"] = plan_pb2.FormerPlan(
            frozen_before_day=0 if all_frozen else former.frozen_before_day,
            all_frozen=all_frozen,
            change_prices=[
                plan_pb2.ChangePrice(from_day=day, price_per_unit=price) for day, price in former.change_prices
            ],
        )
    return asked


def _severity(level: Severity) -> int:
    return network_pb2.Severity.Value(f"SEVERITY_{level.name}")


def _response(word: str) -> int:
    return plan_pb2.Response.Value(f"RESPONSE_{word.upper()}")


def result_to_proto(result: Result, size: PlanSize, currency: str, *, full: bool = True) -> plan_pb2.PlanResult:
    """Say a result without its tables; not full: without violations and conflicts."""
    return plan_pb2.PlanResult(
        status=PROOF_OF[result.status],  # type: ignore[arg-type]
        stopped_by=STOP_OF[result.stopped_by],  # type: ignore[arg-type]
        currency=currency,
        money_decimals=result.money_decimals,
        benefit=currency_of(result.benefit, result.money_decimals),
        objective=currency_of(result.objective, result.money_decimals),
        bound=currency_of(result.bound, result.money_decimals),
        benefit_money_units=result.benefit,
        objective_money_units=result.objective,
        bound_money_units=result.bound,
        gap=result.gap,
        certificate=None if result.certificate is None else certificate_to_proto(result.certificate, full=full),
        conflicts=conflicts_to_proto(result.conflicts) if full else [],
        line_count=size.lines,
        dispatch_count=size.dispatches,
        transferred_units=size.units,
        responses=response_uses(size),
        unmet_units=0 if result.unmet is None else int(result.unmet.units.sum()),
        alert_outcomes=None if result.outcomes is None else outcome_counts(result.outcomes),
        backend=result.backend,
        backend_reason=result.backend_reason,
        sizes=dict(result.sizes),
        seconds=dict(result.seconds),
    )


def response_uses(size: PlanSize) -> list[plan_pb2.ResponseUse]:
    """Say how much a plan does by each response."""
    lines = {MARKDOWN: (size.choices, 0), **size.by_response} if size.by_response else {}
    return [
        plan_pb2.ResponseUse(response=_response(name), lines=lines[name][0], units=lines[name][1])  # type: ignore[arg-type]
        for name in USED
        if name in lines
    ]


def certificate_to_proto(certificate: Certificate, *, full: bool = True) -> plan_pb2.Certificate:
    """Say a certificate; not full: without the violations."""
    return plan_pb2.Certificate(
        valid=certificate.valid,
        violation_count=certificate.violation_count,
        violations=violations_to_proto(certificate.violations) if full else [],
        benefit_money_units=certificate.benefit,
        ledger_money_units={term: int(amount) for term, amount in certificate.ledger.items()},
        adjustments_money_units={term: int(amount) for term, amount in certificate.adjustments.items()},
        objective_money_units=certificate.objective,
    )


def violations_to_proto(violations: Iterable[Violation]) -> list[plan_pb2.Violation]:
    """Say broken rules."""
    return [
        plan_pb2.Violation(
            rule=violation.rule, place=violation.place, message=violation.message, amount=violation.amount
        )
        for violation in violations
    ]


def outcome_counts(outcomes: AlertOutcomes) -> plan_pb2.AlertOutcomeCounts:
    """Count alerts by outcome."""
    counts = {name: int(np.sum(outcomes.outcome == name)) for name in ("resolved", "partly", "unresolved")}
    return plan_pb2.AlertOutcomeCounts(**counts)


def conflicts_to_proto(conflicts: tuple[Conflict, ...]) -> list[plan_pb2.Conflict]:
    """Say what conflicts, as far as anyone reads on."""
    return [
        plan_pb2.Conflict(rule=conflict.rule, place=conflict.place, amount=conflict.amount, message=conflict.message)
        for conflict in conflicts[:_MAX_CONFLICTS]
    ]


def currency_of(money_units: int | None, money_decimals: int) -> float | None:
    """Amount in the currency, for people."""
    return None if money_units is None else int(money_units) / 10**money_decimals


def network_record(
    name: str, network: Network, display_name: str, created: datetime, warnings: tuple[FieldProblem, ...]
) -> NetworkRecord:
    """Describe a network for the store."""
    inside = without_outside(network)
    return NetworkRecord(
        name=name,
        display_name=display_name,
        created=created,
        currency=network.currency,
        as_of=network.as_of,
        horizon_days=network.horizon_days,
        money_decimals=network.money_decimals,
        normal_demand=network.normal_demand,
        periods=network.periods,
        row_counts={table: len(getattr(inside, table)) for table in TABLES},
        warnings=warnings,
    )
