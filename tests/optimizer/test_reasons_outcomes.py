"""What is said of alerts and of lines, by hand-made cases."""

from typing import Any

import pytest

from optimizer import Request
from optimizer.reasons import explain
from tests.optimizer.small_case import plan_of
from tests.optimizer.test_reasons import RICH, SHORT, Frames, best_plan, network_of, world


def outcomes(frames: Frames) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind letter, node) -> (outcome, reason)."""
    network = network_of(frames)
    found = explain(network, Request(), best_plan(network), proved=True)[1]
    names = zip((i[0] for i in network.alerts.alert_id), network.nodes.node_id[network.alerts.node], strict=True)
    return dict(zip(names, zip(found.outcome.tolist(), found.reason.tolist(), strict=True), strict=True))


def test_alerts_get_the_reason_of_their_position():
    lane = {"origin": "W", "destination": "S", "fixed_cost": 5.0, "capacity_kg": 3.0, "max_dispatches": 1}
    found = outcomes(world([lane], [RICH, SHORT]))
    assert found["A", "S"][0] == "partly"
    assert found["A", "S"][1].startswith("capacity: 1 unit (1 kg) from W over W > S would earn 3.00")
    assert found["O", "W"] == ("partly", "capacity: lanes on W > S are full; S misses 1 unit")


@pytest.mark.parametrize(
    ("lane", "short", "reason"),
    [
        ({}, {**SHORT, "on_hand": 4}, "no taker: no position misses units of the SKU after the plan"),
        ({"fixed_cost": 99.0}, SHORT,
         "uneconomic: 4 units from W over W > S would earn 40.00 and cost 107.00: 8.00 worth at W, 0.00 to move them, "
         "99.00 for 1 more dispatch"),
        ({"lead_time_days": 9}, SHORT, "too_late: units over W > S come too late; S misses 4 units"),
        ({"destination": "T"}, SHORT, "no_lane: no path leads from here to a position that misses units"),
        ({"min_line_units": 20}, SHORT, "S misses 4 units, but too few units may move over W > S"),
    ],
)  # fmt: skip
def test_why_surplus_stays(lane: dict[str, Any], short: dict[str, Any], reason: str):
    frames = world([{"origin": "W", "destination": "S", **lane}], [RICH, short])
    assert outcomes(frames)["O", "W"] == ("unresolved", reason)


def test_surplus_that_may_not_leave():
    frames = world([{"origin": "W", "destination": "S"}], [{**RICH, "safety_stock": 9}, SHORT])
    reason = "no units left that may leave: the rest is reserved, safety stock or promised"
    assert outcomes(frames)["O", "W"] == ("unresolved", reason)


def test_each_line_says_what_it_serves_from_what_and_against_whom():
    lanes = [
        {"origin": "W", "destination": "V"},
        {"origin": "V", "destination": "S"},
        {"origin": "V", "destination": "T"},
    ]
    stock = [{**RICH, "on_hand": 6}, {**SHORT, "shortage_penalty": 1.0}, {**SHORT, "node_id": "T"}]
    network = network_of(world(lanes, stock))
    plan = plan_of(
        network, [("W>V", "P", 6, 0), ("V>S", "P", 4, 0), ("V>T", "P", 2, 0)], {"W>V": 1, "V>S": 1, "V>T": 1}
    )
    rival = "; competes with T, still missing 2 units worth 10.00 each"
    assert explain(network, Request(), plan, proved=True)[2].tolist() == [
        # Without it V owes the 6 units, worth 10 each by V's extension below zero, and W keeps 6 worth 2.
        f"goes on from V, most to S, from W, which has 6 units to spare (2.00 each); worth 48.00{rival}",
        f"serves 4 units of 4 missing at S, received through V; worth 36.00{rival}",
        "serves 2 units of 4 missing at T, received through V; worth 16.00",
    ]


def test_lines_say_when_their_units_expire_and_what_they_must_earn():
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT], shelf_life_days=12)
    network = network_of(frames)
    request = Request(min_line_benefit=2.0)
    reasons = explain(network, request, best_plan(network, request), proved=True)[2]
    assert reasons.tolist() == [
        "serves 4 units of 4 missing at S, from W, which has 9 units to spare (2.00 each), expiring on day 12; "
        "worth 32.00, must earn 2.00"
    ]


def test_surplus_that_the_request_keeps_where_it_is():
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT])
    network, request = network_of(frames), Request(scope_node_ids=("S", "T"))
    found = explain(network, request, best_plan(network, request), proved=True)[1]
    reason = dict(zip(network.alerts.alert_id.tolist(), found.reason.tolist(), strict=True))
    assert reason["O0"] == "policy: the request's scope or response policy lets no transfer start here"
    assert reason["A1"].startswith("policy: 4 units (4 kg) from W over W > S would earn 32.00")
