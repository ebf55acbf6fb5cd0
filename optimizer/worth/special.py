"""The special functions of scipy, imported when the first one is asked for.

Most requests know their demand for certain and need none; importing them takes a fifth of a second.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    from scipy import special  # noqa: PLC0415 - see above

    return getattr(special, name)
