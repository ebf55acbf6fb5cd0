"""What a unit is worth and costs, in exact integers, shared by the builder and the certificate.

Money is an integer number of ``10 ** -money_decimals`` currency units, a weight one of ``10 ** -6`` kg; each number is
rounded once, half to even, as its decimal text would be (`optimizer.worth.rounding`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NOT_GIVEN
from network.tables import AlertKind, Network
from optimizer.worth.demand import demand_of, demand_until_day
from optimizer.worth.outside import is_outside, worth_outside
from optimizer.worth.path_worth import has_own_prices, path_steps
from optimizer.worth.rounding import NOISE, decimal_fraction, floor_of_expected, rounded
from optimizer.worth.unit_steps import steps_of

WEIGHT_DECIMALS: Final = 6
"""Weights are integers of ``10 ** -6`` kg inside."""

NO_WEIGHT_LIMIT: Final = int(np.iinfo(np.int64).max)
"""In an integer weight column: no capacity was given."""

ALL_UNITS: Final = 2**61
"""Above every number of units, also added to another: no cap."""

_LISTED_UNITS: Final = 200
"""So many units of uncertain demand are told apart even where fewer can be there."""

_EXACT_FLOAT: Final = 2.0**52
"""Whole numbers below it, and their sums, are exact in a float."""


def money(values: NDArray[np.float64], money_decimals: int) -> NDArray[np.int64]:
    """Round amounts of currency to integers of ``10 ** -money_decimals``, half to even.

    Parameters
    ----------
    values : ndarray of float64
        Finite amounts in currency units.
    money_decimals : int
        Decimals kept.

    Returns
    -------
    ndarray of int64, same shape

    Raises
    ------
    ValueError
        A value is not finite, or its integer does not fit 64 bits.
    """
    values = np.asarray(values, dtype=np.float64)
    return rounded((values,), lambda value: value, np.abs(values), money_decimals)


def weight_units(values_kg: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round kilograms to integers of ``10 ** -6`` kg; NaN (not given) is 0, infinity is `NO_WEIGHT_LIMIT`."""
    values_kg = np.asarray(values_kg, dtype=np.float64)
    finite = money(np.where(np.isfinite(values_kg), values_kg, 0.0), WEIGHT_DECIMALS)
    return np.where(np.isposinf(values_kg), NO_WEIGHT_LIMIT, finite)


