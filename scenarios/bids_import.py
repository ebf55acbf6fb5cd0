"""Bids as suppliers really send them become bids of an event: any file of text, its columns named by flags.

``python -m scenarios.bids_import FILE EVENT OUT --columns item_id=Article unit_price="Price EUR" ...`` reads the event
directory EVENT, adds the good bids of FILE, and writes the event OUT; ``docs/bids-import.md`` has the flags. Every bad
cell is reported with row, column and value; a row with one is left out, and all others are kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.dirty_tables import SEPARATORS, DirtyTable, date_cells, number_cells, problems_of_cells, read_dirty_table
from network.events import Event, event_from_frames, event_settings, event_to_frames, read_event, write_event
from network.events.schema import BIDS
from network.problems import Problem, ProblemLog
from network.schema_columns import CellType

_NUMBERS: Final = frozenset(
    column.name for column in BIDS.columns if column.cell in {CellType.INTEGER, CellType.NUMBER}
)
_DAYS: Final = frozenset(column.name for column in BIDS.columns if column.cell is CellType.DATE)
_REPORTED: Final = frozenset({"not_a_number", "not_a_date"})
"""Codes of what the problems of cells have said before."""
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read and what its columns are."""

    columns: Mapping[str, str]
    """Column of the file by column of bids."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What holds for every row, by column of bids."""
    tiers: Mapping[int, str] = field(default_factory=dict)
    """Column of the file with the price from so many units on."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What words in columns of numbers and days stand for."""
    optional: frozenset[str] = frozenset()
    """Columns of bids whose bad cells count as empty."""
    days: str = "%Y-%m-%d"
    decimal_comma: bool = False
    separator: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file."""

    event: Event
    rows: int
    kept: int
    """Bids that the event has now of the file."""
    problems: tuple[Problem, ...]
    """At the places of the file: all bad cells, and the first 100 of each other kind."""
    encoding: str
    separator: str


def import_bids(event: Event, path: Path, reading: Reading) -> Imported:
    """Add the good bids of a file to an event.

    Raises
    ------
    ValueError
        The file cannot be read, or has no such column.
    """
    log = ProblemLog()
    table = read_dirty_table(path, log, separator=reading.separator, encoding=reading.encoding)
    _check_columns(table, reading)
    cells: list[Problem] = []
    bids, tiers = _bids(table, reading, cells), _tiers(table, reading, cells)
    known = event_to_frames(event)
    frames = known | {"bids": _below(known["bids"], bids)}
    if len(tiers):
        named = pd.DataFrame({"bid_id": bids["bid_id"].to_numpy()[tiers["at"]]} | {c: tiers[c] for c in _TIER_CELLS})
        frames["tiers"] = _below(known.get("tiers"), named)
    found, problems = event_from_frames(frames, event_settings(event), keep_good=True)
    places = {
        "bids": (len(event.bids), table.row, reading.columns),
        "tiers": (len(event.tiers), table.row[tiers["at"].to_numpy(dtype=np.int64)], {}),
    }
    moved = [_moved(problem, table.file, places) for problem in problems if problem.code not in _REPORTED]
    told = (*cells, *log.errors(), *(problem for problem in moved if problem is not None))
    kept = len(found.bids) - len(event.bids)
    return Imported(found, len(bids) + len(log.errors()), kept, told, table.encoding, table.separator)


_TIER_CELLS: Final = ("from_units", "unit_price")


def _check_columns(table: DirtyTable, reading: Reading) -> None:
    strange = [name for name in (*reading.columns, *reading.values, *reading.optional) if name not in BIDS.names]
    if strange:
        raise ValueError(f"bids have no column {strange[0]!r}; they have {', '.join(BIDS.names)}")
    missing = [name for name in (*reading.columns.values(), *reading.tiers.values()) if name not in table.frame]
    if missing:
        listed = ", ".join(repr(name) for name in table.frame.columns)
        raise ValueError(f"{table.file} has no column {missing[0]!r}; it has {listed}")


def _bids(table: DirtyTable, reading: Reading, problems: list[Problem]) -> pd.DataFrame:
    """Rows of the file as rows of bids; bad cells stay as they are unless they may count as empty."""
    stem = Path(table.file).stem
    found = {"bid_id": pd.Series([f"{stem}-{row}" for row in table.row.tolist()], dtype=object)}
    for name, column in reading.columns.items():
        found[name] = _typed(table, name, column, reading, problems)
    found |= {name: pd.Series([value] * len(table.frame), dtype=object) for name, value in reading.values.items()}
    return pd.DataFrame(found)


def _typed(table: DirtyTable, name: str, column: str, reading: Reading, problems: list[Problem]) -> pd.Series:
    """Cells of a column as bids have them."""
    cells = table.frame[column]
    wrong: NDArray[np.bool_] = np.zeros(len(cells), dtype=np.bool_)
    if name in _NUMBERS:
        cells, wrong = number_cells(cells, reading.words, decimal_comma=reading.decimal_comma)
    elif name in _DAYS:
        cells, wrong = date_cells(cells, reading.days, reading.words)
    told = problems_of_cells(table, column, wrong, "number" if name in _NUMBERS else "day")
    if name in reading.optional:
        told = [replace(problem, is_warning=True, fix="The cell counts as empty") for problem in told]
        cells = cells.where(~wrong, "")
    problems += told
    return cells


def _tiers(table: DirtyTable, reading: Reading, problems: list[Problem]) -> pd.DataFrame:
    """Prices by units, of the columns that have them: place of the row in the file's bids, units, price."""
    places, units_of, prices = [], [], []
    for units, column in sorted(reading.tiers.items()):
        cells, wrong = number_cells(table.frame[column], reading.words, decimal_comma=reading.decimal_comma)
        problems += problems_of_cells(table, column, wrong, "number")
        at = np.flatnonzero(cells != "")
        places.append(at)
        units_of.append(np.full(len(at), units))
        prices += cells.iloc[at].tolist()
    none = np.empty(0, dtype=np.int64)
    return pd.DataFrame(
        {
            "at": np.concatenate([none, *places]),
            "from_units": np.concatenate([none, *units_of]),
            "unit_price": pd.Series(prices, dtype=object),
        }
    )


