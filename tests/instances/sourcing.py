"""Public facility location instances as sourcing events: customers are items, plants suppliers with a fixed cost."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from network.events import Event, event_from_frames

SETTINGS: dict[str, Any] = {"currency": "USD", "as_of": "2026-01-05", "money_decimals": 6}


def orlib_cap(path: Path) -> Event:
    """Capacitated facility location of the OR-Library; demand may be split.

    The file has the cost of all of a customer's demand; it is a whole number of units, and the cost of one has at most
    six decimals. Plants, demands and capacities being whole, splitting into units loses nothing.
    """
    numbers = np.array(path.read_text().split(), dtype=np.float64)
    n_plants, n_customers = (int(each) for each in numbers[:2])
    plants = numbers[2 : 2 + 2 * n_plants].reshape(n_plants, 2)
    customers = numbers[2 + 2 * n_plants :].reshape(n_customers, 1 + n_plants)
    demand = customers[:, 0].astype(np.int64)
    return _event(plants, demand, (customers[:, 1:] / demand[:, None]).round(6), per_unit=np.ones_like(demand))


def sscflp(path: Path) -> Event:
    """Single-source facility location: each customer is one unit, which takes the whole demand of the capacity."""
    numbers = np.array(path.read_text().split(), dtype=np.float64)
    n_plants, n_customers = (int(each) for each in numbers[:2])
    plants, rest = numbers[2 : 2 + 2 * n_plants].reshape(n_plants, 2), numbers[2 + 2 * n_plants :]
    demand, costs = rest[:n_customers].astype(np.int64), rest[n_customers:].reshape(n_plants, n_customers)
    return _event(plants, np.ones_like(demand), costs.T, per_unit=demand)


def least_costs(folder: Path) -> dict[str, float]:
    """Proved optima of a folder by instance; only some of the lists have a line of column names."""
    rows = (line.split(",") for line in (folder / "optima.csv").read_text().split())
    return {name: float(cost) for name, cost, *_ in rows if name != "instance"}


def _event(plants: np.ndarray, units: np.ndarray, prices: np.ndarray, per_unit: np.ndarray) -> Event:
    """Event of plants (capacity, fixed cost) and prices by customer and plant."""
    customer, plant = (each.reshape(-1) for each in np.indices(prices.shape))
    frames = {
        "items": pd.DataFrame({"item_id": [f"C{row + 1}" for row in range(len(units))], "units": units}),
        "suppliers": pd.DataFrame(
            {
                "supplier_id": [f"P{row + 1}" for row in range(len(plants))],
                "capacity_units": plants[:, 0].astype(np.int64),
                "fixed_cost": plants[:, 1],
            }
        ),
        "bids": pd.DataFrame(
            {
                "bid_id": [f"C{row + 1}-P{column + 1}" for row, column in zip(customer, plant, strict=True)],
                "supplier_id": [f"P{row + 1}" for row in plant],
                "item_id": [f"C{row + 1}" for row in customer],
                "unit_price": prices.reshape(-1),
                "max_units": units[customer],
                "capacity_per_unit": per_unit[customer],
            }
        ),
    }
    return event_from_frames(frames, SETTINGS)[0]
