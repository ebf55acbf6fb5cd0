"""A filled form as rows of the tables ``bids`` and ``tiers``, and what is wrong with it, at its own places."""

from __future__ import annotations

from collections.abc import Sequence
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
from optimizer.rfq.form import BID_COLUMNS, FURTHER_TIERS

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
    """Columns of the table ``tiers``, with the row of the form as index, and `tier`."""
    left_empty: int
    """Rows of the form that bid nothing."""
    strange_columns: tuple[str, ...]
    """Columns that forms do not have."""
    problems: tuple[Problem, ...]
    """What could not be read: rows, or all of it."""

    def at_its_place(self, problem: Problem) -> Problem:
        """Say a problem of the tables by file, row and column of the form."""
        if problem.file not in {"bids", "tiers"} or problem.row is None:
            return problem
        table = self.bids if problem.file == "bids" else self.tiers
        row = int(table.index[problem.row - 1]) + 1
        column = problem.column
        if problem.file == "tiers" and column in {"from_units", "unit_price"}:
            tier = int(self.tiers["tier"].iloc[problem.row - 1])
            column = f"{column}_{tier}" if tier > 1 else {"from_units": "min_units"}.get(column, column)
        return replace(problem, file=self.file, row=row, column=column)


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
    cells = {name: frame.get(name, none) for name in _names()}
    form = pd.DataFrame(cells)
    for name in form.columns:
        if name in _NUMBERS or name.startswith(("from_units_", "unit_price_")):
            form[name] = [plain_number(cell, decimal_comma=comma) for cell in form[name]]
    # Words that only a person reads, such as "no bid", are an answer too: they are reported, not overlooked.
    answered = form[list(_ANSWERS)].notna().any(axis=1)
    bids = form.loc[answered, list(BID_COLUMNS)].copy()
    bids.insert(0, "bid_id", _bid_ids(bids["item_id"], supplier_id, taken))
    bids.insert(1, "supplier_id", supplier_id)
    tiers = _tiers(form[answered], bids)
    tiered = bids.index.isin(tiers.index)
    bids.loc[tiered, "unit_price"] = None
    strange = tuple(name for name in frame.columns if name not in cells and name)
    return Answers(str(path), bids, tiers, int(np.count_nonzero(~answered)), strange, read.problems)


def _names() -> tuple[str, ...]:
    return (*BID_COLUMNS, *(name for tier in FURTHER_TIERS for name in (f"from_units_{tier}", f"unit_price_{tier}")))


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
    parts = [pd.DataFrame({"bid_id": named, "from_units": fewest, "unit_price": rows["unit_price"], "tier": 1})]
    for tier in FURTHER_TIERS:
        units, price = rows[f"from_units_{tier}"], rows[f"unit_price_{tier}"]
        some = units.notna() | price.notna()
        part = {"bid_id": named[some], "from_units": units[some], "unit_price": price[some], "tier": tier}
        parts.append(pd.DataFrame(part))
    return pd.concat([part for part in parts if len(part)] or parts[:1])
