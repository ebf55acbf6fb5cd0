"""Where the nodes are: cities of very different size, stores around them, warehouses at the edge of the largest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.generate.shapes import Shape
from scenarios.retail_geography import KM_PER_DEGREE, lanes_between

REGION: Final = ((33.0, 45.0), (-118.0, -80.0))
"""Latitudes and longitudes between which cities may lie; the same for every size, so small networks are thin ones."""

STORES_PER_CITY: Final = 12
"""On average; there are at least as many cities as warehouses."""
POPULATION_EXPONENT: Final = 0.8
"""The population of the n-th city is in proportion to n to the minus this."""
CITY_SPREAD_KM: Final = 10.0
"""Standard deviation of a store's distance from the centre of a city of mean population, each way; it grows with the
square root of the population."""
WAREHOUSE_SPREAD_KM: Final = 25.0
"""The same of the warehouse of a city, whatever the population."""
STORE_SIZE_SHAPE: Final = 4.0
"""Of the gamma distribution of store sizes: the smallest tenth sells less than half of the mean."""


@dataclass(frozen=True, slots=True)
class Places:
    """Nodes, warehouses first, and the lanes between them."""

    nodes: pd.DataFrame
    lanes: pd.DataFrame
    is_store: NDArray[np.bool_]
    """Shape ``(n_nodes,)``."""
    size: NDArray[np.float64]
    """Shape ``(n_nodes,)``: sales of a store relative to the mean store; 1 for a warehouse."""


def draw_places(random: np.random.Generator, shape: Shape) -> Places:
    """Draw cities, scatter the stores around them, put a warehouse at each of the largest, and connect all."""
    scale, (low, high) = np.array(KM_PER_DEGREE), np.array(REGION).T
    n_cities = max(shape.warehouses, shape.stores // STORES_PER_CITY)
    centre = low + (high - low) * random.random((n_cities, 2))
    population = np.arange(1, n_cities + 1) ** -POPULATION_EXPONENT
    city = np.sort(random.choice(n_cities, size=shape.stores, p=population / population.sum()))
    spread_km = CITY_SPREAD_KM * np.sqrt(population / population.mean())
    store = centre[city] + random.normal(size=(shape.stores, 2)) * spread_km[city, None] / scale
    edge = centre[: shape.warehouses] + random.normal(size=(shape.warehouses, 2)) * WAREHOUSE_SPREAD_KM / scale
    place = np.vstack([edge, store]).round(5)
    names = np.concatenate([numbered("W", shape.warehouses), numbered("S", shape.stores)])
    is_store = np.arange(len(names)) >= shape.warehouses
    zone = np.full(len(names), None, dtype=object)  # a warehouse is in none: it sells nothing
    zone[is_store] = numbered("C", n_cities)[city]
    nodes = pd.DataFrame(
        {
            "node_id": names,
            "kind": np.where(is_store, "store", "warehouse"),
            "latitude": place[:, 0],
            "longitude": place[:, 1],
            "zone": zone,
        }
    )
    size = np.ones(len(names))
    size[is_store] = random.gamma(STORE_SIZE_SHAPE, 1 / STORE_SIZE_SHAPE, shape.stores)
    return Places(nodes, lanes_between(names, place * scale, shape.warehouses), is_store, size)


def numbered(letter: str, count: int) -> NDArray[np.object_]:
    """Ids that sort like their numbers: the letter, then 1 to `count` with zeros in front, shape ``(count,)``."""
    digits = len(str(count))
    ids = (10**digits + np.arange(1, count + 1)).astype(f"U{digits + 1}")
    ids.view("U1")[:: digits + 1] = letter  # instead of the leading 1
    names: NDArray[np.object_] = ids.astype(np.object_)
    return names
