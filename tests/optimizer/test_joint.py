"""Joint plans: large searches and bounds against the proof of the small program; parts that lose money alone."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from network import Network
from optimizer import Parameters, Request, certify, solve
from optimizer.joint import search as joint_search
from optimizer.joint.sequences import lines_after, markdowns_after
from optimizer.plan import Status
from optimizer.plan_lines import no_lines
from optimizer.request import MARKDOWN, RESPONSES
from tests.optimizer.directories import asked_of, examples, files_of
from tests.oracle.drawing import JOINT, NetworkFiles
from tests.oracle.strategies import network_files

SECONDS = Parameters(time_limit_seconds=20)
OTHERS = tuple(response for response in RESPONSES if response != MARKDOWN)


def _quickly(network: Network, request: Request):
    """By turns and envelopes, as a large request."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_search, "is_small", lambda joint: False)
        return solve(network, request, Parameters(time_limit_seconds=2.5))


def test_turns_stay_below_the_best_plan_and_envelopes_above():
    """Over all rules."""
    seen: Counter[str] = Counter()

    @examples(12)
    @given(network_files(JOINT))
    def holds(files: NetworkFiles) -> None:
        network, request = asked_of(files)
        best = solve(network, request, SECONDS)
        if best.status is not Status.OPTIMAL or not best.plan.n_lines + len(best.plan.markdowns):
            return
        found = _quickly(network, request)
        seen["compared"] += 1
        if found.objective is not None:
            assert found.objective <= best.objective
            assert certify(network, request, found.plan).valid
            seen["earns"] += found.objective > 0
        if found.bound is not None:
            assert found.bound >= best.objective - 1
            seen["bounds"] += 1

    holds()
    assert seen["compared"] >= 3
    assert seen["bounds"]


def _hub_and_stores() -> tuple[Network, Request]:
    """A full hub, stores that sell two a period at the list price, and four times as many at half of it."""
    return asked_of(
        files_of(
            nodes="node_id,kind,zone,transit\nW,warehouse,,true\nS1,store,Z,\nS2,store,Z,\n",
            products="sku_id,list_price,salvage_value\nP,20,1\n",
            lanes="origin,destination,fixed_cost,cost_per_unit\nW,S1,5,0.5\nW,S2,5,0.5\n",
            stock="node_id,sku_id,on_hand,demand_mean\nW,P,40,0\nS1,P,4,4\nS2,P,4,4\n",
            alerts="alert_id,kind,node_id,sku_id\nA,overstock,W,P\n",
            price_ladders="sku_id,zone,rung,price\nP,Z,1,14\nP,Z,2,10\n",
            price_multipliers="sku_id,price_share,multiplier\nP,0.7,2.5\nP,0.5,4\n",
        )
    )


def _two_zones() -> tuple[Network, Request]:
    """A store with eight too many, and a dear lane to one with eight too few in another zone."""
    return asked_of(
        files_of(
            nodes="node_id,kind,zone\nS1,store,Z\nS2,store,Y\n",
            products="sku_id,list_price,salvage_value\nP,20,1\n",
            lanes="origin,destination,cost_per_unit\nS1,S2,12\n",
            stock="node_id,sku_id,on_hand,demand_mean\nS1,P,12,4\nS2,P,0,8\n",
            alerts="alert_id,kind,node_id,sku_id\nA,overstock,S1,P\n",
            price_ladders="sku_id,zone,rung,price\nP,Z,1,10\n",
            price_multipliers="sku_id,price_share,multiplier\nP,0.5,4\n",
        )
    )


def _in_parts(network: Network, request: Request) -> dict[str, float]:
    """What each part alone, each order of parts, and the joint plan earn, in currency."""
    transfer = solve(network, replace(request, responses=OTHERS), SECONDS).plan or no_lines()
    clearance = solve(network, replace(request, responses=(MARKDOWN,)), SECONDS).plan or no_lines()
    parts = {
        "transfer": transfer,
        "clearance": clearance,
        "transfer, clearance": markdowns_after(network, request, transfer, 10.0),
        "clearance, transfer": lines_after(network, request, clearance.markdowns, SECONDS),
    }
    joint = solve(network, request, SECONDS, known=list(parts.values()))
    assert joint.status is Status.OPTIMAL
    scale = 10**network.money_decimals
    earned = {name: certify(network, request, plan).objective / scale for name, plan in parts.items()}
    assert all(joint.objective / scale >= amount for amount in earned.values())
    return earned | {"joint": joint.objective / scale}


def test_the_order_of_parts_matters():
    """Moving eight earns 20 - 1 - 12 each; marked down first, all twelve sell at 10 and none is worth the lane."""
    earned = _in_parts(*_two_zones())
    assert earned == {
        "transfer": 56.0,
        "clearance": 32.0,
        "transfer, clearance": 56.0,
        "clearance, transfer": 32.0,
        "joint": 56.0,
    }


def test_lines_are_searched_at_settled_prices_where_time_is_left(monkeypatch):
    """Without turns only the plan of transfers, which is the best one, is behind a search of its own."""
    monkeypatch.setattr(joint_search, "is_small", lambda joint: False)
    for turn in ("_first_lines", "_take_turns", "_anneal"):
        monkeypatch.setattr(joint_search, turn, lambda turns: None)
    network, request = _two_zones()
    assert solve(network, request, SECONDS).objective == 56 * 10**network.money_decimals


