"""The oracle's reading of the rarer rules, each worked out by hand on a small world."""

import itertools
import math
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.oracle.asked import NEVER, Line
from tests.oracle.demand import exceeding, point_chances
from tests.oracle.directory import DisplayRule, LaneRule
from tests.oracle.evaluation import broken_rules
from tests.oracle.formulation import solve_oracle
from tests.oracle.lots import own_units, units_counted
from tests.oracle.scope import may_carry, skus_in_scope
from tests.oracle.valuation import evaluate
from tests.oracle.worth import expected_above, expiry_cap, late_cap, unit_value
from tests.oracle_worlds import alert, lane, lot, must, position, product, world

ONE = [lane("A>B")]


def rules(directory, lines, dispatches=None):
    """Names of the rules that a plan breaks; by default one dispatch runs on each lane used."""
    runs = {line.lane_id: 1 for line in lines} if dispatches is None else dispatches
    return {message.split(":")[0] for message in broken_rules(directory, lines, runs)}


def worth(directory, *lines):
    """Worth of a plan with one dispatch on each lane used."""
    return evaluate(directory, lines, {line.lane_id: 1 for line in lines})


def test_poisson_demand_by_hand():
    """Mean 2: P(D >= 1) = 1 - e^-2, P(D >= 2) = 1 - 3 e^-2; a unit sold is worth 10, one left over 2."""
    row = position(0, 2, std="1")
    directory = world(ONE, {"A": position(9, 0), "B": row}, decimals=6)
    for n, chance in ((0, 1), (1, 1 - math.exp(-2)), (2, 1 - 3 * math.exp(-2)), (60, 0)):
        assert unit_value(directory, ("B", "P"), n) == 2_000_000 + round(8_000_000 * chance)
    # Beyond the first unit, 2 less the chance that the first is sold
    whole = Fraction(1)
    assert float(expected_above(directory, row, whole, 0)) == pytest.approx(2, abs=1e-15)
    assert float(expected_above(directory, row, whole, 1)) == pytest.approx(1 + math.exp(-2), abs=1e-15)
    assert float(expected_above(directory, row, whole, -3)) == pytest.approx(5, abs=1e-15)


def test_negative_binomial_demand_by_hand():
    """Mean 1 and variance 2 are the failures before the first success at even chances: P(D >= n) = 2^-n."""
    directory = world(ONE, {"B": position(0, 1, std="1.4142135623730950488016887242096980785696718753769")})
    chances = exceeding(directory, directory.stock["B", "P"])
    assert [float(chance) for chance in chances[:6]] == pytest.approx([2.0**-n for n in range(1, 7)], abs=1e-15)


def test_normal_demand_by_hand():
    """The nearest integer to a normal number of mean 2: at least 2 with the chance of being above 1.5."""
    directory = world(ONE, {"B": position(0, 2, std="1")}, normal_demand=True)
    chances = exceeding(directory, directory.stock["B", "P"])
    assert float(chances[1]) == pytest.approx(0.6914624612740131, abs=1e-15)
    assert float(sum(chances[:2])) == pytest.approx(0.9331927987311419 + 0.6914624612740131, abs=1e-15)


@pytest.mark.parametrize(("mean", "std", "opening"), [("6.5", "2.1", 2), ("6.5", "4.3", 2), ("3", "1.7", -1)])
def test_late_units_of_uncertain_demand(mean, std, opening):
    """U(l) is what late units are expected to serve: the least of what is asked late and what stock leaves, summed."""
    row = position(max(opening, 0), mean, reserved=max(-opening, 0), std=std)
    directory = world(ONE, {"B": row})
    for day in range(1, 10):
        early, late = (
            [float(chance) for chance in point_chances(row.demand * share, row.demand_std**2 * share)]
            for share in (Fraction(day, 10), 1 - Fraction(day, 10))
        )
        expected = sum(
            p * q * min(after, max(before + after - opening, 0))
            for (before, p), (after, q) in itertools.product(enumerate(early), enumerate(late))
        )
        assert late_cap(directory, row, day) == math.floor(expected + 1e-9)
    assert late_cap(directory, row, 10) == 0


