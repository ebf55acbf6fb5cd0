"""From events and requests for quotes to messages."""

from __future__ import annotations

from counterpoise.v1 import event_pb2, event_service_pb2
from network.events import Event
from network.events.schema import EVENT_TABLES
from network.events.writing import event_to_frames
from network.tables import Network
from optimizer.rfq import Rfq
from optimizer.rfq.asking import invitations
from server.convert import timestamp, warnings_to_proto
from server.event_sources import rows_of_event, settings_to_proto
from server.records import EventRecord
from server.rows import messages_of_frame


def event_to_proto(record: EventRecord, event: Event, *, full: bool = True) -> event_pb2.Event:
    """Say what an event is; not full: without its warnings."""
    return event_pb2.Event(
        name=record.name,
        display_name=record.display_name,
        create_time=timestamp(record.created),
        settings=settings_to_proto(event),
        row_counts={table: len(getattr(event, table)) for table in EVENT_TABLES},
        warnings=warnings_to_proto(record.warnings) if full else [],
        network_name=record.network_name,
        plan_name=record.plan_name,
    )


def rfq_to_proto(record: EventRecord, event: Event, network: Network, rfq: Rfq) -> event_service_pb2.CreateRfqResponse:
    """Say what is asked of whom."""
    return event_service_pb2.CreateRfqResponse(
        event=event_to_proto(record, event),
        items=rows_of_event("items", event_to_frames(event)["items"]),  # type: ignore[arg-type]
        invitations=messages_of_frame(event_pb2.Invitation, invitations(network, rfq)),
    )
