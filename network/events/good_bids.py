"""Which bids are left when those with errors are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.parsing import Parsed
from network.problems import ProblemLog, Quotable
from network.row_reports import Reporter
from network.validation import Tables

Flags = NDArray[np.bool_]


class RowLog(ProblemLog):
    """A log that knows all rows with errors, also those whose problems are only counted."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, list[NDArray[np.intp]]] = {}

    def add_rows(
        self,
        file: str,
        column: str | None,
        code: str,
        rows: NDArray[Any],
        *,
        message: str,
        fix: str,
        is_warning: bool = False,
        value: Quotable | None = None,
        **details: Quotable,
    ) -> None:
        """Record a problem per row."""
        if not is_warning:
            self._rows.setdefault(file, []).append(np.flatnonzero(rows) if rows.dtype == np.bool_ else rows)
        super().add_rows(
            file, column, code, rows, message=message, fix=fix, is_warning=is_warning, value=value, **details
        )

    def wrong_rows(self, table: Parsed) -> Flags:
        """Rows of a table that have errors, shape ``(n_rows,)``."""
        wrong = np.zeros(table.n_rows, dtype=np.bool_)
        for rows in self._rows.get(table.file, []):
            wrong[rows] = True
        return wrong


def good_bids(tables: Tables, log: RowLog) -> dict[str, Flags] | None:
    """Choose the rows of bids, tiers and deliveries that are left when bids with errors are refused.

    A package is refused as a whole, and bids of one name are refused together: their tiers cannot be told apart.

    Returns
    -------
    dict of str to ndarray of bool, or None
        Rows to keep by table; None when something else is wrong.
    """
    bids, parts = tables["bids"], (tables["tiers"], tables["deliveries"])
    files = {table.file for table in (bids, *parts)}
    if any(problem.row is None or problem.file not in files for problem in log.errors()):
        return None
    bad = log.wrong_rows(bids)
    for part in parts:
        named = part["bid_id"][log.wrong_rows(part)]
        bad[named[named >= 0]] = True
    bad |= np.isin(bids["bid_id"].astype(str), np.unique(bids["bid_id"][bad].astype(str)))
    whole = _whole_packages(bids, bad)
    message, fix = "{row} is left out with the rest of package {value}", "Repair the other bids of the package"
    Reporter(bids, log).warn("package_id", "package_refused", whole & ~bad, message, fix)
    bad = whole
    kept = {"bids": ~bad}
    for part in parts:
        bid = part["bid_id"]
        kept[part.table.name] = (bid >= 0) & ~np.append(bad, True)[bid] & ~log.wrong_rows(part)
    return kept


def _whole_packages(bids: Parsed, bad: Flags) -> Flags:
    """Refuse the rest of packages; of a bid whose supplier is unknown, all packages of that name."""
    supplier, package = bids["supplier_id"], bids["package_id"]
    packed = package != ""
    table = pd.DataFrame({"supplier": supplier, "package": package, "bad": bad & packed})
    of_supplier = table.groupby(["supplier", "package"])["bad"].transform("any").to_numpy(dtype=np.bool_)
    nameless = set(package[bad & packed & (supplier < 0)].tolist())
    of_nobody = packed & np.isin(package.astype(str), np.array(sorted(nameless), dtype=str))
    return np.asarray(bad | (packed & of_supplier) | of_nobody)
