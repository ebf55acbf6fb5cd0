"""The compiled part of `optimizer.search.network_simplex`: pivots on spanning trees.

Within one flow, arcs and nodes count from 0 and the last node is the root. The tree is held as parents, each node's
arc to its parent, depths, potentials, and lists of children (first child, following and preceding sibling). A node
whose arc is the number of arcs plus itself hangs on an artificial arc: from the node to the root, or from the root
where the node misses units.
"""
# Types are those that numba finds; annotations would only repeat what `network_simplex` says of the same columns.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import numpy as np

from optimizer.compiled import njit

AT_LOWER, IN_TREE, AT_UPPER = 1, 0, -1

_PLENTY = 2**61


@njit(cache=True, nogil=True, error_model="numpy")
def solve_each(
    first_arc, first_node, tail, head, supply, capacity, cost, units, state, parent_arc, started, which, solved
):
    """Solve the flows `which`, one after the other; columns as in `network_simplex.solve_small_flows`."""
    widest = 0
    for flow in which:
        widest = max(widest, first_node[flow + 1] - first_node[flow])
    parent = np.empty(widest, np.int32)
    depth = np.empty(widest, np.int32)
    potential = np.empty(widest, np.int64)
    children = np.empty((3, widest), np.int32)
    stack = np.empty(widest, np.int32)
    artificial = np.empty(widest, np.int64)
    room = (parent, depth, potential, children, stack, artificial)
    for row in range(len(which)):
        flow = which[row]
        arcs = slice(first_arc[flow], first_arc[flow + 1])
        nodes = slice(first_node[flow], first_node[flow + 1])
        ends = (tail[arcs], head[arcs], supply[nodes])
        own = (capacity[arcs], cost[arcs], units[arcs], state[arcs], parent_arc[nodes])
        if started[flow]:
            for node in range(nodes.stop - nodes.start):
                artificial[node] = 0
        else:
            _start(ends, own, artificial)
        plant_one(ends, own[1], own[4], room)
        tree = (parent, depth, potential, children, stack)
        started[flow] = solved[row] = _pivot(ends, own, tree, artificial)


@njit(cache=True, nogil=True, error_model="numpy")
def solve_one(ends, own, room):
    """Solve one flow from its tree; `room`: parents, depths, potentials, children, a stack, artificial units."""
    parent, depth, potential, children, stack, artificial = room
    for node in range(len(ends[2])):
        artificial[node] = 0
    plant_one(ends, own[1], own[4], room)
    return _pivot(ends, own, (parent, depth, potential, children, stack), artificial)


@njit(cache=True, nogil=True, error_model="numpy")
def _start(ends, own, artificial):
    """Keep every unit where it is: a star around the root, of arcs that end there, or artificial ones."""
    tail, head, supply = ends
    capacity, _, units, state, parent_arc = own
    n_arcs, root = len(tail), len(supply) - 1
    for node in range(root):
        artificial[node] = supply[node]
        parent_arc[node] = n_arcs + node
    for arc in range(n_arcs):
        units[arc] = 0
        state[arc] = AT_LOWER
        node = tail[arc]
        if head[arc] != root or supply[node] < 0 or parent_arc[node] != n_arcs + node:
            continue
        if artificial[node] < capacity[arc]:
            # Room is left on it, so the tree is strongly feasible.
            units[arc] = artificial[node]
            artificial[node] = 0
            state[arc] = IN_TREE
            parent_arc[node] = arc
        elif capacity[arc] > 0:
            units[arc] = capacity[arc]
            state[arc] = AT_UPPER
            artificial[node] -= capacity[arc]
    for node in range(root):
        artificial[node] = abs(artificial[node])


@njit(cache=True, nogil=True, error_model="numpy")
def plant_one(ends, cost, parent_arc, room):
    """Read the tree of one flow from its arcs into `room`: parents, depths, potentials, children."""
    tail, head, supply = ends
    parent, depth, potential, children, stack, _ = room
    n_arcs, root = len(tail), len(supply) - 1
    largest = np.int64(1)
    for arc in range(n_arcs):
        largest = max(largest, abs(cost[arc]) + 1)
    penalty = largest * (root + 1)
    for node in range(root + 1):
        children[0, node] = -1
    for node in range(root):
        arc = parent_arc[node]
        parent[node] = root if arc >= n_arcs else (head[arc] if tail[arc] == node else tail[arc])
        _adopt(parent[node], node, children)
    parent[root], depth[root], potential[root] = -1, 0, 0
    stack[0] = root
    size = 1
    while size:
        size -= 1
        above = stack[size]
        node = children[0, above]
        while node >= 0:
            arc = parent_arc[node]
            if arc >= n_arcs:
                potential[node] = -penalty if supply[node] >= 0 else penalty
            elif tail[arc] == node:
                potential[node] = potential[above] - cost[arc]
            else:
                potential[node] = potential[above] + cost[arc]
            depth[node] = depth[above] + 1
            stack[size] = node
            size += 1
            node = children[1, node]


@njit(cache=True, nogil=True, error_model="numpy")
def _adopt(above, node, children):
    """Add a node to the children of another."""
    after = children[0, above]
    children[1, node] = after
    children[2, node] = -1
    if after >= 0:
        children[2, after] = node
    children[0, above] = node


@njit(cache=True, nogil=True, error_model="numpy")
def _orphan(above, node, children):
    """Take a node from the children of another."""
    after, before = children[1, node], children[2, node]
    if before >= 0:
        children[1, before] = after
    else:
        children[0, above] = after
    if after >= 0:
        children[2, after] = before


