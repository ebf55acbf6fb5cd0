"""Adds the bids of filled forms to an event: good ones are kept, bad ones are reported at their place in the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pandas as pd

from network.dirty_tables import plain_number
from network.events import EventLimits, event_from_frames
from network.events.schema import EVENT_TABLES
from network.events.settings import SETTINGS_FILE
from network.files import file_problem, read_json, read_tables
from network.problems import EventError, NetworkError, Problem, ProblemLog
from network.schema_columns import CellType, Table
from network.tables import Network
from network.words import counted
from network.writing import write_files
from optimizer.rfq.answers import read_answers
from optimizer.rfq.cells import read_cells
from optimizer.rfq.form import BIDS, FOLDER, TERM_COLUMNS, TERMS

_OF_BIDS: Final = frozenset({"bids", "tiers", "deliveries"})
"""Tables that bids are made of."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of a form."""

    file: str
    supplier_id: str
    rows: int
    """Rows that bid for something."""
    kept: int
    """Bids that the event has now."""
    left_empty: int
    problems: tuple[Problem, ...] = ()
    """What is wrong, and as warnings what is doubtful, at the places of the form."""


@dataclass
class Collection:
    """An event directory whose tables grow as answers come in; `write` puts them back."""

    directory: Path
    settings: Mapping[str, Any]
    frames: dict[str, pd.DataFrame]
    network: Network | None = None
    file_format: str = "csv"
    answers: list[Collected] = field(default_factory=list)

    def withdraw(self, supplier_id: str) -> int:
        """Take all bids of a supplier out, so that a form can stand in their place; says how many there were."""
        bids = self.frames["bids"]
        gone = bids["bid_id"][bids["supplier_id"] == supplier_id]
        for name in _OF_BIDS & self.frames.keys():
            table = self.frames[name]
            self.frames[name] = table[~table["bid_id"].isin(gone)].reset_index(drop=True)
        return len(gone)

    def add_bids(self, path: Path, supplier_id: str) -> Collected:
        """Add the bids of a form; those that are wrong are left out, whole packages with them."""
        before = self.frames["bids"]
        answers = read_answers(path, supplier_id, before["bid_id"].tolist())
        tables = {name: getattr(answers, name).drop(columns="number") for name in ("tiers", "deliveries")}
        known = _with(self.frames, bids=answers.bids, **tables)
        try:
            event, problems = event_from_frames(known, self.settings, network=self.network, keep_good=True)
            kept = event.bids.bid_id.tolist()
        except NetworkError as error:
            problems, kept = (*error.problems, *error.warnings), []
        added = answers.bids[answers.bids["bid_id"].isin(kept)]
        own = before["item_id"][before["supplier_id"] == supplier_id]
        self._append("bids", added)
        for name, table in tables.items():
            self._append(name, table[table["bid_id"].isin(kept)])
        told = list(answers.problems)
        told += [answers.at_its_place(problem) for problem in problems if _is_of_the_form(problem)]
        told += [_strange(str(path), name) for name in answers.strange_columns]
        told += _beside(str(path), int(added["item_id"].isin(own).sum()))
        rows = len(answers.bids) + len(answers.problems)
        found = Collected(str(path), supplier_id, rows, len(kept), answers.left_empty, tuple(told))
        self.answers.append(found)
        return found

    def add_terms(self, path: Path, supplier_id: str) -> Collected:
        """Take over what a supplier says of itself, unless something is wrong with it."""
        read = read_cells(path)
        form = read.frame
        said = {
            name: plain_number(form[name].iloc[0], decimal_comma=read.decimal_comma)
            for name in TERM_COLUMNS
            if name in form and len(form)
        }
        said = {name: cell for name, cell in said.items() if cell is not None}
        suppliers = self.frames["suppliers"].copy()
        for name, cell in said.items():
            if name not in suppliers:
                suppliers[name] = None
            suppliers.loc[suppliers["supplier_id"] == supplier_id, name] = cell
        problems = read.problems
        try:
            event_from_frames(_with(self.frames, suppliers=suppliers), self.settings)
        except NetworkError as error:
            problems += tuple(_moved(problem, str(path), row=1) for problem in error.problems)
        else:
            self.frames["suppliers"] = suppliers
        found = Collected(str(path), supplier_id, len(said), 0, 0, problems)
        self.answers.append(found)
        return found

    def write(self) -> None:
        """Write the tables that grew."""
        grown = {
            name: frame if len(frame) or EVENT_TABLES[name].required else None
            for name, frame in self.frames.items()
            if name in {"suppliers", *_OF_BIDS}
        }
        write_files(self.directory, grown, {}, file_format="parquet" if self.file_format == "parquet" else "csv")

    def _append(self, name: str, rows: pd.DataFrame) -> None:
        filled = rows.dropna(axis=1, how="all")
        table = self.frames[name]
        self.frames[name] = pd.concat([table, filled], ignore_index=True) if len(table) else _ready(table, filled)


