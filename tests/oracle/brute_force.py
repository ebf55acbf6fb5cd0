"""Enumerates every plan of a tiny request and keeps the best: validates the oracle's formulation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from tests.oracle.directory import Directory
from tests.oracle.evaluation import Line, broken_rules, evaluate
from tests.oracle.worth import give

OF_DISPATCHES = ("dispatch_count", "capacity_kg", "min_dispatch_kg")
"""Rules that the number of dispatches decides; a plan that breaks another one is beyond help."""


def best_benefit(directory: Directory) -> int | None:
    """Greatest benefit of any allowed plan in money, None when no plan is allowed."""
    best = None
    for lines in _line_sets(directory):
        if any(not rule.startswith(OF_DISPATCHES) for rule in broken_rules(directory, lines, {})):
            continue
        for dispatches in _dispatch_sets(directory, lines):
            if not broken_rules(directory, lines, dispatches):
                benefit = evaluate(directory, lines, dispatches)
                best = benefit if best is None else max(best, benefit)
    return best


def count_line_sets(directory: Directory) -> int:
    """How many sets of lines `best_benefit` looks at."""
    return math.prod(len(choices) for choices in _choices(directory))


def _choices(directory: Directory) -> list[list[Line | None]]:
    """For each SKU, lane and day of arrival: no line, or one of any number of units that exist."""
    last_day = sum(lane.lead_time_days for lane in directory.lanes.values())
    choices: list[list[Line | None]] = []
    for sku in directory.skus_in_scope:
        most = sum(give(position) for (_, stocked), position in directory.stock.items() if stocked == sku)
        for lane in directory.lanes.values():
            latest = last_day if directory.transit[lane.origin] else lane.lead_time_days
            choices += [
                [None, *(Line(lane.lane_id, sku, units, day) for units in range(1, most + 1))]
                for day in range(lane.lead_time_days, latest + 1)
            ]
    return choices


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
