"""What is decided at once: units of choices, and the paths of each that can be best.

A unit is a choice alone, or the choices of a group that move together or answer to each other's prices. Units whose
group asks for all or none of them, or for one at most, are packed.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import GroupKind
from network.joins import runs
from network.tables import Network
from optimizer.clearance.allowed import Trees
from optimizer.clearance.values import PathValues, Stocked, values_of, values_of_options
from optimizer.worth.choices import Choices

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Which = NDArray[np.integer[Any]]

MOST_JOINT: Final = 100_000
"""More combinations of paths that answer to each other are refused."""

_AT_ONCE: Final = 200_000
"""Paths valued in one go: what fits the cache."""


@dataclass(frozen=True, slots=True)
class Units:
    """What is decided at once, shape ``(n,)`` each unless it says more; choices are rows of a `Stocked`."""

    first_member: Ints
    """Where the choices of each begin in the next two, shape ``(n + 1,)``."""
    member: Ints
    part: Ints
    """Choices of a unit with the same budgets have the same part, from 0."""
    pack: Ints
    """Units of a pack are marked down depending on each other; -1: alone."""
    pack_is_all: Flags
    """All or none of the pack's units (else one at most), shape ``(n_packs,)``."""
    joint: Flags
    """Its choices answer to each other's prices."""
    may: Flags
    """Marked down at all; else it keeps the list price."""

    def __len__(self) -> int:
        return len(self.pack)


@dataclass(frozen=True, slots=True)
class Options:
    """Ways to mark units down, unit after unit, shape ``(n_options,)`` each unless it says more."""

    first_option: Ints
    """Shape ``(n_units + 1,)``."""
    value: Floats
    """V_path - V_list, money."""
    forgone: Floats
    """Margin forgone by the parts of the unit, shape ``(n_options, most parts)``."""
    levels: NDArray[np.int8]
    """Of the choices of the unit and periods, shape ``(n_levels, T)``; rows begin at `first_level`."""
    first_level: Ints
    """Shape ``(n_options + 1,)``."""
    error: Floats
    """Most money by which a value is wrong, shape ``(n_units,)``, like the next two."""
    forgone_error: Floats
    may_rest: Flags
    """The list price is allowed, too: no hard target forbids it."""
    reachable: Floats
    """Most units that a hard target can count on, as a share of what it asks, NaN where it is met or there is none."""
    complete: bool
    """No path was left out."""


def units_of(network: Network, choices: Choices, may: Flags) -> tuple[Ints, Units]:
    """Say what is decided at once.

    Parameters
    ----------
    network : Network
    choices : Choices
    may : ndarray of bool, shape (n_choices,)
        Choices that may be marked down.

    Returns
    -------
    which : ndarray of int64, shape (k,)
        Choices that matter, in the order of the units.
    units : Units
    """
    group = choices.group
    n_groups = len(choices.group_kind)
    size = np.bincount(group[group >= 0], minlength=n_groups)
    idle = np.bincount(group[(group >= 0) & ~may], minlength=n_groups)
    kind = choices.group_kind
    joint_group = (choices.cross_elasticity > 0.0) & (size > 1) & (idle < size)
    together = (kind == GroupKind.TOGETHER) | joint_group
    stays = ((kind == GroupKind.TOGETHER) | (kind == GroupKind.ALL_OR_NONE)) & (idle > 0) & ~joint_group
    of_group = np.append(together, False)[group]
    packed = ~of_group & (group >= 0) & np.append(~stays, False)[group]
    listed = np.flatnonzero(may | np.append(joint_group, False)[group])
    # Groups that decide at once are one unit; every other choice is one of its own.
    key = np.where(of_group & ~np.append(stays, False)[group], group, n_groups + np.arange(len(group)))[listed]
    order = np.lexsort((listed, key))
    which, key = listed[order], key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.empty(0, dtype=np.int64)
    leader = which[first]
    pack = np.where(packed[leader], group[leader], -1)
    packs, pack_of = np.unique(pack[pack >= 0], return_inverse=True)
    pack[pack >= 0] = pack_of.reshape(-1)
    first_member = np.append(first, len(which)).astype(np.int64)
    units = Units(
        first_member=first_member,
        member=np.arange(len(which)),
        part=_parts(choices, which, first_member),
        pack=pack.astype(np.int64),
        pack_is_all=kind[packs] == GroupKind.ALL_OR_NONE,
        joint=np.append(joint_group, False)[group[leader]],
        may=~np.append(stays, False)[group[leader]],
    )
    return which, units


