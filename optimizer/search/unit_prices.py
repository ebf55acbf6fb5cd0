"""What one more unit is worth at every position, by the trees of the last flow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Model
from optimizer.search.flow_network import FlowNetwork, arc_costs

Int64 = NDArray[np.int64]


def unit_prices(network: FlowNetwork, model: Model, price: Int64) -> Int64:
    """Worth of one more unit at every position of the model, shape ``(n_positions,)``: the potentials of the last flow.

    Parameters
    ----------
    network : FlowNetwork
        With trees, those of a call of `best_flow` at these prices.
    model : Model
    price : ndarray of int64, shape (n_flows,) or (n_flows + n_increments,)
    """
    from optimizer.search import switch_moves as compiled  # noqa: PLC0415 (loads a compiler)

    groups, trees = network.groups, network.trees
    if trees is None:
        raise ValueError("a network without trees has no potentials")
    blocks = compiled.Blocks(
        groups.first_arc,
        groups.first_node,
        groups.tail,
        groups.head,
        groups.supply,
        trees.parent_arc,
        np.zeros(len(groups.supply), dtype=np.int64),
    )
    if len(groups.arc):
        compiled.find_potentials(blocks, arc_costs(network, price))
    # A block's nodes are its positions in order, then gates and the sink; worth is counted in units of flow.
    block = model.positions.block
    order = np.argsort(block, kind="stable")  # blocks of SKUs that are tied together lie apart
    first = np.searchsorted(block[order], np.arange(len(groups)))
    node = np.empty(len(block), dtype=np.int64)
    node[order] = groups.first_node[block[order]] + np.arange(len(block)) - first[block[order]]
    return np.asarray(blocks.potential[node])
