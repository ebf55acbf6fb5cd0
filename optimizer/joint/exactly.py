"""Small joint requests, solved to the proof: two mixed-integer solvers race over one program."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import Answer, Outcome, backend_named
from optimizer.joint.option_rows import STEPS
from optimizer.joint.positions import Joint
from optimizer.joint.program import JointProgram, joint_program
from optimizer.search.isolation import Forked
from optimizer.search.progress import Progress
from optimizer.search.solver_runs import search_for, solution_of, solved
from optimizer.transfer import plan_of
from optimizer.worth.lots import expires

_SMALL_UNITS: Final = 60_000
"""Units that positions may hold, times paths, that a mixed-integer solver is given."""

_RACERS: Final = ("highs", "cp_sat")
_FRACTIONAL_RACERS: Final = ("highs", "scip")
"""CP-SAT knows whole numbers only."""


def is_small(joint: Joint) -> bool:
    """Whether a mixed-integer solver can be given every unit of every position under every path."""
    paths = np.diff(joint.options.first_path)[joint.member]
    none_expires = not np.any(expires(joint.network)[joint.choices.sku[joint.options.choice]])
    return none_expires and int(((joint.high - joint.low + 1) * paths).sum()) <= _SMALL_UNITS


def solve_exactly(progress: Progress, joint: Joint) -> None:
    """Solve a joint request as one program.

    Parameters
    ----------
    progress : Progress
    joint : Joint
        A small one (`optimizer.joint.program`).
    """
    if progress.done:
        return
    found = joint_program(joint)
    program = found.program()

    def offer(columns: NDArray[np.float64]) -> None:
        _offer(progress, joint, found, columns)

    racing = _FRACTIONAL_RACERS if found.n_slacks else _RACERS
    names = racing if progress.parameters.backend is None else (progress.parameters.backend,)
    search = search_for(progress)
    with ExitStack() as running:
        racers = {
            name: running.enter_context(
                Forked(solved, found.built.model, program, backend_named(name), search, on_report=offer)
            )
            for name in names
        }
        while not progress.done and not all(racer.ended for racer in racers.values()):
            for name, racer in racers.items():
                _take(progress, joint, found, racer.wait(0.02), name)


def _offer(progress: Progress, joint: Joint, found: JointProgram, columns: NDArray[np.float64]) -> None:
    """Offer a solver's lines with the markdowns of its options."""
    solution = solution_of(found.built.model, columns)
    lines = plan_of(found.built, solution.flow_units, solution.switch_count)
    markdowns = joint.options.markdowns(joint.choices, found.options_in(joint, columns))
    progress.offer_plan(replace(lines, markdowns=markdowns), "one program of lines and paths")


def _take(progress: Progress, joint: Joint, found: JointProgram, answer: Answer | None, name: str) -> None:
    """Believe a solver only as far as the certificate does."""
    if answer is None:
        return
    if answer.outcome is Outcome.INFEASIBLE:
        progress.infeasible = progress.plan is None
        return
    if answer.columns is not None:
        _offer(progress, joint, found, answer.columns)
    if answer.bound is not None:
        progress.prove_currency(answer.bound + _slack(joint), name)


def _slack(joint: Joint) -> float:
    """Currency by which targets with a price, which are counted in steps, may be missed less than the program says."""
    rules = joint.network.clearance_rules
    rule = joint.choices.rule[joint.options.choice]
    price = np.nan_to_num(rules.sell_through_price[rule[rule >= 0]], nan=0.0)
    return float(2.0 * price.sum() / STEPS)
