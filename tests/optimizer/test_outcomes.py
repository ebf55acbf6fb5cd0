"""Outcomes of alerts and unmet demand, computed by hand for a small network."""

import pandas as pd
import pytest

from network import Network
from network.tables import Severity
from optimizer.outcomes import alert_outcomes, unmet_positions
from optimizer.plan import Plan
from optimizer.request import Request
from tests.optimizer.small_case import DISPATCHES, LINES, STOCK, plan_of, small_network

COLUMNS = ["alert_id", "kind", "node_id", "sku_id", "units", "needed_by_days", "must_serve"]


def alerts(*rows: tuple[str, str, str, int | None, int | None]) -> Network:
    """The small network with other alerts: kind, node, SKU, units and needed-by day of each."""
    named = [(f"A{i}", kind, node, sku, units, day, False) for i, (kind, node, sku, units, day) in enumerate(rows)]
    return small_network(alerts=pd.DataFrame(named, columns=COLUMNS))


def outcome(network: Network, plan: Plan, request: Request | None = None) -> list[tuple[str, int, int, int]]:
    """Outcome, units asked, units by transfer and day of every alert."""
    found = alert_outcomes(network, request or Request(), plan)
    columns = (found.outcome, found.units_asked, found.units_by_transfer, found.day)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (("shortage", "S2", "A", 4, 3), ("resolved", 4, 4, 0)),
        (("shortage", "S2", "A", 2, None), ("resolved", 2, 2, 0)),
        # ceil(6.5) - 0 = 7 units are short
        (("shortage", "S2", "A", None, None), ("partly", 7, 4, 0)),
        (("shortage", "S1", "A", 4, 1), ("resolved", 4, 4, 1)),
        (("shortage", "S1", "A", 4, 0), ("unresolved", 4, 0, -1)),
        (("shortage", "S3", "B", 1, None), ("unresolved", 1, 0, -1)),
        # 9 on hand, demand 1: 8 too many, 6 of them sent, on the first day that they may leave
        (("overstock", "S3", "B", None, None), ("partly", 8, 6, 1)),
        (("overstock", "S3", "B", 5, None), ("resolved", 5, 5, 1)),
        (("overstock", "S1", "B", None, None), ("resolved", 0, 0, -1)),
        # 20 - 4 reserved, demand 5: 11 too many, 4 + 4 sent
        (("overstock", "W", "A", None, None), ("partly", 11, 8, 0)),
        # Received and sent on: nothing changes.
        (("overstock", "G", "A", 1, None), ("unresolved", 1, 0, -1)),
    ],
)
def test_outcome_of_an_alert(alert: tuple[str, str, str, int | None, int | None], expected: tuple[str, int, int, int]):
    network = alerts(alert)
    assert outcome(network, plan_of(network, LINES, DISPATCHES)) == [expected]


def test_the_day_is_that_of_the_last_unit_that_counts():
    network = alerts(("shortage", "S2", "B", 5, None), ("overstock", "W", "B", 4, None))
    lines = [("S3>S2", "B", 3, 0), ("W>G", "B", 4, 0), ("G>S2", "B", 1, 1), ("G>S2", "B", 3, 4)]
    plan = plan_of(network, lines, {"S3>S2": 1, "W>G": 1, "G>S2": 1})
    # 3 by day 0, 4 by day 1, the fifth on day 4
    assert outcome(network, plan) == [("resolved", 5, 5, 4), ("resolved", 4, 4, 0)]


def test_an_alert_outside_the_scope_says_so():
    network = alerts(("shortage", "S2", "A", 4, None), ("shortage", "S2", "B", 4, None))
    found = alert_outcomes(network, Request(scope_sku_ids=("B",)), plan_of(network, [], {}))
    assert found.reason.tolist() == ["the SKU is outside the request's scope", "no transfer helps this position"]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            Request(scope_alert_ids=("A1",)),
            ["the request's scope leaves this alert out", "no transfer helps this position"],
        ),
        (Request(scope_node_ids=("W", "S1")), ["the node is outside the request's scope"] * 2),
        (
            Request(response_policy={Severity.NOT_GIVEN: ()}),
            ["the response policy allows no transfer for this severity"] * 2,
        ),
        (Request(response_policy={Severity.RED: ()}), ["no transfer helps this position"] * 2),
    ],
)
def test_what_the_request_rules_out_is_said(request_: Request, expected: list[str]):
    network = alerts(("shortage", "S2", "A", 4, None), ("shortage", "S2", "B", 4, None))
    found = alert_outcomes(network, request_, plan_of(network, [], {}))
    assert found.reason.tolist() == expected


