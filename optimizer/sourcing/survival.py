"""Rows that make an award survive the loss of any one winner, found one cut at a time (docs/sourcing.md, "Risk").

What the others can still deliver is a flow: suppliers up to their capacity, winning bids up to their most units, items
up to what they need. Where a flow is too small, its least cut says so in one row over the bids that win. There are far
too many such rows to write them all, and few of them ever matter: they are added where an award breaks them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from network.columns import NO_LIMIT
from network.events import Event
from network.joins import runs
from optimizer.bidding.limits import MILLIONTHS, millionths
from optimizer.bidding.offers import Offers, Usable
from optimizer.model import UNLIMITED
from optimizer.program import Program, with_entries, with_rows
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.award_rows import AwardRows, RowKind

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ALWAYS: Final = -1
"""As the condition of a row: none."""


_FIRST_CUTS: Final = 5_000
"""Rows that are written before any is broken, at most."""

_CUTS_AT_ONCE: Final = 500
"""Broken rows that are enough for another search."""


@dataclass(frozen=True, slots=True)
class LossCut:
    """One row: ``sum(units * wins) >= need`` over bids, each of which wins (1) or does not (0)."""

    bid: Ints
    """Usable bids, shape ``(n,)``."""
    units: Ints
    """What each can deliver at most, shape ``(n,)``; no more than `need`."""
    need: int
    condition: int
    """A bid of the supplier that is lost: the row need only hold where it wins; `ALWAYS`: in any award."""


@dataclass(frozen=True, slots=True)
class CutRows:
    """Rows ``low <= sum(coefficient * column)`` over columns of a model."""

    row: Ints
    """Shape ``(n_entries,)``, like the next two."""
    column: Ints
    coefficient: Ints
    low: Ints
    """Shape ``(n_rows,)``."""


@dataclass(frozen=True, slots=True)
class _Losses:
    """What can be delivered, and what must be."""

    bid: Ints
    """Usable bids of items that must be covered, shape ``(n,)``."""
    supplier: Ints
    item: Ints
    most: Ints
    """Units each can deliver, shape ``(n,)``."""
    need: Ints
    """Units that must arrive of every item, 0 where nothing must; shape ``(n_items,)``."""
    room: Ints
    """Units that every supplier can deliver, shape ``(n_suppliers,)``."""
    uneven: Flags
    """Suppliers whose bids take different capacity per unit, shape ``(n_suppliers,)``."""
    offered: list[Ints]
    """Usable bids of every supplier."""

    @property
    def winning(self) -> Ints:
        """Bids of which rows ask whether they win: those that can be conditions too, where there may be some."""
        return np.sort(np.concatenate(self.offered)) if np.any(self.uneven) else self.bid


def loss_cuts(event: Event, offers: Offers, wins: Flags) -> list[LossCut]:
    """Find rows that an award breaks.

    Parameters
    ----------
    event : Event
        With ``risk.survive_share``.
    offers : Offers
    wins : ndarray of bool, shape (n_bids,)
        Bids of which units are bought.

    Returns
    -------
    list of LossCut
        At least one for an award that does not survive the loss of one of its winners, else none; no valid award
        breaks any of them.
    """
    losses = _losses(event, offers)
    cuts: list[LossCut] = []
    for lost in np.unique(event.bids.supplier[wins]).tolist():
        if len(cuts) >= _CUTS_AT_ONCE:
            break
        alone = _items_short(losses, lost, wins)
        for item in alone[:_CUTS_AT_ONCE]:
            cuts += _cuts(losses, lost, np.array([item]), _nobody())
        side = None if len(alone) else _least_cut(losses, lost, wins)
        if side is not None:
            cuts += _cuts(losses, lost, *side)
    return cuts


def first_cuts(event: Event, offers: Offers) -> list[LossCut]:
    """Write the rows of every item alone: without any one supplier, enough bids for it win.

    Returns
    -------
    list of LossCut
        One per item that must be covered and supplier that bids for it; no valid award breaks any of them. None where
        these are so many that it is better to wait for those that are broken.
    """
    losses = _losses(event, offers)
    pairs = np.unique(np.stack([losses.supplier, losses.item]), axis=1)
    if pairs.shape[1] > _FIRST_CUTS:
        return []
    cuts: list[LossCut] = []
    for lost, item in pairs.T.tolist():
        cuts += _cuts(losses, lost, np.array([item]), _nobody())
    return cuts


def asked_bids(event: Event, offers: Offers) -> Ints:
    """Bids of which rows ask whether they win; none where survival is not asked for."""
    return _nobody() if event.risk.survive_share is None else _losses(event, offers).winning


def cut_rows(flows: AwardFlows, switch_column: Ints, cuts: Sequence[LossCut]) -> CutRows:
    """Write rows over the columns of a model.

    Parameters
    ----------
    flows : AwardFlows
        Those of `asked_bids` with switches that are only on with units.
    switch_column : ndarray of int64, shape (n_flows,)
    cuts : sequence of LossCut

    Returns
    -------
    CutRows
    """
    on = np.flatnonzero(switch_column >= 0)
    bid, column = np.unique(np.stack([flows.bid[on], switch_column[on]]), axis=1)
    always = np.array([cut.condition == ALWAYS for cut in cuts], dtype=np.bool_)
    need = np.array([cut.need for cut in cuts], dtype=np.int64)
    row = np.repeat(np.arange(len(cuts)), [len(cut.bid) for cut in cuts])
    asked = np.concatenate([_nobody(), *(cut.bid for cut in cuts)])
    units = np.concatenate([_nobody(), *(cut.units for cut in cuts)])
    conditional = np.flatnonzero(~always)
    row = np.concatenate([row, conditional])
    asked = np.concatenate([asked, [cuts[each].condition for each in conditional.tolist()]]).astype(np.int64)
    units = np.concatenate([units, -need[conditional]])
    begin, end = (np.searchsorted(bid, asked, side=side) for side in ("left", "right"))
    owner, at = runs(begin, end - begin)
    return CutRows(row[owner], column[at], units[owner], np.where(always, need, 0))


def add_cuts(rows: AwardRows, cuts: CutRows) -> None:
    """Add rows to a model that is being built."""
    place = np.full(len(cuts.low), -1, dtype=np.int64)
    rows.add_limits(RowKind.SURVIVAL, place, cuts.low, UNLIMITED, (cuts.row, cuts.column, cuts.coefficient))


def with_cuts(program: Program, rows: CutRows) -> Program:
    """Add rows to a program."""
    n = len(rows.low)
    grown = with_rows(program, rows.low.astype(np.float64), np.full(n, np.inf), np.ones(n))
    return with_entries(grown, rows.row + program.n_rows, rows.column, rows.coefficient.astype(np.float64))


def _losses(event: Event, offers: Offers) -> _Losses:
    items, suppliers, bids = event.items, event.suppliers, event.bids
    share = int(millionths(np.array([event.risk.survive_share], dtype=np.float64))[0])
    need = np.where(np.isnan(items.uncovered_penalty), -(-items.units * share // MILLIONTHS), 0)
    heaviest, lightest = np.ones(len(suppliers), dtype=np.int64), np.full(len(suppliers), NO_LIMIT)
    np.maximum.at(heaviest, bids.supplier, bids.capacity_per_unit)
    np.minimum.at(lightest, bids.supplier, bids.capacity_per_unit)
    limited = suppliers.capacity_units < NO_LIMIT
    usable = np.flatnonzero(offers.usable == Usable.YES)
    bid = usable[need[bids.item[usable]] > 0]
    return _Losses(
        bid=bid,
        supplier=bids.supplier[bid].astype(np.int64),
        item=bids.item[bid].astype(np.int64),
        most=np.minimum(offers.most_units[bid], need[bids.item[bid]]),
        need=need,
        room=np.where(limited, suppliers.capacity_units // heaviest, NO_LIMIT),
        uneven=limited & (heaviest > lightest),
        offered=[usable[bids.supplier[usable] == supplier] for supplier in range(len(suppliers))],
    )


def _items_short(losses: _Losses, lost: int, wins: Flags) -> Ints:
    """Items that the winning bids of the others cannot deliver, whatever else their suppliers deliver."""
    there = wins[losses.bid] & (losses.supplier != lost)
    units = np.zeros(len(losses.need), dtype=np.int64)
    np.add.at(units, losses.item[there], losses.most[there])
    return np.flatnonzero(units < losses.need)


def _least_cut(losses: _Losses, lost: int, wins: Flags) -> tuple[Ints, Ints] | None:
    """Items on the short side of the least cut and the suppliers whose capacity is in it; None where all arrives."""
    n_suppliers, n_items = len(losses.room), len(losses.need)
    source, sink = n_suppliers + n_items, n_suppliers + n_items + 1
    there = np.flatnonzero(wins[losses.bid] & (losses.supplier != lost))
    asked = np.flatnonzero(losses.need > 0)
    total = int(losses.need.sum())
    if total > NO_LIMIT:  # beyond scipy's flows: without a row the certificate refuses what does not survive
        return None
    who = np.unique(losses.supplier[there])
    tail = np.concatenate([np.full(len(who), source), losses.supplier[there], n_suppliers + asked])
    head = np.concatenate([who, n_suppliers + losses.item[there], np.full(len(asked), sink)])
    units = np.concatenate([np.minimum(losses.room[who], total), losses.most[there], losses.need[asked]])
    shape = (sink + 1, sink + 1)
    graph = csr_array(coo_array((units.astype(np.int32), (tail, head)), shape=shape))  # bids of a pair are added up
    flow = maximum_flow(graph, source, sink)
    if flow.flow_value >= total:
        return None
    left = csr_array(graph - flow.flow)
    left.eliminate_zeros()
    reached = np.zeros(sink + 1, dtype=np.bool_)
    reached[breadth_first_order(left, source, return_predecessors=False)] = True
    short = asked[~reached[n_suppliers + asked]]
    return short, who[~reached[who]]


def _cuts(losses: _Losses, lost: int, short: Ints, full: Ints) -> list[LossCut]:
    """Write what items need without a supplier, as rows; suppliers that are full count with their capacity."""
    full = full[full != lost]
    need = int(losses.need[short].sum() - losses.room[full].sum())
    if need <= 0:
        return []
    counted = np.isin(losses.item, short) & ~np.isin(losses.supplier, full) & (losses.supplier != lost)
    units = np.minimum(np.where(losses.uneven, NO_LIMIT, losses.room)[losses.supplier], losses.most)
    # Where nobody is lost, items are covered, so the row holds: but for capacity that is counted by the greatest need.
    conditions = losses.offered[lost].tolist() if np.any(losses.uneven[full]) else [ALWAYS]
    return [LossCut(losses.bid[counted], np.minimum(units[counted], need), need, each) for each in conditions]


def _nobody() -> Ints:
    return np.empty(0, dtype=np.int64)
