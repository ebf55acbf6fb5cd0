"""Seeded networks for clearance: every store has every SKU, too much of many, and nothing can be moved.

    python -m scenarios.generate.clearance OUT --skus 2000 --stores 500 --zones 20 --seed 1 [--arrivals]

Writes a network directory: zones that share prices, a ladder of seven markdowns over eight weeks, demand that answers
to prices, seasons and age, families of SKUs that are marked down together, and budgets that bind. ``docs/generate.md``
says what is drawn, and how.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network import Network, network_from_frames, write_network
from scenarios.generate.flags import at_least
from scenarios.generate.places import numbered
from scenarios.generate.world import AS_OF, SEVERITY_SHARES, words_of

Floats = NDArray[np.float64]

HORIZON_DAYS: Final = 56
PERIODS: Final = 8

LADDERS: Final = ((0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3), (0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.3))
"""Shares of the list price: of most categories, and of every third."""
MAX_MARKDOWNS: Final = 3

ELASTICITY: Final = (-3.2, -1.3)
"""Least and greatest of a category; its zones differ by up to `ELASTICITY_OF_ZONE` either way."""
ELASTICITY_OF_ZONE: Final = 0.25
AGEING: Final = (0.93, 1.0)
"""Of a category, from one period to the next."""
SEASON_SWING: Final = 0.3
"""Most by which a period's demand is above or below the mean, as in a sine over the horizon; it begins anywhere."""

DEMAND_UNITS: Final = 10.0
"""Mean over the horizon of a SKU in a store."""
DEMAND_SHAPES: Final = (1.5, 4.0, 6.0)
"""Of the gamma distributions of demand between SKUs, between stores, and between the positions of both."""
VARIANCE_OF_MEAN: Final = (1.3, 4.0)
"""Of a SKU's demand: negative binomial."""
COVER: Final = 1.4
"""Median of stock by demand; log-normal between SKUs and zones, and between stores."""
COVER_SPREADS: Final = (0.5, 0.35)

PRICE_FLOOR: Final = 8.0
PRICE_SPREAD: Final = 16.0
"""A price is the floor plus a gamma of shape 2 and this scale."""
COST_SHARE: Final = (0.4, 0.55)
SALVAGE_SHARE: Final = (0.08, 0.22)
HOLDING_SHARE: Final = (0.02, 0.08)
"""Of the price, by store, over the horizon."""
PENALTY_SHARE: Final = (0.0, 0.1)
"""Of the price, by SKU."""

FAMILY_SHARE: Final = 0.4
"""Share of the families that are kept as groups; all SKUs of a category are cut into families of `FAMILY_SIZES`."""
FAMILY_SIZES: Final = (2, 4)
FAMILY_KINDS: Final = {"together": 0.7, "all_or_none": 0.15, "at_most_one": 0.15}

FLOOR_EVERY: Final = 10
FLOOR_SHARE: Final = 0.5
"""The first of so many categories may not be marked down below this share of the list price."""
TARGET_EVERY: Final = 5
TARGET_OFFSET: Final = 2
TARGET_SHARE: Final = 0.7
TARGET_PRICE_SHARE: Final = 0.05
"""The third of so many categories should sell this share; a unit short costs this share of the mean list price."""

BUDGET_SHARE: Final = 0.5
"""Of the margin that markdowns without budgets would forgo, by the estimate of `forgone_estimate`."""
OVERALL_BUDGET_SHARE: Final = 0.45

ALERT_COVER: Final = 1.8
"""Stock by demand from which a position has an alert."""

ARRIVING_SHARE: Final = 0.4
"""Share of the cells (SKU, zone) whose second half of stock arrives between `ARRIVAL_DAYS`."""
ARRIVAL_DAYS: Final = (14, 35)


@dataclass(frozen=True, slots=True)
class ClearanceShape:
    """How large a clearance is."""

    skus: int
    stores: int
    zones: int
    categories: int = 50

    def __post_init__(self) -> None:
        for name, count in asdict(self).items():
            if count < 1:
                raise ValueError(f"{name} is {count}; give at least 1")
        if self.zones > self.stores or self.categories > self.skus:
            raise ValueError("there are more zones than stores or more categories than SKUs; give fewer")


