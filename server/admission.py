"""Who may come in: request ids, pages, and calls that hold a thread for long."""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from google.protobuf.message import Message

from server.faults import BusyError, invalid_field
from server.records import RequestKey

MAX_REQUEST_ID: Final = 128
DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 200

_RETRY_SECONDS: Final = 1.0


class Places:
    """A number of places for calls of one kind; who finds none free is told to come again."""

    def __init__(self, kind: str, count: int) -> None:
        self._kind = kind
        self._count = count
        self._free = threading.BoundedSemaphore(count)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place.

        Raises
        ------
        BusyError
            When none is free.
        """
        if not self._free.acquire(blocking=False):
            raise BusyError(f"{self._count} {self._kind} at once is all this server takes", _RETRY_SECONDS)
        try:
            yield
        finally:
            self._free.release()


def request_key(method: str, request: Message, *, ignored: tuple[str, ...] = ()) -> RequestKey | None:
    """Return what makes a retry of this request recognisable; None when the caller gave no id.

    Parameters
    ----------
    ignored : tuple of str
        Fields that may differ between a request and its retry.
    """
    request_id = checked_request_id(request.request_id)  # type: ignore[attr-defined]
    if not request_id:
        return None
    body = type(request)()
    body.CopyFrom(request)
    for field in ("request_id", *ignored):
        body.ClearField(field)
    return RequestKey(method, request_id, hashlib.sha256(body.SerializeToString(deterministic=True)).digest())


def checked_request_id(request_id: str, field: str = "request_id") -> str:
    """Return the id when it is short enough to be kept."""
    if len(request_id) > MAX_REQUEST_ID:
        message = f"{len(request_id)} characters, at most {MAX_REQUEST_ID} are allowed"
        raise invalid_field(field, "too_long", message, "Use a UUID")
    return request_id


def page(page_size: int, page_token: str) -> tuple[int, int]:
    """Return the sequence after which a page begins, and its size."""
    if page_size < 0:
        raise invalid_field("page_size", "too_small", f"{page_size} is below 0", "Leave it empty for the default")
    size = min(page_size or DEFAULT_PAGE, LARGEST_PAGE)
    if not page_token:
        return 0, size
    try:
        after = int(base64.urlsafe_b64decode(page_token.encode()).decode("ascii"))
    except (ValueError, binascii.Error):
        message, fix = "it is no token of this server", "Pass next_page_token on as it came"
        raise invalid_field("page_token", "bad_token", message, fix) from None
    return after, size


def page_token(sequence: int) -> str:
    """Token of the page after the record with this sequence."""
    return base64.urlsafe_b64encode(str(sequence).encode()).decode("ascii")