def test_a_closed_position_is_told_to_alerts_that_select():
    both = pd.DataFrame(
        [
            ("A0", "shortage", "S2", "A", "red", 4),
            ("A1", "shortage", "S2", "A", "yellow", 4),
            ("A2", "shortage", "S2", "B", "yellow", 4),
        ],
        columns=["alert_id", "kind", "node_id", "sku_id", "severity", "units"],
    )
    network = small_network(alerts=both)
    request = Request(response_policy={Severity.RED: ("markdown",)})
    found = alert_outcomes(network, request, plan_of(network, [], {}))
    assert found.reason.tolist() == [
        "the response policy allows no transfer for this severity",
        "the response policy closes this position",
        "no transfer helps this position",
    ]


def test_an_alert_that_is_left_out_may_be_resolved_all_the_same():
    network = alerts(("shortage", "S2", "A", 4, 3), ("shortage", "S1", "A", 4, None))
    found = alert_outcomes(network, Request(scope_alert_ids=("A1",)), plan_of(network, LINES, DISPATCHES))
    assert found.outcome.tolist() == ["resolved", "resolved"]
    assert found.reason.tolist() == ["transfers move all units asked"] * 2


def test_more_than_the_demand_is_told():
    network = alerts(("shortage", "S2", "A", 30, None))
    found = alert_outcomes(network, Request(), plan_of(network, LINES, DISPATCHES))
    assert found.outcome.tolist() == ["partly"]
    assert found.reason.tolist() == ["asks for more units than the position's demand"]


def unmet(network: Network, plan: Plan, request: Request | None = None) -> dict[tuple[str, str], int]:
    """Unmet units by node and SKU."""
    rows, units = unmet_positions(network, request or Request(), plan)
    nodes = network.nodes.node_id[network.stock.node[rows]]
    skus = network.products.sku_id[network.stock.sku[rows]]
    return dict(zip(zip(nodes, skus, strict=True), units.tolist(), strict=True))


def test_unmet_units_after_a_plan():
    network = small_network()
    assert unmet(network, plan_of(network, LINES, DISPATCHES)) == {
        # A at S1: demand 9, 1 on hand, 4 arrive on day 1 and U(1) = min(9 * 9 / 10, 8) = 8 of them count
        ("S1", "A"): 4,
        ("S1", "B"): 9,  # 12 - 3
        ("S2", "A"): 2,  # floor(6.5 - 4)
        ("S2", "B"): 2,  # 10 - 2 - 6
        ("S1", "D"): 2,  # 4 - 2, and C(6) = floor(4 * 6 / 10) = 2 of those that expire on day 6 count
        ("S2", "D"): 2,  # 5 - 3, C(6) = 3
    }


def test_unmet_units_without_a_plan():
    network = small_network()
    nothing = plan_of(network, [], {})
    expected = {("S1", "A"): 8, ("S1", "B"): 12, ("S2", "A"): 6, ("S2", "B"): 8, ("S1", "D"): 4, ("S2", "D"): 5}
    assert unmet(network, nothing) == expected
    only_a = {place: units for place, units in expected.items() if place[1] == "A"}
    assert unmet(network, nothing, Request(scope_sku_ids=("A",))) == only_a


def test_units_that_come_too_late_stay_unmet():
    stock = STOCK.assign(in_transit=0, in_transit_arrival_day=0)
    at_s1 = (stock.node_id == "S1") & (stock.sku_id == "A")
    stock.loc[at_s1, ["in_transit", "in_transit_arrival_day"]] = [8, 5]
    network = small_network(stock=stock)
    # U(5) = min(floor(9 * 5 / 10), 9 - 1) = 4 of the 8 units in transit count: 9 - 1 - 4
    assert unmet(network, plan_of(network, [], {}))["S1", "A"] == 4
