"""Files as suppliers send them: what is read, what is reported with its place, and that nothing else is lost."""

import pandas as pd
import pytest

from network.dirty_tables import date_cells, number_cells, read_dirty_table
from network.events import event_from_frames, read_event, write_event
from network.problems import ProblemLog
from scenarios.bids_import import Reading, import_bids, main

COLUMNS = {"item_id": "Artikel", "unit_price": "Preis", "max_units": "Menge", "valid_until": "gültig bis"}


@pytest.fixture
def event():
    """Two items, one supplier and one bid."""
    frames = {
        "items": pd.DataFrame({"item_id": ["Schraube", "Mutter"], "units": [100, 50]}),
        "suppliers": pd.DataFrame({"supplier_id": ["acme", "best"]}),
        "bids": pd.DataFrame(
            {
                "bid_id": ["old"],
                "supplier_id": ["best"],
                "item_id": ["Mutter"],
                "unit_price": [2.0],
                "max_units": [None],
            }
        ),
    }
    return event_from_frames(frames, {"currency": "EUR", "as_of": "2026-01-05"})[0]


ROWS = [
    ["Artikel", "Preis", "Menge", "gültig bis"],
    ["Schraube", "€ 1.250,50", "1.000", "28-Feb-26"],
    ["Mutter", "auf Anfrage", "10", "28-Feb-26"],
    ["Mutter", "3,5", "", "egal"],
    ["Bolzen", "4", "5", ""],
    ["Mutter", "-1", "5", "31-Jan-26"],
    ["Mutter", "7,25", "5", ""],
]


