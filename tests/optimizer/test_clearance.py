"""The clearance optimum against every way to mark down, on small random worlds with all rules."""

from __future__ import annotations

import pytest

from optimizer import Request
from optimizer.clearance.clearing import clearance
from tests.optimizer.clearance_worlds import best_way, world

ROUNDING = 100
"""Money units by which rounding each position once may move a small plan."""


def _agrees(seed: int) -> bool:
    """Whether the best of every way is found and proved; returns whether something is marked down."""
    network = world(seed)
    way, found = best_way(network), clearance(network, Request(), seconds=20.0)
    if way is None:
        assert not found.is_feasible, seed
        return False
    assert found.is_feasible, seed
    assert abs(found.value - way.value) <= ROUNDING, (seed, found.value, way.value)
    assert way.value <= found.bound <= way.value * (1 + 2e-6) + 2 * ROUNDING, (seed, found.bound, way.value)
    return len(found.markdowns) > 0


def test_best_of_every_way() -> None:
    assert sum(map(_agrees, range(12))) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("block", range(12))
def test_best_of_every_way_in_many_worlds(block: int) -> None:
    assert sum(map(_agrees, range(50 * block, 50 * (block + 1)))) >= 10
