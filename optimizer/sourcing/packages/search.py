"""Searches events of packages: exchanges of packages on one core, cuts and proofs on the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import BACKENDS, Answer, Outcome, Search
from optimizer.program import Program
from optimizer.search.isolation import Forked
from optimizer.sourcing.packages.covering import Covering, Lots, lots_used
from optimizer.sourcing.packages.cutting import Tightened, tightened
from optimizer.sourcing.packages.fixing import fixed
from optimizer.sourcing.packages.greedy import greedy_choice
from optimizer.sourcing.packages.improving import (
    Neighbourhoods,
    is_whole,
    left_out_cost,
    neighbourhoods_of,
)
from optimizer.sourcing.packages.prices import bound_at
from optimizer.sourcing.packages.program import columns_of, covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.packages.weighed import search_by_turns
from optimizer.sourcing.packages.winners import first_winners
from optimizer.sourcing.progress import AwardProgress

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_CUTTING_SHARE: Final = 0.4
"""Of the time, at most, for cuts."""
_PATIENCE_SHARE: Final = 0.25
"""Of the time that is left then, for neighbourhoods without a better award; then another solver has their place."""
_FIRST_SHARE: Final = 0.5
"""Of what is missing between bound and award: a solver looks there first, where fewer columns are open."""
_NEARLY: Final = 0.9
"""Share of a limit of lots at which it is told to solvers."""
_SOLVER_RESERVE: Final = 0.05
"""Share of its time that a solver is asked to leave: what it proved counts when it answers, and some are late."""
_ANSWER_SECONDS: Final = 0.3
_GLANCE_SECONDS: Final = 0.1
_SEED: Final = 1
_PROVERS: Final = ("scip", "highs")


def search_packages(progress: AwardProgress) -> bool:
    """Search an event that is mostly packages.

    Returns
    -------
    bool
        False when the event is no covering problem: then nothing was done.
    """
    covering = covering_of(progress.event)
    if covering is None:
        return False
    decimals = progress.event.money_decimals
    until = time.monotonic() + progress.left - _ANSWER_SECONDS
    binding = np.zeros(len(covering.lots.most), dtype=np.bool_)
    search = _Search(progress, covering, neighbourhoods_of(covering, decimals), binding, until)
    begun = greedy_choice(covering, first_winners(covering, left_out_cost(covering)))
    if is_whole(search.near, begun):
        search.offer(begun, "greedy packages")
    known = None if progress.award is None else covering.chosen(progress.award)
    if known is not None:
        begun = search.chosen = known
    _searched(search, begun)
    return True


@dataclass(slots=True)
class _Search:
    """One search: what is known of its problem, and the best choice of columns so far."""

    progress: AwardProgress
    covering: Covering
    near: Neighbourhoods
    binding: Flags
    """Limits of lots that solvers are told: most never bind, and they take most rows."""
    until: float
    """On the clock of `time.monotonic`."""
    chosen: Flags | None = None
    """The best choice, where it came from here."""
    improved: float = 0.0
    """When it was found."""

    @property
    def scale(self) -> float:
        """Money in a unit of currency."""
        return 10.0**self.progress.event.money_decimals

    @property
    def known(self) -> tuple[int | None, int | None, int]:
        """What changes where a solver told something."""
        return self.progress.objective, self.progress.bound, int(self.binding.sum())

    @property
    def relaxed(self) -> Covering:
        """The problem with those limits of lots that solvers are told."""
        lots, some = self.covering.lots, self.binding
        return replace(self.covering, lots=Lots(lots.supplier[some], lots.item[some], lots.most[some]))

    def offer(self, chosen: Flags, found_by: str) -> None:
        """Certify the award of a choice of columns."""
        if self.progress.offer(self.covering.award(chosen), found_by):
            self.chosen, self.improved = chosen, time.monotonic()

    def take(self, answer: object, name: str, reach: float = math.inf) -> None:
        """Believe a solver only as far as the certificate does.

        Parameters
        ----------
        reach : float
            Costs that all solutions below were open to the solver, currency.
        """
        if not isinstance(answer, Answer):
            return
        if answer.outcome is Outcome.INFEASIBLE and math.isinf(reach):
            self.progress.infeasible = self.progress.award is None
            return
        if answer.columns is not None:
            chosen = answer.columns[: self.covering.n_columns] > 0.5
            self.offer(chosen, name)
            self.binding |= lots_used(self.covering, chosen.astype(np.float64)) > self.covering.lots.most
        bound = math.inf if answer.outcome is Outcome.INFEASIBLE else -math.inf
        bound = bound if answer.bound is None else -answer.bound
        self.progress.prove_currency(min(bound, reach), name)

    def take_relaxed(self, answer: object) -> None:
        """Take the bound of a relaxation; that of prices of items alone is exact."""
        if not isinstance(answer, Answer) or answer.bound is None or answer.row_duals is None:
            return
        if self.progress.bound is None:
            price = -answer.row_duals[: self.covering.n_items] * self.scale
            self.progress.prove(bound_at(self.covering, np.rint(price).astype(np.int64)), "prices of items")
        self.progress.prove_currency(-answer.bound, "cuts")

    def tightened(self, improving: Forked) -> Tightened | None:
        """Cut the relaxation beside neighbourhoods; None where nothing came of it."""
        objective, began = self.progress.objective, time.monotonic()
        target = -math.inf if objective is None else -objective / self.scale
        until = began + _CUTTING_SHARE * (self.until - began)
        program = covering_program(self.relaxed, self.progress.event.money_decimals).program
        with Forked(tightened, program, self.covering.n_items, target, until, on_report=self.take_relaxed) as cutting:
            while not self.progress.done and not cutting.ended:
                found = cutting.wait(_GLANCE_SECONDS)
                if isinstance(found, Tightened):
                    self.take_relaxed(found.answer)
                    self.binding |= self.nearly_full(found)
                    return found
                improving.wait(0.0)
        return None

    def nearly_full(self, tight: Tightened) -> Flags:
        """Find the limits of lots that the relaxation, or the best award, comes near to."""
        most, full = _NEARLY * self.covering.lots.most, np.zeros(len(self.binding), dtype=np.bool_)
        for each in (tight.answer.columns, self.chosen):
            if each is not None:
                full |= lots_used(self.covering, each[: self.covering.n_columns].astype(np.float64)) >= most
        return full

    def prover(self, name: str, tight: Tightened, share: float) -> _Prover:
        """Start a solver on what may cost less than some share of what is missing between bound and award."""
        relaxed, decimals = self.relaxed, self.progress.event.money_decimals
        written = covering_program(relaxed, decimals)
        program, reach = tight.cuts.within(written.program), math.inf
        duals = tight.answer.row_duals
        if self.progress.objective is not None and self.progress.bound is not None and duals is not None:
            reach = (self.progress.bound + share * (self.progress.objective - self.progress.bound)) / self.scale
            base = fixed(tight.program, duals, -reach)
            low, high = program.low.copy(), program.high.copy()
            low[: base.n_columns], high[: base.n_columns] = base.low, base.high
            program = replace(program, low=low, high=high)
        hint = None if self.chosen is None else columns_of(relaxed, written, self.chosen)
        seconds = (1 - _SOLVER_RESERVE) * (self.until - time.monotonic())
        asked = Search(seconds, self.progress.parameters.gap / 10, hint=hint)
        return _Prover(name, Forked(_solved, program, name, asked, on_report=_nothing), reach, share)

    def improving(self, begun: Flags, seed: int) -> Forked:
        """Start searching by weights and in neighbourhoods."""
        return Forked(
            search_by_turns,
            self.near,
            begun,
            self.until,
            seed,
            on_report=lambda found: self.offer(found, "exchanged packages"),
        )


@dataclass(slots=True)
class _Prover:
    """A solver at work on what costs less than `reach`."""

    name: str
    process: Forked
    reach: float
    """Currency."""
    share: float
    """Of what was missing between bound and award."""


def _searched(search: _Search, begun: Flags) -> None:
    """Begin with neighbourhoods and cuts; then prove beside neighbourhoods, by two solvers when these find no more."""
    with ExitStack() as neighbourhoods:
        improving = neighbourhoods.enter_context(search.improving(begun, _SEED))
        tight = search.tightened(improving)
        if tight is not None and not search.progress.done:
            _proved(search, tight, improving, neighbourhoods)


def _proved(search: _Search, tight: Tightened, improving: Forked, neighbourhoods: ExitStack) -> None:
    """Let a solver prove on one core; the other is for neighbourhoods, then for another solver."""
    patience = _PATIENCE_SHARE * (search.until - time.monotonic())
    search.improved = time.monotonic()
    with ExitStack() as provers:
        running = [search.prover(_PROVERS[0], tight, _FIRST_SHARE)]
        provers.enter_context(running[0].process)
        while not search.progress.done and time.monotonic() < search.until:
            if len(running) == 1:
                improving.wait(0.0)
            if len(running) == 1 and time.monotonic() > search.improved + patience:
                neighbourhoods.close()
                running.append(search.prover(_PROVERS[1], tight, 1.0))
                provers.enter_context(running[1].process)
            for at, one in enumerate(running):
                known = search.known
                search.take(one.process.wait(_GLANCE_SECONDS), one.name, one.reach)
                if one.process.ended and not search.progress.done:
                    if search.known == known and one.share == 1.0:
                        return
                    share = one.share if search.known[2] > known[2] else 1.0
                    running[at] = search.prover(one.name, tight, share)
                    provers.enter_context(running[at].process)


def _solved(program: Program, name: str, asked: Search, report: Callable[[object], None]) -> Answer:
    return BACKENDS[name](program, asked)


def _nothing(reported: object) -> None:
    """Solvers of this kind report nothing on the way."""
