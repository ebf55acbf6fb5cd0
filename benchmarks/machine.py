"""What measured: cores, memory and versions, so that figures can be compared; no names and no dates."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from typing import Any, Final

_PACKAGES: Final = ("counterpoise", "numpy", "scipy", "pandas", "ortools", "pulp", "numba")


def machine() -> dict[str, Any]:
    """Describe this machine and what is installed on it."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version for name in _PACKAGES if (version := _version(name)) is not None},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
