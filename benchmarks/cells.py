"""Figures of several results as cells of a table: medians, the worst gap, what became of the peers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.growth import SIZES

Result = Mapping[str, Any]


def groups(results: Sequence[Result]) -> list[list[Result]]:
    """Put results together that differ in their seeds only: small networks first."""
    by_kind: dict[tuple[Any, ...], list[Result]] = {}
    for result in results:
        kind = (result["network"]["name"], result["time_limit_seconds"], result["peer_seconds"])
        by_kind.setdefault(kind, []).append(result)
    return sorted(by_kind.values(), key=lambda found: (_size(found[0]), len(found[0]["network"]["name"])))


def _size(result: Result) -> int:
    size = result["network"]["size"]
    return SIZES.index(size) if size in SIZES else -1


def less_than_ours(results: Sequence[Result], name: str) -> str:
    """Say what a peer's plan makes less than ours, or why it has none."""
    peers = peers_of(results, name)
    outcomes = Counter(peer["outcome"] for peer in peers)
    if not peers or set(outcomes) == {"skipped"}:
        return "-"
    if set(outcomes) == {"plan"}:
        share = middle([peer["share_less_than_ours"] for peer in peers])
        return "ours makes nothing" if share is None else percent(share)
    outcome, count = next(each for each in outcomes.most_common() if each[0] != "plan")
    return outcome if count == len(peers) else f"{outcome} ({count} of {len(peers)})"


def peers_of(results: Sequence[Result], name: str) -> list[Mapping[str, Any]]:
    """Return what came of one peer, run by run."""
    return [peer for result in results for peer in result["peers"] if peer["name"] == name]


def runs_of(results: Sequence[Result]) -> list[Mapping[str, Any]]:
    """Return all runs of our engine."""
    return [run for result in results for run in result["runs"]]


def gap_of(peer: Mapping[str, Any]) -> float | None:
    """Gap between a peer's own plan and its own bound."""
    if peer["outcome"] != "plan" or peer["bound"] is None:
        return None
    return float((peer["bound"] - peer["benefit"]) / max(abs(peer["bound"]), 1.0))


def medians_of(results: Sequence[Result], value: Callable[[Result], float | None]) -> float | None:
    """Take the median of a figure over results."""
    return middle([value(result) for result in results])


def middle(values: Sequence[float | None]) -> float | None:
    """Take the median; None where there is nothing, or something is missing."""
    known = [value for value in values if value is not None]
    return median(known) if known and len(known) == len(values) else None


def worst(values: Iterator[float | None] | map[float | None]) -> float | None:
    """Take the largest; None where something is missing."""
    listed = list(values)
    known = [value for value in listed if value is not None]
    return max(known) if known and len(known) == len(listed) else None


def number(value: float | None, decimals: int) -> str:
    """Write a number, - where there is none."""
    return "-" if value is None else f"{value:,.{decimals}f}"


def percent(share: float | None) -> str:
    """Write a share as percent, - where there is none."""
    return "-" if share is None else f"{100 * share:.2f} %"
