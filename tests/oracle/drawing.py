"""What the strategies draw with: one source of chance for the cells of a request, and tables as texts."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Row = dict[str, str]
OVER, EVEN, SHORT = "over", "even", "short"
OPTIONAL_FILES = (
    "lots.csv", "lane_rules.csv", "display_rules.csv", "request.json", "former/transfers.csv", "price_ladders.csv",
    "price_response.csv", "price_multipliers.csv", "period_factors.csv", "clearance_rules.csv", "clearance_groups.csv",
    "markdown_budgets.csv", "exits.csv", "quotes.csv",
)  # fmt: skip


@dataclass(frozen=True)
class NetworkFiles:
    """A network directory in memory: file names and their texts, printed in full when an example fails."""

    texts: Mapping[str, str]

    def write(self, directory: Path) -> Path:
        """Write the files into a directory, made where it is missing, and return it; optional files of others go."""
        for name in OPTIONAL_FILES:
            (directory / name).unlink(missing_ok=True)
        for name, text in self.texts.items():
            file = directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return directory

    def __repr__(self) -> str:
        return "\n".join(f"--- {name}\n{text}" for name, text in self.texts.items())


@dataclass(frozen=True)
class Profile:
    """How large and how long the requests are that a strategy draws."""

    nodes: tuple[int, int] = (3, 5)
    max_skus: int = 2
    lanes: tuple[int, int] = (3, 9)
    max_units: int = 12
    max_lead_days: int = 4
    horizon_days: tuple[int, int] = (5, 14)
    rule_percent: int = 20
    """In so many of 100 requests each of the rarer rules is drawn."""
    prices: bool = False
    outside: bool = False
    """Whether there are exits and quotes."""
    periods: tuple[int, int] = (2, 4)
    max_rungs: int = 3


SMALL = Profile()
"""Small enough to be proved optimal in a moment."""

TINY = Profile(nodes=(2, 3), max_skus=2, lanes=(2, 3), max_units=3, max_lead_days=1, horizon_days=(2, 4))
"""Few enough plans to enumerate them all."""

CLEARANCE = Profile(nodes=(2, 5), max_skus=3, lanes=(0, 0), prices=True)
"""Prices only: nothing can move."""

OUTSIDE = Profile(outside=True, lanes=(0, 5), rule_percent=12)
"""Exits and quotes beside lanes, at list prices."""

JOINT = Profile(
    nodes=(2, 3), lanes=(1, 3), max_units=5, max_lead_days=2, horizon_days=(4, 8), rule_percent=8, prices=True,
    outside=True, periods=(2, 3), max_rungs=2,
)  # fmt: skip
"""Prices, lanes, exits and quotes with few paths."""


class Drawer:
    """Draws cells at random; an empty cell is the empty string.

    The sizes of a request come from hypothesis and shrink; its cells come from one seed, so that they vary as evenly as
    the percentages here say.
    """

    def __init__(self, profile: Profile, seed: int) -> None:
        self.profile = profile
        self.random = random.Random(seed)

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 cases."""
        return self.random.randrange(100) < percent

    def rule(self) -> bool:
        """Whether the request has a rule that few requests have."""
        return self.chance(self.profile.rule_percent)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return self.random.choice(options)

    def some(self, options: Sequence[T], percent: int) -> list[T]:
        """Each of the options in `percent` of 100 cases, at least one of them."""
        return [option for option in options if self.chance(percent)] or [self.pick(options)]

    def units(self, low: int, high: int) -> int:
        """An integer, high at most the profile's greatest number of units."""
        return self.random.randint(low, max(low, min(high, self.profile.max_units)))

    def days(self, high: int) -> int:
        """A day from 0."""
        return self.random.randint(0, high)

    def amount(self, low: str, high: str, step: str) -> str:
        """A decimal number between two others, in steps, as text."""
        unit = Decimal(step)
        return str(self.random.randint(int(Decimal(low) / unit), int(Decimal(high) / unit)) * unit)

    def sometimes(self, percent: int, cell: str) -> str:
        """The cell in about `percent` of 100 cases, else an empty one."""
        return cell if self.chance(percent) else ""


def table_text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A CSV table; a cell that a row lacks is empty."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
