"""From raw tables to typed columns: every cell is checked against the schema, all of them in one pass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.cells import Texts, dates, holds_text, numbers, plain, texts
from network.problems import Problem, ProblemLog, first_rows
from network.schema_columns import DTYPES, CellType, Column, Table

_CONTROL_CHARACTERS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TRUTH: Final = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Parsed:
    """One table in file order; a cell that is wrong holds a harmless value, which later checks pass over."""

    table: Table
    file: str
    n_rows: int
    present: bool
    """False when the table is missing, unreadable or refused: nothing can be said about references to it."""
    values: dict[str, NDArray[Any]]
    """Arrays by column name, typed as in `network.tables`; a wrong number is NaN, a wrong reference -1."""
    given: dict[str, NDArray[np.bool_]]
    """Where the cell is not empty, by column name."""
    raw: Mapping[str, pd.Series[Any]] = field(default_factory=dict)
    """The cells as they were read, for messages."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Columns that the format does not know."""

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.values[name]

    def cell(self, name: str) -> Any:
        """Cells of a column as read, to quote them; None when the column is missing."""
        column = self.raw.get(name)
        return None if column is None else column.array


def parse_table(
    table: Table, frame: pd.DataFrame | None, file: str, ids: Mapping[str, pd.Index[Any] | None], log: ProblemLog
) -> Parsed:
    """Type every column of a table.

    Parameters
    ----------
    frame : DataFrame or None
        Raw cells; None when the table is not there.
    file : str
        Name of the table for messages.
    ids : dict of str to Index or None
        Ids of the tables that may be referred to, in row order; None when they are not known.
    """
    present = frame is not None
    frame = pd.DataFrame() if frame is None else frame.reset_index(drop=True)
    frame.columns = frame.columns.map(str)
    if not frame.columns.is_unique:
        _report_repeats(frame, file, log)
        present, frame = False, pd.DataFrame()
    parsed = Parsed(
        table,
        file,
        len(frame),
        present,
        {},
        {},
        {str(name): cells for name, cells in frame.items()},
        _unknown(table, frame, file, log),
    )
    for column in table.columns:
        if column.name in frame:
            reader = _Reader(column, frame[column.name], file, log)
            values, given = reader.read(ids)
        else:
            if column.required and present:
                _report_missing(column, frame, file, log)
            values, given = _defaults(column, len(frame)), np.zeros(len(frame), dtype=bool)
        parsed.values[column.name], parsed.given[column.name] = values, given
    return parsed


