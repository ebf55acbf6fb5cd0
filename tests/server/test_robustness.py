"""The server stays up: crashing, hanging and greedy workers, oversized messages, bombs, shutdown."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import grpc
import numpy as np
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import network_service_pb2 as networks
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from server.client import Client, details_of
from server.service import SERVICE_NAMES, start_server
from tests.server.conftest import SETTINGS, SOLVER, plan_request, small_network


def healthy(client):
    """The server still makes plans."""
    plan = client.wait_plan(client.send_plan(plan_request()).name, timeout_seconds=30)
    return plan.state == pb.PLAN_STATE_SUCCEEDED


def first_incumbent(client, name):
    for message in client.watch_plan(name):
        if message.HasField("incumbent"):
            return message.incumbent
    raise AssertionError(f"the plan ended without an incumbent: {message.plan}")


def running_worker(running, client, name):
    """Process id of the worker of a plan, once it has published something."""
    first_incumbent(client, name)
    return running.supervisor.worker_pid(name)


def test_a_killed_worker_fails_its_plan_only(running, client):
    plan = client.send_plan(plan_request("stubborn"))
    worker = running_worker(running, client, plan.name)
    os.kill(worker, signal.SIGKILL)
    done = client.wait_plan(plan.name, timeout_seconds=20)
    assert done.state == pb.PLAN_STATE_FAILED
    assert done.error.code == "WORKER_CRASHED"
    assert "signal 9" in done.error.message
    assert healthy(client)


@pytest.mark.parametrize(
    ("backend", "code", "words"),
    [
        ("crash", "WORKER_CRASHED", "signal 11"),
        ("raises", "SOLVER_ERROR", "the numbers do not add up"),
        ("hungry", "OUT_OF_MEMORY", "memory"),
        ("wrong", "CERTIFICATE_FAILED", "certificate"),
    ],
)
def test_a_failing_solve_fails_its_plan_only(client, backend, code, words):
    done = client.wait_plan(client.send_plan(plan_request(backend)).name, timeout_seconds=20)
    assert (done.state, done.error.code) == (pb.PLAN_STATE_FAILED, code)
    assert words in done.error.message
    assert not done.HasField("result")
    assert healthy(client)


def test_cancelled_workers_are_gone(running, client):
    plan = client.send_plan(plan_request("stubborn"))
    worker = running_worker(running, client, plan.name)
    os.kill(worker, 0)
    client.cancel_plan(plan.name)
    client.wait_plan(plan.name, timeout_seconds=20)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_processes_of_a_cancelled_worker_are_gone_too(running, client):
    """A worker may have processes of its own; ending the worker ends them."""
    plan = client.send_plan(plan_request("family"))
    offspring = int(first_incumbent(client, plan.name).found_by)
    os.kill(offspring, 0)
    client.cancel_plan(plan.name)
    client.wait_plan(plan.name, timeout_seconds=20)
    wait_until_gone(offspring)


def wait_until_gone(process):
    """Return when a process has ended, whether or not the system has reaped it."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.02)
    pytest.fail(f"process {process} is still there")


def test_workers_end_with_a_server_that_is_killed(tmp_path):
    """kill -9 leaves the server no time for anything; its workers and their processes end all the same."""
    script = tmp_path / "server_to_be_killed.py"
    script.write_text(
        "import time\n"
        "from server.service import start_server\n"
        "from tests.server.conftest import SETTINGS, SOLVER\n"
        "server = start_server(settings=SETTINGS, solver=SOLVER)\n"
        "print(server.address, flush=True)\n"
        "time.sleep(600)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, str(script)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        with Client(process.stdout.readline().strip()) as client:
            plan = client.send_plan(plan_request("family"))
            found = first_incumbent(client, plan.name).found_by
    finally:
        process.kill()
        process.communicate()
    wait_until_gone(int(found))


def test_an_oversized_message_is_refused_within_bounded_memory(client):
    """64 MB in one message: refused by its length, before anything of it is kept."""
    request = service.CreatePlanRequest(network=small_network(), display_name="x" * 64_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(request)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "4194304" in error.value.details()
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 350_000  # the client's own copies are in this process too
    assert healthy(client)


def test_a_message_that_declares_a_gigabyte_is_refused_by_its_header(running, client):
    """A bare HTTP/2 client announces 1 GB and sends nothing more; the server answers at once and lives on."""
    frames = _http2_call(b"/counterpoise.v1.PlanService/CreatePlan", b"\x00" + (10**9).to_bytes(4, "big"))
    host, port = running.address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(frames)
        answer = b""
        while b"larger than max" not in answer:
            received = connection.recv(65536)
            assert received, "the server hung up without an answer"
            answer += received
    assert b"1000000000 vs. 4194304" in answer
    assert healthy(client)


def _http2_call(path, body):
    """Bytes of an HTTP/2 connection with one gRPC request, headers uncompressed (RFC 9113, RFC 7541)."""

    def frame(kind, flags, stream, payload):
        return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

    def literal(name, value):
        return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value

    headers = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path), (b":authority", b"localhost")]
    headers += [(b"content-type", b"application/grpc"), (b"te", b"trailers")]
    block = b"".join(literal(name, value) for name, value in headers)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    return preface + frame(4, 0, 0, b"") + frame(1, 4, 1, block) + frame(0, 0, 1, body)


