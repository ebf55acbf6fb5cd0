"""Plans by slope scaling keep every rule of lines and dispatches; they are found where a solver is not needed."""

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given

from optimizer import Request, certify
from optimizer.model import benefit, fewest_switches
from optimizer.search.circles import keeps_switches
from optimizer.search.flow_network import flow_network
from optimizer.search.limits import free_switches
from optimizer.search.slope_scaling import slope_scaling
from optimizer.transfer import plan_of
from tests.optimizer.directories import broken_but_loose, examples, files_of, has_hard_demands, keeps_limits, model_of
from tests.oracle.strategies import NetworkFiles, network_files

ROUNDS = 8


def _rounds(model):
    return itertools.islice(slope_scaling(model, flow_network(model, in_packs=True)), ROUNDS)


def test_plans_are_valid_where_nothing_must_be_served():
    """Every round's plan passes the certificate, with at least the benefit that its solution has in the model."""
    seen: Counter[str] = Counter()

    @examples(60)
    @given(network_files())
    def valid(files: NetworkFiles) -> None:
        network, request, built = model_of(files)
        hard = has_hard_demands(built)
        for solution, *_ in _rounds(built.model):
            assert keeps_switches(built.model, solution)
            assert keeps_limits(built.model, solution) or hard
            needed = fewest_switches(built.model, solution.flow_units)
            assert np.array_equal(
                solution.switch_count, np.where(free_switches(built.model), solution.switch_count, needed)
            )
            certificate = certify(network, request, plan_of(built, solution.flow_units, solution.switch_count))
            seen["rounds"] += 1
            if hard:
                met = not broken_but_loose(certificate)
                seen["hard demands met"] += met
                seen["hard demands missed"] += not met
                continue
            assert not broken_but_loose(certificate), certificate.violations
            assert certificate.objective >= benefit(built.model, solution)
            seen["pays"] += certificate.objective > 0

    valid()
    assert seen["pays"] >= 25
    assert seen["hard demands met"] >= 5


def _empty_half() -> NetworkFiles:
    """P earns 8 a unit at A, Q earns 8 at A and 9 at B; a dispatch to A costs 40 and could carry four of each."""
    return files_of(
        nodes="node_id,kind\nW,warehouse\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value\nP,10,2\nQ,10,2\n",
        lanes="origin,destination,fixed_cost,cost_per_unit\nW,A,40,\nW,B,,1\n",
        stock="node_id,sku_id,on_hand,demand_mean,shortage_penalty\nW,P,4,0,\nW,Q,4,0,\nA,P,0,4,\nA,Q,0,4,\nB,Q,0,4,2\n",
        alerts="alert_id,kind,node_id,sku_id\nX,overstock,W,P\nY,overstock,W,Q\n",
    )


def test_it_learns_what_a_dispatch_costs_at_its_load():
    """Shared by eight units the dispatch looks cheap (32 - 40 + 36); at the four that use it, it does not pay (36)."""
    network, _, built = model_of(_empty_half())
    benefits = [
        certify(network, Request(), plan_of(built, solution.flow_units, solution.switch_count)).benefit
        for solution, *_ in _rounds(built.model)
    ]
    assert benefits[0] == 28_000_000
    assert benefits[-1] == 36_000_000


@examples(15)
@given(network_files())
def test_prices_never_repeat(files: NetworkFiles):
    """A round with prices seen before would go in circles: slope scaling ends instead."""
    built = model_of(files)[-1]
    network = flow_network(built.model, in_packs=True)
    most = 30 if len(built.model.limits) else 200  # prices of limits keep moving by less and less
    prices = [found.price.tobytes() for found in itertools.islice(slope_scaling(built.model, network), most)]
    assert len(prices) == len(set(prices))
    assert len(prices) < most or len(built.model.limits)


def test_what_breaks_a_least_load_is_closed():
    """Three units cannot fill a least load of five; the lane stays closed and the other one is used."""
    files = files_of(
        nodes="node_id,kind\nW,warehouse\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value,unit_weight_kg\nP,10,2,1\n",
        lanes="origin,destination,cost_per_unit,min_dispatch_kg\nW,A,1,5\nW,B,1,2\n",
        stock="node_id,sku_id,on_hand,demand_mean\nW,P,6,0\nA,P,0,3\nB,P,0,3\n",
        alerts="alert_id,kind,node_id,sku_id\nX,shortage,A,P\n",
    )
    network, _, built = model_of(files)
    for solution, *_ in _rounds(built.model):
        plan = plan_of(built, solution.flow_units, solution.switch_count)
        certificate = certify(network, Request(), plan)
        assert certificate.valid, certificate.violations
        assert plan.lane.tolist() == [1]


def test_too_many_dispatches_are_cut_down():
    """One dispatch of 4 kg is all that may run: the flow of nine units is mended to four."""
    files = files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value,unit_weight_kg\nP,10,2,1\nQ,10,2,1\n",
        lanes="origin,destination,capacity_kg,max_dispatches\nA,B,4,1\n",
        stock="node_id,sku_id,on_hand,demand_mean\nA,P,9,0\nB,P,0,9\nA,Q,9,0\nB,Q,0,9\n",
        alerts="alert_id,kind,node_id,sku_id\nX,overstock,A,P\nY,overstock,A,Q\n",
    )
    network, _, built = model_of(files)
    solutions = [solution for solution, *_ in _rounds(built.model)]
    assert solutions
    for solution in solutions:
        plan = plan_of(built, solution.flow_units, solution.switch_count)
        assert certify(network, Request(), plan).valid
        assert 1 <= plan.units.sum() <= 4


def test_what_nothing_can_load_costs_nothing():
    """A price per gram of it leaves the range of the compiled solver, and every block is then solved from scratch."""
    files = files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value,unit_weight_kg\nP,10,2,1\n",
        lanes="origin,destination,fixed_cost,capacity_kg\nA,B,3,20\n",
        stock="node_id,sku_id,on_hand,demand_mean\nA,P,9,0\nB,P,0,9\n",
        alerts="alert_id,kind,node_id,sku_id\nX,overstock,A,P\n",
    )
    model = model_of(files)[-1].model
    none = np.zeros_like(model.members.bound_units)
    empty = replace(model, members=replace(model.members, bound_units=none))
    for known, expected in ((model, True), (empty, False)):
        price = next(slope_scaling(known, flow_network(known, in_packs=True))).price
        assert (price[known.members.flow].max() > 0) == expected
