"""Flags that the cases have in common: how long, how often, beside whom."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection

from cli.flag_types import count, positive


def add_run_flags(parser: argparse.ArgumentParser, peers: Collection[str], seconds: str, default_peers: str) -> None:
    """Add time limits, repetitions and peers.

    Parameters
    ----------
    parser : ArgumentParser
    peers : collection of str
        Names that ``--peers`` takes.
    seconds : str
        The time limit where none is asked for, for people.
    default_peers : str
        The same of the peers.
    """
    parser.add_argument(
        "--time-limit", type=positive, metavar="S", help=f"seconds for each whole process (default: {seconds})"
    )
    parser.add_argument(
        "--repetitions", type=count, default=1, metavar="N", help="runs of our engine (default: %(default)s)"
    )
    if not peers:
        return
    names = f"comma-separated, of {', '.join(peers)}; or none (default: {default_peers})"
    parser.add_argument("--peers", type=_names_of(peers), metavar="NAMES", help=names)
    parser.add_argument("--peer-seconds", type=positive, metavar="S", help="for each peer (default: the time limit)")


def _names_of(peers: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """Reader of a list of peers."""

    def read(text: str) -> tuple[str, ...]:
        names = () if text == "none" else tuple(text.split(","))
        unknown = [name for name in names if name not in peers]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no peer; use some of {', '.join(peers)}, or none")
        return names

    return read
