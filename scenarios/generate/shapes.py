"""How large a network is, and how much is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Final, Literal

Demand = Literal["certain", "uncertain"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is."""

    stores: int
    warehouses: int
    skus: int

    def __post_init__(self) -> None:
        for name, count in asdict(self).items():
            if count < 1:
                raise ValueError(f"{name} is {count}; give at least 1")


@dataclass(frozen=True, slots=True)
class Regime:
    """How much is wrong, and what it costs to mend it."""

    over_share: float
    """Of all cells (store, SKU), those that hold more than they sell."""
    short_share: float
    """Of all cells (store, SKU), those that hold less than they could sell."""
    dispatch_cost_factor: float
    """Times `scenarios.retail_geography.FIXED_COST_PER_100_KM` per 100 km, and so on."""


SIZES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "S": Shape(stores=100, warehouses=8, skus=100),
        "M": Shape(stores=400, warehouses=27, skus=500),
        "L": Shape(stores=1_000, warehouses=40, skus=2_000),
        "XL": Shape(stores=3_000, warehouses=40, skus=10_000),
    }
)

REGIMES: Final[Mapping[str, Regime]] = MappingProxyType(
    {
        "common": Regime(over_share=0.06, short_share=0.08, dispatch_cost_factor=1.0),
        "scarce": Regime(over_share=0.02, short_share=0.15, dispatch_cost_factor=1.0),
        "costly": Regime(over_share=0.06, short_share=0.08, dispatch_cost_factor=5.0),
    }
)
