"""What is wrong with a network directory, said so that a person can repair it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

KEPT_PER_KIND: Final = 100
"""How many problems of one kind are kept; `Problem.total` says how many there are."""

Quotable = Sequence[Any] | NDArray[Any] | Mapping[int, Any]
"""A column to quote from, by row position counted from 0; a mapping may know only the rows that are reported."""

_LISTED_PER_KIND: Final = 3
_LISTED_KINDS: Final = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (or, as a warning, doubtful) at one place of the input.

    Problems are of one *kind* when `file`, `column` and `code` agree; the first 100 of each kind are kept.
    """

    file: str
    """File name (``stock.csv``), or the bare table name (``stock``) when the tables did not come from files."""
    row: int | None
    """Data row, counted from 1 below the header; blank lines do not count. In a CSV file without blank lines and line
    breaks inside cells this is the line number less one. None: the problem is of the whole table or file."""
    column: str | None
    """Column, or key of a JSON file; None when it is of no single column."""
    value: str | None
    """The offending value as text; None when there is none."""
    code: str
    """Stable name of what is wrong, for programs: for example ``unknown_id``."""
    message: str
    """What is wrong, for people."""
    fix: str
    """What to do about it."""
    is_warning: bool = False
    """True when the network can be used all the same."""
    total: int = 1
    """How many problems of this kind there are, kept or not."""

    @property
    def place(self) -> str:
        """File, row and column, for example ``stock.csv row 17, on_hand``."""
        text = self.file if self.row is None else f"{self.file} row {self.row}"
        return text if self.column is None else f"{text}, {self.column}"

    @property
    def kind(self) -> str:
        """Name of the kind, for example ``stock.csv/on_hand/too_small``."""
        return "/".join(part for part in (self.file, self.column, self.code) if part)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}. {self.fix}"


class NetworkError(ValueError):
    """The input is no valid network.

    Attributes
    ----------
    problems : tuple of Problem
        The errors, the first 100 of each kind, in the order of the files.
    warnings : tuple of Problem
        What would have been warned about.
    totals : dict of str to int
        Number of errors per kind, kept or not.
    """

    subject: ClassVar[str] = "network"
    """What the problems are of, for the first line."""

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        self.totals = {problem.kind: problem.total for problem in self.problems}
        super().__init__(_listing(self.subject, self.problems, self.totals))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.warnings)


class EventError(NetworkError):
    """The input is no valid sourcing event."""

    subject = "event"


def _listing(subject: str, problems: Sequence[Problem], totals: dict[str, int]) -> str:
    """All kinds with their first problems, one line each."""
    count = sum(totals.values())
    lines = [f"the {subject} has {count} problem{'s' if count != 1 else ''}"]
    for kind in list(totals)[:_LISTED_KINDS]:
        shown = [problem for problem in problems if problem.kind == kind][:_LISTED_PER_KIND]
        lines += [f"  {problem}" for problem in shown]
        if totals[kind] > len(shown):
            lines.append(f"  ... and {totals[kind] - len(shown)} more of this kind")
    if len(totals) > _LISTED_KINDS:
        lines.append(f"  ... and {len(totals) - _LISTED_KINDS} more kinds of problem")
    return "\n".join(lines)


class ProblemLog:
    """Collects problems during one pass; the only thing that is changed while reading."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Problem]] = {}
        self._totals: dict[str, int] = {}

    def add(self, problem: Problem) -> None:
        """Record one problem."""
        self._count(problem.kind, 1)
        self._keep(problem)

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
        """Record a problem per row.

        Parameters
        ----------
        rows : ndarray of bool, shape (n_rows,), or of int
            Mask over the table's rows, or row positions counted from 0.
        message, fix : str
            Templates: ``{value}`` and the names of `details` stand for the row's entry in those columns.
        value : sequence, shape (n_rows,)
            The column's cells, to be quoted.
        **details : sequence, shape (n_rows,)
            Further columns that the templates quote.
        """
        positions = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        if not len(positions):
            return
        first = None
        for position in positions[:KEPT_PER_KIND].tolist():
            words = {name: text_of(cells[position]) for name, cells in details.items()}
            quoted = None if value is None else text_of(value[position])
            first = Problem(
                file=file,
                row=position + 1,
                column=column,
                value=quoted,
                code=code,
                message=message.format(value=quoted, **words),
                fix=fix.format(value=quoted, **words),
                is_warning=is_warning,
            )
            self._keep(first)
        if first is not None:
            self._count(first.kind, len(positions))

    def take_over(self, problems: Iterable[Problem], folder: str) -> None:
        """Record what another log kept, with its totals; files are named together with their folder."""
        for problem in problems:
            moved = replace(problem, file=f"{folder}/{problem.file}")
            self._totals[moved.kind] = moved.total
            self._keep(moved)

    def errors(self) -> tuple[Problem, ...]:
        """Return the errors kept, with totals."""
        return self._select(is_warning=False)

    def warnings(self) -> tuple[Problem, ...]:
        """Return the warnings kept, with totals."""
        return self._select(is_warning=True)

    def raise_errors(self) -> None:
        """Raise when anything is wrong.

        Raises
        ------
        NetworkError
            With all errors found so far.
        """
        errors = self.errors()
        if errors:
            raise NetworkError(errors, self.warnings())

    def _count(self, kind: str, number: int) -> None:
        self._totals[kind] = self._totals.get(kind, 0) + number

    def _keep(self, problem: Problem) -> None:
        kept = self._kept.setdefault(problem.kind, [])
        if len(kept) < KEPT_PER_KIND:
            kept.append(problem)

    def _select(self, *, is_warning: bool) -> tuple[Problem, ...]:
        return tuple(
            replace(problem, total=self._totals[kind])
            for kind, kept in self._kept.items()
            for problem in kept
            if problem.is_warning == is_warning
        )


def text_of(value: Any) -> str:
    """Cell as a person would write it: ``12.5``, not ``np.float64(12.5)``; long text is cut."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer() and abs(float(value)) < 1e15:
        return str(int(value))
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def first_rows(keys: NDArray[Any], repeats: NDArray[np.bool_]) -> dict[int, int]:
    """Return the data row (from 1) in which each of the reported repeats is first found, by row position."""
    rows = np.flatnonzero(repeats)[:KEPT_PER_KIND].tolist()
    return {row: int(np.flatnonzero(keys == keys[row])[0]) + 1 for row in rows}
