"""How long it takes to value many positions, by kind of demand."""

from __future__ import annotations

import argparse
from typing import Final

from benchmarks.registry import Case
from cli.flag_types import count


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the number of positions."""
    parser.add_argument(
        "--positions", type=count, default=10_000_000, metavar="N", help="positions to value (default: %(default)s)"
    )


CASE: Final = Case(
    name="valuation",
    meaning="what stock is worth at many positions, by kind of demand",
    add_flags=add_flags,
    run="benchmarks.valuation:run",
    page="benchmarks.valuation:page",
    smoke=("--positions", "5000"),
)
