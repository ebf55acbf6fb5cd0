"""Event directories and tables in memory: read, written, read again; good bids kept where bad ones are refused."""

import dataclasses
import json
import pickle

import numpy as np
import pandas as pd
import pytest

from network import Network, NetworkError, network_from_frames
from network.columns import NO_LIMIT
from network.events import (
    Event,
    EventLimits,
    FreightKind,
    Measure,
    Per,
    RiskMeasure,
    RuleKind,
    Sense,
    TierKind,
    event_from_frames,
    event_settings,
    event_to_frames,
    read_event,
    with_lane_freight,
    write_event,
)
from network.problems import EventError
from tests.network.events import event_frames, small_event
from tests.network.events import event_settings as settings
from tests.network.worlds import small_frames, small_settings


def assert_equal(one: Event, other: Event) -> None:
    """Every column and setting."""
    for field in dataclasses.fields(Event):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if not dataclasses.is_dataclass(mine) or field.name == "risk":
            assert mine == theirs
            continue
        for column in dataclasses.fields(mine):
            first, second = getattr(mine, column.name), getattr(theirs, column.name)
            if column.name == "extra":
                assert {name: cells.tolist() for name, cells in first.items()} == {
                    name: cells.tolist() for name, cells in second.items()
                }
            else:
                assert first.dtype == second.dtype
                np.testing.assert_array_equal(first, second)


def test_words_become_rows_and_numbers() -> None:
    """References are rows, words are enumerations, empty cells are defaults, tiers are sorted."""
    event, problems = event_from_frames(event_frames(), settings())
    assert not problems
    assert event.as_of == np.datetime64("2026-01-05")
    assert event.money_decimals == 6
    assert event.items.item_id.tolist() == ["chips", "007"]
    assert event.items.max_units.tolist() == [NO_LIMIT, 60]
    assert np.isnan(event.items.uncovered_penalty[0])
    assert event.suppliers.fixed_cost.tolist() == [50.0, 0.0, 0.0]
    assert event.suppliers.blocked.tolist() == [False] * 3
    assert event.bids.supplier.tolist() == [0, 0, 1, 1, 2]
    assert event.bids.item.tolist() == [0, 1, 0, 1, 0]
    assert event.bids.pack_units.tolist() == [10, 1, 1, 1, 5]
    assert event.bids.tier_kind.tolist() == [TierKind.INCREMENTAL] + [TierKind.ALL_UNITS] * 4
    assert event.bids.valid_until[[0, 4]].tolist() == np.array(["2026-02-01", "2026-01-05"], "M8[D]").tolist()
    assert np.isnat(event.bids.valid_until[1:4]).all()
    assert event.bids.capacity_per_unit.tolist() == [1] * 5
    assert set(event.bids.freight.tolist()) == {FreightKind.STATED}
    assert event.tiers.from_units.tolist() == [1, 50, 100]
    assert event.deliveries.day.tolist() == [10, 20]
    assert event.rules.rule_id.tolist() == ["few", "rule-2", "same", "prefer"]
    assert event.rules.kind.tolist() == [RuleKind.LIMIT, RuleKind.LIMIT, RuleKind.CONSISTENT, RuleKind.ADJUST]
    assert event.rules.sense.tolist() == [Sense.AT_MOST, Sense.AT_LEAST, 0, 0]
    assert event.rules.measure.tolist() == [Measure.WINNERS, Measure.VOLUME, 0, 0]
    assert event.rules.per.tolist() == [Per.ALL, Per.SUPPLIER, Per.ALL, Per.ALL]
    assert event.rules.incumbents.tolist() == [False, False, False, True]


def test_only_three_tables_must_be_there() -> None:
    """Bids may have no rows, and what is optional may be missing."""
    frames = {
        "items": pd.DataFrame({"item_id": ["x"], "units": [3]}),
        "suppliers": pd.DataFrame({"supplier_id": ["s"]}),
        "bids": pd.DataFrame({"bid_id": [], "supplier_id": [], "item_id": []}),
    }
    event, problems = event_from_frames(frames, settings())
    assert not problems
    assert (len(event.items), len(event.bids), len(event.rules)) == (1, 0, 0)
    for name in frames:
        with pytest.raises(NetworkError, match="the table is missing"):
            event_from_frames({each: frame for each, frame in frames.items() if each != name}, settings())


