"""``counterpoise demo``: real sales become stock and alerts, a server of its own plans them, over gRPC all the way."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from cli.demo_service import Planned, plan_by_service
from cli.exit_codes import ExitCode
from cli.failures import CommandError
from cli.progress import Progress
from cli.report import Report, render_report
from network import Network, write_network
from network.writing import write_files
from scenarios import DemoFacts, SalesDataMissingError, build_network, describe
from server import Client, start_server
from server.client import RpcError, told

_PHASES: Final = ("total", "read", "build", "solve", "certify", "write")

_ANSWER_SHARE: Final = 0.1
"""Of the time limit, for starting the worker and reading the answer."""


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Start a server, build the network, have it planned, print the answer."""
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
    # The server starts first: its workers load the optimizer while the sales are read.
    with start_server() as server, Client(server.address) as client, _told_failures():
        network, facts = _built(arguments.product_types, progress)
        if not arguments.json:
            print(describe(facts), end="\n\n", flush=True)
        progress.say(f"a server of this process takes calls at {server.address}")
        until = progress.started + arguments.time_limit * (1 - _ANSWER_SHARE)
        planned = plan_by_service(client, network, until=until, gap=arguments.gap, progress=progress)
    if arguments.out is not None:
        with progress.phase("write", f"writing {arguments.out}"):
            _write(arguments.out, network, planned)
    summary = {**planned.summary, "seconds": _seconds(planned, progress)}
    if arguments.json:
        print(json.dumps({**summary, "network": _facts(facts)}, allow_nan=False))
    else:
        print(render_report(_report(network, planned, summary)))
    if arguments.out is not None and not arguments.json:
        print(f"\nWritten; try: counterpoise check {arguments.out}/network {arguments.out}/plan")
    return ExitCode.DONE if planned.tables else ExitCode.NO_PLAN


@contextmanager
def _told_failures() -> Iterator[None]:
    """Say failures of calls as failures of the command."""
    try:
        yield
    except RpcError as error:
        raise CommandError(f"the server answered: {told(error)}") from error


def _built(product_types: int, progress: Progress) -> tuple[Network, DemoFacts]:
    try:
        with progress.phase("read", "building the network from real sales"):
            return build_network(top_product_types=product_types)
    except SalesDataMissingError as error:
        raise CommandError(str(error)) from error


def _seconds(planned: Planned, progress: Progress) -> dict[str, float]:
    seconds = {**planned.summary["seconds"], **progress.seconds, "total": progress.elapsed_seconds}
    return {phase: round(seconds.get(phase, 0.0), 3) for phase in _PHASES}


def _facts(facts: DemoFacts) -> dict[str, Any]:
    return {**asdict(facts), "as_of": facts.as_of.isoformat()}


def _write(directory: Path, network: Network, planned: Planned) -> None:
    """Write network and plan as directories that the other commands read."""
    write_network(network, directory / "network")
    document = {**planned.summary, "currency": network.currency, "backend_reason": planned.backend_reason}
    write_files(directory / "plan", planned.tables, {"plan.json": document}, file_format="csv")


def _report(network: Network, planned: Planned, summary: dict[str, Any]) -> Report:
    return Report(
        summary=summary,
        currency=network.currency,
        backend_reason=planned.backend_reason,
        ledger=planned.ledger,
        outcomes=planned.outcomes,
        left_aside=0,
        conflicts=planned.conflicts,
        transfers=planned.tables.get("transfers"),
        unmet=planned.tables.get("unmet"),
    )
