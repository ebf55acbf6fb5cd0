"""``counterpoise plan DIR --out PLAN_DIR``: the plan that makes the most money, written with its proof."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from cli.analysing import answered
from cli.bought_network import known_plan, read_network_with_bids
from cli.directories import format_of, read_request, require_parquet
from cli.exit_codes import ExitCode
from cli.failures import CommandError, tell_warnings
from cli.progress import Progress
from cli.report import Report, conflict_words, render_report
from cli.solving import solve_in_worker
from network import FileFormat, Network
from optimizer.alternatives import choice_tables
from optimizer.backends import backend_named
from optimizer.plan import Result, Status
from optimizer.plan_files.plan_directory import plan_tables, result_summary, write_plan
from optimizer.request import RESPONSES, Parameters, Request
from optimizer.scope import selecting_alerts, skus_in_scope

_PHASES: Final = ("total", "read", "build", "solve", "certify", "write")

_LEAST_RESERVE_SECONDS: Final = 0.5
_LARGEST_RESERVE_SHARE: Final = 0.3
"""Of the time limit, for the way to the worker and back and for writing: each takes about as long as reading did."""

_ALTERNATIVES_SHARE: Final = 0.3
"""Of the time limit, for alternatives where they are asked for."""


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read, solve, write and report."""
    if arguments.backend is not None:
        _check_backend(arguments.backend)
    file_format = cast("FileFormat", arguments.format or format_of(arguments.directory))
    if file_format == "parquet":
        require_parquet()
    if arguments.out.resolve() == arguments.directory.resolve():
        raise CommandError("--out is the network's own directory; name another", ExitCode.USAGE)
    network, event, plain, warnings = read_network_with_bids(arguments.directory, arguments.event, progress)
    tell_warnings(warnings)
    known = known_plan(arguments, network, event, plain)
    request, asked = read_request(network, arguments.directory)
    if arguments.responses is not None:
        request = replace(request, responses=_known_responses(arguments.responses))
    parameters = _with_flags(asked, arguments)
    _make_directory(arguments.out)
    searching = parameters.time_limit_seconds * (1 - _ALTERNATIVES_SHARE if arguments.alternatives else 1)
    until = _search_until(searching, progress)
    known_plans = () if known is None else (known,)
    result = solve_in_worker(network, request, parameters, until, progress, known=known_plans)
    _withhold_invalid(result)
    result = replace(result, seconds={**result.seconds, "read": progress.seconds["read"]})
    choices = _choices(network, request, result, parameters, progress) if arguments.alternatives else {}
    with progress.phase("write", f"writing {arguments.out}"):
        write_plan(arguments.out, network, result, file_format=file_format, choices=choices)
    _tell(network, request, result, arguments, progress)
    return ExitCode.DONE if result.plan is not None else ExitCode.NO_PLAN


def _choices(
    network: Network, request: Request, result: Result, parameters: Parameters, progress: Progress
) -> dict[str, pd.DataFrame]:
    """Look for alternatives in what is left of the time limit, as tables; none without a plan."""
    if result.plan is None:
        return {}
    seconds = max(_search_until(parameters.time_limit_seconds, progress) - time.monotonic(), _LEAST_RESERVE_SECONDS)
    found = answered(
        "optimizer.alternatives:alternatives",
        (network, request, result.plan),
        {"seconds": seconds},
        seconds=seconds,
        progress=progress,
        what="looking for alternatives",
    )
    return choice_tables(network, found)


def _check_backend(name: str) -> None:
    try:
        backend_named(name)
    except ValueError as error:
        raise CommandError(f"--backend: {error}", ExitCode.USAGE) from error


def _known_responses(asked: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in asked if name not in RESPONSES]
    if unknown:
        known = ", ".join(RESPONSES)
        raise CommandError(
            f"--responses: there is no response {unknown[0]!r}; the responses are {known}", ExitCode.USAGE
        )
    return asked


def _with_flags(asked: Parameters, arguments: argparse.Namespace) -> Parameters:
    """Let flags win over request.json."""
    flags = {
        "time_limit_seconds": arguments.time_limit,
        "gap": arguments.gap,
        "backend": arguments.backend,
    }
    return replace(asked, **{name: value for name, value in flags.items() if value is not None})


def _search_until(time_limit_seconds: float, progress: Progress) -> float:
    """Moment by which the search must end, so that a limit that covers the whole command is kept."""
    reserve = max(_LEAST_RESERVE_SECONDS, 3 * progress.seconds["read"])
    return progress.started + time_limit_seconds - min(reserve, _LARGEST_RESERVE_SHARE * time_limit_seconds)


def _make_directory(directory: Path) -> None:
    """Find out before the search, not after it, that the plan has no place."""
    if directory.exists() and not directory.is_dir():
        raise CommandError(f"--out: {directory} is a file; name a directory", ExitCode.USAGE)
    directory.mkdir(parents=True, exist_ok=True)


def _withhold_invalid(result: Result) -> None:
    certificate = result.certificate
    if result.plan is not None and (certificate is None or not certificate.valid):
        raise CommandError("the plan that was found failed its certificate and is withheld; please report this")


def _tell(
    network: Network, request: Request, result: Result, arguments: argparse.Namespace, progress: Progress
) -> None:
    """Print the answer: one object for programs, a page for people."""
    seconds = {**result.seconds, **progress.seconds, "total": progress.elapsed_seconds}
    summary = result_summary(replace(result, seconds={name: seconds.get(name, 0.0) for name in _PHASES}), network)
    if arguments.json:
        print(json.dumps(summary, allow_nan=False))
        if result.status is Status.INFEASIBLE:
            print("\n".join(conflict_words(result)), file=sys.stderr)
        return
    print(render_report(_report(network, request, result, summary)))
    print(f"\nWritten to {arguments.out}")


def _report(network: Network, request: Request, result: Result, summary: dict[str, Any]) -> Report:
    tables = plan_tables(network, result)
    scale = 10**network.money_decimals
    certificate, outcomes = result.certificate, result.outcomes
    selects = selecting_alerts(network, request) & skus_in_scope(network, request)[network.alerts.sku]
    words = [] if outcomes is None else outcomes.outcome[selects[outcomes.alert]].tolist()
    counts = {name: words.count(name) for name in ("resolved", "partly", "unresolved")}
    return Report(
        summary=summary,
        currency=network.currency,
        backend_reason=result.backend_reason,
        ledger={} if certificate is None else {term: units / scale for term, units in certificate.ledger.items()},
        outcomes=counts if outcomes is not None and len(network.alerts) else {},
        left_aside=int(np.count_nonzero(~selects)),
        conflicts=conflict_words(result),
        transfers=tables.get("transfers"),
        unmet=tables.get("unmet"),
        **{name: tables.get(name) for name in ("markdowns", "exits", "purchases")},
    )