def test_neither_order_finds_what_only_both_together_earn():
    """Nobody sends units where nothing sells, and nobody marks down where nothing is left.

    Together: 2 x 16 units at 10 instead of 2 x 4 at 20, 24 of them sent for 0.5 and their salvage of 1, two dispatches.
    """
    earned = _in_parts(*_hub_and_stores())
    assert earned.pop("joint") == 2 * (160 - 80) - 24 * 1.5 - 10 == 114
    assert set(earned.values()) == {0.0}


def test_markdowns_that_make_a_line_too_dear_leave_it_out():
    """Sent, eight units earn 20 - 1 - 12 each; at 10, at which the rest sells best, a line earns less than 5."""
    network, request = asked_of(
        files_of(
            nodes="node_id,kind,zone\nS1,store,Z\nS2,store,Z\n",
            products="sku_id,list_price,salvage_value\nP,20,1\n",
            lanes="origin,destination,cost_per_unit\nS1,S2,12\n",
            stock="node_id,sku_id,on_hand,demand_mean\nS1,P,200,40\nS2,P,0,8\n",
            alerts="alert_id,kind,node_id,sku_id\nA,overstock,S1,P\n",
            price_ladders="sku_id,zone,rung,price\nP,Z,1,10\n",
            price_multipliers="sku_id,price_share,multiplier\nP,0.5,5\n",
        )
    )
    request = replace(request, min_line_benefit=5.0)
    lines = solve(network, replace(request, responses=OTHERS), SECONDS).plan
    assert lines.n_lines == 1
    plan = markdowns_after(network, request, lines, 10.0)
    assert certify(network, request, plan).valid
    assert (plan.n_lines, len(plan.markdowns)) == (0, 1)


def _with_target(share: str, budget: str = "") -> tuple[Network, Request]:
    """Ten units that sell two at the list price and six at half of it, and a share of them that must be sold."""
    tables = {
        "nodes": "node_id,kind,zone\nS1,store,Z\n",
        "products": "sku_id,list_price,salvage_value\nP,20,1\n",
        "lanes": "origin,destination\n",
        "stock": "node_id,sku_id,on_hand,demand_mean\nS1,P,10,2\n",
        "alerts": "alert_id,kind,node_id,sku_id\nA,overstock,S1,P\n",
        "price_ladders": "sku_id,zone,rung,price\nP,Z,1,10\n",
        "price_multipliers": "sku_id,price_share,multiplier\nP,0.5,3\n",
        "clearance_rules": f"sku_id,sell_through_share\nP,{share}\n",
    }
    if budget:
        tables["markdown_budgets"] = f"budget_id,amount\nB,{budget}\n"
    return asked_of(files_of(**tables))


def test_a_hard_target_that_no_path_reaches_is_named_with_the_units_short():
    """Eight have to be sold, six can be."""
    result = solve(*_with_target("0.8"), SECONDS)
    assert result.status is Status.INFEASIBLE
    (conflict,) = result.conflicts
    assert (conflict.rule, conflict.place) == ("clearance_rules.sell_through_share", "SKU P, zone Z")
    assert conflict.amount == pytest.approx(2.0)


def test_a_budget_that_keeps_a_hard_target_from_being_met_is_named_with_what_is_enough():
    """Six units at 10 less each forgo 60."""
    result = solve(*_with_target("0.6", "45"), SECONDS)
    assert result.status is Status.INFEASIBLE
    (conflict,) = result.conflicts
    assert (conflict.rule, conflict.place) == ("markdown_budgets.amount", "budget B")
    assert conflict.amount == pytest.approx(15.0)
    met = solve(*_with_target("0.6", "60"), SECONDS)
    assert met.status is Status.OPTIMAL
    assert len(met.plan.markdowns) == 1


def test_weights_of_severities_count_in_what_prices_do():
    """At half the price demand is three times as high: 11 more are missed, at a full weight too dear.

    A lane that never pays, so that the small program decides, not clearance alone.
    """
    found = {}
    for weight in (1, 0.1):
        network, request = asked_of(
            NetworkFiles(
                {
                    **files_of(
                        nodes="node_id,kind,zone\nS1,store,Z\nS2,store,Z\n",
                        products="sku_id,list_price,salvage_value\nP,20,1\n",
                        lanes="origin,destination,cost_per_unit\nS1,S2,1000\n",
                        stock="node_id,sku_id,on_hand,demand_mean,shortage_penalty\nS1,P,30,8,0\nS2,P,1,4,40\n",
                        alerts="alert_id,kind,node_id,sku_id,severity\nA,shortage,S2,P,red\n",
                        price_ladders="sku_id,zone,rung,price\nP,Z,1,10\n",
                        price_multipliers="sku_id,price_share,multiplier\nP,0.5,3\n",
                    ).texts,
                    "request.json": f'{{"severity_weights": {{"red": {weight}}}}}',
                }
            )
        )
        result = solve(network, request, SECONDS)
        assert result.status is Status.OPTIMAL
        assert result.objective == certify(network, request, result.plan).objective
        assert result.bound >= result.objective
        found[weight] = len(result.plan.markdowns)
    # Earned at S1: 24 x 10 + 6 x 1 - 8 x 20 - 22 x 1 = 64; lost at S2: 10, and 8 more missed at 40 each, or at 4.
    assert found == {1: 0, 0.1: 1}
