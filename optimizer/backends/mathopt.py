"""The way into OR-Tools MathOpt, shared by the backends that use it (`highs`, `glop`, `pdlp`)."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from optimizer.backends.answer import Answer, Outcome, Search
from optimizer.program import Program

_OUTCOMES = {
    mathopt.TerminationReason.OPTIMAL: Outcome.OPTIMAL,
    mathopt.TerminationReason.FEASIBLE: Outcome.FEASIBLE,
    mathopt.TerminationReason.INFEASIBLE: Outcome.INFEASIBLE,
}


def solve_program(
    program: Program,
    search: Search,
    solver: mathopt.SolverType,
    *,
    relax: bool,
    hinted: bool = False,
    **parameters: Any,
) -> Answer:
    """Hand a program to a MathOpt solver.

    Parameters
    ----------
    program : Program
    search : Search
        `seconds` and `gap` are passed on; a solver may overrun its time limit slightly.
    solver : mathopt.SolverType
    relax : bool
        Drop integrality (a linear program: the answer carries duals).
    hinted : bool
        Hand the search's hint over; not every solver makes use of one.
    **parameters
        Further fields of ``mathopt.SolveParameters``.

    Returns
    -------
    Answer
    """
    model = mathopt.Model.from_model_proto(_proto(program, relax=relax))
    solve_parameters = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=max(search.seconds, 0.01)),
        relative_gap_tolerance=None if relax else search.gap,
        **parameters,
    )
    try:
        hints = [_hint(model, search.hint)] if hinted and search.hint is not None else []
        model_parameters = mathopt.ModelSolveParameters(solution_hints=hints)
        result = mathopt.solve(model, solver, params=solve_parameters, model_params=model_parameters)
    except Exception as error:  # MathOpt raises AttributeError for every solver error; the cause is in its context
        return Answer(Outcome.NOTHING, None, None, None, detail=f"{solver.name}: {error.__context__ or error}")
    return _answer(program, result)


def _hint(model: mathopt.Model, values: NDArray[np.float64]) -> mathopt.SolutionHint:
    return mathopt.SolutionHint(variable_values=dict(zip(model.variables(), values.tolist(), strict=True)))


def _proto(program: Program, *, relax: bool) -> model_pb2.ModelProto:
    """Write the program column by column; no Python loop over rows."""
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(program.n_columns))
    proto.variables.lower_bounds.extend(program.low)
    proto.variables.upper_bounds.extend(program.high)
    proto.variables.integers.extend((np.zeros_like(program.integer) if relax else program.integer).tolist())
    proto.linear_constraints.ids.extend(range(program.n_rows))
    proto.linear_constraints.lower_bounds.extend(program.row_low)
    proto.linear_constraints.upper_bounds.extend(program.row_high)
    proto.linear_constraint_matrix.row_ids.extend(program.row)
    proto.linear_constraint_matrix.column_ids.extend(program.column)
    proto.linear_constraint_matrix.coefficients.extend(program.coefficient)
    proto.objective.maximize = True
    proto.objective.offset = program.offset
    priced = np.flatnonzero(program.objective)
    proto.objective.linear_coefficients.ids.extend(priced)
    proto.objective.linear_coefficients.values.extend(program.objective[priced])
    return proto


def _answer(program: Program, result: mathopt.SolveResult) -> Answer:
    termination = result.termination
    outcome = _OUTCOMES.get(termination.reason, Outcome.NOTHING)
    bound = termination.objective_bounds.dual_bound
    columns = duals = None
    for solution in result.solutions[:1]:
        if solution.primal_solution is not None:
            columns = _dense(solution.primal_solution.variable_values, program.n_columns)
        if solution.dual_solution is not None:
            duals = _dense(solution.dual_solution.dual_values, program.n_rows)
    return Answer(
        outcome=outcome if outcome is not Outcome.FEASIBLE or columns is not None else Outcome.NOTHING,
        columns=columns,
        bound=bound if np.isfinite(bound) else None,
        row_duals=duals,
        detail=f"{termination.reason.name}{' ' + termination.limit.name if termination.limit else ''}",
    )


def _dense(values: dict[Any, float], size: int) -> NDArray[np.float64]:
    dense = np.zeros(size)
    ids = np.fromiter((key.id for key in values), np.int64, len(values))
    dense[ids] = np.fromiter(values.values(), np.float64, len(values))
    return dense
