"""What is asked besides the network: scope and objective, limits of the search, timeouts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from google.protobuf import duration_pb2

from counterpoise.v1 import award_service_pb2, network_pb2, plan_pb2, plan_service_pb2
from network.problems import Problem
from network.tables import Network
from optimizer.plan import Plan
from optimizer.request import Parameters, Request
from optimizer.request_reading import ALL_LINES, SCOPE_KEYS, read_request
from server.faults import FieldProblem, InvalidRequestError, invalid_field
from server.rows import enum_word
from server.settings import Settings

_First = TypeVar("_First")
_Second = TypeVar("_Second")

_ANALYSIS_SECONDS: Final = 20.0
_MOST_ALERTS: Final = 1000
_MOST_PLACES: Final = 1000
_STANDARD_POLICY: Final = "standard"
_FIELD_OF_ROW: Final = {"severity_weights": "weight", "response_policy": "responses"}
"""What a row by severity says."""


def request_of(request: Any, network: Network, former: Plan | None) -> Request:
    """Return what may be planned and what is maximised.

    Parameters
    ----------
    request : message
        With the fields that `CreatePlanRequest`, `CheckPlanRequest` and `RepairPlanRequest` share.
    network : Network
        What is planned for.
    former : Plan, optional
        The plan that the request's ``former_plan`` means.

    Raises
    ------
    InvalidRequestError
        Naming every field that is wrong.
    """
    wrong: list[FieldProblem] = []
    asked = _scope(request) | _severities(request, wrong) | _responses(request, wrong) | _earnings(request)
    if former is not None:
        asked["former_plan"] = _former(request.former_plan)
    found, _, problems = read_request(network, asked, former=former)
    total = len(wrong) + sum({problem.kind: problem.total for problem in problems}.values())
    wrong += [_field_problem(problem, request) for problem in problems]
    if wrong:
        raise InvalidRequestError(wrong, total)
    return found


def both(first: Callable[[], _First], second: Callable[[], _Second]) -> tuple[_First, _Second]:
    """Return what two readings of a request return.

    Raises
    ------
    InvalidRequestError
        With the problems of both.
    """
    try:
        one = first()
    except InvalidRequestError as error:
        try:
            second()
        except InvalidRequestError as other:
            raise InvalidRequestError((*error.problems, *other.problems), error.total + other.total) from other
        raise
    return one, second()


def _scope(request: Any) -> dict[str, Any]:
    """Return the lists that say something: an empty one means all."""
    lists = {name: list(getattr(request, f"scope_{name}")) for name in SCOPE_KEYS}
    return {"scope": {name: ids for name, ids in lists.items() if ids}}


def _severities(request: Any, wrong: list[FieldProblem]) -> dict[str, Any]:
    weights = _by_severity("severity_weights", request.severity_weights, wrong)
    policy = _by_severity("response_policy", request.response_policy, wrong)
    return {
        "severity_weights": {word: row.weight for word, row in weights.items()},
        "response_policy": {word: [_response_word(number) for number in row.responses] for word, row in policy.items()},
    }


def _by_severity(field: str, rows: Sequence[Any], wrong: list[FieldProblem]) -> dict[str, Any]:
    """Rows of a repeated field by the word of their severity, which each has to have for itself."""
    found: dict[str, Any] = {}
    for position, row in enumerate(rows):
        place, word = f"{field}[{position}].severity", enum_word(network_pb2.Severity.DESCRIPTOR, row.severity)
        if word is None:
            wrong.append(FieldProblem(place, "empty", "no severity is given", "Name one"))
        elif word in found:
            wrong.append(FieldProblem(place, "duplicate", f"{word} is there twice", "Name each severity once"))
        else:
            found[word] = row
    return found


def _responses(request: Any, wrong: list[FieldProblem]) -> dict[str, Any]:
    """Return what the plan may use, and the standard policy where it is asked for."""
    asked: dict[str, Any] = {}
    if request.responses:
        asked["responses"] = [_response_word(number) for number in request.responses]
    if request.standard_response_policy:
        asked["response_policy"] = _STANDARD_POLICY
        if request.response_policy:
            message, fix = "a response policy is given too", "Give one of them"
            wrong.append(FieldProblem("standard_response_policy", "ambiguous", message, fix))
    return asked


def _response_word(number: int) -> str:
    return enum_word(plan_pb2.Response.DESCRIPTOR, number) or "unspecified"


def _earnings(request: Any) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ("min_line_benefit", "min_dispatch_benefit")}


def _former(former: plan_pb2.FormerPlan) -> dict[str, Any]:
    steps = [{"from_day": step.from_day, "price_per_unit": step.price_per_unit} for step in former.change_prices]
    return {"frozen_before_day": ALL_LINES if former.all_frozen else former.frozen_before_day, "change_prices": steps}


def _field_problem(problem: Problem, request: Any) -> FieldProblem:
    """Say what is wrong with a key of request.json of the field that stands for it."""
    key = problem.column or ""
    message = problem.message.removeprefix(f"{key} is {problem.value}: ")
    table, _, rest = key.partition(".")
    if table == "scope":
        ids = list(getattr(request, f"scope_{rest}"))
        row = f"[{ids.index(problem.value)}]" if problem.value in ids else ""  # long ids are quoted in part
        return FieldProblem(f"scope_{rest}{row}", "unknown_id", message, problem.fix)
    if table in _FIELD_OF_ROW and rest:
        words = [enum_word(network_pb2.Severity.DESCRIPTOR, row.severity) for row in getattr(request, table)]
        row = f"[{words.index(rest)}].{_FIELD_OF_ROW[table]}" if rest in words else ""
        return FieldProblem(f"{table}{row}", problem.code, message, problem.fix)
    return FieldProblem(key, problem.code, message, problem.fix)


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


def alternatives_asked(request: plan_service_pb2.ListPlanAlternativesRequest, network: Network) -> dict[str, Any]:
    """Return which alternatives to look for, as keywords of `optimizer.alternatives.alternatives`.

    Raises
    ------
    InvalidRequestError
        Naming every alert that is not there and every number that is out of range.
    """
    row_of = {alert_id: row for row, alert_id in enumerate(network.alerts.alert_id.tolist())}
    problems = [
        FieldProblem(f"alert_ids[{position}]", "unknown_id", f"no alert is called {alert_id!r}", "Correct the id")
        for position, alert_id in enumerate(request.alert_ids)
        if alert_id not in row_of
    ]
    if not 0 <= request.most_alerts <= _MOST_ALERTS:
        message = f"{request.most_alerts} is not from 0 to {_MOST_ALERTS}"
        problems.append(FieldProblem("most_alerts", "out_of_range", message, "Name the alerts instead"))
    if request.HasField("keep_share") and not 0 <= request.keep_share <= 1:
        message = f"{request.keep_share:g} is not from 0 to 1"
        problems.append(FieldProblem("keep_share", "out_of_range", message, "0.9 keeps 90 % of the objective"))
    if problems:
        raise InvalidRequestError(problems)
    rows = [row_of[alert_id] for alert_id in dict.fromkeys(request.alert_ids)]
    asked = {"alerts": rows or None, "most_alerts": request.most_alerts, "whole_plan": not rows}
    return asked | ({"keep_share": request.keep_share} if request.HasField("keep_share") else {})


def prices_asked(request: plan_service_pb2.PriceRulesRequest) -> dict[str, Any]:
    """Return which prices to look for, as keywords of `optimizer.rule_prices.rule_prices`."""
    if not request.HasField("most_places"):
        return {}
    if not 0 <= request.most_places <= _MOST_PLACES:
        message = f"{request.most_places} is not from 0 to {_MOST_PLACES}"
        raise invalid_field("most_places", "out_of_range", message, "0 prices the rules as a whole")
    return {"most_places": request.most_places}


def analysis_seconds(request: Any, settings: Settings) -> float:
    """Return how long an analysis may take, of a request with a ``time_limit``."""
    if not request.HasField("time_limit"):
        return min(_ANALYSIS_SECONDS, settings.analysis_seconds)
    seconds = _seconds(request.time_limit)
    if not 0 < seconds <= settings.analysis_seconds:
        message = f"{seconds:g} s is not above 0 and at most {settings.analysis_seconds:g} s"
        raise invalid_field("time_limit", "out_of_range", message, "Choose one in this range")
    return seconds


def timeout_of(request: plan_service_pb2.WaitPlanRequest | award_service_pb2.WaitAwardRequest) -> float | None:
    """Return how long to wait; None when nothing was said."""
    if not request.HasField("timeout"):
        return None
    seconds = _seconds(request.timeout)
    if seconds < 0:
        raise invalid_field("timeout", "too_small", f"{seconds:g} s is below 0", "Use 0 to look without waiting")
    return seconds


def _seconds(length: duration_pb2.Duration) -> float:
    return length.seconds + length.nanos / 1e9