def test_a_gzip_bomb_is_refused(client):
    request = service.CreatePlanRequest(network=small_network(), display_name="0" * 50_000_000)
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(request, compression=grpc.Compression.Gzip)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert healthy(client)


def bomb(rows, rows_per_chunk):
    """An upload of many lanes between two nodes."""
    yield networks.UploadNetworkRequest(header=networks.UploadNetworkHeader(settings=small_network().settings))
    ends = {"origin": "W", "destination": "S"}
    columns = [
        net.Column(
            name=name,
            type=net.COLUMN_TYPE_STRING,
            dictionary=[node],
            values=np.zeros(rows_per_chunk, "<i4").tobytes(),
        )
        for name, node in ends.items()
    ]
    chunk = net.TableChunk(table=net.NETWORK_TABLE_LANES, row_count=rows_per_chunk, columns=columns)
    for _ in range(rows // rows_per_chunk):
        yield networks.UploadNetworkRequest(chunk=chunk)


def test_a_million_arc_bomb_is_refused_at_its_first_excess_row(client):
    sent = []

    def counted():
        for message in bomb(1_000_000, 5000):
            sent.append(message.chunk.row_count)
            yield message

    with pytest.raises(grpc.RpcError) as error:
        client.networks.UploadNetwork(counted())
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    (detail,) = details_of(error.value)
    assert isinstance(detail, error_details_pb2.QuotaFailure)
    assert "more than the 10,000 rows" in detail.violations[0].description
    assert sum(sent) < 1_000_000
    assert healthy(client)


def test_too_many_inline_rows_are_refused(client):
    request = plan_request()
    request.network.products.extend(net.Product(sku_id=str(number), list_price=1.0) for number in range(1001))
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(request)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "products has 1,002 rows" in error.value.details()


def test_an_upload_of_too_many_bytes_is_refused():
    settings = replace(SETTINGS, upload_bytes=10_000)
    with start_server(settings=settings, solver=SOLVER) as server, Client(server.address) as client:
        with pytest.raises(grpc.RpcError) as error:
            client.networks.UploadNetwork(bomb(8000, 1000))
        assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "10,000 bytes" in error.value.details()


def test_an_abandoned_upload_expires(client):
    def stalling():
        yield next(bomb(0, 1))
        time.sleep(20)

    call = client.networks.UploadNetwork.future(stalling())
    with pytest.raises(grpc.RpcError) as error:
        call.result(timeout=15)
    assert error.value.code() is grpc.StatusCode.ABORTED
    assert "silent for 1 s" in error.value.details()


def test_uploads_at_once_are_limited():
    settings = replace(SETTINGS, uploads=1, upload_idle_seconds=30.0)
    with start_server(settings=settings, solver=SOLVER) as server, Client(server.address) as client:
        release = threading.Event()

        def slow():
            yield next(bomb(0, 1))
            release.wait(20)

        uploads = [client.networks.UploadNetwork.future(slow()) for _ in range(2)]
        while not any(upload.done() for upload in uploads):
            time.sleep(0.02)
        release.set()
        (refused,) = [upload for upload in uploads if upload.code() is grpc.StatusCode.RESOURCE_EXHAUSTED]
        (admitted,) = [upload for upload in uploads if upload is not refused]
        assert "1 uploads at once" in refused.details()
        assert isinstance(details_of(refused)[0], error_details_pb2.RetryInfo)
        assert admitted.code() is grpc.StatusCode.INVALID_ARGUMENT  # it had no tables


def test_waiting_calls_leave_threads_for_others():
    settings = replace(SETTINGS, waiting_calls=2)
    with start_server(settings=settings, solver=SOLVER) as server, Client(server.address) as client:
        plan = client.send_plan(plan_request("silent"))
        watches = [client.plans.WatchPlan(service.WatchPlanRequest(name=plan.name)) for _ in range(2)]
        for watch in watches:
            next(watch)
        with pytest.raises(grpc.RpcError) as error:
            client.wait_plan(plan.name)
        assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert isinstance(details_of(error.value)[0], error_details_pb2.RetryInfo)
        assert client.get_plan(plan.name).name == plan.name
        for watch in watches:
            watch.cancel()


def test_health_and_reflection(running):
    with grpc.insecure_channel(running.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", *SERVICE_NAMES):
            response = health.Check(health_pb2.HealthCheckRequest(service=name))
            assert response.status == health_pb2.HealthCheckResponse.SERVING
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        (response,) = stub.ServerReflectionInfo(iter([request]))
        listed = {service.name for service in response.list_services_response.service}
        assert set(SERVICE_NAMES) | {"grpc.health.v1.Health"} <= listed


def test_stop_lets_a_running_plan_finish_and_answers_who_waits():
    server = start_server(settings=SETTINGS, solver=SOLVER)
    with Client(server.address) as client:
        plan = client.send_plan(plan_request("steps"))
        queued = client.send_plan(plan_request("silent"))
        ends = [client.plans.WaitPlan.future(service.WaitPlanRequest(name=name)) for name in (plan.name, queued.name)]
        client.get_plan(plan.name)  # the server has taken the calls before this one
        server.stop(grace_seconds=20)
        assert ends[0].result(timeout=10).plan.state == pb.PLAN_STATE_SUCCEEDED
        assert ends[1].result(timeout=10).plan.error.code == "SHUTDOWN"
        with pytest.raises(grpc.RpcError) as error:
            client.send_plan(plan_request())
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE


def test_stop_kills_what_outlasts_the_grace():
    server = start_server(settings=SETTINGS, solver=SOLVER)
    with Client(server.address) as client:
        plan = client.send_plan(plan_request("stubborn"))
        worker = running_worker(server, client, plan.name)
        end = client.plans.WaitPlan.future(service.WaitPlanRequest(name=plan.name))
        client.get_plan(plan.name)  # the server has taken the call before this one
        server.stop(grace_seconds=0.2)
        assert end.result(timeout=10).plan.error.code == "SHUTDOWN"
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_a_taken_address_is_an_error_with_its_name(running):
    with pytest.raises(OSError, match=running.address):
        start_server(running.address, settings=SETTINGS, solver=SOLVER)


def test_serve_makes_plans_and_ends_cleanly_on_sigterm(tmp_path):
    """The process as a whole: it says where it listens, and SIGTERM ends it with code 0."""
    script = tmp_path / "unguarded.py"  # a worker that imported it would start servers without end
    script.write_text("from server import serve\nserve('127.0.0.1:0', on_started=lambda at: print(at, flush=True))\n")
    command = [sys.executable, "-W", "error", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().strip()
            with Client(address) as client:
                done = client.wait_plan(client.send_plan(plan_request("", seconds=20)).name, timeout_seconds=60)
                assert done.state == pb.PLAN_STATE_SUCCEEDED, done
            process.terminate()
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()  # one that has ended is left alone


def test_finished_plans_are_forgotten_oldest_first():
    settings = replace(SETTINGS, retained_plans=2)
    with start_server(settings=settings, solver=SOLVER) as server, Client(server.address) as client:
        names = [client.send_plan(plan_request()).name for _ in range(4)]
        for name in names[-2:]:
            client.wait_plan(name, timeout_seconds=20)
        listed = client.plans.ListPlans(service.ListPlansRequest()).plans
        assert [plan.name for plan in listed] == names[-2:]
