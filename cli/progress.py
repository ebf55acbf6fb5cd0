"""Says on standard error what a command is doing, as soon as it takes longer than a second."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SILENT_SECONDS: Final = 1.0
"""Nothing is said of what is done faster, and of what comes faster only a part."""
_REPEAT_SECONDS: Final = 5.0
"""Longest time without a word."""


class Progress:
    """The phases of one command, and how long each took.

    Parameters
    ----------
    started : float
        Start of the command on the clock of `time.monotonic`.
    """

    def __init__(self, started: float) -> None:
        self.started = started
        self.seconds: dict[str, float] = {}
        """By phase."""
        self._lock = threading.Lock()
        self._last_said = 0.0

    @property
    def elapsed_seconds(self) -> float:
        """Since the command started."""
        return time.monotonic() - self.started

    def say(self, line: str) -> None:
        """Write one line, with the time since the start."""
        with self._lock:
            self._last_said = time.monotonic()
            print(f"{self.elapsed_seconds:6.1f} s  {line}", file=sys.stderr, flush=True)

    def say_sometimes(self, line: str) -> bool:
        """Write one line of many alike, unless something was said within the last second; True when written."""
        quiet = time.monotonic() - self._last_said >= _SILENT_SECONDS
        if quiet:
            self.say(line)
        return quiet

    @contextmanager
    def phase(self, name: str, what: str) -> Iterator[None]:
        """Time what is done inside, and say that it goes on while it does.

        Parameters
        ----------
        name : str
            Key of `seconds`.
        what : str
            For people, for example ``reading stores/``.
        """
        began, done = time.monotonic(), threading.Event()
        ticker = threading.Thread(target=self._tick, args=(what, began, done), name="progress", daemon=True)
        ticker.start()
        try:
            yield
        finally:
            done.set()
            ticker.join()
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began

    def _tick(self, what: str, began: float, done: threading.Event) -> None:
        wait = _SILENT_SECONDS
        while not done.wait(wait):
            quiet = time.monotonic() - max(self._last_said, began)
            if quiet >= wait - 0.01:
                self.say(f"{what} ...")
                quiet = 0.0
            wait = max(_REPEAT_SECONDS - quiet, 0.1)
