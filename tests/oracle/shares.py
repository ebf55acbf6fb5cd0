"""In how many of the drawn requests does each rule bind? Solved again without the rule, the answer is another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Final

from tests.oracle.asked import NEVER
from tests.oracle.directory import EMPTY_POSITION, Directory, Lane, NodeLimits, Position, Product
from tests.oracle.formulation import OracleAnswer, UnprovedError, solve_oracle


def _with_lanes(**changes: object) -> Callable[[Directory], Directory]:
    def change(lane: Lane) -> Lane:
        return replace(lane, **changes)  # type: ignore[arg-type]

    return lambda directory: replace(directory, lanes={key: change(lane) for key, lane in directory.lanes.items()})


def _with_stock(**changes: object) -> Callable[[Directory], Directory]:
    def change(position: Position) -> Position:
        return replace(position, **changes)  # type: ignore[arg-type]

    return lambda directory: replace(directory, stock={key: change(row) for key, row in directory.stock.items()})


def _with_products(**changes: object) -> Callable[[Directory], Directory]:
    def change(product: Product) -> Product:
        return replace(product, **changes)  # type: ignore[arg-type]

    return lambda directory: replace(directory, products={k: change(p) for k, p in directory.products.items()})


def _with_alerts(**changes: object) -> Callable[[Directory], Directory]:
    return lambda directory: replace(
        directory,
        alerts=tuple(replace(alert, **changes) for alert in directory.alerts),  # type: ignore[arg-type]
    )


def _with_limits(**changes: None) -> Callable[[Directory], Directory]:
    def change(limits: NodeLimits) -> NodeLimits:
        return replace(limits, **changes)

    return lambda directory: replace(directory, limits={node: change(row) for node, row in directory.limits.items()})


def _asked(**changes: object) -> Callable[[Directory], Directory]:
    return lambda directory: replace(directory, asked=replace(directory.asked, **changes))  # type: ignore[arg-type]


def _with(**changes: object) -> Callable[[Directory], Directory]:
    return lambda directory: replace(directory, **changes)  # type: ignore[arg-type]


def _lots_that_never_expire(directory: Directory) -> Directory:
    return replace(directory, lots=tuple(replace(lot, expiry_day=NEVER) for lot in directory.lots))


def _transit_everywhere(directory: Directory) -> Directory:
    return replace(directory, transit=dict.fromkeys(directory.transit, True))


def _stock_everywhere(directory: Directory) -> Directory:
    everywhere = {(node, sku): EMPTY_POSITION for node in directory.transit for sku in directory.products}
    return replace(directory, stock=everywhere | directory.stock)


def _whole_demand(directory: Directory) -> Directory:
    whole = {key: replace(row, demand=Fraction(int(row.demand))) for key, row in directory.stock.items()}
    return replace(directory, stock=whole)


def _one_lane_between_two_nodes(directory: Directory) -> Directory:
    first = {(lane.origin, lane.destination): lane for lane in reversed(directory.lanes.values())}
    lanes = {lane.lane_id: lane for lane in first.values()}
    former = tuple(line for line in directory.asked.former if line.lane_id in lanes)
    return replace(directory, lanes=lanes, asked=replace(directory.asked, former=former))


WITHOUT: Final[dict[str, Callable[[Directory], Directory]]] = {
    "lanes.fixed_cost": _with_lanes(fixed_cost=Fraction(0)),
    "lanes.lead_time_days": _with_lanes(lead_time_days=0),
    "lanes.capacity_kg": _with_lanes(capacity_kg=None),
    "lanes.max_dispatches": _with_lanes(max_dispatches=None),
    "lanes.min_line_units": _with_lanes(min_line_units=0),
    "lanes.min_dispatch_kg": _with_lanes(min_dispatch_kg=Fraction(0)),
    "parallel lanes": _one_lane_between_two_nodes,
    "products.case_pack": _with_products(case_pack=1),
    "stock.reserved": _with_stock(reserved=0),
    "stock.safety_stock": _with_stock(safety_stock=0),
    "stock.in_transit": _with_stock(in_transit=0),
    "stock.in_transit_arrival_day": _with_stock(in_transit_arrival_day=0),
    "fractional demand": _whole_demand,
    "stock row missing": _stock_everywhere,
    "nodes.transit": _transit_everywhere,
    "alerts.must_serve": _with_alerts(must_serve=False),
    "alerts.needed_by_days": _with_alerts(needed_by_days=None),
    "stock.demand_std": _with_stock(demand_std=Fraction(0)),
    "network.normal_demand": _with(normal_demand=False),
    "stock.no_send_before_day": _with_stock(no_send_before_day=0),
    "lots.expiry_days": _lots_that_never_expire,
    "products.shelf_life_days": _with_products(shelf_life_days=None),
    "products.min_remaining_shelf_life_days": _with_products(min_remaining_days=0),
    "lane_rules": _with(lane_rules=()),
    "nodes.pick_capacity_units": _with_limits(pick_units=None),
    "nodes.receive_capacity_units": _with_limits(receive_units=None),
    "nodes.max_outbound_lanes": _with_limits(outbound_lanes=None),
    "nodes.max_inbound_lanes": _with_limits(inbound_lanes=None),
    "display_rules": _with(displays=()),
    "request.scope.alert_ids": _asked(alert_ids=None),
    "request.scope.sku_ids": _asked(sku_ids=None),
    "request.scope.categories": _asked(categories=None),
    "request.scope.node_ids": _asked(node_ids=None),
    "request.response_policy": _asked(policy={}),
    "request.severity_weights": _asked(severity_weights={}),
    "request.min_line_benefit": _asked(min_line_benefit=Fraction(0)),
    "request.min_dispatch_benefit": _asked(min_dispatch_benefit=Fraction(0)),
    "request.former_plan.frozen_before_day": _asked(frozen_before_day=0),
    "request.former_plan.change_prices": _asked(change_prices=()),
}
"""Each rule's name and the same request without it."""


