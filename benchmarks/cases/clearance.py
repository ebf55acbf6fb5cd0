"""Price paths in zones with budgets: our engine as a user starts it, direct programs, and the rule of the trade."""

from __future__ import annotations

import argparse
from typing import Final

from benchmarks.peers import MARKDOWN_PEERS
from benchmarks.registry import Case
from benchmarks.run_flags import add_run_flags
from cli.flag_types import count

SIZES: Final = ("XS", "S", "M", "L", "XL")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add what the network is like, and who plans it for how long."""
    parser.add_argument(
        "--size", choices=SIZES, help="of the network (default: XL, a million positions; L with arrivals)"
    )
    parser.add_argument(
        "--arrivals", action="store_true", help="stock arrives in mid-horizon; sales are simulated, too"
    )
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="of the network (default: %(default)s)")
    add_run_flags(parser, MARKDOWN_PEERS, "20 to 60, by size", "all, the rule alone from L on, none with arrivals")


CASE: Final = Case(
    name="clearance",
    meaning="price paths under budgets, beside direct programs and the rule that tools document",
    add_flags=add_flags,
    run="benchmarks.clearance:run",
    page="benchmarks.clearance:page",
    smoke=("--size", "XS", "--time-limit", "60"),
)
