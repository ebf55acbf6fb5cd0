"""Plans made by hand, checked over the wire."""

import grpc
import pytest

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from tests.server.conftest import small_network, violations


def check(client, *lines, dispatches=(), **fields):
    request = service.CheckPlanRequest(plan=pb.ProposedPlan(lines=lines, dispatches=dispatches), **fields)
    if request.WhichOneof("source") is None:
        request.network.CopyFrom(small_network())
    return client.plans.CheckPlan(request)


def test_a_good_plan_is_valid_and_worth_what_it_is_worth(client):
    """5 units at 9.5 - 2.0 more each, one dispatch of 3.0; the lane is named by its ends, the dispatch is derived."""
    response = check(client, pb.ProposedLine(origin="W", destination="S", sku_id="007", units=5), claimed_benefit=34.5)
    assert response.certificate.valid, response
    assert response.benefit == 5 * (9.5 - 2.0) - 3.0
    assert sum(response.certificate.ledger_money_units.values()) == 34_500_000
    assert response.certificate.ledger_money_units["lanes.fixed_cost"] == -3_000_000
    assert list(response.line_benefit_money_units) == [34_500_000]
    assert response.alert_outcomes.partly == 1
    assert response.unmet_units == 1


def test_a_bad_plan_is_answered_with_every_violation(client):
    """More than the warehouse has, more than the lane carries, twice, and a wrong claim: an answer, not an error."""
    line = pb.ProposedLine(lane_id="W>S", sku_id="007", units=150)
    runs = [pb.ProposedDispatch(lane_id="W>S", dispatches=1)]
    response = check(client, line, line, dispatches=runs, claimed_benefit=1.0)
    assert not response.certificate.valid
    rules = {violation.rule for violation in response.certificate.violations}
    assert {"pass_through", "capacity_kg", "duplicate_line", "claimed_benefit"} <= rules
    assert all(violation.place and violation.message for violation in response.certificate.violations)
    assert not response.HasField("alert_outcomes")
    assert not response.HasField("unmet_units")


def test_doing_nothing_is_a_plan(client):
    response = check(client)
    assert response.certificate.valid
    assert response.benefit == 0.0
    assert response.unmet_units == 6


def test_lines_that_mean_nothing_are_all_named(client):
    with pytest.raises(grpc.RpcError) as error:
        check(
            client,
            pb.ProposedLine(lane_id="no such lane", sku_id="007", units=1),
            pb.ProposedLine(lane_id="W>S", sku_id="nothing", units=1),
            pb.ProposedLine(origin="S", destination="W", sku_id="007", units=1),
        )
    assert set(violations(error.value)) == {"plan.lines[0].lane_id", "plan.lines[1].sku_id", "plan.lines[2].lane_id"}


def test_a_plan_must_be_there_and_a_claim_be_a_number(client):
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CheckPlan(service.CheckPlanRequest(network=small_network()))
    assert violations(error.value) == {"plan": "EMPTY"}
    with pytest.raises(grpc.RpcError) as error:
        check(client, claimed_benefit=float("nan"))
    assert violations(error.value) == {"claimed_benefit": "OUT_OF_RANGE"}


def test_hard_demands_of_added_alerts_count(client):
    alert = net.Alert(
        alert_id="hard", kind=net.ALERT_KIND_SHORTAGE, node_id="S", sku_id="007", units=2, must_serve=True
    )
    rules = {violation.rule for violation in check(client, alerts=[alert]).certificate.violations}
    assert rules == {"must_serve"}


def test_what_is_asked_of_a_plan_counts_when_it_is_checked(client):
    """A hurdle of 1.25 per line is in the objective, not in the benefit; a claimed objective must be the one."""
    line = pb.ProposedLine(lane_id="W>S", sku_id="007", units=5)
    response = check(client, line, min_line_benefit=1.25, claimed_objective=34.5 - 1.25)
    assert response.certificate.valid, response
    assert (response.benefit, response.objective) == (34.5, 33.25)
    assert dict(response.certificate.adjustments_money_units) == {"request.min_line_benefit": -1_250_000}
    response = check(client, line, min_line_benefit=1.25, claimed_objective=34.5)
    assert {violation.rule for violation in response.certificate.violations} == {"claimed_objective"}
    former = pb.FormerPlan(lines=pb.ProposedPlan(lines=[line]), all_frozen=True)
    assert check(client, line, former_plan=former).certificate.valid
    rules = {violation.rule for violation in check(client, former_plan=former).certificate.violations}
    assert rules == {"frozen"}


def test_lines_of_expiring_units_say_which(client):
    """Two lots: a line that names neither is refused, one that names a lot or a day is of that day."""
    data = small_network(
        lots=[
            net.Lot(node_id="W", sku_id="007", lot_id="old", units=6, expiry_days=9),
            net.Lot(node_id="W", sku_id="007", lot_id="new", units=4, expiry_days=20),
        ]
    )
    line = {"lane_id": "W>S", "sku_id": "007", "units": 4}
    with pytest.raises(grpc.RpcError) as error:
        check(client, pb.ProposedLine(**line), network=data)
    assert violations(error.value) == {"plan.lines[0].expiry_day": "AMBIGUOUS_EXPIRY"}
    for which in ({"expiry_day": 20}, {"lot_id": "new"}):
        assert check(client, pb.ProposedLine(**line, **which), network=data).certificate.valid
    response = check(client, pb.ProposedLine(**(line | {"units": 5}), expiry_day=20), network=data)
    assert not response.certificate.valid
    with pytest.raises(grpc.RpcError) as error:
        check(client, pb.ProposedLine(**line, lot_id="lost"), network=data)
    assert violations(error.value) == {"plan.lines[0].lot_id": "UNKNOWN_LOT"}
