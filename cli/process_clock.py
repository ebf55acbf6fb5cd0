"""When this process started, so that a time limit covers the loading of Python and its packages too."""

from __future__ import annotations

import os
import time
from pathlib import Path


def process_started() -> float:
    """Moment at which the operating system started this process, on the clock of `time.monotonic`.

    Where the system does not tell (anything but Linux), it is the moment of the call.
    """
    now = time.monotonic()
    try:
        stat = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
        # Fields are counted after the name of the program, which is in brackets and may hold spaces.
        ticks = int(stat.rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return now
    return now - max(age, 0.0)
