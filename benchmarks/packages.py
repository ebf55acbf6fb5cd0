"""Measures awards of package bids, and what general solvers make of the same program."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from benchmarks.award_comparison import AwardCase, compared, lines
from benchmarks.cases.packages import PEERS
from scenarios.generate.packages import PACKAGE_SIZES

_SECONDS: Final = 60.0
_COUNTS: Final = ("lines", "suppliers")


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Award the event as often as asked, let every peer award it, compare."""
    asked = _asked(arguments)
    case = AwardCase("packages", "benchmarks.package_runs", asked, _COUNTS, _SECONDS, PEERS)
    return compared(case, arguments, say)


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """Say which event is drawn."""
    shape = PACKAGE_SIZES[arguments.size]
    return {
        "bids": arguments.bids or shape.bids,
        "items": arguments.items or shape.items,
        **{name: getattr(arguments, name) for name in ("structure", "seed", "winner_limit", "penalty", "partition")},
    }


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result for people."""
    event = result["event"]
    rules = [name.replace("_", " ") for name in ("winner_limit", "penalty", "partition") if event[name]]
    yield (
        f"{event['bids']:,} packages ({event['lines']:,} bids) for {event['items']:,} items by {event['suppliers']} "
        f"suppliers, {', '.join([event['structure'], *rules])}"
    )
    yield from lines(result)
