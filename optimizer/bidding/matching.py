"""Which suppliers, items and bids a rule is about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.events import Event

Flags = NDArray[np.bool_]


def matched_suppliers(event: Event, rule: int) -> Flags:
    """Suppliers that a row of ``event.rules`` is about, shape ``(n_suppliers,)``."""
    rules, suppliers = event.rules, event.suppliers
    kept = np.ones(len(suppliers), dtype=np.bool_)
    if rules.supplier[rule] >= 0:
        kept &= np.arange(len(suppliers)) == rules.supplier[rule]
    if rules.supplier_group[rule]:
        kept &= suppliers.supplier_group == rules.supplier_group[rule]
    if rules.incumbents[rule]:
        kept &= suppliers.incumbent
    return kept


def matched_items(event: Event, rule: int) -> Flags:
    """Items that a row of ``event.rules`` is about, shape ``(n_items,)``."""
    rules, items = event.rules, event.items
    kept = np.ones(len(items), dtype=np.bool_)
    if rules.item[rule] >= 0:
        kept &= np.arange(len(items)) == rules.item[rule]
    if rules.item_group[rule]:
        kept &= items.item_group == rules.item_group[rule]
    return kept


def matched_bids(event: Event, rule: int) -> Flags:
    """Bids of those suppliers for those items, shape ``(n_bids,)``."""
    bids = event.bids
    return np.asarray(matched_suppliers(event, rule)[bids.supplier] & matched_items(event, rule)[bids.item])
