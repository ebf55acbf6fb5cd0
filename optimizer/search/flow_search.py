"""Models of many columns: plans by slope scaling and annealing, and bounds by pricing in a process beside them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import BACKENDS, Answer, Outcome, Search
from optimizer.model import Model, Solution, benefit, kept_units, with_flows
from optimizer.program import linear_program
from optimizer.search.cuts.cutting_planes import bounds_by_cuts
from optimizer.search.flow_network import FlowNetwork, best_flow, flow_network
from optimizer.search.isolation import Forked
from optimizer.search.limits import flow_bounds, without_idle_switches
from optimizer.search.pricing import bounds_by_pricing
from optimizer.search.progress import Progress
from optimizer.search.slope_scaling import Scaled, slope_scaling
from optimizer.search.solver_runs import search_for, solution_of, solved, take, with_backend, with_switches

STALL = 1e-5
"""A round that improves by less than this share of the benefit has stalled."""

_STALLED_SLOPES, _STALLED_PRICES, _STALLED_CUTS = 8, 40, 2
"""Rounds without progress after which slope scaling, pricing and cutting planes end."""

_OFFER_REST = 4.0
"""Between two certificates the search goes on for so many times as long as one takes."""

_RESTRICTED_COLUMNS = 30_000
"""A restricted model is cut down to the flows that were ever used beyond this."""

_LEAST_ROUND_SECONDS = 2.0
"""A restricted model is not started with less time than this."""

_BOTH_CORES = 2

_FIRST_PRICES = 8
"""Rounds of pricing by whichever solver is at hand, before the compiled one is loaded."""


def search_by_flows(progress: Progress, *, with_solver: bool) -> None:
    """Find plans by flows at prices and by annealing; a process beside them proves bounds.

    Parameters
    ----------
    progress : Progress
    with_solver : bool
        Hand the whole model to a mixed-integer solver once pricing has ended.
    """
    model = progress.built.model
    offers = _Offers(progress)
    with Forked(compile_beside, on_report=_ignore) as compiling:
        network = flow_network(model, in_packs=True)
        slopes = slope_scaling(model, network, seconds_left=lambda: progress.left, threads=_BOTH_CORES)
        _first_slope(offers, slopes)
        with Forked(_bounds, model, network, search_for(progress), with_solver, on_report=_prove(progress)) as bounds:
            if network.trees is None:  # the first plan did not wait for the compiled solver
                network = flow_network(model, in_packs=True, compiled=True)
                slopes = slope_scaling(model, network, seconds_left=lambda: progress.left)

            def listen() -> None:
                _take_solved(progress, bounds, 0.0)

            _slope(offers, slopes, listen)
            while not progress.done and not compiling.ended:
                compiling.wait(min(0.1, progress.left))
                listen()
            _anneal(offers, network, listen)
            _improve(offers, bounds)
            while not progress.done and not bounds.ended:
                _take_solved(progress, bounds, min(0.1, progress.left))
            _await_bound(progress, bounds)
    if progress.plan is None and not progress.done:  # hard demands that no flow met, or that nothing can meet
        with_backend(progress, "highs")


def plans_by_flows(progress: Progress, listen: Callable[[], None]) -> None:
    """Find plans by slope scaling and annealing, with all of the time that is left.

    Parameters
    ----------
    progress : Progress
    listen : callable
        Called again and again: takes what a process beside has to say.
    """
    offers, model = _Offers(progress), progress.built.model
    network = flow_network(model, in_packs=True, compiled=True)
    slopes = slope_scaling(model, network, seconds_left=lambda: progress.left, threads=_BOTH_CORES)
    _slope(offers, slopes, listen)
    _anneal(offers, network, listen)


def compile_beside(report: Callable[[object], None]) -> None:
    """Have annealing compiled, in a process of its own: the first time takes some seconds."""
    from optimizer.search.annealing import compile_moves  # noqa: PLC0415 (loads a compiler)

    compile_moves()


def _prove(progress: Progress) -> Callable[[tuple[int, str]], None]:
    return lambda bound: progress.prove(*bound)


def _bounds(
    model: Model,
    network: FlowNetwork,
    asked: Search,
    with_solver: bool,
    report: Callable[[tuple[int, str]], None],
) -> Answer | None:
    """Report bounds by pricing, then by cutting planes, and then let a solver branch on what those left."""
    until = time.monotonic() + asked.seconds
    for bound in prices(model, asked.seconds, network):
        report((bound, "pricing"))
    if not with_solver:
        return None
    program, best, stalled = linear_program(model), np.inf, 0
    for bound, tighter in bounds_by_cuts(model, until - time.monotonic()):
        report((bound, "cutting planes"))
        stalled = stalled + 1 if bound > best - STALL * abs(best) else 0
        program, best = tighter, min(best, bound)
        if stalled >= _STALLED_CUTS:
            break
    left = until - time.monotonic()
    if left < _LEAST_ROUND_SECONDS:
        return None
    return solved(model, program, BACKENDS["highs"], Search(seconds=left, gap=asked.gap))


def prices(model: Model, seconds: float, known: FlowNetwork | None = None) -> Iterator[int]:
    """Yield bounds by pricing until they stall or the time is up.

    Parameters
    ----------
    model : Model
    seconds : float
    known : FlowNetwork, optional
        A network of the model whose trees are used from here on, if it bounds.
    """
    until, best, behind, began = time.monotonic() + seconds, np.inf, np.inf, 0
    network = known if known is not None and known.bounds else flow_network(model, in_packs=False)
    if network.trees is None:
        yield from (bound for bound, *_ in itertools.islice(bounds_by_pricing(model, network), _FIRST_PRICES))
        network = flow_network(model, in_packs=False, compiled=True)
    for number, (bound, *_) in enumerate(bounds_by_pricing(model, network)):
        yield bound
        best = min(best, bound)
        if number - began >= _STALLED_PRICES:
            if best > behind - STALL * abs(best):
                return
            behind, began = best, number
        if time.monotonic() >= until:
            return


def _take_solved(progress: Progress, bounds: Forked, seconds: float) -> None:
    """Take what the process beside has to say; a solver's answer is its last."""
    answer = bounds.wait(seconds)
    if answer is not None:
        take(progress, answer, "highs")


