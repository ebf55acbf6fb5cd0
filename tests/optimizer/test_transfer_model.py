"""The transfer builder and the canonical model say the same of a plan as the certificate, which shares none of it."""

import json
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from network.columns import NO_LIMIT
from optimizer import Parameters, Request, Status, certify, solve
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.model import (
    Solution,
    benefit,
    fewest_switches,
    increment_units,
    kept_units,
    switch_fill,
    with_flows,
)
from optimizer.plan_lines import no_lines
from optimizer.program import Program, linear_program
from optimizer.search.limits import free_switches, with_free_switches
from optimizer.search.solver_runs import columns_of, solution_of, solved
from optimizer.transfer import TransferModel, plan_of
from tests.optimizer.directories import (
    asked_in,
    asked_of,
    broken_but_loose,
    examples,
    files_of,
    has_hard_demands,
    model_of,
    named_lanes,
    network_of,
    rows_of,
    with_asked,
    with_cells,
    with_rows,
)
from tests.oracle.strategies import NetworkFiles, network_files

SEARCH = Search(seconds=20)
EXACT = Parameters(gap=0.0)

SEEDS = st.integers(0, 2**32 - 1)


def _best(files: NetworkFiles) -> int | None:
    """Best objective by one solver over the whole model, None when no plan is allowed."""
    built = model_of(files)[-1]
    answer = solved(built.model, linear_program(built.model), BACKENDS["highs"], SEARCH)
    assert answer.outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE)
    return None if answer.columns is None else benefit(built.model, solution_of(built.model, answer.columns))


def _some_solution(built: TransferModel, seed: int) -> Solution | None:
    """A feasible solution that is best for lines and dispatches of random worth, completed by the best flows inside."""
    model, program = built.model, linear_program(built.model)
    lines = np.arange(len(built.flow_lane))
    strange = program.objective.copy()
    strange[lines] += np.random.default_rng(seed).normal(0, 20, len(lines))
    answer = solved(model, replace(program, objective=strange), BACKENDS["highs"], SEARCH)
    if answer.outcome is Outcome.INFEASIBLE:
        return None
    units = solution_of(model, answer.columns).flow_units
    return _completed(built, program, units)


def _completed(built: TransferModel, program: Program, units: np.ndarray) -> Solution:
    """The same lines, with the most valuable flows within nodes."""
    low, high = program.low.copy(), program.high.copy()
    lines = np.arange(len(built.flow_lane))
    low[lines] = high[lines] = units[lines]
    answer = BACKENDS["highs"](replace(program, low=low, high=high), SEARCH)
    assert answer.outcome is Outcome.OPTIMAL
    return solution_of(built.model, answer.columns)


def test_a_solution_is_worth_what_the_certificate_says_of_its_plan():
    """For any feasible solution, not only the best: allowed, and the same objective to the last money unit.

    The solution is not the best one: it may have lines and lanes that the best plan would leave out, and in rare cases
    more units come than could ever pay, which the model counts as left over.
    """
    seen: Counter[str] = Counter()

    @examples(80)
    @given(network_files(), SEEDS)
    def agree(files: NetworkFiles, seed: int) -> None:
        network, request, built = model_of(files)
        solution = _some_solution(built, seed)
        seen["infeasible"] += solution is None
        if solution is None:
            return
        certificate = certify(network, request, plan_of(built, solution.flow_units, solution.switch_count))
        assert not broken_but_loose(certificate)
        assert certificate.objective >= benefit(built.model, solution)
        seen["worth more"] += certificate.objective > benefit(built.model, solution)
        seen["moves"] += bool(np.any(solution.flow_units[: len(built.flow_lane)]))
        seen["loses"] += certificate.objective < 0
        seen.update(f"pays {key}" for key, money in certificate.adjustments.items() if money)
        seen["free switches"] += bool(np.any(solution.switch_count[free_switches(built.model)]))
        seen["expires"] += bool(np.any(built.flow_expiry_day < NO_LIMIT))
        seen["limits"] += bool(len(built.model.limits))

    agree()
    assert seen["worth more"] <= 1
    assert seen["moves"] >= 25
    assert seen["loses"] >= 8


@examples(20)
@given(network_files())
def test_doing_nothing_is_worth_what_the_certificate_says(files: NetworkFiles):
    """Without lines, and with the best flows within nodes (stock in transit that counts), the benefit is 0.

    What is left are the lines of a former plan that are given up at a price.
    """
    network, request, built = model_of(files)
    if has_hard_demands(built):
        return
    nothing = np.zeros(len(built.model.flows), dtype=np.int64)
    certificate = certify(network, request, no_lines())
    assert certificate.valid
    assert certificate.benefit == 0
    assert benefit(built.model, _completed(built, linear_program(built.model), nothing)) == certificate.objective
    if not request.former_plan:
        assert certificate.objective == 0


def _value(program: Program, columns: np.ndarray) -> float:
    return float(program.objective @ columns) + program.offset


