"""Tables as people send them: any separator, line end and usual encoding, words in columns of numbers.

Nothing is lost in silence: rows that have too many or too few cells and cells that are no numbers are problems.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.problems import Problem, ProblemLog

SEPARATORS: Final = ("\t", ";", "|", ",")
_LINES_LOOKED_AT: Final = 50
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f'")
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA: Final = re.compile(r"-?\d+,\d+")
_POINTS_AND_COMMA: Final = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?")
_MONEY_SIGNS: Final = re.compile(r"^(?:[$€£¥]|[A-Z]{3}\s)\s*|\s*(?:[$€£¥]|\s[A-Z]{3})$")
_NUMBER: Final = re.compile(r"-?(\d+(\.\d*)?|\.\d+)")


@dataclass(frozen=True, slots=True)
class DirtyTable:
    """Cells of a file as text, stripped; ``""`` where there is none."""

    file: str
    frame: pd.DataFrame
    """Columns as they are named in the file."""
    row: NDArray[np.int64]
    """Data row in the file, counted from 1 below the header without blank lines; shape ``(n_rows,)``."""
    encoding: str
    separator: str


def read_dirty_table(
    path: Path, log: ProblemLog, *, separator: str | None = None, encoding: str | None = None
) -> DirtyTable:
    """Read a table of text, whatever its separator, line ends (LF, CR LF, CR) and encoding.

    Parameters
    ----------
    log : ProblemLog
        Is told of rows that have another number of cells than the header; they are left out.
    separator : str, optional
        What parts cells; found out when not given: tab, semicolon, bar or comma.
    encoding : str, optional
        UTF-8 when the file is that, else as Windows in the West writes it, when not given.

    Raises
    ------
    ValueError
        The file is empty, is not of that encoding, or names a column twice.
    """
    text, encoding = _decoded(path, encoding)
    rows_of_text = io.StringIO(text, newline=None).read()
    try:
        separator = separator or _separator(rows_of_text)
        rows = [row for row in csv.reader(io.StringIO(rows_of_text), delimiter=separator) if row]
    except csv.Error as error:
        raise ValueError(f"{path.name} is no table of text ({error}); send it as CSV") from error
    if not rows or not any(rows[0]):
        raise ValueError(f"{path.name} is empty; send a table with a line of column names")
    header = [name.strip() for name in rows[0]]
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        raise ValueError(f"{path.name} has two columns {twice[0]!r}; rename one of them")
    width = np.array([len(row) for row in rows[1:]], dtype=np.int64)
    filled = np.array([any(map(str.strip, row)) for row in rows[1:]], dtype=np.bool_)
    good = np.flatnonzero(filled & (width == len(header)))
    ragged = filled & (width != len(header))
    message = f"the row has {{cells}} cells where the header has {len(header)}"
    fix = "Quote cells that hold the separator, or add the cells that are missing"
    log.add_rows(path.name, None, "ragged_row", ragged, message=message, fix=fix, cells=width)
    cells = [[cell.replace("\u00a0", " ").strip() for cell in rows[1 + row]] for row in good.tolist()]
    frame = pd.DataFrame(cells, columns=pd.Index(header, dtype=object), dtype=object)
    return DirtyTable(path.name, frame, good + 1, encoding, separator)


def plain_number(text: str | None, *, decimal_comma: bool) -> str | None:
    """Write a number without thousands separators; anything else stays as it is.

    Parameters
    ----------
    decimal_comma : bool
        Whether ``1,250`` is one and a quarter, as in files whose cells are parted by semicolons.
    """
    if text is None:
        return None
    bare = text.translate(_SPACES)
    if decimal_comma and (_COMMA.fullmatch(bare) or _POINTS_AND_COMMA.fullmatch(bare)):
        return bare.replace(".", "").replace(",", ".")
    if not decimal_comma and _THOUSANDS.fullmatch(bare):
        return bare.replace(",", "")
    return bare if re.fullmatch(r"-?[\d.]+", bare) else text


def number_cells(
    cells: pd.Series, words: Mapping[str, str], *, decimal_comma: bool
) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Write numbers plainly: without thousands separators and signs of currencies.

    Parameters
    ----------
    cells : Series of str, shape (n,)
    words : dict of str to str
        What stands for a number, or with ``""`` for none, such as ``Freight included`` for ``0``; in any case.
    decimal_comma : bool
        Whether ``1,250`` is one and a quarter.

    Returns
    -------
    plain : Series of str, shape (n,)
        As it was where it is no number.
    wrong : ndarray of bool, shape (n,)
        Neither a number nor empty.
    """
    known = {word.casefold(): number for word, number in words.items()}

    def plain(cell: str) -> str:
        if cell.casefold() in known:
            return known[cell.casefold()]
        return plain_number(_MONEY_SIGNS.sub("", cell), decimal_comma=decimal_comma) or ""

    distinct = {cell: plain(cell) for cell in cells.unique().tolist()}
    good = {cell for cell, number in distinct.items() if not number or _NUMBER.fullmatch(number)}
    wrong = ~cells.isin(good).to_numpy()
    return cells.map(distinct).where(~wrong, cells), wrong


def date_cells(cells: pd.Series, form: str, words: Mapping[str, str]) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Write days as YYYY-MM-DD.

    Parameters
    ----------
    cells : Series of str, shape (n,)
    form : str
        As `datetime.strptime` reads it, such as ``%d-%b-%y``.
    words : dict of str to str
        As for `number_cells`.

    Returns
    -------
    days : Series of str, shape (n,)
    wrong : ndarray of bool, shape (n,)
    """
    known = {word.casefold(): day for word, day in words.items()}
    said = cells.map({cell: known.get(cell.casefold(), cell) for cell in cells.unique().tolist()})
    days = pd.to_datetime(said.where(said != ""), format=form, errors="coerce")
    wrong = (said != "").to_numpy() & days.isna().to_numpy()
    return days.dt.strftime("%Y-%m-%d").where(~days.isna(), said), wrong


def problems_of_cells(table: DirtyTable, column: str, wrong: NDArray[np.bool_], what: str) -> list[Problem]:
    """List cells that are not what their column asks for, each with row, column and value."""
    found = zip(table.row[wrong].tolist(), table.frame[column][wrong].tolist(), strict=True)
    fix = "Correct the cell, or say what its words stand for"
    return [Problem(table.file, row, column, cell, "bad_cell", f"{cell!r} is no {what}", fix) for row, cell in found]


def _decoded(path: Path, encoding: str | None) -> tuple[str, str]:
    """Text of a file and the encoding that it was read in."""
    data = path.read_bytes()
    if encoding is None:
        utf16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        try:
            text = data.decode("utf-16" if utf16 else "utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252", errors="replace"), "cp1252"
        return text, "utf-16" if utf16 else "utf-8"
    try:
        return data.decode(encoding), encoding
    except (UnicodeDecodeError, LookupError) as error:
        raise ValueError(f"{path.name} cannot be read as {encoding} ({error}); name another encoding") from error


def _separator(text: str) -> str:
    """Find the separator that parts the first lines into most cells, of those that part them alike."""
    lines = text.split("\n", _LINES_LOOKED_AT + 1)[:_LINES_LOOKED_AT]
    best, most = ",", (0.0, 0)
    for separator in SEPARATORS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
        width, count = max(widths.items(), key=lambda found: (found[1], found[0]), default=(1, 0))
        if width > 1 and (count / widths.total(), width) > most:
            best, most = separator, (count / widths.total(), width)
    return best
