"""What runs inside a worker process: one job, then the process ends.

A solve may hold the interpreter lock for its whole length, ignore interrupts, exhaust memory or crash; none of that
may touch the server, so each job has a process that can be killed. This module must not import gRPC.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from optimizer.plan import Incumbent


@dataclass(frozen=True, slots=True)
class Job:
    """A function to call and what to call it with."""

    function: str
    """``module:name``, imported inside the worker."""
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    reports_incumbents: bool = False
    """Call it with ``on_incumbent``."""
    seconds: float = 3600.0
    """How long it is expected to take; the limit of processor time is derived from it."""
    memory_bytes: int | None = None
    """Limit of the address space; None: none."""


@dataclass(frozen=True, slots=True)
class Reported:
    """An incumbent, on its way to the server."""

    incumbent: Incumbent


@dataclass(frozen=True, slots=True)
class Finished:
    """What the job's function returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The job's function raised an exception."""

    code: str
    message: str
    traceback: str


Message = Reported | Finished | Raised


def imported(path: str) -> Callable[..., Any]:
    """Return the function that ``module:name`` names."""
    module, _, name = path.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def run(connection: Connection) -> None:
    """Receive a job, do it, send what comes of it, wait to be ended. The entry point of a worker process.

    The worker leads a process group of its own, so that the server can end it together with whatever processes the
    solve has started; and it stays until it is ended, so that the group's id cannot come to mean something else. A
    group of its own also keeps Ctrl-C away, which is for the server.
    """
    os.setpgid(0, 0)
    multiprocessing.current_process().daemon = False  # a daemon may not have children; a solve may
    threading.Thread(target=_end_with_server, name="end-with-server", daemon=True).start()
    try:
        job: Job = connection.recv()
        _guard(job)
        connection.send(_done(job, connection))
        connection.recv()  # never comes
    except (BrokenPipeError, ConnectionResetError, EOFError):
        os._exit(1)  # the server is gone, maybe before it had said what to do, and nobody wants the answer


def _end_with_server() -> None:
    """End the process group when the server is gone, however it went."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os.killpg(0, signal.SIGKILL)


def _guard(job: Job) -> None:
    """Bound what a job can take, also where a solver holds the interpreter lock and nobody sees the server end."""
    with contextlib.suppress(OSError):  # when memory runs out, the system should end the worker, not the server
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    processor_seconds = int((job.seconds + 60) * (os.cpu_count() or 1) + time.process_time()) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))
    if job.memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (job.memory_bytes, job.memory_bytes))


def _done(job: Job, connection: Connection) -> Finished | Raised:
    keywords = dict(job.keywords)
    if job.reports_incumbents:
        keywords["on_incumbent"] = lambda incumbent: connection.send(Reported(incumbent))
    try:
        return Finished(imported(job.function)(*job.arguments, **keywords))
    except (BrokenPipeError, ConnectionResetError):
        raise
    except MemoryError:
        return Raised("OUT_OF_MEMORY", "the solve needed more memory than a worker may use", "")
    except Exception as error:  # every failure of a job is an answer: the server reports it with the plan
        return Raised("SOLVER_ERROR", f"{type(error).__name__}: {error}", traceback.format_exc())
