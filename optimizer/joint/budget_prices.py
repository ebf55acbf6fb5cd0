"""Prices of budgets at which all options within them are about as good as the budgets allow, for given prices of units.

At prices of units and budgets every family takes its best option; what all of them earn there, with the budgets sold at
their prices, bounds every joint plan (a Lagrangian relaxation). How much an option forgoes is by how much less it is
worth where forgone money costs a little more. With that the bound is a sum of maxima, which a quasi-Newton method makes
least once it is smoothed by a temperature (as in `optimizer.clearance.budgets`); units that change with the prices are
left to the next time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from optimizer.joint.envelopes import worth_of_options, worth_of_paths
from optimizer.joint.positions import Joint, SharedPrices

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DEARER: Final = 0.01
"""By how much more a unit of forgone money costs where it is seen what options forgo."""

_HEAT: Final = 0.01
"""Temperature, as a share of what a family with markdowns earns by them in the mean."""

_STEPS: Final = 60
"""Steps of the quasi-Newton method."""


def best_budget_prices(joint: Joint, unit_price: Floats, shared: SharedPrices) -> Floats:
    """Search the prices of budgets with the least bound at prices of units.

    Parameters
    ----------
    joint : Joint
    unit_price : ndarray of float64, shape (n_positions,)
    shared : SharedPrices
        Where the search begins.

    Returns
    -------
    ndarray of float64, shape (n_budgets,)
        Money per unit of money that markdowns forgo, at least 0.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 (imported when there are budgets)

    if not len(shared.budget) or not len(joint):
        return shared.budget
    bound = _bound_near(joint, unit_price, shared)
    gain = bound.gain()
    if not np.any(gain > 0.0):
        return shared.budget
    heat, scale = _HEAT * float(gain[gain > 0.0].mean()), float(gain.sum())

    def smooth(price: Floats) -> tuple[float, Floats]:
        value, slope = bound.at(price, heat)
        return value / scale, slope / scale

    answer = minimize(
        smooth,
        shared.budget,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(shared.budget),
        options={"maxiter": _STEPS},
    )
    return np.maximum(answer.x, 0.0)


@dataclass(frozen=True, slots=True)
class _Bound:
    """What all families earn, as a function of prices of budgets near those it was seen at."""

    seen_at: Floats
    """Prices of budgets, shape ``(n_budgets,)``."""
    amount: Floats
    worth: Floats
    """Of every option at `seen_at`, money, shape ``(n_options,)``."""
    first_option: Ints
    option_of_path: Ints
    forgone: Floats
    """By every path of every member, money, shape ``(n_paths,)``."""
    member_of_path: Ints
    held: Ints
    """Members in budgets, shape ``(n_held,)``."""
    budget: Ints
    """The budget that each of `held` is in."""

    def gain(self) -> Floats:
        """Say what every family earns by markdowns, shape ``(n_families,)``."""
        first = self.first_option[:-1]
        return np.asarray(np.maximum.reduceat(self.worth, first) - self.worth[first])

    def at(self, price: Floats, heat: float) -> tuple[float, Floats]:
        """Return the bound at prices, with every maximum smoothed, and its derivative by the prices."""
        first = self.first_option[:-1]
        n_members = int(self.member_of_path[-1]) + 1
        dearer = np.bincount(self.held, weights=(price - self.seen_at)[self.budget], minlength=n_members)
        paid = self.forgone * dearer[self.member_of_path]
        worth = self.worth - np.bincount(self.option_of_path, weights=paid, minlength=len(self.worth))
        best, count = np.maximum.reduceat(worth, first), np.diff(self.first_option)
        weight = np.exp((worth - np.repeat(best, count)) / heat)
        weights = np.add.reduceat(weight, first)
        chance = weight / np.repeat(weights, count)
        load = np.bincount(self.member_of_path, weights=self.forgone * chance[self.option_of_path], minlength=n_members)
        spent = np.bincount(self.budget, weights=load[self.held], minlength=len(self.amount))
        value = float((best + heat * np.log(weights)).sum() + price @ self.amount)
        return value, self.amount - spent


def _bound_near(joint: Joint, unit_price: Floats, shared: SharedPrices) -> _Bound:
    """See what options are worth and forgo at prices."""
    options, choices = joint.options, joint.choices
    worth = worth_of_paths(joint, unit_price, shared)
    dearer = worth_of_paths(joint, unit_price, shared, dearer=_DEARER)
    held, at = runs(choices.first_budget[options.choice], np.diff(choices.first_budget)[options.choice])
    return _Bound(
        seen_at=shared.budget,
        amount=choices.budget_amount.astype(np.float64),
        worth=worth_of_options(joint, worth),
        first_option=options.first_option,
        option_of_path=options.option_of_path,
        forgone=(worth - dearer) / _DEARER,
        member_of_path=np.repeat(np.arange(len(options)), np.diff(options.first_path)),
        held=held,
        budget=choices.budget[at],
    )
