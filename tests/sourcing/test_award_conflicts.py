"""Infeasible events: what is named is enough, one unit less is not, and the cheapest way out comes first."""

import time
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from network.events import event_from_frames
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.conflicts import conflicts_of
from optimizer.sourcing.doubt import Doubt
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.solve import award
from scenarios.brunel import brunel_tables
from tests.sourcing.drawing import drawn_event
from tests.sourcing.oracle.brute_force import best_award
from tests.sourcing.oracle.reading import read_world
from tests.sourcing.test_award_model import event, plain

SECONDS = 120.0
"""More than any answer here needs: only a slow machine takes them."""

TWO = [{"supplier_id": "A", "unit_price": 2.0}, {"supplier_id": "B", "unit_price": 3.0}]


def infeasible(asked):
    """Conflicts of an event that has no valid award."""
    result = award(asked, Parameters(time_limit_seconds=SECONDS))
    assert result.status is Status.INFEASIBLE
    assert result.award is None
    assert result.bound is None
    return result.conflicts


def stated(conflicts):
    """Rule, place and amount of each."""
    return [(each.rule, each.place, each.amount) for each in conflicts]


def test_capacity_is_short():
    """Three units of capacity more, or three units less bought; more capacity keeps what was asked for."""
    suppliers = [{"supplier_id": "A", "capacity_units": 3}, {"supplier_id": "B", "capacity_units": 4}]
    conflicts = infeasible(plain(bids=TWO, suppliers=suppliers))
    assert [rule for rule, _, _ in stated(conflicts)] == ["suppliers.capacity_units", "items.uncovered_penalty"]
    assert [amount for _, _, amount in stated(conflicts)] == [3.0, 3.0]
    assert "cheapest relaxation" in conflicts[0].message
    assert "3 units of capacity" in conflicts[0].message
    assert conflicts[1].place == "item I"


def test_nobody_offers_it():
    """Only leaving it uncovered helps, and the message says why."""
    tables = event(
        items=[{"item_id": "I", "units": 4}, {"item_id": "J", "units": 5}],
        suppliers=[{"supplier_id": "A"}],
        bids=[{"bid_id": "B", "supplier_id": "A", "item_id": "I", "unit_price": 1.0}],
    )
    (only,) = infeasible(tables)
    assert (only.rule, only.place, only.amount) == ("items.uncovered_penalty", "item J", 5.0)
    assert "no bid for it can be used" in only.message
    assert "costs 4.00 USD" in only.message


def test_a_budget_is_short():
    """Ten units cost at least 20: a budget of 15.5 is short of 5 whole currency units."""
    rule = {"rule_id": "R", "kind": "limit", "sense": "at_most", "measure": "spend", "amount": 15.5}
    conflicts = infeasible(plain(bids=TWO, rules=[rule]))
    assert stated(conflicts) == [
        ("rules.amount", "rule R", 5.0),
        ("items.uncovered_penalty", "item I", 3.0),  # seven units cost 14
    ]


def test_a_share_stands_against_capacity():
    """A sells six of ten units at most, and must sell seven tenths: capacity, share or units give way."""
    suppliers = [{"supplier_id": "A", "capacity_units": 6}, {"supplier_id": "B"}]
    rule = {
        "rule_id": "R",
        "kind": "limit",
        "sense": "at_least",
        "measure": "volume",
        "supplier_id": "A",
        "share": 0.7,
    }
    conflicts = infeasible(plain(bids=TWO, suppliers=suppliers, rules=[rule]))
    found = {each.rule: each.amount for each in conflicts}
    assert found == {"suppliers.capacity_units": 1.0, "rules.share": 1.0, "items.uncovered_penalty": 2.0}


def test_two_rules_against_each_other_give_way_as_little_as_possible():
    """At least 8 units of A and at most 5: relaxed by three in all."""
    common = {"kind": "limit", "measure": "volume", "supplier_id": "A"}
    rules = [
        {"rule_id": "R", "sense": "at_least", "amount": 8, **common},
        {"rule_id": "Q", "sense": "at_most", "amount": 5, **common},
    ]
    conflicts = infeasible(plain(bids=TWO, rules=rules))
    assert {rule for rule, _, _ in stated(conflicts)} == {"rules.amount"}
    assert sum(amount for _, _, amount in stated(conflicts)) == 3.0


def test_only_together():
    """Where an item has no bid and a rule cannot be kept either, no kind alone is enough."""
    tables = event(
        items=[{"item_id": "I", "units": 4}, {"item_id": "J", "units": 5}],
        suppliers=[{"supplier_id": "A"}],
        bids=[{"bid_id": "B", "supplier_id": "A", "item_id": "I", "unit_price": 1.0, "max_units": 4}],
        rules=[{"rule_id": "R", "kind": "limit", "sense": "at_least", "measure": "winners", "amount": 2}],
    )
    assert set(stated(infeasible(tables))) == {
        ("items.uncovered_penalty", "item J", 5.0),
        ("rules.amount", "rule R", 1.0),
    }


