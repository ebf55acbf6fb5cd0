"""The tables about prices, exits and purchases as data; a part of `network.schema`."""

from __future__ import annotations

from typing import Final

from network.clearance_tables import ExitKind, GroupKind
from network.columns import NO_LIMIT
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

_MATCHING: Final = (
    reference("sku_id", "products", "this product", required=False, empty="see category"),
    Column("category", CellType.TEXT, "products of this category", False, "", "every product"),
    Column("zone", CellType.TEXT, "nodes of this zone", False, "", "every zone"),
)
"""Columns that say which SKUs and zones a row is about."""

PRICE_LADDERS: Final = Table(
    "price_ladders",
    (
        *_MATCHING,
        integer("rung", "place on the ladder; a higher one is a lower price", 0, "", minimum=1, required=True),
        number("price", "price of a unit", NAN, "see price_share"),
        number("price_share", "share of the list price", NAN, "see price", maximum=1.0),
    ),
    required=False,
)

PRICE_RESPONSE: Final = Table(
    "price_response",
    (
        *_MATCHING,
        number(
            "elasticity",
            "demand is multiplied by (price / list_price) ^ elasticity; at most 0",
            0.0,
            "0: demand does not answer to prices",
            minimum=-100.0,
            maximum=0.0,
            above_maximum=(
                "the elasticity {value} has the wrong sign: demand would rise with the price",
                "Write it below 0, such as -1.5, or 0 where demand does not answer to prices",
            ),
        ),
        number("elasticity_std", "its standard error", 0.0, "0: known for certain", maximum=100.0),
        number("ageing_factor", "factor of demand from one period to the next", 1.0, "1", maximum=100.0),
    ),
    required=False,
)

PRICE_MULTIPLIERS: Final = Table(
    "price_multipliers",
    (
        *_MATCHING,
        number("price_share", "share of the list price", 0.0, "", maximum=1.0, required=True),
        number("multiplier", "factor of demand at this price", 1.0, "", maximum=1e6, required=True),
    ),
    required=False,
)

PERIOD_FACTORS: Final = Table(
    "period_factors",
    (
        *_MATCHING,
        integer("period", "period, from 1", 0, "", minimum=1, required=True),
        number("factor", "demand of the period, in proportion to that of the others", 1.0, "", required=True),
    ),
    required=False,
)

CLEARANCE_RULES: Final = Table(
    "clearance_rules",
    (
        *_MATCHING,
        integer("max_markdowns", "most markdowns of a path", NO_LIMIT, NO_LIMIT_WORDS),
        number("min_step_share", "smallest markdown, share of the list price", 0.0, "0", maximum=1.0),
        number("max_step_share", "largest markdown, share of the list price", 1.0, "1", maximum=1.0),
        integer("min_periods_between", "fewest periods from one markdown to the next", 1, "1", minimum=1),
        integer("earliest_period", "first period that may begin with a markdown", 1, "1", minimum=1),
        integer("exit_period", "last period in which units are sold", NO_LIMIT, "the last one", minimum=1),
        integer("no_touch_after_arrival_periods", "periods without markdown from an arrival of stock on", 0, "0"),
        integer("no_touch_before_exit_periods", "last periods, up to the exit period, without markdown", 0, "0"),
        number("min_price", "lowest price of a unit", 0.0, "0"),
        number("min_share_of_cost", "lowest price, share of unit_cost", 0.0, "0", maximum=1e6),
        number("min_share_of_list", "lowest price, share of the list price", 0.0, "0", maximum=1.0),
        number("sell_through_share", "share of the units to sell, at least", NAN, "no target", maximum=1.0),
        integer("sell_through_by_period", "by the end of this period", NO_LIMIT, "the last one", minimum=1),
        number("sell_through_price", "price of a unit short of the target", NAN, "the target is hard"),
    ),
    required=False,
)

CLEARANCE_GROUPS: Final = Table(
    "clearance_groups",
    (
        Column("group_id", CellType.TEXT, "name of the group; one row for each of its SKUs", True, ""),
        reference("sku_id", "products", "product of the group; a product is in one group at most"),
        Column("kind", CellType.CHOICE, "how its SKUs are marked down", True, 0, choices=choices_of(GroupKind)),
        number("cross_elasticity", "demand is multiplied by (price / list_price) ^ this of the others", 0.0, "0"),
    ),
    required=False,
)

