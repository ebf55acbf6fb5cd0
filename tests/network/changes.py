"""Changes of tables that make them wrong in one place."""

from collections.abc import Callable
from typing import Any

import pandas as pd

Frames = dict[str, pd.DataFrame]


def put(table: str, column: str, row: int, value: Any) -> Callable[[Frames], None]:
    """A change of one cell, of a column that may not be there yet."""

    def change(frames: Frames) -> None:
        frame = frames[table]
        cells = frame[column].astype(object) if column in frame else pd.Series([None] * len(frame), dtype=object)
        cells.iloc[row] = value
        frames[table] = frame.assign(**{column: cells})

    return change


def add(table: str, **row: Any) -> Callable[[Frames], None]:
    """A further row."""

    def change(frames: Frames) -> None:
        frames[table] = pd.concat([frames[table].astype(object), pd.DataFrame([row], dtype=object)], ignore_index=True)

    return change


def drop(table: str, column: str) -> Callable[[Frames], None]:
    """A column less."""

    def change(frames: Frames) -> None:
        frames[table] = frames[table].drop(columns=column)

    return change


def replace(table: str, **columns: list[Any]) -> Callable[[Frames], None]:
    """Another table."""

    def change(frames: Frames) -> None:
        frames[table] = pd.DataFrame(columns)

    return change
