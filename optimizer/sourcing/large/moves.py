"""Compiled moves of awards: an item is bought anew, a supplier is closed or opened.

Rows may be broken at a weight; the worth of a state is its cost and all weights together. Money is in currency units,
quantities are packs of segments.
"""
# Types are those that numba finds; `local_search` makes the columns.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit


class Segments(NamedTuple):
    """Segments: by item, what they cost, how long they are, and which rows and indicators they are in."""

    first_of_item: np.ndarray
    of_item: np.ndarray
    item: np.ndarray
    group: np.ndarray
    supplier: np.ndarray
    least: np.ndarray
    most: np.ndarray
    pack: np.ndarray
    pack_cost: np.ndarray
    fixed_cost: np.ndarray
    first_row: np.ndarray
    row: np.ndarray
    by_pack: np.ndarray
    """What a pack adds to the row."""
    by_choice: np.ndarray
    """What being chosen adds to the row."""
    first_indicator: np.ndarray
    indicator: np.ndarray


class Indicators(NamedTuple):
    """What is 1 when any of its segments is chosen; suppliers come first."""

    cost: np.ndarray
    first_row: np.ndarray
    row: np.ndarray
    value: np.ndarray


class Limits(NamedTuple):
    """Rows with the weight of each unit below and above."""

    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray


class Needs(NamedTuple):
    """Items: units wanted, what one that is not bought costs, and most units."""

    units: np.ndarray
    penalty: np.ndarray
    most: np.ndarray


class State(NamedTuple):
    """What is bought now, and all that follows from it."""

    packs: np.ndarray
    taken: np.ndarray
    """Whether a segment of the group is chosen."""
    chosen: np.ndarray
    """Chosen segments of every indicator."""
    activity: np.ndarray
    bought: np.ndarray
    """Units by item."""
    cost: np.ndarray
    """One number: cost and weights."""
    shut: np.ndarray
    """Suppliers that nothing is bought of."""


@njit(cache=True)
def off(limits, activity, r):
    """Weight of what a row is off."""
    if activity < limits.low[r]:
        return limits.weight[r] * (limits.low[r] - activity)
    if activity > limits.high[r]:
        return limits.weight[r] * (activity - limits.high[r])
    return 0.0


@njit(cache=True)
def change(segments, indicators, limits, state, f, packs, sign):
    """Buy packs of a segment (sign 1) or give them back (-1); return what that adds to cost and weights."""
    activity = state.activity
    added = sign * (segments.pack_cost[f] * packs + segments.fixed_cost[f])
    for e in range(segments.first_row[f], segments.first_row[f + 1]):
        r = segments.row[e]
        before = activity[r]
        after = before + sign * (segments.by_pack[e] * packs + segments.by_choice[e])
        activity[r] = after
        added += off(limits, after, r) - off(limits, before, r)
    for e in range(segments.first_indicator[f], segments.first_indicator[f + 1]):
        j = segments.indicator[e]
        state.chosen[j] += sign
        if (sign == 1 and state.chosen[j] == 1) or (sign == -1 and state.chosen[j] == 0):
            added += sign * indicators.cost[j]
            for k in range(indicators.first_row[j], indicators.first_row[j + 1]):
                r = indicators.row[k]
                before = activity[r]
                after = before + sign * indicators.value[k]
                activity[r] = after
                added += off(limits, after, r) - off(limits, before, r)
    return added


@njit(cache=True)
def take(segments, indicators, limits, needs, state, f, packs):
    """Buy packs of a segment for good; return what it adds, with what covering saves."""
    i, units = segments.item[f], packs * segments.pack[f]
    before = max(needs.units[i] - state.bought[i], 0)
    added = change(segments, indicators, limits, state, f, packs, 1)
    state.packs[f] = packs
    state.taken[segments.group[f]] = True
    state.bought[i] += units
    return added - needs.penalty[i] * (before - max(needs.units[i] - state.bought[i], 0))


@njit(cache=True)
def give_back(segments, indicators, limits, needs, state, f):
    """Give a segment back; return what that adds."""
    i, packs = segments.item[f], state.packs[f]
    before = max(needs.units[i] - state.bought[i], 0)
    added = change(segments, indicators, limits, state, f, packs, -1)
    state.packs[f] = 0
    state.taken[segments.group[f]] = False
    state.bought[i] -= packs * segments.pack[f]
    return added + needs.penalty[i] * (max(needs.units[i] - state.bought[i], 0) - before)


