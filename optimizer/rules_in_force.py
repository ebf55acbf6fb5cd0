"""Which rules of a network or request stand against a plan, where, and what either is without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.outside import exit_of_lane, outside_lanes, outside_nodes, with_outside, without_outside
from network.tables import Network
from optimizer.plan import Plan
from optimizer.plan_lines import lane_load
from optimizer.request import Request
from optimizer.scope import hard_alerts, skus_in_scope
from optimizer.worth.economics import NO_WEIGHT_LIMIT, give_units, lane_capacity, lane_least_load, product_weight

Rows = NDArray[np.intp]
Ints = NDArray[np.int64]

_FREE: Final[dict[str, Any]] = {
    "lanes.max_dispatches": NO_LIMIT,
    "lanes.capacity_kg": np.inf,
    "lanes.min_dispatch_kg": 0.0,
    "lanes.min_line_units": 0,
    "nodes.pick_capacity_units": NO_LIMIT,
    "nodes.receive_capacity_units": NO_LIMIT,
    "nodes.max_outbound_lanes": NO_LIMIT,
    "nodes.max_inbound_lanes": NO_LIMIT,
    "products.case_pack": 1,
    "products.min_remaining_shelf_life_days": 0,
    "stock.safety_stock": 0,
    "stock.no_send_before_day": 0,
    "exits.capacity_units": NO_LIMIT,
    "exits.min_lot_units": 0,
    "exits.max_share": 1.0,
    "exits.until_day": NO_LIMIT,
    "quotes.min_units": 0,
    "lane_rules.allowed": True,
    "alerts.must_serve": False,
}
"""What a cell says that demands nothing, by table and column."""

ONE_BY_ONE: Final = frozenset(
    {
        "lanes.max_dispatches",
        "lanes.capacity_kg",
        "nodes.pick_capacity_units",
        "nodes.receive_capacity_units",
        "nodes.max_outbound_lanes",
        "nodes.max_inbound_lanes",
        "stock.safety_stock",
        "exits.capacity_units",
        "exits.max_share",
        "lane_rules.allowed",
        "alerts.must_serve",
    }
)
"""Rules whose rows are worth a look each."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that a plan keeps and may suffer from."""

    name: str
    """The input field that makes it, for example ``lanes.max_dispatches``."""
    rows: Rows
    """Rows of the field's table that are at their limit in the plan, or where that cannot be seen, all that say it;
    empty for rules of the request."""


def rules_in_force(network: Network, request: Request, plan: Plan) -> list[Rule]:
    """Find the rules that could cost a plan something: those at their limit.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.

    Returns
    -------
    list of Rule
        Those of the network, then those of the request.
    """
    found = [
        Rule(name, np.flatnonzero(at_limit))
        for part in (_of_lanes, _of_nodes, _of_stock, _of_outside)
        for name, at_limit in part(network, request, plan).items()
    ]
    found.append(Rule("lane_rules.allowed", np.flatnonzero(~network.lane_rules.allowed)))
    found.append(Rule("alerts.must_serve", hard_alerts(network, request)))
    asked = [Rule(name, np.empty(0, dtype=np.intp)) for name in _of_request(request)]
    return [rule for rule in found if len(rule.rows)] + asked


def without_rule(network: Network, request: Request, rule: Rule, rows: Rows | None = None) -> tuple[Network, Request]:
    """Return network and request without a rule: in every row of its table, or in some only."""
    if rule.name in _REQUEST_WITHOUT:
        return network, _REQUEST_WITHOUT[rule.name](request)
    table_name, column = rule.name.split(".")
    table = getattr(network, table_name)
    values = getattr(table, column).copy()
    values[slice(None) if rows is None else rows] = _FREE[rule.name]
    freed = replace(network, **{table_name: replace(table, **{column: values})})
    return with_outside(without_outside(freed)) if table_name in ("exits", "quotes") else freed, request


def place_of(network: Network, rule: Rule, row: int) -> str:
    """Name a row of a rule's table by its ids."""
    table = rule.name.split(".")[0]
    if table in ("stock", "alerts"):
        cell = getattr(network, table)
        position = f"{network.nodes.node_id[cell.node[row]]}/{network.products.sku_id[cell.sku[row]]}"
        return position if table == "stock" else str(network.alerts.alert_id[row])
    if table == "lane_rules":
        return f"row {row + 1}"
    ids = {"lanes": network.lanes.lane_id, "nodes": network.nodes.node_id, "products": network.products.sku_id}
    ids |= {"exits": network.exits.exit_id, "quotes": network.quotes.quote_id}
    return str(ids[table][row])