MARKDOWN_BUDGETS: Final = Table(
    "markdown_budgets",
    (
        Column("budget_id", CellType.TEXT, "name of the budget; its rows count together", True, ""),
        *_MATCHING,
        number("amount", "most margin that markdowns may forgo; the same in all rows", 0.0, "", required=True),
    ),
    required=False,
)

_ALONE: Final = "a bid of its own"

EXITS: Final = Table(
    "exits",
    (
        id_column("exit_id", "name of the exit"),
        Column("kind", CellType.CHOICE, "how units leave", True, 0, choices=choices_of(ExitKind)),
        reference("node_id", "nodes", "node it serves", required=False, empty="every node but suppliers"),
        reference("sku_id", "products", "product it takes", required=False, empty="see category"),
        Column("category", CellType.TEXT, "products it takes", False, "", "every product"),
        number("unit_proceeds", "what it pays for a unit; below 0: costs", 0.0, "0", minimum=-LARGEST_NUMBER),
        number("proceeds_share_of_cost", "share of unit_cost that it pays besides", 0.0, "0", maximum=1e6),
        number("unit_fee", "fee of a unit, such as restocking", 0.0, "0"),
        number("fixed_cost", "cost of a node's use of the exit", 0.0, "0"),
        integer("min_lot_units", "fewest units of a product from a node", 0, "0"),
        integer("capacity_units", "most units it takes in all", NO_LIMIT, NO_LIMIT_WORDS),
        number("max_share", "most units of a position, share of on_hand", 1.0, "1", maximum=1.0),
        integer("from_day", "first day on which it takes units", 0, "0"),
        integer("until_day", "last day on which it takes units", NO_LIMIT, NO_LIMIT_WORDS),
    ),
    required=False,
)

QUOTES: Final = Table(
    "quotes",
    (
        id_column("quote_id", "name of the quote"),
        Column("supplier", CellType.TEXT, "who sells", False, "", NOT_KNOWN_WORDS),
        reference("node_id", "nodes", "node that it delivers to"),
        reference("sku_id", "products", "product that it sells"),
        number("unit_price", "price of a unit", 0.0, "", required=True),
        integer("max_units", "most units", 0, "", required=True),
        integer("min_units", "fewest units of an order", 0, "0"),
        number("fixed_cost", "cost of an order", 0.0, "0"),
        integer("lead_time_days", "days until the units arrive", 0, "0"),
        Column(
            "bid_id",
            CellType.TEXT,
            "quotes of the supplier with this one are prices of the same units",
            False,
            "",
            _ALONE,
        ),
        Column(
            "alternate_id",
            CellType.TEXT,
            "of the supplier's bids with this one may be bought from one",
            False,
            "",
            "none",
        ),
    ),
    required=False,
)

QUOTE_SUPPLIERS: Final = Table(
    "quote_suppliers",
    (
        Column("supplier", CellType.TEXT, "who sells, as in quotes", True, ""),
        number("fixed_cost", "cost once anything is bought from it", 0.0, "0"),
        integer("capacity_units", "most units of all its quotes together", NO_LIMIT, NO_LIMIT_WORDS),
    ),
    required=False,
)

SUPPLIES: Final = Table(
    "supplies",
    (
        reference("node_id", "nodes", "supplier that can be asked for bids"),
        reference("sku_id", "products", "product that it can supply", required=False, empty="see category"),
        Column("category", CellType.TEXT, "products that it can supply", False, "", "every product"),
        Column("blocked", CellType.BOOLEAN, "it is not asked", False, False, "false"),
        number("on_time_share", "share of its deliveries that came in time", NAN, NOT_KNOWN_WORDS, maximum=1.0),
        number("unit_price", "price of a unit, the last one known", NAN, NOT_KNOWN_WORDS),
        integer("lead_time_days", "days until units leave it; those of the lanes come on top", 0, "0"),
        integer("min_units", "fewest units of an order", 0, "0"),
    ),
    required=False,
)

CLEARANCE_TABLES: Final = (
    *(PRICE_LADDERS, PRICE_RESPONSE, PRICE_MULTIPLIERS, PERIOD_FACTORS),
    *(CLEARANCE_RULES, CLEARANCE_GROUPS, MARKDOWN_BUDGETS, EXITS, QUOTES, QUOTE_SUPPLIERS, SUPPLIES),
)
"""In the order in which they are read."""
