"""What demand is at stock rows, and what it says about stock: certain, Poisson, negative binomial or normal.

The section "Stock and value" of docs/model.md. Everything is in double precision and for whole columns; each number
depends on its own row only, whichever rows are asked about together.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.worth import counts, normal_demand

Floats = NDArray[np.float64]


@enum.unique
class DemandKind(enum.IntEnum):
    """How demand is distributed."""

    CERTAIN = 0
    COUNTS = 1
    """Poisson, and negative binomial where the variance is above the mean."""
    NORMAL = 2


@dataclass(frozen=True, slots=True)
class Demand:
    """Distributions of demand, shape ``(n,)`` each."""

    kind: NDArray[np.int8]
    """`DemandKind` values."""
    mean: Floats
    """Units; of the normal distribution before it is cut off and rounded."""
    spread: Floats
    """For `COUNTS` variance / mean - 1, 0 for Poisson; for `NORMAL` the standard deviation; else 0."""

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def is_certain(self) -> NDArray[np.bool_]:
        """Where demand is one known number."""
        return np.asarray(self.kind == DemandKind.CERTAIN)

    def take(self, index: NDArray[Any] | slice) -> Demand:
        """Return the entries at `index`, in that order."""
        return Demand(self.kind[index], self.mean[index], self.spread[index])

    def over(self, share: Floats) -> Demand:
        """Return the demand of a share of the time: mean and variance are that share of the whole.

        Parameters
        ----------
        share : ndarray of float64, shape (n,)
            At least 0, above 1 where lower prices sell more; demand in no time is certainly 0.
        """
        spread = np.where(self.kind == DemandKind.NORMAL, self.spread * np.sqrt(share), self.spread)
        kind = np.where(share > 0.0, self.kind, np.int8(DemandKind.CERTAIN))
        return Demand(kind, self.mean * share, spread)

    def at_least(self, units: NDArray[Any]) -> Floats:
        """P(D >= n); where demand is certain, the share of the n-th unit that is sold.

        Parameters
        ----------
        units : ndarray of int, shape (n,)

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        (chance,) = self._by_kind(
            units,
            lambda n, mean, _: (np.where(n <= 0.0, 1.0, np.clip(mean - (n - 1.0), 0.0, 1.0)),),
            lambda *row: (counts.at_least(*row),),
            lambda *row: (normal_demand.at_least(*row),),
        )
        return chance

    def expected_sold_and_lost(self, units: NDArray[Any]) -> tuple[Floats, Floats]:
        """Demand that y units serve, and demand that they do not.

        Parameters
        ----------
        units : ndarray of int, shape (n,)
            y, any whole numbers.

        Returns
        -------
        sold, lost : ndarray of float64, shape (n,)
            E[min(D, y)], which is y for y <= 0, and E[max(D - y, 0)]. What is left over is y less sold.
        """
        sold, lost = self._by_kind(
            units,
            lambda y, mean, _: (np.minimum(mean, y), np.maximum(mean - y, 0.0)),
            counts.expected_sold_and_lost,
            normal_demand.expected_sold_and_lost,
        )
        return sold, lost

    def expected_sold(self, units: NDArray[Any]) -> Floats:
        """E[min(D, y)] alone, shape ``(n,)``."""
        return self.expected_sold_and_lost(units)[0]

    def expected_lost(self, units: NDArray[Any]) -> Floats:
        """E[max(D - y, 0)] alone, shape ``(n,)``."""
        return self.expected_sold_and_lost(units)[1]

    def _by_kind(
        self, units: NDArray[Any], *formulas: Callable[[Floats, Floats, Floats], tuple[Floats, ...]]
    ) -> list[Floats]:
        """Apply to every row the formula of its kind, in the order of `DemandKind`."""
        at = np.asarray(units, dtype=np.float64)
        results: list[Floats] = []
        for kind, formula in zip(DemandKind, formulas, strict=True):
            rows = np.flatnonzero(self.kind == kind)
            if not len(rows) and kind is not DemandKind.CERTAIN:
                continue
            for i, part in enumerate(formula(at[rows], self.mean[rows], self.spread[rows])):
                if len(results) <= i:
                    results.append(np.empty(len(at)))
                results[i][rows] = part
        return results


def demand_of(network: Network, rows: NDArray[np.integer[Any]]) -> Demand:
    """Demand over the horizon at stock rows, under the paths of a repriced network.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Rows of ``network.stock``.

    Returns
    -------
    Demand of length n
    """
    demand = list_demand(network, rows)
    if network.paths is None:
        return demand
    path = network.paths.of_stock[rows]
    return demand.over(np.where(path < 0, 1.0, network.paths.demand_share[path, -1]))


def demand_until_day(network: Network, rows: NDArray[np.integer[Any]], day: NDArray[np.integer[Any]]) -> Demand:
    """Demand up to a day at stock rows: the part ``x(l)`` of that over the horizon at list price.

    Parameters
    ----------
    network : Network
    rows, day : ndarray of int, shape (n,)
        Rows of ``network.stock``, and days from 0 to the horizon.

    Returns
    -------
    Demand of length n
    """
    return list_demand(network, rows).over(share_until_day(network, rows, day))


def share_until_day(network: Network, rows: NDArray[np.integer[Any]], day: NDArray[np.integer[Any]]) -> Floats:
    """x(l): expected demand up to a day as a multiple of `demand_mean`, shape ``(n,)``; arguments as above."""
    even = np.asarray(day, dtype=np.float64) / network.horizon_days
    if network.paths is None:
        return even
    path = network.paths.of_stock[rows]
    n_periods = network.paths.demand_share.shape[1]
    ends = np.column_stack([np.zeros(len(network.paths.price)), network.paths.demand_share])
    # Whole days and periods: which period a day is in is exact.
    before = np.minimum(np.asarray(day, dtype=np.int64) * n_periods // network.horizon_days, n_periods - 1)
    part = (np.asarray(day) * n_periods - before * network.horizon_days) / network.horizon_days
    low, high = ends[path, before], ends[path, before + 1]
    return np.where(path < 0, even, np.where(part < 1.0, low + part * (high - low), high))


def share_until_period(network: Network, rows: NDArray[np.integer[Any]]) -> Floats:
    """x_t: expected demand up to the end of each period as a multiple of `demand_mean`, shape ``(n, T)``."""
    even = np.arange(1, network.periods + 1) / network.periods
    if network.paths is None:
        return np.tile(even, (len(rows), 1))
    path = network.paths.of_stock[rows]
    return np.where((path < 0)[:, None], even, network.paths.demand_share[path])


def list_demand(network: Network, rows: NDArray[np.integer[Any]]) -> Demand:
    """Demand over the horizon at stock rows where the list price holds all along; arguments as for `demand_of`."""
    mean, deviation = network.stock.demand_mean[rows], network.stock.demand_std[rows]
    uncertain = deviation > 0.0
    if network.normal_demand:
        kind = np.where(uncertain, DemandKind.NORMAL, DemandKind.CERTAIN)
        return Demand(kind.astype(np.int8), mean, np.where(uncertain, deviation, 0.0))
    # Without a mean nothing is sold, whatever the deviation.
    counted = uncertain & (mean > 0.0)
    extra = np.maximum(deviation * deviation / np.where(counted, mean, 1.0) - 1.0, 0.0)
    kind = np.where(counted, DemandKind.COUNTS, DemandKind.CERTAIN)
    return Demand(kind.astype(np.int8), mean, np.where(counted, extra, 0.0))
