from counterpoise.v1 import plan_pb2 as _plan_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlanAlternative(_message.Message):
    __slots__ = ("alert_id", "choice", "rank", "benefit", "objective", "objective_lost", "cost", "line_count", "dispatch_count", "units", "last_day", "mean_day", "emissions_kg", "emissions_known", "risk_resolved", "summary", "units_by_transfer", "prices_marked_down", "units_by_liquidation", "units_by_return", "units_by_purchase")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_LOST_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    LINE_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    MEAN_DAY_FIELD_NUMBER: _ClassVar[int]
    EMISSIONS_KG_FIELD_NUMBER: _ClassVar[int]
    EMISSIONS_KNOWN_FIELD_NUMBER: _ClassVar[int]
    RISK_RESOLVED_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_TRANSFER_FIELD_NUMBER: _ClassVar[int]
    PRICES_MARKED_DOWN_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_LIQUIDATION_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_RETURN_FIELD_NUMBER: _ClassVar[int]
    UNITS_BY_PURCHASE_FIELD_NUMBER: _ClassVar[int]
    alert_id: str
    choice: str
    rank: int
    benefit: float
    objective: float
    objective_lost: float
    cost: float
    line_count: int
    dispatch_count: int
    units: int
    last_day: int
    mean_day: float
    emissions_kg: float
    emissions_known: float
    risk_resolved: float
    summary: str
    units_by_transfer: int
    prices_marked_down: int
    units_by_liquidation: int
    units_by_return: int
    units_by_purchase: int
    def __init__(self, alert_id: _Optional[str] = ..., choice: _Optional[str] = ..., rank: _Optional[int] = ..., benefit: _Optional[float] = ..., objective: _Optional[float] = ..., objective_lost: _Optional[float] = ..., cost: _Optional[float] = ..., line_count: _Optional[int] = ..., dispatch_count: _Optional[int] = ..., units: _Optional[int] = ..., last_day: _Optional[int] = ..., mean_day: _Optional[float] = ..., emissions_kg: _Optional[float] = ..., emissions_known: _Optional[float] = ..., risk_resolved: _Optional[float] = ..., summary: _Optional[str] = ..., units_by_transfer: _Optional[int] = ..., prices_marked_down: _Optional[int] = ..., units_by_liquidation: _Optional[int] = ..., units_by_return: _Optional[int] = ..., units_by_purchase: _Optional[int] = ...) -> None: ...

class PlanDifference(_message.Message):
    __slots__ = ("lines_added", "lines_removed", "lines_changed", "changed_units", "benefit_money_units", "objective_money_units", "ledger_money_units", "adjustments_money_units", "currency", "money_decimals", "before", "after", "markdowns_changed")
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
    LINES_ADDED_FIELD_NUMBER: _ClassVar[int]
    LINES_REMOVED_FIELD_NUMBER: _ClassVar[int]
    LINES_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CHANGED_UNITS_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    LEDGER_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_MONEY_UNITS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MONEY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    MARKDOWNS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    lines_added: int
    lines_removed: int
    lines_changed: int
    changed_units: int
    benefit_money_units: int
    objective_money_units: int
    ledger_money_units: _containers.ScalarMap[str, int]
    adjustments_money_units: _containers.ScalarMap[str, int]
    currency: str
    money_decimals: int
    before: _plan_pb2.Certificate
    after: _plan_pb2.Certificate
    markdowns_changed: int
    def __init__(self, lines_added: _Optional[int] = ..., lines_removed: _Optional[int] = ..., lines_changed: _Optional[int] = ..., changed_units: _Optional[int] = ..., benefit_money_units: _Optional[int] = ..., objective_money_units: _Optional[int] = ..., ledger_money_units: _Optional[_Mapping[str, int]] = ..., adjustments_money_units: _Optional[_Mapping[str, int]] = ..., currency: _Optional[str] = ..., money_decimals: _Optional[int] = ..., before: _Optional[_Union[_plan_pb2.Certificate, _Mapping]] = ..., after: _Optional[_Union[_plan_pb2.Certificate, _Mapping]] = ..., markdowns_changed: _Optional[int] = ...) -> None: ...

class LineChangeColumns(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "sku_id", "arrives_day", "expiry_day", "units_before", "units_after")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    ARRIVES_DAY_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAY_FIELD_NUMBER: _ClassVar[int]
    UNITS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    UNITS_AFTER_FIELD_NUMBER: _ClassVar[int]
    lane_id: _containers.RepeatedScalarFieldContainer[str]
    origin: _containers.RepeatedScalarFieldContainer[str]
    destination: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    arrives_day: _containers.RepeatedScalarFieldContainer[int]
    expiry_day: _containers.RepeatedScalarFieldContainer[int]
    units_before: _containers.RepeatedScalarFieldContainer[int]
    units_after: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, lane_id: _Optional[_Iterable[str]] = ..., origin: _Optional[_Iterable[str]] = ..., destination: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., arrives_day: _Optional[_Iterable[int]] = ..., expiry_day: _Optional[_Iterable[int]] = ..., units_before: _Optional[_Iterable[int]] = ..., units_after: _Optional[_Iterable[int]] = ...) -> None: ...

