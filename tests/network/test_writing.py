"""What is written and read again is the same network."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import (
    Network,
    network_from_frames,
    network_to_frames,
    read_network,
    settings_of,
    write_network,
)
from tests.network.worlds import small_frames, small_settings

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=6)
PROSE = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n,\"'"), max_size=6)
MONEY = st.floats(0, 1e6)
UNITS = st.integers(0, 10_000)
MAYBE_UNITS = st.none() | UNITS
REQUESTS = st.none() | st.dictionaries(PROSE, st.integers() | PROSE, max_size=2)


def assert_same(left: Network, right: Network) -> None:
    """Equal in every column, also the unknown ones."""
    for item in dataclasses.fields(left):
        one, other = getattr(left, item.name), getattr(right, item.name)
        if not dataclasses.is_dataclass(one):
            assert one == other, item.name
            continue
        for column in dataclasses.fields(one):
            first, second = getattr(one, column.name), getattr(other, column.name)
            if column.name == "extra":
                assert list(first) == list(second)
                for name in first:
                    assert first[name].dtype == second[name].dtype, name
                    np.testing.assert_array_equal(first[name], second[name], err_msg=name)
            else:
                assert first.dtype == second.dtype
                np.testing.assert_array_equal(first, second, err_msg=f"{item.name}.{column.name}")


def columns(draw: st.DrawFn, n_rows: int, **kinds: st.SearchStrategy[Any]) -> pd.DataFrame:
    """A table of drawn cells; each optional column is there or not."""
    cells = {}
    for name, kind in kinds.items():
        if draw(st.booleans()):
            cells[name] = pd.Series(draw(st.lists(kind, min_size=n_rows, max_size=n_rows)), dtype=object)
    return pd.DataFrame(cells, index=pd.RangeIndex(n_rows))


def displays(draw: st.DrawFn, node_ids: list[str], sku_ids: list[str]) -> pd.DataFrame:
    """A display of all products, its price in the first row."""
    rules = {"display_id": "D", "sku_id": sku_ids, "broken_price": [draw(MONEY)] + [None] * (len(sku_ids) - 1)}
    node_id = st.sampled_from([None, *node_ids])
    return pd.DataFrame(rules).join(
        columns(draw, len(sku_ids), node_id=node_id, min_units=st.none() | st.integers(1, 9))
    )


def responses(draw: st.DrawFn, node_ids: list[str], sku_ids: list[str]) -> dict[str, pd.DataFrame]:
    """Prices, exits and purchases, some of their columns there or not."""
    skus, nodes, count = st.sampled_from([None, *sku_ids]), st.sampled_from([None, *node_ids]), draw(st.integers(1, 3))
    numbers = list(range(1, count + 1))
    tables = {
        "price_ladders": pd.DataFrame({"rung": numbers, "price_share": [1 - 0.1 * n for n in numbers]}),
        "price_response": columns(draw, count, sku_id=skus, elasticity=st.none() | st.floats(-3, 0)),
        "clearance_rules": columns(draw, count, sku_id=skus, max_markdowns=MAYBE_UNITS, min_price=st.none() | MONEY),
        "exits": pd.DataFrame({"exit_id": [f"E{n}" for n in numbers], "kind": "scrap"}).join(
            columns(draw, count, node_id=nodes, sku_id=skus, unit_fee=st.none() | MONEY, capacity_units=MAYBE_UNITS)
        ),
        "quotes": pd.DataFrame(
            {"quote_id": ["Q"], "node_id": node_ids[0], "sku_id": sku_ids[0], "unit_price": draw(MONEY), "max_units": 9}
        ).join(columns(draw, 1, supplier=PROSE, lead_time_days=MAYBE_UNITS)),
    }
    return {name: table for name, table in tables.items() if draw(st.booleans())}


def optional_tables(
    draw: Any, stock: list[tuple[str, str]], node_ids: list[str], sku_ids: list[str]
) -> dict[str, pd.DataFrame]:
    """Some of the tables that a network can do without."""
    frames = {}
    if stock and draw(st.booleans()):
        node, sku = stock[0]
        frames["lots"] = pd.DataFrame({"node_id": [node], "sku_id": [sku], "lot_id": [draw(PROSE)], "units": [1]})
    if draw(st.booleans()):
        frames["lane_rules"] = pd.DataFrame({"sku_id": [sku_ids[0]], "allowed": [False], "origin": [node_ids[0]]})
    if draw(st.booleans()):
        frames["display_rules"] = displays(draw, node_ids, sku_ids)
    return frames


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Any network: odd ids, empty cells, unknown columns, optional tables."""
    node_ids = draw(st.lists(WORDS, min_size=2, max_size=5, unique=True))
    sku_ids = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    pairs = [(node, sku) for node in node_ids for sku in sku_ids]
    ends = [(one, other) for one in node_ids for other in node_ids if one != other]
    stock = draw(st.lists(st.sampled_from(pairs), unique=True))
    lanes = draw(st.lists(st.sampled_from(ends), max_size=6))
    alerts = draw(st.lists(st.sampled_from(pairs), max_size=4))
    kind = st.sampled_from(["store", "warehouse", "supplier"])
    nodes = pd.DataFrame({"node_id": node_ids, "kind": [draw(kind) for _ in node_ids]})
    optional = columns(
        draw,
        len(nodes),
        latitude=st.none() | st.floats(-90, 90),
        zone=PROSE,
        transit=st.none() | st.booleans(),
        memo=PROSE,
    )
    products = pd.DataFrame({"sku_id": sku_ids, "list_price": [draw(st.floats(100, 1e6)) for _ in sku_ids]})
    weights = pd.DataFrame({"unit_weight_kg": [draw(st.floats(0, 100)) for _ in sku_ids]})
    more = columns(
        draw, len(products), salvage_value=st.none() | st.floats(-50, 100), case_pack=st.none() | st.integers(1, 9)
    )
    lane_frame = pd.DataFrame({"origin": [a for a, _ in lanes], "destination": [b for _, b in lanes]}, dtype=object)
    lane_frame["lane_id"] = [f"lane {number}" for number in range(len(lanes))]
    costs = columns(draw, len(lanes), fixed_cost=MONEY, capacity_kg=st.none() | MONEY, max_dispatches=MAYBE_UNITS)
    frames = {
        "nodes": nodes.join(optional),
        "products": products.join(weights).join(more),
        "lanes": lane_frame.join(costs),
        "stock": pd.DataFrame(
            {
                "node_id": [node for node, _ in stock],
                "sku_id": [sku for _, sku in stock],
                "on_hand": [draw(UNITS) for _ in stock],
                "demand_mean": [draw(st.floats(0, 1e4)) for _ in stock],
            }
        ).join(columns(draw, len(stock), safety_stock=MAYBE_UNITS, current_price=st.none() | MONEY, memo=PROSE)),
        "alerts": pd.DataFrame(
            {
                "alert_id": [f"A{number}" for number in range(len(alerts))],
                "kind": draw(st.sampled_from(["overstock", "shortage"])),
                "node_id": [node for node, _ in alerts],
                "sku_id": [sku for _, sku in alerts],
            }
        ).join(
            columns(
                draw, len(alerts), units=MAYBE_UNITS, severity=st.sampled_from(["", "red"]), must_serve=st.booleans()
            )
        ),
    }
    frames |= optional_tables(draw, stock, node_ids, sku_ids)
    if nodes["kind"][0] != "supplier":
        frames |= responses(draw, node_ids, sku_ids)
    known = small_settings() | {"note": draw(PROSE), "periods": draw(st.integers(1, 4))}
    return network_from_frames(frames, known, request=draw(REQUESTS))[0]


