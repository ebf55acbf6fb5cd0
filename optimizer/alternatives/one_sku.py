"""A plan's rest held still, so that one SKU can be planned again: a small network that says what is left for it.

What the other SKUs leave: room in the dispatches that run for them, dispatches that may still run, units that nodes may
still pick and receive, lanes that nodes may still open. A lane whose dispatches run anyway and have too little room
becomes two: the room that is there, free of charge, and the dispatches that could run in addition. Plans for the small
network are put back into the plan and certified there, so that nothing here has to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import MarkdownBudgets
from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import LaneRules, Lanes, Network, Nodes
from optimizer.alternatives.rates import Rates
from optimizer.markdown_figures import markdown_figures
from optimizer.plan import Plan
from optimizer.plan_lines import (
    joined,
    joined_prices,
    lane_load,
    only_sku,
    taken,
    with_fewest_dispatches,
    without_sku,
)
from optimizer.request import Request
from optimizer.worth.choices import choices_of
from optimizer.worth.economics import NO_WEIGHT_LIMIT, WEIGHT_DECIMALS, lane_capacity, product_weight

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
T = TypeVar("T")

_ROUNDING: Final = 1000
"""Money units by which the margin that a choice gives up may be off: each of its positions is rounded once."""


@dataclass(frozen=True, slots=True)
class OneSku:
    """The small network of one SKU, and how its plans become complete ones."""

    sku: int
    network: Network
    """Nodes and products as ever; stock, lots and alerts of the SKU; lanes as the rest leaves them."""
    request: Request
    alert: NDArray[np.intp]
    """Row of the full network's alerts, shape (n_alerts of the small network,)."""
    lane: NDArray[np.int32]
    """Lane of the full network, shape (n_lanes of the small network,)."""
    is_room: Flags
    """Lanes that are room in dispatches that run anyway."""
    rest: Plan
    """The lines and prices of all other SKUs, with the fewest dispatches that hold them."""

    def rates(self, rates: Rates) -> Rates:
        """Turn rates of the small network into what the SKU adds: dispatches that run anyway count for nothing."""
        return replace(rates, per_dispatch=np.where(self.is_room, 0.0, rates.per_dispatch))


def one_sku(network: Network, request: Request, plan: Plan, sku: int) -> OneSku:
    """Hold the rest of a plan still.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.
    sku : int
        Row of ``network.products``.

    Returns
    -------
    OneSku
    """
    rest = with_fewest_dispatches(network, without_sku(plan, sku))
    lanes, lane, is_room = _lanes_left(network, request, rest, sku)
    nodes, shut = _nodes_left(network, rest, only_sku(plan, sku), lane)
    used = np.zeros(len(network.lanes), dtype=np.bool_)
    used[rest.lane] = True
    new = ~used[lane]
    closed = new & (shut.out_of[lanes.origin] | shut.into[lanes.destination])
    lanes = replace(lanes, max_dispatches=np.where(closed, 0, lanes.max_dispatches))
    alert = np.flatnonzero(network.alerts.sku == sku)
    small = replace(
        network,
        nodes=nodes,
        lanes=lanes,
        lane_rules=_rules_left(network.lane_rules, lane, len(network.lanes)),
        lots=_rows(network.lots, network.lots.sku == sku),
        alerts=_rows(network.alerts, network.alerts.sku == sku),
        markdown_budgets=_budgets_left(network, rest),
        **_shown_with(network, rest, sku),
    )
    former = request.former_plan
    if former is not None:
        former = replace(former, plan=taken(former.plan, former.plan.sku == sku))
    # Hurdles of dispatches are in the lanes' costs: those that run for others have passed theirs.
    asked = replace(request, former_plan=former, min_dispatch_benefit=0.0)
    return OneSku(sku=sku, network=small, request=asked, alert=alert, lane=lane, is_room=is_room, rest=rest)


def complete_plan(network: Network, one: OneSku, plan: Plan) -> Plan:
    """Put a plan for the small network back into the rest.

    Parameters
    ----------
    network : Network
        The full one.
    one : OneSku
    plan : Plan
        For ``one.network``.

    Returns
    -------
    Plan
        For `network`, with the fewest dispatches that hold its lines.
    """
    keys = np.column_stack([one.lane[plan.lane], plan.arrives_day, plan.expiry_day]).astype(np.int64)
    distinct, line = np.unique(keys, axis=0, return_inverse=True)
    units = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(units, line.reshape(-1), plan.units)
    lane, arrives, expiry = (distinct[:, column].astype(np.int32) for column in range(3))
    own = replace(
        one.rest,
        markdowns=joined_prices(one.rest.markdowns, plan.markdowns),
        lane=lane,
        sku=np.full(len(distinct), one.sku, dtype=np.int32),
        units=units,
        arrives_day=arrives,
        expiry_day=expiry,
    )
    return with_fewest_dispatches(network, replace(joined(one.rest, own), markdowns=own.markdowns))


