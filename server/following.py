"""Calls that wait for a plan or an award: until it is done, or for every incumbent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import grpc

from server.faults import invalid_field
from server.records import IncumbentRecord
from server.store import Store

_GLANCE_SECONDS: Final = 0.5
"""How often a waiting call looks whether its caller is still there."""
_ANSWER_SECONDS: Final = 0.25
"""Time kept before a caller's deadline for the answer to get there."""


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell a caller who watches."""

    record: Any
    """The plan or award as it is now."""
    next_index: int
    incumbent: IncumbentRecord | None = None
    done: bool = False
    """Nothing more will come."""


def deadline_of(context: grpc.ServicerContext) -> float | None:
    """When to answer at the latest, on the monotonic clock; None when the caller has all the time."""
    remaining = context.time_remaining()
    return None if remaining is None else time.monotonic() + remaining - min(_ANSWER_SECONDS, remaining / 4)


def awaited(store: Store, name: str, deadline: float | None, context: grpc.ServicerContext) -> Any:
    """Return a plan or an award when it is done, or as it is at the deadline or when the caller has gone."""
    record = store.run(name)
    while not record.state.final and context.is_active():
        left = _GLANCE_SECONDS if deadline is None else min(_GLANCE_SECONDS, deadline - time.monotonic())
        if left <= 0:
            break
        record = store.wait_run(name, record.version, left)
    return record


def followed(store: Store, name: str, from_index: int, context: grpc.ServicerContext) -> Iterator[News]:
    """Yield incumbents and changes of state of a plan or an award until it is done.

    Raises
    ------
    InvalidRequestError
        When `from_index` is below 0.
    """
    if from_index < 0:
        raise invalid_field("from_index", "too_small", f"{from_index} is below 0", "Start at 0")
    record, index, told = store.run(name), from_index, None
    while context.is_active():
        for incumbent in record.incumbents[index:]:
            index, told = incumbent.index + 1, record.state
            yield News(record, index, incumbent)
        if record.state.final:
            yield News(record, index, done=True)
            return
        if record.state is not told:
            told = record.state
            yield News(record, index)
        record = store.wait_run(name, record.version, _GLANCE_SECONDS)
