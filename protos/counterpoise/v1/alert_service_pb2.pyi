import datetime

from counterpoise.v1 import network_pb2 as _network_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AlertBatch(_message.Message):
    __slots__ = ("name", "create_time", "alert_count", "alerts", "warnings")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ALERT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    name: str
    create_time: _timestamp_pb2.Timestamp
    alert_count: int
    alerts: _containers.RepeatedCompositeFieldContainer[_network_pb2.Alert]
    warnings: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    def __init__(self, name: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., alert_count: _Optional[int] = ..., alerts: _Optional[_Iterable[_Union[_network_pb2.Alert, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ...) -> None: ...

class CreateAlertBatchRequest(_message.Message):
    __slots__ = ("parent", "alerts", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    alerts: _containers.RepeatedCompositeFieldContainer[_network_pb2.Alert]
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., alerts: _Optional[_Iterable[_Union[_network_pb2.Alert, _Mapping]]] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CreateAlertBatchResponse(_message.Message):
    __slots__ = ("alert_batch",)
    ALERT_BATCH_FIELD_NUMBER: _ClassVar[int]
    alert_batch: AlertBatch
    def __init__(self, alert_batch: _Optional[_Union[AlertBatch, _Mapping]] = ...) -> None: ...

class GetAlertBatchRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetAlertBatchResponse(_message.Message):
    __slots__ = ("alert_batch",)
    ALERT_BATCH_FIELD_NUMBER: _ClassVar[int]
    alert_batch: AlertBatch
    def __init__(self, alert_batch: _Optional[_Union[AlertBatch, _Mapping]] = ...) -> None: ...

class ListAlertBatchesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAlertBatchesResponse(_message.Message):
    __slots__ = ("alert_batches", "next_page_token")
    ALERT_BATCHES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    alert_batches: _containers.RepeatedCompositeFieldContainer[AlertBatch]
    next_page_token: str
    def __init__(self, alert_batches: _Optional[_Iterable[_Union[AlertBatch, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
