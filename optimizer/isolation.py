"""A function in a forked process: for solvers that cannot be interrupted, beside a search that goes on.

The child shares the parent's memory at the moment of the fork, so large arguments cost nothing; it ends with its parent.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self


class Forked:
    """One call in one process; leaving the ``with`` block kills it."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        context = multiprocessing.get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(sender, function, arguments), daemon=True)
        self._process.start()
        sender.close()
        self._open = True

    def wait(self, seconds: float) -> Any:
        """Return the function's value, or None when it is not there within the time or never will be."""
        if not self._open or not self._receiver.poll(max(seconds, 0.0)):
            return None
        self._open = False
        try:
            return self._receiver.recv()
        except EOFError:  # the process died: its answer is lost, the search goes on without it
            return None

    @property
    def ended(self) -> bool:
        """The value was received, or the process died."""
        return not self._open

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
    sender.send(function(*arguments))
    sender.close()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
