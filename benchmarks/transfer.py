"""Measures ``counterpoise plan`` on a retail network, then its peers, and holds the bound against all their plans."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from benchmarks.comparison import compared, peer_run
from benchmarks.engine_runs import engine_run, medians
from benchmarks.instances import SECONDS_OF_SIZE, instance_of
from benchmarks.machine import machine
from benchmarks.peers import PEERS, SCALES
from benchmarks.wording import engine_lines, peer_lines

Say = Callable[[str], None]

_FLOWS_FOR_SOLVERS: Final = 5_000_000
"""Candidate flows beyond which general solvers are left out unless asked for: they do not finish writing the model."""


def run(arguments: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Plan the network as often as asked, let every peer plan it, compare."""
    seconds = arguments.time_limit or SECONDS_OF_SIZE[arguments.size]
    peer_seconds = arguments.peer_seconds or seconds
    with instance_of(arguments, say) as instance:
        runs = []
        for number in range(arguments.repetitions):
            say(f"our engine, run {number + 1} of {arguments.repetitions}, {seconds:g} s at most")
            runs.append(engine_run(instance, seconds))
        engine = medians(runs)
        peers = [
            _skipped(name, engine["flows"])
            if arguments.peers is None and engine["flows"] > _FLOWS_FOR_SOLVERS and name not in SCALES
            else peer_run(name, instance.directory, peer_seconds, say)
            for name in (PEERS if arguments.peers is None else arguments.peers)
        ]
        facts = instance.facts
    return {
        "case": "transfer",
        "network": facts,
        "machine": machine(),
        "time_limit_seconds": seconds,
        "peer_seconds": peer_seconds,
        "engine": engine,
        "runs": runs,
        **compared(runs, peers),
    }


def _skipped(name: str, flows: int) -> dict[str, Any]:
    reason = f"{flows:,} candidate flows are beyond what it can read in; --peers {name} tries all the same"
    return {"name": name, "outcome": "skipped", "detail": reason}


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result for people."""
    network, engine = result["network"], result["engine"]
    rows = ", ".join(f"{network[name]:,} {name}" for name in ("nodes", "products", "lanes", "stock", "alerts"))
    yield f"{network['name']}: {rows} (rows), {engine['flows']:,} candidate flows"
    yield from engine_lines(result)
    yield from peer_lines(result)
