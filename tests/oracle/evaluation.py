"""Judges any plan by the letter of docs/model.md: which rules it breaks, found one by one and without a solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from tests.oracle.asked import NEVER, Line
from tests.oracle.directory import Directory, NodeLimits
from tests.oracle.looseness import lines_better_left_out
from tests.oracle.lots import expires, give_by_expiry
from tests.oracle.outside import due_day, is_open, most_to_exit
from tests.oracle.scope import hard_demands, in_node_scope, is_closed_lane, is_frozen, may_carry, skus_in_scope
from tests.oracle.valuation import leaves_day, moves
from tests.oracle.worth import asked_units
from tests.oracle.worth import weight as weight_units


@dataclass(frozen=True)
class PhantomCycle:
    """Transit nodes that pass units of a SKU around on one day although none is present at any of them."""

    sku: str
    expiry_day: int
    day: int
    nodes: frozenset[str]


def broken_rules(directory: Directory, lines: Sequence[Line], dispatches: Mapping[str, int]) -> list[str]:
    """Names and places of the rules that a plan breaks; empty when the plan is allowed."""
    # Only what is left of an allowed plan can be compared with it.
    broken = broken_but_loose(directory, lines, dispatches)
    return broken or list(lines_better_left_out(directory, lines, dispatches))


def broken_but_loose(directory: Directory, lines: Sequence[Line], dispatches: Mapping[str, int]) -> list[str]:
    """The same apart from lines that could be left out, which no best plan has."""
    broken = list(_broken_line_rules(directory, lines))
    if broken:
        return broken
    broken += _broken_dispatch_rules(directory, lines, dispatches)
    broken += _broken_node_rules(directory, lines)
    broken += _broken_exit_shares(directory, lines)
    broken += _broken_stock_rules(directory, lines)
    broken += [f"fed: {cycle}" for cycle in phantom_cycles(directory, lines)]
    broken += _broken_demands(directory, lines)
    return broken + list(_broken_freeze(directory, lines))


def _broken_line_rules(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    seen = Counter(line.key for line in lines)
    yield from (f"duplicate_line: {place}" for place, times in seen.items() if times > 1)
    skus = skus_in_scope(directory)
    for line in lines:
        if line.lane_id not in directory.lanes:
            yield f"known_lane: {line}"
            continue
        lane = directory.lanes[line.lane_id]
        if line.sku not in skus or not in_node_scope(directory, lane):
            yield f"in_scope: {line}"
            continue
        if is_closed_lane(directory, lane, line.sku):
            yield f"response_policy: {line}"
        if not may_carry(directory, lane, line.sku):
            yield f"lane_rules: {line}"
        if line.units <= 0 or line.units % directory.products[line.sku].case_pack:
            yield f"case_pack: {line}"
        if line.units < lane.min_line_units:
            yield f"min_line_units: {line}"
        if line.units > units_that_exist(directory, line.sku, line.expiry_day):
            yield f"units_exist: {line}"
        yield from _broken_day_rules(directory, line)
        yield from _broken_expiry_rules(directory, line)


def _broken_day_rules(directory: Directory, line: Line) -> Iterator[str]:
    lane = directory.lanes[line.lane_id]
    if line.arrives_day < lane.lead_time_days:
        yield f"arrives_day: {line}"
    if not is_open(lane, leaves_day(directory, line)):
        yield f"exit_window: {line}"


def units_that_exist(directory: Directory, sku: str, expiry_day: int) -> int:
    """Units of an expiry day that all positions of a SKU may give together."""
    return sum(give_by_expiry(directory, key)[expiry_day] for key in directory.stock if key[1] == sku)


def _broken_expiry_rules(directory: Directory, line: Line) -> Iterator[str]:
    if not expires(directory, line.sku) and line.expiry_day != NEVER:
        yield f"known_expiry: {line}"
    elif directory.lanes[line.lane_id].terms:
        return
    elif line.expiry_day - line.arrives_day < directory.products[line.sku].min_remaining_days:
        yield f"shelf_life: {line}"


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


def _broken_exit_shares(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    gone: Counter[tuple[str, str]] = Counter()
    for line in lines:
        gone[line.lane_id, line.sku] += line.units
    for (lane_id, sku), units in gone.items():
        lane = directory.lanes[lane_id]
        most = most_to_exit(lane, directory.stock.get((lane.origin, sku)))
        if most is not None and units > most:
            yield f"exit_share: {lane_id} {sku}"


def _broken_node_rules(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    for node in directory.transit:
        limits = directory.limits.get(node, NodeLimits())
        out = [line for line in lines if directory.lanes[line.lane_id].origin == node]
        into = [line for line in lines if directory.lanes[line.lane_id].destination == node]
        for rule, number, most in (
            ("pick_capacity_units", sum(line.units for line in out), limits.pick_units),
            ("receive_capacity_units", sum(line.units for line in into), limits.receive_units),
            ("max_outbound_lanes", len({line.lane_id for line in out}), limits.outbound_lanes),
            ("max_inbound_lanes", len({line.lane_id for line in into}), limits.inbound_lanes),
        ):
            if most is not None and number > most:
                yield f"{rule}: {node}"


def _broken_stock_rules(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    """Rules about units that are there, of each node, SKU and expiry day by itself."""
    for node, transit in directory.transit.items():
        for sku, expiry in {(line.sku, line.expiry_day) for line in lines}:
            alike = [line for line in lines if (line.sku, line.expiry_day) == (sku, expiry)]
            received, sent = moves(directory, (node, sku), alike)
            position = directory.stock.get((node, sku))
            own = give_by_expiry(directory, (node, sku))[expiry]
            ready = position.no_send_before_day if position else 0
            leaves = [(directory.lanes[line.lane_id], leaves_day(directory, line)) for line in alike]
            waits = any(day > due_day(lane, ready) for lane, day in leaves if lane.origin == node)
            if not transit and (sent.total() > own or waits):
                yield f"own_stock: {node} {sku}"
            if not transit and any(day < ready for day in sent):
                yield f"no_send_before_day: {node} {sku}"
            if position is None and received.total() > (sent.total() if transit else 0):
                yield f"position_exists: {node} {sku}"
            if transit and any(
                sum(units for day, units in sent.items() if day <= until)
                > own * (until >= ready) + sum(units for day, units in received.items() if day <= until)
                for until in sent
            ):
                yield f"pass_through: {node} {sku}"


def phantom_cycles(directory: Directory, lines: Sequence[Line]) -> list[PhantomCycle]:
    """Find the cycles of transit nodes whose units come from nowhere.

    Only lanes without lead time between transit nodes can close a cycle within a day. Units of nodes that pass units
    around in a cycle can be traced back to own stock exactly when one unit at least is there apart from the cycle: it
    came before, comes from outside, or is the node's own, may leave by now and has not left before.
    """
    phantoms = []
    for sku, expiry, day in sorted({(line.sku, line.expiry_day, line.arrives_day) for line in lines}):
        alike = [line for line in lines if (line.sku, line.expiry_day) == (sku, expiry)]
        graph = nx.DiGraph(
            (lane.origin, lane.destination)
            for lane in (directory.lanes[line.lane_id] for line in alike if line.arrives_day == day)
            if lane.lead_time_days == 0 and directory.transit[lane.origin] and directory.transit[lane.destination]
        )
        cycles = (
            PhantomCycle(sku, expiry, day, frozenset(nodes))
            for nodes in nx.strongly_connected_components(graph)
            if len(nodes) > 1
        )
        phantoms += [cycle for cycle in cycles if not _units_present(directory, cycle, alike)]
    return phantoms


def own_units_ready(directory: Directory, cycle: PhantomCycle) -> int:
    """Units that the nodes of a cycle may give by its day."""
    keys = [(node, cycle.sku) for node in cycle.nodes if (node, cycle.sku) in directory.stock]
    ready = [key for key in keys if directory.stock[key].no_send_before_day <= cycle.day]
    return sum(give_by_expiry(directory, key)[cycle.expiry_day] for key in ready)


def _units_present(directory: Directory, cycle: PhantomCycle, lines: Sequence[Line]) -> int:
    """Units at the nodes of a cycle on its day, apart from those they send each other on that day."""
    present = own_units_ready(directory, cycle)
    for line in lines:
        lane = directory.lanes[line.lane_id]
        leaves = leaves_day(directory, line)
        if lane.origin in cycle.nodes and lane.destination in cycle.nodes and leaves == line.arrives_day == cycle.day:
            continue
        present += line.units if lane.destination in cycle.nodes and line.arrives_day <= cycle.day else 0
        present -= line.units if lane.origin in cycle.nodes and leaves < cycle.day else 0
    return present


def _broken_demands(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    for alert in hard_demands(directory):
        received, departed = moves(directory, (alert.node, alert.sku), lines)
        sent = departed.total()
        if alert.kind == "shortage":
            in_time = [u for day, u in received.items() if alert.needed_by_days is None or day <= alert.needed_by_days]
            net = sum(in_time) - sent
        else:
            net = sent - received.total()
        if net < asked_units(directory, alert):
            yield f"must_serve: {alert}"


def _broken_freeze(directory: Directory, lines: Sequence[Line]) -> Iterator[str]:
    for former in directory.asked.former:
        if is_frozen(directory, leaves_day(directory, former)) and former not in lines:
            yield f"frozen: {former}"
