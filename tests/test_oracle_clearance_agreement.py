"""The product and the tests' own oracle agree on random small requests of prices, exits, purchases and lines."""

import random
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st

from network import Network
from optimizer import Parameters, Request, certify, solve
from optimizer.plan import Plan, Status
from tests.agreement import from_markdowns, from_plan, read_twice, to_plan
from tests.oracle.choices import Cell
from tests.oracle.drawing import CLEARANCE, JOINT, OUTSIDE, NetworkFiles, Profile
from tests.oracle.formulation import UnprovedError
from tests.oracle.joint import JointAnswer, JointPlan, Market, solve_joint
from tests.oracle.strategies import network_files
from tests.oracle.valuation import Worth
from tests.test_oracle_agreement import spoiled

MOST_COMBINATIONS = {CLEARANCE: 600, OUTSIDE: 1, JOINT: 12}
"""A request with more combinations of paths does not count as an example."""

SOLVE_SECONDS = 10
"""More than requests need that are proved at all; on a busy machine too."""

reproducible = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def answered(market: Market, profile: Profile) -> JointAnswer:
    """The oracle's answer; a request with too many paths, or one that it cannot decide, does not count."""
    if market.count_combinations() > MOST_COMBINATIONS[profile]:
        reject()
    try:
        return solve_joint(market.directory)
    except UnprovedError:
        reject()


def asked_for(adjustments: Mapping[str, int]) -> dict[str, int]:
    """Adjustments that are not 0."""
    return {name: amount for name, amount in adjustments.items() if amount}


def check_certificate(market: Market, network: Network, request: Request, plan: Plan) -> tuple[Worth, list[str]]:
    """Certificate and oracle both accept a plan or both refuse it, and count the same where it is allowed."""
    lines, dispatches = from_plan(network, plan)
    same = JointPlan(tuple(lines), dispatches, from_markdowns(network, plan, market.choices))
    broken, certificate = market.broken(same), certify(network, request, plan)
    assert certificate.valid == (not broken), (broken, certificate.violations)
    if broken:
        return Worth(0, {}), broken
    worth = market.worth(same)
    assert certificate.benefit == worth.benefit
    assert asked_for(certificate.adjustments) == asked_for(worth.adjustments)
    assert sum(certificate.ledger.values()) == worth.benefit
    return worth, broken


def agree(files: NetworkFiles, profile: Profile) -> list[str]:
    """Compare status, objective and bound; each accepts and values the other's plan. Returns what the answer has."""
    directory, network, request = read_twice(files)
    market = Market(directory)
    answer = answered(market, profile)
    result = solve(network, request, Parameters(gap=0.0, time_limit_seconds=SOLVE_SECONDS))
    if answer.worth is None:
        assert result.status is Status.INFEASIBLE
        return ["infeasible"]
    assert result.plan is not None
    assert result.bound is not None
    assert result.objective is not None
    assert result.objective <= answer.worth.objective <= result.bound
    if result.status is Status.OPTIMAL:
        assert result.objective == answer.worth.objective
    worth, broken = check_certificate(market, network, request, result.plan)
    assert not broken
    assert (result.benefit, result.objective) == (worth.benefit, worth.objective)
    plan = answer.plan
    oracles = to_plan(network, plan.lines, plan.dispatches, plan.markdowns)
    assert check_certificate(market, network, request, oracles) == (answer.worth, [])
    ways = {"marked down": plan.markdowns, "lines": plan.lines, "paths to choose from": market.count_combinations() > 1}
    ways |= {f"lines of {way}": any(way in line.lane_id for line in plan.lines) for way in ("exit:", "quote:")}
    return [result.status.value, *(name for name, there in ways.items() if there)]