def _parts(choices: Choices, which: Ints, first_member: Ints) -> Ints:
    """Give the sets of budgets that the choices of every unit have numbers."""
    part = np.zeros(len(which), dtype=np.int64)
    for unit in np.flatnonzero(np.diff(first_member) > 1).tolist():
        sets: dict[bytes, int] = {}
        for at in range(first_member[unit], first_member[unit + 1]):
            row = which[at]
            held = choices.budget[choices.first_budget[row] : choices.first_budget[row + 1]]
            part[at] = sets.setdefault(np.sort(held).tobytes(), len(sets))
    return part


@dataclass(frozen=True, slots=True)
class _Found:
    """Options of some units."""

    unit: Ints
    count: Ints
    value: Floats
    forgone: Floats
    levels: NDArray[np.int8]
    """Shape ``(n_options * members of the unit, T)``."""
    error: Floats
    forgone_error: Floats
    may_rest: Flags


def options_of(
    choices: Choices, which: Ints, units: Units, trees: Trees, of: Stocked, *, n_table: int, complete: bool
) -> Options:
    """Value the paths of all units and keep those that can be best at some price of forgone margin.

    Parameters
    ----------
    choices : Choices
    which : ndarray of int64, shape (k,)
        The choices of `units`, `trees` and `of`.
    units : Units
    trees : Trees
    of : Stocked
    n_table : int
        Nodes of the tables of expected sales; 0: every sum is exact.
    complete : bool
        Keep every path.

    Returns
    -------
    Options

    Raises
    ------
    ValueError
        There are too many paths to list.
    """
    n_parts = 1 + int(units.part.max(initial=0))
    simple = _simple_trees(choices, which, units, trees)

    def found(job: tuple[int, Ints]) -> _Found:
        tree, some = job
        if tree >= 0:
            return _alike(some, units, trees, of, tree=tree, n_table=n_table, n_parts=n_parts, complete=complete)
        return _mixed(choices, which, int(some[0]), units, trees, of=of, n_table=n_table, n_parts=n_parts)

    jobs = list(_jobs(simple, units, trees))
    if len(jobs) == 1:
        parts = [found(jobs[0])]
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            parts = list(pool.map(found, jobs))
    return _collected(parts, units, of, n_parts, complete=complete)


def _simple_trees(choices: Choices, which: Ints, units: Units, trees: Trees) -> Ints:
    """Tree that all choices of a unit follow level by level; -1 where they do not, shape ``(n_units,)``."""
    tree = trees.of_choice[units.first_member[:-1]].copy()
    for unit in np.flatnonzero((np.diff(units.first_member) > 1) & ~units.joint).tolist():
        members = np.arange(units.first_member[unit], units.first_member[unit + 1])
        rungs = {_rungs(choices, which[at]).tobytes() for at in members}
        same = len(rungs) == 1 and len(set(trees.of_choice[members].tolist())) == 1
        if not same or units.part[members].any():
            tree[unit] = -1
    tree[units.joint | ~units.may] = -1
    return tree


def _rungs(choices: Choices, row: Any) -> Ints:
    return choices.rung_number[choices.first_rung[row] : choices.first_rung[row + 1]]


def _jobs(simple: Ints, units: Units, trees: Trees) -> Iterator[tuple[int, Ints]]:
    """Units to value in one go."""
    for tree, paths in enumerate(trees.tree):
        some = np.flatnonzero(simple == tree)
        load = np.cumsum(np.diff(units.first_member)[some]) * paths.n_paths // _AT_ONCE
        for part in np.split(some, 1 + np.flatnonzero(np.diff(load))):
            if len(part):
                yield tree, part
    for unit in np.flatnonzero(simple < 0).tolist():
        yield -1, np.array([unit])


