"""SCIP through MathOpt: its flow-cover cuts prove some fixed-cost networks that the other solvers do not."""

from __future__ import annotations

from ortools.math_opt.python import mathopt

from optimizer.backends.answer import Answer, Search
from optimizer.backends.mathopt import solve_program
from optimizer.program import Program


def scip(program: Program, search: Search) -> Answer:
    """Solve a mixed-integer program with SCIP."""
    return solve_program(program, search, mathopt.SolverType.GSCIP, relax=False, hinted=True)
