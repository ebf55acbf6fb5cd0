"""Random and hand-made requests for tests of the solver core."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, settings

from network import Network, read_network
from optimizer import Request
from optimizer.model import Model, Solution
from optimizer.plan import Certificate, Violation
from optimizer.request_reading import read_request
from optimizer.search.limits import activity
from optimizer.transfer import TransferModel, build
from tests.oracle.strategies import NetworkFiles

SETTINGS = '{"currency": "USD", "as_of": "2024-01-01", "horizon_days": 7, "money_decimals": 6}'

LOOSE = ("min_line_benefit", "min_dispatch_benefit")
"""Rules of lines and lanes that could simply be left out: only a best plan need keep them."""


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
    return asked_of(files)[0]


def asked_of(files: NetworkFiles) -> tuple[Network, Request]:
    """The directory and what its request.json asks, as the product reads them."""
    with tempfile.TemporaryDirectory() as folder:
        path = files.write(Path(folder))
        network, _ = read_network(path)
        request, _, problems = read_request(network, network.request, directory=path)
    assert problems == ()
    return network, request


def model_of(files: NetworkFiles) -> tuple[Network, Request, TransferModel]:
    """The directory, what it asks, and its canonical model."""
    network, request = asked_of(files)
    return network, request, build(network, request)


def keeps_limits(model: Model, solution: Solution) -> bool:
    """Whether every limit holds; sums are exact below 2^53."""
    load = activity(model, solution.flow_units, solution.switch_count)
    return bool(np.all((load >= model.limits.low) & (load <= model.limits.high)))


def has_hard_demands(built: TransferModel) -> bool:
    """Whether doing nothing is forbidden."""
    return built.must_act


def broken_but_loose(certificate: Certificate) -> list[Violation]:
    """Rules that a plan breaks, but for those that only a best plan need keep."""
    return [violation for violation in certificate.violations if violation.rule not in LOOSE]


def with_cells(files: NetworkFiles, table: str, **columns: str) -> NetworkFiles:
    """The directory with the same text in every row of some columns of a table."""
    return with_rows(files, table, [row | columns for row in rows_of(files, table)])


def rows_of(files: NetworkFiles, table: str) -> list[dict[str, str]]:
    """Rows of a table, none where the directory has no such table."""
    return list(csv.DictReader(io.StringIO(files.texts.get(f"{table}.csv", ""))))


def with_rows(files: NetworkFiles, table: str, rows: list[dict[str, str]]) -> NetworkFiles:
    """The directory with other rows in a table; one that it does not have stays away."""
    if f"{table}.csv" not in files.texts:
        assert not rows
        return files
    columns = list(csv.DictReader(io.StringIO(files.texts[f"{table}.csv"])).fieldnames or ())
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return NetworkFiles({**files.texts, f"{table}.csv": buffer.getvalue()})


def named_lanes(files: NetworkFiles) -> list[dict[str, str]]:
    """Rows of the lanes, each with the id that an empty one stands for."""
    return [
        row | {"lane_id": row["lane_id"] or f"{row['origin']}>{row['destination']}"} for row in rows_of(files, "lanes")
    ]


def asked_in(files: NetworkFiles) -> dict[str, Any]:
    """What request.json says."""
    return dict(json.loads(files.texts.get("request.json", "{}")))


def with_asked(files: NetworkFiles, asked: dict[str, Any]) -> NetworkFiles:
    """The directory with another request.json."""
    return NetworkFiles({**files.texts, "request.json": json.dumps(asked)})


def as_pure_flow(files: NetworkFiles) -> NetworkFiles:
    """The directory with nothing that ties flows together.

    No dispatches to pay or fill, no packs, no hard demands, no limits of nodes, no displays, nothing that expires (late
    units that expire have caps that cross), no former plan, and no charge on lines or dispatches.
    """
    for table, columns in (
        ("lanes", ("fixed_cost", "capacity_kg", "max_dispatches", "min_line_units", "min_dispatch_kg")),
        ("nodes", ("pick_capacity_units", "receive_capacity_units", "max_outbound_lanes", "max_inbound_lanes")),
        ("products", ("case_pack", "shelf_life_days", "min_remaining_shelf_life_days")),
        ("alerts", ("must_serve",)),
    ):
        files = with_cells(files, table, **dict.fromkeys(columns, ""))
    for table in ("lots", "display_rules"):
        files = with_rows(files, table, [])
    tying = {"min_line_benefit", "min_dispatch_benefit", "former_plan"}
    return with_asked(files, {name: value for name, value in asked_in(files).items() if name not in tying})
