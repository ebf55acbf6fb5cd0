"""The best options of all units within budgets: prices of forgone margin for the bound, moves of units for the plan.

Every budget gets a price at least 0; at prices every unit decides alone, and what all of them earn, with the budgets
sold at their prices, is a bound. The prices that make it least are found by a quasi-Newton method on the bound smoothed
by a falling temperature; the plan of the last prices is repaired and improved unit by unit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from optimizer.clearance.options import Options, Units
from optimizer.worth.choices import Choices

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_HEATS: Final = (0.3, 0.03, 0.003, 0.0003)
"""Temperatures, as shares of what a unit earns without budgets in the mean."""

_STEPS: Final = 100
"""Steps of the quasi-Newton method at each temperature."""


_MOVED_OPTIONS: Final = 1e8
"""Options that moves of single units look at in all, as far as that leaves `_FEWEST_MOVES`."""

_FEWEST_MOVES, _MOST_MOVES = 100, 2000
_LEAST_GAIN: Final = 1e-8
"""A move that earns less than this share of all is not made for its own sake."""

_RAISES: Final = 60
_NEARLY, _LARGEST_RAISE, _SMALLEST_PRICE = 0.003, 0.2, 0.002
"""A budget that is overspent by more than this share costs more by the share, this at most, and this besides."""


@dataclass(frozen=True, slots=True)
class Held:
    """Which budgets hold which part of which unit, sorted by unit, shape ``(n_held,)`` each."""

    first: Ints
    """Where those of each unit begin, shape ``(n_units + 1,)``."""
    unit: Ints
    part: Ints
    budget: Ints
    limit: Floats
    """Money, shape ``(n_budgets,)``."""

    def prices(self, price: Floats, n_parts: int) -> Floats:
        """Prices of forgone margin for the parts of every unit, shape ``(n_units, n_parts)``."""
        result = np.zeros((len(self.first) - 1, n_parts))
        np.add.at(result, (self.unit, self.part), price[self.budget])
        return result

    def load(self, forgone: Floats) -> Floats:
        """Sum by budget what the parts of units forgo, given in shape ``(n_units, n_parts)``."""
        load = np.bincount(self.budget, forgone[self.unit, self.part], minlength=len(self.limit))
        return load.astype(np.float64)


def held_by(choices: Choices, which: Ints, units: Units) -> Held:
    """Say which budgets hold which units; budgets that hold none are left out of the sums."""
    owner = np.repeat(np.arange(len(units)), np.diff(units.first_member))
    count = np.diff(choices.first_budget)[which]
    member, at = runs(choices.first_budget[which], count)
    rows = np.column_stack([owner[member], units.part[member], choices.budget[at]])
    rows = np.unique(rows, axis=0) if len(rows) else rows.reshape(0, 3).astype(np.int64)
    first = np.searchsorted(rows[:, 0], np.arange(len(units) + 1))
    limit = choices.budget_amount.astype(np.float64)
    return Held(first.astype(np.int64), rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy(), limit)


@dataclass(frozen=True, slots=True)
class Priced:
    """What prices of budgets say."""

    price: Floats
    """Of a unit of forgone margin, shape ``(n_budgets,)``."""
    bound: float
    """Money; holds with every error of the options' values."""
    chosen: Ints
    """Best option of every unit, -1: the list price, shape ``(n_units,)``."""


def at_prices(options: Options, units: Units, held: Held, price: Floats) -> Priced:
    """Let every unit decide at prices of the budgets."""
    worth, option, unit_price = _alone(options, held, price)
    error = options.error + (unit_price * options.forgone_error[:, None]).sum(axis=1)
    marked, _ = _decided(worth, units, options.may_rest)
    _, most = _decided(worth + error, units, options.may_rest)
    chosen = np.where(marked, option, -1)
    return Priced(price, float(most + price @ held.limit), chosen)


def _alone(options: Options, held: Held, price: Floats) -> tuple[Floats, Ints, Floats]:
    """Best worth and option of every unit when it is marked down, and its prices."""
    from optimizer.clearance import best_options as compiled  # noqa: PLC0415 (loads a compiler)

    unit_price = held.prices(price, options.forgone.shape[1])
    worth, option = np.empty(len(options.error)), np.empty(len(options.error), dtype=np.int64)
    compiled.best_of(options.first_option, options.value, options.forgone, unit_price, worth, option)
    return worth, option, unit_price