def test_lots_are_spoken_for_in_order_of_expiry():
    """Nine on hand in lots of 4 (day 2), 3 (day 6) and 2 without a lot (day 8); 5 reserved, 3 of safety stock."""
    lots = (lot("A", 4, 2), lot("A", 3, 6))
    fresh = {"P": product(shelf_life_days=8)}
    directory = world(ONE, {"A": position(9, 0, reserved=5, safety=3)}, products=fresh, lots=lots)
    units, give = own_units(directory, ("A", "P"))
    assert (units, give) == (Counter({6: 2, 8: 2}), Counter({6: 1}))
    # Lots of 7 with 5 on hand: 2 of day 2 were sold
    directory = world(ONE, {"A": position(5, 0)}, products=fresh, lots=lots)
    assert own_units(directory, ("A", "P"))[0] == Counter({2: 2, 6: 3})
    # Without a day anywhere nothing expires and lots mean nothing
    directory = world(ONE, {"A": position(5, 0)}, lots=(lot("A", 4, NEVER),))
    assert own_units(directory, ("A", "P"))[0] == Counter({NEVER: 5})


def test_units_expire_before_they_are_sold():
    """Of the units of day 4, C(4) = floor(10 x 4/10) = 4 count; five of them in addition to two of day 6 leave one."""
    directory = world(
        ONE, {"A": position(9, 0), "B": position(2, 10)}, lots=(lot("A", 5, 4), lot("A", 4, 20), lot("B", 2, 6))
    )
    line = Line("A>B", "P", 5, 0, 4)
    # At A nothing is sold: every unit is worth 2 wherever it counts
    assert worth(directory, line).benefit == 4 * 1000 + 200 - 5 * 200
    assert rules(directory, [line]) == set()
    assert rules(directory, [replace(line, units=6)]) == {"units_exist"}
    assert rules(directory, [replace(line, expiry_day=5)]) == {"units_exist"}
    # all four fresh ones count, four of day 4 and the two of B: 10 units of demand
    assert solve_oracle(directory).objective == 8 * 1000 - 8 * 200


def test_caps_of_arrival_and_expiry_count_each_unit_once():
    """Counted units by explicit assignment are as many as the least cut of docs/model.md says."""
    rng = random.Random(5)
    for _ in range(300):
        demand, opening = rng.randint(0, 12), rng.randint(-2, 6)
        row = position(max(opening, 0), demand, reserved=max(-opening, 0))
        directory = world(ONE, {"B": row}, products={"P": product(shelf_life_days=5)})
        batches = {(rng.choice((0, 0, 2, 5, 7)), rng.choice((1, 3, 8, NEVER))): rng.randint(0, 5) for _ in range(6)}
        cuts = []
        for late, soon in itertools.product((*range(1, 10), NEVER), (*range(10), None)):
            between = sum(
                units for (day, expiry), units in batches.items() if day < late and (soon is None or expiry > soon)
            )
            cap = 0 if soon is None else expiry_cap(directory, row, soon)
            cuts.append(between + cap + (late_cap(directory, row, late) if late < NEVER else 0))
        assert units_counted(directory, ("B", "P"), batches) == min(cuts)


def test_units_need_days_left_on_arrival():
    """Three days must be left: what expires on day 5 may arrive on day 2 and not on day 3."""
    directory = world(
        [lane("A>B:2", days=2), lane("A>B:3", days=3)],
        {"A": position(4, 0), "B": position(0, 9)},
        products={"P": product(shelf_life_days=5, min_remaining_days=3)},
    )
    assert rules(directory, [Line("A>B:2", "P", 4, 2, 5)]) == set()
    assert rules(directory, [Line("A>B:3", "P", 4, 3, 5)]) == {"shelf_life"}
    assert solve_oracle(directory).lines == (Line("A>B:2", "P", 4, 2, 5),)


def test_an_expiry_day_of_units_that_never_expire():
    """A SKU that does not expire has no expiry days."""
    directory = world(ONE, {"A": position(4, 0), "B": position(0, 9)})
    assert rules(directory, [Line("A>B", "P", 1, 0, 5)]) == {"known_expiry", "units_exist"}