@pytest.mark.parametrize("separator", ["\t", ";", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_file_of_text_is_read(tmp_path, separator, ending, encoding) -> None:
    """Separator, line ends and encoding are found out."""
    path = tmp_path / "offer.txt"
    path.write_bytes(ending.join(separator.join(row) for row in ROWS).encode(encoding))
    log = ProblemLog()
    table = read_dirty_table(path, log)
    assert not log.errors()
    assert [table.frame.columns.tolist(), *table.frame.to_numpy().tolist()] == ROWS
    assert table.row.tolist() == [1, 2, 3, 4, 5, 6]
    assert table.separator == separator


def test_bad_cells_are_reported_and_good_rows_kept(tmp_path, event) -> None:
    """Row, column and value of each; the row of a bad cell is left out, with all of its problems said."""
    path = tmp_path / "offer.csv"
    path.write_text("\n".join(";".join(row) for row in ROWS), encoding="utf-8")
    reading = Reading(COLUMNS, values={"supplier_id": "acme"}, days="%d-%b-%y", decimal_comma=True)
    found = import_bids(event, path, reading)
    assert found.event.bids.bid_id.tolist() == ["old", "offer-1", "offer-6"]
    assert found.event.bids.unit_price.tolist() == [2.0, 1250.5, 7.25]
    assert found.event.bids.max_units[1] == 1000
    assert str(found.event.bids.valid_until[1]) == "2026-02-28"
    assert (found.rows, found.kept) == (6, 2)
    assert {(p.file, p.row, p.column, p.value, p.code) for p in found.problems} == {
        ("offer.csv", 2, "Preis", "auf Anfrage", "bad_cell"),
        ("offer.csv", 3, "gültig bis", "egal", "bad_cell"),
        ("offer.csv", 4, "Artikel", "Bolzen", "unknown_id"),
        ("offer.csv", 5, "Preis", "-1", "too_small"),
    }


def test_words_stand_for_numbers_and_optional_cells_for_none(tmp_path, event) -> None:
    """As the flags say."""
    path = tmp_path / "offer.csv"
    path.write_text("\n".join(";".join(row) for row in ROWS), encoding="utf-8")
    reading = Reading(
        COLUMNS,
        values={"supplier_id": "acme"},
        words={"Auf Anfrage": "9"},
        optional=frozenset({"valid_until"}),
        days="%d-%b-%y",
        decimal_comma=True,
    )
    found = import_bids(event, path, reading)
    assert found.event.bids.bid_id.tolist() == ["old", "offer-1", "offer-2", "offer-3", "offer-6"]
    (warned,) = [p for p in found.problems if p.is_warning]
    assert (warned.row, warned.column, warned.value) == (3, "gültig bis", "egal")


def test_columns_of_prices_are_tiers(tmp_path, event) -> None:
    """A price by units in each; an empty cell is no tier, a rising one refuses its row."""
    path = tmp_path / "offer.tsv"
    path.write_text("Artikel\t1+\t50+\t100+\nSchraube\t3\t2.5\t\nMutter\t3\t4\t2\nMutter\t\t\t1,000.5\n")
    reading = Reading({"item_id": "Artikel"}, {"supplier_id": "acme"}, tiers={1: "1+", 100: "100+", 50: "50+"})
    found = import_bids(event, path, reading)
    assert found.event.bids.bid_id.tolist() == ["old", "offer-1", "offer-3"]
    assert found.event.tiers.bid.tolist() == [1, 1, 2]
    assert found.event.tiers.from_units.tolist() == [1, 50, 100]
    assert found.event.tiers.unit_price.tolist() == [3.0, 2.5, 1000.5]
    assert ("offer.tsv", 2, "rising_price") in {(p.file, p.row, p.code) for p in found.problems}


def test_rows_of_another_width_are_reported(tmp_path, event) -> None:
    """And counted; quoted separators and line breaks are part of their cell."""
    path = tmp_path / "offer.csv"
    path.write_text('Artikel,Preis\nMutter,1\n\n,\nMutter,2,3\n"Mut\nter",3\nMutter\nMutter,"1,234.50"\n')
    found = import_bids(event, path, Reading({"item_id": "Artikel", "unit_price": "Preis"}, {"supplier_id": "acme"}))
    assert found.event.bids.bid_id.tolist() == ["old", "offer-1", "offer-6"]
    assert found.event.bids.unit_price.tolist() == [2.0, 1.0, 1234.5]
    assert {(p.row, p.code) for p in found.problems} == {(3, "ragged_row"), (5, "ragged_row"), (4, "unknown_id")}
    assert found.rows == 5


def test_more_bad_cells_than_a_log_keeps(tmp_path, event) -> None:
    """All of them are in the report."""
    path = tmp_path / "offer.csv"
    path.write_text("Artikel,Preis\n" + "Mutter,See DN-1\n" * 300 + "Mutter,5\n")
    found = import_bids(event, path, Reading({"item_id": "Artikel", "unit_price": "Preis"}, {"supplier_id": "acme"}))
    assert found.event.bids.bid_id.tolist() == ["old", "offer-301"]
    assert [p.row for p in found.problems] == list(range(1, 301))


@pytest.mark.parametrize(
    ("cell", "comma", "plain"),
    [
        ("1,250.50", False, "1250.50"),
        ("1.250,50", True, "1250.50"),
        ("1 250", False, "1250"),
        ("$ 3.20", False, "3.20"),
        ("3.20 USD", False, "3.20"),
        ("EUR 3,20", True, "3.20"),
        ("-4", False, "-4"),
        ("", False, ""),
        ("n/a", False, ""),
        ("12,34", False, None),
        ("(5)", False, None),
        ("1.2.3", False, None),
        ("5 %", False, None),
        ("See DN-304 (ID#:10589)", False, None),
        ("nan", False, None),
        ("1e5", False, None),
    ],
)
def test_numbers(cell, comma, plain) -> None:
    """Plain ones come out; what could be two things does not."""
    found, wrong = number_cells(pd.Series([cell, cell]), {"N/A": ""}, decimal_comma=comma)
    assert wrong.tolist() == [plain is None] * 2
    assert found.tolist() == [cell if plain is None else plain] * 2


def test_days() -> None:
    """In the form that is asked for."""
    found, wrong = date_cells(
        pd.Series(["2-Jun-06", "Date Not Captured", "soon", ""]), "%d-%b-%y", {"date not captured": ""}
    )
    assert found.tolist() == ["2006-06-02", "", "soon", ""]
    assert wrong.tolist() == [False, False, True, False]


def test_the_command(tmp_path, event, capsys) -> None:
    """Reads an event, writes another and the report; mistakes are said in a sentence."""
    write_event(event, tmp_path / "event")
    path = tmp_path / "offer.csv"
    path.write_text("\n".join(";".join(row) for row in ROWS), encoding="latin-1", errors="replace")
    columns = ["--columns", *(f"{name}={column}" for name, column in COLUMNS.items())]
    flags = [*columns, "--values", "supplier_id=acme", "--days", "%d-%b-%y", "--decimal-comma", "--words", "egal="]
    assert main([str(path), str(tmp_path / "event"), str(tmp_path / "out"), *flags]) == 0
    said = capsys.readouterr().out
    assert said.startswith("6 rows, semicolons, cp1252: 2 bids kept, 4 left out; 4 problems.")
    assert len(pd.read_csv(tmp_path / "out-problems.csv")) == 4
    assert read_event(tmp_path / "out")[0].bids.bid_id.tolist() == ["old", "offer-3", "offer-6"]
    for wrong, message in (
        (["--columns", "item_id=Ware"], "has no column 'Ware'; it has 'Artikel'"),
        (["--columns", "item=Artikel"], "bids have no column 'item'"),
        (["--columns", "item_id"], "is no pair"),
        (["--encoding", "ascii"], "cannot be read as ascii"),
    ):
        assert main([str(path), str(tmp_path / "event"), str(tmp_path / "out"), *wrong]) == 1
        assert message in capsys.readouterr().err
    path.write_text("a,a\n1,2\n")
    assert main([str(path), str(tmp_path / "event"), str(tmp_path / "out")]) == 1
    assert "two columns 'a'" in capsys.readouterr().err
    path.write_bytes(b"a,b\n\0,2\n" + b"x" * 200_000)
    assert main([str(path), str(tmp_path / "event"), str(tmp_path / "out")]) == 1
    assert "is no table of text" in capsys.readouterr().err
    path.write_text("\n")
    assert main([str(path), str(tmp_path / "event"), str(tmp_path / "out")]) == 1
    assert "is empty" in capsys.readouterr().err
