"""Winner indicators: columns that say whether a set of bids wins any unit, only for sets that something asks about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.events import Event, Measure, Sense
from network.joins import runs
from optimizer.bidding.limits import NO_SHARE, AwardLimits
from optimizer.bidding.matching import matched_items
from optimizer.model import UNLIMITED
from optimizer.sourcing.award_flows import AwardFlows
from optimizer.sourcing.award_rows import AwardRows, RowKind

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose winning limits ask about: limit by limit, the set that each of its bids belongs to."""

    value: Ints
    """Key of a set for every entry of ``limits.bid``; -1 where the limit counts no winners or lots."""
    base: Ints
    """So for every entry of ``limits.base_bid``."""
    winning: Ints
    """Key of the set whose winning switches each limit on, shape ``(n_limits,)``; -1: always on."""


@dataclass(frozen=True, slots=True)
class WinnerSets:
    """Sets of bids of which it is asked whether they win."""

    key: Ints
    """Ascending, shape ``(n_sets,)``."""
    first: Ints
    """Where the bids of each set begin in `bid`, shape ``(n_sets + 1,)``."""
    bid: Ints
    upward: Flags
    """The indicator must be 1 when the set wins, shape ``(n_sets,)``."""
    downward: Flags
    """It must be 0 when the set wins nothing."""
    fixed_cost: Ints


@dataclass(frozen=True, slots=True)
class Indicators:
    """Columns of the sets: the sum of a run of columns is 1 where the set wins."""

    key: Ints
    first: Ints
    """Shape ``(n_sets + 1,)``."""
    column: Ints
    own: Ints
    """Column made for each set, -1 where those of its segments say it already; shape ``(n_sets,)``."""

    def terms(self, row: Ints, key: Ints) -> tuple[Ints, Ints]:
        """Rows and columns of the indicators of the given keys; sets without a bid in play have none."""
        at = np.minimum(np.searchsorted(self.key, key), max(len(self.key) - 1, 0))
        known = np.flatnonzero(self.key[at] == key) if len(self.key) else np.empty(0, dtype=np.int64)
        owner, entry = runs(self.first[at[known]], np.diff(self.first)[at[known]])
        return row[known][owner], self.column[entry]


def supplier_key(event: Event, supplier: Ints) -> Ints:
    """Key of the set of all bids of suppliers."""
    return np.asarray(len(event.suppliers) * len(event.items) + supplier, dtype=np.int64)


def supplier_columns(event: Event, indicators: Indicators) -> Ints:
    """Column of every supplier's own indicator, -1: none; shape ``(n_suppliers,)``."""
    key = supplier_key(event, np.arange(len(event.suppliers)))
    column = np.full(len(key), -1, dtype=np.int64)
    known = np.flatnonzero(np.isin(key, indicators.key))
    column[known] = indicators.own[np.searchsorted(indicators.key, key[known])]
    return column


def asked_by(event: Event, limits: AwardLimits) -> Asked:
    """Find the sets that limits ask about."""
    pairs = len(event.suppliers) * len(event.items)
    mask_of_rule = _masks(event, limits)
    value = _keys(event, limits, (limits.first, limits.bid), mask_of_rule)
    base = _keys(event, limits, (limits.first_base, limits.base_bid), mask_of_rule)
    number = np.arange(len(limits))
    last = pairs + (mask_of_rule.max(initial=0) + 1) * len(event.suppliers)
    by_supplier = pairs + mask_of_rule[limits.rule] * len(event.suppliers) + limits.supplier
    own = np.where(limits.supplier >= 0, by_supplier, last + number)
    own = np.where((limits.item >= 0) & (limits.supplier >= 0), limits.supplier * len(event.items) + limits.item, own)
    conditional = limits.if_winning & (limits.sense != Sense.AT_MOST)
    return Asked(value, base, np.where(conditional, own, -1))


def _masks(event: Event, limits: AwardLimits) -> Ints:
    """Give numbers to the sets of items that rules are about; 0: all items."""
    numbers: dict[bytes, int] = {np.ones(len(event.items), dtype=np.bool_).tobytes(): 0}
    mask = np.zeros(len(event.rules), dtype=np.int64)
    for rule in np.unique(limits.rule).tolist():
        mask[rule] = numbers.setdefault(matched_items(event, rule).tobytes(), len(numbers))
    return mask


def _keys(event: Event, limits: AwardLimits, counted: tuple[Ints, Ints], mask_of_rule: Ints) -> Ints:
    """Set that each bid counted by a limit on lots or winners is in."""
    first, bid = counted
    owner = np.repeat(np.arange(len(limits)), np.diff(first))
    supplier, item = event.bids.supplier[bid].astype(np.int64), event.bids.item[bid].astype(np.int64)
    n_items, n_suppliers = len(event.items), len(event.suppliers)
    pair = supplier * n_items + item
    by_mask = n_suppliers * n_items + mask_of_rule[limits.rule[owner]] * n_suppliers + supplier
    measure = limits.measure[owner]
    key = np.where((measure == Measure.WINNERS) & (limits.item[owner] < 0), by_mask, pair)
    return np.where(np.isin(measure, [Measure.LOTS, Measure.WINNERS]), key, -1)


