"""Worlds: the network at some markdowns, with the transfer model of its lines."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.positions import lines_of, positions_at
from optimizer.certificate.settlement import settle
from optimizer.joint.envelopes import envelopes, worth_of
from optimizer.joint.positions import Joint, SharedPrices
from optimizer.model import Solution, benefit
from optimizer.plan import Markdowns, Plan
from optimizer.request import Request
from optimizer.search.flow_network import FlowNetwork, best_flow, flow_network
from optimizer.search.known_plans import most_of_lines
from optimizer.search.pricing import Priced, bounds_by_pricing
from optimizer.search.slope_scaling import Slopes, mended, slope_scaling
from optimizer.search.unit_prices import unit_prices
from optimizer.transfer import TransferModel, build
from optimizer.worth.economics import unit_worth
from optimizer.worth.price_paths import repriced

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_STALLED, _STALL = 2, 1e-3
"""Rounds of slope scaling that gain less than this share, after which it ends: annealing follows."""

_ROUNDS: Final = 8
"""Rounds of slope scaling after which lines are near enough for a turn."""

_PRICED_ROUNDS: Final = 6
"""Rounds of pricing after which prices of units are near enough."""


@dataclass(frozen=True, slots=True)
class World:
    """A network at some markdowns."""

    markdowns: Markdowns
    network: Network
    built: TransferModel


def world_at(joint: Joint, markdowns: Markdowns, shared: SharedPrices) -> World:
    """Reprice a network and build the transfer model of its lines, which pay for what they take of budgets."""
    network = repriced(joint.network, markdowns)
    if not np.any(shared.budget > 0.0) or not len(markdowns):
        return World(markdowns, network, build(network, joint.request))
    single = replace(joint, options=joint.options.only(*_paths_in(network, joint)))
    priced = SharedPrices(shared.budget, np.zeros(len(joint.options)))
    worths = envelopes(single, np.zeros(len(joint)), priced)
    return World(markdowns, network, build(network, joint.request, worth_of(single, worths)))


def _paths_in(network: Network, joint: Joint) -> tuple[Floats, Floats]:
    """Prices and demand shares of every member in a repriced network, shape ``(n_members, T)`` each."""
    choices, options = joint.choices, joint.options
    price = np.repeat(choices.list_price[options.choice][:, None], choices.n_periods, axis=1)
    share = np.repeat(np.arange(1, choices.n_periods + 1)[None, :] / choices.n_periods, len(options), axis=0)
    if network.paths is not None:
        path = network.paths.of_stock[joint.row[joint.first_position[:-1]]]
        own = np.flatnonzero(path >= 0)
        price[own], share[own] = network.paths.price[path[own]], network.paths.demand_share[path[own]]
    return price, share


def lines_in(
    world: World, seconds_left: Callable[[], float], begin: Slopes | None = None
) -> tuple[Solution, Slopes | None]:
    """Find lines of a world by slope scaling, until that stalls.

    Parameters
    ----------
    world : World
    seconds_left : callable
    begin : Slopes, optional
        Of another world, carried to this one.

    Returns
    -------
    solution : Solution
        Of the world's model, not certified.
    slopes : Slopes or None
        Those of the last round, None without any.
    """
    model = world.built.model
    best = Solution(np.zeros(len(model.flows), dtype=np.int64), np.zeros(len(model.switches), dtype=np.int64))
    if not len(model.flows):
        return best, None
    network = flow_network(model, in_packs=True, compiled=True)
    scaling = slope_scaling(model, network, seconds_left=seconds_left, threads=2, begin=begin)
    found, stalled, last, slopes = -np.inf, 0, -np.inf, begin
    for number, scaled in enumerate(scaling):
        worth, slopes = benefit(model, scaled.solution), scaled.slopes
        stalled = stalled + 1 if worth <= last + _STALL * abs(last) else 0
        if worth > found:
            best, found = scaled.solution, worth
        if stalled >= _STALLED or number >= _ROUNDS or seconds_left() <= 0:
            break
        last = worth
    return best, slopes


def lines_again(world: World, network: FlowNetwork, lines: Plan) -> Solution | None:
    """Flow again in a world, no more on any line than in a plan.

    Parameters
    ----------
    world : World
    network : FlowNetwork
        ``flow_network(world.built.model, in_packs=True)``.
    lines : Plan

    Returns
    -------
    Solution or None
        None where no such flow keeps all rules.
    """
    model = world.built.model
    free = np.zeros(len(model.flows) + len(model.increments), dtype=np.int64)
    most = np.minimum(model.flows.most_units, most_of_lines(world.built, lines))
    found = best_flow(network, free, most, threads=2)
    return None if found is None else mended(model, network, found[0], free, most)


def counted_after(world: Network, plan: Plan) -> Ints:
    """Units that count as stock after the lines of a plan, shape ``(n_stock,)``."""
    stock = world.stock
    every = positions_at(world, stock.node.astype(np.int64), stock.sku.astype(np.int64))
    counted = counted_without_plan(world, every)
    if plan.n_lines:
        settled = settle(world, lines_of(world, plan))
        has_row = settled.positions.row >= 0
        counted[settled.positions.row[has_row]] = settled.counted_after[has_row]
    return counted


def prices_of_units(world: World, joint: Joint) -> Floats:
    """Price one more unit at every position of a `Joint` in a world; shape ``(n_positions,)``."""
    model = world.built.model
    flows = flow_network(model, in_packs=False, compiled=True)
    priced = list(itertools.islice(bounds_by_pricing(model, flows), _PRICED_ROUNDS))
    return prices_at(joint, world.network, world.built, flows, priced[-1] if priced else None)


def prices_at(
    joint: Joint, network: Network, built: TransferModel, flows: FlowNetwork, priced: Priced | None
) -> Floats:
    """Read prices of units from a round of pricing; where no flow leads, between two units' worths."""
    worth = unit_worth(network, joint.row)
    price = (worth.worth_of(joint.before) + worth.worth_of(joint.before + 1)) / 2.0
    if priced is None:
        return price
    position = built.model.increments.position
    node, sku = built.position_cell[position].T
    row = network.stock_row(node, sku)
    by_row = np.full(len(network.stock) + 1, np.nan)
    by_row[row] = unit_prices(flows, built.model, priced.price)[position]
    by_row[-1] = np.nan
    found = by_row[joint.row]
    return np.where(np.isnan(found), price, found)


def without_former_plan(request: Request) -> Request:
    """Leave the former plan aside: what it keeps and charges only lowers the objective."""
    return replace(request, former_plan=None)
