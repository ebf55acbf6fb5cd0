"""Draws the rarer rules onto a small request: each is there in a few requests only, and binds where it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.oracle.drawing import Drawer, Row, table_text

LOT_COLUMNS = ("node_id", "sku_id", "lot_id", "units", "expiry_days")
LANE_RULE_COLUMNS = ("lane_id", "origin", "destination", "category", "sku_id", "allowed")
DISPLAY_COLUMNS = ("display_id", "sku_id", "node_id", "min_units", "broken_price")
TRANSFER_COLUMNS = ("lane_id", "sku_id", "units", "arrives_day", "expiry_day")
SEVERITIES = ("yellow", "orange", "red")


@dataclass(frozen=True)
class Tables:
    """Rows of a request that are still to be changed."""

    settings: dict[str, Any]
    nodes: list[Row]
    products: list[Row]
    lanes: list[Row]
    stock: list[Row]
    alerts: list[Row]


def draw_rules(drawer: Drawer, tables: Tables) -> dict[str, str]:
    """Add rules to the rows of a request. Returns the texts of the files that only rules need."""
    _draw_node_limits(drawer, tables.nodes)
    if drawer.chance(40):
        _draw_uncertain_demand(drawer, tables)
    if drawer.rule():
        for row in tables.stock:
            row["no_send_before_day"] = drawer.sometimes(60, str(drawer.days(3)))
    for product in tables.products:
        product["category"] = drawer.pick(("", "C0", "C1"))
    lots = _draw_lots(drawer, tables) if drawer.chance(35) else []
    texts = {"lots.csv": table_text(LOT_COLUMNS, lots)} if lots else {}
    if drawer.rule() and tables.lanes:
        rules = [_lane_rule(drawer, tables) for _ in range(drawer.pick((1, 1, 2, 3)))]
        texts["lane_rules.csv"] = table_text(LANE_RULE_COLUMNS, rules)
    if drawer.rule():
        texts["display_rules.csv"] = table_text(DISPLAY_COLUMNS, _display_rules(drawer, tables))
    asked = _scope(drawer, tables) | _policy(drawer) | _charges(drawer)
    if drawer.chance(30) and tables.lanes:
        lines, former = _former_lines(drawer, tables, lots), _former_plan(drawer)
        if lines or "change_prices" in former:
            texts["former/transfers.csv"] = table_text(TRANSFER_COLUMNS, lines)
            asked["former_plan"] = former
    if asked:
        texts["request.json"] = json.dumps(asked)
    return texts


def _draw_node_limits(drawer: Drawer, nodes: list[Row]) -> None:
    for column, most in (
        ("pick_capacity_units", 6),
        ("receive_capacity_units", 6),
        ("max_outbound_lanes", 1),
        ("max_inbound_lanes", 1),
    ):
        if drawer.rule():
            for node in nodes:
                node[column] = drawer.sometimes(75, str(drawer.units(1 if most > 1 else 0, most)))


def _draw_uncertain_demand(drawer: Drawer, tables: Tables) -> None:
    """Most deviations are above the root of the mean or below it, and make negative binomial or Poisson demand."""
    tables.settings["normal_demand"] = drawer.chance(25)
    for row in tables.stock:
        row["demand_std"] = drawer.sometimes(70, drawer.amount("0.217", drawer.pick(("2", "4")), "0.013"))


def _draw_lots(drawer: Drawer, tables: Tables) -> list[Row]:
    """Lots of few different expiry days; some hold more units than are on hand, some never expire."""
    days = [str(drawer.units(1, tables.settings["horizon_days"] + 1)) for _ in range(2)]
    for product in tables.products:
        product["shelf_life_days"] = drawer.sometimes(30, drawer.pick(days))
        product["min_remaining_shelf_life_days"] = drawer.sometimes(60, str(drawer.units(1, 6)))
    lots: list[Row] = []
    for row in tables.stock:
        here = drawer.pick((0, 1, 1, 2)) if int(row["on_hand"]) else 0
        for i in range(here):
            units = drawer.units(1, int(row["on_hand"]) if drawer.chance(90) else int(row["on_hand"]) + 3)
            day = drawer.sometimes(85, drawer.pick(days))
            ids = {"node_id": row["node_id"], "sku_id": row["sku_id"], "lot_id": f"B{i}"}
            lots.append(ids | {"units": str(units), "expiry_days": day})
    return lots


def _lane_rule(drawer: Drawer, tables: Tables) -> Row:
    lane, product = drawer.pick(tables.lanes), drawer.pick(tables.products)
    lane_id = lane["lane_id"] or f"{lane['origin']}>{lane['destination']}"
    ends = {"origin": lane["origin"], "destination": lane["destination"]}
    where = drawer.pick(({"lane_id": lane_id}, ends, {"origin": lane["origin"]}, dict(list(ends.items())[1:]), {}))
    what = drawer.pick(({"sku_id": product["sku_id"]}, {"category": product["category"]}, {}))
    return where | what | {"allowed": drawer.pick(("true", "false", "false"))}


def _display_rules(drawer: Drawer, tables: Tables) -> list[Row]:
    """One display or two of some SKUs, at all stores or at one node."""
    rows = []
    for i in range(drawer.pick((1, 1, 2))):
        node = drawer.sometimes(40, drawer.pick(tables.nodes)["node_id"])
        price = drawer.amount("1", "40", "0.5")
        for product in drawer.some(tables.products, 80):
            least = drawer.sometimes(70, str(drawer.units(1, 4)))
            ids = {"display_id": f"D{i}", "sku_id": product["sku_id"], "node_id": node}
            rows.append(ids | {"min_units": least, "broken_price": price})
    return rows


def _scope(drawer: Drawer, tables: Tables) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    if tables.alerts and drawer.chance(18):
        scope["alert_ids"] = [alert["alert_id"] for alert in drawer.some(tables.alerts, 30)]
    if drawer.chance(10):
        scope["sku_ids"] = [drawer.pick(tables.products)["sku_id"]]
    categories = sorted({product["category"] for product in tables.products} - {""})
    if categories and drawer.chance(14):
        scope["categories"] = [drawer.pick(categories)]
    if drawer.chance(15):
        scope["node_ids"] = [node["node_id"] for node in drawer.some(tables.nodes, 75)]
    return {"scope": scope} if scope else {}


def _policy(drawer: Drawer) -> dict[str, Any]:
    if not drawer.rule():
        return {}
    allowed = (["markdown"], [], ["transfer"], ["markdown", "transfer"])
    return {"response_policy": {severity: drawer.pick(allowed) for severity in drawer.some(SEVERITIES, 40)}}


def _charges(drawer: Drawer) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if drawer.chance(30):
        factors = (0, 0.5, 1.5, 6, 12.25, 30)
        asked["severity_weights"] = {level: drawer.pick(factors) for level in drawer.some(SEVERITIES, 80)}
    for name, high in (("min_line_benefit", ("4", "20")), ("min_dispatch_benefit", ("8", "30"))):
        if drawer.rule():
            asked[name] = float(drawer.amount("0.5", drawer.pick(high), "0.25"))
    return asked


def _former_plan(drawer: Drawer) -> dict[str, Any]:
    """How much of the former plan stays, and what changes cost, with up to two steps."""
    former: dict[str, Any] = {"plan_directory": "former"}
    if drawer.chance(40):
        former["frozen_before_day"] = drawer.pick((0, 1, 2, 3, "all"))
    if drawer.chance(70):
        days = [drawer.days(2)]
        days += [days[0] + 1 + drawer.days(2)] if drawer.chance(50) else []
        former["change_prices"] = [
            {"from_day": day, "price_per_unit": float(drawer.amount("0", drawer.pick(("3", "12")), "0.25"))}
            for day in days
        ]
    return former


def _former_lines(drawer: Drawer, tables: Tables, lots: list[Row]) -> list[Row]:
    """A few lines of own stock, most of which could be kept; sometimes units that wait at a transit node."""
    lines: dict[tuple[str, ...], Row] = {}
    stock = {(row["node_id"], row["sku_id"]): row for row in tables.stock}
    products = {row["sku_id"]: row for row in tables.products}
    for _ in range(drawer.pick((1, 2, 3, 4))):
        lane, sku = drawer.pick(tables.lanes), drawer.pick(tables.products)["sku_id"]
        origin, destination = (stock.get((lane[end], sku)) for end in ("origin", "destination"))
        least = max(int(lane["min_line_units"] or 0), int(products[sku]["case_pack"] or 1))
        most = _units_to_send(lane, products[sku], origin) if origin and destination else 0
        days = _expiry_days(products[sku], origin, lots) if origin else []
        if not origin or not days or most < least:
            continue
        pack = int(products[sku]["case_pack"] or 1)
        units = -(-least // pack) * pack if drawer.chance(50) else max(most // pack, -(-least // pack)) * pack
        transit = {node["node_id"]: node["transit"] == "true" for node in tables.nodes}[lane["origin"]]
        leaves = int(origin.get("no_send_before_day") or 0) + (drawer.days(1) if transit else 0)
        line = {
            "lane_id": lane["lane_id"] or f"{lane['origin']}>{lane['destination']}",
            "sku_id": sku,
            "arrives_day": str(leaves + int(lane["lead_time_days"] or 0)),
            "expiry_day": drawer.pick(days),
        }
        lines.setdefault(tuple(line.values()), line | {"units": str(units)})
    return list(lines.values())


def _units_to_send(lane: Row, product: Row, origin: Row) -> int:
    """Most units that one dispatch may carry of what a position may give."""
    give = int(origin["on_hand"]) - int(origin["reserved"] or 0) - int(origin["safety_stock"] or 0)
    if not lane["capacity_kg"]:
        return give
    return min(give, int(Decimal(lane["capacity_kg"]) / Decimal(product["unit_weight_kg"])))


def _expiry_days(product: Row, origin: Row, lots: list[Row]) -> list[str]:
    """Expiry days that units at a position may have; an empty one where the SKU does not expire."""
    alike = [lot for lot in lots if lot["sku_id"] == product["sku_id"]]
    fresh = product.get("shelf_life_days", "")
    if not fresh and not any(lot["expiry_days"] for lot in alike):
        return [""]
    days = [lot["expiry_days"] for lot in alike if lot["node_id"] == origin["node_id"]]
    return [day for day in [*days, fresh] if day]
