"""Transfers as rows of the canonical model.

Most positions are one row: what is there, what may come in, what may leave and what the units that stay are worth. Two
cases need more:

* a node without transit that may both send and receive a SKU has a sending row (own stock) and a receiving row, so that
  what it receives cannot leave again;
* where units can arrive on days after 0, each day has a receiving row of its own. From it, units either count as stock,
  through a cap that nests over the days (U(l) of docs/model.md), or are left over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import NO_LIMIT, AlertKind, Network
from optimizer.economics import (
    NO_WEIGHT_LIMIT,
    alert_units,
    arrival_cap_units,
    give_units,
    lane_capacity,
    lane_fixed_cost,
    lane_least_load,
    product_weight,
    skus_in_scope,
    value_change,
)
from optimizer.model import (
    UNLIMITED,
    Flows,
    Increments,
    Limits,
    Members,
    Model,
    Positions,
    Switches,
    Terms,
)
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.transfer.cells import (
    Candidates,
    Scope,
    candidates_of,
    scope_of,
    units_worth_less,
    units_worth_more,
)
from optimizer.transfer.legs import Legs, legs_of

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TransferModel:
    """The canonical model of a request, and how to read its first flows and switches as transfers."""

    model: Model
    flow_lane: NDArray[np.int32]
    """Lane of the first ``n_lines`` flows; the flows after them stay within a node."""
    flow_sku: NDArray[np.int32]
    flow_arrives_day: NDArray[np.int32]
    switch_lane: NDArray[np.int32]
    """Lane of the first switches (its dispatches); the switches after them are smallest lines."""
    must_send: bool
    """Some over-stock must leave, so doing nothing is no plan."""
    position_cell: NDArray[np.int32]
    """(node, SKU) of every position of the model, shape ``(n_positions, 2)``."""
    position_demand: NDArray[np.int64]
    """Units that every position must receive, 0 where its own row does not say so."""
    limit_cell: NDArray[np.int32]
    """(node, SKU) of every limit of the model."""


def build(network: Network, request: Request) -> TransferModel:
    """Build the transfer problem of a request.

    Parameters
    ----------
    network : Network
        A validated network.
    request : Request
        What may be planned.

    Returns
    -------
    TransferModel
        With every flow that a best plan could need, and no other.
    """
    scope = scope_of(network, request)
    candidates = candidates_of(network, scope)
    return _Builder(network, request, scope, candidates, legs_of(network, scope, candidates)).build()


class _Builder:
    """The arrays that the steps of one build share; each step reads the ones before it."""

    def __init__(self, network: Network, request: Request, scope: Scope, candidates: Candidates, legs: Legs) -> None:
        self.network, self.request, self.scope, self.candidates, self.legs = network, request, scope, candidates, legs
        edges = candidates.edges
        self.origin = edges.origin[legs.edge].astype(np.int64)
        self.destination = edges.destination[legs.edge].astype(np.int64)
        self.lane = edges.lane[legs.edge]
        self.forced = candidates.forced[legs.edge]
        self.has_days = bool(np.any(legs.arrives_day))

    def build(self) -> TransferModel:
        """Run the steps."""
        self._supplies()
        self._positions()
        self._internal_flows()
        self._increments()
        most = self._most_units()
        n_lines = len(self.lane)
        sku = self.scope.cells.sku[self.origin]
        unit_cost = self.candidates.unit_cost[self.legs.edge]
        flows = Flows(
            origin=np.concatenate([self.flow_origin, self.inner_origin]).astype(np.int32),
            destination=np.concatenate([self.flow_destination, self.inner_destination]).astype(np.int32),
            profit=np.concatenate([-unit_cost, np.zeros(len(self.inner_origin), dtype=np.int64)]),
            most_units=np.concatenate([most, self.inner_most]),
            multiple=np.concatenate([self.scope.pack[self.origin], np.ones(len(self.inner_origin), dtype=np.int64)]),
        )
        switches, members, switch_lane = self._switches(most)
        limits, terms = self._hard_limits()
        scope = self.scope
        model = Model(
            positions=Positions(
                supply_units=self.supply, least_units=self._least_units(), block=self.block.astype(np.int32)
            ),
            increments=self.increments,
            flows=flows,
            switches=switches,
            members=members,
            limits=limits,
            terms=terms,
            do_nothing=int(
                np.sum(
                    value_change(scope.worth, self.base_units, scope.units_before)[self.stays]
                    + ((scope.late_units - scope.late_counted) * scope.worth.left_over_worth * self.chained)[self.stays]
                )
            ),
            money_decimals=self.network.money_decimals,
        )
        return TransferModel(
            model=model,
            flow_lane=self.lane[:n_lines].astype(np.int32),
            flow_sku=sku.astype(np.int32),
            flow_arrives_day=self.legs.arrives_day.astype(np.int32),
            switch_lane=switch_lane.astype(np.int32),
            must_send=bool(np.any(scope.must_send)),
            position_cell=self._cell_pairs(np.concatenate([self.go_keys, self.stay_keys]) // self.days),
            position_demand=np.where(model.positions.least_units > 0, model.positions.least_units - self.supply, 0),
            limit_cell=self._cell_pairs(self.limit_cells),
        )

    def _supplies(self) -> None:
        """Own stock that may leave: where no day matters, only the units that something else could be worth more than."""
        scope = self.scope
        n = len(scope.cells)
        self.sends, self.receives = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.sends[self.origin] = True
        self.receives[self.destination] = True
        cells = np.arange(n, dtype=np.int32)
        paying = units_worth_less(scope, cells, self.candidates.potentials.gain_out)
        paying = np.minimum(np.maximum(paying, scope.must_send), scope.give)
        paying = np.minimum(-(-paying // scope.pack) * scope.pack, scope.give)
        relays = self.receives & ~scope.transit
        kept_whole = relays | self.has_days
        self.cell_supply = np.where(self.sends, np.where(kept_whole, scope.give, paying), 0)
        self.block_supply = np.zeros(len(self.network.products), dtype=np.int64)
        np.add.at(self.block_supply, scope.cells.sku, self.cell_supply)

    def _positions(self) -> None:
        """Number the rows: sending rows per (cell, day), receiving rows per (cell, day), merged where one will do."""
        scope, legs = self.scope, self.legs
        days = self.days = int(legs.arrives_day.max(initial=0)) + int(self._late_day().max(initial=0)) + 2
        transit_arrival = scope.transit[self.destination]
        self.chained = np.zeros(len(scope.cells), dtype=bool)
        self.chained[self.destination[legs.arrives_day > 0]] = True
        split = (self.sends & self.receives & ~scope.transit) | self.chained
        go_keys = np.unique(
            np.concatenate(
                [
                    self.origin * days + legs.departs_day,
                    self.destination[transit_arrival] * days + legs.arrives_day[transit_arrival],
                    np.flatnonzero((self.cell_supply > 0) | (self.sends & scope.transit)) * days,
                ]
            )
        )
        touched = (self.sends | self.receives) & (scope.stock_row >= 0)
        own_stay = np.flatnonzero(touched & (split | ~(self.sends | (self.receives & scope.transit))))
        stay_keys = np.unique(np.concatenate([own_stay * days, self._chain_keys(days)]))
        self.go_keys, self.stay_keys = go_keys, stay_keys
        self.stays = touched
        self.supply = np.zeros(len(go_keys) + len(stay_keys), dtype=np.int64)
        starts = go_keys % days == 0
        self.supply[: len(go_keys)][starts] = self.cell_supply[go_keys[starts] // days]
        self.block = scope.cells.sku[np.concatenate([go_keys, stay_keys]) // days]
        self.flow_origin = self._go(self.origin, legs.departs_day)
        arrival = np.where(
            transit_arrival,
            self._go(self.destination, legs.arrives_day),
            self._stay(self.destination, legs.arrives_day),
        )
        self.flow_destination = arrival
        late = np.flatnonzero(self.chained & (scope.late_units > 0))
        self.supply[self._stay(late, self._late_day()[late])] = scope.late_units[late]

    def _late_day(self) -> Int64:
        """Day of arrival of late stock in transit per cell, 0 when there is none."""
        row, late = self.scope.stock_row, self.scope.late_units > 0
        return np.where(late, self.network.stock.in_transit_arrival_day[np.maximum(row, 0)], 0)

    def _chain_keys(self, days: int) -> Int64:
        """(cell, day) of every receiving row of a chained position: day 0, days of arrival, day of late stock."""
        scope, legs = self.scope, self.legs
        arrives = self.chained[self.destination] & (scope.stock_row[self.destination] >= 0)
        chained = np.flatnonzero(self.chained & (scope.stock_row >= 0))
        return np.concatenate(
            [
                chained * days,
                self.destination[arrives] * days + legs.arrives_day[arrives],
                chained * days + self._late_day()[chained],
            ]
        )

    def _go(self, cell: Int64, day: Int64) -> Int64:
        """Sending row of (cell, day); rows that do not exist give an arbitrary row."""
        return np.searchsorted(self.go_keys, cell * self.days + day)

    def _stay(self, cell: Int64, day: Int64) -> Int64:
        """Receiving row of (cell, day); rows that do not exist give an arbitrary row."""
        return len(self.go_keys) + np.searchsorted(self.stay_keys, cell * self.days + day)

    def _internal_flows(self) -> None:
        """Keeping, waiting and counting: flows within a node, free of charge."""
        days, go, stay = self.days, self.go_keys, self.stay_keys
        go_cell, go_day = go // days, go % days
        has_stay = np.isin(go, stay)
        keep = np.flatnonzero(has_stay)
        waits = np.flatnonzero(go_cell[1:] == go_cell[:-1]) if len(go) else np.empty(0, dtype=np.int64)
        stay_cell, stay_day = stay // days, stay % days
        chain = np.flatnonzero(stay_cell[1:] == stay_cell[:-1]) + 1 if len(stay) else np.empty(0, dtype=np.int64)
        caps = arrival_cap_units(self.network, self.scope.stock_row[stay_cell[chain]], stay_day[chain])
        n_go = len(go)
        self.inner_origin = np.concatenate([keep, waits, n_go + chain])
        self.inner_destination = np.concatenate([self._stay(go_cell[keep], go_day[keep]), waits + 1, n_go + chain - 1])
        within = self.block_supply[self.scope.cells.sku[go_cell]]
        self.inner_most = np.concatenate([within[keep], within[waits], caps])

    def _increments(self) -> None:
        """Worth of what stays: full, mixed and left-over units on day 0; later rows have left-over units only."""
        scope, days = self.scope, self.days
        late_in_base = np.where(self.chained, 0, scope.late_counted)
        early = scope.units_before - scope.late_counted
        self.base_units = early + late_in_base - self.cell_supply
        n_go = len(self.go_keys)
        go_cell, stay_cell = self.go_keys // days, self.stay_keys // days
        # A sending row keeps units itself when its position has no receiving row.
        self_keeping = (scope.stock_row[go_cell] >= 0) & (self.go_keys % days == 0)
        self_keeping &= ~np.isin(self.go_keys, self.stay_keys)
        main = np.concatenate([np.flatnonzero(self_keeping), n_go + np.flatnonzero(self.stay_keys % days == 0)])
        later = n_go + np.flatnonzero(self.stay_keys % days > 0)
        cell = np.concatenate([go_cell, stay_cell])
        worth, base = scope.worth.take(cell[main]), self.base_units[cell[main]]
        end = self.block_supply[scope.cells.sku[cell]] + scope.must_receive[cell] + scope.late_units[cell]
        most_kept = self._most_kept(cell[main], end[main])
        full = np.minimum(np.maximum(worth.full_units - base, 0), most_kept)
        partial = np.minimum((base <= worth.full_units).astype(np.int64), most_kept - full)
        position = np.concatenate([main, main, main, later])
        most = np.concatenate([full, partial, most_kept - full - partial, end[later]])
        self.main_rows, self.main_cells = main, cell[main]
        value = np.concatenate(
            [worth.full_worth, worth.partial_worth, worth.left_over_worth, scope.worth.left_over_worth[cell[later]]]
        )
        step = np.repeat([0, 1, 2, 3], [len(main)] * 3 + [len(later)])
        order = np.lexsort((step, position))
        order = order[most[order] > 0]
        self.increments = Increments(
            position=position[order].astype(np.int32), most_units=most[order], worth=value[order]
        )

    def _most_kept(self, cell: Int64, end: Int64) -> Int64:
        """Most units that may stay: over-stock that must leave shortens the increments of an unchained position."""
        own, must_send = self.cell_supply[cell], self.scope.must_send[cell]
        return np.where((must_send > 0) & ~self.chained[cell] & (own >= must_send), own - must_send, end)

    def _least_units(self) -> Int64:
        """Least units that must stay in an unchained position: what it had and what it must receive."""
        least = np.zeros(len(self.supply), dtype=np.int64)
        wanted = (self.scope.must_receive[self.main_cells] > 0) & ~self.chained[self.main_cells]
        cell = self.main_cells[wanted]
        least[self.main_rows[wanted]] = self.cell_supply[cell] + self.scope.must_receive[cell]
        return least

    def _most_units(self) -> Int64:
        """Most units that each line could usefully carry: what makes the strong rows strong."""
        scope, legs = self.scope, self.legs
        sku = scope.cells.sku[self.origin]
        pack = scope.pack[self.origin]
        total = self._everything(sku)
        from_own = np.where(scope.transit[self.origin], total, self.cell_supply[self.origin])
        landed = self.candidates.potentials.loss_out[self.origin] + self.candidates.unit_cost[legs.edge]
        useful = units_worth_more(scope, self.destination.astype(np.int32), landed)
        useful = np.maximum(useful, scope.must_receive[self.destination])
        useful = np.minimum(useful, total) + self.cell_supply[self.destination]
        goes_on = scope.transit[self.destination] | self.forced | self._receives_by_rule()
        useful = np.where(goes_on, total, -(-useful // pack) * pack)
        weight = product_weight(self.network)[sku]
        capacity, dispatches = lane_capacity(self.network)[self.lane], self.network.lanes.max_dispatches[self.lane]
        limited = (capacity < NO_WEIGHT_LIMIT) & (dispatches < NO_LIMIT) & (weight > 0)
        # Python integers would be exact without bound; floats are only used to see where the product is too large.
        huge = capacity.astype(np.float64) * dispatches > UNLIMITED
        load = np.where(limited & ~huge, capacity, 0) * np.where(limited & ~huge, dispatches, 0)
        carried = np.where(limited & ~huge, load // np.maximum(weight, 1), total)
        most = np.minimum(np.minimum(from_own, useful), np.minimum(carried, total))
        return most // pack * pack

    def _everything(self, sku: NDArray[np.int32]) -> Int64:
        """Most units on any line: what leaves own stock, or all there is where smallest loads may send units in circles."""
        filled = np.zeros(len(self.network.products), dtype=bool)
        filled[sku[self.forced]] = True
        there_is = np.zeros(len(self.network.products), dtype=np.int64)
        np.add.at(there_is, self.network.stock.sku, give_units(self.network))
        return np.where(filled[sku], there_is[sku], self.block_supply[sku])

    def _receives_by_rule(self) -> NDArray[np.bool_]:
        """Legs whose destination has a hard demand: more may be needed there than pays."""
        return self.scope.must_receive[self.destination] > 0

    def _switches(self, most: Int64) -> tuple[Switches, Members, Int64]:
        """Dispatches of every lane that needs them, and smallest lines."""
        lanes, lane = self.network.lanes, self.lane
        capacity, least = lane_capacity(self.network), lane_least_load(self.network)
        fixed = lane_fixed_cost(self.network)
        weight = product_weight(self.network)[self.scope.cells.sku[self.origin]]
        needs = (fixed > 0) | (capacity < NO_WEIGHT_LIMIT) | (least > 0)
        used = np.unique(lane[needs[lane]])
        load = np.zeros(len(lanes), dtype=np.float64)
        np.add.at(load, lane, most.astype(np.float64) * weight)
        enough = np.where(capacity[used] < NO_WEIGHT_LIMIT, np.ceil(load[used] / np.maximum(capacity[used], 1)) + 1, 1)
        # More dispatches than the load needs never pay; each must be filled to its least load.
        most_dispatches = np.minimum(lanes.max_dispatches[used], np.maximum(enough, 1).astype(np.int64))
        on_dispatch = np.flatnonzero(needs[lane])
        per_dispatch = -(-capacity[lane[on_dispatch]] // np.maximum(weight[on_dispatch], 1))
        per_dispatch = np.where(
            (capacity[lane[on_dispatch]] < NO_WEIGHT_LIMIT) & (weight[on_dispatch] > 0), per_dispatch, UNLIMITED
        )
        lines = np.flatnonzero(lanes.min_line_units[lane] > self.scope.pack[self.origin])
        n_dispatch, n_lines = len(used), len(lines)
        switches = Switches(
            fixed_cost=np.concatenate([fixed[used], np.zeros(n_lines, dtype=np.int64)]),
            most=np.concatenate([most_dispatches, np.ones(n_lines, dtype=np.int64)]),
            least_fill=np.concatenate([least[used], lanes.min_line_units[lane[lines]]]),
            most_fill=np.concatenate(
                [np.where(capacity[used] < NO_WEIGHT_LIMIT, capacity[used], UNLIMITED), np.full(n_lines, UNLIMITED)]
            ),
        )
        members = Members(
            flow=np.concatenate([on_dispatch, lines]).astype(np.int32),
            switch=np.concatenate([np.searchsorted(used, lane[on_dispatch]), n_dispatch + np.arange(n_lines)]).astype(
                np.int32
            ),
            weight=np.concatenate([weight[on_dispatch], np.ones(n_lines, dtype=np.int64)]),
            bound_units=np.concatenate([np.minimum(most[on_dispatch], per_dispatch), most[lines]]),
        )
        return switches, members, used.astype(np.int64)

    def _cell_pairs(self, cell: Int64) -> NDArray[np.int32]:
        """(node, SKU) of cells."""
        return np.stack([self.scope.cells.node[cell], self.scope.cells.sku[cell]], axis=1).astype(np.int32)

    def _cell_of(self, sku: NDArray[np.int32], node: NDArray[np.int32]) -> Int64:
        """Cell of (SKU, node) pairs that have one."""
        n_nodes = max(len(self.network.nodes), 1)
        keys = self.scope.cells.sku.astype(np.int64) * n_nodes + self.scope.cells.node
        return np.searchsorted(keys, sku.astype(np.int64) * n_nodes + node)

    def _hard_limits(self) -> tuple[Limits, Terms]:
        """Hard demands: net units received in time, or net units sent, at least so many."""
        network, alerts, scope = self.network, self.network.alerts, self.scope
        hard = np.flatnonzero(alerts.must_serve & skus_in_scope(network, self.request)[alerts.sku])
        units = alert_units(network)[hard]
        hard, units = hard[units > 0], units[units > 0]
        cell = self._cell_of(alerts.sku[hard], alerts.node[hard])
        shortage = alerts.kind[hard] == AlertKind.SHORTAGE
        # Elsewhere the position's own row says it: `_least_units` and `_most_kept`.
        own_row = np.where(shortage, self.stays[cell], self.cell_supply[cell] >= scope.must_send[cell])
        needs_limit = self.chained[cell] | ~own_row
        hard, units, cell, shortage = hard[needs_limit], units[needs_limit], cell[needs_limit], shortage[needs_limit]
        self.limit_cells = cell
        received = _pairs(cell, self.destination)
        sent = _pairs(cell, self.origin)
        in_time = self.legs.arrives_day[received[1]] <= alerts.needed_by_days[hard[received[0]]]
        counts = in_time | ~shortage[received[0]]
        received = received[0][counts], received[1][counts]
        sign = np.where(shortage, 1, -1)
        limits = Limits(low=units, high=np.full(len(units), UNLIMITED))
        terms = Terms(
            limit=np.concatenate([received[0], sent[0]]).astype(np.int32),
            column=np.concatenate([received[1], sent[1]]).astype(np.int32),
            coefficient=np.concatenate([sign[received[0]], -sign[sent[0]]]).astype(np.int64),
        )
        return limits, terms


def _pairs(wanted: Int64, values: Int64) -> tuple[Int64, Int64]:
    """All pairs (i, j) with ``wanted[i] == values[j]``."""
    order = np.argsort(values, kind="stable")
    first, last = np.searchsorted(values[order], wanted), np.searchsorted(values[order], wanted, side="right")
    count = last - first
    i = np.repeat(np.arange(len(wanted)), count)
    within = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    return i, order[first[i] + within]


def plan_of(built: TransferModel, flow_units: Int64, switch_count: Int64) -> Plan:
    """Read a solution of the model as a plan: lines with units, and the dispatches of their lanes."""
    n_lines = len(built.flow_lane)
    used = np.flatnonzero(flow_units[:n_lines] > 0)
    lanes_used = np.unique(built.flow_lane[used])
    count = np.ones(len(lanes_used), dtype=np.int64)
    switched = np.isin(built.switch_lane, lanes_used)
    at = np.searchsorted(lanes_used, built.switch_lane[switched])
    count[at] = switch_count[: len(built.switch_lane)][switched]
    order = used[np.lexsort((built.flow_arrives_day[used], built.flow_sku[used], built.flow_lane[used]))]
    return Plan(
        lane=built.flow_lane[order],
        sku=built.flow_sku[order],
        units=flow_units[order],
        arrives_day=built.flow_arrives_day[order],
        dispatch_lane=lanes_used.astype(np.int32),
        dispatches=count,
    )
