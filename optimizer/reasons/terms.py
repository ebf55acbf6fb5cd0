"""What every number of units on the same paths shares: room, costs and worth along each path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.reasons.residual import Residual
from optimizer.reasons.room import ANY_LOAD
from optimizer.reasons.ways import NO_LANE_ROW, Paths
from optimizer.worth.economics import NO_WEIGHT_LIMIT, lane_unit_cost, least_dispatches

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lifted:
    """Kinds of rules that a move is looked at without."""

    capacity: bool = False
    """Most dispatches, pick and receive capacities, most lanes."""
    minimum: bool = False
    """Smallest lines and least loads."""
    frozen: bool = False
    """Lines of a former plan that stay as they are."""
    policy: bool = False
    """Lane rules, response policy, scope, and over-stock alerts that must be served."""
    shelf_life: bool = False
    """Days that must be left on arrival."""
    expiry: bool = False
    """Units that expire before they are sold."""


ALL_LIFTED = Lifted(capacity=True, minimum=True, frozen=True, policy=True, shelf_life=True)
"""What changes of the input can lift together."""


@dataclass(frozen=True, slots=True)
class Along:
    """Every lane on some paths, shape ``(n_paths, most_lanes)`` each; where no lane is, `on_path` is False."""

    on_path: Flags
    lane: Ints
    origin: Ints
    """Node."""
    destination: Ints
    arrives_day: Ints
    departs_day: Ints
    line: Ints
    """Row of the line book, -1: neither the plan nor the former one has this line."""


def along(residual: Residual, paths: Paths, stack: Ints) -> Along:
    """Follow units of stacks along paths.

    Parameters
    ----------
    residual : Residual
    paths : Paths
    stack : ndarray of int64, shape (n_paths,)
        -1: none, and then days mean nothing.

    Returns
    -------
    Along
    """
    room, lanes, cells = residual.room, residual.network.lanes, residual.cells
    on_path = paths.lanes != NO_LANE_ROW
    lane = np.maximum(paths.lanes, 0)
    known = np.minimum(lane, max(len(lanes) - 1, 0))
    new = on_path & (lane == room.new_lane)
    ends = []
    for column, cell in ((lanes.origin, paths.sender), (lanes.destination, paths.receiver)):
        node = column[known].astype(np.int64) if len(lanes) else np.zeros_like(lane)
        ends.append(np.where(new, cells.node[cell][:, None], node))
    lead = np.where(on_path, room.lead_days[lane], 0)
    released = np.append(residual.stacks.release_day, 0)[stack]
    arrives = released[:, None] + np.cumsum(lead, axis=1)
    expiry = np.append(residual.stacks.expiry_day, 0)[stack]
    sku = np.broadcast_to(cells.sku[paths.receiver][:, None], lane.shape)
    line = residual.book.find(lane, sku, arrives, np.broadcast_to(expiry[:, None], lane.shape))
    line = np.where(on_path & (stack >= 0)[:, None] & ~new, line, -1)
    return Along(on_path, lane, ends[0], ends[1], arrives, arrives - lead, line)


class Terms:
    """Columns of shape ``(n_paths,)``; those of lanes have shape ``(n_paths, most_lanes)``."""

    def __init__(
        self, residual: Residual, paths: Paths, stack: Ints, index: Ints, *, lifted: Lifted, by_day: Ints | None
    ) -> None:
        self.residual, self.paths, self.stack, self.index, self.lifted = residual, paths, stack, index, lifted
        self.lanes = along(residual, paths, stack)
        cells, stacks, network = residual.cells, residual.stacks, residual.network
        self.on_path, self.lane = self.lanes.on_path, self.lanes.lane
        self.sku = cells.sku[paths.receiver]
        self.pack = network.products.case_pack[self.sku]
        self.weight = residual.weight[self.sku][:, None]
        self.sender, self.receiver = paths.sender, paths.receiver
        self.may_leave = np.append(stacks.may_leave, 0)[stack]
        expiry = np.append(stacks.expiry_day, 0)[stack]
        released = np.append(stacks.release_day, 0)[stack]
        by_path = np.max(self.lanes.arrives_day, axis=1, initial=0, where=self.on_path)
        self.arrival_day = np.maximum(released, by_path) if by_day is None else by_day
        self.wanted = self._wanted(expiry)
        least = network.products.min_remaining_shelf_life_days[self.sku]
        self.allowed = expiry - self.arrival_day >= (0 if lifted.shelf_life else least)
        if by_day is not None:
            # Faster lanes save all but the days for which the units rest, or wait until others have arrived.
            rests = np.append(network.stock.no_send_before_day, 0)[cells.row[paths.sender]]
            self.allowed &= (released <= by_day) | (released == rests)
        book = residual.book
        self.line_units = self._line(book.units)
        self.former_units = self._line(book.former_units)
        is_frozen = np.append(book.frozen, np.False_)[self.lanes.line]
        self.allowed &= lifted.frozen | ~is_frozen.any(axis=1)
        self.change_price = np.where(self.on_path, book.price(self.lane, self.lanes.departs_day), 0)
        self.cost_each = self._unit_costs().sum(axis=1)
        room = residual.room
        self.load, self.runs = self._along(room.load, 0), self._along(room.runs, 0)
        self.capacity = self._along(room.capacity, NO_WEIGHT_LIMIT)
        self.fixed_cost, self.least_load = self._along(room.fixed_cost, 0), self._along(room.least_load, 0)

    def _wanted(self, expiry: Ints) -> Ints:
        """Unmet units that would count."""
        residual, index = self.residual, self.index
        in_time = residual.units_in_time(index, self.arrival_day, expiry, keeping=self.lifted.expiry)
        return np.asarray(np.minimum(residual.unmet_units[index], in_time))

    def _line(self, values: Ints) -> Ints:
        return np.append(values, 0)[self.lanes.line]

    def _along(self, values: Ints, elsewhere: int) -> Ints:
        """Values of the lanes on the paths."""
        return np.where(self.on_path, values[self.lane], elsewhere)

    def _unit_costs(self) -> Ints:
        """Money per unit on each lane."""
        cost = np.zeros(self.lane.shape, dtype=np.int64)
        place, hop = np.nonzero(self.on_path & (self.lane < self.residual.room.new_lane))
        cost[place, hop] = lane_unit_cost(self.residual.network, self.lane[place, hop], self.sku[place])
        return cost

    def _fits(self, load: Ints) -> Ints:
        """Units that fit so much load on every lane of the path."""
        units = np.where((self.weight == 0) | (load >= ANY_LOAD // 2), ANY_LOAD, load // np.maximum(self.weight, 1))
        return np.asarray(units.min(axis=1, initial=ANY_LOAD))

    def most_by_room(self) -> Ints:
        """Units that the receiver, and lanes and nodes on the path can still take."""
        come = np.full(len(self.stack), ANY_LOAD) if self.lifted.policy else self.residual.may_come[self.index]
        if self.lifted.capacity:
            return come
        room, lanes = self.residual.room, self.lanes
        most = np.minimum(come, self._fits(self._along(np.maximum(room.most_load - room.load, 0), ANY_LOAD)))
        opens = self.on_path & (self.runs == 0)
        for left, node in ((room.pick_left, lanes.origin), (room.receive_left, lanes.destination)):
            most = np.minimum(most, np.where(self.on_path, left[node], ANY_LOAD).min(axis=1, initial=ANY_LOAD))
        for left, node in ((room.out_left, lanes.origin), (room.in_left, lanes.destination)):
            most = np.where((opens & (left[node] < 1)).any(axis=1), 0, most)
        return np.maximum(most, 0)

    def units_by_dispatches(self) -> tuple[Ints, Ints]:
        """Units that fit the dispatches that run anyway, and those that fit one more on each lane."""
        free = self._along(self.residual.room.free_load, ANY_LOAD)
        return self._fits(free), self._fits(free + np.minimum(self.capacity, ANY_LOAD))

    def smallest_units(self) -> Ints:
        """Fewest units: a case, a smallest line where none is there yet, a smallest dispatch where none runs yet."""
        if self.lifted.minimum:
            return self.pack
        lines = self._along(self.residual.room.min_line_units, 0)
        lines = np.where(self.line_units > 0, 0, lines)
        fill = np.where(self.runs == 0, -(-self.least_load // np.maximum(self.weight, 1)), 0)
        least = np.maximum(lines, fill).max(axis=1, initial=0)
        return np.asarray(np.maximum(-(-least // self.pack), 1) * self.pack)

    def filling_units(self, units: Ints) -> Ints:
        """Fewest units that fill the dispatches that so many units need."""
        missing = self.least_load * (self.runs + self.dispatches(units)[0]) - self.load
        return np.asarray((-(-missing // np.maximum(self.weight, 1))).max(axis=1, initial=0))

    def paying_units(self) -> Ints:
        """Units wanted that are worth more than they are at the sender and cost to move, dispatches apart."""
        low, high = np.zeros(len(self.stack), dtype=np.int64), np.minimum(self.wanted, self.may_leave)
        while True:
            at = np.flatnonzero(low < high)
            if not len(at):
                return low
            middle = (low[at] + high[at] + 1) // 2
            pays = self._unit_pays(at, middle)
            low[at[pays]] = middle[pays]
            high[at[~pays]] = middle[~pays] - 1

    def _unit_pays(self, at: Ints, unit: Ints) -> Flags:
        """Whether the n-th unit pays on some paths."""
        residual, worth, stack = self.residual, self.residual.cells.worth, self.stack[at]
        here, there = self.receiver[at], self.sender[at]
        gain = worth.take(here).worth_of(residual.units[here] + unit)
        used = unit - residual.idle[stack]
        kept = worth.take(there).worth_of(residual.units[there] - used + 1)
        loss = np.where(used > 0, kept, worth.left_over_worth[there])
        return np.asarray(gain - loss > self.cost_each[at])

    def dispatches(self, units: Ints) -> tuple[Ints, Flags]:
        """Dispatches that must run in addition on each lane, and whether that can be and fills them all."""
        load = self.load + units[:, None] * self.weight
        needed = np.maximum(least_dispatches(load, self.capacity), 1)
        enough = needed < NO_WEIGHT_LIMIT
        runs = self.on_path & enough & (units[:, None] > 0)
        more = np.where(runs, np.maximum(needed - self.runs, 0), 0)
        filled = enough & ((load >= self.least_load * (self.runs + more)) | self.lifted.minimum)
        return more, np.asarray((filled | ~self.on_path).all(axis=1))

    def gain(self, units: Ints) -> Ints:
        """Worth at the receiver, and what displays at both ends gain."""
        cells, counted = self.residual.cells, np.minimum(units, self.wanted)
        now = self.residual.units[self.receiver]
        worth = self.residual.worth_between(self.receiver, now, now + counted)
        worth = worth + (units - counted) * cells.worth.left_over_worth[self.receiver]
        for end, sign in ((self.receiver, 1), (self.sender, -1)):
            at = np.flatnonzero(self.residual.is_shown[end] & (self.stack >= 0))
            if len(at):
                worth[at] += self.residual.shown.charge_of_changes(cells.row[end[at]], sign * units[at])
        return np.asarray(worth)

    def loss(self, units: Ints) -> Ints:
        """Worth lost at the sender."""
        lost = np.zeros(len(units), dtype=np.int64)
        at = np.flatnonzero(self.stack >= 0)
        lost[at] = self.residual.loss(self.stack[at], units[at])
        return lost

    def hurdles(self, units: Ints, more_dispatches: Ints) -> Ints:
        """Add up what the lines and dispatches that are added must earn."""
        room = self.residual.room
        new_lines = (self.on_path & (self.line_units == 0) & (units[:, None] > 0)).sum(axis=1)
        return np.asarray(new_lines * room.line_hurdle + more_dispatches.sum(axis=1) * room.dispatch_hurdle)

    def change_cost(self, units: Ints) -> Ints:
        """Add up what differing from the former plan costs in addition."""
        now = self.line_units - self.former_units
        return np.asarray((self.change_price * (np.abs(now + units[:, None]) - np.abs(now))).sum(axis=1))
