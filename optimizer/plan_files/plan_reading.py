"""From a plan directory, written by `optimizer` or by hand, to a `Plan` and what its author claims of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NOT_GIVEN
from network.files import file_problem, read_json, read_tables
from network.parsing import Parsed, parse_table
from network.problems import NetworkError, Problem, ProblemLog
from network.tables import Network
from optimizer.plan import Plan
from optimizer.plan_files.arrival_days import derive_arrival_days
from optimizer.plan_files.expiry_days import days_of_lots, derive_expiry_days
from optimizer.plan_files.plan_schema import CHOICE_TABLES, PLAN_FILE, PLAN_TABLES, TABLES_READ, PlanLimits
from optimizer.worth.economics import NO_WEIGHT_LIMIT, lane_capacity, least_dispatches, money, product_weight

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


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

    Only the table ``transfers`` must be there. A lane may be named by its ends where it is the only one; a day of
    arrival may be left out where only one can be meant; without the table ``dispatches``, the fewest that hold the
    load run.

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
        message, fix = "there is no such directory", "Give the directory that holds the table transfers"
        raise NetworkError([file_problem(str(directory), "missing_directory", message, fix)])
    frames, sources = read_tables(directory, log, limits or PlanLimits(), TABLES_READ)
    return _plan_file(network, frames, sources, read_json(directory / PLAN_FILE, log, required=False), log)


def plan_from_frames(frames: Mapping[str, pd.DataFrame], network: Network) -> PlanFile:
    """Make a plan of tables in memory, with the same checks as `read_plan`.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The tables of a plan directory by name; ``transfers`` must be there.
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
    lines = _lines(network, tables["transfers"], log)
    runs = _runs(network, tables["dispatches"], log) if tables["dispatches"].present else None
    benefit, objective = (_claimed_amount(network, content, key, log) for key in ("benefit", "objective"))
    ledger = _claimed_ledger(network, tables["ledger"], log) if tables["ledger"].present else None
    log.raise_errors()
    lane, sku, units, day, expiry = lines
    dispatch_lane, dispatches = runs or _fewest_dispatches(network, lane, sku, units)
    plan = Plan(
        lane=lane.astype(np.int32),
        sku=sku.astype(np.int32),
        units=units,
        arrives_day=day.astype(np.int32),
        dispatch_lane=dispatch_lane.astype(np.int32),
        dispatches=dispatches,
        expiry_day=expiry.astype(np.int32),
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
    ids: dict[str, pd.Index[Any] | None] = {
        "nodes": pd.Index(network.nodes.node_id),
        "products": pd.Index(network.products.sku_id),
        "lanes": pd.Index(network.lanes.lane_id),
    }
    return {name: parse_table(table, frames.get(name), sources[name], ids, log) for name, table in TABLES_READ.items()}


def _lines(network: Network, table: Parsed, log: ProblemLog) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Lane, SKU, units, days of arrival and expiry of the rows of `transfers`; anything where the log says why."""
    lane, sku, units = (
        _lane_rows(network, table, log),
        table["sku_id"].astype(np.int64),
        table["units"].astype(np.int64),
    )
    day, expiry = (np.where(table.given[name], table[name], NOT_GIVEN) for name in ("arrives_day", "expiry_day"))
    if np.any((lane < 0) | (sku < 0)):
        return lane, sku, units, day, expiry
    expiry = _expiry_days(network, table, lane, sku, log)
    if np.any(expiry == NOT_GIVEN) or np.all(table.given["arrives_day"]):
        return lane, sku, units, day, expiry
    found = derive_arrival_days(network, lane, sku, units, day, expiry_day=expiry)
    message = "the day of arrival is empty, and units leave {origin} for this SKU on more than one day"
    fix = "Give arrives_day: the day of departure plus the lead time of the lane"
    origin = network.nodes.node_id[network.lanes.origin[lane]]
    log.add_rows(table.file, "arrives_day", "ambiguous_day", found.ambiguous, message=message, fix=fix, origin=origin)
    circular = (found.day == NOT_GIVEN) & ~found.ambiguous & ~table.given["arrives_day"]
    message = "the day of arrival is empty, and depends on other lines whose day is not known"
    log.add_rows(table.file, "arrives_day", "unknown_day", circular, message=message, fix=fix)
    return lane, sku, units, found.day, expiry


def _expiry_days(network: Network, table: Parsed, lane: Ints, sku: Ints, log: ProblemLog) -> Ints:
    """Expiry days of lines: as they are given, those of the lots that are named, or the only ones that can be meant."""
    blank = ~table.given["expiry_day"]
    origin = network.lanes.origin[lane].astype(np.int64)
    place = network.nodes.node_id[origin]
    cells: dict[str, Any] = {"origin": place, "sku": network.products.sku_id[sku]}
    named = table.given["lot_id"] & blank
    day = np.where(blank, NOT_GIVEN, table["expiry_day"])
    if named.any():
        day[named] = days_of_lots(network, origin[named], sku[named], table["lot_id"][named])
        strange = named & (day == NOT_GIVEN)
        message, fix = "{origin} has no lot {value} of SKU {sku}", "Correct the lot, or give expiry_day"
        log.add_rows(
            table.file, "lot_id", "unknown_lot", strange, message=message, fix=fix, value=table["lot_id"], **cells
        )
    found = derive_expiry_days(network, lane, sku, day)
    message = "the expiry day is empty, and units of SKU {sku} with more than one expiry day could leave {origin}"
    fix = "Give expiry_day, or lot_id"
    several = found.ambiguous & blank & ~named
    log.add_rows(table.file, "expiry_day", "ambiguous_expiry", several, message=message, fix=fix, **cells)
    circular = (found.day == NOT_GIVEN) & ~found.ambiguous & blank & ~named
    message = "the expiry day is empty, and depends on other lines whose expiry day is not known"
    log.add_rows(table.file, "expiry_day", "unknown_expiry", circular, message=message, fix=fix, **cells)
    return found.day


def _lane_rows(network: Network, table: Parsed, log: ProblemLog) -> Ints:
    """Rows of ``network.lanes`` that `lane_id`, or else origin and destination, name; -1 where the log says why not."""
    lanes, n_nodes = network.lanes, max(len(network.nodes), 1)
    lane, origin, destination = (table[name].astype(np.int64) for name in ("lane_id", "origin", "destination"))
    named = table.given["lane_id"]
    both = table.given["origin"] & table.given["destination"]
    ends: dict[str, Any] = {"origin": _names(network, origin), "destination": _names(network, destination)}

    def report(code: str, rows: Flags, message: str, fix: str) -> None:
        log.add_rows(table.file, "lane_id", code, rows, message=message, fix=fix, value=table.cell("lane_id"), **ends)

    report("no_lane", ~named & ~both, "the row names no lane", "Give lane_id, or origin and destination")
    pairs = lanes.origin.astype(np.int64) * n_nodes + lanes.destination
    order = np.argsort(pairs, kind="stable")
    wanted = origin * n_nodes + destination
    first = np.searchsorted(pairs[order], wanted)
    count = np.searchsorted(pairs[order], wanted, side="right") - first
    by_ends = ~named & both & (origin >= 0) & (destination >= 0)
    missing = "no lane leads from {origin} to {destination}"
    report("unknown_lane", by_ends & (count == 0), missing, "Name a lane of the network")
    several = "more than one lane leads from {origin} to {destination}"
    report("ambiguous_lane", by_ends & (count > 1), several, "Give lane_id")
    known = named & (lane >= 0)
    other = np.zeros(len(lane), dtype=np.bool_)
    for name, end in (("origin", origin), ("destination", destination)):
        other |= known & table.given[name] & (end >= 0) & (end != getattr(lanes, name)[np.where(known, lane, 0)])
    report(
        "other_ends", other, "lane {value} has another origin or destination", "Correct the row, or leave them empty"
    )
    found = by_ends & (count == 1)
    lane = np.where(known & ~other, lane, -1)
    lane[found] = order[first[found]]
    return lane


def _names(network: Network, node: Ints) -> NDArray[np.object_]:
    """Ids of nodes, empty where there is none."""
    return np.append(network.nodes.node_id, "")[node]


def _runs(network: Network, table: Parsed, log: ProblemLog) -> tuple[Ints, Ints]:
    """Lane and number of the rows of `dispatches`."""
    return _lane_rows(network, table, log), table["dispatches"].astype(np.int64)


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
