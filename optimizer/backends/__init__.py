"""Solvers, each a function in a file of its own, and the table that names them."""

from __future__ import annotations

from functools import partial

from optimizer.backends.answer import Answer, Backend, Outcome, Search
from optimizer.backends.cp_sat import cp_sat
from optimizer.backends.glop import glop
from optimizer.backends.highs import highs, highs_relaxation
from optimizer.backends.pdlp import pdlp
from optimizer.backends.pulp import pulp
from optimizer.backends.scip import scip

BACKENDS: dict[str, Backend] = {
    "cp_sat": cp_sat,
    "highs": highs,
    "pulp": pulp,
    "scip": scip,
}
"""Mixed-integer backends that a request may name; ``pulp:NAME`` reaches a solver of PuLP by its name."""

RELAXATIONS: dict[str, Backend] = {
    "glop": glop,
    "highs": highs_relaxation,
    "pdlp": pdlp,
}
"""Backends for the linear relaxation: bounds only."""


def backend_named(name: str) -> Backend:
    """Look a mixed-integer backend up.

    Raises
    ------
    ValueError
        No backend has that name.
    """
    family, _, solver_name = name.partition(":")
    if family == "pulp" and solver_name:
        return partial(pulp, solver_name=solver_name)
    if name not in BACKENDS:
        raise ValueError(f"backend {name!r} is unknown; use one of {', '.join(sorted(BACKENDS))} or pulp:SOLVER")
    return BACKENDS[name]


__all__ = ["BACKENDS", "RELAXATIONS", "Answer", "Backend", "Outcome", "Search", "backend_named"]
