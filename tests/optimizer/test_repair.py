"""Repairing plans: a valid one stays as it is, any other becomes the nearest that is valid."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network import Network, network_from_frames
from network.columns import NO_LIMIT
from optimizer import Parameters, Request, certify, solve
from optimizer.difference import line_changes
from optimizer.plan import Plan, Status, StopReason
from optimizer.plan_lines import with_fewest_dispatches
from optimizer.repair import repair
from optimizer.request import FormerPlan
from tests.optimizer.directories import examples
from tests.optimizer.small_case import SETTINGS, SmallCase, plan_of, small_network

BRIEFLY = Parameters(time_limit_seconds=20)


def test_a_valid_plan_is_its_own_repair():
    case = SmallCase()
    found = repair(case.network, Request(), case.plan, BRIEFLY)
    assert found.certificate.valid
    assert found.result.plan is not None
    assert found.result.benefit == case.certify().benefit
    assert not len(line_changes(case.network, case.plan, found.result.plan))
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("row", "units", "rule", "mended"),
    [
        # S3 has 9 B, 2 of them safety stock, and a dispatch from there needs 5 kg.
        (4, 9, "own_stock", 7),
        (4, 3, "min_dispatch_kg", 5),
        # Cases of 2.
        (0, 3, "case_pack", None),
        # Two dispatches of 20 kg hold 40 kg, 3 of them taken by B; W may give 14 A, 4 of them are on the way to S2.
        (0, 20, "units_exist", 10),
    ],
)
def test_the_least_is_changed(row: int, units: int, rule: str, mended: int | None):
    case = SmallCase().with_cell("units", row, units)
    found = repair(case.network, Request(), case.plan, BRIEFLY)
    assert rule in {violation.rule for violation in found.certificate.violations}
    assert found.result.certificate is not None
    assert found.result.certificate.valid
    assert found.result.stopped_by is StopReason.PROVED
    assert found.difference is not None
    assert found.difference.lines.changed_units == found.least_changed_units
    if mended is None:
        assert found.least_changed_units == 1
    else:
        assert found.difference.lines.units_after.tolist() == [mended]


def test_lines_that_mean_nothing_are_left_out_and_told():
    case = SmallCase()
    plan = case.plan
    strange = replace(
        plan,
        lane=np.append(plan.lane, [99, 0, 0, 0]).astype(np.int32),
        sku=np.append(plan.sku, [0, 99, 2, plan.sku[0]]).astype(np.int32),
        units=np.append(plan.units, [1, 1, 0, 2]),
        arrives_day=np.append(plan.arrives_day, [0, 1, 1, 1]).astype(np.int32),
        expiry_day=np.append(plan.expiry_day, [NO_LIMIT] * 4).astype(np.int32),
    )
    found = repair(case.network, Request(), strange, BRIEFLY)
    assert [words.split(" ", 1)[0] for words in found.left_out] == ["1", "1", "1", "1"]
    assert found.proposed.n_lines == plan.n_lines
    assert found.proposed.units[found.proposed.lane == plan.lane[0]].max() == 6


def test_demands_that_nothing_meets_stay_infeasible_with_their_conflicts():
    case = SmallCase()
    alerts = case.network.alerts
    asking = replace(case.network, alerts=replace(alerts, units=np.where(alerts.must_serve, 100, alerts.units)))
    found = repair(asking, Request(), case.plan, BRIEFLY)
    assert found.result.status is Status.INFEASIBLE
    assert found.result.conflicts
    assert found.difference is None


def test_what_a_request_freezes_stays_frozen():
    network = small_network()
    best = solve(network, Request(), BRIEFLY).plan
    assert best is not None
    request = Request(former_plan=FormerPlan(best, frozen_before_day=NO_LIMIT))
    found = repair(network, request, SmallCase().with_cell("units", 4, 9).plan, BRIEFLY)
    assert found.result.plan is not None
    assert certify(network, request, found.result.plan).valid


def tiny_network(draw: st.DrawFn) -> Network:
    """Two senders, two receivers, lanes of every kind of rule, units few enough to try every plan."""
    number = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    nodes = pd.DataFrame({"node_id": ["W", "V", "S"], "kind": ["supplier", "store", "store"]})
    nodes["receive_capacity_units"] = [None, None, draw(st.sampled_from([None, 3, 5]))]
    products = pd.DataFrame({"sku_id": ["A"], "list_price": [10.0], "salvage_value": [2.0], "unit_weight_kg": [1.0]})
    products["case_pack"] = number(1, 2)
    lanes = pd.DataFrame({"origin": ["W", "W", "V"], "destination": ["S", "V", "S"]})
    lanes["fixed_cost"] = [float(number(0, 9)) for _ in range(3)]
    lanes["capacity_kg"] = [draw(st.sampled_from([None, 2.0, 3.0])) for _ in range(3)]
    lanes["max_dispatches"] = [draw(st.sampled_from([None, 1, 2])) for _ in range(3)]
    lanes["min_line_units"] = [draw(st.sampled_from([None, 2, 3])) for _ in range(3)]
    lanes["min_dispatch_kg"] = [draw(st.sampled_from([None, 2.0])) for _ in range(3)]
    stock = pd.DataFrame({"node_id": ["W", "V", "S"], "sku_id": ["A"] * 3})
    stock["on_hand"] = [number(0, 4), number(0, 4), 0]
    stock["demand_mean"] = [0.0, float(number(0, 2)), float(number(0, 5))]
    alerts = pd.DataFrame({"alert_id": ["a"], "kind": ["shortage"], "node_id": ["S"], "sku_id": ["A"]})
    alerts["units"], alerts["must_serve"] = number(1, 4), draw(st.booleans())
    frames = {"nodes": nodes, "products": products, "lanes": lanes, "stock": stock, "alerts": alerts}
    return network_from_frames(frames, SETTINGS)[0]


def every_plan(network: Network) -> list[Plan]:
    """Every allowed plan, with the fewest dispatches that hold its lines."""
    allowed = []
    sends = network.stock.on_hand[network.lanes.origin]
    for units in itertools.product(*(range(most + 1) for most in sends)):
        plan = with_fewest_dispatches(network, lines_on_lanes(units))
        if certify(network, Request(), plan).valid:
            allowed.append(plan)
    return allowed


def lines_on_lanes(units: tuple[int, ...]) -> Plan:
    """Lines of one SKU, one per lane that has units."""
    lane = np.flatnonzero(units).astype(np.int32)
    zero = np.zeros(len(lane), dtype=np.int32)
    return Plan(lane, zero, np.array(units, dtype=np.int64)[lane], zero, zero[:0], np.zeros(0, dtype=np.int64))


@st.composite
def proposals(draw: st.DrawFn) -> tuple[Network, Plan]:
    """A tiny network, and any plan for it."""
    network = tiny_network(draw)
    units = tuple(draw(st.integers(0, 6)) for _ in range(3))
    return network, with_fewest_dispatches(network, lines_on_lanes(units))


@examples(25)
@given(proposals())
def test_no_allowed_plan_is_nearer(proposal: tuple[Network, Plan]):
    network, plan = proposal
    found = repair(network, Request(), plan, BRIEFLY)
    allowed = every_plan(network)
    if not allowed:
        assert found.result.status is Status.INFEASIBLE
        return
    distances = [line_changes(network, plan, other).changed_units for other in allowed]
    nearest = [other for other, distance in zip(allowed, distances, strict=True) if distance == min(distances)]
    assert found.result.plan is not None
    assert line_changes(network, plan, found.result.plan).changed_units == min(distances)
    assert found.result.objective == max(certify(network, Request(), other).objective for other in nearest)
    if not found.certificate.valid:
        assert found.least_changed_units == min(distances)
        assert found.result.stopped_by is StopReason.PROVED


def test_the_days_of_a_line_are_mended_too():
    network = small_network()
    case = SmallCase(network)
    # Own stock of S3 leaves on day 0: this line says it arrives on day 2.
    late = case.with_cell("arrives_day", 4, 2)
    found = repair(network, Request(), late.plan, BRIEFLY)
    assert {violation.rule for violation in found.certificate.violations} == {"arrives_day"}
    repaired = found.result.plan
    assert repaired is not None
    assert plan_of(network, [("S3>S2", "B", 6, 0)], {}).lane[0] not in repaired.lane[repaired.arrives_day == 2]
