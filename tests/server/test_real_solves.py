"""The service with the optimizer itself in its workers."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest

from counterpoise.v1 import plan_pb2 as pb
from network.reading import network_from_frames, read_network
from network.writing import write_network
from server.client import Client
from server.rows import frames_of, given_settings
from server.service import RunningServer, start_server
from tests.server.conftest import plan_request, small_network


@pytest.fixture(scope="module")
def optimizing() -> Iterator[RunningServer]:
    with start_server() as server:
        yield server


@pytest.fixture
def planner(optimizing: RunningServer) -> Iterator[Client]:
    with Client(optimizing.address) as client:
        yield client


def test_an_alert_becomes_a_proven_plan(planner):
    """All 6 units wanted at 9.5 - 2.0 more each, one dispatch of 3.0; nothing can be better."""
    done = planner.wait_plan(planner.send_plan(plan_request("", seconds=20)).name, timeout_seconds=60)
    assert done.state == pb.PLAN_STATE_SUCCEEDED, done
    assert done.result.status == pb.PROOF_STATUS_OPTIMAL
    assert done.result.benefit == 6 * (9.5 - 2.0) - 3.0
    assert done.result.gap <= 1e-6
    assert done.result.alert_outcomes.resolved == 1
    assert done.result.certificate.valid
    (line,) = planner.read_plan(done.name)["transfers"].to_dict("records")
    assert (line["lane_id"], line["units"]) == ("W>S", 6)
    assert line["reason"]
    (outcome,) = planner.read_plan(done.name)["alert_outcomes"].to_dict("records")
    assert (outcome["alert_id"], outcome["outcome"], outcome["units_by_transfer"]) == ("a1", "resolved", 6)


def test_a_hard_demand_that_cannot_be_met_names_its_conflict(planner):
    """50 units must be served from a warehouse that has 10."""
    request = plan_request("", seconds=20)
    request.network.alerts[0].units = 50
    request.network.alerts[0].must_serve = True
    done = planner.wait_plan(planner.send_plan(request).name, timeout_seconds=60)
    assert done.state == pb.PLAN_STATE_INFEASIBLE, done
    assert done.result.conflicts
    assert not done.result.HasField("benefit")


def test_an_unsolvable_wish_for_a_backend_is_refused_early(planner):
    with pytest.raises(grpc.RpcError) as error:
        planner.send_plan(plan_request("gurobi please"))
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("backend", ["", "highs"])
def test_cancelling_a_highs_solve_keeps_a_certified_plan(planner, shared_data: Path, backend: str):
    """Retailnet S: a heuristic plan is there before HiGHS, which ignores interrupts, and is kept when it is killed."""
    network, _ = read_network(shared_data / "retailnet" / "S_costly")
    uploaded = planner.upload_network(network)
    plan = planner.create_plan(uploaded.name, time_limit_seconds=300, gap=0.0, backend=backend)
    for message in planner.watch_plan(plan.name):
        assert not message.done, message.plan
        if message.incumbent.benefit > 0:
            break
    assert planner.wait_plan(plan.name, timeout_seconds=3).state == pb.PLAN_STATE_RUNNING  # HiGHS takes minutes
    planner.cancel_plan(plan.name)
    done = planner.wait_plan(plan.name, timeout_seconds=60)
    assert done.state == pb.PLAN_STATE_CANCELLED
    assert done.result.stopped_by == pb.STOP_REASON_CANCELLED
    assert done.result.certificate.valid
    assert done.result.benefit >= message.incumbent.benefit
    lines = planner.read_plan(plan.name)["transfers"]
    assert len(lines) == done.result.line_count
    assert np.all(lines["units"] > 0)


def test_the_callers_deadline_is_a_time_limit_for_a_real_solve(planner, shared_data: Path):
    network, _ = read_network(shared_data / "retailnet" / "S_costly")
    uploaded = planner.upload_network(network)
    request = plan_request("", seconds=300)
    request.network_name = uploaded.name
    request.parameters.gap = 0.0
    request.wait_for_result = True
    plan = planner.plans.CreatePlan(request, timeout=8).plan
    assert plan.state == pb.PLAN_STATE_SUCCEEDED, plan
    assert plan.result.stopped_by == pb.STOP_REASON_TIME_LIMIT
    assert 0 < plan.result.benefit <= plan.result.bound


def test_the_example_of_the_documentation_runs(optimizing, tmp_path, monkeypatch, capsys):
    """docs/service.md, with the address of this server and a directory that is there."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "service.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    assert "127.0.0.1:50051" in example
    data = small_network()
    network, _ = network_from_frames(frames_of(data), given_settings(data.settings))
    write_network(network, tmp_path / "my-network")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(example.replace("127.0.0.1:50051", optimizing.address), names)
    assert names["tables"]["transfers"]["units"].tolist() == [6]
    assert "42.0" in capsys.readouterr().out
