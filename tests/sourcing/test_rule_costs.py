"""What rules cost against brute force with and without them."""

from __future__ import annotations

import numpy as np
import pytest

from network.events import event_from_frames
from optimizer.award import award_of
from optimizer.plan import UNKNOWN_MONEY
from optimizer.request import Parameters
from optimizer.sourcing.rule_costs import SURVIVAL, rule_costs, rule_costs_table, without_rule
from optimizer.sourcing.solve import award
from tests.sourcing.drawing import drawn_event
from tests.sourcing.oracle.brute_force import best_award
from tests.sourcing.oracle.reading import read_world
from tests.sourcing.small_event import EventCase


def test_costs_are_those_of_brute_force() -> None:
    checked = costly = idle = 0
    for seed in range(16):
        frames, settings = drawn_event(seed, rules=[{}, {}, {}], survive=0.4, partial=True)
        best = best_award(read_world(frames, settings))
        if best is None:
            continue
        event = event_from_frames(frames, settings)[0]
        result = award(event, Parameters(time_limit_seconds=30))
        costs = rule_costs(event, result, seconds=60)
        assert len(costs) == len(event.rules) + (event.risk.survive_share is not None)
        for number, rule in enumerate(costs.rule.tolist()):
            less, asked = dict(frames), {**settings, "risk": dict(settings.get("risk", {}))}
            if rule == SURVIVAL:
                asked["risk"].pop("survive_share")
            else:
                less["rules"] = frames["rules"].drop(index=rule).reset_index(drop=True)
            without = best_award(read_world(less, asked))
            assert without is not None
            true = best[0] - without[0]
            assert costs.cost_low[number] <= true <= costs.cost_high[number]
            assert costs.cost_high[number] - costs.cost_low[number] <= 10
            checked, costly, idle = checked + 1, costly + (true != 0), idle + (not costs.at_limit[number])
    assert checked > 20
    assert costly > 5
    assert idle > 2


def test_rules_without_time_are_stated_as_not_known() -> None:
    case = EventCase().ruled(sense="at_most", measure="winners", amount=2)
    result = award(case.event, Parameters(time_limit_seconds=10))
    costs = rule_costs(case.event, result, seconds=0.0)
    assert costs.cost_high.tolist() == [UNKNOWN_MONEY]
    assert rule_costs_table(case.event, costs)["cost_high"].isna().all()


def test_dear_rules_come_first_and_have_names() -> None:
    case = EventCase().ruled(sense="at_least", measure="winners", amount=1)
    case = case.ruled(rule_id="NONE_OF_BASE", sense="at_most", measure="volume", supplier_id="base", amount=40)
    result = award(case.event, Parameters(time_limit_seconds=10))
    table = rule_costs_table(case.event, rule_costs(case.event, result, seconds=20))
    assert table["rule_id"].tolist() == ["NONE_OF_BASE", "R"]
    assert table["cost_low"].is_monotonic_decreasing
    assert table["cost_low"].iloc[1] == 0
    assert table["message"].iloc[1] == "costs 0.00 USD"


def test_an_award_that_breaks_rules_is_refused() -> None:
    event = EventCase().event
    with pytest.raises(ValueError, match="breaks rules"):
        rule_costs(event, award_of(np.zeros(len(event.bids), dtype=np.int64)))


def test_a_rule_is_left_out_alone() -> None:
    case = EventCase().ruled(sense="at_most", measure="winners", amount=2)
    case = case.ruled(rule_id="S", sense="at_most", measure="winners", amount=3)
    assert without_rule(case.event, 0).rules.rule_id.tolist() == ["S"]
