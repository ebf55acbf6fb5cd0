"""The description of the format, its documentation and the types in memory must say the same."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from network import tables
from network.clearance_tables import CLEARANCE_CLASSES
from network.reading import network_from_frames
from network.schema import SETTINGS, TABLES, Limits
from network.schema_columns import DTYPES, LARGEST_INTEGER, LARGEST_NUMBER, CellType, Column
from tests.network.worlds import small_frames, small_settings

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "network-directory.md"
CLASSES = {
    "nodes": tables.Nodes,
    "products": tables.Products,
    "lanes": tables.Lanes,
    "lane_rules": tables.LaneRules,
    "stock": tables.Stock,
    "lots": tables.Lots,
    "display_rules": tables.DisplayRules,
    "alerts": tables.Alerts,
    **CLEARANCE_CLASSES,
}


def documented_rows(section: str, document: Path = DOCUMENT) -> list[str]:
    """Rows of the Markdown table under a heading, without the two header lines."""
    body = re.split(r"^## ", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = next(part for part in body if part.startswith(section + "\n"))
    return [line for line in text.splitlines() if line.startswith("|")][2:]


def values_of(column: Column) -> str:
    """What a cell may hold, for people."""
    if column.cell is CellType.CHOICE:
        return ", ".join(column.choices)
    if column.cell is CellType.BOOLEAN:
        return "true, false"
    if column.cell is CellType.DATE:
        return "day"
    if column.cell is CellType.REFERENCE:
        return f"id in {column.refers_to}"
    if column.cell not in (CellType.INTEGER, CellType.NUMBER):
        return "text"
    kind = "whole number" if column.cell is CellType.INTEGER else "number"
    if column.minimum in (-LARGEST_NUMBER, -LARGEST_INTEGER):
        return kind
    if column.cell is CellType.NUMBER and column.maximum != LARGEST_NUMBER:
        return f"{kind} from {column.minimum:g} to {column.maximum:g}"
    return f"{kind} >= {column.minimum:g}"


def row_of(column: Column) -> str:
    """Row that the document must have for a column."""
    empty = "required" if column.required else column.empty
    return f"| `{column.name}` | {values_of(column)} | {empty} | {column.meaning} |"


@pytest.mark.parametrize("name", TABLES)
def test_the_document_lists_every_column_as_it_is_read(name: str) -> None:
    """Row by row, in order."""
    assert documented_rows(f"`{name}`") == [row_of(column) for column in TABLES[name].columns]


def test_the_document_lists_every_setting() -> None:
    """Keys of network.json with their defaults."""
    expected = []
    for setting in SETTINGS:
        default = "required" if setting.required else str(setting.default).lower() or "not given"
        expected.append(f"| `{setting.name}` | {default} | {setting.meaning} |")
    assert documented_rows("`network.json`") == expected


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_field_in_memory_of_its_type(name: str) -> None:
    """The schema and the frozen types agree in names, order and dtype."""
    fields = [item.name for item in dataclasses.fields(CLASSES[name])]
    assert [column.field_name for column in TABLES[name].columns] == [item for item in fields if item != "extra"]
    network, _ = network_from_frames(small_frames(), small_settings())
    for column in TABLES[name].columns:
        assert getattr(getattr(network, name), column.field_name).dtype == np.dtype(DTYPES[column.cell])


def test_a_table_comes_after_those_it_refers_to() -> None:
    """References are resolved while reading, in this order."""
    order = list(TABLES)
    for table in TABLES.values():
        for column in table.columns:
            if column.refers_to:
                assert order.index(column.refers_to) < order.index(table.name)


def test_every_table_has_a_limit() -> None:
    """No table can be a way around the row limits."""
    assert {item.name for item in dataclasses.fields(Limits)} == set(TABLES)
