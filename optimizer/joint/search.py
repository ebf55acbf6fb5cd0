"""The joint search: markdowns and lines in turn, each the best for the other, and at prices of units.

Given lines, the best markdowns are a matter of stock (`optimizer.clearance`); given markdowns, the best lines are a
transfer plan in the repriced world (`optimizer.search`). Taking turns never loses, and stops where neither alone can be
bettered. What it takes both for, prices of units find: options that are best when every position buys and sells units
at what they are worth elsewhere. A process beside proves bounds (`optimizer.joint.bounding`) and tells the options that
are best at its prices, which are better with every round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.clearance.clearing import Clearing, clearance
from optimizer.joint.bounding import Step, best_options, steps_of_bounds
from optimizer.joint.envelopes import worth_of_options
from optimizer.joint.exactly import is_small, solve_exactly
from optimizer.joint.options import options_of
from optimizer.joint.positions import Joint, SharedPrices, joint_of, late_or_expiring
from optimizer.joint.worlds import World, counted_after, lines_in, prices_of_units, world_at
from optimizer.plan import Markdowns, Plan, no_markdowns
from optimizer.plan_lines import no_lines
from optimizer.search.flow_search import compile_beside, plans_by_flows
from optimizer.search.isolation import Forked
from optimizer.search.progress import Progress
from optimizer.search.strategies import search
from optimizer.transfer import plan_of
from optimizer.worth.choices import Choices, choices_of, may_be_marked_down

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_GAIN: Final = 5e-4
"""A turn that gains less than this share of the objective was the last."""

_TURNS_SHARE: Final = 0.45
"""Of the time, for turns; annealing in the best world has the rest."""

_CLEARING_SHARE: Final = 0.2
"""Of the time that is left, for one choice of markdowns at most."""

_MOST_PATH_CELLS: Final = 60_000_000
"""Paths times periods of all choices, beyond which no bound of joint plans is made: they would not fit the memory."""


@dataclass(slots=True)
class _Turns:
    """The state of taking turns."""

    progress: Progress
    choices: Choices
    joint: Joint
    clearing: Clearing
    """The last one: its prices of budgets are those of the search."""
    beside: list[Forked] = field(default_factory=list)
    suggested: Ints | None = None
    """Options that are best at the prices of the process beside, not tried yet."""

    def worth(self) -> int:
        """Objective of the best plan."""
        certificate = self.progress.certificate
        return 0 if certificate is None else certificate.objective

    def best_lines(self) -> Plan:
        """Return the lines of the best plan."""
        plan = self.progress.plan
        return no_lines() if plan is None else replace(plan, markdowns=no_markdowns())

    def best_markdowns(self) -> Markdowns:
        """Return the markdowns of the best plan."""
        return no_markdowns() if self.progress.plan is None else self.progress.plan.markdowns

    def flow_at(self, markdowns: Markdowns) -> World:
        """Find lines in the world of some markdowns, and offer both."""
        progress = self.progress
        world = world_at(progress.network, progress.request, markdowns)
        progress.enter(world.built, markdowns)
        progress.offer(lines_in(world, lambda: progress.left), "slope scaling and clearance in turn")
        self.listen()
        return world

    def listen(self) -> None:
        """Take what the process beside has to say."""
        for process in self.beside:
            process.wait(0.0)

    def clear(self, counted_units: Ints | None) -> Markdowns | None:
        """Choose markdowns for known stock; None where none keep the rules."""
        progress = self.progress
        self.clearing = clearance(
            progress.network,
            progress.request,
            choices=self.choices,
            counted_units=counted_units,
            seconds=max(_CLEARING_SHARE * progress.left, 0.5),
        )
        return self.clearing.markdowns if self.clearing.is_feasible else None


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
    listed = progress.built
    first = clearance(
        progress.network, progress.request, choices=choices, seconds=max(_CLEARING_SHARE * progress.left, 0.5)
    )
    if first.is_feasible:
        progress.offer_plan(replace(no_lines(), markdowns=first.markdowns), "clearance", as_it_is=True)
    joint = joint_of(progress.network, progress.request, choices, options_of(progress.network, choices, free))
    stays = not np.any(joint.high > joint.low) and not len(listed.model.flows)
    if stays and first.is_feasible and not progress.built.must_act and not late_or_expiring(joint):
        progress.prove(max(first.bound, progress.certificate.objective if progress.certificate else 0), "clearance")
    if progress.done:
        return
    turns = _Turns(progress, choices, joint, first)
    if is_small(joint):
        if not stays:
            _first_turns(turns, first.markdowns)
        solve_exactly(progress, joint)
        return
    if listed.must_act:
        search(progress)  # hard demands are met by lines, whatever the prices
        if progress.infeasible:
            return
    with Forked(compile_beside, on_report=_ignore):
        world = _first_turns(turns, first.markdowns)
        shared = SharedPrices(first.price, np.zeros(len(joint.options.price)))
        price = prices_of_units(world, joint)
        with Forked(_bounds, joint, price, shared, progress.left, on_report=_heard(turns)) as bounding:
            turns.beside.append(bounding)
            _take_turns(turns, price)
            _anneal(turns)
            while not progress.done and not bounding.ended:
                bounding.wait(min(0.2, progress.left))


def _ignore(reported: object) -> None:
    """Compiling reports nothing."""


def _heard(turns: _Turns) -> Callable[[Step], None]:
    def hear(step: Step) -> None:
        turns.progress.prove(step.bound, "envelopes, priced")
        turns.suggested = step.option

    return hear


def _bounds(joint: Joint, price: Floats, shared: SharedPrices, seconds: float, report: Callable[[Step], None]) -> None:
    for step in steps_of_bounds(joint, price, shared, seconds):
        report(step)


def _first_turns(turns: _Turns, markdowns: Markdowns) -> World:
    """Transfer only, then clearance of what that leaves; clearance only, then transfers: the best of all goes on."""
    progress = turns.progress
    world = turns.flow_at(no_markdowns())
    lines = turns.best_lines() if progress.plan is not None and progress.plan.n_lines else None
    if lines is not None:
        cleared = turns.clear(counted_after(world.network, lines))
        if cleared is not None:
            progress.offer_plan(replace(lines, markdowns=cleared), "transfers, then clearance", as_it_is=True)
    if len(markdowns):
        world = turns.flow_at(markdowns)
    return world


def _take_turns(turns: _Turns, price: Floats) -> None:
    """Markdowns for the lines, lines for the markdowns, and options at prices, while that gains."""
    progress = turns.progress
    until = progress.elapsed + _TURNS_SHARE * progress.left
    _try_options(turns, _at_prices(turns, price))
    while not progress.done and progress.elapsed < until:
        before = turns.worth()
        best = turns.best_markdowns()
        world = world_at(progress.network, progress.request, best)
        cleared = turns.clear(counted_after(world.network, turns.best_lines()))
        if cleared is not None:
            turns.flow_at(cleared)
        if turns.suggested is not None and progress.elapsed < until:
            option, turns.suggested = turns.suggested, None
            _try_options(turns, option)
        if turns.worth() <= before + _GAIN * abs(before) and turns.suggested is None:
            return


def _at_prices(turns: _Turns, price: Floats) -> Ints:
    """Options of most worth where every position has its best number of units at prices."""
    shared = SharedPrices(turns.clearing.price, np.zeros(len(turns.joint.options.price)))
    return best_options(turns.joint, worth_of_options(turns.joint, price, shared))


def _try_options(turns: _Turns, option: Ints) -> None:
    """Flow where options are chosen at prices, which may break budgets; then clear what that leaves, and flow again."""
    progress = turns.progress
    if progress.done:
        return
    markdowns = turns.joint.options.markdowns(turns.choices, option)
    world = world_at(progress.network, progress.request, markdowns)
    found = lines_in(world, lambda: progress.left)
    lines = plan_of(world.built, found.flow_units, found.switch_count)
    cleared = turns.clear(counted_after(world.network, lines))
    if cleared is not None and not progress.done:
        turns.flow_at(cleared)


def _anneal(turns: _Turns) -> None:
    """Open and close switches in the world of the best plan, and clear once more what its lines leave."""
    progress = turns.progress
    if progress.done:
        return
    best = turns.best_markdowns()
    world = world_at(progress.network, progress.request, best)
    if not len(world.built.model.flows):
        return
    progress.enter(world.built, best)
    plans_by_flows(progress, turns.listen)
    cleared = turns.clear(counted_after(world.network, turns.best_lines()))
    if cleared is not None:
        progress.offer_plan(replace(turns.best_lines(), markdowns=cleared), "clearance of what is left", as_it_is=True)
