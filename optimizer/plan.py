"""A plan and the answer it comes in: columns for what is done, with proof, ledger and reasons."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT


def _never_expires() -> NDArray[np.int32]:
    return np.empty(0, dtype=np.int32)


def _no_money() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


def _no_units() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Markdowns:
    """Price paths of (SKU, zone) choices that differ from the list price, shape ``(n_choices,)`` each."""

    sku: NDArray[np.int32]
    """Row of ``network.products``."""
    zone: NDArray[np.object_]
    """As in ``network.nodes.zone``."""
    price: NDArray[np.float64]
    """Currency per unit in every period, shape ``(n_choices, n_periods)``."""

    def __post_init__(self) -> None:
        for column in (self.sku, self.zone, self.price):
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.sku)

    def take(self, index: NDArray[np.intp]) -> Markdowns:
        """Return the paths at `index`, in that order."""
        return Markdowns(self.sku[index], self.zone[index], self.price[index])


def no_markdowns() -> Markdowns:
    """Leave every price as it is."""
    return Markdowns(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.object_), np.empty((0, 1)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done: lines ``(n_lines,)`` on lanes, the dispatches ``(n_dispatch_lanes,)`` that carry them, markdowns.

    Lanes to exits and from quotes are lanes like others (docs/clearance.md, "Places outside").
    """

    lane: NDArray[np.int32]
    """Row of ``network.lanes``, one entry per line."""
    sku: NDArray[np.int32]
    """Row of ``network.products``."""
    units: NDArray[np.int64]
    arrives_day: NDArray[np.int32]
    """Day of arrival at the lane's destination: the lead times along the path so far."""
    dispatch_lane: NDArray[np.int32]
    """Row of ``network.lanes``; each lane at most once."""
    dispatches: NDArray[np.int64]
    """How many dispatches run on ``dispatch_lane``."""
    expiry_day: NDArray[np.int32] = field(default_factory=_never_expires)
    """Day on which the units of a line expire, one entry per line; `NO_LIMIT`: never. Left out: never, all of them."""
    markdowns: Markdowns = field(default_factory=no_markdowns)
    """What is marked down; every other price stays."""

    def __post_init__(self) -> None:
        if not len(self.expiry_day):
            object.__setattr__(self, "expiry_day", np.full(np.shape(self.lane), NO_LIMIT, dtype=np.int32))
        for name in ("lane", "sku", "units", "arrives_day", "expiry_day", "dispatch_lane", "dispatches"):
            getattr(self, name).setflags(write=False)

    @property
    def n_lines(self) -> int:
        """Number of lines."""
        return len(self.lane)


@enum.unique
class Status(enum.Enum):
    """What was proved."""

    OPTIMAL = "optimal"
    """The plan's benefit meets the bound, up to a gap of 1e-6: what solvers' tolerances leave."""
    FEASIBLE = "feasible"
    """A certified plan; the bound says how much better another could be."""
    INFEASIBLE = "infeasible"
    """No plan meets every hard demand and keeps every frozen line; `Result.conflicts` says why."""
    NO_PLAN = "no_plan"
    """Stopped before any certified plan was found; nothing was proved about feasibility."""


@enum.unique
class StopReason(enum.Enum):
    """Why the search stopped."""

    PROVED = "proved"
    """Optimality (gap 0 up to money rounding) or infeasibility was proved."""
    GAP_LIMIT = "gap_limit"
    TIME_LIMIT = "time_limit"
    CANCELLED = "cancelled"
    SEARCH_ENDED = "search_ended"
    """No method had anything left to try, with time to spare; the gap says what may be missed."""
    NOTHING_TO_DO = "nothing_to_do"
    """No alerted SKU has a flow that could pay or a hard demand."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule, found by the certificate."""

    rule: str
    """A name of `optimizer.certificate.RULES`."""
    place: str
    """For people: for example ``lane W1>S2, SKU P7`` or ``node S2, SKU P7``."""
    message: str
    amount: float
    """By how much, in the rule's own unit (units, kg, dispatches, money)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The independent recomputation of a plan from the request and the plan alone."""

    valid: bool
    violations: tuple[Violation, ...]
    """The first 100 of each rule."""
    violation_count: int
    benefit: int
    """Recomputed benefit in money units of ``10 ** -money_decimals``."""
    ledger: Mapping[str, int]
    """Terms keyed by the input field that caused them (``lanes.fixed_cost``), summing exactly to `benefit`."""
    line_benefit: NDArray[np.int64]
    """Shape ``(n_lines,)``: the loss of benefit when this line alone is removed, in money units."""
    adjustments: Mapping[str, int] = field(default_factory=dict)
    """What the objective adds to the benefit, by the input that asks for it (``request.severity_weights``)."""
    line_objective: NDArray[np.int64] = field(default_factory=_no_money)
    """Shape ``(n_lines,)``: the loss of objective when this line alone is removed, in money units."""

    @property
    def objective(self) -> int:
        """What is maximised, in money units."""
        return self.benefit + sum(self.adjustments.values())


