"""What any award costs at least that takes a bid: from the duals of one linear program, for all bids at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.events import Event, Measure, RuleKind, Sense
from optimizer.backends import RELAXATIONS, Search
from optimizer.bidding.limits import NO_SHARE, AwardLimits
from optimizer.bidding.offers import Offers
from optimizer.program import Program
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.model import AwardModel, award_model, award_program

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LeastObjectives:
    """Bounds by bid; bids of one package share them; shape ``(n_bids,)`` each."""

    objective: Floats
    """Of all awards that take the bid, money: none costs less; -inf: not known."""
    factor: Floats
    """Of the bid's prices: above it no award with the bid is as good as the best; 1: not known."""
    by_spend: Flags
    """Limits on spend count the bid: its price changes which awards are valid."""
    either_way: Flags
    """Some of them may hold at a higher price and not at a lower one: they ask for spend, or for shares of it."""


def least_objectives(event: Event, offers: Offers, best: int, seconds: float) -> LeastObjectives:
    """Bound what awards cost that take each bid.

    Parameters
    ----------
    event : Event
    offers : Offers
    best : int
        Objective of the best award that is known, money.
    seconds : float
        Most time for the linear program; without its duals nothing is known.

    Returns
    -------
    LeastObjectives
    """
    n = len(event.bids)
    built = award_model(event, offers)
    program = award_program(built)
    duals = RELAXATIONS["highs"](program, Search(seconds=seconds)).row_duals
    limits = built.limits
    spend = limits.measure == Measure.SPEND
    by_spend = _counted(limits, spend, n)
    either_way = _counted(limits, spend & ((limits.sense != Sense.AT_MOST) | (limits.share != NO_SHARE)), n)
    if duals is None or not len(built.flows):
        return LeastObjectives(np.full(n, -np.inf), np.ones(n), by_spend, either_way)
    objective, factor = _by_bid(built, _objectives(built, program, duals), best)
    return LeastObjectives(objective, np.where(by_spend, 1.0, factor), by_spend, either_way)


def _objectives(built: AwardModel, program: Program, duals: Floats) -> tuple[Floats, Floats]:
    """Least objective of awards that buy the fewest and the most units of each flow, money; shape ``(n_flows,)``."""
    reduced, total, most = _relaxed(program, duals)
    flows, group = built.flows, _group(built.flows)
    pairs = np.unique(_columns_of(built, program, group), axis=1)
    rest = total - np.bincount(pairs[0], most[pairs[1]], group.max() + 1)
    rest += _indicators(built, reduced, group)
    packaged = flows.package >= 0
    apart = built.switch_column >= len(flows)  # a single unit is its own switch
    switch = np.where(apart, reduced[built.switch_column], 0.0)
    per_unit = reduced[: len(flows)] + _helpers(built, reduced)
    found = []
    for units in (flows.from_units, flows.to_units):
        own = per_unit * units
        whole = np.bincount(group, own, group.max() + 1)[group]
        found.append(-(rest[group] + np.where(packaged, whole, own) + switch))
    scale = 10.0**built.event.money_decimals
    noise = 1e-9 * np.abs(found[0]) + 1e-6
    return (found[0] - noise) * scale, (found[1] - noise) * scale


def _relaxed(program: Program, duals: Floats) -> tuple[Floats, float, Floats]:
    """Reduced costs, the bound that duals prove for the maximum, and what each column adds to it at most."""
    duals = np.where((duals > 0) & np.isinf(program.row_high), 0.0, duals)
    duals = np.where((duals < 0) & np.isinf(program.row_low), 0.0, duals)
    side = np.where(duals > 0, program.row_high, program.row_low)
    rows = float(np.where(duals == 0, 0.0, duals * np.where(duals == 0, 0.0, side)).sum())
    entries = program.coefficient * duals[program.row]
    reduced = program.objective - np.bincount(program.column, entries, program.n_columns)
    end = np.where(reduced > 0, program.high, program.low)
    most = reduced * np.where(reduced == 0, 0.0, end)
    return reduced, program.offset + rows + float(most.sum()), most


