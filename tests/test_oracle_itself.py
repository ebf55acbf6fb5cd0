"""The oracle is right by itself: arithmetic by hand, every plan enumerated, and nothing imported from the product."""

import ast
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, reject, settings

from tests.oracle.asked import NEVER, Line
from tests.oracle.brute_force import best_objective, count_line_sets
from tests.oracle.directory import Lane
from tests.oracle.drawing import TINY, NetworkFiles
from tests.oracle.evaluation import PhantomCycle, broken_rules, phantom_cycles
from tests.oracle.formulation import OracleAnswer, UnprovedError, solve_oracle
from tests.oracle.reading import read_directory
from tests.oracle.scope import skus_in_scope
from tests.oracle.shares import WITHOUT, binding_rules, describe, percent
from tests.oracle.strategies import network_files
from tests.oracle.valuation import Worth, evaluate
from tests.oracle_worlds import lane, must, position, product, world

ORACLE = Path(__file__).parent / "oracle"


def test_oracle_imports_nothing_of_the_product():
    """Every import of the oracle is the standard library, a public package or the oracle itself."""
    allowed = sys.stdlib_module_names | {"hypothesis", "networkx", "pulp"}
    for path in sorted(ORACLE.glob("*.py")):
        for statement in ast.walk(ast.parse(path.read_text())):
            if isinstance(statement, ast.ImportFrom):
                assert statement.level == 0, path.name
                names = [statement.module or ""]
            elif isinstance(statement, ast.Import):
                names = [alias.name for alias in statement.names]
            else:
                continue
            assert all(n.startswith("tests.oracle.") or n.split(".")[0] in allowed for n in names), (path.name, names)


def test_benefit_of_one_line_by_hand():
    """Five units from surplus to shortage: gain, loss, unit cost and two dispatches."""
    there = lane("A>B", fixed="3", per_unit="0.50", per_kg="0.25", capacity="4")
    directory = world(
        [there],
        {"A": position(10, 4, holding="0.5"), "B": position(0, 5, penalty="1")},
        products={"P": product(weight="1.2")},
    )
    # B gains 5 x (10 + 1); A gives 5 of its 6 beyond demand, each worth 2 - 0.50;
    # each unit costs 0.50 + 0.25 x 1.2; 2 dispatches carry 6 kg
    expected = 5 * 1100 - 5 * 150 - 5 * 80 - 2 * 300
    assert evaluate(directory, [Line("A>B", "P", 5, 0)], {"A>B": 2}).benefit == expected == 3750
    assert solve_oracle(directory) == OracleAnswer("optimal", Worth(3750, {}), (Line("A>B", "P", 5, 0),), {"A>B": 2})


def test_each_unit_is_rounded_once_half_to_even():
    """Without decimals 2.50 is 2 and 3.50 is 4, whether it is a price, a cost or a dispatch."""
    directory = world(
        [lane("A>B", per_unit="0.30", per_kg="0.20", fixed="3.50")],
        {"A": position(3, 0), "B": position(0, 3, penalty="0.50")},
        products={"P": product(price="3", salvage="1.50")},
        decimals=0,
    )
    # B gains 3 x round(3.50); A loses 3 x round(1.50); 3 x round(0.30 + 0.20 = 0.50); round(3.50)
    assert evaluate(directory, [Line("A>B", "P", 3, 0)], {"A>B": 1}).benefit == 3 * 4 - 3 * 2 - 3 * 0 - 4


def test_the_unit_that_demand_splits_is_a_mixture():
    """With demand 2.25 the third unit sells a quarter and is left over for the rest."""
    directory = world([lane("A>B")], {"A": position(9, 0), "B": position(1, "2.25", penalty="1")})
    # units 2 and 3 and 4 at B: 11, then 0.25 x 11 + 0.75 x 2 = 4.25, then 2; each cost A its 2
    assert evaluate(directory, [Line("A>B", "P", 3, 0)], {"A>B": 1}).benefit == 1100 + 425 + 200 - 3 * 200


def test_stock_below_zero_is_worth_price_and_penalty():
    """A position that promised away more than it has starts below zero and gains full units."""
    directory = world([lane("A>B")], {"A": position(9, 0), "B": position(1, 2, reserved=4, penalty="1")})
    # B starts at -3: five units lift it to 2, all worth 11; the sixth is worth 2
    assert evaluate(directory, [Line("A>B", "P", 6, 0)], {"A>B": 1}).benefit == 5 * 1100 + 200 - 6 * 200


def test_late_units_count_up_to_the_demand_that_remains():
    """Arriving halfway through the horizon, half of the demand can still be served."""
    directory = world([lane("A>B", days=5)], {"A": position(9, 0), "B": position(1, 10)})
    # U(5) = floor(min(10 x 5/10, 10 - 1)) = 5 of 8 count at 10, the other 3 are worth 2
    assert evaluate(directory, [Line("A>B", "P", 8, 5)], {"A>B": 1}).benefit == 5 * 1000 + 3 * 200 - 8 * 200


