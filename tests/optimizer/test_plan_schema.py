"""The plan directory's description, its documentation and what is written must say the same."""

import re
from pathlib import Path

import pytest

from optimizer.plan_files.plan_schema import CHOICE_TABLES, PLAN_TABLES
from tests.network.test_schema import row_of

TABLES = {**PLAN_TABLES, **CHOICE_TABLES}
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plan-directory.md").read_text(encoding="utf-8")


def documented_rows(section: str) -> list[str]:
    """Rows of the Markdown table under a heading, without the two header lines."""
    text = next(part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if part.startswith(f"`{section}`\n"))
    return [line for line in text.splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize("name", TABLES)
def test_the_document_lists_every_column_as_it_is_read(name: str) -> None:
    """Row by row, in order."""
    assert documented_rows(name) == [row_of(column) for column in TABLES[name].columns]


def test_the_document_lists_every_table() -> None:
    """In the order of the schema, after plan.json."""
    assert re.findall(r"^## `(.+)`$", PAGE, re.MULTILINE) == ["plan.json", *TABLES]
