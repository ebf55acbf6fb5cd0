"""How two plans for the same network differ: line by line, lane by lane, alert by alert, and in money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.outside import exit_of_lane, feeding_lanes, outside_lanes, quote_of_lane
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
    """Lines that differ, by lane, SKU and days: transfers, exits and purchases; shape ``(n_changes,)`` each."""

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
class PriceChanges:
    """Periods in which a (SKU, zone) has another price, shape ``(n_changes,)`` each."""

    sku: NDArray[np.int32]
    zone: Words
    period: Ints
    """From 1."""
    before: NDArray[np.float64]
    """Currency per unit, like the next one."""
    after: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sku)

    @property
    def n_choices(self) -> int:
        """Number of (SKU, zone) choices with another price."""
        return len(set(zip(self.sku.tolist(), self.zone.tolist(), strict=True)))


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
    """Between nodes."""
    prices: PriceChanges
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
        lines=line_changes(network, before, after),
        dispatches=_dispatch_changes(network, before, after),
        prices=_price_changes(network, before, after),
        outcomes=_outcome_changes(alert_outcomes(network, request, before), alert_outcomes(network, request, after)),
        before=first,
        after=second,
        ledger=_term_changes(first.ledger, second.ledger),
        adjustments=_term_changes(first.adjustments, second.adjustments),
    )


def line_changes(network: Network, before: Plan, after: Plan) -> LineChanges:
    """Lines whose units differ, without those that only feed purchases.

    Lines of a plan that repeat each other count as one with their units together.
    """
    keys = [np.concatenate([getattr(plan, name) for plan in (before, after)]) for name in LINE_KEY]
    units = np.concatenate([before.units, after.units]).astype(np.int64)
    is_after = np.repeat([False, True], [before.n_lines, after.n_lines])
    (lane, sku, arrives, expiry), line = distinct_rows(keys)
    counts = [np.zeros(len(lane), dtype=np.int64) for _ in range(2)]
    for count, rows in zip(counts, (~is_after, is_after), strict=True):
        np.add.at(count, line[rows], units[rows])
    differs = np.flatnonzero((counts[0] != counts[1]) & ~feeding_lanes(network)[lane])
    return LineChanges(
        lane=lane[differs].astype(np.int32),
        sku=sku[differs].astype(np.int32),
        arrives_day=arrives[differs].astype(np.int32),
        expiry_day=expiry[differs].astype(np.int32),
        units_before=counts[0][differs],
        units_after=counts[1][differs],
    )


@dataclass(frozen=True, slots=True)
class ChangedParts:
    """Rows of `LineChanges` by what the lines are."""

    transfers: NDArray[np.intp]
    exits: NDArray[np.intp]
    purchases: NDArray[np.intp]


def parts_of_changes(network: Network, changes: LineChanges) -> ChangedParts:
    """Tell transfers, exits and purchases apart."""
    exits, quotes = exit_of_lane(network)[changes.lane] >= 0, quote_of_lane(network)[changes.lane] >= 0
    return ChangedParts(
        np.flatnonzero(~outside_lanes(network)[changes.lane]), np.flatnonzero(exits), np.flatnonzero(quotes)
    )


def _price_changes(network: Network, before: Plan, after: Plan) -> PriceChanges:
    """Compare prices of choices that one of the plans marks down; the other has the list price there."""
    plans = (before.markdowns, after.markdowns)
    named = pd.DataFrame({name: np.concatenate([getattr(plan, name) for plan in plans]) for name in ("sku", "zone")})
    choice = named.groupby(["sku", "zone"]).ngroup().to_numpy()
    n_choices = int(choice.max(initial=-1)) + 1
    _, first = np.unique(choice, return_index=True)
    sku, zone = named["sku"].to_numpy(np.int32)[first], named["zone"].to_numpy(np.object_)[first]
    listed = np.repeat(network.products.list_price[sku][:, np.newaxis], network.periods, axis=1)
    prices = [listed.copy(), listed.copy()]
    for price, plan, rows in zip(prices, plans, np.split(choice, [len(plans[0])]), strict=True):
        price[rows] = plan.price
    at, period = np.nonzero(prices[0] != prices[1]) if n_choices else (np.empty(0, np.intp), np.empty(0, np.intp))
    return PriceChanges(sku[at], zone[at], (period + 1).astype(np.int64), prices[0][at, period], prices[1][at, period])


def _dispatch_changes(network: Network, before: Plan, after: Plan) -> DispatchChanges:
    lane = np.union1d(before.dispatch_lane, after.dispatch_lane).astype(np.int32)
    lane = lane[~outside_lanes(network)[lane]]
    counts = [np.zeros(len(lane), dtype=np.int64) for _ in range(2)]
    for count, plan in zip(counts, (before, after), strict=True):
        here = np.isin(plan.dispatch_lane, lane)
        np.add.at(count, np.searchsorted(lane, plan.dispatch_lane[here]), plan.dispatches[here])
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