@dataclass(frozen=True, slots=True)
class Incumbent:
    """A certified plan found on the way, with what is proved so far."""

    plan: Plan | None
    benefit: int | None
    objective: int | None
    bound: int | None
    """Of the objective, like the gap."""
    gap: float | None
    elapsed_seconds: float
    found_by: str


UNKNOWN_MONEY: Final = int(np.iinfo(np.int64).min)
"""In a column of money: not known."""


@dataclass(frozen=True, slots=True)
class FixChanges:
    """Changes of the input that fixes consist of, shape ``(n_changes,)`` each; a fix can need several."""

    unmet: NDArray[np.int64]
    """Row of the `Unmet` table, ascending."""
    field: NDArray[np.object_]
    """The input field to change, for example ``lanes.max_dispatches``; ``lanes`` for a lane to add."""
    place: NDArray[np.object_]
    """Ids of the row: ``lane_id``, ``node_id`` or ``node_id/sku_id``; ``origin>destination`` of a lane to add."""
    amount: NDArray[np.float64]
    """By how much to raise the field (below 0: lower it), in its own unit; 1 for a lane to add."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Demand that the plan leaves unserved, shape ``(n_unmet,)`` each."""

    node: NDArray[np.int32]
    sku: NDArray[np.int32]
    units: NDArray[np.int64]
    code: NDArray[np.object_]
    """A `optimizer.reasons.UnmetCode` value."""
    reason: NDArray[np.object_]
    cheapest_fix: NDArray[np.object_]
    fix_cost: NDArray[np.int64]
    """What the cheapest fix costs where the request says so, in money units; `UNKNOWN_MONEY` where it does not."""
    fix_worth: NDArray[np.int64]
    """How much more the objective would be at least once the fix is made, in money; `UNKNOWN_MONEY`: not known."""
    changes: FixChanges
    """The cheapest fixes as changes of the input."""


@dataclass(frozen=True, slots=True)
class AlertOutcomes:
    """What the plan does for each alert of ``network.alerts``, shape ``(n_alerts,)`` each."""

    alert: NDArray[np.int32]
    """Row of ``network.alerts``."""
    outcome: NDArray[np.object_]
    """``resolved``, ``partly`` or ``unresolved``."""
    units_asked: NDArray[np.int64]
    units_by_transfer: NDArray[np.int64]
    day: NDArray[np.int32]
    """Day on which the last unit that counts arrives (shortage) or leaves (over-stock); -1 when none."""
    reason: NDArray[np.object_]
    units_by_markdown: NDArray[np.int64] = field(default_factory=_no_units)
    """Units that the position sells in addition because of markdowns, in expectation; left out: none, like below."""
    units_by_exit: NDArray[np.int64] = field(default_factory=_no_units)
    units_by_purchase: NDArray[np.int64] = field(default_factory=_no_units)

    def __post_init__(self) -> None:
        for name in ("units_by_markdown", "units_by_exit", "units_by_purchase"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.zeros(len(self.alert), dtype=np.int64))

    @property
    def units(self) -> NDArray[np.int64]:
        """Units of every alert by all responses, at most those asked, shape ``(n_alerts,)``."""
        every = self.units_by_transfer + self.units_by_markdown + self.units_by_exit + self.units_by_purchase
        return np.asarray(np.minimum(every, self.units_asked))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A named rule that an infeasible request cannot keep, and the least amount to relax it by."""

    rule: str
    """The input field to change, for example ``lanes.capacity_kg`` or ``alerts.units``."""
    place: str
    amount: float
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a request."""

    status: Status
    stopped_by: StopReason
    plan: Plan | None
    benefit: int | None
    """Money units of ``10 ** -money_decimals``; None without a plan."""
    objective: int | None
    """What was maximised: the benefit and the adjustments the request asks for, same unit."""
    bound: int | None
    """Proven upper limit of the objective, same unit; None when nothing was proved or the request is infeasible."""
    money_decimals: int
    certificate: Certificate | None
    unmet: Unmet | None
    outcomes: AlertOutcomes | None
    line_reason: NDArray[np.object_] | None
    conflicts: tuple[Conflict, ...]
    backend: str
    """Which backend produced the plan and which the bound, for example ``highs``."""
    backend_reason: str
    """Why that backend was chosen."""
    sizes: Mapping[str, int]
    """positions, flows, switches, limits of the canonical model."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """build, solve, certify; the caller adds read, write and total."""

    @property
    def gap(self) -> float | None:
        """(bound - objective) / max(|bound|, 1) in currency units, None unless both are known."""
        if self.objective is None or self.bound is None:
            return None
        return relative_gap(self.objective, self.bound, self.money_decimals)


def relative_gap(objective: int, bound: int, money_decimals: int) -> float:
    """(bound - objective) / max(|bound|, 1 currency unit), the design's definition."""
    return float((bound - objective) / max(abs(bound), 10**money_decimals))
