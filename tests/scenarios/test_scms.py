"""The delivery history as an event: 117 items, prices that were paid, and every odd cell on record."""

import numpy as np
import pandas as pd
import pytest

from network.events import read_event
from scenarios.scms import main, scms_event

HEADER = (
    "ID", "Item Description", "Vendor", "Product Group", "Line Item Quantity", "Pack Price", "Freight Cost (USD)",
    "Delivered to Client Date", "PO Sent to Vendor Date", "PQ First Sent to Client Date",
)  # fmt: skip
LINES = (
    ("1", "pill", "A", "ARV", "50", "4", "100", "2-Jun-14", "5/3/14", "Pre-PQ Process"),
    ("2", "pill", "A", "ARV", "150", "3", "See ASN-8 (ID#:1)", "2-Jul-14", "N/A - From RDC", "6/2/14"),
    ("3", "pill", "A", "ARV", "1500", "3.5", "Invoiced Separately", "2-Aug-14", "Date Not Captured", "Pre-PQ Process"),
    ("4", "pill", "A", "ARV", "120", "9", "30", "2-Aug-10", "7/2/10", ""),
    ("5", "pill", "B", "ARV", "30", "5", "Freight Included in Commodity Cost", "2-Jan-13", "2/3/13", ""),
    ("6", "test", "B", "HRDT", "10", "0", "1", "2-Jan-14", "", ""),
    ("7", "test", "B", "HRDT", "10", "80", "See DN-9 (ID#:99)", "2-Jan-14", "", ""),
    ("8", "test", "SCMS from RDC", "HRDT", "7", "90", "14", "2-Feb-14", "", ""),
    ("9", "gauze", "B", "HRDT", "7", "90", "14", "2-Feb-14", "", ""),
)


@pytest.fixture
def small(tmp_path):
    """A file of a few lines, in the form of the published one."""
    path = tmp_path / "history.csv"
    path.write_bytes("\r".join("\t".join(line) for line in (HEADER, *LINES)).encode("latin-1"))
    return path


def test_bids_of_a_few_deliveries(small) -> None:
    """Counted by hand."""
    found = scms_event(small)
    items = found.frames["items"].set_index("item_id")
    assert items["units"].to_dict() == {"pill": 1700, "test": 17}
    bids = found.frames["bids"].set_index("bid_id")
    assert bids["unit_price"].fillna(-1).to_dict() == {
        "A / pill": -1, "B / pill": 5.0, "B / test": 80.0, "SCMS from RDC / test": 90.0
    }  # fmt: skip
    tiers = found.frames["tiers"]
    assert tiers.to_numpy().tolist() == [["A / pill", 1, 4.0], ["A / pill", 100, 3.0]]
    assert bids["max_units"].to_dict() == {"A / pill": 1700, "B / pill": 30, "B / test": 10, "SCMS from RDC / test": 7}
    assert bids["lead_time_days"].to_dict() == {
        "A / pill": 30, "B / pill": 30, "B / test": 30, "SCMS from RDC / test": 30
    }  # fmt: skip
    freight = bids["freight_per_unit"].to_dict()
    assert freight == {"A / pill": round(130 / 320, 6), "B / pill": 0.0, "B / test": 0.0, "SCMS from RDC / test": 2.0}
    assert found.without_freight == 1
    suppliers = found.frames["suppliers"].set_index("supplier_id")
    assert suppliers["incumbent"].to_dict() == {"A": True, "B": True, "SCMS from RDC": True}
    assert suppliers.loc["SCMS from RDC", "supplier_group"] == "warehouse"
    assert found.settings["as_of"] == "2014-08-03"


def test_every_odd_cell_is_on_record(small) -> None:
    """Row, column, value, and what was done."""
    found = {(p.row, p.column, p.value, p.code) for p in scms_event(small).problems}
    assert found == {
        (1, "PQ First Sent to Client Date", "Pre-PQ Process", "bad_cell"),
        (2, "PO Sent to Vendor Date", "N/A - From RDC", "bad_cell"),
        (2, "Freight Cost (USD)", "See ASN-8 (ID#:1)", "freight_of_another_line"),
        (3, "PO Sent to Vendor Date", "Date Not Captured", "bad_cell"),
        (3, "PQ First Sent to Client Date", "Pre-PQ Process", "bad_cell"),
        (3, "Freight Cost (USD)", "Invoiced Separately", "freight_unknown"),
        (5, "Freight Cost (USD)", "Freight Included in Commodity Cost", "freight_included"),
        (5, "PO Sent to Vendor Date", "2/3/13", "delivered_before"),
        (6, "Pack Price", "0", "price_not_above_0"),
        (7, "Freight Cost (USD)", "See DN-9 (ID#:99)", "freight_unknown"),
    }


def test_the_published_file(shared_data, tmp_path, capsys) -> None:
    """117 items of at least two vendors, prices that were paid, and awards for all that is asked for."""
    source = shared_data / "scms" / "SCMS_Delivery_History_Dataset.csv"
    assert main([str(source), str(tmp_path / "event")]) == 0
    said = capsys.readouterr().out
    assert "9,901 are of the 117 items that at least two vendors delivered" in said
    event, problems = read_event(tmp_path / "event")
    assert not problems
    assert (len(event.items), len(event.bids), len(event.suppliers)) == (117, 413, 63)
    pairs = np.unique(np.column_stack([event.bids.item, event.bids.supplier]), axis=0)
    assert len(pairs) == 413
    assert np.bincount(event.bids.item, minlength=117).min() >= 2
    offered = np.bincount(event.bids.item, weights=event.bids.max_units, minlength=117)
    assert np.all(offered >= event.items.units)
    table = pd.read_csv(tmp_path / "event-problems.csv")
    assert table["code"].value_counts().to_dict()["freight_included"] == 1442
    rows = source.read_bytes().decode("utf-8").split("\r")
    names = rows[0].split("\t")
    for problem in table.sample(50, random_state=1).itertuples():
        assert rows[problem.row].split("\t")[names.index(problem.column)] == str(problem.value)


def test_another_file(tmp_path, capsys) -> None:
    """Said in a sentence."""
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert main([str(tmp_path / "other.csv"), str(tmp_path / "out")]) == 1
    assert "has no column 'ID'" in capsys.readouterr().err
