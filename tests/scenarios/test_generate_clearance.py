"""Seeded networks to clear: sizes, shares and budgets that the page promises, and the same bytes for the same seed."""

import dataclasses

import numpy as np
import pytest

from network import NO_LIMIT, network_to_frames, read_network
from network.clearance_tables import GroupKind
from scenarios.generate import clearance
from scenarios.generate.clearance import CLEARANCE_SIZES, ClearanceShape, generate_clearance, main


@pytest.fixture(scope="module")
def large():
    """100,000 positions."""
    return generate_clearance("L")


@pytest.fixture(scope="module")
def arriving():
    """The same with stock on its way."""
    return generate_clearance("L", arrivals=True)


def test_sizes_are_those_of_the_issue(large):
    """2,000 SKUs in 500 stores of 20 zones and 50 categories; every store has every SKU, and there are no lanes."""
    assert dataclasses.astuple(CLEARANCE_SIZES["XL"]) == (2_000, 500, 20, 50)
    shape = CLEARANCE_SIZES["L"]
    assert len(large.stock) == shape.skus * shape.stores
    assert len(large.lanes) == 0
    assert np.unique(large.nodes.zone.astype(str), return_counts=True)[1].tolist() == [10] * 20
    assert np.unique(large.products.category.astype(str), return_counts=True)[1].tolist() == [20] * 25
    assert (large.periods, large.horizon_days) == (8, 56)


def test_shapes_that_cannot_be(tmp_path):
    """The message names what is wrong."""
    with pytest.raises(ValueError, match="zones is 0; give at least 1"):
        ClearanceShape(skus=1, stores=1, zones=0, categories=1)
    with pytest.raises(SystemExit, match="more zones than stores or more categories than SKUs"):
        main([str(tmp_path / "out"), "--size", "S", "--zones", "11"])


def test_a_choice_has_2605_paths():
    """Seven markdowns below the list price, at most three of them, in eight periods: the number that the page names."""
    rungs, periods, most = len(clearance.LADDERS[0]), clearance.PERIODS, clearance.MAX_MARKDOWNS
    ways = {(rung, left): 1 for rung in range(rungs + 1) for left in range(most + 1)}
    for _ in range(periods):
        ways = {
            (rung, left): ways[rung, left] + (sum(ways[r, left - 1] for r in range(rung + 1, rungs + 1)) if left else 0)
            for rung, left in ways
        }
    assert ways[0, most] == 2_605


def test_a_third_of_the_positions_have_too_much(large):
    """And every SKU has an alert that selects it."""
    assert 0.28 < len(large.alerts) / len(large.stock) < 0.38
    assert len(np.unique(large.alerts.sku)) == len(large.products)
    row = large.stock_row(large.alerts.node, large.alerts.sku)
    excess = large.stock.on_hand[row] - np.ceil(large.stock.demand_mean[row])
    assert np.array_equal(large.alerts.units, np.maximum(excess, 0))


def test_prices_leave_room_for_every_rung(large):
    """Salvage lies below the lowest rung; demand is negative binomial and answers to prices everywhere."""
    products, stock = large.products, large.stock
    assert np.all(products.salvage_value < 0.3 * products.list_price)
    assert np.all(stock.demand_std**2 > stock.demand_mean)
    assert len(large.price_response) == 25 * 20
    assert np.all((large.price_response.elasticity <= -1) & (large.price_response.elasticity >= -3.5))
    assert len(large.period_factors) == 25 * 8
    ladders = large.price_ladders
    for name in np.unique(ladders.category.astype(str)):
        assert ladders.price_share[ladders.category == name].tolist() in [list(rungs) for rungs in clearance.LADDERS]


def test_families_are_of_one_category(large):
    """Two to four SKUs, of all three kinds."""
    groups, category = large.clearance_groups, large.products.category
    names, group, count = np.unique(groups.group_id.astype(str), return_inverse=True, return_counts=True)
    assert set(count.tolist()) == {2, 3, 4}
    assert len(np.unique(groups.sku)) == len(groups)
    for number in range(len(names)):
        member = group == number
        assert len(set(category[groups.sku[member]].tolist())) == 1
        assert len(set(groups.kind[member].tolist())) == 1
    assert set(groups.kind.tolist()) == {each.value for each in GroupKind}


def test_budgets_are_for_all_for_zones_and_for_categories(large):
    """Each of the last two share out the same estimate; the budget of all is a little less than their sums."""
    budgets = large.markdown_budgets
    assert len(budgets) == 1 + 20 + 25
    of_zones, of_categories = budgets.amount[budgets.zone != ""].sum(), budgets.amount[budgets.category != ""].sum()
    assert of_zones == pytest.approx(of_categories, rel=1e-6)
    assert budgets.amount[0] == pytest.approx(0.9 * of_zones, rel=1e-6)


def test_arrivals_change_when_stock_is_there_and_nothing_else(large, arriving):
    """Half of it, in two fifths of the cells (SKU, zone), on one day each; the same units in all."""
    before, after = large.stock, arriving.stock
    late = after.in_transit > 0
    assert np.array_equal(before.on_hand, after.on_hand + after.in_transit)
    assert np.array_equal(after.in_transit[late], before.on_hand[late] // 2)
    assert 0.3 < np.mean(late) < 0.5
    days = after.in_transit_arrival_day[late]
    assert (days.min(), days.max()) == clearance.ARRIVAL_DAYS
    assert np.all(arriving.clearance_rules.no_touch_after_arrival_periods == 1)
    tables, changed = network_to_frames(large), network_to_frames(arriving)
    same = {name for name in tables if tables[name].equals(changed[name])}
    assert set(tables) - same == {"stock", "clearance_rules"}


def test_floors_and_targets_are_in_some_categories(large):
    """One row for all; a target has a price, so that none makes the request infeasible."""
    rules = large.clearance_rules
    assert rules.category[0] == ""
    assert np.all(rules.max_markdowns == 3)
    assert np.all(rules.exit_period == NO_LIMIT)
    assert np.count_nonzero(rules.min_share_of_list) == 3
    target = ~np.isnan(rules.sell_through_share)
    assert np.count_nonzero(target) == 5
    assert np.array_equal(target, ~np.isnan(rules.sell_through_price))


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_command_writes_the_same_bytes_twice(tmp_path, capsys, file_format):
    """What is written reads without warnings as the network that the function gives; another seed is another world."""
    words = ["--size", "S", "--seed", "5", "--arrivals", "--format", file_format]
    for name in ("first", "second"):
        main([str(tmp_path / name), *words])
    assert "10 nodes, 16 products, 160 stock" in capsys.readouterr().out
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second
    network, warnings = read_network(tmp_path / "first")
    assert not warnings
    expected = network_to_frames(generate_clearance("S", seed=5, arrivals=True))
    assert all(table.equals(expected[name]) for name, table in network_to_frames(network).items())
    other = network_to_frames(generate_clearance("S", seed=6, arrivals=True))
    assert not other["stock"].equals(expected["stock"])
