"""Compiled: what every allowed path of a choice is worth and forgoes, for stock that is known.

With `H(x)` the expected sales of all positions of a choice when demand has been ``x`` times that over the horizon,
a path earns ``sum of p_t * (H(x_t) - H(x_(t-1)))`` and, for what is left and missed, amounts at ``x_T``. So paths need
one function of one number, taken from a table (`optimizer.clearance.expected_sales`) or added up exactly. Where stock
arrives later, H is another function from the period of arrival on.
"""
# Types are those that numba finds; `values` says what the columns are.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from typing import NamedTuple

import numpy as np

from optimizer.clearance.expected_sales import (
    at_cubic,
    cubics,
    fill_slopes,
    grid,
    rate_of,
    sold,
    sold_and_slopes,
    sold_at,
    table_error,
)
from optimizer.clearance.late_values import add_late, late_at
from optimizer.compiled import njit

_CELLS = 4
"""Even cells for each node of a table, in which its intervals are looked up."""


class Rows(NamedTuple):
    """Positions of choices, choice after choice, shape ``(n,)`` each."""

    is_certain: np.ndarray
    mean: np.ndarray
    """Demand over the horizon at list price, units."""
    spread: np.ndarray
    first_units: np.ndarray
    """Units before the arrival, at least 0."""
    units: np.ndarray
    """Units from the arrival on, at least 0."""
    arrival: np.ndarray
    """Period from 0; 0 where nothing arrives later."""
    late_units: np.ndarray
    """Units in transit of which as many count as the path allows; those of day 0 are then in `opening` alone."""
    late_period: np.ndarray
    """Period from 0 of their day."""
    day_part: np.ndarray
    """Part of the period that passes before their day."""
    opening: np.ndarray
    """Units of day 0 of a position with late units."""
    end_worth: np.ndarray
    """b - L: what a unit sold in the end saves and what it leaves, money."""


class Sites(NamedTuple):
    """Choices, shape ``(k,)`` each unless it says more."""

    first_row: np.ndarray
    """Where the positions of each begin, shape ``(k + 1,)``."""
    season: np.ndarray
    """w_t, shape ``(k, T)``."""
    multiplier: np.ndarray
    """m of every level, shape ``(k, n_levels)``."""
    price: np.ndarray
    """Money of every level, shape ``(k, n_levels)``; the list price first."""
    missed: np.ndarray
    """Sum of b * mean: money missed per horizon of demand."""
    owed: np.ndarray
    """Units below 0: reserved, but not there."""
    target: np.ndarray
    """Period from 0 by whose end units are to be sold, -1: none."""
    target_share: np.ndarray
    """Of the units that are there by then."""


class Values(NamedTuple):
    """What paths are worth, shape ``(k, n_paths)`` each unless it says more."""

    value: np.ndarray
    """V_path - V_list, money."""
    forgone: np.ndarray
    """Margin that they forgo, money."""
    reached: np.ndarray
    """Units sold by the end of the target's period."""
    error: np.ndarray
    """Most units by which a sum of expected sales is wrong, shape ``(k,)``."""
    end_error: np.ndarray
    """Most money by which what is left in the end is wrong, shape ``(k,)``."""


@njit(cache=True, nogil=True)
def value_paths(rows, sites, parent, level, first_node, n_table, out):
    """Value all paths of choices that share a tree.

    `n_table` nodes make a table; 0: every sum is exact.
    """
    x, way = np.empty(len(parent)), nodes_of_paths(parent, first_node)
    for c in range(len(sites.missed)):
        _demand(x, sites.season[c], sites.multiplier[c], parent, level, first_node)
        value_nodes(rows, sites, c, x, parent, level, way, first_node, n_table, out)


@njit(cache=True, nogil=True)
def nodes_of_paths(parent, first_node):
    """Nodes of every path, shape ``(n_paths, T)``."""
    n_periods = len(first_node) - 1
    first = first_node[n_periods - 1]
    way = np.empty((first_node[n_periods] - first, n_periods), dtype=np.int64)
    for path in range(len(way)):
        node = first + path
        for period in range(n_periods - 1, -1, -1):
            way[path, period] = node
            node = parent[node]
    return way


