"""Facility location: public instances or drawn ones, as sourcing events and as the program of the textbooks.

Customers are items, plants suppliers with a fixed cost and a capacity. Where one plant has to serve all of a customer's
demand, the item is one unit that takes the whole demand of the capacity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events import Event, event_from_frames
from optimizer.program import Program

Floats = NDArray[np.float64]

FAMILIES: Final = {"orlib_cap": False, "sscflp": True}
"""Folders of public instances, and whether one plant serves all of a customer."""

_SETTINGS: Final[dict[str, Any]] = {"currency": "USD", "as_of": "2026-01-05", "money_decimals": 6}


@dataclass(frozen=True, slots=True)
class Facilities:
    """One instance."""

    name: str
    capacity: Floats
    """Shape ``(n_plants,)``, like `fixed_cost`."""
    fixed_cost: Floats
    demand: Floats
    """Shape ``(n_customers,)``."""
    cost: Floats
    """Of serving all of a customer, shape ``(n_plants, n_customers)``."""
    single: bool
    """One plant serves all of a customer."""


def read_facilities(path: Path, *, single: bool) -> Facilities:
    """Read a file of the OR-Library, or of Holmberg's single-source instances."""
    numbers = np.array(path.read_text(encoding="utf-8").split(), dtype=np.float64)
    n_plants, n_customers = (int(each) for each in numbers[:2])
    plants, rest = numbers[2 : 2 + 2 * n_plants].reshape(n_plants, 2), numbers[2 + 2 * n_plants :]
    if single:
        demand, cost = rest[:n_customers], rest[n_customers:].reshape(n_plants, n_customers)
    else:
        table = rest.reshape(n_customers, 1 + n_plants)
        demand, cost = table[:, 0], table[:, 1:].T
    return Facilities(path.stem, plants[:, 0], plants[:, 1], demand, cost, single)


def public_facilities(data: Path) -> Iterator[Facilities]:
    """Yield all public instances of a folder."""
    for folder, single in FAMILIES.items():
        for path in sorted((data / folder).glob("*.txt")):
            yield read_facilities(path, single=single)


def drawn_facilities(n: int, seed: int) -> Iterator[Facilities]:
    """Yield instances of either kind: places on a plane, half of the plants enough for all."""
    for number in range(n):
        for single in (False, True):
            rng = np.random.default_rng((seed, number, int(single)))
            plants, customers = rng.uniform(0, 100, (10, 2)), rng.uniform(0, 100, (40, 2))
            demand = rng.integers(10, 60, 40).astype(np.float64)
            far = np.sqrt(((plants[:, None] - customers[None]) ** 2).sum(axis=2))
            capacity = np.ceil(rng.uniform(0.15, 0.35, 10) * demand.sum())
            cost = np.round(far * demand, 0) if single else np.round(far, 2) * demand
            yield Facilities(
                f"drawn_{'single' if single else 'split'}_{number + 1}",
                capacity,
                np.round(rng.uniform(2_000, 6_000, 10), 0),
                demand,
                cost,
                single,
            )


def event_of(facilities: Facilities) -> Event:
    """Write an instance as a sourcing event."""
    n_plants, n_customers = facilities.cost.shape
    demand = facilities.demand.astype(np.int64)
    units, per_unit = (np.ones_like(demand), demand) if facilities.single else (demand, np.ones_like(demand))
    plant, customer = (each.reshape(-1) for each in np.indices(facilities.cost.shape))
    customers = np.array([f"C{row + 1}" for row in range(n_customers)])
    plants = np.array([f"P{row + 1}" for row in range(n_plants)])
    frames = {
        "items": pd.DataFrame({"item_id": customers, "units": units}),
        "suppliers": pd.DataFrame(
            {
                "supplier_id": plants,
                "capacity_units": facilities.capacity.astype(np.int64),
                "fixed_cost": facilities.fixed_cost,
            }
        ),
        "bids": pd.DataFrame(
            {
                "bid_id": np.arange(len(plant)).astype(str),
                "supplier_id": plants[plant],
                "item_id": customers[customer],
                "unit_price": (facilities.cost / units).reshape(-1).round(6),
                "max_units": units[customer],
                "capacity_per_unit": per_unit[customer],
            }
        ),
    }
    return event_from_frames(frames, _SETTINGS)[0]


def textbook_program(facilities: Facilities) -> Program:
    """Write the strong formulation: shares of demand, each at most its plant's switch, and capacities."""
    n_plants, n_customers = facilities.cost.shape
    n = n_plants * n_customers
    plant, customer = (each.reshape(-1) for each in np.indices(facilities.cost.shape))
    share, switch = np.arange(n), n + np.arange(n_plants)
    row = np.concatenate([customer, n_customers + share, n_customers + share])
    row = np.concatenate([row, n_customers + n + plant, n_customers + n + np.arange(n_plants)])
    column = np.concatenate([share, share, n + plant, share, switch])
    ones = np.ones(n)
    coefficient = np.concatenate([ones, ones, -ones, facilities.demand[customer], -facilities.capacity])
    order = np.lexsort((column, row))
    n_rows = n_customers + n + n_plants
    covered = np.ones(n_customers)
    return Program(
        objective=-np.concatenate([facilities.cost.reshape(-1), facilities.fixed_cost]),
        low=np.zeros(n + n_plants),
        high=np.ones(n + n_plants),
        integer=np.concatenate([np.full(n, facilities.single), np.ones(n_plants, dtype=np.bool_)]),
        row=row[order],
        column=column[order],
        coefficient=coefficient[order],
        row_low=np.concatenate([covered, np.full(n + n_plants, -np.inf)]),
        row_high=np.concatenate([covered, np.zeros(n + n_plants)]),
        row_unit=np.ones(n_rows),
        offset=0.0,
        first_member_row=n_customers,
        first_limit_row=n_customers + n,
    )
