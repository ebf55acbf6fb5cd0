"""Seeded events of package bids: all-or-nothing offers for several items each, in regions or anywhere.

    python -m scenarios.generate.packages OUT --bids 1000 --items 300 --structure regional --seed 1 [--winner-limit]

Writes an event directory: every package has all units of each of its items, so that an award covers items by packages.
One award is drawn first, and its packages are among those offered: whatever rules are asked for can be kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from network.columns import NO_LIMIT, no_rows
from network.events import (
    Bids,
    Deliveries,
    Event,
    FreightKind,
    Items,
    Measure,
    Per,
    Rates,
    RuleKind,
    Rules,
    Scenarios,
    Sense,
    Suppliers,
    TierKind,
    Tiers,
    write_event,
)
from scenarios.generate.flags import at_least
from scenarios.generate.places import numbered

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Structure = Literal["regional", "random"]

STRUCTURES: Final = ("regional", "random")

AS_OF: Final = np.datetime64("2026-01-05")

SIZES_OF_PACKAGES: Final = (1, 10)
"""Fewest and most items of a package, all numbers alike."""
UNITS: Final = (5, 100)
"""Of an item."""
UNIT_COST_FLOOR: Final = 2.0
UNIT_COST_SPREAD: Final = 8.0
"""What a unit costs to make is the floor plus a gamma of shape 2 and this scale."""
SUPPLIER_FACTOR: Final = (0.9, 1.2)
DISTANCE_FACTOR: Final = 0.8
"""Added to the factor for each side of the map between a supplier and an item; regional only."""
ECONOMIES: Final = -0.15
"""Exponent: a package of k items costs k to this less per unit."""
NOISE: Final = 0.25
"""Of a package's price, either way."""
REACH: Final = 0.25
"""Standard deviation of a package's centre around its supplier, in sides of the map."""
NEIGHBOURS: Final = 1.2
"""A package's items are drawn of so many times as many nearest ones to its centre."""

SUPPLIERS_PER_ITEM: Final = 0.125
WINNER_SHARE: Final = 0.6
"""Share of the suppliers that may win with ``winner_limit``."""
LOTS_LEEWAY: Final = 2.0
"""Most lots of a winner by what each of them would have, were all alike."""
PENALTY_FACTOR: Final = 2.0
"""Penalty of an uncovered unit by its cost to make."""


@dataclass(frozen=True, slots=True)
class PackageShape:
    """How large an event of packages is."""

    bids: int
    """Packages offered."""
    items: int

    def __post_init__(self) -> None:
        for name, count in asdict(self).items():
            if count < 1:
                raise ValueError(f"{name} is {count}; give at least 1")
        if 2 * self.bids < self.items:
            raise ValueError(f"{self.bids} packages may not cover {self.items} items; give more bids or fewer items")


PACKAGE_SIZES: Final[Mapping[str, PackageShape]] = MappingProxyType(
    {
        "XS": PackageShape(bids=60, items=20),
        "S": PackageShape(bids=300, items=100),
        "M": PackageShape(bids=1_000, items=300),
        "L": PackageShape(bids=10_000, items=1_000),
    }
)


@dataclass(frozen=True, slots=True)
class PackageRules:
    """What awards have to keep to, beside covering every item."""

    winner_limit: bool = False
    """At most a share of the suppliers wins, and none of them more than a number of lots."""
    penalty: bool = False
    """Items may be left uncovered at a price."""
    partition: bool = False
    """No item is bought twice (``max_units`` are the units)."""


@dataclass(frozen=True, slots=True)
class _World:
    """Where items and suppliers are, and what they cost."""

    item_place: Floats
    """Shape ``(n_items, 2)``."""
    supplier_place: Floats
    unit_cost: Floats
    units: Ints
    factor: Floats
    """Of suppliers."""


@dataclass(frozen=True, slots=True)
class _Packages:
    """Packages and their items."""

    supplier: Ints
    first: Ints
    """Shape ``(n_packages + 1,)``."""
    item: Ints


def generate_packages(
    shape: PackageShape | str = "M",
    structure: Structure = "regional",
    seed: int = 1,
    rules: PackageRules = PackageRules(),
) -> Event:
    """Make an event of package bids.

    Parameters
    ----------
    shape : PackageShape or str
        A key of `PACKAGE_SIZES`, or any other shape.
    structure : {'regional', 'random'}
        Packages of neighbours on a map, dearer with their distance, or of items drawn from all.
    seed : int
        At least 0. The same seed gives the same event.
    rules : PackageRules
        None of them changes items, packages or prices.

    Returns
    -------
    Event
        At least one award keeps to its rules.
    """
    shape = PACKAGE_SIZES[shape] if isinstance(shape, str) else shape
    of_world, of_drawn, of_offers, of_prices = np.random.default_rng(seed).spawn(4)
    n_suppliers = max(4, round(SUPPLIERS_PER_ITEM * shape.items))
    most_winners = max(2, round(WINNER_SHARE * n_suppliers))
    world = _draw_world(of_world, shape.items, n_suppliers)
    most_lots = int(np.ceil(LOTS_LEEWAY * shape.items / most_winners))
    drawn = _draw_award(of_drawn, world, (most_winners, most_lots), structure)
    offered = _draw_offers(of_offers, world, shape.bids - len(drawn.supplier), structure)
    packages = _joined(drawn, offered)
    return Event(
        currency="USD",
        money_decimals=2,
        as_of=AS_OF,
        items=_items(world, rules),
        suppliers=_suppliers(n_suppliers),
        bids=_bids(world, packages, _unit_prices(of_prices, world, packages, structure)),
        tiers=no_rows(Tiers),
        deliveries=no_rows(Deliveries),
        rates=no_rows(Rates),
        rules=_rules(most_winners, most_lots) if rules.winner_limit else no_rows(Rules),
        scenarios=no_rows(Scenarios),
    )


