"""From the files of a network directory to raw tables: nothing here knows what a cell means.

A file that cannot be read is a problem in the log, never a traceback.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.problems import Problem, ProblemLog
from network.schema import TABLES
from network.schema_columns import CellType, Table

_SUFFIXES: Final = (".csv", ".parquet")
_TEXT_CELLS: Final = (CellType.ID, CellType.REFERENCE, CellType.TEXT, CellType.BOOLEAN, CellType.CHOICE, CellType.DATE)

# Text to float64 must be exact, or a network would not survive being written and read; pandas 3.1 always is.
_PANDAS: Final = tuple(int(part) for part in pd.__version__.split(".")[:2])
_EXACT_FLOATS: Final[dict[str, Any]] = {} if _PANDAS >= (3, 1) else {"float_precision": "round_trip"}


class RowLimits(Protocol):
    """Says how many rows of a table are read at most."""

    def of(self, table: str) -> int:
        """Return the limit of one table."""


def read_tables(
    directory: Path, log: ProblemLog, limits: RowLimits, tables: Mapping[str, Table] = TABLES
) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Read every table of a format that the directory has.

    Parameters
    ----------
    tables : dict of str to Table
        The format, by table name; that of the network directory when not given.

    Returns
    -------
    frames : dict of str to DataFrame
        Raw cells by table name; a table that is missing or unreadable is absent, which the log explains.
    sources : dict of str to str
        File name by table name, also for tables that are absent.
    """
    frames, sources = {}, {}
    for name, table in tables.items():
        present = [directory / (name + suffix) for suffix in _SUFFIXES if (directory / (name + suffix)).is_file()]
        sources[name] = present[0].name if present else f"{name}.csv"
        if len(present) > 1:
            message = f"the table is there twice, as {present[0].name} and {present[1].name}"
            log.add(file_problem(name, "two_files", message, "Remove one of them"))
        elif present:
            frame = _read_table(present[0], table, log, limits.of(name))
            if frame is not None:
                frames[name] = frame
        elif table.required:
            message = f"there is neither {name}.csv nor {name}.parquet"
            log.add(file_problem(sources[name], "missing_file", message, f"Add {name}.csv or {name}.parquet"))
    _warn_of_strangers(directory, tables, log)
    return frames, sources


_EXAMPLE: Final = '{"currency": "USD", "as_of": "2026-01-05", "horizon_days": 28}'


def read_json(path: Path, log: ProblemLog, *, required: bool, example: str = _EXAMPLE) -> Mapping[str, Any] | None:
    """Object in a JSON file; None when it is missing, unreadable or no object, which the log explains."""
    if not path.is_file():
        if required:
            fix = f"Add it, for example {example}"
            log.add(file_problem(path.name, "missing_file", "the file is missing", fix))
        return None
    try:
        content = json.loads(path.read_bytes(), parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeats)
        return object_only(content, path.name, log)
    except (ValueError, RecursionError, OSError) as error:
        log.add(file_problem(path.name, "not_json", f"it is not valid JSON ({_first_line(error)})", "Repair the file"))
    return None


def object_only(content: Any, file: str, log: ProblemLog) -> Mapping[str, Any] | None:
    """Return the content when it is an object with named values, else None, which the log explains."""
    if isinstance(content, Mapping):
        return content
    log.add(file_problem(file, "not_an_object", "it is no JSON object", "Write {...} with named values"))
    return None


def file_problem(file: str, code: str, message: str, fix: str, *, is_warning: bool = False) -> Problem:
    """Problem of a whole file."""
    return Problem(file, None, None, None, code, message, fix, is_warning)


def too_many_rows(file: str, count: int, limit: int) -> Problem:
    """Problem of a table that has more rows than are read."""
    message = f"the table has {count:,} rows, more than the {limit:,} that are read"
    return file_problem(file, "too_many_rows", message, "Split the network or raise the limit")


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON number")


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return content


def _warn_of_strangers(directory: Path, tables: Mapping[str, Table], log: ProblemLog) -> None:
    """Warn of tables that this version does not read, so that a misspelt ``lot.csv`` is noticed."""
    for path in sorted(directory.iterdir()):
        if path.suffix in _SUFFIXES and path.stem not in tables:
            message = "the format has no such table; the file is not read"
            fix = f"Rename it to one of {', '.join(tables)} if it was meant to be read"
            log.add(file_problem(path.name, "unknown_file", message, fix, is_warning=True))


