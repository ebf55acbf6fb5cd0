"""Lots: which units of a position expire when, which of them it may give, and how many of them count as stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

import networkx as nx

from tests.oracle.asked import NEVER
from tests.oracle.directory import Directory, Key
from tests.oracle.worth import expiry_cap, late_cap

Batch = tuple[int, int]
"""(day of arrival, expiry day) of units that are alike."""


def expires(directory: Directory, sku: str) -> bool:
    """Whether anything of a SKU expires: its product has a shelf life, or one of its lots a day."""
    has_life = directory.products[sku].shelf_life_days is not None
    return has_life or any(lot.sku == sku and lot.expiry_day != NEVER for lot in directory.lots)


def fresh_expiry(directory: Directory, sku: str) -> int:
    """Expiry day of units without a lot, and of units on their way."""
    life = directory.products[sku].shelf_life_days
    return NEVER if life is None else life


def own_units(directory: Directory, key: Key) -> tuple[Counter[int], Counter[int]]:
    """Units of a position by expiry day: those that nobody else has a claim on, and of these those it may give."""
    position = directory.stock[key]
    units: Counter[int] = Counter()
    if expires(directory, key[1]):
        for lot in directory.lots:
            if (lot.node, lot.sku) == key:
                units[lot.expiry_day] += lot.units
    without_lot = position.on_hand - units.total()
    units[fresh_expiry(directory, key[1])] += max(0, without_lot)
    _take(units, sorted(units), max(0, -without_lot) + position.reserved)
    to_give = units.copy()
    _take(to_give, sorted(units, reverse=True), position.safety_stock)
    return +units, +to_give


def _take(units: Counter[int], order: list[int], number: int) -> None:
    """Take a number of units off, in an order of expiry days."""
    for day in order:
        taken = min(units[day], number)
        units[day] -= taken
        number -= taken


def give_by_expiry(directory: Directory, key: Key) -> Counter[int]:
    """Units that a position may give by expiry day; a position that does not exist gives none."""
    return own_units(directory, key)[1] if key in directory.stock else Counter()


def expiry_days(directory: Directory, sku: str) -> list[int]:
    """Expiry days of the units of a SKU that any position may give."""
    return sorted({day for key in directory.stock if key[1] == sku for day in give_by_expiry(directory, key)})


def units_counted(directory: Directory, key: Key, units: Mapping[Batch, int]) -> int:
    """Most units of some batches that count as stock without breaking a cap of arrival or of expiry."""
    position = directory.stock[key]
    late = {day: late_cap(directory, position, day) for day, _ in units if day > 0}
    soon = {day: expiry_cap(directory, position, day) for _, day in units} if expires(directory, key[1]) else {}
    caps = {day: cap for day, cap in soon.items() if cap is not None}
    return _most_within(
        tuple(sorted((batch, number) for batch, number in units.items() if number)),
        tuple(sorted(late.items())),
        tuple(sorted(caps.items())),
    )


@lru_cache(maxsize=100_000)
def _most_within(
    batches: tuple[tuple[Batch, int], ...], late: tuple[tuple[int, int], ...], soon: tuple[tuple[int, int], ...]
) -> int:
    """Greatest flow of counted units: through the caps of all days of arrival up to theirs, then of expiry.

    A unit that arrives on day l passes the caps of day l and of every capped day before; a unit that expires on day e
    those of day e and of every later one. Each family is a chain of pipes, so the flow is an assignment of the units.
    """
    graph = nx.DiGraph()
    arrival = {0: "source", **{day: ("late", day) for day, _ in late}}
    previous = "source"
    for day, cap in late:
        graph.add_edge(previous, ("late", day), capacity=cap)
        previous = ("late", day)
    following = "sink"
    for day, cap in reversed(soon):
        graph.add_edge(("soon", day), following, capacity=cap)
        following = ("soon", day)
    expiry = {day: ("soon", day) for day, _ in soon}
    for (arrives, ends), number in batches:
        graph.add_edge(arrival[max(arrives, 0)], (arrives, ends), capacity=number)
        graph.add_edge((arrives, ends), expiry.get(ends, "sink"), capacity=number)
    graph.add_nodes_from(("source", "sink"))
    return int(nx.maximum_flow_value(graph, "source", "sink"))
