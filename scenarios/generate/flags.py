"""Kinds of values that the commands of the generators take."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def at_least(least: int) -> Callable[[str], int]:
    """Reader of whole numbers of at least so much."""

    def whole_number(word: str) -> int:
        if (number := int(word)) < least:
            raise argparse.ArgumentTypeError(f"{number} is below {least}")
        return number

    return whole_number
