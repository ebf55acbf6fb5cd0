"""Plans that a request brings or names, as rows of the network that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from counterpoise.v1 import plan_pb2, plan_service_pb2
from network.problems import NetworkError, Problem
from network.tables import Network
from optimizer.plan import Plan
from optimizer.plan_files.decision_tables import decision_tables
from optimizer.plan_files.plan_reading import plan_from_frames
from server.faults import FieldProblem, PreconditionError, invalid_field
from server.records import PlanRecord
from server.rows import frame_of_messages
from server.sources import field_problems, invalid_network
from server.store import Store

_MOST_ROUNDS: Final = 20
"""How often lines are left out and the rest is read again: a reading names the first 100 of each kind."""


def plan_of_lines(proposed: plan_pb2.ProposedPlan, network: Network, field: str) -> Plan:
    """Return a plan made by hand.

    Parameters
    ----------
    field : str
        Where it is in the request.

    Raises
    ------
    InvalidRequestError
        When a line names a lane or product that is not there, or otherwise means nothing.
    """
    return _plan(frames_of_plan(proposed), network, lambda problem: place_in_plan(problem, field))


def frames_of_plan(proposed: plan_pb2.ProposedPlan) -> dict[str, pd.DataFrame]:
    """Tables of a plan directory for a plan made by hand; dispatches only when some are given."""
    frames = {
        "transfers": frame_of_messages(plan_pb2.ProposedLine, proposed.lines),
        "markdowns": frame_of_messages(plan_pb2.ProposedMarkdown, proposed.markdowns),
        "exits": frame_of_messages(plan_pb2.ProposedExit, proposed.exits),
        "purchases": frame_of_messages(plan_pb2.ProposedPurchase, proposed.purchases),
    }
    if proposed.dispatches:
        frames["dispatches"] = frame_of_messages(plan_pb2.ProposedDispatch, proposed.dispatches)
    return frames


def place_in_plan(problem: Problem, field: str) -> str:
    """Field of the request for a row of a table of the plan."""
    table = {"transfers": "lines"}.get(problem.file, problem.file)
    row = "" if problem.row is None else f"[{problem.row - 1}]"
    column = "" if problem.column is None else f".{problem.column}"
    return f"{field}.{table}{row}{column}"


def _plan(frames: Mapping[str, pd.DataFrame], network: Network, place: Callable[[Problem], str]) -> Plan:
    try:
        return plan_from_frames(frames, network).plan
    except NetworkError as error:
        raise invalid_network(error, place) from error


def record_with_plan(store: Store, name: str) -> PlanRecord:
    """Return the record of a plan that has one.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    PreconditionError
        When it has no result, or none with a plan.
    """
    record = store.plan(name)
    if record.result is None or record.result.plan is None:
        raise PreconditionError(name, "NO_PLAN", f"{name} is {record.state.value} and has no plan")
    return record


def plan_of_record(record: PlanRecord, store: Store, network: Network, field: str) -> Plan:
    """Return the plan that a record has found, as rows of a network that need not be the one it was found for.

    Raises
    ------
    InvalidRequestError
        When the network lacks a lane or product of the plan.
    """
    result, own = record.result, store.snapshot(record.snapshot)
    if result is None or result.plan is None:
        raise PreconditionError(record.name, "NO_PLAN", f"{record.name} has no plan")
    if own is network:
        return result.plan
    return _plan(decision_tables(own, result.plan, None, None), network, lambda problem: field)


def readable_plan(
    proposed: plan_pb2.ProposedPlan, network: Network, field: str
) -> tuple[Plan, tuple[FieldProblem, ...]]:
    """Return a plan made by hand without the lines and dispatches that mean nothing, and what is wrong with those.

    Parameters
    ----------
    field : str
        Where the plan is in the request.

    Raises
    ------
    InvalidRequestError
        When hardly any of very many lines mean something.
    """
    frames, left_out = frames_of_plan(proposed), list[FieldProblem]()
    for _ in range(_MOST_ROUNDS):
        read = {name: frame.reset_index(drop=True) for name, frame in frames.items()}
        try:
            return plan_from_frames(read, network).plan, tuple(left_out)
        except NetworkError as error:
            refused = error
        # a problem counts the rows that are left, the request those that came: their labels
        rows = [problem for problem in refused.problems if problem.row is not None]
        labels = [int(frames[problem.file].index[(problem.row or 0) - 1]) for problem in rows]
        known = [replace(problem, row=label + 1) for problem, label in zip(rows, labels, strict=True)]
        left_out += field_problems(known, lambda problem: place_in_plan(problem, field))
        for name, frame in frames.items():
            wrong = [label for problem, label in zip(rows, labels, strict=True) if problem.file == name]
            frames[name] = frame[~frame.index.isin(wrong)]
        if not rows:
            break
    raise invalid_network(refused, lambda problem: place_in_plan(problem, field))


def former_plan(request: Any, store: Store, network: Network) -> Plan | None:
    """Return the plan that a request's ``former_plan`` means; None when it has none.

    Raises
    ------
    InvalidRequestError, NotFoundError, PreconditionError
        When it means no plan.
    """
    if not request.HasField("former_plan"):
        return None
    former = request.former_plan
    kind = former.WhichOneof("plan")
    if kind is None:
        raise invalid_field("former_plan", "empty", "no plan is given", "Send name (of a plan made before) or lines")
    if kind == "lines":
        return plan_of_lines(former.lines, network, "former_plan.lines")
    return plan_of_record(record_with_plan(store, former.name), store, network, "former_plan.name")


def other_plan(request: plan_service_pb2.ComparePlansRequest, store: Store, network: Network) -> Plan:
    """Return the plan that another one is compared with.

    Raises
    ------
    InvalidRequestError, NotFoundError, PreconditionError
        When the request means no plan.
    """
    kind = request.WhichOneof("other")
    if kind is None:
        fix = "Send other_name (of a plan made before) or other_plan (its lines)"
        raise invalid_field("other", "empty", "there is no plan to compare with", fix)
    if kind == "other_plan":
        return plan_of_lines(request.other_plan, network, "other_plan")
    return plan_of_record(record_with_plan(store, request.other_name), store, network, "other_name")
