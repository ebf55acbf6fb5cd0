"""The one place where what went wrong becomes a gRPC status."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from server.faults import (
    AbortedUploadError,
    AnalysisFailedError,
    AnalysisTimeoutError,
    BusyError,
    InvalidRequestError,
    LimitExceededError,
    NotFoundError,
    PreconditionError,
    RequestIdConflictError,
    ShuttingDownError,
)

DOMAIN: Final = "counterpoise"
MAX_ERROR_BYTES_HEADER: Final = "counterpoise-max-error-bytes"
"""A caller that has raised "grpc.max_metadata_size" says so here, and gets longer lists of problems."""

_DEFAULT_ERROR_BYTES: Final = 6 * 1024
"""Clients refuse trailers above 8 KiB unless told otherwise; this leaves room for the rest of them."""
_LARGEST_ERROR_BYTES: Final = 1024 * 1024
_MESSAGE_CHARACTERS: Final = 500

_logger = logging.getLogger(__name__)


def _bad_request(error: InvalidRequestError, room: int) -> tuple[str, list[Message]]:
    """As many field violations as fit, one of each kind before the second of any."""
    seen: dict[tuple[str, str], int] = {}
    ranked = []
    for position, problem in enumerate(error.problems):
        kind = (problem.field.partition("[")[0] + problem.field.rpartition("]")[2], problem.code)
        seen[kind] = seen.get(kind, 0) + 1
        ranked.append((seen[kind], position, problem))
    detail = error_details_pb2.BadRequest()
    for _, _, problem in sorted(ranked, key=lambda entry: entry[:2]):
        description = f"{problem.message}. {problem.fix}".rstrip(" .") + "."
        violation = detail.field_violations.add(
            field=problem.field, description=description[:_MESSAGE_CHARACTERS], reason=problem.code.upper()
        )
        room -= violation.ByteSize() + 4
        if room < 0 and len(detail.field_violations) > 1:
            del detail.field_violations[-1]
            break
    told = len(detail.field_violations)
    first = detail.field_violations[0] if told else None
    message = "the request is not valid" if first is None else f"{first.field}: {first.description}"
    if error.total > 1:
        message = f"the request has {error.total} problems; the first: {message}"
    totals = {"problems": str(error.total), "problems_listed": str(told)}
    return message, [detail, error_details_pb2.ErrorInfo(reason="INVALID_REQUEST", domain=DOMAIN, metadata=totals)]


def _busy(error: BusyError) -> list[Message]:
    delay = duration_pb2.Duration()
    delay.FromMilliseconds(round(1000 * error.retry_seconds))
    return [error_details_pb2.RetryInfo(retry_delay=delay)]


def _quota(error: LimitExceededError) -> list[Message]:
    violation = error_details_pb2.QuotaFailure.Violation(subject=error.subject, description=str(error))
    return [error_details_pb2.QuotaFailure(violations=[violation])]


def _precondition(error: PreconditionError) -> list[Message]:
    violation = error_details_pb2.PreconditionFailure.Violation(
        type=error.code, subject=error.name, description=str(error)
    )
    return [error_details_pb2.PreconditionFailure(violations=[violation])]


def _resource(error: NotFoundError | RequestIdConflictError) -> list[Message]:
    return [error_details_pb2.ResourceInfo(resource_name=error.name, description=str(error))]


def _reason(error: AnalysisFailedError) -> list[Message]:
    return [error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN)]


def _nothing(error: Exception) -> list[Message]:
    return []


_CODES: Final[dict[type[Exception], tuple[grpc.StatusCode, Callable[[Any], list[Message]]]]] = {
    NotFoundError: (grpc.StatusCode.NOT_FOUND, _resource),
    RequestIdConflictError: (grpc.StatusCode.ALREADY_EXISTS, _resource),
    BusyError: (grpc.StatusCode.RESOURCE_EXHAUSTED, _busy),
    LimitExceededError: (grpc.StatusCode.RESOURCE_EXHAUSTED, _quota),
    PreconditionError: (grpc.StatusCode.FAILED_PRECONDITION, _precondition),
    AnalysisFailedError: (grpc.StatusCode.INTERNAL, _reason),
    AnalysisTimeoutError: (grpc.StatusCode.DEADLINE_EXCEEDED, _nothing),
    AbortedUploadError: (grpc.StatusCode.ABORTED, _nothing),
    ShuttingDownError: (grpc.StatusCode.UNAVAILABLE, _nothing),
}


def status_of(error: Exception, room: int = _DEFAULT_ERROR_BYTES) -> status_pb2.Status:
    """Say an error as a google.rpc.Status.

    Parameters
    ----------
    room : int
        Bytes that the details may take.
    """
    if isinstance(error, InvalidRequestError):
        message, details = _bad_request(error, room)
        return _status(grpc.StatusCode.INVALID_ARGUMENT, message, details)
    if type(error) not in _CODES:
        number = uuid.uuid4().hex[:12]
        _logger.error("internal error %s", number, exc_info=error)
        return _status(grpc.StatusCode.INTERNAL, f"internal error {number}; the server's log says more", [])
    code, details_of = _CODES[type(error)]
    return _status(code, str(error), details_of(error))


def _status(code: grpc.StatusCode, message: str, details: list[Message]) -> status_pb2.Status:
    status = status_pb2.Status(code=code.value[0], message=message[: 2 * _MESSAGE_CHARACTERS])
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


class ErrorInterceptor(grpc.ServerInterceptor):  # type: ignore[type-arg]
    """Turns every exception of a handler into a status, so that handlers know nothing of codes."""

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        """Wrap the handler of a call."""
        handler = continuation(handler_call_details)
        if handler is None:
            return None
        for kind in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            behaviour = getattr(handler, kind)
            if behaviour is not None:
                wrapped = _streaming(behaviour) if kind.endswith("stream") else _unary(behaviour)
                return handler._replace(**{kind: wrapped})
        return handler


def _unary(behaviour: Callable[[Any, grpc.ServicerContext], Any]) -> Callable[[Any, grpc.ServicerContext], Any]:
    def guarded(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return behaviour(request, context)
        except Exception as error:
            _abort(error, context)

    return guarded


def _streaming(behaviour: Callable[[Any, grpc.ServicerContext], Any]) -> Callable[[Any, grpc.ServicerContext], Any]:
    def guarded(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        try:
            yield from behaviour(request, context)
        except Exception as error:
            _abort(error, context)

    return guarded


def _abort(error: Exception, context: grpc.ServicerContext) -> None:
    """End the call with a status; a call that is over already is left alone."""
    if context.is_active():
        context.abort_with_status(rpc_status.to_status(status_of(error, _room(context))))


def _room(context: grpc.ServicerContext) -> int:
    """Bytes of details that the caller can receive."""
    told = dict(context.invocation_metadata()).get(MAX_ERROR_BYTES_HEADER, "")
    if isinstance(told, bytes) or not told.isdecimal():
        return _DEFAULT_ERROR_BYTES
    return min(int(told), _LARGEST_ERROR_BYTES)
