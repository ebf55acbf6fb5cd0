"""The linear relaxation of a large award: solved over few segments of every item, and over those that prices ask for.

What is left out is judged by the prices that are found, so each round proves a bound for all awards; its columns say
what to buy: of most items whole segments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import RELAXATIONS, Search
from optimizer.backends.highs import highs_cuts
from optimizer.program import Program
from optimizer.sourcing.large.collecting import by_row
from optimizer.sourcing.large.prices import Priced, Pricing
from optimizer.sourcing.large.program import AwardProgram, whole_program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SEGMENTS_PER_ITEM: Final = 5
_ROUNDS: Final = 8

_NEAR: Final = 2e-4
"""Share of a bound by which what few segments cost may be above it: more of them would hardly change what is bought."""

_CUT_GAP: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of all awards."""

    bound: float
    """Currency."""
    proved_by: str
    prices: Floats | None = None
    """They prove it, shape ``(n_rows,)`` of the pricing."""
    columns: Floats | None = None
    """What the relaxation buys, shape ``(n_columns,)``."""


def relax(pricing: Pricing, prices: Floats, left: Callable[[], float], report: Callable[[Proof], None]) -> None:
    """Solve the relaxation from prices that are near its own; tell of better bounds, and of columns once they are near.

    Parameters
    ----------
    pricing : Pricing
    prices : ndarray of float64, shape (n_rows,)
    left : callable
        Seconds that it may still take.
    report : callable
    """
    program, priced = pricing.program, pricing.at(prices)
    best, is_open = priced.bound, np.zeros(program.n_flows, dtype=np.bool_)
    segments = _SEGMENTS_PER_ITEM
    for _ in range(_ROUNDS):
        is_open |= _best_of_items(program, priced, segments) if not is_open.any() else priced.worth < 0
        columns, rows, part = _over(program, is_open)
        answer = RELAXATIONS["highs"](part, Search(seconds=max(left(), 0.01)))
        if left() <= 0:
            return
        if answer.row_duals is None or answer.columns is None:  # rules ask for segments that are not among the best
            segments *= 2
            is_open |= _best_of_items(program, priced, segments)
            continue
        duals = np.zeros(len(program.row_low))
        duals[rows] = -answer.row_duals
        found = pricing.within(duals[pricing.rows])
        priced = pricing.at(found)
        near = -(answer.bound or -np.inf) <= max(best, priced.bound) * (1 + _NEAR)
        bought = np.zeros(len(program.cost))
        bought[columns] = answer.columns
        if priced.bound > best or near:
            best = max(best, priced.bound)
            report(Proof(priced.bound, "linear relaxation", found, bought if near else None))
        if near:
            return


def cut(program: AwardProgram, seconds: float) -> Proof | None:
    """Let a solver of integers cut fractions off; what it can prove in some seconds, if anything."""
    answer = highs_cuts(whole_program(program), Search(seconds=seconds, gap=_CUT_GAP))
    return None if answer.bound is None else Proof(-answer.bound, "linear relaxation and cuts")


def _best_of_items(program: AwardProgram, priced: Priced, most: int) -> Flags:
    """Of every item some segments that are worth most at prices."""
    item = program.flows.item
    order = np.lexsort((priced.worth, item))
    rank = np.arange(len(item)) - np.searchsorted(item[order], item[order])
    found = np.zeros(len(item), dtype=np.bool_)
    found[order[rank < most]] = True
    return found


def _over(program: AwardProgram, is_open: Flags) -> tuple[Ints, Ints, Program]:
    """Write the program of some segments and all else; return its columns and rows of the whole one, too."""
    n = program.n_flows
    kept = np.ones(len(program.cost), dtype=np.bool_)
    kept[:n] = kept[n : 2 * n] = is_open
    columns = np.flatnonzero(kept)
    matrix = by_row(program.matrix[:, columns])
    filled = np.diff(matrix.indptr) > 0
    # A row without columns is kept by nothing at all, or never: then the relaxation has to know.
    rows = np.flatnonzero(filled | (program.row_low > 0) | (program.row_high < 0))
    matrix = by_row(matrix[rows])
    low = np.zeros(len(program.cost))
    low[program.used] = program.needed
    part = Program(
        objective=-program.cost[columns],
        low=low[columns],
        high=program.most[columns],
        integer=program.integer[columns],
        row=np.repeat(np.arange(len(rows)), np.diff(matrix.indptr)),
        column=matrix.indices.astype(np.int64),
        coefficient=matrix.data,
        row_low=program.row_low[rows],
        row_high=program.row_high[rows],
        row_unit=np.ones(len(rows)),
        offset=0.0,
        first_member_row=0,
        first_limit_row=0,
    )
    return columns, rows, part
