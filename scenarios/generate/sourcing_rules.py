"""Rules of every kind that a reference award keeps: what `scenarios.generate.sourcing` adds to an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import no_rows
from network.events import Event, Measure, Per, RuleKind, Rules, Sense
from optimizer.bidding.offers import price_list
from scenarios.generate.places import numbered

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

REFERENCE_NOISE: Final = 0.12
"""Deviation of the logarithm of the reference's prices from the true ones: what makes rules bind."""
MOST_BURDEN: Final = 2.0
SOLE_EVERY: Final = 4
"""Of the families every fourth is bought whole of one supplier, the next one from two."""
DUAL_SHARE: Final = 0.6
SLACK: Final = 0.1
"""What limits leave beside the reference, as a share of its value; those that ask for exactly so much leave none."""
PRICED_SHARE: Final = 0.2
"""Share of the limits that may be broken at a price."""
VIOLATION_FACTOR: Final = {Measure.LOTS: 200.0, Measure.WINNERS: 500.0, Measure.VOLUME: 0.3, Measure.SPEND: 0.3}
"""Price of a whole unit of violation: of the mean cost of a unit, for spend of a currency unit."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The reference award, and what it means for bids."""

    event: Event
    units: Ints
    """Shape ``(n_bids,)``, like `spend`."""
    spend: Floats
    """Currency."""
    mean_cost: float
    families: tuple[str, ...]
    categories: tuple[str, ...]

    def value(self, measure: Measure, of_supplier: Flags, of_item: Flags) -> tuple[float, float]:
        """Return what the reference has of a measure over suppliers and items, and over all suppliers."""
        bids = self.event.bids
        at_items = of_item[bids.item] & (self.units > 0)
        at = at_items & of_supplier[bids.supplier]
        if measure == Measure.SPEND:
            return float(self.spend[at].sum()), float(self.spend[at_items].sum())
        if measure == Measure.VOLUME:
            return float(self.units[at].sum()), float(self.units[at_items].sum())
        keys = bids.supplier.astype(np.int64) * (len(of_item) if measure == Measure.LOTS else 1)
        keys = keys + (bids.item if measure == Measure.LOTS else 0)
        return float(len(np.unique(keys[at]))), float(len(np.unique(keys[at_items])))

    def by_supplier(self, measure: Measure, of_item: Flags) -> Floats:
        """Return lots, spend or volume of every supplier over items, shape ``(n_suppliers,)``."""
        bids = self.event.bids
        counted = {Measure.SPEND: self.spend, Measure.VOLUME: self.units, Measure.LOTS: self.units > 0}[measure]
        at = of_item[bids.item]
        return np.asarray(np.bincount(bids.supplier[at], counted[at].astype(np.float64), len(self.event.suppliers)))


_Row = dict[str, Any]


def no_rules() -> Rules:
    """Return a table of rules without rows."""
    return no_rows(Rules)


