"""Lines and whole lanes that could simply be left out: no plan may have one without which it would be worth more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from tests.oracle.asked import Line
from tests.oracle.choices import price_choices
from tests.oracle.directory import Directory, Key
from tests.oracle.scope import change_price, hard_demands, is_frozen
from tests.oracle.valuation import displays_at_nodes, evaluate, leaves_day
from tests.oracle.worth import money
from tests.oracle.worth import weight as weight_units


def lines_better_left_out(directory: Directory, lines: Sequence[Line], dispatches: Mapping[str, int]) -> Iterator[str]:
    """Name the loose lines, and the lanes with only loose lines, without which an allowed plan is worth more."""
    asked = directory.asked
    line_charge, dispatch_charge = (
        money(directory, amount) for amount in (asked.min_line_benefit, asked.min_dispatch_benefit)
    )
    if not line_charge and not dispatch_charge:
        return
    objective = evaluate(directory, lines, dispatches).objective
    loose = [line for line in lines if is_loose(directory, line, lines)]
    if line_charge:
        for line in loose:
            if _objective_without(directory, [line], lines, dispatches) > objective:
                yield f"min_line_benefit: {line}"
    if dispatch_charge:
        for lane_id in dispatches:
            on_lane = [line for line in lines if line.lane_id == lane_id]
            one_each = len({line.sku for line in on_lane}) == len(on_lane)
            if one_each and all(line in loose for line in on_lane):
                without = _objective_without(directory, on_lane, lines, dispatches)
                if without > objective:
                    yield f"min_dispatch_benefit: {lane_id}"


def is_loose(directory: Directory, line: Line, lines: Sequence[Line]) -> bool:
    """Whether nothing else depends on a line: without it the plan would be allowed."""
    lane, leaves = directory.lanes[line.lane_id], leaves_day(directory, line)
    ends = {(node, line.sku) for node in (lane.origin, lane.destination)}
    goes_on = any(
        directory.lanes[other.lane_id].origin == lane.destination
        and (other.sku, other.expiry_day) == (line.sku, line.expiry_day)
        for other in lines
    )
    shown = {(node, rule.sku) for (_, node), members in displays_at_nodes(directory).items() for rule in members}
    demanded = {(alert.node, alert.sku) for alert in hard_demands(directory)} | set(tied_by_prices(directory))
    kept = is_frozen(directory, leaves) and line.key in {former.key for former in directory.asked.former}
    return (
        not goes_on
        and (lane.origin, line.sku) in directory.stock
        and not ends & (demanded | shown)
        and lane.min_dispatch_kg == 0
        and not kept
        and change_price(directory, leaves) == 0
    )


def tied_by_prices(directory: Directory) -> Iterator[Key]:
    """Positions of choices with a sell-through target, and of those off their list price that count in a budget."""
    for (sku, zone), choice in price_choices(directory).items():
        category = directory.products[sku].category
        budgeted = any(row.matches(sku, category, zone) for row in directory.prices.budgets)
        for key in choice.keys:
            path = directory.stock[key].path
            off_list = path is not None and any(price != choice.list_price for price in path.prices)
            if "sell_through_share" in choice.rules or (budgeted and off_list):
                yield key


def _objective_without(
    directory: Directory, without: Sequence[Line], lines: Sequence[Line], dispatches: Mapping[str, int]
) -> int:
    """Objective when some lines of one lane are left out, and the dispatches that its other lines no longer need."""
    lane_id = without[0].lane_id
    rest = [line for line in lines if line not in without]
    before, after = (_dispatches_needed(directory, lane_id, plan) for plan in (lines, rest))
    runs = dispatches[lane_id]
    fewer = 0 if after == 0 else runs - max(min(runs, before) - after, 0)
    return evaluate(directory, rest, {**dispatches, lane_id: fewer}).objective


def _dispatches_needed(directory: Directory, lane_id: str, lines: Sequence[Line]) -> int:
    """Fewest dispatches that carry the lines on a lane."""
    on_lane = [line for line in lines if line.lane_id == lane_id]
    capacity = directory.lanes[lane_id].capacity_kg
    load = sum(line.units * weight_units(directory.products[line.sku].weight_kg) for line in on_lane)
    if not on_lane:
        return 0
    return max(1, math.ceil(load / weight_units(capacity))) if capacity else 1
