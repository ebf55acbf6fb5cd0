"""Any network with everything that prices, exits and purchases can bring, at values that a planner would find.

    python -m scenarios.joint_rules SOURCE_DIRECTORY OUT_DIRECTORY [--seed N] [--transfer-rules]

Reads a network directory and writes it again with zones, price ladders, demand that answers to prices, clearance rules,
groups and budgets, with liquidators, returns, donations and scrapping, with quotes for what is missing, and with a
response policy by severity. The constants below say how much of each; what is drawn is drawn with the seed. With
``--transfer-rules`` every rule of `scenarios.rules` is switched on as well. Stock on hand, certain demand, prices and
lanes stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network import Network, network_from_frames, network_to_frames, read_network, settings_of, write_network
from network.tables import NodeKind, Severity
from scenarios.rules import with_rules

Floats = NDArray[np.float64]

PERIODS: Final = 4
ZONES: Final = (5, 4)
"""Stores are cut into so many strips by longitude, and each into so many zones by latitude; all of one size."""
CATEGORIES: Final = 10
"""Made where the source names none."""
COST_SHARE: Final = 0.55
"""Unit cost as a share of the list price, where the source does not give it."""

LADDER: Final = (0.85, 0.70, 0.55, 0.45, 0.35)
ELASTICITY: Final = (-3.0, -1.2)
AGEING: Final = (0.9, 1.0)
SEASON_SWING: Final = 0.25
POINTS: Final = ((0.85, 1.35), (0.70, 1.80), (0.50, 2.60), (0.35, 3.20))
"""Price share and multiplier of demand, in the last category instead of an elasticity."""

GROUPS: Final = 30
"""At most a quarter of all SKUs are in one."""
GROUP_KINDS: Final = ("together", "all_or_none", "at_most_one", "together")
GROUP_SKUS: Final = (3, 3, 3, 2)
CROSS_ELASTICITY: Final = (0.0, 0.0, 0.3, 0.3)
"""Kind, number of SKUs and cannibalisation of every fourth group each."""
BUDGET_SHARE: Final = 0.5
OVERALL_BUDGET_SHARE: Final = 0.4
"""Of the margin that markdowns without budgets would forgo."""

SEVERITIES: Final = {Severity.YELLOW: 0.2, Severity.ORANGE: 0.45, Severity.RED: 0.35}
REQUEST: Final[Mapping[str, Any]] = {"response_policy": "standard"}

ARRIVING: Final = 0.03
"""Share of the stores' positions that await a fifth of their demand between `ARRIVAL_DAYS`."""
ARRIVAL_DAYS: Final = (3, 14)

LIQUIDATOR_SHARE: Final = 0.05
"""Of all units beyond demand: what a liquidator takes in all."""
QUOTES: Final = 120
QUOTE_PRICE_SHARE: Final = 0.8
"""Of the list price: dear, but not as dear as a sale that is missed."""


@dataclass(frozen=True, slots=True)
class _Goods:
    """What is drawn about categories and zones."""

    categories: NDArray[np.object_]
    """Different names, sorted."""
    of_sku: NDArray[np.int64]
    """Shape ``(n_skus,)``: category."""
    elasticity: Floats
    """Shape ``(n_categories,)``."""


def with_clearance(network: Network, seed: int) -> Network:
    """Switch on everything about prices, exits and purchases.

    Parameters
    ----------
    network : Network
        Any valid network; zones, and tables about prices, exits and purchases that it has already, are replaced.
    seed : int
        Of everything that is drawn.

    Returns
    -------
    Network
        The same sites, lanes, stock, prices and alerts, for a joint plan.
    """
    random = np.random.default_rng(seed)
    frames = network_to_frames(network)
    nodes = frames["nodes"] = frames["nodes"].assign(zone=_zones(network)[: len(frames["nodes"])])
    products, goods = _products(network, random, frames["products"])
    stock = _with_arrivals(network, random, frames["stock"])
    severity = random.choice([each.name.lower() for each in SEVERITIES], len(network.alerts), p=[*SEVERITIES.values()])
    frames |= {
        "products": products,
        "stock": stock,
        "alerts": frames["alerts"].assign(severity=severity),
        "price_ladders": pd.DataFrame({"rung": np.arange(1, len(LADDER) + 1), "price_share": LADDER}),
        **_response(random, goods, nodes),
        "clearance_rules": _rules(goods, nodes),
        "clearance_groups": _groups(random, goods, products),
        "markdown_budgets": _budgets(goods, nodes, products, stock),
        "exits": _exits(goods, nodes, stock),
        "quotes": _quotes(random, nodes, products, stock),
    }
    settings = settings_of(network) | {"periods": PERIODS}
    joint, _ = network_from_frames(frames, settings, request={**network.request, **REQUEST})
    return joint


