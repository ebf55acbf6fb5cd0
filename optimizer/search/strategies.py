"""How a request is searched: the choice of backend, and what runs beside what.

Every strategy first publishes a certified plan from a flow, in well under the time a mixed-integer solver needs to
start paying, and then improves plan and bound until the gap or the time limit is reached.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import BACKENDS, RELAXATIONS, Answer, Backend, Outcome, Search, backend_named
from optimizer.model import Model, Solution, benefit, fewest_switches, increment_units, kept_units, with_flows
from optimizer.program import Program, linear_program
from optimizer.search.circles import forbid_circles, without_circles
from optimizer.search.flow_network import best_flow, flow_network
from optimizer.search.isolation import Forked
from optimizer.search.limits import flow_bounds, with_free_switches, without_idle_switches
from optimizer.search.pricing import bound_at, bounds_by_pricing, shares_of_duals
from optimizer.search.progress import Progress
from optimizer.search.slope_scaling import slope_scaling

TINY_COLUMNS = 400
"""Up to here a solver call in this process comes first: it takes milliseconds, less than a process of its own."""

TINY_SECONDS = 2.0
"""What that call may take before the model counts as small."""

SMALL_COLUMNS = 6_000
"""Up to here two solvers race over the whole model. Which two was measured on public fixed-cost networks: with one SKU,
HiGHS takes minutes where CP-SAT or SCIP take seconds (each where the other does not); with several, HiGHS is ahead."""

HEAD_START_SECONDS = 3.0
"""What HiGHS gets to itself before others take part of the machine."""

MEDIUM_COLUMNS = 60_000
"""Up to here the whole model goes to a mixed-integer solver in a process beside the flow methods."""

STALL = 1e-5
"""A round that improves by less than this share of the benefit has stalled."""

_STALLED_SLOPES = 4
_STALLED_PRICES = 5
"""Rounds without progress after which slope scaling and pricing end."""

_SLOW_WEIGHT, _SLOW_ROUNDS, _SLOW_SHARE, _STALLED_SLOW_SLOPES = 0.15, 60, 0.4, 15
"""Slow slope scaling: what a round's flow counts in its prices, rounds that must fit the time left, the share of that
time that it may take, and rounds without a better plan after which it ends."""

_ANSWER_SECONDS = 0.2
"""Kept back for a solver that overruns its time limit and for handing its answer over."""

_LEAST_ROUND_SECONDS = 2.0
"""A restricted model is not started with less time than this."""


def search(progress: Progress) -> None:
    """Search until done; the choice of strategy is written to ``progress.chosen_because``."""
    strategy, progress.chosen_because = _choice(progress)
    strategy(progress)


def _choice(progress: Progress) -> tuple[Callable[[Progress], None], str]:
    """Choose a strategy by the structure and size of the model, and say why."""
    model = progress.built.model
    size = f"{model.n_columns} columns"
    if progress.parameters.backend is not None:
        return _as_asked, f"the request asks for {progress.parameters.backend}"
    if model.is_pure_flow:
        return _pure_flow, "min_cost_flow: nothing ties the flows together, so one min-cost flow is exact"
    if model.n_columns <= SMALL_COLUMNS:
        rival, structure = ("scip", "one SKU") if _one_block(model) else ("highs", "several SKUs")
        return _small, (
            f"highs, then from {HEAD_START_SECONDS:g} s on {rival} and cp_sat side by side: a small model "
            f"({size}, at most {SMALL_COLUMNS}) of {structure}"
        )
    if model.n_columns <= MEDIUM_COLUMNS:
        return _medium, (f"highs beside slope scaling and pricing: a medium model ({size}, at most {MEDIUM_COLUMNS})")
    return _large, (
        f"slope scaling for the plan and pricing for the bound: a large model ({size}, more than {MEDIUM_COLUMNS}), "
        "beyond what a mixed-integer solver proves in minutes; highs improves the plan on its own switches"
    )


def _as_asked(progress: Progress) -> None:
    """Hand the whole model to the backend that the request names."""
    name, model = str(progress.parameters.backend), progress.built.model
    _publish_first_plan(progress)
    if model.n_columns > TINY_COLUMNS:
        # A bound to begin with: the backend may end without one.
        for bound in prices(model, 0.1 * progress.left, rounds=10):
            progress.prove(bound, "pricing")
    if name.startswith("pulp"):
        # PuLP passes no dual bound on: prove one first, while there is time for it.
        _prove_by_relaxation(progress, linear_program(model), share=0.3)
    _with_backend(progress, name)


def _pure_flow(progress: Progress) -> None:
    """One min-cost flow: plan and bound at once, or the proof that hard demands cannot be met."""
    model = progress.built.model
    found = best_flow(flow_network(model, in_packs=False), np.zeros(len(model.flows), dtype=np.int64))
    if found is None:
        progress.infeasible = True
        return
    flow, value = found
    progress.offer(Solution(flow, np.zeros(0, dtype=np.int64)), "min_cost_flow")
    if progress.certificate is not None:
        progress.prove(value - model.do_nothing, "min_cost_flow")
    if not progress.done:  # a hard demand that no flow meets, or a circle that feeds itself
        _with_backend(progress, "highs")


def _publish_first_plan(progress: Progress) -> None:
    """One round of slope scaling: a certified plan before any solver starts."""
    model = progress.built.model
    for solution, _ in itertools.islice(slope_scaling(model, flow_network(model, in_packs=True)), 1):
        progress.offer(solution, "slope_scaling")


def _with_backend(progress: Progress, name: str) -> None:
    """Hand the whole model to one backend, in a process that is killed when it overruns."""
    with _running(progress, linear_program(progress.built.model), name) as running:
        _taken(progress, running, progress.left, name)


def _small(progress: Progress) -> None:
    """Race two solvers over the whole model; the first proof ends it."""
    _publish_first_plan(progress)
    model = progress.built.model
    program = linear_program(model)
    if program.n_columns <= TINY_COLUMNS:
        quick = replace(_search_for(progress), seconds=min(TINY_SECONDS, progress.left))
        _take(progress, solved(model, program, BACKENDS["highs"], quick), "highs")
        if progress.done:
            return
    with _running(progress, program, "highs") as highs:
        _taken(progress, highs, min(HEAD_START_SECONDS, progress.left), "highs")
        if not progress.done and not _one_block(model):
            _race(progress, program, {"highs": highs}, "cp_sat")
    if not progress.done and _one_block(model):
        with _running(progress, program, "scip") as scip:
            _race(progress, program, {"scip": scip}, "cp_sat")


def _one_block(model: Model) -> bool:
    """Whether all flows belong to one SKU."""
    blocks = model.positions.block
    return bool(np.all(blocks == blocks[:1]))


def _race(progress: Progress, program: Program, running: dict[str, Forked], name: str) -> None:
    """Start one more backend beside those that run; the first proof ends the race."""
    with _running(progress, program, name) as second:
        racers = {**running, name: second}
        while not progress.done and not all(racer.ended for racer in racers.values()):
            for each, racer in racers.items():
                _taken(progress, racer, 0.02, each)


def _running(progress: Progress, program: Program, name: str) -> Forked:
    """Start a backend in a process of its own, from the best plan so far; what it finds on the way is offered."""
    model = progress.built.model
    hint = None if progress.solution is None else columns_of(model, program, progress.solution)
    search_ = replace(_search_for(progress), hint=hint)
    return Forked(solved, model, program, backend_named(name), search_, on_report=_on_solution(progress, name))


def _search_for(
    progress: Progress, on_solution: Callable[[NDArray[np.float64]], None] | None = None, share: float = 1.0
) -> Search:
    # Solvers stop at their own idea of the gap; a tenth of ours leaves room for the difference.
    seconds = share * progress.left - _ANSWER_SECONDS - 0.02 * progress.left
    return Search(seconds=seconds, gap=progress.parameters.gap / 10, on_solution=on_solution)


def _on_solution(progress: Progress, name: str) -> Callable[[NDArray[np.float64]], None]:
    def offer(columns: NDArray[np.float64]) -> None:
        progress.offer(solution_of(progress.built.model, columns), name)

    return offer


def _take(progress: Progress, answer: Answer, name: str) -> None:
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
    return _with_switches(model, without_circles(model, _flow_units(model, columns)))


def _with_switches(model: Model, flow_units: NDArray[np.int64]) -> Solution:
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


def _prove_by_relaxation(progress: Progress, program: Program, share: float) -> None:
    """Bound by the prices of the linear relaxation, for backends that state no bound."""
    name = "glop" if program.n_columns <= MEDIUM_COLUMNS else "pdlp"
    model = progress.built.model
    answer = RELAXATIONS[name](program, _search_for(progress, share=share))
    if answer.row_duals is None:
        return
    # What the solver says of its bound holds up to its tolerances; what its prices prove, exactly.
    duals = answer.row_duals[program.first_member_row :][: len(model.members)]
    bound = bound_at(model, flow_network(model, in_packs=False), shares_of_duals(model, duals))
    if bound is not None:
        progress.prove(bound, f"{name}, its prices evaluated exactly")


def _medium(progress: Progress) -> None:
    """Solve the whole model in a solver's process; flow methods and restricted models beside it."""
    model = progress.built.model
    _publish_first_plan(progress)
    with _running(progress, linear_program(model), "highs") as whole:
        seen = _slope(progress, ())
        _slope_slowly(progress, seen, ())
        for bound in prices(model, progress.left, rounds=40):
            progress.prove(bound, "pricing")
            if progress.done:
                break
        for number in itertools.count():
            if progress.done or progress.left < _LEAST_ROUND_SECONDS or _taken(progress, whole, 0.0, "highs"):
                break
            if not _improve(progress, seen, (), wide=number == 0) and number > 0:
                break
        if not progress.done:
            _taken(progress, whole, progress.left, "highs")


