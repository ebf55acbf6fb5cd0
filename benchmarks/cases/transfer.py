"""Transfers in a retail network: our engine as a user starts it, and other ways to plan in the same time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from benchmarks.peers import PEERS
from benchmarks.registry import Case
from cli.flag_types import count, positive

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
    parser.add_argument(
        "--time-limit", type=positive, metavar="S", help="seconds for each whole process (default: 30 to 180, by size)"
    )
    parser.add_argument(
        "--repetitions", type=count, default=1, metavar="N", help="runs of our engine (default: %(default)s)"
    )
    parser.add_argument(
        "--peers",
        type=_peers,
        metavar="NAMES",
        help=f"comma-separated, of {', '.join(PEERS)}; or none (default: all, the greedy rule alone on XL)",
    )
    parser.add_argument("--peer-seconds", type=positive, metavar="S", help="for each peer (default: the time limit)")


def _peers(text: str) -> tuple[str, ...]:
    names = () if text == "none" else tuple(text.split(","))
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no peer; use some of {', '.join(PEERS)}, or none")
    return names


CASE: Final = Case(
    name="transfer",
    meaning="plans for a retail network, beside MIP solvers and the greedy rule",
    add_flags=add_flags,
    run="benchmarks.transfer:run",
    page="benchmarks.transfer:page",
    smoke=("--size", "XS", "--time-limit", "40"),
)
