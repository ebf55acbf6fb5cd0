"""Bounds on joint plans, and options worth trying, from envelopes at better and better prices of units."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.joint.budget_prices import best_budget_prices
from optimizer.joint.envelopes import envelopes, target_prices, timeless, worth_of, worth_of_options, worth_of_paths
from optimizer.joint.multipliers import carried
from optimizer.joint.positions import Joint, SharedPrices
from optimizer.joint.worlds import prices_at, without_former_plan
from optimizer.search.flow_network import FlowNetwork, flow_network
from optimizer.search.pricing import Multipliers, Priced, bounds_by_pricing
from optimizer.transfer import TransferModel, build

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_FIRST_ROUNDS, _MORE_ROUNDS, _MOST_ROUNDS = 12, 6, 60
"""Rounds of pricing with the first envelopes, how many more with each new set, and with any at most."""

_STALLED_ROUNDS, _ROUND_STALL = 6, 2e-5
"""So many rounds that together lower the bound by less than this share of it, and pricing has stalled."""

_SETTLED, _SETTLED_SETS = 2e-3, 2
"""Prices of budgets that move by no more, money per unit of money, with so many sets in a row, stay from there on."""

_FRESH_STEP: Final = 0.3
"""Least step of pricing with new envelopes: their worths are others, if not by much."""

_STALL: Final = 2e-5
"""New envelopes that lower the bound by less than this share have stalled; so many times in a row, and they end."""
_STALLED: Final = 3


@dataclass(frozen=True, slots=True)
class Step:
    """What a round said."""

    bound: int | None = None
    """Of the objective of any joint plan, money."""
    option: Ints | None = None
    """Best option of every family at new prices of units and budgets, shape ``(n_families,)``; without a bound."""


def best_options(joint: Joint, option_worth: Floats) -> Ints:
    """Option of most worth of every family, counted within the family."""
    first = joint.options.first_option
    of_family = np.repeat(np.arange(len(first) - 1), np.diff(first))
    order = np.lexsort((np.arange(len(option_worth)), -option_worth, of_family))
    return order[first[:-1]] - first[:-1]


def steps_of_bounds(joint: Joint, unit_price: Floats, shared: SharedPrices, seconds: float) -> Iterator[Step]:
    """Yield bounds with the options that are best at the prices of units.

    Parameters
    ----------
    joint : Joint
    unit_price : ndarray of float64, shape (n_positions,)
        To begin with: any are good, those of a good plan are better.
    shared : SharedPrices
        Budgets begin at its prices; targets are priced here.
    seconds : float
    """
    until, least, stalled, most_rounds = time.monotonic() + seconds, np.inf, 0, _FIRST_ROUNDS
    shared, settled = SharedPrices(shared.budget, target_prices(joint)), 0
    network, request = timeless(joint.network), without_former_plan(joint.request)
    before: tuple[TransferModel, Multipliers] | None = None
    while True:
        if settled < _SETTLED_SETS:
            budget = best_budget_prices(joint, unit_price, shared)
            # Where nothing is marked down yet, budgets cost nothing; later they may.
            moved = np.any(np.abs(budget - shared.budget) > _SETTLED) or not np.any(budget > 0.0)
            settled = 0 if moved else settled + 1
            shared = replace(shared, budget=budget)
        worth = worth_of_options(joint, worth_of_paths(joint, unit_price, shared))
        yield Step(option=best_options(joint, worth))
        found = envelopes(joint, unit_price, shared, worth)
        built = build(network, request, worth_of(joint, found))
        flows = flow_network(built.model, in_packs=False, compiled=True)
        begin = None if before is None else carried(before[1], before[0], built)
        best: Priced | None = None
        for priced in _rounds(built, flows, begin, most_rounds, until):
            if best is None or priced.bound < best.bound:
                best = priced
                yield Step(best.bound + found.constant)
        if best is None:
            yield Step(found.constant)
            return
        bound = best.bound + found.constant
        stalled = stalled + 1 if bound > least - _STALL * abs(least) else 0
        if time.monotonic() >= until or stalled >= _STALLED:
            return
        least, most_rounds = min(least, bound), min(most_rounds + _MORE_ROUNDS, _MOST_ROUNDS)
        before = built, best.multipliers._replace(step=max(priced.multipliers.step, _FRESH_STEP))
        unit_price = prices_at(joint, network, built, flows, priced)


def _rounds(
    built: TransferModel, flows: FlowNetwork, begin: Multipliers | None, most: int, until: float
) -> Iterator[Priced]:
    """Price a model until that stalls: new envelopes lower the bound more than many rounds with the old ones."""
    least, since = np.inf, 0
    for number, priced in enumerate(bounds_by_pricing(built.model, flows, begin)):
        yield priced
        if priced.bound < least - _ROUND_STALL * abs(least):
            since = number
        least = min(least, priced.bound)
        if number >= most or number - since >= _STALLED_ROUNDS or time.monotonic() >= until:
            return
