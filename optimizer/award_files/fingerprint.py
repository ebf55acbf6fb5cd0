"""Tells events apart: what was proved about the best award of one holds for no other."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any, Final

import numpy as np

from network.columns import Columns
from network.events import Event

_LETTERS: Final = 32


def event_fingerprint(event: Event) -> str:
    """Letters that are the same for equal events, and differ for others."""
    digest = hashlib.sha256(f"{event.currency} {event.money_decimals} {event.as_of} {event.risk}".encode())
    for item in fields(event):
        table: Any = getattr(event, item.name)
        if isinstance(table, Columns):
            for column in fields(table):  # type: ignore[arg-type]  # every table is a dataclass
                cells = getattr(table, column.name)
                if isinstance(cells, np.ndarray):
                    text = (
                        "\x1f".join(map(str, cells.tolist())).encode() if cells.dtype == np.object_ else cells.tobytes()
                    )
                    digest.update(f"{item.name}.{column.name} {len(cells)} ".encode() + text)
    return digest.hexdigest()[:_LETTERS]
