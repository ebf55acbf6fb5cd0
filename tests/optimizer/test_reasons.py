"""Reasons, one hand-made case per code with its arithmetic, and the stated fix applied to see that it serves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network import Network, network_from_frames
from network.tables import Severity
from optimizer import Parameters, Request, solve
from optimizer.plan import UNKNOWN_MONEY, Plan
from optimizer.reasons import explain, with_fix
from optimizer.worth.economics import unit_worth, value_change
from tests.optimizer.small_case import plan_of

HORIZON = 10

LANE_DEFAULTS = {"lead_time_days": 0, "fixed_cost": 0.0, "cost_per_unit": 0.0, "capacity_kg": None,
                 "max_dispatches": None, "min_line_units": None, "min_dispatch_kg": None}  # fmt: skip
STOCK_DEFAULTS = {"sku_id": "P", "reserved": 0, "safety_stock": 0, "in_transit": 0, "in_transit_arrival_day": None,
                  "demand_mean": 0.0, "holding_cost": 0.0, "shortage_penalty": 0.0}  # fmt: skip

Frames = dict[str, pd.DataFrame]

ANYTHING = Request()
EUR = 10**6
"""Money units."""


def world(lanes: list[dict[str, Any]], stock: list[dict[str, Any]], **product: Any) -> Frames:
    """Warehouses W, V and stores S, T, U; a unit sells at 10, is worth 2 left over, weighs 1 kg."""
    nodes = pd.DataFrame({"node_id": list("WVSTU"), "kind": ["warehouse"] * 2 + ["store"] * 3})
    columns = {"sku_id": "P", "unit_weight_kg": 1.0, "list_price": 10.0, "salvage_value": 2.0, "unit_cost": 4.0}
    lane_table = pd.DataFrame([{**LANE_DEFAULTS, **lane} for lane in lanes])
    lane_table["lane_id"] = lane_table.origin + ">" + lane_table.destination
    positions = pd.DataFrame([{**STOCK_DEFAULTS, **row} for row in stock])
    alerts = [(f"A{i}", "shortage", row.node_id, row.sku_id) for i, row in enumerate(positions.itertuples())]
    alerts += [(f"O{i}", "overstock", row.node_id, row.sku_id) for i, row in enumerate(positions.itertuples())]
    return {
        "nodes": nodes,
        "products": pd.DataFrame([{**columns, **product}]),
        "lanes": lane_table,
        "stock": positions,
        "alerts": pd.DataFrame(alerts, columns=["alert_id", "kind", "node_id", "sku_id"]),
    }


def network_of(frames: Frames) -> Network:
    settings = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": HORIZON, "money_decimals": 6}
    return network_from_frames(frames, settings)[0]


def best_plan(network: Network, request: Request = ANYTHING) -> Plan:
    result = solve(network, request, Parameters(gap=0.0, time_limit_seconds=20))
    assert result.plan is not None
    assert result.gap == pytest.approx(0.0, abs=2e-6)
    return result.plan


def nothing(network: Network) -> Plan:
    return plan_of(network, [], {})


def unmet_after(
    frames: Frames, plan: Callable[[Network], Plan], *, proved: bool = True, request: Request = ANYTHING
) -> dict[str, Any]:
    """Node -> (units, code, reason, fix) after a plan."""
    network = network_of(frames)
    found = explain(network, request, plan(network), proved=proved)[0]
    nodes = network.nodes.node_id[found.node]
    columns = (found.units.tolist(), found.code.tolist(), found.reason.tolist(), found.cheapest_fix.tolist())
    return dict(zip(nodes.tolist(), zip(*columns, strict=True), strict=True))


def unmet(frames: Frames, request: Request = ANYTHING) -> dict[str, Any]:
    """Node -> (units, code, reason, fix) after the best plan."""
    return unmet_after(frames, lambda network: best_plan(network, request), request=request)


def fix_of(frames: Frames, request: Request = ANYTHING) -> tuple[list[tuple[str, str, float]], int, int, int]:
    """Changes, cost and worth of the fix for the one unmet position, and what the objective gains once it is made."""
    network = network_of(frames)
    before = solve(network, request, Parameters(gap=0.0, time_limit_seconds=20))
    assert before.unmet is not None
    assert before.objective is not None
    changes = before.unmet.changes
    named = list(zip(changes.field.tolist(), changes.place.tolist(), changes.amount.tolist(), strict=True))
    fixed = with_fix(network, request, before.unmet, 0)
    after = solve(*fixed, Parameters(gap=0.0, time_limit_seconds=20))
    assert after.objective is not None
    gained = after.objective - before.objective
    return named, int(before.unmet.fix_cost[0]), int(before.unmet.fix_worth[0]), gained


def changed(frames: Frames, table: str, key: str, **values: Any) -> Frames:
    """The world with cells of the row that `key` (lane id or node) names replaced."""
    copy = {name: frame.copy() for name, frame in frames.items()}
    frame = copy[table]
    row = frame.index[frame["lane_id" if table == "lanes" else "node_id"] == key]
    for column, value in values.items():
        frame[column] = frame[column].astype(object)
        frame.loc[row, column] = value
    return copy


SHORT = {"node_id": "S", "on_hand": 0, "demand_mean": 4.0}
RICH = {"node_id": "W", "on_hand": 9}


def test_no_supply_when_all_is_safety_stock():
    frames = world([{"origin": "W", "destination": "S"}], [{**RICH, "safety_stock": 9}, SHORT])
    reason = "no node may give a unit: 9 units on hand in all, 9 units of safety stock"
    assert unmet(frames) == {
        "S": (4, "no_supply", reason, "buy 4 units: worth up to 10.00 each, unit cost 4.00"),
    }
    assert unmet(changed(frames, "stock", "S", on_hand=4)) == {}


def test_no_supply_when_all_went_where_it_earns_more():
    # 3 units: T pays 10 + 1 each, S pays 10.
    lanes = [{"origin": "W", "destination": "S"}, {"origin": "W", "destination": "T"}]
    frames = world(lanes, [{**RICH, "on_hand": 3}, SHORT, {**SHORT, "node_id": "T", "shortage_penalty": 1.0}])
    reason = "nothing is left to give: 3 units were given away, the last to T, worth 11.00 a unit, here 10.00"
    fix = "buy 4 units: worth up to 10.00 each, unit cost 4.00"
    found = unmet(frames)
    assert found["S"] == (4, "no_supply", reason, fix)
    assert found["T"][:2] == (1, "no_supply")


def test_no_supply_when_units_are_worth_as_much_where_they_are():
    frames = world([{"origin": "T", "destination": "S"}], [{"node_id": "T", "on_hand": 5, "demand_mean": 6.0}, SHORT])
    reason = "units are worth as much where they are: T keeps 5 units, worth 10.00 a unit, here 10.00"
    assert unmet(frames)["S"][:3] == (4, "no_supply", reason)


def test_no_lane_names_the_donor_and_a_lane_serves():
    # W gives 4 of its 9 left-over units: 4 x (10 - 2) = 32
    frames = world([{"origin": "W", "destination": "T"}, {"origin": "S", "destination": "T"}], [RICH, SHORT])
    reason = "W may give 9 more units, but no path of lanes leads from there to S"
    fix = "a lane from W to S, worth 32.00 for 4 units before its costs"
    assert unmet(frames) == {"S": (4, "no_lane", reason, fix)}
    assert unmet(world([{"origin": "W", "destination": "S"}], [RICH, SHORT])) == {}


def test_too_late_says_by_how_much():
    # Of 4 units over 10 days, U(8) = floor(4 * 0.2) = 0 and U(7) = floor(4 * 0.3) = 1 count.
    lanes = [{"origin": "W", "destination": "V", "lead_time_days": 3}]
    frames = world([*lanes, {"origin": "V", "destination": "S", "lead_time_days": 5}], [RICH, SHORT])
    reason = "the fastest path W > V > S arrives on day 8; more units count until day 7"
    fix = "a path faster by 1 day, worth 8.00 for 1 unit"
    assert unmet(frames) == {"S": (4, "too_late", reason, fix)}
    assert unmet(changed(frames, "lanes", "V>S", lead_time_days=4))["S"][0] == 3


def test_too_late_after_what_the_plan_brings():
    # U(5) = floor(4 * 0.5) = 2 units come over the lane. U(2) = floor(3.2) = 3 units count from day 2 on, but only 2
    # from day 3 on: a third unit counts until day 2 and is worth 10 - 2.
    frames = world([{"origin": "W", "destination": "S", "lead_time_days": 5}], [RICH, SHORT])
    reason = "the fastest path W > S arrives on day 5; more units count until day 2"
    assert unmet(frames) == {"S": (2, "too_late", reason, "a path faster by 3 days, worth 8.00 for 1 unit")}
    assert unmet(changed(frames, "lanes", "W>S", lead_time_days=2))["S"][0] == 1


def test_too_late_when_only_many_units_pay_for_the_dispatch():
    # By day 7 one unit would count: 10 - 2 - 9 < 0. At once all 4 would: 4 x 8 - 9 = 23
    lane = {"origin": "W", "destination": "S", "lead_time_days": 8, "fixed_cost": 9.0}
    fix = unmet(world([lane], [RICH, SHORT]))["S"][3]
    assert fix == "a path faster by 8 days, worth 23.00 for 4 units"


def test_capacity_names_the_full_lane_and_one_more_dispatch_serves():
    # One dispatch of 3 kg carries 3 of the 4 units; the last one earns 10 - 2 - 5 for a second dispatch.
    lane = {"origin": "W", "destination": "S", "fixed_cost": 5.0, "capacity_kg": 3.0, "max_dispatches": 1}
    frames = world([lane], [RICH, SHORT])
    reason = "1 unit (1 kg) from W over W > S would earn 3.00, but lane W>S runs 1 of 1 dispatches with room for 0 kg"
    fix = "1 more dispatch on lane W>S at 5.00 each, worth 3.00 after all costs"
    assert unmet(frames) == {"S": (1, "capacity", reason, fix)}
    assert unmet(changed(frames, "lanes", "W>S", max_dispatches=2)) == {}


def test_capacity_names_every_full_lane_of_the_path():
    lanes = [
        {"origin": "W", "destination": "V", "capacity_kg": 1.0, "max_dispatches": 1},
        {"origin": "V", "destination": "S", "capacity_kg": 2.0, "max_dispatches": 1},
    ]
    fix = unmet(world(lanes, [RICH, SHORT]))["S"][3]
    # 3 more units: 3 more dispatches of 1 kg, and 4 kg on the second lane need 2 dispatches
    assert fix == (
        "3 more dispatches on lane W>V at 0.00 each, 1 more dispatch on lane V>S at 0.00 each, "
        "worth 24.00 after all costs"
    )


def test_uneconomic_shows_the_bill_and_a_cheaper_dispatch_serves():
    # 4 x 10 = 40 earned; 4 x 2 = 8 lost at W, 4 x 1 = 4 to move, 30 to dispatch: 2 short
    lane = {"origin": "W", "destination": "S", "fixed_cost": 30.0, "cost_per_unit": 1.0}
    frames = world([lane], [RICH, SHORT])
    reason = (
        "4 units from W over W > S would earn 40.00 and cost 42.00: "
        "8.00 worth at W, 4.00 to move them, 30.00 for 1 more dispatch"
    )
    fix = (
        "moving them cheaper by 2.01 (0.50 a unit): fixed_cost of lane W>S lower by 2.01, "
        "or goods that share the dispatch"
    )
    assert unmet(frames) == {"S": (4, "uneconomic", reason, fix)}
    _, code, _, fix = unmet(changed(frames, "lanes", "W>S", fixed_cost=28.0 + 1e-6))["S"]
    assert (code, fix.partition(":")[0]) == ("uneconomic", "moving them cheaper by 0.01")
    assert unmet(changed(frames, "lanes", "W>S", fixed_cost=27.99)) == {}


def test_uneconomic_uses_dispatches_that_run_anyway():
    # The unit for S would ride with T's units to V for free, yet costs 9 to carry on: 10 - 2 - 9 < 0
    lanes = [
        {"origin": "W", "destination": "V", "fixed_cost": 20.0, "capacity_kg": 50.0},
        {"origin": "V", "destination": "T"},
        {"origin": "V", "destination": "S", "cost_per_unit": 9.0},
    ]
    frames = world(lanes, [RICH, {**SHORT, "demand_mean": 1.0}, {**SHORT, "node_id": "T"}])
    assert unmet(frames)["S"][2] == (
        "1 unit from W over W > V > S would earn 10.00 and cost 11.00: 2.00 worth at W, 9.00 to move them"
    )


def test_time_limit_only_when_not_proved():
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT])
    assert unmet_after(frames, nothing, proved=False) == {
        "S": (4, "time_limit", "4 units from W over W > S would earn 32.00 more; the search stopped before",
              "search longer, worth 32.00")
    }  # fmt: skip
    assert unmet_after(frames, nothing, proved=True)["S"][1] == "unknown"


def test_capacity_when_a_smallest_line_asks_for_more_than_is_there():
    frames = world([{"origin": "W", "destination": "S", "min_line_units": 20}], [RICH, SHORT])
    needs = "lines of 16 units less on lane W>S"
    reason = f"4 units (4 kg) from W over W > S would earn 32.00, but needs {needs}"
    assert unmet(frames) == {"S": (4, "capacity", reason, f"{needs}, worth 32.00 after all costs")}
    named = [("lanes.min_line_units", "W>S", -16.0)]
    assert fix_of(frames) == (named, UNKNOWN_MONEY, 32 * EUR, 32 * EUR)


LIGHT = {"origin": "W", "destination": "S", "capacity_kg": 3.0, "min_dispatch_kg": 3.0, "cost_per_unit": 3.0}


def test_a_further_dispatch_that_does_not_pay_to_fill():
    # 3 units fill the first dispatch; 2 left-over ones would have to ride with the fourth, at a loss of 3 each.
    needs = "dispatches of 1 kg less on lane W>S"
    reason = f"1 unit (1 kg) from W over W > S would earn 5.00, but needs {needs}"
    assert unmet(world([LIGHT], [RICH, SHORT]))["S"][1:3] == ("capacity", reason)


def test_a_further_dispatch_that_would_stay_too_light():
    # W has 5 units: 2 are left once the first dispatch is full; one more earns 10 - 2 - 3 if it may ride alone.
    frames = world([LIGHT], [{**RICH, "on_hand": 5}, SHORT])
    needs = "dispatches of 1 kg less on lane W>S"
    reason = f"1 unit (1 kg) from W over W > S would earn 5.00, but needs {needs}"
    assert unmet(frames)["S"] == (1, "capacity", reason, f"{needs}, worth 5.00 after all costs")


def test_a_case_that_is_mostly_left_over():
    # A case of 6 for 1 unit: 10 + 5 x 2 earned, 6 x 2 lost at W, 6 x 1.5 to move
    frames = world(
        [{"origin": "W", "destination": "S", "cost_per_unit": 1.5}], [RICH, {**SHORT, "demand_mean": 1.0}], case_pack=6
    )
    reason = "6 units from W over W > S would earn 20.00 and cost 21.00: 12.00 worth at W, 9.00 to move them"
    assert unmet(frames)["S"][1:3] == ("uneconomic", reason)


def test_what_must_be_kept_for_a_hard_demand_is_no_supply():
    # T must receive 3 net; it gets them from W and may not pass on any, its own unit included.
    lanes = [{"origin": "W", "destination": "T"}, {"origin": "T", "destination": "S"}]
    frames = world(lanes, [{**RICH, "on_hand": 3}, {"node_id": "T", "on_hand": 1}, SHORT])
    hard = {"alert_id": "H", "kind": "shortage", "node_id": "T", "sku_id": "P", "units": 3, "must_serve": True}
    frames["alerts"] = pd.DataFrame([hard])
    assert unmet(frames)["S"][:2] == (4, "no_supply")


def test_policy_names_the_lane_rule():
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT])
    frames["lane_rules"] = pd.DataFrame([{"lane_id": "W>S", "sku_id": "P", "allowed": False}])
    needs = "a lane rule that lets W>S carry P"
    reason = f"4 units (4 kg) from W over W > S would earn 32.00, but needs {needs}"
    assert unmet(frames) == {"S": (4, "policy", reason, f"{needs}, worth 32.00 after all costs")}
    assert fix_of(frames) == ([("lane_rules", "W>S/P", 1.0)], UNKNOWN_MONEY, 32 * EUR, 32 * EUR)


def test_policy_names_the_node_out_of_scope():
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT])
    request = Request(scope_node_ids=("V", "S"))
    assert unmet(frames, request)["S"][1] == "policy"
    assert fix_of(frames, request) == ([("request.scope.node_ids", "W", 1.0)], UNKNOWN_MONEY, 32 * EUR, 32 * EUR)


def test_policy_names_the_severity_that_may_not_transfer():
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT])
    frames["alerts"] = frames["alerts"].assign(severity=["yellow", "red", "yellow", "red"])
    frames["alerts"] = frames["alerts"].drop(index=3)  # only a red alert, and it is about W
    request = Request(response_policy={Severity.YELLOW: ("keep",)})
    assert unmet(frames, request)["S"][1] == "policy"
    named = [("request.response_policy", "yellow", 1.0)]
    assert fix_of(frames, request) == (named, UNKNOWN_MONEY, 32 * EUR, 32 * EUR)


def test_capacity_names_nodes_that_pick_too_little():
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT])
    frames["nodes"] = frames["nodes"].assign(pick_capacity_units=[3, None, None, None, None])
    assert unmet(frames)["S"][3] == "1 more unit picked at W, worth 8.00 after all costs"
    assert fix_of(frames) == ([("nodes.pick_capacity_units", "W", 1.0)], UNKNOWN_MONEY, 8 * EUR, 8 * EUR)


def test_capacity_names_nodes_that_use_too_few_lanes():
    # V's 2 units come over the one lane into S that may be used; W's would need another.
    lanes = [{"origin": "V", "destination": "S"}, {"origin": "W", "destination": "S", "cost_per_unit": 5.0}]
    frames = world(lanes, [{**RICH, "on_hand": 2}, {"node_id": "V", "on_hand": 2}, SHORT])
    frames["nodes"] = frames["nodes"].assign(max_inbound_lanes=[None, None, 1, None, None])
    assert unmet(frames)["S"][3] == "one more lane into S, worth 6.00 after all costs"
    assert fix_of(frames) == ([("nodes.max_inbound_lanes", "S", 1.0)], UNKNOWN_MONEY, 6 * EUR, 6 * EUR)


def test_expiry_names_the_days_that_must_be_left():
    # Lots expire on day 6, arrive on day 2, must keep 5 days; of 4 units until day 6 at most floor(4 * 6 / 10) count.
    frames = world(
        [{"origin": "W", "destination": "S", "lead_time_days": 2}],
        [RICH, SHORT],
        shelf_life_days=9,
        min_remaining_shelf_life_days=5,
    )
    frames["lots"] = pd.DataFrame([{"node_id": "W", "sku_id": "P", "lot_id": "L", "units": 9, "expiry_days": 6}])
    needs = "min_remaining_shelf_life_days of P lower by 1"
    reason = f"2 units (2 kg) from W over W > S would earn 16.00, but needs {needs}"
    assert unmet(frames) == {"S": (4, "expiry", reason, f"{needs}, worth 16.00 after all costs")}
    named = [("products.min_remaining_shelf_life_days", "P", -1.0)]
    assert fix_of(frames) == (named, UNKNOWN_MONEY, 16 * EUR, 16 * EUR)


def test_expiry_when_units_would_not_be_sold_in_time():
    # Of units that expire by day 5, floor(4 * 5 / 10) = 2 count at S; fresh ones keep until day 9: floor(3.6) = 3.
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT], shelf_life_days=9)
    frames["lots"] = pd.DataFrame([{"node_id": "W", "sku_id": "P", "lot_id": "L", "units": 9, "expiry_days": 5}])
    reason = "2 units from W over W > S would expire on day 5, before they are sold or long enough on arrival"
    fix = "buy 2 units: worth up to 10.00 each, unit cost 4.00"
    assert unmet(frames) == {"S": (2, "expiry", reason, fix)}
    named, cost, worth, _ = fix_of(frames)
    # One of the 2 counts; the other is left over.
    assert (named, cost, worth) == ([("stock.on_hand", "S/P", 2.0)], 8 * EUR, 12 * EUR)


def test_too_late_when_units_expire_on_the_way():
    # Units keep until day 6 and arrive on day 8. Of those that expire by day 6, floor(4 * 6 / 10) = 2 count at S; of
    # those that arrive on day 6, U(6) = floor(4 * 0.4) = 1: it earns 10 - 2.
    frames = world([{"origin": "W", "destination": "S", "lead_time_days": 8}], [RICH, SHORT], shelf_life_days=6)
    reason = "the fastest path W > S arrives on day 8; more units count until day 6"
    assert unmet(frames) == {"S": (4, "too_late", reason, "a path faster by 2 days, worth 8.00 for 1 unit")}
    assert fix_of(frames) == ([("lanes.lead_time_days", "W>S", -2.0)], UNKNOWN_MONEY, 8 * EUR, 8 * EUR)


def test_too_late_when_expiring_units_pay_only_at_once():
    # A dispatch of 15 pays for 2 units at once (2 x 8 - 15), not for the one that counts on day 6.
    lane = {"origin": "W", "destination": "S", "lead_time_days": 7, "fixed_cost": 15.0}
    frames = world([lane], [RICH, SHORT], shelf_life_days=6)
    reason = "the fastest path W > S arrives on day 7; more units count until day 6"
    assert unmet(frames) == {"S": (4, "too_late", reason, "a path faster by 7 days, worth 1.00 for 2 units")}
    assert fix_of(frames)[2:] == (EUR, EUR)


def test_too_late_when_too_few_count_to_pay_for_a_dispatch_that_has_no_room():
    # W picks nothing. By day 7 one unit would count, 8 - 15 < 0; at once 4 would: 4 x 8 - 15 = 17.
    frames = world([{"origin": "W", "destination": "S", "lead_time_days": 7, "fixed_cost": 15.0}], [RICH, SHORT])
    frames["nodes"] = frames["nodes"].assign(pick_capacity_units=pd.array([0, None, None, None, None], dtype="Int64"))
    reason = "the fastest path W > S arrives on day 7; too few units that come then would count"
    fix = "a path faster by 7 days, 4 more units picked at W, worth 17.00 for 4 units"
    assert unmet(frames) == {"S": (4, "too_late", reason, fix)}
    assert fix_of(frames)[2:] == (17 * EUR, 17 * EUR)


def test_uneconomic_when_lines_and_dispatches_must_earn_more():
    # 4 x (10 - 2) = 32 would have to be more than 20 + 15.
    frames = world([{"origin": "W", "destination": "S"}], [RICH, SHORT])
    request = Request(min_line_benefit=20.0, min_dispatch_benefit=15.0)
    reason = (
        "4 units from W over W > S would earn 40.00 and cost 43.00: 8.00 worth at W, 0.00 to move them, "
        "35.00 that lines and dispatches must earn"
    )
    assert unmet(frames, request)["S"][1:3] == ("uneconomic", reason)
    named, cost, worth, gained = fix_of(frames, request)
    assert named == [("request.min_dispatch_benefit", "", pytest.approx(-3.01))]
    assert (cost, worth, gained) == (UNKNOWN_MONEY, EUR // 100, EUR // 100)


def test_uncertain_demand_pays_unit_by_unit():
    # Each further unit of Poisson demand is worth less than the one before: only some pay 7 to move.
    frames = world([{"origin": "W", "destination": "S", "cost_per_unit": 7.0}], [RICH, {**SHORT, "demand_std": 2.0}])
    network = network_of(frames)
    moved = int(best_plan(network).units.sum())
    worth = unit_worth(network, network.stock_row(np.array([2], np.int32), np.array([0], np.int32)))
    assert worth.worth_of(np.array([moved])) > 9 * EUR > worth.worth_of(np.array([moved + 1]))
    units, code, reason, _ = unmet(frames)["S"]
    assert (units, code) == (4 - moved, "uneconomic")
    earned = value_change(worth, np.array([moved]), np.array([moved + 1]))[0] / EUR
    assert reason.startswith(f"1 unit from W over W > S would earn {earned:.2f} and cost 9.00")
