"""The network directory as data: tables, columns, types, limits and what an empty cell means.

Reading, writing, validation and the tables of ``docs/network-directory.md`` all follow this one description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from network.clearance_schema import CLEARANCE_TABLES
from network.columns import NO_LIMIT, NOT_GIVEN
from network.schema_columns import (
    LARGEST_NUMBER,
    NAN,
    NO_LIMIT_WORDS,
    NOT_KNOWN_WORDS,
    CellType,
    Column,
    Table,
    choices_of,
    id_column,
    integer,
    number,
    reference,
)
from network.tables import AlertKind, NodeKind, Severity


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of network.json."""

    name: str
    kind: type
    meaning: str
    required: bool = False
    default: Any = None
    minimum: int | None = None
    maximum: int | None = None
    unknown: Any = None
    """What checks go by where the value is wrong or unreadable, when that is not the default."""


_SITES: Final = MappingProxyType(
    {kind: value for kind, value in choices_of(NodeKind).items() if value <= NodeKind.SUPPLIER}
)
"""Kinds of nodes that a file may name."""

NODES: Final = Table(
    "nodes",
    (
        id_column("node_id", "name of the node"),
        Column("kind", CellType.CHOICE, "what the node is", True, 0, choices=_SITES),
        number("latitude", "degrees north", NAN, NOT_KNOWN_WORDS, minimum=-90, maximum=90),
        number("longitude", "degrees east", NAN, NOT_KNOWN_WORDS, minimum=-180, maximum=180),
        Column("zone", CellType.TEXT, "nodes of a zone share their prices", False, "", "in no zone"),
        Column("transit", CellType.BOOLEAN, "units received here may go on", False, None, "true for a warehouse"),
        integer("pick_capacity_units", "units that may leave, every pass included", NO_LIMIT, NO_LIMIT_WORDS),
        integer("receive_capacity_units", "units that may be received, every pass included", NO_LIMIT, NO_LIMIT_WORDS),
        integer("max_outbound_lanes", "lanes out of the node that may be used", NO_LIMIT, NO_LIMIT_WORDS),
        integer("max_inbound_lanes", "lanes into the node that may be used", NO_LIMIT, NO_LIMIT_WORDS),
    ),
)

PRODUCTS: Final = Table(
    "products",
    (
        id_column("sku_id", "name of the product"),
        Column("category", CellType.TEXT, "group of products", False, "", "in no category"),
        number("unit_weight_kg", "weight of a unit, kg", NAN, NOT_KNOWN_WORDS),
        number("unit_volume_m3", "volume of a unit, m3", NAN, NOT_KNOWN_WORDS),
        number("unit_cost", "what a unit was bought for", NAN, NOT_KNOWN_WORDS),
        number("list_price", "revenue of a unit sold", 0.0, "", required=True),
        number(
            "salvage_value",
            "worth of a unit left at the end of the horizon; below 0 when it costs money to be rid of",
            NAN,
            "unit_cost, else 0 with a warning",
            minimum=-LARGEST_NUMBER,
        ),
        integer("case_pack", "a line is a multiple of this", 1, "1", minimum=1),
        integer("shelf_life_days", "days until units without a lot expire", NO_LIMIT, "they do not expire"),
        integer(
            "min_remaining_shelf_life_days",
            "days that units must keep after their arrival, at least",
            0,
            "0",
        ),
    ),
)

LANES: Final = Table(
    "lanes",
    (
        id_column("lane_id", "name of the lane", required=False, empty="origin>destination, which must then be unique"),
        reference("origin", "nodes", "node the lane starts at"),
        reference("destination", "nodes", "node the lane ends at"),
        integer("lead_time_days", "days from leaving to arrival", 0, "0"),
        number("fixed_cost", "cost of one dispatch", 0.0, "0"),
        number("cost_per_unit", "cost of a unit", 0.0, "0"),
        number("cost_per_kg", "cost of a kilogram", 0.0, "0"),
        number("capacity_kg", "kilograms that one dispatch holds", float("inf"), "one dispatch carries anything"),
        integer("max_dispatches", "dispatches over the horizon", NO_LIMIT, NO_LIMIT_WORDS),
        integer("min_line_units", "fewest units of a line", 0, "0"),
        number("min_dispatch_kg", "fewest kilograms of a dispatch", 0.0, "0"),
    ),
)

LANE_RULES: Final = Table(
    "lane_rules",
    (
        reference("lane_id", "lanes", "lane the rule is about", required=False, empty="see origin, destination"),
        reference("origin", "nodes", "lanes from this node", required=False, empty="from any node"),
        reference("destination", "nodes", "lanes to this node", required=False, empty="to any node"),
        Column("category", CellType.TEXT, "products of this category", False, "", "see sku_id"),
        reference("sku_id", "products", "this product", required=False, empty="any product"),
        Column("allowed", CellType.BOOLEAN, "whether the lanes may carry the products", True, False),
    ),
    required=False,
)

