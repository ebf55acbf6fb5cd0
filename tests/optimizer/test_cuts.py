"""Cuts take no plan away, and their bounds are never below a true benefit; on a shared demand they are exact."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.backends import BACKENDS, RELAXATIONS, Outcome, Search
from optimizer.model import Model, benefit, increment_units, kept_units
from optimizer.program import Program, linear_program
from optimizer.search.cuts import bounds_by_cuts
from optimizer.search.cuts.cut_rows import with_cuts
from optimizer.search.cuts.duals import bound_of_duals
from optimizer.search.cuts.single_rows import single_rows
from optimizer.search.cuts.switched_flows import all_open, switched_flows
from optimizer.search.flow_network import flow_network
from optimizer.search.pricing import bounds_by_pricing
from optimizer.search.solver_runs import solution_of, solved
from tests.optimizer.directories import examples, files_of, model_of
from tests.oracle.strategies import NetworkFiles, network_files

SEARCH = Search(seconds=20)

SHARED = files_of(
    nodes="node_id,kind\nA,store\nB,store\nC,store\n",
    products="sku_id,list_price,salvage_value\nP,10,2\n",
    lanes="origin,destination,fixed_cost\nA,C,20\nB,C,20\n",
    stock="node_id,sku_id,on_hand,demand_mean\nA,P,8,0\nB,P,8,0\nC,P,0,10\n",
    alerts="alert_id,kind,node_id,sku_id\nX,shortage,C,P\n",
)
"""Two senders with 8 units each for a demand of 10 units worth 8 more there, and 20 per dispatch.

One dispatch is worth 64 - 20 = 44, both 80 - 40 = 40. The relaxation runs 10 / 8 of a dispatch: 80 - 25 = 55.
"""


def _best(model: Model) -> tuple[int, np.ndarray] | None:
    """Best benefit and the columns of a solution that has it; None when the hard demands cannot be met."""
    answer = solved(model, linear_program(model), BACKENDS["highs"], SEARCH)
    assert answer.outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE)
    if answer.columns is None:
        return None
    solution = solution_of(model, answer.columns)
    kept = increment_units(model, kept_units(model, solution.flow_units))
    return benefit(model, solution), np.concatenate([solution.flow_units, kept, solution.switch_count])


def _keeps(program: Program, columns: np.ndarray, first_row: int) -> bool:
    """Whether columns keep every row from the given one on, exactly: coefficients are whole numbers."""
    at = program.row >= first_row
    load = np.bincount(program.row[at], program.coefficient[at] * columns[program.column[at]], program.n_rows)
    return bool(np.all((load <= program.row_high)[first_row:]))


def test_no_cut_takes_a_best_plan_away():
    """In random requests every bound holds, the best plan keeps every cut, and many bounds beat the relaxation."""
    seen: Counter[str] = Counter()

    @examples(60)
    @given(network_files())
    def holds(files: NetworkFiles) -> None:
        model = model_of(files)[-1].model
        found = _best(model)
        if found is None:
            return
        best, columns = found
        rounds = list(itertools.islice(bounds_by_cuts(model, 20.0), 8))
        assert all(bound >= best for bound, _ in rounds)
        for _, program in rounds:
            assert _keeps(program, columns[: program.n_columns], linear_program(model).n_rows)
        seen["pays"] += best > 0
        relaxed = RELAXATIONS["highs"](linear_program(model), SEARCH).bound
        if rounds and relaxed * 10**model.money_decimals > best + 1000:
            seen["open"] += 1
            least = min(bound for bound, _ in rounds)
            seen["tighter"] += least < relaxed * 10**model.money_decimals - 1000
            seen["closed"] += least <= best + 1000

    holds()
    assert seen["pays"] >= 15
    assert seen["tighter"] >= 5
    assert seen["closed"] >= 2


@examples(25)
@given(network_files(), st.integers(0, 2**32 - 1))
def test_any_duals_bound_the_benefit(files: NetworkFiles, seed: int):
    """Duals of the relaxation, spoiled at random, with wrong signs too: still a bound."""
    model = model_of(files)[-1].model
    found = _best(model)
    if found is None:
        return
    switched = switched_flows(model)
    program = with_cuts(linear_program(model), single_rows(model, switched, all_open(model, switched)))
    duals = RELAXATIONS["glop"](program, SEARCH).row_duals
    random = np.random.default_rng(seed)
    spoiled = duals * random.choice([-1.0, 0.0, 0.5, 1.0, 1.7], len(duals)) + random.choice([0.0, 0.3], len(duals))
    for each in (duals, spoiled):
        bound = bound_of_duals(model, flow_network(model, in_packs=False), program, each)
        assert bound is None or bound >= found[0]


def test_cuts_close_what_pricing_leaves_open():
    """Two senders for one demand: pricing stays at the relaxation's 55, cuts prove the best plan's 44."""
    model = model_of(SHARED)[-1].model
    priced = itertools.islice(bounds_by_pricing(model, flow_network(model, in_packs=False)), 40)
    assert min(bound for bound, *_ in priced) >= 54_990_000
    bounds = [bound for bound, _ in bounds_by_cuts(model, 20.0)]
    assert _best(model)[0] == 44_000_000
    assert 44_000_000 <= min(bounds) <= 44_000_100


def test_the_program_with_cuts_has_the_same_best_plan():
    """The cuts can be handed to a mixed-integer solver."""
    model = model_of(SHARED)[-1].model
    *_, (_, program) = bounds_by_cuts(model, 20.0)
    assert BACKENDS["highs"](program, SEARCH).bound == pytest.approx(44.0)


def test_no_time_no_bound():
    """Without time no solver is called."""
    assert list(bounds_by_cuts(model_of(SHARED)[-1].model, 0.0)) == []


def test_a_line_from_a_hub_carries_what_is_worth_more_than_keeping_it_there():
    """A has 40 units worth 1 each; a hub keeps any number at 4, the store C sells 10 and keeps the rest at 2.

    A unit beyond the tenth earns 1 more at C than at A, but less than at the hub where it passed: the line from the hub
    to C carries 10, however many pass the hub.
    """
    files = files_of(
        nodes="node_id,kind,transit\nA,store,\nW,warehouse,true\nC,store,\n",
        products="sku_id,list_price,salvage_value\nP,20,5\n",
        lanes="origin,destination,fixed_cost\nA,W,3\nW,C,3\n",
        stock="node_id,sku_id,on_hand,demand_mean,holding_cost\nA,P,40,0,4\nW,P,0,0,1\nC,P,0,10,3\n",
        alerts="alert_id,kind,node_id,sku_id\nX,shortage,C,P\n",
    )
    model = model_of(files)[-1].model
    assert sorted(model.members.bound_units.tolist()) == [10, 40]
    assert _best(model)[0] == (10 * (20 - 1) + 30 * (4 - 1) - 6) * 10**model.money_decimals
