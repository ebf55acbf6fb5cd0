"""The server as a whole: wires services, health and reflection together, starts them and stops them."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from counterpoise.v1 import (
    alert_service_pb2,
    alert_service_pb2_grpc,
    award_service_pb2,
    award_service_pb2_grpc,
    event_service_pb2,
    event_service_pb2_grpc,
    network_service_pb2,
    network_service_pb2_grpc,
    plan_service_pb2,
    plan_service_pb2_grpc,
)
from server.alert_service import AlertService
from server.award_service import AwardService
from server.errors import ErrorInterceptor
from server.event_service import EventService
from server.memory_store import MemoryStore
from server.network_service import NetworkService
from server.plan_service import PlanService
from server.settings import MESSAGE_BYTES, Settings
from server.store import Store
from server.supervisor import Supervisor
from server.work import Solver

DEFAULT_ADDRESS: Final = "127.0.0.1:50051"
"""Loopback: nobody outside reaches the server unless told to."""

SERVICE_NAMES: Final = (
    plan_service_pb2.DESCRIPTOR.services_by_name["PlanService"].full_name,
    network_service_pb2.DESCRIPTOR.services_by_name["NetworkService"].full_name,
    alert_service_pb2.DESCRIPTOR.services_by_name["AlertService"].full_name,
    event_service_pb2.DESCRIPTOR.services_by_name["EventService"].full_name,
    award_service_pb2.DESCRIPTOR.services_by_name["AwardService"].full_name,
)

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),  # two servers on one port would share the calls, and each would miss half its plans
    ("grpc.keepalive_time_ms", 60_000),  # frees the thread of a waiting caller whose machine is gone
    ("grpc.keepalive_timeout_ms", 20_000),
)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that takes calls; leaving the ``with`` block stops it."""

    address: str
    """``host:port`` to connect to; with the port that was chosen when 0 was asked for."""
    supervisor: Supervisor
    store: Store
    grpc_server: grpc.Server
    health: health.HealthServicer

    def stop(self, grace_seconds: float = 0.0) -> None:
        """Refuse new calls, let running plans go on for the grace, then kill their workers.

        Plans that are not done then fail with the code SHUTDOWN, and calls that wait for them are answered.
        """
        self.health.enter_graceful_shutdown()
        answered = self.grpc_server.stop(grace_seconds + 2.0)
        self.supervisor.stop(grace_seconds)
        answered.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def start_server(
    address: str = "127.0.0.1:0",
    *,
    settings: Settings | None = None,
    solver: Solver | None = None,
    store: Store | None = None,
) -> RunningServer:
    """Start a server and return while it runs.

    Parameters
    ----------
    address : str
        ``host:port`` to listen at; port 0 chooses a free one.
    settings : Settings, optional
        Limits; the defaults when not given.
    solver : Solver, optional
        What is called inside workers; the optimizer when not given.
    store : Store, optional
        Where everything is kept; memory when not given.

    Raises
    ------
    OSError
        When the address is not free or no address.
    """
    settings = settings or Settings()
    store = store or MemoryStore(
        networks=settings.networks,
        retained_plans=settings.retained_plans,
        retained_rows=settings.retained_rows,
    )
    supervisor = Supervisor(store, settings, solver or Solver())  # starts the fork server, before gRPC starts
    threads = settings.waiting_calls + settings.uploads + settings.analyses + settings.short_call_threads
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=threads, thread_name_prefix="call"),
        interceptors=[ErrorInterceptor()],
        options=_OPTIONS,
    )
    add: list[tuple[Callable[[Any, Any], Any], Any]] = [
        (plan_service_pb2_grpc.add_PlanServiceServicer_to_server, PlanService(store, supervisor, settings)),
        (network_service_pb2_grpc.add_NetworkServiceServicer_to_server, NetworkService(store, settings)),
        (alert_service_pb2_grpc.add_AlertServiceServicer_to_server, AlertService(store, settings)),
        (event_service_pb2_grpc.add_EventServiceServicer_to_server, EventService(store, settings)),
        (award_service_pb2_grpc.add_AwardServiceServicer_to_server, AwardService(store, supervisor, settings)),
    ]
    for add_to_server, servicer in add:
        add_to_server(servicer, server)
    health_servicer = _add_health(server)
    reflection.enable_server_reflection((*SERVICE_NAMES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    port = _listen(server, address)
    supervisor.start()
    server.start()
    host = address.rpartition(":")[0]
    return RunningServer(f"{host}:{port}", supervisor, store, server, health_servicer)


def _add_health(server: grpc.Server) -> health.HealthServicer:
    # Each watcher of health holds a thread; they get threads of their own, so that they cannot take all of the pool.
    servicer = health.HealthServicer(
        experimental_non_blocking=True, experimental_thread_pool=futures.ThreadPoolExecutor(max_workers=2)
    )
    for name in ("", *SERVICE_NAMES):
        servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    return servicer


def _listen(server: grpc.Server, address: str) -> int:
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as error:
        port = 0
        cause = f": {error}"
    else:
        cause = ""
    if not port:
        raise OSError(f"cannot listen at {address}{cause}; give host:port of this machine that is free")
    return int(port)


def serve(
    address: str = DEFAULT_ADDRESS,
    *,
    settings: Settings | None = None,
    grace_seconds: float = 10.0,
    on_started: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain and stop. Call it from the main thread.

    Parameters
    ----------
    address : str
        ``host:port`` to listen at.
    settings : Settings, optional
        Limits; the defaults when not given.
    grace_seconds : float
        How long running plans may go on after the signal.
    on_started : callable, optional
        Called with the address once calls are taken.
    """
    signalled = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: signalled.set())
    running = start_server(address, settings=settings)
    _logger.info("serving at %s", running.address)
    if on_started is not None:
        on_started(running.address)
    signalled.wait()
    _logger.info("draining for up to %g s", grace_seconds)
    running.stop(grace_seconds)
