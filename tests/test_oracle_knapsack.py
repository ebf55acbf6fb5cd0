"""Clearance as a multiple-choice knapsack: PuLP and OR-Tools find the same optimum, brute force and the product too."""

import tempfile
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given, reject
from ortools.sat.python import cp_model

from optimizer import Parameters, solve
from optimizer.plan import Status
from tests.agreement import read_twice
from tests.optimizer.directories import examples
from tests.oracle.drawing import CLEARANCE, NetworkFiles
from tests.oracle.joint import Market, solve_joint
from tests.oracle.knapsack import Knapsack, knapsack, solve_by_pulp
from tests.oracle.reading import read_directory
from tests.oracle.strategies import network_files

LARGER = replace(CLEARANCE, nodes=(4, 5), max_skus=4, periods=(3, 3))
"""Up to eight choices with up to 20 paths each."""


def solve_by_ortools(model: Knapsack) -> int | None:
    """Greatest objective by CP-SAT; None when nothing can be taken."""
    program = cp_model.CpModel()
    take = {option: program.new_bool_var("") for option in model.gain}
    for low, coefficients, high in model.rows:
        program.add_linear_constraint(sum(number * take[option] for option, number in coefficients.items()), low, high)
    program.maximize(sum(gain * take[option] for option, gain in model.gain.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(program) != cp_model.OPTIMAL:
        return None
    return model.constant + sum(gain for option, gain in model.gain.items() if solver.value(take[option]))


def market_of(files: NetworkFiles) -> Market:
    """The market of a drawn request without demands and cross effects."""
    with tempfile.TemporaryDirectory() as folder:
        directory = read_directory(files.write(Path(folder)))
    market = Market(directory)
    served = any(alert.must_serve for alert in directory.alerts)
    if served or not market.free or any(group.cross_elasticity for group in directory.prices.groups):
        reject()
    return market


def optimum(model: Knapsack) -> int | None:
    """What both solvers find."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        by_pulp = solve_by_pulp(model)
    assert solve_by_ortools(model) == by_pulp
    return by_pulp


def test_pulp_and_ortools_find_what_brute_force_finds():
    """All combinations of paths of small requests."""
    seen: Counter[str] = Counter()

    @examples(25)
    @given(network_files(CLEARANCE))
    def compare(files: NetworkFiles) -> None:
        market = market_of(files)
        if market.count_combinations() > 600:
            reject()
        answer = solve_joint(market.directory)
        assert optimum(knapsack(market)) == answer.objective
        seen.update([answer.status, *(["marked down"] if answer.plan.markdowns else [])])

    compare()
    assert seen["marked down"] >= 4


def test_pulp_ortools_and_the_product_agree_on_larger_clearance():
    """Requests with too many paths to try: the product bounds the optimum, to 0.1 % for the most part."""
    seen: Counter[str] = Counter()

    @examples(8)
    @given(network_files(LARGER))
    def compare(files: NetworkFiles) -> None:
        market = market_of(files)
        if market.count_combinations() < 1000:
            reject()
        best = optimum(knapsack(market))
        _, network, request = read_twice(files)
        result = solve(network, request, Parameters(gap=0.0))
        seen.update(["requests", *(["proved to 0.1 %"] if result.gap is not None and result.gap <= 1e-3 else [])])
        if best is None:
            assert result.status is Status.INFEASIBLE
            return
        assert result.objective is not None
        assert result.bound is not None
        assert result.objective <= best <= result.bound

    compare()
    assert seen["proved to 0.1 %"] >= 0.5 * seen["requests"]