def _await_bound(progress: Progress, bounds: Forked) -> None:
    """Give a first bound half of the time that is kept back for the reasons: a plan without one is half an answer."""
    limit = progress.parameters.time_limit_seconds
    until = progress.elapsed + 0.5 * (limit - progress.elapsed)
    while progress.bound is None and not progress.infeasible and not bounds.ended and progress.elapsed < until:
        _take_solved(progress, bounds, 0.1)


@dataclass(slots=True)
class _Offers:
    """The best solution so far, certified when that is worth the time."""

    progress: Progress
    solution: Solution | None = None
    found_by: str = ""
    offered_at: float = 0.0
    used: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Flows that any of the solutions used."""
    _worth: tuple[bool, int] | None = None
    _waiting: bool = False

    def __post_init__(self) -> None:
        """Start from what the search knows already."""
        known = self.progress.solution
        if known is not None:
            self.solution, self.found_by, self.used = known, self.progress.plan_by, known.flow_units > 0
            self._worth = _worth_of(self.progress.built.model, known)

    def add(self, solution: Solution, found_by: str) -> None:
        """Keep a solution when it is better."""
        model = self.progress.built.model
        worth = _worth_of(model, solution)
        used = solution.flow_units > 0
        self.used = used if not len(self.used) else self.used | used
        if self._worth is not None and worth <= self._worth:
            return
        self.solution, self.found_by, self._worth, self._waiting = solution, found_by, worth, True
        if time.monotonic() - self.offered_at >= _OFFER_REST * max(
            self.progress.certify_seconds, self.progress.offer_seconds
        ):
            self.offer()

    def offer(self) -> None:
        """Certify the best solution, unless that was done."""
        if not self._waiting or self.solution is None:
            return
        self._waiting = False
        if not self.progress.offer(self.solution, self.found_by):
            # The certificate knows better: what comes next is compared with what it accepted.
            known = self.progress.solution
            self._worth = None if known is None else _worth_of(self.progress.built.model, known)
        self.offered_at = time.monotonic()


def _worth_of(model: Model, solution: Solution) -> tuple[bool, int]:
    """Whether hard demands are met, and the benefit."""
    least = model.positions.least_units
    met = not np.any(least) or bool(np.all(kept_units(model, solution.flow_units) >= least))
    return met, benefit(model, solution)


def _first_slope(offers: _Offers, slopes: Iterator[Scaled]) -> None:
    """Certify the first round: a plan before anything else starts."""
    for found in itertools.islice(slopes, 1):
        offers.add(found.solution, "slope_scaling")
        offers.offer()


def _slope(offers: _Offers, slopes: Iterator[Scaled], listen: Callable[[], None]) -> None:
    """Scale slopes until that stalls: rounds fall back before they rise, so each counts from the one before."""
    progress = offers.progress
    stalled, last, began, round_seconds = 0, None, time.monotonic(), 0.0
    while not progress.done and stalled < _STALLED_SLOPES and progress.left >= round_seconds + progress.certify_seconds:
        found = next(slopes, None)
        if found is None:
            break
        offers.add(found.solution, "slope_scaling")
        listen()
        worth = benefit(progress.built.model, found.solution)
        if last is not None:
            stalled = stalled + 1 if worth <= last + STALL * abs(last) else 0
        last = worth
        round_seconds, began = time.monotonic() - began, time.monotonic()
    offers.offer()


def _anneal(offers: _Offers, network: FlowNetwork, listen: Callable[[], None]) -> None:
    """Open and close switches from the best solution until the time is up."""
    progress = offers.progress
    if progress.done or offers.solution is None:
        return

    def enough() -> bool:
        listen()
        return progress.done

    from optimizer.search.annealing import anneal  # noqa: PLC0415 (loads a compiler)

    reserve = 2 * max(progress.certify_seconds, progress.offer_seconds)
    model = progress.built.model
    for solution in anneal(model, network, offers.solution, seconds=progress.left - reserve, enough=enough):
        offers.add(solution, "annealing")
    offers.offer()


def _improve(offers: _Offers, bounds: Forked) -> None:
    """Solve the model over the switches of the best plan, again while that helps."""
    progress, model = offers.progress, offers.progress.built.model
    while not progress.done and progress.left >= _LEAST_ROUND_SECONDS:
        solution = progress.solution or offers.solution
        units = _free_flow(model) if solution is None else solution.flow_units
        if units is None:
            return
        kept = np.flatnonzero(_near(progress, units, offers.used) | (flow_bounds(model).least > 0))
        restricted = without_idle_switches(with_flows(model, kept))
        before, answer = progress.certificate, None
        with Forked(_restricted_answer, restricted, search_for(progress, share=0.5), on_report=_ignore) as solving:
            while answer is None and not solving.ended and progress.left > 0:
                answer = solving.wait(min(0.1, progress.left))
                _take_solved(progress, bounds, 0.0)
        if answer is None or answer.columns is None:
            continue
        units = np.zeros(len(model.flows), dtype=np.int64)
        units[kept] = solution_of(restricted, answer.columns).flow_units
        progress.offer(with_switches(model, units), "highs on the plan's switches")
        if answer.outcome is Outcome.OPTIMAL and progress.certificate is before:
            return


def _free_flow(model: Model) -> NDArray[np.int64] | None:
    """Best flow without any rules."""
    found = best_flow(flow_network(model, in_packs=True), np.zeros(len(model.flows), dtype=np.int64))
    return None if found is None else found[0]


def _near(progress: Progress, units: NDArray[np.int64], used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Flows for a restricted model: those on the switches of a flow, or of those only what was ever used."""
    keep = sharing_switches(progress.built.model, units)
    if np.count_nonzero(keep) > _RESTRICTED_COLUMNS:
        keep &= (units > 0) | (used if len(used) else False)
        keep[len(progress.built.flow_lane) :] = True
    return keep


def sharing_switches(model: Model, flow_units: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Flows that share a switch with flows in use, and flows that no switch holds, shape ``(n_flows,)``."""
    members = model.members
    on = np.zeros(len(model.switches), dtype=bool)
    on[members.switch[flow_units[members.flow] > 0]] = True
    held, shared = np.zeros(len(model.flows), dtype=bool), np.zeros(len(model.flows), dtype=bool)
    held[members.flow] = True
    shared[members.flow[on[members.switch]]] = True
    return shared | ~held


def _restricted_answer(model: Model, search_: Search, report: Callable[[NDArray[np.float64]], None]) -> Answer:
    return solved(model, linear_program(model), BACKENDS["highs"], search_, report)


def _ignore(reported: object) -> None:
    """HiGHS reports nothing on its way."""
