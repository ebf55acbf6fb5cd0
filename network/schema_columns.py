"""What a table of the network directory is made of: columns with their type, limits and meaning."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from network.columns import NO_LIMIT

LARGEST_INTEGER: Final = NO_LIMIT
"""Largest entry of an integer column, so that a sum over 10^9 rows still fits 64 bits."""

LARGEST_NUMBER: Final = 1e12
"""Largest magnitude of a number column, so that kilograms in steps of 10^-6 still fit 64 bits."""


@enum.unique
class CellType(enum.Enum):
    """What a cell holds."""

    ID = "id"
    """Text that names the row; never empty (except `lanes.lane_id`), unique, "007" stays "007"."""
    REFERENCE = "reference"
    """Id of a row of another table."""
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"
    """A day, written YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    cell: CellType
    meaning: str
    """For people, with the unit."""
    required: bool = False
    """The column must exist and no cell may be empty."""
    default: Any = None
    """What replaces an empty cell in `network.tables`."""
    empty: str = ""
    """What an empty cell means, for people."""
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, int] = field(default_factory=dict)
    """Of a choice: word in the file to value in `network.tables`."""
    refers_to: str | None = None
    """Of a reference: the table it names."""
    above_maximum: tuple[str, str] | None = None
    """Message and fix for a number above the maximum, where the range itself says too little."""
    attribute: str = ""
    """Field of the class in `network.tables`, where it differs from `name`."""

    @property
    def field_name(self) -> str:
        """Field of the class in `network.tables`."""
        return self.attribute or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the directory."""

    name: str
    columns: tuple[Column, ...]
    required: bool = True

    def column(self, name: str) -> Column:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in the order they are written."""
        return tuple(column.name for column in self.columns)


def choices_of(kinds: type[enum.IntEnum]) -> Mapping[str, int]:
    """Words of an enumeration, without its 0."""
    return MappingProxyType({kind.name.lower(): kind.value for kind in kinds if kind.value})


def id_column(name: str, meaning: str, *, required: bool = True, empty: str = "") -> Column:
    """Column of ids."""
    return Column(name, CellType.ID, meaning, required, "", empty)


def reference(name: str, table: str, meaning: str, *, required: bool = True, empty: str = "") -> Column:
    """Column ``node_id`` becomes field ``node``: ids outside, rows inside."""
    attribute = name.removesuffix("_id")
    return Column(name, CellType.REFERENCE, meaning, required, -1, empty, refers_to=table, attribute=attribute)


def integer(name: str, meaning: str, default: int, empty: str, *, minimum: int = 0, required: bool = False) -> Column:
    """Column of whole numbers."""
    return Column(name, CellType.INTEGER, meaning, required, default, empty, minimum, LARGEST_INTEGER)


def number(
    name: str,
    meaning: str,
    default: float,
    empty: str,
    *,
    minimum: float = 0.0,
    maximum: float = LARGEST_NUMBER,
    required: bool = False,
    above_maximum: tuple[str, str] | None = None,
) -> Column:
    """Column of numbers."""
    limits = {"minimum": minimum, "maximum": maximum, "above_maximum": above_maximum}
    return Column(name, CellType.NUMBER, meaning, required, default, empty, **limits)  # type: ignore[arg-type]


NAN: Final = float("nan")
NO_LIMIT_WORDS: Final = "no limit"
NOT_KNOWN_WORDS: Final = "not given"

DTYPES: Final[Mapping[CellType, type[np.generic]]] = MappingProxyType(
    {
        CellType.ID: np.object_,
        CellType.TEXT: np.object_,
        CellType.REFERENCE: np.int32,
        CellType.INTEGER: np.int64,
        CellType.NUMBER: np.float64,
        CellType.BOOLEAN: np.bool_,
        CellType.CHOICE: np.int8,
        CellType.DATE: np.datetime64,
    }
)
"""Type of the array in `network.tables` that holds a column."""
