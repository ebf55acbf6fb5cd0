"""A transfer model that bounds every joint plan: each position is worth the envelope over the paths of its family.

For a path, a position's worth is concave in its units; which path it is, all positions of a family share. Give every
option a shift per position that adds up to nothing over the family: the worth of any joint plan is then at most that of
its lines where each position is worth the least concave function above all shifted options. That is an ordinary
transfer model, bounded by pricing like any other. The shifts are chosen at prices of units (those of the last plan):
there all positions of a family get the same share of what an option is worth to the family, and the bound is that of a
Lagrangian relaxation which lets every position buy its units at these prices; letting units flow can only lower it.
Budgets and sell-through targets are priced, and so is that all of a group are marked down or none, or at most one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import GroupKind
from network.columns import NO_LIMIT, no_rows
from network.tables import Lots, Network
from optimizer.certificate.expected_sales import shortfalls, targets_of
from optimizer.joint.positions import Joint, SharedPrices, columns_of, free_of_charge
from optimizer.plan import no_markdowns
from optimizer.transfer.cells import WorthOf
from optimizer.worth.economics import UnitWorth, unit_worth
from optimizer.worth.price_paths import repriced

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_THREADS: Final = 2
_PARTS: Final = 16

_ROUNDING: Final = 2
"""Money units by which every number that is rounded once may be off, with those that it is made of."""


@dataclass(frozen=True, slots=True)
class Envelopes:
    """What units are worth at most at the positions of a `Joint`."""

    units: Ints
    """Money that each unit after the first `Joint.low` adds, falling, position after position."""
    first_unit: Ints
    constant: int
    """Money to add to a bound of the model with these worths, for a bound of all joint plans."""


def envelopes(joint: Joint, unit_price: Floats, shared: SharedPrices, option_worth: Floats | None = None) -> Envelopes:
    """Choose the shifts at prices, and write the envelopes.

    Parameters
    ----------
    joint : Joint
    unit_price : ndarray of float64, shape (n_positions,)
        Money that a unit is worth elsewhere.
    shared : SharedPrices
    option_worth : ndarray of float64, shape (n_options,), optional
        Of `worth_of_options` at these prices, where it is known.

    Returns
    -------
    Envelopes
    """
    from optimizer.joint import path_worths as compiled  # noqa: PLC0415 (loads a compiler)

    rows, members, paths = columns_of(joint, unit_price, shared)
    first_unit = np.concatenate([[0], np.cumsum(joint.high - joint.low)]).astype(np.int64)
    units, base = np.empty(first_unit[-1]), np.empty(len(joint))
    options = joint.options
    if option_worth is None:
        option_worth = worth_of_options(joint, worth_of_paths(joint, unit_price, shared))
    tied, tie_constant = _tied(joint, option_worth)
    by_path = tied[options.option_of_path]
    in_threads(
        len(joint),
        lambda start, stop: compiled.envelopes(rows, members, paths, by_path, first_unit, units, base, start, stop),
    )
    _keep_above(units, first_unit, joint.left_over)
    amount = float(shared.budget @ joint.choices.budget_amount)
    before = float(base.sum()) + _first_units(units, first_unit, joint.before - joint.low)
    left_over = float((joint.left_over * (joint.before - joint.counted)).sum())
    constant = before - float(worth_at_list_price(joint).sum()) - left_over + amount + tie_constant
    constant += _missed_before(joint)
    n_periods = paths.price.shape[1]
    slack = _ROUNDING * (n_periods + 1)
    return Envelopes(
        units=np.ceil(units).astype(np.int64) + slack,
        first_unit=first_unit,
        constant=math.ceil(constant) + slack * int(np.abs(joint.before).sum() + len(joint)),
    )


def target_prices(joint: Joint) -> Floats:
    """Price what targets with a price are missed by, path by path: fully where they are missed without lines.

    Returns
    -------
    ndarray of float64, shape (n_paths,)
        Money per unit, at most the price of the target; 0 where units arrive late, which may not be there in time.
    """
    network, options, rules = joint.network, joint.options, joint.network.clearance_rules
    rule = joint.choices.rule[options.choice]
    price = np.nan_to_num(np.append(rules.sell_through_price, np.nan)[rule], nan=0.0) * 10.0**network.money_decimals
    stock = network.stock
    late = (stock.in_transit[joint.row] > 0) & (stock.in_transit_arrival_day[joint.row] > 0)
    price[joint.member[late]] = 0.0
    by_path = np.repeat(price, np.diff(options.first_path))
    if not by_path.any():
        return by_path
    still = replace(joint, low=joint.before, high=joint.before)
    nothing, none = np.zeros(len(joint)), np.zeros(len(joint.choices.budget_amount))
    without = worth_of_paths(still, nothing, SharedPrices(none, np.zeros(len(by_path))))
    charged = worth_of_paths(still, nothing, SharedPrices(none, by_path))
    return np.where(charged < without, by_path, 0.0)


def _missed_before(joint: Joint) -> int:
    """Money that targets with a price are missed by without lines and markdowns: the objective counts from there."""
    network, choices = joint.network, joint.choices
    listed = repriced(network, no_markdowns())
    return shortfalls(listed, choices, targets_of(network, choices), None).charge(network.money_decimals)


def worth_of_options(joint: Joint, path_worth: Floats) -> Floats:
    """Worth of every option to its family, money, shape ``(n_options,)`` over all families.

    Parameters
    ----------
    joint : Joint
    path_worth : ndarray of float64, shape (n_paths,)
        Of `worth_of_paths`.
    """
    options = joint.options
    sums = np.bincount(options.option_of_path, weights=path_worth, minlength=int(options.first_option[-1]))
    return sums.astype(np.float64)


def worth_of_paths(joint: Joint, unit_price: Floats, shared: SharedPrices, *, dearer: float = 0.0) -> Floats:
    """Worth of every path of every member, each position with its best number of units at their price.

    Parameters
    ----------
    joint : Joint
    unit_price : ndarray of float64, shape (n_positions,)
    shared : SharedPrices
    dearer : float
        By how much more a unit of forgone money costs everybody.

    Returns
    -------
    ndarray of float64, shape (n_paths,)
        Money.
    """
    from optimizer.joint import path_worths as compiled  # noqa: PLC0415 (loads a compiler)

    rows, members, paths = columns_of(joint, unit_price, shared)
    members = members._replace(forgone_price=members.forgone_price + dearer)
    worth = np.zeros(len(joint.options.price))
    in_threads(
        len(joint.options),
        lambda start, stop: compiled.worths_at_prices(rows, members, paths, joint.first_position, worth, start, stop),
    )
    return worth


def worth_at_list_price(joint: Joint) -> Floats:
    """V at list price of the units that count without lines, money, shape ``(n_positions,)``."""
    from optimizer.joint import path_worths as compiled  # noqa: PLC0415 (loads a compiler)

    rows, members, paths = columns_of(joint, np.zeros(len(joint)), free_of_charge(joint))
    first = joint.options.first_path[:-1]
    listed = paths._replace(
        price=paths.price[first], demand_share=paths.demand_share[first], target_price=np.zeros(len(first))
    )
    there = rows._replace(low=joint.counted, high=joint.counted)
    single = members._replace(first_path=np.arange(len(first) + 1))
    worth = np.empty(len(joint))
    in_threads(len(joint), lambda start, stop: compiled.worths_at_units(there, single, listed, worth, start, stop))
    return worth


def in_threads(count: int, work: Callable[[int, int], object]) -> None:
    """Do ranges of something side by side: the compiled code leaves Python's lock alone."""
    edges = np.linspace(0, count, _PARTS + 1).astype(int).tolist()
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(work, edges[:-1], edges[1:]))


