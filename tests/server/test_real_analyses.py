"""Requests with rules, and questions about plans, with the optimizer itself behind the wire; numbers by hand."""

from collections.abc import Iterator

import pytest

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from server.client import Client, proposed_plan
from server.service import start_server
from tests.server.conftest import small_network


@pytest.fixture(scope="module")
def planner() -> Iterator[Client]:
    with start_server() as server, Client(server.address) as client:
        yield client


def planned(planner, **fields):
    """A plan of the optimizer that is proved to be the best."""
    request = service.CreatePlanRequest(wait_for_result=True, **fields)
    if request.WhichOneof("source") is None:
        request.network.CopyFrom(small_network())
    request.parameters.time_limit.FromSeconds(20)
    plan = planner.plans.CreatePlan(request, timeout=60).plan
    assert plan.state == pb.PLAN_STATE_SUCCEEDED, plan
    assert plan.result.status == pb.PROOF_STATUS_OPTIMAL, plan
    return plan


def tight_network():
    """The small network, where one dispatch of 3 kg runs."""
    data = small_network()
    data.lanes[0].capacity_kg = 3.0
    data.lanes[0].max_dispatches = 1
    return data


def test_weights_move_the_objective_and_not_the_benefit(planner):
    """6 units at 7.5 and 1.0 of penalty each, less 3.0; the weight 3 counts the penalty twice more."""
    data = small_network()
    data.stock[1].shortage_penalty = 1.0
    data.alerts[0].severity = net.SEVERITY_RED
    weight = pb.SeverityWeight(severity=net.SEVERITY_RED, weight=3.0)
    result = planned(planner, network=data, severity_weights=[weight]).result
    assert (result.benefit, result.objective) == (48.0, 60.0)
    assert result.certificate.adjustments_money_units == {"request.severity_weights": 12_000_000}


def test_a_closed_alert_is_left_alone(planner):
    data = small_network()
    data.alerts[0].severity = net.SEVERITY_YELLOW
    keep = pb.SeverityResponses(severity=net.SEVERITY_YELLOW, responses=[pb.RESPONSE_KEEP])
    assert not planned(planner, network=data, response_policy=[keep]).result.line_count


def test_a_frozen_plan_made_before_stays_as_it_was(planner):
    """Only 3 units could go when the plan was made; today more can, but on a line of their own: a day later."""
    before = planned(planner, network=tight_network())
    assert before.result.transferred_units == 3
    former = pb.FormerPlan(name=before.name, all_frozen=True)
    lines = planner.read_plan(planned(planner, former_plan=former).name)["transfers"]
    assert dict(zip(lines["arrives_day"], lines["units"], strict=True)) == {0: 3, 1: 3}
    lines = planner.read_plan(planned(planner, former_plan=pb.FormerPlan(name=before.name)).name)["transfers"]
    assert lines["units"].tolist() == [6]


def test_unmet_units_come_with_their_fix_as_changes(planner):
    """Room for one dispatch of 3 kg: more dispatches bring 3 units at 7.5 for 3.0."""
    tables = planner.read_plan(planned(planner, network=tight_network()).name)
    (unmet,) = tables["unmet"].to_dict("records")
    assert (unmet["units"], unmet["code"]) == (3, "capacity")
    assert set(tables["fixes"]["node_id"]) == {"S"}
    assert unmet["fix_worth_money_units"] > 0


def test_lines_of_lots_say_what_they_move(planner):
    """The old lot expires before it could be sold at S, the new one is sold."""
    data = small_network(
        lots=[
            net.Lot(node_id="W", sku_id="007", lot_id="old", units=4, expiry_days=2),
            net.Lot(node_id="W", sku_id="007", lot_id="new", units=6, expiry_days=28),
        ]
    )
    data.products[0].min_remaining_shelf_life_days = 5
    tables = planner.read_plan(planned(planner, network=data).name)
    (line,) = tables["transfers"].to_dict("records")
    assert (line["units"], line["expiry_day"], line["lot_id"]) == (6, 28, "new")
    request = service.CheckPlanRequest(network=data, plan=proposed_plan(tables))
    assert planner.plans.CheckPlan(request).certificate.valid


@pytest.mark.parametrize("alert_ids", [(), ("a1",)])
def test_alternatives_are_certified_plans_with_the_numbers_told(planner, alert_ids):
    plan = planned(planner)
    found = planner.list_alternatives(plan.name, alert_ids=alert_ids, time_limit_seconds=5)
    assert {alternative.choice.alert_id for alternative in found} == set(alert_ids or [""])
    assert found[0].choice.objective == plan.result.objective == 42.0
    assert [alternative.choice.rank for alternative in found] == list(range(1, len(found) + 1))
    for alternative in found:
        lines = proposed_plan({"transfers": alternative.lines})
        checked = planner.plans.CheckPlan(service.CheckPlanRequest(network=small_network(), plan=lines))
        assert checked.certificate.valid, checked
        assert checked.objective == alternative.choice.objective
        assert checked.objective == 42.0 - alternative.choice.objective_lost


def test_rules_have_their_prices(planner):
    """3 units on one dispatch are worth 19.5; 6 are worth 39.0 on two dispatches, and 42.0 on one that holds them."""
    prices = planner.price_rules(planned(planner, network=tight_network()).name, time_limit_seconds=5)
    found = {price.rule: (price.price_low, price.price_high) for price in prices if not price.place}
    assert found["lanes.max_dispatches"] == pytest.approx((19.5, 19.5), abs=1e-3)
    assert found["lanes.capacity_kg"] == pytest.approx((22.5, 22.5), abs=1e-3)


def test_the_nearest_plan_of_too_much_is_all_there_is(planner):
    """16 units of 10: taking 6 away is the least; 6 units sell at S, 4 keep their worth there."""
    proposed = pb.ProposedPlan(lines=[pb.ProposedLine(lane_id="W>S", sku_id="007", units=16)])
    request = service.RepairPlanRequest(network=small_network(), plan=proposed, wait_for_result=True)
    request.parameters.time_limit.FromSeconds(20)
    plan = planner.plans.RepairPlan(request, timeout=60).plan
    assert plan.state == pb.PLAN_STATE_SUCCEEDED, plan
    assert (plan.repair.changed_units, plan.repair.least_changed_units) == (6, 6)
    assert "pass_through" in {violation.rule for violation in plan.repair.certificate.violations}
    assert planner.read_plan(plan.name)["transfers"]["units"].tolist() == [10]
    difference, tables = planner.compare_plans(plan.name, proposed)
    assert difference.changed_units == 6
    assert not difference.after.valid
    assert tables["lines"][["units_before", "units_after"]].to_numpy().tolist() == [[10, 16]]
