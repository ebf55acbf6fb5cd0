"""A real server on loopback and a real client, for every test of the service."""

from collections.abc import Iterator

import grpc
import pytest
from google.rpc import error_details_pb2

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2, plan_service_pb2
from network.schema import Limits
from server.client import Client, details_of
from server.service import RunningServer, start_server
from server.settings import Settings
from server.work import Solver
from tests.server import solving

SOLVER = Solver(
    "tests.server.solving:solve",
    "tests.server.solving:finish",
    repair="tests.server.solving:repair",
    backends=solving.BACKENDS,
)
SETTINGS = Settings(
    queue_size=8,
    limits=Limits(
        nodes=1000, products=1000, lanes=10_000, lane_rules=10, stock=10_000, lots=10, display_rules=10, alerts=1000
    ),
    upload_bytes=32 * 1024 * 1024,
    upload_idle_seconds=1.0,
    networks=20,
    overrun_seconds=0.5,
    worker_memory_bytes=8 * 1024**3,
    time_limit_seconds=1000,
    retained_plans=60,
)


@pytest.fixture(scope="session")
def running() -> Iterator[RunningServer]:
    """One server for all tests that leave it as they found it."""
    with start_server(settings=SETTINGS, solver=SOLVER) as server:
        yield server


@pytest.fixture
def client(running: RunningServer) -> Iterator[Client]:
    with Client(running.address, deadline_seconds=20) as client:
        yield client


def small_network(**changes) -> net.NetworkData:
    """A warehouse with 10 units, a store that wants 6, a lane between them, and an alert."""
    data = net.NetworkData(
        settings=net.NetworkSettings(currency="EUR", as_of="2024-05-01", horizon_days=28),
        nodes=[
            net.Node(node_id="W", kind=net.NODE_KIND_WAREHOUSE),
            net.Node(node_id="S", kind=net.NODE_KIND_STORE),
        ],
        products=[net.Product(sku_id="007", list_price=9.5, salvage_value=2.0, unit_weight_kg=1.0)],
        lanes=[net.Lane(lane_id="W>S", origin="W", destination="S", fixed_cost=3.0, capacity_kg=100.0)],
        stock=[
            net.StockPosition(node_id="W", sku_id="007", on_hand=10, demand_mean=0.0),
            net.StockPosition(node_id="S", sku_id="007", on_hand=0, demand_mean=6.0),
        ],
        alerts=[net.Alert(alert_id="a1", kind=net.ALERT_KIND_SHORTAGE, node_id="S", sku_id="007", units=6)],
    )
    data.MergeFrom(net.NetworkData(**changes))
    return data


def plan_request(backend: str = "quick", *, seconds: int = 30, **fields) -> plan_service_pb2.CreatePlanRequest:
    request = plan_service_pb2.CreatePlanRequest(parameters=plan_pb2.SolveParameters(backend=backend), **fields)
    request.parameters.time_limit.FromSeconds(seconds)
    if request.WhichOneof("source") is None:
        request.network.CopyFrom(small_network())
    return request


def violations(error: grpc.RpcError) -> dict[str, str]:
    """Field paths and reasons of an INVALID_ARGUMENT."""
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, error
    (detail,) = [detail for detail in details_of(error) if isinstance(detail, error_details_pb2.BadRequest)]
    return {violation.field: violation.reason for violation in detail.field_violations}
