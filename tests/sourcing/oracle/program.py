"""Whole-number programs of a few hundred columns, solved by CBC through PuLP and by CP-SAT."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pulp
from ortools.sat.python import cp_model

Terms = Mapping[int, int]


class Program:
    """Columns with limits, rows of whole numbers and an objective to minimise."""

    def __init__(self) -> None:
        self.limits: list[tuple[int, int]] = []
        self.rows: list[tuple[dict[int, int], int]] = []
        """Terms whose sum is at most a number."""
        self.objective: Counter[int] = Counter()
        self.constant = 0

    def column(self, low: int = 0, high: int = 1) -> int:
        self.limits.append((low, high))
        return len(self.limits) - 1

    def at_most(self, terms: Terms, bound: int) -> None:
        """Add a row, its numbers divided by what they have in common."""
        kept = {column: factor for column, factor in terms.items() if factor}
        common = math.gcd(*kept.values()) or 1
        self.rows.append(({column: factor // common for column, factor in kept.items()}, bound // common))

    def at_least(self, terms: Terms, bound: int) -> None:
        self.at_most({column: -factor for column, factor in terms.items()}, -bound)

    def any_of(self, columns: Iterable[int]) -> int:
        """A 0-1 column that is 1 exactly when one of some 0-1 columns is."""
        columns = list(columns)
        either = self.column()
        for column in columns:
            self.at_most({column: 1, either: -1}, 0)
        self.at_most({either: 1} | dict.fromkeys(columns, -1), 0)
        return either

    def least(self, terms: Terms) -> int:
        """The least value of a sum."""
        return sum(min(factor * end for end in self.limits[column]) for column, factor in terms.items())


def plus(*sums: Terms) -> Counter[int]:
    """Sum of sums."""
    total: Counter[int] = Counter()
    for terms in sums:
        for column, factor in terms.items():
            total[column] += factor
    return total


def times(terms: Terms, factor: int) -> Counter[int]:
    """A multiple of a sum."""
    return Counter({column: each * factor for column, each in terms.items()})


def by_pulp(program: Program) -> list[int] | None:
    """Values of a best solution by CBC, None without any."""
    problem = pulp.LpProblem("award", pulp.LpMinimize)
    limits = enumerate(program.limits)
    columns = [problem.add_variable(f"c{number}", low, high, cat=pulp.LpInteger) for number, (low, high) in limits]
    nothing = problem.add_variable("nothing", 0, 0)
    common = math.gcd(*program.objective.values()) or 1
    gains = program.objective.items()
    problem.setObjective(pulp.lpSum(factor // common * columns[column] for column, factor in gains) + nothing)
    for terms, bound in program.rows:
        problem += pulp.lpSum(factor * columns[column] for column, factor in terms.items()) + nothing <= bound
    with warnings.catch_warnings():
        # From 3.3 on PuLP announces what 4.0 will change; the project's dependencies exclude 4.0.
        warnings.simplefilter("ignore", DeprecationWarning)
        problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, gapAbs=0))
    if problem.sol_status != pulp.LpSolutionOptimal:
        return None
    return [round(column.value() or 0) for column in columns]


def by_cp_sat(program: Program) -> list[int] | None:
    """Values of a best solution by CP-SAT, None without any."""
    model = cp_model.CpModel()
    columns = [model.new_int_var(low, high, "") for low, high in program.limits]
    for terms, bound in program.rows:
        model.add(sum(factor * columns[column] for column, factor in terms.items()) <= bound)
    common = math.gcd(*program.objective.values()) or 1
    model.minimize(sum(factor // common * columns[column] for column, factor in program.objective.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL, solver.status_name(status)
    return [solver.value(column) for column in columns]


SOLVERS: dict[str, Callable[[Program], list[int] | None]] = {"pulp": by_pulp, "cp_sat": by_cp_sat}
