"""Failing suppliers in an award model: what is missing in which scenario, and what the worst scenarios cost.

Of an item it only matters which of its bidders fail: scenarios with the same ones share a column for what is missing.
Money is floored in further decimals, so that a model never costs more than the award that it stands for; the
certificate has the exact sum (docs/sourcing.md, "Risk").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event, RiskMeasure
from network.joins import runs
from optimizer.bidding.failures import failures_of
from optimizer.bidding.limits import MANDATORY, MILLIONTHS, AwardLimits, Consistencies, millionths
from optimizer.bidding.offers import Offers, Usable
from optimizer.model import UNLIMITED
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.award_rows import AwardRows, RowKind
from optimizer.sourcing.rule_rows import Parts
from optimizer.worth.economics import money

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_WORD: Final = 62
"""Bidders of an item whose failures fit one number."""

_MOST_DIGITS: Final = 6
"""Probabilities are millionths: with six more decimals an expectation is exact."""

_LARGEST: Final = 2**60
"""Above every objective of a model."""


@dataclass(frozen=True, slots=True)
class RiskTerms:
    """What failures make of the objective; money of the model has `digits` more decimals than the event's."""

    digits: int
    level: int
    """How much of CVaR is looked at: millionths of the worst scenarios; 0: only the worst."""
    weight: int
    """Millionths of CVaR in the objective, 0: expectation only."""
    probability: Ints
    """Millionths, shape ``(n_scenarios,)``; each above 0."""
    fails: Flags
    """Shape ``(n_scenarios, n_suppliers)``."""
    shortage: Ints
    """Shortage of each item in each scenario, -1: nothing can be missing; shape ``(n_scenarios, n_items)``."""
    shortage_item: Ints
    """Shape ``(n_shortages,)``, like below."""
    shortage_scenario: Ints
    """One of the scenarios in which those bidders of the item fail."""
    shortage_probability: Ints
    """Millionths, of all of them."""
    penalty: Ints
    """Money per missing unit."""

    @property
    def scale(self) -> int:
        """Money of the model for one money unit of the event."""
        return int(10**self.digits)

    @property
    def arrives(self) -> Ints:
        """Probability that each supplier does not fail, millionths; shape ``(n_suppliers,)``."""
        return np.asarray(MILLIONTHS - self.probability @ self.fails)

    def floored(self, amount: Ints, share: Ints | int) -> Ints:
        """Money of the model for so many millionths of amounts that are paid or lost, rounded down.

        Parameters
        ----------
        amount : ndarray of int64, shape (n,)
            Money of the event.
        share : ndarray of int64, shape (n,)
            Probability, millionths: the share of it that counts with the expectation.
        """
        # Python integers: products do not fit 64 bits.
        whole = amount.astype(object) * share * (MILLIONTHS - self.weight) * self.scale
        return np.asarray(whole // MILLIONTHS**2, dtype=np.int64)


def risk_terms(event: Event, offers: Offers) -> RiskTerms | None:
    """Read what failures do to the objective of an event; None when no risk is measured."""
    if event.risk.measure == RiskMeasure.NONE:
        return None
    used = np.flatnonzero(offers.usable == Usable.YES)
    probability, fails = _scenarios(event, np.unique(event.bids.supplier[used]))
    shortage, item, scenario = _shortages(event, used, fails)
    at = shortage >= 0
    sums = np.zeros(len(item), dtype=np.int64)
    np.add.at(sums, shortage[at], np.broadcast_to(probability[:, None], shortage.shape)[at])
    level, weight = millionths(np.array([event.risk.cvar_level, event.risk.cvar_weight])).tolist()
    stated = event.items.shortage_penalty
    penalty = money(
        np.nan_to_num(np.where(np.isnan(stated), event.items.uncovered_penalty, stated)), event.money_decimals
    )
    return RiskTerms(
        digits=_digits(event, offers, penalty),
        level=MILLIONTHS - level,
        weight=weight if event.risk.measure == RiskMeasure.CVAR else 0,
        probability=probability,
        fails=fails,
        shortage=shortage,
        shortage_item=item,
        shortage_scenario=scenario,
        shortage_probability=sums,
        penalty=penalty[item],
    )


def _scenarios(event: Event, bidding: Ints) -> tuple[Ints, Flags]:
    """Put scenarios together in which the same bidders fail, and leave out those that never come true."""
    failures = failures_of(event)
    relevant = np.zeros_like(failures.fails)
    relevant[:, bidding] = failures.fails[:, bidding]
    fails, code = np.unique(relevant, axis=0, return_inverse=True)
    probability = np.zeros(len(fails), dtype=np.int64)
    np.add.at(probability, code.reshape(-1), failures.probability)
    return probability[probability > 0], fails[probability > 0]


def _shortages(event: Event, used: Ints, fails: Flags) -> tuple[Ints, Ints, Ints]:
    """Tell apart what can be missing by item and failing bidders: table of scenarios and items, item, a scenario."""
    n_items = len(event.items)
    item, supplier = np.unique(np.stack([event.bids.item[used], event.bids.supplier[used]]), axis=1).astype(np.int64)
    rank = np.arange(len(item)) - np.searchsorted(item, item)
    # Which bidders of an item fail, as the bits of a few numbers.
    keys = [np.broadcast_to(np.arange(n_items), (len(fails), n_items)).reshape(-1)]
    for word in range(int(rank.max(initial=0)) // _WORD + 1):
        bits = np.zeros((fails.shape[1], n_items), dtype=np.int64)
        here = rank // _WORD == word
        bits[supplier[here], item[here]] = np.left_shift(1, rank[here] % _WORD)
        keys.append((fails.astype(np.int64) @ bits).reshape(-1))
    table = np.stack(keys)
    covered = np.isnan(event.items.uncovered_penalty)[table[0]] & np.all(table[1:] == 0, axis=0)
    possible = np.flatnonzero((event.items.units[table[0]] > 0) & ~covered)
    _, first, code = np.unique(table[:, possible], axis=1, return_index=True, return_inverse=True)
    shortage = np.full(table.shape[1], -1, dtype=np.int64)
    shortage[possible] = code.reshape(-1)
    return shortage.reshape(len(fails), n_items), table[0, possible[first]], possible[first] // n_items


def _digits(event: Event, offers: Offers, penalty: Ints) -> int:
    """Decimals that the model's money can have beyond the event's."""
    owner = offers.segment_bid
    paid = np.abs(offers.price + offers.freight[owner]) + np.abs(offers.adjustment)
    largest = float(paid @ offers.to_units.astype(np.float64)) + float(penalty @ event.items.units.astype(np.float64))
    largest += float(np.abs(offers.base).sum() + np.abs(offers.adjustment_base).sum())
    largest += float(np.nansum(event.suppliers.fixed_cost)) * 10**event.money_decimals
    return int(np.clip(np.floor(np.log10(_LARGEST / max(largest, 1.0))), 0, _MOST_DIGITS))


def with_risk(
    offers: Offers, risk: RiskTerms, flows: AwardFlows, limits: AwardLimits, consistencies: Consistencies
) -> tuple[AwardFlows, AwardLimits, Consistencies]:
    """Price flows by the probability that their suppliers deliver, in money of the model; adjustments count whole."""
    arrives, scale = risk.arrives[flows.supplier], risk.scale
    paid = flows.price + offers.freight[flows.bid]
    unit = risk.floored(paid, arrives) + (flows.unit_objective - paid) * scale
    fixed = risk.floored(flows.base, arrives) + (flows.fixed_objective - flows.base) * scale
    scaled = [np.where(each.price == MANDATORY, MANDATORY, each.price * scale) for each in (limits, consistencies)]
    return (
        replace(flows, unit_objective=unit, fixed_objective=fixed),
        replace(limits, price=scaled[0]),
        replace(consistencies, price=scaled[1]),
    )


def add_risk(rows: AwardRows, parts: Parts, offers: Offers, risk: RiskTerms) -> None:
    """Add what is missing and what the worst scenarios cost to a model whose flows are priced by `with_risk`."""
    flows, item = parts.flows, risk.shortage_item
    need = parts.event.items.units[item]
    missing = rows.add_switches(risk.floored(risk.penalty, risk.shortage_probability), most=need, continuous=True)
    order = np.argsort(flows.item, kind="stable")
    begin, end = (np.searchsorted(flows.item[order], item, side=side) for side in ("left", "right"))
    owner, at = runs(begin, end - begin)
    flow = order[at]
    arrives = np.flatnonzero(~risk.fails[risk.shortage_scenario[owner], flows.supplier[flow]])
    number = np.arange(len(need))
    entries = (owner[arrives], flow[arrives], 1), (number, missing, 1)
    rows.add_limits(RowKind.RISK, number, need, UNLIMITED, *entries)
    if risk.weight:
        _add_worst(rows, parts, offers, risk, missing)


def _add_worst(rows: AwardRows, parts: Parts, offers: Offers, risk: RiskTerms, missing: Ints) -> None:
    """Add the value at risk and by how much each scenario costs more, in whole currency units: both continuous."""
    flows, unit, n = parts.flows, 10**parts.event.money_decimals, len(risk.probability)
    paid = flows.price + offers.freight[flows.bid]
    most = _most_cost(parts, paid, risk) // unit + 1
    cost = np.array([risk.weight * unit * risk.scale // MILLIONTHS])
    at_risk = rows.add_switches(cost, most=most, continuous=True)
    scenario, flow = np.nonzero(~risk.fails[:, flows.supplier])
    based = np.flatnonzero(flows.base[flow] != 0)
    short, item = np.nonzero(risk.shortage >= 0)
    shortage = risk.shortage[short, item]
    number = np.arange(n)
    entries = [
        (scenario, flow, paid[flow]),
        (scenario[based], parts.switch_column[flow[based]], flows.base[flow[based]]),
        (short, missing[shortage], risk.penalty[shortage]),
        (number, np.repeat(at_risk, n), -unit),
    ]
    if risk.level:
        share = risk.probability.astype(object) * risk.weight * unit * risk.scale
        excess = rows.add_switches((share // (MILLIONTHS * risk.level)).astype(np.int64), most=most, continuous=True)
        entries.append((number, excess, -unit))
    rows.add_limits(RowKind.RISK, number, -UNLIMITED, 0, *entries)


def _most_cost(parts: Parts, paid: Ints, risk: RiskTerms) -> int:
    """Money that purchases and shortages of no scenario exceed."""
    flows, items = parts.flows, parts.event.items
    penalty = np.zeros(len(items), dtype=np.int64)
    penalty[risk.shortage_item] = risk.penalty
    # Python integers: sums of large events do not fit 64 bits.
    bought = (paid.astype(object) * flows.to_units + flows.base).sum()
    return int(bought + (penalty.astype(object) * items.units).sum())
