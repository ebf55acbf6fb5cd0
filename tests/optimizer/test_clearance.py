"""The clearance optimum against every way to mark down, on small random worlds with all rules."""

from __future__ import annotations

import pytest

from optimizer import Request
from optimizer.clearance.clearing import clearance
from tests.optimizer.clearance_worlds import best_way, world

ROUNDING = 400
"""Money units by which rounding each unit once may move a small plan."""


@pytest.mark.parametrize("block", range(4))
def test_best_of_every_way(block: int) -> None:
    for seed in range(60 * block, 60 * (block + 1)):
        network = world(seed)
        way, found = best_way(network), clearance(network, Request(), seconds=20.0)
        if way is None:
            assert not found.is_feasible, seed
            continue
        assert found.is_feasible, seed
        assert abs(found.value - way.value) <= ROUNDING, (seed, found.value, way.value)
        assert way.value <= found.bound <= way.value + max(2 * ROUNDING, 2e-6 * way.value), (
            seed,
            found.bound,
            way.value,
        )
