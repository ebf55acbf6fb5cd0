"""Damaged files and directories: a problem that names the file, never a traceback."""

import contextlib
import json
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import Limits, NetworkError, read_network
from tests.network.test_reading import write_small


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The small network as CSV files."""
    write_small(tmp_path)
    return tmp_path


def problems_of(directory: Path, limits: Limits | None = None) -> list[tuple[str, int | None, str]]:
    """(file, row, code) of what is wrong."""
    with pytest.raises(NetworkError) as caught:
        read_network(directory, limits=limits)
    return [(problem.file, problem.row, problem.code) for problem in caught.value.problems]


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    """Also when it is a file."""
    (tmp_path / "file").touch()
    for name in ("nowhere", "file"):
        with pytest.raises(NetworkError, match=f"{name}: there is no such directory"):
            read_network(tmp_path / name)


def test_an_empty_directory_lacks_each_required_file(tmp_path: Path) -> None:
    """All of them in one pass."""
    names = ["network.json", "nodes.csv", "products.csv", "lanes.csv", "stock.csv", "alerts.csv"]
    assert problems_of(tmp_path) == [(name, None, "missing_file") for name in names]


def test_a_table_that_is_there_twice_is_refused(directory: Path) -> None:
    """Nobody can know which one is meant."""
    pd.read_csv(directory / "nodes.csv").to_parquet(directory / "nodes.parquet")
    assert problems_of(directory) == [("nodes", None, "two_files")]


@pytest.mark.parametrize("name", ["nodes", "products", "lanes", "stock", "alerts"])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.97])
def test_truncated_parquet_is_one_problem(tmp_path: Path, name: str, part: float) -> None:
    """Wherever it was cut."""
    write_small(tmp_path, ".parquet")
    path = tmp_path / f"{name}.parquet"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert problems_of(tmp_path) == [(f"{name}.parquet", None, "unreadable_file")]


def test_parquet_with_damaged_pages_is_one_problem(tmp_path: Path) -> None:
    """The footer is whole, the cells are not."""
    write_small(tmp_path, ".parquet")
    path = tmp_path / "stock.parquet"
    data = bytearray(path.read_bytes())
    data[4:400] = bytes(396)
    path.write_bytes(data)
    assert problems_of(tmp_path) == [("stock.parquet", None, "unreadable_file")]


def test_parquet_with_damaged_text_is_one_problem(tmp_path: Path) -> None:
    """Bytes of a cell that are no UTF-8."""
    write_small(tmp_path, ".parquet")
    path = tmp_path / "nodes.parquet"
    path.write_bytes(path.read_bytes().replace(b"supplier", b"suppl\xffer"))
    assert problems_of(tmp_path) == [("nodes.parquet", None, "unreadable_file")]


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is optional."""
    write_small(tmp_path, ".parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NetworkError, match=r"pip install counterpoise\[parquet\]") as caught:
        read_network(tmp_path)
    assert {problem.code for problem in caught.value.problems} == {"parquet_not_supported"}


def test_truncated_csv_names_the_row(directory: Path) -> None:
    """A row that ends early is no row with empty cells."""
    text = (directory / "stock.csv").read_text()
    (directory / "stock.csv").write_text(text[: text.rindex(",") - 4])
    assert problems_of(directory) == [("stock.csv", 4, "ragged_row")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alert_id,kind,node_id,sku_id\nA1,shortage,S1,P1,x\n", ("alerts.csv", 1, "ragged_row")),
        ("alert_id,kind,node_id,sku_id\n\nA1,shortage,S1,P1\n\nA2,shortage,S1\n", ("alerts.csv", 2, "ragged_row")),
        ('alert_id,kind,node_id,sku_id\n"A,1",shortage,S1,P1\nA2,shortage\n', ("alerts.csv", 2, "ragged_row")),
        ("alert_id,kind,node_id,sku_id\nA1,shortage,S1,P1,x\nA2,shortage,S1\n", ("alerts.csv", 1, "ragged_row")),
        ('alert_id,kind,node_id,sku_id\n"A1,shortage,S1,P1\n', ("alerts.csv", None, "unreadable_file")),
        ("alert_id,kind,node_id,sku_id,kind\nA1,shortage,S1,P1,x\n", ("alerts.csv", None, "duplicate_column")),
        ("alert_id\tkind\tnode_id\tsku_id\nA1\tshortage\tS1\tP1\n", ("alerts.csv", None, "missing_column")),
        ("", ("alerts.csv", None, "empty_file")),
    ],
)
def test_damaged_csv_is_named(directory: Path, text: str, expected: tuple[str, int | None, str]) -> None:
    """Rows too long or too short, unclosed quotes, repeated columns, other separators, nothing."""
    (directory / "alerts.csv").write_text(text)
    assert problems_of(directory)[0] == expected


