"""EventService: opens sourcing events and takes bids."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import grpc
import pandas as pd

from counterpoise.v1 import event_pb2, event_service_pb2, event_service_pb2_grpc
from network.columns import NO_LIMIT
from network.events import Event
from network.events.settings import event_settings
from network.events.writing import event_to_frames
from network.problems import NetworkError, Problem
from network.tables import Network
from optimizer.rfq import items_from_frame, items_of_plan, rfq_of
from optimizer.rfq.files import event_of
from server.admission import Places, checked_request_id, page, page_token, request_key
from server.columns import ChunkCollector
from server.convert import warnings_to_proto
from server.event_messages import event_to_proto, rfq_to_proto
from server.event_sources import (
    ROW_TYPES,
    TABLE_OF,
    checked_event,
    event_field,
    invalid_event,
    settings_content,
)
from server.faults import FieldProblem, InvalidRequestError, invalid_field
from server.network_service import impatient
from server.proposed import plan_of_record, record_with_plan
from server.records import EventRecord, RequestKey, now
from server.rows import frame_of_messages
from server.settings import Settings
from server.store import Store

_MOST_SUPPLIERS: Final = 5
_LARGEST_MOST_SUPPLIERS: Final = 1000
_ADDED: Final = ("bids", "tiers", "deliveries")
"""Tables that bids are made of."""


class EventService(event_service_pb2_grpc.EventServiceServicer):
    """Keeps events in the store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._uploads = Places("uploads", settings.uploads)

    def UploadEvent(
        self, request_iterator: Iterator[event_service_pb2.UploadEventRequest], context: grpc.ServicerContext
    ) -> event_service_pb2.UploadEventResponse:
        """Collect the chunks, check them as a whole, keep the event."""
        with self._uploads.one():
            messages = impatient(request_iterator, context, self._settings.upload_idle_seconds)
            header, key, collector = self._collect(messages)
            event, problems = checked_event(
                collector.frames(),
                settings_content(header.settings),
                self._settings.event_limits,
                event_field(),
                network=self._network(header.network_name),
                keep_good=header.keep_good_bids,
            )
        name = "" if header.validate_only else f"events/{uuid.uuid4().hex}"
        record = EventRecord(name, header.display_name, now(), problems, header.network_name)
        if not header.validate_only:
            record = self._store.add_event(record, event, key)
        return event_service_pb2.UploadEventResponse(event=event_to_proto(record, event))

    def _network(self, name: str) -> Network | None:
        return self._store.snapshot(self._store.network(name).name) if name else None

    def _collect(
        self, messages: Iterator[event_service_pb2.UploadEventRequest]
    ) -> tuple[event_service_pb2.UploadEventHeader, RequestKey | None, ChunkCollector]:
        first = next(messages, event_service_pb2.UploadEventRequest())
        if first.WhichOneof("content") != "header":
            message, fix = "the first message is no header", "Send settings first, then the chunks"
            raise invalid_field("header", "missing_header", message, fix)
        header = first.header
        digest = hashlib.sha256(header.SerializeToString(deterministic=True))
        collector = ChunkCollector(self._settings.event_limits, self._settings.upload_bytes, TABLE_OF)
        for request in messages:
            if request.WhichOneof("content") != "chunk":
                raise invalid_field("header", "second_header", "there is a header after the first message")
            digest.update(request.chunk.SerializeToString(deterministic=True))
            collector.add(request.chunk)
        request_id = checked_request_id(header.request_id, "header.request_id")
        key = RequestKey("UploadEvent", request_id, digest.digest()) if request_id else None
        return header, key, collector

    def CreateRfq(
        self, request: event_service_pb2.CreateRfqRequest, context: grpc.ServicerContext
    ) -> event_service_pb2.CreateRfqResponse:
        """Open an event for what is missing, and say whom to ask."""
        key = request_key("CreateRfq", request)
        network, network_name, items = self._wanted(request)
        most = request.most_suppliers or _MOST_SUPPLIERS
        if not 1 <= most <= _LARGEST_MOST_SUPPLIERS:
            message = f"{most} is not from 1 to {_LARGEST_MOST_SUPPLIERS}"
            raise invalid_field("most_suppliers", "out_of_range", message, "Leave it empty for 5")
        if not 0 <= request.answer_by_days < NO_LIMIT:
            raise invalid_field(
                "answer_by_days", "too_small", f"{request.answer_by_days} is below 0", "Count from as_of"
            )
        rfq = rfq_of(network, items, most_suppliers=most, answer_by_days=request.answer_by_days)
        try:
            event = event_of(network, rfq)
        except NetworkError as error:
            raise invalid_event(error, lambda _: request.WhichOneof("wanted") or "wanted") from error
        record = EventRecord(
            f"events/{uuid.uuid4().hex}", request.display_name, now(), (), network_name, request.plan_name
        )
        record = self._store.add_event(record, event, key)
        return rfq_to_proto(record, event, network, rfq)

    def _wanted(self, request: event_service_pb2.CreateRfqRequest) -> tuple[Network, str, Any]:
        """Return the network, the name of what holds it, and the items that are asked for."""
        kind = request.WhichOneof("wanted")
        if kind == "plan_name":
            if request.items:
                raise invalid_field("items", "not_needed", "the plan says what is missing", "Leave items empty")
            record = record_with_plan(self._store, request.plan_name)
            network = self._store.snapshot(record.snapshot)
            plan = plan_of_record(record, self._store, network, "plan_name")
            return network, record.network_name, items_of_plan(network, record.request, plan)
        if kind is None:
            raise invalid_field(
                "plan_name", "missing_source", "nothing is asked for", "Name a plan, or a network and items"
            )
        network = self._store.snapshot(self._store.network(request.network_name).name)
        frame = frame_of_messages(event_pb2.EventItem, request.items)
        try:
            return network, request.network_name, items_from_frame(network, frame)
        except NetworkError as error:
            raise invalid_event(error, event_field()) from error

    def AddBids(
        self, request: event_service_pb2.AddBidsRequest, context: grpc.ServicerContext
    ) -> event_service_pb2.AddBidsResponse:
        """Check bids together with those that are there, and add the good ones."""
        key = request_key("AddBids", request)
        sent = [bid.bid_id for bid in request.bids]
        while True:
            record, before = self._store.event(request.parent), self._store.event_content(request.parent)
            if self._store.find_request(key) is not None:
                return _added(record, before, sent, ())
            event, problems = self._with_bids(request, record, before)
            kept: EventRecord | None = record
            if not request.validate_only:
                kept = self._store.add_bids(record.name, record.version, event, key)
            if kept is not None:  # otherwise others were faster, and all bids are checked again together
                return _added(kept, event, sent, problems)

    def _with_bids(
        self, request: event_service_pb2.AddBidsRequest, record: EventRecord, before: Event
    ) -> tuple[Event, tuple[FieldProblem, ...]]:
        """Return the event with the bids of a request, and what is wrong with them or doubtful."""
        frames, known = event_to_frames(before), {}
        if request.replace_bids:
            frames |= _without(frames, [bid.bid_id for bid in request.bids])
        for table in _ADDED:
            known[table] = len(frames[table]) if table in frames else 0
            rows = frame_of_messages(ROW_TYPES[table], getattr(request, table))
            if len(rows):
                frames[table] = pd.concat([frames[table], rows], ignore_index=True) if known[table] else rows

        def place(problem: Problem) -> str:
            first = known.get(problem.file, 0)
            if problem.file not in known or (problem.row is not None and problem.row <= first):
                return "parent"
            moved = problem.row if problem.row is None else problem.row - first
            return event_field()(Problem(problem.file, moved, problem.column, None, "", "", ""))

        event, problems = checked_event(
            frames,
            event_settings(before),
            self._settings.event_limits,
            place,
            network=self._network(record.network_name),
            keep_good=request.keep_good_bids,
        )
        own = [problem for problem in problems if problem.field != "parent"]
        if len(event.bids) < known["bids"]:
            message = "a bid has the id of one that is there, or joins its package wrongly"
            own.append(FieldProblem("bids", "clash", message, "Choose new ids, or set replace_bids"))
            raise InvalidRequestError(own)
        return event, tuple(own)

    def GetEvent(
        self, request: event_service_pb2.GetEventRequest, context: grpc.ServicerContext
    ) -> event_service_pb2.GetEventResponse:
        """Describe an event."""
        record = self._store.event(request.name)
        event = event_to_proto(record, self._store.event_content(record.name))
        return event_service_pb2.GetEventResponse(event=event)

    def ListEvents(
        self, request: event_service_pb2.ListEventsRequest, context: grpc.ServicerContext
    ) -> event_service_pb2.ListEventsResponse:
        """Describe the events of a page."""
        after, size = page(request.page_size, request.page_token)
        records = self._store.events(after, size + 1)
        events = [
            event_to_proto(record, self._store.event_content(record.name), full=False) for record in records[:size]
        ]
        token = page_token(records[size - 1].sequence) if len(records) > size else ""
        return event_service_pb2.ListEventsResponse(events=events, next_page_token=token)

    def DeleteEvent(
        self, request: event_service_pb2.DeleteEventRequest, context: grpc.ServicerContext
    ) -> event_service_pb2.DeleteEventResponse:
        """Forget an event."""
        self._store.delete_event(request.name)
        return event_service_pb2.DeleteEventResponse()


def _without(frames: Mapping[str, pd.DataFrame], bid_ids: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Tables of bids without those of some names."""
    return {
        name: frames[name][~frames[name]["bid_id"].isin(bid_ids)].reset_index(drop=True)
        for name in _ADDED
        if name in frames
    }


def _added(
    record: EventRecord, event: Event, sent: Sequence[str], problems: Sequence[FieldProblem]
) -> event_service_pb2.AddBidsResponse:
    """Say which bids of a request the event has now."""
    there = set(event.bids.bid_id.tolist())
    return event_service_pb2.AddBidsResponse(
        event=event_to_proto(record, event),
        bid_ids=[bid_id for bid_id in sent if bid_id in there],
        problems=warnings_to_proto(problems),
    )
