"""Rules that tie many lines together, as limits: nodes, displays, and what a former plan freezes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import Network
from optimizer.model import UNLIMITED, Switches
from optimizer.transfer.former import FormerLines
from optimizer.transfer.loads import InUse, Lines
from optimizer.worth.displays import Displays, displays_of

Int64 = NDArray[np.int64]

FROZEN = "request.former_plan"
"""`Rows.rule` of frozen lines."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Limits with what they are about, shape ``(n_limits,)``, and their terms, shape ``(n_terms,)``.

    Terms are on lines (`flow`) or on switches (`switch`), -1 where they are on the other.
    """

    rule: NDArray[np.object_]
    """The input field that the limit comes from."""
    node: Int64
    """Node that the limit names, -1: none; so for the next two."""
    sku: Int64
    former_line: Int64
    """Line of the former plan."""
    low: Int64
    high: Int64
    limit: Int64
    flow: Int64
    switch: Int64
    coefficient: Int64

    def __len__(self) -> int:
        return len(self.rule)

    def behind(self, n_flows: int) -> Rows:
        """Return the same limits on flows that stand behind some others."""
        return replace(self, flow=np.where(self.flow >= 0, self.flow + n_flows, -1))


Term: TypeAlias = tuple[Int64, Int64 | int, Int64 | int, Int64 | int]
"""Limit, flow and switch (-1: none) and coefficient of some terms."""


def rows(
    rule: str,
    low: Int64,
    high: Int64,
    *terms: Term,
    node: Int64 | int = -1,
    sku: Int64 | int = -1,
    former_line: Int64 | int = -1,
) -> Rows:
    """Write limits of one rule."""
    limit, flow, switch, coefficient = (
        np.concatenate([np.broadcast_to(t[k], t[0].shape) for t in terms]).astype(np.int64) for k in range(4)
    )
    node, sku, former_line = (np.broadcast_to(place, low.shape).astype(np.int64) for place in (node, sku, former_line))
    rules = np.full(len(low), rule, dtype=np.object_)
    return Rows(rules, node, sku, former_line, low, high, limit, flow, switch, coefficient)


def joined(parts: Sequence[Rows]) -> Rows:
    """Put limits one after the other."""
    before = np.cumsum([0, *map(len, parts)]).tolist()
    moved = [replace(part, limit=part.limit + row) for part, row in zip(parts, before[:-1], strict=True)]
    return Rows(*(np.concatenate([getattr(part, item.name) for part in moved]) for item in fields(Rows)))


def pairs(wanted: Int64, values: Int64) -> tuple[Int64, Int64]:
    """All pairs (i, j) with ``wanted[i] == values[j]``."""
    if not len(wanted) or not len(values):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    here = np.flatnonzero(np.isin(values, wanted))
    order = here[np.argsort(values[here], kind="stable")]
    first, last = np.searchsorted(values[order], wanted), np.searchsorted(values[order], wanted, side="right")
    i, at = runs(first, last - first)
    return i, order[at]


def node_rows(
    network: Network, lane: NDArray[np.int32], units_on_lane: NDArray[np.float64], in_use: InUse
) -> list[Rows]:
    """Most units and most lanes out of and into nodes, where the lines could break them.

    Parameters
    ----------
    network : Network
    lane : ndarray of int32, shape (n_lines,)
        Lane of every line.
    units_on_lane : ndarray of float64, shape (n_lanes,)
        Units that its lines could carry together.
    in_use : InUse
    """
    nodes, lanes, parts = network.nodes, network.lanes, []
    for rule, capacity, end in (
        ("nodes.pick_capacity_units", nodes.pick_capacity_units, lanes.origin),
        ("nodes.receive_capacity_units", nodes.receive_capacity_units, lanes.destination),
    ):
        could = np.bincount(end, weights=units_on_lane, minlength=len(nodes))
        number = _numbers_of_tight(capacity, could)
        flow = np.flatnonzero((number >= 0)[end][lane]) if np.any(number >= 0) else np.empty(0, dtype=np.int64)
        parts.append(_at_most(rule, capacity, number, (number[end[lane[flow]]], flow, -1, 1)))
    for rule, capacity, end in (
        ("nodes.max_outbound_lanes", nodes.max_outbound_lanes, lanes.origin),
        ("nodes.max_inbound_lanes", nodes.max_inbound_lanes, lanes.destination),
    ):
        at = end[in_use.lane]
        number = _numbers_of_tight(capacity, np.bincount(at, minlength=len(nodes)))
        here = np.flatnonzero(number[at] >= 0)
        parts.append(_at_most(rule, capacity, number, (number[at[here]], -1, in_use.switch[here], 1)))
    return parts


def _numbers_of_tight(capacity: Int64, could: NDArray[Any]) -> Int64:
    """Give numbers to the nodes whose capacity could be too small, -1 at all others."""
    tight = (capacity < NO_LIMIT) & (could > capacity)
    return np.where(tight, np.cumsum(tight) - 1, -1)


def _at_most(rule: str, capacity: Int64, number: Int64, terms: Term) -> Rows:
    """Sum of lines or switches at each numbered node at most its capacity."""
    tight = np.flatnonzero(number >= 0)
    return rows(rule, np.full(len(tight), -UNLIMITED), capacity[tight].astype(np.int64), terms, node=tight)


def frozen_rows(former: FormerLines, line: Int64, flow: Int64) -> Rows:
    """Each frozen line has the units of the former plan; the limit of one that no flow is like cannot be kept.

    Parameters
    ----------
    former : FormerLines
    line, flow : ndarray of int64, shape (n,)
        Pairs of a line of `former` and a flow that is such a line.
    """
    frozen = np.flatnonzero(former.frozen)
    number = np.full(len(former), -1, dtype=np.int64)
    number[frozen] = np.arange(len(frozen))
    here = number[line] >= 0
    units = former.units[frozen]
    return rows(FROZEN, units, units, (number[line[here]], flow[here], -1, 1), former_line=former.line[frozen])


@dataclass(frozen=True, slots=True)
class DisplayRows:
    """Two switches per display that the plan can touch: complete, and empty."""

    switches: Switches
    rows: Rows
    do_nothing: int
    """What doing nothing earns of the switches' rewards, in money."""


