"""Which rows decide on a choice, and what they allow, against readings row by row."""

import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from network import Network, Severity, network_from_frames
from optimizer.plan import Markdowns
from optimizer.request import Request
from optimizer.worth.choices import choice_rows, choices_of, may_be_marked_down
from optimizer.worth.matching import deciding_rows, last_deciding_row, matching_rows
from optimizer.worth.path_rules import OFF_LADDER, PATH_RULES, levels_of, path_is_allowed
from optimizer.worth.price_paths import cross_factors, multipliers, repriced

NODES = pd.DataFrame(
    {"node_id": ["S1", "S2", "S3", "W"], "kind": ["store"] * 3 + ["warehouse"], "zone": ["N", "N", "S", ""]}
)
PRODUCTS = pd.DataFrame(
    {
        "sku_id": ["A", "B", "C"], "category": ["x", "x", "y"], "unit_cost": [6.0, 3.0, 1.0],
        "list_price": [10.0, 8.0, 5.0], "salvage_value": [2.0, 1.0, 0.0],
    }
)  # fmt: skip
STOCK = pd.DataFrame(
    {"node_id": ["S1", "S2", "S3", "S1", "S3", "W"], "sku_id": ["A", "A", "A", "B", "B", "B"], "on_hand": 5,
     "demand_mean": 3.0, "in_transit": [0, 4, 0, 0, 0, 0], "in_transit_arrival_day": [0, 5, 0, 0, 0, 0],
     "holding_cost": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]}
)  # fmt: skip
ALERTS = pd.DataFrame(
    {"alert_id": ["1", "2"], "kind": "overstock", "node_id": ["S1", "S3"], "sku_id": ["A", "B"],
     "severity": ["red", "yellow"]}
)  # fmt: skip
LADDER = pd.DataFrame({"rung": [1, 2, 3, 4], "price_share": [0.9, 0.7, 0.5, 0.1]})


def small(**tables: pd.DataFrame) -> Network:
    """Three stores in two zones and a warehouse in none; five periods of two days."""
    frames = {
        "nodes": NODES, "products": PRODUCTS, "stock": STOCK, "alerts": ALERTS, "price_ladders": LADDER,
        "lanes": pd.DataFrame({"lane_id": [], "origin": [], "destination": []}),
    }  # fmt: skip
    settings = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 10, "periods": 5, "money_decimals": 2}
    return network_from_frames(frames | tables, settings)[0]


def test_rows_decide_by_rank():
    """Against all rows one after the other."""
    rng = random.Random(5)
    network = small()
    for _ in range(40):
        rows = [
            (rng.choice([-1, 0, 1, 2]), rng.choice(["", "x", "y"]), rng.choice(["", "N", "S", "unknown"]))
            for _ in range(rng.randrange(9))
        ]
        sku, category, zone = zip(*rows, strict=True) if rows else ((), (), ())
        table = replace(
            network.price_ladders,
            sku=np.array(sku, dtype=np.int32), category=np.array(category, dtype=object),
            zone=np.array(zone, dtype=object), rung=np.ones(len(rows), dtype=np.int64),
            price=np.ones(len(rows)), price_share=np.ones(len(rows)),
        )  # fmt: skip
        pairs = [(s, z) for s in range(3) for z in ("N", "S")]
        asked = np.array([s for s, _ in pairs]), np.array([z for _, z in pairs], dtype=object)
        first, found = deciding_rows(network, table, *asked)
        last, every = last_deciding_row(network, table, *asked), matching_rows(network, table, *asked)
        for i, (s, z) in enumerate(pairs):
            matching = [
                (2 * (2 if a >= 0 else bool(b)) + bool(c), row)
                for row, (a, b, c) in enumerate(rows)
                if a in {-1, s} and b in {"", PRODUCTS["category"][s]} and c in {"", z}
            ]
            best = [row for rank, row in matching if rank == max(matching)[0]]
            assert found[first[i] : first[i + 1]].tolist() == best
            assert last[i] == (best[-1] if best else -1)
            assert sorted(every[1][every[0] == i].tolist()) == [row for _, row in matching]


