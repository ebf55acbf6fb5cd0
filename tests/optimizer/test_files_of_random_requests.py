"""Random requests over every rule, as files: request.json is read as the oracle reads it, and plans survive writing."""

import tempfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from hypothesis import given

from network import read_network
from optimizer import Parameters, solve
from optimizer.certificate import certify, check_claims
from optimizer.plan import Markdowns, Plan
from optimizer.plan_files.plan_directory import read_plan, write_plan
from optimizer.request import FormerPlan
from optimizer.request_reading import read_request
from tests.agreement import to_request
from tests.optimizer.directories import examples
from tests.oracle.drawing import NetworkFiles
from tests.oracle.reading import read_directory
from tests.oracle.strategies import network_files


def lines_of(plan: Plan) -> list[tuple[int, ...]]:
    """Lines by what makes them, and their units."""
    columns = (plan.lane, plan.sku, plan.arrives_day, plan.expiry_day, plan.units)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


@examples(100)
@given(files=network_files())
def test_request_files_are_read_as_the_oracle_reads_them(files: NetworkFiles) -> None:
    """Two readings that share no code; a former plan is the same lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = files.write(Path(folder))
        network, _ = read_network(path)
        expected = to_request(network, read_directory(path).asked)
        request, _, problems = read_request(network, network.request, directory=path)
    assert problems == ()
    assert replace(request, former_plan=None) == replace(expected, former_plan=None)
    found, former = request.former_plan, expected.former_plan
    assert (found is None) == (former is None)
    if isinstance(found, FormerPlan) and isinstance(former, FormerPlan):
        assert lines_of(found.plan) == lines_of(former.plan)
        assert (found.frozen_before_day, found.change_prices) == (former.frozen_before_day, former.change_prices)


@examples(20)
@given(files=network_files())
def test_plans_and_their_claims_survive_writing(files: NetworkFiles) -> None:
    """Every line with its days, every dispatch; the plan read is worth what it claims."""
    with tempfile.TemporaryDirectory() as folder:
        path = files.write(Path(folder))
        network, _ = read_network(path)
        request, _, _ = read_request(network, network.request, directory=path)
        result = solve(network, request, Parameters(time_limit_seconds=2.0))
        if result.plan is None:
            return
        write_plan(path / "plan", network, result)
        read = read_plan(path / "plan", network)
    for item in fields(Markdowns):
        np.testing.assert_array_equal(
            getattr(read.plan.markdowns, item.name), getattr(result.plan.markdowns, item.name)
        )
    for item in fields(Plan):
        if item.name == "markdowns":
            continue
        np.testing.assert_array_equal(getattr(read.plan, item.name), getattr(result.plan, item.name), err_msg=item.name)
    certificate = certify(network, request, read.plan)
    claimed = {"benefit": read.claimed_benefit, "objective": read.claimed_objective}
    checked = check_claims(certificate, claimed, read.claimed_ledger)
    assert checked.violations == ()