@njit(cache=True, nogil=True, error_model="numpy")
def _pivot(ends, own, tree, artificial):
    """Pivot until no arc pays; False when an artificial arc still carries units."""
    tail, head, supply = ends
    _, _, units, state, parent_arc = own
    n_arcs, root = len(tail), len(supply) - 1
    arc = 0
    while True:
        entering, arc = _entering(ends, own, tree[2], arc)
        if entering < 0:
            break
        if state[entering] == AT_LOWER:
            first, second = tail[entering], head[entering]
        else:
            first, second = head[entering], tail[entering]
        join = _join(first, second, tree)
        delta, side, leaving = _leaving(ends, own, tree, artificial, (entering, first, second, join))
        if delta > 0:
            units[entering] += state[entering] * delta
            _push(ends, own, tree, artificial, first, join, -delta)
            _push(ends, own, tree, artificial, second, join, delta)
        if side == 0:
            state[entering] = -state[entering]
            continue
        gone = parent_arc[leaving]
        if gone < n_arcs:
            state[gone] = AT_LOWER if units[gone] == 0 else AT_UPPER
        state[entering] = IN_TREE
        if side == 1:
            _replant(ends, own, tree, (entering, first, second, leaving))
        else:
            _replant(ends, own, tree, (entering, second, first, leaving))
    for node in range(root):
        if parent_arc[node] >= n_arcs and artificial[node] > 0:
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _entering(ends, own, potential, start):
    """Find the arc that pays most in the first block of arcs that has one (-1: none), and where to look next."""
    tail, head, _ = ends
    capacity, cost, _, state, _ = own
    n_arcs = len(tail)
    block = max(int(0.5 * np.sqrt(n_arcs)), 10)
    best, found, in_block, arc = np.int64(0), -1, 0, start
    for _ in range(n_arcs):
        if state[arc] != IN_TREE and capacity[arc] > 0:
            reduced = state[arc] * (cost[arc] + potential[tail[arc]] - potential[head[arc]])
            if reduced < best:
                best, found = reduced, arc
        in_block += 1
        arc = arc + 1 if arc + 1 < n_arcs else 0
        if in_block == block:
            if found >= 0:
                break
            in_block = 0
    return found, arc


@njit(cache=True, nogil=True, error_model="numpy")
def _join(first, second, tree):
    """Find the nearest common ancestor."""
    parent, depth = tree[0], tree[1]
    while first != second:
        if depth[first] >= depth[second]:
            first = parent[first]
        else:
            second = parent[second]
    return first


@njit(cache=True, nogil=True, error_model="numpy")
def _upward(tail, supply, arc, node):
    """Whether the arc between a node and its parent leads to the parent."""
    return supply[node] >= 0 if arc >= len(tail) else tail[arc] == node


@njit(cache=True, nogil=True, error_model="numpy")
def _room(own, artificial, arc, node, growing):
    """Units by which the flow on a tree arc can grow, or shrink."""
    capacity, _, units, _, _ = own
    if arc >= len(units):
        return np.int64(_PLENTY) if growing else artificial[node]
    return np.int64(capacity[arc] - units[arc]) if growing else np.int64(units[arc])


@njit(cache=True, nogil=True, error_model="numpy")
def _leaving(ends, own, tree, artificial, cycle):
    """Find how far units can turn, which side of the tree stops them (0: the entering arc itself), and at which node.

    Units go from `first` to `second` on the entering arc and back through the join. Of several arcs that stop them the
    last one after the join leaves, which keeps trees strongly feasible: no endless pivots.
    """
    tail, _, supply = ends
    capacity, parent_arc = own[0], own[4]
    parent = tree[0]
    entering, first, second, join = cycle
    delta, side, leaving = np.int64(capacity[entering]), 0, -1
    node = first
    while node != join:
        arc = parent_arc[node]
        room = _room(own, artificial, arc, node, not _upward(tail, supply, arc, node))
        if room < delta:
            delta, side, leaving = room, 1, node
        node = parent[node]
    node = second
    while node != join:
        arc = parent_arc[node]
        room = _room(own, artificial, arc, node, _upward(tail, supply, arc, node))
        if room <= delta:
            delta, side, leaving = room, 2, node
        node = parent[node]
    return delta, side, leaving


@njit(cache=True, nogil=True, error_model="numpy")
def _push(ends, own, tree, artificial, node, join, upwards):
    """Send units from a node up to the join (negative: down)."""
    tail, _, supply = ends
    units, parent_arc = own[2], own[4]
    parent = tree[0]
    while node != join:
        arc = parent_arc[node]
        more = upwards if _upward(tail, supply, arc, node) else -upwards
        if arc >= len(tail):
            artificial[node] += more
        else:
            units[arc] += more
        node = parent[node]


@njit(cache=True, nogil=True, error_model="numpy")
def _replant(ends, own, tree, change):
    """Hang what the leaving arc cuts off on the entering arc."""
    tail = ends[0]
    cost, parent_arc = own[1], own[4]
    parent, depth, potential, children, stack = tree
    entering, top, above, leaving = change
    if tail[entering] == top:
        shift = potential[above] - cost[entering] - potential[top]
    else:
        shift = potential[above] + cost[entering] - potential[top]
    node, arc = top, np.int32(entering)
    while True:  # the path from the entering arc to the leaving one turns around
        old_parent, old_arc = parent[node], parent_arc[node]
        _orphan(old_parent, node, children)
        parent[node], parent_arc[node] = above, arc
        _adopt(above, node, children)
        if node == leaving:
            break
        above, node, arc = node, old_parent, old_arc
    stack[0] = top
    size = 1
    while size:  # all that hangs on it moves along
        size -= 1
        node = stack[size]
        potential[node] += shift
        depth[node] = depth[parent[node]] + 1
        node = children[0, node]
        while node >= 0:
            stack[size] = node
            size += 1
            node = children[1, node]
