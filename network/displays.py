"""Rules of the table `display_rules`: sets of products that stores show together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.magnitudes import SUM_LIMIT
from network.parsing import Parsed
from network.problems import ProblemLog, first_rows
from network.tables import NodeKind
from network.validation import Tables, position_keys


def fill_prices(rules: Parsed, log: ProblemLog) -> None:
    """Let rows without `broken_price` take that of their display, which must have exactly one."""
    given = rules.given["broken_price"]
    display = pd.factorize(rules["display_id"])[0]
    priced = np.zeros(display.max(initial=-1) + 1, dtype=bool)
    priced[display[given]] = True
    named: dict[str, Any] = {"display": rules["display_id"]}
    unpriced = ~priced[display]
    unpriced &= ~pd.Series(display).duplicated().to_numpy()
    message = "no row of display {display} gives its broken_price"
    fix = "Give it in one row of the display; 0 if it may be left broken"
    log.add_rows(rules.file, "broken_price", "no_price", unpriced, message=message, fix=fix, **named)
    price = pd.Series(np.where(given, rules["broken_price"], np.nan)).groupby(display).transform("first").to_numpy()
    other = given & (rules["broken_price"] != price) & ~np.isnan(rules["broken_price"])
    message = "display {display} has the price {price} in another row, and {value} here"
    fix = "Give one price per display, in one row or the same in all"
    cells: dict[str, Any] = {"value": rules["broken_price"], "price": price, **named}
    log.add_rows(rules.file, "broken_price", "other_price", other, message=message, fix=fix, **cells)
    rules.values["broken_price"] = price


def check_displays(tables: Tables, stock_keys: NDArray[np.int64], n_nodes: int, log: ProblemLog) -> None:
    """Require one row per display, product and store; warn of products that no named store stocks."""
    rules = tables["display_rules"]
    if not rules.n_rows:
        return
    _check_repeats(rules, log)
    display, sku, node = rules["display_id"], rules.cell("sku_id"), rules.cell("node_id")
    at_node = rules.given["node_id"] & (rules["node_id"] >= 0) & (rules["sku_id"] >= 0)
    if tables["stock"].present and at_node.any():
        absent = at_node & ~np.isin(position_keys(rules, n_nodes), stock_keys)
        message = "display {display}: node {node} has no stock row of SKU {value}; the display is without it there"
        fix = "Add the stock row or remove the rule"
        cells: dict[str, Any] = {"value": sku, "node": node, "display": display}
        log.add_rows(rules.file, "sku_id", "no_stock_row", absent, message=message, fix=fix, is_warning=True, **cells)
    if at_node.any() and n_nodes:
        kind = tables["nodes"]["kind"]
        elsewhere = at_node & (kind[np.where(at_node, rules["node_id"], 0)] != NodeKind.STORE)
        message, fix = "display {display}: node {value} is no store", "Nothing to do if goods are shown there"
        cells = {"value": node, "display": display}
        log.add_rows(rules.file, "node_id", "no_store", elsewhere, message=message, fix=fix, is_warning=True, **cells)


def check_display_money(tables: Tables, money_decimals: int, n_nodes: int, log: ProblemLog) -> None:
    """Refuse prices whose sum over all displays and nodes could leave 64-bit money."""
    rules = tables["display_rules"]
    n_displays = max(len(set(rules["display_id"].tolist())), 1)
    over = rules["broken_price"] * 10.0**money_decimals * n_displays * max(n_nodes, 1) > SUM_LIMIT
    message, fix = "{value} for every display and node leaves the range of 64-bit money", "Lower the price"
    log.add_rows(
        rules.file, "broken_price", "money_overflow", over, message=message, fix=fix, value=rules["broken_price"]
    )


def _check_repeats(rules: Parsed, log: ProblemLog) -> None:
    """Report rows that say again, or for one store besides all stores, what a display needs of a product."""
    display, sku = rules["display_id"], rules["sku_id"]
    node = np.where(rules.given["node_id"], rules["node_id"], -2)
    known = (display != "") & (sku >= 0) & (node != -1)
    frame = pd.DataFrame({"display": display, "sku": sku, "node": node})
    cells: dict[str, Any] = {"value": rules.cell("sku_id"), "display": display}
    repeats = frame.duplicated().to_numpy() & known
    message, fix = "display {display} has SKU {value} already in row {first}", "Keep one row per display, SKU and store"
    first = first_rows(frame.groupby(["display", "sku", "node"]).ngroup().to_numpy(), repeats)
    log.add_rows(rules.file, "sku_id", "duplicate_rule", repeats, message=message, fix=fix, first=first, **cells)
    pair = frame.groupby(["display", "sku"]).ngroup().to_numpy()
    everywhere = np.zeros(pair.max(initial=-1) + 1, dtype=bool)
    everywhere[pair[node == -2]] = True
    both = everywhere[pair] & (node >= 0) & known
    message = "display {display} has SKU {value} at this store, and in another row at every store"
    fix = "Name the store in all rows of the SKU, or in none"
    log.add_rows(rules.file, "node_id", "ambiguous_rule", both, message=message, fix=fix, **cells)
