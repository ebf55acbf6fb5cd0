"""Single values of request.json, checked one by one: what is wrong goes to a log, and a harmless value comes back."""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.problems import Problem, ProblemLog
from network.schema_columns import LARGEST_NUMBER

LARGEST_AMOUNT: Final = LARGEST_NUMBER
"""Largest amount of money, in currency units."""

_LARGEST_FLOAT: Final = sys.float_info.max

_LONGEST_QUOTE: Final = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """An object of the request, its place, and where to report."""

    content: Mapping[str, Any]
    path: str
    """Keys that lead to it, each with a dot behind it; empty for the request itself."""
    log: ProblemLog
    file: str

    def value(self, key: str) -> Any:
        """Return the value of a key; None when it is not there."""
        return self.content.get(key)

    def wrong(self, key: str, message: str, fix: str, *, value: Any = None) -> None:
        """Report what is wrong with the value of a key (dots lead further inside)."""
        quoted = _quoted(self._at(key) if value is None else value)
        text = f"{self.path}{key} is {quoted}: {message}"
        self.log.add(Problem(self.file, None, f"{self.path}{key}", quoted, "bad_value", text, fix))

    def missing(self, key: str, fix: str) -> None:
        """Report a key that must be there."""
        name = f"{self.path}{key}"
        self.log.add(Problem(self.file, None, name, None, "missing_key", f"{name} is missing", fix))

    def refuse_unknown(self, known: Sequence[str]) -> None:
        """Report keys that are not known: a rule that is misspelt must not be a rule that is ignored."""
        for key, value in self.content.items():
            if key in known:
                continue
            close = difflib.get_close_matches(str(key).lower(), known, n=1)
            hint = f"Write {close[0]}, if that is meant; the" if close else "Remove it; the"
            name = f"{self.path}{key}"
            message = f"there is no key {name}"
            fix = f"{hint} known keys are {', '.join(known)}"
            self.log.add(Problem(self.file, None, name, _quoted(value), "unknown_key", message, fix))

    def inside(self, key: str, known: Sequence[str]) -> Asked:
        """Return the object of a key; an empty one when there is none."""
        return self._object(key, self.value(key), known)

    def inside_item(self, key: str, number: int, value: Any, known: Sequence[str]) -> Asked:
        """Return the object that is an item of a list."""
        return self._object(f"{key}[{number}]", value, known)

    def items(self, key: str) -> Sequence[Any]:
        """Return the list of a key; an empty one when there is none."""
        value = self.value(key)
        if value is None:
            return ()
        if isinstance(value, list | tuple):
            return value
        self.wrong(key, "it is no list", "Write [..., ...], or leave it out")
        return ()

    def number(
        self, key: str, default: float, *, least: float = 0.0, most: float = math.inf, above: float | None = None
    ) -> float:
        """Return a finite number from `least` to `most`, greater than `above`; `default` where it is none or wrong."""
        value = self.value(key)
        if value is None:
            return default
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
            self.wrong(key, "it is no number", f"Write a number, or leave it out, which means {default:g}")
            return default
        # Compared before it is made a float: a whole number can be too large for one.
        if not (least <= value <= min(most, _LARGEST_FLOAT) and (above is None or value > above)):
            between = f"from {least:g} to {most:g}" if math.isfinite(most) else f"of at least {least:g}"
            between = between if above is None else f"above {above:g}"
            self.wrong(key, f"it is not {between.removeprefix('of ')}", f"Write a number {between}")
            return default
        return float(value)

    def whole(self, key: str, default: int, *, or_else: str = "") -> int:
        """Return a whole number of at least 0; `default` where it is none or wrong."""
        value = self.value(key)
        if value is None:
            return default
        also = f", or {or_else}" if or_else else ""
        is_whole = isinstance(value, int | np.integer) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not is_whole or not 0 <= value < NO_LIMIT:
            self.wrong(key, "it is no whole number of at least 0", f"Write a number of days{also}")
            return default
        return int(value)

    def text(self, key: str) -> str | None:
        """Return a text; None where there is none or it is wrong."""
        value = self.value(key)
        if value is None or (isinstance(value, str) and value):
            return value
        self.wrong(key, "it is no text", "Write it in quotes, or leave it out")
        return None

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Return a list of texts; None where there is none or it is wrong."""
        value = self.value(key)
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self.wrong(key, "it is no list of texts", 'Write ["...", "..."], or leave it out')
            return None
        return tuple(value)

    def ids(self, key: str, known: NDArray[np.object_], what: str) -> tuple[str, ...] | None:
        """Return a list of ids that exist; every other one is reported."""
        asked = self.texts(key)
        if asked is None:
            return None
        there = set(known.tolist())
        for name in dict.fromkeys(name for name in asked if name not in there):
            self.wrong(key, f"there is no {what} {name!r}", "Correct or remove it", value=name)
        return asked

    def _object(self, key: str, value: Any, known: Sequence[str]) -> Asked:
        if value is not None and not isinstance(value, Mapping):
            self.wrong(key, "it is no object", f"Write {{...}} with the keys {', '.join(known)}", value=value)
            value = None
        found = Asked(value or {}, f"{self.path}{key}.", self.log, self.file)
        found.refuse_unknown(known)
        return found

    def _at(self, key: str) -> Any:
        value: Any = self.content
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value


def _quoted(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 3] + "..."
