"""Filled forms and lists of items, as people send them: names of columns in any case, what cannot be read told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from network.dirty_tables import read_dirty_table
from network.files import file_problem
from network.problems import Problem, ProblemLog

UNREADABLE: Final = "unreadable_file"
"""Code of the problem that nothing of a file could be read."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of text."""

    frame: pd.DataFrame
    """Column names in lower case, spaces in them as underscores; empty cells None; the index is the row, from 0."""
    decimal_comma: bool
    problems: tuple[Problem, ...]
    """Rows of another width than the header, which are left out, or that nothing could be read."""


def read_cells(path: Path) -> Cells:
    """Read a table, whatever its delimiter, line ends and encoding.

    Parameters
    ----------
    path : Path
    """
    log = ProblemLog()
    try:
        table = read_dirty_table(path, log)
        names = ["_".join(str(name).lower().split()) for name in table.frame]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise ValueError(f"{path.name} has two columns {twice[0]!r}; rename one of them")
    except ValueError as error:
        problem = file_problem(str(path), UNREADABLE, str(error), "Send it again")
        return Cells(pd.DataFrame(), decimal_comma=False, problems=(problem,))
    frame = table.frame.set_axis(names, axis=1).set_axis(table.row - 1)
    problems = tuple(replace(problem, file=str(path)) for problem in log.errors())
    return Cells(frame.mask(frame == "", None), table.separator == ";", problems)
