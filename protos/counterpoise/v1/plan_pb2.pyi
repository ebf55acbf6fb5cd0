import datetime

from counterpoise.v1 import network_pb2 as _network_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlanState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_STATE_UNSPECIFIED: _ClassVar[PlanState]
    PLAN_STATE_QUEUED: _ClassVar[PlanState]
    PLAN_STATE_RUNNING: _ClassVar[PlanState]
    PLAN_STATE_SUCCEEDED: _ClassVar[PlanState]
    PLAN_STATE_INFEASIBLE: _ClassVar[PlanState]
    PLAN_STATE_NO_PLAN: _ClassVar[PlanState]
    PLAN_STATE_CANCELLED: _ClassVar[PlanState]
    PLAN_STATE_FAILED: _ClassVar[PlanState]

class ProofStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROOF_STATUS_UNSPECIFIED: _ClassVar[ProofStatus]
    PROOF_STATUS_OPTIMAL: _ClassVar[ProofStatus]
    PROOF_STATUS_FEASIBLE: _ClassVar[ProofStatus]
    PROOF_STATUS_INFEASIBLE: _ClassVar[ProofStatus]
    PROOF_STATUS_NO_PLAN: _ClassVar[ProofStatus]

class StopReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STOP_REASON_UNSPECIFIED: _ClassVar[StopReason]
    STOP_REASON_PROVED: _ClassVar[StopReason]
    STOP_REASON_GAP_LIMIT: _ClassVar[StopReason]
    STOP_REASON_TIME_LIMIT: _ClassVar[StopReason]
    STOP_REASON_CANCELLED: _ClassVar[StopReason]
    STOP_REASON_NOTHING_TO_DO: _ClassVar[StopReason]
    STOP_REASON_SEARCH_ENDED: _ClassVar[StopReason]

