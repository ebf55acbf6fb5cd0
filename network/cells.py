"""From a column of raw cells to arrays: text as codes, numbers as numbers, and which cells are neither.

Works on whatever pandas makes of a file: numpy, nullable, Arrow and categorical columns.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype, is_bool_dtype, is_integer_dtype, is_numeric_dtype, is_string_dtype

Mask = NDArray[np.bool_]

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_READABLE_NUMBERS: Final = ("string", "integer", "floating", "mixed-integer-float", "decimal", "empty")


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of text, each distinct text once."""

    codes: NDArray[np.int64]
    """Row of `distinct`; -1 where the cell is empty or no text."""
    distinct: NDArray[np.object_]
    """The distinct texts, none empty."""
    wrong: Mask
    """Cells that are neither text nor a whole number, such as 1.5 or a list."""

    def values(self, empty: str) -> NDArray[np.object_]:
        """Return one text per row."""
        return np.append(self.distinct, empty).astype(object)[self.codes]

    def mapped(self, values: NDArray[Any], empty: Any) -> NDArray[Any]:
        """Replace each distinct text by its entry in `values`, and the empty cell by `empty`."""
        return np.append(values, np.asarray([empty], dtype=values.dtype))[self.codes]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers."""

    values: NDArray[Any]
    """Integers or floats of numpy; anything where not given or wrong."""
    given: Mask
    """The cell is not empty."""
    wrong: Mask
    """The cell holds something that is no number."""


def texts(column: pd.Series[Any]) -> Texts:
    """Read a column as text; whole numbers count as their digits.

    Parameters
    ----------
    column : Series, shape (n,)

    Returns
    -------
    Texts
    """
    wrong = np.zeros(len(column), dtype=bool)
    if isinstance(column.dtype, pd.CategoricalDtype):
        inner = texts(pd.Series(column.cat.categories))
        codes = column.cat.codes.to_numpy().astype(np.int64)
        wrong = np.append(inner.wrong, False)[codes]
        return Texts(np.append(inner.codes, -1)[codes], inner.distinct, wrong)
    if is_bool_dtype(column.dtype) or not (holds_text(column.dtype) or is_integer_dtype(column.dtype)):
        column, wrong = _only_text(column)
    if _ascends(column):
        return _without_empty(np.arange(len(column)), column.to_numpy(dtype=object), wrong)
    codes, distinct = pd.factorize(column)
    words = (
        pd.Series(distinct, dtype=str if is_integer_dtype(column.dtype) else None).astype(object).to_numpy(dtype=object)
    )
    return _without_empty(codes.astype(np.int64), words, wrong)


def numbers(column: pd.Series[Any]) -> Numbers:
    """Read a column as numbers; text that spells a number counts.

    Parameters
    ----------
    column : Series, shape (n,)

    Returns
    -------
    Numbers
    """
    dtype = column.dtype
    nothing = np.zeros(len(column), dtype=bool)
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        return Numbers(column.to_numpy(), ~nothing, nothing)
    if is_numeric_dtype(dtype) and not is_bool_dtype(dtype) and getattr(dtype, "kind", "f") != "c":
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return Numbers(values, ~np.isnan(values), nothing)
    cells = column.astype(object)
    missing = cells.isna().to_numpy(dtype=bool)
    if infer_dtype(cells, skipna=True) not in _READABLE_NUMBERS:
        cells = cells.where(_are(cells, (str, int, float, np.integer, np.floating)), "?")
    cells = cells.where(~missing, None)  # a missing time or complex number is no float
    given = ~missing & (cells != "").to_numpy(dtype=bool)
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return Numbers(values, given, given & np.isnan(values))


def dates(column: pd.Series[Any]) -> tuple[NDArray[np.datetime64], Mask, Mask]:
    """Read a column as days; text that spells one as YYYY-MM-DD counts.

    Parameters
    ----------
    column : Series, shape (n,)

    Returns
    -------
    days : ndarray of datetime64[D], shape (n,)
        NaT where not given or wrong.
    given, wrong : ndarray of bool, shape (n,)
    """
    if getattr(column.dtype, "kind", "") == "M" and isinstance(column.dtype, np.dtype):
        days = column.to_numpy().astype("datetime64[D]")
        return days, ~np.isnat(days), np.zeros(len(days), dtype=bool)
    found = texts(column if holds_text(column.dtype) else column.map(_day_word, na_action="ignore").astype(object))
    spelt = [bool(_DAY.fullmatch(word.strip())) for word in found.distinct]
    known = pd.to_datetime(
        pd.Series(found.distinct, dtype=str).str.strip().where(np.asarray(spelt, dtype=bool)),
        format="%Y-%m-%d",
        errors="coerce",
    )
    days = found.mapped(known.to_numpy().astype("datetime64[D]"), np.datetime64("NaT", "D"))
    given = (found.codes >= 0) | found.wrong
    return days, given, given & np.isnat(days)


def plain(column: pd.Series[Any]) -> NDArray[Any]:
    """Column as a numpy array that writes back as it was read: text as objects, numbers and dates as they are."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufmM":
        return column.to_numpy().copy()
    cells = column.astype(object)
    return cells.where(cells.notna(), None).to_numpy(dtype=object)


def _day_word(cell: Any) -> Any:
    """Text of a day that is stored as one."""
    return cell.isoformat()[:10] if isinstance(cell, datetime.date) else cell


def holds_text(dtype: Any) -> bool:
    """Return True when every cell is text or missing; a column of objects may hold anything."""
    return dtype != np.dtype(object) and is_string_dtype(dtype)


def _ascends(column: pd.Series[Any]) -> bool:
    """Whether each text is greater than the one before it, so that all differ: ids often do, and this is soon seen."""
    if not isinstance(column.dtype, pd.StringDtype) or column.hasnans:
        return False
    return bool(np.all(np.asarray(column.array[1:] > column.array[:-1], dtype=bool)))


def _are(cells: pd.Series[Any], kinds: tuple[type, ...]) -> Mask:
    """Cells of certain types, truth being no number; looks at each cell, so only for columns that are mixed."""
    return np.fromiter(
        (isinstance(cell, kinds) and not isinstance(cell, bool | np.bool_) for cell in cells), bool, len(cells)
    )


def _only_text(column: pd.Series[Any]) -> tuple[pd.Series[Any], Mask]:
    """Blank what is no text in a column of mixed, boolean, float or nested cells."""
    cells = column.astype(object)
    if infer_dtype(cells, skipna=True) in ("string", "empty"):
        return cells, np.zeros(len(cells), dtype=bool)
    missing = cells.isna().to_numpy(dtype=bool)
    wordy = _are(cells, (str, int, np.integer))
    words = pd.Series([str(cell) if good else None for cell, good in zip(cells, wordy, strict=True)], dtype=object)
    return words, ~wordy & ~missing


def _without_empty(codes: NDArray[np.int64], words: NDArray[np.object_], wrong: Mask) -> Texts:
    """Give the empty text the code -1."""
    empty = np.flatnonzero(words == "")
    if len(empty):
        position = int(empty[0])
        words = np.delete(words, position)
        codes = np.where(codes == position, -1, codes - (codes > position))
    return Texts(codes, words, wrong)
