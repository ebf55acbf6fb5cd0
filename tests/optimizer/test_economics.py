"""Exact money, worths and caps, against fractions and by hand."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import floor, fsum

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import Network
from optimizer.request import Request
from optimizer.scope import skus_in_scope
from optimizer.worth import rounding
from optimizer.worth.demand import demand_of
from optimizer.worth.economics import (
    ALL_UNITS,
    NO_WEIGHT_LIMIT,
    alert_units,
    arrival_cap_units,
    give_units,
    lane_fixed_cost,
    lane_unit_cost,
    least_dispatches,
    money,
    unit_worth,
    value_change,
    weight_units,
)
from optimizer.worth.valuation import value_of_stock
from tests.optimizer.small_case import ALERTS, LANES, PRODUCTS, STOCK, small_network

REPEATABLE = settings(derandomize=True, database=None, deadline=None, max_examples=300)

texts = st.one_of(
    st.decimals(-10_000, 10_000, places=3),
    st.decimals(0, 100, places=7),
    st.decimals(-1, 1, places=12),
    st.integers(-(10**9), 10**9).map(Decimal),
)


def rounded_text(number: Decimal, decimals: int) -> int:
    """Round a decimal text half to even, by the standard library."""
    return int(number.scaleb(decimals).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


@given(st.lists(texts, min_size=1, max_size=6), st.integers(0, 6))
@REPEATABLE
def test_money_rounds_as_the_text_would(numbers: list[Decimal], decimals: int):
    values = np.array([float(number) for number in numbers])
    assert money(values, decimals).tolist() == [rounded_text(number, decimals) for number in numbers]


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("0.285", 2, 28),
        ("0.275", 2, 28),
        ("1.005", 2, 100),  # its binary neighbour is below the tie, the even neighbour as well
        ("1.015", 2, 102),  # its binary neighbour is below the tie
        ("2.675", 2, 268),  # its binary neighbour is below the tie
        ("-0.5", 0, 0),
        ("-1.5", 0, -2),
        ("0.0000005", 6, 0),
        ("0.0000015", 6, 2),
        ("123456789.0000005", 6, 123456789000000),
    ],
)
def test_ties_go_to_even(text: str, decimals: int, units: int):
    assert money(np.array([float(text)]), decimals).tolist() == [units]


def test_products_of_long_numbers_are_rounded_exactly():
    # 1/3 has no short text: the whole batch is right, short and long numbers alike.
    columns = np.array([1 / 3, 0.125, 1e-9]), np.array([1.5, 0.5, 5e-1])
    exact = [
        round(Fraction(repr(a)) * Fraction(repr(b)) * 10**4)
        for a, b in zip(*(column.tolist() for column in columns), strict=True)
    ]
    assert rounding.rounded(columns, lambda a, b: a * b, np.ones(3) * 1e12, 4).tolist() == exact


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="does not fit a 64-bit integer"):
        money(np.array([1e15]), 6)
    with pytest.raises(ValueError, match="nan"):
        money(np.array([np.nan]), 6)


def test_weights():
    weights = weight_units(np.array([1.2345675, 0.0000005, np.nan, np.inf]))
    assert weights.tolist() == [1234568, 0, 0, NO_WEIGHT_LIMIT]


def position(**columns: float) -> Network:
    """The small network with other numbers in all its stock rows."""
    return small_network(stock=STOCK.assign(**columns), alerts=ALERTS.assign(must_serve=False))


BASE = small_network()


@dataclass(frozen=True)
class Economics:
    """Numbers of one position, as texts have them."""

    demand: Decimal
    price: Decimal = Decimal(9)
    penalty: Decimal = Decimal(0)
    holding: Decimal = Decimal(0)
    salvage: Decimal = Decimal(1)
    decimals: int = 6

    def value(self, y: int) -> Decimal:
        """V(y) of docs/model.md."""
        lost, left = max(self.demand - y, Decimal(0)), max(y - self.demand, Decimal(0))
        return self.price * (self.demand - lost) + (self.salvage - self.holding) * left - self.penalty * lost

    def network(self) -> Network:
        """The small network with these numbers in all rows."""
        network = BASE
        in_products = {"list_price": self.price, "salvage_value": self.salvage}
        in_stock = {"demand_mean": self.demand, "shortage_penalty": self.penalty, "holding_cost": self.holding}
        products = {name: np.full(len(network.products), float(value)) for name, value in in_products.items()}
        stock = {name: np.full(len(network.stock), float(value)) for name, value in in_stock.items()}
        return replace(
            network,
            products=replace(network.products, **products),
            stock=replace(network.stock, **stock),
            money_decimals=self.decimals,
        )


economics = st.builds(
    Economics,
    demand=st.decimals(0, 40, places=2),
    price=st.decimals(5, 90, places=3),
    penalty=st.decimals(0, 9, places=3),
    holding=st.decimals(0, 2, places=3),
    salvage=st.decimals(0, 4, places=3),
    decimals=st.integers(0, 3),
)


@given(economics, st.integers(-20, 60), st.integers(-20, 60))
@REPEATABLE
def test_value_change_is_the_sum_of_rounded_units(numbers: Economics, first: int, second: int):
    worth = unit_worth(numbers.network(), np.array([0]))
    low, high = sorted((first, second))
    steps = [numbers.value(n) - numbers.value(n - 1) for n in range(low + 1, high + 1)]
    expected = sum(rounded_text(step, numbers.decimals) for step in steps)
    assert value_change(worth, np.array([low]), np.array([high])).tolist() == [expected]
    assert value_change(worth, np.array([high]), np.array([low])).tolist() == [-expected]


def test_three_levels_of_worth():
    # S2, A: demand 6.5, price 10, penalty 1, salvage 3, holding 0.5
    network = small_network()
    row = network.stock_row(np.array([4], dtype=np.int32), np.array([0], dtype=np.int32))
    worth = unit_worth(network, row)
    assert worth.full_units.tolist() == [6]
    assert worth.full_worth.tolist() == [11_000_000]
    assert worth.step_count.tolist() == [1]
    assert worth.steps.tolist() == [(11 * 0.5 + 2.5 * 0.5) * 1e6]
    assert worth.left_over_worth.tolist() == [2_500_000]
    weighted = unit_worth(network, row, np.array([3.0]))
    assert weighted.full_worth.tolist() == [13_000_000]
    assert weighted.steps.tolist() == [(13 * 0.5 + 2.5 * 0.5) * 1e6]
    assert weighted.left_over_worth.tolist() == [2_500_000]


def uncertain(numbers: Economics, variance: Fraction, normal: bool) -> Network:
    """The small network with this demand in all rows."""
    network = numbers.network()
    deviation = np.full(len(network.stock), float(variance) ** 0.5)
    return replace(network, stock=replace(network.stock, demand_std=deviation), normal_demand=normal)


uncertain_networks = st.builds(
    uncertain,
    st.builds(
        Economics,
        demand=st.decimals("0.01", 40, places=2),
        price=st.decimals(5, 90, places=3),
        penalty=st.decimals(0, 9, places=3),
        holding=st.decimals(0, 2, places=3),
        salvage=st.decimals(0, 4, places=3),
        decimals=st.sampled_from((0, 2, 6)),
    ),
    st.fractions("1/100", 200),
    st.booleans(),
)


def mixed_worth(network: Network, last: int) -> list[int]:
    """Worth of units 1 to `last` of the first stock row, by the letter of docs/model.md."""
    stock, products, sku = network.stock, network.products, network.stock.sku[0]
    amounts = products.list_price[sku], stock.shortage_penalty[0], products.salvage_value[sku], stock.holding_cost[0]
    price, penalty, salvage, holding = (Fraction(repr(float(amount))) for amount in amounts)
    full, left_over = (round(amount * 10**network.money_decimals) for amount in (price + penalty, salvage - holding))
    first_row = np.zeros(last, dtype=np.int64)
    chances = demand_of(network, first_row).at_least(np.arange(1, last + 1))
    return [left_over + round((full - left_over) * chance) for chance in chances.tolist()]


@given(uncertain_networks)
@settings(REPEATABLE, max_examples=100)
def test_units_of_uncertain_demand_are_the_rounded_mix(network: Network):
    worth = unit_worth(network, np.zeros(1, dtype=np.int64))
    full, steps, left_over = worth.full_units[0], worth.steps, worth.left_over_worth[0]
    expected = mixed_worth(network, int(full + len(steps)) + 3)
    listed = [*[int(worth.full_worth[0])] * int(full), *steps.tolist(), *[int(left_over)] * 3]
    # A chance by its recurrence and one by its function may differ in the last digit.
    assert np.abs(np.subtract(listed, expected)).max() <= (1 if network.money_decimals == 6 else 0)
    assert np.all(np.diff(listed) <= 0)
    assert np.all((steps < worth.full_worth[0]) & (steps > left_over))


@given(uncertain_networks, st.integers(-9, 90), st.integers(-9, 90))
@settings(REPEATABLE, max_examples=100)
def test_units_of_uncertain_demand_add_up_to_the_value(network: Network, first: int, last: int):
    row = np.zeros(1, dtype=np.int64)
    worth = unit_worth(network, row)
    change = value_change(worth, np.array([first]), np.array([last]))[0]
    low, high = sorted((first, last))
    singly = [int(worth.worth_of(np.array([n]))[0]) for n in range(low + 1, high + 1)]
    assert change == (sum(singly) if last >= first else -sum(singly))
    value = [value_of_stock(network, row, np.array([y]))[0] for y in (first, last)]
    assert change == pytest.approx((value[1] - value[0]) * 10**network.money_decimals, rel=1e-9, abs=high - low + 1e-6)


@given(uncertain_networks, st.lists(st.integers(-(10**7), 10**8), min_size=4, max_size=4))
@settings(REPEATABLE, max_examples=100)
def test_units_above_a_worth(network: Network, thresholds: list[int]):
    worth, asked = unit_worth(network, np.arange(4)), np.array(thresholds)
    asked[:3] = worth.full_worth[0], worth.left_over_worth[0], (*worth.steps, 0)[len(worth.steps) // 2]
    for counted, passes in ((worth.units_above(asked), np.greater), (worth.units_at_least(asked), np.greater_equal)):
        everything = counted == ALL_UNITS
        assert np.array_equal(everything, passes(worth.left_over_worth, asked))
        last = np.where(everything, 1, counted)
        assert np.all(passes(worth.worth_of(last), asked) | (last == 0))
        assert not np.any(passes(worth.worth_of(last + 1), asked) & ~everything)


def test_a_heavy_tail_is_told_apart_only_as_far_as_units_can_be_there():
    """Nearly every unit of it is worth a little, and there are fewer than ten thousand of them."""
    network = small_network(stock=STOCK.assign(demand_mean=5.0, demand_std=1e4))
    worth = unit_worth(network, np.arange(len(STOCK)))
    assert worth.step_count.max() <= 10_000
    with_more = small_network(stock=STOCK.assign(demand_mean=5.0, demand_std=1e4, on_hand=5_000))
    more = unit_worth(with_more, np.arange(len(STOCK)))
    assert more.step_count.max() > worth.step_count.max() > 0
    assert np.array_equal(more.worth_of(np.full(len(STOCK), 150)), worth.worth_of(np.full(len(STOCK), 150)))


def test_worths_taken_and_spread_are_those_of_their_positions():
    stock = STOCK.assign(demand_std=np.resize([0.0, 1.0, 5.0, 0.0, 2.0, 4.0, 0.5], len(STOCK)))
    network = small_network(stock=stock)
    rows = np.arange(len(stock))
    worth = unit_worth(network, rows)
    units = np.arange(-2, 40)
    table = np.stack([worth.worth_of(np.full(len(rows), n)) for n in units])
    alone = np.stack([[unit_worth(network, rows[i : i + 1]).worth_of(np.array([n]))[0] for i in rows] for n in units])
    assert np.array_equal(table, alone)
    index = np.array([8, 2, 2, 0])
    taken = np.stack([worth.take(index).worth_of(np.full(4, n)) for n in units])
    assert np.array_equal(taken, table[:, index])
    found = np.array([False, True, False, True, True, True])
    spread = worth.take(index).spread(found, 7, np.array([1, 2, 3, 4, 5, 6]))
    spread_table = np.stack([spread.worth_of(np.full(6, n)) for n in units])
    assert np.array_equal(spread_table[:, found], taken)
    assert spread_table[:, 0].tolist() == [7, 7, 7, *[1] * 39]
    assert spread_table[:, 2].tolist() == [7, 7, 7, *[3] * 39]


@given(
    demand=st.one_of(st.decimals(0, 1000, places=3), st.integers(0, 10**6).map(Decimal)),
    horizon=st.integers(1, 60),
    day=st.integers(1, 70),
    on_hand=st.integers(0, 500),
)
@REPEATABLE
def test_arrival_caps_are_exact(demand: Decimal, horizon: int, day: int, on_hand: int):
    base = Economics(demand).network()
    stock = replace(base.stock, on_hand=np.full(len(base.stock), on_hand), reserved=np.zeros(len(base.stock), np.int64))
    network = replace(base, stock=stock, horizon_days=horizon)
    left = Fraction(demand) * (1 - Fraction(day, horizon)) if day < horizon else Fraction(0)
    expected = floor(min(left, max(Fraction(demand) - on_hand, Fraction(0))))
    assert arrival_cap_units(network, np.array([0]), np.array([day])).tolist() == [expected]


@given(uncertain_networks, st.integers(1, 30), st.integers(-6, 50))
@settings(REPEATABLE, max_examples=60)
def test_arrival_caps_of_uncertain_demand(network: Network, horizon: int, opening: int):
    """U(l) = floor(E[max(D - y0, 0)] - E[max(D(l) - y0, 0)]), from the chances of single units."""
    n = len(network.stock)
    stock = replace(
        network.stock,
        on_hand=np.full(n, max(opening, 0)),
        reserved=np.full(n, max(-opening, 0)),
        safety_stock=np.zeros(n),
    )
    network = replace(network, stock=stock, horizon_days=horizon)
    days = np.arange(1, horizon + 3)
    caps = arrival_cap_units(network, np.zeros(len(days), dtype=np.int64), days)

    def beyond(share: float) -> float:
        mean, deviation = stock.demand_mean[:1] * share, stock.demand_std[:1] * share**0.5
        part = replace(
            network, stock=replace(stock, demand_mean=np.full(n, mean[0]), demand_std=np.full(n, deviation[0]))
        )
        units = np.arange(max(opening, 0) + 1, 1200)
        chances = demand_of(part, np.zeros(len(units), dtype=np.int64)).at_least(units)
        return fsum(chances.tolist()) + max(-opening, 0)

    for day, cap in zip(days.tolist(), caps.tolist(), strict=True):
        expected = beyond(1.0) - beyond(day / horizon) if day < horizon else 0.0
        if abs(expected - round(expected)) < 1e-8:
            assert cap == max(round(expected), 0) or abs(expected - round(expected)) > 1e-10
        else:
            assert cap == max(floor(expected), 0)
    # The later, the fewer.
    assert np.all(np.diff(caps) <= 0)


def test_a_cap_that_is_all_but_whole():
    # Nothing on hand: all demand from day 3 on counts, 32.48 * 25 / 28 = 29 units, which floats make a little less.
    assert 32.48 - 32.48 * (3 / 28) < 29
    stock = STOCK.assign(demand_mean=32.48, demand_std=8.0, on_hand=0, reserved=0)
    network = replace(small_network(stock=stock), horizon_days=28)
    assert arrival_cap_units(network, np.zeros(2, dtype=np.int64), np.array([3, 4])).tolist() == [29, 27]


def test_cap_of_a_share_that_floats_get_wrong():
    assert 32.48 * 25 / 28 < 29  # exactly 29
    base = small_network(stock=STOCK.assign(demand_mean=32.48, on_hand=0, reserved=0))
    assert arrival_cap_units(replace(base, horizon_days=28), np.array([0]), np.array([3])).tolist() == [29]


def test_costs_of_lanes():
    lanes = LANES.assign(cost_per_unit=0.1, cost_per_kg=0.0000005, fixed_cost=1.0000005)
    network = small_network(lanes=lanes)
    rows = np.zeros(3, dtype=np.int64)
    # 0.1 + 0.0000005 * 2 kg, 0.1 + 0.0000005 * 1 kg (a tie, down to even), 0.1 + 0.00000005 * 0.1 kg
    assert lane_unit_cost(network, rows, np.arange(3)).tolist() == [100_001, 100_000, 100_000]
    assert lane_fixed_cost(network)[0] == 1_000_000
    no_kilograms = lanes.assign(cost_per_kg=np.nan, capacity_kg=np.nan, min_dispatch_kg=np.nan)
    unweighed = small_network(products=PRODUCTS.assign(unit_weight_kg=np.nan), lanes=no_kilograms)
    assert lane_unit_cost(unweighed, rows, np.arange(3)).tolist() == [100_000] * 3


def test_dispatches_that_hold_a_load():
    load = np.array([0, 1, 10, 11, 5, 0])
    capacity = np.array([10, 10, 10, 10, 0, 0])
    assert least_dispatches(load, capacity).tolist() == [0, 1, 1, 2, NO_WEIGHT_LIMIT, 0]
    assert least_dispatches(np.array([2**40]), np.array([NO_WEIGHT_LIMIT])).tolist() == [1]


def test_what_may_be_given_and_what_alerts_ask():
    network = small_network()
    give = dict(zip(zip(network.stock.node, network.stock.sku, strict=True), give_units(network).tolist(), strict=True))
    assert give[0, 0] == 20 - 4 - 2
    assert give[5, 1] == 9 - 2
    assert alert_units(network).tolist()[:3] == [4, 9 - 1, 9 - 1]
    more_reserved = position(reserved=50)
    assert give_units(more_reserved).tolist() == [0] * len(STOCK)
    # A1 names its units; S1, A: ceil(9) - (1 - 50); S3, B has no excess any more.
    assert alert_units(more_reserved).tolist()[:3] == [4, 58, 0]


def test_scope_is_alerted_and_named():
    network = small_network()
    assert skus_in_scope(network, Request()).tolist() == [True, True, False, True]
    assert skus_in_scope(network, Request(scope_sku_ids=("B", "C", "unknown"))).tolist() == [False, True, False, False]
    nothing = small_network(alerts=pd.DataFrame(columns=ALERTS.columns))
    assert not skus_in_scope(nothing, Request()).any()
