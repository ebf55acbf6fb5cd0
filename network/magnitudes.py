"""Refuse numbers so large that exact integer money or weight would not fit 64 bits."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.parsing import Parsed
from network.problems import Problem, ProblemLog
from network.validation import Tables, of_product

SUM_LIMIT: Final = 2.0**62
"""Largest sum, in steps of 10^-money_decimals or of 10^-6 kg, that leaves room in 64 bits."""

FIX_MONEY: Final = "Lower money_decimals, count in a larger currency unit, or correct the number"


def check_magnitudes(tables: Tables, money_decimals: int, log: ProblemLog) -> None:
    """Require value x 10^money_decimals x units, summed over all positions, to stay within 64 bits."""
    stock, products = tables["stock"], tables["products"]
    sku, scale = stock["sku_id"], 10.0**money_decimals
    worth = of_product(np.abs(products["salvage_value"]) + products["list_price"], sku)
    worth = worth + stock["shortage_penalty"] + stock["holding_cost"]
    units = _units(stock)
    # Every unit of a SKU may end up at the position where it is worth most.
    known = (sku >= 0) & ~np.isnan(worth) & ~np.isnan(units)
    units_of_sku = units_by_product(tables)
    money = worth * of_product(units_of_sku, sku) * scale
    message = "at {node}, SKU {sku}, up to {units} units worth {value} each leave the range of 64-bit money"
    cells: dict[str, Any] = {"value": worth, "node": stock.cell("node_id"), "sku": stock.cell("sku_id"), "units": units}
    over = money > SUM_LIMIT
    log.add_rows(stock.file, "on_hand", "money_overflow", over, message=message, fix=FIX_MONEY, **cells)
    if not over.any() and known.any():
        most = np.zeros(products.n_rows)
        np.maximum.at(most, sku[known], money[known])
        if most.sum() > SUM_LIMIT:
            message = f"all positions together are worth up to {most.sum() / scale:.3g}, which leaves 64-bit money"
            log.add(Problem(stock.file, None, None, None, "money_overflow", message, FIX_MONEY))
    _check_lane_costs(tables, units_of_sku, scale, log)


def units_by_product(tables: Tables) -> NDArray[np.float64]:
    """Units of each product that are there, wanted or offered, shape ``(n_products,)``."""
    stock, quotes, n_products = tables["stock"], tables["quotes"], tables["products"].n_rows
    found = np.zeros(n_products)
    for sku, units in ((stock["sku_id"], _units(stock)), (quotes["sku_id"], quotes["max_units"].astype(np.float64))):
        known = (sku >= 0) & ~np.isnan(units)
        found += np.bincount(sku[known], weights=units[known], minlength=n_products)
    return found


def _units(stock: Parsed) -> NDArray[np.float64]:
    """Units that are there or wanted at each position."""
    present = stock["on_hand"] + stock["in_transit"] + stock["reserved"]
    return np.asarray(present + np.ceil(stock["demand_mean"]))


def _check_lane_costs(tables: Tables, units_of_sku: NDArray[np.float64], scale: float, log: ProblemLog) -> None:
    lanes, products = tables["lanes"], tables["products"]
    weight = np.nan_to_num(products["unit_weight_kg"])
    total_units, total_kg = float(units_of_sku.sum()), float((units_of_sku * weight).sum())
    dispatches = np.minimum(lanes["max_dispatches"], max(total_units, 1.0))
    message = "lane {lane}: {value} times what may travel leaves the range of 64-bit money"
    for column, often in (("fixed_cost", dispatches), ("cost_per_unit", total_units), ("cost_per_kg", total_kg)):
        cells: dict[str, Any] = {"value": lanes[column], "lane": lanes["lane_id"]}
        over = lanes[column] * often * scale > SUM_LIMIT
        log.add_rows(lanes.file, column, "money_overflow", over, message=message, fix=FIX_MONEY, **cells)
    if total_kg * 1e6 > SUM_LIMIT:
        message = f"all units together weigh {total_kg:.3g} kg, which cannot be counted in steps of 10^-6 kg"
        fix = "Correct the weights or the units"
        log.add(Problem(products.file, None, "unit_weight_kg", None, "weight_overflow", message, fix))