def _zones(network: Network) -> NDArray[np.object_]:
    """Cut the map into strips and strips into zones, as many stores in each; other nodes are in none."""
    zone = np.full(len(network.nodes), "", dtype=object)
    store = np.flatnonzero(network.nodes.kind == NodeKind.STORE)
    strips = np.array_split(store[np.argsort(network.nodes.longitude[store], kind="stable")], ZONES[0])
    for i, strip in enumerate(strips):
        north = strip[np.argsort(network.nodes.latitude[strip], kind="stable")]
        for j, part in enumerate(np.array_split(north, ZONES[1])):
            zone[part] = f"Z{i + 1}{j + 1}"
    return zone


def _products(network: Network, random: np.random.Generator, products: pd.DataFrame) -> tuple[pd.DataFrame, _Goods]:
    """Give every product a category and a unit cost."""
    category = network.products.category
    if not np.any(category != ""):
        drawn = random.permutation(len(products)) % CATEGORIES
        category = np.array([f"C{number + 1:02d}" for number in range(CATEGORIES)], dtype=object)[drawn]
    names, of_sku = np.unique(category.astype(str), return_inverse=True)
    cost = network.products.unit_cost
    known = np.where(np.isnan(cost), (COST_SHARE * network.products.list_price).round(2), cost)
    goods = _Goods(names.astype(object), of_sku, random.uniform(*ELASTICITY, len(names)).round(3))
    return products.assign(category=category, unit_cost=known), goods


def _with_arrivals(network: Network, random: np.random.Generator, stock: pd.DataFrame) -> pd.DataFrame:
    """Let some stores await units."""
    n, before = len(stock), network.stock
    awaits = (random.random(n) < ARRIVING) & (before.demand_mean[:n] > 0) & (before.in_transit[:n] == 0)
    units = np.where(awaits, np.ceil(before.demand_mean[:n] / 5), before.in_transit[:n]).astype(np.int64)
    day = np.where(awaits, random.integers(*ARRIVAL_DAYS, n, endpoint=True), before.in_transit_arrival_day[:n])
    return stock.assign(in_transit=units, in_transit_arrival_day=day)


