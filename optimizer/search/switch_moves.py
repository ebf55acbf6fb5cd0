"""The compiled part of `optimizer.search.annealing`: one switch is opened or closed, and the blocks on it flow again.

Arcs are those of a `FlowNetwork`, in order of its groups. An arc can be used while none of its switches is closed. What
a move earns is exact: units at their true worth, and every switch that they touch at the count that it then needs.
"""
# Types are those that numba finds; `annealing` says what the columns are.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit
from optimizer.search.tree_pivots import plant_one, solve_one


class Blocks(NamedTuple):
    """Flows side by side, as in `network_simplex.SmallFlows`, with the potentials of their nodes."""

    first_arc: np.ndarray
    first_node: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    supply: np.ndarray
    parent_arc: np.ndarray
    potential: np.ndarray


class Arcs(NamedTuple):
    """What every arc can carry, earns and carries now."""

    block: np.ndarray
    capacity: np.ndarray
    base: np.ndarray
    """Money that a unit costs."""
    cost: np.ndarray
    """`base`, or much more where a switch is closed: at these costs blocks flow."""
    units: np.ndarray
    state: np.ndarray
    closed: np.ndarray
    """Closed switches of the arc."""


class Rows(NamedTuple):
    """Entries of a sparse matrix by row: from `first[row]` on, columns `entry` with weights."""

    first: np.ndarray
    entry: np.ndarray
    weight: np.ndarray


class Switching(NamedTuple):
    """Switches: their members by switch, and what is on them now."""

    members: Rows
    """Arcs of every switch, with the weight of a unit of flow."""
    bound: np.ndarray
    """Units per count, per member."""
    scale: np.ndarray
    """Units per unit of flow, per member."""
    least: np.ndarray
    """Units of flow that there are in any case, per member."""
    by_arc: Rows
    """Switches of every arc, with the weight of a unit of flow."""
    fixed_cost: np.ndarray
    most: np.ndarray
    least_fill: np.ndarray
    most_fill: np.ndarray
    fill: np.ndarray
    counts: np.ndarray
    closed: np.ndarray
    toggled: np.ndarray
    """Switches that moves open and close; the others are always open."""
    is_toggled: np.ndarray


class Limiting(NamedTuple):
    """Limits: low <= activity <= high."""

    by_arc: Rows
    by_switch: Rows
    low: np.ndarray
    high: np.ndarray
    activity: np.ndarray


class Worth(NamedTuple):
    """Worth now and at best (one value each), and the units at best."""

    now: np.ndarray
    best: np.ndarray
    best_units: np.ndarray


class Marks(NamedTuple):
    """Switches and limits that a move touched, with what they were before."""

    n: np.ndarray
    """Touched switches, touched limits, blocks to flow again, blocks that did."""
    switch: np.ndarray
    is_touched: np.ndarray
    counts: np.ndarray
    limit: np.ndarray
    is_limited: np.ndarray
    block: np.ndarray
    is_marked: np.ndarray
    hope: np.ndarray
    """What each block can earn at most by an opened switch."""


class Backup(NamedTuple):
    """Blocks as they were before a move, one after the other."""

    units: np.ndarray
    state: np.ndarray
    parent_arc: np.ndarray
    potential: np.ndarray


_UPSTREAM = 2.0
"""Closing a switch saves its fixed cost, and that of others that only led to it: together at most so many times."""

_MOST_BLOCKS = 64
"""Widest blocks that a backup holds; a move over more is not made."""


