"""Ways through the network, against plain searches over all ways on random graphs."""

import dataclasses
import itertools

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from network import (
    Network,
    Route,
    components,
    critical_nodes,
    donors_reaching,
    earliest_arrival,
    earliest_days,
    fastest_path,
    lane_graph,
)
from network.graph import usable_lanes
from network.tables import LaneRules
from tests.network.worlds import route_network

Lane = tuple[int, int, int]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[bool], list[Lane]]:
    """Two to seven nodes, some with transit, and lanes between them, also parallel ones."""
    n_nodes = draw(st.integers(2, 7))
    transit = draw(st.lists(st.booleans(), min_size=n_nodes, max_size=n_nodes))
    pairs = list(itertools.permutations(range(n_nodes), 2))
    lane = st.tuples(st.sampled_from(pairs), st.integers(0, 4))
    return transit, [(one, other, days) for (one, other), days in draw(st.lists(lane, max_size=16))]


def arrival(transit: list[bool], lanes: list[Lane], origin: int, destination: int) -> float:
    """Earliest day by trying every simple way, with only transit nodes between its ends."""
    best = 0.0 if origin == destination else np.inf
    stack = [(origin, 0, frozenset([origin]))]
    while stack:
        node, day, seen = stack.pop()
        for tail, head, days in lanes:
            if tail == node and head not in seen:
                if head == destination:
                    best = min(best, day + days)
                elif transit[head]:
                    stack.append((head, day + days, seen | {head}))
    return best


def reachable(transit: list[bool], lanes: list[Lane]) -> set[tuple[int, int]]:
    """(from, to) pairs of different nodes with a way between them."""
    nodes = range(len(transit))
    return {(a, b) for a, b in itertools.permutations(nodes, 2) if np.isfinite(arrival(transit, lanes, a, b))}


@settings(max_examples=150, deadline=None)
@given(world=worlds())
def test_earliest_days_agree_with_a_search_over_all_ways(world: tuple[list[bool], list[Lane]]) -> None:
    """By arrays for all pairs, by NetworkX for each."""
    transit, lanes = world
    network = route_network(transit, lanes)
    nodes = np.arange(len(transit))
    days = earliest_days(network, nodes)
    graph = lane_graph(network)
    for origin, destination in itertools.product(range(len(transit)), repeat=2):
        expected = arrival(transit, lanes, origin, destination)
        assert days[destination, origin] == expected
        found = earliest_arrival(network, origin, destination, graph=graph)
        assert (np.inf if found is None else found) == expected


@settings(max_examples=100, deadline=None)
@given(world=worlds())
def test_fastest_paths_are_ways_of_their_length(world: tuple[list[bool], list[Lane]]) -> None:
    """Lanes join up, pass only transit nodes, and their days add up."""
    transit, lanes = world
    network = route_network(transit, lanes)
    for origin, destination in itertools.permutations(range(len(transit)), 2):
        route = fastest_path(network, origin, destination)
        if route is None:
            assert arrival(transit, lanes, origin, destination) == np.inf
            continue
        steps = [lanes[lane] for lane in route.lanes]
        assert (steps[0][0], steps[-1][1]) == (origin, destination)
        assert all(one[1] == other[0] and transit[one[1]] for one, other in itertools.pairwise(steps))
        assert sum(step[2] for step in steps) == route.days


@settings(max_examples=150, deadline=None)
@given(world=worlds())
def test_critical_nodes_are_those_without_which_pairs_are_lost(world: tuple[list[bool], list[Lane]]) -> None:
    """Against taking each node out and searching again."""
    transit, lanes = world
    whole = reachable(transit, lanes)
    found = {loss.node: loss for loss in critical_nodes(route_network(transit, lanes))}
    for node in range(len(transit)):
        left = [lane for lane in lanes if node not in lane[:2]]
        without = reachable(transit, left)
        lost = {pair for pair in whole - without if node not in pair}
        assert (node in found) == bool(lost)
        if lost:
            loss = found[node]
            assert loss.pairs == len(lost)
            assert loss.cut_off.tolist() == sorted({head for _, head in lost})
            told = {(source, head) for cut in loss.cuts for head in cut.receivers for source in cut.sources}
            assert told == lost
            still = {head for tail, head in without if tail != node}
            assert loss.isolated.tolist() == sorted({head for _, head in lost} - still)


