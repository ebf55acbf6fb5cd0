"""Random plans for random requests, allowed or not, in the oracle's words and in the product's."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from network import Network
from optimizer.certificate import certify
from optimizer.plan import Certificate
from optimizer.request import Request
from tests.agreement import read_twice, to_plan
from tests.oracle.asked import NEVER, Line
from tests.oracle.directory import Directory, Key
from tests.oracle.drawing import NetworkFiles
from tests.oracle.evaluation import broken_rules
from tests.oracle.lots import expires, give_by_expiry
from tests.oracle.valuation import Worth, evaluate

OF_STOCK = {"own_stock", "pass_through", "no_send_before_day", "position_exists"}
"""Rules of units that are not there or may not stay: the oracle does not value plans that break them."""


@dataclass(frozen=True)
class Case:
    """One request as the product and as the oracle read it, and a plan in the oracle's words."""

    directory: Directory
    network: Network
    request: Request
    lines: Sequence[Line]
    dispatches: Mapping[str, int]

    def certify(self) -> Certificate:
        """The plan's certificate."""
        return certify(self.network, self.request, to_plan(self.network, self.lines, self.dispatches))

    def worth(self) -> Worth:
        """The plan's worth by the oracle."""
        return evaluate(self.directory, self.lines, self.dispatches)

    def oracle_rules(self) -> set[str]:
        """Names of the rules that the oracle finds broken."""
        broken = broken_rules(self.directory, self.lines, self.dispatches)
        return {rule.partition(":")[0] for rule in broken}

    def without(self, line: Line) -> Case:
        """The case without a line, and without the dispatches that the rest of the lane's load no longer needs."""
        rest = replace(self, lines=[each for each in self.lines if each != line])
        needed, still_needed = (case._dispatches_needed(line.lane_id) for case in (self, rest))
        runs = self.dispatches[line.lane_id]
        kept = 0 if still_needed == 0 else runs - min(runs, needed) + still_needed
        return replace(rest, dispatches={**self.dispatches, line.lane_id: min(kept, runs)})

    def _dispatches_needed(self, lane_id: str) -> int:
        """Fewest dispatches for a lane's load."""
        lines = [line for line in self.lines if line.lane_id == lane_id]
        capacity = self.directory.lanes[lane_id].capacity_kg
        load = sum(line.units * self.directory.products[line.sku].weight_kg for line in lines)
        return 0 if not lines else 1 if capacity is None else max(1, -int(-load // capacity))


def random_case(files: NetworkFiles, number: int, *, extra_dispatches: int = 0) -> Case:
    """Lines of a seed, which send only what is there in most cases, and the dispatches that they need."""
    directory, network, request = read_twice(files)
    choose = random.Random(number)
    lines = {line.key: line for line in directory.asked.former if choose.random() < 0.8}
    careful = choose.random() < 0.7
    for _ in range(choose.choice((2, 5, 8, 11))):
        line = _random_line(directory, list(lines.values()), choose, careful=careful)
        if line.units > 0:
            lines.setdefault(line.key, line)
    load: Counter[str] = Counter()
    for line in lines.values():
        load[line.lane_id] += float(line.units * directory.products[line.sku].weight_kg)
    dispatches = {name: 1 + int(kg // float(directory.lanes[name].capacity_kg or 10**9)) for name, kg in load.items()}
    for name in list(dispatches)[:1]:
        dispatches[name] += extra_dispatches
    return Case(directory, network, request, list(lines.values()), dispatches)


def _random_line(directory: Directory, lines: Sequence[Line], choose: random.Random, *, careful: bool) -> Line:
    """A line on any lane, of any SKU; of no more units than are left, maybe none, when careful."""
    lane, sku = choose.choice(list(directory.lanes.values())), choose.choice(list(directory.products))
    position = directory.stock.get((lane.origin, sku))
    leaves = position.no_send_before_day if position and (careful or choose.random() < 0.6) else 0
    leaves += choose.choice((0, 0, 0, 1, 2)) if directory.transit[lane.origin] else 0
    expiry_day = choose.choice(list(_expiry_days(directory, sku)) or [NEVER])
    pack = directory.products[sku].case_pack
    left = _units_left(directory, lines, (lane.origin, sku), expiry_day) // pack * pack
    units = choose.randint(1, 4) * pack
    return Line(lane.lane_id, sku, min(units, left) if careful else units, leaves + lane.lead_time_days, expiry_day)


def _expiry_days(directory: Directory, sku: str) -> Iterator[int]:
    """Days on which units of a SKU expire that some position may give."""
    if expires(directory, sku):
        for key in directory.stock:
            if key[1] == sku:
                yield from (day for day, units in give_by_expiry(directory, key).items() if units)


def _units_left(directory: Directory, lines: Sequence[Line], key: Key, expiry_day: int) -> int:
    """What a position may still send after some lines: what it gives, and what a transit node receives, less sent."""
    left = give_by_expiry(directory, key)[expiry_day] if key in directory.stock else 0
    for line in lines:
        lane = directory.lanes[line.lane_id]
        if (line.sku, line.expiry_day) == (key[1], expiry_day):
            left -= line.units if lane.origin == key[0] else 0
            left += line.units if lane.destination == key[0] and directory.transit[key[0]] else 0
    return left
