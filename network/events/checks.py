"""What cells of an event have to do with each other."""

from __future__ import annotations

from collections.abc import Mapping

from network.events.settings import Settings
from network.parsing import Parsed
from network.problems import ProblemLog


def check_event(tables: Mapping[str, Parsed], settings: Settings, log: ProblemLog) -> None:
    """Report everything that is wrong between cells."""
