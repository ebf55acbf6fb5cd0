"""PDLP, OR-Tools' first-order method: bounds for linear relaxations too large for a simplex."""

from __future__ import annotations

from ortools.math_opt.python import mathopt

from optimizer.backends.answer import Answer, Search
from optimizer.backends.mathopt import solve_program
from optimizer.program import Program


def pdlp(program: Program, search: Search) -> Answer:
    """Solve the linear relaxation of a program with PDLP; its bound is only as good as its tolerance."""
    return solve_program(program, search, mathopt.SolverType.PDLP, relax=True)