def test_late_units_count_up_to_what_stock_does_not_serve():
    """Stock on hand serves first: only the shortage can be filled late."""
    directory = world([lane("A>B", days=1)], {"A": position(9, 0), "B": position(8, 10)})
    # U(1) = floor(min(10 x 9/10, 10 - 8)) = 2 of 3
    assert evaluate(directory, [Line("A>B", "P", 3, 1)], {"A>B": 1}).benefit == 2 * 1000 + 200 - 3 * 200


def test_only_whole_units_count_late():
    """What remains of demand is rounded down, and so is what stock on hand leaves to serve."""
    directory = world([lane("A>B", days=5)], {"A": position(9, 0), "B": position(0, "5.5")})
    # U(5) = floor(min(5.5 x 5/10, 5.5)) = 2 of 4
    assert evaluate(directory, [Line("A>B", "P", 4, 5)], {"A>B": 1}).benefit == 2 * 1000 + 2 * 200 - 4 * 200
    directory = world([lane("A>B", days=1)], {"A": position(9, 0), "B": position(1, "2.25")})
    # U(1) = floor(min(2.25 x 9/10, 2.25 - 1)) = 1 of 2: the unit that demand splits does not count late
    assert evaluate(directory, [Line("A>B", "P", 2, 1)], {"A>B": 1}).benefit == 1000 + 200 - 2 * 200


def test_caps_of_several_days_nest():
    """Four units on day 5 leave room for one of the four on day 7, although three of them could count alone."""
    slow = [lane(f"A>B:{days}", days=days, capacity="4", max_dispatches=1) for days in (5, 7)]
    directory = world(slow, {"A": position(9, 0), "B": position(0, 10)})
    # U(5) = 5 and U(7) = 3 at B; each unit left over is worth as much as it was at A
    lines = [Line("A>B:5", "P", 4, 5), Line("A>B:7", "P", 4, 7)]
    assert evaluate(directory, lines, {"A>B:5": 1, "A>B:7": 1}).benefit == 5 * 1000 + 3 * 200 - 8 * 200
    assert solve_oracle(directory).objective == 5 * 1000 - 5 * 200


def test_safety_stock_is_kept():
    """Nine units less one reserved and two of safety stock: six may go."""
    directory = world([lane("A>B")], {"A": position(9, 0, reserved=1, safety=2), "B": position(0, 9)})
    assert solve_oracle(directory) == OracleAnswer("optimal", Worth(6 * 800, {}), (Line("A>B", "P", 6, 0),), {"A>B": 1})


def test_a_demand_with_a_day_takes_the_fast_lane():
    """The slow lane is free, but its units would come a day too late."""
    fast, slow = lane("A>B:fast", days=1, per_unit="3"), lane("A>B:slow", days=3)
    directory = world([fast, slow], {"A": position(2, 0), "B": position(0, 5)}, alerts=(must("shortage", "B", 2, 2),))
    assert solve_oracle(directory).lines == (Line("A>B:fast", "P", 2, 1),)


def test_stock_in_transit_takes_part_in_the_caps():
    """What is on its way anyway uses up the same late demand."""
    directory = world([lane("A>B", days=5)], {"A": position(9, 0), "B": position(0, 10, in_transit=4, day=7)})
    # U(7) = 3, U(5) = 5: before, 3 of 4 count; after, 3 + 2 of the 6 units count and 4 + 1 units are left over
    assert evaluate(directory, [Line("A>B", "P", 6, 5)], {"A>B": 1}).benefit == 2 * 1000 + 4 * 200 - 6 * 200


def test_nothing_counts_after_the_horizon():
    """A unit that arrives on the last day or later is left over."""
    directory = world([lane("A>B", days=10)], {"A": position(9, 0), "B": position(0, 10, holding="0.5")})
    assert evaluate(directory, [Line("A>B", "P", 2, 10)], {"A>B": 1}).benefit == 2 * 150 - 2 * 200


def test_what_leaves_a_transit_node_came_last():
    """A transit node keeps its own and early units, and sends on what came last."""
    directory = world(
        [lane("A>B", days=0), lane("A>B:late", days=8), lane("B>C", days=0)],
        {"A": position(9, 0), "B": position(0, 10), "C": position(0, 10)},
        transit="B",
    )
    lines = [Line("A>B", "P", 3, 0), Line("A>B:late", "P", 4, 8), Line("B>C", "P", 5, 8)]
    # the 4 late units and one early one go on to C: U(8) = 2 of 5 count there; B keeps 2 early units that count
    expected = 2 * 1000 + 2 * 1000 + 3 * 200 - 7 * 200
    assert evaluate(directory, lines, {"A>B": 1, "A>B:late": 1, "B>C": 1}).benefit == expected
    assert not broken_rules(directory, lines, {"A>B": 1, "A>B:late": 1, "B>C": 1})


