"""Exact numbers of the model: rounded money and weights, what a position may give, how much may arrive late."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

from tests.oracle.asked import NEVER
from tests.oracle.demand import exceeding, expected_least
from tests.oracle.directory import Alert, Directory, Key, Lane, Position, PricePath, Product

WEIGHT_DECIMALS = 6

NEARLY_WHOLE = Fraction(1, 10**9)
"""An expectation this close to a whole number is that number."""


def money(directory: Directory, amount: Fraction) -> int:
    """An amount of currency as an integer of ``10 ** -money_decimals``, rounded half to even."""
    return round(amount * 10**directory.money_decimals)


def weight(kilograms: Fraction) -> int:
    """Kilograms as an integer of 10^-6 kg, rounded half to even."""
    return round(kilograms * 10**WEIGHT_DECIMALS)


def opening_stock(position: Position) -> int:
    """Stock on day 0 that nobody else has a claim on; may be negative."""
    return position.on_hand - position.reserved


def give(position: Position) -> int:
    """Units that the position may send of its own."""
    return max(0, opening_stock(position) - position.safety_stock)


def certain_value(product: Product, position: Position, stock: int, penalty: Fraction) -> Fraction:
    """V(y) of docs/model.md for certain demand in currency, unrounded."""
    demand = position.demand
    left = (product.salvage_value - position.holding_cost) * max(stock - demand, Fraction(0))
    missed = penalty * max(demand - stock, Fraction(0))
    return product.list_price * min(demand, Fraction(stock)) + left - missed


def unit_value(directory: Directory, key: Key, nth: int, weight: Fraction = Fraction(1)) -> int:
    """Money that the step from ``nth - 1`` to ``nth`` units of stock is worth.

    The objective multiplies the shortage penalty by a weight. Of uncertain demand the two ends are rounded first, and
    then what the chance of a sale adds to the lower one.
    """
    product, position = directory.products[key[1]], directory.stock[key]
    if position.proceeds is not None:
        return position.proceeds
    if position.path is not None:
        return carried_unit_value(directory, key, nth, weight)
    penalty = weight * position.shortage_penalty
    if position.demand_std == 0:
        after, before = (certain_value(product, position, stock, penalty) for stock in (nth, nth - 1))
        return money(directory, after - before)
    left = left_over_value(directory, key)
    more = money(directory, product.list_price + penalty) - left
    return left + round(more * chance_of_demand(directory, position, nth))


def carried_unit_value(directory: Directory, key: Key, nth: int, weight: Fraction) -> int:
    """Money that a unit is worth under the position's path: what is left over, and more in every period it may sell."""
    position = directory.stock[key]
    falls = price_falls(directory, key, weight)
    more = sum(fall * chance_of_demand(directory, position, nth, share) for fall, share in falls)
    return left_over_value(directory, key) + to_money(more)


def to_money(amount: Fraction) -> int:
    """An amount in units of money as a whole number of them: six decimals first, as sums of floats are."""
    return round(Fraction(round(amount * 10**6), 10**6))


def price_falls(directory: Directory, key: Key, weight: Fraction = Fraction(1)) -> list[tuple[int, Fraction]]:
    """By how much a unit loses value at the end of each period, in money, with the demand until then: Q_t and x_t."""
    position = directory.stock[key]
    path = position.path or list_path(directory, key)
    prices = [money(directory, price) for price in path.prices]
    falls = [price - following for price, following in itertools.pairwise(prices)]
    falls.append(
        money(directory, path.prices[-1] + weight * position.shortage_penalty) - left_over_value(directory, key)
    )
    return [(max(fall, 0), share) for fall, share in zip(falls, path.shares, strict=True)]


def list_path(directory: Directory, key: Key) -> PricePath:
    """The list price in all periods, with demand spread evenly."""
    periods = directory.periods
    shares = tuple(Fraction(t, periods) for t in range(1, periods + 1))
    return PricePath((directory.products[key[1]].list_price,) * periods, shares)


def chance_of_demand(directory: Directory, position: Position, units: int, share: Fraction | None = None) -> Fraction:
    """``P(C >= units)`` of the demand C of a share of the horizon, all of it where none is given.

    Of certain demand it is the share of the n-th unit that is sold.
    """
    if units <= 0:
        return Fraction(1)
    part = total_share(position) if share is None else share
    if position.demand_std == 0:
        return min(max(position.demand * part - (units - 1), Fraction(0)), Fraction(1))
    chances = exceeding(directory, position, part)
    return chances[units - 1] if units <= len(chances) else Fraction(0)


def total_share(position: Position) -> Fraction:
    """Demand over the horizon under the position's path, as a share of that at its list price."""
    return position.path.shares[-1] if position.path else Fraction(1)


def share_until(directory: Directory, position: Position, day: int) -> Fraction:
    """Demand up to a day, as a share of that over the horizon at list price."""
    part = Fraction(day, directory.horizon_days)
    return position.path.share_until(part) if position.path else part


def expected_sold(directory: Directory, position: Position, units: int, share: Fraction) -> Fraction:
    """``E[min(C, units)]`` of the demand C of a share of the horizon; nothing of stock below zero."""
    if units <= 0:
        return Fraction(0)
    if position.demand_std == 0:
        return min(position.demand * share, Fraction(units))
    return expected_least(directory, position, share, units)


def left_over_value(directory: Directory, key: Key) -> int:
    """Money that a unit which came too late to sell is worth, rounded once."""
    proceeds = directory.stock[key].proceeds
    if proceeds is not None:
        return proceeds
    return money(directory, directory.products[key[1]].salvage_value - directory.stock[key].holding_cost)


def unit_cost(directory: Directory, lane: Lane, sku: str) -> int:
    """Money that it costs to move one unit over the lane, rounded once."""
    return money(directory, lane.cost_per_unit + lane.cost_per_kg * directory.products[sku].weight_kg)


def late_cap(directory: Directory, position: Position, day: int) -> int:
    """U(l): of the units that arrive on `day` (above 0) or later, at most so many count as stock."""
    if day >= directory.horizon_days:
        return 0
    share, total, opening = share_until(directory, position, day), total_share(position), opening_stock(position)
    if position.demand_std == 0:
        demand = position.demand
        cap = min(demand * (total - share), max(demand * total - opening, Fraction(0)))
        return _floor(cap) if position.path else math.floor(cap)
    return _floor(
        expected_above(directory, position, total, opening) - expected_above(directory, position, share, opening)
    )


def expected_above(directory: Directory, position: Position, share: Fraction, stock: int) -> Fraction:
    """``E[max(D - stock, 0)]``: the chances of every unit above the stock, certain ones below zero."""
    served = expected_least(directory, position, share, max(stock, 0))
    return max(-stock, 0) + expected_least(directory, position, share, NEVER) - served


def _floor(number: Fraction) -> int:
    return round(number) if abs(number - round(number)) <= NEARLY_WHOLE else math.floor(number)


def expiry_cap(directory: Directory, position: Position, day: int) -> int | None:
    """C(e): of the units that expire on `day` or before, at most so many count as stock; None: all."""
    if day >= directory.horizon_days:
        return None
    cap = position.demand * share_until(directory, position, day)
    return _floor(cap) if position.path else math.floor(cap)


def asked_units(directory: Directory, alert: Alert) -> int:
    """Units that an alert asks for: its own number, else the position's shortage or excess."""
    if alert.units is not None:
        return alert.units
    position = directory.stock[alert.node, alert.sku]
    short = math.ceil(position.demand) - opening_stock(position) - position.in_transit
    return max(0, short if alert.kind == "shortage" else -short)
