"""A job in a process of its own, which can be killed at any time by its id."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing import connection
from types import ModuleType, TracebackType
from typing import Self

from server import child
from server.fork_server import start_fork_server

_STARTING = threading.Lock()


class WorkerLostError(RuntimeError):
    """The process ended without an answer."""

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        cause = f"signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"
        super().__init__(f"the worker process ended without an answer ({cause})")


@contextlib.contextmanager
def _nameless_main() -> Iterator[None]:
    """Hide the main module while a worker starts, so that the worker does not import it.

    Workers call functions that they import by name. Importing the program's main module as well, which is what
    multiprocessing does, would run a script without a guard once more in every worker.
    """
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class WorkerProcess:
    """One job in one process; leaving the ``with`` block kills it, and the processes that it started."""

    def __init__(self, job: child.Job) -> None:
        context = multiprocessing.get_context("forkserver")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=child.run, args=(theirs,), name="counterpoise-worker", daemon=True)
        start_fork_server()
        with _nameless_main():
            self._process.start()
        theirs.close()  # so that the end of the process is the end of the stream
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died at once; `receive` tells
            self._connection.send(job)

    @property
    def pid(self) -> int | None:
        """Process id."""
        return self._process.pid

    def receive(self, timeout_seconds: float) -> child.Message | None:
        """Return the next message, None when there is none within the timeout.

        Raises
        ------
        WorkerLostError
            When the process ended without an answer.
        """
        if not connection.wait([self._connection], timeout=timeout_seconds):
            return None
        try:
            message: child.Message = self._connection.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            raise WorkerLostError(self._process.exitcode) from None
        return message

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.is_alive() and self._process.pid is not None:
            with contextlib.suppress(ProcessLookupError):  # it does not lead its group yet
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
        self._process.join()
        self._process.close()
        self._connection.close()
