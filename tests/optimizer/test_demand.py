"""Probabilities and expectations of demand: against long sums in decimals, Monte-Carlo, and what must hold for any."""

from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from itertools import accumulate
from math import erfc, fsum, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.worth.demand import Demand, DemandKind, demand_of
from tests.optimizer.small_case import STOCK, small_network

REPEATABLE = settings(derandomize=True, database=None, deadline=None, max_examples=100)

EXACT = 1e-12


def demand(kind: DemandKind, mean: float, spread: float, n: int) -> Demand:
    """The same demand n times."""
    return Demand(np.full(n, kind, dtype=np.int8), np.full(n, mean), np.full(n, spread))


@dataclass(frozen=True)
class Sums:
    """P(D >= n), E[min(D, n)] and E[max(D - n, 0)] for n from `first` on, from sums of positive terms."""

    first: int
    at_least: list[Decimal]
    sold: list[Decimal]
    lost: list[Decimal]


def counted_sums(mean: float, extra_spread: float) -> Sums:
    """Poisson and negative binomial: chances by their ratios, in 50 digits, scaled to add up to 1."""
    with localcontext() as context:
        context.prec = 50
        m, beta = Decimal(repr(mean)), Decimal(repr(extra_spread))
        deviation = sqrt(mean * (1 + extra_spread))
        first = max(0, int(mean - 16 * deviation))
        last = int(mean + 16 * deviation + 80 * (1 + extra_spread))
        chances = [Decimal(1)]
        for n in range(first, last):
            chances.append(chances[-1] * (m + beta * n) / ((1 + beta) * (n + 1)))
        total = sum(chances)
        at_least = list(accumulate(reversed([chance / total for chance in chances])))[::-1]
        lost = list(accumulate(reversed([*at_least[1:], Decimal(0)])))[::-1]
        sold = list(accumulate(at_least[1:], initial=Decimal(first)))
        return Sums(first, at_least, sold, lost)


def units_of_interest(mean: float, deviation: float) -> np.ndarray:
    """Whole numbers from far below the mean to far above it."""
    spots = [mean + z * deviation for z in (-7, -5, -3, -1, -0.3, 0, 0.3, 1, 2, 3, 5, 7, 9)]
    return np.unique([0, 1, 2, 3, *(max(0, int(spot)) for spot in spots)])


@pytest.mark.parametrize(
    "extra_spread", [0.0, 1e-16, 1e-12, 1e-9, 1e-6, 2e-4, 2.1e-4, 1e-3, 0.01, 0.5, 1.0, 7.0, 300.0]
)
@pytest.mark.parametrize("mean", [1e-6, 0.02, 0.7, 3.0, 10.0, 31.4, 250.0, 9000.0])
def test_counts_agree_with_long_sums(mean: float, extra_spread: float):
    exact = counted_sums(mean, extra_spread)
    units = units_of_interest(mean, sqrt(mean * (1 + extra_spread)))
    units = units[units >= exact.first]
    at = units - exact.first
    found = demand(DemandKind.COUNTS, mean, extra_spread, len(units))
    sold, lost = found.expected_sold_and_lost(units)
    assert found.at_least(units) == pytest.approx([float(exact.at_least[i]) for i in at], rel=0, abs=EXACT)
    assert lost == pytest.approx([float(exact.lost[i]) for i in at], rel=EXACT, abs=EXACT)
    assert sold == pytest.approx([float(exact.sold[i]) for i in at], rel=EXACT, abs=EXACT)


@pytest.mark.parametrize("extra_spread", [0.0, 1e-7, 0.3])
@pytest.mark.parametrize("mean", [99_999.5, 100_000.5, 1e6])
def test_large_means(mean: float, extra_spread: float):
    exact = counted_sums(mean, extra_spread)
    units = units_of_interest(mean, sqrt(mean * (1 + extra_spread)))
    units = units[units >= exact.first]
    at = units - exact.first
    found = demand(DemandKind.COUNTS, mean, extra_spread, len(units))
    assert found.at_least(units) == pytest.approx([float(exact.at_least[i]) for i in at], rel=0, abs=EXACT)
    sold, lost = found.expected_sold_and_lost(units)
    assert lost == pytest.approx([float(exact.lost[i]) for i in at], rel=EXACT, abs=1e-9)
    assert sold == pytest.approx([float(exact.sold[i]) for i in at], rel=EXACT, abs=1e-9)


