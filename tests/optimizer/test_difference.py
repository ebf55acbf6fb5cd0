"""The difference of two plans: what it says, and that the first plan with its changes is the second."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer import Request, certify
from optimizer.difference import DispatchChanges, LineChanges, line_changes, plan_difference
from optimizer.difference_tables import line_changes_table
from optimizer.plan import Plan
from optimizer.plan_lines import LINE_KEY, merged_lines
from tests.optimizer.directories import examples
from tests.optimizer.small_case import DISPATCHES, LINES, SmallCase, plan_of, small_network

NETWORK = small_network()


def changed_plan(before: Plan, changes: LineChanges, dispatches: DispatchChanges) -> Plan:
    """Changes applied to the plan that they are counted from."""
    changed = {name: np.concatenate([getattr(before, name), getattr(changes, name)]) for name in LINE_KEY}
    units = np.concatenate([before.units, changes.units_after - changes.units_before])
    lane = np.concatenate([before.dispatch_lane, dispatches.lane])
    runs = np.concatenate([before.dispatches, dispatches.after - dispatches.before])
    return merged_lines(replace(before, **changed, units=units, dispatch_lane=lane, dispatches=runs))


def columns_of(plan: Plan) -> dict[str, list[int]]:
    """Columns of a plan as lists."""
    return {name: getattr(plan, name).tolist() for name in Plan.__slots__ if name != "markdowns"}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan of the small network; it may break every rule but that lines are not repeated."""
    keys = st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 3), st.sampled_from([4, 9]))
    lines = sorted(draw(st.dictionaries(keys, st.integers(1, 30), max_size=8)).items())
    runs = sorted(draw(st.dictionaries(st.integers(0, 5), st.integers(1, 4), max_size=5)).items())
    columns = np.array([key for key, _ in lines], dtype=np.int32).reshape(len(lines), 4)
    return Plan(
        lane=columns[:, 0],
        sku=columns[:, 1],
        arrives_day=columns[:, 2],
        expiry_day=columns[:, 3],
        units=np.array([units for _, units in lines], dtype=np.int64),
        dispatch_lane=np.array([lane for lane, _ in runs], dtype=np.int32),
        dispatches=np.array([count for _, count in runs], dtype=np.int64),
    )


@examples(200)
@given(plans(), plans())
def test_the_first_plan_with_its_changes_is_the_second(before: Plan, after: Plan):
    difference = plan_difference(NETWORK, Request(), before, after)
    assert columns_of(changed_plan(before, difference.lines, difference.dispatches)) == columns_of(merged_lines(after))
    assert np.all(difference.lines.units_before != difference.lines.units_after)
    back = line_changes(NETWORK, after, before)
    assert back.changed_units == difference.lines.changed_units
    assert difference.benefit == sum(difference.ledger.values())
    assert difference.objective == difference.benefit + sum(difference.adjustments.values())


def test_a_plan_does_not_differ_from_itself():
    plan = SmallCase().plan
    columns = [name for name in Plan.__slots__ if name != "markdowns"]
    turned = replace(plan, **{name: getattr(plan, name)[::-1] for name in columns})
    difference = plan_difference(NETWORK, Request(), plan, turned)
    assert not len(difference.lines)
    assert not len(difference.dispatches)
    assert not len(difference.outcomes)
    assert not any(difference.ledger.values())


def test_a_difference_line_by_line_and_term_by_term():
    before = SmallCase().plan
    # One case of A less to S1 (the lane still runs for B), B from S3 to S2 left out with its dispatch, C added.
    lines = [("W>S1", "A", 2, 1), *LINES[1:4], *LINES[5:], ("W>S1", "C", 1, 1)]
    after = plan_of(NETWORK, lines, {lane: runs for lane, runs in DISPATCHES.items() if lane != "S3>S2"})
    difference = plan_difference(NETWORK, Request(), before, after)
    table = line_changes_table(NETWORK, difference.lines)
    assert table[["change", "lane_id", "sku_id", "units_before", "units_after"]].to_numpy().tolist() == [
        ["changed", "W>S1", "A", 4, 2],
        ["added", "W>S1", "C", 0, 1],
        ["removed", "S3>S2", "B", 6, 0],
    ]
    assert difference.lines.changed_units == 2 + 1 + 6
    assert NETWORK.lanes.lane_id[difference.dispatches.lane].tolist() == ["S3>S2"]
    assert (difference.dispatches.before.tolist(), difference.dispatches.after.tolist()) == ([1], [0])
    # The dispatch of S3>S2 cost 1, its 6 units 0.25 each; 2 A and 1 C over W>S1 cost 0.5 each and 0.1 a kilogram.
    assert difference.ledger["lanes.fixed_cost"] == 1_000_000
    assert difference.ledger["lanes.cost_per_unit"] == 1_500_000 + (2 - 1) * 500_000
    assert difference.ledger["lanes.cost_per_kg"] == round((2 * 2.0 - 0.1) * 100_000)
    assert (
        difference.benefit == certify(NETWORK, Request(), after).benefit - certify(NETWORK, Request(), before).benefit
    )
    # A2 asks for all 8 A that S1 misses, A3 for the 8 B that S3 has too many.
    outcomes = difference.outcomes
    assert NETWORK.alerts.alert_id[outcomes.alert].tolist() == ["A2", "A3"]
    assert outcomes.units_before.tolist() == [4, 6]
    assert outcomes.units_after.tolist() == [2, 0]
    assert outcomes.outcome_after.tolist() == ["partly", "unresolved"]
