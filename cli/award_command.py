"""``counterpoise award DIR --out AWARD_DIR``: the award of the least cost, written with its proof."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final, cast

from cli.award_report import award_page, conflict_lines
from cli.awarding import award_in_worker
from cli.directories import require_parquet
from cli.events import asked_of, format_of_event, read_event_directory
from cli.exit_codes import ExitCode
from cli.failures import CommandError
from cli.progress import Progress
from network import FileFormat
from network.events import Event
from optimizer.award_files.award_directory import award_summary, tables_of_result, write_award
from optimizer.backends import backend_named
from optimizer.certificate.event_reading import EventReading, reading_of
from optimizer.plan import StopReason
from optimizer.request import Parameters

_PHASES: Final = ("total", "read", "build", "solve", "certify", "write")

_LEAST_RESERVE_SECONDS: Final = 0.5
_LARGEST_RESERVE_SHARE: Final = 0.3
"""Of the time limit, for the way to the worker and back and for writing: each takes about as long as reading did."""


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read, search, write and report."""
    if arguments.backend is not None:
        _check_backend(arguments.backend)
    file_format = cast("FileFormat", arguments.format or format_of_event(arguments.directory))
    if file_format == "parquet":
        require_parquet()
    _check_out(arguments.out, arguments.directory)
    event, left_out = read_event_directory(arguments, progress)
    arguments.out.mkdir(parents=True, exist_ok=True)
    parameters = _with_flags(asked_of(event), arguments)
    with progress.phase("read", "reading bids and rules"):
        reading = _reading(event)
    until = _search_until(parameters.time_limit_seconds, progress)
    result = award_in_worker(event, parameters, until, progress)
    if result.award is not None and (result.certificate is None or not result.certificate.valid):
        raise CommandError("the award that was found failed its certificate and is withheld; please report this")
    result = replace(result, seconds={**result.seconds, "read": progress.seconds["read"]})
    with progress.phase("write", f"writing {arguments.out}"):
        tables = tables_of_result(event, result, reading)
        write_award(arguments.out, event, result, file_format=file_format, tables=tables, reading=reading)
    seconds = {**result.seconds, **progress.seconds, "total": progress.elapsed_seconds}
    result = replace(result, seconds={name: seconds.get(name, 0.0) for name in _PHASES})
    summary = award_summary(result, event, reading)
    if arguments.json:
        problems = {"problems": [asdict(problem) for problem in left_out]} if arguments.keep_good else {}
        print(json.dumps(summary | problems, allow_nan=False))
        print("".join(f"{line}\n" for line in conflict_lines(result.conflicts)), end="", file=sys.stderr)
    else:
        reason, conflicts = result.backend_reason, result.conflicts
        print(award_page(summary, event.currency, backend_reason=reason, conflicts=conflicts, tables=tables))
        print(f"\nWritten to {arguments.out}")
    if result.stopped_by is StopReason.CANCELLED:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if result.award is not None else ExitCode.NO_PLAN


def _check_backend(name: str) -> None:
    try:
        backend_named(name)
    except ValueError as error:
        raise CommandError(f"--backend: {error}", ExitCode.USAGE) from error


def _check_out(out: Path, directory: Path) -> None:
    """Find out before the search, not after it, that the award has no place."""
    if out.resolve() == directory.resolve():
        raise CommandError("--out is the event's own directory; name another", ExitCode.USAGE)
    if out.exists() and not out.is_dir():
        raise CommandError(f"--out: {out} is a file; name a directory", ExitCode.USAGE)


def _reading(event: Event) -> EventReading:
    try:
        return reading_of(event)
    except ValueError as error:
        raise CommandError(f"the event cannot be counted: {error}") from error


def _with_flags(asked: Parameters, arguments: argparse.Namespace) -> Parameters:
    """Let flags win over event.json."""
    flags = {"time_limit_seconds": arguments.time_limit, "gap": arguments.gap, "backend": arguments.backend}
    return replace(asked, **{name: value for name, value in flags.items() if value is not None})


def _search_until(time_limit_seconds: float, progress: Progress) -> float:
    """Moment by which the search must end, so that a limit that covers the whole command is kept."""
    reserve = max(_LEAST_RESERVE_SECONDS, 3 * progress.seconds["read"])
    return progress.started + time_limit_seconds - min(reserve, _LARGEST_RESERVE_SHARE * time_limit_seconds)
