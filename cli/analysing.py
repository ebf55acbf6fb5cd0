"""Questions about a plan, answered in a process of their own, and the plan that they are about."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cli.bought_network import read_network_with_bids
from cli.directories import read_request
from cli.exit_codes import ExitCode
from cli.failures import CommandError, tell_warnings
from cli.in_worker import done_by_worker
from cli.progress import Progress
from cli.solving import solve_in_worker
from network import Network
from optimizer.plan import Plan
from optimizer.plan_files.plan_directory import read_plan
from optimizer.request import Parameters, Request
from server.child import Job

DEFAULT_SECONDS: Final = 20.0
"""What a question about a plan may take when the command line does not say."""


def read_all(arguments: argparse.Namespace, progress: Progress) -> tuple[Network, Request, Parameters]:
    """Read the network directory, the bids it may buy, and what its request.json asks for; mention what is doubtful."""
    network, _, _, warnings = read_network_with_bids(arguments.directory, arguments.event, progress)
    request, parameters = read_request(network, arguments.directory)
    tell_warnings(warnings)
    return network, request, parameters


def plan_at(directory: Path, network: Network, progress: Progress) -> Plan:
    """Read the plan of a plan directory, and mention what is doubtful."""
    with progress.phase("read", f"reading {directory}"):
        read = read_plan(directory, network)
    tell_warnings(read.warnings)
    return read.plan


def plan_or_solved(
    directory: Path | None, network: Network, request: Request, parameters: Parameters, progress: Progress
) -> tuple[Plan, int | None]:
    """Return the plan of a directory, or without one the best that is found now, with the bound that was proved.

    Raises
    ------
    CommandError
        No plan was found.
    """
    if directory is not None:
        return plan_at(directory, network, progress), None
    until = progress.started + parameters.time_limit_seconds
    result = solve_in_worker(network, request, parameters, until, progress)
    if result.plan is None:
        raise CommandError(f"there is no plan to look at: {result.status.value}", ExitCode.NO_PLAN)
    return result.plan, result.bound


def answered(
    function: str,
    arguments: tuple[Any, ...],
    keywords: Mapping[str, Any],
    *,
    seconds: float,
    progress: Progress,
    what: str,
) -> Any:
    """Call ``module:name`` in a process of its own, which ends with this one, and return what it returns.

    Raises
    ------
    CommandError
        When the function fails or its process dies.
    """
    job = Job(function, arguments, keywords, seconds=seconds)
    with progress.phase("search", what):
        return done_by_worker(job, what)


def rows_for_json(table: Any) -> list[dict[str, Any]]:
    """Turn a table into objects; empty cells become null."""
    return [
        {name: None if value != value or value is None else value for name, value in row.items()}  # noqa: PLR0124 (NaN)
        for row in table.astype(object).where(table.notna(), None).to_dict("records")
    ]
