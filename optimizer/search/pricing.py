"""Proven bounds by pricing: any prices that pay for the switches in full bound the benefit from above.

Relax ``units <= bound * count`` of every member with a price per unit. Where the prices of a switch's members, times
their bounds, add up to at most its fixed cost, switching on earns nothing, and what is left is a min-cost flow at these
prices: solved exactly, in integers, its value is an upper bound on every plan. The shares of a fixed cost that its
members pay are improved by entropic mirror descent (Beck and Teboulle 2003): a member that uses more of its bound in
the last flow pays a larger share. Limits are priced beside (`optimizer.search.limit_prices`), which changes what
switching on costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Model
from optimizer.search.flow_network import FlowNetwork, best_flow
from optimizer.search.limit_prices import PATIENT, Charges, LimitPrices, charges
from optimizer.search.slope_scaling import flow_prices, sum_by_switch

Int64 = NDArray[np.int64]

_FIRST_STEP, _SMALLER_STEP, _PATIENCE = 2.0, 0.7, 6
"""Step of the descent, and what it is multiplied by after so many rounds in a row without a better bound."""

_LIMITED_STEP, _LIMITED_SMALLER, _LIMITED_PATIENCE = 1.0, 0.6, 3
"""The same where limits are priced beside."""

_NEWS = 0.3
"""Weight of the last flow in what members are taken to use: single flows jump from one member to another."""


def member_prices(model: Model, share: NDArray[np.float64], switch_cost: Int64) -> NDArray[np.float64]:
    """Price per unit of every member, from its share of what the switch costs (nothing where it earns)."""
    members = model.members
    cost = np.maximum(switch_cost, 0)[members.switch].astype(np.float64)
    return share * cost / np.maximum(members.bound_units, 1)


def shares_of_duals(model: Model, duals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn duals of a linear relaxation into shares of the fixed costs.

    Parameters
    ----------
    model : Model
    duals : ndarray of float64, shape (n_members,)
        Currency per unit, of the rows ``units - bound * count <= 0``.

    Returns
    -------
    ndarray of float64, shape (n_members,)
        Adding up to at most 1 per switch, however inexact the duals are.
    """
    members = model.members
    cost = np.maximum(model.switches.fixed_cost[members.switch], 1).astype(np.float64)
    share = np.maximum(duals, 0.0) * 10.0**model.money_decimals * members.bound_units / cost
    return np.asarray(share / np.maximum(sum_by_switch(model, share), 1.0)[members.switch])


def bound_at(
    model: Model, network: FlowNetwork, share: NDArray[np.float64], limit_price: Int64 | None = None
) -> int | None:
    """Bound on the benefit at given shares of the fixed costs and prices of the limits, exact.

    Parameters
    ----------
    model : Model
    network : FlowNetwork
        ``flow_network(model, in_packs=False)``.
    share : ndarray of float64, shape (n_members,)
        At least 0, adding up to at most 1 per switch.
    limit_price : ndarray of int64, shape (n_limits,), optional
        Money per unit: above 0 for a limit's `high`, below 0 for its `low`. Left out: every limit is relaxed.

    Returns
    -------
    int or None
        Money units; None when no flow exists or the prices bound nothing.
    """
    found = charges(model, np.zeros(len(model.limits), dtype=np.int64) if limit_price is None else limit_price)
    if found is None:
        return None
    flowing = best_flow(network, _prices(model, share, found))
    return None if flowing is None else flowing[1] + found.earned - model.do_nothing


def _prices(model: Model, share: NDArray[np.float64], found: Charges) -> Int64:
    """Prices of flows and increments."""
    price = found.arcs
    price[: len(model.flows)] += flow_prices(model, member_prices(model, share, found.switch_cost))
    return price


class Multipliers(NamedTuple):
    """Where pricing stands, to go on from in a model that is much the same."""

    share: NDArray[np.float64]
    """Of the switch's fixed cost, shape ``(n_members,)``; adding up to at most 1 per switch."""
    limit_price: NDArray[np.float64]
    """Money per unit, shape ``(n_limits,)``."""
    step: float


class Priced(NamedTuple):
    """One round of pricing."""

    bound: int
    """Upper bound on the benefit, money units."""
    flow_units: Int64
    price: Int64
    """Of every flow, then every increment, money per unit."""
    multipliers: Multipliers


def bounds_by_pricing(model: Model, network: FlowNetwork, begin: Multipliers | None = None) -> Iterator[Priced]:
    """Yield bounds on the benefit, with the flow and the prices of each round.

    Parameters
    ----------
    model : Model
    network : FlowNetwork
        ``flow_network(model, in_packs=False)``: integral multiples and least fills are relaxed as well.
    begin : Multipliers, optional
        Of a model that is much the same.

    Yields
    ------
    Priced
        Bounds are not monotone: take the least.
    """
    members = model.members
    if begin is None:
        n = np.maximum(np.bincount(members.switch, minlength=len(model.switches)), 1)
        limits, share = LimitPrices(model, PATIENT), 1.0 / n[members.switch]
    else:
        limits, share = LimitPrices(model, PATIENT, begin.limit_price), begin.share
    smaller, patience = (_LIMITED_SMALLER, _LIMITED_PATIENCE) if limits.any else (_SMALLER_STEP, _PATIENCE)
    step, behind = _LIMITED_STEP if limits.any else _FIRST_STEP, 0
    step = step if begin is None else begin.step
    usual: NDArray[np.float64] | None = None
    best: int | None = None
    while True:
        found = limits.charges()
        price = _prices(model, share, found)
        flowing = best_flow(network, price)
        if flowing is None:
            return
        flow, value = flowing
        bound = value + found.earned - model.do_nothing
        yield Priced(bound, flow, price, Multipliers(share, limits.price, step))
        behind = behind + 1 if best is not None and bound >= best else 0
        if behind >= patience:
            step, behind = step * smaller, 0
        best = bound if best is None else min(best, bound)
        used = np.minimum(flow[members.flow] / np.maximum(members.bound_units, 1), 1.0)
        usual = used if usual is None else _NEWS * used + (1 - _NEWS) * usual
        if limits.any:
            count = limits.counts_at(found, _largest_by_switch(model, used))
            limits.learn(flow, count, unit_gain=max(bound, 1) / max(int(flow.sum()), 1), factor=step / 2)
        share = _moved(model, share, usual, step)


def _largest_by_switch(model: Model, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest member value of every switch, 0 without members."""
    largest = np.zeros(len(model.switches))
    np.maximum.at(largest, model.members.switch, values)
    return largest


def _moved(model: Model, share: NDArray[np.float64], used: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Shift shares towards members that use their bound; the shares of a switch stay a distribution."""
    moved = np.maximum(share, 1e-6) * np.exp(step * used)
    return moved / sum_by_switch(model, moved)[model.members.switch]
