"""Rows of the SCMS delivery history, cleaned column by column; every cell that says no number or day is on record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.dirty_tables import DirtyTable, date_cells, number_cells, problems_of_cells, read_dirty_table
from network.problems import Problem, ProblemLog

_COLUMNS: Final = {
    "id": "ID",
    "item": "Item Description",
    "vendor": "Vendor",
    "group": "Product Group",
    "packs": "Line Item Quantity",
    "price": "Pack Price",
    "freight": "Freight Cost (USD)",
    "day": "Delivered to Client Date",
    "ordered": "PO Sent to Vendor Date",
    "asked": "PQ First Sent to Client Date",
}
"""Columns that are read; a pack is what is bought."""

_INCLUDED: Final = "Freight Included in Commodity Cost"
_OF_ANOTHER_LINE: Final = r"\(ID#:\s*(\d+)\)"
"""Freight that stands in the line of this id, for all lines of the delivery."""


def deliveries_of(source: Path, log: ProblemLog, problems: list[Problem]) -> tuple[int, pd.DataFrame]:
    """Read deliveries that have a quantity, a price and a day.

    Parameters
    ----------
    log : ProblemLog
        Is told of rows of another width.
    problems : list of Problem
        Grows by every bad cell.

    Returns
    -------
    n_rows : int
        Rows of the file.
    deliveries : DataFrame
        Columns ``item``, ``vendor``, ``group``, ``packs``, ``price`` (USD per pack), ``freight`` (USD, NaN: unknown),
        ``day`` and ``days`` (from the order to the delivery, NaN: unknown).

    Raises
    ------
    ValueError
        A column is missing.
    """
    table = read_dirty_table(source, log)
    missing = [name for name in _COLUMNS.values() if name not in table.frame]
    if missing:
        raise ValueError(f"{table.file} has no column {missing[0]!r}; is it the delivery history of SCMS?")
    rows = pd.DataFrame({name: table.frame[column] for name, column in _COLUMNS.items()})
    packs, price = (_numbers(table, rows, name, problems) for name in ("packs", "price"))
    day = _days(table, rows, "day", "%d-%b-%y", problems)
    for name, values in (("packs", packs), ("price", price)):
        what = "it is not above 0; The row is left out"
        problems += _senseless(table, name, values.to_numpy() <= 0, f"{name}_not_above_0", what)
    found = pd.DataFrame(
        {
            "item": rows["item"],
            "vendor": rows["vendor"],
            "group": rows["group"],
            "packs": packs,
            "price": price,
            "freight": _freight(table, rows, packs, problems),
            "day": day,
            "days": _lead_times(table, rows, day, problems),
        }
    )
    good = (found["packs"] > 0) & (found["price"] > 0) & found["day"].notna()
    return len(rows) + len(log.errors()), found[good].astype({"packs": np.int64}).reset_index(drop=True)


def _numbers(table: DirtyTable, rows: pd.DataFrame, name: str, problems: list[Problem]) -> pd.Series:
    """Numbers of a column, NaN where there is none."""
    cells, wrong = number_cells(rows[name], {}, decimal_comma=False)
    problems += problems_of_cells(table, _COLUMNS[name], wrong, "number")
    return pd.to_numeric(cells.where(~wrong & (cells != "")), errors="coerce")


def _days(table: DirtyTable, rows: pd.DataFrame, name: str, form: str, problems: list[Problem]) -> pd.Series:
    """Days of a column, NaT where there is none."""
    cells, wrong = date_cells(rows[name], form, {})
    problems += problems_of_cells(table, _COLUMNS[name], wrong, "day")
    return pd.to_datetime(cells.where(~wrong & (cells != "")), format="%Y-%m-%d")


def _lead_times(table: DirtyTable, rows: pd.DataFrame, day: pd.Series, problems: list[Problem]) -> pd.Series:
    """Days from the order to the vendor, else from the first quote to the client, to the delivery."""
    ordered = _days(table, rows, "ordered", "%m/%d/%y", problems)
    asked = _days(table, rows, "asked", "%m/%d/%y", problems)
    days = (day - ordered.fillna(asked)).dt.days
    what = "it was delivered before it was ordered; The days of the row are not used"
    problems += _senseless(table, "ordered", (days < 0).to_numpy(), "delivered_before", what)
    return days.where(days >= 0)


def _freight(table: DirtyTable, rows: pd.DataFrame, packs: pd.Series, problems: list[Problem]) -> pd.Series:
    """Freight of every row: what stands there, 0 where it is included, or a share by packs of another line's."""
    told: list[Problem] = []
    own = _numbers(table, rows, "freight", told)
    included = rows["freight"] == _INCLUDED
    other = rows["freight"].str.extract(_OF_ANOTHER_LINE, expand=False)
    line = other.fillna(rows["id"]).to_numpy()
    known = pd.Series(line).isin(rows["id"][own.notna()].tolist()).to_numpy()
    at = dict(zip(table.row.tolist(), range(len(rows)), strict=True))
    shared = other.notna().to_numpy() & known
    for problem in told:
        row = at[problem.row or 0]
        problems.append(_said(problem, included=bool(included.iloc[row]), shared=bool(shared[row])))
    cost = pd.Series(own.to_numpy(), index=rows["id"]).groupby(level=0).first().reindex(line).to_numpy()
    share = packs.to_numpy() / packs.groupby(line).transform("sum").to_numpy()
    return pd.Series(np.where(included, 0.0, cost * share), index=rows.index)


def _said(problem: Problem, *, included: bool, shared: bool) -> Problem:
    """Say what is done with words in place of freight."""
    if included:
        return replace(problem, code="freight_included", fix="It counts as 0", is_warning=True)
    if shared:
        fix = "The row has its share, by packs, of the freight there"
        return replace(problem, code="freight_of_another_line", fix=fix, is_warning=True)
    return replace(problem, code="freight_unknown", fix="The row says nothing of freight", is_warning=True)


def _senseless(table: DirtyTable, name: str, rows: NDArray[np.bool_], code: str, what: str) -> list[Problem]:
    """List numbers that make no sense."""
    column = _COLUMNS[name]
    found = zip(table.row[rows].tolist(), table.frame[column][rows].tolist(), strict=True)
    message, fix = what.split("; ")
    return [Problem(table.file, row, column, value, code, message, fix) for row, value in found]
