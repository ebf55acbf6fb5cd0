"""A plan's message as the plain object that ``counterpoise plan --json`` prints."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from counterpoise.v1 import plan_pb2


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
        "adjustments": _adjustments(result) if planned else None,
        "bound": result.bound if result.HasField("bound") else None,
        "gap": result.gap if result.HasField("gap") else None,
        "seconds": dict(result.seconds),
        "backend": result.backend,
        "flows": result.sizes.get("flows", 0),
        "lines": result.line_count,
        "units": result.transferred_units,
        "dispatches": result.dispatch_count,
        "unmet_units": result.unmet_units if planned else None,
        "certificate": _certificate(result.certificate) if planned else None,
        "conflicts": [
            {"rule": found.rule, "place": found.place, "amount": found.amount, "message": found.message}
            for found in result.conflicts
        ],
    }


def _adjustments(result: plan_pb2.PlanResult) -> dict[str, float]:
    scale = 10**result.money_decimals
    return {term: amount / scale for term, amount in result.certificate.adjustments_money_units.items()}


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
