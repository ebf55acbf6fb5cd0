"""Enumerates every plan of a tiny request and keeps the best: validates the oracle's formulation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from tests.oracle.asked import Line
from tests.oracle.directory import Directory
from tests.oracle.evaluation import broken_but_loose, units_that_exist
from tests.oracle.lots import expiry_days
from tests.oracle.scope import skus_in_scope
from tests.oracle.valuation import evaluate, leaves_day

OF_DISPATCHES = ("dispatch_count", "capacity_kg", "min_dispatch_kg")
"""Rules that the number of dispatches decides; a plan that breaks another one is beyond help."""


def best_objective(directory: Directory) -> int | None:
    """Greatest objective of any allowed plan in money, None when no plan is allowed."""
    plans = allowed_line_sets(directory)
    return max((evaluate(directory, lines, dispatches).objective for lines, dispatches in plans), default=None)


def allowed_line_sets(directory: Directory) -> Iterator[tuple[list[Line], dict[str, int]]]:
    """Every allowed set of lines with the dispatches that are best for it."""
    for lines in _line_sets(directory):
        if any(not rule.startswith(OF_DISPATCHES) for rule in broken_but_loose(directory, lines, {})):
            continue
        allowed = [runs for runs in _dispatch_sets(directory, lines) if not broken_but_loose(directory, lines, runs)]
        if allowed:
            yield lines, max(allowed, key=lambda runs: evaluate(directory, lines, runs).objective)


def count_line_sets(directory: Directory) -> int:
    """How many sets of lines `best_objective` looks at."""
    return math.prod(len(choices) for choices in _choices(directory))


def _choices(directory: Directory) -> list[list[Line | None]]:
    """For each SKU, expiry day, lane and day of arrival: no line, or one of any number of units that exist."""
    last_day = sum(lane.lead_time_days for lane in directory.lanes.values())
    starts = [position.no_send_before_day for position in directory.stock.values()]
    starts += [day for day, _ in directory.asked.change_prices]
    last_start = max([*starts, *(leaves_day(directory, line) + 1 for line in directory.asked.former)], default=0)
    choices: list[list[Line | None]] = []
    for sku in skus_in_scope(directory):
        for expiry, lane in itertools.product(expiry_days(directory, sku), directory.lanes.values()):
            position = directory.stock.get((lane.origin, sku))
            first = position.no_send_before_day if position and not directory.transit[lane.origin] else 0
            latest = last_day + last_start if directory.transit[lane.origin] else first + lane.lead_time_days
            choices += [
                [None, *(Line(lane.lane_id, sku, units, day, expiry) for units in _numbers(directory, sku, expiry))]
                for day in range(first + lane.lead_time_days, latest + 1)
            ]
    return choices


def _numbers(directory: Directory, sku: str, expiry: int) -> range:
    """Numbers of units that a line can have."""
    pack = directory.products[sku].case_pack
    return range(pack, units_that_exist(directory, sku, expiry) + 1, pack)


def _line_sets(directory: Directory) -> Iterator[list[Line]]:
    for chosen in itertools.product(*_choices(directory)):
        yield [line for line in chosen if line is not None]


def _dispatch_sets(directory: Directory, lines: list[Line]) -> Iterator[dict[str, int]]:
    """Every number of dispatches on the lanes used, up to one more than their load can need."""
    used = sorted({line.lane_id for line in lines})
    options = [range(1, _most_dispatches(directory, lane_id, lines) + 1) for lane_id in used]
    for numbers in itertools.product(*options):
        yield dict(zip(used, numbers, strict=True))


def _most_dispatches(directory: Directory, lane_id: str, lines: list[Line]) -> int:
    capacity = directory.lanes[lane_id].capacity_kg
    load = sum(line.units * directory.products[line.sku].weight_kg for line in lines if line.lane_id == lane_id)
    return 1 if not capacity else 2 + int(load / capacity)
