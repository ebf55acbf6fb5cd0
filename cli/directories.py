"""Reads network directories, and what their request.json asks for."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cli.failures import CommandError
from cli.progress import Progress
from network import Network, NetworkError, Problem, read_network
from network.problems import ProblemLog
from optimizer.request import Parameters, Request
from optimizer.unsupported import unsupported

_REQUEST_FILE: Final = "request.json"


def read_directory(directory: Path, progress: Progress) -> tuple[Network, tuple[Problem, ...]]:
    """Read a network directory.

    Raises
    ------
    CommandError
        When there is no such directory.
    NetworkError
        When it is no valid network.
    """
    if not directory.is_dir():
        is_file = "it is a file" if directory.exists() else "it does not exist"
        raise CommandError(f"{directory} is no directory ({is_file}); name one with network.json and its tables")
    with progress.phase("read", f"reading {directory}"):
        return read_network(directory)


def read_request(network: Network) -> tuple[Request, Parameters]:
    """Return what request.json asks for, with the defaults filled in.

    Raises
    ------
    NetworkError
        With all that is wrong with it, and all that the network has and is not planned with yet.
    """
    log = ProblemLog()
    request, parameters = _asked(network, log)
    problems = (*log.errors(), *unsupported(network))
    if problems:
        raise NetworkError(problems)
    return request, parameters


def hindrances(network: Network) -> tuple[Problem, ...]:
    """Find all that a plan for this network would be refused for."""
    log = ProblemLog()
    _asked(network, log)
    return (*log.errors(), *unsupported(network))


def _asked(network: Network, log: ProblemLog) -> tuple[Request, Parameters]:
    """Read request.json; where the log says what is wrong, a default."""
    defaults = Parameters()
    asked = network.request
    seconds = _number(asked, "time_limit_seconds", defaults.time_limit_seconds, log)
    if seconds <= 0:
        _wrong("time_limit_seconds", asked, "it is not above 0", "Give seconds, for example 60", log)
    gap = _number(asked, "gap", defaults.gap, log)
    if not 0 <= gap <= 1:
        _wrong("gap", asked, "it is not from 0 to 1", "0.01 stops within 1 % of the bound", log)
    return Request(scope_sku_ids=_scope(network, log)), Parameters(time_limit_seconds=seconds, gap=gap)


def format_of(directory: Path) -> str:
    """Return ``parquet`` when the directory's stock is, else ``csv``."""
    return "parquet" if (directory / "stock.parquet").is_file() else "csv"


def require_parquet() -> None:
    """Refuse to begin what would end with a Parquet file that cannot be written.

    Raises
    ------
    CommandError
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise CommandError(
            "Parquet files need the package pyarrow, which is not installed; "
            "run `pip install 'counterpoise[parquet]'`, or use --format csv"
        )


def _number(asked: Mapping[str, Any], key: str, default: float, log: ProblemLog) -> float:
    value = asked.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _wrong(key, asked, "it is no number", "Give a number, or leave it out", log)
        return default
    return float(value)


def _scope(network: Network, log: ProblemLog) -> tuple[str, ...] | None:
    scope = network.request.get("scope")
    if scope is None:
        return None
    fix = 'Write {"sku_ids": ["...", "..."]}, or leave it out to plan every alerted SKU'
    if not isinstance(scope, Mapping):
        _wrong("scope", network.request, "it is no object", fix, log)
        return None
    ids = scope.get("sku_ids")
    if ids is None:
        return None
    if not isinstance(ids, list) or not all(isinstance(sku, str) for sku in ids):
        _wrong("scope.sku_ids", {"scope.sku_ids": ids}, "it is no list of texts", fix, log)
        return None
    known = set(network.products.sku_id.tolist())
    for sku in dict.fromkeys(sku for sku in ids if sku not in known):
        _wrong("scope.sku_ids", {"scope.sku_ids": sku}, f"there is no product {sku!r}", "Correct or remove the id", log)
    return tuple(ids)


def _wrong(key: str, asked: Mapping[str, Any], message: str, fix: str, log: ProblemLog) -> None:
    value = str(asked[key])[:80]
    log.add(Problem(_REQUEST_FILE, None, key, value, "bad_value", f"{key} is {value}: {message}", fix))
