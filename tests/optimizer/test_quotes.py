"""Purchases: units that a quote brings into the network, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from network import NO_LIMIT, Network, network_from_frames
from optimizer import Parameters, Request, solve
from optimizer.plan import Result, Status

EXACT = Parameters(gap=0.0)
SETTINGS = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 10, "money_decimals": 2}


def world(quotes: Sequence[Mapping[str, Any]], **tables: pd.DataFrame) -> Network:
    """S misses 12 of 20 units, each sold for 10.00; what is left over is worth 1.00. H is a warehouse without any."""
    frames = {
        "nodes": pd.DataFrame({"node_id": ["S", "H"], "kind": ["store", "warehouse"]}),
        "products": pd.DataFrame({"sku_id": ["A"], "list_price": [10.0], "salvage_value": [1.0]}),
        "lanes": pd.DataFrame({"origin": ["H"], "destination": ["S"], "lead_time_days": [1], "cost_per_unit": [0.5]}),
        "stock": pd.DataFrame({"node_id": ["S"], "sku_id": "A", "on_hand": [8], "demand_mean": [20.0]}),
        "alerts": pd.DataFrame({"alert_id": ["a"], "kind": "shortage", "node_id": "S", "sku_id": "A"}),
        "quotes": pd.DataFrame([{"node_id": "S", "sku_id": "A", "max_units": 100, **quote} for quote in quotes]),
    }
    return network_from_frames(frames | tables, SETTINGS)[0]


def lines(network: Network, result: Result) -> dict[str, tuple[int, int]]:
    """Units and day of arrival by lane."""
    plan = result.plan
    assert plan is not None
    assert result.status is Status.OPTIMAL
    moved = zip(plan.units.tolist(), plan.arrives_day.tolist(), strict=True)
    return dict(zip(network.lanes.lane_id[plan.lane].tolist(), moved, strict=True))


@pytest.mark.parametrize(
    ("terms", "bought", "benefit"),
    [
        ({"unit_price": 6.0}, 12, 12 * 400),
        ({"unit_price": 6.0, "max_units": 5}, 5, 5 * 400),
        ({"unit_price": 6.0, "fixed_cost": 47.0}, 12, 100),
        ({"unit_price": 6.0, "fixed_cost": 49.0}, 0, 0),
        ({"unit_price": 10.0}, 0, 0),
        # Below what a unit left over is worth: all of it, 12 sold and 88 kept.
        ({"unit_price": 0.75}, 100, 12 * 925 + 88 * 25),
        # At least 15: three of them are left over, each at a loss of 5.00.
        ({"unit_price": 6.0, "min_units": 15}, 15, 12 * 400 - 3 * 500),
        ({"unit_price": 6.0, "min_units": 25}, 0, 0),
        # Of what comes on day 5, half of the demand, at most 10 are sold.
        ({"unit_price": 6.0, "lead_time_days": 5}, 10, 10 * 400),
        ({"unit_price": 6.0, "lead_time_days": 10}, 0, 0),
        # Over H it takes another day, so 9 of 10 days are left, and costs another 0.50.
        ({"unit_price": 6.0, "node_id": "H"}, 12, 12 * 350),
        ({"unit_price": 6.0, "node_id": "H", "lead_time_days": 7}, 4, 4 * 350),
    ],
)
def test_a_quote_is_taken_for_what_it_earns(terms: dict[str, Any], bought: int, benefit: int) -> None:
    network = world([{"quote_id": "Q"} | terms])
    result = solve(network, Request(), EXACT)
    assert sum(units for lane, (units, _) in lines(network, result).items() if lane.startswith("quote:")) == bought
    assert result.benefit == benefit
    ledger = result.certificate.ledger if result.certificate else {}
    assert sum(ledger.values()) == benefit
    assert ledger["quotes.unit_price"] == -round(bought * terms["unit_price"] * 100)
    assert ledger["quotes.fixed_cost"] == (-round(terms.get("fixed_cost", 0.0) * 100) if bought else 0)
    assert ledger["lanes.fixed_cost"] == 0


def test_cheap_and_slow_beside_dear_and_fast() -> None:
    """The slow quote serves what is missed after day 8, four units; the fast one the other eight."""
    quotes = [
        {"quote_id": "slow", "unit_price": 2.0, "lead_time_days": 8},
        {"quote_id": "fast", "unit_price": 7.0, "lead_time_days": 0},
    ]
    network = world(quotes)
    result = solve(network, Request(), EXACT)
    assert lines(network, result) == {"quote:slow>S": (4, 8), "quote:fast>S": (8, 0)}
    assert result.benefit == 4 * 800 + 8 * 300


def test_whole_case_packs_are_bought() -> None:
    """Two cases of five, ten units; a third one would sell two and leave three over: 2 * 4.00 - 3 * 5.00."""
    products = {"sku_id": ["A"], "list_price": [10.0], "salvage_value": [1.0], "case_pack": [5]}
    network = world([{"quote_id": "Q", "unit_price": 6.0, "max_units": 19}], products=pd.DataFrame(products))
    assert lines(network, solve(network, Request(), EXACT)) == {"quote:Q>S": (10, 0)}


def test_what_is_bought_is_fresh() -> None:
    """It expires 6 days from now: of what expires until then 12 of 20 units are sold, 8 of them on hand."""
    products = {"sku_id": ["A"], "list_price": [10.0], "salvage_value": [1.0], "shelf_life_days": [6]}
    network = world([{"quote_id": "Q", "unit_price": 6.0}], products=pd.DataFrame(products))
    result = solve(network, Request(), EXACT)
    assert result.plan is not None
    assert (result.plan.units.tolist(), result.plan.expiry_day.tolist()) == ([4], [6])
    lasting = world([{"quote_id": "Q", "unit_price": 6.0}])
    result = solve(lasting, Request(), EXACT)
    assert result.plan is not None
    assert (result.plan.units.tolist(), result.plan.expiry_day.tolist()) == ([12], [NO_LIMIT])


def test_a_hard_demand_is_bought_at_any_price() -> None:
    """And what no quote offers cannot be had."""
    alert = {"alert_id": "a", "kind": "shortage", "node_id": "S", "sku_id": "A", "units": 9, "must_serve": True}
    alerts = pd.DataFrame([alert])
    network = world([{"quote_id": "Q", "unit_price": 30.0, "max_units": 9}], alerts=alerts)
    result = solve(network, Request(), EXACT)
    assert result.benefit == -9 * 2000
    assert result.outcomes is not None
    assert result.outcomes.outcome.tolist() == ["resolved"]
    short = world([{"quote_id": "Q", "unit_price": 30.0, "max_units": 7}], alerts=alerts)
    infeasible = solve(short, Request(), EXACT)
    assert infeasible.status is Status.INFEASIBLE
    assert [(c.rule, c.amount) for c in infeasible.conflicts] == [("alerts.units", 2.0)]


@pytest.mark.parametrize(("responses", "bought"), [(("purchase",), 12), (("transfer", "return"), 0)])
def test_the_request_says_whether_to_buy(responses: tuple[str, ...], bought: int) -> None:
    network = world([{"quote_id": "Q", "unit_price": 6.0}])
    moved = lines(network, solve(network, Request(responses=responses), EXACT))
    assert sum(units for units, _ in moved.values()) == bought


def test_buying_to_sell_to_an_exit() -> None:
    """An exit that pays more than a quote asks takes 30 of the units that the quote offers."""
    exits = pd.DataFrame([{"exit_id": "E", "kind": "liquidation", "unit_proceeds": 6.5, "capacity_units": 30}])
    network = world([{"quote_id": "Q", "unit_price": 6.0, "node_id": "H"}], exits=exits)
    assert "H>exit:E" not in network.lanes.lane_id.tolist()
    stock = {"node_id": ["S", "H"], "sku_id": "A", "on_hand": [8, 0], "demand_mean": [20.0, 0.0]}
    network = world([{"quote_id": "Q", "unit_price": 6.0, "node_id": "H"}], exits=exits, stock=pd.DataFrame(stock))
    result = solve(network, Request(), EXACT)
    assert lines(network, result) == {"quote:Q>H": (42, 0), "H>S": (12, 1), "H>exit:E": (30, 0)}
    assert result.benefit == 12 * 350 + 30 * 50
