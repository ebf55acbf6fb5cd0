"""Prices of the rows that tie suppliers together, and the lower bound that any prices prove.

With the rows that are not a supplier's own priced into the objective, every supplier decides alone, and best: of each
group of segments the one that is worth most, at its least or most units; and whether all of that pays for using it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from optimizer.sourcing.large.ascent import SHUT, USED, Market, ascend
from optimizer.sourcing.large.collecting import RowKind, by_row, where_any
from optimizer.sourcing.large.program import AwardProgram

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Decisions = NDArray[np.int8]

_SAFETY = 1e-11
"""Share of all sums of amounts by which floats may be off."""

_FIRST_STEP, _LEAST_STEP = 1.0, 0.0005
_PATIENCE = 30
"""Steps without a better bound until steps become shorter."""
_STEPS_AT_ONCE = 200
_ABOVE = 0.03
"""Steps go for a bound that is so much better than the best."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What prices prove, and what everybody does at them."""

    bound: float
    """Currency; valid for every award."""
    reduced: Floats
    """Cost of columns less what rows pay for them."""
    worth: Floats
    """Of being chosen, by segment: below 0 it pays."""
    columns: Floats
    """Best columns at these prices: suppliers decide alone, so rows may be broken."""


class Pricing:
    """An award program with the rows that are priced kept apart."""

    def __init__(self, program: AwardProgram) -> None:
        self.program = program
        flows, n = program.flows, program.n_flows
        self.rows = np.flatnonzero(~np.isin(program.row_kind, (RowKind.WITHIN, RowKind.CHOICE)))
        self.matrix = by_row(program.matrix[self.rows])
        self.transposed = by_row(self.matrix.T)
        self.low, self.high = program.row_low[self.rows], program.row_high[self.rows]
        self.least, self.most = flows.from_units / program.pack, flows.to_units / program.pack
        order = np.argsort(flows.group, kind="stable")
        self.by_group, self.first = order, np.searchsorted(flows.group[order], np.arange(int(flows.group.max()) + 1))
        self.supplier = flows.supplier[order][self.first]
        self.other = np.ones(len(program.cost), dtype=np.bool_)
        self.other[: 2 * n] = self.other[program.used] = False
        self.scale = self._scale()

    def _scale(self) -> Floats:
        """Square of what a price moves by at most, over what a row moves by: steps in all rows are alike."""
        program, n = self.program, self.program.n_flows
        whole = program.cost[:n] * np.maximum(program.most[:n], 1.0) + program.cost[n : 2 * n]
        size = np.maximum(program.most, 1e-9)
        size[program.used] = size[n : 2 * n] = 1.0
        cost = np.concatenate([whole, whole, np.zeros(len(program.cost) - 2 * n)])
        cost[program.used] = program.cost[program.used]
        filled = abs(self.matrix) @ np.where(np.isfinite(size), size, 0.0)
        costly = where_any(self.matrix) @ cost
        squares = np.sqrt(self.matrix.power(2) @ size**2)
        return np.asarray(np.maximum(costly, 1e-9) / np.maximum(filled, 1e-9) / np.maximum(squares, 1e-9))

    def within(self, prices: Floats) -> Floats:
        """Prices with the signs that rows allow: at least rows pay, at most rows charge."""
        signed = np.where(np.isinf(self.low), np.minimum(prices, 0.0), prices)
        return np.where(np.isinf(self.high), np.maximum(signed, 0.0), signed)

    @cached_property
    def market(self) -> Market:
        """What compiled steps work on."""
        program, n = self.program, self.program.n_flows
        n_suppliers = len(program.used)
        by_supplier = np.argsort(self.supplier, kind="stable")
        count = np.diff(np.append(self.first, n))[by_supplier]
        order = self.by_group[runs(self.first[by_supplier], count)[1]]
        column = np.concatenate([order, n + order, np.arange(2 * n, len(program.cost))])
        matrix = by_row(self.matrix[:, column])
        transposed = by_row(matrix.T)
        return Market(
            cost=program.cost[column],
            high=program.most[column],
            least=self.least[order],
            most=self.most[order],
            first_of_supplier=np.searchsorted(self.supplier[by_supplier], np.arange(n_suppliers + 1)),
            first_of_group=np.append(0, np.cumsum(count)),
            used=program.used,
            other=np.flatnonzero(self.other),
            row_low=self.low,
            row_high=self.high,
            scale=self.scale,
            first_of_row=matrix.indptr.astype(np.int64),
            column=matrix.indices.astype(np.int32),
            by_row=matrix.data,
            first_of_column=transposed.indptr.astype(np.int64),
            row=transposed.indices.astype(np.int32),
            by_column=transposed.data,
        )

    @property
    def needed(self) -> Decisions:
        """What is decided for every award: `USED` or 0 by supplier."""
        return np.where(self.program.needed, USED, 0).astype(np.int8)

    def at(self, prices: Floats, decided: Decisions | None = None) -> Priced:
        """Let everybody decide at prices; shape ``(n_rows,)``, of `rows`, with the right signs.

        Where suppliers are `decided`, the bound is for awards that use those, and not those that are shut.
        """
        decided = self.needed if decided is None else decided
        program, n = self.program, self.program.n_flows
        paid = self.transposed @ prices
        reduced = program.cost - paid
        at_least, at_most = reduced[:n] * self.least, reduced[:n] * self.most
        worth = reduced[n : 2 * n] + np.minimum(at_least, at_most)
        best = np.minimum.reduceat(worth[self.by_group], self.first)
        gain = np.minimum(best, 0.0)
        suppliers = reduced[program.used] + np.bincount(self.supplier, gain, minlength=len(program.used))
        on = (decided == USED) | ((decided != SHUT) & (suppliers < 0))
        rest = np.where(self.other & (reduced < 0), reduced * program.most, 0.0)
        low, high = self._constants(prices)
        bound = low.sum() + high.sum() + np.where(on, suppliers, 0.0).sum() + rest.sum()
        size = np.abs(low).sum() + np.abs(high).sum() + np.abs(gain).sum() + np.abs(rest).sum()
        size += np.abs(reduced[program.used]).sum() + (abs(paid)[:n] * self.most).sum()
        columns = np.where(self.other & (reduced < 0), program.most, 0.0)
        columns[program.used] = on
        won = (best < 0) & on[self.supplier]
        group = program.flows.group
        chosen = won[group] & (worth <= best[group])
        columns[n : 2 * n] = chosen
        columns[:n] = np.where(chosen, np.where(at_least < at_most, self.least, self.most), 0.0)
        return Priced(float(bound - _SAFETY * size), reduced, worth, columns)

    def _constants(self, prices: Floats) -> tuple[Floats, Floats]:
        """Return what rows pay for their bounds."""
        up, down = prices > 0, prices < 0
        return np.where(up, prices * np.where(up, self.low, 0.0), 0.0), np.where(
            down, prices * np.where(down, self.high, 0.0), 0.0
        )

    def first_prices(self) -> Floats:
        """Start from the price of the second cheapest offer of every item, at its most units."""
        program, n = self.program, self.program.n_flows
        unit = (program.cost[:n] * self.most + program.cost[n : 2 * n]) / (self.most * program.pack)
        order = np.lexsort((unit, program.flows.item))
        item = program.flows.item[order]
        begin = np.searchsorted(item, np.arange(len(program.uncovered)))
        count = np.bincount(item, minlength=len(program.uncovered))
        prices = np.zeros(len(self.rows))
        demand = self.program.row_kind[self.rows] == RowKind.DEMAND
        second = np.minimum(begin + np.minimum(1, np.maximum(count - 1, 0)), len(item) - 1)
        first = np.where(count > 0, unit[order][second], 0.0)
        penalty = np.where(program.most[program.uncovered] > 0, program.cost[program.uncovered], np.inf)
        prices[demand] = np.minimum(first, penalty)
        return prices

    def climb(
        self, prices: Floats, more: Callable[[], bool], on_better: Callable[[Priced, Floats], None]
    ) -> tuple[Floats, Floats]:
        """Improve prices by steps along what rows miss; return the best ones, and how often each supplier was used.

        Parameters
        ----------
        prices : ndarray of float64, shape (n_rows,)
        more : callable
            Whether to go on.
        on_better : callable
            Told of every better bound.
        """
        best, length, use = self.at(prices).bound, _FIRST_STEP, np.zeros(len(self.program.used))
        while more() and length > _LEAST_STEP:
            found, use, length = ascend(self.market, prices, self.needed, _STEPS_AT_ONCE, length, _ABOVE, _PATIENCE)
            priced = self.at(found)
            if priced.bound > best:
                best, prices = priced.bound, found
                on_better(priced, prices)
            else:
                length *= 0.5
        return prices, use