class Response(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESPONSE_UNSPECIFIED: _ClassVar[Response]
    RESPONSE_TRANSFER: _ClassVar[Response]
    RESPONSE_MARKDOWN: _ClassVar[Response]
    RESPONSE_LIQUIDATION: _ClassVar[Response]
    RESPONSE_RETURN: _ClassVar[Response]
    RESPONSE_PURCHASE: _ClassVar[Response]
    RESPONSE_KEEP: _ClassVar[Response]

class PlanTable(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_TABLE_UNSPECIFIED: _ClassVar[PlanTable]
    PLAN_TABLE_TRANSFERS: _ClassVar[PlanTable]
    PLAN_TABLE_DISPATCHES: _ClassVar[PlanTable]
    PLAN_TABLE_UNMET: _ClassVar[PlanTable]
    PLAN_TABLE_ALERT_OUTCOMES: _ClassVar[PlanTable]
    PLAN_TABLE_FIXES: _ClassVar[PlanTable]
    PLAN_TABLE_MARKDOWNS: _ClassVar[PlanTable]
    PLAN_TABLE_EXITS: _ClassVar[PlanTable]
    PLAN_TABLE_PURCHASES: _ClassVar[PlanTable]
PLAN_STATE_UNSPECIFIED: PlanState
PLAN_STATE_QUEUED: PlanState
PLAN_STATE_RUNNING: PlanState
PLAN_STATE_SUCCEEDED: PlanState
PLAN_STATE_INFEASIBLE: PlanState
PLAN_STATE_NO_PLAN: PlanState
PLAN_STATE_CANCELLED: PlanState
PLAN_STATE_FAILED: PlanState
PROOF_STATUS_UNSPECIFIED: ProofStatus
PROOF_STATUS_OPTIMAL: ProofStatus
PROOF_STATUS_FEASIBLE: ProofStatus
PROOF_STATUS_INFEASIBLE: ProofStatus
PROOF_STATUS_NO_PLAN: ProofStatus
STOP_REASON_UNSPECIFIED: StopReason
STOP_REASON_PROVED: StopReason
STOP_REASON_GAP_LIMIT: StopReason
STOP_REASON_TIME_LIMIT: StopReason
STOP_REASON_CANCELLED: StopReason
STOP_REASON_NOTHING_TO_DO: StopReason
STOP_REASON_SEARCH_ENDED: StopReason
RESPONSE_UNSPECIFIED: Response
RESPONSE_TRANSFER: Response
RESPONSE_MARKDOWN: Response
RESPONSE_LIQUIDATION: Response
RESPONSE_RETURN: Response
RESPONSE_PURCHASE: Response
RESPONSE_KEEP: Response
PLAN_TABLE_UNSPECIFIED: PlanTable
PLAN_TABLE_TRANSFERS: PlanTable
PLAN_TABLE_DISPATCHES: PlanTable
PLAN_TABLE_UNMET: PlanTable
PLAN_TABLE_ALERT_OUTCOMES: PlanTable
PLAN_TABLE_FIXES: PlanTable
PLAN_TABLE_MARKDOWNS: PlanTable
PLAN_TABLE_EXITS: PlanTable
PLAN_TABLE_PURCHASES: PlanTable

class SolveParameters(_message.Message):
    __slots__ = ("time_limit", "gap", "backend")
    TIME_LIMIT_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    time_limit: _duration_pb2.Duration
    gap: float
    backend: str
    def __init__(self, time_limit: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., gap: _Optional[float] = ..., backend: _Optional[str] = ...) -> None: ...

class SeverityWeight(_message.Message):
    __slots__ = ("severity", "weight")
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    severity: _network_pb2.Severity
    weight: float
    def __init__(self, severity: _Optional[_Union[_network_pb2.Severity, str]] = ..., weight: _Optional[float] = ...) -> None: ...

class SeverityResponses(_message.Message):
    __slots__ = ("severity", "responses")
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    severity: _network_pb2.Severity
    responses: _containers.RepeatedScalarFieldContainer[Response]
    def __init__(self, severity: _Optional[_Union[_network_pb2.Severity, str]] = ..., responses: _Optional[_Iterable[_Union[Response, str]]] = ...) -> None: ...

class ChangePrice(_message.Message):
    __slots__ = ("from_day", "price_per_unit")
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    PRICE_PER_UNIT_FIELD_NUMBER: _ClassVar[int]
    from_day: int
    price_per_unit: float
    def __init__(self, from_day: _Optional[int] = ..., price_per_unit: _Optional[float] = ...) -> None: ...

class FormerPlan(_message.Message):
    __slots__ = ("name", "lines", "frozen_before_day", "all_frozen", "change_prices")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    FROZEN_BEFORE_DAY_FIELD_NUMBER: _ClassVar[int]
    ALL_FROZEN_FIELD_NUMBER: _ClassVar[int]
    CHANGE_PRICES_FIELD_NUMBER: _ClassVar[int]
    name: str
    lines: ProposedPlan
    frozen_before_day: int
    all_frozen: bool
    change_prices: _containers.RepeatedCompositeFieldContainer[ChangePrice]
    def __init__(self, name: _Optional[str] = ..., lines: _Optional[_Union[ProposedPlan, _Mapping]] = ..., frozen_before_day: _Optional[int] = ..., all_frozen: _Optional[bool] = ..., change_prices: _Optional[_Iterable[_Union[ChangePrice, _Mapping]]] = ...) -> None: ...

class Repair(_message.Message):
    __slots__ = ("certificate", "left_out", "changed_units", "least_changed_units")
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_UNITS_FIELD_NUMBER: _ClassVar[int]
    LEAST_CHANGED_UNITS_FIELD_NUMBER: _ClassVar[int]
    certificate: Certificate
    left_out: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    changed_units: int
    least_changed_units: int
    def __init__(self, certificate: _Optional[_Union[Certificate, _Mapping]] = ..., left_out: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ..., changed_units: _Optional[int] = ..., least_changed_units: _Optional[int] = ...) -> None: ...

class Incumbent(_message.Message):
    __slots__ = ("index", "benefit", "bound", "gap", "elapsed", "found_by", "line_count", "objective")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_FIELD_NUMBER: _ClassVar[int]
    FOUND_BY_FIELD_NUMBER: _ClassVar[int]
    LINE_COUNT_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    index: int
    benefit: float
    bound: float
    gap: float
    elapsed: _duration_pb2.Duration
    found_by: str
    line_count: int
    objective: float
    def __init__(self, index: _Optional[int] = ..., benefit: _Optional[float] = ..., bound: _Optional[float] = ..., gap: _Optional[float] = ..., elapsed: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., found_by: _Optional[str] = ..., line_count: _Optional[int] = ..., objective: _Optional[float] = ...) -> None: ...

class Violation(_message.Message):
    __slots__ = ("rule", "place", "message", "amount")
    RULE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    rule: str
    place: str
    message: str
    amount: float
    def __init__(self, rule: _Optional[str] = ..., place: _Optional[str] = ..., message: _Optional[str] = ..., amount: _Optional[float] = ...) -> None: ...

class Certificate(_message.Message):
    __slots__ = ("valid", "violation_count", "violations", "benefit_money_units", "ledger_money_units", "adjustments_money_units", "objective_money_units")
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
    BENEFIT_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    LEDGER_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    violation_count: int
    violations: _containers.RepeatedCompositeFieldContainer[Violation]
    benefit_money_units: int
    ledger_money_units: _containers.ScalarMap[str, int]
    adjustments_money_units: _containers.ScalarMap[str, int]
    objective_money_units: int
    def __init__(self, valid: _Optional[bool] = ..., violation_count: _Optional[int] = ..., violations: _Optional[_Iterable[_Union[Violation, _Mapping]]] = ..., benefit_money_units: _Optional[int] = ..., ledger_money_units: _Optional[_Mapping[str, int]] = ..., adjustments_money_units: _Optional[_Mapping[str, int]] = ..., objective_money_units: _Optional[int] = ...) -> None: ...

class Conflict(_message.Message):
    __slots__ = ("rule", "place", "amount", "message")
    RULE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    place: str
    amount: float
    message: str
    def __init__(self, rule: _Optional[str] = ..., place: _Optional[str] = ..., amount: _Optional[float] = ..., message: _Optional[str] = ...) -> None: ...

class AlertOutcomeCounts(_message.Message):
    __slots__ = ("resolved", "partly", "unresolved")
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    PARTLY_FIELD_NUMBER: _ClassVar[int]
    UNRESOLVED_FIELD_NUMBER: _ClassVar[int]
    resolved: int
    partly: int
    unresolved: int
    def __init__(self, resolved: _Optional[int] = ..., partly: _Optional[int] = ..., unresolved: _Optional[int] = ...) -> None: ...

class ResponseUse(_message.Message):
    __slots__ = ("response", "lines", "units")
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    response: Response
    lines: int
    units: int
    def __init__(self, response: _Optional[_Union[Response, str]] = ..., lines: _Optional[int] = ..., units: _Optional[int] = ...) -> None: ...

class PlanResult(_message.Message):
    __slots__ = ("status", "stopped_by", "currency", "money_decimals", "benefit", "bound", "benefit_money_units", "bound_money_units", "gap", "certificate", "conflicts", "line_count", "dispatch_count", "transferred_units", "unmet_units", "alert_outcomes", "backend", "backend_reason", "sizes", "seconds", "objective", "objective_money_units", "responses")
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
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    BOUND_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    LINE_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_COUNT_FIELD_NUMBER: _ClassVar[int]
    TRANSFERRED_UNITS_FIELD_NUMBER: _ClassVar[int]
    UNMET_UNITS_FIELD_NUMBER: _ClassVar[int]
    ALERT_OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    BACKEND_REASON_FIELD_NUMBER: _ClassVar[int]
    SIZES_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    status: ProofStatus
    stopped_by: StopReason
    currency: str
    money_decimals: int
    benefit: float
    bound: float
    benefit_money_units: int
    bound_money_units: int
    gap: float
    certificate: Certificate
    conflicts: _containers.RepeatedCompositeFieldContainer[Conflict]
    line_count: int
    dispatch_count: int
    transferred_units: int
    unmet_units: int
    alert_outcomes: AlertOutcomeCounts
    backend: str
    backend_reason: str
    sizes: _containers.ScalarMap[str, int]
    seconds: _containers.ScalarMap[str, float]
    objective: float
    objective_money_units: int
    responses: _containers.RepeatedCompositeFieldContainer[ResponseUse]
    def __init__(self, status: _Optional[_Union[ProofStatus, str]] = ..., stopped_by: _Optional[_Union[StopReason, str]] = ..., currency: _Optional[str] = ..., money_decimals: _Optional[int] = ..., benefit: _Optional[float] = ..., bound: _Optional[float] = ..., benefit_money_units: _Optional[int] = ..., bound_money_units: _Optional[int] = ..., gap: _Optional[float] = ..., certificate: _Optional[_Union[Certificate, _Mapping]] = ..., conflicts: _Optional[_Iterable[_Union[Conflict, _Mapping]]] = ..., line_count: _Optional[int] = ..., dispatch_count: _Optional[int] = ..., transferred_units: _Optional[int] = ..., unmet_units: _Optional[int] = ..., alert_outcomes: _Optional[_Union[AlertOutcomeCounts, _Mapping]] = ..., backend: _Optional[str] = ..., backend_reason: _Optional[str] = ..., sizes: _Optional[_Mapping[str, int]] = ..., seconds: _Optional[_Mapping[str, float]] = ..., objective: _Optional[float] = ..., objective_money_units: _Optional[int] = ..., responses: _Optional[_Iterable[_Union[ResponseUse, _Mapping]]] = ...) -> None: ...

class PlanError(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("name", "display_name", "state", "create_time", "start_time", "end_time", "network_name", "alert_batch_names", "scope_sku_ids", "parameters", "request_id", "alert_count", "warnings", "incumbent_count", "best", "cancel_requested", "result", "error", "scope_categories", "scope_node_ids", "scope_alert_ids", "severity_weights", "response_policy", "min_line_benefit", "min_dispatch_benefit", "former_plan", "repair", "responses", "event_name")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    NETWORK_NAME_FIELD_NUMBER: _ClassVar[int]
    ALERT_BATCH_NAMES_FIELD_NUMBER: _ClassVar[int]
    SCOPE_SKU_IDS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ALERT_COUNT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    BEST_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    SCOPE_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    SCOPE_NODE_IDS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ALERT_IDS_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_POLICY_FIELD_NUMBER: _ClassVar[int]
    MIN_LINE_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    MIN_DISPATCH_BENEFIT_FIELD_NUMBER: _ClassVar[int]
    FORMER_PLAN_FIELD_NUMBER: _ClassVar[int]
    REPAIR_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    state: PlanState
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    network_name: str
    alert_batch_names: _containers.RepeatedScalarFieldContainer[str]
    scope_sku_ids: _containers.RepeatedScalarFieldContainer[str]
    parameters: SolveParameters
    request_id: str
    alert_count: int
    warnings: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    incumbent_count: int
    best: Incumbent
    cancel_requested: bool
    result: PlanResult
    error: PlanError
    scope_categories: _containers.RepeatedScalarFieldContainer[str]
    scope_node_ids: _containers.RepeatedScalarFieldContainer[str]
    scope_alert_ids: _containers.RepeatedScalarFieldContainer[str]
    severity_weights: _containers.RepeatedCompositeFieldContainer[SeverityWeight]
    response_policy: _containers.RepeatedCompositeFieldContainer[SeverityResponses]
    min_line_benefit: float
    min_dispatch_benefit: float
    former_plan: FormerPlan
    repair: Repair
    responses: _containers.RepeatedScalarFieldContainer[Response]
    event_name: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., state: _Optional[_Union[PlanState, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., network_name: _Optional[str] = ..., alert_batch_names: _Optional[_Iterable[str]] = ..., scope_sku_ids: _Optional[_Iterable[str]] = ..., parameters: _Optional[_Union[SolveParameters, _Mapping]] = ..., request_id: _Optional[str] = ..., alert_count: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ..., incumbent_count: _Optional[int] = ..., best: _Optional[_Union[Incumbent, _Mapping]] = ..., cancel_requested: _Optional[bool] = ..., result: _Optional[_Union[PlanResult, _Mapping]] = ..., error: _Optional[_Union[PlanError, _Mapping]] = ..., scope_categories: _Optional[_Iterable[str]] = ..., scope_node_ids: _Optional[_Iterable[str]] = ..., scope_alert_ids: _Optional[_Iterable[str]] = ..., severity_weights: _Optional[_Iterable[_Union[SeverityWeight, _Mapping]]] = ..., response_policy: _Optional[_Iterable[_Union[SeverityResponses, _Mapping]]] = ..., min_line_benefit: _Optional[float] = ..., min_dispatch_benefit: _Optional[float] = ..., former_plan: _Optional[_Union[FormerPlan, _Mapping]] = ..., repair: _Optional[_Union[Repair, _Mapping]] = ..., responses: _Optional[_Iterable[_Union[Response, str]]] = ..., event_name: _Optional[str] = ...) -> None: ...

class TransferColumns(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "sku_id", "units", "arrives_day", "benefit_money_units", "reason", "expiry_day", "lot_id")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    ARRIVES_DAY_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAY_FIELD_NUMBER: _ClassVar[int]
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    lane_id: _containers.RepeatedScalarFieldContainer[str]
    origin: _containers.RepeatedScalarFieldContainer[str]
    destination: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    units: _containers.RepeatedScalarFieldContainer[int]
    arrives_day: _containers.RepeatedScalarFieldContainer[int]
    benefit_money_units: _containers.RepeatedScalarFieldContainer[int]
    reason: _containers.RepeatedScalarFieldContainer[str]
    expiry_day: _containers.RepeatedScalarFieldContainer[int]
    lot_id: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, lane_id: _Optional[_Iterable[str]] = ..., origin: _Optional[_Iterable[str]] = ..., destination: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., units: _Optional[_Iterable[int]] = ..., arrives_day: _Optional[_Iterable[int]] = ..., benefit_money_units: _Optional[_Iterable[int]] = ..., reason: _Optional[_Iterable[str]] = ..., expiry_day: _Optional[_Iterable[int]] = ..., lot_id: _Optional[_Iterable[str]] = ...) -> None: ...

class MarkdownColumns(_message.Message):
    __slots__ = ("sku_id", "zone", "period", "price", "list_price", "expected_units", "expected_revenue", "reason")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_UNITS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVENUE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    zone: _containers.RepeatedScalarFieldContainer[str]
    period: _containers.RepeatedScalarFieldContainer[int]
    price: _containers.RepeatedScalarFieldContainer[float]
    list_price: _containers.RepeatedScalarFieldContainer[float]
    expected_units: _containers.RepeatedScalarFieldContainer[float]
    expected_revenue: _containers.RepeatedScalarFieldContainer[float]
    reason: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, sku_id: _Optional[_Iterable[str]] = ..., zone: _Optional[_Iterable[str]] = ..., period: _Optional[_Iterable[int]] = ..., price: _Optional[_Iterable[float]] = ..., list_price: _Optional[_Iterable[float]] = ..., expected_units: _Optional[_Iterable[float]] = ..., expected_revenue: _Optional[_Iterable[float]] = ..., reason: _Optional[_Iterable[str]] = ...) -> None: ...

class ExitColumns(_message.Message):
    __slots__ = ("node_id", "exit_id", "sku_id", "units", "day", "unit_proceeds_money_units", "benefit_money_units", "reason", "expiry_day", "lot_id")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    EXIT_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PROCEEDS_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAY_FIELD_NUMBER: _ClassVar[int]
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    node_id: _containers.RepeatedScalarFieldContainer[str]
    exit_id: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    units: _containers.RepeatedScalarFieldContainer[int]
    day: _containers.RepeatedScalarFieldContainer[int]
    unit_proceeds_money_units: _containers.RepeatedScalarFieldContainer[int]
    benefit_money_units: _containers.RepeatedScalarFieldContainer[int]
    reason: _containers.RepeatedScalarFieldContainer[str]
    expiry_day: _containers.RepeatedScalarFieldContainer[int]
    lot_id: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, node_id: _Optional[_Iterable[str]] = ..., exit_id: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., units: _Optional[_Iterable[int]] = ..., day: _Optional[_Iterable[int]] = ..., unit_proceeds_money_units: _Optional[_Iterable[int]] = ..., benefit_money_units: _Optional[_Iterable[int]] = ..., reason: _Optional[_Iterable[str]] = ..., expiry_day: _Optional[_Iterable[int]] = ..., lot_id: _Optional[_Iterable[str]] = ...) -> None: ...

class PurchaseColumns(_message.Message):
    __slots__ = ("quote_id", "supplier", "node_id", "sku_id", "units", "day", "unit_price_money_units", "benefit_money_units", "reason")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    quote_id: _containers.RepeatedScalarFieldContainer[str]
    supplier: _containers.RepeatedScalarFieldContainer[str]
    node_id: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    units: _containers.RepeatedScalarFieldContainer[int]
    day: _containers.RepeatedScalarFieldContainer[int]
    unit_price_money_units: _containers.RepeatedScalarFieldContainer[int]
    benefit_money_units: _containers.RepeatedScalarFieldContainer[int]
    reason: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, quote_id: _Optional[_Iterable[str]] = ..., supplier: _Optional[_Iterable[str]] = ..., node_id: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., units: _Optional[_Iterable[int]] = ..., day: _Optional[_Iterable[int]] = ..., unit_price_money_units: _Optional[_Iterable[int]] = ..., benefit_money_units: _Optional[_Iterable[int]] = ..., reason: _Optional[_Iterable[str]] = ...) -> None: ...

