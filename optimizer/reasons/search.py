"""For every unmet position, and for every sender, the ways over which units could still come or go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, Cells, Edges, join_lanes
from optimizer.economics import lane_unit_cost
from optimizer.reasons.residual import Residual, counting_units
from optimizer.reasons.ways import NO_LANE_ROW, Graph, Paths, Ways, best_ways, graph_of, trace

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Senders:
    """Who may still send what, per cell of the scope, and the best of them per SKU."""

    is_sender: NDArray[np.bool_]
    """Has a case to give, worth less there than an unmet unit of the SKU somewhere."""
    last_worth: Ints
    """Worth of the unit that leaves first; `NEVER` where none may leave, shape ``(n_cells,)``."""
    best: Ints
    """Cell whose unit is worth least, shape ``(n_products,)``; -1 where none may leave."""
    best_worth: Ints
    """Shape ``(n_products,)``; `NEVER` where none may leave."""


def senders_of(residual: Residual) -> Senders:
    """Find the cells that may still send, for SKUs with unmet demand."""
    scope, n_products = residual.scope, len(residual.network.products)
    best_gain = np.full(n_products, -NEVER, dtype=np.int64)
    sku = scope.cells.sku
    np.maximum.at(best_gain, sku[residual.unmet_cell], residual.worth.full_worth[residual.unmet_cell])
    able = np.flatnonzero((residual.may_leave > 0) & (best_gain[sku] > -NEVER))
    last_worth = np.full(len(sku), NEVER, dtype=np.int64)
    last_worth[able] = residual.last_unit_worth(able)
    # Of equals the one with most units, then the first.
    order = able[np.lexsort((-residual.may_leave[able], last_worth[able], sku[able]))]
    skus, first = np.unique(sku[order], return_index=True)
    best = np.full(n_products, -1, dtype=np.int64)
    best[skus] = order[first]
    best_worth = np.where(best >= 0, last_worth[best] if len(last_worth) else NEVER, NEVER)
    return Senders(last_worth < best_gain[sku], last_worth, best, best_worth)


class Search:
    """Ways between senders and unmet positions; each kind is searched for once, when it is first asked for."""

    def __init__(self, residual: Residual) -> None:
        self.residual, self.senders = residual, senders_of(residual)
        self.edges, self.cell = _edges(residual, self.senders)
        scope = residual.scope
        self.local = np.full(len(scope.cells), -1, dtype=np.int64)
        self.local[self.cell] = np.arange(len(self.cell))
        self.graph = graph_of(self.edges, scope.transit[self.cell])
        self.source = np.where(self.senders.is_sender, self.senders.last_worth, NEVER)[self.cell]
        self.sku = scope.cells.sku[self.cell]
        self.has_days = bool(np.any(residual.network.lanes.lead_time_days[self.graph.lane]))

    @cached_property
    def _unit_cost(self) -> Ints:
        return self._cost_on(self.graph)

    def _cost_on(self, graph: Graph) -> Ints:
        sku = self.sku[graph.tail]
        return lane_unit_cost(self.residual.network, graph.lane.astype(np.int32), sku)

    @cached_property
    def paths_to_unmet(self) -> tuple[Paths, ...]:
        """Paths to all unmet positions: cheapest by unit costs (twice), cheapest with dispatches (twice), fastest.

        A position that misses units itself may be the cheapest source, even of a round trip to itself, so the first
        and the last are from the other senders only.
        """
        cheapest = (self._paths(self._unit_cost, self._others), self._paths(self._unit_cost, self.source))
        with_dispatches = (self._paths(self._cost_with_dispatches(units), self.source) for units in (1, None))
        return (*cheapest, *with_dispatches, *([self.fastest] if self.has_days else []))

    @cached_property
    def _others(self) -> Ints:
        """Cost of the own units of cells that miss none."""
        source = self.source.copy()
        source[self.local[self.residual.unmet_cell]] = NEVER
        return source

    @property
    def is_reached(self) -> NDArray[np.bool_]:
        """Unmet positions that some path leads to from another cell that sends."""
        first, second, *_ = self.paths_to_unmet
        return first.leads | second.leads

    @cached_property
    def fastest(self) -> Paths:
        """Fastest paths to all unmet positions: from cells that miss no units, else from any."""
        lead = self.residual.network.lanes.lead_time_days[self.graph.lane]
        released = self.residual.release_day[self.cell]
        from_others, from_any = (
            self._paths(lead, np.where(source < NEVER, released, NEVER)) for source in (self._others, self.source)
        )
        return from_others.replaced(~from_others.leads, from_any)

    def arrival_day(self, paths: Paths) -> Ints:
        """Day on which units that take each path arrive."""
        lead = np.append(self.residual.network.lanes.lead_time_days, 0)
        return np.asarray(self.residual.release_day[paths.sender] + lead[paths.lanes].sum(axis=1))

    @cached_property
    def counting(self) -> Ints:
        """Units that would count per unmet position and day of arrival, up to the last day of any path."""
        days = [int(self.arrival_day(paths).max(initial=0)) for paths in self.paths_to_unmet]
        return counting_units(self.residual, min(max(days), self.residual.network.horizon_days))

    def units_in_time(self, index: Ints, day: Ints) -> Ints:
        """Units that would count at unmet positions when they arrive on a day."""
        last = self.counting.shape[1] - 1
        return np.where(day <= last, self.counting[index, np.minimum(day, last)], 0)

    def last_day(self, index: Ints) -> Ints:
        """Last day on which one more unit would count at unmet positions."""
        return np.asarray((self.counting[index] > 0).sum(axis=1) - 1)

    def paths_from(self, sender: Ints) -> Paths:
        """Most valuable path from each sender to an unmet position, by unit costs; without lanes where none leads."""
        graph = graph_of(self.edges, self.graph.passes_on, backward=True)
        gain = np.full(len(self.cell), NEVER, dtype=np.int64)
        unmet = self.local[self.residual.unmet_cell]
        gain[unmet] = -self.residual.worth.full_worth[self.residual.unmet_cell]
        ways = best_ways(graph, self._cost_on(graph), gain)
        known = np.flatnonzero(self.local[sender] >= 0)
        return self._traced(graph, ways, sender, known)

    def _paths(self, step: Ints, source: Ints) -> Paths:
        ways = best_ways(self.graph, step, source)
        return self._traced(self.graph, ways, self.residual.unmet_cell, np.arange(len(self.residual.unmet_cell)))

    def _traced(self, graph: Graph, ways: Ways, cells: Ints, known: Ints) -> Paths:
        """Trace ways to cells of the scope; cells that are not `known` to the graph get no lanes."""
        found = trace(graph, ways, self.local[cells[known]])
        lanes = np.full((len(cells), found.lanes.shape[1]), NO_LANE_ROW, dtype=np.int64)
        sender, receiver = cells.copy(), cells.copy()
        lanes[known] = found.lanes
        if len(known):
            sender[known], receiver[known] = self.cell[found.sender], self.cell[found.receiver]
        return Paths(lanes, sender, receiver)

    def _cost_with_dispatches(self, units: int | None) -> Ints:
        """Add to the unit cost a share of one more dispatch where a case does not fit those that run.

        Parameters
        ----------
        units : int or None
            How many units share a dispatch; None: as many as the SKU's most unmet position misses.

        Returns
        -------
        ndarray of int64, shape (n_edges,)
            `NEVER` where a case does not fit all the dispatches that may run.
        """
        room, residual = self.residual.room, self.residual
        lane, sku = self.graph.lane, self.sku[self.graph.tail]
        share = np.ones(len(residual.network.products), dtype=np.int64)
        if units is None:
            np.maximum.at(share, residual.scope.cells.sku[residual.unmet_cell], residual.unmet_units)
        case = residual.network.products.case_pack[sku] * residual.weight[sku]
        idle = (room.runs[lane] == 0) | (room.free_load[lane] < case)
        cost = self._unit_cost + np.where(idle, room.fixed_cost[lane] // share[sku], 0)
        return np.where(room.most_load[lane] - room.load[lane] < case, NEVER, cost)


def _edges(residual: Residual, senders: Senders) -> tuple[Edges, Ints]:
    """Edges from senders and transit cells to unmet and transit cells, and the cells they join."""
    scope = residual.scope
    wanted = np.zeros(len(residual.network.products), dtype=bool)
    wanted[scope.cells.sku[residual.unmet_cell]] = True
    receives = scope.transit.copy()
    receives[residual.unmet_cell] = True
    sends = scope.transit | senders.is_sender
    cell = np.flatnonzero(wanted[scope.cells.sku] & (receives | sends))
    cells = Cells(scope.cells.sku[cell], scope.cells.node[cell], sends[cell], scope.transit[cell])
    edges = join_lanes(residual.network.lanes, cells, len(residual.network.nodes))
    return edges.take(receives[cell][edges.destination]), cell
