"""What a request is about: the network it brings or names, with all alerts, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from counterpoise.v1 import network_pb2
from network.problems import NetworkError, Problem
from network.reading import network_from_frames
from network.schema import TABLES, Limits
from network.tables import Network
from network.writing import network_to_frames, settings_of
from optimizer.rfq.bids_as_quotes import with_bids
from server.faults import FieldProblem, InvalidRequestError, LimitExceededError, invalid_field
from server.rows import frame_of_rows, frames_of, given_settings
from server.store import Store

Place = Callable[[Problem], str]
"""Field of the request that a problem of the network is about."""

_HELD_BY_THE_SERVER: Final = ("network_name", "alert_batch_names", "former_plan.name", "other_name", "event_name")
"""Fields that only name what a problem is in."""


@dataclass(frozen=True, slots=True)
class Source:
    """A network to plan for."""

    network: Network
    name: str
    """The uploaded network that was named; empty when it came inline."""
    alert_batch_names: tuple[str, ...]
    changed: bool
    """True when it is not, unchanged, the uploaded network."""
    warnings: tuple[FieldProblem, ...]
    event_name: str = ""
    """The event whose bids are among its quotes; empty: of none."""


@dataclass(frozen=True, slots=True)
class _Alerts:
    """Alerts of one origin."""

    frame: pd.DataFrame
    field: str
    """Their place in the request, with ``{row}`` where they are rows of it."""


def field_of(problem: Problem, prefix: str = "") -> str:
    """Path of the field a problem is about: row 18 of stock becomes ``stock[17]``.

    Parameters
    ----------
    prefix : str
        Path of the network in the request, with its dot.
    """
    table = problem.file.removesuffix(".json")
    if table not in TABLES:
        table = "settings"
    row = "" if problem.row is None else f"[{problem.row - 1}]"
    column = "" if problem.column is None else f".{problem.column}"
    return f"{prefix}{table}{row}{column}"


def field_problems(problems: Sequence[Problem], place: Place) -> tuple[FieldProblem, ...]:
    """Say problems of a network as problems of the fields of a request."""
    return tuple(_field_problem(problem, place(problem)) for problem in problems)


def _field_problem(problem: Problem, field: str) -> FieldProblem:
    """Where the field only names something held by the server, the message says where in it."""
    message = f"{problem.place}: {problem.message}" if field.startswith(_HELD_BY_THE_SERVER) else problem.message
    return FieldProblem(field, problem.code, message, problem.fix)


def invalid_network(error: NetworkError, place: Place) -> InvalidRequestError:
    """Say that a network is wrong as that a request is."""
    return InvalidRequestError(field_problems(error.problems, place), sum(error.totals.values()))


def checked_network(
    frames: Mapping[str, pd.DataFrame], settings: Mapping[str, Any], limits: Limits, place: Place
) -> tuple[Network, tuple[FieldProblem, ...]]:
    """Make a network of tables.

    Raises
    ------
    InvalidRequestError
        Naming every field that is wrong.
    LimitExceededError
        When a table has too many rows.
    """
    for table, frame in frames.items():
        if len(frame) > limits.of(table):
            message = f"{table} has {len(frame):,} rows; this server takes at most {limits.of(table):,}"
            raise LimitExceededError(table, message)
    try:
        network, warnings = network_from_frames(frames, settings, limits=limits)
    except NetworkError as error:
        raise invalid_network(error, place) from error
    return network, field_problems(warnings, place)


def resolve(request: Any, store: Store, limits: Limits) -> Source:
    """Put together what a `CreatePlanRequest`, `CheckPlanRequest` or `RepairPlanRequest` is about.

    Raises
    ------
    InvalidRequestError, LimitExceededError, NotFoundError
        When it cannot be planned for.
    """
    source = _network_with_alerts(request, store, limits)
    if not request.event_name:
        return source
    event = store.event_content(request.event_name)
    try:
        buying = with_bids(source.network, event)
    except NetworkError as error:
        raise invalid_network(error, lambda _: "event_name") from error
    return replace(source, network=buying, changed=True, event_name=request.event_name)


def _network_with_alerts(request: Any, store: Store, limits: Limits) -> Source:
    """Read the network that a request brings or names, and all alerts."""
    kind = request.WhichOneof("source")
    if kind is None:
        fix = "Send network (inline) or network_name (an uploaded one)"
        raise invalid_field("network", "missing_source", "there is no network", fix)
    batches = _batches(request, store)
    inline = [_Alerts(frame_of_rows("alerts", request.alerts), "alerts[{row}]")] if request.alerts else []
    if kind == "network":
        return _inline(request.network, [*batches, *inline], limits)
    name = request.network_name
    network = store.snapshot(store.network(name).name)
    if not batches and not inline:
        return Source(network, name, (), False, ())
    return with_alerts(network, name, tuple(request.alert_batch_names), [*batches, *inline], limits)


def _batches(request: Any, store: Store) -> list[_Alerts]:
    for position, name in enumerate(request.alert_batch_names):
        field = f"alert_batch_names[{position}]"
        if not request.network_name or not name.startswith(f"{request.network_name}/"):
            fix = "Name the batch's network in network_name"
            raise invalid_field(field, "other_network", f"{name!r} is no batch of the network planned for", fix)
        if name in list(request.alert_batch_names)[:position]:
            raise invalid_field(field, "duplicate", f"{name!r} is named twice", "Name each batch once")
    names = request.alert_batch_names
    return [
        _Alerts(store.alert_batch(name).alerts, f"alert_batch_names[{position}]") for position, name in enumerate(names)
    ]


def _inline(data: network_pb2.NetworkData, added: Sequence[_Alerts], limits: Limits) -> Source:
    frames = frames_of(data)
    alerts = [_Alerts(frames["alerts"], "network.alerts[{row}]"), *added]
    frames["alerts"] = _joined(alerts)
    network, warnings = checked_network(frames, given_settings(data.settings), limits, _place(alerts, "network."))
    return Source(network, "", (), True, warnings)


def with_alerts(
    network: Network, name: str, batch_names: tuple[str, ...], added: Sequence[_Alerts], limits: Limits
) -> Source:
    """Add alerts to those of an uploaded network."""
    frames, settings = network_to_frames(network), settings_of(network)
    alerts = [_Alerts(frames["alerts"], "network_name"), *added]
    frames["alerts"] = _joined(alerts)
    place = _place(alerts, None)
    changed, warnings = checked_network(frames, settings, limits, place)
    return Source(changed, name, batch_names, True, tuple(w for w in warnings if w.field != "network_name"))


def alert_warnings(network: Network, name: str, alerts: pd.DataFrame, limits: Limits) -> tuple[FieldProblem, ...]:
    """Check new alerts against an uploaded network; returns what is doubtful about them.

    Raises
    ------
    InvalidRequestError
        Naming every alert that is wrong.
    """
    return with_alerts(network, name, (), [_Alerts(alerts, "alerts[{row}]")], limits).warnings


def _joined(alerts: Sequence[_Alerts]) -> pd.DataFrame:
    frames = [origin.frame for origin in alerts if len(origin.frame)]
    return pd.concat(frames, ignore_index=True) if frames else alerts[0].frame


def _place(alerts: Sequence[_Alerts], prefix: str | None) -> Place:
    """Where the tables of the network and the alerts of each origin are; no prefix: the network was only named."""

    def place(problem: Problem) -> str:
        if problem.file != "alerts" or problem.row is None:
            return "network_name" if prefix is None else field_of(problem, prefix)
        row = problem.row - 1
        for origin in alerts:
            if row < len(origin.frame):
                break
            row -= len(origin.frame)
        if "{row}" not in origin.field:
            return origin.field
        return origin.field.format(row=row) + ("" if problem.column is None else f".{problem.column}")

    return place