def _tied(joint: Joint, option_worth: Floats) -> tuple[Floats, float]:
    """Price that a group's families are all marked down or none, or at most one: worths, and what the prices earn."""
    choices, options = joint.choices, joint.options
    group = choices.group[options.choice]
    first = options.first_option
    member_of_family = np.searchsorted(options.family, np.arange(options.n_families))
    family_group = group[member_of_family]
    grouped = np.flatnonzero((family_group >= 0) & (np.append(choices.cross_elasticity, 0.0)[family_group] == 0.0))
    listed = np.zeros(len(option_worth), dtype=bool)
    listed[first[:-1]] = True
    of_family = np.repeat(np.arange(options.n_families), np.diff(first))
    best = np.full(options.n_families, -np.inf)
    np.maximum.at(best, of_family[~listed], option_worth[~listed])
    gain = best - option_worth[first[:-1]]
    shift, constant = np.zeros(options.n_families), 0.0
    frame = {number: grouped[family_group[grouped] == number] for number in np.unique(family_group[grouped]).tolist()}
    for number, families in frame.items():
        if choices.group_kind[number] == GroupKind.ALL_OR_NONE:
            may = bool(np.isfinite(gain[families]).all())
            shift[families] = gain[families] - gain[families].mean() if may else np.inf
        elif choices.group_kind[number] == GroupKind.AT_MOST_ONE and len(families) > 1:
            second = max(float(np.sort(gain[families])[-2]), 0.0)
            shift[families] = second
            constant += second
    tied = option_worth.copy()
    marked = ~listed
    tied[marked] -= shift[of_family[marked]]
    return tied, constant


