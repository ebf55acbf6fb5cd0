"""The console script: reads the command line, runs the command, turns failures into messages and exit codes."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence
from typing import Final

from cli.arguments import parser
from cli.exit_codes import ExitCode
from cli.process_clock import process_started
from server.fork_server import start_fork_server

_SOLVING: Final = ("alternatives", "award", "award-why", "plan", "repair", "rules")
"""Commands that solve in a worker."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; those of this process when not given, whose start-up then counts towards
        a time limit.

    Returns
    -------
    int
        An `ExitCode`.
    """
    started = process_started() if argv is None else time.monotonic()
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as end:  # argparse has said what is wrong, or printed the help
        return int(end.code or 0)
    try:
        code = _run(arguments.command, arguments, started)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may fail again when the interpreter flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    return code


def _run(command: str, arguments: object, started: float) -> int:
    """Import what the command needs and run it; failures that are expected are told, not raised."""
    if command in _SOLVING:
        start_fork_server()  # it loads the optimizer while this process does the same and reads the network
    from cli.failures import CommandError, tell_failure, tell_problems  # noqa: PLC0415 (loads pandas)
    from cli.progress import Progress  # noqa: PLC0415
    from network.problems import NetworkError  # noqa: PLC0415

    as_json = bool(getattr(arguments, "json", False))
    try:
        run = importlib.import_module(f"cli.{command.replace('-', '_')}_command").run
        return int(run(arguments, Progress(started)))
    except NetworkError as error:
        tell_problems(error, as_json=as_json)
        return ExitCode.BAD_INPUT
    except CommandError as error:
        tell_failure(str(error), as_json=as_json)
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        place = "" if error.filename is None else f"{error.filename}: "
        tell_failure(f"{place}{error.strerror or error}", as_json=as_json)
        return ExitCode.BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
