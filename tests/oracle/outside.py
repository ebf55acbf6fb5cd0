"""Exits and quotes: ways out of the network and into it, as nodes and lanes that no table of nodes or lanes names.

A node `exit:ID` takes what leaves by the exit ID, and `quote:ID` has what the quote ID offers. Their lanes are
`NODE>exit:ID` and `quote:ID>NODE`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from tests.oracle.asked import NEVER
from tests.oracle.directory import EMPTY_POSITION, Directory, Exit, Lane, NodeLimits, Position, Quote
from tests.oracle.worth import money

PURCHASE = "purchase"
TRANSFER = "transfer"


def with_outside(directory: Directory, exits: Sequence[Exit], quotes: Sequence[Quote]) -> Directory:
    """Add the nodes, lanes and positions of exits and quotes to a directory."""
    transit, lanes, stock = dict(directory.transit), dict(directory.lanes), dict(directory.stock)
    limits = dict(directory.limits)
    for way in exits:
        node = f"exit:{way.exit_id}"
        transit[node] = False
        limits[node] = NodeLimits(receive_units=way.capacity_units)
        lanes |= {lane.lane_id: lane for lane in _exit_lanes(directory, way, node)}
        for sku in _skus_taken(directory, way):
            stock[node, sku] = replace(EMPTY_POSITION, proceeds=_proceeds(directory, way, sku))
    for quote in quotes:
        node = f"quote:{quote.quote_id}"
        transit[node] = False
        stock[node, quote.sku] = replace(EMPTY_POSITION, on_hand=quote.max_units, proceeds=0)
        lane = _quote_lane(quote, node)
        lanes[lane.lane_id] = lane
    return replace(directory, transit=transit, lanes=lanes, stock=stock, limits=limits)


def _skus_taken(directory: Directory, way: Exit) -> list[str]:
    return [
        sku
        for sku, product in directory.products.items()
        if way.sku in ("", sku) and way.category in ("", product.category)
    ]


def _proceeds(directory: Directory, way: Exit, sku: str) -> int:
    """Money that a unit brings, rounded once."""
    cost = directory.products[sku].unit_cost
    return money(directory, way.unit_proceeds + way.proceeds_share_of_cost * cost - way.unit_fee)


def _exit_lanes(directory: Directory, way: Exit, node: str) -> Iterator[Lane]:
    nothing = Fraction(0)
    skus = _skus_taken(directory, way)
    for origin in directory.transit:
        served = origin == way.node if way.node else origin not in directory.suppliers
        if served and any((origin, sku) in directory.stock for sku in skus):
            yield Lane(
                *(f"{origin}>{node}", origin, node, 0),
                *(way.fixed_cost, nothing, nothing, None, None, way.min_lot_units, nothing),
                terms=way,
            )


def _quote_lane(quote: Quote, node: str) -> Lane:
    nothing = Fraction(0)
    return Lane(
        *(f"{node}>{quote.node}", node, quote.node, quote.lead_time_days),
        *(quote.fixed_cost, quote.unit_price, nothing, None, None, quote.min_units, nothing),
        bought=True,
    )


def response_of(lane: Lane) -> str:
    """The response that a line on a lane is part of."""
    if lane.terms is not None:
        return "return" if lane.terms.kind == "return" else "liquidation"
    return PURCHASE if lane.bought else TRANSFER


def most_to_exit(lane: Lane, position: Position | None) -> int | None:
    """Most units of a position that may go over a lane; None: any number."""
    if lane.terms is None or lane.terms.max_share == 1:
        return None
    return math.floor(lane.terms.max_share * position.on_hand) if position else 0


def due_day(lane: Lane, ready: int) -> int:
    """Day on which units leave that may leave on a day: not before an exit opens."""
    return max(ready, lane.terms.from_day) if lane.terms else ready


def is_open(lane: Lane, day: int) -> bool:
    """Whether lines may leave over a lane on a day."""
    if lane.terms is None:
        return True
    last = NEVER if lane.terms.until_day is None else lane.terms.until_day
    return lane.terms.from_day <= day <= last