def normal_chance(n: int, mean: float, deviation: float) -> float:
    """P(N >= n - 1/2), by the standard library."""
    return 0.5 * erfc((n - 0.5 - mean) / (deviation * sqrt(2)))


@pytest.mark.parametrize("deviation", [1e-3, 0.1, 0.25, 0.4, 0.5, 1.0, 1.49, 1.99, 2.0, 2.5, 4.0, 33.0, 500.0])
@pytest.mark.parametrize("mean", [0.0, 0.3, 1.0, 5.5, 12.0, 700.25])
def test_normal_demand_agrees_with_long_sums(mean: float, deviation: float):
    units = units_of_interest(mean, deviation)
    found = demand(DemandKind.NORMAL, mean, deviation, len(units))
    chances = [normal_chance(n, mean, deviation) for n in range(1, int(units.max() + mean + 13 * deviation) + 3)]
    assert found.at_least(units + 1) == pytest.approx([chances[n] for n in units], rel=EXACT, abs=EXACT)
    sold, lost = found.expected_sold_and_lost(units)
    assert sold == pytest.approx([fsum(chances[:n]) for n in units], rel=EXACT, abs=EXACT)
    assert lost == pytest.approx([fsum(chances[n:]) for n in units], rel=EXACT, abs=EXACT)


DRAWS = 1_000_000


def sample(kind: DemandKind, mean: float, spread: float) -> np.ndarray:
    """Independent draws of demand, from the definition."""
    rng = np.random.default_rng(20260105)
    if kind == DemandKind.NORMAL:
        return np.maximum(np.rint(rng.normal(mean, spread, DRAWS)), 0)
    if spread == 0.0:
        return rng.poisson(mean, DRAWS)
    return rng.negative_binomial(mean / spread, 1 / (1 + spread), DRAWS)


@pytest.mark.parametrize(
    ("kind", "mean", "spread"),
    [
        (DemandKind.COUNTS, 0.4, 0.0),
        (DemandKind.COUNTS, 11.5, 0.0),
        (DemandKind.COUNTS, 0.4, 2.5),
        (DemandKind.COUNTS, 11.5, 0.6),
        (DemandKind.COUNTS, 900.0, 12.0),
        (DemandKind.NORMAL, 0.4, 0.9),
        (DemandKind.NORMAL, 11.5, 6.0),
    ],
)
def test_draws_agree_within_their_own_interval(kind: DemandKind, mean: float, spread: float):
    drawn = sample(kind, mean, spread)
    units = units_of_interest(mean, float(drawn.std()))[:10]
    found = demand(kind, mean, spread, len(units))
    sold, lost = found.expected_sold_and_lost(units)
    claims = [*zip(units, found.at_least(units), sold, lost, strict=True)]
    for n, at_least, sold_n, lost_n in claims:
        for claimed, values in (
            (at_least, (drawn >= n).astype(float)),
            (sold_n, np.minimum(drawn, n)),
            (lost_n, np.maximum(drawn - n, 0)),
        ):
            # Five standard errors; where hardly any draw differs, a few of them are the error.
            interval = 5 * max(float(values.std()), 2 / sqrt(DRAWS)) / sqrt(DRAWS)
            assert values.mean() == pytest.approx(claimed, rel=1e-12, abs=interval)


demands = st.one_of(
    st.tuples(st.just(DemandKind.CERTAIN), st.floats(0, 60), st.just(0.0)),
    st.tuples(st.just(DemandKind.COUNTS), st.floats(1e-4, 60), st.one_of(st.just(0.0), st.floats(1e-14, 20))),
    st.tuples(st.just(DemandKind.NORMAL), st.floats(0, 60), st.floats(1e-3, 30)),
)


@given(demands, st.integers(0, 120))
@REPEATABLE
def test_what_holds_for_any_demand(drawn: tuple[DemandKind, float, float], last: int):
    kind, mean, spread = drawn
    units = np.arange(-3, last + 1)
    found = demand(kind, mean, spread, len(units))
    chance = found.at_least(units)
    sold, lost = found.expected_sold_and_lost(units)
    assert np.all(chance[units <= 0] == 1.0)
    assert np.all((chance >= 0.0) & (chance <= 1.0))
    assert np.all(np.diff(chance) <= 1e-13)
    # The n-th unit sells as often as n units are asked for, and what it sells is not missed.
    assert np.diff(sold) == pytest.approx(chance[1:], rel=0, abs=1e-11)
    assert np.diff(lost) == pytest.approx(-chance[1:], rel=0, abs=1e-11)
    assert sold[units == 0] == pytest.approx(0.0, abs=1e-12)
    assert np.all(lost >= 0.0)
    assert np.all(sold <= units + 1e-12)


