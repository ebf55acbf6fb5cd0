"""Plans from creation to result, over a real connection, with a solver made for tests."""

import pytest

from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from tests.server.conftest import plan_request
from tests.server.solving import STEPS


def test_create_wait_get_and_read(client):
    """A plan is queued, solved and read; 4 units at 9.5 - 2.0 more each, one dispatch of 3.0."""
    created = client.send_plan(plan_request())
    assert created.name.startswith("plans/")
    assert created.state in {pb.PLAN_STATE_QUEUED, pb.PLAN_STATE_RUNNING, pb.PLAN_STATE_SUCCEEDED}
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


def test_watch_streams_every_incumbent(client):
    plan = client.send_plan(plan_request("steps"))
    messages = list(client.watch_plan(plan.name))
    indices = [message.incumbent.index for message in messages if message.HasField("incumbent")]
    assert indices == list(range(STEPS))
    benefits = [message.incumbent.benefit for message in messages if message.HasField("incumbent")]
    assert benefits == sorted(benefits)
    assert messages[-1].done
    assert messages[-1].plan.state == pb.PLAN_STATE_SUCCEEDED
    assert [message.done for message in messages[:-1]] == [False] * (len(messages) - 1)
