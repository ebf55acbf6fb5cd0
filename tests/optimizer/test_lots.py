"""Units by expiry day: surplus, reserved units, safety stock, and which lines may carry what."""

import numpy as np
import pandas as pd
import pytest

from network import NO_LIMIT, Network
from optimizer.worth.economics import ALL_UNITS
from optimizer.worth.lots import expires, expiry_cap_units, in_transit_expiry, own_lots
from tests.optimizer.small_case import LANES, small_network

PRODUCTS = pd.DataFrame(
    [("A", 10.0, 20), ("B", 10.0, None), ("C", 10.0, None)], columns=["sku_id", "list_price", "shelf_life_days"]
)
STOCK = pd.DataFrame(
    [
        ("W", "A", 10, 2, 3, 5.0),
        ("S1", "A", 0, 0, 0, 5.0),
        ("W", "B", 5, 1, 1, 3.0),
        ("S1", "B", 4, 0, 0, 2.5),
        ("W", "C", 4, 6, 0, 3.0),
        ("S1", "C", 7, 2, 1, 3.0),
    ],
    columns=["node_id", "sku_id", "on_hand", "reserved", "safety_stock", "demand_mean"],
)
LOTS = pd.DataFrame(
    [
        ("W", "A", 3, 2, "a"),
        ("W", "A", 4, 6, "b"),
        ("W", "A", 1, 6, "c"),
        ("W", "B", 4, 3, "d"),
        ("W", "B", 4, None, ""),
    ],
    columns=["node_id", "sku_id", "units", "expiry_days", "lot_id"],
)


@pytest.fixture(name="network")
def network_fixture() -> Network:
    return small_network(
        products=PRODUCTS,
        lanes=LANES[["lane_id", "origin", "destination"]],
        stock=STOCK,
        lots=LOTS,
        alerts=pd.DataFrame([("1", "shortage", "S1", "A")], columns=["alert_id", "kind", "node_id", "sku_id"]),
    )


def of_position(network: Network, node: str, sku: str) -> list[tuple[int, int, int]]:
    """Expiry day, units and units to give of a position's lots."""
    nodes, skus = list(network.nodes.node_id), list(network.products.sku_id)
    row = int(network.stock_row(np.array([nodes.index(node)]), np.array([skus.index(sku)]))[0])
    lots = own_lots(network, np.arange(len(network.stock)))
    here = lots.row == row
    columns = (lots.expiry_day, lots.units, lots.give)
    return list(zip(*(column[here].tolist() for column in columns), strict=True))


def test_a_sku_expires_by_its_shelf_life_or_by_a_lot(network: Network):
    assert expires(network).tolist() == [True, True, False]
    assert in_transit_expiry(network, np.arange(6)).tolist() == [20, 20, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        # 8 of 10 units are in lots, 2 are fresh; 2 of the oldest are reserved, the last 3 are kept.
        (("W", "A"), [(2, 1, 1), (6, 5, 4), (20, 2, 0)]),
        (("S1", "A"), []),
        # 8 units in lots for 5 on hand: 3 of the oldest are gone, 1 is reserved, and all 4 are away.
        (("W", "B"), [(NO_LIMIT, 4, 3)]),
        (("S1", "B"), [(NO_LIMIT, 4, 4)]),
        # Where nothing expires there is one entry, even without units.
        (("W", "C"), [(NO_LIMIT, 0, 0)]),
        (("S1", "C"), [(NO_LIMIT, 5, 4)]),
    ],
)
def test_own_lots(network: Network, position: tuple[str, str], expected: list[tuple[int, int, int]]):
    assert of_position(network, *position) == expected


def test_lots_are_in_the_order_of_the_rows_asked_for(network: Network):
    lots = own_lots(network, np.array([3, 0]))
    rows, index = lots.row.tolist(), lots.index.tolist()
    assert sorted(set(rows), key=rows.index) == [3, 0]
    assert index == sorted(index)


def test_units_sold_before_they_expire(network: Network):
    rows = np.flatnonzero(network.stock.demand_mean == 2.5).repeat(4)
    caps = expiry_cap_units(network, rows, np.array([0, 4, 9, 10]))
    assert caps.tolist() == [0, 1, 2, ALL_UNITS]  # floor(2.5 * e / 10)
