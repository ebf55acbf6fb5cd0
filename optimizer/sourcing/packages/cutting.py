"""Makes the linear relaxation of a covering program tighter with cuts from a few items at a time.

Packages of neighbours overlap so much that the relaxation buys halves of three where one and a half cannot be bought.
A few items with all packages that touch them are small enough to know every cover of them; what all these have in
common and the relaxation has not is a row that it gets. Rows go on until a round closes little of what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from optimizer.backends import RELAXATIONS, Answer, Outcome, Search
from optimizer.program import Program, with_entries, with_rows
from optimizer.sourcing.packages.local_cuts import grown, local_cut

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ITEMS: Final = 12
"""Of a cut: covers of all sets of these are looked at."""
_ENOUGH: Final = 0.98
"""Covers that fit into the fractional solution: from so many on no cut is looked for."""
_MOST_STEPS: Final = 600
_CUTS_PER_ITEM: Final = 0.25
"""Most new cuts of a round."""
_LITTLE: Final = 0.01
"""Share of what is missing to the target that a round has to close; fruitless ones in a row end it."""
_UNKNOWN: Final = 0.1
"""Share of a bound that is missing at most: without an award nobody knows."""
_FRUITLESS: Final = 2
_DROPPED_EVERY: Final = 2
"""Rounds after which cuts that do not bind are dropped."""
_FRACTIONAL: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Cuts:
    """Rows ``sum(weight * column) >= least``, as triplets sorted by row."""

    row: Ints
    column: Ints
    weight: Floats
    least: Floats
    """Shape ``(n_cuts,)``."""

    def chosen(self, kept: Flags) -> Cuts:
        """Leave only some."""
        inside = kept[self.row]
        number = np.cumsum(kept) - 1
        return Cuts(number[self.row[inside]], self.column[inside], self.weight[inside], self.least[kept])

    def joined(self, others: list[tuple[Ints, Floats, float]]) -> Cuts:
        """Append cuts, each as columns, weights and least."""
        sizes = [len(column) for column, _, _ in others]
        row = len(self.least) + np.repeat(np.arange(len(others)), sizes)
        return Cuts(
            np.concatenate([self.row, row]),
            np.concatenate([self.column, *(column for column, _, _ in others)]),
            np.concatenate([self.weight, *(weight for _, weight, _ in others)]),
            np.concatenate([self.least, [least for _, _, least in others]]),
        )

    def within(self, program: Program) -> Program:
        """Add the rows to a program."""
        n = len(self.least)
        taller = with_rows(program, self.least, np.full(n, np.inf), np.ones(n))
        return with_entries(taller, program.n_rows + self.row, self.column, self.weight)


@dataclass(frozen=True, slots=True)
class Tightened:
    """What rounds of cuts end with."""

    cuts: Cuts
    program: Program
    """With these cuts."""
    answer: Answer
    """Of its relaxation."""


def no_cuts() -> Cuts:
    """Return no rows."""
    none = np.empty(0, dtype=np.int64)
    return Cuts(none, none, np.empty(0), np.empty(0))


def tightened(
    program: Program, n_items: int, target: float, until: float, report: Callable[[object], None]
) -> Tightened:
    """Cut until rounds close little; the bound of each is reported, as the program's benefit.

    Parameters
    ----------
    n_items : int
        The first rows ask for at least one of their columns each.
    target : float
        Benefit of the best solution.
    until : float
        On the clock of `time.monotonic`.

    Returns
    -------
    Tightened
        Of the last round that was finished in time.
    """
    random, has = np.random.default_rng(0), _Items.of(program, n_items)
    cuts = no_cuts()
    found = Tightened(cuts, program, RELAXATIONS["highs"](program, Search(until - time.monotonic())))
    rounds = fruitless = 0
    while found.answer.outcome is Outcome.OPTIMAL and found.answer.columns is not None and fruitless < _FRUITLESS:
        report(found.answer)
        rounds += 1
        new = has.cuts(found.answer.columns, random, until)
        if not new or time.monotonic() >= until:
            break
        if rounds % _DROPPED_EVERY == 0 and found.answer.row_duals is not None:
            cuts = cuts.chosen(np.abs(found.answer.row_duals[program.n_rows :]) > _FRACTIONAL)
        cuts = cuts.joined(new)
        taller = cuts.within(program)
        answer = RELAXATIONS["highs"](taller, Search(until - time.monotonic()))
        if answer.outcome is not Outcome.OPTIMAL or answer.bound is None or found.answer.bound is None:
            break
        missing = min(answer.bound - target, _UNKNOWN * abs(answer.bound))
        is_little = found.answer.bound - answer.bound < _LITTLE * missing
        fruitless = fruitless + 1 if is_little else 0
        found = Tightened(cuts, taller, answer)
    return found


@dataclass(frozen=True, slots=True)
class _Items:
    """Which columns the rows of items have."""

    by_item: csr_array
    """Shape ``(n_items, n_columns)``."""
    by_column: csc_array

    @classmethod
    def of(cls, program: Program, n_items: int) -> _Items:
        """Read the first rows of a program."""
        entry = slice(0, int(np.searchsorted(program.row, n_items)))
        place = (program.row[entry], program.column[entry])
        by_item = csr_array((np.ones(len(place[0])), place), shape=(n_items, program.n_columns))
        return cls(by_item, csc_array(by_item))

    def cuts(self, solution: Floats, random: np.random.Generator, until: float) -> list[tuple[Ints, Floats, float]]:
        """Look for cuts around items with fractional columns."""
        fractional = np.flatnonzero((solution > _FRACTIONAL) & (solution < 1 - _FRACTIONAL))
        part = csr_array(self.by_item[:, fractional])
        columns = csc_array(part)
        indices = [each.astype(np.int64) for each in (columns.indptr, columns.indices, part.indptr, part.indices)]
        value, most = solution[fractional], int(np.ceil(_CUTS_PER_ITEM * part.shape[0]))
        found: dict[bytes, tuple[Ints, Floats, float]] = {}
        for seed in random.permutation(np.flatnonzero(np.diff(part.indptr))).tolist():
            noise = random.uniform(0.7, 1.0, part.shape[0])
            items = grown(*indices, value, noise, seed, _ITEMS)  # type: ignore[call-arg]
            cut = self._cut(items, solution, random)
            if cut is not None:
                found[cut[0].tobytes() + cut[1].tobytes()] = cut
            if len(found) >= most or time.monotonic() >= until:
                break
        return list(found.values())

    def _cut(self, items: Ints, solution: Floats, random: np.random.Generator) -> tuple[Ints, Floats, float] | None:
        """Look for a cut of some items."""
        inside = csr_array(self.by_item[items])
        column, code = np.unique(inside.indices, return_inverse=True)
        bit = np.repeat(1 << np.arange(len(items)), np.diff(inside.indptr))
        pattern, which, count = np.unique(
            np.bincount(code.reshape(-1), bit, len(column)).astype(np.int64), return_inverse=True, return_counts=True
        )
        room = np.bincount(which.reshape(-1), solution[column], len(pattern))
        empty = room <= _FRACTIONAL
        order = np.lexsort((-count, empty))
        # Ties make the simplex method slow.
        used = room[order[: int((~empty).sum())]] * (1 + _FRACTIONAL * random.random(int((~empty).sum())))
        weight, least = local_cut(len(items), pattern[order], used, _ENOUGH, _MOST_STEPS)
        if least <= 0 or weight @ room[order] > least * (1 - (1 - _ENOUGH) / 4):
            return None
        of_pattern = np.empty(len(pattern))
        of_pattern[order] = weight
        of_column = of_pattern[which.reshape(-1)]
        kept = of_column > 0
        return column[kept].astype(np.int64), of_column[kept], float(least)
