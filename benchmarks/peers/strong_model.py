"""General solvers on our own model, strong rows and all: the same flows that our engine chooses from."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.peers.clock import Clock, Found
from network import Network
from optimizer.backends import BACKENDS, Search
from optimizer.plan_lines import with_fewest_dispatches
from optimizer.program import linear_program
from optimizer.request import Request
from optimizer.transfer import build, plan_of

_ANSWER_SHARE: Final = 0.02
"""Of the time, for reading a solver's answer as a plan."""


def highs(network: Network, request: Request, clock: Clock) -> Found:
    """HiGHS, through MathOpt."""
    return _solved(network, request, clock, "highs")


def scip(network: Network, request: Request, clock: Clock) -> Found:
    """SCIP, through MathOpt."""
    return _solved(network, request, clock, "scip")


def cp_sat(network: Network, request: Request, clock: Clock) -> Found:
    """CP-SAT, every column an integer."""
    return _solved(network, request, clock, "cp_sat")


def _solved(network: Network, request: Request, clock: Clock, backend: str) -> Found:
    """Build the model, hand it over, read the answer; handing over counts as solving."""
    clock.enter("build")
    built = build(network, request)
    program = linear_program(built.model)
    clock.enter("solve")
    answer = BACKENDS[backend](program, Search(seconds=clock.left * (1 - _ANSWER_SHARE)))
    if answer.columns is None:
        return Found(None, answer.bound, answer.detail)
    n_flows, n_increments = len(built.model.flows), len(built.model.increments)
    units = np.rint(answer.columns).astype(np.int64)
    counts = units[n_flows + n_increments :][: len(built.model.switches)]
    plan = plan_of(built, units[:n_flows], counts)
    return Found(with_fewest_dispatches(network, plan), answer.bound, answer.detail)
