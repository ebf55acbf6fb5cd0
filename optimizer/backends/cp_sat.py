"""CP-SAT: a mixed-integer solver over integer columns; it reports incumbents while it runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from optimizer.backends.answer import Answer, Outcome, Search
from optimizer.program import Program

_LARGEST = 2**40
"""CP-SAT needs finite bounds; units and counts beyond this are refused."""


def cp_sat(program: Program, search: Search) -> Answer:
    """Solve a mixed-integer program with CP-SAT, every column taken as an integer.

    Increments are continuous in the program but integral in some best solution, so nothing is lost. Rows are handed
    over in the integers that they stand for; what rounding the objective could hide is added to the bound.
    """
    if np.any(np.isfinite(program.high) & (program.high > _LARGEST)):
        return Answer(Outcome.NOTHING, None, None, None, detail="cp_sat: a column is larger than 2^40")
    high = np.where(np.isfinite(program.high), program.high, _LARGEST).astype(np.int64)
    proto = cp_model.CpModel()
    columns = [proto.new_int_var(0, int(upper), "") for upper in high]
    money = _money_scale(program)
    objective = np.rint(program.objective * money).astype(np.int64)
    _add_rows(proto, program, columns)
    priced = np.flatnonzero(objective)
    proto.maximize(cp_model.LinearExpr.weighted_sum([columns[i] for i in priced], [int(objective[i]) for i in priced]))
    if search.hint is not None:
        for column, value in zip(columns, np.rint(search.hint).astype(np.int64), strict=False):
            proto.add_hint(column, int(value))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(search.seconds, 0.01)
    solver.parameters.relative_gap_limit = search.gap
    solver.parameters.num_workers = 2
    callback = _Incumbents(columns, search) if search.on_solution is not None else None
    status = solver.solve(proto, callback)
    return _answer(program, solver, status, columns, money=money, rounding=_rounding(program, objective, high, money))


def _money_scale(program: Program) -> float:
    """Largest power of ten that keeps the objective within CP-SAT's 64-bit range."""
    largest = float(np.abs(program.objective).max(initial=1.0)) * max(program.n_columns, 1) * 1e4
    return float(10.0 ** np.floor(np.clip(np.log10(2.0**62 / max(largest, 1.0)), 0, 6)))


def _rounding(program: Program, objective: NDArray[np.int64], high: NDArray[np.int64], money: float) -> float:
    """Most money by which the rounded objective can fall short of the true one, at any values of the columns."""
    exact = program.objective * money
    short = np.where(objective < exact - 2 * np.spacing(np.abs(exact)), exact - objective, 0.0)
    return float(short @ high) / money


def _add_rows(proto: cp_model.CpModel, program: Program, columns: list[cp_model.IntVar]) -> None:
    """Add the rows in the integers that they stand for, so that none is tighter or looser than it should be."""
    starts = np.searchsorted(program.row, np.arange(program.n_rows + 1))
    whole = np.rint(program.coefficient * program.row_unit[program.row]).astype(np.int64)
    for row in range(program.n_rows):
        entries = slice(starts[row], starts[row + 1])
        divisor = max(int(np.gcd.reduce(whole[entries])), 1)
        low, high = (bound[row] * program.row_unit[row] / divisor for bound in (program.row_low, program.row_high))
        proto.add_linear_expression_in_domain(
            cp_model.LinearExpr.weighted_sum(
                [columns[i] for i in program.column[entries]], (whole[entries] // divisor).tolist()
            ),
            cp_model.Domain(
                math.ceil(low) if np.isfinite(low) else -(2**60), math.floor(high) if np.isfinite(high) else 2**60
            ),
        )


def _answer(
    program: Program,
    solver: cp_model.CpSolver,
    status: Any,
    columns: list[cp_model.IntVar],
    *,
    money: float,
    rounding: float,
) -> Answer:
    outcome = {  # the status is an enum at run time and an int in some stubs
        cp_model.OPTIMAL: Outcome.OPTIMAL,
        cp_model.FEASIBLE: Outcome.FEASIBLE,
        cp_model.INFEASIBLE: Outcome.INFEASIBLE,
    }.get(status, Outcome.NOTHING)
    if outcome not in (Outcome.OPTIMAL, Outcome.FEASIBLE):
        return Answer(outcome, None, None, None, detail=solver.status_name(status))
    values = np.array([solver.value(column) for column in columns], dtype=np.float64)
    bound = solver.best_objective_bound / money + program.offset + rounding
    return Answer(outcome, values, bound, None, detail=solver.status_name(status))


class _Incumbents(cp_model.CpSolverSolutionCallback):
    """Hands every better solution on."""

    def __init__(self, columns: list[cp_model.IntVar], search: Search) -> None:
        super().__init__()
        self._columns, self._search = columns, search

    def on_solution_callback(self) -> None:
        """Hand the current solution on; CP-SAT calls this."""
        values: NDArray[np.float64] = np.array([self.value(column) for column in self._columns], dtype=np.float64)
        if self._search.on_solution is not None:
            self._search.on_solution(values)
