"""Bad cells and bad tables: each is named by file, row, column and code, and all of them in one pass."""

import contextlib
import datetime
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import Limits, NetworkError, network_from_frames
from network.schema import TABLES
from tests.network.changes import Frames, add, drop, put, replace
from tests.network.worlds import small_frames, small_settings

# Each mistake, and (file, row, column, code) of what must be said of it, and nothing else.
ERRORS: dict[str, tuple[Callable[[Frames], None], tuple[str, int | None, str | None, str]]] = {
    "demand is NaN": (put("stock", "demand_mean", 1, np.nan), ("stock", 2, "demand_mean", "empty")),
    "demand is infinite": (put("stock", "demand_mean", 1, np.inf), ("stock", 2, "demand_mean", "not_finite")),
    "capacity is infinite": (put("lanes", "capacity_kg", 0, np.inf), ("lanes", 1, "capacity_kg", "not_finite")),
    "text in a number": (put("stock", "on_hand", 0, "many"), ("stock", 1, "on_hand", "not_a_number")),
    "the text nan": (put("stock", "holding_cost", 0, "nan"), ("stock", 1, "holding_cost", "not_a_number")),
    "true as a number": (put("stock", "on_hand", 0, True), ("stock", 1, "on_hand", "not_a_number")),
    "a list as a number": (put("stock", "on_hand", 0, [1]), ("stock", 1, "on_hand", "not_a_number")),
    "half a unit": (put("stock", "on_hand", 3, 1.5), ("stock", 4, "on_hand", "fractional")),
    "negative stock": (put("stock", "on_hand", 2, -1), ("stock", 3, "on_hand", "too_small")),
    "negative in transit": (put("stock", "in_transit", 2, -1), ("stock", 3, "in_transit", "too_small")),
    "negative cost": (put("lanes", "fixed_cost", 2, -0.01), ("lanes", 3, "fixed_cost", "too_small")),
    "case pack of 0": (put("products", "case_pack", 0, 0), ("products", 1, "case_pack", "too_small")),
    "too many units": (put("stock", "on_hand", 0, 2**31), ("stock", 1, "on_hand", "too_large")),
    "more than 64 bits": (put("stock", "on_hand", 0, 2**70), ("stock", 1, "on_hand", "too_large")),
    "beyond the pole": (put("nodes", "latitude", 1, 90.5), ("nodes", 2, "latitude", "too_large")),
    "beyond the date line": (put("nodes", "longitude", 1, -181), ("nodes", 2, "longitude", "too_small")),
    "unknown kind of node": (put("nodes", "kind", 0, "depot"), ("nodes", 1, "kind", "unknown_value")),
    "unknown kind of alert": (put("alerts", "kind", 1, "surplus"), ("alerts", 2, "kind", "unknown_value")),
    "unknown severity": (put("alerts", "severity", 0, "purple"), ("alerts", 1, "severity", "unknown_value")),
    "neither true nor false": (put("alerts", "must_serve", 0, "maybe"), ("alerts", 1, "must_serve", "not_boolean")),
    "no kind": (put("nodes", "kind", 3, None), ("nodes", 4, "kind", "empty")),
    "no id": (put("alerts", "alert_id", 1, ""), ("alerts", 2, "alert_id", "empty")),
    "id is a fraction": (put("alerts", "alert_id", 1, 1.5), ("alerts", 2, "alert_id", "not_text")),
    "id with a line break": (put("alerts", "alert_id", 1, "A\n2"), ("alerts", 2, "alert_id", "unprintable_id")),
    "repeated alert": (put("alerts", "alert_id", 1, "A1"), ("alerts", 2, "alert_id", "duplicate_id")),
    "repeated node": (
        add("nodes", node_id="S1", kind="store"),
        ("nodes", 5, "node_id", "duplicate_id"),
    ),
    "repeated product": (
        add("products", sku_id="P1", list_price=1, salvage_value=0),
        ("products", 3, "sku_id", "duplicate_id"),
    ),
    "repeated lane id": (put("lanes", "lane_id", 0, "express"), ("lanes", 3, "lane_id", "duplicate_id")),
    "repeated ends without lane id": (
        add("lanes", origin="S1", destination="W1"),
        ("lanes", 4, "lane_id", "duplicate_lane"),
    ),
    "repeated position": (
        add("stock", node_id="S2", sku_id="P1", on_hand=0, demand_mean=0),
        ("stock", 5, "sku_id", "duplicate_position"),
    ),
    "lane to nowhere": (put("lanes", "destination", 0, "S9"), ("lanes", 1, "destination", "unknown_id")),
    "lane from nowhere": (put("lanes", "origin", 2, "S9"), ("lanes", 3, "origin", "unknown_id")),
    "lane to itself": (put("lanes", "destination", 1, "S1"), ("lanes", 2, "destination", "self_lane")),
    "stock at an unknown node": (put("stock", "node_id", 2, "s1"), ("stock", 3, "node_id", "unknown_id")),
    "alert on an unknown product": (put("alerts", "sku_id", 1, "7"), ("alerts", 2, "sku_id", "unknown_id")),
    "capacity without a weight": (
        put("products", "unit_weight_kg", 0, None),
        ("lanes", 1, "capacity_kg", "weight_missing"),
    ),
    "a left-over worth more than a sale": (
        put("stock", "shortage_penalty", 3, None),
        ("stock", 4, "shortage_penalty", "sale_worth_less_than_left_over"),
    ),
    "a dispatch that must hold more than it can": (
        put("lanes", "min_dispatch_kg", 0, 100.5),
        ("lanes", 1, "min_dispatch_kg", "minimum_above_capacity"),
    ),
    "money beyond 64 bits": (
        put("stock", "shortage_penalty", 1, 9e11),
        ("stock", 2, "on_hand", "money_overflow"),
    ),
    "lane cost beyond 64 bits": (
        put("lanes", "fixed_cost", 1, 9e11),
        ("lanes", 2, "fixed_cost", "money_overflow"),
    ),
    "no demand column": (drop("stock", "demand_mean"), ("stock", None, "demand_mean", "missing_column")),
    "no id column": (drop("nodes", "node_id"), ("nodes", None, "node_id", "missing_column")),
    "no stock": (lambda frames: frames.pop("stock"), ("stock", None, None, "missing_table")),
    "an unknown table": (lambda frames: frames.update(stok=frames["stock"]), ("stok", None, None, "unknown_table")),
    "lot of an unknown position": (
        replace("lots", node_id=["S2"], sku_id=["007"], units=[1]),
        ("lots", 1, "sku_id", "unknown_position"),
    ),
    "repeated lot": (
        replace("lots", node_id=["S1"] * 2, sku_id=["P1"] * 2, lot_id=["a"] * 2, units=[1, 1]),
        ("lots", 2, "lot_id", "duplicate_lot"),
    ),
    "a rule that names its lane twice": (
        replace("lane_rules", lane_id=["express"], origin=["S1"], allowed=[False]),
        ("lane_rules", 1, "lane_id", "ambiguous_rule"),
    ),
    "a rule on an unknown lane": (
        replace("lane_rules", lane_id=["S2>W1"], allowed=[False]),
        ("lane_rules", 1, "lane_id", "unknown_id"),
    ),
}


