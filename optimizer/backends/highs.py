"""HiGHS through MathOpt: the mixed-integer solver for small and medium requests.

It heeds time limits, ignores interrupts and reports no incumbents while it runs: whoever may have to stop it runs it in
a process that can be killed, with a certified plan published before it starts.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from ortools.math_opt.python import mathopt

from optimizer.backends.answer import Answer, Search
from optimizer.backends.mathopt import solve_program
from optimizer.program import Program


def highs(program: Program, search: Search) -> Answer:
    """Solve a mixed-integer program with HiGHS."""
    with _silent():
        return solve_program(program, search, mathopt.SolverType.HIGHS, relax=False)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep what HiGHS prints, a line of its own for developers whatever it is asked, out of the answer."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def highs_relaxation(program: Program, search: Search) -> Answer:
    """Solve the linear relaxation of a program with HiGHS, several times faster than GLOP where there are many cuts."""
    return solve_program(program, search, mathopt.SolverType.HIGHS, relax=True)


def highs_cuts(program: Program, search: Search) -> Answer:
    """Cut fractions off the relaxation of a mixed-integer program: for its bound, no time goes into solutions."""
    with _silent():
        return solve_program(program, search, mathopt.SolverType.HIGHS, relax=False, heuristics=mathopt.Emphasis.OFF)
