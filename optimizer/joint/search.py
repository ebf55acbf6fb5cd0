"""The joint search: markdowns and lines in turn, each the best for the other, and at prices of units.

Given lines, the best markdowns are a matter of stock (`optimizer.clearance`); given markdowns, the best lines are a
transfer plan in the repriced world (`optimizer.search`). Taking turns never loses, and stops where neither alone can be
bettered. What it takes both for, prices of units find: options that are best when every position buys and sells units
at what they are worth elsewhere. A process beside proves bounds (`optimizer.joint.bounding`) and tells the options that
are best at its prices, which are better with every round.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.clearance.allowed import trees_of
from optimizer.clearance.clearing import clearance
from optimizer.joint.bounding import Step, best_options, steps_of_bounds
from optimizer.joint.envelopes import worth_of_options
from optimizer.joint.exactly import is_small, solve_exactly
from optimizer.joint.options import options_of
from optimizer.joint.positions import Joint, SharedPrices, joint_of, late_or_expiring
from optimizer.joint.sequences import markdowns_after
from optimizer.joint.unmet_targets import unmet_targets
from optimizer.joint.worlds import World, counted_after, lines_in, prices_of_units, world_at
from optimizer.model import Solution
from optimizer.plan import Markdowns, Plan, no_markdowns
from optimizer.plan_lines import no_lines
from optimizer.search.flow_search import compile_beside, plans_by_flows
from optimizer.search.isolation import Forked
from optimizer.search.progress import Progress
from optimizer.search.strategies import search
from optimizer.transfer import plan_of
from optimizer.worth.choices import Choices, choices_of, may_be_marked_down
from optimizer.worth.lots import expires

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_GAIN: Final = 5e-4
"""A turn that gains less than this share of the objective was the last."""

_TURNS_SHARE: Final = 0.45
"""Of the time, for turns; annealing in the best world has the rest."""

_CLEARING_GAP: Final = 2e-3
"""Markdowns for known stock that are proved to be so near the best are good enough for a turn."""

_DEMANDS_SHARE, _SEQUENCE_SHARE = 0.25, 0.6
"""Of the time that is left: for lines that meet hard demands, and for lines where markdowns come after them."""

_ALONE_SHARE: Final = 0.7
"""Of the time that is left, for markdowns of stock that stays where it is."""

_LINES_SHARE: Final = 0.35
"""Of the time that is left, for lines of one world in turns."""

_MOST_PATH_CELLS: Final = 60_000_000
"""Paths times periods of all choices that fit the memory."""

_ROOM: Final = 5e-4
"""Share of budgets that is left where units that count are known up to the prices only."""

_CLEARING_SHARE: Final = 0.2
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

    def lines(self, world: World) -> Solution:
        """Find lines of a world."""
        until = self.progress.elapsed + _LINES_SHARE * self.progress.left
        return lines_in(world, lambda: min(until - self.progress.elapsed, self.progress.left))

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
        found = clearance(
            progress.network,
            progress.request,
            choices=self.choices,
            counted_units=counted_units,
            seconds=max(_CLEARING_SHARE * progress.left, 0.5),
            gap=_CLEARING_GAP,
        )
        self.budget = found.price
        return found.markdowns

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
    listed = progress.built
    stays = not len(listed.model.flows) and not _moves(progress.network, choices)
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
    if not first.is_feasible:
        seconds = max(_CLEARING_SHARE * progress.left, 0.5)
        progress.conflicts = unmet_targets(progress.network, progress.request, choices, first, seconds)
        # Stock that stays is all there is; elsewhere lines may bring what it takes, or take what is too much.
        progress.infeasible = stays and bool(progress.conflicts) and progress.plan is None
    if progress.done or _count_paths(choices, free) * choices.n_periods > _MOST_PATH_CELLS:
        if not stays:
            _in_sequence(progress)
        return
    joint = joint_of(progress.network, progress.request, choices, options_of(progress.network, choices, free))
    turns = _Turns(progress, joint, _with_room(joint), first.price)
    if is_small(joint):
        if not stays:
            _first_turns(turns, first.markdowns)
        solve_exactly(progress, joint)
        return
    if listed.must_act and not _meets_demands(progress):
        return
    with Forked(compile_beside, on_report=_ignore):
        price = prices_of_units(_first_turns(turns, first.markdowns), joint)
        with Forked(_bounds, joint, price, turns.shared, progress.left, on_report=_heard(turns)) as bounding:
            turns.beside = bounding
            _take_turns(turns, price)
            _anneal(turns)
            while not progress.done and not bounding.ended:
                bounding.wait(min(0.2, progress.left))


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
        turns.progress.prove(step.bound, "envelopes, priced")
        turns.suggested = step.option

    return hear


def _bounds(joint: Joint, price: Floats, shared: SharedPrices, seconds: float, report: Callable[[Step], None]) -> None:
    for step in steps_of_bounds(joint, price, shared, seconds):
        report(step)


def _first_turns(turns: _Turns, markdowns: Markdowns) -> World:
    """Transfers and then clearance of what they leave; clearance and then transfers: the better goes on."""
    progress = turns.progress
    world = turns.enter(no_markdowns())
    lines = turns.lines(world)
    progress.offer_plan(plan_of(world.built, lines.flow_units, lines.switch_count), "slope scaling", as_it_is=True)
    progress.offer(lines, "transfers, then clearance")
    return turns.flow_at(markdowns) if len(markdowns) else world


def _take_turns(turns: _Turns, price: Floats) -> None:
    """Lines for the markdowns, markdowns for the lines, and options at prices, while that gains."""
    progress = turns.progress
    until = progress.elapsed + _TURNS_SHARE * progress.left
    option: Ints | None = best_options(turns.joint, worth_of_options(turns.joint, price, turns.shared))
    while not progress.done and progress.elapsed < until:
        before = turns.worth
        if option is not None:
            turns.flow_at(turns.joint.options.markdowns(turns.joint.choices, option))
        turns.flow_at(turns.best_markdowns())
        option, turns.suggested = turns.suggested, None
        if option is None and turns.worth <= before + _GAIN * abs(before):
            return


def _anneal(turns: _Turns) -> None:
    """Open and close switches in the world of the best plan."""
    if not turns.progress.done:
        world = turns.enter(turns.best_markdowns())
        if len(world.built.model.flows):
            plans_by_flows(turns.progress, turns.listen)
