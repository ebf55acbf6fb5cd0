"""Small sourcing events at random, as the tables of an event directory: every feature of docs/sourcing.md."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.sourcing.drawn_rules import drawn_rules

FEATURES: dict[str, float] = {
    "tiers": 0.5,
    "packages": 0.25,
    "alternates": 0.3,
    "minimums": 0.4,
    "packs": 0.4,
    "capacities": 0.5,
    "dates": 0.3,
    "validity": 0.2,
    "currencies": 0.3,
    "freight": 0.4,
    "fixed": 0.5,
    "partial": 0.6,
    "most": 0.3,
    "rules": 0.7,
    "blocked": 0.15,
    "risk": 0.15,
    "survive": 0.1,
}
"""How often an event has each feature."""

AWARDS = 100_000
"""About how many awards an event has, which decides how many quantities each bid may have."""

COLUMNS = {
    "items": "item_id sku_id node_id item_group units max_units needed_by_days uncovered_penalty shortage_penalty",
    "suppliers": "supplier_id supplier_group node_id fixed_cost capacity_units incumbent blocked failure_probability",
    "bids": "bid_id supplier_id item_id unit_price currency min_units max_units pack_units tier_kind lead_time_days "
    "valid_until freight freight_per_unit capacity_per_unit alternate_id package_id",
    "tiers": "bid_id from_units unit_price",
    "deliveries": "bid_id day units",
    "rates": "currency rate",
    "rules": "rule_id kind sense measure supplier_id supplier_group incumbents item_id item_group per if_winning "
    "amount share violation_price",
    "scenarios": "scenario_id supplier_id probability",
}

Row = dict[str, Any]
Event = tuple[dict[str, pd.DataFrame], dict[str, Any]]


def drawn_event(seed: int, *, rules: list[Row] | bool | None = None, **features: float) -> Event:
    """Tables and settings of an event of 2 to 4 items, 2 to 4 suppliers and 3 to 9 bids.

    Parameters
    ----------
    seed
        The same seed and features give the same event.
    rules
        Columns that are given: as many rules are drawn as there are rows, each with these and otherwise at random.
        True: one to three of any kind, False: none.
    features
        `FEATURES` by name, each how often events have it: True always, False never.

    Returns
    -------
    tuple[dict[str, DataFrame], dict]
        Tables by name, all of `COLUMNS`; empty cells are None. The keys of event.json.
    """
    unknown = sorted(set(features) - set(FEATURES))
    if unknown:
        message = f"features are {', '.join(FEATURES)}, not {', '.join(unknown)}"
        raise ValueError(message)
    rng = np.random.default_rng(seed)
    given = rules if isinstance(rules, list) else None
    features |= {} if rules is None else {"rules": bool(rules)}
    has = {name: bool(rng.random() < features.get(name, often)) for name, often in FEATURES.items()}
    n_items, n_suppliers, n_bids = rng.integers(2, 5), rng.integers(2, 5), rng.integers(3, 10)
    choices = max(2, int(AWARDS ** (1 / n_bids)))
    items = [_item(rng, row, has, choices) for row in range(n_items)]
    suppliers = [_supplier(rng, row, has) for row in range(n_suppliers)]
    pairs = _pairs(rng, n_items, n_suppliers, n_bids)
    tables: dict[str, list[Row]] = {"items": items, "suppliers": suppliers, "bids": [], "tiers": [], "deliveries": []}
    for row, (item, supplier) in enumerate(pairs):
        ids = {"bid_id": f"B{row + 1}", "supplier_id": suppliers[supplier]["supplier_id"]}
        bid = ids | {"item_id": items[item]["item_id"]} | _quantities(rng, items[item], has, choices)
        tables["tiers"] += _prices(rng, bid, has)
        tables["deliveries"] += _dates(rng, bid, items[item]) if has["dates"] else []
        tables["bids"].append(bid)
    _packages_and_alternates(rng, tables["bids"], has)
    _capacities(rng, tables, has)
    _within_reach(rng, items, tables["bids"])
    tables["rates"] = [{"currency": "EUR", "rate": 1.25}, {"currency": "GBP", "rate": 1.5}] if has["currencies"] else []
    tables["rules"] = drawn_rules(rng, items, suppliers, given if has["rules"] else [])
    settings: dict[str, Any] = {"currency": "USD", "as_of": "2024-01-01", "money_decimals": int(rng.choice([2, 2, 6]))}
    tables["scenarios"] = _risk(rng, tables, settings, has)
    return {name: _frame(name, tables[name]) for name in COLUMNS}, settings


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    """Rows as a table of texts, numbers and None."""
    return pd.DataFrame(
        {column: pd.Series([row.get(column) for row in rows], dtype=object) for column in COLUMNS[name].split()}
    )


def _price(rng: np.random.Generator, low: int, high: int) -> float:
    """A number with up to two decimals."""
    if rng.random() < 0.7:
        return float(rng.integers(low * 4, high * 4 + 1)) / 4
    return round(float(rng.uniform(low, high)), 2)


def _item(rng: np.random.Generator, row: int, has: dict[str, bool], choices: int) -> Row:
    """What is asked for: few units where bids are many."""
    units = int(rng.integers(1, max(3, min(12, choices + choices // 2)) + 1)) if rng.random() < 0.95 else 0
    item: Row = {"item_id": f"I{row + 1}", "units": units, "item_group": ("even", "odd")[row % 2]}
    if has["partial"] and rng.random() < 0.7:
        item["uncovered_penalty"] = _price(rng, 5, 40)
    if has["most"] and rng.random() < 0.5:
        item["max_units"] = units + int(rng.integers(0, 4))
    if has["dates"] and rng.random() < 0.7:
        item["needed_by_days"] = int(rng.integers(3, 12))
    if has["risk"] and ("uncovered_penalty" not in item or rng.random() < 0.5):
        item["shortage_penalty"] = _price(rng, 10, 60)
    return item


def _supplier(rng: np.random.Generator, row: int, has: dict[str, bool]) -> Row:
    """Who bids."""
    supplier: Row = {"supplier_id": f"S{row + 1}", "supplier_group": str(rng.choice(["near", "far"]))}
    if has["fixed"] and rng.random() < 0.7:
        supplier["fixed_cost"] = _price(rng, 1, 60)
    if rng.random() < 0.4:
        supplier["incumbent"] = True
    if has["blocked"] and rng.random() < 0.3:
        supplier["blocked"] = True
    if has["risk"] and rng.random() < 0.8:
        supplier["failure_probability"] = float(rng.choice([0.05, 0.1, 0.2, 0.3]))
    return supplier


def _pairs(rng: np.random.Generator, n_items: int, n_suppliers: int, n_bids: int) -> list[tuple[int, int]]:
    """Item and supplier of each bid: every item has one if there are enough, some pairs have two."""
    every = [(item, supplier) for item in range(n_items) for supplier in range(n_suppliers)]
    first = [(item, int(rng.integers(n_suppliers))) for item in range(min(n_items, n_bids))]
    rest = [every[row] for row in rng.integers(0, len(every), n_bids - len(first))]
    return first + rest


def _quantities(rng: np.random.Generator, item: Row, has: dict[str, bool], choices: int) -> Row:
    """How many units a bid is for, and how its capacity counts them."""
    pack = int(rng.integers(1, 4)) if has["packs"] else 1
    most = max(1, min(choices - 1, 12 // pack))
    packs = int(rng.integers(max(1, most // 2), most + 1))
    bid: Row = {"pack_units": pack} if pack > 1 else {}
    if has["minimums"] and rng.random() < 0.5:
        fewest = pack * int(rng.integers(1, packs + 1))
        bid["min_units"] = fewest - int(rng.integers(0, pack))
    if rng.random() < 0.85 or item["units"] > 2 * choices:
        bid["max_units"] = pack * packs + int(rng.integers(0, pack))
    if has["capacities"] and rng.random() < 0.4:
        bid["capacity_per_unit"] = int(rng.integers(1, 4))
    return bid


def _prices(rng: np.random.Generator, bid: Row, has: dict[str, bool]) -> list[Row]:
    """Puts a price, its currency, freight and validity into the bid; returns its tiers."""
    price = _price(rng, 2, 20)
    if has["currencies"] and rng.random() < 0.6:
        bid["currency"] = str(rng.choice(["EUR", "GBP", "USD"]))
    if has["freight"] and rng.random() < 0.6:
        bid["freight_per_unit"] = _price(rng, 0, 4)
    if has["validity"] and rng.random() < 0.5:
        bid["valid_until"] = str(rng.choice(["2023-12-31", "2024-01-01", "2024-02-01"], p=[0.15, 0.5, 0.35]))
    if has["tiers"] and rng.random() < 0.7:
        bid["tier_kind"] = str(rng.choice(["all_units", "incremental"]))
        return _tiers(rng, bid, price)
    bid["unit_price"] = price
    return []


def _tiers(rng: np.random.Generator, bid: Row, price: float) -> list[Row]:
    """Prices that never rise, the last of them mostly within reach."""
    first, most = bid.get("min_units", 1), _whole_packs(bid, bid.get("max_units", 6))
    starts = {1 if rng.random() < 0.7 else int(rng.integers(1, first + 1))}
    starts |= {int(start) for start in rng.integers(1, most + 1, int(rng.integers(0, 3))) if start > min(starts)}
    rows = []
    for start in sorted(starts):
        rows.append({"bid_id": bid["bid_id"], "from_units": start, "unit_price": round(price, 2)})
        price *= float(rng.choice([1.0, 0.9, 0.75, 0.5]))
    return rows


def _whole_packs(bid: Row, units: int) -> int:
    """Units rounded down to packs, at least one."""
    pack = int(bid.get("pack_units", 1))
    return max(pack, units - units % pack)


def _dates(rng: np.random.Generator, bid: Row, item: Row) -> list[Row]:
    """Puts a lead time into the bid; returns the rows of its deliveries, if it has any."""
    most = bid.get("max_units", 6)
    day = item.get("needed_by_days", 6)
    bid["lead_time_days"] = int(rng.integers(0, day + (2 if rng.random() < 0.3 else 0)))
    if rng.random() < 0.6:
        return []
    parts = [most] if most < 2 or rng.random() < 0.4 else [(most + 1) // 2, most // 2]
    days = sorted(int(late) for late in rng.integers(0, max(1, day - bid["lead_time_days"]) + 2, len(parts)))
    return [{"bid_id": bid["bid_id"], "day": late, "units": units} for late, units in zip(days, parts, strict=True)]


def _packages_and_alternates(rng: np.random.Generator, bids: list[Row], has: dict[str, bool]) -> None:
    """Ties bids of one supplier: all or nothing, or one of them."""
    if has["packages"]:
        for name in ("K1", "K2"):
            supplier = rng.choice(sorted({bid["supplier_id"] for bid in bids}))
            free = [
                bid for bid in bids if bid["supplier_id"] == supplier and "package_id" not in bid and "max_units" in bid
            ]
            for bid in free[: int(rng.integers(1, 4))]:
                bid["package_id"] = name
                bid["max_units"] -= bid["max_units"] % bid.get("pack_units", 1)
    if has["alternates"]:
        supplier = rng.choice(sorted({bid["supplier_id"] for bid in bids}))
        own = [bid for bid in bids if bid["supplier_id"] == supplier]
        chosen = {bid["bid_id"] for bid in own if rng.random() < 0.7}
        packages = {bid["package_id"] for bid in own if bid["bid_id"] in chosen and "package_id" in bid}
        for bid in own:
            if bid["bid_id"] in chosen or bid.get("package_id") in packages:
                bid["alternate_id"] = "A1"


def _capacities(rng: np.random.Generator, tables: dict[str, list[Row]], has: dict[str, bool]) -> None:
    """Capacities that bind, none below the smallest quantity of a bid."""
    if not has["capacities"]:
        return
    for supplier in tables["suppliers"]:
        own = [bid for bid in tables["bids"] if bid["supplier_id"] == supplier["supplier_id"]]
        if own and rng.random() < 0.7:
            loads: dict[str, int] = {}
            for bid in own:
                name = bid.get("package_id", bid["bid_id"])
                load = _least(bid, tables["tiers"]) * bid.get("capacity_per_unit", 1)
                loads[name] = loads.get(name, 0) + load
            supplier["capacity_units"] = max(*loads.values(), int(rng.integers(2, 25)), 2)


def _within_reach(rng: np.random.Generator, items: list[Row], bids: list[Row]) -> None:
    """Mostly asks for no more than is offered where every unit must be bought."""
    for item in items:
        offered = sum(
            _whole_packs(bid, bid.get("max_units", item["units"])) for bid in bids if bid["item_id"] == item["item_id"]
        )
        if "uncovered_penalty" not in item and rng.random() < 0.9:
            item["units"] = min(item["units"], max(1, offered * 2 // 3))


def _least(bid: Row, tiers: list[Row]) -> int:
    """At least the fewest units that can be bought; all of them in a package."""
    if "package_id" in bid:
        return int(bid["max_units"])
    first = min((tier["from_units"] for tier in tiers if tier["bid_id"] == bid["bid_id"]), default=1)
    pack = bid.get("pack_units", 1)
    return int(-(-max(first, bid.get("min_units", 1)) // pack) * pack)


def _risk(rng: np.random.Generator, tables: dict[str, list[Row]], settings: Row, has: dict[str, bool]) -> list[Row]:
    """What failing suppliers are asked about, into the settings; returns the rows of scenarios."""
    risk: Row = {}
    if has["survive"]:
        risk["survive_share"] = float(rng.choice([0.25, 0.5, 0.75, 1.0]))
    if has["risk"]:
        risk["measure"] = str(rng.choice(["expectation", "cvar"]))
        risk |= {"cvar_level": float(rng.choice([0.5, 0.8, 0.9])), "cvar_weight": float(rng.choice([0.25, 0.5, 1.0]))}
        risk |= {"samples": int(rng.choice([4, 10, 20])), "seed": int(rng.integers(1, 100))}
    if risk:
        settings["risk"] = risk
    if not has["risk"] or rng.random() < 0.5:
        return []
    rows = []
    for number in range(int(rng.integers(1, 4))):
        failing = [supplier["supplier_id"] for supplier in tables["suppliers"] if rng.random() < 0.4]
        probability = float(rng.choice([0.05, 0.1, 0.25]))
        rows += [{"scenario_id": f"F{number + 1}", "supplier_id": one, "probability": probability} for one in failing]
    return rows