def _response(random: np.random.Generator, goods: _Goods, nodes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return how demand answers to prices and age in each category, in one zone otherwise, and its seasons."""
    n = len(goods.categories)
    swing = 1 + random.uniform(-SEASON_SWING, SEASON_SWING, (n, PERIODS))
    response = pd.DataFrame(
        {
            "category": [*goods.categories, goods.categories[0]],
            "zone": [*[""] * n, nodes["zone"].max()],
            "elasticity": [*goods.elasticity, goods.elasticity[0] - 0.4],
            "elasticity_std": 0.25,
            "ageing_factor": random.uniform(*AGEING, n + 1).round(3),
        }
    )
    share, multiplier = zip(*POINTS, strict=True)
    points = {"category": goods.categories[-1], "price_share": share, "multiplier": multiplier}
    seasons = {
        "category": np.repeat(goods.categories, PERIODS),
        "period": np.tile(np.arange(1, PERIODS + 1), n),
        "factor": swing.ravel().round(3),
    }
    return {
        "price_response": response,
        "price_multipliers": pd.DataFrame(points),
        "period_factors": pd.DataFrame(seasons),
    }


def _rules(goods: _Goods, nodes: pd.DataFrame) -> pd.DataFrame:
    """Return rules for all, and others for some categories and one zone."""
    common = {"max_markdowns": 2, "min_step_share": 0.1, "max_step_share": 0.45, "no_touch_after_arrival_periods": 1}
    others: list[dict[str, Any]] = [
        {"exit_period": 3, "no_touch_before_exit_periods": 1},
        {"earliest_period": 2, "min_periods_between": 2},
        {"min_share_of_cost": 1.0},
        {"sell_through_share": 0.8, "sell_through_by_period": PERIODS, "sell_through_price": 1.0},
        {"min_share_of_list": 0.5},
        {"min_price": 10.0, "sell_through_share": 0.6, "sell_through_by_period": 3, "sell_through_price": 0.5},
    ]
    named = zip(goods.categories, others, strict=False)
    rows = [common, common | {"zone": nodes["zone"].max(), "max_markdowns": 1}]
    rows += [common | {"category": category} | other for category, other in named]
    return pd.DataFrame(rows).fillna({"category": "", "zone": ""})


def _groups(random: np.random.Generator, goods: _Goods, products: pd.DataFrame) -> pd.DataFrame:
    """Draw groups of SKUs of one category, of every kind; no SKU is in two of them."""
    n_groups = min(GROUPS, len(products) // (4 * max(GROUP_SKUS)))
    rows = []
    left = [list(random.permutation(np.flatnonzero(goods.of_sku == each))) for each in range(len(goods.categories))]
    for number in range(n_groups):
        at, waiting = number % len(GROUP_KINDS), left[number % len(left)]
        if len(waiting) >= GROUP_SKUS[at]:
            members = [waiting.pop() for _ in range(GROUP_SKUS[at])]
            about = {
                "group_id": f"G{number + 1:02d}",
                "kind": GROUP_KINDS[at],
                "cross_elasticity": CROSS_ELASTICITY[at],
            }
            rows += [about | {"sku_id": products["sku_id"][sku]} for sku in members]
    return pd.DataFrame(rows, columns=["group_id", "sku_id", "kind", "cross_elasticity"])


def _budgets(goods: _Goods, nodes: pd.DataFrame, products: pd.DataFrame, stock: pd.DataFrame) -> pd.DataFrame:
    """Return a budget for all, one for each zone and one for each category."""
    named = stock.merge(products, on="sku_id").merge(nodes[["node_id", "zone"]], on="node_id")
    rows = named[named["zone"] != ""]
    elasticity = dict(zip(goods.categories, goods.elasticity, strict=True))
    key, price = [rows["category"], rows["zone"], rows["sku_id"]], rows["list_price"]
    found = []
    for share in (1.0, *LADDER):
        answer = rows["demand_mean"] * share ** rows["category"].map(elasticity).astype(float)
        sold = np.minimum(rows["on_hand"] + rows["in_transit"], answer)
        worth, forgone = sold * (share * price - rows["salvage_value"]), sold * (1 - share) * price
        found.append(pd.DataFrame({"worth": worth, "forgone": forgone}).groupby(key).sum())
    # The best single price of each choice, demand taken as certain: enough to set budgets that bind.
    best = np.argmax([each["worth"] for each in found], axis=0)
    forgone = pd.Series(np.array([each["forgone"] for each in found])[best, np.arange(len(best))], found[0].index)
    parts = {
        "category": BUDGET_SHARE * forgone.groupby(level=0).sum(),
        "zone": BUDGET_SHARE * forgone.groupby(level=1).sum(),
    }
    tables = [pd.DataFrame({"budget_id": ["all"], "amount": [OVERALL_BUDGET_SHARE * forgone.sum()]})]
    for column, amounts in parts.items():
        names = amounts.index.astype(str)
        table = {"budget_id": f"{column} " + names, column: names, "amount": amounts.to_numpy()}
        tables.append(pd.DataFrame(table))
    return pd.concat(tables).fillna("").round({"amount": 2}).reset_index(drop=True)


def _exits(goods: _Goods, nodes: pd.DataFrame, stock: pd.DataFrame) -> pd.DataFrame:
    """Return ways out: who takes anything, who takes one category, who stands at one door, and the vendor."""
    beyond = int(np.maximum(stock["on_hand"] - stock["demand_mean"], 0).sum() * LIQUIDATOR_SHARE)
    names = goods.categories
    rows: list[dict[str, Any]] = [
        {"exit_id": "LIQ", "kind": "liquidation", "proceeds_share_of_cost": 0.42, "fixed_cost": 25.0},
        {"exit_id": "LIQ-ONE", "kind": "liquidation", "category": names[0], "proceeds_share_of_cost": 0.55},
        {"exit_id": "LIQ-DOOR", "kind": "liquidation", "node_id": nodes["node_id"][0], "proceeds_share_of_cost": 0.5},
        {"exit_id": "RET", "kind": "return", "category": names[-1], "proceeds_share_of_cost": 0.8, "unit_fee": 1.5},
        {"exit_id": "DON", "kind": "donation", "proceeds_share_of_cost": 0.3, "fixed_cost": 8.0},
        {"exit_id": "SCR", "kind": "scrap", "unit_proceeds": -0.2, "fixed_cost": 5.0},
    ]
    more: dict[str, dict[str, Any]] = {
        "LIQ": {"min_lot_units": 12, "capacity_units": beyond},
        "LIQ-ONE": {"min_lot_units": 6, "capacity_units": beyond // 10, "fixed_cost": 12.0},
        "LIQ-DOOR": {"min_lot_units": 40, "capacity_units": beyond},
        "RET": {"max_share": 0.3, "from_day": 2, "until_day": 14, "fixed_cost": 15.0},
    }
    return pd.DataFrame([row | more.get(row["exit_id"], {}) for row in rows]).fillna(
        {"category": "", "node_id": "", "min_lot_units": 0, "from_day": 0, "fixed_cost": 0.0}
    )


def _quotes(
    random: np.random.Generator, nodes: pd.DataFrame, products: pd.DataFrame, stock: pd.DataFrame
) -> pd.DataFrame:
    """Offer cases of what is missed most: half of the quotes to stores, half to warehouses for all stores together."""
    rows = stock.merge(products[["sku_id", "list_price"]], on="sku_id")
    missing = np.maximum(np.ceil(rows["demand_mean"]) - rows["on_hand"] - rows["in_transit"], 0)
    rows = rows.assign(units=missing, lost=missing * rows["list_price"])
    here = rows[rows["units"] > 0].nlargest(QUOTES // 2, "lost")[["node_id", "sku_id", "list_price", "units"]]
    of_sku = rows.groupby("sku_id", as_index=False).agg({"units": "sum", "lost": "sum", "list_price": "first"})
    anywhere = of_sku[of_sku["units"] > 0].nlargest(QUOTES // 2, "lost")
    hubs = nodes.loc[nodes["kind"] == "warehouse", "node_id"].to_numpy()
    if len(hubs):
        anywhere = anywhere.assign(node_id=hubs[random.integers(len(hubs), size=len(anywhere))])
        here = pd.concat([here, anywhere[here.columns]], ignore_index=True)
    packs = products.reindex(columns=["sku_id", "case_pack"]).set_index("sku_id")["case_pack"].fillna(1)
    pack = here["sku_id"].map(packs).to_numpy(dtype=np.int64)
    units = -(-here["units"].to_numpy(dtype=np.int64) // pack) * pack
    return pd.DataFrame(
        {
            "quote_id": [f"Q{number + 1:03d}" for number in range(len(here))],
            "supplier": "emergency",
            "node_id": here["node_id"].to_numpy(),
            "sku_id": here["sku_id"].to_numpy(),
            "unit_price": (here["list_price"].to_numpy() * QUOTE_PRICE_SHARE).round(2),
            "max_units": units,
            "min_units": np.minimum(units, 6),
            "fixed_cost": 20.0,
            "lead_time_days": random.integers(1, 4, len(here)),
        }
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a network directory with everything about prices, exits and purchases switched on."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.joint_rules", description=main.__doc__)
    parser.add_argument("source", type=Path, help="network directory to read")
    parser.add_argument("out", type=Path, help="network directory to write")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (default: 1)")
    parser.add_argument("--transfer-rules", action="store_true", help="with every rule of scenarios.rules as well")
    asked = parser.parse_args(arguments)
    network, _ = read_network(asked.source)
    if asked.transfer_rules:
        network = with_rules(network, asked.seed)
    parquet = (asked.source / "stock.parquet").is_file()
    write_network(with_clearance(network, asked.seed), asked.out, file_format="parquet" if parquet else "csv")


if __name__ == "__main__":
    main()
