"""HiGHS through MathOpt: the mixed-integer solver for small and medium requests.

It heeds time limits, ignores interrupts and reports no incumbents while it runs: whoever may have to stop it runs it in
a process that can be killed, with a certified plan published before it starts.
"""

from __future__ import annotations

from ortools.math_opt.python import mathopt

from optimizer.backends.answer import Answer, Search
from optimizer.backends.mathopt import solve_program
from optimizer.program import Program


def highs(program: Program, search: Search) -> Answer:
    """Solve a mixed-integer program with HiGHS."""
    return solve_program(program, search, mathopt.SolverType.HIGHS, relax=False)


def highs_relaxation(program: Program, search: Search) -> Answer:
    """Solve the linear relaxation of a program with HiGHS, several times faster than GLOP where there are many cuts."""
    return solve_program(program, search, mathopt.SolverType.HIGHS, relax=True)
