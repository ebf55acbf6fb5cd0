"""Every award of a small event, tried."""

from __future__ import annotations

import numpy as np

from tests.sourcing.oracle.offers import quantities
from tests.sourcing.oracle.reading import World
from tests.sourcing.oracle.valuation import awards as awards_of
from tests.sourcing.oracle.valuation import sums_broken, tied, value

MOST_AWARDS = 400_000


class TooManyAwardsError(Exception):
    """More awards than can be tried."""


def every_award(world: World) -> np.ndarray:
    """Awards that keep quantities, packages, capacities and items' `max_units`; shape ``(n_awards, n_bids)``."""
    found = np.zeros((1, len(world.bids)), dtype=np.int64)
    for own, ways in _choices(world):
        parts = [found]
        for way in ways:
            taken = found.copy()
            taken[:, own] = way
            parts.append(taken)
        found = np.concatenate(parts)
        given = awards_of(world, found)
        broken = sums_broken(given, given.by_pair(found), np.zeros((len(found), len(world.items))))
        found = found[~(broken["suppliers.capacity_units"] | broken["items.max_units"])]
        if len(found) > MOST_AWARDS:
            raise TooManyAwardsError
    return found


def _choices(world: World) -> list[tuple[list[int], list[list[int]]]]:
    """Bids that are taken together, and the units they can be taken with."""
    packages = list(tied(world, "package").values())
    choices = [(own, [[quantities(world, world.bids[bid]) for bid in own]]) for own in packages]
    whole = [(own, [[units[0] for units in way] for way in ways if all(way)]) for own, ways in choices]
    single = [number for number, bid in enumerate(world.bids) if not bid.package]
    return whole + [([bid], [[units] for units in quantities(world, world.bids[bid])]) for bid in single]


def best_award(world: World) -> tuple[int, np.ndarray] | None:
    """The least objective and the units by bid of an award that has it, None when no award is valid."""
    units = every_award(world)
    judged = value(world, units)
    valid = np.flatnonzero(judged.valid)
    if not len(valid):
        return None
    best = valid[np.argmin(judged.objective[valid])]
    return int(judged.objective[best]), units[best]
