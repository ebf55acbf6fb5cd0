"""Many small min-cost flows, solved again and again at other costs: a network simplex that starts from its last tree.

Primal network simplex on strongly feasible spanning trees (Cunningham 1976), entering arcs found by block search (see
Ahuja, Magnanti and Orlin 1993, chapter 11). Costs may change freely between calls: the last tree stays feasible, so a
round that moves few units takes few pivots. Everything is exact in integers. Compiled, because a pivot is a walk in a
tree; the compiled code releases Python's lock, so ranges of flows run in threads.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.search.tree_pivots import solve_each

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

_OVERFLOW = 2**61
"""Potentials stay below this: sums of two of them fit int64."""


@dataclass(frozen=True, slots=True)
class SmallFlows:
    """Flows side by side: arcs and nodes sorted by flow; the last node of each flow is its root, where units end."""

    first_arc: Int64
    """Where each flow's arcs begin, shape ``(n + 1,)``."""
    first_node: Int64
    tail: Int32
    """Node within its flow, shape ``(n_arcs,)``."""
    head: Int32
    supply: Int64
    """Units that start at every node (at the root: minus the sum of the others), shape ``(n_nodes,)``."""
    units: Int32 | Int64
    """State: units on every arc."""
    state: NDArray[np.int8]
    """State: at its lower bound, in the tree, at its upper bound."""
    parent_arc: Int32
    """State: arc of each node to its parent in the tree; the number of arcs plus the node: an artificial arc."""
    started: NDArray[np.bool_]
    """State: whether each flow has a tree to start from."""

    def __len__(self) -> int:
        return len(self.first_arc) - 1


def small_flows(
    first_arc: Int64, first_node: Int64, tail: Int32, head: Int32, supply: Int64, *, units: np.dtype[np.signedinteger]
) -> SmallFlows:
    """Prepare flows without a tree yet; `units` is the type of their capacities."""
    n_arcs = len(tail)
    return SmallFlows(
        first_arc=first_arc,
        first_node=first_node,
        tail=tail,
        head=head,
        supply=supply,
        units=np.zeros(n_arcs, dtype=units),
        state=np.ones(n_arcs, dtype=np.int8),
        parent_arc=np.zeros(len(supply), dtype=np.int32),
        started=np.zeros(len(first_arc) - 1, dtype=np.bool_),
    )


def solve_small_flows(
    flows: SmallFlows,
    capacity: Int64 | Int32,
    cost: Int64,
    chosen: Int64 | None = None,
    *,
    afresh: bool = False,
    threads: int = 1,
) -> NDArray[np.bool_]:
    """Solve flows to the optimum; units and trees are left in their state.

    Parameters
    ----------
    flows : SmallFlows
    capacity : ndarray of int, shape (n_arcs,)
        Units; what a flow starts from must fit, so tighter capacities need `afresh`.
    cost : ndarray of int64, shape (n_arcs,)
        Money per unit (negative: a gain).
    chosen : ndarray of int64, optional
        Flows to solve; all when not given.
    afresh : bool
        Start from no tree.
    threads : int
        Ranges of flows solved side by side.

    Returns
    -------
    ndarray of bool, shape (n_chosen,)
        False where the supplies have nowhere to end.

    Raises
    ------
    OverflowError
        Costs are too large for 64-bit potentials.
    """
    which = np.arange(len(flows), dtype=np.int64) if chosen is None else chosen
    solved = np.ones(len(which), dtype=np.bool_)
    if afresh:
        flows.started[which] = False

    columns = (flows.first_arc, flows.first_node, flows.tail, flows.head, flows.supply, capacity, cost)
    state = (flows.units, flows.state, flows.parent_arc, flows.started)

    def solve(part: slice) -> None:
        solve_each(*columns, *state, which[part], solved[part])

    _check_costs(flows, cost)
    edges = np.linspace(0, len(which), 8 * threads + 1 if threads > 1 else 2).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(solve, [slice(*edge) for edge in itertools.pairwise(edges)]))
    return solved


def _check_costs(flows: SmallFlows, cost: Int64) -> None:
    largest = max(int(cost.max(initial=0)), -int(cost.min(initial=0))) + 1
    nodes = int(np.diff(flows.first_node).max(initial=0)) + 1
    if largest * nodes * 2 > _OVERFLOW:
        raise OverflowError(
            "amounts of money are too large for a min-cost flow; use fewer money_decimals in network.json"
        )
