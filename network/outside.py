"""Places outside the network: a node for every exit and every quote, with the lanes and stock that lead there.

So that lines over lanes say all that moves: to a row of `Exits`, units leave over a lane from each node that it serves;
from a row of `Quotes`, they come over a lane to the node that it delivers to (docs/clearance.md, "Places outside").
Nodes and lanes outside stand behind all others, so that the rows of those stay what they are.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.clearance_tables import ExitKind
from network.columns import NO_LIMIT, padded
from network.joins import runs
from network.problems import NetworkError, Problem
from network.quotes_outside import Tree, quote_lane_ids, quote_lanes, quote_nodes, quote_stock, tree_of
from network.tables import Lanes, Network, NodeKind, Nodes, Stock

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.integer[Any]]
Pairs = tuple[Ints, Ints]

EXIT_PREFIX: Final = "exit:"
"""Before the `exit_id`: the id of the node of an exit."""

_Table = TypeVar("_Table", Nodes, Lanes, Stock)


def has_outside(network: Network) -> bool:
    """Whether the network has exits or quotes."""
    return bool(len(network.exits) or len(network.quotes))


def outside_nodes(network: Network) -> Flags:
    """Nodes that stand for exits and quotes, shape ``(n_nodes,)``."""
    return np.asarray(network.nodes.kind >= NodeKind.EXIT)


def outside_lanes(network: Network) -> Flags:
    """Lanes to exits and from quotes, shape ``(n_lanes,)``."""
    outside = outside_nodes(network)
    return np.asarray(outside[network.lanes.origin] | outside[network.lanes.destination])


def exit_of_node(network: Network) -> NDArray[np.int32]:
    """Row of ``network.exits`` that each node stands for, -1: none, shape ``(n_nodes,)``."""
    return _ranks(network.nodes.kind == NodeKind.EXIT)


def quote_of_node(network: Network) -> NDArray[np.int32]:
    """First row of ``network.quotes`` that each node stands for, -1: none, shape ``(n_nodes,)``."""
    quote = quote_of_lane(network)
    lane = np.flatnonzero(quote >= 0)[::-1]
    of_node = np.full(len(network.nodes), -1, dtype=np.int32)
    of_node[network.lanes.origin[lane]] = quote[lane]
    return of_node


def exit_of_lane(network: Network) -> NDArray[np.int32]:
    """Row of ``network.exits`` that each lane leads to, -1: none, shape ``(n_lanes,)``."""
    return exit_of_node(network)[network.lanes.destination]


def quote_of_lane(network: Network) -> NDArray[np.int32]:
    """Row of ``network.quotes`` whose units each lane delivers, -1: none, shape ``(n_lanes,)``."""
    kind, lanes, quotes = network.nodes.kind, network.lanes, network.quotes
    delivers = (kind[lanes.origin] == NodeKind.QUOTE) & (kind[lanes.destination] < NodeKind.EXIT)
    lane = np.flatnonzero(delivers)
    if len(lane) == len(quotes):  # all of them, in their order
        return _ranks(delivers)
    quote = np.full(len(lanes), -1, dtype=np.int32)
    ids = quote_lane_ids(network)
    quote[lane] = pd.Index(ids).get_indexer(pd.Index(lanes.lane_id[lane]))
    # A lane that somebody put beside that of a quote is one more of its bid.
    first = np.full(len(network.nodes), -1, dtype=np.int32)
    known = lane[quote[lane] >= 0][::-1]
    first[lanes.origin[known]] = quote[known]
    quote[lane] = np.where(quote[lane] < 0, first[lanes.origin[lane]], quote[lane])
    return quote


def feeding_lanes(network: Network) -> Flags:
    """Lanes between places outside: goods come down them to the lanes of quotes, shape ``(n_lanes,)``."""
    outside = outside_nodes(network)
    return np.asarray(outside[network.lanes.origin] & outside[network.lanes.destination])


def is_offered(network: Network, lane: Rows, sku: Rows) -> Flags:
    """Whether lanes that feed quotes lead to an offer of SKUs; true of all other lanes.

    Parameters
    ----------
    lane, sku : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    feeds = feeding_lanes(network)
    if not feeds.any():
        return np.ones(len(lane), dtype=np.bool_)
    lanes, n_sku = network.lanes, max(len(network.products), 1)
    into = np.full(len(network.nodes), -1, dtype=np.int64)
    into[lanes.destination[feeds]] = np.flatnonzero(feeds)
    quote = quote_of_lane(network)
    delivering = np.flatnonzero(quote >= 0)
    node, product = lanes.origin[delivering].astype(np.int64), network.quotes.sku[quote[delivering]].astype(np.int64)
    keys = []
    while len(node):
        found = into[node] >= 0
        node, product = node[found], product[found]
        keys.append(into[node] * n_sku + product)
        node = lanes.origin[into[node]].astype(np.int64)
    asked = np.asarray(lane, dtype=np.int64) * n_sku + sku
    return np.asarray(~feeds[lane] | np.isin(asked, np.concatenate(keys)))


