"""The best markdowns of stock that is known: a plan, and a bound that holds with every error of its evaluation."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import Network
from optimizer.clearance.allowed import Trees, trees_of
from optimizer.clearance.budgets import (
    Held,
    Priced,
    at_prices,
    best_prices,
    forgone_by,
    held_by,
    value_by,
    within_budgets,
)
from optimizer.clearance.exact import best_exactly
from optimizer.clearance.options import Options, Units, options_of, units_of
from optimizer.clearance.values import Stocked, most_reached, stocked, values_of_paths
from optimizer.plan import Markdowns, no_markdowns
from optimizer.request import Request
from optimizer.scope import penalty_weights
from optimizer.worth.choices import Choices, choices_of, may_be_marked_down
from optimizer.worth.price_paths import list_paths

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TABLE_NODES: Final = 48
"""Nodes of a table of expected sales: their errors are proved to be a few hundredths of a percent of the benefit."""

_EXACT_SUMS: Final = 3e7
"""Up to so many pairs of a position and the beginning of a path every sum is exact."""

_EVERY_PATH: Final = 400_000
"""Up to so many paths none is left out."""

_POLISH: Final = 0.05
"""Share of the time that a solver gets where it can prove nothing."""

_DECIDING: Final = 0.25
"""Share of the time for deciding at least, however long valuing took: without prices of budgets nothing is proved."""

_NEAR: Final = 1e-5
"""Share of a budget up to which what options forgo is known."""

_REPAIRS: Final = 4
"""Times that a plan is brought within budgets by what its paths forgo exactly."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A hard sell-through target that no allowed path reaches."""

    choice: int
    """Row of the choices."""
    target_units: float
    reachable_units: float


@dataclass(frozen=True, slots=True)
class Clearing:
    """The best markdowns that were found; money as integers of ``10 ** -money_decimals``."""

    markdowns: Markdowns
    """Choices that leave the list price."""
    value: int
    """What they earn over the list price, with prices of targets; up to the rounding of each unit."""
    bound: int
    """No markdowns earn more."""
    forgone: NDArray[np.float64]
    """Margin forgone by budget, shape ``(n_budgets,)``."""
    price: NDArray[np.float64]
    """What a unit of money more in each budget earns, about, shape ``(n_budgets,)``."""
    missed: tuple[Missed, ...]
    """Targets that cannot be met: there are no allowed markdowns."""
    is_feasible: bool
    """The markdowns keep every rule; False: none were found, which is a proof where `missed` says why."""
    seconds: dict[str, float]
    """read (choices and stock), value (paths), decide."""


def clearance(
    network: Network,
    request: Request,
    *,
    choices: Choices | None = None,
    counted_units: Ints | None = None,
    seconds: float = 60.0,
    gap: float = 1e-6,
    n_table: int | None = None,
) -> Clearing:
    """Choose the price paths that earn most for known stock.

    Parameters
    ----------
    network : Network
        Its own `paths` are left aside.
    request : Request
    choices : Choices, optional
        Those of the network, where they are known already.
    counted_units : ndarray of int64, shape (n_stock,), optional
        Units that count as stock after transfers; without lines when left out.
    seconds : float
    gap : float
        Content with (bound - value) / bound.
    n_table : int, optional
        Nodes of the tables of expected sales, 0: every sum is exact; chosen by the size when left out.

    Returns
    -------
    Clearing

    Raises
    ------
    ValueError
        There are too many paths to list.
    """
    began = time.monotonic()
    choices = choices_of(network) if choices is None else choices
    network = replace(network, paths=list_paths(network))
    which, units = units_of(network, choices, may_be_marked_down(network, request, choices))
    trees = trees_of(choices, which)
    of = stocked(network, choices, which, trees, penalty_weights(network, request), units=counted_units)
    read = time.monotonic()
    options = _options(choices, which, units, trees, of, n_table=n_table)
    valued = time.monotonic()
    world = _World(choices, which, units, trees, of, options, held_by(choices, which, units))
    missed = _missed(world)
    priced, chosen = _decided(world, max(began + seconds, valued + _DECIDING * seconds), gap, can=not missed)
    value, forgone = _exactly(world, np.full(len(units), -1) if chosen is None else chosen)
    ended = time.monotonic()
    return Clearing(
        markdowns=no_markdowns() if chosen is None else _markdowns(world, chosen),
        value=round(float(value.sum())),
        bound=int(np.ceil(priced.bound)),
        forgone=world.held.load(forgone),
        price=priced.price,
        missed=missed,
        is_feasible=chosen is not None,
        seconds={"read": read - began, "value": valued - read, "decide": ended - valued},
    )


