"""Every backend gives the same answer to the same request, and no bound is below a true benefit."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from network import Network
from optimizer import Parameters, Request, certify, solve
from optimizer.backends import BACKENDS, RELAXATIONS, Answer, Outcome, Search, backend_named
from optimizer.backends.pulp import pulp
from optimizer.model import Solution, benefit
from optimizer.program import Program, linear_program
from optimizer.search.flow_network import best_flow, flow_network
from optimizer.search.solver_runs import solution_of, solved
from optimizer.transfer import TransferModel, plan_of
from tests.optimizer.directories import as_pure_flow, examples, files_of, model_of, network_of
from tests.oracle.strategies import NetworkFiles, network_files

SEARCH = Search(seconds=20)


def _worth(answer: Answer, network: Network, request: Request, built: TransferModel) -> int | None:
    """Certified objective of an answer in money units."""
    if answer.columns is None:
        return None
    solution = solution_of(built.model, answer.columns)
    certificate = certify(network, request, plan_of(built, solution.flow_units, solution.switch_count))
    assert certificate.valid, certificate.violations
    assert certificate.objective == benefit(built.model, solution)
    return certificate.objective


def test_backends_agree():
    """All mixed-integer backends find the same objective and outcome; no bound is below it, of relaxations neither."""
    seen: Counter[str] = Counter()

    @examples(50)
    @given(network_files())
    def agree(files: NetworkFiles) -> None:
        network, request, built = model_of(files)
        program, scale = linear_program(built.model), 10**network.money_decimals
        answers = {name: solved(built.model, program, backend, SEARCH) for name, backend in BACKENDS.items()}
        worths = {name: _worth(answer, network, request, built) for name, answer in answers.items()}
        outcomes = {name: answer.outcome for name, answer in answers.items()}
        assert set(outcomes.values()) in ({Outcome.OPTIMAL}, {Outcome.INFEASIBLE}), outcomes
        assert len(set(worths.values())) == 1, worths
        best = worths["highs"]
        seen[outcomes["highs"].value] += 1
        if best is None:
            return
        seen["pays"] += best > 0
        noise = 1 + 1e-9 * abs(best)
        for name, answer in answers.items():
            assert answer.bound * scale >= best - noise, name
            assert answer.bound * scale <= best + 1e-6 * max(abs(best), scale) + 1, name
        for name, relaxation in RELAXATIONS.items():
            bound = relaxation(program, SEARCH).bound
            tolerance = 1e-9 if name == "glop" else 1e-6
            assert bound is not None, name
            assert bound * scale >= best - 1 - tolerance * max(abs(best), scale), name

    agree()
    assert seen["pays"] >= 8
    assert seen["infeasible"] >= 2


def test_min_cost_flow_is_exact_on_pure_flows():
    """Where nothing ties flows together, one min-cost flow is worth exactly what a mixed-integer solver finds."""
    seen: Counter[str] = Counter()

    @examples(35)
    @given(network_files())
    def agree(files: NetworkFiles) -> None:
        network, request, built = model_of(as_pure_flow(files))
        model = built.model
        assert model.is_pure_flow
        found = best_flow(flow_network(model, in_packs=False), np.zeros(len(model.flows), dtype=np.int64))
        assert found is not None
        units, value = found
        answer = solved(model, linear_program(model), BACKENDS["highs"], SEARCH)
        assert value - model.do_nothing == benefit(model, Solution(units, np.zeros(0, np.int64)))
        assert value - model.do_nothing == _worth(answer, network, request, built)
        seen["pays"] += value > model.do_nothing

    agree()
    assert seen["pays"] >= 15


def _shared_dispatch() -> NetworkFiles:
    """One dispatch of 6 kg holds three units of 2 kg each, or two of 3 kg."""
    return files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value,unit_weight_kg\nP,10,2,2\nQ,3,2,3\n",
        lanes="origin,destination,capacity_kg,max_dispatches\nA,B,6,1\n",
        stock="node_id,sku_id,on_hand,demand_mean\nA,P,6,0\nB,P,0,6\nA,Q,6,0\nB,Q,0,6\n",
        alerts="alert_id,kind,node_id,sku_id\nX,overstock,A,P\nY,overstock,A,Q\n",
    )


@pytest.mark.parametrize("name", BACKENDS)
def test_a_dispatch_may_be_filled_to_the_last_gram(name):
    """Weights that are no whole multiples of each other fill a dispatch exactly; no backend rounds a unit away."""
    result = solve(network_of(_shared_dispatch()), Request(), Parameters(backend=name))
    assert result.benefit == 24_000_000
    assert result.bound >= 24_000_000
    assert result.plan.units.tolist() == [3]


def _program(objective: list[float], high: list[float]) -> Program:
    """Columns with limits of their own, and one row that binds nothing."""
    n = len(objective)
    return Program(
        objective=np.array(objective),
        low=np.zeros(n),
        high=np.array(high),
        integer=np.ones(n, dtype=bool),
        row=np.zeros(n, dtype=np.int64),
        column=np.arange(n),
        coefficient=np.ones(n),
        row_low=np.array([-np.inf]),
        row_high=np.array([1e9]),
        row_unit=np.ones(1),
        offset=0.0,
        first_member_row=0,
        first_limit_row=0,
    )


@pytest.mark.parametrize(
    ("price", "units"), [(1.0000004, 1000), (123_456_789.25, 1000), (5e9 + 0.5, 1000)], ids=["fine", "large", "huge"]
)
def test_cp_sat_bounds_allow_for_the_rounding_of_money(price, units):
    """CP-SAT counts money in whole steps; what a step hides is part of its bound."""
    answer = BACKENDS["cp_sat"](_program([price], [units]), SEARCH)
    assert answer.outcome is Outcome.OPTIMAL
    assert answer.bound >= price * units * (1 - 1e-15)


def test_cp_sat_refuses_columns_beyond_its_range():
    """Units beyond 2^40 are no integers that CP-SAT can add up."""
    answer = BACKENDS["cp_sat"](_program([1.0], [2.0**41]), SEARCH)
    assert answer.outcome is Outcome.NOTHING
    assert "2^40" in answer.detail


def test_cp_sat_reports_incumbents():
    """Solutions on the way reach the caller, the last one is the answer."""
    built = model_of(_shared_dispatch())[-1]
    reported = []
    answer = BACKENDS["cp_sat"](linear_program(built.model), replace(SEARCH, on_solution=reported.append))
    assert reported
    assert np.array_equal(reported[-1], answer.columns)


def test_unknown_backends_are_named_with_those_that_exist():
    """The message says what may be asked for."""
    with pytest.raises(ValueError, match=r"'gurobbi' is unknown; use one of cp_sat, highs, pulp, scip or pulp:SOLVER"):
        backend_named("gurobbi")


def test_pulp_reaches_solvers_by_name():
    """``pulp:NAME`` is that solver; one that is not installed finds nothing and says what is there."""
    built = model_of(_shared_dispatch())[-1]
    program = linear_program(built.model)
    assert backend_named("pulp:PULP_CBC_CMD")(program, SEARCH).outcome is Outcome.OPTIMAL
    answer = pulp(program, SEARCH, solver_name="NO_SUCH_CMD")
    assert answer.outcome is Outcome.NOTHING
    assert "NO_SUCH_CMD is not available; found PULP_CBC_CMD" in answer.detail


@pytest.mark.parametrize("name", BACKENDS)
def test_a_program_without_columns_has_the_empty_answer(name):
    """Nothing to decide is no error."""
    built = model_of(_shared_dispatch())[-1]
    model = built.model
    empty = replace(
        _program([], []), row_high=np.array([]), row_low=np.array([]), row_unit=np.array([]), offset=-model.do_nothing
    )
    assert BACKENDS[name](empty, SEARCH).outcome is Outcome.OPTIMAL