def _read_table(path: Path, table: Table, log: ProblemLog, limit: int) -> pd.DataFrame | None:
    """Cells of one file, or None when it cannot be read."""
    try:
        if path.suffix == ".parquet":
            return _read_parquet(path, table, log, limit)
        return _read_csv(path, table, log, limit)
    except (ValueError, OSError, OverflowError, csv.Error) as error:
        fix = "Write the file again; it may be cut off or of another format"
        log.add(file_problem(path.name, "unreadable_file", f"it cannot be read ({_first_line(error)})", fix))
        return None


def release_memory() -> None:
    """Give back what pyarrow keeps for the next file; without it nothing was kept."""
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()


def _read_parquet(path: Path, table: Table, log: ProblemLog, limit: int) -> pd.DataFrame | None:
    """Read with pyarrow, which is an extra; its errors are `ValueError` or `OSError`, except its own base class."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional
        import pyarrow.parquet as pq  # noqa: PLC0415 - optional
    except ImportError:
        message = "Parquet files need the package pyarrow, which is not installed"
        fix = "Run `pip install counterpoise[parquet]`, or give the table as CSV"
        log.add(file_problem(path.name, "parquet_not_supported", message, fix))
        return None
    try:
        schema = pq.read_schema(path)
        repeats = {column.name for column in table.columns if column.cell in _TEXT_CELLS and column.cell != CellType.ID}
        texts = [
            field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        # Text that repeats is read as codes, each distinct text once.
        with pq.ParquetFile(path, read_dictionary=[name for name in texts if name in repeats]) as file:
            if file.metadata.num_rows > limit:
                log.add(too_many_rows(path.name, file.metadata.num_rows, limit))
                return None
            cells = file.read()
        cells.validate(full=True)  # damaged text would otherwise surface later, where it is first used
        frame: pd.DataFrame = cells.to_pandas(ignore_metadata=True)
        return frame
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _read_csv(path: Path, table: Table, log: ProblemLog, limit: int) -> pd.DataFrame | None:
    """Read as UTF-8; columns of text and columns the format does not know stay text."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    count = data.count(b"\n")
    if count > limit + 1:
        log.add(too_many_rows(path.name, count - 1, limit))
        return None
    header = next(csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")), [])
    if not header:
        log.add(file_problem(path.name, "empty_file", "the file is empty", "Write at least the line of column names"))
        return None
    if len(set(header)) < len(header):
        return pd.DataFrame(columns=header)  # the caller reports which columns are there twice
    rows, fields = _ragged_rows(data, len(header))
    if len(rows):
        message = f"the row has {{fields}} cells where the header has {len(header)}"
        fix = "Add or remove separators, quote cells that contain commas, or write a cut-off file again"
        spread = dict(zip(rows.tolist(), fields.tolist(), strict=True))
        log.add_rows(path.name, None, "ragged_row", rows, message=message, fix=fix, fields=spread)
        return None
    numeric = {column.name for column in table.columns if column.cell not in _TEXT_CELLS}
    dtype = {name: str for name in header if name not in numeric}
    # Only the empty cell is empty: "NA" may be an id, and "nan" in a number column is a mistake to report.
    cells: pd.DataFrame = pd.read_csv(
        io.BytesIO(data),
        dtype=dtype,
        keep_default_na=False,
        na_values={name: [""] for name in numeric},
        low_memory=False,
        **_EXACT_FLOATS,
    )
    return cells


def _ragged_rows(data: bytes, n_columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows (from 0, blank lines not counted) whose number of cells is not the header's, and that number.

    pandas fills short rows silently, and a file that was cut off ends in one.
    """
    if n_columns == 1:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    cells = _cells_per_line(data)
    if b'"' in data and np.any(cells != n_columns):
        reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""))
        cells = np.fromiter((len(row) for row in reader if row), dtype=np.int64)
    wrong = np.flatnonzero(cells[1:] != n_columns)
    return wrong, cells[1:][wrong]


def _cells_per_line(data: bytes) -> NDArray[np.int64]:
    """Count the cells of each line that is not blank, as if there were no quotes."""
    view = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(view == ord("\n"))
    if not len(ends) or ends[-1] != len(view) - 1:
        ends = np.append(ends, len(view))
    starts = np.concatenate(([0], ends[:-1] + 1))
    commas = np.add.reduceat(view == ord(","), starts, dtype=np.int64)
    lengths = ends - starts
    returns = view[np.maximum(ends - 1, 0)] == ord("\r")
    cells: NDArray[np.int64] = commas[lengths > returns] + 1
    return cells


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
