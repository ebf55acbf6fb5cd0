"""Reads the columns of any plan, proper or not, into the part of it that exact arithmetic can be done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.certificate.violations import ViolationLog, lane_place, line_place
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.worth.economics import lane_fixed_cost, lane_unit_cost, money, product_weight

Ints = NDArray[np.int64]

LINE_COLUMNS: Final = ("lane", "sku", "units", "arrives_day", "expiry_day")
DISPATCH_COLUMNS: Final = ("dispatch_lane", "dispatches")

_SAFE: Final = 2.0**60
"""Sums of units times weights or money below this are exact in 64 bits, with room for the stock itself."""

_LAST_DAY: Final = 2**31 - 2


@dataclass(frozen=True, slots=True)
class UsablePlan:
    """Lines with known lane and SKU and positive units, and the dispatches of every lane."""

    line: Ints
    """Row of the plan, shape ``(n_usable,)``, like the next five; in order of the SKUs."""
    lane: Ints
    sku: Ints
    units: Ints
    arrives_day: Ints
    expiry_day: Ints
    lines_on_lane: Ints
    """Shape ``(n_lanes,)``, like the next three."""
    load_on_lane: Ints
    """In ``10 ** -6`` kg."""
    dispatch_rows_on_lane: Ints
    dispatches_on_lane: Ints
    """Never negative."""


def check_columns(plan: Plan, log: ViolationLog) -> None:
    """Check that a plan's columns are integers, one-dimensional and of equal length."""
    for names in (LINE_COLUMNS, DISPATCH_COLUMNS):
        columns = {name: np.asarray(getattr(plan, name)) for name in names}
        for name, column in columns.items():
            if column.dtype.kind not in "iu" or not np.can_cast(column.dtype, np.int64):
                log.add_one("columns", f"column {name}", f"holds {column.dtype}, needs integers of at most 64 bits")
            if column.ndim != 1:
                log.add_one("columns", f"column {name}", f"has {column.ndim} dimensions, needs 1")
        lengths = {name: column.size for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            log.add_one("columns", f"columns {', '.join(names)}", f"have different lengths {[*lengths.values()]}")


def usable_plan(network: Network, request: Request, plan: Plan, log: ViolationLog) -> UsablePlan:
    """Select what exact arithmetic can be done with, and log what cannot be used.

    Parameters
    ----------
    network : Network
    request : Request
        Its weights and prices count where sums might overflow.
    plan : Plan
        One that passed `check_columns`.
    log : ViolationLog
        Receives the rules known_lane, known_sku, positive_units, magnitude and, for impossible days, arrives_day.
    """
    lane, sku, units, day, expiry = (np.asarray(getattr(plan, name), dtype=np.int64) for name in LINE_COLUMNS)
    keep = _known_lines(network, lane, sku, units, log)
    line, most = np.flatnonzero(keep), _largest_unit_worth(network, request)
    line = line[~_too_large_lines(network, lane[line], sku[line], units[line], most, log=log)]
    # By SKU, as stock is: what belongs together is then close together in memory.
    line = line[np.argsort(sku[line], kind="stable")]
    lane, sku, units, day = lane[line], sku[line], units[line], day[line]
    load = np.zeros(len(network.lanes), dtype=np.int64)
    np.add.at(load, lane, units * product_weight(network)[sku])
    rows, runs = _dispatches(network, plan, log)
    return UsablePlan(
        line=line,
        lane=lane,
        sku=sku,
        units=units,
        # Days beyond any horizon are alike: nothing that late counts as stock.
        arrives_day=np.clip(day, -1, _LAST_DAY),
        expiry_day=np.clip(expiry[line], -1, NO_LIMIT),
        lines_on_lane=np.bincount(lane, minlength=len(network.lanes)),
        load_on_lane=load,
        dispatch_rows_on_lane=rows,
        dispatches_on_lane=runs,
    )


def _known_lines(network: Network, lane: Ints, sku: Ints, units: Ints, log: ViolationLog) -> NDArray[np.bool_]:
    """Mark lines with a known lane, a known SKU and positive units."""
    known_lane = (lane >= 0) & (lane < len(network.lanes))
    known_sku = (sku >= 0) & (sku < len(network.products))
    positive = units > 0
    log.add(
        "known_lane",
        ~known_lane,
        np.ones(len(lane)),
        lambda i: (f"line {i}", f"lane row {lane[i]} does not exist, there are {len(network.lanes)}"),
    )
    log.add(
        "known_sku",
        ~known_sku,
        np.ones(len(sku)),
        lambda i: (f"line {i}", f"product row {sku[i]} does not exist, there are {len(network.products)}"),
    )
    log.add("positive_units", ~positive, 1.0 - units, lambda i: (f"line {i}", f"{units[i]} units, needs at least 1"))
    return known_lane & known_sku & positive


def _too_large_lines(
    network: Network, lane: Ints, sku: Ints, units: Ints, largest_worth: int, *, log: ViolationLog
) -> NDArray[np.bool_]:
    """Mark lines whose units would overflow the sums: only where the sums do overflow."""
    scale = np.maximum(product_weight(network)[sku], np.abs(lane_unit_cost(network, lane, sku)))
    too_large = _overflowing(units, np.maximum(scale, largest_worth))
    message = "{} units are more than exact arithmetic can hold"
    log.add(
        "magnitude",
        too_large,
        units,
        lambda i: (line_place(network, int(lane[i]), int(sku[i])), message.format(units[i])),
    )
    return too_large


def _dispatches(network: Network, plan: Plan, log: ViolationLog) -> tuple[Ints, Ints]:
    """Count rows and dispatches by lane."""
    n_lanes = len(network.lanes)
    lane = np.asarray(plan.dispatch_lane, dtype=np.int64)
    runs = np.asarray(plan.dispatches, dtype=np.int64)
    known = (lane >= 0) & (lane < n_lanes)
    log.add(
        "known_lane",
        ~known,
        np.ones(len(lane)),
        lambda i: (f"dispatch row {i}", f"lane row {lane[i]} does not exist, there are {n_lanes}"),
    )
    lane, runs = lane[known], np.maximum(runs[known], 0)
    too_large = _overflowing(runs, np.maximum(lane_fixed_cost(network)[lane], 1))
    message = "{} dispatches are more than exact arithmetic can hold"
    log.add("magnitude", too_large, runs, lambda i: (lane_place(network, int(lane[i])), message.format(runs[i])))
    total = np.zeros(n_lanes, dtype=np.int64)
    np.add.at(total, lane, np.where(too_large, 1, runs))
    return np.bincount(lane, minlength=n_lanes), total


def _overflowing(amounts: Ints, scale: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark amounts to leave out so that the sum of ``amounts * scale`` stays exact; none when it is so already."""
    sizes = amounts.astype(np.float64) * scale
    if sizes.sum() < _SAFE:
        return np.zeros(len(amounts), dtype=np.bool_)
    return np.asarray(sizes >= _SAFE / (len(amounts) + 1))


def _largest_unit_worth(network: Network, request: Request) -> int:
    """Bound of the money units that one unit of stock anywhere can be worth in the objective."""
    stock, products = network.stock, network.products
    parts = (stock.shortage_penalty, stock.holding_cost, products.list_price, products.salvage_value)
    largest = np.array([np.abs(part).max(initial=0.0) for part in parts])
    largest[0] *= max([1.0, *request.severity_weights.values()])
    prices = () if request.former_plan is None else tuple(price for _, price in request.former_plan.change_prices)
    extra = np.array([request.min_line_benefit, request.min_dispatch_benefit, *prices])
    return int(money(np.append(largest, extra), network.money_decimals).sum()) + 1
