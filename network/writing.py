"""From a `Network` back to tables and files, such that reading them gives an equal network."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.outside import without_outside
from network.reading import REQUEST_FILE, SETTINGS_FILE
from network.schema import SETTINGS, TABLES
from network.schema_columns import CellType, Column, Table
from network.tables import Network

FileFormat = Literal["csv", "parquet"]

_OTHER: Final[Mapping[str, str]] = {"csv": "parquet", "parquet": "csv"}


def write_network(network: Network, directory: Path, *, file_format: FileFormat = "csv") -> None:
    """Write a network directory.

    Every file is written beside its place and then renamed, so that a reader never sees half a file. Tables of the same
    name that an earlier write left in the directory are replaced, also those of the other format.

    Parameters
    ----------
    directory : Path
        Made when it is not there.
    file_format : {"csv", "parquet"}
        Of the tables; Parquet needs the extra ``counterpoise[parquet]``.

    Raises
    ------
    ValueError
        When `file_format` is neither.
    ImportError
        When Parquet is asked for and pyarrow is not installed.
    """
    documents = {SETTINGS_FILE: settings_of(network), REQUEST_FILE: network.request or None}
    frames: dict[str, pd.DataFrame | None] = dict.fromkeys(TABLES)
    write_files(directory, frames | network_to_frames(network), documents, file_format=file_format)


def write_files(
    directory: Path,
    frames: Mapping[str, pd.DataFrame | None],
    documents: Mapping[str, Mapping[str, Any] | None],
    *,
    file_format: FileFormat,
) -> None:
    """Write tables and JSON documents, each beside its place and then renamed; see `write_network` for the errors.

    Parameters
    ----------
    frames : dict of str to DataFrame or None
        Tables by name; None removes what an earlier write left of a table.
    documents : dict of str to mapping or None
        JSON objects by file name; None removes the file.
    """
    if file_format not in _OTHER:
        raise ValueError(f"file_format is {file_format!r}; it must be 'csv' or 'parquet'")
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".writing-") as folder:
        staged = Path(folder)
        for name, frame in frames.items():
            if frame is not None:
                _write_table(frame, staged / f"{name}.{file_format}", file_format)
        for name, content in documents.items():
            if content is not None:
                _write_json(content, staged / name)
        for path in sorted(staged.iterdir()):
            path.replace(directory / path.name)
    stale = [directory / f"{name}.{_OTHER[file_format]}" for name in frames]
    stale += [directory / f"{name}.{file_format}" for name, frame in frames.items() if frame is None]
    stale += [directory / name for name, content in documents.items() if content is None]
    for path in stale:
        path.unlink(missing_ok=True)


def network_to_frames(network: Network) -> dict[str, pd.DataFrame]:
    """Tables of the network directory by name: ids instead of rows, empty cells instead of defaults.

    The inverse of `network.reading.network_from_frames`; optional tables without rows are left out.
    """
    network = without_outside(network)
    ids = {
        "nodes": network.nodes.node_id,
        "products": network.products.sku_id,
        "lanes": network.lanes.lane_id,
    }
    frames = {}
    for name, table in TABLES.items():
        columns = getattr(network, name)
        if table.required or len(columns):
            frames[name] = frame_of(table, columns, ids)
    return frames


def settings_of(network: Network) -> dict[str, Any]:
    """Content of network.json."""
    known = {setting.name: getattr(network, setting.name) for setting in SETTINGS}
    said = {name: value for name, value in known.items() if value is not False and value != ""}
    return said | dict(network.settings_extra)


def frame_of(table: Table, columns: Any, ids: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    """Cells of a table; optional columns that are empty throughout are left out, unless all are."""
    cells: dict[str, Any] = {}
    for column in table.columns:
        values = getattr(columns, column.field_name)
        empty = _empty_cells(column, values)
        if column.required or not empty.all():
            cells[column.name] = _outside(column, values, empty, ids)
    if not cells and not columns.extra:  # rows need some column to stand in
        column = table.columns[0]
        values = getattr(columns, column.field_name)
        cells[column.name] = _outside(column, values, _empty_cells(column, values), ids)
    return pd.DataFrame(cells | dict(columns.extra), index=pd.RangeIndex(len(columns)))


def _empty_cells(column: Column, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value stands for an empty cell."""
    empty = np.zeros(len(values), dtype=bool)
    if column.cell is CellType.DATE:
        return np.asarray(np.isnat(values))
    if column.required or column.default is None:
        return empty
    unknown = column.cell is CellType.NUMBER and np.isnan(column.default)
    empty[:] = np.isnan(values) if unknown else values == column.default
    return empty


def _outside(column: Column, values: NDArray[Any], empty: NDArray[np.bool_], ids: Mapping[str, NDArray[Any]]) -> Any:
    """Values as cells, those in `empty` missing."""
    match column.cell:
        case CellType.REFERENCE:
            names = np.full(len(ids[column.refers_to or ""]) + 1, None, dtype=object)
            names[:-1] = ids[column.refers_to or ""]
            return names[values]
        case CellType.CHOICE:
            words = np.full(1 + max(column.choices.values()), None, dtype=object)
            words[list(column.choices.values())] = list(column.choices)
            return words[values]
        case CellType.INTEGER if empty.any():
            return pd.arrays.IntegerArray(values.copy(), empty)
        case CellType.DATE:
            days = np.datetime_as_string(values.astype("datetime64[D]")).astype(object)
            days[empty] = None
            return days
        case CellType.NUMBER if empty.any():
            return np.where(empty, np.nan, values)
        case _:
            return values


def _write_table(frame: pd.DataFrame, path: Path, file_format: FileFormat) -> None:
    if file_format == "parquet":
        frame.to_parquet(path, engine="pyarrow", index=False)
    else:
        frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    _flush(path)


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(dict(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    _flush(path)


def _flush(path: Path) -> None:
    """Bring a file to the disk before it takes another's place."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
