"""What a plan is worth by the letter of docs/model.md: benefit, adjustments, objective, exact and without a solver."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.asked import Line
from tests.oracle.directory import Directory, DisplayRule, Key
from tests.oracle.lots import Batch, fresh_expiry, own_units, units_counted
from tests.oracle.scope import change_price, penalty_weight
from tests.oracle.worth import left_over_value, money, opening_stock, unit_cost, unit_value

FORMER_PLAN, DISPLAYS = "request.former_plan", "display_rules.broken_price"
MIN_LINE, MIN_DISPATCH = "request.min_line_benefit", "request.min_dispatch_benefit"
WEIGHTS = "request.severity_weights"


@dataclass(frozen=True)
class Worth:
    """Benefit of a plan and what the objective adds to it, in money."""

    benefit: int
    adjustments: dict[str, int]
    """By the input that asks for it; inputs that are not given, or round to nothing, ask for nothing."""

    @property
    def objective(self) -> int:
        """What is maximised."""
        return self.benefit + sum(self.adjustments.values())


def evaluate(directory: Directory, lines: Sequence[Line], dispatches: Mapping[str, int]) -> Worth:
    """Worth of a plan. Says nothing about whether the plan is allowed."""
    by_position = _by_position(directory, lines)
    benefit = -sum(line.units * unit_cost(directory, directory.lanes[line.lane_id], line.sku) for line in lines)
    benefit -= sum(n * money(directory, directory.lanes[lane].fixed_cost) for lane, n in dispatches.items())
    weighing = 0
    for key, here in by_position.items():
        weight = penalty_weight(directory, key)
        change = value_change(directory, key, here, Fraction(1))
        benefit += change
        weighing += value_change(directory, key, here, weight) - change if weight != 1 else 0
    asked = directory.asked
    line_charge, dispatch_charge = (
        money(directory, amount) for amount in (asked.min_line_benefit, asked.min_dispatch_benefit)
    )
    terms = {
        WEIGHTS: (bool(asked.severity_weights), weighing),
        MIN_LINE: (line_charge > 0, -len(lines) * line_charge),
        MIN_DISPATCH: (dispatch_charge > 0, -sum(dispatches.values()) * dispatch_charge),
        FORMER_PLAN: (bool(asked.change_prices), -changes_charged(directory, lines)),
        DISPLAYS: (bool(directory.displays), _displays_mended(directory, lines)),
    }
    return Worth(benefit, {name: amount for name, (given, amount) in terms.items() if given})


def leaves_day(directory: Directory, line: Line) -> int:
    """Day on which a line leaves."""
    return line.arrives_day - directory.lanes[line.lane_id].lead_time_days


def changes_charged(directory: Directory, lines: Sequence[Line]) -> int:
    """Price of all units by which lines differ from the former plan, in money."""
    now = {line.key: line for line in lines}
    before = {line.key: line for line in directory.asked.former}
    charged = 0
    for key in now.keys() | before.keys():
        line = now.get(key) or before[key]
        changed = abs(sum(plan[key].units * sign for plan, sign in ((now, 1), (before, -1)) if key in plan))
        charged += changed * money(directory, change_price(directory, leaves_day(directory, line)))
    return charged


def displays_at_nodes(directory: Directory) -> dict[tuple[str, str], list[DisplayRule]]:
    """Members of each display at each node that shows it."""
    members: dict[tuple[str, str], list[DisplayRule]] = defaultdict(list)
    for rule in directory.displays:
        for node in [rule.node] if rule.node else sorted(directory.stores):
            if (node, rule.sku) in directory.stock:
                members[rule.display, node].append(rule)
    return members


def _displays_mended(directory: Directory, lines: Sequence[Line]) -> int:
    """Prices of the displays that are no longer broken, less those that became so."""
    mended = 0
    for (_, node), members in displays_at_nodes(directory).items():
        broken = [_is_broken(directory, node, members, plan) for plan in ((), lines)]
        mended += (broken[0] - broken[1]) * money(directory, members[0].broken_price)
    return mended


def _is_broken(directory: Directory, node: str, members: Sequence[DisplayRule], lines: Sequence[Line]) -> bool:
    """Whether some member holds at least one unit and some member fewer than it should."""
    holds = []
    for rule in members:
        position = directory.stock[node, rule.sku]
        units = opening_stock(position) + position.in_transit
        for line in (line for line in lines if line.sku == rule.sku):
            lane = directory.lanes[line.lane_id]
            units += line.units * ((lane.destination == node) - (lane.origin == node))
        holds.append((units, rule.min_units))
    return any(units >= 1 for units, _ in holds) and any(units < least for units, least in holds)


def _by_position(directory: Directory, lines: Sequence[Line]) -> dict[Key, list[Line]]:
    """Lines into and out of each position that exists."""
    touching: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        for key in ends(directory, line):
            if key in directory.stock:
                touching[key].append(line)
    return touching


def ends(directory: Directory, line: Line) -> tuple[Key, Key]:
    """Where a line starts and ends."""
    lane = directory.lanes[line.lane_id]
    return (lane.origin, line.sku), (lane.destination, line.sku)


def value_change(directory: Directory, key: Key, lines: Sequence[Line], weight: Fraction) -> int:
    """Value of a position after the plan less its value before, in money."""
    (before, left_before), (after, left_after) = (settled(directory, key, plan) for plan in ((), lines))
    steps = sum(unit_value(directory, key, n, weight) for n in range(before + 1, after + 1))
    steps -= sum(unit_value(directory, key, n, weight) for n in range(after + 1, before + 1))
    return steps + (left_after - left_before) * left_over_value(directory, key)


def settled(directory: Directory, key: Key, lines: Sequence[Line]) -> tuple[int, int]:
    """Stock that counts at a position under a plan, and units left over."""
    position = directory.stock[key]
    batches = batches_held(directory, key, lines)
    counted = units_counted(directory, key, batches)
    owed = max(0, position.reserved - position.on_hand)
    return counted - owed, batches.total() - counted


def batches_held(directory: Directory, key: Key, lines: Sequence[Line]) -> Counter[Batch]:
    """Units at a position under a plan by day of arrival and expiry day."""
    position = directory.stock[key]
    own, give = own_units(directory, key)
    batches: Counter[Batch] = Counter({(0, expiry): units for expiry, units in own.items()})
    batches[position.in_transit_arrival_day, fresh_expiry(directory, key[1])] += position.in_transit
    for expiry in {line.expiry_day for line in lines}:
        received, sent = moves(directory, key, [line for line in lines if line.expiry_day == expiry])
        if directory.transit[key[0]]:
            kept = _kept_of_last_in_first_out(give[expiry], received, sent)
            kept[0] -= give[expiry]
        else:
            kept = received
            kept[0] -= sent.total()
        for day, units in kept.items():
            batches[day, expiry] += units
    return batches


def moves(directory: Directory, key: Key, lines: Sequence[Line]) -> tuple[Counter[int], Counter[int]]:
    """Units received at a position by day of arrival, and sent from it by day of departure."""
    received: Counter[int] = Counter()
    sent: Counter[int] = Counter()
    for line in lines:
        lane = directory.lanes[line.lane_id]
        if (lane.destination, line.sku) == key:
            received[line.arrives_day] += line.units
        if (lane.origin, line.sku) == key:
            sent[leaves_day(directory, line)] += line.units
    return received, sent


def _kept_of_last_in_first_out(own: int, received: Counter[int], sent: Counter[int]) -> Counter[int]:
    """Units that stay at a transit node by day of arrival; its `own` units are there from day 0."""
    present = Counter(received)
    present[0] += own
    for day in sorted(sent):
        for _ in range(sent[day]):
            last = max((arrived for arrived, units in present.items() if arrived <= day and units), default=0)
            present[last] -= 1
    return present
