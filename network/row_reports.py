"""How problems of the tables about prices, exits and purchases are said: by what a row is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.matching import Ints, Matching
from network.parsing import Parsed
from network.problems import ProblemLog, first_rows
from network.schema_columns import CellType

Cells = NDArray[Any]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reporter:
    """Reports rows of one table; messages may quote ``{value}`` and ``{row}``, what the row is about."""

    table: Parsed
    log: ProblemLog

    def error(self, column: str, code: str, rows: Flags, message: str, fix: str, **details: Any) -> None:
        """Report what must be repaired."""
        self._report(column, code, rows, message, fix, is_warning=False, **details)

    def warn(self, column: str, code: str, rows: Flags, message: str, fix: str, **details: Any) -> None:
        """Report what is doubtful."""
        self._report(column, code, rows, message, fix, is_warning=True, **details)

    def repeats(self, column: str, code: str, keys: tuple[Cells, ...], known: Flags, *, message: str, fix: str) -> None:
        """Report rows whose keys an earlier row has together; messages may quote that row as ``{first}``."""
        number = pd.DataFrame(dict(enumerate(keys))).groupby(list(range(len(keys))), dropna=False).ngroup().to_numpy()
        repeats = pd.Series(number).duplicated().to_numpy() & known
        self.error(column, code, repeats, message, fix, first=first_rows(number, repeats))

    def differing(self, column: str, code: str, owner: Cells, values: Cells, message: str) -> None:
        """Report rows that say otherwise than the first row of their owner, which ``{first}`` quotes."""
        first = pd.Series(values).groupby(owner, dropna=False).transform("first").to_numpy()
        other = (values != first) & ~pd.isna(values) & ~pd.isna(first)
        self.error(column, code, other, message, f"Give the same {column} in all its rows", first=first)

    def _report(
        self, column: str, code: str, rows: Flags, message: str, fix: str, *, is_warning: bool, **details: Any
    ) -> None:
        cell = self.table.cell(column)
        value = self.table[column] if cell is None else cell
        cells: dict[str, Any] = {"value": value, "row": _Subject(self.table), **details}
        file = self.table.file
        self.log.add_rows(file, column, code, rows, message=message, fix=fix, is_warning=is_warning, **cells)


class _Subject(Mapping[int, str]):
    """What each row of a table is about, in words, made for the rows that are asked for."""

    def __init__(self, table: Parsed) -> None:
        self._table = table

    def __getitem__(self, row: int) -> str:
        named = [name for name in self._table.table.names if name.endswith("_id") and name not in ("node_id", "sku_id")]
        if named:
            refers = self._table.table.column(named[0]).cell is CellType.REFERENCE
            word = self._word(named[0], row) if refers else self._table[named[0]][row]
            return f"{named[0].removesuffix('_id')} {word}"
        zone = self._word("zone", row)
        where = f" in zone {zone}" if zone else ""
        sku, category = self._word("sku_id", row), self._word("category", row)
        return (f"SKU {sku}" if sku else f"category {category}" if category else "every product") + where

    def _word(self, column: str, row: int) -> str:
        return str(self._table.raw[column].iloc[row]) if self._given(column, row) else ""

    def _given(self, column: str, row: int) -> bool:
        return column in self._table.given and bool(self._table.given[column][row])

    def __len__(self) -> int:
        return self._table.n_rows

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))


def check_names(report: Reporter, matching: Matching | None) -> Ints:
    """Refuse rows that name their products in two ways, categories that no product and zones that no node has.

    Parameters
    ----------
    matching : Matching or None
        None: products or nodes are unreadable, so that nothing can be said about them.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        Keys of the rows (`Matching.keys`); -1 where the row is wrong.
    """
    table = report.table
    if not table.n_rows:
        return np.empty(0, dtype=np.int64)
    both = table.given["sku_id"] & table.given["category"]
    message, fix = "the row names SKU {value} and a category too", "Keep one of them"
    report.error("sku_id", "ambiguous_row", both, message, fix)
    if matching is None:
        return np.full(table.n_rows, -1, dtype=np.int64)
    zone = table["zone"] if "zone" in table.values else np.full(table.n_rows, "", dtype=object)
    strange = table.given["category"] & (matching.categories.get_indexer(pd.Index(table["category"])) < 0)
    message, fix = "no product is of category {value}", "Correct the category, or give it to its products"
    report.error("category", "unknown_category", strange, message, fix)
    if "zone" in table.values:
        empty = table.given["zone"] & (matching.zones.get_indexer(pd.Index(zone)) < 0)
        message, fix = "zone {value} has no nodes", "Correct the zone, or write it in the column zone of its nodes"
        report.error("zone", "zone_without_nodes", empty, message, fix)
    unknown = table.given["sku_id"] & (table["sku_id"] < 0)
    return np.where(both | unknown, -1, matching.keys(table["sku_id"], table["category"], zone))
