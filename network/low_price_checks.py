"""What low prices lead to: demand beyond what can be counted, and ladders below what a unit is worth anyway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.magnitudes import FIX_MONEY, SUM_LIMIT
from network.matching import Ints, Matching
from network.parsing import Parsed
from network.problems import Problem, ProblemLog
from network.schema_columns import LARGEST_NUMBER
from network.validation import Tables, of_product

Floats = NDArray[np.float64]


def check_demand_at_low_prices(
    tables: Tables, matching: Matching, keys: Mapping[str, Ints], money_decimals: int, log: ProblemLog
) -> None:
    """Require demand at the lowest price of each ladder, and the penalties of missing it, to stay countable.

    Floors are left out of account, but for `salvage_value`, below which no path ends.
    """
    stock = tables["stock"]
    if not tables["price_ladders"].n_rows or not stock.n_rows:
        return
    node, sku = stock["node_id"], stock["sku_id"]
    pair_sku, pair_zone = matching.pairs(node, sku)
    factor = _most_multiplied(tables, matching, keys, pair_sku, pair_zone)
    place = _pair_of_position(matching, node, sku, pair_sku, pair_zone)
    factor = np.append(factor, 1.0)[place]
    with np.errstate(over="ignore", invalid="ignore"):
        demand = stock["demand_mean"] * factor
        missed = demand * stock["shortage_penalty"] * 10.0**money_decimals
    cells: dict[str, Any] = {"value": stock["demand_mean"], "node": stock.cell("node_id"), "sku": stock.cell("sku_id")}
    cells["demand"] = demand
    over = (factor > 1.0) & (demand > LARGEST_NUMBER)
    message = "at {node}, SKU {sku}, the lowest price of the ladder makes a demand of {value} one of {demand} units"
    fix = "Raise the lowest rung, or correct the elasticity or the multipliers"
    log.add_rows(stock.file, "demand_mean", "demand_overflow", over, message=message, fix=fix, **cells)
    if over.any() or not (factor > 1.0).any():
        return
    total = float(np.nansum(missed))
    if total > SUM_LIMIT:
        message = f"demand at the lowest prices, if all of it is missed, costs {total / 10.0**money_decimals:.3g}, "
        message += "which leaves 64-bit money"
        log.add(Problem(stock.file, None, "shortage_penalty", None, "money_overflow", message, FIX_MONEY))


def warn_of_low_ladders(tables: Tables, matching: Matching, key: Ints, log: ProblemLog) -> None:
    """Warn of products whose ladders lie below `salvage_value`, a floor of every price, in all their zones."""
    stock, products, ladders = tables["stock"], tables["products"], tables["price_ladders"]
    if not ladders.n_rows or not stock.n_rows:
        return
    sku, zone = matching.pairs(stock["node_id"], stock["sku_id"])
    ladder = matching.deciding(key, sku, zone)
    list_price, salvage = products["list_price"][sku], products["salvage_value"][sku]
    highest = np.fmax(
        _of_key(_by_key(key, ladders["price_share"]).max(), ladder) * list_price,
        _of_key(_by_key(key, ladders["price"]).max(), ladder),
    )
    low, high = (np.zeros(products.n_rows, dtype=np.bool_) for _ in range(2))
    top = np.full(products.n_rows, np.nan)
    low[sku[highest < salvage]] = True
    high[sku[highest >= salvage]] = True
    top[sku[highest < salvage]] = highest[highest < salvage]
    message = "product {sku} is never marked down: its ladder begins at {top}, below the salvage_value {value}"
    fix = "Give the worth of a unit left over, where unit_cost stands for it, or higher rungs"
    cells: dict[str, Any] = {
        "value": products["salvage_value"],
        "sku": products["sku_id"],
        "top": np.round(top, 9),
        "is_warning": True,
    }
    log.add_rows(products.file, "salvage_value", "low_ladder", low & ~high, message=message, fix=fix, **cells)


def _pair_of_position(matching: Matching, node: Any, sku: Any, pair_sku: Ints, pair_zone: Ints) -> Ints:
    """Row of its (SKU, zone) for every position, -1 where its node has no zone."""
    if not len(pair_sku):
        return np.full(len(sku), -1, dtype=np.int64)
    n_zones = max(len(matching.zones), 1)
    zone = np.append(matching.zone, -1)[node]
    listed, wanted = pair_sku * n_zones + pair_zone, sku.astype(np.int64) * n_zones + zone
    row = np.minimum(np.searchsorted(listed, wanted), len(listed) - 1)
    return np.where((listed[row] == wanted) & (zone >= 0) & (sku >= 0), row, -1)


def _most_multiplied(tables: Tables, matching: Matching, keys: Mapping[str, Ints], sku: Ints, zone: Ints) -> Floats:
    """Greatest factor of demand that a price of its ladder gives each (SKU, zone), at least 1."""
    list_price = of_product(tables["products"]["list_price"], sku.astype(np.int32))
    salvage = of_product(tables["products"]["salvage_value"], sku.astype(np.int32))
    ladders = tables["price_ladders"]
    ladder = matching.deciding(keys["price_ladders"], sku, zone)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lowest = np.fmin(
            _of_key(_by_key(keys["price_ladders"], ladders["price_share"]).min(), ladder),
            _of_key(_by_key(keys["price_ladders"], ladders["price"]).min(), ladder) / list_price,
        )
        share = np.fmin(np.fmax(lowest, salvage / list_price), 1.0)
        response = matching.deciding(keys["price_response"], sku, zone)
        elasticity = _of_key(_last(tables["price_response"], keys["price_response"], "elasticity"), response)
        factor = np.where(np.isnan(elasticity), 1.0, share**elasticity)
    points = matching.deciding(keys["price_multipliers"], sku, zone)
    multiplier = _of_key(_by_key(keys["price_multipliers"], tables["price_multipliers"]["multiplier"]).max(), points)
    factor = np.where(points >= 0, multiplier, factor)
    return np.where((ladder >= 0) & ~np.isnan(share), np.fmax(factor, 1.0), 1.0)


def _by_key(key: Ints, values: Floats) -> Any:
    return pd.Series(values).groupby(key)


def _last(table: Parsed, key: Ints, column: str) -> pd.Series[Any]:
    """Value of the last row of every key."""
    return pd.Series(table[column], index=key).groupby(level=0).tail(1)


def _of_key(values: pd.Series[Any], wanted: Ints) -> Floats:
    """Value of each wanted key, NaN where there is none."""
    found: Floats = values.reindex(wanted).to_numpy(dtype=np.float64)
    return np.where(wanted >= 0, found, np.nan)
