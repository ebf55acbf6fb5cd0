"""The words for unmet demand: a concrete example, and the cheapest fix with its cost and worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.reasons.codes import UnmetCode
from optimizer.reasons.moves import Moves
from optimizer.reasons.search import Search
from optimizer.reasons.supply import buying, supply_words
from optimizer.reasons.ways import NO_LANE_ROW
from optimizer.reasons.words import Words, amounts, counts, kilograms, path_words, words

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Story:
    """Unmet positions with one code, shape ``(n,)`` each."""

    search: Search
    index: Ints
    """Unmet positions of the residual."""
    moves: Moves
    """The example of each."""
    late: NDArray[np.bool_]
    """The example would also come too late."""

    @property
    def network(self) -> Network:
        """The network."""
        return self.search.residual.network

    @property
    def node(self) -> Words:
        """Id of the node that misses units."""
        return self.network.nodes.node_id[self.network.stock.node[self.search.residual.unmet_row[self.index]]]

    @property
    def sender(self) -> Words:
        """Id of the node that the example takes units from."""
        return self.network.nodes.node_id[self.search.residual.scope.cells.node[self.moves.paths.sender]]

    @property
    def gain(self) -> Ints:
        """Worth of one unmet unit in money."""
        return self.search.residual.gain(self.index)

    def money(self, values: Ints) -> Words:
        """Amounts as text."""
        return amounts(self.network, values)


def tell(code: UnmetCode, story: Story) -> tuple[Words, Words]:
    """Word the reason and the cheapest fix of positions with one code."""
    reason, fix = _TELLERS[code](story)
    return reason, fix


def _no_supply(story: Story) -> tuple[Words, Words]:
    return supply_words(story.search, story.index)


def _no_lane(story: Story) -> tuple[Words, Words]:
    residual, senders = story.search.residual, story.search.senders
    best = senders.best[residual.scope.cells.sku[residual.unmet_cell[story.index]]]
    name = story.network.nodes.node_id[residual.scope.cells.node[best]]
    units = np.minimum(residual.may_leave[best], residual.unmet_units[story.index])
    worth = story.money(units * story.gain - residual.loss(best, units))
    spare = counts(residual.may_leave[best], "unit")
    reason = name + " may still give " + spare + ", but no path of lanes leads from there to " + story.node
    fix = "a lane from " + name + " to " + story.node + ", worth at most " + worth + " for "
    return reason, fix + counts(units, "unit") + " before its costs"


def _too_late(story: Story) -> tuple[Words, Words]:
    moves, day = story.moves, story.search.arrival_day(story.moves.paths)
    last = (story.search.counting[story.index] > 0).sum(axis=1) - 1
    reason = "the fastest path " + path_words(story.network, moves.paths) + " arrives on day " + words(_text(day))
    reason = reason + "; further units count until day " + words(_text(last))
    fix = "a path faster by " + counts(day - last, "day") + ", worth at most " + story.money(moves.net)
    return reason, fix + " for " + counts(moves.units, "unit")


def _capacity(story: Story) -> tuple[Words, Words]:
    moves, room = story.moves, story.search.residual.room
    residual = story.search.residual
    load = moves.units * residual.weight[residual.scope.cells.sku[moves.paths.receiver]]
    full = np.full(len(moves), "", dtype=np.object_)
    more = full.copy()
    for hop in range(moves.paths.lanes.shape[1]):
        lane = np.maximum(moves.paths.lanes[:, hop], 0)
        missing = room.runs[lane] + moves.dispatches[:, hop] - room.most_runs[lane]
        at = np.flatnonzero((moves.paths.lanes[:, hop] != NO_LANE_ROW) & (missing > 0))
        lane, name = lane[at], story.network.lanes.lane_id[lane[at]]
        runs = words([f"{run} of {most}" for run, most in zip(room.runs[lane], room.most_runs[lane], strict=True)])
        free = kilograms(room.most_load[lane] - room.load[lane])
        full[at] += ", lane " + name + " runs " + runs + " dispatches and has room for " + free
        cost = story.money(room.fixed_cost[lane])
        more[at] += ", " + counts(missing[at], "more dispatch") + " on lane " + name + " at " + cost + " each"
    reason = counts(moves.units, "unit") + " from " + story.sender + " (" + kilograms(load) + ") would earn "
    reason = reason + story.money(moves.net) + " over " + path_words(story.network, moves.paths) + full
    return reason, _without_comma(more) + ": worth " + story.money(moves.net) + " after all costs"


def _uneconomic(story: Story) -> tuple[Words, Words]:
    moves = story.moves
    short = -moves.net
    each = -(-short // np.maximum(moves.units, 1))
    fix = "moving them cheaper by more than " + story.money(short) + " (" + story.money(each) + " a unit)"
    fix = fix + np.where(moves.fixed_cost >= np.maximum(short, 1), ", or goods that share the dispatch", "")
    fix = fix + np.where(story.late, ", on a path that also comes in time", "")
    # Free moves would not do where the units are worth as much at the sender.
    hopeless = short >= moves.unit_cost + moves.fixed_cost
    fix = np.where(hopeless, buying(story.search.residual, story.index), fix)
    return bill(story.network, moves, story.sender), fix


def bill(network: Network, moves: Moves, sender: Words) -> Words:
    """Say what moves would earn and what they would cost."""
    text = (
        counts(moves.units, "unit") + " from " + sender + " over " + path_words(network, moves.paths) + " would earn "
    )
    text = text + amounts(network, moves.gain) + " and cost " + amounts(network, moves.gain - moves.net)
    text = text + ": " + amounts(network, moves.loss) + " worth at " + sender
    text = text + ", " + amounts(network, moves.unit_cost) + " to move them"
    runs = moves.dispatches.sum(axis=1)
    paid = ", " + amounts(network, moves.fixed_cost) + " for " + counts(runs, "more dispatch")
    return np.asarray(text + np.where(runs > 0, paid, ""), dtype=np.object_)


def _time_limit(story: Story) -> tuple[Words, Words]:
    worth = story.money(story.moves.net)
    reason = counts(story.moves.units, "unit") + " from " + story.sender + " over "
    reason = reason + path_words(story.network, story.moves.paths) + " would earn " + worth
    fix = np.full(len(story.index), "search longer, worth at least ", dtype=np.object_) + worth
    return reason + " more; the search stopped before", fix


def _unknown(story: Story) -> tuple[Words, Words]:
    moves, residual = story.moves, story.search.residual
    text = np.full(len(moves), "moving units to this position alone does not explain it", dtype=np.object_)
    blocked = ~moves.possible
    lanes = path_words(story.network, moves.paths)
    least = counts(moves.smallest, "unit") + " at least, " + story.sender + " may still give "
    rule = lanes + " takes " + least + counts(residual.may_leave[moves.paths.sender], "unit")
    text = np.where(blocked, rule, text)
    kept = "an over-stock alert that must be served keeps units from coming here"
    return np.where(residual.may_come[story.index] == 0, kept, text), np.full(len(moves), "unknown", dtype=np.object_)


def _text(values: Ints) -> list[str]:
    return [str(value) for value in values.tolist()]


def _without_comma(text: Words) -> Words:
    return words([value.removeprefix(", ") for value in text.tolist()])


_TELLERS: Final[dict[UnmetCode, Callable[[Story], tuple[Words, Words]]]] = {
    UnmetCode.NO_SUPPLY: _no_supply,
    UnmetCode.NO_LANE: _no_lane,
    UnmetCode.TOO_LATE: _too_late,
    UnmetCode.CAPACITY: _capacity,
    UnmetCode.UNECONOMIC: _uneconomic,
    UnmetCode.TIME_LIMIT: _time_limit,
    UnmetCode.UNKNOWN: _unknown,
}
