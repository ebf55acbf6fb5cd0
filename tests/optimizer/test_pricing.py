"""Bounds by pricing are never below a true benefit, whatever the prices, and get better where prices matter."""

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.backends import BACKENDS, RELAXATIONS, Outcome, Search
from optimizer.joint.multipliers import carried
from optimizer.model import Model, benefit
from optimizer.program import linear_program
from optimizer.search.flow_network import flow_network
from optimizer.search.pricing import bound_at, bounds_by_pricing, shares_of_duals
from optimizer.search.slope_scaling import sum_by_switch
from optimizer.search.solver_runs import solution_of, solved
from tests.optimizer.directories import examples, files_of, model_of
from tests.oracle.strategies import NetworkFiles, network_files

SEARCH = Search(seconds=20)


def _optimum(model: Model) -> int | None:
    """Best benefit, None when the hard demands cannot be met."""
    answer = solved(model, linear_program(model), BACKENDS["highs"], SEARCH)
    assert answer.outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE)
    return None if answer.columns is None else benefit(model, solution_of(model, answer.columns))


def test_no_round_states_a_bound_below_the_optimum():
    """Every round's bound holds, and later rounds are tighter than the first one in many requests."""
    seen: Counter[str] = Counter()

    @examples(40)
    @given(network_files())
    def holds(files: NetworkFiles) -> None:
        built = model_of(files)[-1]
        model, best = built.model, _optimum(built.model)
        if best is None:
            return
        bounds = [
            bound for bound, *_ in itertools.islice(bounds_by_pricing(model, flow_network(model, in_packs=False)), 12)
        ]
        assert min(bounds) >= best
        seen["pays"] += best > 0
        seen["tighter"] += min(bounds) < bounds[0]

    holds()
    assert seen["pays"] >= 15
    assert seen["tighter"] >= 3


@examples(25)
@given(network_files(), st.integers(0, 2**32 - 1))
def test_any_shares_bound_the_benefit(files: NetworkFiles, seed: int):
    """Shares of the fixed costs at random, even all on one flow: still a bound."""
    built = model_of(files)[-1]
    model, best = built.model, _optimum(built.model)
    if best is None:
        return
    weight = np.random.default_rng(seed).exponential(1.0, len(model.members)) ** 4
    share = weight / np.maximum(sum_by_switch(model, weight), 1e-300)[model.members.switch]
    assert bound_at(model, flow_network(model, in_packs=False), share) >= best


@examples(25)
@given(network_files(), st.floats(-1.0, 1.0))
def test_duals_become_shares_however_inexact(files: NetworkFiles, error: float):
    """Prices of the relaxation, spoiled or not, add up to at most the fixed cost and bound the benefit."""
    built = model_of(files)[-1]
    model, best = built.model, _optimum(built.model)
    program = linear_program(model)
    answer = RELAXATIONS["glop"](program, SEARCH)
    if best is None or answer.row_duals is None:
        return
    duals = answer.row_duals[program.first_member_row :][: len(model.members)]
    share = shares_of_duals(model, duals * (1 + error))
    assert np.all(share >= 0)
    assert np.all(sum_by_switch(model, share) <= 1 + 1e-12)
    assert bound_at(model, flow_network(model, in_packs=False), share) >= best


def test_pricing_closes_the_gap_of_even_shares():
    """A dispatch for 10 that serves a large and a small wish: even shares price the small one out, better ones do not.

    Ten units of P earn 8 each and one of Q earns 2, so the plan is worth 80 + 2 - 10. With even shares P pays 0.5 a
    unit and Q 5, more than it earns: a bound of 75. When P pays all, the bound is the plan's own worth, up to prices
    that are rounded down to whole money.
    """
    files = files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value\nP,10,2\nQ,4,2\n",
        lanes="origin,destination,fixed_cost\nA,B,10\n",
        stock="node_id,sku_id,on_hand,demand_mean\nA,P,10,0\nB,P,0,10\nA,Q,1,0\nB,Q,0,1\n",
        alerts="alert_id,kind,node_id,sku_id\nX,overstock,A,P\nY,overstock,A,Q\n",
    )
    built = model_of(files)[-1]
    bounds = [
        bound
        for bound, *_ in itertools.islice(bounds_by_pricing(built.model, flow_network(built.model, in_packs=False)), 30)
    ]
    assert bounds[0] == 75_000_000
    assert 72_000_000 <= min(bounds) <= 72_000_010
    assert _optimum(built.model) == 72_000_000


def test_pricing_goes_on_where_it_was_in_a_model_of_the_same_request():
    """Ten units of P on a dispatch of 10 with one of Q, again with P at 11: prices carried bound as well at once."""
    built = [
        model_of(
            files_of(
                nodes="node_id,kind\nA,store\nB,store\n",
                products=f"sku_id,list_price,salvage_value\nP,{price},2\nQ,4,2\n",
                lanes="origin,destination,fixed_cost\nA,B,10\n",
                stock="node_id,sku_id,on_hand,demand_mean\nA,P,10,0\nB,P,0,10\nA,Q,1,0\nB,Q,0,1\n",
                alerts="alert_id,kind,node_id,sku_id\nX,overstock,A,P\nY,overstock,A,Q\n",
            )
        )[-1]
        for price in (10, 11)
    ]
    known = list(itertools.islice(bounds_by_pricing(built[0].model, flow_network(built[0].model, in_packs=False)), 30))
    begin = carried(min(known, key=lambda each: each.bound).multipliers, *built)
    assert np.all(sum_by_switch(built[1].model, begin.share) <= 1 + 1e-9)
    network = flow_network(built[1].model, in_packs=False)
    assert _optimum(built[1].model) == 82_000_000
    assert 82_000_000 <= next(bounds_by_pricing(built[1].model, network, begin)).bound <= 82_000_010
    assert next(bounds_by_pricing(built[1].model, network)).bound == 85_000_000