def small_plan(one: OneSku, plan: Plan, weight: int, pack: int) -> Plan:
    """Write the SKU's lines of a complete plan for the small network, as a place to start from.

    Parameters
    ----------
    one : OneSku
    plan : Plan
        For the full network.
    weight, pack : int
        Weight of a unit of the SKU in ``10 ** -6`` kg, and its case pack.

    Returns
    -------
    Plan
        Lines that the room in running dispatches does not hold are cut in two.
    """
    own = only_sku(plan, one.sku)
    own = taken(own, np.argsort(own.lane, kind="stable"))
    capacity = lane_capacity(one.network)
    before = np.cumsum(own.units) - own.units
    before = before - before[np.searchsorted(own.lane, own.lane)]
    holds = np.where(one.is_room[own.lane], capacity[own.lane] // max(weight, 1), NO_WEIGHT_LIMIT)
    fits = np.clip(holds - before, 0, own.units) // pack * pack
    n_lanes = int(one.lane.max(initial=-1)) + 1
    second = np.full(n_lanes, -1, dtype=np.int64)
    second[one.lane[n_lanes:]] = n_lanes + np.arange(len(one.lane) - n_lanes)
    lane = np.concatenate([own.lane, second[own.lane]])
    units = np.concatenate([fits, own.units - fits])
    keep = (units > 0) & (lane >= 0)
    others: dict[str, Any] = {
        name: np.tile(getattr(own, name), 2)[keep] for name in ("sku", "arrives_day", "expiry_day")
    }
    twice = replace(own, lane=lane[keep].astype(np.int32), units=units[keep], **others)
    return with_fewest_dispatches(one.network, twice)


def _lanes_left(network: Network, request: Request, rest: Plan, sku: int) -> tuple[Lanes, NDArray[np.int32], Flags]:
    """Lanes as the rest leaves them, their rows in the full network, and which are room in dispatches that run."""
    lanes, capacity = network.lanes, lane_capacity(network)
    runs = np.zeros(len(lanes), dtype=np.int64)
    runs[rest.dispatch_lane] = rest.dispatches
    limited = capacity < NO_WEIGHT_LIMIT
    load = lane_load(network, rest)
    room = np.where(limited, runs * np.where(limited, capacity, 0) - load, NO_WEIGHT_LIMIT)
    weight = int(product_weight(network)[sku])
    of_sku = network.stock.sku == sku
    everything = int(network.stock.on_hand[of_sku].sum()) * weight
    shared = runs > 0
    further = np.where(lanes.max_dispatches == NO_LIMIT, NO_LIMIT, np.maximum(lanes.max_dispatches - runs, 0))
    split = np.flatnonzero(shared & (room < everything) & (further > 0))
    lane = np.concatenate([np.arange(len(lanes)), split]).astype(np.int32)
    is_room = np.concatenate([shared, np.zeros(len(split), dtype=np.bool_)])
    per_kg = 10.0**WEIGHT_DECIMALS
    short_of_least = np.maximum(lanes.min_dispatch_kg * runs - load / per_kg, 0.0)
    hurdle = lanes.fixed_cost[lane] + request.min_dispatch_benefit
    left = replace(
        _rows(lanes, lane),
        lane_id=np.concatenate([lanes.lane_id, lanes.lane_id[split] + " in addition"]),
        fixed_cost=np.where(is_room, 0.0, hurdle),
        capacity_kg=np.where(is_room & limited[lane], room[lane] / per_kg, lanes.capacity_kg[lane]),
        max_dispatches=np.where(is_room, (room[lane] >= max(weight, 1)) * 1, further[lane]).astype(np.int64),
        min_dispatch_kg=np.where(is_room, short_of_least[lane], lanes.min_dispatch_kg[lane]),
    )
    return left, lane, is_room


@dataclass(frozen=True, slots=True)
class _Shut:
    """Nodes that may open no further lane, shape (n_nodes,) each."""

    out_of: Flags
    into: Flags


def _nodes_left(network: Network, rest: Plan, own: Plan, lane: NDArray[np.int32]) -> tuple[Nodes, _Shut]:
    """Nodes with what the rest leaves of their capacities, and those that may open no further lane."""
    nodes, lanes, count = network.nodes, network.lanes, len(network.nodes)
    used = np.unique(rest.lane)
    columns: dict[str, Any] = {}
    full: dict[str, Flags] = {}
    for ends, units_column, lanes_column in (
        (lanes.origin, "pick_capacity_units", "max_outbound_lanes"),
        (lanes.destination, "receive_capacity_units", "max_inbound_lanes"),
    ):
        units = np.zeros(count, dtype=np.int64)
        np.add.at(units, ends[rest.lane], rest.units)
        most = getattr(nodes, units_column)
        columns[units_column] = np.where(most == NO_LIMIT, NO_LIMIT, np.maximum(most - units, 0))
        opened = np.bincount(ends[used], minlength=count)
        most = getattr(nodes, lanes_column)
        # Lanes that are open count no more, but here they are like new ones: what the SKU uses now stays possible.
        uses = np.bincount(ends[np.unique(own.lane)], minlength=count)
        full[lanes_column] = (most != NO_LIMIT) & (most <= opened)
        left = np.maximum(most - opened, uses)
        columns[lanes_column] = np.where((most == NO_LIMIT) | full[lanes_column], NO_LIMIT, left)
    return replace(nodes, **columns), _Shut(full["max_outbound_lanes"], full["max_inbound_lanes"])


def _budgets_left(network: Network, rest: Plan) -> MarkdownBudgets:
    """Budgets less the margin that the prices of the other SKUs give up."""
    budgets = network.markdown_budgets
    if not len(budgets) or not len(rest.markdowns):
        return budgets
    figures, choices = markdown_figures(network, rest), choices_of(network)
    known = np.flatnonzero(figures.choice >= 0)
    first = choices.first_budget[figures.choice[known]]
    owner, place = runs(first, choices.first_budget[figures.choice[known] + 1] - first)
    used = np.zeros(len(choices.budget_amount), dtype=np.int64)
    np.add.at(used, choices.budget[place], figures.forgone[known][owner] + _ROUNDING)
    by_name = dict(zip(choices.budget_id.tolist(), (used / 10**network.money_decimals).tolist(), strict=True))
    less = np.array([by_name.get(name, 0.0) for name in budgets.budget_id.tolist()])
    return replace(budgets, amount=np.maximum(budgets.amount - less, 0.0))


def _rules_left(rules: LaneRules, lane: NDArray[np.int32], n_lanes: int) -> LaneRules:
    """Rules of lanes, repeated for the second halves of those that became two."""
    second = np.full(n_lanes + 1, -1, dtype=np.int64)
    second[lane[n_lanes:]] = n_lanes + np.arange(len(lane) - n_lanes)
    repeated = np.flatnonzero(second[rules.lane] >= 0)
    rows = np.concatenate([np.arange(len(rules)), repeated])
    named = np.concatenate([rules.lane, second[rules.lane[repeated]]]).astype(np.int32)
    return replace(_rows(rules, rows), lane=named)


def _shown_with(network: Network, rest: Plan, sku: int) -> dict[str, Any]:
    """Take displays that the SKU belongs to, and stock of it and of what is shown with it, as the rest leaves them."""
    displays, stock = network.display_rules, network.stock
    ids = displays.display_id.astype(str)
    with_sku = np.isin(ids, ids[displays.sku == sku])
    together = np.unique(np.append(displays.sku[with_sku], sku))
    kept = np.flatnonzero(np.isin(stock.sku, together))
    on_hand = stock.on_hand.copy()
    line = np.flatnonzero(np.isin(rest.sku, together))
    for ends, sign in ((network.lanes.destination, 1), (network.lanes.origin, -1)):
        row = network.stock_row(ends[rest.lane[line]], rest.sku[line])
        np.add.at(on_hand, row[row >= 0], sign * rest.units[line[row >= 0]])
    rows = _rows(replace(stock, on_hand=on_hand), kept)
    return {"stock": rows, "display_rules": _rows(displays, with_sku)}


def _rows(table: T, rows: NDArray[Any]) -> T:
    """Take rows of a table, in the order given."""
    columns: dict[str, Any] = {}
    for item in fields(table):  # type: ignore[arg-type]
        value = getattr(table, item.name)
        columns[item.name] = value[rows] if isinstance(value, np.ndarray) else {k: v[rows] for k, v in value.items()}
    return replace(table, **columns)  # type: ignore[type-var]
