"""Small networks as tables, to be bent by tests."""

from typing import Any

import pandas as pd

from network.reading import network_from_frames
from network.tables import Network


def small_settings() -> dict[str, Any]:
    """Content of a network.json."""
    return {"currency": "USD", "as_of": "2026-01-05", "horizon_days": 28, "money_decimals": 6}


def small_frames() -> dict[str, pd.DataFrame]:
    """A warehouse, two stores and a supplier, with every column that tests like to break."""
    return {
        "nodes": pd.DataFrame(
            {
                "node_id": ["W1", "S1", "S2", "V1"],
                "kind": ["warehouse", "store", "store", "supplier"],
                "latitude": [40.0, 41.0, 42.0, None],
                "longitude": [-75.0, -76.0, -77.0, None],
            }
        ),
        "products": pd.DataFrame(
            {
                "sku_id": ["P1", "007"],
                "list_price": [10.0, 20.0],
                "unit_weight_kg": [1.0, 0.5],
                "unit_cost": [4.0, 5.0],
                "salvage_value": [2.0, None],
            }
        ),
        "lanes": pd.DataFrame(
            {
                "lane_id": ["", "", "express"],
                "origin": ["W1", "S1", "S1"],
                "destination": ["S2", "W1", "S2"],
                "lead_time_days": [1, 2, 1],
                "fixed_cost": [5.0, 5.0, 9.0],
                "capacity_kg": [100.0, None, 50.0],
                "max_dispatches": [2, None, None],
            }
        ),
        "stock": pd.DataFrame(
            {
                "node_id": ["S1", "S2", "W1", "S1"],
                "sku_id": ["P1", "P1", "P1", "007"],
                "on_hand": [30, 1, 0, 3],
                "reserved": [2, 0, 0, 0],
                "demand_mean": [5.0, 12.5, 0.0, 1.0],
                "shortage_penalty": [1.0, 2.0, 0.0, 0.0],
            }
        ),
        "alerts": pd.DataFrame(
            {
                "alert_id": ["A1", "A2"],
                "kind": ["shortage", "overstock"],
                "node_id": ["S2", "S1"],
                "sku_id": ["P1", "P1"],
                "severity": ["red", None],
                "units": [11, None],
                "must_serve": [True, False],
            }
        ),
    }


def route_network(
    transit: list[bool],
    lanes: list[tuple[int, int, int]],
    stock: list[tuple[int, int, float]] | None = None,
    **columns: list[Any],
) -> Network:
    """A network of nodes ``0, 1, ...`` and lanes (origin, destination, days).

    Stock rows are (node, on_hand, demand) of the product P; further columns are of the lanes.
    """
    names = [f"N{number}" for number in range(len(transit))]
    ends = {"origin": [names[lane[0]] for lane in lanes], "destination": [names[lane[1]] for lane in lanes]}
    rows = stock or []
    frames = {
        "nodes": pd.DataFrame({"node_id": names, "kind": "store", "transit": transit}),
        "products": pd.DataFrame(
            {"sku_id": ["P"], "list_price": [1.0], "salvage_value": [0.0], "unit_weight_kg": [1.0]}
        ),
        "lanes": pd.DataFrame(
            {
                "lane_id": [f"L{number}" for number in range(len(lanes))],
                **ends,
                "lead_time_days": [lane[2] for lane in lanes],
                **columns,
            }
        ),
        "stock": pd.DataFrame(
            {
                "node_id": [names[row[0]] for row in rows],
                "sku_id": "P",
                "on_hand": [row[1] for row in rows],
                "demand_mean": [row[2] for row in rows],
            }
        ),
        "alerts": pd.DataFrame({"alert_id": [], "kind": [], "node_id": [], "sku_id": []}),
    }
    return network_from_frames(frames, small_settings())[0]
