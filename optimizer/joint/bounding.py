"""Bounds on joint plans, and options worth trying, from envelopes at better and better prices of units."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.joint.envelopes import envelopes, forgone_by_budget, target_prices, timeless, worth_of, worth_of_options
from optimizer.joint.positions import Joint, SharedPrices
from optimizer.joint.worlds import prices_at, without_former_plan
from optimizer.search.flow_network import flow_network
from optimizer.search.pricing import bounds_by_pricing
from optimizer.transfer import build

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_FIRST_ROUNDS, _MORE_ROUNDS, _MOST_ROUNDS = 12, 6, 60
"""Rounds of pricing with the first envelopes, how many more with each new set, and with any at most."""

_BUDGET_ROUNDS: Final = 4
"""Rounds of better prices of budgets before new envelopes."""

_FIRST_STEP, _SHORTER = 0.15, 0.6
"""First step of a budget's price where it is overspent twice, and by what steps shrink."""

_STALL: Final = 2e-5
"""New envelopes that lower the bound by less than this share are the last."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one set of envelopes gave."""

    bound: int
    """Of the objective of any joint plan, money."""
    budget: Floats
    """Prices of budgets, shape ``(n_budgets,)``."""
    option: Ints
    """Best option of every family at the prices of units, shape ``(n_families,)``."""


def best_options(joint: Joint, option_worth: Floats) -> Ints:
    """Option of most worth of every family, counted within the family."""
    first = joint.options.first_option
    of_family = np.repeat(np.arange(len(first) - 1), np.diff(first))
    order = np.lexsort((np.arange(len(option_worth)), -option_worth, of_family))
    return order[first[:-1]] - first[:-1]


def budget_prices(joint: Joint, unit_price: Floats, shared: SharedPrices, *, rounds: int, until: float) -> SharedPrices:
    """Improve prices of budgets at prices of units: a budget that would be overspent costs more, another less.

    Subgradient steps on the Lagrangian dual, each as long as the step before or shorter; the best prices are kept.
    """
    amount = np.maximum(joint.choices.budget_amount.astype(np.float64), 1.0)
    best, least, step = shared, np.inf, _FIRST_STEP
    for _ in range(rounds):
        worth = worth_of_options(joint, unit_price, shared)
        option = best_options(joint, worth)
        dual = float(worth[joint.options.first_option[:-1] + option].sum() + shared.budget @ amount)
        if dual < least:
            best, least = shared, dual
        else:
            step *= _SHORTER
        if time.monotonic() >= until:
            break
        forgone = forgone_by_budget(joint, unit_price, shared, option)
        over = np.clip(forgone / amount - 1.0, -1.0, 1.0)
        shared = SharedPrices(np.maximum(shared.budget + step * over, 0.0), shared.target)
    return best


def steps_of_bounds(joint: Joint, unit_price: Floats, shared: SharedPrices, seconds: float) -> Iterator[Step]:
    """Yield bounds with the options that are best at the prices of units.

    Parameters
    ----------
    joint : Joint
    unit_price : ndarray of float64, shape (n_positions,)
        To begin with: any are good, those of a good plan are better.
    shared : SharedPrices
    seconds : float
    """
    until, behind, rounds = time.monotonic() + seconds, np.inf, _FIRST_ROUNDS
    shared = SharedPrices(shared.budget, target_prices(joint))
    network, request = timeless(joint.network), without_former_plan(joint.request)
    while True:
        if len(joint.choices.budget_amount):
            shared = budget_prices(joint, unit_price, shared, rounds=_BUDGET_ROUNDS, until=until)
        found = envelopes(joint, unit_price, shared)
        built = build(network, request, worth_of(joint, found))
        flows = flow_network(built.model, in_packs=False, compiled=True)
        option = best_options(joint, found.option_worth)
        best, last = np.inf, None
        for number, last in enumerate(bounds_by_pricing(built.model, flows)):
            if last.bound < best:
                best = last.bound
                yield Step(int(best) + found.constant, shared.budget, option)
            if number >= rounds or time.monotonic() >= until:
                break
        if last is None:
            yield Step(found.constant, shared.budget, option)
            return
        if time.monotonic() >= until or best + found.constant > behind - _STALL * abs(behind):
            return
        behind, rounds = best + found.constant, min(rounds + _MORE_ROUNDS, _MOST_ROUNDS)
        unit_price = prices_at(joint, network, built, flows, last)
