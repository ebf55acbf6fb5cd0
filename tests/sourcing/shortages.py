"""A small network with suppliers, whose stores miss what they can supply."""

from typing import Any

import pandas as pd

from network import Network, network_from_frames

SETTINGS = {"currency": "USD", "as_of": "2026-01-05", "horizon_days": 10, "money_decimals": 2}


def frames(**tables: Any) -> dict[str, pd.DataFrame]:
    """Two stores that miss tea, of which one misses mugs; a hub, and three suppliers.

    V1 reaches the hub in a day, V2 in three, V3 only a place from which nothing goes on. Price 10, cost 4, so a unit
    that is missed is worth 10.
    """
    found = {
        "nodes": pd.DataFrame(
            {
                "node_id": ["HUB", "S1", "S2", "V1", "V2", "V3", "END"],
                "kind": ["warehouse", "store", "store", "supplier", "supplier", "supplier", "store"],
            }
        ),
        "products": pd.DataFrame(
            {
                "sku_id": ["TEA", "MUG"],
                "category": ["food", "ware"],
                "list_price": [10.0, 20.0],
                "salvage_value": [0.0, 1.0],
                "unit_weight_kg": [1.0, 2.0],
            }
        ),
        "lanes": pd.DataFrame(
            {
                "origin": ["HUB", "HUB", "V1", "V2", "V3"],
                "destination": ["S1", "S2", "HUB", "HUB", "END"],
                "lead_time_days": [0, 1, 1, 3, 1],
                "cost_per_unit": [0.5, 0.25, 1.0, 0.75, 0.0],
                "cost_per_kg": [0.0, 0.0, 0.0, 0.25, 0.0],
            }
        ),
        "stock": pd.DataFrame(
            {
                "node_id": ["HUB", "S1", "S2", "S1"],
                "sku_id": ["TEA", "TEA", "TEA", "MUG"],
                "on_hand": [2, 0, 0, 0],
                "demand_mean": [0.0, 10.0, 5.0, 6.0],
            }
        ),
        "alerts": pd.DataFrame(
            {
                "alert_id": ["a", "b", "c"],
                "kind": ["shortage"] * 3,
                "node_id": ["S1", "S2", "S1"],
                "sku_id": ["TEA", "TEA", "MUG"],
                "needed_by_days": [8, None, 4],
            }
        ),
        "supplies": supplies(),
    }
    return found | tables


def supplies() -> pd.DataFrame:
    """V1 supplies tea and ware, V2 everything, V3 tea."""
    return pd.DataFrame(
        {
            "node_id": ["V1", "V1", "V2", "V2", "V3"],
            "sku_id": ["TEA", None, None, "MUG", "TEA"],
            "category": [None, "ware", None, None, None],
            "on_time_share": [0.8, None, 1.0, 1.0, 1.0],
            "unit_price": [4.0, 6.0, 3.0, None, 1.0],
            "lead_time_days": [1, 2, 0, 2, 0],
            "blocked": [None, None, None, None, None],
        }
    )


def shortage_network(**tables: Any) -> Network:
    """The network of `frames`, with other tables where they are given."""
    return network_from_frames(frames(**tables), SETTINGS)[0]
