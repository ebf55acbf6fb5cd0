"""Calls about sourcing: an event goes in, an award comes out. Reached as `Client.sourcing`."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import grpc
import pandas as pd
from google.protobuf import duration_pb2
from google.protobuf.message import Message

from counterpoise.v1 import (
    award_pb2,
    award_service_pb2,
    award_service_pb2_grpc,
    event_pb2,
    event_service_pb2,
    event_service_pb2_grpc,
    plan_pb2,
)
from network.events import Event
from network.events.writing import event_to_frames
from server.columns import column_chunks, decode_column
from server.convert import duration
from server.event_sources import ROW_TYPES, TABLE_OF, rows_of_event, settings_to_proto
from server.resuming import resumed

_NUMBER_OF: Final = {name: number for number, name in TABLE_OF.items()}

_OF_BIDS: Final = ("bids", "tiers", "deliveries")
"""Tables that bids are made of."""


class SourcingCalls:
    """Calls of one server about events and awards. Errors are raised as `grpc.RpcError`.

    Parameters
    ----------
    channel : grpc.Channel
    deadline_seconds : float
        For calls that answer at once.
    metadata : sequence of (str, str)
        Sent with calls whose errors can be long.
    """

    def __init__(self, channel: grpc.Channel, deadline_seconds: float, metadata: Sequence[tuple[str, str]]) -> None:
        self._deadline, self._metadata = deadline_seconds, tuple(metadata)
        self.events = event_service_pb2_grpc.EventServiceStub(channel)
        """The bare stubs, for calls with options of their own."""
        self.awards = award_service_pb2_grpc.AwardServiceStub(channel)

    def upload_event(
        self,
        event: Event | Mapping[str, pd.DataFrame],
        settings: event_pb2.EventSettings | None = None,
        **header: Any,
    ) -> event_pb2.Event:
        """Upload an event in chunks of columns.

        Parameters
        ----------
        event : Event or tables of the event directory by name
        settings : EventSettings, optional
            What holds for tables as a whole; those of an `Event` when not given.
        **header
            Further fields of `UploadEventHeader`: ``network_name``, ``keep_good_bids``, ``display_name`` and so on.
        """
        if isinstance(event, Event):
            settings, frames = settings or settings_to_proto(event), event_to_frames(event)
        else:
            frames = dict(event)
        header.setdefault("request_id", str(uuid.uuid4()))

        def messages() -> Iterator[event_service_pb2.UploadEventRequest]:
            first = event_service_pb2.UploadEventHeader(settings=settings, **header)
            yield event_service_pb2.UploadEventRequest(header=first)
            for name, frame in frames.items():
                for row_count, columns in column_chunks(frame):
                    chunk = event_pb2.EventChunk(table=_NUMBER_OF[name], row_count=row_count, columns=columns)  # type: ignore[arg-type]
                    yield event_service_pb2.UploadEventRequest(chunk=chunk)

        response: event_service_pb2.UploadEventResponse = self.events.UploadEvent(messages(), metadata=self._metadata)
        return response.event

    def create_rfq(self, plan_name: str = "", **asked: Any) -> event_service_pb2.CreateRfqResponse:
        """Open an event for the shortages that a plan leaves; further fields are those of `CreateRfqRequest`."""
        asked |= {"plan_name": plan_name} if plan_name else {}
        asked.setdefault("request_id", str(uuid.uuid4()))
        request = event_service_pb2.CreateRfqRequest(**asked)
        response: event_service_pb2.CreateRfqResponse = self.events.CreateRfq(
            request, timeout=self._deadline, metadata=self._metadata
        )
        return response

    def add_bids(
        self, event_name: str, tables: Mapping[str, pd.DataFrame], *, keep_good_bids: bool = True, **asked: Any
    ) -> event_service_pb2.AddBidsResponse:
        """Add bids: tables ``bids``, ``tiers`` and ``deliveries`` with the columns of the event directory."""
        asked.setdefault("request_id", str(uuid.uuid4()))
        rows = {name: _rows(name, frame) for name, frame in tables.items()}
        request = event_service_pb2.AddBidsRequest(
            parent=event_name,
            keep_good_bids=keep_good_bids,
            **rows,  # type: ignore[arg-type]
            **asked,
        )
        response: event_service_pb2.AddBidsResponse = self.events.AddBids(
            request, timeout=self._deadline, metadata=self._metadata
        )
        return response

    def create_award(
        self, event_name: str, *, time_limit_seconds: float | None = None, gap: float | None = None, **asked: Any
    ) -> award_pb2.Award:
        """Ask for an award of an event; returns it as soon as it is queued."""
        asked.setdefault("request_id", str(uuid.uuid4()))
        limit = None if time_limit_seconds is None else duration(time_limit_seconds)
        request = award_service_pb2.CreateAwardRequest(
            event_name=event_name, parameters=plan_pb2.SolveParameters(time_limit=limit, gap=gap), **asked
        )
        response: award_service_pb2.CreateAwardResponse = self.awards.CreateAward(
            request, timeout=self._deadline, metadata=self._metadata
        )
        return response.award

    def wait_award(self, name: str, *, timeout_seconds: float | None = None) -> award_pb2.Award:
        """Return the award when it is done, or as it is when the timeout is over."""
        timeout: duration_pb2.Duration | None = None if timeout_seconds is None else duration(timeout_seconds)
        request = award_service_pb2.WaitAwardRequest(name=name, timeout=timeout)
        response: award_service_pb2.WaitAwardResponse = self.awards.WaitAward(request)
        return response.award

    def watch_award(self, name: str, *, from_index: int = 0) -> Iterator[award_service_pb2.WatchAwardResponse]:
        """Yield incumbents as they are found; the last message has ``done`` and the award.

        A connection that breaks is taken up again where it broke, as long as the server is reached within a few
        seconds.
        """

        def watch(index: int) -> Iterator[award_service_pb2.WatchAwardResponse]:
            messages: Iterator[award_service_pb2.WatchAwardResponse] = self.awards.WatchAward(
                award_service_pb2.WatchAwardRequest(name=name, from_index=index)
            )
            return messages

        return resumed(watch, from_index)

    def cancel_award(self, name: str) -> award_pb2.Award:
        """Ask to stop an award; it keeps the best found so far."""
        request = award_service_pb2.CancelAwardRequest(name=name)
        response: award_service_pb2.CancelAwardResponse = self.awards.CancelAward(request, timeout=self._deadline)
        return response.award

    def read_award(self, name: str) -> dict[str, pd.DataFrame]:
        """Return the tables of a result: awards, winners, uncovered, bid_outcomes, ledger."""
        return _tables(self.awards.ReadAward(award_service_pb2.ReadAwardRequest(name=name)))

    def explain_award(
        self, name: str, *, time_limit_seconds: float | None = None, supplier_id: str = ""
    ) -> dict[str, pd.DataFrame]:
        """Return at which price losing bids would have won, and what rules cost; or what one supplier may be told."""
        limit = None if time_limit_seconds is None else duration(time_limit_seconds)
        request = award_service_pb2.ExplainAwardRequest(name=name, time_limit=limit, supplier_id=supplier_id)
        return _tables(self.awards.ExplainAward(request, metadata=self._metadata))

    def check_award(self, event_name: str, units_of_bid: Mapping[str, int]) -> award_pb2.AwardCertificate:
        """Check an award made by hand: units by bid_id."""
        lines = [award_pb2.AwardLine(bid_id=bid_id, units=units) for bid_id, units in units_of_bid.items()]
        request = award_service_pb2.CheckAwardRequest(event_name=event_name, lines=lines)
        response: award_service_pb2.CheckAwardResponse = self.awards.CheckAward(
            request, timeout=self._deadline, metadata=self._metadata
        )
        return response.certificate


def _rows(name: str, frame: pd.DataFrame) -> Sequence[Message]:
    """Messages of a table of bids; a column that bids do not have would be lost on the way."""
    if name not in _OF_BIDS:
        raise ValueError(f"bids are sent as {', '.join(_OF_BIDS)}; there is no table {name!r} among them")
    known = ROW_TYPES[name].DESCRIPTOR.fields_by_name
    strange = [column for column in frame if column not in known]
    if strange:
        raise ValueError(f"{name} have no column {strange[0]!r}; they have {', '.join(known)}")
    return rows_of_event(name, frame)


def _tables(messages: Any) -> dict[str, pd.DataFrame]:
    """Put the tables of a stream of chunks together."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for message in messages:
        chunk = message.chunk
        name = award_pb2.AwardTable.Name(chunk.table).removeprefix("AWARD_TABLE_").lower()
        columns = {column.name: decode_column(column, chunk.row_count, name) for column in chunk.columns}
        parts.setdefault(name, []).append(pd.DataFrame(columns))
    return {
        name: frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True) for name, frames in parts.items()
    }
