"""AlertService: alerts on their own, for a network that is there already."""

from __future__ import annotations

import uuid

import grpc

from counterpoise.v1 import alert_service_pb2, alert_service_pb2_grpc
from server.admission import page, page_token, request_key
from server.convert import alert_batch_to_proto
from server.faults import invalid_field
from server.records import AlertBatchRecord, now
from server.rows import frame_of_rows
from server.settings import Settings
from server.sources import alert_warnings
from server.store import Store


class AlertService(alert_service_pb2_grpc.AlertServiceServicer):
    """Keeps batches of alerts in the store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def CreateAlertBatch(
        self, request: alert_service_pb2.CreateAlertBatchRequest, context: grpc.ServicerContext
    ) -> alert_service_pb2.CreateAlertBatchResponse:
        """Check alerts against their network and keep them."""
        key = None if request.validate_only else request_key("CreateAlertBatch", request)
        before = self._store.find_request(key)
        if before is not None:
            record = self._store.alert_batch(before)
            return _created(record)
        network = self._store.snapshot(self._store.network(request.parent).name)
        if not request.alerts:
            raise invalid_field("alerts", "empty", "there are no alerts", "Send at least one")
        alerts = frame_of_rows("alerts", request.alerts)
        warnings = alert_warnings(network, request.parent, alerts, self._settings.limits)
        name = "" if request.validate_only else f"{request.parent}/alertBatches/{uuid.uuid4().hex}"
        record = AlertBatchRecord(name, request.parent, now(), alerts, warnings)
        if not request.validate_only:
            record = self._store.add_alert_batch(record, key)
        return _created(record)

    def GetAlertBatch(
        self, request: alert_service_pb2.GetAlertBatchRequest, context: grpc.ServicerContext
    ) -> alert_service_pb2.GetAlertBatchResponse:
        """Return a batch with its alerts."""
        batch = alert_batch_to_proto(self._store.alert_batch(request.name), alerts=True, warnings=True)
        return alert_service_pb2.GetAlertBatchResponse(alert_batch=batch)

    def ListAlertBatches(
        self, request: alert_service_pb2.ListAlertBatchesRequest, context: grpc.ServicerContext
    ) -> alert_service_pb2.ListAlertBatchesResponse:
        """Describe the batches of a page."""
        after, size = page(request.page_size, request.page_token)
        records = self._store.alert_batches(request.parent, after, size + 1)
        batches = [alert_batch_to_proto(record, alerts=False, warnings=False) for record in records[:size]]
        token = page_token(records[size - 1].sequence) if len(records) > size else ""
        return alert_service_pb2.ListAlertBatchesResponse(alert_batches=batches, next_page_token=token)


def _created(record: AlertBatchRecord) -> alert_service_pb2.CreateAlertBatchResponse:
    """Answer without the alerts, which the caller has."""
    batch = alert_batch_to_proto(record, alerts=False, warnings=True)
    return alert_service_pb2.CreateAlertBatchResponse(alert_batch=batch)