def _alike(
    some: Ints, units: Units, trees: Trees, of: Stocked, *, tree: int, n_table: int, n_parts: int, complete: bool
) -> _Found:
    """Value units whose choices follow one tree."""
    from optimizer.clearance import path_values as compiled  # noqa: PLC0415 (loads a compiler)

    count = np.diff(units.first_member)[some]
    _, member = runs(units.first_member[some], count)
    first = np.cumsum(count) - count
    paths = trees.tree[tree]
    valued = values_of(of, member, paths, n_table)
    value, forgone = valued.value, valued.forgone
    if len(member) > len(some):
        value, forgone = np.add.reduceat(value, first, axis=0), np.add.reduceat(forgone, first, axis=0)
    if complete:
        owner, path = np.nonzero(np.isfinite(value[:, 1:]))
        path += 1
        n_kept = np.bincount(owner, minlength=len(some))
    else:
        begins = np.empty(len(some) + 1, dtype=np.int64)
        kept = np.empty(value.size, dtype=np.int64)
        compiled.upper_hulls(value, forgone, begins, kept)
        n_kept, path = np.diff(begins), kept[: begins[-1]]
        owner = np.repeat(np.arange(len(some)), n_kept)
    levels = paths.levels().astype(np.int8)[path]
    cost = np.zeros((len(path), n_parts))
    cost[:, 0] = forgone[owner, path]
    return _Found(
        unit=some,
        count=n_kept,
        value=value[owner, path],
        forgone=cost,
        levels=np.repeat(levels, count[owner], axis=0),
        error=np.add.reduceat(valued.error, first),
        forgone_error=np.add.reduceat(valued.forgone_error, first),
        may_rest=np.isfinite(value[:, 0]),
    )


def _mixed(
    choices: Choices, which: Ints, unit: int, units: Units, trees: Trees, *, of: Stocked, n_table: int, n_parts: int
) -> _Found:
    """Value one unit whose choices have paths of their own: those that all of them can follow, or all combinations."""
    members = np.arange(units.first_member[unit], units.first_member[unit + 1])
    levels = _combined(
        choices, which[members], [trees.tree[trees.of_choice[at]].levels() for at in members], unit, units
    )
    if units.joint[unit]:
        share = _joint_shares(choices, which[members], of, members, levels)
        parts = [values_of_options(of, int(at), share[:, i], levels[:, i]) for i, at in enumerate(members.tolist())]
    else:
        parts = []
        for i, at in enumerate(members.tolist()):
            tree = trees.tree[trees.of_choice[at]]
            every = values_of(of, np.array([at]), tree, n_table)
            row = _rows_in(tree.levels(), levels[:, i])
            parts.append(PathValues(every.value[:, row], every.forgone[:, row], every.error, every.forgone_error))
    value = np.sum([part.value[0] for part in parts], axis=0)
    cost = np.zeros((len(levels), n_parts))
    for at, part in zip(members.tolist(), parts, strict=True):
        cost[:, units.part[at]] += part.forgone[0]
    kept = 1 + np.flatnonzero(np.isfinite(value[1:]))
    return _Found(
        unit=np.array([unit]),
        count=np.array([len(kept)]),
        value=value[kept],
        forgone=cost[kept],
        levels=levels[kept].reshape(-1, levels.shape[2]).astype(np.int8),
        error=np.sum([part.error for part in parts], axis=0),
        forgone_error=np.sum([part.forgone_error for part in parts], axis=0),
        may_rest=np.array([np.isfinite(value[0])]),
    )


def _rows_in(table: NDArray[np.int32], wanted: NDArray[np.int32]) -> Ints:
    """Rows of a table of distinct rows that are equal to other rows."""
    known = {row.tobytes(): number for number, row in enumerate(np.ascontiguousarray(table))}
    return np.array([known[row.tobytes()] for row in np.ascontiguousarray(wanted)], dtype=np.int64)