def agree_on(examples: int, profile: Profile, seed_number: int) -> Counter[str]:
    """Compare answers to random requests. Returns how many requests had what."""
    seen: Counter[str] = Counter()

    @seed(seed_number)
    @settings(reproducible, max_examples=examples)
    @given(network_files(profile))
    def compare(files: NetworkFiles) -> None:
        seen.update(["requests", *agree(files, profile)])

    compare()
    return seen


def judge_alike(examples: int, profile: Profile, seed_number: int) -> Counter[str]:
    """Let certificate and oracle judge plans changed at random. Returns how often each rule was broken."""
    seen: Counter[str] = Counter()

    @seed(seed_number)
    @settings(reproducible, max_examples=examples)
    @given(network_files(profile), st.integers(0, 2**32 - 1))
    def compare(files: NetworkFiles, number: int) -> None:
        directory, network, request = read_twice(files)
        market = Market(directory)
        plan = other_plan(market, random.Random(number))
        columns = to_plan(network, plan.lines, plan.dispatches, plan.markdowns)
        _, broken = check_certificate(market, network, request, columns)
        seen.update(rule.split(":")[0] for rule in broken or ["allowed"])

    compare()
    return seen


def other_plan(market: Market, rng: random.Random) -> JointPlan:
    """A plan with any prices, or allowed ones, and with a line or two."""
    markdowns = {}
    for cell, choice in market.choices.items():
        paths = market.free.get(cell, [])[1:]
        if paths and rng.random() < 0.5:
            markdowns[cell] = rng.choice(paths)
        elif rng.random() < 0.35:
            known = [choice.list_price, *choice.rungs.values(), *rng.choice(([], [], [choice.list_price / 2]))]
            markdowns[cell] = tuple(rng.choice(known) for _ in range(market.directory.periods))
    markdowns = {cell: path for cell, path in markdowns.items() if any(p != path_at_list(market, cell) for p in path)}
    lines, dispatches = [], {}
    if market.directory.lanes and rng.random() < 0.6:
        lines, dispatches = spoiled(market.directory, JointAnswer("optimal").plan, rng)
    return JointPlan(tuple(lines), dispatches, markdowns)


def path_at_list(market: Market, cell: Cell) -> Fraction:
    """List price of a choice."""
    return market.choices[cell].list_price


def test_certificate_judges_markdowns_like_the_oracle():
    """Prices, with and without lines, are allowed for both or for neither, and worth the same where allowed."""
    seen = judge_alike(50, CLEARANCE, 1) + judge_alike(30, JOINT, 2)
    assert seen["allowed"] >= 10
    assert len(seen) >= 8


def test_certificate_judges_exits_and_quotes_like_the_oracle():
    """The same of lines to exits and from quotes."""
    assert judge_alike(40, OUTSIDE, 3)["allowed"] >= 4


def test_exits_and_quotes_agree_with_the_oracle():
    """The same status and objective to the last money unit where nothing is marked down."""
    seen = agree_on(30, OUTSIDE, 4)
    assert seen["optimal"] + seen["infeasible"] == seen["requests"]
    assert seen["lines of exit:"] >= 3


def test_clearance_agrees_with_the_oracle():
    """Brute force over all paths of small requests in which nothing can move."""
    seen = agree_on(25, CLEARANCE, 5)
    assert seen["marked down"] >= 3


def test_joint_plans_agree_with_the_oracle():
    """Brute force over all paths, each with the lines that are best at its prices."""
    seen = agree_on(12, JOINT, 6)
    assert seen["paths to choose from"] >= 2


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("profile", "examples"), [(CLEARANCE, 1000), (OUTSIDE, 600), (JOINT, 400)])
def test_many_requests_agree_with_the_oracle(profile, examples, capsys):
    """The same of thousands of requests and of plans changed at random; prints what they had."""
    seen = agree_on(examples, profile, 7)
    judged = judge_alike(examples, profile, 8)
    with capsys.disabled():
        print(f"\nanswers: {dict(seen)}\nplans: {dict(judged)}")
    assert judged["allowed"] >= 0.1 * examples