@njit(cache=True, nogil=True, error_model="numpy")
def moves(blocks, arcs, switches, limits, worth, unlimited, far, n_moves, temperature, seed):
    """Make moves at a temperature (money)."""
    np.random.seed(seed)
    marks, backup, room = _marks(blocks, switches, limits), _backup(blocks, arcs), _room(blocks)
    for _ in range(n_moves):
        switch = switches.toggled[np.random.randint(len(switches.toggled))]
        accepted = temperature * np.log(1.0 - np.random.random())
        opening = switches.closed[switch]
        if opening and _most_gain(blocks, arcs, switches, switch) < accepted:
            continue
        if not opening and switches.counts[switch] == 0:
            _close(arcs, switches, switch, far)
            continue
        _mark_blocks(blocks, arcs, switches, switch, opening, marks)
        if opening:
            _open(arcs, switches, switch)
        else:
            _close(arcs, switches, switch, far)
        cost = float(switches.fixed_cost[switch])
        least = accepted + cost if opening else accepted - _UPSTREAM * cost * switches.counts[switch]
        gain = _flow_again(blocks, arcs, switches, limits, marks, backup, room, least)
        if gain > -np.inf:
            gain += _count_again(arcs, switches, limits, marks, unlimited)
            if gain >= accepted:
                _keep(arcs, switches, marks, far)
                worth.now[0] += gain
                if worth.now[0] > worth.best[0]:
                    worth.best[0] = worth.now[0]
                    for arc in range(len(arcs.units)):
                        worth.best_units[arc] = arcs.units[arc]
                continue
        _undo(blocks, arcs, switches, limits, marks, backup)
        if opening:
            _close(arcs, switches, switch, far)
        else:
            _open(arcs, switches, switch)


@njit(cache=True, nogil=True, error_model="numpy")
def find_potentials(blocks, cost):
    """Read the potentials of all nodes from the trees."""
    room = _room(blocks)
    for block in range(len(blocks.first_arc) - 1):
        own = slice(blocks.first_arc[block], blocks.first_arc[block + 1])
        nodes = slice(blocks.first_node[block], blocks.first_node[block + 1])
        ends = (blocks.tail[own], blocks.head[own], blocks.supply[nodes])
        plant_one(ends, cost[own], blocks.parent_arc[nodes], room)
        for row in range(nodes.stop - nodes.start):
            blocks.potential[nodes.start + row] = room[2][row]


