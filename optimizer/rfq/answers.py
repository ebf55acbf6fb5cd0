"""A filled form as rows of the tables ``bids`` and ``tiers``, and what is wrong with it, at its own places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from network.dirty_tables import plain_number
from network.events.schema import BIDS
from network.problems import Problem
from network.schema_columns import CellType
from optimizer.rfq.cells import read_cells
from optimizer.rfq.form import (
    BID_COLUMNS,
    DELIVERIES,
    DELIVERY_COLUMNS,
    FORM_COLUMNS,
    FURTHER_TIERS,
    TIER_COLUMNS,
)

_NUMBERS: Final = frozenset(
    column.name for column in BIDS.columns if column.cell in {CellType.INTEGER, CellType.NUMBER}
)
_ANSWERS: Final = ("unit_price", "max_units", "min_units", "package_id", "from_units_2", "unit_price_2")
"""Cells of which one is filled where an item is bid for."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The bids of one form."""

    file: str
    bids: pd.DataFrame
    """Columns of the table ``bids``, with the row of the form as index."""
    tiers: pd.DataFrame
    """Columns of the table ``tiers``, with the row of the form as index, and `number`: which of the bid's it is."""
    deliveries: pd.DataFrame
    """Columns of the table ``deliveries``, likewise."""
    left_empty: int
    """Rows of the form that bid nothing."""
    strange_columns: tuple[str, ...]
    """Columns that forms do not have."""
    problems: tuple[Problem, ...]
    """What could not be read: rows, or all of it."""

    def at_its_place(self, problem: Problem) -> Problem:
        """Say a problem of the tables by file, row and column of the form."""
        tables = {"bids": self.bids, "tiers": self.tiers, "deliveries": self.deliveries}
        if problem.file not in tables or problem.row is None:
            return problem
        table, column = tables[problem.file], problem.column
        if problem.file == "tiers" and column in {"from_units", "unit_price"}:
            tier = int(table["number"].iloc[problem.row - 1])
            column = f"{column}_{tier}" if tier > 1 else {"from_units": "min_units"}.get(column, column)
        elif problem.file == "deliveries" and column in {"day", "units"}:
            column = f"deliver_{column}_{table['number'].iloc[problem.row - 1]}"
        return replace(problem, file=self.file, row=int(table.index[problem.row - 1]) + 1, column=column)


def read_answers(path: Path, supplier_id: str, taken: Sequence[str]) -> Answers:
    """Read a form that a supplier filled in.

    Parameters
    ----------
    path : Path
    supplier_id : str
    taken : sequence of str
        Names of bids that there are already.
    """
    read = read_cells(path)
    frame, comma = read.frame, read.decimal_comma
    none = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    cells = {name: frame.get(name, none) for name in FORM_COLUMNS}
    form = pd.DataFrame(cells)
    for name in form.columns:
        if name in _NUMBERS or name in {*TIER_COLUMNS, *DELIVERY_COLUMNS}:
            form[name] = [plain_number(cell, decimal_comma=comma) for cell in form[name]]
    # Words that only a person reads, such as "no bid", are an answer too: they are reported, not overlooked.
    answered = form[list(_ANSWERS)].notna().any(axis=1)
    bids = form.loc[answered, list(BID_COLUMNS)].copy()
    bids.insert(0, "bid_id", _bid_ids(bids["item_id"], supplier_id, taken))
    bids.insert(1, "supplier_id", supplier_id)
    tiers = _tiers(form[answered], bids)
    tiered = bids.index.isin(tiers.index)
    bids.loc[tiered, "unit_price"] = None
    return Answers(
        file=str(path),
        bids=bids,
        tiers=tiers,
        deliveries=_numbered(form[answered], bids, {"day": "deliver_day", "units": "deliver_units"}, DELIVERIES),
        left_empty=int(np.count_nonzero(~answered)),
        strange_columns=tuple(name for name in frame.columns if name not in cells and name),
        problems=read.problems,
    )


def _bid_ids(item_id: pd.Series, supplier_id: str, taken: Sequence[str]) -> list[str]:
    """Name bids by supplier and item, further ones of an item with a number."""
    used, names = set(taken), []
    for item in item_id.fillna("").tolist():
        name, number = f"{supplier_id}/{item}", 1
        while name in used:
            number += 1
            name = f"{supplier_id}/{item}#{number}"
        used.add(name)
        names.append(name)
    return names


def _tiers(form: pd.DataFrame, bids: pd.DataFrame) -> pd.DataFrame:
    """Tiers of the rows that have more than one: the first at `unit_price` from the fewest units on."""
    further = [form[f"{name}_{tier}"].notna() for tier in FURTHER_TIERS for name in ("from_units", "unit_price")]
    several = np.logical_or.reduce(further) if len(form) else np.zeros(0, dtype=np.bool_)
    rows = form[several]
    named = bids.loc[rows.index, "bid_id"] if len(rows) else pd.Series([], dtype=object)
    fewest = rows["min_units"].where(rows["min_units"].notna() & (rows["min_units"] != "0"), "1")
    first = pd.DataFrame({"bid_id": named, "from_units": fewest, "unit_price": rows["unit_price"], "number": 1})
    names = {"from_units": "from_units", "unit_price": "unit_price"}
    return pd.concat([first, _numbered(rows, bids, names, FURTHER_TIERS)]) if len(first) else first


def _numbered(form: pd.DataFrame, bids: pd.DataFrame, names: Mapping[str, str], numbers: Sequence[int]) -> pd.DataFrame:
    """Rows of cells that a form has side by side, with the number that their columns end with.

    Parameters
    ----------
    names : dict of str to str
        Column of the form, without its number, by column of the table.
    """
    parts = []
    for number in numbers:
        cells = pd.DataFrame({column: form[f"{name}_{number}"] for column, name in names.items()})
        cells = cells[cells.notna().any(axis=1)]
        parts.append(cells.assign(bid_id=bids.loc[cells.index, "bid_id"], number=number))
    return pd.concat([part for part in parts if len(part)] or parts[:1])
