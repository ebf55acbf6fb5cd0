"""Exits: what leaves the network for money, by hand and against stores that are worth the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from network import Network, network_from_frames
from optimizer import Parameters, Request, solve
from optimizer.plan import Result, Status
from optimizer.request import STANDARD_POLICY
from optimizer.rules_in_force import place_of, rules_in_force, without_rule
from optimizer.transfer import build

EXACT = Parameters(gap=0.0)
SETTINGS = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 10, "money_decimals": 2}
NO_LANES = pd.DataFrame({"origin": [], "destination": []})


def world(exits: Sequence[Mapping[str, Any]], **tables: pd.DataFrame) -> Network:
    """S has 50 units and sells 10; each of the others is worth 1.00 there. H, a warehouse, has none and sells none."""
    frames = {
        "nodes": pd.DataFrame({"node_id": ["S", "H"], "kind": ["store", "warehouse"]}),
        "products": pd.DataFrame(
            {"sku_id": ["A"], "list_price": [10.0], "unit_cost": [4.0], "salvage_value": [1.0], "category": ["toys"]}
        ),
        "lanes": pd.DataFrame({"origin": ["S"], "destination": ["H"], "lead_time_days": [2], "cost_per_unit": [0.25]}),
        "stock": pd.DataFrame({"node_id": ["S", "H"], "sku_id": "A", "on_hand": [50, 0], "demand_mean": [10.0, 0.0]}),
        "alerts": pd.DataFrame({"alert_id": ["a"], "kind": "overstock", "node_id": "S", "sku_id": "A"}),
        "exits": pd.DataFrame([{"kind": "liquidation", **terms} for terms in exits]),
    }
    return network_from_frames(frames | tables, SETTINGS)[0]


def lines(network: Network, result: Result) -> dict[str, int]:
    """Units by lane."""
    assert result.plan is not None
    assert result.status is Status.OPTIMAL
    return dict(zip(network.lanes.lane_id[result.plan.lane].tolist(), result.plan.units.tolist(), strict=True))


@pytest.mark.parametrize(
    ("terms", "sent", "benefit"),
    [
        # 40 units are left over, worth 1.00 each; 2.00 - 1.00 gained on each.
        ({"unit_proceeds": 2.0}, 40, 4000),
        # Half of 4.00, less 0.25: 1.75 - 1.00.
        ({"proceeds_share_of_cost": 0.5, "unit_fee": 0.25}, 40, 3000),
        ({"unit_proceeds": 2.0, "fixed_cost": 39.0}, 40, 100),
        ({"unit_proceeds": 2.0, "fixed_cost": 40.5}, 0, 0),
        ({"unit_proceeds": 2.0, "capacity_units": 7}, 7, 700),
        ({"unit_proceeds": 2.0, "min_lot_units": 7, "capacity_units": 6}, 0, 0),
        # 0.29 of 50 is 14.5; as a float 0.29 * 100 would be below 29.
        ({"unit_proceeds": 2.0, "max_share": 0.29}, 14, 1400),
        # More than a sale is worth: all 50 go, 40 of them for 11.00 - 1.00, ten for 11.00 - 10.00.
        ({"unit_proceeds": 11.0}, 50, 41000),
        ({"unit_proceeds": 0.5}, 0, 0),
        ({"unit_proceeds": 2.0, "sku_id": "A", "node_id": "S"}, 40, 4000),
        ({"unit_proceeds": 2.0, "category": "toys"}, 40, 4000),
        ({"unit_proceeds": 2.0, "node_id": "H"}, 40, 3000),
    ],
)
def test_an_exit_takes_what_it_pays_more_for(terms: dict[str, Any], sent: int, benefit: int) -> None:
    """Over H the way costs another 0.25 a unit."""
    network = world([{"exit_id": "E"} | terms])
    result = solve(network, Request(), EXACT)
    assert result.benefit == benefit
    assert sum(units for lane, units in lines(network, result).items() if lane.endswith("exit:E")) == sent
    assert result.certificate is not None
    assert sum(result.certificate.ledger.values()) == benefit
    assert result.certificate.ledger["lanes.fixed_cost"] == 0


def test_scrap_costs_and_is_chosen_when_keeping_costs_more() -> None:
    """A unit left over costs 1.00 to hold; to scrap one costs 0.40."""
    stock = {"node_id": ["S"], "sku_id": "A", "on_hand": [50], "demand_mean": [10.0], "holding_cost": [2.0]}
    network = world([{"exit_id": "E", "kind": "scrap", "unit_proceeds": -0.4}], stock=pd.DataFrame(stock))
    result = solve(network, Request(), EXACT)
    assert lines(network, result) == {"S>exit:E": 40}
    assert result.benefit == 40 * 60
    assert result.certificate is not None
    assert result.certificate.ledger["exits.unit_proceeds"] == -1600


def test_the_better_exit_first() -> None:
    """16 at 3.00 (its capacity, in lots of 4), the other 24 at 2.00."""
    exits = [
        {"exit_id": "low", "unit_proceeds": 2.0},
        {"exit_id": "high", "kind": "return", "unit_proceeds": 3.0, "capacity_units": 18},
    ]
    products = {"sku_id": ["A"], "list_price": [10.0], "salvage_value": [1.0], "case_pack": [4]}
    network = world(exits, products=pd.DataFrame(products))
    result = solve(network, Request(), EXACT)
    assert lines(network, result) == {"S>exit:low": 24, "S>exit:high": 16}
    assert result.benefit == 16 * 200 + 24 * 100


@pytest.mark.parametrize(
    ("window", "day"),
    [({}, 0), ({"from_day": 4}, 4), ({"from_day": 3, "until_day": 3}, 3), ({"from_day": 12}, 12)],
)
def test_lines_leave_when_an_exit_opens(window: dict[str, Any], day: int) -> None:
    network = world([{"exit_id": "E", "unit_proceeds": 2.0, **window}])
    result = solve(network, Request(), EXACT)
    assert result.plan is not None
    assert result.plan.arrives_day.tolist() == [day]
    assert result.benefit == 4000


@pytest.mark.parametrize(("until_day", "units"), [(2, 40), (1, 0)])
def test_an_exit_closes(until_day: int, units: int) -> None:
    """Only H may send there, and what comes from S is at H on day 2."""
    network = world([{"exit_id": "E", "node_id": "H", "unit_proceeds": 2.0, "until_day": until_day}])
    assert lines(network, solve(network, Request(), EXACT)).get("H>exit:E", 0) == units


def test_stock_that_rests_leaves_when_it_may() -> None:
    stock = {"node_id": ["S"], "sku_id": "A", "on_hand": [50], "demand_mean": [10.0], "no_send_before_day": [3]}
    network = world([{"exit_id": "E", "unit_proceeds": 2.0, "until_day": 3}], stock=pd.DataFrame(stock))
    result = solve(network, Request(), EXACT)
    assert result.plan is not None
    assert result.plan.arrives_day.tolist() == [3]
    closed = world([{"exit_id": "E", "unit_proceeds": 2.0, "until_day": 2}], stock=pd.DataFrame(stock))
    assert lines(closed, solve(closed, Request(), EXACT)) == {}


def test_a_share_counts_all_days_and_batches() -> None:
    """Ten units expire on day 2, ten on day 4; of all 20 a quarter may go, whatever their day."""
    stock = {"node_id": ["S"], "sku_id": "A", "on_hand": [20], "demand_mean": [0.0]}
    lots = {"node_id": "S", "sku_id": "A", "lot_id": ["x", "y"], "units": 10, "expiry_days": [2, 4]}
    exits = [{"exit_id": "E", "unit_proceeds": 2.0, "max_share": 0.25}]
    network = world(exits, stock=pd.DataFrame(stock), lots=pd.DataFrame(lots))
    built = build(network, Request())
    assert built.limit_rule.tolist() == ["exits.max_share"]
    result = solve(network, Request(), EXACT)
    assert sum(lines(network, result).values()) == 5
    assert result.benefit == 500


def test_units_go_to_exits_however_soon_they_expire() -> None:
    """Two days before they expire no node takes them; an exit does, even when they have expired."""
    products = {"sku_id": ["A"], "list_price": [10.0], "salvage_value": [1.0], "min_remaining_shelf_life_days": [5]}
    stock = {"node_id": ["S", "H"], "sku_id": "A", "on_hand": [20, 0], "demand_mean": [0.0, 9.0]}
    lots = {"node_id": ["S"], "sku_id": "A", "lot_id": ["x"], "units": [20], "expiry_days": [2]}
    tables: dict[str, Any] = {"products": products, "stock": stock, "lots": lots}
    network = world(
        [{"exit_id": "E", "unit_proceeds": 2.0, "from_day": 3}],
        **{name: pd.DataFrame(columns) for name, columns in tables.items()},
    )
    assert lines(network, solve(network, Request(), EXACT)) == {"S>exit:E": 20}


@pytest.mark.parametrize(("severity", "units"), [("yellow", 0), ("orange", 0), ("red", 40), (None, 40)])
def test_the_standard_policy_liquidates_where_it_is_red(severity: str | None, units: int) -> None:
    alerts = {"alert_id": ["a"], "kind": "overstock", "node_id": "S", "sku_id": "A", "severity": [severity]}
    network = world([{"exit_id": "E", "unit_proceeds": 2.0}], alerts=pd.DataFrame(alerts), lanes=NO_LANES)
    result = solve(network, Request(response_policy=STANDARD_POLICY), EXACT)
    assert sum(lines(network, result).values()) == units


@pytest.mark.parametrize(
    ("responses", "sent"),
    [
        (None, {"S>exit:L": 30, "S>exit:R": 10}),
        (("liquidation",), {"S>exit:L": 40}),
        (("return", "transfer"), {"S>exit:R": 10}),
        (("transfer", "purchase"), {}),
        (("markdown",), {}),
        ((), {}),
    ],
)
def test_the_request_says_which_exits_may_be_used(responses: tuple[str, ...] | None, sent: dict[str, int]) -> None:
    exits = [
        {"exit_id": "L", "kind": "donation", "unit_proceeds": 1.5},
        {"exit_id": "R", "kind": "return", "unit_proceeds": 2.0, "capacity_units": 10},
    ]
    network = world(exits)
    assert lines(network, solve(network, Request(responses=responses), EXACT)) == sent


def test_where_only_prices_may_change_nothing_is_built() -> None:
    network = world([{"exit_id": "E", "unit_proceeds": 2.0}])
    built = build(network, Request(responses=("markdown",)))
    assert (len(built.model.positions), len(built.model.flows), built.model.do_nothing) == (0, 0, 0)


def test_over_stock_that_must_leave_may_leave_for_an_exit() -> None:
    """At a loss: 0.60 for a unit worth 1.00."""
    alert = {"alert_id": "a", "kind": "overstock", "node_id": "S", "sku_id": "A", "units": 8, "must_serve": True}
    alerts = pd.DataFrame([alert])
    network = world([{"exit_id": "E", "unit_proceeds": 0.6}], alerts=alerts, lanes=NO_LANES)
    result = solve(network, Request(), EXACT)
    assert lines(network, result) == {"S>exit:E": 8}
    assert result.benefit == -8 * 40
    too_small = world([{"exit_id": "E", "unit_proceeds": 0.6, "capacity_units": 5}], alerts=alerts, lanes=NO_LANES)
    infeasible = solve(too_small, Request(), EXACT)
    assert infeasible.status is Status.INFEASIBLE
    assert {(c.rule, c.place, c.amount) for c in infeasible.conflicts} == {
        ("alerts.units", "node S, SKU A", 3.0),
        ("exits.capacity_units", "liquidation E", 3.0),
    }


def test_what_the_terms_of_an_exit_cost() -> None:
    """A capacity of 7 keeps 33 units from earning 1.00 each; without exits at all 7.00 would be lost."""
    network = world([{"exit_id": "E", "unit_proceeds": 2.0, "capacity_units": 7}])
    request = Request(responses=("transfer", "liquidation"))
    result = solve(network, request, EXACT)
    assert result.plan is not None
    rules = {rule.name: rule for rule in rules_in_force(network, request, result.plan)}
    assert set(rules) == {"exits.capacity_units", "request.responses"}
    freed, _ = without_rule(network, request, rules["exits.capacity_units"])
    assert solve(freed, request, EXACT).benefit == 4000
    assert place_of(network, rules["exits.capacity_units"], 0) == "E"
