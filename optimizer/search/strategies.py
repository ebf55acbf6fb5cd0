"""How a request is searched: the choice of backend, and what runs beside what.

Every strategy first publishes a certified plan from a flow, in well under the time a mixed-integer solver needs to
start paying, and then improves plan and bound until the gap or the time limit is reached.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from optimizer.backends import BACKENDS, RELAXATIONS
from optimizer.model import Model, Solution
from optimizer.program import Program, linear_program
from optimizer.search.flow_network import best_flow, flow_network
from optimizer.search.flow_search import prices, search_by_flows
from optimizer.search.isolation import Forked
from optimizer.search.pricing import bound_at, shares_of_duals
from optimizer.search.progress import Progress
from optimizer.search.slope_scaling import slope_scaling
from optimizer.search.solver_runs import running, search_for, solved, take, taken, with_backend

TINY_COLUMNS = 400
"""Up to here a solver call in this process comes first: it takes milliseconds, less than a process of its own."""

TINY_SECONDS = 2.0
"""What that call may take before the model counts as small."""

SMALL_COLUMNS = 6_000
"""Up to here two solvers race over the whole model. Which two was measured on public fixed-cost networks: with one SKU,
HiGHS takes minutes where CP-SAT or SCIP take seconds (each where the other does not); with several, HiGHS is ahead."""

HEAD_START_SECONDS = 3.0
"""What HiGHS gets to itself before others take part of the machine."""

MEDIUM_COLUMNS = 60_000
"""Up to here the whole model goes to a mixed-integer solver in a process beside the flow methods."""


def search(progress: Progress) -> None:
    """Search until done; the choice of strategy is written to ``progress.chosen_because``."""
    strategy, progress.chosen_because = _choice(progress)
    strategy(progress)


def _choice(progress: Progress) -> tuple[Callable[[Progress], None], str]:
    """Choose a strategy by the structure and size of the model, and say why."""
    model = progress.built.model
    size = f"{model.n_columns} columns"
    if progress.parameters.backend is not None:
        return _as_asked, f"the request asks for {progress.parameters.backend}"
    if model.is_pure_flow:
        return _pure_flow, "min_cost_flow: nothing ties the flows together, so one min-cost flow is exact"
    if model.n_columns <= SMALL_COLUMNS:
        rival, structure = ("scip", "one SKU") if _one_block(model) else ("highs", "several SKUs")
        return _small, (
            f"highs, then from {HEAD_START_SECONDS:g} s on {rival} and cp_sat side by side: a small model "
            f"({size}, at most {SMALL_COLUMNS}) of {structure}"
        )
    if model.n_columns <= MEDIUM_COLUMNS:
        return partial(search_by_flows, with_solver=True), (
            f"slope scaling and annealing for the plan, pricing and highs for the bound: a medium model ({size}, at "
            f"most {MEDIUM_COLUMNS})"
        )
    return partial(search_by_flows, with_solver=False), (
        f"slope scaling and annealing for the plan, pricing for the bound: a large model ({size}, more than "
        f"{MEDIUM_COLUMNS}), beyond what a mixed-integer solver proves in minutes"
    )


def _as_asked(progress: Progress) -> None:
    """Hand the whole model to the backend that the request names."""
    name, model = str(progress.parameters.backend), progress.built.model
    _publish_first_plan(progress)
    if model.n_columns > TINY_COLUMNS:
        # A bound to begin with: the backend may end without one.
        for bound in itertools.islice(prices(model, 0.1 * progress.left), 10):
            progress.prove(bound, "pricing")
    if name.startswith("pulp"):
        # PuLP passes no dual bound on: prove one first, while there is time for it.
        _prove_by_relaxation(progress, linear_program(model), share=0.3)
    with_backend(progress, name)


def _pure_flow(progress: Progress) -> None:
    """One min-cost flow: plan and bound at once, or the proof that hard demands cannot be met."""
    model = progress.built.model
    found = best_flow(flow_network(model, in_packs=False), np.zeros(len(model.flows), dtype=np.int64))
    if found is None:
        progress.infeasible = True
        return
    flow, value = found
    progress.offer(Solution(flow, np.zeros(0, dtype=np.int64)), "min_cost_flow")
    if progress.certificate is not None:
        progress.prove(value - model.do_nothing, "min_cost_flow")
    if not progress.done:  # a hard demand that no flow meets, or a circle that feeds itself
        with_backend(progress, "highs")


def _publish_first_plan(progress: Progress) -> None:
    """One round of slope scaling: a certified plan before any solver starts."""
    model = progress.built.model
    for found in itertools.islice(slope_scaling(model, flow_network(model, in_packs=True)), 1):
        progress.offer(found.solution, "slope_scaling")


def _small(progress: Progress) -> None:
    """Race two solvers over the whole model; the first proof ends it."""
    _publish_first_plan(progress)
    model = progress.built.model
    program = linear_program(model)
    if program.n_columns <= TINY_COLUMNS:
        quick = replace(search_for(progress), seconds=min(TINY_SECONDS, progress.left))
        take(progress, solved(model, program, BACKENDS["highs"], quick), "highs")
        if progress.done:
            return
    with running(progress, program, "highs") as highs:
        taken(progress, highs, min(HEAD_START_SECONDS, progress.left), "highs")
        if not progress.done and not _one_block(model):
            _race(progress, program, {"highs": highs}, "cp_sat")
    if not progress.done and _one_block(model):
        with running(progress, program, "scip") as scip:
            _race(progress, program, {"scip": scip}, "cp_sat")


def _one_block(model: Model) -> bool:
    """Whether all flows belong to one SKU."""
    blocks = model.positions.block
    return bool(np.all(blocks == blocks[:1]))


def _race(progress: Progress, program: Program, others: dict[str, Forked], name: str) -> None:
    """Start one more backend beside those that run; the first proof ends the race."""
    with running(progress, program, name) as second:
        racers = {**others, name: second}
        while not progress.done and not all(racer.ended for racer in racers.values()):
            for each, racer in racers.items():
                taken(progress, racer, 0.02, each)


def _prove_by_relaxation(progress: Progress, program: Program, share: float) -> None:
    """Bound by the prices of the linear relaxation, for backends that state no bound."""
    name = "glop" if program.n_columns <= MEDIUM_COLUMNS else "pdlp"
    model = progress.built.model
    answer = RELAXATIONS[name](program, search_for(progress, share=share))
    if answer.row_duals is None:
        return
    # What the solver says of its bound holds up to its tolerances; what its prices prove, exactly.
    duals = answer.row_duals[program.first_member_row :][: len(model.members)]
    bound = bound_at(model, flow_network(model, in_packs=False), shares_of_duals(model, duals))
    if bound is not None:
        progress.prove(bound, f"{name}, its prices evaluated exactly")