@njit(cache=True, nogil=True, error_model="numpy")
def _marks(blocks, switches, limits):
    n_switches, n_limits, n_blocks = len(switches.fixed_cost), len(limits.low), len(blocks.first_arc) - 1
    return Marks(
        np.zeros(4, np.int64),
        np.empty(n_switches, np.int64),
        np.zeros(n_switches, np.bool_),
        np.zeros(n_switches, np.int64),
        np.empty(n_limits, np.int64),
        np.zeros(n_limits, np.bool_),
        np.empty(n_blocks, np.int64),
        np.zeros(n_blocks, np.bool_),
        np.zeros(n_blocks, np.float64),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _widest(first):
    return np.max(first[1:] - first[:-1])


@njit(cache=True, nogil=True, error_model="numpy")
def _backup(blocks, arcs):
    n_arcs, n_nodes = _widest(blocks.first_arc) * _MOST_BLOCKS, _widest(blocks.first_node) * _MOST_BLOCKS
    return Backup(
        np.empty(n_arcs, arcs.units.dtype),
        np.empty(n_arcs, np.int8),
        np.empty(n_nodes, np.int32),
        np.empty(n_nodes, np.int64),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _room(blocks):
    """Make the work space of `tree_pivots.solve_one`."""
    widest = _widest(blocks.first_node)
    return (
        np.empty(widest, np.int32),
        np.empty(widest, np.int32),
        np.empty(widest, np.int64),
        np.empty((3, widest), np.int32),
        np.empty(widest, np.int32),
        np.empty(widest, np.int64),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _reduced(blocks, arcs, arc):
    """Money that a unit more on an arc costs, were the arc open."""
    node = blocks.first_node[arcs.block[arc]]
    return arcs.base[arc] + blocks.potential[node + blocks.tail[arc]] - blocks.potential[node + blocks.head[arc]]


@njit(cache=True, nogil=True, error_model="numpy")
def _opened(switches, at):
    """Units of flow that a count opens at most, for a member."""
    return -(-switches.bound[at] // switches.scale[at])


@njit(cache=True, nogil=True, error_model="numpy")
def _most_gain(blocks, arcs, switches, switch):
    """Bound what opening a switch can earn on its own flows."""
    gain = -float(switches.fixed_cost[switch])
    for at in range(switches.members.first[switch], switches.members.first[switch + 1]):
        arc = switches.members.entry[at]
        if arcs.closed[arc] == 1:
            reduced = _reduced(blocks, arcs, arc)
            if reduced < 0:
                gain -= float(reduced) * min(arcs.capacity[arc], _opened(switches, at))
    return gain


@njit(cache=True, nogil=True, error_model="numpy")
def _close(arcs, switches, switch, far):
    switches.closed[switch] = True
    for at in range(switches.members.first[switch], switches.members.first[switch + 1]):
        arc = switches.members.entry[at]
        arcs.closed[arc] += 1
        arcs.cost[arc] = arcs.base[arc] + far


@njit(cache=True, nogil=True, error_model="numpy")
def _open(arcs, switches, switch):
    switches.closed[switch] = False
    for at in range(switches.members.first[switch], switches.members.first[switch + 1]):
        arc = switches.members.entry[at]
        arcs.closed[arc] -= 1
        if arcs.closed[arc] == 0:
            arcs.cost[arc] = arcs.base[arc]


@njit(cache=True, nogil=True, error_model="numpy")
def _mark_blocks(blocks, arcs, switches, switch, opening, marks):
    """Mark the blocks in which the move changes the best flow."""
    for at in range(4):
        marks.n[at] = 0
    for at in range(switches.members.first[switch], switches.members.first[switch + 1]):
        arc = switches.members.entry[at]
        block = arcs.block[arc]
        hope = 0.0
        if opening and arcs.closed[arc] == 1:
            hope = max(0.0, -float(_reduced(blocks, arcs, arc))) * min(arcs.capacity[arc], _opened(switches, at))
        if hope > 0 or (not opening and arcs.units[arc] > 0):
            if not marks.is_marked[block]:
                marks.is_marked[block] = True
                marks.hope[block] = 0.0
                marks.block[marks.n[2]] = block
                marks.n[2] += 1
            marks.hope[block] += hope
    for at in range(marks.n[2]):
        marks.is_marked[marks.block[at]] = False


@njit(cache=True, nogil=True, error_model="numpy")
def _flow_again(blocks, arcs, switches, limits, marks, backup, room, least):
    """Solve the marked blocks at their new costs, and say what their units earn by it.

    Minus infinity where there are too many, one has no flow, or it is clear that they earn less than `least`.
    """
    if marks.n[2] > _MOST_BLOCKS:
        return -np.inf
    gain, hope = 0.0, 0.0
    for at in range(marks.n[2]):
        hope += marks.hope[marks.block[at]]
    arc_at = node_at = 0
    for at in range(marks.n[2]):
        if gain + hope < least:
            return -np.inf
        block = marks.block[at]
        hope -= marks.hope[block]
        own = slice(blocks.first_arc[block], blocks.first_arc[block + 1])
        nodes = slice(blocks.first_node[block], blocks.first_node[block + 1])
        _back_up(blocks, arcs, backup, own, nodes, arc_at, node_at)
        ends = (blocks.tail[own], blocks.head[own], blocks.supply[nodes])
        changing = (arcs.capacity[own], arcs.cost[own], arcs.units[own], arcs.state[own], blocks.parent_arc[nodes])
        solved = solve_one(ends, changing, room)
        for row in range(nodes.stop - nodes.start):
            blocks.potential[nodes.start + row] = room[2][row]
        marks.n[3] += 1
        gain += _load(arcs, switches, limits, marks, own, backup.units[arc_at:])
        if not solved:
            return -np.inf
        arc_at += own.stop - own.start
        node_at += nodes.stop - nodes.start
    return gain


@njit(cache=True, nogil=True, error_model="numpy")
def _back_up(blocks, arcs, backup, own, nodes, arc_at, node_at):
    for row in range(own.stop - own.start):
        backup.units[arc_at + row] = arcs.units[own.start + row]
        backup.state[arc_at + row] = arcs.state[own.start + row]
    for row in range(nodes.stop - nodes.start):
        backup.parent_arc[node_at + row] = blocks.parent_arc[nodes.start + row]
        backup.potential[node_at + row] = blocks.potential[nodes.start + row]


@njit(cache=True, nogil=True, error_model="numpy")
def _load(arcs, switches, limits, marks, own, before):
    """Add the change of a block's units to switches and limits, and say what it earns."""
    gain = 0.0
    for arc in range(own.start, own.stop):
        change = np.int64(arcs.units[arc]) - np.int64(before[arc - own.start])
        if change == 0:
            continue
        gain -= float(change) * arcs.base[arc]
        rows = switches.by_arc
        for at in range(rows.first[arc], rows.first[arc + 1]):
            switch = rows.entry[at]
            switches.fill[switch] += change * rows.weight[at]
            if not marks.is_touched[switch]:
                marks.is_touched[switch] = True
                marks.switch[marks.n[0]] = switch
                marks.counts[marks.n[0]] = switches.counts[switch]
                marks.n[0] += 1
        _count_in_limits(limits, marks, limits.by_arc, arc, change)
    return gain


@njit(cache=True, nogil=True, error_model="numpy")
def _count_in_limits(limits, marks, rows, row, change):
    for at in range(rows.first[row], rows.first[row + 1]):
        limit = rows.entry[at]
        limits.activity[limit] += change * rows.weight[at]
        if not marks.is_limited[limit]:
            marks.is_limited[limit] = True
            marks.limit[marks.n[1]] = limit
            marks.n[1] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _count_again(arcs, switches, limits, marks, unlimited):
    """Say what the new counts of switches earn; minus infinity where one breaks a rule, or a limit is broken."""
    gain = 0.0
    allowed = True
    for at in range(marks.n[0]):
        switch = marks.switch[at]
        count = _count(arcs, switches, switch, unlimited)
        change = count - switches.counts[switch]
        if count > switches.most[switch] or switches.fill[switch] < switches.least_fill[switch] * count:
            allowed = False
        if change != 0:
            gain -= float(change) * switches.fixed_cost[switch]
            switches.counts[switch] = count
            _count_in_limits(limits, marks, limits.by_switch, switch, change)
    for at in range(marks.n[1]):
        limit = marks.limit[at]
        if not limits.low[limit] <= limits.activity[limit] <= limits.high[limit]:
            allowed = False
    return gain if allowed else -np.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _count(arcs, switches, switch, unlimited):
    """Fewest counts that carry what is on a switch."""
    count = np.int64(0)
    for at in range(switches.members.first[switch], switches.members.first[switch + 1]):
        units = (arcs.units[switches.members.entry[at]] + switches.least[at]) * switches.scale[at]
        if units > 0:
            count = max(count, -(-units // switches.bound[at]))
    if switches.most_fill[switch] < unlimited:
        count = max(count, -(-switches.fill[switch] // switches.most_fill[switch]))
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _keep(arcs, switches, marks, far):
    """Close what the move left unused, and forget what was before it."""
    for at in range(marks.n[0]):
        switch = marks.switch[at]
        marks.is_touched[switch] = False
        if switches.counts[switch] == 0 and switches.is_toggled[switch] and not switches.closed[switch]:
            _close(arcs, switches, switch, far)
    for at in range(marks.n[1]):
        marks.is_limited[marks.limit[at]] = False


@njit(cache=True, nogil=True, error_model="numpy")
def _undo(blocks, arcs, switches, limits, marks, backup):
    """Put blocks, switches and limits back to what they were."""
    arc_at = node_at = 0
    for at in range(marks.n[0]):
        switch = marks.switch[at]
        change = marks.counts[at] - switches.counts[switch]
        switches.counts[switch] = marks.counts[at]
        if change != 0:
            _count_in_limits(limits, marks, limits.by_switch, switch, change)
    for at in range(marks.n[3]):
        block = marks.block[at]
        own = slice(blocks.first_arc[block], blocks.first_arc[block + 1])
        nodes = slice(blocks.first_node[block], blocks.first_node[block + 1])
        n_arcs, n_nodes = own.stop - own.start, nodes.stop - nodes.start
        for arc in range(own.start, own.stop):
            change = np.int64(backup.units[arc_at + arc - own.start]) - np.int64(arcs.units[arc])
            if change != 0:
                rows = switches.by_arc
                for entry in range(rows.first[arc], rows.first[arc + 1]):
                    switches.fill[rows.entry[entry]] += change * rows.weight[entry]
                _count_in_limits(limits, marks, limits.by_arc, arc, change)
            arcs.units[arc] = backup.units[arc_at + arc - own.start]
            arcs.state[arc] = backup.state[arc_at + arc - own.start]
        for row in range(n_nodes):
            blocks.parent_arc[nodes.start + row] = backup.parent_arc[node_at + row]
            blocks.potential[nodes.start + row] = backup.potential[node_at + row]
        arc_at += n_arcs
        node_at += n_nodes
    for at in range(marks.n[0]):
        marks.is_touched[marks.switch[at]] = False
    for at in range(marks.n[1]):
        marks.is_limited[marks.limit[at]] = False