def display_rows(network: Network, lines: Lines, most: Int64, first_switch: int) -> DisplayRows:
    """Reward a display for being complete or empty: its price is then not lost.

    Parameters
    ----------
    network : Network
    lines : Lines
    most : ndarray of int64, shape (n_lines,)
        Most units of each of their flows.
    first_switch : int
        Number of the first switch of displays.
    """
    displays, n_nodes = displays_of(network), max(len(network.nodes), 1)
    stock, lanes = network.stock, network.lanes
    place = stock.sku[displays.member_row].astype(np.int64) * n_nodes + stock.node[displays.member_row]
    start, end = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if len(displays):
        sku = lines.sku.astype(np.int64) * n_nodes
        start, end = sku + lanes.origin[lines.lane], sku + lanes.destination[lines.lane]
    moves = np.zeros(len(displays), dtype=bool)
    moves[displays.member_display[np.isin(place, start) | np.isin(place, end)]] = True
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
            pairs(place[member], end),
            pairs(place[member], start),
            most,
            _Members(
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

    display: Int64
    held: Int64
    """Units that it holds when nothing moves."""
    least: Int64


def _display_limits(
    received: tuple[Int64, Int64],
    sent: tuple[Int64, Int64],
    most: Int64,
    members: _Members,
    *,
    first_switch: int,
    n_displays: int,
) -> Rows:
    """Complete: every member holds its least units. Empty: no member holds any. Not both."""
    held, n = members.held, n_displays
    incoming = np.zeros(len(held), dtype=np.int64)
    np.add.at(incoming, received[0], most[received[1]])
    most_held, owed = np.maximum(held + incoming, 0), np.minimum(held, 0)
    every, both, unlimited = np.arange(len(held)), np.arange(n), np.full(len(held), UNLIMITED)
    complete, empty = first_switch + members.display, first_switch + n + members.display
    net: list[Term] = [(*received, -1, 1), (*sent, -1, -1)]
    parts = [
        rows("display_rules", owed - held, unlimited, *net, (every, -1, complete, owed - members.least)),
        rows("display_rules", -unlimited, most_held - held, *net, (every, -1, empty, most_held)),
        rows(
            "display_rules",
            np.full(n, -UNLIMITED),
            np.ones(n, dtype=np.int64),
            (both, -1, first_switch + both, 1),
            (both, -1, first_switch + n + both, 1),
        ),
    ]
    return joined(parts)


def _whole_before(displays: Displays, kept: Int64, number: Int64, member: Int64, held: Int64) -> int:
    """Price of the displays that are not broken when nothing moves."""
    complete, empty = np.ones(len(kept), dtype=bool), np.ones(len(kept), dtype=bool)
    at = number[displays.member_display[member]]
    np.logical_and.at(complete, at, held >= displays.member_min_units[member])
    np.logical_and.at(empty, at, held <= 0)
    return int(displays.price[kept][complete | empty].sum())