def _keep_above(units: Floats, first_unit: Ints, least: Ints) -> None:
    """Let no unit of an envelope be worth less than one left over, as those behind the last are."""
    if len(units):
        np.maximum(units, np.repeat(least, np.diff(first_unit)), out=units)


def _first_units(units: Floats, first_unit: Ints, count: Ints) -> float:
    """Worth of the first units of all positions."""
    sums = np.concatenate([[0.0], np.cumsum(units)])
    return float((sums[first_unit[:-1] + count] - sums[first_unit[:-1]]).sum())


def worth_of(joint: Joint, found: Envelopes) -> WorthOf:
    """Say what units are worth under envelopes; elsewhere what they are worth at list price."""
    n_nodes = max(len(joint.network.nodes), 1)
    stock = joint.network.stock
    key = stock.sku[joint.row].astype(np.int64) * n_nodes + stock.node[joint.row]
    order = np.argsort(key)
    key = key[order]

    def worth(network: Network, rows: Ints, weights: Floats) -> UnitWorth:
        own = unit_worth(network, rows, weights)
        wanted = network.stock.sku[rows].astype(np.int64) * n_nodes + network.stock.node[rows]
        place = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
        here = np.flatnonzero(key[place] == wanted) if len(key) else np.zeros(0, dtype=np.int64)
        position = order[place[here]]
        full_units, full_worth = own.full_units.copy(), own.full_worth.copy()
        start, count = own.step_start.copy(), own.step_count.copy()
        full_units[here] = joint.low[position]
        count[here] = (found.first_unit[1:] - found.first_unit[:-1])[position]
        start[here] = len(own.steps) + found.first_unit[position]
        first_step = np.append(found.units, 0)[found.first_unit[position]]
        full_worth[here] = np.maximum(full_worth[here], np.where(count[here] > 0, first_step, 0))
        steps = np.concatenate([own.steps, found.units])
        sums = np.append(0, np.cumsum(steps))
        return UnitWorth(full_units, full_worth, own.left_over_worth, start, count, steps, sums)

    return worth


def timeless(network: Network) -> Network:
    """Leave days and shelf lives aside: everything that arrives counts."""
    n_products, n_stock = len(network.products), len(network.stock)
    return replace(
        network,
        paths=None,
        lanes=replace(network.lanes, lead_time_days=np.zeros(len(network.lanes), dtype=np.int64)),
        products=replace(
            network.products,
            shelf_life_days=np.full(n_products, NO_LIMIT, dtype=np.int64),
            min_remaining_shelf_life_days=np.zeros(n_products, dtype=np.int64),
        ),
        stock=replace(
            network.stock,
            in_transit_arrival_day=np.zeros(n_stock, dtype=np.int64),
            no_send_before_day=np.zeros(n_stock, dtype=np.int64),
        ),
        lots=no_rows(Lots),
    )
