"""Seeded sourcing events: many items with 5 to 30 bids each, tiers, capacities that bind, and rules of every kind.

    python -m scenarios.generate.sourcing OUT --size S --regime light --seed 1

Writes an event directory. Suppliers cover categories; a price is the item's cost times the supplier's factor times
noise. The rules hold for a reference award that is drawn first, with prices of its own, so that every event has valid
awards and the rules bind the best ones. ``docs/generate.md`` says what is drawn, and how.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT, no_rows
from network.events import Bids, Deliveries, Event, FreightKind, Items, Rates, Scenarios, Suppliers, TierKind, Tiers
from scenarios.generate.flags import at_least
from scenarios.generate.places import numbered
from scenarios.generate.sourcing_rules import draw_rules, no_rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BIDS_OF_ITEM: Final = (5, 30)
ITEMS_OF_CATEGORY: Final = 50
FAMILY_SHARE: Final = 0.12
"""Share of a category's items that are in families of three, which rules of their own are about."""
FAMILY_ITEMS: Final = 3

UNITS: Final = (300.0, 1.2, 10, 5_000)
"""Median, deviation of the logarithm, least and most of an item's units."""
ITEM_COST: Final = (20.0, 1.0)
SUPPLIER_FACTOR: Final = (0.85, 1.2)
FACTOR_OF_CATEGORY: Final = 0.06
NOISE: Final = 0.08
"""Deviations of the logarithm: of a supplier in a category, and of a bid."""
FREIGHT_SHARE: Final = (0.0, 0.06)
"""Of the item's cost, by supplier."""
PENALTY_FACTOR: Final = (3.0, 5.0)
"""Of the item's cost: what an uncovered unit costs."""

TIER_SHARE: Final = 0.3
TIERS_OF_BID: Final = (2, 4)
TIER_STEP: Final = (0.02, 0.06)
"""By how much the price falls from one tier to the next."""
MIN_SHARE, MAX_SHARE, PACK_SHARE = 0.15, 0.2, 0.1
"""Shares of the bids with a smallest quantity, a largest quantity, packs."""
PACKS: Final = (5, 10, 12, 25)

INCUMBENT_SHARE: Final = 0.3
SUPPLIER_GROUPS: Final = 6


@dataclass(frozen=True, slots=True)
class SourcingShape:
    """How large an event is."""

    items: int
    suppliers: int
    rules: int

    def __post_init__(self) -> None:
        for name, count in asdict(self).items():
            if count < (0 if name == "rules" else 1):
                raise ValueError(f"{name} is {count}; give at least {0 if name == 'rules' else 1}")


SOURCING_SIZES: Final[Mapping[str, SourcingShape]] = MappingProxyType(
    {
        "XS": SourcingShape(items=40, suppliers=8, rules=12),
        "S": SourcingShape(items=1_000, suppliers=100, rules=80),
        "M": SourcingShape(items=3_000, suppliers=200, rules=200),
        "L": SourcingShape(items=6_000, suppliers=300, rules=400),
    }
)


@dataclass(frozen=True, slots=True)
class Regime:
    """What using a supplier costs."""

    fixed_share: tuple[float, float]
    """Fixed cost of a supplier, as a share of what the mean supplier would sell if all sold alike."""
    room: float
    """Capacity of all suppliers by the units asked for."""


REGIMES: Final[Mapping[str, Regime]] = MappingProxyType(
    {"light": Regime((0.005, 0.02), 1.6), "heavy": Regime((2.0, 4.0), 5.0)}
)


def generate_sourcing(shape: SourcingShape | str = "S", regime: str = "light", seed: int = 1) -> Event:
    """Make a sourcing event; `network.events.writing.write_event` makes a directory of it.

    Parameters
    ----------
    shape : SourcingShape or str
        A key of `SOURCING_SIZES`, or any other shape.
    regime : str
        A key of `REGIMES`: fixed costs of suppliers small, or dominating.
    seed : int
        At least 0. The same seed gives the same event.

    Returns
    -------
    Event
        Valid, with valid awards.
    """
    shape = SOURCING_SIZES[shape] if isinstance(shape, str) else shape
    of_items, of_suppliers, of_bids, of_tiers, of_rules = np.random.default_rng(seed).spawn(5)
    items, cost, category = _draw_items(of_items, shape)
    bids, tiers = _draw_bids(of_bids, of_tiers, shape, items, (cost, category))
    suppliers = _draw_suppliers(of_suppliers, shape, REGIMES[regime], (items, cost, bids))
    event = Event(
        currency="USD",
        money_decimals=4,
        as_of=np.datetime64("2026-01-05", "D"),
        items=items,
        suppliers=suppliers,
        bids=bids,
        tiers=tiers,
        deliveries=no_rows(Deliveries),
        rates=no_rows(Rates),
        rules=no_rules(),
        scenarios=no_rows(Scenarios),
    )
    return replace(event, rules=draw_rules(of_rules, event, shape.rules, cost))


