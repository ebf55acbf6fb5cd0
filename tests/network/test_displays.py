"""Displays: what is wrong or doubtful about their rows, and the price that they share."""

from collections.abc import Callable

import pandas as pd
import pytest

from network import NetworkError, network_from_frames
from tests.network.changes import Frames, replace
from tests.network.worlds import small_frames, small_settings

Place = tuple[str, int | None, str | None, str]

ERRORS: dict[str, tuple[Callable[[Frames], None], Place]] = {
    "a display without a price": (
        replace("display_rules", display_id=["D", "E", "E"], sku_id=["P1", "P1", "007"], broken_price=[1, None, None]),
        ("display_rules", 2, "broken_price", "no_price"),
    ),
    "a display with two prices": (
        replace("display_rules", display_id=["D"] * 2, sku_id=["P1", "007"], broken_price=[3, 4]),
        ("display_rules", 2, "broken_price", "other_price"),
    ),
    "a display with a negative price": (
        replace("display_rules", display_id=["D"], sku_id=["P1"], broken_price=[-1]),
        ("display_rules", 1, "broken_price", "too_small"),
    ),
    "a display of an unknown product": (
        replace("display_rules", display_id=["D"], sku_id=["P2"], broken_price=[1]),
        ("display_rules", 1, "sku_id", "unknown_id"),
    ),
    "a display at an unknown store": (
        replace("display_rules", display_id=["D"], sku_id=["P1"], node_id=["S9"], broken_price=[1]),
        ("display_rules", 1, "node_id", "unknown_id"),
    ),
    "a display that needs no unit": (
        replace("display_rules", display_id=["D"], sku_id=["P1"], min_units=[0], broken_price=[1]),
        ("display_rules", 1, "min_units", "too_small"),
    ),
    "a display without a name": (
        replace("display_rules", display_id=["D", ""], sku_id=["P1", "007"], broken_price=[1, 1]),
        ("display_rules", 2, "display_id", "empty"),
    ),
    "a product twice in a display": (
        replace("display_rules", display_id=["D", "E", "D"], sku_id=["P1"] * 3, broken_price=[1] * 3),
        ("display_rules", 3, "sku_id", "duplicate_rule"),
    ),
    "a product at one store and at all": (
        replace("display_rules", display_id=["D"] * 2, sku_id=["P1"] * 2, node_id=["", "S1"], broken_price=[1] * 2),
        ("display_rules", 2, "node_id", "ambiguous_rule"),
    ),
    "a price of displays beyond 64 bits": (
        replace("display_rules", display_id=["D"], sku_id=["P1"], broken_price=[9e12]),
        ("display_rules", 1, "broken_price", "too_large"),
    ),
    "a price of all displays beyond 64 bits": (
        replace("display_rules", display_id=["D", "E", "F"], sku_id=["P1"] * 3, broken_price=[9e11] * 3),
        ("display_rules", 1, "broken_price", "money_overflow"),
    ),
}

WARNINGS: dict[str, tuple[Callable[[Frames], None], Place]] = {
    "a display of a product that its store lacks": (
        replace("display_rules", display_id=["D"], sku_id=["007"], node_id=["S2"], broken_price=[1]),
        ("display_rules", 1, "sku_id", "no_stock_row"),
    ),
    "a display in a warehouse": (
        replace("display_rules", display_id=["D"], sku_id=["P1"], node_id=["W1"], broken_price=[1]),
        ("display_rules", 1, "node_id", "no_store"),
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_each_mistake_is_named_once_with_its_place(name: str) -> None:
    """One problem, with a message and a fix."""
    change, expected = ERRORS[name]
    frames = small_frames()
    change(frames)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(frames, small_settings())
    first = caught.value.problems[0]
    assert (first.file, first.row, first.column, first.code) == expected, str(caught.value)
    assert {problem.code for problem in caught.value.problems} == {first.code}, str(caught.value)
    assert first.message
    assert first.fix


@pytest.mark.parametrize("name", WARNINGS)
def test_each_doubt_is_a_warning_and_no_error(name: str) -> None:
    """The network is made all the same."""
    change, expected = WARNINGS[name]
    frames = small_frames()
    change(frames)
    _, warnings = network_from_frames(frames, small_settings())
    assert [(item.file, item.row, item.column, item.code) for item in warnings] == [expected]


def test_rows_of_a_display_take_its_price() -> None:
    """Given in any one of them; a row without a store is for all stores, and shows one unit."""
    frames = small_frames()
    frames["display_rules"] = pd.DataFrame(
        {
            "display_id": ["run", "alone", "run"],
            "sku_id": ["P1", "P1", "007"],
            "node_id": [None, "S1", None],
            "min_units": [2, None, None],
            "broken_price": [None, 0.0, 7.5],
        }
    )
    rules = network_from_frames(frames, small_settings())[0].display_rules
    assert rules.broken_price.tolist() == [7.5, 0.0, 7.5]
    assert rules.min_units.tolist() == [2, 1, 1]
    assert rules.node.tolist() == [-1, 1, -1]
    assert rules.sku.tolist() == [0, 0, 1]
