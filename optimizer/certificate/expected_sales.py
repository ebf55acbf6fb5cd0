"""What choices sell by period after a plan's lines, what margin that forgoes, and by how much targets are missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import Network
from optimizer.certificate.priced_plan import PricedPlan
from optimizer.certificate.settlement import Settlement
from optimizer.worth.choices import Choices
from optimizer.worth.path_worth import prices_of, whole_money
from optimizer.worth.price_paths import sold_until, units_before_by_period

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NO_SHORTFALL = 1e-9
"""A target that is missed by so few units is met."""


def last_days(network: Network) -> Ints:
    """Last day of each period, shape ``(T,)``."""
    return np.asarray(-(-np.arange(1, network.periods + 1) * network.horizon_days // network.periods) - 1)


def forgone_margin(priced: PricedPlan, settlement: Settlement) -> Ints:
    """Add up the margin that each choice forgoes after the plan, in money units, shape ``(n_choices,)``."""
    network, choices = priced.world, priced.choices
    forgone = np.zeros(len(choices), dtype=np.int64)
    owner, row = _rows_of(choices, priced.markdown)
    if not len(row):
        return forgone
    price = prices_of(network, row)
    list_price = network.products.list_price[network.stock.sku[row]]
    # Summed by parts: what is sold by the end of a period counts with the fall of the price behind it.
    weight = np.column_stack([price[:, 1:] - price[:, :-1], list_price - price[:, -1]])
    sold = sold_until(network, row, units_by_period(network, settlement, row), weight != 0.0)
    margin = whole_money((weight * sold).sum(axis=1) * 10.0**network.money_decimals)
    np.add.at(forgone, owner, margin)
    return forgone


def units_by_period(network: Network, settlement: Settlement, rows: Ints) -> Ints:
    """Y_t: units of positions that count after the plan and are there by the end of each period, shape ``(n, T)``."""
    there = units_before_by_period(network, rows)
    place = _place_of(network, settlement, rows)
    touched = np.flatnonzero(place >= 0)
    if len(touched):
        for period, day in enumerate(last_days(network).tolist()):
            counting = settlement.counting_by(network, np.full(len(settlement.positions), day))
            there[touched, period] = counting.units[place[touched]]
    return there


@dataclass(frozen=True, slots=True)
class Targets:
    """Sell-through targets of choices, shape ``(n_targets,)`` each."""

    choice: Ints
    share: Floats
    period: Ints
    """From 0."""
    price: Floats
    """Currency per unit, NaN: hard."""

    def __len__(self) -> int:
        return len(self.choice)


def targets_of(network: Network, choices: Choices) -> Targets:
    """Read the targets of all choices that have one."""
    rules = network.clearance_rules
    share = np.append(rules.sell_through_share, np.nan)[choices.rule]
    choice = np.flatnonzero(~np.isnan(share))
    period = np.minimum(np.append(rules.sell_through_by_period, NO_LIMIT)[choices.rule[choice]], network.periods) - 1
    return Targets(choice, share[choice], period, np.append(rules.sell_through_price, np.nan)[choices.rule[choice]])


@dataclass(frozen=True, slots=True)
class Shortfalls:
    """How far targets are from being met, shape ``(n_targets,)`` each."""

    targets: Targets
    there: Ints
    """Units that count by then."""
    sold: Floats

    @property
    def units(self) -> Floats:
        """Units missed; 0 where the target is met."""
        return shortfall(self.targets.share, self.there, self.sold)

    def charge(self, money_decimals: int) -> int:
        """Price of all that is missed, in money units; hard targets have none."""
        return int(charge_of(self.targets.price, self.units, money_decimals).sum())


def shortfall(share: Floats, there: Ints, sold: Floats) -> Floats:
    """Units missed of targets."""
    missed = share * there - sold
    return np.where(missed > _NO_SHORTFALL, missed, 0.0)


def charge_of(price: Floats, missed: Floats, money_decimals: int) -> Ints:
    """Money units of missed units, each target's rounded once."""
    return whole_money(np.nan_to_num(price, nan=0.0) * missed * 10.0**money_decimals)


def shortfalls(network: Network, choices: Choices, targets: Targets, settlement: Settlement | None) -> Shortfalls:
    """Add up what choices with a target have and sell under a network's paths.

    Parameters
    ----------
    network : Network
        With the paths to look at.
    choices : Choices
    targets : Targets
    settlement : Settlement or None
        Of a plan's lines; None: before them.
    """
    owner, row = _rows_of(choices, targets.choice, by_place=True)
    there = units_before_by_period(network, row) if settlement is None else units_by_period(network, settlement, row)
    period = targets.period[owner]
    asked = np.arange(network.periods) == period[:, None]
    sold = sold_until(network, row, there, asked)[np.arange(len(row)), period]
    units = np.maximum(there[np.arange(len(row)), period], 0)
    return Shortfalls(
        targets,
        np.bincount(owner, weights=units, minlength=len(targets)).astype(np.int64),
        np.bincount(owner, weights=sold, minlength=len(targets)).astype(np.float64),
    )