@njit(cache=True, nogil=True)
def value_nodes(rows, sites, c, x, parent, level, way, first_node, n_table, out):
    """Value the paths of one choice whose demand up to every node is known."""
    n_periods, n_nodes = len(first_node) - 1, len(parent)
    begin, stop = sites.first_row[c], sites.first_row[c + 1]
    most = 1
    for i in range(begin, stop):
        most = max(most, rows.units[i], rows.first_units[i], rows.opening[i] + rows.late_units[i])
    slope, inverse = np.empty(most + 1), np.empty(most + 1)
    sales, end = np.empty(n_nodes), np.empty(n_nodes)
    error, end_error, period = 0.0, 0.0, 0
    while period < n_periods:
        until = n_periods
        for i in range(begin, stop):
            if period < rows.arrival[i] < until:
                until = rows.arrival[i]
        nodes = (first_node[period], first_node[until], first_node[n_periods - 1])
        found = _sales(rows, begin, stop, period, x, parent, nodes, n_table, slope, inverse, sales, end)
        error, end_error = max(error, found[0]), max(end_error, found[1])
        period = until
    out.error[c], out.end_error[c] = error, end_error
    _add_up(rows, sites, c, parent, level, first_node, x, sales, end, slope, inverse, out)
    add_late(rows, sites, c, x, level, way, first_node, n_table, slope, inverse, out)


@njit(cache=True, nogil=True)
def _demand(x, season, multiplier, parent, level, first_node):
    """Write x of every node."""
    for period in range(len(first_node) - 1):
        for node in range(first_node[period], first_node[period + 1]):
            before = x[parent[node]] if period else 0.0
            x[node] = before + season[period] * multiplier[level[node]]


@njit(cache=True, nogil=True)
def _sales(rows, begin, stop, period, x, parent, among, n_table, slope, inverse, sales, end):
    """Write expected sales, and worth in the end, at the nodes of some periods, with the units of the first of them.

    `among` is the first of the nodes, the one behind them, and the first of the last period.

    Returns
    -------
    error, end_error : float
    """
    first, last, first_end = among
    low, high = x[first], x[first]
    for node in range(first, last):
        low, high = min(low, x[node]), max(high, x[node])
        sales[node], end[node] = 0.0, 0.0
    by_table = n_table > 0 and last - first > n_table
    nodes = x[first:last]
    if by_table:
        held = np.where(rows.arrival[begin:stop] <= period, rows.units[begin:stop], rows.first_units[begin:stop])
        held[rows.is_certain[begin:stop]] = 0
        nodes = grid(low, high, rows.mean[begin:stop], rows.spread[begin:stop], held, n_table)
    n = len(nodes)
    table, tilt, wrong, found = np.zeros((2, n)), np.zeros((2, n)), np.zeros((2, n)), np.empty((4, n))
    for i in range(begin, stop):
        units = rows.units[i] if rows.arrival[i] <= period else rows.first_units[i]
        mean, spread, worth = rows.mean[i], rows.spread[i], rows.end_worth[i]
        if rows.is_certain[i]:
            for node in range(first, last):
                amount = min(mean * x[node], units)
                sales[node] += amount
                if node >= first_end:
                    end[node] += worth * amount
            continue
        if units <= 0:
            continue
        fill_slopes(spread, units, slope, inverse)
        if by_table:
            _tabulate(rows, i, units, nodes, table, tilt, wrong, slope, inverse, found)
            continue
        for node in range(first, last):
            amount = sold(mean * x[node], spread, units, inverse)
            sales[node] += amount
            end[node] += worth * amount
    if not by_table:
        return 0.0, 0.0
    _read(nodes, table, tilt, x, among, sales, end)
    return wrong[0].max(), wrong[1].max()


@njit(cache=True, nogil=True)
def _tabulate(rows, i, units, nodes, table, tilt, wrong, slope, inverse, found):
    """Add expected sales of one position, and their worth in the end, to tables; with what cubics miss at most."""
    mean, spread, worth, rate = rows.mean[i], rows.spread[i], rows.end_worth[i], rate_of(rows.spread[i])
    sold_and_slopes(mean * nodes, spread, units, slope, inverse, found)
    for k in range(len(nodes)):
        amount, change = found[0, k], mean * found[1, k]
        table[0, k] += amount
        table[1, k] += worth * amount
        tilt[0, k] += change
        tilt[1, k] += worth * change
    for k in range(len(nodes) - 1):
        bound = table_error(mean * nodes[k], mean * (nodes[k + 1] - nodes[k]), rate, found[2, k])
        wrong[0, k] += bound
        wrong[1, k] += abs(worth) * bound