def test_choices_are_pairs_with_a_ladder_and_stock():
    choices = choices_of(small())
    assert list(zip(choices.sku.tolist(), choices.zone, strict=True)) == [(0, "N"), (0, "S"), (1, "N"), (1, "S")]
    assert np.diff(choices.first_row).tolist() == [2, 1, 1, 1]
    assert choice_rows(choices, np.array([1, 2, 0]), np.array(["S", "N", ""], dtype=object)).tolist() == [3, -1, -1]
    only_b = choices_of(small(price_ladders=LADDER.assign(sku_id="B", zone="S")))
    assert (only_b.sku.tolist(), only_b.zone.tolist()) == ([1], ["S"])
    assert not len(choices_of(small(price_ladders=LADDER[:0])))


@pytest.mark.parametrize(
    ("rules", "prices"),
    [
        # 2.00 is what A is worth in the end
        ({}, [9.0, 7.0, 5.0]),
        ({"min_price": 5.01}, [9.0, 7.0]),
        ({"min_share_of_cost": 1.5}, [9.0]),
        ({"min_share_of_list": 0.7}, [9.0, 7.0]),
        ({"category": "y", "min_share_of_list": 0.7}, [9.0, 7.0, 5.0]),
    ],
)
def test_rungs_keep_above_every_floor(rules: dict[str, float], prices: list[float]):
    choices = choices_of(small(clearance_rules=pd.DataFrame([{"max_markdowns": 3} | rules])))
    assert choices.rung_price[: choices.first_rung[1]].tolist() == prices
    assert choices.rung_number[: choices.first_rung[1]].tolist() == [1, 2, 3][: len(prices)]
    assert np.array_equal(choices.rung_money, np.rint(choices.rung_price * 100))


def test_periods_in_which_a_markdown_may_begin():
    """Stock arrives in zone N on day 5, in the third period."""
    rules = pd.DataFrame(
        {"earliest_period": [2], "no_touch_after_arrival_periods": [1], "no_touch_before_exit_periods": [1],
         "exit_period": [4]}
    )  # fmt: skip
    choices = choices_of(small(clearance_rules=rules))
    may = {(s, z): row.tolist() for s, z, row in zip(choices.sku, choices.zone, choices.may_begin, strict=True)}
    assert may[0, "N"] == [False, True, False, False, False]
    assert may[0, "S"] == [False, True, True, False, False]
    assert choices.exit_period.tolist() == [4] * 4
    assert choices.season[0].tolist() == [0.2, 0.2, 0.2, 0.2, 0.0]


def test_seasons_and_age_share_out_demand():
    factors = pd.DataFrame({"category": "x", "period": [1, 3], "factor": [2.0, 0.5]})
    network = small(period_factors=factors, price_response=pd.DataFrame({"ageing_factor": [0.5]}))
    weights = np.array([2.0, 0.5, 0.125, 0.125, 0.0625])
    assert choices_of(network).season[0] == pytest.approx(weights / weights.sum(), rel=1e-15)


def test_demand_answers_by_points_or_by_elasticity():
    points = pd.DataFrame({"zone": "N", "price_share": [0.5, 0.8], "multiplier": [3.0, 1.6]})
    network = small(price_multipliers=points, price_response=pd.DataFrame({"elasticity": [-2.0]}))
    price = np.array([[10.0, 9.0, 8.0, 6.5, 4.0]])
    choices = choices_of(network)
    assert multipliers(network, choices, np.array([0]), price)[0] == pytest.approx([1.0, 1.3, 1.6, 2.3, 3.0])
    assert multipliers(network, choices, np.array([1]), price)[0] == pytest.approx((10 / price[0]) ** 2)


