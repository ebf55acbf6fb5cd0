"""The event directory as data: tables, columns, keys, limits and what an empty cell means.

Reading, writing, checks and the tables of ``docs/event-directory.md`` all follow this one description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from network.columns import NO_LIMIT
from network.events.tables import FreightKind, Measure, Per, RiskMeasure, RuleKind, Sense, TierKind
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

_LARGEST_SHARE: Final = 1e6

ITEMS: Final = Table(
    "items",
    (
        id_column("item_id", "name of the item"),
        Column("sku_id", CellType.TEXT, "product in the network", False, "", NOT_KNOWN_WORDS),
        Column("node_id", CellType.TEXT, "node it is delivered to", False, "", NOT_KNOWN_WORDS),
        Column("item_group", CellType.TEXT, "items that rules name together", False, "", "in no group"),
        integer("units", "units that are needed", 0, "", required=True),
        integer("max_units", "most units that are bought", NO_LIMIT, "any number"),
        integer("needed_by_days", "last day on which units help, from as_of", NO_LIMIT, NO_LIMIT_WORDS),
        number("uncovered_penalty", "cost of a unit not bought", NAN, "every unit must be bought"),
        number("shortage_penalty", "cost of a unit missing when suppliers fail", NAN, "the uncovered_penalty"),
    ),
)

SUPPLIERS: Final = Table(
    "suppliers",
    (
        id_column("supplier_id", "name of the supplier"),
        Column("supplier_group", CellType.TEXT, "suppliers that rules name together", False, "", "in no group"),
        Column("node_id", CellType.TEXT, "node in the network it delivers from", False, "", NOT_KNOWN_WORDS),
        number("fixed_cost", "cost when it wins anything", 0.0, "0"),
        integer("capacity_units", "most units over all its bids, weighed by capacity_per_unit", NO_LIMIT, "no limit"),
        Column("incumbent", CellType.BOOLEAN, "delivers today", False, False, "false"),
        Column("blocked", CellType.BOOLEAN, "nothing is bought from it", False, False, "false"),
        number("failure_probability", "probability that it delivers nothing", 0.0, "0", maximum=1.0),
    ),
)

BIDS: Final = Table(
    "bids",
    (
        id_column("bid_id", "name of the bid"),
        reference("supplier_id", "suppliers", "who offers"),
        reference("item_id", "items", "what is offered"),
        number("unit_price", "price of a unit, in the currency of the bid", NAN, "see tiers"),
        Column("currency", CellType.TEXT, "currency of the prices", False, "", "that of the event"),
        integer("min_units", "fewest units, when any are bought", 0, "0"),
        integer("max_units", "most units", NO_LIMIT, NO_LIMIT_WORDS),
        integer("pack_units", "units are a multiple of this", 1, "1", minimum=1),
        Column(
            "tier_kind",
            CellType.CHOICE,
            "which units have the price of a tier",
            False,
            int(TierKind.ALL_UNITS),
            "all_units",
            choices=choices_of(TierKind),
        ),
        integer("lead_time_days", "days until the units arrive", 0, "0"),
        Column("valid_until", CellType.DATE, "last day on which the bid can win", False, None, "it is always valid"),
        Column(
            "freight",
            CellType.CHOICE,
            "where the freight comes from",
            False,
            int(FreightKind.STATED),
            "stated",
            choices=choices_of(FreightKind),
        ),
        number("freight_per_unit", "freight of a unit, in the currency of the event", 0.0, "0: included"),
        integer("capacity_per_unit", "what a unit takes of the supplier's capacity_units", 1, "1"),
        Column("alternate_id", CellType.TEXT, "of the supplier's bids with this one may win", False, "", "none"),
        Column("package_id", CellType.TEXT, "the supplier's bids with this win together", False, "", "none"),
    ),
)

TIERS: Final = Table(
    "tiers",
    (
        reference("bid_id", "bids", "bid of the tier"),
        integer("from_units", "first number of units at this price", 1, "", minimum=1, required=True),
        number("unit_price", "price of a unit, in the currency of the bid", NAN, "", required=True),
        integer("to_units", "last number of units at this price, only to be checked", NO_LIMIT, "up to the next tier"),
    ),
    required=False,
)

DELIVERIES: Final = Table(
    "deliveries",
    (
        reference("bid_id", "bids", "bid that is delivered"),
        integer("day", "day of the delivery, to which lead_time_days is added", 0, "", required=True),
        integer("units", "most units on that day", 0, "", required=True),
    ),
    required=False,
)

RATES: Final = Table(
    "rates",
    (
        id_column("currency", "another currency"),
        number("rate", "units of the event's currency for one of this", 1.0, "", required=True),
    ),
    required=False,
)

RULES: Final = Table(
    "rules",
    (
        id_column("rule_id", "name of the rule", required=False, empty="rule-N in row N"),
        Column(
            "kind",
            CellType.CHOICE,
            "what the rule does",
            False,
            int(RuleKind.LIMIT),
            "limit",
            choices=choices_of(RuleKind),
        ),
        Column("sense", CellType.CHOICE, "side of the limit", False, 0, "no limit", choices=choices_of(Sense)),
        Column("measure", CellType.CHOICE, "what is limited", False, 0, "no limit", choices=choices_of(Measure)),
        reference("supplier_id", "suppliers", "about this supplier", required=False, empty="any"),
        Column("supplier_group", CellType.TEXT, "about suppliers of this group", False, "", "any"),
        Column("incumbents", CellType.BOOLEAN, "about incumbents only", False, False, "false"),
        reference("item_id", "items", "about this item", required=False, empty="any"),
        Column("item_group", CellType.TEXT, "about items of this group", False, "", "any"),
        Column(
            "per", CellType.CHOICE, "for whom it holds by itself", False, int(Per.ALL), "all", choices=choices_of(Per)
        ),
        Column("if_winning", CellType.BOOLEAN, "holds only for those that win", False, False, "false"),
        number(
            "amount",
            "bound in lots, currency, units or winners; of a consistent rule the tolerance; of an adjust rule currency "
            "per unit",
            NAN,
            "see share",
            minimum=-LARGEST_NUMBER,
        ),
        number(
            "share",
            "bound as a share of what all suppliers have; of an adjust rule a share of the price",
            NAN,
            "see amount",
            minimum=-_LARGEST_SHARE,
            maximum=_LARGEST_SHARE,
        ),
        number("violation_price", "cost of each whole unit by which it is broken", NAN, "it must hold"),
    ),
    required=False,
)

SCENARIOS: Final = Table(
    "scenarios",
    (
        Column("scenario_id", CellType.TEXT, "name of the scenario; one row for each supplier that fails", True, ""),
        reference("supplier_id", "suppliers", "supplier that fails"),
        number(
            "probability", "probability of the scenario; the same in all its rows", NAN, "", required=True, maximum=1.0
        ),
    ),
    required=False,
)

EVENT_TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (ITEMS, SUPPLIERS, BIDS, TIERS, DELIVERIES, RATES, RULES, SCENARIOS)}
)
"""Tables by name; a table comes after those it refers to."""

ONLY_CHECKED: Final = frozenset({("tiers", "to_units")})
"""Columns that are compared with others and then forgotten."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of event.json, or of its object ``risk``."""

    name: str
    meaning: str
    kind: type
    """str, int, float (whole numbers too) or dict."""
    required: bool = False
    default: Any = None
    empty: str = ""
    """What it means when missing, for people."""
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, int] | None = None


