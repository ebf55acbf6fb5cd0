"""Recomputes what an award costs and checks every rule from the event and the award alone.

A reading of docs/sourcing.md in exact integers, without a solver or the model. What bids offer and what rules count is
read by `optimizer.bidding`, as by the builder. An award that breaks rules, or is no proper one at all, gets violations
and never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event, RuleKind
from optimizer.award import Award, AwardCertificate
from optimizer.bidding.limits import MANDATORY, breaches, consistency_breaches
from optimizer.certificate import award_checks, award_columns, award_risk
from optimizer.certificate.award_columns import usable_units
from optimizer.certificate.event_reading import EventReading, reading_of
from optimizer.certificate.violations import ViolationLog

__all__ = ["AWARD_RULES", "AwardValue", "certify_award", "reading_of", "value_of"]

Ints = NDArray[np.int64]

AWARD_RULES: Final[tuple[str, ...]] = (*award_columns.RULES, *award_checks.RULES, *award_risk.RULES)
"""Every rule that is checked."""

UNIT_PRICE: Final = "bids.unit_price"
FREIGHT: Final = "bids.freight_per_unit"
FIXED_COST: Final = "suppliers.fixed_cost"
UNCOVERED_PENALTY: Final = "items.uncovered_penalty"
"""Terms of the ledger."""

VIOLATION_PRICE: Final = "rules.violation_price"
AMOUNT: Final = "rules.amount"
RISK: Final = "risk"
"""Adjustments."""


@dataclass(frozen=True, slots=True)
class AwardValue:
    """What an award buys and pays; money in ``10 ** -money_decimals``."""

    units: Ints
    """Shape ``(n_bids,)``, like the next four."""
    tier: Ints
    """Row of the tier that the units are in, in the reading's `PriceList`."""
    spend: Ints
    freight: Ints
    adjustment: Ints
    """What rules of the kind ``adjust`` add to the objective."""
    wins: NDArray[np.bool_]
    """Shape ``(n_suppliers,)``."""
    uncovered: Ints
    """Units, shape ``(n_items,)``."""


def value_of(event: Event, reading: EventReading, units: Ints) -> AwardValue:
    """Work out what units of bids cost, whether they may be bought or not.

    Parameters
    ----------
    event : Event
    reading : EventReading
        Of the event.
    units : ndarray of int64, shape (n_bids,)
        At least 0.
    """
    prices = reading.prices
    tier = prices.tier(np.arange(len(units)), units)
    taken = units > 0
    wins = np.zeros(len(event.suppliers), dtype=np.bool_)
    wins[event.bids.supplier[taken]] = True
    return AwardValue(
        units=units,
        tier=tier,
        spend=np.where(taken, prices.base[tier] + prices.price[tier] * units, 0),
        freight=reading.offers.freight * units,
        adjustment=np.where(taken, prices.adjustment_base[tier] + prices.adjustment[tier] * units, 0),
        wins=wins,
        uncovered=np.maximum(event.items.units - award_checks.bought_units(event, units), 0),
    )


def certify_award(event: Event, award: Award, reading: EventReading | None = None) -> AwardCertificate:
    """Recompute an award's cost and objective, and find every rule it breaks.

    Parameters
    ----------
    event : Event
    award : Award
        Any columns at all.
    reading : EventReading, optional
        What `reading_of` made of the event, where many awards of one event are looked at.

    Returns
    -------
    AwardCertificate
        Amounts are those of the lines that make sense (a known bid, positive units); others count as absent.
    """
    reading = reading_of(event) if reading is None else reading
    log = ViolationLog()
    value = value_of(event, reading, usable_units(event, reading, award, log))
    broken = breaches(event, reading.limits, value.units, value.spend)
    apart = consistency_breaches(event, reading.consistencies, value.units)
    award_checks.check_bids(event, reading, value.units, log)
    award_checks.check_groups(event, reading, value.units, log)
    award_checks.check_capacities(event, value.units, log)
    award_checks.check_covered(event, reading, value.uncovered, log)
    award_checks.check_limits(event, reading, broken, log)
    award_checks.check_consistencies(event, reading, apart, log)
    award_risk.check_survival(event, reading, value.units, log)
    ledger = _ledger(reading, value)
    return AwardCertificate(
        valid=not log.count,
        violations=tuple(log.violations),
        violation_count=log.count,
        spend=ledger[UNIT_PRICE],
        cost=sum(ledger.values()),
        ledger=ledger,
        adjustments=_adjustments(event, reading, value, broken, apart),
        uncovered_units=int(value.uncovered.sum()),
    )


def _ledger(reading: EventReading, value: AwardValue) -> dict[str, int]:
    return {
        UNIT_PRICE: int(value.spend.sum()),
        FREIGHT: int(value.freight.sum()),
        FIXED_COST: int(reading.fixed_cost[value.wins].sum()),
        UNCOVERED_PENALTY: int((value.uncovered * reading.uncovered_penalty).sum()),
    }


def _adjustments(event: Event, reading: EventReading, value: AwardValue, broken: Ints, apart: Ints) -> dict[str, int]:
    """Add up what the objective adds to the cost, of what the event asks for."""
    terms: dict[str, int] = {}
    priced = [(reading.limits.price, broken), (reading.consistencies.price, apart)]
    if any(np.any(price != MANDATORY) for price, _ in priced):
        # Python integers: whole units of violation times money may not fit 64 bits.
        terms[VIOLATION_PRICE] = sum(
            int((price[at].astype(object) * by[at]).sum())
            for price, by in priced
            for at in [np.flatnonzero((price != MANDATORY) & (by > 0))]
        )
    if np.any(event.rules.kind == RuleKind.ADJUST):
        terms[AMOUNT] = int(value.adjustment.sum())
    if reading.failures is not None:
        measured = award_risk.risk_measure(event, reading, value.units, value.spend + value.freight)
        terms[RISK] = measured - sum(_ledger(reading, value).values())
    return terms
