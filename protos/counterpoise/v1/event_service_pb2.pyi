from counterpoise.v1 import event_pb2 as _event_pb2
from counterpoise.v1 import network_pb2 as _network_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UploadEventHeader(_message.Message):
    __slots__ = ("settings", "display_name", "request_id", "validate_only", "network_name", "keep_good_bids")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    NETWORK_NAME_FIELD_NUMBER: _ClassVar[int]
    KEEP_GOOD_BIDS_FIELD_NUMBER: _ClassVar[int]
    settings: _event_pb2.EventSettings
    display_name: str
    request_id: str
    validate_only: bool
    network_name: str
    keep_good_bids: bool
    def __init__(self, settings: _Optional[_Union[_event_pb2.EventSettings, _Mapping]] = ..., display_name: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., network_name: _Optional[str] = ..., keep_good_bids: _Optional[bool] = ...) -> None: ...

class UploadEventRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: UploadEventHeader
    chunk: _event_pb2.EventChunk
    def __init__(self, header: _Optional[_Union[UploadEventHeader, _Mapping]] = ..., chunk: _Optional[_Union[_event_pb2.EventChunk, _Mapping]] = ...) -> None: ...

class UploadEventResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.Event
    def __init__(self, event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ...) -> None: ...

class CreateRfqRequest(_message.Message):
    __slots__ = ("plan_name", "network_name", "items", "most_suppliers", "answer_by_days", "display_name", "request_id")
    PLAN_NAME_FIELD_NUMBER: _ClassVar[int]
    NETWORK_NAME_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    MOST_SUPPLIERS_FIELD_NUMBER: _ClassVar[int]
    ANSWER_BY_DAYS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    plan_name: str
    network_name: str
    items: _containers.RepeatedCompositeFieldContainer[_event_pb2.EventItem]
    most_suppliers: int
    answer_by_days: int
    display_name: str
    request_id: str
    def __init__(self, plan_name: _Optional[str] = ..., network_name: _Optional[str] = ..., items: _Optional[_Iterable[_Union[_event_pb2.EventItem, _Mapping]]] = ..., most_suppliers: _Optional[int] = ..., answer_by_days: _Optional[int] = ..., display_name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateRfqResponse(_message.Message):
    __slots__ = ("event", "items", "invitations")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    INVITATIONS_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.Event
    items: _containers.RepeatedCompositeFieldContainer[_event_pb2.EventItem]
    invitations: _containers.RepeatedCompositeFieldContainer[_event_pb2.Invitation]
    def __init__(self, event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., items: _Optional[_Iterable[_Union[_event_pb2.EventItem, _Mapping]]] = ..., invitations: _Optional[_Iterable[_Union[_event_pb2.Invitation, _Mapping]]] = ...) -> None: ...

class AddBidsRequest(_message.Message):
    __slots__ = ("parent", "bids", "tiers", "deliveries", "keep_good_bids", "request_id", "validate_only", "replace_bids")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    BIDS_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    KEEP_GOOD_BIDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REPLACE_BIDS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    bids: _containers.RepeatedCompositeFieldContainer[_event_pb2.Bid]
    tiers: _containers.RepeatedCompositeFieldContainer[_event_pb2.BidTier]
    deliveries: _containers.RepeatedCompositeFieldContainer[_event_pb2.BidDelivery]
    keep_good_bids: bool
    request_id: str
    validate_only: bool
    replace_bids: bool
    def __init__(self, parent: _Optional[str] = ..., bids: _Optional[_Iterable[_Union[_event_pb2.Bid, _Mapping]]] = ..., tiers: _Optional[_Iterable[_Union[_event_pb2.BidTier, _Mapping]]] = ..., deliveries: _Optional[_Iterable[_Union[_event_pb2.BidDelivery, _Mapping]]] = ..., keep_good_bids: _Optional[bool] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., replace_bids: _Optional[bool] = ...) -> None: ...

class AddBidsResponse(_message.Message):
    __slots__ = ("event", "bid_ids", "problems")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    BID_IDS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.Event
    bid_ids: _containers.RepeatedScalarFieldContainer[str]
    problems: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    def __init__(self, event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., bid_ids: _Optional[_Iterable[str]] = ..., problems: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ...) -> None: ...

class GetEventRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetEventResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.Event
    def __init__(self, event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ...) -> None: ...

class ListEventsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEventsResponse(_message.Message):
    __slots__ = ("events", "next_page_token")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.Event]
    next_page_token: str
    def __init__(self, events: _Optional[_Iterable[_Union[_event_pb2.Event, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteEventRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteEventResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