CLEARANCE_SIZES: Final[Mapping[str, ClearanceShape]] = MappingProxyType(
    {
        "XS": ClearanceShape(skus=6, stores=6, zones=2, categories=2),
        "S": ClearanceShape(skus=16, stores=10, zones=2, categories=4),
        "M": ClearanceShape(skus=100, stores=50, zones=5, categories=10),
        "L": ClearanceShape(skus=500, stores=200, zones=20, categories=25),
        "XL": ClearanceShape(skus=2_000, stores=500, zones=20, categories=50),
    }
)


@dataclass(frozen=True, slots=True)
class _Goods:
    """SKUs, shape ``(n_skus,)`` each."""

    category: NDArray[np.int64]
    list_price: Floats
    salvage_value: Floats
    demand_units: Floats
    """Mean in a store of mean size."""
    variance_of_mean: Floats
    penalty: Floats


@dataclass(frozen=True, slots=True)
class _Cells:
    """Positions, shape ``(n_skus, n_stores)`` each."""

    on_hand: NDArray[np.int64]
    in_transit: NDArray[np.int64]
    arrival_day: NDArray[np.int64]
    demand: Floats
    holding_cost: Floats


def generate_clearance(shape: ClearanceShape | str = "XL", seed: int = 1, *, arrivals: bool = False) -> Network:
    """Make a network of stock to clear; `network.write_network` makes a directory of it.

    Parameters
    ----------
    shape : ClearanceShape or str
        A key of `CLEARANCE_SIZES`, or any other shape.
    seed : int
        At least 0. The same seed gives the same network.
    arrivals : bool
        A part of the stock is still on its way and arrives in mid-horizon; no markdown then in the period of arrival.

    Returns
    -------
    Network
        Valid, and nothing about it is warned about; no two of its stores are connected.
    """
    shape = CLEARANCE_SIZES[shape] if isinstance(shape, str) else shape
    of_goods, of_cells, of_prices, of_families = np.random.default_rng(seed).spawn(4)
    zone = np.arange(shape.stores) * shape.zones // shape.stores
    goods = _draw_goods(of_goods, shape)
    cells = _draw_cells(of_cells, shape, goods, zone, arrivals=arrivals)
    category = of_prices.uniform(*ELASTICITY, shape.categories)
    elasticity = category[:, None] + of_prices.uniform(-1, 1, (shape.categories, shape.zones)) * ELASTICITY_OF_ZONE
    sku_ids, zone_ids = numbered("P", shape.skus), numbered("Z", shape.zones)
    category_ids = numbered("K", shape.categories)
    frames = {
        "nodes": pd.DataFrame({"node_id": numbered("S", shape.stores), "kind": "store", "zone": zone_ids[zone]}),
        "products": pd.DataFrame(
            {
                "sku_id": sku_ids,
                "category": category_ids[goods.category],
                "unit_cost": (goods.list_price * of_prices.uniform(*COST_SHARE, shape.skus)).round(2),
                "list_price": goods.list_price,
                "salvage_value": goods.salvage_value,
            }
        ),
        "lanes": pd.DataFrame({"origin": [], "destination": []}, dtype=object),
        **_stock_and_alerts(shape, goods, cells, sku_ids),
        "price_ladders": _ladders(category_ids),
        "price_response": _response(of_prices, elasticity, category_ids, zone_ids),
        "period_factors": _seasons(of_prices, category_ids),
        "clearance_rules": _rules(goods, category_ids, arrivals=arrivals),
        "clearance_groups": _families(of_families, goods.category, sku_ids),
        "markdown_budgets": _budgets(forgone_estimate(goods, cells, elasticity, zone), category_ids, zone_ids),
    }
    settings = {"currency": "USD", "as_of": AS_OF, "horizon_days": HORIZON_DAYS, "periods": PERIODS}
    network, _ = network_from_frames({name: frame for name, frame in frames.items() if len(frame.columns)}, settings)
    return network


