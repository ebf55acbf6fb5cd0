"""For every unmet position, and for every sender, the ways over which units could still come or go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER, Cells, Edges, join_lanes
from network.lane_rules import may_carry
from network.outside import is_offered, outside_nodes
from optimizer.reasons.residual import Residual
from optimizer.reasons.ways import NO_LANE_ROW, Graph, Paths, Ways, best_ways, graph_of, trace
from optimizer.scope import responses_of_lanes
from optimizer.worth.economics import lane_unit_cost

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Senders:
    """Who may still send what, per cell, and the best of them per SKU."""

    is_sender: Flags
    """Has a case to give, worth less there than an unmet unit of the SKU somewhere, shape ``(n_cells,)``."""
    last_worth: Ints
    """Worth of the unit that leaves first; `NEVER` where none may leave, shape ``(n_cells,)``."""
    release_day: Ints
    """First day on which one may, shape ``(n_cells,)``."""
    best: Ints
    """Cell inside the network whose unit is worth least, shape ``(n_products,)``; -1 where none may leave."""
    next_best: Ints
    """The best cell besides, shape ``(n_products,)``; -1 where there is none."""

    def best_for(self, cell: Ints, sku: Ints) -> Ints:
        """Best cell to send to cells, other than they themselves; -1 where there is none."""
        return np.where(self.best[sku] == cell, self.next_best[sku], self.best[sku])


def senders_of(residual: Residual, *, everywhere: bool) -> Senders:
    """Find the cells that may still send, for SKUs with unmet demand; `everywhere`: closed positions too."""
    cells, stacks, n_products = residual.cells, residual.stacks, len(residual.network.products)
    best_gain = np.full(n_products, -NEVER, dtype=np.int64)
    index = np.arange(len(residual.unmet_row))
    np.maximum.at(best_gain, cells.sku[residual.unmet_cell], residual.gain(index))
    asked = best_gain[cells.sku[stacks.cell]] > -NEVER
    able = np.flatnonzero(asked & (cells.is_open[stacks.cell] | everywhere))
    cell, worth = stacks.cell[able], residual.last_worth(able)
    last_worth = np.full(len(cells), NEVER, dtype=np.int64)
    release_day = np.full(len(cells), NEVER, dtype=np.int64)
    np.minimum.at(last_worth, cell, worth)
    np.minimum.at(release_day, cell, stacks.release_day[able])
    # Of equals the one with most units, then the first.
    order = np.lexsort((-stacks.may_leave[able], worth, cells.sku[cell]))
    order = order[~outside_nodes(residual.network)[cells.node[cell[order]]]]
    skus, first = np.unique(cells.sku[cell][order], return_index=True)
    best = np.full(n_products, -1, dtype=np.int64)
    best[skus] = cell[order][first]
    others = order[cell[order] != best[cells.sku[cell[order]]]]
    skus, first = np.unique(cells.sku[cell[others]], return_index=True)
    next_best = np.full(n_products, -1, dtype=np.int64)
    next_best[skus] = cell[others][first]
    return Senders(last_worth < best_gain[cells.sku], last_worth, release_day, best, next_best)


class Search:
    """Ways between senders and unmet positions; each kind is searched for once, when it is first asked for.

    `everywhere` looks at lanes and positions that the request's rules close as if they were open.
    """

    def __init__(self, residual: Residual, *, everywhere: bool = False) -> None:
        self.residual, self.senders = residual, senders_of(residual, everywhere=everywhere)
        self.edges, self.cell = _edges(residual, self.senders, everywhere=everywhere)
        cells = residual.cells
        self.local = np.full(len(cells), -1, dtype=np.int64)
        self.local[self.cell] = np.arange(len(self.cell))
        self.graph = graph_of(self.edges, cells.transit[self.cell])
        self.source = np.where(self.senders.is_sender, self.senders.last_worth, NEVER)[self.cell]
        self.sku = cells.sku[self.cell]
        leads = residual.network.lanes.lead_time_days[self.graph.lane]
        self.has_days = bool(np.any(leads) or np.any(residual.stacks.release_day))

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
    def new_rows(self) -> tuple[Flags, ...]:
        """Which paths of each kind are no path of a kind before, shape ``(n_unmet,)`` each."""
        kinds = self.paths_to_unmet
        new = [np.ones(len(paths), dtype=np.bool_) for paths in kinds]
        for nth, paths in enumerate(kinds):
            for before in kinds[:nth]:
                new[nth] &= ~paths.same_as(before)
        return tuple(new)

    @cached_property
    def _others(self) -> Ints:
        """Cost of the own units of cells that miss none."""
        source = self.source.copy()
        known = self.local[self.residual.unmet_cell]
        source[known[known >= 0]] = NEVER
        return source

    @property
    def is_offered(self) -> Flags:
        """Unmet positions that units on offer by some quote can reach."""
        bought = outside_nodes(self.residual.network)[self.residual.cells.node]
        first, second, *_ = self.paths_to_unmet
        return (first.leads & bought[first.sender]) | (second.leads & bought[second.sender])

    @property
    def is_reached(self) -> Flags:
        """Unmet positions that some path leads to from another cell that sends."""
        first, second, *_ = self.paths_to_unmet
        return first.leads | second.leads

    @cached_property
    def fastest(self) -> Paths:
        """Fastest paths to all unmet positions: from cells that miss no units, else from any."""
        lead = self.residual.network.lanes.lead_time_days[self.graph.lane]
        released = self.senders.release_day[self.cell]
        from_others, from_any = (
            self._paths(lead, np.where(source < NEVER, released, NEVER)) for source in (self._others, self.source)
        )
        return from_others.replaced(~from_others.leads, from_any)

    def paths_from(self, sender: Ints) -> Paths:
        """Most valuable path from each sender to an unmet position, by unit costs; without lanes where none leads."""
        graph = graph_of(self.edges, self.graph.passes_on, backward=True)
        gain = np.full(len(self.cell), NEVER, dtype=np.int64)
        unmet = self.local[self.residual.unmet_cell]
        known = np.flatnonzero(unmet >= 0)
        gain[unmet[known]] = -self.residual.gain(known)
        ways = best_ways(graph, self._cost_on(graph), gain)
        return self._traced(graph, ways, sender)

    def _paths(self, step: Ints, source: Ints) -> Paths:
        return self._traced(self.graph, best_ways(self.graph, step, source), self.residual.unmet_cell)

    def _traced(self, graph: Graph, ways: Ways, cells: Ints) -> Paths:
        """Trace ways to cells; those that are not in the graph get no lanes."""
        known = np.flatnonzero(self.local[cells] >= 0)
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
            `NEVER` where lane or nodes have no room for a case.
        """
        room, residual, lanes = self.residual.room, self.residual, self.residual.network.lanes
        lane, sku = self.graph.lane, self.sku[self.graph.tail]
        share = np.ones(len(residual.network.products), dtype=np.int64)
        if units is None:
            np.maximum.at(share, residual.cells.sku[residual.unmet_cell], residual.unmet_units)
        pack = residual.network.products.case_pack[sku]
        case = pack * residual.weight[sku]
        opens = room.runs[lane] == 0
        idle = opens | (room.free_load[lane] < case)
        dispatch = room.fixed_cost[lane] + room.dispatch_hurdle
        cost = self._unit_cost + (np.where(idle, dispatch, 0) + room.line_hurdle) // share[sku]
        origin, destination = lanes.origin[lane], lanes.destination[lane]
        full = (room.pick_left[origin] < pack) | (room.receive_left[destination] < pack)
        full |= opens & ((room.out_left[origin] < 1) | (room.in_left[destination] < 1))
        return np.where(full | (room.most_load[lane] - room.load[lane] < case), NEVER, cost)


def _edges(residual: Residual, senders: Senders, *, everywhere: bool) -> tuple[Edges, Ints]:
    """Edges from senders and transit cells to unmet and transit cells, and the cells they join."""
    cells, network = residual.cells, residual.network
    wanted = np.zeros(len(network.products), dtype=bool)
    wanted[cells.sku[residual.unmet_cell]] = True
    receives = cells.transit.copy()
    receives[residual.unmet_cell] = True
    sends = cells.transit | senders.is_sender
    usable = (cells.open_to != 0) | everywhere
    cell = np.flatnonzero(wanted[cells.sku] & (receives | sends) & usable)
    rows = Cells(cells.sku[cell].astype(np.int32), cells.node[cell].astype(np.int32), sends[cell], cells.transit[cell])
    edges = join_lanes(network.lanes, rows, len(network.nodes))
    keep = receives[cell][edges.destination] & is_offered(network, edges.lane, rows.sku[edges.origin])
    if not everywhere:
        open_to, response = cells.open_to[cell], responses_of_lanes(network)
        keep &= (open_to[edges.origin] & open_to[edges.destination] & response[edges.lane]) != 0
        keep &= may_carry(network, edges.lane, rows.sku[edges.origin])
    return edges.take(keep), cell
