"""What an inspection says of networks whose answers are known."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import inspect_network, inspection, network_from_frames, read_network, render, units_asked
from network.graph import donors_reaching
from network.inspection import Asked, Balance
from tests.network.worlds import small_frames, small_settings


def small_inspection() -> inspection.Inspection:
    """Of the small network."""
    return inspect_network(*network_from_frames(small_frames(), small_settings()))


def test_units_asked_are_those_given_or_the_positions_own() -> None:
    """S1 has 30 - 2 of P1 and sells 5; S2 has 1 and sells 12.5."""
    network, _ = network_from_frames(small_frames(), small_settings())
    assert units_asked(network).tolist() == [11, 23]
    frames = small_frames()
    frames["alerts"] = frames["alerts"].drop(columns="units")
    network, _ = network_from_frames(frames, small_settings())
    assert units_asked(network).tolist() == [12, 23]


def test_sizes_alerts_and_balance_of_the_small_network() -> None:
    """Counted by hand."""
    found = small_inspection()
    assert found.sizes["nodes"] == 4
    assert (found.sizes["stores"], found.sizes["warehouses"], found.sizes["suppliers"]) == (2, 1, 1)
    assert found.groups == (3, 1)
    assert found.alerts == (Asked("overstock", "not given", 1, 23, 0), Asked("shortage", "red", 1, 11, 1))
    assert found.balance == Balance(1, 1, surplus_units=23, shortage_units=12, matched_units=12)
    assert (found.capacity.with_capacity, found.capacity.total_kg, found.capacity.matched_kg) == (2, None, 12.0)


def test_rules_are_counted_where_there_are_any() -> None:
    """Lots, rules of lanes and displays, and demand that is uncertain."""
    assert "displays" not in render(small_inspection())
    frames = small_frames()
    frames["stock"]["demand_std"] = [1.0, 2.0, 0.0, None]
    frames["lots"] = pd.DataFrame({"node_id": ["S1"] * 2, "sku_id": "P1", "lot_id": ["a", "b"], "units": 1})
    frames["lots"]["expiry_days"] = [9, None]
    frames["lane_rules"] = pd.DataFrame({"sku_id": ["P1"], "allowed": [False]})
    frames["display_rules"] = pd.DataFrame(
        {"display_id": ["run", "run", "one"], "sku_id": ["P1", "007", "P1"], "broken_price": 1.0}
    )
    page = render(inspect_network(*network_from_frames(frames, small_settings())))
    for line in (
        "positions           4   2 with uncertain demand",
        "lots                2   1 products expire",
        "lane rules          1",
        "displays            2",
    ):
        assert f"  {line}\n" in page


def test_markdowns_exits_and_quotes_are_counted() -> None:
    """P1 is at S1 and S2, both in the north, and 007 at S1; the ladder of far matches no stock."""
    assert "choices" not in render(small_inspection())
    frames = small_frames()
    frames["nodes"]["zone"] = ["", "north", "north", "far"]
    frames["price_ladders"] = pd.DataFrame(
        {
            "sku_id": ["P1", "P1", None],
            "zone": ["north", "north", "far"],
            "rung": [1, 2, 1],
            "price_share": [0.9, 0.8, 0.7],
        }
    )
    frames["clearance_rules"] = pd.DataFrame(
        {
            "zone": ["north", "far", None],
            "sell_through_share": [0.5, 0.5, None],
            "sell_through_price": [1.0, None, None],
        }
    )
    frames["clearance_groups"] = pd.DataFrame({"group_id": "G", "sku_id": ["P1", "007"], "kind": "together"})
    frames["markdown_budgets"] = pd.DataFrame(
        {"budget_id": ["B", "C", "B"], "zone": ["north", None, "far"], "amount": 9}
    )
    frames["exits"] = pd.DataFrame({"exit_id": ["a", "b", "c"], "kind": ["return", "scrap", "return"]})
    frames["quotes"] = pd.DataFrame(
        {"quote_id": ["q", "r"], "node_id": "S2", "sku_id": "P1", "unit_price": 1.0, "max_units": [7, 5]}
    )
    found = inspect_network(*network_from_frames(frames, small_settings() | {"periods": 4}))
    assert (found.sizes["nodes"], found.sizes["lanes"], found.sizes["stock"]) == (4, 3, 4)
    assert (found.sizes["price_ladders"], found.sizes["exits"], found.sizes["quotes"]) == (3, 3, 2)
    assert found.to_dict()["responses"] == {
        "periods": 4,
        "choices": 1,
        "clearable_skus": 1,
        "groups": 1,
        "budgets": 2,
        "targets": 2,
        "hard_targets": 1,
        "exits": {"return": 2, "scrap": 1},
        "quotes": 2,
        "quoted_units": 12,
    }
    page = render(found)
    for line in (
        "choices             1   pairs of SKU and zone with a price ladder, 1 products, 4 periods",
        "rules               3   for markdowns, 2 with a sell-through target, 1 of them hard",
        "groups              1   of products whose markdowns depend on each other",
        "budgets             2   for margin that markdowns forgo",
        "exits               3   2 return, 1 scrap",
        "quotes              2   12 units offered",
    ):
        assert f"  {line}\n" in page


def test_reach_of_the_small_network() -> None:
    """S1 reaches S2 by express on day 1; needed on day 0 it is too late."""
    assert small_inspection().reach == inspection.Reach(1, 1, 1, ((1, 1),))
    frames = small_frames()
    frames["alerts"]["needed_by_days"] = [0, None]
    late = inspect_network(network_from_frames(frames, small_settings())[0]).reach
    assert (late.with_donor, late.in_time, late.share) == (1, 0, 1.0)
    frames["lanes"] = frames["lanes"].iloc[:0]
    alone = inspect_network(network_from_frames(frames, small_settings())[0]).reach
    assert (alone.with_donor, alone.by_day, alone.share) == (0, (), 0.0)


@pytest.mark.parametrize("cells", [1, 2_000, 40_000_000])
def test_reach_agrees_with_asking_for_each_alert(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    """All alerts at once, in blocks of any size, against one search for each of some."""
    network, _ = read_network(shared_data / "retailnet" / "S_common")
    monkeypatch.setattr(inspection, "_BLOCK_CELLS", cells)
    rows = np.arange(0, len(network.alerts), 97)
    first = inspection._first_days(network, network.alerts.node[rows], network.alerts.sku[rows])
    for row, day in zip(rows.tolist(), first.tolist(), strict=True):
        donors = donors_reaching(network, int(network.alerts.node[row]), int(network.alerts.sku[row]))
        assert day == (donors[0].arrives_day if donors else np.inf)


def test_an_inspection_is_plain_data_for_json() -> None:
    """Warnings, reach and all."""
    plain = json.loads(json.dumps(small_inspection().to_dict(), allow_nan=False))
    assert plain["reach"]["share"] == 1.0
    assert plain["alerts"][1] == {"kind": "shortage", "severity": "red", "alerts": 1, "units": 11, "must_serve": 1}


def test_the_page_names_what_matters() -> None:
    """Warnings with totals, alerts, reach, critical nodes."""
    frames = small_frames()
    frames["products"]["unit_cost"] = None
    frames["products"]["salvage_value"] = None
    frames["lanes"] = pd.DataFrame({"origin": ["S1", "W1"], "destination": ["W1", "S2"]})
    text = render(inspect_network(*network_from_frames(frames, small_settings())))
    assert "2 warnings" in text
    assert "product P1 has neither salvage_value nor unit_cost" in text
    assert "(and 1 more like it)" in text
    assert "11 units, 1 of them must be served" in text
    assert "1 of 1 shortages (100.0%) have a donor in reach, all in time" in text
    assert "W1: 1 node loses sources, in all 1 (from, to) without any way" in text
    assert "S2 can no longer get goods from S1" in text
    assert "nothing at all reaches S2" in text


def test_the_page_of_an_empty_network_is_short_and_whole() -> None:
    """No division by nothing."""
    frames = {name: frame.iloc[:0] for name, frame in small_frames().items()}
    text = render(inspect_network(*network_from_frames(frames, small_settings())))
    assert "there are no alerts" in text
    assert "no alert reports a shortage" in text


def test_networks_too_large_for_the_search_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than run for hours."""
    monkeypatch.setattr(inspection, "_CRITICAL_WORK", 0.0)
    found = small_inspection()
    assert found.critical is None
    assert "not searched" in render(found)
