"""Why each line of a plan is there: what it serves, from what, what it is worth, and what it competes with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import ExitKind
from network.columns import NO_LIMIT
from network.outside import exit_of_node, quote_of_node
from network.tables import Network
from optimizer.plan import Unmet
from optimizer.reasons.residual import Residual
from optimizer.reasons.words import Words, amounts, counts, numerals, words
from optimizer.worth.economics import money, value_change

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Flows:
    """What happens at the two ends of every line, shape ``(n_lines,)`` each."""

    received: Ints
    """Units the destination receives of the SKU, over all lines."""
    goes_on: Ints
    """Units of them that the destination sends on."""
    missing: Ints
    """Units the destination was short of without the plan."""
    served: Ints
    """Of those, the units that the plan serves."""
    passing: Ints
    """Units the origin sends beyond what it may give of its own."""
    spare: Ints
    """Units of the origin above its demand, without the plan."""


def line_reasons(residual: Residual, unmet: Unmet, line_benefit: Ints, reach: NDArray[np.bool_]) -> Words:
    """Say in a short sentence why each line is there.

    Parameters
    ----------
    residual : Residual
        After the plan.
    unmet : Unmet
    line_benefit : ndarray of int64, shape (n_lines,)
        The certificate's.
    reach : ndarray of bool, shape (n_nodes, n_nodes)
        See `reachable`.

    Returns
    -------
    ndarray of str, shape (n_lines,)
    """
    if not len(residual.lines):
        return words([])
    flows = _flows(residual)
    text = _served(residual, flows) + ", " + _source(residual, flows) + _expiry(residual) + "; worth "
    text = text + amounts(residual.network, line_benefit)
    hurdle = residual.room.line_hurdle
    if hurdle:
        text = text + ", must earn " + amounts(residual.network, np.array([hurdle]))
    return np.asarray(text + _competitor(residual, unmet, reach), dtype=np.object_)


def _flows(residual: Residual) -> _Flows:
    """Look at the positions at both ends of the lines."""
    settled, lines = residual.settled, residual.lines
    at, n = settled.positions, len(settled.positions.node)
    received, sent = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    np.add.at(received, settled.to_position, lines.units)
    np.add.at(sent, settled.from_position, lines.units)
    transit = residual.network.nodes.transit[at.node]
    has_row, demand = at.row >= 0, np.zeros(n, dtype=np.int64)
    demand[has_row] = np.floor(residual.network.stock.demand_mean[at.row[has_row]]).astype(np.int64)
    before = np.maximum(demand - settled.counted_before, 0)
    after = np.maximum(demand - settled.counted_after, 0)
    to, origin = settled.to_position, settled.from_position
    return _Flows(
        received=received[to],
        goes_on=np.where(transit, np.minimum(sent, received), 0)[to],
        missing=before[to],
        served=np.maximum(before - after, 0)[to],
        passing=np.maximum(sent - at.give, 0)[origin],
        spare=np.maximum(settled.counted_before - demand, 0)[origin],
    )


def _served(residual: Residual, flows: _Flows) -> Words:
    """Say what becomes of the units at the destination."""
    network, lines = residual.network, residual.lines
    name = network.nodes.node_id[lines.destination].astype(np.object_)
    served = np.minimum(lines.units, flows.served)
    text = "serves " + counts(served, "unit") + " of " + words([str(n) for n in flows.missing.tolist()])
    text = text + " missing at " + name
    left_over = residual.settled.positions.worth.left_over_worth[residual.settled.to_position]
    stored = "stored at " + name + ", where a unit left over is worth " + amounts(network, left_over)
    text = np.where(served > 0, text, stored)
    exits = exit_of_node(network)[lines.destination]
    out = np.flatnonzero(exits >= 0)
    text[out] = "leaves to " + exit_words(network, exits[out]) + " for " + amounts(network, left_over[out]) + " each"
    biggest = _next_stop(residual)
    onward = "goes on from " + name + ", most to " + np.append(network.nodes.node_id, "nowhere")[biggest]
    onward = onward + np.where((flows.goes_on < flows.received) & (served > 0), "; the rest " + text, "")
    return np.asarray(np.where(flows.goes_on > 0, onward, text), dtype=np.object_)


def _next_stop(residual: Residual) -> Ints:
    """Node that the destination of each line sends most units of the SKU to, -1 for none."""
    settled, lines = residual.settled, residual.lines
    order = np.lexsort((-lines.units, settled.from_position))
    position, first = np.unique(settled.from_position[order], return_index=True)
    largest = np.full(len(settled.positions.node), -1, dtype=np.int64)
    largest[position] = lines.destination[order][first]
    return np.asarray(largest[settled.to_position])


def _source(residual: Residual, flows: _Flows) -> Words:
    """Where the units come from, and what they would be worth there."""
    network, lines, settled = residual.network, residual.lines, residual.settled
    name = network.nodes.node_id[lines.origin].astype(np.object_)
    at = settled.positions
    worth = at.worth.take(settled.from_position)
    kept = settled.counted_after[settled.from_position]
    each = amounts(network, value_change(worth, kept, kept + 1))
    spare = "from " + name + ", which has " + counts(flows.spare, "unit") + " to spare (" + each + " each)"
    needed = "from " + name + ", where a unit is worth " + each
    text = np.where(flows.spare > 0, spare, needed)
    only_passing = at.give[settled.from_position] == 0
    through = "received through " + name
    part = text + ", some of it received there"
    text = np.where(flows.passing == 0, text, np.where(only_passing, through, part)).astype(np.object_)
    quotes = quote_of_node(network)[lines.origin]
    bought = np.flatnonzero(quotes >= 0)
    text[bought] = _bought(network, quotes[bought])
    return np.asarray(text, dtype=np.object_)


def _bought(network: Network, quote: NDArray[np.int32]) -> Words:
    """Say from whom units are bought, and at what price."""
    quotes = network.quotes
    supplier = np.where(quotes.supplier[quote] == "", "", quotes.supplier[quote] + ", ").astype(np.object_)
    price = amounts(network, money(quotes.unit_price[quote], network.money_decimals))
    text = "bought from " + supplier + "quote " + quotes.quote_id[quote] + ", at " + price + " each"
    # Which of a bid's prices it is depends on the lane.
    several = quotes.bid_id[quote] != ""
    return np.asarray(np.where(several, "bought from " + supplier + "bid " + quotes.bid_id[quote], text), np.object_)


def exit_words(network: Network, exits: NDArray[np.int32]) -> Words:
    """Name exits: ``liquidation LIQ1``."""
    kinds = words([ExitKind(kind).name.lower() for kind in network.exits.kind[exits].tolist()])
    return np.asarray(kinds + " " + network.exits.exit_id[exits], dtype=np.object_)


def _expiry(residual: Residual) -> Words:
    """When the units expire, where they do."""
    expiry_day = residual.lines.expiry_day
    return np.where(expiry_day == NO_LIMIT, "", ", expiring on day " + numerals(expiry_day)).astype(np.object_)


def _competitor(residual: Residual, unmet: Unmet, reach: NDArray[np.bool_]) -> Words:
    """Name the unmet position of the SKU that would pay most, where a path leads there from the origin."""
    network, lines = residual.network, residual.lines
    n_products = len(network.products)
    gain = residual.gain(np.arange(len(unmet.node)))
    order = np.lexsort((-gain, unmet.sku))
    skus, first = np.unique(unmet.sku[order], return_index=True)
    rival = np.full(n_products, -1, dtype=np.int64)
    rival[skus] = order[first]
    rival = rival[lines.sku]
    text = np.full(len(lines), "", dtype=np.object_)
    at = np.flatnonzero(rival >= 0)
    target = unmet.node[rival[at]]
    at = at[reach[lines.origin[at], target] & (target != lines.destination[at]) & (target != lines.origin[at])]
    found = rival[at]
    text[at] = "; competes with " + network.nodes.node_id[unmet.node[found]].astype(np.object_) + ", still missing "
    text[at] += counts(unmet.units[found], "unit") + " worth " + amounts(network, gain[found]) + " each"
    return text
