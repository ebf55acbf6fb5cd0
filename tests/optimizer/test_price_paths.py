"""What stock is worth under price paths, against selling it period by period, and what paths make of demand."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from network import Network, network_from_frames
from network.blocks import sku_blocks
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.positions import positions_at
from optimizer.plan import Markdowns, no_markdowns
from optimizer.worth.counted import counted_before
from optimizer.worth.economics import arrival_cap_units, unit_worth
from optimizer.worth.lots import expiry_cap_units
from optimizer.worth.price_paths import (
    changed_rows,
    expected_sales,
    repriced,
    repricing_value,
    units_before_by_period,
    value_before,
)

PERIODS = 4
HORIZON = 8
PATH = (10.0, 9.0, 9.0, 6.0)
SEASON = np.array([1.0, 3.0, 2.0, 2.0]) / 8
ELASTICITY = -1.5


NOTHING_ELSE = {
    "lanes": pd.DataFrame({"lane_id": [], "origin": [], "destination": []}),
    "alerts": pd.DataFrame({"alert_id": [], "kind": [], "node_id": [], "sku_id": []}),
}


def shop(**stock: Any) -> Network:
    """One store of one product, with a ladder, seasons and an elasticity; the stock row as given."""
    row = {"node_id": "S", "sku_id": "P", "on_hand": 6, "holding_cost": 0.5, "shortage_penalty": 1.25} | stock
    frames = {
        "nodes": pd.DataFrame([{"node_id": "S", "kind": "store", "zone": "Z"}]),
        "products": pd.DataFrame([{"sku_id": "P", "list_price": 10.0, "salvage_value": 2.0}]),
        **NOTHING_ELSE,
        "stock": pd.DataFrame([row]),
        "price_ladders": pd.DataFrame({"rung": [1, 2], "price": [9.0, 6.0]}),
        "price_response": pd.DataFrame({"elasticity": [ELASTICITY]}),
        "period_factors": pd.DataFrame({"period": [1, 2, 3, 4], "factor": [1.0, 3.0, 2.0, 2.0]}),
    }
    settings = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": HORIZON, "periods": PERIODS}
    return network_from_frames(frames, settings)[0]


def marked_down(network: Network, prices: tuple[float, ...] = PATH) -> Network:
    """The network with its one choice under a path."""
    return repriced(network, Markdowns(np.zeros(1, np.int32), np.array(["Z"], np.object_), np.array([prices])))


def share(prices: tuple[float, ...] = PATH) -> np.ndarray:
    """Demand of each period as a multiple of that over the horizon."""
    return SEASON * (np.array(prices) / 10.0) ** ELASTICITY


def of_demand(mean: float, std: float) -> Any:
    """Distribution of demand, as in docs/model.md."""
    if std**2 <= mean:
        return stats.poisson(mean)
    spread = std**2 / mean
    return stats.nbinom(mean / (spread - 1.0), 1.0 / spread)


def sold_one_by_one(units: int, mean: float, std: float) -> float:
    """Value of a position that sells period by period what is left, with independent demand in every period."""
    left = np.zeros(units + 1)
    left[units] = 1.0
    value, n = 0.0, np.arange(units + 1)
    for price, part in zip(PATH, share(), strict=True):
        # Mean and variance in the same ratio: demand of periods adds up to demand of their sum.
        demand = of_demand(mean * part, std * np.sqrt(part))
        chance = demand.pmf(n)
        after, sold = np.zeros_like(left), 0.0
        for held in range(units + 1):
            served = np.minimum(n, held)
            rest = demand.sf(units)
            sold += left[held] * (float(chance @ served) + rest * held)
            np.add.at(after, held - served, left[held] * chance)
            after[0] += left[held] * rest
        value += price * sold - 1.25 * (mean * part - sold)
        left = after
    return value + 1.5 * float(left @ n)


@pytest.mark.parametrize(("mean", "std"), [(5.0, 2.0), (5.0, 4.0), (0.3, 0.9), (9.0, 3.0)])
@pytest.mark.parametrize("units", [0, 1, 6, 15])
def test_value_is_that_of_selling_period_by_period(mean: float, std: float, units: int):
    world = marked_down(shop(on_hand=units, demand_mean=mean, demand_std=std))
    assert value_before(world, np.zeros(1, np.int64))[0] / 1e6 == pytest.approx(
        sold_one_by_one(units, mean, std), abs=2e-6
    )


@pytest.mark.parametrize("demand", [(5.0, 2.0), (5.0, 4.0), (5.5, 0.0), (0.2, 0.4), (700.0, 60.0)])
def test_units_are_worth_what_they_add(demand: tuple[float, float]):
    """Sums of units differ from the whole by half a money unit each at most, and units are worth less and less."""
    mean, std = demand
    # Units that can never be there are not told apart, so there are many.
    worth = unit_worth(marked_down(shop(on_hand=5000, demand_mean=mean, demand_std=std)), np.zeros(1, np.int64))
    units = np.unique(np.linspace(1, 1.6 * mean * share().sum() + 8, 40).astype(int))
    values = [
        value_before(marked_down(shop(on_hand=n, demand_mean=mean, demand_std=std)), np.zeros(1, np.int64))[0]
        for n in [0, *units.tolist()]
    ]
    every = [int(worth.worth_of(np.array([n]))[0]) for n in range(1, units[-1] + 1)]
    assert all(later <= earlier for earlier, later in pairwise(every))
    for n, value in zip(units, values[1:], strict=True):
        assert abs(sum(every[:n]) - (value - values[0])) <= 0.5 * n + 1
    assert worth.worth_of(np.array([0]))[0] == 11_250_000
    assert worth.worth_of(np.array([10**6]))[0] == 1_500_000


def test_certain_demand_sells_the_first_units_first():
    """Of 5.5 a day's share at each price: by hand."""
    world = marked_down(shop(demand_mean=5.5, demand_std=0.0))
    until = 5.5 * np.cumsum(share())
    falls = np.array([1.0, 0.0, 3.0, 6.0 + 1.25 - 1.5])
    expected = [round(1e6 * (1.5 + float(falls @ np.clip(until - (n - 1), 0.0, 1.0)))) for n in range(1, 12)]
    worth = unit_worth(world, np.zeros(1, np.int64))
    assert [int(worth.worth_of(np.array([n]))[0]) for n in range(1, 12)] == expected