RISK = {"measure": "cvar", "cvar_level": 0.8, "samples": 50, "seed": 0, "survive_share": 1, "odd": [1]}
FULL = {"risk": RISK, "time_limit_seconds": 5, "gap": 0.01, "note": "kept"}


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_files_keep_the_event(tmp_path, file_format) -> None:
    """Read, written and read again: the same, unknown columns and keys too."""
    frames = event_frames()
    frames["bids"]["remark"] = ["a", "", "c", "d", "e"]
    frames["tiers"]["remark"] = ["50", "1", "100"]
    frames["scenarios"] = pd.DataFrame(
        {"scenario_id": ["storm", "storm"], "supplier_id": ["best", "acme"], "probability": [0.05, 0.05]}
    )
    event, problems = event_from_frames(frames, settings() | FULL)
    assert {problem.code for problem in problems} == {"unknown_column", "unknown_setting"}
    assert event.risk.measure is RiskMeasure.CVAR
    assert event.extra == {"note": "kept", "risk": {"odd": [1]}}
    assert event.tiers.extra["remark"].tolist() == ["1", "50", "100"]
    write_event(event, tmp_path, file_format=file_format)
    again, _ = read_event(tmp_path)
    assert_equal(event, again)
    assert_equal(event, event_from_frames(event_to_frames(event), event_settings(event))[0])
    assert json.loads((tmp_path / "event.json").read_text())["risk"] == {
        "measure": "cvar", "cvar_level": 0.8, "samples": 50, "seed": 0, "survive_share": 1, "odd": [1]
    }  # fmt: skip


def test_days_of_every_kind() -> None:
    """Text, dates, times and missing ones."""
    frames = event_frames()
    frames["bids"]["valid_until"] = pd.to_datetime(["2026-02-01T13:00", None, None, None, "2026-01-05T00:00"])
    times = event_from_frames(frames, settings())[0].bids.valid_until
    frames["bids"]["valid_until"] = [None if pd.isna(day) else day.date() for day in frames["bids"]["valid_until"]]
    dates = event_from_frames(frames, settings())[0].bids.valid_until
    np.testing.assert_array_equal(times, small_event().bids.valid_until)
    np.testing.assert_array_equal(dates, small_event().bids.valid_until)


def test_the_directory_and_its_files_must_be_there(tmp_path) -> None:
    """Missing directory, event.json, tables; tables of another format; too many rows."""
    with pytest.raises(EventError, match="there is no such directory"):
        read_event(tmp_path / "none")
    (tmp_path / "items.csv").write_text("item_id,units\nx,1\n")
    with pytest.raises(EventError) as caught:
        read_event(tmp_path)
    assert {problem.place for problem in caught.value.problems} == {"event.json", "suppliers.csv", "bids.csv"}
    assert str(caught.value).startswith("the event has 3 problems")
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems
    with pytest.raises(EventError, match="more than the 1 that are read"):
        event_from_frames(event_frames(), settings(), limits=EventLimits(bids=1))
    with pytest.raises(EventError, match="the format has no such table"):
        event_from_frames(event_frames() | {"lots": pd.DataFrame()}, settings())


