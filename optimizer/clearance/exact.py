"""The best options within budgets by a mixed-integer solver: those that prices have not ruled out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import Answer, Outcome, Search, backend_named
from optimizer.clearance.budgets import Held, Priced
from optimizer.clearance.options import Options, Units
from optimizer.program import Program
from optimizer.search.isolation import Forked

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_MOST_COLUMNS: Final = 30_000
"""So many options a solver is asked about at most."""

_ENDS_SECONDS: Final = 0.2
"""Kept back for handing the answer over."""


@dataclass(frozen=True, slots=True)
class Exact:
    """What the solver found."""

    chosen: Ints | None
    """Option of every unit, -1: the list price."""
    bound: float | None
    """Money; None where options are missing that could be better."""
    infeasible: bool = False


def best_exactly(
    options: Options,
    units: Units,
    held: Held,
    priced: Priced,
    value: float | None,
    *,
    seconds: float,
    gap: float,
    backend: str = "highs",
) -> Exact:
    """Solve the choice among the options that prices leave.

    Parameters
    ----------
    options : Options
    units : Units
    held : Held
    priced : Priced
        An option that earns less at its prices than the best of its unit, by more than bound and value differ, is in no
        better plan.
    value : float, optional
        Money that a plan earns.
    seconds, gap : float
        Limits of the solver.
    backend : str

    Returns
    -------
    Exact
    """
    loss = _losses(options, units, held, priced)
    spare = np.inf if value is None else priced.bound - value
    kept = np.flatnonzero(loss <= spare)
    complete = options.complete and len(kept) <= _MOST_COLUMNS
    if len(kept) > _MOST_COLUMNS:
        kept = np.sort(kept[np.argpartition(loss[kept], _MOST_COLUMNS)[:_MOST_COLUMNS]])
    if not len(kept) or seconds <= 2 * _ENDS_SECONDS:
        return Exact(None, None)
    program = _program(options, units, held, kept)
    search = Search(seconds=seconds - 2 * _ENDS_SECONDS, gap=gap / 10)
    with Forked(_solved, program, search, backend, on_report=lambda _: None) as process:
        answer: Answer | None = process.wait(seconds - _ENDS_SECONDS)
    if answer is None or answer.columns is None:
        return Exact(None, None, infeasible=complete and answer is not None and answer.outcome is Outcome.INFEASIBLE)
    taken = kept[answer.columns[: len(kept)] > 0.5]
    chosen = np.full(len(units), -1, dtype=np.int64)
    chosen[np.searchsorted(options.first_option, taken, side="right") - 1] = taken
    bound = None
    if complete and answer.bound is not None:
        error = options.error + (
            held.prices(priced.price, options.forgone.shape[1]) * options.forgone_error[:, None]
        ).sum(axis=1)
        scale = _scale(options)
        # No option that was left out is in a plan that is better than the one known.
        bound = max(answer.bound * scale, value if value is not None else -np.inf) + float(error.sum())
    return Exact(chosen, bound)


def _solved(program: Program, search: Search, backend: str, _: Any) -> Answer:
    return backend_named(backend)(program, search)


def _losses(options: Options, units: Units, held: Held, priced: Priced) -> Floats:
    """Find what the bound loses at least when an option is taken, shape ``(n_options,)``."""
    price = held.prices(priced.price, options.forgone.shape[1])
    owner = np.repeat(np.arange(len(units)), np.diff(options.first_option))
    worth = options.value - (price[owner] * options.forgone).sum(axis=1)
    best = np.full(len(units), -np.inf)
    np.maximum.at(best, owner, worth)
    rests = (units.pack < 0) & options.may_rest
    best[rests] = np.maximum(best[rests], 0.0)
    return np.asarray(best[owner] - worth)


def _scale(options: Options) -> float:
    """Money per unit of the program: its numbers are near 1."""
    return float(np.abs(options.value).max(initial=1.0)) or 1.0


def _program(options: Options, units: Units, held: Held, kept: Ints) -> Program:
    """Write the choice: a column per option and per pack of all or none, a row per unit, pack and budget."""
    n, n_units, n_packs = len(kept), len(units), len(units.pack_is_all)
    owner = np.searchsorted(options.first_option, kept, side="right") - 1
    scale = _scale(options)
    in_all = (units.pack >= 0) & np.append(units.pack_is_all, False)[units.pack]
    in_one = (units.pack >= 0) & ~in_all
    rows = [owner, np.flatnonzero(in_all)]
    columns = [np.arange(n), n + units.pack[in_all]]
    entries = [np.ones(n), np.full(np.count_nonzero(in_all), -1.0)]
    one = np.flatnonzero(in_one[owner])
    rows.append(n_units + units.pack[owner[one]])
    columns.append(one)
    entries.append(np.ones(len(one)))
    # Which budgets an option counts in: those of its unit, by part.
    count = np.diff(held.first)[owner]
    option = np.repeat(np.arange(n), count)
    at = np.arange(len(option)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(held.first[owner], count)
    size = np.maximum(held.limit, 1.0)
    rows.append(n_units + n_packs + held.budget[at])
    columns.append(option)
    entries.append(options.forgone[kept[option], held.part[at]] / size[held.budget[at]])
    row, column, entry = (np.concatenate(part) for part in (rows, columns, entries))
    # One (unit, budget) may have several parts: entries of one place are added up.
    key = row * (n + n_packs) + column
    places, inverse = np.unique(key, return_inverse=True)
    low = np.where(in_all | ~options.may_rest, np.where(in_all, 0.0, 1.0), 0.0)
    high = np.where(in_all, 0.0, 1.0)
    must = np.zeros(n_packs)
    np.maximum.at(must, units.pack[in_all], (~options.may_rest[in_all]).astype(np.float64))
    return Program(
        objective=np.concatenate([options.value[kept] / scale, np.zeros(n_packs)]),
        low=np.concatenate([np.zeros(n), must]),
        high=np.ones(n + n_packs),
        integer=np.ones(n + n_packs, dtype=np.bool_),
        row=places // (n + n_packs),
        column=places % (n + n_packs),
        coefficient=np.bincount(inverse.reshape(-1), entry, minlength=len(places)).astype(np.float64),
        row_low=np.concatenate([low, np.full(n_packs + len(size), -np.inf)]),
        row_high=np.concatenate([high, np.ones(n_packs), held.limit / size]),
        row_unit=np.ones(n_units + n_packs + len(size)),
        offset=0.0,
        first_member_row=0,
        first_limit_row=0,
    )
