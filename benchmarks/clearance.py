"""Measures ``counterpoise plan`` on a network of stock to clear, then its peers: ``counterpoise bench clearance``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.comparison import compared, peer_run
from benchmarks.engine_runs import engine_run, medians
from benchmarks.instances import generated
from benchmarks.machine import machine
from benchmarks.peers import MARKDOWN_PEERS
from benchmarks.wording import engine_lines, money, peer_lines, share

SIZE: Final = "XL"
SIZE_WITH_ARRIVALS: Final = "L"

SECONDS_OF_SIZE: Final = {"XS": 20.0, "S": 30.0, "M": 60.0, "L": 60.0, "XL": 60.0}
"""Time limit of each size, where none is asked for."""

_SIZES_FOR_PROGRAMS: Final = ("XS", "S", "M")
"""Sizes whose direct program is tried unless peers are asked for: the next one has tens of millions of binaries."""


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Plan the network as often as asked, let every peer plan it, compare; simulate what arrives late."""
    size = arguments.size or (SIZE_WITH_ARRIVALS if arguments.arrivals else SIZE)
    seconds = arguments.time_limit or SECONDS_OF_SIZE[size]
    peer_seconds = arguments.peer_seconds or seconds
    name = f"{size} clearance" + (" with arrivals" if arguments.arrivals else "")
    facts = {"name": name, "size": size, "seed": arguments.seed, "arrivals": arguments.arrivals}
    flags = ["--size", size, "--seed", arguments.seed, *(["--arrivals"] if arguments.arrivals else [])]
    with (
        tempfile.TemporaryDirectory(prefix="counterpoise-bench-") as folder,
        generated("scenarios.generate.clearance", flags, facts, say) as instance,
    ):
        runs = []
        for number in range(arguments.repetitions):
            say(f"our engine, run {number + 1} of {arguments.repetitions}, {seconds:g} s at most")
            runs.append(engine_run(instance, seconds, Path(folder) / "plan"))
        peers = [peer_run(each, instance.directory, peer_seconds, say) for each in _peers(arguments, size)]
        simulated = None
        if arguments.arrivals:
            from benchmarks.sales_simulation import simulated_sales  # noqa: PLC0415 - needed for this alone

            say("simulating sales under the plan")
            simulated = simulated_sales(instance.directory, Path(folder) / "plan")
    return {
        "case": "clearance",
        "network": instance.facts,
        "machine": machine(),
        "time_limit_seconds": seconds,
        "peer_seconds": peer_seconds,
        "engine": medians(runs),
        "runs": runs,
        **compared(runs, peers),
        "simulated": simulated,
    }


def _peers(arguments: argparse.Namespace, size: str) -> list[str]:
    """Name the peers that are asked for, else those that can read this network."""
    if arguments.peers is not None:
        return list(arguments.peers)
    if arguments.arrivals:  # none of them knows stock that comes later
        return []
    return [name for name in MARKDOWN_PEERS if size in _SIZES_FOR_PROGRAMS or not name.endswith("_paths")]


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result for people."""
    network = result["network"]
    rows = ", ".join(f"{network[name]:,} {name}" for name in ("nodes", "products", "stock", "alerts"))
    yield f"{network['name']}: {rows} (rows)"
    yield from engine_lines(result)
    yield from peer_lines(result)
    if result["simulated"] is not None:
        yield from _simulation_lines(result["simulated"])


def _simulation_lines(simulated: Mapping[str, Any]) -> Iterator[str]:
    yield f"Simulated, {simulated['positions']:,} positions of each kind, {simulated['draws']:,} draws"
    for kind in ("awaiting stock", "all there"):
        found = simulated[kind]
        if found is not None:
            yield (
                f"  {kind:<16} revenue {money(found['predicted'])} predicted, {money(found['simulated'])} simulated:"
                f" {share(found['difference'])} more than is sold, standard error {share(found['standard_error'])}"
            )