class DispatchColumns(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "dispatches", "load_kg", "capacity_kg", "fixed_cost")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    DISPATCHES_FIELD_NUMBER: _ClassVar[int]
    LOAD_KG_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_KG_FIELD_NUMBER: _ClassVar[int]
    FIXED_COST_FIELD_NUMBER: _ClassVar[int]
    lane_id: _containers.RepeatedScalarFieldContainer[str]
    origin: _containers.RepeatedScalarFieldContainer[str]
    destination: _containers.RepeatedScalarFieldContainer[str]
    dispatches: _containers.RepeatedScalarFieldContainer[int]
    load_kg: _containers.RepeatedScalarFieldContainer[float]
    capacity_kg: _containers.RepeatedScalarFieldContainer[float]
    fixed_cost: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, lane_id: _Optional[_Iterable[str]] = ..., origin: _Optional[_Iterable[str]] = ..., destination: _Optional[_Iterable[str]] = ..., dispatches: _Optional[_Iterable[int]] = ..., load_kg: _Optional[_Iterable[float]] = ..., capacity_kg: _Optional[_Iterable[float]] = ..., fixed_cost: _Optional[_Iterable[float]] = ...) -> None: ...

class UnmetColumns(_message.Message):
    __slots__ = ("node_id", "sku_id", "units", "code", "reason", "cheapest_fix", "fix_cost_money_units", "fix_worth_money_units")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHEAPEST_FIX_FIELD_NUMBER: _ClassVar[int]
    FIX_COST_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    FIX_WORTH_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    node_id: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    units: _containers.RepeatedScalarFieldContainer[int]
    code: _containers.RepeatedScalarFieldContainer[str]
    reason: _containers.RepeatedScalarFieldContainer[str]
    cheapest_fix: _containers.RepeatedScalarFieldContainer[str]
    fix_cost_money_units: _containers.RepeatedScalarFieldContainer[int]
    fix_worth_money_units: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, node_id: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., units: _Optional[_Iterable[int]] = ..., code: _Optional[_Iterable[str]] = ..., reason: _Optional[_Iterable[str]] = ..., cheapest_fix: _Optional[_Iterable[str]] = ..., fix_cost_money_units: _Optional[_Iterable[int]] = ..., fix_worth_money_units: _Optional[_Iterable[int]] = ...) -> None: ...