@given(demands, st.lists(st.integers(-2, 90), min_size=1, max_size=5), st.data())
@REPEATABLE
def test_a_number_depends_on_its_own_row_only(
    drawn: tuple[DemandKind, float, float], units: list[int], data: st.DataObject
):
    others = data.draw(st.lists(demands, min_size=1, max_size=4))
    kind, mean, spread = drawn
    alone = demand(kind, mean, spread, 1)
    rows = [*others, drawn, *others]
    together = Demand(
        np.array([row[0] for row in rows], dtype=np.int8),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
    )
    at = len(others)
    for n in units:
        same = np.full(len(rows), n)
        assert together.at_least(same)[at] == alone.at_least(np.array([n]))[0]
        for all_rows, one in zip(
            together.expected_sold_and_lost(same), alone.expected_sold_and_lost(np.array([n])), strict=True
        ):
            assert all_rows[at] == one[0]


@given(st.floats(0.01, 50), st.integers(0, 70))
@REPEATABLE
def test_little_spread_is_nearly_certain_and_nearly_poisson(mean: float, n: int):
    units = np.array([n])
    certain = demand(DemandKind.CERTAIN, np.rint(mean), 0.0, 1).expected_sold_and_lost(units)
    narrow = demand(DemandKind.NORMAL, np.rint(mean), 1e-9, 1).expected_sold_and_lost(units)
    assert narrow == (pytest.approx(certain[0], abs=1e-12), pytest.approx(certain[1], abs=1e-12))
    poisson = demand(DemandKind.COUNTS, mean, 0.0, 1).at_least(units)
    for spread in (1e-14, 1e-11, 1e-8):
        # The variance moves a chance by half its second derivative by the mean, which is below 1.
        assert demand(DemandKind.COUNTS, mean, spread, 1).at_least(units) == pytest.approx(
            poisson, abs=mean * spread + 1e-14
        )


def test_a_share_of_the_time():
    counts = Demand(
        np.array([1, 1, 2, 0], dtype=np.int8), np.array([6.0, 6.0, 6.0, 6.0]), np.array([0.0, 0.5, 2.0, 0.0])
    )
    quarter = counts.over(np.full(4, 0.25))
    assert quarter.mean.tolist() == [1.5] * 4
    assert quarter.spread.tolist() == [0.0, 0.5, 1.0, 0.0]
    none = counts.over(np.zeros(4))
    assert none.at_least(np.ones(4)).tolist() == [0.0] * 4
    assert none.expected_lost(np.full(4, -2)).tolist() == [2.0] * 4


@pytest.mark.parametrize(
    ("mean", "deviation", "kind", "spread", "normal_kind"),
    [
        (5.0, 0.0, DemandKind.CERTAIN, 0.0, DemandKind.CERTAIN),
        (5.0, 1.0, DemandKind.COUNTS, 0.0, DemandKind.NORMAL),
        (4.0, 2.0, DemandKind.COUNTS, 0.0, DemandKind.NORMAL),
        (4.5, 3.0, DemandKind.COUNTS, 1.0, DemandKind.NORMAL),
        (0.0, 2.0, DemandKind.CERTAIN, 0.0, DemandKind.NORMAL),
    ],
)
def test_which_demand_a_stock_row_has(
    mean: float, deviation: float, kind: DemandKind, spread: float, normal_kind: DemandKind
):
    network = small_network(stock=STOCK.assign(demand_mean=mean, demand_std=deviation))
    found = demand_of(network, np.array([0, 3]))
    assert (found.kind.tolist(), found.mean.tolist(), found.spread.tolist()) == ([kind] * 2, [mean] * 2, [spread] * 2)
    normal = demand_of(replace(network, normal_demand=True), np.array([2]))
    assert (normal.kind.tolist(), normal.mean.tolist(), normal.spread.tolist()) == ([normal_kind], [mean], [deviation])