def fields_of(parsed: Parsed) -> dict[str, Any]:
    """Arguments of the class that holds the table in memory."""
    for cells in parsed.extra.values():
        cells.setflags(write=False)
    columns: dict[str, Any] = {column.field_name: parsed[column.name] for column in parsed.table.columns}
    return columns | {"extra": dict(parsed.extra)}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one column: its schema, its cells, and where to report."""

    column: Column
    raw: pd.Series[Any]
    file: str
    log: ProblemLog

    def read(self, ids: Mapping[str, pd.Index[Any] | None]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return values and given, shape ``(n_rows,)`` each."""
        match self.column.cell:
            case CellType.ID | CellType.TEXT:
                return self._text()
            case CellType.REFERENCE:
                return self._reference(ids[self.column.refers_to or ""])
            case CellType.INTEGER | CellType.NUMBER:
                return self._number()
            case CellType.BOOLEAN:
                return self._boolean()
            case CellType.CHOICE:
                return self._choice()
            case CellType.DATE:
                return self._date()

    def report(self, code: str, rows: NDArray[np.bool_], message: str, fix: str) -> None:
        """Report rows, quoting their cells."""
        self.log.add_rows(self.file, self.column.name, code, rows, message=message, fix=fix, value=self.raw.array)

    def _require(self, given: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> None:
        if self.column.required:
            self.report("empty", ~given & ~wrong, "the cell is empty", f"Give the {self.column.meaning}")

    def _texts(self) -> Texts:
        """Return the cells as text; a required one that is empty or no text is reported."""
        found = texts(self.raw)
        self.report("not_text", found.wrong, "{value} is neither text nor a whole number", "Store it as text")
        self._require(found.codes >= 0, found.wrong)
        return found

    def _text(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        found = self._texts()
        given = found.codes >= 0
        if self.column.cell is CellType.ID and _holds_control_characters("".join(found.distinct)):
            unprintable = [bool(_CONTROL_CHARACTERS.search(word)) for word in found.distinct]
            message = "the id holds control characters, such as a line break or a tab"
            self.report("unprintable_id", found.mapped(np.asarray(unprintable), False), message, "Remove them")
        if self.column.cell is CellType.ID and len(found.distinct) < np.count_nonzero(given):
            repeats = pd.Series(found.codes).duplicated().to_numpy() & given
            message, fix = "{value} is already in row {first}", "Give every row an id of its own"
            cells: dict[str, Any] = {"value": self.raw.array, "first": first_rows(found.codes, repeats)}
            self.log.add_rows(self.file, self.column.name, "duplicate_id", repeats, message=message, fix=fix, **cells)
        return found.values(""), given

    def _reference(self, ids: pd.Index[Any] | None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        found = self._texts()
        given = found.codes >= 0
        if ids is None:
            return np.full(len(given), -1, dtype=np.int32), given
        rows = found.mapped(ids.get_indexer(pd.Index(found.distinct)).astype(np.int32), -1)
        fix = f"Correct the id, or add the row to {self.column.refers_to}"
        self.report("unknown_id", given & (rows < 0), f"{{value}} is not in {self.column.refers_to}", fix)
        return rows, given

    def _number(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        column, found = self.column, numbers(self.raw)
        given, values = found.given & ~found.wrong, found.values
        optional = "" if column.required else f", or leave the cell empty, which means: {column.empty}"
        self.report("not_a_number", found.wrong, "{value!r} is no number", f"Write a plain number{optional}")
        self._require(found.given, found.wrong)
        integer = column.cell is CellType.INTEGER
        if values.dtype.kind == "f":
            infinite = given & np.isinf(values)
            self.report("not_finite", infinite, "{value} is not finite", f"Write a finite number{optional}")
            given &= ~infinite
            fractional = given & (values != np.floor(values)) if integer else np.zeros(len(given), dtype=bool)
            self.report("fractional", fractional, "{value} is not a whole number", "Write a whole number")
            given &= ~fractional
        given &= self._within_limits(values, given)
        harmless = column.default if integer else np.nan
        values = np.where(given, values, harmless).astype(DTYPES[column.cell])
        if not integer and not column.required:
            values[~found.given] = column.default
        return values, found.given

    def _within_limits(self, values: NDArray[Any], given: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Report what is below the minimum or above the maximum; return what is neither."""
        low, high = self.column.minimum, self.column.maximum
        small = given & (values < low) if low is not None else np.zeros(len(given), dtype=bool)
        large = given & (values > high) if high is not None else np.zeros(len(given), dtype=bool)
        between = f"Write a number from {low:,.13g} to {high:,.13g}" if low is not None and high is not None else ""
        self.report("too_small", small, f"{{value}} is below {low:,.13g}" if low is not None else "", between)
        above = f"{{value}} is above {high:,.13g}" if high is not None else ""
        self.report("too_large", large, *(self.column.above_maximum or (above, between)))
        return ~small & ~large

    def _boolean(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        if self.raw.dtype == np.bool_:
            return self.raw.to_numpy().copy(), np.ones(len(self.raw), dtype=bool)
        column = self.raw
        if not holds_text(column.dtype):  # a nullable or mixed column: true, false, 1 and 0 read the same as text
            column = column.map(_boolean_word, na_action="ignore").astype(object)
        found = texts(column)
        known = np.asarray([_TRUTH.get(word.strip().lower(), -1) for word in found.distinct], dtype=np.int8)
        values = found.mapped(known, 0)
        given = found.codes >= 0
        self.report("not_boolean", given & (values < 0), "{value!r} is neither true nor false", "Write true or false")
        self._require(given, found.wrong)
        return values > 0, given

    def _choice(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        found = self._texts()
        choices = self.column.choices
        known = np.asarray([choices.get(word.strip().lower(), -1) for word in found.distinct], dtype=np.int8)
        values = found.mapped(known, self.column.default)
        given = found.codes >= 0
        fix = f"Write one of {', '.join(choices)}"
        self.report("unknown_value", given & (values < 0), f"{{value!r}} is no {self.column.name}", fix)
        return values, given

    def _date(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        days, given, wrong = dates(self.raw)
        optional = "" if self.column.required else f", or leave the cell empty, which means: {self.column.empty}"
        self.report("not_a_date", wrong, "{value!r} is no day", f"Write it as YYYY-MM-DD{optional}")
        self._require(given, wrong)
        return days, given


def _holds_control_characters(text: str) -> bool:
    """Whether some character is one; text that prints, which is soon seen, has none."""
    return not text.isprintable() and bool(_CONTROL_CHARACTERS.search(text))


def _boolean_word(cell: Any) -> str:
    """Text of a cell of a boolean column; 1.0 is how a column with empty cells stores 1."""
    return str(int(cell)) if isinstance(cell, float | np.floating) and cell in (0.0, 1.0) else str(cell)


def _defaults(column: Column, n_rows: int) -> NDArray[Any]:
    """Values of a column that is not there."""
    if column.cell is CellType.DATE:
        return np.full(n_rows, "NaT", dtype="datetime64[D]")
    default = False if column.default is None else column.default
    return np.full(n_rows, default, dtype=DTYPES[column.cell])


def _unknown(table: Table, frame: pd.DataFrame, file: str, log: ProblemLog) -> dict[str, NDArray[Any]]:
    """Columns that the format does not know, with a warning each."""
    strangers = [name for name in frame.columns if name not in table.names]
    for name in strangers:
        close = difflib.get_close_matches(name.strip().lower(), table.names, n=1)
        hint = f"Rename it to {close[0]} if that is meant" if close else "Nothing to do if that is meant"
        message = "the format has no such column; it is kept and not planned with"
        log.add(Problem(file, None, name, None, "unknown_column", message, hint, is_warning=True))
    return {name: plain(frame[name]) for name in strangers}


def _report_missing(column: Column, frame: pd.DataFrame, file: str, log: ProblemLog) -> None:
    close = difflib.get_close_matches(column.name, [str(name) for name in frame.columns], n=1)
    hint = f" (is it {close[0]!r}?)" if close and close[0] not in ("", column.name) else ""
    fix = f"Add the column: {column.meaning}{hint}"
    log.add(Problem(file, None, column.name, None, "missing_column", "the column is missing", fix))


def _report_repeats(frame: pd.DataFrame, file: str, log: ProblemLog) -> None:
    for name in dict.fromkeys(frame.columns[frame.columns.duplicated()]):
        message = "the column is there more than once"
        log.add(Problem(file, None, name, None, "duplicate_column", message, "Keep one of them"))
