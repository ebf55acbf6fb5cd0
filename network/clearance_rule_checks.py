"""What can be wrong with the rules of markdowns: steps, periods, floors, targets, groups, budgets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.magnitudes import FIX_MONEY, SUM_LIMIT
from network.row_reports import Reporter
from network.validation import Tables, of_product

_PERIODS = ("earliest_period", "exit_period", "sell_through_by_period")


def check_rules(report: Reporter, tables: Tables, periods: int) -> None:
    """Require rules that some path can keep; warn of those that leave none but the list price."""
    rules = report.table
    least, most = rules["min_step_share"], rules["max_step_share"]
    message = "{row}: the smallest markdown is {value} of the list price, the largest {most}"
    fix = "Lower min_step_share or raise max_step_share"
    report.error("min_step_share", "step_range", least > most, message, fix, most=most)
    for column in _PERIODS:
        late = rules.given[column] & (rules[column] > periods)
        message = f"{{row}}: the horizon has {periods} periods, and {column} is {{value}}"
        report.error(column, "period_after_horizon", late, message, "Correct it, or periods in network.json")
    last = np.minimum(rules["exit_period"], periods)
    never = (rules["earliest_period"] > last) & (rules["earliest_period"] <= periods)
    message = "{row}: nothing can be marked down, as the first markdown may be in period {value} and the last is {last}"
    report.warn(
        "earliest_period", "no_markdown", never, message, "Lower earliest_period or raise exit_period", last=last
    )
    for column in ("sell_through_by_period", "sell_through_price"):
        aimless = rules.given[column] & ~rules.given["sell_through_share"]
        message, fix = (
            f"{{row}}: {column} is {{value}}, and there is no target",
            "Give sell_through_share, or empty the cell",
        )
        report.error(column, "no_target", aimless, message, fix)
    _check_floors(report, tables)


def _check_floors(report: Reporter, tables: Tables) -> None:
    """Warn of floors that no rung can be above, and of shares of a cost that is not known."""
    rules, products = report.table, tables["products"]
    sku = rules["sku_id"]
    list_price, cost = (of_product(products[name], sku) for name in ("list_price", "unit_cost"))
    floors = {
        "min_price": rules["min_price"],
        "min_share_of_cost": rules["min_share_of_cost"] * cost,
        "min_share_of_list": rules["min_share_of_list"] * list_price,
    }
    for column, floor in floors.items():
        closed = rules.given[column] & (floor >= list_price)
        message = "{row}: nothing can be marked down, as the floor {floor} is not below the list price {list_price}"
        report.warn(
            column,
            "no_markdown",
            closed,
            message,
            f"Lower {column} if that is not meant",
            floor=floor,
            list_price=list_price,
        )
    warn_of_no_cost(report, tables, "min_share_of_cost", "the floor")


def warn_of_no_cost(report: Reporter, tables: Tables, column: str, what: str) -> None:
    """Warn of shares of a unit_cost that some product of the row does not have."""
    table, products = report.table, tables["products"]
    asks = table.given[column] & (table[column] > 0.0)
    if not asks.any():
        return
    costless = ~products.given["unit_cost"]
    named, of_category = table["sku_id"] >= 0, table.given["category"]
    some = np.isin(table["category"].astype(str), np.unique(products["category"][costless].astype(str)))
    unknown = np.where(named, np.append(costless, False)[table["sku_id"]], np.where(of_category, some, costless.any()))
    message = f"{{row}}: some product has no unit_cost, and {what} counts it as 0"
    report.warn(
        column, "no_unit_cost", asks & unknown & ~(table.given["sku_id"] & ~named), message, "Give its unit_cost"
    )


def check_groups(report: Reporter) -> None:
    """Require one group per product, and one kind and cross elasticity per group; warn of groups of one."""
    groups = report.table
    group, sku = groups["group_id"], groups["sku_id"]
    known = (group != "") & (sku >= 0)
    message, fix = "{row} has SKU {value} already in row {first}", "Keep one row per group and SKU"
    report.repeats("sku_id", "duplicate_row", (group, sku), known, message=message, fix=fix)
    other = known & (pd.Series(group).groupby(sku).transform("first").to_numpy() != group)
    first = pd.Series(group).groupby(sku).transform("first").to_numpy()
    message, fix = "SKU {value} is in {row}, and in group {first} too", "Keep it in one group"
    report.error("sku_id", "two_groups", other, message, fix, first=first)
    kinds = np.where(groups["kind"] > 0, groups["kind"].astype(np.float64), np.nan)
    report.differing("kind", "other_kind", group, kinds, "{row} is of another kind in an earlier row, and {value} here")
    message = "{row} has the cross_elasticity {first} in an earlier row, and {value} here"
    report.differing("cross_elasticity", "other_cross_elasticity", group, groups["cross_elasticity"], message)
    alone = known & (pd.Series(sku).groupby(group).transform("nunique").to_numpy() == 1)
    alone &= ~pd.Series(group).duplicated().to_numpy()
    message, fix = "{row} has one SKU, so it says nothing", "Add the other SKUs or remove the group"
    report.warn("group_id", "group_of_one", alone, message, fix)


def check_budgets(report: Reporter, money_decimals: int) -> None:
    """Require one amount per budget, which 64-bit money can hold."""
    budgets = report.table
    amount: NDArray[np.float64] = budgets["amount"]
    message = "{row} has the amount {first} in an earlier row, and {value} here"
    report.differing("amount", "other_amount", budgets["budget_id"], amount, message)
    over = amount * 10.0**money_decimals > SUM_LIMIT
    message = "{row}: {value} leaves the range of 64-bit money"
    report.error("amount", "money_overflow", over, message, FIX_MONEY)
