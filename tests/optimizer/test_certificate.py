"""The certificate against the tests' own oracle, on random plans of random networks, allowed or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network import Network, read_network
from optimizer.certificate import RULES, certify
from optimizer.plan import Certificate, Plan
from optimizer.request import Request
from tests.optimizer.small_case import small_network
from tests.oracle.asked import Line
from tests.oracle.directory import Directory, read_directory
from tests.oracle.evaluation import broken_rules
from tests.oracle.strategies import NetworkFiles, network_files
from tests.oracle.valuation import evaluate

ORACLE_SETTINGS = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True)
class Case:
    """One network as the engine and as the oracle read it, and a plan in both languages."""

    network: Network
    directory: Directory
    lines: Sequence[Line]
    dispatches: Mapping[str, int]

    @property
    def plan(self) -> Plan:
        """The plan in rows of the network's tables."""
        lane_row = {name: row for row, name in enumerate(self.network.lanes.lane_id)}
        sku_row = {name: row for row, name in enumerate(self.network.products.sku_id)}
        return Plan(
            lane=np.array([lane_row[line.lane_id] for line in self.lines], dtype=np.int32),
            sku=np.array([sku_row[line.sku] for line in self.lines], dtype=np.int32),
            units=np.array([line.units for line in self.lines], dtype=np.int64),
            arrives_day=np.array([line.arrives_day for line in self.lines], dtype=np.int32),
            dispatch_lane=np.array([lane_row[name] for name in self.dispatches], dtype=np.int32),
            dispatches=np.array(list(self.dispatches.values()), dtype=np.int64),
        )

    def certify(self) -> Certificate:
        """Certificate of the plan for all alerted SKUs."""
        return certify(self.network, Request(), self.plan)

    def oracle_benefit(self) -> int:
        """Benefit by the oracle."""
        return evaluate(self.directory, self.lines, self.dispatches).benefit

    def oracle_rules(self) -> set[str]:
        """Names of the rules that the oracle finds broken."""
        broken = broken_rules(self.directory, self.lines, self.dispatches)
        return {rule.partition(":")[0] for rule in broken}

    def is_wrong_where_nothing_is_stocked(self, certificate: Certificate) -> bool:
        """Whether units are left at, or taken from, a place without a position."""
        stocked = {f"node {node}, SKU {sku}" for node, sku in self.directory.stock}
        rules = {"own_stock", "pass_through", "position_exists"}
        return any(found.rule in rules and found.place not in stocked for found in certificate.violations)


def line_draws(max_lines: int = 8) -> st.SearchStrategy[list[tuple[int, int, int, int]]]:
    """Lane number, SKU number, units and days of waiting, of each line."""
    return st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(1, 6), st.sampled_from((0, 0, 0, 0, 1, 2))),
        min_size=1,
        max_size=max_lines,
    )


