"""Small awards: facility location through `award`, and the same programs handed straight to HiGHS."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from benchmarks.registry import Case
from cli.flag_types import count, positive


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add where instances come from, and the time for each."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder with orlib_cap and sscflp; without it instances are drawn"
    )
    parser.add_argument(
        "--drawn", type=count, default=5, metavar="N", help="instances drawn of each kind (default: %(default)s)"
    )
    parser.add_argument("--seed", type=count, default=1, metavar="N", help="of those (default: %(default)s)")
    parser.add_argument(
        "--time-limit", type=positive, default=60.0, metavar="S", help="for each instance (default: %(default)s)"
    )


CASE: Final = Case(
    name="awards",
    meaning="small awards, beside the same programs handed straight to HiGHS",
    add_flags=add_flags,
    run="benchmarks.awards:run",
    page="benchmarks.awards:page",
    smoke=("--drawn", "1"),
)
