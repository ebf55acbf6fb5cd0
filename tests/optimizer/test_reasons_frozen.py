"""Reasons where lines of a former plan stay: hand-made cases with their arithmetic, and the stated fix applied."""

from typing import Any

import pytest

from network.columns import NO_LIMIT
from optimizer import Request
from optimizer.plan import UNKNOWN_MONEY
from optimizer.request import FormerPlan
from tests.optimizer.small_case import plan_of
from tests.optimizer.test_reasons import EUR, RICH, SHORT, Frames, fix_of, network_of, unmet, world


def test_frozen_lines_that_leave_no_room_for_more():
    # The former plan's 3 units stay exactly 3 until the line may change; S would take a fourth. T sends on day 0 only.
    frames = world([{"origin": "T", "destination": "S"}], [{**RICH, "node_id": "T"}, SHORT])
    former = plan_of(network_of(frames), [("T>S", "P", 3, 0)], {"T>S": 1})
    request = Request(former_plan=FormerPlan(former, frozen_before_day=1))
    needs = "lines frozen only where they leave before day 0"
    reason = f"1 unit (1 kg) from T over T > S would earn 8.00, but needs {needs}"
    assert unmet(frames, request) == {"S": (1, "frozen", reason, f"{needs}, worth 8.00 after all costs")}
    named = [("request.former_plan.frozen_before_day", "", -1.0)]
    assert fix_of(frames, request) == (named, UNKNOWN_MONEY, 8 * EUR, 8 * EUR)


def test_frozen_lines_that_take_the_units_elsewhere():
    lanes = [{"origin": "W", "destination": "S"}, {"origin": "W", "destination": "T"}]
    rich = {**SHORT, "node_id": "T", "on_hand": 4, "safety_stock": 4}
    frames = world(lanes, [{**RICH, "on_hand": 3}, SHORT, rich])
    former = plan_of(network_of(frames), [("W>T", "P", 3, 0)], {"W>T": 1})
    request = Request(former_plan=FormerPlan(former, frozen_before_day=NO_LIMIT))
    reason = "nothing is left to give: a frozen line takes 3 units from W to T, worth 2.00 a unit, here 10.00"
    assert unmet(frames, request)["S"][1:3] == ("frozen", reason)
    _, _, worth, gained = fix_of(frames, request)
    assert (worth, gained) == (UNKNOWN_MONEY, 3 * 8 * EUR)


def keeping(frames: Frames, *lines: tuple[str, str, int, int]) -> Request:
    """All lines of a former plan stay, each on one dispatch."""
    former = plan_of(network_of(frames), lines, {line[0]: 1 for line in lines})
    return Request(former_plan=FormerPlan(former, frozen_before_day=NO_LIMIT))


THROUGH_V = [{"origin": "W", "destination": "V", "lead_time_days": 1}, {"origin": "V", "destination": "S"}]


def test_frozen_lines_that_bring_the_units_here_take_none_elsewhere():
    # All 3 units of W come here by way of V.
    frames = world(THROUGH_V, [{**RICH, "on_hand": 3}, SHORT])
    request = keeping(frames, ("W>V", "P", 3, 1), ("V>S", "P", 3, 1))
    assert unmet(frames, request)["S"][:2] == (1, "no_supply")
    assert fix_of(frames, request)[0] == [("stock.on_hand", "S/P", 1.0)]


@pytest.mark.parametrize("lanes", [THROUGH_V, [THROUGH_V[0], {"origin": "W", "destination": "S"}]])
def test_frozen_lines_that_take_the_units_elsewhere_by_way_of_a_node(lanes: list[dict[str, Any]]):
    # They go to T, where all are left over at 2; S is reached from V, or from W alone.
    rich = {**SHORT, "node_id": "T", "on_hand": 4, "safety_stock": 4}
    frames = world([*lanes, {"origin": "V", "destination": "T"}], [{**RICH, "on_hand": 3}, SHORT, rich])
    request = keeping(frames, ("W>V", "P", 3, 1), ("V>T", "P", 3, 1))
    way = "from V to T" if lanes is THROUGH_V else "from W to V"
    reason = f"nothing is left to give: a frozen line takes 3 units {way}, worth 2.00 a unit, here 10.00"
    assert unmet(frames, request)["S"][1:3] == ("frozen", reason)
    assert fix_of(frames, request)[3] == 3 * 8 * EUR


def test_frozen_lines_whose_units_could_not_come_in_time():
    # Units of T would be here on day 9, when none counts any more.
    lanes = [{"origin": "W", "destination": "T"}, {"origin": "W", "destination": "S", "lead_time_days": 9}]
    rich = {**SHORT, "node_id": "T", "on_hand": 4, "safety_stock": 4}
    frames = world(lanes, [{**RICH, "on_hand": 3}, SHORT, rich])
    assert unmet(frames, keeping(frames, ("W>T", "P", 3, 0)))["S"][:2] == (4, "no_supply")
