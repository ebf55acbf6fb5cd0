"""Rows that options add to a model: places under each path, and limits that tie options together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import GroupKind
from optimizer.joint.positions import Joint
from optimizer.model import UNLIMITED

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STEPS: Final = 10**4
"""Budgets are counted in such parts of a unit of currency, targets in such parts of a unit."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position that lines reach, and what its units are worth under every path of its member."""

    model_position: int
    member: int
    worth: Ints
    """Money of each unit after those that count in any case, shape ``(n_paths, n_units)``, like the next two."""
    forgone: Floats
    """Money that markdowns forgo of the unit."""
    sold: Floats
    """How much of it is sold by the period of the target, less the share that should be."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What paths are worth without any unit beyond those that count in any case, shape ``(n_paths,)`` each."""

    reward: Ints
    forgone: Floats
    sold: Floats
    sold_before: Floats
    """The same without lines at list price, by member, shape ``(n_members,)``."""


@dataclass(slots=True)
class PlaceRows:
    """Positions, flows and increments to add, one after the other."""

    n_positions: int
    """Positions that are there already."""
    origin: list[int] = field(default_factory=list)
    capacity: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    """Of every added position, whose only flow comes from `origin`."""
    increment_position: list[Ints] = field(default_factory=list)
    increment_path: list[Ints] = field(default_factory=list)
    most_units: list[Ints] = field(default_factory=list)
    worth: list[Ints] = field(default_factory=list)
    forgone: list[Floats] = field(default_factory=list)
    sold: list[Floats] = field(default_factory=list)

    def add(self, place: Place, first_path: int) -> None:
        """Add a place, once for each path."""
        for number in range(len(place.worth)):
            columns = (place.worth[number], place.forgone[number], place.sold[number])
            changes = np.any([column[1:] != column[:-1] for column in columns], axis=0)
            first = np.flatnonzero(np.append(True, changes)[: len(columns[0])])
            if not len(first):
                continue
            at = self.n_positions + len(self.origin)
            self.origin.append(place.model_position)
            self.capacity.append(len(columns[0]))
            self.path.append(first_path + number)
            self.increment_position.append(np.full(len(first), at))
            self.increment_path.append(np.full(len(first), first_path + number))
            self.most_units.append(np.diff(np.append(first, len(columns[0]))))
            self.worth.append(columns[0][first])
            self.forgone.append(columns[1][first])
            self.sold.append(columns[2][first])


@dataclass(slots=True)
class LimitRows:
    """Limits to add, with their terms on options, on added increments and on slacks."""

    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    row: list[Ints] = field(default_factory=list)
    option: list[Ints] = field(default_factory=list)
    """Option of each term, -1: see `increment`."""
    increment: list[Ints] = field(default_factory=list)
    """Added increment of each term, -1: see `slack`."""
    slack: list[Ints] = field(default_factory=list)
    coefficient: list[Ints] = field(default_factory=list)
    slack_cost: list[int] = field(default_factory=list)
    """Money per unit of each slack, by which a target is missed; units need not be whole."""
    before: int = 0
    """Money that slacks cost without lines and markdowns."""

    def add(
        self,
        low: int,
        high: int,
        options: tuple[Ints, Ints],
        increments: tuple[Ints, Ints] | None = None,
        slack: int | None = None,
    ) -> None:
        """Add a limit with pairs of columns and coefficients."""
        none = np.zeros(0, dtype=np.int64)
        on_increments = (none, none) if increments is None else increments
        slacks = none if slack is None else np.array([slack])
        sizes = [len(options[0]), len(on_increments[0]), len(slacks)]
        absent = [np.full(size, -1) for size in sizes]
        self.option.append(np.concatenate([options[0], absent[1], absent[2]]))
        self.increment.append(np.concatenate([absent[0], on_increments[0], absent[2]]))
        self.slack.append(np.concatenate([absent[0], absent[1], slacks]))
        self.coefficient.append(np.concatenate([options[1], on_increments[1], np.full_like(slacks, STEPS)]))
        self.row.append(np.full(sum(sizes), len(self.low)))
        self.low.append(low)
        self.high.append(high)