@njit(cache=True, nogil=True)
def _read(nodes, table, tilt, x, among, sales, end):
    """Add what tables say about nodes of the tree."""
    first, last, first_end = among
    curve, end_curve = cubics(nodes, table[0], tilt[0]), cubics(nodes, table[1], tilt[1])
    # The interval where each of many even cells begins: from there it is a step or none.
    n_cells, n = _CELLS * len(nodes), len(nodes)
    per_unit = n_cells / max(nodes[n - 1] - nodes[0], 1e-300)
    begins = np.searchsorted(nodes[1 : n - 1], nodes[0] + np.arange(n_cells + 1) / per_unit)
    for node in range(first, last):
        k = begins[int((x[node] - nodes[0]) * per_unit)]
        while k < n - 2 and x[node] > nodes[k + 1]:
            k += 1
        sales[node] += at_cubic(curve[k], x[node] - nodes[k])
        if node >= first_end:
            end[node] += at_cubic(end_curve[k], x[node] - nodes[k])


@njit(cache=True, nogil=True)
def _add_up(rows, sites, c, parent, level, first_node, x, sales, end, slope, inverse, out):
    """Write what the paths of a choice are worth, from the sales at its nodes."""
    n_periods = len(first_node) - 1
    price, target = sites.price[c], sites.target[c]
    revenue = np.empty(len(parent))
    top = np.empty(len(parent)) if sites.owed[c] < 0 else np.empty(0)
    reached = np.zeros(len(parent)) if target >= 0 else np.empty(0)
    for period in range(n_periods):
        for node in range(first_node[period], first_node[period + 1]):
            above = parent[node]
            if period:
                revenue[node] = revenue[above] + price[level[node]] * (sales[node] - sales[above])
            else:
                revenue[node] = price[level[node]] * sales[node]
            if len(top):
                top[node] = top[above] if period else price[level[node]]
            if target >= 0:
                reached[node] = sales[node] if period <= target else reached[above]
    first = first_node[n_periods - 1]
    sold_at_list, end_at_list = exactly_sold(
        rows, sites.first_row[c], sites.first_row[c + 1], n_periods - 1, x[first], slope, inverse
    )
    at_list = price[0] * (sold_at_list + sites.owed[c]) + end_at_list - sites.missed[c] * x[first]
    for path in range(first_node[n_periods] - first):
        leaf = first + path
        worth = revenue[leaf] + end[leaf] - sites.missed[c] * x[leaf]
        if len(top):
            worth += top[leaf] * sites.owed[c]
        out.value[c, path] = worth - at_list
        out.forgone[c, path] = max(price[0] * sales[leaf] - revenue[leaf], 0.0)
        out.reached[c, path] = reached[leaf] if target >= 0 else 0.0
    out.value[c, 0], out.forgone[c, 0] = 0.0, 0.0


@njit(cache=True, nogil=True)
def exactly_sold(rows, begin, stop, period, x, slope, inverse):
    """Units sold until demand has been x times that over the horizon, and what they are worth in the end."""
    total, end = 0.0, 0.0
    for i in range(begin, stop):
        units = rows.units[i] if rows.arrival[i] <= period else rows.first_units[i]
        if rows.is_certain[i]:
            amount = min(rows.mean[i] * x, float(units))
        else:
            fill_slopes(rows.spread[i], units, slope, inverse)
            amount = sold(rows.mean[i] * x, rows.spread[i], units, inverse)
        total += amount
        end += rows.end_worth[i] * amount
    return total, end


@njit(cache=True, nogil=True)
def upper_hull(value, forgone, kept):
    """Write the paths that are best at some price of forgone margin, the least forgone first; return their number.

    The first path, the list price, is left out, and so are values of minus infinity.
    """
    n = len(value)
    best, least = -1, -1
    for i in range(1, n):
        if value[i] == -np.inf:
            continue
        if best < 0 or value[i] > value[best] or (value[i] == value[best] and forgone[i] < forgone[best]):
            best = i
        if least < 0 or forgone[i] < forgone[least] or (forgone[i] == forgone[least] and value[i] > value[least]):
            least = i
    if best < 0:
        return 0
    kept[0] = least
    if best == least:
        return 1
    # Segments still to be looked at, the leftmost on top, each with the paths that may lie above it.
    inside = np.empty(n, dtype=np.int64)
    size = 0
    for i in range(1, n):
        if value[i] > value[least] and forgone[i] < forgone[best]:
            inside[size] = i
            size += 1
    stack = [(least, best, 0, size)]
    count = 1
    while len(stack):
        left, right, begin, stop = stack.pop()
        wide, high = forgone[right] - forgone[left], value[right] - value[left]
        farthest, top = -1, 1e-12 * abs(wide * high)
        for at in range(begin, stop):
            i = inside[at]
            above = (value[i] - value[left]) * wide - (forgone[i] - forgone[left]) * high
            if above > top:
                farthest, top = i, above
        if farthest < 0:
            kept[count] = right
            count += 1
            continue
        middle, end = begin, begin
        # Those above the left part first, those above the right part behind them.
        for at in range(begin, stop):
            i = inside[at]
            if i == farthest:
                continue
            on_left = forgone[i] < forgone[farthest]
            a, b = (left, farthest) if on_left else (farthest, right)
            if (value[i] - value[a]) * (forgone[b] - forgone[a]) > (forgone[i] - forgone[a]) * (value[b] - value[a]):
                inside[end] = i
                if on_left:
                    inside[end], inside[middle] = inside[middle], i
                    middle += 1
                end += 1
        stack.append((farthest, right, middle, end))
        stack.append((left, farthest, begin, middle))
    return count