def test_a_list_price_under_seasons_is_worth_what_it_is_without():
    """Only what comes late knows of seasons."""
    network = shop(demand_mean=5.0, demand_std=4.0, in_transit=3, in_transit_arrival_day=3)
    listed = repriced(network, no_markdowns())
    assert listed.paths is not None
    at_list, plain = (unit_worth(world, np.zeros(1, np.int64)) for world in (listed, network))
    assert np.array_equal(at_list.steps, plain.steps)
    assert at_list.full_worth[0] == plain.full_worth[0]
    assert not repricing_value(network, listed).any()
    assert len(changed_rows(listed, listed)) == 0
    assert changed_rows(listed, marked_down(network)).tolist() == [0]


def test_late_units_count_as_far_as_demand_of_the_path_comes_late():
    """On day 5, half of the third of four periods is over: 0.5 of its demand and all of the last one are to come."""
    network = shop(on_hand=0, demand_mean=100.0)
    row, day = np.zeros(1, np.int64), np.array([5])
    left = 0.5 * share()[2] + share()[3]
    assert arrival_cap_units(marked_down(network), row, day)[0] == int(100 * left)
    assert expiry_cap_units(marked_down(network), row, day)[0] == int(100 * (share().sum() - left))
    assert arrival_cap_units(network, row, day)[0] == int(100 * 3 / 8)
    assert arrival_cap_units(marked_down(network), row, np.array([HORIZON]))[0] == 0


def test_stock_in_transit_is_not_sold_before_it_comes():
    """Nothing is there before day 5, in period 3; the prices before it earn nothing."""
    network = shop(on_hand=0, in_transit=20, in_transit_arrival_day=5, demand_mean=100.0)
    world, row = marked_down(network), np.zeros(1, np.int64)
    assert units_before_by_period(world, row).tolist() == [[0, 0, 20, 20]]
    sales = expected_sales(world, row, units_before_by_period(world, row))[0]
    assert sales == pytest.approx([0.0, 0.0, 20.0, 0.0])
    missed = 1.25 * (100.0 * share().sum() - 20.0)
    assert value_before(world, row)[0] == round(1e6 * (9.0 * 20 - missed))


def test_units_before_a_plan_are_those_of_the_certificate():
    """Of late units and of such that expire, and where more is reserved than there is; in blocks of SKUs as in one."""
    rng = np.random.default_rng(4)
    n = 300
    nodes = pd.DataFrame({"node_id": [f"S{i}" for i in range(n)], "kind": "store", "zone": "Z"})
    products = pd.DataFrame(
        {"sku_id": ["P", "Q"], "list_price": 10.0, "salvage_value": 1.0, "shelf_life_days": [pd.NA, 5]}
    )
    sku = rng.choice(["P", "Q"], n)
    stock = pd.DataFrame(
        {
            "node_id": nodes["node_id"], "sku_id": sku, "on_hand": rng.integers(0, 9, n),
            "reserved": rng.integers(0, 4, n), "in_transit": rng.integers(0, 9, n),
            "in_transit_arrival_day": rng.integers(0, 10, n), "demand_mean": rng.uniform(0, 12, n).round(1),
            "demand_std": rng.choice([0.0, 3.0], n),
        }
    )  # fmt: skip
    lots = stock.loc[sku == "Q", ["node_id", "sku_id"]].assign(lot_id="L", units=3)
    lots["expiry_days"] = rng.integers(1, 9, len(lots))
    frames = {
        "nodes": nodes, "products": products, "stock": stock, "lots": lots,
        **NOTHING_ELSE,
        "price_ladders": pd.DataFrame({"rung": [1, 2], "price": [9.0, 6.0]}),
        "price_response": pd.DataFrame({"elasticity": [-2.0]}),
    }  # fmt: skip
    settings = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": HORIZON, "periods": PERIODS}
    network = network_from_frames(frames, settings)[0]
    paths = np.array([PATH, PATH[:1] * 3 + (6.0,)])
    world = repriced(network, Markdowns(np.arange(2, dtype=np.int32), np.array(["Z", "Z"], np.object_), paths))
    rows = np.arange(n)
    for each in (network, world):
        positions = positions_at(each, each.stock.node.astype(np.int64), each.stock.sku.astype(np.int64))
        assert np.array_equal(counted_before(each, rows), counted_without_plan(each, positions))
    assert not np.array_equal(counted_before(network, rows), counted_before(world, rows))
    for skus, block in sku_blocks(world, n // 2):
        here = np.flatnonzero(np.isin(world.stock.sku, list(skus)))
        assert np.array_equal(block.paths.of_stock, world.paths.of_stock[here])
        cut, whole = unit_worth(block, np.arange(len(here))), unit_worth(world, here)
        assert np.array_equal(cut.full_worth, whole.full_worth)
        assert np.array_equal(cut.full_units, whole.full_units)
