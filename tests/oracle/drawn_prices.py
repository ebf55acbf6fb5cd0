"""Draws zones, ladders, answers to prices, rules of markdowns, exits and quotes onto a small request."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from tests.oracle.drawing import Drawer, Row, table_text
from tests.oracle.drawn_rules import Tables

ABOUT: Final = ("sku_id", "category", "zone")
RULE_COLUMNS: Final = (
    "max_markdowns", "min_step_share", "max_step_share", "min_periods_between", "earliest_period", "exit_period",
    "no_touch_after_arrival_periods", "no_touch_before_exit_periods", "min_price", "min_share_of_cost",
    "min_share_of_list", "sell_through_share", "sell_through_by_period", "sell_through_price",
)  # fmt: skip
COLUMNS: Final = {
    "price_ladders": (*ABOUT, "rung", "price", "price_share"),
    "price_response": (*ABOUT, "elasticity", "ageing_factor"),
    "price_multipliers": (*ABOUT, "price_share", "multiplier"),
    "period_factors": (*ABOUT, "period", "factor"),
    "clearance_rules": (*ABOUT, *RULE_COLUMNS),
    "clearance_groups": ("group_id", "sku_id", "kind", "cross_elasticity"),
    "markdown_budgets": ("budget_id", *ABOUT, "amount"),
}
EXIT_COLUMNS: Final = (
    "exit_id", "kind", "node_id", "sku_id", "category", "unit_proceeds", "proceeds_share_of_cost", "unit_fee",
    "fixed_cost", "min_lot_units", "capacity_units", "max_share", "from_day", "until_day",
)  # fmt: skip
QUOTE_COLUMNS: Final = (
    "quote_id", "node_id", "sku_id", "unit_price", "max_units", "min_units", "fixed_cost", "lead_time_days",
)  # fmt: skip
RESPONSES: Final = ("transfer", "markdown", "liquidation", "return", "purchase")


def draw_prices(drawer: Drawer, tables: Tables) -> dict[str, str]:
    """Give nodes zones and the horizon periods. Returns the texts of the tables about prices."""
    periods = drawer.random.randint(*drawer.profile.periods)
    tables.settings["periods"] = periods
    # Without decimals two rungs could be one price.
    tables.settings["money_decimals"] = tables.settings["money_decimals"] or 2
    for node in tables.nodes:
        node["zone"] = drawer.pick(("Z0", "Z0", "Z1", ""))
    tables.nodes[0]["zone"] = "Z0"
    for product in tables.products:
        product["category"] = product.get("category") or drawer.pick(("", "C0"))
        product["salvage_value"] = drawer.pick(("0", "0.35", "1", product["salvage_value"]))
    _draw_surplus(drawer, tables)
    drawn: dict[str, list[Row]] = {
        "price_ladders": _ladders(drawer, tables),
        "price_response": _response(drawer, tables) if drawer.chance(75) else [],
        "price_multipliers": _multipliers(drawer, tables) if drawer.chance(35) else [],
        "period_factors": _factors(drawer, tables, periods) if drawer.chance(35) else [],
        "clearance_rules": _rules(drawer, tables, periods) if drawer.chance(75) else [],
        "clearance_groups": _groups(drawer, tables) if len(tables.products) > 1 and drawer.chance(60) else [],
        "markdown_budgets": _budgets(drawer, tables) if drawer.chance(35) else [],
    }
    return {f"{name}.csv": table_text(COLUMNS[name], rows) for name, rows in drawn.items() if rows}


def _draw_surplus(drawer: Drawer, tables: Tables) -> None:
    """Most positions hold more than they sell, so that markdowns can pay; few alerts are hard demands."""
    for row in tables.stock:
        if drawer.chance(65):
            units = 1 + int(Decimal(row["demand_mean"]) * Decimal(drawer.amount("1.2", "3.5", "0.1")))
            row["on_hand"] = str(max(min(units, 2 * drawer.profile.max_units), int(row["on_hand"])))
    for alert in tables.alerts:
        alert["must_serve"] = drawer.sometimes(25, alert["must_serve"])


def _keys(drawer: Drawer, tables: Tables, several: int) -> list[Row]:
    """Which SKUs and zones rows are about: everything for the most part, and then a few more specific ones."""
    zones = sorted({node["zone"] for node in tables.nodes} - {""})
    categories = sorted({product["category"] for product in tables.products} - {""})
    keys: list[Row] = [{}] if drawer.chance(90) else []
    while len(keys) < several:
        product = drawer.pick(tables.products)
        about = drawer.pick(
            ({"sku_id": product["sku_id"]}, {"category": drawer.pick(categories)} if categories else {}, {})
        )
        keys.append(about | drawer.pick(({"zone": drawer.pick(zones)}, {})))
    return [dict(key) for key in {tuple(sorted(key.items())): key for key in keys}.values()]


def _ladders(drawer: Drawer, tables: Tables) -> list[Row]:
    rows = []
    for key in _keys(drawer, tables, drawer.pick((1, 1, 2))):
        count = drawer.random.randint(1, drawer.profile.max_rungs)
        shares = sorted(drawer.random.sample(("0.9", "0.8", "0.75", "0.613", "0.5", "0.4"), count), reverse=True)
        price = next((p["list_price"] for p in tables.products if p["sku_id"] == key.get("sku_id")), "")
        absolute = bool(price) and drawer.chance(50)
        for number, share in enumerate(shares):
            cell = {"price": _cents(Decimal(share) * Decimal(price))} if absolute else {"price_share": share}
            rows.append(key | cell | {"rung": str(number + 1)})
    return rows


def _cents(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01")))


def _response(drawer: Drawer, tables: Tables) -> list[Row]:
    return [
        key
        | {
            "elasticity": drawer.sometimes(90, drawer.amount("-4.137", drawer.pick(("-0.137", "-1.5")), "0.013")),
            "ageing_factor": drawer.sometimes(35, drawer.pick(("0.7", "0.913", "1.2"))),
        }
        for key in _keys(drawer, tables, drawer.pick((1, 2)))
    ]


def _multipliers(drawer: Drawer, tables: Tables) -> list[Row]:
    rows = []
    for key in _keys(drawer, tables, 1):
        factor = Decimal(1)
        for share in drawer.pick((("0.5",), ("0.8", "0.45"), ("0.7",))):
            factor += Decimal(drawer.amount("0.013", "1.9", "0.001"))
            rows.append(key | {"price_share": share, "multiplier": str(factor)})
    return rows


def _factors(drawer: Drawer, tables: Tables, periods: int) -> list[Row]:
    return [
        key | {"period": str(period), "factor": drawer.amount("0.3", "2.2", "0.01")}
        for key in _keys(drawer, tables, 1)
        for period in drawer.some(range(1, periods + 1), 70)
    ]


def _rules(drawer: Drawer, tables: Tables, periods: int) -> list[Row]:
    return [key | _rule(drawer, tables, periods) for key in _keys(drawer, tables, drawer.pick((1, 1, 2)))]


def _rule(drawer: Drawer, tables: Tables, periods: int) -> Row:
    target = drawer.chance(30)
    price = drawer.sometimes(65, drawer.amount("0.5", "12", "0.25"))
    return {
        "max_markdowns": drawer.sometimes(25, str(drawer.pick((0, 1, 1, 2)))),
        "min_step_share": drawer.sometimes(20, drawer.pick(("0.1", "0.2", "0.15"))),
        "max_step_share": drawer.sometimes(20, drawer.pick(("0.25", "0.4", "0.5"))),
        "min_periods_between": drawer.sometimes(20, "2"),
        "earliest_period": drawer.sometimes(20, str(drawer.random.randint(1, periods))),
        "exit_period": drawer.sometimes(25, str(drawer.random.randint(1, periods))),
        "no_touch_after_arrival_periods": drawer.sometimes(25, str(drawer.pick((1, 1, 2)))),
        "no_touch_before_exit_periods": drawer.sometimes(20, str(drawer.pick((1, 1, 2)))),
        "min_price": drawer.sometimes(15, drawer.amount("2", "20", "0.5")),
        "min_share_of_cost": drawer.sometimes(15, drawer.pick(("1", "1.25", "2"))),
        "min_share_of_list": drawer.sometimes(15, drawer.pick(("0.4", "0.5", "0.613", "0.8"))),
        "sell_through_share": drawer.pick(("0.3", "0.5", "0.75", "0.9", "1") if price else ("0.3", "0.5"))
        if target
        else "",
        "sell_through_by_period": drawer.sometimes(50, str(drawer.random.randint(1, periods))) if target else "",
        "sell_through_price": price if target else "",
    }


def _groups(drawer: Drawer, tables: Tables) -> list[Row]:
    kind = drawer.pick(("together", "all_or_none", "at_most_one"))
    members = drawer.random.sample(tables.products, drawer.random.randint(2, len(tables.products)))
    cross = drawer.sometimes(50, drawer.amount("0.1", "1.5", "0.013"))
    return [
        {"group_id": "G0", "sku_id": product["sku_id"], "kind": kind, "cross_elasticity": cross} for product in members
    ]


def _budgets(drawer: Drawer, tables: Tables) -> list[Row]:
    rows = []
    for i in range(drawer.pick((1, 1, 2))):
        amount = drawer.amount("0", drawer.pick(("10", "60")), "0.01")
        keys = _keys(drawer, tables, drawer.pick((1, 1, 2)))
        rows += [key | {"budget_id": f"B{i}", "amount": amount} for key in keys]
    return rows


def draw_outside(drawer: Drawer, tables: Tables) -> dict[str, str]:
    """Texts of the tables of exits and quotes."""
    texts = {}
    if drawer.chance(80):
        exits = [_exit(drawer, tables, f"X{i}") for i in range(drawer.pick((1, 1, 2)))]
        texts["exits.csv"] = table_text(EXIT_COLUMNS, exits)
    if drawer.chance(60):
        quotes = [_quote(drawer, tables, f"Q{i}") for i in range(drawer.pick((1, 1, 2)))]
        texts["quotes.csv"] = table_text(QUOTE_COLUMNS, quotes)
    return texts


def _exit(drawer: Drawer, tables: Tables, exit_id: str) -> Row:
    product = drawer.pick(tables.products)
    about = drawer.pick(({"sku_id": product["sku_id"]}, {"category": product.get("category") or ""}, {}, {}))
    first, last = drawer.days(3), drawer.days(5)
    return about | {
        "exit_id": exit_id,
        "kind": drawer.pick(("liquidation", "return", "donation", "scrap")),
        "node_id": drawer.sometimes(40, drawer.pick(tables.nodes)["node_id"]),
        "unit_proceeds": drawer.sometimes(85, drawer.amount("-1", "20", "0.01")),
        "proceeds_share_of_cost": drawer.sometimes(30, drawer.pick(("0.5", "0.8", "1"))),
        "unit_fee": drawer.sometimes(30, drawer.amount("0", "1.5", "0.01")),
        "fixed_cost": drawer.sometimes(40, drawer.amount("0.5", "12", "0.01")),
        "min_lot_units": drawer.sometimes(30, str(drawer.units(2, 6))),
        "capacity_units": drawer.sometimes(40, str(drawer.units(1, 9))),
        "max_share": drawer.sometimes(40, drawer.pick(("0.5", "0.3", "0.29", "0.75"))),
        "from_day": drawer.sometimes(35, str(first)),
        "until_day": drawer.sometimes(35, str(max(first, last))),
    }


def _quote(drawer: Drawer, tables: Tables, quote_id: str) -> Row:
    most = drawer.units(1, 9)
    sites = [node for node in tables.nodes if node["kind"] != "supplier"]
    return {
        "quote_id": quote_id,
        "node_id": drawer.pick(sites)["node_id"],
        "sku_id": drawer.pick(tables.products)["sku_id"],
        "unit_price": drawer.amount("0.5", "25", "0.01"),
        "max_units": str(most),
        "min_units": drawer.sometimes(35, str(drawer.units(1, most))),
        "fixed_cost": drawer.sometimes(40, drawer.amount("0.5", "10", "0.01")),
        "lead_time_days": drawer.sometimes(50, str(drawer.days(4))),
    }


def draw_responses(drawer: Drawer) -> dict[str, Any]:
    """What the plan may use, and what severities allow."""
    asked: dict[str, Any] = {}
    if drawer.chance(15):
        asked["responses"] = drawer.some(RESPONSES, 70)
    if drawer.chance(15):
        policies = ("standard", {level: ["keep", *drawer.some(RESPONSES, 60)] for level in ("yellow", "orange", "red")})
        asked["response_policy"] = drawer.pick(policies)
    return asked
