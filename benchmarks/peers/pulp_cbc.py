"""The model as someone who knows PuLP would write it, solved by the CBC that comes with it.

One variable for each product on each lane, one for the dispatches of each lane, one row for the load of each lane:
loops over names, as in PuLP's own case studies. Uncertain demand is planned for its mean. Nothing is done to help the
solver.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pulp

from benchmarks.peers.clock import Clock, Found
from network import Network, network_to_frames
from optimizer.plan_files.plan_reading import plan_from_frames
from optimizer.request import Request

_WRITING_SHARE: Final = 0.5
"""Of the time for building: what PuLP takes to write the file that CBC reads."""


@dataclass(frozen=True, slots=True)
class _World:
    """The tables as dictionaries."""

    stock: dict[str, dict[str, Any]]
    """Rows of `stock` of every product that has an alert, by product, then node."""
    products: dict[str, Any]
    lanes: dict[str, Any]
    transit: set[str]


def plan(network: Network, request: Request, clock: Clock) -> Found:
    """Write the model, solve it, read the answer."""
    clock.enter("build")
    left = clock.left
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what PuLP 4 will change
        world = _world(network)
        problem, moved = _problem(world)
        clock.enter("solve")
        writing = _WRITING_SHARE * (left - clock.left)
        problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=max(clock.left - writing, 1.0)))
    detail = pulp.LpSolution[problem.sol_status]
    if problem.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        return Found(None, detail=detail)
    lines = [
        (lane, sku, round(variable.value()) * world.products[sku].case_pack)
        for (lane, sku), variable in moved.items()
        if (variable.value() or 0.0) > 0.5
    ]
    transfers = pd.DataFrame(lines, columns=["lane_id", "sku_id", "units"])
    return Found(plan_from_frames({"transfers": transfers}, network).plan, detail=detail)


def _world(network: Network) -> _World:
    frames = network_to_frames(network)
    missing = {
        "stock": {"reserved": 0, "safety_stock": 0, "in_transit": 0, "holding_cost": 0.0, "shortage_penalty": 0.0},
        "products": {"case_pack": 1, "unit_weight_kg": 0.0, "salvage_value": 0.0},
        "lanes": {"cost_per_unit": 0.0, "cost_per_kg": 0.0, "fixed_cost": 0.0},
    }
    tables = {name: _filled(frames[name], columns) for name, columns in missing.items()}
    alerted = set(frames["alerts"].sku_id)
    stock: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in tables["stock"].itertuples():
        if row.sku_id in alerted:
            stock[str(row.sku_id)][str(row.node_id)] = row
    lanes = tables["lanes"].assign(
        capacity_kg=network.lanes.capacity_kg, max_dispatches=network.lanes.max_dispatches.astype(float)
    )
    return _World(
        stock=stock,
        products={str(row.sku_id): row for row in tables["products"].itertuples()},
        lanes={str(row.lane_id): row for row in lanes.assign(lane_id=network.lanes.lane_id).itertuples()},
        transit=set(network.nodes.node_id[network.nodes.transit]),
    )


def _filled(frame: pd.DataFrame, columns: dict[str, Any]) -> pd.DataFrame:
    """Put defaults in empty cells, also in columns that are not there."""
    missing = {name: value for name, value in columns.items() if name not in frame}
    return frame.assign(**missing).fillna(columns)


def _problem(world: _World) -> tuple[pulp.LpProblem, dict[tuple[str, str], pulp.LpVariable]]:
    """Write objective and rows; also return the cases of each product on each lane."""
    problem = pulp.LpProblem("transfers", pulp.LpMaximize)
    trips = {
        name: pulp.LpVariable(f"trips_{i}", 0, _finite(lane.max_dispatches), "Integer")
        for i, (name, lane) in enumerate(world.lanes.items())
    }
    moved: dict[tuple[str, str], pulp.LpVariable] = {}
    load, objective = defaultdict(list), [-lane.fixed_cost * trips[name] for name, lane in world.lanes.items()]
    for k, (sku, rows) in enumerate(world.stock.items()):
        product = world.products[sku]
        into, out = defaultdict(list), defaultdict(list)
        receives = world.transit | set(rows)
        sends = world.transit | {node for node, row in rows.items() if _opening(row) > row.safety_stock}
        for i, (name, lane) in enumerate(world.lanes.items()):
            if lane.origin not in sends or lane.destination not in receives:
                continue
            cases = moved[name, sku] = pulp.LpVariable(f"cases_{i}_{k}", 0, None, "Integer")
            units = product.case_pack * cases
            into[lane.destination].append(units)
            out[lane.origin].append(units)
            load[name].append(product.unit_weight_kg * units)
            objective.append(-(lane.cost_per_unit + lane.cost_per_kg * product.unit_weight_kg) * units)
        for node in {*rows, *into, *out}:
            received, sent = pulp.lpSum(into[node]), pulp.lpSum(out[node])
            if node in rows:
                objective.append(_keep(problem, rows[node], product, received, sent, name=f"{k}_{node}"))
                passed_on = received if node in world.transit else 0
                problem += sent <= max(0, _opening(rows[node]) - rows[node].safety_stock) + passed_on
            else:
                problem += sent == received
    for name, loads in load.items():
        if np.isfinite(world.lanes[name].capacity_kg):
            problem += pulp.lpSum(loads) <= world.lanes[name].capacity_kg * trips[name]
    problem += pulp.lpSum(objective)
    return problem, moved


def _keep(problem: pulp.LpProblem, row: Any, product: Any, received: Any, sent: Any, *, name: str) -> Any:
    """Say what becomes of the units that end at a position, and return what they are worth."""
    sold = pulp.LpVariable(f"sold_{name}", 0, row.demand_mean)
    left = pulp.LpVariable(f"left_{name}", 0)
    problem += sold + left == _opening(row) + row.in_transit + received - sent
    worth_sold = product.list_price + row.shortage_penalty
    return worth_sold * sold + (product.salvage_value - row.holding_cost) * left


def _opening(row: Any) -> int:
    return int(row.on_hand - row.reserved)


def _finite(most: float) -> float | None:
    return most if most < np.iinfo(np.int32).max else None
