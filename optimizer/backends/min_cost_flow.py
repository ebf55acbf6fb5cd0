"""OR-Tools' min-cost flow: exact integers, for everything that no switch or limit ties together.

It holds Python's global lock for the whole solve and cannot be interrupted; a call on a few hundred thousand arcs takes
about a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow as ortools_flow


def min_cost_flow(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    capacity: NDArray[np.int64],
    unit_cost: NDArray[np.int64],
    supply: NDArray[np.int64],
) -> NDArray[np.int64] | None:
    """Find the cheapest integer flow that moves every supply to a demand.

    Parameters
    ----------
    tail, head : ndarray of int32, shape (n_arcs,)
        Ends of the arcs, rows of `supply`.
    capacity, unit_cost : ndarray of int64, shape (n_arcs,)
        Units, and money per unit (negative: a gain).
    supply : ndarray of int64, shape (n_nodes,)
        Units that start (positive) or end (negative) at every node; must sum to 0.

    Returns
    -------
    ndarray of int64, shape (n_arcs,), or None
        Units on every arc; None when no flow meets all supplies.

    Raises
    ------
    OverflowError
        Costs or capacities are too large for the solver's 64-bit arithmetic.
    """
    solver = ortools_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, unit_cost)
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    status = solver.solve()
    if status == solver.OPTIMAL:
        return np.asarray(solver.flows(arcs), dtype=np.int64)
    if status == solver.INFEASIBLE:
        return None
    raise OverflowError(f"min-cost flow: {status.name}; use fewer money_decimals in network.json")
