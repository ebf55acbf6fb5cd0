"""What the certificate of awards reads of an event, whatever the award: made once, and used for every award of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.events import Event, RiskMeasure
from optimizer.bidding.failures import Failures, failures_of
from optimizer.bidding.limits import AwardLimits, Consistencies, consistencies_of, limits_of
from optimizer.bidding.offers import Offers, PriceList, offers_of, price_list
from optimizer.worth.economics import money

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EventReading:
    """An event in exact integers; money in ``10 ** -money_decimals``."""

    offers: Offers
    prices: PriceList
    limits: AwardLimits
    consistencies: Consistencies
    failures: Failures | None
    """None where the objective does not ask for them."""
    fixed_cost: Ints
    """Shape ``(n_suppliers,)``."""
    must_cover: NDArray[np.bool_]
    """Items without a penalty, shape ``(n_items,)``, like below."""
    uncovered_penalty: Ints
    """Money per unit, 0 where every unit must be bought."""
    shortage_penalty: Ints
    """Money per unit missing when suppliers fail."""


def reading_of(event: Event) -> EventReading:
    """Read an event for `certify_award`.

    Raises
    ------
    ValueError
        Freight of a bid is still to be found on lanes, or an amount does not fit 64 bits.
    """
    items, decimals = event.items, event.money_decimals
    offers = offers_of(event)
    must_cover = np.isnan(items.uncovered_penalty)
    shortage = np.where(np.isnan(items.shortage_penalty), items.uncovered_penalty, items.shortage_penalty)
    return EventReading(
        offers=offers,
        prices=price_list(event),
        limits=limits_of(event, offers),
        consistencies=consistencies_of(event, offers),
        failures=None if event.risk.measure == RiskMeasure.NONE else failures_of(event),
        fixed_cost=money(event.suppliers.fixed_cost, decimals),
        must_cover=must_cover,
        uncovered_penalty=money(np.where(must_cover, 0.0, items.uncovered_penalty), decimals),
        shortage_penalty=money(np.nan_to_num(shortage), decimals),
    )
