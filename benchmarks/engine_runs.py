"""Runs of ``counterpoise plan`` on a network: what it found, when, and what it took; medians of several runs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.instances import Instance
from benchmarks.watching import ANSWER, watched
from cli.failures import CommandError

GAPS: Final = (0.05, 0.02, 0.01, 0.005, 0.001)
"""Gaps whose moment is told: the first certified plan with a bound that near."""

_OVERRUN_SECONDS: Final = 120.0
"""When a process that does not heed its limit is ended."""

_GIB: Final = 2**30


def engine_run(instance: Instance, seconds: float, plan: Path | None = None) -> dict[str, Any]:
    """Run ``counterpoise plan`` once and note what it found, when, and what it took.

    Parameters
    ----------
    instance : Instance
    seconds : float
        Time limit of the whole process.
    plan : Path, optional
        Where the plan directory is kept; else it is thrown away.

    Raises
    ------
    CommandError
        When it fails: then there is nothing to compare.
    """
    with tempfile.TemporaryDirectory(prefix="counterpoise-bench-") as folder:
        flags = [instance.directory, "--out", plan or Path(folder) / "plan", "--time-limit", seconds, "--json"]
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
        "responses": answer.get("responses", {}),
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
        return {name: _median([value.get(name) for value in values]) for name in first}
    if any(value is None for value in values):
        return None
    if isinstance(first, bool):
        return all(values)
    if isinstance(first, int | float):
        middle = median(values)
        return round(middle) if isinstance(first, int) else middle
    return first if len(set(values)) == 1 else None
