"""By how many whole lots, units, winners or currency units awards break a limit or a consistency."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from tests.sourcing.oracle.offers import faults
from tests.sourcing.oracle.reading import MILLION, Rule, World

Part = tuple[tuple[int, ...], tuple[int, ...]]


def parts(world: World, rule: Rule) -> Iterator[Part]:
    """Suppliers and items that a limit holds for by themselves."""
    offered = {(bid.supplier, bid.item) for bid in world.bids if not faults(world, bid)}
    if rule.per == "all":
        yield rule.suppliers, rule.items
    elif rule.per == "supplier":
        yield from (
            ((supplier,), rule.items)
            for supplier in rule.suppliers
            if any((supplier, i) in offered for i in rule.items)
        )
    elif rule.per == "item":
        yield from ((rule.suppliers, (item,)) for item in rule.items)
    else:
        pairs = itertools.product(rule.suppliers, rule.items)
        yield from (((pair[0],), (pair[1],)) for pair in pairs if pair in offered)


def amount_of(world: World, rule: Rule) -> int:
    """The amount of a limit: money, or a whole number."""
    return round(rule.amount * (world.unit if rule.measure == "spend" else 1))


def measured(
    measure: str, bought: np.ndarray, spend: np.ndarray, who: Sequence[int], what: Sequence[int]
) -> np.ndarray:
    """Value of a measure over suppliers and items, shape ``(n_awards,)``."""
    chosen = np.ix_(range(len(bought)), list(who), list(what))
    if measure == "spend":
        return spend[chosen].sum(axis=(1, 2))
    if measure == "volume":
        return bought[chosen].sum(axis=(1, 2))
    wins = bought[chosen] > 0
    return wins.sum(axis=(1, 2)) if measure == "lots" else wins.any(axis=2).sum(axis=1)


def broken_units(world: World, rule: Rule, bought: np.ndarray, spend: np.ndarray) -> np.ndarray:
    """By how much each award breaks a rule, shape ``(n_awards,)``."""
    if rule.kind == "consistent":
        return _inconsistent(world, rule, bought)
    total = np.zeros(len(bought), dtype=np.int64)
    everyone = range(len(world.suppliers))
    for who, what in parts(world, rule):
        have = measured(rule.measure, bought, spend, who, what) * MILLION
        if rule.share is None:
            bound = np.full(len(bought), amount_of(world, rule) * MILLION)
        else:
            bound = measured(rule.measure, bought, spend, everyone, what) * rule.share
        step = MILLION * (world.unit if rule.measure == "spend" else 1)
        by = np.zeros(len(bought), dtype=np.int64)
        if rule.sense != "at_most":
            by += -(-np.maximum(0, bound - have) // step)
        if rule.sense != "at_least":
            by += -(-np.maximum(0, have - bound) // step)
        if rule.if_winning:
            by = np.where(measured("volume", bought, spend, who, what) > 0, by, 0)
        total += by
    return total


def _inconsistent(world: World, rule: Rule, bought: np.ndarray) -> np.ndarray:
    """Whole units by which suppliers have other shares than of the first item."""
    total = np.zeros(len(bought), dtype=np.int64)
    items = [number for number in rule.items if world.items[number].units]
    free = round((rule.amount or Fraction(0)) * MILLION)
    for supplier, item in itertools.product(rule.suppliers, items[1:]):
        first_units, units = world.items[items[0]].units, world.items[item].units
        apart = np.abs(bought[:, supplier, item] * first_units - bought[:, supplier, items[0]] * units) * MILLION
        total += -(-np.maximum(0, apart - free * first_units * units) // (first_units * MILLION))
    return total


def rule_name(rule: Rule) -> str:
    """What a broken rule is called."""
    if rule.kind == "consistent":
        return "rules.consistent"
    return "rules.share" if rule.share is not None else "rules.amount"
