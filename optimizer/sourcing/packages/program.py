"""A covering problem as a mixed-integer program in arrays: what every general solver is handed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from optimizer.program import Program
from optimizer.sourcing.packages.covering import MUST, Covering

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Block = tuple[NDArray[np.integer], NDArray[np.integer], Floats]


@dataclass(frozen=True, slots=True)
class CoveringProgram:
    """The program, and where its blocks of columns and rows begin.

    Columns are those of the covering, then items left out, suppliers that win, and pairs (supplier, item) that count
    as lots. The first rows are those of the items.
    """

    program: Program
    skipped: Ints
    """Items with a column for leaving them out."""
    winners: Ints
    """Suppliers with a column for winning."""
    pair_supplier: Ints
    pair_item: Ints
    n_columns: int
    """Of the covering."""


class _Rows:
    """Triplets and bounds, block by block."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.count = 0

    def add(self, low: Floats, high: Floats, *entries: Block) -> None:
        """Append rows with entries (row within the block, column, coefficient)."""
        self.blocks += [(row + self.count, column, coefficient) for row, column, coefficient in entries]
        self.low.append(low)
        self.high.append(high)
        self.count += len(low)


def covering_program(covering: Covering, money_decimals: int) -> CoveringProgram:
    """Write a covering problem as a program that maximises what is not paid.

    Strong rows throughout: a column is at most its supplier, an item needs a supplier that wins, and the lots of a
    supplier are at most those of a winner.
    """
    skipped = np.flatnonzero(covering.skip_cost != MUST)
    limited = covering.winner_group.any(axis=0)
    winners = np.flatnonzero(limited | (covering.fixed_cost > 0))
    pair_supplier, pair_item = _pairs(covering)
    n = covering.n_columns
    counts = [n, len(skipped), len(winners), len(pair_item)]
    begins = np.cumsum([0, *counts])
    built = CoveringProgram(_none(), skipped, winners, pair_supplier, pair_item, n)
    rows = _Rows()
    _add_items(rows, covering, built, begins)
    _add_winners(rows, covering, built, begins)
    _add_lots(rows, covering, built, begins)
    own = covering.rows
    owner = np.repeat(np.arange(len(own.most)), np.diff(own.first))
    rows.add(np.full(len(own.most), -np.inf), own.most.astype(float), (owner, own.column, own.weight.astype(float)))
    cost = np.concatenate(
        [covering.cost, covering.skip_cost[skipped], covering.fixed_cost[winners], np.zeros(counts[3])]
    )
    integer = np.arange(begins[-1]) < begins[3]
    program = _program(rows, -cost / 10.0**money_decimals, integer)
    return CoveringProgram(program, skipped, winners, pair_supplier, pair_item, n)


def columns_of(covering: Covering, written: CoveringProgram, chosen: NDArray[np.bool_]) -> Floats:
    """Write a choice of columns as columns of the program."""
    n, column_of = covering.n_columns, covering.column_of
    values = np.zeros(written.program.n_columns)
    values[:n] = chosen
    inside = chosen[column_of]
    covered = np.isin(written.skipped, covering.item[inside])
    wins = np.isin(written.winners, covering.supplier[chosen])
    pair = covering.supplier[column_of[inside]] * covering.n_items + covering.item[inside]
    lots = np.isin(written.pair_supplier * covering.n_items + written.pair_item, pair)
    values[n:] = np.concatenate([~covered, wins, lots])
    return values


def _no_numbers() -> Ints:
    return np.empty(0, dtype=np.int64)


def _none() -> Program:
    return _program(_Rows(), np.zeros(0), np.zeros(0, dtype=np.bool_))


def _program(rows: _Rows, objective: Floats, integer: NDArray[np.bool_]) -> Program:
    row = np.concatenate([_no_numbers(), *(block[0] for block in rows.blocks)]).astype(np.int64)
    column = np.concatenate([_no_numbers(), *(block[1] for block in rows.blocks)]).astype(np.int64)
    coefficient = np.concatenate([np.empty(0), *(block[2] for block in rows.blocks)])
    order = np.lexsort((column, row))
    n_rows = rows.count
    return Program(
        objective=objective,
        low=np.zeros(len(objective)),
        high=np.ones(len(objective)),
        integer=integer,
        row=row[order],
        column=column[order],
        coefficient=coefficient[order],
        row_low=np.concatenate([np.empty(0), *rows.low]),
        row_high=np.concatenate([np.empty(0), *rows.high]),
        row_unit=np.ones(n_rows),
        offset=0.0,
        first_member_row=n_rows,
        first_limit_row=n_rows,
    )