def _large(progress: Progress) -> None:
    """Find plans by slope scaling and restricted models; pricing in a process beside them finds the bound."""
    model = progress.built.model

    def prove(bound: int) -> None:
        progress.prove(bound, "pricing")

    with Forked(_report_prices, model, progress.left, on_report=prove) as pricing:
        seen = _slope(progress, (pricing,))
        _slope_slowly(progress, seen, (pricing,))
        while not progress.done and progress.left >= _LEAST_ROUND_SECONDS:
            if not _improve(progress, seen, (pricing,), wide=False):
                break
        while not progress.done and not pricing.ended:
            pricing.wait(min(0.1, progress.left))
    if progress.plan is None and not progress.done:  # hard demands that no flow method met, or that nothing can meet
        _with_backend(progress, "highs")


def _taken(progress: Progress, running: Forked, seconds: float, name: str) -> bool:
    """Take the answer of a running solver when it is there."""
    answer = running.wait(seconds)
    if answer is not None:
        _take(progress, answer, name)
    return answer is not None


@dataclass(slots=True)
class _Seen:
    """What slope scaling went through: flows of the model, shape ``(n_flows,)`` each."""

    used: NDArray[np.bool_]
    """Flows that any round used."""
    first: NDArray[np.bool_]
    """Flows that share a switch with those of the first round, which uses the most switches."""
    round_seconds: float = 0.0
    """What the last round took."""
    flow_units: NDArray[np.int64] | None = None
    """The best flow without any rules, where no round could be mended."""


