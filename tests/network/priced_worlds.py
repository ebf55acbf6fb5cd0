"""Small networks with something in every table of prices, exits and purchases."""

from typing import Any

import pandas as pd

from network import Network, network_from_frames
from tests.network.changes import Frames
from tests.network.worlds import small_frames, small_settings


def priced_settings(**changes: Any) -> dict[str, Any]:
    """Four periods of a week."""
    return small_settings() | {"periods": 4} | changes


def priced_frames() -> Frames:
    """The small network with zones and categories, and something right in every table."""
    tables = small_frames()
    tables["nodes"]["zone"] = [None, "north", "north", None]
    tables["products"]["category"] = ["shirts", "shoes"]
    return tables | {
        "price_ladders": pd.DataFrame(
            {"sku_id": ["P1", "P1", None], "category": [None, None, "shoes"], "rung": [1, 2, 1]}
            | {"price": [8.0, None, None], "price_share": [None, 0.6, 0.9]}
        ),
        "price_response": pd.DataFrame({"category": ["shirts"], "zone": ["north"], "elasticity": [-2.0]}),
        "price_multipliers": pd.DataFrame({"sku_id": ["007"] * 2, "price_share": [0.5, 1.0], "multiplier": [3.0, 1.0]}),
        "period_factors": pd.DataFrame({"period": [1, 4], "factor": [0.0, 2.0]}),
        "clearance_rules": pd.DataFrame({"max_markdowns": [3], "sell_through_share": [0.5], "exit_period": [4]}),
        "clearance_groups": pd.DataFrame({"group_id": ["G"] * 2, "sku_id": ["P1", "007"], "kind": "at_most_one"}),
        "markdown_budgets": pd.DataFrame({"budget_id": ["B"] * 2, "category": ["shirts", "shoes"], "amount": 100.0}),
        "exits": pd.DataFrame({"exit_id": ["L"], "kind": ["liquidation"], "unit_proceeds": [1.0], "max_share": [0.5]}),
        "quotes": pd.DataFrame(
            {"quote_id": ["Q"], "node_id": ["S2"], "sku_id": ["P1"], "unit_price": [6.0], "max_units": [9]}
        ),
    }


def full_network() -> Network:
    """Every column of every new table, given and empty."""
    tables = priced_frames()
    tables["price_response"] = pd.DataFrame(
        {"sku_id": ["P1", None], "elasticity": [-1.5, None], "elasticity_std": [0.2, None]}
        | {"ageing_factor": [0.9, None], "memo": ["estimated", ""]}
    )
    tables["clearance_rules"] = pd.DataFrame(
        {
            "sku_id": ["P1", None],
            "zone": ["north", None],
            "max_markdowns": [2, None],
            "min_step_share": [0.05, None],
            "max_step_share": [0.5, None],
            "min_periods_between": [2, None],
            "earliest_period": [2, None],
            "exit_period": [3, None],
            "no_touch_after_arrival_periods": [1, None],
            "no_touch_before_exit_periods": [1, None],
            "min_price": [3.0, None],
            "min_share_of_cost": [0.5, None],
            "min_share_of_list": [0.3, None],
            "sell_through_share": [0.8, None],
            "sell_through_by_period": [3, None],
            "sell_through_price": [1.5, None],
        }
    )
    tables["exits"] = pd.DataFrame(
        {
            "exit_id": ["L", "R"],
            "kind": ["liquidation", "return"],
            "node_id": [None, "S1"],
            "sku_id": [None, "P1"],
            "category": ["shirts", None],
            "unit_proceeds": [-1.5, None],
            "proceeds_share_of_cost": [0.5, None],
            "unit_fee": [0.1, None],
            "fixed_cost": [2.0, None],
            "min_lot_units": [2, None],
            "capacity_units": [50, None],
            "max_share": [0.75, None],
            "from_day": [1, None],
            "until_day": [20, None],
        }
    )
    return network_from_frames(tables | bought_frames(), priced_settings())[0]


def bought_frames() -> Frames:
    """Every column of the tables about what can be bought, given and empty."""
    quotes = pd.DataFrame(
        {
            "quote_id": ["Q", "R"],
            "supplier": ["Acme", None],
            "node_id": ["S2", "W1"],
            "sku_id": ["P1", "P1"],
            "unit_price": [5.5, 0.0],
            "max_units": [12, 1],
            "min_units": [6, None],
            "fixed_cost": [9.0, None],
            "lead_time_days": [3, None],
            "bid_id": ["B", None],
            "alternate_id": [None, "A"],
        }
    )
    suppliers = pd.DataFrame({"supplier": ["Acme"], "fixed_cost": [2.5], "capacity_units": [10]})
    supplies = pd.DataFrame(
        {
            "node_id": ["V1", "V1"],
            "sku_id": ["P1", None],
            "category": [None, "shoes"],
            "blocked": [True, None],
            "on_time_share": [0.75, None],
            "unit_price": [3.5, None],
            "lead_time_days": [2, None],
            "min_units": [6, None],
        }
    )
    return {"quotes": quotes, "quote_suppliers": suppliers, "supplies": supplies}
