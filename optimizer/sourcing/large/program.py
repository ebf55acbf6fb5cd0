"""A whole event as one linear program with integers: columns of bids' segments, suppliers, units uncovered, violations.

It says the same as the canonical model, but keeps apart what a supplier decides by itself (which segments it sells,
whether it sells at all) from the rows that tie suppliers together, so that these can be priced. Money is in currency
units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event
from optimizer.bidding.limits import AwardLimits, consistencies_of, limits_of
from optimizer.bidding.offers import Offers
from optimizer.program import Program
from optimizer.sourcing.award_flows import AwardFlows, award_flows
from optimizer.sourcing.large.collecting import Collected, RowKind, by_row
from optimizer.sourcing.large.needed import needed_suppliers, owners_of, reach_of
from optimizer.sourcing.large.rules import add_consistencies, add_limits
from optimizer.sourcing.strengthening import fewest_winners, worthiest_items

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AwardProgram:
    """``minimise cost @ x`` with ``row_low <= A x <= row_high``, ``0 <= x <= most``."""

    flows: AwardFlows
    """Segments; column f is the number of packs of segment f, column ``len(flows) + f`` whether it is chosen."""
    pack: Floats
    """Units of column f, shape ``(n_flows,)``; in packages and where a segment is one quantity: all of it."""
    used: Ints
    """Column of every supplier, shape ``(n_suppliers,)``."""
    uncovered: Ints
    """Column of every item, shape ``(n_items,)``."""
    cost: Floats
    most: Floats
    integer: NDArray[np.bool_]
    matrix: Any
    """A, sparse, by column."""
    row_low: Floats
    row_high: Floats
    row_kind: NDArray[np.int8]
    """`RowKind` values."""
    row_margin: Floats
    """By how much a solver has to keep a row better, so that its tolerance and rounding cannot break a rule."""
    needed: NDArray[np.bool_]
    """Suppliers without whom some rule cannot be kept: used in every award, shape ``(n_suppliers,)``."""

    @property
    def n_flows(self) -> int:
        """Number of segments."""
        return len(self.flows)

    @property
    def chosen(self) -> Ints:
        """Column that says whether a segment is chosen, shape ``(n_flows,)``."""
        return self.n_flows + np.arange(self.n_flows)

    def units(self, columns: Floats, n_bids: int) -> Ints:
        """Read units by bid, whole packs, shape ``(n_bids,)``."""
        packs = np.rint(columns[: self.n_flows]).astype(np.int64)
        units = np.zeros(n_bids, dtype=np.int64)
        np.add.at(units, self.flows.bid, packs * self.pack.astype(np.int64))
        return units


def award_program(event: Event, offers: Offers) -> AwardProgram:
    """Write an event without packages and risk as a program.

    Raises
    ------
    ValueError
        It has packages.
    """
    if np.any(offers.package >= 0):
        raise ValueError("packages are not for this program; use the canonical model")
    limits, consistencies = limits_of(event, offers), consistencies_of(event, offers)
    flows = award_flows(event, offers, limits, consistencies)
    scale = 10.0**event.money_decimals
    n, parts = len(flows), Collected()
    pack = flows.pack.astype(np.float64)
    parts.add_columns(n, flows.unit_objective * pack / scale, flows.to_units / pack)
    chosen = parts.add_columns(n, flows.fixed_objective / scale)
    used = parts.add_columns(len(event.suppliers), event.suppliers.fixed_cost)
    penalty = event.items.uncovered_penalty
    coverable = np.where(np.isnan(penalty), 0.0, event.items.units)
    uncovered = parts.add_columns(len(event.items), np.nan_to_num(penalty), coverable, integer=False)
    _add_segments(parts, flows, pack, chosen, used)
    _add_items_and_suppliers(parts, event, flows, (pack, used, uncovered))
    honest = add_limits(parts, event, flows, limits, used)
    add_consistencies(parts, event, flows, consistencies)
    add_least(parts, flows, honest)
    _add_fewest_winners(parts, event, limits, used, uncovered)
    cost, most, integer = parts.columns()
    needed = _add_needed(parts, flows, used)
    return AwardProgram(flows, pack, used, uncovered, cost, most, integer, parts.matrix(), *parts.rows(), needed)


def _add_needed(parts: Collected, flows: AwardFlows, used: Ints) -> NDArray[np.bool_]:
    """Use suppliers that together reach what rules ask for; return those that are used in every award.

    Fractions of suppliers who win a whole lot each are no such thing to a relaxation.
    """
    matrix, most, (low, _, kind, _) = parts.matrix(), parts.columns()[1], parts.rows()
    owner = np.full(len(most), -1, dtype=np.int64)
    owner[: 2 * len(flows)] = np.tile(flows.supplier, 2)
    owner[used] = np.arange(len(used))
    owner = owners_of(matrix, owner, np.flatnonzero(kind == RowKind.INDICATOR))
    reach = reach_of(matrix, most, low, owner)
    asking = np.flatnonzero((kind == RowKind.LIMIT) & (low > 0))
    number = np.full(len(low), -1)
    number[asking] = np.arange(len(asking))
    at, (row, column, value) = number[reach.row] >= 0, reach.others
    enough = np.minimum(reach.reach, low[reach.row])[at]
    others = number[row] >= 0
    parts.add_rows(
        RowKind.TOTAL,
        len(asking),
        low[asking],
        np.inf,
        (number[reach.row[at]], used[reach.supplier[at]], enough),
        (number[row[others]], column[others], value[others]),
    )
    return needed_suppliers(reach, low, len(used))


def _add_segments(parts: Collected, flows: AwardFlows, pack: Floats, chosen: Ints, used: Ints) -> None:
    """Tie units to choices, and choices to suppliers."""
    n = len(flows)
    row = np.arange(n)
    parts.add_rows(RowKind.WITHIN, n, -np.inf, 0.0, (row, row, 1.0), (row, chosen, -(flows.to_units / pack)))
    least = np.flatnonzero(flows.from_units > flows.pack)
    add_least(parts, flows, least)
    n_groups = int(flows.group.max(initial=-1)) + 1
    supplier = np.zeros(n_groups, dtype=np.int64)
    supplier[flows.group] = flows.supplier
    group = np.arange(n_groups)
    parts.add_rows(RowKind.CHOICE, n_groups, -np.inf, 0.0, (flows.group, chosen, 1.0), (group, used[supplier], -1.0))


def add_least(parts: Collected, flows: AwardFlows, flow: Ints) -> None:
    """Let segments that are chosen have their fewest units."""
    at = np.arange(len(flow))
    least = (flows.from_units / flows.pack)[flow]
    parts.add_rows(RowKind.WITHIN, len(flow), 0.0, np.inf, (at, flow, 1.0), (at, len(flows) + flow, -least))


def _add_items_and_suppliers(
    parts: Collected, event: Event, flows: AwardFlows, columns: tuple[Floats, Ints, Ints]
) -> None:
    """Cover every item, and keep suppliers within capacity."""
    items, suppliers = event.items, event.suppliers
    pack, used, uncovered = columns
    row, n_items = np.arange(len(flows)), len(items)
    parts.add_rows(
        RowKind.DEMAND,
        n_items,
        items.units,
        np.inf,
        (flows.item, row, pack),
        (np.arange(n_items), uncovered, 1.0),
    )
    limited = np.flatnonzero(suppliers.capacity_units < NO_LIMIT)
    place = np.full(len(suppliers), -1)
    place[limited] = np.arange(len(limited))
    at = np.flatnonzero(place[flows.supplier] >= 0)
    takes = event.bids.capacity_per_unit[flows.bid[at]] * pack[at]
    capacity = suppliers.capacity_units[limited].astype(np.float64)
    entry = (place[flows.supplier[at]], at, takes)
    parts.add_rows(
        RowKind.CAPACITY, len(limited), -np.inf, 0.0, entry, (np.arange(len(limited)), used[limited], -capacity)
    )
    limited = np.flatnonzero(items.max_units < NO_LIMIT)
    place = np.full(n_items, -1)
    place[limited] = np.arange(len(limited))
    at = np.flatnonzero(place[flows.item] >= 0)
    most = items.max_units[limited]
    parts.add_rows(RowKind.MOST_OF_ITEM, len(limited), -np.inf, most, (place[flows.item[at]], at, pack[at]))


def _add_fewest_winners(parts: Collected, event: Event, limits: AwardLimits, used: Ints, uncovered: Ints) -> None:
    """Use so many suppliers where an item is covered of which nobody may have more than a share."""
    for each in fewest_winners(event, limits):
        item = worthiest_items(event, each.item)
        n, number = len(item), np.arange(len(item))
        winners = (np.repeat(number, len(each.supplier)), np.tile(used[each.supplier], n), 1.0)
        left_out = (number, uncovered[item], each.fewest / event.items.units[item])
        parts.add_rows(RowKind.TOTAL, n, float(each.fewest), np.inf, winners, left_out)


def whole_program(program: AwardProgram) -> Program:
    """Write all of it for a solver, which maximises."""
    matrix = by_row(program.matrix)
    n, low = len(program.row_low), np.zeros(len(program.cost))
    low[program.used] = program.needed
    return Program(
        objective=-program.cost,
        low=low,
        high=program.most,
        integer=program.integer,
        row=np.repeat(np.arange(n), np.diff(matrix.indptr)),
        column=matrix.indices.astype(np.int64),
        coefficient=matrix.data,
        row_low=program.row_low,
        row_high=program.row_high,
        row_unit=np.ones(n),
        offset=0.0,
        first_member_row=0,
        first_limit_row=0,
    )
