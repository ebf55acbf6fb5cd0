"""What is sold: categories with their prices and weights, few fast movers and many slow ones, some goods in cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.generate.places import numbered

CLASS_SHARES: Final = (0.2, 0.3, 0.5)
"""Share of the SKUs that are fast movers (A), middling (B) and slow (C)."""
CLASS_DEMAND: Final = (42.0, 9.0, 2.5)
"""Mean units that a store of mean size sells of such a SKU over the horizon."""
CLASS_PRESENCE: Final = (1.0, 0.75, 0.45)
"""Share of the stores that list such a SKU; over-stock, shortages and reserves go with it."""
POPULARITY_SHAPE: Final = 4.0
"""Of the gamma distribution of demand between the SKUs of a class."""

CASED_SHARE: Final = 0.3
"""Share of the SKUs that move in cases."""
CASE_UNITS: Final = ((6, 12), (3, 6), (2, 2))
"""Small and large case of a class."""

CATEGORIES: Final = (
    ("drinks", 0.5, 1.8, 0.30),
    ("groceries", 0.5, 0.9, 0.25),
    ("household", 0.7, 1.4, 0.30),
    ("cosmetics", 0.9, 0.2, 0.25),
    ("toys", 0.9, 0.6, 0.20),
    ("garden", 1.1, 2.5, 0.15),
    ("sports", 1.2, 1.2, 0.20),
    ("clothing", 1.2, 0.5, 0.10),
    ("tools", 1.4, 1.6, 0.35),
    ("electronics", 1.6, 0.8, 0.20),
)
"""Name, price relative to the mean of all, kg per unit, salvage value as a share of the price."""
PRICE_FLOOR: Final = 5.0
PRICE_SPREAD: Final = 15.0
"""A price is the floor plus a gamma of shape 2 and this scale (mean 30), times that of its category: 35 on average."""
WEIGHT_SHAPE: Final = 4.0
"""Of the gamma distribution of weights in a category."""
LEAST_KG: Final = 0.02
COST_SHARE: Final = 0.55
"""Unit cost as a share of the price."""

POISSON_SHARE: Final = 0.4
"""Share of the SKUs whose uncertain demand is Poisson."""
VARIANCE_OF_MEAN: Final = (1.5, 4.0)
"""Variance of all others as a multiple of the mean: negative binomial."""


@dataclass(frozen=True, slots=True)
class Assortment:
    """SKUs, shape ``(n_skus,)`` each."""

    products: pd.DataFrame
    demand_units: NDArray[np.float64]
    """Mean over the horizon in a store of mean size."""
    presence: NDArray[np.float64]
    """Relative to the mean of all SKUs."""
    variance_of_mean: NDArray[np.float64]
    """Of uncertain demand; 1 where it is Poisson."""


def draw_assortment(random: np.random.Generator, n_skus: int) -> Assortment:
    """Draw the SKUs; every class and every category has its share of them, as far as they can be shared."""
    grade = np.searchsorted(np.cumsum(CLASS_SHARES)[:-1], (random.permutation(n_skus) + 0.5) / n_skus)
    names, price_factor, unit_kg, salvage_share = zip(*CATEGORIES, strict=True)
    category = random.permutation(n_skus) % len(CATEGORIES)
    price = np.array(price_factor)[category] * (PRICE_FLOOR + random.gamma(2, PRICE_SPREAD, n_skus))
    weight = np.array(unit_kg)[category] * random.gamma(WEIGHT_SHAPE, 1 / WEIGHT_SHAPE, n_skus)
    case = np.array(CASE_UNITS)[grade, random.integers(2, size=n_skus)]
    products = pd.DataFrame(
        {
            "sku_id": numbered("P", n_skus),
            "category": np.array(names, dtype=object)[category],
            "unit_weight_kg": np.maximum(weight, LEAST_KG).round(3),
            "unit_cost": (price * COST_SHARE).round(2),
            "list_price": price.round(2),
            "salvage_value": (price * np.array(salvage_share)[category]).round(2),
            "case_pack": np.where(random.random(n_skus) < CASED_SHARE, case, 1),
        }
    )
    popularity = random.gamma(POPULARITY_SHAPE, 1 / POPULARITY_SHAPE, n_skus)
    presence = np.array(CLASS_PRESENCE)[grade]
    variance = np.where(random.random(n_skus) < POISSON_SHARE, 1.0, random.uniform(*VARIANCE_OF_MEAN, n_skus))
    return Assortment(products, np.array(CLASS_DEMAND)[grade] * popularity, presence / presence.mean(), variance)
