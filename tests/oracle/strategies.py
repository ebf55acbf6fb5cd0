"""Draws small requests over all rules of docs/model.md at random and writes them as network directories."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from hypothesis import strategies as st

from tests.oracle.drawing import EVEN, OVER, SHORT, SMALL, Drawer, NetworkFiles, Profile, Row, table_text
from tests.oracle.drawn_prices import draw_outside, draw_prices, draw_responses
from tests.oracle.drawn_rules import Tables, draw_rules

NODE_COLUMNS = (
    "node_id", "kind", "zone", "transit", "pick_capacity_units", "receive_capacity_units", "max_outbound_lanes",
    "max_inbound_lanes",
)  # fmt: skip
PRODUCT_COLUMNS = (
    "sku_id", "category", "unit_weight_kg", "unit_cost", "list_price", "salvage_value", "case_pack", "shelf_life_days",
    "min_remaining_shelf_life_days",
)  # fmt: skip
LANE_COLUMNS = (
    "lane_id", "origin", "destination", "lead_time_days", "fixed_cost", "cost_per_unit", "cost_per_kg", "capacity_kg",
    "max_dispatches", "min_line_units", "min_dispatch_kg",
)  # fmt: skip
STOCK_COLUMNS = (
    "node_id", "sku_id", "on_hand", "reserved", "safety_stock", "in_transit", "in_transit_arrival_day", "demand_mean",
    "demand_std", "holding_cost", "shortage_penalty", "no_send_before_day",
)  # fmt: skip
ALERT_COLUMNS = ("alert_id", "kind", "node_id", "sku_id", "severity", "units", "needed_by_days", "must_serve")


@st.composite
def network_files(draw: st.DrawFn, profile: Profile = SMALL) -> NetworkFiles:
    """A small network directory with surplus, shortage and a share of every rule."""
    drawer = Drawer(profile, draw(st.integers(0, 2**32 - 1)))
    weighed = drawer.chance(90)
    nodes, roles = _nodes(drawer, draw(st.sampled_from(range(profile.nodes[0], profile.nodes[1] + 1))))
    products = [
        _product(drawer, f"P{i}", weighed) for i in range(draw(st.sampled_from(range(1, profile.max_skus + 1))))
    ]
    lanes = _lanes(drawer, draw(st.sampled_from(range(profile.lanes[0], profile.lanes[1] + 1))), nodes, roles, weighed)
    stock = [
        _position(drawer, node, product, role)
        for node, role in zip(nodes, roles, strict=True)
        for product in products
        if drawer.chance(60 if role == EVEN else 92)
    ]
    if lanes and weighed and len(products) > 1 and len(nodes) > 3 and drawer.chance(30):
        stock = _bait_for_phantoms(drawer, nodes[2:4], products[-1], lanes, stock)
    settings = {
        "currency": "USD",
        "as_of": "2024-01-01",
        "horizon_days": draw(st.integers(*profile.horizon_days)),
        "money_decimals": drawer.pick((6, 6, 6, 4, 2, 2, 0)),
    }
    alerts = _alerts(drawer, nodes, roles, products)
    tables = Tables(settings, nodes, products, lanes, stock, alerts)
    rules = draw_rules(drawer, tables)
    if profile.prices or profile.outside:
        rules |= _prices_and_exits(drawer, tables, rules)
    return NetworkFiles(
        {
            "network.json": json.dumps(settings),
            "nodes.csv": table_text(NODE_COLUMNS, nodes),
            "products.csv": table_text(PRODUCT_COLUMNS, products),
            "lanes.csv": table_text(LANE_COLUMNS, lanes),
            "stock.csv": table_text(STOCK_COLUMNS, stock),
            "alerts.csv": table_text(ALERT_COLUMNS, alerts),
        }
        | rules
    )


def _prices_and_exits(drawer: Drawer, tables: Tables, rules: dict[str, str]) -> dict[str, str]:
    """Texts of what markdowns, exits and purchases need, and the request that allows or forbids them.

    What lines must earn is not asked together with prices: which lines are loose, budgets and targets leave open.
    """
    texts = draw_prices(drawer, tables) if drawer.profile.prices else {}
    texts |= draw_outside(drawer, tables) if drawer.profile.outside else {}
    asked = json.loads(rules.get("request.json", "{}")) | draw_responses(drawer)
    if drawer.profile.prices:
        asked = {
            name: value for name, value in asked.items() if name not in ("min_line_benefit", "min_dispatch_benefit")
        }
    return texts | ({"request.json": json.dumps(asked)} if asked else {})


def _nodes(drawer: Drawer, count: int) -> tuple[list[Row], list[str]]:
    """Nodes and what most of their positions are: at least one with surplus and one with shortages."""
    roles = [OVER, SHORT, *(drawer.pick((EVEN, SHORT, OVER)) for _ in range(count - 2))]
    nodes = []
    for i, role in enumerate(roles):
        kind = (
            drawer.pick(("warehouse", "store", "store"))
            if role != SHORT
            else drawer.pick(("store", "store", "warehouse"))
        )
        kind = "supplier" if role == OVER and drawer.chance(10) else kind
        transit = drawer.pick(("", "", "", "true", "false"))
        nodes.append({"node_id": f"N{i}", "kind": kind, "transit": "true" if role == EVEN else transit})
    return nodes, roles


def _product(drawer: Drawer, sku: str, weighed: bool) -> Row:
    """A product whose price is above its salvage value, so that V is concave everywhere."""
    price = drawer.amount("6", "40", "0.01")
    salvage = str(Decimal(drawer.amount("0", "0.7", "0.1")) * Decimal(price))
    return {
        "sku_id": sku,
        "unit_weight_kg": drawer.amount("0.2", "4", "0.001") if weighed else "",
        "unit_cost": drawer.sometimes(50, drawer.amount("1", "6", "0.01")),
        "list_price": price,
        "salvage_value": drawer.sometimes(80, drawer.pick((*[salvage] * 9, "-0.75"))),
        "case_pack": drawer.sometimes(30, str(drawer.units(2, 4))),
    }


def _lanes(drawer: Drawer, count: int, nodes: list[Row], roles: list[str], weighed: bool) -> list[Row]:
    """Lanes from surplus over transit to shortage for the most part, with ids where two connect the same nodes."""
    if not count:
        return []
    names = [node["node_id"] for node in nodes]
    origins = [n for n, role in zip(names, roles, strict=True) for _ in range({OVER: 3, EVEN: 2, SHORT: 1}[role])]
    receivers = [n for n, role in zip(names, roles, strict=True) for _ in range({OVER: 1, EVEN: 2, SHORT: 3}[role])]
    leads = [drawer.days(drawer.profile.max_lead_days) for _ in range(2)] if drawer.chance(65) else [0]
    transit = [node["node_id"] for node in nodes if node["transit"] == "true"]
    ends = [(names[0], names[1])] if not transit or drawer.chance(40) else []
    ends += [(names[0], transit[0]), (transit[0], names[1])] if transit and transit[0] not in names[:2] else []
    while len(ends) < count:
        origin = drawer.pick(origins)
        destination = drawer.pick([node for node in receivers if node != origin])
        ends.append(drawer.pick([(origin, destination)] * 5 + [(b, a) for a, b in ends[-1:]]))
    lanes = [_lane(drawer, origin, destination, leads, weighed) for origin, destination in ends]
    for i, lane in enumerate(lanes):
        lane["lane_id"] = f"L{i}" if ends.count(ends[i]) > 1 or drawer.chance(30) else ""
    return lanes


def _bait_for_phantoms(drawer: Drawer, nodes: list[Row], product: Row, lanes: list[Row], stock: list[Row]) -> list[Row]:
    """Tempt a plan to fill a least load with units from nowhere: returns the stock rows that remain.

    Two transit nodes without a product are connected both ways within a day, so that a cycle of that product could
    bring the lane between them up to the load that its dispatches need.
    """
    names = [node["node_id"] for node in nodes]
    for node in nodes:
        node["transit"] = "true"
    there = _lane(drawer, names[0], names[1], [0], weighed=True)
    back = _lane(drawer, names[1], names[0], [0], weighed=True)
    plain = {"capacity_kg": "", "max_dispatches": "", "cost_per_unit": "", "cost_per_kg": "", "fixed_cost": ""}
    lanes.append(there | plain | {"lane_id": "there", "min_dispatch_kg": drawer.amount("6", "30", "0.5")})
    lanes.append(back | plain | {"lane_id": "back", "min_dispatch_kg": ""})
    return [row for row in stock if (row["sku_id"], row["node_id"] in names) != (product["sku_id"], True)]


def _lane(drawer: Drawer, origin: str, destination: str, leads: Sequence[int], weighed: bool) -> Row:
    capacity = drawer.sometimes(50 if weighed else 0, drawer.amount("2", drawer.pick(("20", "8")), "0.001"))
    least = drawer.amount("1", str(min(Decimal(12), Decimal(capacity or 12))), "0.5")
    return {
        "lane_id": "",
        "origin": origin,
        "destination": destination,
        "lead_time_days": drawer.sometimes(75, str(drawer.pick(leads))),
        "fixed_cost": drawer.sometimes(60, drawer.amount("0.5", drawer.pick(("8", "25")), "0.01")),
        "cost_per_unit": drawer.sometimes(60, drawer.amount("0", "2.5", "0.01")),
        "cost_per_kg": drawer.sometimes(60 if weighed else 0, drawer.amount("0", "0.6", "0.001")),
        "capacity_kg": capacity,
        "max_dispatches": drawer.sometimes(60 if capacity else 15, str(drawer.pick((1, 1, 2, 3)))),
        "min_line_units": drawer.sometimes(25, str(drawer.units(2, 7))),
        "min_dispatch_kg": drawer.sometimes(35 if weighed else 0, least),
    }


def _position(drawer: Drawer, node: Row, product: Row, role: str) -> Row:
    """A stock row; some have fractional demand, units promised away, safety stock or stock on its way."""
    role = drawer.pick((OVER, EVEN, SHORT)) if drawer.chance(15) else role
    on_hand = {OVER: (4, 16), EVEN: (0, 6), SHORT: (0, 3)}[role]
    demand = {OVER: (0, 3), EVEN: (0, 6), SHORT: (3, 14)}[role]
    fraction = Decimal(drawer.pick(("0.25", "0.3", "0.5", "0.75"))) if drawer.chance(30) else Decimal(0)
    return {
        "node_id": node["node_id"],
        "sku_id": product["sku_id"],
        "on_hand": str(drawer.units(*on_hand)),
        "reserved": drawer.sometimes(15, str(drawer.units(1, 4))),
        "safety_stock": drawer.sometimes(25, str(drawer.units(1, 4))),
        "in_transit": drawer.sometimes(25, str(drawer.units(1, 6))),
        "in_transit_arrival_day": drawer.sometimes(70, str(drawer.days(2 + drawer.profile.max_lead_days))),
        "demand_mean": str(drawer.units(*demand) + fraction),
        "holding_cost": drawer.sometimes(60, drawer.amount("0.01", "2", "0.01")),
        "shortage_penalty": drawer.sometimes(60, drawer.amount("0.01", "8", "0.01")),
    }


def _alerts(drawer: Drawer, nodes: list[Row], roles: list[str], products: list[Row]) -> list[Row]:
    """One to three alerts on most SKUs, a few of them hard demands; some on positions without a stock row."""
    alerts: list[Row] = []
    for product in products:
        for _ in range(drawer.pick((1, 2, 3)) if drawer.chance(85) else 0):
            i = drawer.pick(range(len(nodes)))
            hard = drawer.chance(16)
            likely = {OVER: "overstock", SHORT: "shortage", EVEN: "shortage"}[roles[i]]
            alerts.append(
                {
                    "alert_id": f"A{len(alerts)}",
                    "kind": drawer.pick(("overstock", "shortage")) if drawer.chance(10) else likely,
                    "node_id": nodes[i]["node_id"],
                    "sku_id": product["sku_id"],
                    "severity": drawer.pick(("", "yellow", "orange", "red")),
                    "units": drawer.sometimes(80 if hard else 60, str(drawer.units(1, 3 if hard else 5))),
                    "needed_by_days": drawer.sometimes(85 if hard else 30, str(drawer.days(3))),
                    "must_serve": "true" if hard else drawer.pick(("", "false")),
                }
            )
    return alerts
