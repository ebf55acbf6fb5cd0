"""Random events of many items with suppliers that may fail: larger than what can be tried award by award."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from network.events import Event, event_from_frames


def risky_event(seed: int, n_items: int, n_suppliers: int, bidders: int, **risk: Any) -> Event:
    """Draw an event in which every item has so many bidders; all items must be covered, capacities are scarce.

    Parameters
    ----------
    seed
        The same arguments give the same event.
    n_items, n_suppliers, bidders
        Sizes; every bidder makes one bid for an item.
    risk
        The object ``risk`` of event.json.
    """
    rng = np.random.default_rng(seed)
    units = rng.integers(20, 100, n_items)
    pairs = [(item, int(who)) for item in range(n_items) for who in rng.permutation(n_suppliers)[:bidders]]
    worth = rng.uniform(5, 15, n_items)
    price = [round(float(worth[item] * rng.uniform(0.8, 1.3)), 2) for item, _ in pairs]
    load = np.bincount([who for _, who in pairs], [units[item] for item, _ in pairs], n_suppliers)
    frames = {
        "items": pd.DataFrame(
            {
                "item_id": [f"I{row}" for row in range(n_items)],
                "units": units,
                "shortage_penalty": np.round(worth * 4, 2),
            }
        ),
        "suppliers": pd.DataFrame(
            {
                "supplier_id": [f"S{row}" for row in range(n_suppliers)],
                "fixed_cost": np.round(rng.uniform(20, 200, n_suppliers), 2),
                "capacity_units": np.maximum(load * rng.uniform(0.4, 0.8, n_suppliers), 100).astype(int),
                "failure_probability": np.round(rng.uniform(0.02, 0.2, n_suppliers), 2),
            }
        ),
        "bids": pd.DataFrame(
            {
                "bid_id": [f"B{row}" for row in range(len(pairs))],
                "supplier_id": [f"S{who}" for _, who in pairs],
                "item_id": [f"I{item}" for item, _ in pairs],
                "unit_price": price,
                "min_units": rng.integers(1, 10, len(pairs)),
                "max_units": [
                    int(units[item] * share)
                    for (item, _), share in zip(pairs, rng.uniform(0.5, 1.2, len(pairs)), strict=True)
                ],
            }
        ),
    }
    settings = {"currency": "USD", "as_of": "2024-01-01", "money_decimals": 2, "risk": risk}
    return event_from_frames(frames, settings)[0]
