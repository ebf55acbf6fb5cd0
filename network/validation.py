"""Rules between cells: ids that repeat, lanes that lead nowhere, prices that make no sense, sums that overflow.

Each check is one function over whole columns. Cells that `network.parsing` found wrong hold NaN or -1, which no
comparison here is true of, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.parsing import Parsed
from network.problems import ProblemLog, first_rows, text_of

Tables = Mapping[str, Parsed]


def id_index(table: Parsed, column: str) -> pd.Index[Any] | None:
    """Index of a table's ids in row order; None when there are no ids to look up."""
    if not table.present or (column not in table.raw and table.table.column(column).required):
        return None
    index: pd.Index[Any] = pd.Index(table[column], dtype=object)
    if index.is_unique and not (index == "").any():
        return index
    # A stand-in keeps the index unique, so that references find the first of equal ids.
    ids = table[column].copy()
    strangers = np.flatnonzero(index.duplicated() | (index == ""))
    ids[strangers] = [f"\0{row}" for row in strangers]
    stand_in: pd.Index[Any] = pd.Index(ids)
    return stand_in


def name_lanes(lanes: Parsed, nodes: Parsed, log: ProblemLog) -> None:
    """Give lanes without an id the name ``origin>destination``, which must then be unique."""
    origin, destination = lanes["origin"], lanes["destination"]
    unnamed = ~lanes.given["lane_id"] & (origin >= 0) & (destination >= 0)
    names, node_id = lanes["lane_id"].copy(), nodes["node_id"]
    names[unnamed] = node_id[origin[unnamed]] + ">" + node_id[destination[unnamed]]
    lanes.values["lane_id"] = names
    if pd.Index(names).is_unique:
        return
    repeats = pd.Series(names, dtype=object).duplicated().to_numpy() & unnamed
    message, fix = "a lane {value} is already in row {first}", "Remove one, or give parallel lanes a lane_id each"
    cells: dict[str, Any] = {"value": names, "first": first_rows(names, repeats)}
    log.add_rows(lanes.file, "lane_id", "duplicate_lane", repeats, message=message, fix=fix, **cells)


def check_lanes(lanes: Parsed, log: ProblemLog) -> None:
    """Require lanes to lead elsewhere and to hold their smallest dispatch."""
    origin, destination = lanes["origin"], lanes["destination"]
    names = lanes["lane_id"]
    loops = (origin == destination) & (origin >= 0)
    message = "lane {lane} starts and ends at the same node"
    fix = "Correct one end or remove the lane"
    log.add_rows(
        lanes.file,
        "destination",
        "self_lane",
        loops,
        message=message,
        fix=fix,
        value=lanes.cell("destination"),
        lane=names,
    )
    least, most = lanes["min_dispatch_kg"], lanes["capacity_kg"]
    message = "lane {lane} asks for at least {value} kg per dispatch and holds {most} kg"
    fix = "Lower min_dispatch_kg or raise capacity_kg"
    code = "minimum_above_capacity"
    log.add_rows(
        lanes.file, "min_dispatch_kg", code, least > most, message=message, fix=fix, value=least, lane=names, most=most
    )


