"""Circles of flow that feed themselves: units from nowhere, which balance rows alone do not forbid.

Only a smallest line or dispatch can make a circle worth having (it fills the load), so solutions are repaired after the
fact: a circle is dropped where the rules of its switches allow it, and forbidden by a row of its own where they do not.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from optimizer.model import Model, Solution, fewest_switches, switch_fill
from optimizer.program import Program, with_entries, with_rows

Int64 = NDArray[np.int64]


def unfed_flows(model: Model, flow_units: Int64) -> NDArray[np.bool_]:
    """Flows whose units cannot be traced back to any supply, shape ``(n_flows,)``."""
    flows = model.flows
    active = np.flatnonzero(flow_units > 0)
    origin, destination = flows.origin[active], flows.destination[active]
    reached = model.positions.supply_units > 0
    count = -1
    while count != (count := int(np.count_nonzero(reached))):
        reached[destination[reached[origin]]] = True
    unfed = np.zeros(len(flows), dtype=bool)
    unfed[active] = ~reached[origin]
    return unfed


def without_circles(model: Model, flow_units: Int64) -> Int64:
    """Drop the units that circle without a source; balances stay kept, least fills may not."""
    unfed = unfed_flows(model, flow_units)
    return np.where(unfed, 0, flow_units) if np.any(unfed) else flow_units


def keeps_switches(model: Model, solution: Solution) -> bool:
    """Whether counts and fills are within the rules of every switch."""
    switches = model.switches
    fill = switch_fill(model, solution.flow_units)
    return bool(
        np.all((solution.switch_count <= switches.most) & (fill >= switches.least_fill * solution.switch_count))
    )


def forbid_circles(program: Program, model: Model, flow_units: Int64) -> Program | None:
    """Add a row for each circle that cannot simply be dropped: it may turn only as far as something enters it.

    Returns
    -------
    Program or None
        None when dropping the circles leaves a solution that keeps every switch's rules.
    """
    unfed = unfed_flows(model, flow_units)
    left = np.where(unfed, 0, flow_units)
    if not np.any(unfed) or keeps_switches(model, Solution(left, fewest_switches(model, left))):
        return None
    flows = model.flows
    graph = nx.DiGraph(zip(flows.origin[unfed].tolist(), flows.destination[unfed].tolist(), strict=True))
    # Only what lies on a circle: a position that units flow on to may have supply of its own, which enters nothing.
    for circle in [nodes for nodes in nx.strongly_connected_components(graph) if len(nodes) > 1]:
        members = np.zeros(len(model.positions), dtype=bool)
        members[list(circle)] = True
        from_inside, into = members[flows.origin], members[flows.destination]
        inside, entering = np.flatnonzero(from_inside & into), np.flatnonzero(~from_inside & into)
        most = float(flows.most_units[inside].sum())
        row = program.n_rows
        program = with_entries(
            program,
            np.full(len(inside) + len(entering), row),
            np.concatenate([inside, entering]),
            np.concatenate([np.ones(len(inside)), np.full(len(entering), -most)]),
        )
        program = with_rows(program, np.array([-np.inf]), np.zeros(1), np.ones(1))
    return program
