"""What a plan may touch: scope and policy of the request, lanes that may not carry a SKU, hard demands, weights."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from tests.oracle.asked import NEVER, SEVERITIES
from tests.oracle.directory import Alert, Directory, Key, Lane, LaneRule
from tests.oracle.outside import TRANSFER, response_of
from tests.oracle.worth import asked_units

KEEP: Final = "keep"


def selecting_alerts(directory: Directory) -> list[Alert]:
    """Alerts that the scope names and whose severity may be answered by more than keeping things as they are."""
    ids = directory.asked.alert_ids
    named = [alert for alert in directory.alerts if ids is None or alert.alert_id in ids]
    policy = directory.asked.policy
    return [alert for alert in named if alert.severity not in policy or set(policy[alert.severity]) - {KEEP}]


def skus_in_scope(directory: Directory) -> list[str]:
    """SKUs with at least one selecting alert, as far as the request's lists name them."""
    asked = directory.asked
    return [
        sku
        for sku in sorted({alert.sku for alert in selecting_alerts(directory)})
        if (asked.sku_ids is None or sku in asked.sku_ids)
        and (asked.categories is None or directory.products[sku].category in asked.categories)
    ]


def in_node_scope(directory: Directory, lane: Lane) -> bool:
    """Whether both ends of a lane, as far as they are inside the network, are among the nodes of the scope."""
    nodes = directory.asked.node_ids
    inside = [lane.origin] if lane.terms else [lane.destination] if lane.bought else [lane.origin, lane.destination]
    return nodes is None or all(node in nodes for node in inside)


def closed(directory: Directory, key: Key, response: str = TRANSFER) -> bool:
    """Whether the policy keeps a response away from a position: its most severe alert decides."""
    here = [SEVERITIES.index(alert.severity) for alert in directory.alerts if (alert.node, alert.sku) == key]
    severity = SEVERITIES[max(here, default=0)]
    policy = directory.asked.policy
    return severity in policy and response not in policy[severity]


def is_closed_lane(directory: Directory, lane: Lane, sku: str) -> bool:
    """Whether the request or the policy keeps a SKU off a lane, by the response that its lines are part of."""
    response, asked = response_of(lane), directory.asked.responses
    ends = ((node, sku) for node in (lane.origin, lane.destination))
    return (asked is not None and response not in asked) or any(closed(directory, key, response) for key in ends)


def may_carry(directory: Directory, lane: Lane, sku: str) -> bool:
    """Whether a lane may carry a SKU by the most specific of the lane rules that match, the last one of several.

    A way out or in carries the SKUs of its exit or quote: those with a position at its end outside.
    """
    if response_of(lane) != TRANSFER:
        return (lane.destination if lane.terms else lane.origin, sku) in directory.stock
    best, allowed = (-1, -1), True
    for rule in directory.lane_rules:
        if _matches(directory, rule, lane, sku) and _how_specific(rule) >= best:
            best, allowed = _how_specific(rule), rule.allowed
    return allowed


def _matches(directory: Directory, rule: LaneRule, lane: Lane, sku: str) -> bool:
    return (
        rule.lane_id in ("", lane.lane_id)
        and rule.origin in ("", lane.origin)
        and rule.destination in ("", lane.destination)
        and rule.category in ("", directory.products[sku].category)
        and rule.sku in ("", sku)
    )


def _how_specific(rule: LaneRule) -> tuple[int, int]:
    product = 2 if rule.sku else 1 if rule.category else 0
    return product, 3 if rule.lane_id else bool(rule.origin) + bool(rule.destination)


def hard_demands(directory: Directory) -> list[Alert]:
    """Alerts whose units every plan must serve: those that ask for none demand nothing."""
    skus = skus_in_scope(directory)
    return [
        alert
        for alert in selecting_alerts(directory)
        if alert.must_serve and alert.sku in skus and asked_units(directory, alert) > 0
    ]


def penalty_weight(directory: Directory, key: Key) -> Fraction:
    """Factor of a position's shortage penalty in the objective: by its most severe selecting shortage alert."""
    here = [
        SEVERITIES.index(alert.severity)
        for alert in selecting_alerts(directory)
        if alert.kind == "shortage" and (alert.node, alert.sku) == key
    ]
    weights = directory.asked.severity_weights
    return weights.get(SEVERITIES[max(here)], Fraction(1)) if here else Fraction(1)


def change_price(directory: Directory, leaves_day: int) -> Fraction:
    """Currency per unit by which a line that leaves on a day differs from the former plan."""
    price = Fraction(0)
    for from_day, step in directory.asked.change_prices:
        if from_day <= leaves_day:
            price = step
    return price


def is_frozen(directory: Directory, leaves_day: int) -> bool:
    """Whether lines of the former plan that leave on a day are kept."""
    return directory.asked.frozen_before_day == NEVER or leaves_day < directory.asked.frozen_before_day
