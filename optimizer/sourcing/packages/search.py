"""Searches events of packages: neighbourhoods of awards on one core, proofs on the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event
from optimizer.backends import BACKENDS, RELAXATIONS, Answer, Outcome, Search
from optimizer.bidding.offers import Offers, Usable
from optimizer.program import Program
from optimizer.search.isolation import Forked
from optimizer.sourcing.packages.covering import Covering, Lots
from optimizer.sourcing.packages.decomposition import Known, Prices, bound_by_regions, prices_of
from optimizer.sourcing.packages.greedy import greedy_choice
from optimizer.sourcing.packages.improving import (
    Neighbourhoods,
    improve,
    is_whole,
    left_out_cost,
    neighbourhoods_of,
)
from optimizer.sourcing.packages.prices import bound_at
from optimizer.sourcing.packages.program import columns_of, covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.packages.winners import first_winners
from optimizer.sourcing.progress import AwardProgress

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_ALONE_SHARE: Final = 0.1
"""Of the time, for neighbourhoods before solvers begin with what they found."""
_ALONE_SECONDS_PER_COLUMN: Final = 0.0015
_NEIGHBOURHOODS_SHARE: Final = 0.8
_PATIENCE_SHARE: Final = 0.25
"""Of the time that is left then: most for neighbourhoods beside a solver, and most without a better award; then
bounds by regions have their place."""
_SOLVER_RESERVE: Final = 0.05
"""Share of its time that a solver is asked to leave: what it proved counts when it answers, and some are late."""
_ANSWER_SECONDS: Final = 0.3
_GLANCE_SECONDS: Final = 0.1
_SEED: Final = 1
_PROVER: Final = "scip"
_SOLVER_COLUMNS: Final = 4_000
"""Beyond so many packages no solver proves anything in minutes: regions do."""
_NOBODY: Final = np.empty(0, dtype=np.int64)


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
    until = time.monotonic() + progress.left - _ANSWER_SECONDS
    search = _Search(progress, covering, neighbourhoods_of(covering, decimals), until)
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
    until: float
    """On the clock of `time.monotonic`."""
    chosen: Flags | None = None
    """The best choice, where it came from here."""
    improved: float = 0.0
    """When it was found."""
    starts: tuple[Prices, ...] = ()
    """Prices of the linear relaxation, with limits of winners and without."""
    relaxed: int = 0
    """Bound of the linear relaxation, money."""

    @property
    def loose(self) -> Covering:
        """The problem without limits of lots: they seldom bind, and take most rows."""
        return replace(self.covering, lots=Lots(self.covering.lots.supplier[:0], self.covering.lots.item[:0], _NOBODY))

    def offer(self, chosen: Flags, found_by: str) -> None:
        """Certify the award of a choice of columns."""
        if self.progress.offer(self.covering.award(chosen), found_by):
            self.chosen, self.improved = chosen, time.monotonic()

    def take(self, answer: object, name: str) -> None:
        """Believe a solver only as far as the certificate does."""
        if not isinstance(answer, Answer):
            return
        if answer.outcome is Outcome.INFEASIBLE:
            self.progress.infeasible = self.progress.award is None
            return
        if answer.columns is not None:
            self.offer(answer.columns[: self.covering.n_columns] > 0.5, name)
        self.progress.prove_currency(None if answer.bound is None else -answer.bound, name)

    def take_relaxed(self, answers: Sequence[Answer] | None) -> None:
        """Evaluate the duals of relaxations exactly, as prices of items."""
        scale, duals = 10.0**self.progress.event.money_decimals, [each.row_duals for each in answers or ()]
        problems = zip(_relaxations(self.loose), duals, strict=False)
        self.starts = tuple(prices_of(each, dual * scale) for each, dual in problems if dual is not None)
        for start in self.starts:
            self.relaxed = max(self.relaxed, bound_at(self.covering, np.rint(start.item).astype(np.int64)))
        if self.starts:
            self.progress.prove(self.relaxed, "prices of items")

    def solver(self, name: str, covering: Covering) -> Forked:
        """Start a solver from the best choice so far."""
        written = covering_program(covering, self.progress.event.money_decimals)
        hint = None if self.chosen is None else columns_of(covering, written, self.chosen)
        seconds = (1 - _SOLVER_RESERVE) * (self.until - time.monotonic())
        asked = Search(seconds, self.progress.parameters.gap / 10, hint=hint)
        return Forked(_solved, written.program, name, asked, on_report=_nothing)

    def by_regions(self) -> Forked:
        """Start raising the bound by regions."""
        objective = self.progress.objective
        target = int(1.1 * self.relaxed) if objective is None else objective
        return Forked(
            bound_by_regions,
            self.covering,
            self.starts,
            Known(self.relaxed, target, self.progress.event.money_decimals),
            self.until,
            on_report=lambda bound: self.progress.prove(bound, "regions"),
        )

    def watch(self, running: Mapping[str, Forked], until: float, patience: float = math.inf) -> None:
        """Take what processes find until enough is proved, one ended, or the time or the patience is over.

        Patience is the time without a better award.
        """
        self.improved = time.monotonic()
        while not self.progress.done and not any(each.ended for each in running.values()):
            for name, process in running.items():
                self.take(process.wait(_GLANCE_SECONDS), name)
            if time.monotonic() > min(until, self.improved + patience):
                return

    def improving(self, begun: Flags, seed: int) -> Forked:
        """Start searching neighbourhoods."""
        return Forked(
            improve, self.near, begun, self.until, seed, on_report=lambda found: self.offer(found, "neighbourhoods")
        )


def _searched(search: _Search, begun: Flags) -> None:
    """Begin with neighbourhoods and the relaxation; then prove beside them, and by regions when they find no more."""
    progress, began = search.progress, time.monotonic()
    with ExitStack() as neighbourhoods:
        improving = neighbourhoods.enter_context(search.improving(begun, _SEED))
        decimals = progress.event.money_decimals
        with Forked(_relaxed, search.loose, decimals, progress.left, on_report=_nothing) as relaxing:
            search.take_relaxed(relaxing.wait(progress.left))
        alone = min(_ALONE_SHARE * (search.until - began), _ALONE_SECONDS_PER_COLUMN * search.covering.n_columns)
        improving.wait(max(began + alone - time.monotonic(), 0.0))
        if search.covering.n_columns > _SOLVER_COLUMNS and search.starts:
            with search.by_regions() as regions:
                search.watch({"neighbourhoods": improving, "regions": regions}, search.until)
        if not progress.done:
            _proved(search, improving, neighbourhoods)
    if not progress.done and search.until - time.monotonic() > 1.0:
        _solved_whole(search)


def _proved(search: _Search, improving: Forked, neighbourhoods: ExitStack) -> None:
    """Let a solver prove on one core; the other is for neighbourhoods, for regions, and for neighbourhoods again."""
    with search.solver(_PROVER, search.loose) as prover:
        left = search.until - time.monotonic()
        most = time.monotonic() + _NEIGHBOURHOODS_SHARE * left
        search.watch({_PROVER: prover, "neighbourhoods": improving}, most, _PATIENCE_SHARE * left)
        neighbourhoods.close()
        if search.starts and not search.progress.done and not prover.ended:
            with search.by_regions() as regions:
                search.watch({_PROVER: prover, "regions": regions}, search.until)
        if search.chosen is not None and not search.progress.done and not prover.ended:
            with search.improving(search.chosen, _SEED + 1) as again:
                search.watch({_PROVER: prover, "neighbourhoods": again}, search.until)
        search.take(prover.wait(search.until - time.monotonic()) if not search.progress.done else None, _PROVER)


def _solved_whole(search: _Search) -> None:
    """Solve the whole program where its parts did not prove enough with time to spare."""
    with search.solver("highs", search.covering) as one, search.solver(_PROVER, search.covering) as other:
        search.watch({"highs": one, _PROVER: other}, search.until)


def _solved(program: Program, name: str, asked: Search, report: Callable[[object], None]) -> Answer:
    return BACKENDS[name](program, asked)


def _relaxations(covering: Covering) -> tuple[Covering, ...]:
    """Leave limits of winners away, too: regions may prove more from there, because these limits mean little to it."""
    if not len(covering.most_winners):
        return (covering,)
    without = replace(covering, winner_group=covering.winner_group[:0], most_winners=covering.most_winners[:0])
    return covering, without


def _relaxed(covering: Covering, money_decimals: int, seconds: float, report: Callable[[object], None]) -> list[Answer]:
    programs = [covering_program(each, money_decimals).program for each in _relaxations(covering)]
    return [RELAXATIONS["highs"](program, Search(seconds)) for program in programs]


def _nothing(reported: object) -> None:
    """Solvers of this kind report nothing on the way."""
