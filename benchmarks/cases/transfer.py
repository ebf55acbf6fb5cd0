"""Transfers in a retail network: our engine as a user starts it, and other ways to plan in the same time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from benchmarks.peers import PEERS
from benchmarks.registry import Case
from benchmarks.run_flags import add_run_flags
from cli.flag_types import count

SIZES: Final = ("XS", "S", "M", "L", "XL")
REGIMES: Final = ("common", "scarce", "costly")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add what the network is like, and who plans it for how long."""
    parser.add_argument("--size", choices=SIZES, default="S", help="of the network (default: %(default)s)")
    parser.add_argument("--regime", choices=REGIMES, default="common", help="what is where (default: %(default)s)")
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="of the network (default: %(default)s)")
    parser.add_argument("--no-transit", action="store_true", help="warehouses pass nothing on")
    parser.add_argument("--demand", choices=("certain", "uncertain"), default="certain", help="default: %(default)s")
    parser.add_argument("--cases", action="store_true", help="a third of the SKUs move in case packs only")
    parser.add_argument("--network", type=Path, metavar="DIR", help="plan this network directory, do not make one")
    add_run_flags(parser, PEERS, "30 to 180, by size", "all, the greedy rule alone on XL")


CASE: Final = Case(
    name="transfer",
    meaning="plans for a retail network, beside MIP solvers and the greedy rule",
    add_flags=add_flags,
    run="benchmarks.transfer:run",
    page="benchmarks.transfer:page",
    smoke=("--size", "XS", "--time-limit", "40"),
)