def open_days(network: Network) -> tuple[Ints, Ints]:
    """First and last day on which lines may leave over each lane, shape ``(n_lanes,)`` each; 0 and `NO_LIMIT`: any."""
    exit_row = exit_of_lane(network)
    opens, closes = np.append(network.exits.from_day, 0), np.append(network.exits.until_day, NO_LIMIT)
    return opens[exit_row].astype(np.int64), closes[exit_row].astype(np.int64)


def place_name(network: Network, node: int) -> str:
    """Name a node for people: ``node S1``, ``liquidation L``, ``quote Q``."""
    name = str(node_words(network)[node])
    return name if outside_nodes(network)[node] else f"node {name}"


def node_words(network: Network) -> NDArray[np.object_]:
    """Names of nodes for people, shape ``(n_nodes,)``: ``S1``, ``liquidation L``, ``quote Q``."""
    names = network.nodes.node_id.astype(np.object_)
    kinds = np.array([kind.name.lower() for kind in ExitKind], dtype=np.object_)
    names[network.nodes.kind == NodeKind.EXIT] = kinds[network.exits.kind - 1] + " " + network.exits.exit_id
    quote = quote_of_node(network)
    names[quote >= 0] = "quote " + network.quotes.quote_id[quote[quote >= 0]]
    names[network.nodes.kind == NodeKind.GATE] = [
        name.replace(":", " ", 1) for name in names[network.nodes.kind == NodeKind.GATE].tolist()
    ]
    return names


def _ranks(listed: Flags) -> NDArray[np.int32]:
    """Return how many are listed before each listed one, -1 elsewhere."""
    return np.where(listed, np.cumsum(listed) - 1, -1).astype(np.int32)


def without_outside(network: Network) -> Network:
    """Return the network as its files say it: without the nodes, lanes and stock of places outside."""
    outside = outside_nodes(network)
    if not outside.any():
        return network
    return replace(
        network,
        nodes=_rows(network.nodes, np.flatnonzero(~outside)),
        lanes=_rows(network.lanes, np.flatnonzero(~outside_lanes(network))),
        stock=_rows(network.stock, np.flatnonzero(~outside[network.stock.node])),
    )


def with_outside(network: Network) -> Network:
    """Append places outside to a network as its files say it.

    Parameters
    ----------
    network : Network
        Without places outside.

    Returns
    -------
    Network
        Nodes and lanes of exits, then of quotes, behind all others; stock still sorted by SKU, then node.

    Raises
    ------
    NetworkError
        A node or lane has an id that a place outside needs.
    """
    if not has_outside(network):
        return network
    matching = _matching(network)
    served, tree = _served(network, matching), tree_of(network)
    joined = replace(
        network,
        nodes=_appended(network.nodes, _nodes(network, tree)),
        lanes=_appended(network.lanes, _lanes(network, tree, served)),
        stock=_sorted(_appended(network.stock, _stock(network, tree, _taken(network, matching, served)))),
    )
    _refuse_clashes(network, joined)
    return joined


