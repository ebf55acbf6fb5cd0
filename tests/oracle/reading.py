"""Reads a network directory of CSV files into plain Python values, with its own parsing of defaults."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from tests.oracle.asked import NEVER, read_asked
from tests.oracle.directory import (
    EMPTY_POSITION,
    Alert,
    Directory,
    DisplayRule,
    Exit,
    Lane,
    LaneRule,
    Lot,
    NodeLimits,
    Position,
    Product,
    Quote,
)
from tests.oracle.outside import with_outside
from tests.oracle.price_tables import read_price_tables

T = TypeVar("T")


def read_directory(path: Path) -> Directory:
    """Read the CSV files of a network directory; an alerted position without a stock row gets one full of zeros."""
    settings = json.loads((path / "network.json").read_text())
    alerts = tuple(_alert(row) for row in _rows(path / "alerts.csv"))
    nodes = _rows(path / "nodes.csv")
    stock = {(row["node_id"], row["sku_id"]): _position(row) for row in _rows(path / "stock.csv")}
    for alert in alerts:
        stock.setdefault((alert.node, alert.sku), EMPTY_POSITION)
    inside = Directory(
        horizon_days=int(settings["horizon_days"]),
        money_decimals=int(settings.get("money_decimals", 6)),
        transit={row["node_id"]: _transit(row) for row in nodes},
        products={row["sku_id"]: _product(row) for row in _rows(path / "products.csv")},
        lanes={lane.lane_id: lane for lane in map(_lane, _rows(path / "lanes.csv"))},
        stock=stock,
        alerts=alerts,
        normal_demand=bool(settings.get("normal_demand", False)),
        stores=frozenset(row["node_id"] for row in nodes if row["kind"] == "store"),
        limits={row["node_id"]: _limits(row) for row in nodes},
        lots=tuple(_lot(row) for row in _rows(path / "lots.csv")),
        lane_rules=tuple(_lane_rule(row) for row in _rows(path / "lane_rules.csv")),
        displays=tuple(_display_rule(row) for row in _rows(path / "display_rules.csv")),
        asked=read_asked(path),
        periods=int(settings.get("periods", 1)),
        zones={row["node_id"]: row["zone"] for row in nodes if row.get("zone")},
        suppliers=frozenset(row["node_id"] for row in nodes if row["kind"] == "supplier"),
        prices=read_price_tables(path),
    )
    exits = [_exit(row) for row in _rows(path / "exits.csv")]
    return with_outside(inside, exits, [_quote(row) for row in _rows(path / "quotes.csv")])


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a table; one that is not there has none."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _cell(row: dict[str, str], column: str, parse: Callable[[str], T], empty: T) -> T:
    text = row.get(column) or ""
    return parse(text) if text else empty


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _transit(row: dict[str, str]) -> bool:
    return _cell(row, "transit", _truth, empty=row["kind"] == "warehouse")


def _product(row: dict[str, str]) -> Product:
    unit_cost = _cell(row, "unit_cost", Fraction, Fraction(0))
    return Product(
        weight_kg=_cell(row, "unit_weight_kg", Fraction, Fraction(0)),
        list_price=Fraction(row["list_price"]),
        salvage_value=_cell(row, "salvage_value", Fraction, unit_cost),
        case_pack=_cell(row, "case_pack", int, 1),
        category=row.get("category") or "",
        shelf_life_days=_cell(row, "shelf_life_days", int, None),
        min_remaining_days=_cell(row, "min_remaining_shelf_life_days", int, 0),
        unit_cost=unit_cost,
    )


def _exit(row: dict[str, str]) -> Exit:
    names = {"node": "node_id", "sku": "sku_id", "category": "category"}
    amounts = ("unit_proceeds", "proceeds_share_of_cost", "unit_fee", "fixed_cost")
    return Exit(
        row["exit_id"],
        row["kind"],
        **{name: row.get(column) or "" for name, column in names.items()},
        **{name: _cell(row, name, Fraction, Fraction(0)) for name in amounts},
        min_lot_units=_cell(row, "min_lot_units", int, 0),
        capacity_units=_cell(row, "capacity_units", int, None),
        max_share=_cell(row, "max_share", Fraction, Fraction(1)),
        from_day=_cell(row, "from_day", int, 0),
        until_day=_cell(row, "until_day", int, None),
    )


def _quote(row: dict[str, str]) -> Quote:
    return Quote(
        row["quote_id"],
        row["node_id"],
        row["sku_id"],
        Fraction(row["unit_price"]),
        int(row["max_units"]),
        _cell(row, "min_units", int, 0),
        _cell(row, "fixed_cost", Fraction, Fraction(0)),
        _cell(row, "lead_time_days", int, 0),
    )


def _lane(row: dict[str, str]) -> Lane:
    return Lane(
        lane_id=row.get("lane_id") or f"{row['origin']}>{row['destination']}",
        origin=row["origin"],
        destination=row["destination"],
        lead_time_days=_cell(row, "lead_time_days", int, 0),
        fixed_cost=_cell(row, "fixed_cost", Fraction, Fraction(0)),
        cost_per_unit=_cell(row, "cost_per_unit", Fraction, Fraction(0)),
        cost_per_kg=_cell(row, "cost_per_kg", Fraction, Fraction(0)),
        capacity_kg=_cell(row, "capacity_kg", Fraction, None),
        max_dispatches=_cell(row, "max_dispatches", int, None),
        min_line_units=_cell(row, "min_line_units", int, 0),
        min_dispatch_kg=_cell(row, "min_dispatch_kg", Fraction, Fraction(0)),
    )


def _position(row: dict[str, str]) -> Position:
    return Position(
        on_hand=int(row["on_hand"]),
        reserved=_cell(row, "reserved", int, 0),
        safety_stock=_cell(row, "safety_stock", int, 0),
        in_transit=_cell(row, "in_transit", int, 0),
        in_transit_arrival_day=_cell(row, "in_transit_arrival_day", int, 0),
        demand=Fraction(row["demand_mean"]),
        holding_cost=_cell(row, "holding_cost", Fraction, Fraction(0)),
        shortage_penalty=_cell(row, "shortage_penalty", Fraction, Fraction(0)),
        demand_std=_cell(row, "demand_std", Fraction, Fraction(0)),
        no_send_before_day=_cell(row, "no_send_before_day", int, 0),
    )


def _alert(row: dict[str, str]) -> Alert:
    return Alert(
        kind=row["kind"],
        node=row["node_id"],
        sku=row["sku_id"],
        units=_cell(row, "units", int, None),
        needed_by_days=_cell(row, "needed_by_days", int, None),
        must_serve=_cell(row, "must_serve", _truth, empty=False),
        alert_id=row["alert_id"],
        severity=row.get("severity") or "",
    )


def _limits(row: dict[str, str]) -> NodeLimits:
    return NodeLimits(
        pick_units=_cell(row, "pick_capacity_units", int, None),
        receive_units=_cell(row, "receive_capacity_units", int, None),
        outbound_lanes=_cell(row, "max_outbound_lanes", int, None),
        inbound_lanes=_cell(row, "max_inbound_lanes", int, None),
    )


def _lot(row: dict[str, str]) -> Lot:
    return Lot(row["node_id"], row["sku_id"], int(row["units"]), _cell(row, "expiry_days", int, NEVER))


def _lane_rule(row: dict[str, str]) -> LaneRule:
    names = ("lane_id", "origin", "destination", "category", "sku_id")
    return LaneRule(*(row.get(name) or "" for name in names), allowed=_truth(row["allowed"]))


def _display_rule(row: dict[str, str]) -> DisplayRule:
    price = _cell(row, "broken_price", Fraction, Fraction(0))
    node = row.get("node_id") or ""
    return DisplayRule(row["display_id"], row["sku_id"], node, _cell(row, "min_units", int, 1), price)