def _below(known: pd.DataFrame | None, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows under those that there are, as cells of any type."""
    if known is None or not len(known):
        return rows
    return pd.concat([known.astype(object), rows.astype(object)], ignore_index=True)


def _moved(
    problem: Problem, file: str, places: Mapping[str, tuple[int, NDArray[np.int64], Mapping[str, str]]]
) -> Problem | None:
    """Say a problem of new rows by its place in the file; None: it is not of the file."""
    if problem.file not in places or problem.row is None:
        return None
    before, row, columns = places[problem.file]
    if problem.row <= before:
        return None
    column = problem.column if problem.column is None else columns.get(problem.column, problem.column)
    return replace(problem, file=file, row=int(row[problem.row - 1 - before]), column=column)


def describe(imported: Imported) -> str:
    """Say what was read and what was wrong with it, as text for people."""
    words = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
    errors = [problem for problem in imported.problems if not problem.is_warning]
    lines = [
        f"{imported.rows:,} rows, {words.get(imported.separator, imported.separator)}, {imported.encoding}: "
        f"{imported.kept:,} bids kept, {imported.rows - imported.kept:,} left out; {len(errors):,} problems."
    ]
    lines += [f"  {problem}" for problem in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        lines.append(f"  ... and {len(errors) - _SHOWN:,} more, all in the report")
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 1 with a message when the event or the file cannot be read."""
    asked = _parser().parse_args(words)
    report = asked.report or Path(f"{asked.out}-problems.csv")
    try:
        reading = Reading(
            columns=_pairs(asked.columns),
            values=_pairs(asked.values),
            tiers={int(units): column for column, units in _pairs(asked.tiers, at_last=True).items()},
            words=_pairs(asked.words, at_last=True),
            optional=frozenset(asked.optional),
            days=asked.days,
            decimal_comma=asked.decimal_comma,
            separator=asked.separator,
            encoding=asked.encoding,
        )
        event, _ = read_event(asked.event)
        imported = import_bids(event, asked.file, reading)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    write_event(imported.event, asked.out)
    pd.DataFrame([asdict(problem) for problem in imported.problems]).to_csv(report, index=False)
    sys.stdout.write(f"{describe(imported)}\n\nWritten: {asked.out}, and every problem in {report}\n")
    return 0


def _pairs(words: Sequence[str], *, at_last: bool = False) -> dict[str, str]:
    """Words ``left=right`` as pairs, parted at the first or the last ``=``."""
    pairs = {}
    for word in words:
        left, sign, right = word.rpartition("=") if at_last else word.partition("=")
        if not sign:
            raise ValueError(f"{word!r} is no pair; write LEFT=RIGHT")
        pairs[left] = right
    return pairs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scenarios.bids_import", description="Add bids of a file to an event."
    )
    parser.add_argument("file", type=Path, help="table of text: CSV, TSV or the like")
    parser.add_argument("event", type=Path, help="event directory with the items and suppliers")
    parser.add_argument("out", type=Path, help="event directory to write; may be the same")
    _add_pairs(parser, "--columns", "column of bids = column of the file")
    _add_pairs(parser, "--values", "column of bids = what holds for every row, such as supplier_id=acme")
    _add_pairs(parser, "--tiers", "column of the file = units from which its price holds")
    _add_pairs(parser, "--words", "words in columns of numbers or days = what they stand for; may be empty")
    parser.add_argument(
        "--optional", nargs="+", default=(), metavar="A", help="columns of bids whose bad cells count as empty"
    )
    parser.add_argument(
        "--days", default="%Y-%m-%d", help="how days are written, such as %%d-%%b-%%y (default: %%Y-%%m-%%d)"
    )
    parser.add_argument(
        "--decimal-comma", action="store_true", help="1,250 is one and a quarter, not a thousand and more"
    )
    parser.add_argument("--separator", type=_separator, help="what parts cells (default: found out)")
    parser.add_argument("--encoding", help="such as latin-1 (default: found out)")
    parser.add_argument("--report", type=Path, help="file for the problems (default: OUT-problems.csv)")
    return parser


def _add_pairs(parser: argparse.ArgumentParser, flag: str, text: str) -> None:
    parser.add_argument(flag, nargs="+", default=(), metavar="A=B", help=text)


def _separator(word: str) -> str:
    """One of the usual separators, or the word ``tab``."""
    separator = "\t" if word == "tab" else word
    if separator not in SEPARATORS:
        raise ValueError(word)
    return separator


if __name__ == "__main__":
    raise SystemExit(main())