@dataclass(frozen=True, slots=True)
class _World:
    """Everything that is known before deciding."""

    choices: Choices
    which: Ints
    units: Units
    trees: Trees
    of: Stocked
    options: Options
    held: Held
    exact: dict[bytes, tuple[Floats, Floats]] = field(default_factory=dict)
    """Values of options that were summed exactly before; it takes seconds on the largest networks."""


def _options(choices: Choices, which: Ints, units: Units, trees: Trees, of: Stocked, *, n_table: int | None) -> Options:
    """List the options of all units, exactly where that is quick enough."""
    n_nodes = np.array([len(tree.parent) for tree in trees.tree])[trees.of_choice]
    n_paths = np.array([tree.n_paths for tree in trees.tree])[trees.of_choice]
    if n_table is None:
        n_table = 0 if float(n_nodes @ np.diff(of.first_row)) <= _EXACT_SUMS else TABLE_NODES
    complete = int(n_paths.sum()) <= _EVERY_PATH
    return options_of(choices, which, units, trees, of, n_table=n_table, complete=complete)


def _missed(world: _World) -> tuple[Missed, ...]:
    """List the hard targets of units that no path allows."""
    options, units, of = world.options, world.units, world.of
    stuck = np.flatnonzero((np.diff(options.first_option) == 0) & ~options.may_rest)
    hard = np.isinf(of.target_price) & (of.target >= 0)
    missed = []
    for unit in stuck.tolist():
        members = np.arange(units.first_member[unit], units.first_member[unit + 1])
        for at in members[hard[members]].tolist():
            most = most_reached(of, at, world.trees.tree[world.trees.of_choice[at]])
            missed.append(Missed(int(world.which[at]), float(of.target_units[at]), most))
    return tuple(missed)


def _decided(world: _World, until: float, gap: float, *, can: bool) -> tuple[Priced, Ints | None]:
    """Choose options within budgets, and prove how good the choice is."""
    options, units, held = world.options, world.units, world.held
    if not can:
        return at_prices(options, units, held, np.zeros(len(held.limit))), None
    priced = best_prices(options, units, held, until)
    chosen = _kept(world, priced)
    value = None if chosen is None else float(value_by(options, chosen).sum())
    if value is not None and priced.bound - value <= gap * max(abs(priced.bound), 1.0):
        return priced, chosen
    left = until - time.monotonic()
    # Where paths were left out the solver can better the plan a little, and prove nothing.
    seconds = left if options.complete else _POLISH * left
    found = best_exactly(options, units, held, priced, value, seconds=seconds, gap=gap)
    if found.bound is not None:
        priced = replace(priced, bound=min(priced.bound, found.bound))
    better = None if found.chosen is None else _kept(world, replace(priced, chosen=found.chosen))
    if better is not None and (value is None or value_by(options, better).sum() > value):
        chosen = better
    return priced, chosen


