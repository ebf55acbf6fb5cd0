"""Tables of expected sales: sums as the certificate has them, errors within the bound that is stated."""

from __future__ import annotations

import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from optimizer.clearance import expected_sales as compiled
from optimizer.clearance import path_values
from optimizer.clearance.allowed import _distinct, allowed_paths
from optimizer.worth import counts
from optimizer.worth.choices import choices_of
from tests.optimizer.clearance_worlds import every_path, world


@pytest.mark.parametrize("spread", [0.0, 1e-14, 1e-3, 0.4, 2.0, 9.0])
def test_sums_are_those_of_the_certificate(spread: float) -> None:
    random = np.random.default_rng(7)
    slope, inverse = np.empty(20_001), np.empty(20_001)
    for mean in [0.01, 0.5, 3.0, 20.0, 150.0, 900.0, 5000.0]:
        units = int(mean * random.uniform(0.3, 2.0)) + 1
        compiled.fill_slopes(spread, units, slope, inverse)
        exact, _ = counts.expected_sold_and_lost(np.array([float(units)]), np.array([mean]), np.array([spread]))
        found, change, below = compiled.sold_and_slope(mean, spread, units, slope, inverse)
        assert found == pytest.approx(exact[0], rel=1e-9)
        assert compiled.sold(mean, spread, units, inverse) == pytest.approx(exact[0], rel=1e-9)
        step = 1e-4 * mean
        ends = [compiled.sold(mean + way * step, spread, units, inverse) for way in (-1, 1)]
        assert change == pytest.approx((ends[1] - ends[0]) / (2 * step), abs=1e-5)
        chance = counts.at_least(np.array([float(units)]), np.array([mean]), np.array([spread]))
        assert below == pytest.approx(1.0 - chance[0], abs=1e-9)


@pytest.mark.parametrize("spread", [0.0, 1e-3, 0.4, 2.0])
def test_several_means_are_as_one_after_the_other(spread: float) -> None:
    slope, inverse = np.empty(2001), np.empty(2001)
    for units in (0, 1, 7, 60, 500, 2000):
        compiled.fill_slopes(spread, units, slope, inverse)
        # From 0 to beyond what the chance of no demand can say, and far below the units.
        for means in (np.array([0.0, 0.2, 1.0, 9.0, 40.0]), np.array([0.5, 90.0, 700.0, 3000.0])):
            found, sold = np.empty((4, len(means))), np.empty(len(means))
            compiled.sold_and_slopes(means, spread, units, slope, inverse, found)
            compiled.sold_at(means[::-1].copy(), spread, units, inverse, found[3], sold)
            for mean, at in zip(means.tolist(), found[:3].T.tolist(), strict=True):
                alone = compiled.sold_and_slope(mean, spread, units, slope, inverse)
                assert at == pytest.approx(alone, rel=1e-11, abs=1e-12)
            assert sold[::-1] == pytest.approx(found[0], rel=1e-11, abs=1e-12)


