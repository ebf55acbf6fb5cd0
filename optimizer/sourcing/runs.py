"""Solvers at work on an event: what they find is certified and offered, what they prove believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.events import RiskMeasure
from optimizer.award import Award
from optimizer.backends import BACKENDS, RELAXATIONS, Answer, Backend, Outcome, Search, backend_named
from optimizer.program import Program
from optimizer.search.isolation import Forked
from optimizer.search.solver_runs import search_for
from optimizer.sourcing.hints import columns_of_award
from optimizer.sourcing.model import AwardModel, award_of_columns
from optimizer.sourcing.progress import AwardProgress

_WHOLE = 1e-6
"""Units may be off by this much to be rounded."""

_SOLVERS_SHARE = 0.93
"""Of the time that is left, for solvers in processes of their own: they look at the clock late, and hand over late."""

_SETTLING_SECONDS = 5.0
"""For whole units at switches that are known."""


@dataclass(slots=True)
class Task:
    """A program for an event, and the last award that a solver ended with, valid or not."""

    progress: AwardProgress
    built: AwardModel
    program: Program
    last: Award | None = None

    def here(self, name: str, seconds: float) -> None:
        """Call a backend in this process: for programs that take less time than a process of their own."""
        search = replace(search_for(self.progress), seconds=min(seconds, self.progress.left))
        self.take(backend_named(name)(self.program, search), name)

    def running(self, name: str) -> Forked:
        """Start a backend in a process of its own, from the best award so far; what it finds on the way is offered."""
        best = self.progress.award
        hint = None if best is None else columns_of_award(self.built, self.program, best)
        search = replace(search_for(self.progress, share=_SOLVERS_SHARE), hint=hint)
        return Forked(_solved, self.program, backend_named(name), search, on_report=self._on_solution(name))

    def relaxing(self, name: str) -> Forked:
        """Start the linear relaxation in a process of its own: a bound, should no solver end in time."""
        search = search_for(self.progress, share=_SOLVERS_SHARE)
        return Forked(_solved, self.program, RELAXATIONS[name], search, on_report=_nothing)

    def taken(self, process: Forked, seconds: float, name: str) -> bool:
        """Take the answer of a running solver when it is there."""
        answer = process.wait(seconds)
        if answer is not None:
            self.take(answer, name)
        return answer is not None

    def bounded(self, process: Forked, seconds: float, name: str) -> bool:
        """Take the bound of a running relaxation when it is there."""
        answer = process.wait(seconds)
        if answer is not None and answer.bound is not None and answer.outcome is Outcome.OPTIMAL:
            self.progress.prove_currency(-answer.bound, name)
        return answer is not None

    def take(self, answer: Answer, name: str) -> None:
        """Believe a backend only as far as the certificate does."""
        if answer.outcome is Outcome.INFEASIBLE:
            self.progress.infeasible = self.progress.award is None
            return
        if answer.columns is not None:
            self.last = self._award(answer.columns)
            self.progress.offer(self.last, name)
        # A value at risk that has to be a whole number of currency units makes bounds that do not hold.
        rounded = name == "cp_sat" and self.progress.event.risk.measure == RiskMeasure.CVAR
        self.progress.prove_currency(None if answer.bound is None or rounded else -answer.bound, name)

    def _on_solution(self, name: str) -> Callable[[NDArray[np.float64]], None]:
        def offer(columns: NDArray[np.float64]) -> None:
            self.progress.offer(self._award(columns), name)

        return offer

    def _award(self, columns: NDArray[np.float64]) -> Award:
        """Read an award; where flows were not asked to be whole and are not, find whole ones at the same switches."""
        flows = columns[: len(self.built.flows)]
        if self.built.flows_are_whole and np.any(np.abs(flows - np.rint(flows)) > _WHOLE):
            first = len(self.built.flows) + len(self.built.model.increments)
            switches = np.rint(columns[first : first + len(self.built.model.switches)])
            columns = _settled(self.program, first, switches, len(flows), columns)
        return award_of_columns(self.built, columns)


def _settled(
    program: Program, first: int, switches: NDArray[np.float64], n_flows: int, columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Best whole flows at given switches."""
    low, high, integer = program.low.copy(), program.high.copy(), program.integer.copy()
    low[first : first + len(switches)] = high[first : first + len(switches)] = switches
    integer[:n_flows] = True
    fixed = replace(program, low=low, high=high, integer=integer)
    answer = BACKENDS["highs"](fixed, Search(seconds=_SETTLING_SECONDS))
    return columns if answer.columns is None else answer.columns


def _nothing(columns: NDArray[np.float64]) -> None:
    """Relaxations find no awards."""


def _solved(
    program: Program, backend: Backend, search: Search, report: Callable[[NDArray[np.float64]], None]
) -> Answer:
    return backend(program, replace(search, on_solution=report))
