"""Tables as columns of little-endian bytes: the bulk encoding of a network, in both directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from counterpoise.v1 import event_pb2
from counterpoise.v1 import network_pb2 as pb
from network.events.schema import EventLimits
from network.schema import Limits
from server.faults import InvalidRequestError, LimitExceededError, invalid_field

CHUNK_BYTES: Final = 1024 * 1024
"""Size of a chunk at which uploads are fastest (measured); the limit of a message is four times this."""

TABLE_OF: Final = {
    number: name.removeprefix("NETWORK_TABLE_").lower() for name, number in pb.NetworkTable.items() if number
}
"""Table name by `NetworkTable` value."""

_NUMBER_OF: Final = {name: number for number, name in TABLE_OF.items()}
_LAYOUT: Final[dict[int, str]] = {
    pb.COLUMN_TYPE_INT32: "<i4",
    pb.COLUMN_TYPE_INT64: "<i8",
    pb.COLUMN_TYPE_FLOAT64: "<f8",
    pb.COLUMN_TYPE_BOOL: "?",
    pb.COLUMN_TYPE_STRING: "<i4",
}


def decode_column(column: pb.Column, row_count: int, path: str) -> pd.Series[Any]:
    """Read one column of a chunk.

    Parameters
    ----------
    row_count : int
        Values it must hold.
    path : str
        Where it is in the request, for errors.

    Returns
    -------
    Series, shape (row_count,)
        Nullable where cells are empty; categorical for strings.

    Raises
    ------
    InvalidRequestError
        When the bytes are not what type and row count promise.
    """
    layout = _LAYOUT.get(column.type)
    if layout is None:
        raise invalid_field(f"{path}.type", "unknown_type", f"column {column.name!r} has no known type")
    expected = row_count * np.dtype(layout).itemsize
    if len(column.values) != expected:
        message = f"column {column.name!r} has {len(column.values)} bytes, {row_count} rows need {expected}"
        raise invalid_field(f"{path}.values", "wrong_length", message, "Make row_count, type and values agree")
    values = np.frombuffer(column.values, dtype=layout)
    given = _given(column, row_count, path)
    if column.type == pb.COLUMN_TYPE_STRING:
        return _decode_strings(column, values, given, path)
    if given is None:
        return pd.Series(values)
    series = pd.Series(values.astype(np.float64) if column.type == pb.COLUMN_TYPE_FLOAT64 else values)
    return series.where(given) if column.type == pb.COLUMN_TYPE_FLOAT64 else series.convert_dtypes().where(given)


def _given(column: pb.Column, row_count: int, path: str) -> NDArray[np.bool_] | None:
    """Which cells are given; None when all of them are."""
    if not column.validity:
        return None
    if len(column.validity) != (row_count + 7) // 8:
        message = (
            f"column {column.name!r} has {len(column.validity)} bytes, {row_count} rows need {(row_count + 7) // 8}"
        )
        raise invalid_field(f"{path}.validity", "wrong_length", message, "Send one bit per row, or nothing")
    bits = np.unpackbits(np.frombuffer(column.validity, dtype=np.uint8), bitorder="little")
    return bits[:row_count].astype(bool)


def _decode_strings(
    column: pb.Column, codes: NDArray[np.int32], given: NDArray[np.bool_] | None, path: str
) -> pd.Series[Any]:
    codes = codes if given is None else np.where(given, codes, -1)
    wrong = np.flatnonzero((codes < -1) | (codes >= len(column.dictionary)))
    if len(wrong):
        message = (
            f"column {column.name!r}, row {wrong[0]}: {codes[wrong[0]]} is no entry of a dictionary of "
            f"{len(column.dictionary)}"
        )
        raise invalid_field(
            f"{path}.values", "outside_dictionary", message, "Count entries from 0; -1 is an empty cell"
        )
    words = pd.Index(list(column.dictionary), dtype=object)
    if not words.is_unique:
        twice = words[words.duplicated()][0]
        message = f"column {column.name!r} has {twice!r} twice in its dictionary"
        raise invalid_field(f"{path}.dictionary", "duplicate", message, "Give each string once")
    return pd.Series(pd.Categorical.from_codes(codes.astype(np.int64), words))


def encode_column(name: str, cells: pd.Series[Any]) -> pb.Column:
    """Write one column: text as a dictionary, booleans and integers as they are, other numbers as floats."""
    missing = cells.isna().to_numpy(dtype=bool)
    dtype = cells.dtype
    if isinstance(dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(dtype):
        codes, words = pd.factorize(cells.astype(object))
        return pb.Column(
            name=name,
            type=pb.COLUMN_TYPE_STRING,
            values=codes.astype("<i4").tobytes(),
            dictionary=[str(word) for word in words],
        )
    if pd.api.types.is_bool_dtype(dtype):
        kind, values = pb.COLUMN_TYPE_BOOL, cells.fillna(False).to_numpy(dtype=bool)
    elif pd.api.types.is_integer_dtype(dtype):
        kind, values = pb.COLUMN_TYPE_INT64, cells.fillna(0).to_numpy(dtype="<i8")
    else:
        kind, values = pb.COLUMN_TYPE_FLOAT64, cells.to_numpy(dtype="<f8", na_value=np.nan)
    validity = b""
    if missing.any() and kind != pb.COLUMN_TYPE_FLOAT64:
        validity = np.packbits(~missing, bitorder="little").tobytes()
    return pb.Column(name=name, type=kind, values=values.tobytes(), validity=validity)


def encode_table(table: str, frame: pd.DataFrame) -> Iterator[pb.TableChunk]:
    """Cut a table of a network into chunks of about `CHUNK_BYTES`; an empty table is one chunk without rows."""
    for row_count, columns in column_chunks(frame):
        yield pb.TableChunk(table=_NUMBER_OF[table], row_count=row_count, columns=columns)  # type: ignore[arg-type]


def column_chunks(frame: pd.DataFrame) -> Iterator[tuple[int, list[pb.Column]]]:
    """Cut any table into numbers of rows and columns of about `CHUNK_BYTES`; an empty one is one chunk without rows."""
    step = _rows_per_chunk(frame)
    for start in range(0, max(len(frame), 1), step):
        part = frame.iloc[start : start + step]
        yield len(part), [encode_column(str(name), part[name]) for name in part.columns]


def _rows_per_chunk(frame: pd.DataFrame) -> int:
    """Rows that take about `CHUNK_BYTES`, should all texts of a column be distinct and as long as its longest."""
    width = 0
    for name in frame.columns:
        cells = frame[name]
        text = isinstance(cells.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(cells.dtype)
        # 4 bytes per code, 6 for the header of a dictionary entry, at most 4 per character
        width += 10 + 4 * max(map(len, map(str, cells.dropna().unique())), default=0) if text else 9
    return max(CHUNK_BYTES // max(width, 1), 1)


@dataclass(slots=True)
class _Collected:
    """Chunks of one table so far."""

    types: dict[str, int]
    chunks: list[list[pd.Series[Any]]]
    rows: int = 0


class ChunkCollector:
    """Puts uploaded chunks together, and refuses the first one that goes beyond a limit."""

    def __init__(
        self, limits: Limits | EventLimits, max_bytes: int, tables: Mapping[int, str] = MappingProxyType(TABLE_OF)
    ) -> None:
        self._named = tables
        self._limits = limits
        self._max_bytes = max_bytes
        self._bytes = 0
        self._tables: dict[str, _Collected] = {}

    def add(self, chunk: pb.TableChunk | event_pb2.EventChunk) -> None:
        """Take one more chunk.

        Raises
        ------
        InvalidRequestError
            When the chunk contradicts itself or the chunks before it.
        LimitExceededError
            When the upload as a whole becomes too large.
        """
        table = self._named.get(chunk.table)
        if table is None:
            fix = f"The tables are {', '.join(self._named.values())}"
            raise invalid_field("chunk.table", "unknown_table", f"{chunk.table} is no table", fix)
        self._count(chunk, table)
        types = {column.name: int(column.type) for column in chunk.columns}
        collected = self._tables.setdefault(table, _Collected(types, []))
        if types != collected.types or len(types) != len(chunk.columns):
            raise _other_columns(table, types, collected.types)
        columns = [
            decode_column(column, chunk.row_count, f"chunk.columns[{position}]")
            for position, column in enumerate(chunk.columns)
        ]
        collected.chunks.append([columns[list(types).index(name)] for name in collected.types])
        collected.rows += chunk.row_count

    def _count(self, chunk: pb.TableChunk | event_pb2.EventChunk, table: str) -> None:
        """Check sizes before anything is decoded."""
        if chunk.row_count < 0 or (chunk.row_count and not chunk.columns):
            message = f"{chunk.row_count} rows in {len(chunk.columns)} columns of {table}"
            raise invalid_field("chunk.row_count", "wrong_length", message, "Count the rows that the columns hold")
        collected = self._tables.get(table)
        rows = chunk.row_count + (collected.rows if collected else 0)
        if rows > self._limits.of(table):
            message = f"{table} has more than the {self._limits.of(table):,} rows that this server takes"
            raise LimitExceededError(table, message)
        self._bytes += chunk.ByteSize()
        if self._bytes > self._max_bytes:
            raise LimitExceededError("upload", f"the upload is larger than the {self._max_bytes:,} bytes allowed")

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables received, columns as they came."""
        return {name: self._frame(collected) for name, collected in self._tables.items()}

    @staticmethod
    def _frame(collected: _Collected) -> pd.DataFrame:
        columns = zip(*collected.chunks, strict=True)
        return pd.DataFrame({name: _joined(parts) for name, parts in zip(collected.types, columns, strict=True)})


def _joined(parts: tuple[pd.Series[Any], ...]) -> pd.Series[Any]:
    if len(parts) > 1 and isinstance(parts[0].dtype, pd.CategoricalDtype):
        return pd.Series(pd.api.types.union_categoricals([part.array for part in parts]))
    return pd.concat(parts, ignore_index=True)


def _other_columns(table: str, found: dict[str, int], expected: dict[str, int]) -> InvalidRequestError:
    return invalid_field(
        "chunk.columns",
        "other_columns",
        f"{table}: columns {sorted(found)} are not those of its first chunk, {sorted(expected)}, or differ in type",
        "Send the same columns with the same types in every chunk of a table, each once",
    )
