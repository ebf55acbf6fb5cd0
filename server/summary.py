"""A plan's message as the plain object that ``counterpoise plan --json`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message

from counterpoise.v1 import plan_pb2
from optimizer.request import MARKDOWN


def plan_summary(plan: plan_pb2.Plan) -> dict[str, Any]:
    """Say what came out of a plan that has a result.

    Returns
    -------
    dict
        Keys as those of `optimizer.plan_files.plan_directory.result_summary`: amounts in the currency, None for what
        is not known.
    """
    result = plan.result
    planned = result.HasField("certificate")
    return {
        "status": word(result, "status", "PROOF_STATUS_"),
        "stopped_by": word(result, "stopped_by", "STOP_REASON_"),
        "benefit": result.benefit if result.HasField("benefit") else None,
        "objective": result.objective if result.HasField("objective") else None,
        "adjustments": _amounts(result, result.certificate.adjustments_money_units) if planned else None,
        "bound": result.bound if result.HasField("bound") else None,
        "gap": result.gap if result.HasField("gap") else None,
        "seconds": dict(result.seconds),
        "backend": result.backend,
        "flows": result.sizes.get("flows", 0),
        "lines": result.line_count,
        "units": result.transferred_units,
        "dispatches": result.dispatch_count,
        "responses": _responses(result),
        "ledger": _amounts(result, result.certificate.ledger_money_units) if planned else None,
        "unmet_units": result.unmet_units if planned else None,
        "certificate": _certificate(result.certificate) if planned else None,
        "conflicts": [
            {"rule": found.rule, "place": found.place, "amount": found.amount, "message": found.message}
            for found in result.conflicts
        ],
    }


def _amounts(result: plan_pb2.PlanResult, terms: Mapping[str, int]) -> dict[str, float]:
    return {term: amount / 10**result.money_decimals for term, amount in terms.items()}


def _responses(result: plan_pb2.PlanResult) -> dict[str, dict[str, int]]:
    found = {}
    for used in result.responses:
        name = word(used, "response", "RESPONSE_")
        found[name] = {"choices": used.lines} if name == MARKDOWN else {"lines": used.lines, "units": used.units}
    return found


def word(message: Message, field: str, prefix: str) -> str:
    """Return the word for an enum field: PLAN_STATE_NO_PLAN is ``no_plan``."""
    enum: Any = message.DESCRIPTOR.fields_by_name[field].enum_type
    name: str = enum.values_by_number[getattr(message, field)].name
    return name.removeprefix(prefix).lower()


def _certificate(certificate: plan_pb2.Certificate) -> dict[str, Any]:
    violations = [
        {"rule": found.rule, "place": found.place, "message": found.message, "amount": found.amount}
        for found in certificate.violations
    ]
    return {"valid": certificate.valid, "violations": violations}
