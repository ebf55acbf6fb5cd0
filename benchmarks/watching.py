"""Runs a program in a session of its own and watches what it and all that it starts take."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_GLANCE_SECONDS: Final = 0.1
_GLANCE_SHARE: Final = 0.05
"""Of the time, for looking: reading what many gigabytes of memory are shared with takes a moment."""

_END_SECONDS: Final = 5.0
_END_GLANCE_SECONDS: Final = 0.01
"""For killed processes to be gone."""

ANSWER: Final = "answer"
"""Event of an object that was printed without one: what a command prints with ``--json``."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a program said, and what it took."""

    exit_code: int | None
    """None when it was stopped for taking too long; below 0: ended by that signal."""
    events: tuple[Mapping[str, Any], ...]
    """What it told by `tell`, or printed as JSON, each with the key ``event``."""
    complaint: str
    """Last line on standard error."""
    seconds: float
    processor_seconds: float | None
    """Of all its processes; None where the system has no /proc."""
    peak_memory_bytes: int | None
    """Largest sum over all its processes at one moment, what they share counted once."""

    def told(self, event: str) -> list[Mapping[str, Any]]:
        """Return the events of one kind."""
        return [each for each in self.events if each["event"] == event]


def tell(event: str, **content: Any) -> None:
    """Say something to the process that watches this one."""
    print(json.dumps({"event": event, **content}, allow_nan=False), flush=True)


def watched(module: str, arguments: Sequence[object], *, seconds: float) -> Watched:
    """Run ``python -m module arguments`` to its end, or until it has taken too long.

    Parameters
    ----------
    module : str
    arguments : sequence
        Told as text.
    seconds : float
        Longest time; what it has started ends with it.

    Returns
    -------
    Watched
    """
    # Without -P a folder that happens to be called like one of our packages would be imported.
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    with tempfile.TemporaryDirectory(prefix="counterpoise-bench-") as folder:
        said, complaints = Path(folder) / "out", Path(folder) / "err"
        with said.open("wb") as out, complaints.open("wb") as err:
            started = time.monotonic()
            process = subprocess.Popen(
                command, stdout=out, stderr=err, start_new_session=True, env={**os.environ, "TMPDIR": folder}
            )
            taken = _Taken(process.pid)
            try:
                exit_code = _waited(process, taken, started + seconds)
                took = time.monotonic() - started
            finally:
                _end_session(process)
        lines = said.read_text(encoding="utf-8", errors="replace").splitlines()
        complained = complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return Watched(
        exit_code=exit_code,
        events=tuple({"event": ANSWER} | json.loads(line) for line in lines if line.startswith('{"')),
        complaint=complained[-1] if complained else "",
        seconds=took,
        processor_seconds=round(sum(taken.processor_seconds.values()), 2) if taken.processor_seconds else None,
        peak_memory_bytes=taken.peak_memory_bytes or None,
    )


def _waited(process: subprocess.Popen[bytes], taken: _Taken, until: float) -> int | None:
    pause = _GLANCE_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=pause)
        looked = time.monotonic()
        taken.look()
        pause = max(_GLANCE_SECONDS, (time.monotonic() - looked) / _GLANCE_SHARE)
    return None


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever of its session is still there, also what was started meanwhile."""
    process.kill()
    process.wait()
    until = time.monotonic() + _END_SECONDS
    while time.monotonic() < until and (left := _session(process.pid)):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_END_GLANCE_SECONDS)


class _Taken:
    """Memory and processor time of a session, glance by glance."""

    def __init__(self, session: int) -> None:
        self._session = session
        self.peak_memory_bytes = 0
        self.processor_seconds: dict[int, float] = {}
        """By process id."""

    def look(self) -> None:
        """Take note of what its processes take now."""
        memory = 0
        for pid, seconds in _session(self._session).items():
            self.processor_seconds[pid] = seconds
            memory += _memory_bytes(pid)
        self.peak_memory_bytes = max(self.peak_memory_bytes, memory)


def _session(session: int) -> dict[int, float]:
    """Processor seconds of the processes of a session, by process id; none where there is no /proc."""
    ticks, found = os.sysconf("SC_CLK_TCK"), {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended since
            # Fields are counted after the name of the program, which is in brackets and may hold spaces.
            fields = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                found[int(folder.name)] = (int(fields[11]) + int(fields[12])) / ticks
    return found


def _memory_bytes(pid: int) -> int:
    """Memory of a process, what it shares divided by the number of those who share it."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