def sale_below_left_over(frames: Frames) -> None:
    """Make the product of row 4 worth more left over than sold, but for the penalty."""
    frames["products"]["salvage_value"] = [2.0, 20.5]
    frames["stock"]["shortage_penalty"] = [1.0, 2.0, 0.0, 0.5]


@pytest.mark.parametrize("name", ERRORS)
def test_each_mistake_is_named_once_with_its_place(name: str) -> None:
    """One mistake gives problems of one kind, first of them at its place, with a message and a fix."""
    change, expected = ERRORS[name]
    frames = small_frames()
    if name == "a left-over worth more than a sale":
        sale_below_left_over(frames)
        network_from_frames(frames, small_settings())
    change(frames)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    first = caught.value.problems[0]
    assert (first.file, first.row, first.column, first.code) == expected, str(caught.value)
    assert {problem.code for problem in caught.value.problems} == {first.code}, str(caught.value)
    assert first.message
    assert first.fix
    assert not first.is_warning
    assert str(first) in str(caught.value)


WARNINGS: dict[str, tuple[Callable[[Frames], None], tuple[str, int | None, str | None, str]]] = {
    "unknown column": (put("nodes", "colour", 0, "red"), ("nodes", None, "colour", "unknown_column")),
    "worthless left-over": (
        put("products", "unit_cost", 1, None),
        ("products", 2, "salvage_value", "no_salvage_value"),
    ),
    "reserved above on hand": (put("stock", "reserved", 1, 2), ("stock", 2, "reserved", "reserved_above_on_hand")),
    "alert without stock": (put("alerts", "sku_id", 0, "007"), ("alerts", 1, "sku_id", "no_stock_row")),
    "lane to a node without stock": (put("lanes", "destination", 2, "V1"), ("lanes", 3, "destination", "idle_lane")),
    "lane without dispatches": (put("lanes", "max_dispatches", 0, 0), ("lanes", 1, "max_dispatches", "idle_lane")),
    "deviation from no demand": (put("stock", "demand_std", 2, 0.5), ("stock", 3, "demand_std", "no_demand")),
    "a rule on a category that nothing is of": (
        replace("lane_rules", category=["shoes"], allowed=[False]),
        ("lane_rules", 1, "category", "idle_rule"),
    ),
    "a rule on ends without a lane": (
        replace("lane_rules", origin=["W1", "W1"], destination=["S2", "S1"], allowed=[False] * 2),
        ("lane_rules", 2, "destination", "idle_rule"),
    ),
    "lots above on hand": (
        replace("lots", node_id=["S1"], sku_id=["P1"], lot_id=["a"], units=[31]),
        ("lots", 1, "units", "lots_above_on_hand"),
    ),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_each_doubt_is_a_warning_and_no_error(name: str) -> None:
    """The network is made all the same."""
    change, expected = WARNINGS[name]
    frames = small_frames()
    change(frames)
    _, warnings = network_from_frames(frames, small_settings())
    assert [(item.file, item.row, item.column, item.code) for item in warnings] == [expected]
    assert warnings[0].is_warning


SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "no horizon": ({"currency": "USD"}, "missing_setting"),
    "horizon of 0": ({"currency": "USD", "horizon_days": 0}, "bad_setting"),
    "horizon as text": ({"currency": "USD", "horizon_days": "28"}, "bad_setting"),
    "horizon true": ({"currency": "USD", "horizon_days": True}, "bad_setting"),
    "half a day": ({"currency": "USD", "horizon_days": 0.5}, "bad_setting"),
    "too many decimals": ({"currency": "USD", "horizon_days": 1, "money_decimals": 10}, "bad_setting"),
    "no currency": ({"currency": " ", "horizon_days": 1}, "bad_setting"),
    "no such day": ({"currency": "USD", "horizon_days": 1, "as_of": "2026-02-30"}, "bad_setting"),
    "a truth as text": ({"currency": "USD", "horizon_days": 1, "normal_demand": "no"}, "bad_setting"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_bad_settings_are_named(name: str) -> None:
    """network.json is checked in the same pass."""
    content, code = SETTINGS[name]
    with pytest.raises(NetworkError) as caught:
        network_from_frames(small_frames(), content)
    assert [(problem.file, problem.code) for problem in caught.value.problems] == [("network.json", code)]


@pytest.mark.parametrize("content", [[], "x", 3, False])
def test_settings_that_are_no_object_are_refused(content: Any) -> None:
    """Also the request."""
    with pytest.raises(NetworkError) as caught:
        network_from_frames(small_frames(), content, request=content)
    places = [(problem.file, problem.code) for problem in caught.value.problems]
    assert places == [("network.json", "not_an_object"), ("request.json", "not_an_object")]


def test_all_mistakes_are_found_in_one_pass() -> None:
    """In every table at once, and none because of another."""
    frames = small_frames()
    for change in (
        put("nodes", "latitude", 0, "north"),
        put("products", "list_price", 0, -1),
        put("lanes", "origin", 0, "W9"),
        put("stock", "on_hand", 0, None),
        put("alerts", "kind", 0, "?"),
    ):
        change(frames)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, {"currency": "USD", "horizon_days": -1})
    found = [(problem.file, problem.code) for problem in caught.value.problems]
    assert found == [
        ("network.json", "bad_setting"),
        ("nodes", "not_a_number"),
        ("products", "too_small"),
        ("lanes", "unknown_id"),
        ("stock", "empty"),
        ("alerts", "unknown_value"),
    ]


def test_the_first_hundred_of_a_kind_are_kept_with_their_total() -> None:
    """Of each kind by itself."""
    frames = small_frames()
    n_rows = 250
    frames["alerts"] = pd.DataFrame(
        {
            "alert_id": range(n_rows),
            "kind": "shortage",
            "node_id": "S2",
            "sku_id": "nil",
            "units": [-1] + [0] * (n_rows - 1),
        }
    )
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    assert caught.value.totals == {"alerts/sku_id/unknown_id": n_rows, "alerts/units/too_small": 1}
    assert len(caught.value.problems) == 101
    assert caught.value.problems[99].row == 100
    assert "and 247 more of this kind" in str(caught.value)
    assert "251 problems" in str(caught.value)


def test_messages_name_value_first_place_and_lane() -> None:
    """What a person needs to repair the file."""
    frames = small_frames()
    put("products", "unit_weight_kg", 1, None)(frames)
    add("stock", node_id="S2", sku_id="P1", on_hand=0, demand_mean=0)(frames)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    text = str(caught.value)
    assert "position (S2, P1) is already in row 2" in text
    assert "lane W1>S2 counts kilograms (100), but these products have no weight: 007" in text


def test_braces_in_ids_do_not_disturb_messages() -> None:
    """Ids are data, not templates."""
    frames = small_frames()
    put("products", "sku_id", 1, "{lane}")(frames)
    put("stock", "sku_id", 3, "{lane}")(frames)
    put("products", "unit_weight_kg", 1, None)(frames)
    with pytest.raises(NetworkError, match=r"no weight: \{lane\}.*Give unit_weight_kg in products for \{lane\}"):
        network_from_frames(frames, small_settings())


def test_tables_above_their_limit_are_refused_unread() -> None:
    """A million-arc bomb is stopped by its row count."""
    frames = small_frames()
    frames["lanes"] = pd.DataFrame({"origin": ["W1"] * 1001, "destination": ["S1"] * 1001})
    with pytest.raises(NetworkError, match="1,001 rows, more than the 1,000") as caught:
        network_from_frames(frames, small_settings(), limits=Limits(lanes=1000))
    assert [problem.code for problem in caught.value.problems] == ["too_many_rows"]


def test_repeated_column_names_are_refused() -> None:
    """As a frame may have them."""
    frames = small_frames()
    frames["alerts"] = pd.concat([frames["alerts"], frames["alerts"][["units"]]], axis=1)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    assert [(item.column, item.code) for item in caught.value.problems] == [("units", "duplicate_column")]


def test_an_alerted_product_worth_more_left_over_needs_a_stock_row() -> None:
    """The row of zeros that the alert makes would break the price rule."""
    frames = small_frames()
    frames["products"]["salvage_value"] = [2.0, 20.5]
    frames["stock"]["shortage_penalty"] = [1.0, 2.0, 0.0, 0.5]
    put("alerts", "sku_id", 0, "007")(frames)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    assert [(item.file, item.row, item.code) for item in caught.value.problems] == [
        ("alerts", 1, "sale_worth_less_than_left_over")
    ]


def test_prices_are_compared_as_rounded_money() -> None:
    """0.1 + 0.7 is less than 0.8 in binary, and is not in money."""
    frames = small_frames()
    frames["products"]["list_price"] = [0.1, 20.0]
    frames["products"]["salvage_value"] = [0.8, 1.0]
    frames["stock"]["shortage_penalty"] = 0.7
    assert 0.1 + 0.7 < 0.8
    network_from_frames(frames, small_settings())


def test_the_error_survives_the_way_between_processes() -> None:
    """Solves run in processes of their own."""
    frames = small_frames()
    put("stock", "on_hand", 0, -1)(frames)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.problems, copy.totals, str(copy)) == (caught.value.problems, caught.value.totals, str(caught.value))


