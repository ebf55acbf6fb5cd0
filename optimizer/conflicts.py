"""Why hard demands cannot all be met: which rules conflict, and the least amounts to relax them by.

Several answers, each found by an elastic re-solve and checked by solving the relaxed request:

* how many units of which demand have to be given up when every other rule stays (``alerts.units``);
* how many kilograms of which lanes' capacity are short when every demand stays (``lanes.capacity_kg``), counted over
  all dispatches the lane may run; only where more capacity alone is enough;
* how many units or lanes nodes are short of (``nodes.pick_capacity_units`` and so on), where more alone is enough;
* which frozen lines have to change by how much (``request.former_plan``), where giving up demands is not enough.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.outside import place_name
from network.tables import Network, NodeKind
from optimizer.backends import BACKENDS, Answer, Outcome, Search
from optimizer.plan import Conflict, Plan
from optimizer.program import Program, linear_program, with_entries, with_rows
from optimizer.request import Request
from optimizer.transfer import TransferModel, build
from optimizer.transfer.demands import RECEIVES, SENDS
from optimizer.transfer.rules import FROZEN
from optimizer.worth.economics import (
    NO_WEIGHT_LIMIT,
    lane_capacity,
    product_weight,
)

Float = NDArray[np.float64]

_ENOUGH = 1e-6

_NODE_RULES = (
    "nodes.pick_capacity_units",
    "nodes.receive_capacity_units",
    "nodes.max_outbound_lanes",
    "nodes.max_inbound_lanes",
)


def conflicts_of(network: Network, request: Request, seconds: float) -> tuple[Conflict, ...]:
    """Name the rules that an infeasible request cannot keep.

    Parameters
    ----------
    network, request
        A request whose hard demands cannot all be met.
    seconds : float
        Most time to spend on each re-solve.

    Returns
    -------
    tuple of Conflict
        Rules of which more alone would be enough first, then demands, or lines that cannot stay frozen; empty when the
        time did not suffice.
    """
    built = build(network, request)
    program = linear_program(built.model)
    demands = _short_demands(network, built, program, seconds)
    return (
        *_short_capacities(network, request, seconds),
        *(conflict for rule in _NODE_RULES for conflict in _short_nodes(network, built, program, rule, seconds)),
        *(demands or _thawed(network, request, built, program, seconds)),
    )


def _short_demands(network: Network, built: TransferModel, program: Program, seconds: float) -> tuple[Conflict, ...]:
    """Least units of hard demand to give up, everything else kept."""
    rows, places, asked = _demand_rows(built, network, program)
    answer, missing = _least_slack(program, rows, np.ones(len(rows)), seconds)
    if answer.columns is None:
        return ()
    short = np.flatnonzero(missing > _ENOUGH)
    if not _feasible(_relaxed_rows(program, rows[short], missing[short]), seconds):
        return ()
    return tuple(_given_up(places[i], asked[i], missing[i], alone=len(short) == 1) for i in short.tolist())


def _short_nodes(
    network: Network, built: TransferModel, program: Program, rule: str, seconds: float
) -> tuple[Conflict, ...]:
    """Least units, or lanes, by which the capacities of nodes are short, where more of them alone is enough."""
    limits = np.flatnonzero(built.limit_rule == rule)
    if not len(limits):
        return ()
    rows = program.first_limit_row + limits
    answer, missing = _least_slack(program, rows, -np.ones(len(rows)), seconds)
    short = np.flatnonzero(missing > _ENOUGH)
    if answer.columns is None or not len(short):
        return ()
    high = program.row_high.copy()
    high[rows[short]] += np.ceil(missing[short] - _ENOUGH)
    if not _feasible(replace(program, row_high=high), seconds):
        return ()
    enough = "this" if len(short) == 1 else "these amounts"

    def conflict(i: int) -> Conflict:
        node = int(built.limit_place[limits[i], 0])
        name, place = _at_exits(network, rule, node), place_name(network, node)
        has = f"{place} has {name.split('.')[1]} {built.model.limits.high[limits[i]]}"
        text = f"{has} and is short of {np.rint(missing[i]):.0f}; with {enough} every hard demand can be met"
        return Conflict(name, place, float(np.rint(missing[i])), text)

    return tuple(conflict(i) for i in short.tolist())


def _at_exits(network: Network, rule: str, node: int) -> str:
    """Input field of a rule of a node: those of places outside are fields of exits and quotes."""
    kind = network.nodes.kind[node]
    if kind == NodeKind.EXIT:
        return "exits.capacity_units"
    if kind == NodeKind.GATE and rule == "nodes.pick_capacity_units":
        return "quote_suppliers.capacity_units"
    return "quotes.max_units" if kind == NodeKind.QUOTE and rule == "nodes.receive_capacity_units" else rule


def _thawed(
    network: Network, request: Request, built: TransferModel, program: Program, seconds: float
) -> tuple[Conflict, ...]:
    """Frozen lines that cannot stay as they are: the fewest units to change, and to give up, when other rules stay."""
    limits = np.flatnonzero(built.limit_rule == FROZEN)
    if not len(limits) or request.former_plan is None:
        return ()
    demand_rows, places, asked = _demand_rows(built, network, program)
    frozen_rows, n = program.first_limit_row + limits, len(limits)
    rows = np.concatenate([frozen_rows, frozen_rows, demand_rows])
    sign = np.concatenate([np.ones(n), -np.ones(n), np.ones(len(demand_rows))])
    answer, slack = _least_slack(program, rows, sign, seconds)
    if answer.columns is None:
        return ()
    low, high = program.row_low.copy(), program.row_high.copy()
    np.subtract.at(low, rows[sign > 0], np.ceil(slack[sign > 0] - _ENOUGH))
    np.add.at(high, rows[sign < 0], np.ceil(slack[sign < 0] - _ENOUGH))
    if not _feasible(replace(program, row_low=low, row_high=high), seconds):
        return ()
    fewer, more, given_up = np.rint(slack[:n]), np.rint(slack[n : 2 * n]), np.rint(slack[2 * n :])
    lines = [_frozen_line(network, request.former_plan.plan, line) for line in built.limit_line[limits].tolist()]
    alone = np.count_nonzero(fewer + more) + np.count_nonzero(given_up) == 1
    together = "" if alone else ", and everything else changed as said,"
    return (
        *(
            Conflict(
                rule=FROZEN,
                place=lines[i],
                amount=float(fewer[i] + more[i]),
                message=(
                    f"{lines[i]} is frozen at {built.model.limits.low[limits[i]]} units and cannot stay so: with "
                    f"{fewer[i] + more[i]:.0f} {'fewer' if fewer[i] > more[i] else 'more'}{together} "
                    "the other rules can be kept"
                ),
            )
            for i in np.flatnonzero(fewer + more).tolist()
        ),
        *(_given_up(places[i], asked[i], given_up[i], alone=alone) for i in np.flatnonzero(given_up).tolist()),
    )


def _given_up(place: str, asked: float, units: float, *, alone: bool) -> Conflict:
    """Units of a hard demand to give up."""
    return Conflict(
        rule="alerts.units",
        place=place.removesuffix(" must receive").removesuffix(" must send"),
        amount=float(np.rint(units)),
        message=(
            f"{place} {asked:.0f} units: with {np.rint(units):.0f} fewer"
            f"{'' if alone else ', and everything else changed as said,'} the rest can be met"
        ),
    )


def _frozen_line(network: Network, plan: Plan, line: int) -> str:
    lane, sku = network.lanes.lane_id[plan.lane[line]], network.products.sku_id[plan.sku[line]]
    expires = f", expiring on day {plan.expiry_day[line]}" if plan.expiry_day[line] < NO_LIMIT else ""
    return f"lane {lane}, SKU {sku}, day {plan.arrives_day[line]}{expires}"


def _demand_rows(
    built: TransferModel, network: Network, program: Program
) -> tuple[NDArray[np.int64], list[str], NDArray[np.float64]]:
    """Rows of the program that say a hard demand, where each is, and how many units it asks for."""
    model = built.model
    receives = np.flatnonzero(model.positions.least_units > 0)
    sends = np.flatnonzero(built.position_send > 0)
    # Rows of the program: balances (where what must leave may stay after all), least kept units, limits.
    least = len(model.positions) + np.arange(len(receives))
    limits = np.flatnonzero(np.isin(built.limit_rule, [RECEIVES, SENDS]))
    asked = np.concatenate([built.position_send[sends], built.position_demand[receives], model.limits.low[limits]])
    cells = np.concatenate([built.position_cell[sends], built.position_cell[receives], built.limit_place[limits]])
    must_receive = np.repeat([False, True], [len(sends), len(receives)])
    must_receive = np.concatenate([must_receive, built.limit_rule[limits] == RECEIVES])
    places = [
        f"{_place(network, *pair)} must {'receive' if receive else 'send'}"
        for pair, receive in zip(cells.tolist(), must_receive.tolist(), strict=True)
    ]
    rows = np.concatenate([sends, least, program.first_limit_row + limits])
    return rows, places, asked.astype(np.float64)


def _place(network: Network, node: int, sku: int) -> str:
    return f"{place_name(network, node)}, SKU {network.products.sku_id[sku]}"


def _short_capacities(network: Network, request: Request, seconds: float) -> tuple[Conflict, ...]:
    """Least kilograms of lane capacity to add so that every hard demand can be met."""
    limited = np.isfinite(network.lanes.capacity_kg) & (network.lanes.max_dispatches < NO_LIMIT)
    if not np.any(limited):
        return ()
    built = build(_without_capacities(network), request)
    program, rows, lanes = _with_load_rows(built, network, linear_program(built.model), limited)
    answer, missing_kg = _least_slack(program, rows, -np.ones(len(rows)), seconds)
    if answer.columns is None:
        return ()
    short = np.flatnonzero(missing_kg > _ENOUGH)
    relaxed = _more_capacity(network, lanes[short], missing_kg[short])
    if not len(short) or not _feasible(linear_program(build(relaxed, request).model), seconds):
        return ()
    total = network.lanes.capacity_kg * network.lanes.max_dispatches
    return tuple(
        Conflict(
            rule="lanes.capacity_kg",
            place=f"lane {network.lanes.lane_id[lane]}",
            amount=float(missing),
            message=(
                f"lane {network.lanes.lane_id[lane]} may carry {total[lane]:g} kg in all its dispatches and is short "
                f"of {missing:g} kg; with {'this' if len(short) == 1 else 'these amounts'} every hard demand can be met"
            ),
        )
        for lane, missing in zip(lanes[short].tolist(), missing_kg[short].tolist(), strict=True)
    )


def _without_capacities(network: Network) -> Network:
    """Let lanes carry anything, at no fixed cost, in lines and dispatches of any size."""
    n = len(network.lanes)
    lanes = replace(
        network.lanes,
        capacity_kg=np.full(n, np.inf),
        max_dispatches=np.where(network.lanes.max_dispatches > 0, NO_LIMIT, 0).astype(np.int64),
        fixed_cost=np.zeros(n),
        min_line_units=np.zeros(n, dtype=np.int64),
        min_dispatch_kg=np.zeros(n),
    )
    return replace(network, lanes=lanes)


def _more_capacity(network: Network, lanes: NDArray[np.int64], missing_kg: Float) -> Network:
    """Add what is short to the lanes' capacity per dispatch."""
    capacity = network.lanes.capacity_kg.copy()
    capacity[lanes] += missing_kg / network.lanes.max_dispatches[lanes]
    capacity[lanes] = np.ceil(capacity[lanes] * 1e6) / 1e6
    return replace(network, lanes=replace(network.lanes, capacity_kg=capacity))


