"""Bids that can never win as the event stands, and items that are left without any: doubtful, not wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events.bid_checks import quantities_of
from network.events.settings import Settings
from network.parsing import Parsed
from network.problems import ProblemLog
from network.row_reports import Reporter
from network.validation import Tables


def warn_of_idle_bids(tables: Tables, settings: Settings, log: ProblemLog) -> None:
    """Warn of bids that are expired, late, blocked or larger than may be bought, and of items with no other."""
    items, suppliers, bids = (tables[name] for name in ("items", "suppliers", "bids"))
    if not bids.n_rows:
        return
    report, least = Reporter(bids, log), quantities_of(tables).smallest
    item, supplier = bids["item_id"], bids["supplier_id"]
    kept = {"fix": "Nothing to do if that is meant; the bid can win nothing"}
    blocked = np.append(suppliers["blocked"], False)[supplier]
    report.warn("supplier_id", "blocked_supplier", blocked, "{row} is of supplier {value}, who is blocked", **kept)
    with np.errstate(invalid="ignore"):
        expired = bids.given["valid_until"] & (bids["valid_until"] < settings.as_of)
    message = f"{{row}} is valid until {{value}}, before the day of the award, {settings.as_of}"
    report.warn("valid_until", "expired", expired, message, **kept)
    needed = np.append(items["needed_by_days"], NO_LIMIT)[item]
    late = (_in_time(tables) < least) & (needed < NO_LIMIT)
    message = "{row} cannot deliver its fewest units, {least}, by day {needed}, when they are needed"
    report.warn("lead_time_days", "late", late, message, needed=needed, least=least, **kept)
    allowed = np.append(items["max_units"], NO_LIMIT)[item]
    large = least > allowed
    message = "{row} can be bought from {least} units on, and of the item at most {allowed} are"
    report.warn("min_units", "above_item", large, message, least=least, allowed=allowed, **kept)
    usable = np.zeros(items.n_rows + 1, dtype=np.bool_)
    usable[item[~_with_packages(bids, blocked | expired | late | large)]] = True
    idle = ~usable[:-1] & (items["units"] > 0)
    must = ~items.given["uncovered_penalty"]
    message, fix = "{row} has no bid that can win", "Invite more suppliers, or give an uncovered_penalty"
    asked = Reporter(items, log)
    asked.warn("item_id", "no_bid", idle & ~must, message, "Nothing to do if it may stay uncovered")
    asked.warn("item_id", "no_bid_for_must", idle & must, message + ", and must be covered", fix)


def _with_packages(bids: Parsed, idle: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark bids that can win nothing, and with one all of its package."""
    keys = [bids["supplier_id"], bids["package_id"]]
    whole = pd.Series(idle).groupby(keys).transform("any").to_numpy(dtype=np.bool_)
    return np.asarray(np.where(bids["package_id"] != "", whole, idle))


def _in_time(tables: Tables) -> NDArray[np.int64]:
    """Units that every bid can deliver by the day on which they are needed, `NO_LIMIT`: any number."""
    bids, deliveries = tables["bids"], tables["deliveries"]
    needed = np.append(tables["items"]["needed_by_days"], NO_LIMIT)[bids["item_id"]]
    lead = bids["lead_time_days"]
    known = deliveries["bid_id"] >= 0
    bid, day, units = (deliveries[name][known] for name in ("bid_id", "day", "units"))
    arrived = np.zeros(bids.n_rows, dtype=np.int64)
    np.add.at(arrived, bid, np.where(day + lead[bid] <= needed[bid], units, 0))
    scheduled = np.bincount(bid, minlength=bids.n_rows) > 0
    return np.where(scheduled, arrived, np.where(lead <= needed, NO_LIMIT, 0))
