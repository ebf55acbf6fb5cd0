"""One plan that moves, marks down, liquidates, returns and buys, and what planning one after the other makes."""

from __future__ import annotations

import argparse
from typing import Final

from benchmarks.registry import Case
from benchmarks.run_flags import add_run_flags
from cli.flag_types import count

SIZES: Final = ("XS", "S", "M", "L")
REGIMES: Final = ("common", "scarce", "costly")
RULES: Final = ("all", "joint")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add what the network is like, and how long it is planned."""
    parser.add_argument("--size", choices=SIZES, default="M", help="of the network (default: %(default)s)")
    parser.add_argument("--regime", choices=REGIMES, default="common", help="what is where (default: %(default)s)")
    parser.add_argument(
        "--rules", choices=RULES, default="all", help="every rule, or none of those of transfers (default: %(default)s)"
    )
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="of the rules (default: %(default)s)")
    parser.add_argument("--sequences", action="store_true", help="also plan in parts, one after the other")
    add_run_flags(parser, (), "40 to 120, by size", "none")


CASE: Final = Case(
    name="joint",
    meaning="joint plans of transfers, prices, exits and purchases",
    add_flags=add_flags,
    run="benchmarks.joint:run",
    page="benchmarks.joint:page",
    smoke=("--size", "XS", "--time-limit", "30", "--sequences"),
)
