"""The tables of clearance and of joint plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.cells import Result, groups, less_than_ours, medians_of, number, peers_of, percent, runs_of, worst

PEER_NAMES: Final = {
    "highs_paths": "HiGHS, all paths",
    "pulp_cbc_paths": "PuLP + CBC, all paths",
    "markdown_rule": "the rule",
}

SEQUENCES: Final = {
    "transfer": "no markdowns",
    "clearance": "markdowns alone",
    "transfer_clearance": "no markdowns, then markdowns",
    "clearance_transfer": "markdowns, then all else",
    "joint_from_all": "jointly, from all of these",
}
"""Keys of ``sequences`` in results, and what they are."""


def clearance_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield a row for each kind of network to clear."""
    columns = ["network", "positions", "seconds", "of which total", "within 0.1 % after, s", "gap", "memory, GiB"]
    yield f"| {' | '.join([*columns, *PEER_NAMES.values()])} |"
    yield f"|{'---|' * (len(columns) + len(PEER_NAMES))}"
    for found in groups(results):
        cells = [
            found[0]["network"]["name"],
            f"{found[0]['network']['stock']:,}",
            f"{found[0]['time_limit_seconds']:g}",
            number(medians_of(found, lambda each: each["engine"]["seconds"]), 1),
            number(medians_of(found, lambda each: each["engine"]["seconds_to_gap"]["0.001"]), 1),
            _fine(worst(each["gap"] for each in runs_of(found))),
            number(medians_of(found, lambda each: each["engine"]["peak_memory_gib"]), 1),
        ]
        yield f"| {' | '.join(cells + [_peer(found, name) for name in PEER_NAMES])} |"


def _peer(results: Sequence[Result], name: str) -> str:
    """Say what a peer makes less than ours, and after how long."""
    words, runs = less_than_ours(results, name), peers_of(results, name)
    return words if "%" not in words else f"{words} in {max(each['seconds'] for each in runs):,.0f} s"


def simulation_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield predicted against simulated revenue where stock arrives in mid-horizon."""
    yield "| network | seed | positions | of each | draws | predicted | simulated | difference | standard error |"
    yield f"|{'---|' * 9}"
    for result in results:
        simulated: Mapping[str, Any] = result["simulated"] or {}
        for kind in ("awaiting stock", "all there"):
            if found := simulated.get(kind):
                cells = [result["network"]["name"], str(result["network"]["seed"]), kind]
                cells += [f"{simulated['positions']:,}", f"{simulated['draws']:,}"]
                cells += [f"{found['predicted']:,.0f}", f"{found['simulated']:,.0f}"]
                cells += [_fine(found["difference"]), _fine(found["standard_error"])]
                yield f"| {' | '.join(cells)} |"


def joint_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield joint plans, and what planning one after the other makes less."""
    columns = ["network", "candidate flows", "seconds", "benefit", "gap", "within 1 % after, s"]
    yield f"| {' | '.join([*columns, *SEQUENCES.values()])} |"
    yield f"|{'---|' * (len(columns) + len(SEQUENCES))}"
    for found in groups(results):
        cells = [
            found[0]["network"]["name"],
            number(medians_of(found, lambda each: each["engine"]["flows"]), 0),
            f"{found[0]['time_limit_seconds']:g}",
            number(medians_of(found, lambda each: each["engine"]["benefit"]), 0),
            percent(worst(each["gap"] for each in runs_of(found))),
            number(medians_of(found, lambda each: each["engine"]["seconds_to_gap"]["0.01"]), 1),
        ]
        yield f"| {' | '.join(cells + [_less(found, name) for name in SEQUENCES])} |"


def _less(results: Sequence[Result], name: str) -> str:
    """Say what a sequence makes less than the joint plan, in the median."""
    return percent(medians_of(results, lambda each: (each.get("sequences") or {}).get(name, {}).get("share_less")))


def _fine(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.3f} %"
