"""The whole request as one integer program for PuLP and CBC, written for being obviously right rather than fast.

Units are indexed by lane, SKU, expiry day and day of departure. Departures happen when something can first leave: a
later departure can be moved to the last arrival before it without breaking a rule or losing value, unless the former
plan names the day (`flows`). Units are not sent to and fro for days only to fill a least load: no chain of lines is
longer than a path that visits no node twice. That no line is better left out needs no row: an optimal plan has none.
"""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import pulp

from tests.oracle.asked import Line
from tests.oracle.directory import Directory, Key, Lane
from tests.oracle.evaluation import PhantomCycle, broken_rules, own_units_ready, phantom_cycles
from tests.oracle.flows import Choice, choices
from tests.oracle.lots import expires, fresh_expiry, give_by_expiry, own_units
from tests.oracle.requirements import add_demands, add_displays, add_exit_shares, add_former_plan, add_node_limits
from tests.oracle.scope import penalty_weight, skus_in_scope
from tests.oracle.valuation import Worth, evaluate, settled
from tests.oracle.worth import (
    expiry_cap,
    give,
    late_cap,
    left_over_value,
    money,
    opening_stock,
    unit_cost,
    unit_value,
)
from tests.oracle.worth import weight as weight_units

Batches = dict[tuple[int, int], pulp.LpAffineExpression]
"""Units by (day of arrival, expiry day)."""

SOLVE_SECONDS: Final = 5
ENOUGH: Final = 0.5
"""Gap in money below which the integer objective can grow no more."""

CBC_OPTIONS: Final = ([], ["preprocess off"])
"""Settings that CBC is asked with in turn."""


class UnprovedError(RuntimeError):
    """CBC crashed, or its time was over before it proved anything."""


@dataclass(frozen=True)
class OracleAnswer:
    """What the oracle proves: ``optimal`` with a plan and its exact worth in money, or ``infeasible``."""

    status: str
    worth: Worth | None = None
    lines: tuple[Line, ...] = ()
    dispatches: dict[str, int] = field(default_factory=dict)

    @property
    def objective(self) -> int | None:
        """The greatest objective of any allowed plan, in money."""
        return None if self.worth is None else self.worth.objective


def solve_oracle(directory: Directory) -> OracleAnswer:
    """Find the plan with the greatest objective, or prove that no plan is allowed.

    CBC has been seen to call a worse plan optimal and to crash, each with some settings: it is asked with several,
    and the best plan counts, because every plan is checked and valued without CBC.
    """
    answers: list[OracleAnswer] = []
    for options in CBC_OPTIONS:
        with contextlib.suppress(UnprovedError):
            answers.append(_solve_with(directory, options))
    if not answers:
        raise UnprovedError(f"CBC proved nothing within {SOLVE_SECONDS} s")
    feasible = [answer for answer in answers if answer.worth is not None]
    return max(feasible, key=lambda answer: answer.objective or 0) if feasible else answers[0]


def _solve_with(directory: Directory, options: list[str]) -> OracleAnswer:
    """Answer by CBC with some settings; units from nowhere are forbidden where they turn up."""
    program = Program(directory)
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
    worth = evaluate(directory, lines, dispatches)
    promised = program.promised()
    if abs(promised - worth.objective) > 1e-9 * max(abs(promised), 1e9):
        raise AssertionError(f"the oracle's program promises {promised} and its plan is worth {worth}")
    return OracleAnswer("optimal", worth, lines, dispatches)