def charge_without_lines(priced: PricedPlan, settlement: Settlement, found: Shortfalls) -> Ints:
    """Return what leaving out each line alone adds to the price of missed targets, in money units, shape (n_lines,)."""
    network, targets, decimals = priced.world, found.targets, priced.world.money_decimals
    charge = charge_of(targets.price, found.units, decimals)
    target = _target_of_ends(priced, settlement, targets)
    there, sold = _without_each_line(network, settlement, target, targets)
    added = np.zeros(target.shape[1], dtype=np.int64)
    same = target[0] == target[1]
    for end in (0, 1):
        # Where both ends are of one choice, their changes count together, once.
        line = np.flatnonzero((target[end] >= 0) & ~(same & (end == 1)))
        at, both = target[end, line], same[line]
        more_there = there[end, line] + np.where(both, there[1 - end, line], 0)
        more_sold = sold[end, line] + np.where(both, sold[1 - end, line], 0.0)
        missed = shortfall(targets.share[at], found.there[at] + more_there, found.sold[at] + more_sold)
        added[line] += charge_of(targets.price[at], missed, decimals) - charge[at]
    return added


def _target_of_ends(priced: PricedPlan, settlement: Settlement, targets: Targets) -> Ints:
    """Targets with a price at the origin and the destination of each line, -1: none, shape ``(2, n_lines)``."""
    of_row = np.full(len(priced.world.stock) + 1, -1, dtype=np.int64)
    owner, row = _rows_of(priced.choices, targets.choice, by_place=True)
    of_row[row] = np.where(np.isnan(targets.price), -1, np.arange(len(targets)))[owner]
    of_position = of_row[settlement.positions.row]
    return np.stack([of_position[settlement.from_position], of_position[settlement.to_position]])


def _without_each_line(network: Network, settlement: Settlement, target: Ints, targets: Targets) -> tuple[Ints, Floats]:
    """By how much the units there and sold change at both ends of each line without it, shape ``(2, n_lines)``."""
    position = np.concatenate([settlement.from_position, settlement.to_position])
    end = np.flatnonzero(target.reshape(-1) >= 0)
    period = np.zeros(len(settlement.positions), dtype=np.int64)
    period[position[end]] = targets.period[target.reshape(-1)[end]]
    counting = settlement.counting_by(network, last_days(network)[period])
    there, sold = np.zeros(len(position), dtype=np.int64), np.zeros(len(position))
    row, until = settlement.positions.row[position[end]], period[position[end]]
    asked = np.arange(network.periods) == until[:, None]
    with_line, without = counting.units[position[end]], settlement.counted_without_line(counting)[end]
    for sign, units in ((-1, with_line), (1, without)):
        there[end] += sign * np.maximum(units, 0)
        every = np.repeat(units[:, None], network.periods, axis=1)
        sold[end] += sign * sold_until(network, row, every, asked).sum(axis=1)
    return there.reshape(2, -1), sold.reshape(2, -1)


def tied_by_prices(priced: PricedPlan) -> Flags:
    """Mark stock rows whose units a sell-through target counts, or a budget of margin; shape ``(n_stock,)``."""
    choices, tied = priced.choices, np.zeros(len(priced.world.stock), dtype=np.bool_)
    budgeted = priced.markdown[np.diff(choices.first_budget)[priced.markdown] > 0]
    for which in (targets_of(priced.world, choices).choice, budgeted):
        tied[_rows_of(choices, which)[1]] = True
    return tied


def _rows_of(choices: Choices, which: Ints, *, by_place: bool = False) -> tuple[Ints, Ints]:
    """Stock rows of choices, and the choice of each; or its place among those asked about."""
    first = choices.first_row[which]
    owner, at = runs(first, choices.first_row[which + 1] - first)
    return (owner if by_place else which[owner]), choices.rows[at]


def _place_of(network: Network, settlement: Settlement, rows: Ints) -> Ints:
    """Positions of a settlement at stock rows, -1 where no line starts or ends."""
    place = np.full(len(network.stock) + 1, -1, dtype=np.int64)
    place[settlement.positions.row] = np.arange(len(settlement.positions))
    place[-1] = -1
    return place[rows]
