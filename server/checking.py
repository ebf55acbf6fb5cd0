"""A plan made by hand against a network: every violation, its benefit and its ledger."""

from __future__ import annotations

from counterpoise.v1 import plan_service_pb2
from server.sources import Source


def check_plan(request: plan_service_pb2.CheckPlanRequest, source: Source) -> plan_service_pb2.CheckPlanResponse:
    """Answer a `CheckPlanRequest`."""
    raise NotImplementedError
