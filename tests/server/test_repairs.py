"""Plans made by hand on their way to the nearest certified one, over the wire."""

import grpc
import pytest

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from network.reading import network_from_frames
from server.rows import frames_of, given_settings
from tests.server.conftest import small_network, violations
from tests.server.test_requests import EVERYTHING, with_category

GOOD = {"lane_id": "W>S", "sku_id": "007"}


def repair_request(*lines, backend="quick", **fields):
    request = service.RepairPlanRequest(
        plan=pb.ProposedPlan(lines=lines), parameters=pb.SolveParameters(backend=backend), **fields
    )
    if request.WhichOneof("source") is None:
        request.network.CopyFrom(small_network())
    return request


def test_a_repair_is_a_plan_that_says_what_was_wrong(client):
    """16 units are handed in where 10 are; the made-up repair moves 8."""
    created = client.plans.RepairPlan(repair_request(pb.ProposedLine(**GOOD, units=16))).plan
    assert created.name.startswith("plans/")
    assert created.HasField("repair")
    done = client.wait_plan(created.name, timeout_seconds=20)
    assert done.state == pb.PLAN_STATE_SUCCEEDED, done
    assert done.repair.certificate.violation_count > 0
    assert not done.repair.certificate.valid
    assert done.result.certificate.valid
    assert (done.repair.changed_units, done.repair.least_changed_units) == (8, 1)
    assert [warning.message for warning in done.repair.left_out] == ["one line put together"]
    assert client.read_plan(done.name)["transfers"]["units"].tolist() == [8]
    assert done.incumbent_count == 1
    difference, _ = client.compare_plans(done.name, pb.ProposedPlan(lines=[pb.ProposedLine(**GOOD, units=16)]))
    assert difference.changed_units == 8


def test_lines_that_mean_nothing_are_left_out_and_named(running, client):
    """Unknown lanes and products, an unknown dispatch, and 250 bad lines more than a reading names."""
    lines = [
        pb.ProposedLine(lane_id="nowhere", sku_id="007", units=1),
        pb.ProposedLine(**GOOD, units=4),
        pb.ProposedLine(lane_id="W>S", sku_id="nothing", units=1),
        *(pb.ProposedLine(lane_id=f"bad {number}", sku_id="007", units=1) for number in range(250)),
        pb.ProposedLine(origin="W", destination="S", sku_id="007", units=6),
    ]
    request = repair_request(*lines)
    request.plan.dispatches.add(lane_id="W>S", dispatches=2)
    request.plan.dispatches.add(lane_id="gone", dispatches=2)
    done = client.wait_plan(client.plans.RepairPlan(request).plan.name, timeout_seconds=20)
    proposed = running.store.plan(done.name).repair.proposed
    assert proposed.units.tolist() == [4, 6]
    assert proposed.dispatches.tolist() == [2]
    named = {warning.field for warning in done.repair.left_out}
    rows = [0, *range(3, 253)]
    expected = {f"plan.lines[{row}].lane_id" for row in rows} | {"plan.lines[2].sku_id", "plan.dispatches[1].lane_id"}
    assert named - {"plan.lines"} == expected
    assert not client.plans.ListPlans(service.ListPlansRequest(page_size=200)).plans[-1].repair.left_out


def test_a_repair_takes_what_a_plan_takes(running, client):
    request = repair_request(pb.ProposedLine(**GOOD, units=2), network=with_category(), **EVERYTHING)
    plan = client.plans.RepairPlan(request).plan
    record = running.store.plan(plan.name)
    assert record.request.min_line_benefit == 1.5
    assert record.request.scope_node_ids == ("W", "S")
    assert list(plan.scope_categories) == ["shoes"]
    client.wait_plan(plan.name, timeout_seconds=20)


def test_everything_wrong_with_a_repair_is_named(client):
    request = repair_request(backend="none such", scope_node_ids=["X"])
    with pytest.raises(grpc.RpcError) as error:
        client.plans.RepairPlan(request)
    assert violations(error.value) == {"scope_node_ids[0]": "UNKNOWN_ID", "parameters.backend": "UNKNOWN_BACKEND"}
    request.ClearField("plan")
    with pytest.raises(grpc.RpcError) as error:
        client.plans.RepairPlan(request)
    assert violations(error.value) == {"plan": "EMPTY"}


def test_a_repair_is_asked_for_once_with_one_request_id(client):
    request = repair_request(pb.ProposedLine(**GOOD, units=2), request_id="repair once")
    names = {client.plans.RepairPlan(request).plan.name for _ in range(2)}
    assert len(names) == 1
    request.plan.lines[0].units = 4
    with pytest.raises(grpc.RpcError) as error:
        client.plans.RepairPlan(request)
    assert error.value.code() is grpc.StatusCode.ALREADY_EXISTS
    checked = client.plans.RepairPlan(repair_request(pb.ProposedLine(**GOOD, units=2), validate_only=True)).plan
    assert not checked.name


def test_a_repair_is_waited_for_and_cancelled_like_a_plan(client):
    request = repair_request(pb.ProposedLine(**GOOD, units=12), wait_for_result=True)
    assert client.plans.RepairPlan(request, timeout=20).plan.state == pb.PLAN_STATE_SUCCEEDED
    name = client.plans.RepairPlan(repair_request(pb.ProposedLine(**GOOD, units=12), backend="silent")).plan.name
    client.cancel_plan(name)
    done = client.wait_plan(name, timeout_seconds=20)
    assert done.state == pb.PLAN_STATE_CANCELLED
    assert not done.repair.HasField("certificate")


def test_the_client_repairs_a_plan_of_an_uploaded_network(client):
    data = small_network()
    uploaded = client.upload_network(network_from_frames(frames_of(data), given_settings(data.settings))[0])
    proposed = pb.ProposedPlan(lines=[pb.ProposedLine(**GOOD, units=12)])
    checked = client.check_plan(uploaded.name, proposed, claimed_benefit=42.0)
    assert not checked.certificate.valid
    weight = pb.SeverityWeight(severity=net.SEVERITY_RED, weight=2.0)
    plan = client.repair_plan(uploaded.name, proposed, time_limit_seconds=9, severity_weights=[weight])
    assert plan.parameters.time_limit.seconds == 9
    assert list(plan.severity_weights) == [weight]
    assert client.wait_plan(plan.name, timeout_seconds=20).repair.changed_units == 6
