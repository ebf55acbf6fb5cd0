"""What the request and its alerts demand of a plan: hard demands, frozen lines, and lines that earn their keep."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import AlertKind, Network
from optimizer.certificate.alert_service import alert_service
from optimizer.certificate.expected_sales import tied_by_prices
from optimizer.certificate.former_plan import Changes
from optimizer.certificate.objective import Adjustments
from optimizer.certificate.plan_columns import UsablePlan
from optimizer.certificate.settled_plan import SettledPlan
from optimizer.certificate.settlement import Settlement
from optimizer.certificate.violations import ViolationLog, lane_place, line_place, position_place
from optimizer.request import Request
from optimizer.scope import hard_alerts
from optimizer.worth.economics import alert_units, lane_fixed_cost, lane_least_load

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RULES: Final = ("must_serve", "frozen", "min_line_benefit", "min_dispatch_benefit")


def check_demands(settled: SettledPlan, log: ViolationLog) -> None:
    """Check the alerts that must be served."""
    network = settled.network
    alerts, hard = network.alerts, _hard_demands(network, settled.request)
    if not len(hard):
        return
    served = alert_service(network, settled.settlement.lines).net_units[hard]
    asked = alert_units(network)[hard]

    def describe(index: int) -> tuple[str, str]:
        alert = int(hard[index])
        node, sku = int(alerts.node[alert]), int(alerts.sku[alert])
        verb = "receives net" if alerts.kind[alert] == AlertKind.SHORTAGE else "sends net"
        place = f"alert {alerts.alert_id[alert]} ({position_place(network, node, sku)})"
        return place, f"{verb} {served[index]} units in time, must be {asked[index]}"

    log.add("must_serve", served < asked, asked - served, describe)


def check_frozen(network: Network, changes: Changes | None, log: ViolationLog) -> None:
    """Check that the frozen lines of the former plan are there as they were."""
    if changes is None:
        return

    def describe(index: int) -> tuple[str, str]:
        place = line_place(network, int(changes.lane[index]), int(changes.sku[index]))
        then, now = changes.units_then[index], changes.units_now[index]
        return place, f"{now} units on day {changes.arrives_day[index]}, the former plan's {then} are frozen"

    differs = changes.units_now - changes.units_then
    log.add("frozen", changes.frozen & (differs != 0), np.abs(differs), describe)


def check_earnings(settled: SettledPlan, added: Adjustments, line_objective: Ints, log: ViolationLog) -> None:
    """Check that no line, and no lane's lines together, could be left out without loss where each must earn something.

    Parameters
    ----------
    settled : SettledPlan
    added : Adjustments
    line_objective : ndarray of int64, shape (n_lines,)
        What leaving out each line alone takes from the objective.
    log : ViolationLog
    """
    if not (added.line_charge or added.dispatch_charge):
        return
    network, plan = settled.network, settled.columns
    loose = _loose(settled, added)
    if added.line_charge:

        def describe_line(index: int) -> tuple[str, str]:
            message = f"leaving the line out raises the objective by {-line_objective[index]} money units"
            return line_place(network, int(plan.lane[index]), int(plan.sku[index])), message

        log.add("min_line_benefit", loose & (line_objective < 0), -line_objective, describe_line)
    if added.dispatch_charge:
        of_lane = _lane_objective(settled, added, line_objective)
        bare = _all_loose_once(network, plan, loose) & (of_lane < 0)

        def describe_lane(lane: int) -> tuple[str, str]:
            return lane_place(network, lane), f"leaving its lines out raises the objective by {-of_lane[lane]}"

        log.add("min_dispatch_benefit", bare, -of_lane, describe_lane)


def _lane_objective(settled: SettledPlan, added: Adjustments, line_objective: Ints) -> Ints:
    """Loss of objective without all lines of each lane, where no two of them share a position."""
    network, plan = settled.network, settled.columns
    per_dispatch = lane_fixed_cost(network) + added.dispatch_charge
    total = -per_dispatch * plan.dispatches_on_lane
    np.add.at(total, plan.lane, line_objective + settled.dispatches_saved * per_dispatch[plan.lane])
    return total


def _all_loose_once(network: Network, plan: UsablePlan, loose: Flags) -> Flags:
    """Lanes that carry only loose lines, each of another SKU."""
    pairs = np.unique(plan.lane * max(len(network.products), 1) + plan.sku)
    skus = np.bincount(pairs // max(len(network.products), 1), minlength=len(network.lanes))
    lines = np.bincount(plan.lane[loose], minlength=len(network.lanes))
    return np.asarray((plan.lines_on_lane > 0) & (lines == plan.lines_on_lane) & (skus == plan.lines_on_lane))


def _loose(settled: SettledPlan, added: Adjustments) -> Flags:
    """Mark the lines that could simply be left out."""
    network, plan, settlement = settled.network, settled.columns, settled.settlement
    at = settlement.positions
    sends = np.zeros(len(settlement.batches), dtype=np.bool_)
    sends[settlement.from_batch] = True
    bound = _has_demand(network, settled.request, settlement) | added.displays.has_display(at.row)
    bound |= np.append(tied_by_prices(settled.priced), False)[at.row]
    loose = ~sends[settlement.to_batch] & (at.row[settlement.from_position] >= 0)
    loose &= ~bound[settlement.from_position] & ~bound[settlement.to_position]
    loose &= lane_least_load(network)[plan.lane] == 0
    if added.changes is not None:
        of_line = added.changes.of_line
        loose &= ~added.changes.frozen[of_line] & (added.changes.price[of_line] == 0)
    return np.asarray(loose)


def _hard_demands(network: Network, request: Request) -> Ints:
    """Rows of the alerts that must be served and ask for something."""
    hard = hard_alerts(network, request)
    if not len(hard):
        return hard.astype(np.int64)
    return hard[alert_units(network)[hard] > 0].astype(np.int64)


def _has_demand(network: Network, request: Request, settlement: Settlement) -> Flags:
    """Whether a hard demand stands at each position."""
    alerts, at, hard = network.alerts, settlement.positions, _hard_demands(network, request)
    n_nodes = max(len(network.nodes), 1)
    demanded = alerts.sku[hard].astype(np.int64) * n_nodes + alerts.node[hard]
    return np.asarray(np.isin(at.sku * n_nodes + at.node, demanded))
