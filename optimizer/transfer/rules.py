"""Rules that tie many lines together, as limits: nodes, displays, and what a former plan freezes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import NO_LIMIT, Network
from optimizer.model import UNLIMITED, Switches
from optimizer.transfer.cells import Scope
from optimizer.transfer.former import FormerLines
from optimizer.transfer.legs import Legs
from optimizer.transfer.loads import Loads
from optimizer.worth.displays import Displays, displays_of

Int64 = NDArray[np.int64]

FROZEN = "request.former_plan"
"""`Rows.rule` of frozen lines."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Limits with what they are about, shape ``(n_limits,)``, and their terms, shape ``(n_terms,)``.

    Terms are on legs (`leg`) or on switches (`switch`), -1 where they are on the other.
    """

    rule: NDArray[np.object_]
    """The input field that the limit comes from."""
    place: Int64
    """Node or cell of the limit, or line of the former plan."""
    low: Int64
    high: Int64
    limit: Int64
    leg: Int64
    switch: Int64
    coefficient: Int64


def rows(rule: str, place: Int64, low: Int64, high: Int64, *terms: tuple[Int64, Int64, Int64, Int64 | int]) -> Rows:
    """Write limits of one rule; each of `terms` has limit, leg and switch (-1: none) and coefficient."""
    columns = [np.concatenate([np.broadcast_to(t[k], t[0].shape) for t in terms]).astype(np.int64) for k in range(4)]
    return Rows(np.full(len(place), rule, dtype=np.object_), place, low, high, *columns)


def joined(parts: list[Rows]) -> Rows:
    """Put limits one after the other."""
    before = np.cumsum([0, *(len(part.place) for part in parts)])
    names = [item.name for item in fields(Rows) if item.name != "limit"]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    limit = np.concatenate([part.limit + first for part, first in zip(parts, before, strict=False)])
    return Rows(limit=limit, **columns)


def pairs(wanted: Int64, values: Int64) -> tuple[Int64, Int64]:
    """All pairs (i, j) with ``wanted[i] == values[j]``."""
    if not len(wanted) or not len(values):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    here = np.flatnonzero(np.isin(values, wanted))
    order = here[np.argsort(values[here], kind="stable")]
    first, last = np.searchsorted(values[order], wanted), np.searchsorted(values[order], wanted, side="right")
    i, at = runs(first, last - first)
    return i, order[at]


def node_rows(network: Network, legs: Legs, most: Int64, loads: Loads) -> list[Rows]:
    """Most units and most lanes out of and into nodes, where the legs could break them."""
    nodes, lanes = network.nodes, network.lanes
    parts, every, none = [], np.arange(len(legs)), np.full(len(network.lanes) + len(legs), -1, dtype=np.int64)
    for rule, capacity, end in (
        ("nodes.pick_capacity_units", nodes.pick_capacity_units, lanes.origin),
        ("nodes.receive_capacity_units", nodes.receive_capacity_units, lanes.destination),
    ):
        at = end[legs.lane]
        could = np.bincount(at, weights=most.astype(np.float64), minlength=len(nodes))
        parts.append(_at_most(rule, capacity, could, at, leg=every, switch=none))
    for rule, capacity, end in (
        ("nodes.max_outbound_lanes", nodes.max_outbound_lanes, lanes.origin),
        ("nodes.max_inbound_lanes", nodes.max_inbound_lanes, lanes.destination),
    ):
        at = end[loads.used_lane]
        could = np.bincount(at, minlength=len(nodes)).astype(np.float64)
        parts.append(_at_most(rule, capacity, could, at, leg=none, switch=loads.in_use))
    return parts


def _at_most(
    rule: str,
    capacity: Int64,
    could: NDArray[Any],
    at: NDArray[np.integer[Any]],
    *,
    leg: Int64,
    switch: Int64,
) -> Rows:
    """Sum of legs or switches at each node at most its capacity, where they could be more."""
    tight = np.flatnonzero((capacity < NO_LIMIT) & (could > capacity))
    number = np.full(len(capacity), -1, dtype=np.int64)
    number[tight] = np.arange(len(tight))
    here = np.flatnonzero(number[at] >= 0)
    terms = (number[at[here]], leg[here], switch[here], 1)
    return rows(rule, tight, np.full(len(tight), -UNLIMITED), capacity[tight].astype(np.int64), terms)


def frozen_rows(former: FormerLines, leg: Int64) -> Rows:
    """Each frozen line has the units of the former plan; the limit of one that no leg is like cannot be kept."""
    frozen = np.flatnonzero(former.frozen)
    units = former.units[frozen]
    has_leg = np.flatnonzero(leg[frozen] >= 0)
    none = np.full(len(has_leg), -1, dtype=np.int64)
    return rows(FROZEN, former.line[frozen], units, units, (has_leg, leg[frozen][has_leg], none, 1))


@dataclass(frozen=True, slots=True)
class DisplayRows:
    """Two switches per display that the plan can touch: complete, and empty."""

    switches: Switches
    rows: Rows
    do_nothing: int
    """What doing nothing earns of the switches' rewards, in money."""


