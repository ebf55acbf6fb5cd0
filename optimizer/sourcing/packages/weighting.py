"""Compiled: a local search for coverings that weighs items by how often they were missing.

Columns leave whose items weigh least for their cost, and enter where they bring most, always below the best cost and
within all limits; items that stay missing become heavier. A column that left comes back only after one that shares an
item with it changed.
"""
# Types are those that numba finds; `weighed` makes the columns.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit


class Problem(NamedTuple):
    """Columns with their items, suppliers and rows; items left out are columns, too."""

    cost: np.ndarray
    first: np.ndarray
    item: np.ndarray
    first_of_item: np.ndarray
    of_item: np.ndarray
    most_times: np.ndarray
    supplier: np.ndarray
    first_row: np.ndarray
    row: np.ndarray
    row_weight: np.ndarray
    most: np.ndarray
    """Of every row."""
    first_group: np.ndarray
    """Where the winner limits of each supplier begin."""
    group: np.ndarray
    most_winners: np.ndarray


class State(NamedTuple):
    """What is chosen now, and all that follows from it."""

    inside: np.ndarray
    chosen: np.ndarray
    """Columns inside, in no order."""
    place: np.ndarray
    """Of every column in `chosen`."""
    missing: np.ndarray
    where: np.ndarray
    """Of every item in `missing`."""
    times: np.ndarray
    weight: np.ndarray
    """Of every item."""
    gain: np.ndarray
    """Weight of what a column would bring; of one inside, what it alone holds."""
    may: np.ndarray
    """Whether a column may come back."""
    since: np.ndarray
    """Step of a column's last change."""
    used: np.ndarray
    """Of every row."""
    wins: np.ndarray
    """Columns of every supplier."""
    winners: np.ndarray
    """Of every winner limit."""
    sizes: np.ndarray
    """Columns inside, items missing."""


@njit(cache=True)
def seeded(seed):
    """Draw the same numbers from now on."""
    np.random.seed(seed)


@njit(cache=True, nogil=True)
def begun(problem):
    """Return the state with nothing chosen."""
    n, n_items = len(problem.cost), len(problem.most_times)
    return State(
        np.zeros(n, np.bool_),
        np.empty(n, np.int64),
        np.full(n, -1),
        np.arange(n_items),
        np.arange(n_items),
        np.zeros(n_items, np.int64),
        np.ones(n_items),
        (problem.first[1:] - problem.first[:-1]).astype(np.float64),
        np.ones(n, np.bool_),
        np.zeros(n, np.int64),
        np.zeros(len(problem.most), np.int64),
        np.zeros(len(problem.first_group) - 1, np.int64),
        np.zeros(len(problem.most_winners), np.int64),
        np.array([0, n_items]),
    )


@njit(cache=True, nogil=True)
def _count(problem, state, j, sign):
    """Count a column that enters (sign 1) or leaves (-1) in lists and limits."""
    state.inside[j] = sign > 0
    if sign > 0:
        state.chosen[state.sizes[0]], state.place[j] = j, state.sizes[0]
        state.sizes[0] += 1
    else:
        state.sizes[0] -= 1
        moved = state.chosen[state.sizes[0]]
        state.chosen[state.place[j]], state.place[moved] = moved, state.place[j]
        state.may[j] = False
    for at in range(problem.first_row[j], problem.first_row[j + 1]):
        state.used[problem.row[at]] += sign * problem.row_weight[at]
    s = problem.supplier[j]
    if s >= 0:
        state.wins[s] += sign
        if state.wins[s] == (1 if sign > 0 else 0):
            for at in range(problem.first_group[s], problem.first_group[s + 1]):
                state.winners[problem.group[at]] += sign


@njit(cache=True, nogil=True)
def _miss(state, i, sign):
    """Put an item among the missing ones (sign 1), or take it from them."""
    if sign > 0:
        state.missing[state.sizes[1]], state.where[i] = i, state.sizes[1]
        state.sizes[1] += 1
    else:
        state.sizes[1] -= 1
        moved = state.missing[state.sizes[1]]
        state.missing[state.where[i]], state.where[moved] = moved, state.where[i]


