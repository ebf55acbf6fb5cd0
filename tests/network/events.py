"""A small sourcing event as tables, to be bent by tests."""

from typing import Any

import pandas as pd

from network.events import Event, event_from_frames


def event_settings() -> dict[str, Any]:
    """Content of an event.json."""
    return {"currency": "USD", "as_of": "2026-01-05"}


def event_frames() -> dict[str, pd.DataFrame]:
    """Two items, three suppliers, and a bid of each kind; nothing is wrong or doubtful."""
    return {
        "items": pd.DataFrame(
            {
                "item_id": ["chips", "007"],
                "sku_id": ["P1", "007"],
                "node_id": ["S2", "S1"],
                "item_group": ["parts", "parts"],
                "units": [100, 40],
                "max_units": [None, 60],
                "needed_by_days": [30, None],
                "uncovered_penalty": [None, 12.5],
                "shortage_penalty": [9.0, None],
            }
        ),
        "suppliers": pd.DataFrame(
            {
                "supplier_id": ["acme", "best", "core"],
                "supplier_group": ["far", "near", "near"],
                "node_id": ["V1", "V1", "W1"],
                "fixed_cost": [50.0, None, 0.0],
                "capacity_units": [500, None, 80],
                "incumbent": [True, False, False],
                "failure_probability": [0.01, 0.02, None],
            }
        ),
        "bids": pd.DataFrame(
            {
                "bid_id": ["a1", "a2", "b1", "b2", "c1"],
                "supplier_id": ["acme", "acme", "best", "best", "core"],
                "item_id": ["chips", "007", "chips", "007", "chips"],
                "unit_price": [None, 3.5, 4.0, 3.0, 5.25],
                "currency": ["", "", "EUR", "EUR", "USD"],
                "min_units": [10, None, None, None, 5],
                "max_units": [120, 60, 100, 40, 80],
                "pack_units": [10, 1, None, None, 5],
                "tier_kind": ["incremental", "", "", "", "all_units"],
                "lead_time_days": [7, 3, 2, 2, 0],
                "valid_until": ["2026-02-01", "", "", "", "2026-01-05"],
                "freight_per_unit": [0.25, None, None, None, 0.1],
                "alternate_id": ["", "", "or", "or", ""],
                "package_id": ["", "", "both", "both", ""],
            }
        ),
        **_beside_bids(),
    }


def _beside_bids() -> dict[str, pd.DataFrame]:
    """Tiers, deliveries, rates and rules."""
    return {
        "tiers": pd.DataFrame(
            {
                "bid_id": ["a1", "a1", "a1"],
                "from_units": [50, 1, 100],
                "unit_price": [4.5, 5.0, 4.0],
                "to_units": [99, 49, None],
            }
        ),
        "deliveries": pd.DataFrame({"bid_id": ["c1", "c1"], "day": [20, 10], "units": [40, 40]}),
        "rates": pd.DataFrame({"currency": ["EUR", "GBP"], "rate": [1.1, 1.3]}),
        "rules": pd.DataFrame(
            {
                "rule_id": ["few", "", "same", "prefer"],
                "kind": ["limit", "", "consistent", "adjust"],
                "sense": ["at_most", "at_least", "", ""],
                "measure": ["winners", "volume", "", ""],
                "supplier_group": ["", "near", "", ""],
                "incumbents": [None, None, None, True],
                "per": ["", "supplier", "", ""],
                "if_winning": [False, True, False, False],
                "item_group": ["parts", "", "parts", ""],
                "amount": [2, None, 0.5, None],
                "share": [None, 0.1, None, -0.03],
                "violation_price": [None, 2.0, None, None],
            }
        ),
    }


def small_event(**settings: Any) -> Event:
    """The event of these tables."""
    return event_from_frames(event_frames(), event_settings() | settings)[0]