def _of_lanes(network: Network, request: Request, plan: Plan) -> dict[str, NDArray[np.bool_]]:
    """Lanes that run all they may, are full, or do not carry what they would have to."""
    lanes, n_lanes = network.lanes, len(network.lanes)
    runs = np.zeros(n_lanes, dtype=np.int64)
    runs[plan.dispatch_lane] = plan.dispatches
    weight, load, capacity = product_weight(network), lane_load(network, plan), lane_capacity(network)
    lightest = np.full(n_lanes, NO_WEIGHT_LIMIT)
    np.minimum.at(lightest, plan.lane, np.maximum(weight[plan.sku], 1))
    limited = (capacity < NO_WEIGHT_LIMIT) & (runs > 0)
    room = np.where(limited, capacity, 0) * runs - load
    least, smallest = lane_least_load(network), np.full(n_lanes, NO_LIMIT, dtype=np.int64)
    np.minimum.at(smallest, plan.lane, plan.units)
    spare = load - least * runs
    pack = network.products.case_pack.max(initial=1)
    return {
        "lanes.max_dispatches": (lanes.max_dispatches != NO_LIMIT) & (runs >= lanes.max_dispatches),
        "lanes.capacity_kg": limited & (room < lightest),
        # A lane that is not used may be so because of its least load.
        "lanes.min_dispatch_kg": (least > 0) & ((runs == 0) | (spare < lightest)),
        "lanes.min_line_units": (lanes.min_line_units > 1)
        & ~outside_lanes(network)
        & ((runs == 0) | (smallest < lanes.min_line_units + pack)),
    }


def _of_nodes(network: Network, request: Request, plan: Plan) -> dict[str, NDArray[np.bool_]]:
    """Nodes that pick, receive or open as much as they may: not one more case, not one more lane."""
    nodes, lanes, count = network.nodes, network.lanes, len(network.nodes)
    case = np.ones(count, dtype=np.int64)
    used = np.unique(plan.lane)
    found = {}
    for ends, capacity, most in (
        (lanes.origin, "pick_capacity_units", "max_outbound_lanes"),
        (lanes.destination, "receive_capacity_units", "max_inbound_lanes"),
    ):
        units = np.zeros(count, dtype=np.int64)
        np.add.at(units, ends[plan.lane], plan.units)
        np.maximum.at(case, ends[plan.lane], network.products.case_pack[plan.sku])
        limit, opened = getattr(nodes, capacity), np.bincount(ends[used], minlength=count)
        found[f"nodes.{capacity}"] = (limit != NO_LIMIT) & (limit - units < case) & ~outside_nodes(network)
        found[f"nodes.{most}"] = (getattr(nodes, most) != NO_LIMIT) & (opened >= getattr(nodes, most))
    return found


def _of_stock(network: Network, request: Request, plan: Plan) -> dict[str, NDArray[np.bool_]]:
    """Positions that gave all they may or may not give yet, and products with cases or days left to keep."""
    stock, products = network.stock, network.products
    in_scope = skus_in_scope(network, request)
    sent = np.zeros(len(stock), dtype=np.int64)
    row = network.stock_row(network.lanes.origin[plan.lane], plan.sku)
    np.add.at(sent, row[row >= 0], plan.units[row >= 0])
    gave_all = give_units(network) - sent < products.case_pack[stock.sku]
    there = stock.on_hand > stock.reserved
    return {
        "stock.safety_stock": (stock.safety_stock > 0) & in_scope[stock.sku] & gave_all & there,
        "stock.no_send_before_day": (stock.no_send_before_day > 0) & in_scope[stock.sku] & there,
        "products.case_pack": (products.case_pack > 1) & in_scope,
        "products.min_remaining_shelf_life_days": (products.min_remaining_shelf_life_days > 0) & in_scope,
    }


def _of_outside(network: Network, request: Request, plan: Plan) -> dict[str, NDArray[np.bool_]]:
    """Find exits that are full, and all that ask for lots or close, and quotes with a smallest order."""
    exits, exit_row = network.exits, exit_of_lane(network)[plan.lane]
    taken = np.zeros(len(exits), dtype=np.int64)
    np.add.at(taken, exit_row[exit_row >= 0], plan.units[exit_row >= 0])
    case = network.products.case_pack.max(initial=1)
    return {
        "exits.capacity_units": (exits.capacity_units != NO_LIMIT) & (exits.capacity_units - taken < case),
        "exits.min_lot_units": exits.min_lot_units > 1,
        "exits.max_share": exits.max_share < 1.0,
        "exits.until_day": exits.until_day != NO_LIMIT,
        "quotes.min_units": network.quotes.min_units > 1,
    }


def _of_request(request: Request) -> list[str]:
    """Rules that a request makes."""
    scopes = (request.scope_sku_ids, request.scope_categories, request.scope_node_ids, request.scope_alert_ids)
    made = {
        "request.scope": any(scope is not None for scope in scopes),
        "request.response_policy": bool(request.response_policy),
        "request.responses": request.responses is not None,
        "request.former_plan": request.former_plan is not None and request.former_plan.frozen_before_day > 0,
    }
    return [name for name, is_made in made.items() if is_made]


def _anywhere(request: Request) -> Request:
    return replace(request, scope_sku_ids=None, scope_categories=None, scope_node_ids=None, scope_alert_ids=None)


def _thawed(request: Request) -> Request:
    former = request.former_plan
    return replace(request, former_plan=None if former is None else replace(former, frozen_before_day=0))


_REQUEST_WITHOUT: Final[dict[str, Callable[[Request], Request]]] = {
    "request.scope": _anywhere,
    "request.response_policy": lambda request: replace(request, response_policy={}),
    "request.responses": lambda request: replace(request, responses=None),
    "request.former_plan": _thawed,
}
