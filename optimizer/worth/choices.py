"""Choices of markdowns: which (SKU, zone) may have which prices when, by the rows of the tables that decide.

The sections "Periods and demand" and "Which paths are allowed" of docs/clearance.md, read once for the search and the
certificate. Prices, floors and steps are compared as money, in whole units of ``10 ** -money_decimals``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import Network
from optimizer.request import MARKDOWN, Request
from optimizer.scope import is_closed, nodes_in_scope, skus_in_scope
from optimizer.worth.economics import money
from optimizer.worth.matching import deciding_rows, last_deciding_row, matching_rows
from optimizer.worth.rounding import rounded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choices:
    """(SKU, zone) pairs with a price ladder and stock, by SKU and zone; shape ``(n,)`` each unless it says more."""

    sku: NDArray[np.int32]
    """Row of ``network.products``."""
    zone: NDArray[np.object_]
    list_price: Floats
    list_money: Ints
    """The same in money units."""
    first_row: Ints
    """Where the stock rows of each choice begin in `rows`, shape ``(n + 1,)``."""
    rows: Ints
    """Rows of ``network.stock``."""
    rule: Ints
    """Row of ``network.clearance_rules``, -1: no rules."""
    max_markdowns: Ints
    """`NO_LIMIT`: any number."""
    min_step: Ints
    """Least markdown in money units."""
    max_step: Ints
    """Greatest markdown in money units."""
    min_periods_between: Ints
    first_rung: Ints
    """Where the rungs of each choice begin in the next three, shape ``(n + 1,)``."""
    rung_price: Floats
    """Allowed prices below the list price, falling; currency per unit, shape ``(n_rungs,)``."""
    rung_money: Ints
    """The same in money units."""
    rung_number: Ints
    """Place on the ladder as written, from 1: the n-th price whether it is allowed or not."""
    weight: Floats
    """Demand by period at list price, in proportion to `total_weight`; 0 after the exit period, shape ``(n, T)``."""
    total_weight: Floats
    """Of the whole horizon, also where sales end before it."""
    exit_period: Ints
    """Last period with sales, T where no rule says less."""
    may_begin: Flags
    """Periods at whose beginning the price may fall, shape ``(n, T)``."""
    elasticity: Floats
    """At most 0."""
    elasticity_std: Floats
    first_point: Ints
    """Where the points of each choice begin in the next two, shape ``(n + 1,)``; without points elasticity decides."""
    point_share: Floats
    """Shares of the list price, rising up to 1, shape ``(n_points,)``."""
    point_multiplier: Floats
    group: Ints
    """Row of the (group, zone), -1: in no group."""
    group_kind: NDArray[np.int8]
    """`GroupKind` values, shape ``(n_groups,)``, like the next two."""
    cross_elasticity: Floats
    group_id: NDArray[np.object_]
    first_budget: Ints
    """Where the budgets of each choice begin in `budget`, shape ``(n + 1,)``."""
    budget: Ints
    """Rows of the next two."""
    budget_amount: Ints
    """Money units, shape ``(n_budgets,)``."""
    budget_id: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.sku)

    @property
    def n_periods(self) -> int:
        """T."""
        return int(self.weight.shape[1])

    @property
    def season(self) -> Floats:
        """w_t: share of demand by period at list price; 0 after the exit period, shape ``(n, T)``."""
        return np.asarray(self.weight / self.total_weight[:, None])


def choices_of(network: Network) -> Choices:
    """Read every choice of a network."""
    if not any(len(table) for table in (network.price_ladders, network.clearance_groups, network.markdown_budgets)):
        return _no_choices(network.periods)  # asked for with every certificate: most networks have none
    sku, zone, first_row, rows = _pairs(network)
    has_ladder = np.diff(deciding_rows(network, network.price_ladders, sku, zone)[0]) > 0
    kept = np.flatnonzero(has_ladder)
    _, at = runs(first_row[kept], np.diff(first_row)[kept])
    sku, zone, rows = sku[kept], zone[kept], rows[at]
    first_row = np.append(0, np.cumsum(np.diff(first_row)[kept]))
    list_price = network.products.list_price[sku]
    rule = last_deciding_row(network, network.clearance_rules, sku, zone)
    response = last_deciding_row(network, network.price_response, sku, zone)
    exit_period = np.minimum(_of_row(network.clearance_rules.exit_period, rule, NO_LIMIT), network.periods)
    ageing = _of_row(network.price_response.ageing_factor, response, 1.0)
    weight = _weights(network, sku, zone, ageing)
    rungs = _rungs(network, sku, zone, _floors(network, sku, first_row, rows, rule))
    points = _points(network, sku, zone)
    group, kind, cross, group_id = _groups(network, sku, zone)
    first_budget, budget, amount, budget_id = _budgets(network, sku, zone)
    return Choices(
        sku=sku,
        zone=zone,
        list_price=list_price,
        list_money=money(list_price, network.money_decimals),
        first_row=first_row,
        rows=rows,
        rule=rule,
        max_markdowns=_of_row(network.clearance_rules.max_markdowns, rule, NO_LIMIT),
        min_step=_share(network, _of_row(network.clearance_rules.min_step_share, rule, 0.0), list_price),
        max_step=_share(network, _of_row(network.clearance_rules.max_step_share, rule, 1.0), list_price),
        min_periods_between=_of_row(network.clearance_rules.min_periods_between, rule, 1),
        first_rung=rungs[0],
        rung_price=rungs[1],
        rung_money=rungs[2],
        rung_number=rungs[3],
        weight=np.where(np.arange(1, network.periods + 1) <= exit_period[:, None], weight, 0.0),
        # Added up from the first period on, as the demand of a path is: so all of it is exactly 1.
        total_weight=np.cumsum(weight, axis=1)[:, -1],
        exit_period=exit_period,
        may_begin=_may_begin(network, first_row, rows, rule, exit_period),
        elasticity=_of_row(network.price_response.elasticity, response, 0.0),
        elasticity_std=_of_row(network.price_response.elasticity_std, response, 0.0),
        first_point=points[0],
        point_share=points[1],
        point_multiplier=points[2],
        group=group,
        group_kind=kind,
        cross_elasticity=cross,
        group_id=group_id,
        first_budget=first_budget,
        budget=budget,
        budget_amount=amount,
        budget_id=budget_id,
    )


@lru_cache
def _no_choices(n_periods: int) -> Choices:
    """Return no choices, in a horizon of so many periods."""
    shapes = {"weight": (0, n_periods), "may_begin": (0, n_periods)}
    kinds = {"Floats": np.float64, "Flags": np.bool_, "NDArray[np.int8]": np.int8, "NDArray[np.int32]": np.int32}
    columns: dict[str, Any] = {}
    for column in fields(Choices):
        kind = np.object_ if "object_" in str(column.type) else kinds.get(str(column.type), np.int64)
        shape = (1,) if column.name.startswith("first_") else shapes.get(column.name, (0,))
        columns[column.name] = np.zeros(shape, dtype=kind)
        columns[column.name].setflags(write=False)
    return Choices(**columns)


def may_be_marked_down(network: Network, request: Request, choices: Choices) -> Flags:
    """Whether a request allows each choice to be marked down, shape ``(n,)``.

    The SKU is in scope, so are all nodes of the zone with stock of it, and neither the request's responses nor the
    response policy for an alert of the SKU there leave out markdowns.
    """
    if request.responses is not None and MARKDOWN not in request.responses:
        return np.zeros(len(choices), dtype=np.bool_)
    node, sku = network.stock.node[choices.rows], network.stock.sku[choices.rows]
    left_out = ~nodes_in_scope(network, request)[node] | is_closed(network, request, node, sku, MARKDOWN)
    owner = np.repeat(np.arange(len(choices)), np.diff(choices.first_row))
    may = skus_in_scope(network, request)[choices.sku]
    may[owner[left_out]] = False
    return may


def choice_rows(choices: Choices, sku: NDArray[np.integer[Any]], zone: NDArray[np.object_]) -> Ints:
    """Rows of choices for (SKU, zone) pairs, -1 where there is no such choice, shape ``(k,)``."""
    zones, code = np.unique(np.concatenate([choices.zone, zone]).astype(str), return_inverse=True)
    keys = np.concatenate([choices.sku, sku]).astype(np.int64) * len(zones) + code.reshape(-1)
    known, wanted = keys[: len(choices)], keys[len(choices) :]
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    row = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[row] == wanted, row, -1)


def _pairs(network: Network) -> tuple[NDArray[np.int32], NDArray[np.object_], Ints, Ints]:
    """Every SKU and zone with stock: its stock rows as runs."""
    zones, zone_of_node = np.unique(network.nodes.zone.astype(str), return_inverse=True)
    zone = zone_of_node.reshape(-1)[network.stock.node]
    if not len(zones) or not len(network.price_ladders):
        zone = np.zeros(0, dtype=np.int64)
    listed = np.flatnonzero((zones != "")[zone]) if len(zone) else np.empty(0, dtype=np.int64)
    key = network.stock.sku[listed].astype(np.int64) * max(len(zones), 1) + zone[listed]
    order = np.argsort(key, kind="stable")
    keys, first = np.unique(key[order], return_index=True)
    names = np.append(zones.astype(np.object_), "")[keys % max(len(zones), 1)]
    first_row = np.append(first, len(listed)).astype(np.int64)
    return (keys // max(len(zones), 1)).astype(np.int32), names, first_row, listed[order].astype(np.int64)


def _of_row(values: NDArray[Any], row: Ints, default: float) -> NDArray[Any]:
    """Values of rows of a table; a default where there is none."""
    return np.append(values, np.array([default], dtype=values.dtype))[row]


def _share(network: Network, share: Floats, amount: Floats) -> Ints:
    """``share * amount`` in money units, rounded as their decimal texts would be."""
    return rounded((share, amount), lambda s, a: s * a, np.abs(share * amount), network.money_decimals)


def _rungs(
    network: Network, sku: NDArray[np.int32], zone: NDArray[np.object_], lowest: Ints
) -> tuple[Ints, Floats, Ints, Ints]:
    """Prices that each choice may have: beginning of each run, price, the same in money units, number."""
    ladders, decimals = network.price_ladders, network.money_decimals
    first, row = deciding_rows(network, ladders, sku, zone)
    owner = np.repeat(np.arange(len(sku)), np.diff(first))
    row = row[np.lexsort((ladders.rung[row], owner))]
    number = np.arange(len(row)) - first[owner] + 1
    share = np.isnan(ladders.price[row])
    list_price = network.products.list_price[sku]
    price = np.where(share, 0.0, ladders.price[row])
    in_money = money(price, decimals)
    in_money[share] = _share(network, ladders.price_share[row[share]], list_price[owner[share]])
    price[share] = in_money[share] / 10.0**decimals
    allowed = (in_money < money(list_price, decimals)[owner]) & (in_money >= lowest[owner])
    order = np.lexsort((number, -in_money, owner))
    order = order[allowed[order]]
    again = (owner[order][1:] == owner[order][:-1]) & (in_money[order][1:] == in_money[order][:-1])
    order = order[~np.append(False, again)[: len(order)]]
    begins = np.append(0, np.cumsum(np.bincount(owner[order], minlength=len(sku))))
    return begins.astype(np.int64), price[order], in_money[order], number[order]


def _floors(network: Network, sku: NDArray[np.int32], first_row: Ints, rows: Ints, rule: Ints) -> Ints:
    """Lowest price of every choice in money units; nothing is given away, so at least 1."""
    rules, products, stock, decimals = network.clearance_rules, network.products, network.stock, network.money_decimals
    cost = np.nan_to_num(products.unit_cost, nan=0.0)[sku]
    salvage, holding = products.salvage_value[stock.sku[rows]], stock.holding_cost[rows]
    of_row = rounded((salvage, holding), lambda s, h: s - h, np.abs(salvage) + np.abs(holding), decimals)
    of_row -= money(stock.shortage_penalty[rows], decimals)
    of_position = np.maximum.reduceat(of_row, first_row[:-1]) if len(sku) else np.empty(0, dtype=np.int64)
    floors = (
        np.ones(len(sku), dtype=np.int64),
        money(_of_row(rules.min_price, rule, 0.0), decimals),
        _share(network, _of_row(rules.min_share_of_cost, rule, 0.0), cost),
        _share(network, _of_row(rules.min_share_of_list, rule, 0.0), products.list_price[sku]),
        money(products.salvage_value[sku], decimals),
        of_position,
    )
    return np.asarray(np.maximum.reduce(floors))


def _weights(network: Network, sku: NDArray[np.int32], zone: NDArray[np.object_], ageing: Floats) -> Floats:
    """``f_t * a ** (t - 1)`` of every choice, shape ``(n, T)``; even where all of it is 0."""
    factors, n_periods = network.period_factors, network.periods
    first, row = deciding_rows(network, factors, sku, zone)
    owner = np.repeat(np.arange(len(sku)), np.diff(first))
    inside = factors.period[row] <= n_periods
    weight = np.ones((len(sku), n_periods))
    weight[owner[inside], factors.period[row[inside]] - 1] = factors.factor[row[inside]]
    weight *= ageing[:, None] ** np.arange(n_periods)
    return np.asarray(np.where(weight.sum(axis=1, keepdims=True) > 0.0, weight, 1.0))


def _may_begin(network: Network, first_row: Ints, rows: Ints, rule: Ints, exit_period: Ints) -> Flags:
    """Periods that may begin with a markdown, shape ``(n, T)``."""
    rules, stock, n_periods = network.clearance_rules, network.stock, network.periods
    period = np.arange(1, n_periods + 1)
    last = exit_period - np.minimum(_of_row(rules.no_touch_before_exit_periods, rule, 0), n_periods)
    may = (period >= _of_row(rules.earliest_period, rule, 1)[:, None]) & (period <= last[:, None])
    rest = np.minimum(_of_row(rules.no_touch_after_arrival_periods, rule, 0), n_periods)
    owner = np.repeat(np.arange(len(rule)), np.diff(first_row))
    arriving = np.flatnonzero((stock.in_transit[rows] > 0) & (rest[owner] > 0))
    owner = owner[arriving]
    arrives = stock.in_transit_arrival_day[rows[arriving]] * n_periods // network.horizon_days + 1
    at, closed = runs(arrives, rest[owner])
    inside = closed <= n_periods
    may[owner[at[inside]], closed[inside] - 1] = False
    return np.asarray(may)


def _points(network: Network, sku: NDArray[np.int32], zone: NDArray[np.object_]) -> tuple[Ints, Floats, Floats]:
    """Points of the multiplier of every choice, by rising share, with (1, 1) behind them where there are any."""
    table = network.price_multipliers
    first, row = deciding_rows(network, table, sku, zone)
    owner = np.repeat(np.arange(len(sku)), np.diff(first))
    below = table.price_share[row] < 1.0
    listed = np.flatnonzero(np.diff(first) > 0)
    owner = np.concatenate([owner[below], listed])
    share = np.concatenate([table.price_share[row[below]], np.ones(len(listed))])
    multiplier = np.concatenate([table.multiplier[row[below]], np.ones(len(listed))])
    order = np.lexsort((share, owner))
    begins = np.append(0, np.cumsum(np.bincount(owner, minlength=len(sku))))
    return begins.astype(np.int64), share[order], multiplier[order]


def _groups(
    network: Network, sku: NDArray[np.int32], zone: NDArray[np.object_]
) -> tuple[Ints, NDArray[np.int8], Floats, NDArray[np.object_]]:
    """Group of every choice in its zone, and what the groups are."""
    table = network.clearance_groups
    of_product = np.full(len(network.products), -1, dtype=np.int64)
    of_product[table.sku[::-1]] = np.unique(table.group_id.astype(str), return_inverse=True)[1].reshape(-1)[::-1]
    first = np.unique(table.group_id.astype(str), return_index=True)[1]
    zones, code = np.unique(zone.astype(str), return_inverse=True)
    member = of_product[sku] >= 0
    key, number = np.unique((of_product[sku] * len(zones) + code.reshape(-1))[member], return_inverse=True)
    group = np.full(len(sku), -1, dtype=np.int64)
    group[member] = number.reshape(-1)
    row = first[key // max(len(zones), 1)]
    return group, table.kind[row], table.cross_elasticity[row], table.group_id[row]


def _budgets(
    network: Network, sku: NDArray[np.int32], zone: NDArray[np.object_]
) -> tuple[Ints, Ints, Ints, NDArray[np.object_]]:
    """Budgets that each choice counts in, each once."""
    table = network.markdown_budgets
    names, first, code = np.unique(table.budget_id.astype(str), return_index=True, return_inverse=True)
    owner, row = matching_rows(network, table, sku, zone)
    pairs = np.unique(owner * max(len(names), 1) + code.reshape(-1)[row])
    owner, budget = pairs // max(len(names), 1), pairs % max(len(names), 1)
    begins = np.append(0, np.cumsum(np.bincount(owner, minlength=len(sku))))
    amount = money(table.amount[first], network.money_decimals)
    return begins.astype(np.int64), budget, amount, table.budget_id[first]