def open_collection(directory: Path, network: Network | None = None) -> Collection:
    """Read the tables of an event directory as they stand.

    Parameters
    ----------
    directory : Path
    network : Network, optional
        Where bids with freight by lanes find their ways.

    Raises
    ------
    NetworkError
        The event itself cannot be read.
    """
    log = ProblemLog()
    if not directory.is_dir():
        message, fix = "there is no such directory", "Give the directory that holds event.json"
        raise EventError([file_problem(str(directory), "missing_directory", message, fix)])
    settings = read_json(directory / SETTINGS_FILE, log, required=True)
    frames, files = read_tables(directory, log, EventLimits(), EVENT_TABLES)
    if log.errors():
        raise EventError(log.errors())
    frames = {name: _cells(frame, EVENT_TABLES[name]) for name, frame in frames.items()}
    for name in _OF_BIDS:
        frames.setdefault(name, pd.DataFrame(columns=["bid_id"], dtype=object))
    parquet = files["bids"].endswith("parquet")
    return Collection(directory, settings or {}, frames, network, "parquet" if parquet else "csv")


def _cells(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Cells as they are written: None where empty, whole numbers without the point that empty cells bring."""
    whole = {column.name for column in table.columns if column.cell is CellType.INTEGER}
    cells = frame.astype(object).where(frame.notna(), None)
    for name in whole & set(cells.columns):
        plain = [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells[name]]
        cells[name] = pd.Series(plain, index=cells.index, dtype=object)
    return cells


def supplier_of(directory: Path, path: Path) -> str | None:
    """Supplier whose folder of the event's a file is in, None where it is in none."""
    try:
        parts = path.resolve().relative_to((directory / FOLDER).resolve()).parts
    except ValueError:
        return None
    return unquote(parts[0]) if len(parts) > 1 or (parts and path.is_dir()) else None


def forms_in(path: Path) -> tuple[Path, ...]:
    """Forms that a path stands for: of a folder, what it has of terms and bids; else the file."""
    if not path.is_dir():
        return (path,)
    return tuple(path / name for name in (TERMS, BIDS) if (path / name).is_file())


def _with(frames: Mapping[str, pd.DataFrame], **tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Put other tables into the event, without the bids of others: those were checked when they came."""
    some = {name: frame for name, frame in frames.items() if name not in {"bids", "tiers", "deliveries"}}
    some["bids"] = frames["bids"].iloc[:0]
    added = {name: frame for name, frame in tables.items() if len(frame) or EVENT_TABLES[name].required}
    return some | {name: frame.reset_index(drop=True) for name, frame in added.items()}


def _ready(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table that was empty, with the columns that it must have."""
    missing = [name for name in table.columns if name not in rows]
    return rows.reset_index(drop=True).assign(**dict.fromkeys(missing))


def _is_of_the_form(problem: Problem) -> bool:
    """Leave out what is doubtful about the event without the bids of all others."""
    return problem.file in _OF_BIDS or not problem.is_warning


def _beside(file: str, count: int) -> Iterator[Problem]:
    """Say that bids stand beside others of their supplier for the same items: a correction would not."""
    if count:
        message = f"{counted(count, 'bid')} for items that the supplier has bids for: old and new ones can both win"
        fix = "Give --replace if the form corrects what the supplier sent before"
        yield Problem(file, None, "item_id", None, "second_bid", message, fix, is_warning=True)


def _moved(problem: Problem, file: str, row: int | None) -> Problem:
    return Problem(file, row, problem.column, problem.value, problem.code, problem.message, problem.fix)


def _strange(file: str, name: str) -> Problem:
    message, fix = "forms have no such column; it is not read", "Correct its name if it was meant to be read"
    return Problem(file, None, name, None, "unknown_column", message, fix, is_warning=True)