def test_a_path_and_the_list_price_sell_what_every_period_says_alone() -> None:
    """Positions that get more before, at and after the target's period, or beyond the horizon."""
    rng, n, n_periods = np.random.default_rng(3), 40, 5
    none = np.zeros(n)
    first = rng.integers(0, 12, n)
    rows = path_values.Rows(
        rng.random(n) < 0.3,
        rng.uniform(0.0, 20.0, n),
        rng.choice([0.0, 0.5, 3.0], n),
        first,
        first + rng.integers(0, 9, n),
        rng.integers(0, n_periods + 2, n),
        *(none.astype(np.int64), none, none, none.astype(np.int64)),
        rng.uniform(-5.0, 5.0, n),
    )
    room = (np.empty(50), np.empty(50), np.empty((3, n_periods + 2)))
    slope, inverse, _ = room
    for target in range(-1, n_periods):
        x = np.cumsum(rng.uniform(0.0, 0.6, (2, n_periods)), axis=1)
        total, ends = path_values._sold_on_both(rows, 0, n, x, target, room)
        last = n_periods - 1
        asked = [*((period, x[0, period]) for period in range(n_periods)), (last, x[1, last]), (target, x[1, target])]
        alone = [path_values.exactly_sold(rows, 0, n, period, at, slope, inverse) for period, at in asked]
        known = n_periods + 1 + (target >= 0)
        assert total[:known] == pytest.approx([sold for sold, _ in alone[:known]], rel=1e-12)
        assert ends == pytest.approx([alone[last][1], alone[n_periods][1]], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("spread", [0.0, 0.3, 3.0])
def test_cubics_miss_by_no_more_than_the_bound(spread: float) -> None:
    slope, inverse = np.empty(301), np.empty(301)
    rate, tightest = compiled.rate_of(spread), 0.0
    for units in (1, 4, 12, 40, 120):
        compiled.fill_slopes(spread, units, slope, inverse)
        for left in (0.0, 0.1, 1.0, 5.0, 20.0, 60.0):
            for width in (0.3, 1.0, 3.0, 9.0):
                nodes = np.array([left, left + width])
                ends = [compiled.sold_and_slope(mean, spread, units, slope, inverse) for mean in nodes]
                value, tilt = np.array([end[0] for end in ends]), np.array([end[1] for end in ends])
                cubic = compiled.cubics(nodes, value, tilt)[0]
                bound = compiled.table_error(left, width, rate, ends[0][2])
                for part in np.linspace(0.05, 0.95, 13):
                    exact = compiled.sold(left + part * width, spread, units, inverse)
                    missed = abs(compiled.at_cubic(cubic, part * width) - exact)
                    assert missed <= bound + 1e-10, (units, left, width, part)
                    tightest = max(tightest, missed / (bound + 1e-10))
    # A bound that is far from what happens would prove little.
    assert tightest > 0.05


def test_grids_reach_from_end_to_end() -> None:
    mean, spread, units = np.array([3.0, 40.0]), np.array([0.5, 2.0]), np.array([5, 70])
    for low, high in ((0.1, 3.0), (0.0, 60.0), (1.0, 1.1)):
        nodes = compiled.grid(low, high, mean, spread, units, 32)
        assert nodes[0] == low
        assert nodes[-1] == high
        assert np.all(np.diff(nodes) >= 0.0)


def test_grids_of_places_that_rounding_alone_tells_apart() -> None:
    """Demand that hardly depends on the price: some nodes in order, from the lowest place to beyond the highest."""
    rng = np.random.default_rng(1)
    for lowest in [0.0, *rng.uniform(1e-3, 50.0, 200)]:
        highest = lowest + int(rng.integers(0, 4)) * np.spacing(lowest)
        nodes = compiled.grid(lowest, highest, np.array([3.0]), np.array([0.4]), np.array([5]), 48)
        assert np.all(np.diff(nodes) >= 0)
        assert nodes[0] == pytest.approx(lowest, rel=1e-15)
        assert highest <= nodes[-1] <= highest * (1 + 1e-8)
        assert (highest == 0) or (lowest - nodes[0]) / (nodes[-1] - nodes[0]) > -1e-3


def test_third_differences_fall_from_four() -> None:
    steps = [2.0**power for power in range(-6, 9)]
    found = [compiled.roughness(mean, 1.0) for mean in steps]
    assert found[0] < 4.0
    assert all(later < earlier for earlier, later in pairwise(found))
    assert all(
        bound <= 0.5 * (6.0 / (math.e * mean)) ** 1.5 + 1e-12
        for bound, mean in zip(found, steps, strict=True)
        if mean > 2
    )


@pytest.mark.parametrize("factor", [None, 1])
def test_rows_with_the_same_number_are_told_apart(monkeypatch: pytest.MonkeyPatch, factor: int | None) -> None:
    """Numbers of rows are sums by random factors; with all factors alike many rows have the same."""
    rows = np.random.default_rng(2).integers(0, 3, (60, 3)).astype(np.int32)
    if factor is not None:
        alike = SimpleNamespace(integers=lambda low, high, size: np.full(size, factor))
        monkeypatch.setattr(np.random, "default_rng", lambda seed: alike)
    distinct, of = _distinct(rows)
    np.testing.assert_array_equal(distinct[of], rows)
    assert len(np.unique(distinct, axis=0)) == len(distinct)


def test_allowed_paths_are_all_that_the_rules_allow() -> None:
    for seed in range(40):
        network = world(seed)
        choices = choices_of(network)
        for i, paths in enumerate(allowed_paths(choices, np.arange(len(choices)))):
            assert {tuple(path) for path in paths.tolist()} == set(every_path(choices, i)), seed
