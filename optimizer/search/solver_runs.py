"""Solvers at work on a search: started in processes of their own, what they find offered, what they prove believed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import Answer, Backend, Outcome, Search, backend_named
from optimizer.model import Model, Solution, fewest_switches, increment_units, kept_units
from optimizer.program import Program, linear_program
from optimizer.request import Parameters
from optimizer.search.circles import forbid_circles, without_circles
from optimizer.search.isolation import Forked
from optimizer.search.limits import with_free_switches
from optimizer.search.progress import Progress

_ANSWER_SECONDS = 0.2
"""Kept back for a solver that overruns its time limit and for handing its answer over."""


def with_backend(progress: Progress, name: str) -> None:
    """Hand the whole model to one backend, in a process that is killed when it overruns."""
    with running(progress, linear_program(progress.built.model), name) as process:
        taken(progress, process, progress.left, name)


def running(progress: Progress, program: Program, name: str) -> Forked:
    """Start a backend in a process of its own, from the best plan so far; what it finds on the way is offered."""
    model = progress.built.model
    hint = None if progress.solution is None else columns_of(model, program, progress.solution)
    search_ = replace(search_for(progress), hint=hint)
    return Forked(solved, model, program, backend_named(name), search_, on_report=_on_solution(progress, name))


class Searching(Protocol):
    """What limits a search: its parameters, and the time that is left."""

    @property
    def parameters(self) -> Parameters:
        """Time limit and gap."""

    @property
    def left(self) -> float:
        """Seconds left for searching."""


def search_for(
    progress: Searching, on_solution: Callable[[NDArray[np.float64]], None] | None = None, share: float = 1.0
) -> Search:
    """Ask for what the parameters ask for, in a share of the time that is left."""
    # Solvers stop at their own idea of the gap; a tenth of ours leaves room for the difference.
    seconds = share * progress.left - _ANSWER_SECONDS - 0.02 * progress.left
    return Search(seconds=seconds, gap=progress.parameters.gap / 10, on_solution=on_solution)


def _on_solution(progress: Progress, name: str) -> Callable[[NDArray[np.float64]], None]:
    def offer(columns: NDArray[np.float64]) -> None:
        progress.offer(solution_of(progress.built.model, columns), name)

    return offer


def take(progress: Progress, answer: Answer, name: str) -> None:
    """Believe a backend only as far as the certificate does."""
    if answer.outcome is Outcome.INFEASIBLE:
        progress.infeasible = progress.plan is None
        return
    if answer.columns is not None:
        progress.offer(solution_of(progress.built.model, answer.columns), name)
    progress.prove_currency(answer.bound, name)


def solved(
    model: Model,
    program: Program,
    backend: Backend,
    search_: Search,
    report: Callable[[NDArray[np.float64]], None] | None = None,
) -> Answer:
    """Call a backend, and again with circles forbidden while it fills loads with units from nowhere."""
    until = time.monotonic() + search_.seconds
    while True:
        left = until - time.monotonic()
        answer = backend(program, replace(search_, seconds=left, on_solution=report or search_.on_solution))
        if answer.columns is None or time.monotonic() >= until:
            return answer
        tighter = forbid_circles(program, model, _flow_units(model, answer.columns))
        if tighter is None:
            return answer
        program = tighter


def _flow_units(model: Model, columns: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round a solver's flows to whole multiples."""
    multiple = model.flows.multiple
    return np.rint(columns[: len(model.flows)] / multiple).astype(np.int64) * multiple


def solution_of(model: Model, columns: NDArray[np.float64]) -> Solution:
    """Round a solver's columns to a solution: whole multiples, and the switches that are best for them."""
    return with_switches(model, without_circles(model, _flow_units(model, columns)))


def with_switches(model: Model, flow_units: NDArray[np.int64]) -> Solution:
    """Fewest switches that carry the flows, and all that only earn something."""
    return with_free_switches(model, Solution(flow_units, fewest_switches(model, flow_units)))


def columns_of(model: Model, program: Program, solution: Solution) -> NDArray[np.float64]:
    """Write a solution as columns of the program."""
    units = solution.flow_units
    kept = increment_units(model, kept_units(model, units))
    multiples = np.flatnonzero(model.flows.multiple > 1)
    helpers = units[multiples] // model.flows.multiple[multiples]
    columns = np.concatenate([units, kept, solution.switch_count, helpers]).astype(np.float64)
    return np.pad(columns, (0, program.n_columns - len(columns)))


def taken(progress: Progress, process: Forked, seconds: float, name: str) -> bool:
    """Take the answer of a running solver when it is there."""
    answer = process.wait(seconds)
    if answer is not None:
        take(progress, answer, name)
    return answer is not None
