"""From an event directory, or from tables in memory, to one validated `Event`: the only way to make one of files.

Everything that is wrong is found in one pass over all tables. What is wrong with bids may be refused bid by bid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events.checks import check_event
from network.events.freight import LaneFreight, check_lanes, stated_freight
from network.events.good_bids import RowLog, good_bids
from network.events.schema import EVENT_TABLES, ONLY_CHECKED, EventLimits
from network.events.settings import SETTINGS_FILE, Settings, settings_from
from network.events.tables import Bids, Deliveries, Event, Items, Rates, Rules, Scenarios, Suppliers, Tiers
from network.files import file_problem, object_only, read_json, read_tables, release_memory, too_many_rows
from network.parsing import Parsed, fields_of, parse_table
from network.problems import EventError, Problem, ProblemLog
from network.tables import Network
from network.validation import id_index

_IDS: Final = {"items": "item_id", "suppliers": "supplier_id", "bids": "bid_id"}

_EXAMPLE: Final = '{"currency": "USD", "as_of": "2026-01-05"}'


@dataclass(frozen=True, slots=True)
class _Source:
    """What stands beside the tables."""

    files: Mapping[str, str]
    """Name for messages by table."""
    network: Network | None
    keep_good: bool


def read_event(
    directory: Path,
    *,
    network: Network | None = None,
    limits: EventLimits | None = None,
    keep_good: bool = False,
) -> tuple[Event, tuple[Problem, ...]]:
    """Read an event directory (``docs/event-directory.md``).

    Parameters
    ----------
    directory : Path
        Folder with event.json and one CSV or Parquet file per table.
    network : Network, optional
        Where bids with freight by lanes find their paths.
    limits : EventLimits, optional
        Most rows per table; generous when not given.
    keep_good : bool
        Leave out bids that have errors, with their tiers, deliveries and the rest of their packages, and report them
        all the same; only what is wrong elsewhere is raised.

    Returns
    -------
    event : Event
    problems : tuple of Problem
        What is doubtful, the first 100 of each kind; before it, with `keep_good`, what was wrong with bids left out.

    Raises
    ------
    NetworkError
        With everything that is wrong.
    """
    log, limits = RowLog(), limits or EventLimits()
    if not directory.is_dir():
        message, fix = "there is no such directory", "Give the directory that holds event.json"
        raise EventError([file_problem(str(directory), "missing_directory", message, fix)])
    content = read_json(directory / SETTINGS_FILE, log, required=True, example=_EXAMPLE)
    frames, files = read_tables(directory, log, limits, EVENT_TABLES)
    found = _event(frames, content, _Source(files, network, keep_good), log)
    frames.clear()
    release_memory()
    return found


def event_from_frames(
    frames: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    *,
    network: Network | None = None,
    limits: EventLimits | None = None,
    keep_good: bool = False,
) -> tuple[Event, tuple[Problem, ...]]:
    """Make an event of tables in memory, with the same checks as `read_event`.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The tables of the event directory by name, with the same columns.
    settings : dict
        Content of event.json.
    network, limits, keep_good
        As for `read_event`.

    Returns
    -------
    event : Event
    problems : tuple of Problem

    Raises
    ------
    NetworkError
        With everything that is wrong; `Problem.file` is the bare name of the table.
    """
    log, limits = RowLog(), limits or EventLimits()
    accepted: dict[str, pd.DataFrame] = {}
    for name, frame in frames.items():
        if name not in EVENT_TABLES:
            message, fix = "the format has no such table", f"The tables are {', '.join(EVENT_TABLES)}"
            log.add(file_problem(name, "unknown_table", message, fix))
        elif len(frame) > limits.of(name):
            log.add(too_many_rows(name, len(frame), limits.of(name)))
        else:
            accepted[name] = frame
    for name, table in EVENT_TABLES.items():
        if table.required and name not in frames:
            log.add(file_problem(name, "missing_table", "the table is missing", "Add it; it may have no rows"))
    content = object_only(settings, SETTINGS_FILE, log)
    source = _Source({name: name for name in EVENT_TABLES}, network, keep_good)
    return _event(accepted, content, source, log)


def _event(
    frames: Mapping[str, pd.DataFrame], content: Mapping[str, Any] | None, source: _Source, log: RowLog
) -> tuple[Event, tuple[Problem, ...]]:
    """Parse, check and assemble: the one path behind both doors."""
    fatal = bool(log.errors())
    settings, tables, freight = _checked(frames, content, source, log)
    warnings = log.warnings()
    if log.errors():
        kept = None if fatal or not source.keep_good else good_bids(tables, log)
        if kept is None:
            raise EventError(log.errors(), warnings)
        rest = {name: frame.reset_index(drop=True) for name, frame in frames.items()}
        rest |= {name: rest[name][rows] for name, rows in kept.items() if name in rest}
        again = RowLog()
        settings, tables, freight = _checked(rest, content, source, again)
        if again.errors():
            raise EventError((*log.errors(), *again.errors()), warnings)
        # Which items have bids is said of the bids that are left; rows of bids are counted before any is left out.
        of_items = source.files["items"]
        warnings = tuple(problem for problem in log.warnings() if problem.file != of_items)
        warnings += tuple(problem for problem in again.warnings() if problem.file == of_items)
    event = stated_freight(_assembled(tables, settings), freight)
    return event, (*log.errors(), *warnings)


def _checked(
    frames: Mapping[str, pd.DataFrame], content: Mapping[str, Any] | None, source: _Source, log: ProblemLog
) -> tuple[Settings, dict[str, Parsed], LaneFreight]:
    """Parse and check everything, find freight on lanes; the log has what is wrong."""
    settings = settings_from(content, log)
    tables = _parse(frames, source.files, log)
    check_event(tables, settings, log)
    return settings, tables, check_lanes(tables, source.network, log)


def _parse(frames: Mapping[str, pd.DataFrame], sources: Mapping[str, str], log: ProblemLog) -> dict[str, Parsed]:
    """Type all tables, those that are referred to first."""
    tables: dict[str, Parsed] = {}
    ids: dict[str, pd.Index[Any] | None] = {}
    for name, table in EVENT_TABLES.items():
        parsed = tables[name] = parse_table(table, frames.get(name), sources[name], ids, log)
        if name in _IDS:
            ids[name] = id_index(parsed, _IDS[name])
        elif name == "rules":
            _name_rules(parsed)
    return tables


def _name_rules(rules: Parsed) -> None:
    """Give rules without an id one of their row."""
    unnamed = np.flatnonzero(~rules.given["rule_id"])
    names = rules["rule_id"].copy()
    names[unnamed] = [f"rule-{row + 1}" for row in unnamed.tolist()]
    rules.values["rule_id"] = names


def _assembled(tables: Mapping[str, Parsed], settings: Settings) -> Event:
    return Event(
        currency=settings.currency,
        money_decimals=settings.money_decimals,
        as_of=settings.as_of,
        items=Items(**_columns(tables["items"])),
        suppliers=Suppliers(**_columns(tables["suppliers"])),
        bids=Bids(**_columns(tables["bids"])),
        tiers=Tiers(**_sorted(_columns(tables["tiers"]), "from_units")),
        deliveries=Deliveries(**_sorted(_columns(tables["deliveries"]), "day")),
        rates=Rates(**_columns(tables["rates"])),
        rules=Rules(**_columns(tables["rules"])),
        scenarios=Scenarios(**_columns(tables["scenarios"])),
        risk=settings.risk,
        parameters=settings.parameters,
        extra=settings.extra,
    )


def _columns(parsed: Parsed) -> dict[str, Any]:
    """Arguments of the class of a table, without what is only checked."""
    found = fields_of(parsed)
    return {name: values for name, values in found.items() if (parsed.table.name, name) not in ONLY_CHECKED}


def _sorted(columns: dict[str, Any], by: str) -> dict[str, Any]:
    """Rows by bid, then by a column."""
    order: NDArray[np.intp] = np.lexsort((columns[by], columns["bid"]))
    extra = {name: cells[order] for name, cells in columns.pop("extra").items()}
    for cells in extra.values():
        cells.setflags(write=False)
    return {name: values[order] for name, values in columns.items()} | {"extra": extra}
