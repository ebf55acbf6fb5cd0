"""From a shortage to a request for quotes: what is asked for, of whom, and what leaves and comes back."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import NetworkError
from network.columns import NO_LIMIT
from network.events import event_from_frames, read_event
from optimizer.certificate import certify
from optimizer.plan_lines import no_lines
from optimizer.request import Request
from optimizer.rfq import Eligibility, Rfq, items_from_frame, items_of_plan, rfq_of, units_that_count
from optimizer.rfq.asking import invitations
from optimizer.rfq.bids_as_quotes import with_bids
from optimizer.rfq.collecting import forms_in, open_collection, supplier_of
from optimizer.rfq.files import write_rfq
from optimizer.rfq.form import FORM_COLUMNS, folder_of
from optimizer.worth.valuation import value_of_stock
from tests.sourcing.shortages import frames, shortage_network


def asked(most_suppliers: int = 5, answer_by_days: int = 0) -> Rfq:
    """Ask for what is missed when nothing is moved."""
    network = shortage_network()
    items = items_of_plan(network, Request(), no_lines())
    return rfq_of(network, items, most_suppliers=most_suppliers, answer_by_days=answer_by_days)


def status_of(rfq: Rfq) -> dict[tuple[str, int], str]:
    """Eligibility by item and place of the supplier."""
    return {
        (str(rfq.items.item_id[item]), int(supplier)): Eligibility(status).name
        for item, supplier, status in zip(rfq.pair_item, rfq.pair_supplier, rfq.status.tolist(), strict=True)
    }


def test_what_a_plan_leaves_unmet_is_asked_for_at_what_it_is_worth() -> None:
    items = asked().items
    assert items.item_id.tolist() == ["S1/TEA", "S2/TEA", "S1/MUG"]
    assert (items.units.tolist(), items.needed_by_days.tolist()) == ([10, 5, 6], [8, 9, 4])
    assert items.uncovered_penalty.tolist() == [10.0, 10.0, 20.0]
    assert set(items.max_units.tolist()) == {NO_LIMIT}


def test_uncertain_demand_is_asked_for_at_the_worth_of_its_last_unit() -> None:
    stock = frames()["stock"].assign(demand_std=[0.0, 3.0, 0.0, 0.0], shortage_penalty=[0.0, 2.0, 0.0, 0.0])
    network = shortage_network(stock=stock)
    items = items_of_plan(network, Request(), no_lines())
    row = network.stock_row(np.array([1, 1], dtype=np.int32), np.array([0, 0], dtype=np.int32))
    nine, ten = value_of_stock(network, row, np.array([9, 10]))
    assert items.units[0] == 10
    assert items.uncovered_penalty[0] == pytest.approx(ten - nine, abs=0.01)
    assert 0 < items.uncovered_penalty[0] < 12


def test_suppliers_are_found_by_product_way_and_day() -> None:
    """The most specific row counts: V1 supplies mugs as ware, V2 everything, but mugs on its own terms."""
    status = status_of(asked())
    assert [status[item, 0] for item in ("S1/TEA", "S2/TEA", "S1/MUG")] == ["ELIGIBLE"] * 3
    # Three days of its own, or two and three on the way: past day 4.
    assert [status[item, 1] for item in ("S1/TEA", "S2/TEA", "S1/MUG")] == ["ELIGIBLE", "ELIGIBLE", "LATE"]
    assert [status[item, 2] for item in ("S1/TEA", "S2/TEA", "S1/MUG")] == ["NO_WAY", "NO_WAY", "NOT_SUPPLIED"]


def test_days_until_the_answer_count() -> None:
    status = status_of(asked(answer_by_days=2))
    assert status["S1/MUG", 0] == "LATE"
    assert status["S1/TEA", 1] == "ELIGIBLE"


def test_blocked_suppliers_are_not_asked() -> None:
    supplies = frames()["supplies"].assign(blocked=[True, False, False, False, False])
    network = shortage_network(supplies=supplies)
    rfq = rfq_of(network, items_of_plan(network, Request(), no_lines()))
    assert status_of(rfq)["S1/TEA", 0] == "BLOCKED"
    assert status_of(rfq)["S1/MUG", 0] == "ELIGIBLE"


def test_points_by_hand() -> None:
    """Tea for S1, V1: price 4, freight 1.5, day 2 of 8; V2: price 3, freight 0.75 + 0.25 + 0.5, day 3 of 8."""
    rfq = asked()
    first = {int(s): row for s, row in zip(rfq.pair_supplier[:3], rfq.points[:3], strict=True)}
    np.testing.assert_allclose(first[0], [40 * 4.5 / 5.5, 20 * 0.85, 25 * 0.8, 15 * (1 - 2 / 9)])
    np.testing.assert_allclose(first[1], [40, 20 * 0.85, 25, 15 * (1 - 3 / 9)])
    assert np.isnan(first[2]).all()


def test_what_is_not_known_gets_half_the_points() -> None:
    rfq = asked()
    mug = np.flatnonzero((rfq.pair_item == 2) & (rfq.pair_supplier == 0))[0]
    assert rfq.points[mug, 2] == 12.5
    network = shortage_network(supplies=frames()["supplies"].drop(columns="unit_price"))
    other = rfq_of(network, items_of_plan(network, Request(), no_lines()))
    assert set(other.points[other.status == Eligibility.ELIGIBLE, 0]) == {20.0}


def test_the_best_are_invited() -> None:
    table = invitations(shortage_network(), asked(most_suppliers=1))
    invited = table[table["invited"]]
    assert list(zip(invited["item_id"], invited["supplier_id"], strict=True)) == [
        ("S1/TEA", "V2"),
        ("S2/TEA", "V2"),
        ("S1/MUG", "V1"),
    ]
    assert set(table["why"]) == {"invited", "others score more", "no_way", "late", "not_supplied"}
    terms = ["price_points", "freight_points", "on_time_points", "lead_time_points"]
    np.testing.assert_allclose(invited[terms].sum(axis=1), invited["score"], atol=0.002)


def test_so_many_units_are_asked_for_as_count_when_they_arrive() -> None:
    """Of 10 units that S1 misses over 10 days, 7 are missed after day 3, when the slower one delivers."""
    network = shortage_network()
    items = items_of_plan(network, Request(), no_lines())
    counting = units_that_count(network, no_lines(), items)
    rfq = rfq_of(network, items, counting=counting)
    assert rfq.items.units.tolist() == [7, 3, 4]


def test_items_of_a_table() -> None:
    network = shortage_network()
    table = pd.DataFrame({"node_id": ["S1"], "sku_id": ["MUG"], "units": ["4"], "uncovered_penalty": ["9.5"]})
    items = items_from_frame(network, table)
    assert (items.item_id.tolist(), items.units.tolist(), items.needed_by_days.tolist()) == (["S1/MUG"], [4], [9])
    table = pd.DataFrame({"node_id": ["S9", "S1"], "sku_id": ["MUG", None], "units": [4, "x"]})
    with pytest.raises(NetworkError) as raised:
        items_from_frame(network, table, "mine.csv")
    places = {(problem.file, problem.row, problem.column, problem.code) for problem in raised.value.problems}
    assert places >= {
        ("mine.csv", 1, "node_id", "unknown_id"),
        ("mine.csv", 2, "sku_id", "empty"),
        ("mine.csv", 2, "units", "not_a_number"),
    }


@pytest.fixture
def event_directory(tmp_path: Path) -> Path:
    """An event with a form for V1 and one for V2."""
    network = shortage_network()
    write_rfq(tmp_path / "event", network, asked(answer_by_days=1))
    return tmp_path / "event"


def fill(path: Path, rows: list[dict[str, object]], *, separator: str = ",", encoding: str = "utf-8") -> None:
    """Write a filled form."""
    table = pd.DataFrame(rows, columns=list(FORM_COLUMNS), dtype=object)
    path.write_bytes(table.to_csv(index=False, sep=separator, lineterminator="\r\n").encode(encoding))


def test_the_event_has_everything_but_bids(event_directory: Path) -> None:
    event, warnings = read_event(event_directory)
    assert (len(event.items), len(event.bids), event.suppliers.supplier_id.tolist()) == (3, 0, ["V1", "V2"])
    # Days count from the answers on.
    assert (str(event.as_of), event.items.needed_by_days.tolist()) == ("2026-01-06", [7, 8, 3])
    assert not [each for each in warnings if each.code == "unknown_file"]


def test_forms_name_own_items_and_nothing_of_others(event_directory: Path) -> None:
    own = pd.read_csv(folder_of(event_directory, "V2") / "items.csv")
    assert own["item_id"].tolist() == ["S1/TEA", "S2/TEA"]
    assert "uncovered_penalty" not in own
    form = pd.read_csv(folder_of(event_directory, "V2") / "bids.csv")
    assert (form["item_id"].tolist(), list(form.columns)) == (["S1/TEA", "S2/TEA"], list(FORM_COLUMNS))
    for file in folder_of(event_directory, "V2").iterdir():
        assert "V1" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["a/b", "..", "x y", "ü"])
def test_folders_stay_inside_whatever_a_supplier_is_called(event_directory: Path, name: str) -> None:
    folder = folder_of(event_directory, name)
    assert folder.resolve().parent == (event_directory / "rfq").resolve()
    folder.mkdir()
    assert supplier_of(event_directory, folder / "bids.csv") == name
    assert supplier_of(event_directory, folder) == name
    assert supplier_of(event_directory, event_directory / "bids.csv") is None


def test_answers_become_bids(event_directory: Path) -> None:
    """Tiers, terms, rows without an answer; another delimiter, line end, encoding and decimal comma."""
    folder = folder_of(event_directory, "V1")
    rows = [
        {"item_id": "S1/TEA", "unit_price": "1.004,5", "lead_time_days": 2, "from_units_2": 6, "unit_price_2": "3,25"},
        {"item_id": "S2/TEA"},
        {
            "item_id": "S1/MUG",
            "unit_price": "6",
            "max_units": "1 000",
            "lead_time_days": 2,
            "valid_until": "2026-02-01",
        },
    ]
    fill(folder / "bids.csv", rows, separator=";", encoding="cp1252")
    (folder / "terms.csv").write_text("fixed_cost,capacity_units\n12.5,\n", encoding="utf-8")
    collection = open_collection(event_directory)
    for form in forms_in(folder):
        (collection.add_terms if form.name == "terms.csv" else collection.add_bids)(form, "V1")
    collection.write()
    event, _ = read_event(event_directory)
    assert event.bids.bid_id.tolist() == ["V1/S1/TEA", "V1/S1/MUG"]
    assert (event.tiers.from_units.tolist(), event.tiers.unit_price.tolist()) == ([1, 6], [1004.5, 3.25])
    assert (event.bids.max_units.tolist(), event.suppliers.fixed_cost.tolist()) == ([NO_LIMIT, 1000], [12.5, 0.0])
    assert [(each.kept, each.left_empty) for each in collection.answers] == [(0, 0), (2, 1)]


def test_delivery_schedules_come_with_the_form(event_directory: Path) -> None:
    path = event_directory / "answer.csv"
    days = {"deliver_day_1": 1, "deliver_units_1": "1,000", "deliver_day_2": 4, "deliver_units_2": 5}
    fill(path, [{"item_id": "S1/TEA", "unit_price": 3, **days}, {"item_id": "S2/TEA", "unit_price": 3}])
    collection = open_collection(event_directory)
    assert collection.add_bids(path, "V2").kept == 2
    collection.write()
    deliveries = read_event(event_directory)[0].deliveries
    assert (deliveries.bid.tolist(), deliveries.day.tolist(), deliveries.units.tolist()) == ([0, 0], [1, 4], [1000, 5])
    fill(path, [{"item_id": "S1/TEA", "unit_price": 3, **days, "deliver_units_2": "some"}])
    (problem,) = collection.add_bids(path, "V2").problems
    assert (problem.file, problem.row, problem.column) == (str(path), 1, "deliver_units_2")


def test_bad_bids_are_told_at_their_place_and_good_ones_kept(event_directory: Path) -> None:
    rows = [
        {"item_id": "S1/TEA", "unit_price": "no bid"},
        {"item_id": "S9/TEA", "unit_price": 3},
        {"item_id": "S2/TEA", "unit_price": 3.5, "lead_time_days": 1},
        {"item_id": "S2/TEA", "unit_price": 3.5, "from_units_2": 4, "unit_price_2": 5},
        {"item_id": "S1/MUG", "unit_price": -1},
        {"item_id": "S1/MUG", "unit_price": 2, "min_units": 9, "max_units": 3},
    ]
    path = event_directory / "answer.csv"
    fill(path, rows)
    collection = open_collection(event_directory)
    found = collection.add_bids(path, "V2")
    collection.write()
    assert (found.rows, found.kept) == (6, 1)
    wrong = [problem for problem in found.problems if not problem.is_warning]
    assert {problem.file for problem in wrong} == {str(path)}
    places = {(problem.row, problem.column) for problem in wrong}
    assert {(1, "unit_price"), (2, "item_id"), (4, "unit_price_2"), (5, "unit_price")} <= places
    assert 6 in {row for row, _ in places}
    assert 3 not in {row for row, _ in places}
    assert read_event(event_directory)[0].bids.bid_id.tolist() == ["V2/S2/TEA"]


def test_more_bids_of_an_item_and_later_ones_have_names_of_their_own(event_directory: Path) -> None:
    path = event_directory / "answer.csv"
    fill(path, [{"item_id": "S1/TEA", "unit_price": 3}, {"item_id": "S1/TEA", "unit_price": 4, "alternate_id": "x"}])
    for _ in range(2):
        collection = open_collection(event_directory)
        collection.add_bids(path, "V2")
        collection.write()
    names = read_event(event_directory)[0].bids.bid_id.tolist()
    assert names == ["V2/S1/TEA", "V2/S1/TEA#2", "V2/S1/TEA#3", "V2/S1/TEA#4"]


def test_a_corrected_form_takes_the_place_of_the_first(event_directory: Path) -> None:
    """Its tiers and delivery schedules go with a bid, and other suppliers keep theirs."""
    rows = [
        {"item_id": "S1/TEA", "unit_price": 3, "max_units": 8, "from_units_2": 6, "unit_price_2": 2},
        {"item_id": "S2/TEA", "unit_price": 9},
    ]
    path, other, corrected = (event_directory / f"{name}.csv" for name in ("answer", "other", "corrected"))
    fill(path, rows)
    fill(other, rows)
    fill(corrected, [{"item_id": "S1/TEA", "unit_price": 2.5, "max_units": 8}])
    collection = open_collection(event_directory)
    collection.add_bids(path, "V2")
    collection.add_bids(other, "V1")
    collection.write()
    (event_directory / "deliveries.csv").write_text(
        "bid_id,day,units\nV2/S1/TEA,1,4\nV1/S1/TEA,1,4\n", encoding="utf-8"
    )
    collection = open_collection(event_directory)
    assert [problem.code for problem in collection.add_bids(corrected, "V2").problems] == ["second_bid"]
    collection = open_collection(event_directory)
    assert collection.withdraw("V2") == 2
    assert collection.add_bids(corrected, "V2").problems == ()
    collection.write()
    event, _ = read_event(event_directory)
    assert event.bids.bid_id.tolist() == ["V1/S1/TEA", "V1/S2/TEA", "V2/S1/TEA"]
    assert event.bids.unit_price[2] == 2.5
    assert set(event.tiers.bid.tolist()) | set(event.deliveries.bid.tolist()) == {0}
    assert "8.0" not in (event_directory / "bids.csv").read_text(encoding="utf-8")
    collection = open_collection(event_directory)
    assert (collection.withdraw("V1"), collection.withdraw("V2")) == (2, 1)
    collection.write()
    assert len(read_event(event_directory)[0].bids) == 0


def test_rows_that_a_stray_delimiter_tears_apart_are_told_and_not_read(event_directory: Path) -> None:
    """A thousands separator without quotes would make 1,250 two cells, and shift all others."""
    path = event_directory / "answer.csv"
    path.write_text("Item ID,Unit Price,max_units\nS1/TEA,1,250.5,10\n\nS2/TEA,3,4\nS1/MUG,-1,4\n", encoding="utf-8")
    collection = open_collection(event_directory)
    found = collection.add_bids(path, "V2")
    assert (found.rows, found.kept) == (3, 1)
    assert [(problem.row, problem.column) for problem in found.problems] == [(1, None), (3, "unit_price")]
    assert {problem.file for problem in found.problems} == {str(path)}
    for text, said in (("", "is empty"), ("item_id,Unit price,unit_price\nS1/TEA,1,2\n", "two columns 'unit_price'")):
        path.write_text(text, encoding="utf-8")
        (problem,) = open_collection(event_directory).add_bids(path, "V2").problems
        assert said in problem.message


def test_terms_that_are_wrong_change_nothing(event_directory: Path) -> None:
    path = folder_of(event_directory, "V1") / "terms.csv"
    path.write_text("fixed_cost,capacity_units\nlots,5\n", encoding="utf-8")
    collection = open_collection(event_directory)
    found = collection.add_terms(path, "V1")
    assert [(problem.file, problem.row, problem.column) for problem in found.problems] == [(str(path), 1, "fixed_cost")]
    assert "fixed_cost" not in collection.frames["suppliers"]


def test_bids_with_freight_by_lanes_need_the_network(event_directory: Path) -> None:
    path = event_directory / "answer.csv"
    fill(path, [{"item_id": "S1/TEA", "unit_price": 3, "freight": "lanes"}])
    assert open_collection(event_directory).add_bids(path, "V1").kept == 0
    collection = open_collection(event_directory, shortage_network())
    assert collection.add_bids(path, "V1").kept == 1
    collection.write()
    event, _ = read_event(event_directory, network=shortage_network())
    assert (event.bids.freight_per_unit.tolist(), event.bids.lead_time_days.tolist()) == ([1.5], [1])
    # One day until the answers, one on the way.
    network = with_bids(shortage_network(), event)
    assert (network.quotes.unit_price.tolist(), network.quotes.lead_time_days.tolist()) == ([4.5], [2])
    assert certify(network, Request(), no_lines()).valid


def test_an_event_in_memory_is_the_same(event_directory: Path) -> None:
    tables = {name: pd.read_csv(event_directory / f"{name}.csv") for name in ("items", "suppliers", "bids")}
    event, _ = event_from_frames(tables, {"currency": "USD", "as_of": "2026-01-06"})
    assert event.items.units.tolist() == [10, 5, 6]
