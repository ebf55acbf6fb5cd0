import datetime

from counterpoise.v1 import network_pb2 as _network_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TierKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_KIND_UNSPECIFIED: _ClassVar[TierKind]
    TIER_KIND_ALL_UNITS: _ClassVar[TierKind]
    TIER_KIND_INCREMENTAL: _ClassVar[TierKind]

class FreightKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FREIGHT_KIND_UNSPECIFIED: _ClassVar[FreightKind]
    FREIGHT_KIND_STATED: _ClassVar[FreightKind]
    FREIGHT_KIND_LANES: _ClassVar[FreightKind]

class RuleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_KIND_UNSPECIFIED: _ClassVar[RuleKind]
    RULE_KIND_LIMIT: _ClassVar[RuleKind]
    RULE_KIND_CONSISTENT: _ClassVar[RuleKind]
    RULE_KIND_ADJUST: _ClassVar[RuleKind]

class RuleSense(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_SENSE_UNSPECIFIED: _ClassVar[RuleSense]
    RULE_SENSE_AT_LEAST: _ClassVar[RuleSense]
    RULE_SENSE_AT_MOST: _ClassVar[RuleSense]
    RULE_SENSE_EXACTLY: _ClassVar[RuleSense]

class RuleMeasure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_MEASURE_UNSPECIFIED: _ClassVar[RuleMeasure]
    RULE_MEASURE_LOTS: _ClassVar[RuleMeasure]
    RULE_MEASURE_SPEND: _ClassVar[RuleMeasure]
    RULE_MEASURE_VOLUME: _ClassVar[RuleMeasure]
    RULE_MEASURE_WINNERS: _ClassVar[RuleMeasure]

class RulePer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_PER_UNSPECIFIED: _ClassVar[RulePer]
    RULE_PER_ALL: _ClassVar[RulePer]
    RULE_PER_SUPPLIER: _ClassVar[RulePer]
    RULE_PER_ITEM: _ClassVar[RulePer]
    RULE_PER_SUPPLIER_ITEM: _ClassVar[RulePer]

class RiskMeasure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RISK_MEASURE_UNSPECIFIED: _ClassVar[RiskMeasure]
    RISK_MEASURE_NONE: _ClassVar[RiskMeasure]
    RISK_MEASURE_EXPECTATION: _ClassVar[RiskMeasure]
    RISK_MEASURE_CVAR: _ClassVar[RiskMeasure]

class EventTable(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_TABLE_UNSPECIFIED: _ClassVar[EventTable]
    EVENT_TABLE_ITEMS: _ClassVar[EventTable]
    EVENT_TABLE_SUPPLIERS: _ClassVar[EventTable]
    EVENT_TABLE_BIDS: _ClassVar[EventTable]
    EVENT_TABLE_TIERS: _ClassVar[EventTable]
    EVENT_TABLE_DELIVERIES: _ClassVar[EventTable]
    EVENT_TABLE_RATES: _ClassVar[EventTable]
    EVENT_TABLE_RULES: _ClassVar[EventTable]
    EVENT_TABLE_SCENARIOS: _ClassVar[EventTable]
TIER_KIND_UNSPECIFIED: TierKind
TIER_KIND_ALL_UNITS: TierKind
TIER_KIND_INCREMENTAL: TierKind
FREIGHT_KIND_UNSPECIFIED: FreightKind
FREIGHT_KIND_STATED: FreightKind
FREIGHT_KIND_LANES: FreightKind
RULE_KIND_UNSPECIFIED: RuleKind
RULE_KIND_LIMIT: RuleKind
RULE_KIND_CONSISTENT: RuleKind
RULE_KIND_ADJUST: RuleKind
RULE_SENSE_UNSPECIFIED: RuleSense
RULE_SENSE_AT_LEAST: RuleSense
RULE_SENSE_AT_MOST: RuleSense
RULE_SENSE_EXACTLY: RuleSense
RULE_MEASURE_UNSPECIFIED: RuleMeasure
RULE_MEASURE_LOTS: RuleMeasure
RULE_MEASURE_SPEND: RuleMeasure
RULE_MEASURE_VOLUME: RuleMeasure
RULE_MEASURE_WINNERS: RuleMeasure
RULE_PER_UNSPECIFIED: RulePer
RULE_PER_ALL: RulePer
RULE_PER_SUPPLIER: RulePer
RULE_PER_ITEM: RulePer
RULE_PER_SUPPLIER_ITEM: RulePer
RISK_MEASURE_UNSPECIFIED: RiskMeasure
RISK_MEASURE_NONE: RiskMeasure
RISK_MEASURE_EXPECTATION: RiskMeasure
RISK_MEASURE_CVAR: RiskMeasure
EVENT_TABLE_UNSPECIFIED: EventTable
EVENT_TABLE_ITEMS: EventTable
EVENT_TABLE_SUPPLIERS: EventTable
EVENT_TABLE_BIDS: EventTable
EVENT_TABLE_TIERS: EventTable
EVENT_TABLE_DELIVERIES: EventTable
EVENT_TABLE_RATES: EventTable
EVENT_TABLE_RULES: EventTable
EVENT_TABLE_SCENARIOS: EventTable

class RiskSettings(_message.Message):
    __slots__ = ("measure", "cvar_level", "cvar_weight", "samples", "seed", "survive_share")
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    CVAR_LEVEL_FIELD_NUMBER: _ClassVar[int]
    CVAR_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SURVIVE_SHARE_FIELD_NUMBER: _ClassVar[int]
    measure: RiskMeasure
    cvar_level: float
    cvar_weight: float
    samples: int
    seed: int
    survive_share: float
    def __init__(self, measure: _Optional[_Union[RiskMeasure, str]] = ..., cvar_level: _Optional[float] = ..., cvar_weight: _Optional[float] = ..., samples: _Optional[int] = ..., seed: _Optional[int] = ..., survive_share: _Optional[float] = ...) -> None: ...

class EventSettings(_message.Message):
    __slots__ = ("currency", "as_of", "money_decimals", "risk")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MONEY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    RISK_FIELD_NUMBER: _ClassVar[int]
    currency: str
    as_of: str
    money_decimals: int
    risk: RiskSettings
    def __init__(self, currency: _Optional[str] = ..., as_of: _Optional[str] = ..., money_decimals: _Optional[int] = ..., risk: _Optional[_Union[RiskSettings, _Mapping]] = ...) -> None: ...

class EventItem(_message.Message):
    __slots__ = ("item_id", "sku_id", "node_id", "item_group", "units", "max_units", "needed_by_days", "uncovered_penalty", "shortage_penalty")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_GROUP_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    MAX_UNITS_FIELD_NUMBER: _ClassVar[int]
    NEEDED_BY_DAYS_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_PENALTY_FIELD_NUMBER: _ClassVar[int]
    SHORTAGE_PENALTY_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    sku_id: str
    node_id: str
    item_group: str
    units: int
    max_units: int
    needed_by_days: int
    uncovered_penalty: float
    shortage_penalty: float
    def __init__(self, item_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., node_id: _Optional[str] = ..., item_group: _Optional[str] = ..., units: _Optional[int] = ..., max_units: _Optional[int] = ..., needed_by_days: _Optional[int] = ..., uncovered_penalty: _Optional[float] = ..., shortage_penalty: _Optional[float] = ...) -> None: ...

class EventSupplier(_message.Message):
    __slots__ = ("supplier_id", "supplier_group", "node_id", "fixed_cost", "capacity_units", "incumbent", "blocked", "failure_probability")
    SUPPLIER_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_GROUP_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    FIXED_COST_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_UNITS_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    FAILURE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    supplier_id: str
    supplier_group: str
    node_id: str
    fixed_cost: float
    capacity_units: int
    incumbent: bool
    blocked: bool
    failure_probability: float
    def __init__(self, supplier_id: _Optional[str] = ..., supplier_group: _Optional[str] = ..., node_id: _Optional[str] = ..., fixed_cost: _Optional[float] = ..., capacity_units: _Optional[int] = ..., incumbent: _Optional[bool] = ..., blocked: _Optional[bool] = ..., failure_probability: _Optional[float] = ...) -> None: ...

class Bid(_message.Message):
    __slots__ = ("bid_id", "supplier_id", "item_id", "unit_price", "currency", "min_units", "max_units", "pack_units", "tier_kind", "lead_time_days", "valid_until", "freight", "freight_per_unit", "capacity_per_unit", "alternate_id", "package_id")
    BID_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MIN_UNITS_FIELD_NUMBER: _ClassVar[int]
    MAX_UNITS_FIELD_NUMBER: _ClassVar[int]
    PACK_UNITS_FIELD_NUMBER: _ClassVar[int]
    TIER_KIND_FIELD_NUMBER: _ClassVar[int]
    LEAD_TIME_DAYS_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    FREIGHT_FIELD_NUMBER: _ClassVar[int]
    FREIGHT_PER_UNIT_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_PER_UNIT_FIELD_NUMBER: _ClassVar[int]
    ALTERNATE_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    bid_id: str
    supplier_id: str
    item_id: str
    unit_price: float
    currency: str
    min_units: int
    max_units: int
    pack_units: int
    tier_kind: TierKind
    lead_time_days: int
    valid_until: str
    freight: FreightKind
    freight_per_unit: float
    capacity_per_unit: int
    alternate_id: str
    package_id: str
    def __init__(self, bid_id: _Optional[str] = ..., supplier_id: _Optional[str] = ..., item_id: _Optional[str] = ..., unit_price: _Optional[float] = ..., currency: _Optional[str] = ..., min_units: _Optional[int] = ..., max_units: _Optional[int] = ..., pack_units: _Optional[int] = ..., tier_kind: _Optional[_Union[TierKind, str]] = ..., lead_time_days: _Optional[int] = ..., valid_until: _Optional[str] = ..., freight: _Optional[_Union[FreightKind, str]] = ..., freight_per_unit: _Optional[float] = ..., capacity_per_unit: _Optional[int] = ..., alternate_id: _Optional[str] = ..., package_id: _Optional[str] = ...) -> None: ...

class BidTier(_message.Message):
    __slots__ = ("bid_id", "from_units", "unit_price", "to_units")
    BID_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_UNITS_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    TO_UNITS_FIELD_NUMBER: _ClassVar[int]
    bid_id: str
    from_units: int
    unit_price: float
    to_units: int
    def __init__(self, bid_id: _Optional[str] = ..., from_units: _Optional[int] = ..., unit_price: _Optional[float] = ..., to_units: _Optional[int] = ...) -> None: ...

class BidDelivery(_message.Message):
    __slots__ = ("bid_id", "day", "units")
    BID_ID_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    bid_id: str
    day: int
    units: int
    def __init__(self, bid_id: _Optional[str] = ..., day: _Optional[int] = ..., units: _Optional[int] = ...) -> None: ...

class CurrencyRate(_message.Message):
    __slots__ = ("currency", "rate")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    currency: str
    rate: float
    def __init__(self, currency: _Optional[str] = ..., rate: _Optional[float] = ...) -> None: ...

class EventRule(_message.Message):
    __slots__ = ("rule_id", "kind", "sense", "measure", "supplier_id", "supplier_group", "incumbents", "item_id", "item_group", "per", "if_winning", "amount", "share", "violation_price")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SENSE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_GROUP_FIELD_NUMBER: _ClassVar[int]
    INCUMBENTS_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_GROUP_FIELD_NUMBER: _ClassVar[int]
    PER_FIELD_NUMBER: _ClassVar[int]
    IF_WINNING_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    VIOLATION_PRICE_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    kind: RuleKind
    sense: RuleSense
    measure: RuleMeasure
    supplier_id: str
    supplier_group: str
    incumbents: bool
    item_id: str
    item_group: str
    per: RulePer
    if_winning: bool
    amount: float
    share: float
    violation_price: float
    def __init__(self, rule_id: _Optional[str] = ..., kind: _Optional[_Union[RuleKind, str]] = ..., sense: _Optional[_Union[RuleSense, str]] = ..., measure: _Optional[_Union[RuleMeasure, str]] = ..., supplier_id: _Optional[str] = ..., supplier_group: _Optional[str] = ..., incumbents: _Optional[bool] = ..., item_id: _Optional[str] = ..., item_group: _Optional[str] = ..., per: _Optional[_Union[RulePer, str]] = ..., if_winning: _Optional[bool] = ..., amount: _Optional[float] = ..., share: _Optional[float] = ..., violation_price: _Optional[float] = ...) -> None: ...

class FailureScenario(_message.Message):
    __slots__ = ("scenario_id", "supplier_id", "probability")
    SCENARIO_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_ID_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    scenario_id: str
    supplier_id: str
    probability: float
    def __init__(self, scenario_id: _Optional[str] = ..., supplier_id: _Optional[str] = ..., probability: _Optional[float] = ...) -> None: ...

class EventData(_message.Message):
    __slots__ = ("settings", "items", "suppliers", "bids", "tiers", "deliveries", "rates", "rules", "scenarios")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    SUPPLIERS_FIELD_NUMBER: _ClassVar[int]
    BIDS_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    SCENARIOS_FIELD_NUMBER: _ClassVar[int]
    settings: EventSettings
    items: _containers.RepeatedCompositeFieldContainer[EventItem]
    suppliers: _containers.RepeatedCompositeFieldContainer[EventSupplier]
    bids: _containers.RepeatedCompositeFieldContainer[Bid]
    tiers: _containers.RepeatedCompositeFieldContainer[BidTier]
    deliveries: _containers.RepeatedCompositeFieldContainer[BidDelivery]
    rates: _containers.RepeatedCompositeFieldContainer[CurrencyRate]
    rules: _containers.RepeatedCompositeFieldContainer[EventRule]
    scenarios: _containers.RepeatedCompositeFieldContainer[FailureScenario]
    def __init__(self, settings: _Optional[_Union[EventSettings, _Mapping]] = ..., items: _Optional[_Iterable[_Union[EventItem, _Mapping]]] = ..., suppliers: _Optional[_Iterable[_Union[EventSupplier, _Mapping]]] = ..., bids: _Optional[_Iterable[_Union[Bid, _Mapping]]] = ..., tiers: _Optional[_Iterable[_Union[BidTier, _Mapping]]] = ..., deliveries: _Optional[_Iterable[_Union[BidDelivery, _Mapping]]] = ..., rates: _Optional[_Iterable[_Union[CurrencyRate, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[EventRule, _Mapping]]] = ..., scenarios: _Optional[_Iterable[_Union[FailureScenario, _Mapping]]] = ...) -> None: ...

class EventChunk(_message.Message):
    __slots__ = ("table", "row_count", "columns")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    table: EventTable
    row_count: int
    columns: _containers.RepeatedCompositeFieldContainer[_network_pb2.Column]
    def __init__(self, table: _Optional[_Union[EventTable, str]] = ..., row_count: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[_network_pb2.Column, _Mapping]]] = ...) -> None: ...

class Invitation(_message.Message):
    __slots__ = ("item_id", "supplier_id", "invited", "why", "arrives_day", "freight_per_unit", "known_price", "score", "price_points", "freight_points", "on_time_points", "lead_time_points")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_ID_FIELD_NUMBER: _ClassVar[int]
    INVITED_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    ARRIVES_DAY_FIELD_NUMBER: _ClassVar[int]
    FREIGHT_PER_UNIT_FIELD_NUMBER: _ClassVar[int]
    KNOWN_PRICE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    PRICE_POINTS_FIELD_NUMBER: _ClassVar[int]
    FREIGHT_POINTS_FIELD_NUMBER: _ClassVar[int]
    ON_TIME_POINTS_FIELD_NUMBER: _ClassVar[int]
    LEAD_TIME_POINTS_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    supplier_id: str
    invited: bool
    why: str
    arrives_day: int
    freight_per_unit: float
    known_price: float
    score: float
    price_points: float
    freight_points: float
    on_time_points: float
    lead_time_points: float
    def __init__(self, item_id: _Optional[str] = ..., supplier_id: _Optional[str] = ..., invited: _Optional[bool] = ..., why: _Optional[str] = ..., arrives_day: _Optional[int] = ..., freight_per_unit: _Optional[float] = ..., known_price: _Optional[float] = ..., score: _Optional[float] = ..., price_points: _Optional[float] = ..., freight_points: _Optional[float] = ..., on_time_points: _Optional[float] = ..., lead_time_points: _Optional[float] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("name", "display_name", "create_time", "settings", "row_counts", "warnings", "network_name", "plan_name")
    class RowCountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNTS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_NAME_FIELD_NUMBER: _ClassVar[int]
    PLAN_NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    create_time: _timestamp_pb2.Timestamp
    settings: EventSettings
    row_counts: _containers.ScalarMap[str, int]
    warnings: _containers.RepeatedCompositeFieldContainer[_network_pb2.Warning]
    network_name: str
    plan_name: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., settings: _Optional[_Union[EventSettings, _Mapping]] = ..., row_counts: _Optional[_Mapping[str, int]] = ..., warnings: _Optional[_Iterable[_Union[_network_pb2.Warning, _Mapping]]] = ..., network_name: _Optional[str] = ..., plan_name: _Optional[str] = ...) -> None: ...