def check_rules(tables: Tables, log: ProblemLog) -> None:
    """Refuse rules that name their lanes or their products in two ways; warn of those that match nothing."""
    rules, lanes, products = tables["lane_rules"], tables["lanes"], tables["products"]
    given = rules.given
    both = given["lane_id"] & (given["origin"] | given["destination"])
    message, fix = "the rule names lane {value} and its ends too", "Keep lane_id, or origin and destination"
    log.add_rows(rules.file, "lane_id", "ambiguous_rule", both, message=message, fix=fix, value=rules.cell("lane_id"))
    both = given["category"] & given["sku_id"]
    message, fix = "the rule names product {value} and a category too", "Keep one of them"
    log.add_rows(rules.file, "sku_id", "ambiguous_rule", both, message=message, fix=fix, value=rules.cell("sku_id"))
    if products.present:
        idle = given["category"] & ~np.isin(rules["category"].astype(str), np.unique(products["category"].astype(str)))
        message, fix = "no product is of category {value}; the rule says nothing", "Correct the category or remove it"
        cells: dict[str, Any] = {"value": rules["category"], "is_warning": True}
        log.add_rows(rules.file, "category", "idle_rule", idle, message=message, fix=fix, **cells)
    if lanes.present:
        n_nodes = max(tables["nodes"].n_rows, 1)
        there = lanes["origin"].astype(np.int64) * n_nodes + lanes["destination"]
        wanted = rules["origin"].astype(np.int64) * n_nodes + rules["destination"]
        known = (rules["origin"] >= 0) & (rules["destination"] >= 0)
        message, fix = "no lane leads from {origin} to {value}; the rule says nothing", "Correct the ends or remove it"
        ends: dict[str, Any] = {"value": rules.cell("destination"), "origin": rules.cell("origin"), "is_warning": True}
        idle = known & ~np.isin(wanted, there)
        log.add_rows(rules.file, "destination", "idle_rule", idle, message=message, fix=fix, **ends)


def fill_salvage(products: Parsed, log: ProblemLog) -> None:
    """Replace an empty `salvage_value` by the unit cost, else by 0 with a warning."""
    empty = ~products.given["salvage_value"]
    values = np.where(empty, products["unit_cost"], products["salvage_value"])
    unknown = empty & ~products.given["unit_cost"]
    values[unknown] = 0.0
    products.values["salvage_value"] = values
    message = "product {sku} has neither salvage_value nor unit_cost; a unit left over counts as worthless"
    fix = "Give one of them, or salvage_value 0 if a unit left over is worthless"
    sku = products["sku_id"]
    log.add_rows(
        products.file, "salvage_value", "no_salvage_value", unknown, message=message, fix=fix, is_warning=True, sku=sku
    )


def position_keys(table: Parsed, n_nodes: int) -> NDArray[np.int64]:
    """One number per (SKU, node), ordered by SKU, then node; -1 where either is unknown."""
    node, sku = table["node_id"].astype(np.int64), table["sku_id"].astype(np.int64)
    return np.where((node >= 0) & (sku >= 0), sku * max(n_nodes, 1) + node, -1)


def check_stock(tables: Tables, keys: NDArray[np.int64], log: ProblemLog) -> None:
    """Require unique positions, and warn where more is reserved than there is."""
    stock = tables["stock"]
    known = keys[keys >= 0]
    if not np.all(known[1:] > known[:-1]):  # sorted and unique needs no further look
        repeats = pd.Series(keys).duplicated().to_numpy() & (keys >= 0)
        message, fix = "position ({node}, {value}) is already in row {first}", "Keep one row per node and SKU"
        ends = {"value": stock.cell("sku_id"), "node": stock.cell("node_id"), "first": first_rows(keys, repeats)}
        log.add_rows(stock.file, "sku_id", "duplicate_position", repeats, message=message, fix=fix, **ends)
    over = stock["reserved"] > stock["on_hand"]
    message = "{value} units are reserved of {on_hand} on hand; the position starts below zero"
    fix = "Check both numbers"
    cells: dict[str, Any] = {"value": stock["reserved"], "on_hand": stock["on_hand"]}
    log.add_rows(
        stock.file, "reserved", "reserved_above_on_hand", over, message=message, fix=fix, is_warning=True, **cells
    )


def warn_of_no_demand(stock: Parsed, log: ProblemLog) -> None:
    """Warn of deviations from a demand of 0, which is certain unless demand is normal."""
    deviates = (stock["demand_std"] > 0) & (stock["demand_mean"] == 0)
    message = "demand_std is {value} and demand_mean 0; the position is taken to sell nothing"
    fix = "Give the mean, or normal_demand in network.json"
    cells: dict[str, Any] = {"value": stock["demand_std"], "is_warning": True}
    log.add_rows(stock.file, "demand_std", "no_demand", deviates, message=message, fix=fix, **cells)


