"""How two plans for the same network differ: line by line, lane by lane, alert by alert, and in money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.certificate import certify
from optimizer.outcomes import alert_outcomes
from optimizer.plan import AlertOutcomes, Certificate, Plan
from optimizer.plan_lines import LINE_KEY, distinct_rows
from optimizer.request import Request

Ints = NDArray[np.int64]
Words = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class LineChanges:
    """Lines that differ, by lane, SKU and days; shape ``(n_changes,)`` each."""

    lane: NDArray[np.int32]
    sku: NDArray[np.int32]
    arrives_day: NDArray[np.int32]
    expiry_day: NDArray[np.int32]
    units_before: Ints
    """0: the line was added."""
    units_after: Ints
    """0: the line was removed."""

    def __len__(self) -> int:
        return len(self.lane)

    @property
    def changed_units(self) -> int:
        """Units by which the lines differ, in total."""
        return int(np.abs(self.units_after - self.units_before).sum())


@dataclass(frozen=True, slots=True)
class DispatchChanges:
    """Lanes on which another number of dispatches runs, shape ``(n_changes,)`` each."""

    lane: NDArray[np.int32]
    before: Ints
    after: Ints

    def __len__(self) -> int:
        return len(self.lane)


@dataclass(frozen=True, slots=True)
class OutcomeChanges:
    """Alerts with another outcome or other units, shape ``(n_changes,)`` each."""

    alert: NDArray[np.int32]
    """Row of ``network.alerts``."""
    outcome_before: Words
    outcome_after: Words
    units_before: Ints
    """Units by all responses, at most those asked."""
    units_after: Ints

    def __len__(self) -> int:
        return len(self.alert)


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second of two plans does otherwise than the first; money in units of ``10 ** -money_decimals``."""

    lines: LineChanges
    dispatches: DispatchChanges
    outcomes: OutcomeChanges
    before: Certificate
    after: Certificate
    ledger: Mapping[str, int]
    """Every term of the ledger, after less before; adds up to `benefit`."""
    adjustments: Mapping[str, int]
    """Every adjustment of the objective, after less before."""

    @property
    def benefit(self) -> int:
        """Benefit after less before."""
        return self.after.benefit - self.before.benefit

    @property
    def objective(self) -> int:
        """Objective after less before."""
        return self.after.objective - self.before.objective


def plan_difference(network: Network, request: Request, before: Plan, after: Plan) -> Difference:
    """Compare two plans.

    Parameters
    ----------
    network : Network
    request : Request
        What both are certified for.
    before, after : Plan
        Of known lanes and products; they may break rules, which their certificates then say.

    Returns
    -------
    Difference
    """
    first, second = certify(network, request, before), certify(network, request, after)
    return Difference(
        lines=line_changes(before, after),
        dispatches=_dispatch_changes(before, after),
        outcomes=_outcome_changes(alert_outcomes(network, request, before), alert_outcomes(network, request, after)),
        before=first,
        after=second,
        ledger=_term_changes(first.ledger, second.ledger),
        adjustments=_term_changes(first.adjustments, second.adjustments),
    )


def line_changes(before: Plan, after: Plan) -> LineChanges:
    """Lines whose units differ; lines of a plan that repeat each other count as one with their units together."""
    keys = [np.concatenate([getattr(plan, name) for plan in (before, after)]) for name in LINE_KEY]
    units = np.concatenate([before.units, after.units]).astype(np.int64)
    is_after = np.repeat([False, True], [before.n_lines, after.n_lines])
    (lane, sku, arrives, expiry), line = distinct_rows(keys)
    counts = [np.zeros(len(lane), dtype=np.int64) for _ in range(2)]
    for count, rows in zip(counts, (~is_after, is_after), strict=True):
        np.add.at(count, line[rows], units[rows])
    differs = np.flatnonzero(counts[0] != counts[1])
    return LineChanges(
        lane=lane[differs].astype(np.int32),
        sku=sku[differs].astype(np.int32),
        arrives_day=arrives[differs].astype(np.int32),
        expiry_day=expiry[differs].astype(np.int32),
        units_before=counts[0][differs],
        units_after=counts[1][differs],
    )


def line_changes_table(network: Network, changes: LineChanges) -> pd.DataFrame:
    """Name the lines that changed by their ids; an expiry day that is not there is empty."""
    lanes, names = network.lanes, network.nodes.node_id
    return pd.DataFrame(
        {
            "change": np.select([changes.units_before == 0, changes.units_after == 0], ["added", "removed"], "changed"),
            "lane_id": lanes.lane_id[changes.lane],
            "origin": names[lanes.origin[changes.lane]],
            "destination": names[lanes.destination[changes.lane]],
            "sku_id": network.products.sku_id[changes.sku],
            "arrives_day": changes.arrives_day,
            "expiry_day": pd.arrays.IntegerArray(
                changes.expiry_day.astype(np.int64), np.asarray(changes.expiry_day == NO_LIMIT)
            ),
            "units_before": changes.units_before,
            "units_after": changes.units_after,
        }
    )


def _dispatch_changes(before: Plan, after: Plan) -> DispatchChanges:
    lane = np.union1d(before.dispatch_lane, after.dispatch_lane).astype(np.int32)
    counts = [np.zeros(len(lane), dtype=np.int64) for _ in range(2)]
    for count, plan in zip(counts, (before, after), strict=True):
        np.add.at(count, np.searchsorted(lane, plan.dispatch_lane), plan.dispatches)
    differs = counts[0] != counts[1]
    return DispatchChanges(lane=lane[differs], before=counts[0][differs], after=counts[1][differs])


def _outcome_changes(before: AlertOutcomes, after: AlertOutcomes) -> OutcomeChanges:
    """Both tables have one row per alert of the network, in its order."""
    differs = (before.units != after.units) | (before.outcome != after.outcome)
    return OutcomeChanges(
        alert=before.alert[differs],
        outcome_before=before.outcome[differs],
        outcome_after=after.outcome[differs],
        units_before=before.units[differs],
        units_after=after.units[differs],
    )


def _term_changes(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    names = dict.fromkeys((*before, *after))
    return {name: after.get(name, 0) - before.get(name, 0) for name in names}
