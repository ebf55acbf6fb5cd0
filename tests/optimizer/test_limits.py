"""Limits: read exactly, kept by flows that were cut to them, priced without losing a bound."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.model import (
    UNLIMITED,
    Flows,
    Increments,
    Limits,
    Members,
    Model,
    Positions,
    Solution,
    Switches,
    Terms,
    benefit,
    with_flows,
)
from optimizer.program import linear_program
from optimizer.search.circles import keeps_switches
from optimizer.search.flow_network import best_flow, flow_network
from optimizer.search.limits import activity, flow_bounds, with_free_switches, without_idle_switches
from optimizer.search.pricing import bound_at, bounds_by_pricing
from optimizer.search.slope_scaling import slope_scaling, sum_by_switch
from optimizer.search.solver_runs import solution_of, solved
from tests.optimizer.directories import examples, keeps_limits

SOURCES, SINKS, BLOCKS = 2, 3, 3


def _column(*values):
    return np.array(values, dtype=np.int64)


def _switches(*rows):
    """Switches from (fixed cost, most) rows, without fills."""
    cost, most = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    return Switches(cost.copy(), most.copy(), np.zeros(len(cost), np.int64), np.full(len(cost), UNLIMITED))


def _limits(*rows):
    """Limits and terms from (low, high, {column: coefficient}) rows."""
    low, high = ([row[i] for row in rows] for i in (0, 1))
    entries = [(i, column, c) for i, row in enumerate(rows) for column, c in row[2].items()]
    limit, column, coefficient = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    return (
        Limits(_column(*low), _column(*high)),
        Terms(limit.astype(np.int32), column.astype(np.int32), coefficient.copy()),
    )


def _bipartite(worth, supply, wishes, *, most=6):
    """One block per SKU; from every source a flow to every sink; what stays at a source is worth 1 a unit.

    Flows are ordered by block, source, sink; increments by position: sources hold one, sinks two (wished for, left).
    """
    n = SOURCES + SINKS
    block = np.repeat(np.arange(BLOCKS), n)
    kinds = np.tile(np.arange(n), BLOCKS)
    positions = np.arange(BLOCKS * n)
    sinks = kinds >= SOURCES
    origin, sink = np.meshgrid(np.arange(SOURCES), SOURCES + np.arange(SINKS), indexing="ij")
    shift = np.repeat(np.arange(BLOCKS) * n, SOURCES * SINKS)
    increment_position = np.concatenate([positions, positions[sinks]])
    most_units = np.concatenate([np.where(sinks, np.zeros(len(positions)), 10**6), np.full(sinks.sum(), 10**6)])
    most_units[: len(positions)][sinks] = wishes
    value = np.concatenate([np.where(sinks, 0, 1), np.zeros(sinks.sum())])
    value[: len(positions)][sinks] = worth
    order = np.lexsort((-value, increment_position))
    supplies = np.zeros(len(positions), np.int64)
    supplies[~sinks] = supply
    return Model(
        positions=Positions(supplies, np.zeros(len(positions), np.int64), block.astype(np.int32)),
        increments=Increments(
            increment_position[order].astype(np.int32),
            most_units[order].astype(np.int64),
            value[order].astype(np.int64),
        ),
        flows=Flows(
            (np.tile(origin.ravel(), BLOCKS) + shift).astype(np.int32),
            (np.tile(sink.ravel(), BLOCKS) + shift).astype(np.int32),
            np.full(BLOCKS * SOURCES * SINKS, -1),
            np.full(BLOCKS * SOURCES * SINKS, most),
            np.ones(BLOCKS * SOURCES * SINKS, np.int64),
        ),
        switches=_switches(),
        members=Members(*(np.empty(0, kind) for kind in (np.int32, np.int32, np.int64, np.int64))),
        limits=_limits()[0],
        terms=_limits()[1],
        do_nothing=int(np.sum(supply)),
        money_decimals=0,
    )


def _flow(block, source, sink):
    return (block * SOURCES + source) * SINKS + sink


def _lane_flows(source, sink):
    """The flows of all SKUs from a source to a sink."""
    return [_flow(block, source, sink) for block in range(BLOCKS)]


@st.composite
def ruled_models(draw):
    """Three SKUs, dispatches per lane, and limits of every kind that builders write."""
    worth = draw(st.lists(st.integers(2, 15), min_size=BLOCKS * SINKS, max_size=BLOCKS * SINKS))
    wishes = draw(st.lists(st.integers(0, 4), min_size=BLOCKS * SINKS, max_size=BLOCKS * SINKS))
    supply = draw(st.lists(st.integers(0, 6), min_size=BLOCKS * SOURCES, max_size=BLOCKS * SOURCES))
    model = _bipartite(worth, supply, wishes)
    lanes = list(itertools.product(range(SOURCES), range(SINKS)))
    rows = [(draw(st.integers(0, 12)), draw(st.integers(1, 2))) for _ in lanes] + [(0, 1)] * len(lanes)
    first, n_flows = model.n_columns, len(model.flows)
    members = [(f, k, b) for k, lane in enumerate(lanes) for f in _lane_flows(*lane) for b in (4,)]
    members += [(f, len(lanes) + k, 6) for k, lane in enumerate(lanes) for f in _lane_flows(*lane)]
    limits = []
    for source in range(SOURCES):
        out = {f: 1 for sink in range(SINKS) for f in _lane_flows(source, sink)}
        limits.append((-UNLIMITED, draw(st.integers(0, 12)), out))
        opened = {first + len(lanes) + k: 1 for k, lane in enumerate(lanes) if lane[0] == source}
        limits.append((-UNLIMITED, draw(st.integers(0, 3)), opened))
    for sink in range(draw(st.integers(0, SINKS))):  # a display of the first two SKUs: whole, or gone
        reward, need = draw(st.integers(1, 20)), draw(st.integers(1, 3))
        whole, gone = first + len(rows), first + len(rows) + 1
        rows += [(-reward, 1), (-reward, 1)]
        for block in (0, 1):
            held = dict.fromkeys(_increments_of(model, block, sink), 1)
            limits.append((0, UNLIMITED, {**held, whole: -need}))
            limits.append((-UNLIMITED, 40, {**held, gone: 40}))
        limits.append((-UNLIMITED, 1, {whole: 1, gone: 1}))
    if draw(st.booleans()):  # a line that is kept as it was
        kept = draw(st.integers(0, n_flows - 1))
        units = min(draw(st.integers(0, 3)), supply[kept // SINKS])
        limits.append((units, units, {kept: 1}))
    tables = _limits(*limits)
    flow, switch, bound = np.array(members).T
    return replace(
        model,
        switches=_switches(*rows),
        members=Members(flow.astype(np.int32), switch.astype(np.int32), np.zeros(len(flow), np.int64), bound.copy()),
        limits=tables[0],
        terms=tables[1],
    )


def _increments_of(model, block, sink):
    """Columns of the increments of a sink."""
    position = block * (SOURCES + SINKS) + SOURCES + sink
    return (len(model.flows) + np.flatnonzero(model.increments.position == position)).tolist()


def _best(model, backend="highs"):
    """Best solution, None when there is none."""
    answer = solved(model, linear_program(model), BACKENDS[backend], Search(seconds=20))
    assert answer.outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE)
    return None if answer.columns is None else solution_of(model, answer.columns)


def _bounds(model, rounds=25):
    return [
        bound for bound, *_ in itertools.islice(bounds_by_pricing(model, flow_network(model, in_packs=False)), rounds)
    ]


def _plans(model, rounds=15):
    found = slope_scaling(model, flow_network(model, in_packs=True))
    return [each.solution for each in itertools.islice(found, rounds)]


def test_bounds_hold_and_plans_keep_every_limit():
    """Bounds are above the optimum and plans below it, on random models with limits of every kind."""
    gaps, found = [], []

    @examples(60)
    @given(ruled_models())
    def holds(model):
        best = _best(model)
        if best is None:
            return
        optimum, bounds, plans = benefit(model, best), _bounds(model), _plans(model)
        assert keeps_limits(model, best)
        assert not bounds or min(bounds) >= optimum
        for plan in plans:
            assert keeps_limits(model, plan)
            assert keeps_switches(model, plan)
            assert benefit(model, plan) <= optimum
        gaps.append((min(bounds) - optimum, bounds[0] - optimum))
        found.append(max((benefit(model, plan) for plan in plans), default=None) or 0)
        if optimum > 0:
            found[-1] /= optimum

    holds()
    last, first = np.array(gaps, dtype=float).sum(axis=0)
    assert last < 0.6 * first
    assert np.mean(found) > 0.6


@pytest.mark.parametrize("backend", ["cp_sat", "scip"])
def test_backends_agree_on_limits(backend):
    """Free switches, rewards and limits of any sign mean the same to every backend."""

    @examples(12)
    @given(ruled_models())
    def agree(model):
        one, other = _best(model), _best(model, backend)
        assert (one is None) == (other is None)
        assert one is None or benefit(model, one) == benefit(model, other)

    agree()


@examples(40)
@given(ruled_models(), st.integers(0, 2**32 - 1))
def test_any_prices_of_limits_bound_the_benefit(model, seed):
    """Prices and shares at random, above and below what is sensible."""
    best = _best(model)
    if best is None:
        return
    random = np.random.default_rng(seed)
    price = np.rint(random.normal(0, 1, len(model.limits)) * random.choice([0, 3, 30], len(model.limits))).astype(
        np.int64
    )
    weight = random.exponential(1.0, len(model.members))
    share = weight / np.maximum(sum_by_switch(model, weight), 1e-300)[model.members.switch]
    bound = bound_at(model, flow_network(model, in_packs=False), share, price)
    assert bound is not None
    assert bound >= benefit(model, best)


def test_a_capacity_is_priced_to_the_worth_of_its_last_unit():
    """Nine units would earn 14 - 1 - 1 = 12 or 5 - 2 = 3 each; five may leave, four of them for 12: 4 * 12 + 3."""
    model = _bipartite([14, 5, 0] + [0] * 6, [9, 0] + [0] * 4, [4, 9, 0] + [0] * 6, most=9)
    limits, terms = _limits((-UNLIMITED, 5, {_flow(0, 0, sink): 1 for sink in range(SINKS)}))
    model = replace(model, limits=limits, terms=terms)
    assert _bounds(model, 1) == [4 * 12 + 5 * 3]
    assert min(_bounds(model, 40)) == 4 * 12 + 3
    assert max(benefit(model, plan) for plan in _plans(model)) == 4 * 12 + 3


def test_a_reward_pays_for_the_missing_unit_of_a_display():
    """A display is worth 10 whole: a unit that costs 3 more than it brings comes all the same, and is no loss."""
    model = _bipartite([5, 0, 0, 0, 0, 0] + [0] * 3, [3, 0, 1, 0, 0, 0], [2, 0, 0, 1, 0, 0] + [0] * 3)
    first = model.n_columns
    limits, terms = _limits(
        (0, UNLIMITED, {**dict.fromkeys(_increments_of(model, 0, 0), 1), first: -1}),
        (0, UNLIMITED, {**dict.fromkeys(_increments_of(model, 1, 0), 1), first: -1}),
    )
    model = replace(model, switches=_switches((-10, 1)), limits=limits, terms=terms)
    optimum = 2 * 3 - 2 + 10
    assert benefit(model, _best(model)) == optimum
    assert max(benefit(model, plan) for plan in _plans(model, 30)) == optimum
    assert min(_bounds(model, 60)) == pytest.approx(optimum, abs=1)


def test_what_is_frozen_flows_even_where_it_does_not_pay():
    """A limit on one flow alone is a bound of the flow: two units go for a loss of 2 each, and no price is learnt."""
    model = _bipartite([0] * 9, [3, 0] + [0] * 4, [0] * 9)
    limits, terms = _limits((2, 2, {_flow(0, 0, 1): 1}), (-UNLIMITED, 4, {_flow(0, 0, 1): 1, _flow(0, 0, 2): 1}))
    model = replace(model, limits=limits, terms=terms)
    bounds = flow_bounds(model)
    assert bounds.rows.tolist() == [True, False]
    assert (bounds.least[_flow(0, 0, 1)], bounds.most[_flow(0, 0, 1)]) == (2, 2)
    flow, value = best_flow(flow_network(model, in_packs=False), np.zeros(len(model.flows), np.int64))
    assert flow.sum() == flow[_flow(0, 0, 1)] == 2
    assert value - model.do_nothing == -4
    assert all(benefit(model, plan) == -4 for plan in _plans(model, 1))


def test_free_switches_turn_on_where_limits_allow_the_best_first():
    """Two rewards share a limit of one; a third needs a unit that is not there."""
    model = _bipartite([5] * 9, [3] * 6, [2] * 9)
    first = model.n_columns
    limits, terms = _limits((-UNLIMITED, 1, {first: 1, first + 1: 1}), (0, UNLIMITED, {0: 1, first + 2: -1}))
    model = replace(model, switches=_switches((-3, 1), (-4, 1), (-9, 1)), limits=limits, terms=terms)
    nothing = Solution(np.zeros(len(model.flows), np.int64), np.zeros(3, np.int64))
    assert with_free_switches(model, nothing).switch_count.tolist() == [0, 1, 0]
    one = Solution(np.eye(1, len(model.flows), dtype=np.int64)[0], np.zeros(3, np.int64))
    assert with_free_switches(model, one).switch_count.tolist() == [0, 1, 1]
    assert activity(model, one.flow_units, np.array([1, 1, 1])).tolist() == [2, 0]


def test_switches_without_flows_can_go():
    """A model over some flows has the same optimum without the switches that only the other flows loaded."""
    gone = []

    @examples(20)
    @given(ruled_models(), st.integers(0, 2**32 - 1))
    def same(model, seed):
        kept = np.flatnonzero(np.random.default_rng(seed).random(len(model.flows)) < 0.4)
        part = with_flows(model, np.union1d(kept, np.flatnonzero(flow_bounds(model).least > 0)))
        smaller = without_idle_switches(part)
        gone.append(len(part.switches) - len(smaller.switches))
        one, other = _best(part), _best(smaller)
        assert (one is None) == (other is None)
        assert one is None or benefit(part, one) == benefit(smaller, other)

    same()
    assert np.mean(gone) > 1