def test_good_bids_are_kept() -> None:
    """Bids with errors go, with tiers, deliveries and packages; every problem is still reported, with its row."""
    frames = event_frames()
    frames["bids"].loc[len(frames["bids"])] = {"bid_id": "c2", "supplier_id": "core", "item_id": "moon"}
    frames["bids"].loc[2, "unit_price"] = -4.0
    frames["tiers"].loc[1, "unit_price"] = 1.0
    frames["deliveries"].loc[2] = ["ghost", 1, 1]
    event, problems = event_from_frames(frames, settings(), keep_good=True)
    assert event.bids.bid_id.tolist() == ["a2", "c1"]
    assert len(event.tiers) == 0
    assert event.deliveries.bid.tolist() == [1, 1]
    errors = {(problem.place, problem.code) for problem in problems if not problem.is_warning}
    assert errors == {
        ("bids row 6, item_id", "unknown_id"),
        ("bids row 6, unit_price", "no_price"),
        ("bids row 3, unit_price", "too_small"),
        ("tiers row 1, unit_price", "rising_price"),
        ("deliveries row 3, bid_id", "unknown_id"),
    }
    assert "bids row 4, package_id" in {problem.place for problem in problems if problem.code == "package_refused"}
    with pytest.raises(EventError) as caught:
        event_from_frames(frames, settings())
    assert {(problem.place, problem.code) for problem in caught.value.problems} == errors


def test_items_that_lose_their_bids_are_warned_about() -> None:
    """What is left out no longer counts."""
    frames = event_frames()
    frames["bids"].loc[[1, 3], "unit_price"] = -1.0
    _, problems = event_from_frames(frames, settings(), keep_good=True)
    assert ("items row 2, item_id", "no_bid") in {(problem.place, problem.code) for problem in problems}


def test_bids_of_one_name_are_refused_together() -> None:
    """Nobody can say whose tiers and deliveries they are."""
    frames = event_frames()
    frames["bids"].loc[4, "bid_id"] = "a2"
    frames = {name: frame for name, frame in frames.items() if name != "deliveries"}
    event, _ = event_from_frames(frames, settings(), keep_good=True)
    assert event.bids.bid_id.tolist() == ["a1", "b1", "b2"]


def test_a_bid_of_an_unknown_supplier_takes_its_package_along() -> None:
    """Whose package it is of cannot be said, so all of that name go."""
    frames = event_frames()
    frames["bids"].loc[3, "supplier_id"] = "bets"
    event, _ = event_from_frames(frames, settings(), keep_good=True)
    assert event.bids.bid_id.tolist() == ["a1", "a2", "c1"]


def test_more_problems_than_are_kept_still_refuse_every_bid() -> None:
    """The log keeps 100 of a kind; which bids are good does not depend on it."""
    frames = event_frames()
    many = pd.DataFrame({"bid_id": [f"n{row}" for row in range(250)], "supplier_id": "acme", "item_id": "007"})
    frames["bids"] = pd.concat([frames["bids"], many.assign(unit_price=-1.0)], ignore_index=True)
    event, problems = event_from_frames(frames, settings(), keep_good=True)
    assert event.bids.bid_id.tolist() == ["a1", "a2", "b1", "b2", "c1"]
    assert {problem.total for problem in problems} == {250}


@pytest.mark.parametrize("wrong", ["items", "column", "settings", "file"])
def test_what_is_wrong_elsewhere_is_raised_all_the_same(tmp_path, wrong) -> None:
    """Good bids are kept of bids only."""
    frames, asked = event_frames(), settings()
    frames["bids"].loc[1, "unit_price"] = -1.0
    if wrong == "items":
        frames["items"].loc[0, "units"] = -5
    elif wrong == "column":
        del frames["bids"]["item_id"]
    elif wrong == "settings":
        asked["as_of"] = "tomorrow"
    for name, frame in frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "event.json").write_text(json.dumps(asked))
    if wrong == "file":
        with (tmp_path / "bids.csv").open("a") as file:
            file.write("a,b\n")
    with pytest.raises(EventError) as caught:
        read_event(tmp_path, keep_good=True)
    assert len(caught.value.problems) > (wrong != "file")


def small_network(frames: dict[str, pd.DataFrame] | None = None) -> Network:
    """The network of the small tables."""
    return network_from_frames(frames or small_frames(), small_settings())[0]


