"""Seeded retail networks: the sizes, shares and costs that the page promises, and the same bytes for the same seed."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from network import NO_LIMIT, AlertKind, NodeKind, Severity, network_to_frames, read_network
from optimizer import Parameters, Request, Status, StopReason, certify, solve
from scenarios.generate import REGIMES, SIZES, Shape, generate, positions
from scenarios.generate.__main__ import main
from scenarios.generate.assortment import CATEGORIES
from scenarios.generate.world import HORIZON_DAYS
from scenarios.retail_geography import KM_PER_DEGREE, TRUCK_KG, VAN_KG

SMALL = Shape(stores=20, warehouses=4, skus=15)


@pytest.fixture(scope="module", params=REGIMES)
def regime(request):
    """Name of a regime."""
    return request.param


@pytest.fixture(scope="module")
def medium(regime):
    """427 nodes and 500 SKUs in each regime."""
    return generate("M", regime)


def _store_rows(network):
    return network.nodes.kind[network.stock.node] == NodeKind.STORE


def _excess(network):
    return network.stock.on_hand - network.stock.demand_mean


def _changed(before, after):
    """Columns that differ, as table.column."""
    before, after = network_to_frames(before), network_to_frames(after)
    assert before.keys() == after.keys()
    for name, table in before.items():
        for column in set(table) | set(after[name]):
            if column not in table or column not in after[name] or not table[column].equals(after[name][column]):
                yield f"{name}.{column}"


def test_sizes_are_those_of_the_issue():
    """Nodes and SKUs: 108 x 100, 427 x 500, 1,040 x 2,000 and 3,040 x 10,000."""
    nodes = {name: (shape.stores + shape.warehouses, shape.skus) for name, shape in SIZES.items()}
    assert nodes == {"S": (108, 100), "M": (427, 500), "L": (1_040, 2_000), "XL": (3_040, 10_000)}
    network = generate("S")
    assert (len(network.nodes), len(network.products)) == nodes["S"]
    assert np.bincount(network.nodes.kind).tolist() == [0, 100, 8]


def test_the_page_says_how_large_they_are():
    """Rows of the tables of M with seed 1."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "generate.md").read_text(encoding="utf-8")
    network = generate("M")
    rows = [len(table) for table in (network.nodes, network.lanes, network.stock, network.alerts)]
    assert f"| `M` | 400, 27, 500 | {' | '.join(f'{count:,}' for count in rows)} |" in page


def test_a_shape_of_nothing_is_refused():
    """The message names the number and says what to give."""
    with pytest.raises(ValueError, match="skus is 0; give at least 1"):
        Shape(stores=1, warehouses=1, skus=0)


def test_shares_of_cells_with_too_much_and_too_little(medium, regime):
    """Of 200,000 cells (store, SKU), as many as the regime says; each has an alert, and nothing else has one."""
    excess, store = _excess(medium), _store_rows(medium)
    cells = SIZES["M"].stores * SIZES["M"].skus
    assert np.count_nonzero(store & (excess > 0)) / cells == pytest.approx(REGIMES[regime].over_share, abs=0.004)
    assert np.count_nonzero(store & (excess < 0)) / cells == pytest.approx(REGIMES[regime].short_share, abs=0.004)
    alerts, row = medium.alerts, np.flatnonzero(excess)
    assert np.array_equal(medium.stock_row(alerts.node, alerts.sku), row)
    assert np.array_equal(alerts.units, np.abs(excess[row]))
    assert np.array_equal(alerts.kind == AlertKind.SHORTAGE, excess[row] < 0)


def test_warehouses_hold_reserves(medium, regime):
    """A row for every SKU and no demand; reserves in a third of the cells, in whole cases."""
    stock, store = medium.stock, _store_rows(medium)
    assert np.count_nonzero(~store) == SIZES["M"].warehouses * SIZES["M"].skus
    assert not stock.demand_mean[~store].any()
    assert np.mean(stock.on_hand[~store] > 0) == pytest.approx(0.3 + REGIMES[regime].over_share, abs=0.02)
    assert not np.any(stock.on_hand[~store] % medium.products.case_pack[stock.sku[~store]])


