"""What every table of the network is made of: read-only columns of one length."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

NO_LIMIT: Final = int(np.iinfo(np.int32).max)
"""In an integer column: no limit was given."""

NOT_GIVEN: Final = -1
"""In an integer column that has no natural default: the cell was empty."""


def _freeze(table: Any) -> None:
    """Make every array of a table read-only and check that its columns have one length."""
    lengths = set()
    for item in fields(table):
        column = getattr(table, item.name)
        if isinstance(column, np.ndarray):
            column.setflags(write=False)
            lengths.add(len(column))
    if len(lengths) > 1:
        raise ValueError(f"{type(table).__name__}: columns of different lengths {sorted(lengths)}")


class Columns:
    """A table whose columns are arrays of one length."""

    __slots__ = ()

    def __post_init__(self) -> None:
        _freeze(self)

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]


_Table = TypeVar("_Table", bound=Columns)


def no_rows(table: type[_Table]) -> _Table:
    """Return a table without rows."""
    named = [item for item in fields(cast("Any", table)) if item.name != "extra"]
    columns = {item.name: np.empty(0, dtype=_dtype(str(item.type))) for item in named}
    return table(**columns)


def _dtype(annotation: str) -> type[np.generic]:
    """Type of a column by its annotation, for example ``NDArray[np.int32]``."""
    return cast("type[np.generic]", getattr(np, annotation.removeprefix("NDArray[np.").removesuffix("]")))


def padded(column: NDArray[Any], count: int) -> NDArray[Any]:
    """Column of an unknown meaning with `count` empty cells more."""
    empty: Any = "" if column.dtype == np.object_ else np.nan if column.dtype.kind == "f" else 0
    if column.dtype.kind in "mM":
        empty = "NaT"
    return np.append(column, np.full(count, empty, dtype=column.dtype))
