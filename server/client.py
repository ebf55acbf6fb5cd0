"""A small synchronous client: a network goes in, a plan comes out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import grpc
import pandas as pd
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from counterpoise.v1 import (
    alert_service_pb2,
    alert_service_pb2_grpc,
    analysis_pb2,
    network_pb2,
    network_service_pb2,
    network_service_pb2_grpc,
    plan_pb2,
    plan_service_pb2,
    plan_service_pb2_grpc,
)
from network.columns import NO_LIMIT
from network.tables import Network
from network.writing import network_to_frames, settings_of
from optimizer.plan_files.decision_tables import decision_tables
from optimizer.request import Request
from server.columns import encode_table
from server.convert import duration, request_to_proto
from server.errors import MAX_ERROR_BYTES_HEADER
from server.resuming import resumed
from server.rows import messages_of_frame
from server.settings import MESSAGE_BYTES
from server.sourcing_client import SourcingCalls
from server.streamed_tables import DECIDED, Alternative, alternative_of, table_of

_ERROR_BYTES: Final = 1024 * 1024
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_metadata_size", _ERROR_BYTES + 64 * 1024),
    ("grpc.absolute_max_metadata_size", _ERROR_BYTES + 64 * 1024),
)
_METADATA: Final = ((MAX_ERROR_BYTES_HEADER, str(_ERROR_BYTES * 3 // 4)),)


class Client:
    """Calls of one server. Errors are raised as `grpc.RpcError`; see `details_of` for what they carry.

    Parameters
    ----------
    address : str
        ``host:port``.
    deadline_seconds : float
        For calls that answer at once; calls that wait or stream have no deadline unless given one.
    """

    def __init__(self, address: str, *, deadline_seconds: float = 60.0) -> None:
        self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        self._deadline = deadline_seconds
        self.plans = plan_service_pb2_grpc.PlanServiceStub(self._channel)
        """The bare stubs, for calls with options of their own."""
        self.networks = network_service_pb2_grpc.NetworkServiceStub(self._channel)
        self.alerts = alert_service_pb2_grpc.AlertServiceStub(self._channel)
        self.sourcing = SourcingCalls(self._channel, deadline_seconds, _METADATA)
        """Calls about events and awards."""

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def upload_network(
        self, network: Network, *, display_name: str = "", request_id: str | None = None, validate_only: bool = False
    ) -> network_pb2.Network:
        """Upload a network in chunks of columns.

        Parameters
        ----------
        request_id : str, optional
            Makes a retry by the caller safe; a new one when not given.
        """
        requests = upload_requests(
            network_to_frames(network),
            settings_of(network),
            display_name=display_name,
            request_id=request_id or str(uuid.uuid4()),
            validate_only=validate_only,
        )
        response: network_service_pb2.UploadNetworkResponse = self.networks.UploadNetwork(requests, metadata=_METADATA)
        return response.network

    def create_alerts(self, network_name: str, alerts: Sequence[network_pb2.Alert]) -> alert_service_pb2.AlertBatch:
        """Send alerts on their own, for an uploaded network."""
        request = alert_service_pb2.CreateAlertBatchRequest(
            parent=network_name, alerts=alerts, request_id=str(uuid.uuid4())
        )
        response: alert_service_pb2.CreateAlertBatchResponse = self.alerts.CreateAlertBatch(
            request, timeout=self._deadline, metadata=_METADATA
        )
        return response.alert_batch

    def create_plan(
        self,
        network_name: str,
        *,
        alert_batch_names: Sequence[str] = (),
        scope_sku_ids: Sequence[str] = (),
        time_limit_seconds: float | None = None,
        gap: float | None = None,
        backend: str = "",
        display_name: str = "",
        request_id: str | None = None,
        patience_seconds: float = 0.0,
        **asked: Any,
    ) -> plan_pb2.Plan:
        """Ask for a plan for an uploaded network; returns it as soon as it is queued.

        Parameters
        ----------
        patience_seconds : float
            How long to try again while the queue is full, as often as the server suggests.
        **asked
            Further fields of `CreatePlanRequest`: ``scope_node_ids``, ``severity_weights``, ``former_plan`` and so on.
        """
        request = plan_service_pb2.CreatePlanRequest(
            network_name=network_name,
            alert_batch_names=alert_batch_names,
            scope_sku_ids=scope_sku_ids,
            parameters=plan_pb2.SolveParameters(
                time_limit=_optional_duration(time_limit_seconds),
                gap=gap,
                backend=backend,
            ),
            display_name=display_name,
            request_id=request_id or str(uuid.uuid4()),
            **asked,
        )
        return self.send_plan(request, patience_seconds=patience_seconds)

    def check_plan(
        self, network_name: str, plan: plan_pb2.ProposedPlan, **asked: Any
    ) -> plan_service_pb2.CheckPlanResponse:
        """Certify a plan made by hand for an uploaded network.

        Parameters
        ----------
        plan : ProposedPlan
            See `proposed_plan`.
        **asked
            Further fields of `CheckPlanRequest`: ``claimed_benefit``, ``scope_node_ids`` and so on.
        """
        request = plan_service_pb2.CheckPlanRequest(network_name=network_name, plan=plan, **asked)
        response: plan_service_pb2.CheckPlanResponse = self.plans.CheckPlan(
            request, timeout=self._deadline, metadata=_METADATA
        )
        return response

    def repair_plan(
        self,
        network_name: str,
        plan: plan_pb2.ProposedPlan,
        *,
        time_limit_seconds: float | None = None,
        request_id: str | None = None,
        **asked: Any,
    ) -> plan_pb2.Plan:
        """Ask for the certified plan nearest to one made by hand; returns it as soon as it is queued.

        Parameters
        ----------
        plan : ProposedPlan
            For an uploaded network; see `proposed_plan`.
        **asked
            Further fields of `RepairPlanRequest`.
        """
        request = plan_service_pb2.RepairPlanRequest(
            network_name=network_name,
            plan=plan,
            parameters=plan_pb2.SolveParameters(time_limit=_optional_duration(time_limit_seconds)),
            request_id=request_id or str(uuid.uuid4()),
            **asked,
        )
        response: plan_service_pb2.RepairPlanResponse = self.plans.RepairPlan(
            request, timeout=self._deadline, metadata=_METADATA
        )
        return response.plan

    def send_plan(self, request: plan_service_pb2.CreatePlanRequest, *, patience_seconds: float = 0.0) -> plan_pb2.Plan:
        """Ask for a plan with a request of one's own, trying again while the queue is full and patience lasts."""
        until = time.monotonic() + patience_seconds
        while True:
            try:
                response: plan_service_pb2.CreatePlanResponse = self.plans.CreatePlan(
                    request, timeout=self._deadline, metadata=_METADATA
                )
            except grpc.RpcError as error:
                delay = retry_seconds(error)
                if delay is None or time.monotonic() + delay > until:
                    raise
                time.sleep(delay)
            else:
                return response.plan

    def get_plan(self, name: str) -> plan_pb2.Plan:
        """Return the plan as it is now."""
        request = plan_service_pb2.GetPlanRequest(name=name)
        response: plan_service_pb2.GetPlanResponse = self.plans.GetPlan(request, timeout=self._deadline)
        return response.plan

    def wait_plan(self, name: str, *, timeout_seconds: float | None = None) -> plan_pb2.Plan:
        """Return the plan when it is done, or as it is when the timeout is over."""
        request = plan_service_pb2.WaitPlanRequest(name=name, timeout=_optional_duration(timeout_seconds))
        response: plan_service_pb2.WaitPlanResponse = self.plans.WaitPlan(request)
        return response.plan

    def watch_plan(self, name: str, *, from_index: int = 0) -> Iterator[plan_service_pb2.WatchPlanResponse]:
        """Yield incumbents as they are found; the last message has ``done`` and the plan.

        A connection that breaks is taken up again where it broke, as long as the server is reached within a few
        seconds.
        """

        def watch(index: int) -> Iterator[plan_service_pb2.WatchPlanResponse]:
            messages: Iterator[plan_service_pb2.WatchPlanResponse] = self.plans.WatchPlan(
                plan_service_pb2.WatchPlanRequest(name=name, from_index=index)
            )
            return messages

        return resumed(watch, from_index)

    def cancel_plan(self, name: str) -> plan_pb2.Plan:
        """Ask to stop a plan; it keeps the best found so far."""
        request = plan_service_pb2.CancelPlanRequest(name=name)
        response: plan_service_pb2.CancelPlanResponse = self.plans.CancelPlan(request, timeout=self._deadline)
        return response.plan

    def read_plan(self, name: str) -> dict[str, pd.DataFrame]:
        """Return the tables of a result: transfers, markdowns, exits, purchases, dispatches, unmet and so on."""
        messages = list(self.plans.ReadPlan(plan_service_pb2.ReadPlanRequest(name=name)))
        return {
            field.name: table_of(plan_service_pb2.ReadPlanResponse, field.name, messages)
            for field in plan_service_pb2.ReadPlanResponse.DESCRIPTOR.fields
        }

    def list_alternatives(
        self,
        name: str,
        *,
        alert_ids: Sequence[str] = (),
        most_alerts: int = 0,
        keep_share: float | None = None,
        time_limit_seconds: float | None = None,
    ) -> list[Alternative]:
        """Return other choices than a plan: for each of the alerts, or as a whole and for those worth most."""
        request = plan_service_pb2.ListPlanAlternativesRequest(
            name=name,
            alert_ids=alert_ids,
            most_alerts=most_alerts,
            keep_share=keep_share,
            time_limit=_optional_duration(time_limit_seconds),
        )
        found: list[list[plan_service_pb2.ListPlanAlternativesResponse]] = []
        for message in self.plans.ListPlanAlternatives(request, metadata=_METADATA):
            kind = message.WhichOneof("content")
            if kind == "alternative":
                found.append([message])
            elif kind in DECIDED:
                found[-1].append(message)
        return [alternative_of(messages) for messages in found]

    def price_rules(
        self, name: str, *, most_places: int | None = None, time_limit_seconds: float | None = None
    ) -> list[analysis_pb2.RulePrice]:
        """Return what the rules cost that bind a plan, the dearest first, then single rows of them."""
        request = plan_service_pb2.PriceRulesRequest(
            name=name, most_places=most_places, time_limit=_optional_duration(time_limit_seconds)
        )
        response: plan_service_pb2.PriceRulesResponse = self.plans.PriceRules(request, metadata=_METADATA)
        return list(response.rules)

    def compare_plans(
        self, name: str, other: str | plan_pb2.ProposedPlan
    ) -> tuple[analysis_pb2.PlanDifference, dict[str, pd.DataFrame]]:
        """Return how another plan (its name, or its lines) differs from one: in sum, and as tables."""
        request = plan_service_pb2.ComparePlansRequest(name=name)
        if isinstance(other, str):
            request.other_name = other
        else:
            request.other_plan.CopyFrom(other)
        messages = list(self.plans.ComparePlans(request, metadata=_METADATA))
        tables = ("lines", "markdowns", "exits", "purchases", "dispatches", "alert_outcomes")
        return messages[0].difference, {
            table: table_of(plan_service_pb2.ComparePlansResponse, table, messages) for table in tables
        }


