"""What holds on lanes: how many dispatches run, and how many kilograms they carry."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from optimizer.certificate.settled_plan import SettledPlan
from optimizer.certificate.violations import ViolationLog, lane_place
from optimizer.worth.economics import WEIGHT_DECIMALS, lane_capacity, lane_least_load, least_dispatches

Ints = NDArray[np.int64]

RULES: Final = ("duplicate_dispatch", "dispatch_count", "max_dispatches", "capacity_kg", "min_dispatch_kg")


def check_dispatches(settled: SettledPlan, log: ViolationLog) -> None:
    """Check that lanes with lines, and no others, run dispatches, and not too many."""
    network, plan = settled.network, settled.columns
    runs, carries, listed = plan.dispatches_on_lane, plan.lines_on_lane > 0, plan.dispatch_rows_on_lane
    most = network.lanes.max_dispatches
    nothing_runs = carries & (runs < 1)
    idle = ~carries & (listed > 0)
    too_many = (most != NO_LIMIT) & (runs > most)

    def place(lane: int) -> str:
        return lane_place(network, lane)

    log.add(
        "duplicate_dispatch", listed > 1, listed, lambda i: (place(i), f"{listed[i]} rows of dispatches, needs one")
    )
    log.add("dispatch_count", nothing_runs, 1 - runs, lambda i: (place(i), "carries lines but runs no dispatch"))
    log.add("dispatch_count", idle, runs, lambda i: (place(i), "has dispatches but carries no line"))
    log.add(
        "max_dispatches",
        too_many,
        runs - most,
        lambda i: (place(i), f"{runs[i]} dispatches, at most {most[i]} may run"),
    )


def check_loads(settled: SettledPlan, log: ViolationLog) -> None:
    """Check the kilograms of every lane that runs dispatches."""
    network, plan = settled.network, settled.columns
    load, runs = plan.load_on_lane, plan.dispatches_on_lane
    used = (plan.lines_on_lane > 0) & (runs > 0)
    capacity, least = network.lanes.capacity_kg, network.lanes.min_dispatch_kg
    needed = least_dispatches(load, lane_capacity(network))
    filled = load // np.maximum(lane_least_load(network), 1)
    kg = load / 10.0**WEIGHT_DECIMALS
    overloaded = used & (needed > runs)
    underloaded = used & (lane_least_load(network) > 0) & (filled < runs)

    def describe_over(lane: int) -> tuple[str, str]:
        return lane_place(network, lane), f"{kg[lane]:g} kg on {runs[lane]} dispatches of {capacity[lane]:g} kg"

    def describe_under(lane: int) -> tuple[str, str]:
        return lane_place(network, lane), f"{kg[lane]:g} kg on {runs[lane]} dispatches, each needs {least[lane]:g} kg"

    # Only an overloaded lane has a finite capacity for certain.
    carried = np.where(overloaded, capacity, 0.0) * runs
    log.add("capacity_kg", overloaded, kg - carried, describe_over)
    log.add("min_dispatch_kg", underloaded, least * runs - kg, describe_under)
