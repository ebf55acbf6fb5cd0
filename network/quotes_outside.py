"""Places outside that quotes make: a node for every bid, and gates for what several bids of a supplier share.

A bid is one quote, or several that are prices of the same units: its node has a lane for each, and one of them may
run. Bids that are alternates hang on a gate of which one lane may run; bids of a supplier with a fixed cost or a
capacity hang on one that has these. Goods start at the top of such a tree and come down it at no cost of a unit, so
that what is bought is a line on the lane of a quote, and what feeds it follows (docs/clearance.md, "Places outside").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.clearance_tables import Quotes
from network.columns import NO_LIMIT
from network.tables import Network, NodeKind

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.object_]

QUOTE_PREFIX: Final = "quote:"
"""Before the `quote_id` of a bid's first quote: the id of its node."""

SUPPLIER_PREFIX: Final = "supplier:"
"""Before the name of a supplier with a fixed cost or a capacity: the id of the gate that its goods start at."""

ORDER_PREFIX: Final = "order:"
"""Before the name of a supplier with a fixed cost: the id of the gate behind the lane that costs it."""

ALTERNATES_PREFIX: Final = "alternates:"
"""Before supplier and `alternate_id`: the id of the gate that alternates hang on."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes of quotes and the lanes that feed them, numbered from 0: bids, alternates, suppliers, orders."""

    bid_of_quote: Ints
    """Node of every quote, shape ``(n_quotes,)``."""
    parent: Ints
    """Node that feeds each node, -1: its goods start here, shape ``(n_nodes,)``."""
    name: Words
    """Ids, shape ``(n_nodes,)``, like all below."""
    is_bid: Flags
    receive_units: Ints
    pick_units: Ints
    outbound_lanes: Ints
    fixed_cost: NDArray[np.float64]
    """Of the lane from the parent."""


def tree_of(network: Network) -> Tree:
    """Find the bids, alternates and suppliers of quotes."""
    quotes, terms = network.quotes, network.quote_suppliers
    n = len(quotes)
    bid, first = _numbers(np.where(quotes.bid_id == "", "\0" + quotes.quote_id, quotes.bid_id), quotes.supplier)
    n_bids = len(first)
    alternates, holder = _sets_of_bids(quotes, bid, first)
    limited = (terms.fixed_cost > 0.0) | (terms.capacity_units < NO_LIMIT)
    row = pd.Index(terms.supplier[limited]).get_indexer(pd.Index(quotes.supplier)) if n else np.empty(0, dtype=int)
    at = np.flatnonzero(limited)
    costs = np.flatnonzero(terms.fixed_cost[at] > 0.0)
    n_sets, n_terms = len(holder), len(at)
    source = n_bids + n_sets + np.arange(n_terms)
    top = source.copy()
    top[costs] = n_bids + n_sets + n_terms + np.arange(len(costs))
    above = np.append(top, -1)[row[first]] if n_bids else np.empty(0, dtype=np.int64)
    parent = np.full(n_bids + n_sets + n_terms + len(costs), -1, dtype=np.int64)
    parent[:n_bids] = np.where(alternates >= 0, n_bids + alternates, above)
    parent[n_bids : n_bids + n_sets] = above[holder]
    parent[top[costs]] = source[costs]
    fed = parent >= 0
    receive, pick, lanes = (np.full(len(parent), NO_LIMIT, dtype=np.int64) for _ in range(3))
    receive[:n_bids] = np.where(fed[:n_bids], quotes.max_units[first], NO_LIMIT)
    lanes[:n_bids] = np.where(np.bincount(bid, minlength=n_bids) > 1, 1, NO_LIMIT)
    lanes[n_bids : n_bids + n_sets] = 1
    pick[source] = terms.capacity_units[at]
    fixed = np.zeros(len(parent))
    fixed[top[costs]] = terms.fixed_cost[at[costs]]
    names = [QUOTE_PREFIX + quotes.quote_id[first]]
    set_names = quotes.supplier[first[holder]] + "/" + quotes.alternate_id[first[holder]]
    names += [ALTERNATES_PREFIX + set_names, SUPPLIER_PREFIX + terms.supplier[at]]
    names += [ORDER_PREFIX + terms.supplier[at[costs]]]
    return Tree(
        bid_of_quote=bid,
        parent=parent,
        name=np.concatenate([np.asarray(part, dtype=np.object_) for part in names]),
        is_bid=np.arange(len(parent)) < n_bids,
        receive_units=receive,
        pick_units=pick,
        outbound_lanes=lanes,
        fixed_cost=fixed,
    )


