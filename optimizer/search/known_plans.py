"""A plan that is known before a search, as a solution of its model: what a search can start from."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.backends import BACKENDS, Search
from optimizer.model import UNLIMITED, Solution, with_flows
from optimizer.plan import Plan
from optimizer.program import linear_program
from optimizer.search.limits import without_idle_switches
from optimizer.search.solver_runs import solution_of, solved, with_switches
from optimizer.transfer import TransferModel

Int64 = NDArray[np.int64]

_LINE: Final = ["lane", "sku", "arrives_day", "expiry_day"]


def solution_of_plan(built: TransferModel, plan: Plan, seconds: float) -> Solution | None:
    """Read a plan as a solution: the units of its lines are fixed, and what stays within nodes follows.

    Parameters
    ----------
    built : TransferModel
    plan : Plan
        Lines that no best plan needs have no flow, and are left out.
    seconds : float
        Most time for what follows.

    Returns
    -------
    Solution or None
        None where no flows fit the lines.
    """
    model, n_lines = built.model, len(built.flow_lane)
    found = _flows_and_units(built, plan)
    alone = ~found.duplicated(_LINE, keep=False).to_numpy()  # else several flows are the line, and share its units
    kept = np.append(found["flow"].to_numpy(dtype=np.int64), np.arange(n_lines, len(model.flows)))
    restricted = without_idle_switches(with_flows(model, kept))
    program = linear_program(restricted)
    low, high, line = program.low.copy(), program.high.copy(), np.arange(len(found))
    high[line] = np.minimum(high[line], found["units"].to_numpy())
    low[line[alone]] = high[line[alone]]
    answer = solved(restricted, replace(program, low=low, high=high), BACKENDS["highs"], Search(seconds=seconds))
    if answer.columns is None:
        return None
    units = np.zeros(len(model.flows), dtype=np.int64)
    units[kept] = solution_of(restricted, answer.columns).flow_units
    return with_switches(model, units)


def most_of_lines(built: TransferModel, plan: Plan) -> Int64:
    """Most units on every flow where no line has more than in a plan, shape ``(n_flows,)``."""
    most = np.full(len(built.model.flows), UNLIMITED)
    most[: len(built.flow_lane)] = 0
    found = _flows_and_units(built, plan)
    most[found["flow"].to_numpy(dtype=np.int64)] = found["units"].to_numpy()
    return most


def _flows_and_units(built: TransferModel, plan: Plan) -> pd.DataFrame:
    """Find the flows of the lines of a plan, with the units of each line."""
    columns = (built.flow_lane, built.flow_sku, built.flow_arrives_day, built.flow_expiry_day)
    flows = pd.DataFrame(dict(zip(_LINE, columns, strict=True)) | {"flow": np.arange(len(built.flow_lane))})
    lines = pd.DataFrame({name: getattr(plan, name) for name in (*_LINE, "units")})
    return flows.merge(lines, on=_LINE).sort_values("flow")