def test_goods_that_just_arrived_rest():
    """Own stock leaves on day 3: from a node without transit then and only then, from another one then or later."""
    stock = {"A": position(4, 0, ready=3), "B": position(0, 9)}
    directory = world(ONE, stock)
    assert rules(directory, [Line("A>B", "P", 4, 3)]) == set()
    assert rules(directory, [Line("A>B", "P", 4, 2)]) == {"no_send_before_day"}
    assert rules(directory, [Line("A>B", "P", 4, 4)]) == {"own_stock"}
    directory = world(ONE, stock, transit="A")
    assert rules(directory, [Line("A>B", "P", 4, 4)]) == set()
    assert rules(directory, [Line("A>B", "P", 4, 2)]) == {"pass_through"}
    # U(3) = floor(9 x 7/10) = 6
    assert solve_oracle(directory).lines == (Line("A>B", "P", 4, 3),)


@pytest.mark.parametrize(
    ("rows", "allowed"),
    [
        ([], True),
        ([("", "", "", "", "", False)], False),
        ([("", "A", "B", "", "", True), ("", "", "B", "", "", False)], True),
        ([("A>B", "", "", "", "", False), ("", "A", "B", "", "", True)], False),
        ([("A>B", "", "", "", "", False), ("", "", "", "food", "", True)], True),
        ([("A>B", "", "", "food", "", True), ("", "", "", "", "P", False)], False),
        ([("", "A", "", "", "P", False), ("", "", "B", "", "P", True)], True),
        ([("", "A", "", "toys", "", False), ("B>A", "", "", "", "P", False)], True),
    ],
)
def test_the_most_specific_lane_rule_decides(rows, allowed):
    """Rules that name the product come before those that name its category, then the lane; the last one of equals."""
    directory = world(
        ONE,
        {"A": position(4, 0), "B": position(0, 9)},
        products={"P": product(category="food")},
        lane_rules=tuple(LaneRule(*row) for row in rows),
    )
    assert may_carry(directory, directory.lanes["A>B"], "P") == allowed
    assert rules(directory, [Line("A>B", "P", 1, 0)]) == (set() if allowed else {"lane_rules"})
    assert bool(solve_oracle(directory).lines) == allowed


@pytest.mark.parametrize(
    ("limits", "rule"),
    [
        ({"B": {"pick_units": 3}}, "pick_capacity_units"),
        ({"B": {"receive_units": 3}}, "receive_capacity_units"),
        ({"B": {"outbound_lanes": 1}}, "max_outbound_lanes"),
        ({"C": {"inbound_lanes": 0}}, "max_inbound_lanes"),
    ],
)
def test_limits_of_a_node_count_every_pass(limits, rule):
    """Four units pass through B, two of them on to C and two to D."""
    directory = world(
        [lane("A>B"), lane("B>C"), lane("B>D")],
        {"A": position(4, 0), "C": position(0, 2), "D": position(0, 2)},
        transit="B",
    )
    plan = [Line("A>B", "P", 4, 0), Line("B>C", "P", 2, 0), Line("B>D", "P", 2, 0)]
    assert rules(directory, plan) == set()
    limited = world(list(directory.lanes.values()), directory.stock, transit="B", limits=limits)
    assert rules(limited, plan) == {rule}
    assert solve_oracle(directory).objective == 4 * 800
    served = {"pick_capacity_units": 3, "receive_capacity_units": 3}.get(rule, 2)
    assert solve_oracle(limited).objective == served * 800


def test_what_the_scope_leaves_out_is_not_touched():
    """Alerts, SKUs, categories and nodes of the scope."""
    stock = {("A", "P"): position(4, 0), ("B", "P"): position(0, 4), ("A", "Q"): position(4, 0)}
    alerts = (alert("shortage", "B", "", "P", "one"), alert("shortage", "B", "", "Q", "two"))
    everything = world(ONE, stock | {("B", "Q"): position(0, 4)}, alerts=alerts, products={"Q": product(category="c")})
    line = Line("A>B", "P", 4, 0)
    assert rules(everything, [line]) == set()
    for less in ({"alert_ids": ("two",)}, {"sku_ids": ("Q",)}, {"categories": ("c",)}):
        directory = replace(everything, asked=replace(everything.asked, **less))
        assert skus_in_scope(directory) == ["Q"]
        assert rules(directory, [line]) == {"in_scope"}
        assert solve_oracle(directory).objective == 4 * 800
    directory = replace(everything, asked=replace(everything.asked, node_ids=("A", "C")))
    assert rules(directory, [line]) == {"in_scope"}
    assert solve_oracle(directory).objective == 0