def tied(joint: Joint, places: PlaceRows, fixed: Fixed) -> LimitRows:
    """Tie options: one of every family, groups, budgets and sell-through targets."""
    limits, options = LimitRows(), joint.options
    first = options.first_option
    for one, two in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
        limits.add(1, 1, (np.arange(one, two), np.ones(two - one, dtype=np.int64)))
    _tie_groups(joint, limits)
    path = np.concatenate([np.zeros(0, dtype=np.int64), *places.increment_path])
    member = np.searchsorted(options.first_path, path, side="right") - 1
    _tie_budgets(joint, limits, member, _joined(places.forgone), fixed.forgone)
    _tie_targets(joint, limits, member, _joined(places.sold), fixed)
    return limits


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate([np.zeros(0), *parts])


def _tie_groups(joint: Joint, limits: LimitRows) -> None:
    """All families of a group are marked down or none, or at most one."""
    options, choices = joint.options, joint.choices
    group = choices.group[options.choice]
    listed = options.first_option[options.family]
    for number in np.unique(group[group >= 0]).tolist():
        own = np.unique(listed[group == number])
        ones = np.ones(len(own), dtype=np.int64)
        if choices.group_kind[number] == GroupKind.AT_MOST_ONE:
            limits.add(len(own) - 1, UNLIMITED, (own, ones))
        elif choices.group_kind[number] == GroupKind.ALL_OR_NONE:
            for other in own[1:].tolist():
                limits.add(0, 0, (np.array([own[0], other]), np.array([1, -1])))


def _tie_budgets(joint: Joint, limits: LimitRows, member: Ints, forgone: Floats, fixed: Floats) -> None:
    """Forgone margin within budgets, counted in `STEPS`."""
    options, choices = joint.options, joint.choices
    step = max(10.0**joint.network.money_decimals / STEPS, 1.0)
    holder = np.repeat(np.arange(len(choices)), np.diff(choices.first_budget))
    path_member = np.searchsorted(options.first_path, np.arange(len(options.price)), side="right") - 1
    for budget, amount in enumerate(choices.budget_amount.tolist()):
        held = np.zeros(len(choices), dtype=bool)
        held[holder[choices.budget == budget]] = True
        of_member = held[options.choice]
        path, increment = np.flatnonzero(of_member[path_member]), np.flatnonzero(of_member[member])
        on_option = np.bincount(
            options.option_of_path[path], weights=fixed[path], minlength=int(options.first_option[-1])
        )
        used = np.flatnonzero(on_option)
        limits.add(
            -UNLIMITED,
            int(amount / step),
            (used, np.rint(on_option[used] / step).astype(np.int64)),
            (increment, np.rint(forgone[increment] / step).astype(np.int64)),
        )


def _tie_targets(joint: Joint, limits: LimitRows, member: Ints, sold: Floats, fixed: Fixed) -> None:
    """Sell-through targets, hard ones and those with a price, counted in `STEPS`."""
    options, rules = joint.options, joint.network.clearance_rules
    rule = joint.choices.rule[options.choice]
    for number, of in enumerate(rule.tolist()):
        if of < 0 or np.isnan(rules.sell_through_share[of]):
            continue
        path = np.arange(options.first_path[number], options.first_path[number + 1])
        increment = np.flatnonzero(member == number)
        slack, price = None, float(rules.sell_through_price[of])
        if not np.isnan(price):
            slack = len(limits.slack_cost)
            cost = price * 10.0**joint.network.money_decimals
            limits.slack_cost.append(round(cost))
            limits.before += round(cost * max(-fixed.sold_before[number], 0.0))
        limits.add(
            0 if slack is not None else -len(path) - len(increment),
            UNLIMITED,
            (options.option_of_path[path], np.ceil(fixed.sold[path] * STEPS).astype(np.int64)),
            (increment, np.ceil(sold[increment] * STEPS).astype(np.int64)),
            slack,
        )