CHAIN = world(
    [
        lane("A>B", days=2, capacity="4", max_dispatches=2, min_dispatch_kg=Fraction(2)),
        lane("B>C", days=1, min_line_units=2),
        lane("C>D"),
        lane("A>D"),
    ],
    {"A": position(9, 0, safety=1), "C": position(0, 9), ("D", "Q"): position(1, 1)},
    transit="B",
    products={"P": product(pack=2)},
    alerts=(must("shortage", "C", 4, needed_by=3),),
)
ALLOWED = (Line("A>B", "P", 6, 2), Line("B>C", "P", 6, 3))


@pytest.mark.parametrize(
    ("lines", "dispatches", "rule"),
    [
        ((*ALLOWED, Line("D>A", "P", 2, 0)), {}, "known_lane"),
        ((*ALLOWED, Line("C>D", "Q", 1, 0)), {}, "in_scope"),
        ((*ALLOWED, ALLOWED[0]), {}, "duplicate_line"),
        ((ALLOWED[0], replace(ALLOWED[1], units=5)), {}, "case_pack"),
        ((ALLOWED[0], replace(ALLOWED[1], units=0)), {}, "min_line_units"),
        ((ALLOWED[0], replace(ALLOWED[1], arrives_day=0)), {}, "arrives_day"),
        ((ALLOWED[0], replace(ALLOWED[1], arrives_day=2)), {}, "pass_through"),
        ((ALLOWED[0], replace(ALLOWED[1], units=4)), {}, "position_exists"),
        ((replace(ALLOWED[0], units=10), replace(ALLOWED[1], units=10)), {"A>B": 3}, "units_exist"),
        ((*ALLOWED, Line("A>D", "P", 2, 0)), {"A>D": 1}, "position_exists"),
        ((*ALLOWED, Line("C>D", "P", 2, 3)), {"C>D": 1}, "own_stock"),
        ((*ALLOWED, Line("A>D", "P", 4, 0)), {"A>D": 1}, "own_stock"),
        ((replace(ALLOWED[0], arrives_day=3), replace(ALLOWED[1], arrives_day=4)), {}, "own_stock"),
        (ALLOWED, {"B>C": 0}, "dispatch_count"),
        (ALLOWED, {"A>B": 3}, "dispatch_count"),
        (ALLOWED, {"C>D": 1}, "dispatch_count"),
        (ALLOWED, {"A>B": 1}, "capacity_kg"),
        ((replace(ALLOWED[0], units=2), replace(ALLOWED[1], units=2)), {"A>B": 2}, "min_dispatch_kg"),
        ((replace(ALLOWED[0], units=2), replace(ALLOWED[1], units=2)), {"A>B": 1}, "must_serve"),
        ((ALLOWED[0], replace(ALLOWED[1], arrives_day=4)), {}, "must_serve"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_told_so(lines, dispatches, rule):
    """The plan is allowed before the change and breaks the rule after it."""
    assert not broken_rules(CHAIN, ALLOWED, {"A>B": 2, "B>C": 1})
    broken = broken_rules(CHAIN, lines, {"A>B": 2, "B>C": 1} | dispatches)
    assert rule in {message.split(":")[0] for message in broken}


def test_over_stock_demand_counts_sent_less_received():
    """A position that must send 3 net and receives 1 has to send 4."""
    directory = world(
        [lane("A>B"), lane("B>A")],
        {"A": position(9, 0), "B": position(9, 0)},
        alerts=(must("overstock", "A", 3),),
    )
    plan = [Line("A>B", "P", 3, 0), Line("B>A", "P", 1, 0)]
    assert [rule.split(":")[0] for rule in broken_rules(directory, plan, {"A>B": 1, "B>A": 1})] == ["must_serve"]
    plan = [Line("A>B", "P", 4, 0), Line("B>A", "P", 1, 0)]
    assert not broken_rules(directory, plan, {"A>B": 1, "B>A": 1})


def test_a_demand_without_units_asks_for_what_is_missing():
    """Demand 6.2 is seven units; 3 are there after 2 reserved, 1 is on its way: 3 are missing."""
    directory = world(
        [lane("B>A")],
        {"A": position(5, "6.2", reserved=2, in_transit=1), "B": position(9, 0)},
        alerts=(must("shortage", "A", None),),
    )
    assert not broken_rules(directory, [Line("B>A", "P", 3, 0)], {"B>A": 1})
    assert broken_rules(directory, [Line("B>A", "P", 2, 0)], {"B>A": 1})


def test_a_demand_for_nothing_forbids_nothing():
    """An over-stock alert on a position without excess asks for 0 units: the position may still receive."""
    directory = world([lane("B>A")], {"A": position(0, 5), "B": position(9, 0)}, alerts=(must("overstock", "A", None),))
    assert not broken_rules(directory, [Line("B>A", "P", 5, 0)], {"B>A": 1})
    assert solve_oracle(directory).objective == 5 * 1000 - 5 * 200


PHANTOM = world(
    [
        lane("A>B", min_dispatch_kg=Fraction(8)),
        lane("B>A", per_unit="1"),
        lane("B>C"),
        lane("D>A", days=5, per_unit="50"),
    ],
    {("A", "Q"): position(3, 0), ("C", "Q"): position(0, 3), ("D", "P"): position(9, 0)},
    transit="AB",
    products={"P": product(weight="5")},
)


def test_units_never_come_from_nowhere():
    """A unit of P going round between A and B would fill the least load of A>B, but no unit of P is there."""
    served = [Line("A>B", "Q", 3, 0), Line("B>C", "Q", 3, 0)]
    round_trip = [Line("A>B", "P", 1, 5), Line("B>A", "P", 1, 5)]
    dispatches = {"A>B": 1, "B>A": 1, "B>C": 1}
    assert phantom_cycles(PHANTOM, served + round_trip) == [PhantomCycle("P", NEVER, 5, frozenset("AB"))]
    assert len(broken_rules(PHANTOM, served + round_trip, dispatches)) == 1
    assert evaluate(PHANTOM, served + round_trip, dispatches).benefit == 3 * 1000 - 3 * 200 - 100
    # Three units of Q make no line of five more, and fetching P for 50 does not pay.
    assert solve_oracle(PHANTOM) == OracleAnswer("optimal", Worth(0, {}))


def test_units_that_are_there_may_go_round():
    """With stock of P at B the same round trip is a real one."""
    directory = replace(PHANTOM, stock=PHANTOM.stock | {("B", "P"): position(5, 0)})
    assert solve_oracle(directory).objective == 3 * 1000 - 3 * 200 - 100


def test_reading_fills_in_defaults(tmp_path):
    """Empty cells and missing columns mean what the format says."""
    texts = {
        "network.json": '{"horizon_days": 7}',
        "nodes.csv": "node_id,kind,transit\nW,warehouse,\nS,store,\nT,store,true\n",
        "products.csv": "sku_id,list_price,unit_cost,salvage_value\nP,9.5,4,\nQ,1,,\nR,1,4,0.5\n",
        "lanes.csv": "origin,destination,capacity_kg\nW,S,\n",
        "stock.csv": "node_id,sku_id,on_hand,demand_mean\nW,P,3,0.1\n",
        "alerts.csv": "alert_id,kind,node_id,sku_id\nA,shortage,S,P\n",
    }
    directory = read_directory(NetworkFiles(texts).write(tmp_path / "network"))
    assert directory.transit == {"W": True, "S": False, "T": True}
    assert {sku: row.salvage_value for sku, row in directory.products.items()} == {"P": 4, "Q": 0, "R": Fraction(1, 2)}
    zero = Fraction(0)
    assert directory.lanes == {"W>S": Lane("W>S", "W", "S", 0, zero, zero, zero, None, None, 0, zero)}
    assert directory.stock["S", "P"] == position(0, 0)
    assert directory.stock["W", "P"] == position(3, "0.1")
    assert skus_in_scope(directory) == ["P"]
    assert (directory.horizon_days, directory.money_decimals) == (7, 6)


@settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(network_files(TINY))
def test_brute_force_finds_the_same_benefit(files):
    """Every plan of a tiny request enumerated: none is better than the oracle's, and none exists where it says so."""
    with tempfile.TemporaryDirectory() as folder:
        directory = read_directory(files.write(Path(folder)))
    assume(count_line_sets(directory) <= 1000)
    assert solve_oracle(directory).objective == best_objective(directory)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_rule_binds_in_some_requests(capsys):
    """Each rule decides the answer of one drawn request in 200 or more; prints all shares (about 5 minutes)."""
    counts: Counter[str] = Counter()

    @settings(max_examples=300, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(network_files())
    def count(files: NetworkFiles) -> None:
        with tempfile.TemporaryDirectory() as folder:
            directory = read_directory(files.write(Path(folder)))
        try:
            answer = solve_oracle(directory)
        except UnprovedError:
            reject()
        counts.update(["requests", *describe(directory, answer), *binding_rules(directory, answer)])

    count()
    with capsys.disabled():
        print()
        for name, share in percent(counts, counts["requests"]).items():
            print(f"{share:6.1f} %  {name}")
    assert counts["transfers pay"] >= 0.35 * counts["requests"]
    assert all(counts[rule] >= 0.005 * counts["requests"] for rule in WITHOUT)
