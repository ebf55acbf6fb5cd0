"""Collects the broken rules of a plan, with places that people can find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.outside import place_name
from network.tables import Network
from optimizer.plan import Violation

KEPT_PER_RULE: Final = 100
"""How many violations of one rule are described; all are counted."""

Describe = Callable[[int], tuple[str, str]]
"""Place and message of the violation at an index."""


class ViolationLog:
    """The violations found so far."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.count = 0

    def add(self, rule: str, where: NDArray[np.bool_], amount: NDArray[Any], describe: Describe) -> None:
        """Record one violation per marked entry.

        Parameters
        ----------
        rule : str
        where : ndarray of bool, shape (n,)
        amount : ndarray, shape (n,)
            By how much, in the rule's own unit.
        describe : callable
            Place and message of an entry; called for the first `KEPT_PER_RULE` only.
        """
        found = np.flatnonzero(where)
        self.count += len(found)
        for index in found[:KEPT_PER_RULE].tolist():
            place, message = describe(index)
            self.violations.append(Violation(rule, place, message, float(amount[index])))

    def add_one(self, rule: str, place: str, message: str, amount: float = 1.0) -> None:
        """Record a single violation."""
        self.count += 1
        self.violations.append(Violation(rule, place, message, amount))


def lane_place(network: Network, lane: int) -> str:
    """Name a lane for people."""
    return f"lane {network.lanes.lane_id[lane]}"


def line_place(network: Network, lane: int, sku: int) -> str:
    """Name a line for people."""
    return f"{lane_place(network, lane)}, SKU {network.products.sku_id[sku]}"


def position_place(network: Network, node: int, sku: int) -> str:
    """Name a position for people."""
    return f"{place_name(network, node)}, SKU {network.products.sku_id[sku]}"


def agree(claimed: int, found: int) -> bool:
    """Compare exactly, as far as a float in a file is exact: 15 digits."""
    return abs(claimed - found) <= 1e-15 * abs(found)
