"""What rules cost: worked out by hand, and against the best plans with and without them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given

from network import Network, network_from_frames
from optimizer import Parameters, Request, certify, solve
from optimizer.plan import UNKNOWN_MONEY, Plan, Status
from optimizer.request import FormerPlan
from optimizer.rule_prices import RulePrices, rule_prices, rule_prices_table
from optimizer.rules_in_force import rules_in_force, without_rule
from tests.agreement import read_twice
from tests.optimizer.directories import examples
from tests.optimizer.small_case import SETTINGS, SmallCase
from tests.oracle.drawing import NetworkFiles
from tests.oracle.strategies import network_files

SCALE = 10**6
PLAIN = Request()


def two_stores(**columns: list[object]) -> Network:
    """W holds 20 units worth 2 left over; S1 and S2 miss 6 and 4, worth 10 each. Lanes are free, of 3 kg dispatches."""
    nodes = pd.DataFrame({"node_id": ["W", "S1", "S2"], "kind": ["supplier", "store", "store"]})
    products = pd.DataFrame({"sku_id": ["A"], "list_price": [10.0], "salvage_value": [2.0], "unit_weight_kg": [1.0]})
    products["case_pack"] = columns.get("case_pack", [1])
    lanes = pd.DataFrame({"origin": ["W", "W"], "destination": ["S1", "S2"], "capacity_kg": [3.0, 3.0]})
    lanes["max_dispatches"] = columns.get("max_dispatches", [None, None])
    nodes["pick_capacity_units"] = columns.get("pick_capacity_units", [None] * 3)
    stock = pd.DataFrame({"node_id": ["W", "S1", "S2"], "sku_id": ["A"] * 3, "on_hand": [20, 0, 0]})
    stock["demand_mean"], stock["safety_stock"] = [0.0, 6.0, 4.0], columns.get("safety_stock", [0, 0, 0])
    alerts = pd.DataFrame({"alert_id": ["a"], "kind": ["shortage"], "node_id": ["S1"], "sku_id": ["A"]})
    frames = {"nodes": nodes, "products": products, "lanes": lanes, "stock": stock, "alerts": alerts}
    return network_from_frames(frames, SETTINGS)[0]


def priced(network: Network, request: Request = PLAIN, seconds: float = 20.0) -> RulePrices:
    """Prices of the rules of the best plan."""
    result = solve(network, request, Parameters(time_limit_seconds=10))
    assert result.plan is not None
    return rule_prices(network, request, result.plan, bound=result.bound, seconds=seconds)


def price_of(prices: RulePrices, rule: str, place: str = "") -> float:
    """The one price of a rule, where it is proved, in the currency."""
    (index,) = np.flatnonzero((prices.rule == rule) & (prices.place == place)).tolist()
    assert prices.price_high[index] - prices.price_low[index] <= 10
    return round(float(prices.price_low[index]) / SCALE, 4)


def test_dispatches_that_may_not_run():
    # S1 gets 3 of 6 units, S2 3 of 4: without the rule on one lane 3 more units, or 1, each 8 better.
    prices = priced(two_stores(max_dispatches=[1, 1]))
    assert price_of(prices, "lanes.max_dispatches") == 4 * 8
    assert price_of(prices, "lanes.max_dispatches", "W>S1") == 3 * 8
    assert price_of(prices, "lanes.max_dispatches", "W>S2") == 8
    assert price_of(prices, "lanes.capacity_kg") == 4 * 8
    assert price_of(prices, "lanes.capacity_kg", "W>S2") == 8


def test_a_plan_without_its_bound_has_the_same_prices():
    network = two_stores(max_dispatches=[1, 1])
    plan = solve(network).plan
    assert plan is not None
    assert price_of(rule_prices(network, Request(), plan), "lanes.max_dispatches") == 4 * 8


@pytest.mark.parametrize(
    ("columns", "rule", "price"),
    [
        ({"pick_capacity_units": [7, None, None]}, "nodes.pick_capacity_units", 3 * 8),
        ({"safety_stock": [15, 0, 0]}, "stock.safety_stock", 5 * 8),
        # Cases of 4: 4 to S2 and 4 to S1; 4 more there would serve 2 and be no worse left over.
        ({"case_pack": [4], "safety_stock": [10, 0, 0]}, "products.case_pack", 2 * 8),
    ],
)
def test_other_rules_by_hand(columns: dict[str, list[object]], rule: str, price: float):
    assert price_of(priced(two_stores(**columns)), rule) == price


def test_a_demand_that_costs():
    network = two_stores()
    alerts = replace(network.alerts, units=np.array([9]), must_serve=np.array([True]))
    stock = replace(network.stock, holding_cost=np.array([0.0, 1.5, 0.0]))
    network = replace(network, alerts=alerts, stock=stock)
    # 3 units more than S1 misses: a holding cost of 1.5 each.
    assert price_of(priced(network), "alerts.must_serve") == 3 * 1.5


def test_rules_of_the_request():
    network = two_stores()
    nodes = Request(scope_node_ids=("W", "S1"))
    assert price_of(priced(network, nodes), "request.scope") == 4 * 8
    plan = solve(network, nodes).plan
    assert plan is not None
    frozen = Request(former_plan=FormerPlan(plan, frozen_before_day=1), scope_node_ids=None)
    assert price_of(priced(network, frozen), "request.former_plan") == 0


def test_a_rule_with_room_to_spare_is_not_listed():
    network = two_stores(max_dispatches=[5, 5], pick_capacity_units=[11, None, None], safety_stock=[9, 0, 0])
    plan = solve(network).plan
    assert plan is not None
    assert [rule.name for rule in rules_in_force(network, Request(), plan)] == ["lanes.capacity_kg"]


def test_what_there_was_no_time_for_is_not_known():
    prices = priced(two_stores(max_dispatches=[1, 1]), seconds=0.0)
    assert set(prices.gain.tolist()) == {UNKNOWN_MONEY}
    assert all("not computed" in message for message in prices.message)
    assert rule_prices_table(two_stores(), prices)["price_low"].isna().all()


def test_a_plan_that_breaks_rules_has_no_prices():
    case = SmallCase().with_cell("units", 4, 9)
    with pytest.raises(ValueError, match="repair it first"):
        rule_prices(case.network, Request(), case.plan)


@examples(10)
@given(network_files())
def test_prices_hold_on_random_networks(files: NetworkFiles):
    _, network, request = read_twice(files)
    before = solve(network, request, Parameters(time_limit_seconds=4))
    assume(before.status is Status.OPTIMAL)
    assert before.plan is not None
    assert before.objective is not None
    prices = rule_prices(network, request, before.plan, bound=before.bound, seconds=4, most_places=2)
    for rule in rules_in_force(network, request, before.plan)[:3]:
        without = without_rule(network, request, rule)
        after = solve(*without, Parameters(time_limit_seconds=4))
        weighted = request.severity_weights and rule.name.startswith("request.")
        if after.status is not Status.OPTIMAL or weighted:
            continue
        assert after.objective is not None
        check_price(prices, rule.name, after.objective - before.objective, worst=abs(after.objective))


def check_price(prices: RulePrices, rule: str, price: int, worst: int) -> None:
    """A price that was computed holds, as far as solvers prove."""
    (index,) = np.flatnonzero((prices.rule == rule) & (prices.place == "")).tolist()
    if prices.gain[index] == UNKNOWN_MONEY:
        return
    noise = 2e-6 * max(worst, SCALE) + 2
    assert prices.price_low[index] <= max(price, 0) + noise
    assert prices.gain[index] <= max(price, 0) + noise
    if prices.price_high[index] != UNKNOWN_MONEY:
        assert price <= prices.price_high[index] + noise


def test_a_plan_stays_allowed_without_a_rule():
    network = two_stores(max_dispatches=[1, 1], pick_capacity_units=[6, None, None])
    plan: Plan | None = solve(network).plan
    assert plan is not None
    for rule in rules_in_force(network, Request(), plan):
        assert certify(*without_rule(network, Request(), rule), plan).valid
