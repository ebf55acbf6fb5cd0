"""Bids in one objective with what is moved: tiers, alternates, suppliers; against trying everything out."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network import Network, NetworkError, network_from_frames
from network.events import Event, event_from_frames
from network.outside import feeding_lanes, quote_of_lane, without_outside
from optimizer import solve
from optimizer.award import award_of
from optimizer.certificate import certify
from optimizer.plan import Plan, Result, Status
from optimizer.plan_files.plan_directory import plan_tables, read_plan, write_plan
from optimizer.plan_lines import no_lines
from optimizer.request import Parameters, Request
from optimizer.rfq import items_of_plan, rfq_of, units_that_count
from optimizer.rfq.award_as_plan import plan_with_award
from optimizer.rfq.bids_as_quotes import with_bids
from optimizer.rfq.files import event_of
from optimizer.sourcing.solve import award
from tests.sourcing.drawing import drawn_event
from tests.sourcing.shortages import SETTINGS, shortage_network

PRICE = 10.0


def stores(demand: dict[str, float], **tables: Any) -> Network:
    """Stores that miss tea worth 10 a unit, and a warehouse with three units, 5 away from S."""
    names = ["W", *demand]
    found = {
        "nodes": pd.DataFrame({"node_id": names, "kind": ["warehouse"] + ["store"] * len(demand)}),
        "products": pd.DataFrame({"sku_id": ["TEA"], "list_price": [PRICE], "salvage_value": [0.0]}),
        "lanes": pd.DataFrame({"origin": ["W"], "destination": ["S"], "fixed_cost": [5.0]}),
        "stock": pd.DataFrame(
            {
                "node_id": names,
                "sku_id": "TEA",
                "on_hand": [3] + [0] * len(demand),
                "demand_mean": [0.0, *demand.values()],
            }
        ),
        "alerts": pd.DataFrame({"alert_id": ["a"], "kind": ["shortage"], "node_id": ["S"], "sku_id": ["TEA"]}),
    }
    return network_from_frames(found | tables, SETTINGS)[0]


def event(
    bids: dict[str, list[Any]], suppliers: dict[str, list[Any]] | None = None, *, settings: Any = None, **tables: Any
) -> Event:
    """Bids for tea at S and T."""
    found = {
        "items": pd.DataFrame(
            {
                "item_id": ["S", "T"],
                "sku_id": "TEA",
                "node_id": ["S", "T"],
                "units": [10, 4],
                "uncovered_penalty": PRICE,
            }
        ),
        "suppliers": pd.DataFrame(suppliers or {"supplier_id": ["A", "B"]}),
        "bids": pd.DataFrame(bids),
    }
    known = {"currency": "USD", "as_of": "2026-01-05", "money_decimals": 2}
    return event_from_frames(found | tables, known | (settings or {}))[0]


def planned(network: Network) -> Result:
    """The proven best plan."""
    result = solve(network, Request(), Parameters(time_limit_seconds=20))
    assert result.status is Status.OPTIMAL
    assert result.certificate is not None
    assert result.certificate.valid
    return result


def read_again(network: Network, result: Result, directory: Path) -> Plan:
    """The plan as its files say it."""
    write_plan(directory, network, result)
    return read_plan(directory, network).plan


def bought(network: Network, result: Result) -> dict[str, int]:
    """Units by quote."""
    table = plan_tables(network, result)["purchases"]
    return dict(zip(table["quote_id"], table["units"].tolist(), strict=True))


def value(network_units: int, units_s: int, units_t: int) -> float:
    """Worth of units at S and T, with some of the warehouse moved to S for 5."""
    moved = 5.0 if network_units else 0.0
    return PRICE * (min(units_s + network_units, 10) + min(units_t, 4)) - moved


TIERS = {
    "bid_id": ["b", "c"],
    "supplier_id": ["A", "B"],
    "item_id": ["S", "S"],
    "max_units": [12, 5],
    "unit_price": [None, 5.0],
}


@pytest.mark.parametrize("kind", ["all_units", "incremental"])
def test_tiers_cost_what_they_say(kind: str, tmp_path: Path) -> None:
    """Against trying every number of units of both bids and of the warehouse."""
    tiers = pd.DataFrame({"bid_id": ["b"] * 3, "from_units": [2, 6, 9], "unit_price": [8.0, 6.5, 3.0]})
    bids = TIERS | {"tier_kind": [kind, None], "freight_per_unit": [0.25, 0.0]}
    network = with_bids(stores({"S": 10.0, "T": 4.0}), event(bids, tiers=tiers))

    def cost(units: int) -> float:
        if kind == "all_units":
            return units * next(price for least, price in ((9, 3.0), (6, 6.5), (0, 8.0)) if units >= least)
        return sum(8.0 if n < 6 else 6.5 if n < 9 else 3.0 for n in range(1, units + 1))

    best = max(
        value(moved, b + c, 0) - cost(b) - 0.25 * b - 5.0 * c
        for moved, b, c in itertools.product(range(4), [0, *range(2, 13)], range(6))
    )
    result = planned(network)
    assert result.benefit == round(best * 100)
    again = certify(network, Request(), read_again(network, result, tmp_path))
    assert (again.valid, again.benefit) == (True, result.benefit)


def test_one_of_alternates_is_bought(tmp_path: Path) -> None:
    """Of three bids with one `alternate_id`; the two others are B's, and free to be bought beside it."""
    bids = {
        "bid_id": ["a1", "a2", "a3", "b1"],
        "supplier_id": ["A", "A", "A", "B"],
        "item_id": ["S", "S", "T", "T"],
        "unit_price": [6.0, 4.0, 1.0, 7.0],
        "max_units": [9, 4, 4, 3],
        "min_units": [0, 3, 0, 2],
        "alternate_id": ["x", "x", "x", None],
    }
    network = with_bids(stores({"S": 10.0, "T": 4.0}), event(bids))
    best = max(
        value(moved, s, t + b) - price * (s + t) - 7.0 * b
        for moved in range(4)
        for b in (0, 2, 3)
        for s, t, price in (
            *((s, 0, 6.0) for s in range(10)),
            *((s, 0, 4.0) for s in (3, 4)),
            *((0, t, 1.0) for t in range(5)),
        )
    )
    result = planned(network)
    assert result.benefit == round(best * 100)
    assert len([name for name in bought(network, result) if name.startswith("a")]) <= 1
    assert certify(network, Request(), read_again(network, result, tmp_path)).benefit == result.benefit


