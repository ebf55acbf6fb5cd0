"""The keys of event.json and of its object ``risk``: every value is checked, and back."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from network.events.schema import KEYS, RISK_KEYS, Key
from network.events.tables import Event, Risk, RiskMeasure
from network.problems import Problem, ProblemLog

SETTINGS_FILE: Final = "event.json"

_WORDS: Final[Mapping[type, str]] = {str: "text", int: "a whole number", float: "a number", dict: "an object"}
_PARAMETERS: Final = ("time_limit_seconds", "gap")


@dataclass(frozen=True, slots=True)
class Settings:
    """What event.json says; a wrong value is replaced by something harmless."""

    currency: str
    money_decimals: int
    as_of: np.datetime64
    """NaT when wrong or not known."""
    risk: Risk
    parameters: Mapping[str, Any]
    extra: Mapping[str, Any]
    """Keys that the format does not know."""


def settings_from(content: Mapping[str, Any] | None, log: ProblemLog) -> Settings:
    """Check the content of event.json; None has been reported.

    Parameters
    ----------
    content : mapping or None

    Returns
    -------
    Settings
    """
    known, extra = _values(KEYS, content, "", log)
    risk = known["risk"]
    asked, strange = _values(RISK_KEYS, risk, "risk.", log) if risk is not None else ({}, {})
    measure = RiskMeasure[str(asked.pop("measure", "none")).upper()]
    given = {name: value for name, value in asked.items() if value is not None}
    day = known["as_of"]
    return Settings(
        currency=known["currency"] or "",
        money_decimals=known["money_decimals"],
        as_of=np.datetime64(day or "NaT", "D"),
        risk=Risk(measure=measure, **given),
        parameters={name: known[name] for name in _PARAMETERS if known[name] is not None},
        extra=extra | ({"risk": strange} if strange else {}),
    )


def event_settings(event: Event) -> dict[str, Any]:
    """Content of event.json, such that `settings_from` gives the event's back."""
    risk: dict[str, Any] = {}
    for field in fields(Risk):
        value = getattr(event.risk, field.name)
        if value != field.default:
            risk[field.name] = value.name.lower() if isinstance(value, RiskMeasure) else value
    extra = dict(event.extra)
    risk |= extra.pop("risk", {})
    content: dict[str, Any] = {
        "currency": event.currency,
        "as_of": str(event.as_of.astype("datetime64[D]")),
        "money_decimals": event.money_decimals,
    }
    return content | ({"risk": risk} if risk else {}) | dict(event.parameters) | extra


def _values(
    keys: tuple[Key, ...], content: Mapping[str, Any] | None, prefix: str, log: ProblemLog
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Known and unknown keys of an object; those that are wrong have their default."""
    known: dict[str, Any] = {}
    for key in keys:
        value = None if content is None else content.get(key.name)
        value = value.item() if isinstance(value, np.generic) else value
        known[key.name] = key.default
        if value is None:
            if key.required and content is not None:
                fix = f"Add {key.name}: {key.meaning}"
                log.add(_problem(prefix + key.name, None, "missing_setting", "the key is missing", fix))
            continue
        wrong = _wrong(key, value)
        if wrong:
            log.add(_problem(prefix + key.name, str(value)[:80], "bad_setting", *wrong))
        else:
            known[key.name] = value.strip().lower() if key.choices else value
    names = {key.name for key in keys}
    unknown = {str(name): value for name, value in (content or {}).items() if name not in names}
    for name in unknown:
        message, fix = "the format has no such key; it is kept and not used", "Nothing to do if that is meant"
        log.add(Problem(SETTINGS_FILE, None, prefix + name, None, "unknown_setting", message, fix, is_warning=True))
    return known, unknown


def _problem(key: str, value: str | None, code: str, message: str, fix: str) -> Problem:
    return Problem(SETTINGS_FILE, None, key, value, code, message, fix)


def _wrong(key: Key, value: Any) -> tuple[str, str] | None:
    """Message and fix when a value does not fit its key."""
    kinds = (int, float) if key.kind is float else (key.kind,)
    fits = isinstance(value, Mapping) if key.kind is dict else type(value) in kinds  # true is no whole number
    if not fits or (isinstance(value, float) and not math.isfinite(value)):
        return f"{str(value)[:80]!r} is not {_WORDS[key.kind]}", f"Write {_WORDS[key.kind]}: {key.meaning}"
    low, high = key.minimum, key.maximum
    if low is not None and high is not None and not low <= value <= high:
        return f"{value} is out of range", f"Write a number from {low:,.13g} to {high:,.13g}"
    if key.choices is not None and value.strip().lower() not in key.choices:
        return f"{value!r} is no {key.name}", f"Write one of {', '.join(key.choices)}"
    if key.name == "currency" and not value.strip():
        return "it is empty", f"Write the {key.meaning}"
    if key.name == "as_of" and not _is_day(value):
        return f"{value!r} is no day", "Write it as YYYY-MM-DD"
    return None


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