def _slope(progress: Progress, beside: tuple[Forked, ...]) -> _Seen:
    """Scale slopes until that stalls: rounds fall back before they rise, so each counts from the one before."""
    model = progress.built.model
    none = np.zeros(len(model.flows), dtype=bool)
    seen = _Seen(none.copy(), none.copy())
    stalled, last, began = 0, None, time.monotonic()
    network = flow_network(model, in_packs=True)
    for solution, _ in slope_scaling(model, network, seconds_left=lambda: progress.left):
        progress.offer(solution, "slope_scaling")
        for running in beside:
            running.wait(0.0)
        seen.used |= solution.flow_units > 0
        worth = benefit(model, solution)
        if last is None:
            seen.first = sharing_switches(model, solution.flow_units)
        else:
            stalled = stalled + 1 if worth <= last + STALL * abs(last) else 0
        last = worth
        seen.round_seconds, began = time.monotonic() - began, time.monotonic()
        if progress.done or stalled >= _STALLED_SLOPES or progress.left < seen.round_seconds:
            break
    if last is None:
        found = best_flow(network, np.zeros(len(model.flows), dtype=np.int64))
        if found is not None:
            seen.flow_units, seen.used = found[0], found[0] > 0
            seen.first = sharing_switches(model, found[0])
    return seen


