"""Measures plans that move, mark down, liquidate, return and buy: ``counterpoise bench joint``.

With ``--sequences`` also what less makes: no markdowns, markdowns alone, and markdowns for what transfers leave.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.clearance_tables import SEQUENCES
from benchmarks.comparison import compared
from benchmarks.engine_runs import engine_run, medians
from benchmarks.instances import Instance, generated
from benchmarks.machine import machine
from benchmarks.watching import watched
from benchmarks.wording import engine_lines, money, peer_lines, share
from cli.failures import CommandError

SHARED: Final = Path(__file__).parents[2] / "shared" / "data" / "retailnet"
"""Networks that others measured, too, where they are beside the project."""

SECONDS_OF_SIZE: Final = {"XS": 40.0, "S": 60.0, "M": 60.0, "L": 120.0}

_GENERATED: Final = ("--seed", "1", "--no-cases", "--format", "parquet")
_OVERRUN_SECONDS: Final = 300.0
"""When a process that does not heed its limits is ended."""

_TINY: Final = ("--stores", "16", "--warehouses", "3", "--skus", "12")


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Plan the network as often as asked."""
    seconds = arguments.time_limit or SECONDS_OF_SIZE[arguments.size]
    with _instance(arguments, say) as instance:
        runs = []
        for number in range(arguments.repetitions):
            say(f"our engine, run {number + 1} of {arguments.repetitions}, {seconds:g} s at most")
            runs.append(engine_run(instance, seconds))
        engine = medians(runs)
        sequences = _sequences(instance, seconds, engine["objective"], say) if arguments.sequences else None
    return {
        "case": "joint",
        "network": instance.facts,
        "machine": machine(),
        "time_limit_seconds": seconds,
        "peer_seconds": seconds,
        "engine": engine,
        "runs": runs,
        **compared(runs, list((sequences or {}).values())),
        "peers": [],
        "sequences": sequences,
    }


def _sequences(
    instance: Instance, seconds: float, objective: float, say: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """Plan in parts, in a process of its own, and say what that makes less than the joint plan."""
    say(f"in parts, {seconds:g} s at most for each")
    done = watched("benchmarks.sequences", [instance.directory, seconds], seconds=6 * seconds + _OVERRUN_SECONDS)
    if done.exit_code != 0:
        raise CommandError(f"planning in parts failed: {done.complaint}")
    return {
        each["name"]: {
            **{name: each[name] for name in ("name", "valid", "benefit", "objective", "lines", "markdowns")},
            "bound": None,
            "outcome": "plan" if each["valid"] else "invalid",
            "share_less": round(1 - each["objective"] / objective, 7) if each["valid"] and objective > 0 else None,
        }
        for each in done.told("sequence")
    }


@contextmanager
def _instance(arguments: argparse.Namespace, say: Callable[[str], None]) -> Iterator[Instance]:
    """Take the network of transfers that is there, or make one; put the rules of joint plans on top."""
    facts = {
        "name": f"{arguments.size} {arguments.regime}, {arguments.rules} rules",
        **{name: getattr(arguments, name) for name in ("size", "regime", "rules", "seed")},
        "source": "retailnet",
    }
    flags: Sequence[object] = ["--seed", arguments.seed, *(["--transfer-rules"] if arguments.rules == "all" else [])]
    shared = SHARED / f"{arguments.size}_{arguments.regime}"
    if shared.is_dir():
        with generated("scenarios.joint_rules", flags, facts, say, shared) as instance:
            yield instance
        return
    size = _TINY if arguments.size == "XS" else ("--size", arguments.size)
    source = facts | {"name": f"{arguments.size} {arguments.regime}", "source": "scenarios.generate"}
    shape = [*size, "--regime", arguments.regime, *_GENERATED]
    with (
        generated("scenarios.generate", shape, source, say) as plain,
        generated(
            "scenarios.joint_rules", flags, facts | {"source": "scenarios.generate"}, say, plain.directory
        ) as made,
    ):
        yield made


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result for people."""
    network = result["network"]
    rows = ", ".join(f"{network[name]:,} {name}" for name in ("nodes", "products", "lanes", "stock", "alerts"))
    yield f"{network['name']} on {network['source']}: {rows} (rows), {result['engine']['flows']:,} candidate flows"
    yield from engine_lines(result)
    yield from peer_lines(result)
    for name, meaning in SEQUENCES.items() if result["sequences"] else ():
        found = result["sequences"][name]
        less = "breaks rules" if not found["valid"] else f"{share(found['share_less'])} less"
        yield f"  {meaning:<36}{money(found['objective']):>18}  {less}"
