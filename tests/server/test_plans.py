"""Plans from creation to result, over a real connection, with a solver made for tests."""

import threading
import time

import grpc
import pytest
from google.rpc import error_details_pb2

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from server.client import Client, details_of, retry_seconds
from server.service import start_server
from tests.server.conftest import SETTINGS, SOLVER, plan_request, small_network, violations
from tests.server.solving import STEPS


def test_create_wait_get_and_read(client):
    """A plan is queued, solved and read; 4 units at 9.5 - 2.0 more each, one dispatch of 3.0."""
    created = client.send_plan(plan_request())
    assert created.name.startswith("plans/")
    done = client.wait_plan(created.name, timeout_seconds=20)
    assert done.state == pb.PLAN_STATE_SUCCEEDED, done
    assert done.result.benefit == 4 * (9.5 - 2.0) - 3.0
    assert done.result.benefit_money_units == 27 * 10**6
    assert done.result.certificate.valid
    assert sum(done.result.certificate.ledger_money_units.values()) == done.result.benefit_money_units
    assert done.result.stopped_by == pb.STOP_REASON_GAP_LIMIT
    assert done.create_time.ToDatetime() <= done.start_time.ToDatetime() <= done.end_time.ToDatetime()
    assert done == client.get_plan(created.name)
    tables = client.read_plan(created.name)
    (line,) = tables["transfers"].to_dict("records")
    assert (line["origin"], line["destination"], line["sku_id"], line["units"]) == ("W", "S", "007", 4)
    assert line["reason"] == "it pays"
    (dispatch,) = tables["dispatches"].to_dict("records")
    assert (dispatch["dispatches"], dispatch["load_kg"], dispatch["fixed_cost"]) == (1, 4.0, 3.0)
    assert list(tables["unmet"].columns)[:6] == ["node_id", "sku_id", "units", "code", "reason", "cheapest_fix"]


def test_watch_streams_every_incumbent(client):
    plan = client.send_plan(plan_request("steps"))
    messages = list(client.watch_plan(plan.name))
    indices = [message.incumbent.index for message in messages if message.HasField("incumbent")]
    assert indices == list(range(STEPS))
    benefits = [message.incumbent.benefit for message in messages if message.HasField("incumbent")]
    assert benefits == sorted(set(benefits))
    assert all(message.incumbent.gap > 0 for message in messages if message.HasField("incumbent"))
    assert [message.done for message in messages] == [False] * (len(messages) - 1) + [True]
    assert messages[-1].plan == client.get_plan(plan.name)


def test_a_running_watch_is_rejoined_where_it_broke(client):
    """A watch that broke off after two incumbents goes on with the third, while the plan still runs."""
    plan = client.send_plan(plan_request("steps"))
    broken = client.plans.WatchPlan(service.WatchPlanRequest(name=plan.name))
    seen = []
    for message in broken:
        if message.HasField("incumbent"):
            seen.append(message.incumbent.index)
            if len(seen) == 2:
                resume_at = message.next_index
                broken.cancel()
                break
    assert client.get_plan(plan.name).state == pb.PLAN_STATE_RUNNING
    rejoined = client.watch_plan(plan.name, from_index=resume_at)
    seen += [message.incumbent.index for message in rejoined if message.HasField("incumbent")]
    assert seen == list(range(STEPS))


def test_a_watch_of_a_finished_plan_replays_and_ends(client):
    plan = client.send_plan(plan_request("steps"))
    client.wait_plan(plan.name, timeout_seconds=20)
    replayed = list(client.watch_plan(plan.name, from_index=3))
    assert [message.incumbent.index for message in replayed[:-1]] == [3, 4]
    assert replayed[-1].done
    assert replayed[-1].next_index == STEPS


def test_wait_gives_the_plan_as_it_is_when_the_timeout_is_over(client):
    plan = client.send_plan(plan_request("silent"))
    waited = client.wait_plan(plan.name, timeout_seconds=0.3)
    assert waited.state in {pb.PLAN_STATE_QUEUED, pb.PLAN_STATE_RUNNING}
    client.cancel_plan(plan.name)
    assert client.wait_plan(plan.name, timeout_seconds=20).state == pb.PLAN_STATE_CANCELLED


def test_the_deadline_of_a_wait_is_no_error(client):
    plan = client.send_plan(plan_request("silent"))
    response = client.plans.WaitPlan(service.WaitPlanRequest(name=plan.name), timeout=1.0)
    assert response.plan.state in {pb.PLAN_STATE_QUEUED, pb.PLAN_STATE_RUNNING}
    client.cancel_plan(plan.name)
    client.wait_plan(plan.name, timeout_seconds=20)


