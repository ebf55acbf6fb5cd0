"""Results as JSON files: one for each measurement, kept in the repository, all that tables are made from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "results"

_FLAT_LIST: Final = re.compile(r"\[\s+([^][{}]*?)\s+\]")


def write_result(result: Mapping[str, Any], path: Path) -> None:
    """Write a result, lists of numbers on one line each; the folder is made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = json.dumps(result, allow_nan=False, indent=1)
    flat = _FLAT_LIST.sub(lambda found: "[" + re.sub(r",\s+", ", ", found.group(1)) + "]", document)
    path.write_text(flat + "\n", encoding="utf-8")


def read_results(case: str, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Read the results of a case, in the order of their file names."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return [result for result in found if result["case"] == case]
