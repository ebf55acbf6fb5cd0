"""What responses lines may be, and what exits ask of the lines to them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.outside import open_days
from optimizer.certificate.settled_plan import SettledPlan
from optimizer.certificate.violations import ViolationLog, line_place
from optimizer.scope import LINE_RESPONSES, is_closed, responses_asked, responses_of_lanes
from optimizer.worth.economics import ALL_UNITS
from optimizer.worth.exit_shares import exit_share_units

Ints = NDArray[np.int64]

RULES: Final = ("response_policy", "exit_window", "exit_share")


def check_outside(settled: SettledPlan, log: ViolationLog) -> None:
    """Check what each line is a response of, and what exits ask of the lines to them."""
    _check_responses(settled, log)
    _check_windows(settled, log)
    _check_shares(settled, log)


def _check_responses(settled: SettledPlan, log: ViolationLog) -> None:
    """Check that the request and its policy allow what every line is, at both ends."""
    network, request, plan, lines = settled.network, settled.request, settled.columns, settled.settlement.lines
    response = responses_of_lanes(network)[plan.lane]
    unasked = (response & np.uint8(responses_asked(request))) == 0
    name = np.array(LINE_RESPONSES, dtype=object)[np.log2(response).astype(np.int64)]

    def place(index: int) -> str:
        return line_place(network, int(plan.lane[index]), int(plan.sku[index]))

    def describe_unasked(index: int) -> tuple[str, str]:
        return place(index), f"{plan.units[index]} units of {name[index]}, which the request leaves out"

    def describe_closed(index: int) -> tuple[str, str]:
        return place(index), f"moves {plan.units[index]} units at a position closed to {name[index]}"

    log.add("response_policy", unasked, plan.units, describe_unasked)
    closed = np.zeros(len(plan.lane), dtype=np.bool_)
    for word in LINE_RESPONSES:
        ends = (is_closed(network, request, node, plan.sku, word) for node in (lines.origin, lines.destination))
        closed |= (name == word) & np.logical_or(*ends)
    log.add("response_policy", closed & ~unasked, plan.units, describe_closed)


def _check_windows(settled: SettledPlan, log: ViolationLog) -> None:
    """Check that lines leave for exits while these are open."""
    network, plan, day = settled.network, settled.columns, settled.settlement.lines.departs_day
    opens, closes = (days[plan.lane] for days in open_days(network))
    early, late = opens - day, day - closes

    def describe(index: int) -> tuple[str, str]:
        window = f"from day {opens[index]}" if early[index] > 0 else f"until day {closes[index]}"
        message = f"leaves on day {day[index]}, the exit takes units {window}"
        return line_place(network, int(plan.lane[index]), int(plan.sku[index])), message

    log.add("exit_window", (early > 0) | (late > 0), np.maximum(early, late), describe)


def _check_shares(settled: SettledPlan, log: ViolationLog) -> None:
    """Check how much of every position goes to one exit."""
    network, plan = settled.network, settled.columns
    shared = np.flatnonzero(exit_share_units(network, plan.lane, plan.sku) < ALL_UNITS)
    key = plan.lane[shared].astype(np.int64) * max(len(network.products), 1) + plan.sku[shared]
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    units = np.zeros(len(first), dtype=np.int64)
    np.add.at(units, number, plan.units[shared])
    lane, sku = plan.lane[shared[first]], plan.sku[shared[first]]
    most = exit_share_units(network, lane, sku)

    def describe(index: int) -> tuple[str, str]:
        message = f"{units[index]} units, the exit takes {most[index]} of this position"
        return line_place(network, int(lane[index]), int(sku[index])), message

    log.add("exit_share", units > most, units - most, describe)