def _draw_goods(random: np.random.Generator, shape: ClearanceShape) -> _Goods:
    n = shape.skus
    price = (PRICE_FLOOR + random.gamma(2, PRICE_SPREAD, n)).round(2)
    between = DEMAND_SHAPES[0]
    return _Goods(
        category=random.permutation(n) % shape.categories,
        list_price=price,
        salvage_value=(price * random.uniform(*SALVAGE_SHARE, n)).round(2),
        demand_units=DEMAND_UNITS * random.gamma(between, 1 / between, n),
        variance_of_mean=random.uniform(*VARIANCE_OF_MEAN, n),
        penalty=(price * random.uniform(*PENALTY_SHARE, n)).round(2),
    )


def _draw_cells(
    random: np.random.Generator, shape: ClearanceShape, goods: _Goods, zone: NDArray[np.int64], *, arrivals: bool
) -> _Cells:
    """Draw what every store has of every SKU, sells of it, and still awaits."""
    cells = (shape.skus, shape.stores)
    size, place = random.gamma(DEMAND_SHAPES[1], 1 / DEMAND_SHAPES[1], shape.stores), DEMAND_SHAPES[2]
    demand = goods.demand_units[:, None] * size * random.gamma(place, 1 / place, cells)
    cover = COVER * np.exp(
        COVER_SPREADS[0] * random.normal(size=(shape.skus, shape.zones))[:, zone]
        + COVER_SPREADS[1] * random.normal(size=cells)
    )
    holding = random.uniform(*HOLDING_SHARE, shape.stores)
    stock = np.rint(demand * cover).astype(np.int64)
    late = random.random((shape.skus, shape.zones)) < (ARRIVING_SHARE if arrivals else 0.0)
    day = random.integers(ARRIVAL_DAYS[0], ARRIVAL_DAYS[1] + 1, late.shape)[:, zone]
    in_transit = np.where(late[:, zone], stock // 2, 0)
    return _Cells(
        on_hand=stock - in_transit,
        in_transit=in_transit,
        arrival_day=np.where(in_transit > 0, day, 0),
        demand=np.maximum(demand.round(3), 0.001),
        holding_cost=(goods.list_price[:, None] * holding).round(2),
    )


def _stock_and_alerts(
    shape: ClearanceShape, goods: _Goods, cells: _Cells, sku_ids: NDArray[np.object_]
) -> dict[str, pd.DataFrame]:
    """Return the tables of all positions, and of those with far too much: the worst of every SKU at least."""
    place = {
        "node_id": words_of(np.tile(np.arange(shape.stores), shape.skus), numbered("S", shape.stores)),
        "sku_id": words_of(np.repeat(np.arange(shape.skus), shape.stores), sku_ids),
    }
    stock = place | {
        "on_hand": cells.on_hand.ravel(),
        "in_transit": cells.in_transit.ravel(),
        "in_transit_arrival_day": cells.arrival_day.ravel(),
        "demand_mean": cells.demand.ravel(),
        "demand_std": np.sqrt(cells.demand * goods.variance_of_mean[:, None]).ravel().round(6),
        "holding_cost": cells.holding_cost.ravel(),
        "shortage_penalty": np.repeat(goods.penalty, shape.stores),
    }
    units = cells.on_hand + cells.in_transit
    excess = units - np.ceil(cells.demand)
    alerted = (units >= ALERT_COVER * cells.demand) & (excess > 0)
    alerted[np.arange(shape.skus), excess.argmax(axis=1)] = True
    row = np.flatnonzero(alerted)
    too_many = np.maximum(excess.ravel()[row], 0)
    share = too_many / np.maximum(units.ravel()[row], 1)
    alerts = {
        "alert_id": numbered("A", len(row)),
        "kind": "overstock",
        **{name: column[row] for name, column in place.items()},
        "severity": words_of(np.searchsorted(SEVERITY_SHARES, share, side="right"), ("yellow", "orange", "red")),
        "units": too_many.astype(np.int64),
    }
    return {"stock": pd.DataFrame(stock), "alerts": pd.DataFrame(alerts)}


def _ladders(category_ids: NDArray[np.object_]) -> pd.DataFrame:
    """Return one ladder for all, and another one for every third category."""
    other = [name for name in category_ids[2::3] for _ in LADDERS[1]]
    n = 1 + len(category_ids[2::3])
    return pd.DataFrame(
        {
            "category": [""] * len(LADDERS[0]) + other,
            "rung": np.tile(np.arange(1, len(LADDERS[0]) + 1), n),
            "price_share": np.concatenate([LADDERS[0], *[LADDERS[1]] * (n - 1)]),
        }
    )


def _response(
    random: np.random.Generator, elasticity: Floats, category_ids: NDArray[np.object_], zone_ids: NDArray[np.object_]
) -> pd.DataFrame:
    ageing = random.uniform(*AGEING, len(category_ids))
    return pd.DataFrame(
        {
            "category": np.repeat(category_ids, len(zone_ids)),
            "zone": np.tile(zone_ids, len(category_ids)),
            "elasticity": elasticity.ravel().round(3),
            "elasticity_std": 0.2,
            "ageing_factor": np.repeat(ageing, len(zone_ids)).round(3),
        }
    )


def _seasons(random: np.random.Generator, category_ids: NDArray[np.object_]) -> pd.DataFrame:
    begins = random.uniform(0, 2 * np.pi, (len(category_ids), 1))
    swing = random.uniform(0, SEASON_SWING, (len(category_ids), 1))
    factor = 1 + swing * np.sin(begins + 2 * np.pi * np.arange(PERIODS) / PERIODS)
    return pd.DataFrame(
        {
            "category": np.repeat(category_ids, PERIODS),
            "period": np.tile(np.arange(1, PERIODS + 1), len(category_ids)),
            "factor": factor.ravel().round(3),
        }
    )


def _rules(goods: _Goods, category_ids: NDArray[np.object_], *, arrivals: bool) -> pd.DataFrame:
    """Return a row for all, and rows for categories with a floor and with a target: the most specific one decides."""
    number = np.arange(len(category_ids))
    floor, target = number % FLOOR_EVERY == 0, number % TARGET_EVERY == TARGET_OFFSET
    own = np.flatnonzero(floor | target)
    price = (TARGET_PRICE_SHARE * goods.list_price.mean()).round(2)
    return pd.DataFrame(
        {
            "category": ["", *category_ids[own]],
            "max_markdowns": MAX_MARKDOWNS,
            "no_touch_after_arrival_periods": int(arrivals),
            "min_share_of_list": [0.0, *np.where(floor[own], FLOOR_SHARE, 0.0)],
            "sell_through_share": [np.nan, *np.where(target[own], TARGET_SHARE, np.nan)],
            "sell_through_price": [np.nan, *np.where(target[own], price, np.nan)],
        }
    )


def _families(random: np.random.Generator, category: NDArray[np.int64], sku_ids: NDArray[np.object_]) -> pd.DataFrame:
    """Cut the SKUs of each category into families, and keep some of them."""
    mixed = random.permutation(len(category))
    sku = mixed[np.argsort(category[mixed], kind="stable")]
    sizes = random.integers(FAMILY_SIZES[0], FAMILY_SIZES[1] + 1, len(category))
    kept = random.random(len(category)) < FAMILY_SHARE
    kinds = random.choice(len(FAMILY_KINDS), size=len(category), p=list(FAMILY_KINDS.values()))
    family = np.searchsorted(np.cumsum(sizes), np.arange(len(category)), side="right")
    # A family that lies across two categories is cut there; what is left alone is none.
    _, part, count = np.unique(family * (category.max() + 1) + category[sku], return_inverse=True, return_counts=True)
    member = kept[family] & (count[part] >= FAMILY_SIZES[0])
    names = numbered("F", len(count))
    kind = np.array(list(FAMILY_KINDS), dtype=object)[kinds[family[member]]]
    return pd.DataFrame({"group_id": names[part[member]], "sku_id": sku_ids[sku[member]], "kind": kind})


def forgone_estimate(goods: _Goods, cells: _Cells, elasticity: Floats, zone: NDArray[np.int64]) -> Floats:
    """Estimate the margin that the best markdowns without budgets forgo, by category and zone.

    Demand is taken as certain and one price as kept all along: enough to set budgets that bind.

    Returns
    -------
    ndarray of float64, shape (n_categories, n_zones)
        Currency.
    """
    n_categories, n_zones = elasticity.shape
    n_skus, units = len(goods.category), cells.on_hand + cells.in_transit
    best = np.full((n_skus, n_zones), -np.inf)
    forgone = np.zeros((n_skus, n_zones))
    first = np.searchsorted(zone, np.arange(n_zones))
    for share in (1.0, *LADDERS[0]):
        multiplier = (share**elasticity)[goods.category]
        sold = np.add.reduceat(np.minimum(units, cells.demand * multiplier[:, zone]), first, axis=1)
        worth = (share * goods.list_price - goods.salvage_value)[:, None] * sold
        better = worth > best
        best = np.where(better, worth, best)
        forgone = np.where(better, (1 - share) * goods.list_price[:, None] * sold, forgone)
    total = np.zeros((n_categories, n_zones))
    np.add.at(total, goods.category, forgone)
    return total


def _budgets(forgone: Floats, category_ids: NDArray[np.object_], zone_ids: NDArray[np.object_]) -> pd.DataFrame:
    """Return one budget for all, one for each zone and one for each category."""
    by_zone, by_category = forgone.sum(axis=0), forgone.sum(axis=1)
    amounts = [OVERALL_BUDGET_SHARE * forgone.sum(), *(BUDGET_SHARE * by_zone), *(BUDGET_SHARE * by_category)]
    return pd.DataFrame(
        {
            "budget_id": [
                "all",
                *(f"zone {name}" for name in zone_ids),
                *(f"category {name}" for name in category_ids),
            ],
            "category": ["", *[""] * len(zone_ids), *category_ids],
            "zone": ["", *zone_ids, *[""] * len(category_ids)],
            "amount": np.round(amounts, 2),
        }
    )


def main(words: Sequence[str] | None = None) -> None:
    """Write a seeded network of stock to clear as a network directory."""
    asked = _parser().parse_args(words)
    counts = {name: count for name in asdict(CLEARANCE_SIZES["S"]) if (count := getattr(asked, name)) is not None}
    try:
        shape = replace(CLEARANCE_SIZES[asked.size], **counts)
    except ValueError as wrong:
        raise SystemExit(str(wrong)) from None
    network = generate_clearance(shape, asked.seed, arrivals=asked.arrivals)
    write_network(network, asked.out, file_format=asked.format)
    tables = ("nodes", "products", "stock", "alerts", "clearance_groups", "markdown_budgets")
    sizes = ", ".join(f"{len(getattr(network, table)):,} {table}" for table in tables)
    sys.stdout.write(f"{sizes}\nWritten; try: counterpoise inspect {asked.out}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scenarios.generate.clearance", description=main.__doc__)
    parser.add_argument("out", type=Path, help="network directory to write")
    shapes = "; ".join(f"{name} {shape.skus}, {shape.stores}, {shape.zones}" for name, shape in CLEARANCE_SIZES.items())
    parser.add_argument("--size", choices=CLEARANCE_SIZES, default="XL", help=f"SKUs, stores, zones: {shapes}")
    for name in asdict(CLEARANCE_SIZES["S"]):
        parser.add_argument(f"--{name}", type=at_least(1), metavar="N", help="instead of that of the size")
    parser.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of all that is drawn (default: 1)")
    parser.add_argument("--arrivals", action="store_true", help="a part of the stock arrives in mid-horizon")
    parser.add_argument("--format", choices=("csv", "parquet"), default="parquet", help="default: %(default)s")
    return parser


if __name__ == "__main__":
    main()
