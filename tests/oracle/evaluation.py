"""Judges any plan by the letter of docs/model.md: which rules it breaks and what it is worth, without a solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from tests.oracle.directory import Directory, Key
from tests.oracle.worth import asked_units, give, late_cap, left_over_value, money, opening_stock, unit_cost, unit_value
from tests.oracle.worth import weight as weight_units


@dataclass(frozen=True, order=True)
class Line:
    """Units of one SKU on one lane with one day of arrival."""

    lane_id: str
    sku: str
    units: int
    arrives_day: int


@dataclass(frozen=True)
class PhantomCycle:
    """Transit nodes that pass units of a SKU around on one day although none is present at any of them."""

    sku: str
    day: int
    nodes: frozenset[str]


def evaluate(directory: Directory, lines: Sequence[Line], dispatches: Mapping[str, int]) -> int:
    """Benefit of a plan in money, exact. Says nothing about whether the plan is allowed."""
    benefit = sum(_value_change(directory, key, lines) for key in directory.stock)
    benefit -= sum(line.units * unit_cost(directory, directory.lanes[line.lane_id], line.sku) for line in lines)
    return benefit - sum(n * money(directory, directory.lanes[lane].fixed_cost) for lane, n in dispatches.items())


def broken_rules(directory: Directory, lines: Sequence[Line], dispatches: Mapping[str, int]) -> list[str]:
    """Names and places of the rules that a plan breaks; empty when the plan is allowed."""
    broken = list(_broken_line_rules(directory, lines))
    if broken:
        return broken
    broken += _broken_dispatch_rules(directory, lines, dispatches)
    broken += _broken_stock_rules(directory, lines)
    broken += [f"fed: {cycle}" for cycle in phantom_cycles(directory, lines)]
    broken += _broken_demands(directory, lines)
    return broken


def arrivals(directory: Directory, key: Key, lines: Sequence[Line]) -> Counter[int]:
    """Units received at a position by day of arrival."""
    received: Counter[int] = Counter()
    for line in lines:
        if (directory.lanes[line.lane_id].destination, line.sku) == key:
            received[line.arrives_day] += line.units
    return received


def departures(directory: Directory, key: Key, lines: Sequence[Line]) -> Counter[int]:
    """Units sent from a position by day of departure."""
    sent: Counter[int] = Counter()
    for line in lines:
        lane = directory.lanes[line.lane_id]
        if (lane.origin, line.sku) == key:
            sent[line.arrives_day - lane.lead_time_days] += line.units
    return sent


def _value_change(directory: Directory, key: Key, lines: Sequence[Line]) -> int:
    """Value of a position after the plan less its value before, in money."""
    position = directory.stock[key]
    received, sent = arrivals(directory, key, lines), departures(directory, key, lines)
    if directory.transit[key[0]]:
        kept = _kept_of_last_in_first_out(give(position), received, sent)
        at_once, late = kept.pop(0, 0) - give(position), kept
    else:
        at_once, late = received.pop(0, 0) - sent.total(), received
    before = Counter({position.in_transit_arrival_day: position.in_transit})
    after = late + before
    opening = opening_stock(position)
    stock_before, left_before = _counted(directory, key, opening + before.pop(0, 0), before)
    stock_after, left_after = _counted(directory, key, opening + at_once + after.pop(0, 0), after)
    steps = sum(unit_value(directory, key, n) for n in range(stock_before + 1, stock_after + 1))
    steps -= sum(unit_value(directory, key, n) for n in range(stock_after + 1, stock_before + 1))
    return steps + (left_after - left_before) * left_over_value(directory, key)


def _kept_of_last_in_first_out(own: int, received: Counter[int], sent: Counter[int]) -> Counter[int]:
    """Units that stay at a transit node by day of arrival; its `own` units are there from day 0."""
    present = Counter(received)
    present[0] += own
    for day in sorted(sent):
        for _ in range(sent[day]):
            last = max((arrived for arrived, units in present.items() if arrived <= day and units), default=0)
            present[last] -= 1
    return present


def _counted(directory: Directory, key: Key, stock: int, late: Mapping[int, int]) -> tuple[int, int]:
    """Stock that counts and units left over, when `late` units arrive on days above 0."""
    counted = 0
    for day in sorted(late, reverse=True):
        counted = min(counted + late[day], late_cap(directory, directory.stock[key], day))
    return stock + counted, sum(late.values()) - counted


def _broken_line_rules(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    seen = Counter((line.lane_id, line.sku, line.arrives_day) for line in lines)
    yield from (f"duplicate_line: {place}" for place, times in seen.items() if times > 1)
    for line in lines:
        if line.lane_id not in directory.lanes:
            yield f"known_lane: {line}"
            continue
        lane = directory.lanes[line.lane_id]
        if line.sku not in directory.skus_in_scope:
            yield f"in_scope: {line}"
            continue
        if line.units <= 0 or line.units % directory.products[line.sku].case_pack:
            yield f"case_pack: {line}"
        if line.units < lane.min_line_units:
            yield f"min_line_units: {line}"
        if line.units > sum(give(each) for (_, sku), each in directory.stock.items() if sku == line.sku):
            yield f"units_exist: {line}"
        if line.arrives_day < lane.lead_time_days:
            yield f"arrives_day: {line}"


def _broken_dispatch_rules(directory: Directory, lines: Sequence[Line], dispatches: Mapping[str, int]) -> Iterator[str]:
    load: Counter[str] = Counter()
    for line in lines:
        load[line.lane_id] += line.units * weight_units(directory.products[line.sku].weight_kg)
    for lane_id in load.keys() | dispatches.keys():
        lane, runs = directory.lanes[lane_id], dispatches.get(lane_id, 0)
        if runs < 1 or lane_id not in load or (lane.max_dispatches is not None and runs > lane.max_dispatches):
            yield f"dispatch_count: {lane_id}"
        if lane.capacity_kg is not None and load[lane_id] > weight_units(lane.capacity_kg) * runs:
            yield f"capacity_kg: {lane_id}"
        if load[lane_id] < weight_units(lane.min_dispatch_kg) * runs:
            yield f"min_dispatch_kg: {lane_id}"


def _broken_stock_rules(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    for node in directory.transit:
        for sku in {line.sku for line in lines}:
            received = arrivals(directory, (node, sku), lines)
            sent = departures(directory, (node, sku), lines)
            position = directory.stock.get((node, sku))
            own = give(position) if position else 0
            if not directory.transit[node] and (sent.total() > own or any(day > 0 for day in sent)):
                yield f"own_stock: {node} {sku}"
            if position is None and received.total() > (sent.total() if directory.transit[node] else 0):
                yield f"position_exists: {node} {sku}"
            if directory.transit[node] and any(
                sum(units for day, units in sent.items() if day <= until)
                > own + sum(units for day, units in received.items() if day <= until)
                for until in sent
            ):
                yield f"pass_through: {node} {sku}"


def phantom_cycles(directory: Directory, lines: Sequence[Line]) -> list[PhantomCycle]:
    """Find the cycles of transit nodes whose units come from nowhere.

    Only lanes without lead time between transit nodes can close a cycle within a day. Units of nodes that pass units
    around in a cycle can be traced back to own stock exactly when one unit at least is there apart from the cycle: it
    came before, comes from outside, or is the node's own and has not left before.
    """
    phantoms = []
    for sku, day in sorted({(line.sku, line.arrives_day) for line in lines}):
        same_day = [line for line in lines if (line.sku, line.arrives_day) == (sku, day)]
        graph = nx.DiGraph(
            (lane.origin, lane.destination)
            for lane in (directory.lanes[line.lane_id] for line in same_day)
            if lane.lead_time_days == 0 and directory.transit[lane.origin] and directory.transit[lane.destination]
        )
        phantoms += [
            PhantomCycle(sku, day, frozenset(nodes))
            for nodes in nx.strongly_connected_components(graph)
            if len(nodes) > 1 and not _units_present(directory, sku, day, nodes, lines)
        ]
    return phantoms


def _units_present(directory: Directory, sku: str, day: int, nodes: set[str], lines: Sequence[Line]) -> int:
    """Units of a SKU at a set of transit nodes on a day, apart from those they send each other on that day."""
    present = sum(give(directory.stock[node, sku]) for node in nodes if (node, sku) in directory.stock)
    for line in lines:
        lane = directory.lanes[line.lane_id]
        leaves_day = line.arrives_day - lane.lead_time_days
        inside = lane.origin in nodes and lane.destination in nodes and leaves_day == line.arrives_day == day
        if line.sku != sku or inside:
            continue
        present += line.units if lane.destination in nodes and line.arrives_day <= day else 0
        present -= line.units if lane.origin in nodes and leaves_day < day else 0
    return present


def _broken_demands(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    for alert in directory.alerts:
        if not alert.must_serve or asked_units(directory, alert) == 0:
            continue
        received = arrivals(directory, (alert.node, alert.sku), lines)
        sent = departures(directory, (alert.node, alert.sku), lines).total()
        if alert.kind == "shortage":
            in_time = [u for day, u in received.items() if alert.needed_by_days is None or day <= alert.needed_by_days]
            net = sum(in_time) - sent
        else:
            net = sent - received.total()
        if net < asked_units(directory, alert):
            yield f"must_serve: {alert}"
