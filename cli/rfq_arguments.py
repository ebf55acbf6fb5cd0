"""What can be typed to ask suppliers for bids, and to take their answers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from cli.flag_types import count

COMMANDS: Final = {
    "rfq": "ask suppliers for what a plan leaves unmet: an event, whom to ask and why, and a form for each of them",
    "bids": "add bids of filled forms to an event: good ones are kept, bad ones are told with their place",
}
"""What each command does; ``cli.<name>_command`` runs it."""

_JSON_HELP: Final = "print one JSON object on standard output instead of text"


def add_arguments(by_name: dict[str, argparse.ArgumentParser]) -> None:
    """Add the flags of both commands."""
    _rfq(by_name["rfq"])
    _bids(by_name["bids"])


def add_event(command: argparse.ArgumentParser) -> None:
    """Add the flag of commands about plans that may buy from bids."""
    command.add_argument(
        "--event", type=Path, metavar="EVENT_DIR", help="event directory whose bids the plan may buy from"
    )


def add_known(command: argparse.ArgumentParser) -> None:
    """Add the flags that say where a search starts."""
    command.add_argument(
        "--known", type=Path, metavar="PLAN_DIR", help="plan for the network to start from; the answer is no worse"
    )
    command.add_argument(
        "--award", type=Path, metavar="AWARD_DIR", help="with --event: what it buys is part of where the search starts"
    )


def _rfq(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", type=Path, metavar="DIR", help="network directory with supplies")
    command.add_argument(
        "plan_directory", type=Path, nargs="?", metavar="PLAN_DIR", help="plan that leaves demand unmet"
    )
    command.add_argument(
        "--items", type=Path, metavar="FILE", help="ask for the items of this table instead of a plan's"
    )
    command.add_argument("--out", type=Path, required=True, metavar="EVENT_DIR", help="where the event is written")
    command.add_argument(
        "--suppliers",
        type=count,
        default=5,
        metavar="N",
        help="suppliers to ask for an item, at most (default: %(default)s)",
    )
    command.add_argument(
        "--answer-by",
        type=int,
        default=0,
        metavar="DAY",
        help="day on which answers are in and orders leave (default: %(default)s, today)",
    )
    command.add_argument("--json", action="store_true", help=_JSON_HELP)


def _bids(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", type=Path, metavar="EVENT_DIR", help="event directory (docs/event-directory.md)")
    command.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="filled form, or a supplier's folder with its forms"
    )
    command.add_argument(
        "--supplier", metavar="ID", help="whose forms they are (default: the folder of the event that they are in)"
    )
    command.add_argument(
        "--replace", action="store_true", help="forms take the place of all bids that their suppliers have so far"
    )
    command.add_argument(
        "--network", type=Path, metavar="DIR", help="network directory, where bids have freight by lanes"
    )
    command.add_argument("--json", action="store_true", help=_JSON_HELP)
