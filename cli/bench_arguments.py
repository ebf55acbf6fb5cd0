"""What can be typed after ``counterpoise bench``: the cases of the registry, each with flags of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.registry import cases


def add_cases(command: argparse.ArgumentParser) -> None:
    """Add every case that is registered."""
    by_name = command.add_subparsers(dest="case", required=True, metavar="CASE")
    for case in cases().values():
        parser = by_name.add_parser(case.name, help=case.meaning, description=f"{case.name}: {case.meaning}.")
        case.add_flags(parser)
        parser.add_argument("--out", type=Path, metavar="RESULT.json", help="also write the result there")
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output, not text")
