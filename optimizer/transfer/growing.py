"""Tables that grow block by block: what a block wrote is copied while it is at hand, and its memory serves the next."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Table

_Rows = TypeVar("_Rows", bound=Table)


class Growing(Generic[_Rows]):
    """Columns of a table, with room for more."""

    def __init__(self, table: type[_Rows]) -> None:
        self._table = table
        self._columns = {item.name: _Column() for item in fields(table)}  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())).values)

    def add(self, part: _Rows, **added: int) -> None:
        """Put rows after those that are there.

        Parameters
        ----------
        part : table
        **added : int
            By column: what to add to its values.
        """
        for name, column in self._columns.items():
            column.add(getattr(part, name), added.get(name, 0))

    def table(self) -> _Rows:
        """Return all rows; nothing may be added any more."""
        return self._table(*(column.values for column in self._columns.values()))


class _Column:
    """An array with room behind its end: memory that nobody wrote to is not there yet."""

    def __init__(self) -> None:
        self._room: NDArray[Any] | None = None
        self.values: NDArray[Any] = np.empty(0)

    def add(self, part: NDArray[Any], added: int) -> None:
        if self._room is None:
            # The first block takes what it needs: most tables have no second one.
            self._room = self.values = part + added if added else part
            return
        if not len(part):
            return
        n, n_after = len(self.values), len(self.values) + len(part)
        dtype = np.result_type(self._room, part)
        if n_after > len(self._room) or dtype != self._room.dtype:
            self._room = np.empty((n_after + n_after // 2, *part.shape[1:]), dtype=dtype)
            self._room[:n] = self.values
        self.values = self._room[:n_after]
        np.add(part, added, out=self.values[n:])
