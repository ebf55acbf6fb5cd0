"""When this process started, so that a time limit covers the loading of Python and its packages too."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

_LONGEST_START_SECONDS: Final = 10.0
"""Loading never takes longer. A shell that turns itself into its last command (``sh -c "install && counterpoise
demo"``) leaves its own age behind, with all that ran before."""


def process_started() -> float:
    """Moment at which the operating system started this process, on the clock of `time.monotonic`.

    At most 10 s ago. Where the system does not tell (anything but Linux), it is the moment of the call.
    """
    now = time.monotonic()
    try:
        stat = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
        # Fields are counted after the name of the program, which is in brackets and may hold spaces.
        ticks = int(stat.rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return now
    return now - min(max(age, 0.0), _LONGEST_START_SECONDS)
