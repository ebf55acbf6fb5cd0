"""Quotes that are prices of one bid, alternates, and suppliers: what can be wrong, and the places outside they make."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from network import NetworkError, network_from_frames
from network.lane_rules import may_carry
from network.outside import feeding_lanes, node_words, quote_of_lane
from network.tables import Network, NodeKind
from tests.network.worlds import small_frames, small_settings


def quotes(**columns: list[Any]) -> dict[str, list[Any]]:
    """Two prices of a bid, its alternate, and a bid of another supplier."""
    plain: dict[str, list[Any]] = {
        "quote_id": ["a1", "a2", "b", "c"],
        "supplier": ["A", "A", "A", "C"],
        "bid_id": ["a", "a", None, None],
        "alternate_id": ["x", "x", "x", None],
        "node_id": ["S2", "S2", "S2", "S2"],
        "sku_id": ["P1", "P1", "007", "P1"],
        "unit_price": [5.0, 4.0, 3.0, 2.0],
        "max_units": [9, 9, 5, 4],
        "min_units": [0, 4, 0, 0],
        "lead_time_days": [2, 2, 1, 0],
    }
    return plain | columns


def world(suppliers: dict[str, list[Any]] | None = None, **columns: list[Any]) -> Network:
    """The small network with such quotes."""
    tables = small_frames() | {"quotes": pd.DataFrame(quotes(**columns))}
    if suppliers is not None:
        tables["quote_suppliers"] = pd.DataFrame(suppliers)
    return network_from_frames(tables, small_settings())[0]


def test_a_bid_is_a_node_with_a_lane_for_each_price() -> None:
    network = world(alternate_id=[None] * 4)
    names = network.nodes.node_id[4:].tolist()
    assert names == ["quote:a1", "quote:b", "quote:c"]
    assert network.nodes.max_outbound_lanes[4] == 1
    assert quote_of_lane(network)[3:].tolist() == [0, 1, 2, 3]
    assert not feeding_lanes(network).any()
    assert node_words(network)[4:].tolist() == ["quote a1", "quote b", "quote c"]


def test_what_bids_share_is_a_gate_above_them() -> None:
    """Goods of A start at the supplier, pass the order and the alternates; C's start at its bid."""
    network = world({"supplier": ["A", "C"], "fixed_cost": [7.0, 0.0], "capacity_units": [11, None]})
    assert network.nodes.node_id[4:].tolist() == [
        *("quote:a1", "quote:b", "quote:c"),
        *("alternates:A/x", "supplier:A", "order:A"),
    ]
    assert (network.nodes.kind[4:] == NodeKind.GATE).tolist() == [False] * 3 + [True] * 3
    assert network.nodes.transit[4:].tolist() == [True, True, False, True, False, True]
    assert network.nodes.pick_capacity_units[8] == 11
    assert network.nodes.receive_capacity_units[4:6].tolist() == [9, 5]
    feeds = feeding_lanes(network)
    ends = zip(network.lanes.origin[feeds].tolist(), network.lanes.destination[feeds].tolist(), strict=True)
    assert set(ends) == {(7, 4), (7, 5), (9, 7), (8, 9)}
    assert network.lanes.fixed_cost[feeds].sum() == 7.0
    stock = network.stock
    held = {(int(n), int(s)): int(u) for n, s, u in zip(stock.node, stock.sku, stock.on_hand, strict=True) if n > 3}
    assert held == {(8, 0): 9, (8, 1): 5, (6, 0): 4}


def test_lanes_that_feed_carry_what_they_lead_to() -> None:
    network = world({"supplier": ["A"], "fixed_cost": [7.0]})
    lanes = network.lanes
    for lane in np.flatnonzero(feeding_lanes(network)).tolist():
        goods = {4: [True, False], 5: [False, True]}.get(int(lanes.destination[lane]), [True, True])
        assert may_carry(network, np.full(2, lane), np.arange(2)).tolist() == goods


@pytest.mark.parametrize(
    ("columns", "column", "row"),
    [
        ({"max_units": [9, 8, 5, 4]}, "max_units", 2),
        ({"lead_time_days": [2, 3, 1, 0]}, "lead_time_days", 2),
        ({"sku_id": ["P1", "007", "007", "P1"]}, "sku_id", 2),
        ({"node_id": ["S2", "W1", "S2", "S2"]}, "node_id", 2),
        ({"alternate_id": ["x", None, "x", None]}, "alternate_id", 2),
    ],
)
def test_prices_of_a_bid_are_of_the_same_units(columns: dict[str, list[Any]], column: str, row: int) -> None:
    with pytest.raises(NetworkError) as raised:
        world(**columns)
    found = [(problem.column, problem.row, problem.code) for problem in raised.value.problems]
    assert found == [(column, row, "other_bid")]
    assert "bid" in raised.value.problems[0].message


def test_bids_of_different_suppliers_may_have_one_name() -> None:
    network = world(bid_id=["a", "a", None, "a"], max_units=[9, 9, 5, 3])
    assert network.nodes.node_id[4:].tolist() == ["quote:a1", "quote:b", "quote:c", "alternates:A/x"]


def test_a_supplier_said_twice_and_one_without_a_quote() -> None:
    with pytest.raises(NetworkError) as raised:
        world({"supplier": ["A", "A", "Z"], "fixed_cost": [1.0, 2.0, 3.0]})
    (problem,) = raised.value.problems
    assert (problem.row, problem.column, problem.code) == (2, "supplier", "duplicate_supplier")
    assert [(each.row, each.code) for each in raised.value.warnings if each.file == "quote_suppliers"] == [
        (3, "idle_supplier")
    ]
