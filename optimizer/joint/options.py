"""What may be marked down, as options: every family of (SKU, zone) choices takes exactly one of its options.

A family is a choice by itself, or the choices of a group in a zone whose paths depend on each other: those that move
together, and those with a cross elasticity. That all of a group are marked down or none, or at most one, ties families.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import GroupKind
from network.tables import Network
from optimizer.clearance.allowed import allowed_paths
from optimizer.plan import Markdowns
from optimizer.worth.choices import Choices
from optimizer.worth.price_paths import demand_shares

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_OPTIONS: Final = 100_000
"""Options of a family with a cross elasticity beyond which it is refused."""


@dataclass(frozen=True, slots=True)
class Options:
    """Members are choices that may be marked down, in families; shape ``(n_members,)`` each unless it says more."""

    choice: Ints
    """Row of the choices, member by member; members of a family stand together."""
    family: Ints
    first_path: Ints
    """Where the paths of each member begin in the next two, shape ``(n_members + 1,)``: one for each option of its
    family, in the family's order; the first is the list price."""
    price: Floats
    """Currency per unit, shape ``(n_paths, T)``."""
    demand_share: Floats
    """x_t, shape ``(n_paths, T)``."""

    def __len__(self) -> int:
        return len(self.choice)

    @property
    def n_families(self) -> int:
        """Number of families."""
        return int(self.family[-1]) + 1 if len(self.family) else 0

    @property
    def n_options(self) -> Ints:
        """Options of every family, shape ``(n_families,)``."""
        first_member = np.flatnonzero(np.append(True, self.family[1:] != self.family[:-1])[: len(self.family)])
        return np.diff(self.first_path)[first_member]

    @property
    def first_option(self) -> Ints:
        """Where the options of every family begin among all, shape ``(n_families + 1,)``."""
        return np.concatenate([[0], np.cumsum(self.n_options)])

    @property
    def option_of_path(self) -> Ints:
        """Option of every path, counted over all families, shape ``(n_paths,)``."""
        first = self.first_option[self.family]
        return np.arange(self.first_path[-1]) + np.repeat(first - self.first_path[:-1], np.diff(self.first_path))

    def only(self, price: Floats, demand_share: Floats) -> Options:
        """Leave one option to every family, with these paths of its members, shape ``(n_members, T)`` each."""
        return replace(self, first_path=np.arange(len(self) + 1), price=price, demand_share=demand_share)

    def markdowns(self, choices: Choices, option: Ints) -> Markdowns:
        """Write chosen options as markdowns.

        Parameters
        ----------
        choices : Choices
        option : ndarray of int64, shape (n_families,)
            Counted within each family.
        """
        path = self.first_path[:-1] + option[self.family]
        marked = np.flatnonzero(np.any(self.price[path] != choices.list_price[self.choice, None], axis=1))
        choice = self.choice[marked]
        return Markdowns(choices.sku[choice], choices.zone[choice], self.price[path[marked]])


def options_of(network: Network, choices: Choices, free: NDArray[np.bool_]) -> Options:
    """List the options of all choices that may be marked down.

    Parameters
    ----------
    network : Network
    choices : Choices
    free : ndarray of bool, shape (n_choices,)
        Those that may be marked down.

    Returns
    -------
    Options

    Raises
    ------
    ValueError
        A group with a cross elasticity has more than `MOST_OPTIONS` options in a zone.
    """
    free_choice = np.flatnonzero(free)
    tied = np.append((choices.group_kind == GroupKind.TOGETHER) | (choices.cross_elasticity > 0.0), False)
    key = np.where(tied[choices.group[free_choice]], choices.group[free_choice], len(tied) + free_choice)
    order = np.argsort(key, kind="stable")
    choice, key = free_choice[order], key[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    paths = allowed_paths(choices, choice)
    cross = [np.ones((1, choices.n_periods))] * len(choice)
    for first, last in itertools.pairwise([*starts.tolist(), len(choice)]):
        if tied[choices.group[choice[first]]]:
            paths[first:last], cross[first:last] = _tied(choices, choice[first:last], paths[first:last])
    count = np.array([len(prices) for prices in paths], dtype=np.int64)
    none = np.empty((0, choices.n_periods))
    price = np.concatenate([none, *paths])
    others = np.concatenate([none, *map(np.broadcast_to, cross, (prices.shape for prices in paths))])
    return Options(
        choice=choice,
        family=np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(choice)))),
        first_path=np.concatenate([[0], np.cumsum(count)]),
        price=price,
        demand_share=demand_shares(network, choices, np.repeat(choice, count), price, others),
    )


def _tied(choices: Choices, choice: Ints, paths: list[Floats]) -> tuple[list[Floats], list[Floats]]:
    """Options of one family: the path of each member under each, and what the prices of the others do to demand."""
    group = choices.group[choice[0]]
    if choices.group_kind[group] == GroupKind.TOGETHER:
        picked = _same_rungs(choices, choice, paths)
    else:
        picked = _combined(choices, choice, paths, at_most_one=choices.group_kind[group] == GroupKind.AT_MOST_ONE)
    taken = [prices[rows] for prices, rows in zip(paths, picked, strict=True)]
    n_of_group = int(np.count_nonzero(choices.group == group))
    power = choices.cross_elasticity[group] / max(n_of_group - 1, 1)
    tiny = np.finfo(np.float64).tiny
    logs = [
        np.log(np.maximum(prices / listed, tiny)) if listed > 0.0 else np.zeros_like(prices)
        for prices, listed in zip(taken, choices.list_price[choice].tolist(), strict=True)
    ]
    total = np.sum(logs, axis=0)
    return taken, [np.exp(power * (total - own)) for own in logs]


def _same_rungs(choices: Choices, choice: Ints, paths: list[Floats]) -> list[Ints]:
    """Paths of each member, in one order, that have the same rungs of the ladders as written in every period."""
    numbers = []
    for at, prices in zip(choice.tolist(), paths, strict=True):
        own = slice(choices.first_rung[at], choices.first_rung[at + 1])
        falling = np.append(choices.list_price[at], choices.rung_price[own])
        level = np.argmax(prices[:, :, None] == falling, axis=2)
        numbers.append([tuple(row) for row in np.append(0, choices.rung_number[own])[level].tolist()])
    shared = [row for row in numbers[0] if all(row in others for others in map(set, numbers[1:]))]
    places = [{row: place for place, row in enumerate(rows)} for rows in numbers]
    return [np.array([place[row] for row in shared], dtype=np.int64) for place in places]


def _combined(choices: Choices, choice: Ints, paths: list[Floats], *, at_most_one: bool) -> list[Ints]:
    """Paths of each member in every combination that the group allows; all at their list price first."""
    count = np.array([len(prices) for prices in paths])
    marked = count - 1
    n_options = 1 + (float(marked.sum()) if at_most_one else float(np.prod(marked.astype(np.float64))))
    if n_options > MOST_OPTIONS:
        group = choices.group_id[choices.group[choice[0]]]
        raise ValueError(
            f"clearance_groups: group {group} has {n_options:.0f} combinations of price paths in zone "
            f"{choices.zone[choice[0]]}, more than {MOST_OPTIONS}; use fewer rungs or markdowns, or no cross_elasticity"
        )
    if at_most_one:
        own = np.repeat(np.arange(len(paths)), marked)
        rung = np.concatenate([np.arange(1, n) for n in count.tolist()])
        return [np.append(0, np.where(own == member, rung, 0)) for member in range(len(paths))]
    combined = 1 + np.indices(marked.tolist()).reshape(len(paths), -1)
    return [np.append(0, rows) for rows in combined]