@settings(max_examples=50, deadline=None)
@given(world=worlds())
def test_components_are_those_of_the_undirected_graph(world: tuple[list[bool], list[Lane]]) -> None:
    """The largest first, every node once."""
    transit, lanes = world
    graph = nx.Graph([lane[:2] for lane in lanes])
    graph.add_nodes_from(range(len(transit)))
    groups = [group.tolist() for group in components(route_network(transit, lanes))]
    assert sorted(groups) == sorted(sorted(group) for group in nx.connected_components(graph))
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)


def chain() -> Network:
    """0 -> 1 (transit) -> 2 in 1 + 2 days, 3 -> 2 in 5, 4 -> 3 -> 2 barred as 3 has no transit, 2 itself has stock."""
    stock = [(0, 9, 1.0), (2, 4, 9.0), (3, 7, 0.0), (4, 5, 0.0)]
    return route_network([False, True, False, False, False], [(0, 1, 1), (1, 2, 2), (3, 2, 5), (4, 3, 0)], stock)


def test_donors_come_with_day_path_and_what_they_may_give() -> None:
    """The earliest first; not the node itself, and not those that only reach a node without transit."""
    donors = donors_reaching(chain(), 2, 0)
    assert [(donor.node, donor.units, donor.route) for donor in donors] == [
        (0, 9, Route((0, 1), 3)),
        (3, 7, Route((2,), 5)),
    ]


def test_donors_that_arrive_too_late_are_left_out() -> None:
    """The last day is included."""
    assert [donor.node for donor in donors_reaching(chain(), 2, 0, within_days=3)] == [0]
    assert donors_reaching(chain(), 2, 0, within_days=2) == ()


def test_donors_keep_the_rules_of_lanes_and_rest_first() -> None:
    """0 may send nothing before day 4, so it comes last; the lane from 3 must not carry what it has."""
    network = chain()
    stock = dataclasses.replace(network.stock, no_send_before_day=np.array([4, 0, 0, 0]))
    donors = donors_reaching(dataclasses.replace(network, stock=stock), 2, 0)
    assert [(donor.node, donor.arrives_day, donor.route.days) for donor in donors] == [(3, 5, 5), (0, 7, 3)]
    assert [donor.node for donor in donors_reaching(dataclasses.replace(network, stock=stock), 2, 0, 6)] == [3]
    nothing = np.array([-1], dtype=np.int32)
    rules = LaneRules(
        np.array([2], dtype=np.int32), nothing, nothing, np.array([""], object), nothing, np.array([False])
    )
    assert [donor.node for donor in donors_reaching(dataclasses.replace(network, lane_rules=rules), 2, 0)] == [0]


def test_of_parallel_lanes_the_fastest_is_taken() -> None:
    """The first of equals."""
    network = route_network([False, False], [(0, 1, 3), (0, 1, 1), (0, 1, 1)])
    assert fastest_path(network, 0, 1) == Route((1,), 1)


def test_a_node_reaches_itself_at_once() -> None:
    """Without a lane."""
    assert fastest_path(chain(), 4, 4) == Route((), 0)


def test_lanes_that_cannot_carry_the_product_are_no_way() -> None:
    """No dispatch, or all of them too small for the smallest line of 1 kg units."""
    lanes = [(0, 1, 0)] * 4
    network = route_network(
        [False, False], lanes, max_dispatches=[0, 3, 3, None], capacity_kg=[9, 2, 2, 5], min_line_units=[0, 6, 7, 6]
    )
    assert usable_lanes(network).tolist() == [False, True, True, True]
    assert usable_lanes(network, 0).tolist() == [False, True, False, True]
    assert fastest_path(network, 0, 1, graph=lane_graph(network, 0)) == Route((1,), 0)


def test_the_node_that_joins_two_halves_is_critical_for_both() -> None:
    """Stores 1 and 2 trade through warehouse 0; store 3 also has a lane to 2."""
    lanes = [(1, 0, 0), (0, 1, 0), (2, 0, 0), (0, 2, 0), (3, 0, 0), (3, 2, 0)]
    (loss,) = critical_nodes(route_network([True, False, False, False], lanes))
    assert (loss.node, loss.pairs, loss.isolated.tolist()) == (0, 3, [1])
    cuts = {(tuple(cut.receivers.tolist()), tuple(cut.sources.tolist())) for cut in loss.cuts}
    assert cuts == {((1,), (2, 3)), ((2,), (1,))}
