"""The certificate against the tests' own oracle, on random plans of random requests, allowed or not."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from optimizer.certificate import RULES, certify
from optimizer.plan import Plan
from optimizer.request import Request
from tests.optimizer.random_plans import OF_STOCK, random_case
from tests.optimizer.small_case import small_network
from tests.oracle.strategies import network_files

EXAMPLES = settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ANY_SEED = st.integers(0, 2**32 - 1)
BY_LINE = {
    "duplicate_line", "in_scope", "response_policy", "lane_rules", "known_expiry", "shelf_life", "case_pack",
    "min_line_units", "units_exist", "arrives_day",
}  # fmt: skip
"""Rules of lines, at which the oracle stops."""


def test_worth_is_the_oracles():
    """Benefit and adjustments of plans that send only what is there, many of which break other rules."""
    seen: Counter[str] = Counter()

    @given(network_files(), ANY_SEED, st.integers(0, 1))
    @EXAMPLES
    def compare(files, number, extra):
        case = random_case(files, number, extra_dispatches=extra)
        certificate = case.certify()
        assert sum(certificate.ledger.values()) == certificate.benefit
        rules = {violation.rule for violation in certificate.violations}
        assert "ledger" not in rules
        if not rules & OF_STOCK:
            worth = case.worth()
            assert certificate.benefit == worth.benefit
            assert dict(certificate.adjustments) == worth.adjustments
            assert certificate.objective == worth.objective
            seen.update(["compared", *(key for key, amount in worth.adjustments.items() if amount)])

    compare()
    assert seen["compared"] >= 50
    keys = {"request.severity_weights", "request.former_plan", "display_rules.broken_price"}
    assert min(seen[key] for key in keys) >= 1


def test_broken_rules_are_the_oracles():
    """The oracle and the certificate name the same rules of the same plans, which break most of them and none."""
    seen: Counter[str] = Counter()

    @given(network_files(), ANY_SEED, st.integers(0, 1))
    @EXAMPLES
    def compare(files, number, extra):
        case = random_case(files, number, extra_dispatches=extra)
        found, expected = {violation.rule for violation in case.certify().violations}, case.oracle_rules()
        seen.update(found or {"none"})
        assert bool(found) == bool(expected)
        if expected & BY_LINE:
            assert expected <= found  # the oracle stops at broken lines
        else:
            # Of units that may not leave yet the oracle says that they are not there.
            early = {"pass_through"} if "no_send_before_day" in found and "pass_through" in expected else set()
            named = {"dispatch_count" if rule == "max_dispatches" else rule for rule in found} | early
            assert expected <= named
            assert named - expected <= {"no_send_before_day", "min_line_benefit", "min_dispatch_benefit"}

    compare()
    common = {"none", "own_stock", "pass_through", "position_exists", "min_line_units", "must_serve", "shelf_life"}
    assert min(seen[rule] for rule in common) >= 3


def test_a_line_brings_what_the_plan_loses_without_it():
    """Benefit and objective of every line, where the rest of the plan sends only what is there."""
    seen: Counter[str] = Counter()

    @given(network_files(), ANY_SEED)
    @EXAMPLES
    def compare(files, number):
        case = random_case(files, number)
        certificate = case.certify()
        if {violation.rule for violation in certificate.violations} & OF_STOCK:
            return
        worth = case.worth()
        for row, line in enumerate(case.lines):
            rest = case.without(line)
            if {violation.rule for violation in rest.certify().violations} & OF_STOCK:
                continue
            of_rest = rest.worth()
            assert certificate.line_benefit[row] == worth.benefit - of_rest.benefit
            assert certificate.line_objective[row] == worth.objective - of_rest.objective
            seen["lines"] += 1
            seen["of expiring SKUs"] += line.expiry_day < 1000

    compare()
    assert seen["lines"] >= 100
    assert seen["of expiring SKUs"] >= 10


@given(
    st.lists(st.integers(-(2**62), 2**62), max_size=4),
    st.lists(st.integers(-(2**62), 2**62), max_size=4),
    st.sampled_from((np.int64, np.int32, np.float64, np.object_, np.uint64, np.bool_)),
)
@settings(EXAMPLES, max_examples=60)
def test_nonsense_gives_violations_and_no_exception(first: list[int], second: list[int], dtype: type):
    column = np.array(first, dtype=np.object_).astype(np.int64).astype(dtype)
    other = np.array(second, dtype=np.object_).astype(np.int64)
    plan = Plan(column, other, other.copy(), column.copy(), other.copy(), column.copy(), other.copy())
    certificate = certify(small_network(), Request(), plan)
    assert not certificate.valid  # the network has a hard demand, which no nonsense serves
    assert {violation.rule for violation in certificate.violations} <= set(RULES)
    assert len(certificate.line_benefit) == len(certificate.line_objective) == len(first)


@pytest.mark.parametrize("column", ["expiry_day", "arrives_day"])
def test_days_beyond_all_bounds_are_days_like_others(column):
    """A line for a day that no calendar has is judged, not a reason to stop."""
    network = small_network()
    plan = Plan(*(np.array([value]) for value in (0, 0, 2, 1, 0, 1, 2**31 - 1)))
    far = replace(plan, **{column: np.array([2**62])})
    assert not certify(network, Request(), far).valid
