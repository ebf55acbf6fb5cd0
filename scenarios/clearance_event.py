"""A clearance event on real articles: what the chain bought for last quarter's sales, and what it sells now.

Real: articles, regular prices, stores, who shops where, sales of two quarters, and how demand answers to prices and
seasons (estimated from the whole year). Assumed: what was ordered, costs, lanes, exits, rules and budgets;
``docs/price-response.md`` lists all of it. Nothing is random.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from network import Network, NodeKind, network_from_frames
from network.writing import write_network
from scenarios.completejourney import COST_SHARE, HOLDING_SHARE, PANEL_SCALE, SEVERITY_SHARES, UNIT_WEIGHT_KG
from scenarios.price_response import PriceResponse, estimate, period_factor_rows, response_rows
from scenarios.price_response.panel import CONTROLS, FIRST_WEEK, LAST_WEEK, history_of, read_lines

AS_OF: Final = "2018-01-01"
"""The day after the last week of the data."""
PERIODS: Final = 8
QUARTER_WEEKS: Final = 13
COVER_WEEKS: Final = 8
"""Weeks of the sales of the quarter before the last that every store holds."""
ARTICLES: Final = 50

SALVAGE_SHARE: Final = 0.3
"""Worth of a unit left over as a share of its cost: the articles leave the range."""
RUNGS: Final = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
BUDGET_SHARE: Final = 0.04
"""Most margin forgone, as a share of the stock at list price; each zone may use a third more than its part of it."""
ALERT_UNITS: Final = 20
"""Fewer units too many or missing raise no alert."""
RETURN_SHARE: Final = 0.1
"""Of its stock, what a store may return to the vendor."""
LIQUIDATED_SHARE: Final = 0.1
"""Of all stock, what the liquidator takes."""


@dataclass(frozen=True, slots=True)
class _Event:
    """What the event is made of."""

    stores: pd.DataFrame
    """``store_id``, ``zone``."""
    articles: pd.DataFrame
    """Index product_id: ``sku_id``, ``category``, ``department``, ``list_price``, ``unit_cost``."""
    positions: pd.DataFrame
    """``product_id``, ``store_id``, ``on_hand``, ``demand_mean``, ``demand_std``; scaled units."""
    response: PriceResponse
    seasons: pd.DataFrame
    """Rows of `period_factors`."""


def build_event(*, n_articles: int = ARTICLES) -> Network:
    """Build the event's network.

    Parameters
    ----------
    n_articles : int
        At most so many articles, those with most over-stock at cost.

    Raises
    ------
    SalesDataMissingError, StatisticsMissingError
        When the extras ``demo`` and ``estimate`` are not installed.
    """
    event = _event(n_articles)
    frames = {
        "nodes": _nodes(event),
        "products": _products(event),
        "lanes": _lanes(event),
        "stock": _stock(event),
        "alerts": _alerts(event),
        "price_ladders": pd.DataFrame({"rung": range(1, len(RUNGS) + 1), "price_share": RUNGS}),
        "price_response": _used(response_rows(event.response), event),
        "period_factors": _used(event.seasons, event),
        "clearance_rules": _rules(),
        "markdown_budgets": _budgets(event),
        "exits": _exits(event),
    }
    settings = {"currency": "USD", "as_of": AS_OF, "horizon_days": 7 * PERIODS, "periods": PERIODS}
    network, _ = network_from_frames(frames, settings)
    return network


def _event(n_articles: int) -> _Event:
    """Read sales, estimate, and find the articles of which most is left over."""
    lines = read_lines()
    history = history_of(lines)
    response = estimate(history, CONTROLS)
    # The weeks of the year before, each with its neighbours: a single week of one year is noise.
    weeks = [[w for w in range(t, t + 3) if w >= FIRST_WEEK] for t in range(1, PERIODS + 1)]
    seasons = period_factor_rows(response, weeks)
    lines = lines[lines["category"].isin(seasons["category"]) & lines["product_id"].isin(history["product"])]
    lines = lines[lines["week"] > LAST_WEEK - 2 * QUARTER_WEEKS]
    positions = _positions(lines, history, response, seasons)
    articles = lines.groupby("product_id").agg(
        category=("category", "first"),
        department=("department", "first"),
        list_price=("regular_price", "median"),
    )
    articles["list_price"] = articles["list_price"].round(2)
    articles["unit_cost"] = (articles["list_price"] * COST_SHARE).round(2)
    articles["sku_id"] = [f"P{number}" for number in articles.index]
    over = (positions["on_hand"] - positions["demand_mean"]).clip(lower=0)
    value = (over * positions["product_id"].map(articles["unit_cost"])).groupby(positions["product_id"]).sum()
    chosen = value.sort_values(ascending=False, kind="stable").index[:n_articles]
    positions = positions[positions["product_id"].isin(chosen)]
    stores = lines[["store_id", "zone"]].drop_duplicates().sort_values("store_id")
    stores = stores[stores["store_id"].isin(positions["store_id"])]
    return _Event(stores, articles.loc[np.sort(chosen)], positions, response, seasons)


def _positions(
    lines: pd.DataFrame, history: pd.DataFrame, response: PriceResponse, seasons: pd.DataFrame
) -> pd.DataFrame:
    """Stock ordered for the quarter before the last, and demand at list price as the last quarter shows it."""
    former = lines["week"] <= LAST_WEEK - QUARTER_WEEKS
    keys = ["product_id", "store_id"]
    cells = lines.assign(before=lines["units"].where(former, 0)).groupby(keys)[["units", "before"]].sum().reset_index()
    product = cells["product_id"]
    category = history.drop_duplicates("product").set_index("product")["category"]
    horizon = seasons.groupby("category")["factor"].sum()
    weekly = _weekly_at_list_price(history, response)
    share = cells["units"] / cells["units"].groupby(product).transform("sum")
    mean = share * product.map(weekly).fillna(0.0) * product.map(category).map(horizon)
    dispersion = product.map(category).map(response.categories.set_index("category")["dispersion"])
    # Weeks vary around the rate, and few sales say little about the rate.
    variance = mean * PANEL_SCALE + (mean * PANEL_SCALE) ** 2 * (dispersion / PERIODS + 1 / cells["units"])
    return pd.DataFrame(
        {
            **{key: cells[key] for key in keys},
            "on_hand": np.ceil(cells["before"] / QUARTER_WEEKS * COVER_WEEKS * PANEL_SCALE - 1e-9).astype(np.int64),
            "demand_mean": (mean * PANEL_SCALE).round(3),
            "demand_std": np.sqrt(variance).round(3),
        }
    )


def _weekly_at_list_price(history: pd.DataFrame, response: PriceResponse) -> pd.Series:
    """Units per week of every article in the last quarter, without discounts, advertising and season."""
    last = history[history["week"] > LAST_WEEK - QUARTER_WEEKS]
    effects = response.categories.set_index("category")
    log_factor = last["category"].map(effects["elasticity"]) * np.minimum(
        np.log(last["price"] / last["regular_price"]), 0
    )
    for name in CONTROLS:
        log_factor = log_factor + last["category"].map(effects[f"effect_{name}"]) * last[name]
    season = response.seasons.rename(columns={"factor": "season"})
    last = last.assign(factor=np.exp(log_factor)).merge(season, on=["category", "week"], how="left")
    sums = last.assign(factor=last["factor"] * last["season"]).groupby(["product", "zone"])[["units", "factor"]].sum()
    return (sums["units"] / sums["factor"]).groupby("product").sum()


def _used(rows: pd.DataFrame, event: _Event) -> pd.DataFrame:
    """Rows of categories that the event's articles have."""
    return rows[rows["category"].isin(event.articles["category"])]


