"""Reads event directories, and the awards that are about them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cli.directories import read_directory
from cli.failures import CommandError, listed, tell_warnings
from cli.progress import Progress
from network import Problem
from network.events import Event, read_event
from network.words import counted
from optimizer.award_files.award_directory import AwardFile, read_award
from optimizer.request import Parameters


def read_event_directory(arguments: argparse.Namespace, progress: Progress) -> tuple[Event, tuple[Problem, ...]]:
    """Read the event that a command is about, and the network beside it; say what is doubtful or left out.

    Returns
    -------
    event : Event
    left_out : tuple of Problem
        What is wrong with bids that were left out, with ``--keep-good``.

    Raises
    ------
    CommandError
        When there is no such directory.
    NetworkError
        When it is no valid event.
    """
    directory: Path = arguments.directory
    if not directory.is_dir():
        is_file = "it is a file" if directory.exists() else "it does not exist"
        raise CommandError(f"{directory} is no directory ({is_file}); name one with event.json and its tables")
    network = None if arguments.network is None else read_directory(arguments.network, progress)[0]
    with progress.phase("read", f"reading {directory}"):
        event, problems = read_event(directory, network=network, keep_good=arguments.keep_good)
    left_out = tuple(problem for problem in problems if not problem.is_warning)
    tell_warnings([problem for problem in problems if problem.is_warning])
    if left_out:
        total = sum({problem.kind: problem.total for problem in left_out}.values())
        print(f"bids are left out for {counted(total, 'problem')}", file=sys.stderr)
        print("\n".join(listed(left_out, "  ")), file=sys.stderr)
    return event, left_out


def asked_of(event: Event) -> Parameters:
    """Return what event.json asks of the search, with the defaults filled in."""
    asked: dict[str, Any] = {
        name: event.parameters[name] for name in ("time_limit_seconds", "gap") if name in event.parameters
    }
    return Parameters(**asked)


def award_at(directory: Path, event: Event, progress: Progress) -> AwardFile:
    """Read an award directory, and mention what is doubtful."""
    with progress.phase("read", f"reading {directory}"):
        read = read_award(directory, event)
    tell_warnings(read.warnings)
    return read


def format_of_event(directory: Path) -> str:
    """Return ``parquet`` when the directory's bids are, else ``csv``."""
    return "parquet" if (directory / "bids.parquet").is_file() else "csv"
