"""What awards cost and which rules they break: many awards at once, in whole numbers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tests.sourcing.oracle.measures import broken_units, rule_name
from tests.sourcing.oracle.offers import adjustment, faults, most, spend
from tests.sourcing.oracle.reading import MILLION, World


@dataclass(frozen=True)
class Valuation:
    """Money, and which rules are broken; shape ``(n_awards,)`` each."""

    ledger: dict[str, np.ndarray]
    spend: np.ndarray
    adjustments: dict[str, np.ndarray]
    broken: dict[str, np.ndarray]

    @property
    def cost(self) -> np.ndarray:
        return sum(self.ledger.values())

    @property
    def objective(self) -> np.ndarray:
        return self.cost + sum(self.adjustments.values())

    @property
    def valid(self) -> np.ndarray:
        return ~np.any(list(self.broken.values()), axis=0)


@dataclass(frozen=True)
class Awards:
    """Awards with what is looked up once for each bid and quantity."""

    world: World
    units: np.ndarray
    """Shape ``(n_awards, n_bids)``, like the next three."""
    price: np.ndarray
    freight: np.ndarray
    adjusted: np.ndarray

    def by_pair(self, column: np.ndarray) -> np.ndarray:
        """Sums over the bids of each supplier and item, shape ``(n_awards, n_suppliers, n_items)``."""
        total = np.zeros((len(self.units), len(self.world.suppliers), len(self.world.items)), dtype=np.int64)
        for number, bid in enumerate(self.world.bids):
            total[:, bid.supplier, bid.item] += column[:, number]
        return total


def awards(world: World, units: np.ndarray) -> Awards:
    """Awards from units by bid, shape ``(n_awards, n_bids)``."""
    price, freight, adjusted = (np.zeros_like(units) for _ in range(3))
    for number, bid in enumerate(world.bids):
        top = int(units[:, number].max(initial=0))
        price[:, number] = np.array([spend(bid, count) for count in range(top + 1)])[units[:, number]]
        freight[:, number] = bid.freight * units[:, number]
        adjusted[:, number] = np.array([adjustment(world, bid, count) for count in range(top + 1)])[units[:, number]]
    return Awards(world, units, price, freight, adjusted)


def value(world: World, units: np.ndarray) -> Valuation:
    """Value of awards, units by bid, shape ``(n_awards, n_bids)``."""
    given = awards(world, np.asarray(units, dtype=np.int64))
    bought, paid = given.by_pair(given.units), given.by_pair(given.price)
    winners = (bought > 0).any(axis=2)
    needed, penalty = (
        np.array(column) for column in zip(*((i.units, i.penalty or 0) for i in world.items), strict=True)
    )
    uncovered = np.maximum(0, needed - bought.sum(axis=1))
    ledger = {
        "bids.unit_price": given.price.sum(axis=1),
        "bids.freight_per_unit": given.freight.sum(axis=1),
        "suppliers.fixed_cost": winners @ np.array([supplier.fixed for supplier in world.suppliers]),
        "items.uncovered_penalty": uncovered @ penalty,
    }
    broken = bids_broken(given) | sums_broken(given, bought, uncovered)
    priced = np.zeros(len(given.units), dtype=np.int64)
    for rule in world.rules:
        if rule.kind == "adjust":
            continue
        by = broken_units(world, rule, bought, paid)
        if rule.price is None:
            name = rule_name(rule)
            broken[name] = broken.get(name, np.zeros(len(by), dtype=bool)) | (by > 0)
        else:
            priced += by * rule.price
    adjustments = {"rules.violation_price": priced, "rules.amount": given.adjusted.sum(axis=1)}
    if world.measure != "none":
        adjustments["risk"] = at_risk(given, winners) - sum(ledger.values())
    if world.survive is not None:
        broken["risk.survive_share"] = ~survives(given, winners)
    return Valuation(ledger, ledger["bids.unit_price"], adjustments, broken)


def bids_broken(given: Awards) -> dict[str, np.ndarray]:
    """Rules of single bids, packages and alternates, by name."""
    world, units = given.world, given.units
    broken: dict[str, np.ndarray] = {}

    def found(rule: str, where: np.ndarray) -> None:
        broken[rule] = broken.get(rule, np.zeros(len(units), dtype=bool)) | where

    for number, bid in enumerate(world.bids):
        count = units[:, number]
        for rule in faults(world, bid):
            found(rule, count > 0)
        found("bids.min_units", (count > 0) & (count < max(bid.least, bid.tiers[0].first)))
        found("bids.max_units", count > most(world, bid))
        found("bids.pack_units", count % (1 if bid.package else bid.pack) != 0)
    for own in tied(world, "package").values():
        full = np.array([most(world, world.bids[number]) for number in own])
        found("bids.package_id", (units[:, own] > 0).any(axis=1) & (units[:, own] != full).any(axis=1))
    for own in tied(world, "alternate").values():
        names = {number: world.bids[number].package or number for number in own}
        parts = [[number for number in own if names[number] == name] for name in set(names.values())]
        found("bids.alternate_id", sum((units[:, part] > 0).any(axis=1).astype(int) for part in parts) > 1)
    return broken


def tied(world: World, column: str) -> dict[tuple[int, str], list[int]]:
    """Numbers of the bids that share a package or are alternates, by supplier and name."""
    groups: dict[tuple[int, str], list[int]] = {}
    for number, bid in enumerate(world.bids):
        if getattr(bid, column):
            groups.setdefault((bid.supplier, getattr(bid, column)), []).append(number)
    return groups


def sums_broken(given: Awards, bought: np.ndarray, uncovered: np.ndarray) -> dict[str, np.ndarray]:
    """Rules of suppliers and items."""
    world = given.world
    load = given.by_pair(given.units * np.array([bid.load for bid in world.bids])).sum(axis=2)
    most_load = np.array([2**60 if one.capacity is None else one.capacity for one in world.suppliers])
    most_units = np.array([2**60 if item.most is None else item.most for item in world.items])
    must = np.array([item.penalty is None for item in world.items])
    return {
        "suppliers.capacity_units": (load > most_load).any(axis=1),
        "items.max_units": (bought.sum(axis=1) > most_units).any(axis=1),
        "items.units": ((uncovered > 0) & must).any(axis=1),
    }


def at_risk(given: Awards, winners: np.ndarray) -> np.ndarray:
    """The risk measure, rounded once, halves down; shape ``(n_awards,)``."""
    world = given.world
    bought, paid = given.by_pair(given.units), given.by_pair(given.price + given.freight).sum(axis=2)
    fixed = winners @ np.array([supplier.fixed for supplier in world.suppliers])
    costs = []
    for _, failing in world.scenarios:
        there = np.array([number not in failing for number in range(len(world.suppliers))])
        missing = np.maximum(0, np.array([item.units for item in world.items]) - bought[:, there].sum(axis=1))
        costs.append(fixed + paid @ there + missing @ np.array([item.shortage or 0 for item in world.items]))
    weights = [weight for weight, _ in world.scenarios]
    return np.array([_measure(world, weights, row) for row in np.array(costs).T.tolist()], dtype=np.int64)


def _measure(world: World, weights: list[int], costs: list[int]) -> int:
    """Expectation, or its mean with the worst cases, of one award."""
    mean = Fraction(sum(weight * cost for weight, cost in zip(weights, costs, strict=True)), MILLION)
    if world.measure == "expectation":
        return _halves_down(mean)
    tail = left = MILLION - world.cvar_level
    total = 0
    for cost, weight in sorted(zip(costs, weights, strict=True), reverse=True):
        part = min(left, weight)
        total, left = total + part * cost, left - part
    worst = Fraction(total, tail)
    return _halves_down(mean + Fraction(world.cvar_weight, MILLION) * (worst - mean))


def _halves_down(amount: Fraction) -> int:
    return -((1 - 2 * amount) // 2)


def survives(given: Awards, winners: np.ndarray) -> np.ndarray:
    """Whether the loss of any one winner leaves enough of every set of items that must be covered."""
    world = given.world
    reach = given.by_pair((given.units > 0) * np.array([most(world, bid) for bid in world.bids]))
    needed = {
        number: -(-(world.survive or 0) * item.units // MILLION)
        for number, item in enumerate(world.items)
        if item.penalty is None
    }
    holds = np.ones(len(given.units), dtype=bool)
    for size in range(1, len(needed) + 1):
        for chosen in itertools.combinations(needed, size):
            able = reach[:, :, list(chosen)].sum(axis=2)
            able = np.minimum(able, [whole_units(world, number) for number in range(len(world.suppliers))])
            enough = able.sum(axis=1, keepdims=True) - able >= sum(needed[number] for number in chosen)
            holds &= (enough | ~winners).all(axis=1)
    return holds


def whole_units(world: World, supplier: int) -> int:
    """Units that a supplier can deliver, each counted as the bid that needs most capacity."""
    capacity = world.suppliers[supplier].capacity
    load = max((bid.load for bid in world.bids if bid.supplier == supplier), default=1)
    return 2**60 if capacity is None else capacity // load