@settings(max_examples=50, deadline=None)
@given(network=networks(), file_format=st.sampled_from(["csv", "parquet"]))
def test_write_then_read_gives_the_same_network(network: Network, file_format: Any) -> None:
    """Every column, default, unknown column and setting."""
    with tempfile.TemporaryDirectory() as folder:
        write_network(network, Path(folder), file_format=file_format)
        again, _ = read_network(Path(folder))
    assert_same(network, again)


@settings(max_examples=40, deadline=None)
@given(network=networks())
def test_frames_are_the_inverse_of_reading_frames(network: Network) -> None:
    """As the service sends and receives them."""
    again, _ = network_from_frames(network_to_frames(network), settings_of(network), request=network.request)
    assert_same(network, again)


def test_unknown_columns_of_any_type_survive_parquet(tmp_path: Path) -> None:
    """Numbers, truths, dates and missing text."""
    frames = small_frames()
    frames["stock"]["count"] = np.array([1, 2, 3, 4], dtype=np.int16)
    frames["stock"]["share"] = [0.1, np.nan, 0.3, 0.4]
    frames["stock"]["flag"] = [True, False, True, False]
    frames["stock"]["seen"] = pd.to_datetime(["2026-01-01", None, "2026-01-03", "2026-01-04"]).as_unit("us")
    frames["stock"]["memo"] = pd.Series(["a", None, "", "d"], dtype=object)
    network, _ = network_from_frames(frames, small_settings())
    write_network(network, tmp_path, file_format="parquet")
    assert_same(network, read_network(tmp_path)[0])


def test_writing_replaces_what_an_earlier_write_left(tmp_path: Path) -> None:
    """Also tables of the other format, optional tables and the request."""
    frames = small_frames() | {"lots": pd.DataFrame({"node_id": ["S1"], "sku_id": ["P1"], "units": [1]})}
    rich, _ = network_from_frames(frames, small_settings(), request={"a": 1})
    poor, _ = network_from_frames(small_frames(), small_settings())
    write_network(rich, tmp_path, file_format="parquet")
    assert (tmp_path / "lots.parquet").is_file()
    write_network(poor, tmp_path, file_format="csv")
    names = ["alerts.csv", "lanes.csv", "network.json", "nodes.csv", "products.csv", "stock.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert_same(poor, read_network(tmp_path)[0])


def test_a_failed_write_leaves_the_old_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are renamed only when all are written."""
    network, _ = network_from_frames(small_frames(), small_settings())
    write_network(network, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(OSError, match="disk full"):
        write_network(network, tmp_path, file_format="parquet")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("settings", [{"money_decimals": 0}, {"periods": 4}, {"normal_demand": True}])
def test_settings_survive_being_written(tmp_path: Path, settings: dict[str, Any]) -> None:
    """Also a 0, which is no missing key."""
    network, _ = network_from_frames(small_frames(), small_settings() | settings)
    write_network(network, tmp_path)
    assert_same(network, read_network(tmp_path)[0])


def test_an_unknown_file_format_is_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    network, _ = network_from_frames(small_frames(), small_settings())
    with pytest.raises(ValueError, match="'xlsx'"):
        write_network(network, tmp_path / "out", file_format="xlsx")  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
