"""The plan directory as data: its tables and what an empty cell means.

`transfers`, `markdowns`, `exits` or `purchases` alone makes a plan that can be checked; most other tables are for
people and programs that read plans.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from network.columns import NOT_GIVEN
from network.schema_columns import LARGEST_INTEGER, LARGEST_NUMBER, CellType, Column, Table

PLAN_FILE: Final = "plan.json"

_NAN: Final = float("nan")


def _reference(name: str, table: str, meaning: str, *, required: bool = False, empty: str = "") -> Column:
    return Column(name, CellType.REFERENCE, meaning, required, -1, empty, refers_to=table)


def _count(name: str, meaning: str) -> Column:
    """Integers of any sign: a count that breaks a rule is for the certificate to say."""
    return Column(name, CellType.INTEGER, meaning, True, NOT_GIVEN, "", -LARGEST_INTEGER, LARGEST_INTEGER)


def _day(name: str, meaning: str, empty: str) -> Column:
    return Column(name, CellType.INTEGER, meaning, False, NOT_GIVEN, empty, 0, LARGEST_INTEGER - 1)


def _number(name: str, meaning: str, *, required: bool = False, empty: str = "not given") -> Column:
    return Column(name, CellType.NUMBER, meaning, required, _NAN, empty, -LARGEST_NUMBER, LARGEST_NUMBER)


def _text(name: str, meaning: str, empty: str = "not given") -> Column:
    return Column(name, CellType.TEXT, meaning, False, "", empty)


_LANE: Final = (
    _reference("lane_id", "lanes", "lane", empty="the only lane from origin to destination"),
    _reference("origin", "nodes", "node the lane starts at", empty="that of lane_id"),
    _reference("destination", "nodes", "node the lane ends at", empty="that of lane_id"),
)
"""Columns that name a lane."""

_LOT: Final = (
    _text("lot_id", "lot the units are of", "none, or one of several"),
    _day("expiry_day", "day on which the units expire", "never, or the only day that can be meant"),
)

_EARNS: Final = (
    _number("benefit", "what the plan loses without the line alone"),
    _text("reason", "why the line is there"),
)

TRANSFERS: Final = Table(
    "transfers",
    (
        *_LANE,
        _reference("sku_id", "products", "product that is moved", required=True),
        _count("units", "units that are moved"),
        *_LOT,
        _day("arrives_day", "day of arrival", "the earliest day, where only one can be meant"),
        *_EARNS,
    ),
    required=False,
)

MARKDOWNS: Final = Table(
    "markdowns",
    (
        _reference("sku_id", "products", "product that is marked down", required=True),
        Column("zone", CellType.TEXT, "zone whose nodes share the price", True, ""),
        Column("period", CellType.INTEGER, "period, from 1", True, 1, "", 1, LARGEST_INTEGER),
        _number("price", "price of a unit in the period", required=True),
        _number("list_price", "price of a unit without the plan"),
        _number("expected_units", "units that are sold in the period, in expectation"),
        _number("expected_revenue", "price x expected_units"),
        _text("reason", "why the product is marked down in the zone; the same in all its rows"),
    ),
    required=False,
)

EXITS: Final = Table(
    "exits",
    (
        _reference("node_id", "nodes", "node that the units leave", required=True),
        _reference("exit_id", "exits", "exit that takes them", required=True),
        _reference("sku_id", "products", "product that leaves", required=True),
        _count("units", "units that leave"),
        *_LOT,
        _day("day", "day on which they leave", "the earliest day, where only one can be meant"),
        _number("unit_proceeds", "what a unit brings, less its fee; below 0: costs"),
        _number("proceeds", "what the units bring, without the fixed cost of using the exit"),
        *_EARNS,
    ),
    required=False,
)

PURCHASES: Final = Table(
    "purchases",
    (
        _reference("quote_id", "quotes", "quote that is taken", required=True),
        _text("supplier", "who sells"),
        _reference("node_id", "nodes", "node that the units are delivered to", empty="that of the quote"),
        _reference("sku_id", "products", "product that is bought", empty="that of the quote"),
        _count("units", "units that are bought"),
        _day("day", "day of delivery", "that of the quote"),
        _number("unit_price", "price of a unit"),
        _number("cost", "price of the units, without the fixed cost of the order"),
        *_EARNS,
    ),
    required=False,
)

DISPATCHES: Final = Table(
    "dispatches",
    (
        *_LANE,
        _count("dispatches", "dispatches that run on the lane"),
        _number("load_kg", "kilograms on the lane"),
        _number("capacity_kg", "kilograms that the dispatches hold", empty="no limit"),
        _number("fill", "load_kg / capacity_kg", empty="no limit"),
        _number("cost", "what the dispatches cost"),
    ),
    required=False,
)

LEDGER: Final = Table(
    "ledger",
    (
        Column("term", CellType.ID, "input field that caused the amount", True, ""),
        _number("amount", "part of the benefit", required=True),
    ),
    required=False,
)

UNMET: Final = Table(
    "unmet",
    (
        _reference("node_id", "nodes", "node of the position", required=True),
        _reference("sku_id", "products", "product of the position", required=True),
        _count("units", "units of demand that stay unserved"),
        _text("code", "why they do, for programs"),
        _text("reason", "why they do"),
        _text("cheapest_fix", "the cheapest change that would serve them"),
        _number("fix_cost", "what the change costs", empty="not known"),
        _number("fix_worth", "how much more the objective would be with the change, at least", empty="not known"),
    ),
    required=False,
)

FIXES: Final = Table(
    "fixes",
    (
        _reference("node_id", "nodes", "node of the position that stays unserved", required=True),
        _reference("sku_id", "products", "product of the position", required=True),
        _text("field", "what to change"),
        _text("place", "where"),
        _number("amount", "how much to raise it, below 0 to lower it; 1 for a row to add", required=True),
    ),
    required=False,
)

ALERT_OUTCOMES: Final = Table(
    "alert_outcomes",
    (
        Column("alert_id", CellType.ID, "name of the alert", True, ""),
        _text("outcome", "resolved, partly or unresolved"),
        _count("units_asked", "units that the alert asks for"),
        _count("units_by_transfer", "units that transfers bring or take"),
        _count("units_by_markdown", "units that the position sells in addition because of markdowns, in expectation"),
        _count("units_by_exit", "units that leave through exits"),
        _count("units_by_purchase", "units that are bought for it"),
        _day("day", "day on which the last unit arrives or leaves", "none does"),
        _text("reason", "what is behind the outcome"),
    ),
    required=False,
)

DECISIONS: Final = (TRANSFERS, MARKDOWNS, EXITS, PURCHASES)
"""Tables that say what the plan decides, each enough for a plan; dispatches can be left out."""

PLAN_TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (*DECISIONS, DISPATCHES, UNMET, FIXES, ALERT_OUTCOMES, LEDGER)}
)
"""Tables of a plan directory by name."""

ALTERNATIVES: Final = Table(
    "alternatives",
    (
        _text("alert_id", "alert that the choice is for", "the plan as a whole"),
        _count("rank", "1 for the greatest objective among the choices of the alert, or of the whole plan"),
        _text("choice", "what the choice is, for programs"),
        _number("benefit", "benefit of the complete plan", required=True),
        _number("objective", "objective of the complete plan", required=True),
        _number("objective_lost", "how much less that is than at rank 1", required=True),
        _number("cost", "spent on lanes, purchases and exits; for an alert, what its product adds", required=True),
        _count("lines", "lines, for an alert those of its product"),
        _count("units", "units on these lines"),
        _count("dispatches", "dispatches; for an alert, those that its product adds"),
        _day("last_day", "day on which the last unit arrives", "nothing moves"),
        _number("mean_day", "day on which a unit arrives on average", empty="nothing moves"),
        _number("emissions_kg", "kilograms of CO2 equivalent, of the units that it is known for", required=True),
        _number("emissions_known", "share of the units that it is known for", required=True),
        _number("risk_resolved", "share of the units alerted that move or sell because of the plan", required=True),
        _count("units_by_transfer", "units on lines between nodes"),
        _count("prices_marked_down", "products and zones that are marked down"),
        _count("units_by_liquidation", "units that are liquidated, donated or scrapped"),
        _count("units_by_return", "units that go back to the vendor"),
        _count("units_by_purchase", "units that are bought"),
        _text("summary", "the choice in words"),
    ),
    required=False,
)

_CHOICE: Final = (
    _text("alert_id", "alert that the choice is for", "the plan as a whole"),
    _text("choice", "what the choice is, for programs"),
)

ALTERNATIVE_TRANSFERS: Final = Table(
    "alternative_transfers",
    (
        *_CHOICE,
        *_LANE,
        _reference("sku_id", "products", "product that is moved", required=True),
        _count("units", "units that are moved"),
        _day("expiry_day", "day on which the units expire", "never"),
        _day("arrives_day", "day of arrival", "never empty"),
    ),
    required=False,
)

ALTERNATIVE_MARKDOWNS: Final = Table(
    "alternative_markdowns", (*_CHOICE, *(column for column in MARKDOWNS.columns if column.name != "reason")), False
)

ALTERNATIVE_EXITS: Final = Table(
    "alternative_exits",
    (
        *_CHOICE,
        _reference("node_id", "nodes", "node that the units leave", required=True),
        _reference("exit_id", "exits", "exit that takes them", required=True),
        _reference("sku_id", "products", "product that leaves", required=True),
        _count("units", "units that leave"),
        _day("expiry_day", "day on which the units expire", "never"),
        _day("day", "day on which they leave", "never empty"),
        _number("unit_proceeds", "what a unit brings, less its fee; below 0: costs"),
    ),
    required=False,
)

ALTERNATIVE_PURCHASES: Final = Table(
    "alternative_purchases",
    (
        *_CHOICE,
        _reference("quote_id", "quotes", "quote that is taken", required=True),
        _reference("node_id", "nodes", "node that the units are delivered to", required=True),
        _reference("sku_id", "products", "product that is bought", required=True),
        _count("units", "units that are bought"),
        _day("day", "day of delivery", "never empty"),
        _number("unit_price", "price of a unit"),
    ),
    required=False,
)

CHOICE_TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        table.name: table
        for table in (
            ALTERNATIVES,
            ALTERNATIVE_TRANSFERS,
            ALTERNATIVE_MARKDOWNS,
            ALTERNATIVE_EXITS,
            ALTERNATIVE_PURCHASES,
        )
    }
)
"""Tables that a plan directory has when alternatives were asked for."""

TABLES_READ: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (*DECISIONS, DISPATCHES, LEDGER)}
)
"""Those that say what the plan does and claims; the others follow from the plan."""


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """Most rows per table that are read."""

    rows: int = 20_000_000

    def of(self, table: str) -> int:
        """Return the limit of one table."""
        return self.rows
