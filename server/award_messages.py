"""From awards to messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from counterpoise.v1 import award_pb2, plan_pb2
from network.events import Event
from optimizer.award import AwardCertificate, AwardResult
from server.columns import column_chunks
from server.convert import (
    PROOF_OF,
    STATE_OF,
    STOP_OF,
    conflicts_to_proto,
    currency_of,
    duration,
    timestamp,
    violations_to_proto,
    warnings_to_proto,
)
from server.records import AwardRecord, IncumbentRecord

TABLE_NUMBER: Final[Mapping[str, int]] = {
    name.removeprefix("AWARD_TABLE_").lower(): number for name, number in award_pb2.AwardTable.items() if number
}
"""`AwardTable` value by name of the table."""


def award_incumbent_to_proto(incumbent: IncumbentRecord, money_decimals: int) -> award_pb2.AwardIncumbent:
    """Say what was found on the way."""
    return award_pb2.AwardIncumbent(
        index=incumbent.index,
        objective=currency_of(incumbent.objective, money_decimals),
        bound=currency_of(incumbent.bound, money_decimals),
        gap=incumbent.gap,
        elapsed=duration(incumbent.elapsed_seconds),
        found_by=incumbent.found_by,
        line_count=incumbent.line_count,
    )


def award_to_proto(record: AwardRecord, event: Event | None, *, full: bool = True) -> award_pb2.Award:
    """Say where an award stands; not full: without what can be long."""
    best = record.incumbents[-1] if record.incumbents else None
    failure = record.failure
    return award_pb2.Award(
        name=record.name,
        display_name=record.display_name,
        state=STATE_OF[record.state],  # type: ignore[arg-type]
        create_time=timestamp(record.created),
        start_time=timestamp(record.started),
        end_time=timestamp(record.ended),
        event_name=record.event_name,
        parameters=plan_pb2.SolveParameters(
            time_limit=duration(record.parameters.time_limit_seconds),
            gap=record.parameters.gap,
            backend=record.parameters.backend or "",
        ),
        request_id=record.request_id,
        warnings=warnings_to_proto(record.warnings) if full else [],
        incumbent_count=len(record.incumbents),
        best=None if best is None else award_incumbent_to_proto(best, record.money_decimals),
        cancel_requested=record.cancel_requested,
        result=None
        if record.result is None or event is None
        else _result(record.result, event, record.currency, full=full),
        error=None if failure is None else plan_pb2.PlanError(code=failure.code, message=failure.message),
    )


def _result(result: AwardResult, event: Event, currency: str, *, full: bool) -> award_pb2.AwardResult:
    certificate, award, decimals = result.certificate, result.award, result.money_decimals
    winners = 0 if award is None else len(np.unique(event.bids.supplier[award.bid]))
    return award_pb2.AwardResult(
        status=PROOF_OF[result.status],  # type: ignore[arg-type]
        stopped_by=STOP_OF[result.stopped_by],  # type: ignore[arg-type]
        currency=currency,
        money_decimals=decimals,
        cost=None if certificate is None else currency_of(certificate.cost, decimals),
        spend=None if certificate is None else currency_of(certificate.spend, decimals),
        objective=currency_of(result.objective, decimals),
        bound=currency_of(result.bound, decimals),
        bound_money_units=result.bound,
        gap=result.gap,
        certificate=None if certificate is None else award_certificate_to_proto(certificate, full=full),
        conflicts=conflicts_to_proto(result.conflicts) if full else [],
        winner_count=winners,
        line_count=0 if award is None else len(award),
        units=0 if award is None else int(award.units.sum()),
        uncovered_units=0 if certificate is None else certificate.uncovered_units,
        backend=result.backend,
        backend_reason=result.backend_reason,
        sizes=dict(result.sizes),
        seconds=dict(result.seconds),
    )


def award_certificate_to_proto(certificate: AwardCertificate, *, full: bool = True) -> award_pb2.AwardCertificate:
    """Say a certificate; not full: without the violations."""
    return award_pb2.AwardCertificate(
        valid=certificate.valid,
        violation_count=certificate.violation_count,
        violations=violations_to_proto(certificate.violations) if full else [],
        spend_money_units=certificate.spend,
        cost_money_units=certificate.cost,
        ledger_money_units={term: int(amount) for term, amount in certificate.ledger.items()},
        adjustments_money_units={term: int(amount) for term, amount in certificate.adjustments.items()},
        objective_money_units=certificate.objective,
        uncovered_units=certificate.uncovered_units,
    )


def award_chunks(tables: Mapping[str, pd.DataFrame]) -> Iterator[award_pb2.AwardChunk]:
    """Cut tables into chunks of columns."""
    for name, frame in tables.items():
        for row_count, columns in column_chunks(frame):
            yield award_pb2.AwardChunk(table=TABLE_NUMBER[name], row_count=row_count, columns=columns)  # type: ignore[arg-type]
