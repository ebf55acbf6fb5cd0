"""The joint search: markdowns and lines in turn, each the best for the other, and at prices of units.

Given lines, the best markdowns are a matter of stock (`optimizer.clearance`); given markdowns, the best lines are a
transfer plan in the repriced world (`optimizer.search`). What it takes both for, prices of units find: options that are
best when every position buys and sells units at what they are worth elsewhere. A process beside proves bounds
(`optimizer.joint.bounding`) and tells the options that are best at its prices, which are better with every round.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.clearance.allowed import trees_of
from optimizer.clearance.clearing import Clearing, clearance
from optimizer.joint.bounding import Step, steps_of_bounds
from optimizer.joint.exactly import is_small, solve_exactly
from optimizer.joint.multipliers import carried_slopes
from optimizer.joint.options import options_of
from optimizer.joint.positions import Joint, SharedPrices, free_of_charge, joint_of, late_or_expiring
from optimizer.joint.sequences import lines_after, markdowns_after
from optimizer.joint.unmet_targets import unmet_targets
from optimizer.joint.worlds import World, counted_after, lines_again, lines_in, prices_of_units, world_at
from optimizer.model import Solution
from optimizer.plan import Markdowns, Plan, no_markdowns
from optimizer.plan_lines import no_lines
from optimizer.search.flow_network import flow_network
from optimizer.search.flow_search import compile_beside, plans_by_flows
from optimizer.search.isolation import Forked
from optimizer.search.limits import free_switches
from optimizer.search.progress import Progress
from optimizer.search.slope_scaling import Slopes
from optimizer.search.strategies import search
from optimizer.transfer import TransferModel, plan_of
from optimizer.worth.choices import Choices, choices_of, may_be_marked_down
from optimizer.worth.lots import expires
from optimizer.worth.price_paths import repriced

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_GAIN: Final = 5e-4
"""A turn that gains less than this share of the objective was the last."""

_TURNS_SHARE: Final = 0.3
"""Of the time, for turns; annealing in the best world has the rest."""

_CLEARING_GAP: Final = 2e-3
"""Markdowns for known stock that are proved to be so near the best are good enough for a turn."""

_DEMANDS_SHARE, _SEQUENCE_SHARE = 0.25, 0.6
"""Of the time that is left: for lines that meet hard demands, and for lines where markdowns come after them."""

_ALONE_SHARE: Final = 0.7
"""Of the time that is left, for markdowns of stock that stays where it is."""

_FIRST_LINES_SHARE, _LINES_SHARE = 0.5, 0.45
"""Of the time that is left, for the first lines, which break many rules before they learn, and for those of turns."""

_ANNEALING_SHARE: Final = 0.4
"""Of the time that is left, for annealing before markdowns are chosen again."""

_MOST_PATH_CELLS: Final = 60_000_000
"""Paths times periods of all choices that fit the memory."""

_ROOM: Final = 5e-4
"""Share of budgets that is left where units that count are known up to the prices only."""

_SEARCH_SHARE, _LEAST_SEARCH_SECONDS = 0.6, 2.0
"""Of the time that is left, for a search of lines at settled prices; less is not worth one."""

_NICER: Final = 5
"""Priority that bounds give up once there are options to try: they are done sooner than plans."""

_LISTENING_SECONDS: Final = 0.1

_CLEARING_SHARE: Final = 0.12
"""Of the time that is left, for one choice of markdowns at most."""


@dataclass(slots=True)
class _Turns:
    """The state of taking turns."""

    progress: Progress
    joint: Joint
    choices: Choices
    """Those of the request, with a little less in their budgets where they could not be kept exactly."""
    budget: Floats
    """Prices of budgets, as far as they are known, shape ``(n_budgets,)``."""
    beside: Forked | None = None
    suggested: Ints | None = None
    """Options that are best at the prices of the process beside, not tried yet."""
    heard: bool = False
    """There were options to try."""
    learned: tuple[TransferModel, Slopes] | None = None
    """The last model that lines were found in, and what slope scaling learned there."""

    @property
    def worth(self) -> int:
        """Objective of the best plan."""
        certificate = self.progress.certificate
        return 0 if certificate is None else certificate.objective

    @property
    def shared(self) -> SharedPrices:
        """Prices of what choices share."""
        return SharedPrices(self.budget, np.zeros(len(self.joint.options.price)))

    def best_markdowns(self) -> Markdowns:
        """Return the markdowns of the best plan."""
        return no_markdowns() if self.progress.plan is None else self.progress.plan.markdowns

    def flow_at(self, markdowns: Markdowns) -> World:
        """Find lines in the world of some markdowns, and offer them with the markdowns that suit them."""
        world = self.enter(markdowns)
        self.progress.offer(self.lines(world), "slope scaling and clearance in turn")
        self.listen()
        return world

    def lines(self, world: World, share: float = _LINES_SHARE, *, until_suggested: bool = False) -> Solution:
        """Find lines of a world in a share of the time that is left, or until there are options to try."""
        until = self.progress.elapsed + share * self.progress.left

        def seconds_left() -> float:
            self.listen()
            if until_suggested and self.suggested is not None:
                return 0.0
            return min(until - self.progress.elapsed, self.progress.left)

        begin = None if self.learned is None else carried_slopes(self.learned[1], self.learned[0], world.built)
        solution, slopes = lines_in(world, seconds_left, begin)
        if slopes is not None:
            self.learned = world.built, slopes
        return solution

    def enter(self, markdowns: Markdowns) -> World:
        """Go on in the world of some markdowns."""
        world = world_at(self.joint, markdowns, self.shared)

        def with_prices(lines: Plan) -> Plan:
            return replace(lines, markdowns=self.clear(counted_after(world.network, lines)))

        self.progress.enter(world.built, with_prices)
        return world

    def clear(self, counted_units: Ints) -> Markdowns:
        """Choose markdowns for known stock; none where none keep the rules."""
        progress = self.progress
        self.listen()
        found = clearance(
            progress.network,
            progress.request,
            choices=self.choices,
            counted_units=counted_units,
            seconds=max(_CLEARING_SHARE * progress.left, 0.5),
            gap=_CLEARING_GAP,
        )
        self.listen()
        self.budget = found.price
        return found.markdowns

    def await_options(self, until: float) -> None:
        """Wait for the first options to try, no longer than until so many seconds of the search."""
        while self.beside is not None and not self.heard and not self.beside.ended:
            if self.progress.done or self.progress.elapsed >= until:
                return
            self.beside.wait(_LISTENING_SECONDS)

    def listen(self) -> None:
        """Take what the process beside has to say."""
        if self.beside is not None:
            self.beside.wait(0.0)


def choices_in_play(progress: Progress) -> tuple[Choices, NDArray[np.bool_]]:
    """Choices of the network, and which of them the request allows to be marked down."""
    choices = choices_of(progress.network)
    return choices, may_be_marked_down(progress.network, progress.request, choices)


def search_joint(progress: Progress, choices: Choices, free: NDArray[np.bool_]) -> None:
    """Search for markdowns and lines together until done.

    Parameters
    ----------
    progress : Progress
        Its model is that of the list price.
    choices : Choices
    free : ndarray of bool, shape (n_choices,)
        Those that may be marked down.
    """
    progress.chosen_because = (
        f"markdowns and lines in turn: {int(free.sum())} choices of a price path, {len(progress.built.model.flows)} "
        "flows at list price"
    )
    stays = not len(progress.built.model.flows) and not _moves(progress.network, choices)
    if _count_paths(choices, free) * choices.n_periods > _MOST_PATH_CELLS:
        _markdowns_alone(progress, choices, free, stays=stays)
        if not stays and not progress.done:
            _in_sequence(progress)
        return
    joint = joint_of(progress.network, progress.request, choices, options_of(progress.network, choices, free))
    turns = _Turns(progress, joint, _with_room(joint), np.zeros(len(choices.budget_amount)))
    if is_small(joint):
        first = _markdowns_alone(progress, choices, free, stays=stays)
        if not progress.done and not stays:
            turns.budget = first.price
            _first_lines(turns)
            if len(first.markdowns):
                turns.flow_at(first.markdowns)
        if not progress.done:
            solve_exactly(progress, joint)
        return
    with (
        Forked(_bounds, joint, progress.built, progress.left, on_report=_heard(turns)) as bounding,
        Forked(compile_beside, on_report=_ignore),
    ):
        turns.beside = bounding
        _turn_by_turn(turns, free, stays=stays)
        while not progress.done and not bounding.ended:
            bounding.wait(min(0.2, progress.left))


def _markdowns_alone(progress: Progress, choices: Choices, free: NDArray[np.bool_], *, stays: bool) -> Clearing:
    """Choose markdowns for the stock as it is; where it `stays` so, that is the plan."""
    first = clearance(
        progress.network,
        progress.request,
        choices=choices,
        seconds=max((_ALONE_SHARE if stays else _CLEARING_SHARE) * progress.left, 0.5),
        gap=progress.parameters.gap if stays else _CLEARING_GAP,
    )
    if first.is_feasible:
        progress.offer_plan(replace(no_lines(), markdowns=first.markdowns), "clearance", as_it_is=True)
        # How many units count before they expire depends on the path; envelopes leave that aside.
        if stays and progress.certificate is not None and not np.any(expires(progress.network)[choices.sku[free]]):
            progress.prove(max(first.bound, progress.certificate.objective), "clearance")
    else:
        seconds = max(_CLEARING_SHARE * progress.left, 0.5)
        progress.conflicts = unmet_targets(progress.network, progress.request, choices, first, seconds)
        # Stock that stays is all there is; elsewhere lines may bring what it takes, or take what is too much.
        progress.infeasible = stays and bool(progress.conflicts) and progress.plan is None
    return first


def _turn_by_turn(turns: _Turns, free: NDArray[np.bool_], *, stays: bool) -> None:
    """Find plans by turns and annealing, while a process beside proves bounds."""
    progress = turns.progress
    if stays:
        _markdowns_alone(progress, turns.joint.choices, free, stays=True)
    if progress.done or (progress.built.must_act and not _meets_demands(progress)):
        return
    _first_lines(turns)
    alone: Markdowns | None = None
    if turns.suggested is None and not stays and not progress.done:
        alone = _from_clearance(turns, free)
    _take_turns(turns)
    if progress.plan is None and alone is None and not stays and not progress.done:
        alone = _from_clearance(turns, free)
    _anneal(turns)
    if alone is None and not stays and not progress.done and progress.left >= _LEAST_SEARCH_SECONDS:
        alone = _markdowns_alone(progress, turns.joint.choices, free, stays=False).markdowns
    _search_at(turns, [alone or no_markdowns(), turns.best_markdowns(), no_markdowns()])


def _from_clearance(turns: _Turns, free: NDArray[np.bool_]) -> Markdowns:
    """Find lines in the world of markdowns alone, which are returned."""
    alone = _markdowns_alone(turns.progress, turns.joint.choices, free, stays=False).markdowns
    turns.listen()
    if len(alone) and not turns.progress.done:
        turns.flow_at(alone)
    return alone


def _moves(network: Network, choices: Choices) -> bool:
    """Whether a lane leads from or to a position that may be marked down."""
    ends = np.zeros(len(network.nodes), dtype=bool)
    ends[network.lanes.origin] = True
    ends[network.lanes.destination] = True
    return bool(np.any(ends[network.stock.node[choices.rows]]))


def _count_paths(choices: Choices, free: NDArray[np.bool_]) -> int:
    """Price paths of all choices that may be marked down."""
    trees = trees_of(choices, np.flatnonzero(free))
    return int(np.array([tree.n_paths for tree in trees.tree])[trees.of_choice].sum())


def _in_sequence(progress: Progress) -> None:
    """Lines at list price, then markdowns of what they leave: for more paths than can be looked at together."""
    if not progress.done and _meets_demands(progress, share=_SEQUENCE_SHARE) and progress.plan is not None:
        lines = replace(progress.plan, markdowns=no_markdowns())
        found = markdowns_after(progress.network, progress.request, lines, max(progress.left, 0.5))
        progress.offer_plan(found, "transfers, then clearance", as_it_is=True)


def _meets_demands(progress: Progress, share: float = _DEMANDS_SHARE) -> bool:
    """Look for lines at list price; hard demands are met by lines, whatever the prices."""
    asked = replace(progress.parameters, time_limit_seconds=share * progress.left)
    lines = Progress(
        progress.network, progress.request, progress.built, asked, started=time.monotonic(), on_incumbent=None
    )
    search(lines)
    if lines.plan is not None:
        progress.offer_plan(lines.plan, lines.plan_by, as_it_is=True)
    progress.infeasible = lines.infeasible and progress.plan is None
    return not progress.infeasible


def _with_room(joint: Joint) -> Choices:
    """Leave a little of budgets where late and expiring units count differently under other prices."""
    choices = joint.choices
    if not late_or_expiring(joint):
        return choices
    return replace(choices, budget_amount=(choices.budget_amount * (1.0 - _ROOM)).astype(np.int64))


def _ignore(reported: object) -> None:
    """Compiling reports nothing."""


def _heard(turns: _Turns) -> Callable[[Step], None]:
    def hear(step: Step) -> None:
        if step.bound is not None:
            turns.progress.prove(step.bound, "envelopes, priced")
        if step.option is not None:
            turns.suggested, turns.heard = step.option, True

    return hear


def _bounds(joint: Joint, listed: TransferModel, seconds: float, report: Callable[[Step], None]) -> None:
    """Prove bounds; what units are worth at list price is where their prices begin."""
    until = time.monotonic() + seconds
    world = World(no_markdowns(), repriced(joint.network, no_markdowns()), listed)
    price = prices_of_units(world, joint)
    steps = steps_of_bounds(joint, price, free_of_charge(joint), until - time.monotonic())
    report(next(steps))
    os.nice(_NICER)
    for step in steps:
        report(step)


def _first_lines(turns: _Turns) -> None:
    """Transfers, and then clearance of what they leave."""
    progress = turns.progress
    world = turns.enter(no_markdowns())
    lines = turns.lines(world, _FIRST_LINES_SHARE, until_suggested=True)
    # What only costs goes at the list price first: markdowns for lines that break no rule rarely break one.
    plan = plan_of(world.built, lines.flow_units, lines.switch_count)
    if turns.suggested is not None:
        progress.offer_plan(plan, "slope scaling", as_it_is=True)
    elif progress.offer_plan(plan, "slope scaling"):
        plan = replace(progress.plan or no_lines(), markdowns=no_markdowns())
        marked = replace(plan, markdowns=turns.clear(counted_after(world.network, plan)))
        progress.offer_plan(marked, "transfers, then clearance")
    else:
        progress.offer(lines, "transfers, then clearance")
    turns.listen()


def _take_turns(turns: _Turns) -> None:
    """Lines for the markdowns, markdowns for the lines, and options at prices, while that gains."""
    progress = turns.progress
    until = progress.elapsed + _TURNS_SHARE * progress.left
    while not progress.done and progress.elapsed < until:
        before = turns.worth
        option, turns.suggested = turns.suggested, None
        if option is None:
            turns.flow_at(turns.best_markdowns())
        else:
            turns.flow_at(turns.joint.options.markdowns(turns.joint.choices, option))
        if turns.suggested is None and turns.worth <= before + _GAIN * abs(before):
            turns.await_options(until)
            if turns.suggested is None:
                return


def _search_at(turns: _Turns, settled: list[Markdowns]) -> None:
    """Search lines as for transfers alone, where prices are settled: small requests have time for that."""
    progress, searched = turns.progress, set[bytes]()
    for markdowns in settled:
        key = b"".join(column.tobytes() for column in (markdowns.sku, markdowns.zone, markdowns.price))
        if key in searched:
            continue
        searched.add(key)
        if progress.done or progress.left < _LEAST_SEARCH_SECONDS:
            return
        asked = replace(progress.parameters, time_limit_seconds=_SEARCH_SHARE * progress.left)
        plan = lines_after(progress.network, progress.request, markdowns, asked)
        turns.listen()
        progress.offer_plan(plan, "lines at settled prices", as_it_is=True)
        if not progress.done:
            progress.offer_plan(markdowns_after(progress.network, progress.request, plan, progress.left), "clearance")
            turns.listen()


def _anneal(turns: _Turns) -> None:
    """Open and close switches in the world of the best plan, from its lines, and mark down what these leave."""
    progress = turns.progress
    if progress.plan is None and not progress.done:
        world = turns.enter(no_markdowns())
        if len(world.built.model.flows):
            plans_by_flows(progress, turns.listen)
    while not progress.done and progress.plan is not None:
        before, lines = turns.worth, progress.plan
        world = turns.enter(lines.markdowns)
        if not len(world.built.model.flows):
            return
        better = _annealed(turns, world, lines)
        if better is not None:
            progress.offer(better, "annealing and clearance in turn")
        if better is None or turns.worth <= before + _GAIN * abs(before):
            plans_by_flows(progress, turns.listen)
            return


def _annealed(turns: _Turns, world: World, lines: Plan) -> Solution | None:
    """Anneal the lines of a plan in a world; None where moves find nothing better, or there are none."""
    from optimizer.search.annealing import anneal  # noqa: PLC0415 (loads a compiler)

    progress, model = turns.progress, world.built.model
    if np.any(free_switches(model)):
        return None
    network = flow_network(model, in_packs=True, compiled=True)
    start = lines_again(world, network, lines)
    if start is None:
        return None

    def enough() -> bool:
        turns.listen()
        return progress.done

    better = None
    seconds = min(_ANNEALING_SHARE * progress.left, progress.left - progress.offer_seconds)
    for solution in anneal(model, network, start, seconds=seconds, enough=enough):
        better = solution
    return better