def _violation(program: Program, columns: np.ndarray) -> float:
    """By how much columns leave the rows and bounds of a program."""
    activity = np.bincount(program.row, weights=program.coefficient * columns[program.column], minlength=program.n_rows)
    below = np.concatenate([program.row_low - activity, program.low - columns])
    above = np.concatenate([activity - program.row_high, columns - program.high])
    return float(max(below.max(initial=0.0), above.max(initial=0.0)))


@examples(20)
@given(network_files(), SEEDS)
def test_the_linear_program_accepts_every_solution_at_its_benefit(files: NetworkFiles, seed: int):
    """A solution written as columns keeps rows and bounds, has its benefit as objective, and reads back unchanged."""
    built = model_of(files)[-1]
    solution = _some_solution(built, seed)
    if solution is None:
        return
    model, program = built.model, linear_program(built.model)
    columns = columns_of(model, program, solution)
    assert _violation(program, columns) <= 1e-9
    assert round(_value(program, columns) * 10**model.money_decimals) == benefit(model, solution)
    again = solution_of(model, columns)
    assert np.array_equal(again.flow_units, solution.flow_units)
    assert np.array_equal(again.switch_count, solution.switch_count)
    # A row or bound that accepted anything would pass as well: one unit more on a line out of nowhere must not.
    used = np.flatnonzero(solution.flow_units)
    if len(used):
        columns[used[0]] += 1
        assert _violation(program, columns) > 0.1


@examples(20)
@given(network_files(), SEEDS)
def test_row_units_bring_every_row_to_integers(files: NetworkFiles, seed: int):
    """What a row's coefficients stand for are integers; solvers that need them get them exactly."""
    built = model_of(files)[-1]
    program = linear_program(built.model)
    whole = program.coefficient * program.row_unit[program.row]
    assert np.abs(whole - np.rint(whole)).max(initial=0.0) <= 1e-6
    fill = switch_fill(built.model, np.ones(len(built.model.flows), dtype=np.int64))
    assert np.all(fill[np.unique(built.model.members.switch)] >= 0)


def test_fewest_switches_is_the_least_that_carries_a_flow():
    """One count less on any switch in use and the flow no longer fits."""
    seen: Counter[str] = Counter()

    @examples(50)
    @given(network_files(), SEEDS)
    def least(files: NetworkFiles, seed: int) -> None:
        built = model_of(files)[-1]
        model = built.model
        solution = _some_solution(built, seed)
        if solution is None:
            return
        program = linear_program(model)
        count = fewest_switches(model, solution.flow_units)
        for switch in np.flatnonzero(count).tolist():
            fewer = count.copy()
            fewer[switch] -= 1
            seen["switches"] += 1
            seen["several"] += count[switch] > 1
            assert _violation(program, columns_of(model, program, Solution(solution.flow_units, fewer))) > 1e-9

    least()
    assert seen["switches"] >= 15
    assert seen["several"] >= 1


@examples(20)
@given(network_files(), SEEDS)
def test_flows_that_are_left_out_leave_the_others_alone(files: NetworkFiles, seed: int):
    """A restricted model is worth at every solution what the full one is with these flows at 0."""
    built = model_of(files)[-1]
    solution = _some_solution(built, seed)
    if solution is None:
        return
    kept = np.flatnonzero(solution.flow_units > 0)
    restricted = with_flows(built.model, kept)
    units = solution.flow_units[kept]
    smaller = with_free_switches(restricted, Solution(units, fewest_switches(restricted, units)))
    assert np.array_equal(smaller.switch_count, solution.switch_count)
    assert benefit(restricted, smaller) == benefit(built.model, solution)
    program = linear_program(restricted)
    assert _violation(program, columns_of(restricted, program, smaller)) <= 1e-9


@examples(20)
@given(network_files(), SEEDS)
def test_increments_hold_all_units_that_are_kept(files: NetworkFiles, seed: int):
    """Units that end at a position find increments to end in, the most valuable ones first."""
    built = model_of(files)[-1]
    model = built.model
    worth, position = model.increments.worth, model.increments.position
    same = position[1:] == position[:-1]
    assert np.all(worth[1:][same] <= worth[:-1][same])
    solution = _some_solution(built, seed)
    if solution is None:
        return
    kept = kept_units(model, solution.flow_units)
    assert np.all(kept >= 0)
    held = np.zeros_like(kept)
    np.add.at(held, position, increment_units(model, kept))
    assert np.array_equal(held, kept)


# What a change of the request must do to the answer, whatever the answer is.


@examples(20)
@given(network_files(), SEEDS)
def test_the_order_of_rows_means_nothing(files: NetworkFiles, seed: int):
    """Every table shuffled: the same status and benefit."""
    rng, shuffled = random.Random(seed), files
    for table in ("nodes", "products", "lanes", "stock", "alerts", "lots", "display_rules", "former/transfers"):
        rows = rows_of(shuffled, table)
        rng.shuffle(rows)
        shuffled = with_rows(shuffled, table, rows)
    assert _best(shuffled) == _best(files)


