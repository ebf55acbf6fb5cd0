"""The whole request as one integer program for PuLP and CBC, written for being obviously right rather than fast.

Units are indexed by lane, SKU and day of departure. Departures happen on day 0 or when something arrives at the origin:
a later departure can be moved to the last arrival before it without breaking a rule or losing value. Units are not sent
to and fro for days only to fill a least load: no chain of lines is longer than a path that visits no node twice.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pulp

from tests.oracle.directory import Alert, Directory, Key, Lane
from tests.oracle.evaluation import Line, PhantomCycle, broken_rules, evaluate, phantom_cycles
from tests.oracle.worth import asked_units, give, late_cap, left_over_value, money, opening_stock, unit_cost, unit_value
from tests.oracle.worth import weight as weight_units

SOLVE_SECONDS: Final = 5
ENOUGH: Final = 0.5
"""Gap in money below which the integer benefit can grow no more."""


CBC_OPTIONS: Final = ([], ["preprocess off"])
"""Settings that CBC is asked with in turn."""


class UnprovedError(RuntimeError):
    """CBC crashed, or its time was over before it proved anything."""


@dataclass(frozen=True)
class OracleAnswer:
    """What the oracle proves: ``optimal`` with a plan and its exact benefit in money, or ``infeasible``."""

    status: str
    benefit_money: int | None = None
    lines: tuple[Line, ...] = ()
    dispatches: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Flow:
    """Units of a SKU that leave on a lane on a day."""

    lane: Lane
    sku: str
    leaves_day: int
    most_units: int
    units: pulp.LpAffineExpression

    @property
    def arrives_day(self) -> int:
        return self.leaves_day + self.lane.lead_time_days


def solve_oracle(directory: Directory) -> OracleAnswer:
    """Find the most valuable plan, or prove that no plan meets every hard demand.

    CBC has been seen to call a worse plan optimal and to crash, each with some settings: it is asked with several,
    and the best plan counts, because every plan is checked and valued without CBC.
    """
    answers: list[OracleAnswer] = []
    for options in CBC_OPTIONS:
        with contextlib.suppress(UnprovedError):
            answers.append(_solve_with(directory, options))
    if not answers:
        raise UnprovedError(f"CBC proved nothing within {SOLVE_SECONDS} s")
    feasible = [answer for answer in answers if answer.benefit_money is not None]
    return max(feasible, key=lambda answer: answer.benefit_money or 0) if feasible else answers[0]


def _solve_with(directory: Directory, options: list[str]) -> OracleAnswer:
    """Answer by CBC with some settings; units from nowhere are forbidden where they turn up."""
    program = _Program(directory)
    while program.solve(options):
        lines, dispatches = program.plan()
        phantoms = phantom_cycles(directory, lines)
        if not phantoms:
            break
        for cycle in phantoms:
            program.forbid(cycle)
    else:
        return OracleAnswer("infeasible")
    broken = broken_rules(directory, lines, dispatches)
    if broken:
        raise AssertionError(f"the oracle's own plan breaks rules: {broken}")
    benefit = evaluate(directory, lines, dispatches)
    promised = program.benefit()
    if abs(promised - benefit) > 1e-9 * max(abs(promised), 1e9):
        raise AssertionError(f"the oracle's program promises {promised} and its plan is worth {benefit}")
    return OracleAnswer("optimal", benefit, lines, dispatches)


class _Program:
    """The integer program of a directory and the plan it finds; all variables are integers."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.problem = pulp.LpProblem("oracle", pulp.LpMaximize)
        self.objective = pulp.LpAffineExpression()
        self.value_before = 0
        self.numbers = itertools.count()
        self.nothing = self.variable(0, 0)
        self.most_units = {sku: self._units_to_give(sku) for sku in directory.skus_in_scope}
        self.flows = [flow for sku in directory.skus_in_scope for flow in self._flows(sku)]
        self.dispatches = {lane_id: self._add_dispatches(lane) for lane_id, lane in directory.lanes.items()}
        for sku in directory.skus_in_scope:
            for node, transit in directory.transit.items():
                late = self._add_transit_node(node, sku) if transit else self._add_plain_node(node, sku)
                if (node, sku) in directory.stock:
                    self._add_value((node, sku), *late)
        for alert in directory.alerts:
            if alert.must_serve and asked_units(directory, alert) > 0:
                self._add_demand(alert)
        self.problem.setObjective(self.objective + self.nothing)

    def variable(self, low: int | None, high: int | None) -> pulp.LpVariable:
        """Add an integer variable."""
        return self.problem.add_variable(f"v{next(self.numbers)}", low, high, pulp.LpInteger)

    def require(self, row: pulp.LpConstraint) -> None:
        """Add a row; the variable that is always 0 keeps rows without variables legal."""
        self.problem += row + self.nothing

    def solve(self, options: list[str]) -> bool:
        """Solve to proven optimality; False when no plan is allowed."""
        with warnings.catch_warnings():
            # PuLP announces that its bundled CBC becomes a package of its own; the pinned version still carries it.
            warnings.simplefilter("ignore", DeprecationWarning)
            solver = pulp.PULP_CBC_CMD(msg=False, gapRel=0, gapAbs=ENOUGH, timeLimit=SOLVE_SECONDS, options=options)
        try:
            self.problem.solve(solver)
        except pulp.PulpSolverError as crash:
            raise UnprovedError(f"CBC crashed: {crash}") from crash
        if self.problem.sol_status == pulp.LpSolutionOptimal:
            return True
        if self.problem.status == pulp.LpStatusInfeasible:
            return False
        raise UnprovedError(f"CBC proved nothing within {SOLVE_SECONDS} s: {pulp.LpStatus[self.problem.status]}")

    def benefit(self) -> float:
        """Benefit that the program sees in its solution, in money up to the noise of floating point."""
        return float(pulp.value(self.problem.objective)) - self.value_before

    def plan(self) -> tuple[tuple[Line, ...], dict[str, int]]:
        """Lines and dispatches of the solution; a dispatch that costs and carries nothing is dropped."""
        lines = tuple(
            Line(flow.lane.lane_id, flow.sku, round(pulp.value(flow.units)), flow.arrives_day)
            for flow in self.flows
            if round(pulp.value(flow.units)) > 0
        )
        used = {line.lane_id for line in lines}
        return lines, {lane_id: round(n.value()) for lane_id, n in self.dispatches.items() if lane_id in used}

    def forbid(self, cycle: PhantomCycle) -> None:
        """Let the nodes of a cycle pass units around on its day only when a unit is there apart from the cycle."""
        inside, present = [], pulp.LpAffineExpression()
        for node in cycle.nodes:
            present += self._own_units((node, cycle.sku))
        for flow in self.flows:
            within = flow.lane.origin in cycle.nodes and flow.lane.destination in cycle.nodes
            if flow.sku != cycle.sku:
                continue
            if within and flow.leaves_day == flow.arrives_day == cycle.day:
                inside.append(flow)
                continue
            if flow.lane.destination in cycle.nodes and flow.arrives_day <= cycle.day:
                present += flow.units
            if flow.lane.origin in cycle.nodes and flow.leaves_day < cycle.day:
                present -= flow.units
        self.require(pulp.lpSum(flow.units for flow in inside) <= sum(flow.most_units for flow in inside) * present)

    def _own_units(self, key: Key) -> int:
        return give(self.directory.stock[key]) if key in self.directory.stock else 0

    def _units_to_give(self, sku: str) -> int:
        return sum(self._own_units((node, sku)) for node in self.directory.transit)

    def _flows(self, sku: str) -> Iterator[_Flow]:
        """Variables for the units of a SKU on each lane and day: at most what all nodes may give."""
        pack = self.directory.products[sku].case_pack
        days = _departure_days(self.directory, sku)
        for lane in self.directory.lanes.values():
            may_receive = self.directory.transit[lane.destination] or (lane.destination, sku) in self.directory.stock
            passes = self.directory.transit[lane.origin]
            most = self.most_units[sku] if passes else self._own_units((lane.origin, sku))
            for day in sorted(days[lane.origin]) if may_receive and most >= pack else []:
                units = pack * self.variable(0, most // pack)
                yield _Flow(lane, sku, day, most, units)
                self.objective -= unit_cost(self.directory, lane, sku) * units
                if lane.min_line_units > 1:
                    used = self.variable(0, 1)
                    self.require(units >= lane.min_line_units * used)
                    self.require(units <= most * used)

    def _add_dispatches(self, lane: Lane) -> pulp.LpVariable:
        """Dispatches of a lane: their cost, their capacity and the least they carry."""
        flows = [flow for flow in self.flows if flow.lane is lane]
        weights = {flow.sku: weight_units(self.directory.products[flow.sku].weight_kg) for flow in flows}
        load = pulp.lpSum(weights[flow.sku] * flow.units for flow in flows)
        most = 1
        if lane.capacity_kg:
            most += sum(weights[flow.sku] * flow.most_units for flow in flows) // weight_units(lane.capacity_kg)
        dispatches = self.variable(0, most if lane.max_dispatches is None else min(most, lane.max_dispatches))
        for flow in flows:
            self.require(flow.units <= flow.most_units * dispatches)
        if lane.capacity_kg is not None:
            self.require(load <= weight_units(lane.capacity_kg) * dispatches)
        self.require(load >= weight_units(lane.min_dispatch_kg) * dispatches)
        self.objective -= money(self.directory, lane.fixed_cost) * dispatches
        return dispatches

    def _by_day(self, key: Key) -> tuple[dict[int, pulp.LpAffineExpression], dict[int, pulp.LpAffineExpression]]:
        """Units received by day of arrival and sent by day of departure."""
        received: dict[int, pulp.LpAffineExpression] = defaultdict(pulp.LpAffineExpression)
        sent: dict[int, pulp.LpAffineExpression] = defaultdict(pulp.LpAffineExpression)
        for flow in self.flows:
            if (flow.lane.destination, flow.sku) == key:
                received[flow.arrives_day] += flow.units
            if (flow.lane.origin, flow.sku) == key:
                sent[flow.leaves_day] += flow.units
        return received, sent

    def _add_plain_node(
        self, node: str, sku: str
    ) -> tuple[pulp.LpAffineExpression, dict[int, pulp.LpAffineExpression]]:
        """A node without transit sends of its own on day 0; what it receives stays. Returns change at once and late."""
        received, sent = self._by_day((node, sku))
        sent_of_own = pulp.lpSum(sent.values())
        self.require(sent_of_own <= self._own_units((node, sku)))
        return received.pop(0, pulp.LpAffineExpression()) - sent_of_own, received

    def _add_transit_node(
        self, node: str, sku: str
    ) -> tuple[pulp.LpAffineExpression, dict[int, pulp.LpAffineExpression]]:
        """A transit node has a pool of units that will go on: own stock released, and units received that do not stay.

        Returns the change of stock at once and the units that stay by day; they stay from the day they leave the pool,
        never before they arrived, so the best choice is that they arrived as early as possible.
        """
        received, sent = self._by_day((node, sku))
        released = self.variable(0, self._own_units((node, sku)))
        pool, stays = pulp.LpAffineExpression(released), {}
        for day in sorted({0, *received, *sent}):
            stays[day] = self.variable(0, None if (node, sku) in self.directory.stock else 0)
            pool = pool + received[day] - sent[day] - stays[day]
            self.require(pool >= 0)
        self.require(pool == 0)
        return stays.pop(0) - released, stays

    def _add_value(self, key: Key, at_once: pulp.LpAffineExpression, late: dict[int, pulp.LpAffineExpression]) -> None:
        """Worth of a position: units within demand, the one that demand splits, units beyond, units left over."""
        directory, position = self.directory, self.directory.stock[key]
        arriving = defaultdict(pulp.LpAffineExpression, {day: pulp.LpAffineExpression(u) for day, u in late.items()})
        arriving[position.in_transit_arrival_day] += position.in_transit
        stock = opening_stock(position) + at_once + arriving.pop(0, 0)
        counted, left_over = pulp.LpAffineExpression(), pulp.LpAffineExpression()
        for day in sorted(arriving, reverse=True):
            counts = self.variable(0, None)
            self.require(counts <= arriving[day])
            counted += counts
            left_over += arriving[day] - counts
            self.require(counted <= late_cap(directory, position, day))
        whole = math.floor(position.demand)
        within = self.variable(min(whole, opening_stock(position) - give(position)), whole)
        split = self.variable(0, 1 if position.demand > whole else 0)
        beyond = self.variable(0, None)
        self.require(within + split + beyond == stock + counted)
        self.objective += unit_value(directory, key, whole) * within + unit_value(directory, key, whole + 1) * split
        self.objective += left_over_value(directory, key) * (beyond + left_over)
        self.value_before += self._value_before(key)

    def _value_before(self, key: Key) -> int:
        """Worth of a position when nothing moves, counted from an empty shelf like the objective."""
        directory, position = self.directory, self.directory.stock[key]
        day, arriving = position.in_transit_arrival_day, position.in_transit
        counted = arriving if day == 0 else min(arriving, late_cap(directory, position, day))
        stock = opening_stock(position) + counted
        steps = sum(unit_value(directory, key, n) for n in range(1, stock + 1))
        steps -= sum(unit_value(directory, key, n) for n in range(stock + 1, 1))
        return steps + (arriving - counted) * left_over_value(directory, key)

    def _add_demand(self, alert: Alert) -> None:
        """A hard demand on what a position receives and sends."""
        received, sent = self._by_day((alert.node, alert.sku))
        latest = math.inf if alert.needed_by_days is None else alert.needed_by_days
        if alert.kind == "shortage":
            net = pulp.lpSum(units for day, units in received.items() if day <= latest) - pulp.lpSum(sent.values())
        else:
            net = pulp.lpSum(sent.values()) - pulp.lpSum(received.values())
        self.require(net >= asked_units(self.directory, alert))


def _departure_days(directory: Directory, sku: str) -> dict[str, set[int]]:
    """Days on which units of a SKU may leave a node: own ones on day 0, others when some arrive at a transit node.

    A path that visits no node twice goes on at most as often as there are transit nodes.
    """
    gives = {node for (node, stocked), row in directory.stock.items() if stocked == sku and give(row) > 0}
    days = {node: {0} if node in gives else set() for node in directory.transit}
    for _ in range(sum(directory.transit.values())):
        arrivals = [
            (lane.destination, day + lane.lead_time_days)
            for lane in directory.lanes.values()
            for day in days[lane.origin]
            if directory.transit[lane.destination]
        ]
        for node, day in arrivals:
            days[node].add(day)
    return days