@njit(cache=True, nogil=True)
def upper_hulls(value, forgone, first, paths):
    """Write the hull of every row of values one behind the other, and where each begins."""
    kept = np.empty(value.shape[1], dtype=np.int64)
    first[0] = 0
    for i in range(len(value)):
        count = upper_hull(value[i], forgone[i], kept)
        paths[first[i] : first[i] + count] = kept[:count]
        first[i + 1] = first[i] + count


@njit(cache=True, nogil=True)
def value_chosen(rows, sites, x, level, value, forgone, reached):
    """Value one path of every choice exactly, beside the list price.

    `x` has shape ``(k, 2, T)``: the path, and the list price; `level`, shape ``(k, T)``, is of the path. `reached` has
    shape ``(k, 2)``.
    """
    n_periods, most = x.shape[2], 1
    for i in range(len(rows.units)):
        most = max(most, rows.units[i], rows.first_units[i], rows.opening[i] + rows.late_units[i])
    room = (np.empty(most + 1), np.empty(most + 1), np.empty((3, n_periods + 2)))
    slope, inverse, _ = room
    for c in range(len(sites.missed)):
        begin, stop, price, target = sites.first_row[c], sites.first_row[c + 1], sites.price[c], sites.target[c]
        worth, path = np.zeros(2), price[level[c]]
        sold_by, ends = _sold_on_both(rows, begin, stop, x[c], target, room)
        revenue, before = 0.0, 0.0
        for period in range(n_periods):
            revenue += path[period] * (sold_by[period] - before)
            before = sold_by[period]
        if target >= 0:
            reached[c, 0], reached[c, 1] = sold_by[target], sold_by[n_periods + 1]
        worth[0] = revenue + ends[0] + path[0] * sites.owed[c] - sites.missed[c] * x[c, 0, n_periods - 1]
        worth[1] = price[0] * (sold_by[n_periods] + sites.owed[c]) + ends[1] - sites.missed[c] * x[c, 1, n_periods - 1]
        for i in range(begin, stop):
            if rows.late_units[i] <= 0:
                continue
            fill_slopes(rows.spread[i], max(rows.opening[i] + rows.late_units[i], 0), slope, inverse)
            for way in range(2):
                along = path if way == 0 else np.full(n_periods, price[0])
                late = late_at(rows, i, x[c, way], along, target, sites.target_share[c], inverse)
                worth[way] += late[0]
                reached[c, way] += late[3]
                if way == 0:
                    revenue, before = revenue + late[1], before + late[2]
        forgone[c] = max(price[0] * before - revenue, 0.0)
        value[c] = worth[0] - worth[1]


@njit(cache=True, nogil=True)
def _sold_on_both(rows, begin, stop, x, target, room):
    """Units that positions sell up to every period on a path, then in all and up to the target at list price.

    Late ones are left out. With them what the units sold in the end are worth there, on the path and at list price.
    """
    slope, inverse, (chance, early, found) = room
    n_periods = x.shape[1]
    until = np.append(x[0], np.array([x[1, n_periods - 1], x[1, max(target, 0)]]))
    total, ends = np.zeros(n_periods + 2), np.zeros(2)
    for i in range(begin, stop):
        arrival, mean = rows.arrival[i], rows.mean[i]
        for later in range(2 if arrival > 0 else 1):
            # What is there at first sells before the arrival, all of it from then on.
            units = rows.first_units[i] if later else rows.units[i]
            if rows.is_certain[i]:
                np.minimum(mean * until, units, early if later else found)
            else:
                fill_slopes(rows.spread[i], units, slope, inverse)
                sold_at(mean * until, rows.spread[i], units, inverse, chance, early if later else found)
        if arrival > 0:
            found[: min(arrival, n_periods)] = early[: min(arrival, n_periods)]
            if arrival > target:
                found[n_periods + 1] = early[n_periods + 1]
            if arrival >= n_periods:
                found[n_periods] = early[n_periods]
        total += found
        ends[0] += rows.end_worth[i] * found[n_periods - 1]
        ends[1] += rows.end_worth[i] * found[n_periods]
    return total, ends
