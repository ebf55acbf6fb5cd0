"""Which lines a plan can have at all: SKU, lane, expiry day and day of departure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.oracle.directory import Directory, Lane
from tests.oracle.lots import expires, expiry_days, give_by_expiry
from tests.oracle.outside import due_day, is_open, most_to_exit
from tests.oracle.scope import in_node_scope, is_closed_lane, may_carry
from tests.oracle.valuation import leaves_day


@dataclass(frozen=True)
class Choice:
    """A line that can be: units of a SKU and expiry day that leave on a lane on a day."""

    lane: Lane
    sku: str
    expiry_day: int
    leaves_day: int
    most_units: int

    @property
    def arrives_day(self) -> int:
        """Day of arrival at the lane's destination."""
        return self.leaves_day + self.lane.lead_time_days


def choices(directory: Directory, sku: str) -> Iterator[Choice]:
    """Lines that a plan can have of a SKU, each with the most units that exist of its expiry day."""
    product = directory.products[sku]
    lanes = usable_lanes(directory, sku)
    for expiry in expiry_days(directory, sku):
        exist = sum(give_by_expiry(directory, key)[expiry] for key in directory.stock if key[1] == sku)
        days = _departure_days(directory, sku, expiry, lanes)
        for lane in lanes:
            own = give_by_expiry(directory, (lane.origin, sku))[expiry]
            most = exist if directory.transit[lane.origin] else own
            to_exit = most_to_exit(lane, directory.stock.get((lane.origin, sku)))
            most = most if to_exit is None else min(most, to_exit)
            for day in _open_days(lane, days[lane.origin]) if most >= product.case_pack else []:
                fresh = expiry - day - lane.lead_time_days >= product.min_remaining_days
                if fresh or lane.terms or not expires(directory, sku):
                    yield Choice(lane, sku, expiry, day, most)


def _open_days(lane: Lane, days: set[int]) -> list[int]:
    """Days on which units leave over a lane that may leave on certain days: an exit is waited for."""
    return [day for day in sorted({due_day(lane, day) for day in days}) if is_open(lane, day)]


def usable_lanes(directory: Directory, sku: str) -> list[Lane]:
    """Lanes that may carry a SKU to where it can be, and whose ends the request leaves open."""
    return [
        lane
        for lane in directory.lanes.values()
        if may_carry(directory, lane, sku)
        and in_node_scope(directory, lane)
        and not is_closed_lane(directory, lane, sku)
        and (directory.transit[lane.destination] or (lane.destination, sku) in directory.stock)
    ]


def _departure_days(directory: Directory, sku: str, expiry: int, lanes: list[Lane]) -> dict[str, set[int]]:
    """Days on which units may leave a node: own ones when they may first, others when some arrive at a transit node.

    Waiting longer can only matter where the former plan says a day, or a day changes what it costs to depart from it.
    A path that visits no node twice goes on at most as often as there are transit nodes.
    """
    days: dict[str, set[int]] = defaultdict(set)
    for key, position in directory.stock.items():
        if key[1] == sku and give_by_expiry(directory, key)[expiry]:
            days[key[0]].add(position.no_send_before_day)
    for node in (node for node, transit in directory.transit.items() if transit):
        days[node] |= {day for day, _ in directory.asked.change_prices}
        for line in directory.asked.former:
            if line.lane_id in directory.lanes and directory.lanes[line.lane_id].origin == node and line.sku == sku:
                # A line that is frozen takes no more units: others leave before it, or a day later.
                days[node] |= {leaves_day(directory, line), leaves_day(directory, line) + 1}
    for _ in range(sum(directory.transit.values())):
        arrivals = [
            (lane.destination, day + lane.lead_time_days)
            for lane in lanes
            for day in days[lane.origin]
            if directory.transit[lane.destination]
        ]
        for node, day in arrivals:
            days[node].add(day)
    return days
