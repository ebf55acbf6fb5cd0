"""Prices of limits: what a unit of a node's capacity, or one more lane, is worth, learnt from flows that break them.

Relax ``low <= sum(coefficient * column) <= high`` with a price per unit, above 0 for `high`, below 0 for `low`. Each
column is charged its coefficients times the prices, and the bound itself is worth price times `high` (or `low`). The
value of the rest at these charges bounds every plan, whatever the prices, and exactly so, as they are whole money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import UNLIMITED, Model
from optimizer.search.limits import activity, flow_bounds, free_switches

Int64 = NDArray[np.int64]
Floats = NDArray[np.float64]


class Pace(NamedTuple):
    """How far prices move at a time."""

    largest: float
    """Of any step."""
    faster: float
    """Change of a limit's step while its price keeps moving one way."""
    slower: float
    """And when it turns round."""


HASTY: Final = Pace(8.0, 1.5, 0.5)
"""For plans: soon a flow that breaks little, at any prices."""

PATIENT: Final = Pace(0.3, 1.2, 0.7)
"""For bounds: prices near the best. With longer steps those of thousands of limits swing around them."""

_FIRST_STEP = 0.5
_LARGEST_PRICE = float(2**40)
"""Money per unit; far above any worth, and its products with coefficients far within int64."""


@dataclass(frozen=True, slots=True)
class Charges:
    """What limits at their prices charge, in money units."""

    flow: Int64
    """Per unit, shape ``(n_flows,)``."""
    increment: Int64
    """Per unit, shape ``(n_increments,)``."""
    switch_cost: Int64
    """Fixed cost with the charge, per count, shape ``(n_switches,)``."""
    earned: int
    """Worth of the limits' bounds, and of the switches that earn something in full."""

    @property
    def arcs(self) -> Int64:
        """Flows, then increments: as `flow_network.best_flow` takes prices."""
        return np.concatenate([self.flow, self.increment])


def charges(model: Model, limit_price: Int64) -> Charges | None:
    """Charge limits at given prices.

    Parameters
    ----------
    model : Model
    limit_price : ndarray of int64, shape (n_limits,)
        Money per unit of the limit's sum; where the side that it prices has no bound it counts as 0.

    Returns
    -------
    Charges or None
        None when a switch without a largest count would earn without end.
    """
    limits, terms = model.limits, model.terms
    bound = np.where(limit_price > 0, limits.high, limits.low)
    price = np.where(np.abs(bound) < UNLIMITED, limit_price, 0)
    charge = np.zeros(model.n_columns, dtype=np.int64)
    np.add.at(charge, terms.column, price[terms.limit] * terms.coefficient)
    n_flows, first_switch = len(model.flows), model.n_columns - len(model.switches)
    cost = model.switches.fixed_cost + charge[first_switch:]
    earns = cost < 0
    if np.any(earns & (model.switches.most >= UNLIMITED)):
        return None
    priced = np.flatnonzero(price)
    return Charges(
        flow=charge[:n_flows],
        increment=charge[n_flows:first_switch],
        switch_cost=cost,
        earned=_product(price[priced], bound[priced]) - _product(cost[earns], model.switches.most[earns]),
    )


def _product(left: Int64, right: Int64) -> int:
    """Exact, where the sum is beyond int64."""
    return int(left.astype(object) @ right.astype(object))


