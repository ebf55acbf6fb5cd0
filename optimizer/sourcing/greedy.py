"""A first award: the cheapest segments one after the other, each as far as it is needed and its supplier can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event
from optimizer.award import Award, award_of
from optimizer.model import UNLIMITED
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.worth.economics import money

Ints = NDArray[np.int64]


def greedy_award(event: Event, flows: AwardFlows) -> Award:
    """Buy what is cheapest per unit, fixed costs spread over all that a segment offers; no packages, no rules."""
    items, decimals = event.items, event.money_decimals
    penalty = np.where(
        np.isnan(items.uncovered_penalty), UNLIMITED, money(np.nan_to_num(items.uncovered_penalty), decimals)
    )
    fixed = money(event.suppliers.fixed_cost, decimals)
    offered = np.bincount(flows.supplier, flows.to_units, minlength=len(fixed))
    unit = flows.unit_objective + flows.fixed_objective / np.maximum(flows.to_units, 1)
    unit += (fixed / np.maximum(offered, 1))[flows.supplier]
    paying = np.flatnonzero((unit < penalty[flows.item]) & (flows.package < 0))
    order = paying[np.argsort(unit[paying], kind="stable")]
    bought = _bought(event, flows, order)
    units = np.zeros(len(event.bids), dtype=np.int64)
    np.add.at(units, flows.bid, bought)
    return award_of(units)


def _bought(event: Event, flows: AwardFlows, order: Ints) -> Ints:
    """Units of every flow, taken in that order."""
    need, room = event.items.units.copy(), event.suppliers.capacity_units.copy()
    weight = event.bids.capacity_per_unit[flows.bid]
    bought = np.zeros(len(flows), dtype=np.int64)
    used = np.zeros(len(flows), dtype=np.bool_)
    for flow in order.tolist():
        item, supplier, group, pack = (
            int(each[flow]) for each in (flows.item, flows.supplier, flows.group, flows.pack)
        )
        if need[item] <= 0 or used[group]:
            continue
        wanted = max(-(-int(need[item]) // pack) * pack, int(flows.from_units[flow]))
        if room[supplier] < NO_LIMIT and weight[flow]:
            wanted = min(wanted, int(room[supplier]) // int(weight[flow]) // pack * pack)
        units = min(wanted, int(flows.to_units[flow]))
        if units < flows.from_units[flow]:
            continue
        bought[flow], used[group] = units, True
        need[item] -= units
        if room[supplier] < NO_LIMIT:
            room[supplier] -= units * int(weight[flow])
    return bought
