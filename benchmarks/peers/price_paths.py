"""Every price path of every choice with what it is worth, written out: what a direct program of markdowns needs.

Paths are listed once for choices with the same rules; expected sales are computed once for each different share of
demand, as one would who knows that paths begin alike. SKUs that move together are one decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network import Network
from network.clearance_tables import GroupKind
from optimizer.plan import Markdowns, Plan
from optimizer.plan_lines import no_lines
from optimizer.request import Request
from optimizer.worth.choices import Choices, choices_of, may_be_marked_down
from optimizer.worth.demand import demand_of
from optimizer.worth.economics import opening_units
from optimizer.worth.price_paths import demand_shares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MARGIN: Final = 0.01
"""Currency of each budget that is left alone: solvers keep rows up to a tolerance, the certificate to the last unit."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice, or those of a group that move together."""

    members: Ints
    """Rows of the choices."""
    price: Floats
    """Of each member, shape ``(n_members, n_paths, T)``; the first path is the list price."""
    worth: Floats
    """Of all members together over the list price, currency, shape ``(n_paths,)``."""
    forgone: dict[int, Floats]
    """Margin that each path forgoes, by row of the budget."""
    group: int
    """Row of the (group, zone), -1: none."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """All decisions, and what ties them together."""

    choices: Choices
    decisions: list[Decision]
    budget: Floats
    """Currency."""

    def tied(self, kind: GroupKind) -> list[list[int]]:
        """Return the rows of the decisions of every group of a kind."""
        of_group: dict[int, list[int]] = {}
        for row, decision in enumerate(self.decisions):
            if decision.group >= 0 and self.choices.group_kind[decision.group] == kind:
                of_group.setdefault(decision.group, []).append(row)
        return list(of_group.values())


def written_out(network: Network, request: Request) -> Clearance:
    """List all paths of all choices that may be marked down, and compute what they are worth.

    Raises
    ------
    ValueError
        Where a rule is in use that this does not know: stock that arrives later, cannibalisation, exit periods.
    """
    choices = choices_of(network)
    _check(network, choices)
    paths: dict[tuple[Any, ...], Ints] = {}
    may = may_be_marked_down(network, request, choices)
    together = (choices.group >= 0) & (np.append(choices.group_kind, 0)[choices.group] == GroupKind.TOGETHER)
    key = np.where(together, choices.group, len(choices.group_kind) + np.arange(len(choices)))
    order = np.flatnonzero(may)[np.argsort(key[may], kind="stable")]
    parts = np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else []
    decisions = [_decision(network, choices, members, paths) for members in parts]
    return Clearance(choices, decisions, choices.budget_amount / 10.0**network.money_decimals)


def plan_of_paths(clearance: Clearance, path: list[int]) -> Plan:
    """Return the plan that gives every decision a path, by row."""
    chosen = zip(clearance.decisions, path, strict=True)
    cut = [(decision.members, decision.price[:, at]) for decision, at in chosen if at]
    if not cut:
        return no_lines()
    members, prices = (np.concatenate(part) for part in zip(*cut, strict=True))
    choices = clearance.choices
    return replace(no_lines(), markdowns=Markdowns(choices.sku[members], choices.zone[members], prices))


def _check(network: Network, choices: Choices) -> None:
    wrong = {
        "stock that arrives later": np.any((network.stock.in_transit > 0) & (network.stock.in_transit_arrival_day > 0)),
        "cannibalisation": np.any(choices.cross_elasticity > 0),
        "exit periods": np.any(choices.exit_period < network.periods),
    }
    if unknown := [rule for rule, used in wrong.items() if used]:
        raise ValueError(f"paths are not written out for {', '.join(unknown)}")


def _decision(network: Network, choices: Choices, members: Ints, paths: dict[tuple[Any, ...], Ints]) -> Decision:
    rung = _paths_of(choices, members, paths)
    prices, worths, forgone = [], np.zeros(len(rung)), dict[int, Floats]()
    for choice in members.tolist():
        price = np.append(choices.list_price[choice], _rungs(choices, choice))[rung]
        worth, lost = _worth(network, choices, choice, price)
        prices.append(price)
        worths += worth
        for budget in choices.budget[choices.first_budget[choice] : choices.first_budget[choice + 1]].tolist():
            forgone[budget] = forgone.get(budget, 0.0) + lost
    return Decision(members, np.array(prices), worths, forgone, int(choices.group[members[0]]))


def _rungs(choices: Choices, choice: int) -> Floats:
    return choices.rung_price[choices.first_rung[choice] : choices.first_rung[choice + 1]]


def _paths_of(choices: Choices, members: Ints, known: dict[tuple[Any, ...], Ints]) -> Ints:
    """Paths that all members may have, as places among their rungs (0: list price), shape ``(n_paths, T)``."""
    ladders = [choices.rung_number[choices.first_rung[m] : choices.first_rung[m + 1]].tolist() for m in members]
    if any(ladder != ladders[0] for ladder in ladders):
        raise ValueError("SKUs that move together have different rungs")
    may_begin = np.logical_and.reduce(choices.may_begin[members])
    most, between = int(choices.max_markdowns[members].min()), int(choices.min_periods_between[members].max())
    key = (len(ladders[0]), most, between, may_begin.tobytes())
    if key not in known:
        known[key] = _listed(len(ladders[0]), most, between, may_begin)
    rung, keep = known[key], np.ones(len(known[key]), dtype=np.bool_)
    for member in members.tolist():
        ladder = choices.rung_money[choices.first_rung[member] : choices.first_rung[member + 1]]
        step = -np.diff(np.append(choices.list_money[member], ladder)[np.insert(rung, 0, 0, axis=1)], axis=1)
        wrong = (step > 0) & ((step < choices.min_step[member]) | (step > choices.max_step[member]))
        keep &= ~wrong.any(axis=1)
    return rung[keep]


def _listed(n_rungs: int, most: int, between: int, may_begin: NDArray[np.bool_]) -> Ints:
    """List paths period by period; the first one never leaves the list price."""
    path = np.zeros((1, 0), dtype=np.int64)
    last, count, since = np.zeros(1, np.int64), np.zeros(1, np.int64), np.full(1, between)
    for may in may_begin.tolist():
        grown = [(path, last, last, count, since + 1)]
        for rung in range(1, n_rungs + 1) if may else ():
            steps = np.flatnonzero((last < rung) & (count < most) & (since >= between))
            grown.append((path[steps], last[steps], np.full(len(steps), rung), count[steps] + 1, np.ones_like(steps)))
        before, _, last, count, since = (np.concatenate(part) for part in zip(*grown, strict=True))
        path = np.column_stack([before, last])
    return path


def _worth(network: Network, choices: Choices, choice: int, price: Floats) -> tuple[Floats, Floats]:
    """Compute what each path of one choice earns beyond its list price, and the margin it forgoes; ``(n_paths,)``."""
    stock, rows = network.stock, choices.rows[choices.first_row[choice] : choices.first_row[choice + 1]]
    units = opening_units(network)[rows] + stock.in_transit[rows]
    penalty = stock.shortage_penalty[rows]
    kept = network.products.salvage_value[choices.sku[choice]] - stock.holding_cost[rows]
    share = demand_shares(network, choices, np.full(len(price), choice), price)
    shares, at = np.unique(share, return_inverse=True)
    at = at.reshape(share.shape)
    demand = demand_of(network, np.repeat(rows, len(shares))).over(np.tile(shares, len(rows)))
    sold = demand.expected_sold_and_lost(np.repeat(units, len(shares)))[0].reshape(len(rows), len(shares))
    total, weighted = sold.sum(axis=0)[at], ((penalty - kept) @ sold)[at[:, -1]]
    by_period = np.diff(total, axis=1, prepend=0.0)
    missed = (penalty @ stock.demand_mean[rows]) * share[:, -1]
    worth = (price * by_period).sum(axis=1) + weighted - missed - _shortfall(network, choices, choice, total, units)
    forgone = ((choices.list_price[choice] - price) * by_period).sum(axis=1)
    return worth - worth[0], forgone


def _shortfall(network: Network, choices: Choices, choice: int, total: Floats, units: Ints) -> Floats | float:
    """Price of what each path sells less than its target, where that has a price."""
    rules, rule = network.clearance_rules, choices.rule[choice]
    if rule < 0 or np.isnan(rules.sell_through_share[rule]):
        return 0.0
    if np.isnan(rules.sell_through_price[rule]):
        raise ValueError("paths are not written out for hard targets")
    by = min(int(rules.sell_through_by_period[rule]), network.periods)
    short = np.maximum(rules.sell_through_share[rule] * units.sum() - total[:, by - 1], 0.0)
    return np.asarray(rules.sell_through_price[rule] * short)