@pytest.mark.parametrize(("fixed_cost", "capacity"), [(0.0, 6), (3.0, None), (9.0, 8), (45.0, 20)])
def test_suppliers_cost_once_and_have_a_capacity(fixed_cost: float, capacity: int | None, tmp_path: Path) -> None:
    """Two units of capacity for each unit; each bid keeps its own limit, whoever it delivers to."""
    bids = {
        "bid_id": ["s", "t"],
        "supplier_id": ["A", "A"],
        "item_id": ["S", "T"],
        "unit_price": [6.0, 3.0],
        "max_units": [7, 3],
        "capacity_per_unit": [2, 2],
    }
    whole = None if capacity is None else 2 * capacity + 1
    suppliers = {"supplier_id": ["A"], "fixed_cost": [fixed_cost], "capacity_units": [whole]}
    network = with_bids(stores({"S": 10.0, "T": 4.0}), event(bids, suppliers))
    best = max(
        value(moved, s, t) - 6.0 * s - 3.0 * t - (fixed_cost if s + t else 0.0)
        for moved, s, t in itertools.product(range(4), range(8), range(4))
        if capacity is None or s + t <= capacity
    )
    result = planned(network)
    assert result.benefit == round(best * 100)
    assert result.certificate is not None
    assert result.certificate.ledger["quote_suppliers.fixed_cost"] == (
        -round(fixed_cost * 100) if bought(network, result) else 0
    )
    again = certify(network, Request(), read_again(network, result, tmp_path))
    assert (again.valid, again.benefit) == (True, result.benefit)


def everything() -> tuple[Network, Network, Event]:
    """Tiers, alternates, and suppliers with all that they can ask for."""
    bids = {
        "bid_id": ["a1", "a2", "a3", "b1", "b2"],
        "supplier_id": ["A", "A", "A", "B", "B"],
        "item_id": ["S", "S", "T", "T", "S"],
        "unit_price": [None, 4.0, 1.0, 7.0, None],
        "max_units": [9, 4, 4, 3, 8],
        "alternate_id": ["x", "x", None, None, None],
        "lead_time_days": [1, 0, 2, 0, 3],
    }
    tiers = pd.DataFrame(
        {"bid_id": ["a1", "a1", "b2", "b2"], "from_units": [1, 5, 2, 4], "unit_price": [6.0, 5.0, 5.5, 4.5]}
    )
    suppliers = {"supplier_id": ["A", "B"], "fixed_cost": [2.5, 0.0], "capacity_units": [11, 9]}
    plain = stores({"S": 10.0, "T": 4.0})
    found = event(bids, suppliers, tiers=tiers)
    return plain, with_bids(plain, found), found