def draw_rules(random: np.random.Generator, event: Event, count: int, cost: Floats) -> Rules:
    """Draw rules that a reference award keeps.

    Parameters
    ----------
    random : Generator
    event : Event
        Without rules.
    count : int
    cost : ndarray of float64, shape (n_items,)
        What a unit of each item costs about.

    Returns
    -------
    Rules
        Limits of every measure, sense and ``per``, consistencies and adjustments, in turn.
    """
    units = reference_award(random, event)
    prices = price_list(event)
    tier = prices.tier(np.arange(len(units)), units)
    spend = np.where(units > 0, prices.base[tier] + prices.price[tier] * units, 0) / 10**event.money_decimals
    names = np.unique(event.items.item_group.astype(str)).tolist()
    known = _Known(
        event,
        units,
        spend,
        float(np.median(cost)),
        tuple(name for name in names if "-" in name),
        tuple(name for name in names if "-" not in name),
    )
    makers = tuple(_MAKERS)
    rows = [makers[number % len(makers)](random, known, number // len(makers)) for number in range(count)]
    rows = [_priced(random, known, row) for row in rows]
    return _table(rows)


def reference_award(random: np.random.Generator, event: Event) -> Ints:
    """Award items by prices of its own: in rounds, each item asks its next cheapest bid for what it still misses.

    Families are bought of one supplier for all their items, or from two for each item, in turn.

    Returns
    -------
    ndarray of int64, shape (n_bids,)
    """
    bids, items, suppliers = event.bids, event.items, event.suppliers
    price = price_list(event)
    noisy: Floats = np.exp(REFERENCE_NOISE * random.normal(size=len(bids))) * price.price[price.first[:-1]]
    noisy = noisy * (1 + _burden(event)[bids.supplier])
    left = suppliers.capacity_units.copy()
    missing, units = items.units.copy(), np.zeros(len(bids), dtype=np.int64)
    kind = family_kinds(event)
    _award_whole_families(event, kind, noisy, units, left)
    missing[bids.item[units > 0]] = 0
    order = np.lexsort((noisy, bids.item))
    count = np.bincount(bids.item, minlength=len(items))
    rank = np.empty(len(bids), dtype=np.int64)
    rank[order] = np.arange(len(bids)) - np.repeat(np.cumsum(count) - count, count)
    share = np.where(kind == "two", DUAL_SHARE, 1.0)
    for turn in range(int(count.max(initial=0))):
        asked = np.flatnonzero((rank == turn) & (missing[bids.item] > 0))
        item = bids.item[asked]
        wish = np.minimum(missing[item], np.floor(share[item] * items.units[item])).astype(np.int64)
        wish = np.minimum(wish, bids.max_units[asked]) // bids.pack_units[asked] * bids.pack_units[asked]
        wish[wish < np.maximum(bids.min_units[asked], 1)] = 0
        fits = _that_fit(bids.supplier[asked].astype(np.int64), wish, left)
        units[asked[fits]] = wish[fits]
        np.subtract.at(left, bids.supplier[asked[fits]], wish[fits])
        np.subtract.at(missing, item[fits], wish[fits])
    return units


def _burden(event: Event) -> Floats:
    """Say by how much dearer suppliers with high fixed costs seem, so that few win where those dominate."""
    fixed, capacity = event.suppliers.fixed_cost, event.suppliers.capacity_units
    rank = np.argsort(np.argsort(fixed / capacity)) / len(fixed)
    sales = float(np.nansum(event.items.uncovered_penalty * event.items.units))
    return np.asarray(min(MOST_BURDEN, float(fixed.sum()) / max(sales, 1.0)) * rank)


def family_kinds(event: Event) -> NDArray[np.object_]:
    """Say of every item how its family is bought: ``whole``, ``two``, or empty; shape ``(n_items,)``."""
    group = event.items.item_group.astype(str)
    names = [name for name in np.unique(group).tolist() if "-" in name]
    kind = np.full(len(group), "", dtype=object)
    for number, name in enumerate(names):
        kind[group == name] = {0: "whole", 1: "two"}.get(number % SOLE_EVERY, "")
    return kind


def _award_whole_families(event: Event, kind: NDArray[np.object_], noisy: Floats, units: Ints, left: Ints) -> None:
    """Buy the items of each such family from the one supplier that can deliver all of them at least cost."""
    bids, items = event.bids, event.items
    group = items.item_group.astype(str)
    could = (bids.max_units >= items.units[bids.item]) & (items.units[bids.item] % bids.pack_units == 0)
    for name in np.unique(group[kind == "whole"]).tolist():
        member = group == name
        rows = np.flatnonzero(member[bids.item] & could)
        cost, asked = (
            np.bincount(bids.supplier[rows], values[rows], minlength=len(left))
            for values in (noisy * items.units[bids.item], items.units[bids.item].astype(np.float64))
        )
        able = (np.bincount(bids.supplier[rows], minlength=len(left)) == member.sum()) & (asked <= left)
        if np.any(able):
            best = int(np.argmin(np.where(able, cost, np.inf)))
            chosen = rows[bids.supplier[rows] == best]
            units[chosen] = items.units[bids.item[chosen]]
            left[best] -= int(asked[best])


def _that_fit(supplier: Ints, wish: Ints, left: Ints) -> Ints:
    """Rows whose wishes fit what is left of their suppliers, taken one after another."""
    order = np.argsort(supplier, kind="stable")
    summed = np.cumsum(wish[order])
    first = np.searchsorted(supplier[order], supplier[order])
    before = summed[first] - wish[order][first]
    fits = (summed - before <= left[supplier[order]]) & (wish[order] > 0)
    return np.asarray(order[fits])


# What follows makes one row each: its columns beside the defaults. `turn` counts the rows of one maker.


def _most_of_supplier(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Limit what one supplier may win of everything, in one of the measures."""
    measure = (Measure.SPEND, Measure.VOLUME, Measure.LOTS)[turn % 3]
    supplier = _winning_supplier(random, known)
    value, _ = known.value(measure, _one(known, supplier), _all_items(known))
    return {"supplier": supplier, "measure": measure, "sense": Sense.AT_MOST, "amount": np.ceil(value * (1 + SLACK))}


def _least_of_supplier(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    measure = (Measure.VOLUME, Measure.LOTS, Measure.SPEND)[turn % 3]
    supplier = _winning_supplier(random, known)
    value, _ = known.value(measure, _one(known, supplier), _all_items(known))
    return {"supplier": supplier, "measure": measure, "sense": Sense.AT_LEAST, "amount": np.floor(value * (1 - SLACK))}


def _share_of_suppliers(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """No supplier may win more than a share of a category."""
    name = _pick(random, known.categories)
    measure = (Measure.VOLUME, Measure.SPEND)[turn % 2]
    values = known.by_supplier(measure, _of_group(known, name))
    share = float(values.max(initial=0.0) / max(values.sum(), 1.0))
    share = float(np.ceil(share * (1 + SLACK) * 100) / 100)
    return {
        "item_group": name,
        "per": Per.SUPPLIER,
        "measure": measure,
        "sense": Sense.AT_MOST,
        "share": min(share, 1.0),
    }


def _winners_of_category(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Few suppliers in a category, or just as many as the reference has."""
    name = _pick(random, known.categories)
    value, _ = known.value(Measure.WINNERS, _all_suppliers(known), _of_group(known, name))
    exactly = turn % 3 == 2
    amount = value if exactly else np.ceil(value * (1 + SLACK))
    sense = Sense.EXACTLY if exactly else Sense.AT_MOST
    return {"item_group": name, "measure": Measure.WINNERS, "sense": sense, "amount": amount}


def _incumbents(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Incumbents keep a share, of everything first, then of categories."""
    name = "" if turn == 0 else _pick(random, known.categories)
    measure = (Measure.SPEND, Measure.VOLUME)[turn % 2]
    value, base = known.value(measure, known.event.suppliers.incumbent, _of_group(known, name))
    share = float(np.floor(value / max(base, 1.0) * (1 - SLACK) * 100) / 100)
    return {"incumbents": True, "item_group": name, "measure": measure, "sense": Sense.AT_LEAST, "share": share}


def _sole_or_two(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Families by one supplier per item, or by two at least, none of which has too much."""
    kinds = family_kinds(known.event)
    number = 3 * turn + int(random.integers(0, 3))
    wanted = ("whole", "two", "two")[turn % 3]
    group = known.event.items.item_group.astype(str)
    names = np.unique(group[kinds == wanted]).tolist() or [_pick(random, known.families or known.categories)]
    name = names[number % len(names)]
    of_each = [
        known.value(Measure.WINNERS, _all_suppliers(known), np.arange(len(group)) == item)[0]
        for item in np.flatnonzero(group == name).tolist()
    ]
    row = {"item_group": name, "measure": Measure.WINNERS, "per": Per.ITEM}
    if turn % 3 == 0:
        return row | {"sense": Sense.AT_MOST, "amount": max(of_each)}
    if turn % 3 == 1:
        return row | {"sense": Sense.AT_LEAST, "amount": min(*of_each, 2)}
    row |= {"measure": Measure.VOLUME, "per": Per.SUPPLIER_ITEM, "sense": Sense.AT_MOST}
    return row | {"share": _largest_share(known, group == name)}


def _largest_share(known: _Known, of_item: Flags) -> float:
    bids = known.event.bids
    bought = np.bincount(bids.item, known.units, minlength=len(of_item))
    pair = np.flatnonzero(of_item[bids.item])
    share = known.units[pair] / np.maximum(bought[bids.item[pair]], 1)
    return float(min(np.ceil(share.max(initial=0.5) * (1 + SLACK) * 100) / 100, 1.0))


def _group_lots(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Let a group of suppliers win some lots of a category at least, at most, or exactly."""
    groups = np.unique(known.event.suppliers.supplier_group.astype(str)).tolist()
    group, name = _pick(random, tuple(groups)), _pick(random, known.categories)
    of_group = known.event.suppliers.supplier_group == group
    value, _ = known.value(Measure.LOTS, of_group, _of_group(known, name))
    sense = (Sense.AT_LEAST, Sense.AT_MOST, Sense.EXACTLY)[turn % 3]
    amount = (np.floor(value * (1 - SLACK)), np.ceil(value * (1 + SLACK)), value)[turn % 3]
    return {
        "supplier_group": group,
        "item_group": name,
        "measure": Measure.LOTS,
        "sense": sense,
        "amount": amount,
    }


def _group_spend(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Set a budget for a group of suppliers, or for everything in a category."""
    groups = np.unique(known.event.suppliers.supplier_group.astype(str)).tolist()
    group, name = ("", _pick(random, known.categories)) if turn % 2 else (_pick(random, tuple(groups)), "")
    of_group = known.event.suppliers.supplier_group == group if group else _all_suppliers(known)
    value, _ = known.value(Measure.SPEND, of_group, _of_group(known, name))
    return {
        "supplier_group": group,
        "item_group": name,
        "measure": Measure.SPEND,
        "sense": Sense.AT_MOST,
        "amount": np.ceil(value * (1 + SLACK)),
    }


def _least_when_winning(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Who wins at all in a category wins at least so much of it: as much as the smallest winner of the reference."""
    name = _pick(random, known.categories)
    measure = (Measure.VOLUME, Measure.LOTS)[turn % 2]
    values = known.by_supplier(measure, _of_group(known, name))
    least = float(values[values > 0].min(initial=np.inf))
    return {
        "item_group": name,
        "per": Per.SUPPLIER,
        "measure": measure,
        "sense": Sense.AT_LEAST,
        "if_winning": True,
        "amount": max(np.floor(least * (1 - SLACK)), 1.0) if np.isfinite(least) else 1.0,
    }


def _consistent(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Hold shares of a family that is bought whole alike; without one there is a bonus."""
    group = known.event.items.item_group.astype(str)
    names = np.unique(group[family_kinds(known.event) == "whole"]).tolist()
    bought = np.bincount(known.event.bids.item, known.units, minlength=len(group))
    names = [name for name in names if np.all(bought[group == name] > 0) and _is_consistent(known, group == name)]
    if not names:
        return _preference(random, known, turn)
    return {"kind": RuleKind.CONSISTENT, "item_group": names[turn % len(names)], "amount": 0.05 * (1 + turn % 3)}


def _is_consistent(known: _Known, of_item: Flags) -> bool:
    bids = known.event.bids
    return (
        all(
            len(np.unique(bids.supplier[(bids.item == item) & (known.units > 0)])) == 1
            for item in np.flatnonzero(of_item).tolist()
        )
        and len(np.unique(bids.supplier[of_item[bids.item] & (known.units > 0)])) == 1
    )


def _preference(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Incumbents are preferred by some percent; a group of suppliers costs a little more."""
    if turn % 2 == 0:
        name = _pick(random, known.categories)
        return {"kind": RuleKind.ADJUST, "incumbents": True, "item_group": name, "share": -0.03}
    groups = np.unique(known.event.suppliers.supplier_group.astype(str)).tolist()
    amount = round(0.02 * known.mean_cost, 2)
    return {"kind": RuleKind.ADJUST, "supplier_group": _pick(random, tuple(groups)), "amount": amount}


def _winners_in_all(random: np.random.Generator, known: _Known, turn: int) -> _Row:
    """Not more winners than the reference has: of everyone, then of groups of suppliers."""
    groups = ("", *np.unique(known.event.suppliers.supplier_group.astype(str)).tolist())
    group = groups[turn % len(groups)]
    of_group = known.event.suppliers.supplier_group == group if group else _all_suppliers(known)
    value, _ = known.value(Measure.WINNERS, of_group, _all_items(known))
    amount = np.ceil(value * (1 + SLACK))
    return {"supplier_group": group, "measure": Measure.WINNERS, "sense": Sense.AT_MOST, "amount": amount}


_MAKERS: Final[tuple[Callable[[np.random.Generator, _Known, int], _Row], ...]] = (
    _most_of_supplier,
    _share_of_suppliers,
    _least_of_supplier,
    _winners_of_category,
    _incumbents,
    _sole_or_two,
    _group_lots,
    _group_spend,
    _least_when_winning,
    _consistent,
    _preference,
    _winners_in_all,
)

_DEFAULTS: Final[Mapping[str, Any]] = {
    "kind": RuleKind.LIMIT,
    "sense": 0,
    "measure": 0,
    "supplier": -1,
    "supplier_group": "",
    "incumbents": False,
    "item": -1,
    "item_group": "",
    "per": Per.ALL,
    "if_winning": False,
    "amount": np.nan,
    "share": np.nan,
    "violation_price": np.nan,
}


def _table(rows: list[_Row]) -> Rules:
    """Write rows as columns."""
    full = [{**_DEFAULTS, **row} for row in rows]
    types: dict[str, Any] = dict.fromkeys(("supplier_group", "item_group"), object)
    types |= {"kind": np.int8, "sense": np.int8, "measure": np.int8, "per": np.int8}
    types |= {"supplier": np.int32, "item": np.int32, "incumbents": np.bool_, "if_winning": np.bool_}
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in full], dtype=types.get(name, np.float64)) for name in _DEFAULTS
    }
    return Rules(rule_id=numbered("R", len(full)), **columns)


def _priced(random: np.random.Generator, known: _Known, row: _Row) -> _Row:
    """Give some limits a price instead of making them mandatory; those may ask for more than the reference has."""
    if row.get("kind", RuleKind.LIMIT) != RuleKind.LIMIT or random.random() >= PRICED_SHARE:
        return row
    return row | {"violation_price": round(VIOLATION_FACTOR[row["measure"]] * known.mean_cost, 2)}


def _winning_supplier(random: np.random.Generator, known: _Known) -> int:
    return int(random.choice(np.unique(known.event.bids.supplier[known.units > 0])))


def _pick(random: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(random.integers(0, len(names)))]


def _one(known: _Known, supplier: int) -> Flags:
    return np.asarray(np.arange(len(known.event.suppliers)) == supplier)


def _all_suppliers(known: _Known) -> Flags:
    return np.ones(len(known.event.suppliers), dtype=np.bool_)


def _all_items(known: _Known) -> Flags:
    return np.ones(len(known.event.items), dtype=np.bool_)


def _of_group(known: _Known, name: str) -> Flags:
    return np.asarray(known.event.items.item_group == name) if name else _all_items(known)
