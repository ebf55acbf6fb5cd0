"""What can be wrong with exits and quotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.clearance_rule_checks import warn_of_no_cost
from network.magnitudes import FIX_MONEY, SUM_LIMIT, units_by_product
from network.row_reports import Reporter
from network.tables import NodeKind
from network.validation import Tables, of_product, position_keys

Floats = NDArray[np.float64]


def check_exits(report: Reporter, tables: Tables, known: Mapping[str, Any]) -> None:
    """Require windows that open and proceeds that 64-bit money can hold; warn of exits that nothing can leave by."""
    exits = report.table
    first, last = exits["from_day"], exits["until_day"]
    message = "{row} takes units until day {value}, before it begins on day {first}"
    report.error("until_day", "window", last < first, message, "Lower from_day or raise until_day", first=first)
    horizon = int(known["horizon_days"])
    late = first >= horizon
    message, fix = (
        f"{{row}} begins on day {{value}}, after the horizon of {horizon} days",
        "Lower from_day or remove it",
    )
    report.warn("from_day", "after_horizon", late, message, fix)
    for column in ("max_share", "capacity_units"):
        message, fix = "no unit can leave by {row}", f"Raise {column} or remove the exit"
        report.warn(column, "idle_exit", exits[column] == 0, message, fix)
    small = (exits["capacity_units"] > 0) & (exits["min_lot_units"] > exits["capacity_units"])
    message = "no unit can leave by {row}: a lot is at least {value} units, and it takes {capacity} in all"
    fix = "Lower min_lot_units or raise capacity_units"
    report.warn("min_lot_units", "idle_exit", small, message, fix, capacity=exits["capacity_units"])
    _warn_of_no_position(report, tables, "exit")
    warn_of_no_cost(report, tables, "proceeds_share_of_cost", "the exit")
    _check_proceeds(report, tables, 10.0 ** int(known["money_decimals"]))


def _check_proceeds(report: Reporter, tables: Tables, scale: float) -> None:
    """Compare what all units that an exit may take would bring with 64-bit money."""
    exits, products = report.table, tables["products"]
    units, cost = units_by_product(tables), np.nan_to_num(products["unit_cost"])
    named = exits["sku_id"] >= 0
    often = np.where(named, np.append(units, 0.0)[exits["sku_id"]], units.sum())
    often = np.minimum(often, exits["capacity_units"])
    unit_cost = np.where(named, np.append(cost, 0.0)[exits["sku_id"]], cost.max(initial=0.0))
    shares = exits["proceeds_share_of_cost"] * unit_cost
    for column, amount in (
        ("unit_proceeds", np.abs(exits["unit_proceeds"])),
        ("proceeds_share_of_cost", shares),
        ("unit_fee", exits["unit_fee"]),
    ):
        over = amount * np.maximum(often, 1.0) * scale > SUM_LIMIT
        message = "{row}: {value} for each of up to {units} units leaves the range of 64-bit money"
        report.error(column, "money_overflow", over, message, FIX_MONEY, units=often)
    over = exits["fixed_cost"] * max(tables["nodes"].n_rows, 1) * scale > SUM_LIMIT
    report.error(
        "fixed_cost",
        "money_overflow",
        over,
        "{row}: {value} for every node leaves the range of 64-bit money",
        FIX_MONEY,
    )


def check_quotes(report: Reporter, tables: Tables, known: Mapping[str, Any]) -> None:
    """Require orders that can be placed where goods are kept; warn of those that can be worth nothing."""
    quotes, nodes = report.table, tables["nodes"]
    least, most = quotes["min_units"], quotes["max_units"]
    message = "{row}: an order is at least {value} units, and at most {most} are offered"
    report.error("min_units", "order_range", least > most, message, "Lower min_units or raise max_units", most=most)
    pack = of_product(tables["products"]["case_pack"].astype(np.float64), quotes["sku_id"])
    whole = np.floor(most / np.maximum(pack, 1.0)) * pack
    idle = (least <= most) & ((whole < least) | (whole == 0))
    message = "nothing can be bought from {row}: an order is of {least} to {value} units, in cases of {pack}"
    fix = "Raise max_units to a whole number of cases, or remove the quote"
    report.warn("max_units", "idle_quote", idle, message, fix, pack=pack, least=least)
    horizon = int(known["horizon_days"])
    late = quotes["lead_time_days"] >= horizon
    message = f"{{row}}: units arrive on day {{value}}, when the horizon of {horizon} days is over"
    report.warn("lead_time_days", "after_horizon", late, message, "Correct the lead time or remove the quote")
    at = quotes["node_id"]
    to_supplier = (at >= 0) & (np.append(nodes["kind"], 0)[at] == NodeKind.SUPPLIER)
    message, fix = "{row} delivers to {value}, a supplier", "Name the store or warehouse that the units arrive at"
    report.error("node_id", "supplier_node", to_supplier, message, fix)
    _warn_of_no_position(report, tables, "quote")
    _check_bids(report)
    scale = 10.0 ** int(known["money_decimals"])
    for column, amount in (("unit_price", quotes["unit_price"] * most), ("fixed_cost", quotes["fixed_cost"])):
        over = amount * scale > SUM_LIMIT
        message = "{row}: {value} for all it offers leaves the range of 64-bit money"
        report.error(column, "money_overflow", over, message, FIX_MONEY)


def _check_bids(report: Reporter) -> None:
    """Require quotes that are prices of the same units to be about the same units."""
    quotes = report.table
    named = quotes.given["bid_id"]
    if not named.any():
        return
    keys = pd.DataFrame({"supplier": quotes["supplier"], "bid": quotes["bid_id"], "row": np.arange(quotes.n_rows)})
    keys.loc[named, "row"] = -1
    owner = keys.groupby(["supplier", "bid", "row"]).ngroup().to_numpy()
    message = "{row} is a price of a bid whose {column} is {first}, not {value}"
    for column in ("node_id", "sku_id", "max_units", "lead_time_days", "alternate_id"):
        said = message.replace("{column}", column)
        values = quotes[column]
        first = pd.Series(values).groupby(owner).transform("first").to_numpy()
        fix = f"Give the same {column} in all its rows, or another bid_id"
        cells = quotes.cell(column)
        shown = values if cells is None else np.asarray(cells, dtype=object)
        before = pd.Series(shown).groupby(owner).transform("first").to_numpy()
        report.error(column, "other_bid", values != first, said, fix, first=before)


def check_quote_suppliers(report: Reporter, tables: Tables, known: Mapping[str, Any]) -> None:
    """Require each supplier once; warn of those without a quote."""
    terms, quotes = report.table, tables["quotes"]
    supplier = terms["supplier"]
    message, fix = "supplier {value} is already in row {first}", "Keep one row per supplier"
    report.repeats("supplier", "duplicate_supplier", (supplier,), supplier != "", message=message, fix=fix)
    idle = (supplier != "") & ~np.isin(supplier.astype(str), quotes["supplier"].astype(str))
    report.warn("supplier", "idle_supplier", idle, "no quote names supplier {value}", "Correct its name or remove it")
    over = terms["fixed_cost"] * 10.0 ** int(known["money_decimals"]) > SUM_LIMIT
    report.error("fixed_cost", "money_overflow", over, "{value} leaves the range of 64-bit money", FIX_MONEY)


def _warn_of_no_position(report: Reporter, tables: Tables, what: str) -> None:
    """Warn of a node and SKU without stock, unless units may pass through the node."""
    table, stock, nodes = report.table, tables["stock"], tables["nodes"]
    n_nodes = nodes.n_rows
    keys = position_keys(table, n_nodes)
    if not stock.present or not n_nodes:
        return
    absent = (
        (keys >= 0)
        & ~np.isin(keys, position_keys(stock, n_nodes))
        & ~np.append(nodes["transit"], False)[table["node_id"]]
    )
    message = f"{{row}}: node {{node}} has no stock row of SKU {{value}}, so no unit uses the {what}"
    report.warn(
        "sku_id", "no_stock_row", absent, message, f"Add the stock row or remove the {what}", node=table.cell("node_id")
    )
