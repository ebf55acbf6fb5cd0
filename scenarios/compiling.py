"""Compile ahead what searches compile when they first need it, which takes a minute or more in all.

What was compiled stays on disk (`optimizer.compiled`). Each part gets a small input of its kind.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from optimizer.clearance.clearing import TABLE_NODES, clearance
from optimizer.joint.bounding import steps_of_bounds
from optimizer.joint.options import options_of
from optimizer.joint.positions import free_of_charge, joint_of
from optimizer.joint.program import joint_program
from optimizer.request import Parameters, Request
from optimizer.search.annealing import compile_moves
from optimizer.sourcing.large.search import search_large
from optimizer.sourcing.packages.cutting import tightened
from optimizer.sourcing.packages.greedy import greedy_choice
from optimizer.sourcing.packages.program import covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.packages.weighed import search_by_weights
from optimizer.sourcing.progress import AwardProgress
from optimizer.worth.choices import choices_of, may_be_marked_down
from scenarios.generate import Shape, generate
from scenarios.generate.packages import PackageShape, generate_packages
from scenarios.generate.sourcing import generate_sourcing
from scenarios.joint_rules import with_clearance

_SECONDS: Final = 120.0
"""Most time for a search that ends by itself once everything is compiled."""

_STEPS: Final = 6
"""Steps of bounds in which everything about them has run."""


def compile_ahead(say: Callable[[str], None] = lambda part: None) -> None:
    """Run every part that is compiled on a small input.

    Parameters
    ----------
    say : callable, optional
        Called with the name of each part before it.
    """
    for name, compiled in _PARTS.items():
        say(name)
        compiled()


def _prices() -> None:
    """Value price paths exactly and by tables, choose them within budgets, and bound joint plans."""
    network = with_clearance(generate(Shape(stores=12, warehouses=2, skus=4), seed=1), seed=1)
    request, choices = Request(), choices_of(network)
    for n_table in (0, TABLE_NODES):
        clearance(network, request, choices=choices, n_table=n_table)
    free = may_be_marked_down(network, request, choices)
    joint = joint_of(network, request, choices, options_of(network, choices, free))
    joint_program(joint)
    steps = steps_of_bounds(joint, np.zeros(len(joint)), free_of_charge(joint), _SECONDS)
    list(itertools.islice(steps, _STEPS))


def _packages() -> None:
    """Cut and weigh a few packages."""
    covering = covering_of(generate_packages(PackageShape(150, 40), "regional", 1))
    if covering is None:
        raise TypeError("the drawn packages are not read as a covering problem")
    program, until = covering_program(covering, 2).program, time.monotonic() + _SECONDS
    tightened(program, covering.n_items, -np.inf, until, lambda _: None)
    search_by_weights(covering, greedy_choice(covering), 0.0, lambda _: None)


def _awards() -> None:
    """Award a small event by the way of large ones."""
    search_large(AwardProgress(generate_sourcing("XS", "light", 1), Parameters(time_limit_seconds=_SECONDS, gap=0.4)))


_PARTS: Final[dict[str, Callable[[], None]]] = {
    "flows and annealing": compile_moves,
    "price paths": _prices,
    "packages": _packages,
    "large awards": _awards,
}
