"""Searches: a certified plan first, better ones after it, true bounds, and no plan lost whatever a solver does."""

import os
import signal
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given

from network import Network
from optimizer import Incumbent, Parameters, Request, Result, Status, StopReason, certify, solve
from optimizer.backends import BACKENDS, Answer, Outcome
from optimizer.plan_lines import no_lines
from optimizer.search import flow_search, solver_runs, strategies
from optimizer.search.progress import Progress
from optimizer.solve import finish
from tests.optimizer.directories import as_pure_flow, asked_of, examples, files_of, model_of, network_of
from tests.oracle.strategies import NetworkFiles, network_files

EXACT = Parameters(gap=0.0)

SIZES = {"small": {}, "medium": {"SMALL_COLUMNS": -1}, "large": {"SMALL_COLUMNS": -1, "MEDIUM_COLUMNS": -1}}
"""Limits of the strategies that send any request down the path of a size."""


def _paths(patch: pytest.MonkeyPatch, size: str, **more: float) -> None:
    for name, value in {**SIZES[size], **more}.items():
        patch.setattr(strategies, name, value)


def _wishes(must_serve: str = "") -> NetworkFiles:
    """Sharing dispatches well is worth more than serving each wish alone; the best plan is worth 96 - 30 - 5."""
    return files_of(
        nodes="node_id,kind\nW,warehouse\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value,unit_weight_kg\nP,10,2,2\nQ,10,2,3\n",
        lanes="origin,destination,fixed_cost,capacity_kg\nW,A,15,15\nA,B,5,30\nW,B,50,10\n",
        stock="node_id,sku_id,on_hand,demand_mean\nW,P,9,0\nW,Q,9,0\nA,P,0,6\nA,Q,0,6\nB,P,0,2\n",
        alerts=f"alert_id,kind,node_id,sku_id,units,must_serve\nX,shortage,A,P,6,{must_serve}\nY,shortage,A,Q,1,\n",
    )


def _check(network: Network, request: Request, result: Result, incumbents: list[Incumbent]) -> None:
    """Incumbents only get better, each is what its certificate says, and the last is the answer."""
    objectives = [incumbent.objective for incumbent in incumbents if incumbent.objective is not None]
    bounds = [incumbent.bound for incumbent in incumbents if incumbent.bound is not None]
    assert objectives == sorted(objectives)
    assert bounds == sorted(bounds, reverse=True)
    for incumbent in incumbents:
        if incumbent.plan is not None:
            certificate = certify(network, request, incumbent.plan)
            assert certificate.valid, certificate.violations
            assert (certificate.benefit, certificate.objective) == (incumbent.benefit, incumbent.objective)
            assert incumbent.gap is None or incumbent.gap >= 0
    if result.plan is not None:
        assert result.certificate.valid
        assert (incumbents[-1].benefit, incumbents[-1].objective) == (result.benefit, result.objective)
        assert incumbents[-1].bound == result.bound


SECONDS = {"small": 10.0, "medium": 10.0, "large": 1.5}
"""The path of large models ends with its time limit: no solver proves anything there."""


@pytest.mark.parametrize("size", SIZES)
def test_every_strategy_keeps_its_promises(size):
    """Any request down any path: the same optimum, or a plan below it and a bound above it."""
    seen: Counter[str] = Counter()

    @examples(20)
    @given(network_files())
    def promises(files: NetworkFiles) -> None:
        network, request = asked_of(files)
        best = solve(network, request, EXACT)
        incumbents: list[Incumbent] = []
        with pytest.MonkeyPatch.context() as patch:
            _paths(patch, size, TINY_COLUMNS=-1)
            result = solve(network, request, Parameters(SECONDS[size]), on_incumbent=incumbents.append)
        _check(network, request, result, incumbents)
        seen[result.status.value] += 1
        if best.status is Status.INFEASIBLE:
            assert result.status in (Status.INFEASIBLE, Status.NO_PLAN)
            assert result.plan is None
            return
        assert result.status is not Status.INFEASIBLE
        if result.bound is not None:
            assert result.bound >= best.objective
        if result.objective is not None:
            assert result.objective <= best.objective
        if result.status is Status.OPTIMAL:
            assert result.objective >= best.objective - 1e-6 * abs(best.objective) - 1
        if size != "large":
            assert result.status is Status.OPTIMAL
        found = result.objective is not None and result.objective > 0.5 * best.objective
        seen["earns"] += best.objective > 0 and found

    promises()
    assert seen["earns"] >= 5


@pytest.mark.parametrize("must_serve", ["", "true"], ids=["soft", "hard"])
@pytest.mark.parametrize("size", SIZES)
def test_a_certified_plan_comes_before_any_solver(monkeypatch, size, must_serve):
    """Whoever has to stop a solver has a plan to keep: the first event is an incumbent with a plan that moves units."""
    events = []

    class Watched(flow_search.Forked):
        def __init__(self, function, *arguments, **options):
            if function not in (flow_search._bounds, flow_search.compile_beside):
                events.append("solver")
            super().__init__(function, *arguments, **options)

    def called(name):
        backend = BACKENDS[name]

        def call(program, search):
            events.append("solver")
            return backend(program, search)

        return call

    for name in list(BACKENDS):
        monkeypatch.setitem(BACKENDS, name, called(name))
    monkeypatch.setattr(flow_search, "Forked", Watched)
    monkeypatch.setattr(solver_runs, "Forked", Watched)
    _paths(monkeypatch, size)
    network = network_of(_wishes(must_serve))
    solve(network, Request(), Parameters(5.0), on_incumbent=events.append)
    first = [event for event in events[: [*events, "solver"].index("solver")] if event.plan is not None]
    assert first
    assert first[-1].plan.n_lines > 0
    assert certify(network, Request(), first[-1].plan).valid


