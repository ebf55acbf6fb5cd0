import datetime

from counterpoise.v1 import award_pb2 as _award_pb2
from counterpoise.v1 import event_pb2 as _event_pb2
from counterpoise.v1 import network_pb2 as _network_pb2
from counterpoise.v1 import plan_pb2 as _plan_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateAwardRequest(_message.Message):
    __slots__ = ("event", "event_name", "parameters", "display_name", "request_id", "validate_only", "wait_for_result")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_RESULT_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.EventData
    event_name: str
    parameters: _plan_pb2.SolveParameters
    display_name: str
    request_id: str
    validate_only: bool
    wait_for_result: bool
    def __init__(self, event: _Optional[_Union[_event_pb2.EventData, _Mapping]] = ..., event_name: _Optional[str] = ..., parameters: _Optional[_Union[_plan_pb2.SolveParameters, _Mapping]] = ..., display_name: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., wait_for_result: _Optional[bool] = ...) -> None: ...

class CreateAwardResponse(_message.Message):
    __slots__ = ("award",)
    AWARD_FIELD_NUMBER: _ClassVar[int]
    award: _award_pb2.Award
    def __init__(self, award: _Optional[_Union[_award_pb2.Award, _Mapping]] = ...) -> None: ...

class GetAwardRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetAwardResponse(_message.Message):
    __slots__ = ("award",)
    AWARD_FIELD_NUMBER: _ClassVar[int]
    award: _award_pb2.Award
    def __init__(self, award: _Optional[_Union[_award_pb2.Award, _Mapping]] = ...) -> None: ...

class ListAwardsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "state")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    state: _plan_pb2.PlanState
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[_plan_pb2.PlanState, str]] = ...) -> None: ...

class ListAwardsResponse(_message.Message):
    __slots__ = ("awards", "next_page_token")
    AWARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    awards: _containers.RepeatedCompositeFieldContainer[_award_pb2.Award]
    next_page_token: str
    def __init__(self, awards: _Optional[_Iterable[_Union[_award_pb2.Award, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WaitAwardRequest(_message.Message):
    __slots__ = ("name", "timeout")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    name: str
    timeout: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class WaitAwardResponse(_message.Message):
    __slots__ = ("award",)
    AWARD_FIELD_NUMBER: _ClassVar[int]
    award: _award_pb2.Award
    def __init__(self, award: _Optional[_Union[_award_pb2.Award, _Mapping]] = ...) -> None: ...

class WatchAwardRequest(_message.Message):
    __slots__ = ("name", "from_index")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FROM_INDEX_FIELD_NUMBER: _ClassVar[int]
    name: str
    from_index: int
    def __init__(self, name: _Optional[str] = ..., from_index: _Optional[int] = ...) -> None: ...

class WatchAwardResponse(_message.Message):
    __slots__ = ("incumbent", "next_index", "state", "done", "award")
    INCUMBENT_FIELD_NUMBER: _ClassVar[int]
    NEXT_INDEX_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    AWARD_FIELD_NUMBER: _ClassVar[int]
    incumbent: _award_pb2.AwardIncumbent
    next_index: int
    state: _plan_pb2.PlanState
    done: bool
    award: _award_pb2.Award
    def __init__(self, incumbent: _Optional[_Union[_award_pb2.AwardIncumbent, _Mapping]] = ..., next_index: _Optional[int] = ..., state: _Optional[_Union[_plan_pb2.PlanState, str]] = ..., done: _Optional[bool] = ..., award: _Optional[_Union[_award_pb2.Award, _Mapping]] = ...) -> None: ...

class CancelAwardRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelAwardResponse(_message.Message):
    __slots__ = ("award",)
    AWARD_FIELD_NUMBER: _ClassVar[int]
    award: _award_pb2.Award
    def __init__(self, award: _Optional[_Union[_award_pb2.Award, _Mapping]] = ...) -> None: ...

class DeleteAwardRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteAwardResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReadAwardRequest(_message.Message):
    __slots__ = ("name", "tables")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    name: str
    tables: _containers.RepeatedScalarFieldContainer[_award_pb2.AwardTable]
    def __init__(self, name: _Optional[str] = ..., tables: _Optional[_Iterable[_Union[_award_pb2.AwardTable, str]]] = ...) -> None: ...

class ReadAwardResponse(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: _award_pb2.AwardChunk
    def __init__(self, chunk: _Optional[_Union[_award_pb2.AwardChunk, _Mapping]] = ...) -> None: ...

class CheckAwardRequest(_message.Message):
    __slots__ = ("event", "event_name", "lines")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.EventData
    event_name: str
    lines: _containers.RepeatedCompositeFieldContainer[_award_pb2.AwardLine]
    def __init__(self, event: _Optional[_Union[_event_pb2.EventData, _Mapping]] = ..., event_name: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[_award_pb2.AwardLine, _Mapping]]] = ...) -> None: ...

class CheckAwardResponse(_message.Message):
    __slots__ = ("certificate", "warnings")
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    certificate: _award_pb2.AwardCertificate
    warnings: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    def __init__(self, certificate: _Optional[_Union[_award_pb2.AwardCertificate, _Mapping]] = ..., warnings: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ...) -> None: ...

class ExplainAwardRequest(_message.Message):
    __slots__ = ("name", "time_limit", "supplier_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_LIMIT_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    time_limit: _duration_pb2.Duration
    supplier_id: str
    def __init__(self, name: _Optional[str] = ..., time_limit: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., supplier_id: _Optional[str] = ...) -> None: ...

class ExplainAwardResponse(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: _award_pb2.AwardChunk
    def __init__(self, chunk: _Optional[_Union[_award_pb2.AwardChunk, _Mapping]] = ...) -> None: ...
