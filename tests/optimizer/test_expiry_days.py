"""Expiry days and lots of a plan's lines: written, read back, and derived where only one can be meant."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import NO_LIMIT, Network, NetworkError, network_from_frames
from optimizer.plan import Plan, Result
from optimizer.plan_files.expiry_days import lot_names
from optimizer.plan_files.plan_directory import plan_tables
from optimizer.plan_files.plan_reading import plan_from_frames
from tests.network.worlds import small_settings

LANES = [("W", "T"), ("V", "T"), ("T", "S"), ("S", "T"), ("T", "U"), ("U", "T")]


def dairy() -> Network:
    """Nodes W, V, S (stores) and T, U (transit) with MILK that expires and NAILS that do not."""
    stock = [("W", 10, 0), ("V", 10, 7), ("T", 0, 0), ("S", 5, 0), ("U", 0, 0)]
    lots = [("W", "w3", 4, 3), ("W", "w9", 6, 9), ("V", "v3", 3, 3), ("V", "v5", 7, 5), ("S", "s4", 5, 4)]
    frames = {
        "nodes": pd.DataFrame(
            {"node_id": list("WVTSU"), "kind": "store", "transit": [False, False, True, False, True]}
        ),
        "products": pd.DataFrame(
            {"sku_id": ["MILK", "NAILS"], "list_price": 9.0, "salvage_value": 1.0, "shelf_life_days": [12, None]}
        ),
        "lanes": pd.DataFrame(LANES, columns=["origin", "destination"]),
        "stock": pd.DataFrame(stock, columns=["node_id", "on_hand", "safety_stock"]).assign(
            sku_id="MILK", demand_mean=2.0
        ),
        "lots": pd.DataFrame(lots, columns=["node_id", "lot_id", "units", "expiry_days"]).assign(sku_id="MILK"),
        "alerts": pd.DataFrame({"alert_id": [], "kind": [], "node_id": [], "sku_id": []}),
    }
    nails = pd.DataFrame(
        {"node_id": ["W"], "on_hand": [7], "safety_stock": [0], "sku_id": ["NAILS"], "demand_mean": 0.0}
    )
    frames["stock"] = pd.concat([frames["stock"], nails], ignore_index=True)
    return network_from_frames(frames, small_settings())[0]


NETWORK = dairy()


def read(rows: str) -> Plan:
    """The plan of a table with columns lane, SKU, expiry_day and lot_id; an empty cell is ``-``."""
    cells = [["" if cell == "-" else cell for cell in row.split()] for row in rows.split(";")]
    frame = pd.DataFrame(cells, columns=["lane_id", "sku_id", "expiry_day", "lot_id"]).assign(units=1)
    return plan_from_frames({"transfers": frame}, NETWORK).plan


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        ("W>T NAILS - -", [NO_LIMIT]),
        ("W>T MILK 9 -", [9]),
        ("W>T MILK - w3", [3]),
        # V keeps the seven units that expire last as its safety stock.
        ("V>T MILK - -", [3]),
        ("V>T MILK - v5;T>S MILK - -", [5, 5]),
        # The only lot of S.
        ("S>T MILK - -", [4]),
        # What passes through T is of one day only, over any number of stops.
        ("W>T MILK 9 -;T>U MILK - -", [9, 9]),
        ("T>U MILK - -;S>T MILK - -", [4, 4]),
        # T has nothing of its own and gets nothing: the certificate will say so.
        ("T>S MILK - -", [12]),
        # An expiry day of what does not expire is for the certificate, too.
        ("W>T NAILS 5 -", [5]),
    ],
)
def test_expiry_days_are_read_or_derived(rows: str, days: list[int]) -> None:
    assert read(rows).expiry_day.tolist() == days


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ("W>T MILK - -", [(1, "expiry_day", "ambiguous_expiry")]),
        ("W>T MILK 3 -;S>T MILK 4 -;T>S MILK - -", [(3, "expiry_day", "ambiguous_expiry")]),
        ("T>U MILK - -;U>T MILK - -", [(1, "expiry_day", "unknown_expiry"), (2, "expiry_day", "unknown_expiry")]),
        ("W>T MILK - v3", [(1, "lot_id", "unknown_lot")]),
        ("W>T MILK soon -", [(1, "expiry_day", "not_a_number")]),
        ("W>T MILK -1 -", [(1, "expiry_day", "too_small")]),
    ],
)
def test_what_could_be_several_is_asked_for(rows: str, problems: list[tuple[int, str, str]]) -> None:
    with pytest.raises(NetworkError) as caught:
        read(rows)
    assert [(found.row, found.column, found.code) for found in caught.value.problems] == problems


def test_units_that_never_expire_are_meant_by_an_empty_day_where_there_are_any() -> None:
    """So what is written of a plan is what is read: W has a lot without a day besides two others."""
    lots = pd.DataFrame({"node_id": "W", "sku_id": "P1", "lot_id": ["a", "b"], "units": 2, "expiry_days": [3, None]})
    network = with_lots(lots)
    frame = pd.DataFrame({"lane_id": ["W1>S2", "S2>W1"], "sku_id": "P1", "units": 1})
    assert plan_from_frames({"transfers": frame}, network).plan.expiry_day.tolist() == [NO_LIMIT, NO_LIMIT]


def with_lots(lots: pd.DataFrame) -> Network:
    """Two warehouses that pass units on to each other; the first has the lots."""
    frames = {
        "nodes": pd.DataFrame({"node_id": ["W1", "S2"], "kind": "warehouse"}),
        "products": pd.DataFrame({"sku_id": ["P1"], "list_price": 9.0, "salvage_value": 1.0}),
        "lanes": pd.DataFrame({"origin": ["W1", "S2"], "destination": ["S2", "W1"]}),
        "stock": pd.DataFrame({"node_id": ["W1", "S2"], "sku_id": "P1", "on_hand": [6, 0], "demand_mean": 2.0}),
        "lots": lots.assign(node_id="W1"),
        "alerts": pd.DataFrame({"alert_id": [], "kind": [], "node_id": [], "sku_id": []}),
    }
    return network_from_frames(frames, small_settings())[0]


def plan(rows: str) -> Plan:
    """A plan of lines (lane, SKU, expiry day)."""
    lanes = {name: row for row, name in enumerate(NETWORK.lanes.lane_id)}
    cells = [row.split() for row in rows.split(";")]
    return Plan(
        lane=np.array([lanes[lane] for lane, *_ in cells], dtype=np.int32),
        sku=np.array([["MILK", "NAILS"].index(sku) for _, sku, _ in cells], dtype=np.int32),
        units=np.ones(len(cells), dtype=np.int64),
        arrives_day=np.zeros(len(cells), dtype=np.int32),
        dispatch_lane=np.empty(0, dtype=np.int32),
        dispatches=np.empty(0, dtype=np.int64),
        expiry_day=np.array([NO_LIMIT if day == "-" else int(day) for *_, day in cells], dtype=np.int32),
    )


def test_lines_name_the_only_lot_they_can_be_of() -> None:
    """Not units without a lot, nor those that pass through; what S receives stays there."""
    lines = "W>T MILK 3;W>T MILK 12;W>T NAILS -;S>T MILK 4;T>S MILK 4"
    assert lot_names(NETWORK, plan(lines)).tolist() == ["w3", "", "", "s4", ""]


def test_a_lot_is_not_named_where_units_without_one_are_alike() -> None:
    """W1 has a lot that never expires, units without a lot, and what S2 sends back."""
    lots = pd.DataFrame({"sku_id": "P1", "lot_id": ["a", "b", "c"], "units": 1, "expiry_days": [3, None, 4]})
    table = pd.DataFrame({"lane_id": "W1>S2", "sku_id": "P1", "units": 1, "expiry_day": [3, None, 4]})
    back = pd.DataFrame({"lane_id": ["S2>W1"], "sku_id": "P1", "units": 1, "expiry_day": 4})
    network = with_lots(lots)
    read_back = plan_from_frames({"transfers": pd.concat([table, back])}, network).plan
    assert lot_names(network, read_back).tolist() == ["a", "", "", ""]


def test_written_lines_read_back_with_their_expiry_days(tmp_path: Path) -> None:
    lines = plan("W>T MILK 3;W>T MILK 9;T>S MILK 9;V>T MILK 5;W>T NAILS -")
    nothing = {item.name: None for item in fields(Result)}
    table = plan_tables(NETWORK, Result(**nothing | {"plan": lines}))["transfers"]
    assert table["expiry_day"].isna().tolist() == [False] * 4 + [True]
    table.to_csv(tmp_path / "transfers.csv", index=False)
    again = plan_from_frames({"transfers": pd.read_csv(tmp_path / "transfers.csv")}, NETWORK).plan
    assert again.expiry_day.tolist() == lines.expiry_day.tolist()