def _with_load_rows(
    built: TransferModel, network: Network, program: Program, limited: NDArray[np.bool_]
) -> tuple[Program, NDArray[np.int64], NDArray[np.int64]]:
    """Add one row per limited lane: kilograms carried at most capacity times dispatches."""
    on = np.flatnonzero(limited[built.flow_lane])
    lanes = np.unique(built.flow_lane[on]).astype(np.int64)
    weight_kg = product_weight(network)[built.flow_sku[on]] / 1e6
    capacity = lane_capacity(network)[lanes]
    total_kg = np.where(capacity < NO_WEIGHT_LIMIT, capacity / 1e6 * network.lanes.max_dispatches[lanes], np.inf)
    rows = program.n_rows + np.arange(len(lanes))
    loaded = with_entries(program, rows[np.searchsorted(lanes, built.flow_lane[on])], on, weight_kg)
    in_kg = np.full(len(lanes), 1e6)
    return with_rows(loaded, np.full(len(lanes), -np.inf), total_kg, unit=in_kg), rows, lanes


def _least_slack(program: Program, rows: NDArray[np.int64], sign: Float, seconds: float) -> tuple[Answer, Float]:
    """Give rows a slack of the given sign and minimise the slacks' sum; returns the slack of every row."""
    n = len(rows)
    loose = with_entries(program, rows, program.n_columns + np.arange(n), sign)
    elastic = replace(
        loose,
        objective=np.concatenate([np.zeros(program.n_columns), -np.ones(n)]),
        low=np.concatenate([program.low, np.zeros(n)]),
        high=np.concatenate([program.high, np.full(n, np.inf)]),
        integer=np.concatenate([program.integer, np.zeros(n, dtype=bool)]),
        offset=0.0,
    )
    answer = BACKENDS["highs"](elastic, Search(seconds=seconds))
    slack = np.zeros(n) if answer.columns is None else answer.columns[program.n_columns :]
    return answer, slack


def _relaxed_rows(program: Program, rows: NDArray[np.int64], amount: Float) -> Program:
    low = program.row_low.copy()
    low[rows] -= np.ceil(amount - _ENOUGH)
    return replace(program, row_low=low)


def _feasible(program: Program, seconds: float) -> bool:
    """Whether a program has any solution: the check of a stated relaxation."""
    plain = replace(program, objective=np.zeros(program.n_columns))
    return BACKENDS["highs"](plain, Search(seconds=seconds)).outcome in (Outcome.OPTIMAL, Outcome.FEASIBLE)