def lanes_event(**changes) -> dict[str, pd.DataFrame]:
    """Tables of an event whose bid of core takes its freight from lanes."""
    frames = event_frames()
    frames["bids"]["freight"] = ["", "", "", "", "lanes"]
    frames["suppliers"].loc[2, "node_id"] = changes.get("supplier", "S1")
    frames["items"].loc[0, "node_id"] = changes.get("item", "S2")
    frames["items"].loc[0, "sku_id"] = changes.get("sku", "P1")
    frames["deliveries"] = frames["deliveries"][:0]
    return frames


def test_freight_of_lanes_is_the_cheapest_path() -> None:
    """S1 > W1 > S2 costs 0.5 + 1 kg x 0.25, the express lane 2.0; the lead times add up."""
    network = small_frames()
    network["lanes"]["cost_per_unit"] = [0.5, 0.0, 2.0]
    network["lanes"]["cost_per_kg"] = [0.0, 0.25, 0.0]
    event, problems = event_from_frames(lanes_event(), settings(), network=small_network(network))
    assert not problems
    assert event.bids.freight.tolist() == [FreightKind.STATED] * 5
    assert event.bids.freight_per_unit.tolist() == [0.25, 0.0, 0.0, 0.0, 0.85]
    assert event.bids.lead_time_days.tolist() == [7, 3, 2, 2, 3]
    lighter, _ = event_from_frames(lanes_event(sku="007"), settings(), network=small_network(network))
    assert lighter.bids.freight_per_unit[4] == 0.725
    without, _ = event_from_frames(lanes_event(sku=""), settings(), network=small_network(network))
    assert without.bids.freight_per_unit[4] == 0.6
    assert with_lane_freight(event, small_network(network)) is event


def test_of_paths_that_cost_the_same_the_fastest_counts() -> None:
    """Nothing costs anything here: the express lane takes one day, the way over W1 three."""
    event, _ = event_from_frames(lanes_event(), settings(), network=small_network())
    assert event.bids.lead_time_days[4] == 1
    there, _ = event_from_frames(lanes_event(supplier="S2"), settings(), network=small_network())
    assert there.bids.lead_time_days[4] == 0
    assert there.bids.freight_per_unit[4] == 0.1


def test_paths_pass_only_through_transit() -> None:
    """With W1 closed to transit only the dear express lane is left."""
    network = small_frames()
    network["lanes"]["cost_per_unit"] = [0.5, 0.0, 2.0]
    network["nodes"]["transit"] = [False, False, False, False]
    event, _ = event_from_frames(lanes_event(), settings(), network=small_network(network))
    assert event.bids.freight_per_unit[4] == 2.1


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"supplier": "V1"}, "no_path", "no path of lanes leads from V1 to S2"),
        ({"supplier": "Mars"}, "unknown_node", "no node Mars"),
        ({"item": "Mars"}, "unknown_node", "no node Mars"),
        ({"sku": "P9"}, "unknown_sku", "no SKU P9"),
        ({"supplier": ""}, "no_supplier_node", "no node_id"),
        ({"item": ""}, "no_item_node", "no node_id"),
    ],
)
def test_bids_without_a_path_are_refused(changes, code, said) -> None:
    """By bid, naming the nodes."""
    frames = lanes_event(**changes)
    event, problems = event_from_frames(frames, settings(), network=small_network(), keep_good=True)
    assert event.bids.bid_id.tolist() == ["a1", "a2", "b1", "b2"]
    (problem,) = [problem for problem in problems if not problem.is_warning]
    assert (problem.place, problem.code) == ("bids row 5, freight", code)
    assert said in problem.message


def test_freight_by_lanes_needs_a_network() -> None:
    """Said while reading; and an event made by hand says which bid has no path."""
    with pytest.raises(EventError, match="there is no network"):
        event_from_frames(lanes_event(), settings())
    event = small_event()
    freight = np.full(len(event.bids), FreightKind.LANES, dtype=np.int8)
    with pytest.raises(EventError, match="bid a1: no path of lanes leads from V1 to S2"):
        with_lane_freight(
            dataclasses.replace(event, bids=dataclasses.replace(event.bids, freight=freight)), small_network()
        )