def make_case(files: NetworkFiles, draws: list[tuple[int, int, int, int]], extra: int, path: Path) -> Case:
    """A case whose lines are those drawn, without repeats, and whose lanes run the dispatches that their load needs."""
    network, _ = read_network(files.write(path))
    directory = read_directory(path)
    lane_ids, skus = list(directory.lanes), list(directory.products)
    lines: dict[tuple[str, str, int], Line] = {}
    load: dict[str, float] = {}
    for lane_number, sku_number, units, waits in draws:
        lane = directory.lanes[lane_ids[lane_number % len(lane_ids)]]
        sku = skus[sku_number % len(skus)]
        day = lane.lead_time_days + (waits if directory.transit[lane.origin] else 0)
        line = Line(lane.lane_id, sku, units * directory.products[sku].case_pack, day)
        if (line.lane_id, line.sku, line.arrives_day) not in lines:
            lines[line.lane_id, line.sku, line.arrives_day] = line
            load[lane.lane_id] = load.get(lane.lane_id, 0) + line.units * float(directory.products[sku].weight_kg)
    dispatches = {
        name: 1 + (extra if number == 0 else 0) + int(kg // float(directory.lanes[name].capacity_kg or 10**9))
        for number, (name, kg) in enumerate(load.items())
    }
    return Case(network, directory, list(lines.values()), dispatches)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory that the examples of one test overwrite in turn."""
    return tmp_path / "network"


@given(network_files(), line_draws(), st.integers(0, 1))
@ORACLE_SETTINGS
def test_benefit_is_the_oracles(folder: Path, files: NetworkFiles, draws: list[tuple[int, int, int, int]], extra: int):
    case = make_case(files, draws, extra, folder)
    certificate = case.certify()
    # The oracle does not value units where no position exists; a plan that leaves or takes some there is not allowed.
    if not case.is_wrong_where_nothing_is_stocked(certificate):
        assert certificate.benefit == case.oracle_benefit()
    assert sum(certificate.ledger.values()) == certificate.benefit
    assert all(violation.rule != "ledger" for violation in certificate.violations)


@given(network_files(), line_draws(), st.integers(0, 1))
@ORACLE_SETTINGS
def test_broken_rules_are_the_oracles(
    folder: Path, files: NetworkFiles, draws: list[tuple[int, int, int, int]], extra: int
):
    case = make_case(files, draws, extra, folder)
    found = {violation.rule for violation in case.certify().violations}
    expected = case.oracle_rules()
    assert bool(found) == bool(expected)
    if expected & {"duplicate_line", "in_scope", "case_pack", "min_line_units", "units_exist", "arrives_day"}:
        assert expected <= found  # the oracle stops at broken lines
    else:
        assert {"dispatch_count" if rule == "max_dispatches" else rule for rule in found} == expected


@given(network_files(), line_draws(), st.integers(0, 1))
@ORACLE_SETTINGS
def test_line_benefit_is_what_the_plan_loses_without_the_line(
    folder: Path, files: NetworkFiles, draws: list[tuple[int, int, int, int]], extra: int
):
    case = make_case(files, draws, extra, folder)
    certificate = case.certify()
    for number, line in enumerate(case.lines):
        lane = case.directory.lanes[line.lane_id]
        if {(lane.origin, line.sku), (lane.destination, line.sku)} <= case.directory.stock.keys():
            rest = replace(case, lines=[*case.lines[:number], *case.lines[number + 1 :]])
            rest = replace(rest, dispatches=_dispatches_without(case, rest, line.lane_id))
            assert certificate.line_benefit[number] == case.oracle_benefit() - rest.oracle_benefit()


def _dispatches_without(case: Case, rest: Case, lane_id: str) -> dict[str, int]:
    """The dispatches less those that the rest of the lane's load no longer needs."""
    needed = [_needed(part, lane_id) for part in (case, rest)]
    runs = case.dispatches[lane_id]
    kept = 0 if needed[1] == 0 else runs - min(runs, needed[0]) + needed[1]
    return {**case.dispatches, lane_id: min(kept, runs)}


def _needed(case: Case, lane_id: str) -> int:
    """Fewest dispatches for a lane's load."""
    lines = [line for line in case.lines if line.lane_id == lane_id]
    capacity = case.directory.lanes[lane_id].capacity_kg
    load = sum(line.units * case.directory.products[line.sku].weight_kg for line in lines)
    return 0 if not lines else 1 if capacity is None else max(1, -int(-load // capacity))


def test_random_plans_break_and_keep_rules(folder: Path):
    """The comparisons above mean something: their plans cover allowed ones and most of the rules."""
    seen: dict[str, int] = {}

    @given(network_files(), line_draws(max_lines=3), st.integers(0, 1))
    @settings(ORACLE_SETTINGS, max_examples=150)
    def collect(files: NetworkFiles, draws: list[tuple[int, int, int, int]], extra: int) -> None:
        violations = make_case(files, draws, extra, folder).certify().violations
        for rule in {violation.rule for violation in violations} or {"none"}:
            seen[rule] = seen.get(rule, 0) + 1

    collect()
    assert {"none", "own_stock", "pass_through", "position_exists", "min_line_units", "must_serve"} <= seen.keys()
    assert seen["none"] >= 5


@given(
    st.lists(st.integers(-(2**62), 2**62), max_size=4),
    st.lists(st.integers(-(2**62), 2**62), max_size=4),
    st.sampled_from((np.int64, np.int32, np.float64, np.object_, np.uint64, np.bool_)),
)
@settings(ORACLE_SETTINGS, max_examples=60)
def test_nonsense_gives_violations_and_no_exception(first: list[int], second: list[int], dtype: type):
    column = np.array(first, dtype=np.object_).astype(np.int64).astype(dtype)
    other = np.array(second, dtype=np.object_).astype(np.int64)
    plan = Plan(column, other, other.copy(), column.copy(), other.copy(), column.copy())
    certificate = certify(small_network(), Request(), plan)
    assert not certificate.valid  # the network has a hard demand, which no nonsense serves
    assert {violation.rule for violation in certificate.violations} <= set(RULES)
    assert len(certificate.line_benefit) == len(first)
