"""Sells the stock of a network under the prices of a plan, day by day as it would be, and compares what that brings.

The model values units that arrive in mid-horizon as if demand that was missed before could wait for those that count
(docs/model.md, docs/clearance.md): exact where nothing is missed before. Here demand of every period is drawn, what is
there is sold, and what is missed is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network import Network, read_network
from optimizer.plan_files.plan_directory import read_plan
from optimizer.worth.demand import Demand, demand_of
from optimizer.worth.economics import opening_units
from optimizer.worth.price_paths import expected_sales, repriced, units_before_by_period

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS: Final = 2_000
POSITIONS: Final = 1_000
"""Of each kind, drawn from those with a path of their own."""
SEED: Final = 20220311

_DRAWS_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class _Sales:
    """What is needed to sell the stock of some positions, shape ``(n,)`` or ``(n, T)``."""

    demand: Demand
    """At list price, over the horizon."""
    share: Floats
    """x_t."""
    price: Floats
    opening: Ints
    late: Ints
    arrives: Ints
    """Period, from 0, in which the late units come."""
    before: Floats
    """Share of that period before they do."""


def simulated_sales(network_directory: Path, plan_directory: Path) -> dict[str, Any]:
    """Compare the revenue that is predicted for a plan with that of simulated sales.

    Parameters
    ----------
    network_directory, plan_directory : Path
        The plan has markdowns and no lines.

    Returns
    -------
    dict
        positions, draws; and for those ``awaiting stock`` and those where it is ``all there``: predicted and mean
        simulated revenue, currency; difference and its standard error as shares of what is simulated. None where the
        network has no such positions.
    """
    network, _ = read_network(network_directory)
    network = repriced(network, read_plan(plan_directory, network).plan.markdowns)
    if network.paths is None:
        raise ValueError("no position has a path: there is nothing to simulate")
    random = np.random.default_rng(SEED)
    on_path = np.flatnonzero(network.paths.of_stock >= 0)
    awaits = network.stock.in_transit[on_path] > 0
    found: dict[str, Any] = {"positions": POSITIONS, "draws": DRAWS}
    for kind, rows in (("awaiting stock", on_path[awaits]), ("all there", on_path[~awaits])):
        sample = np.sort(random.permutation(rows)[:POSITIONS])
        found[kind] = _compared(network, sample, random) if len(sample) else None
    return found


def _compared(network: Network, rows: Ints, random: np.random.Generator) -> dict[str, float]:
    assert network.paths is not None
    path = network.paths.of_stock[rows]
    sales = _sales(network, rows, network.paths.price[path], network.paths.demand_share[path])
    units = expected_sales(network, rows, units_before_by_period(network, rows))
    predicted = float((sales.price * units).sum())
    drawn = np.array([_revenue(sales, random) for _ in range(DRAWS // _DRAWS_AT_ONCE)]).ravel()
    mean, error = float(drawn.mean()), float(drawn.std(ddof=1) / np.sqrt(len(drawn)))
    return {
        "predicted": round(predicted, 2),
        "simulated": round(mean, 2),
        "difference": round(predicted / mean - 1, 6),
        "standard_error": round(error / mean, 6),
    }


def _sales(network: Network, rows: Ints, price: Floats, share: Floats) -> _Sales:
    stock = network.stock
    day = stock.in_transit_arrival_day[rows]
    length = network.horizon_days / network.periods
    period = np.minimum((day / length).astype(np.int64), network.periods - 1)
    late = (stock.in_transit[rows] > 0) & (day > 0)
    return _Sales(
        demand=demand_of(replace(network, paths=None), rows),
        share=share,
        price=price,
        opening=opening_units(network)[rows] + np.where(late, 0, stock.in_transit[rows]),
        late=np.where(late & (day < network.horizon_days), stock.in_transit[rows], 0),
        arrives=period,
        before=np.clip(day / length - period, 0.0, 1.0),
    )


def _revenue(sales: _Sales, random: np.random.Generator) -> Floats:
    """Draw the revenue of all positions together, shape ``(_DRAWS_AT_ONCE,)``."""
    shape = (_DRAWS_AT_ONCE, len(sales.opening))
    stock = np.broadcast_to(sales.opening, shape).astype(np.int64)
    revenue = np.zeros(_DRAWS_AT_ONCE)
    by_period = np.diff(sales.share, axis=1, prepend=0.0)
    for period in range(by_period.shape[1]):
        here = sales.arrives == period
        early = np.where(here, sales.before, 1.0)
        for share, come in ((early, np.where(here, sales.late, 0)), (1.0 - early, None)):
            wanted = _drawn(sales.demand, by_period[:, period] * share, shape, random)
            sold = np.minimum(stock, wanted)
            stock = stock - sold
            revenue += sold @ sales.price[:, period]
            if come is not None:
                stock = stock + come
    return revenue


def _drawn(demand: Demand, share: Floats, shape: tuple[int, int], random: np.random.Generator) -> Ints:
    """Draw the demand of a share of the time: independent parts of it add up to the whole."""
    mean, spread = demand.mean * share, demand.spread
    some = np.flatnonzero(mean > 0)
    units = np.zeros(shape, dtype=np.int64)
    rate = np.broadcast_to(mean[some], (shape[0], len(some)))
    spread_out = spread[some] > 0
    # A gamma mixture of Poisson demand is negative binomial: shape mean / spread, scale spread.
    scale = np.where(spread_out, spread[some], 1.0)
    mixed = random.gamma(mean[some] / scale, scale, rate.shape)
    units[:, some] = random.poisson(np.where(spread_out, mixed, rate))
    return units