def _slope_slowly(progress: Progress, seen: _Seen, beside: tuple[Forked, ...]) -> None:
    """Scale slopes again, learning little from each round: more rounds and better plans, where time allows."""
    model = progress.built.model
    until = progress.left * (1 - _SLOW_SHARE)
    if progress.done or progress.left < _SLOW_ROUNDS * seen.round_seconds:
        return
    best, stalled = None, 0
    for solution, _ in slope_scaling(model, flow_network(model, in_packs=True), weight=_SLOW_WEIGHT):
        for running in beside:
            running.wait(0.0)
        worth = benefit(model, solution)
        if best is None or worth > best + STALL * abs(best):
            best, stalled = worth, 0
            if progress.solution is None or worth > benefit(model, progress.solution):
                progress.offer(solution, "slope_scaling")
                seen.used |= solution.flow_units > 0
        else:
            stalled += 1
        if progress.done or stalled >= _STALLED_SLOW_SLOPES or progress.left < until:
            return


def prices(model: Model, seconds: float, rounds: int = 10_000) -> Iterator[int]:
    """Yield bounds by pricing until they stall or the time is up."""
    until, best, stalled = time.monotonic() + seconds, np.inf, 0
    for bound, _ in itertools.islice(bounds_by_pricing(model, flow_network(model, in_packs=False)), rounds):
        yield bound
        stalled = stalled + 1 if bound > best - STALL * abs(best) else 0
        best = min(best, bound)
        if stalled >= _STALLED_PRICES or time.monotonic() >= until:
            return


def _report_prices(model: Model, seconds: float, report: Callable[[int], None]) -> None:
    for bound in prices(model, seconds):
        report(bound)


def sharing_switches(model: Model, flow_units: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Flows that share a switch with flows in use, and flows that no switch holds, shape ``(n_flows,)``."""
    members = model.members
    on = np.zeros(len(model.switches), dtype=bool)
    on[members.switch[flow_units[members.flow] > 0]] = True
    held, shared = np.zeros(len(model.flows), dtype=bool), np.zeros(len(model.flows), dtype=bool)
    held[members.flow] = True
    shared[members.flow[on[members.switch]]] = True
    return shared | ~held


def _improve(progress: Progress, seen: _Seen, beside: tuple[Forked, ...], *, wide: bool) -> bool:
    """Solve the model over some switches only: those of the first round (`wide`), or those of the best plan.

    Returns
    -------
    bool
        False when the same call can give no more.
    """
    model = progress.built.model
    units = seen.flow_units if progress.solution is None else progress.solution.flow_units
    if units is None:
        return False
    keep = seen.first.copy() if wide else sharing_switches(model, units)
    if np.count_nonzero(keep) > MEDIUM_COLUMNS // 2:
        keep &= seen.used | (units > 0)
        keep[len(progress.built.flow_lane) :] = True
    kept = np.flatnonzero(keep | (flow_bounds(model).least > 0))
    restricted = without_idle_switches(with_flows(model, kept))
    before = progress.certificate
    with Forked(_restricted_answer, restricted, _search_for(progress, share=0.5), on_report=_ignore) as solving:
        answer = None
        while answer is None and not solving.ended and progress.left > 0:
            answer = solving.wait(min(0.1, progress.left))
            for running in beside:
                running.wait(0.0)
    if answer is None or answer.columns is None:
        return True
    units = np.zeros(len(model.flows), dtype=np.int64)
    units[kept] = solution_of(restricted, answer.columns).flow_units
    progress.offer(_with_switches(model, units), "highs on the plan's switches")
    return answer.outcome is not Outcome.OPTIMAL or progress.certificate is not before


def _restricted_answer(model: Model, search_: Search, report: Callable[[NDArray[np.float64]], None]) -> Answer:
    return solved(model, linear_program(model), BACKENDS["highs"], search_, report)


def _ignore(reported: object) -> None:
    """HiGHS reports nothing on its way."""