def _numbers(*columns: Words) -> tuple[Ints, Ints]:
    """Give equal rows one number, in the order of their first ones; also return those."""
    frame = pd.DataFrame(dict(enumerate(columns)))
    number = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy().astype(np.int64)
    return number, np.unique(number, return_index=True)[1].astype(np.int64)


def _sets_of_bids(quotes: Quotes, bid: Ints, first: Ints) -> tuple[Ints, Ints]:
    """Set of alternates of every bid, -1 where it is alone, and a bid of every set."""
    named = quotes.alternate_id[first] != ""
    keys = np.where(named, quotes.alternate_id[first], "\0" + quotes.quote_id[first])
    number, holder = _numbers(keys, quotes.supplier[first])
    several = np.bincount(number, minlength=len(holder)) > 1
    place = np.where(several, np.cumsum(several) - 1, -1)
    return place[number] if len(number) else number, holder[several]


def quote_nodes(tree: Tree) -> dict[str, NDArray[Any]]:
    """Columns of `Nodes`."""
    n = len(tree.name)
    kinds = np.where(tree.is_bid, NodeKind.QUOTE, NodeKind.GATE)
    return {
        "node_id": tree.name,
        "kind": kinds.astype(np.int8),
        "latitude": np.full(n, np.nan),
        "longitude": np.full(n, np.nan),
        "zone": np.full(n, "", dtype=np.object_),
        "transit": tree.parent >= 0,
        "pick_capacity_units": tree.pick_units,
        "receive_capacity_units": tree.receive_units,
        "max_outbound_lanes": tree.outbound_lanes,
        "max_inbound_lanes": np.full(n, NO_LIMIT, dtype=np.int64),
    }


def quote_lane_ids(network: Network) -> Words:
    """Ids of the lanes of quotes, shape ``(n_quotes,)``."""
    quotes = network.quotes
    return np.asarray(QUOTE_PREFIX + quotes.quote_id + ">" + network.nodes.node_id[quotes.node], dtype=np.object_)


def quote_lanes(network: Network, tree: Tree, first_node: int) -> dict[str, NDArray[Any]]:
    """Columns of `Lanes`: a lane for each quote in their order, then those that feed."""
    quotes = network.quotes
    child = np.flatnonzero(tree.parent >= 0)
    n, m = len(quotes), len(child)
    feeding = tree.name[tree.parent[child]] + ">" + tree.name[child]
    none, endless = np.zeros(m, dtype=np.int64), np.full(n + m, NO_LIMIT, dtype=np.int64)
    # One order is enough for anything.
    endless[n:] = 1
    return {
        "lane_id": np.concatenate([quote_lane_ids(network), np.asarray(feeding, dtype=np.object_)]),
        "origin": (np.concatenate([tree.bid_of_quote, tree.parent[child]]) + first_node).astype(np.int32),
        "destination": np.concatenate([quotes.node, child + first_node]).astype(np.int32),
        "lead_time_days": np.concatenate([quotes.lead_time_days, none]),
        "fixed_cost": np.concatenate([quotes.fixed_cost, tree.fixed_cost[child]]),
        "cost_per_unit": np.concatenate([quotes.unit_price, np.zeros(m)]),
        "cost_per_kg": np.zeros(n + m),
        "capacity_kg": np.full(n + m, np.inf),
        "max_dispatches": endless,
        "min_line_units": np.concatenate([quotes.min_units, none]),
        "min_dispatch_kg": np.zeros(n + m),
    }


def quote_stock(network: Network, tree: Tree) -> tuple[Ints, Ints, Ints]:
    """Where goods start: nodes of the tree, SKUs and units."""
    quotes = network.quotes
    bid, row = np.unique(tree.bid_of_quote, return_index=True)
    start = bid.copy()
    while np.any(fed := tree.parent[start] >= 0):
        start[fed] = tree.parent[start[fed]]
    keys = start * max(len(network.products), 1) + quotes.sku[row]
    found, of = np.unique(keys, return_inverse=True)
    units = np.zeros(len(found), dtype=np.int64)
    np.add.at(units, of.reshape(-1), quotes.max_units[row])
    node, sku = found // max(len(network.products), 1), found % max(len(network.products), 1)
    return node, sku, units
