"""The graph of nodes and lanes, and the questions asked of it: who can reach whom, by when, over which path.

Units pass only through nodes with `transit`; elsewhere they stay. The graph says so by its vertices: a node is one
vertex to leave from and, unless it has transit, another to arrive at, so that every path in the graph is a way goods
can take. Days add up along it; waiting is free. Nodes and lanes are rows of the network's tables throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from network.lane_rules import may_carry
from network.tables import Network


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one node to another."""

    lanes: tuple[int, ...]
    """Rows of `Network.lanes` in the order of travel; empty from a node to itself."""
    days: int
    """Sum of the lead times."""


@dataclass(frozen=True, slots=True)
class Donor:
    """A node that can give units of a SKU to another node."""

    node: int
    """Row of `Network.nodes`."""
    units: int
    """What it may give: on hand, less reserved, less safety stock."""
    arrives_day: int
    """Of the units over `route`: `no_send_before_day` and the days of the way."""
    route: Route
    """The fastest way from there."""


def lane_graph(network: Network, sku: int | None = None) -> nx.DiGraph:
    """Build the graph of the ways goods can take.

    Parameters
    ----------
    sku : int, optional
        Row of `Network.products`: leave out the lanes that cannot carry it, see `usable_lanes`.

    Returns
    -------
    networkx.DiGraph
        Vertex ``n`` is leaving node ``n``, vertex `arrival_vertex` arriving there. Edges carry ``lane``, a row of
        `Network.lanes`, and ``days``; of parallel lanes the fastest stands for all, the first of equals.
    """
    lanes, n_nodes = network.lanes, len(network.nodes)
    rows = np.flatnonzero(usable_lanes(network, sku))
    ends = lanes.origin[rows].astype(np.int64) * n_nodes + lanes.destination[rows]
    order = np.lexsort((rows, lanes.lead_time_days[rows], ends))
    rows = rows[order][np.diff(ends[order], prepend=-1) > 0]
    arrivals = arrival_vertex(network, np.arange(n_nodes, dtype=np.int64))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_nodes_from(arrivals.tolist())
    tails, heads = lanes.origin[rows].tolist(), arrivals[lanes.destination[rows]].tolist()
    edges = zip(tails, heads, rows.tolist(), lanes.lead_time_days[rows].tolist(), strict=True)
    graph.add_edges_from((tail, head, {"lane": lane, "days": days}) for tail, head, lane, days in edges)
    return graph


def arrival_vertex(network: Network, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Vertex of `lane_graph` that stands for arriving at each node: the node itself where it has transit."""
    return np.where(network.nodes.transit[nodes], nodes, nodes + len(network.nodes))


def usable_lanes(network: Network, sku: int | None = None) -> NDArray[np.bool_]:
    """Lanes that may run, and may and can carry the smallest line of a SKU.

    Parameters
    ----------
    sku : int, optional
        Row of `Network.products`; None: whatever the product.

    Returns
    -------
    ndarray of bool, shape (n_lanes,)
    """
    lanes, products = network.lanes, network.products
    usable: NDArray[np.bool_] = lanes.max_dispatches > 0
    if sku is None:
        return usable
    cases = np.maximum(1, -(-lanes.min_line_units // products.case_pack[sku]))
    kilograms = cases * products.case_pack[sku] * np.nan_to_num(products.unit_weight_kg[sku])
    usable &= kilograms <= lanes.capacity_kg * np.maximum(lanes.max_dispatches, 1)
    return usable & may_carry(network, np.arange(len(lanes)), np.full(len(lanes), sku))


def fastest_path(network: Network, origin: int, destination: int, *, graph: nx.DiGraph | None = None) -> Route | None:
    """Fastest way from one node to another.

    Parameters
    ----------
    origin, destination : int
        Rows of `Network.nodes`.
    graph : networkx.DiGraph, optional
        Of `lane_graph`; built when not given.

    Returns
    -------
    Route or None
        None when no way leads there.
    """
    if origin == destination:
        return Route((), 0)
    graph = lane_graph(network) if graph is None else graph
    target = int(arrival_vertex(network, np.asarray([destination]))[0])
    try:
        days, vertices = nx.single_source_dijkstra(graph, origin, target, weight="days")
    except nx.NetworkXNoPath:
        return None
    return Route(_lanes_along(graph, vertices), int(days))


def earliest_arrival(network: Network, origin: int, destination: int, *, graph: nx.DiGraph | None = None) -> int | None:
    """Day on which units that leave `origin` on day 0 can be at `destination`; None when no way leads there."""
    route = fastest_path(network, origin, destination, graph=graph)
    return None if route is None else route.days


def donors_reaching(
    network: Network, node: int, sku: int, within_days: int | None = None, *, graph: nx.DiGraph | None = None
) -> tuple[Donor, ...]:
    """Nodes that have units of a SKU to give and can get them to a node.

    Parameters
    ----------
    node, sku : int
        Rows of `Network.nodes` and `Network.products`.
    within_days : int, optional
        Last day of arrival.
    graph : networkx.DiGraph, optional
        Of `lane_graph`; built for the SKU when not given.

    Returns
    -------
    tuple of Donor
        The earliest first, then by node.
    """
    graph = lane_graph(network, sku) if graph is None else graph
    target = int(arrival_vertex(network, np.asarray([node]))[0])
    days, paths = nx.single_source_dijkstra(graph.reverse(copy=False), target, cutoff=within_days, weight="days")
    stock = network.stock
    spare = givable_units(network)
    rows = np.flatnonzero((stock.sku == sku) & (spare > 0) & (stock.node != node))
    columns = (stock.node[rows].tolist(), spare[rows].tolist(), stock.no_send_before_day[rows].tolist())
    donors = [
        Donor(
            origin, units, rest + int(days[origin]), Route(_lanes_along(graph, paths[origin][::-1]), int(days[origin]))
        )
        for origin, units, rest in zip(*columns, strict=True)
        if origin in days and (within_days is None or rest + days[origin] <= within_days)
    ]
    return tuple(sorted(donors, key=lambda donor: (donor.arrives_day, donor.node)))


def givable_units(network: Network) -> NDArray[np.int64]:
    """Units each position may give on day 0, shape ``(n_positions,)``."""
    stock = network.stock
    spare: NDArray[np.int64] = np.maximum(0, stock.on_hand - stock.reserved - stock.safety_stock)
    return spare


def components(network: Network) -> tuple[NDArray[np.int64], ...]:
    """Group the nodes that lanes connect, whatever their direction; two groups can never exchange anything.

    Returns
    -------
    tuple of ndarray of int64
        Rows of `Network.nodes`, ascending; the largest group first.
    """
    usable = usable_lanes(network)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(network.nodes)))
    ends = (network.lanes.origin[usable].tolist(), network.lanes.destination[usable].tolist())
    graph.add_edges_from(zip(*ends, strict=True))
    groups = [np.asarray(sorted(group), dtype=np.int64) for group in nx.connected_components(graph)]
    return tuple(sorted(groups, key=lambda group: (-len(group), int(group[0]))))


def _lanes_along(graph: nx.DiGraph, vertices: list[int]) -> tuple[int, ...]:
    return tuple(graph.edges[step]["lane"] for step in pairwise(vertices))