_MONEY = {
    "products": ("unit_cost", "list_price", "salvage_value"),
    "lanes": ("fixed_cost", "cost_per_unit", "cost_per_kg"),
    "stock": ("holding_cost", "shortage_penalty"),
    "display_rules": ("broken_price",),
}


def _scaled(files: NetworkFiles, factor: int) -> NetworkFiles:
    for table, columns in _MONEY.items():
        rows = rows_of(files, table)
        for row in rows:
            row.update({column: str(Decimal(row[column]) * factor) for column in columns if row[column]})
        files = with_rows(files, table, rows)
    asked = asked_in(files)
    for key in ("min_line_benefit", "min_dispatch_benefit"):
        asked[key] = asked.get(key, 0) * factor
    for step in asked.get("former_plan", {}).get("change_prices", []):
        step["price_per_unit"] *= factor
    return with_asked(files, asked)


@examples(20)
@given(network_files())
def test_twice_the_money_is_twice_the_benefit(files: NetworkFiles):
    """In money fine enough that nothing is rounded, doubling every price, cost and charge doubles all exactly.

    Demand is certain: the worth of units that are sold with some probability is rounded however fine the money.
    """
    settings = json.loads(files.texts["network.json"]) | {"money_decimals": 9}
    fine = with_cells(NetworkFiles({**files.texts, "network.json": json.dumps(settings)}), "stock", demand_std="")
    once = _best(fine)
    assert _best(_scaled(fine, 2)) == (None if once is None else 2 * once)


@examples(20)
@given(network_files(), SEEDS)
def test_one_more_lane_never_hurts(files: NetworkFiles, seed: int):
    """What was possible stays possible: no less benefit, and nothing that was feasible becomes infeasible."""
    rng = random.Random(seed)
    lanes, names = named_lanes(files), [row["node_id"] for row in rows_of(files, "nodes")]
    origin, destination = rng.sample(names, 2)
    added = {**rng.choice(lanes), "lane_id": "one more", "origin": origin, "destination": destination}
    before = _best(files)
    if before is None:
        return
    after = _best(with_rows(files, "lanes", [*lanes, added]))
    assert after is not None
    assert after >= before


_NODE_LIMITS = ("pick_capacity_units", "receive_capacity_units", "max_outbound_lanes", "max_inbound_lanes")


@examples(20)
@given(network_files())
def test_rules_that_bind_nothing_change_nothing(files: NetworkFiles):
    """More dispatches and capacities than anything could load, and a case of one unit, are as good as no rule."""
    lanes = [
        row | {"max_dispatches": row["max_dispatches"] or "100000", "capacity_kg": row["capacity_kg"] or "100000"}
        for row in rows_of(files, "lanes")
    ]
    products = [
        row | {"case_pack": row["case_pack"] or "1", "unit_weight_kg": row["unit_weight_kg"] or "0"}
        for row in rows_of(files, "products")
    ]
    nodes = [row | {column: row[column] or "100000" for column in _NODE_LIMITS} for row in rows_of(files, "nodes")]
    stock = [row | {"no_send_before_day": row["no_send_before_day"] or "0"} for row in rows_of(files, "stock")]
    ruled = files
    for table, rows in (("lanes", lanes), ("products", products), ("nodes", nodes), ("stock", stock)):
        ruled = with_rows(ruled, table, rows)
    assert _best(ruled) == _best(files)


def test_units_that_only_come_because_their_case_pays_are_worth_what_they_are():
    """Of a case of four, the last unit (9.66, as the seventh there) is worth less than its way (8) and its start (3).

    The three before it (23.58, 18.67 and 13.75) pay for it, and it counts with them.
    """
    files = files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value,case_pack\nP,31,3,4\n",
        lanes="origin,destination,cost_per_unit\nA,B,8\n",
        stock="node_id,sku_id,on_hand,demand_mean,demand_std\nA,P,16,0,0\nB,P,3,5,0.4\n",
        alerts="alert_id,kind,node_id,sku_id\nX,shortage,B,P\n",
    )
    result = solve(*asked_of(files), EXACT)
    assert result.status is Status.OPTIMAL
    assert result.plan.units.tolist() == [4]
    assert round(result.objective, -4) == 21_660_000
    assert _best(files) == result.objective
    assert result.bound - result.objective <= 1


def test_a_demand_without_any_lane_is_infeasible_not_an_error():
    """No flow at all, and something must be served."""
    files = files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value\nP,10,2\n",
        lanes="origin,destination\n",
        stock="node_id,sku_id,on_hand,demand_mean\nA,P,6,0\nB,P,0,6\n",
        alerts="alert_id,kind,node_id,sku_id,units,must_serve\nX,shortage,B,P,2,true\n",
    )
    result = solve(network_of(files), Request(), EXACT)
    assert result.status is Status.INFEASIBLE
    assert [(conflict.rule, conflict.place, conflict.amount) for conflict in result.conflicts] == [
        ("alerts.units", "node B, SKU P", 2.0)
    ]
    assert solve(network_of(with_cells(files, "alerts", must_serve="")), Request(), EXACT).benefit == 0