def test_what_is_bought_is_what_tables_say_of_it() -> None:
    """No table names the places between; every line is counted once."""
    _, network, _ = everything()
    result = planned(network)
    tables = plan_tables(network, result)
    assert set(tables["transfers"]["lane_id"]) <= {"W>S"}
    assert set(tables["dispatches"]["lane_id"]) <= {"W>S"}
    assert result.plan is not None
    lanes = result.plan.lane
    assert len(tables["purchases"]) == np.count_nonzero(quote_of_lane(network)[lanes] >= 0)
    assert np.any(feeding_lanes(network)[lanes])
    assert set(tables["purchases"]["supplier"]) <= {"A", "B"}
    assert all(":" not in reason for reason in tables["purchases"]["reason"])


def test_a_network_with_bids_is_itself_without_them() -> None:
    plain, network, _ = everything()
    inside = without_outside(network)
    assert (len(inside.nodes), len(inside.lanes), len(inside.stock)) == (3, 1, 3)
    assert (len(plain.quotes), len(network.quotes), len(network.quote_suppliers)) == (0, 7, 2)


def test_spoiled_purchases_are_caught() -> None:
    """Two tiers, two alternates, more than a bid, more than a supplier."""
    plain, network, found = everything()
    units = dict(zip(found.bids.bid_id.tolist(), range(5), strict=True))

    def certified(**asked: int) -> list[str]:
        counts = np.zeros(5, dtype=np.int64)
        for name, count in asked.items():
            counts[units[name]] = count
        plan = plan_with_award(plain, no_lines(), network, found, award_of(counts))
        return sorted({violation.rule for violation in certify(network, Request(), plan).violations})

    assert certified(a1=5, a3=4) == []
    assert certified(a1=2, a2=2) == ["max_outbound_lanes"]
    assert certified(a3=5) == ["receive_capacity_units"]
    assert certified(a1=9, a3=3) == ["pick_capacity_units"]
    assert certified(b2=8) == []


def test_the_joint_plan_is_no_worse_than_a_plan_and_an_award() -> None:
    """On the small shortage: plan, ask, award what is unmet; the sum of both is a plan of the network with the bids."""
    plain = shortage_network()
    first = planned(plain)
    assert first.plan is not None
    items = items_of_plan(plain, Request(), first.plan)
    rfq = rfq_of(plain, items, counting=units_that_count(plain, first.plan, items))
    opened = event_of(plain, rfq)
    bids = {
        "bid_id": ["1", "2", "3"],
        "supplier_id": ["V1", "V2", "V1"],
        "item_id": ["S1/TEA", "S1/TEA", "S1/MUG"],
        "unit_price": [5.0, 4.0, 7.0],
        "lead_time_days": [2, 3, 3],
        "max_units": [5, 7, 9],
    }
    tables = {
        "items": pd.DataFrame(
            {
                "item_id": opened.items.item_id,
                "sku_id": opened.items.sku_id,
                "node_id": opened.items.node_id,
                "units": opened.items.units,
                "needed_by_days": opened.items.needed_by_days,
                "uncovered_penalty": opened.items.uncovered_penalty,
            }
        ),
        "suppliers": pd.DataFrame({"supplier_id": ["V1", "V2"], "fixed_cost": [4.0, 1.0]}),
        "bids": pd.DataFrame(bids),
    }
    found = event_from_frames(tables, {"currency": "USD", "as_of": "2026-01-05", "money_decimals": 2})[0]
    best = award(found, Parameters(time_limit_seconds=10))
    assert best.award is not None
    assert best.objective is not None
    network = with_bids(plain, found)
    both = certify(network, Request(), plan_with_award(plain, first.plan, network, found, best.award))
    assert both.valid
    # What the award saves is what the plan earns more: all that is bought counts.
    all_missing = int(np.sum(opened.items.units * np.round(opened.items.uncovered_penalty * 100)))
    assert both.benefit - (first.benefit or 0) == all_missing - best.objective
    assert (planned(network).benefit or 0) >= both.benefit
    assert both.benefit > (first.benefit or 0)


BIDS = {"bid_id": ["b"], "supplier_id": ["A"], "item_id": ["S"], "unit_price": [4.0], "max_units": [6]}
PACKAGE = {
    "bid_id": ["b", "c"],
    "supplier_id": ["A", "A"],
    "item_id": ["S", "T"],
    "unit_price": [4.0, 4.0],
    "max_units": [6, 4],
    "package_id": ["p", "p"],
}
RULES = pd.DataFrame({"rule_id": ["few"], "sense": ["at_most"], "measure": ["winners"], "amount": [1]})


