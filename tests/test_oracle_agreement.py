"""The product and the tests' own oracle agree on random small requests over all rules."""

import random
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from network import Network, read_network
from optimizer import Parameters, Request, certify, solve
from optimizer.plan import Plan, Status
from tests.oracle.directory import Directory, read_directory
from tests.oracle.evaluation import Line, broken_rules, evaluate
from tests.oracle.formulation import OracleAnswer, UnprovedError, solve_oracle
from tests.oracle.shares import describe
from tests.oracle.strategies import NetworkFiles, network_files

EXAMPLES = 300
SPOILED = 150
reproducible = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def read_twice(files: NetworkFiles) -> tuple[Directory, Network]:
    """One request as the oracle reads it and as the product reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = files.write(Path(folder))
        network, _ = read_network(path)
        return read_directory(path), network


def proved_answer(directory: Directory) -> OracleAnswer:
    """The oracle's answer; a request that takes CBC too long does not count as an example."""
    try:
        return solve_oracle(directory)
    except UnprovedError:
        reject()


def to_plan(network: Network, lines: Sequence[Line], dispatches: Mapping[str, int]) -> Plan:
    """A plan of the oracle's words in the product's columns."""
    lane_row = {lane_id: row for row, lane_id in enumerate(network.lanes.lane_id)}
    sku_row = {sku_id: row for row, sku_id in enumerate(network.products.sku_id)}
    return Plan(
        lane=np.array([lane_row[line.lane_id] for line in lines], dtype=np.int32),
        sku=np.array([sku_row[line.sku] for line in lines], dtype=np.int32),
        units=np.array([line.units for line in lines], dtype=np.int64),
        arrives_day=np.array([line.arrives_day for line in lines], dtype=np.int32),
        dispatch_lane=np.array([lane_row[lane_id] for lane_id in dispatches], dtype=np.int32),
        dispatches=np.array(list(dispatches.values()), dtype=np.int64),
    )


def from_plan(network: Network, plan: Plan) -> tuple[list[Line], dict[str, int]]:
    """A plan of the product in the oracle's words."""
    lane_ids, sku_ids = network.lanes.lane_id, network.products.sku_id
    rows = zip(plan.lane, plan.sku, plan.units.tolist(), plan.arrives_day.tolist(), strict=True)
    lines = [Line(str(lane_ids[lane]), str(sku_ids[sku]), units, day) for lane, sku, units, day in rows]
    runs = zip(plan.dispatch_lane, plan.dispatches.tolist(), strict=True)
    return lines, {str(lane_ids[lane]): number for lane, number in runs}


def check_certificate(directory: Directory, network: Network, plan: Plan, benefit: int) -> None:
    """The certificate and the oracle's evaluator both accept the plan and count the same benefit."""
    lines, dispatches = from_plan(network, plan)
    assert not broken_rules(directory, lines, dispatches)
    assert evaluate(directory, lines, dispatches) == benefit
    certificate = certify(network, Request(), plan)
    assert certificate.valid, certificate.violations
    assert certificate.benefit == benefit
    assert sum(certificate.ledger.values()) == benefit


def test_solver_agrees_with_oracle():
    """The same status and the same benefit to the last money unit, and each plan is worth what it claims."""
    seen: Counter[str] = Counter()

    @reproducible
    @given(network_files())
    def agree(files: NetworkFiles) -> None:
        directory, network = read_twice(files)
        answer = proved_answer(directory)
        result = solve(network, Request(), Parameters(gap=0.0))
        seen.update(["requests", *describe(directory, answer)])
        if answer.status == "infeasible":
            assert result.status is Status.INFEASIBLE
            assert result.plan is None
            assert result.conflicts
            return
        assert result.status is Status.OPTIMAL
        assert result.plan is not None
        assert result.benefit == answer.benefit_money
        assert result.bound is not None
        assert result.bound >= result.benefit
        check_certificate(directory, network, result.plan, answer.benefit_money)
        # A plan that the product's own solver has never seen must pass as well.
        oracles_plan = to_plan(network, answer.lines, answer.dispatches)
        check_certificate(directory, network, oracles_plan, answer.benefit_money)

    agree()
    assert seen["requests"] >= EXAMPLES
    # An empty plan would agree with an empty plan: most requests must have something to decide.
    assert seen["transfers pay"] >= 0.5 * EXAMPLES
    assert seen["units pass through"] >= 0.1 * EXAMPLES
    assert seen["infeasible"] >= 0.05 * EXAMPLES


