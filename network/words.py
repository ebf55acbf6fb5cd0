"""Numbers of things in messages."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Say a number of things: ``1 unit``, ``2,000 units``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