def _lies_low(program, search):
    """A bound below what is possible, and no plan."""
    return Answer(Outcome.FEASIBLE, None, -1.0, None)


def _denies(program, search):
    """There is no plan, it says."""
    return Answer(Outcome.INFEASIBLE, None, None, None)


def _babbles(program, search):
    """Columns that break every rule, as an optimum."""
    return Answer(Outcome.OPTIMAL, np.full(program.n_columns, 7.0), 1e6, None)


def _dies(program, search):
    os.kill(os.getpid(), signal.SIGKILL)


def _hangs(program, search):
    time.sleep(60)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("backend", [_lies_low, _denies, _babbles, _dies, _hangs], ids=lambda backend: backend.__name__)
def test_no_solver_can_take_the_plan_away(monkeypatch, backend, size):
    """Whatever all solvers do, the answer is a certified plan, and no bound below it."""
    for name in list(BACKENDS):
        monkeypatch.setitem(BACKENDS, name, backend)
    _paths(monkeypatch, size, TINY_COLUMNS=-1)
    network, incumbents = network_of(_wishes()), []
    result = solve(network, Request(), Parameters(0.6), on_incumbent=incumbents.append)
    _check(network, Request(), result, incumbents)
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert result.plan.n_lines > 0
    assert result.bound is None or result.bound >= result.benefit
    if backend is _hangs and result.status is Status.FEASIBLE:
        assert result.stopped_by in (StopReason.TIME_LIMIT, StopReason.SEARCH_ENDED)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_backend_that_was_asked_for_and_hangs_is_stopped(monkeypatch, name):
    """The time limit is kept without its help, and the plan from before it started is the answer."""
    monkeypatch.setitem(BACKENDS, name, _hangs)
    result = solve(network_of(_wishes("true")), Request(), Parameters(0.6, backend=name))
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert result.certificate.valid
    assert result.plan.n_lines > 0


def test_a_backend_that_does_not_exist_is_an_error_that_names_it():
    """Not a search that ends without a word."""
    with pytest.raises(ValueError, match="gurobbi"):
        solve(network_of(_wishes()), Request(), Parameters(backend="gurobbi"))


def test_pure_flows_call_no_solver(monkeypatch):
    """One min-cost flow is plan and proof, also where nothing pays."""
    for name in list(BACKENDS):
        monkeypatch.setitem(BACKENDS, name, _hangs)

    @examples(15)
    @given(network_files())
    def alone(files: NetworkFiles) -> None:
        result = solve(*asked_of(as_pure_flow(files)), Parameters(5.0))
        assert result.status is Status.OPTIMAL
        assert result.stopped_by in (StopReason.PROVED, StopReason.NOTHING_TO_DO)

    alone()


def _progress(files: NetworkFiles, incumbents: list[Incumbent]) -> Progress:
    network, request, built = model_of(files)
    return Progress(network, request, built, EXACT, started=time.monotonic(), on_incumbent=incumbents.append)


def test_a_bound_that_a_later_plan_beats_proves_nothing():
    """A solver claims at most 10; a certified plan earns more: it is not optimal because somebody was wrong before."""
    files, incumbents = _wishes(), []
    best = solve(network_of(files), Request(), EXACT)
    assert best.benefit > 20_000_000
    progress = _progress(files, incumbents)
    progress.prove(10_000_000, "a liar")
    assert progress.offer_plan(best.plan, "a solver")
    assert not progress.done
    assert progress.bound is None
    progress.prove(best.bound, "an honest one")
    assert progress.bound == best.bound


def test_a_bound_below_a_plan_by_no_more_than_a_tolerance_is_the_plan_itself():
    """Solvers are exact to a millionth: that much is noise, in either order."""
    files = _wishes()
    best = solve(network_of(files), Request(), EXACT)
    for bound_first in (True, False):
        progress = _progress(files, [])
        steps = [lambda p=progress: p.prove(best.benefit - 3, "noise"), lambda p=progress: p.offer_plan(best.plan, "x")]
        for step in steps if bound_first else reversed(steps):
            step()
        assert progress.bound == best.benefit
        assert progress.done


def test_invalid_and_worse_plans_do_not_replace_a_better_one():
    """Only what is certified and better counts, and is told."""
    files, incumbents = _wishes("true"), []
    best = solve(network_of(files), Request(), EXACT)
    progress = _progress(files, incumbents)
    assert progress.offer_plan(best.plan, "first")
    assert not progress.offer_plan(best.plan, "no better")
    assert not progress.offer_plan(no_lines(), "misses the hard demand")
    assert [incumbent.found_by for incumbent in incumbents] == ["first"]


def test_a_search_that_was_stopped_from_outside_is_finished_with_what_it_had():
    """The plan is certified and explained again; without a plan, doing nothing is one where nothing must be served."""
    network = network_of(_wishes())
    best = solve(network, Request(), EXACT)
    why = {"stopped_by": StopReason.CANCELLED, "backend": "highs", "backend_reason": "small"}
    kept = finish(network, Request(), best.plan, bound=best.bound + 10**6, **why)
    assert (kept.status, kept.benefit, kept.bound) == (Status.FEASIBLE, best.benefit, best.bound + 10**6)
    assert kept.certificate.valid
    assert kept.stopped_by is StopReason.CANCELLED
    empty = finish(network, Request(), None, bound=best.bound, **why)
    assert (empty.status, empty.benefit, empty.plan.n_lines, empty.bound) == (Status.FEASIBLE, 0, 0, best.bound)
