"""What the joint search is made of: prices of budgets, lines and slopes that go from one world to the next."""

import itertools
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given

from optimizer import Parameters, certify, solve
from optimizer.joint import bounding
from optimizer.joint import search as joint_search
from optimizer.joint.bounding import steps_of_bounds
from optimizer.joint.budget_prices import best_budget_prices
from optimizer.joint.envelopes import worth_of_options, worth_of_paths
from optimizer.joint.multipliers import carried_slopes
from optimizer.joint.options import options_of
from optimizer.joint.positions import Joint, SharedPrices, free_of_charge, joint_of
from optimizer.joint.worlds import World, lines_again, prices_of_units, world_at
from optimizer.model import benefit
from optimizer.plan import no_markdowns
from optimizer.search.circles import keeps_switches
from optimizer.search.flow_network import flow_network
from optimizer.search.slope_scaling import Scaled, Slopes, slope_scaling
from optimizer.transfer import TransferModel, plan_of
from optimizer.worth.choices import choices_of, may_be_marked_down
from tests.optimizer.directories import asked_of, examples, files_of, keeps_limits, model_of
from tests.oracle.strategies import NetworkFiles, network_files

SECONDS = Parameters(time_limit_seconds=20)


def _joint(files: NetworkFiles) -> Joint:
    network, request = asked_of(files)
    choices = choices_of(network)
    free = may_be_marked_down(network, request, choices)
    return joint_of(network, request, choices, options_of(network, choices, free))


def _crowded_stores(budgets: str) -> Joint:
    """Two stores in zones of their own, full of 12 SKUs of which more sell at 14 and 10, under some budgets."""
    skus = [f"P{number:02d}" for number in range(12)]
    return _joint(
        files_of(
            nodes="node_id,kind,zone\nS1,store,Y\nS2,store,Z\n",
            products="sku_id,list_price,salvage_value\n" + "".join(f"{sku},20,1\n" for sku in skus),
            stock="node_id,sku_id,on_hand,demand_mean\n"
            + "".join(f"S1,{sku},{20 + 3 * at},{4 + at % 5}\n" for at, sku in enumerate(skus))
            + "".join(f"S2,{sku},{50 - 3 * at},{4 + at % 7}\n" for at, sku in enumerate(skus)),
            price_ladders="sku_id,zone,rung,price\n"
            + "".join(f"{sku},{zone},1,14\n{sku},{zone},2,10\n" for sku in skus for zone in "YZ"),
            price_multipliers="sku_id,price_share,multiplier\n"
            + "".join(f"{sku},0.7,{1.8 + at % 3 / 5}\n{sku},0.5,{3 + at % 4 / 5}\n" for at, sku in enumerate(skus)),
            markdown_budgets=budgets,
            lanes="origin,destination\n",
            alerts="alert_id,kind,node_id,sku_id\n"
            + "".join(f"{node}{sku},overstock,{node},{sku}\n" for sku in skus for node in ("S1", "S2")),
        )
    )


def _dear_lanes(fixed_cost: float, budget: float) -> Joint:
    """A full hub and two stores that sell little at the list price, and five times as much at half of it."""
    skus = [f"P{number:02d}" for number in range(8)]
    return _joint(
        files_of(
            nodes="node_id,kind,zone,transit\nW,warehouse,,true\nS1,store,Z,\nS2,store,Z,\n",
            products="sku_id,list_price,salvage_value\n" + "".join(f"{sku},20,1\n" for sku in skus),
            lanes=f"origin,destination,fixed_cost,cost_per_unit\nW,S1,{fixed_cost},0.5\nW,S2,{fixed_cost},0.5\n",
            stock="node_id,sku_id,on_hand,demand_mean\n"
            + "".join(
                f"W,{sku},40,0\nS1,{sku},0,{2 + at % 3}\nS2,{sku},0,{1 + at % 4}\n" for at, sku in enumerate(skus)
            ),
            alerts="alert_id,kind,node_id,sku_id\n" + "".join(f"A{sku},overstock,W,{sku}\n" for sku in skus),
            price_ladders="sku_id,zone,rung,price\n" + "".join(f"{sku},Z,1,14\n{sku},Z,2,10\n" for sku in skus),
            price_multipliers="sku_id,price_share,multiplier\n"
            + "".join(f"{sku},0.7,2.5\n{sku},0.5,5\n" for sku in skus),
            markdown_budgets=f"budget_id,zone,amount\nALL,,{budget}\n",
        )
    )


