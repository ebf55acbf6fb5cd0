"""Lines of plans taken apart and put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.plan import Markdowns, Plan
from optimizer.worth.economics import lane_capacity, least_dispatches, product_weight

LINE_KEY: Final = ("lane", "sku", "arrives_day", "expiry_day")
"""What makes a line of one plan the same line in another."""

_COLUMNS: Final = (*LINE_KEY, "units")


def no_lines() -> Plan:
    """Return the plan that does nothing."""

    def column(kind: type) -> NDArray[Any]:
        return np.empty(0, dtype=kind)

    return Plan(
        lane=column(np.int32),
        sku=column(np.int32),
        units=column(np.int64),
        arrives_day=column(np.int32),
        dispatch_lane=column(np.int32),
        dispatches=column(np.int64),
    )


def taken(plan: Plan, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Plan:
    """Take some lines of a plan, with its dispatches as they are."""
    columns: dict[str, Any] = {name: getattr(plan, name)[keep] for name in _COLUMNS}
    return replace(plan, **columns)


def joined(first: Plan, second: Plan) -> Plan:
    """Put the lines of two plans one after the other, with the dispatches of the first."""
    both: dict[str, Any] = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in _COLUMNS}
    return replace(first, **both)


def without_sku(plan: Plan, sku: int) -> Plan:
    """Leave out the lines and prices of a SKU, with the dispatches as they are."""
    return replace(taken(plan, plan.sku != sku), markdowns=_prices_at(plan, plan.markdowns.sku != sku))


def only_sku(plan: Plan, sku: int) -> Plan:
    """Keep only the lines and prices of a SKU, with the dispatches as they are."""
    return replace(taken(plan, plan.sku == sku), markdowns=_prices_at(plan, plan.markdowns.sku == sku))


def _prices_at(plan: Plan, rows: NDArray[np.bool_]) -> Markdowns:
    return plan.markdowns.take(np.flatnonzero(rows))


def joined_prices(first: Markdowns, second: Markdowns) -> Markdowns:
    """Put the prices of different choices one after the other."""
    if not len(first) or not len(second):
        return first if len(first) else second
    columns = (np.concatenate([getattr(part, name) for part in (first, second)]) for name in ("sku", "zone", "price"))
    return Markdowns(*columns)


def same_plan(first: Plan, second: Plan) -> bool:
    """Whether two plans say the same lines and prices, whatever their order."""
    plans = merged_lines(first), merged_lines(second)
    lines = all(np.array_equal(getattr(plans[0], name), getattr(plans[1], name)) for name in _COLUMNS)
    return lines and _price_set(first) == _price_set(second)


def _price_set(plan: Plan) -> set[tuple[Any, ...]]:
    markdowns = plan.markdowns
    paths = map(tuple, markdowns.price.tolist())
    return set(zip(markdowns.sku.tolist(), markdowns.zone.tolist(), paths, strict=True))


def merged_lines(plan: Plan) -> Plan:
    """Put lines that repeat each other together, and dispatches of one lane; without what adds up to nothing."""
    keys, line = distinct_rows([getattr(plan, name) for name in LINE_KEY])
    units = np.zeros(len(keys[0]), dtype=np.int64)
    np.add.at(units, line, plan.units)
    (lane,), run = distinct_rows([plan.dispatch_lane])
    runs = np.zeros(len(lane), dtype=np.int64)
    np.add.at(runs, run, plan.dispatches)
    columns: dict[str, Any] = {name: key[units != 0] for name, key in zip(LINE_KEY, keys, strict=True)}
    kept: dict[str, Any] = {"units": units[units != 0], "dispatch_lane": lane[runs != 0], "dispatches": runs[runs != 0]}
    return replace(plan, **columns, **kept)


def with_fewest_dispatches(network: Network, plan: Plan) -> Plan:
    """Run on every lane with lines the fewest dispatches that hold them, and no others."""
    load = lane_load(network, plan)
    lane = np.unique(plan.lane).astype(np.int32)
    runs = np.maximum(least_dispatches(load[lane], lane_capacity(network)[lane]), 1)
    return replace(plan, dispatch_lane=lane, dispatches=runs)


def lane_load(network: Network, plan: Plan) -> NDArray[np.int64]:
    """Weight on every lane in ``10 ** -6`` kg, shape (n_lanes,)."""
    load = np.zeros(len(network.lanes), dtype=np.int64)
    np.add.at(load, plan.lane, plan.units * product_weight(network)[plan.sku])
    return load


def distinct_rows(columns: list[NDArray[Any]]) -> tuple[list[NDArray[Any]], NDArray[np.intp]]:
    """Return the distinct rows of columns, in order, and the number of each row among them."""
    order = np.lexsort(columns[::-1])
    starts = np.zeros(len(order), dtype=np.bool_)
    starts[:1] = True
    for column in columns:
        starts[1:] |= column[order][1:] != column[order][:-1]
    number = np.empty(len(order), dtype=np.intp)
    number[order] = np.cumsum(starts) - 1
    return [column[order][starts] for column in columns], number
