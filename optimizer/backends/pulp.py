"""PuLP: the door to every other solver a company holds a licence for (Gurobi, CPLEX, XPRESS, MOSEK, ...)."""

from __future__ import annotations

import warnings

import numpy as np
import pulp as pulp_library

from optimizer.backends.answer import Answer, Outcome, Search
from optimizer.program import Program

_DEFAULT = "PULP_CBC_CMD"


def pulp(program: Program, search: Search, solver_name: str = _DEFAULT) -> Answer:
    """Solve a mixed-integer program with a solver that PuLP knows.

    Parameters
    ----------
    program : Program
    search : Search
    solver_name : str
        A name of ``pulp.listSolvers()``; the bundled CBC by default.

    Returns
    -------
    Answer
        With the bound only where PuLP says that the solution is optimal: it passes no dual bound on.
    """
    with warnings.catch_warnings():
        # From 3.3 on PuLP announces what 4.0 will change; the project's dependencies exclude 4.0.
        warnings.simplefilter("ignore", DeprecationWarning)
        if solver_name not in pulp_library.listSolvers(onlyAvailable=True):
            known = ", ".join(pulp_library.listSolvers(onlyAvailable=True))
            return Answer(
                Outcome.NOTHING, None, None, None, detail=f"pulp: {solver_name} is not available; found {known}"
            )
        problem, columns = _problem(program)
        problem.solve(
            pulp_library.getSolver(solver_name, msg=False, timeLimit=max(search.seconds, 0.01), gapRel=search.gap)
        )
        return _answer(program, problem, columns)


def _problem(program: Program) -> tuple[pulp_library.LpProblem, list[pulp_library.LpVariable]]:
    """PuLP's objects for a program: one per column and row, as its interface asks."""
    problem = pulp_library.LpProblem("counterpoise", pulp_library.LpMaximize)
    columns = [
        pulp_library.LpVariable(
            f"x{i}", low, high if np.isfinite(high) else None, "Integer" if integer else "Continuous"
        )
        for i, (low, high, integer) in enumerate(zip(program.low, program.high, program.integer, strict=True))
    ]
    problem += pulp_library.LpAffineExpression(
        {columns[i]: float(program.objective[i]) for i in np.flatnonzero(program.objective)}
    )
    starts = np.searchsorted(program.row, np.arange(program.n_rows + 1))
    for row in range(program.n_rows):
        entries = range(starts[row], starts[row + 1])
        form = pulp_library.LpAffineExpression(
            {columns[program.column[e]]: float(program.coefficient[e]) for e in entries}
        )
        low, high = program.row_low[row], program.row_high[row]
        if low == high:
            problem += form == low
            continue
        if np.isfinite(low):
            problem += form >= low
        if np.isfinite(high):
            problem += form <= high
    return problem, columns


def _answer(program: Program, problem: pulp_library.LpProblem, columns: list[pulp_library.LpVariable]) -> Answer:
    if problem.status == pulp_library.LpStatusInfeasible:
        return Answer(Outcome.INFEASIBLE, None, None, None, detail="Infeasible")
    detail = pulp_library.LpSolution[problem.sol_status]
    if problem.sol_status not in (pulp_library.LpSolutionOptimal, pulp_library.LpSolutionIntegerFeasible):
        return Answer(Outcome.NOTHING, None, None, None, detail=detail)
    values = np.array([column.value() or 0.0 for column in columns])
    if problem.sol_status == pulp_library.LpSolutionOptimal:
        bound = float(program.objective @ values) + program.offset
        return Answer(Outcome.OPTIMAL, values, bound, None, detail=detail)
    return Answer(Outcome.FEASIBLE, values, None, None, detail=detail)