def _decided(worth: Floats, units: Units, may_rest: Flags) -> tuple[Flags, float]:
    """Which units are marked down, for what each earns when it is; and what all of it earns."""
    alone = units.pack < 0
    marked = alone & ((worth > 0.0) | ~may_rest) & (worth > -np.inf)
    total = float(worth[marked].sum())
    packed = np.flatnonzero(~alone)
    if not len(packed):
        return marked, total
    pack, n_packs = units.pack[packed], len(units.pack_is_all)
    forced = ~may_rest[packed]
    must = np.bincount(pack[forced], minlength=n_packs) > 0
    sums = np.bincount(pack, np.maximum(worth[packed], -1e300), minlength=n_packs)
    every = units.pack_is_all & ((sums > 0.0) | must)
    best = np.full(n_packs, -np.inf)
    # A unit that must be marked down is the one of its pack.
    of_unit = np.where(forced | ~must[pack], worth[packed], -np.inf)
    np.maximum.at(best, pack, of_unit)
    one = ~units.pack_is_all & ((best > 0.0) | must) & (best > -np.inf)
    is_best = np.flatnonzero(one[pack] & (of_unit == best[pack]))
    leader = is_best[np.unique(pack[is_best], return_index=True)[1]]
    chosen = every[pack] & (worth[packed] > -np.inf)
    chosen[leader] = True
    marked[packed] = chosen
    return marked, total + float(worth[packed[chosen]].sum())


def best_prices(options: Options, units: Units, held: Held, until: float) -> Priced:
    """Search the prices of budgets with the least bound, until a time of the monotonic clock."""
    from scipy.optimize import minimize  # noqa: PLC0415 (imported when there are budgets)

    price = np.zeros(len(held.limit))
    best = at_prices(options, units, held, price)
    worth, _, _ = _alone(options, held, price)
    gains = np.maximum(worth, 0.0)
    if not len(held.unit) or not gains.any():
        return best
    scale, usual = float(gains.sum()), float(gains[gains > 0.0].mean())
    for share in _HEATS:
        if time.monotonic() >= until:
            break

        def smooth(price: Floats, heat: float = share * usual) -> tuple[float, Floats]:
            if time.monotonic() >= until:
                raise _OutOfTimeError
            total, slope = _smoothed(options, units, held, price, heat)
            return total / scale, slope / scale

        try:
            answer = minimize(
                smooth,
                best.price,
                jac=True,
                method="L-BFGS-B",
                bounds=[(0.0, None)] * len(price),
                options={"maxiter": _STEPS},
            )
        except _OutOfTimeError:
            break
        found = at_prices(options, units, held, np.maximum(answer.x, 0.0))
        best = found if found.bound < best.bound else best
    return best


class _OutOfTimeError(Exception):
    pass


def _smoothed(options: Options, units: Units, held: Held, price: Floats, heat: float) -> tuple[float, Floats]:
    """Bound at prices, with every maximum smoothed, and its derivative by the prices."""
    from optimizer.clearance import best_options as compiled  # noqa: PLC0415 (loads a compiler)

    n_units, n_parts = len(options.error), options.forgone.shape[1]
    worth, usage = np.empty(n_units), np.empty((n_units, n_parts))
    unit_price = held.prices(price, n_parts)
    compiled.smoothed(options.first_option, options.value, options.forgone, unit_price, heat, worth, usage)
    total, share = _shares(worth, units, options.may_rest, heat)
    slope = held.limit - held.load(usage * share[:, None])
    return total + float(price @ held.limit), slope