STOCK: Final = Table(
    "stock",
    (
        reference("node_id", "nodes", "node of the position"),
        reference("sku_id", "products", "product of the position; (node_id, sku_id) is unique"),
        integer("on_hand", "units there on day 0", 0, "", required=True),
        integer("reserved", "units on hand that are promised away", 0, "0"),
        integer("safety_stock", "units the node never gives away", 0, "0"),
        integer("in_transit", "units on their way to the position", 0, "0"),
        integer("in_transit_arrival_day", "day they arrive", 0, "day 0"),
        number("demand_mean", "expected demand over the horizon, units", NAN, "", required=True),
        number("demand_std", "its standard deviation, units", 0.0, "0: the demand is certain"),
        number("holding_cost", "cost of a unit left over, over the horizon", 0.0, "0"),
        number("shortage_penalty", "cost of a unit of missed demand, besides the lost price", 0.0, "0"),
        number("current_price", "price of a unit today", NAN, NOT_KNOWN_WORDS),
        integer("no_send_before_day", "first day on which units that are there may leave", 0, "0"),
    ),
)

LOTS: Final = Table(
    "lots",
    (
        reference("node_id", "nodes", "node of the lot"),
        reference("sku_id", "products", "product of the lot"),
        Column("lot_id", CellType.TEXT, "name of the lot; (node_id, sku_id, lot_id) is unique", False, "", "no name"),
        integer("units", "units of the lot", 0, "", required=True),
        integer("expiry_days", "day from which its units cannot be sold", NO_LIMIT, "does not expire"),
    ),
    required=False,
)

DISPLAY_RULES: Final = Table(
    "display_rules",
    (
        Column("display_id", CellType.TEXT, "name of the display; one row for each of its SKUs", True, ""),
        reference("sku_id", "products", "product shown; (display_id, sku_id, node_id) is unique"),
        reference("node_id", "nodes", "store that shows it", required=False, empty="every store"),
        integer("min_units", "units that a complete display holds of the product", 1, "1", minimum=1),
        number(
            "broken_price",
            "cost of leaving the display broken, per store",
            NAN,
            "that of the display's other rows, one of which must give it",
        ),
    ),
    required=False,
)

ALERTS: Final = Table(
    "alerts",
    (
        id_column("alert_id", "name of the alert"),
        Column("kind", CellType.CHOICE, "what is reported", True, 0, choices=choices_of(AlertKind)),
        reference("node_id", "nodes", "node of the position"),
        reference("sku_id", "products", "product of the position"),
        Column(
            "severity", CellType.CHOICE, "how urgent it is", False, 0, NOT_KNOWN_WORDS, choices=choices_of(Severity)
        ),
        integer("units", "units missing or too many", NOT_GIVEN, "the position's own shortage or excess"),
        integer("needed_by_days", "last day on which units help", NO_LIMIT, NO_LIMIT_WORDS),
        Column("must_serve", CellType.BOOLEAN, "the units are a hard demand", False, False, "false"),
    ),
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        table.name: table
        for table in (
            *(NODES, PRODUCTS, LANES, LANE_RULES, STOCK, LOTS, DISPLAY_RULES, ALERTS),
            *CLEARANCE_TABLES,
        )
    }
)
"""Tables by name; a table comes after those it refers to."""

SETTINGS: Final = (
    Setting("currency", str, "currency of every amount of money, for example USD", required=True),
    Setting("as_of", str, "date of day 0, as YYYY-MM-DD", default=""),
    Setting("horizon_days", int, "length of the horizon, days", required=True, minimum=1, maximum=100_000),
    Setting("money_decimals", int, "money is counted in steps of 10^-money_decimals", default=6, minimum=0, maximum=9),
    Setting(
        "periods",
        int,
        "periods of the horizon; prices may change at the beginning of each",
        default=1,
        minimum=1,
        maximum=366,
        unknown=366,
    ),
    Setting("normal_demand", bool, "demand with a demand_std is normal, discretised on the integers", default=False),
)
"""Keys of network.json."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Most rows per table that are read; a table above its limit is refused before its cells are looked at."""

    nodes: int = 100_000
    products: int = 10_000_000
    lanes: int = 5_000_000
    lane_rules: int = 5_000_000
    stock: int = 100_000_000
    lots: int = 100_000_000
    display_rules: int = 10_000_000
    alerts: int = 100_000_000
    price_ladders: int = 10_000_000
    price_response: int = 10_000_000
    price_multipliers: int = 10_000_000
    period_factors: int = 10_000_000
    clearance_rules: int = 10_000_000
    clearance_groups: int = 10_000_000
    markdown_budgets: int = 10_000_000
    exits: int = 1_000_000
    quotes: int = 10_000_000
    quote_suppliers: int = 1_000_000
    supplies: int = 10_000_000

    def of(self, table: str) -> int:
        """Return the limit of one table."""
        return int(getattr(self, table))
