"""NetworkService: snapshots of the world, uploaded in columns."""

from __future__ import annotations

import hashlib
import queue
import threading
import uuid
from collections.abc import Iterator
from typing import Any, Final

import grpc

from counterpoise.v1 import network_pb2, network_service_pb2, network_service_pb2_grpc
from server.admission import Places, checked_request_id, page, page_token
from server.columns import ChunkCollector
from server.convert import network_record, network_to_proto
from server.faults import AbortedUploadError, invalid_field
from server.records import RequestKey, now
from server.rows import given_settings
from server.settings import Settings
from server.sources import checked_network, field_of
from server.store import Store

_END: Final = object()
_BROKEN: Final = object()
_GLANCE_SECONDS: Final = 0.5


class NetworkService(network_service_pb2_grpc.NetworkServiceServicer):
    """Keeps uploaded networks in the store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._uploads = Places("uploads", settings.uploads)

    def UploadNetwork(
        self, request_iterator: Iterator[network_service_pb2.UploadNetworkRequest], context: grpc.ServicerContext
    ) -> network_service_pb2.UploadNetworkResponse:
        """Collect the chunks, check them as a whole, keep the network."""
        with self._uploads.one():
            messages = impatient(request_iterator, context, self._settings.upload_idle_seconds)
            header, key, collector = self._collect(messages)
            settings = given_settings(header.settings)
            network, warnings = checked_network(collector.frames(), settings, self._settings.limits, field_of)
        name = "" if header.validate_only else f"networks/{uuid.uuid4().hex}"
        record = network_record(name, network, header.display_name, now(), warnings)
        if not header.validate_only:
            record = self._store.add_network(record, network, key)
        return network_service_pb2.UploadNetworkResponse(network=network_to_proto(record))

    def _collect(
        self, messages: Iterator[network_service_pb2.UploadNetworkRequest]
    ) -> tuple[network_service_pb2.UploadNetworkHeader, RequestKey | None, ChunkCollector]:
        first = next(messages, network_service_pb2.UploadNetworkRequest())
        if first.WhichOneof("content") != "header":
            message, fix = "the first message is no header", "Send settings first, then the chunks"
            raise invalid_field("header", "missing_header", message, fix)
        header = first.header
        digest = hashlib.sha256(header.settings.SerializeToString(deterministic=True) + header.display_name.encode())
        collector = ChunkCollector(self._settings.limits, self._settings.upload_bytes)
        for request in messages:
            if request.WhichOneof("content") != "chunk":
                raise invalid_field("header", "second_header", "there is a header after the first message")
            digest.update(request.chunk.SerializeToString(deterministic=True))
            collector.add(request.chunk)
        request_id = checked_request_id(header.request_id, "header.request_id")
        key = RequestKey("UploadNetwork", request_id, digest.digest()) if request_id else None
        return header, key, collector

    def GetNetwork(
        self, request: network_service_pb2.GetNetworkRequest, context: grpc.ServicerContext
    ) -> network_service_pb2.GetNetworkResponse:
        """Describe a network."""
        network = network_to_proto(self._store.network(request.name))
        return network_service_pb2.GetNetworkResponse(network=network)

    def ListNetworks(
        self, request: network_service_pb2.ListNetworksRequest, context: grpc.ServicerContext
    ) -> network_service_pb2.ListNetworksResponse:
        """Describe the networks of a page."""
        after, size = page(request.page_size, request.page_token)
        records = self._store.networks(after, size + 1)
        networks: list[network_pb2.Network] = [network_to_proto(record, full=False) for record in records[:size]]
        token = page_token(records[size - 1].sequence) if len(records) > size else ""
        return network_service_pb2.ListNetworksResponse(networks=networks, next_page_token=token)

    def DeleteNetwork(
        self, request: network_service_pb2.DeleteNetworkRequest, context: grpc.ServicerContext
    ) -> network_service_pb2.DeleteNetworkResponse:
        """Forget a network."""
        self._store.delete_network(request.name)
        return network_service_pb2.DeleteNetworkResponse()


def impatient(messages: Iterator[Any], context: grpc.ServicerContext, idle_seconds: float) -> Iterator[Any]:
    """Yield the messages of a stream, and give up on one that is silent for too long.

    Reading blocks for as long as the caller likes, so it happens in a thread of its own, which ends with the call.
    """
    received: queue.Queue[Any] = queue.Queue(maxsize=2)
    over = threading.Event()
    if not context.add_callback(over.set):
        over.set()
    threading.Thread(target=_read, args=(messages, received, over), name="upload", daemon=True).start()
    while True:
        try:
            message = received.get(timeout=idle_seconds)
        except queue.Empty:
            raise AbortedUploadError(f"the upload was silent for {idle_seconds:g} s and is dropped") from None
        if message is _END:
            return
        if message is _BROKEN:
            raise AbortedUploadError("the upload broke off")
        yield message


def _read(messages: Iterator[Any], received: queue.Queue[Any], over: threading.Event) -> None:
    """Hand over the messages of a stream and how it ended."""
    last = _END
    try:
        for message in messages:
            _hand_over(message, received, over)
    except Exception:  # gRPC raises a bare Exception when the caller is gone
        last = _BROKEN
    _hand_over(last, received, over)


def _hand_over(message: Any, received: queue.Queue[Any], over: threading.Event) -> None:
    """Wait for room, but not beyond the end of the call."""
    while not over.is_set():
        try:
            received.put(message, timeout=_GLANCE_SECONDS)
        except queue.Full:
            continue
        return
