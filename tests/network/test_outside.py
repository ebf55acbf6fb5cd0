"""Places outside: nodes, lanes and stock of exits and quotes, behind everything else, and never in a file."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from network import NetworkError, network_from_frames
from network.inspection import inspect_network
from network.outside import (
    exit_of_lane,
    exit_of_node,
    outside_lanes,
    outside_nodes,
    quote_of_lane,
    quote_of_node,
    without_outside,
)
from network.tables import Network, NodeKind
from network.writing import network_to_frames
from tests.network.worlds import small_frames, small_settings

EXITS = pd.DataFrame(
    {
        "exit_id": ["ALL", "ONE", "CAT", "HUB"],
        "kind": ["liquidation", "return", "donation", "scrap"],
        "node_id": [None, "S1", None, "W1"],
        "sku_id": [None, "007", None, None],
        "category": [None, None, "toys", None],
        "unit_proceeds": [1.0, 0.0, 0.0, -0.5],
        "capacity_units": [100, None, None, None],
        "min_lot_units": [3, None, None, None],
        "fixed_cost": [2.0, None, None, None],
    }
)
QUOTES = pd.DataFrame(
    {
        "quote_id": ["Q"],
        "node_id": ["S2"],
        "sku_id": ["P1"],
        "unit_price": [6.0],
        "max_units": [20],
        "min_units": [5],
        "fixed_cost": [7.0],
        "lead_time_days": [4],
    }
)


def world(**tables: pd.DataFrame) -> Network:
    """The small network with exits and quotes; SKU 007 is a toy, and V1, a supplier, has some."""
    frames = small_frames() | {"exits": EXITS, "quotes": QUOTES} | tables
    frames["products"] = frames["products"].assign(category=["", "toys"])
    frames["stock"] = pd.concat(
        [frames["stock"], pd.DataFrame({"node_id": ["V1"], "sku_id": ["007"], "on_hand": [1], "demand_mean": [0.0]})]
    )
    return network_from_frames(frames, small_settings())[0]


def test_places_stand_behind_all_others() -> None:
    network, plain = world(), world(exits=EXITS[:0], quotes=QUOTES[:0])
    n, m = len(plain.nodes), len(plain.lanes)
    assert network.nodes.node_id[:n].tolist() == plain.nodes.node_id.tolist()
    assert network.nodes.node_id[n:].tolist() == ["exit:ALL", "exit:ONE", "exit:CAT", "exit:HUB", "quote:Q"]
    assert network.nodes.kind[n:].tolist() == [NodeKind.EXIT] * 4 + [NodeKind.QUOTE]
    assert network.nodes.receive_capacity_units[n] == 100
    assert network.lanes.lane_id[:m].tolist() == plain.lanes.lane_id.tolist()
    assert np.array_equal(outside_nodes(network), np.arange(n + 5) >= n)
    assert np.array_equal(outside_lanes(network), np.arange(len(network.lanes)) >= m)


def test_exits_have_lanes_from_the_nodes_they_serve() -> None:
    """S1 stocks both SKUs, S2 and W1 only P1; V1 is a supplier."""
    network = world()
    lanes = network.lanes
    found = {
        (network.nodes.node_id[lanes.origin[row]], network.exits.exit_id[exit_row])
        for row, exit_row in enumerate(exit_of_lane(network).tolist())
        if exit_row >= 0
    }
    assert found == {
        *(("S1", "ALL"), ("S2", "ALL"), ("W1", "ALL")),
        ("S1", "ONE"),
        ("S1", "CAT"),
        ("W1", "HUB"),
    }
    row = lanes.lane_id.tolist().index("S1>exit:ALL")
    assert (lanes.fixed_cost[row], lanes.min_line_units[row], lanes.lead_time_days[row]) == (2.0, 3, 0)


def test_exits_take_the_skus_they_name() -> None:
    """And those that W1, a hub, could pass on to them without stocking any."""
    network = world()
    at = exit_of_node(network)[network.stock.node]
    taken = {
        (network.exits.exit_id[at[row]], network.products.sku_id[network.stock.sku[row]])
        for row in np.flatnonzero(at >= 0)
    }
    assert taken == {("ALL", "P1"), ("ALL", "007"), ("ONE", "007"), ("CAT", "007"), ("HUB", "P1"), ("HUB", "007")}
    assert not network.stock.on_hand[at >= 0].any()


def test_a_quote_is_stock_with_a_lane() -> None:
    network = world()
    lanes, row = network.lanes, int(np.flatnonzero(quote_of_lane(network) >= 0)[0])
    assert lanes.lane_id[row] == "quote:Q>S2"
    assert network.nodes.node_id[lanes.destination[row]] == "S2"
    assert (lanes.cost_per_unit[row], lanes.fixed_cost[row]) == (6.0, 7.0)
    assert (lanes.min_line_units[row], lanes.lead_time_days[row]) == (5, 4)
    held = network.stock.on_hand[quote_of_node(network)[network.stock.node] == 0]
    assert held.tolist() == [20]


def test_stock_stays_sorted_and_all_other_rows_as_they_are() -> None:
    network, plain = world(), world(exits=EXITS[:0], quotes=QUOTES[:0])
    keys = network.stock.sku.astype(np.int64) * len(network.nodes) + network.stock.node
    assert np.all(keys[1:] > keys[:-1])
    inside = without_outside(network)
    for table in ("nodes", "lanes", "stock"):
        assert network_to_frames(inside)[table].equals(network_to_frames(plain)[table])
    assert without_outside(plain) is plain


def test_files_and_inspection_do_not_know_them() -> None:
    network = world()
    frames = network_to_frames(network)
    again = network_to_frames(network_from_frames(frames, small_settings())[0])
    assert set(frames) == set(again)
    for name, frame in frames.items():
        assert_frame_equal(frame, again[name])
    assert "exit:ALL" not in frames["nodes"]["node_id"].tolist()
    assert inspect_network(network).sizes["nodes"] == 4
    assert inspect_network(network).sizes["stock"] == 5


def test_columns_of_an_unknown_meaning_are_kept() -> None:
    nodes = small_frames()["nodes"].assign(colour=["red", "blue", "", "red"], floors=[1.5, 2.5, 3.0, 4.0])
    network = world(nodes=nodes)
    assert network.nodes.extra["colour"].tolist() == ["red", "blue", "", "red", "", "", "", "", ""]
    assert network_to_frames(network)["nodes"]["colour"].tolist() == ["red", "blue", "", "red"]


@pytest.mark.parametrize(
    ("table", "column", "cell", "value"),
    [("nodes", "node_id", 3, "quote:Q"), ("lanes", "lane_id", 2, "S1>exit:ALL")],
)
def test_ids_that_places_need_are_refused(table: str, column: str, cell: int, value: str) -> None:
    frame: Any = small_frames()[table]
    frame.loc[cell, column] = value
    frames = small_frames() | {table: frame, "exits": EXITS, "quotes": QUOTES}
    frames["products"] = frames["products"].assign(category="toys")
    frames["stock"] = frames["stock"].replace({"node_id": {"V1": value}})
    frames["products"] = frames["products"].assign(category=["", "toys"])
    with pytest.raises(NetworkError, match=f"{table} row {cell + 1}, {column}: {value} is what a place"):
        network_from_frames(frames, small_settings())
