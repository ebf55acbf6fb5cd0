"""Stock of choices as the compiled sums read it, and what the allowed paths of choices are worth."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import Network
from optimizer.clearance.allowed import PathTree, Trees
from optimizer.clearance.worth_values import depends_on_path, values_by_worth
from optimizer.worth.choices import Choices
from optimizer.worth.counted import counted_before
from optimizer.worth.demand import DemandKind, list_demand
from optimizer.worth.economics import money
from optimizer.worth.price_paths import multipliers
from optimizer.worth.rounding import rounded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Which = NDArray[np.integer[Any]]

NEARLY_REACHED: Final = 1e-9
"""A shortfall of a target up to here is none (docs/clearance.md)."""

_CHOICES_AT_ONCE: Final = 2048
"""Choices whose paths a processor values exactly in one go."""


class Counts(NamedTuple):
    """Units of positions, shape ``(n_rows,)`` each; the columns of `Stocked`, units below 0 too."""

    first_units: Ints
    units: Ints
    arrival: Ints
    late_units: Ints
    late_period: Ints
    day_part: Floats
    opening: Ints


@dataclass(frozen=True, slots=True)
class Stocked:
    """Positions and prices of the choices that were asked about, in their order; money as float money units.

    Columns of positions have shape ``(n_rows,)``, columns of choices ``(k,)`` unless they say more.
    """

    first_row: Ints
    """Where the positions of each choice begin, shape ``(k + 1,)``."""
    is_certain: Flags
    mean: Floats
    spread: Floats
    counts: Counts
    end_worth: Floats
    season: Floats
    """Shape ``(k, T)``."""
    multiplier: Floats
    """Shape ``(k, n_levels)``, like the next."""
    price: Floats
    missed: Floats
    owed: Floats
    target: Ints
    target_share: Floats
    target_units: Floats
    """Units to sell by the end of the target's period."""
    target_price: Floats
    """Money per unit short of the target, infinity: it is hard."""
    rounding: Floats
    """Most money by which rounding each position, and penalties that are no whole money, moves what a path is worth."""
    by_worth: Flags
    """Some position counts other units under other paths, or has other demand: see `worth_values`."""
    network: Network
    choices: Choices
    choice: Ints
    """Rows of `choices`."""
    penalty_weight: Floats
    counted_units: Ints | None

    def __len__(self) -> int:
        return len(self.missed)


@dataclass(frozen=True, slots=True)
class PathValues:
    """What the paths of choices that share a tree are worth, shape ``(k, n_paths)``; the list price first."""

    value: Floats
    """V_path - V_list with what targets add, money; minus infinity where a hard target is missed."""
    forgone: Floats
    error: Floats
    """Most money by which a value is wrong, shape ``(k,)``."""
    forgone_error: Floats


def stocked(
    network: Network, choices: Choices, which: Which, trees: Trees, penalty_weight: Floats, *, units: Ints | None = None
) -> Stocked:
    """Read what the choices of a network have in stock.

    Parameters
    ----------
    network : Network
        With the paths of list prices, so that late units are counted.
    choices : Choices
    which : ndarray of int, shape (k,)
        Rows of choices.
    trees : Trees
        Of these choices.
    penalty_weight : ndarray of float64, shape (n_stock,)
        Factors of the shortage penalty.
    units : ndarray of int64, shape (n_stock,), optional
        Units that count as stock after transfers; without lines when left out.

    Returns
    -------
    Stocked
    """
    count = np.diff(choices.first_row)[which]
    owner, at = runs(choices.first_row[which], count)
    row = choices.rows[at]
    demand, scale = list_demand(network, row), 10.0**network.money_decimals
    by_worth = np.bincount(owner, depends_on_path(network, row), minlength=len(which)) > 0
    counts = _counts(network, row, by_worth[owner], units)
    penalty = network.stock.shortage_penalty[row] * penalty_weight[row] * scale
    broken = np.abs(penalty - np.rint(penalty)) > 1e-6
    rungs = np.nan_to_num(trees.price, nan=0.0)
    target, share, price = _targets(network, choices, which)
    there = np.where(counts.arrival <= target[owner], counts.units, counts.first_units) + counts.opening
    return Stocked(
        first_row=np.append(0, np.cumsum(count)).astype(np.int64),
        is_certain=demand.is_certain,
        mean=demand.mean,
        spread=demand.spread,
        counts=counts,
        end_worth=penalty - _left_over(network, row),
        season=choices.season[which],
        multiplier=multipliers(network, choices, which, np.where(trees.price > 0.0, rungs, rungs[:, :1])),
        price=money(rungs, network.money_decimals).astype(np.float64),
        missed=np.bincount(owner, penalty * demand.mean, minlength=len(which)).astype(np.float64),
        owed=np.bincount(owner, np.minimum(counts.units, 0), minlength=len(which)).astype(np.float64),
        target=target,
        target_share=share,
        target_units=share * np.bincount(owner, np.maximum(there, 0), minlength=len(which)),
        target_price=price * scale,
        rounding=np.bincount(
            owner, 2.0 + np.abs(counts.units + counts.late_units) * broken, minlength=len(which)
        ).astype(np.float64),
        by_worth=by_worth,
        network=network,
        choices=choices,
        choice=np.asarray(which, dtype=np.int64),
        penalty_weight=penalty_weight,
        counted_units=units,
    )


