"""Bounds on joint plans, and options worth trying, from envelopes at better and better prices of units."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.joint.envelopes import envelopes, forgone_by_budget, target_prices, timeless, worth_of, worth_of_options
from optimizer.joint.multipliers import carried
from optimizer.joint.positions import Joint, SharedPrices
from optimizer.joint.worlds import prices_at, without_former_plan
from optimizer.search.flow_network import flow_network
from optimizer.search.pricing import Multipliers, Priced, bounds_by_pricing
from optimizer.transfer import TransferModel, build

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_FIRST_ROUNDS, _MORE_ROUNDS, _MOST_ROUNDS = 12, 6, 60
"""Rounds of pricing with the first envelopes, how many more with each new set, and with any at most."""

_FIRST_STEP, _SHORTER = 0.15, 0.8
"""First step of a budget's price where it is overspent twice, and by what steps shrink where that did not help."""

_FRESH_STEP: Final = 0.3
"""Least step of pricing with new envelopes: their worths are others, if not by much."""

_STALL: Final = 2e-5
"""New envelopes that lower the bound by less than this share have stalled; so many times in a row, and they end."""
_STALLED: Final = 3


@dataclass(frozen=True, slots=True)
class Step:
    """What one set of envelopes gave."""

    bound: int
    """Of the objective of any joint plan, money."""
    option: Ints | None = None
    """Best option of every family at the prices of units, shape ``(n_families,)``; with the last bound of a set."""


def best_options(joint: Joint, option_worth: Floats) -> Ints:
    """Option of most worth of every family, counted within the family."""
    first = joint.options.first_option
    of_family = np.repeat(np.arange(len(first) - 1), np.diff(first))
    order = np.lexsort((np.arange(len(option_worth)), -option_worth, of_family))
    return order[first[:-1]] - first[:-1]


class _BudgetPrices:
    """Prices of budgets: one that would be overspent costs more, another less.

    Subgradient steps on the Lagrangian dual, one with each set of envelopes; the best prices are gone on from.
    """

    def __init__(self, joint: Joint, shared: SharedPrices) -> None:
        self._joint, self.shared = joint, shared
        self._amount = np.maximum(joint.choices.budget_amount.astype(np.float64), 1.0)
        self._step, self._least = _FIRST_STEP, np.inf

    def learn(self, unit_price: Floats, option: Ints, bound: float) -> None:
        """Take a step, after the bound that the present prices gave."""
        if not len(self._amount):
            return
        if bound >= self._least:
            self._step *= _SHORTER
        self._least = min(bound, self._least)
        forgone = forgone_by_budget(self._joint, unit_price, self.shared, option)
        over = np.clip(forgone / self._amount - 1.0, -1.0, 1.0)
        self.shared = replace(self.shared, budget=np.maximum(self.shared.budget + self._step * over, 0.0))


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
    until, least, stalled, rounds = time.monotonic() + seconds, np.inf, 0, _FIRST_ROUNDS
    budgets = _BudgetPrices(joint, SharedPrices(shared.budget, target_prices(joint)))
    network, request = timeless(joint.network), without_former_plan(joint.request)
    before: tuple[TransferModel, Multipliers] | None = None
    while True:
        worth = worth_of_options(joint, unit_price, budgets.shared)
        found = envelopes(joint, unit_price, budgets.shared, worth)
        option = best_options(joint, worth)
        built = build(network, request, worth_of(joint, found))
        flows = flow_network(built.model, in_packs=False, compiled=True)
        begin = None if before is None else carried(before[1], before[0], built)
        best: Priced | None = None
        for number, priced in enumerate(bounds_by_pricing(built.model, flows, begin)):
            if best is None or priced.bound < best.bound:
                best = priced
                yield Step(priced.bound + found.constant)
            if number >= rounds or time.monotonic() >= until:
                break
        if best is None:
            yield Step(found.constant, option)
            return
        bound = best.bound + found.constant
        yield Step(bound, option)
        stalled = stalled + 1 if bound > least - _STALL * abs(least) else 0
        if time.monotonic() >= until or stalled >= _STALLED:
            return
        least, rounds = min(least, bound), min(rounds + _MORE_ROUNDS, _MOST_ROUNDS)
        before = built, best.multipliers._replace(step=max(priced.multipliers.step, _FRESH_STEP))
        budgets.learn(unit_price, option, bound)
        unit_price = prices_at(joint, network, built, flows, priced)