def test_markdowns_take_demand_from_the_others_of_a_group():
    groups = pd.DataFrame({"group_id": "G", "sku_id": ["A", "B"], "kind": "together", "cross_elasticity": 0.5})
    network = small(clearance_groups=groups)
    choices = choices_of(network)
    price = np.repeat(choices.list_price[:, None], 5, axis=1)
    price[0, 2:] = 5.0
    expected = np.ones((4, 5))
    expected[2, 2:] = 0.5**0.5
    assert cross_factors(choices, price) == pytest.approx(expected)
    world = repriced(network, Markdowns(np.zeros(1, np.int32), np.array(["N"], object), price[:1]))
    assert world.paths.of_stock.tolist() == [0, 0, -1, 1, -1, -1]
    assert world.paths.demand_share[1] == pytest.approx(np.cumsum(expected[2]) / 5)


@pytest.mark.parametrize(
    ("asked", "may"),
    [
        ({}, [True] * 4),
        ({"responses": ("transfer",)}, [False] * 4),
        ({"responses": ("markdown",)}, [True] * 4),
        ({"scope_node_ids": ("S1", "S3")}, [False, True, True, True]),
        ({"scope_sku_ids": ("B",)}, [False, False, True, True]),
        ({"scope_alert_ids": ("1",)}, [True, True, False, False]),
        ({"response_policy": {Severity.RED: ("transfer",)}}, [False, True, True, True]),
    ],
)
def test_what_a_request_allows_to_be_marked_down(asked: dict[str, object], may: list[bool]):
    network = small()
    assert may_be_marked_down(network, Request(**asked), choices_of(network)).tolist() == may


def test_paths_are_allowed_as_the_page_says():
    """Against a reading period by period, for random paths and rules."""
    rng = random.Random(3)
    seen = dict.fromkeys(PATH_RULES, 0)
    for _ in range(30):
        rules = {
            "max_markdowns": rng.randrange(4), "min_step_share": rng.choice([0.0, 0.2]),
            "max_step_share": rng.choice([1.0, 0.3]), "min_periods_between": rng.randrange(1, 4),
            "earliest_period": rng.randrange(1, 4),
        }  # fmt: skip
        choices = choices_of(small(clearance_rules=pd.DataFrame([rules])))
        prices = [10.0, 9.0, 7.0, 5.0]
        level = np.array([[rng.choice([0, 1, 2, 3]) for _ in range(5)] for _ in range(20)])
        found = path_is_allowed(choices, np.ones(20, dtype=np.int64), level)
        for i, row in enumerate(level.tolist()):
            path = [10.0] + [prices[n] for n in row]
            falls = {t: path[t - 1] - path[t] for t in range(1, 6) if path[t] < path[t - 1]}
            broken = {
                "rises": any(path[t] > path[t - 1] for t in range(1, 6)),
                "max_markdowns": len(falls) > rules["max_markdowns"],
                "min_step_share": any(fall < rules["min_step_share"] * 10 for fall in falls.values()),
                "max_step_share": any(fall > rules["max_step_share"] * 10 for fall in falls.values()),
                "min_periods_between": any(0 < u - t < rules["min_periods_between"] for t in falls for u in falls),
                "may_begin": any(t < rules["earliest_period"] for t in falls),
            }
            assert {name: bool(found[name][i] > 0) for name in PATH_RULES} == broken
            for name in PATH_RULES:
                seen[name] += broken[name]
    assert min(seen.values()) > 20


def test_levels_of_prices_that_make_no_sense():
    choices = choices_of(small())
    price = np.array([[10.0, 9.0, 7.004, np.nan, np.inf], [10.0, 6.0, -7.0, 1e300, 5.0]])
    assert levels_of(choices, np.array([0, 1]), price, 2).tolist() == [
        [0, 1, 2, OFF_LADDER, OFF_LADDER],
        [0, OFF_LADDER, OFF_LADDER, OFF_LADDER, 3],
    ]
