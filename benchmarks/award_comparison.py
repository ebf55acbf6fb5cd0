"""Compares awards of one event by our engine and by solvers, each in a process of its own."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.award_runs import ENGINE
from benchmarks.machine import machine
from benchmarks.watching import watched
from benchmarks.wording import money, seconds, share
from cli.failures import CommandError

_OVERRUN_SECONDS: Final = 240.0
"""For drawing the event, for the certificate, and for those that do not heed their limit."""
_PROVED: Final = 1e-6


@dataclass(frozen=True, slots=True)
class AwardCase:
    """What is awarded, and by whom."""

    name: str
    module: str
    """Makes one award: ``python -m MODULE WHO SECONDS EVENT``."""
    asked: Mapping[str, Any]
    """Which event is drawn."""
    counts: tuple[str, ...]
    """What is told of its size."""
    seconds: float
    """Time limit where none is asked for."""
    peers: tuple[str, ...]
    """Where none are asked for."""


def compared(case: AwardCase, arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Award the event as often as asked, let every peer award it, compare."""
    limit = arguments.time_limit or case.seconds
    peer_seconds = arguments.peer_seconds or limit
    runs = []
    for number in range(arguments.repetitions):
        say(f"our engine, run {number + 1} of {arguments.repetitions}, {limit:g} s at most")
        runs.append(_run(case, ENGINE, limit))
        if runs[-1]["outcome"] in {"failed", "no answer"}:
            raise CommandError(f"our engine failed: {runs[-1]['detail']}")
    peers = []
    for name in case.peers if arguments.peers is None else arguments.peers:
        say(f"{name}, {peer_seconds:g} s at most")
        peers.append({"name": name, **_run(case, name, peer_seconds)})
    return {
        "case": case.name,
        "event": {**case.asked, **{name: runs[0][name] for name in case.counts}},
        "machine": machine(),
        "time_limit_seconds": limit,
        "peer_seconds": peer_seconds,
        "engine": max(runs, key=lambda each: float("inf") if each["gap"] is None else each["gap"]),
        "runs": runs,
        **_beside(runs, peers),
    }


def _run(case: AwardCase, who: str, limit: float) -> dict[str, Any]:
    """Let one award the event in a process of its own."""
    done = watched(case.module, [who, limit, json.dumps(case.asked)], seconds=limit + _OVERRUN_SECONDS)
    drawn = {name: each[name] for each in done.told("drawn") for name in case.counts}
    found = [{name: value for name, value in each.items() if name != "event"} for each in done.told("found")]
    common = {**drawn, "found": found, "processor_seconds": done.processor_seconds}
    for told in done.told("award"):
        answer = {name: value for name, value in told.items() if name != "event"}
        valid = answer["certificate_valid"]
        outcome = "no award" if valid is None else "award" if valid else "invalid"
        gap = _gap(answer["objective"] if valid else None, answer["bound"])
        return {"outcome": outcome, **answer, "gap": gap, **common}
    nothing = dict.fromkeys(("cost", "objective", "bound", "gap", "certificate_valid"))
    late = done.exit_code is None or done.exit_code < 0
    detail = "ended long after its time" if late else done.complaint
    outcome = "no answer" if late else "failed"
    return {"outcome": outcome, "detail": detail, "seconds": done.seconds, **nothing, **common}


def _gap(objective: float | None, bound: float | None) -> float | None:
    return None if objective is None or bound is None else (objective - bound) / max(abs(objective), 1.0)


def _beside(runs: Sequence[Mapping[str, Any]], peers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Say by how much peers cost more than our worst run, and by what share of it their bounds are below ours."""
    awards = [each["objective"] for each in (*runs, *peers) if each["outcome"] == "award"]
    best = min(awards, default=None)
    bounds = [each["bound"] for each in runs if each["bound"] is not None]
    ours = max((each["objective"] for each in runs if each["outcome"] == "award"), default=None)
    highest, lowest = max(bounds, default=None), min(bounds, default=None)
    beside = [
        {
            **peer,
            "share_more_than_ours": _above(peer["objective"] if peer["outcome"] == "award" else None, ours),
            "bound_below_ours": _below(peer["bound"], lowest),
        }
        for peer in peers
    ]
    holds = best is None or highest is None or highest - best <= _PROVED * max(abs(best), 1.0)
    return {"peers": beside, "best_objective": best, "bound_holds": holds}


def _above(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else round((one - other) / max(abs(other), 1.0), 7)


def _below(one: float | None, other: float | None) -> float | None:
    above = _above(one, other)
    return None if above is None else -above


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for everybody who awarded, and whether our bound holds."""
    yield f"  {'':<10}{'objective':>16}{'bound':>16}{'gap':>10}{'seconds':>9}  certificate"
    for each in ({"name": "ours", **result["engine"]}, *result["peers"]):
        told = f"  {each['name']:<10}{money(each['objective']):>16}{money(each['bound']):>16}"
        words = {True: "valid", False: "INVALID", None: each["outcome"]}[each["certificate_valid"]]
        yield f"{told}{share(each['gap']):>10}{seconds(each['seconds']):>9}  {words}"
    holds = "holds against every award" if result["bound_holds"] else "IS BEATEN"
    yield f"Our bound {holds}; {result['time_limit_seconds']:g} s, peers {result['peer_seconds']:g} s"
