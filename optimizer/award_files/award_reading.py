"""From an award directory, written by `optimizer` or by hand, to an `Award` and what its author claims of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from network.events import Event
from network.files import file_problem, read_json, read_tables
from network.parsing import Parsed, parse_table
from network.problems import NetworkError, Problem, ProblemLog
from optimizer.award import Award
from optimizer.award_files.award_schema import AWARD_FILE, AWARD_TABLES, TABLES_READ, AwardLimits
from optimizer.award_files.fingerprint import event_fingerprint
from optimizer.plan import Status
from optimizer.worth.economics import money

_WITHOUT_AWARD: Final = (Status.INFEASIBLE.value, Status.NO_PLAN.value)


@dataclass(frozen=True, slots=True)
class AwardFile:
    """Content of an award directory."""

    award: Award
    claimed_cost: int | None
    """In money units; None when award.json does not name a cost."""
    claimed_objective: int | None
    claimed_ledger: Mapping[str, int] | None
    """Money units by term; None without a ledger."""
    proved_bound: int | None
    """In money units; None when award.json names none, or was written for another event."""
    warnings: tuple[Problem, ...]


def read_award(directory: Path, event: Event, *, limits: AwardLimits | None = None) -> AwardFile:
    """Read an award directory for an event.

    Parameters
    ----------
    directory : Path
    event : Event
        What the award is for; its ids are those of the files.
    limits : AwardLimits, optional

    Returns
    -------
    AwardFile
        The award may break any rule: `optimizer.certificate.awards.certify_award` says which.

    Raises
    ------
    NetworkError
        With everything that is wrong with the files.
    """
    log = ProblemLog()
    if not directory.is_dir():
        message, fix = "there is no such directory", "Give the directory that holds the table awards"
        raise NetworkError([file_problem(str(directory), "missing_directory", message, fix)])
    document = read_json(directory / AWARD_FILE, log, required=False)
    status = None if document is None else document.get("status")
    if status in _WITHOUT_AWARD and not any(directory.glob("awards.*")):
        message, fix = f"no award was found: its status is {status}", "Give the directory of an award that was found"
        raise NetworkError([file_problem(AWARD_FILE, "no_award", message, fix)])
    frames, sources = read_tables(directory, log, limits or AwardLimits(), TABLES_READ)
    return _award_file(event, frames, sources, document, log)


def award_from_frames(frames: Mapping[str, pd.DataFrame], event: Event) -> AwardFile:
    """Make an award of tables in memory, with the same checks as `read_award`.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The tables `awards` and, optionally, `ledger` of an award directory by name.
    event : Event
        What the award is for.

    Raises
    ------
    NetworkError
        With everything that is wrong; `Problem.file` is the bare name of the table.
    """
    log = ProblemLog()
    if "awards" not in frames:
        log.add(file_problem("awards", "missing_table", "the table is missing", "Add it; it may have no rows"))
    return _award_file(event, frames, {name: name for name in TABLES_READ}, None, log)


def _award_file(
    event: Event,
    frames: Mapping[str, pd.DataFrame],
    sources: Mapping[str, str],
    content: Mapping[str, Any] | None,
    log: ProblemLog,
) -> AwardFile:
    """Parse and assemble; the one path behind both doors."""
    ids: dict[str, pd.Index[Any] | None] = {"bids": pd.Index(event.bids.bid_id)}
    tables = {
        name: parse_table(table, frames.get(name), sources[name], ids, log) for name, table in TABLES_READ.items()
    }
    cost, objective = (_claimed_amount(event, content, key, log) for key in ("cost", "objective"))
    ledger = _claimed_ledger(event, tables["ledger"], log) if tables["ledger"].present else None
    bound = _claimed_amount(event, content, "bound", log)
    same = content is not None and content.get("event") == event_fingerprint(event)
    log.raise_errors()
    bid, units = tables["awards"]["bid_id"], tables["awards"]["units"]
    order = np.argsort(bid, kind="stable")
    award = Award(bid[order].astype(np.int32), units[order].astype(np.int64))
    # The tables that follow from the award are not read, but they belong to its directory.
    warnings = [one for one in log.warnings() if Path(one.file).stem not in AWARD_TABLES.keys() - tables.keys()]
    return AwardFile(award, cost, objective, ledger, bound if same else None, tuple(warnings))


def _claimed_amount(event: Event, content: Mapping[str, Any] | None, key: str, log: ProblemLog) -> int | None:
    """Amount that award.json names, in money units."""
    amount = None if content is None else content.get(key)
    if amount is None:
        return None
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not abs(amount) < _most_money(event):
        message, fix = f"{str(amount)[:80]!r} is no amount of money", "Write a number of currency units, or null"
        log.add(Problem(AWARD_FILE, None, key, str(amount)[:80], f"bad_{key}", message, fix))
        return None
    return int(money(np.array([float(amount)]), event.money_decimals)[0])


def _claimed_ledger(event: Event, table: Parsed, log: ProblemLog) -> dict[str, int] | None:
    """Amounts of the table `ledger` in money units, by term; None where the log says why."""
    amounts = table["amount"]
    message, fix = "{value} is more money than can be counted", "Write the amount in currency units"
    wrong = np.abs(amounts) >= _most_money(event)
    log.add_rows(table.file, "amount", "too_large", wrong, message=message, fix=fix, value=amounts)
    if log.errors():
        return None
    return dict(zip(table["term"].tolist(), money(amounts, event.money_decimals).tolist(), strict=True))


def _most_money(event: Event) -> float:
    return float(2.0**62 / 10**event.money_decimals)
