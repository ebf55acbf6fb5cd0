"""``counterpoise repair DIR PLAN_DIR --out OUT``: the nearest plan that breaks no rule."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cli.analysing import answered, read_all
from cli.diff_command import difference_page, difference_summary
from cli.directories import format_of
from cli.exit_codes import ExitCode
from cli.failures import CommandError, tell_warnings
from cli.progress import Progress
from cli.report import conflict_lines, conflict_words, meaning_of_status
from network import Network
from network.files import read_tables
from network.problems import ProblemLog
from network.words import counted
from network.writing import FileFormat
from optimizer.plan_files.plan_directory import certificate_summary, result_summary, write_plan
from optimizer.plan_files.plan_reading import plan_from_frames
from optimizer.plan_files.plan_schema import TRANSFERS, PlanLimits
from optimizer.repair import Repair


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read the plan, repair it, write and print what came out."""
    if arguments.out.resolve() in (arguments.directory.resolve(), arguments.plan_directory.resolve()):
        raise CommandError("--out is a directory that is read; name another", ExitCode.USAGE)
    network, request, parameters = read_all(arguments, progress)
    parameters = replace(parameters, time_limit_seconds=arguments.time_limit or parameters.time_limit_seconds)
    with progress.phase("read", f"reading {arguments.plan_directory}"):
        transfers, left_out = _known_lines(arguments.plan_directory, network)
        read = plan_from_frames({TRANSFERS.name: transfers}, network)
    tell_warnings(read.warnings)
    repaired: Repair = answered(
        "optimizer.repair:repair",
        (network, request, read.plan, parameters),
        {},
        seconds=parameters.time_limit_seconds,
        progress=progress,
        what="repairing",
    )
    repaired = replace(repaired, left_out=(*left_out, *repaired.left_out))
    file_format: FileFormat = "parquet" if format_of(arguments.directory) == "parquet" else "csv"
    with progress.phase("write", f"writing {arguments.out}"):
        write_plan(arguments.out, network, repaired.result, file_format=file_format)
    _tell(network, repaired, arguments)
    return ExitCode.DONE if repaired.result.plan is not None else ExitCode.NO_PLAN


def _known_lines(directory: Path, network: Network) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rows of `transfers` whose lane and product exist, and what was left out."""
    log = ProblemLog()
    frames, _ = read_tables(directory, log, PlanLimits(), {TRANSFERS.name: TRANSFERS})
    log.raise_errors()
    table = frames.get(TRANSFERS.name)
    if table is None:
        raise CommandError(f"{directory} holds no table transfers")

    def texts(name: str) -> pd.Series:
        column = table[name] if name in table.columns else pd.Series("", index=table.index)
        return column.fillna("").astype(str).str.strip()

    names, lanes = network.nodes.node_id.astype(str), network.lanes
    ends = set(zip(names[lanes.origin], names[lanes.destination], strict=True))
    pairs = pd.Series(list(zip(texts("origin"), texts("destination"), strict=True)), index=table.index, dtype=object)
    named = texts("lane_id") != ""
    lane_known = np.where(named, texts("lane_id").isin(set(lanes.lane_id.astype(str))), pairs.isin(ends))
    sku_known = texts("sku_id").isin(set(network.products.sku_id.astype(str)))
    left_out = []
    for unknown, column in ((~lane_known, "lanes"), (~sku_known & lane_known, "products")):
        if unknown.any():
            which = texts("lane_id").where(named, texts("origin") + ">" + texts("destination"))
            ids = sorted(set((which if column == "lanes" else texts("sku_id"))[unknown]))
            shown = ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
            left_out.append(f"{counted(int(unknown.sum()), 'line')} left out, of {column} that do not exist: {shown}")
    return table[lane_known & sku_known].reset_index(drop=True), tuple(left_out)


def _tell(network: Network, repaired: Repair, arguments: argparse.Namespace) -> None:
    if arguments.json:
        difference = repaired.difference
        answer = {
            "left_out": list(repaired.left_out),
            "proposed": {"certificate": certificate_summary(repaired.certificate)},
            "least_changed_units": repaired.least_changed_units,
            "difference": None if difference is None else difference_summary(network, difference),
            "repaired": result_summary(repaired.result, network),
        }
        print(json.dumps(answer, allow_nan=False))
    else:
        print("\n".join(_page(network, repaired)))
        print(f"\nWritten to {arguments.out}")


def _page(network: Network, repaired: Repair) -> Iterator[str]:
    certificate = repaired.certificate
    yield from repaired.left_out
    if certificate.valid:
        yield "The plan breaks no rule"
    else:
        yield f"The plan as it was: {counted(certificate.violation_count, 'violation')}"
        yield from (f"  {found.rule}, {found.place}: {found.message}" for found in certificate.violations[:20])
    result = repaired.result
    if repaired.difference is None:
        conflicts = conflict_words(result)
        yield f"Not repaired, {result.status.value}: {meaning_of_status(result.status.value, conflicts)}"
        if conflicts:
            yield ""
            yield from conflict_lines(conflicts)
        return
    if not certificate.valid:
        yield f"Repaired: {result.backend_reason}"
    yield ""
    yield from difference_page(network, repaired.difference, difference_summary(network, repaired.difference))
