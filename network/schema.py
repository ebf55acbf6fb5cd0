"""The network directory as data: tables, columns, types, limits and what an empty cell means.

Reading, writing, validation and the tables of ``docs/network-directory.md`` all follow this one description.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from network.tables import NO_LIMIT, NOT_GIVEN, AlertKind, NodeKind, Severity

LARGEST_INTEGER: Final = NO_LIMIT
"""Largest entry of an integer column, so that a sum over 10^9 rows still fits 64 bits."""

LARGEST_NUMBER: Final = 1e12
"""Largest magnitude of a number column, so that kilograms in steps of 10^-6 still fit 64 bits."""


@enum.unique
class CellType(enum.Enum):
    """What a cell holds."""

    ID = "id"
    """Text that names the row; never empty (except `lanes.lane_id`), unique, "007" stays "007"."""
    REFERENCE = "reference"
    """Id of a row of another table."""
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    cell: CellType
    meaning: str
    """For people, with the unit."""
    required: bool = False
    """The column must exist and no cell may be empty."""
    default: Any = None
    """What replaces an empty cell in `network.tables`."""
    empty: str = ""
    """What an empty cell means, for people."""
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, int] = field(default_factory=dict)
    """Of a choice: word in the file to value in `network.tables`."""
    refers_to: str | None = None
    """Of a reference: the table it names."""
    attribute: str = ""
    """Field of the class in `network.tables`, where it differs from `name`."""

    @property
    def field_name(self) -> str:
        """Field of the class in `network.tables`."""
        return self.attribute or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the directory."""

    name: str
    columns: tuple[Column, ...]
    required: bool = True

    def column(self, name: str) -> Column:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in the order they are written."""
        return tuple(column.name for column in self.columns)


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


def _choices(kinds: type[enum.IntEnum]) -> Mapping[str, int]:
    return MappingProxyType({kind.name.lower(): kind.value for kind in kinds if kind.value})


def _id(name: str, meaning: str, *, required: bool = True, empty: str = "") -> Column:
    return Column(name, CellType.ID, meaning, required, "", empty)


def _reference(name: str, table: str, meaning: str, *, required: bool = True, empty: str = "") -> Column:
    """Column ``node_id`` becomes field ``node``: ids outside, rows inside."""
    attribute = name.removesuffix("_id")
    return Column(name, CellType.REFERENCE, meaning, required, -1, empty, refers_to=table, attribute=attribute)


def _integer(name: str, meaning: str, default: int, empty: str, *, minimum: int = 0, required: bool = False) -> Column:
    return Column(name, CellType.INTEGER, meaning, required, default, empty, minimum, LARGEST_INTEGER)


def _number(
    name: str,
    meaning: str,
    default: float,
    empty: str,
    *,
    minimum: float = 0.0,
    maximum: float = LARGEST_NUMBER,
    required: bool = False,
) -> Column:
    return Column(name, CellType.NUMBER, meaning, required, default, empty, minimum, maximum)


_NAN: Final = float("nan")
_NO_LIMIT: Final = "no limit"
_NOT_KNOWN: Final = "not given"

NODES: Final = Table(
    "nodes",
    (
        _id("node_id", "name of the node"),
        Column("kind", CellType.CHOICE, "what the node is", True, 0, choices=_choices(NodeKind)),
        _number("latitude", "degrees north", _NAN, _NOT_KNOWN, minimum=-90, maximum=90),
        _number("longitude", "degrees east", _NAN, _NOT_KNOWN, minimum=-180, maximum=180),
        Column("zone", CellType.TEXT, "nodes of a zone share their prices", False, "", "in no zone"),
        Column("transit", CellType.BOOLEAN, "units received here may go on", False, None, "true for a warehouse"),
        _integer("pick_capacity_units", "units that may leave, every pass included", NO_LIMIT, _NO_LIMIT),
        _integer("receive_capacity_units", "units that may be received, every pass included", NO_LIMIT, _NO_LIMIT),
        _integer("max_outbound_lanes", "lanes out of the node that may be used", NO_LIMIT, _NO_LIMIT),
        _integer("max_inbound_lanes", "lanes into the node that may be used", NO_LIMIT, _NO_LIMIT),
    ),
)

PRODUCTS: Final = Table(
    "products",
    (
        _id("sku_id", "name of the product"),
        Column("category", CellType.TEXT, "group of products", False, "", "in no category"),
        _number("unit_weight_kg", "weight of a unit, kg", _NAN, _NOT_KNOWN),
        _number("unit_volume_m3", "volume of a unit, m3", _NAN, _NOT_KNOWN),
        _number("unit_cost", "what a unit was bought for", _NAN, _NOT_KNOWN),
        _number("list_price", "revenue of a unit sold", 0.0, "", required=True),
        _number(
            "salvage_value",
            "worth of a unit left at the end of the horizon; below 0 when it costs money to be rid of",
            _NAN,
            "unit_cost, else 0 with a warning",
            minimum=-LARGEST_NUMBER,
        ),
        _integer("case_pack", "a line is a multiple of this", 1, "1", minimum=1),
        _integer("shelf_life_days", "days until units without a lot expire", NO_LIMIT, "they do not expire"),
        _integer(
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
        _id("lane_id", "name of the lane", required=False, empty="origin>destination, which must then be unique"),
        _reference("origin", "nodes", "node the lane starts at"),
        _reference("destination", "nodes", "node the lane ends at"),
        _integer("lead_time_days", "days from leaving to arrival", 0, "0"),
        _number("fixed_cost", "cost of one dispatch", 0.0, "0"),
        _number("cost_per_unit", "cost of a unit", 0.0, "0"),
        _number("cost_per_kg", "cost of a kilogram", 0.0, "0"),
        _number("capacity_kg", "kilograms that one dispatch holds", float("inf"), "one dispatch carries anything"),
        _integer("max_dispatches", "dispatches over the horizon", NO_LIMIT, _NO_LIMIT),
        _integer("min_line_units", "fewest units of a line", 0, "0"),
        _number("min_dispatch_kg", "fewest kilograms of a dispatch", 0.0, "0"),
    ),
)

LANE_RULES: Final = Table(
    "lane_rules",
    (
        _reference("lane_id", "lanes", "lane the rule is about", required=False, empty="see origin, destination"),
        _reference("origin", "nodes", "lanes from this node", required=False, empty="from any node"),
        _reference("destination", "nodes", "lanes to this node", required=False, empty="to any node"),
        Column("category", CellType.TEXT, "products of this category", False, "", "see sku_id"),
        _reference("sku_id", "products", "this product", required=False, empty="any product"),
        Column("allowed", CellType.BOOLEAN, "whether the lanes may carry the products", True, False),
    ),
    required=False,
)

STOCK: Final = Table(
    "stock",
    (
        _reference("node_id", "nodes", "node of the position"),
        _reference("sku_id", "products", "product of the position; (node_id, sku_id) is unique"),
        _integer("on_hand", "units there on day 0", 0, "", required=True),
        _integer("reserved", "units on hand that are promised away", 0, "0"),
        _integer("safety_stock", "units the node never gives away", 0, "0"),
        _integer("in_transit", "units on their way to the position", 0, "0"),
        _integer("in_transit_arrival_day", "day they arrive", 0, "day 0"),
        _number("demand_mean", "expected demand over the horizon, units", _NAN, "", required=True),
        _number("demand_std", "its standard deviation, units", 0.0, "0: the demand is certain"),
        _number("holding_cost", "cost of a unit left over, over the horizon", 0.0, "0"),
        _number("shortage_penalty", "cost of a unit of missed demand, besides the lost price", 0.0, "0"),
        _number("current_price", "price of a unit today", _NAN, _NOT_KNOWN),
        _integer("no_send_before_day", "first day on which units that are there may leave", 0, "0"),
    ),
)

LOTS: Final = Table(
    "lots",
    (
        _reference("node_id", "nodes", "node of the lot"),
        _reference("sku_id", "products", "product of the lot"),
        Column("lot_id", CellType.TEXT, "name of the lot; (node_id, sku_id, lot_id) is unique", False, "", "no name"),
        _integer("units", "units of the lot", 0, "", required=True),
        _integer("expiry_days", "day from which its units cannot be sold", NO_LIMIT, "does not expire"),
    ),
    required=False,
)

DISPLAY_RULES: Final = Table(
    "display_rules",
    (
        Column("display_id", CellType.TEXT, "name of the display; one row for each of its SKUs", True, ""),
        _reference("sku_id", "products", "product shown; (display_id, sku_id, node_id) is unique"),
        _reference("node_id", "nodes", "store that shows it", required=False, empty="every store"),
        _integer("min_units", "units that a complete display holds of the product", 1, "1", minimum=1),
        _number(
            "broken_price",
            "cost of leaving the display broken, per store",
            _NAN,
            "that of the display's other rows, one of which must give it",
        ),
    ),
    required=False,
)

ALERTS: Final = Table(
    "alerts",
    (
        _id("alert_id", "name of the alert"),
        Column("kind", CellType.CHOICE, "what is reported", True, 0, choices=_choices(AlertKind)),
        _reference("node_id", "nodes", "node of the position"),
        _reference("sku_id", "products", "product of the position"),
        Column("severity", CellType.CHOICE, "how urgent it is", False, 0, _NOT_KNOWN, choices=_choices(Severity)),
        _integer("units", "units missing or too many", NOT_GIVEN, "the position's own shortage or excess"),
        _integer("needed_by_days", "last day on which units help", NO_LIMIT, _NO_LIMIT),
        Column("must_serve", CellType.BOOLEAN, "the units are a hard demand", False, False, "false"),
    ),
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (NODES, PRODUCTS, LANES, LANE_RULES, STOCK, LOTS, DISPLAY_RULES, ALERTS)}
)
"""Tables by name; a table comes after those it refers to."""

SETTINGS: Final = (
    Setting("currency", str, "currency of every amount of money, for example USD", required=True),
    Setting("as_of", str, "date of day 0, as YYYY-MM-DD", default=""),
    Setting("horizon_days", int, "length of the horizon, days", required=True, minimum=1, maximum=100_000),
    Setting("money_decimals", int, "money is counted in steps of 10^-money_decimals", default=6, minimum=0, maximum=9),
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

    def of(self, table: str) -> int:
        """Return the limit of one table."""
        return int(getattr(self, table))


DTYPES: Final[Mapping[CellType, type[np.generic]]] = MappingProxyType(
    {
        CellType.ID: np.object_,
        CellType.TEXT: np.object_,
        CellType.REFERENCE: np.int32,
        CellType.INTEGER: np.int64,
        CellType.NUMBER: np.float64,
        CellType.BOOLEAN: np.bool_,
        CellType.CHOICE: np.int8,
    }
)
"""Type of the array in `network.tables` that holds a column."""
