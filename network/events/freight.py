"""Freight of bids by the lanes of a network: the cheapest path from the supplier to where the item is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from network.columns import NO_LIMIT
from network.events.tables import Event, FreightKind
from network.graph import arrival_vertex, usable_lanes
from network.parsing import Parsed
from network.problems import EventError, ProblemLog
from network.row_reports import Reporter
from network.tables import Network
from network.validation import Tables

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.object_]

_PLACES: Final = 9
"""Decimals of a path's cost: sums of decimal prices are that exact, and their floating point noise is below."""

_SAME_COST: Final = 1e-9
"""Relative difference up to which paths cost the same."""


@dataclass(frozen=True, slots=True)
class LaneFreight:
    """Cheapest paths, and of those that cost the same the fastest; shape ``(n,)`` each."""

    cost: Floats
    """Currency per unit; infinity where there is no path."""
    days: Ints
    """0 where there is no path."""


def lane_freight(network: Network, origin: Ints, destination: Ints, sku: Ints) -> LaneFreight:
    """Find what a unit costs on its way, dispatches aside, and how long it takes.

    Parameters
    ----------
    origin, destination : ndarray of int64, shape (n,)
        Rows of ``network.nodes``.
    sku : ndarray of int64, shape (n,)
        Rows of ``network.products``, -1: any product, without weight.
    """
    cost, days = np.zeros(len(origin)), np.zeros(len(origin), dtype=np.int64)
    goal = arrival_vertex(network, destination)
    away = origin != destination
    for alike, lanes, price in _kinds(network, sku):
        rows = np.flatnonzero(alike & away)
        graph = _Lanes.of(network, lanes, price)
        ends = (origin[rows], goal[rows])
        if len(np.unique(ends[1])) < len(np.unique(ends[0])):  # fewer searches when they run against the lanes
            graph, ends = graph.backwards(), ends[::-1]
        starts, which = np.unique(ends[0], return_inverse=True)
        for number, start in enumerate(starts.tolist()):
            mine = which.reshape(-1) == number
            cost[rows[mine]], days[rows[mine]] = graph.paths(start, ends[1][mine])
    return LaneFreight(cost.round(_PLACES), days)


def with_lane_freight(event: Event, network: Network) -> Event:
    """State the freight of bids whose freight is by lanes, and add the days on the way to their lead times.

    Parameters
    ----------
    network : Network
        Has the nodes of suppliers and items; an item's `sku_id` gives the weight of a unit, 0 where it has none.

    Returns
    -------
    Event
        Without `FreightKind.LANES`.

    Raises
    ------
    NetworkError
        A bid has no path, or names a node that the network does not have.
    """
    bids = event.bids
    rows = np.flatnonzero(bids.freight == FreightKind.LANES)
    if not len(rows):
        return event
    asked = _Asked(
        supplier_node=event.suppliers.node_id[bids.supplier[rows]],
        item_node=event.items.node_id[bids.item[rows]],
        sku=event.items.sku_id[bids.item[rows]],
    )
    found, wrong = asked.look_up(network)
    if np.any(wrong):
        log = ProblemLog()
        cells: dict[str, Any] = {"bid": bids.bid_id[rows], **asked.cells()}
        for code, (where, message) in enumerate(_MESSAGES.items(), 1):
            said = f"bid {{bid}}: {message}"
            log.add_rows("bids", "freight", where, wrong == code, message=said, fix=_FIX, **cells)
        raise EventError(log.errors())
    cost, days = np.zeros(len(bids)), np.zeros(len(bids), dtype=np.int64)
    cost[rows], days[rows] = found.cost, found.days
    return stated_freight(event, LaneFreight(cost, days))


def stated_freight(event: Event, found: LaneFreight) -> Event:
    """Add what was found on lanes to freight and lead times of bids, 0 where their freight was stated before."""
    bids = event.bids
    freight = (bids.freight_per_unit + found.cost).round(_PLACES)
    stated = replace(
        bids,
        freight=np.full(len(bids), FreightKind.STATED, dtype=np.int8),
        freight_per_unit=np.where(found.cost > 0, freight, bids.freight_per_unit),
        lead_time_days=np.minimum(bids.lead_time_days + found.days, NO_LIMIT),
    )
    return replace(event, bids=stated)


def check_lanes(tables: Tables, network: Network | None, log: ProblemLog) -> LaneFreight:
    """Require a network, its nodes and a path where freight is by lanes; cells without node_id have been reported.

    Returns
    -------
    LaneFreight
        Of every bid, 0 where its freight is stated or there is none to be found.
    """
    items, suppliers, bids = (tables[name] for name in ("items", "suppliers", "bids"))
    report = Reporter(bids, log)
    cost, days = np.zeros(bids.n_rows), np.zeros(bids.n_rows, dtype=np.int64)
    lanes = (bids["freight"] == FreightKind.LANES) & (bids["item_id"] >= 0) & (bids["supplier_id"] >= 0)
    if network is None:
        message, fix = "{row} has freight by lanes, and there is no network", "Give the network, or state the freight"
        report.error("freight", "no_network", lanes, message, fix)
        return LaneFreight(cost, days)
    asked = _Asked(_of(suppliers, "node_id", bids), _of(items, "node_id", bids), _of(items, "sku_id", bids))
    rows = np.flatnonzero(lanes & (asked.supplier_node != "") & (asked.item_node != ""))
    found, wrong = asked.at(rows).look_up(network)
    cost[rows], days[rows] = found.cost, found.days
    for code, (where, message) in enumerate(_MESSAGES.items(), 1):
        marked = np.zeros(bids.n_rows, dtype=np.bool_)
        marked[rows[wrong == code]] = True
        report.error("freight", where, marked, f"{{row}}: {message}", _FIX, **asked.cells())
    return LaneFreight(cost, days)


