"""A function in a forked process: for solvers that cannot be interrupted, beside a search that goes on.

The child shares the parent's memory at the moment of the fork, so large arguments cost nothing; it ends with its
parent.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self


class Forked:
    """One call in one process; leaving the ``with`` block kills it.

    Parameters
    ----------
    function : callable
        Called as ``function(*arguments, report)``; what it gives to ``report`` reaches `on_report` here.
    *arguments
        Shared with the child by the fork.
    on_report : callable
        Called, while waiting, with every value that the child reports.
    """

    def __init__(self, function: Callable[..., Any], *arguments: Any, on_report: Callable[[Any], None]) -> None:
        context = multiprocessing.get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(sender, function, arguments), daemon=True)
        with warnings.catch_warnings():
            # From Python 3.12 on a fork warns when numerical libraries have idle threads; the child never uses theirs.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        sender.close()
        self._on_report = on_report
        self.ended = False
        """The value was received, or the process died."""

    def wait(self, seconds: float) -> Any:
        """Return the function's value, or None when it is not there within the time or never will be."""
        until = time.monotonic() + seconds
        while not self.ended and self._receiver.poll(max(until - time.monotonic(), 0.0)):
            try:
                is_value, value = self._receiver.recv()
            except (EOFError, OSError):  # it died, perhaps half-way through a message: the search goes on without it
                self.ended = True
                return None
            if is_value:
                self.ended = True
                return value
            self._on_report(value)
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()
        self._receiver.close()


def _run(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    value = function(*arguments, lambda reported: sender.send((False, reported)))
    sender.send((True, value))
    sender.close()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