def _pairs(covering: Covering) -> tuple[Ints, Ints]:
    """Pairs (supplier, item) of limits of lots that may be more than allowed."""
    supplier, item = covering.supplier[covering.column_of], covering.item
    pair = np.unique(supplier * max(covering.n_items, 1) + item)
    supplier, item = pair // max(covering.n_items, 1), pair % max(covering.n_items, 1)
    kept = np.zeros(len(pair), dtype=np.bool_)
    for limit in _binding(covering, supplier, item):
        kept |= covering.lots.supplier[limit, supplier] & covering.lots.item[limit, item]
    return supplier[kept], item[kept]


def _binding(covering: Covering, supplier: Ints, item: Ints) -> Ints:
    """Limits of lots of which fewer are allowed than there are."""
    lots = covering.lots
    counts = [int((lots.supplier[row, supplier] & lots.item[row, item]).sum()) for row in range(len(lots.most))]
    return np.flatnonzero(np.array(counts, dtype=np.int64) > lots.most)


def _add_items(rows: _Rows, covering: Covering, built: CoveringProgram, begins: Ints) -> None:
    """Cover every item, or leave it out; not more often than allowed."""
    column, item = covering.column_of, covering.item
    ones = np.ones(len(item))
    n, skips = covering.n_items, len(built.skipped)
    high = np.where(covering.most_times < NO_LIMIT, covering.most_times, np.inf).astype(np.float64)
    rows.add(np.ones(n), high, (item, column, ones), (built.skipped, begins[1] + np.arange(skips), np.ones(skips)))


def _add_winners(rows: _Rows, covering: Covering, built: CoveringProgram, begins: Ints) -> None:
    """Tie columns to suppliers, and count these."""
    number = np.full(len(covering.fixed_cost), -1, dtype=np.int64)
    number[built.winners] = begins[2] + np.arange(len(built.winners))
    tied = np.flatnonzero(number[covering.supplier] >= 0)
    at, ones = np.arange(len(tied)), np.ones(len(tied))
    rows.add(
        np.full(len(tied), -np.inf), np.zeros(len(tied)), (at, tied, ones), (at, number[covering.supplier[tied]], -ones)
    )
    group, supplier = np.nonzero(covering.winner_group)
    rows.add(
        np.full(len(covering.most_winners), -np.inf),
        covering.most_winners.astype(np.float64),
        (group, number[supplier], np.ones(len(group))),
    )
    pair = np.unique(covering.item * len(number) + covering.supplier[covering.column_of])
    item, supplier = pair // len(number), pair % len(number)
    whole = (covering.skip_cost == MUST) & ~np.isin(np.arange(covering.n_items), item[number[supplier] < 0])
    needed = np.flatnonzero(whole)
    row = np.full(covering.n_items, -1)
    row[needed] = np.arange(len(needed))
    kept = row[item] >= 0
    if len(built.winners):
        rows.add(
            np.ones(len(needed)),
            np.full(len(needed), np.inf),
            (row[item[kept]], number[supplier[kept]], np.ones(int(kept.sum()))),
        )


def _add_lots(rows: _Rows, covering: Covering, built: CoveringProgram, begins: Ints) -> None:
    """Count pairs of a supplier and an item that some column brings."""
    if not len(built.pair_item):
        return
    n = covering.n_items
    pair = built.pair_supplier * n + built.pair_item
    column = covering.column_of
    key = covering.supplier[column] * n + covering.item
    at = np.minimum(np.searchsorted(pair, key), len(pair) - 1)
    entry = np.flatnonzero(pair[at] == key)
    once = covering.most_times[covering.item[entry]] == 1
    _, row = np.unique(np.where(once, at[entry], len(pair) + np.arange(len(entry))), return_inverse=True)
    row = row.reshape(-1)
    count = int(row.max(initial=-1)) + 1
    _, one = np.unique(row, return_index=True)
    rows.add(
        np.full(count, -np.inf),
        np.zeros(count),
        (row, column[entry], np.ones(len(entry))),
        (np.arange(count), begins[3] + at[entry[one]], -np.ones(count)),
    )
    winner = np.full(len(covering.fixed_cost), -1, dtype=np.int64)
    winner[built.winners] = begins[2] + np.arange(len(built.winners))
    for limit in _binding(covering, built.pair_supplier, built.pair_item):
        counted = np.flatnonzero(
            covering.lots.supplier[limit, built.pair_supplier] & covering.lots.item[limit, built.pair_item]
        )
        supplier, most = np.unique(built.pair_supplier[counted]), float(covering.lots.most[limit])
        entries: list[Block] = [(np.zeros(len(counted), dtype=np.int64), begins[3] + counted, np.ones(len(counted)))]
        if len(supplier) == 1 and winner[supplier[0]] >= 0:
            entries.append((np.zeros(1, dtype=np.int64), winner[supplier], np.array([-most])))
            most = 0.0
        rows.add(np.full(1, -np.inf), np.array([most]), *entries)