class FixColumns(_message.Message):
    __slots__ = ("node_id", "sku_id", "field", "place", "amount")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    node_id: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    field: _containers.RepeatedScalarFieldContainer[str]
    place: _containers.RepeatedScalarFieldContainer[str]
    amount: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, node_id: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., field: _Optional[_Iterable[str]] = ..., place: _Optional[_Iterable[str]] = ..., amount: _Optional[_Iterable[float]] = ...) -> None: ...

class AlertOutcomeColumns(_message.Message):
    __slots__ = ("alert_id", "outcome", "units_asked", "units_by_transfer", "day", "reason", "units_by_markdown", "units_by_exit", "units_by_purchase")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    UNITS_ASKED_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_TRANSFER_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_MARKDOWN_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_EXIT_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_PURCHASE_FIELD_NUMBER: _ClassVar[int]
    alert_id: _containers.RepeatedScalarFieldContainer[str]
    outcome: _containers.RepeatedScalarFieldContainer[str]
    units_asked: _containers.RepeatedScalarFieldContainer[int]
    units_by_transfer: _containers.RepeatedScalarFieldContainer[int]
    day: _containers.RepeatedScalarFieldContainer[int]
    reason: _containers.RepeatedScalarFieldContainer[str]
    units_by_markdown: _containers.RepeatedScalarFieldContainer[int]
    units_by_exit: _containers.RepeatedScalarFieldContainer[int]
    units_by_purchase: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, alert_id: _Optional[_Iterable[str]] = ..., outcome: _Optional[_Iterable[str]] = ..., units_asked: _Optional[_Iterable[int]] = ..., units_by_transfer: _Optional[_Iterable[int]] = ..., day: _Optional[_Iterable[int]] = ..., reason: _Optional[_Iterable[str]] = ..., units_by_markdown: _Optional[_Iterable[int]] = ..., units_by_exit: _Optional[_Iterable[int]] = ..., units_by_purchase: _Optional[_Iterable[int]] = ...) -> None: ...