def _combined(
    choices: Choices, rows: Ints, paths: list[NDArray[np.int32]], unit: int, units: Units
) -> NDArray[np.int32]:
    """Levels of every member in every option, the list price of all first, shape ``(n_options, n_members, T)``."""
    group = choices.group[rows[0]]
    kind = choices.group_kind[group] if len(rows) > 1 else GroupKind.ALL_OR_NONE
    if not units.may[unit]:
        return np.stack([path[:1] for path in paths], axis=1)
    if kind == GroupKind.TOGETHER:
        numbered = [np.append(0, _rungs(choices, row))[path] for row, path in zip(rows, paths, strict=True)]
        shared = {row.tobytes() for row in numbered[0]}
        for table in numbered[1:]:
            shared &= {row.tobytes() for row in table}
        order = [np.array([i for i, row in enumerate(table) if row.tobytes() in shared]) for table in numbered]
        sort = [part[np.lexsort(table[part].T[::-1])] for part, table in zip(order, numbered, strict=True)]
        return np.stack([path[part] for path, part in zip(paths, sort, strict=True)], axis=1)
    every = [len(path) for path in paths]
    marked = [max(count - 1, 0) for count in every]
    total = sum(marked) if kind == GroupKind.AT_MOST_ONE else int(np.prod(np.array(marked, dtype=np.float64)))
    if total > MOST_JOINT:
        raise ValueError(
            f"clearance_groups {choices.group_id[group]}, zone {choices.zone[rows[0]]}: {total} combinations of price "
            f"paths answer to each other, more than {MOST_JOINT}; use cross_elasticity 0, kind together, or fewer rungs"
        )
    if kind == GroupKind.AT_MOST_ONE:
        index = np.zeros((1 + total, len(paths)), dtype=np.int64)
        owner, path = runs(np.ones(len(paths), dtype=np.int64), np.array(marked))
        index[1 + np.arange(total), owner] = path
    else:
        product = itertools.product(*(range(1, count) for count in every))
        index = np.array([[0] * len(paths), *product], dtype=np.int64)
    return np.stack([path[index[:, i]] for i, path in enumerate(paths)], axis=1)


def _joint_shares(choices: Choices, rows: Ints, of: Stocked, members: Ints, levels: NDArray[np.int32]) -> Floats:
    """x_t of every member in every option, shape ``(n_options, n_members, T)``."""
    price = np.where(of.price[members] > 0.0, of.price[members], 1.0)
    share = price / price[:, :1]
    at = np.arange(len(members))[:, None]
    logs = np.log(share)[at, levels]
    power = choices.cross_elasticity[choices.group[rows[0]]] / max(len(rows) - 1, 1)
    others = np.exp(power * (logs.sum(axis=1, keepdims=True) - logs))
    return np.asarray(np.cumsum(of.season[members] * of.multiplier[members][at, levels] * others, axis=2))


def _collected(parts: list[_Found], units: Units, of: Stocked, n_parts: int, *, complete: bool) -> Options:
    """Put the options of all units in order."""
    n_periods, n_units = of.season.shape[1], len(units)
    count, width = np.zeros(n_units, dtype=np.int64), np.diff(units.first_member)
    error, forgone_error, may_rest = np.zeros(n_units), np.zeros(n_units), np.ones(n_units, dtype=np.bool_)
    for part in parts:
        count[part.unit], error[part.unit] = part.count, part.error
        forgone_error[part.unit], may_rest[part.unit] = part.forgone_error, part.may_rest
    first = np.append(0, np.cumsum(count)).astype(np.int64)
    first_level = np.append(0, np.cumsum(np.repeat(width, count))).astype(np.int64)
    value, forgone = np.empty(first[-1]), np.empty((first[-1], n_parts))
    levels = np.empty((first_level[-1], n_periods), dtype=np.int8)
    for part in parts:
        _, at = runs(first[part.unit], part.count)
        value[at], forgone[at] = part.value, part.forgone
        _, at = runs(first_level[first[part.unit]], part.count * width[part.unit])
        levels[at] = part.levels
    reachable = np.full(n_units, np.nan)
    return Options(first, value, forgone, levels, first_level, error, forgone_error, may_rest, reachable, complete)
