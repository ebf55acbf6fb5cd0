"""The compiler of searches, which keeps what it compiled in a folder of its own for these sources.

numba compiles a function again when the file that it stands in has changed, not when that of a function that it calls
has. So the folder is named by all compiled sources together.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

from numba import config, njit

__all__ = ["njit"]

_MARK: Final = b"from optimizer.compiled import njit"
"""Stands in every module that is compiled."""


def folder_of(package: Path) -> Path:
    """Name the folder of what is compiled from a package; folders of other sources are removed.

    Parameters
    ----------
    package : Path
        Folder of the sources.

    Returns
    -------
    Path
        Below its ``__pycache__``.
    """
    digest = hashlib.sha256()
    for source in sorted(package.rglob("*.py")):
        text = source.read_bytes()
        if _MARK in text:
            digest.update(text)
    folder = package / "__pycache__" / f"compiled-{digest.hexdigest()[:16]}"
    for former in folder.parent.glob("compiled-*"):
        if former != folder:
            shutil.rmtree(former, ignore_errors=True)
    return folder


def not_compiled() -> tuple[str, ...]:
    """Name the modules that are compiled and of which nothing is kept, such as ``"joint.path_worths"``."""
    kept = {index.name.split(".")[0] for index in Path(config.CACHE_DIR or _PACKAGE).rglob("*.nbi")}  # type: ignore[attr-defined]
    marked = (source for source in sorted(_PACKAGE.rglob("*.py")) if source != Path(__file__))
    return tuple(
        ".".join(source.relative_to(_PACKAGE).with_suffix("").parts)
        for source in marked
        if _MARK in source.read_bytes() and source.stem not in kept
    )


_PACKAGE: Final = Path(__file__).parent
if not config.CACHE_DIR and os.access(_PACKAGE, os.W_OK):  # type: ignore[attr-defined]
    config.CACHE_DIR = str(folder_of(_PACKAGE))  # type: ignore[attr-defined]
