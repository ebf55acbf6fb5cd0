"""A call that watches, taken up again where a broken connection left it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import grpc

_RETRIES: Final = 5
_PAUSE_SECONDS: Final = 0.5


def resumed(watch: Callable[[int], Iterator[Any]], from_index: int) -> Iterator[Any]:
    """Yield what a watching call says until it is done.

    Parameters
    ----------
    watch : callable
        Starts the call at an index; its messages have ``next_index`` and ``done``.
    from_index : int

    Raises
    ------
    grpc.RpcError
        When the server cannot be reached for a few seconds, or refuses.
    """
    failures = 0
    while True:
        try:
            for message in watch(from_index):
                failures, from_index = 0, message.next_index
                yield message
                if message.done:
                    return
        except grpc.RpcError as error:
            failures += 1
            if error.code() is not grpc.StatusCode.UNAVAILABLE or failures > _RETRIES:
                raise
        time.sleep(_PAUSE_SECONDS)
