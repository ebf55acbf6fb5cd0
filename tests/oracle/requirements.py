"""Rows of the oracle's program for what is asked beyond stock and lanes: nodes, demands, the former plan, displays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pulp

from tests.oracle.directory import NodeLimits
from tests.oracle.outside import most_to_exit
from tests.oracle.scope import change_price, hard_demands, is_frozen
from tests.oracle.valuation import displays_at_nodes
from tests.oracle.worth import asked_units, money, opening_stock

if TYPE_CHECKING:
    from tests.oracle.formulation import Flow, Program


def add_node_limits(program: Program) -> None:
    """Units and lanes out of and into each node."""
    directory = program.directory
    for node in directory.transit:
        limits = directory.limits.get(node, NodeLimits())
        out = [flow for flow in program.flows if flow.choice.lane.origin == node]
        into = [flow for flow in program.flows if flow.choice.lane.destination == node]
        for flows, most_units, most_lanes in (
            (out, limits.pick_units, limits.outbound_lanes),
            (into, limits.receive_units, limits.inbound_lanes),
        ):
            if most_units is not None:
                program.require(pulp.lpSum(flow.units for flow in flows) <= most_units)
            if most_lanes is not None:
                _limit_lanes(program, flows, most_lanes)


def add_exit_shares(program: Program) -> None:
    """Units of each position that go to one exit."""
    for lane, sku in sorted({(flow.choice.lane.lane_id, flow.choice.sku) for flow in program.flows}):
        flows = [flow for flow in program.flows if (flow.choice.lane.lane_id, flow.choice.sku) == (lane, sku)]
        way = flows[0].choice.lane
        most = most_to_exit(way, program.directory.stock.get((way.origin, sku)))
        if most is not None:
            program.require(pulp.lpSum(flow.units for flow in flows) <= most)


def _limit_lanes(program: Program, flows: list[Flow], most: int) -> None:
    used = {lane_id: program.variable(0, 1) for lane_id in sorted({flow.choice.lane.lane_id for flow in flows})}
    for flow in flows:
        program.require(flow.units <= flow.choice.most_units * used[flow.choice.lane.lane_id])
    program.require(pulp.lpSum(used.values()) <= most)


def add_demands(program: Program) -> None:
    """Hard demands on what a position receives and sends."""
    for alert in hard_demands(program.directory):
        into, out = program.flows_at((alert.node, alert.sku))
        latest = math.inf if alert.needed_by_days is None else alert.needed_by_days
        sent = pulp.lpSum(flow.units for flow in out)
        if alert.kind == "shortage":
            net = pulp.lpSum(flow.units for flow in into if flow.choice.arrives_day <= latest) - sent
        else:
            net = sent - pulp.lpSum(flow.units for flow in into)
        program.require(net >= asked_units(program.directory, alert))


def add_former_plan(program: Program) -> None:
    """Lines that stay as they were, and the price of every unit by which another line differs."""
    directory = program.directory
    before = {line.key: line.units for line in directory.asked.former}
    flows = {flow.key: flow for flow in program.flows}
    for key in sorted(before.keys() | flows.keys()):
        lane_id, _, arrives, _ = key
        leaves, was = arrives - directory.lanes[lane_id].lead_time_days, before.get(key, 0)
        units = flows[key].units if key in flows else pulp.LpAffineExpression()
        if key in before and is_frozen(directory, leaves):
            program.require(units == was)
        price = money(directory, change_price(directory, leaves))
        if price:
            changed = program.variable(0, None)
            program.require(changed >= units - was)
            program.require(changed >= was - units)
            program.objective -= price * changed


def add_displays(program: Program) -> None:
    """Price of each display that is broken: a member holds something and a member holds too little."""
    directory = program.directory
    for (_, node), members in displays_at_nodes(directory).items():
        price = money(directory, members[0].broken_price)
        shown, whole, broken = (program.variable(0, 1) for _ in range(3))
        before = []
        for rule in members:
            key = (node, rule.sku)
            position = directory.stock[key]
            into, out = program.flows_at(key)
            at_first = opening_stock(position) + position.in_transit
            holds = at_first + pulp.lpSum(flow.units for flow in into) - pulp.lpSum(flow.units for flow in out)
            owed = max(0, -opening_stock(position))
            program.require(holds <= program.most_units_at(key) * shown)
            program.require(holds >= (rule.min_units + owed) * whole - owed)
            before.append((at_first, rule.min_units))
        program.require(broken >= shown - whole)
        program.objective -= price * broken
        if any(units >= 1 for units, _ in before) and any(units < least for units, least in before):
            program.constant += price
