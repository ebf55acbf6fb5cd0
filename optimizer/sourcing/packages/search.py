"""Searches events of packages: neighbourhoods of awards on one core, proofs on the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event
from optimizer.backends import BACKENDS, RELAXATIONS, Answer, Outcome, Search
from optimizer.backends.scip import scip_proving
from optimizer.bidding.offers import Offers, Usable
from optimizer.program import Program
from optimizer.search.isolation import Forked
from optimizer.sourcing.packages.covering import Covering
from optimizer.sourcing.packages.greedy import greedy_choice
from optimizer.sourcing.packages.improving import (
    Neighbourhoods,
    improve,
    is_whole,
    left_out_cost,
    neighbourhoods_of,
)
from optimizer.sourcing.packages.prices import bound_at
from optimizer.sourcing.packages.program import CoveringProgram, columns_of, covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.packages.winners import first_winners
from optimizer.sourcing.progress import AwardProgress

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_ALONE_SHARE: Final = 0.1
"""Of the time, for neighbourhoods before solvers begin with what they found."""
_ALONE_SECONDS_PER_COLUMN: Final = 0.003
_NEIGHBOURHOODS_SHARE: Final = 0.4
"""Of the time that is left then, for neighbourhoods beside a solver; then another solver has their place."""
_SOLVER_RESERVE: Final = 0.05
"""Share of its time that a solver is asked to leave: what it proved counts when it answers, and some are late."""
_ANSWER_SECONDS: Final = 0.3
_GLANCE_SECONDS: Final = 0.1
_SEED: Final = 1
_PROVER: Final = "scip"


def package_count(event: Event, offers: Offers) -> int:
    """Count the packages of an event in which most bids that can be used are in one, 0 in others."""
    usable = offers.usable == Usable.YES
    packed = usable & (offers.package >= 0)
    return len(np.unique(offers.package[packed])) if 2 * packed.sum() > usable.sum() else 0


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
    search = _Search(progress, covering, neighbourhoods_of(covering, decimals), covering_program(covering, decimals))
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
    written: CoveringProgram
    chosen: Flags | None = None
    """The best choice, where it came from here."""

    def offer(self, chosen: Flags, found_by: str) -> None:
        """Certify the award of a choice of columns."""
        if self.progress.offer(self.covering.award(chosen), found_by):
            self.chosen = chosen

    def prove_prices(self, duals: Floats) -> None:
        """Evaluate the duals of a relaxation exactly, as prices of items."""
        scale = 10**self.progress.event.money_decimals
        price = np.rint(-duals[: self.covering.n_items] * scale).astype(np.int64)
        self.progress.prove(bound_at(self.covering, price), "prices of items")

    def take(self, answer: Answer | None, name: str) -> None:
        """Believe a solver only as far as the certificate does."""
        if answer is None:
            return
        if answer.outcome is Outcome.INFEASIBLE:
            self.progress.infeasible = self.progress.award is None
            return
        if answer.columns is not None:
            self.offer(answer.columns[: self.covering.n_columns] > 0.5, name)
        self.progress.prove_currency(None if answer.bound is None else -answer.bound, name)

    def hint(self) -> Floats | None:
        """Write the best choice as columns of the program."""
        return None if self.chosen is None else columns_of(self.covering, self.written, self.chosen)


def _searched(search: _Search, begun: Flags) -> None:
    """Begin with neighbourhoods and the relaxation, then let solvers prove what is found."""
    progress = search.progress
    until = time.monotonic() + progress.left - _ANSWER_SECONDS
    with ExitStack() as neighbourhoods:
        work = Forked(
            improve, search.near, begun, until, _SEED, on_report=lambda it: search.offer(it, "neighbourhoods")
        )
        improving = neighbourhoods.enter_context(work)
        seconds = progress.left
        with Forked(_relaxed, search.written.program, seconds, on_report=_nothing) as relaxing:
            answer = relaxing.wait(progress.left)
        if answer is not None and answer.row_duals is not None:
            search.prove_prices(answer.row_duals)
        alone = min(_ALONE_SHARE * seconds, _ALONE_SECONDS_PER_COLUMN * search.covering.n_columns)
        improving.wait(min(alone, progress.left))
        _prove(search, improving, neighbourhoods, until)


def _prove(search: _Search, improving: Forked, neighbourhoods: ExitStack, until: float) -> None:
    """Let a solver prove beside the neighbourhoods, and another one in their place when they find nothing more."""
    progress = search.progress
    with _solver(search, _PROVER, until) as first:
        patience = time.monotonic() + _NEIGHBOURHOODS_SHARE * progress.left
        while not progress.done and not first.ended and time.monotonic() < patience:
            improving.wait(_GLANCE_SECONDS)
            search.take(first.wait(_GLANCE_SECONDS), _PROVER)
        if progress.done or first.ended:
            return
        neighbourhoods.close()
        with _solver(search, "highs", until) as second:
            while not progress.done and not (first.ended and second.ended):
                search.take(first.wait(_GLANCE_SECONDS), _PROVER)
                search.take(second.wait(_GLANCE_SECONDS), "highs")


def _solver(search: _Search, name: str, until: float) -> Forked:
    """Start a solver on the whole program from the best choice so far."""
    seconds = (1 - _SOLVER_RESERVE) * (until - time.monotonic())
    asked = Search(seconds, search.progress.parameters.gap / 10, hint=search.hint())
    return Forked(_solved, search.written.program, name, asked, on_report=_nothing)


def _solved(program: Program, name: str, asked: Search, report: Callable[[object], None]) -> Answer:
    return (scip_proving if name == _PROVER else BACKENDS[name])(program, asked)


def _relaxed(program: Program, seconds: float, report: Callable[[object], None]) -> Answer:
    return RELAXATIONS["highs"](program, Search(seconds))


def _nothing(reported: object) -> None:
    """Solvers of this kind report nothing on the way."""
