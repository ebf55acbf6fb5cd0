"""Every mistake that the reader of events must name: place and code, and nothing else is wrong."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from network.events import event_from_frames
from network.problems import EventError
from optimizer.bidding.offers import Usable, offers_of
from tests.network.events import event_frames, event_settings
from tests.sourcing.drawing import drawn_event

Frames = dict[str, pd.DataFrame]
Change = Callable[[Frames], Any]


def put(table: str, row: int, **cells: Any) -> Change:
    """Write cells of a row, which may be new."""

    def change(frames: Frames) -> None:
        frame = frames[table].astype(object)
        for column, value in cells.items():
            frame.loc[row, column] = value
        frames[table] = frame.where(frame.notna(), None)

    return change


def scenarios(**columns: list[Any]) -> Change:
    """Give the event a table of scenarios."""
    return lambda frames: frames.update({"scenarios": pd.DataFrame(columns)})


EXPECTATION = {"risk": {"measure": "expectation"}}

ERRORS = [
    ("items row 1, max_units", "most_below_units", put("items", 0, max_units=99)),
    ("items row 2, units", "fractional", put("items", 1, units=1.5)),
    ("items row 3, item_id", "duplicate_id", put("items", 2, item_id="chips", units=1)),
    ("suppliers row 4, supplier_id", "duplicate_id", put("suppliers", 3, supplier_id="best")),
    ("suppliers row 1, failure_probability", "too_large", put("suppliers", 0, failure_probability=1.5)),
    (
        "bids row 6, bid_id",
        "duplicate_id",
        put("bids", 5, bid_id="b1", supplier_id="core", item_id="chips", unit_price=1),
    ),
    ("bids row 5, supplier_id", "unknown_id", put("bids", 4, supplier_id="corr")),
    ("bids row 5, item_id", "unknown_id", put("bids", 4, item_id="moon")),
    ("bids row 5, unit_price", "no_price", put("bids", 4, unit_price=None)),
    ("bids row 5, unit_price", "too_small", put("bids", 4, unit_price=-5.25)),
    ("bids row 5, unit_price", "not_a_number", put("bids", 4, unit_price="on request")),
    ("bids row 5, unit_price", "money_overflow", put("bids", 4, unit_price=1e11)),
    ("bids row 5, freight_per_unit", "too_small", put("bids", 4, freight_per_unit=-0.1)),
    ("bids row 5, currency", "unknown_currency", put("bids", 4, currency="JPY")),
    ("bids row 5, valid_until", "not_a_date", put("bids", 4, valid_until="5 January")),
    ("bids row 5, tier_kind", "unknown_value", put("bids", 4, tier_kind="some_units")),
    ("bids row 5, freight", "unknown_value", put("bids", 4, freight="by air")),
    ("bids row 5, freight", "no_network", put("bids", 4, freight="lanes")),
    ("bids row 5, min_units", "min_above_max", put("bids", 4, min_units=81)),
    ("bids row 5, max_units", "most_below_least", put("bids", 4, max_units=9, min_units=6)),
    ("bids row 1, max_units", "most_below_least", put("bids", 0, max_units=9, min_units=0)),
    ("bids row 5, min_units", "capacity_below_least", put("suppliers", 2, capacity_units=4)),
    ("bids row 5, min_units", "capacity_below_least", put("bids", 4, capacity_per_unit=17)),
    ("bids row 3, max_units", "package_without_units", put("bids", 2, max_units=None)),
    ("bids row 3, package_id", "capacity_below_package", put("suppliers", 1, capacity_units=139)),
    ("bids row 4, alternate_id", "package_alternates", put("bids", 3, alternate_id="")),
    ("tiers row 4, bid_id", "unknown_id", put("tiers", 3, bid_id="a9", from_units=1, unit_price=1)),
    ("tiers row 3, from_units", "equal_tiers", put("tiers", 2, from_units=50)),
    ("tiers row 1, to_units", "overlapping_tiers", put("tiers", 0, to_units=100)),
    ("tiers row 1, to_units", "hole_between_tiers", put("tiers", 0, to_units=90)),
    ("tiers row 1, to_units", "ends_before_it_begins", put("tiers", 0, to_units=40)),
    ("tiers row 3, to_units", "last_tier_ends", put("tiers", 2, to_units=119)),
    ("tiers row 1, unit_price", "rising_price", put("tiers", 0, unit_price=5.5)),
    ("tiers row 2, unit_price", "too_small", put("tiers", 1, unit_price=-5)),
    ("tiers row 2, from_units", "too_small", put("tiers", 1, from_units=0)),
    ("tiers row 2, unit_price", "empty", put("tiers", 1, unit_price=None)),
    ("deliveries row 3, bid_id", "unknown_id", put("deliveries", 2, bid_id="c9", day=1, units=1)),
    ("deliveries row 1, units", "too_small", put("deliveries", 0, units=-1)),
    ("rates row 1, rate", "no_rate", put("rates", 0, rate=0)),
    ("rates row 1, rate", "too_small", put("rates", 0, rate=-1)),
    ("rates row 2, rate", "rate_of_itself", put("rates", 1, currency="USD")),
    ("rates row 2, currency", "duplicate_id", put("rates", 1, currency="EUR")),
    ("rules row 1, kind", "unknown_value", put("rules", 0, kind="wish")),
    ("rules row 1, sense", "empty", put("rules", 0, sense="")),
    ("rules row 1, sense", "unknown_value", put("rules", 0, sense="below")),
    ("rules row 1, measure", "empty", put("rules", 0, measure="")),
    ("rules row 1, per", "unknown_value", put("rules", 0, per="week")),
    ("rules row 1, amount", "no_bound", put("rules", 0, amount=None)),
    ("rules row 2, amount", "two_bounds", put("rules", 1, amount=5)),
    ("rules row 1, share", "share_of_winners", put("rules", 0, amount=None, share=0.5)),
    ("rules row 2, share", "out_of_range", put("rules", 1, share=1.01)),
    ("rules row 2, share", "out_of_range", put("rules", 1, share=-0.1)),
    ("rules row 1, amount", "too_small", put("rules", 0, amount=-1)),
    ("rules row 1, amount", "fractional", put("rules", 0, amount=1.5)),
    ("rules row 3, share", "idle_cell", put("rules", 2, share=0.5)),
    ("rules row 3, amount", "out_of_range", put("rules", 2, amount=5)),
    ("rules row 4, amount", "no_adjustment", put("rules", 3, share=None)),
    ("rules row 1, supplier_id", "unknown_id", put("rules", 0, supplier_id="nobody")),
    ("rules row 1, item_id", "unknown_id", put("rules", 0, item_id="nothing")),
    ("rules row 1, item_group", "unknown_group", put("rules", 0, item_group="cars")),
    ("rules row 2, supplier_group", "unknown_group", put("rules", 1, supplier_group="close")),
    ("rules row 3, rule_id", "duplicate_id", put("rules", 0, rule_id="same")),
    ("rules row 2, rule_id", "duplicate_id", put("rules", 0, rule_id="rule-2")),
]
"""Place, code, and the change that must lead to them."""


@pytest.mark.parametrize(("place", "code", "change"), ERRORS, ids=[f"{place}:{code}" for place, code, _ in ERRORS])
def test_a_mistake_is_named(place: str, code: str, change: Change) -> None:
    """At its place, once, with a fix."""
    frames = event_frames()
    change(frames)
    with pytest.raises(EventError) as caught:
        event_from_frames(frames, event_settings())
    assert [(problem.place, problem.code) for problem in caught.value.problems] == [(place, code)]
    for problem in caught.value.problems:
        assert problem.message
        assert problem.fix


def test_all_mistakes_are_found_in_one_pass() -> None:
    """Many changes at once lose none of their problems."""
    frames = event_frames()
    chosen = [0, 9, 13, 22, 28, 36, 38, 48, 56]
    for number in chosen:
        ERRORS[number][2](frames)
    with pytest.raises(EventError) as caught:
        event_from_frames(frames, event_settings() | {"as_of": "soon"})
    found = {(problem.place, problem.code) for problem in caught.value.problems}
    assert {ERRORS[number][:2] for number in chosen} <= found
    assert ("event.json, as_of", "bad_setting") in found


WARNINGS = [
    ("bids row 5, valid_until", "expired", put("bids", 4, valid_until="2026-01-04")),
    ("bids row 5, lead_time_days", "late", put("bids", 4, lead_time_days=21, min_units=1)),
    ("bids row 4, lead_time_days", "late", put("items", 1, needed_by_days=1)),
    ("bids row 3, min_units", "above_item", put("items", 0, max_units=99, uncovered_penalty=1)),
    ("items row 2, item_id", "no_bid", put("bids", 2, valid_until="2026-01-01", package_id="both")),
    ("bids row 5, supplier_id", "blocked_supplier", put("suppliers", 2, blocked=True)),
    ("bids row 2, min_units", "above_item", put("bids", 1, pack_units=61, max_units=None)),
    ("bids row 5, unit_price", "free", put("bids", 4, unit_price=0)),
    ("bids row 1, unit_price", "price_and_tiers", put("bids", 0, unit_price=5.0)),
    ("bids row 3, package_id", "package_of_several", put("bids", 4, package_id="both")),
    ("tiers row 3, from_units", "idle_tier", put("tiers", 2, from_units=121)),
    ("rules row 2, sense", "idle_rule", put("rules", 1, share=0)),
    ("rules row 1, sense", "idle_rule", put("rules", 0, measure="volume", amount=None, share=1)),
    ("rules row 4, amount", "idle_rule", put("rules", 3, share=0)),
    ("rules row 4, incumbents", "idle_rule", put("rules", 3, supplier_group="near")),
    ("rules row 2, supplier_id", "idle_rule", put("rules", 1, supplier_id="acme")),
    ("rules row 3, sense", "idle_cell", put("rules", 2, sense="at_most")),
    ("rules row 4, violation_price", "idle_cell", put("rules", 3, violation_price=1)),
    ("scenarios", "idle_scenarios", scenarios(scenario_id=["x"], supplier_id=["acme"], probability=[0.1])),
]


@pytest.mark.parametrize(("place", "code", "change"), WARNINGS, ids=[f"{place}:{code}" for place, code, _ in WARNINGS])
def test_what_is_doubtful_is_said(place: str, code: str, change: Change) -> None:
    """The event is made all the same."""
    frames = event_frames()
    if place.startswith("items"):
        frames["bids"].loc[1, "valid_until"] = "2026-01-01"
    if code == "idle_tier":
        put("tiers", 0, to_units=120)(frames)
    change(frames)
    _, problems = event_from_frames(frames, event_settings())
    assert (place, code) in {(problem.place, problem.code) for problem in problems}
    assert all(problem.is_warning for problem in problems)


@pytest.mark.parametrize("seed", range(25))
def test_bids_that_cannot_be_used_are_said(seed: int) -> None:
    """The reader warns of the bids that the optimiser passes over, or of one in their package, and of no others."""
    event, problems = event_from_frames(*drawn_event(seed))
    said = {problem.row - 1: problem.code for problem in problems if problem.code in USE_CODES and problem.row}
    package = list(zip(event.bids.supplier.tolist(), event.bids.package_id.tolist(), strict=True))
    closed = {package[row] for row in said if package[row][1]}
    unusable = offers_of(event).usable != Usable.YES
    for row in range(len(event.bids)):
        if unusable[row]:
            assert row in said or package[row] in closed
        else:
            assert said.get(row, "above_item") == "above_item"


USE_CODES = {"expired", "late", "blocked_supplier", "above_item"}


def test_items_without_a_bid() -> None:
    """Those that must be covered are told apart; an event that has no bids yet says nothing."""
    frames = event_frames()
    frames["bids"]["supplier_id"] = "core"
    frames["bids"]["package_id"] = frames["bids"]["alternate_id"] = ""
    frames["suppliers"]["blocked"] = [False, False, True]
    frames["suppliers"]["capacity_units"] = None
    _, problems = event_from_frames(frames, event_settings())
    found = {(problem.place, problem.code) for problem in problems}
    assert ("items row 1, item_id", "no_bid_for_must") in found
    assert ("items row 2, item_id", "no_bid") in found
    empty = {**frames, "bids": frames["bids"][:0], "tiers": frames["tiers"][:0], "deliveries": frames["deliveries"][:0]}
    assert not event_from_frames(empty, event_settings())[1]


@pytest.mark.parametrize(
    ("place", "code", "change"),
    [
        ("items row 1, shortage_penalty", "no_penalty", put("items", 0, shortage_penalty=None)),
        (
            "scenarios, probability",
            "above_one",
            scenarios(scenario_id=["x", "y"], supplier_id=["acme", "best"], probability=[0.6, 0.5]),
        ),
        (
            "scenarios row 2, probability",
            "differing",
            scenarios(scenario_id=["x", "x"], supplier_id=["acme", "best"], probability=[0.1, 0.2]),
        ),
        (
            "scenarios row 2, supplier_id",
            "duplicate_failure",
            scenarios(scenario_id=["x", "x"], supplier_id=["acme", "acme"], probability=[0.1, 0.1]),
        ),
        (
            "scenarios row 1, probability",
            "too_large",
            scenarios(scenario_id=["x"], supplier_id=["acme"], probability=[1.1]),
        ),
    ],
)
def test_mistakes_about_failures(place: str, code: str, change: Change) -> None:
    """Where risk is measured."""
    frames = event_frames()
    change(frames)
    with pytest.raises(EventError) as caught:
        event_from_frames(frames, event_settings() | EXPECTATION)
    assert [(problem.place, problem.code) for problem in caught.value.problems] == [(place, code)]


def test_probabilities_of_thirds_are_one() -> None:
    """Shares are whole millionths; three thirds in decimals are not more than 1."""
    frames = event_frames()
    thirds = {"scenario_id": list("xyz"), "supplier_id": ["acme", "best", "core"], "probability": [1 / 3] * 3}
    scenarios(**thirds)(frames)
    assert not event_from_frames(frames, event_settings() | EXPECTATION)[1]


def test_risk_without_failures_is_said() -> None:
    """Nothing ever fails, so nothing is measured."""
    frames = event_frames()
    frames["suppliers"]["failure_probability"] = 0
    (problem,) = event_from_frames(frames, event_settings() | EXPECTATION)[1]
    assert problem.code == "no_failures"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("as_of", "2026-1-5"),
        ("as_of", 20260105),
        ("currency", " "),
        ("money_decimals", 10),
        ("money_decimals", True),
        ("gap", -0.1),
        ("gap", float("nan")),
        ("time_limit_seconds", "long"),
        ("risk", ["cvar"]),
    ],
)
def test_keys_are_checked(key: str, value: Any) -> None:
    """By type and range."""
    with pytest.raises(EventError) as caught:
        event_from_frames(event_frames(), event_settings() | {key: value})
    assert [(problem.place, problem.code) for problem in caught.value.problems] == [
        (f"event.json, {key}", "bad_setting")
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("measure", "variance"),
        ("cvar_level", 1),
        ("cvar_weight", 2),
        ("samples", 0),
        ("seed", -1),
        ("survive_share", 3),
    ],
)
def test_keys_of_risk_are_checked(key: str, value: Any) -> None:
    """In the object of their own."""
    with pytest.raises(EventError) as caught:
        event_from_frames(event_frames(), event_settings() | {"risk": {key: value}})
    assert [problem.place for problem in caught.value.problems] == [f"event.json, risk.{key}"]


def test_keys_that_are_missing() -> None:
    """Currency and day must be there."""
    with pytest.raises(EventError) as caught:
        event_from_frames(event_frames(), {})
    assert [problem.place for problem in caught.value.problems if problem.code == "missing_setting"] == [
        "event.json, currency",
        "event.json, as_of",
    ]


def test_sums_of_money_must_fit() -> None:
    """Every bid fits 64 bits, and all items together do not."""
    frames = event_frames()
    del frames["rules"]
    frames["items"] = pd.DataFrame(
        {"item_id": ["chips", "007"], "units": [2_000_000_000] * 2, "uncovered_penalty": 3000}
    )
    with pytest.raises(EventError) as caught:
        event_from_frames(frames, event_settings())
    assert [(problem.place, problem.code) for problem in caught.value.problems] == [("items", "money_overflow")]