def binding_rules(directory: Directory, answer: OracleAnswer) -> list[str]:
    """Rules without which the oracle's answer to the request is another one, as far as it can prove that in time."""
    return [rule for rule, without in WITHOUT.items() if _differs(without(directory), directory, answer)]


def _differs(relaxed: Directory, directory: Directory, answer: OracleAnswer) -> bool:
    try:
        return relaxed != directory and solve_oracle(relaxed).objective != answer.objective
    except UnprovedError:
        return False


def describe(directory: Directory, answer: OracleAnswer) -> list[str]:
    """What a request and its answer have, for counting shares."""
    lanes = [directory.lanes[line.lane_id] for line in answer.lines]
    received = {(lane.destination, line.sku) for lane, line in zip(lanes, answer.lines, strict=True)}
    through = any((lane.origin, line.sku) in received for lane, line in zip(lanes, answer.lines, strict=True))
    facts = {
        answer.status: True,
        "transfers pay": bool(answer.lines) and answer.worth is not None and answer.worth.benefit > 0,
        "three lines or more": len(answer.lines) >= 3,
        "several SKUs on one lane": len({(line.lane_id, line.sku) for line in answer.lines}) > len(set(map(id, lanes))),
        "units pass through": through,
        "several expiry days": len({line.expiry_day for line in answer.lines}) > 1,
        "several days of arrival": len({line.arrives_day for line in answer.lines}) > 1,
        "several dispatches on a lane": any(n > 1 for n in answer.dispatches.values()),
    }
    return [name for name, holds in facts.items() if holds]


def percent(counts: Counter[str], total: int) -> dict[str, float]:
    """Counts as shares of all requests in percent, greatest first."""
    return {name: round(100 * count / total, 1) for name, count in counts.most_common()}
