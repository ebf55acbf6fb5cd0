"""Plans that are known before a search are what it starts from."""

import pytest
from hypothesis import given

from optimizer import Parameters, solve
from optimizer.model import benefit
from optimizer.plan_lines import no_lines
from optimizer.search import flow_search, strategies
from optimizer.search.known_plans import solution_of_plan
from optimizer.transfer import build, plan_of
from tests.optimizer.directories import asked_of, examples, files_of
from tests.oracle.strategies import NetworkFiles, network_files

SECONDS = Parameters(time_limit_seconds=10.0)


@examples(25)
@given(network_files())
def test_a_plan_is_read_as_the_solution_that_it_is(files: NetworkFiles) -> None:
    network, request = asked_of(files)
    best = solve(network, request, SECONDS)
    built = build(network, request)
    if best.plan is None or best.certificate is None or len(best.plan.markdowns):
        return
    solution = solution_of_plan(built, best.plan, 5.0)
    assert solution is not None
    assert benefit(built.model, solution) >= best.certificate.objective
    read = plan_of(built, solution.flow_units, solution.switch_count)
    assert (read.lane.tolist(), read.units.tolist()) == (best.plan.lane.tolist(), best.plan.units.tolist())


def test_a_search_starts_from_the_known_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slope scaling finds nothing here: what is annealed is the plan that was known."""
    network, request = asked_of(
        files_of(
            nodes="node_id,kind\nW,warehouse\nA,store\nB,store\n",
            products="sku_id,list_price,salvage_value\nP,10,2\nQ,10,2\n",
            lanes="origin,destination,fixed_cost\nW,A,15\nW,B,5\n",
            stock="node_id,sku_id,on_hand,demand_mean\nW,P,9,0\nW,Q,9,0\nA,P,0,6\nA,Q,0,6\nB,P,0,2\n",
            alerts="alert_id,kind,node_id,sku_id\nX,shortage,A,P\nY,shortage,A,Q\nZ,shortage,B,P\n",
        )
    )
    best = solve(network, request, SECONDS)
    assert best.plan is not None
    monkeypatch.setattr(strategies, "SMALL_COLUMNS", -1)
    monkeypatch.setattr(flow_search, "slope_scaling", lambda *_, **__: iter(()))
    started = []

    def annealed(offers: flow_search._Offers, *_: object) -> None:
        solution = offers.solution
        started.append(None if solution is None else benefit(offers.progress.built.model, solution))

    monkeypatch.setattr(flow_search, "_anneal", annealed)
    monkeypatch.setattr(flow_search, "_improve", lambda *_: None)
    for known in ([best.plan], [no_lines()]):
        solve(network, request, Parameters(time_limit_seconds=5.0), known=known)
    assert started == [best.objective, None]
