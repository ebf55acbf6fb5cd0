"""An award program as what moves work on: items are bought anew, rows may be broken for a while at growing weights."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from network.columns import NO_LIMIT
from network.events import Event
from optimizer.sourcing.large import moves
from optimizer.sourcing.large.collecting import RowKind, by_column, by_row, where_any
from optimizer.sourcing.large.program import AwardProgram

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PART_OF_ITEM: Final = 0.02
_HEAVIEST: Final = 1e3
"""By what a mean item costs when it is not bought: least weight of what a row is off, and most of a unit of it."""

_WEIGHED: Final = (RowKind.CAPACITY, RowKind.LIMIT, RowKind.CONSISTENT)


class Neighbourhood:
    """An award program as what the compiled moves work on."""

    def __init__(self, event: Event, program: AwardProgram, prices: Floats | None = None) -> None:
        self.program = program
        n = program.n_flows
        self.rows = np.flatnonzero(np.isin(program.row_kind, _WEIGHED))
        self.by_row = by_row(program.matrix)
        self.derived = np.ones(len(program.cost), dtype=np.bool_)
        """Columns that follow from what is bought."""
        self.derived[: 2 * n] = self.derived[program.uncovered] = False
        matrix = by_column(program.matrix[self.rows])
        self.price = _violation_prices(program, matrix)
        self.segments = self._segments(matrix)
        self.indicators = self._indicators(matrix)
        items = event.items
        most = np.where(items.max_units < NO_LIMIT, items.max_units, np.iinfo(np.int64).max // 4)
        penalty = np.nan_to_num(items.uncovered_penalty, nan=_must(program, n))
        self.needs = moves.Needs(items.units.astype(np.int64), penalty, most.astype(np.int64))
        self.heaviest = _HEAVIEST * float(penalty @ items.units) / max(len(items), 1)
        """Most that a unit weighs by which a row is off."""
        low, high = program.row_low[self.rows].copy(), program.row_high[self.rows].copy()
        capacity = program.row_kind[self.rows] == RowKind.CAPACITY
        limited = event.suppliers.capacity_units < NO_LIMIT
        high[capacity] = event.suppliers.capacity_units[limited]
        margin = program.row_margin[self.rows]
        self.limits = moves.Limits(low + margin, high - margin, self._first_weights(prices))

    def _segments(self, matrix: Any) -> moves.Segments:
        program, flows, n = self.program, self.program.flows, self.program.n_flows
        order = np.argsort(flows.item, kind="stable")
        n_items = len(program.uncovered)
        pattern = by_column(where_any(matrix[:, :n]) + where_any(matrix[:, n : 2 * n]))
        flow = np.repeat(np.arange(n), np.diff(pattern.indptr))
        indicator = self._members()
        return moves.Segments(
            first_of_item=np.searchsorted(flows.item[order], np.arange(n_items + 1)),
            of_item=order,
            item=np.array(flows.item),
            group=np.array(flows.group),
            supplier=np.array(flows.supplier),
            least=np.array(flows.from_units // flows.pack),
            most=np.array(flows.to_units // flows.pack),
            pack=np.array(flows.pack),
            pack_cost=program.cost[:n].copy(),
            fixed_cost=program.cost[n : 2 * n].copy(),
            first_row=pattern.indptr.astype(np.int64),
            row=pattern.indices.astype(np.int64),
            by_pack=_values(matrix[:, :n], pattern.indices, flow),
            by_choice=_values(matrix[:, n : 2 * n], pattern.indices, flow),
            first_indicator=np.searchsorted(indicator[0], np.arange(n + 1)),
            indicator=indicator[1],
        )

    def _members(self) -> tuple[Ints, Ints]:
        """Write the indicators of segments, suppliers first: (segment, indicator) sorted by segment."""
        program, n = self.program, self.program.n_flows
        rows = np.flatnonzero(program.row_kind == RowKind.INDICATOR)
        block = program.matrix[rows].tocoo()
        chosen = (block.col >= n) & (block.col < 2 * n) & (block.data > 0)
        wins = np.full(len(rows), -1)
        negative = block.data < 0
        wins[block.row[negative]] = block.col[negative]
        self.columns = np.concatenate([program.used, np.unique(wins[block.row[chosen]])])
        number = np.full(len(program.cost), -1)
        number[self.columns] = np.arange(len(self.columns))
        segment = np.concatenate([np.arange(n), block.col[chosen] - n])
        indicator = np.concatenate([program.flows.supplier, number[wins[block.row[chosen]]]])
        order = np.argsort(segment, kind="stable")
        return segment[order].astype(np.int64), indicator[order].astype(np.int64)

    def _indicators(self, matrix: Any) -> moves.Indicators:
        keep = by_column(matrix[:, self.columns])
        # Capacities are kept as they are: what a supplier may fill does not wait for it to be used.
        kind = self.program.row_kind[self.rows]
        value = np.where(kind[keep.indices] == RowKind.CAPACITY, 0.0, keep.data)
        cost = self.program.cost[self.columns]
        return moves.Indicators(cost, keep.indptr.astype(np.int64), keep.indices.astype(np.int64), value)

    def _first_weights(self, prices: Floats | None) -> Floats:
        """Weigh rows: by what breaking them costs where it may be, else a little more than their dual prices."""
        program, n = self.program, self.program.n_flows
        cost = program.cost[:n] * np.maximum(program.most[:n], 1.0)
        matrix = by_row(program.matrix[self.rows][:, : 2 * n])
        span = np.concatenate([np.abs(program.most[:n]), np.ones(n)])
        whole = np.concatenate([cost, cost])
        sized = abs(matrix) @ span
        costly = where_any(matrix) @ whole
        self.usual = np.maximum(costly / np.maximum(sized, 1e-9), 1e-6)
        usual = 0.02 * self.usual
        if prices is not None:
            usual = np.maximum(1.2 * np.abs(prices[self.rows]), usual)
        self.floor = 0.1 * usual
        return np.where(self.price > 0, self.price, np.maximum(usual, 1e-6))

    @property
    def parts(self) -> tuple[moves.Segments, moves.Indicators, moves.Limits, moves.Needs]:
        """What moves are about, in the order in which they take it."""
        return self.segments, self.indicators, self.limits, self.needs

    def snapshot(self, state: moves.State) -> moves.State:
        """Return a copy of a state."""
        return moves.State(*(column.copy() for column in state))

    def restore(self, state: moves.State, kept: moves.State) -> None:
        """Go back to a state."""
        for column, former in zip(state, kept, strict=True):
            column[:] = former

    def recount(self, state: moves.State) -> None:
        """Add up what a state costs at the costs and weights of now."""
        segments = self.segments
        bought = state.packs > 0
        cost = float(segments.pack_cost @ state.packs) + float(segments.fixed_cost[bought].sum())
        cost += float(self.indicators.cost[state.chosen > 0].sum())
        cost += float(self.needs.penalty @ np.maximum(self.needs.units - state.bought, 0))
        state.cost[0] = cost + self._weighed(state)

    def items_of(self, row: int, state: moves.State) -> Ints:
        """Items that a broken row is about: where it has too much, those that it counts now."""
        segments = self.segments
        flows = np.unique(np.searchsorted(segments.first_row, np.flatnonzero(segments.row == row), side="right") - 1)
        if not len(flows):
            indicators = self.indicators
            owner = np.repeat(np.arange(len(self.columns)), np.diff(indicators.first_row))
            of_row = np.zeros(len(self.columns), dtype=np.bool_)
            of_row[owner[indicators.row == row]] = True
            member = np.repeat(np.arange(self.program.n_flows), np.diff(segments.first_indicator))
            flows = np.unique(member[of_row[segments.indicator]])
        bought = flows[state.packs[flows] > 0]
        too_much = state.activity[row] > self.limits.high[row]
        return np.unique(segments.item[bought if too_much and len(bought) else flows])

    @cached_property
    def _items_by_row(self) -> Any:
        """Rows and the items that they count, not by what suppliers do as a whole: shape ``(n_rows, n_items)``."""
        n, flows, n_items = self.program.n_flows, self.program.flows, len(self.needs.units)
        count = np.diff(self.segments.first_indicator)
        member = (np.ones(int(count.sum())), (self.segments.indicator, np.repeat(np.arange(n), count)))
        shape = (len(self.columns), n)
        wins = by_row(sparse.coo_array(member, shape=shape))[len(self.program.used) :]
        matrix = where_any(self.by_row[self.rows])
        of_flow = matrix[:, :n] + matrix[:, n : 2 * n] + matrix[:, self.columns[len(self.program.used) :]] @ wins
        item = sparse.coo_array((np.ones(n), (np.arange(n), flows.item)), shape=(n, n_items))
        return by_row(of_flow @ by_row(item))

    @cached_property
    def _rows_by_item(self) -> Any:
        return by_row(self._items_by_row.T)

    def ruled_with(self, item: int, random: np.random.Generator, most: int) -> Ints:
        """Items of a rule that counts an item and not more than so many; the item alone without such a rule."""
        items, of_item = self._items_by_row, self._rows_by_item
        rows = of_item.indices[of_item.indptr[item] : of_item.indptr[item + 1]]
        count = np.diff(items.indptr)[rows]
        rows = rows[(count > 1) & (count <= most)]
        if not len(rows):
            return np.array([item])
        row = int(random.choice(rows))
        return np.asarray(items.indices[items.indptr[row] : items.indptr[row + 1]], dtype=np.int64)

    def columns_of(self, state: moves.State) -> Floats:
        """Write a state as columns of the program; what is broken at a price is left at 0."""
        program, n = self.program, self.program.n_flows
        columns = np.zeros(len(program.cost))
        columns[:n], columns[n : 2 * n] = state.packs, state.packs > 0
        columns[self.columns] = state.chosen > 0
        columns[program.uncovered] = np.maximum(self.needs.units - state.bought, 0)
        return columns

    def held_without(self, state: moves.State, flows: Ints) -> NDArray[np.bool_]:
        """Columns of indicators that stay 1 when these segments are given back, shape ``(n_columns,)``."""
        bought = flows[state.packs[flows] > 0]
        segments, count = self.segments, state.chosen.copy()
        for f in bought.tolist():
            count[segments.indicator[segments.first_indicator[f] : segments.first_indicator[f + 1]]] -= 1
        held = np.zeros(len(self.program.cost), dtype=np.bool_)
        held[self.columns[count > 0]] = True
        return held

    def empty_state(self) -> moves.State:
        """Nothing is bought."""
        n, limits = self.program.n_flows, self.limits
        activity = np.zeros(len(self.rows))
        short, over = np.maximum(limits.low - activity, 0), np.maximum(activity - limits.high, 0)
        cost = float(np.sum(limits.weight * (short + over))) + float(self.needs.penalty @ self.needs.units)
        return moves.State(
            packs=np.zeros(n, dtype=np.int64),
            taken=np.zeros(int(self.segments.group.max(initial=0)) + 1, dtype=np.bool_),
            chosen=np.zeros(len(self.columns), dtype=np.int64),
            activity=activity,
            bought=np.zeros(len(self.needs.units), dtype=np.int64),
            cost=np.array([cost]),
            shut=np.zeros(len(self.program.used), dtype=np.bool_),
        )

    def reweigh(self, state: moves.State, factor: float, ease: float = 1.0) -> int:
        """Let mandatory rows that are broken weigh more, and others less; return how many are."""
        limits = self.limits
        broken = np.maximum(limits.low - state.activity, state.activity - limits.high) > 1e-6
        kept = ~broken & (self.price == 0)
        broken &= self.price == 0
        before = self._weighed(state)
        limits.weight[broken] = np.maximum(np.minimum(limits.weight * factor, self.heaviest), limits.weight)[broken]
        limits.weight[kept] = np.maximum(limits.weight[kept] * ease, self.floor[kept])
        state.cost[0] += self._weighed(state) - before
        return int(broken.sum())

    def weigh(self, state: moves.State, prices: Floats) -> None:
        """Weigh rows by new prices, where that is more."""
        weight = self.limits.weight
        mandatory = self.price == 0
        weight[mandatory] = np.maximum(weight, 1.2 * np.abs(prices[self.rows]))[mandatory]
        self.recount(state)

    def stiffen(self, state: moves.State) -> None:
        """Let every mandatory row weigh at least what a unit of it costs about."""
        mandatory = self.price == 0
        self.limits.weight[mandatory] = np.maximum(self.limits.weight, self.usual)[mandatory]
        self.recount(state)

    def weigh_more(self, state: moves.State, row: int, factor: float) -> None:
        """Let one row weigh more, and what it is off now at least a part of an item."""
        weight, off = self.limits.weight, max(float(self._off(state)[row]), 1e-6)
        least = _PART_OF_ITEM * self.heaviest / _HEAVIEST / off
        weight[row] = min(max(factor * weight[row], least), self.heaviest)
        self.recount(state)

    def broken(self, state: moves.State) -> Ints:
        """Mandatory rows that a state breaks."""
        return np.flatnonzero((self._off(state) > 1e-6) & (self.price == 0))

    def _off(self, state: moves.State) -> Floats:
        limits, activity = self.limits, state.activity
        return np.asarray(np.maximum(np.maximum(limits.low - activity, activity - limits.high), 0.0))

    def _weighed(self, state: moves.State) -> float:
        return float(self.limits.weight @ self._off(state))

    def units(self, state: moves.State, n_bids: int) -> Ints:
        """Read units by bid."""
        units = np.zeros(n_bids, dtype=np.int64)
        np.add.at(units, self.program.flows.bid, state.packs * self.segments.pack)
        return units


def _must(program: AwardProgram, n: int) -> float:
    """Weight of a unit that has to be bought: more than any costs."""
    return 100.0 * float(np.max(program.cost[:n] / program.pack, initial=1.0))


def _violation_prices(program: AwardProgram, matrix: Any) -> Floats:
    """Price of what breaks each row, 0 where nothing may."""
    known = np.zeros(len(program.cost), dtype=np.bool_)
    known[: 2 * program.n_flows] = True
    known[program.used] = known[program.uncovered] = True
    broken = np.flatnonzero(~known & ~program.integer)
    price = np.zeros(matrix.shape[0])
    part = matrix[:, broken].tocoo()
    price[part.row] = program.cost[broken][part.col]
    return price


def _values(matrix: Any, row: Ints, column: Ints) -> Floats:
    """Read entries of a matrix, 0 where there is none."""
    if not len(row):  # of no entries scipy makes a matrix, not an array
        return np.zeros(0)
    return np.asarray(matrix[row, column], dtype=np.float64).reshape(-1)
