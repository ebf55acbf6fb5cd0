"""In how many of the drawn requests does each rule bind? Solved again without the rule, the answer is another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Final

from tests.oracle.directory import EMPTY_POSITION, Directory, Lane, Position, Product
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
    return replace(directory, lanes={lane.lane_id: lane for lane in first.values()})


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
}
"""Each rule's name and the same request without it."""


def binding_rules(directory: Directory, answer: OracleAnswer) -> list[str]:
    """Rules without which the oracle's answer to the request is another one, as far as it can prove that in time."""
    return [rule for rule, without in WITHOUT.items() if _differs(without(directory), directory, answer)]


def _differs(relaxed: Directory, directory: Directory, answer: OracleAnswer) -> bool:
    try:
        return relaxed != directory and solve_oracle(relaxed).benefit_money != answer.benefit_money
    except UnprovedError:
        return False


def describe(directory: Directory, answer: OracleAnswer) -> list[str]:
    """What a request and its answer have, for counting shares."""
    lanes = [directory.lanes[line.lane_id] for line in answer.lines]
    received = {(lane.destination, line.sku) for lane, line in zip(lanes, answer.lines, strict=True)}
    through = any((lane.origin, line.sku) in received for lane, line in zip(lanes, answer.lines, strict=True))
    facts = {
        answer.status: True,
        "transfers pay": bool(answer.lines) and (answer.benefit_money or 0) > 0,
        "three lines or more": len(answer.lines) >= 3,
        "several SKUs on one lane": len({(line.lane_id, line.sku) for line in answer.lines}) > len(set(map(id, lanes))),
        "units pass through": through,
        "several days of arrival": len({line.arrives_day for line in answer.lines}) > 1,
        "several dispatches on a lane": any(n > 1 for n in answer.dispatches.values()),
    }
    return [name for name, holds in facts.items() if holds]


def percent(counts: Counter[str], total: int) -> dict[str, float]:
    """Counts as shares of all requests in percent, greatest first."""
    return {name: round(100 * count / total, 1) for name, count in counts.most_common()}
