"""Tables about prices as plain rows, and which of them decide about a SKU in a zone."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

KEYS: Final = ("sku_id", "category", "zone")


@dataclass(frozen=True)
class PriceRow:
    """A row about some SKUs in some zones; an empty text names none of its kind."""

    sku: str
    category: str
    zone: str
    cells: Mapping[str, Fraction]
    """Number cells that are not empty, by column."""
    name: str = ""
    """Budget of the row, where it has one."""

    def matches(self, sku: str, category: str, zone: str) -> bool:
        """Whether the row is about a SKU of a category in a zone."""
        return self.sku in ("", sku) and self.category in ("", category) and self.zone in ("", zone)

    @property
    def rank(self) -> tuple[int, bool]:
        """How specific the row is: its SKU before its category, then its zone."""
        return (2 if self.sku else 1 if self.category else 0), bool(self.zone)


@dataclass(frozen=True)
class Group:
    """SKUs whose markdowns depend on each other in every zone."""

    group_id: str
    kind: str
    cross_elasticity: Fraction
    skus: tuple[str, ...]


@dataclass(frozen=True)
class PriceTables:
    """What the tables about prices say."""

    ladders: tuple[PriceRow, ...] = ()
    response: tuple[PriceRow, ...] = ()
    multipliers: tuple[PriceRow, ...] = ()
    factors: tuple[PriceRow, ...] = ()
    rules: tuple[PriceRow, ...] = ()
    budgets: tuple[PriceRow, ...] = ()
    groups: tuple[Group, ...] = ()


FILES: Final = {
    "ladders": "price_ladders.csv",
    "response": "price_response.csv",
    "multipliers": "price_multipliers.csv",
    "factors": "period_factors.csv",
    "rules": "clearance_rules.csv",
    "budgets": "markdown_budgets.csv",
}


def read_price_tables(path: Path) -> PriceTables:
    """Read the tables about prices of a network directory; a table that is not there has no rows."""
    tables = {name: tuple(_row(row) for row in _rows(path / file)) for name, file in FILES.items()}
    return PriceTables(**tables, groups=_groups(_rows(path / "clearance_groups.csv")))


def deciding(rows: Sequence[PriceRow], sku: str, category: str, zone: str) -> list[PriceRow]:
    """Rows of the most specific rank that match, in the order of the table."""
    matching = [row for row in rows if row.matches(sku, category, zone)]
    best = max((row.rank for row in matching), default=None)
    return [row for row in matching if row.rank == best]


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _row(row: dict[str, str]) -> PriceRow:
    numbers = {name: Fraction(text) for name, text in row.items() if text and name not in (*KEYS, "budget_id")}
    return PriceRow(*(row.get(name) or "" for name in KEYS), numbers, row.get("budget_id") or "")


def _groups(rows: list[dict[str, str]]) -> tuple[Group, ...]:
    groups = []
    for group_id in dict.fromkeys(row["group_id"] for row in rows):
        members = [row for row in rows if row["group_id"] == group_id]
        cross = Fraction(members[0].get("cross_elasticity") or 0)
        groups.append(Group(group_id, members[0]["kind"], cross, tuple(row["sku_id"] for row in members)))
    return tuple(groups)
