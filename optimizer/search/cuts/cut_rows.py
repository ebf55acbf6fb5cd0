"""Rows that no plan breaks, in whole numbers, and programs with some of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from optimizer.program import Program, with_entries, with_rows

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CutRows:
    """``sum(coefficient * column) <= high``; columns are the program's: flows, increments, switches."""

    row: Int64
    """Row of every entry, ascending, shape ``(n_entries,)``."""
    column: Int64
    coefficient: Int64
    high: Int64
    """Shape ``(n_rows,)``."""

    def __len__(self) -> int:
        return len(self.high)

    def taken(self, rows: Int64) -> Self:
        """Take some rows, in the given order."""
        first = np.searchsorted(self.row, np.arange(len(self) + 1))
        at = slices(first[rows], first[rows + 1])
        length = first[rows + 1] - first[rows]
        row = np.repeat(np.arange(len(rows)), length)
        return replace(self, row=row, column=self.column[at], coefficient=self.coefficient[at], high=self.high[rows])

    def fingerprint(self, n_columns: int) -> Int64:
        """Give equal rows equal numbers, shape ``(n_rows,)``."""
        # Odd numbers that are the same in every run; products wrap around.
        weight = np.random.default_rng(0).integers(-(2**62), 2**62, n_columns + 1) * 2 + 1
        number: Int64 = self.high * weight[-1]
        np.add.at(number, self.row, self.coefficient * weight[self.column])
        return number


def slices(start: Int64, end: Int64) -> Int64:
    """List ``start[0], ..., end[0] - 1, start[1], ...``."""
    length = end - start
    return np.repeat(start - np.cumsum(length) + length, length) + np.arange(int(length.sum()))


def summed(row: Int64, column: Int64, coefficient: Int64, high: Int64) -> CutRows:
    """Add up entries of the same row and column, and leave zeros out."""
    order = np.lexsort((column, row))
    row, column, coefficient = row[order], column[order], coefficient[order]
    starts = np.flatnonzero(np.append(True, (row[1:] != row[:-1]) | (column[1:] != column[:-1]))[: len(row)])
    total = np.add.reduceat(coefficient, starts) if len(starts) else coefficient
    some = total != 0
    return CutRows(row[starts][some], column[starts][some], total[some], high)


def stacked(parts: Sequence[CutRows]) -> CutRows:
    """Put rows one after the other."""
    before = np.cumsum([0, *(len(part) for part in parts)])
    return CutRows(
        row=np.concatenate([part.row + first for part, first in zip(parts, before[:-1], strict=True)]),
        column=np.concatenate([part.column for part in parts]),
        coefficient=np.concatenate([part.coefficient for part in parts]),
        high=np.concatenate([part.high for part in parts]),
    )


def with_cuts(program: Program, cuts: CutRows) -> Program:
    """Add the rows at the end of a program."""
    first, n = program.n_rows, len(cuts)
    program = with_rows(program, np.full(n, -np.inf), cuts.high.astype(np.float64), np.ones(n))
    return with_entries(program, cuts.row + first, cuts.column, cuts.coefficient.astype(np.float64))


def with_rows_kept(program: Program, kept: NDArray[np.bool_]) -> Program:
    """Leave rows out; what the program says of its first member row and first limit row is then meaningless."""
    entry, new_row = kept[program.row], np.cumsum(kept) - 1
    return replace(
        program,
        row=new_row[program.row[entry]],
        column=program.column[entry],
        coefficient=program.coefficient[entry],
        row_low=program.row_low[kept],
        row_high=program.row_high[kept],
        row_unit=program.row_unit[kept],
    )
