"""Columns of numbers as columns of words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    return words([str(value) for value in values.tolist()])


def amounts(network: Network, money_units: Ints) -> Words:
    """Money as currency text with two decimals, or as many as a small amount needs."""
    values = (money_units / 10**network.money_decimals).tolist()
    return words([f"{value:.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}" for value in values])


def counts(values: Ints, noun: str) -> Words:
    """Return numbers with a noun: "1 unit", "3 units"."""
    plural = noun + ("es" if noun.endswith("ch") else "s")
    return words([f"{value} {noun if value == 1 else plural}" for value in values.tolist()])


def kilograms(weight_units: Ints) -> Words:
    """Weights in ``10 ** -6`` kg as kilograms."""
    return words([f"{value:g} kg" for value in (weight_units / 10**6).tolist()])


def path_words(network: Network, paths: Paths, cell_node: Ints) -> Words:
    """Nodes along each path, "W > H > S"; `cell_node` has the node of every cell, to name the ends."""
    node_id, lanes = network.nodes.node_id, network.lanes
    text = np.asarray(node_id[cell_node[paths.sender]].astype(np.object_))
    last = paths.lanes.shape[1] - 1
    for hop in range(last + 1):
        at = np.flatnonzero(paths.lanes[:, hop] != NO_LANE_ROW)
        lane = paths.lanes[at, hop]
        # A lane that does not exist is a path of its own.
        known = lane < len(lanes)
        node = cell_node[paths.receiver[at]]
        node[known] = lanes.destination[lane[known]]
        text[at] = text[at] + " > " + node_id[node]
    return text