class ProposedLine(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "sku_id", "units", "arrives_day", "expiry_day", "lot_id")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    ARRIVES_DAY_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAY_FIELD_NUMBER: _ClassVar[int]
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    lane_id: str
    origin: str
    destination: str
    sku_id: str
    units: int
    arrives_day: int
    expiry_day: int
    lot_id: str
    def __init__(self, lane_id: _Optional[str] = ..., origin: _Optional[str] = ..., destination: _Optional[str] = ..., sku_id: _Optional[str] = ..., units: _Optional[int] = ..., arrives_day: _Optional[int] = ..., expiry_day: _Optional[int] = ..., lot_id: _Optional[str] = ...) -> None: ...

class ProposedDispatch(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "dispatches")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    DISPATCHES_FIELD_NUMBER: _ClassVar[int]
    lane_id: str
    origin: str
    destination: str
    dispatches: int
    def __init__(self, lane_id: _Optional[str] = ..., origin: _Optional[str] = ..., destination: _Optional[str] = ..., dispatches: _Optional[int] = ...) -> None: ...

class ProposedMarkdown(_message.Message):
    __slots__ = ("sku_id", "zone", "period", "price")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    zone: str
    period: int
    price: float
    def __init__(self, sku_id: _Optional[str] = ..., zone: _Optional[str] = ..., period: _Optional[int] = ..., price: _Optional[float] = ...) -> None: ...

