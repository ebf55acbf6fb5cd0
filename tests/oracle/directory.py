"""Reads a network directory of CSV files into plain Python values, with its own parsing of defaults."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Key = tuple[str, str]
"""(node id, SKU id): names a position."""


@dataclass(frozen=True)
class Product:
    """What is stocked; exact numbers as the file's text has them."""

    weight_kg: Fraction
    list_price: Fraction
    salvage_value: Fraction
    case_pack: int


@dataclass(frozen=True)
class Lane:
    """An allowed directed connection; None means no limit."""

    lane_id: str
    origin: str
    destination: str
    lead_time_days: int
    fixed_cost: Fraction
    cost_per_unit: Fraction
    cost_per_kg: Fraction
    capacity_kg: Fraction | None
    max_dispatches: int | None
    min_line_units: int
    min_dispatch_kg: Fraction


@dataclass(frozen=True)
class Position:
    """One (node, SKU) cell of stock."""

    on_hand: int
    reserved: int
    safety_stock: int
    in_transit: int
    in_transit_arrival_day: int
    demand: Fraction
    holding_cost: Fraction
    shortage_penalty: Fraction


EMPTY_POSITION = Position(0, 0, 0, 0, 0, Fraction(0), Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Alert:
    """An over-stock or shortage at a position; None where the cell is empty."""

    kind: str
    node: str
    sku: str
    units: int | None
    needed_by_days: int | None
    must_serve: bool


@dataclass(frozen=True)
class Directory:
    """Everything the model of docs/model.md needs, exactly as the files say it."""

    horizon_days: int
    money_decimals: int
    transit: dict[str, bool]
    """Node id to whether received units may go on; its keys are the nodes."""
    products: dict[str, Product]
    lanes: dict[str, Lane]
    stock: dict[Key, Position]
    alerts: tuple[Alert, ...]

    @property
    def skus_in_scope(self) -> list[str]:
        """SKUs with at least one alert: the only ones that a plan may touch."""
        return sorted({alert.sku for alert in self.alerts})


def read_directory(path: Path) -> Directory:
    """Read the CSV files of a network directory; an alerted position without a stock row gets one full of zeros."""
    settings = json.loads((path / "network.json").read_text())
    alerts = tuple(_alert(row) for row in _rows(path / "alerts.csv"))
    stock = {(row["node_id"], row["sku_id"]): _position(row) for row in _rows(path / "stock.csv")}
    for alert in alerts:
        stock.setdefault((alert.node, alert.sku), EMPTY_POSITION)
    return Directory(
        horizon_days=int(settings["horizon_days"]),
        money_decimals=int(settings.get("money_decimals", 6)),
        transit={row["node_id"]: _transit(row) for row in _rows(path / "nodes.csv")},
        products={row["sku_id"]: _product(row) for row in _rows(path / "products.csv")},
        lanes={lane.lane_id: lane for lane in map(_lane, _rows(path / "lanes.csv"))},
        stock=stock,
        alerts=alerts,
    )


def _rows(path: Path) -> list[dict[str, str]]:
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
    )


def _alert(row: dict[str, str]) -> Alert:
    return Alert(
        kind=row["kind"],
        node=row["node_id"],
        sku=row["sku_id"],
        units=_cell(row, "units", int, None),
        needed_by_days=_cell(row, "needed_by_days", int, None),
        must_serve=_cell(row, "must_serve", _truth, empty=False),
    )