def winner_sets(event: Event, limits: AwardLimits, asked: Asked, flows: AwardFlows, fixed_cost: Ints) -> WinnerSets:
    """Collect the sets that limits ask about, and suppliers that cost something when they win."""
    owners = [np.repeat(np.arange(len(limits)), np.diff(each)) for each in (limits.first, limits.first_base)]
    value, base = asked.value >= 0, asked.base >= 0
    on = np.flatnonzero(asked.winning[owners[0]] >= 0)
    bidding = np.unique(flows.bid)
    costs = bidding[fixed_cost[event.bids.supplier[bidding]] > 0]
    parts = (
        (asked.value[value], limits.bid[value], *_directions(limits, owners[0][value])),
        (asked.base[base], limits.base_bid[base], *_directions(limits, owners[1][base])),
        (asked.winning[owners[0][on]], limits.bid[on], np.ones(len(on), bool), np.zeros(len(on), bool)),
        (
            supplier_key(event, event.bids.supplier[costs].astype(np.int64)),
            costs,
            np.ones(len(costs), bool),
            np.zeros(len(costs), bool),
        ),
    )
    key, bid, upward, downward = (np.concatenate(column) for column in zip(*parts, strict=True))
    playing = np.isin(bid, bidding)
    keys, number = np.unique(key[playing], return_inverse=True)
    up, down = np.zeros(len(keys), dtype=np.bool_), np.zeros(len(keys), dtype=np.bool_)
    np.logical_or.at(up, number, upward[playing])
    np.logical_or.at(down, number, downward[playing])
    pairs = np.unique(np.stack([number.reshape(-1), bid[playing]]), axis=1)
    supplier = keys - supplier_key(event, np.int64(0))  # type: ignore[arg-type]
    whole = (supplier >= 0) & (supplier < len(event.suppliers))
    return WinnerSets(
        key=keys,
        first=np.searchsorted(pairs[0], np.arange(len(keys) + 1)).astype(np.int64),
        bid=pairs[1],
        upward=up,
        downward=down,
        fixed_cost=np.where(whole, fixed_cost[np.where(whole, supplier, 0)], 0),
    )


def _directions(limits: AwardLimits, owner: Ints) -> tuple[Flags, Flags]:
    """Say in which direction a limit leans on the indicators that it counts."""
    sense, share = limits.sense[owner], limits.share[owner] != NO_SHARE
    return (sense != Sense.AT_LEAST) | share, (sense != Sense.AT_MOST) | share


def add_indicators(rows: AwardRows, flows: AwardFlows, switch_column: Ints, sets: WinnerSets) -> Indicators:
    """Add the indicators of sets, tied to the flows of their bids.

    Parameters
    ----------
    switch_column : ndarray of int64, shape (n_flows,)
        Column of each flow's switch, -1 where it has none.
    """
    n = len(sets.key)
    set_, flow = _flows_of_sets(flows, sets)
    # One switched group is its own indicator, unless winning costs something by itself.
    groups = np.unique(np.stack([set_, np.where(flows.switched[flow], flows.group[flow], -1 - flow)]), axis=1)
    single = (np.bincount(groups[0], minlength=n) == 1) & (sets.fixed_cost == 0)
    single[set_[~flows.switched[flow]]] = False
    own = np.full(n, -1, dtype=np.int64)
    made = np.flatnonzero(~single)
    own[made] = rows.add_switches(sets.fixed_cost[made])
    _tie(rows, flows, switch_column, sets, member=(set_, flow), own=own)
    alias = np.flatnonzero(single[set_])
    pairs = np.unique(np.stack([set_[alias], switch_column[flow[alias]]]), axis=1)
    pairs = np.concatenate([pairs, np.stack([made, own[made]])], axis=1)
    pairs = pairs[:, np.argsort(pairs[0], kind="stable")]
    return Indicators(sets.key, np.searchsorted(pairs[0], np.arange(n + 1)).astype(np.int64), pairs[1], own)


def _flows_of_sets(flows: AwardFlows, sets: WinnerSets) -> tuple[Ints, Ints]:
    """Pairs of a set and a flow of one of its bids."""
    begin, end = (np.searchsorted(flows.bid, sets.bid, side=side) for side in ("left", "right"))
    owner, flow = runs(begin, end - begin)
    return np.repeat(np.arange(len(sets.key)), np.diff(sets.first))[owner], flow


def _tie(
    rows: AwardRows,
    flows: AwardFlows,
    switch_column: Ints,
    sets: WinnerSets,
    *,
    member: tuple[Ints, Ints],
    own: Ints,
) -> None:
    """Say that an indicator is 1 when its set wins, and 0 when it does not."""
    set_, flow = member
    plain = ~flows.switched[flow]
    up = np.flatnonzero((own[set_] >= 0) & sets.upward[set_] & plain)
    rows.add_members(flow[up], own[set_[up]], flows.to_units[flow[up]])
    up = np.flatnonzero((own[set_] >= 0) & sets.upward[set_] & ~plain)
    pairs, row = np.unique(np.stack([set_[up], flows.group[flow[up]]]), axis=1, return_inverse=True)
    entries = np.unique(np.stack([row.reshape(-1), switch_column[flow[up]]]), axis=1)
    rows.add_limits(
        RowKind.INDICATOR,
        pairs[0],
        -UNLIMITED,
        0,
        (entries[0], entries[1], 1),
        (np.arange(pairs.shape[1]), own[pairs[0]], -1),
    )
    down = np.flatnonzero((own >= 0) & sets.downward)
    number = np.full(len(own), -1, dtype=np.int64)
    number[down] = np.arange(len(down))
    below = np.flatnonzero(number[set_] >= 0)
    column = np.where(plain[below], flow[below], switch_column[flow[below]])
    entries = np.unique(np.stack([number[set_[below]], column]), axis=1)
    rows.add_limits(
        RowKind.INDICATOR,
        down,
        0,
        UNLIMITED,
        (entries[0], entries[1], 1),
        (np.arange(len(down)), own[down], -1),
    )
