"""What holds at nodes: nothing leaves that is not there, nothing stays where no position is, nodes are not overrun."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.outside import place_name
from optimizer.certificate.settled_plan import SettledPlan
from optimizer.certificate.violations import ViolationLog, position_place

Ints = NDArray[np.int64]

RULES: Final = (
    "own_stock",
    "pass_through",
    "position_exists",
    "pick_capacity_units",
    "receive_capacity_units",
    "max_outbound_lanes",
    "max_inbound_lanes",
)


def check_stock(settled: SettledPlan, log: ViolationLog) -> None:
    """Check what leaves positions and what stays there, of each expiry day by itself."""
    network, settlement = settled.network, settled.settlement
    batches, at = settlement.batches, settlement.positions
    node, sku, row = (column[batches.position] for column in (at.node, at.sku, at.row))
    ever, by_day = settlement.shortfall()
    transit = network.nodes.transit[node]
    # What a node without transit sends is never what it received, so all it received stays.
    stays = settlement.batch_staying + np.where(transit, 0, ever)
    stranded = np.where(row < 0, np.maximum(stays, 0), 0)
    too_soon = np.where(by_day > ever, by_day, 0)

    def describe_own(index: int) -> tuple[str, str]:
        give = batches.give[index]
        return place(index), f"sends {give + ever[index]} units{expiry(index)}, may give {give} of its own"

    def describe_through(index: int) -> tuple[str, str]:
        message = f"sends {ever[index]} units{expiry(index)} more than it may give and has received by that day"
        return place(index), message

    def describe_soon(index: int) -> tuple[str, str]:
        day = at.release_day[batches.position[index]]
        return place(index), f"sends {too_soon[index]} units{expiry(index)} of its own before day {day}"

    def describe_stranded(index: int) -> tuple[str, str]:
        return place(index), f"{stranded[index]} units{expiry(index)} would stay where the SKU is not stocked"

    def place(index: int) -> str:
        return position_place(network, int(node[index]), int(sku[index]))

    def expiry(index: int) -> str:
        day = batches.expiry_day[index]
        return "" if day >= NO_LIMIT else f" of expiry day {day}"

    log.add("own_stock", (ever > 0) & ~transit, ever, describe_own)
    log.add("pass_through", (ever > 0) & transit, ever, describe_through)
    log.add("no_send_before_day", too_soon > 0, too_soon, describe_soon)
    log.add("position_exists", stranded > 0, stranded, describe_stranded)


def check_capacities(settled: SettledPlan, log: ViolationLog) -> None:
    """Check how many units nodes pick and receive, and over how many lanes."""
    network, plan = settled.network, settled.columns
    nodes, lanes, n_nodes = network.nodes, network.lanes, len(network.nodes)
    used = np.flatnonzero(plan.lines_on_lane > 0)
    for end, moves, lane_way, most_units, most_lanes in (
        (lanes.origin, "pick", "outbound", nodes.pick_capacity_units, nodes.max_outbound_lanes),
        (lanes.destination, "receive", "inbound", nodes.receive_capacity_units, nodes.max_inbound_lanes),
    ):
        units = np.zeros(n_nodes, dtype=np.int64)
        np.add.at(units, end[plan.lane], plan.units)
        of_lanes = np.bincount(end[used], minlength=n_nodes)
        for rule, word, found, most in (
            (f"{moves}_capacity_units", "units", units, most_units),
            (f"max_{lane_way}_lanes", f"{lane_way} lanes", of_lanes, most_lanes),
        ):

            def describe(node: int, word: str = word, found: Ints = found, most: Ints = most) -> tuple[str, str]:
                return place_name(network, node), f"{found[node]} {word}, may be {most[node]}"

            log.add(rule, (most != NO_LIMIT) & (found > most), found - most, describe)
