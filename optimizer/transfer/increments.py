"""What the units that stay are worth, as increments of the model's positions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER
from network.joins import runs
from network.tables import Network
from optimizer.model import Increments
from optimizer.transfer.cells import Candidates, Scope, units_worth_more
from optimizer.transfer.grid import Grid, main_rows, sends_by_row
from optimizer.transfer.shelves import Shelves
from optimizer.worth.economics import UnitWorth, opening_units, value_change

Int64 = NDArray[np.int64]


def increments_of(network: Network, scope: Scope, grid: Grid, shelves: Shelves, candidates: Candidates) -> Increments:
    """Write what units are worth in every row where some may stay.

    Full, falling and left-over units where stock counts; left-over units only in rows of later days and of units that
    expire. Units beyond those that could pay to come are written as left over: none of them comes.
    """
    main, shelf = main_rows(scope, grid), np.flatnonzero(shelves.last)
    base = np.concatenate([grid.base_units[grid.row_cell[main]], _debt(network, scope, shelves.cell[shelf])])
    cell = np.concatenate([grid.row_cell[main], shelves.cell[shelf]])
    row = np.concatenate([main, grid.n_rows + shelf])
    most_kept = _most_kept(scope, grid, cell)
    told = np.minimum(most_kept, _own_units(scope, grid, cell) + _useful(scope, candidates)[cell])
    position, most, worth = _pieces(scope.worth.take(cell), base, base + told)
    n, received = len(grid.sending), len(grid.receiving)
    left = n + np.arange(received)
    later = (grid.receiving.values % grid.days > 0) | scope.expires[grid.row_cell[left]]
    left = left[later]
    left_cell = grid.row_cell[left]
    position = np.concatenate([row[position], row, left])
    most = np.concatenate([most, most_kept - told, _everything_at(scope, grid, left_cell)])
    worth = np.concatenate([worth, scope.worth.left_over_worth[np.concatenate([cell, left_cell])]])
    order = np.argsort(position, kind="stable")
    order = order[most[order] > 0]
    return _merged(position[order].astype(np.int32), most[order], worth[order])


def _merged(position: NDArray[np.int32], most: Int64, worth: Int64) -> Increments:
    """Put neighbouring units of one worth together: under a price path every unit is listed by itself."""
    starts = np.append(True, (position[1:] != position[:-1]) | (worth[1:] != worth[:-1]))[: len(position)]
    first = np.flatnonzero(starts)
    if len(first) == len(position):
        return Increments(position=position, most_units=most, worth=worth)
    return Increments(position=position[first], most_units=np.add.reduceat(most, first), worth=worth[first])


def do_nothing_worth(network: Network, scope: Scope, grid: Grid) -> int:
    """Worth of what the rows hold when nothing moves: the units beyond each cell's base, and what is left over."""
    regular = np.flatnonzero(grid.keeps & ~scope.expires)
    left_over = (scope.late_units - scope.late_counted) * grid.chained
    total = _worth_of(scope, regular, grid.base_units[regular], left_over[regular])
    expiring = np.flatnonzero(grid.keeps & scope.expires)
    left_over = scope.held_before - scope.units_before
    return total + _worth_of(scope, expiring, _debt(network, scope, expiring), left_over[expiring])


def _worth_of(scope: Scope, cell: Int64, base: Int64, left_over: Int64) -> int:
    worth = scope.worth.take(cell)
    kept = value_change(worth, base, scope.units_before[cell])
    return int((kept + left_over * worth.left_over_worth).sum())


def _debt(network: Network, scope: Scope, cell: Int64) -> Int64:
    """Units below zero with which stock starts where more is reserved than there is."""
    return np.minimum(opening_units(network)[scope.stock_row[cell]], 0)


def _pieces(worth: UnitWorth, first: Int64, last: Int64) -> tuple[Int64, Int64, Int64]:
    """Write the units after the first-th up to the last-th as runs of equal worth: entry, length, worth; falling."""
    full = np.maximum(np.minimum(last, worth.full_units) - first, 0)
    left_over = np.maximum(last - np.maximum(first, worth.full_units + worth.step_count), 0)
    start = np.clip(first - worth.full_units, 0, worth.step_count)
    count = np.maximum(np.clip(last - worth.full_units, 0, worth.step_count) - start, 0)
    entry, step = runs(worth.step_start + start, count)
    every = np.arange(len(worth))
    position = np.concatenate([every, entry, every])
    order = np.argsort(position, kind="stable")
    most = np.concatenate([full, np.ones_like(step), left_over])
    value = np.concatenate([worth.full_worth, worth.steps[step], worth.left_over_worth])
    return position[order], most[order], value[order]


def _useful(scope: Scope, candidates: Candidates) -> Int64:
    """Units that could pay to come to every cell, beyond those that count before, in whole cases."""
    cell = np.arange(len(scope.cells))
    useful = units_worth_more(scope, cell, candidates.potentials.loss_in)
    useful = -(-useful // scope.pack) * scope.pack
    useful[candidates.edges.destination[candidates.forced]] = NEVER
    return np.where(scope.must_receive > 0, NEVER, useful)


def _own_units(scope: Scope, grid: Grid, cell: Int64) -> Int64:
    """Units above a cell's base that are there before anything comes."""
    not_counted = scope.held_before[cell] - scope.units_before[cell]
    shelved = np.maximum(scope.held_before[cell], 0) + not_counted
    return np.where(scope.expires[cell], shelved, grid.cell_supply[cell] + scope.late_units[cell])


def _everything_at(scope: Scope, grid: Grid, cell: Int64) -> Int64:
    """Units that could end at a cell at most."""
    own = np.where(scope.expires[cell], np.maximum(scope.held_before[cell], 0), scope.late_units[cell])
    return grid.sku_supply[scope.cells.sku[cell]] + scope.must_receive[cell] + own


def _most_kept(scope: Scope, grid: Grid, cell: Int64) -> Int64:
    """Most units that may stay: over-stock that must leave shortens the increments."""
    left = grid.cell_supply[cell] - scope.must_send[cell]
    return np.where(sends_by_row(scope, grid, cell), left, _everything_at(scope, grid, cell))
