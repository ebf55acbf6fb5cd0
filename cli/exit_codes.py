"""What the exit code of a command says."""

from __future__ import annotations

import enum
from typing import Final


@enum.unique
class ExitCode(enum.IntEnum):
    """Documented in the README; programs rely on it."""

    DONE = 0
    """The command did what it was asked to: for ``plan``, there is a certified plan."""
    BAD_INPUT = 1
    """The input cannot be used, a checked plan breaks a rule, or something could not be read, written or reached."""
    USAGE = 2
    """The command line makes no sense."""
    NO_PLAN = 3
    """The request is sound but has no plan: it is infeasible, or time was over before a plan was found."""
    INTERRUPTED = 130
    """Ctrl-C."""


BY_CODE: Final = (
    "exit codes: 0 done, 1 bad input or an invalid plan, 2 wrong usage, 3 infeasible or no plan found in time, "
    "130 interrupted"
)
"""The line that ``--help`` ends with."""