def _kept(world: _World, priced: Priced) -> Ints | None:
    """Bring the choice of some prices within the budgets, by what its paths forgo exactly."""
    held, options = world.held, world.options
    # Each position's margin is rounded once, sums of floats lose some digits.
    n_rows = np.bincount(
        np.repeat(np.arange(len(world.units)), np.diff(world.units.first_member)),
        np.diff(world.of.first_row),
        minlength=len(world.units),
    )
    room = held.load(np.repeat(0.5 * n_rows[:, None], options.forgone.shape[1], axis=1)) + 1e-9 * held.limit
    chosen, off = priced.chosen, np.zeros(len(held.limit))
    best: Ints | None = None
    for _ in range(_REPAIRS):
        moved = within_budgets(
            options, world.units, held, priced, np.maximum(held.limit - off - room, 0.0), chosen=chosen
        )
        if moved is None:
            return best
        load = held.load(_exactly(world, moved)[1])
        if np.all((load <= held.limit - room) | (load == 0.0)):
            best = moved
            missed = load - held.load(forgone_by(options, moved)) - off
            if np.all(np.abs(missed) <= 1.0 + _NEAR * held.limit):
                break
        off, chosen = load - held.load(forgone_by(options, moved)), moved
    return best


def _exactly(world: _World, chosen: Ints) -> tuple[Floats, Floats]:
    """Value chosen options exactly: what each unit earns, and what its parts forgo."""
    key = chosen.tobytes()
    if key not in world.exact:
        world.exact[key] = _summed(world, chosen)
    return world.exact[key]


def _summed(world: _World, chosen: Ints) -> tuple[Floats, Floats]:
    """Sum the values of chosen options, position by position."""
    options, units, of = world.options, world.units, world.of
    member, levels = _levels_of(world, chosen)
    owner = np.repeat(np.arange(len(units)), np.diff(units.first_member))[member]
    value, forgone = values_of_paths(of, member, _demand(world, member, levels), levels)
    parts = np.zeros((len(units), options.forgone.shape[1]))
    np.add.at(parts, (owner, units.part[member]), forgone)
    return np.bincount(owner, value, minlength=len(units)).astype(np.float64), parts


def _levels_of(world: _World, chosen: Ints) -> tuple[Ints, NDArray[np.int8]]:
    """Choices of all units that leave the list price, and their levels by period."""
    options, units = world.options, world.units
    unit = np.flatnonzero(chosen >= 0)
    width = np.diff(units.first_member)[unit]
    _, member = runs(units.first_member[unit], width)
    _, row = runs(options.first_level[chosen[unit]], width)
    return member, options.levels[row]


def _demand(world: _World, member: Ints, levels: NDArray[np.int8]) -> Floats:
    """x_t of choices that leave the list price, with the prices of their groups."""
    of, units, choices = world.of, world.units, world.choices
    at = np.arange(len(member))[:, None]
    multiplier = of.multiplier[member][at, levels]
    owner = np.repeat(np.arange(len(units)), np.diff(units.first_member))[member]
    joint = units.joint[owner]
    if joint.any():
        # All members of a joint unit are listed: those that keep the list price are level 0.
        price = np.where(of.price[member] > 0.0, of.price[member], 1.0)
        logs = np.where(joint[:, None], np.log(price / price[:, :1])[at, levels], 0.0)
        total = np.zeros((len(units), logs.shape[1]))
        np.add.at(total, owner, logs)
        cross = np.append(choices.cross_elasticity, 0.0)[choices.group[world.which[member]]]
        power = np.where(joint, cross / np.maximum(np.diff(units.first_member)[owner] - 1, 1), 0.0)
        multiplier = multiplier * np.exp(power[:, None] * (total[owner] - logs))
    return np.asarray(np.cumsum(of.season[member] * multiplier, axis=1))


def _markdowns(world: _World, chosen: Ints) -> Markdowns:
    """Write chosen options as columns of a plan."""
    member, levels = _levels_of(world, chosen)
    marked = levels.any(axis=1)
    member, levels = member[marked], levels[marked]
    row = world.which[member]
    order = np.argsort(row)
    price = world.trees.price[member][np.arange(len(member))[:, None], levels]
    row = row[order]
    return Markdowns(world.choices.sku[row], world.choices.zone[row], price[order])
