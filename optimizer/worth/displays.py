"""Which positions a display consists of: the reading of `display_rules` that builder and certificate share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import Network, NodeKind
from optimizer.worth.economics import money

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Displays:
    """One display at one node each, shape ``(n_displays,)``, and their members, shape ``(n_members,)``."""

    rule: Int64
    """First row of the display in ``network.display_rules``."""
    node: Int64
    price: Int64
    """Money lost while the display is broken."""
    member_display: Int64
    """Row of this table, ascending."""
    member_row: Int64
    """Row of ``network.stock``."""
    member_min_units: Int64

    def __len__(self) -> int:
        return len(self.rule)


def displays_of(network: Network) -> Displays:
    """List every display at every node that has a member of it in `stock`.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Displays
        Sorted by display (in order of their ids), then node.
    """
    rules, stock, n_nodes = network.display_rules, network.stock, max(len(network.nodes), 1)
    first_of_sku = np.searchsorted(stock.sku, np.arange(len(network.products) + 1))
    count = (first_of_sku[1:] - first_of_sku[:-1])[rules.sku]
    rule = np.repeat(np.arange(len(rules)), count)
    within = np.arange(len(rule)) - np.repeat(np.cumsum(count) - count, count)
    row = first_of_sku[rules.sku[rule]] + within
    node = stock.node[row].astype(np.int64)
    is_store = network.nodes.kind[node] == NodeKind.STORE
    here = np.where(rules.node[rule] < 0, is_store, rules.node[rule] == node)
    rule, row, node = rule[here], row[here], node[here]
    _, first_row, display = np.unique(rules.display_id.astype(str), return_index=True, return_inverse=True)
    keys, member_display = np.unique(display[rule] * n_nodes + node, return_inverse=True)
    order = np.lexsort((row, member_display))
    price = money(rules.broken_price, network.money_decimals)
    first_rule = first_row[keys // n_nodes].astype(np.int64)
    return Displays(
        rule=first_rule,
        node=(keys % n_nodes).astype(np.int64),
        price=price[first_rule],
        member_display=member_display[order].astype(np.int64),
        member_row=row[order].astype(np.int64),
        member_min_units=rules.min_units[rule[order]].astype(np.int64),
    )
