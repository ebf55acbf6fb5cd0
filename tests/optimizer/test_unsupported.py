"""What the format can say and this version does not plan with is refused, with a fix."""

from dataclasses import replace

import pandas as pd
import pytest

from network import Network
from optimizer.unsupported import unsupported
from tests.optimizer.small_case import NODES, STOCK, small_network


def test_a_network_of_supported_columns_is_accepted():
    request = {"gap": 0.01, "time_limit_seconds": 5, "scope": {"sku_ids": ["A"]}}
    assert unsupported(replace(small_network(), request=request)) == ()


LOTS = pd.DataFrame([("W", "A", "L1", 5, 3)], columns=["node_id", "sku_id", "lot_id", "units", "expiry_days"])
RULES = pd.DataFrame([("W>S1", "A", False)], columns=["lane_id", "sku_id", "allowed"])


@pytest.mark.parametrize(
    ("network", "file", "column"),
    [
        (small_network(stock=STOCK.assign(demand_std=[0.5] + [0.0] * 8)), "stock", "demand_std"),
        (small_network(stock=STOCK.assign(no_send_before_day=[0] * 8 + [2])), "stock", "no_send_before_day"),
        (small_network(nodes=NODES.assign(pick_capacity_units=[9] + [None] * 5)), "nodes", "pick_capacity_units"),
        (small_network(nodes=NODES.assign(receive_capacity_units=0)), "nodes", "receive_capacity_units"),
        (small_network(nodes=NODES.assign(max_outbound_lanes=3)), "nodes", "max_outbound_lanes"),
        (small_network(nodes=NODES.assign(max_inbound_lanes=3)), "nodes", "max_inbound_lanes"),
        (small_network(lots=LOTS), "lots", None),
        (small_network(lane_rules=RULES), "lane_rules", None),
        (replace(small_network(), request={"severity_weights": {"red": 2}}), "request.json", "severity_weights"),
        (replace(small_network(), request={"scope": {"node_ids": ["W"]}}), "request.json", "scope.node_ids"),
    ],
)
def test_what_would_change_the_plan_is_refused(network: Network, file: str, column: str | None):
    (problem,) = unsupported(network)
    assert (problem.file, problem.column) == (file, column)
    assert problem.code == "not_planned_yet"
    assert not problem.is_warning
    assert problem.fix


def test_the_first_place_and_the_number_of_others_are_named():
    stock = STOCK.assign(no_send_before_day=[0, 2, 0, 0, 0, 0, 0, 0, 3])
    (problem,) = unsupported(small_network(stock=stock))
    assert problem.message.startswith("no_send_before_day is 2 at node W, SKU B and 1 more, ")
