"""What is asked for: demand that a plan leaves unserved, or a table of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Items
from network.events.schema import ITEMS
from network.parsing import fields_of, parse_table
from network.problems import ProblemLog
from network.tables import AlertKind, Network
from optimizer.outcomes import floor_demand, unmet_positions
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.scope import penalty_weights
from optimizer.worth.economics import arrival_cap_units, unit_worth, value_change
from optimizer.worth.price_paths import repriced

Ints = NDArray[np.int64]


def items_of_plan(network: Network, request: Request, plan: Plan) -> Items:
    """Ask for all demand in scope that a plan leaves unserved.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.

    Returns
    -------
    Items
        One per position, in the order of ``network.stock``. Needed by the first day that a shortage alert of it names,
        at the latest before the horizon ends; `uncovered_penalty` is what the last of its units adds to the
        objective, under the plan's prices. Worths of units fall, so each unit that costs less than that pays.
    """
    world = repriced(network, plan.markdowns)
    rows, units = unmet_positions(world, request, plan)
    worth = unit_worth(world, rows, penalty_weights(network, request)[rows])
    full = floor_demand(world, rows)
    last = value_change(worth, full - 1, full)
    node, sku = network.stock.node[rows], network.stock.sku[rows]
    paying = np.flatnonzero(last > 0)
    node_id, sku_id = network.nodes.node_id[node[paying]], network.products.sku_id[sku[paying]]
    return Items(
        item_id=np.asarray(node_id + "/" + sku_id, dtype=np.object_),
        sku_id=sku_id,
        node_id=node_id,
        item_group=network.products.category[sku[paying]],
        units=units[paying],
        max_units=np.full(len(paying), NO_LIMIT, dtype=np.int64),
        needed_by_days=_needed_by(network)[rows[paying]],
        uncovered_penalty=last[paying] / 10**network.money_decimals,
        shortage_penalty=np.full(len(paying), np.nan),
    )


def units_that_count(network: Network, plan: Plan, items: Items) -> Callable[[Ints, Ints], Ints]:
    """Say how many more units of items count as stock, beside the plan's, when they arrive on some day.

    Parameters
    ----------
    network : Network
    plan : Plan
    items : Items
        As `items_of_plan` gives them.

    Returns
    -------
    callable
        Takes rows of `items` and days, shape ``(n,)`` each.
    """
    world, stock = repriced(network, plan.markdowns), network.stock
    late = np.where(stock.in_transit_arrival_day > 0, stock.in_transit, 0)
    slow = np.flatnonzero(plan.arrives_day > 0)
    row = network.stock_row(network.lanes.destination[plan.lane[slow]], plan.sku[slow])
    np.add.at(late, row[row >= 0], plan.units[slow][row >= 0])
    node = pd.Index(network.nodes.node_id).get_indexer(pd.Index(items.node_id)).astype(np.int32)
    sku = pd.Index(network.products.sku_id).get_indexer(pd.Index(items.sku_id)).astype(np.int32)
    row_of_item = network.stock_row(node, sku)

    def counting(item: Ints, day: Ints) -> Ints:
        rows = row_of_item[item]
        return np.where(day > 0, np.maximum(arrival_cap_units(world, rows, day) - late[rows], 0), items.units[item])

    return counting


def _needed_by(network: Network) -> Ints:
    """Last day on which units help every stock row: before the horizon ends, as the alerts say where they do."""
    alerts = network.alerts
    day = np.full(len(network.stock) + 1, network.horizon_days - 1, dtype=np.int64)
    short = np.flatnonzero(alerts.kind == AlertKind.SHORTAGE)
    np.minimum.at(day, network.stock_row(alerts.node[short], alerts.sku[short]), alerts.needed_by_days[short])
    return day[:-1]


def items_from_frame(network: Network, frame: pd.DataFrame, file: str = "items") -> Items:
    """Ask for what a table names: the table ``items`` of an event directory, with products and nodes of the network.

    Parameters
    ----------
    network : Network
    frame : DataFrame
        Columns as docs/event-directory.md says; `sku_id` and `node_id` are required here, `item_id` is not.
    file : str
        Name of the table for messages.

    Raises
    ------
    NetworkError
        With everything that is wrong.
    """
    log = ProblemLog()
    frame = frame.copy()
    if "item_id" not in frame and {"node_id", "sku_id"} <= set(frame):
        frame["item_id"] = frame["node_id"].astype(str) + "/" + frame["sku_id"].astype(str)
    parsed = parse_table(ITEMS, frame, file, {}, log)
    for column, known, what in (
        ("sku_id", network.products.sku_id, "product"),
        ("node_id", network.nodes.node_id, "node"),
    ):
        cells: dict[str, Any] = {"value": parsed[column]}
        empty = parsed[column] == ""
        message, fix = f"the item names no {what}", f"Give the {column} of the network"
        log.add_rows(file, column, "empty", empty, message=message, fix=fix, **cells)
        strange = ~empty & (pd.Index(known).get_indexer(pd.Index(parsed[column])) < 0)
        message, fix = f"the network has no {what} {{value}}", "Correct the id"
        log.add_rows(file, column, "unknown_id", strange, message=message, fix=fix, **cells)
    log.raise_errors()
    items = Items(**fields_of(parsed))
    late = np.full(len(items), network.horizon_days - 1, dtype=np.int64)
    return replace(items, needed_by_days=np.where(items.needed_by_days == NO_LIMIT, late, items.needed_by_days))
