"""Decides one supplier after another, used or shut; prices prove a bound for each of the two, and the lowest holds."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.sourcing.large.ascent import SHUT, USED, ascend
from optimizer.sourcing.large.prices import Decisions, Pricing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS, _LAST_STEPS = 200, 600
_LENGTH, _ABOVE, _PATIENCE = 1.0, 0.03, 20
"""Of the steps of prices for each decision, and once all is decided: they begin with those from before it."""

_RISING = 1e-3
"""Share of a bound by which it has to have risen, so that more steps come before the next decision."""

_FIRST_GAIN = 0.05
"""Share of a supplier's fixed cost that deciding it is taken to be worth, before it was."""
_LEAST_GAIN = 1e-5
"""Share of the bound that a decision is taken to be worth at least."""


@dataclass(order=True, slots=True)
class _Node:
    """Some decisions, with prices that prove a bound for all awards that keep them."""

    bound: float
    prices: Floats = field(compare=False)
    decided: Decisions = field(compare=False)
    use: Floats = field(compare=False)
    """How often each supplier was used of late, while prices were improved."""
    rising: bool = field(compare=False, default=False)
    """Whether more steps are worth more than another decision."""


class _Gains:
    """By how much a bound rose when a supplier was decided, per unit of use that the decision took or added."""

    def __init__(self, first: Floats) -> None:
        self.sum = np.stack([first, first])
        self.count = np.ones_like(self.sum)

    def learn(self, side: int, supplier: int, gain: float, moved: float) -> None:
        """Remember what a decision was worth."""
        self.sum[side, supplier] += gain / max(moved, 0.05)
        self.count[side, supplier] += 1

    def best(self, node: _Node) -> int:
        """Choose the supplier of whom both decisions should raise the bound most, -1: all are decided."""
        shut, used = self.sum / self.count * np.stack([node.use, 1 - node.use])
        least = _LEAST_GAIN * abs(node.bound)
        score = np.maximum(shut, least) * np.maximum(used, least)
        score[node.decided != 0] = -1.0
        supplier = int(np.argmax(score))
        return supplier if score[supplier] >= 0 else -1


def branch(
    pricing: Pricing, prices: Floats, use: Floats, more: Callable[[], bool], on_better: Callable[[float], None]
) -> None:
    """Raise the bound until it is time to stop, or everything is decided.

    Parameters
    ----------
    pricing : Pricing
    prices : ndarray of float64, shape (n_rows,)
        They prove the bound that is known.
    use : ndarray of float64, shape (n_suppliers,)
        How often each supplier was used of late.
    more : callable
        Whether to go on.
    on_better : callable
        Told of every better bound.
    """
    gains = _Gains(_FIRST_GAIN * pricing.program.cost[pricing.program.used])
    known = pricing.at(prices).bound
    heap = [_Node(known, prices, pricing.needed, use)]
    while more():
        node = heapq.heappop(heap)
        supplier = gains.best(node)
        if node.rising or supplier < 0:
            if not node.rising:  # all is decided: other prices may prove more
                node.prices = pricing.first_prices()
            left = _improved(pricing, node, node.decided, _STEPS if node.rising else _LAST_STEPS)
            heapq.heappush(heap, left)
            if left.bound <= node.bound and not node.rising:
                return
            continue
        for side, decision in enumerate((SHUT, USED)):
            child = _decided(pricing, node, supplier, decision)
            moved = float(node.use[supplier] if decision == SHUT else 1 - node.use[supplier])
            gains.learn(side, supplier, child.bound - node.bound, moved)
            heapq.heappush(heap, child)
        if heap[0].bound > known:
            known = heap[0].bound
            on_better(known)


def _decided(pricing: Pricing, node: _Node, supplier: int, decision: int) -> _Node:
    """Decide one supplier more, and improve prices for that."""
    decided = node.decided.copy()
    decided[supplier] = decision
    return _improved(pricing, node, decided, _STEPS)


def _improved(pricing: Pricing, node: _Node, decided: Decisions, steps: int) -> _Node:
    """Improve prices for decisions that keep those of a node, whose bound still holds."""
    prices, use, _ = ascend(pricing.market, node.prices, decided, steps, _LENGTH, _ABOVE, _PATIENCE)
    bound = max(pricing.at(prices, decided).bound, node.bound)
    return _Node(bound, prices, decided, use, rising=bound > node.bound + _RISING * abs(node.bound))
