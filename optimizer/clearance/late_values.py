"""Compiled: what stock adds that arrives late, of which as many units count as demand under the path allows.

Such a position has another number of units under every path: `U(l)` of docs/clearance.md, from its expected sales of
what is there on day 0. For every number that occurs it has a table of its own.
"""
# Types are those that numba finds; `path_values` says what the columns are.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import math

import numpy as np

from optimizer.clearance.expected_sales import (
    at_cubic,
    cubics,
    fill_slopes,
    grid,
    rate_of,
    sold,
    sold_and_slopes,
    table_error,
)
from optimizer.compiled import njit

_NEARLY_WHOLE = 1e-9
"""Expected units that are so close to a whole number are that number."""


@njit(cache=True, nogil=True)
def _sold(rows, i, x, units, inverse):
    """Return expected sales of a position until demand has been x times that over the horizon."""
    if rows.is_certain[i]:
        return min(rows.mean[i] * x, float(max(units, 0)))
    return sold(rows.mean[i] * x, rows.spread[i], units, inverse)


@njit(cache=True, nogil=True)
def _whole(expected):
    """Floor of expected units."""
    nearest = np.rint(expected)
    return int(nearest if abs(expected - nearest) <= _NEARLY_WHOLE else math.floor(expected))


@njit(cache=True, nogil=True)
def _counting(rows, i, x, at_end, inverse):
    """How many late units count: demand up to their day and in the end are given."""
    mean, opening = rows.mean[i], rows.opening[i]
    if rows.is_certain[i]:
        expected = min(mean * (at_end - x), max(mean * at_end - opening, 0.0))
    else:
        there = max(opening, 0)
        expected = mean * (at_end - x) - _sold(rows, i, at_end, there, inverse) + _sold(rows, i, x, there, inverse)
    return min(max(_whole(max(expected, 0.0)), 0), rows.late_units[i])


@njit(cache=True, nogil=True)
def _until_day(rows, i, before, after):
    """Return x on the day of arrival, from those of the ends of the period before and of its own."""
    return before + rows.day_part[i] * (after - before)


@njit(cache=True, nogil=True)
def late_at(rows, i, x, price, target, target_share, inverse):
    """Value of one late position on one path, exactly: what it earns, and units sold towards a target.

    `x` and `price` are those of the periods. Of the units that a target asks for, those that count besides the ones of
    day 0 are taken away from the units sold.
    """
    n_periods, period = len(x), rows.late_period[i]
    day = _until_day(rows, i, x[period - 1] if period else 0.0, x[period])
    count = _counting(rows, i, day, x[n_periods - 1], inverse)
    revenue, before, reached = 0.0, 0.0, 0.0
    for t in range(n_periods):
        units = rows.opening[i] + (count if t >= period else 0)
        total = _sold(rows, i, x[t], units, inverse)
        revenue += price[t] * (total - before)
        before = total
        if t == target:
            reached = total - target_share * (max(units, 0) - max(rows.opening[i], 0))
    owed = min(rows.opening[i] + count, 0)
    worth = revenue + rows.end_worth[i] * (before + owed) + price[0] * owed
    return worth, revenue, before, reached


@njit(cache=True, nogil=True)
def add_late(rows, sites, c, x, level, way, first_node, n_table, slope, inverse, out):
    """Add the late positions of a choice to what its paths are worth; `way` has the nodes of every path."""
    n_paths, n_periods = way.shape
    price, target, share = sites.price[c], sites.target[c], sites.target_share[c]
    path_x, path_price = np.empty(n_periods), np.empty(n_periods)
    for i in range(sites.first_row[c], sites.first_row[c + 1]):
        if rows.late_units[i] <= 0:
            continue
        if not rows.is_certain[i]:
            fill_slopes(rows.spread[i], max(rows.opening[i] + rows.late_units[i], 0), slope, inverse)
        if n_table and not rows.is_certain[i]:
            _add_by_table(rows, i, sites, c, x, level, way, first_node, n_table, slope, inverse, out)
            continue
        at_list = 0.0
        for path in range(n_paths):
            for t in range(n_periods):
                path_x[t], path_price[t] = x[way[path, t]], price[level[way[path, t]]]
            found = late_at(rows, i, path_x, path_price, target, share, inverse)
            at_list = found[0] if path == 0 else at_list
            out.value[c, path] += found[0] - at_list
            out.forgone[c, path] += max(price[0] * found[2] - found[1], 0.0)
            out.reached[c, path] += found[3]


