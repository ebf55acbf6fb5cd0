"""From a network directory, or from tables in memory, to one validated `Network`: the only way to make one.

Everything that is wrong is found in one pass over all tables and raised as one `NetworkError`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network import displays, validation
from network.clearance_checks import check_clearance
from network.clearance_tables import CLEARANCE_CLASSES
from network.columns import padded
from network.files import file_problem, object_only, read_json, read_tables, release_memory, too_many_rows
from network.magnitudes import check_magnitudes
from network.outside import with_outside
from network.parsing import Parsed, fields_of, parse_table
from network.problems import NetworkError, Problem, ProblemLog
from network.schema import SETTINGS, TABLES, Limits, Setting
from network.tables import Alerts, DisplayRules, LaneRules, Lanes, Lots, Network, NodeKind, Nodes, Products, Stock

SETTINGS_FILE: Final = "network.json"
REQUEST_FILE: Final = "request.json"


def read_network(directory: Path, *, limits: Limits | None = None) -> tuple[Network, tuple[Problem, ...]]:
    """Read a network directory (``docs/network-directory.md``).

    Parameters
    ----------
    directory : Path
        Folder with network.json and one CSV or Parquet file per table.
    limits : Limits, optional
        Most rows per table; generous when not given.

    Returns
    -------
    network : Network
    warnings : tuple of Problem
        What is doubtful, the first 100 of each kind.

    Raises
    ------
    NetworkError
        With everything that is wrong.
    """
    log, limits = ProblemLog(), limits or Limits()
    if not directory.is_dir():
        message, fix = "there is no such directory", "Give the directory that holds network.json"
        raise NetworkError([file_problem(str(directory), "missing_directory", message, fix)])
    settings = read_json(directory / SETTINGS_FILE, log, required=True)
    request = read_json(directory / REQUEST_FILE, log, required=False)
    frames, sources = read_tables(directory, log, limits)
    found = _network(frames, settings, request, sources, log)
    frames.clear()
    release_memory()
    return found


def network_from_frames(
    frames: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    *,
    request: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
) -> tuple[Network, tuple[Problem, ...]]:
    """Make a network of tables in memory, with the same checks as `read_network`.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The tables of the network directory by name, with the same columns.
    settings : dict
        Content of network.json.
    request : dict, optional
        Content of request.json.
    limits : Limits, optional
        Most rows per table; generous when not given.

    Returns
    -------
    network : Network
    warnings : tuple of Problem

    Raises
    ------
    NetworkError
        With everything that is wrong; `Problem.file` is the bare name of the table.
    """
    log, limits = ProblemLog(), limits or Limits()
    accepted: dict[str, pd.DataFrame] = {}
    for name, frame in frames.items():
        if name not in TABLES:
            message, fix = "the format has no such table", f"The tables are {', '.join(TABLES)}"
            log.add(file_problem(name, "unknown_table", message, fix))
        elif len(frame) > limits.of(name):
            log.add(too_many_rows(name, len(frame), limits.of(name)))
        else:
            accepted[name] = frame
    for name, table in TABLES.items():
        if table.required and name not in frames:
            log.add(file_problem(name, "missing_table", "the table is missing", "Add it; it may have no rows"))
    checked = object_only(settings, SETTINGS_FILE, log)
    request = None if request is None else object_only(request, REQUEST_FILE, log)
    return _network(accepted, checked, request, {name: name for name in TABLES}, log)


def _network(
    frames: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any] | None,
    request: Mapping[str, Any] | None,
    sources: Mapping[str, str],
    log: ProblemLog,
) -> tuple[Network, tuple[Problem, ...]]:
    """Parse, check and assemble: the one path behind both doors; settings that are None have been reported."""
    known, unknown = _settings(settings, log)
    tables = _parse(frames, sources, log)
    n_nodes = tables["nodes"].n_rows
    decimals = int(known["money_decimals"])
    keys = validation.position_keys(tables["stock"], n_nodes)
    validation.check_lanes(tables["lanes"], log)
    validation.check_rules(tables, log)
    validation.check_stock(tables, keys, log)
    validation.check_prices(tables, decimals, log)
    if not known["normal_demand"]:
        validation.warn_of_no_demand(tables["stock"], log)
    validation.check_weights(tables, log)
    check_magnitudes(tables, decimals, log)
    validation.check_lots(tables, keys, n_nodes, log)
    displays.check_displays(tables, keys, n_nodes, log)
    displays.check_display_money(tables, decimals, n_nodes, log)
    missing = validation.check_alerts(tables, keys, n_nodes, decimals, log)
    validation.warn_of_idle_lanes(tables, n_nodes, log)
    check_clearance(tables, known, log)
    log.raise_errors()
    network = Network(
        **known,
        nodes=Nodes(**fields_of(tables["nodes"])),
        products=Products(**fields_of(tables["products"])),
        lanes=Lanes(**fields_of(tables["lanes"])),
        lane_rules=LaneRules(**fields_of(tables["lane_rules"])),
        stock=_stock(tables["stock"], keys, missing, max(n_nodes, 1)),
        lots=Lots(**fields_of(tables["lots"])),
        alerts=Alerts(**fields_of(tables["alerts"])),
        display_rules=DisplayRules(**fields_of(tables["display_rules"])),
        **{name: table(**fields_of(tables[name])) for name, table in CLEARANCE_CLASSES.items()},
        request=dict(request or {}),
        settings_extra=unknown,
    )
    return with_outside(network), log.warnings()


def _parse(frames: Mapping[str, pd.DataFrame], sources: Mapping[str, str], log: ProblemLog) -> dict[str, Parsed]:
    """Type all tables, those that are referred to first, and fill what one column takes from another."""
    tables: dict[str, Parsed] = {}
    ids: dict[str, pd.Index[Any] | None] = {}
    for name, table in TABLES.items():
        parsed = tables[name] = parse_table(table, frames.get(name), sources[name], ids, log)
        if name == "nodes":
            warehouse = parsed["kind"] == NodeKind.WAREHOUSE
            parsed.values["transit"] = np.where(parsed.given["transit"], parsed["transit"], warehouse)
            ids[name] = validation.id_index(parsed, "node_id")
        elif name == "products":
            validation.fill_salvage(parsed, log)
            ids[name] = validation.id_index(parsed, "sku_id")
        elif name == "lanes":
            validation.name_lanes(parsed, tables["nodes"], log)
            ids[name] = validation.id_index(parsed, "lane_id")
        elif name == "display_rules":
            displays.fill_prices(parsed, log)
    return tables


def _stock(parsed: Parsed, keys: NDArray[np.int64], missing: NDArray[np.int64], n_nodes: int) -> Stock:
    """Positions sorted by SKU, then node, with a row of zeros for each key in `missing`."""
    columns = fields_of(parsed)
    extra = columns.pop("extra")
    if len(missing):
        keys = np.concatenate((keys, missing))
        columns = {name: np.append(column, np.zeros(len(missing), column.dtype)) for name, column in columns.items()}
        columns["node"][-len(missing) :] = missing % n_nodes
        columns["sku"][-len(missing) :] = missing // n_nodes
        columns["current_price"][-len(missing) :] = np.nan
        extra = {name: padded(column, len(missing)) for name, column in extra.items()}
    if not np.all(keys[1:] > keys[:-1]):
        order = np.argsort(keys, kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
        extra = {name: column[order] for name, column in extra.items()}
    for cells in extra.values():
        cells.setflags(write=False)
    return Stock(**columns, extra=extra)


def _settings(settings: Mapping[str, Any] | None, log: ProblemLog) -> tuple[dict[str, Any], dict[str, Any]]:
    """Known and unknown keys of network.json; a wrong one is replaced by something harmless."""
    known: dict[str, Any] = {}
    for setting in SETTINGS:
        harmless = setting.kind(1) if setting.default is None else setting.default
        unsure = harmless if setting.unknown is None else setting.unknown
        value = None if settings is None else settings.get(setting.name)
        if isinstance(value, np.generic):
            value = value.item()
        if value is not None:
            wrong = _wrong_setting(setting, value)
            if wrong:
                log.add(Problem(SETTINGS_FILE, None, setting.name, str(value)[:80], "bad_setting", *wrong))
            known[setting.name] = unsure if wrong else value
            continue
        if settings is not None and setting.required:
            fix = f"Add {setting.name}: {setting.meaning}"
            log.add(Problem(SETTINGS_FILE, None, setting.name, None, "missing_setting", "the key is missing", fix))
        known[setting.name] = unsure if settings is None else harmless
    names = {setting.name for setting in SETTINGS}
    unknown = {str(name): value for name, value in (settings or {}).items() if name not in names}
    for name in unknown:
        message, fix = "the format has no such key; it is kept and not planned with", "Nothing to do if that is meant"
        log.add(Problem(SETTINGS_FILE, None, name, None, "unknown_setting", message, fix, is_warning=True))
    return known, unknown


def _wrong_setting(setting: Setting, value: Any) -> tuple[str, str] | None:
    """Message and fix when a value does not fit its key."""
    words = {str: "text", int: "a whole number", bool: "true or false"}[setting.kind]
    if type(value) is not setting.kind:  # and not isinstance, as true would pass for a number of days
        return f"{str(value)[:80]!r} is not {words}", f"Write {words}: {setting.meaning}"
    low, high, number = setting.minimum, setting.maximum, cast("int", value)
    if low is not None and high is not None and not low <= number <= high:
        return f"{value} is out of range", f"Write a number from {low} to {high:,}"
    if setting.name == "currency" and not str(value).strip():
        return "it is empty", f"Write the {setting.meaning}"
    if setting.name == "as_of" and not _is_date(str(value)):
        return f"{value!r} is no date", "Write it as YYYY-MM-DD"
    return None


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return not text
    return True
