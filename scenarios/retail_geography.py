"""Where the stores might be: seeded cities, warehouses, lanes and what a dispatch costs. All of it is assumed.

Lanes and costs are the common regime of the seeded retail networks beside the project: 15 nearest stores, 2 warehouses
per store, the nearest 4 warehouses of each warehouse, vans of 400 kg between stores and trucks of 2,000 kg elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

KM_PER_DEGREE: Final = (111.0, 85.0)
"""Kilometres per degree of latitude and longitude near 40 degrees north; good to a percent over a region."""

REGION: Final = ((37.5, 41.5), (-86.0, -80.0))
"""Latitudes and longitudes between which cities may lie."""

CITY_SPREAD_KM: Final = 9.0
"""Standard deviation of a store's distance from the centre of its city, each way."""

NEIGHBOURS_OF_STORE: Final = 15
WAREHOUSES_OF_STORE: Final = 2
NEIGHBOURS_OF_WAREHOUSE: Final = 4
FIXED_COST_PER_100_KM: Final = 12.0
FIXED_COST_AT_0_KM: Final = 0.3 * FIXED_COST_PER_100_KM
COST_PER_KG_AT_0_KM: Final = 0.02
COST_PER_KG_PER_100_KM: Final = 0.02
VAN_KG: Final = 400.0
TRUCK_KG: Final = 2000.0
MAX_DISPATCHES: Final = 20

_ROWS_AT_ONCE: Final = 512
"""Places whose distances to all others are held at once."""


@dataclass(frozen=True, slots=True)
class Geography:
    """Nodes and lanes as tables of the network directory, warehouses first, and who serves whom."""

    nodes: pd.DataFrame
    lanes: pd.DataFrame
    warehouse_of_store: NDArray[np.int64]
    """Shape ``(n_stores,)``: the nearest warehouse, which holds the safety stock of the store."""


def place_stores(store_names: NDArray[np.object_], *, n_cities: int, seed: int) -> Geography:
    """Scatter stores around seeded cities, with one warehouse in each city, and connect them.

    Parameters
    ----------
    store_names : ndarray, shape (n_stores,)
        Node ids of the stores.
    n_cities : int
        Number of cities, and of warehouses.
    seed : int
        The same seed gives the same map.
    """
    rng = np.random.default_rng(seed)
    n_stores = len(store_names)
    scale = np.array(KM_PER_DEGREE)
    low, high = np.array(REGION).T
    centre = low + (high - low) * rng.random((n_cities, 2))
    city = rng.choice(n_cities, size=n_stores, p=rng.dirichlet(np.full(n_cities, 3.0)))
    store = centre[city] + rng.normal(0.0, CITY_SPREAD_KM, (n_stores, 2)) / scale
    warehouse = centre + rng.normal(0.0, CITY_SPREAD_KM, (n_cities, 2)) / scale
    place = np.vstack([warehouse, store]).round(5)
    names = np.concatenate([np.array([f"W{i + 1:02d}" for i in range(n_cities)], dtype=object), store_names])
    place_km = place * scale
    nodes = pd.DataFrame(
        {
            "node_id": names,
            "kind": np.where(np.arange(len(names)) < n_cities, "warehouse", "store"),
            "latitude": place[:, 0],
            "longitude": place[:, 1],
            "transit": np.arange(len(names)) < n_cities,
        }
    )
    _, warehouse_of_store = _nearest(place_km[n_cities:], place_km[:n_cities], 1)
    return Geography(nodes, lanes_between(names, place_km, n_cities), warehouse_of_store)


def lanes_between(names: NDArray[np.object_], place_km: NDArray[np.float64], n_warehouses: int) -> pd.DataFrame:
    """Connect stores to their nearest stores; warehouses with stores and with each other, both ways.

    Parameters
    ----------
    names : ndarray, shape (n_nodes,)
        Node ids, warehouses first.
    place_km : ndarray, shape (n_nodes, 2)
        Kilometres north and east of any origin; distances are as on a flat map.
    n_warehouses : int
        At least 1.

    Returns
    -------
    DataFrame
        The table ``lanes`` of the network directory.
    """
    warehouse_km, store_km = place_km[:n_warehouses], place_km[n_warehouses:]
    store_a, store_b = _nearest(store_km, store_km, NEIGHBOURS_OF_STORE, skip_itself=True)
    served, server = _nearest(store_km, warehouse_km, WAREHOUSES_OF_STORE)
    hub_a, hub_b = _nearest(warehouse_km, warehouse_km, NEIGHBOURS_OF_WAREHOUSE, skip_itself=True)
    one_way = np.array([store_a + n_warehouses, store_b + n_warehouses])
    trunk = np.hstack([np.array([server, served + n_warehouses]), np.array([hub_a, hub_b])])
    # Neighbourhood is not mutual between warehouses, so both directions are added and doubles removed.
    both_ways = np.unique(np.hstack([trunk, trunk[::-1]]), axis=1)
    origin, destination = np.hstack([both_ways, one_way])
    distance = np.hypot(*(place_km[origin] - place_km[destination]).T)
    is_trunk = np.arange(len(origin)) < both_ways.shape[1]
    return pd.DataFrame(
        {
            "origin": names[origin],
            "destination": names[destination],
            "lead_time_days": 0,
            "fixed_cost": (FIXED_COST_AT_0_KM + FIXED_COST_PER_100_KM * distance / 100).round(2),
            "cost_per_unit": 0.0,
            "cost_per_kg": (COST_PER_KG_AT_0_KM + COST_PER_KG_PER_100_KM * distance / 100).round(4),
            "capacity_kg": np.where(is_trunk, TRUCK_KG, VAN_KG),
            "max_dispatches": MAX_DISPATCHES,
        }
    )


def _nearest(
    from_km: NDArray[np.float64], to_km: NDArray[np.float64], count: int, *, skip_itself: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (row of `from_km`, row of `to_km`) of each place and its so many nearest; the first of equally near ones.

    Nothing of the size of all pairs is held at once.
    """
    count = min(count, len(to_km) - skip_itself)
    nearest = [np.empty((0, count), dtype=np.int64)]
    for start in range(0, len(from_km), _ROWS_AT_ONCE):
        rows = from_km[start : start + _ROWS_AT_ONCE]
        km = np.hypot(*(rows[:, None] - to_km[None, :]).transpose(2, 0, 1))
        if skip_itself:
            km[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        nearest.append(np.argsort(km, axis=1, kind="stable")[:, :count])
    return np.repeat(np.arange(len(from_km)), count), np.concatenate(nearest).ravel()
