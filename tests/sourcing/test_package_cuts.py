"""Cuts, fixed columns and the search by weights: nothing good is lost, nothing bad is found."""

import time
from dataclasses import replace

import numpy as np
import pytest

from optimizer.backends import BACKENDS, RELAXATIONS, Search
from optimizer.certificate.awards import certify_award
from optimizer.sourcing.packages.covering import MUST, lots_used
from optimizer.sourcing.packages.cutting import tightened
from optimizer.sourcing.packages.fixing import fixed
from optimizer.sourcing.packages.greedy import greedy_choice
from optimizer.sourcing.packages.improving import neighbourhoods_of, total_cost
from optimizer.sourcing.packages.program import covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.packages.weighed import search_by_turns, search_by_weights
from optimizer.sourcing.packages.weighting import seeded
from scenarios.generate.packages import PackageRules, PackageShape, generate_packages

SHAPE = PackageShape(90, 24)
RULES = [
    PackageRules(),
    PackageRules(winner_limit=True),
    PackageRules(partition=True),
    PackageRules(penalty=True),
    PackageRules(winner_limit=True, partition=True, penalty=True),
]


def _nothing(reported):
    """Reports are of no interest."""


def _tight(covering):
    program = covering_program(covering, 2).program
    found = tightened(program, covering.n_items, -np.inf, time.monotonic() + 60.0, _nothing)
    return program, found


@pytest.mark.parametrize("structure", ["regional", "random"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cuts_keep_every_cover_and_raise_the_bound(structure, seed):
    """The lightest cover keeps each of some cuts; the relaxation ends between where it was and the optimum."""
    shape = PackageShape(150, 40) if structure == "regional" else SHAPE
    covering = covering_of(generate_packages(shape, structure, seed))
    program, found = _tight(covering)
    cuts = found.cuts
    assert len(cuts.least)
    for row in np.random.default_rng(seed).permutation(len(cuts.least))[:25]:
        own = cuts.row == row
        weight = np.bincount(cuts.column[own], cuts.weight[own], program.n_columns)
        lightest = BACKENDS["highs"](replace(program, objective=-weight), Search(30.0))
        assert -lightest.bound >= cuts.least[row] - 1e-6 * weight.max()
    optimum = BACKENDS["highs"](program, Search(30.0))
    relaxed = RELAXATIONS["highs"](program, Search(30.0))
    assert optimum.bound - 1e-6 <= found.answer.bound <= relaxed.bound + 1e-6
    within = BACKENDS["highs"](cuts.within(program), Search(30.0))
    np.testing.assert_allclose(within.bound, optimum.bound)


def test_cuts_close_most_of_what_the_relaxation_misses():
    """Packages of neighbours: what is left of the gap is small."""
    covering = covering_of(generate_packages(PackageShape(300, 100), "regional", 2))
    program, found = _tight(covering)
    optimum, relaxed = BACKENDS["highs"](program, Search(30.0)).bound, RELAXATIONS["highs"](program, Search(30.0)).bound
    assert relaxed - optimum > 0.005 * abs(optimum)
    assert found.answer.bound - optimum < 0.3 * (relaxed - optimum)


@pytest.mark.parametrize("rules", RULES)
def test_fixed_columns_lose_nothing_that_reaches_the_target(rules):
    """The optimum stays, and with it as the target some columns are fixed."""
    covering = covering_of(generate_packages(SHAPE, "regional", 5, rules))
    program, found = _tight(covering)
    optimum = BACKENDS["highs"](program, Search(30.0))
    tight = fixed(found.program, found.answer.row_duals, optimum.bound)
    np.testing.assert_allclose(BACKENDS["highs"](tight, Search(30.0)).bound, optimum.bound)
    assert np.any((tight.low > found.program.low) | (tight.high < found.program.high))
    noise = np.random.default_rng(1).normal(size=found.program.n_rows)
    loose = fixed(found.program, found.answer.row_duals + noise, optimum.bound)
    np.testing.assert_allclose(BACKENDS["highs"](loose, Search(30.0)).bound, optimum.bound)


@pytest.mark.parametrize("structure", ["regional", "random"])
@pytest.mark.parametrize("rules", RULES)
@pytest.mark.usefixtures("by_looks")
def test_the_search_by_weights_keeps_all_limits(structure, rules):
    """Every report is certified, they become cheaper, and the last is not far from the optimum."""
    event = generate_packages(SHAPE, structure, 7, rules)
    covering, found = covering_of(event), []
    seeded(1)
    best = search_by_weights(covering, greedy_choice(covering), 0.6, found.append)
    certificates = [certify_award(event, covering.award(chosen)) for chosen in found]
    assert certificates
    assert all(certificate.valid for certificate in certificates)
    objectives = [certificate.objective for certificate in certificates]
    assert objectives == sorted(objectives, reverse=True)
    assert np.array_equal(best, found[-1])
    optimum = BACKENDS["highs"](covering_program(covering, 2).program, Search(30.0))
    assert objectives[-1] <= -120 * optimum.bound


@pytest.mark.usefixtures("by_looks")
def test_turns_count_fixed_costs():
    """Neighbourhoods alone search where suppliers cost something; what they report is certified."""
    event = generate_packages(SHAPE, "regional", 3)
    suppliers = replace(event.suppliers, fixed_cost=np.full(len(event.suppliers), 300.0))
    event = replace(event, suppliers=suppliers)
    covering, found = covering_of(event), []
    near = neighbourhoods_of(covering, 2)
    search_by_turns(near, greedy_choice(covering), 2.0, 1, found.append)
    certificates = [certify_award(event, covering.award(chosen)) for chosen in found]
    assert certificates[-1].valid
    assert certificates[-1].objective == total_cost(covering, found[-1])


def test_lots_are_pairs():
    """A supplier that brings an item twice has one lot of it."""
    covering = covering_of(generate_packages(SHAPE, "regional", 1, PackageRules(winner_limit=True)))
    everything = lots_used(covering, np.ones(covering.n_columns))
    pairs = np.unique(covering.supplier[covering.column_of] * covering.n_items + covering.item)
    np.testing.assert_array_equal(everything, np.bincount(pairs // covering.n_items, minlength=len(everything)))
    assert np.all(covering.skip_cost == MUST)
