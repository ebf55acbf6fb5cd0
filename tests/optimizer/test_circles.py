"""Units that circle without a source are found, dropped where that is allowed, and forbidden where it is not."""

import numpy as np
import pytest
from hypothesis import given

from optimizer import Parameters, Request, Status, certify, solve
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.model import Solution, benefit, fewest_switches, kept_units
from optimizer.program import linear_program
from optimizer.search.circles import forbid_circles, keeps_switches, unfed_flows, without_circles
from optimizer.search.solver_runs import solution_of, solved
from optimizer.transfer import plan_of
from tests.optimizer.directories import examples, files_of, model_of, named_lanes, network_of, rows_of, with_rows
from tests.oracle.strategies import NetworkFiles, network_files

SEARCH = Search(seconds=20)


def _bait(least_kg: str = "8", on_hand: int = 4) -> NetworkFiles:
    """Units of P are worth sending from A over B to C, if the dispatch from A to B is heavier than P alone can make it.

    Q is nowhere in stock at A and B, which are connected both ways: units of Q from nowhere would fill the dispatch.
    """
    return files_of(
        nodes="node_id,kind\nA,warehouse\nB,warehouse\nC,store\n",
        products="sku_id,list_price,salvage_value,unit_weight_kg\nP,10,2,1\nQ,10,2,1\n",
        lanes=f"origin,destination,min_dispatch_kg\nA,B,{least_kg}\nB,A,\nB,C,\n",
        stock=f"node_id,sku_id,on_hand,demand_mean\nA,P,{on_hand},0\nC,P,0,4\nC,Q,9,0\n",
        alerts="alert_id,kind,node_id,sku_id\nX,shortage,C,P\nY,overstock,C,Q\n",
    )


def _flows(built, *wanted: tuple[str, str, str, int], network) -> np.ndarray:
    """Units on flows given as (origin, destination, SKU, units)."""
    units = np.zeros(len(built.model.flows), dtype=np.int64)
    lanes, nodes = network.lanes, network.nodes.node_id
    for origin, destination, sku, amount in wanted:
        row = np.flatnonzero(
            (nodes[lanes.origin[built.flow_lane]] == origin)
            & (nodes[lanes.destination[built.flow_lane]] == destination)
            & (network.products.sku_id[built.flow_sku] == sku)
        )
        units[row[0]] = amount
    return units


def test_a_circle_without_a_source_is_unfed():
    """Q around A and B comes from nowhere; P on its way from A's stock does not, even where it goes round as well."""
    network, _, built = model_of(_bait())
    circle = _flows(
        built, ("A", "B", "Q", 4), ("B", "A", "Q", 4), ("A", "B", "P", 6), ("B", "A", "P", 2), network=network
    )
    unfed = unfed_flows(built.model, circle)
    assert network.products.sku_id[built.flow_sku[unfed[: len(built.flow_sku)]]].tolist() == ["Q", "Q"]
    left = without_circles(built.model, circle)
    assert left.sum() == 8
    assert np.array_equal(kept_units(built.model, left), kept_units(built.model, circle))


def test_a_flow_without_circles_is_left_alone():
    """Nothing to drop, nothing to forbid."""
    network, _, built = model_of(_bait())
    units = _flows(built, ("A", "B", "P", 4), ("B", "C", "P", 4), network=network)
    assert without_circles(built.model, units) is units
    assert forbid_circles(linear_program(built.model), built.model, units) is None


def test_a_circle_that_fills_nothing_is_only_dropped():
    """Where the dispatch needs no filling, dropping the circle leaves a solution."""
    network, _, built = model_of(_bait(least_kg="2"))
    units = _flows(
        built, ("A", "B", "P", 4), ("B", "C", "P", 4), ("A", "B", "Q", 4), ("B", "A", "Q", 4), network=network
    )
    assert forbid_circles(linear_program(built.model), built.model, units) is None
    left = without_circles(built.model, units)
    assert keeps_switches(built.model, Solution(left, fewest_switches(built.model, left)))


def test_a_circle_that_fills_a_least_load_is_forbidden():
    """The row cuts the circle off and nothing else: with a unit of Q that enters, it may turn."""
    network, _, built = model_of(_bait())
    model, program = built.model, linear_program(built.model)
    units = _flows(
        built, ("A", "B", "P", 4), ("B", "C", "P", 4), ("A", "B", "Q", 4), ("B", "A", "Q", 4), network=network
    )
    tighter = forbid_circles(program, model, units)
    assert tighter is not None
    assert tighter.n_rows == program.n_rows + 1
    added = tighter.row == program.n_rows
    columns = np.zeros(program.n_columns)
    columns[: len(units)] = units
    assert tighter.coefficient[added] @ columns[tighter.column[added]] > 0
    only_p = _flows(built, ("A", "B", "P", 4), ("B", "C", "P", 4), network=network)
    columns[: len(units)] = only_p
    assert tighter.coefficient[added] @ columns[tighter.column[added]] <= 0


@pytest.mark.parametrize("name", BACKENDS)
def test_no_backend_fills_a_dispatch_from_nowhere(name):
    """4 kg of P do not make a dispatch of 8 kg, and no line carries more units than there are: nothing moves."""
    result = solve(network_of(_bait()), Request(), Parameters(backend=name, gap=0.0))
    assert result.status is Status.OPTIMAL
    assert result.benefit == 0
    assert result.plan.n_lines == 0
    assert solve(network_of(_bait(on_hand=8)), Request(), Parameters(backend=name)).benefit == 32_000_000


@examples(25)
@given(network_files())
def test_what_a_backend_says_of_a_request_with_bait_is_certified(files: NetworkFiles):
    """With larger least loads everywhere and lanes both ways, an optimal answer still reads as a valid plan."""
    lanes = [row | {"min_line_units": ""} for row in named_lanes(files)]
    heavy = any(row["unit_weight_kg"] for row in rows_of(files, "products"))
    back = [
        row | {"lane_id": f"back {row['lane_id']}", "origin": row["destination"], "destination": row["origin"]}
        for row in lanes
    ]
    lanes = [
        row | {"min_dispatch_kg": "9.5" if heavy else "", "capacity_kg": "", "max_dispatches": ""} for row in lanes
    ]
    back = [row | {"min_dispatch_kg": "", "capacity_kg": "", "fixed_cost": ""} for row in back]
    network, request, built = model_of(with_rows(files, "lanes", lanes + back))
    answer = solved(built.model, linear_program(built.model), BACKENDS["highs"], SEARCH)
    assert answer.outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE)
    if answer.columns is None:
        return
    solution = solution_of(built.model, answer.columns)
    certificate = certify(network, request, plan_of(built, solution.flow_units, solution.switch_count))
    assert certificate.valid, certificate.violations
    worth = certificate.objective
    assert worth == benefit(built.model, solution)
    assert abs(answer.bound * 10**network.money_decimals - worth) <= 1 + 1e-6 * abs(worth)
