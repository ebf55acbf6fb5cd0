"""Measures awards of events with thousands of items, and what general solvers make of the same model."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from benchmarks.award_comparison import AwardCase, compared, lines

SECONDS_OF_SIZE: Final = {"XS": 10.0, "S": 60.0, "M": 120.0, "L": 180.0}
"""Time limit of each size, where none is asked for."""

_COUNTS: Final = ("items", "suppliers", "bids", "tiers", "rules")


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Award the event as often as asked, let every peer award it, compare."""
    asked = {name: getattr(arguments, name) for name in ("size", "regime", "seed")}
    limit, peers = SECONDS_OF_SIZE[arguments.size], ("highs", "cp_sat", "scip")
    return compared(AwardCase("sourcing", "benchmarks.sourcing_runs", asked, _COUNTS, limit, peers), arguments, say)


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result for people."""
    event = result["event"]
    counts = ", ".join(f"{event[name]:,} {name}" for name in _COUNTS)
    yield f"{event['size']} {event['regime']}: {counts}"
    yield from lines(result)
