"""What a network offers besides moving units: markdowns, exits and purchases, counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network.clearance_tables import ExitKind
from network.matching import matching_of
from network.tables import Network


@dataclass(frozen=True, slots=True)
class OtherResponses:
    """How much the plan could do besides moving units."""

    periods: int
    """In which prices may change."""
    choices: int
    """(SKU, zone) pairs with stock and a price ladder."""
    clearable_skus: int
    """SKUs of choices."""
    groups: int
    """Of SKUs whose markdowns depend on each other."""
    budgets: int
    targets: int
    """Rows of clearance_rules with a sell-through target."""
    hard_targets: int
    """Those without a price of missing it."""
    exits: dict[str, int]
    """By kind, those that there are."""
    quotes: int
    quoted_units: int


def other_responses(network: Network) -> OtherResponses:
    """Count markdowns, exits and purchases.

    Parameters
    ----------
    network : Network
        Without places outside.
    """
    rules, ladders = network.clearance_rules, network.price_ladders
    matching = matching_of(network.products.category, network.nodes.zone)
    sku, zone = matching.pairs(network.stock.node, network.stock.sku)
    keys = matching.keys(ladders.sku, ladders.category, ladders.zone)
    listed = matching.deciding(keys, sku, zone) >= 0
    aimed = ~np.isnan(rules.sell_through_share)
    kinds = {kind.name.lower(): int(np.count_nonzero(network.exits.kind == kind)) for kind in ExitKind}
    return OtherResponses(
        periods=network.periods,
        choices=int(np.count_nonzero(listed)),
        clearable_skus=len(np.unique(sku[listed])),
        groups=len(set(network.clearance_groups.group_id.tolist())),
        budgets=len(set(network.markdown_budgets.budget_id.tolist())),
        targets=int(np.count_nonzero(aimed)),
        hard_targets=int(np.count_nonzero(aimed & np.isnan(rules.sell_through_price))),
        exits={kind: count for kind, count in kinds.items() if count},
        quotes=len(network.quotes),
        quoted_units=int(network.quotes.max_units.sum()),
    )
