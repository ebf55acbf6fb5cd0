"""Which suppliers are used at all: first by spreading fixed costs over units, then by closing and opening them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.sourcing.large import moves
from optimizer.sourcing.large.local_search import Neighbourhood

Ints = NDArray[np.int64]

_LEAST_FILL: Final = 0.02
"""Of a supplier's capacity or offer: fixed costs are spread over so many units at least."""

_NOISE: Final = 0.05


def spread_fixed_costs(near: Neighbourhood, state: moves.State, passes: int, random: np.random.Generator) -> None:
    """Buy everything anew, again and again, with fixed costs spread over the units that were bought the last time."""
    segments, cost = near.segments, near.indicators.cost
    fixed, true = cost.copy(), segments.pack_cost.copy()
    n_suppliers = len(state.shut)
    units = segments.pack * segments.most
    offered = np.bincount(segments.supplier, units, minlength=n_suppliers)
    rate = fixed[:n_suppliers] / np.maximum(0.3 * offered, 1.0)
    best, kept = np.inf, None
    for _ in range(passes):
        cost[:n_suppliers] = 0.0
        segments.pack_cost[:] = true + rate[segments.supplier] * segments.pack
        near.recount(state)
        order = random.permutation(len(near.needs.units))
        moves.items_anew(*near.parts, state, order, _NOISE, 0.0, int(random.integers(2**31)))
        cost[:], segments.pack_cost[:] = fixed, true
        near.recount(state)
        near.reweigh(state, 1.1)
        if state.cost[0] < best:
            best, kept = float(state.cost[0]), near.snapshot(state)
        filled = np.bincount(segments.supplier, state.packs * segments.pack, minlength=n_suppliers)
        spread = fixed[:n_suppliers] / np.maximum(filled, _LEAST_FILL * offered + 1.0)
        rate = np.where(filled > 0, 0.5 * rate + 0.5 * spread, rate)
    if kept is not None:
        near.restore(state, kept)


def improve_suppliers(
    near: Neighbourhood, state: moves.State, random: np.random.Generator, more: Callable[[], bool]
) -> int:
    """Close, open and swap suppliers as long as that helps; return how often it did."""
    n_suppliers, better = len(state.shut), 0
    since = 0
    while more() and since < 3 * n_suppliers:
        used = np.flatnonzero(state.chosen[:n_suppliers] > 0)
        idle = np.flatnonzero(state.chosen[:n_suppliers] == 0)
        draw, kept, before = random.random(), near.snapshot(state), float(state.cost[0])
        if draw < 0.4 and len(used):
            _close(near, state, int(random.choice(used)), random)
        elif draw < 0.6 and len(idle):
            _open(near, state, int(random.choice(idle)), random)
        elif len(idle) and len(used):
            opened = int(random.choice(idle))
            _open(near, state, opened, random)
            _close(near, state, int(random.choice(_rivals(near, state, opened, used))), random)
        if state.cost[0] < before - 1e-6:
            better, since = better + 1, 0
        else:
            near.restore(state, kept)
            since += 1
    return better


def _rivals(near: Neighbourhood, state: moves.State, supplier: int, used: Ints) -> Ints:
    """Those in use that sell what a supplier offers, too; all in use where there are none."""
    segments = near.segments
    offered = np.zeros(len(near.needs.units), dtype=np.bool_)
    offered[segments.item[segments.supplier == supplier]] = True
    sellers = np.unique(segments.supplier[(state.packs > 0) & offered[segments.item]])
    sellers = sellers[sellers != supplier]
    return sellers if len(sellers) else used


def _close(near: Neighbourhood, state: moves.State, supplier: int, random: np.random.Generator) -> None:
    """Buy nothing of a supplier."""
    segments = near.segments
    items = np.unique(segments.item[(segments.supplier == supplier) & (state.packs > 0)])
    state.shut[supplier] = True
    moves.items_anew(*near.parts, state, items, 0.0, np.inf, int(random.integers(2**31)))
    moves.items_anew(*near.parts, state, items, 0.0, 0.0, int(random.integers(2**31)))
    state.shut[supplier] = False


def _open(near: Neighbourhood, state: moves.State, supplier: int, random: np.random.Generator) -> None:
    """Buy of a supplier what is cheaper there once it is used anyway."""
    segments, cost = near.segments, near.indicators.cost
    fixed, cost[supplier] = float(cost[supplier]), 0.0
    items = np.unique(segments.item[segments.supplier == supplier])
    moves.items_anew(*near.parts, state, items, 0.0, 0.0, int(random.integers(2**31)))
    cost[supplier] = fixed
    if state.chosen[supplier] > 0:
        state.cost[0] += fixed
