"""Annealing only ever gives better solutions that keep every rule, and mostly the best there is on small models."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given

from optimizer import Request, certify
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.model import Model, Solution, benefit, fewest_switches, switch_fill
from optimizer.program import linear_program
from optimizer.search import annealing
from optimizer.search.annealing import anneal
from optimizer.search.flow_network import flow_network
from optimizer.search.limits import activity
from optimizer.search.solver_runs import solution_of, solved
from optimizer.transfer import build, plan_of
from scenarios.generate import Shape, generate
from tests.optimizer.directories import examples, files_of, model_of
from tests.oracle.strategies import NetworkFiles, network_files

SECONDS = 0.1


@pytest.fixture(autouse=True)
def _short_rounds(monkeypatch):
    """Look at the clock often enough for runs of a tenth of a second."""
    monkeypatch.setattr(annealing, "_ROUND_SECONDS", SECONDS / 10)


def _nothing(model: Model) -> Solution:
    """Move nothing."""
    return Solution(np.zeros(len(model.flows), dtype=np.int64), np.zeros(len(model.switches), dtype=np.int64))


def _annealed(model: Model, start: Solution, seconds: float = SECONDS) -> list[Solution]:
    return list(anneal(model, flow_network(model, in_packs=True, compiled=True), start, seconds=seconds))


def _keeps_rules(model: Model, solution: Solution) -> bool:
    switches, limits = model.switches, model.limits
    fill = switch_fill(model, solution.flow_units)
    load = activity(model, solution.flow_units, solution.switch_count)
    return bool(
        np.all(solution.switch_count >= fewest_switches(model, solution.flow_units))
        and np.all(solution.switch_count <= switches.most)
        and np.all(fill >= switches.least_fill * solution.switch_count)
        and np.all(solution.flow_units % model.flows.multiple == 0)
        and np.all((load <= limits.high) & (load >= limits.low))
    )


def test_solutions_get_better_keep_the_rules_and_stay_below_the_optimum():
    """Over all rules; where units come singly, what a move is said to earn is what it earns."""
    seen: Counter[str] = Counter()

    @examples(60)
    @given(network_files())
    def improves(files: NetworkFiles) -> None:
        network, request, built = model_of(files)
        model = built.model
        start = _nothing(model)
        if not len(model.flows) or np.any(model.positions.least_units):
            return
        found = _annealed(model, start)
        worths = [benefit(model, solution) for solution in found]
        seen["better"] += bool(found)
        if np.all(model.flows.multiple == 1):
            assert worths == sorted(worths)
            assert all(worth > benefit(model, start) for worth in worths)
        for solution in found:
            assert _keeps_rules(model, solution)
            plan = plan_of(built, solution.flow_units, solution.switch_count)
            seen["certified"] += certify(network, request, plan).valid
            seen["solutions"] += 1
        if found:
            answer = solved(model, linear_program(model), BACKENDS["highs"], Search(seconds=20))
            assert answer.outcome is Outcome.OPTIMAL
            assert max(worths) <= benefit(model, solution_of(model, answer.columns))

    improves()
    assert seen["better"] >= 3


def test_most_small_retail_networks_are_solved_to_the_optimum():
    """Against an exact solver."""
    best = 0
    for seed in range(8):
        network = generate(Shape(stores=8, warehouses=2, skus=8), "common", seed, cases=False)
        model = build(network, Request()).model
        found = _annealed(model, _nothing(model), seconds=0.6)
        answer = solved(model, linear_program(model), BACKENDS["highs"], Search(seconds=20, gap=0.0))
        optimum = benefit(model, solution_of(model, answer.columns))
        worth = benefit(model, found[-1]) if found else 0
        assert worth <= optimum
        best += worth == optimum
    assert best >= 6


def test_sharing_a_dispatch_is_found_where_each_line_alone_does_not_pay():
    """Slope scaling starts with a dispatch for each of two wishes; one lane can serve both through the first store."""
    files = files_of(
        nodes="node_id,kind,transit\nW,warehouse,\nA,store,true\nB,store,\n",
        products="sku_id,list_price,salvage_value\nP,10,2\nQ,10,2\n",
        lanes="origin,destination,fixed_cost\nW,A,15\nA,B,5\nW,B,16\n",
        stock="node_id,sku_id,on_hand,demand_mean\nW,P,9,0\nW,Q,9,0\nA,P,0,6\nA,Q,0,1\nB,P,0,2\nB,Q,0,1\n",
        alerts="alert_id,kind,node_id,sku_id,units\nX,shortage,A,P,6\nY,shortage,A,Q,1\n",
    )
    model = model_of(files)[-1].model
    worths = [benefit(model, solution) for solution in _annealed(model, _nothing(model))]
    answer = solved(model, linear_program(model), BACKENDS["highs"], Search(seconds=20))
    assert worths[-1] == benefit(model, solution_of(model, answer.columns))
    assert worths[-1] > 0


def test_the_same_moves_are_made_every_time(monkeypatch):
    """A seed, not the clock, decides what is drawn: equal numbers of moves end in equal solutions."""
    monkeypatch.setattr(annealing, "_next_number", lambda n_moves, seconds: 300)
    files = files_of(
        nodes="node_id,kind\nW,warehouse\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value\nP,10,2\n",
        lanes="origin,destination,fixed_cost\nW,A,15\nA,B,5\nW,B,50\n",
        stock="node_id,sku_id,on_hand,demand_mean\nW,P,9,0\nA,P,0,6\nB,P,0,2\n",
        alerts="alert_id,kind,node_id,sku_id,units\nX,shortage,A,P,6\n",
    )
    model = model_of(files)[-1].model
    first, again = (_annealed(model, _nothing(model))[-1] for _ in range(2))
    assert np.array_equal(first.flow_units, again.flow_units)


def test_a_model_whose_positions_nothing_joins_is_left_as_it_is():
    """A hard demand stands even where no lane leads to it."""
    files = files_of(
        nodes="node_id,kind\nN0,store\nN1,store\n",
        products="sku_id,list_price\nP0,10\n",
        lanes="origin,destination\nN1,N0\n",
        stock="node_id,sku_id,on_hand,demand_mean\nN0,P0,4,0\nN1,P0,0,3\n",
        alerts="alert_id,kind,node_id,sku_id,units,must_serve\nA0,shortage,N1,P0,2,true\n",
    )
    _, _, built = model_of(files)
    assert built.must_act
    assert not len(built.model.flows)
    assert not _annealed(built.model, _nothing(built.model))
