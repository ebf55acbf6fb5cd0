"""Adds the bids of filled forms to an event: good ones are kept, bad ones are reported at their place in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pandas as pd

from network.events import EventLimits, event_from_frames
from network.events.schema import EVENT_TABLES
from network.events.settings import SETTINGS_FILE
from network.files import file_problem, read_json, read_tables
from network.problems import EventError, NetworkError, Problem, ProblemLog
from network.tables import Network
from network.writing import write_files
from optimizer.rfq.answers import Answers, read_answers
from optimizer.rfq.cells import plain_number, read_cells
from optimizer.rfq.form import BIDS, FOLDER, TERM_COLUMNS, TERMS

_OF_BIDS: Final = frozenset({"bids", "tiers"})


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

    def add_bids(self, path: Path, supplier_id: str) -> Collected:
        """Add the bids of a form; those that are wrong are left out, whole packages with them."""
        answers = read_answers(path, supplier_id, self.frames["bids"]["bid_id"].tolist())
        known = _with(self.frames, bids=answers.bids, tiers=answers.tiers.drop(columns="tier"))
        try:
            event, problems = event_from_frames(known, self.settings, network=self.network, keep_good=True)
            kept = event.bids.bid_id.tolist()
        except NetworkError as error:
            problems, kept = (*error.problems, *error.warnings), []
        self._append("bids", answers.bids[answers.bids["bid_id"].isin(kept)])
        self._append("tiers", answers.tiers[answers.tiers["bid_id"].isin(kept)].drop(columns="tier"))
        return self._done(path, supplier_id, answers, len(kept), problems)

    def add_terms(self, path: Path, supplier_id: str) -> Collected:
        """Take over what a supplier says of itself, unless something is wrong with it."""
        form = read_cells(path)
        comma = bool(form.attrs["decimal_comma"])
        said = {
            name: plain_number(form[name].iloc[0], decimal_comma=comma)
            for name in TERM_COLUMNS
            if name in form and len(form)
        }
        said = {name: cell for name, cell in said.items() if cell is not None}
        suppliers = self.frames["suppliers"].copy()
        for name, cell in said.items():
            if name not in suppliers:
                suppliers[name] = None
            suppliers.loc[suppliers["supplier_id"] == supplier_id, name] = cell
        problems: tuple[Problem, ...] = ()
        try:
            event_from_frames(_with(self.frames, suppliers=suppliers), self.settings)
        except NetworkError as error:
            problems = tuple(_moved(problem, str(path), row=1) for problem in error.problems)
        else:
            self.frames["suppliers"] = suppliers
        found = Collected(str(path), supplier_id, len(said), 0, 0, problems)
        self.answers.append(found)
        return found

    def write(self) -> None:
        """Write the tables that grew."""
        grown = {name: self.frames[name] for name in ("suppliers", "bids", "tiers") if len(self.frames[name])}
        write_files(self.directory, grown, {}, file_format="parquet" if self.file_format == "parquet" else "csv")

    def _append(self, name: str, rows: pd.DataFrame) -> None:
        filled = rows.dropna(axis=1, how="all")
        table = self.frames[name]
        self.frames[name] = pd.concat([table, filled], ignore_index=True) if len(table) else _ready(table, filled)

    def _done(
        self, path: Path, supplier_id: str, answers: Answers, kept: int, problems: Sequence[Problem]
    ) -> Collected:
        own = [answers.at_its_place(problem) for problem in problems if _is_of_the_form(problem)]
        own += [_strange(str(path), name) for name in answers.strange_columns]
        found = Collected(str(path), supplier_id, len(answers.bids), kept, answers.left_empty, tuple(own))
        self.answers.append(found)
        return found


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
    frames = {name: frame.astype(object).where(frame.notna(), None) for name, frame in frames.items()}
    for name in _OF_BIDS:
        frames.setdefault(name, pd.DataFrame(columns=["bid_id"], dtype=object))
    parquet = files["bids"].endswith("parquet")
    return Collection(directory, settings or {}, frames, network, "parquet" if parquet else "csv")


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
    return some | {
        name: frame.reset_index(drop=True) for name, frame in tables.items() if name != "tiers" or len(frame)
    }


def _ready(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table that was empty, with the columns that it must have."""
    missing = [name for name in table.columns if name not in rows]
    return rows.reset_index(drop=True).assign(**dict.fromkeys(missing))


def _is_of_the_form(problem: Problem) -> bool:
    """Leave out what is doubtful about the event without the bids of all others."""
    return problem.file in _OF_BIDS or not problem.is_warning


def _moved(problem: Problem, file: str, row: int | None) -> Problem:
    return Problem(file, row, problem.column, problem.value, problem.code, problem.message, problem.fix)


def _strange(file: str, name: str) -> Problem:
    message, fix = "forms have no such column; it is not read", "Correct its name if it was meant to be read"
    return Problem(file, None, name, None, "unknown_column", message, fix, is_warning=True)
