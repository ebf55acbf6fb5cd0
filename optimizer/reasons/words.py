"""Columns of numbers as columns of words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.outside import node_words
from network.tables import Network
from optimizer.reasons.ways import NO_LANE_ROW, Paths

Ints = NDArray[np.int64]
Words = NDArray[np.object_]


def words(values: list[str]) -> Words:
    """Column of texts."""
    column = np.empty(len(values), dtype=np.object_)
    column[:] = values
    return column


def same_words(text: str, n: int) -> Words:
    """Column of n equal texts."""
    return np.full(n, text, dtype=np.object_)


def numerals(values: Ints) -> Words:
    """Column of plain numbers."""
    return _each(values, str)


def amounts(network: Network, money_units: Ints) -> Words:
    """Money as currency text with two decimals, or as many as a small amount needs."""
    unit: int = 10**network.money_decimals
    return _each(money_units, lambda amount: _amount(amount / unit))


def counts(values: Ints, noun: str) -> Words:
    """Return numbers with a noun: "1 unit", "3 units"."""
    plural = noun + ("es" if noun.endswith("ch") else "s")
    return _each(values, lambda value: f"{value} {noun if value == 1 else plural}")


def kilograms(weight_units: Ints) -> Words:
    """Weights in ``10 ** -6`` kg as kilograms."""
    return _each(weight_units, lambda weight: f"{weight / 10**6:g} kg")


def _amount(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"


def _each(values: Ints, tell: Callable[[int], str]) -> Words:
    """Tell each number, the same ones once."""
    codes, distinct = pd.factorize(values)
    return words([tell(value) for value in distinct.tolist()])[codes]


def path_words(network: Network, paths: Paths, cell_node: Ints) -> Words:
    """Nodes along each path, "W > H > S"; `cell_node` has the node of every cell, to name the ends."""
    names, lanes = node_words(network), network.lanes
    text = names[cell_node[paths.sender]]
    last = paths.lanes.shape[1] - 1
    for hop in range(last + 1):
        at = np.flatnonzero(paths.lanes[:, hop] != NO_LANE_ROW)
        lane = paths.lanes[at, hop]
        # A lane that does not exist is a path of its own.
        known = lane < len(lanes)
        node = cell_node[paths.receiver[at]]
        node[known] = lanes.destination[lane[known]]
        text[at] = text[at] + " > " + names[node]
    return text
