"""The words for unmet demand: a concrete example, and the cheapest fix with its cost and worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.reasons.moves import Moves
from optimizer.reasons.search import Search
from optimizer.reasons.supply import buying, whereabouts
from optimizer.reasons.ways import NO_LANE_ROW
from optimizer.reasons.words import Words, amounts, counts, kilograms, numerals, path_words, same_words, words

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Example:
    """One move to each of some unmet positions, shape ``(n,)`` each."""

    search: Search
    index: Ints
    """Unmet positions of the residual."""
    moves: Moves
    by_day: Ints | None = None
    """The moves come too late to count; valued as if they came by this day. None: they come in time."""

    @property
    def network(self) -> Network:
        """The network."""
        return self.search.residual.network

    @property
    def sender(self) -> Words:
        """Id of the node that gives."""
        return self.network.nodes.node_id[self.search.residual.scope.cells.node[self.moves.paths.sender]].astype(object)

    @property
    def path(self) -> Words:
        """Nodes on the way."""
        return path_words(self.network, self.moves.paths)

    def money(self, values: Ints) -> Words:
        """Amounts as text."""
        return amounts(self.network, values)

    def take(self, chosen: Ints) -> Example:
        """Return some of the examples."""
        by_day = None if self.by_day is None else self.by_day[chosen]
        return Example(self.search, self.index[chosen], self.moves.take(chosen), by_day)


Told = tuple[Words, Words]
"""Reasons and cheapest fixes."""

IndexTeller = Callable[[Ints], Told]
PlaceTeller = Callable[[Search, Ints], Told]
ExampleTeller = Callable[[Example], Told]


def kept_away(search: Search, index: Ints) -> Told:
    """Say that a hard demand to send keeps units from coming."""
    n = len(index)
    reason = same_words("an over-stock alert of this position that must be served keeps units from coming", n)
    return reason, same_words("lower the units of that alert", n)


def no_supply(search: Search, index: Ints) -> Told:
    """Say where the units are instead, and what buying some is worth."""
    return whereabouts(search, index), buying(search.residual, index)


def no_case(example: Example) -> Told:
    """Say that the best sender would lose more than a case is worth here."""
    moves = example.moves
    reason = "units are worth as much where they are: " + counts(moves.units, "unit") + ", a case, lose "
    reason = reason + example.money(moves.loss) + " at " + example.sender + " and earn " + example.money(moves.gain)
    return reason + " here", buying(example.search.residual, example.index)


def no_lane(example: Example) -> Told:
    """Name a node with spare units and what a lane from there would be worth."""
    moves, residual = example.moves, example.search.residual
    sender, worth = example.sender, example.money(moves.net)
    here = example.network.nodes.node_id[residual.scope.cells.node[moves.paths.receiver]].astype(object)
    reason = sender + " may give " + counts(residual.may_leave[moves.paths.sender], "more unit")
    reason = reason + ", but no path of lanes leads from there to " + here
    fix = "a lane from " + sender + " to " + here + ", worth at most " + worth + " for " + counts(moves.units, "unit")
    return reason, fix + ", before its costs"


def too_late(example: Example) -> Told:
    """Say when the fastest path arrives and until when it would have to."""
    search, moves = example.search, example.moves
    day, last = search.arrival_day(moves.paths), search.last_day(example.index)
    by_day = last if example.by_day is None else example.by_day
    reason = "the fastest path " + example.path + " arrives on day " + numerals(day)
    reason = reason + "; more units count until day " + numerals(last)
    fix = "a path faster by " + counts(day - by_day, "day") + ", worth at most " + example.money(moves.net)
    fix = fix + " for " + counts(moves.units, "unit")
    return reason, fix + np.where(_needs_room(example), ", with room for them", "")


def _needs_room(example: Example) -> NDArray[np.bool_]:
    """Tell whether the moves need more dispatches than may run."""
    room, needs = example.search.residual.room, np.zeros(len(example.index), dtype=np.bool_)
    for hop, lane in enumerate(example.moves.paths.lanes.T):
        runs = room.runs[lane] + example.moves.dispatches[:, hop]
        needs |= (lane != NO_LANE_ROW) & (runs > room.most_runs[lane])
    return needs


def capacity(example: Example) -> Told:
    """Name the lanes that are full and what more dispatches on them would be worth."""
    moves, residual = example.moves, example.search.residual
    room, lanes = residual.room, example.network.lanes
    load = moves.units * residual.weight[residual.scope.cells.sku[moves.paths.receiver]]
    full, more = same_words("", len(moves)), same_words("", len(moves))
    for hop in range(moves.paths.lanes.shape[1]):
        lane = np.maximum(moves.paths.lanes[:, hop], 0)
        missing = room.runs[lane] + moves.dispatches[:, hop] - room.most_runs[lane]
        at = np.flatnonzero((moves.paths.lanes[:, hop] != NO_LANE_ROW) & (missing > 0))
        lane, name = lane[at], lanes.lane_id[lane[at]].astype(object)
        runs = numerals(room.runs[lane]) + " of " + numerals(room.most_runs[lane])
        free = kilograms(room.most_load[lane] - room.load[lane])
        full[at] += ", but lane " + name + " runs " + runs + " dispatches with room for " + free
        cost = example.money(room.fixed_cost[lane])
        more[at] += ", " + counts(missing[at], "more dispatch") + " on lane " + name + " at " + cost + " each"
    reason = counts(moves.units, "unit") + " (" + kilograms(load) + ") from " + example.sender + " over " + example.path
    worth = example.money(moves.net)
    fix = words([text.removeprefix(", ") for text in more.tolist()]) + ", worth " + worth + " after all costs"
    return reason + " would earn " + worth + full, fix


def uneconomic(example: Example) -> Told:
    """Set what the units would earn against what they would cost."""
    moves = example.moves
    short = -moves.net
    each = -(-short // np.maximum(moves.units, 1))
    fix = "moving them cheaper by more than " + example.money(short) + " (" + example.money(each) + " a unit)"
    fix = fix + np.where(moves.fixed_cost >= np.maximum(short, 1), ", or goods that share the dispatch", "")
    if example.by_day is not None:
        fix = fix + ", on a path that comes in time"
    fix = fix + np.where(_needs_room(example), ", with room for them", "")
    # Free moves would not do where the units are worth as much at the sender.
    hopeless = np.flatnonzero(short >= moves.unit_cost + moves.fixed_cost)
    fix[hopeless] = buying(example.search.residual, example.index[hopeless])
    return bill(example), fix


def bill(example: Example) -> Words:
    """Say what moves would earn and what they would cost."""
    moves, money = example.moves, example.money
    sender = example.sender
    text = counts(moves.units, "unit") + " from " + sender + " over " + example.path + " would earn "
    text = text + money(moves.gain) + " and cost " + money(moves.gain - moves.net) + ": "
    text = text + money(moves.loss) + " worth at " + sender + ", " + money(moves.unit_cost) + " to move them"
    runs = moves.dispatches.sum(axis=1)
    paid = np.flatnonzero(moves.fixed_cost > 0)
    text[paid] += ", " + money(moves.fixed_cost[paid]) + " for " + counts(runs[paid], "more dispatch")
    return np.asarray(text, dtype=np.object_)


def time_limit(example: Example) -> Told:
    """Say what would still pay as far as seen."""
    worth = example.money(example.moves.net)
    reason = counts(example.moves.units, "unit") + " from " + example.sender + " over " + example.path
    return reason + " would earn " + worth + " more; the search stopped before", "search longer, worth " + worth


def unknown(example: Example) -> Told:
    """Say what was looked at, and no more."""
    moves, residual = example.moves, example.search.residual
    reason = counts(moves.units, "unit") + " from " + example.sender + " over " + example.path + " would earn "
    reason = reason + example.money(moves.gain - moves.loss - moves.unit_cost - moves.fixed_cost)
    reason = reason + " alone, yet no better plan moves them"
    left = residual.may_leave[moves.paths.sender]
    too_few = np.flatnonzero(~moves.possible & (moves.smallest > left))
    part = example.take(too_few)
    reason[too_few] = "cases, smallest lines or dispatches over " + part.path + " ask for at least "
    reason[too_few] += counts(part.moves.smallest, "unit") + "; " + part.sender + " may give "
    reason[too_few] += counts(left[too_few], "more unit")
    too_light = np.flatnonzero(~moves.possible & (moves.smallest <= left))
    reason[too_light] = "the units would need a further dispatch over " + example.take(too_light).path
    reason[too_light] += ", which would stay below its least load"
    return reason, same_words("unknown", len(moves))