def test_an_infeasible_over_stock_demand_names_its_conflict():
    """Six units may go in packs of four, so five cannot: the answer says that one unit of the demand is too much."""
    texts = {
        "network.json": '{"currency": "USD", "as_of": "2024-01-01", "horizon_days": 7, "money_decimals": 2}',
        "nodes.csv": "node_id,kind\nN0,store\nN1,store\n",
        "products.csv": "sku_id,list_price,salvage_value,case_pack\nP0,10,2,4\n",
        "lanes.csv": "origin,destination\nN0,N1\n",
        "stock.csv": "node_id,sku_id,on_hand,demand_mean\nN0,P0,6,0\nN1,P0,0,6\n",
        "alerts.csv": "alert_id,kind,node_id,sku_id,units,must_serve\nA0,overstock,N0,P0,5,true\n",
    }
    directory, network = read_twice(NetworkFiles(texts))
    assert solve_oracle(directory).status == "infeasible"
    result = solve(network, Request(), Parameters(gap=0.0))
    assert result.status is Status.INFEASIBLE
    assert [(conflict.rule, conflict.amount) for conflict in result.conflicts] == [("alerts.units", 1.0)]


def test_certificate_judges_spoiled_plans_like_the_oracle():
    """A plan changed at random is allowed for both or for neither, and is worth the same where it is allowed."""
    seen: Counter[str] = Counter()

    @settings(reproducible, max_examples=SPOILED)
    @given(network_files(), st.integers(0, 2**32 - 1))
    def agree(files: NetworkFiles, seed: int) -> None:
        directory, network = read_twice(files)
        lines, dispatches = spoiled(directory, proved_answer(directory), random.Random(seed))
        certificate = certify(network, Request(), to_plan(network, lines, dispatches))
        broken = broken_rules(directory, lines, dispatches)
        seen.update(rule.split(":")[0] for rule in broken or ["allowed"])
        assert certificate.valid == (not broken), (broken, certificate.violations)
        if not broken:
            assert certificate.benefit == evaluate(directory, lines, dispatches)

    agree()
    assert seen["allowed"] >= 0.1 * SPOILED
    assert len(seen) >= 10


def spoiled(directory: Directory, answer: OracleAnswer, rng: random.Random) -> tuple[list[Line], dict[str, int]]:
    """Change one thing or two in the oracle's plan: units, days, a line more or less, dispatches more or fewer."""
    lines, dispatches = list(answer.lines), dict(answer.dispatches)
    for _ in range(rng.choice((1, 1, 2, 3))):
        change = rng.choice(("add", "add", "remove", "units", "day", "dispatches"))
        if change == "add" or not lines:
            lane = directory.lanes[rng.choice(sorted(directory.lanes))]
            day = lane.lead_time_days + rng.choice((0, 0, 1))
            lines.append(Line(lane.lane_id, rng.choice(sorted(directory.products)), rng.randint(1, 6), day))
            dispatches.setdefault(lane.lane_id, 1)
            continue
        i = rng.randrange(len(lines))
        line = lines[i]
        if change == "remove":
            del lines[i]
            dispatches = {k: n for k, n in dispatches.items() if any(k == other.lane_id for other in lines)}
        elif change == "units":
            lines[i] = replace(line, units=max(1, line.units + rng.choice((-2, -1, 1, 2))))
        elif change == "day":
            lines[i] = replace(line, arrives_day=max(0, line.arrives_day + rng.choice((-1, 1, 2))))
        else:
            dispatches[line.lane_id] = max(1, dispatches[line.lane_id] + rng.choice((-1, 1)))
    return lines, dispatches
