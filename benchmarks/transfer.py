"""Measures ``counterpoise plan`` on a retail network, then its peers, and holds the bound against all their plans."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.comparison import compared, peer_run
from benchmarks.instances import SECONDS_OF_SIZE, Instance, instance_of
from benchmarks.machine import machine
from benchmarks.peers import PEERS, SCALES
from benchmarks.watching import ANSWER, watched
from cli.failures import CommandError

Say = Callable[[str], None]

GAPS: Final = (0.05, 0.02, 0.01, 0.005)
"""Gaps whose moment is told: the first certified plan with a bound that near."""

_FLOWS_FOR_SOLVERS: Final = 5_000_000
"""Candidate flows beyond which general solvers are left out unless asked for: they do not finish writing the model."""

_OVERRUN_SECONDS: Final = 120.0
"""When a process that does not heed its limit is ended."""

_GIB: Final = 2**30


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


def engine_run(instance: Instance, seconds: float) -> dict[str, Any]:
    """Run ``counterpoise plan`` once and note what it found, when, and what it took.

    Raises
    ------
    CommandError
        When it fails: then there is nothing to compare.
    """
    with tempfile.TemporaryDirectory(prefix="counterpoise-bench-") as folder:
        flags = [instance.directory, "--out", Path(folder) / "plan", "--time-limit", seconds, "--json"]
        done = watched("benchmarks.engine", flags, seconds=seconds + _OVERRUN_SECONDS)
    answers = done.told(ANSWER)
    if done.exit_code is None or not answers:
        what = "was ended long after its time limit" if done.exit_code is None else f"failed: {done.complaint}"
        raise CommandError(f"counterpoise plan {what}")
    answer, found = answers[-1], done.told("found")
    phases = {name: value for name, value in answer["seconds"].items() if name != "total"}
    names = ("status", "stopped_by", "benefit", "objective", "bound", "gap", "backend")
    sizes = ("flows", "lines", "units", "dispatches", "unmet_units")
    certificate = answer["certificate"]
    return {
        **{name: answer[name] for name in names},
        "certificate_valid": certificate is not None and certificate["valid"],
        "seconds": round(done.seconds, 3),
        "phases": phases | {"other": round(max(done.seconds - sum(phases.values()), 0.0), 3)},
        "processor_seconds": done.processor_seconds,
        "peak_memory_gib": None if done.peak_memory_bytes is None else round(done.peak_memory_bytes / _GIB, 3),
        "first_plan_seconds": _first(found, lambda each: (each["benefit"] or 0.0) > 0),
        "seconds_to_gap": {str(gap): _first(found, _within(gap)) for gap in GAPS},
        **{name: answer[name] for name in sizes},
        "found": {name: [each[name] for each in found] for name in ("seconds", "benefit", "bound", "found_by")},
    }


def _within(gap: float) -> Callable[[Mapping[str, Any]], bool]:
    return lambda each: each["gap"] is not None and each["gap"] <= gap


def _first(found: Sequence[Mapping[str, Any]], passes: Callable[[Mapping[str, Any]], bool]) -> float | None:
    """Moment of the first incumbent that passes, None when none does."""
    return next((each["seconds"] for each in found if passes(each)), None)


def medians(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Take the median of every number of several runs; words only where they all say the same."""
    return {name: _median([each[name] for each in runs]) for name in runs[0] if name != "found"}


def _median(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, Mapping):
        return {name: _median([value[name] for value in values]) for name in first}
    if any(value is None for value in values):
        return None
    if isinstance(first, bool):
        return all(values)
    if isinstance(first, int | float):
        middle = median(values)
        return round(middle) if isinstance(first, int) else middle
    return first if len(set(values)) == 1 else None


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the result for people."""
    network, engine = result["network"], result["engine"]
    rows = ", ".join(f"{network[name]:,} {name}" for name in ("nodes", "products", "lanes", "stock", "alerts"))
    yield f"{network['name']}: {rows} (rows), {engine['flows']:,} candidate flows"
    runs = len(result["runs"])
    yield f"Our engine, {result['time_limit_seconds']:g} s" + (f", medians of {runs} runs" if runs > 1 else "")
    yield f"  status       {engine['status']}, certificate {'valid' if engine['certificate_valid'] else 'INVALID'}"
    yield f"  benefit      {_money(engine['benefit'])}"
    yield f"  bound        {_money(engine['bound'])}  gap {_share(engine['gap'])}"
    phases = ", ".join(f"{name} {_seconds(value)}" for name, value in engine["phases"].items())
    yield f"  seconds      total {_seconds(engine['seconds'])}, {phases}"
    moments = ", ".join(f"{float(gap):g} after {_seconds(at)}" for gap, at in engine["seconds_to_gap"].items())
    yield f"  first plan   after {_seconds(engine['first_plan_seconds'])} s; gap of {moments} s"
    memory = engine["peak_memory_gib"]
    yield f"  peak memory  {'not known' if memory is None else f'{memory:.2f} GiB, all processes together'}"
    if result["peers"]:
        yield f"Peers, {result['peer_seconds']:g} s each"
        yield f"  {'':<10}{'benefit':>18}{'less than ours':>18}{'bound':>18}{'seconds':>9}"
        yield from (_peer_line(peer) for peer in result["peers"])
    yield _bound_words(result)


def _bound_words(result: Mapping[str, Any]) -> str:
    if not result["bound_holds"]:
        return f"Our bound IS BEATEN: a certified plan makes {_money(result['best_objective'])}"
    if any(run["bound"] is None for run in result["runs"]):
        return "No bound was proved in the time"
    return "Our bound holds against every plan"


def _peer_line(peer: Mapping[str, Any]) -> str:
    if peer["outcome"] != "plan":
        return f"  {peer['name']:<10}{peer['outcome']}: {peer['detail']}"
    amounts = (peer["benefit"], peer["benefit_less_than_ours"], peer["bound"])
    return f"  {peer['name']:<10}{''.join(f'{_money(amount):>18}' for amount in amounts)}{peer['seconds']:>9.1f}"


def _money(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:,.2f}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3%}"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f}"
