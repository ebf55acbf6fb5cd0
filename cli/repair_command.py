"""``counterpoise repair DIR PLAN_DIR --out OUT``: the nearest plan that breaks no rule."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
from optimizer.plan_files.plan_schema import DECISIONS, TRANSFERS, PlanLimits
from optimizer.repair import Repair

Flags = NDArray[np.bool_]
_BY_NAME: Final = {table.name: table for table in DECISIONS}


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read the plan, repair it, write and print what came out."""
    if arguments.out.resolve() in (arguments.directory.resolve(), arguments.plan_directory.resolve()):
        raise CommandError("--out is a directory that is read; name another", ExitCode.USAGE)
    network, request, parameters = read_all(arguments, progress)
    parameters = replace(parameters, time_limit_seconds=arguments.time_limit or parameters.time_limit_seconds)
    with progress.phase("read", f"reading {arguments.plan_directory}"):
        frames, left_out = _meaningful_tables(arguments.plan_directory, network)
        read = plan_from_frames(frames, network)
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


def _meaningful_tables(directory: Path, network: Network) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Rows of decisions whose lanes, products, nodes, exits and quotes exist, and what was left out."""
    log = ProblemLog()
    frames, _ = read_tables(directory, log, PlanLimits(), {table.name: table for table in DECISIONS})
    log.raise_errors()
    if not frames:
        names = ", ".join(table.name for table in DECISIONS)
        raise CommandError(f"{directory} holds none of the tables {names}")
    known = {
        "products": network.products.sku_id,
        "nodes": network.nodes.node_id,
        "exits": network.exits.exit_id,
        "quotes": network.quotes.quote_id,
    }
    left_out: list[str] = []
    for name, frame in frames.items():
        kept = _on_lanes(frame, network, left_out) if name == TRANSFERS.name else frame
        for column in _BY_NAME[name].columns:
            if column.refers_to in known and column.name in kept.columns:
                texts = _texts(kept, column.name)
                unknown = (texts != "") & ~texts.isin(set(known[column.refers_to].astype(str)))
                kept = _without(kept, unknown, texts, column.refers_to, left_out)
        frames[name] = kept.reset_index(drop=True)
    return frames, tuple(left_out)


def _on_lanes(transfers: pd.DataFrame, network: Network, left_out: list[str]) -> pd.DataFrame:
    """Rows on lanes that exist, by name or by their ends."""
    names, lanes = network.nodes.node_id.astype(str), network.lanes
    ends = names[lanes.origin] + ">" + names[lanes.destination]
    lane, pairs = _texts(transfers, "lane_id"), _texts(transfers, "origin") + ">" + _texts(transfers, "destination")
    named = lane != ""
    unknown = ~np.where(named, lane.isin(set(lanes.lane_id.astype(str))), pairs.isin(set(ends)))
    return _without(transfers, unknown, lane.where(named, pairs), "lanes", left_out)


def _without(
    frame: pd.DataFrame, unknown: Flags | pd.Series, ids: pd.Series, what: str, left_out: list[str]
) -> pd.DataFrame:
    """Leave rows out and say which ids they name."""
    if unknown.any():
        named = sorted(set(ids[unknown]))
        shown = ", ".join(named[:5]) + (" ..." if len(named) > 5 else "")
        left_out.append(f"{counted(int(unknown.sum()), 'line')} left out, of {what} that do not exist: {shown}")
    return frame[~unknown]


def _texts(frame: pd.DataFrame, column: str) -> pd.Series:
    """Cells as text, empty where there is no such column."""
    cells = frame[column] if column in frame.columns else pd.Series("", index=frame.index)
    return cells.fillna("").astype(str).str.strip()


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
