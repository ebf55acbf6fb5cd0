"""The description of event directories, its page and the types in memory must say the same."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from network.events import tables
from network.events.schema import EVENT_TABLES, KEYS, ONLY_CHECKED, RISK_KEYS, EventLimits, Key
from network.schema_columns import DTYPES
from tests.network.events import small_event
from tests.network.test_schema import documented_rows, row_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "event-directory.md"


def key_row(key: Key) -> str:
    """Row that the document must have for a key."""
    default = "required" if key.required else key.empty or str(key.default)
    words = f" ({', '.join(key.choices)})" if key.choices else ""
    return f"| `{key.name}` | {default} | {key.meaning}{words} |"


@pytest.mark.parametrize("name", EVENT_TABLES)
def test_the_document_lists_every_column_as_it_is_read(name: str) -> None:
    """Row by row, in order."""
    assert documented_rows(f"`{name}`", DOCUMENT) == [row_of(column) for column in EVENT_TABLES[name].columns]


@pytest.mark.parametrize(("section", "keys"), [("`event.json`", KEYS), ("`risk`", RISK_KEYS)])
def test_the_document_lists_every_key(section: str, keys: tuple[Key, ...]) -> None:
    """With defaults and words."""
    assert documented_rows(section, DOCUMENT) == [key_row(key) for key in keys]


@pytest.mark.parametrize("name", EVENT_TABLES)
def test_every_column_has_a_field_in_memory_of_its_type(name: str) -> None:
    """The schema and the frozen types agree in names, order and dtype."""
    read = getattr(small_event(), name)
    fields = [item.name for item in dataclasses.fields(type(read)) if item.name != "extra"]
    kept = [column for column in EVENT_TABLES[name].columns if (name, column.name) not in ONLY_CHECKED]
    assert [column.field_name for column in kept] == fields
    for column in kept:
        assert np.issubdtype(getattr(read, column.field_name).dtype, DTYPES[column.cell])


def test_risk_has_its_keys() -> None:
    """Keys of the object in event.json are the fields in memory, with their defaults."""
    fields = {field.name: field.default for field in dataclasses.fields(tables.Risk)}
    assert [key.name for key in RISK_KEYS] == list(fields)
    assert {key.name: key.default for key in RISK_KEYS} == fields | {"measure": "none"}


def test_a_table_comes_after_those_it_refers_to() -> None:
    """References are resolved while reading, in this order."""
    order = list(EVENT_TABLES)
    for table in EVENT_TABLES.values():
        for column in table.columns:
            assert not column.refers_to or order.index(column.refers_to) < order.index(table.name)


def test_every_table_has_a_limit() -> None:
    """No table can be a way around the row limits."""
    assert {item.name for item in dataclasses.fields(EventLimits)} == set(EVENT_TABLES)
