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


def test_the_order_of_parts_matters_and_the_joint_plan_is_never_below():
    """Nobody sends units where nothing sells, and nobody marks down where nothing is left."""
    network, request = _hub_and_stores()
    scale = 10**network.money_decimals
    transfer = solve(network, replace(request, responses=OTHERS), SECONDS).plan or no_lines()
    clearance = solve(network, replace(request, responses=(MARKDOWN,)), SECONDS).plan or no_lines()
    parts = {
        "transfer only": transfer,
        "clearance only": clearance,
        "transfer, then clearance": markdowns_after(network, request, transfer, 10.0),
        "clearance, then transfer": lines_after(network, request, clearance.markdowns, SECONDS),
    }
    worth = {name: certify(network, request, plan).objective / scale for name, plan in parts.items()}
    joint = solve(network, request, SECONDS, known=list(parts.values()))
    assert joint.status is Status.OPTIMAL
    # By hand: 40 units sold at 10 instead of 8 at 20, 32 sent at 0.5 and two dispatches; 32 kept their 1.
    assert all(joint.objective / scale >= earned for earned in worth.values())
    assert worth["transfer only"] == worth["clearance only"] == 0
    assert joint.objective / scale > 1.05 * max(worth.values())
