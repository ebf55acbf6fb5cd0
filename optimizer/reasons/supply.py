"""Where the units of a SKU are, when none is left for a position that misses some."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER
from optimizer.economics import money
from optimizer.reasons.residual import Residual
from optimizer.reasons.search import Search
from optimizer.reasons.words import Words, amounts, counts

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GivenAway:
    """The units of each SKU that the plan has given away, shape ``(n_products,)`` each."""

    units: Ints
    last_cell: Ints
    """Cell that received units and earns least with its last one, -1 where nothing was given."""
    last_worth: Ints
    """What that unit is worth there."""


def given_away(residual: Residual) -> GivenAway:
    """Find where the units went, and the one that earns least."""
    settled, n_products = residual.settled, len(residual.network.products)
    units = np.zeros(n_products, dtype=np.int64)
    sku, more = settled.positions.sku, settled.staying - settled.positions.give
    np.add.at(units, sku, np.maximum(-more, 0))
    at = np.flatnonzero((more > 0) & (residual.settled_cell >= 0) & (settled.positions.row >= 0))
    cell = residual.settled_cell[at]
    worth = residual.last_unit_worth(cell)
    order = np.lexsort((worth, sku[at]))
    skus, first = np.unique(sku[at][order], return_index=True)
    last_cell = np.full(n_products, -1, dtype=np.int64)
    last_worth = np.full(n_products, NEVER, dtype=np.int64)
    last_cell[skus], last_worth[skus] = cell[order][first], worth[order][first]
    return GivenAway(units, last_cell, last_worth)


def whereabouts(search: Search, index: Ints) -> Words:
    """Say where the units are that a position would need.

    Parameters
    ----------
    search : Search
    index : ndarray of int64, shape (n,)
        Unmet positions of the residual without supply.

    Returns
    -------
    ndarray of str, shape (n,)
    """
    residual = search.residual
    network = residual.network
    sku = residual.scope.cells.sku[residual.unmet_cell[index]]
    gain = residual.gain(index)
    best, away = search.senders.best[sku], given_away(residual)
    keeps, went = best >= 0, (best < 0) & (away.last_cell[sku] >= 0)
    reason = np.full(len(index), "no node may give a unit", dtype=np.object_)
    reason = reason + _what_is_held(residual, sku)
    here = " a unit, here " + amounts(network, gain)
    kept = _node_of(residual, best[keeps]) + " keeps " + counts(residual.may_leave[best[keeps]], "unit")
    worth_there = amounts(network, search.senders.best_worth[sku[keeps]])
    reason[keeps] = "units are worth as much where they are: " + kept + ", worth " + worth_there + here[keeps]
    last = away.last_cell[sku[went]]
    given = "nothing is left to give: " + counts(away.units[sku[went]], "unit") + " went elsewhere, the last to "
    reason[went] = (
        given + _node_of(residual, last) + ", worth " + amounts(network, away.last_worth[sku[went]]) + here[went]
    )
    return np.asarray(reason, dtype=np.object_)


def buying(residual: Residual, index: Ints) -> Words:
    """Say what buying the unmet units of positions is worth, and what they cost where that is known."""
    network, units = residual.network, residual.unmet_units[index]
    fix = "buy " + counts(units, "unit") + ": worth up to " + amounts(network, residual.gain(index)) + " each"
    cost = network.products.unit_cost[residual.scope.cells.sku[residual.unmet_cell[index]]]
    price = money(np.nan_to_num(cost), network.money_decimals)
    return np.asarray(fix + np.where(np.isnan(cost), "", ", unit cost " + amounts(network, price)), dtype=np.object_)


def _node_of(residual: Residual, cell: Ints) -> Words:
    return residual.network.nodes.node_id[residual.scope.cells.node[cell]].astype(np.object_)


def _what_is_held(residual: Residual, sku: NDArray[np.int32]) -> Words:
    """Add up on hand, reserved and safety stock of SKUs."""
    stock, n_products = residual.network.stock, len(residual.network.products)
    sums = []
    for column in (stock.on_hand, stock.reserved, stock.safety_stock):
        total = np.zeros(n_products, dtype=np.int64)
        np.add.at(total, stock.sku, column)
        sums.append(total[sku])
    on_hand, reserved, safety = sums
    text = ": " + counts(on_hand, "unit") + " on hand in all"
    text = text + np.where(reserved > 0, ", " + counts(reserved, "unit") + " reserved", "")
    return np.asarray(text + np.where(safety > 0, ", " + counts(safety, "unit") + " of safety stock", ""))