@njit(cache=True, nogil=True)
def _table(rows, i, units, nodes, slope, inverse):
    """Cubics of the expected sales of a number of units, and the most that they miss."""
    mean, wrong, found = rows.mean[i], 0.0, np.empty((4, len(nodes)))
    sold_and_slopes(mean * nodes, rows.spread[i], units, slope, inverse, found)
    for k in range(len(nodes) - 1):
        width = mean * (nodes[k + 1] - nodes[k])
        wrong = max(wrong, table_error(mean * nodes[k], width, rate_of(rows.spread[i]), found[2, k]))
    return cubics(nodes, found[0], mean * found[1]), wrong


@njit(cache=True, nogil=True)
def _counts(rows, i, x, way, nodes, place, cubic, wrong, inverse):
    """How many late units count on every path."""
    n_paths, last = len(way), way.shape[1] - 1
    period, mean = rows.late_period[i], rows.mean[i]
    counts = np.empty(n_paths, dtype=np.int64)
    for path in range(n_paths):
        before = x[way[path, period - 1]] if period else 0.0
        day, at_end = _until_day(rows, i, before, x[way[path, period]]), x[way[path, last]]
        k = place[way[path, period]]
        while k > 0 and nodes[k] > day:
            k -= 1
        end = place[way[path, last]]
        expected = mean * (at_end - day)
        expected += at_cubic(cubic[k], day - nodes[k]) - at_cubic(cubic[end], at_end - nodes[end])
        if abs(expected - np.rint(expected)) <= 2.0 * wrong + 2.0 * _NEARLY_WHOLE or day < nodes[0]:
            counts[path] = _counting(rows, i, day, at_end, inverse)
        else:
            counts[path] = min(max(_whole(expected), 0), rows.late_units[i])
    return counts


@njit(cache=True, nogil=True)
def _add_by_table(rows, i, sites, c, x, level, way, first_node, n_table, slope, inverse, out):
    """Add one late position by tables, one for each number of units."""
    n_paths, n_periods = way.shape
    price, target, share = sites.price[c], sites.target[c], sites.target_share[c]
    period, opening = rows.late_period[i], rows.opening[i]
    full = np.array([max(opening + rows.late_units[i], 0)])
    nodes = grid(x.min(), x.max(), rows.mean[i : i + 1], rows.spread[i : i + 1], full, n_table)
    place = np.searchsorted(nodes, x, side="right") - 1
    for node in range(len(x)):
        place[node] = min(place[node], len(nodes) - 2)
    tables = np.empty((rows.late_units[i] + 1, len(nodes), 4))
    known = np.zeros(rows.late_units[i] + 1, dtype=np.bool_)
    tables[0], wrong = _table(rows, i, max(opening, 0), nodes, slope, inverse)
    known[0] = True
    counts = _counts(rows, i, x, way, nodes, place, tables[0], wrong, inverse)
    at_list = 0.0
    for path in range(n_paths):
        count = counts[path]
        if not known[count]:
            tables[count], missed = _table(rows, i, max(opening + count, 0), nodes, slope, inverse)
            wrong, known[count] = max(wrong, missed), True
        revenue, before, reached = 0.0, 0.0, 0.0
        for t in range(n_periods):
            node = way[path, t]
            k = place[node]
            number = count if t >= period else 0
            total = at_cubic(tables[number, k], x[node] - nodes[k])
            revenue += price[level[node]] * (total - before)
            before = total
            if t == target:
                reached = total - share * (max(opening + number, 0) - max(opening, 0))
        owed = min(opening + count, 0)
        worth = revenue + rows.end_worth[i] * (before + owed) + price[level[way[path, 0]]] * owed
        at_list = worth if path == 0 else at_list
        out.value[c, path] += worth - at_list
        out.forgone[c, path] += max(price[0] * before - revenue, 0.0)
        out.reached[c, path] += reached
    out.value[c, 0], out.forgone[c, 0] = 0.0, 0.0
    # The list price is taken from the table, too.
    out.error[c] += 2.0 * wrong
    out.end_error[c] += 2.0 * abs(rows.end_worth[i]) * wrong
