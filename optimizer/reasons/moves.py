"""What moving some more units along a path would earn and cost after the plan, exactly."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.reasons.residual import Residual
from optimizer.reasons.terms import Lifted, Terms
from optimizer.reasons.ways import Paths

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

IMPOSSIBLE: Final = -(2**61)
"""Net of a move that no number of units makes possible."""

_STACKS_TRIED: Final = 6
"""Days of expiry looked at where a sender has units of several."""


@dataclass(frozen=True, slots=True)
class Moves:
    """One more transfer per path, shape ``(n_paths,)`` each; money in money units."""

    paths: Paths
    stack: Ints
    """Units that are moved, -1 where the path leads nowhere."""
    arrival_day: Ints
    """Day on which they arrive, or as if by which they did."""
    units: Ints
    wanted: Ints
    """Units that would count at the receiver."""
    gain: Ints
    """Worth at the receiver, and what displays gain."""
    loss: Ints
    """Worth lost at the sender."""
    unit_cost: Ints
    """Of all units on all lanes."""
    fixed_cost: Ints
    """Of the dispatches that must run in addition."""
    hurdles: Ints
    """What lines and dispatches that are added must earn."""
    change_cost: Ints
    """What differing from the former plan costs."""
    dispatches: Ints
    """How many more dispatches run on each lane of the path, shape ``(n_paths, most_lanes)``."""
    possible: Flags
    smallest: Ints
    """Fewest units that may move: whole cases, smallest lines, smallest dispatches."""

    @property
    def cost(self) -> Ints:
        """Everything that the move costs."""
        return self.loss + self.unit_cost + self.fixed_cost + self.hurdles + self.change_cost

    @property
    def net(self) -> Ints:
        """Gain less cost; `IMPOSSIBLE` where no number of units can move."""
        return np.where(self.possible, self.gain - self.cost, IMPOSSIBLE)

    def __len__(self) -> int:
        return len(self.units)

    def take(self, index: Ints) -> Moves:
        """Return some of the moves, in the order of `index`."""
        columns = {item.name: getattr(self, item.name)[index] for item in fields(self) if item.name != "paths"}
        return Moves(paths=self.paths.take(index), **columns)


def best_moves(
    residual: Residual,
    paths: Paths,
    index: Ints,
    lifted: Lifted,
    *,
    by_day: Ints | None = None,
) -> Moves:
    """Best number of units to move along each path.

    Parameters
    ----------
    residual : Residual
    paths : Paths
        From senders to receivers; from a cell to itself nothing moves.
    index : ndarray of int64, shape (n_paths,)
        Unmet positions that the paths lead to.
    lifted : Lifted
        Rules that are looked at as if they were not there.
    by_day : ndarray of int64, shape (n_paths,), optional
        As if the units arrived on this day.

    Returns
    -------
    Moves
        Of the senders' units the best stack, and of each the best of several numbers of units: all wanted (rounded down
        and up to whole cases), those whose worth exceeds what they cost, those that fit dispatches that run anyway, or
        one more on each lane, and those that fill the dispatches of the units wanted to their least load.
    """
    stacks, first = residual.stacks, residual.first_stack
    count = first[paths.sender + 1] - first[paths.sender]
    best: Moves | None = None
    for nth in range(max(1, min(int(count[paths.leads].max(initial=0)), _STACKS_TRIED))):
        # The last stacks keep longest; they are tried first.
        has = paths.leads & (count > nth)
        stack = np.where(has, first[paths.sender + 1] - 1 - nth, -1)
        at = np.flatnonzero(has) if nth else np.arange(len(paths))
        day = None if by_day is None else by_day[at]
        terms = Terms(residual, paths.take(at), stack[at], index[at], lifted=lifted, by_day=day)
        moves = _of_stacks(terms, stack[at])
        best = moves if best is None else choose(best, at, moves)
        if not len(stacks):
            break
    if best is None:
        raise AssertionError("there is always a first stack to try")
    return best


def _of_stacks(terms: Terms, stack: Ints) -> Moves:
    """Best number of units of given stacks."""
    pack, wanted, smallest = terms.pack, terms.wanted, terms.smallest_units()
    most = np.minimum(terms.may_leave, terms.most_by_room()) // pack * pack
    possible = (stack >= 0) & (wanted > 0) & (smallest <= most) & terms.allowed
    options = [wanted, terms.paying_units(), *(np.minimum(wanted, limit) for limit in terms.units_by_dispatches())]
    if pack.max(initial=1) > 1:
        options += [wanted + pack - 1, options[1] + pack - 1]
    if terms.least_load.any():
        options.append(terms.filling_units(wanted) + pack - 1)
    units, best_net = np.zeros_like(wanted), np.full(len(wanted), IMPOSSIBLE)
    for option in options:
        some = np.where(possible, np.clip(option // pack * pack, smallest, np.maximum(most, smallest)), 0)
        net = _move(terms, some, smallest, possible).net
        units, best_net = np.where(net > best_net, some, units), np.maximum(net, best_net)
    # Where nothing is possible the example is what is wanted.
    units = np.where(
        best_net == IMPOSSIBLE, np.where(possible, np.clip(wanted // pack * pack, smallest, most), 0), units
    )
    return _move(terms, units, smallest, possible)


def _move(terms: Terms, units: Ints, smallest: Ints, possible: Flags) -> Moves:
    """Evaluate one number of units per path."""
    more, filled = terms.dispatches(units)
    return Moves(
        paths=terms.paths,
        stack=terms.stack,
        arrival_day=terms.arrival_day,
        units=units,
        wanted=terms.wanted,
        gain=terms.gain(units),
        loss=terms.loss(units),
        unit_cost=units * terms.cost_each,
        fixed_cost=(more * terms.fixed_cost).sum(axis=1),
        hurdles=terms.hurdles(units, more),
        change_cost=terms.change_cost(units),
        dispatches=more,
        possible=possible & filled,
        smallest=smallest,
    )


def choose(moves: Moves, at: Ints, others: Moves) -> Moves:
    """Take other moves to some of the same positions where they are better; the paths may differ.

    Parameters
    ----------
    moves : Moves
    at : ndarray of int64, shape (n_others,)
        Rows of `moves` that the others are for.
    others : Moves

    Returns
    -------
    Moves
    """
    width = max(moves.dispatches.shape[1], others.dispatches.shape[1])
    moves, others = _widened(moves, width), _widened(others, width)
    mine = moves.take(at)
    better = (others.net > mine.net) | (~mine.paths.leads & others.paths.leads)
    chosen, at = np.flatnonzero(better), at[better]
    columns = {}
    for item in fields(moves):
        if item.name != "paths":
            column = getattr(moves, item.name).copy()
            column[at] = getattr(others, item.name)[chosen]
            columns[item.name] = column
    return Moves(paths=moves.paths.with_rows(at, others.paths.take(chosen)), **columns)


def _widened(moves: Moves, most_lanes: int) -> Moves:
    """Put the lanes of all paths into rows of the same length."""
    missing = most_lanes - moves.dispatches.shape[1]
    dispatches = np.pad(moves.dispatches, ((0, 0), (0, missing)))
    return replace(moves, paths=moves.paths.widened(most_lanes), dispatches=dispatches)
