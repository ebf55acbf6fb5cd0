"""The published workbook as an event: what may be placed, and what is short."""

import zipfile

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from network.events import read_event
from scenarios.brunel import brunel_tables, main
from scenarios.spreadsheets import read_sheets


@pytest.fixture(scope="module")
def event(shared_data, tmp_path_factory):
    """The event as the command writes it."""
    out = tmp_path_factory.mktemp("brunel")
    assert main([str(shared_data / "brunel"), str(out)]) == 0
    found, problems = read_event(out)
    assert not problems
    return found


def test_the_orders_of_the_day(event):
    """9,215 orders of one unit, 19 plants; every order has a plant that makes its product."""
    assert len(event.items) == 9215
    assert len(event.suppliers) == 19
    assert np.all(event.items.units == 1)
    assert np.all(event.bids.max_units == 1)
    assert np.all(np.bincount(event.bids.item, minlength=len(event.items)) >= 1)
    assert np.all(event.bids.unit_price > 0)
    assert str(event.as_of) == "2013-05-26"


def test_one_plant_is_short(event):
    """PLANT03 alone makes 6,868 orders and may ship 1,013."""
    choices = np.bincount(event.bids.item, minlength=len(event.items))
    plant = event.suppliers.supplier_id.tolist().index("PLANT03")
    assert np.count_nonzero((choices[event.bids.item] == 1) & (event.bids.supplier == plant)) == 6868
    assert event.suppliers.capacity_units[plant] == 1013


def test_at_most_so_many_orders_can_be_placed(event):
    """A largest flow from orders over plants, counted without any of the product."""
    n_items, n_suppliers = len(event.items), len(event.suppliers)
    source, sink = n_items + n_suppliers, n_items + n_suppliers + 1
    tail = np.concatenate([np.full(n_items, source), event.bids.item, n_items + np.arange(n_suppliers)])
    head = np.concatenate([np.arange(n_items), n_items + event.bids.supplier, np.full(n_suppliers, sink)])
    units = np.concatenate([event.items.units, event.bids.max_units, event.suppliers.capacity_units])
    graph = csr_array((units.astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1))
    assert maximum_flow(graph, source, sink).flow_value == 2444


def test_freight_where_the_customer_arranges_it(shared_data):
    """Orders with the service CRF have none; every other one has a rate of a port of its plant."""
    frames, _ = brunel_tables(shared_data / "brunel" / "supply_chain_logistics_problem.xlsx")
    orders = read_sheets(shared_data / "brunel" / "supply_chain_logistics_problem.xlsx")["OrderList"]
    service = frames["bids"]["item_id"].map(orders.set_index("Order ID")["Service Level"])
    assert ((frames["bids"]["freight_per_unit"] == 0) == (service == "CRF")).all()


def test_a_file_that_is_no_workbook(tmp_path, capsys):
    """Said in a sentence."""
    (tmp_path / "supply_chain_logistics_problem.xlsx").write_text("no zip")
    assert main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert "is no .xlsx file" in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(ValueError, match=r"no \.xlsx file"):
        read_sheets(tmp_path / "other.xlsx")


def test_cells_of_every_kind(tmp_path):
    """Shared and inline texts, numbers, cells that are missing, columns beyond Z."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(tmp_path / "small.xlsx", "w") as book:
        sheet = f'<sheet name="S" r:id="rId7" xmlns:r="{links}"/>'
        book.writestr("xl/workbook.xml", f"<workbook {space}><sheets>{sheet}</sheets></workbook>")
        relations = '<Relationships><Relationship Id="rId7" Target="worksheets/any.xml"/></Relationships>'
        book.writestr("xl/_rels/workbook.xml.rels", relations)
        book.writestr("xl/sharedStrings.xml", f"<sst {space}><si><t>name</t></si><si><r><t>a</t></r></si></sst>")
        rows = (
            '<row><c r="A1" t="s"><v>0</v></c><c r="AB1" t="inlineStr"><is><t> cost </t></is></c></row>'
            '<row><c r="A2" t="s"><v>1</v></c><c r="AB2"><v>1.50</v></c><c r="AC2"><v>9</v></c></row>'
            '<row><c r="A3"/></row><row><c r="AB4"><v>2</v></c></row>'
        )
        book.writestr("xl/worksheets/any.xml", f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>")
    expected = pd.DataFrame({"name": ["a", ""], "cost": ["1.50", "2"]}, dtype=str)
    pd.testing.assert_frame_equal(read_sheets(tmp_path / "small.xlsx")["S"], expected)