def _bound(joint: Joint, budget: np.ndarray) -> float:
    """What families earn when units are worth nothing elsewhere, with the budgets sold at their prices."""
    shared = SharedPrices(budget, np.zeros(len(joint.options.price)))
    worth = worth_of_options(joint, worth_of_paths(joint, np.zeros(len(joint)), shared))
    return float(
        np.maximum.reduceat(worth, joint.options.first_option[:-1]).sum() + budget @ joint.choices.budget_amount
    )


def test_prices_of_budgets_make_the_bound_about_least():
    """One budget for all and one for a zone: no pair of prices on a grid bounds much better, and none at all worse."""
    joint = _crowded_stores("budget_id,zone,amount\nALL,,900\nZONE,Z,350\n")
    shared, still = free_of_charge(joint), np.zeros(len(joint))
    for _ in range(3):
        shared = replace(shared, budget=best_budget_prices(joint, still, shared))
    found = _bound(joint, shared.budget)
    grid = np.linspace(0.0, 1.5, 31)
    least = min(_bound(joint, np.array(pair)) for pair in itertools.product(grid, grid))
    unpriced = _bound(joint, np.zeros(2))
    assert np.all(shared.budget > 0.0)
    assert unpriced > 1.05 * least
    assert found - least < 0.02 * (unpriced - least)


def test_budgets_that_do_not_bind_cost_nothing():
    joint = _crowded_stores("budget_id,zone,amount\nALL,,900000\nZONE,Z,350000\n")
    assert best_budget_prices(joint, np.zeros(len(joint)), free_of_charge(joint)).tolist() == [0.0, 0.0]


def test_bounds_with_priced_budgets_are_near_the_best_plan():
    """The first envelopes know the prices nearly; without them the bound stays far above."""
    joint = _crowded_stores("budget_id,zone,amount\nALL,,900\nZONE,Z,350\n")
    steps = steps_of_bounds(joint, np.zeros(len(joint)), free_of_charge(joint), 20.0)
    bounds = [step.bound for step in steps if step.bound is not None]
    best = solve(joint.network, joint.request, SECONDS)
    assert best.objective <= min(bounds) <= bounds[0] <= 1.03 * best.objective
    free = replace(joint, choices=replace(joint.choices, budget_amount=1000 * joint.choices.budget_amount))
    steps = steps_of_bounds(free, np.zeros(len(joint)), free_of_charge(joint), 20.0)
    assert min(step.bound for step in steps if step.bound is not None) > 1.1 * best.objective


def test_budgets_get_a_price_when_markdowns_begin_to_pay(monkeypatch):
    """At first units are worth what they bring at the list price, and nothing is marked down: budgets cost nothing.

    That is no price that stays, even where one set of envelopes is enough to say so.
    """
    monkeypatch.setattr(bounding, "_SETTLED_SETS", 1)
    joint = _dear_lanes(500, 200)
    world = world_at(joint, no_markdowns(), free_of_charge(joint))
    price = prices_of_units(world, joint)
    assert best_budget_prices(joint, price, free_of_charge(joint)).tolist() == [0.0]
    steps = steps_of_bounds(joint, price, free_of_charge(joint), 20.0)
    least = min(step.bound for step in steps if step.bound is not None)
    best = solve(joint.network, joint.request, SECONDS)
    assert best.objective <= least <= 600 * 10**joint.network.money_decimals