def _left_over(network: Network, row: Ints) -> Ints:
    """L = round(s - h) of stock rows, money."""
    salvage, holding = network.products.salvage_value[network.stock.sku[row]], network.stock.holding_cost[row]
    size = np.abs(salvage) + np.abs(holding)
    return rounded((salvage, holding), lambda s, h: s - h, size, network.money_decimals)


def _counts(network: Network, row: Ints, by_worth: Flags, given: Ints | None) -> Counts:
    """Count units by when they are there: how many late ones count depends on the path, unless all units are given."""
    stock, order = network.stock, np.argsort(row)
    counted, at_first = np.empty(len(row), dtype=np.int64), np.empty(len(row), dtype=np.int64)
    counted[order] = counted_before(network, row[order])
    at_first[order] = counted_before(network, row[order], arrived=False)
    day = stock.in_transit_arrival_day[row].astype(np.int64)
    period = day * network.periods // network.horizon_days
    is_late = (day > 0) & (day < network.horizon_days) & ~by_worth & (given is None)
    late = np.where(is_late, stock.in_transit[row], 0).astype(np.int64)
    apart = late > 0
    units = np.where(apart, 0, counted if given is None else given[row])
    waiting = np.where(apart, 0, counted - at_first)
    return Counts(
        first_units=units - waiting,
        units=units,
        arrival=np.where(waiting > 0, period, 0),
        late_units=late,
        late_period=np.minimum(period, network.periods - 1),
        day_part=(day * network.periods - period * network.horizon_days) / network.horizon_days,
        opening=np.where(apart, at_first, 0),
    )


def _targets(network: Network, choices: Choices, which: Which) -> tuple[Ints, Floats, Floats]:
    """Period from 0, share and price of the sell-through targets of choices; -1, 0 and 0 where there is none."""
    rules, rule = network.clearance_rules, choices.rule[which]
    share = np.append(rules.sell_through_share, np.nan)[rule]
    by = np.append(rules.sell_through_by_period, NO_LIMIT)[rule]
    price = np.append(rules.sell_through_price, np.nan)[rule]
    given = ~np.isnan(share)
    period = np.where(given, np.minimum(by, network.periods) - 1, -1)
    return period.astype(np.int64), np.where(given, share, 0.0), np.where(np.isnan(price), np.inf, price)


def values_of(of: Stocked, which: Which, tree: PathTree, n_table: int) -> PathValues:
    """Value all paths of choices that share a tree.

    Parameters
    ----------
    of : Stocked
    which : ndarray of int, shape (k,)
        Rows of it.
    tree : PathTree
    n_table : int
        Nodes of the tables of expected sales; 0: every sum is exact.

    Returns
    -------
    PathValues
    """
    from optimizer.clearance import path_values as compiled  # noqa: PLC0415 (loads a compiler)

    rows, sites = _compiled(of, which)
    out = _room(len(which), tree.n_paths)
    plain = np.flatnonzero(~of.by_worth[which])
    if len(plain):
        compiled.value_paths(rows, sites, tree.parent, tree.level, tree.first_node, n_table, out)
    valued = _with_targets(of, which, out)
    at = np.flatnonzero(of.by_worth[which])
    if len(at):
        levels = np.tile(tree.levels(), (len(at), 1))
        member = np.repeat(which[at], tree.n_paths)
        value, forgone = _by_worth(of, member, _shares(of, member, levels), levels, n_paths=tree.n_paths)
        valued.value[at], valued.forgone[at] = value, forgone
        valued.error[at] = valued.forgone_error[at] = 0.0
    return valued


