"""An event of packages as a covering problem: columns that supply whole items, each of one supplier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.award import Award, award_of

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MUST: Final = -1
"""As the cost of leaving an item out: it must be covered."""


@dataclass(frozen=True, slots=True)
class Lots:
    """Limits of lots: distinct pairs (supplier, item) that are won; shape ``(n_limits,)`` each."""

    supplier: NDArray[np.bool_]
    """Who is counted, shape ``(n_limits, n_suppliers)``."""
    item: NDArray[np.bool_]
    """What is counted, shape ``(n_limits, n_items)``."""
    most: Ints


@dataclass(frozen=True, slots=True)
class Rows:
    """Limits ``sum(weight * column) <= most`` of columns by themselves, weights never below 0."""

    first: Ints
    """Where each begins, shape ``(n_rows + 1,)``."""
    column: Ints
    weight: Ints
    most: Ints
    """Shape ``(n_rows,)``."""


@dataclass(frozen=True, slots=True)
class Covering:
    """Choose columns that cover every item at the least cost; money in ``10 ** -money_decimals``, never below 0."""

    cost: Ints
    """Shape ``(n_columns,)``, like the next."""
    supplier: Ints
    first: Ints
    """Where the items of each column begin in `item`, shape ``(n_columns + 1,)``."""
    item: Ints
    """Items that are needed, ascending within a column; numbered among themselves."""
    skip_cost: Ints
    """Cost of leaving an item out, `MUST`; shape ``(n_items,)``, like the next."""
    most_times: Ints
    """How many columns may have the item."""
    fixed_cost: Ints
    """Shape ``(n_suppliers,)``."""
    winner_group: NDArray[np.bool_]
    """Suppliers of whom few may win, shape ``(n_winner_limits, n_suppliers)``."""
    most_winners: Ints
    lots: Lots
    rows: Rows
    line_first: Ints
    """Where the bids of each column begin, shape ``(n_columns + 1,)``."""
    line_bid: Ints
    line_units: Ints
    n_bids: int

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def n_items(self) -> int:
        """Number of items that are needed."""
        return len(self.skip_cost)

    @property
    def column_of(self) -> Ints:
        """Column of every entry of `item`."""
        return np.repeat(np.arange(self.n_columns), np.diff(self.first))

    def award(self, chosen: Flags) -> Award:
        """Buy the chosen columns."""
        line = np.flatnonzero(np.repeat(chosen, np.diff(self.line_first)))
        return award_of(np.bincount(self.line_bid[line], self.line_units[line], self.n_bids).astype(np.int64))

    def chosen(self, award: Award) -> Flags | None:
        """Columns that an award buys, None where it buys anything else."""
        units = award.by_bid(self.n_bids)
        found = np.minimum.reduceat(units[self.line_bid] == self.line_units, self.line_first[:-1])
        return found if np.array_equal(self.award(found).by_bid(self.n_bids), units) else None


def lots_used(covering: Covering, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count the lots of every limit where columns are bought, wholly or in part; shape (n_limits,)."""
    n, lots = covering.n_items, covering.lots
    pair, code = np.unique(covering.supplier[covering.column_of] * n + covering.item, return_inverse=True)
    won = np.minimum(np.bincount(code.reshape(-1), share[covering.column_of], len(pair)), 1.0)
    supplier, item = pair // max(n, 1), pair % max(n, 1)
    counted = [won[lots.supplier[row, supplier] & lots.item[row, item]].sum() for row in range(len(lots.most))]
    return np.array(counted, dtype=np.float64)