def display_rows(network: Network, scope: Scope, legs: Legs, most: Int64, first_switch: int) -> DisplayRows:
    """Reward a display for being complete or empty: its price is then not lost."""
    displays = displays_of(network)
    cell_of_row = np.full(len(network.stock), -1, dtype=np.int64)
    with_row = np.flatnonzero(scope.stock_row >= 0)
    cell_of_row[scope.stock_row[with_row]] = with_row
    cell = cell_of_row[displays.member_row]
    touched = np.zeros(len(scope.cells) + 1, dtype=bool)
    touched[legs.origin] = touched[legs.destination] = True
    moves = np.zeros(len(displays), dtype=bool)
    moves[displays.member_display[touched[cell] & (cell >= 0)]] = True
    kept = np.flatnonzero(moves & (displays.price > 0))
    number = np.full(len(displays), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    member = np.flatnonzero(number[displays.member_display] >= 0)
    n = len(kept)
    held = _held(network, displays.member_row[member])
    return DisplayRows(
        switches=Switches(
            fixed_cost=np.tile(-displays.price[kept], 2),
            most=np.ones(2 * n, dtype=np.int64),
            least_fill=np.zeros(2 * n, dtype=np.int64),
            most_fill=np.full(2 * n, UNLIMITED),
        ),
        rows=_display_limits(
            legs,
            most,
            _Members(
                cell=cell[member],
                display=number[displays.member_display[member]],
                held=held,
                least=displays.member_min_units[member],
            ),
            first_switch=first_switch,
            n_displays=n,
        ),
        do_nothing=_whole_before(displays, kept, number, member, held),
    )


def _held(network: Network, row: Int64) -> Int64:
    stock = network.stock
    return np.asarray(stock.on_hand[row] - stock.reserved[row] + stock.in_transit[row], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Members:
    """Members of the displays in the model, shape ``(n_members,)`` each."""

    cell: Int64
    """-1: no line can touch it."""
    display: Int64
    held: Int64
    """Units that it holds when nothing moves."""
    least: Int64


def _display_limits(legs: Legs, most: Int64, members: _Members, *, first_switch: int, n_displays: int) -> Rows:
    """Complete: every member holds its least units. Empty: no member holds any. Not both."""
    cell, held, n = members.cell, members.held, n_displays
    received, sent = pairs(cell, legs.destination), pairs(cell, legs.origin)
    incoming = np.zeros(len(cell), dtype=np.int64)
    np.add.at(incoming, received[0], most[received[1]])
    most_held, owed = np.maximum(held + incoming, 0), np.minimum(held, 0)
    every, none = np.arange(len(cell)), np.full(len(cell), -1, dtype=np.int64)
    complete, empty = first_switch + members.display, first_switch + n + members.display
    net = [
        (received[0], received[1], np.full(len(received[0]), -1), 1),
        (sent[0], sent[1], np.full(len(sent[0]), -1), -1),
    ]
    unlimited = np.full(len(cell), UNLIMITED)
    both = np.arange(n)
    no_leg = np.full(n, -1, dtype=np.int64)
    return joined(
        [
            rows("display_rules", cell, owed - held, unlimited, *net, (every, none, complete, owed - members.least)),
            rows("display_rules", cell, -unlimited, most_held - held, *net, (every, none, empty, most_held)),
            rows(
                "display_rules", both, np.full(n, -UNLIMITED), np.ones(n, dtype=np.int64),
                (both, no_leg, first_switch + both, 1), (both, no_leg, first_switch + n + both, 1),
            ),
        ]
    )  # fmt: skip


def _whole_before(displays: Displays, kept: Int64, number: Int64, member: Int64, held: Int64) -> int:
    """Price of the displays that are not broken when nothing moves."""
    complete, empty = np.ones(len(kept), dtype=bool), np.ones(len(kept), dtype=bool)
    at = number[displays.member_display[member]]
    np.logical_and.at(complete, at, held >= displays.member_min_units[member])
    np.logical_and.at(empty, at, held <= 0)
    return int(displays.price[kept][complete | empty].sum())