@njit(cache=True, nogil=True)
def flip(problem, state, j, now):
    """Let a column enter, or leave where it is inside."""
    sign = -1 if state.inside[j] else 1
    alone = 1 if sign > 0 else 2
    for at in range(problem.first[j], problem.first[j + 1]):
        i = problem.item[at]
        before, weight = state.times[i], state.weight[i]
        state.times[i] = before + sign
        changes = (before == 0 and sign > 0) or (before == 1 and sign < 0)
        if changes:
            _miss(state, i, -sign)
        for other in range(problem.first_of_item[i], problem.first_of_item[i + 1]):
            k = problem.of_item[other]
            state.may[k] = True
            if k != j and (changes or (before == alone and state.inside[k])):
                state.gain[k] -= sign * weight
    _count(problem, state, j, sign)
    state.since[j] = now


@njit(cache=True, nogil=True)
def _has_room(problem, state, j):
    """Whether limits of weights, winners and times let a column enter."""
    for at in range(problem.first_row[j], problem.first_row[j + 1]):
        if state.used[problem.row[at]] + problem.row_weight[at] > problem.most[problem.row[at]]:
            return False
    s = problem.supplier[j]
    if s >= 0 and state.wins[s] == 0:
        for at in range(problem.first_group[s], problem.first_group[s + 1]):
            if state.winners[problem.group[at]] >= problem.most_winners[problem.group[at]]:
                return False
    for at in range(problem.first[j], problem.first[j + 1]):
        if state.times[problem.item[at]] >= problem.most_times[problem.item[at]]:
            return False
    return True


@njit(cache=True, nogil=True)
def _weakest(problem, state, barred):
    """Column inside whose items weigh least for its cost, of equals the one that is in for longest."""
    best = -1
    for at in range(state.sizes[0]):
        j = state.chosen[at]
        if j != barred:
            less = 1.0 if best < 0 else state.gain[best] * problem.cost[j] - state.gain[j] * problem.cost[best]
            if less > 0.0 or (less == 0.0 and state.since[j] < state.since[best]):
                best = j
    return best


@njit(cache=True, nogil=True)
def _strongest(problem, state, i):
    """Column outside that has an item, may enter, and brings most for its cost; -1 where there is none."""
    best = -1
    for at in range(problem.first_of_item[i], problem.first_of_item[i + 1]):
        j = problem.of_item[at]
        if state.may[j]:
            more = 1.0 if best < 0 else state.gain[j] * problem.cost[best] - state.gain[best] * problem.cost[j]
            older = more == 0.0 and state.since[j] < state.since[best]
            if (more > 0.0 or older) and _has_room(problem, state, j):
                best = j
    return best


@njit(cache=True, nogil=True)
def weighed(problem, state, best, least, steps, first_step):
    """Search on; write the cheapest whole choice below a cost and return what it costs.

    Parameters
    ----------
    problem : Problem
    state : State
        Is changed: a next call goes on where this one ended.
    best : ndarray of bool, shape (n_columns,)
        Is overwritten by every better choice.
    least : float
        Cost of that; infinity where it is none.
    steps : int
    first_step : int
        All steps before.
    """
    total = 0.0
    for at in range(state.sizes[0]):
        total += problem.cost[state.chosen[at]]
    entered = -1
    for now in range(first_step, first_step + steps):
        leave = 1
        while (state.sizes[1] == 0 or leave > 0) and state.sizes[0] > 0:
            if state.sizes[1] == 0 and total < least:
                least = total
                best[:] = state.inside
            leave -= state.sizes[1] > 0
            j = _weakest(problem, state, entered if state.sizes[1] > 0 else -1)
            if j < 0:
                break
            total -= problem.cost[j]
            flip(problem, state, j, now)
        while state.sizes[1] > 0:
            i = state.missing[np.random.randint(state.sizes[1])]
            j = _strongest(problem, state, i)
            if j < 0 or total + problem.cost[j] >= least:
                break
            total += problem.cost[j]
            flip(problem, state, j, now)
            entered = j
            for at in range(state.sizes[1]):
                i = state.missing[at]
                state.weight[i] += 1.0
                for other in range(problem.first_of_item[i], problem.first_of_item[i + 1]):
                    state.gain[problem.of_item[other]] += 1.0
    return least
