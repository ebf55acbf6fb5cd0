"""How long texts are put for people."""

from __future__ import annotations

import textwrap
from typing import Final

_WIDTH: Final = 112


def wrapped(text: str, indent: int) -> list[str]:
    """Break a text into lines that begin with so many spaces."""
    margin = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=margin, subsequent_indent=margin)
