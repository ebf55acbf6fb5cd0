"""What moving some more units along a path would earn and cost after the plan, exactly."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.economics import NO_WEIGHT_LIMIT, lane_unit_cost, least_dispatches
from optimizer.reasons.residual import ANY_LOAD, Residual
from optimizer.reasons.ways import NO_LANE_ROW, Paths

Ints = NDArray[np.int64]

IMPOSSIBLE: Final = -(2**61)
"""Net of a move that no number of units makes possible."""


@dataclass(frozen=True, slots=True)
class Moves:
    """One more transfer per path, shape ``(n_paths,)`` each; money in money units."""

    paths: Paths
    units: Ints
    gain: Ints
    """Worth at the receiver."""
    loss: Ints
    """Worth lost at the sender."""
    unit_cost: Ints
    """Of all units on all lanes."""
    fixed_cost: Ints
    """Of the dispatches that must run in addition."""
    dispatches: Ints
    """How many more dispatches run on each lane of the path, shape ``(n_paths, most_lanes)``."""
    possible: NDArray[np.bool_]
    smallest: Ints
    """Fewest units that may move: whole cases, smallest lines, smallest dispatches."""

    @property
    def net(self) -> Ints:
        """Gain less everything else; `IMPOSSIBLE` where no number of units can move."""
        worth = self.gain - self.loss - self.unit_cost - self.fixed_cost
        return np.where(self.possible, worth, IMPOSSIBLE)

    def __len__(self) -> int:
        return len(self.units)

    def take(self, index: Ints) -> Moves:
        """Return some of the moves, in the order of `index`."""
        columns = {item.name: getattr(self, item.name)[index] for item in fields(self) if item.name != "paths"}
        return Moves(paths=self.paths.take(index), **columns)


def best_moves(residual: Residual, paths: Paths, wanted: Ints, unit_gain: Ints, *, within_room: bool) -> Moves:
    """Best number of units to move along each path.

    Parameters
    ----------
    residual : Residual
    paths : Paths
        From senders to receivers; from a cell to itself nothing moves.
    wanted : ndarray of int64, shape (n_paths,)
        Units that would count at the receiver, each worth `unit_gain`; further ones are left over there.
    unit_gain : ndarray of int64, shape (n_paths,)
        Money per unit.
    within_room : bool
        Keep to the dispatches that may run; False: as if more were allowed.

    Returns
    -------
    Moves
        The best of several numbers of units: all wanted (rounded down and up to whole cases), those that the sender
        does not need itself, those that fit dispatches that run anyway, or one more on each lane, and those that fill
        the dispatches of the units wanted to their least load.
    """
    terms = _Terms(residual, paths, wanted, unit_gain)
    most = np.minimum(residual.may_leave[paths.sender], terms.most_by_room() if within_room else ANY_LOAD)
    smallest = terms.smallest_units()
    most = most // terms.pack * terms.pack
    possible = paths.leads & (wanted > 0) & (smallest <= most)
    pack = terms.pack
    spare = residual.spare_units(paths.sender)
    options = [wanted, *(np.minimum(wanted, limit) for limit in (spare, *terms.units_by_dispatches()))]
    if pack.max(initial=1) > 1:
        options.append(wanted + pack - 1)
    if terms.least_load.any():
        options.append(terms.filling_units(wanted) + pack - 1)
    best: Moves | None = None
    for option in options:
        units = np.where(possible, np.clip(option // pack * pack, smallest, np.maximum(most, smallest)), 0)
        move = terms.move(units, smallest, possible)
        best = move if best is None else _better(best, move)
    if best is None:
        raise AssertionError("there is always an option")
    return best


def choose(first: Moves, second: Moves) -> Moves:
    """Take the better of two moves per path; the paths may differ."""
    width = max(first.dispatches.shape[1], second.dispatches.shape[1])
    return _better(_widened(first, width), _widened(second, width))


def _widened(moves: Moves, most_lanes: int) -> Moves:
    """Put the lanes of all paths into rows of the same length."""
    missing = most_lanes - moves.dispatches.shape[1]
    dispatches = np.pad(moves.dispatches, ((0, 0), (0, missing)))
    return replace(moves, paths=moves.paths.widened(most_lanes), dispatches=dispatches)


def _better(first: Moves, second: Moves) -> Moves:
    """Take the rows of the second where its net is higher, or where the first leads nowhere."""
    better = (second.net > first.net) | (~first.paths.leads & second.paths.leads)
    columns = {
        item.name: np.where(better, getattr(second, item.name), getattr(first, item.name))
        for item in fields(first)
        if item.name not in ("paths", "dispatches")
    }
    return Moves(
        paths=first.paths.replaced(better, second.paths),
        dispatches=np.where(better[:, None], second.dispatches, first.dispatches),
        **columns,
    )


class _Terms:
    """Columns that every number of units on the same paths shares; those of lanes have shape (n_paths, most_lanes)."""

    def __init__(self, residual: Residual, paths: Paths, wanted: Ints, unit_gain: Ints) -> None:
        self.residual, self.paths, self.wanted, self.unit_gain = residual, paths, wanted, unit_gain
        self.on_path = paths.lanes != NO_LANE_ROW
        self.lane = np.maximum(paths.lanes, 0)
        self.sku = residual.scope.cells.sku[paths.receiver].astype(np.int64)
        self.pack = residual.scope.pack[paths.receiver]
        self.weight = residual.weight[self.sku][:, None]
        self.left_over_worth = residual.worth.left_over_worth[paths.receiver]
        place, hop = np.nonzero(self.on_path)
        cost = np.zeros(self.lane.shape, dtype=np.int64)
        cost[place, hop] = lane_unit_cost(residual.network, self.lane[place, hop], self.sku[place])
        self.cost_each = cost.sum(axis=1)
        room = residual.room
        self.load, self.runs = self._along(room.load, 0), self._along(room.runs, 0)
        self.capacity = self._along(room.capacity, NO_WEIGHT_LIMIT)
        self.fixed_cost, self.least_load = self._along(room.fixed_cost, 0), self._along(room.least_load, 0)

    def _along(self, values: Ints, elsewhere: int) -> Ints:
        """Values of the lanes on the paths, shape (n_paths, most_lanes)."""
        return np.where(self.on_path, values[self.lane], elsewhere)

    def _fits(self, load: Ints) -> Ints:
        """Units that fit so much load on every lane of the path."""
        units = np.where((self.weight == 0) | (load >= ANY_LOAD // 2), ANY_LOAD, load // np.maximum(self.weight, 1))
        return np.asarray(units.min(axis=1, initial=ANY_LOAD))

    def most_by_room(self) -> Ints:
        """Units that all dispatches that may run can still carry."""
        room = self.residual.room
        return self._fits(self._along(np.maximum(room.most_load - room.load, 0), ANY_LOAD))

    def units_by_dispatches(self) -> tuple[Ints, Ints]:
        """Units that fit the dispatches that run anyway, and those that fit one more on each lane."""
        free = self._along(self.residual.room.free_load, ANY_LOAD)
        return self._fits(free), self._fits(free + np.minimum(self.capacity, ANY_LOAD))

    def smallest_units(self) -> Ints:
        """Fewest units: a case, a smallest line where none is there yet, a smallest dispatch where none runs yet."""
        residual, room = self.residual, self.residual.room
        lines = self._along(residual.network.lanes.min_line_units, 0)
        at = np.nonzero(lines > 1)
        if len(at[0]):
            key = self.lane[at] * len(residual.network.products) + self.sku[at[0]]
            lines[at] = np.where(np.isin(key, room.line_key), 0, lines[at])
        fill = np.where(self.runs == 0, -(-self.least_load // np.maximum(self.weight, 1)), 0)
        least = np.maximum(lines, fill).max(axis=1, initial=0)
        return np.asarray(np.maximum(-(-least // self.pack), 1) * self.pack)

    def filling_units(self, units: Ints) -> Ints:
        """Fewest units that fill the dispatches that so many units need."""
        missing = self.least_load * (self.runs + self._more_dispatches(units)[0]) - self.load
        return np.asarray((-(-missing // np.maximum(self.weight, 1))).max(axis=1, initial=0))

    def _more_dispatches(self, units: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Dispatches that must run in addition on each lane, and whether any number of them is enough."""
        needed = np.maximum(least_dispatches(self.load + units[:, None] * self.weight, self.capacity), 1)
        enough = needed < NO_WEIGHT_LIMIT
        runs = self.on_path & enough & (units[:, None] > 0)
        return np.where(runs, np.maximum(needed - self.runs, 0), 0), enough

    def move(self, units: Ints, smallest: Ints, possible: NDArray[np.bool_]) -> Moves:
        """Evaluate one number of units per path."""
        counted = np.minimum(units, self.wanted)
        load = self.load + units[:, None] * self.weight
        more, enough = self._more_dispatches(units)
        filled = enough & (load >= self.least_load * (self.runs + more))
        return Moves(
            paths=self.paths,
            units=units,
            gain=counted * self.unit_gain + (units - counted) * self.left_over_worth,
            loss=self.residual.loss(self.paths.sender, units),
            unit_cost=units * self.cost_each,
            fixed_cost=(more * self.fixed_cost).sum(axis=1),
            dispatches=more,
            possible=possible & (filled | ~self.on_path).all(axis=1),
            smallest=smallest,
        )
