"""The lines of a plan and of the former plan, looked up by what makes a line: lane, SKU, arrival and expiry day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.reasons.standing import Moved
from optimizer.request import FormerPlan, Request
from optimizer.worth.change_price import ChangePrices, change_prices

Ints = NDArray[np.int64]

_DAYS: Final = 1 << 15
"""Days of arrival and expiry beyond are taken together, so that a line is one 64-bit number."""


@dataclass(frozen=True, slots=True)
class LineBook:
    """Lines that are in the plan or in the former one, shape ``(n_lines,)`` each."""

    key: Ints
    """Lane, SKU, day of arrival and of expiry as one number, ascending."""
    units: Ints
    former_units: Ints
    frozen: NDArray[np.bool_]
    departs_day: Ints
    prices: ChangePrices
    of_plan: Ints
    """Row here of every line of the plan, shape ``(n_plan_lines,)``."""
    n_products: int

    def find(self, lane: Ints, sku: Ints, arrives_day: Ints, expiry_day: Ints) -> Ints:
        """Rows of lines, -1 where there is none; all of one shape."""
        wanted = _key(self.n_products, lane, sku, arrives_day, expiry_day)
        row = np.searchsorted(self.key, wanted)
        return np.where(np.append(self.key, -1)[row] == wanted, row, -1)

    def price(self, lane: Ints, departs_day: Ints) -> Ints:
        """Money per unit by which a line that leaves on a day differs from the former plan."""
        return self.prices.on(lane, departs_day)


def _key(n_products: int, lane: Ints, sku: Ints, arrives_day: Ints, expiry_day: Ints) -> Ints:
    days = np.clip(arrives_day, 0, _DAYS - 1) * _DAYS + np.minimum(expiry_day, _DAYS - 1)
    return np.asarray((lane * n_products + sku) * _DAYS**2 + days)


def line_book(network: Network, request: Request, lines: Moved, former: Moved) -> LineBook:
    """Put the lines of a plan and of the request's former plan side by side.

    Parameters
    ----------
    network : Network
    request : Request
    lines, former : Moved
        Lines of the plan, and of the former plan where its lines have a price or are frozen (else none).

    Returns
    -------
    LineBook
    """
    both = [
        _key(len(network.products), each.lane, each.sku, each.arrives_day, each.expiry_day) for each in (lines, former)
    ]
    key, row = np.unique(np.concatenate(both), return_inverse=True)
    n = len(key)
    units, former_units = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    departs_day, frozen = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    here, there = row[: len(lines)], row[len(lines) :]
    np.add.at(units, here, lines.units)
    np.add.at(former_units, there, former.units)
    departs_day[here], departs_day[there] = lines.departs_day, former.departs_day
    before = 0 if request.former_plan is None else request.former_plan.frozen_before_day
    frozen[there] = (former.departs_day < before) | (before >= NO_LIMIT)
    return LineBook(
        key=key,
        units=units,
        former_units=former_units,
        frozen=frozen,
        departs_day=departs_day,
        prices=change_prices(network, request.former_plan),
        of_plan=here,
        n_products=len(network.products),
    )


def matters(former: FormerPlan | None) -> bool:
    """Whether a former plan is more than a hint."""
    return former is not None and bool(former.frozen_before_day or former.change_prices)