class LimitPrices:
    """Prices of all limits, moved towards those that the last flow broke.

    Each limit has a step of its own, since a unit of one and of the next can be worth very different amounts: longer
    while its price keeps moving one way, shorter when it turns round (Riedmiller and Braun 1993).
    """

    def __init__(self, model: Model, pace: Pace = HASTY, price: Floats | None = None) -> None:
        self._model, self._pace = model, pace
        limits, terms = model.limits, model.terms
        self.learns = (~flow_bounds(model).rows) & (np.bincount(terms.limit, minlength=len(limits)) > 0)
        self.price: Floats = np.zeros(len(limits)) if price is None else np.where(self.learns, price, 0.0)
        self._free = free_switches(model)
        self._unit, self._scale = _units_and_scales(model, self._free)
        self.broken = 0.0
        """Limits that the last flow broke, those broken by little counted in part."""
        self._step = np.full(len(limits), min(_FIRST_STEP, pace.largest))
        self._towards = np.zeros(len(limits))

    @property
    def any(self) -> bool:
        """Whether there is anything to learn."""
        return bool(np.any(self.learns))

    def charges(self) -> Charges:
        """Charge the limits at the present prices."""
        found = charges(self._model, np.rint(self.price).astype(np.int64))
        if found is None:
            raise ValueError("limits: a switch that earns something has no largest count")
        return found

    def learn(self, flow_units: Int64, switch_count: Floats, unit_gain: float, factor: float = 1.0) -> None:
        """Move every price by how far the limit was broken, or has room.

        Parameters
        ----------
        flow_units : ndarray of int64, shape (n_flows,)
        switch_count : ndarray of float64, shape (n_switches,)
            Fractions allowed.
        unit_gain : float
            Money that a typical unit earns: the scale of prices per unit.
        factor : float
            Of every step.
        """
        limits = self._model.limits
        load = activity(self._model, flow_units, switch_count)
        above = (load - limits.high) / self._unit
        below = (load - limits.low) / self._unit
        # A price between the two sides is 0: it rises where the sum is above high, falls where it is below low.
        wanted = np.where(self.price > 0, above, np.where(self.price < 0, below, np.maximum(above, 0.0)))
        wanted = np.where((self.price == 0) & (below < 0), below, wanted)
        wanted = np.where(self.learns, np.clip(wanted, -1.0, 1.0), 0.0)
        self.broken = float(np.clip(above[self.learns], 0.0, 1.0).sum())
        turned, kept_on = wanted * self._towards < 0, wanted * self._towards > 0
        change = np.where(turned, self._pace.slower, np.where(kept_on, self._pace.faster, 1.0))
        self._step = np.clip(self._step * change, 1e-4, self._pace.largest)
        self._towards = wanted
        scale = np.where(self._scale > 0, self._scale, unit_gain / self._largest_flow_coefficient())
        moved = np.clip(self.price + factor * self._step * scale * wanted, -_LARGEST_PRICE, _LARGEST_PRICE)
        crossed = moved * self.price < 0
        self.price = np.where(crossed, 0.0, moved)

    def counts_at(self, found: Charges, used: Floats) -> Floats:
        """Count switches at given charges: in full where they only earn, as `used` elsewhere; ``(n_switches,)``."""
        earns = found.switch_cost < 0
        return np.where(self._free, np.where(earns, self._model.switches.most, 0), used).astype(np.float64)

    def _largest_flow_coefficient(self) -> Floats:
        terms = self._model.terms
        largest = np.ones(len(self._model.limits))
        np.maximum.at(largest, terms.limit, np.abs(terms.coefficient).astype(np.float64))
        return largest


def _units_and_scales(model: Model, free: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """By how much a limit must be broken to count as broken in full, and a first guess of its price (0: none)."""
    limits, terms = model.limits, model.terms
    first_switch = model.n_columns - len(model.switches)
    size = np.minimum(np.abs(limits.high.astype(np.float64)), np.abs(limits.low.astype(np.float64)))
    unit, scale = np.clip(size, 1.0, 2.0**40), np.zeros(len(limits))
    cost = np.abs(model.switches.fixed_cost.astype(np.float64))
    paid = cost[~free & (cost > 0)]
    usual = float(paid.mean()) if len(paid) else 0.0
    at = np.flatnonzero(terms.column >= first_switch)
    limit, switch = terms.limit[at], terms.column[at] - first_switch
    coefficient = np.maximum(np.abs(terms.coefficient[at]), 1).astype(np.float64)
    np.maximum.at(scale, limit, np.where(free[switch], cost[switch], np.maximum(cost[switch], usual)) / coefficient)
    # Where a switch needs units to turn on, its coefficient is what it needs.
    earning = free[switch]
    unit[limit[earning]] = 1.0
    np.maximum.at(unit, limit[earning], coefficient[earning])
    return unit, scale
