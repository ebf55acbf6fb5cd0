"""The oracle's reading of docs/clearance.md, worked out by hand on small worlds."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.oracle.asked import Line
from tests.oracle.choices import allowed_paths, demand_shares, may_be_marked_down, price_choices
from tests.oracle.directory import Exit, Quote
from tests.oracle.evaluation import broken_rules
from tests.oracle.formulation import solve_oracle
from tests.oracle.joint import JointPlan, Market, solve_joint
from tests.oracle.outside import with_outside
from tests.oracle.price_tables import Group
from tests.oracle.repricing import forgone_at, shortfall
from tests.oracle.valuation import evaluate
from tests.oracle.worth import expiry_cap, late_cap, unit_value
from tests.oracle_worlds import alert, lane, market, must, position, price_row, prices, product, world

CELL = ("P", "ZA")
TRIPLE = (price_row(price_share="0.5", multiplier=3),)
"""Demand is three times as high at half the price."""


def path(*amounts):
    """Prices of one choice."""
    return tuple(Fraction(amount) for amount in amounts)


def marked(*amounts):
    """A plan that only marks SKU P down in zone ZA."""
    return JointPlan(markdowns={CELL: path(*amounts)})


def names(directory, plan):
    """Names of the rules that a plan breaks."""
    return {message.split(":")[0] for message in Market(directory).broken(plan)}


def test_two_periods_by_hand():
    """Twenty units, demand 4 in each period at 10 and 12 at 5: full price first, then half, is worth 4 more."""
    directory = market({"A": position(20, 8)}, prices(5, multipliers=TRIPLE))
    # At list price 8 x 10 + 12 x 2 = 104; then half: 4 x 10 + 12 x 5 + 4 x 2 = 108; half at once: 20 x 5 = 100
    shop = Market(directory)
    assert {p: shop.worth(marked(*p)).benefit for p in ((10, 5), (5, 5))} == {(10, 5): 400, (5, 5): -400}
    at_half = shop.world({CELL: path(10, 5)})
    # The first 4 units may sell in both periods: 2 + 5 + 3; the next 12 in the second only: 2 + 3; others are left over
    assert [unit_value(at_half, ("A", "P"), n) for n in (0, 1, 4, 5, 16, 17)] == [1000, 1000, 1000, 500, 500, 200]
    answer = solve_joint(directory)
    assert (answer.plan, answer.objective) == (marked(10, 5), 400)


def test_poisson_demand_under_a_path_by_hand():
    """A mean of 1 until the end of period 1 and of 4 until the end of period 2, at 10 and 5."""
    directory = market({"A": position(1, 2, std="1")}, prices(5, multipliers=TRIPLE), decimals=6)
    world_at_half = Market(directory).world({CELL: path(10, 5)})
    chances = (1 - math.exp(-1), 1 - math.exp(-4))
    expected = 2_000_000 + round(5_000_000 * chances[0] + 3_000_000 * chances[1])
    assert unit_value(world_at_half, ("A", "P"), 1) == expected
    listed = 2_000_000 + round(8_000_000 * (1 - math.exp(-2)))
    assert Market(directory).worth(marked(10, 5)).benefit == expected - listed


def test_elasticity_season_age_and_exit():
    """Demand of the periods is as 1 : 3 x 0.5, and half the price with elasticity -2 multiplies it by 4."""
    tables = prices(
        5,
        response=(price_row(elasticity=-2, ageing_factor="0.5"),),
        factors=(price_row(period=2, factor=3),),
    )
    directory = market({"A": position(20, 5)}, tables)
    choices = price_choices(directory)
    assert choices[CELL].season == (Fraction(2, 5), Fraction(3, 5))
    assert demand_shares(directory, choices, CELL, {}) == (Fraction(2, 5), 1)
    assert demand_shares(directory, choices, CELL, {CELL: path(10, 5)}) == (
        Fraction(2, 5),
        Fraction(2, 5) + 4 * Fraction(3, 5),
    )
    ended = replace(directory, prices=replace(tables, rules=(price_row(exit_period=1),)))
    # Only 2 of 5 units are sold, at list price too: the penalty of the others is missed with or without a markdown
    assert demand_shares(ended, price_choices(ended), CELL, {}) == (Fraction(2, 5), Fraction(2, 5))
    assert Market(ended).worth(JointPlan()).benefit == 0
    assert allowed_paths(ended, price_choices(ended)[CELL]) == [path(10, 10), path(5, 5)]


def test_multipliers_between_their_points():
    """Halfway between (0.5, 3) and (1, 1) demand doubles, and below the lowest point it triples."""
    directory = market({"A": position(20, 8)}, prices("7.5", 4, multipliers=TRIPLE))
    choices = price_choices(directory)
    assert demand_shares(directory, choices, CELL, {CELL: path("7.5", 4)}) == (1, 1 + Fraction(3, 2))


def test_the_most_specific_rows_decide():
    """A row of the SKU in the zone before one of the SKU, one of its category and one of all; the last of several."""
    rows = (
        price_row(sku="P", max_markdowns=1),
        price_row(sku="P", zone="ZA", max_markdowns=2),
        price_row(sku="P", zone="ZA", min_price=3),
        price_row(category="C", zone="ZA", max_markdowns=4),
        price_row(max_markdowns=5),
    )
    tables = prices(5, rules=rows)
    stock = {("A", "P"): position(1, 1), ("A", "Q"): position(1, 1), ("B", "P"): position(1, 1)}
    directory = market(stock, tables, zones="AB", products={"Q": product(category="C")})
    rules = {cell: dict(choice.rules) for cell, choice in price_choices(directory).items()}
    assert rules == {CELL: {"min_price": 3}, ("Q", "ZA"): {"max_markdowns": 4}, ("P", "ZB"): {"max_markdowns": 1}}


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({}, 10),
        ({"max_markdowns": 1}, 7),
        ({"max_markdowns": 0}, 1),
        ({"min_periods_between": 2}, 8),
        ({"earliest_period": 3}, 3),
        # 10 > 8 > 4: the steps are 2 and 4, both at once 6
        ({"min_step_share": "0.3"}, 4),
        ({"max_step_share": "0.4"}, 7),
        ({"min_price": 5}, 4),
        ({"min_share_of_list": "0.5"}, 4),
        ({"min_share_of_cost": 2}, 4),
        ({"exit_period": 2}, 6),
        ({"no_touch_before_exit_periods": 2}, 3),
        ({"no_touch_after_arrival_periods": 1}, 6),
    ],
)
def test_allowed_paths_are_counted(rule, allowed):
    """Three periods with the prices 10, 8 and 4: ten paths that do not rise, of which each rule leaves fewer."""
    stock = {"A": position(9, 3, in_transit=1, day=4)}
    tables = prices(8, 4, rules=(price_row(**rule),))
    directory = market(stock, tables, periods=3, products={"P": product(unit_cost=Fraction("2.5"))})
    assert len(allowed_paths(directory, price_choices(directory)[CELL])) == allowed


def test_rungs_are_not_below_what_is_left_over():
    """A price below the salvage value of 2 is not on the ladder, nor is one that is not below the list price."""
    directory = market({"A": position(9, 3)}, prices(12, 10, 3, 2, "1.9"))
    assert dict(price_choices(directory)[CELL].rungs) == {3: 3, 4: 2}


def test_late_stock_in_transit_sells_later_only():
    """Six units that come in the second period miss the demand of the first."""
    directory = market({"A": position(2, 8, in_transit=6, day=5)}, prices(5, multipliers=TRIPLE))
    shop = Market(directory)
    at_half = shop.world({CELL: path(5, 5)})
    # At half price demand is 12 in each period: U(5) = min(24 - 12, 24 - 2) = 12, all eight count and all sell for 5.
    # At list price U(5) = min(4, 6) = 4 of 6 count: 6 x 10 + 2 x 2. There is no fall of the price to wait for.
    assert late_cap(at_half, at_half.stock["A", "P"], 5) == 12
    assert shop.worth(marked(5, 5)).benefit == 8 * 500 - (6 * 1000 + 2 * 200)
    # 10 then 5: C_1 = 4 and C_2 = 16, U(5) = 12. As if all were there: 4 x 10 + 4 x 5 = 60; of those, only two are
    # there in the first period, so two sell for 5 less
    assert shop.worth(marked(10, 5)).benefit == 6000 - 2 * 500 - 6400


def test_caps_follow_the_demand_of_the_path():
    """Demand 4 in the first period and 12 in the second: by day 7 of 10, 4 + 12 x 2/5 = 8.8."""
    directory = market({"A": position(0, 8)}, prices(5, multipliers=TRIPLE))
    at_half = Market(directory).world({CELL: path(10, 5)})
    row = at_half.stock["A", "P"]
    assert expiry_cap(at_half, row, 7) == 8
    assert late_cap(at_half, row, 7) == 7
    assert expiry_cap(at_half, row, 10) is None


def test_cross_elasticity():
    """Each SKU loses demand where the others are marked down: half the price and c = 1 over two others."""
    stock = {("A", sku): position(9, 4) for sku in "PQR"}
    group = Group("G", "at_most_one", Fraction(2), ("P", "Q", "R"))
    directory = market(stock, prices("2.5", groups=(group,)))
    choices = price_choices(directory)
    # (2.5 / 10) ** (2 / 2) = 1/4 for Q in the second period
    assert [float(x) for x in demand_shares(directory, choices, ("Q", "ZA"), {CELL: path(10, "2.5")})] == [0.5, 0.625]
    assert demand_shares(directory, choices, CELL, {CELL: path(10, "2.5")}) == (Fraction(1, 2), 1)
    # P sells the same 4 units, two of them for 7.5 less; Q and R sell 2.5 instead of 4, and 1.5 more are left over
    assert Market(directory).worth(marked(10, "2.5")).benefit == -2 * 750 - 2 * 3 * 400


@pytest.mark.parametrize(
    ("kind", "both", "different", "one"),
    [("together", True, False, False), ("all_or_none", True, True, False), ("at_most_one", False, False, True)],
)
def test_groups(kind, both, different, one):
    """Which of three ways to mark two SKUs down each kind of group allows."""
    stock = {("A", sku): position(9, 4) for sku in "PQ"}
    tables = prices(5, 3, groups=(Group("G", kind, Fraction(0), ("P", "Q")),))
    directory = market(stock, tables, products={"Q": product(price="20")})
    plans = [{CELL: path(10, 5), ("Q", "ZA"): path(20, q)} for q in (5, 3)] + [{CELL: path(10, 5)}]
    allowed = [not names(directory, JointPlan(markdowns=plan)) for plan in plans]
    assert allowed == [both, different, one]


def test_a_choice_that_keeps_its_price_leaves_its_group():
    """Q is not alerted, so the two cannot go together: P goes alone."""
    stock = {("A", sku): position(20, 8) for sku in "PQ"}
    tables = prices(5, multipliers=TRIPLE, groups=(Group("G", "together", Fraction(0), ("P", "Q")),))
    directory = market(stock, tables, alerts=(alert("overstock", "A", "red"),))
    assert solve_joint(directory).plan == marked(10, 5)
    assert names(directory, JointPlan(markdowns={("Q", "ZA"): path(10, 5)})) == {"may_be_marked_down"}


def test_budgets_count_the_margin_forgone():
    """Twelve units are sold for 5 less: a budget of 60 allows it and one of 59.99 does not."""
    stock = {"A": position(20, 8)}
    for amount, objective in (("60", 400), ("59.99", 0)):
        budget = (price_row(sku="P", name="B", amount=amount),)
        directory = market(stock, prices(5, multipliers=TRIPLE, budgets=budget))
        assert forgone_at(Market(directory).world({CELL: path(10, 5)}), ("A", "P"), ()) == 6000
        assert solve_joint(directory).objective == objective
    assert names(directory, marked(10, 5)) == {"markdown_budgets"}


def test_sell_through():
    """Of 20 units 8 sell at list price, 16 after a markdown, all 20 where both periods have one."""
    stock = {"A": position(20, 8)}
    tables = prices(5, multipliers=TRIPLE)
    for rule, plan, objective in (
        ({"sell_through_share": "0.8"}, marked(10, 5), 400),
        ({"sell_through_share": "0.81"}, marked(5, 5), -400),
        ({"sell_through_share": "0.5", "sell_through_by_period": 1}, marked(5, 5), -400),
        # 12 and 8 short of 20: 0.5 each
        ({"sell_through_share": 1, "sell_through_price": "0.5"}, marked(10, 5), 400 + 12 * 50 - 4 * 50),
        ({"sell_through_share": 1, "sell_through_price": "3"}, marked(5, 5), -400 + 12 * 300),
    ):
        directory = market(stock, replace(tables, rules=(price_row(**rule),)))
        answer = solve_joint(directory)
        assert (answer.plan, answer.objective) == (plan, objective)
    directory = market(stock, replace(tables, rules=(price_row(sell_through_share="0.8", max_markdowns=0),)))
    assert solve_joint(directory).status == "infeasible"
    fixed = replace(directory, asked=replace(directory.asked, responses=("transfer",)))
    assert solve_joint(fixed).objective == 0
    assert shortfall(fixed, price_choices(fixed)[CELL], ()) == Fraction("0.8") * 20 - 8


@pytest.mark.parametrize(
    ("asked", "alerts", "may"),
    [
        ({}, ("yellow",), True),
        ({"responses": ("transfer",)}, ("yellow",), False),
        ({"node_ids": ("A",)}, ("yellow",), False),
        ({"policy": {"yellow": ("transfer",)}}, ("yellow",), False),
        ({"policy": {"yellow": ("transfer",)}}, ("yellow", "red"), True),
        ({"policy": {"yellow": ("keep",)}}, ("yellow",), False),
    ],
)
def test_who_may_be_marked_down(asked, alerts, may):
    """The zone holds A and B; scope, responses and the highest severity at each position decide."""
    alerts = tuple(alert("overstock", "A", severity) for severity in alerts)
    directory = world([], {"A": position(9, 0), "B": position(9, 0)}, alerts=alerts, asked=asked)
    directory = replace(directory, zones={"A": "ZA", "B": "ZA"}, periods=2, prices=prices(5))
    assert may_be_marked_down(directory, price_choices(directory)[CELL]) is may


def sold_off(stock, **way):
    """Stock that nobody buys, and one exit that pays 3 for a unit."""
    return with_outside(world([], stock), [Exit("X", "liquidation", unit_proceeds=Fraction(3), **way)], [])


@pytest.mark.parametrize(
    ("way", "objective"),
    [
        ({}, 10 * 100),
        ({"fixed_cost": Fraction("4.5")}, 10 * 100 - 450),
        ({"fixed_cost": Fraction(11)}, 0),
        ({"unit_fee": Fraction("0.4")}, 10 * 60),
        ({"proceeds_share_of_cost": Fraction("0.5"), "unit_proceeds": Fraction("1.25")}, 10 * 50),
        ({"capacity_units": 7}, 7 * 100),
        ({"max_share": Fraction("0.29")}, 2 * 100),
        ({"min_lot_units": 11}, 0),
        ({"node": "B"}, 0),
        ({"sku": "P", "node": "A"}, 1000),
        ({"until_day": 0}, 1000),
        ({"from_day": 3, "until_day": 3}, 1000),
    ],
)
def test_exits(way, objective):
    """Ten units, worth 2 if they stay, leave for what the exit brings."""
    products = {"P": product(unit_cost=Fraction("2.5"))}
    directory = world([], {"A": position(10, 0)}, products=products)
    directory = with_outside(directory, [Exit("X", "return", **({"unit_proceeds": Fraction(3)} | way))], [])
    assert solve_oracle(directory).objective == objective


def test_days_of_exits():
    """What may leave on day 2 waits for an exit that opens on day 4, and never finds one that closed on day 1."""
    stock = {"A": position(10, 0, ready=2)}
    assert solve_oracle(sold_off(stock, from_day=4)).lines == (Line("A>exit:X", "P", 10, 4),)
    assert solve_oracle(sold_off(stock, until_day=1)).objective == 0
    late = sold_off(stock, from_day=4)
    assert broken_rules(late, [Line("A>exit:X", "P", 10, 2)], {"A>exit:X": 1})[0].startswith("exit_window")
    assert broken_rules(late, [Line("A>exit:X", "P", 10, 5)], {"A>exit:X": 1})[0].startswith("own_stock")


def test_responses_of_exits_and_quotes():
    """A return is not a liquidation, and what the request leaves out is closed."""
    for asked, kind, objective in (
        ({"responses": ("return",)}, "return", 1000),
        ({"responses": ("return",)}, "scrap", 0),
        ({"responses": ("liquidation",)}, "donation", 1000),
        ({"policy": {"red": ("return", "keep")}}, "liquidation", 0),
        ({"policy": {"red": ("return", "keep")}}, "return", 1000),
    ):
        directory = world([], {"A": position(10, 0)}, alerts=(alert("overstock", "A", "red"),), asked=asked)
        directory = with_outside(directory, [Exit("X", kind, unit_proceeds=Fraction(3))], [])
        assert solve_oracle(directory).objective == objective, (asked, kind)


def test_quotes():
    """Eight units are missing: at most six come, for 4 each and 5 an order, late ones as far as demand remains."""
    for quote, objective in (
        (Quote("Q", "A", "P", Fraction(4), 6), 6 * 600),
        (Quote("Q", "A", "P", Fraction(4), 20), 8 * 600),
        (Quote("Q", "A", "P", Fraction(4), 6, fixed_cost=Fraction(5)), 6 * 600 - 500),
        (Quote("Q", "A", "P", Fraction(4), 20, min_units=9), 8 * 600 - 200),
        (Quote("Q", "A", "P", Fraction(4), 20, lead_time_days=5), 4 * 600),
        (Quote("Q", "A", "P", Fraction(11), 20), 0),
    ):
        directory = with_outside(world([], {"A": position(0, 8)}), [], [quote])
        answer = solve_oracle(directory)
        assert answer.objective == objective
        assert evaluate(directory, answer.lines, answer.dispatches).benefit == objective
    served = world([], {"A": position(0, 8)}, alerts=(must("shortage", "A", 3),))
    dear = with_outside(served, [], [Quote("Q", "A", "P", Fraction(11), 20)])
    assert solve_oracle(dear).objective == -3 * 100


def test_one_objective_decides_between_moving_and_marking_down():
    """Twelve units left over at A are worth more at B than at half price."""
    stock = {"A": position(20, 8), "B": position(0, 12)}
    directory = market(stock, prices(5, multipliers=TRIPLE), lanes=[lane("A>B", per_unit="1")])
    answer = solve_joint(directory)
    assert (answer.plan.markdowns, answer.objective) == ({}, 12 * (1000 - 200 - 100))
    # With six going to B, a markdown of the rest sells all: 14 units, 4 of them at 10 and 10 at 5, instead of 8 at 10
    few = replace(directory, stock=directory.stock | {("B", "P"): position(0, 6)})
    assert solve_joint(few).objective == 6 * 700 + max(4 * 1000 + 10 * 500 - 8 * 1000 - 6 * 200, 0)