def _nodes(event: _Event) -> pd.DataFrame:
    """List the stores with their zones."""
    stores = event.stores
    return pd.DataFrame({"node_id": _store_id(stores["store_id"]), "kind": "store", "zone": stores["zone"].to_numpy()})


def _store_id(store: pd.Series) -> list[str]:
    """Name stores as the demo does."""
    return [f"S{number}" for number in store]


def _products(event: _Event) -> pd.DataFrame:
    """Articles at their regular price."""
    articles = event.articles
    return pd.DataFrame(
        {
            "sku_id": articles["sku_id"],
            "category": articles["category"],
            "unit_weight_kg": articles["department"].map(UNIT_WEIGHT_KG),
            "unit_cost": articles["unit_cost"],
            "list_price": articles["list_price"],
            "salvage_value": (articles["unit_cost"] * SALVAGE_SHARE).round(2),
        }
    )


def _lanes(event: _Event) -> pd.DataFrame:
    """Let a van go between any two stores of a zone: the same households shop there, so they are near each other."""
    pairs = event.stores.merge(event.stores, on="zone", suffixes=("", "_to"))
    pairs = pairs[pairs["store_id"] != pairs["store_id_to"]]
    return pd.DataFrame(
        {
            "origin": _store_id(pairs["store_id"]),
            "destination": _store_id(pairs["store_id_to"]),
            "lead_time_days": 1,
            "fixed_cost": 12.0,
            "cost_per_unit": 0.05,
            "capacity_kg": 400.0,
        }
    )