def values_of_options(of: Stocked, which: int, share: Floats, levels: NDArray[np.int32]) -> PathValues:
    """Value options of one choice whose demand depends on other prices, too.

    Parameters
    ----------
    of : Stocked
    which : int
        Row of it.
    share : ndarray of float64, shape (n_options, T)
        x_t of every option; the first one is the list price of all.
    levels : ndarray of int32, shape (n_options, T)
        Levels of the choice.

    Returns
    -------
    PathValues
        Of one choice; every sum is exact.
    """
    from optimizer.clearance import path_values as compiled  # noqa: PLC0415 (loads a compiler)

    if of.by_worth[which]:
        value, forgone = _by_worth(of, np.full(len(share), which), share, levels, n_paths=len(share))
        return PathValues(value, forgone, np.zeros(1), np.zeros(1))
    n_options, n_periods = share.shape
    rows, sites = _compiled(of, np.array([which]))
    out = _room(1, n_options)
    node = np.arange(n_options * n_periods)
    compiled.value_nodes(
        rows,
        sites,
        0,
        np.ascontiguousarray(share.T).ravel(),
        np.maximum(node - n_options, -1).astype(np.int32),
        np.ascontiguousarray(levels.T).ravel().astype(np.int32),
        np.ascontiguousarray(node.reshape(n_periods, n_options).T),
        np.arange(n_periods + 1) * n_options,
        0,
        out,
    )
    return _with_targets(of, np.array([which]), out)


def values_of_paths(
    of: Stocked, which: Which, share: Floats, levels: NDArray[np.integer[Any]]
) -> tuple[Floats, Floats]:
    """Value one path of each of some choices, every sum exact.

    Parameters
    ----------
    of : Stocked
    which : ndarray of int, shape (k,)
        Rows of it.
    share : ndarray of float64, shape (k, T)
        x_t of the paths.
    levels : ndarray of int, shape (k, T)

    Returns
    -------
    value, forgone : ndarray of float64, shape (k,)
        V_path - V_list with what targets with a price add, and margin forgone; money.
    """
    from optimizer.clearance import path_values as compiled  # noqa: PLC0415 (loads a compiler)

    at_list = np.cumsum(of.season[which] * of.multiplier[which, :1], axis=1)
    both_shares = np.stack([share, at_list], axis=1)
    value, forgone, reached = np.empty(len(which)), np.empty(len(which)), np.zeros((len(which), 2))

    def fill(first: int) -> None:
        part = slice(first, first + _CHOICES_AT_ONCE)
        level = np.asarray(levels[part], dtype=np.int64)
        out = (value[part], forgone[part], reached[part])
        compiled.value_chosen(*_compiled(of, which[part]), both_shares[part], level, *out)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, len(which), _CHOICES_AT_ONCE)))
    short = of.target_units[which][:, None] - reached
    short = np.where((of.target[which, None] >= 0) & (short > NEARLY_REACHED), short, 0.0)
    price = np.where(np.isfinite(of.target_price[which]), of.target_price[which], 0.0)
    value -= price * (short[:, 0] - short[:, 1])
    at = np.flatnonzero(of.by_worth[which])
    if len(at):
        shares = both_shares[at, ::-1].reshape(2 * len(at), -1)
        both_levels = np.stack([np.zeros_like(levels[at]), levels[at]], axis=1).reshape(2 * len(at), -1)
        found = _by_worth(of, np.repeat(which[at], 2), shares, both_levels, n_paths=2)
        value[at], forgone[at] = found[0][:, 1], found[1][:, 1]
    return value, forgone


def _shares(of: Stocked, which: Which, levels: NDArray[np.integer[Any]]) -> Floats:
    """x_t of paths ``(k, T)`` of choices ``(k,)``, without the prices of others."""
    return np.asarray(np.cumsum(of.season[which] * of.multiplier[which[:, None], levels], axis=1))