class ProposedExit(_message.Message):
    __slots__ = ("node_id", "exit_id", "sku_id", "units", "day", "expiry_day", "lot_id")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    EXIT_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAY_FIELD_NUMBER: _ClassVar[int]
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    exit_id: str
    sku_id: str
    units: int
    day: int
    expiry_day: int
    lot_id: str
    def __init__(self, node_id: _Optional[str] = ..., exit_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., units: _Optional[int] = ..., day: _Optional[int] = ..., expiry_day: _Optional[int] = ..., lot_id: _Optional[str] = ...) -> None: ...

class ProposedPurchase(_message.Message):
    __slots__ = ("quote_id", "units", "day")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    quote_id: str
    units: int
    day: int
    def __init__(self, quote_id: _Optional[str] = ..., units: _Optional[int] = ..., day: _Optional[int] = ...) -> None: ...

class ProposedPlan(_message.Message):
    __slots__ = ("lines", "dispatches", "markdowns", "exits", "purchases")
    LINES_FIELD_NUMBER: _ClassVar[int]
    DISPATCHES_FIELD_NUMBER: _ClassVar[int]
    MARKDOWNS_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[ProposedLine]
    dispatches: _containers.RepeatedCompositeFieldContainer[ProposedDispatch]
    markdowns: _containers.RepeatedCompositeFieldContainer[ProposedMarkdown]
    exits: _containers.RepeatedCompositeFieldContainer[ProposedExit]
    purchases: _containers.RepeatedCompositeFieldContainer[ProposedPurchase]
    def __init__(self, lines: _Optional[_Iterable[_Union[ProposedLine, _Mapping]]] = ..., dispatches: _Optional[_Iterable[_Union[ProposedDispatch, _Mapping]]] = ..., markdowns: _Optional[_Iterable[_Union[ProposedMarkdown, _Mapping]]] = ..., exits: _Optional[_Iterable[_Union[ProposedExit, _Mapping]]] = ..., purchases: _Optional[_Iterable[_Union[ProposedPurchase, _Mapping]]] = ...) -> None: ...
