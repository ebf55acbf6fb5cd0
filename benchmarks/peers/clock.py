"""The time a peer has, the phases it goes through, and what it hands in."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import Final

from benchmarks.watching import tell
from optimizer.plan import Plan

_GRACE_SECONDS: Final = 15.0
_GRACE_SHARE: Final = 0.1
"""How far a peer may overrun its time before it is ended, in its favour: some solvers glance at the clock rarely."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a peer hands in."""

    plan: Plan | None
    bound: float | None = None
    """What it says no plan can beat, in the currency; None where it does not say."""
    detail: str = ""


class TimeIsUpError(Exception):
    """The time was over before the peer could begin to solve."""


class Clock:
    """Counts the time of a peer, from the start of its process.

    The process is ended by an alarm when it overruns: no solver has to notice by itself.

    Parameters
    ----------
    started : float
        On the clock of `time.monotonic`.
    seconds : float
        Time for everything but the judgement.
    """

    def __init__(self, started: float, seconds: float) -> None:
        self._started, self._seconds = started, seconds
        self._phase, self._since = "", started
        overrun = _GRACE_SECONDS + _GRACE_SHARE * seconds
        signal.setitimer(signal.ITIMER_REAL, max(self.left + overrun, 0.01))

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self._started + self._seconds - time.monotonic()

    def enter(self, phase: str) -> None:
        """Begin a phase: read, build or solve.

        Raises
        ------
        TimeIsUpError
            When no time is left for it.
        """
        self._end_phase()
        if self.left <= 0:
            raise TimeIsUpError(phase)
        self._phase = phase
        tell("phase", name=phase)

    def stop(self) -> None:
        """End the last phase; what follows is not the peer's time any more."""
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        self._end_phase()
        self._phase = ""
        tell("stopped", seconds=round(time.monotonic() - self._started, 3))

    def _end_phase(self) -> None:
        now = time.monotonic()
        if self._phase:
            tell("took", name=self._phase, seconds=round(now - self._since, 3))
        self._since = now