def _draw_items(random: np.random.Generator, shape: SourcingShape) -> tuple[Items, Floats, Ints]:
    """Draw items, what a unit of each costs about, and categories."""
    n = shape.items
    n_categories = max(n // ITEMS_OF_CATEGORY, 1)
    category = np.arange(n) * n_categories // n
    within = np.arange(n) - np.searchsorted(category, category)
    family = within // FAMILY_ITEMS
    size = np.bincount(category)[category]
    in_family = (family + 1) * FAMILY_ITEMS <= np.ceil(FAMILY_SHARE * size / FAMILY_ITEMS) * FAMILY_ITEMS
    groups = [
        f"K{k:03d}" + (f"-{f}" if small else "")
        for k, f, small in zip(category.tolist(), family.tolist(), in_family.tolist(), strict=True)
    ]
    median, deviation, least, most = UNITS
    units = np.clip(np.rint(median * np.exp(deviation * random.normal(size=n))), least, most).astype(np.int64)
    cost = (ITEM_COST[0] * np.exp(ITEM_COST[1] * random.normal(size=n))).round(2) + 0.5
    empty = np.full(n, "", dtype=object)
    items = Items(
        item_id=numbered("I", n),
        sku_id=empty,
        node_id=empty.copy(),
        item_group=np.array(groups, dtype=object),
        units=units,
        max_units=np.full(n, NO_LIMIT, dtype=np.int64),
        needed_by_days=np.full(n, NO_LIMIT, dtype=np.int64),
        uncovered_penalty=(cost * random.uniform(*PENALTY_FACTOR, n)).round(2),
        shortage_penalty=np.full(n, np.nan),
    )
    return items, cost, category


def _draw_bids(
    random: np.random.Generator,
    of_tiers: np.random.Generator,
    shape: SourcingShape,
    items: Items,
    known: tuple[Floats, Ints],
) -> tuple[Bids, Tiers]:
    """Let suppliers bid for items of the categories that they cover."""
    cost, category = known
    n_items, n_suppliers = shape.items, shape.suppliers
    n_categories = int(category.max()) + 1
    wanted = np.clip(np.rint(12 * np.exp(0.5 * random.normal(size=n_items))), *BIDS_OF_ITEM).astype(np.int64)
    # Suppliers near a category on a circle cover it more often, and so are asked before others.
    place, angle = random.random(n_suppliers), random.random(n_categories)
    apart = np.abs((angle[:, None] - place + 0.5) % 1 - 0.5)
    likes = apart + random.exponential(0.08, (n_categories, n_suppliers))
    ranked = np.argsort(likes[category] + random.exponential(0.02, (n_items, n_suppliers)), axis=1)
    wanted = np.minimum(wanted, n_suppliers)
    item = np.repeat(np.arange(n_items), wanted)
    rank = np.arange(len(item)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    supplier = ranked[item, rank]
    factor = random.uniform(*SUPPLIER_FACTOR, n_suppliers)
    skill = np.exp(FACTOR_OF_CATEGORY * random.normal(size=(n_categories, n_suppliers)))
    price = cost[item] * factor[supplier] * skill[category[item], supplier]
    price = (price * np.exp(NOISE * random.normal(size=len(item)))).round(2)
    freight = (cost[item] * random.uniform(*FREIGHT_SHARE, n_suppliers)[supplier]).round(2)
    tiers, by_tier = _draw_tiers(of_tiers, items.units[item], price)
    least, most, pack = _draw_quantities(random, items.units[item])
    n, empty = len(item), np.full(len(item), "", dtype=object)
    bids = Bids(
        bid_id=numbered("B", n),
        supplier=supplier.astype(np.int32),
        item=item.astype(np.int32),
        unit_price=np.where(by_tier, np.nan, price),
        currency=empty,
        min_units=least,
        max_units=most,
        pack_units=pack,
        tier_kind=np.full(n, TierKind.ALL_UNITS, dtype=np.int8),
        lead_time_days=np.zeros(n, dtype=np.int64),
        valid_until=np.full(n, np.datetime64("NaT"), dtype="datetime64[D]"),
        freight=np.full(n, FreightKind.STATED, dtype=np.int8),
        freight_per_unit=freight,
        capacity_per_unit=np.ones(n, dtype=np.int64),
        alternate_id=empty.copy(),
        package_id=empty.copy(),
    )
    return bids, tiers


def _draw_tiers(random: np.random.Generator, units: Ints, price: Floats) -> tuple[Tiers, NDArray[np.bool_]]:
    """Draw quantity discounts: the first tier begins at one unit, the others at shares of the item's units."""
    n = len(units)
    by_tier = (random.random(n) < TIER_SHARE) & (units >= 20)
    row = np.flatnonzero(by_tier)
    count = random.integers(TIERS_OF_BID[0], TIERS_OF_BID[1] + 1, len(row))
    bid = np.repeat(row, count)
    number = np.arange(len(bid)) - np.repeat(np.cumsum(count) - count, count)
    share = (number + random.uniform(-0.25, 0.25, len(bid))) / np.repeat(count, count)
    begins = np.where(number == 0, 1, np.maximum(np.rint(share * units[bid]), number + 1)).astype(np.int64)
    discount = np.where(number == 0, 0.0, random.uniform(*TIER_STEP, len(bid)))
    summed = np.cumsum(discount)
    fallen = summed - np.repeat(summed[np.cumsum(count) - count], count)
    return Tiers(bid.astype(np.int32), begins, np.floor(price[bid] * (1 - fallen) * 100) / 100), by_tier


def _draw_quantities(random: np.random.Generator, units: Ints) -> tuple[Ints, Ints, Ints]:
    """Draw least, most and pack units of bids."""
    n = len(units)
    pack = np.where(random.random(n) < PACK_SHARE, random.choice(PACKS, n), 1)
    least = np.where(random.random(n) < MIN_SHARE, np.rint(units * random.uniform(0.1, 0.3, n)), 0).astype(np.int64)
    most = np.ceil(units * random.uniform(0.4, 1.0, n)).astype(np.int64)
    most = np.maximum(np.maximum(most, least), pack)
    return least, np.where(random.random(n) < MAX_SHARE, -(-most // pack) * pack, NO_LIMIT), pack


def _draw_suppliers(
    random: np.random.Generator, shape: SourcingShape, regime: Regime, known: tuple[Items, Floats, Bids]
) -> Suppliers:
    """Draw capacities by what each supplier bids for, and what using it costs."""
    items, cost, bids = known
    n = shape.suppliers
    count = np.bincount(bids.item, minlength=len(items))
    asked = np.bincount(bids.supplier, (items.units / count)[bids.item], minlength=n)
    capacity = regime.room * np.maximum(asked, 1.0) * random.uniform(0.6, 1.4, n)
    mean_sales = float(cost @ items.units) / n
    return Suppliers(
        supplier_id=numbered("S", n),
        supplier_group=np.array([f"G{group}" for group in random.integers(0, SUPPLIER_GROUPS, n)], dtype=object),
        node_id=np.full(n, "", dtype=object),
        fixed_cost=(mean_sales * random.uniform(*regime.fixed_share, n)).round(0),
        capacity_units=np.ceil(capacity).astype(np.int64),
        incumbent=random.random(n) < INCUMBENT_SHARE,
        blocked=np.zeros(n, dtype=np.bool_),
        failure_probability=np.zeros(n),
    )


def main(words: Sequence[str] | None = None) -> None:
    """Write a seeded sourcing event as an event directory."""
    from network.events.writing import write_event  # noqa: PLC0415 - not needed to make one

    asked: Any = _parser().parse_args(words)
    counts = {name: count for name in asdict(SOURCING_SIZES["S"]) if (count := getattr(asked, name)) is not None}
    event = generate_sourcing(replace(SOURCING_SIZES[asked.size], **counts), asked.regime, asked.seed)
    write_event(event, asked.out, file_format=asked.format)
    sizes = ", ".join(
        f"{len(getattr(event, name)):,} {name}" for name in ("items", "suppliers", "bids", "tiers", "rules")
    )
    sys.stdout.write(f"{sizes}\nWritten; try: counterpoise award {asked.out} --out AWARD\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scenarios.generate.sourcing", description=main.__doc__)
    parser.add_argument("out", type=Path, help="event directory to write")
    sizes = "; ".join(f"{name} {each.items}, {each.suppliers}, {each.rules}" for name, each in SOURCING_SIZES.items())
    parser.add_argument(
        "--size", choices=SOURCING_SIZES, default="S", help=f"items, suppliers, rules: {sizes} (default: S)"
    )
    for name in asdict(SOURCING_SIZES["S"]):
        least = 0 if name == "rules" else 1
        parser.add_argument(f"--{name}", type=at_least(least), metavar="N", help="instead of that of the size")
    parser.add_argument(
        "--regime", choices=REGIMES, default="light", help="what using a supplier costs (default: light)"
    )
    parser.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of all that is drawn (default: 1)")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="of the tables (default: csv)")
    return parser


if __name__ == "__main__":
    main()
