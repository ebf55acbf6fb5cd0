"""From an `Event` back to tables and files, such that reading them gives an equal event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from network.events.schema import EVENT_TABLES, ONLY_CHECKED
from network.events.settings import SETTINGS_FILE, event_settings
from network.events.tables import Event
from network.schema_columns import Table
from network.writing import FileFormat, frame_of, write_files

_WRITTEN: Final[Mapping[str, Table]] = MappingProxyType(
    {
        name: replace(table, columns=tuple(each for each in table.columns if (name, each.name) not in ONLY_CHECKED))
        for name, table in EVENT_TABLES.items()
    }
)
"""The tables without what is only checked."""


def write_event(event: Event, directory: Path, *, file_format: FileFormat = "csv") -> None:
    """Write an event directory; tables of the same name that are there are replaced.

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
    frames: dict[str, pd.DataFrame | None] = dict.fromkeys(EVENT_TABLES)
    documents = {SETTINGS_FILE: event_settings(event)}
    write_files(directory, frames | event_to_frames(event), documents, file_format=file_format)


def event_to_frames(event: Event) -> dict[str, pd.DataFrame]:
    """Tables of the event directory by name: ids instead of rows, empty cells instead of defaults.

    The inverse of `network.events.event_from_frames`; optional tables without rows are left out.
    """
    ids = {"items": event.items.item_id, "suppliers": event.suppliers.supplier_id, "bids": event.bids.bid_id}
    frames = {}
    for name, table in _WRITTEN.items():
        columns = getattr(event, name)
        if table.required or len(columns):
            frames[name] = frame_of(table, columns, ids)
    return frames
