"""The rule that tools for markdowns document: the slowest stock first, as deep as it takes and the budgets allow.

Choices are ranked by weeks of cover, the stock over the expected sales of a period. Each one whose stock lasts beyond
the horizon gets the first rung at which it would not; the last one where none does. Where a budget does not allow it,
the deepest rung that all budgets still do. The price falls once, at the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.clock import Clock, Found
from benchmarks.peers.price_paths import MARGIN
from network import Network
from network.clearance_tables import GroupKind
from network.joins import runs
from optimizer.plan import Markdowns
from optimizer.plan_lines import no_lines
from optimizer.request import Request
from optimizer.worth.choices import Choices, choices_of, may_be_marked_down
from optimizer.worth.demand import demand_of
from optimizer.worth.economics import opening_units
from optimizer.worth.price_paths import demand_shares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_AT_ONCE = 1 << 16
"""Positions valued in one go."""


@dataclass(frozen=True, slots=True)
class _Rungs:
    """Every rung of every choice, kept from the first period on; shape ``(n_rungs,)`` each."""

    sells_out: NDArray[np.bool_]
    """Whether the expected demand is at least the stock."""
    forgone: Floats
    """Margin, currency."""
    allowed: NDArray[np.bool_]
    """Whether one markdown may lead there."""


def plan(network: Network, request: Request, clock: Clock) -> Found:
    """Mark down by the rule."""
    clock.enter("build")
    choices = choices_of(network)
    owner = np.repeat(np.arange(len(choices)), np.diff(choices.first_row))
    units = opening_units(network)[choices.rows] + network.stock.in_transit[choices.rows]
    stock = np.bincount(owner, units, minlength=len(choices)).astype(np.float64)
    demand = np.bincount(owner, network.stock.demand_mean[choices.rows], minlength=len(choices)).astype(np.float64)
    rungs = _rungs(network, choices, units, stock, demand)
    clock.enter("solve")
    cover = stock / np.maximum(demand, 1e-9)
    may = may_be_marked_down(network, request, choices) & choices.may_begin[:, 0] & (cover > 1)
    rung = _chosen(choices, rungs, cover, may, 10.0**-network.money_decimals)
    cut = np.flatnonzero(rung >= 0)
    price = np.repeat(choices.rung_price[rung[cut]][:, None], choices.n_periods, axis=1)
    return Found(replace(no_lines(), markdowns=Markdowns(choices.sku[cut], choices.zone[cut], price)))


def _rungs(network: Network, choices: Choices, units: Ints, stock: Floats, demand: Floats) -> _Rungs:
    """Compute expected sales at every rung of every choice."""
    of_rung = np.repeat(np.arange(len(choices)), np.diff(choices.first_rung))
    price = np.repeat(choices.rung_price[:, None], choices.n_periods, axis=1)
    share = demand_shares(network, choices, of_rung, price)[:, -1]
    sold = np.zeros(len(of_rung))
    # One rung after the other: no more than a number for each position is held at once.
    for place in range(int(np.diff(choices.first_rung).max(initial=0))):
        listed = np.flatnonzero(np.diff(choices.first_rung) > place)
        rung = choices.first_rung[listed] + place
        at, row = runs(choices.first_row[listed], np.diff(choices.first_row)[listed])
        sold[rung] = np.bincount(at, _sold(network, choices.rows[row], units[row], share[rung][at]), len(listed))
    forgone = (choices.list_price[of_rung] - choices.rung_price) * sold
    step = choices.list_money[of_rung] - choices.rung_money
    allowed = (step >= choices.min_step[of_rung]) & (step <= choices.max_step[of_rung])
    return _Rungs(share * demand[of_rung] >= stock[of_rung], forgone, allowed)


def _sold(network: Network, rows: Ints, units: Ints, share: Floats) -> Floats:
    """Compute expected sales over the horizon, shape ``(n,)``."""
    sold = np.empty(len(rows))
    for first in range(0, len(rows), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        sold[part] = demand_of(network, rows[part]).over(share[part]).expected_sold_and_lost(units[part])[0]
    return sold


def _chosen(choices: Choices, rungs: _Rungs, cover: Floats, may: NDArray[np.bool_], cent: float) -> Ints:
    """Go through the decisions by falling cover; return a rung for every choice, -1: none."""
    left = (choices.budget_amount * cent - MARGIN).tolist()
    group, kinds = choices.group.tolist(), choices.group_kind.tolist()
    members: dict[int, list[int]] = {}
    for choice, number in enumerate(group):
        if number >= 0:
            members.setdefault(number, []).append(choice)
    chosen, done = np.full(len(choices), -1, dtype=np.int64), set[int]()
    for choice in np.argsort(-cover, kind="stable").tolist():
        number = group[choice]
        if not may[choice] or number in done:
            continue
        moves = [choice]
        if number >= 0:
            done.add(number)
            moves = moves if kinds[number] == GroupKind.AT_MOST_ONE else members[number]
        if not may[moves].all() and number >= 0 and kinds[number] != GroupKind.AT_MOST_ONE:
            continue
        depth = _depth(choices, rungs, moves, left)
        if depth is None:
            continue
        for each, rung in zip(moves, depth, strict=True):
            chosen[each] = rung
            for budget in choices.budget[choices.first_budget[each] : choices.first_budget[each + 1]].tolist():
                left[budget] -= rungs.forgone[rung]
    return chosen


def _depth(choices: Choices, rungs: _Rungs, moves: list[int], left: list[float]) -> list[int] | None:
    """Return the rung of each that sells out, or the deepest that the budgets allow; None where they allow none."""
    wanted = []
    for choice in moves:
        first, last = int(choices.first_rung[choice]), int(choices.first_rung[choice + 1])
        enough = np.flatnonzero(rungs.sells_out[first:last])
        wanted.append(int(enough[0]) if len(enough) else last - first - 1)
    shortest = min(int(choices.first_rung[choice + 1] - choices.first_rung[choice]) for choice in moves)
    # Those of a group have one depth: the one that the slowest of them needs, where all have it.
    for depth in range(min(max(wanted), shortest - 1), -1, -1):
        rung = [int(choices.first_rung[choice]) + depth for choice in moves]
        if not rungs.allowed[rung].all():
            continue
        spent: dict[int, float] = {}
        for choice, at in zip(moves, rung, strict=True):
            for budget in choices.budget[choices.first_budget[choice] : choices.first_budget[choice + 1]].tolist():
                spent[budget] = spent.get(budget, 0.0) + float(rungs.forgone[at])
        if all(amount <= left[budget] for budget, amount in spent.items()):
            return rung
    return None