def test_the_policy_closes_positions_by_their_highest_severity():
    """Orange alerts may not be answered by transfers: where red stands as well they may."""
    stock = {"A": position(4, 0), "B": position(0, 4), "C": position(0, 4)}
    lanes = [lane("A>B"), lane("A>C", per_unit="1")]
    orange, red = alert("shortage", "B", "orange"), alert("shortage", "C", "red")
    asked = {"policy": {"orange": ("markdown",)}}
    directory = world(lanes, stock, alerts=(orange, red), asked=asked)
    assert rules(directory, [Line("A>B", "P", 4, 0)]) == {"response_policy"}
    assert solve_oracle(directory).lines == (Line("A>C", "P", 4, 0),)
    both = world(lanes, stock, alerts=(orange, red, alert("shortage", "B", "red")), asked=asked)
    assert solve_oracle(both).lines == (Line("A>B", "P", 4, 0),)
    keep = {"policy": {"orange": ("keep",)}}
    alone = world(lanes, stock, alerts=(replace(orange, must_serve=True, units=9),), asked=keep)
    assert skus_in_scope(alone) == []
    assert solve_oracle(alone).objective == 0
    # Something may be done about the alert, but not what would serve it
    assert solve_oracle(replace(alone, asked=replace(alone.asked, **asked))).status == "infeasible"


def test_severity_weighs_the_penalty_in_the_objective_only():
    """A unit at B is worth 10 + 2 x 3 in the objective and 10 + 3 in the benefit."""
    directory = world(
        ONE,
        {"A": position(4, 0), "B": position(0, 4, penalty="3")},
        alerts=(alert("shortage", "B", "red"), alert("shortage", "B", "yellow"), alert("overstock", "A", "red")),
        asked={"severity_weights": {"red": Fraction(2), "yellow": Fraction(9)}},
    )
    answer = solve_oracle(directory)
    assert answer.worth.benefit == 4 * (1300 - 200)
    assert answer.worth.adjustments == {"request.severity_weights": 4 * 300}


def test_what_a_line_and_a_dispatch_must_earn():
    """Two units earn 16: with 9 for the line and 8 for its dispatch they stay where they are."""
    stock = {"A": position(2, 0), "B": position(0, 4)}
    line = Line("A>B", "P", 2, 0)
    for asked, kept in (
        ({"min_line_benefit": Fraction(9), "min_dispatch_benefit": Fraction(8)}, True),
        ({"min_line_benefit": Fraction(8), "min_dispatch_benefit": Fraction(8)}, False),
    ):
        directory = world(ONE, stock, asked=asked)
        charged = -100 * sum(asked.values())
        assert sum(worth(directory, line).adjustments.values()) == charged
        assert rules(directory, [line]) == ({"min_line_benefit", "min_dispatch_benefit"} if kept else set())
        assert solve_oracle(directory).objective == 0


