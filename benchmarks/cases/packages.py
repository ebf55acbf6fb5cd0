"""Awards of package bids: our engine, and general solvers on the same covering program."""

from __future__ import annotations

import argparse
from typing import Final

from benchmarks.registry import Case
from benchmarks.run_flags import add_run_flags
from cli.flag_types import count

SIZES: Final = ("XS", "S", "M", "L")
STRUCTURES: Final = ("regional", "random")
PEERS: Final = ("highs", "scip", "cp_sat")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add what the event is like, and who awards it for how long."""
    parser.add_argument("--size", choices=SIZES, default="M", help="of the event (default: %(default)s)")
    parser.add_argument("--bids", type=count, metavar="N", help="packages, instead of those of the size")
    parser.add_argument("--items", type=count, metavar="N", help="items, instead of those of the size")
    parser.add_argument(
        "--structure", choices=STRUCTURES, default="regional", help="of the packages (default: %(default)s)"
    )
    parser.add_argument("--winner-limit", action="store_true", help="few suppliers win, each few lots")
    parser.add_argument("--penalty", action="store_true", help="items may be left uncovered at a price")
    parser.add_argument("--partition", action="store_true", help="no item is bought twice")
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="of the event (default: %(default)s)")
    add_run_flags(parser, PEERS, "60", "all")


CASE: Final = Case(
    name="packages",
    meaning="awards of package bids, beside general solvers on the same program",
    add_flags=add_flags,
    run="benchmarks.packages:run",
    page="benchmarks.packages:page",
    smoke=("--size", "XS", "--time-limit", "20"),
)
