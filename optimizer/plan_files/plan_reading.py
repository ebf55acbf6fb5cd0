"""From a plan directory, written by `optimizer` or by hand, to a `Plan` and what its author claims of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.files import file_problem, read_json, read_tables
from network.outside import outside_lanes
from network.parsing import Parsed, parse_table
from network.problems import NetworkError, Problem, ProblemLog
from network.tables import Network, NodeKind
from optimizer.plan import Plan
from optimizer.plan_files.line_reading import Lines, lane_rows, read_lines, with_feeding_lines
from optimizer.plan_files.markdown_reading import read_markdowns
from optimizer.plan_files.plan_schema import (
    CHOICE_TABLES,
    DECISIONS,
    PLAN_FILE,
    PLAN_TABLES,
    TABLES_READ,
    PlanLimits,
)
from optimizer.worth.economics import NO_WEIGHT_LIMIT, lane_capacity, least_dispatches, money, product_weight

Ints = NDArray[np.int64]

_DECISION_NAMES: Final = tuple(table.name for table in DECISIONS)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """Content of a plan directory."""

    plan: Plan
    claimed_benefit: int | None
    """In money units; None when plan.json does not name a benefit."""
    claimed_objective: int | None
    """In money units; None when plan.json does not name an objective."""
    claimed_ledger: Mapping[str, int] | None
    """Money units by term; None without a ledger."""
    warnings: tuple[Problem, ...]


def read_plan(directory: Path, network: Network, *, limits: PlanLimits | None = None) -> PlanFile:
    """Read a plan directory for a network.

    One of the tables ``transfers``, ``markdowns``, ``exits`` and ``purchases`` must be there. A lane may be named by
    its ends where it is the only one; a day of arrival may be left out where only one can be meant; without the table
    ``dispatches``, the fewest that hold the load run.

    Parameters
    ----------
    directory : Path
    network : Network
        What the plan is for; its ids are those of the files.
    limits : PlanLimits, optional

    Returns
    -------
    PlanFile
        The plan may break any rule: `optimizer.certificate.certify` says which.

    Raises
    ------
    NetworkError
        With everything that is wrong with the files.
    """
    log = ProblemLog()
    if not directory.is_dir():
        message, fix = "there is no such directory", "Give the directory that holds the tables of a plan"
        raise NetworkError([file_problem(str(directory), "missing_directory", message, fix)])
    frames, sources = read_tables(directory, log, limits or PlanLimits(), TABLES_READ)
    if not any((directory / source).is_file() for name, source in sources.items() if name in _DECISION_NAMES):
        message = f"there is none of the tables {', '.join(_DECISION_NAMES)}"
        log.add(file_problem(sources["transfers"], "missing_file", message, "Add one of them: it makes a plan"))
    return _plan_file(network, frames, sources, read_json(directory / PLAN_FILE, log, required=False), log)


def plan_from_frames(frames: Mapping[str, pd.DataFrame], network: Network) -> PlanFile:
    """Make a plan of tables in memory, with the same checks as `read_plan`.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The tables of a plan directory by name.
    network : Network
        What the plan is for.

    Raises
    ------
    NetworkError
        With everything that is wrong; `Problem.file` is the bare name of the table.
    """
    return _plan_file(network, frames, {name: name for name in TABLES_READ}, None, ProblemLog())


def _plan_file(
    network: Network,
    frames: Mapping[str, pd.DataFrame],
    sources: Mapping[str, str],
    content: Mapping[str, Any] | None,
    log: ProblemLog,
) -> PlanFile:
    """Parse and assemble; the one path behind both doors."""
    tables = _parsed(network, frames, sources, log)
    lines = read_lines(network, tables, log)
    markdowns = read_markdowns(network, tables["markdowns"], log)
    runs = _runs(network, tables["dispatches"], log) if tables["dispatches"].present else None
    benefit, objective = (_claimed_amount(network, content, key, log) for key in ("benefit", "objective"))
    ledger = _claimed_ledger(network, tables["ledger"], log) if tables["ledger"].present else None
    log.raise_errors()
    lines = with_feeding_lines(network, lines)
    dispatch_lane, dispatches = _all_runs(network, lines, runs)
    plan = Plan(
        lane=lines.lane.astype(np.int32),
        sku=lines.sku.astype(np.int32),
        units=lines.units,
        arrives_day=lines.arrives_day.astype(np.int32),
        dispatch_lane=dispatch_lane.astype(np.int32),
        dispatches=dispatches,
        expiry_day=lines.expiry_day.astype(np.int32),
        markdowns=markdowns,
    )
    # The tables that follow from the plan are not read, but they belong to a plan directory.
    warnings = [
        problem
        for problem in log.warnings()
        if Path(problem.file).stem not in {*PLAN_TABLES, *CHOICE_TABLES} - tables.keys()
    ]
    return PlanFile(plan, benefit, objective, ledger, tuple(warnings))


def _parsed(
    network: Network, frames: Mapping[str, pd.DataFrame], sources: Mapping[str, str], log: ProblemLog
) -> dict[str, Parsed]:
    """Type the tables that are read."""
    sites = network.nodes.kind < NodeKind.EXIT
    between = sites[network.lanes.origin] & sites[network.lanes.destination]
    # Places outside come last, and have tables of their own.
    ids: dict[str, pd.Index[Any] | None] = {
        "nodes": pd.Index(network.nodes.node_id[sites]),
        "products": pd.Index(network.products.sku_id),
        "lanes": pd.Index(network.lanes.lane_id[between]),
        "exits": pd.Index(network.exits.exit_id),
        "quotes": pd.Index(network.quotes.quote_id),
    }
    return {name: parse_table(table, frames.get(name), sources[name], ids, log) for name, table in TABLES_READ.items()}


def _runs(network: Network, table: Parsed, log: ProblemLog) -> tuple[Ints, Ints]:
    """Lane and number of the rows of `dispatches`."""
    return lane_rows(network, table, log), table["dispatches"].astype(np.int64)


def _all_runs(network: Network, lines: Lines, given: tuple[Ints, Ints] | None) -> tuple[Ints, Ints]:
    """Return lanes and dispatches: as they are given between nodes, else the fewest that hold the load."""
    lane, runs = _fewest_dispatches(network, lines.lane, lines.sku, lines.units)
    if given is None:
        return lane, runs
    outside = outside_lanes(network)[lane]
    return np.concatenate([given[0], lane[outside]]), np.concatenate([given[1], runs[outside]])


def _fewest_dispatches(network: Network, lane: Ints, sku: Ints, units: Ints) -> tuple[Ints, Ints]:
    """Return the lanes that carry lines, with the fewest dispatches that hold their load: at least one each."""
    load = np.zeros(len(network.lanes), dtype=np.int64)
    np.add.at(load, lane, np.maximum(units, 0) * product_weight(network)[sku])
    used = np.unique(lane)
    needed = least_dispatches(load[used], lane_capacity(network)[used])
    # No number of dispatches of nothing holds a load: let the certificate say so of one.
    return used, np.where(needed == NO_WEIGHT_LIMIT, 1, np.maximum(needed, 1))


def _claimed_amount(network: Network, content: Mapping[str, Any] | None, key: str, log: ProblemLog) -> int | None:
    """Amount that plan.json names, in money units."""
    amount = None if content is None else content.get(key)
    if amount is None:
        return None
    most = 2.0**62 / 10**network.money_decimals
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not abs(amount) < most:
        message, fix = f"{str(amount)[:80]!r} is no amount of money", "Write a number of currency units, or null"
        log.add(Problem(PLAN_FILE, None, key, str(amount)[:80], f"bad_{key}", message, fix))
        return None
    return int(money(np.array([float(amount)]), network.money_decimals)[0])


def _claimed_ledger(network: Network, table: Parsed, log: ProblemLog) -> dict[str, int] | None:
    """Amounts of the table `ledger` in money units, by term; None where the log says why."""
    amounts = table["amount"]
    most = 2.0**62 / 10**network.money_decimals
    wrong = np.abs(amounts) >= most
    message, fix = "{value} is more money than can be counted", "Write the amount in currency units"
    log.add_rows(table.file, "amount", "too_large", wrong, message=message, fix=fix, value=amounts)
    if log.errors():
        return None
    units = money(amounts, network.money_decimals)
    return dict(zip(table["term"].tolist(), units.tolist(), strict=True))
