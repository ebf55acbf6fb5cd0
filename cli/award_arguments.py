"""What can be typed to award bids, to check and compare awards, and to ask why they are as they are."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from cli.flag_types import positive, share

COMMANDS: Final = {
    "award": "find the award of the least cost among bids: how much of which bid is bought, with its proof",
    "check-award": "check an award, by whomever it was made: every broken rule, and what it costs",
    "award-diff": "what one award does otherwise than another, and what that costs",
    "award-why": "what losing bids would have to ask to win, what rules cost, and how few suppliers would do",
}
"""What each command does; ``cli.<name>_command`` runs it, with underscores."""

WHY: Final = ("prices", "rules", "winners", "risk")
"""What ``award-why`` can find out."""

_JSON_HELP: Final = "print one JSON object on standard output instead of text"


def add_arguments(by_name: dict[str, argparse.ArgumentParser]) -> None:
    """Add the flags of all four commands."""
    _award(by_name["award"])
    _check_award(by_name["check-award"])
    _award_diff(by_name["award-diff"])
    _award_why(by_name["award-why"])
    for name in COMMANDS:
        by_name[name].add_argument("--json", action="store_true", help=_JSON_HELP)


def _event(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", type=Path, metavar="DIR", help="event directory (docs/event-directory.md)")
    command.add_argument(
        "--network", type=Path, metavar="NETDIR", help="network directory, where bids have freight by lanes"
    )
    command.add_argument(
        "--keep-good",
        action="store_true",
        help="leave out bids that are wrong, and tell them, instead of refusing the event",
    )


def _award(command: argparse.ArgumentParser) -> None:
    _event(command)
    command.add_argument("--out", type=Path, required=True, metavar="AWARD_DIR", help="where the award is written")
    command.add_argument(
        "--time-limit",
        type=positive,
        metavar="S",
        help="seconds for the whole command, from start-up to writing (default: event.json, else 60)",
    )
    command.add_argument(
        "--gap",
        type=share,
        metavar="G",
        help="stop when the award is proven to be within this share of the best (default: event.json, else 1e-6)",
    )
    command.add_argument("--backend", metavar="NAME", help="solver to use (default: chosen automatically)")
    command.add_argument(
        "--format", choices=("csv", "parquet"), help="of the award's tables (default: that of the event)"
    )


def _check_award(command: argparse.ArgumentParser) -> None:
    _event(command)
    command.add_argument("award_directory", type=Path, metavar="AWARD_DIR", help="award; the table awards is enough")


def _award_diff(command: argparse.ArgumentParser) -> None:
    _event(command)
    command.add_argument("award_a", type=Path, metavar="AWARD", help="award; the table awards is enough")
    command.add_argument("award_b", type=Path, metavar="OTHER", help="the award to compare with it")


def _award_why(command: argparse.ArgumentParser) -> None:
    _event(command)
    command.add_argument("award_directory", type=Path, metavar="AWARD_DIR", help="award; the table awards is enough")
    command.add_argument(
        "--only", choices=WHY, action="append", metavar="WHAT", help=f"one of {', '.join(WHY)} (default: all)"
    )
    command.add_argument("--supplier", metavar="ID", help="show what this supplier may see of its own bids, only that")
    command.add_argument(
        "--time-limit", type=positive, default=30.0, metavar="S", help="seconds (default: %(default)s)"
    )
    command.add_argument(
        "--gap", type=share, default=1e-6, metavar="G", help="width of a factor (default: %(default)s)"
    )
    command.add_argument("--out", type=Path, metavar="OUT", help="also write the answers as tables")
