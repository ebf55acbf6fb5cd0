"""Awards of events with thousands of items and rules of every kind: our engine, and solvers on the same model."""

from __future__ import annotations

import argparse
from typing import Final

from benchmarks.registry import Case
from benchmarks.run_flags import add_run_flags
from cli.flag_types import count

SIZES: Final = ("XS", "S", "M", "L")
REGIMES: Final = ("light", "heavy")
PEERS: Final = ("highs", "cp_sat", "scip", "pulp")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add what the event is like, and who awards it for how long."""
    parser.add_argument("--size", choices=SIZES, default="S", help="of the event (default: %(default)s)")
    parser.add_argument(
        "--regime",
        choices=REGIMES,
        default="light",
        help="fixed costs of suppliers are small, or dominate (%(default)s)",
    )
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="of the event (default: %(default)s)")
    add_run_flags(parser, PEERS, "10 to 180, by size", "all but pulp")


CASE: Final = Case(
    name="sourcing",
    meaning="awards of thousands of items under hundreds of rules, beside general solvers on the same model",
    add_flags=add_flags,
    run="benchmarks.sourcing:run",
    page="benchmarks.sourcing:page",
    smoke=("--size", "XS", "--time-limit", "15", "--peers", "highs"),
)
