"""Sheets of an .xlsx file as tables: enough of the format to read values, with nothing to install."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pandas as pd

_SPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FOLDER: Final = "xl/"
_LETTERS: Final = re.compile("[A-Z]+")


def read_sheets(path: Path) -> dict[str, pd.DataFrame]:
    """Read every sheet of an .xlsx file.

    Returns
    -------
    dict of str to DataFrame
        By name of the sheet: columns named by its first row, every cell as the text in the file, empty cells ``""``.

    Raises
    ------
    ValueError
        It is no .xlsx file.
    """
    try:
        with zipfile.ZipFile(path) as book:
            texts = _shared_texts(book)
            return {name: _table(list(_rows(book, part, texts))) for name, part in _parts(book)}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        raise ValueError(f"{path.name} is no .xlsx file that can be read ({error}); download it again") from error


def _parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and file of every sheet."""
    links = ElementTree.fromstring(book.read(f"{_FOLDER}_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in ElementTree.fromstring(book.read(f"{_FOLDER}workbook.xml")).iter(f"{_SPACE}sheet"):
        yield sheet.get("name", ""), _FOLDER + targets[sheet.get(_LINK)]


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    """Texts that cells refer to by number."""
    if f"{_FOLDER}sharedStrings.xml" not in book.namelist():
        return []
    root = ElementTree.fromstring(book.read(f"{_FOLDER}sharedStrings.xml"))
    return ["".join(part.text or "" for part in text.iter(f"{_SPACE}t")) for text in root.iter(f"{_SPACE}si")]


def _rows(book: zipfile.ZipFile, part: str, texts: list[str]) -> Iterator[dict[str, str]]:
    """Cells of every row by the letters of their column."""
    with book.open(part) as file:
        for _, row in ElementTree.iterparse(file):
            if row.tag == f"{_SPACE}row":
                yield {_column(cell): _value(cell, texts) for cell in row.iter(f"{_SPACE}c")}
                row.clear()


def _column(cell: ElementTree.Element) -> str:
    found = _LETTERS.match(cell.get("r", ""))
    return found.group() if found else ""


def _value(cell: ElementTree.Element, texts: list[str]) -> str:
    value = cell.findtext(f"{_SPACE}v", "")
    if cell.get("t") == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{_SPACE}t"))
    return texts[int(value)] if cell.get("t") == "s" and value else value


def _table(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Rows below the first, under the names in the first."""
    if not rows:
        return pd.DataFrame()
    header = {letters: name.strip() for letters, name in rows[0].items() if name.strip()}
    body = [row for row in rows[1:] if any(row.get(letters, "") for letters in header)]
    return pd.DataFrame({name: [row.get(letters, "") for row in body] for letters, name in header.items()}, dtype=str)
