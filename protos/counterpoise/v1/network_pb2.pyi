import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NodeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NODE_KIND_UNSPECIFIED: _ClassVar[NodeKind]
    NODE_KIND_STORE: _ClassVar[NodeKind]
    NODE_KIND_WAREHOUSE: _ClassVar[NodeKind]
    NODE_KIND_SUPPLIER: _ClassVar[NodeKind]

class AlertKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALERT_KIND_UNSPECIFIED: _ClassVar[AlertKind]
    ALERT_KIND_OVERSTOCK: _ClassVar[AlertKind]
    ALERT_KIND_SHORTAGE: _ClassVar[AlertKind]

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    SEVERITY_YELLOW: _ClassVar[Severity]
    SEVERITY_ORANGE: _ClassVar[Severity]
    SEVERITY_RED: _ClassVar[Severity]

class ExitKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXIT_KIND_UNSPECIFIED: _ClassVar[ExitKind]
    EXIT_KIND_LIQUIDATION: _ClassVar[ExitKind]
    EXIT_KIND_RETURN: _ClassVar[ExitKind]
    EXIT_KIND_DONATION: _ClassVar[ExitKind]
    EXIT_KIND_SCRAP: _ClassVar[ExitKind]

class GroupKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GROUP_KIND_UNSPECIFIED: _ClassVar[GroupKind]
    GROUP_KIND_TOGETHER: _ClassVar[GroupKind]
    GROUP_KIND_ALL_OR_NONE: _ClassVar[GroupKind]
    GROUP_KIND_AT_MOST_ONE: _ClassVar[GroupKind]

