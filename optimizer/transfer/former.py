"""A former plan in the model: lines that stay as they are, and lines whose every change has a price.

A price c on each unit by which a line differs from f units is concave in the line's units: c more per unit up to f, c
less beyond. So a line becomes parallel flows: up to f, one case that f falls into, and beyond.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from network.outside import open_days
from network.tables import Network
from optimizer.request import Request
from optimizer.worth.change_price import change_prices

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FormerLines:
    """Lines of a former plan that are frozen or have a price, shape ``(n,)`` each."""

    line: Int64
    """Row of the former plan's lines."""
    lane: Int64
    sku: Int64
    units: Int64
    arrives_day: Int64
    departs_day: Int64
    expiry_day: Int64
    origin: Int64
    """Cell of the scope; only of lines that a plan can have at all (`possible`)."""
    possible: NDArray[np.bool_]
    """The lane's ends are in scope, and units can leave on that day."""
    frozen: NDArray[np.bool_]
    price: Int64
    """Money per unit changed."""

    def __len__(self) -> int:
        return len(self.lane)

    def take(self, index: NDArray[np.bool_] | Int64) -> FormerLines:
        """Return some of the lines."""
        return FormerLines(*(getattr(self, item.name)[index] for item in fields(self)))


def departure_days(network: Network, lane: Int64, sku: Int64, arrives_day: Int64) -> Int64:
    """Day on which lines leave: own stock of a node without transit once it may, other units by lead time."""
    origin = network.lanes.origin[lane]
    row = network.stock_row(origin, sku.astype(np.int32))
    rest = np.append(network.stock.no_send_before_day, 0)[row].astype(np.int64)
    rest = np.maximum(rest, open_days(network)[0][lane])
    by_lead = arrives_day - network.lanes.lead_time_days[lane]
    return np.where(network.nodes.transit[origin], by_lead, rest)


def former_lines(network: Network, request: Request, cell: Int64) -> FormerLines:
    """Read the lines of the request's former plan that matter to the model.

    Parameters
    ----------
    network : Network
    request : Request
    cell : ndarray of int64, shape (n_cells,)
        Ascending keys ``sku * n_nodes + node`` of the cells.
    """
    former = request.former_plan
    if former is None or (not former.frozen_before_day and not former.change_prices):
        none = np.empty(0, dtype=np.int64)
        flags = np.empty(0, dtype=np.bool_)
        return FormerLines(none, none, none, none, none, none, none, none, flags, flags, none)
    plan, n_nodes = former.plan, len(network.nodes)
    lane, sku, day = (column.astype(np.int64) for column in (plan.lane, plan.sku, plan.arrives_day))
    departs = departure_days(network, lane, sku, day)
    origin, destination = network.lanes.origin[lane], network.lanes.destination[lane]
    at, found = _rows(cell, sku * n_nodes + origin)
    _, arrives_somewhere = _rows(cell, sku * n_nodes + destination)
    on_time = (departs >= 0) & (departs + network.lanes.lead_time_days[lane] == day)
    lines = FormerLines(
        line=np.arange(len(lane)),
        lane=lane,
        sku=sku,
        units=plan.units.astype(np.int64),
        arrives_day=day,
        departs_day=departs,
        expiry_day=plan.expiry_day.astype(np.int64),
        origin=at,
        possible=found & arrives_somewhere & on_time,
        frozen=departs < former.frozen_before_day,
        price=change_prices(network, former).on(lane, departs),
    )
    return lines.take((lines.frozen | (lines.price > 0)) & (lines.units > 0))


def _rows(keys: Int64, wanted: Int64) -> tuple[Int64, NDArray[np.bool_]]:
    """Rows of wanted keys among ascending ones, and whether they are there."""
    row = np.searchsorted(keys, wanted).astype(np.int64)
    return row, np.append(keys, -1)[row] == wanted


@dataclass(frozen=True, slots=True)
class Segments:
    """Parallel flows of the same line: the first ``n_legs`` are the legs themselves; shape ``(n_segments,)``."""

    leg: Int64
    most_units: Int64
    bonus: Int64
    """Money per unit, added to the line's own profit."""


def segments_of(most: Int64, pack: Int64, former_units: Int64, price: Int64) -> Segments:
    """Split the lines that a price of change makes concave.

    Parameters
    ----------
    most, pack, former_units, price : ndarray of int64, shape (n_legs,)
        Most units and case pack of every leg, its units in the former plan, money per unit changed.
    """
    legs = np.arange(len(most))
    if not np.any(price):
        return Segments(legs, most, np.zeros_like(most))
    whole = former_units // pack * pack
    bent = np.flatnonzero((price > 0) & (former_units > 0))
    # The case that f falls into: its first part is a change undone, its second a change.
    broken = bent[former_units[bent] > whole[bent]]
    towards = 2 * (former_units - whole)[broken] - pack[broken]
    first_most = np.where((price > 0) & (former_units > 0), np.minimum(most, whole), most)
    used = first_most.copy()
    used[broken] += pack[broken]
    return Segments(
        leg=np.concatenate([legs, broken, bent]),
        most_units=np.concatenate([first_most, pack[broken], np.maximum(most - used, 0)[bent]]),
        # Rounded up, so that the model's optimum stays an upper bound.
        bonus=np.concatenate(
            [
                np.where((price > 0) & (former_units > 0), price, -price),
                -(-price[broken] * towards // pack[broken]),
                -price[bent],
            ]
        ),
    )


def leg_of_lines(lines: FormerLines, legs: tuple[Int64, Int64, Int64, Int64], n_products: int) -> Int64:
    """Leg of every former line, -1 where no leg is like it.

    Parameters
    ----------
    lines : FormerLines
    legs : tuple of ndarray of int64, shape (n_legs,) each
        Lane, SKU, day of arrival and day of expiry of every leg.
    n_products : int
    """
    if not len(lines):
        return np.empty(0, dtype=np.int64)
    own = (lines.lane, lines.sku, lines.arrives_day, lines.expiry_day)
    expiries = np.unique(np.concatenate([own[3], legs[3]]))
    days = int(max(own[2].max(initial=0), legs[2].max(initial=0))) + 1

    def code(lane: Int64, sku: Int64, day: Int64, expiry: Int64) -> Int64:
        place = np.searchsorted(expiries, expiry)
        return np.asarray(((lane * n_products + sku) * days + day) * len(expiries) + place)

    keys = code(*legs)
    order = np.argsort(keys, kind="stable")
    row, found = _rows(keys[order], code(*own))
    return np.where(found & lines.possible, np.append(order, -1)[np.minimum(row, len(order))], -1)
