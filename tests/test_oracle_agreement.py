"""The product and the tests' own oracle agree on random small requests over all rules."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st

from network import Network
from optimizer import Parameters, Request, certify, solve
from optimizer.plan import Plan, Status
from tests.agreement import from_plan, read_twice, to_plan
from tests.oracle.asked import NEVER, Line
from tests.oracle.directory import Directory
from tests.oracle.drawing import NetworkFiles
from tests.oracle.evaluation import broken_rules
from tests.oracle.formulation import OracleAnswer, UnprovedError, solve_oracle
from tests.oracle.lots import expiry_days
from tests.oracle.shares import describe
from tests.oracle.strategies import network_files
from tests.oracle.valuation import evaluate

EXAMPLES = 1000
PARTS = 8
SPOILED = 300
reproducible = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def proved_answer(directory: Directory) -> OracleAnswer:
    """The oracle's answer; a request that takes CBC too long does not count as an example."""
    try:
        return solve_oracle(directory)
    except UnprovedError:
        reject()


def check_certificate(directory: Directory, network: Network, request: Request, plan: Plan, objective: int) -> None:
    """The certificate and the oracle's evaluator both accept the plan and count the same."""
    lines, dispatches = from_plan(network, plan)
    assert not broken_rules(directory, lines, dispatches)
    worth = evaluate(directory, lines, dispatches)
    assert worth.objective == objective
    certificate = certify(network, request, plan)
    assert certificate.valid, certificate.violations
    assert certificate.benefit == worth.benefit
    assert dict(certificate.adjustments) == worth.adjustments
    assert sum(certificate.ledger.values()) == worth.benefit


def agree(files: NetworkFiles) -> list[str]:
    """Compare status, objective and benefit; each accepts and values the other's plan. Returns what the request has."""
    directory, network, request = read_twice(files)
    answer = proved_answer(directory)
    result = solve(network, request, Parameters(gap=0.0))
    facts = describe(directory, answer)
    if answer.worth is None:
        assert result.status is Status.INFEASIBLE
        assert result.plan is None
        assert result.conflicts
        return facts
    assert result.status is Status.OPTIMAL
    assert result.plan is not None
    assert result.objective == answer.objective
    assert result.bound is not None
    assert result.bound >= result.objective
    check_certificate(directory, network, request, result.plan, answer.worth.objective)
    assert result.certificate is not None
    assert result.benefit == result.certificate.benefit
    # A plan that the product's own solver has never seen must pass as well.
    oracles_plan = to_plan(network, answer.lines, answer.dispatches)
    check_certificate(directory, network, request, oracles_plan, answer.worth.objective)
    return facts


def agree_on(examples: int, source: st.SearchStrategy[NetworkFiles], seed_number: int) -> Counter[str]:
    """Compare answers to random requests. Returns how many requests had what."""
    seen: Counter[str] = Counter()

    @seed(seed_number)
    @settings(reproducible, max_examples=examples)
    @given(source)
    def compare(files: NetworkFiles) -> None:
        seen.update(["requests", *agree(files)])

    compare()
    assert seen["requests"] >= examples
    # An empty plan would agree with an empty plan: many requests must have something to decide.
    assert seen["transfers pay"] >= 0.2 * examples
    assert seen["units pass through"] >= 0.03 * examples
    assert seen["infeasible"] >= 0.05 * examples
    return seen


@pytest.mark.parametrize("part", range(PARTS))
def test_solver_agrees_with_oracle(part):
    """The same status and objective to the last money unit, and each plan is worth what it claims: 1,000 requests."""
    agree_on(EXAMPLES // PARTS, network_files(), part)


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
    directory, network, request = read_twice(NetworkFiles(texts))
    assert solve_oracle(directory).status == "infeasible"
    result = solve(network, request, Parameters(gap=0.0))
    assert result.status is Status.INFEASIBLE
    assert [(conflict.rule, conflict.amount) for conflict in result.conflicts] == [("alerts.units", 1.0)]


def test_certificate_judges_spoiled_plans_like_the_oracle():
    """A plan changed at random is allowed for both or for neither, and is worth the same where it is allowed."""
    seen: Counter[str] = Counter()

    @settings(reproducible, max_examples=SPOILED)
    @given(network_files(), st.integers(0, 2**32 - 1))
    def compare(files: NetworkFiles, number: int) -> None:
        directory, network, request = read_twice(files)
        lines, dispatches = spoiled(directory, proved_answer(directory), random.Random(number))
        certificate = certify(network, request, to_plan(network, lines, dispatches))
        broken = broken_rules(directory, lines, dispatches)
        seen.update(rule.split(":")[0] for rule in broken or ["allowed"])
        assert certificate.valid == (not broken), (broken, certificate.violations)
        if not broken:
            worth = evaluate(directory, lines, dispatches)
            assert (certificate.benefit, dict(certificate.adjustments)) == (worth.benefit, worth.adjustments)

    compare()
    assert seen["allowed"] >= 0.1 * SPOILED
    assert len(seen) >= 10


def spoiled(directory: Directory, answer: OracleAnswer, rng: random.Random) -> tuple[list[Line], dict[str, int]]:
    """Change one thing or two in the oracle's plan: units, days, a line more or less, dispatches more or fewer."""
    lines, dispatches = list(answer.lines), dict(answer.dispatches)
    for _ in range(rng.choice((1, 1, 2, 3))):
        change = rng.choice(("add", "add", "remove", "units", "day", "expiry", "dispatches"))
        if change == "add" or not lines:
            lane, sku = directory.lanes[rng.choice(sorted(directory.lanes))], rng.choice(sorted(directory.products))
            day = lane.lead_time_days + rng.choice((0, 0, 1))
            lines.append(Line(lane.lane_id, sku, rng.randint(1, 6), day, any_expiry(directory, sku, rng)))
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
        elif change == "expiry":
            lines[i] = replace(line, expiry_day=any_expiry(directory, line.sku, rng))
        else:
            dispatches[line.lane_id] = max(1, dispatches[line.lane_id] + rng.choice((-1, 1)))
    return lines, dispatches


def any_expiry(directory: Directory, sku: str, rng: random.Random) -> int:
    """An expiry day of the units of a SKU, now and then one that none of them has."""
    return rng.choice([*expiry_days(directory, sku) * 4, 3, NEVER])