KEYS: Final = (
    Key("currency", "currency of every amount of money that names no other", str, required=True),
    Key("as_of", "day of the award, as YYYY-MM-DD", str, required=True),
    Key("money_decimals", "money is counted in steps of 10^-money_decimals", int, default=6, minimum=0, maximum=9),
    Key("risk", "what is asked about suppliers that fail, see below", dict, empty="nothing"),
    Key(
        "time_limit_seconds",
        "longest time that the award takes",
        float,
        empty="that of the command",
        minimum=0.0,
        maximum=1e7,
    ),
    Key("gap", "gap to the bound that is good enough", float, empty="that of the command", minimum=0.0, maximum=1e3),
)
"""Keys of event.json."""

RISK_KEYS: Final = (
    Key("measure", "what is minimised", str, default="none", choices=choices_of(RiskMeasure)),
    Key(
        "cvar_level",
        "the conditional value at risk is the mean of the worst 1 - cvar_level",
        float,
        default=0.9,
        minimum=0.0,
        maximum=0.999999,
    ),
    Key(
        "cvar_weight",
        "weight of the conditional value at risk beside the expectation",
        float,
        default=0.5,
        minimum=0.0,
        maximum=1.0,
    ),
    Key("samples", "draws of failures, where there is no table scenarios", int, default=200, minimum=1, maximum=10_000),
    Key("seed", "seed of the draws", int, default=1, minimum=0, maximum=2**32 - 1),
    Key(
        "survive_share",
        "share of every item that must arrive whichever winner fails alone",
        float,
        empty="not asked",
        minimum=0.0,
        maximum=1.0,
    ),
)
"""Keys of the object ``risk`` in event.json."""


@dataclass(frozen=True, slots=True)
class EventLimits:
    """Most rows per table that are read; a table above its limit is refused before its cells are looked at."""

    items: int = 1_000_000
    suppliers: int = 100_000
    bids: int = 10_000_000
    tiers: int = 50_000_000
    deliveries: int = 50_000_000
    rates: int = 1_000
    rules: int = 100_000
    scenarios: int = 10_000_000

    def of(self, table: str) -> int:
        """Return the limit of one table."""
        return int(getattr(self, table))