RpcError = grpc.RpcError
"""What calls raise, for callers that have no other use for gRPC."""


def upload_requests(
    frames: dict[str, pd.DataFrame],
    settings: dict[str, Any],
    *,
    display_name: str = "",
    request_id: str = "",
    validate_only: bool = False,
) -> Iterator[network_service_pb2.UploadNetworkRequest]:
    """Yield the messages of an upload: the header, then chunk by chunk."""
    known = {name: value for name, value in settings.items() if name in _SETTING_NAMES}
    header = network_service_pb2.UploadNetworkHeader(
        settings=network_pb2.NetworkSettings(**known),
        display_name=display_name,
        request_id=request_id,
        validate_only=validate_only,
    )
    yield network_service_pb2.UploadNetworkRequest(header=header)
    for table, frame in frames.items():
        for chunk in encode_table(table, frame):
            yield network_service_pb2.UploadNetworkRequest(chunk=chunk)


_SETTING_NAMES: Final = frozenset(network_pb2.NetworkSettings.DESCRIPTOR.fields_by_name)


def details_of(error: grpc.RpcError) -> list[Any]:
    """Return the google.rpc details of an error: BadRequest, RetryInfo, QuotaFailure and so on."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    details = []
    for packed in () if status is None else status.details:
        kind = getattr(error_details_pb2, packed.TypeName().rpartition(".")[2], None)
        if kind is not None and packed.Is(kind.DESCRIPTOR):
            detail = kind()
            packed.Unpack(detail)
            details.append(detail)
    return details


def told(error: grpc.RpcError) -> str:
    """Say in a line why a call failed, for people."""
    return f"{error.code().name.lower().replace('_', ' ')}: {error.details()}"


def retry_seconds(error: grpc.RpcError) -> float | None:
    """Return when the server suggests to try again; None when it does not."""
    for detail in details_of(error):
        if isinstance(detail, error_details_pb2.RetryInfo):
            return float(detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9)
    return None


def asked_fields(network: Network, request: Request) -> dict[str, Any]:
    """Say a request in the fields of a `CreatePlanRequest`: what request.json asks for does not travel with a network.

    Parameters
    ----------
    network : Network
        Whose rows the request's former plan has; it travels as lines.
    request : Request
        For example of `optimizer.request_reading.read_request`.
    """
    asked = request_to_proto(request)
    if request.former_plan is not None:
        tables = decision_tables(network, request.former_plan.plan, None, None)
        asked["former_plan"].lines.CopyFrom(proposed_plan(tables))
    return asked


def proposed_plan(tables: Mapping[str, pd.DataFrame]) -> plan_pb2.ProposedPlan:
    """Return the plan that tables of `Client.read_plan` are.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those that are there of ``transfers``, ``dispatches``, ``markdowns``, ``exits`` and ``purchases``, with the
        columns of `ProposedLine` and so on; other columns are ignored.
    """
    rows = {
        field: messages_of_frame(kind, _days_left_out(tables[name]))
        for name, (field, kind) in _PROPOSED.items()
        if name in tables
    }
    return plan_pb2.ProposedPlan(**rows)


_PROPOSED: Final[dict[str, tuple[str, type[Any]]]] = {
    "transfers": ("lines", plan_pb2.ProposedLine),
    "dispatches": ("dispatches", plan_pb2.ProposedDispatch),
    "markdowns": ("markdowns", plan_pb2.ProposedMarkdown),
    "exits": ("exits", plan_pb2.ProposedExit),
    "purchases": ("purchases", plan_pb2.ProposedPurchase),
}
"""Field of `ProposedPlan` and message of a row, by table."""


def _days_left_out(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the expiry days of what never expires."""
    if "expiry_day" not in table:
        return table
    never = table["expiry_day"] == NO_LIMIT
    return table.assign(expiry_day=table["expiry_day"].astype("Int64").mask(never))


def _optional_duration(seconds: float | None) -> duration_pb2.Duration | None:
    return None if seconds is None else duration(seconds)
