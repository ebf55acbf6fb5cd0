"""Who can supply what: read, written, and each mistake found with its place."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network import NetworkError, network_from_frames, read_network, write_network
from tests.network.changes import Frames
from tests.network.test_writing import assert_same
from tests.network.worlds import small_frames, small_settings


def frames(**columns: list[Any]) -> Frames:
    """The small network with a lane from its supplier, and supplies."""
    tables = small_frames()
    tables["products"]["category"] = ["shirts", "shoes"]
    lane = pd.DataFrame([{"lane_id": "", "origin": "V1", "destination": "W1", "lead_time_days": 3}])
    tables["lanes"] = pd.concat([tables["lanes"], lane], ignore_index=True)
    return tables | {"supplies": pd.DataFrame(columns)}


def test_empty_cells_mean_what_the_format_says() -> None:
    network, warnings = network_from_frames(
        frames(node_id=["V1", "V1"], sku_id=["P1", None], category=[None, "shoes"]), small_settings()
    )
    supplies = network.supplies
    assert warnings == ()
    assert (supplies.node.tolist(), supplies.sku.tolist()) == ([3, 3], [0, -1])
    assert (supplies.category.tolist(), supplies.blocked.tolist()) == (["", "shoes"], [False, False])
    assert np.isnan([supplies.on_time_share, supplies.unit_price]).all()
    assert (supplies.lead_time_days.tolist(), supplies.min_units.tolist()) == ([0, 0], [0, 0])


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_files_keep_them(tmp_path: Path, file_format: Any) -> None:
    network = network_from_frames(
        frames(node_id=["V1"], sku_id=["007"], on_time_share=[0.5], unit_price=[4.25], lead_time_days=[2], memo=["x"]),
        small_settings(),
    )[0]
    write_network(network, tmp_path, file_format=file_format)
    assert_same(network, read_network(tmp_path)[0])


@pytest.mark.parametrize(
    ("columns", "column", "code"),
    [
        ({"node_id": ["W1"]}, "node_id", "not_a_supplier"),
        ({"node_id": ["V9"]}, "node_id", "unknown_id"),
        ({"node_id": ["V1"], "sku_id": ["P9"]}, "sku_id", "unknown_id"),
        ({"node_id": ["V1"], "category": ["hats"]}, "category", "unknown_category"),
        ({"node_id": ["V1"], "sku_id": ["P1"], "category": ["shirts"]}, "sku_id", "ambiguous_row"),
        ({"node_id": ["V1"], "on_time_share": [1.5]}, "on_time_share", "too_large"),
        ({"node_id": ["V1"], "on_time_share": [-0.5]}, "on_time_share", "too_small"),
        ({"node_id": ["V1"], "unit_price": [-1]}, "unit_price", "too_small"),
        ({"node_id": ["V1"], "lead_time_days": ["soon"]}, "lead_time_days", "not_a_number"),
        ({"node_id": ["V1"], "blocked": ["maybe"]}, "blocked", "not_boolean"),
    ],
)
def test_mistakes_are_found_with_their_place(columns: dict[str, list[Any]], column: str, code: str) -> None:
    with pytest.raises(NetworkError) as raised:
        network_from_frames(frames(**columns), small_settings())
    (problem,) = raised.value.problems
    assert (problem.file, problem.row, problem.column, problem.code) == ("supplies", 1, column, code)
    assert problem.fix


def test_a_row_said_twice_is_found() -> None:
    with pytest.raises(NetworkError) as raised:
        network_from_frames(frames(node_id=["V1"] * 3, sku_id=["P1", "007", "P1"]), small_settings())
    (problem,) = raised.value.problems
    assert (problem.row, problem.code) == (3, "duplicate_supply")
    assert "row 1" in problem.message


def test_a_supplier_without_a_lane_is_doubtful() -> None:
    tables = frames(node_id=["V1"])
    tables["lanes"] = small_frames()["lanes"]
    warnings = network_from_frames(tables, small_settings())[1]
    assert [(warning.column, warning.code) for warning in warnings] == [("node_id", "no_lane")]
