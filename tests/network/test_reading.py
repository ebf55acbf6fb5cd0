"""Reading good input: defaults, order, ids, and the two doors that lead to the same network."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import NO_LIMIT, NOT_GIVEN, AlertKind, Severity, network_from_frames, read_network
from tests.network.worlds import small_frames, small_settings


def write_small(directory: Path, suffix: str = ".csv") -> None:
    """The small network as files."""
    (directory / "network.json").write_text(json.dumps(small_settings()))
    for name, frame in small_frames().items():
        if suffix == ".csv":
            frame.to_csv(directory / f"{name}.csv", index=False)
        else:
            frame.to_parquet(directory / f"{name}.parquet", index=False)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_files_and_frames_give_the_same_network(tmp_path: Path, suffix: str) -> None:
    """Both doors lead through the same checks to equal columns."""
    write_small(tmp_path, suffix)
    from_files, _ = read_network(tmp_path)
    from_frames, _ = network_from_frames(small_frames(), small_settings())
    assert from_files.nodes.node_id.tolist() == ["W1", "S1", "S2", "V1"]
    for table in ("nodes", "products", "lanes", "stock", "alerts"):
        for name in getattr(from_files, table).__slots__:
            left, right = getattr(getattr(from_files, table), name), getattr(getattr(from_frames, table), name)
            if isinstance(left, np.ndarray):
                np.testing.assert_array_equal(left, right, err_msg=f"{table}.{name}")


def test_empty_cells_become_the_documented_defaults() -> None:
    """A sample from each table."""
    network, warnings = network_from_frames(small_frames(), small_settings())
    assert warnings == ()
    assert network.nodes.transit.tolist() == [True, False, False, False]
    assert network.nodes.max_outbound_lanes.tolist() == [NO_LIMIT] * 4
    assert np.isnan(network.nodes.latitude[3])
    assert network.products.salvage_value.tolist() == [2.0, 5.0]
    assert network.products.case_pack.tolist() == [1, 1]
    assert network.lanes.lane_id.tolist() == ["W1>S2", "S1>W1", "express"]
    assert network.lanes.capacity_kg.tolist() == [100.0, np.inf, 50.0]
    assert network.lanes.max_dispatches.tolist() == [2, NO_LIMIT, NO_LIMIT]
    assert network.alerts.units.tolist() == [11, NOT_GIVEN]
    assert network.alerts.kind.tolist() == [AlertKind.SHORTAGE, AlertKind.OVERSTOCK]
    assert network.alerts.severity.tolist() == [Severity.RED, Severity.NOT_GIVEN]
    assert network.alerts.needed_by_days.tolist() == [NO_LIMIT, NO_LIMIT]
    assert network.alerts.must_serve.tolist() == [True, False]


def test_stock_is_sorted_by_product_then_node_with_all_its_columns() -> None:
    """Unknown columns move with their rows."""
    frames = small_frames()
    frames["stock"]["shelf"] = ["s1", "s2", "w1", "odd"]
    network, warnings = network_from_frames(frames, small_settings())
    pairs = list(zip(network.stock.sku.tolist(), network.stock.node.tolist(), strict=True))
    assert pairs == [(0, 0), (0, 1), (0, 2), (1, 1)]
    assert network.stock.on_hand.tolist() == [0, 30, 1, 3]
    assert network.stock.extra["shelf"].tolist() == ["w1", "s1", "s2", "odd"]
    assert [(warning.code, warning.column) for warning in warnings] == [("unknown_column", "shelf")]


def test_ids_that_look_like_numbers_stay_text(tmp_path: Path) -> None:
    """007, 1e5, NA and True are names in CSV; whole numbers of a frame are their digits."""
    write_small(tmp_path)
    (tmp_path / "products.csv").write_text("sku_id,list_price\n007,1\nP1,1\n1e5,1\nNA,1\nTrue,1\n")
    (tmp_path / "lanes.csv").write_text("origin,destination\n")
    assert read_network(tmp_path)[0].products.sku_id.tolist() == ["007", "P1", "1e5", "NA", "True"]
    frames = small_frames()
    frames["products"]["sku_id"] = [1, 7]
    frames["stock"]["sku_id"] = [1, 1, 1, 7]
    frames["alerts"]["sku_id"] = ["1", "1"]
    assert network_from_frames(frames, small_settings())[0].products.sku_id.tolist() == ["1", "7"]


def test_an_alert_without_a_stock_row_makes_one_of_zeros() -> None:
    """With a warning, in sorted place, and with empty cells in unknown columns."""
    frames = small_frames()
    frames["alerts"].loc[0, ["node_id", "sku_id"]] = ["S2", "007"]
    frames["stock"]["aisle"] = [1.5, 2.5, 3.5, 4.5]
    network, warnings = network_from_frames(frames, small_settings())
    row = int(network.stock_row(np.array([2], dtype=np.int32), np.array([1], dtype=np.int32))[0])
    assert row == 4
    assert network.stock.on_hand[row] == 0
    assert network.stock.demand_mean[row] == 0
    assert np.isnan(network.stock.extra["aisle"][row])
    missing = next(warning for warning in warnings if warning.code == "no_stock_row")
    assert (missing.file, missing.row, missing.is_warning) == ("alerts", 1, True)


@pytest.mark.parametrize(
    "transit", [[True, False, None, None], ["TRUE", "false", "", None], [1.0, 0.0, np.nan, None], ["1", "0", "", ""]]
)
def test_truth_is_read_however_a_file_stores_it(transit: list[object]) -> None:
    """Booleans, text and numbers with empty cells."""
    frames = small_frames()
    frames["nodes"]["transit"] = transit
    frames["nodes"]["kind"] = "store"
    network, _ = network_from_frames(frames, small_settings())
    assert network.nodes.transit.tolist() == [True, False, False, False]


@pytest.mark.parametrize("dtype", ["category", "Int64", "Float64", "int8", "uint64", "float32", "object", "str"])
def test_numbers_are_read_from_any_column_type(dtype: str) -> None:
    """Whatever pandas or pyarrow made of the file."""
    frames = small_frames()
    frames["stock"]["on_hand"] = frames["stock"]["on_hand"].astype(dtype)
    network, _ = network_from_frames(frames, small_settings())
    assert network.stock.on_hand.tolist() == [0, 30, 1, 3]


def test_ids_are_read_from_categories() -> None:
    """As dictionary-encoded Parquet columns arrive."""
    frames = small_frames()
    for column in ("node_id", "sku_id"):
        frames["stock"][column] = frames["stock"][column].astype("category")
    network, _ = network_from_frames(frames, small_settings())
    assert network.stock.on_hand.tolist() == [0, 30, 1, 3]


def test_columns_are_read_only_and_apart_from_the_callers_frames() -> None:
    """A network cannot change under those who hold it."""
    frames = small_frames()
    frames["stock"]["note"] = [1, 2, 3, 4]
    network, _ = network_from_frames(frames, small_settings())
    with pytest.raises(ValueError, match="read-only"):
        network.stock.on_hand[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        network.stock.extra["note"][0] = 1
    frames["stock"].loc[0, "note"] = 99
    assert 99 not in network.stock.extra["note"]


def test_a_network_of_nothing_is_a_network() -> None:
    """Tables without rows are no mistake."""
    frames = {name: frame.iloc[:0] for name, frame in small_frames().items()}
    network, warnings = network_from_frames(frames, small_settings())
    assert (len(network.nodes), len(network.stock), warnings) == (0, 0, ())


def test_unknown_settings_are_kept_with_a_warning() -> None:
    """And the known ones default."""
    network, warnings = network_from_frames(small_frames(), {"currency": "EUR", "horizon_days": 7, "region": "north"})
    assert (network.money_decimals, network.as_of, network.normal_demand) == (6, "", False)
    assert network.settings_extra == {"region": "north"}
    assert [warning.code for warning in warnings] == ["unknown_setting"]


@pytest.mark.parametrize("instance", ["S_common", "S_scarce", "S_costly", "M_common", "M_scarce", "M_costly"])
def test_public_instances_are_read_without_a_word(shared_data: Path, instance: str) -> None:
    """CSV and Parquet instances of the format, written by another program."""
    network, warnings = read_network(shared_data / "retailnet" / instance)
    assert warnings == ()
    assert len(network.nodes) == (108 if instance.startswith("S") else 427)
    raw_file = next((shared_data / "retailnet" / instance).glob("stock.*"))
    raw = pd.read_csv(raw_file) if raw_file.suffix == ".csv" else pd.read_parquet(raw_file)
    assert int(network.stock.on_hand.sum()) == int(raw["on_hand"].sum())
    assert network.stock.demand_mean.sum() == raw["demand_mean"].sum()
