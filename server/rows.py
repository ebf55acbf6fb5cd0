"""Rows of a network as messages, turned into columns and back: for what a person or an alert system sends.

The loops over rows are bounded by the message limit of 4 MiB; bulk travels as columns (`server.columns`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, TypeVar

import pandas as pd
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from counterpoise.v1 import network_pb2 as pb
from network.schema import TABLES

_Row = TypeVar("_Row", bound=Message)

_WHOLE: Final = frozenset({FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64})

ROW_TYPES: Final[dict[str, type[Message]]] = {
    "nodes": pb.Node,
    "products": pb.Product,
    "lanes": pb.Lane,
    "lane_rules": pb.LaneRule,
    "stock": pb.StockPosition,
    "lots": pb.Lot,
    "display_rules": pb.DisplayRule,
    "alerts": pb.Alert,
    "price_ladders": pb.PriceRung,
    "price_response": pb.PriceResponse,
    "price_multipliers": pb.PriceMultiplier,
    "period_factors": pb.PeriodFactor,
    "clearance_rules": pb.ClearanceRule,
    "clearance_groups": pb.ClearanceGroup,
    "markdown_budgets": pb.MarkdownBudget,
    "exits": pb.Exit,
    "quotes": pb.Quote,
    "quote_suppliers": pb.QuoteSupplier,
    "supplies": pb.Supply,
}
"""Message of a row by table; field names are column names."""

_DTYPES: Final = {
    FieldDescriptor.CPPTYPE_INT32: "Int64",
    FieldDescriptor.CPPTYPE_INT64: "Int64",
    FieldDescriptor.CPPTYPE_DOUBLE: "Float64",
    FieldDescriptor.CPPTYPE_BOOL: "boolean",
}


def frame_of_rows(table: str, rows: Sequence[Message]) -> pd.DataFrame:
    """Columns of the rows of a table; fields that are not set are empty cells.

    Parameters
    ----------
    table : str
        Name of the table.
    rows : sequence of messages, length n_rows

    Returns
    -------
    DataFrame, n_rows rows
    """
    return frame_of_messages(ROW_TYPES[table], rows)


def frame_of_messages(row_type: type[Message], rows: Sequence[Message]) -> pd.DataFrame:
    """Columns of messages of one type, one per field; fields that are not set are empty cells."""
    return pd.DataFrame({field.name: _cells(field, rows) for field in row_type.DESCRIPTOR.fields})


def frames_of(data: pb.NetworkData) -> dict[str, pd.DataFrame]:
    """Tables of an inline network. Optional tables without rows are left out."""
    frames = {table: frame_of_rows(table, getattr(data, table)) for table in ROW_TYPES}
    return {table: frame for table, frame in frames.items() if len(frame) or TABLES[table].required}


def given_settings(settings: pb.NetworkSettings) -> dict[str, Any]:
    """Content of network.json, with the keys that were set."""
    return {field.name: value for field, value in settings.ListFields()}


def _cells(field: Any, rows: Iterable[Message]) -> pd.Series[Any]:
    name = field.name
    if field.enum_type is not None:
        return pd.Series([enum_word(field.enum_type, getattr(row, name)) for row in rows], dtype=object)
    if field.has_presence:
        cells = [getattr(row, name) if row.HasField(name) else None for row in rows]
        return pd.Series(cells, dtype=_DTYPES[field.cpp_type])
    return pd.Series([getattr(row, name) for row in rows], dtype=object)


def enum_word(enum: Any, number: int) -> str | None:
    """Word of the network directory for an enum value: NODE_KIND_STORE is ``store``."""
    if not number:
        return None
    value = enum.values_by_number.get(number)
    return str(number) if value is None else str(value.name).removeprefix(_prefix(enum)).lower()


def _prefix(enum: Any) -> str:
    """``NODE_KIND_`` for NodeKind, from the value that every enum has."""
    return str(enum.values_by_number[0].name).removesuffix("UNSPECIFIED")


def rows_of_frame(table: str, frame: pd.DataFrame) -> list[Message]:
    """Messages of the rows of a table, the reverse of `frame_of_rows`."""
    return messages_of_frame(ROW_TYPES[table], frame)


def messages_of_frame(row_type: type[_Row], frame: pd.DataFrame) -> list[_Row]:
    """Messages of one type, one per row, from the columns that have the names of its fields; empty cells stay unset.

    Raises
    ------
    ValueError
        A cell is not what its field holds; rows count from 1.
    """
    columns = [
        (field, frame[field.name].astype(object).tolist())
        for field in row_type.DESCRIPTOR.fields
        if field.name in frame
    ]
    rows = [row_type() for _ in range(len(frame))]
    for field, cells in columns:
        for number, (row, cell) in enumerate(zip(rows, cells, strict=True), start=1):
            if not pd.isna(cell):
                try:
                    setattr(row, field.name, _field_value(field, cell))
                except (TypeError, ValueError, KeyError) as error:
                    raise ValueError(f"row {number}, {field.name}: {cell!r} is not what the column holds") from error
    return rows


def _field_value(field: Any, cell: Any) -> Any:
    """Value of a cell; whole numbers beside empty cells come as floats, and days as those of pandas."""
    if field.enum_type:
        return _enum_value(field.enum_type, cell)
    if field.cpp_type in _WHOLE and isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.strftime("%Y-%m-%d") if isinstance(cell, date) else cell


def _enum_value(enum: Any, word: str) -> int:
    return int(enum.values_by_name[f"{_prefix(enum)}{word.upper()}"].number)
