"""Where the units of a SKU are, when none is left for a position that misses some, and what buying some is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER
from network.outside import node_words, outside_nodes
from network.tables import Network
from optimizer.plan import UNKNOWN_MONEY
from optimizer.reasons.parts import Part, part
from optimizer.reasons.residual import Residual
from optimizer.reasons.search import Search
from optimizer.reasons.words import Words, amounts, counts
from optimizer.worth.economics import money

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
    cells, lines = residual.cells, residual.lines
    more = np.zeros(len(cells), dtype=np.int64)
    np.add.at(more, residual.settled_cell[settled.to_position], lines.units)
    np.add.at(more, residual.settled_cell[settled.from_position], -lines.units)
    units = np.zeros(n_products, dtype=np.int64)
    inside = ~outside_nodes(residual.network)[cells.node]
    np.add.at(units, cells.sku, np.maximum(-more, 0) * inside)
    cell = np.flatnonzero((more > 0) & (cells.row >= 0))
    worth = residual.worth_between(cell, residual.units[cell] - 1, residual.units[cell])
    order = np.lexsort((worth, cells.sku[cell]))
    skus, first = np.unique(cells.sku[cell][order], return_index=True)
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
    sku = residual.cells.sku[residual.unmet_cell[index]]
    gain = residual.gain(index)
    best, away = search.senders.best_for(residual.unmet_cell[index], sku), given_away(residual)
    keeps, went = best >= 0, (best < 0) & (away.last_cell[sku] >= 0)
    reason = np.full(len(index), "no node may give a unit", dtype=np.object_)
    reason = reason + _what_is_held(residual, sku)
    here = " a unit, here " + amounts(network, gain)
    first = residual.first_stack
    left = np.append(0, np.cumsum(residual.stacks.may_leave))
    kept = _node_of(residual, best[keeps]) + " keeps "
    kept = kept + counts(left[first[best[keeps] + 1]] - left[first[best[keeps]]], "unit")
    worth_there = amounts(network, search.senders.last_worth[best[keeps]])
    reason[keeps] = "units are worth as much where they are: " + kept + ", worth " + worth_there + here[keeps]
    last = away.last_cell[sku[went]]
    gave = away.units[sku[went]]
    given = np.where(gave > 0, counts(gave, "unit") + " were given away", "what quotes offer is bought")
    given = "nothing is left to give: " + given + ", the last to "
    reason[went] = (
        given + _node_of(residual, last) + ", worth " + amounts(network, away.last_worth[sku[went]]) + here[went]
    )
    return np.asarray(reason, dtype=np.object_)


@dataclass(frozen=True, slots=True)
class Offer:
    """Units to buy for some positions, shape ``(n,)`` each; money in money units."""

    words: Words
    part: Part
    cost: Ints
    """`UNKNOWN_MONEY` where the product has no unit cost."""
    worth: Ints
    """What the stock is worth more with them; `UNKNOWN_MONEY` where displays, late arrivals, or lots of more units than
    there are blur it."""


def buying(residual: Residual, index: Ints) -> Offer:
    """Offer to buy the unmet units of positions."""
    network, units, cell = residual.network, residual.unmet_units[index], residual.unmet_cell[index]
    sku, row = residual.cells.sku[cell], residual.unmet_row[index]
    fix = "buy " + counts(units, "unit") + ": worth up to " + amounts(network, residual.gain(index)) + " each"
    unit_cost = network.products.unit_cost[sku]
    price = money(np.nan_to_num(unit_cost), network.money_decimals)
    is_known = ~np.isnan(unit_cost)
    fix = np.asarray(fix + np.where(is_known, ", unit cost " + amounts(network, price), ""), dtype=np.object_)
    place = _node_of(residual, cell) + "/" + network.products.sku_id[sku].astype(np.object_)
    counted = np.minimum(units, fresh_units(residual, index))
    now = residual.units[cell]
    worth = residual.worth_between(cell, now, now + counted)
    worth += (units - counted) * residual.cells.worth.left_over_worth[cell]
    is_shown = residual.shown.has_display(row)
    blurred = ((network.stock.demand_std[row] > 0) | residual.expires[sku]) & residual.gets_late[cell]
    blurred |= (_units_in_lots(network)[row] > network.stock.on_hand[row]) & residual.expires[sku]
    serves = np.flatnonzero(counted > 0)
    fix[counted == 0] = "units that keep longer than fresh ones do"
    return Offer(
        words=fix,
        part=part(serves, "stock.on_hand", place[serves], units[serves], fix[serves]),
        cost=np.where(is_known & (counted > 0), units * price, UNKNOWN_MONEY),
        worth=np.where(is_shown | blurred | (counted == 0), UNKNOWN_MONEY, worth),
    )


def _units_in_lots(network: Network) -> Ints:
    """Units that all lots of every stock row hold; bought ones beyond `on_hand` are only fresh beyond these."""
    units, row = (
        np.zeros(len(network.stock) + 1, dtype=np.int64),
        network.stock_row(network.lots.node, network.lots.sku),
    )
    np.add.at(units, row, network.lots.units)
    return units[:-1]


def fresh_units(residual: Residual, index: Ints) -> Ints:
    """Units that would count at unmet positions if they were fresh and there on day 0."""
    shelf_life = residual.network.products.shelf_life_days[residual.cells.sku[residual.unmet_cell[index]]]
    return residual.units_in_time(index, np.zeros(len(index), dtype=np.int64), shelf_life)


def _node_of(residual: Residual, cell: Ints) -> Words:
    return node_words(residual.network)[residual.cells.node[cell]]


def _what_is_held(residual: Residual, sku: Ints) -> Words:
    """Add up on hand, reserved and safety stock of SKUs."""
    stock, n_products = residual.network.stock, len(residual.network.products)
    inside = ~outside_nodes(residual.network)[stock.node]
    sums = []
    for column in (stock.on_hand, stock.reserved, stock.safety_stock):
        total = np.zeros(n_products, dtype=np.int64)
        np.add.at(total, stock.sku, column * inside)
        sums.append(total[sku])
    on_hand, reserved, safety = sums
    text = ": " + counts(on_hand, "unit") + " on hand in all"
    text = text + np.where(reserved > 0, ", " + counts(reserved, "unit") + " reserved", "")
    return np.asarray(text + np.where(safety > 0, ", " + counts(safety, "unit") + " of safety stock", ""))