def test_the_deadline_of_create_and_wait_limits_the_search(client):
    """A solve that would go on for minutes gives its best plan before the caller's deadline."""
    response = client.plans.CreatePlan(plan_request("stubborn", seconds=500, wait_for_result=True), timeout=6.0)
    assert response.plan.state == pb.PLAN_STATE_SUCCEEDED, response.plan
    assert response.plan.result.stopped_by == pb.STOP_REASON_TIME_LIMIT
    assert response.plan.result.line_count == 1


def test_a_solve_that_overruns_its_time_limit_is_killed_and_keeps_its_best_plan(client):
    plan = client.send_plan(plan_request("stubborn", seconds=1))
    done = client.wait_plan(plan.name, timeout_seconds=30)
    assert (done.state, done.result.stopped_by) == (pb.PLAN_STATE_SUCCEEDED, pb.STOP_REASON_TIME_LIMIT)
    assert done.result.benefit == 3 * 7.5 - 3.0


def test_a_time_limit_without_any_plan_is_no_plan(client):
    plan = client.send_plan(plan_request("silent", seconds=1))
    done = client.wait_plan(plan.name, timeout_seconds=30)
    assert done.state == pb.PLAN_STATE_NO_PLAN
    assert done.result.status == pb.PROOF_STATUS_NO_PLAN
    assert not done.result.HasField("benefit")


def test_cancel_keeps_the_best_plan_of_a_solve_that_ignores_everything(running, client):
    """The worker blocks signals and never returns; it is killed, and what it had found is certified and kept."""
    plan = client.send_plan(plan_request("stubborn"))
    for message in client.watch_plan(plan.name):
        if message.HasField("incumbent"):
            break
    cancelled = client.cancel_plan(plan.name)
    assert cancelled.cancel_requested
    done = client.wait_plan(plan.name, timeout_seconds=20)
    assert done.state == pb.PLAN_STATE_CANCELLED
    assert done.result.stopped_by == pb.STOP_REASON_CANCELLED
    assert done.result.benefit == 3 * 7.5 - 3.0
    assert done.result.bound == 1000
    assert done.result.certificate.valid
    assert len(client.read_plan(plan.name)["transfers"]) == 1
    assert running.supervisor.worker_pid(plan.name) is None


def test_cancel_of_a_queued_plan_ends_it_at_once(client):
    first = client.send_plan(plan_request("silent"))
    queued = client.send_plan(plan_request("silent"))
    assert client.cancel_plan(queued.name).state == pb.PLAN_STATE_CANCELLED
    client.cancel_plan(first.name)
    assert client.wait_plan(first.name, timeout_seconds=20).state == pb.PLAN_STATE_CANCELLED


def test_cancel_of_a_finished_plan_changes_nothing(client):
    plan = client.send_plan(plan_request())
    done = client.wait_plan(plan.name, timeout_seconds=20)
    assert client.cancel_plan(plan.name) == done


def test_infeasible_is_an_answer(client):
    plan = client.send_plan(plan_request("infeasible"))
    done = client.wait_plan(plan.name, timeout_seconds=20)
    assert done.state == pb.PLAN_STATE_INFEASIBLE
    (conflict,) = done.result.conflicts
    assert (conflict.rule, conflict.amount) == ("lanes.capacity_kg", 2.0)


def test_validate_only_creates_nothing(client):
    before = client.plans.ListPlans(service.ListPlansRequest(page_size=200)).plans
    response = client.plans.CreatePlan(plan_request(validate_only=True))
    assert not response.plan.name
    assert response.plan.alert_count == 1
    assert client.plans.ListPlans(service.ListPlansRequest(page_size=200)).plans == before
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(validate_only=True, scope_sku_ids=["nonsense"]))
    assert violations(error.value) == {"scope_sku_ids[0]": "UNKNOWN_ID"}


def test_two_clients_with_the_same_request_id_get_the_same_plan(running):
    request = plan_request(request_id="2f0c9e5e-7b7c-4a52-9d2b-6f6d9e1f0a11")
    names, together = [], threading.Barrier(2)

    def create():
        with Client(running.address) as client:
            together.wait()
            names.append(client.send_plan(request).name)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 2
    assert len(set(names)) == 1


def test_a_used_request_id_with_another_body_already_exists(client):
    request = plan_request(request_id="once")
    name = client.send_plan(request).name
    request.parameters.gap = 0.5
    with pytest.raises(grpc.RpcError) as error:
        client.send_plan(request)
    assert error.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert [detail.resource_name for detail in details_of(error.value)] == [name]


