"""Scenarios in which suppliers fail: stated, or drawn from their probabilities (docs/sourcing.md, "Risk")."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.events import Event
from optimizer.bidding.limits import MILLIONTHS, millionths

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Failures:
    """Scenarios, of which exactly one comes true."""

    probability: Ints
    """Millionths, together 10^6; shape ``(n_scenarios,)``."""
    fails: NDArray[np.bool_]
    """Shape ``(n_scenarios, n_suppliers)``."""


def failures_of(event: Event) -> Failures:
    """Read or draw the scenarios of an event; the first of those stated without failures takes what is left."""
    return _stated(event) if len(event.scenarios) else _drawn(event)


def _stated(event: Event) -> Failures:
    rows = event.scenarios
    _, first, code = np.unique(rows.scenario_id.astype(str), return_index=True, return_inverse=True)
    fails = np.zeros((len(first) + 1, len(event.suppliers)), dtype=np.bool_)
    fails[code.reshape(-1) + 1, rows.supplier] = True
    probability = millionths(rows.probability[first])
    return Failures(np.append(MILLIONTHS - probability.sum(), probability), fails)


def _drawn(event: Event) -> Failures:
    chance, n = event.suppliers.failure_probability, event.risk.samples
    if not np.any(chance > 0):
        return Failures(np.array([MILLIONTHS]), np.zeros((1, len(chance)), dtype=np.bool_))
    draws = np.random.Generator(np.random.PCG64(event.risk.seed)).random((n, len(chance))) < chance
    each = np.full(n, MILLIONTHS // n, dtype=np.int64)
    each[: MILLIONTHS % n] += 1
    sets, code = np.unique(draws, axis=0, return_inverse=True)
    probability = np.zeros(len(sets), dtype=np.int64)
    np.add.at(probability, code.reshape(-1), each)
    return Failures(probability, sets)
