"""What cells of an event have to do with each other, table by table; every check is one comparison of whole columns.

Cells that `network.parsing` found wrong hold NaN, -1 or a default, which are passed over, so that one mistake is
reported once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events.bid_checks import check_bids, check_packages
from network.events.bid_use import warn_of_idle_bids
from network.events.rule_checks import check_rules
from network.events.settings import Settings
from network.events.tables import RiskMeasure
from network.events.tier_checks import check_tiers
from network.magnitudes import FIX_MONEY, SUM_LIMIT
from network.parsing import Parsed
from network.problems import Problem, ProblemLog
from network.row_reports import Reporter
from network.validation import Tables

_MILLIONTHS: Final = 1e6


def check_event(tables: Tables, settings: Settings, log: ProblemLog) -> None:
    """Report everything that is wrong or doubtful between the cells of an event."""
    _check_items(tables["items"], settings, log)
    _check_rates(tables["rates"], settings, log)
    check_bids(tables, settings, log)
    check_packages(tables, log)
    check_tiers(tables, log)
    check_rules(tables, log)
    _check_scenarios(tables["scenarios"], log)
    _warn_of_risk(tables, settings, log)
    warn_of_idle_bids(tables, settings, log)
    _check_magnitudes(tables, settings, log)


def _check_items(items: Parsed, settings: Settings, log: ProblemLog) -> None:
    report = Reporter(items, log)
    partly = items.given["uncovered_penalty"]
    short = (items["max_units"] < items["units"]) & ~partly
    message = "{row} needs {units} units, all of them, and at most {value} are bought"
    fix = "Raise max_units, lower units, or give an uncovered_penalty"
    report.error("max_units", "most_below_units", short, message, fix, units=items["units"])
    if settings.risk.measure is not RiskMeasure.NONE:
        unpriced = ~partly & ~items.given["shortage_penalty"]
        message = "{row} has no price for units that are missing when suppliers fail, and risk is measured"
        report.error("shortage_penalty", "no_penalty", unpriced, message, "Give shortage_penalty or uncovered_penalty")


def _check_rates(rates: Parsed, settings: Settings, log: ProblemLog) -> None:
    report = Reporter(rates, log)
    fix = "Write how many units of the event's currency one of this is worth"
    worthless = rates["rate"] <= 0
    report.error("rate", "no_rate", worthless, "a rate of {value} makes every price of this currency 0", fix)
    own = (rates["currency"] == settings.currency) & (settings.currency != "") & (rates["rate"] != 1) & ~worthless
    message = "{currency} is the currency of the event and is worth {value} of itself"
    report.error("rate", "rate_of_itself", own, message, "Remove the row", currency=rates["currency"])


def _check_scenarios(scenarios: Parsed, log: ProblemLog) -> None:
    if not scenarios.n_rows:
        return
    report = Reporter(scenarios, log)
    name, probability = scenarios["scenario_id"], scenarios["probability"]
    known = name != ""
    message = "scenario {scenario} has the probability {value}, and {first} in its first row"
    first = pd.Series(probability).groupby(name).transform("first").to_numpy()
    other = known & (probability != first) & ~np.isnan(probability) & ~np.isnan(first)
    fix = "Give the same probability in all its rows"
    report.error("probability", "differing", other, message, fix, first=first, scenario=name)
    supplier = scenarios["supplier_id"]
    twice = known & (supplier >= 0)
    message = "the supplier fails in this scenario already in row {first}"
    report.repeats("supplier_id", "duplicate_failure", (name, supplier), twice, message=message, fix="Remove one")
    one_each = ~pd.Series(name).duplicated().to_numpy() & known
    total = float(np.rint(np.nan_to_num(probability[one_each]) * _MILLIONTHS).sum())
    if total > _MILLIONTHS:
        message = f"the probabilities of the scenarios are {total / _MILLIONTHS:.6g} together"
        fix = "Lower them to at most 1; what is missing to 1 is the scenario without failures"
        log.add(Problem(scenarios.file, None, "probability", None, "above_one", message, fix))


def _warn_of_risk(tables: Tables, settings: Settings, log: ProblemLog) -> None:
    """Warn of failures that nothing is asked about, and of questions about failures of which there are none."""
    scenarios, suppliers = tables["scenarios"], tables["suppliers"]
    measured = settings.risk.measure is not RiskMeasure.NONE
    if scenarios.n_rows and not measured:
        message, fix = "the scenarios are not used", "Give risk a measure in event.json, or remove the table"
        log.add(Problem(scenarios.file, None, None, None, "idle_scenarios", message, fix, is_warning=True))
    if measured and not scenarios.n_rows and not np.any(suppliers["failure_probability"] > 0):
        message = "risk is measured and no supplier ever fails"
        fix = "Give failure_probability, or the table scenarios"
        log.add(Problem(suppliers.file, None, "failure_probability", None, "no_failures", message, fix, True))


def _check_magnitudes(tables: Tables, settings: Settings, log: ProblemLog) -> None:
    """Require what all items cost at their highest prices to stay within 64 bits."""
    items, bids, tiers, suppliers = (tables[name] for name in ("items", "bids", "tiers", "suppliers"))
    scale = 10.0**settings.money_decimals
    price = _highest_prices(bids, tiers, tables["rates"]) + np.nan_to_num(bids["freight_per_unit"])
    most = np.where(bids["max_units"] < NO_LIMIT, bids["max_units"], np.append(items["units"], 0)[bids["item_id"]])
    over = price * most * scale > SUM_LIMIT
    message = "{row}: {units} units at up to {price} each leave the range of 64-bit money"
    Reporter(bids, log).error("unit_price", "money_overflow", over, message, FIX_MONEY, price=price, units=most)
    dearest = np.fmax(np.nan_to_num(items["uncovered_penalty"]), np.nan_to_num(items["shortage_penalty"]))
    known = bids["item_id"] >= 0
    np.maximum.at(dearest, bids["item_id"][known], price[known])
    total = float((dearest * items["units"]).sum() + np.nan_to_num(suppliers["fixed_cost"]).sum())
    if not over.any() and total * scale > SUM_LIMIT:
        message = f"all items together cost up to {total:.3g}, which leaves the range of 64-bit money"
        log.add(Problem(items.file, None, None, None, "money_overflow", message, FIX_MONEY))


def _highest_prices(bids: Parsed, tiers: Parsed, rates: Parsed) -> NDArray[np.float64]:
    """Highest price of a unit of every bid in the event's currency, 0 where unknown; shape ``(n_bids,)``."""
    highest = np.nan_to_num(bids["unit_price"])
    known = tiers["bid_id"] >= 0
    np.maximum.at(highest, tiers["bid_id"][known], np.nan_to_num(tiers["unit_price"][known]))
    rate = pd.Series(rates["rate"], index=pd.Index(rates["currency"], dtype=object))
    rate = rate[~rate.index.duplicated()]
    return np.asarray(highest * np.nan_to_num(rate.reindex(bids["currency"]).to_numpy(dtype=np.float64), nan=1.0))
