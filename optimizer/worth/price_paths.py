"""Price paths: how demand answers to them, a network whose positions have them, and what that is worth by itself.

The sections "Periods and demand" and "What stock is worth under a path" of docs/clearance.md. A repriced network
carries `PricePaths`; what demand is and what units are worth there is read from them (`optimizer.worth.demand`,
`optimizer.worth.economics`).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network, PricePaths
from optimizer.plan import Markdowns, no_markdowns
from optimizer.worth.choices import Choices, choice_rows, choices_of
from optimizer.worth.counted import counted_before
from optimizer.worth.demand import list_demand, share_until_period
from optimizer.worth.economics import opening_units
from optimizer.worth.path_worth import price_falls, whole_money

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]

_MOST: Final = 1e6
"""No price multiplies demand by more than this."""

_AT_ONCE: Final = 1 << 14
"""Rows whose sales are expected in one go: what fits the cache."""


def multipliers(network: Network, choices: Choices, which: Rows, price: Floats) -> Floats:
    """m(p): what prices multiply demand by, without the prices of other SKUs.

    Parameters
    ----------
    network : Network
    choices : Choices
    which : ndarray of int, shape (k,)
        Rows of the choices.
    price : ndarray of float64, shape (k, T)
        Currency per unit.

    Returns
    -------
    ndarray of float64, shape (k, T)
    """
    which = np.asarray(which, dtype=np.int64)
    share = _share_of_list(price, choices.list_price[which])
    listed = np.diff(choices.first_point)[which] > 0
    result = np.empty_like(share)
    result[~listed] = np.minimum(share[~listed] ** choices.elasticity[which[~listed], None], _MOST)
    result[listed] = _between_points(choices, which[listed], share[listed])
    return result


def cross_factors(choices: Choices, price: Floats) -> Floats:
    """Return what the prices of the other SKUs of its group multiply the demand of each choice by.

    Parameters
    ----------
    choices : Choices
    price : ndarray of float64, shape (n_choices, T)
        Of every choice.

    Returns
    -------
    ndarray of float64, shape (n_choices, T)
        1 where there is no group or its cross elasticity is 0.
    """
    factor = np.ones_like(price)
    if not len(choices.group_kind):
        return factor
    grouped = np.flatnonzero(choices.group >= 0)
    size = np.bincount(choices.group[grouped], minlength=len(choices.group_kind))
    power = choices.cross_elasticity / np.maximum(size - 1, 1)
    grouped = grouped[(power > 0.0)[choices.group[grouped]]]
    group = choices.group[grouped]
    share = _share_of_list(price[grouped], choices.list_price[grouped])
    logs = np.log(np.maximum(share, np.finfo(np.float64).tiny))
    total = np.zeros((len(choices.group_kind), price.shape[1]))
    np.add.at(total, group, logs)
    factor[grouped] = np.exp(power[group][:, None] * (total[group] - logs))
    return factor


def demand_shares(
    network: Network, choices: Choices, which: Rows, price: Floats, others: Floats | None = None
) -> Floats:
    """x_t: expected demand up to the end of each period, as a multiple of that over the horizon at list price.

    Parameters
    ----------
    network : Network
    choices : Choices
    which : ndarray of int, shape (k,)
        Rows of the choices.
    price : ndarray of float64, shape (k, T)
        Currency per unit.
    others : ndarray of float64, shape (k, T), optional
        `cross_factors` of these choices; 1 when left out.

    Returns
    -------
    ndarray of float64, shape (k, T)
    """
    which = np.asarray(which, dtype=np.int64)
    factor = multipliers(network, choices, which, price)
    if others is not None:
        factor = factor * others
    return np.asarray(np.cumsum(choices.weight[which] * factor, axis=1) / choices.total_weight[which, None])


def list_paths(network: Network, choices: Choices | None = None) -> PricePaths | None:
    """Paths of the choices that follow one even at their list price: with an exit period, or with uneven seasons."""
    return repriced(network, no_markdowns(), choices).paths


def repriced(network: Network, markdowns: Markdowns, choices: Choices | None = None) -> Network:
    """Give every position the path that its choice has under some markdowns; all other choices keep their list price.

    Parameters
    ----------
    network : Network
        Its own `paths` are left aside: the tables say what list prices mean.
    markdowns : Markdowns
        At most one row for each choice, T prices each; a choice that the network does not have is left out.
    choices : Choices, optional
        Those of the network, where they are known already.

    Returns
    -------
    Network
        With `paths`; None where every position sells at list price all along.
    """
    choices = choices_of(network) if choices is None else choices
    if not len(choices):
        return replace(network, paths=None)
    price = np.repeat(choices.list_price[:, None], choices.n_periods, axis=1)
    if len(markdowns):
        choice = choice_rows(choices, markdowns.sku, markdowns.zone)
        price[choice[choice >= 0]] = markdowns.price[choice >= 0]
    share = demand_shares(network, choices, np.arange(len(choices)), price, cross_factors(choices, price))
    even = np.arange(1, choices.n_periods + 1) / choices.n_periods
    own = np.any(price != choices.list_price[:, None], axis=1) | np.any(share != even, axis=1)
    if not own.any():
        return replace(network, paths=None)
    path = np.where(own, np.cumsum(own) - 1, -1)
    of_stock = np.full(len(network.stock), -1, dtype=np.int32)
    of_stock[choices.rows] = np.repeat(path, np.diff(choices.first_row))
    return replace(network, paths=PricePaths(of_stock, price[own], share[own]))


def repricing_value(network: Network, repriced_network: Network, penalty_weight: Floats | None = None) -> Ints:
    """V_path(before) - V_list(before) of every stock row, in money units, shape ``(n_positions,)``.

    Parameters
    ----------
    network : Network
        Read at list price, whatever its `paths`.
    repriced_network : Network
        The same one, `repriced`.
    penalty_weight : ndarray of float64, shape (n_positions,), optional
        Factors of the shortage penalty, for the objective; none for the benefit.
    """
    return value_between(replace(network, paths=list_paths(network)), repriced_network, penalty_weight)


def value_between(network: Network, repriced_network: Network, penalty_weight: Floats | None = None) -> Ints:
    """V(before) in one network less that in another that differs in its paths only; otherwise as `repricing_value`."""
    change = np.zeros(len(network.stock), dtype=np.int64)
    rows = changed_rows(network, repriced_network)
    weight = None if penalty_weight is None else penalty_weight[rows]
    change[rows] = value_before(repriced_network, rows, weight) - value_before(network, rows, weight)
    return change


def changed_rows(network: Network, repriced_network: Network) -> Ints:
    """Stock rows whose prices or demand differ between two networks that differ in their `paths` only; ascending."""
    differ = np.zeros(len(network.stock), dtype=np.bool_)
    for here, there in ((network, repriced_network), (repriced_network, network)):
        if here.paths is None:
            continue
        row = np.flatnonzero(here.paths.of_stock >= 0)
        path = here.paths.of_stock[row]
        other = np.full(len(row), -1) if there.paths is None else there.paths.of_stock[row].astype(np.int64)
        same = other >= 0
        if there.paths is not None:
            at, to = path[same], other[same]
            equal = np.all(here.paths.price[at] == there.paths.price[to], axis=1)
            same[same] = equal & np.all(here.paths.demand_share[at] == there.paths.demand_share[to], axis=1)
        differ[row[~same]] = True
    return np.flatnonzero(differ)


def value_before(network: Network, rows: Rows, penalty_weight: Floats | None = None) -> Ints:
    """V(before) of positions under their paths: without a plan's lines, each rounded once.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (n,)
        Distinct rows of ``network.stock``.
    penalty_weight : ndarray of float64, shape (n,), optional
        Factors of the shortage penalty.

    Returns
    -------
    ndarray of int64, shape (n,)
        Money units.
    """
    weight = np.ones(len(rows)) if penalty_weight is None else penalty_weight
    held = opening_units(network)[rows] + network.stock.in_transit[rows]
    falls, left_over = price_falls(network, rows, weight)
    there = units_before_by_period(network, rows)
    every = there[:, -1:]
    sold = np.where(every < 0, every, sold_until(network, rows, there, falls > 0))
    demand = network.stock.demand_mean[rows] * share_until_period(network, rows)[:, -1]
    missed = network.stock.shortage_penalty[rows] * weight * demand
    sales = whole_money((falls * sold).sum(axis=1) - missed * 10.0**network.money_decimals)
    return np.asarray(left_over * held + sales)


def expected_sales(network: Network, rows: Rows, units_by_period: Ints) -> Floats:
    """Units that positions sell in each period under the paths of a repriced network, in expectation.

    Parameters
    ----------
    network : Network
        Positions without a path sell evenly over the periods.
    rows : ndarray of int, shape (k,)
        Rows of ``network.stock``.
    units_by_period : ndarray of int64, shape (k, T)
        Y_t: units that count and are there by the end of each period.

    Returns
    -------
    ndarray of float64, shape (k, T)
    """
    sold = sold_until(network, rows, units_by_period, np.ones(units_by_period.shape, dtype=np.bool_))
    return np.asarray(np.diff(sold, axis=1, prepend=0.0))


def sold_until(network: Network, rows: Rows, units_by_period: Ints, asked: NDArray[np.bool_]) -> Floats:
    """E[min(C_t, Y_t)]; on all processors where there are many, because the work leaves the interpreter alone.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (k,)
        Rows of ``network.stock``.
    units_by_period : ndarray of int64, shape (k, T)
        Y_t; of units below 0 nothing is sold.
    asked : ndarray of bool, shape (k, T)
        Periods that are asked about; 0 in the others.

    Returns
    -------
    ndarray of float64, shape (k, T)
    """
    sold = np.zeros(units_by_period.shape)

    def fill(first: int) -> None:
        part = slice(first, first + _AT_ONCE)
        row, period = np.nonzero(asked[part] & (units_by_period[part] > 0))
        demand = list_demand(network, rows[part]).take(row).over(share_until_period(network, rows[part])[row, period])
        sold[part][row, period] = demand.expected_sold(units_by_period[part][row, period])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(fill, range(0, len(rows), _AT_ONCE)):
            pass
    return sold


def units_before_by_period(network: Network, rows: Rows) -> Ints:
    """Y_t without a plan's lines: the most units that would count of what arrives by the end of each period.

    Parameters
    ----------
    network : Network
    rows : ndarray of int, shape (k,)
        Rows of ``network.stock``, ascending.

    Returns
    -------
    ndarray of int64, shape (k, T)
    """
    counted, at_first = counted_before(network, rows), counted_before(network, rows, arrived=False)
    before = network.stock.in_transit_arrival_day[rows] * network.periods // network.horizon_days
    waits = np.arange(network.periods) < before[:, None]
    # What comes behind the horizon counts for nothing, and is not waited for in the last period.
    waits[:, -1] = False
    return np.where(waits, at_first[:, None], counted[:, None])


def _share_of_list(price: Floats, list_price: Floats) -> Floats:
    """Prices as shares of the list price; 1 where that is 0."""
    free = list_price <= 0.0
    return np.asarray(np.where(free[:, None], 1.0, price / np.where(free, 1.0, list_price)[:, None]))


def _between_points(choices: Choices, which: Rows, share: Floats) -> Floats:
    """Multipliers on the lines between the points of choices that have some."""
    last = choices.first_point[which + 1][:, None] - 1
    below = np.repeat(choices.first_point[which][:, None], share.shape[1], axis=1)
    for _ in range(int((last - below).max(initial=0))):
        below = below + ((below < last) & (choices.point_share[np.minimum(below + 1, last)] <= share))
    above = np.minimum(below + 1, last)
    x, y = choices.point_share, choices.point_multiplier
    width = np.where(above > below, x[above] - x[below], 1.0)
    part = np.clip((share - x[below]) / width, 0.0, 1.0)
    return np.asarray(y[below] + part * (y[above] - y[below]))