def test_a_retry_of_a_finished_plan_gives_it_again(client):
    request = plan_request(request_id="again")
    done = client.wait_plan(client.send_plan(request).name, timeout_seconds=20)
    assert client.send_plan(request) == done


def test_twenty_plans_at_once_on_a_queue_of_eight():
    """Some are refused with a time to come again, and all who come again are served."""
    with start_server(settings=SETTINGS, solver=SOLVER) as server, Client(server.address) as client:
        blocker = client.send_plan(plan_request("silent"))
        while client.get_plan(blocker.name).state != pb.PLAN_STATE_RUNNING:
            time.sleep(0.02)
        accepted, refused = [], []

        def create(number):
            request = plan_request(request_id=f"number {number}")
            try:
                accepted.append(client.send_plan(request).name)
            except grpc.RpcError as error:
                refused.append((request, error))

        at_once(create, 20)
        assert (len(accepted), len(refused)) == (8, 12)
        assert {error.code() for _, error in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert all(0 < retry_seconds(error) <= 30 for _, error in refused)
        client.cancel_plan(blocker.name)
        at_once(lambda i: accepted.append(client.send_plan(refused[i][0], patience_seconds=60).name), 12)
        plans = [client.wait_plan(name, timeout_seconds=60) for name in accepted]
        assert len({plan.name for plan in plans}) == 20
        assert {plan.state for plan in plans} == {pb.PLAN_STATE_SUCCEEDED}


def at_once(call, count):
    threads = [threading.Thread(target=call, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_list_plans_by_pages(client):
    names = [client.send_plan(plan_request()).name for _ in range(3)]
    for name in names:
        client.wait_plan(name, timeout_seconds=20)
    listed, token, pages = [], "", 0
    while True:
        response = client.plans.ListPlans(service.ListPlansRequest(page_size=2, page_token=token))
        assert len(response.plans) <= 2
        listed += [plan.name for plan in response.plans]
        pages, token = pages + 1, response.next_page_token
        if not token:
            break
    assert listed[-3:] == names
    assert len(set(listed)) == len(listed)
    assert pages == -(-len(listed) // 2)
    failed = client.plans.ListPlans(service.ListPlansRequest(page_size=200, state=pb.PLAN_STATE_SUCCEEDED)).plans
    assert set(names) <= {plan.name for plan in failed}
    assert {plan.state for plan in failed} == {pb.PLAN_STATE_SUCCEEDED}


def test_a_bad_page_token_is_named(client):
    with pytest.raises(grpc.RpcError) as error:
        client.plans.ListPlans(service.ListPlansRequest(page_token="%%%"))
    assert violations(error.value) == {"page_token": "BAD_TOKEN"}


def test_delete_forgets_finished_plans_only(client):
    running = client.send_plan(plan_request("silent"))
    with pytest.raises(grpc.RpcError) as error:
        client.plans.DeletePlan(service.DeletePlanRequest(name=running.name))
    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    (detail,) = details_of(error.value)
    assert isinstance(detail, error_details_pb2.PreconditionFailure)
    client.cancel_plan(running.name)
    client.wait_plan(running.name, timeout_seconds=20)
    client.plans.DeletePlan(service.DeletePlanRequest(name=running.name))
    with pytest.raises(grpc.RpcError) as error:
        client.get_plan(running.name)
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


def test_reading_a_plan_without_result_fails(client):
    plan = client.send_plan(plan_request("raises"))
    client.wait_plan(plan.name, timeout_seconds=20)
    with pytest.raises(grpc.RpcError) as error:
        client.read_plan(plan.name)
    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_inline_alerts_add_to_those_of_the_network(client):
    alert = net.Alert(alert_id="a2", kind=net.ALERT_KIND_OVERSTOCK, node_id="W", sku_id="007")
    assert client.plans.CreatePlan(plan_request(validate_only=True, alerts=[alert])).plan.alert_count == 2
    alert.alert_id = "a1"
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(alerts=[alert]))
    assert "alerts[0].alert_id" in violations(error.value)


def test_scope_and_parameters_are_told_with_defaults(client):
    request = service.CreatePlanRequest(network=small_network(), scope_sku_ids=["007"], display_name="tuesday")
    plan = client.send_plan(request)
    assert list(plan.scope_sku_ids) == ["007"]
    assert plan.display_name == "tuesday"
    assert plan.parameters.time_limit.seconds == 60
    assert plan.parameters.gap == 1e-6
