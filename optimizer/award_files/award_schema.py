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

TABLES_READ: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in (AWARDS, LEDGER)})
"""Those that say what is bought and claimed; the others follow from the award."""


@dataclass(frozen=True, slots=True)
class AwardLimits:
    """Most rows per table that are read."""

    rows: int = 20_000_000

    def of(self, table: str) -> int:
        """Return the limit of one table."""
        return self.rows