def _nodes(network: Network, tree: Tree) -> dict[str, NDArray[Any]]:
    """Nodes of exits, which receive as much as they take, then of quotes."""
    exits = network.exits
    n = len(exits)
    unlimited, unknown = np.full(n, NO_LIMIT, dtype=np.int64), np.full(n, np.nan)
    of_exits = {
        "node_id": _words(EXIT_PREFIX, exits.exit_id),
        "kind": np.full(n, NodeKind.EXIT, dtype=np.int8),
        "latitude": unknown,
        "longitude": unknown,
        "zone": np.full(n, "", dtype=object),
        "transit": np.zeros(n, dtype=np.bool_),
        "pick_capacity_units": unlimited,
        "receive_capacity_units": exits.capacity_units,
        "max_outbound_lanes": unlimited,
        "max_inbound_lanes": unlimited,
    }
    return _behind(of_exits, quote_nodes(tree))


def _behind(first: dict[str, NDArray[Any]], second: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Put columns behind columns of the same names."""
    return {name: np.concatenate([column, second[name]]) for name, column in first.items()}


def _lanes(network: Network, tree: Tree, served: Pairs) -> dict[str, NDArray[Any]]:
    """Lanes from nodes to the exits that serve them, then those of quotes."""
    exits, node_id = network.exits, network.nodes.node_id
    to_exit, node = _distinct(served[0], network.stock.node[served[1]], len(node_id))
    n, sites = len(to_exit), len(network.nodes)
    of_exits = {
        "lane_id": _words(node_id[node], ">" + EXIT_PREFIX, exits.exit_id[to_exit]),
        "origin": node.astype(np.int32),
        "destination": (sites + to_exit).astype(np.int32),
        "lead_time_days": np.zeros(n, dtype=np.int64),
        "fixed_cost": exits.fixed_cost[to_exit],
        "cost_per_unit": np.zeros(n),
        "cost_per_kg": np.zeros(n),
        "capacity_kg": np.full(n, np.inf),
        "max_dispatches": np.full(n, NO_LIMIT, dtype=np.int64),
        "min_line_units": exits.min_lot_units[to_exit],
        "min_dispatch_kg": np.zeros(n),
    }
    return _behind(of_exits, quote_lanes(network, tree, sites + len(exits)))


def _stock(network: Network, tree: Tree, taken: Pairs) -> dict[str, NDArray[Any]]:
    """Positions of the SKUs that exits take, and of those that quotes offer, all of it to give."""
    sites = len(network.nodes)
    at_exit, sku = taken
    start, offered, units = quote_stock(network, tree)
    n, m = len(at_exit), len(start)
    nothing, free = np.zeros(n + m, dtype=np.int64), np.zeros(n + m, dtype=np.float64)
    return {
        "node": np.concatenate([sites + at_exit, sites + len(network.exits) + start]).astype(np.int32),
        "sku": np.concatenate([sku, offered]).astype(np.int32),
        "on_hand": np.concatenate([nothing[:n], units]),
        "reserved": nothing,
        "safety_stock": nothing,
        "in_transit": nothing,
        "in_transit_arrival_day": nothing,
        "demand_mean": free,
        "demand_std": free,
        "holding_cost": free,
        "shortage_penalty": free,
        "current_price": np.full(n + m, np.nan),
        "no_send_before_day": nothing,
    }


def _served(network: Network, matching: Pairs) -> Pairs:
    """Pairs of an exit and a stock row that it serves."""
    exits, stock = network.exits, network.stock
    exit_row, sku = matching
    # A row of `exits` with a node asks for the node's rows, one without for the rows of its SKUs.
    everywhere = exits.node[exit_row] < 0
    first, last = (np.searchsorted(stock.sku, sku[everywhere], side=side) for side in ("left", "right"))
    owner, row = runs(first, last - first)
    wide = exit_row[everywhere][owner]
    allowed = (network.nodes.kind != NodeKind.SUPPLIER)[stock.node[row]]
    named = np.flatnonzero(~everywhere)
    found = network.stock_row(exits.node[exit_row[named]], sku[named].astype(np.int32))
    here = np.flatnonzero(found >= 0)
    return (
        np.concatenate([wide[allowed], exit_row[named[here]]]),
        np.concatenate([row[allowed], found[here]]),
    )


def _matching(network: Network) -> Pairs:
    """Pairs of an exit and a SKU that it takes and that some node stocks."""
    exits, products, stocked = network.exits, network.products, np.zeros(len(network.products), dtype=np.bool_)
    stocked[network.stock.sku] = True
    by_sku, by_category = exits.sku >= 0, (exits.sku < 0) & (exits.category != "")
    names, code = np.unique(products.category.astype(str), return_inverse=True)
    order = np.argsort(code, kind="stable")
    first, last = (np.searchsorted(code[order], np.arange(len(names)), side=side) for side in ("left", "right"))
    listed = np.flatnonzero(by_category & np.isin(exits.category.astype(str), names))
    of = np.searchsorted(names, exits.category[listed].astype(str))
    owner, place = runs(first[of], (last - first)[of])
    rest, own = np.flatnonzero(~by_sku & ~by_category), np.flatnonzero(by_sku)
    exit_row = np.concatenate([own, listed[owner], np.repeat(rest, len(products))])
    sku = np.concatenate([exits.sku[own], order[place], np.tile(np.arange(len(products)), len(rest))]).astype(np.int64)
    return exit_row[stocked[sku]], sku[stocked[sku]]


def _taken(network: Network, matching: Pairs, served: Pairs) -> Pairs:
    """Pairs of an exit and a SKU that can reach it: from a row that it serves, or past a transit node."""
    passes = np.zeros(len(network.exits), dtype=np.bool_)
    passes[served[0][network.nodes.transit[network.stock.node[served[1]]]]] = True
    here = passes[matching[0]]
    return _distinct(
        np.concatenate([served[0], matching[0][here]]),
        np.concatenate([network.stock.sku[served[1]], matching[1][here]]),
        len(network.products),
    )


def _distinct(first: Ints, second: NDArray[np.integer[Any]], span: int) -> Pairs:
    """Return distinct pairs, by the first, then the second."""
    keys = np.unique(first.astype(np.int64) * max(span, 1) + second)
    return keys // max(span, 1), keys % max(span, 1)


def _words(*parts: NDArray[np.object_] | str) -> NDArray[np.object_]:
    """Put texts together, row by row."""
    joined: Any = parts[0]
    for part in parts[1:]:
        joined = joined + part
    return np.asarray(joined, dtype=object)


def _appended(table: _Table, columns: dict[str, NDArray[Any]]) -> _Table:
    """Put rows behind those of a table; its columns of an unknown meaning stay empty there."""
    count = len(next(iter(columns.values())))
    joined: dict[str, Any] = {name: np.concatenate([getattr(table, name), rows]) for name, rows in columns.items()}
    extra = {name: padded(column, count) for name, column in table.extra.items()}
    return type(table)(**joined, extra=extra)


def _rows(table: _Table, rows: Ints) -> _Table:
    """Take rows of a table."""
    columns: dict[str, Any] = {item.name: getattr(table, item.name) for item in fields(table)}
    extra = {name: column[rows] for name, column in columns.pop("extra").items()}
    return type(table)(**{name: column[rows] for name, column in columns.items()}, extra=extra)


def _sorted(stock: Stock) -> Stock:
    return _rows(stock, np.lexsort((stock.node, stock.sku)))


def _refuse_clashes(network: Network, joined: Network) -> None:
    """Refuse ids of nodes and lanes that places outside need."""
    problems = []
    for table, column, ids, n_own in (
        ("nodes", "node_id", joined.nodes.node_id, len(network.nodes)),
        ("lanes", "lane_id", joined.lanes.lane_id, len(network.lanes)),
    ):
        taken = np.flatnonzero(pd.Index(ids).duplicated(keep="last")[:n_own])
        message, fix = "{} is what a place outside the network is called", "Rename it, or the exit or quote"
        problems += [
            Problem(table, row + 1, column, str(ids[row]), "id_of_outside", message.format(ids[row]), fix)
            for row in taken.tolist()
        ]
    if problems:
        raise NetworkError(problems)
