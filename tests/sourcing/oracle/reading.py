"""Tables of an event as plain records; money and millionths are whole numbers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

MILLION = 10**6


@dataclass(frozen=True)
class Item:
    item_id: str
    group: str
    units: int
    most: int | None
    needed_by: int | None
    penalty: int | None
    """Money per uncovered unit; None: must be covered."""
    shortage: int | None
    """Money per unit missing in a scenario."""


@dataclass(frozen=True)
class Supplier:
    supplier_id: str
    group: str
    fixed: int
    capacity: int | None
    incumbent: bool
    blocked: bool
    failure: float


@dataclass(frozen=True, order=True)
class Tier:
    first: int
    price: Fraction
    """Money per unit, not yet rounded."""


@dataclass(frozen=True)
class Bid:
    bid_id: str
    supplier: int
    item: int
    tiers: tuple[Tier, ...]
    """Rising."""
    incremental: bool
    least: int
    most: int | None
    pack: int
    lead_days: int
    expired: bool
    freight: int
    load: int
    alternate: str
    package: str
    deliveries: tuple[tuple[int, int], ...]
    """Day, lead time not added, and units."""


@dataclass(frozen=True)
class Rule:
    rule_id: str
    kind: str
    sense: str
    measure: str
    suppliers: tuple[int, ...]
    items: tuple[int, ...]
    per: str
    if_winning: bool
    amount: Fraction | None
    share: int | None
    """Millionths."""
    price: int | None


@dataclass(frozen=True)
class World:
    unit: int
    """Money of one currency unit."""
    items: tuple[Item, ...]
    suppliers: tuple[Supplier, ...]
    bids: tuple[Bid, ...]
    rules: tuple[Rule, ...]
    measure: str
    cvar_level: int
    cvar_weight: int
    """Millionths."""
    scenarios: tuple[tuple[int, frozenset[int]], ...]
    """Millionths and the suppliers that fail; together one million."""
    survive: int | None


Row = dict[str, Any]


def rows(frames: Mapping[str, pd.DataFrame], table: str) -> Iterator[Row]:
    """Rows of a table without their empty cells."""
    for row in frames.get(table, pd.DataFrame()).to_dict("records"):
        yield {str(key): value for key, value in row.items() if not (value is None or pd.isna(value) or value == "")}


def millionths(value: Any) -> int:
    """A decimal in millionths, half to even."""
    return round(Fraction(str(value)) * MILLION)


def read_world(frames: Mapping[str, pd.DataFrame], settings: Row) -> World:
    """The event of tables and settings."""
    unit = 10 ** int(settings.get("money_decimals", 6))
    rates = {row["currency"]: Fraction(str(row["rate"])) for row in rows(frames, "rates")}

    def money(row: Row, column: str) -> int | None:
        return round(Fraction(str(row[column])) * unit) if column in row else None

    def tier(row: Row, first: int, rate: Fraction) -> Tier:
        return Tier(first, Fraction(str(row["unit_price"])) * rate * unit)

    items = tuple(
        _item(row, money(row, "uncovered_penalty"), money(row, "shortage_penalty")) for row in rows(frames, "items")
    )
    suppliers = tuple(_supplier(row, money(row, "fixed_cost") or 0) for row in rows(frames, "suppliers"))
    place = {item.item_id: number for number, item in enumerate(items)}
    seat = {supplier.supplier_id: number for number, supplier in enumerate(suppliers)}
    bids = []
    for row in rows(frames, "bids"):
        rate = rates.get(row.get("currency"), Fraction(1))
        steps = [step for step in rows(frames, "tiers") if step["bid_id"] == row["bid_id"]]
        tiers = sorted(tier(step, int(step["from_units"]), rate) for step in steps)
        bids.append(
            Bid(
                **_bid(row, settings),
                supplier=seat[row["supplier_id"]],
                item=place[row["item_id"]],
                tiers=tuple(tiers or [tier(row, 1, rate)]),
                freight=money(row, "freight_per_unit") or 0,
                deliveries=tuple(
                    (int(part["day"]), int(part["units"]))
                    for part in rows(frames, "deliveries")
                    if part["bid_id"] == row["bid_id"]
                ),
            )
        )
    rules = tuple(_rule(row, items, suppliers, money(row, "violation_price")) for row in rows(frames, "rules"))
    risk = {key: value for key, value in (settings.get("risk") or {}).items() if value is not None}
    survive = risk.get("survive_share")
    return World(
        unit,
        items,
        suppliers,
        tuple(bids),
        rules,
        risk.get("measure", "none"),
        millionths(risk.get("cvar_level", 0.9)),
        millionths(risk.get("cvar_weight", 0.5)),
        _scenarios(frames, seat, suppliers, risk),
        None if survive is None else millionths(survive),
    )


def _whole(row: Row, column: str) -> int | None:
    return int(row[column]) if column in row else None


def _item(row: Row, penalty: int | None, shortage: int | None) -> Item:
    return Item(
        row["item_id"],
        row.get("item_group", ""),
        int(row["units"]),
        _whole(row, "max_units"),
        _whole(row, "needed_by_days"),
        penalty,
        penalty if shortage is None else shortage,
    )


def _supplier(row: Row, fixed: int) -> Supplier:
    return Supplier(
        row["supplier_id"],
        row.get("supplier_group", ""),
        fixed,
        _whole(row, "capacity_units"),
        bool(row.get("incumbent", False)),
        bool(row.get("blocked", False)),
        millionths(row.get("failure_probability", 0)) / MILLION,
    )


def _bid(row: Row, settings: Row) -> Row:
    """What a row of bids says without the help of other tables."""
    until = row.get("valid_until")
    as_of = datetime.date.fromisoformat(str(settings["as_of"]))
    return {
        "bid_id": row["bid_id"],
        "incremental": row.get("tier_kind") == "incremental",
        "least": int(row.get("min_units", 0)),
        "most": _whole(row, "max_units"),
        "pack": int(row.get("pack_units", 1)),
        "lead_days": int(row.get("lead_time_days", 0)),
        "expired": until is not None and datetime.date.fromisoformat(str(until)[:10]) < as_of,
        "load": int(row.get("capacity_per_unit", 1)),
        "alternate": row.get("alternate_id", ""),
        "package": row.get("package_id", ""),
    }


def _rule(row: Row, items: tuple[Item, ...], suppliers: tuple[Supplier, ...], price: int | None) -> Rule:
    who = (
        number
        for number, supplier in enumerate(suppliers)
        if row.get("supplier_id", supplier.supplier_id) == supplier.supplier_id
        and row.get("supplier_group", supplier.group) == supplier.group
        and (supplier.incumbent or not row.get("incumbents", False))
    )
    what = (
        number
        for number, item in enumerate(items)
        if row.get("item_id", item.item_id) == item.item_id and row.get("item_group", item.group) == item.group
    )
    return Rule(
        row["rule_id"],
        row.get("kind", "limit"),
        row.get("sense", ""),
        row.get("measure", ""),
        tuple(who),
        tuple(what),
        row.get("per", "all"),
        bool(row.get("if_winning", False)),
        Fraction(str(row["amount"])) if "amount" in row else None,
        millionths(row["share"]) if "share" in row else None,
        price,
    )


def _scenarios(
    frames: Mapping[str, pd.DataFrame], seat: dict[str, int], suppliers: tuple[Supplier, ...], risk: Row
) -> tuple[tuple[int, frozenset[int]], ...]:
    """Probabilities in millionths of the sets of suppliers that fail."""
    failing: dict[str, set[int]] = {}
    chance: dict[str, int] = {}
    for row in rows(frames, "scenarios"):
        failing.setdefault(row["scenario_id"], set()).add(seat[row["supplier_id"]])
        chance[row["scenario_id"]] = millionths(row["probability"])
    if failing:
        listed = [(chance[name], frozenset(who)) for name, who in failing.items()]
        return (*listed, (MILLION - sum(chance.values()), frozenset()))
    samples = int(risk.get("samples", 200))
    generator = np.random.Generator(np.random.PCG64(int(risk.get("seed", 1))))
    drawn = generator.random((samples, len(suppliers))) < [supplier.failure for supplier in suppliers]
    sets: dict[frozenset[int], int] = {}
    for number, row in enumerate(drawn):
        who = frozenset(np.flatnonzero(row).tolist())
        sets[who] = sets.get(who, 0) + MILLION // samples + (number < MILLION % samples)
    return tuple((weight, who) for who, weight in sets.items())
