"""Bounds by cutting planes: the linear relaxation, and round by round the rows that its solution breaks.

Pricing (`optimizer.search.pricing`) reaches the bound of the linear relaxation with the strong rows and no better. What
those do not see is that half a dispatch does not run: two senders that share a demand each pay for their part of a
dispatch. Cuts of single SKUs (`rounding`) say so. Every round solves the relaxation with the rows that bound it, and
its duals are evaluated exactly (`duals`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import RELAXATIONS, Outcome, Search
from optimizer.model import Model
from optimizer.program import Program, linear_program
from optimizer.search.cuts.bases import base_rows
from optimizer.search.cuts.cut_rows import CutRows, stacked, with_cuts, with_rows_kept
from optimizer.search.cuts.duals import bound_of_duals
from optimizer.search.cuts.rounding import WAYS, rounded
from optimizer.search.cuts.single_rows import single_rows
from optimizer.search.cuts.switched_flows import Point, SwitchedFlows, all_open, point_of, switched_flows
from optimizer.search.flow_network import flow_network

Int64 = NDArray[np.int64]

_CUTS_PER_BLOCK = 12
"""Cuts that a round adds for each SKU, the deepest first: more make the relaxation slow, fewer take more rounds."""

_BROKEN = 1e-6
"""In units: how far a row that was left out may be broken before it comes back."""


def bounds_by_cuts(model: Model, seconds: float) -> Iterator[tuple[int, Program]]:
    """Yield bounds on the benefit, and the program with the rows that prove each.

    Parameters
    ----------
    model : Model
        Small enough for a simplex method to solve its linear relaxation a few times.
    seconds : float
        No solver call is started afterwards.

    Yields
    ------
    (int, Program)
        An upper bound in money units (take the least), proved by integer arithmetic; and the mixed-integer program with
        all cuts that bind: its solutions are the model's, its relaxation is much tighter.
    """
    until = time.monotonic() + seconds
    switched, network = switched_flows(model), flow_network(model, in_packs=False)
    pool = _Pool(linear_program(model), single_rows(model, switched, all_open(model, switched)))
    while time.monotonic() < until:
        columns = pool.solved(until - time.monotonic())
        if columns is None:
            return
        bound = bound_of_duals(model, network, pool.program, pool.duals)
        if bound is not None:
            yield bound, pool.binding()
        if not pool.grow(model, _found(model, switched, point_of(model, switched, columns)), columns):
            return


def _found(model: Model, switched: SwitchedFlows, point: Point) -> CutRows:
    """Look for rows that the point breaks, those of one flow first, as they are the simplest."""
    single = single_rows(model, switched, point)
    bases = base_rows(model, switched, point)
    parts = [rounded(model, bases, switched, point, way) for way in range(WAYS)]
    cuts, depth = stacked([part[0] for part in parts]), np.concatenate([part[2] for part in parts])
    block = _blocks(model, bases)[np.concatenate([part[1] for part in parts])]
    order = np.lexsort((-depth, block))
    order = order[_first_of_equals(cuts.fingerprint(model.n_columns)[order])]
    start = np.searchsorted(block[order], block[order])
    return stacked([single, cuts.taken(order[np.arange(len(order)) - start < _CUTS_PER_BLOCK])])


def _blocks(model: Model, bases: CutRows) -> Int64:
    """Block of every base row: that of any of its columns."""
    block = np.zeros(len(bases), dtype=np.int64)
    position = np.concatenate([model.flows.origin, model.increments.position])
    block[bases.row] = model.positions.block[position[bases.column]]
    return block


def _first_of_equals(values: Int64) -> Int64:
    """Rows of the first occurrences, in order."""
    return np.sort(np.unique(values, return_index=True)[1])


class _Pool:
    """The program with every cut so far, and which rows take part in the next solve."""

    def __init__(self, program: Program, first: CutRows) -> None:
        self._n_own = program.n_rows
        self.program = program = with_cuts(program, first)
        self.duals = np.zeros(program.n_rows)
        self._equation = program.row_low == program.row_high
        self._kept = np.ones(program.n_rows, dtype=bool)
        self._known = np.zeros(0, dtype=np.int64)

    def solved(self, seconds: float) -> NDArray[np.float64] | None:
        """Solve the relaxation of the rows that take part; None when it is not solved in time, or has no solution."""
        answer = RELAXATIONS["highs"](with_rows_kept(self.program, self._kept), Search(seconds=seconds))
        if answer.outcome is not Outcome.OPTIMAL or answer.row_duals is None:
            return None
        self.duals = np.zeros(self.program.n_rows)
        self.duals[self._kept] = answer.row_duals
        return answer.columns

    def binding(self) -> Program:
        """Return the program without cuts that do not bind; the model's own rows are all there."""
        own = np.arange(self.program.n_rows) < self._n_own
        return with_rows_kept(self.program, own | (self.duals != 0))

    def grow(self, model: Model, found: CutRows, columns: NDArray[np.float64]) -> bool:
        """Add cuts, and keep only rows that bind or are broken; False when nothing new is broken."""
        name = found.fingerprint(model.n_columns)
        found = found.taken(np.flatnonzero(~np.isin(name, self._known)))
        self._known = np.concatenate([self._known, name])
        load = np.bincount(
            self.program.row,
            weights=self.program.coefficient * columns[self.program.column],
            minlength=self.program.n_rows,
        )
        broken = (load > self.program.row_high + _BROKEN) | (load < self.program.row_low - _BROKEN)
        back = broken & ~self._kept
        kept = self._equation | (self.duals != 0) | broken
        self.program = with_cuts(self.program, found)
        self._kept = np.append(kept, np.ones(len(found), dtype=bool))
        self._equation = np.append(self._equation, np.zeros(len(found), dtype=bool))
        return bool(len(found) or np.any(back))