@dataclass(frozen=True, slots=True)
class UnitWorth:
    """What each unit of stock adds to the value of a position, in money units, shape ``(n_positions,)`` each.

    Units 1 to `full_units` (and every unit below 0) add `full_worth`, the next `step_count` ones the worths of the
    position's run in `steps`, which fall, all further ones `left_over_worth`. Where demand is certain, `full_units` is
    floor(D) and there is one step, for the unit that is sold in part, or none.
    """

    full_units: NDArray[np.int64]
    full_worth: NDArray[np.int64]
    """p + b."""
    left_over_worth: NDArray[np.int64]
    """s - h; also what a unit is worth that arrives too late to count."""
    step_start: NDArray[np.int64]
    """Where the position's run starts in `steps`."""
    step_count: NDArray[np.int64]
    steps: NDArray[np.int64]
    """Runs of worths, shared by all that was taken from one `UnitWorth`, shape ``(n_steps,)``."""
    step_sums: NDArray[np.int64]
    """Sums of all `steps` before each one, and of all of them, shape ``(n_steps + 1,)``."""

    def __len__(self) -> int:
        return len(self.full_units)

    def take(self, index: NDArray[Any]) -> UnitWorth:
        """Return the entries at `index`, in that order."""
        return UnitWorth(
            self.full_units[index],
            self.full_worth[index],
            self.left_over_worth[index],
            self.step_start[index],
            self.step_count[index],
            self.steps,
            self.step_sums,
        )

    def spread(
        self, found: NDArray[np.bool_], full_worth: NDArray[np.int64] | int, left_over_worth: NDArray[np.int64] | int
    ) -> UnitWorth:
        """Put the entries where `found` is true, in order; elsewhere there is no demand.

        Parameters
        ----------
        found : ndarray of bool, shape (n,)
            True as often as there are entries.
        full_worth, left_over_worth : ndarray of int64, shape (n,), or int
            Worth of units below and above 0 where there is no entry.

        Returns
        -------
        UnitWorth of length n
        """

        def column(values: NDArray[np.int64], default: NDArray[np.int64] | int) -> NDArray[np.int64]:
            filled = np.full(len(found), default, dtype=np.int64)
            filled[found] = values
            return filled

        return UnitWorth(
            column(self.full_units, 0),
            column(self.full_worth, full_worth),
            column(self.left_over_worth, left_over_worth),
            column(self.step_start, 0),
            column(self.step_count, 0),
            self.steps,
            self.step_sums,
        )

    def worth_of(self, unit: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Worth of the n-th unit of every position, for any n, shape ``(n_positions,)``."""
        step = np.asarray(unit, dtype=np.int64) - self.full_units - 1
        between = (step >= 0) & (step < self.step_count)
        worth = np.where(step < 0, self.full_worth, self.left_over_worth)
        worth[between] = self.steps[(self.step_start + step)[between]]
        return worth

    def units_above(self, threshold: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """How many units, counted from the first, are worth more than a threshold.

        Parameters
        ----------
        threshold : ndarray of int64, shape (n_positions,)
            In money units.

        Returns
        -------
        ndarray of int64, shape (n_positions,)
            `ALL_UNITS` where even a unit left over is.
        """
        return self._units(lambda worth, at: worth > np.asarray(threshold)[at])

    def units_at_least(self, threshold: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """How many units are worth a threshold or more; otherwise as `units_above`."""
        return self._units(lambda worth, at: worth >= np.asarray(threshold)[at])

    def _units(self, passes: Callable[[NDArray[np.int64], NDArray[np.intp]], NDArray[np.bool_]]) -> NDArray[np.int64]:
        """Count the units whose worth passes, which is true up to some unit and false from there on."""
        every = np.arange(len(self))
        low, high = np.zeros(len(self), dtype=np.int64), self.step_count.copy()
        searched = np.flatnonzero(high > 0)
        while len(searched):
            middle = (low[searched] + high[searched]) // 2
            passed = passes(self.steps[self.step_start[searched] + middle], searched)
            low[searched[passed]] = middle[passed] + 1
            high[searched[~passed]] = middle[~passed]
            searched = searched[low[searched] < high[searched]]
        count = np.where(passes(self.full_worth, every), self.full_units + low, 0)
        return np.where(passes(self.left_over_worth, every), ALL_UNITS, count)


def unit_worth(
    network: Network, rows: NDArray[np.integer[Any]], penalty_weight: NDArray[np.float64] | None = None
) -> UnitWorth:
    """Worth of each unit at positions.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Rows of ``network.stock``.
    penalty_weight : ndarray of float64, shape (n,), optional
        Factors of the shortage penalty, for the objective; none for the benefit.

    Returns
    -------
    UnitWorth of length n
        For uncertain demand exact for every unit that can ever be at the position; beyond those, and beyond
        `_LISTED_UNITS`, a unit counts as left over.
    """
    weight = np.ones(len(rows)) if penalty_weight is None else np.asarray(penalty_weight, dtype=np.float64)
    inside = ~is_outside(network, rows)
    if not inside.all():
        outside = worth_outside(network, rows)
        return unit_worth(network, rows[inside], weight[inside]).spread(inside, outside, outside)
    own = has_own_prices(network, rows)
    if not own.any():
        return _list_worth(network, rows, weight)
    priced, listed = np.flatnonzero(own), np.flatnonzero(~own)
    return _joined(
        (priced, _path_worth(network, rows[priced], weight[priced])),
        (listed, _list_worth(network, rows[listed], weight[listed])),
    )


def _path_worth(network: Network, rows: NDArray[np.integer[Any]], weight: NDArray[np.float64]) -> UnitWorth:
    """Worth of each unit at positions whose prices fall, or whose sales end early."""
    most = _most_units(network, rows)
    listed, full, left_over = path_steps(network, rows, weight, most)
    start = np.cumsum(listed.count) - listed.count
    sums = np.append(0, np.cumsum(listed.worth))
    return UnitWorth(listed.full_units, full, left_over, start, listed.count, listed.worth, sums)


def _joined(*parts: tuple[NDArray[np.intp], UnitWorth]) -> UnitWorth:
    """Put together what was read for different positions: (where they are in the whole, their worths) of each part."""
    order = np.argsort(np.concatenate([at for at, _ in parts]))
    worths = [worth for _, worth in parts]
    before = np.cumsum([0] + [len(worth.steps) for worth in worths[:-1]]).tolist()
    steps = np.concatenate([worth.steps for worth in worths])
    return UnitWorth(
        full_units=np.concatenate([worth.full_units for worth in worths])[order],
        full_worth=np.concatenate([worth.full_worth for worth in worths])[order],
        left_over_worth=np.concatenate([worth.left_over_worth for worth in worths])[order],
        step_start=np.concatenate([w.step_start + first for w, first in zip(worths, before, strict=True)])[order],
        step_count=np.concatenate([worth.step_count for worth in worths])[order],
        steps=steps,
        step_sums=np.append(0, np.cumsum(steps)),
    )


def _list_worth(network: Network, rows: NDArray[np.integer[Any]], weight: NDArray[np.float64]) -> UnitWorth:
    """Worth of each unit at positions that sell at list price all along."""
    stock, decimals = network.stock, network.money_decimals
    price = network.products.list_price[stock.sku[rows]]
    salvage = network.products.salvage_value[stock.sku[rows]]
    penalty, holding = stock.shortage_penalty[rows], stock.holding_cost[rows]
    size = np.abs(price) + np.abs(penalty * weight) + np.abs(salvage) + np.abs(holding)
    full = rounded((price, penalty, weight), lambda p, b, w: p + b * w, size, decimals)
    left_over = rounded((salvage, holding), lambda s, h: s - h, size, decimals)
    demand = demand_of(network, rows)
    certain, uncertain = np.flatnonzero(demand.is_certain), np.flatnonzero(~demand.is_certain)
    mean = demand.mean[certain]
    whole = np.floor(mean)
    mixture = rounded(
        (*(column[certain] for column in (price, penalty, weight, salvage, holding)), mean, whole),
        lambda p, b, w, s, h, d, f: (p + b * w) * (d - f) + (s - h) * (1 - (d - f)),
        size[certain] * (1 + np.abs(mean)),
        decimals,
    )
    one_step = mixture > left_over[certain]
    most = _most_units(network, rows[uncertain]) if len(uncertain) else np.empty(0, dtype=np.int64)
    listed = steps_of(demand.take(uncertain), full[uncertain], left_over[uncertain], most)
    full_units, step_count = np.empty(len(rows), dtype=np.int64), np.empty(len(rows), dtype=np.int64)
    full_units[certain], full_units[uncertain] = whole.astype(np.int64), listed.full_units
    step_count[certain], step_count[uncertain] = one_step, listed.count
    steps = np.concatenate([mixture[one_step], listed.worth])
    start = np.empty(len(rows), dtype=np.int64)
    start[certain] = np.cumsum(one_step) - one_step
    start[uncertain] = np.count_nonzero(one_step) + np.cumsum(listed.count) - listed.count
    sums = np.append(0, np.cumsum(steps))
    return UnitWorth(full_units, full, left_over, start, step_count, steps, sums)


def _most_units(network: Network, rows: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Most units that can ever be at positions: their own and all that the SKU's other positions may give."""
    stock = network.stock
    given = np.zeros(len(network.products), dtype=np.int64)
    np.add.at(given, stock.sku, give_units(network))
    own = np.maximum(opening_units(network)[rows], 0) + stock.in_transit[rows]
    return np.asarray(np.maximum(own + given[stock.sku[rows]], _LISTED_UNITS))


def value_change(
    worth: UnitWorth, y_from: NDArray[np.integer[Any]], y_to: NDArray[np.integer[Any]]
) -> NDArray[np.int64]:
    """V(y_to) - V(y_from) in money units: the sum of the rounded units between, for any integers, negative ones too.

    Parameters
    ----------
    worth : UnitWorth of length n
    y_from, y_to : ndarray of int, shape (n,)
        Units that count as stock.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    return _value_from_zero(worth, y_to) - _value_from_zero(worth, y_from)


def _value_from_zero(worth: UnitWorth, y: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """V(y) - V(0) in money units."""
    above = np.maximum(y - worth.full_units, 0)
    steps = np.minimum(above, worth.step_count)
    full = np.minimum(y, worth.full_units) * worth.full_worth
    between = worth.step_sums[worth.step_start + steps] - worth.step_sums[worth.step_start]
    return np.asarray(full + between + (above - steps) * worth.left_over_worth, dtype=np.int64)


def opening_units(network: Network) -> NDArray[np.int64]:
    """Return y0 = on_hand - reserved of every stock row; negative where more is reserved than there is."""
    return np.asarray(network.stock.on_hand - network.stock.reserved)


def give_units(network: Network) -> NDArray[np.int64]:
    """Units that every stock row may give: ``max(0, on_hand - reserved - safety_stock)``."""
    return np.asarray(np.maximum(opening_units(network) - network.stock.safety_stock, 0))


def arrival_cap_units(
    network: Network, rows: NDArray[np.integer[Any]], days: NDArray[np.integer[Any]]
) -> NDArray[np.int64]:
    """U(l): how many of the units that arrive on a day or later count as stock.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Rows of ``network.stock``.
    days : ndarray of int, shape (n,)
        Days of arrival l > 0.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``floor(E[max(D - y0, 0)] - E[max(D(l) - y0, 0)])``, 0 from the horizon on; for certain demand exactly
        ``floor(min(D * (1 - l / H), max(D - y0, 0)))``. Under a path the first form holds for any demand.
    """
    horizon = network.horizon_days
    opening = opening_units(network)[rows]
    demand = demand_of(network, rows)
    missing = np.maximum(np.floor(demand.mean).astype(np.int64) - opening, 0)
    day = np.minimum(np.asarray(days, dtype=np.int64), horizon)
    caps = np.minimum(floor_share(demand.mean, horizon - day, horizon), missing)
    on_path = np.zeros(len(rows), dtype=np.bool_) if network.paths is None else network.paths.of_stock[rows] >= 0
    others = np.flatnonzero(~demand.is_certain | on_path)
    if len(others):
        so_far, at = demand_until_day(network, rows[others], day[others]), opening[others]
        caps[others] = floor_of_expected(demand.take(others).expected_lost(at) - so_far.expected_lost(at))
    return np.asarray(caps)


def floor_share(demand: NDArray[np.float64], days_left: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
    """Return floor(demand * days_left / horizon), exactly: floats where that is certain, fractions elsewhere."""
    share = demand * days_left / horizon
    nearest = np.rint(share)
    floor = np.floor(share).astype(np.int64)
    doubtful = np.abs(share - nearest) <= NOISE * np.maximum(share, 1.0)
    # Integer demand is the common case, and the one where shares are integers: settle it without fractions.
    whole = doubtful & (demand == np.floor(demand)) & (demand * horizon < _EXACT_FLOAT)
    floor[whole] = demand[whole].astype(np.int64) * days_left[whole] // horizon
    rest = np.flatnonzero(doubtful & ~whole)
    if len(rest):
        pairs, inverse = np.unique(np.column_stack([demand[rest], days_left[rest]]), axis=0, return_inverse=True)
        exact = [decimal_fraction(d) * int(left) // horizon for d, left in pairs.tolist()]
        floor[rest] = np.array(exact, dtype=np.int64)[inverse.reshape(-1)]
    return floor


def lane_unit_cost(
    network: Network, lane: NDArray[np.integer[Any]], sku: NDArray[np.integer[Any]]
) -> NDArray[np.int64]:
    """Cost in money units of moving one unit: ``cost_per_unit + cost_per_kg * unit_weight_kg``, rounded as one number.

    Parameters
    ----------
    network : Network
    lane, sku : ndarray of int, shape (n,)
        Rows of ``network.lanes`` and ``network.products``; a product without weight weighs nothing.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    per_unit, per_kg = network.lanes.cost_per_unit[lane], network.lanes.cost_per_kg[lane]
    weight = np.nan_to_num(network.products.unit_weight_kg, nan=0.0)[sku]
    size = np.abs(per_unit) + np.abs(per_kg * weight)
    return rounded((per_unit, per_kg, weight), lambda u, k, w: u + k * w, size, network.money_decimals)


def lane_fixed_cost(network: Network) -> NDArray[np.int64]:
    """Cost in money units of one dispatch, shape (n_lanes,)."""
    return money(network.lanes.fixed_cost, network.money_decimals)


def product_weight(network: Network) -> NDArray[np.int64]:
    """Weight of one unit in ``10 ** -6`` kg, shape (n_products,); 0 when not given."""
    return weight_units(network.products.unit_weight_kg)


def lane_capacity(network: Network) -> NDArray[np.int64]:
    """Capacity of one dispatch in ``10 ** -6`` kg, shape (n_lanes,); `NO_WEIGHT_LIMIT` when one carries anything."""
    return weight_units(network.lanes.capacity_kg)


def lane_least_load(network: Network) -> NDArray[np.int64]:
    """Return the least load of one dispatch in ``10 ** -6`` kg, shape (n_lanes,)."""
    return weight_units(network.lanes.min_dispatch_kg)


def least_dispatches(load: NDArray[np.int64], capacity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fewest dispatches that hold a load, not counting the one that any line needs.

    Parameters
    ----------
    load, capacity : ndarray of int64, shape (n,)
        In ``10 ** -6`` kg.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``ceil(load / capacity)``; where nothing can be carried, more than any number: `NO_WEIGHT_LIMIT`.
    """
    needed = -(-load // np.maximum(capacity, 1))
    return np.where((capacity == 0) & (load > 0), NO_WEIGHT_LIMIT, needed)


def alert_units(network: Network) -> NDArray[np.int64]:
    """Units that every alert asks for, shape (n_alerts,).

    An empty ``units`` means the position's own shortage ``max(0, ceil(D) - y0 - in_transit)`` or excess
    ``max(0, y0 + in_transit - ceil(D))``; a position that does not exist has neither.
    """
    alerts, stock = network.alerts, network.stock
    row = network.stock_row(alerts.node, alerts.sku)
    excess = np.zeros(len(alerts), dtype=np.int64)
    found = row >= 0
    at = row[found]
    demand = np.ceil(stock.demand_mean[at]).astype(np.int64)
    excess[found] = opening_units(network)[at] + stock.in_transit[at] - demand
    own = np.where(alerts.kind == AlertKind.SHORTAGE, -excess, excess)
    return np.where(alerts.units == NOT_GIVEN, np.maximum(own, 0), alerts.units)
