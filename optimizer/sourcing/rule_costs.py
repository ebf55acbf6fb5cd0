"""What every rule of an event costs: the objective less that of the best award without the rule.

Each cost is a search of its own, which starts from the award at hand. Two searches that prove their awards give the
cost exactly; else objective and bound of both say what it is at least and at most.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events import Event, Measure, RuleKind, Rules, Sense
from optimizer.award import Award, AwardResult, award_gap
from optimizer.bidding.limits import MILLIONTHS, NO_SHARE, breaches
from optimizer.bidding.matching import matched_bids
from optimizer.certificate.awards import reading_of, value_of
from optimizer.plan import UNKNOWN_MONEY, Status
from optimizer.search.progress import PROVED_GAP
from optimizer.sourcing.at_hand import AtHand, at_hand, searched

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SURVIVAL: Final = -1
"""As a row of rules: ``risk.survive_share``."""

_PROOF_SHARE: Final = 0.3
"""Of the time, for the bound of the award at hand where it has none."""

_LEAST_SECONDS: Final = 0.2
"""No search is begun with less."""

_SIZE_SECONDS: Final = 1e-4
"""For each bid, of a search: few rules priced rather than many searches that find nothing."""

_NEAR: Final = 1000
"""Millionths of a share, by which a limit is tightened to see whether an award stands at it."""


@dataclass(frozen=True, slots=True)
class RuleCosts:
    """Rules and their costs, the dearest first, shape ``(n,)`` each; money in ``10 ** -money_decimals``."""

    rule: Ints
    """Row of ``event.rules``, or `SURVIVAL`."""
    at_limit: Flags
    """The award stands at the rule, or breaks it at a price."""
    cost_low: Ints
    """Proved: the rule costs at least this much; below 0: it earns that, as a bonus does; `UNKNOWN_MONEY`: unknown."""
    cost_high: Ints
    """Proved: it costs at most this much."""
    message: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.rule)


@dataclass(frozen=True, slots=True)
class _Cost:
    """One row of `RuleCosts`."""

    rule: int
    at_limit: bool
    cost_low: int
    cost_high: int
    message: str


def rule_costs(event: Event, award: Award | AwardResult, *, seconds: float = 60.0) -> RuleCosts:
    """Find what each rule costs.

    Parameters
    ----------
    event : Event
    award : Award or AwardResult
        A valid award, the better the more telling; of a result the bound is believed.
    seconds : float
        Most time to spend. Rules that the award stands at come first, and all share the time.

    Returns
    -------
    RuleCosts
        Every row of ``event.rules``, and ``risk.survive_share`` where it is asked for.

    Raises
    ------
    ValueError
        There is no award, or it breaks rules.
    """
    until = time.monotonic() + seconds
    hand = at_hand(event, award, _PROOF_SHARE * seconds)
    at_limit = _standing(event, hand.award)
    rules = np.arange(len(event.rules)).tolist()
    order = [rule for rule in rules if at_limit[rule]] + [rule for rule in rules if not at_limit[rule]]
    if event.risk.survive_share is not None:
        order, at_limit = [SURVIVAL, *order], np.append(at_limit, True)  # `SURVIVAL` is the last row
    found = []
    for number, rule in enumerate(order):
        left = until - time.monotonic()
        share = max(left / (len(order) - number), _LEAST_SECONDS, _SIZE_SECONDS * len(event.bids))
        found.append(_cost(hand, rule, bool(at_limit[rule]), min(share, left)))
    found.sort(key=lambda cost: (cost.cost_low == UNKNOWN_MONEY, -cost.cost_low))
    return _columns(found)


def without_rule(event: Event, rule: int) -> Event:
    """Leave a rule out."""
    if rule == SURVIVAL:
        return replace(event, risk=replace(event.risk, survive_share=None))
    rules, kept = event.rules, np.arange(len(event.rules)) != rule
    columns = {item.name: getattr(rules, item.name)[kept] for item in fields(Rules) if item.name != "extra"}
    extra = {name: column[kept] for name, column in rules.extra.items()}
    return replace(event, rules=Rules(**columns, extra=extra))


def _standing(event: Event, award: Award) -> Flags:
    """Say which rules an award stands at or breaks: tightened a little, they would be broken; ``(n_rules,)``."""
    reading, rules = reading_of(event), event.rules
    limits, stands = reading.limits, np.zeros(len(rules), dtype=np.bool_)
    value = value_of(event, reading, award.by_bid(len(event.bids)))
    side = np.where(limits.sense == Sense.AT_LEAST, 1, -1)
    whole = np.where(limits.measure == Measure.SPEND, 10**event.money_decimals, 1)
    shared = limits.share != NO_SHARE
    tighter = replace(
        limits,
        amount=np.where(shared, 0, limits.amount + side * whole),
        share=np.where(shared, np.clip(limits.share + side * _NEAR, 0, MILLIONTHS), NO_SHARE),
    )
    broken = (breaches(event, tighter, value.units, value.spend) > 0) | (limits.sense == Sense.EXACTLY)
    stands[limits.rule[broken]] = True
    stands[rules.kind == RuleKind.CONSISTENT] = True
    for rule in np.flatnonzero(rules.kind == RuleKind.ADJUST).tolist():
        stands[rule] = bool(np.any(matched_bids(event, rule)))
    return stands


def _cost(hand: AtHand, rule: int, at_limit: bool, seconds: float) -> _Cost:
    """Search for the best award without a rule."""
    event = hand.event
    if seconds < _LEAST_SECONDS:
        return _Cost(rule, at_limit, UNKNOWN_MONEY, UNKNOWN_MONEY, "not computed: the time was over")
    found = searched(without_rule(event, rule), [hand.award], seconds)
    if found.certificate is None or found.objective is None:
        words = "not computed: no award without it was found in the time"
        return _Cost(rule, at_limit, UNKNOWN_MONEY, UNKNOWN_MONEY, words)
    proved = hand.bound
    if proved is not None and award_gap(hand.objective, proved, event.money_decimals) <= PROVED_GAP:
        proved = hand.objective
    without = found.objective if found.status is Status.OPTIMAL else found.bound
    low = UNKNOWN_MONEY if proved is None else proved - found.objective
    high = UNKNOWN_MONEY if without is None else hand.objective - without
    if rule == SURVIVAL or event.rules.kind[rule] != RuleKind.ADJUST:
        low = max(low, 0)  # leaving out what forbids never costs more
    return _Cost(rule, at_limit, low, high, _words(event, low, high))


def _words(event: Event, low: int, high: int) -> str:
    scale, currency = 10.0**event.money_decimals, event.currency
    if UNKNOWN_MONEY not in (low, high) and high - low <= scale // 100:
        verb, amount = ("costs", low) if low >= 0 else ("earns", -low)
        return f"{verb} {amount / scale:,.2f} {currency}"
    least, most = ("not known" if each == UNKNOWN_MONEY else f"{each / scale:,.2f}" for each in (low, high))
    return f"costs at least {least}, at most {most} {currency}"


def _columns(costs: list[_Cost]) -> RuleCosts:
    kinds = {"int": np.int64, "bool": np.bool_, "str": np.object_}
    columns: dict[str, NDArray[Any]] = {}
    for item in fields(_Cost):
        columns[item.name] = np.array([getattr(cost, item.name) for cost in costs], dtype=kinds[str(item.type)])
        columns[item.name].setflags(write=False)
    return RuleCosts(**columns)


def rule_costs_table(event: Event, costs: RuleCosts) -> pd.DataFrame:
    """Name rules by their ids; money in the currency, what is not known is empty."""
    scale = 10.0**event.money_decimals

    def amount(column: Ints) -> NDArray[np.float64]:
        return np.where(column == UNKNOWN_MONEY, np.nan, column / scale)

    names = np.append(event.rules.rule_id, "risk.survive_share").astype(np.object_)
    return pd.DataFrame(
        {
            "rule_id": names[costs.rule],
            "at_limit": costs.at_limit,
            "cost_low": amount(costs.cost_low),
            "cost_high": amount(costs.cost_high),
            "message": costs.message,
        }
    )
