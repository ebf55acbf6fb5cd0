"""A small network with prices, exits and a quote, and a plan with every kind of decision."""

from pathlib import Path

import pandas as pd

from network import Network, network_from_frames

SETTINGS = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 4, "periods": 2, "money_decimals": 6}

TABLES = {
    "nodes": pd.DataFrame(
        [("W", "warehouse", None), ("S1", "store", "North"), ("S2", "store", "North")],
        columns=["node_id", "kind", "zone"],
    ),
    "products": pd.DataFrame(
        [("A", 10.0, 2.0, 6.0, 1.0), ("B", 10.0, 1.0, 4.0, 1.0), ("M", 10.0, 1.0, None, 1.0)],
        columns=["sku_id", "list_price", "salvage_value", "unit_cost", "unit_weight_kg"],
    ),
    "lanes": pd.DataFrame(
        [("W", "S1", 0, 3.0), ("W", "S2", 0, 3.0), ("S1", "W", 1, 2.0)],
        columns=["origin", "destination", "lead_time_days", "fixed_cost"],
    ),
    "stock": pd.DataFrame(
        [
            ("W", "A", 0, 0.0),
            ("S1", "A", 10, 4.0),
            ("S2", "A", 0, 2.0),
            ("W", "B", 2, 0.0),
            ("S2", "B", 0, 6.0),
            ("W", "M", 7, 0.0),
            ("S1", "M", 3, 0.0),
        ],
        columns=["node_id", "sku_id", "on_hand", "demand_mean"],
    ),
    "lots": pd.DataFrame(
        [("W", "M", "old", 3, 2), ("W", "M", "new", 4, 3), ("S1", "M", "shelf", 3, 3)],
        columns=["node_id", "sku_id", "lot_id", "units", "expiry_days"],
    ),
    "alerts": pd.DataFrame(
        [
            ("A1", "overstock", "S1", "A", 6),
            ("A2", "shortage", "S2", "B", 6),
            ("A3", "overstock", "W", "M", 7),
        ],
        columns=["alert_id", "kind", "node_id", "sku_id", "units"],
    ),
    "price_ladders": pd.DataFrame([("A", 1, 8.0), ("A", 2, 5.0)], columns=["sku_id", "rung", "price"]),
    "price_multipliers": pd.DataFrame(
        [("A", 0.8, 1.5), ("A", 0.5, 3.0)], columns=["sku_id", "price_share", "multiplier"]
    ),
    "exits": pd.DataFrame(
        [
            ("LIQ", "liquidation", None, None, None, 0.5, 0.0, 1.0, 0),
            ("RTV", "return", "W", "M", 3.0, 0.0, 0.5, 0.0, 2),
        ],
        columns=[
            "exit_id", "kind", "node_id", "sku_id", "unit_proceeds", "proceeds_share_of_cost", "unit_fee", "fixed_cost",
            "from_day",
        ],
    ),
    "quotes": pd.DataFrame(
        [("Q1", "Acme", "S2", "B", 3.0, 20, 2, 1.5, 1)],
        columns=[
            "quote_id", "supplier", "node_id", "sku_id", "unit_price", "max_units", "min_units", "fixed_cost",
            "lead_time_days",
        ],
    ),
}  # fmt: skip

TRANSFERS = "origin,destination,sku_id,units\nW,S2,B,2\n"
MARKDOWNS = "sku_id,zone,period,price\nA,North,2,5\n"
EXITS = "node_id,exit_id,sku_id,units,lot_id\nS1,LIQ,A,3,\nW,RTV,M,4,new\n"
PURCHASES = "quote_id,units\nQ1,3\n"


def decisions_network(**tables: pd.DataFrame) -> Network:
    """The network, with other tables where given."""
    return network_from_frames(TABLES | tables, SETTINGS)[0]


def hand_made(folder: Path, **tables: str) -> Path:
    """A plan directory with the tables given; without any, those of the plan with every kind of decision."""
    folder.mkdir(parents=True, exist_ok=True)
    every = {"transfers": TRANSFERS, "markdowns": MARKDOWNS, "exits": EXITS, "purchases": PURCHASES}
    for name, text in (tables or every).items():
        (folder / f"{name}.csv").write_text(text)
    return folder
