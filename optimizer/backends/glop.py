"""GLOP, OR-Tools' simplex: bounds with accurate duals for small and medium linear relaxations."""

from __future__ import annotations

from ortools.math_opt.python import mathopt

from optimizer.backends.answer import Answer, Search
from optimizer.backends.mathopt import solve_program
from optimizer.program import Program


def glop(program: Program, search: Search) -> Answer:
    """Solve the linear relaxation of a program with GLOP."""
    return solve_program(program, search, mathopt.SolverType.GLOP, relax=True)
