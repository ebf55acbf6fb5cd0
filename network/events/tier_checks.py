"""What is wrong with tiers: overlaps, holes, prices that rise, and tiers that are never reached."""

from __future__ import annotations

import numpy as np

from network.columns import NO_LIMIT
from network.problems import ProblemLog
from network.row_reports import Reporter
from network.validation import Tables


def check_tiers(tables: Tables, log: ProblemLog) -> None:
    """Require the tiers of a bid to follow each other without overlap or hole, at prices that do not rise."""
    bids, tiers = tables["bids"], tables["tiers"]
    if not tiers.n_rows:
        return
    report = Reporter(tiers, log)
    bid, begin, end, price = (tiers[name] for name in ("bid_id", "from_units", "to_units", "unit_price"))
    backwards = end < begin
    message, fix = "the tier of {row} begins at {begin} units and ends at {value}", "Correct from_units or to_units"
    report.error("to_units", "ends_before_it_begins", backwards, message, fix, begin=begin)
    order = np.lexsort((np.arange(len(bid)), begin, bid))
    order = order[(bid[order] >= 0) & tiers.given["from_units"][order]]
    here, after = order[:-1], order[1:]
    pair = bid[here] == bid[after]
    here, after = here[pair], after[pair]
    equal = _marked(after[begin[here] == begin[after]], tiers.n_rows)
    message, fix = "{row} has another tier from {value} units on", "Remove one, or correct from_units"
    report.error("from_units", "equal_tiers", equal, message, fix)
    closed = tiers.given["to_units"] & ~backwards
    following = np.full(tiers.n_rows, NO_LIMIT, dtype=np.int64)
    following[here] = begin[after]
    open_end = np.ones(tiers.n_rows, dtype=np.bool_)
    open_end[here] = False
    inner = closed & ~open_end & (following > begin)
    message = "the tier of {row} from {begin} units on ends at {value}, and the next one begins at {next}"
    fix = "Let it end one unit before the next one begins, or leave to_units empty"
    cells = {"begin": begin, "next": following}
    report.error("to_units", "overlapping_tiers", inner & (end >= following), message, fix, **cells)
    report.error("to_units", "hole_between_tiers", inner & (end + 1 < following), message, fix, **cells)
    most = np.append(bids["max_units"], 0)[bid]
    short = closed & open_end & (bid >= 0) & (end < most)
    message = "the last tier of {row} ends at {value} units, and the bid has {most}"
    limit = np.where(most == NO_LIMIT, "no max_units", most.astype(str)).astype(object)
    fix = "Give the bid max_units {value}, or leave to_units empty"
    report.error("to_units", "last_tier_ends", short, message, fix, most=limit)
    rising = _marked(after[price[here] < price[after]], tiers.n_rows)
    before = np.full(tiers.n_rows, np.nan)
    before[after] = price[here]
    message = "the price of {row} rises from {before} to {value} at {begin} units"
    fix = "Prices of tiers may only fall: correct unit_price or from_units, or make separate bids of it"
    report.error("unit_price", "rising_price", rising & ~equal, message, fix, before=before, begin=begin)
    message = "{row} reaches this tier at {value} units, and has at most {most}"
    unreached = (bid >= 0) & (begin > most) & (begin > 1)
    report.warn("from_units", "idle_tier", unreached, message, "Nothing to do if that is meant", most=most)


def _marked(rows: np.ndarray, n_rows: int) -> np.ndarray:
    """Mask of some rows."""
    mask = np.zeros(n_rows, dtype=np.bool_)
    mask[rows] = True
    return mask
