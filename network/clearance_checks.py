"""What can be wrong with prices: ladders, how demand answers to them, and seasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.clearance_rule_checks import check_budgets, check_groups, check_rules
from network.exit_checks import check_exits, check_quote_suppliers, check_quotes
from network.low_price_checks import check_demand_at_low_prices, warn_of_low_ladders
from network.matching import Ints, Matching, matching_of
from network.problems import Problem, ProblemLog
from network.row_reports import Reporter, check_names
from network.supply_checks import check_supplies
from network.validation import Tables, of_product

_NEED_LADDERS: Final = (
    *("price_response", "price_multipliers", "period_factors"),
    *("clearance_rules", "clearance_groups", "markdown_budgets"),
)
_NAMING: Final = ("price_ladders", *_NEED_LADDERS, "exits", "supplies")
"""Tables whose rows name SKUs by category and, but for exits, nodes by zone."""

_BOUGHT: Final = ("quotes", "quote_suppliers")

_LEAST_AGE, _MOST_AGE = 1e-100, 1e100
"""Range of the ageing of demand over the whole horizon within which it is a number to count with."""


def check_clearance(tables: Tables, known: Mapping[str, Any], log: ProblemLog) -> None:
    """Find everything that is wrong with the tables about prices, exits and purchases.

    Parameters
    ----------
    known : mapping
        Settings of network.json.
    """
    if not any(tables[name].n_rows for name in (*_NAMING, *_BOUGHT)):
        return
    readable = tables["nodes"].present and tables["products"].present
    matching = matching_of(tables["products"]["category"], tables["nodes"]["zone"]) if readable else None
    reports = {name: Reporter(tables[name], log) for name in (*_NAMING, *_BOUGHT)}
    keys = {name: check_names(reports[name], matching) for name in _NAMING if name != "clearance_groups"}
    periods, decimals = int(known["periods"]), int(known["money_decimals"])
    checks: dict[str, Callable[[Reporter], None]] = {
        "price_ladders": lambda report: _check_ladders(report, tables, keys["price_ladders"]),
        "price_response": lambda report: _check_response(report, periods),
        "price_multipliers": lambda report: _check_multipliers(report, keys["price_multipliers"]),
        "period_factors": lambda report: _check_factors(report, keys["period_factors"], periods),
        "clearance_rules": lambda report: check_rules(report, tables, periods),
        "clearance_groups": check_groups,
        "markdown_budgets": lambda report: check_budgets(report, decimals),
        "exits": lambda report: check_exits(report, tables, known),
        "quotes": lambda report: check_quotes(report, tables, known),
        "quote_suppliers": lambda report: check_quote_suppliers(report, tables, known),
        "supplies": lambda report: check_supplies(report, tables),
    }
    for name, check in checks.items():
        if tables[name].n_rows:
            check(reports[name])
    _warn_of_no_use(tables, matching, keys["price_ladders"], periods, reports["price_ladders"])
    if matching is not None:
        check_demand_at_low_prices(tables, matching, keys, decimals, log)
        warn_of_low_ladders(tables, matching, keys["price_ladders"], log)


def _check_ladders(report: Reporter, tables: Tables, key: Ints) -> None:
    """Require one price per rung, each below the one before."""
    ladders = report.table
    priced, shared = ladders.given["price"], ladders.given["price_share"]
    message, fix = "the rung of {row} has a price and a price_share too", "Keep one of them"
    report.error("price", "two_prices", priced & shared, message, fix)
    message, fix = "the rung of {row} has neither price nor price_share", "Give one of them"
    report.error("price", "no_price", ~priced & ~shared, message, fix)
    free_at_all = np.zeros(ladders.n_rows, dtype=np.bool_)
    for column in ("price", "price_share"):
        free = ladders.given[column] & (ladders[column] == 0.0)
        message = "a rung of {row} gives units away"
        fix = "Write a price above 0; units are given away by an exit of the kind donation"
        report.error(column, "free_rung", free, message, fix)
        free_at_all |= free
    list_price = of_product(tables["products"]["list_price"], ladders["sku_id"])
    above = priced & ~shared & (ladders["price"] > list_price)
    message, fix = "{row} has the list price {list_price}, and a rung above it at {value}", "Lower the rung"
    report.error("price", "rung_above_list_price", above, message, fix, list_price=list_price)
    known = (key >= 0) & (ladders["rung"] >= 1)
    message, fix = "{row} has rung {value} already in row {first}", "Number the rungs from 1, each once"
    report.repeats("rung", "duplicate_rung", (key, ladders["rung"]), known, message=message, fix=fix)
    _check_falling(report, key, known & (priced != shared) & ~above & ~free_at_all, list_price)


def _check_falling(report: Reporter, key: Ints, known: NDArray[np.bool_], list_price: NDArray[np.float64]) -> None:
    """Compare each rung with the one before it, prices with shares only where a SKU, so a list price, is named."""
    ladders = report.table
    shared = ladders.given["price_share"]
    frame = pd.DataFrame({"key": key, "shared": shared})[known & (ladders["sku_id"] < 0)]
    both = np.zeros(ladders.n_rows, dtype=np.bool_)
    both[frame.index] = frame.groupby("key")["shared"].transform("nunique").to_numpy() > 1
    message = "the ladder of {row} has prices and shares of the list price; whether it falls depends on the product"
    fix = "Write all its rungs one way, or name a sku_id"
    report.error("rung", "mixed_ladder", both, message, fix)
    price = np.where(shared, ladders["price_share"], ladders["price"])
    price = np.where(shared & (ladders["sku_id"] >= 0), price * list_price, price)
    order = np.flatnonzero(known & ~both & ~np.isnan(price))
    order = order[np.lexsort((ladders["rung"][order], key[order]))]
    here, before = order[1:], order[:-1]
    rises = (
        (key[here] == key[before]) & (price[here] >= price[before]) & (ladders["rung"][here] > ladders["rung"][before])
    )
    wrong, former, rung = (
        np.zeros(ladders.n_rows, dtype=np.bool_),
        np.full(ladders.n_rows, np.nan),
        ladders["rung"].copy(),
    )
    wrong[here[rises]], former[here], rung[here] = True, price[before], ladders["rung"][before]
    message = "the ladder of {row} does not fall: {now} comes after {former} of rung {before}"
    fix = "Give each rung a lower price than the rung before it"
    for column, rows in (("price", ~shared), ("price_share", shared)):
        report.error(
            column,
            "rising_ladder",
            wrong & rows,
            message,
            fix,
            now=np.round(price, 9),
            former=np.round(former, 9),
            before=rung,
        )


def _warn_of_no_use(tables: Tables, matching: Matching | None, key: Ints, periods: int, report: Reporter) -> None:
    """Warn of ladders that no stock goes by, of one period only, and of rules of markdowns without any ladder."""
    log = report.log
    if not report.table.n_rows:
        message, fix = "there is no ladder, so nothing is marked down and the table says nothing", "Add price_ladders"
        for name in _NEED_LADDERS:
            if tables[name].n_rows:
                log.add(Problem(tables[name].file, None, None, None, "no_ladder", message, fix, is_warning=True))
        return
    if periods == 1:
        message = "there are price_ladders and one period, so a price can only change on day 0"
        fix = "Give network.json the periods of the horizon, or nothing if that is meant"
        log.add(Problem("network.json", None, "periods", "1", "one_period", message, fix, is_warning=True))
    if matching is None or not tables["stock"].present:
        return
    idle = (key >= 0) & ~matching.matched(key, *matching.pairs(tables["stock"]["node_id"], tables["stock"]["sku_id"]))
    message = "no node with a zone has stock of what the ladder is about ({row}); it says nothing"
    fix = "Give the nodes that may sell at it their zone, or remove the rung"
    report.warn("rung", "idle_ladder", idle, message, fix)


def _check_response(report: Reporter, periods: int) -> None:
    """Require an ageing that leaves demand; the sign of an elasticity is checked as it is read."""
    factor = report.table["ageing_factor"]
    gone = factor == 0.0
    message = "the demand of {row} is gone after the first period"
    report.error("ageing_factor", "no_demand", gone, message, "Write a factor above 0; 1 where demand does not age")
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        age = factor ** (periods - 1)
    beyond = ~gone & ((age < _LEAST_AGE) | (age > _MOST_AGE))
    message = "over {periods} periods the demand of {row} is multiplied by {age}"
    fix = "Write a factor nearer to 1"
    shown = {"age": age, "periods": np.full(len(age), periods)}
    report.error("ageing_factor", "ageing_out_of_range", beyond, message, fix, **shown)


def _check_multipliers(report: Reporter, key: Ints) -> None:
    """Require demand that never falls where the price falls, and is as it is at the list price."""
    points = report.table
    share, multiplier = points["price_share"], points["multiplier"]
    known = (key >= 0) & ~np.isnan(share) & ~np.isnan(multiplier)
    message, fix = "{row} has a point at {value} of the list price already in row {first}", "Keep one of them"
    report.repeats("price_share", "duplicate_point", (key, share), known, message=message, fix=fix)
    other = known & (share == 1.0) & (multiplier != 1.0)
    message = "at the list price (price_share 1) demand is multiplied by 1, not by {value}"
    report.error("multiplier", "list_price_multiplier", other, message, "Write 1, or leave the point out")
    # From high prices to low ones; the point (1, 1) stands above all of a key.
    order = np.flatnonzero(known & ~other)
    order = order[np.lexsort((-share[order], key[order]))]
    first = np.append(True, key[order][1:] != key[order][:-1])[: len(order)]
    before, at = (
        np.where(first, 1.0, np.append(1.0, cells[order][:-1])[: len(order)]) for cells in (multiplier, share)
    )
    wrong, former, former_share = np.zeros(points.n_rows, dtype=np.bool_), multiplier.copy(), share.copy()
    wrong[order], former[order], former_share[order] = (multiplier[order] < before) & (share[order] < at), before, at
    message = (
        "demand of {row} falls where the price falls: the multiplier is {value} at {share} of the list price "
        "and {former} at {former_share}"
    )
    fix = "Give lower prices multipliers that are no lower"
    shown = {"share": share, "former": former, "former_share": former_share}
    report.error("multiplier", "falling_multiplier", wrong, message, fix, **shown)


def _check_factors(report: Reporter, key: Ints, periods: int) -> None:
    """Require periods of the horizon, each once, and some demand in one of them."""
    factors = report.table
    period, factor = factors["period"], factors["factor"]
    late = period > periods
    message, fix = (
        "the horizon has {periods} periods, and the row is about period {value}",
        "Correct the period, or periods",
    )
    report.error(
        "period", "period_after_horizon", late, message, f"{fix} in network.json", periods=_same(factors, periods)
    )
    known = (key >= 0) & (period >= 1) & ~late
    message, fix = "{row} has a factor of period {value} already in row {first}", "Keep one row per period"
    report.repeats("period", "duplicate_period", (key, period), known, message=message, fix=fix)
    # A period without a row has the factor 1.
    zero = known & (factor == 0.0)
    cells = pd.DataFrame({"key": key, "period": period})[zero].drop_duplicates()
    covered = cells.groupby("key").size()
    lost = np.isin(key, covered.index[covered.to_numpy() >= periods]) & known
    lost &= ~pd.Series(np.where(known & (factor > 0.0), key, -1)).pipe(lambda some: np.isin(key, some[some >= 0]))
    first = lost & ~pd.Series(np.where(lost, key, -1)).duplicated().to_numpy()
    message, fix = "every period of {row} has the factor 0, so there is no demand to spread", "Write a factor above 0"
    report.error("factor", "no_demand", first, message, fix)


def _same(table: Any, value: int) -> NDArray[np.int64]:
    return np.full(table.n_rows, value)
