"""Tables of prices, exits and purchases: each mistake is found with its place, and many at once."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from network import NetworkError, network_from_frames
from tests.network.changes import Frames, put, replace
from tests.network.priced_worlds import priced_frames, priced_settings
from tests.network.worlds import small_settings

Place = tuple[str, int | None, str | None, str]
Change = Callable[[Frames], None]


def ladder(**columns: list[Any]) -> Change:
    """Another ladder, of shares where prices are not given."""
    count = len(next(iter(columns.values())))
    given = {"rung": list(range(1, count + 1))} | columns
    return replace("price_ladders", **given)


ERRORS: dict[str, tuple[Change, Place]] = {
    # price_ladders
    "a rung of a SKU and a category": (
        put("price_ladders", "category", 0, "shirts"),
        ("price_ladders", 1, "sku_id", "ambiguous_row"),
    ),
    "a rung of an unknown SKU": (put("price_ladders", "sku_id", 1, "P9"), ("price_ladders", 2, "sku_id", "unknown_id")),
    "a rung of an unknown category": (
        put("price_ladders", "category", 2, "hats"),
        ("price_ladders", 3, "category", "unknown_category"),
    ),
    "a zone without nodes": (
        put("price_ladders", "zone", 2, "south"),
        ("price_ladders", 3, "zone", "zone_without_nodes"),
    ),
    "a rung with two prices": (
        put("price_ladders", "price_share", 0, 0.8),
        ("price_ladders", 1, "price", "two_prices"),
    ),
    "a rung without a price": (
        put("price_ladders", "price_share", 2, None),
        ("price_ladders", 3, "price", "no_price"),
    ),
    "a rung for nothing": (put("price_ladders", "price", 0, 0), ("price_ladders", 1, "price", "free_rung")),
    "a share of nothing": (
        put("price_ladders", "price_share", 2, 0),
        ("price_ladders", 3, "price_share", "free_rung"),
    ),
    "a rung below 1": (put("price_ladders", "rung", 0, 0), ("price_ladders", 1, "rung", "too_small")),
    "a rung above the list price": (
        put("price_ladders", "price", 0, 10.5),
        ("price_ladders", 1, "price", "rung_above_list_price"),
    ),
    "a share above the list price": (
        put("price_ladders", "price_share", 2, 1.1),
        ("price_ladders", 3, "price_share", "too_large"),
    ),
    "a rung twice": (put("price_ladders", "rung", 1, 1), ("price_ladders", 2, "rung", "duplicate_rung")),
    "a ladder that rises": (
        ladder(category=["shoes"] * 3, price_share=[0.8, 0.6, 0.7]),
        ("price_ladders", 3, "price_share", "rising_ladder"),
    ),
    "a ladder that stays": (ladder(price_share=[0.8, 0.8]), ("price_ladders", 2, "price_share", "rising_ladder")),
    "a ladder that rises, its rungs in any order": (
        ladder(rung=[3, 1, 2], price=[5.0, 4.0, 3.0]),
        ("price_ladders", 1, "price", "rising_ladder"),
    ),
    "a ladder that rises from a share to a price": (
        ladder(sku_id=["P1"] * 2, price_share=[0.6, None], price=[None, 8.0]),
        ("price_ladders", 2, "price", "rising_ladder"),
    ),
    "a ladder of many products by prices and shares": (
        ladder(category=["shoes"] * 2, price_share=[0.6, None], price=[None, 1.0]),
        ("price_ladders", 1, "rung", "mixed_ladder"),
    ),
    # price_response
    "an elasticity of the wrong sign": (
        put("price_response", "elasticity", 0, 1.5),
        ("price_response", 1, "elasticity", "too_large"),
    ),
    "an elasticity beyond measure": (
        put("price_response", "elasticity", 0, -101),
        ("price_response", 1, "elasticity", "too_small"),
    ),
    "an ageing that leaves nothing": (
        put("price_response", "ageing_factor", 0, 0),
        ("price_response", 1, "ageing_factor", "no_demand"),
    ),
    "an ageing beyond measure": (
        put("price_response", "ageing_factor", 0, 1e-50),
        ("price_response", 1, "ageing_factor", "ageing_out_of_range"),
    ),
    "a response of two kinds of products": (
        put("price_response", "sku_id", 0, "P1"),
        ("price_response", 1, "sku_id", "ambiguous_row"),
    ),
    # price_multipliers
    "demand that falls where the price falls": (
        replace("price_multipliers", price_share=[0.25, 0.5], multiplier=[2.0, 3.0]),
        ("price_multipliers", 1, "multiplier", "falling_multiplier"),
    ),
    "demand below that at the list price": (
        put("price_multipliers", "multiplier", 0, 0.9),
        ("price_multipliers", 1, "multiplier", "falling_multiplier"),
    ),
    "a point twice": (
        put("price_multipliers", "price_share", 1, 0.5),
        ("price_multipliers", 2, "price_share", "duplicate_point"),
    ),
    "more demand at the list price": (
        put("price_multipliers", "multiplier", 1, 1.2),
        ("price_multipliers", 2, "multiplier", "list_price_multiplier"),
    ),
    # period_factors
    "a period after the horizon": (
        put("period_factors", "period", 1, 5),
        ("period_factors", 2, "period", "period_after_horizon"),
    ),
    "a period twice": (put("period_factors", "period", 1, 1), ("period_factors", 2, "period", "duplicate_period")),
    "a season without demand": (
        replace("period_factors", period=[1, 2, 3, 4], factor=[0.0] * 4, zone=["north"] * 4),
        ("period_factors", 1, "factor", "no_demand"),
    ),
    # clearance_rules
    "steps that no markdown can have": (
        replace("clearance_rules", min_step_share=[0.4], max_step_share=[0.3]),
        ("clearance_rules", 1, "min_step_share", "step_range"),
    ),
    "an exit after the horizon": (
        put("clearance_rules", "exit_period", 0, 5),
        ("clearance_rules", 1, "exit_period", "period_after_horizon"),
    ),
    "a first markdown after the horizon": (
        put("clearance_rules", "earliest_period", 0, 5),
        ("clearance_rules", 1, "earliest_period", "period_after_horizon"),
    ),
    "a target after the horizon": (
        put("clearance_rules", "sell_through_by_period", 0, 5),
        ("clearance_rules", 1, "sell_through_by_period", "period_after_horizon"),
    ),
    "a target without a share": (
        replace("clearance_rules", sell_through_price=[2.0]),
        ("clearance_rules", 1, "sell_through_price", "no_target"),
    ),
    "a date of a target without a share": (
        replace("clearance_rules", sell_through_by_period=[2]),
        ("clearance_rules", 1, "sell_through_by_period", "no_target"),
    ),
    # clearance_groups
    "a SKU in two groups": (
        replace("clearance_groups", group_id=["G", "G", "H", "H"], sku_id=["P1", "007"] * 2, kind=["together"] * 4),
        ("clearance_groups", 3, "sku_id", "two_groups"),
    ),
    "a SKU twice in a group": (
        replace("clearance_groups", group_id=["G"] * 3, sku_id=["P1", "007", "P1"], kind=["together"] * 3),
        ("clearance_groups", 3, "sku_id", "duplicate_row"),
    ),
    "a group of two kinds": (
        put("clearance_groups", "kind", 1, "together"),
        ("clearance_groups", 2, "kind", "other_kind"),
    ),
    "a group of two cross elasticities": (
        put("clearance_groups", "cross_elasticity", 1, 0.3),
        ("clearance_groups", 2, "cross_elasticity", "other_cross_elasticity"),
    ),
    "a cross elasticity below 0": (
        put("clearance_groups", "cross_elasticity", 1, -0.3),
        ("clearance_groups", 2, "cross_elasticity", "too_small"),
    ),
    # markdown_budgets
    "a budget of two amounts": (
        put("markdown_budgets", "amount", 1, 90.0),
        ("markdown_budgets", 2, "amount", "other_amount"),
    ),
    "a budget below 0": (put("markdown_budgets", "amount", 0, -1.0), ("markdown_budgets", 1, "amount", "too_small")),
    # exits
    "an exit that closes before it opens": (
        replace("exits", exit_id=["L"], kind=["scrap"], from_day=[5], until_day=[4]),
        ("exits", 1, "until_day", "window"),
    ),
    "an exit of two kinds of products": (
        replace("exits", exit_id=["L"], kind=["scrap"], sku_id=["P1"], category=["shirts"]),
        ("exits", 1, "sku_id", "ambiguous_row"),
    ),
    "an exit of an unknown category": (
        replace("exits", exit_id=["L"], kind=["scrap"], category=["hats"]),
        ("exits", 1, "category", "unknown_category"),
    ),
    "proceeds beyond 64 bits": (
        put("exits", "unit_proceeds", 0, -9e11),
        ("exits", 1, "unit_proceeds", "money_overflow"),
    ),
    # quotes
    "an order of more than is offered": (
        replace("quotes", quote_id=["Q"], node_id=["S2"], sku_id=["P1"], unit_price=[6], max_units=[4], min_units=[5]),
        ("quotes", 1, "min_units", "order_range"),
    ),
    "a delivery to a supplier": (put("quotes", "node_id", 0, "V1"), ("quotes", 1, "node_id", "supplier_node")),
    "an order beyond 64 bits": (
        put("quotes", "unit_price", 0, 6e11),
        ("quotes", 1, "unit_price", "money_overflow"),
    ),
}
WARNINGS: dict[str, tuple[Change, Place]] = {
    "a ladder of products that no zone stocks": (
        put("price_ladders", "zone", 2, "far"),
        ("price_ladders", 3, "rung", "idle_ladder"),
    ),
    "a ladder below the worth of a unit left over": (
        put("products", "salvage_value", 1, 18.5),
        ("products", 2, "salvage_value", "low_ladder"),
    ),
    "a group of one SKU": (
        replace("clearance_groups", group_id=["G"], sku_id=["P1"], kind=["together"]),
        ("clearance_groups", 1, "group_id", "group_of_one"),
    ),
    "a first markdown after the exit": (
        replace("clearance_rules", earliest_period=[3], exit_period=[2]),
        ("clearance_rules", 1, "earliest_period", "no_markdown"),
    ),
    "a floor above the list price": (
        replace("clearance_rules", sku_id=["P1"], min_price=[10.0]),
        ("clearance_rules", 1, "min_price", "no_markdown"),
    ),
    "a floor by cost above the list price": (
        replace("clearance_rules", sku_id=["P1"], min_share_of_cost=[2.5]),
        ("clearance_rules", 1, "min_share_of_cost", "no_markdown"),
    ),
    "a floor at the list price": (
        replace("clearance_rules", sku_id=["P1"], min_share_of_list=[1.0]),
        ("clearance_rules", 1, "min_share_of_list", "no_markdown"),
    ),
    "an exit that takes no share": (put("exits", "max_share", 0, 0), ("exits", 1, "max_share", "idle_exit")),
    "an exit that takes no unit": (put("exits", "capacity_units", 0, 0), ("exits", 1, "capacity_units", "idle_exit")),
    "an exit for lots that it cannot take": (
        replace("exits", exit_id=["L"], kind=["scrap"], min_lot_units=[5], capacity_units=[4]),
        ("exits", 1, "min_lot_units", "idle_exit"),
    ),
    "an exit that opens too late": (put("exits", "from_day", 0, 28), ("exits", 1, "from_day", "after_horizon")),
    "an exit of a position that is not there": (
        replace("exits", exit_id=["L"], kind=["scrap"], node_id=["S2"], sku_id=["007"]),
        ("exits", 1, "sku_id", "no_stock_row"),
    ),
    "a quote that arrives too late": (
        put("quotes", "lead_time_days", 0, 28),
        ("quotes", 1, "lead_time_days", "after_horizon"),
    ),
    "a quote to a position that is not there": (
        put("quotes", "sku_id", 0, "007"),
        ("quotes", 1, "sku_id", "no_stock_row"),
    ),
    "a quote of nothing": (put("quotes", "max_units", 0, 0), ("quotes", 1, "max_units", "idle_quote")),
}


def found(change: Change, **keys: Any) -> list[Any]:
    """Errors of the network after a change."""
    tables = priced_frames()
    change(tables)
    with pytest.raises(NetworkError) as caught:
        network_from_frames(tables, priced_settings(**keys))
    return list(caught.value.problems)


def warned(change: Change, **keys: Any) -> list[Place]:
    """Places of the warnings after a change."""
    tables = priced_frames()
    tables["nodes"] = pd.concat(
        [tables["nodes"], pd.DataFrame({"node_id": ["F1"], "kind": ["store"], "zone": ["far"]})], ignore_index=True
    )
    change(tables)
    _, warnings = network_from_frames(tables, priced_settings(**keys))
    return [(item.file, item.row, item.column, item.code) for item in warnings]


@pytest.mark.parametrize("name", ERRORS)
def test_each_mistake_is_named_once_with_its_place(name: str) -> None:
    """One problem, with what is wrong and what to do about it."""
    change, expected = ERRORS[name]
    problems = found(change)
    first = problems[0]
    assert (first.file, first.row, first.column, first.code) == expected, str(first)
    assert {problem.code for problem in problems} == {first.code}, problems
    assert first.value is not None or first.code == "no_price"
    assert first.message
    assert first.fix
    assert "{" not in first.message + first.fix


@pytest.mark.parametrize("name", WARNINGS)
def test_each_doubt_is_a_warning_and_no_error(name: str) -> None:
    """The network is made all the same."""
    change, expected = WARNINGS[name]
    assert warned(change) == [expected]


def test_nothing_is_wrong_with_the_tables_as_they_are() -> None:
    """The tables that the mistakes are made in."""
    assert warned(lambda tables: None) == []


def test_mistakes_in_all_tables_are_found_in_one_pass() -> None:
    """Two mistakes in one row count twice, and no mistake brings others with it."""

    def change(tables: Frames) -> None:
        for name, (bend, _) in ERRORS.items():
            if name in (
                *("a zone without nodes", "a rung with two prices", "an elasticity of the wrong sign"),
                *("an ageing that leaves nothing", "demand below that at the list price", "a period after the horizon"),
                *("an exit after the horizon", "a group of two kinds", "a budget of two amounts"),
                *("proceeds beyond 64 bits", "a delivery to a supplier"),
            ):
                bend(tables)

    places = [(problem.file, problem.row, problem.column, problem.code) for problem in found(change)]
    assert sorted(places) == sorted(
        [
            ("price_ladders", 3, "zone", "zone_without_nodes"),
            ("price_ladders", 1, "price", "two_prices"),
            ("price_response", 1, "elasticity", "too_large"),
            ("price_response", 1, "ageing_factor", "no_demand"),
            ("price_multipliers", 1, "multiplier", "falling_multiplier"),
            ("period_factors", 2, "period", "period_after_horizon"),
            ("clearance_rules", 1, "exit_period", "period_after_horizon"),
            ("clearance_groups", 2, "kind", "other_kind"),
            ("markdown_budgets", 2, "amount", "other_amount"),
            ("exits", 1, "unit_proceeds", "money_overflow"),
            ("quotes", 1, "node_id", "supplier_node"),
        ]
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("an elasticity of the wrong sign", "wrong sign: demand would rise with the price"),
        ("a ladder that rises", "the ladder of category shoes does not fall: 0.7 comes after 0.6 of rung 2"),
        ("a zone without nodes", "zone south has no nodes"),
        ("demand that falls where the price falls", "the multiplier is 2 at 0.25 of the list price and 3 at 0.5"),
        ("a rung above the list price", "SKU P1 has the list price 10, and a rung above it at 10.5"),
        ("a delivery to a supplier", "quote Q delivers to V1, a supplier"),
        ("a budget of two amounts", "budget B has the amount 100 in an earlier row, and 90 here"),
    ],
)
def test_messages_say_what_is_wrong_with_what(name: str, words: str) -> None:
    assert words in found(ERRORS[name][0])[0].message


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (put("price_ladders", "price", 0, 9.0), ("network.json", None, "periods", "one_period")),
        (lambda tables: tables.pop("price_ladders"), ("price_response", None, None, "no_ladder")),
    ],
)
def test_markdowns_that_cannot_be_meant_are_warned_about(change: Change, place: Place) -> None:
    """A ladder for one period, and rules of markdowns without a ladder."""
    tables = priced_frames()
    for name in ("period_factors", "clearance_rules"):
        tables.pop(name)
    change(tables)
    _, warnings = network_from_frames(tables, small_settings())
    assert place in [(item.file, item.row, item.column, item.code) for item in warnings]


def test_wrong_periods_bring_no_further_errors() -> None:
    """What is said of single periods may be right."""
    assert [problem.column for problem in found(lambda tables: None, periods=0)] == ["periods"]


def test_tables_that_refer_to_nothing_readable_are_not_blamed() -> None:
    """Without nodes and products no category or zone is unknown."""

    def change(tables: Frames) -> None:
        del tables["nodes"], tables["products"]

    assert {problem.code for problem in found(change)} == {"missing_table"}


def test_costs_that_are_not_known_are_warned_about() -> None:
    """Shares of them count them as 0."""

    def change(tables: Frames) -> None:
        tables["products"].loc[1, ["unit_cost", "salvage_value"]] = [None, 1.0]
        tables["clearance_rules"] = pd.DataFrame(
            {"sku_id": ["P1", "007", None], "category": [None, None, "shoes"], "min_share_of_cost": 0.5}
        )
        tables["exits"] = pd.DataFrame({"exit_id": ["L"], "kind": ["return"], "proceeds_share_of_cost": [0.5]})

    assert warned(change) == [
        ("clearance_rules", 2, "min_share_of_cost", "no_unit_cost"),
        ("clearance_rules", 3, "min_share_of_cost", "no_unit_cost"),
        ("exits", 1, "proceeds_share_of_cost", "no_unit_cost"),
    ]


def test_a_product_that_can_only_be_bought_needs_its_weight() -> None:
    """Where lanes count kilograms."""

    def change(tables: Frames) -> None:
        tables["products"].loc[1, "unit_weight_kg"] = None
        tables["stock"] = tables["stock"].iloc[:3]
        tables["quotes"]["sku_id"] = "007"

    assert {problem.code for problem in found(change)} == {"weight_missing"}


@pytest.mark.parametrize(
    ("elasticity", "multiplier", "code"),
    [(-100.0, None, "demand_overflow"), (-37.0, None, "money_overflow"), (None, 1e6, None), (-2.0, None, None)],
)
def test_demand_at_the_lowest_price_must_be_countable(
    elasticity: float | None, multiplier: float | None, code: str | None
) -> None:
    """At half the list price: 2^100 times 5 units are too many, 2^37 times cost too much, a million times is fine."""
    tables = priced_frames()
    tables["price_ladders"] = pd.DataFrame({"category": ["shirts"], "rung": [1], "price_share": [0.5]})
    tables["price_response"] = pd.DataFrame({"elasticity": [elasticity]})
    tables["stock"]["demand_mean"] = [5.0, 0.5, 0.0, 1.0]
    tables["stock"]["shortage_penalty"] = [10.0, 0.0, 0.0, 0.0]
    tables["price_multipliers"] = pd.DataFrame({"sku_id": ["007"], "price_share": [0.5], "multiplier": [3.0]})
    if multiplier:
        tables["price_multipliers"] = pd.DataFrame({"price_share": [0.5], "multiplier": [multiplier]})
    if code is None:
        network_from_frames(tables, priced_settings())
        return
    with pytest.raises(NetworkError) as caught:
        network_from_frames(tables, priced_settings())
    assert {problem.code for problem in caught.value.problems} == {code}


def test_costs_of_exits_must_be_countable() -> None:
    """A cost per node, added up over all nodes."""
    problems = found(put("exits", "fixed_cost", 0, 9e9), money_decimals=9)
    assert [(problem.column, problem.code) for problem in problems] == [("fixed_cost", "money_overflow")]