def _draw_world(random: np.random.Generator, n_items: int, n_suppliers: int) -> _World:
    return _World(
        item_place=random.random((n_items, 2)),
        supplier_place=random.random((n_suppliers, 2)),
        unit_cost=UNIT_COST_FLOOR + random.gamma(2, UNIT_COST_SPREAD, n_items),
        units=random.integers(UNITS[0], UNITS[1] + 1, n_items),
        factor=random.uniform(*SUPPLIER_FACTOR, n_suppliers),
    )


def _draw_award(random: np.random.Generator, world: _World, most: tuple[int, int], structure: Structure) -> _Packages:
    """Give every item to one of a few suppliers, each at most so many, and cut what each has into packages."""
    n_items, (most_winners, most_lots) = len(world.units), most
    winners = random.permutation(len(world.factor))[:most_winners]
    far = random.random((n_items, most_winners))
    if structure == "regional":
        far = np.linalg.norm(world.item_place[:, None] - world.supplier_place[winners], axis=2)
    place = linear_sum_assignment(np.repeat(far, most_lots, axis=1))[1]
    supplier = winners[place // most_lots]
    order = np.lexsort((world.item_place[:, 0] if structure == "regional" else random.permutation(n_items), supplier))
    sizes = random.integers(SIZES_OF_PACKAGES[0], SIZES_OF_PACKAGES[1] + 1, n_items)
    part = np.searchsorted(np.cumsum(sizes), np.arange(n_items), side="right")
    # Where a package would be of two suppliers it is cut.
    _, first = np.unique(supplier[order].astype(np.int64) * n_items + part, return_index=True)
    return _Packages(supplier[order][first].astype(np.int64), np.append(first, n_items).astype(np.int64), order)


def _draw_offers(random: np.random.Generator, world: _World, n: int, structure: Structure) -> _Packages:
    """Draw packages of distinct items: near a place near the supplier, or of all."""
    n_items = len(world.units)
    supplier = random.integers(0, len(world.factor), max(n, 0))
    least, most = (min(size, n_items) for size in SIZES_OF_PACKAGES)
    size = random.integers(least, most + 1, len(supplier))
    if structure == "regional":
        centre = world.supplier_place[supplier] + REACH * random.normal(size=(len(supplier), 2))
        centre = np.abs(np.where(centre > 1, 2 - centre, centre)) % 1  # what lies beyond an edge is reflected there
        far = np.linalg.norm(world.item_place - centre[:, None], axis=2)
        near = np.ceil(NEIGHBOURS * size)[:, None]
        rank = far.argsort(axis=1).argsort(axis=1)
        preference = np.where(rank < near, random.random((len(supplier), n_items)), 2.0)
    else:
        preference = random.random((len(supplier), n_items))
    chosen = preference.argsort(axis=1)[:, :most]
    kept = np.arange(most) < size[:, None]
    return _Packages(supplier, np.append(0, np.cumsum(size)), chosen[kept])


def _joined(one: _Packages, other: _Packages) -> _Packages:
    return _Packages(
        supplier=np.concatenate([one.supplier, other.supplier]),
        first=np.concatenate([one.first, one.first[-1] + other.first[1:]]),
        item=np.concatenate([one.item, other.item]),
    )


def _unit_prices(random: np.random.Generator, world: _World, packages: _Packages, structure: Structure) -> Floats:
    """Price of a unit of each item of each package."""
    size = np.diff(packages.first)
    factor = size**ECONOMIES * (1 + random.uniform(-NOISE, NOISE, len(size)))
    supplier = np.repeat(packages.supplier, size)
    by_line = np.repeat(factor, size) * world.factor[supplier] * world.unit_cost[packages.item]
    if structure == "regional":
        far = np.linalg.norm(world.item_place[packages.item] - world.supplier_place[supplier], axis=1)
        by_line *= 1 + DISTANCE_FACTOR * far
    return np.asarray(by_line.round(2))


def _items(world: _World, rules: PackageRules) -> Items:
    n = len(world.units)
    nothing = np.full(n, np.nan)
    return Items(
        item_id=numbered("I", n),
        sku_id=_words(n),
        node_id=_words(n),
        item_group=_words(n),
        units=world.units.astype(np.int64),
        max_units=world.units.astype(np.int64) if rules.partition else np.full(n, NO_LIMIT, dtype=np.int64),
        needed_by_days=np.full(n, NO_LIMIT, dtype=np.int64),
        uncovered_penalty=(PENALTY_FACTOR * world.unit_cost).round(2) if rules.penalty else nothing,
        shortage_penalty=nothing.copy(),
    )


def _suppliers(n: int) -> Suppliers:
    return Suppliers(
        supplier_id=numbered("S", n),
        supplier_group=_words(n),
        node_id=_words(n),
        fixed_cost=np.zeros(n),
        capacity_units=np.full(n, NO_LIMIT, dtype=np.int64),
        incumbent=np.zeros(n, dtype=np.bool_),
        blocked=np.zeros(n, dtype=np.bool_),
        failure_probability=np.zeros(n),
    )


def _bids(world: _World, packages: _Packages, unit_price: Floats) -> Bids:
    n, size = len(packages.item), np.diff(packages.first)
    package = np.repeat(np.arange(len(size)), size)
    return Bids(
        bid_id=numbered("B", n),
        supplier=packages.supplier[package].astype(np.int32),
        item=packages.item.astype(np.int32),
        unit_price=unit_price,
        currency=_words(n),
        min_units=np.ones(n, dtype=np.int64),
        max_units=world.units[packages.item].astype(np.int64),
        pack_units=np.ones(n, dtype=np.int64),
        tier_kind=np.full(n, TierKind.ALL_UNITS, dtype=np.int8),
        lead_time_days=np.zeros(n, dtype=np.int64),
        valid_until=np.full(n, "NaT", dtype="datetime64[D]"),
        freight=np.full(n, FreightKind.STATED, dtype=np.int8),
        freight_per_unit=np.zeros(n),
        capacity_per_unit=np.ones(n, dtype=np.int64),
        alternate_id=_words(n),
        package_id=numbered("K", len(size))[package],
    )


def _rules(most_winners: int, most_lots: int) -> Rules:
    nothing = np.full(2, np.nan)
    return Rules(
        rule_id=np.array(["winners", "lots of a winner"], dtype=object),
        kind=np.full(2, RuleKind.LIMIT, dtype=np.int8),
        sense=np.full(2, Sense.AT_MOST, dtype=np.int8),
        measure=np.array([Measure.WINNERS, Measure.LOTS], dtype=np.int8),
        supplier=np.full(2, -1, dtype=np.int32),
        supplier_group=_words(2),
        incumbents=np.zeros(2, dtype=np.bool_),
        item=np.full(2, -1, dtype=np.int32),
        item_group=_words(2),
        per=np.array([Per.ALL, Per.SUPPLIER], dtype=np.int8),
        if_winning=np.zeros(2, dtype=np.bool_),
        amount=np.array([most_winners, most_lots], dtype=np.float64),
        share=nothing,
        violation_price=nothing.copy(),
    )


def _words(n: int) -> NDArray[np.object_]:
    """Empty cells."""
    return np.full(n, "", dtype=object)


def main(words: Sequence[str] | None = None) -> None:
    """Write a seeded event of package bids as an event directory."""
    asked = _parser().parse_args(words)
    counts = {name: count for name in asdict(PACKAGE_SIZES["M"]) if (count := getattr(asked, name)) is not None}
    try:
        shape = replace(PACKAGE_SIZES[asked.size], **counts)
    except ValueError as wrong:
        raise SystemExit(str(wrong)) from None
    rules = PackageRules(asked.winner_limit, asked.penalty, asked.partition)
    event = generate_packages(shape, asked.structure, asked.seed, rules)
    write_event(event, asked.out, file_format=asked.format)
    sizes = f"{shape.bids:,} packages, {len(event.bids):,} bids, {len(event.items):,} items"
    sys.stdout.write(f"{sizes}, {len(event.suppliers):,} suppliers\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scenarios.generate.packages", description=main.__doc__)
    parser.add_argument("out", type=Path, help="event directory to write")
    shapes = "; ".join(f"{name} {shape.bids}, {shape.items}" for name, shape in PACKAGE_SIZES.items())
    parser.add_argument("--size", choices=PACKAGE_SIZES, default="M", help=f"packages, items: {shapes}")
    for name in asdict(PACKAGE_SIZES["M"]):
        parser.add_argument(f"--{name}", type=at_least(1), metavar="N", help="instead of that of the size")
    parser.add_argument("--structure", choices=STRUCTURES, default="regional", help="default: %(default)s")
    parser.add_argument("--seed", type=at_least(0), default=1, metavar="N", help="of all that is drawn (default: 1)")
    parser.add_argument("--winner-limit", action="store_true", help="few suppliers win, each few lots")
    parser.add_argument("--penalty", action="store_true", help="items may be left uncovered at a price")
    parser.add_argument("--partition", action="store_true", help="no item is bought twice")
    parser.add_argument("--format", choices=("csv", "parquet"), default="parquet", help="default: %(default)s")
    return parser


if __name__ == "__main__":
    main()
