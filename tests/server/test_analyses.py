"""Questions about plans over the wire: alternatives and differences, and that asking them cannot harm the server."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import grpc
import numpy as np
import pytest
from google.rpc import error_details_pb2

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from network.columns import NO_LIMIT
from server.analyses import Analyses, Question
from server.client import Client, details_of, proposed_plan
from server.columns import CHUNK_BYTES
from server.faults import AnalysisTimeoutError
from server.result_tables import messages_of_columns
from server.service import start_server
from tests.server.conftest import SETTINGS, SOLVER, plan_request, small_network, violations

FAST = replace(SETTINGS, analysis_overrun_seconds=0.2)


@pytest.fixture(scope="module")
def asked() -> Iterator[Client]:
    """A client of a server whose alternatives are made up."""
    solver = replace(SOLVER, alternatives="tests.server.solving:choices", rule_prices="tests.server.solving:prices")
    with start_server(settings=FAST, solver=solver) as server, Client(server.address) as client:
        yield client


def planned(client, backend="quick", **fields):
    """The name of a plan that is done."""
    plan = client.wait_plan(client.send_plan(plan_request(backend, **fields)).name, timeout_seconds=20)
    assert plan.state == pb.PLAN_STATE_SUCCEEDED, plan
    return plan.name


def notes(client, **fields):
    """What the made-up alternatives tell of how they were asked."""
    messages = client.plans.ListPlanAlternatives(service.ListPlanAlternativesRequest(**fields))
    seconds, keywords = [message.note for message in messages if message.note]
    return float(seconds), dict(eval(keywords))


def test_alternatives_arrive_with_their_numbers_and_lines(asked):
    best, nothing = asked.list_alternatives(planned(asked))
    assert (best.choice.alert_id, best.choice.choice, best.choice.rank) == ("", "most_benefit", 1)
    assert (best.choice.benefit, best.choice.objective, best.choice.objective_lost) == (27.0, 26.0, 0.0)
    assert (best.choice.cost, best.choice.risk_resolved, best.choice.emissions_kg) == (3.0, 0.5, 0.25)
    assert (best.choice.last_day, best.choice.mean_day) == (0, 0.0)
    assert best.lines.to_dict("records") == [
        {
            "lane_id": "W>S",
            "origin": "W",
            "destination": "S",
            "sku_id": "007",
            "arrives_day": 0,
            "expiry_day": NO_LIMIT,
            "units": 4,
        }
    ]
    assert (nothing.choice.rank, nothing.choice.objective_lost) == (2, 26.0)
    assert not nothing.choice.HasField("last_day")
    assert not nothing.choice.HasField("mean_day")
    assert nothing.lines.empty
    assert list(nothing.lines.columns) == list(best.lines.columns)


def test_what_is_asked_of_alternatives_reaches_the_worker(asked):
    name = planned(asked)
    request = {"name": name, "most_alerts": 3, "keep_share": 0.5, "time_limit": {"seconds": 7}}
    seconds, keywords = notes(asked, **request)
    assert (seconds, keywords) == (
        7.0,
        {"alerts": None, "most_alerts": 3, "whole_plan": True, "keep_share": 0.5},
    )
    seconds, keywords = notes(asked, name=name, alert_ids=["a1", "a1"])
    assert (seconds, keywords) == (20.0, {"alerts": [0], "most_alerts": 0, "whole_plan": False})
    (best, _) = asked.list_alternatives(name, alert_ids=["a1"])
    assert best.choice.alert_id == "a1"


def test_the_deadline_of_a_caller_limits_an_analysis(asked):
    request = service.ListPlanAlternativesRequest(name=planned(asked))
    messages = asked.plans.ListPlanAlternatives(request, timeout=8)
    (seconds, _) = [message.note for message in messages if message.note]
    assert 0 < float(seconds) < 7  # three quarters of 8 s, where 20 s were asked for


def test_everything_wrong_with_a_question_is_named(asked):
    name = planned(asked)
    request = service.ListPlanAlternativesRequest(
        name=name, alert_ids=["a1", "a2", "a3"], most_alerts=-1, keep_share=1.5
    )
    with pytest.raises(grpc.RpcError) as error:
        list(asked.plans.ListPlanAlternatives(request))
    assert violations(error.value) == {
        "alert_ids[1]": "UNKNOWN_ID",
        "alert_ids[2]": "UNKNOWN_ID",
        "most_alerts": "OUT_OF_RANGE",
        "keep_share": "OUT_OF_RANGE",
    }
    with pytest.raises(grpc.RpcError) as error:
        asked.list_alternatives(name, time_limit_seconds=1e6)
    assert violations(error.value) == {"time_limit": "OUT_OF_RANGE"}
    with pytest.raises(grpc.RpcError) as error:
        list(asked.plans.ComparePlans(service.ComparePlansRequest(name=name)))
    assert violations(error.value) == {"other": "EMPTY"}


def test_prices_of_rules_arrive(asked):
    known, unknown = asked.price_rules(planned(asked), time_limit_seconds=4, most_places=5)
    assert (known.rule, known.place, known.row_count, known.message) == ("lanes.capacity_kg", "", 3, "dear")
    assert (known.price_low, known.price_high, known.gain) == (1.5, 2.0, 1.75)
    assert (unknown.rule, unknown.place) == ("nodes.pick_capacity_units", "W")
    assert not any(unknown.HasField(field) for field in ("price_low", "price_high", "gain"))
    assert unknown.message == repr((1, 1000 * 10**6, 4.0, {"most_places": 5}))
    with pytest.raises(grpc.RpcError) as error:
        asked.price_rules(planned(asked), most_places=-1)
    assert violations(error.value) == {"most_places": "OUT_OF_RANGE"}


@pytest.mark.parametrize(
    "call",
    [
        lambda client, name, good: client.price_rules(name),
        lambda client, name, good: client.list_alternatives(name),
        lambda client, name, good: client.compare_plans(name, good),
        lambda client, name, good: client.compare_plans(good, name),
    ],
)
def test_questions_need_a_plan(asked, call):
    good = planned(asked)
    none = asked.wait_plan(asked.send_plan(plan_request("infeasible")).name, timeout_seconds=20).name
    for name, code in ((none, grpc.StatusCode.FAILED_PRECONDITION), ("plans/none", grpc.StatusCode.NOT_FOUND)):
        with pytest.raises(grpc.RpcError) as error:
            call(asked, name, good)
        assert error.value.code() is code


@pytest.mark.parametrize(
    ("function", "reason", "words"),
    [("raising", "SOLVER_ERROR", "the numbers do not add up"), ("dying", "WORKER_CRASHED", "signal 9")],
)
def test_an_analysis_that_fails_fails_its_call_only(function, reason, words):
    solver = replace(SOLVER, alternatives=f"tests.server.solving:{function}")
    with start_server(settings=FAST, solver=solver) as server, Client(server.address) as client:
        name = planned(client)
        with pytest.raises(grpc.RpcError) as error:
            client.list_alternatives(name)
        assert error.value.code() is grpc.StatusCode.INTERNAL
        assert words in error.value.details()
        assert [detail.reason for detail in details_of(error.value)] == [reason]
        assert planned(client)


@pytest.fixture(scope="module")
def hanging() -> Iterator[Client]:
    """A client of a server whose alternatives never come."""
    solver = replace(SOLVER, alternatives="tests.server.solving:hanging")
    with start_server(settings=FAST, solver=solver) as server, Client(server.address) as client:
        yield client


def test_an_analysis_that_overruns_its_time_is_ended(hanging):
    name = planned(hanging)
    with pytest.raises(grpc.RpcError) as error:
        hanging.list_alternatives(name, time_limit_seconds=0.1)
    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "in time" in error.value.details()
    assert planned(hanging)


def test_analyses_at_once_are_limited_and_leave_the_server_free(hanging):
    """Two hang; a third is told to come again, and plans are still made."""
    name = planned(hanging)
    request = service.ListPlanAlternativesRequest(name=name, time_limit={"seconds": 100})
    calls = [hanging.plans.ListPlanAlternatives(request) for _ in range(FAST.analyses + 1)]
    while not any(call.done() for call in calls):
        time.sleep(0.01)
    (refused,) = [call for call in calls if call.done()]
    assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert isinstance(details_of(refused)[0], error_details_pb2.RetryInfo)
    assert planned(hanging)
    for call in calls:
        call.cancel()
    for _ in range(500):  # places are free again once the server has seen the cancellation
        with pytest.raises(grpc.RpcError) as error:
            hanging.list_alternatives(name, time_limit_seconds=0.05)
        if error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            break
        time.sleep(0.02)
    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_server_that_stops_ends_its_analyses():
    solver = replace(SOLVER, alternatives="tests.server.solving:hanging")
    server = start_server(settings=FAST, solver=solver)
    with Client(server.address) as client:
        request = service.ListPlanAlternativesRequest(name=planned(client), time_limit={"seconds": 100})
        call = client.plans.ListPlanAlternatives(request)
        client.get_plan(request.name)  # the server has taken the call before this one
        server.stop(grace_seconds=0.1)
        assert call.code() in {grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE}


class Caller:
    """The side of a call that an analysis sees: someone who is gone once a file is there."""

    def __init__(self, path):
        self.path = path

    def is_active(self):
        return not self.path.exists()

    def time_remaining(self):
        return None


def test_the_process_of_an_analysis_ends_with_its_call(tmp_path):
    told = tmp_path / "process id"
    question = Question("tests.server.solving:hanging_with_id", (str(told),), seconds=100)
    with pytest.raises(AnalysisTimeoutError):
        Analyses(FAST).answer(question, Caller(told))
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


def test_two_plans_are_compared_line_by_line_and_in_money(client):
    """4 units against 5 on the same line and dispatch: one unit at 9.5 - 2.0 more."""
    found, tables = client.compare_plans(planned(client), planned(client, "steps"))
    assert (found.lines_added, found.lines_removed, found.lines_changed, found.changed_units) == (0, 0, 1, 1)
    assert found.benefit_money_units == found.objective_money_units == 7_500_000
    assert sum(found.ledger_money_units.values()) == 7_500_000
    assert (found.currency, found.money_decimals) == ("EUR", 6)
    assert found.before.valid
    assert found.after.benefit_money_units - found.before.benefit_money_units == 7_500_000
    (line,) = tables["lines"].to_dict("records")
    assert (line["lane_id"], line["sku_id"], line["units_before"], line["units_after"]) == ("W>S", "007", 4, 5)
    assert tables["dispatches"].empty
    (outcome,) = tables["alert_outcomes"].to_dict("records")
    assert outcome == {
        "alert_id": "a1",
        "outcome_before": "partly",
        "outcome_after": "partly",
        "units_before": 4,
        "units_after": 5,
    }


def test_a_plan_is_compared_with_lines_made_by_hand(client):
    name = planned(client)
    found, tables = client.compare_plans(name, proposed_plan(client.read_plan(name)))
    assert not found.changed_units
    assert all(table.empty for table in tables.values())
    found, tables = client.compare_plans(name, pb.ProposedPlan())
    assert (found.lines_removed, found.benefit_money_units) == (1, -27_000_000)
    assert tables["dispatches"].to_dict("records") == [
        {"lane_id": "W>S", "origin": "W", "destination": "S", "dispatches_before": 1, "dispatches_after": 0}
    ]
    bad = pb.ProposedPlan(lines=[pb.ProposedLine(lane_id="S>W", sku_id="007", units=1)])
    with pytest.raises(grpc.RpcError) as error:
        client.compare_plans(name, bad)
    assert violations(error.value) == {"other_plan.lines[0].lane_id": "UNKNOWN_ID"}


def test_a_plan_for_another_network_is_compared_by_its_ids(client):
    today = net.NetworkData(
        nodes=[net.Node(node_id="A", kind=net.NODE_KIND_STORE)],
        products=[net.Product(sku_id="006", list_price=1.0, salvage_value=0.5, unit_weight_kg=1.0)],
        lanes=[net.Lane(lane_id="W>A", origin="W", destination="A")],
    )
    today.MergeFrom(small_network())
    other = client.send_plan(plan_request("former", network=today, former_plan=pb.FormerPlan(name=planned(client))))
    assert client.wait_plan(other.name, timeout_seconds=20).state == pb.PLAN_STATE_SUCCEEDED
    found, _ = client.compare_plans(planned(client), other.name)
    assert not found.changed_units
    gone = small_network()
    gone.lanes[0].lane_id = "W>>S"
    with pytest.raises(grpc.RpcError) as error:
        client.compare_plans(planned(client), planned(client, network=gone))
    assert violations(error.value) == {"other_name": "UNKNOWN_ID"}


def test_long_tables_are_cut_below_the_limit_of_a_message():
    rows = 100_000
    columns = {
        "lane_id": np.array([f"lane {number}" for number in range(rows)], dtype=object),
        "units": np.arange(rows),
    }
    messages = list(messages_of_columns(pb.TransferColumns, columns))
    assert len(messages) > 1
    assert max(message.ByteSize() for message in messages) <= CHUNK_BYTES
    assert [unit for message in messages for unit in message.units] == list(range(rows))
    assert [lane for message in messages for lane in message.lane_id] == columns["lane_id"].tolist()