def _by_worth(
    of: Stocked, which: Which, share: Floats, levels: NDArray[np.integer[Any]], *, n_paths: int
) -> tuple[Floats, Floats]:
    """Value paths of choices, the list price of each choice first, by the readings of the certificate.

    Returns value and forgone margin, shape ``(n_choices, n_paths)``.
    """
    by_choice = (-1, n_paths)
    value, forgone, short = (each.reshape(by_choice) for each in _read_by_worth(of, which, share, levels))
    value = value - value[:, :1]
    forgone[:, 0] = 0.0
    first = which[::n_paths]
    with_target = np.flatnonzero(of.target[first] >= 0)
    lost = np.where(short[with_target] <= NEARLY_REACHED, 0.0, short[with_target])
    price = of.target_price[first[with_target]][:, None]
    hard = np.where(lost > 0.0, -np.inf, value[with_target])
    soft = value[with_target] - np.where(np.isinf(price), 0.0, price) * (lost - lost[:, :1])
    value[with_target] = np.where(np.isinf(price), hard, soft)
    return value, forgone


def _read_by_worth(
    of: Stocked, which: Which, share: Floats, levels: NDArray[np.integer[Any]]
) -> tuple[Floats, Floats, Floats]:
    """Value paths of choices with what they forgo and how many units they are short of targets, shape ``(k,)``."""
    return values_by_worth(
        of.network,
        of.choices,
        of.choice[which],
        share,
        of.price[which[:, None], levels] / 10.0**of.network.money_decimals,
        penalty_weight=of.penalty_weight,
        units=of.counted_units,
        target=(of.target[which], _targets(of.network, of.choices, of.choice[which])[1]),
    )


def most_reached(of: Stocked, which: int, tree: PathTree) -> float:
    """Most units that a choice can sell by the end of its target's period."""
    from optimizer.clearance import path_values as compiled  # noqa: PLC0415 (loads a compiler)

    rows, sites = _compiled(of, np.array([which]))
    out = _room(1, tree.n_paths)
    compiled.value_paths(rows, sites, tree.parent, tree.level, tree.first_node, 0, out)
    if of.by_worth[which]:
        levels, member = tree.levels(), np.full(tree.n_paths, which)
        short = _read_by_worth(of, member, _shares(of, member, levels), levels)[2]
        return float(of.target_units[which] - short.min())
    return float(out.reached.max())


def _room(n_choices: int, n_paths: int) -> Any:
    """Columns for what paths are worth."""
    from optimizer.clearance import path_values as compiled  # noqa: PLC0415 (loads a compiler)

    shape = (n_choices, n_paths)
    return compiled.Values(np.empty(shape), np.empty(shape), np.empty(shape), np.empty(n_choices), np.empty(n_choices))


def _compiled(of: Stocked, which: Which) -> tuple[Any, Any]:
    """Take the positions and prices of some choices."""
    from optimizer.clearance import path_values as compiled  # noqa: PLC0415 (loads a compiler)

    count = np.diff(of.first_row)[which]
    _, at = runs(of.first_row[which], count)
    rows = compiled.Rows(
        *(
            np.ascontiguousarray(column[at])
            for column in (
                *(of.is_certain, of.mean, of.spread),
                *(np.maximum(of.counts.first_units, 0), np.maximum(of.counts.units, 0)),
                *of.counts[2:],
                of.end_worth,
            )
        )
    )
    sites = compiled.Sites(
        np.append(0, np.cumsum(count)).astype(np.int64),
        *(
            np.ascontiguousarray(column[which])
            for column in (of.season, of.multiplier, of.price, of.missed, of.owed, of.target, of.target_share)
        ),
    )
    return rows, sites


def _with_targets(of: Stocked, which: Which, out: Any) -> PathValues:
    """Add what sell-through targets cost or forbid, and say how far the values can be off."""
    list_price = of.price[which, 0]
    lowest = np.where(of.price[which] > 0.0, of.price[which], np.inf).min(axis=1)
    error = list_price * out.error + out.end_error + of.rounding[which]
    forgone_error = 2.0 * (list_price - lowest) * out.error
    value = out.value
    has_target = np.flatnonzero(of.target[which] >= 0)
    if len(has_target):
        site = which[has_target]
        short = of.target_units[site][:, None] - out.reached[has_target]
        short = np.where(short <= NEARLY_REACHED, 0.0, short)
        soft = np.isfinite(of.target_price[site])
        price = np.where(soft, of.target_price[site], 0.0)[:, None]
        value[has_target] -= price * (short - short[:, :1])
        value[has_target[~soft]] = np.where(short[~soft] > 0.0, -np.inf, value[has_target[~soft]])
        error[has_target] += price[:, 0] * out.error[has_target] + soft
    return PathValues(value, out.forgone, error, forgone_error)


__all__ = ["DemandKind", "PathValues", "Stocked", "stocked", "values_of", "values_of_options", "values_of_paths"]
