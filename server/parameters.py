"""What is asked besides the network: scope, limits of the search, timeouts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from google.protobuf import duration_pb2

from counterpoise.v1 import plan_pb2, plan_service_pb2
from optimizer.request import Parameters, Request
from server.faults import FieldProblem, InvalidRequestError, invalid_field
from server.settings import Settings


def request_of(request: Any) -> Request:
    """Return what may be planned, of a `CreatePlanRequest` or `CheckPlanRequest`."""
    return Request(scope_sku_ids=tuple(request.scope_sku_ids) or None)


def parameters_of(
    asked: plan_pb2.SolveParameters, settings: Settings, check_backend: Callable[[str], None]
) -> Parameters:
    """Return how long to search, with the defaults filled in.

    Parameters
    ----------
    check_backend : callable
        Raises ValueError when no backend has the name.

    Raises
    ------
    InvalidRequestError
        Naming every field that is out of range.
    """
    defaults = Parameters()
    problems = []
    seconds = _seconds(asked.time_limit) if asked.HasField("time_limit") else defaults.time_limit_seconds
    if not 0 < seconds <= settings.time_limit_seconds:
        message = f"{seconds:g} s is not above 0 and at most {settings.time_limit_seconds:g} s"
        problems.append(FieldProblem("parameters.time_limit", "out_of_range", message, "Choose one in this range"))
    gap = asked.gap if asked.HasField("gap") else defaults.gap
    if not (math.isfinite(gap) and 0 <= gap <= 1):
        message = f"{gap:g} is not from 0 to 1"
        problems.append(FieldProblem("parameters.gap", "out_of_range", message, "0.01 stops within 1 % of the bound"))
    try:
        if asked.backend:
            check_backend(asked.backend)
    except ValueError as error:
        problems.append(FieldProblem("parameters.backend", "unknown_backend", str(error), "Or leave it empty"))
    if problems:
        raise InvalidRequestError(problems)
    return Parameters(time_limit_seconds=seconds, gap=gap, backend=asked.backend or None)


def timeout_of(request: plan_service_pb2.WaitPlanRequest) -> float | None:
    """Return how long to wait; None when nothing was said."""
    if not request.HasField("timeout"):
        return None
    seconds = _seconds(request.timeout)
    if seconds < 0:
        raise invalid_field("timeout", "too_small", f"{seconds:g} s is below 0", "Use 0 to look without waiting")
    return seconds


def _seconds(length: duration_pb2.Duration) -> float:
    return length.seconds + length.nanos / 1e9