@pytest.mark.parametrize(
    ("made", "column", "named"),
    [
        (lambda: event(PACKAGE), "package_id", "p"),
        (lambda: event(BIDS, rules=RULES), "rule_id", "few"),
        (lambda: event(BIDS | {"pack_units": [2]}), "pack_units", "b"),
        (lambda: event(BIDS, settings={"currency": "EUR"}), "currency", "EUR"),
        (lambda: event(BIDS, settings={"as_of": "2026-01-04"}), "as_of", "2026-01-04"),
        (lambda: event(BIDS, settings={"risk": {"survive_share": 0.5}}), "risk", "risk"),
    ],
)
def test_what_quotes_cannot_say_is_refused(made: Any, column: str, named: str) -> None:
    with pytest.raises(NetworkError) as raised:
        with_bids(stores({"S": 10.0, "T": 4.0}), made())
    (problem,) = raised.value.problems
    assert problem.column == column
    assert named in problem.message
    assert problem.fix


def test_bids_that_cannot_be_used_are_not_offered() -> None:
    bids = {
        "bid_id": ["b", "late", "old"],
        "supplier_id": ["A", "B", "B"],
        "item_id": ["S", "S", "S"],
        "unit_price": [4.0, 1.0, 1.0],
        "max_units": [6, 6, 6],
        "lead_time_days": [1, 9, 1],
        "valid_until": [None, None, "2026-01-01"],
    }
    items = pd.DataFrame({"item_id": ["S"], "sku_id": "TEA", "node_id": "S", "units": [10], "needed_by_days": [5]})
    network = with_bids(stores({"S": 10.0, "T": 4.0}), event(bids, items=items))
    assert network.quotes.quote_id.tolist() == ["b"]


def test_only_what_is_awarded_can_be_offered() -> None:
    plain, _, found = everything()
    units = np.array([6, 0, 2, 0, 0], dtype=np.int64)
    network = with_bids(plain, found, award_of(units))
    offered = dict(zip(network.quotes.quote_id.tolist(), network.quotes.max_units.tolist(), strict=True))
    assert offered == {"a1@1": 6, "a1@5": 6, "a3": 2}


def where_nothing_is(tables: dict[str, pd.DataFrame], settings: dict[str, Any]) -> Network:
    """Stores without any stock that miss what an event asks for, each unit worth its penalty; items name them."""
    items = tables["items"]
    nodes, skus = [f"N{row}" for row in range(len(items))], [f"K{row % 2}" for row in range(len(items))]
    penalty = pd.to_numeric(items["uncovered_penalty"]).fillna(30.0)
    tables["items"] = items.assign(node_id=nodes, sku_id=skus, max_units=None, uncovered_penalty=penalty)
    missed = {"demand_mean": items["units"].astype(float), "shortage_penalty": penalty}
    world = {
        "nodes": pd.DataFrame({"node_id": nodes, "kind": "store"}),
        "products": pd.DataFrame({"sku_id": ["K0", "K1"], "list_price": 0.0, "salvage_value": 0.0}),
        "lanes": pd.DataFrame({"origin": nodes[:1], "destination": nodes[1:2], "max_dispatches": 0}),
        "stock": pd.DataFrame({"node_id": nodes, "sku_id": skus, "on_hand": 0, **missed}),
        "alerts": pd.DataFrame({"alert_id": nodes, "kind": "shortage", "node_id": nodes, "sku_id": skus}),
    }
    return network_from_frames(world, settings | {"horizon_days": 100})[0]


@pytest.mark.parametrize("seeds", [range(15), pytest.param(range(15, 150), marks=pytest.mark.slow)])
def test_where_nothing_moves_the_best_plan_is_the_best_award(seeds: range) -> None:
    """On random events: what the plan earns is what all units are worth, less what the award costs."""
    for seed in seeds:
        tables, settings = drawn_event(
            seed, rules=False, packages=False, risk=False, survive=False, dates=False, packs=False
        )
        tables["bids"]["capacity_per_unit"] = None
        network = where_nothing_is(tables, settings)
        found = event_from_frames({name: table for name, table in tables.items() if len(table)}, settings)[0]
        buying = with_bids(network, found)
        best, result = award(found, Parameters(time_limit_seconds=20)), planned(buying)
        assert best.award is not None
        assert best.objective is not None
        worth = np.round(found.items.uncovered_penalty * 10**found.money_decimals)
        assert result.objective == int(np.sum(found.items.units * worth)) - best.objective, seed
        same = certify(buying, Request(), plan_with_award(network, no_lines(), buying, found, best.award))
        assert (same.valid, same.objective) == (True, result.objective), seed
