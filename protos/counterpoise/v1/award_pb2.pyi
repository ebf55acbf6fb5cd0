import datetime

from counterpoise.v1 import network_pb2 as _network_pb2
from counterpoise.v1 import plan_pb2 as _plan_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AwardTable(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AWARD_TABLE_UNSPECIFIED: _ClassVar[AwardTable]
    AWARD_TABLE_AWARDS: _ClassVar[AwardTable]
    AWARD_TABLE_WINNERS: _ClassVar[AwardTable]
    AWARD_TABLE_UNCOVERED: _ClassVar[AwardTable]
    AWARD_TABLE_BID_OUTCOMES: _ClassVar[AwardTable]
    AWARD_TABLE_LEDGER: _ClassVar[AwardTable]
    AWARD_TABLE_PRICES_TO_WIN: _ClassVar[AwardTable]
    AWARD_TABLE_RULE_COSTS: _ClassVar[AwardTable]
    AWARD_TABLE_BID_FEEDBACK: _ClassVar[AwardTable]
AWARD_TABLE_UNSPECIFIED: AwardTable
AWARD_TABLE_AWARDS: AwardTable
AWARD_TABLE_WINNERS: AwardTable
AWARD_TABLE_UNCOVERED: AwardTable
AWARD_TABLE_BID_OUTCOMES: AwardTable
AWARD_TABLE_LEDGER: AwardTable
AWARD_TABLE_PRICES_TO_WIN: AwardTable
AWARD_TABLE_RULE_COSTS: AwardTable
AWARD_TABLE_BID_FEEDBACK: AwardTable

class AwardLine(_message.Message):
    __slots__ = ("bid_id", "units")
    BID_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    bid_id: str
    units: int
    def __init__(self, bid_id: _Optional[str] = ..., units: _Optional[int] = ...) -> None: ...

class AwardIncumbent(_message.Message):
    __slots__ = ("index", "objective", "bound", "gap", "elapsed", "found_by", "line_count")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_FIELD_NUMBER: _ClassVar[int]
    FOUND_BY_FIELD_NUMBER: _ClassVar[int]
    LINE_COUNT_FIELD_NUMBER: _ClassVar[int]
    index: int
    objective: float
    bound: float
    gap: float
    elapsed: _duration_pb2.Duration
    found_by: str
    line_count: int
    def __init__(self, index: _Optional[int] = ..., objective: _Optional[float] = ..., bound: _Optional[float] = ..., gap: _Optional[float] = ..., elapsed: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., found_by: _Optional[str] = ..., line_count: _Optional[int] = ...) -> None: ...

class AwardCertificate(_message.Message):
    __slots__ = ("valid", "violation_count", "violations", "spend_money_units", "cost_money_units", "ledger_money_units", "adjustments_money_units", "objective_money_units", "uncovered_units")
    class LedgerMoneyUnitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class AdjustmentsMoneyUnitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    VALID_FIELD_NUMBER: _ClassVar[int]
    VIOLATION_COUNT_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    SPEND_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    COST_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    LEDGER_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_UNITS_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    violation_count: int
    violations: _containers.RepeatedCompositeFieldContainer[_plan_pb2.Violation]
    spend_money_units: int
    cost_money_units: int
    ledger_money_units: _containers.ScalarMap[str, int]
    adjustments_money_units: _containers.ScalarMap[str, int]
    objective_money_units: int
    uncovered_units: int
    def __init__(self, valid: _Optional[bool] = ..., violation_count: _Optional[int] = ..., violations: _Optional[_Iterable[_Union[_plan_pb2.Violation, _Mapping]]] = ..., spend_money_units: _Optional[int] = ..., cost_money_units: _Optional[int] = ..., ledger_money_units: _Optional[_Mapping[str, int]] = ..., adjustments_money_units: _Optional[_Mapping[str, int]] = ..., objective_money_units: _Optional[int] = ..., uncovered_units: _Optional[int] = ...) -> None: ...

class AwardResult(_message.Message):
    __slots__ = ("status", "stopped_by", "currency", "money_decimals", "cost", "spend", "objective", "bound", "bound_money_units", "gap", "certificate", "conflicts", "winner_count", "line_count", "units", "uncovered_units", "backend", "backend_reason", "sizes", "seconds")
    class SizesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class SecondsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STOPPED_BY_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MONEY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    SPEND_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    BOUND_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    WINNER_COUNT_FIELD_NUMBER: _ClassVar[int]
    LINE_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_UNITS_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    BACKEND_REASON_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    status: _plan_pb2.ProofStatus
    stopped_by: _plan_pb2.StopReason
    currency: str
    money_decimals: int
    cost: float
    spend: float
    objective: float
    bound: float
    bound_money_units: int
    gap: float
    certificate: AwardCertificate
    conflicts: _containers.RepeatedCompositeFieldContainer[_plan_pb2.Conflict]
    winner_count: int
    line_count: int
    units: int
    uncovered_units: int
    backend: str
    backend_reason: str
    sizes: _containers.ScalarMap[str, int]
    seconds: _containers.ScalarMap[str, float]
    def __init__(self, status: _Optional[_Union[_plan_pb2.ProofStatus, str]] = ..., stopped_by: _Optional[_Union[_plan_pb2.StopReason, str]] = ..., currency: _Optional[str] = ..., money_decimals: _Optional[int] = ..., cost: _Optional[float] = ..., spend: _Optional[float] = ..., objective: _Optional[float] = ..., bound: _Optional[float] = ..., bound_money_units: _Optional[int] = ..., gap: _Optional[float] = ..., certificate: _Optional[_Union[AwardCertificate, _Mapping]] = ..., conflicts: _Optional[_Iterable[_Union[_plan_pb2.Conflict, _Mapping]]] = ..., winner_count: _Optional[int] = ..., line_count: _Optional[int] = ..., units: _Optional[int] = ..., uncovered_units: _Optional[int] = ..., backend: _Optional[str] = ..., backend_reason: _Optional[str] = ..., sizes: _Optional[_Mapping[str, int]] = ..., seconds: _Optional[_Mapping[str, float]] = ...) -> None: ...

class AwardChunk(_message.Message):
    __slots__ = ("table", "row_count", "columns")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    table: AwardTable
    row_count: int
    columns: _containers.RepeatedCompositeFieldContainer[_network_pb2.Column]
    def __init__(self, table: _Optional[_Union[AwardTable, str]] = ..., row_count: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[_network_pb2.Column, _Mapping]]] = ...) -> None: ...

class Award(_message.Message):
    __slots__ = ("name", "display_name", "state", "create_time", "start_time", "end_time", "event_name", "parameters", "request_id", "warnings", "incumbent_count", "best", "cancel_requested", "result", "error")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    BEST_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    state: _plan_pb2.PlanState
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    event_name: str
    parameters: _plan_pb2.SolveParameters
    request_id: str
    warnings: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    incumbent_count: int
    best: AwardIncumbent
    cancel_requested: bool
    result: AwardResult
    error: _plan_pb2.PlanError
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., state: _Optional[_Union[_plan_pb2.PlanState, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_name: _Optional[str] = ..., parameters: _Optional[_Union[_plan_pb2.SolveParameters, _Mapping]] = ..., request_id: _Optional[str] = ..., warnings: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ..., incumbent_count: _Optional[int] = ..., best: _Optional[_Union[AwardIncumbent, _Mapping]] = ..., cancel_requested: _Optional[bool] = ..., result: _Optional[_Union[AwardResult, _Mapping]] = ..., error: _Optional[_Union[_plan_pb2.PlanError, _Mapping]] = ...) -> None: ...