def test_csv_of_another_encoding_is_named(directory: Path) -> None:
    """Latin-1 is not UTF-8."""
    (directory / "alerts.csv").write_bytes("alert_id,kind,node_id,sku_id\nÄ1,shortage,S1,P1\n".encode("latin-1"))
    assert problems_of(directory) == [("alerts.csv", None, "unreadable_file")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_as_spreadsheets_write_it_is_read(directory: Path, newline: str, mark: str) -> None:
    """Byte-order mark, carriage returns, quotes, commas in ids, blank lines at the end."""
    rows = ["alert_id,kind,node_id,sku_id", '"A,1",Shortage,S2,P1', '"say ""hi""",overstock,S1,"P1"', "", ""]
    (directory / "alerts.csv").write_bytes((mark + newline.join(rows)).encode())
    network, warnings = read_network(directory)
    assert warnings == ()
    assert network.alerts.alert_id.tolist() == ["A,1", 'say "hi"']


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not_json"),
        ("", "not_json"),
        ('{"currency": "USD", "horizon_days": NaN}', "not_json"),
        ('{"currency": "USD", "horizon_days": 1, "horizon_days": 2}', "not_json"),
        ("[" * 100_000, "not_json"),
        ("[]", "not_an_object"),
        ("null", "not_an_object"),
        ('{"currency": "USD"}', "missing_setting"),
    ],
)
@pytest.mark.parametrize("file", ["network.json", "request.json"])
def test_bad_json_is_named(directory: Path, file: str, text: str, code: str) -> None:
    """Both JSON files are objects."""
    (directory / file).write_text(text)
    if file == "request.json" and code == "missing_setting":
        assert read_network(directory)[0].request == {"currency": "USD"}
    else:
        assert problems_of(directory) == [(file, None, code)]


def test_a_request_is_kept_as_it_is(directory: Path) -> None:
    """The optimizer reads it."""
    (directory / "request.json").write_text(json.dumps({"scope": {"sku_ids": ["P1"]}}))
    assert read_network(directory)[0].request == {"scope": {"sku_ids": ["P1"]}}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_too_many_rows_are_refused_before_they_are_parsed(tmp_path: Path, suffix: str) -> None:
    """The count comes from line ends or from the footer."""
    write_small(tmp_path, suffix)
    assert problems_of(tmp_path, Limits(stock=3)) == [(f"stock{suffix}", None, "too_many_rows")]
    read_network(tmp_path, limits=Limits(stock=4))


def test_tables_of_other_names_are_warned_about(directory: Path) -> None:
    """A misspelt optional table is not dropped in silence; other files are nobody's business."""
    (directory / "lot.csv").write_text("node_id\n")
    (directory / "notes.txt").write_text("hello")
    _, warnings = read_network(directory)
    assert [(warning.file, warning.code) for warning in warnings] == [("lot.csv", "unknown_file")]


@settings(max_examples=150, deadline=None)
@given(
    suffix=st.sampled_from([".csv", ".parquet"]),
    name=st.sampled_from(["nodes", "products", "lanes", "stock", "alerts"]),
    place=st.floats(0, 1),
    length=st.integers(0, 40),
    junk=st.binary(max_size=40) | st.text(max_size=10).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
def test_no_damage_to_a_file_gives_a_traceback(suffix: str, name: str, place: float, length: int, junk: bytes) -> None:
    """Any bytes anywhere: a network, or a `NetworkError`, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        write_small(Path(folder), suffix)
        path = Path(folder) / (name + suffix)
        data = path.read_bytes()
        start = int(place * len(data))
        path.write_bytes(data[:start] + junk + data[start + length :])
        with contextlib.suppress(NetworkError):
            read_network(Path(folder))