def _group(flows: AwardFlows) -> Ints:
    """Give numbers to what is decided together: the flows of a bid, or of a package."""
    apart = int(flows.bid.max()) + 1
    key = np.where(flows.package >= 0, apart + flows.package, flows.bid)
    return np.unique(key, return_inverse=True)[1].reshape(-1)


def _columns_of(built: AwardModel, program: Program, group: Ints) -> Ints:
    """Pairs of a group and one of its columns: flows, switches, and helpers of flows in packs."""
    on = np.flatnonzero(built.switch_column >= 0)
    packed = np.flatnonzero(built.model.flows.multiple > 1)
    helper = built.model.n_columns + np.arange(len(packed))
    owner = np.concatenate([group, group[on], group[packed]])
    return np.stack([owner, np.concatenate([np.arange(len(group)), built.switch_column[on], helper])])


def _helpers(built: AwardModel, reduced: Floats) -> Floats:
    """Reduced cost per unit of the helper column of each flow in packs."""
    multiple = built.model.flows.multiple
    packed = np.flatnonzero(multiple > 1)
    per_unit = np.zeros(len(multiple))
    per_unit[packed] = reduced[built.model.n_columns + np.arange(len(packed))] / multiple[packed]
    return per_unit


def _indicators(built: AwardModel, reduced: Floats, group: Ints) -> Floats:
    """Add up what it costs that the sets win that a group's bids are in, above what is counted already; at most 0."""
    sets, own = built.sets, built.indicators.own
    owner = np.repeat(np.arange(len(sets.key)), np.diff(sets.first))
    begin, end = (np.searchsorted(built.flows.bid, sets.bid, side=side) for side in ("left", "right"))
    at = np.flatnonzero((own[owner] >= 0) & sets.upward[owner] & (begin < end))
    pairs = np.unique(np.stack([owner[at], group[begin[at]]]), axis=1)
    return np.bincount(pairs[1], np.minimum(reduced[own[pairs[0]]], 0.0), group.max() + 1).astype(np.float64)


def _by_bid(built: AwardModel, ends: tuple[Floats, Floats], best: int) -> tuple[Floats, Floats]:
    """Bring bounds of flows to bids."""
    flows, n = built.flows, len(built.event.bids)
    objective, factor = np.full(n, np.inf), np.full(n, -np.inf)
    shares = built.event.rules.kind == RuleKind.ADJUST
    raised = 1 + float(np.abs(np.nan_to_num(built.event.rules.share[shares])).sum())
    for least, units in zip(ends, (flows.from_units, flows.to_units), strict=True):
        spend = (flows.price * units + flows.base) * raised
        # A price is rounded as stated and times the factor: up to half a money unit a unit each, adjustments too.
        off: Floats = units * (1.0 + np.count_nonzero(shares))
        spend, off = _by_package(flows, np.asarray(spend, dtype=np.float64)), _by_package(flows, off)
        cheaper = np.divide(least - best - off, spend, out=np.full(len(spend), np.inf), where=spend > 0)
        wins_below = np.where(least - off <= best, 1.0, 1.0 - cheaper)
        np.minimum.at(objective, flows.bid, least)
        np.maximum.at(factor, flows.bid, wins_below)
    known = np.isfinite(objective)
    return np.where(known, objective, -np.inf), np.where(known, np.clip(factor, 0.0, 1.0), 1.0)


def _by_package(flows: AwardFlows, amount: Floats) -> Floats:
    """Amounts of flows, or of the whole package that they are of."""
    packaged = flows.package >= 0
    package = np.where(packaged, flows.package, 0)
    whole = np.bincount(package, np.where(packaged, amount, 0.0))
    return np.where(packaged, whole[package], amount)


def _counted(limits: AwardLimits, asked: Flags, n_bids: int) -> Flags:
    """Bids that any of some limits count, or take a share of."""
    counted = np.zeros(n_bids, dtype=np.bool_)
    for first, bid in ((limits.first, limits.bid), (limits.first_base, limits.base_bid)):
        counted[bid[np.repeat(asked, np.diff(first))]] = True
    return counted