_FIX: Final = "Correct node_id or sku_id, add a lane, or state the freight"

_MESSAGES: Final = {
    "unknown_node": "the network has no node {origin} or no node {destination}",
    "unknown_sku": "the network has no SKU {sku}",
    "no_path": "no path of lanes leads from {origin} to {destination}",
}
"""What can be wrong, by code; numbered from 1 as they stand here."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Ends and products of bids, by name."""

    supplier_node: Words
    item_node: Words
    sku: Words

    def at(self, rows: NDArray[np.intp]) -> _Asked:
        return _Asked(self.supplier_node[rows], self.item_node[rows], self.sku[rows])

    def cells(self) -> dict[str, Any]:
        """Columns for messages."""
        return {"origin": self.supplier_node, "destination": self.item_node, "sku": self.sku}

    def look_up(self, network: Network) -> tuple[LaneFreight, NDArray[np.int8]]:
        """Freight, and the number of what is wrong, 0: nothing."""
        nodes, skus = pd.Index(network.nodes.node_id), pd.Index(network.products.sku_id)
        origin, destination = (
            nodes.get_indexer(pd.Index(self.supplier_node)),
            nodes.get_indexer(pd.Index(self.item_node)),
        )
        sku = skus.get_indexer(pd.Index(self.sku))
        wrong = np.zeros(len(origin), dtype=np.int8)
        wrong[(sku < 0) & (self.sku != "")] = 2
        wrong[(origin < 0) | (destination < 0)] = 1
        good = np.flatnonzero(wrong == 0)
        found = lane_freight(network, origin[good], destination[good], sku[good])
        cost, days = np.zeros(len(origin)), np.zeros(len(origin), dtype=np.int64)
        cost[good], days[good] = found.cost, found.days
        wrong[np.isinf(cost)] = 3
        return LaneFreight(cost, days), wrong


def _of(table: Parsed, column: str, bids: Parsed) -> Words:
    """Text of every bid's supplier or item, empty where that is unknown."""
    at = bids["supplier_id" if table.table.name == "suppliers" else "item_id"]
    return np.asarray(np.append(table[column], "")[at], dtype=object)


@dataclass(frozen=True, slots=True)
class _Lanes:
    """A graph of lanes for one kind of product; parallel lanes stand for the cheapest, then fastest of them."""

    n_vertices: int
    tail: Ints
    head: Ints
    cost: Floats
    days: Ints

    @classmethod
    def of(cls, network: Network, lanes: Ints, price: Floats) -> _Lanes:
        n_nodes = len(network.nodes)
        tail = network.lanes.origin[lanes].astype(np.int64)
        head = arrival_vertex(network, network.lanes.destination[lanes].astype(np.int64))
        days, cost = network.lanes.lead_time_days[lanes], price[lanes]
        ends = tail * 2 * n_nodes + head
        order = np.lexsort((days, cost, ends))
        kept = order[np.diff(ends[order], prepend=-1) > 0]
        return cls(2 * n_nodes, tail[kept], head[kept], cost[kept], days[kept])

    def backwards(self) -> _Lanes:
        """Turn all lanes round."""
        return _Lanes(self.n_vertices, self.head, self.tail, self.cost, self.days)

    def paths(self, start: int, goals: Ints) -> tuple[Floats, Ints]:
        """Cost and days of the best paths from a vertex to others."""
        cost = self._shortest(start, self.cost, np.ones(len(self.tail), dtype=np.bool_))
        reached = np.isfinite(cost[self.tail])
        longer = cost[self.tail[reached]] + self.cost[reached] - cost[self.head[reached]]
        on_path = np.zeros(len(self.tail), dtype=np.bool_)
        on_path[reached] = longer <= _SAME_COST * np.maximum(1.0, cost[self.head[reached]])
        days = self._shortest(start, self.days.astype(np.float64), on_path)[goals]
        return cost[goals], np.where(np.isfinite(days), days, 0).astype(np.int64)

    def _shortest(self, start: int, weight: Floats, kept: NDArray[np.bool_]) -> Floats:
        """Least weight of a path of kept lanes to every vertex, shape ``(n_vertices,)``."""
        shape = (self.n_vertices, self.n_vertices)
        graph: Any = csr_array((weight[kept], (self.tail[kept], self.head[kept])), shape=shape)
        return np.asarray(dijkstra(graph, indices=np.array([start]))[0])


def _kinds(network: Network, sku: Ints) -> Iterator[tuple[NDArray[np.bool_], Ints, Floats]]:
    """Mask of products that travel alike, the lanes that they may use, and the price of a unit on every lane."""
    lanes = network.lanes
    weighs = bool(np.any(lanes.cost_per_kg > 0))
    alike: dict[tuple[float, bytes], list[int]] = {}
    usable: dict[tuple[float, bytes], NDArray[np.bool_]] = {}
    for product in np.unique(sku).tolist():
        may = usable_lanes(network, None if product < 0 else product)
        weight = 0.0 if product < 0 or not weighs else float(np.nan_to_num(network.products.unit_weight_kg[product]))
        key = (weight, np.packbits(may).tobytes())
        alike.setdefault(key, []).append(product)
        usable[key] = may
    for key, products in alike.items():
        price = lanes.cost_per_unit + key[0] * lanes.cost_per_kg
        yield np.isin(sku, products), np.flatnonzero(usable[key]).astype(np.int64), price
