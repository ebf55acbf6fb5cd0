"""The certificate of awards: numbers by hand, every rule broken once, and no award that it cannot answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from network.events import event_from_frames
from optimizer.award import Award, award_of
from optimizer.certificate import awards as certificate
from optimizer.certificate.awards import AWARD_RULES, certify_award, reading_of
from optimizer.certificate.violations import KEPT_PER_RULE
from scenarios.generate.sourcing import generate_sourcing
from tests.sourcing.drawing import drawn_event
from tests.sourcing.small_event import EventCase, table_of

CASE: Final = EventCase()

Spoil = Callable[[EventCase], EventCase]

SPOILED: Final[dict[str, tuple[Spoil, float]]] = {
    "bids.min_units": (lambda case: case.buying(A1=90, B1=4, B2=0).where("items", "bolt", units=90), 1),
    "bids.max_units": (lambda case: case.buying(A1=40, B1=81), 1),
    "bids.pack_units": (lambda case: case.buying(A1=65), 5),
    "bids.valid_until": (lambda case: case.buying(B5=3), 3),
    "suppliers.blocked": (lambda case: case.buying(C1=2), 2),
    "bids.lead_time_days": (lambda case: case.buying(B6=1), 1),
    "bids.package_id": (lambda case: case.buying(B3=19), 1),
    "bids.alternate_id": (lambda case: case.buying(B1=20, B2=20), 1),
    "suppliers.capacity_units": (lambda case: case.where("suppliers", "acme", capacity_units=98), 2),
    "items.max_units": (lambda case: case.buying(A1=90, B1=41), 1),
    "items.units": (lambda case: case.buying(A1=50), 10),
    "rules.amount": (lambda case: case.ruled(sense="at_most", measure="winners", amount=1), 1),
    "rules.share": (lambda case: case.ruled(sense="at_most", measure="volume", supplier_id="acme", share=0.5), 5),
    "rules.consistent": (lambda case: case.ruled(kind="consistent", item_group="metal", supplier_id="acme"), 10),
    "risk.survive_share": (lambda case: case.setting(risk={"survive_share": 0.5}), 5),
}
"""Changes of the case that break this rule and no other, and by how much."""


def test_messages_count_one_as_one() -> None:
    """One unit is no ``1 units``, in whatever is broken."""
    ones = [CASE.buying(B6=1), CASE.buying(B3=1), CASE.buying(C1=1), CASE.buying(B2=1)]
    told = [violation.message for case in ones for violation in case.certify().violations]
    assert sum(message.startswith("1 unit") for message in told) == 3
    assert not any("1 units" in message for message in told)


def test_the_award_of_the_case_costs_what_it_does_by_hand() -> None:
    found = CASE.certify()
    # A1: 60 x 1.5. A2: 20 x 1. B1: 30 x 2.5 + 10 x 2 (EUR at 1.25). B3: 20 x 0.9. B4: 10 x 7.
    assert found.spend == 100 * (90 + 20 + 75 + 20 + 18 + 70)
    assert found.ledger == {
        "bids.unit_price": 29300,
        "bids.freight_per_unit": 100 * (4 + 5),
        "suppliers.fixed_cost": 4000,
        "items.uncovered_penalty": 100 * 10 * 3,
    }
    assert (found.valid, found.violations, found.violation_count) == (True, (), 0)
    assert (found.cost, found.objective, found.uncovered_units) == (37200, 37200, 10)
    assert found.adjustments == {}


@pytest.mark.parametrize("rule", SPOILED)
def test_each_rule_is_found_when_it_alone_is_broken(rule: str) -> None:
    spoil, amount = SPOILED[rule]
    found = spoil(CASE).certify()
    assert {violation.rule for violation in found.violations} == {rule}
    assert not found.valid
    assert sum(violation.amount for violation in found.violations) == amount
    assert all(violation.place and violation.message for violation in found.violations)


def test_every_rule_has_a_spoiled_award() -> None:
    of_columns = {"columns", "known_bid", "repeated_bid", "positive_units", "magnitude"}
    assert of_columns | SPOILED.keys() == set(AWARD_RULES)


@pytest.mark.parametrize(
    ("rule", "award"),
    [
        ("columns", Award(np.array([0], dtype=np.int32), np.array([60.0]))),
        ("columns", Award(np.array([[0]], dtype=np.int32), np.array([[60]]))),
        ("columns", Award(np.array([0, 1], dtype=np.int32), np.array([60]))),
        ("known_bid", Award(np.array([9], dtype=np.int32), np.array([60]))),
        ("known_bid", Award(np.array([-1], dtype=np.int32), np.array([60]))),
        ("repeated_bid", Award(np.array([0, 0], dtype=np.int32), np.array([30, 30]))),
        ("positive_units", Award(np.array([0], dtype=np.int32), np.array([0]))),
        ("positive_units", Award(np.array([0], dtype=np.int32), np.array([-60]))),
        ("magnitude", Award(np.array([0], dtype=np.int32), np.array([2**62]))),
    ],
)
def test_what_is_no_proper_award_breaks_a_rule_and_raises_nothing(rule: str, award: Award) -> None:
    found = certify_award(CASE.event, award)
    assert rule in {violation.rule for violation in found.violations}
    assert not found.valid


def test_prices_of_quantities_that_cannot_be_bought_are_those_of_the_tier_below() -> None:
    assert CASE.buying(A1=55).certify().spend - CASE.certify().spend == 100 * (55 * 2 - 90)


def test_broken_limits_with_a_price_are_paid_and_not_violated() -> None:
    case = CASE.ruled(sense="at_most", measure="spend", amount=250.5, violation_price=2)
    case = case.ruled(rule_id="C", kind="consistent", item_group="metal", violation_price=0.5)
    found = case.certify()
    # 293 - 250.5 are 43 currency units, rounded up; shares of nut against those of bolt: acme 20 of 50 against 60 of
    # 100, base 20 of 50 against 40 of 100.
    assert found.valid
    assert found.adjustments == {"rules.violation_price": 100 * (43 * 2 + 10 // 2)}
    assert found.objective == found.cost + 9100


def test_adjustments_are_paid_by_the_tier_that_units_are_in() -> None:
    case = CASE.ruled(kind="adjust", incumbents=True, share=-0.03).ruled(
        rule_id="S", kind="adjust", item_id="chip", amount=0.2
    )
    # 1.5 x 0.03 = 0.045 is 0.04 (half to even) and 1 x 0.03 is 0.03 a unit.
    assert case.certify().adjustments == {"rules.amount": -4 * 60 - 3 * 20 + 20 * 10}


def test_risk_is_the_mean_cost_of_scenarios() -> None:
    scenarios = "scenario_id,supplier_id,probability\nflood,acme,0.2\nstrike,base,0.1\n"
    case = CASE.setting(risk={"measure": "expectation"})
    case = replace(case, frames={**case.frames, "scenarios": table_of(scenarios)})
    case = case.where("items", "bolt", shortage_penalty=5).where("items", "chip", shortage_penalty=20)
    # Without acme 110 are not paid, 60 bolts and 20 nuts are missing; without base 183 and freight 9, 40, 20 and 10.
    flood, strike = 37200 - 11000 + 6000 * 5 + 2000 * 3, 37200 - 19200 + 4000 * 5 + 2000 * 3 + 1000 * 20
    expected = 0.7 * 37200 + 0.2 * flood + 0.1 * strike
    found = case.certify()
    assert found.objective == round(expected)
    assert found.adjustments == {"risk": round(expected) - found.cost}
    # The worst 15 % are all of the strike and a quarter of the flood.
    at_risk = case.setting(risk={"measure": "cvar", "cvar_level": 0.85, "cvar_weight": 0.25}).certify()
    worst = sorted([flood, strike])
    tail = (0.1 * worst[1] + 0.05 * worst[0]) / 0.15 if worst[1] == strike else worst[1]
    assert at_risk.objective == round(0.75 * expected + 0.25 * tail)


def test_survival_shares_out_what_capacities_leave() -> None:
    case = CASE.setting(risk={"survive_share": 0.4}).where("items", "chip", uncovered_penalty=10)
    assert case.certify().valid  # 40 bolts: base sells up to 80, acme up to 90
    tight = case.where("suppliers", "acme", capacity_units=100).where("suppliers", "base", capacity_units=75)
    assert tight.certify().valid  # acme: 100 // 2, as one of its bids takes 2 for each unit
    found = tight.setting(risk={"survive_share": 0.6}).certify()
    assert [(one.place, one.amount) for one in found.violations] == [("supplier base", 10.0)]


@pytest.mark.parametrize(("scale", "capacity"), [(1, 2_100), (1_000_000, 2_100_000_000)])
def test_survival_counts_units_of_any_number(scale: int, capacity: int) -> None:
    units = 2_000 * scale
    frames = {
        "items": table_of(f"item_id,units\ni,{units}\nj,{units}\n"),
        "suppliers": table_of(f"supplier_id,capacity_units\na,{capacity}\nb,\n"),
        "bids": table_of("bid_id,supplier_id,item_id,unit_price\nai,a,i,1\naj,a,j,1\nbi,b,i,1\nbj,b,j,1\n"),
    }
    event = event_from_frames(frames, {**CASE.settings, "risk": {"survive_share": 1}})[0]
    found = certify_award(event, award_of(np.array([1_000, 1_000, 1_000, 1_000]) * scale))
    assert [(one.rule, one.place, one.amount) for one in found.violations] == [
        ("risk.survive_share", "supplier b", 2 * units - capacity)
    ]


def test_the_first_hundred_violations_of_a_rule_are_described_and_all_are_counted() -> None:
    frames, settings = dict(CASE.frames), CASE.settings
    many = KEPT_PER_RULE + 20
    frames["items"] = table_of("item_id,units\n" + "\n".join(f"i{row},1" for row in range(many)))
    frames["bids"] = table_of("bid_id,supplier_id,item_id,unit_price\nA1,acme,i0,1\n")
    del frames["tiers"]
    found = certify_award(event_from_frames(frames, settings)[0], award_of(np.zeros(1, dtype=np.int64)))
    assert (len(found.violations), found.violation_count) == (KEPT_PER_RULE, many)


@pytest.mark.parametrize("seed", range(20))
def test_no_award_of_a_drawn_event_makes_it_fail(seed: int) -> None:
    event = event_from_frames(*drawn_event(seed))[0]
    reading, rng = reading_of(event), np.random.default_rng(seed)
    for _ in range(5):
        units = rng.integers(0, 14, len(event.bids)) * (rng.random(len(event.bids)) < 0.6)
        found = certify_award(event, award_of(units), reading)
        assert found == certify_award(event, award_of(units))
        assert found.valid == (not found.violation_count)
        assert found.cost == sum(found.ledger.values())
        assert min(found.ledger.values()) >= 0
        value = certificate.value_of(event, reading, units)
        assert found.spend == value.spend.sum()


def test_awards_of_many_bids_are_certified_in_milliseconds() -> None:
    event = generate_sourcing("S")
    reading, rng = reading_of(event), np.random.default_rng(1)
    award = award_of(np.where(rng.random(len(event.bids)) < 0.2, reading.offers.most_units, 0))
    certify_award(event, award, reading)
    began = time.process_time()
    found = certify_award(event, award, reading)
    assert time.process_time() - began < 0.3  # about 0.015 on a quiet core
    assert found.violation_count > 0
    assert found.cost > 0
