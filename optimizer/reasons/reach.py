"""Which nodes a path of lanes leads to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.tables import Lanes, Network

Mask = NDArray[np.bool_]


def reachable(network: Network) -> Mask:
    """Tell whether a path of lanes leads from one node to another, shape ``(n_nodes, n_nodes)``."""
    direct = _direct(network.lanes, len(network.nodes))
    hubs = np.flatnonzero(network.nodes.transit)
    between = direct[np.ix_(hubs, hubs)] | np.eye(len(hubs), dtype=bool)
    while True:
        # Floats, because only their product of matrices is fast.
        further = between.astype(np.float32) @ between.astype(np.float32) > 0
        if np.array_equal(further, between):
            break
        between = further
    to_hubs = direct[:, hubs].astype(np.float32) @ between.astype(np.float32) > 0
    return np.asarray(direct | (to_hubs.astype(np.float32) @ direct[hubs].astype(np.float32) > 0))


def _direct(lanes: Lanes, n_nodes: int) -> Mask:
    direct = np.zeros((n_nodes, n_nodes), dtype=bool)
    usable = lanes.max_dispatches > 0
    direct[lanes.origin[usable], lanes.destination[usable]] = True
    return direct