@njit(cache=True)
def room(segments, limits, state, f):
    """Packs that fit the rows that a segment only fills and whose limits it would break."""
    most = segments.most[f]
    for e in range(segments.first_row[f], segments.first_row[f + 1]):
        r = segments.row[e]
        if segments.by_pack[e] > 0 and limits.high[r] < np.inf:
            left = (limits.high[r] - state.activity[r] - segments.by_choice[e]) / segments.by_pack[e]
            if left < most:
                most = max(int(np.floor(left + 1e-9)), 0)
    return most


@njit(cache=True)
def buy(segments, indicators, limits, needs, state, i, noise):
    """Cover an item from what is cheapest by unit now, up to noise; return what that adds."""
    total = 0.0
    for _ in range(4):
        missing = needs.units[i] - state.bought[i]
        if missing <= 0:
            break
        best, best_f, best_packs = needs.penalty[i], -1, 0
        for e in range(segments.first_of_item[i], segments.first_of_item[i + 1]):
            f = segments.of_item[e]
            if state.taken[segments.group[f]] or state.shut[segments.supplier[f]]:
                continue
            wanted = -(-missing // segments.pack[f])
            full = min(max(wanted, segments.least[f]), segments.most[f])
            fits = min(full, room(segments, limits, state, f))
            blur = 1.0 + noise * (np.random.random() - 0.5)
            for option in range(3):
                packs = full if option == 0 else (fits if option == 1 else segments.least[f])
                if packs < segments.least[f] or (option > 0 and packs == full):
                    continue
                if state.bought[i] + packs * segments.pack[f] > needs.most[i]:
                    continue
                added = change(segments, indicators, limits, state, f, packs, 1)
                change(segments, indicators, limits, state, f, packs, -1)
                by_unit = added * blur / min(packs * segments.pack[f], missing)
                if by_unit < best:
                    best, best_f, best_packs = by_unit, f, packs
        if best_f < 0:
            break
        total += take(segments, indicators, limits, needs, state, best_f, best_packs)
    return total


@njit(cache=True)
def empty_item(segments, indicators, limits, needs, state, i, kept, kept_packs):
    """Give back all of an item; write down what it was, and return what that adds and how many segments there were."""
    total, n = 0.0, 0
    for e in range(segments.first_of_item[i], segments.first_of_item[i + 1]):
        f = segments.of_item[e]
        if state.packs[f] > 0:
            kept[n], kept_packs[n] = f, state.packs[f]
            total += give_back(segments, indicators, limits, needs, state, f)
            n += 1
    return total, n


@njit(cache=True)
def items_anew(segments, indicators, limits, needs, state, items, noise, heat, seed):
    """Buy items anew, one after another; keep what is better, or little worse."""
    np.random.seed(seed)
    longest = 0
    for i in range(len(needs.units)):
        longest = max(longest, segments.first_of_item[i + 1] - segments.first_of_item[i])
    kept, kept_packs = np.empty(longest, np.int64), np.empty(longest, np.int64)
    for i in items:
        added, n = empty_item(segments, indicators, limits, needs, state, i, kept, kept_packs)
        added += buy(segments, indicators, limits, needs, state, i, noise)
        if added > 1e-9 and added > -heat * np.log(1.0 - np.random.random()):
            for e in range(segments.first_of_item[i], segments.first_of_item[i + 1]):
                f = segments.of_item[e]
                if state.packs[f] > 0:
                    added += give_back(segments, indicators, limits, needs, state, f)
            for k in range(n):
                added += take(segments, indicators, limits, needs, state, kept[k], kept_packs[k])
        state.cost[0] += added


@njit(cache=True)
def take_free(segments, indicators, limits, needs, state, flows, packs):
    """Buy segments one after another, those that nothing of their group excludes and that fit into their item."""
    for k in range(len(flows)):
        f = flows[k]
        units = state.bought[segments.item[f]] + packs[k] * segments.pack[f]
        if not state.taken[segments.group[f]] and units <= needs.most[segments.item[f]]:
            state.cost[0] += take(segments, indicators, limits, needs, state, f, packs[k])