def check_prices(tables: Tables, money_decimals: int, log: ProblemLog) -> None:
    """Require list_price + shortage_penalty >= salvage_value - holding_cost in every stock row.

    Compared after rounding to money steps, as the plan counts them; without it V would not be concave.
    """
    stock, products = tables["stock"], tables["products"]
    sku = stock["sku_id"]
    price, salvage = (of_product(products[name], sku) for name in ("list_price", "salvage_value"))
    penalty, holding = stock["shortage_penalty"], stock["holding_cost"]
    scale = 10.0**money_decimals
    below = np.rint((price + penalty) * scale) < np.rint((salvage - holding) * scale)
    message = (
        "at {node}, SKU {sku}, a unit sold (list_price {price} + shortage_penalty {penalty}) is worth less than "
        "a unit left over (salvage_value {salvage} - holding_cost {holding})"
    )
    fix = "Raise list_price or shortage_penalty, or lower salvage_value"
    cells: dict[str, Any] = {"node": stock.cell("node_id"), "sku": stock.cell("sku_id"), "price": price}
    cells |= {"value": penalty, "penalty": penalty, "salvage": salvage, "holding": holding}
    log.add_rows(
        stock.file, "shortage_penalty", "sale_worth_less_than_left_over", below, message=message, fix=fix, **cells
    )


def check_weights(tables: Tables, log: ProblemLog) -> None:
    """Require the weight of every product that is stocked or can be bought where a lane counts kilograms."""
    lanes, products = tables["lanes"], tables["products"]
    stocked = np.zeros(products.n_rows, dtype=bool)
    for name in ("stock", "quotes"):
        stocked[tables[name]["sku_id"][tables[name]["sku_id"] >= 0]] = True
    unweighed = products["sku_id"][stocked & ~products.given["unit_weight_kg"]]
    if not len(unweighed):
        return
    shown = ", ".join(unweighed[:5]) + (f" and {len(unweighed) - 5:,} more" if len(unweighed) > 5 else "")
    fix = f"Give unit_weight_kg in products for {shown.replace('{', '{{').replace('}', '}}')}, or empty the cell"
    message = "lane {lane} counts kilograms ({value}), but these products have no weight: {products}"
    names = _Constant(shown)
    reported = np.zeros(lanes.n_rows, dtype=bool)
    for column, counts in (
        ("capacity_kg", np.isfinite(lanes["capacity_kg"])),
        ("cost_per_kg", lanes["cost_per_kg"] > 0),
        ("min_dispatch_kg", lanes["min_dispatch_kg"] > 0),
    ):
        cells: dict[str, Any] = {"value": lanes[column], "lane": lanes["lane_id"], "products": names}
        rows = counts & ~reported
        log.add_rows(lanes.file, column, "weight_missing", rows, message=message, fix=fix, **cells)
        reported |= counts


def check_lots(tables: Tables, stock_keys: NDArray[np.int64], n_nodes: int, log: ProblemLog) -> None:
    """Require lots to be unique parts of a position, and warn where they are more than is on hand."""
    lots, stock = tables["lots"], tables["stock"]
    if not lots.n_rows or not stock.present:
        return
    keys = position_keys(lots, n_nodes)
    lot = lots["lot_id"]
    ends: dict[str, Any] = {"node": lots.cell("node_id"), "sku": lots.cell("sku_id")}
    strays = (keys >= 0) & ~np.isin(keys, stock_keys)
    message, fix = "lot {value}: node {node} has no stock row of SKU {sku}", "Add the stock row or remove the lot"
    log.add_rows(lots.file, "sku_id", "unknown_position", strays, message=message, fix=fix, value=lot, **ends)
    repeats = pd.DataFrame({"key": keys, "lot": lot}).duplicated().to_numpy() & (keys >= 0)
    message = "lot {value} of SKU {sku} at {node} is there twice"
    log.add_rows(lots.file, "lot_id", "duplicate_lot", repeats, message=message, fix="Keep one row", value=lot, **ends)
    held = pd.Series(lots["units"]).groupby(keys).transform("sum").to_numpy()
    order = np.argsort(stock_keys, kind="stable")
    place = np.append(order, -1)[np.searchsorted(stock_keys, keys, sorter=order)]
    over = ~strays & (keys >= 0) & (held > np.append(stock["on_hand"], 0)[place])
    message = "the lots of SKU {sku} at {node} hold {value} units together, more than are on hand"
    code, fix = "lots_above_on_hand", "Check lots.units and stock.on_hand"
    log.add_rows(lots.file, "units", code, over, message=message, fix=fix, is_warning=True, value=held, **ends)


