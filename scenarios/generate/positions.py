"""What lies where: stores with too much or too little, warehouses with reserves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.generate.assortment import Assortment
from scenarios.generate.places import Places
from scenarios.generate.shapes import Regime

RESERVE_SHARE: Final = 0.3
"""Share of the cells (warehouse, SKU) that hold reserves, besides the share of over-stock."""
RESERVE_FACTOR: Final = 10
"""What a warehouse has too much is so many times what a store of mean size has."""
DEMAND_SHAPE: Final = 3.0
"""Of the negative binomial distribution of demand between stores of one size."""
EXCESS_OF_DEMAND: Final = (0.5, 3.0)
"""Units too many as multiples of the mean demand of the SKU in a store of this size."""
MISSING_OF_DEMAND: Final = (0.2, 1.0)
"""Units missing as shares of the demand."""

WAREHOUSE_HOLDING: Final = 0.02
STORE_HOLDING: Final = (0.05, 0.15)
"""Holding cost over the horizon as a share of the price; a store has one for all it holds, by its rent."""
PENALTY: Final = (0.0, 0.3)
"""Shortage penalty of a store's position as a share of the price."""

CELLS_AT_ONCE: Final = 4_000_000
"""Cells (node, SKU) that are looked at together; 32 bytes each."""


@dataclass(frozen=True, slots=True)
class Positions:
    """Rows of stock by SKU, then node, shape ``(n_positions,)`` each."""

    node: NDArray[np.int32]
    sku: NDArray[np.int32]
    on_hand: NDArray[np.int64]
    demand: NDArray[np.int64]
    """Units over the horizon."""
    holding_cost: NDArray[np.float64]
    shortage_penalty: NDArray[np.float64]


def draw_positions(random: np.random.Generator, places: Places, assortment: Assortment, regime: Regime) -> Positions:
    """Draw a row for every warehouse and SKU, and for every store and SKU with too much or too little.

    Where a store has what it sells, or does not list the SKU, nothing is wrong and there is no row. Only the first SKU
    has one in every store, so that no lane leads to a node without stock.
    """
    of_cells, of_demand, of_stock, of_money = random.spawn(4)
    node, sku, state = _cells(of_cells, places, assortment, regime)
    in_store, case = places.is_store[node], assortment.products["case_pack"].to_numpy()[sku]
    mean = assortment.demand_units[sku] * places.size[node]
    demand = np.where(in_store, of_demand.negative_binomial(DEMAND_SHAPE, DEMAND_SHAPE / (DEMAND_SHAPE + mean)), 0)
    demand = np.maximum(demand, state < 0)  # what sells nothing is never short
    share = of_stock.random(len(node))
    missing = np.ceil(demand * _between(MISSING_OF_DEMAND, share))
    excess = np.ceil(mean * _between(EXCESS_OF_DEMAND, share))
    reserve = np.ceil(RESERVE_FACTOR * excess / case) * case  # warehouses hold whole cases
    extra = np.where(in_store, excess, reserve)
    price = assortment.products["list_price"].to_numpy()[sku]
    holding = np.where(places.is_store, of_money.uniform(*STORE_HOLDING, len(places.size)), WAREHOUSE_HOLDING)
    penalty = np.where(in_store, of_money.uniform(*PENALTY, len(node)), 0)
    return Positions(
        node=node,
        sku=sku,
        on_hand=(demand + np.where(state > 0, extra, 0) - np.where(state < 0, missing, 0)).astype(np.int64),
        demand=demand,
        holding_cost=(price * holding[node]).round(2),
        shortage_penalty=(price * penalty).round(2),
    )


def uncertainty(positions: Positions, assortment: Assortment) -> NDArray[np.float64]:
    """Return the standard deviation of uncertain demand, units, shape ``(n_positions,)``."""
    variance = positions.demand * assortment.variance_of_mean[positions.sku]
    # Rounded down: a variance above the mean is no longer Poisson.
    deviation: NDArray[np.float64] = np.floor(np.sqrt(variance) * 1e4) / 1e4
    return deviation


def _cells(
    random: np.random.Generator, places: Places, assortment: Assortment, regime: Regime
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Node, SKU and state of the cells with a row: 1 with too much, -1 with too little, 0 with neither."""
    over_share = np.where(places.is_store, regime.over_share, regime.over_share + RESERVE_SHARE)
    short_share = np.where(places.is_store, regime.short_share, 0.0)
    n_nodes, n_skus = len(places.size), len(assortment.presence)
    step = max(1, CELLS_AT_ONCE // n_nodes)
    found = []
    for start in range(0, n_skus, step):
        presence = assortment.presence[start : start + step, None]
        drawn = random.random((len(presence), n_nodes))
        state = (drawn < presence * over_share).astype(np.int8) - (drawn > 1 - presence * short_share)
        listed = (state != 0) | ~places.is_store
        listed[0] |= start == 0
        sku, node = np.nonzero(listed)
        found.append((node.astype(np.int32), (start + sku).astype(np.int32), state[sku, node]))
    nodes, skus, states = zip(*found, strict=True)
    return np.concatenate(nodes), np.concatenate(skus), np.concatenate(states)


def _between(ends: tuple[float, float], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values that lie `share` of the way from one end to the other."""
    return ends[0] + (ends[1] - ends[0]) * share
