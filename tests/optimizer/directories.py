"""Random and hand-made requests for tests of the solver core."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

from network import Network, read_network
from optimizer import Request
from optimizer.transfer import TransferModel, build
from tests.oracle.strategies import NetworkFiles

SETTINGS = '{"currency": "USD", "as_of": "2024-01-01", "horizon_days": 7, "money_decimals": 6}'


def examples(count: int) -> settings:
    """The same examples in every run; a failing one is shrunk."""
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


def files_of(**tables: str) -> NetworkFiles:
    """A directory from the texts of its tables."""
    return NetworkFiles({"network.json": SETTINGS, **{f"{name}.csv": text for name, text in tables.items()}})


def network_of(files: NetworkFiles) -> Network:
    """The directory as the product reads it."""
    with tempfile.TemporaryDirectory() as folder:
        return read_network(files.write(Path(folder)))[0]


def model_of(files: NetworkFiles) -> tuple[Network, TransferModel]:
    """The directory and its canonical model."""
    network = network_of(files)
    return network, build(network, Request())


def has_hard_demands(built: TransferModel) -> bool:
    """Whether doing nothing is forbidden."""
    return built.must_act


def with_cells(files: NetworkFiles, table: str, **columns: str) -> NetworkFiles:
    """The directory with the same text in every row of some columns of a table."""
    return with_rows(files, table, [row | columns for row in rows_of(files, table)])


def rows_of(files: NetworkFiles, table: str) -> list[dict[str, str]]:
    """Rows of a table."""
    return list(csv.DictReader(io.StringIO(files.texts[f"{table}.csv"])))


def with_rows(files: NetworkFiles, table: str, rows: list[dict[str, str]]) -> NetworkFiles:
    """The directory with other rows in a table."""
    columns = list(csv.DictReader(io.StringIO(files.texts[f"{table}.csv"])).fieldnames or ())
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return NetworkFiles({**files.texts, f"{table}.csv": buffer.getvalue()})


def as_pure_flow(files: NetworkFiles) -> NetworkFiles:
    """The directory with nothing that ties flows together: no dispatches to pay or fill, packs or hard demands."""
    loose = with_cells(
        files, "lanes", fixed_cost="", capacity_kg="", max_dispatches="", min_line_units="", min_dispatch_kg=""
    )
    return with_cells(with_cells(loose, "products", case_pack=""), "alerts", must_serve="")