@dataclass(frozen=True)
class Flow:
    """A line that can be, and the variable of its units."""

    choice: Choice
    units: pulp.LpAffineExpression

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What tells the lines of a plan apart."""
        choice = self.choice
        return (choice.lane.lane_id, choice.sku, choice.arrives_day, choice.expiry_day)


class Program:
    """The integer program of a directory and the plan it finds; all variables are integers."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.problem = pulp.LpProblem("oracle", pulp.LpMaximize)
        self.objective = pulp.LpAffineExpression()
        self.constant = 0
        """Money that the objective of every plan has beside `objective`."""
        self.numbers = itertools.count()
        self.nothing = self.variable(0, 0)
        self.flows = [self._add_flow(choice) for sku in skus_in_scope(directory) for choice in choices(directory, sku)]
        self.dispatches = {lane_id: self._add_dispatches(lane) for lane_id, lane in directory.lanes.items()}
        for sku in skus_in_scope(directory):
            for node in directory.transit:
                self._add_position((node, sku))
        add_node_limits(self)
        add_exit_shares(self)
        add_demands(self)
        add_former_plan(self)
        add_displays(self)
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

    def promised(self) -> float:
        """Objective that the program sees in its solution, in money up to the noise of floating point."""
        return float(pulp.value(self.problem.objective)) + self.constant

    def plan(self) -> tuple[tuple[Line, ...], dict[str, int]]:
        """Lines and dispatches of the solution; a dispatch that costs and carries nothing is dropped."""
        lines = tuple(
            Line(lane_id, sku, units, day, expiry)
            for (lane_id, sku, day, expiry), units in ((flow.key, round(pulp.value(flow.units))) for flow in self.flows)
            if units > 0
        )
        used = {line.lane_id for line in lines}
        return lines, {lane_id: round(n.value()) for lane_id, n in self.dispatches.items() if lane_id in used}

    def forbid(self, cycle: PhantomCycle) -> None:
        """Let the nodes of a cycle pass units around on its day only when a unit is there apart from the cycle."""
        inside, present = [], pulp.LpAffineExpression(constant=own_units_ready(self.directory, cycle))
        for flow in self.flows:
            choice = flow.choice
            within = choice.lane.origin in cycle.nodes and choice.lane.destination in cycle.nodes
            if (choice.sku, choice.expiry_day) != (cycle.sku, cycle.expiry_day):
                continue
            if within and choice.leaves_day == choice.arrives_day == cycle.day:
                inside.append(flow)
                continue
            if choice.lane.destination in cycle.nodes and choice.arrives_day <= cycle.day:
                present += flow.units
            if choice.lane.origin in cycle.nodes and choice.leaves_day < cycle.day:
                present -= flow.units
        most = sum(flow.choice.most_units for flow in inside)
        self.require(pulp.lpSum(flow.units for flow in inside) <= most * present)

    def flows_at(self, key: Key) -> tuple[list[Flow], list[Flow]]:
        """Flows into and out of a position."""
        alike = [flow for flow in self.flows if flow.choice.sku == key[1]]
        into = [flow for flow in alike if flow.choice.lane.destination == key[0]]
        return into, [flow for flow in alike if flow.choice.lane.origin == key[0]]

    def most_units_at(self, key: Key) -> int:
        """Units that a position never has more of."""
        position = self.directory.stock[key]
        own = max(opening_stock(position), 0) + position.in_transit
        return own + sum(give(row) for (_, sku), row in self.directory.stock.items() if sku == key[1])

    def _add_flow(self, choice: Choice) -> Flow:
        """Units of a line, its unit costs, and what it must carry and earn when it is there."""
        directory, pack = self.directory, self.directory.products[choice.sku].case_pack
        units = pack * self.variable(0, choice.most_units // pack)
        self.objective -= unit_cost(directory, choice.lane, choice.sku) * units
        charge = money(directory, directory.asked.min_line_benefit)
        if choice.lane.min_line_units > 1 or charge:
            used = self.variable(0, 1)
            self.require(units >= choice.lane.min_line_units * used)
            self.require(units <= choice.most_units * used)
            self.objective -= charge * used
        return Flow(choice, units)

    def _add_dispatches(self, lane: Lane) -> pulp.LpVariable:
        """Dispatches of a lane: their cost, their capacity and the least they carry."""
        flows = [flow for flow in self.flows if flow.choice.lane is lane]
        weights = [weight_units(self.directory.products[flow.choice.sku].weight_kg) for flow in flows]
        load = pulp.lpSum(weight * flow.units for weight, flow in zip(weights, flows, strict=True))
        most = 1
        if lane.capacity_kg:
            heaviest = sum(weight * flow.choice.most_units for weight, flow in zip(weights, flows, strict=True))
            most += heaviest // weight_units(lane.capacity_kg)
        dispatches = self.variable(0, most if lane.max_dispatches is None else min(most, lane.max_dispatches))
        for flow in flows:
            self.require(flow.units <= flow.choice.most_units * dispatches)
        if lane.capacity_kg is not None:
            self.require(load <= weight_units(lane.capacity_kg) * dispatches)
        self.require(load >= weight_units(lane.min_dispatch_kg) * dispatches)
        charge = money(self.directory, self.directory.asked.min_dispatch_benefit)
        self.objective -= (money(self.directory, lane.fixed_cost) + charge) * dispatches
        return dispatches

    def _add_position(self, key: Key) -> None:
        """Balance of a node and SKU, for each expiry day by itself, and the worth of what is there in the end."""
        into, out = self.flows_at(key)
        add = self._add_transit_units if self.directory.transit[key[0]] else self._add_plain_units
        batches: Batches = defaultdict(pulp.LpAffineExpression)
        own = own_units(self.directory, key)[0] if key in self.directory.stock else {}
        for expiry in sorted({*own, *(flow.choice.expiry_day for flow in into + out)}):
            received, sent = _by_day(into, expiry, "arrives_day"), _by_day(out, expiry, "leaves_day")
            for day, units in add(key, expiry, received, sent).items():
                batches[day, expiry] += units
            batches[0, expiry] += own.get(expiry, 0)
        if key in self.directory.stock:
            position = self.directory.stock[key]
            batches[position.in_transit_arrival_day, fresh_expiry(self.directory, key[1])] += position.in_transit
            self._add_value(key, batches)

    def _add_plain_units(
        self,
        key: Key,
        expiry: int,
        received: dict[int, pulp.LpAffineExpression],
        sent: dict[int, pulp.LpAffineExpression],
    ) -> dict[int, pulp.LpAffineExpression]:
        """A node without transit sends of its own; what it receives stays. Returns the change by day of arrival."""
        sent_of_own = pulp.lpSum(sent.values())
        self.require(sent_of_own <= give_by_expiry(self.directory, key)[expiry])
        return received | {0: received.get(0, 0) - sent_of_own}

    def _add_transit_units(
        self,
        key: Key,
        expiry: int,
        received: dict[int, pulp.LpAffineExpression],
        sent: dict[int, pulp.LpAffineExpression],
    ) -> dict[int, pulp.LpAffineExpression]:
        """A transit node has a pool of units that will go on: own stock released, and units received that do not stay.

        Own stock enters the pool on the first day it may leave. Returns the change by day of arrival: units that stay
        leave the pool on some day, never before they arrived, so the best choice is that they arrived as early as
        possible.
        """
        position = self.directory.stock.get(key)
        released = self.variable(0, give_by_expiry(self.directory, key)[expiry])
        ready = position.no_send_before_day if position else 0
        pool, stays = pulp.LpAffineExpression(), {}
        for day in sorted({0, ready, *received, *sent}):
            stays[day] = self.variable(0, None if position else 0)
            pool = pool + received.get(day, 0) - sent.get(day, 0) - stays[day] + (released if day == ready else 0)
            self.require(pool >= 0)
        self.require(pool == 0)
        return stays | {0: stays[0] - released}

    def _add_value(self, key: Key, batches: Batches) -> None:
        """Worth of a position: every unit that counts by its number, and what is left over."""
        directory, position = self.directory, self.directory.stock[key]
        counted, left_over = self._add_counting(key, batches)
        owed = max(0, position.reserved - position.on_hand)
        weight, lowest = penalty_weight(directory, key), min(0, opening_stock(position))
        values = [unit_value(directory, key, n, weight) for n in range(lowest + 1, self.most_units_at(key) + 1)]
        stock = pulp.LpAffineExpression(constant=lowest)
        for value, alike in itertools.groupby(values):
            units = self.variable(0, len(list(alike)))
            stock += units
            self.objective += value * units
        self.require(stock == counted - owed)
        self.objective += left_over_value(directory, key) * left_over
        before, left_before = settled(directory, key, ())
        self.constant -= sum(values[: before - lowest]) + left_before * left_over_value(directory, key)

    def _add_counting(self, key: Key, batches: Batches) -> tuple[pulp.LpAffineExpression, pulp.LpAffineExpression]:
        """Say of every batch how many of its units count, within all caps. Returns those that do and the others."""
        directory, position = self.directory, self.directory.stock[key]
        counts = {batch: self.variable(0, None) for batch in batches}
        for batch, units in batches.items():
            self.require(counts[batch] <= units)
        for day in {day for day, _ in batches if day > 0}:
            late = pulp.lpSum(counted for (arrives, _), counted in counts.items() if arrives >= day)
            self.require(late <= late_cap(directory, position, day))
        for day in {day for _, day in batches} if expires(directory, key[1]) else ():
            soon = pulp.lpSum(counted for (_, expiry), counted in counts.items() if expiry <= day)
            cap = expiry_cap(directory, position, day)
            if cap is not None:
                self.require(soon <= cap)
        counted = pulp.lpSum(counts.values())
        return counted, pulp.lpSum(batches.values()) - counted


def _by_day(flows: Iterable[Flow], expiry: int, day: str) -> dict[int, pulp.LpAffineExpression]:
    """Units of an expiry day by day of arrival or departure."""
    units: dict[int, pulp.LpAffineExpression] = defaultdict(pulp.LpAffineExpression)
    for flow in flows:
        if flow.choice.expiry_day == expiry:
            units[getattr(flow.choice, day)] += flow.units
    return units