def test_every_node_has_the_lanes_of_its_kind(medium):
    """15 to nearest stores, 2 warehouses there and back, 4 nearest of each warehouse there and back; nothing twice."""
    lanes, n_warehouses = medium.lanes, SIZES["M"].warehouses
    from_hub, to_hub = lanes.origin < n_warehouses, lanes.destination < n_warehouses
    n_nodes = len(medium.nodes)
    assert np.all(np.bincount(lanes.origin[~from_hub & ~to_hub], minlength=n_nodes)[n_warehouses:] == 15)
    assert np.all(np.bincount(lanes.origin[~from_hub & to_hub], minlength=n_nodes)[n_warehouses:] == 2)
    trunk = np.bincount(lanes.origin[from_hub & to_hub], minlength=n_warehouses)
    assert trunk.min() >= 4
    assert trunk.sum() <= 2 * 4 * n_warehouses
    pairs = set(zip(lanes.origin.tolist(), lanes.destination.tolist(), strict=True))
    assert len(pairs) == len(lanes)
    back = {(end, start) for start, end in pairs}
    assert {pair for pair in pairs if min(pair) < n_warehouses} <= back
    assert np.all(lanes.capacity_kg == np.where(from_hub | to_hub, TRUCK_KG, VAN_KG))
    assert (TRUCK_KG, VAN_KG) == (2_000, 400)


def test_dispatches_cost_what_the_regime_says(medium, regime):
    """12 x (0.3 + km / 100), five times that in the costly regime."""
    place = np.stack([medium.nodes.latitude, medium.nodes.longitude], axis=1) * KM_PER_DEGREE
    km = np.hypot(*(place[medium.lanes.origin] - place[medium.lanes.destination]).T)
    factor = {"common": 1, "scarce": 1, "costly": 5}[regime]
    assert np.allclose(medium.lanes.fixed_cost, factor * 12 * (0.3 + km / 100), atol=0.005 * factor + 1e-9)


def test_stores_lie_in_cities_of_different_size(medium):
    """Every store is in the zone of its city, near the others; the largest city has a tenth of all or more."""
    nodes = medium.nodes
    store = nodes.kind == NodeKind.STORE
    assert set(nodes.zone[~store]) == {""}
    zones, city, count = np.unique(nodes.zone[store].astype(str), return_inverse=True, return_counts=True)
    assert "" not in zones
    assert count.max() >= 40 > 4 * np.median(count)
    place = np.stack([nodes.latitude[store], nodes.longitude[store]], axis=1) * KM_PER_DEGREE
    centre = np.stack([np.bincount(city, place[:, axis]) / count for axis in (0, 1)], axis=1)
    assert np.median(np.hypot(*(place - centre[city]).T)) < 40


def test_few_skus_sell_most(medium):
    """A fifth of the SKUs sells three quarters of the units, and more stores list them."""
    stock = medium.stock
    units = np.bincount(stock.sku, stock.demand_mean)
    rows = np.bincount(stock.sku[_store_rows(medium)])
    fast = np.argsort(-units)[:100]
    assert 0.65 < units[fast].sum() / units.sum() < 0.85
    assert rows[fast].mean() > 1.3 * rows.mean()


def test_the_assortment_is_mixed(medium):
    """Prices about 35 on average, weights about 1.2 kg, every category, some goods in cases."""
    products = medium.products
    assert products.list_price.mean() == pytest.approx(35, rel=0.1)
    assert products.unit_weight_kg.mean() == pytest.approx(1.15, rel=0.1)
    assert np.unique(products.category.astype(str), return_counts=True)[1].tolist() == [50] * len(CATEGORIES)
    assert np.mean(products.case_pack > 1) == pytest.approx(0.3, abs=0.06)
    assert set(products.case_pack.tolist()) == {1, 2, 3, 6, 12}
    assert np.all(products.salvage_value < products.unit_cost)
    assert np.all(products.unit_cost < products.list_price)


def test_alerts_say_how_urgent_they_are(medium):
    """Red from two thirds missing or too much; needed before the shelf is empty; a warehouse can wait."""
    alerts, stock = medium.alerts, medium.stock
    row = medium.stock_row(alerts.node, alerts.sku)
    on_hand, demand = stock.on_hand[row], stock.demand_mean[row]
    store = _store_rows(medium)[row]
    share = alerts.units / np.maximum(on_hand, demand)
    expected = np.select([share >= 2 / 3, share >= 1 / 3], [Severity.RED, Severity.ORANGE], Severity.YELLOW)
    assert np.array_equal(alerts.severity, np.where(store, expected, Severity.YELLOW))
    assert set(alerts.severity[alerts.kind == AlertKind.SHORTAGE].tolist()) == {1, 2, 3}
    short = alerts.kind == AlertKind.SHORTAGE
    assert np.all(alerts.needed_by_days[~short] == NO_LIMIT)
    needed = alerts.needed_by_days[short]
    assert needed.min() == 1
    assert needed.max() < HORIZON_DAYS
    assert np.all((demand[short] * needed <= on_hand[short] * HORIZON_DAYS) | (needed == 1))
    assert np.all(demand[short] * (needed + 1) > on_hand[short] * HORIZON_DAYS)


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ({"transit": False}, {"nodes.transit"}),
        ({"demand": "uncertain"}, {"stock.demand_std"}),
        ({"cases": False}, {"products.case_pack"}),
        ({"regime": "costly"}, {"lanes.fixed_cost"}),
    ],
)
def test_options_change_what_they_are_about(options, changed):
    """One seed is one world, with or without each of them."""
    assert set(_changed(generate(SMALL), generate(SMALL, **options))) == changed


