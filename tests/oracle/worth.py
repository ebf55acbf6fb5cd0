"""Exact numbers of the model: rounded money and weights, what a position may give, how much may arrive late."""

from __future__ import annotations

import math
from fractions import Fraction

from tests.oracle.demand import exceeding, expected_above
from tests.oracle.directory import Alert, Directory, Key, Lane, Position, Product

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
    penalty = weight * position.shortage_penalty
    if position.demand_std == 0:
        after, before = (certain_value(product, position, stock, penalty) for stock in (nth, nth - 1))
        return money(directory, after - before)
    left = left_over_value(directory, key)
    more = money(directory, product.list_price + penalty) - left
    return left + round(more * chance_of_demand(directory, position, nth))


def chance_of_demand(directory: Directory, position: Position, units: int) -> Fraction:
    """``P(D >= units)`` of uncertain demand."""
    if units <= 0:
        return Fraction(1)
    chances = exceeding(directory, position)
    return chances[units - 1] if units <= len(chances) else Fraction(0)


def left_over_value(directory: Directory, key: Key) -> int:
    """Money that a unit which came too late to sell is worth, rounded once."""
    return money(directory, directory.products[key[1]].salvage_value - directory.stock[key].holding_cost)


def unit_cost(directory: Directory, lane: Lane, sku: str) -> int:
    """Money that it costs to move one unit over the lane, rounded once."""
    return money(directory, lane.cost_per_unit + lane.cost_per_kg * directory.products[sku].weight_kg)


def late_cap(directory: Directory, position: Position, day: int) -> int:
    """U(l): of the units that arrive on `day` (above 0) or later, at most so many count as stock."""
    if day >= directory.horizon_days:
        return 0
    share, opening = Fraction(day, directory.horizon_days), opening_stock(position)
    if position.demand_std == 0:
        return math.floor(min(position.demand * (1 - share), max(position.demand - opening, Fraction(0))))
    missed_by_stock = expected_above(exceeding(directory, position), opening)
    missed_before = expected_above(exceeding(directory, position, share), opening)
    cap = missed_by_stock - missed_before
    return round(cap) if abs(cap - round(cap)) <= NEARLY_WHOLE else math.floor(cap)


def expiry_cap(directory: Directory, position: Position, day: int) -> int | None:
    """C(e): of the units that expire on `day` or before, at most so many count as stock; None: all."""
    horizon = directory.horizon_days
    return math.floor(position.demand * day / horizon) if day < horizon else None


def asked_units(directory: Directory, alert: Alert) -> int:
    """Units that an alert asks for: its own number, else the position's shortage or excess."""
    if alert.units is not None:
        return alert.units
    position = directory.stock[alert.node, alert.sku]
    short = math.ceil(position.demand) - opening_stock(position) - position.in_transit
    return max(0, short if alert.kind == "shortage" else -short)