def check_alerts(
    tables: Tables, stock_keys: NDArray[np.int64], n_nodes: int, money_decimals: int, log: ProblemLog
) -> NDArray[np.int64]:
    """Warn of alerts on positions without a stock row.

    Returns
    -------
    ndarray of int64, shape (n_missing,)
        The keys of those positions, sorted, each once.
    """
    alerts, products = tables["alerts"], tables["products"]
    keys = position_keys(alerts, n_nodes)
    if not tables["stock"].present:
        return np.empty(0, dtype=np.int64)
    missing = (keys >= 0) & ~np.isin(keys, stock_keys)
    cells: dict[str, Any] = {
        "value": alerts.cell("sku_id"),
        "node": alerts.cell("node_id"),
        "alert": alerts["alert_id"],
    }
    message = "alert {alert}: node {node} has no stock row of SKU {value}; it is taken to have none and sell none"
    fix = "Add the stock row, with its demand, or correct the alert"
    log.add_rows(alerts.file, "sku_id", "no_stock_row", missing, message=message, fix=fix, is_warning=True, **cells)
    sku, scale = alerts["sku_id"], 10.0**money_decimals
    price, salvage = (np.rint(of_product(products[name], sku) * scale) for name in ("list_price", "salvage_value"))
    message = "alert {alert}: SKU {value} has a salvage_value above its list_price and no stock row at {node}"
    fix = "Add the stock row with a shortage_penalty or holding_cost, or correct the prices"
    below = missing & (price < salvage)
    log.add_rows(alerts.file, "sku_id", "sale_worth_less_than_left_over", below, message=message, fix=fix, **cells)
    return np.unique(keys[missing])


def warn_of_idle_lanes(tables: Tables, n_nodes: int, log: ProblemLog) -> None:
    """Warn of lanes that no unit can ever use."""
    lanes, stock, nodes = tables["lanes"], tables["stock"], tables["nodes"]
    if not stock.present or not nodes.present:
        return
    known = (lanes["origin"] >= 0) & (lanes["destination"] >= 0)
    stocked = np.zeros(n_nodes, dtype=bool)
    stocked[stock["node_id"][stock["node_id"] >= 0]] = True
    # What a supplier sells comes from outside once it is bought.
    offered = np.zeros(n_nodes, dtype=bool)
    offered[tables["supplies"]["node_id"][tables["supplies"]["node_id"] >= 0]] = True
    live = stocked | nodes["transit"] | offered
    cells: dict[str, Any] = {"lane": lanes["lane_id"]}
    for column in ("origin", "destination"):
        idle = known & ~live[np.where(known, lanes[column], 0)] if n_nodes else known
        message = f"no unit can use lane {{lane}}: its {column} {{value}} has no stock row and is no transit node"
        fix = "Add stock rows or transit, or remove the lane"
        cells["value"] = lanes.cell(column)
        log.add_rows(lanes.file, column, "idle_lane", idle, message=message, fix=fix, is_warning=True, **cells)
    closed = lanes["max_dispatches"] == 0
    message, fix = "no unit can use lane {lane}: it has no dispatches", "Raise max_dispatches or remove the lane"
    cells["value"] = lanes["max_dispatches"]
    log.add_rows(lanes.file, "max_dispatches", "idle_lane", closed, message=message, fix=fix, is_warning=True, **cells)


def of_product(values: NDArray[np.float64], sku: NDArray[np.int32]) -> NDArray[np.float64]:
    """Value of each row's product; NaN where it is unknown."""
    return np.append(values, np.nan)[sku]


class _Constant(Mapping[int, Any]):
    """A column that says the same in every row."""

    def __init__(self, value: Any) -> None:
        self._text = text_of(value)

    def __getitem__(self, row: int) -> Any:
        return self._text

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Any:
        return iter(())
