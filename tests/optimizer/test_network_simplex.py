"""The compiled min-cost flow finds what OR-Tools' finds, from no tree and from any earlier one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.backends.min_cost_flow import min_cost_flow
from optimizer.search import flow_network as flows_of_models
from optimizer.search.flow_network import best_flow, flow_again, flow_network
from optimizer.search.network_simplex import small_flows, solve_small_flows
from tests.optimizer.directories import examples, model_of
from tests.oracle.strategies import NetworkFiles, network_files


def _random_flows(rng: np.random.Generator, n_flows: int):
    """Draw flows side by side; some have supplies that cannot end anywhere."""
    tails, heads, supplies = [], [], []
    for _ in range(n_flows):
        n_nodes = int(rng.integers(2, 9))
        n_arcs = int(rng.integers(1, 30))
        tail = rng.integers(0, n_nodes - 1, n_arcs)
        head = np.where(rng.random(n_arcs) < 0.4, n_nodes - 1, rng.integers(0, n_nodes, n_arcs))
        head = np.where(head == tail, n_nodes - 1, head)
        supply = np.where(rng.random(n_nodes) < 0.5, rng.integers(0, 9, n_nodes), 0)
        supply[rng.random(n_nodes) < 0.1] = -2
        supply[-1] = 0
        supply[-1] = -supply.sum()
        tails.append(tail), heads.append(head), supplies.append(supply)
    first_arc = np.concatenate([[0], np.cumsum([len(tail) for tail in tails])])
    first_node = np.concatenate([[0], np.cumsum([len(supply) for supply in supplies])])
    return (
        first_arc,
        first_node,
        np.concatenate(tails).astype(np.int32),
        np.concatenate(heads).astype(np.int32),
        np.concatenate(supplies).astype(np.int64),
    )


def _check(flows, capacity, cost, fits) -> tuple[int, int]:
    """Compare every flow with OR-Tools; count those that fit and those that do not."""
    for flow in range(len(flows)):
        arcs = slice(flows.first_arc[flow], flows.first_arc[flow + 1])
        nodes = slice(flows.first_node[flow], flows.first_node[flow + 1])
        tail, head, supply = flows.tail[arcs], flows.head[arcs], flows.supply[nodes]
        known = min_cost_flow(tail, head, capacity[arcs].astype(np.int64), cost[arcs], supply)
        assert fits[flow] == (known is not None)
        if known is None:
            continue
        units = flows.units[arcs].astype(np.int64)
        assert np.all((units >= 0) & (units <= capacity[arcs]))
        balance = np.bincount(tail, units, len(supply)) - np.bincount(head, units, len(supply))
        assert np.array_equal(balance, supply)
        assert units @ cost[arcs] == known @ cost[arcs]
    return int(fits.sum()), int((~fits).sum())


@pytest.mark.parametrize("width", [np.int32, np.int64])
@pytest.mark.parametrize("threads", [1, 2])
def test_optima_are_those_of_ortools_whatever_the_tree_it_starts_from(width: type, threads: int):
    rng = np.random.default_rng(20220311)
    fitting = stuck = 0
    for _ in range(25):
        shape = _random_flows(rng, 20)
        n_arcs = len(shape[2])
        capacity = rng.integers(0, 12, n_arcs).astype(width)
        flows = small_flows(*shape, units=np.dtype(width))
        for _ in range(4):
            # Also at costs of which circles pay for turning.
            cost = rng.integers(-30, 60, n_arcs).astype(np.int64)
            counts = _check(flows, capacity, cost, solve_small_flows(flows, capacity, cost, threads=threads))
            fitting, stuck = fitting + counts[0], stuck + counts[1]
    assert fitting > 500
    assert stuck > 500


def test_costs_beyond_64_bits_are_refused():
    shape = _random_flows(np.random.default_rng(1), 3)
    flows = small_flows(*shape, units=np.dtype(np.int32))
    cost = np.full(len(shape[2]), 2**60, dtype=np.int64)
    with pytest.raises(OverflowError, match="money_decimals"):
        solve_small_flows(flows, np.ones(len(cost), dtype=np.int32), cost)


@examples(60)
@given(network_files(), st.integers(0, 2**32 - 1))
def test_both_solvers_say_the_same_of_a_model(files: NetworkFiles, seed: int):
    """Bounds and flows of random models, with hard demands and limits, at random prices and tighter capacities."""
    model = model_of(files)[-1].model
    rng = np.random.default_rng(seed)
    n_flows = len(model.flows)
    if not n_flows:
        return
    by_ortools = flow_network(model, in_packs=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows_of_models, "_COMPILED_ARCS", 0)
        compiled = flow_network(model, in_packs=False)
    assert by_ortools.trees is None
    assert compiled.trees is not None
    for most in (None, None, rng.integers(0, 6, n_flows)):
        price = rng.integers(0, 3, n_flows) * rng.integers(1, 10**6, n_flows)
        known, found = best_flow(by_ortools, price, most), best_flow(compiled, price, most)
        assert (known is None) == (found is None)
        if known is not None and found is not None:
            assert found[1] == known[1]
            tighter = rng.integers(0, 4, n_flows)
            again = [
                flow_again(network, price, tighter, flow)
                for network, (flow, _) in ((by_ortools, known), (compiled, found))
            ]
            assert (again[0] is None) == (again[1] is None)
            if again[1] is not None:
                assert np.all(again[1] <= np.maximum(tighter, flow_network(model, in_packs=False).least))