JUNK: list[Any] = [None, True, 2**70, -1, 0.5, 1e300, -0.0, np.nan, np.inf, "", " ", "x", "1", b"1", [1], {}, (1,), 1j]
JUNK += [pd.NaT, pd.NA, Decimal("1.5"), Decimal("NaN"), datetime.date(2026, 1, 1), pd.Timestamp(0), np.float32(1)]
JUNK += [np.array([1, 2]), Fraction(1, 2)]
COLUMNS = [(table.name, column.name) for table in TABLES.values() for column in table.columns if table.required]


@settings(max_examples=300, deadline=None)
@given(
    place=st.sampled_from(COLUMNS),
    cells=st.lists(st.sampled_from(JUNK), min_size=4, max_size=4),
    whole=st.booleans(),
    dtype=st.sampled_from(
        ["object", "category", "datetime64[ns]", "timedelta64[ns]", "complex", "bool", "Int64", "boolean"]
    ),
)
def test_no_cell_gives_a_traceback(place: tuple[str, str], cells: list[Any], whole: bool, dtype: str) -> None:
    """Anything Python can put into a column: a network, or a `NetworkError`, and nothing else."""
    table, column = place
    frames = small_frames()
    junk = pd.Series(cells[: len(frames[table])], dtype=object)
    if whole:
        with contextlib.suppress(ValueError, TypeError, OverflowError, Warning):
            junk = junk.astype(dtype)
    else:
        old = frames[table][column].astype(object) if column in frames[table] else junk
        junk = old.where(pd.Series([False, True, True, True])[: len(old)], junk)
    frames[table] = frames[table].assign(**{column: junk})
    with contextlib.suppress(NetworkError):
        network_from_frames(frames, small_settings())


def test_limits_are_written_out() -> None:
    """2147483647, not 2.1e9."""
    frames = small_frames()
    put("stock", "on_hand", 0, 2**31)(frames)
    with pytest.raises(NetworkError, match="2147483648 is above 2,147,483,647"):
        network_from_frames(frames, small_settings())


def test_a_lane_without_the_weights_it_needs_is_reported_once() -> None:
    """Under the first of the columns that count kilograms."""
    frames = small_frames()
    put("products", "unit_weight_kg", 0, None)(frames)
    frames["lanes"]["cost_per_kg"] = [0.1, 0.2, 0.0]
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    assert [(item.row, item.column) for item in caught.value.problems] == [
        (1, "capacity_kg"),
        (3, "capacity_kg"),
        (2, "cost_per_kg"),
    ]
