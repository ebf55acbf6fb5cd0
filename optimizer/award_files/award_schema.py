"""The award directory as data: its tables and what an empty cell means.

`awards` with `bid_id` and `units` alone makes an award that can be checked; the other tables are for people and
programs that read awards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from network.columns import NOT_GIVEN
from network.schema_columns import LARGEST_INTEGER, LARGEST_NUMBER, CellType, Column, Table

AWARD_FILE: Final = "award.json"

_NAN: Final = float("nan")


def _reference(name: str, table: str, meaning: str, *, required: bool = True, empty: str = "") -> Column:
    return Column(name, CellType.REFERENCE, meaning, required, -1, empty, refers_to=table)


def _count(name: str, meaning: str, empty: str = "") -> Column:
    """Integers of any sign: a count that breaks a rule is for the certificate to say."""
    return Column(name, CellType.INTEGER, meaning, not empty, NOT_GIVEN, empty, -LARGEST_INTEGER, LARGEST_INTEGER)


def _number(name: str, meaning: str, *, required: bool = False, empty: str = "not given") -> Column:
    return Column(name, CellType.NUMBER, meaning, required, _NAN, empty, -LARGEST_NUMBER, LARGEST_NUMBER)


def _text(name: str, meaning: str, empty: str = "not given") -> Column:
    return Column(name, CellType.TEXT, meaning, False, "", empty)


AWARDS: Final = Table(
    "awards",
    (
        _reference("bid_id", "bids", "bid that wins"),
        _text("supplier_id", "who delivers", "that of the bid"),
        _text("item_id", "what is bought", "that of the bid"),
        _count("units", "units that are bought"),
        _number("unit_price", "what a unit costs, in the currency of the event, on average where tiers differ"),
        _number("spend", "price of the units"),
        _number("freight", "what bringing the units costs"),
        _count("tier", "first unit of the tier that the number of units is in", "the price is no tier's"),
        _text("package_id", "package that the bid is bought with", "none"),
    ),
)

WINNERS: Final = Table(
    "winners",
    (
        _text("supplier_id", "who wins"),
        _count("units", "units that are bought of it"),
        _number("spend", "price of the units", required=True),
        _number("share", "share of the spend of all", required=True),
        _number("freight", "what bringing the units costs", required=True),
        _number("fixed_cost", "what using it costs", required=True),
        _count("items", "items of which it delivers units"),
        _count("bids", "bids of it that win"),
    ),
    required=False,
)

UNCOVERED: Final = Table(
    "uncovered",
    (
        _text("item_id", "what is not bought whole"),
        _count("units", "units that are not bought"),
        _number("penalty", "what that costs", empty="every unit must be bought"),
        _text("code", "why, for programs"),
        _text("reason", "why"),
    ),
    required=False,
)

BID_OUTCOMES: Final = Table(
    "bid_outcomes",
    (
        _text("bid_id", "name of the bid"),
        _text("supplier_id", "who offers"),
        _text("item_id", "what is offered"),
        _text("outcome", "won, lost or unusable"),
        _count("units", "units that are bought"),
        _text("code", "why it does not win, for programs", "it wins"),
        _text("reason", "why it does not win", "it wins"),
    ),
    required=False,
)

LEDGER: Final = Table(
    "ledger",
    (
        Column("term", CellType.TEXT, "input field that caused the amount", True, ""),
        _number("amount", "part of the cost", required=True),
    ),
    required=False,
)

AWARD_TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (AWARDS, WINNERS, UNCOVERED, BID_OUTCOMES, LEDGER)}
)
"""Tables of an award directory by name."""

PRICES_TO_WIN: Final = Table(
    "prices_to_win",
    (
        _text("bid_id", "usable bid"),
        _text("supplier_id", "who offers"),
        _text("item_id", "what is offered"),
        _text("package_id", "package of the bid, whose bids come down together", "none"),
        _text("outcome", "won; exact, between: what factor_low and factor_high say; never: not even for nothing"),
        _count("rank", "place among the bids for the item by what a unit costs, from 1"),
        _number("factor_low", "factor on its prices at which it wins, certified", empty="none is known"),
        _number("factor_high", "factor on its prices above which it loses, proved", required=True),
        _number("difference_low", "what the award costs more with it at its prices, at least, proved", required=True),
        _number("difference_high", "what the best award found with it costs more", empty="not known"),
        _count("units", "units that the award found at factor_low buys of it"),
    ),
    required=False,
)

RULE_COSTS: Final = Table(
    "rule_costs",
    (
        _text("rule_id", "name of the rule, or risk.survive_share"),
        Column(
            "at_limit", CellType.BOOLEAN, "the award stands at the rule, or breaks it at a price", False, False, "false"
        ),
        _number("cost_low", "what the rule costs at least, proved; below 0: what it earns", empty="not known"),
        _number("cost_high", "what the rule costs at most, proved", empty="not known"),
        _text("message", "what it costs, in words"),
    ),
    required=False,
)

_POINT: Final = (
    _text("status", "optimal, feasible, infeasible or no_plan"),
    _number("objective", "objective of the award found", empty="none was found"),
    _number("bound", "no such award has a smaller one", empty="not known"),
    _number("cost", "cost of the award found", empty="none was found"),
)

WINNERS_FRONTIER: Final = Table(
    "winners_frontier",
    (
        _count("winners", "number of suppliers that win"),
        _text("sense", "at_most or at_least so many"),
        _POINT[0],
        _count("won", "suppliers that win in the award found, -1 without one"),
        *_POINT[1:],
    ),
    required=False,
)

RISK_FRONTIER: Final = Table(
    "risk_frontier",
    (
        _number("level", "the conditional value at risk is the mean cost of the worst 1 - level", required=True),
        _number("weight", "weight of the conditional value at risk beside the expectation", required=True),
        *_POINT,
        _number("expected", "cost in expectation over the scenarios", empty="none was found"),
        _number("worst", "conditional value at risk of the cost", empty="none was found"),
        _count("won", "suppliers that win in the award found, -1 without one"),
    ),
    required=False,
)

WHY_TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (PRICES_TO_WIN, RULE_COSTS, WINNERS_FRONTIER, RISK_FRONTIER)}
)
"""Tables that ``counterpoise award-why --out`` writes."""

TABLES_READ: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in (AWARDS, LEDGER)})
"""Those that say what is bought and claimed; the others follow from the award."""


@dataclass(frozen=True, slots=True)
class AwardLimits:
    """Most rows per table that are read."""

    rows: int = 20_000_000

    def of(self, table: str) -> int:
        """Return the limit of one table."""
        return self.rows