def _stock(event: _Event) -> pd.DataFrame:
    """Positions by ids."""
    positions = event.positions
    price = positions["product_id"].map(event.articles["list_price"])
    return pd.DataFrame(
        {
            "node_id": _store_id(positions["store_id"]),
            "sku_id": positions["product_id"].map(event.articles["sku_id"]).to_numpy(),
            "on_hand": positions["on_hand"].to_numpy(),
            "demand_mean": positions["demand_mean"].to_numpy(),
            "demand_std": positions["demand_std"].to_numpy(),
            "holding_cost": (price * HOLDING_SHARE).round(4).to_numpy(),
        }
    )


def _alerts(event: _Event) -> pd.DataFrame:
    """Positions with far more or far less than the demand of the horizon at list price."""
    positions = event.positions
    excess = positions["on_hand"] - positions["demand_mean"]
    share = excess.abs() / positions[["on_hand", "demand_mean"]].max(axis=1)
    row = positions[(excess.abs() >= ALERT_UNITS) & (share >= SEVERITY_SHARES[0])]
    excess, share = excess[row.index], share[row.index]
    return pd.DataFrame(
        {
            "alert_id": [f"A{i:06d}" for i in range(1, len(row) + 1)],
            "kind": np.where(excess < 0, "shortage", "overstock"),
            "node_id": _store_id(row["store_id"]),
            "sku_id": row["product_id"].map(event.articles["sku_id"]).to_numpy(),
            "severity": np.where(share >= SEVERITY_SHARES[1], "red", "orange"),
            "units": excess.abs().astype(np.int64).to_numpy(),
        }
    )


def _rules() -> pd.DataFrame:
    """One rule for all: three markdowns of 10 to 40 %, two weeks apart, none in the last week, never below salvage."""
    return pd.DataFrame(
        {
            "max_markdowns": [3],
            "min_step_share": [0.1],
            "max_step_share": [0.4],
            "min_periods_between": [2],
            "no_touch_before_exit_periods": [1],
            "min_share_of_cost": [SALVAGE_SHARE],
        }
    )


def _budgets(event: _Event) -> pd.DataFrame:
    """One budget over all, and one per zone."""
    positions = event.positions
    value = positions["on_hand"] * positions["product_id"].map(event.articles["list_price"])
    zone = positions["store_id"].map(event.stores.set_index("store_id")["zone"])
    by_zone = value.groupby(zone).sum() * BUDGET_SHARE * 4 / 3
    return pd.DataFrame(
        {
            "budget_id": ["all", *(f"zone {name}" for name in by_zone.index)],
            "zone": ["", *by_zone.index],
            "amount": np.round([value.sum() * BUDGET_SHARE, *by_zone], 2),
        }
    )


def _exits(event: _Event) -> pd.DataFrame:
    """Offer a liquidator who takes whole lots, and vendors who take a little back."""
    return pd.DataFrame(
        {
            "exit_id": ["liquidator", "vendor"],
            "kind": ["liquidation", "return"],
            "proceeds_share_of_cost": [0.4, 0.6],
            "unit_fee": [0.0, 0.25],
            "fixed_cost": [150.0, 25.0],
            "min_lot_units": [50, 10],
            "capacity_units": [int(event.positions["on_hand"].sum() * LIQUIDATED_SHARE), None],
            "max_share": [1.0, RETURN_SHARE],
            "until_day": [7 * PERIODS, 14],
        }
    )


def main(words: Sequence[str] | None = None) -> None:
    """Write a clearance event on real articles as a network directory."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.clearance_event", description=main.__doc__)
    parser.add_argument("out", type=Path, help="network directory to write")
    parser.add_argument("--articles", type=int, default=ARTICLES, metavar="N", help=f"articles (default: {ARTICLES})")
    asked = parser.parse_args(words)
    network = build_event(n_articles=asked.articles)
    write_network(network, asked.out)
    stock, store = network.stock, network.nodes.kind == NodeKind.STORE
    zones, positions = len(np.unique(network.nodes.zone[store])), store[stock.node].sum()
    sys.stdout.write(
        f"{len(network.products):,} articles in {store.sum():,} stores of {zones} zones, {positions:,} positions with "
        f"{stock.on_hand.sum():,} units,\ndemand at list price {stock.demand_mean.sum():,.0f} in {PERIODS} weeks, "
        f"{len(network.alerts):,} alerts\n"
        f"Written; try: counterpoise plan {asked.out} --out PLAN\n"
    )


if __name__ == "__main__":
    main()