def _shares(worth: Floats, units: Units, may_rest: Flags, heat: float) -> tuple[float, Floats]:
    """Smoothed worth of all units, and how much each is marked down."""
    from scipy.special import expit  # noqa: PLC0415 (imported when there are budgets)

    alone = units.pack < 0
    heated = np.maximum(worth, -1e300) / heat
    total = np.logaddexp(0.0, heated) * heat
    share = expit(heated)
    forced = alone & ~may_rest
    total[forced], share[forced] = np.maximum(worth[forced], -1e300), 1.0
    packed = np.flatnonzero(~alone)
    result = float(total[alone].sum())
    if len(packed):
        pack, n_packs = units.pack[packed], len(units.pack_is_all)
        must = np.bincount(pack[~may_rest[packed]], minlength=n_packs) > 0
        in_all = units.pack_is_all[pack]
        sums = np.bincount(pack, heated[packed], minlength=n_packs)
        own = np.where(must[pack] & may_rest[packed], -np.inf, heated[packed])
        top = np.where(must, -np.inf, 0.0)
        np.maximum.at(top, pack, own)
        top = np.maximum(top, -1e300)
        weight = np.exp(own - top[pack])
        weights = np.bincount(pack, weight, minlength=n_packs) + np.where(must, 0.0, np.exp(-top))
        whole = np.where(
            units.pack_is_all, np.where(must, sums, np.logaddexp(0.0, sums)), top + np.log(np.maximum(weights, 1e-300))
        )
        of_all = np.where(must, 1.0, expit(sums))
        share[packed] = np.where(in_all, of_all[pack], weight / np.maximum(weights[pack], 1e-300))
        result += float(whole.sum()) * heat
    return result, share


def within_budgets(
    options: Options, units: Units, held: Held, priced: Priced, limit: Floats, *, chosen: Ints
) -> Ints | None:
    """Raise prices of what is overspent, then move units one by one until budgets hold and no move earns much more.

    Parameters
    ----------
    options : Options
    units : Units
    held : Held
    priced : Priced
        What slack is worth meanwhile.
    limit : ndarray of float64, shape (n_budgets,)
        Money.
    chosen : ndarray of int64, shape (n_units,)
        Options to start from.

    Returns
    -------
    ndarray of int64, shape (n_units,), or None
        None where no way was found.
    """
    from optimizer.clearance import best_options as compiled  # noqa: PLC0415 (loads a compiler)

    if not len(held.unit):
        return chosen
    unit_price = held.prices(priced.price, options.forgone.shape[1])
    all_or_none = np.append(units.pack_is_all, False)[units.pack]
    most_moves = int(np.clip(_MOVED_OPTIONS / max(len(options.value), 1), _FEWEST_MOVES, _MOST_MOVES))
    least_gain = _LEAST_GAIN * float(np.abs(value_by(options, chosen)).sum())
    chosen = _brought_under(options, units, held, replace(priced, chosen=chosen), limit)
    for some in (chosen, np.where((units.pack >= 0) & options.may_rest, -1, chosen)):
        moved = some.copy()
        load = held.load(forgone_by(options, moved))
        holds = compiled.move(
            options.first_option,
            options.value,
            options.forgone,
            unit_price,
            priced.price,
            held.first,
            held.part,
            held.budget,
            load,
            limit,
            moved,
            options.may_rest & ~all_or_none,
            units.pack < 0,
            most_moves,
            least_gain,
        )
        if holds:
            return moved
    return None


def _brought_under(options: Options, units: Units, held: Held, start: Priced, limit: Floats) -> Ints:
    """Let units decide at higher prices of overspent budgets until none is spent much over."""
    price, chosen = start.price, start.chosen
    for _ in range(_RAISES):
        over = held.load(forgone_by(options, chosen)) / np.maximum(limit, 1.0) - 1.0
        if not np.any(over > _NEARLY):
            break
        raised = price * (1.0 + np.clip(over, 0.0, _LARGEST_RAISE)) + _SMALLEST_PRICE
        price = np.where(over > 0.0, raised, price)
        chosen = at_prices(options, units, held, price).chosen
    return chosen


def forgone_by(options: Options, chosen: Ints) -> Floats:
    """Margin that chosen options forgo, by unit and part."""
    forgone = np.zeros((len(chosen), options.forgone.shape[1]))
    marked = np.flatnonzero(chosen >= 0)
    forgone[marked] = options.forgone[chosen[marked]]
    return forgone


def value_by(options: Options, chosen: Ints) -> Floats:
    """Money that chosen options earn, by unit."""
    value = np.zeros(len(chosen))
    marked = np.flatnonzero(chosen >= 0)
    value[marked] = options.value[chosen[marked]]
    return value