class DispatchChangeColumns(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "dispatches_before", "dispatches_after")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    DISPATCHES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    DISPATCHES_AFTER_FIELD_NUMBER: _ClassVar[int]
    lane_id: _containers.RepeatedScalarFieldContainer[str]
    origin: _containers.RepeatedScalarFieldContainer[str]
    destination: _containers.RepeatedScalarFieldContainer[str]
    dispatches_before: _containers.RepeatedScalarFieldContainer[int]
    dispatches_after: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, lane_id: _Optional[_Iterable[str]] = ..., origin: _Optional[_Iterable[str]] = ..., destination: _Optional[_Iterable[str]] = ..., dispatches_before: _Optional[_Iterable[int]] = ..., dispatches_after: _Optional[_Iterable[int]] = ...) -> None: ...

class MarkdownChangeColumns(_message.Message):
    __slots__ = ("sku_id", "zone", "period", "price_before", "price_after")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRICE_BEFORE_FIELD_NUMBER: _ClassVar[int]
    PRICE_AFTER_FIELD_NUMBER: _ClassVar[int]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    zone: _containers.RepeatedScalarFieldContainer[str]
    period: _containers.RepeatedScalarFieldContainer[int]
    price_before: _containers.RepeatedScalarFieldContainer[float]
    price_after: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, sku_id: _Optional[_Iterable[str]] = ..., zone: _Optional[_Iterable[str]] = ..., period: _Optional[_Iterable[int]] = ..., price_before: _Optional[_Iterable[float]] = ..., price_after: _Optional[_Iterable[float]] = ...) -> None: ...

class ExitChangeColumns(_message.Message):
    __slots__ = ("node_id", "exit_id", "sku_id", "day", "expiry_day", "units_before", "units_after")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    EXIT_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAY_FIELD_NUMBER: _ClassVar[int]
    UNITS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    UNITS_AFTER_FIELD_NUMBER: _ClassVar[int]
    node_id: _containers.RepeatedScalarFieldContainer[str]
    exit_id: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    day: _containers.RepeatedScalarFieldContainer[int]
    expiry_day: _containers.RepeatedScalarFieldContainer[int]
    units_before: _containers.RepeatedScalarFieldContainer[int]
    units_after: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, node_id: _Optional[_Iterable[str]] = ..., exit_id: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., day: _Optional[_Iterable[int]] = ..., expiry_day: _Optional[_Iterable[int]] = ..., units_before: _Optional[_Iterable[int]] = ..., units_after: _Optional[_Iterable[int]] = ...) -> None: ...

class PurchaseChangeColumns(_message.Message):
    __slots__ = ("quote_id", "node_id", "sku_id", "day", "units_before", "units_after")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    UNITS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    UNITS_AFTER_FIELD_NUMBER: _ClassVar[int]
    quote_id: _containers.RepeatedScalarFieldContainer[str]
    node_id: _containers.RepeatedScalarFieldContainer[str]
    sku_id: _containers.RepeatedScalarFieldContainer[str]
    day: _containers.RepeatedScalarFieldContainer[int]
    units_before: _containers.RepeatedScalarFieldContainer[int]
    units_after: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, quote_id: _Optional[_Iterable[str]] = ..., node_id: _Optional[_Iterable[str]] = ..., sku_id: _Optional[_Iterable[str]] = ..., day: _Optional[_Iterable[int]] = ..., units_before: _Optional[_Iterable[int]] = ..., units_after: _Optional[_Iterable[int]] = ...) -> None: ...

class OutcomeChangeColumns(_message.Message):
    __slots__ = ("alert_id", "outcome_before", "outcome_after", "units_before", "units_after")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_BEFORE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_AFTER_FIELD_NUMBER: _ClassVar[int]
    UNITS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    UNITS_AFTER_FIELD_NUMBER: _ClassVar[int]
    alert_id: _containers.RepeatedScalarFieldContainer[str]
    outcome_before: _containers.RepeatedScalarFieldContainer[str]
    outcome_after: _containers.RepeatedScalarFieldContainer[str]
    units_before: _containers.RepeatedScalarFieldContainer[int]
    units_after: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, alert_id: _Optional[_Iterable[str]] = ..., outcome_before: _Optional[_Iterable[str]] = ..., outcome_after: _Optional[_Iterable[str]] = ..., units_before: _Optional[_Iterable[int]] = ..., units_after: _Optional[_Iterable[int]] = ...) -> None: ...

class RulePrice(_message.Message):
    __slots__ = ("rule", "place", "row_count", "price_low", "price_high", "gain", "message")
    RULE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    PRICE_LOW_FIELD_NUMBER: _ClassVar[int]
    PRICE_HIGH_FIELD_NUMBER: _ClassVar[int]
    GAIN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    place: str
    row_count: int
    price_low: float
    price_high: float
    gain: float
    message: str
    def __init__(self, rule: _Optional[str] = ..., place: _Optional[str] = ..., row_count: _Optional[int] = ..., price_low: _Optional[float] = ..., price_high: _Optional[float] = ..., gain: _Optional[float] = ..., message: _Optional[str] = ...) -> None: ...
