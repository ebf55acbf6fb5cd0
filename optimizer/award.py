"""An award and the answer it comes in: how many units of which bid are bought, with proof, ledger and winners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.plan import Conflict, Status, StopReason, Violation


@dataclass(frozen=True, slots=True)
class Award:
    """Units bought, shape ``(n_lines,)`` each; a bid occurs at most once."""

    bid: NDArray[np.int32]
    """Row of ``event.bids``, ascending."""
    units: NDArray[np.int64]
    """At least 1."""

    def __post_init__(self) -> None:
        for column in (self.bid, self.units):
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.bid)

    def by_bid(self, n_bids: int) -> NDArray[np.int64]:
        """Units of every bid, shape ``(n_bids,)``."""
        units = np.zeros(n_bids, dtype=np.int64)
        units[self.bid] = self.units
        return units


def award_of(units: NDArray[np.int64]) -> Award:
    """Award of units by bid, shape ``(n_bids,)``."""
    bid = np.flatnonzero(units)
    return Award(bid.astype(np.int32), units[bid].astype(np.int64))


@dataclass(frozen=True, slots=True)
class AwardCertificate:
    """The independent recomputation of an award from event and award alone; money in ``10 ** -money_decimals``."""

    valid: bool
    violations: tuple[Violation, ...]
    """The first 100 of each rule."""
    violation_count: int
    spend: int
    cost: int
    ledger: Mapping[str, int]
    """Terms of the cost keyed by the input field that caused them, summing exactly to it."""
    adjustments: Mapping[str, int] = field(default_factory=dict)
    """What the objective adds to the cost, by the input that asks for it."""
    uncovered_units: int = 0

    @property
    def objective(self) -> int:
        """What is minimised."""
        return self.cost + sum(self.adjustments.values())


@dataclass(frozen=True, slots=True)
class AwardIncumbent:
    """A certified award found on the way, with what is proved so far."""

    award: Award | None
    objective: int | None
    bound: int | None
    gap: float | None
    elapsed_seconds: float
    found_by: str


@dataclass(frozen=True, slots=True)
class AwardResult:
    """The answer to an event."""

    status: Status
    stopped_by: StopReason
    award: Award | None
    certificate: AwardCertificate | None
    bound: int | None
    """Proven lower limit of the objective; None when nothing was proved or the event is infeasible."""
    money_decimals: int
    conflicts: tuple[Conflict, ...]
    backend: str
    """What found the award and what proved the bound."""
    backend_reason: str
    sizes: Mapping[str, int]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def objective(self) -> int | None:
        """What was minimised, None without an award."""
        return None if self.certificate is None else self.certificate.objective

    @property
    def gap(self) -> float | None:
        """(objective - bound) / max(|objective|, 1 currency unit), None unless both are known."""
        if self.objective is None or self.bound is None:
            return None
        return award_gap(self.objective, self.bound, self.money_decimals)


def award_gap(objective: int, bound: int, money_decimals: int) -> float:
    """(objective - bound) / max(|objective|, 1 currency unit), the design's definition for costs."""
    return float((objective - bound) / max(abs(objective), 10**money_decimals))
