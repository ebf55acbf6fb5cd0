"""Measures awards of package bids, and what general solvers make of the same program."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.cases.packages import PEERS
from benchmarks.machine import machine
from benchmarks.package_runs import ENGINE
from benchmarks.watching import watched
from benchmarks.wording import money, seconds, share
from cli.failures import CommandError
from scenarios.generate.packages import PACKAGE_SIZES

_SECONDS: Final = 60.0
_OVERRUN_SECONDS: Final = 120.0
"""For drawing the event, for the certificate, and for those that do not heed their limit."""
_PROVED: Final = 1e-6


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Award the event as often as asked, let every peer award it, compare."""
    limit = arguments.time_limit or _SECONDS
    peer_seconds = arguments.peer_seconds or limit
    asked = _asked(arguments)
    runs = []
    for number in range(arguments.repetitions):
        say(f"our engine, run {number + 1} of {arguments.repetitions}, {limit:g} s at most")
        runs.append(_run(ENGINE, limit, asked))
        if runs[-1]["outcome"] == "failed":
            raise CommandError(f"our engine failed: {runs[-1]['detail']}")
    peers = []
    for name in PEERS if arguments.peers is None else arguments.peers:
        say(f"{name}, {peer_seconds:g} s at most")
        peers.append({"name": name, **_run(name, peer_seconds, asked)})
    return {
        "case": "packages",
        "event": asked | {name: runs[0][name] for name in ("lines", "suppliers")},
        "machine": machine(),
        "time_limit_seconds": limit,
        "peer_seconds": peer_seconds,
        "engine": _worst(runs),
        "runs": runs,
        **_compared(runs, peers),
    }


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """Say which event is drawn."""
    shape = PACKAGE_SIZES[arguments.size]
    return {
        "bids": arguments.bids or shape.bids,
        "items": arguments.items or shape.items,
        **{name: getattr(arguments, name) for name in ("structure", "seed", "winner_limit", "penalty", "partition")},
    }


def _run(who: str, limit: float, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Let one award the event in a process of its own."""
    done = watched("benchmarks.package_runs", [who, limit, json.dumps(asked)], seconds=limit + _OVERRUN_SECONDS)
    drawn = {name: each[name] for each in done.told("drawn") for name in ("lines", "suppliers")}
    found = [{name: value for name, value in each.items() if name != "event"} for each in done.told("found")]
    common = {**drawn, "found": found, "processor_seconds": done.processor_seconds}
    for told in done.told("award"):
        answer = {name: value for name, value in told.items() if name != "event"}
        valid = answer["certificate_valid"]
        outcome = "no award" if valid is None else "award" if valid else "invalid"
        return {"outcome": outcome, **answer, "gap": _gap(answer["objective"], answer["bound"]), **common}
    nothing = dict.fromkeys(("cost", "objective", "bound", "gap", "certificate_valid"))
    late = done.exit_code is None or done.exit_code < 0
    detail = "ended long after its time" if late else done.complaint
    return {
        "outcome": "no answer" if late else "failed",
        "detail": detail,
        "seconds": done.seconds,
        **nothing,
        **common,
    }


def _gap(objective: float | None, bound: float | None) -> float | None:
    return None if objective is None or bound is None else (objective - bound) / max(abs(objective), 1.0)


def _worst(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take the run with the largest gap; one without is worse than all."""
    return max(runs, key=lambda each: float("inf") if each["gap"] is None else each["gap"])


def _compared(runs: Sequence[Mapping[str, Any]], peers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Say by how much peers cost more than our worst run, and how far their bounds are below ours."""
    awards = [*runs, *peers]
    best = min((each["objective"] for each in awards if each["outcome"] == "award"), default=None)
    bounds = [each["bound"] for each in runs if each["bound"] is not None]
    ours = max((each["objective"] for each in runs if each["objective"] is not None), default=None)
    highest, lowest = max(bounds, default=None), min(bounds, default=None)
    return {
        "peers": [
            {
                **peer,
                "share_more_than_ours": _above(peer["objective"], ours),
                "bound_below_ours": _above(lowest, peer["bound"]),
            }
            for peer in peers
        ],
        "best_objective": best,
        "bound_holds": best is None or highest is None or highest - best <= _PROVED * max(abs(best), 1.0),
    }


def _above(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else round((one - other) / max(abs(other), 1.0), 7)


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result for people."""
    event = result["event"]
    rules = [name.replace("_", " ") for name in ("winner_limit", "penalty", "partition") if event[name]]
    yield (
        f"{event['bids']:,} packages ({event['lines']:,} bids) for {event['items']:,} items by {event['suppliers']} "
        f"suppliers, {', '.join([event['structure'], *rules])}"
    )
    yield f"  {'':<10}{'cost':>16}{'bound':>16}{'gap':>10}{'seconds':>9}"
    for each in ({"name": "ours", **result["engine"]}, *result["peers"]):
        told = f"  {each['name']:<10}{money(each['cost']):>16}{money(each['bound']):>16}"
        words = "" if each["outcome"] == "award" else f"  {each['outcome']}"
        yield f"{told}{share(each['gap']):>10}{seconds(each['seconds']):>9}{words}"
    holds = "holds against every award" if result["bound_holds"] else "IS BEATEN"
    yield f"Our bound {holds}; {result['time_limit_seconds']:g} s, peers {result['peer_seconds']:g} s"
