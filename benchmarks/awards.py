"""Small awards, proved: ``counterpoise bench awards``.

Every instance goes through `award` (build, first award, search, certificate), then its textbook program straight to
HiGHS, in one process with everything imported. Told are seconds by the clock and of all processors, and their ratios.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from benchmarks.facilities import Facilities, drawn_facilities, event_of, public_facilities, textbook_program
from benchmarks.machine import machine
from cli.failures import CommandError
from optimizer.backends import BACKENDS, Search
from optimizer.request import Parameters
from optimizer.sourcing.solve import award

_GAP: Final = 1e-7
"""Asked of HiGHS alone: a tenth of what counts as proved, as `award` asks of its solvers."""

_SAME: Final = 1e-6
"""Shares up to which two costs are the same."""


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure every instance.

    Raises
    ------
    CommandError
        When the folder has no instances.
    """
    if arguments.data is None:
        instances = list(drawn_facilities(arguments.drawn, arguments.seed))
    else:
        instances = list(public_facilities(arguments.data))
    if not instances:
        raise CommandError(f"{arguments.data}: no instances in its folders orlib_cap and sscflp")
    measure(next(drawn_facilities(1, 0)), arguments.time_limit)  # what is loaded at the first call counts for nobody
    rows = []
    for facilities in instances:
        say(f"{facilities.name}: {len(facilities.demand)} customers, {len(facilities.capacity)} plants")
        rows.append(measure(facilities, arguments.time_limit))
    totals = {name: round(sum(row[name] for row in rows), 3) for name in _TIMES}
    return {
        "case": "awards",
        "machine": machine(),
        "instances": rows,
        **totals,
        "ratio": round(totals["seconds"] / totals["solver_seconds"], 2),
        "processor_ratio": round(totals["processor_seconds"] / totals["solver_processor_seconds"], 2),
        "bound_holds": all(row["bound_holds"] for row in rows),
    }


_TIMES: Final = ("seconds", "processor_seconds", "solver_seconds", "solver_processor_seconds")


def measure(facilities: Facilities, time_limit: float) -> dict[str, Any]:
    """Solve one instance both ways."""
    event, program = event_of(facilities), textbook_program(facilities)
    begun, busy = time.perf_counter(), _processor_seconds()
    result = award(event, Parameters(time_limit_seconds=time_limit))
    seconds, processor = time.perf_counter() - begun, _processor_seconds() - busy
    begun, busy = time.perf_counter(), _processor_seconds()
    answer = BACKENDS["highs"](program, Search(seconds=time_limit, gap=_GAP))
    alone, alone_processor = time.perf_counter() - begun, _processor_seconds() - busy
    scale = 10**event.money_decimals
    cost = None if result.objective is None else result.objective / scale
    best = None if answer.columns is None else -float(program.objective @ answer.columns)
    bound = None if result.bound is None else result.bound / scale
    return {
        "name": facilities.name,
        "status": result.status.value,
        "cost": cost,
        "bound": bound,
        "gap": result.gap,
        "certificate_valid": result.certificate is not None and result.certificate.valid,
        "backend": result.backend,
        "seconds": seconds,
        "processor_seconds": processor,
        "solver_cost": best,
        "solver_seconds": alone,
        "solver_processor_seconds": alone_processor,
        "bound_holds": best is None or bound is None or bound <= best + _SAME * abs(best),
    }


def _processor_seconds() -> float:
    """Of this process, its threads and those of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each instance, then the totals."""
    for row in result["instances"]:
        cost = "-" if row["cost"] is None else f"{row['cost']:,.3f}"
        yield (
            f"  {row['name']:<16}{row['status']:<10}{cost:>16}"
            f"  award {row['seconds']:>7.3f} s  HiGHS alone {row['solver_seconds']:>7.3f} s"
        )
    yield (
        f"{len(result['instances'])} instances: {result['seconds']:.2f} s, HiGHS alone "
        f"{result['solver_seconds']:.2f} s, ratio {result['ratio']:.2f} "
        f"(of processors {result['processor_ratio']:.2f})"
    )