def test_scarce_networks_have_the_same_map_and_goods():
    """Only stock and alerts differ."""
    tables = {name.partition(".")[0] for name in _changed(generate(SMALL), generate(SMALL, "scarce"))}
    assert tables == {"stock", "alerts"}


def test_units_stay_where_there_is_no_transit():
    """No node passes units on."""
    assert generate(SMALL).nodes.transit.sum() == SMALL.warehouses
    assert not generate(SMALL, transit=False).nodes.transit.any()


def test_uncertain_demand_is_poisson_or_negative_binomial():
    """By SKU: the variance is the mean, or one and a half to four times as much."""
    stock = generate("S", demand="uncertain").stock
    sells = stock.demand_mean > 0
    assert not stock.demand_std[~sells].any()
    ratio = stock.demand_std[sells] ** 2 / stock.demand_mean[sells]
    poisson = ratio <= 1
    assert np.all(ratio[poisson] > 0.999)
    assert np.all((ratio[~poisson] > 1.499) & (ratio[~poisson] <= 4))
    skus = stock.sku[sells]
    assert not set(skus[poisson]) & set(skus[~poisson])
    assert len(set(skus[poisson])) / 100 == pytest.approx(0.4, abs=0.15)


def test_seeds_and_blocks(monkeypatch):
    """Another seed is another world; how many cells are drawn at once does not matter."""
    network = generate(SMALL, seed=7)
    monkeypatch.setattr(positions, "CELLS_AT_ONCE", 50)
    assert not set(_changed(network, generate(SMALL, seed=7)))
    other = set(_changed(network, generate(SMALL, seed=8)))
    assert {"nodes.latitude", "products.list_price", "stock.on_hand", "lanes.fixed_cost"} <= other


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_command_writes_the_same_bytes_twice(tmp_path, capsys, file_format):
    """What is written reads without warnings as the network that the function gives."""
    words = [
        "--size",
        "S",
        "--stores",
        "20",
        "--warehouses",
        "4",
        "--skus",
        "15",
        "--seed",
        "3",
        "--format",
        file_format,
    ]
    texts = []
    for name in ("one", "two"):
        main([str(tmp_path / name), *words, "--demand", "uncertain", "--no-transit"])
        texts.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert texts[0] == texts[1]
    assert "24 nodes" in capsys.readouterr().out
    network, warnings = read_network(tmp_path / "one")
    assert not warnings
    assert not set(_changed(network, generate(SMALL, seed=3, demand="uncertain", transit=False)))


@pytest.mark.parametrize("words", [["--seed", "-1"], ["--stores", "0"]])
def test_the_command_refuses_numbers_that_are_too_small(tmp_path, capsys, words):
    """Wrong usage, and the message says what the least is."""
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path / "out"), *words])
    assert "is below" in capsys.readouterr().err


@pytest.mark.parametrize("shape", [Shape(1, 1, 1), Shape(2, 1, 1), Shape(3, 5, 2)])
def test_the_smallest_networks_are_sound(tmp_path, shape):
    """No neighbours, no alerts, more warehouses than stores: written and read without warnings."""
    main([str(tmp_path), *[word for name, n in dataclasses.asdict(shape).items() for word in (f"--{name}", str(n))]])
    network, warnings = read_network(tmp_path)
    assert not warnings
    assert len(network.nodes) == shape.stores + shape.warehouses


@pytest.mark.parametrize("demand", ["certain", "uncertain"])
def test_a_plan_is_found_and_certified(demand):
    """A small network has something to move, and the plan that moves it passes its certificate."""
    network = generate(Shape(stores=8, warehouses=2, skus=12), demand=demand)
    result = solve(network, Request(), Parameters(time_limit_seconds=60, gap=0.02))
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert result.stopped_by is not StopReason.TIME_LIMIT
    certificate = certify(network, Request(), result.plan)
    assert certificate.valid, certificate.violations
    assert 0 < certificate.benefit == result.benefit <= result.bound