def test_a_loss_cannot_be_survived():
    """B can deliver 4 of 10 units when A fails."""
    bids = [{"supplier_id": "A", "unit_price": 2.0}, {"supplier_id": "B", "unit_price": 3.0, "max_units": 4}]
    asked = plain(bids=bids)
    asked = replace(asked, risk=replace(asked.risk, survive_share=0.5))
    conflicts = infeasible(asked)
    assert conflicts[0].rule == "risk.survive_share"
    assert conflicts[0].amount == pytest.approx(0.1)
    assert "0.4 can be survived" in conflicts[0].message


@pytest.mark.parametrize("rule", ["suppliers.capacity_units", "items.uncovered_penalty"])
def test_amounts_are_enough_and_least(rule):
    """The event relaxed by what is stated has an award, by brute force; by one unit less it has none."""
    seen = 0
    for seed in range(400):
        frames, settings = drawn_event(seed, risk=0.0, survive=0.0, partial=0.0, capacities=1.0, most=0.0)
        drawn = event_from_frames(frames, settings)[0]
        if best_award(read_world(frames, settings)) is not None:
            continue
        own = [each for each in conflicts_of(drawn, SECONDS) if each.rule == rule and "with this there" in each.message]
        if not own:
            continue
        (conflict,) = own
        for by, feasible in ((conflict.amount, True), (conflict.amount - 1, False)):
            if not by:
                continue
            changed = {name: table.copy() for name, table in frames.items()}
            name = conflict.place.split()[1]
            if rule == "suppliers.capacity_units":
                table = changed["suppliers"]
                table.loc[table.supplier_id == name, "capacity_units"] += by
            else:
                table = changed["items"]
                table.loc[table.item_id == name, "units"] -= by
            assert (best_award(read_world(changed, settings)) is not None) == feasible, (seed, conflict)
        seen += 1
        if seen == 3:
            return
    pytest.fail("too few events of this kind are drawn")


def test_every_infeasible_event_gets_an_answer():
    """Whatever is asked for, something can be relaxed."""
    answered = 0
    for seed in range(30):
        frames, settings = drawn_event(seed, partial=0.2)
        result = award(event_from_frames(frames, settings)[0], Parameters(time_limit_seconds=SECONDS))
        if result.status is Status.INFEASIBLE:
            assert result.conflicts, seed
            assert "there is a valid award" in result.conflicts[0].message
            answered += 1
    assert answered >= 5


def test_a_days_orders(shared_data):
    """Of the published workbook's 9,215 orders 2,444 can be placed; PLANT03 is short of 5,855."""
    frames, settings = brunel_tables(shared_data / "brunel")
    conflicts = infeasible(event_from_frames(frames, settings)[0])
    assert conflicts[0].rule == "suppliers.capacity_units"
    assert "PLANT03" in conflicts[0].place
    assert conflicts[0].amount == 5855
    assert "1,013" in conflicts[0].message
    assert "cheapest relaxation" in conflicts[0].message
    capacities = [each.amount for each in conflicts if each.rule == "suppliers.capacity_units"]
    assert np.sum(capacities) == 9215 - 2444
    total = next(each for each in conflicts if each.rule == "items.uncovered_penalty")
    assert total.amount == 9215 - 2444
    assert "at most 2,444 of 9,215" in total.message
    assert "PLANT03 (1,013)" in total.message


def test_a_doubt_is_settled_beside_a_search():
    """A search without an award gets to know that there is none, or gets one."""
    rule = {"rule_id": "R", "kind": "limit", "sense": "at_most", "measure": "spend", "amount": 15.5}
    for rules, infeasible_too in (([rule], True), ([], False)):
        progress = AwardProgress(
            plain(bids=TWO, **({"rules": rules} if rules else {})), Parameters(time_limit_seconds=30.0)
        )
        with ExitStack() as stack:
            doubt = Doubt(progress, stack)
            doubt.look()
            assert doubt._solver is None  # it has patience
            progress.beside = doubt.look
            while not progress.done and progress.award is None:
                time.sleep(0.05)
        assert progress.infeasible == infeasible_too
        assert (progress.award is None) == infeasible_too


def test_an_exact_rule_is_relaxed_to_what_there_is():
    """Exactly 14 units of A with capacity for 12: relaxed to 12, or by two of capacity."""
    suppliers = [{"supplier_id": "A", "capacity_units": 12}, {"supplier_id": "B"}]
    bids = [{"supplier_id": "A", "unit_price": 2.0, "max_units": 20}, {"supplier_id": "B", "unit_price": 3.0}]
    common = {"kind": "limit", "measure": "volume", "supplier_id": "A"}
    rule = {"rule_id": "R", "sense": "exactly", "amount": 14, **common}
    conflicts = infeasible(plain(bids=bids, suppliers=suppliers, rules=[rule]))
    assert set(stated(conflicts)) == {("rules.amount", "rule R", 2.0), ("suppliers.capacity_units", "supplier A", 2.0)}
    assert "costs 24.00 USD; the cheapest" in conflicts[0].message
