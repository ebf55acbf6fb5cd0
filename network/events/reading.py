"""From an event directory, or from tables in memory, to one validated `Event`: the only way to make one of files.

Everything that is wrong is found in one pass over all tables. What is wrong with bids may be refused bid by bid.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events.checks import check_event
from network.events.freight import with_lane_freight
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


def read_event(
    directory: Path, *, network: Network | None = None, limits: EventLimits | None = None
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

    Returns
    -------
    event : Event
    warnings : tuple of Problem
        What is doubtful, the first 100 of each kind.

    Raises
    ------
    NetworkError
        With everything that is wrong.
    """
    log, limits = ProblemLog(), limits or EventLimits()
    if not directory.is_dir():
        message, fix = "there is no such directory", "Give the directory that holds event.json"
        raise EventError([file_problem(str(directory), "missing_directory", message, fix)])
    content = read_json(directory / SETTINGS_FILE, log, required=True, example=_EXAMPLE)
    frames, sources = read_tables(directory, log, limits, EVENT_TABLES)
    found = _event(frames, content, sources, network, log)
    frames.clear()
    release_memory()
    return found


def event_from_frames(
    frames: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    *,
    network: Network | None = None,
    limits: EventLimits | None = None,
) -> tuple[Event, tuple[Problem, ...]]:
    """Make an event of tables in memory, with the same checks as `read_event`.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The tables of the event directory by name, with the same columns.
    settings : dict
        Content of event.json.
    network, limits
        As for `read_event`.

    Returns
    -------
    event : Event
    warnings : tuple of Problem

    Raises
    ------
    NetworkError
        With everything that is wrong; `Problem.file` is the bare name of the table.
    """
    log, limits = ProblemLog(), limits or EventLimits()
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
    return _event(accepted, content, {name: name for name in EVENT_TABLES}, network, log)


def _event(
    frames: Mapping[str, pd.DataFrame],
    content: Mapping[str, Any] | None,
    sources: Mapping[str, str],
    network: Network | None,
    log: ProblemLog,
) -> tuple[Event, tuple[Problem, ...]]:
    """Parse, check and assemble: the one path behind both doors."""
    settings = settings_from(content, log)
    tables = _parse(frames, sources, log)
    check_event(tables, settings, log)
    if log.errors():
        raise EventError(log.errors(), log.warnings())
    event = _assembled(tables, settings)
    if network is not None:
        event = with_lane_freight(event, network)
    return event, log.warnings()


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
