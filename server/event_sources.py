"""Events as messages: rows and columns in, one checked event out; what is wrong is said by field of the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from google.protobuf.message import Message

from counterpoise.v1 import event_pb2 as pb
from network.events import Event
from network.events.reading import event_from_frames
from network.events.schema import EVENT_TABLES, EventLimits
from network.events.settings import event_settings
from network.problems import NetworkError, Problem
from network.tables import Network
from server.faults import FieldProblem, InvalidRequestError, LimitExceededError
from server.rows import enum_word, frame_of_messages, messages_of_frame
from server.sources import Place, field_problems, invalid_network

ROW_TYPES: Final[Mapping[str, type[Message]]] = {
    "items": pb.EventItem,
    "suppliers": pb.EventSupplier,
    "bids": pb.Bid,
    "tiers": pb.BidTier,
    "deliveries": pb.BidDelivery,
    "rates": pb.CurrencyRate,
    "rules": pb.EventRule,
    "scenarios": pb.FailureScenario,
}
"""Message of a row by table; field names are column names."""

TABLE_OF: Final = {
    number: name.removeprefix("EVENT_TABLE_").lower() for name, number in pb.EventTable.items() if number
}
"""Table name by `EventTable` value."""


def event_frames(data: pb.EventData) -> dict[str, pd.DataFrame]:
    """Tables of an inline event. Optional tables without rows are left out."""
    frames = {name: frame_of_messages(kind, getattr(data, name)) for name, kind in ROW_TYPES.items()}
    return {name: frame for name, frame in frames.items() if len(frame) or EVENT_TABLES[name].required}


def settings_content(settings: pb.EventSettings) -> dict[str, Any]:
    """Content of event.json, with the keys that were set."""
    given = {field.name: value for field, value in settings.ListFields() if field.name != "risk"}
    if settings.HasField("risk"):
        risk = {field.name: value for field, value in settings.risk.ListFields()}
        if "measure" in risk:
            risk["measure"] = enum_word(pb.RiskMeasure.DESCRIPTOR, risk["measure"])
        given["risk"] = risk
    return given


def settings_to_proto(event: Event) -> pb.EventSettings:
    """Say what holds for an event as a whole."""
    content = event_settings(event)
    risk = content.get("risk", {})
    measure = f"RISK_MEASURE_{risk.get('measure', 'none').upper()}"
    known = {field.name for field in pb.RiskSettings.DESCRIPTOR.fields} - {"measure"}
    return pb.EventSettings(
        currency=event.currency,
        as_of=content["as_of"],
        money_decimals=event.money_decimals,
        risk=pb.RiskSettings(
            measure=pb.RiskMeasure.Value(measure),  # type: ignore[arg-type]
            **{name: value for name, value in risk.items() if name in known},
        ),
    )


def checked_event(
    frames: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    limits: EventLimits,
    place: Place,
    *,
    network: Network | None = None,
    keep_good: bool = False,
) -> tuple[Event, tuple[FieldProblem, ...]]:
    """Make an event of tables.

    Parameters
    ----------
    place : callable
        Field of the request that a problem is about.
    network : Network, optional
        Where freight by lanes finds its way.
    keep_good : bool
        Leave bad bids out and tell of them.

    Raises
    ------
    InvalidRequestError
        Naming every field that is wrong.
    LimitExceededError
        When a table has too many rows.
    """
    for table, frame in frames.items():
        if table in EVENT_TABLES and len(frame) > limits.of(table):
            message = f"{table} has {len(frame):,} rows; this server takes at most {limits.of(table):,}"
            raise LimitExceededError(table, message)
    try:
        event, problems = event_from_frames(frames, settings, network=network, limits=limits, keep_good=keep_good)
    except NetworkError as error:
        raise invalid_event(error, place) from error
    return event, field_problems(problems, place)


def invalid_event(error: NetworkError, place: Place) -> InvalidRequestError:
    """Say that an event is wrong as that a request is."""
    return invalid_network(error, place)


def event_field(prefix: str = "") -> Place:
    """Say where in a request problems of an event are: row 18 of bids is ``bids[17]``."""

    def place(problem: Problem) -> str:
        table = problem.file.removesuffix(".json")
        row = "" if problem.row is None else f"[{problem.row - 1}]"
        column = "" if problem.column is None else f".{problem.column}"
        return f"{prefix}{table if table in EVENT_TABLES else 'settings'}{row}{column}"

    return place


def rows_of_event(table: str, frame: pd.DataFrame) -> Sequence[Message]:
    """Messages of the rows of a table of an event."""
    return messages_of_frame(ROW_TYPES[table], frame)