class NetworkTable(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NETWORK_TABLE_UNSPECIFIED: _ClassVar[NetworkTable]
    NETWORK_TABLE_NODES: _ClassVar[NetworkTable]
    NETWORK_TABLE_PRODUCTS: _ClassVar[NetworkTable]
    NETWORK_TABLE_LANES: _ClassVar[NetworkTable]
    NETWORK_TABLE_LANE_RULES: _ClassVar[NetworkTable]
    NETWORK_TABLE_STOCK: _ClassVar[NetworkTable]
    NETWORK_TABLE_LOTS: _ClassVar[NetworkTable]
    NETWORK_TABLE_ALERTS: _ClassVar[NetworkTable]
    NETWORK_TABLE_DISPLAY_RULES: _ClassVar[NetworkTable]
    NETWORK_TABLE_PRICE_LADDERS: _ClassVar[NetworkTable]
    NETWORK_TABLE_PRICE_RESPONSE: _ClassVar[NetworkTable]
    NETWORK_TABLE_PRICE_MULTIPLIERS: _ClassVar[NetworkTable]
    NETWORK_TABLE_PERIOD_FACTORS: _ClassVar[NetworkTable]
    NETWORK_TABLE_CLEARANCE_RULES: _ClassVar[NetworkTable]
    NETWORK_TABLE_CLEARANCE_GROUPS: _ClassVar[NetworkTable]
    NETWORK_TABLE_MARKDOWN_BUDGETS: _ClassVar[NetworkTable]
    NETWORK_TABLE_EXITS: _ClassVar[NetworkTable]
    NETWORK_TABLE_QUOTES: _ClassVar[NetworkTable]
    NETWORK_TABLE_SUPPLIES: _ClassVar[NetworkTable]
    NETWORK_TABLE_QUOTE_SUPPLIERS: _ClassVar[NetworkTable]

class ColumnType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COLUMN_TYPE_UNSPECIFIED: _ClassVar[ColumnType]
    COLUMN_TYPE_INT32: _ClassVar[ColumnType]
    COLUMN_TYPE_INT64: _ClassVar[ColumnType]
    COLUMN_TYPE_FLOAT64: _ClassVar[ColumnType]
    COLUMN_TYPE_BOOL: _ClassVar[ColumnType]
    COLUMN_TYPE_STRING: _ClassVar[ColumnType]
NODE_KIND_UNSPECIFIED: NodeKind
NODE_KIND_STORE: NodeKind
NODE_KIND_WAREHOUSE: NodeKind
NODE_KIND_SUPPLIER: NodeKind
ALERT_KIND_UNSPECIFIED: AlertKind
ALERT_KIND_OVERSTOCK: AlertKind
ALERT_KIND_SHORTAGE: AlertKind
SEVERITY_UNSPECIFIED: Severity
SEVERITY_YELLOW: Severity
SEVERITY_ORANGE: Severity
SEVERITY_RED: Severity
EXIT_KIND_UNSPECIFIED: ExitKind
EXIT_KIND_LIQUIDATION: ExitKind
EXIT_KIND_RETURN: ExitKind
EXIT_KIND_DONATION: ExitKind
EXIT_KIND_SCRAP: ExitKind
GROUP_KIND_UNSPECIFIED: GroupKind
GROUP_KIND_TOGETHER: GroupKind
GROUP_KIND_ALL_OR_NONE: GroupKind
GROUP_KIND_AT_MOST_ONE: GroupKind
NETWORK_TABLE_UNSPECIFIED: NetworkTable
NETWORK_TABLE_NODES: NetworkTable
NETWORK_TABLE_PRODUCTS: NetworkTable
NETWORK_TABLE_LANES: NetworkTable
NETWORK_TABLE_LANE_RULES: NetworkTable
NETWORK_TABLE_STOCK: NetworkTable
NETWORK_TABLE_LOTS: NetworkTable
NETWORK_TABLE_ALERTS: NetworkTable
NETWORK_TABLE_DISPLAY_RULES: NetworkTable
NETWORK_TABLE_PRICE_LADDERS: NetworkTable
NETWORK_TABLE_PRICE_RESPONSE: NetworkTable
NETWORK_TABLE_PRICE_MULTIPLIERS: NetworkTable
NETWORK_TABLE_PERIOD_FACTORS: NetworkTable
NETWORK_TABLE_CLEARANCE_RULES: NetworkTable
NETWORK_TABLE_CLEARANCE_GROUPS: NetworkTable
NETWORK_TABLE_MARKDOWN_BUDGETS: NetworkTable
NETWORK_TABLE_EXITS: NetworkTable
NETWORK_TABLE_QUOTES: NetworkTable
NETWORK_TABLE_SUPPLIES: NetworkTable
NETWORK_TABLE_QUOTE_SUPPLIERS: NetworkTable
COLUMN_TYPE_UNSPECIFIED: ColumnType
COLUMN_TYPE_INT32: ColumnType
COLUMN_TYPE_INT64: ColumnType
COLUMN_TYPE_FLOAT64: ColumnType
COLUMN_TYPE_BOOL: ColumnType
COLUMN_TYPE_STRING: ColumnType

class NetworkSettings(_message.Message):
    __slots__ = ("currency", "as_of", "horizon_days", "money_decimals", "normal_demand", "periods")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    MONEY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    NORMAL_DEMAND_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    currency: str
    as_of: str
    horizon_days: int
    money_decimals: int
    normal_demand: bool
    periods: int
    def __init__(self, currency: _Optional[str] = ..., as_of: _Optional[str] = ..., horizon_days: _Optional[int] = ..., money_decimals: _Optional[int] = ..., normal_demand: _Optional[bool] = ..., periods: _Optional[int] = ...) -> None: ...

class Node(_message.Message):
    __slots__ = ("node_id", "kind", "latitude", "longitude", "zone", "transit", "pick_capacity_units", "receive_capacity_units", "max_outbound_lanes", "max_inbound_lanes")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    TRANSIT_FIELD_NUMBER: _ClassVar[int]
    PICK_CAPACITY_UNITS_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_CAPACITY_UNITS_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTBOUND_LANES_FIELD_NUMBER: _ClassVar[int]
    MAX_INBOUND_LANES_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    kind: NodeKind
    latitude: float
    longitude: float
    zone: str
    transit: bool
    pick_capacity_units: int
    receive_capacity_units: int
    max_outbound_lanes: int
    max_inbound_lanes: int
    def __init__(self, node_id: _Optional[str] = ..., kind: _Optional[_Union[NodeKind, str]] = ..., latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., zone: _Optional[str] = ..., transit: _Optional[bool] = ..., pick_capacity_units: _Optional[int] = ..., receive_capacity_units: _Optional[int] = ..., max_outbound_lanes: _Optional[int] = ..., max_inbound_lanes: _Optional[int] = ...) -> None: ...

class Product(_message.Message):
    __slots__ = ("sku_id", "category", "unit_weight_kg", "unit_volume_m3", "unit_cost", "list_price", "salvage_value", "case_pack", "shelf_life_days", "min_remaining_shelf_life_days")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    UNIT_WEIGHT_KG_FIELD_NUMBER: _ClassVar[int]
    UNIT_VOLUME_M3_FIELD_NUMBER: _ClassVar[int]
    UNIT_COST_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FIELD_NUMBER: _ClassVar[int]
    SALVAGE_VALUE_FIELD_NUMBER: _ClassVar[int]
    CASE_PACK_FIELD_NUMBER: _ClassVar[int]
    SHELF_LIFE_DAYS_FIELD_NUMBER: _ClassVar[int]
    MIN_REMAINING_SHELF_LIFE_DAYS_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    category: str
    unit_weight_kg: float
    unit_volume_m3: float
    unit_cost: float
    list_price: float
    salvage_value: float
    case_pack: int
    shelf_life_days: int
    min_remaining_shelf_life_days: int
    def __init__(self, sku_id: _Optional[str] = ..., category: _Optional[str] = ..., unit_weight_kg: _Optional[float] = ..., unit_volume_m3: _Optional[float] = ..., unit_cost: _Optional[float] = ..., list_price: _Optional[float] = ..., salvage_value: _Optional[float] = ..., case_pack: _Optional[int] = ..., shelf_life_days: _Optional[int] = ..., min_remaining_shelf_life_days: _Optional[int] = ...) -> None: ...

class Lane(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "lead_time_days", "fixed_cost", "cost_per_unit", "cost_per_kg", "capacity_kg", "max_dispatches", "min_line_units", "min_dispatch_kg")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    LEAD_TIME_DAYS_FIELD_NUMBER: _ClassVar[int]
    FIXED_COST_FIELD_NUMBER: _ClassVar[int]
    COST_PER_UNIT_FIELD_NUMBER: _ClassVar[int]
    COST_PER_KG_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_KG_FIELD_NUMBER: _ClassVar[int]
    MAX_DISPATCHES_FIELD_NUMBER: _ClassVar[int]
    MIN_LINE_UNITS_FIELD_NUMBER: _ClassVar[int]
    MIN_DISPATCH_KG_FIELD_NUMBER: _ClassVar[int]
    lane_id: str
    origin: str
    destination: str
    lead_time_days: int
    fixed_cost: float
    cost_per_unit: float
    cost_per_kg: float
    capacity_kg: float
    max_dispatches: int
    min_line_units: int
    min_dispatch_kg: float
    def __init__(self, lane_id: _Optional[str] = ..., origin: _Optional[str] = ..., destination: _Optional[str] = ..., lead_time_days: _Optional[int] = ..., fixed_cost: _Optional[float] = ..., cost_per_unit: _Optional[float] = ..., cost_per_kg: _Optional[float] = ..., capacity_kg: _Optional[float] = ..., max_dispatches: _Optional[int] = ..., min_line_units: _Optional[int] = ..., min_dispatch_kg: _Optional[float] = ...) -> None: ...

class LaneRule(_message.Message):
    __slots__ = ("lane_id", "origin", "destination", "category", "sku_id", "allowed")
    LANE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    lane_id: str
    origin: str
    destination: str
    category: str
    sku_id: str
    allowed: bool
    def __init__(self, lane_id: _Optional[str] = ..., origin: _Optional[str] = ..., destination: _Optional[str] = ..., category: _Optional[str] = ..., sku_id: _Optional[str] = ..., allowed: _Optional[bool] = ...) -> None: ...

class StockPosition(_message.Message):
    __slots__ = ("node_id", "sku_id", "on_hand", "reserved", "safety_stock", "in_transit", "in_transit_arrival_day", "demand_mean", "demand_std", "holding_cost", "shortage_penalty", "current_price", "no_send_before_day")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    ON_HAND_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    SAFETY_STOCK_FIELD_NUMBER: _ClassVar[int]
    IN_TRANSIT_FIELD_NUMBER: _ClassVar[int]
    IN_TRANSIT_ARRIVAL_DAY_FIELD_NUMBER: _ClassVar[int]
    DEMAND_MEAN_FIELD_NUMBER: _ClassVar[int]
    DEMAND_STD_FIELD_NUMBER: _ClassVar[int]
    HOLDING_COST_FIELD_NUMBER: _ClassVar[int]
    SHORTAGE_PENALTY_FIELD_NUMBER: _ClassVar[int]
    CURRENT_PRICE_FIELD_NUMBER: _ClassVar[int]
    NO_SEND_BEFORE_DAY_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    sku_id: str
    on_hand: int
    reserved: int
    safety_stock: int
    in_transit: int
    in_transit_arrival_day: int
    demand_mean: float
    demand_std: float
    holding_cost: float
    shortage_penalty: float
    current_price: float
    no_send_before_day: int
    def __init__(self, node_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., on_hand: _Optional[int] = ..., reserved: _Optional[int] = ..., safety_stock: _Optional[int] = ..., in_transit: _Optional[int] = ..., in_transit_arrival_day: _Optional[int] = ..., demand_mean: _Optional[float] = ..., demand_std: _Optional[float] = ..., holding_cost: _Optional[float] = ..., shortage_penalty: _Optional[float] = ..., current_price: _Optional[float] = ..., no_send_before_day: _Optional[int] = ...) -> None: ...

class Lot(_message.Message):
    __slots__ = ("node_id", "sku_id", "lot_id", "units", "expiry_days")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAYS_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    sku_id: str
    lot_id: str
    units: int
    expiry_days: int
    def __init__(self, node_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., lot_id: _Optional[str] = ..., units: _Optional[int] = ..., expiry_days: _Optional[int] = ...) -> None: ...

class Alert(_message.Message):
    __slots__ = ("alert_id", "kind", "node_id", "sku_id", "severity", "units", "needed_by_days", "must_serve")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    NEEDED_BY_DAYS_FIELD_NUMBER: _ClassVar[int]
    MUST_SERVE_FIELD_NUMBER: _ClassVar[int]
    alert_id: str
    kind: AlertKind
    node_id: str
    sku_id: str
    severity: Severity
    units: int
    needed_by_days: int
    must_serve: bool
    def __init__(self, alert_id: _Optional[str] = ..., kind: _Optional[_Union[AlertKind, str]] = ..., node_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., severity: _Optional[_Union[Severity, str]] = ..., units: _Optional[int] = ..., needed_by_days: _Optional[int] = ..., must_serve: _Optional[bool] = ...) -> None: ...

class DisplayRule(_message.Message):
    __slots__ = ("display_id", "sku_id", "node_id", "min_units", "broken_price")
    DISPLAY_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_UNITS_FIELD_NUMBER: _ClassVar[int]
    BROKEN_PRICE_FIELD_NUMBER: _ClassVar[int]
    display_id: str
    sku_id: str
    node_id: str
    min_units: int
    broken_price: float
    def __init__(self, display_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., node_id: _Optional[str] = ..., min_units: _Optional[int] = ..., broken_price: _Optional[float] = ...) -> None: ...

class PriceRung(_message.Message):
    __slots__ = ("sku_id", "category", "zone", "rung", "price", "price_share")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    RUNG_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    PRICE_SHARE_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    category: str
    zone: str
    rung: int
    price: float
    price_share: float
    def __init__(self, sku_id: _Optional[str] = ..., category: _Optional[str] = ..., zone: _Optional[str] = ..., rung: _Optional[int] = ..., price: _Optional[float] = ..., price_share: _Optional[float] = ...) -> None: ...

class PriceResponse(_message.Message):
    __slots__ = ("sku_id", "category", "zone", "elasticity", "elasticity_std", "ageing_factor")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    ELASTICITY_FIELD_NUMBER: _ClassVar[int]
    ELASTICITY_STD_FIELD_NUMBER: _ClassVar[int]
    AGEING_FACTOR_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    category: str
    zone: str
    elasticity: float
    elasticity_std: float
    ageing_factor: float
    def __init__(self, sku_id: _Optional[str] = ..., category: _Optional[str] = ..., zone: _Optional[str] = ..., elasticity: _Optional[float] = ..., elasticity_std: _Optional[float] = ..., ageing_factor: _Optional[float] = ...) -> None: ...

class PriceMultiplier(_message.Message):
    __slots__ = ("sku_id", "category", "zone", "price_share", "multiplier")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    PRICE_SHARE_FIELD_NUMBER: _ClassVar[int]
    MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    category: str
    zone: str
    price_share: float
    multiplier: float
    def __init__(self, sku_id: _Optional[str] = ..., category: _Optional[str] = ..., zone: _Optional[str] = ..., price_share: _Optional[float] = ..., multiplier: _Optional[float] = ...) -> None: ...

class PeriodFactor(_message.Message):
    __slots__ = ("sku_id", "category", "zone", "period", "factor")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    FACTOR_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    category: str
    zone: str
    period: int
    factor: float
    def __init__(self, sku_id: _Optional[str] = ..., category: _Optional[str] = ..., zone: _Optional[str] = ..., period: _Optional[int] = ..., factor: _Optional[float] = ...) -> None: ...

class ClearanceRule(_message.Message):
    __slots__ = ("sku_id", "category", "zone", "max_markdowns", "min_step_share", "max_step_share", "min_periods_between", "earliest_period", "exit_period", "no_touch_after_arrival_periods", "no_touch_before_exit_periods", "min_price", "min_share_of_cost", "min_share_of_list", "sell_through_share", "sell_through_by_period", "sell_through_price")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    MAX_MARKDOWNS_FIELD_NUMBER: _ClassVar[int]
    MIN_STEP_SHARE_FIELD_NUMBER: _ClassVar[int]
    MAX_STEP_SHARE_FIELD_NUMBER: _ClassVar[int]
    MIN_PERIODS_BETWEEN_FIELD_NUMBER: _ClassVar[int]
    EARLIEST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    EXIT_PERIOD_FIELD_NUMBER: _ClassVar[int]
    NO_TOUCH_AFTER_ARRIVAL_PERIODS_FIELD_NUMBER: _ClassVar[int]
    NO_TOUCH_BEFORE_EXIT_PERIODS_FIELD_NUMBER: _ClassVar[int]
    MIN_PRICE_FIELD_NUMBER: _ClassVar[int]
    MIN_SHARE_OF_COST_FIELD_NUMBER: _ClassVar[int]
    MIN_SHARE_OF_LIST_FIELD_NUMBER: _ClassVar[int]
    SELL_THROUGH_SHARE_FIELD_NUMBER: _ClassVar[int]
    SELL_THROUGH_BY_PERIOD_FIELD_NUMBER: _ClassVar[int]
    SELL_THROUGH_PRICE_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    category: str
    zone: str
    max_markdowns: int
    min_step_share: float
    max_step_share: float
    min_periods_between: int
    earliest_period: int
    exit_period: int
    no_touch_after_arrival_periods: int
    no_touch_before_exit_periods: int
    min_price: float
    min_share_of_cost: float
    min_share_of_list: float
    sell_through_share: float
    sell_through_by_period: int
    sell_through_price: float
    def __init__(self, sku_id: _Optional[str] = ..., category: _Optional[str] = ..., zone: _Optional[str] = ..., max_markdowns: _Optional[int] = ..., min_step_share: _Optional[float] = ..., max_step_share: _Optional[float] = ..., min_periods_between: _Optional[int] = ..., earliest_period: _Optional[int] = ..., exit_period: _Optional[int] = ..., no_touch_after_arrival_periods: _Optional[int] = ..., no_touch_before_exit_periods: _Optional[int] = ..., min_price: _Optional[float] = ..., min_share_of_cost: _Optional[float] = ..., min_share_of_list: _Optional[float] = ..., sell_through_share: _Optional[float] = ..., sell_through_by_period: _Optional[int] = ..., sell_through_price: _Optional[float] = ...) -> None: ...

class ClearanceGroup(_message.Message):
    __slots__ = ("group_id", "sku_id", "kind", "cross_elasticity")
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CROSS_ELASTICITY_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    sku_id: str
    kind: GroupKind
    cross_elasticity: float
    def __init__(self, group_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., kind: _Optional[_Union[GroupKind, str]] = ..., cross_elasticity: _Optional[float] = ...) -> None: ...

class MarkdownBudget(_message.Message):
    __slots__ = ("budget_id", "sku_id", "category", "zone", "amount")
    BUDGET_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    budget_id: str
    sku_id: str
    category: str
    zone: str
    amount: float
    def __init__(self, budget_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., category: _Optional[str] = ..., zone: _Optional[str] = ..., amount: _Optional[float] = ...) -> None: ...

class Exit(_message.Message):
    __slots__ = ("exit_id", "kind", "node_id", "sku_id", "category", "unit_proceeds", "proceeds_share_of_cost", "unit_fee", "fixed_cost", "min_lot_units", "capacity_units", "max_share", "from_day", "until_day")
    EXIT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PROCEEDS_FIELD_NUMBER: _ClassVar[int]
    PROCEEDS_SHARE_OF_COST_FIELD_NUMBER: _ClassVar[int]
    UNIT_FEE_FIELD_NUMBER: _ClassVar[int]
    FIXED_COST_FIELD_NUMBER: _ClassVar[int]
    MIN_LOT_UNITS_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_UNITS_FIELD_NUMBER: _ClassVar[int]
    MAX_SHARE_FIELD_NUMBER: _ClassVar[int]
    FROM_DAY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_DAY_FIELD_NUMBER: _ClassVar[int]
    exit_id: str
    kind: ExitKind
    node_id: str
    sku_id: str
    category: str
    unit_proceeds: float
    proceeds_share_of_cost: float
    unit_fee: float
    fixed_cost: float
    min_lot_units: int
    capacity_units: int
    max_share: float
    from_day: int
    until_day: int
    def __init__(self, exit_id: _Optional[str] = ..., kind: _Optional[_Union[ExitKind, str]] = ..., node_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., category: _Optional[str] = ..., unit_proceeds: _Optional[float] = ..., proceeds_share_of_cost: _Optional[float] = ..., unit_fee: _Optional[float] = ..., fixed_cost: _Optional[float] = ..., min_lot_units: _Optional[int] = ..., capacity_units: _Optional[int] = ..., max_share: _Optional[float] = ..., from_day: _Optional[int] = ..., until_day: _Optional[int] = ...) -> None: ...

class Quote(_message.Message):
    __slots__ = ("quote_id", "supplier", "node_id", "sku_id", "unit_price", "max_units", "min_units", "fixed_cost", "lead_time_days", "bid_id", "alternate_id")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLIER_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    MAX_UNITS_FIELD_NUMBER: _ClassVar[int]
    MIN_UNITS_FIELD_NUMBER: _ClassVar[int]
    FIXED_COST_FIELD_NUMBER: _ClassVar[int]
    LEAD_TIME_DAYS_FIELD_NUMBER: _ClassVar[int]
    BID_ID_FIELD_NUMBER: _ClassVar[int]
    ALTERNATE_ID_FIELD_NUMBER: _ClassVar[int]
    quote_id: str
    supplier: str
    node_id: str
    sku_id: str
    unit_price: float
    max_units: int
    min_units: int
    fixed_cost: float
    lead_time_days: int
    bid_id: str
    alternate_id: str
    def __init__(self, quote_id: _Optional[str] = ..., supplier: _Optional[str] = ..., node_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., unit_price: _Optional[float] = ..., max_units: _Optional[int] = ..., min_units: _Optional[int] = ..., fixed_cost: _Optional[float] = ..., lead_time_days: _Optional[int] = ..., bid_id: _Optional[str] = ..., alternate_id: _Optional[str] = ...) -> None: ...

class QuoteSupplier(_message.Message):
    __slots__ = ("supplier", "fixed_cost", "capacity_units")
    SUPPLIER_FIELD_NUMBER: _ClassVar[int]
    FIXED_COST_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_UNITS_FIELD_NUMBER: _ClassVar[int]
    supplier: str
    fixed_cost: float
    capacity_units: int
    def __init__(self, supplier: _Optional[str] = ..., fixed_cost: _Optional[float] = ..., capacity_units: _Optional[int] = ...) -> None: ...

class Supply(_message.Message):
    __slots__ = ("node_id", "sku_id", "category", "blocked", "on_time_share", "unit_price", "lead_time_days", "min_units")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    ON_TIME_SHARE_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    LEAD_TIME_DAYS_FIELD_NUMBER: _ClassVar[int]
    MIN_UNITS_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    sku_id: str
    category: str
    blocked: bool
    on_time_share: float
    unit_price: float
    lead_time_days: int
    min_units: int
    def __init__(self, node_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., category: _Optional[str] = ..., blocked: _Optional[bool] = ..., on_time_share: _Optional[float] = ..., unit_price: _Optional[float] = ..., lead_time_days: _Optional[int] = ..., min_units: _Optional[int] = ...) -> None: ...

class NetworkData(_message.Message):
    __slots__ = ("settings", "nodes", "products", "lanes", "lane_rules", "stock", "lots", "alerts", "display_rules", "price_ladders", "price_response", "price_multipliers", "period_factors", "clearance_rules", "clearance_groups", "markdown_budgets", "exits", "quotes", "supplies", "quote_suppliers")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    LANES_FIELD_NUMBER: _ClassVar[int]
    LANE_RULES_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    LOTS_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_RULES_FIELD_NUMBER: _ClassVar[int]
    PRICE_LADDERS_FIELD_NUMBER: _ClassVar[int]
    PRICE_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    PRICE_MULTIPLIERS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FACTORS_FIELD_NUMBER: _ClassVar[int]
    CLEARANCE_RULES_FIELD_NUMBER: _ClassVar[int]
    CLEARANCE_GROUPS_FIELD_NUMBER: _ClassVar[int]
    MARKDOWN_BUDGETS_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    QUOTES_FIELD_NUMBER: _ClassVar[int]
    SUPPLIES_FIELD_NUMBER: _ClassVar[int]
    QUOTE_SUPPLIERS_FIELD_NUMBER: _ClassVar[int]
    settings: NetworkSettings
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    products: _containers.RepeatedCompositeFieldContainer[Product]
    lanes: _containers.RepeatedCompositeFieldContainer[Lane]
    lane_rules: _containers.RepeatedCompositeFieldContainer[LaneRule]
    stock: _containers.RepeatedCompositeFieldContainer[StockPosition]
    lots: _containers.RepeatedCompositeFieldContainer[Lot]
    alerts: _containers.RepeatedCompositeFieldContainer[Alert]
    display_rules: _containers.RepeatedCompositeFieldContainer[DisplayRule]
    price_ladders: _containers.RepeatedCompositeFieldContainer[PriceRung]
    price_response: _containers.RepeatedCompositeFieldContainer[PriceResponse]
    price_multipliers: _containers.RepeatedCompositeFieldContainer[PriceMultiplier]
    period_factors: _containers.RepeatedCompositeFieldContainer[PeriodFactor]
    clearance_rules: _containers.RepeatedCompositeFieldContainer[ClearanceRule]
    clearance_groups: _containers.RepeatedCompositeFieldContainer[ClearanceGroup]
    markdown_budgets: _containers.RepeatedCompositeFieldContainer[MarkdownBudget]
    exits: _containers.RepeatedCompositeFieldContainer[Exit]
    quotes: _containers.RepeatedCompositeFieldContainer[Quote]
    supplies: _containers.RepeatedCompositeFieldContainer[Supply]
    quote_suppliers: _containers.RepeatedCompositeFieldContainer[QuoteSupplier]
    def __init__(self, settings: _Optional[_Union[NetworkSettings, _Mapping]] = ..., nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., products: _Optional[_Iterable[_Union[Product, _Mapping]]] = ..., lanes: _Optional[_Iterable[_Union[Lane, _Mapping]]] = ..., lane_rules: _Optional[_Iterable[_Union[LaneRule, _Mapping]]] = ..., stock: _Optional[_Iterable[_Union[StockPosition, _Mapping]]] = ..., lots: _Optional[_Iterable[_Union[Lot, _Mapping]]] = ..., alerts: _Optional[_Iterable[_Union[Alert, _Mapping]]] = ..., display_rules: _Optional[_Iterable[_Union[DisplayRule, _Mapping]]] = ..., price_ladders: _Optional[_Iterable[_Union[PriceRung, _Mapping]]] = ..., price_response: _Optional[_Iterable[_Union[PriceResponse, _Mapping]]] = ..., price_multipliers: _Optional[_Iterable[_Union[PriceMultiplier, _Mapping]]] = ..., period_factors: _Optional[_Iterable[_Union[PeriodFactor, _Mapping]]] = ..., clearance_rules: _Optional[_Iterable[_Union[ClearanceRule, _Mapping]]] = ..., clearance_groups: _Optional[_Iterable[_Union[ClearanceGroup, _Mapping]]] = ..., markdown_budgets: _Optional[_Iterable[_Union[MarkdownBudget, _Mapping]]] = ..., exits: _Optional[_Iterable[_Union[Exit, _Mapping]]] = ..., quotes: _Optional[_Iterable[_Union[Quote, _Mapping]]] = ..., supplies: _Optional[_Iterable[_Union[Supply, _Mapping]]] = ..., quote_suppliers: _Optional[_Iterable[_Union[QuoteSupplier, _Mapping]]] = ...) -> None: ...

class Column(_message.Message):
    __slots__ = ("name", "type", "values", "validity", "dictionary")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    DICTIONARY_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: ColumnType
    values: bytes
    validity: bytes
    dictionary: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[ColumnType, str]] = ..., values: _Optional[bytes] = ..., validity: _Optional[bytes] = ..., dictionary: _Optional[_Iterable[str]] = ...) -> None: ...

class TableChunk(_message.Message):
    __slots__ = ("table", "row_count", "columns")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    table: NetworkTable
    row_count: int
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    def __init__(self, table: _Optional[_Union[NetworkTable, str]] = ..., row_count: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ...) -> None: ...

class Warning(_message.Message):
    __slots__ = ("field", "code", "message", "fix")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIX_FIELD_NUMBER: _ClassVar[int]
    field: str
    code: str
    message: str
    fix: str
    def __init__(self, field: _Optional[str] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., fix: _Optional[str] = ...) -> None: ...

class Network(_message.Message):
    __slots__ = ("name", "display_name", "create_time", "settings", "row_counts", "warnings")
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
    name: str
    display_name: str
    create_time: _timestamp_pb2.Timestamp
    settings: NetworkSettings
    row_counts: _containers.ScalarMap[str, int]
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., settings: _Optional[_Union[NetworkSettings, _Mapping]] = ..., row_counts: _Optional[_Mapping[str, int]] = ..., warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ...) -> None: ...