def test_a_line_is_not_left_out_where_something_depends_on_it():
    """A loose line that earns too little breaks the rule, not one that goes on, is demanded, fills a load, is kept."""
    line = Line("A>B", "P", 1, 0)
    stock = {"A": position(2, 0), "B": position(0, 4)}
    asked = {"min_line_benefit": Fraction(9)}
    assert rules(world(ONE, stock, asked=asked), [line]) == {"min_line_benefit"}
    filled = world([lane("A>B", min_dispatch_kg=Fraction(1))], stock, asked=asked)
    demanded = world(ONE, stock, asked=asked, alerts=(must("shortage", "B", 1),))
    shown = world(ONE, stock, asked=asked, displays=(DisplayRule("D", "P", "B", 1, Fraction(0)),))
    frozen = world(ONE, stock, asked=asked | {"former": (line,), "frozen_before_day": NEVER})
    priced = world(ONE, stock, asked=asked | {"former": (line,), "change_prices": ((0, Fraction(1)),)})
    for directory in (filled, demanded, shown, frozen, priced):
        assert rules(directory, [line]) == set()
    # Over B to C: the first line goes on, the second one leaves its unit at B, where it is worth 10 - 2 less
    path = [line, Line("B>C", "P", 1, 0)]
    through = world([lane("A>B"), lane("B>C")], {"A": stock["A"], "C": position(0, 4)}, transit="B", asked=asked)
    assert rules(through, path) == set()
    stocked = replace(through, stock=through.stock | {("B", "P"): position(0, 0)})
    assert rules(stocked, path) == {"min_line_benefit"}


def test_a_lane_is_left_out_with_the_dispatches_it_needs():
    """Two dispatches for two SKUs: each line alone saves one of them, both together all."""
    stock = {(node, sku): position(*row) for sku in "PQ" for node, row in (("A", (4, 0)), ("B", (0, 4)))}
    directory = world([lane("A>B", capacity="4", fixed="10")], stock, asked={"min_dispatch_benefit": Fraction(23)})
    lines = [Line("A>B", "P", 4, 0), Line("A>B", "Q", 4, 0)]
    # 2 x 32 earned, 2 x (10 + 23) charged
    assert rules(directory, lines, {"A>B": 2}) == {"min_dispatch_benefit"}
    assert (
        rules(replace(directory, asked=replace(directory.asked, min_dispatch_benefit=Fraction(22))), lines, {"A>B": 2})
        == set()
    )


def test_frozen_lines_stay_and_changes_cost():
    """Of the former lines one leaves before day 2 and stays; the other one may go, for 3 a unit."""
    former = (Line("A>B", "P", 1, 0), Line("A>C", "P", 2, 2))
    directory = world(
        [lane("A>B", per_unit="9"), lane("A>C"), lane("A>D")],
        {"A": position(4, 0), "B": position(0, 4), "C": position(0, 0), "D": position(0, 3)},
        transit="A",
        asked={"former": former, "frozen_before_day": 2, "change_prices": ((0, Fraction(1)), (2, Fraction(3)))},
    )
    answer = solve_oracle(directory)
    assert answer.lines == (former[0], Line("A>D", "P", 3, 0))
    # B gains 8 - 9 on one unit, D 8 on three; three units more to D at 1, two less to C at 3
    assert answer.worth.benefit == -100 + 3 * 800
    assert answer.worth.adjustments == {"request.former_plan": -3 * 100 - 2 * 300}
    assert rules(directory, [answer.lines[1]]) == {"frozen"}
    assert rules(directory, [replace(former[0], units=2)]) == {"frozen"}
    # A unit of the same lane that waits a day is another line
    assert rules(directory, [former[0], replace(former[0], arrives_day=1)]) == set()


def test_a_display_is_whole_or_empty():
    """B holds one of P and none of Q: broken, and worth mending for 20 with one unit of Q at 4 below its value."""
    stock = {("A", "Q"): position(3, 3), ("B", "P"): position(1, 0), ("B", "Q"): position(0, 0)}
    rules_ = tuple(DisplayRule("D", sku, "", 1, Fraction(20)) for sku in "PQ")
    directory = world(ONE, stock, displays=rules_)
    answer = solve_oracle(directory)
    assert answer.lines == (Line("A>B", "Q", 1, 0),)
    assert answer.worth.benefit == -800
    # At A too Q is a display of its own there, and stays whole
    assert answer.worth.adjustments == {"display_rules.broken_price": 2000}
    elsewhere = replace(directory, displays=tuple(replace(rule, node="A") for rule in rules_))
    assert solve_oracle(elsewhere).lines == ()
    larger = replace(directory, displays=(rules_[0], replace(rules_[1], min_units=3)))
    assert worth(larger, Line("A>B", "Q", 2, 0)).adjustments["display_rules.broken_price"] == -2000