def test_slopes_of_the_list_price_do_not_close_lanes_where_more_is_sold():
    """Lanes carry half as much again at half the price: carried as a load, what they cost a unit would be too much."""
    joint = _dear_lanes(300, 200)
    free = free_of_charge(joint)
    listed = world_at(joint, no_markdowns(), free)
    steps = steps_of_bounds(joint, prices_of_units(listed, joint), free, 20.0)
    option = max((step.option for step in steps if step.option is not None), key=np.count_nonzero)
    marked = world_at(joint, joint.options.markdowns(joint.choices, option), free)
    *_, last = _scaled(listed.built, None)
    begin = carried_slopes(last.slopes, listed.built, marked.built)
    warm, cold = (
        max(benefit(marked.built.model, each.solution) for each in _scaled(marked.built, first))
        for first in (begin, None)
    )
    assert cold > 0
    assert warm >= 0.9 * cold


def _scaled(built: TransferModel, begin: Slopes | None) -> list[Scaled]:
    network = flow_network(built.model, in_packs=True, compiled=True)
    return list(itertools.islice(slope_scaling(built.model, network, begin=begin), 6))


class _Turns:
    """Turns that gain nothing, while three options come one after the other."""

    def __init__(self) -> None:
        self.progress = SimpleNamespace(done=False, elapsed=0.0, left=10.0)
        self.joint = SimpleNamespace(options=SimpleNamespace(markdowns=lambda choices, option: option), choices=None)
        self.worth, self.suggested, self.waiting, self.tried = 0, None, ["first", "second", "third"], []

    def best_markdowns(self):
        return "best"

    def await_options(self, until: float):
        self.suggested = self.waiting.pop(0) if self.tried == ["best"] else None

    def flow_at(self, markdowns):
        self.tried.append(markdowns)
        if markdowns != "best" and self.waiting:
            self.suggested = self.waiting.pop(0)


def test_turns_do_not_end_while_there_are_options_to_try():
    turns = _Turns()
    joint_search._take_turns(turns)
    assert turns.tried == ["best", "first", "second", "third"]


def test_lines_of_a_plan_are_found_again():
    """In the world that they were planned for: all rules kept, and what stays within nodes is as good."""
    seen: Counter[str] = Counter()

    @examples(80)
    @given(network_files())
    def found(files: NetworkFiles) -> None:
        network, request, built = model_of(files)
        best = solve(network, request, SECONDS).plan
        if best is None or not best.n_lines or built.must_act:
            return
        world = World(no_markdowns(), network, built)
        again = lines_again(world, flow_network(built.model, in_packs=True), best)
        assert again is not None
        assert keeps_switches(built.model, again)
        assert keeps_limits(built.model, again)
        plan = plan_of(built, again.flow_units, again.switch_count)
        objective = certify(network, request, plan).objective
        seen["as good"] += objective >= certify(network, request, best).objective
        seen["found"] += objective > 0

    found()
    assert seen["found"] >= 8
    assert seen["as good"] >= seen["found"] / 2


@pytest.mark.parametrize("price", [10, 11])
def test_slopes_are_carried_to_another_world(price: int):
    """A dispatch costs 40 for four units, not for the eight that it could carry: the first round knows that already.

    P earns 8 or 9 a unit at A; Q 8 at A and 9 at B.
    """
    before, now = (
        model_of(
            files_of(
                nodes="node_id,kind\nW,warehouse\nA,store\nB,store\n",
                products=f"sku_id,list_price,salvage_value\nP,{each},2\nQ,10,2\n",
                lanes="origin,destination,fixed_cost,cost_per_unit\nW,A,40,\nW,B,,1\n",
                stock="node_id,sku_id,on_hand,demand_mean,shortage_penalty\n"
                "W,P,4,0,\nW,Q,4,0,\nA,P,0,4,\nA,Q,0,4,\nB,Q,0,4,2\n",
                alerts="alert_id,kind,node_id,sku_id\nX,overstock,W,P\nY,overstock,W,Q\n",
            )
        )[-1]
        for each in (10, price)
    )
    *_, last = itertools.islice(slope_scaling(before.model, flow_network(before.model, in_packs=True)), 8)
    begin = carried_slopes(last.slopes, before, now)
    network = flow_network(now.model, in_packs=True)
    warm = next(slope_scaling(now.model, network, begin=begin))
    cold = next(slope_scaling(now.model, network))
    lanes = [plan_of(now, each.solution.flow_units, each.solution.switch_count).lane.tolist() for each in (warm, cold)]
    assert lanes[0] == [1]
    assert 0 in lanes[1]
