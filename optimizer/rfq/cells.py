"""Tables as people send them: any delimiter, line end and usual encoding, numbers with thousands separators."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Final

import pandas as pd

_DELIMITERS: Final = ",;\t|"
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f'")
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA: Final = re.compile(r"-?\d+,\d+")
_POINTS_AND_COMMA: Final = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?")


def read_cells(path: Path) -> pd.DataFrame:
    """Read a table of text; column names in lower case, spaces in them as underscores, empty cells None.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DataFrame
        Rows without any cell filled are kept, so that rows are counted as in the file.
    """
    text = _decoded(path.read_bytes())
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    rows = [row for row in rows if row] or [[]]
    names = ["_".join(name.strip().lower().split()) for name in rows[0]]
    width = len(names)
    cells = [[cell.strip() or None for cell in (row + [""] * width)[:width]] for row in rows[1:]]
    frame = pd.DataFrame(cells, columns=pd.Index(names), dtype=object)
    frame.attrs["decimal_comma"] = delimiter == ";"
    return frame


def _decoded(data: bytes) -> str:
    """Text of a file, in UTF-8 or else as Windows in the West writes it, with one kind of line end."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
